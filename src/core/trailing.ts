// The days before a day: the last twenty on which trades closed, to see whether today is like them. Pure.
import { type DecimalText, decimal, plain, quotient, ZERO } from './decimal.ts'
import type { Instrument } from './facts.ts'
import { seenOf } from './reviewed-trade.ts'
import { marketDay } from './session.ts'
import type { StoredTrade } from './stored.ts'
import { mean, meanOfKnown, share, sum } from './tally.ts'
import type { Day } from './time.ts'

/** Means over the trailing days, in one currency of one account. */
export interface Trailing {
  readonly currency: string
  /** How many days there were, at most TRAILING_DAYS. */
  readonly days: number
  readonly closed: number
  /** Gross result a day, and a trade. */
  readonly grossADay: DecimalText
  readonly expectancy: DecimalText | null
  readonly winRate: DecimalText | null
  readonly capture: DecimalText | null
  readonly meanMfePct: DecimalText | null
  readonly meanMaePct: DecimalText | null
}

export const TRAILING_DAYS = 20

export function compareTrailing(currency: string, day: Day, history: readonly StoredTrade[], instruments: ReadonlyMap<number, Instrument>): Trailing | null {
  const before = history.flatMap((trade) => {
    if (trade.unit !== 'ORDER' || trade.held || trade.closedAt === null) return []
    const closedOn = marketDay(trade.closedAt, instruments.get(trade.conId) ?? {})
    return closedOn < day ? [{ trade, closedOn }] : []
  })
  const days = [...new Set(before.map((one) => one.closedOn))].sort().slice(-TRAILING_DAYS)
  const first = days[0]
  if (first === undefined) return null
  const trades = before.filter((one) => one.closedOn >= first).map((one) => one.trade)
  const results = trades.map((trade) => decimal(trade.grossPnl))
  const best = sum(trades.map((trade) => decimal(trade.mfe.pnl)))
  return {
    currency,
    days: days.length,
    closed: trades.length,
    grossADay: plain(quotient(sum(results), decimal(days.length))),
    expectancy: mean(results),
    winRate: share(decimal(results.filter((result) => result.gt(ZERO)).length), decimal(results.length)),
    capture: best.gt(ZERO) ? share(sum(results), best) : null,
    meanMfePct: meanOfKnown(trades.map((trade) => seenOf(trade).mfe.pct)),
    meanMaePct: meanOfKnown(trades.map((trade) => seenOf(trade).mae.pct)),
  }
}
