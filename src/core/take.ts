// What of a tier is left to take: its share of the quantity entered, less what was already sold at or beyond it, in whole units. Pure; it changes what is
// said and whether it is sent, never what fires.
import { type Decimal, decimal, type Fraction, HUNDRED, parseDecimal, ZERO } from './decimal.ts'
import type { Tier } from './rules.ts'
import type { Instant } from './time.ts'
import type { Trade } from './trade.ts'

export interface Taking {
  /** Whole units left to take; null where the share makes no whole one. */
  readonly quantity: Decimal | null
  /** What the tier suggests was taken already. */
  readonly satisfied: boolean
}

type Taken = Pick<Trade, 'side' | 'multiplier' | 'fills' | 'plan'>

/** As of an instant, its own fills included; null where the tier suggests nothing that can be read. */
export function takingOf(trade: Taken, { take, threshold }: Tier, at: Instant): Taking | null {
  const share = take === null ? null : shareOf(take)
  if (share === null) return null
  const side = trade.side === 'LONG' ? 1 : -1
  let entered = ZERO
  let cost = ZERO
  let exited = ZERO
  let exitValue = ZERO
  let sold = ZERO
  for (const fill of trade.fills) {
    if (fill.at > at) continue
    const value = decimal(fill.price).times(fill.quantity)
    if (fill.role === 'ENTRY') {
      entered = entered.plus(fill.quantity)
      cost = cost.plus(value)
      continue
    }
    // The running result goes on through a fill at its price; so does the percentage, whose entry an exit does not change.
    const result = exitValue.minus(cost).plus(entered.minus(exited).times(fill.price)).times(side).times(trade.multiplier)
    const isBeyond =
      threshold.measure === 'pct'
        ? decimal(fill.price).times(entered).minus(cost).times(side).times(HUNDRED).gte(threshold.value.times(cost.abs()))
        : threshold.measure === 'amount'
          ? result.gte(threshold.value)
          : trade.plan?.risk != null && result.gte(threshold.value.times(trade.plan.risk.amount))
    if (isBeyond) sold = sold.plus(fill.quantity)
    exited = exited.plus(fill.quantity)
    exitValue = exitValue.plus(value)
  }
  const units = wholeUnits(entered, share)
  const left = smaller(units.minus(sold), entered.minus(exited))
  // One lot has no third of it: that is worth saying all the same, as long as nothing was taken.
  return { quantity: left.gt(ZERO) ? left : null, satisfied: sold.gt(ZERO) && left.lte(ZERO) }
}

/** '1/3', '0.5' or '25%'; more than nothing and at most all of it. */
function shareOf(text: string): Fraction | null {
  const [first = '', second, ...more] = text.replace('%', '').split('/')
  const n = parseDecimal(first)
  const d = second === undefined ? decimal(text.includes('%') ? 100 : 1) : parseDecimal(second)
  return n === null || d === null || more.length > 0 || n.lte(ZERO) || d.lte(ZERO) || n.gt(d) ? null : { n, d }
}

function wholeUnits(quantity: Decimal, { n, d }: Fraction): Decimal {
  const whole = quantity.times(n)
  return whole.minus(whole.mod(d)).div(d)
}

function smaller(a: Decimal, b: Decimal): Decimal {
  return a.lt(b) ? a : b
}
