// The review of one market day, as a model: what the day made, what it gave back, which rules fired and were right, how much of it was seen.
// Pure: trades, alerts and trajectories in, one value out; words, pictures and files are other rooms' work.
// Never a guess: what is not known is null, and percentages of nothing are null too.
import { type DecimalText, decimal, plain, ZERO } from './decimal.ts'
import type { StoredDifference } from './difference.ts'
import type { Instrument } from './facts.ts'
import { riskOf } from './plan.ts'
import { type CurrencyResult, largest, type Quality, qualityOf, resultIn, type StrategyResult, strategiesOf } from './result.ts'
import { type ReviewedAlert, type ReviewedTrade, reviewTrade, SECTIONS, wasInProfit } from './reviewed-trade.ts'
import { type Lapses, lapsesOf, type RuleReview, rulesReview, type StandingRule, type Watched } from './rule-review.ts'
import { marketDay } from './session.ts'
import type { StoredAlert, StoredTrade } from './stored.ts'
import { compareTrailing, type Trailing } from './trailing.ts'
import type { Day, Instant } from './time.ts'
import { MODES, type Mode, type TrajectoryPoint } from './trade.ts'
import type { Known } from './verdict.ts'

export type { CurrencyResult, Quality, StrategyResult } from './result.ts'
export type { ReviewedAlert, ReviewedTrade, Section } from './reviewed-trade.ts'
export type { Lapse, Lapses, RuleReview } from './rule-review.ts'
export type { Trailing } from './trailing.ts'
export type { Verdict } from './verdict.ts'

export interface ReviewInput {
  readonly day: Day
  /** Trades of the ORDER unit that were opened, closed or open on that day; others are left out. */
  readonly trades: readonly StoredTrade[]
  /** Alerts of these trades, of any day; only the day's are listed. */
  readonly alerts: readonly StoredAlert[]
  readonly instruments: readonly Instrument[]
  /** By trade id; needed for trades that outlived the day, to tell how they stood at its end. */
  readonly trajectories: ReadonlyMap<string, readonly TrajectoryPoint[]>
  /** Only this account; absent: all of them, each in a section of its own. */
  readonly account?: string | null
  /** Prices of the contract after a trade's exit, by trade id, where some were kept. */
  readonly shadows?: ReadonlyMap<string, Known['shadow']>
  /** Trades that closed before the day, to compare it with. */
  readonly history?: readonly StoredTrade[]
  /** The rules whose silence is looked at; absent: what was missed is only known from the alerts themselves. */
  readonly rules?: readonly StandingRule[]
  /** Where the broker's figures were not ours at some time of the day. */
  readonly differences?: readonly StoredDifference[]
  /** Market time now: a verdict whose horizon lies behind it is PENDING. Absent or null: all has been told. */
  readonly asOf?: Instant | null
}

/** Twenty trading days and the hundred last trades lie within so many calendar days, or are not reached. */
export const HISTORY_DAYS = 45

export interface Review {
  readonly day: Day
  readonly account: string | null
  /** No trade was opened, closed or open. */
  readonly quiet: boolean
  /** One for each account in each mode: a paper number never meets a live one. */
  readonly accounts: readonly AccountReview[]
}

export interface AccountReview {
  readonly account: string
  readonly mode: Mode
  readonly results: readonly CurrencyResult[]
  readonly trades: readonly ReviewedTrade[]
  readonly topMfe: readonly ReviewedTrade[]
  readonly topMae: readonly ReviewedTrade[]
  /** Closed trades that were in profit and left something of their best result, the largest amount first, per currency. */
  readonly gaveBack: readonly ReviewedTrade[]
  /** Closed trades that were in profit once and ended as losers. */
  readonly turned: readonly ReviewedTrade[]
  /** Losers whose contract stood, between the exit and the end of its shadow, as far in profit as they had risked: their stop was noise. Empty where no prices were kept. */
  readonly noise: readonly NoiseStop[]
  readonly alerts: readonly ReviewedAlert[]
  readonly rules: readonly RuleReview[]
  readonly lapses: Lapses
  readonly strategies: readonly StrategyResult[]
  /** The days before, one for each currency that has some. */
  readonly trailing: readonly Trailing[]
  readonly quality: Quality
}

export interface NoiseStop {
  readonly trade: ReviewedTrade
  readonly price: DecimalText
  readonly at: Instant
}

/** One trade in all its forms on the way through a review. */
interface Seen extends Watched {
  readonly shadow: Known['shadow']
}

