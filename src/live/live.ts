// Holds the broker's session open for ever: opens it, catches up, keeps asking the time, opens the next one when it is lost, and says every change of state.
// Time in which prices may have been missed is declared as a gap, never bridged. It knows the broker only through its port, and judges neither price nor fill.
import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Broker, BrokerEvent, Quote } from '#broker/port.ts'
import type { AccountSaid } from '#core/account.ts'
import type { Instant } from '#core/time.ts'
import type { WorkingOrder } from '#core/working-order.ts'
import { type BrokerState, type BrokerStatus, isOpen } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'
import { backfilled, caughtUpWords } from './backfill.ts'
import { Hearing, type HearingRecorder } from './hearing.ts'
import type { Recorder } from '#record/recorder.ts'
import { Ranges, type RangesRecorder } from './ranges.ts'
import { Wanted, type WantingRecorder } from './wanted.ts'

/** The part of the recorder that a live session needs. */
export type LiveRecorder = HearingRecorder & RangesRecorder & WantingRecorder & Pick<Recorder, 'tell' | 'quote' | 'clock' | 'onHeldChanged' | 'settled'>

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
  onAccount?(said: AccountSaid): void
  onOrder?(order: WorkingOrder): void
  onNotice?(notice: NoticeEvent): void
  /** A price had a date that cannot be. */
  onMisdated?(): void
  /** How many contracts have prices that were missed and can still be fetched. */
  missed?(): number
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
  /** Why the prices of a contract stay away, as far as the broker said so. */
  whySilent(conId: number): string | null
  close(): Promise<void>
}

export function openLive(options: LiveOptions): Live {
  const live = new Session(options)
  live.start()
  return live
}

/** The market's clock is not this machine's when it stands this far off, or runs this much faster. */
const OTHER_CLOCK_MS = 3_600_000
const OTHER_CLOCK_SPEED = 3
/** Both clocks of this machine part by this much when it slept, or when somebody set the time. */
const SLEPT_MS = 10_000
/** Nothing at all was done for so long. */
const STOPPED_MS = 120_000
const RECORDED_MS_MAX = 1_000

type Hook = 'onPosition' | 'onAccount' | 'onOrder' | 'onNotice' | 'onMisdated' | 'missed'

