// What the product asks of a broker, and what a broker tells. Types only: no venue's name, message or code appears here.
import type { AccountSaid } from '#core/account.ts'
import type { DecimalText } from '#core/decimal.ts'
import type { Bar, Fact, Instrument } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { OrderState, WorkingOrder } from '#core/working-order.ts'

/** A price as the venue told it, before anybody judged whether it is a mark. */
export interface Quote {
  readonly conId: number
  /** The last eligible trade; null where only bid and ask are known (the mid is made by whoever records it). */
  readonly price: number | null
  readonly bid?: number
  readonly ask?: number
  /** The exchange's own time; null: undated, the receive time stands in. */
  readonly at: Instant | null
  readonly source: 'LAST' | 'MID'
  /** The venue sends this contract's prices late (no live subscription): never mixed with live ones. */
  readonly delayed?: boolean
  /** The venue says that nobody could have traded at this price. */
  readonly pastLimit?: boolean
  readonly unreported?: boolean
  readonly halted?: boolean
  /** Others of its contract were left out around it, under overload. */
  readonly sampled?: boolean
}

export const NOTICE_MEANINGS = ['ADVICE', 'TROUBLE', 'DEGRADED', 'MENDED', 'FEED_LOST', 'FEED_RESTORED'] as const
/** ADVICE: nothing to do. TROUBLE: one request failed. DEGRADED/MENDED: part of the service. FEED_LOST/FEED_RESTORED: no price and no fill arrives in between. */
export type NoticeMeaning = (typeof NOTICE_MEANINGS)[number]

export type BrokerEvent =
  /** Instruments, executions and commissions, in the order the wire told them. `history`: an execution told in answer to 'what happened today', not as it happened. */
  | { readonly kind: 'fact'; readonly fact: Fact; readonly raw?: unknown; readonly history?: boolean }
  | { readonly kind: 'quote'; readonly quote: Quote }
  /** The high and the low of a contract's session, as far as they are told: now, or before what is told next. Without a moment of their own. */
  | { readonly kind: 'range'; readonly conId: number; readonly high?: number; readonly low?: number; readonly delayed?: boolean }
  /** The live prices of one contract stay away while the session goes on (refused, late, over the limit), or come again: `at` is when, null: now. */
  | { readonly kind: 'prices'; readonly conId: number; readonly heard: boolean; readonly at: Instant | null; readonly reason: string }
  /** A price was dated so far ahead of the broker's clock that this cannot be its moment: it is told without a date, or not at all. */
  | { readonly kind: 'misdated'; readonly conId: number }
  /** The broker's clock (whole seconds) when it had taken the request for a contract's prices: what comes later is heard. */
  | { readonly kind: 'asked'; readonly conId: number; readonly at: Instant }
  /** The broker's answer to 'what time is it' (whole seconds). */
  | { readonly kind: 'clock'; readonly at: Instant }
  /** `zone`: in which a time that names none is read. */
  | { readonly kind: 'accounts'; readonly accounts: readonly string[]; readonly zone?: string }
  | {
      readonly kind: 'position'
      readonly account: string
      readonly instrument: Instrument
      readonly quantity: DecimalText
      /** Per unit, multiplier included; null: the venue has no value. */
      readonly averageCost: DecimalText | null
    }
  /** An order that works at the broker, or works no longer, where they are visible; what works is told again in every session. */
  | { readonly kind: 'order'; readonly order: WorkingOrder; readonly instrument: Instrument }
  /** An order for a combination that works, or works no longer. `legs`: the contracts it would fill, as far as they are known; told again when more of them are. */
  | { readonly kind: 'combo'; readonly order: OrderState; readonly legs: readonly Instrument[] }
  /** The list of open orders that was asked for was told to its end, or is refused because clients may only read: told once a session, and when it changes. */
  | { readonly kind: 'orders'; readonly visible: boolean }
  /** What the venue says of an account besides fills and prices; a missing number is null. */
  | { readonly kind: 'account'; readonly said: AccountSaid }
  /** Something the venue (code 0: the adapter itself) wants known. */
  | {
      readonly kind: 'notice'
      readonly code: number
      readonly message: string
      readonly requestId: number | null
      readonly meaning?: NoticeMeaning
      /** Which part of the service is DEGRADED or MENDED; none named: all of it. */
      readonly part?: string
    }
  /** The venue took the connection; the handshake is under way. */
  | { readonly kind: 'connected' }
  /** The session is over; `live.ts` opens another. */
  | { readonly kind: 'lost'; readonly reason: string }

/** What a contract traded at before now. */
export type HistoryRequest =
  /** Every price from an instant (a whole second) on, as many as one answer holds. */
  | { readonly kind: 'ticks'; readonly instrument: Instrument; readonly from: Instant }
  /** Bars of `[until - spanMs, until)`. */
  | { readonly kind: 'bars'; readonly instrument: Instrument; readonly until: Instant; readonly spanMs: number; readonly barMs: number }

export type HistoryAnswer =
  /** In order, dated by the second; whole from the instant asked for up to (not including) `until`; +∞: there are no more. */
  | { readonly kind: 'ticks'; readonly quotes: readonly Quote[]; readonly until: Instant }
  | { readonly kind: 'bars'; readonly bars: readonly Bar[] }
  /** There is none, and asking again will not help. */
  | { readonly kind: 'none'; readonly reason: string }
  /** Not now: no session, refused for the moment, no answer. */
  | { readonly kind: 'later'; readonly reason: string }

/** Contracts in accounts. */
export type Holdings = readonly { readonly account: string; readonly conId: number }[]

export interface Broker {
  /** Opens one session and catches up: handshake, accounts, executions of the day, positions. Resolves once caught up; throws BrokerUnreachable. */
  connect(tell: (event: BrokerEvent) => void): Promise<void>
  /** The contracts whose prices are wanted from now on, all of them, the most wanted first (others are let go). */
  watch(instruments: readonly Instrument[]): void
  /** What the venue itself says of these holdings and of every account is told from now on; asked again, the new list counts. */
  value?(holdings: Holdings): void
  /** Asks again for the day's executions; they are told as facts. Resolves at the end marker or its timeout. */
  catchUp(): Promise<void>
  /** Asks the broker's clock; the answer is told. Throws when none comes in time. */
  askClock(): Promise<void>
  /** Ends the session and lets go of every handle. Safe to call twice; `connect` may be called again afterwards. */
  close(): Promise<void>
  /** Prices of the past, asked for as soon as the venue's rules allow. Never throws. */
  history?(request: HistoryRequest): Promise<HistoryAnswer>
  /** How long so many more such requests would take, in milliseconds. */
  historyLasts?(requests: number): number
  /** What a person can do about a broker that cannot be reached: lines of text. */
  advice?(): Promise<string>
}