export function reviewDay(input: ReviewInput): Review {
  const account = input.account ?? null
  const instruments = new Map(input.instruments.map((instrument) => [instrument.conId, instrument]))
  const seen = input.trades
    .filter((trade) => trade.unit === 'ORDER' && (account === null || trade.account === account))
    .flatMap((trade) => seenOn(trade, input, instruments.get(trade.conId)))
  const accounts = MODES.flatMap((mode) => {
    const ofMode = seen.filter(({ trade }) => trade.mode === mode)
    return [...new Set(ofMode.map(({ trade }) => trade.account))].sort().map((name) =>
      reviewAccount(
        name,
        mode,
        ofMode.filter(({ trade }) => trade.account === name),
        input,
        instruments,
      ),
    )
  })
  return { day: input.day, account, quiet: accounts.length === 0, accounts }
}

function seenOn(trade: StoredTrade, input: ReviewInput, instrument: Instrument | undefined): Seen[] {
  const points = input.trajectories.get(trade.tradeId) ?? []
  const shadow = input.shadows?.get(trade.tradeId) ?? []
  const alerts = input.alerts.filter((alert) => alert.tradeId === trade.tradeId)
  const reviewed = reviewTrade(trade, { day: input.day, instrument, points, alerts, shadow, asOf: input.asOf ?? null })
  const said = new Set(alerts.map((alert) => alert.ruleId))
  return reviewed === null ? [] : [{ reviewed, trade, points, shadow, said, isOfDay: (at) => marketDay(at, instrument ?? {}) === input.day }]
}

function reviewAccount(
  account: string,
  mode: Mode,
  seen: readonly Seen[],
  { day, history = [], rules = [], differences = [] }: ReviewInput,
  instruments: ReadonlyMap<number, Instrument>,
): AccountReview {
  const ordered = seen.map((one) => one.reviewed).sort((a, b) => a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1))
  const traded = ordered.filter((trade) => trade.section !== 'HELD')
  const closed = traded.filter((trade) => trade.section === 'CLOSED')
  const currencies = [...new Set(traded.map((trade) => trade.currency))].sort()
  const lapses = lapsesOf(seen, rules)
  return {
    account,
    mode,
    results: currencies.map((currency) => resultIn(currency, traded)),
    trades: SECTIONS.flatMap((section) => ordered.filter((trade) => trade.section === section)),
    topMfe: largest(traded, (trade) => trade.mfe.pct),
    topMae: largest(traded, (trade) => (trade.mae.pct === null ? null : plain(decimal(trade.mae.pct).times(-1)))),
    gaveBack: currencies.flatMap((currency) =>
      largest(
        closed.filter((trade) => trade.currency === currency && gaveBackMuch(trade)),
        (trade) => trade.gaveBack,
      ),
    ),
    turned: closed.filter(becameLoser),
    noise: seen.flatMap(noiseIn).sort((a, b) => a.at - b.at || (a.trade.tradeId < b.trade.tradeId ? -1 : 1)),
    alerts: ordered.flatMap((trade) => trade.alerts).sort((a, b) => a.at - b.at || (a.tradeId < b.tradeId ? -1 : a.tradeId > b.tradeId ? 1 : 0)),
    rules: rulesReview(ordered, lapses),
    lapses,
    strategies: strategiesOf(closed, currencies),
    trailing: currencies.flatMap((currency) => {
      const before = history.filter((trade) => trade.account === account && trade.mode === mode && trade.currency === currency)
      return compareTrailing(currency, day, before, instruments) ?? []
    }),
    quality: qualityOf(
      ordered,
      differences.filter((one) => one.account === account),
    ),
  }
}

/** A trade that was taken near its best gave back nothing worth a line: less than this share of it. */
const MUCH_PCT = decimal(10)

export function gaveBackMuch(trade: ReviewedTrade): boolean {
  return trade.gaveBackPct !== null && decimal(trade.gaveBackPct).gte(MUCH_PCT)
}

/** It gave back all it had and more. (A trade that was never in profit gave back nothing.) */
export function becameLoser(trade: ReviewedTrade): boolean {
  return trade.gaveBack !== null && decimal(trade.gross ?? 0).lt(ZERO)
}

/** A loser with a stop whose contract, after the exit, went as far the other way as was at stake. Without a stop none was hit. */
function noiseIn({ reviewed, trade, shadow }: Seen): NoiseStop[] {
  const planned = riskOf(trade)
  if (reviewed.section !== 'CLOSED' || planned === null || !decimal(trade.grossPnl).lt(ZERO) || wasInProfit(trade)) return []
  const sign = trade.side === 'LONG' ? 1 : -1
  const entry = Number(trade.entryPrice)
  const risk = Math.abs(Number(planned.entryPrice) - Number(planned.stop))
  const target = risk > 0 ? shadow.find(({ price }) => sign * (price - entry) >= risk) : undefined
  return target === undefined ? [] : [{ trade: reviewed, price: String(target.price), at: target.at }]
}
