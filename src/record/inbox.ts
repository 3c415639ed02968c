// The inbox: what was told waits here, in order, until it is taken, one at a time; when enough was taken, or long enough ago, it is committed.
// Knows nothing of what it holds.
import type { Clock } from '#src/clock.ts'

export interface InboxOptions<Told> {
  readonly clock: Clock
  /** Takes one, told at `since` or later by `clock.monotonic()`; only what has to wait for something returns a promise. */
  take(told: Told, since: number): Promise<void> | void
  /** Whether what was taken has to be committed before anything else is taken. */
  isFull(): boolean
  /** When what was taken has to be committed at the latest, by `clock.monotonic()`; +∞ while there is nothing. */
  dueAt(): number
  /** `all`: also what could wait; nothing is due afterwards. Never called while another is under way. */
  commit(all: boolean): Promise<void>
  /** Makes a queue that has grown too long shorter, without losing what must not be lost. */
  shorten(queue: readonly Told[]): Told[]
  /** Beyond this many waiting, the queue is shortened. */
  readonly waitingMax?: number
  /** Taking or committing failed: nothing is taken any more. */
  onFailure(error: unknown): void
}

const WAITING_MAX = 1_000_000
/** What was taken stays at the head of the queue until it is this much. */
const TAKEN_MAX = 10_000
const TIMER_MS_MAX = 1_000

export class Inbox<Told> {
  readonly #options: InboxOptions<Told>
  readonly #waitingMax: number
  #queue: Told[] = []
  /** How many at the head of the queue are taken. */
  #taken = 0
  /** Since when the first of those that wait has waited. */
  #waitingSince = 0
  #shortenAt: number
  #working: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  /** When the timer comes, by `clock.monotonic()`. */
  #wakesAt = Number.POSITIVE_INFINITY
  /** How many were taken since the beginning, the one that is being taken among them. */
  #begun = 0
  /** Who waits until so many are taken and committed. */
  #settling: { readonly upTo: number; resolve(): void }[] = []
  #closed = false
  #failed = false

  constructor(options: InboxOptions<Told>) {
    this.#options = options
    this.#waitingMax = options.waitingMax ?? WAITING_MAX
    this.#shortenAt = this.#waitingMax
  }

  get waiting(): number {
    return this.#queue.length - this.#taken
  }

  push(told: Told): void {
    if (this.#closed || this.#failed) return
    if (this.waiting === 0) this.#waitingSince = this.#options.clock.monotonic()
    this.#queue.push(told)
    if (this.waiting > this.#shortenAt) {
      this.#queue = this.#options.shorten(this.#queue.slice(this.#taken))
      this.#taken = 0
      // Where little could be left out, it is not tried again at every push.
      this.#shortenAt = Math.max(this.#waitingMax, 2 * this.#queue.length)
    }
    if (this.#working === null) void this.#work()
  }

  /** Resolves when everything pushed so far is taken and committed, whatever is pushed meanwhile; or nothing is taken any more. */
  settled(): Promise<void> {
    if (this.#failed) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#settling.push({ upTo: this.#begun + this.waiting, resolve })
    void this.#work()
    return promise
  }

  async close(): Promise<void> {
    do await this.settled()
    while (!this.#failed && (this.waiting > 0 || this.#options.dueAt() !== Number.POSITIVE_INFINITY))
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #work(): Promise<void> {
    this.#working ??= this.#guarded(() => this.#drain()).finally(() => {
      this.#working = null
      // What was told as the work ended, by whom it settled for one, saw it still at work.
      if (this.waiting > 0 || this.#settling.length > 0) void this.#work()
      else this.#setTimer()
    })
    return this.#working
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#failed = true
      this.#queue = []
      this.#taken = 0
      for (const { resolve } of this.#settling.splice(0)) resolve()
      this.#options.onFailure(error)
    }
  }

  async #drain(): Promise<void> {
    const { take, isFull, dueAt, commit, clock } = this.#options
    // What is told in one go is taken in one go.
    await Promise.resolve()
    do {
      while (this.waiting > 0) {
        const done = take(this.#next(), this.#waitingSince)
        if (done !== undefined) await done
        if (this.#isAwaited()) await this.#settle()
        else if (isFull()) await commit(false)
      }
      if (this.#isAwaited()) await this.#settle()
      else if (clock.monotonic() >= dueAt()) await commit(false)
    } while (this.waiting > 0)
    this.#shortenAt = this.#waitingMax
  }

  #isAwaited(): boolean {
    return this.#settling.length > 0 && this.#settling.some((one) => this.#isTaken(one))
  }

  async #settle(): Promise<void> {
    const { dueAt, commit } = this.#options
    const taken = new Set(this.#settling.filter((one) => this.#isTaken(one)))
    if (dueAt() !== Number.POSITIVE_INFINITY) await commit(true)
    this.#settling = this.#settling.filter((one) => !taken.has(one))
    for (const { resolve } of taken) resolve()
  }

  /** What was left out when the queue was shortened is never taken: with nothing waiting everything is. */
  #isTaken({ upTo }: { readonly upTo: number }): boolean {
    return upTo <= this.#begun || this.waiting === 0
  }

  /** The first that waits; what was taken is let go now and then, not one by one. */
  #next(): Told {
    const told = this.#queue[this.#taken++] as Told
    this.#begun++
    if (this.#taken === this.#queue.length) {
      this.#queue = []
      this.#taken = 0
    } else if (this.#taken >= TAKEN_MAX && 2 * this.#taken >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#taken)
      this.#taken = 0
    }
    return told
  }

  #setTimer(): void {
    const dueAt = this.#options.dueAt()
    if (this.#closed || this.#failed || dueAt === Number.POSITIVE_INFINITY) return
    const now = this.#options.clock.monotonic()
    const wakesAt = Math.max(now + 1, Math.min(dueAt, now + TIMER_MS_MAX))
    // What is due sooner does not wait for what may be later.
    if (this.#timer !== null && this.#wakesAt <= wakesAt) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#wakesAt = wakesAt
    this.#timer = setTimeout(() => {
      this.#timer = null
      void this.#work()
    }, wakesAt - now)
  }
}
