// What of the session's states is kept as facts: each change with its reason, and a loop of attempts that never gets anywhere only once. Never says one itself.
import type { SessionChange } from '#core/facts.ts'
import type { BrokerState, BrokerStatus } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'

/** Different states and reasons kept of one loop of attempts: a broker that finds new words all night is not written down all night. */
const LOOP_MAX = 50
const ARRIVED: ReadonlySet<BrokerState> = new Set(['READY', 'DEGRADED', 'CLOSED'])

export class States {
  readonly #keep: (change: SessionChange) => void
  readonly #clock: Clock
  #last = ''
  /** What was kept since the session was last ready. */
  readonly #loop = new Set<string>()

  constructor(keep: (change: SessionChange) => void, clock: Clock) {
    this.#keep = keep
    this.#clock = clock
  }

  hear({ name, state, reason }: BrokerStatus): void {
    const said = `${state} ${reason}`
    if (said === this.#last) return
    this.#last = said
    if (ARRIVED.has(state)) this.#loop.clear()
    else if (this.#loop.has(said) || this.#loop.size >= LOOP_MAX) return
    else this.#loop.add(said)
    this.#keep({ kind: 'session', broker: name, state, reason, at: this.#clock.now() })
  }
}
