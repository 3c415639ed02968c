// How often one may ask IB for the past: 60 requests in ten minutes, never the same one within 15 s, fewer than six of one contract and type within 2 s,
// quotes counting twice (reference 3.5). Pure: it is told what was asked when, and answers when the next may be. A little slower than the rules, because
// the other side measures by arrival.

export interface HistoryRules {
  /** Requests in any window of this length. */
  readonly windowMax: number
  readonly windowMs: number
  /** Between two requests that are the same in everything. */
  readonly sameMs: number
  /** Requests of one contract and type within this time. */
  readonly burstMax: number
  readonly burstMs: number
  /** Requests that wait for an answer. */
  readonly openMax: number
}

export const HISTORY_RULES: HistoryRules = { windowMax: 58, windowMs: 602_000, sameMs: 16_000, burstMax: 5, burstMs: 2_500, openMax: 10 }

/** One request, as the rules see it. */
export interface HistoryAsking {
  /** All of it. */
  readonly request: string
  /** Its contract, exchange and type. */
  readonly contract: string
  readonly weight: number
}

export class HistoryPace {
  readonly #rules: HistoryRules
  /** Oldest first. */
  readonly #asked: (HistoryAsking & { readonly at: number })[] = []
  #notBefore = Number.NEGATIVE_INFINITY

  constructor(rules: HistoryRules = HISTORY_RULES) {
    this.#rules = rules
  }

  /** When it may be asked: now or later. */
  nextAt({ request, contract, weight }: HistoryAsking, now: number): number {
    const { windowMax, windowMs, sameMs, burstMax, burstMs } = this.#rules
    this.#forget(now)
    let at = Math.max(now, this.#notBefore)
    const burst: number[] = []
    for (const asked of this.#asked) {
      if (asked.request === request) at = Math.max(at, asked.at + sameMs)
      if (asked.contract === contract) burst.push(asked.at)
    }
    const crowded = burst.at(-burstMax)
    if (crowded !== undefined) at = Math.max(at, crowded + burstMs)
    // Enough of the oldest have to leave the window.
    let spent = this.#asked.reduce((sum, asked) => sum + asked.weight, 0)
    for (const asked of this.#asked) {
      if (spent + weight <= windowMax) break
      spent -= asked.weight
      at = Math.max(at, asked.at + windowMs)
    }
    return at
  }

  /** It was asked. */
  note(asking: HistoryAsking, now: number): void {
    this.#asked.push({ ...asking, at: now })
  }

  /** The other side counts more than we do (another program asks too): nothing until the window has passed. */
  rest(now: number): void {
    this.#notBefore = now + this.#rules.windowMs
  }

  /** How long so many requests take, if nothing else is asked: an estimate. */
  lasts(requests: number, now: number): number {
    this.#forget(now)
    const { windowMax, windowMs } = this.#rules
    const free = Math.max(0, windowMax - this.#asked.length)
    return requests <= free ? 0 : Math.ceil((requests - free) / windowMax) * windowMs
  }

  #forget(now: number): void {
    while (this.#asked.length > 0 && now - (this.#asked[0]?.at ?? 0) >= this.#rules.windowMs) this.#asked.shift()
  }
}
