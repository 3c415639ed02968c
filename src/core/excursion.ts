// Excursions: record prices since a moment, kept once for every trade of a contract. Pure.
//
// Standing records of one direction form a stack, the furthest at the bottom. A price beyond the top ones replaces them all by one new record,
// so a price costs nothing unless it moves somebody, and trades that share a record move together. What was replaced points to what replaced it:
// the path from a trade's first record to the standing one is its staircase.
import { type Decimal, decimal, HUNDRED, ZERO } from './decimal.ts'
import type { Instant } from './time.ts'

/** One step of a staircase: the price was a record for everyone who stands on it, first at `at`. */
export interface Step {
  readonly price: number
  readonly at: Instant
  /** The contract's count of marks, this one included: their order, where instants are equal. */
  readonly mark: number
  /** The record that replaced it; null while it stands. */
  next: Step | null
  /** The standing record this step led to, as far as known (shortened while looking). */
  shortcut: Step
  /** The first step of the opposite staircase since this record: the drawdowns from it. Kept where a trade's favourable record stands on it. */
  back: Step | null
  /** Somebody who stands, or stood, on it wants the opposite staircase. */
  wantsBack: boolean
  members: Member | null
  lastMember: Member | null
}

/** A trade's place on one staircase. */
export interface Member {
  readonly owner: unknown
  readonly start: Step
  before: Member | null
  after: Member | null
}

/** The standing records of one direction: +1 record highs, −1 record lows. */
export class Records {
  readonly #direction: 1 | -1
  #stack: Step[] = []
  /** Only a price beyond this one moves somebody: above it for highs, below it for lows. */
  guard: number

  constructor(direction: 1 | -1) {
    this.#direction = direction
    this.guard = direction * Number.POSITIVE_INFINITY
  }

