// The nightly statement into a real database, beside a live feed, in any order, twice: the same trades; orders that two sources number otherwise stay one;
// a bust, a correction and a commission that only the statement tells change the numbers, and the cards that told them are made again.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFlex } from '#broker/flex.ts'
import type { Commission, Execution, Fact } from '#core/facts.ts'
import { parseInstant } from '#core/time.ts'
import { UNITS } from '#core/trade.ts'
import { fetchStatements, type FlexRoom, isStatementDue, takeStatement } from '#jobs/flex.ts'
import { openSweep } from '#jobs/outbox.ts'
import { openJobs } from '#jobs/queues.ts'
import { makeReview } from '#jobs/review.ts'
import { scheduleFlex } from '#jobs/schedule.ts'
import { openWorkers } from '#jobs/worker.ts'
import { readTemplates } from '#notes/templates.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import type { Recorder } from '#record/recorder.ts'
import type { Database } from '#store/db.ts'
import { appendFacts, factsOf, lastStatementAt } from '#store/facts.ts'
import { reviewOf } from '#store/reviews.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from '#test/database.ts'
import { answerOf, excursion, freePort } from '#test/process.ts'
import { openFlexServer, QUERY, statementOf, TOKEN, tradeRow } from '#test/flex-server.ts'

const FILES = join(import.meta.dirname, '../../shared/data/broker/flex')
const DAY = '2026-07-17'
const templates = await readTemplates('en')

async function recorderOf(db: Database): Promise<Recorder & AsyncDisposable> {
  const failed: unknown[] = []
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'default', delivers: true, log: () => {}, onFailure: (error) => failed.push(error) })
  return Object.assign(recorder, {
    async [Symbol.asyncDispose]() {
      await recorder.close()
      expect(failed).toEqual([])
    },
  })
}

/** What a trade is, whoever told its executions first. */
async function tradesIn(db: Database) {
  const trades = await Promise.all(UNITS.map((unit) => tradesOf(db, { unit })))
  return trades
    .flat()
    .map(({ tradeId, quantity, openQuantity, entryPrice, exitPrice, openedAt, closedAt, grossPnl, commission, fills }) => ({
      ...{ tradeId, quantity, openQuantity, entryPrice, exitPrice, openedAt, closedAt, grossPnl, commission },
      fills: fills.map((fill) => fill.at),
    }))
    .sort((a, b) => (a.tradeId < b.tradeId ? -1 : 1))
}

/** The executions of a statement as the socket tells them: its own numbers for orders, and costs behind them. */
function asLive(facts: readonly Fact[]): readonly (readonly Fact[])[] {
  // A session names no account with what a fill cost.
  const asTold = ({ account: _, ...cost }: Commission): Commission => cost
  const costs = new Map(facts.flatMap((fact) => (fact.kind === 'commission' ? [[fact.executionId, asTold(fact)] as const] : [])))
  const instruments = new Map(facts.flatMap((fact) => (fact.kind === 'instrument' ? [[fact.conId, fact] as const] : [])))
  return facts.flatMap((fact) => {
    if (fact.kind !== 'execution' || fact.executionId.startsWith('trade-')) return []
    const cost: Commission | undefined = costs.get(fact.executionId)
    const live: Execution = { ...fact, ...(fact.permId === undefined ? {} : { permId: `1${fact.permId}`, orderId: '4', clientId: '0' }) }
    return [[instruments.get(fact.conId), live, cost].filter((one) => one !== undefined)]
  })
}

/** Plays a feed and imports of the statement in the order of `script`: a number is an execution of the feed, null a statement. */
async function play(db: Database, xml: string, script: readonly (number | null)[]): Promise<void> {
  const parsed = parseFlex(xml)
  if ('refused' in parsed) throw new Error(parsed.refused)
  const feed = asLive(parsed.facts)
  await using recorder = await recorderOf(db)
  for (const step of script) {
    if (step === null) {
      await takeStatement(db, xml, 'statement')
      recorder.appended()
    } else for (const fact of feed[step] ?? []) recorder.tell(fact)
    await recorder.settled()
  }
}

const BUY_TWICE = statementOf(
  tradeRow({ ibExecID: '0000a.0000b.01.01', tradeID: '5', dateTime: '20260717;100000' }),
  tradeRow({ ibExecID: '0000a.0000c.01.01', tradeID: '6', dateTime: '20260717;100007', tradePrice: '10.10', quantity: '60' }),
  tradeRow({ ibExecID: '', tradeID: '7', ibOrderID: '901', dateTime: '20260717;110000', tradePrice: '11', quantity: '-70' }),
  tradeRow({ ibExecID: '0000a.0000e.01.01', tradeID: '8', ibOrderID: '902', dateTime: '20260717;120000', tradePrice: '12', quantity: '-30' }),
)

