// Repairs gaps: the time without prices is asked for as soon as there is a session and the broker has it: ticks, or bars where ticks would take too long.
// What it gets goes to the recorder; what it cannot get stays a gap. It knows the broker only through its port.
import type { Broker, Quote } from '#broker/port.ts'
import type { Bar, Repair } from '#core/facts.ts'
import { type Span, without } from '#core/repair.ts'
import { tradedMs } from '#core/session.ts'
import type { Instant } from '#core/time.ts'
import type { Clock } from '#src/clock.ts'
import type { Hole, Recorder } from '#record/recorder.ts'

export interface RepairOptions {
  readonly broker: Pick<Broker, 'history'>
  readonly recorder: Pick<Recorder, 'holes' | 'fetched' | 'marketTime'>
  readonly clock: Clock
  log(line: string): void
  /** How often it looks for holes. */
  readonly everyMs?: number
  /** The venue's past lags a little behind its present: a hole waits this long, in market time. */
  readonly ripeMs?: number
  /** A hole that could not be fetched for now is asked for again after this. */
  readonly retryMs?: number
}

export interface RepairRoom extends AsyncDisposable {
  /** Looks now; resolves when what can be fetched now has been. */
  look(): Promise<void>
  /** How many contracts have prices that were missed and are being fetched, or will be as soon as the broker has them. */
  missed(): number
}

/** Up to this length a hole is fetched as ticks, unless they are too many. */
const TICKS_MS_MAX = 30 * 60_000
/** So many answers of ticks are worth asking for in one hole. */
const TICK_ANSWERS_MAX = 20
/** After so many answers it is known how many there will be. */
const TICK_ANSWERS_KNOWN = 4
const DAY_MS = 86_400_000
/** Bars by the length of the hole: their size, and the longest time one answer covers. */
const FINE = { barMs: 5_000, spanMs: 3_600_000 }
const COARSE = { barMs: 60_000, spanMs: DAY_MS }

interface Asked extends Span {
  readonly conId: number
  until: number
  answered: boolean
}

interface Got {
  readonly quotes: readonly Quote[]
  readonly bars: readonly Bar[]
  readonly source: Repair['source']
  /** Known up to here. */
  readonly to: Instant
}

export function openRepair(options: RepairOptions): RepairRoom {
  const room = new Room(options)
  return room
}

class Room implements RepairRoom {
  readonly #options: Required<RepairOptions>
  readonly #timer: NodeJS.Timeout
  /** What is being fetched of a contract, and what will not be again before (by the monotonic clock). */
  #asked: readonly Asked[] = []
  readonly #working = new Set<Promise<void>>()
  #closed = false
  readonly #closing = Promise.withResolvers<void>()

  constructor(options: RepairOptions) {
    this.#options = { everyMs: 1_000, ripeMs: 15_000, retryMs: 60_000, ...options }
    this.#timer = setInterval(() => this.#begin(), this.#options.everyMs)
  }

