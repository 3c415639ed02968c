// The pace of requests: TWS drops a client that asks more often than it allows, so requests wait their turn here. What waits when the session ends is
// forgotten with it (the client's own limiter would keep it and send it to nobody). Knows nothing of what is asked.
import type { Clock } from '#src/clock.ts'

const WINDOW_MS = 1000

export interface Turn {
  /** Gives the turn back: true if the request had not gone out yet, and never will. */
  cancel(): boolean
}

export class Pace {
  readonly #usualMax: number
  /** TWS said that it was asked too often: so many until then. */
  #slowUntil = Number.NEGATIVE_INFINITY
  readonly #clock: Clock
  /** When the requests of the last second went out, oldest first. */
  readonly #sentAt: number[] = []
  #urgent: Waiting[] = []
  #patient: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(perSecondMax: number, clock: Clock) {
    this.#usualMax = perSecondMax
    this.#clock = clock
  }

  /** Sends at once where the pace allows it. Urgent ones (prices, the heartbeat) overtake patient ones (contract details). */
  ask(send: () => void, urgency: 'urgent' | 'patient' = 'urgent'): Turn {
    const waiting: Waiting = { send }
    const queue = urgency === 'urgent' ? this.#urgent : this.#patient
    queue.push(waiting)
    this.#advance()
    return {
      cancel: () => {
        const at = queue.indexOf(waiting)
        if (at >= 0) queue.splice(at, 1)
        return at >= 0
      },
    }
  }

  /** One went out beside another, in its turn. */
  note(): void {
    this.#sentAt.push(this.#clock.monotonic())
  }

  /** Half as often for a while. */
  slowFor(ms: number): number {
    this.#slowUntil = this.#clock.monotonic() + ms
    return this.#perSecondMax(this.#clock.monotonic())
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#urgent.length = 0
    this.#patient.length = 0
  }

  #perSecondMax(now: number): number {
    return now < this.#slowUntil ? Math.max(1, Math.floor(this.#usualMax / 2)) : this.#usualMax
  }

  #advance(): void {
    while (this.#urgent.length + this.#patient.length > 0) {
      const now = this.#clock.monotonic()
      while (this.#sentAt.length > 0 && now - (this.#sentAt[0] as number) >= WINDOW_MS) this.#sentAt.shift()
      // So many of the oldest have to leave the window.
      const freed = this.#sentAt[this.#sentAt.length - this.#perSecondMax(now)]
      if (freed !== undefined) {
        this.#timer ??= setTimeout(
          () => {
            this.#timer = undefined
            this.#advance()
          },
          Math.max(1, Math.ceil(freed + WINDOW_MS - now)),
        )
        return
      }
      this.#sentAt.push(now)
      const next = this.#urgent.shift() ?? this.#patient.shift()
      next?.send()
    }
  }
}

interface Waiting {
  readonly send: () => void
}
