// The high and low of each contract's day, of everything that was traded: also of what no line was told. A tape that knows more than its prices says so.
import type { AnyFact } from '#core/facts.ts'
import { type Day, wallClock } from '#core/time.ts'

export interface DayRange {
  readonly high: number | null
  readonly low: number | null
  readonly day: Day
  /** The quarter of an hour it was told in last: within it no day begins anywhere. */
  readonly quarter: number
}

const QUARTER_MS = 900_000

export class DayRanges {
  readonly #ranges = new Map<number, DayRange>()
  readonly #timeZone: string

  constructor(timeZone: string) {
    this.#timeZone = timeZone
  }

  get(conId: number): DayRange | undefined {
    return this.#ranges.get(conId)
  }

  take(fact: AnyFact): void {
    if (fact.kind !== 'mark' && fact.kind !== 'dayRange') return
    const last = this.#ranges.get(fact.conId)
    const quarter = Math.floor(fact.at / QUARTER_MS)
    const day = last?.quarter === quarter ? last.day : wallClock(fact.at, this.#timeZone).day
    const { high, low } = last?.day === day ? last : { high: null, low: null }
    const said = fact.kind === 'mark' ? { high: Math.max(high ?? fact.price, fact.price), low: Math.min(low ?? fact.price, fact.price) } : numbersOf(fact)
    this.#ranges.set(fact.conId, { high: said.high ?? high, low: said.low ?? low, day, quarter })
  }
}

function numbersOf({ high, low }: { readonly high?: string; readonly low?: string }): { readonly high: number | null; readonly low: number | null } {
  return { high: high === undefined ? null : Number(high), low: low === undefined ? null : Number(low) }
}
