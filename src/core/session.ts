// The market's own days: which trading day an instant belongs to, and when that day's session closes.
// Pure: it reads the contract's hours as the broker printed them, never the host's clock or zone.
import type { Instrument } from './facts.ts'
import type { Day, Instant } from './time.ts'
import { instantOf, wallClock } from './time.ts'

/** What is needed of an instrument to tell its days. */
export type TradingHours = Pick<Instrument, 'timeZone' | 'liquidHours' | 'tradingHours'>

/** One stretch of trading. Its day is the date on which it ends: a future's Monday begins on Sunday evening. */
interface Stretch {
  readonly day: Day
  readonly openDay: Day
  readonly open: string
  readonly close: string
}

interface Hours {
  /** The days the text names, each with its stretches; none: closed. */
  readonly named: ReadonlyMap<Day, readonly Stretch[]>
  /** By zone and date, as far as somebody asked. */
  readonly traded: Map<string, readonly Session[]>
}

/** Where an instrument says nothing of its hours. */
const UNKNOWN_CLOSE = '16:00'
const UNKNOWN_ZONE = 'America/New_York'
const DAY_MS = 86_400_000
const SHADOW_MS_MIN = 2 * 3_600_000

/** The zone of an instrument's clock, always one that can be read; New York where it says none. */
export function zoneOf(instrument: Pick<Instrument, 'timeZone'>): string {
  const said = instrument.timeZone?.trim() ?? ''
  const known = readableZones.get(said)
  if (known !== undefined) return known
  const zone = readableZone(said)
  readableZones.set(said, zone)
  return zone
}

/** The trading day an instant belongs to: that of the stretch it lies in, else the date on the exchange's clock. */
export function marketDay(at: Instant, instrument: TradingHours): Day {
  const zone = zoneOf(instrument)
  const { day, clock } = wallClock(at, zone)
  const hours = hoursOf(instrument.tradingHours) ?? hoursOf(instrument.liquidHours)
  if (hours === null) return day
  // Only a stretch that began on this date can belong to a later one.
  for (const ahead of [1, 2, 3]) {
    const next = addDays(day, ahead)
    if (stretchesOf(hours, next).some((stretch) => stretch.openDay <= day && (stretch.openDay < day || stretch.open <= clock.slice(0, 5)))) return next
  }
  return day
}

/** When the regular session of a day ends; null where the exchange is closed that day. */
export function sessionClose(day: Day, instrument: TradingHours): Instant | null {
  const zone = zoneOf(instrument)
  const hours = hoursOf(instrument.liquidHours) ?? hoursOf(instrument.tradingHours)
  if (hours === null) return instantOf(day, UNKNOWN_CLOSE, zone)
  const last = stretchesOf(hours, day).at(-1)
  return last === undefined ? null : closeOf(last, zone)
}

/** Until when prices are kept after a trade was closed, its shadow: the session's close, and at least two hours (domain.md, 'Judging alerts'). */
export function shadowEnd(closedAt: Instant, instrument: TradingHours): Instant {
  return Math.max(sessionClose(marketDay(closedAt, instrument), instrument) ?? closedAt, closedAt + SHADOW_MS_MIN)
}

/** The regular sessions of a day, in order; null where the instrument's hours are unknown. */
export function sessionsOf(day: Day, instrument: TradingHours): readonly Session[] | null {
  const zone = zoneOf(instrument)
  const hours = hoursOf(instrument.liquidHours)
  if (hours === null) return null
  return stretchesOf(hours, day).map((stretch) => ({ from: instantOf(stretch.openDay, stretch.open, zone), to: closeOf(stretch, zone) }))
}

export const MARKET_SESSIONS = ['REGULAR', 'PRE', 'POST', 'OVERNIGHT'] as const
/**
 * REGULAR: within the contract's liquid hours. Of the other hours in which it trades: PRE before a regular session of their day, OVERNIGHT where that
 * stretch of trading began on an earlier date or its day has no regular session, POST after it. OVERNIGHT too is all time outside the hours told.
 */
export type MarketSession = (typeof MARKET_SESSIONS)[number]

/** A session and a stretch of time in which it lasts, perhaps not all of it. */
export interface SessionSpan {
  /** Null where the contract's hours are not known; outside its liquid hours also where its trading hours are not. */
  readonly session: MarketSession | null
  readonly from: Instant
  readonly until: Instant
}

