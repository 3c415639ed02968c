// The facts: what happened, as the broker or a tape told it. Readonly, append-only, each with an identity of its own.
// Pure: nothing here reads a file, a socket or a clock. `tape.ts` turns lines of text into these and back.
import type { DecimalText } from './decimal.ts'
import type { Instant } from './time.ts'

export const SIDES = ['BUY', 'SELL'] as const
/** The side of an execution. */
export type ExecutionSide = (typeof SIDES)[number]

export const SEC_TYPES = ['STK', 'FUT', 'OPT', 'FOP', 'CASH', 'BAG', 'BOND', 'CFD', 'IND', 'WAR', 'CRYPTO', 'FUND', 'CMDTY', 'EVENT'] as const

/** A contract and how its prices become money. A later one of the same conId replaces the earlier. */
export interface Instrument {
  readonly kind: 'instrument'
  readonly conId: number
  readonly symbol: string
  readonly secType: string
  readonly currency: string
  /** Money per point of price and unit of quantity. Absent, empty or 0 reads as 1. */
  readonly multiplier?: DecimalText
  readonly minTick?: DecimalText
  readonly exchange?: string
  readonly localSymbol?: string
  readonly underlying?: string
  readonly expiry?: string
  readonly strike?: DecimalText
  readonly right?: string
  /** IANA zone of the exchange, as contract details say: 'US/Eastern'. */
  readonly timeZone?: string
  /** Trading hours as the broker prints them: '20131007:0930-20131007:1600;20131008:CLOSED'. */
  readonly liquidHours?: string
  readonly tradingHours?: string
  readonly priceMagnifier?: DecimalText
  readonly at?: Instant
  readonly seenAt?: Instant
}

/** One fill as the broker reported it. Its price may be 0 or negative (combos). */
export interface Execution {
  readonly kind: 'execution'
  readonly executionId: string
  readonly account: string
  readonly conId: number
  readonly side: ExecutionSide
  /** Units traded, at least 0; 0 is a bust. */
  readonly quantity: DecimalText
  readonly price: DecimalText
  readonly at: Instant
  readonly permId?: string
  readonly orderId?: string
  readonly clientId?: string
  readonly orderRef?: string
  readonly exchange?: string
  /** The broker force-closed the position. */
  readonly liquidation?: boolean
  readonly seenAt?: Instant
}

/** What one execution cost: positive a cost, negative a rebate. The last one of an execution wins. */
export interface Commission {
  readonly kind: 'commission'
  readonly executionId: string
  readonly amount: DecimalText
  readonly currency: string
  readonly at?: Instant
  readonly seenAt?: Instant
}

export const MARK_SOURCES = ['LAST', 'MID', 'BAR', 'DAY_RANGE', 'SAMPLED'] as const
export type MarkSource = (typeof MARK_SOURCES)[number]

/** A price of a contract at an instant. At most 15 significant digits, so that the double holds it exactly. */
export interface Mark {
  readonly kind: 'mark'
  readonly conId: number
  readonly price: number
  readonly at: Instant
  readonly bid?: number
  readonly ask?: number
  readonly source?: MarkSource
  readonly seenAt?: Instant
}

/** Time without marks: nothing is known of the contract's price between the two instants. No conId: of every contract. */
export interface Gap {
  readonly kind: 'gap'
  readonly conId?: number
  readonly from: Instant
  readonly to: Instant
  readonly reason?: string
  readonly seenAt?: Instant
}

/** One unit of `base` costs `rate` units of `quote`, from `at` on. */
export interface FxRate {
  readonly kind: 'fxRate'
  readonly base: string
  readonly quote: string
  readonly rate: DecimalText
  readonly at: Instant
  readonly seenAt?: Instant
}

/** Every kind of fact but the mark, which is told to the book on a path of its own. */
export type Fact = Instrument | Execution | Commission | Gap | FxRate
export type AnyFact = Fact | Mark
