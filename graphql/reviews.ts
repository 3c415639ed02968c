// Reviews of market days, as they were written, and the order to write one again: each resolver is one line into the store.
import type { Review as ReviewModel } from '#core/review.ts'
import { livedOn } from '#core/reviewed-trade.ts'
import { type Day, EARLIEST, LATEST } from '#core/time.ts'
import { hasReview, orderReview, reviewOf, reviewsPage, type StoredReview } from '#store/reviews.ts'
import { tradesOf } from '#store/trades.ts'
import { wholeOf } from './account-reviews.ts'
import { pageOf } from './arguments.ts'
import { demand, sees, within } from './caller.ts'
import type { Context } from './context.ts'
import { userError } from './errors.ts'
import type { Resolvers } from './generated.ts'
import type { ReviewParent } from './parents.ts'

const DAY_MS = 86_400_000

export const reviews: Resolvers = {
  Query: {
    review: async (_, { day, account }, { db, caller }) => {
      // The card over all accounts tells of every one of them.
      if (account === null || account === undefined ? caller.accounts !== null : !sees(caller, account)) return null
      const found = await reviewOf(db, day, account ?? null)
      return found === null ? null : parentOf(found)
    },
    reviews: async (_, page, { db, caller }) => {
      const { edges, pageInfo } = await reviewsPage(db, pageOf(page), caller.accounts)
      return { edges: edges.map(({ cursor, node }) => ({ cursor, node: parentOf(node) })), pageInfo }
    },
  },
  Mutation: {
    makeReview: async (_, { input: { day } }, context) => {
      const { db, clock, caller } = context
      demand(caller, 'annotate')
      if (!(await hasReview(db, day, caller.accounts)) && !(await isTraded(context, day)))
        return { userErrors: [userError('NOT_FOUND', `expected a day on which a trade was opened, closed or open, found none on ${day}`, 'day')] }
      await orderReview(db, day, clock.now(), caller.name)
      return { day, userErrors: [] }
    },
  },
  ReviewConnection: { nodes: ({ edges }) => edges.map((edge) => edge.node) },
  Review: {
    trades: async ({ tradeIds }, _, { loaders }) => (await Promise.all(tradeIds.map((id) => loaders.trade.load(id)))).filter((trade) => trade !== null),
    alerts: async ({ tradeIds }, _, { loaders }) => {
      const lists = await Promise.all(tradeIds.map((id) => loaders.alertsOfTrade.load(id)))
      return lists.flat().sort((a, b) => a.at - b.at || a.seq - b.seq)
    },
    pictures: (review, _, { loaders }) => loaders.pictures.load(wholeOf(review)),
  },
  DayTotal: { trades: ({ closed }) => closed, winners: ({ wins }) => wins },
}

function parentOf({ day, account, card, body, updatedAt }: StoredReview): ReviewParent {
  // What is asked for by account tells of no other, whatever was stored.
  const accounts = ((body as Partial<ReviewModel> | null)?.accounts ?? []).filter((one) => account === null || one.account === account)
  return {
    day,
    account,
    markdown: card ?? '',
    updatedAt,
    accounts,
    totals: accounts.flatMap(({ account, mode, results }) => results.map((result) => ({ ...result, account, mode }))),
    tradeIds: accounts.flatMap(({ trades }) => trades.map((trade) => trade.tradeId)),
  }
}

/** Whether a trade the caller may see lived on that day. */
async function isTraded({ db, caller, loaders }: Context, day: Day): Promise<boolean> {
  const start = Date.parse(day)
  const wanted = within(caller, { unit: 'ORDER' as const, openedUntil: Math.min(start + 3 * DAY_MS, LATEST) })
  const [closed, open] = await Promise.all([
    tradesOf(db, { ...wanted, status: 'CLOSED', closedFrom: Math.max(start - 2 * DAY_MS, EARLIEST) }),
    tradesOf(db, { ...wanted, status: 'OPEN' }),
  ])
  const lived = await Promise.all([...closed, ...open].map(async (trade) => livedOn(trade, day, (await loaders.instrument.load(trade.conId)) ?? {})))
  return lived.includes(true)
}
