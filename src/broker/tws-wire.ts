// What the rooms of one TWS session share: the requests that may be made, what outlives a session, and the wire itself as a room sees it.
import type { IBApi } from '@stoqey/ib'
import type { Instrument } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Clock } from '#src/clock.ts'
import type { HistoryPace, HistoryRules } from './history-pace.ts'
import type { BrokerEvent, Holdings, NoticeMeaning } from './port.ts'
import type { Turn } from './tws-pace.ts'

/** Every request this adapter can make, with its number on the wire (71, startApi, is made by the client itself). None needs write access. */
export const REQUESTS = {
  reqMktData: 1,
  cancelMktData: 2,
  reqAccountUpdates: 6,
  reqExecutions: 7,
  reqContractDetails: 9,
  reqCurrentTime: 49,
  reqMarketDataType: 59,
  reqPositions: 61,
  reqPnL: 92,
  reqPnLSingle: 94,
  cancelPnLSingle: 95,
  reqHistoricalData: 20,
  reqHistoricalTicks: 96,
  reqTickByTickData: 97,
  cancelTickByTickData: 98,
} as const
/** Orders may be asked for by a client that may also change them: refused while 'Read-Only API' is ticked, and never sent while TWS_READ_ONLY is true. */
export const ORDER_REQUESTS = { reqAllOpenOrders: 16 } as const
export const START_API = 71

export interface TwsOptions {
  readonly host: string
  readonly port: number
  readonly clientId: number
  readonly clock: Clock
  /** No request that needs write access is sent; true unless said otherwise. */
  readonly readOnly?: boolean
  /** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen. */
  readonly marketDataType?: 1 | 2 | 3 | 4
  /** The zone of a time that names none, where the connection time names none either: that of this machine if absent. */
  readonly timeZone?: string
  /** What earlier sessions learned: a fill's thin contract does not take it away again. */
  readonly instruments?: readonly Instrument[]
  /** IB allows half the market data lines a second, 50 by default. */
  readonly requestsPerSecondMax?: number
  readonly linesMax?: number
  /** How many contracts are heard trade by trade: TWS allows 5 with 100 lines. None unless said otherwise. */
  readonly streamsMax?: number
  /** How long TWS wants to wait between two such requests for one contract. */
  readonly streamPaceMs?: number
  readonly handshakeMs?: number
  /** How long executions and positions may be silent before we go on without their end marker. */
  readonly answerMs?: number
  readonly clockMs?: number
  /** How long the fill of a combo waits for the fills of its legs. */
  readonly comboMs?: number
  /** When a price request that failed for now is made again, and one that was refused. */
  readonly retryMs?: number
  readonly refusedMs?: number
  /** How long prices may stay away after 'restored, data maintained' (1102) before they are asked for anew. */
  readonly resumeMs?: number
  /** How long a snapshot may take, and how long its place rests after it. */
  readonly snapshotMs?: number
  readonly snapshotPauseMs?: number
  /** How often the past may be asked for: IB's own rules by default. */
  readonly historyRules?: HistoryRules
  /** How long an answer about the past may take. */
  readonly historyMs?: number
  /** How often the open orders are asked for, where that is allowed. */
  readonly ordersMs?: number
}

export type Settings = Required<TwsOptions>

/** What outlives a session. */
export interface Memory {
  /** Where TWS said that it listens from now on; null: where it is configured. */
  port: number | null
  readonly instruments: Map<number, Instrument>
  /** Where a contract was last seen trading: what a future is asked for by, until its details come. */
  readonly venues: Map<number, string>
  wanted: readonly Instrument[]
  /** Orders as they were last told, by permanent number. */
  readonly orders: Map<string, OrderEvent>
  /** The holdings whose worth is wanted; null: nobody wants to know. */
  valued: Holdings | null
  readonly historyPace: HistoryPace
  /** When each contract was asked for trade by trade last, by a clock that only goes forward. */
  readonly streamsAskedAt: Map<number, number>
}
export type OrderEvent = Extract<BrokerEvent, { kind: 'order' | 'combo' }>

/** The id the client gives to messages that answer no request. */
export const NO_REQUEST = -1
export const SMART = 'SMART'

/** One session, as far as its rooms use it. */
export interface Wire {
  readonly settings: Settings
  readonly memory: Memory
  /** The client as far as it may be used for requests. */
  readonly requests: Pick<IBApi, keyof typeof REQUESTS>
  readonly orderRequests: Pick<IBApi, keyof typeof ORDER_REQUESTS>
  /** TWS refuses to tell the open orders. */
  readonly ordersRefused: boolean
  /** The raw message that is being read. */
  readonly message: readonly string[]
  /** The zone of times that name none. */
  readonly zone: string
  nextRequestId(): number
  /** Sends when the pace allows it. */
  ask(send: () => void, urgency?: 'urgent' | 'patient'): Turn
  /** What is sent meanwhile goes out in one piece: TWS reads it at one moment. */
  together(send: () => void): void
  /** Asks the time, and tells the answer to who asked; nobody waits for it. To be called when it is its turn. */
  askTimeNow(tell: (at: Instant) => void): void
  /** The date of a price as its message has it; null where that cannot be. */
  dateOf(conId: number, name: string, at: Instant): Instant | null
  /** Acts after so many milliseconds, unless the session ends before. */
  later(ms: number, act: () => void): void
  tell(event: BrokerEvent): void
  /** @param part of the service, where it is that which is degraded or mended. */
  notice(message: string, meaning: NoticeMeaning, part?: string): void
}