  /** Begins a staircase at a price; it need not be a mark (a fill's price). */
  begin(price: number, at: Instant, mark: number): Step {
    const step = newStep(price, at, mark)
    const stack = this.#stack
    const key = this.#direction * price
    let position = stack.length
    if (position > 0 && this.#direction * (stack[position - 1] as Step).price < key) {
      let from = 0
      while (from < position) {
        const middle = (from + position) >> 1
        if (this.#direction * (stack[middle] as Step).price < key) position = middle
        else from = middle + 1
      }
      stack.splice(position, 0, step)
    } else {
      stack.push(step)
      this.guard = price
    }
    return step
  }

  /** `wantsBack`: the opposite staircase is kept for the member's sake. */
  join(owner: unknown, price: number, at: Instant, mark: number, wantsBack: boolean): Member {
    const start = this.begin(price, at, mark)
    start.wantsBack = wantsBack
    const member: Member = { owner, start, before: null, after: null }
    append(start, member, member)
    return member
  }

  /** The member stays on its staircase as it is; later records are not its own. */
  leave(member: Member): void {
    const step = standing(member.start)
    if (member.before === null) step.members = member.after
    else member.before.after = member.after
    if (member.after === null) step.lastMember = member.before
    else member.after.before = member.before
    member.before = null
    member.after = null
  }

  /** A price beyond the guard: every record it exceeds becomes one. */
  advance(price: number, at: Instant, mark: number): Step {
    const stack = this.#stack
    const key = this.#direction * price
    const step = newStep(price, at, mark)
    let top = stack.at(-1)
    while (top !== undefined && this.#direction * top.price < key) {
      stack.pop()
      top.next = step
      top.shortcut = step
      step.wantsBack ||= top.wantsBack
      if (top.members !== null && top.lastMember !== null) append(step, top.members, top.lastMember)
      top.members = null
      top.lastMember = null
      top = stack.at(-1)
    }
    stack.push(step)
    this.guard = price
    return step
  }

  clear(): void {
    this.#stack = []
    this.guard = this.#direction * Number.POSITIVE_INFINITY
  }
}

function newStep(price: number, at: Instant, mark: number): Step {
  const step = { price, at, mark, next: null, shortcut: null as unknown as Step, back: null, wantsBack: false, members: null, lastMember: null }
  step.shortcut = step
  return step
}

function append(step: Step, first: Member, last: Member): void {
  if (step.lastMember === null) step.members = first
  else {
    step.lastMember.after = first
    first.before = step.lastMember
  }
  step.lastMember = last
}

/** The record a staircase stands on now. */
export function standing(step: Step): Step {
  let last = step
  while (last.shortcut !== last) last = last.shortcut
  let walk = step
  while (walk.shortcut !== last) {
    const next = walk.shortcut
    walk.shortcut = last
    walk = next
  }
  return last
}

/** A percentage as an exact fraction n / d, d above 0. */
export interface Ratio {
  readonly n: Decimal
  readonly d: Decimal
}

export function compareRatios(a: Ratio, b: Ratio): number {
  return a.d.eq(b.d) ? a.n.cmp(b.n) : a.n.times(b.d).cmp(b.n.times(a.d))
}

/** What turns a price into percent and money between two own fills of a trade: neither its entry nor its size changes there. */
export interface Stretch {
  /** +1 long, −1 short. */
  readonly side: 1 | -1
  readonly multiplier: Decimal
  /** Quantity entered so far, and what it cost: their quotient is the volume-weighted entry E. */
  readonly entryQuantity: Decimal
  readonly entryCost: Decimal
  /** E as the nearest double, for comparisons that are clear without the exact one. */
  readonly entry: number
  readonly openQuantity: Decimal
  /** What the quantity left so far was worth, as entryCost: without the multiplier. */
  readonly exitValue: Decimal
}

/** s·(P − E)/|E|·100, exactly; null where E is 0. */
export function percentAt(stretch: Stretch, price: Decimal): Ratio | null {
  if (stretch.entryCost.eq(ZERO)) return null
  const points = price.times(stretch.entryQuantity).minus(stretch.entryCost)
  return { n: (stretch.side === 1 ? points : points.neg()).times(HUNDRED), d: stretch.entryCost.abs() }
}

/** The same in doubles; not a number where E is 0. */
export function percentNear({ side, entry }: Stretch, price: number): number {
  return ((side * (price - entry)) / Math.abs(entry)) * 100
}

/** The gross running result at a price, in the instrument's currency. */
export function resultAt(stretch: Stretch, price: Decimal): Decimal {
  const points = stretch.openQuantity.times(price).plus(stretch.exitValue).minus(stretch.entryCost).times(stretch.multiplier)
  return stretch.side === 1 ? points : points.neg()
}

/** A price seen in a stretch: what it was in percent and in money follows exactly, when somebody asks. */
export interface Sight {
  readonly stretch: Stretch
  readonly price: number
  readonly at: Instant
}

/** An extreme in its three views, each with the time it was first reached (domain.md, 'Excursions'). */
export interface Extreme {
  readonly price: number
  readonly at: Instant
  readonly percent: Sight
  readonly result: Sight
}

/** At its first fill a trade stands at 0 percent and no money. */
export function firstExtreme(sight: Sight): Extreme {
  return { price: sight.price, at: sight.at, percent: sight, result: sight }
}

/** The extreme widened by a price seen; `way` +1 favourable, −1 adverse. Each view moves only when it is exceeded. */
export function widen(extreme: Extreme, way: 1 | -1, sight: Sight): Extreme {
  const further = way * sight.stretch.side * (sight.price - extreme.price) > 0
  const percentFurther = way * comparePercents(sight, extreme.percent) > 0
  const resultFurther = way * compareResults(sight, extreme.result) > 0
  if (!further && !percentFurther && !resultFurther) return extreme
  return {
    price: further ? sight.price : extreme.price,
    at: further ? sight.at : extreme.at,
    percent: percentFurther ? sight : extreme.percent,
    result: resultFurther ? sight : extreme.result,
  }
}

/** What a sight was in percent of its entry; 0 where that entry was 0. */
export function percentOf({ stretch, price }: Sight): Ratio {
  return percentAt(stretch, decimal(price)) ?? { n: ZERO, d: HUNDRED }
}

/** Below, at or above 0 as `a` was in percent below, at or above `b`. While the entry stays the same the prices say it. Without an entry nothing is further. */
function comparePercents(a: Sight, b: Sight): number {
  if (isSameEntry(a.stretch, b.stretch)) return a.stretch.entry === 0 ? 0 : a.stretch.side * (a.price - b.price)
  const percent = percentAt(a.stretch, decimal(a.price))
  return percent === null ? 0 : compareRatios(percent, percentOf(b))
}

/** An exit leaves cost and quantity entered as they are; an entry changes both, a split the quantity. */
function isSameEntry(a: Stretch, b: Stretch): boolean {
  return a.entryCost === b.entryCost && a.entryQuantity === b.entryQuantity
}

function compareResults(a: Sight, b: Sight): number {
  if (a.stretch === b.stretch) return a.stretch.side * a.stretch.multiplier.s * (a.price - b.price)
  return resultAt(a.stretch, decimal(a.price)).cmp(resultAt(b.stretch, decimal(b.price)))
}

/** A fall from the best price so far to a later one. */
export interface Fall {
  readonly stretch: Stretch
  readonly best: number
  readonly price: number
}

/** The fall in percent of its stretch's entry; null where that is 0. */
export function fallPercent({ stretch, best, price }: Fall): Ratio | null {
  const from = percentAt(stretch, decimal(best))
  const to = percentAt(stretch, decimal(price))
  return from === null || to === null ? null : { n: from.n.minus(to.n), d: from.d }
}

/** The deeper of two falls, in percent; the earlier where they are equal. Without an entry nothing falls. */
export function deeper(deepest: Fall | null, fall: Fall): Fall | null {
  if (fall.stretch.entry === 0) return deepest
  if (deepest === null) return fall
  return compareFalls(fall, deepest) > 0 ? fall : deepest
}

/** Above 0 where `a` is the deeper. While the entry stays the same the prices say it: by doubles where they are clear, else exactly. */
function compareFalls(a: Fall, b: Fall): number {
  if (isSameEntry(a.stretch, b.stretch)) {
    if (a.best === b.best) return Math.abs(a.best - a.price) - Math.abs(b.best - b.price)
    const near = Math.abs(a.best - a.price) - Math.abs(b.best - b.price)
    if (Math.abs(near) > CLEAR * (Math.abs(a.best) + Math.abs(a.price))) return near
    return depthOf(a).cmp(depthOf(b))
  }
  return compareRatios(fallPercent(a) as Ratio, fallPercent(b) as Ratio)
}

function depthOf({ best, price }: Fall): Decimal {
  return decimal(best).minus(decimal(price)).abs()
}

/** A difference of doubles larger than this share of what it was taken from has the sign of the exact one. */
export const CLEAR = 1e-12

/** Whether a price lies `pct` percent of the best price beyond it on the adverse side, exactly; `near` is `pct` as a double. */
export function isTrailed(side: 1 | -1, best: number, price: number, pct: Decimal, near: number): boolean {
  if (best === 0) return false
  const beyond = side * (best - price) * 100 - near * Math.abs(best)
  if (Math.abs(beyond) > CLEAR * (Math.abs(best) + Math.abs(price)) * (100 + Math.abs(near))) return beyond > 0
  const fall = decimal(best).minus(decimal(price)).times(side)
  return fall.times(HUNDRED).gte(pct.times(decimal(best).abs()))
}
