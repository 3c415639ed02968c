// The staircases of one trade, compact: what it reached first, and when. Pure.
//
// Between two own fills a trade's percentage and result rise and fall with the price, so whatever a trade reached for the first time it reached on a
// step: a favourable record, an adverse record, or a new low since a favourable record (a fall). Every 'when did it first …' is answered from them
// exactly as from all prices, gaps included: a level is met at the first price at or beyond it, never at the level. What steps do not keep is how
// long a level was held: `dwell` needs the prices themselves. A bar, whose prices have no known order, is kept whole between two flights of steps.
import { type Decimal, decimal, ONE } from './decimal.ts'
import { CLEAR, compareRatios, isTrailed, percentAt, percentNear, type Ratio, resultAt, type Step, type Stretch } from './excursion.ts'
import type { Hole } from './coverage.ts'
import type { Reached, RunningTrade, Span } from './running.ts'
import type { Instant } from './time.ts'

/** Percent of the volume-weighted entry of the moment, or the gross running result in money. */
export type View = 'percent' | 'result'

/** The first fact, a mark or an own fill, at which something was so. */
export interface Passage {
  readonly at: Instant
  readonly price: number
  /** Its place among the facts the trade saw; two passages at one instant differ in it. */
  readonly order: number
  /** It was in a bar, some time after this and until `at`; `price` is how far the bar went. Absent: it was at `at`. */
  readonly since?: Instant
  /** Only if the bar's prices came in an order that nobody knows; else it was later, or never. */
  readonly unsure?: true
}

export const OUTCOMES = ['TARGET', 'STOP', 'CENSORED', 'AMBIGUOUS'] as const
/** Which of two levels was met first. CENSORED: the trade ended, or history did, before either. AMBIGUOUS: both, and a bar hides which before which. */
export type Outcome = (typeof OUTCOMES)[number]

export interface Race {
  readonly outcome: Outcome
  readonly passage: Passage | null
}

/** How far back a trade has to come from its best: by so much, by this share of the best, or by this percentage of the best price (TRAILING_STOP). */
export type Drawdown = { readonly trail: Decimal } | { readonly fraction: Decimal } | { readonly ofBestPrice: Decimal }

/** Steps side by side: price, instant, order. */
export interface Steps {
  readonly prices: Float64Array
  readonly ats: Float64Array
  readonly orders: Int32Array
}

/** The steps of one stretch: from one own fill, which is the first of either staircase, to the next. */
export interface Flight {
  readonly stretch: Stretch
  /** The result in doubles is slope × price + base. */
  readonly slope: number
  readonly base: number
  readonly favourable: Steps
  readonly adverse: Steps
  /** Falls from the i-th favourable record: those from `fallsFrom[i]` up to `fallsFrom[i + 1]`. */
  readonly falls: Steps
  readonly fallsFrom: Int32Array
  /** The best price since entry when it began, on the scale of its own prices (a split changes it). */
  readonly bestBefore: number
  /** The bar that ended it, and its place; null where a fill did. */
  readonly reached: (Reached & { readonly order: number }) | null
  readonly from: Instant
  /** The price it began with, where one is known of that moment. */
  readonly first: number | null
}

/** A level as it was said and as a double. */
interface Level {
  readonly exact: Decimal
  readonly near: number
}

export class Staircase {
  readonly side: 1 | -1
  readonly openedAt: Instant
  readonly flights: readonly Flight[]
  /** The closing fill; null while the trade is open. */
  readonly end: Passage | null
  /** Until when it was looked at. */
  readonly until: Instant

  constructor(trade: RunningTrade, now: Instant, marks: number) {
    this.side = trade.side
    this.openedAt = trade.openedAt
    this.flights = trade.spans(marks).map((span, index) => flightOf(span, index))
    this.end = trade.closedAt === null ? null : { at: trade.closedAt, price: trade.ownPrice, order: trade.ownMarks + this.flights.length }
    this.until = trade.closedAt ?? now
  }

