// What one TWS session is asked of the past: ticks and bars, one request after the other as IB's rules allow (history-pace.ts).
// Never decides what is worth asking for.
import { BarSizeSetting, EventName, type IBApi, WhatToShow } from '@stoqey/ib'
import type { Bar, Instrument } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import { Answer } from './tws-answer.ts'
import type { HistoryAsking } from './history-pace.ts'
import type { HistoryAnswer, HistoryRequest, Quote } from './port.ts'
import type { Contracts } from './tws-contracts.ts'
import { isMarkedByTrades } from './tws-parse.ts'
import { instantOf, parsePastBar, parsePastQuote, parsePastTrade, type TwsPastQuote, type TwsPastTrade } from './tws-past.ts'
import type { Wire } from './tws-wire.ts'

/** One request on its way, or waiting for its turn. */
interface Asking extends HistoryAsking {
  readonly what: HistoryRequest
  readonly answer: PromiseWithResolvers<HistoryAnswer>
  readonly quotes: Quote[]
  readonly bars: Bar[]
  /** How many ticks came, whether they were prices or not, and the second of the last one. */
  ticks: number
  lastTickAt: Instant | null
}

type Safely = <A extends unknown[]>(hear: (...args: A) => void) => (...args: A) => void

const TICKS_MAX = 1_000
/** 'Historical market data service error': there is none, or it was asked for too often. */
const HISTORY_ERROR = 162
const PACING = /pacing violation/i
const BAR_SIZES: Readonly<Record<number, BarSizeSetting>> = {
  1000: BarSizeSetting.SECONDS_ONE,
  5000: BarSizeSetting.SECONDS_FIVE,
  30000: BarSizeSetting.SECONDS_THIRTY,
  60000: BarSizeSetting.MINUTES_ONE,
}
const DAY_MS = 86_400_000

export class Histories {
  readonly #wire: Wire
  readonly #contracts: Contracts
  #waiting: Asking[] = []
  readonly #open = new Map<number, Asking>()
  /** One is about to go out: the rules count from when it does. */
  #sending: Asking | null = null
  #wakesAt = Number.POSITIVE_INFINITY
  #over = false

  constructor(wire: Wire, contracts: Contracts) {
    this.#wire = wire
    this.#contracts = contracts
  }

  listen(client: IBApi, safely: Safely): void {
    client.on(
      EventName.historicalTicksLast,
      safely((requestId: number, ticks: readonly TwsPastTrade[], done: boolean) => this.#hearTicks(requestId, ticks, done, parsePastTrade)),
    )
    client.on(
      EventName.historicalTicksBidAsk,
      safely((requestId: number, ticks: readonly TwsPastQuote[], done: boolean) => this.#hearTicks(requestId, ticks, done, parsePastQuote)),
    )
    client.on(
      EventName.historicalData,
      safely((requestId: number, time: string, _open: number, high: number, low: number, _close: number, volume: number) =>
        this.#hearBar(requestId, time, high, low, volume),
      ),
    )
  }

  ask(what: HistoryRequest): Promise<HistoryAnswer> {
    if (this.#over) return Promise.resolve({ kind: 'later', reason: 'the session is over' })
    const { conId, secType } = what.instrument
    if (secType === 'BAG') return Promise.resolve({ kind: 'none', reason: 'a combo has no prices of its own' })
    const type = typeOf(what)
    const contract = `${conId} ${type}`
    const rest = what.kind === 'ticks' ? utc(what.from) : `${utc(what.until)} ${what.spanMs} ${what.barMs}`
    const asking: Asking = {
      ...{ what, contract, request: `${contract} ${what.kind} ${rest}`, weight: type === WhatToShow.BID_ASK ? 2 : 1 },
      ...{ answer: Promise.withResolvers<HistoryAnswer>(), quotes: [], bars: [], ticks: 0, lastTickAt: null },
    }
    this.#waiting.push(asking)
    this.#advance()
    return asking.answer.promise
  }

  /** TWS ended the request: true if it was ours. */
  endRequest(requestId: number, refused: boolean, code: number, message: string): boolean {
    const asking = this.#open.get(requestId)
    if (asking === undefined) return false
    const isPacing = PACING.test(message)
    if (isPacing) this.#wire.memory.historyPace.rest(this.#now())
    const later = isPacing || (!refused && code !== HISTORY_ERROR)
    this.#settle(requestId, { kind: later ? 'later' : 'none', reason: `${code} ${message}` })
    return true
  }

  /** The session is over. */
  end(): void {
    this.#over = true
    const sending = this.#sending === null ? [] : [this.#sending]
    for (const { answer } of [...this.#waiting, ...sending, ...this.#open.values()]) answer.resolve({ kind: 'later', reason: 'the session is over' })
    this.#waiting = []
    this.#sending = null
    this.#open.clear()
  }

  /** Sends what may go now, and comes back when the next may. */
  #advance(): void {
    if (this.#over || this.#sending !== null || this.#waiting.length === 0) return
    const { memory, settings } = this.#wire
    if (this.#open.size >= settings.historyRules.openMax) return
    const now = this.#now()
    let soonest = Number.POSITIVE_INFINITY
    for (const [place, asking] of this.#waiting.entries()) {
      const at = memory.historyPace.nextAt(asking, now)
      if (at <= now) {
        this.#waiting.splice(place, 1)
        return this.#send(asking)
      }
      soonest = Math.min(soonest, at)
    }
    if (soonest >= this.#wakesAt) return
    this.#wakesAt = soonest
    this.#wire.later(Math.max(1, Math.ceil(soonest - now)), () => {
      this.#wakesAt = Number.POSITIVE_INFINITY
      this.#advance()
    })
  }

  #send(asking: Asking): void {
    const { requests, settings } = this.#wire
    const requestId = this.#wire.nextRequestId()
    this.#sending = asking
    this.#wire.ask(() => {
      this.#sending = null
      this.#wire.memory.historyPace.note(asking, this.#now())
      this.#open.set(requestId, asking)
      const { what } = asking
      const contract = this.#contractOf(what.instrument)
      if (what.kind === 'ticks') requests.reqHistoricalTicks(requestId, contract, utc(what.from), '', TICKS_MAX, typeOf(what), 0, false)
      else requests.reqHistoricalData(requestId, contract, utc(what.until), durationOf(what.spanMs), sizeOf(what.barMs), typeOf(what), 0, 2, false)
      void this.#expire(requestId, settings.historyMs)
      this.#advance()
    }, 'patient')
  }

  async #expire(requestId: number, ms: number): Promise<void> {
    const deadline = new Answer(ms)
    void this.#open.get(requestId)?.answer.promise.then(() => deadline.settle('answered'))
    if ((await deadline.outcome) === 'silent') this.#settle(requestId, { kind: 'later', reason: `no answer within ${ms} ms` })
  }

  #contractOf(instrument: Instrument) {
    const { conId, secType } = instrument
    const exchange = this.#contracts.venueToAsk(instrument) ?? ''
    return { conId, exchange, ...(secType === 'FUT' ? { includeExpired: true } : {}) }
  }

