// `snooze`: leaves a trade alone for a while. Its alerts are stored, and told in one digest when the time is over; what is critical and news is told at once.
import { type Instant, instantOf, parseDuration, parseInstant, wallClock } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import { UsageError } from '#src/errors.ts'
import { snooze as snoozeTrade } from '#store/remarks.ts'
import { verb } from './arguments.ts'
import { configured } from './configured.ts'
import { findTrade } from './find-trade.ts'
import { sayWhenTaken } from './taken.ts'
import { print } from './terminal.ts'
import { withDatabase } from './with-database.ts'

const DAY_MS = 86_400_000

export const snooze = verb({
  usage: 'snooze TRADE 30m|2h|15:30|INSTANT · snooze TRADE off',
  summary: 'leaves a trade alone for a while; what is critical and news is told all the same',
  flags: {},
  words: [2, Number.POSITIVE_INFINITY],
  run: ({ rest: [said, ...words] }) => {
    const { timeZone } = configured()
    const now = clock.now()
    const until = readUntil(words.join(' '), now, timeZone)
    return withDatabase(async (db) => {
      const trade = await findTrade(db, said)
      await snoozeTrade(db, trade.tradeId, until, now)
      print(`${trade.tradeId}: ${until === null ? 'may speak again' : `left alone until ${sayWhen(until, now, timeZone)}`}`)
      await sayWhenTaken(db)
    })
  },
})

/** A duration ('30m', '1h30m', 'PT2H'), a time of day on the reader's clock ('15:30', the next one), an instant, or 'off'. */
export function readUntil(text: string, now: Instant, timeZone: string): Instant | null {
  if (text === 'off') return null
  const brief = /^(?:\d+[dhm])+$/i.test(text) ? durationOf(text) : null
  const ms = parseDuration(text.toUpperCase()) ?? brief
  const until = ms !== null ? now + ms : /^\d\d?:\d\d$/.test(text) ? nextAt(text.padStart(5, '0'), now, timeZone) : parseInstant(text)
  if (until === null || until <= now) throw new UsageError(`snooze: expected 30m, 2h, 15:30, an instant to come, or off behind the trade; found '${text}'`)
  return until
}

function durationOf(text: string): number {
  const units = { d: DAY_MS, h: 3_600_000, m: 60_000 } as const
  return [...text.toLowerCase().matchAll(/(\d+)([dhm])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as 'd' | 'h' | 'm'], 0)
}

function nextAt(time: string, now: Instant, timeZone: string): Instant | null {
  if (time > '23:59' || time.slice(3) > '59') return null
  const today = instantOf(wallClock(now, timeZone).day, time, timeZone)
  return today > now ? today : instantOf(wallClock(now + DAY_MS, timeZone).day, time, timeZone)
}

/** The time of day, with the day where it is another one. */
export function sayWhen(until: Instant, now: Instant, timeZone: string): string {
  const { day, clock: time } = wallClock(until, timeZone)
  return day === wallClock(now, timeZone).day ? time.slice(0, 5) : `${day} ${time.slice(0, 5)}`
}
