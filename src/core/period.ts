// A week or a month: its days rolled up from the trades that closed in it, one line a day, and the same lists as a day has. Pure.
import { decimal, plain } from './decimal.ts'
import type { Instrument } from './facts.ts'
import { type CurrencyResult, largest, resultIn, type StrategyResult, strategiesOf } from './result.ts'
import { becameLoser, gaveBackMuch } from './review.ts'
import { type ReviewedTrade, reviewTrade } from './reviewed-trade.ts'
import { addDays, marketDay } from './session.ts'
import type { StoredTrade } from './stored.ts'
import type { Day } from './time.ts'
import { MODES, type Mode } from './trade.ts'

/** '2026-W47' from Monday to Sunday, or '2026-11'. */
export interface Period {
  readonly kind: 'week' | 'month'
  readonly name: string
  readonly from: Day
  /** Its last day. */
  readonly until: Day
}

export interface PeriodReview {
  readonly period: Period
  readonly accounts: readonly AccountPeriod[]
}

export interface AccountPeriod {
  readonly account: string
  readonly mode: Mode
  readonly results: readonly CurrencyResult[]
  readonly days: readonly { readonly day: Day; readonly results: readonly CurrencyResult[] }[]
  readonly topMfe: readonly ReviewedTrade[]
  readonly topMae: readonly ReviewedTrade[]
  readonly gaveBack: readonly ReviewedTrade[]
  readonly turned: readonly ReviewedTrade[]
  readonly strategies: readonly StrategyResult[]
  readonly trades: readonly ReviewedTrade[]
}

/** The ISO week a day lies in: it belongs to the year of its Thursday. */
export function weekOf(day: Day): Period {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
  const from = addDays(day, -weekday)
  const thursday = addDays(from, 3)
  const number = 1 + Math.floor((Date.parse(thursday) - Date.parse(`${thursday.slice(0, 4)}-01-01`)) / (7 * 86_400_000))
  return { kind: 'week', name: `${thursday.slice(0, 4)}-W${String(number).padStart(2, '0')}`, from, until: addDays(from, 6) }
}

export function monthOf(day: Day): Period {
  const name = day.slice(0, 7)
  const next = addDays(`${name}-28`, 4)
  return { kind: 'month', name, from: `${name}-01`, until: addDays(`${next.slice(0, 7)}-01`, -1) }
}

/** Of the trades given, those that closed in the period count; held positions do not. */
export function reviewPeriod(period: Period, trades: readonly StoredTrade[], instruments: readonly Instrument[]): PeriodReview {
  const known = new Map(instruments.map((instrument) => [instrument.conId, instrument]))
  const closed = trades.flatMap((trade) => {
    if (trade.unit !== 'ORDER' || trade.held || trade.closedAt === null) return []
    const instrument = known.get(trade.conId)
    const day = marketDay(trade.closedAt, instrument ?? {})
    if (day < period.from || day > period.until) return []
    const reviewed = reviewTrade(trade, { day, instrument, points: [], alerts: [], shadow: [], asOf: null })
    return reviewed === null ? [] : [{ day, mode: trade.mode, reviewed }]
  })
  const accounts = MODES.flatMap((mode) => {
    const ofMode = closed.filter((one) => one.mode === mode)
    return [...new Set(ofMode.map((one) => one.reviewed.account))].sort().map((account) =>
      accountPeriod(
        account,
        mode,
        ofMode.filter((one) => one.reviewed.account === account),
      ),
    )
  })
  return { period, accounts }
}

function accountPeriod(account: string, mode: Mode, closed: readonly { readonly day: Day; readonly reviewed: ReviewedTrade }[]): AccountPeriod {
  const ordered = closed.map((one) => one.reviewed).sort((a, b) => a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1))
  const resultsOf = (trades: readonly ReviewedTrade[]) =>
    [...new Set(trades.map((trade) => trade.currency))].sort().map((currency) => resultIn(currency, trades))
  const currencies = [...new Set(ordered.map((trade) => trade.currency))].sort()
  return {
    account,
    mode,
    results: resultsOf(ordered),
    days: [...new Set(closed.map((one) => one.day))]
      .sort()
      .map((day) => ({ day, results: resultsOf(closed.filter((one) => one.day === day).map((one) => one.reviewed)) })),
    topMfe: largest(ordered, (trade) => trade.mfe.pct),
    topMae: largest(ordered, (trade) => (trade.mae.pct === null ? null : plain(decimal(trade.mae.pct).times(-1)))),
    gaveBack: currencies.flatMap((currency) =>
      largest(
        ordered.filter((trade) => trade.currency === currency && gaveBackMuch(trade)),
        (trade) => trade.gaveBack,
      ),
    ),
    turned: ordered.filter(becameLoser),
    strategies: strategiesOf(ordered, currencies),
    trades: ordered,
  }
}
