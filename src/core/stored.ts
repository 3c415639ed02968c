// What the store keeps of trades, alerts, facts and marks: the book's own words plus what only a store can add (its numbers, the
// account's mode, what the trader noted). Types only.
import type { DecimalText } from './decimal.ts'
import type { Fact, Mark, SessionChange } from './facts.ts'
import type { Instant } from './time.ts'
import type { Alert, Mode, Trade } from './trade.ts'

/** A trade as stored. `seq` is given by the one writer in the committing transaction and never goes down; the trader's own words are joined on read. */
export interface StoredTrade extends Trade, Words {
  readonly seq: number
  readonly mode: Mode
}

/** What is said of a trade: by its order's reference, and by whoever annotates it. */
export interface Words {
  readonly strategy: string | null
  readonly tags: readonly string[]
  readonly note: string | null
  readonly initialStop: DecimalText | null
  readonly initialTarget?: DecimalText | null
  /** How well it was traded, 1 to 5. */
  readonly rating?: number | null
  /** What went wrong, in the trader's own words. */
  readonly mistakes?: readonly string[]
}

export const ALERT_STATES = ['RAISED', 'LATE', 'ALREADY_BEYOND', 'WITHDRAWN', 'MISSED', 'SATISFIED'] as const
export type AlertState = (typeof ALERT_STATES)[number]

export interface StoredAlert extends Alert {
  /** A hash of rule, tier and trade, and of the ordinal of a repeated one: the same alert has the same id. */
  readonly id: string
  readonly seq: number
  readonly state: AlertState
  /** Of a withdrawn one: what it was before. Absent: nobody wrote that down. */
  readonly stateBefore?: AlertState
  readonly ruleVersion: number
  /** Host time of the commit. */
  readonly raisedAt: Instant
  readonly message: string
}

/** A fact and its place in the order of arrival; `raw` is the broker's own message where one came. */
export interface StoredFact {
  readonly arrival: number
  readonly fact: Fact
  /** Market time when the service heard it; absent where it was not heard live or the market's time was not known. */
  readonly seenAt?: Instant
  readonly raw?: unknown
}

/** A change of the session's state, written among the facts; those who fold them never read it. */
export interface StoredSession {
  readonly arrival: number
  readonly fact: SessionChange
  readonly seenAt?: Instant
  readonly raw?: undefined
}

export interface StoredMark extends Mark {
  readonly arrival: number
}