  async look(): Promise<void> {
    this.#begin()
    await Promise.all(this.#working)
  }

  missed(): number {
    const answered = this.#asked.filter((asked) => asked.answered)
    const missed = this.#options.recorder.holes().filter(({ instrument: { conId }, from, to }) => {
      const known = answered.filter((asked) => asked.conId === conId)
      return without([{ from, to }], known).length > 0
    })
    return new Set(missed.map(({ instrument }) => instrument.conId)).size
  }

  /** Asks for what is not asked for yet. */
  #begin(): void {
    const { recorder, clock, ripeMs } = this.#options
    const marketTime = recorder.marketTime()
    if (this.#closed || marketTime === null) return
    const now = clock.monotonic()
    this.#asked = this.#asked.filter(({ until }) => until > now)
    for (const { instrument, from, to } of recorder.holes()) {
      if (to + ripeMs > marketTime) continue
      // A hole may grow while a part of it is on its way.
      const asked = this.#asked.filter(({ conId }) => conId === instrument.conId)
      for (const part of without([{ from, to }], asked)) {
        const working: Promise<void> = this.#mend({ instrument, ...part }).finally(() => this.#working.delete(working))
        this.#working.add(working)
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    this.#closing.resolve()
    // A request that waits for its turn ends with the session.
    await Promise.all(this.#working)
  }

  async #mend(hole: Hole): Promise<void> {
    const { recorder, clock, retryMs, log } = this.#options
    const asked: Asked = { conId: hole.instrument.conId, from: hole.from, to: hole.to, until: Number.POSITIVE_INFINITY, answered: false }
    this.#asked = [...this.#asked, asked]
    const given: Promise<void>[] = []
    const trouble = await this.#fetch(hole, (from, got) => void given.push(recorder.fetched({ instrument: hole.instrument, from, ...got })))
    // A recorder that failed takes nothing any more.
    await Promise.race([Promise.all(given), this.#closing.promise])
    if (this.#closed) return
    asked.answered = true
    if (trouble?.kind === 'later') asked.until = clock.monotonic() + retryMs
    // What is left of it may be asked for in another way; what nobody has, or of which nothing became known, is not asked for again.
    else if (trouble === null && !this.#stands(hole)) asked.until = Number.NEGATIVE_INFINITY
    else
      log(
        `${hole.instrument.symbol}: a gap of ${Math.ceil((hole.to - hole.from) / 1000)} s stays: ${trouble?.reason ?? 'what is told of it says nothing certain'}`,
      )
  }

  /** All of it is still a hole. */
  #stands({ instrument: { conId }, from, to }: Hole): boolean {
    return this.#options.recorder.holes().some((hole) => hole.instrument.conId === conId && hole.from <= from && hole.to >= to)
  }

  /** Fetches the hole in order; gives what it gets as it gets it. Answers what kept it from the end. */
  async #fetch(hole: Hole, give: (from: Instant, got: Got) => void): Promise<{ readonly kind: 'none' | 'later'; readonly reason: string } | null> {
    let from = hole.from
    if (hole.to - hole.from <= TICKS_MS_MAX) {
      const ticks = await this.#ticks(hole)
      if (ticks.got !== null) {
        give(from, ticks.got)
        from = ticks.got.to
      }
      if (from >= hole.to) return null
      if (ticks.trouble?.kind === 'later') return ticks.trouble
    }
    const { barMs, spanMs } = hole.to - from <= DAY_MS ? FINE : COARSE
    let trouble: { readonly kind: 'none' | 'later'; readonly reason: string } | null = null
    while (from < hole.to && !this.#closed) {
      const until = Math.min(ceil(hole.to, barMs), floor(from, barMs) + spanMs)
      const to = Math.min(until, hole.to)
      // Nothing is traded while the contract's sessions are closed.
      const answer = tradedMs(from, to, hole.instrument) === 0 ? null : await this.#bars(hole, until, until - floor(from, barMs), barMs)
      if (answer === null) give(from, { quotes: [], bars: [], source: 'BARS', to })
      else if (answer.kind === 'bars') give(from, { quotes: [], bars: answer.bars, source: 'BARS', to })
      else if (answer.kind === 'later') return answer
      else if (answer.kind === 'none') trouble = answer
      from = to
    }
    return trouble
  }

  /** Ticks up to the end of the hole, or as far as they are not too many. */
  async #ticks(hole: Hole): Promise<{ readonly got: Got | null; readonly trouble: { readonly kind: 'none' | 'later'; readonly reason: string } | null }> {
    const quotes: Quote[] = []
    const begin = floor(hole.from, 1_000)
    let until = begin
    for (let answers = 1; ; answers++) {
      const answer = (await this.#options.broker.history?.({ kind: 'ticks', instrument: hole.instrument, from: until })) ?? NO_HISTORY
      const got = (to: Instant): Got | null => (to > hole.from ? { quotes, bars: [], source: 'TICKS', to } : null)
      if (answer.kind === 'none' || answer.kind === 'later') return { got: got(until - 1), trouble: answer }
      if (answer.kind !== 'ticks') return { got: null, trouble: NO_HISTORY }
      quotes.push(...answer.quotes)
      until = answer.until
      if (until > hole.to) return { got: got(hole.to), trouble: null }
      const isTooMany = answers >= TICK_ANSWERS_KNOWN && (answers * (hole.to - until)) / (until - begin) > TICK_ANSWERS_MAX
      if (isTooMany || this.#closed) return { got: got(until - 1), trouble: null }
    }
  }

  async #bars({ instrument }: Hole, until: Instant, spanMs: number, barMs: number) {
    return (await this.#options.broker.history?.({ kind: 'bars', instrument, until, spanMs, barMs })) ?? NO_HISTORY
  }
}

const NO_HISTORY = { kind: 'none', reason: 'this broker tells nothing of the past' } as const

function floor(at: Instant, stepMs: number): Instant {
  return Math.floor(at / stepMs) * stepMs
}

function ceil(at: Instant, stepMs: number): Instant {
  return Math.ceil(at / stepMs) * stepMs
}
