// Trade by trade: beside their lines the contracts that are wanted most are heard by a stream each, as many as TWS allows. Where it refuses one, the line goes
// on alone, and that is said once. Every print goes through here, so that what both tell is told once (tws-merge.ts).
import type { Instrument } from '#core/facts.ts'
import type { Quote } from './port.ts'
import type { Contracts } from './tws-contracts.ts'
import { type Dated, Merge, parseStreamed } from './tws-merge.ts'
import type { Turn } from './tws-pace.ts'
import type { Wire } from './tws-wire.ts'

interface Stream {
  readonly conId: number
  readonly name: string
  readonly requestId: number
  turn: Turn | null
  readonly merge: Merge
}

/** Others have no trades of their own, or TWS does not stream them. */
const STREAMED: ReadonlySet<string> = new Set(['STK', 'FUT'])
const NO_MORE_STREAMS = 10190
/** The line samples four times a second: one that is silent for so long does not tell that trade any more. */
const OVERDUE_MS = 1_000

export class Streams {
  readonly #wire: Wire
  readonly #contracts: Contracts
  readonly #streams = new Map<number, Stream>()
  readonly #byRequest = new Map<number, Stream>()
  /** They stay when a stream goes: its line still has to tell what the stream told on. */
  readonly #merges = new Map<number, Merge>()
  /** Those that were refused, until they are tried again. */
  readonly #resting = new Set<number>()
  readonly #said = new Set<number>()
  #wanted: readonly Instrument[] = []
  #budget: number
  #isWatching = false

  constructor(wire: Wire, contracts: Contracts) {
    this.#wire = wire
    this.#contracts = contracts
    this.#budget = wire.settings.streamsMax
  }

