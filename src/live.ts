// Holds the broker's session open for ever: opens it, catches up, keeps asking the time, opens the next one when it is lost, and says every change of state.
// Time in which prices may have been missed is declared as a gap, never bridged. It knows the broker only through its port, and judges neither price nor fill.
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Broker, BrokerEvent, Quote } from '#broker/port.ts'
import type { Execution } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { BrokerState, BrokerStatus } from './bus.ts'
import type { Clock } from './clock.ts'
import type { Recorder } from './record.ts'

/** The part of the recorder that a live session needs. */
export type LiveRecorder = Pick<Recorder, 'tell' | 'quote' | 'clock' | 'gap' | 'held' | 'onHeldChanged' | 'lastHeardAt' | 'marketTime' | 'settled'>

type PositionEvent = Extract<BrokerEvent, { kind: 'position' }>
type NoticeEvent = Extract<BrokerEvent, { kind: 'notice' }>

export interface LiveOptions {
  readonly broker: Broker
  readonly recorder: LiveRecorder
  readonly clock: Clock
  log(line: string): void
  onStatus(status: BrokerStatus): void
  readonly host: string
  readonly port: number
  readonly name?: BrokerStatus['name']
  readonly readOnly?: boolean
  onPosition?(position: PositionEvent): void
  onNotice?(notice: NoticeEvent): void
  readonly heartbeatMs?: number
  /** How soon the time is asked again while the market runs on a clock of its own (a tape that is played). */
  readonly quickMs?: number
  readonly backoffFirstMs?: number
  readonly backoffMaxMs?: number
  /** Between 0 and 1, for the jitter of the backoff. */
  readonly random?: () => number
  /** Resolves after so many milliseconds; may reject once the signal fires. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export interface Live {
  readonly status: BrokerStatus
  /** Asks for the day's executions again, where a session is open: true if it was. */
  catchUp(): Promise<boolean>
  close(): Promise<void>
}

export function openLive(options: LiveOptions): Live {
  const live = new Session(options)
  live.start()
  return live
}

/** A time in which prices and fills may have been missed. */
interface Absence {
  /** The market's time when it began, as far as known. */
  readonly since: Instant | null
  /** For each contract the instant up to which its prices are complete; of others nothing is known. */
  readonly knownUntil: Map<number, Instant>
  readonly firstHeard: Map<number, Instant>
}

/** The broker's clock tells whole seconds. */
const CLOCK_STEP_MS = 1_000
/** The market's clock is not this machine's when it stands this far off, or runs this much faster. */
const OTHER_CLOCK_MS = 3_600_000
const OTHER_CLOCK_SPEED = 3
const RECORDED_MS_MAX = 1_000
const NO_SESSION = 'no session with the broker'

class Session implements Live {
  readonly #options: Required<Omit<LiveOptions, 'onPosition' | 'onNotice'>> & Pick<LiveOptions, 'onPosition' | 'onNotice'>
  readonly #broker: Broker
  readonly #recorder: LiveRecorder
  readonly #closing = new AbortController()
  #status: BrokerStatus
  #running: Promise<void> = Promise.resolve()
  /** The trouble that advice was given on: it is not said twice. */
  #advisedOn: string | null = null
  #everReady = false
  /** Ends the session that is open; null while none is. */
  #lose: ((reason: string) => void) | null = null
  /** Cuts the wait for the next heartbeat short. */
  #hurry: AbortController | null = null
  #heardSinceAsk = false
  /** The broker's last answer to 'what time is it', and when it came. */
  #answer: { readonly at: Instant; readonly monotonic: number } | null = null
  #otherClock = false
  /** What may have been missed; null while everything is heard. */
  #absence: Absence | null = null
  /** The last answer about the time while prices came in: everything up to it was heard. */
  #completeUntil: Instant | null = null
  /** The broker is there, but cut off from the market: since when in market time, and what it said. */
  #feedLost: { readonly at: Instant | null; readonly reason: string } | null = null
  /** Contracts whose live prices stay away while the session goes on: since when, and why. */
  /** Whose prices are wanted; and of those wanted just now, since when, and when the first came. */
  #watched: ReadonlySet<number> = new Set()
  readonly #lastQuoteAt = new Map<number, Instant>()
  readonly #fresh = new Map<number, { readonly from: Instant; firstAt: Instant | null }>()
  readonly #unheard = new Map<number, { readonly from: Instant | null; readonly reason: string }>()
  /** Executions told so far, so that one that is told again as history is known to be no news. */
  readonly #told = new Set<string>()
  /** Contracts of which catching up brought a fill that nobody had heard, with its time. */
  #missedFills = new Map<number, Instant>()

