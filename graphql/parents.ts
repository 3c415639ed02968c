// What a resolver is handed for an object of each type: the store's and the core's own values, nothing copied. Types only.
import type { DecimalText } from '#core/decimal.ts'
import type { Instrument } from '#core/facts.ts'
import type { Histogram } from '#core/histogram.ts'
import type { Connection } from '#core/query.ts'
import type { CurrencyResult } from '#core/review.ts'
import type { Rule } from '#core/rules.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { Day, Instant } from '#core/time.ts'
import type { Excursion, Mode, TrajectoryPoint } from '#core/trade.ts'
import type { BrokerStatus } from '#src/bus.ts'

export type TradeParent = StoredTrade
export type AlertParent = StoredAlert
export type TradeConnectionParent = Connection<StoredTrade>
export type AlertConnectionParent = Connection<StoredAlert>
export type ReviewConnectionParent = Connection<ReviewParent>
export type TrajectoryPointParent = TrajectoryPoint
export type HistogramParent = Histogram
export type BrokerStatusParent = BrokerStatus

/** One excursion, with what R is measured against. */
export interface ExcursionParent extends Excursion {
  readonly r: DecimalText | null
}

export interface TrajectoryParent {
  readonly trade: StoredTrade
  readonly all: readonly TrajectoryPoint[]
  /** How many are wanted at most; null: all. */
  readonly limit: number | null
}

/** The contract where it is known; else what the trade itself says of it. */
export type InstrumentParent = Omit<Instrument, 'kind'>

export interface RuleParent extends Rule {
  readonly version: number
}

export interface DayTotalParent extends CurrencyResult {
  readonly account: string
  readonly mode: Mode
}

export interface ReviewParent {
  readonly day: Day
  readonly account: string | null
  readonly markdown: string
  readonly updatedAt: Instant
  readonly totals: readonly DayTotalParent[]
  readonly tradeIds: readonly string[]
}
