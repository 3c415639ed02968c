// The pace of requests: TWS drops a client that asks more often than it allows, so requests wait their turn here. What waits when the session ends is
// forgotten with it (the client's own limiter would keep it and send it to nobody). Knows nothing of what is asked.
import type { Clock } from '#src/clock.ts'

const WINDOW_MS = 1000

export interface Turn {
  /** Gives the turn back: true if the request had not gone out yet, and never will. */
  cancel(): boolean
}

export class Pace {
  readonly #perSecondMax: number
  readonly #clock: Clock
  /** When the last requests went out, oldest first: at most `perSecondMax` of them. */
  readonly #sentAt: number[] = []
  #urgent: Waiting[] = []
  #patient: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(perSecondMax: number, clock: Clock) {
    this.#perSecondMax = perSecondMax
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

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#urgent.length = 0
    this.#patient.length = 0
  }

  #advance(): void {
    while (this.#urgent.length + this.#patient.length > 0) {
      const now = this.#clock.monotonic()
      const oldest = this.#sentAt[0]
      const full = this.#sentAt.length >= this.#perSecondMax
      if (full && oldest !== undefined && now - oldest < WINDOW_MS) {
        this.#timer ??= setTimeout(
          () => {
            this.#timer = undefined
            this.#advance()
          },
          Math.max(1, Math.ceil(oldest + WINDOW_MS - now)),
        )
        return
      }
      if (full) this.#sentAt.shift()
      this.#sentAt.push(now)
      const next = this.#urgent.shift() ?? this.#patient.shift()
      next?.send()
    }
  }
}

interface Waiting {
  readonly send: () => void
}
