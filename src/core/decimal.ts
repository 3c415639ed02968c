// Exact decimal numbers. Sums and products are exact; a quotient is rounded once, half-even, to 12 decimals.
// The only file that names the decimal library; everything that prints a number prints it through `plain`.
import BigJs from 'big.js'

export type Decimal = BigJs
/** A decimal number as text in plain notation: '183.11', '-0.5'. Never '1e-7', never '1.50'. */
export type DecimalText = string

/** Decimals kept in a quotient (INTERFACES: 'quotients have at most 12 decimals, half-even'). */
const QUOTIENT_DECIMALS = 12

const Exact = BigJs()
Exact.DP = QUOTIENT_DECIMALS
Exact.RM = 2 // half-even

export const ZERO: Decimal = new Exact(0)
export const ONE: Decimal = new Exact(1)
export const HUNDRED: Decimal = new Exact(100)

const DECIMAL_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/

export function decimal(value: DecimalText | number | Decimal): Decimal {
  return new Exact(value)
}

/** The decimal a text stands for, or null where it is not one: '', 'abc', 'NaN', '1,000'. */
export function parseDecimal(text: string | number | undefined | null): Decimal | null {
  if (text === undefined || text === null) return null
  const trimmed = String(text).trim()
  return DECIMAL_TEXT.test(trimmed) ? new Exact(trimmed.startsWith('+') ? trimmed.slice(1) : trimmed) : null
}

/** Plain notation, zeros stripped, no exponent, no negative zero. */
export function plain(value: Decimal): DecimalText {
  const text = value.toFixed()
  if (text === '-0') return '0'
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** n / d rounded once: at most 12 decimals, half-even. */
export function quotient(n: Decimal, d: Decimal): Decimal {
  return n.div(d)
}

/** An exact fraction, for sums whose parts are shares of something (a commission split pro rata). */
export interface Fraction {
  readonly n: Decimal
  readonly d: Decimal
}

export function addFraction(a: Fraction, b: Fraction): Fraction {
  return a.d.eq(b.d) ? { n: a.n.plus(b.n), d: a.d } : { n: a.n.times(b.d).plus(b.n.times(a.d)), d: a.d.times(b.d) }
}