/** The session an instant lies in; the first instant of a session belongs to it, the last one does not. */
export function sessionAt(at: Instant, instrument: TradingHours): SessionSpan {
  const liquid = hoursOf(instrument.liquidHours)
  if (liquid === null) return { session: null, from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }
  const zone = zoneOf(instrument)
  const trading = hoursOf(instrument.tradingHours)
  let [from, until] = [utcDay(at), utcDay(at) + DAY_MS]
  let regular: MarketSession | null = null
  let other: MarketSession | null = trading === null ? null : 'OVERNIGHT'
  const contains = (session: Session) => {
    for (const edge of [session.from, session.to]) {
      if (edge <= at) from = Math.max(from, edge)
      else until = Math.min(until, edge)
    }
    return session.from <= at && at < session.to
  }
  for (let date = utcDay(at) - DAY_MS; date <= utcDay(at) + DAYS_OF_A_STRETCH * DAY_MS; date += DAY_MS) {
    const regulars = tradedOn(date, liquid, zone)
    if (regulars.filter(contains).length > 0) regular = 'REGULAR'
    if (trading === null) continue
    for (const stretch of tradedOn(date, trading, zone).filter(contains)) {
      const beganEarlier = stretch.from < instantOf(dayOn(date), '00:00', zone)
      const isBefore = regulars.some((session) => session.from > at)
      if (regulars.length > 0) other = isBefore ? (beganEarlier ? 'OVERNIGHT' : 'PRE') : 'POST'
    }
  }
  return { session: regular ?? other, from, until }
}

/** The instant at which `ms` of session time have passed since `from`; on the wall clock where the hours are unknown. */
export function afterSessionTime(from: Instant, ms: number, instrument: TradingHours): Instant {
  let left = ms
  let day = addDays(marketDay(from, instrument), -1)
  for (let days = 0; days < DAYS_AHEAD; days++, day = addDays(day, 1)) {
    const sessions = sessionsOf(day, instrument)
    if (sessions === null) break
    for (const session of sessions) {
      const start = Math.max(session.from, from)
      if (start >= session.to) continue
      if (left <= session.to - start) return start + left
      left -= session.to - start
    }
  }
  return from + ms
}

/** How much of the time between two instants the contract traded, extended hours included where they are known; null where no hours are. */
export function tradedMs(from: Instant, until: Instant, instrument: TradingHours): number | null {
  const hours = hoursOf(instrument.tradingHours) ?? hoursOf(instrument.liquidHours)
  if (hours === null) return null
  const zone = zoneOf(instrument)
  const last = utcDay(until) + DAYS_OF_A_STRETCH * DAY_MS
  let sum = 0
  let reached = from
  for (let date = utcDay(from) - DAY_MS; date <= last; date += DAY_MS) {
    for (const session of tradedOn(date, hours, zone)) {
      const start = Math.max(session.from, reached)
      const end = Math.min(session.to, until)
      if (end <= start) continue
      sum += end - start
      reached = end
    }
  }
  return sum
}

/** A stretch belongs to the day on which it ends: it began at most this much earlier, a zone's day included. */
const DAYS_OF_A_STRETCH = 4

interface Session {
  readonly from: Instant
  readonly to: Instant
}
const TRADED_DAYS_MAX = 5_000

/** A date's sessions, remembered: open trades ask once a second. */
function tradedOn(date: Instant, hours: Hours, zone: string): readonly Session[] {
  const key = `${zone} ${date}`
  const known = hours.traded.get(key)
  if (known !== undefined) return known
  const sessions = stretchesOf(hours, dayOn(date)).map((stretch) => ({ from: instantOf(stretch.openDay, stretch.open, zone), to: closeOf(stretch, zone) }))
  if (hours.traded.size >= TRADED_DAYS_MAX) hours.traded.clear()
  hours.traded.set(key, sessions)
  return sessions
}

/** How far ahead a session is looked for; beyond it the contract does not trade any more. */
const DAYS_AHEAD = 60

/** The first instant that no longer belongs to a market day. */
export function endOfDay(day: Day, instrument: TradingHours): Instant {
  const zone = zoneOf(instrument)
  const midnight = instantOf(addDays(day, 1), '00:00', zone)
  const hours = hoursOf(instrument.tradingHours) ?? hoursOf(instrument.liquidHours)
  if (hours === null) return midnight
  const early = [1, 2, 3].flatMap((ahead) => stretchesOf(hours, addDays(day, ahead))).filter((stretch) => stretch.openDay <= day)
  return Math.min(midnight, ...early.map((stretch) => instantOf(stretch.openDay, stretch.open, zone)))
}

/**
 * The days whose last session, of all these instruments, closed after `previous` and not after `now`; none where `previous` is not known.
 * Give the instruments that were traded. Asked at every step of market time, so a step that passes no close costs next to nothing.
 */
export function closesPassed(previous: Instant | null, now: Instant, instruments: readonly TradingHours[]): readonly Day[] {
  if (previous === null || now <= previous || instruments.length === 0) return []
  const passed: Day[] = []
  // No zone is further than a day from UTC, in either direction.
  const until = utcDay(now + DAY_MS)
  for (let date = utcDay(previous - DAY_MS); date <= until; date += DAY_MS) {
    let last = Number.NEGATIVE_INFINITY
    for (const instrument of instruments) last = Math.max(last, closeOn(date, instrument))
    if (last > previous && last <= now) passed.push(dayOn(date))
  }
  return passed
}

/** The day `count` days later, on the calendar. */
export function addDays(day: Day, count: number): Day {
  return dayOn(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS)
}

const closes = new WeakMap<TradingHours, Map<Instant, Instant>>()

