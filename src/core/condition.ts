// When a rule's condition holds, and which price could make it hold or cease. Pure: it is shown a trade at a price and keeps nothing but what is pending.
//
// Three measures (rules.ts), two views: percent of the entry, and the gross running result, which amounts and multiples of 1 R are compared with.
// Both views are straight lines of the price between two own fills, so every condition waits for a price.
import { type Decimal, decimal, type Fraction, HUNDRED, ONE, plain } from './decimal.ts'
import { CLEAR, compareRatios, isTrailed, percentAt, percentNear, percentOf, type Ratio, resultAt, type Sight, type Stretch } from './excursion.ts'
import type { Rule, Threshold, Tier } from './rules.ts'
import type { Instant } from './time.ts'

/** One thing that can be told of a trade: a rule, or one of its tiers. */
export interface Pending {
  readonly rule: Rule
  readonly ruleIndex: number
  readonly tier: number
  armed: boolean
  /** Looks in a row on which the condition held. */
  streak: number
  /** The looks in a row began where nobody knows since when the condition holds, or before the rule came to look: then it is listed, and does not fire. */
  beyond: boolean
  /** How often it fired. */
  fired: number
  /** It never fired, or its condition ceased to hold since: it may fire (again). */
  released: boolean
  /** It does not fire before. */
  coolsAt: Instant
}

/** What a condition is judged on: the trade after a fact, at the price it saw last. */
export interface Situation {
  readonly stretch: Stretch
  readonly price: number
  /** The best price since entry, own fills included. */
  readonly best: number
  /** Where the favourable percentage was reached, and that percentage in doubles. */
  readonly mfe: Sight
  readonly mfeNear: number
  /** Where the best running result was reached. */
  readonly peak: Sight
  /** 1 R in the instrument's currency; null where it is not known. */
  readonly risk: Fraction | null
}

/** Whether the condition of a price rule holds; arms it on the way. Exact: doubles decide only where they are clear. */
export function holds(pending: Pending, now: Situation): boolean {
  const { rule } = pending
  switch (rule.kind) {
    case 'MAE_STOP':
      return isAgainst(rule.threshold as Threshold, now)
    case 'MFE_TARGET':
      return hasReached((rule.tiers[pending.tier] as Tier).threshold, now)
    case 'TRAILING_STOP': {
      const threshold = rule.threshold as Threshold
      pending.armed ||= hasReached(rule.arm as Threshold, now)
      if (!pending.armed) return false
      return threshold.measure === 'pct' ? isTrailed(now.stretch.side, now.best, now.price, threshold.value, threshold.near) : hasFallen(threshold, now)
    }
    case 'GIVEBACK': {
      const arm = rule.arm as Threshold
      pending.armed ||= hasReached(arm, now)
      return pending.armed && hasGivenBack(rule, viewOf(arm), now)
    }
    case 'TIME_STOP':
    case 'NO_PROGRESS':
      return false
  }
}

/** −now ≥ the threshold. */
function isAgainst(threshold: Threshold, now: Situation): boolean {
  if (!isKnown(threshold, now)) return false
  const view = viewOf(threshold)
  const limit = limitNear(threshold, now)
  return isAtLeast(-nowNear(view, now) - limit, nowRoom(view, now) + Math.abs(limit), () => {
    const { n, d } = limitOf(threshold, now)
    return compareRatios({ n: n.neg(), d }, nowOf(view, now))
  })
}

/** The favourable excursion has reached the threshold. */
function hasReached(threshold: Threshold, now: Situation): boolean {
  if (!isKnown(threshold, now)) return false
  const view = viewOf(threshold)
  const limit = limitNear(threshold, now)
  return isAtLeast(bestNear(view, now) - limit, bestRoom(view, now) + Math.abs(limit), () => compareRatios(bestOf(view, now), limitOf(threshold, now)))
}

/** The running result fell from its best by the threshold. */
function hasFallen(threshold: Threshold, now: Situation): boolean {
  if (!isKnown(threshold, now)) return false
  const limit = limitNear(threshold, now)
  const room = nowRoom('result', now) + bestRoom('result', now) + Math.abs(limit)
  return isAtLeast(bestNear('result', now) - nowNear('result', now) - limit, room, () => {
    const fall = bestOf('result', now).n.minus(nowOf('result', now).n)
    return compareRatios(whole(fall), limitOf(threshold, now))
  })
}

/** best − now ≥ fraction × best. */
function hasGivenBack(rule: Rule, view: View, now: Situation): boolean {
  if (view === 'percent' && now.stretch.entry === 0) return false
  const kept = 1 - rule.fractionNear
  const room = nowRoom(view, now) + bestRoom(view, now) * (1 + Math.abs(rule.fractionNear))
  return isAtLeast(bestNear(view, now) * kept - nowNear(view, now), room, () => {
    const best = bestOf(view, now)
    return compareRatios({ n: best.n.times(ONE.minus(rule.fraction)), d: best.d }, nowOf(view, now))
  })
}

