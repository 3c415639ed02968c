// The tape's clock, and the playing: facts go out one by one at the tape's own times, as fast or as slowly as asked.
// It never reads what day the host thinks it is; `hostNow` only measures how long a wait was.
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { AnyFact, Mark } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Placed } from './resting.ts'

/** What is played: facts of the tape, and orders that are placed before they are filled. */
export type Played = AnyFact | Placed

/** Where facts are shown, and whether the show may go on. */
export interface Stage {
  show(fact: Played): void
  /** Told every fact as the tape has it, before prices are gathered: what the venue remembers. */
  remember(fact: Played): void
  /** Why the tape must stand still now, or null. */
  obstacle(): string | null
  /** Resolves when an obstacle may have gone. */
  changed(signal: AbortSignal): Promise<unknown>
  /** Resolves when every client has read what it was sent. */
  drained(signal: AbortSignal): Promise<unknown> | null
}

export interface MarketOptions {
  readonly facts: AsyncIterable<Played>
  /** Times market time; 0 is as fast as the clients read. */
  readonly speed: number
  /** A contract's prices within one such interval of the tape become its last one; 0 keeps all. */
  readonly conflateMs: number
  /** Milliseconds of the host that only go forward. */
  readonly hostNow: () => number
  readonly say: (state: MarketState, reason: string) => void
}

export const MARKET_STATES = ['WAITING', 'RUNNING', 'STANDING', 'ENDED'] as const
export type MarketState = (typeof MARKET_STATES)[number]

/** Facts played between two looks at the event loop. */
const FACTS_PER_TURN = 256

export class Market {
  readonly #options: MarketOptions
  readonly #facts: AsyncIterator<Played>
  readonly #ahead: Played[] = []
  readonly #closing = new AbortController()
  #state: MarketState = 'WAITING'
  /** The time of what is played next: everything before it has been sent, apart from what is pending. */
  #now: Instant = 0
  #end: Instant = 0
  /** The last price of each contract in the running interval, in tape order, and when the interval ends. */
  readonly #pending = new Map<number, Mark>()
  #pendingUntil: Instant = Number.POSITIVE_INFINITY
  #anchor = { host: 0, tape: 0 }
  #playedThisTurn = 0

  /** Reads up to the first dated fact, so that the clock is right before the start. */
  static async open(options: MarketOptions): Promise<Market> {
    const market = new Market(options)
    await market.#lookAhead()
    return market
  }

  private constructor(options: MarketOptions) {
    this.#options = options
    this.#facts = options.facts[Symbol.asyncIterator]()
  }

  get state(): MarketState {
    return this.#state
  }

  /** What is known before the start: the undated facts in front of the first dated one. */
  get ahead(): readonly Played[] {
    return this.#ahead
  }

  /** The broker's clock, in whole seconds: the last second of which every fact at or before it has been sent. */
  seconds(): number {
    return Math.floor(this.#complete() / 1000)
  }

  #complete(): Instant {
    if (this.#state === 'WAITING') return this.#now
    if (this.#state === 'ENDED') return this.#end
    const { speed, hostNow } = this.#options
    const paced = speed === 0 ? this.#now - 1 : Math.min(this.#now - 1, this.#anchor.tape + (hostNow() - this.#anchor.host) * speed)
    const [oldestPending] = this.#pending.values()
    return oldestPending === undefined ? paced : Math.min(paced, oldestPending.at - 1)
  }

  /** Plays the tape to its end. Resolves there, or when closed. */
  async play(stage: Stage): Promise<void> {
    try {
      await this.#standStill(stage)
      this.#become('RUNNING', 'the first client is ready')
      this.#anchor = { host: this.#options.hostNow(), tape: this.#now }
      for (let fact = await this.#next(); fact !== null; fact = await this.#next()) {
        this.#end = Math.max(this.#end, endOf(fact))
        // Before the clock moves on, too: who is asked to watch since a fill is told the time of that fill.
        await this.#standStill(stage)
        await this.#reach(timeOf(fact) ?? this.#now, stage)
        await this.#standStill(stage)
        stage.remember(fact)
        this.#show(fact, stage)
        await this.#breathe(stage)
      }
      await this.#reach(this.#end, stage)
      await this.#standStill(stage)
      this.#flush(stage)
      this.#become('ENDED', 'the tape is over')
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    } finally {
      await this.#facts.return?.()
    }
  }

  close(): void {
    this.#closing.abort()
  }

  async #lookAhead(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#facts.next()
      if (done === true) return
      this.#ahead.push(value)
      const at = timeOf(value)
      if (at === null) continue
      this.#now = at
      return
    }
  }

