// The pictures of reviews: gathers what they are drawn from, each kind in one statement however many reviews there are. Draws nothing itself.
import type { Instrument } from '#core/facts.ts'
import { HISTORY_DAYS, type Review } from '#core/review.ts'
import { marketDay, shadowEnd } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { pricesIn } from '#store/marks.ts'
import { tradesOf } from '#store/trades.ts'
import { type Caller, within } from './caller.ts'
import type { ReviewParent, RuleParent } from './parents.ts'
import type { Draw, Parts, ReviewPicture } from './parts.ts'

const DAY_MS = 86_400_000

type Needed = Pick<Parts, 'db'> & { readonly draw: Draw; readonly loaders: Loaded; readonly caller: Caller }

/** What the loaders of the operation read for it. */
interface Loaded {
  readonly trade: Load<string, StoredTrade | null>
  readonly trajectory: Load<string, readonly TrajectoryPoint[]>
  readonly instrument: Load<number, Instrument | null>
  readonly rules: Load<'all', readonly RuleParent[]>
}

interface Load<K, T> {
  load(key: K): Promise<T>
}

/** For each review, in their order, every picture its card refers to. */
export async function drawReviews(reviews: readonly ReviewParent[], needed: Needed): Promise<(readonly ReviewPicture[])[]> {
  const { draw, loaders } = needed
  const ids = [...new Set(reviews.flatMap(({ tradeIds }) => tradeIds))]
  const trades = new Map((await Promise.all(ids.map((id) => loaders.trade.load(id)))).flatMap((trade) => (trade === null ? [] : [[trade.tradeId, trade]])))
  const [trajectories, rules, history] = await Promise.all([
    Promise.all(ids.map(async (id) => [id, await loaders.trajectory.load(id)] as const)),
    loaders.rules.load('all'),
    historyOf(reviews, needed),
  ])
  const contracts = [...new Set([...trades.values(), ...history].map(({ conId }) => conId))]
  const instruments = new Map(
    (await Promise.all(contracts.map((id) => loaders.instrument.load(id)))).flatMap((one) => (one === null ? [] : [[one.conId, one]])),
  )
  const shadows = await shadowsOf([...trades.values()], instruments, needed)
  const closedOn = (trade: StoredTrade) => marketDay(trade.closedAt ?? trade.updatedAt, instruments.get(trade.conId) ?? {})
  const rows = {
    trades,
    trajectories: new Map(trajectories),
    shadows,
    instruments,
    rules: rules.filter(({ enabled }) => enabled).map((rule) => ({ rule, since: null })),
  }
  return Promise.all(reviews.map((review) => draw(modelOf(review), { ...rows, history: history.filter((trade) => isBefore(trade, review, closedOn)) })))
}

/** What closed in the weeks before any of the days. */
function historyOf(reviews: readonly ReviewParent[], { db, caller }: Needed): Promise<readonly StoredTrade[]> {
  const starts = reviews.map(({ day }) => Date.parse(day))
  const closedFrom = Math.min(...starts) - HISTORY_DAYS * DAY_MS
  const accounts = [...new Set(reviews.flatMap((review) => review.accounts.map(({ account }) => account)))]
  return tradesOf(db, within(caller, { unit: 'ORDER', status: 'CLOSED', accounts, closedFrom, closedUntil: Math.max(...starts) + 2 * DAY_MS }))
}

function isBefore(trade: StoredTrade, { day }: ReviewParent, closedOn: (trade: StoredTrade) => string): boolean {
  return (trade.closedAt ?? 0) >= Date.parse(day) - HISTORY_DAYS * DAY_MS && closedOn(trade) < day
}

/** What each contract did after the exit, where its prices were kept. */
async function shadowsOf(trades: readonly StoredTrade[], instruments: ReadonlyMap<number, Instrument>, { db }: Needed) {
  return pricesIn(
    db,
    trades.flatMap(({ tradeId, conId, closedAt }) =>
      closedAt === null ? [] : [{ name: tradeId, conId, from: closedAt + 1, until: shadowEnd(closedAt, instruments.get(conId) ?? {}) + 1 }],
    ),
  )
}

function modelOf({ day, account, accounts }: ReviewParent): Review {
  return { day, account, accounts, quiet: accounts.length === 0 }
}