  /** The contracts that have a line, the most wanted first. */
  follow(lines: readonly Instrument[]): void {
    this.#wanted = lines
    const wanted = lines.filter(({ conId, secType }) => STREAMED.has(secType) && !this.#resting.has(conId)).slice(0, this.#budget)
    const wantedIds = new Set(wanted.map(({ conId }) => conId))
    for (const stream of [...this.#streams.values()]) if (!wantedIds.has(stream.conId)) this.#letGo(stream)
    for (const instrument of wanted) if (!this.#streams.has(instrument.conId)) this.#ask(instrument)
  }

  /** TWS has forgotten them all, or the session is over. */
  forget(): void {
    this.interrupted()
    for (const stream of this.#streams.values()) stream.turn?.cancel()
    this.#streams.clear()
    this.#byRequest.clear()
  }

  /** Prices may stay away from here on, or have done so. */
  interrupted(): void {
    for (const [conId, merge] of this.#merges) this.#tell(conId, merge.interrupted(), false)
  }

  #ask(instrument: Instrument): void {
    const { conId } = instrument
    const venue = this.#contracts.venueToAsk(instrument)
    if (venue === undefined) return // followed again once its details are there
    const { clock, streamPaceMs } = this.#wire.settings
    const { streamsAskedAt } = this.#wire.memory
    // TWS takes one request a contract in a while.
    const waitMs = (streamsAskedAt.get(conId) ?? Number.NEGATIVE_INFINITY) + streamPaceMs - clock.monotonic()
    if (waitMs > 0) {
      // Its place is kept for it.
      this.#wire.later(waitMs, () => this.follow(this.#wanted))
      return
    }
    streamsAskedAt.set(conId, clock.monotonic())
    const requestId = this.#wire.nextRequestId()
    const stream: Stream = {
      conId,
      name: `${instrument.symbol} ${instrument.secType}, conId ${conId}`,
      requestId,
      turn: null,
      merge: this.#merges.get(conId) ?? new Merge(),
    }
    this.#merges.set(conId, stream.merge)
    this.#streams.set(conId, stream)
    this.#byRequest.set(requestId, stream)
    // 'Last' leaves out what nobody could have traded at: combos, derivatively and average priced.
    stream.turn = this.#wire.ask(() => this.#wire.requests.reqTickByTickData(requestId, { conId, exchange: venue }, 'Last' as never, 0, false), 'patient')
  }

  #letGo(stream: Stream): void {
    this.#remove(stream)
    if (stream.turn?.cancel() !== true) this.#wire.ask(() => this.#wire.requests.cancelTickByTickData(stream.requestId))
  }

  /** What its line has not told yet is told; what still comes is nobody's. */
  #remove(stream: Stream): void {
    this.#streams.delete(stream.conId)
    this.#byRequest.delete(stream.requestId)
    this.#tell(stream.conId, stream.merge.overdue(Number.POSITIVE_INFINITY), false)
  }

  #rest(conId: number, ms: number): void {
    this.#resting.add(conId)
    this.#wire.later(ms, () => {
      this.#resting.delete(conId)
      this.follow(this.#wanted)
    })
  }

  /** TWS ended a request: true if it was one of these. Its line goes on. */
  endRequest(requestId: number, refused: boolean, code: number, message: string): boolean {
    const stream = this.#byRequest.get(requestId)
    if (stream === undefined) return false
    this.#remove(stream)
    const { refusedMs, retryMs } = this.#wire.settings
    if (!this.#said.has(stream.conId)) this.#wire.notice(`${stream.name}: not heard trade by trade (${code} ${message}); its sampled prices go on`, 'ADVICE')
    this.#said.add(stream.conId)
    if (code === NO_MORE_STREAMS) {
      // Those that stand are all there are; after a while it is tried again.
      if (this.#streams.size < this.#budget) this.#budget = this.#streams.size
      this.#wire.later(refusedMs, () => {
        this.#budget = this.#wire.settings.streamsMax
        this.follow(this.#wanted)
      })
    } else this.#rest(stream.conId, refused ? refusedMs : retryMs)
    this.follow(this.#wanted)
    return true
  }

  /** A trade by the stream. */
  hear(requestId: number, time: string, price: number | undefined, mask: { pastLimit?: boolean; unreported?: boolean } | undefined): void {
    const stream = this.#byRequest.get(requestId)
    const print = parseStreamed(time, price, mask)
    // A date is all that a print of the stream has beside its price: without one its line tells it.
    if (stream === undefined || print === null || this.#wire.dateOf(stream.conId, stream.name, print.second) === null) return
    stream.merge.stream(print, this.#wire.settings.clock.monotonic())
    if (stream.merge.waits) this.#watch()
  }

  /** A trade by the line, about to be told: what was left out before it is told now. False: it was told already. */
  hearLine({ conId, price, at, halted }: Quote): boolean {
    const merge = this.#merges.get(conId)
    if (merge === undefined || price === null) return true
    const { skipped, isNews } = merge.line(price, at)
    this.#tell(conId, skipped, halted === true)
    return isNews
  }

  /** A fill is about to be told: what was heard before it is told before it. */
  beforeFill(conId: number): void {
    const stream = this.#streams.get(conId)
    if (stream !== undefined) this.#tell(stream.conId, stream.merge.overdue(Number.POSITIVE_INFINITY), false)
  }

  /** Where the line is silent, what the stream told is not held back for long. */
  #watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#wire.later(OVERDUE_MS, () =>
      // What has arrived meanwhile, and was not read because this process was busy, comes first.
      setImmediate(() => {
        this.#isWatching = false
        const heardBeforeMs = this.#wire.settings.clock.monotonic() - OVERDUE_MS
        for (const stream of this.#streams.values()) this.#tell(stream.conId, stream.merge.overdue(heardBeforeMs), false)
        if ([...this.#streams.values()].some(({ merge }) => merge.waits)) this.#watch()
      }),
    )
  }

  #tell(conId: number, prints: readonly Dated[], halted: boolean): void {
    for (const { price, at, pastLimit, unreported } of prints) {
      const flags = { ...(pastLimit ? { pastLimit } : {}), ...(unreported ? { unreported } : {}), ...(halted ? { halted } : {}) }
      this.#wire.tell({ kind: 'quote', quote: { conId, price, at, source: 'LAST', ...flags } })
    }
  }
}
