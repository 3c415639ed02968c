// Reviews of market days, as they were written: each resolver is one line into the store.
import type { Review as ReviewModel } from '#core/review.ts'
import { reviewOf, reviewsPage, type StoredReview } from '#store/reviews.ts'
import { pageOf } from './arguments.ts'
import { sees } from './caller.ts'
import type { Resolvers } from './generated.ts'
import type { ReviewParent } from './parents.ts'

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
  ReviewConnection: { nodes: ({ edges }) => edges.map((edge) => edge.node) },
  Review: {
    trades: async ({ tradeIds }, _, { loaders }) => (await Promise.all(tradeIds.map((id) => loaders.trade.load(id)))).filter((trade) => trade !== null),
    alerts: async ({ tradeIds }, _, { loaders }) => {
      const lists = await Promise.all(tradeIds.map((id) => loaders.alertsOfTrade.load(id)))
      return lists.flat().sort((a, b) => a.at - b.at || a.seq - b.seq)
    },
  },
  DayTotal: { trades: ({ closed }) => closed, winners: ({ wins }) => wins },
}

function parentOf({ day, account, card, body, updatedAt }: StoredReview): ReviewParent {
  const accounts = (body as Partial<ReviewModel> | null)?.accounts ?? []
  return {
    day,
    account,
    markdown: card ?? '',
    updatedAt,
    totals: accounts.flatMap(({ account, mode, results }) => results.map((result) => ({ ...result, account, mode }))),
    tradeIds: accounts.flatMap(({ trades }) => trades.map((trade) => trade.tradeId)),
  }
}
