// Numbers and times as people read them, from exact decimals: '1,234.50', '+8.10 %', '10:42:07'. Rounded for the eye only, half-even,
// and never on the way back. What is unknown stays null, so that a template must say so.
import { type Decimal, type DecimalText, decimal } from '#core/decimal.ts'
import { type Instant, wallClock } from '#core/time.ts'

const HALF_EVEN = 2
/** Prices keep their own decimals as far as they make this many digits: 1.08345, 196.298, 6,687.25. An average has no end of them. */
const PRICE_DIGITS = 6

/** '1,234.50', '−412.50': two decimals, a true minus. */
export function money(amount: DecimalText | null): string | null {
  return amount === null ? null : grouped(decimal(amount).toFixed(2, HALF_EVEN))
}

/** '+1,234.50', '−412.50', '0.00'. */
export function signedMoney(amount: DecimalText | null): string | null {
  return signed(money(amount))
}

/** '+8.10 %', '−0.64 %', '0.00 %'. */
export function signedPercent(percent: DecimalText | null): string | null {
  const text = signed(percent === null ? null : grouped(decimal(percent).toFixed(2, HALF_EVEN)))
  return text === null ? null : `${text} %`
}

/** '+8.1 %', '−0.6 %', '0.0 %': for a headline. */
export function briefPercent(percent: DecimalText | Decimal | null): string | null {
  const text = signed(percent === null ? null : grouped(decimal(percent).toFixed(1, HALF_EVEN)))
  return text === null ? null : `${text} %`
}

/** '88 %': whole percents, for shares. */
export function wholePercent(percent: DecimalText | null): string | null {
  return percent === null ? null : `${grouped(decimal(percent).toFixed(0, HALF_EVEN))} %`
}

/** A price with at least two decimals and as many more as it has, up to six digits in all. */
export function price(value: DecimalText | null): string | null {
  if (value === null) return null
  const exact = decimal(value)
  const [whole = '', decimals = ''] = exact.abs().toFixed().split('.')
  const room = PRICE_DIGITS - (whole === '0' ? 0 : whole.length)
  return grouped(exact.toFixed(Math.max(2, Math.min(room, decimals.length)), HALF_EVEN))
}

/** For a property of a note: a number to sort and sum by, rounded as the same is printed; never −0. */
export function rounded(value: DecimalText | null, decimals = 2): number | null {
  return value === null ? null : Number(decimal(value).toFixed(decimals, HALF_EVEN)) + 0
}

/** A quantity as it is, with thousands apart. */
export function quantity(value: DecimalText): string {
  return grouped(decimal(value).toFixed())
}

/** '+1.25 R'. */
export function inR(value: DecimalText | null): string | null {
  const text = signedMoney(value)
  return text === null ? null : `${text} R`
}

/** '10:42:07' on the clock of a zone; on another day than `day`, with the date before it. */
export function clockTime(at: Instant | null, timeZone: string, day: string): string | null {
  if (at === null) return null
  const shown = wallClock(at, timeZone)
  return shown.day === day ? shown.clock : `${shown.day.slice(5)} ${shown.clock}`
}

/** '4 min 12 s', '1 h 5 min', '< 1 s': the two largest parts. */
export function duration(ms: number, words: Readonly<Record<'h' | 'min' | 's', string>>): string {
  const seconds = Math.round(ms / 1000)
  const parts = [
    [Math.floor(seconds / 3600), words.h],
    [Math.floor(seconds / 60) % 60, words.min],
    [seconds % 60, words.s],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return `< 1 ${words.s}`
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(' ')
}

/** The same values with every text of them kept on one line: in a narrow column no number parts from its unit. Only for what is numbers, times and single words. */
export function unbroken<T extends Readonly<Record<string, unknown>>>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(' ', NBSP).replace(/(?<=\d)-(?=\d)/g, NB_HYPHEN) : value,
    ]),
  ) as T
}

/** A space at which no line breaks. */
export const NBSP = '\u00a0'
/** Of the date before a time. */
const NB_HYPHEN = '\u2011'

/** Text that Markdown takes literally, on one line: a strategy called '*a|b*' stays what it is. */
export function literal(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]<>|~#!$^]|[%=](?=[%=])|(?<=[%=])[%=]|&(?=#?\w+;)/g, '\\$&')
}

function signed(text: string | null): string | null {
  return text === null || text.startsWith('−') || /^[0.,]+$/.test(text) ? text : `+${text}`
}

function grouped(digits: string): string {
  const negative = digits.startsWith('-') && /[1-9]/.test(digits)
  const [whole = '', fraction] = digits.replace('-', '').split('.')
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${negative ? '−' : ''}${withCommas}${fraction === undefined ? '' : `.${fraction}`}`
}
