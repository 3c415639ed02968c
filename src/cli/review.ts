// `review`: the cards of one day or of many, made now.
import { makeReview } from '#jobs/review.ts'
import { addDays } from '#core/session.ts'
import type { Day } from '#core/time.ts'
import { readTemplates } from '#notes/templates.ts'
import { clock } from '#src/clock.ts'
import { loadEnv, readConfig } from '#src/config.ts'
import { UsageError } from '#src/errors.ts'
import { openDatabase } from '#store/db.ts'
import { resolve } from 'node:path'
import { verb } from './arguments.ts'
import { logTo } from './log.ts'
import { print, progressLine } from './terminal.ts'

export const review = verb({
  usage: 'review --day D · review --from D --until D [--to DIR]',
  summary: 'the card of a day, or of each day between two, now',
  flags: {
    day: { value: 'D', help: 'a market day: 2026-11-20' },
    from: { value: 'D', help: 'the first of several days' },
    until: { value: 'D', help: 'the last of several days' },
    to: { value: 'DIR', help: 'the folder the cards are written to (NOTES_DIR by default)' },
  },
  async run({ flags }) {
    const from = dayFlag('from', flags.from ?? flags.day)
    const until = dayFlag('until', flags.until ?? flags.day)
    if (from === null || until === null || from > until)
      throw new UsageError('review: expected --day D, or --from D --until D in this order (excursion review --help)')
    const config = readConfig(loadEnv())
    await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
    const room = { db, templates: await readTemplates(config.language), notesDir: flags.to === undefined ? config.notesDir : resolve(flags.to) }
    const progress = progressLine(clock)
    for (let day = from; day <= until; day = addDays(day, 1)) {
      progress.show(day)
      const made = await makeReview(room, day)
      progress.clear()
      print(made.path ?? `${day}: stored, not written`)
    }
  },
})

function dayFlag(name: string, text: string | undefined): Day | null {
  if (text === undefined) return null
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text))) throw new UsageError(`--${name}: expected a day like 2026-11-20, found '${text}'`)
  return text
}