  /** How many steps are kept in all. */
  get size(): number {
    return this.flights.reduce((sum, { favourable, adverse, falls }) => sum + favourable.prices.length + adverse.prices.length + falls.prices.length, 0)
  }

  firstAtOrAbove(view: View, level: Decimal): Passage | null {
    return this.#first(view, level, 1)
  }

  firstAtOrBelow(view: View, level: Decimal): Passage | null {
    return this.#first(view, level, -1)
  }

  /** Target and stop above and below 0: which was met first. */
  race(view: View, target: Decimal, stop: Decimal): Race {
    return firstOf(this.firstAtOrAbove(view, target), this.firstAtOrBelow(view, stop))
  }

  /** Armed once the best is at least `arm` (it is never below 0): the first fact from then on that is so far below the best. */
  firstDrawdown(view: View, arm: Decimal, drawdown: Drawdown): Passage | null {
    const armAt = levelOf(arm)
    let best: Seen | null = null
    let bestPrice = 0
    let armed = false
    for (const flight of this.flights) {
      const { favourable, falls, fallsFrom, bestBefore } = flight
      bestPrice = bestBefore
      for (let i = 0; i < favourable.prices.length; i++) {
        const seen = { flight, price: favourable.prices[i] as number }
        if (best === null || compareSeen(view, seen, best) > 0) best = seen
        if (this.side * (seen.price - bestPrice) > 0) bestPrice = seen.price
        armed ||= isKnown(view, flight) && compare(view, best, armAt) >= 0
        if (!armed) continue
        const top = { best, bestPrice }
        if (hasFallen(view, top, seen, drawdown)) return passageAt(favourable, i)
        const found = firstWhere(fallsFrom[i] as number, fallsFrom[i + 1] as number, (k) =>
          hasFallen(view, top, { flight, price: falls.prices[k] as number }, drawdown),
        )
        if (found !== null) return passageAt(falls, found)
      }
      if (flight.reached === null || best === null) continue
      const { high, low, close, from, to: at, order } = flight.reached
      const [further, worst] = this.side === 1 ? [high, low] : [low, high]
      const fell = (price: number | undefined) =>
        price !== undefined && armed && hasFallen(view, { best: best as Seen, bestPrice }, { flight, price }, drawdown)
      const passage = (price: number): Passage => ({ at, price, order, since: from })
      if (fell(worst)) return passage(worst as number)
      if (further === undefined) continue
      const seen = { flight, price: further }
      if (compareSeen(view, seen, best) > 0) best = seen
      if (this.side * (further - bestPrice) > 0) bestPrice = further
      armed ||= isKnown(view, flight) && compare(view, best, armAt) >= 0
      // The last price came after the best one; the worst may have come before it.
      if (fell(close)) return passage(close as number)
      if (fell(worst)) return { ...passage(worst as number), unsure: true }
    }
    const flight = this.flights.at(-1)
    if (this.end === null || flight === undefined || best === null) return null
    const seen = { flight, price: this.end.price }
    if (compareSeen(view, seen, best) > 0) best = seen
    if (this.side * (seen.price - bestPrice) > 0) bestPrice = seen.price
    armed ||= isKnown(view, flight) && compare(view, best, armAt) >= 0
    return armed && hasFallen(view, { best, bestPrice }, seen, drawdown) ? this.end : null
  }

  /**
   * Milliseconds at or above a level. Each price holds until the next fact; time inside holes is unknown and left out. `prices` and `ats` are the
   * contract's marks in order (those outside the trade's life are passed over); at one instant own fills come before marks.
   */
  dwell(view: View, level: Decimal, prices: ArrayLike<number>, ats: ArrayLike<number>, holes: readonly Hole[] = []): number {
    if (this.firstAtOrAbove(view, level) === null) return 0
    const wanted = levelOf(level)
    let held = 0
    let mark = 0
    let price = Number.NaN
    for (const [index, flight] of this.flights.entries()) {
      const until = this.flights[index + 1]?.from ?? this.until
      let { from } = flight
      price = flight.first ?? price
      while (mark < ats.length && (ats[mark] as number) < from) mark++
      for (; from < until; mark++) {
        const next = mark < ats.length ? Math.min(ats[mark] as number, until) : until
        if (next > from && isKnown(view, flight) && compare(view, { flight, price }, wanted) >= 0) held += next - from - blindBetween(from, next, holes)
        if (next === until) break
        from = next
        price = prices[mark] as number
      }
    }
    return held
  }