  constructor(options: LiveOptions) {
    this.#options = {
      name: 'tws',
      readOnly: true,
      heartbeatMs: 2_000,
      quickMs: 50,
      backoffFirstMs: 250,
      backoffMaxMs: 15_000,
      random: Math.random,
      sleep: (ms, signal) => sleepFor(ms, undefined, { signal }),
      ...options,
    }
    this.#broker = options.broker
    this.#recorder = options.recorder
    this.#status = {
      name: this.#options.name,
      state: 'CONNECTING',
      reason: `to ${options.host}:${options.port}`,
      since: options.clock.now(),
      host: options.host,
      port: options.port,
      accounts: [],
      marketTime: this.#recorder.marketTime(),
      readOnly: this.#options.readOnly,
    }
    // As soon as a fill opens something: its next price may already be on the way, so it is asked for at once.
    this.#recorder.onHeldChanged(() => {
      const held = this.#recorder.held()
      const from = this.#recorder.marketTime()
      for (const { conId } of held) {
        if (from === null || this.#absence !== null || this.#watched.has(conId)) continue
        // The recorder may be behind the wire: prices of a line that was let go may already have come for this fill.
        const heardSince = (this.#lastQuoteAt.get(conId) ?? Number.NEGATIVE_INFINITY) >= from
        this.#fresh.set(conId, { from, firstAt: heardSince ? from : null })
      }
      this.#watched = new Set(held.map(({ conId }) => conId))
      this.#broker.watch(held)
      this.#followUnheard()
    })
  }

  get status(): BrokerStatus {
    return { ...this.#status, marketTime: this.#recorder.marketTime() }
  }

  start(): void {
    this.#options.onStatus(this.status)
    this.#running = this.#holdOpen()
  }

  async catchUp(): Promise<boolean> {
    if (this.#lose === null || (this.#status.state !== 'READY' && this.#status.state !== 'DEGRADED')) return false
    const lose = this.#lose
    await this.#broker.catchUp()
    if (this.#missedFills.size > 0 && this.#lose === lose) await this.#declareMissedFills()
    return true
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#lose?.('closing')
    await this.#broker.close()
    await this.#running
    this.#say('CLOSED', 'closed')
  }

  // -------------------------------------------------------------- the loop

  async #holdOpen(): Promise<void> {
    for (let failures = 0; !this.#isClosing(); failures++) {
      const wasReady = await this.#oneSession()
      if (wasReady) failures = 0
      await this.#sleep(this.#backoffMs(failures))
    }
  }

  /** From connecting to lost. True if it was ready in between. Throws nothing: whatever goes wrong ends the session. */
  async #oneSession(): Promise<boolean> {
    const session = new AbortController()
    const lost = new Promise<string>((resolve) => {
      this.#lose = (reason) => {
        session.abort()
        resolve(reason)
      }
    })
    this.#absence ??= this.#beginAbsence()
    this.#unheard.clear() // what a session that never opened said of its subscriptions went with it
    this.#feedLost = null
    let ready = false
    let reason: string
    try {
      await this.#broker.connect((event) => this.#hear(event))
      await this.#endAbsence(NO_SESSION)
      if (session.signal.aborted) throw new Error(await lost)
      ready = true
      this.#everReady = true
      this.#sayReady()
      reason = await Promise.race([lost, this.#heartbeat(session.signal)])
    } catch (error) {
      reason = messageOf(error)
      if (!ready) await this.#advise(reason)
    }
    this.#lose = null
    await this.#recorded()
    this.#absence ??= this.#beginAbsence()
    await this.#broker.close().catch((error: unknown) => this.#options.log(`closing the session: ${messageOf(error)}`))
    if (!this.#isClosing()) this.#say(this.#everReady ? 'GAP' : 'CONNECTING', reason)
    return ready
  }

  /** Asks the time for as long as the session lives; throws when no answer comes: the socket is open and dead. */
  async #heartbeat(signal: AbortSignal): Promise<string> {
    while (!signal.aborted) {
      const long = !this.#otherClock || !this.#heardSinceAsk
      await this.#sleep(long ? this.#options.heartbeatMs : this.#options.quickMs, signal)
      // Called out of the long wait by something heard: let the burst pass first.
      if (long && this.#otherClock && this.#heardSinceAsk) await this.#sleep(this.#options.quickMs, signal)
      if (signal.aborted) break
      this.#heardSinceAsk = false
      await this.#broker.askClock()
    }
    return 'over'
  }

  /** Doubles from failure to failure up to the longest, half of it left to chance so that many do not come back at the same moment. */
  #backoffMs(failures: number): number {
    const full = Math.min(this.#options.backoffMaxMs, this.#options.backoffFirstMs * 2 ** Math.min(failures, 30))
    return full / 2 + (full / 2) * this.#options.random()
  }

  async #sleep(ms: number, signal: AbortSignal = this.#closing.signal): Promise<void> {
    const hurry = new AbortController()
    this.#hurry = hurry
    await this.#options.sleep(ms, AbortSignal.any([signal, this.#closing.signal, hurry.signal])).catch(() => {})
    this.#hurry = null
  }

  /** Once: which ports answer, and where the API is switched on. After that only changes of state are said. */
  async #advise(reason: string): Promise<void> {
    if (this.#advisedOn !== null || this.#isClosing()) return
    this.#advisedOn = reason
    const advice = (await this.#broker.advice?.().catch(() => '')) ?? ''
    const lines = advice.split('\n').filter((line) => line !== '')
    this.#options.log([reason, ...lines.map((line) => `  ${line}`), '  trying again until it answers; what is already recorded is served meanwhile'].join('\n'))
  }

  // -------------------------------------------------------------- what the broker tells

  #hear(event: BrokerEvent): void {
    if (this.#lose === null) return
    try {
      this.#take(event)
    } catch (error) {
      // Nothing may be lost in the middle: the next session is told the day's executions again.
      this.#options.log(`a ${event.kind} could not be recorded: ${messageOf(error)}`)
      this.#lose?.(`a ${event.kind} could not be recorded: ${messageOf(error)}`)
    }
  }

  #take(event: BrokerEvent): void {
    switch (event.kind) {
      case 'fact':
        if (event.fact.kind === 'execution') this.#noteFill(event.fact, event.history === true)
        this.#recorder.tell(event.fact, event.raw)
        if (event.fact.kind === 'execution') this.#cutHole(event.fact)
        this.#wake()
        return
      case 'quote':
        this.#takeQuote(event.quote)
        return
      case 'prices':
        this.#takePrices(event.conId, event.heard, event.at, event.reason)
        return
      case 'asked':
        this.#takeAsked(event.conId, event.at)
        return
      case 'clock':
        this.#takeClock(event.at)
        return
      case 'connected':
        this.#say('HANDSHAKING', 'the broker took the connection')
        return
      case 'accounts':
        this.#status = { ...this.#status, accounts: event.accounts }
        if (this.#status.state === 'HANDSHAKING' || this.#status.state === 'CONNECTING')
          this.#say('CATCHING_UP', "asking for the day's executions and positions")
        return
      case 'position':
        this.#options.onPosition?.(event)
        return
      case 'notice':
        this.#takeNotice(event)
        return
      case 'lost':
        this.#lose?.(event.reason)
        return
    }
  }

  #takeQuote(quote: Quote): void {
    if (this.#absence !== null && quote.at !== null && !this.#absence.firstHeard.has(quote.conId)) this.#absence.firstHeard.set(quote.conId, quote.at)
    const fresh = this.#fresh.get(quote.conId)
    if (fresh !== undefined) fresh.firstAt ??= quote.at
    if (quote.at !== null) this.#lastQuoteAt.set(quote.conId, quote.at)
    this.#recorder.quote(quote)
    // A price dated after the loss says that the feed is back, even where the broker forgot to.
    const lostAt = this.#feedLost?.at ?? null
    if (lostAt !== null && quote.at !== null && quote.at > lostAt && this.#status.state === 'GAP') this.#feedRestored('prices come again')
    this.#wake()
  }

  /** Prices are asked for when the first fill comes. Where the market went on before they could come, that time is a hole. */
  #takeAsked(conId: number, at: Instant): void {
    const fresh = this.#fresh.get(conId)
    this.#fresh.delete(conId)
    if (fresh === undefined || this.#absence !== null || at <= fresh.from + CLOCK_STEP_MS) return
    const to = Math.min(fresh.firstAt ?? Number.POSITIVE_INFINITY, at + CLOCK_STEP_MS - 1)
    if (to > fresh.from) this.#recorder.gap([conId], fresh.from, to, 'its prices could not come sooner')
  }

  #takePrices(conId: number, heard: boolean, at: Instant | null, reason: string): void {
    const missing = this.#unheard.get(conId)
    if (!heard) {
      if (missing !== undefined) return
      this.#options.log(`no live prices of contract ${conId}: ${reason}`)
      // While the session opens, its own absence counts; what it leaves open begins where that ends.
      // A refused subscription may never have brought a price: what the broker's clock says proves nothing for it.
      const from = this.#recorder.lastHeardAt(conId) ?? this.#completeUntil
      this.#unheard.set(conId, { from: this.#absence === null ? from : null, reason })
      return
    }
    this.#unheard.delete(conId)
    const to = at ?? this.#recorder.marketTime()
    if (missing !== undefined && missing.from !== null && to !== null && to > missing.from) this.#recorder.gap([conId], missing.from, to, missing.reason)
  }

  /** What is closed while its prices stay away gets its hole now: nobody asks for its prices any more. What is opened then has one from its first fill on. */
  #followUnheard(): void {
    const held = new Set(this.#recorder.held().map((instrument) => instrument.conId))
    for (const [conId, { from, reason }] of [...this.#unheard]) {
      const at = this.#recorder.lastHeardAt(conId)
      if (!held.has(conId)) {
        const now = this.#recorder.marketTime()
        this.#unheard.set(conId, { from: null, reason })
        if (from !== null && now !== null && now > from) this.#recorder.gap([conId], from, now, reason)
      } else if (from === null && this.#absence === null) this.#unheard.set(conId, { from: at, reason })
    }
  }

  #takeClock(at: Instant): void {
    const monotonic = this.#options.clock.monotonic()
    const last = this.#answer
    this.#answer = { at, monotonic }
    const elapsed = last === null ? 0 : monotonic - last.monotonic
    // Answers are whole seconds: one second more or less says nothing about the speed.
    const fast = last !== null && elapsed > 0 && at - last.at - 1000 > OTHER_CLOCK_SPEED * elapsed
    if (fast || Math.abs(at - this.#options.clock.now()) > OTHER_CLOCK_MS) this.#otherClock = true
    if (last !== null && at !== last.at) this.#heardSinceAsk = true
    if (this.#absence === null) this.#completeUntil = at
    this.#recorder.clock(at)
  }

  #takeNotice(notice: NoticeEvent): void {
    this.#options.onNotice?.(notice)
    const said = notice.code === 0 ? notice.message : `${notice.code} ${notice.message}`
    if (notice.meaning !== 'MENDED') this.#options.log(`broker says: ${said}`)
    switch (notice.meaning) {
      case 'DEGRADED':
        if (this.#status.state === 'READY') this.#say('DEGRADED', said)
        return
      case 'MENDED':
        if (this.#status.state === 'DEGRADED') this.#say('READY', said)
        return
      case 'FEED_LOST':
        // When the broker says so, prices may have stayed away for a while already: an answer about the time proves nothing here.
        this.#completeUntil = null
        this.#absence ??= this.#beginAbsence()
        this.#feedLost ??= { at: this.#recorder.marketTime() ?? this.#answer?.at ?? null, reason: said }
        if (this.#status.state === 'READY' || this.#status.state === 'DEGRADED') this.#say('GAP', said)
        return
      case 'FEED_RESTORED':
        this.#feedRestored(said)
        return
    }
  }

  /** Executions first (they may have been held back during the outage), then the hole is declared. */
  #feedRestored(reason: string): void {
    this.#feedLost = null
    // While the session still opens, that alone brings everything.
    if (this.#status.state === 'HANDSHAKING' || this.#status.state === 'CATCHING_UP') return
    // 'Restored' without a 'lost' before it: since when is not known, so since every contract was last heard.
    this.#completeUntil = null
    this.#absence ??= this.#beginAbsence()
    const lose = this.#lose
    this.#say('CATCHING_UP', reason)
    const recover = async () => {
      await this.#broker.catchUp()
      await this.#endAbsence('connection between the broker and its servers lost')
      if (this.#lose === lose) this.#sayReady()
    }
    recover().catch((error: unknown) => {
      if (this.#lose === lose) lose?.(messageOf(error))
    })
  }

  /** Ready, unless the feed went away while we caught up. */
  #sayReady(): void {
    if (this.#feedLost === null) this.#say('READY', 'caught up')
    else this.#say('GAP', this.#feedLost.reason)
  }

  // -------------------------------------------------------------- what is held, and what was missed

  /** From now on prices and fills may be missed. */
  #beginAbsence(): Absence {
    const knownUntil = new Map<number, Instant>()
    for (const { conId } of this.#recorder.held()) {
      const missing = this.#unheard.get(conId)
      const until = missing === undefined ? this.#heardUntil(conId) : (missing.from ?? this.#recorder.lastHeardAt(conId))
      if (until !== null) knownUntil.set(conId, until)
    }
    this.#unheard.clear()
    const since = this.#completeUntil ?? this.#recorder.marketTime()
    this.#completeUntil = null
    return { since, knownUntil, firstHeard: new Map() }
  }

  /** Up to when the prices of a contract are complete: an answer about the time came after every price before it. */
  #heardUntil(conId: number): Instant | null {
    const heardAt = this.#recorder.lastHeardAt(conId)
    if (heardAt === null || this.#completeUntil === null) return heardAt ?? this.#completeUntil
    return Math.max(heardAt, this.#completeUntil)
  }

  /** What was opened while nobody listened is unknown since its first fill, whether it is told as history or late. */
  #noteFill({ executionId, conId, at }: Execution, history: boolean): void {
    if (this.#told.has(executionId)) return
    // One that is told as it happens is no older than the broker's last answer about the time.
    if (!history && (this.#answer === null || at >= this.#answer.at)) return
    const absence = this.#absence
    if (absence !== null) {
      if (!absence.knownUntil.has(conId) && (absence.since === null || at > absence.since)) absence.knownUntil.set(conId, at)
      return
    }
    // The prices of what is held were heard; a fill of this very moment is told twice, and may come as history first.
    const isWatched = this.#recorder.held().some((instrument) => instrument.conId === conId)
    const isOld = this.#completeUntil !== null && at < this.#completeUntil
    if (!isOld || isWatched || this.#missedFills.has(conId)) return
    this.#missedFills.set(conId, at)
    // A fill that comes late, and not because we asked: nobody else looks at what was missed.
    if (!history) this.#declareMissedFills().catch((error: unknown) => this.#lose?.(messageOf(error)))
  }

  /** A fill inside a hole cuts it: what is before it is declared with it, lest who starts again takes the fill for the last thing heard. */
  #cutHole({ executionId, conId, at }: Execution): void {
    if (this.#told.has(executionId)) return
    this.#told.add(executionId)
    const missing = this.#unheard.get(conId)
    if (missing !== undefined && missing.from !== null && at > missing.from) {
      this.#recorder.gap([conId], missing.from, at, missing.reason)
      this.#unheard.set(conId, { ...missing, from: at })
    }
    const known = this.#absence?.knownUntil.get(conId)
    if (this.#absence === null || known === undefined || at <= known || this.#absence.firstHeard.has(conId)) return
    this.#recorder.gap([conId], known, at, NO_SESSION)
    this.#absence.knownUntil.set(conId, at)
  }

  /** Now in market time, by whichever clock is ahead: one that fell behind must not make a hole look empty. */
  #marketNow(): Instant | undefined {
    const answered = this.#answer?.at
    const known = this.#recorder.marketTime()
    return answered === undefined || known === null ? answered : Math.max(answered, known)
  }

  async #declareMissedFills(): Promise<void> {
    await this.#recorded()
    this.#broker.watch(this.#recorder.held())
    await this.#broker.askClock()
    const now = this.#marketNow()
    const missed = this.#missedFills
    this.#missedFills = new Map()
    for (const [conId, from] of missed) if (now !== undefined && now > from) this.#recorder.gap([conId], from, now, 'a fill that was not heard as it happened')
  }

  /** Prices are subscribed again: the hole of each contract ends at its first price, at the latest at the time the broker says it is now. */
  /** Tells the gap of what was watched before up to `now`; what is still missing begins there. */
  #declareUntil(now: Instant | null, reason: string): void {
    const absence = this.#absence
    if (absence === null || now === null) return
    for (const [conId, from] of absence.knownUntil) {
      if (this.#unheard.has(conId) || now <= from) continue
      this.#recorder.gap([conId], from, now, reason)
      absence.knownUntil.set(conId, now)
    }
  }

  async #endAbsence(reason: string): Promise<void> {
    const lose = this.#lose
    await this.#recorded()
    if (this.#lose !== lose || this.#feedLost !== null) return
    // What is missing is declared before any price after it is asked for: a crash in between must not leave a hole that nobody knows of.
    await this.#broker.askClock()
    if (this.#lose !== lose || this.#feedLost !== null) return
    this.#declareUntil(this.#answer?.at ?? null, reason)
    await this.#recorded()
    if (this.#lose !== lose || this.#feedLost !== null) return
    this.#broker.watch(this.#recorder.held())
    await this.#broker.askClock()
    const now = this.#marketNow()
    const absence = this.#absence
    // Lost again in the meantime: the absence goes on.
    if (this.#lose !== lose || this.#feedLost !== null || absence === null || now === undefined) return
    this.#absence = null
    this.#completeUntil = now
    for (const [conId, from] of absence.knownUntil) {
      const missing = this.#unheard.get(conId)
      if (missing !== undefined) {
        this.#unheard.set(conId, { ...missing, from })
        continue
      }
      // The broker tells whole seconds: what was asked for before the answer is heard from the end of that second on, or from its first price.
      const to = Math.min(absence.firstHeard.get(conId) ?? Number.POSITIVE_INFINITY, now + CLOCK_STEP_MS - 1)
      if (to > from) this.#recorder.gap([conId], from, to, reason)
    }
  }

  /** Everything told so far is folded; while prices pour in that may never be, so not longer than a moment. */
  async #recorded(): Promise<void> {
    const enough = new AbortController()
    const moment = this.#options.sleep(RECORDED_MS_MAX, AbortSignal.any([enough.signal, this.#closing.signal])).catch(() => {})
    await Promise.race([this.#recorder.settled(), moment])
    enough.abort()
  }

  /** Where the market runs on a clock of its own, time is asked again soon after anything was heard. */
  #wake(): void {
    if (this.#heardSinceAsk) return
    this.#heardSinceAsk = true
    if (this.#otherClock) this.#hurry?.abort()
  }

  #say(state: BrokerState, reason: string): void {
    if (this.#status.state === state && this.#status.reason === reason) return
    const changed = this.#status.state !== state
    const before = this.#status.state
    this.#status = { ...this.#status, state, reason, since: changed ? this.#options.clock.now() : this.#status.since }
    const broker = `broker ${this.#options.name} ${this.#options.host}:${this.#options.port}`
    if (changed) this.#options.log(`${broker}: ${wordsOf(before)} → ${wordsOf(state)}: ${reason}`)
    else if (reason !== this.#advisedOn) this.#options.log(`${broker}: still ${wordsOf(state)}: ${reason}`)
    this.#options.onStatus(this.status)
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted
  }
}

function wordsOf(state: BrokerState): string {
  return state.toLowerCase().replace('_', ' ')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
