// Excursions: record prices since a moment, kept once for every trade of a contract. Pure.
//
// Standing records of one direction form a stack, the furthest at the bottom. A price beyond the top ones replaces them all by one new record,
// so a price costs nothing unless it moves somebody, and trades that share a record move together. What was replaced points to what replaced it:
// the path from a trade's first record to the standing one is its staircase.
import { type Decimal, HUNDRED, ZERO } from './decimal.ts'
import type { Instant } from './time.ts'

/** One step of a staircase: the price was a record for everyone who stands on it, first at `at`. */
export interface Step {
  readonly price: number
  readonly at: Instant
  /** The record that replaced it; null while it stands. */
  next: Step | null
  /** The standing record this step led to, as far as known (shortened while looking). */
  shortcut: Step
  /** The first step of the opposite staircase since this record: the drawdowns from it. Kept where a trade's favourable record stands on it. */
  back: Step | null
  members: Member | null
  lastMember: Member | null
}

/** A trade's place on one staircase. */
export interface Member {
  readonly owner: unknown
  readonly start: Step
  /** The opposite staircase is kept for its sake. */
  readonly wantsBack: boolean
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
  begin(price: number, at: Instant): Step {
    const step = newStep(price, at)
    const key = this.#direction * price
    let position = this.#stack.length
    while (position > 0 && this.#direction * (this.#stack[position - 1] as Step).price < key) position--
    this.#stack.splice(position, 0, step)
    this.#setGuard()
    return step
  }

  join(owner: unknown, price: number, at: Instant, wantsBack: boolean): Member {
    const member: Member = { owner, start: this.begin(price, at), wantsBack, before: null, after: null }
    append(member.start, member, member)
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
  advance(price: number, at: Instant): Step {
    const stack = this.#stack
    const key = this.#direction * price
    const step = newStep(price, at)
    let top = stack.at(-1)
    while (top !== undefined && this.#direction * top.price < key) {
      stack.pop()
      top.next = step
      top.shortcut = step
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
    this.#setGuard()
  }

  #setGuard(): void {
    this.guard = this.#stack.at(-1)?.price ?? this.#direction * Number.POSITIVE_INFINITY
  }
}

function newStep(price: number, at: Instant): Step {
  const step = { price, at, next: null, back: null, members: null, lastMember: null } as Omit<Step, 'shortcut'> & { shortcut?: Step }
  step.shortcut = step as Step
  return step as Step
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
  readonly openQuantity: Decimal
  /** −Σ signed quantity × price × multiplier of the fills so far. */
  readonly cash: Decimal
}

/** s·(P − E)/|E|·100, exactly; null where E is 0. */
export function percentAt(stretch: Stretch, price: Decimal): Ratio | null {
  if (stretch.entryCost.eq(ZERO)) return null
  const points = price.times(stretch.entryQuantity).minus(stretch.entryCost)
  return { n: (stretch.side === 1 ? points : points.neg()).times(HUNDRED), d: stretch.entryCost.abs() }
}

/** The gross running result at a price, in the instrument's currency. */
export function resultAt(stretch: Stretch, price: Decimal): Decimal {
  const value = stretch.openQuantity.times(price).times(stretch.multiplier)
  return stretch.side === 1 ? stretch.cash.plus(value) : stretch.cash.minus(value)
}

/** An extreme in its three views, each with the time it was first reached (domain.md, 'Excursions'). */
export interface Extreme {
  readonly price: number
  readonly at: Instant
  readonly percent: Ratio
  readonly percentAt: Instant
  readonly result: Decimal
  readonly resultAt: Instant
}

export function firstExtreme(price: number, at: Instant): Extreme {
  return { price, at, percent: { n: ZERO, d: HUNDRED }, percentAt: at, result: ZERO, resultAt: at }
}

/** The extreme widened by a price seen in a stretch; `way` +1 favourable, −1 adverse. Each view moves only when it is exceeded. */
export function widen(extreme: Extreme, way: 1 | -1, stretch: Stretch, price: number, exact: Decimal, at: Instant): Extreme {
  const further = way * stretch.side * (price - extreme.price) > 0
  const percent = percentAt(stretch, exact)
  const percentFurther = percent !== null && way * compareRatios(percent, extreme.percent) > 0
  const result = resultAt(stretch, exact)
  const resultFurther = way * result.cmp(extreme.result) > 0
  if (!further && !percentFurther && !resultFurther) return extreme
  return {
    price: further ? price : extreme.price,
    at: further ? at : extreme.at,
    percent: percentFurther ? percent : extreme.percent,
    percentAt: percentFurther ? at : extreme.percentAt,
    result: resultFurther ? result : extreme.result,
    resultAt: resultFurther ? at : extreme.resultAt,
  }
}
