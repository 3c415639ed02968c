// Thinning the past: which marks of a day have to stay so that everything told of trades, folded from what is left, is what it was. Pure.
//
// A trade moves only on the steps of its staircases (staircase.ts); a price between two of them says nothing that is not said already. Beside the steps
// stay the prices next to a fill, the last of all, and after an exit the records of its shadow, from which verdicts are read.
import { comparePlaces, type Place } from './execution.ts'
import type { Staircase } from './staircase.ts'
import type { Instant } from './time.ts'

export interface PastMark extends Place {
  readonly price: number
}

/** A trade that was closed, and until when prices after its exit are looked at. */
export interface Exit {
  readonly closedAt: Instant
  readonly until: Instant
}

/**
 * Those of the marks, in their order, that stay. `entries`: the fills, splits and plans of the contract, by place. `marks`: those of one contract and day,
 * by place.
 */
export function marksThatStay<Mark extends PastMark>(
  marks: readonly Mark[],
  staircases: Iterable<Staircase>,
  entries: readonly Place[],
  exits: readonly Exit[],
): readonly Mark[] {
  const stay = new Set<Mark>()
  const steps = stepsOf(staircases)
  for (const mark of marks) if (steps.has(keyOf(mark.at, mark.price))) stay.add(mark)
  let next = 0
  for (const entry of entries) {
    while (next < marks.length && comparePlaces(marks[next] as Mark, entry) < 0) next++
    for (const beside of [marks[next - 1], marks[next]]) if (beside !== undefined) stay.add(beside)
  }
  const last = marks.at(-1)
  if (last !== undefined) stay.add(last)
  for (const exit of exits) for (const mark of recordsAfter(marks, exit)) stay.add(mark)
  return marks.filter((mark) => stay.has(mark))
}

function stepsOf(staircases: Iterable<Staircase>): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const { flights } of staircases)
    for (const { favourable, adverse, falls } of flights)
      for (const { prices, ats } of [favourable, adverse, falls]) for (const [i, price] of prices.entries()) keys.add(keyOf(ats[i] as number, price))
  return keys
}

function keyOf(at: Instant, price: number): string {
  return `${at} ${price}`
}

function recordsAfter<Mark extends PastMark>(marks: readonly Mark[], { closedAt, until }: Exit): readonly Mark[] {
  let [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return marks.filter(({ at, price }) => {
    if (at < closedAt || at > until || (price <= high && price >= low)) return false
    high = Math.max(high, price)
    low = Math.min(low, price)
    return true
  })
}