  #first(view: View, level: Decimal, way: 1 | -1): Passage | null {
    const wanted = levelOf(level)
    for (const flight of this.flights) {
      if (!isKnown(view, flight)) continue
      const steps = way === 1 ? flight.favourable : flight.adverse
      const met = (price: number | undefined) => price !== undefined && way * compare(view, { flight, price }, wanted) >= 0
      const found = firstWhere(0, steps.prices.length, (i) => met(steps.prices[i]))
      if (found !== null) return passageAt(steps, found)
      if (flight.reached === null) continue
      const { high, low, open, from, to: at, order } = flight.reached
      if (met(open)) return { at: from, price: open as number, order }
      const furthest = way * this.side === 1 ? high : low
      if (met(furthest)) return { at, price: furthest as number, order, since: from }
    }
    const flight = this.flights.at(-1)
    if (this.end === null || flight === undefined || !isKnown(view, flight)) return null
    return way * compare(view, { flight, price: this.end.price }, wanted) >= 0 ? this.end : null
  }
}

/** Which of two came first. */
export function firstOf(target: Passage | null, stop: Passage | null): Race {
  if (target === null && stop === null) return { outcome: 'CENSORED', passage: null }
  if (stop === null || (target !== null && isBefore(target, stop))) return { outcome: 'TARGET', passage: target }
  if (target === null || isBefore(stop, target)) return { outcome: 'STOP', passage: stop }
  return { outcome: 'AMBIGUOUS', passage: target }
}

/** Surely before: also where the later one may have been as early as its bar began. */
function isBefore(a: Passage, b: Passage): boolean {
  return b.since === undefined ? a.at < b.at || (a.at === b.at && a.order < b.order) : a.at <= b.since
}

function flightOf({ stretch, high, low, best, marks, reached, from, first }: Span, index: number): Flight {
  const [favourableStart, adverseStart] = stretch.side === 1 ? [high, low] : [low, high]
  const records = chain(favourableStart, marks)
  const falls: Step[] = []
  const fallsFrom = new Int32Array(records.length + 1)
  for (const [i, record] of records.entries()) {
    // The first step of a fall is the record itself.
    if (record.back?.next) for (const step of chain(record.back.next, (records[i + 1]?.mark ?? marks + 1) - 1)) falls.push(step)
    fallsFrom[i + 1] = falls.length
  }
  const { side, openQuantity, exitValue, entryCost, multiplier } = stretch
  const slope = side * Number(openQuantity.times(multiplier))
  const base = side * Number(exitValue.minus(entryCost).times(multiplier))
  return {
    stretch,
    slope,
    base,
    favourable: stepsOf(records, index),
    adverse: stepsOf(chain(adverseStart, marks), index),
    falls: stepsOf(falls, index),
    fallsFrom,
    bestBefore: best,
    // Like a fill it has no mark of its own: its place is that of the next flight's first step.
    reached: reached === null ? null : { ...reached, order: marks + index + 1 },
    from,
    first,
  }
}

function chain(start: Step, marks: number): Step[] {
  const steps: Step[] = []
  for (let step: Step | null = start; step !== null && step.mark <= marks; step = step.next) if (Number.isFinite(step.price)) steps.push(step)
  return steps
}

/** Own fills have no mark of their own: each moves the places after it by one. */
function stepsOf(steps: readonly Step[], fillsBefore: number): Steps {
  const found = { prices: new Float64Array(steps.length), ats: new Float64Array(steps.length), orders: new Int32Array(steps.length) }
  for (const [i, { price, at, mark }] of steps.entries()) {
    found.prices[i] = price
    found.ats[i] = at
    found.orders[i] = mark + fillsBefore
  }
  return found
}

