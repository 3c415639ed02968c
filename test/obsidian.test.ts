// A vault that is lived in: notes are linked, moved, edited and filled in by their reader, while cards are made again and again. Real folder, real database.
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeReview, type ReviewRoom } from '#jobs/review.ts'
import { linkTo, momentDay, PLAIN, placeOf } from '#notes/place.ts'
import { readTemplates } from '#notes/templates.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { annotate } from '#store/decisions.ts'
import { tradeById } from '#store/trades.ts'
import { openTestDatabase } from '#test/database.ts'
import { alerts, at, DAY, everyTrade, future, givenBack, ibm, nvda, shortWon, unmarked } from '#test/example-day.ts'

const templates = await readTemplates('en')
const CARD = `paper/${DAY} review paper.md`

interface Vault extends AsyncDisposable {
  readonly db: Database
  readonly root: string
  readonly said: string[]
  make(day?: string): Promise<Awaited<ReturnType<typeof makeReview>>>
  text(path: string): Promise<string>
  edit(path: string, change: (text: string) => string): Promise<void>
  files(): Promise<string[]>
}

/** A vault whose daily notes lie in folders of months, and a database that knows the example day. */
async function openVault(more: Partial<ReviewRoom> = {}): Promise<Vault> {
  const db = await openTestDatabase()
  const root = await mkdtemp(join(tmpdir(), 'excursion-obsidian-'))
  await mkdir(join(root, '.obsidian'))
  await writeFile(join(root, '.obsidian', 'daily-notes.json'), '{"folder":"Journal","format":"YYYY/MM/YYYY-MM-DD ddd"}')
  await commitBatch(db, {
    ...EMPTY_BATCH,
    facts: [ibm, nvda, future].map((fact, index) => ({ arrival: index + 1, fact: { ...fact, at: at('09:00:00') } })),
    trades: everyTrade.map((one) => one.trade),
    trajectory: everyTrade.flatMap((one) => one.points.filter((point, index) => point.at !== one.points[index + 1]?.at).map((point) => ({ ...point, seq: 1 }))),
    alerts,
  })
  const said: string[] = []
  const notes = join(root, 'Trading')
  const room = { db, templates, notesDir: notes, log: (line: string) => said.push(line), ...more }
  return {
    db,
    root,
    said,
    make: (day = DAY) => makeReview(room, day),
    text: (path) => readFile(join(notes, path), 'utf8'),
    edit: async (path, change) => writeFile(join(notes, path), change(await readFile(join(notes, path), 'utf8'))),
    files: async () => (await readdir(notes, { recursive: true })).filter((name) => /\.\w+$/.test(name)).sort(),
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

const noteOf = async (vault: Vault, id = givenBack.trade.tradeId) => {
  for (const path of await vault.files()) if (path.endsWith('.md') && (await vault.text(path)).includes(`excursion_id: ${id}`)) return path
  throw new Error(`no note of ${id}`)
}

describe('what a vault gets', () => {
  test('links by name, pictures embedded, parts that fold, typed properties, the vault’s own daily note', async () => {
    await using vault = await openVault()
    const made = await vault.make()
    expect(made.path).toBe(join(vault.root, 'Trading', CARD))
    const card = await vault.text(CARD)
    for (const words of [
      '![[2026-11-20-IBM-',
      '|640]]',
      '> [!warning]- Given back',
      '[[Journal/2026/11/2026-11-20 Fri|2026-11-20]]',
      '[[2026-W47 review paper|2026-W47]]',
      '%% excursion:begin',
    ])
      expect(card).toContain(words)
    expect(card).not.toMatch(/\]\(|NaN|undefined|null/)
    const trade = await vault.text(await noteOf(vault))
    const properties = parse(trade.split('---\n')[1] ?? '')
    expect(properties).toMatchObject({
      excursion_kind: 'trade',
      trade_symbol: '[[IBM trades paper|IBM]]',
      trade_review: `[[${DAY} review paper]]`,
      trade_opened: '2026-11-20T09:45:00',
      trade_mfe_pct: 8.1,
      trade_mode: 'PAPER',
    })
    expect(Object.values(properties).every((value) => value === null || typeof value !== 'object' || Array.isArray(value))).toBe(true)
    // Wikilinks resolve by the name alone: every embedded picture is there, and no two files share a name.
    const names = (await vault.files()).map((path) => path.replace(/^.*\//, ''))
    expect(new Set(names).size).toBe(names.length)
    for (const [, name] of card.matchAll(/!\[\[([^|\\\]]+)/g)) expect(names).toContain(name)
  })

  test('every link leads somewhere: trade ↔ day ↔ symbol ↔ strategy, real and paper apart', async () => {
    await using vault = await openVault()
    await annotate(vault.db, givenBack.trade.tradeId, { strategy: 'opening: drive #1' }, at('16:00:00'))
    await vault.make()
    const files = await vault.files()
    const names = new Set(files.map((path) => path.replace(/^.*\//, '').replace(/\.md$/, '')))
    for (const path of files.filter((name) => name.endsWith('.md'))) {
      for (const [, name = ''] of (await vault.text(path)).matchAll(/\[\[([^|\]\\]+)/g))
        if (!name.startsWith('Journal/')) expect([path, name, names.has(name)]).toEqual([path, name, true])
    }
    const symbol = await vault.text('paper/symbols/IBM trades paper.md')
    expect(symbol).toContain('excursion_kind: symbol')
    const trade = (await noteOf(vault)).replace(/^.*\/|\.md$/g, '').replace(/\.md$/, '')
    expect(symbol).toContain(`[[${trade}\\|IBM]]`)
    expect(symbol).toContain(`[[${DAY} review paper\\|${DAY}]]`)
    // What a file name cannot hold is written otherwise, and the note of the strategy lists the trade.
    const strategy = files.find((path) => /^paper\/strategies\/opening- drive -1-[0-9a-f]{6} strategy paper\.md$/.test(path)) ?? ''
    expect(await vault.text(strategy)).toContain(`[[${trade}\\|IBM]]`)
    expect(await vault.text(strategy)).toContain('# opening: drive')
    expect(`${symbol}${await vault.text(strategy)}`).not.toMatch(/NaN|undefined|null/)
    const before = await vault.text(strategy)
    await vault.make()
    expect(await vault.text(strategy)).toBe(before)
  })

  test('a strategy named by a link to its note is that strategy', async () => {
    await using vault = await openVault()
    await vault.make()
    await vault.edit(await noteOf(vault), (text) => text.replace(/strategy:.*/, 'strategy: "[[opening drive strategy paper]]"'))
    await vault.make()
    expect((await tradeById(vault.db, givenBack.trade.tradeId))?.strategy).toBe('opening drive')
  })

  test('pictures as PNG where that is wanted: embedded by their names, made again as the same bytes', { timeout: 60_000 }, async () => {
    await using vault = await openVault({ pictures: 'png' })
    await vault.make()
    const files = await vault.files()
    expect(files.filter((path) => path.endsWith('.svg'))).toEqual([])
    const pictures = files.filter((path) => path.endsWith('.png'))
    const names = new Set(pictures.map((path) => path.replace(/^.*\//, '')))
    const card = await vault.text(CARD)
    const embedded = [...card.matchAll(/!\[\[([^|\]\\]+)/g)].map(([, name]) => name)
    expect(embedded.length).toBeGreaterThan(3)
    for (const name of embedded) expect(names).toContain(name)
    const bytes = await readFile(join(vault.root, 'Trading', pictures[0] ?? ''))
    expect(bytes.subarray(1, 4).toString()).toBe('PNG')
    const again = await vault.make()
    expect(again.files.filter((file) => file.outcome === 'written')).toEqual([])
  })

  test('a base with useful views, made once and then its reader’s', async () => {
    await using vault = await openVault()
    await vault.make()
    expect(parse(await vault.text('Trades.base')).views.map((view: { name: string }) => view.name)).toEqual([
      'Latest',
      'By strategy',
      'Worst give-back',
      'Still open',
    ])
    await vault.edit('Trades.base', () => 'views: []\n')
    await vault.make()
    expect(await vault.text('Trades.base')).toBe('views: []\n')
  })

  test('made again nothing changes; two at once tear nothing', async () => {
    await using vault = await openVault()
    await Promise.all([vault.make(), vault.make()])
    const before = await Promise.all((await vault.files()).map(async (path) => [path, await vault.text(path)]))
    const again = await vault.make()
    expect(again.files.filter((file) => file.outcome !== 'unchanged')).toEqual([])
    expect(await Promise.all((await vault.files()).map(async (path) => [path, await vault.text(path)]))).toEqual(before)
    expect(JSON.stringify(before)).not.toContain('.tmp')
  })
})

describe('what its reader does', () => {
  test('a note that was moved and renamed is found by its id and kept where it is', async () => {
    await using vault = await openVault()
    await vault.make()
    const from = await noteOf(vault)
    const to = 'paper/best/My IBM day.md'
    await mkdir(join(vault.root, 'Trading', dirname(to)), { recursive: true })
    await rename(join(vault.root, 'Trading', from), join(vault.root, 'Trading', to))
    await vault.edit(to, (text) => `${text}\nMine.\n`)
    await annotate(vault.db, givenBack.trade.tradeId, { strategy: 'opening drive' }, at('20:00:00', '2026-11-21'))
    await vault.make()
    expect(await vault.files()).not.toContain(from)
    expect(await vault.text(to)).toMatch(/strategy: "\[\[opening drive strategy paper\|opening drive\]\]"[\s\S]*Mine\./)
  })

  test('a note of the reader’s own where ours would be is left alone, and that is said', async () => {
    await using vault = await openVault()
    await mkdir(join(vault.root, 'Trading', 'paper'), { recursive: true })
    await writeFile(join(vault.root, 'Trading', CARD), '# mine\n')
    const made = await vault.make()
    expect(made.path).toBeNull()
    expect(made.files.find((file) => file.path === CARD)).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('somebody else') })
    expect(await vault.text(CARD)).toBe('# mine\n')
  })

  test('what they fill in is read back, and the log says so', async () => {
    await using vault = await openVault()
    await vault.make()
    const path = await noteOf(vault)
    await vault.edit(path, (text) =>
      text
        .replace('strategy:\n', 'strategy: "[[breakout]]"\n')
        .replace('tags: []', 'tags: [fomo]')
        .replace('stop:\n', 'stop: 178\n')
        .replace('mistake:\n', 'mistake: sold late\n')
        .replace('rating:\n', 'rating: 3\n'),
    )
    const made = await vault.make()
    expect(await tradeById(vault.db, givenBack.trade.tradeId)).toMatchObject({
      strategy: 'breakout',
      tags: ['fomo'],
      mistakes: ['sold late'],
      rating: 3,
      initialStop: '178',
    })
    expect(made.review.accounts[0]?.strategies.map((one) => one.strategy)).toContain('breakout')
    const logged = await vault.db.pool.query("select body from decisions where kind = 'annotate'")
    expect(logged.rows).toMatchObject([{ body: { strategy: 'breakout' } }])
    const properties = parse((await vault.text(path)).split('---\n')[1] ?? '')
    expect(properties).toMatchObject({
      strategy: '[[breakout strategy paper|breakout]]',
      tags: ['fomo'],
      stop: 178,
      mistake: 'sold late',
      rating: 3,
      trade_r: 0.9,
    })
    // Read once, it is no edit any more.
    await vault.make()
    expect((await vault.db.pool.query("select 1 from decisions where kind = 'annotate'")).rowCount).toBe(1)
  })

  test('what they fill in at the weekend is read with the card of Monday, and orders that of Friday again', async () => {
    await using vault = await openVault()
    await vault.make()
    await vault.edit(await noteOf(vault), (text) => text.replace('strategy:\n', 'strategy: breakout\n'))
    await vault.make('2026-11-23')
    expect(await tradeById(vault.db, givenBack.trade.tradeId)).toMatchObject({ strategy: 'breakout' })
    const ordered = await vault.db.pool.query("select payload->>'day' as day from outbox where kind = 'review'")
    expect(ordered.rows).toMatchObject([{ day: DAY }])
  })

  test('both sides changed: the newer edit stands', async () => {
    await using vault = await openVault()
    await vault.make()
    const path = await noteOf(vault)
    const file = join(vault.root, 'Trading', path)
    const strategyNow = async () => (await tradeById(vault.db, givenBack.trade.tradeId))?.strategy
    await vault.edit(path, (text) => text.replace('strategy:\n', 'strategy: from the note\n'))
    await utimes(file, new Date('2026-11-20T22:00:00Z'), new Date('2026-11-20T22:00:00Z'))
    await annotate(vault.db, givenBack.trade.tradeId, { strategy: 'from elsewhere' }, Date.parse('2026-11-20T23:00:00Z'))
    await vault.make()
    expect(await strategyNow()).toBe('from elsewhere')
    expect(await vault.text(path)).toContain('strategy: "[[from elsewhere strategy paper|from elsewhere]]"')
    await vault.edit(path, (text) => text.replace('"[[from elsewhere strategy paper|from elsewhere]]"', 'from the note again'))
    await annotate(vault.db, givenBack.trade.tradeId, { strategy: 'from elsewhere again' }, Date.parse('2026-11-20T23:30:00Z'))
    await utimes(file, new Date('2026-11-21T08:00:00Z'), new Date('2026-11-21T08:00:00Z'))
    await vault.make()
    expect(await strategyNow()).toBe('from the note again')
  })

  test('what cannot be read is said, and changes nothing', async () => {
    await using vault = await openVault()
    await vault.make()
    const path = await noteOf(vault)
    await vault.edit(path, (text) => text.replace('stop:\n', 'stop: below the low\n'))
    await vault.make()
    expect(vault.said.join()).toContain("expected stop as a price, found 'below the low'")
    expect((await tradeById(vault.db, givenBack.trade.tradeId))?.initialStop).toBeNull()
    expect(await vault.text(path)).toContain('stop: below the low\n')
  })

  test('a trade that a correction took away: its note says so, counts in no list, and keeps the words of its reader', async () => {
    await using vault = await openVault()
    await annotate(vault.db, givenBack.trade.tradeId, { strategy: 'breakout' }, at('16:00:00'))
    await vault.make()
    const [path, lone] = [await noteOf(vault), await noteOf(vault, shortWon.trade.tradeId)]
    await vault.edit(path, (text) => `${text.replace('rating:\n', 'rating: 4\n')}\nI still stand by this one.\n`)
    await vault.make()
    const strategy = (await vault.files()).find((name) => name.includes('breakout strategy')) ?? ''
    const gone = [givenBack, unmarked].map(({ trade }, n) => ({ tradeId: trade.tradeId, seq: 10 + n }))
    await commitBatch(vault.db, { ...EMPTY_BATCH, removedTrades: gone })
    await vault.make()
    const note = await vault.text(path)
    expect(parse(note.split('---\n')[1] ?? '')).toMatchObject({
      trade_status: 'REMOVED',
      trade_gross: null,
      trade_quantity: null,
      rating: 4,
      trade_side: 'LONG',
    })
    expect(note).toContain('> The broker took this trade back')
    expect(note).toContain('I still stand by this one.')
    expect(note).not.toMatch(/180\.00|\+1\.00/)
    // No trade is left of its symbol and strategy: their notes say that, and no other note was touched.
    expect(await vault.text('paper/symbols/IBM trades paper.md')).toContain('No trade of this symbol any more.')
    expect(await vault.text(strategy)).toMatch(/review_closed: 0[\s\S]*No trade of this strategy any more\./)
    expect(await vault.text(lone)).toContain('trade_status: CLOSED')
    expect((await vault.make()).files.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([])
    // It comes back as it was.
    await commitBatch(vault.db, { ...EMPTY_BATCH, trades: [givenBack.trade] })
    await vault.make()
    expect(await vault.text(path)).toMatch(/trade_status: CLOSED[\s\S]*180\.00[\s\S]*I still stand by this one\./)
  })

  test('all trades of a day taken away: its card is a quiet day’s, and so say week and month', async () => {
    await using vault = await openVault()
    await vault.make()
    await commitBatch(vault.db, { ...EMPTY_BATCH, removedTrades: everyTrade.map(({ trade }, n) => ({ tradeId: trade.tradeId, seq: 10 + n })) })
    await vault.make()
    expect(await vault.text(CARD)).toContain('A quiet day')
    expect(await vault.text(CARD)).not.toContain('Closed')
    for (const name of ['weeks/2026-W47', 'months/2026-11']) expect(await vault.text(`paper/${name} review paper.md`)).toContain('No trade closed.')
  })

  test('what is left to be said of it survives a folder that could not be written', async () => {
    await using vault = await openVault()
    await vault.make()
    const path = await noteOf(vault)
    await commitBatch(vault.db, { ...EMPTY_BATCH, removedTrades: [{ tradeId: givenBack.trade.tradeId, seq: 10 }] })
    const charts = join(vault.root, 'Trading', '_charts')
    await rename(charts, `${charts}-away`)
    await writeFile(charts, 'not a folder')
    await expect(vault.make()).rejects.toThrow()
    await rm(charts)
    await rename(`${charts}-away`, charts)
    await vault.make()
    expect(await vault.text(path)).toContain('trade_status: REMOVED')
  })

  test('a strategy renamed: the note of the old one and of the new one are made again at once, by whichever way it was said', async () => {
    await using vault = await openVault()
    await annotate(vault.db, givenBack.trade.tradeId, { strategy: 'breakout' }, at('16:00:00'))
    await vault.make()
    const strategies = async () => (await vault.files()).filter((path) => path.includes('paper/strategies/'))
    const before = await strategies()
    await annotate(vault.db, givenBack.trade.tradeId, { strategy: 'opening drive' }, at('20:00:00'))
    const ordered = await vault.db.pool.query("select payload from outbox where kind = 'review'")
    expect(ordered.rows).toEqual([{ payload: { day: DAY, asked: true } }])
    await vault.make()
    const [old = ''] = before.filter((path) => path.includes('breakout'))
    expect(await vault.text(old)).toContain('No trade of this strategy any more.')
    expect(await vault.text('paper/strategies/opening drive strategy paper.md')).toContain('review_closed: 1')
    // And back, by the note.
    await vault.edit(await noteOf(vault), (text) => text.replace(/strategy:.*/, 'strategy: breakout'))
    await vault.make()
    expect(await vault.text(old)).toContain('review_closed: 1')
    expect(await vault.text('paper/strategies/opening drive strategy paper.md')).toContain('review_closed: 0')
  })

  test('their own templates stand before ours, in whatever file they changed', async () => {
    await using vault = await openVault()
    await mkdir(join(vault.root, 'Trading', '_templates', 'en'), { recursive: true })
    await writeFile(join(vault.root, 'Trading', '_templates', 'en', 'trade.md.hbs'), 'Only {{label}}.\n')
    await vault.make()
    expect(await vault.text(await noteOf(vault))).toMatch(/begin card .*\nOnly IBM\.\n/)
    expect(await vault.text(CARD)).toContain('Given back')
  })
})

describe('names', () => {
  test.each([
    ['YYYY-MM-DD', '2026-11-20'],
    ['YYYY/MM-MMMM/YYYY-MM-DD-dddd', '2026/11-November/2026-11-20-Friday'],
    ['[Week] WW, ddd Do', 'Week 47, Fri 20th'],
    ['DD.MM.YY', '20.11.26'],
    ['gggg-[W]ww', '2026-W47'],
  ])('a daily note as %s', (format, name) => {
    expect(momentDay(DAY, format)).toBe(name)
  })

  test('a folder outside a vault gets plain links, with what a path may not hold encoded', async () => {
    expect(await placeOf(tmpdir())).toEqual(PLAIN)
    expect(linkTo(PLAIN, 'paper/weeks/w.md', 'paper/2026-11-20 paper.md', 'the day')).toBe('[the day](../2026-11-20%20paper.md)')
  })
})
