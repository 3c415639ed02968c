// Instants, durations and market days: the one parser of instants. Never reads the clock.

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number
/** Before and after everything a market can have told: the years 1 and 9999. */
export const EARLIEST: Instant = Date.parse('0001-01-01T00:00:00Z')
export const LATEST: Instant = Date.UTC(9999, 11, 31)
/** A market day, 'YYYY-MM-DD', in the exchange's own time zone. */
export type Day = string

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

/** The instant an ISO 8601 text stands for, or null. Milliseconds are kept, further digits dropped; without a zone it is UTC. */
export function parseInstant(text: string): Instant | null {
  const found = INSTANT.exec(text.trim())
  if (found === null) return null
  const [, year, month, date, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = found
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const back = new Date(0)
  back.setUTCFullYear(Number(year), Number(month) - 1, Number(date))
  const utc = back.setUTCHours(Number(hour), Number(minute), Number(second), ms)
  if (back.getUTCMonth() !== Number(month) - 1 || back.getUTCDate() !== Number(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return null
  if (zone.toUpperCase() === 'Z') return utc
  const digits = zone.replace(':', '')
  const offsetMinutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))
  return utc - (digits.startsWith('-') ? -1 : 1) * offsetMinutes * 60_000
}

/** UTC with three decimals and 'Z': '2013-10-07T13:30:01.000Z'. */
export function printInstant(at: Instant): string {
  const whole = Math.trunc(at)
  const day = Math.floor(whole / DAY_MS)
  if (day !== printed.day) printed = { day, text: new Date(whole).toISOString().slice(0, -TIME_LENGTH) }
  const ms = whole - day * DAY_MS
  const minute = Math.floor(ms / 60_000)
  // Few pieces, the short ones first: a text of many is put together again by whoever reads it.
  const seconds = (SECONDS[Math.floor(ms / 1000) - minute * 60] as string) + THREE_DIGITS[ms % 1000]
  return printed.text + MINUTES[minute] + seconds
}

const DAY_MS = 86_400_000
const TIME_LENGTH = 'hh:mm:ss.000Z'.length
const twoDigits = (n: number) => String(n).padStart(2, '0')
const MINUTES = Array.from({ length: 1440 }, (_, n) => `${twoDigits(Math.floor(n / 60))}:${twoDigits(n % 60)}:`)
const SECONDS = Array.from({ length: 60 }, (_, n) => `${twoDigits(n)}.`)
const THREE_DIGITS = Array.from({ length: 1000 }, (_, n) => `${String(n).padStart(3, '0')}Z`)
/** Instants come in thousands, most of one day: its text is made once. */
let printed = { day: Number.NaN, text: '' }

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** The milliseconds of an ISO 8601 duration of days, hours, minutes and seconds ('PT2H', 'PT30M', 'P1DT12H'), or null. */
export function parseDuration(text: string): number | null {
  const found = DURATION.exec(text)
  if (found === null || text === 'P' || text.endsWith('T')) return null
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = found
  return Math.round(((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000)
}

const dayFormats = new Map<string, Intl.DateTimeFormat>()

function dayFormat(timeZone: string): Intl.DateTimeFormat {
  let format = dayFormats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    dayFormats.set(timeZone, format)
  }
  return format
}

/** The wall clock of a time zone at an instant: { day: '2013-10-07', clock: '09:30:00' }. */
export function wallClock(at: Instant, timeZone: string): { day: Day; clock: string } {
  const parts = dayFormat(timeZone).formatToParts(at)
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return { day: `${part('year')}-${part('month')}-${part('day')}`, clock: `${part('hour')}:${part('minute')}:${part('second')}` }
}

/** The instant at which a time zone's wall clock reads `day` `clock` ('09:30' or '09:30:00'). */
export function instantOf(day: Day, clock: string, timeZone: string): Instant {
  const wanted = Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`)
  let guess = wanted
  for (let i = 0; i < 3; i++) {
    const shown = wallClock(guess, timeZone)
    const error = wanted - Date.parse(`${shown.day}T${shown.clock}Z`)
    if (error === 0) return guess
    guess += error
  }
  return guess
}