describe('statement and feed', () => {
  test('law: in any order, any part of the feed, twice: the trades of the statement alone', { timeout: 120_000 }, async () => {
    const expected = await withEmpty(async (db) => {
      await play(db, BUY_TWICE, [null])
      return tradesIn(db)
    })
    expect(expected.filter(({ tradeId }) => tradeId.startsWith('ORDER'))).toMatchObject([{ quantity: '100', openQuantity: '0', fills: { length: 4 } }])
    const scripts = fc
      .record({ seen: fc.subarray([0, 1, 2]), again: fc.subarray([0, 1, 2]), statements: fc.integer({ min: 1, max: 2 }) })
      .chain(({ seen, again, statements }) => {
        const steps = [...seen, ...again, ...Array(statements).fill(null)] as (number | null)[]
        return fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length })
      })
    await fc.assert(
      fc.asyncProperty(scripts, async (script) => {
        const found = await withEmpty(async (db) => {
          await play(db, BUY_TWICE, script)
          return tradesIn(db)
        })
        expect(found).toEqual(expected)
      }),
      { numRuns: 12 },
    )
  })

  test('the statement first, the rest of the order live under its own number: one trade', async () => {
    await using db = await openTestDatabase()
    const [first = tradeRow()] = [tradeRow({ dateTime: '20260717;100000' })]
    await play(db, statementOf(first), [null])
    await using recorder = await recorderOf(db)
    const at = parseInstant('2026-07-17T14:00:00Z') ?? 0
    const live: Execution = {
      kind: 'execution',
      executionId: '0000a.0000b.01.01',
      account: 'U1',
      conId: 77,
      side: 'BUY',
      quantity: '40',
      price: '10',
      at,
      permId: '123',
    }
    recorder.tell(live)
    recorder.tell({ ...live, executionId: '0000a.0000c.01.01', at: at + 7000 })
    await recorder.settled()
    expect((await tradesOf(db, { unit: 'ORDER' })).map(({ quantity }) => quantity)).toEqual(['80'])
    expect((await factsOf(db)).filter(({ fact }) => fact.kind === 'sameOrder')).toMatchObject([{ fact: { permId: '900', asPermId: '123' } }])
    // Told again, as every catch-up tells it: no fact more.
    recorder.tell(live)
    await recorder.settled()
    expect((await factsOf(db)).filter(({ fact }) => fact.kind === 'sameOrder')).toHaveLength(1)
  })

  test('what a statement says a fill cost stays, however often a session tells again what it told before', async () => {
    await using db = await openTestDatabase()
    const xml = statementOf(tradeRow({ dateTime: '20260717;100000', ibCommission: '-1.25' }))
    const parsed = parseFlex(xml)
    const feed = 'refused' in parsed ? [] : asLive(parsed.facts).flat()
    const told = feed.map((fact) => (fact.kind === 'commission' ? { ...fact, amount: '1.00' } : fact))
    for (let night = 0; night < 2; night++) {
      await using recorder = await recorderOf(db)
      // A session that shows the trades of a week tells each of them at every start.
      for (const fact of told) recorder.tell(fact)
      await recorder.settled()
      await takeStatement(db, xml, 'statement')
      recorder.appended()
      await recorder.settled()
    }
    expect((await tradesOf(db, { unit: 'ORDER' })).map(({ commission }) => commission)).toEqual(['1.25'])
  })

  test.skipIf(!existsSync(FILES))(
    'a real year, half of it seen live under other numbers, in either order: no order falls apart',
    { timeout: 60_000 },
    async () => {
      const xml = readFileSync(join(FILES, 'activity.xml'), 'utf8')
      const parsed = parseFlex(xml)
      const count = 'refused' in parsed ? 0 : asLive(parsed.facts).length
      const half = Array.from({ length: count }, (_, index) => index).filter((index) => index % 2 === 0)
      const scripts = [[null], [...half, null], [null, ...half], [...half.slice(0, 4), null, ...half.slice(4), null]]
      const found = []
      for (const script of scripts)
        found.push(
          await withEmpty(async (db) => {
            await play(db, xml, script)
            return tradesIn(db)
          }),
        )
      expect(found[0]?.length).toBeGreaterThan(10)
      for (const other of found.slice(1)) expect(other).toEqual(found[0])
    },
  )
})

