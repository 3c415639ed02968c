// The broker's clock as one session knows it: which of its answers can be true, and which date of a price cannot. It judges by minutes only where that clock
// has kept time with this machine's; a tape that is played runs on a clock of its own, and there nothing but years is too far. It never asks the time.
import type { Instant } from '#core/time.ts'
import type { Clock } from '#src/clock.ts'
import type { BrokerEvent } from './port.ts'

/** The broker tells whole seconds, and its answer has been on its way. */
const AGREE_MS = 5_000
/** They have agreed for so long: a tape may pass through this very moment. */
const AGREED_MS_MIN = 10_000
/** The clocks of exchanges are not quite the broker's. */
const AHEAD_MS_MAX = 60_000
/** A wrong unit; no tape has a hole of so long. */
const YEARS_AHEAD_MS_MAX = 10 * 366 * 86_400_000

export class BrokerClock {
  readonly #clock: Clock
  readonly #tell: (event: BrokerEvent) => void
  /** Its last answer that can be true, and when it came. */
  #last: { readonly at: Instant; readonly heardMs: number } | null = null
  /** Since when its answers have agreed with this machine's clock. */
  #agreesSince: number | null = null
  #saidJump = false
  /** Contracts of which it was said. */
  readonly #said = new Set<number>()

  constructor(clock: Clock, tell: (event: BrokerEvent) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** The time by this answer. One that runs away from what both clocks agreed on is not followed: it goes on as it went. */
  hear(at: Instant): Instant {
    const due = this.#due()
    if (due !== null && this.#keepsTime && at > Math.max(due, this.#clock.now()) + AHEAD_MS_MAX) {
      if (!this.#saidJump) this.#notice(`its clock jumped ahead by ${Math.round((at - due) / 1000)} s, this machine's did not; not followed`)
      this.#saidJump = true
      return Math.floor(due / 1000) * 1000
    }
    const heardMs = this.#clock.monotonic()
    this.#agreesSince = Math.abs(at - this.#clock.now()) <= AGREE_MS ? (this.#agreesSince ?? heardMs) : null
    this.#last = { at, heardMs }
    return at
  }

  /** The date of a price; null where it cannot be one. It is told of every price, and said once of every contract. */
  dateOf(conId: number, name: string, at: Instant): Instant | null {
    const room = this.#keepsTime ? AHEAD_MS_MAX : YEARS_AHEAD_MS_MAX
    // What is not ahead of the last answer is not ahead of now.
    if (this.#last === null || at <= this.#last.at + room) return at
    const due = this.#due()
    if (due === null || at <= due + room) return at
    this.#tell({ kind: 'misdated', conId })
    if (!this.#said.has(conId))
      this.#notice(`${name}: its prices are dated ${Math.round((at - due) / 1000)} s ahead of the broker's clock; taken without that date`)
    this.#said.add(conId)
    return null
  }

  get #keepsTime(): boolean {
    return this.#last !== null && this.#agreesSince !== null && this.#last.heardMs - this.#agreesSince >= AGREED_MS_MIN
  }

  #due(): Instant | null {
    return this.#last === null ? null : this.#last.at + Math.floor(this.#clock.monotonic() - this.#last.heardMs)
  }

  #notice(message: string): void {
    this.#tell({ kind: 'notice', code: 0, message, requestId: null, meaning: 'TROUBLE' })
  }
}
