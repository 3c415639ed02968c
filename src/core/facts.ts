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
  /** Said where two accounts share the execution id. */
  readonly account?: string
  readonly amount: DecimalText
  readonly currency: string
  readonly at?: Instant
  readonly seenAt?: Instant
}

/** HISTORY: fetched afterwards, dated by the second. */
export const MARK_SOURCES = ['LAST', 'MID', 'BAR', 'DAY_RANGE', 'SAMPLED', 'HISTORY'] as const
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

export const REPAIR_SOURCES = ['TICKS', 'BARS'] as const
/** The prices between two instants were fetched afterwards: that time is taken out of the contract's gaps, whenever they were told. */
export interface Repair {
  readonly kind: 'repair'
  readonly conId: number
  readonly from: Instant
  readonly to: Instant
  readonly source: (typeof REPAIR_SOURCES)[number]
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

export const ADOPTION_REASONS = ['POSITION', 'TRANSFER', 'EXERCISE', 'ASSIGNMENT'] as const
/**
 * A position that came without executions of ours: found at start, transferred in, delivered by an option. Held for the long term, partial since `at`.
 * With the reason POSITION it says what the position was at that time: what executions before it explain is theirs, however late they become known.
 */
export interface Adoption {
  readonly kind: 'adopt'
  readonly account: string
  readonly conId: number
  /** Signed: long above 0, short below. */
  readonly quantity: DecimalText
  /** The basis a unit, in points of price, as far as somebody told it. */
  readonly price: DecimalText
  readonly reason?: (typeof ADOPTION_REASONS)[number]
  readonly at: Instant
  readonly seenAt?: Instant
}

export const SETTLEMENT_REASONS = ['EXPIRY', 'EXERCISE', 'ASSIGNMENT', 'CASH_IN_LIEU', 'TRANSFER_OUT'] as const
/** A position that went without an execution: it closes what is open, oldest first, and never opens anything. */
export interface Settlement {
  readonly kind: 'settlement'
  readonly account: string
  readonly conId: number
  /** Signed change of the position: below 0 takes from a long one. */
  readonly quantity: DecimalText
  /** 0 or the intrinsic value of an option, the cash paid for a fraction of a share. */
  readonly price: DecimalText
  readonly reason: (typeof SETTLEMENT_REASONS)[number]
  readonly at: Instant
  readonly seenAt?: Instant
}

/** New units for each old one: '4', '0.1'. Quantities grow and prices shrink by it; results stay. */
export interface Split {
  readonly kind: 'split'
  readonly conId: number
  readonly ratio: DecimalText
  readonly at: Instant
  readonly seenAt?: Instant
}

/** An execution that never was: a bust told on a statement. */
export interface Cancel {
  readonly kind: 'cancel'
  readonly executionId: string
  readonly account?: string
  readonly at?: Instant
  readonly seenAt?: Instant
}

/** The trade that this execution opens is held for the long term. */
export interface Hold {
  readonly kind: 'hold'
  readonly executionId: string
  readonly account?: string
  readonly at?: Instant
  readonly seenAt?: Instant
}

/** An exit order that belongs to an entry order (parent, OCA): it closes that one's trade first. Orders by their `permId`. */
export interface Link {
  readonly kind: 'link'
  readonly account: string
  readonly exitPermId: string
  readonly entryPermId: string
  readonly at?: Instant
  readonly seenAt?: Instant
}

/** One order under two numbers: what a statement calls `permId`, the broker's socket calls otherwise. Executions under either are of one order. */
export interface SameOrder {
  readonly kind: 'sameOrder'
  readonly account: string
  readonly permId: string
  /** As the socket knows it: its permId, or client and order where it has none. */
  readonly asPermId?: string
  readonly asOrderId?: string
  readonly asClientId?: string
  readonly at?: Instant
  readonly seenAt?: Instant
}

/** Where a trade's stop and target stand, by the execution that opened it. The first stop freezes its R; later ones are moves. */
export interface Plan {
  readonly kind: 'plan'
  readonly executionId: string
  readonly account?: string
  readonly stop?: DecimalText
  readonly target?: DecimalText
  readonly at: Instant
  readonly seenAt?: Instant
}

/** What was traded after `from` and until `to`, without knowing in which order. Its first and last price, where they are known, are those of its two ends. */
export interface Bar {
  readonly kind: 'bar'
  readonly conId: number
  readonly from: Instant
  readonly to: Instant
  readonly high: DecimalText
  readonly low: DecimalText
  readonly open?: DecimalText
  readonly close?: DecimalText
  readonly seenAt?: Instant
}

/** The broker's high or low of the session moved to this, some time before `at` and after it was told last. */
export interface DayRange {
  readonly kind: 'dayRange'
  readonly conId: number
  readonly high?: DecimalText
  readonly low?: DecimalText
  /** So it stands; when it was reached is not said. What moves from here on has moved since. */
  readonly stands?: boolean
  /** It may have been reached before it was told last, but not before this: the broker tells a move a little late. */
  readonly since?: Instant
  readonly at: Instant
  readonly seenAt?: Instant
}

/** A state of the session with the broker, and why it came to it: what was known of the connection at any time. No fold looks at it, no tape tells it. */
export interface SessionChange {
  readonly kind: 'session'
  readonly broker: string
  readonly state: string
  readonly reason: string
  /** By the host's clock: a session that is not open yet knows no other. */
  readonly at: Instant
  readonly seenAt?: Instant
}

/** What moves positions without an execution, or says how executions are to be read. */
export type Change = Adoption | Settlement | Split | Cancel | Hold | Link | SameOrder
/** Every kind of fact but the mark, which is told to the book on a path of its own. */
export type Fact = Instrument | Execution | Commission | Gap | Repair | FxRate | Change | Plan | Bar | DayRange
export type AnyFact = Fact | Mark

/** At one instant facts are told in this order; those of one number in the order in which they came. */
export const TELLING_ORDER: Readonly<Record<AnyFact['kind'], number>> = {
  instrument: 0,
  link: 0,
  sameOrder: 0,
  hold: 0,
  split: 1,
  adopt: 1,
  execution: 1,
  settlement: 1,
  cancel: 1,
  commission: 2,
  plan: 2,
  fxRate: 2,
  gap: 3,
  repair: 3,
  mark: 3,
  bar: 3,
  dayRange: 3,
}

/** The last instant a fact speaks of; null where it speaks of none. */
export function endOf(fact: AnyFact): Instant | null {
  return 'to' in fact ? fact.to : (fact.at ?? null)
}
