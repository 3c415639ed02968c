// The law of the review: every number in it is a trade's, or a sum, a share or a count over trades, or a time of the day; whoever cannot be accounted for
// fails. On the day that comes along, always; on days of real prices, where those lie beside the project.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeReview } from '#jobs/review.ts'
import { readTemplates } from '#notes/templates.ts'
import { Replay, printTrade } from '#core/replay.ts'
import { endOfDay, marketDay, sessionClose } from '#core/session.ts'
import type { Language } from '#notes/templates.ts'
import { sendDay } from '#jobs/notion.ts'
import { openNotion } from '#notes/notion-client.ts'
import { tradeKey } from '#notes/notion-page.ts'
import { setUpNotion } from '#notes/notion-setup.ts'
import { clockThatReads } from '#src/clock.ts'
import { alertsOf } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { factsOf, instruments } from '#store/facts.ts'
import { saveNotionSource } from '#store/notion-pages.ts'
import { marksOf } from '#store/marks.ts'
import { tradesOf, trajectoriesOf } from '#store/trades.ts'
import { printInstant } from '#core/time.ts'
import { type NotionServer, openNotionServer, specIsHere } from './notion-server.ts'
import { tell, lastDay, labelOf, type Told, type World } from './reckoned.ts'
import { realTape, realTicksAreHere, shippedTape, type Tape, TAPE_RULES, tellTape } from './review-tapes.ts'
import { openTestServer } from './server.ts'
import {
  blocksIn,
  dayExpected,
  type Expected,
  numbersIn,
  pageOfDay,
  pageOfTrade,
  pageProperties,
  periodExpected,
  subjectExpected,
  sumProperties,
  tradeExpected,
  tradeProperties,
  untraced,
} from './traced.ts'

const TAPES = [
  { name: 'the day that comes along', here: true, tape: shippedTape },
  { name: 'real prices of October 2013', here: realTicksAreHere, tape: realTape },
] as const
/** Words behind a count: 'so many commissions not known', which are no value that is unknown. */
const COUNTED_UNKNOWN = /(?<=\d 笔)(?:佣金)?未知/g
const LANGUAGES = { en: 'unknown', zh: '未知' } as const

async function worldOf(db: Database, { days }: Tape): Promise<World> {
  const trades = await tradesOf(db, { unit: 'ORDER' })
  const hours = new Map((await instruments(db)).map((instrument) => [instrument.conId, instrument]))
  const of = (conId: number) => hours.get(conId) ?? {}
  const prices = new Map<number, { at: number; price: number }[]>()
  for (const conId of hours.keys()) {
    const all: { at: number; price: number }[] = []
    for await (const chunk of marksOf(db, conId, Date.UTC(2000), Date.UTC(2100))) for (const { at, price } of chunk) all.push({ at, price })
    prices.set(conId, all)
  }
  return {
    ...{ trades, hours, prices, days },
    alerts: (await alertsOf(db, { unit: 'ORDER' })).filter((alert) => alert.unit === 'ORDER'),
    points: await trajectoriesOf(
      db,
      trades.map(({ tradeId }) => tradeId),
    ),
    dayOf: (at, conId) => marketDay(at, of(conId)),
    endOf: (day, conId) => endOfDay(day, of(conId)),
    closeOf: (day, conId) => sessionClose(day, of(conId)) ?? 0,
  }
}

/** What in a text is a name, though it holds digits. */
function namesIn(world: World): string[] {
  const of = world.trades.flatMap((row) => [row.account, row.symbol, labelOf(world, row), row.strategy ?? ''])
  return [...new Set([...of, ...TAPE_RULES.map((rule) => String(rule['id'])), 'US/Eastern', 'US/Central'])].filter((name) => name !== '')
}

interface Note {
  readonly path: string
  readonly text: string
  readonly id: string
}

async function notesIn(folder: string): Promise<readonly Note[]> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.md')).sort()
  return Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(folder, path), 'utf8')
      return { path, text, id: String((parse(text.split('---\n')[1] ?? '') as Record<string, unknown>)['excursion_id']) }
    }),
  )
}

