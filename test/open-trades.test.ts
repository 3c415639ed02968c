// The open trades in memory against the store: after every batch of a real recorder both answer the same, row for row and cursor for cursor, for random
// tapes, filters, orders and pages; and while anything is in doubt memory answers nothing.
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import type { Execution } from '#core/facts.ts'
import { DIRECTIONS, type Page, TRADE_ORDER_FIELDS, type TradeFilter, type TradeOrder } from '#core/query.ts'
import { parseLine } from '#core/tape.ts'
import { type OpenTrades, openTradesOf } from '#graphql/open-trades.ts'
import { type Bus, openBus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import type { Recorder } from '#record/recorder.ts'
import { openRecorder } from '#record/record.ts'
import type { Database } from '#store/db.ts'
import { annotate } from '#store/decisions.ts'
import { createToken } from '#store/tokens.ts'
import { openTrades, tradesPage } from '#store/trades.ts'
import { replayInputs } from './arbitrary.ts'
import { openTestDatabase } from './database.ts'
import { aTrade, anAlert, tradeIdOf } from './rows.ts'
import { openTestServer } from './server.ts'

/** Every look at it is a while later: last prices are always due. */
let ticked = 0
const clock = clockThatReads(
  () => Date.UTC(2013, 9, 7, 20),
  () => (ticked += 1_500),
)

interface Question {
  readonly filter: TradeFilter
  readonly order: TradeOrder
  readonly size: number
  readonly backward: boolean
  /** The page begins at this row of the whole list; null: at its end. */
  readonly from: number | null
  readonly until: number | null
}

const decimals = fc.constantFrom('-100', '-1', '-0.5', '0', '0.25', '1', '50.5')
const somewhere = fc.option(fc.nat({ max: 6 }), { nil: null })
const questions: fc.Arbitrary<Question> = fc.record({
  filter: fc.record(
    {
      status: fc.constant('OPEN' as const),
      unit: fc.constantFrom('ORDER' as const, 'ROUND_TRIP' as const),
      accounts: fc.subarray(['DU1', 'DU2', 'DU3']),
      symbols: fc.subarray(['AAA', 'FFF', 'CMB', 'EEE', 'SSS', 'OPT', 'USD.TWD', 'BTC']),
      sides: fc.subarray(['LONG' as const, 'SHORT' as const]),
      held: fc.boolean(),
      strategies: fc.constant(['fade']),
      tags: fc.constant(['late', 'x']),
      mfePctMin: decimals,
      maePctMax: decimals,
      netPnlMin: decimals,
      givebackMax: decimals,
    },
    { requiredKeys: ['status'] },
  ),
  order: fc.record({ field: fc.constantFrom(...TRADE_ORDER_FIELDS), direction: fc.constantFrom(...DIRECTIONS) }),
  size: fc.integer({ min: 0, max: 5 }),
  backward: fc.boolean(),
  from: somewhere,
  until: somewhere,
})

interface Desk {
  readonly db: Database
  readonly bus: Bus
  readonly open: OpenTrades
  recorder: Recorder
}

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(db: Database, bus: Bus, open: OpenTrades): Promise<Recorder> {
  const failed = (error: unknown) => {
    throw error
  }
  const recorder = await openRecorder({ db, bus, clock, filter: 'none', log: () => {}, onFailure: failed })
  await open.begin()
  recorder.decided()
  await recorder.settled()
  return recorder
}

async function openDesk(): Promise<Desk> {
  const db = await openTestDatabase()
  closing.push(() => db.close())
  const bus = openBus()
  const open = openTradesOf({ db, bus })
  return { db, bus, open, recorder: await start(db, bus, open) }
}

/** Some orders say what they are for. */
function withReference<L>(line: L, n: number): L | Execution {
  const execution = line as L | Execution
  const isOne = typeof execution === 'object' && execution !== null && 'kind' in execution && execution.kind === 'execution'
  return isOne && n % 3 === 0 ? { ...(execution as Execution), orderRef: 'fade #late stop=9.5 target=12.50' } : line
}

/** Memory and store are asked the same, and answer the same. */
async function expectSame({ db, open }: Desk, asked: readonly Question[]): Promise<void> {
  const stored = await openTrades(db)
  for (const trade of stored) expect(open.trade(trade.tradeId)).toEqual(trade)
  for (const { filter, order, size, backward, from, until } of asked) {
    const { edges } = await tradesPage(db, { status: 'OPEN', unit: filter.unit ?? 'ORDER' }, order, {})
    const cursorAt = (n: number | null) => (n === null ? null : (edges[n]?.cursor ?? null))
    const page: Page = { ...(backward ? { last: size } : { first: size }), after: cursorAt(from), before: cursorAt(until) }
    expect(open.page(filter, order, page), JSON.stringify({ filter, order, page })).toEqual(await tradesPage(db, filter, order, page))
  }
}

test('law: after every batch the open trades in memory are those of the store, whatever is asked', { timeout: 300_000 }, async () => {
  let looks = 0
  let seen = 0
  await fc.assert(
    fc.asyncProperty(
      replayInputs({ executions: 14, marks: 25 }),
      fc.array(questions, { minLength: 6, maxLength: 6 }),
      fc.array(fc.record({ lines: fc.integer({ min: 1, max: 12 }), next: fc.constantFrom('look', 'look', 'annotate', 'restart') }), {
        minLength: 4,
        maxLength: 8,
      }),
      async ({ tapes }, asked, steps) => {
        const desk = await openDesk()
        const lines = tapes.flat().map(parseLine).map(withReference)
        for (const { lines: count, next } of steps) {
          for (const line of lines.splice(0, count)) {
            if ('refused' in line) continue
            if (line.kind === 'quote') desk.recorder.quote({ conId: line.conId, price: line.quote.price, at: line.quote.at, source: 'LAST' })
            else desk.recorder.tell(line)
          }
          await desk.recorder.settled()
          const [some] = await openTrades(desk.db)
          if (next === 'annotate' && some !== undefined) {
            desk.open.doubt(await annotate(desk.db, some.tradeId, { strategy: 'fade', tags: ['late'], initialTarget: '12.5', rating: 4 }, clock.now()))
            expect([desk.open.version, desk.open.trade(some.tradeId)]).toEqual([null, undefined])
            desk.recorder.decided()
            await desk.recorder.settled()
          }
          if (next === 'restart') {
            desk.open.end()
            await desk.recorder.close()
            desk.recorder = await start(desk.db, desk.bus, desk.open)
          }
          await expectSame(desk, asked)
          looks++
          seen += (await openTrades(desk.db)).length
        }
        desk.open.end()
        await desk.recorder.close()
        await closing.pop()?.()
      },
    ),
    { numRuns: 8, endOnFailure: true },
  )
  console.log(`${looks} batches looked at, ${seen} open trades among them`)
  expect(seen).toBeGreaterThan(looks)
})

const OPEN = `query Open($first: Int) { trades(filter: { status: OPEN }, orderBy: { field: MFE_PCT, direction: DESC }, first: $first) {
  edges { cursor node { id lastPrice strategy openedAt mfe { pct at } fills { price } } } pageInfo { hasNextPage endCursor } } }`

/** Statements that reach the database while `work` runs. */
async function statementsOf({ pool }: Database, work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(pool, 'query')
  try {
    await work()
    return spy.mock.calls.length
  } finally {
    spy.mockRestore()
  }
}

test('open trades are told over HTTP without a statement, again and again; a change is seen at once', async () => {
  await using server = await openTestServer({}, { remembers: true })
  await server.write({ trades: [aTrade(0, 1), aTrade(1, 2), aTrade(2, 3, { status: 'CLOSED', closedAt: aTrade(2, 3).openedAt + 1 })] })
  const ids = async (first = 10) => {
    const { trades } = (await server.ask(OPEN, { first })) as { trades: { edges: { node: { id: string; lastPrice: string } }[] } }
    return trades.edges.map(({ node }) => `${node.id.slice(-2)} ${node.lastPrice}`)
  }
  const none = await statementsOf(server.db, async () => {
    expect(await ids()).toEqual(['e1 183.11', 'e0 183.11'])
    expect(await ids()).toEqual(['e1 183.11', 'e0 183.11'])
    expect(await ids(1)).toEqual(['e1 183.11'])
    expect(await server.ask(`{ trade(id: "${tradeIdOf(0)}") { id status } }`)).toEqual({ trade: { id: tradeIdOf(0), status: 'OPEN' } })
  })
  expect(none).toBe(0)
  await server.write({ trades: [aTrade(0, 4, { lastPrice: '190' })] })
  expect(await ids()).toEqual(['e1 183.11', 'e0 190'])
  await server.write({ trades: [aTrade(1, 5, { status: 'CLOSED', closedAt: aTrade(1, 5).openedAt + 1 })] })
  expect(await ids()).toEqual(['e0 190'])
  // What is closed, or not asked for by its status, is the store's to tell.
  expect(await statementsOf(server.db, () => server.ask(`{ trade(id: "${tradeIdOf(1)}") { status } }`))).toBeGreaterThan(0)
  expect(await statementsOf(server.db, () => server.ask('{ trades { nodes { id } } }'))).toBeGreaterThan(0)
})

test('what somebody has just said of a trade is read back at once, though the writer has not told it yet', async () => {
  await using server = await openTestServer({}, { remembers: true })
  await server.write({ trades: [aTrade(0, 1)] })
  const strategy = async () => ((await server.ask(OPEN)) as { trades: { edges: { node: { strategy: string | null } }[] } }).trades.edges[0]?.node.strategy
  expect(await strategy()).toBeNull()
  await server.ask('mutation ($input: AnnotateTradeInput!) { annotateTrade(input: $input) { userErrors { code } } }', {
    input: { tradeId: tradeIdOf(0), strategy: 'fade' },
  })
  expect(await strategy()).toBe('fade')
})

test('an answer that is kept is told only to those who may see the same, and only while it is the same', async () => {
  await using server = await openTestServer({}, { remembers: true })
  const make = async (name: string, accounts: string[] | null) => (await createToken(server.db, { name, scopes: ['read'], accounts }, 0)).secret
  const [bound, free] = [await make('bound', ['DU1']), await make('free', null)]
  await server.write({ trades: [aTrade(0, 1), aTrade(1, 2, { account: 'DU2' })] })
  const ids = async (token: string) => {
    const answer = await server.post({ query: OPEN }, { authorization: `Bearer ${token}` })
    return ((await answer.json()) as { data: { trades: { edges: { node: { id: string } }[] } } }).data.trades.edges.map(({ node }) => node.id)
  }
  for (let again = 0; again < 2; again++) {
    expect(await ids(free)).toEqual([tradeIdOf(1, 'ORDER', 'DU2'), tradeIdOf(0)])
    expect(await ids(bound)).toEqual([tradeIdOf(0)])
  }
  // What also looks elsewhere is never kept: the store changes without a word to this room.
  const mixed = '{ trades(filter: { status: OPEN }) { nodes { id alerts { id } } } }'
  expect(await server.ask(mixed)).toMatchObject({ trades: { nodes: [{ alerts: [] }, { alerts: [] }] } })
  await server.store({ alerts: [anAlert(0, 0, 3)] })
  expect(await server.ask(mixed)).toMatchObject({ trades: { nodes: [{ alerts: [{ id: 'alert-0-0' }] }, { alerts: [] }] } })
})
