// The contracts for which there is no line: one TWS session looks at each in turn, by snapshots. A few prices instead of all: they are told as sampled, and
// an old last price not at all.
import type { Instrument } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Contracts } from './tws-contracts.ts'
import { isMarkedByTrades, parseRange, parseSide, TICK } from './tws-parse.ts'
import type { Wire } from './tws-wire.ts'

interface Snapshot {
  readonly instrument: Instrument
  /** By a clock that only goes forward. */
  readonly askedAt: number
  bid: number | null
  ask: number | null
  last: number | null
  lastAt: Instant | null
  high: number | null
  low: number | null
}

/** So many at once; each takes a line while it lasts. */
export const SNAPSHOT_LINES = 5

export class Snapshots {
  readonly #wire: Wire
  readonly #contracts: Contracts
  /** In the order in which they are looked at next. */
  #waiting: Instrument[] = []
  readonly #open = new Map<number, Snapshot>()
  #busy = 0
  /** When each contract traded last, as told. */
  readonly #toldAt = new Map<number, Instant>()

  constructor(wire: Wire, contracts: Contracts) {
    this.#wire = wire
    this.#contracts = contracts
  }

  /** From now on these, all of them and no others. */
  rotate(instruments: readonly Instrument[]): void {
    const wanted = new Map(instruments.map((instrument) => [instrument.conId, instrument]))
    const known = new Set(this.#waiting.map(({ conId }) => conId))
    this.#waiting = [...this.#waiting.filter(({ conId }) => wanted.has(conId)), ...instruments.filter(({ conId }) => !known.has(conId))]
    this.#advance()
  }

  end(): void {
    this.#waiting = []
  }

  hearTickPrice(requestId: number, tick: number, price: number | undefined, size: string | undefined): void {
    const snapshot = this.#open.get(requestId)
    if (snapshot === undefined) return
    const value = parseSide(price, Number(size), snapshot.instrument.secType)
    if (tick === TICK.BID) snapshot.bid = value
    else if (tick === TICK.ASK) snapshot.ask = value
    else if (tick === TICK.LAST) snapshot.last = value
    const range = parseRange(tick, price)
    if (range === null || range.delayed === true) return
    snapshot.high = range.high ?? snapshot.high
    snapshot.low = range.low ?? snapshot.low
  }

  hearTickString(requestId: number, tick: number, value: string): void {
    const snapshot = this.#open.get(requestId)
    if (snapshot !== undefined && tick === TICK.LAST_TIMESTAMP && Number(value) > 0) snapshot.lastAt = Number(value) * 1000
  }

  hearEnd(requestId: number): void {
    const snapshot = this.#open.get(requestId)
    if (snapshot === undefined) return
    this.#tell(snapshot)
    this.#close(requestId)
  }

  /** TWS ended the request: when it was made, if it was ours. */
  endRequest(requestId: number): number | null {
    const snapshot = this.#open.get(requestId)
    if (snapshot === undefined) return null
    this.#close(requestId)
    return snapshot.askedAt
  }

  #advance(): void {
    while (this.#busy < SNAPSHOT_LINES && this.#busy < this.#waiting.length) {
      const instrument = this.#waiting.shift()
      if (instrument === undefined) return
      this.#waiting.push(instrument)
      this.#ask(instrument)
    }
  }

  #ask(instrument: Instrument): void {
    const { settings, requests } = this.#wire
    const requestId = this.#wire.nextRequestId()
    this.#busy++
    this.#wire.ask(() => {
      this.#open.set(requestId, { instrument, askedAt: settings.clock.monotonic(), bid: null, ask: null, last: null, lastAt: null, high: null, low: null })
      requests.reqMktData(requestId, { conId: instrument.conId, exchange: this.#contracts.venueToAsk(instrument) ?? '' }, '', true, false)
      // It ends by itself after 11 s; one that does not is given up.
      this.#wire.later(settings.snapshotMs, () => {
        if (this.#open.has(requestId)) this.hearEnd(requestId)
      })
    }, 'patient')
  }

  #close(requestId: number): void {
    this.#open.delete(requestId)
    this.#wire.later(this.#wire.settings.snapshotPauseMs, () => {
      this.#busy--
      this.#advance()
    })
  }

  #tell({ instrument, bid, ask, last, lastAt, high, low }: Snapshot): void {
    const { conId, secType } = instrument
    if (!isMarkedByTrades(secType)) {
      if (bid !== null && ask !== null) this.#wire.tell({ kind: 'quote', quote: { conId, price: null, bid, ask, at: null, source: 'MID', sampled: true } })
      return
    }
    // What the snapshots between them did not see, the session's range did.
    if (high !== null || low !== null) this.#wire.tell({ kind: 'range', conId, ...(high === null ? {} : { high }), ...(low === null ? {} : { low }) })
    // A last price may be of yesterday: its own time says, and one that was told is no news.
    if (
      last === null ||
      lastAt === null ||
      this.#wire.dateOf(conId, instrument.symbol, lastAt) === null ||
      lastAt <= (this.#toldAt.get(conId) ?? Number.NEGATIVE_INFINITY)
    )
      return
    this.#toldAt.set(conId, lastAt)
    this.#wire.tell({ kind: 'quote', quote: { conId, price: last, at: lastAt, source: 'LAST', sampled: true } })
  }
}
