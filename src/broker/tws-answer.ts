// One answer that is waited for, with a deadline that counts from the last sign of life: a slow gateway is not a dead one. Knows nothing of what was asked.

/** 'silent': nothing came in time. 'ended': the session was over before. */
export type Outcome = 'answered' | 'silent' | 'ended'

export class Answer {
  readonly outcome: Promise<Outcome>
  readonly #waitMs: number
  #resolve: (outcome: Outcome) => void = () => {}
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #stirred = false
  #settled = false

  constructor(waitMs: number) {
    this.#waitMs = waitMs
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#arm()
  }

  /** A sign of life: the deadline starts anew. Cheap enough for every message. */
  stir(): void {
    this.#stirred = true
  }

  settle(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#resolve(outcome)
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      // What already lies in the socket counts: if this process was busy, the timer comes before the bytes that arrived in time.
      this.#immediate = setImmediate(() => {
        if (!this.#stirred) return this.settle('silent')
        this.#stirred = false
        this.#arm()
      })
    }, this.#waitMs)
  }
}
