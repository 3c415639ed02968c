// Notion: the real client against a server of our own that keeps state and asks the official OpenAPI about every request. No duplicate, nothing lost,
// nothing of the user's touched, whatever breaks.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { reviewDay } from '#core/review.ts'
import { howToGoOn, type NotionRoom, sendDay } from '#jobs/notion.ts'
import { addNotion, openJobs } from '#jobs/queues.ts'
import { openWorkers } from '#jobs/worker.ts'
import { writePage } from '#notes/notion.ts'
import { callout } from '#notes/notion-blocks.ts'
import { openNotion } from '#notes/notion-client.ts'
import { dayPage, tradeKey, tradePage } from '#notes/notion-page.ts'
import type { PageStyle } from '#notes/notion-style.ts'
import { tradePicture } from '#notes/notion-picture.ts'
import { notionId, setUpNotion } from '#notes/notion-setup.ts'
import { readTemplates } from '#notes/templates.ts'
import { clockThatReads } from '#src/clock.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { annotate } from '#store/decisions.ts'
import { notionSourcesOf, saveNotionSource } from '#store/notion-pages.ts'
import { tradeById } from '#store/trades.ts'
import { openTestDatabase } from '#test/database.ts'
import { alerts, at, DAY, everyTrade, future, givenBack, ibm, nvda, sketch, stillOpen, unmarked, withStop } from '#test/example-day.ts'
import { type Fault, type NotionServer, openNotionServer, specIsHere } from '#test/notion-server.ts'

const { words } = await readTemplates('en')
const { words: chinese } = await readTemplates('zh')
const STYLE: PageStyle = { language: 'en', words, privacy: 'full', aliases: {} }
const quiet = () => {}
const NOTHING_SAID = { strategy: null, tags: [], stop: null, mistakes: [], rating: null }
const QUICK = { ending: 'svg', type: 'image/svg+xml', bytes: async (svg: string) => new Uint8Array(Buffer.from(svg)) }

/** A server, a database with the example day in it, and a room to send from: time only passes when somebody waits. */
class Stage implements AsyncDisposable {
  readonly db: Database
  readonly server: NotionServer
  readonly said: string[] = []
  /** Drawn as PNG where a test looks at it; a picture takes a while, and most write pages again and again. */
  pictures: NotionRoom['pictures'] = QUICK
  now: number

  private constructor(db: Database, server: NotionServer, now: number) {
    this.db = db
    this.server = server
    this.now = now
  }

  static async open(options: { setUp?: boolean; trades?: typeof everyTrade } = {}): Promise<Stage> {
    let stage: Stage | null = null
    const { trades = everyTrade } = options
    const start = at('18:00:00')
    const server = await openNotionServer(() => stage?.now ?? start)
    stage = new Stage(await openTestDatabase(), server, start)
    await commitBatch(stage.db, {
      ...EMPTY_BATCH,
      facts: [ibm, nvda, future].map((fact, index) => ({ arrival: index + 1, fact: { ...fact, at: at('09:00:00') } })),
      trades: trades.map((one) => one.trade),
      trajectory: trades.flatMap((one) => one.points.filter((point, index) => point.at !== one.points[index + 1]?.at).map((point) => ({ ...point, seq: 1 }))),
      alerts,
    })
    for (const { trade } of trades)
      if (trade.strategy !== null) await annotate(stage.db, trade.tradeId, { strategy: trade.strategy, initialStop: trade.initialStop }, at('16:00:00'))
    if (options.setUp !== false) await stage.setUp()
    return stage
  }

  get clock() {
    return clockThatReads(() => this.now)
  }

  /** Without a server that falls silent nothing has to be given up. */
  notion(token = 'ntn_test', timeoutMs = 20_000) {
    return openNotion({ token, baseUrl: this.server.url, clock: this.clock, timeoutMs, perSecond: 1e9 })
  }

  async setUp(parent: string = this.server.root, own: { days?: string; trades?: string } = {}): Promise<string[]> {
    const told: string[] = []
    const sources = await setUpNotion({ notion: this.notion(), parent, own, stored: await notionSourcesOf(this.db), tell: (line) => told.push(line) })
    for (const source of sources) await saveNotionSource(this.db, source)
    return told
  }

  room(style: Partial<PageStyle> = {}): NotionRoom {
    const silent = this.server.faults.some((fault) => String(fault).startsWith('silence'))
    return {
      db: this.db,
      notion: this.notion('ntn_test', silent ? 250 : 20_000),
      style: { ...STYLE, ...style },
      clock: this.clock,
      ...(this.pictures === undefined ? {} : { pictures: this.pictures }),
      log: (line) => this.said.push(line),
    }
  }

