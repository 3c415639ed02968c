// The inbox: what was told waits here, in order, until it is taken, one at a time; when enough was taken, or long enough ago, it is committed.
// Knows nothing of what it holds.
import type { Clock } from './clock.ts'

export interface InboxOptions<Told> {
  readonly clock: Clock
  /** Takes one; only what has to wait for something returns a promise. */
  take(told: Told): Promise<void> | void
  /** Whether what was taken has to be committed before anything else is taken. */
  isFull(): boolean
  /** When what was taken has to be committed at the latest, by `clock.monotonic()`; +∞ while there is nothing. */
  dueAt(): number
  commit(): Promise<void>
  /** Makes a queue that has grown too long shorter, without losing what must not be lost. */
  shorten(queue: readonly Told[]): Told[]
  /** Taking or committing failed: nothing is taken any more. */
  onFailure(error: unknown): void
}

/** Beyond this many waiting, the queue is shortened. */
const WAITING_MAX = 1_000_000
const TIMER_MS_MAX = 1_000

export class Inbox<Told> {
  readonly #options: InboxOptions<Told>
  #queue: Told[] = []
  #shortenAt = WAITING_MAX
  #working: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #closed = false
  #failed = false

  constructor(options: InboxOptions<Told>) {
    this.#options = options
  }

  get waiting(): number {
    return this.#queue.length
  }

  push(told: Told): void {
    if (this.#closed || this.#failed) return
    this.#queue.push(told)
    if (this.#queue.length > this.#shortenAt) {
      this.#queue = this.#options.shorten(this.#queue)
      this.#shortenAt = Math.max(WAITING_MAX, 2 * this.#queue.length)
    }
    if (this.#working === null) void this.#work()
  }

  /** Resolves when everything pushed so far is taken and committed, or nothing is taken any more. */
  async settled(): Promise<void> {
    while (!this.#failed && (this.#working !== null || this.#queue.length > 0 || this.#options.dueAt() !== Number.POSITIVE_INFINITY)) {
      await this.#work()
      if (!this.#failed && this.#queue.length === 0) await this.#guarded(() => this.#options.commit())
    }
  }

  async close(): Promise<void> {
    await this.settled()
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #work(): Promise<void> {
    this.#working ??= this.#guarded(() => this.#drain()).finally(() => {
      this.#working = null
      this.#setTimer()
    })
    return this.#working
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#failed = true
      this.#queue = []
      this.#options.onFailure(error)
    }
  }

  async #drain(): Promise<void> {
    const { take, isFull, dueAt, commit, clock } = this.#options
    // What is told in one go is taken in one go.
    await Promise.resolve()
    do {
      // The queue is taken whole: what is pushed meanwhile waits in the next one.
      const queue = this.#queue
      this.#queue = []
      for (const told of queue) {
        const done = take(told)
        if (done !== undefined) await done
        if (isFull()) await commit()
      }
      if (clock.monotonic() >= dueAt()) await commit()
    } while (this.#queue.length > 0)
  }

  #setTimer(): void {
    const dueAt = this.#options.dueAt()
    if (this.#closed || this.#failed || this.#timer !== null || dueAt === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        void this.#work()
      },
      Math.max(1, Math.min(dueAt - this.#options.clock.monotonic(), TIMER_MS_MAX)),
    )
  }
}
