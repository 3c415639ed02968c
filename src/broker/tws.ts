// The TWS (or IB Gateway) adapter: one session after the other over the socket API, told as facts, quotes and notices.
// It only listens: no request that needs write access can be made from here (the client is held by a type that has none).
// It never reconnects by itself (live.ts does) and never judges a price (record.ts does).
import type { Instrument } from '#core/facts.ts'
import { BrokerUnreachable } from '#src/errors.ts'
import { HISTORY_RULES, HistoryPace } from './history-pace.ts'
import type { Broker, BrokerEvent, Holdings, HistoryAnswer, HistoryRequest } from './port.ts'
import { adviceOnTws } from './tws-advice.ts'
import { Session } from './tws-session.ts'
import type { Memory, Settings, TwsOptions } from './tws-wire.ts'

export function openTws(options: TwsOptions): Broker {
  return new Tws(options)
}
class Tws implements Broker {
  readonly #memory: Memory
  readonly #settings: Settings
  #session: Session | null = null

  constructor(options: TwsOptions) {
    this.#settings = {
      readOnly: true,
      marketDataType: 1,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      instruments: [],
      requestsPerSecondMax: 40,
      linesMax: 100,
      streamsMax: 0,
      streamPaceMs: 15_000,
      handshakeMs: 10_000,
      answerMs: 5_000,
      clockMs: 5_000,
      comboMs: 1_000,
      retryMs: 30_000,
      refusedMs: 600_000,
      resumeMs: 30_000,
      snapshotMs: 15_000,
      snapshotPauseMs: 1_000,
      historyRules: HISTORY_RULES,
      historyMs: 60_000,
      ordersMs: 10_000,
      ...options,
    }
    this.#memory = {
      port: null,
      instruments: new Map(this.#settings.instruments.map((i) => [i.conId, i])),
      venues: new Map(),
      wanted: [],
      orders: new Map(),
      valued: null,
      historyPace: new HistoryPace(this.#settings.historyRules),
      streamsAskedAt: new Map(),
    }
  }

  async connect(tell: (event: BrokerEvent) => void): Promise<void> {
    await this.close()
    const session = new Session(this.#settings, this.#memory, tell)
    this.#session = session
    try {
      await session.open()
    } catch (error) {
      // Told to somebody else, or long ago: the next one is looked for where it is configured.
      this.#memory.port = null
      throw error
    }
  }

  watch(instruments: readonly Instrument[]): void {
    this.#memory.wanted = [...instruments]
    this.#session?.follow()
  }

  value(holdings: Holdings): void {
    this.#memory.valued = holdings
    this.#session?.value()
  }

  async catchUp(): Promise<void> {
    await this.#here().catchUp()
  }

  async askClock(): Promise<void> {
    await this.#here().askClock()
  }

  async history(request: HistoryRequest): Promise<HistoryAnswer> {
    return this.#session?.history(request) ?? { kind: 'later', reason: 'no session open' }
  }

  historyLasts(requests: number): number {
    return this.#memory.historyPace.lasts(requests, this.#settings.clock.monotonic())
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.close()
  }

  advice(): Promise<string> {
    return adviceOnTws(this.#settings.host, this.#settings.port)
  }

  #here(): Session {
    if (this.#session === null) throw new BrokerUnreachable(`${this.#settings.host}:${this.#settings.port}`, undefined, 'no session open')
    return this.#session
  }
}
