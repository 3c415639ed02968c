// The ways a broker may reckon what it tells of a holding: the same fills first in first out or at average cost, with commissions or without, since today
// or since ever, in the contract's currency or in the account's. Pure; each way is a straight line over the price, and names the causes it stands for.
import type { AccountSnapshot } from './account.ts'
import { type Decimal, decimal, ONE, ZERO } from './decimal.ts'
import type { Cause } from './difference.ts'
import { BASES, type Basis, type Holding } from './holding.ts'

export const MONEY = ['VALUE', 'UNREALIZED', 'REALIZED', 'DAILY'] as const
export type Money = (typeof MONEY)[number]

/** Money is told in cents, by some in more digits: two of them are rounding, and so is the millionth part of large amounts. */
export const CENTS = decimal('0.02')
const MILLIONTH = decimal('0.000001')

/** One way a broker may reckon; the usual one of ours comes first, then those that change least, another beginning of the day last of them. */
export interface Way {
  readonly basis: Basis
  readonly net: boolean
  /** Since when results count. */
  readonly since: 'TODAY' | 'EVER' | 'NOW'
  readonly converted: boolean
}

export const WAYS: readonly Way[] = BASES.flatMap((basis) =>
  [false, true].flatMap((net) =>
    (['TODAY', 'EVER', 'NOW'] as const).flatMap((since) => [false, true].map((converted): Way => ({ basis, net, since, converted }))),
  ),
).sort((a, b) => causesOf(a).length - causesOf(b).length || Number(a.since !== 'TODAY') - Number(b.since !== 'TODAY'))

export function causesOf({ basis, net, since, converted }: Way): Cause[] {
  return [
    ...(net ? (['COMMISSION'] as const) : []),
    ...(basis === 'AVERAGE' ? (['AVERAGE_COST'] as const) : []),
    ...(converted ? (['FX'] as const) : []),
    ...(since === 'TODAY' ? [] : (['RESET_SCHEDULE'] as const)),
  ]
}

/** A figure is so much, and so much more for each point of price. */
export interface Line {
  readonly fixed: Decimal
  readonly perPoint: Decimal
}

/** null: it cannot be reckoned that way from what is known. */
export function lineOf(holding: Holding, measure: Money, { basis, net, since, converted }: Way, rate: Decimal | null): Line | null {
  if (converted && rate === null) return null
  const factor = converted ? (rate ?? ONE) : ONE
  const units = holding.quantity.times(holding.multiplier).times(factor)
  if (measure === 'VALUE') return { fixed: ZERO, perPoint: units }
  const average = averageOf(holding, basis, net)
  const running = holding.quantity.eq(ZERO)
    ? { fixed: ZERO, perPoint: ZERO }
    : average === null
      ? null
      : { fixed: units.times(average).times(-1), perPoint: units }
  if (measure === 'UNREALIZED') return running
  const reckoned = holding.reckoned[basis]?.[net ? 'net' : 'gross'] ?? null
  const realized = since === 'NOW' ? ZERO : since === 'TODAY' ? (reckoned?.realizedToday ?? null) : (reckoned?.realizedEver ?? null)
  if (realized === null) return null
  if (measure === 'REALIZED') return { fixed: realized.times(factor), perPoint: ZERO }
  // What a position that was carried over made today hangs on a close that nobody told us.
  if (running === null || (since === 'TODAY' && !holding.startedToday)) return null
  return { fixed: running.fixed.plus(realized.times(factor)), perPoint: running.perPoint }
}

export function averageOf({ reckoned }: Holding, basis: Basis, net: boolean): Decimal | null {
  return reckoned[basis]?.[net ? 'net' : 'gross'].average ?? null
}

export function at({ fixed, perPoint }: Line, price: Decimal): Decimal {
  return fixed.plus(perPoint.times(price))
}

export function isNear(ours: Decimal, theirs: Decimal): boolean {
  const slack = theirs.abs().times(MILLIONTH)
  return ours
    .minus(theirs)
    .abs()
    .lte(slack.gt(CENTS) ? slack : CENTS)
}

/** What figures may differ by that are the same but for rounding. */
const SAME = decimal('0.0001')

/** Of the ways that come near with the fewest changes the one that comes nearest: where little is between them, more than one may. null: none does. */
export function nearest(
  figures: readonly { readonly way: Way; readonly figure: Decimal }[],
  theirs: Decimal,
  near: (ours: Decimal, theirs: Decimal) => boolean,
): Way | null {
  let best: { readonly way: Way; readonly off: Decimal } | null = null
  for (const { way, figure } of figures) {
    if (!near(figure, theirs)) continue
    if (best !== null && causesOf(way).length > causesOf(best.way).length) break
    const off = figure.minus(theirs).abs()
    if (best === null || off.plus(SAME).lt(best.off)) best = { way, off }
  }
  return best?.way ?? null
}

/** The account's own currency, where it tells one: that of which a unit is worth one. */
export function baseOf({ rates }: AccountSnapshot, account: string): string | null {
  const ones = [...(rates.get(account) ?? [])].filter(([, rate]) => decimal(rate).eq(ONE))
  return ones.length === 1 ? (ones[0]?.[0] ?? null) : null
}

/** What one unit of a currency is worth in the account's own; null: nobody told, or it is the account's own. */
export function rateFor({ rates }: AccountSnapshot, account: string, currency: string): Decimal | null {
  const rate = rates.get(account)?.get(currency)
  return rate === undefined || decimal(rate).eq(ONE) ? null : decimal(rate)
}