/** What a note by its id has to say. */
function expectedOf(world: World, { id, path }: Note, vault: boolean): Expected {
  const [kind = '', name = '', mode = ''] = [
    id.slice(0, id.indexOf(':')),
    id.slice(id.indexOf(':') + 1, id.lastIndexOf(':')),
    id.slice(id.lastIndexOf(':') + 1),
  ]
  switch (kind) {
    case 'day':
      return dayExpected(world, name, mode, { vault })
    case 'week': {
      const monday = world.days.map((day) => new Date(Date.parse(day) - ((new Date(day).getUTCDay() + 6) % 7) * 86_400_000))[0] as Date
      const sunday = new Date(monday.getTime() + 6 * 86_400_000)
      return periodExpected(world, monday.toISOString().slice(0, 10), sunday.toISOString().slice(0, 10), name, mode)
    }
    case 'month':
      return periodExpected(world, `${name}-01`, new Date(Date.UTC(Number(name.slice(0, 4)), Number(name.slice(5)), 0)).toISOString().slice(0, 10), name, mode)
    case 'symbol':
    case 'strategy':
      return subjectExpected(
        world,
        world.trades.filter((row) => row[kind] === name),
        mode,
      )
    case 'ORDER': {
      const row = world.trades.find(({ tradeId }) => tradeId === id)
      const told = row === undefined ? null : tell(world, row, lastDay(world, row))
      if (told === null) throw new Error(`${path}: a note of no trade`)
      return tradeExpected(world, told)
    }
  }
  throw new Error(`${path}: a note of nothing that is known (${id})`)
}

describe.each(TAPES)('$name', ({ here, tape: read }) => {
  test.skipIf(!here)(
    'every number of every note is accounted for by the trades, in both languages, in a vault and elsewhere',
    { timeout: 600_000 },
    async () => {
      const tape = read()
      await using server = await openTestServer()
      await tellTape(server.db, server.bus, tape)
      const world = await worldOf(server.db, tape)
      expect(await replayed(server.db, tape)).toEqual(world.trades.map((trade) => printTrade(trade, printInstant)))
      const names = namesIn(world)
      const reckoned = new Map<string, Expected>()
      const wants = (note: Note, vault: boolean) => {
        const key = `${note.id} ${vault}`
        const found = reckoned.get(key) ?? expectedOf(world, note, vault)
        reckoned.set(key, found)
        return found
      }
      for (const { language, vault } of [
        { language: 'en', vault: false },
        { language: 'zh', vault: false },
        { language: 'en', vault: true },
      ] as const) {
        await using made = await reviewed(server.db, tape, language, vault)
        const notes = await notesIn(made.folder)
        const wrong = notes.flatMap((note) => untraced(blocksIn(note.text, names, LANGUAGES[language]), wants(note, vault), note.path))
        expect(wrong).toEqual([])
        for (const kind of ['day', 'week', 'month', 'symbol', 'strategy', 'ORDER'])
          expect([kind, notes.some(({ id }) => id.startsWith(kind))]).toEqual([kind, true])
        expect(notes.filter(({ id }) => id.startsWith('ORDER'))).toHaveLength(world.trades.length)
        for (const note of notes) {
          expect([note.path, /NaN|undefined|Infinity|\bnull\b|\[object/.exec(note.text)]).toEqual([note.path, null])
          expectProperties(world, note)
        }
      }
    },
  )

  test.skipIf(!here || !specIsHere)('every number of every page in Notion, in both languages', { timeout: 600_000 }, async () => {
    const tape = read()
    await using server = await openTestServer()
    const end = await tellTape(server.db, server.bus, tape)
    const world = await worldOf(server.db, tape)
    const names = namesIn(world)
    for (const language of ['en', 'zh'] as const) {
      await using notion = await openNotionServer(() => end)
      const pages = await sent(server.db, notion, tape, language, end)
      const wrong = pages.flatMap(({ key, lines }) => {
        const told = toldOnPage(world, key)
        const expected = typeof told === 'string' ? pageOfDay(world, told) : pageOfTrade(world, told.told, told.day)
        const found = lines.map((text) => numbersIn(text.replaceAll(COUNTED_UNKNOWN, ''), names, LANGUAGES[language])).filter((numbers) => numbers.length > 0)
        return untraced(new Map([['page', found]]), new Map([['page', expected]]), typeof told === 'string' ? told : told.told.row.tradeId)
      })
      expect(wrong).toEqual([])
      expect(pages.filter(({ key }) => key.startsWith('trade:'))).toHaveLength(world.trades.length)
      for (const { key, numbers } of pages) {
        const told = toldOnPage(world, key)
        if (typeof told !== 'string') expect([told.told.row.tradeId, numbers]).toEqual([told.told.row.tradeId, pageProperties(world, told.told)])
      }
    }
  })
})

interface PageFound {
  readonly key: string
  readonly lines: readonly string[]
  readonly numbers: Readonly<Record<string, number | null>>
}

/** All days sent to an empty Notion, and what stands there then. */
async function sent(db: Database, server: NotionServer, { days }: Tape, language: Language, now: number): Promise<readonly PageFound[]> {
  await db.pool.query('delete from notion_pages')
  await db.pool.query('delete from notion_sources')
  let passed = 0
  const clock = clockThatReads(() => now + ++passed * 1000)
  const notion = openNotion({ token: 'ntn_test', baseUrl: server.url, clock, perSecond: 1e9 })
  for (const source of await setUpNotion({ notion, parent: server.root, own: {}, stored: [], tell: () => {} })) await saveNotionSource(db, source)
  const { words } = await readTemplates(language)
  const pictures = { ending: 'svg', type: 'image/svg+xml', bytes: async (svg: string) => new Uint8Array(Buffer.from(svg)) }
  for (const day of days) await sendDay({ db, notion, style: { language, words, privacy: 'full', aliases: {} }, clock, pictures, log: () => {} }, day)
  expect(server.refused).toEqual([])
  return [...server.pages.values()].flatMap(({ id, source, properties }) => {
    const known = server.sources.get(source ?? '')?.properties ?? []
    const named = Object.fromEntries(known.map((property) => [property.name, properties[property.id] as Record<string, unknown> | undefined]))
    const key = /(?:day|trade):[\w-]+/.exec(JSON.stringify(named['Day Key'] ?? named['Trade Key'] ?? ''))?.[0]
    const numbers = known.flatMap(({ name, type }) => (type === 'number' ? [[name, (named[name]?.['number'] as number | undefined) ?? null] as const] : []))
    // Pictures are looked at elsewhere.
    return key === undefined ? [] : [{ key, lines: server.textOf(id).filter((text) => !/^\[[^\]]*\]$/.test(text)), numbers: Object.fromEntries(numbers) }]
  })
}

