// A trade as the book tells it to the rooms outside: plain values, ready to be stored, printed or sent. Decimals are text.
import type { DecimalText } from './decimal.ts'
import type { ExecutionSide } from './facts.ts'
import type { Instant } from './time.ts'

export const UNITS = ['ORDER', 'ROUND_TRIP'] as const
/** ORDER: one entry order, closed first-in-first-out. ROUND_TRIP: flat to flat in one account and contract. */
export type Unit = (typeof UNITS)[number]
export type TradeSide = 'LONG' | 'SHORT'
export type TradeStatus = 'OPEN' | 'CLOSED'
export const MODES = ['LIVE', 'PAPER', 'DEMO'] as const
export type Mode = (typeof MODES)[number]

/** Paper accounts of this broker begin with D. */
export function isPaper(account: string): boolean {
  return account.startsWith('D')
}

/** How far a trade went one way, in three views (INTERFACES, 'Three views of an excursion'). `favourable` ones are at least 0, adverse ones at most 0. */
export interface Excursion {
  /** The best (worst) price level since entry. */
  readonly price: DecimalText
  readonly at: Instant
  /** Percent of the volume-weighted entry of that moment; null where that entry was 0. */
  readonly pct: DecimalText | null
  readonly pctAt: Instant | null
  /** Gross running result, in the instrument's currency. */
  readonly pnl: DecimalText
  readonly pnlAt: Instant
}

/** The part of an execution that belongs to this trade. */
export interface Fill {
  readonly executionId: string
  readonly side: ExecutionSide
  readonly role: 'ENTRY' | 'EXIT'
  readonly quantity: DecimalText
  readonly price: DecimalText
  readonly at: Instant
  /** This part's share, in the instrument's currency; null while unknown. */
  readonly commission: DecimalText | null
  /** The broker ordered it, to close by force. */
  readonly liquidation?: true
}

export const PROVENANCE_SOURCES = ['TICK', 'SAMPLED', 'BAR', 'DAY_RANGE', 'ENTRY'] as const
/** What the excursions were measured from, and how much of the trade's life was covered. */
export interface Provenance {
  /** ENTRY: no mark was seen, only fills. */
  readonly source: (typeof PROVENANCE_SOURCES)[number]
  /** Share (0..1) of the trade's life not inside a declared gap; null for a trade without any life yet. */
  readonly coverage: DecimalText | null
  readonly gaps: readonly { readonly from: Instant; readonly to: Instant }[]
  /** The position came without its executions: nothing is known of it before. */
  readonly partialSince?: Instant
  /** Bars that contained the entry and could not be used. */
  readonly leftOut?: number
  /** Of its marks only those it stands on are still kept: its numbers are what they were, its alerts are judged no more. */
  readonly thinned?: true
}

/** What a trade was meant to lose at most, frozen when its first stop is known: |entry − stop| · quantity · multiplier. */
export interface Risk {
  /** 1 R, in the instrument's currency. */
  readonly amount: DecimalText
  /** The first stop; it and the entry price are as quoted at that time. */
  readonly stop: DecimalText
  readonly entryPrice: DecimalText
  readonly quantity: DecimalText
  readonly frozenAt: Instant
}

/** 'stop widened, 98.0 → 96.5, −0.4 R'. */
export interface StopMove {
  readonly way: 'WIDENED' | 'TIGHTENED'
  readonly from: DecimalText
  readonly to: DecimalText
  /** Below 0 where there is more to lose than before; null where R is 0. */
  readonly r: DecimalText | null
  readonly at: Instant
}

/** Where a trade was meant to be left, and what was made of it (core/plan.ts). */
export interface TradePlan {
  /** Null without a stop. */
  readonly risk: Risk | null
  /** Where stop and target stand now, as quoted. */
  readonly stop: DecimalText | null
  readonly target: DecimalText | null
  readonly moves: readonly StopMove[]
}

export interface Trade {
  readonly unit: Unit
  /** unit:account:conId:family of the opening execution. */
  readonly tradeId: string
  readonly account: string
  readonly conId: number
  readonly symbol: string
  readonly secType: string
  readonly currency: string
  readonly multiplier: DecimalText
  readonly side: TradeSide
  readonly status: TradeStatus
  /** Total quantity entered. */
  readonly quantity: DecimalText
  readonly openQuantity: DecimalText
  readonly entryPrice: DecimalText
  /** Volume-weighted price of the closing fills; null while the trade is open. */
  readonly exitPrice: DecimalText | null
  /** The last price the trade saw: its own fill or a mark. */
  readonly lastPrice: DecimalText
  readonly openedAt: Instant
  readonly closedAt: Instant | null
  /** The instant of the last fact that concerned the trade. */
  readonly updatedAt: Instant
  readonly grossPnl: DecimalText
  readonly commission: DecimalText | null
  readonly netPnl: DecimalText | null
  readonly mfe: Excursion
  readonly mae: Excursion
  /** The largest fall from the best price since entry while open, percent of the entry of that moment; null where that entry was 0. */
  readonly drawdownPct: DecimalText | null
  readonly orderRef: string | null
  /** Null where neither a stop nor a target is known. */
  readonly plan: TradePlan | null
  /** Held for the long term: stands outside rules (unless their scope says so) and round trips. */
  readonly held: boolean
  readonly fills: readonly Fill[]
  readonly provenance: Provenance
}

/** One point of a trade's trajectory: the state after the last fact of its millisecond. */
export interface TrajectoryPoint {
  readonly tradeId: string
  readonly at: Instant
  readonly last: number
  readonly mfe: number
  readonly mae: number
}

/** An alert as a rule raised it. */
export interface Alert {
  readonly ruleId: string
  readonly tier: number
  /** Its rule and tier fired for this trade for the second time, the third, …; absent: for the first. */
  readonly ordinal?: number
  readonly tradeId: string
  readonly unit: Unit
  readonly account: string
  readonly conId: number
  readonly symbol: string
  readonly at: Instant
  readonly price: DecimalText
  /** mfePct for MFE_TARGET and TIME_STOP, the percentage now for the others; null where the entry is 0. */
  readonly pct: DecimalText | null
  readonly severity: Severity
  /** When the trade was opened: part of the order in which alerts are printed. */
  readonly openedAt: Instant
}

export const SEVERITIES = ['info', 'warn', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]
