// What the gateway remembers of the tape it has played, for clients that ask what they missed: ticks in whole seconds, and bars. And IB's rules on how often
// one may ask: who breaks one is refused with 162, as TWS does, and remembered.
import type { AnyFact, Mark } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'

export interface BarSeen {
  readonly from: Instant
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly count: number
}

export class History {
  readonly #marks = new Map<number, Mark[]>()

  /** False: it has nothing of this contract at all, which is not the same as a time in which nothing was traded. */
  has(conId: number): boolean {
    return this.#marks.has(conId)
  }

  take(fact: AnyFact): void {
    if (fact.kind !== 'mark') return
    const marks = this.#marks.get(fact.conId)
    if (marks === undefined) this.#marks.set(fact.conId, [fact])
    else marks.push(fact)
  }

  /** From an instant on, at most so many; a second that was begun is told to its end. */
  ticks(conId: number, from: Instant, count: number): readonly Mark[] {
    const marks = this.#marks.get(conId) ?? []
    const first = placeOf(marks, from)
    let end = Math.min(first + count, marks.length)
    while (end > first && end < marks.length && secondOf(marks[end]) === secondOf(marks[end - 1])) end++
    return marks.slice(first, end)
  }

  /** Bars with a price in them, of `[from, until)`. */
  bars(conId: number, from: Instant, until: Instant, barMs: number): readonly BarSeen[] {
    const bars: BarSeen[] = []
    const marks = this.#marks.get(conId) ?? []
    for (let i = placeOf(marks, from); i < marks.length; i++) {
      const { at, price } = marks[i] as Mark
      if (at >= until) break
      const start = Math.floor(at / barMs) * barMs
      const last = bars.at(-1)
      if (last === undefined || last.from !== start) bars.push({ from: start, open: price, high: price, low: price, close: price, count: 1 })
      else bars[bars.length - 1] = { ...last, high: Math.max(last.high, price), low: Math.min(last.low, price), close: price, count: last.count + 1 }
    }
    return bars
  }
}

/** The first mark at or after an instant. A tape may tell a mark a little late: that one is found where it stands. */
function placeOf(marks: readonly Mark[], from: Instant): number {
  let low = 0
  let high = marks.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((marks[middle] as Mark).at < from) low = middle + 1
    else high = middle
  }
  return low
}

function secondOf(mark: Mark | undefined): number {
  return Math.floor((mark?.at ?? 0) / 1000)
}

export interface HistoryPace {
  readonly windowMs: number
  readonly sameMs: number
  readonly burstMs: number
}

/** At most 60 in ten minutes, not the same one within 15 s, fewer than six of one contract and type within 2 s; quotes count twice. */
export const HISTORY_PACE: HistoryPace = { windowMs: 600_000, sameMs: 15_000, burstMs: 2_000 }
const WINDOW_MAX = 60
const BURST_MAX = 5

export class HistoryGuard {
  readonly #pace: HistoryPace
  readonly #asked: { readonly request: string; readonly contract: string; readonly weight: number; readonly at: number }[] = []
  /** What was refused, in words. */
  readonly violations: string[] = []

  constructor(pace: HistoryPace) {
    this.#pace = pace
  }

  /** False: refused. `contract` is the contract with exchange and type, `request` all of it. */
  admits(request: string, contract: string, weight: number, now: number): boolean {
    const { windowMs, sameMs, burstMs } = this.#pace
    while (this.#asked.length > 0 && now - (this.#asked[0]?.at ?? 0) >= windowMs) this.#asked.shift()
    const spent = this.#asked.reduce((sum, asked) => sum + asked.weight, 0)
    const burst = this.#asked.filter((asked) => asked.contract === contract && now - asked.at < burstMs).length
    const isSame = this.#asked.some((asked) => asked.request === request && now - asked.at < sameMs)
    const broken = isSame
      ? `the same request again (${request})`
      : burst >= BURST_MAX
        ? `a ${burst + 1}. request of ${contract} in a moment`
        : spent + weight > WINDOW_MAX
          ? `more than ${WINDOW_MAX} requests`
          : null
    this.#asked.push({ request, contract, weight, at: now })
    if (broken !== null) this.violations.push(broken)
    return broken === null
  }
}
