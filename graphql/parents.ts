// What a resolver is handed for an object of each type: the store's and the core's own values, nothing copied. Types only.
import type { Distance } from '#core/distance.ts'
import type { StoredDifference } from '#core/difference.ts'
import type { Instrument } from '#core/facts.ts'
import type { Histogram } from '#core/histogram.ts'
import type { Connection } from '#core/query.ts'
import type { AccountReview, CurrencyResult, ReviewedTrade, RuleReview, Verdict } from '#core/review.ts'
import type { Dwell } from '#core/reviewed-trade.ts'
import type { Rule } from '#core/rules.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { SystemAlert } from '#core/system-alert.ts'
import type { Day, Instant } from '#core/time.ts'
import type { Excursion, Mode, Provenance, TrajectoryPoint } from '#core/trade.ts'
import type { LatestPoint } from '#store/trades.ts'
import type { BrokerStatus } from '#src/bus.ts'
import type { Delivery } from '#store/deliveries.ts'

export type TradeParent = StoredTrade
export type AlertParent = StoredAlert
export type TradeConnectionParent = Connection<StoredTrade>
export type AlertConnectionParent = Connection<StoredAlert>
export type ReviewConnectionParent = Connection<ReviewParent>
export type TrajectoryPointParent = TrajectoryPoint | LatestPoint
export type HistogramParent = Histogram
export type BrokerStatusParent = BrokerStatus
export type DeliveryParent = Delivery
export type DifferenceParent = StoredDifference
export type DeliveryConnectionParent = Connection<Delivery>
export type SystemAlertParent = SystemAlert
export type SystemAlertConnectionParent = Connection<SystemAlert>
export type RuleDistanceParent = Distance
export type AccountReviewParent = AccountReview
export type ReviewedTradeParent = ReviewedTrade
export type RuleReviewParent = RuleReview
export type VerdictCountsParent = Readonly<Record<Verdict, number>>
export type DwellParent = Dwell

/** One excursion, and whose: the hours of its contract say in which session it was reached, its plan what R is. */
export interface ExcursionParent extends Excursion {
  readonly trade: StoredTrade
}

export interface TrajectoryParent {
  readonly trade: StoredTrade
  readonly all: readonly TrajectoryPoint[]
  /** How many are wanted at most; null: all. */
  readonly limit: number | null
}

/** The contract where it is known; else what the trade itself says of it. */
export type InstrumentParent = Omit<Instrument, 'kind'>
export type ProvenanceParent = Provenance

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
  /** As it was stored: one made by an earlier version may lack what a later one tells. */
  readonly accounts: readonly AccountReview[]
  readonly totals: readonly DayTotalParent[]
  readonly tradeIds: readonly string[]
}