  async #next(): Promise<Played | null> {
    const waiting = this.#ahead.shift()
    if (waiting !== undefined) return waiting
    const { value, done } = await this.#facts.next()
    return done === true ? null : value
  }

  /** Moves the clock to `at`, letting go on the way what its interval's end sets free. The clock never goes back. */
  async #reach(at: Instant, stage: Stage): Promise<void> {
    while (this.#pendingUntil <= at) {
      this.#now = Math.max(this.#now, this.#pendingUntil)
      await this.#wait()
      await this.#standStill(stage)
      this.#flush(stage)
    }
    this.#now = Math.max(this.#now, at)
    await this.#wait()
  }

  async #wait(): Promise<void> {
    const { speed, hostNow } = this.#options
    if (speed === 0) return
    const ms = (this.#now - this.#anchor.tape) / speed - (hostNow() - this.#anchor.host)
    if (ms >= 1) await sleep(ms, undefined, { signal: this.#closing.signal })
  }

  async #standStill(stage: Stage): Promise<void> {
    let reason = stage.obstacle()
    if (reason === null) return
    const before = this.#state
    while (reason !== null) {
      if (this.#state === 'RUNNING') this.#become('STANDING', reason)
      await stage.changed(this.#closing.signal)
      reason = stage.obstacle()
    }
    this.#anchor = { host: this.#options.hostNow(), tape: this.#now }
    if (before === 'RUNNING') this.#become('RUNNING', 'goes on')
  }

  #show(fact: Played, stage: Stage): void {
    const { conflateMs } = this.#options
    if (fact.kind === 'mark' && conflateMs > 0) {
      this.#pending.delete(fact.conId)
      this.#pending.set(fact.conId, fact)
      this.#pendingUntil = (Math.floor(this.#now / conflateMs) + 1) * conflateMs
      return
    }
    // A fill or a gap ends the interval early: on the wire, too, prices and fills keep the tape's order.
    if (fact.kind === 'execution' || fact.kind === 'gap') this.#flush(stage)
    stage.show(fact)
  }

  #flush(stage: Stage): void {
    for (const mark of this.#pending.values()) stage.show(mark)
    this.#pending.clear()
    this.#pendingUntil = Number.POSITIVE_INFINITY
  }

  /** Lets requests be served and slow readers catch up. */
  async #breathe(stage: Stage): Promise<void> {
    this.#playedThisTurn += 1
    if (this.#playedThisTurn < FACTS_PER_TURN) return
    this.#playedThisTurn = 0
    await turn(undefined, { signal: this.#closing.signal })
    await stage.drained(this.#closing.signal)
  }

  #become(state: MarketState, reason: string): void {
    this.#state = state
    this.#options.say(state, reason)
  }
}

/** When a fact is played: when it became known, else when it happened; null where its place on the tape says it. */
export function timeOf(fact: Played): Instant | null {
  return fact.seenAt ?? ('from' in fact ? fact.from : fact.at) ?? null
}

/** How far a fact makes the tape reach. */
function endOf(fact: Played): Instant {
  return Math.max(fact.seenAt ?? 0, ('to' in fact ? fact.to : fact.at) ?? 0)
}
