// `notion setup`: the places pages go to, made or found. `notion push`: the pages of a day, or of each day between two, now.
import { howToGoOn, type NotionRoom, notionRoomOf, sendDay } from '#jobs/notion.ts'
import { addDays } from '#core/session.ts'
import type { Day } from '#core/time.ts'
import { setUpNotion } from '#notes/notion-setup.ts'
import { readTemplates } from '#notes/templates.ts'
import { clock } from '#src/clock.ts'
import { ConfigInvalid, NotionRefused, UsageError } from '#src/errors.ts'
import { openDatabase } from '#store/db.ts'
import { notionSourcesOf, saveNotionSource } from '#store/notion-pages.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { dayFlag, verb } from './arguments.ts'
import { logTo } from './log.ts'
import { configured } from './configured.ts'
import { print, progressLine, say } from './terminal.ts'

const TRIES = 6

export const notion = verb({
  usage: 'notion setup [--days DATABASE] [--trades DATABASE] · notion push --day D · notion push --from D --until D',
  summary: 'makes the databases in Notion, or writes the pages of days now',
  flags: {
    days: { value: 'DATABASE', help: 'a database of yours for the days, as address or id; DATABASE#NAME where it holds several data sources' },
    trades: { value: 'DATABASE', help: 'the same for the trades' },
    day: { value: 'D', help: 'a market day: 2026-11-20' },
    from: { value: 'D', help: 'the first of several days' },
    until: { value: 'D', help: 'the last of several days' },
  },
  words: [1, 1],
  async run({ flags, rest: [what] }) {
    if (what !== 'setup' && what !== 'push') throw new UsageError(`notion: expected setup or push, found '${what}' (excursion notion --help)`)
    const days = what === 'push' ? daysOf(dayFlag('day', flags.day), dayFlag('from', flags.from), dayFlag('until', flags.until)) : null
    const config = configured()
    const { words } = await readTemplates(config.language)
    await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
    const room = notionRoomOf(config, { db, words, clock, log: say })
    if (room === null)
      throw new ConfigInvalid([
        'NOTION_TOKEN, NOTION_PARENT: expected the token of an integration and the page it may write below, found one of them empty; set both',
      ])
    // Awaited here: the database is closed at the end of this block.
    if (days !== null) return await push(room, days)
    const own = { ...(flags.days === undefined ? {} : { days: flags.days }), ...(flags.trades === undefined ? {} : { trades: flags.trades }) }
    const stored = await notionSourcesOf(db)
    const sources = await setUpNotion({ notion: room.notion, parent: config.notion.parent ?? '', own, stored, tell: print })
    for (const source of sources) await saveNotionSource(db, source)
    print('Notion is set up; each day goes there after its close (older days: excursion notion push --from D --until D)')
  },
})

async function push(room: NotionRoom, days: readonly Day[]): Promise<void> {
  const progress = progressLine(clock)
  for (const day of days) {
    progress.show(day)
    const sent = await untilSent(() => sendDay(room, day))
    progress.clear()
    print(
      `${day}: ${Object.entries(sent.pages)
        .flatMap(([outcome, count]) => (count === 0 ? [] : [`${count} ${outcome}`]))
        .join(', ')}`,
    )
  }
}

/** As a job would: waits where Notion asks for it, tries again where nothing was answered. */
async function untilSent<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await send()
    } catch (error) {
      const next = howToGoOn(error)
      if (next.kind === 'never' || tries === TRIES)
        throw error instanceof NotionRefused ? error : new NotionRefused(`expected Notion to take the pages, found '${String(error)}'`, error)
      await sleep(next.kind === 'wait' ? next.ms : 1000 * 2 ** tries)
    }
  }
}

function daysOf(day: Day | null, first: Day | null, last: Day | null): readonly Day[] {
  const from = first ?? day
  const until = last ?? day
  if (from === null || until === null || from > until) throw new UsageError('notion push: expected --day D, or --from D --until D in this order')
  const days: Day[] = []
  for (let day = from; day <= until; day = addDays(day, 1)) days.push(day)
  return days
}
