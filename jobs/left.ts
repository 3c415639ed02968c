// What the last card of a day told that the next one tells no more: trades that a correction took away, or of which something else is said now. Their
// notes, and those of the symbol, the strategy and the kind of account they stood under, want to be made again though no trade of the day leads there.
// Pure, but for the look whether the trades are still there. Remembered with the review until the notes are written: a full disk forgets nothing.
import type { Review, ReviewedTrade } from '#core/review.ts'
import type { Mode } from '#core/trade.ts'
import type { Subject } from '#notes/place.ts'
import type { Database } from '#store/db.ts'
import type { StoredReview } from '#store/reviews.ts'
import { tradesByIds } from '#store/trades.ts'

export type ToldTrade = Pick<ReviewedTrade, 'tradeId' | 'conId' | 'symbol' | 'label' | 'side' | 'openedAt' | 'strategy'> & { readonly mode: Mode }

/** A review as it is stored while notes wait to be written. */
export interface Unwritten extends Review {
  readonly left?: readonly ToldTrade[]
}

/** What was told before and is not told the same now. */
export function leftOf(before: StoredReview | null, review: Review): readonly ToldTrade[] {
  const key = ({ tradeId, strategy, mode }: ToldTrade) => JSON.stringify([tradeId, strategy, mode])
  const now = new Set(toldIn(review).map(key))
  const told = before === null ? [] : toldIn(before.body as Unwritten)
  return [...new Map(told.map((trade) => [key(trade), trade])).values()].filter((trade) => !now.has(key(trade)))
}

/** Reviews of earlier versions may lack any of it. */
function toldIn({ accounts = [], left = [] }: Partial<Unwritten>): readonly ToldTrade[] {
  const told = accounts.flatMap(({ mode, trades = [] }) =>
    trades.map(({ tradeId, conId, symbol, label, side, openedAt, strategy }) => ({ tradeId, conId, symbol, label, side, openedAt, strategy, mode })),
  )
  return [...told, ...left]
}

/** Those of which there is no trade any more. */
export async function goneOf(db: Database, left: readonly ToldTrade[]): Promise<readonly ToldTrade[]> {
  const ids = [...new Set(left.map(({ tradeId }) => tradeId))]
  const there = new Set((await tradesByIds(db, ids)).map(({ tradeId }) => tradeId))
  return ids.flatMap((id) => (there.has(id) ? [] : (left.find(({ tradeId }) => tradeId === id) ?? [])))
}

/** The symbols and strategies trades have to do with. */
export function subjectsOf(trades: readonly Pick<ReviewedTrade, 'symbol' | 'strategy'>[]): readonly Subject[] {
  const named = (kind: Subject['kind'], names: readonly (string | null)[]) => [...new Set(names)].flatMap((name) => (name === null ? [] : [{ kind, name }]))
  return [
    ...named(
      'symbol',
      trades.map((trade) => trade.symbol),
    ),
    ...named(
      'strategy',
      trades.map((trade) => trade.strategy),
    ),
  ]
}
