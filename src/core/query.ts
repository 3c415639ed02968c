// How trades and alerts are asked for: filters, orders and pages, the same words in GraphQL, in the store and at the command line.
// Pure: it says what is wanted, never how it is found.
import type { DecimalText } from './decimal.ts'
import type { AlertState } from './stored.ts'
import type { Instant } from './time.ts'
import type { Mode, Severity, TradeSide, TradeStatus, Unit } from './trade.ts'

/** Every condition given must hold; an empty list matches nothing. `…From` is inclusive, `…Until` exclusive. */
export interface TradeFilter {
  /** Absent: ORDER. The two units are never mixed in one answer. */
  readonly unit?: Unit
  readonly ids?: readonly string[]
  readonly accounts?: readonly string[]
  readonly symbols?: readonly string[]
  readonly conIds?: readonly number[]
  readonly sides?: readonly TradeSide[]
  readonly status?: TradeStatus
  readonly mode?: Mode
  readonly held?: boolean
  readonly strategies?: readonly string[]
  /** At least one of these tags. */
  readonly tags?: readonly string[]
  /** At least one of these mistakes. */
  readonly mistakes?: readonly string[]
  readonly openedFrom?: Instant
  readonly openedUntil?: Instant
  readonly closedFrom?: Instant
  readonly closedUntil?: Instant
  /** Ranges hold both ends; a trade whose value is unknown is in none. */
  readonly netPnlMin?: DecimalText
  readonly netPnlMax?: DecimalText
  readonly mfePctMin?: DecimalText
  readonly mfePctMax?: DecimalText
  readonly maePctMin?: DecimalText
  readonly maePctMax?: DecimalText
  readonly givebackMin?: DecimalText
  readonly givebackMax?: DecimalText
}

export const TRADE_ORDER_FIELDS = ['OPENED_AT', 'CLOSED_AT', 'MFE_PCT', 'MAE_PCT', 'NET_PNL', 'GIVEBACK'] as const
export type TradeOrderField = (typeof TRADE_ORDER_FIELDS)[number]
export const DIRECTIONS = ['ASC', 'DESC'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** Trades whose field is unknown (null) come last in either direction; equals are ordered by trade id. */
export interface TradeOrder {
  readonly field: TradeOrderField
  readonly direction: Direction
}

/** The order in which `replay` prints. */
export const DEFAULT_TRADE_ORDER: TradeOrder = { field: 'OPENED_AT', direction: 'ASC' }

export interface AlertFilter {
  readonly ids?: readonly string[]
  readonly tradeIds?: readonly string[]
  readonly ruleIds?: readonly string[]
  readonly accounts?: readonly string[]
  readonly symbols?: readonly string[]
  readonly severities?: readonly Severity[]
  /** Absent: every state but WITHDRAWN. */
  readonly states?: readonly AlertState[]
  /** Absent: both. */
  readonly unit?: Unit
  readonly from?: Instant
  readonly until?: Instant
}

export const PAGE_SIZE_DEFAULT = 50
export const PAGE_SIZE_MAX = 200

/** A Relay page: `first` after a cursor, or `last` before one. Neither: the first PAGE_SIZE_DEFAULT. More than PAGE_SIZE_MAX reads as that. */
export interface Page {
  readonly first?: number | null
  readonly after?: string | null
  readonly last?: number | null
  readonly before?: string | null
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}