  #hearTicks<T extends { readonly time?: number }>(
    requestId: number,
    ticks: readonly T[],
    done: boolean,
    parse: (conId: number, tick: T) => Quote | null,
  ): void {
    const asking = this.#open.get(requestId)
    if (asking === undefined) return
    asking.ticks += ticks.length
    asking.lastTickAt = instantOf(ticks.at(-1)?.time) ?? asking.lastTickAt
    for (const tick of ticks) {
      const quote = parse(asking.what.instrument.conId, tick)
      if (quote !== null) asking.quotes.push(quote)
    }
    if (!done) return
    // A second that was begun is told to its end, so the next one begins what is missing.
    const last = asking.ticks < TICKS_MAX ? null : asking.lastTickAt
    this.#settle(requestId, { kind: 'ticks', quotes: asking.quotes, until: last === null ? Number.POSITIVE_INFINITY : last + 1_000 })
  }

  #hearBar(requestId: number, time: string, high: number, low: number, volume: number): void {
    const asking = this.#open.get(requestId)
    if (asking === undefined || asking.what.kind !== 'bars') return
    if (time.startsWith('finished')) return this.#settle(requestId, { kind: 'bars', bars: asking.bars })
    const bar = parsePastBar(asking.what.instrument.conId, { time, high, low, volume }, asking.what.barMs)
    if (bar !== null) asking.bars.push(bar)
  }

  #settle(requestId: number, answer: HistoryAnswer): void {
    this.#open.get(requestId)?.answer.resolve(answer)
    this.#open.delete(requestId)
    this.#advance()
  }

  #now(): number {
    return this.#wire.settings.clock.monotonic()
  }
}

function typeOf({ kind, instrument }: HistoryRequest): WhatToShow {
  if (isMarkedByTrades(instrument.secType)) return WhatToShow.TRADES
  return kind === 'ticks' ? WhatToShow.BID_ASK : WhatToShow.MIDPOINT
}

/** '20131007-13:30:00': with the dash TWS reads it as UTC. */
function utc(at: Instant): string {
  const [day = '', clock = ''] = new Date(at).toISOString().split('T')
  return `${day.replaceAll('-', '')}-${clock.slice(0, 8)}`
}

function durationOf(spanMs: number): string {
  return spanMs > DAY_MS ? `${Math.ceil(spanMs / DAY_MS)} D` : `${Math.ceil(spanMs / 1000)} S`
}

function sizeOf(barMs: number): BarSizeSetting {
  const size = BAR_SIZES[barMs]
  if (size === undefined) throw new Error(`expected bars of ${Object.keys(BAR_SIZES).join(', ')} ms, found ${barMs}`)
  return size
}
