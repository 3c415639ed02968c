// `review`: the cards of one day or of many, made now, with those of the weeks and months they lie in. Holds one day in memory at a time.
import { resolve } from 'node:path'
import { monthOf, type Period, weekOf } from '#core/period.ts'
import { addDays } from '#core/session.ts'
import type { Day } from '#core/time.ts'
import type { Mode } from '#core/trade.ts'
import { daysTraded } from '#jobs/day.ts'
import { type MadeReview, makeReview, openDesk, type ReviewRoom, writePeriods, writeSubjects } from '#jobs/review.ts'
import type { Subject } from '#notes/place.ts'
import { readTemplates } from '#notes/templates.ts'
import type { Written } from '#notes/vault.ts'
import { clock } from '#src/clock.ts'
import { UsageError } from '#src/errors.ts'
import { openDatabase } from '#store/db.ts'
import { dayFlag, verb } from './arguments.ts'
import { logTo } from './log.ts'
import { configured } from './configured.ts'
import { print, progressLine, say } from './terminal.ts'

export const review = verb({
  usage: 'review --day D · review --from D --until D [--to DIR]',
  summary: 'the card of a day, or of each day between two, now',
  flags: {
    day: { value: 'D', help: 'a market day: 2026-11-20' },
    from: { value: 'D', help: 'the first of several days; those without a trade are passed over' },
    until: { value: 'D', help: 'the last of several days' },
    to: { value: 'DIR', help: 'the folder the cards are written to (NOTES_DIR by default)' },
  },
  async run({ flags }) {
    const day = dayFlag('day', flags.day)
    const from = dayFlag('from', flags.from) ?? day
    const until = dayFlag('until', flags.until) ?? day
    if (from === null || until === null || from > until)
      throw new UsageError('review: expected --day D, or --from D --until D in this order (excursion review --help)')
    const config = configured()
    await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
    const notesDir = flags.to === undefined ? config.notesDir : resolve(flags.to)
    const room: ReviewRoom = {
      db,
      templates: await readTemplates(config.language),
      notesDir,
      colours: config.colours,
      pictures: config.notesPictures,
      log: say,
    }
    if (from === until) {
      const made = await makeReview(room, from)
      complain(made.files)
      print(made.path ?? `${from}: stored, not written`)
      return
    }
    await reviewDays(room, from, until)
  },
})

async function reviewDays(room: ReviewRoom, from: Day, until: Day): Promise<void> {
  const progress = progressLine(clock)
  const desk = await openDesk(room)
  const days = (await daysTraded(room.db, addDays(from, -1), addDays(until, 1))).filter((day) => day >= from && day <= until)
  const periods = new Map<string, Period>()
  const subjects = new Map<string, Subject>()
  const left = new Set<Mode>()
  let changed = 0
  for (const [index, day] of days.entries()) {
    progress.show(`${day}  ${index + 1} of ${days.length}`)
    const made: MadeReview = await makeReview(room, day, desk)
    changed += made.files.filter((file) => file.outcome === 'written').length
    for (const period of [weekOf(day), monthOf(day)]) periods.set(period.name, period)
    for (const mode of made.left) left.add(mode)
    for (const subject of made.subjects) subjects.set(`${subject.kind} ${subject.name}`, subject)
    progress.clear()
    complain(made.files)
    print(made.path ?? `${day}: stored, not written`)
  }
  const rolled =
    desk === null
      ? []
      : [...(await writePeriods(room, desk, [...periods.values()], [...left])), ...(await writeSubjects(room, desk, [...subjects.values()], [...left]))]
  complain(rolled)
  changed += rolled.filter((file) => file.outcome === 'written').length
  say(`days reviewed: ${days.length}; weeks and months: ${periods.size}; symbols and strategies: ${subjects.size}; files changed: ${changed}`)
}

function complain(files: readonly Written[]): void {
  for (const file of files) if (file.outcome === 'refused') say(`${file.path}: not written, because ${file.reason}`)
}
