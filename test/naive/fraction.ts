// Exact fractions of whole numbers, and decimal text to and from them.

/** n / d with d > 0, not always in lowest terms. */
export interface Q {
  readonly n: bigint
  readonly d: bigint
}
export const ZERO: Q = { n: 0n, d: 1n }
const LONG = 10n ** 40n

function q(n: bigint, d: bigint): Q {
  if (d < 0n) return q(-n, -d)
  if (d < LONG) return { n, d }
  const common = commonDivisor(n, d)
  return { n: n / common, d: d / common }
}

function commonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

export const whole = (n: bigint): Q => ({ n, d: 1n })
export const add = (a: Q, b: Q): Q => (a.d === b.d ? { n: a.n + b.n, d: a.d } : q(a.n * b.d + b.n * a.d, a.d * b.d))
export const sub = (a: Q, b: Q): Q => add(a, { n: -b.n, d: b.d })
export const mul = (a: Q, b: Q): Q => q(a.n * b.n, a.d * b.d)
export const div = (a: Q, b: Q): Q => q(a.n * b.d, a.d * b.n)
export const compare = (a: Q, b: Q): number => sign(sub(a, b))
export const sign = (a: Q): number => (a.n > 0n ? 1 : a.n < 0n ? -1 : 0)
export const absolute = (a: Q): Q => (a.n < 0n ? { n: -a.n, d: a.d } : a)
export const least = (a: Q, b: Q): Q => (compare(a, b) <= 0 ? a : b)

/** The number a decimal text says, exactly; null where it says none. */
export function parse(text: unknown): Q | null {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(String(text ?? '').trim())
  if (found === null) return null
  const [, minus, integer = '', fraction = '', exponent = '0'] = found
  if (integer + fraction === '') return null
  const digits = BigInt(integer + fraction) * (minus === '-' ? -1n : 1n)
  const power = Number(exponent) - fraction.length
  return power >= 0 ? whole(digits * 10n ** BigInt(power)) : { n: digits, d: 10n ** BigInt(-power) }
}

export function must(text: unknown): Q {
  const value = parse(text)
  if (value === null) throw new Error(`expected a decimal number, found ${String(text)}`)
  return value
}

/** A price after a split: its first twelve digits, the rest rounded half up. */
export function twelveDigits(a: Q): Q {
  if (sign(a) === 0) return a
  let places = 40
  while (compare(mul(absolute(a), whole(10n ** BigInt(places))), whole(10n ** 12n)) >= 0) places--
  const scaled = mul(absolute(a), whole(10n ** BigInt(places)))
  const digits = (scaled.n * 2n + scaled.d) / (scaled.d * 2n)
  return { n: a.n < 0n ? -digits : digits, d: 10n ** BigInt(places) }
}

/** At most 12 decimals, half-even, zeros stripped. */
export function rounded(a: Q): string {
  const scaled = (a.n < 0n ? -a.n : a.n) * 10n ** 12n
  const below = scaled / a.d
  const twiceRest = (scaled % a.d) * 2n
  const up = twiceRest > a.d || (twiceRest === a.d && below % 2n === 1n)
  return printDecimal(a.n < 0n, up ? below + 1n : below, 12)
}

/** Every decimal of a number that has finitely many. */
export function plain(a: Q): string {
  for (let places = 0; places < 200; places++) {
    const scaled = a.n * 10n ** BigInt(places)
    if (scaled % a.d === 0n) return printDecimal(a.n < 0n, (a.n < 0n ? -scaled : scaled) / a.d, places)
  }
  throw new Error(`${a.n}/${a.d} has no end`)
}

function printDecimal(isNegative: boolean, scaled: bigint, places: number): string {
  const digits = scaled.toString().padStart(places + 1, '0')
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '')
  const text = digits.slice(0, digits.length - places) + (places > 0 && fraction !== '' ? `.${fraction}` : '')
  return isNegative && scaled !== 0n ? `-${text}` : text
}
