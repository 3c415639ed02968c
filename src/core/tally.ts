// Sums, means and shares of exact numbers, where any of them may be unknown. Pure; what is not known stays null, never 0.
import { type Decimal, type DecimalText, decimal, HUNDRED, plain, quotient, ZERO } from './decimal.ts'

/** n in percent of d; null where d is nothing. */
export function share(n: Decimal, d: Decimal): DecimalText | null {
  return d.eq(ZERO) ? null : plain(quotient(n.times(HUNDRED), d))
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((a, b) => a.plus(b), ZERO)
}

/** The sum of all, or null where one of them is unknown. */
export function total(values: readonly (DecimalText | null)[]): DecimalText | null {
  return values.includes(null) ? null : plain(sum(values.map((value) => decimal(value ?? 0))))
}

export function mean(values: readonly Decimal[]): DecimalText | null {
  return values.length === 0 ? null : plain(quotient(sum(values), decimal(values.length)))
}

export function meanOfKnown(values: readonly (DecimalText | null)[]): DecimalText | null {
  return mean(values.flatMap((value) => (value === null ? [] : [decimal(value)])))
}