/** The day of a page, or its trade as the last card tells it. */
function toldOnPage(world: World, key: string): string | { readonly told: Told; readonly day: string } {
  if (key.startsWith('day:')) return key.slice(4)
  const row = world.trades.find(({ tradeId }) => tradeKey(tradeId) === key)
  const found = world.days.toReversed().flatMap((day) => {
    const told = row === undefined ? null : tell(world, row, day)
    return told === null ? [] : [{ told, day }]
  })[0]
  if (found === undefined) throw new Error(`a page of no trade: ${key}`)
  return found
}

/** What `replay` says of the facts as they are stored (a fill has its place among the prices of its second) and the tape's prices. */
async function replayed(db: Database, { facts }: Tape) {
  const stored = (await factsOf(db)).map(({ fact }) => fact)
  const replay = new Replay(stored, { filter: 'default', rules: [] })
  const plain = { bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false }
  for (const fact of facts) if (fact.kind === 'mark') replay.quote(fact.conId, { ...plain, price: fact.price, at: fact.at })
  const { trades } = replay.finish()
  return trades.filter(({ unit }) => unit === 'ORDER').map((trade) => printTrade(trade, printInstant))
}

/** Notes in a folder that is thrown away; with EXCURSION_REVIEWS they are kept there. */
async function reviewed(db: Database, { days }: Tape, language: Language, vault: boolean): Promise<{ readonly folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'excursion-traced-'))
  if (vault) await mkdir(join(folder, '.obsidian'))
  const templates = await readTemplates(language)
  for (const day of days) {
    const { files } = await makeReview({ db, templates, notesDir: folder }, day)
    expect(files.filter(({ outcome }) => outcome === 'refused')).toEqual([])
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** The numbers of the properties; dates and words are not numbers. */
function expectProperties(world: World, { id, path, text }: Note): void {
  const properties = parse(text.split('---\n')[1] ?? '') as Record<string, unknown>
  const numbers = Object.fromEntries(Object.entries(properties).filter(([, value]) => typeof value === 'number'))
  const row = world.trades.find(({ tradeId }) => tradeId === id)
  const told = row === undefined ? null : tell(world, row, lastDay(world, row))
  const wanted = told === null ? sumProperties(id.slice(0, id.indexOf(':')), toldIn(world, properties, id)) : tradeProperties(world, told)
  expect([path, numbers]).toEqual([path, Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null))])
}

/** The trades a note sums up, by its properties and its id. */
function toldIn(
  world: World,
  { excursion_kind: kind, review_mode: mode, review_day: day, review_from: from, review_until: until }: Record<string, unknown>,
  id: string,
) {
  const rows = world.trades.filter((row) => row.mode === mode && !row.held)
  if (kind === 'day') return rows.flatMap((row) => tell(world, row, String(day)) ?? [])
  const ofSubject = kind === 'symbol' || kind === 'strategy'
  return rows
    .filter((row) =>
      ofSubject ? id === `${kind}:${row[kind]}:${mode}` : row.closedAt !== null && lastDay(world, row) >= String(from) && lastDay(world, row) <= String(until),
    )
    .flatMap((row) => tell(world, row, lastDay(world, row), false) ?? [])
}