describe('the nightly job', () => {
  test('what only the statement knows changes the trade, and the card of its day is made again; a second night changes nothing', {
    timeout: 60_000,
  }, async () => {
    await using db = await openTestDatabase()
    await using server = await openFlexServer()
    const at = parseInstant('2026-07-17T14:00:00Z') ?? 0
    await using recorder = await recorderOf(db)
    const fill = (executionId: string, side: 'BUY' | 'SELL', price: string, later: number): Execution => ({
      ...{ kind: 'execution', executionId, account: 'U1', conId: 77, side, quantity: '40', price, at: at + later, permId: executionId },
    })
    recorder.tell({ kind: 'instrument', conId: 77, symbol: 'ABC', secType: 'STK', currency: 'USD', timeZone: 'US/Eastern' })
    for (const execution of [fill('a.b.1.01', 'BUY', '10', 0), fill('a.b.2.01', 'SELL', '11', 60_000), fill('a.b.3.01', 'BUY', '20', 120_000)])
      recorder.tell(execution)
    await recorder.settled()
    const before = await makeReview({ db, templates, notesDir: null }, DAY)
    expect(before.markdown).toContain('+40.00\u00a0USD gross')
    await using jobs = await openJobs({ url: db.url, log: () => {} })
    const told: string[] = []
    const log = (line: string) => void told.push(line)
    const room: FlexRoom = { db, clock, log, baseUrl: server.url, token: TOKEN, queryIds: [QUERY], patience: { pausesMs: [1], intervalMs: 0 } }
    const rebooked = { tradeID: '2', dateTime: '20260717;100100', ibOrderID: '2' }
    server.holds(
      statementOf(
        tradeRow({ ibExecID: 'a.b.1.01', tradeID: '1', ibOrderID: '1', dateTime: '20260717;100000', ibCommission: '-1' }),
        // The exit was corrected to another price the next day, the second entry was busted.
        tradeRow({ ...rebooked, ibExecID: 'a.b.2.01', quantity: '-40', tradePrice: '11', ibCommission: '-1' }),
        tradeRow({
          ...rebooked,
          ibExecID: '',
          quantity: '40',
          tradePrice: '11',
          tradeID: '',
          origTradeID: '2',
          transactionType: 'TradeCancel',
          ibCommission: '0',
        }),
        tradeRow({ ...rebooked, ibExecID: 'a.b.2.02', quantity: '-40', tradePrice: '10.50', ibCommission: '0' }),
        tradeRow({ ibExecID: 'a.b.3.01', tradeID: '3', ibOrderID: '3', dateTime: '20260717;100200', tradePrice: '20' }),
        tradeRow({
          ibExecID: '',
          tradeID: '',
          origTradeID: '3',
          quantity: '-40',
          tradePrice: '20',
          dateTime: '20260717;100200',
          transactionType: 'TradeCancel',
        }),
      ),
    )
    const { promise: madeAgain, resolve } = Promise.withResolvers<string>()
    await using workers = await openWorkers({
      ...{ jobs, room: { db, templates, notesDir: null }, catchUp: null, flex: room, log },
      onReview: ({ markdown }) => resolve(markdown),
    })
    await using sweep = openSweep({ db, jobs, reviewDelayMs: 0, everyMs: 50, log })
    const reached = Promise.withResolvers<void>()
    await using folding = await listening(db, recorder, reached.resolve)
    // Never fetched: it is due at once.
    await scheduleFlex(jobs, db, clock.now())
    await reached.promise
    await recorder.settled()
    expect(await tradesOf(db, { unit: 'ORDER' })).toMatchObject([{ grossPnl: '20', commission: '2', netPnl: '18' }])
    expect(await madeAgain).toContain('+18.00\u00a0USD net')
    expect((await reviewOf(db, DAY, null))?.card).toContain('+18.00\u00a0USD net')

    const facts = await factsOf(db)
    expect(await fetchStatements(room)).toMatchObject([{ fresh: 0 }])
    expect(await factsOf(db)).toEqual(facts)
    expect(isStatementDue(await lastStatementAt(db), clock.now())).toBe(false)
    expect(told.join('\n')).not.toContain(TOKEN)
    expect([workers, sweep, folding].every((part) => part !== null)).toBe(true)
  })

  test('a statement that cannot be read keeps no other query from being taken in, and is not taken for one that came', async () => {
    await using db = await openTestDatabase()
    await using server = await openFlexServer()
    const told: string[] = []
    const log = (line: string) => void told.push(line)
    const room: FlexRoom = { db, clock, log, baseUrl: server.url, token: TOKEN, queryIds: [QUERY, QUERY], patience: { pausesMs: [1], intervalMs: 0 } }
    server.holds('<FlexQueryResponse><cut', statementOf(tradeRow({})))
    await expect(fetchStatements(room)).rejects.toThrow('expected a Flex statement, found no XML')
    expect((await factsOf(db)).map(({ fact }) => fact.kind)).toContain('execution')
    expect(await lastStatementAt(db)).toBeNull()
    expect(told.join('\n')).toContain(`flex: query ${QUERY}:`)
  })

  test('a token that is over fails once and is not tried again; it stands in no line', { timeout: 60_000 }, async () => {
    await using db = await openTestDatabase()
    await using server = await openFlexServer()
    await using jobs = await openJobs({ url: db.url, log: () => {} })
    const told: string[] = []
    const failed = Promise.withResolvers<void>()
    const log = (line: string) => {
      told.push(line)
      if (line.includes('failed')) failed.resolve()
    }
    const token = 'OVER-1234567'
    const flex: FlexRoom = { db, clock, log, baseUrl: server.url, token, queryIds: [QUERY], patience: { pausesMs: [1], intervalMs: 0 } }
    await using workers = await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, flex, log })
    await scheduleFlex(jobs, db, clock.now())
    await failed.promise
    expect(server.asked).toHaveLength(1)
    expect(await jobs.flex.getFailedCount()).toBe(0)
    expect(await jobs.flex.getDelayedCount()).toBe(1)
    expect(told.join('\n')).not.toContain(token)
    expect(workers).toBeDefined()
  })
})