/** Whether the condition of a time rule holds at its deadline. */
export function holdsAtDeadline(rule: Rule, now: Situation): boolean {
  const below = rule.below as Threshold
  if (!isKnown(below, now)) return false
  const view = viewOf(below)
  return compareRatios(rule.kind === 'TIME_STOP' ? bestOf(view, now) : nowOf(view, now), limitOf(below, now)) < 0
}

/** The percentage an alert carries: mfePct for MFE_TARGET and TIME_STOP, the percentage now for the others; null where the entry is 0. */
export function alertPct(rule: Rule, now: Situation): string | null {
  const percent = percentAt(now.stretch, decimal(now.price))
  if (percent === null) return null
  const shown = rule.kind === 'MFE_TARGET' || rule.kind === 'TIME_STOP' ? percentOf(now.mfe) : percent
  return plain(shown.n.div(shown.d))
}

// ---------------------------------------------------------------- levels

/** Side × price at or above, and at or below, which a rule could say something else. */
export interface Levels {
  readonly favourable: number
  readonly adverse: number
}
export const NEVER: Levels = { favourable: Number.POSITIVE_INFINITY, adverse: Number.NEGATIVE_INFINITY }
const ALWAYS: Levels = { favourable: Number.NEGATIVE_INFINITY, adverse: Number.POSITIVE_INFINITY }

/** Share by which a level is taken nearer than it is: waking in vain is cheap, sleeping through is wrong. */
const MARGIN = 1e-11

/**
 * The levels at which a pending rule's condition could begin to hold, in doubles. What follows the best price (an armed trail or giveback) leaves half
 * of its distance to the price as play: it need not be woken by every record, only by one that used up the play or by a price within it.
 */
export function levels({ rule, tier, armed }: Pending, now: Situation): Levels {
  const { arm } = rule
  switch (rule.kind) {
    case 'MAE_STOP':
      return adverseOf(rule.threshold as Threshold, now)
    case 'MFE_TARGET':
      return favourableOf((rule.tiers[tier] as Tier).threshold, now)
    case 'TRAILING_STOP': {
      if (!armed) return favourableOf(arm as Threshold, now)
      const threshold = rule.threshold as Threshold
      if (threshold.measure === 'pct') return behindBestPrice(threshold.near, now)
      return isKnown(threshold, now) ? behindBest('result', bestNear('result', now) - limitNear(threshold, now), 1, now) : NEVER
    }
    case 'GIVEBACK': {
      if (!armed) return favourableOf(arm as Threshold, now)
      const view = viewOf(arm as Threshold)
      const kept = 1 - rule.fractionNear
      return view === 'percent' && now.stretch.entry === 0 ? NEVER : behindBest(view, bestNear(view, now) * kept, kept, now)
    }
    case 'TIME_STOP':
    case 'NO_PROGRESS':
      return NEVER
  }
}

/** The level at which a condition that holds could cease to. What has been reached stays reached. */
export function ceasingLevels({ rule }: Pending, now: Situation): Levels {
  const { arm, threshold } = rule
  switch (rule.kind) {
    case 'MAE_STOP':
      return isKnown(threshold as Threshold, now) ? upTo(viewOf(threshold as Threshold), -limitNear(threshold as Threshold, now), now) : NEVER
    case 'TRAILING_STOP': {
      if (threshold?.measure === 'pct') {
        const best = now.stretch.side * now.best
        return between(Number.NEGATIVE_INFINITY, best - (threshold.near / 100) * Math.abs(best), Math.abs(best))
      }
      return isKnown(threshold as Threshold, now) ? upTo('result', bestNear('result', now) - limitNear(threshold as Threshold, now), now) : NEVER
    }
    case 'GIVEBACK': {
      const view = viewOf(arm as Threshold)
      return view === 'percent' && now.stretch.entry === 0 ? NEVER : upTo(view, bestNear(view, now) * (1 - rule.fractionNear), now)
    }
    case 'MFE_TARGET':
    case 'TIME_STOP':
    case 'NO_PROGRESS':
      return NEVER
  }
}

function adverseOf(threshold: Threshold, now: Situation): Levels {
  if (!isKnown(threshold, now)) return NEVER
  const view = viewOf(threshold)
  if (!rises(view, now)) return ALWAYS
  const value = -limitNear(threshold, now)
  return between(keyOf(view, value, now), Number.POSITIVE_INFINITY, slackOf(view, value, now))
}

function favourableOf(threshold: Threshold, now: Situation): Levels {
  return isKnown(threshold, now) ? upTo(viewOf(threshold), limitNear(threshold, now), now) : NEVER
}

function upTo(view: View, value: number, now: Situation): Levels {
  return rises(view, now) ? between(Number.NEGATIVE_INFINITY, keyOf(view, value, now), slackOf(view, value, now)) : ALWAYS
}

/** A trail in percent of the best price. */
function behindBestPrice(pct: number, { stretch, price, best: bestPrice }: Situation): Levels {
  const reach = 1 + Math.abs(pct) / 100
  const best = stretch.side * bestPrice
  const trigger = best - (pct / 100) * Math.abs(best)
  const play = Math.max(0, stretch.side * price - trigger) / (2 * reach)
  return between(trigger + play * reach, best + play, Math.abs(stretch.entry) / 100)
}