  /** As the queue would: waits where it is told to, tries again where nothing was answered. */
  async send(style: Partial<PageStyle> = {}) {
    for (let tries = 0; ; tries++) {
      try {
        return await sendDay(this.room(style), DAY)
      } catch (error) {
        const next = howToGoOn(error)
        if (next.kind === 'never' || tries > 100) throw error
        this.now += next.kind === 'wait' ? next.ms : 5000
      }
    }
  }

  /** The requests of a piece of work that are not questions. */
  async changing(work: () => Promise<unknown>): Promise<string[]> {
    const before = this.server.requests.length
    await work()
    return this.server.requests.slice(before).filter((request) => !request.startsWith('GET') && !request.endsWith('/query'))
  }

  page(property: string, text: string) {
    const [page, ...others] = this.server.pagesWith(property, text)
    expect(others).toEqual([])
    if (page === undefined) throw new Error(`no page whose ${property} is ${text}`)
    return page
  }

  get day() {
    return this.page('Day Key', `day:${DAY}`)
  }

  get trade() {
    return this.page('Name', 'PAPER · IBM long +1.00 %')
  }

  /** The box on a page. */
  box(pageId: string): string {
    return this.server.pages.get(pageId)?.children.find((id) => this.server.blocks.get(id)?.type === 'callout') as string
  }

  async change(): Promise<void> {
    await annotate(this.db, givenBack.trade.tradeId, { strategy: 'opening range' }, at('19:00:00'))
  }

  /** The user writes on every page, in our box and beside it. */
  scribble(): void {
    for (const page of this.server.pages.values()) {
      if (page.source === null || page.inTrash) continue
      this.server.user.write(page.id, 'mine, beside the box')
      this.server.user.write(this.box(page.id), 'mine, in the box')
    }
  }

  value(page: { source: string | null; properties: Record<string, unknown> }, name: string): unknown {
    return page.properties[this.server.sources.get(page.source ?? '')?.properties.find((property) => property.name === name)?.id ?? '']
  }