/** The close of a date, remembered; minus infinity where there is none. */
function closeOn(date: Instant, instrument: TradingHours): Instant {
  let known = closes.get(instrument)
  if (known === undefined) {
    known = new Map()
    closes.set(instrument, known)
  }
  let close = known.get(date)
  if (close === undefined) {
    close = sessionClose(dayOn(date), instrument) ?? Number.NEGATIVE_INFINITY
    if (known.size > 100) known.clear()
    known.set(date, close)
  }
  return close
}

function utcDay(at: Instant): Instant {
  return Math.floor(at / DAY_MS) * DAY_MS
}

function dayOn(date: Instant): Day {
  return new Date(date).toISOString().slice(0, 10)
}

const readableZones = new Map<string, string>()

/** Older gateways say 'EST (Eastern Standard Time)'; those letters name a zone that knows no summer time. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  EST: 'America/New_York',
  EST5EDT: 'America/New_York',
  CST: 'America/Chicago',
  CST6CDT: 'America/Chicago',
  MST: 'America/Denver',
  PST: 'America/Los_Angeles',
  GMT: 'Europe/London',
  MET: 'Europe/Berlin',
  CET: 'Europe/Berlin',
  JST: 'Asia/Tokyo',
  HKT: 'Asia/Hong_Kong',
}

function readableZone(said: string): string {
  const name = said.split(/[\s(]/, 1)[0] ?? ''
  const zone = OLD_NAMES[name] ?? name
  if (zone === '') return UNKNOWN_ZONE
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    return UNKNOWN_ZONE
  }
}

const parsed = new Map<string, Hours | null>()

/** '20131007:0930-20131007:1600;20131008:CLOSED', or the older '20131007:0930-1600,1630-2000'; null where nothing can be read. */
function hoursOf(text: string | undefined): Hours | null {
  if (text === undefined || text.trim() === '') return null
  const known = parsed.get(text)
  if (known !== undefined) return known
  const hours = parseHours(text)
  if (parsed.size > 10_000) parsed.clear()
  parsed.set(text, hours)
  return hours
}

const STRETCH = /^(?:(\d{8}):)?(\d{4})-(?:(\d{8}):)?(\d{4})$/

function parseHours(text: string): Hours | null {
  const named = new Map<Day, Stretch[]>()
  for (const part of text.split(';')) {
    const date = /^\s*(\d{8}):/.exec(part)?.[1]
    if (date === undefined) continue
    if (part.includes('CLOSED')) {
      named.set(dayOf(date), named.get(dayOf(date)) ?? [])
      continue
    }
    for (const piece of part.split(',')) {
      const found = STRETCH.exec(piece.trim())
      if (found === null) continue
      const [, from = date, open = '', until, close = ''] = found
      // The older form names one date: a stretch that ends before it begins began the evening before.
      const stretch =
        until === undefined && close <= open
          ? { day: dayOf(from), openDay: addDays(dayOf(from), -1), open: clockOf(open), close: clockOf(close) }
          : { day: dayOf(until ?? from), openDay: dayOf(from), open: clockOf(open), close: clockOf(close) }
      const others = named.get(stretch.day) ?? []
      if (!others.some((other) => other.openDay === stretch.openDay && other.open === stretch.open && other.close === stretch.close)) others.push(stretch)
      named.set(stretch.day, others)
    }
  }
  for (const stretches of named.values()) stretches.sort((a, b) => (a.close < b.close ? -1 : 1))
  return [...named.values()].some((stretches) => stretches.length > 0) ? { named, traded: new Map() } : null
}

/** A day's stretches: as named, else those of the nearest open day of the same kind. The broker names only about a week. */
function stretchesOf(hours: Hours, day: Day): readonly Stretch[] {
  const named = hours.named.get(day)
  if (named !== undefined) return named
  const weekday = weekdayOf(day)
  const weekend = weekday === 0 || weekday === 6
  let nearest: { readonly distance: number; readonly stretches: readonly Stretch[]; readonly day: Day } | null = null
  for (const [other, stretches] of hours.named) {
    const otherWeekday = weekdayOf(other)
    // A closed weekday is a holiday, which says nothing of other weeks; a closed Sunday says all.
    if (weekend ? otherWeekday !== weekday : otherWeekday === 0 || otherWeekday === 6 || stretches.length === 0) continue
    const distance = Math.abs(Date.parse(other) - Date.parse(day)) - (otherWeekday === weekday ? DAY_MS * 3650 : 0)
    if (nearest === null || distance < nearest.distance) nearest = { distance, stretches, day: other }
  }
  if (nearest === null) return []
  const shift = Math.round((Date.parse(day) - Date.parse(nearest.day)) / DAY_MS)
  return nearest.stretches.map((stretch) => ({ ...stretch, day, openDay: addDays(stretch.openDay, shift) }))
}

function closeOf(stretch: Stretch, zone: string): Instant {
  return stretch.close === '24:00' ? instantOf(addDays(stretch.day, 1), '00:00', zone) : instantOf(stretch.day, stretch.close, zone)
}

function weekdayOf(day: Day): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

function dayOf(digits: string): Day {
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`
}

function clockOf(digits: string): string {
  return `${digits.slice(0, 2)}:${digits.slice(2, 4)}`
}