function passageAt({ prices, ats, orders }: Steps, index: number): Passage {
  return { at: ats[index] as number, price: prices[index] as number, order: orders[index] as number }
}

/** The first index from `from` up to `until` at which it holds; from there on it holds for all. */
function firstWhere(from: number, until: number, holds: (index: number) => boolean): number | null {
  let [low, high] = [from, until]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low < until ? low : null
}

interface Seen {
  readonly flight: Flight
  readonly price: number
}

/** Moments with an entry of 0 have no percentage. */
function isKnown(view: View, { stretch }: Flight): boolean {
  return view === 'result' || stretch.entry !== 0
}

function levelOf(exact: Decimal): Level {
  return { exact, near: Number(exact) }
}

function nearly(view: View, { flight, price }: Seen): number {
  return view === 'result' ? flight.slope * price + flight.base : flight.stretch.entry === 0 ? 0 : percentNear(flight.stretch, price)
}

/** What rounding of `nearly` is measured against. */
function scaleOf(view: View, { flight, price }: Seen): number {
  return view === 'result' ? Math.abs(flight.slope * price) + Math.abs(flight.base) : 200 + Math.abs(nearly(view, { flight, price }))
}

function exactly(view: View, { flight, price }: Seen): Ratio {
  if (view === 'result') return { n: resultAt(flight.stretch, decimal(price)), d: ONE }
  return percentAt(flight.stretch, decimal(price)) ?? { n: decimal(0), d: ONE }
}

/** Above, at or below 0 as the value is above, at or below the level: by doubles where they are clear, else exactly. */
function compare(view: View, seen: Seen, level: Level): number {
  const near = nearly(view, seen) - level.near
  return Math.abs(near) > CLEAR * (scaleOf(view, seen) + Math.abs(level.near)) ? near : compareRatios(exactly(view, seen), { n: level.exact, d: ONE })
}

function compareSeen(view: View, a: Seen, b: Seen): number {
  if (!isKnown(view, a.flight)) return -1
  const near = nearly(view, a) - nearly(view, b)
  return Math.abs(near) > CLEAR * (scaleOf(view, a) + scaleOf(view, b)) ? near : compareRatios(exactly(view, a), exactly(view, b))
}

/** Whether the trade stands so far below its best, exactly. */
function hasFallen(view: View, { best, bestPrice }: { best: Seen; bestPrice: number }, now: Seen, drawdown: Drawdown): boolean {
  if ('ofBestPrice' in drawdown) return isTrailed(now.flight.stretch.side, bestPrice, now.price, drawdown.ofBestPrice, Number(drawdown.ofBestPrice))
  if (!isKnown(view, now.flight)) return false
  const [top, value] = [nearly(view, best), nearly(view, now)]
  const near = top - value - ('trail' in drawdown ? Number(drawdown.trail) : top * Number(drawdown.fraction))
  if (Math.abs(near) > 4 * CLEAR * (scaleOf(view, best) + scaleOf(view, now))) return near > 0
  const exactTop = exactly(view, best)
  const exact = exactly(view, now)
  const fall = { n: exactTop.n.times(exact.d).minus(exact.n.times(exactTop.d)), d: exactTop.d.times(exact.d) }
  const wanted = 'trail' in drawdown ? { n: drawdown.trail, d: ONE } : { n: exactTop.n.times(drawdown.fraction), d: exactTop.d }
  return compareRatios(fall, wanted) >= 0
}

function blindBetween(from: Instant, until: Instant, holes: readonly Hole[]): number {
  let blind = 0
  let reached = from
  for (const hole of [...holes].sort((a, b) => a.from - b.from)) {
    const start = Math.max(hole.from, reached)
    const end = Math.min(hole.to, until)
    if (end <= start) continue
    blind += end - start
    reached = end
  }
  return blind
}