  /** What has to be there after all, by page. */
  all(): Record<string, readonly string[]> {
    const live = [...this.server.pages.values()].filter((page) => page.source !== null && !page.inTrash)
    return Object.fromEntries(live.map((page) => [JSON.stringify(this.value(page, 'Name')), this.server.textOf(page.id)]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.db.close()
  }
}

test('the official OpenAPI is asked about every request', ({ skip }) => {
  skip(!specIsHere, 'shared/data/specs/notion-openapi.json is not here: requests are answered unchecked')
  expect(specIsHere).toBe(true)
})

test('the server refuses what Notion refuses, and the client what it would leave out', async () => {
  await using stage = await Stage.open()
  const notion = stage.notion()
  const days = (await notionSourcesOf(stage.db)).find((source) => source.role === 'days')?.dataSourceId as string
  const line = (content: string) => ({ paragraph: { rich_text: [{ text: { content } }] } })
  const create = async (more: object) => notion.pages.create({ parent: { data_source_id: days }, properties: {}, ...more })
  await expect(create({ properties: { Nothing: { number: 1 } } })).rejects.toThrow('is not a property that exists')
  await expect(create({ properties: { Net: { select: { name: 'a' } } } })).rejects.toThrow('expected to be number')
  await expect(create({ properties: { Currency: { select: { name: 'a,b' } } } })).rejects.toThrow('is no option')
  await expect(create({ childern: [] })).rejects.toThrow('unknown parameters were ignored: {"unknownParams":["childern"]')
  if (!specIsHere) return
  await expect(create({ children: Array.from({ length: 101 }, () => line('x')) })).rejects.toThrow('must NOT have more than 100 items')
  await expect(create({ children: [line('x'.repeat(2001))] })).rejects.toThrow('must NOT have more than 2000 characters')
})

describe('the largest day', () => {
  test('several hundred trades with long words stay within every limit', async () => {
    await using stage = await Stage.open()
    const many = Array.from({ length: 230 }, (_, n) => ({
      ...givenBack.trade,
      tradeId: `ORDER:DU1:8314:${n}`,
      seq: 2,
      openedAt: givenBack.trade.openedAt + n,
      symbol: `${'S'.repeat(90)},${n % 3}`,
    }))
    const review = reviewDay({ day: DAY, trades: many, alerts: [], instruments: [ibm], trajectories: new Map() })
    const draft = dayPage(review, STYLE, () => null)
    const long = { ...draft, blocks: [...draft.blocks, ...Array.from({ length: 250 }, (_, n) => callout(`${n} ${'𝄞'.repeat(4000)}`, 'default', '📈'))] }
    const source = (await notionSourcesOf(stage.db)).find((one) => one.role === 'days')
    const memory = { find: async () => null, keep: async () => {} }
    const desk = { notion: stage.notion(), memory, clock: stage.clock, botId: (await stage.notion().users.me({})).id, log: quiet }
    expect((await writePage(desk, source as NonNullable<typeof source>, long)).outcome).toBe('created')
    expect(stage.server.refused).toEqual([])
    expect(stage.server.textOf(stage.day.id).filter((text) => text.includes('𝄞'))).toHaveLength(250)
  })
})

describe('on the command line', () => {
  test('notion setup, then notion push: the databases and the pages are there, and it says so', async () => {
    await using stage = await Stage.open({ setUp: false, trades: [givenBack] })
    const env = {
      ...process.env,
      DATABASE_URL: stage.db.url,
      NOTION_TOKEN: 'ntn_test',
      NOTION_PARENT: stage.server.root,
      NOTION_BASE_URL: stage.server.url,
      EXCURSION_LANG: 'en',
    }
    const excursion = async (...given: string[]) =>
      (await promisify(execFile)(process.execPath, ['src/main.ts', 'notion', ...given], { cwd: join(import.meta.dirname, '..'), env })).stdout
    expect(await excursion('setup')).toContain("made the database 'Excursion Trades'")
    expect(await excursion('push', '--day', DAY)).toBe(`${DAY}: 2 created\n`)
    expect(await excursion('push', '--day', DAY)).toBe(`${DAY}: 2 unchanged\n`)
    await expect(excursion('push')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('expected --day D') })
  }, 90_000)
})

describe('setting up', () => {
  test('two databases with our properties are made below the page, and proved; again, nothing is made', async () => {
    await using stage = await Stage.open({ setUp: false })
    const told = await stage.setUp()
    expect(told.join('\n')).toContain("made the database 'Excursion Days'")
    expect([...stage.server.databases.values()].map((database) => database.title)).toEqual(['Excursion Days', 'Excursion Trades'])
    expect([...stage.server.sources.values()].map((source) => source.properties.length)).toEqual([17, 31])
    const again = await stage.setUp()
    expect(again.filter((line) => /made|added/.test(line) && !line.startsWith('pages'))).toEqual([])
    expect(stage.server.databases.size).toBe(2)
    expect(stage.server.refused).toEqual([])
  })

  test('what was stored is lost: the databases are found by their names, a database whose making was not answered too', async () => {
    await using stage = await Stage.open()
    await stage.db.pool.query('delete from notion_sources')
    await stage.setUp()
    expect(stage.server.databases.size).toBe(2)
    await using other = await Stage.open({ setUp: false })
    // who, the page, what stands below it, the database
    other.server.faults = [null, null, null, 'cut after']
    await other.setUp()
    expect([...other.server.databases.values()].map((database) => database.title)).toEqual(['Excursion Days', 'Excursion Trades'])
  })

  test("a database's address takes the trades, with what it has; of several data sources one is named", async () => {
    await using stage = await Stage.open({ setUp: false })
    const mine = stage.server.user.makeDatabase('My trades', ['My trades'])
    await stage.setUp(`https://www.notion.so/me/My-trades-${mine.replaceAll('-', '')}?v=1`)
    expect([...stage.server.databases.values()].map((database) => database.title)).toEqual(['My trades', 'Excursion Days'])
    const several = stage.server.user.makeDatabase('Several', ['First', 'Second'])
    await expect(stage.setUp(several)).rejects.toThrow("found 2 ('First', 'Second'); name one: --trades DATABASE#NAME")
    await stage.setUp(stage.server.root, { trades: `${several}#Second` })
    expect((await notionSourcesOf(stage.db)).find((source) => source.role === 'trades')?.dataSourceId).toBe(stage.server.databases.get(several)?.sources[1])
    expect(stage.server.refused.filter((line) => !line.includes('Could not find'))).toEqual([])
  })

  test('what is wrong is said in one line', async () => {
    await using stage = await Stage.open({ setUp: false })
    const setUp = (parent: string, token?: string) => setUpNotion({ notion: stage.notion(token), parent, own: {}, stored: [], tell: quiet })
    await expect(setUp(stage.server.root, 'ntn_wrong')).rejects.toThrow("found 'API token is invalid.'")
    await expect(setUp('my page')).rejects.toThrow("found 'my page'; copy the page's link")
    await expect(setUp('99999999000040008000000000000001')).rejects.toThrow('shared with the integration, found none')
    stage.server.user.trash(stage.server.root)
    await expect(setUp(stage.server.root)).rejects.toThrow('found it in the trash')
  })

  test('a property of the user that has our name and another type is not touched', async () => {
    await using stage = await Stage.open()
    const trades = (await notionSourcesOf(stage.db)).find((source) => source.role === 'trades')?.dataSourceId as string
    const r = stage.server.sources.get(trades)?.properties.find((property) => property.name === 'R') as { type: string }
    r.type = 'rich_text'
    await expect(stage.setUp()).rejects.toThrow("expected the property 'R' to be number and not rich_text")
  })

  test.each([
    ['https://www.notion.so/acme/Trading-1234567890abcdef1234567890abcdef?pvs=4', '12345678-90ab-cdef-1234-567890abcdef'],
    ['12345678-90AB-cdef-1234-567890abcdef', '12345678-90ab-cdef-1234-567890abcdef'],
    ['https://www.notion.so/acme/Trading', null],
  ])('the id in %s', (text, id) => {
    expect(notionId(text)).toBe(id)
  })
})

describe('a day', () => {
  test('a page for the day and one for each trade, with properties, callouts, tables and pictures, all as Notion takes them', async () => {
    await using stage = await Stage.open()
    stage.pictures = undefined
    expect((await stage.send()).pages).toMatchObject({ created: 6 })
    expect(stage.server.refused).toEqual([])
    expect(stage.value(stage.trade, 'MFE %')).toEqual({ number: 8.1 })
    expect(stage.value(stage.trade, 'Net')).toEqual({ number: 178 })
    expect(stage.value(stage.trade, 'Day Page')).toEqual({ relation: [{ id: stage.day.id }] })
    const text = stage.server.textOf(stage.trade.id)
    expect(text[1]).toBe('PAPER: a simulated account, no real money.')
    expect(text).toContainEqual(expect.stringMatching(/^\[IBM-\w+\.png\]$/))
    expect(text).toContainEqual('MFE | +8.10 % at 2026-11-20 11:47:05')
    expect([...stage.server.uploads.values()].every((upload) => (upload.bytes?.length ?? 0) > 1000)).toBe(true)
    await expect(stage.server.textOf(stage.day.id).join('\n')).toMatchFileSnapshot('__snapshots__/notion-day-en.txt')
  })

  test('sent again, not one request changes anything; changed in one trade, only what says it is sent', async () => {
    await using stage = await Stage.open()
    await stage.send()
    expect(await stage.changing(() => stage.send())).toEqual([])
    await stage.change()
    const pageId = stage.trade.id
    const changes = await stage.changing(() => stage.send())
    expect(changes.filter((request) => request.startsWith('PATCH /v1/pages'))).toEqual([`PATCH /v1/pages/${pageId}`])
    expect(stage.value(stage.trade, 'Strategy')).toEqual({ select: { name: 'opening range' } })
    expect(stage.server.textOf(pageId).filter((line) => line.startsWith('Strategy'))).toEqual(['Strategy | opening range'])
    expect(stage.server.refused).toEqual([])
  })

  test("the user's own words stay, beside the box, in it, and in a property", async () => {
    await using stage = await Stage.open()
    await stage.send()
    const { user, blocks } = stage.server
    const pageId = stage.trade.id
    const box = stage.box(pageId)
    user.write(pageId, 'my own thoughts')
    user.write(box, 'right inside')
    const headline = blocks.get(box)?.children.find((id) => JSON.stringify(blocks.get(id)?.body).includes('+180.00')) as string
    user.edit(headline, 'I should have sold at 190')
    const fact = blocks.get(box)?.children.find((id) => blocks.get(id)?.body['rich_text'] !== undefined && id !== headline) as string
    user.write(fact, 'a remark below')
    user.setNumber(pageId, 'R', 99)
    await stage.change()
    await stage.send()
    const text = stage.server.textOf(pageId)
    for (const own of ['my own thoughts', 'right inside', 'I should have sold at 190', 'a remark below'])
      expect(text.filter((line) => line === own)).toEqual([own])
    expect(text).toContain('Strategy | opening range')
    expect(text.filter((line) => line.startsWith('MAE |'))).toHaveLength(1)
    expect(stage.value(stage.trade, 'R')).toEqual({ number: 99 })
  })

  test('a page in the trash stays there and says so; restored, it is written again', async () => {
    await using stage = await Stage.open()
    await stage.send()
    const { id } = stage.trade
    stage.server.user.trash(id)
    await stage.change()
    expect((await stage.send()).pages).toMatchObject({ created: 0, gone: 1 })
    expect(stage.said.join()).toContain('it stays so')
    // Deleted for good, it does not come back either.
    expect((await stage.send()).pages).toMatchObject({ created: 0, gone: 1 })
    stage.server.user.restore(id)
    expect((await stage.send()).pages).toMatchObject({ created: 0, updated: 1 })
    expect(stage.server.textOf(id)).toContain('Strategy | opening range')
  })

  test('our box taken away stays away, the properties are kept right', async () => {
    await using stage = await Stage.open()
    await stage.send()
    const { id } = stage.trade
    stage.server.user.deleteBlock(stage.box(id))
    await stage.change()
    expect((await stage.send()).pages).toMatchObject({ boxless: 1 })
    expect(stage.server.textOf(id)).toEqual([])
    expect(stage.value(stage.trade, 'Strategy')).toEqual({ select: { name: 'opening range' } })
  })

  test('properties the user renamed are still found, those the user removed are left out and said', async () => {
    await using stage = await Stage.open()
    await stage.send()
    const { source } = stage.trade
    for (const [from, to] of [
      ['Trade Key', 'Schlüssel'],
      ['Strategy', '策略'],
    ] as const)
      stage.server.user.rename(source as string, from, to)
    stage.server.user.removeProperty(source as string, 'MAE %')
    await stage.change()
    expect((await stage.send()).pages).toMatchObject({ created: 0, updated: 6 })
    expect(stage.value(stage.trade, '策略')).toEqual({ select: { name: 'opening range' } })
    expect(stage.said.join()).toContain('MAE % deleted or of another type')
    expect(stage.server.refused).toEqual([])
  })

  test('what we remembered is lost: pages are found by their keys, the box by its sign, nothing is made twice', async () => {
    await using stage = await Stage.open()
    await stage.send()
    const before = stage.all()
    await stage.db.pool.query('delete from notion_pages')
    expect((await stage.send()).pages).toMatchObject({ created: 0, updated: 6 })
    expect(stage.all()).toEqual(before)
    stage.server.user.trash(stage.trade.id)
    await stage.db.pool.query('delete from notion_pages')
    expect((await stage.send()).pages).toMatchObject({ created: 0, gone: 1 })
  })

  test('a page the user doubled: the oldest is kept right, the copy is left alone', async () => {
    await using stage = await Stage.open()
    await stage.send()
    const { id } = stage.trade
    stage.now += 60_000
    const copy = stage.server.user.duplicate(id)
    stage.now += 60_000
    await stage.db.pool.query('delete from notion_pages')
    await stage.change()
    await stage.send()
    expect(stage.said.join()).toContain('expected one page, found 2')
    expect(stage.value(stage.server.pages.get(id) as never, 'Strategy')).toEqual({ select: { name: 'opening range' } })
    expect(stage.value(stage.server.pages.get(copy) as never, 'Strategy')).toEqual({ select: { name: 'breakout' } })
  })

  test('an older day does not take back what a trade became later', async () => {
    await using stage = await Stage.open()
    const later = {
      ...stillOpen.trade,
      seq: 2,
      updatedAt: at('15:00:00', '2026-11-23'),
      lastPrice: '199',
      status: 'CLOSED' as const,
      closedAt: at('15:00:00', '2026-11-23'),
      exitPrice: '199',
      openQuantity: '0',
    }
    await commitBatch(stage.db, { ...EMPTY_BATCH, trades: [later] })
    await sendDay(stage.room(), '2026-11-23')
    expect((await stage.send()).pages).toMatchObject({ older: 1 })
    // Nor where somebody wrote on its page meanwhile.
    const page = stage.page('Trade Key', tradeKey(stillOpen.trade.tradeId))
    stage.server.user.setProperty(page.id, 'Rating', { number: 4 }, at('20:00:00', '2026-11-23'))
    expect((await stage.send()).pages).toMatchObject({ older: 1 })
    expect(stage.value(page, 'Status')).toEqual({ select: { name: 'CLOSED' } })
    expect(await tradeById(stage.db, stillOpen.trade.tradeId)).toMatchObject({ rating: 4 })
  })

  test('a day whose only trade was taken back is a quiet day', async () => {
    await using stage = await Stage.open({ trades: [stillOpen] })
    await stage.send()
    expect(stage.server.textOf(stage.day.id).join()).not.toContain('A quiet day')
    await commitBatch(stage.db, { ...EMPTY_BATCH, removedTrades: [{ tradeId: stillOpen.trade.tradeId, seq: 1_000 }] })
    await stage.send()
    expect(stage.server.textOf(stage.day.id).join()).toContain('A quiet day')
  })

  test('a future opened in the evening belongs to the page of the next day, as its trade does', async () => {
    const evening = sketch({
      instrument: future,
      fills: [
        ['19:00:00', 1, '6700'],
        ['20:00:00', -1, '6710'],
      ],
      marks: [['19:30:00', '6705']],
      day: '2026-11-19',
    })
    await using stage = await Stage.open({ trades: [evening] })
    await sendDay(stage.room(), '2026-11-19')
    await stage.send()
    expect(stage.value(stage.page('Trade Key', tradeKey(evening.trade.tradeId)), 'Day Page')).toEqual({ relation: [{ id: stage.day.id }] })
  })

  test('not set up: said, and left to a person', async () => {
    await using stage = await Stage.open({ setUp: false })
    await expect(stage.send()).rejects.toThrow('run excursion notion setup')
  })
})

describe('what leaves the machine', () => {
  const pagesOf = (trades: readonly (typeof everyTrade)[number][], style: PageStyle, said = alerts) => {
    const review = reviewDay({
      day: DAY,
      trades: trades.map((one) => one.trade),
      alerts: said,
      instruments: [ibm, nvda, future],
      trajectories: new Map(trades.map((one) => [one.trade.tradeId, one.points])),
    })
    const pictureOf = (trade: Parameters<typeof tradePicture>[0]) => {
      const one = trades.find(({ trade: { tradeId } }) => tradeId === trade.tradeId)
      return tradePicture(trade, one?.points ?? [], one?.trade, style)
    }
    return [
      dayPage(review, style, pictureOf),
      ...review.accounts.flatMap((account) =>
        account.trades.map((trade) => tradePage({ trade, said: NOTHING_SAID, mode: account.mode, day: DAY, dayPages: [] }, style, pictureOf)),
      ),
    ]
  }

  test('law: with PRIVACY=percent, the same trades seven times as large at twice the price make the same pages', () => {
    const scale = (text: string | null, by: number) => (text === null ? null : String(Number((Number(text) * by).toFixed(8))))
    const larger = everyTrade.map(({ trade, points }) => {
      const extreme = (reached: typeof trade.mfe) => ({ ...reached, price: scale(reached.price, 2) as string, pnl: scale(reached.pnl, 14) as string })
      const scaled = {
        ...trade,
        quantity: scale(trade.quantity, 7) as string,
        openQuantity: scale(trade.openQuantity, 7) as string,
        entryPrice: scale(trade.entryPrice, 2) as string,
        exitPrice: scale(trade.exitPrice, 2),
        lastPrice: scale(trade.lastPrice, 2) as string,
        initialStop: scale(trade.initialStop, 2),
        grossPnl: scale(trade.grossPnl, 14) as string,
        netPnl: scale(trade.netPnl, 14),
        commission: scale(trade.commission, 14),
        mfe: extreme(trade.mfe),
        mae: extreme(trade.mae),
        note: 'made 1,234 USD',
        fills: trade.fills.map((fill) => ({
          ...fill,
          quantity: scale(fill.quantity, 7) as string,
          price: scale(fill.price, 2) as string,
          commission: scale(fill.commission, 14),
        })),
      }
      return {
        points: points.map((point) => ({ ...point, last: point.last * 2, mfe: point.mfe * 2, mae: point.mae * 2 })),
        trade: scaled.initialStop === null ? scaled : withStop(scaled, scaled.initialStop),
      }
    })
    const percent: PageStyle = { ...STYLE, privacy: 'percent' }
    const pages = pagesOf(everyTrade, percent)
    const same =
      JSON.stringify(pages) ===
      JSON.stringify(
        pagesOf(
          larger,
          percent,
          alerts.map((alert) => ({ ...alert, price: scale(alert.price, 2) as string })),
        ),
      )
    expect(same).toBe(true)
    // What a person reads, in blocks and pictures; the places on a picture are numbers too.
    const read = JSON.stringify(pages, (key, value) => (key === 'svg' ? [...String(value).matchAll(/>([^<>\n]+)</g)].map(([, text]) => text) : value))
    expect(/USD [-−+\d]|\d USD|181\.8|6,?705|1,234/.exec(read)).toBe(null)
    expect(JSON.stringify(pagesOf(everyTrade, STYLE)).includes('181.80 USD')).toBe(true)
  })

  test('set to percent later, what was sent before is taken away', async () => {
    await using stage = await Stage.open({ trades: [givenBack] })
    await stage.send()
    expect(stage.value(stage.trade, 'Net')).toEqual({ number: 178 })
    await stage.send({ privacy: 'percent' })
    expect(stage.value(stage.trade, 'Net')).toEqual({ number: null })
    expect(stage.value(stage.trade, 'Quantity')).toEqual({ number: null })
    expect([...stage.server.textOf(stage.trade.id), ...stage.server.textOf(stage.day.id)].filter((text) => /USD [\d+−]|\d USD/.test(text))).toEqual([])
    expect(stage.server.refused).toEqual([])
  })

  test('no line where only fills were seen: the picture says that there were no prices', () => {
    const [page] = pagesOf([{ ...unmarked, trade: { ...unmarked.trade, closedAt: at('15:00:00') } }], STYLE).slice(1)
    expect(JSON.stringify(page?.blocks)).toContain('>no prices<')
  })

  test('an account with an alias is nowhere named, not even in a key', () => {
    const pages = JSON.stringify(pagesOf(everyTrade, { ...STYLE, aliases: { DU1: 'main', DU2: 'second' } }))
    expect(pages).toContain('main')
    expect(pages).not.toMatch(/DU[12]/)
  })

  test('in Chinese the words change, the keys, the names of properties and their options do not', async () => {
    const style: PageStyle = { ...STYLE, language: 'zh', words: chinese }
    const names = (pages: ReturnType<typeof pagesOf>) => pages.map((page) => [page.key, Object.entries(page.properties).filter(([name]) => name !== 'Name')])
    expect(names(pagesOf(everyTrade, style))).toEqual(names(pagesOf(everyTrade, STYLE)))
    await using stage = await Stage.open()
    stage.pictures = undefined
    await stage.send(style)
    await expect(stage.server.textOf(stage.day.id).join('\n')).toMatchFileSnapshot('__snapshots__/notion-day-zh.txt')
    expect(stage.server.textOf(stage.day.id).join()).not.toMatch(/NaN|undefined|null/)
    // Back in English it is the same page.
    expect((await stage.send()).pages).toMatchObject({ created: 0 })
    expect(stage.server.refused).toEqual([])
  })
})

describe('what a person writes on a page', () => {
  const id = givenBack.trade.tradeId
  const later = at('20:00:00')
  const edited = async (stage: Stage, name: string, value: object, when = later) => stage.server.user.setProperty(stage.trade.id, name, value, when)
  const audited = (stage: Stage) =>
    stage.db.pool
      .query<{ who: string; after: object }>("select who, after from audit where what = 'annotate' and who is not null order by at")
      .then(({ rows }) => rows)

  test('strategy, tags, mistakes, rating and stop are annotations, audited; nothing is sent back for them', async () => {
    await using stage = await Stage.open({ trades: [givenBack] })
    await stage.send()
    await edited(stage, 'Strategy', { select: { name: 'opening drive' } })
    await edited(stage, 'Tags', { multi_select: [{ name: 'fomo' }, { name: 'news' }] })
    await edited(stage, 'Mistakes', { multi_select: [{ name: 'sold late' }] })
    await edited(stage, 'Rating', { number: 2 })
    await edited(stage, 'Stop', { number: 178.5 })
    const sent = await stage.changing(() => stage.send())
    expect(await tradeById(stage.db, id)).toMatchObject({
      ...{ strategy: 'opening drive', tags: ['fomo', 'news'], mistakes: ['sold late'], rating: 2, initialStop: '178.5' },
    })
    expect(await audited(stage)).toEqual([
      { who: 'Notion', after: { strategy: 'opening drive', tags: ['fomo', 'news'], mistakes: ['sold late'], rating: 2, initialStop: '178.5' } },
    ])
    expect(stage.value(stage.trade, 'Strategy')).toEqual({ select: { name: 'opening drive' } })
    expect(sent.length).toBeGreaterThan(0)
    // Read once: sent again, nothing is said anew.
    expect(await stage.changing(() => stage.send())).toEqual([])
    expect(await audited(stage)).toHaveLength(1)
    // What is taken away is taken away here too.
    await edited(stage, 'Strategy', { select: null })
    await stage.send()
    expect(await tradeById(stage.db, id)).toMatchObject({ strategy: null, rating: 2 })
    expect(stage.server.refused).toEqual([])
  })

  test('both sides changed: the newer edit stands; another property keeps its own', async () => {
    await using stage = await Stage.open({ trades: [givenBack] })
    await stage.send()
    await edited(stage, 'Strategy', { select: { name: 'from Notion' } }, at('19:00:00'))
    await edited(stage, 'Rating', { number: 5 }, at('19:00:00'))
    await annotate(stage.db, id, { strategy: 'from elsewhere' }, at('20:00:00'))
    await stage.send()
    expect(await tradeById(stage.db, id)).toMatchObject({ strategy: 'from elsewhere', rating: 5 })
    expect(stage.value(stage.trade, 'Strategy')).toEqual({ select: { name: 'from elsewhere' } })
    await annotate(stage.db, id, { strategy: 'from elsewhere again' }, at('20:30:00'))
    await edited(stage, 'Strategy', { select: { name: 'from Notion again' } }, at('21:00:00'))
    await stage.send()
    expect(await tradeById(stage.db, id)).toMatchObject({ strategy: 'from Notion again' })
    expect(stage.server.refused).toEqual([])
  })

  test('what cannot be is said and left as it is; with PRIVACY=percent a stop stays where it was written', async () => {
    await using stage = await Stage.open({ trades: [givenBack] })
    await stage.send({ privacy: 'percent' })
    await edited(stage, 'Rating', { number: 9 })
    await edited(stage, 'Stop', { number: 170 })
    await stage.send({ privacy: 'percent' })
    expect(await tradeById(stage.db, id)).toMatchObject({ initialStop: givenBack.trade.initialStop })
    expect((await tradeById(stage.db, id))?.rating ?? null).toBe(null)
    expect(stage.value(stage.trade, 'Rating')).toEqual({ number: 9 })
    expect(stage.value(stage.trade, 'Stop')).toEqual({ number: 170 })
    expect(stage.said.join()).toContain('expected Rating from 1 to 5, found 9')
  })
})

test('a trade that a correction took away: its page stays, says so and counts in no sum; come back, it is itself again', async () => {
  await using stage = await Stage.open({ trades: [givenBack, stillOpen] })
  await stage.send()
  const { id } = stage.trade
  stage.server.user.write(id, 'mine, beside the box')
  const page = () => stage.server.pages.get(id) as Parameters<Stage['value']>[0]
  await commitBatch(stage.db, { ...EMPTY_BATCH, removedTrades: [{ tradeId: givenBack.trade.tradeId, seq: 1_000 }] })
  await stage.send()
  expect(stage.server.pages.get(id)?.inTrash).toBe(false)
  expect(['Status', 'Net', 'Gross', 'Result %', 'MFE %'].map((name) => stage.value(page(), name))).toEqual([
    { select: { name: 'REMOVED' } },
    ...Array(4).fill({ number: null }),
  ])
  const text = stage.server.textOf(id)
  expect(text.join()).toContain('The broker took this trade back')
  expect(text).toContain('mine, beside the box')
  expect(await stage.changing(() => stage.send())).toEqual([])

  await commitBatch(stage.db, { ...EMPTY_BATCH, trades: [givenBack.trade] })
  await stage.send()
  expect(stage.value(page(), 'Status')).toEqual({ select: { name: 'CLOSED' } })
  expect(stage.value(page(), 'Net')).toEqual({ number: 178 })
  expect(stage.server.textOf(id).join()).not.toContain('took this trade back')
  expect(stage.server.refused).toEqual([])
})

describe('what breaks', () => {
  const FEW = { trades: [givenBack, stillOpen] }
  const FAULTS: readonly Fault[] = [409, 429, 500, 503, 'silence before', 'silence after', 'cut before', 'cut after', 'fails after']

  test.each(FAULTS.filter((fault) => fault !== null).map((fault) => [String(fault), fault] as const))(
    '%s at each request in turn: no page twice, nothing lost',
    async (_name, fault) => {
      await using stage = await Stage.open(FEW)
      await using whole = await Stage.open(FEW)
      await whole.send()
      stage.server.lagMs = 20_000
      const needed = whole.server.requests.length
      // Each attempt gets one request further than the last before it breaks; silences are slow, so only every fifth.
      for (let n = 0; n < needed; n += typeof fault === 'number' ? 5 : 7) {
        stage.server.faults = [...Array.from({ length: n % 23 }, () => null), fault]
        await stage.send()
        if (n % 4 === 0) await stage.db.pool.query("update notion_pages set content_hash = null, blocks_hash = null where key like 'trade:%'")
      }
      stage.server.faults = []
      await stage.send()
      expect(stage.all()).toEqual(whole.all())
      expect(stage.server.refused).toEqual([])
    },
    90_000,
  )

  test('law: whatever sequence of faults, in the end each page is there once, says what it should, and has the user’s own words', async () => {
    await using whole = await Stage.open(FEW)
    await whole.send()
    whole.scribble()
    await whole.change()
    await whole.send()
    const expected = whole.all()
    const fault = fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom(...FAULTS.filter((one) => one !== 'silence before')) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 5, maxLength: 60 }), fc.constantFrom(0, 1000, 20_000), fc.boolean(), async (faults, lagMs, forgetful) => {
        await using stage = await Stage.open(FEW)
        stage.server.lagMs = lagMs
        stage.server.faults = faults.slice(0, faults.length / 2)
        await stage.send()
        stage.scribble()
        await stage.change()
        stage.server.faults = faults.slice(faults.length / 2)
        await stage.send()
        stage.server.faults = []
        // Long enough for Notion to have settled.
        stage.now += 60_000
        if (forgetful) await stage.db.pool.query('delete from notion_pages')
        await stage.send()
        expect(stage.all()).toEqual(expected)
        expect(stage.server.refused).toEqual([])
      }),
      { numRuns: 8 },
    )
  }, 120_000)

  test('two at once make one page of each', async () => {
    await using stage = await Stage.open(FEW)
    stage.server.lagMs = 10
    await Promise.all([stage.send(), stage.send()])
    expect([...stage.server.pages.values()].filter((page) => page.source !== null && !page.inTrash)).toHaveLength(3)
  })

  test('as a job: Notion asks to wait, the queue waits and counts no attempt; then the pages are there', async () => {
    await using stage = await Stage.open()
    await using jobs = await openJobs({ url: stage.db.url, log: quiet })
    const said: string[] = []
    const done = Promise.withResolvers<string>()
    const log = (line: string) => {
      said.push(line)
      if (line.includes('created')) done.resolve(line)
    }
    stage.server.retryAfterS = 1
    stage.server.faults = [null, null, null, 429]
    await using _workers = await openWorkers({
      jobs,
      room: { db: stage.db, templates: await readTemplates('en'), notesDir: null },
      catchUp: null,
      notion: stage.room(),
      log,
    })
    await addNotion(jobs, DAY)
    await addNotion(jobs, DAY)
    expect(await done.promise).toBe(`notion ${DAY}: 6 created`)
    expect(said.join()).toContain('going on in 1 s')
    expect(said.join()).not.toContain('failed')
  })
})