/** A trigger that rises by `kept` of what the best rises. */
function behindBest(view: View, trigger: number, kept: number, now: Situation): Levels {
  if (!rises(view, now)) return ALWAYS
  const at = keyOf(view, trigger, now)
  const slack = slackOf(view, trigger, now)
  if (kept <= 0) return between(at, Number.POSITIVE_INFINITY, slack)
  const best = bestNear(view, now)
  const play = Math.max(0, now.stretch.side * now.price - at) / 2
  return between(at + play, keyOf(view, best, now) + play / kept, slack + slackOf(view, best, now))
}

function between(adverse: number, favourable: number, slack: number): Levels {
  return { favourable: favourable - MARGIN * (Math.abs(favourable) + slack), adverse: adverse + MARGIN * (Math.abs(adverse) + slack) }
}

// ---------------------------------------------------------------- views

type View = 'percent' | 'result'

function viewOf({ measure }: Threshold): View {
  return measure === 'pct' ? 'percent' : 'result'
}

/** Without an entry there is no percentage, without a stop no R: then nothing is said. */
function isKnown({ measure }: Threshold, now: Situation): boolean {
  return measure === 'pct' ? now.stretch.entry !== 0 : measure === 'amount' || now.risk !== null
}

function limitNear({ measure, near }: Threshold, { risk }: Situation): number {
  return measure === 'r' && risk !== null ? (near * Number(risk.n)) / Number(risk.d) : near
}

function limitOf({ measure, value }: Threshold, { risk }: Situation): Ratio {
  return measure === 'r' && risk !== null ? { n: value.times(risk.n), d: risk.d } : whole(value)
}

function nowNear(view: View, { stretch, price }: Situation): number {
  return view === 'percent' ? percentNear(stretch, price) : resultNear(stretch, price)
}

function nowOf(view: View, { stretch, price }: Situation): Ratio {
  return view === 'percent' ? (percentAt(stretch, decimal(price)) ?? { n: ZERO_PERCENT, d: HUNDRED }) : whole(resultAt(stretch, decimal(price)))
}

function bestNear(view: View, { mfeNear, peak }: Situation): number {
  return view === 'percent' ? mfeNear : resultNear(peak.stretch, peak.price)
}

function bestOf(view: View, { mfe, peak }: Situation): Ratio {
  return view === 'percent' ? percentOf(mfe) : whole(resultAt(peak.stretch, decimal(peak.price)))
}

/** How large the numbers were from which a value was made: what its double can be wrong by is a share of that. */
function nowRoom(view: View, { stretch, price }: Situation): number {
  return view === 'percent' ? 100 + Math.abs(percentNear(stretch, price)) : roomOf(stretch, price)
}

function bestRoom(view: View, { mfeNear, peak }: Situation): number {
  return view === 'percent' ? 100 + Math.abs(mfeNear) : roomOf(peak.stretch, peak.price)
}

function roomOf(stretch: Stretch, price: number): number {
  const { slope, base } = lineOf(stretch)
  return Math.abs(slope * price) + Math.abs(base)
}

function resultNear(stretch: Stretch, price: number): number {
  const { slope, base } = lineOf(stretch)
  return slope * price + base
}

/** The running result of a stretch in doubles: slope × price + base. */
interface Line {
  readonly slope: number
  readonly base: number
}
const lines = new WeakMap<Stretch, Line>()

function lineOf(stretch: Stretch): Line {
  const known = lines.get(stretch)
  if (known !== undefined) return known
  const { side, multiplier, openQuantity, exitValue, entryCost } = stretch
  const line = { slope: side * Number(multiplier.times(openQuantity)), base: side * Number(exitValue.minus(entryCost).times(multiplier)) }
  lines.set(stretch, line)
  return line
}

/** A better price is a higher value, save where the contract's multiplier is negative. */
function rises(view: View, { stretch }: Situation): boolean {
  return view === 'percent' || stretch.side * lineOf(stretch).slope > 0
}

/** The price, times its side, at which a value is met. */
function keyOf(view: View, value: number, { stretch }: Situation): number {
  if (view === 'percent') return stretch.side * stretch.entry + (value * Math.abs(stretch.entry)) / 100
  const { slope, base } = lineOf(stretch)
  return (value - base) / (stretch.side * slope)
}

function slackOf(view: View, value: number, { stretch }: Situation): number {
  if (view === 'percent') return Math.abs(stretch.entry)
  const { slope, base } = lineOf(stretch)
  return (Math.abs(value) + Math.abs(base)) / Math.abs(slope)
}

/** Whether a difference is at least 0: by its double where that is clear in view of what it was taken from, else exactly. */
function isAtLeast(near: number, scale: number, exact: () => number): boolean {
  return Math.abs(near) > CLEAR * scale ? near > 0 : exact() >= 0
}

function whole(value: Decimal): Ratio {
  return { n: value, d: ONE }
}

const ZERO_PERCENT = decimal(0)