class Session implements Live {
  readonly #options: Required<Omit<LiveOptions, Hook>> & Pick<LiveOptions, Hook>
  readonly #broker: Broker
  readonly #recorder: LiveRecorder
  readonly #hearing: Hearing
  readonly #ranges: Ranges
  readonly #wanted: Wanted
  /** What the broker was last told to watch. */
  #watched = ''
  readonly #closing = new AbortController()
  #status: BrokerStatus
  #running: Promise<void> = Promise.resolve()
  /** The trouble that advice was given on: it is not said twice. */
  #advisedOn: string | null = null
  #everReady = false
  /** The recovery that is on its way, or was the last one; and whether it fetches what was missed. */
  #recovery: object | null = null
  #backfilling = false
  /** Ends the session that is open; null while none is. */
  #lose: ((reason: string) => void) | null = null
  /** Cuts the wait for the next heartbeat short. */
  #hurry: AbortController | null = null
  #heardSinceAsk = false
  /** The broker's last answer to 'what time is it', and when it came. */
  #answer: { readonly at: Instant; readonly monotonic: number } | null = null
  #otherClock = false
  /** When this machine was last seen awake, by both of its clocks. */
  #awake = { now: 0, monotonic: 0 }
  /** The broker is there, but cut off from the market: since when in market time, and what it said. */
  #feedLost: { readonly at: Instant | null; readonly reason: string } | null = null
  /** Parts of the service that are broken in this session, and what was said of each. */
  readonly #broken = new Map<string, string>()
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
    this.#hearing = new Hearing(options.recorder, options.log)
    this.#ranges = new Ranges(options.recorder)
    this.#wanted = new Wanted(options.recorder)
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
    this.#recorder.onHeldChanged(() => this.#watch())
  }

  get status(): BrokerStatus {
    return { ...this.#status, marketTime: this.#recorder.marketTime() }
  }

  start(): void {
    this.#options.onStatus(this.status)
    this.#running = this.#holdOpen()
  }

  async catchUp(): Promise<boolean> {
    if (this.#lose === null || !isOpen(this.#status.state)) return false
    const lose = this.#lose
    await this.#broker.catchUp()
    if (this.#lose === lose) await this.#listen(lose)
    return true
  }

  whySilent(conId: number): string | null {
    return this.#feedLost?.reason ?? this.#hearing.whySilent(conId)
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
    this.#hearing.sessionBegins()
    this.#awake = { now: this.#options.clock.now(), monotonic: this.#options.clock.monotonic() }
    this.#feedLost = null
    this.#broken.clear()
    this.#backfilling = false
    let ready = false
    let reason: string
    try {
      await this.#broker.connect((event) => this.#hear(event))
      await this.#listen(this.#lose)
      if (session.signal.aborted) throw new Error(await lost)
      ready = true
      this.#everReady = true
      this.#backfill(this.#lose)
      reason = await Promise.race([lost, this.#heartbeat(session.signal)])
    } catch (error) {
      reason = messageOf(error)
      if (!ready) await this.#advise(reason)
    }
    this.#lose = null
    this.#hearing.sessionLost()
    this.#ranges.interrupted()
    await this.#recorded()
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
      if (signal.aborted || this.#hasSlept()) break
      this.#heardSinceAsk = false
      await this.#broker.askClock()
    }
    return 'over'
  }

  /**
   * While this machine slept nobody listened, though its sockets may not know: what then comes first is no proof that all came. The session ends, and the next
   * one declares the hole and catches up.
   */
  #hasSlept(): boolean {
    const { clock } = this.#options
    const [now, monotonic] = [clock.now(), clock.monotonic()]
    const last = this.#awake
    this.#awake = { now, monotonic }
    const ran = monotonic - last.monotonic
    // Where sleep stops the clock that only goes forward, the other one shows it; where it does not, no heartbeat was heard for far too long.
    const sleptMs = now - last.now - ran > SLEPT_MS ? now - last.now : ran > STOPPED_MS ? ran : 0
    if (sleptMs === 0) return false
    const lose = this.#lose
    this.#lose = null
    lose?.(`this machine slept for ${Math.round(sleptMs / 1000)} s`)
    return true
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
    if (this.#lose === null || this.#hasSlept()) return
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
        if (event.fact.kind === 'execution') {
          this.#hearing.fill(event.fact, event.history === true)
          this.#ranges.fill(event.fact)
        }
        this.#recorder.tell(event.fact, event.raw)
        this.#wake()
        return
      case 'quote':
        this.#takeQuote(event.quote)
        return
      case 'misdated':
        this.#options.onMisdated?.()
        return
      case 'range':
        this.#ranges.range(event)
        return
      case 'prices':
        this.#hearing.prices(event.conId, event.heard, event.at, event.reason)
        if (!event.heard) this.#ranges.unheard(event.conId)
        return
      case 'asked':
        this.#hearing.asked(event.conId, event.at)
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
      case 'order':
      case 'combo':
        this.#wanted.hear(event.order, event.kind === 'combo' ? event.legs : [event.instrument])
        this.#watchAnew()
        if (event.kind === 'order') this.#options.onOrder?.(event.order)
        return
      case 'orders': // refused, a notice says so
        return
      case 'account':
        this.#options.onAccount?.(event.said)
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
    this.#hearing.quote(quote)
    this.#ranges.quote(quote)
    this.#recorder.quote(quote)
    // A price dated after the loss says that the feed is back, even where the broker forgot to.
    const lostAt = this.#feedLost?.at ?? null
    if (lostAt !== null && quote.at !== null && quote.at > lostAt && this.#status.state === 'GAP') this.#feedRestored('prices come again')
    this.#wake()
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
    this.#hearing.clock(at)
    this.#ranges.clock(at)
    this.#recorder.clock(at)
    this.#watchAnew()
  }

  #takeNotice(notice: NoticeEvent): void {
    this.#options.onNotice?.(notice)
    const said = notice.code === 0 ? notice.message : `${notice.code} ${notice.message}`
    if (notice.meaning !== 'MENDED') this.#options.log(`broker says: ${said}`)
    switch (notice.meaning) {
      case 'DEGRADED':
        this.#broken.set(notice.part ?? '', said)
        if (isOpen(this.#status.state)) this.#say('DEGRADED', said)
        return
      case 'MENDED':
        if (notice.part === undefined) this.#broken.clear()
        else this.#broken.delete(notice.part)
        if (this.#status.state === 'DEGRADED') this.#sayReady(this.#backfilling, said)
        return
      case 'FEED_LOST':
        this.#hearing.feedLost()
        this.#ranges.interrupted()
        this.#feedLost ??= { at: this.#recorder.marketTime() ?? this.#answer?.at ?? null, reason: said }
        if (isOpen(this.#status.state)) this.#say('GAP', said)
        return
      case 'FEED_RESTORED':
        this.#feedRestored(said)
        return
    }
  }

  /** Executions first (they may have been held back during the outage), then the hole is declared. */
  #feedRestored(reason: string): void {
    this.#feedLost = null
    this.#hearing.feedRestored()
    // While the session still opens, that alone brings everything.
    if (this.#status.state === 'HANDSHAKING' || this.#status.state === 'CATCHING_UP') return
    const lose = this.#lose
    this.#say('CATCHING_UP', reason)
    const recover = async () => {
      await this.#broker.catchUp()
      await this.#listen(lose)
      if (this.#lose === lose) this.#backfill(lose)
    }
    recover().catch((error: unknown) => {
      if (this.#lose === lose) lose?.(messageOf(error))
    })
  }

  /** Ready, as far as nothing is broken by now, and nothing is still fetched of what was missed. */
  #sayReady(backfilling: boolean, why = ''): void {
    this.#backfilling = backfilling
    const broken = [...this.#broken.values()].at(-1)
    if (this.#feedLost !== null) this.#say('GAP', this.#feedLost.reason)
    else if (broken !== undefined) this.#say('DEGRADED', broken)
    else if (backfilling) this.#say('BACKFILLING', 'fetching the prices that were missed')
    else this.#say('READY', why)
  }

  /** The last of a recovery: what was missed is fetched (repair.ts). Where that takes long the session is ready before, and says so. */
  #backfill(lose: ((reason: string) => void) | null): void {
    const { clock, missed = () => 0, sleep } = this.#options
    const mine = {}
    this.#recovery = mine
    const isMine = () => this.#lose === lose && this.#recovery === mine && !this.#isClosing()
    // The holes were told to the recorder a moment ago.
    const told = this.#recorded()
    const goesOn = () => isMine() && this.#feedLost === null
    const wait = (ms: number) => sleep(ms, this.#closing.signal).catch(() => {})
    backfilled({ clock, told, awaitsPrices: () => this.#hearing.awaitsPrices, missed, goesOn, wait, onWait: () => this.#sayReady(true) })
      .then(() => isMine() && this.#sayReady(false, caughtUpWords(missed())))
      .catch((error: unknown) => isMine() && lose?.(messageOf(error)))
  }

  // -------------------------------------------------------------- what is held, and what was missed

  /** Prices of whatever is held by now are asked for; the broker's time says until when they may have been missed. */
  async #listen(lose: ((reason: string) => void) | null): Promise<void> {
    await this.#recorded()
    if (this.#lose !== lose || this.#feedLost !== null) return
    this.#watch()
    if (this.#hearing.isDeaf) await this.#broker.askClock()
  }

  #watch(wanted = this.#wanted.all()): void {
    const conIds = wanted.map(({ conId }) => conId)
    this.#watched = conIds.join()
    this.#hearing.wantedChanged(conIds)
    this.#broker.watch(wanted)
  }

  /** An order works, or has been gone for long enough. */
  #watchAnew(): void {
    const wanted = this.#wanted.all()
    if (wanted.map(({ conId }) => conId).join() !== this.#watched) this.#watch(wanted)
  }

  /** Everything told so far is folded; where much waits that takes its time, so not longer than a moment. */
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
