// The bus: tells everyone in this process what was just committed. It stores nothing and promises nothing:
// who missed something reads it again from the store by `seq`. Events are published after the commit, never before.
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { TrajectoryPoint } from '#core/trade.ts'

export const BROKER_STATES = ['CONNECTING', 'HANDSHAKING', 'CATCHING_UP', 'BACKFILLING', 'READY', 'DEGRADED', 'GAP', 'CLOSED'] as const
export type BrokerState = (typeof BROKER_STATES)[number]

/** Executions and positions of the day are in, and prices are asked for: what comes from here on is as it happens. */
export function isOpen(state: BrokerState): boolean {
  return state === 'BACKFILLING' || state === 'READY' || state === 'DEGRADED'
}

/** What the session with one broker is doing, and since when. */
export interface BrokerStatus {
  readonly name: 'tws' | 'client-portal' | 'tape'
  readonly state: BrokerState
  /** Why it is in this state, in words for a person. */
  readonly reason: string
  readonly since: Instant
  readonly host: string
  readonly port: number
  readonly accounts: readonly string[]
  /** The market's time, where it is known. */
  readonly marketTime: Instant | null
  /** No request that needs write access is ever sent. */
  readonly readOnly: boolean
}

/** Every row told has a seq of its own, rising from event to event of one kind: `seq` is what a subscriber resumes from. */
export type BusEvent =
  | { readonly kind: 'trade'; readonly seq: number; readonly trade: StoredTrade }
  | { readonly kind: 'trajectory'; readonly seq: number; readonly point: TrajectoryPoint }
  | { readonly kind: 'alert'; readonly seq: number; readonly alert: StoredAlert }
  | { readonly kind: 'broker'; readonly status: BrokerStatus }
  /** A correction took away what was told before: the trade itself, or points of its trajectory. Who follows it reads again. */
  | { readonly kind: 'rewritten'; readonly seq: number; readonly tradeId: string }
  /** The writer has taken every decision up to this number in, and told what changed by it. */
  | { readonly kind: 'decided'; readonly upTo: number }

export interface Bus {
  /** Tells every listener, in order, before it returns. A listener that throws harms nobody else. */
  publish(events: readonly BusEvent[]): void
  /** Returns the function that stops listening. */
  subscribe(listener: (event: BusEvent) => void): () => void
  /** How many are listening now: 0 after everyone has gone. */
  readonly listeners: number
}

export function openBus(onListenerError: (error: unknown) => void = rethrowLater): Bus {
  const listeners = new Set<(event: BusEvent) => void>()
  return {
    publish(events) {
      for (const event of events) {
        for (const listener of [...listeners]) {
          try {
            listener(event)
          } catch (error) {
            onListenerError(error)
          }
        }
      }
    },
    subscribe(listener) {
      const own = (event: BusEvent) => listener(event)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    get listeners() {
      return listeners.size
    },
  }
}

/** A listener's fault is a programming error: it surfaces as an uncaught exception, but not inside the writer's publish. */
function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