test('facts that were appended while nobody folded are folded by the next start, once', async () => {
  await using db = await openTestDatabase()
  await play(db, statementOf(tradeRow()), [])
  const parsed = parseFlex(BUY_TWICE)
  await appendFacts(db, 'refused' in parsed ? [] : parsed.facts)
  expect(await tradesOf(db, {})).toEqual([])
  await startOnce(db)
  const trades = await tradesOf(db, {})
  expect(trades).toMatchObject([{ unit: 'ORDER', status: 'CLOSED', grossPnl: '124' }])
  // Everything is folded: a start after that says nothing of them anew.
  await startOnce(db)
  expect((await tradesOf(db, {})).map(({ seq }) => seq)).toEqual(trades.map(({ seq }) => seq))
})

test('by its verbs: doctor asks whether token and query are taken, import --fetch takes the statement in; neither shows the token', {
  timeout: 120_000,
}, async () => {
  await using db = await openTestDatabase()
  await using server = await openFlexServer()
  server.holds(BUY_TWICE)
  server.takes(0)
  const port = String(await freePort())
  const env = { EXCURSION_HOME: '/nowhere', DATABASE_URL: db.url, FLEX_BASE_URL: server.url, FLEX_TOKEN: TOKEN, FLEX_QUERY_ID: QUERY, TWS_PORT: port }
  const flexLine = async (more: Record<string, string>) => {
    await using doctor = excursion(['doctor', '--json'], { ...env, ...more })
    await doctor.ended
    expect(`${doctor.stdout()}${doctor.stderr()}`).not.toMatch(/123456789012345678901234|WRONG-77/)
    return doctor
      .stdout()
      .split('\n')
      .find((line) => line.includes('"Flex"'))
  }
  expect(JSON.parse((await flexLine({})) ?? '')).toMatchObject({ state: 'ok' })
  expect(JSON.parse((await flexLine({ FLEX_TOKEN: 'WRONG-77' })) ?? '')).toMatchObject({ state: 'fault', remedy: expect.stringContaining('FLEX_TOKEN') })

  expect(await answerOf(['import', 'flex', '--fetch'], env)).toContain(
    'U1: 4 executions, 4 commissions, 0 settlements, 0 deliveries, 0 cancellations; 9 facts are new',
  )
  expect(await tradesOf(db, {})).toMatchObject([{ status: 'CLOSED', grossPnl: '124' }])
})

async function withEmpty<T>(work: (db: Database) => Promise<T>): Promise<T> {
  await using db = await openTestDatabase()
  return await work(db)
}

async function startOnce(db: Database): Promise<void> {
  await using recorder = await recorderOf(db)
  await recorder.settled()
}

/** As the service does: what another process appended is folded when the database says so. */
async function listening(db: Database, recorder: Recorder, heard: () => void) {
  const { listen } = await import('#store/changes.ts')
  return listen(db, ({ kind }) => {
    if (kind !== 'facts') return
    recorder.appended()
    heard()
  })
}
