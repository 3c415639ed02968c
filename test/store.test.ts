// The store over a real PostgreSQL: what is written comes back, once, in order, and page by page.
import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import { MARK_SOURCES, type Fact, SEC_TYPES, SIDES } from '#core/facts.ts'
import { readOrderRef } from '#core/order-ref.ts'
import { type Connection, type Page, TRADE_ORDER_FIELDS, type TradeFilter } from '#core/query.ts'
import { ALERT_STATES, type StoredAlert, type StoredFact, type StoredMark, type StoredTrade } from '#core/stored.ts'
import { MODES, PROVENANCE_SOURCES, SEVERITIES, type TrajectoryPoint, UNITS } from '#core/trade.ts'
import { alertsOf, alertsOfTrades, alertsPage, alertsSince } from '#store/alerts.ts'
import { type Batch, commitBatch, EMPTY_BATCH, lastNumbers } from '#store/batch.ts'
import { type Change, listen } from '#store/changes.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { anchorOf, annotate, rulesOf, saveRule, seedRules, switchRule, wordsForFold } from '#store/decisions.ts'
import { appendFacts, executionById, factsOf, instruments } from '#store/facts.ts'
import { takeWriterLock } from '#store/lock.ts'
import { lastMark, marksOf } from '#store/marks.ts'
import { doneOutbox, returnOutbox, takeOutbox } from '#store/outbox.ts'
import { reviewOf, reviewsPage, saveReview } from '#store/reviews.ts'
import { openTrades, tradeById, tradesByIds, tradesOf, tradesPage, tradesSince, trajectoriesOf, trajectoryOf, trajectorySince } from '#store/trades.ts'
import { administer, openTestDatabase } from '#test/database.ts'
import { inject } from 'vitest'

const OPENED = Date.parse('2013-10-07T13:30:01.000Z')
const DAY_MS = 86_400_000

function batch(part: Partial<Batch>): Batch {
  return { ...EMPTY_BATCH, ...part }
}

// --- what may come ---

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).map((drawn) => drawn.toWellFormed().replaceAll('\0', '?'))
const instant = fc.integer({ min: Date.parse('1999-12-31T00:00:00Z'), max: Date.parse('2030-01-02T00:00:00Z') })
// Few days, so that not every run makes hundreds of partitions.
const nearInstant = fc.integer({ min: OPENED, max: OPENED + 2 * DAY_MS })
const decimalText = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(12)).map(([digits, decimals]) => plainText(digits, decimals))
const price = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((drawn) => Number(drawn.toPrecision(15)) + 0),
  fc.constantFrom(0, 1e-7, 0.1, 183.11, 123456789.123456, 1e21),
)
const conId = fc.integer({ min: 1, max: 2 ** 40 })

function plainText(digits: bigint, decimals: number): string {
  const body = (digits < 0n ? -digits : digits).toString().padStart(decimals + 1, '0')
  const whole = body.slice(0, body.length - decimals)
  const fraction = body.slice(body.length - decimals).replace(/0+$/, '')
  const value = fraction === '' ? whole : `${whole}.${fraction}`
  return digits < 0n && value !== '0' ? `-${value}` : value
}

const optional = { requiredKeys: [] as never[] }
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc
    .tuple(
      fc.record({
        kind: fc.constant('instrument' as const),
        conId,
        symbol: text,
        secType: fc.constantFrom(...SEC_TYPES),
        currency: fc.constantFrom('USD', 'EUR'),
      }),
      fc.record(
        { multiplier: decimalText, minTick: decimalText, exchange: text, localSymbol: text, strike: decimalText, at: instant, seenAt: instant },
        optional,
      ),
    )
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc
    .tuple(
      fc.record({
        kind: fc.constant('execution' as const),
        executionId: text,
        account: text,
        conId,
        side: fc.constantFrom(...SIDES),
        quantity: decimalText,
        price: decimalText,
        at: instant,
      }),
      fc.record({ permId: text, orderId: text, clientId: text, orderRef: text, liquidation: fc.boolean(), seenAt: instant }, optional),
    )
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc
    .tuple(
      fc.record({ kind: fc.constant('commission' as const), executionId: text, amount: decimalText, currency: fc.constantFrom('USD', 'EUR') }),
      fc.record({ at: instant, seenAt: instant }, optional),
    )
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc
    .tuple(fc.record({ kind: fc.constant('gap' as const), from: instant, to: instant }), fc.record({ conId, reason: text, seenAt: instant }, optional))
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc.record({ kind: fc.constant('fxRate' as const), base: fc.constant('EUR'), quote: fc.constant('USD'), rate: decimalText, at: instant }),
)

const excursion = fc.record({
  price: decimalText,
  at: instant,
  pct: fc.option(decimalText),
  pctAt: fc.option(instant),
  pnl: decimalText,
  pnlAt: instant,
})

const trade: fc.Arbitrary<StoredTrade> = fc
  .record({
    unit: fc.constantFrom(...UNITS),
    account: fc.constantFrom('DU1', 'DU2', 'U3'),
    conId: fc.integer({ min: 1, max: 9 }),
    symbol: fc.constantFrom('IBM', 'SPY', 'ES'),
    secType: fc.constantFrom(...SEC_TYPES),
    currency: fc.constantFrom('USD', 'EUR'),
    multiplier: decimalText,
    side: fc.constantFrom('LONG' as const, 'SHORT' as const),
    status: fc.constantFrom('OPEN' as const, 'CLOSED' as const),
    quantity: decimalText,
    openQuantity: decimalText,
    entryPrice: decimalText,
    exitPrice: fc.option(decimalText),
    lastPrice: decimalText,
    openedAt: fc.integer({ min: OPENED, max: OPENED + 20 }),
    closedAt: fc.option(fc.integer({ min: OPENED, max: OPENED + 20 })),
    updatedAt: instant,
    grossPnl: decimalText,
    commission: fc.option(decimalText),
    netPnl: fc.option(decimalText),
    mfe: excursion,
    mae: excursion,
    drawdownPct: fc.option(decimalText),
    orderRef: fc.option(fc.oneof(text, fc.constantFrom('breakout', 'gap #a #b', 'x stop=1.50 target=2'))),
    plan: fc.option(
      fc.record({
        risk: fc.option(fc.record({ amount: decimalText, stop: decimalText, entryPrice: decimalText, quantity: decimalText, frozenAt: instant })),
        stop: fc.option(decimalText),
        target: fc.option(decimalText),
        moves: fc.array(
          fc.record({
            way: fc.constantFrom('WIDENED' as const, 'TIGHTENED' as const),
            from: decimalText,
            to: decimalText,
            r: fc.option(decimalText),
            at: instant,
          }),
          { maxLength: 2 },
        ),
      }),
    ),
    held: fc.boolean(),
    fills: fc.array(
      fc.record({
        executionId: text,
        side: fc.constantFrom(...SIDES),
        role: fc.constantFrom('ENTRY' as const, 'EXIT' as const),
        quantity: decimalText,
        price: decimalText,
        at: instant,
        commission: fc.option(decimalText),
      }),
      { maxLength: 3 },
    ),
    provenance: fc.record({
      source: fc.constantFrom(...PROVENANCE_SOURCES),
      coverage: fc.option(decimalText),
      gaps: fc.array(fc.record({ from: instant, to: instant }), { maxLength: 2 }),
    }),
    seq: fc.integer({ min: 1, max: 2 ** 50 }),
    mode: fc.constantFrom(...MODES),
  })
  .chain((drawn) =>
    fc.stringMatching(/^[0-9a-f]{0,8}$/).map((family) => ({
      ...drawn,
      tradeId: `${drawn.unit}:${drawn.account}:${drawn.conId}:${family}`,
      ...saidOf(drawn.orderRef),
      note: null,
    })),
  )

/** Nobody annotated these: their orders' references speak. */
function saidOf(orderRef: string | null) {
  const { initialTarget, ...said } = readOrderRef(orderRef)
  return initialTarget === null ? said : { ...said, initialTarget }
}

const trades = fc.uniqueArray(trade, { selector: ({ tradeId }) => tradeId, maxLength: 25 })

const alert: fc.Arbitrary<StoredAlert> = fc
  .record({
    id: fc.uuid(),
    seq: fc.integer({ min: 1, max: 1_000 }),
    ruleId: fc.constantFrom('hard-stop', 'trail'),
    ruleVersion: fc.integer({ min: 1, max: 9 }),
    tier: fc.nat(3),
    tradeId: fc.constantFrom('ORDER:DU1:1:a', 'ORDER:DU1:1:b', 'ROUND_TRIP:DU1:1:a'),
    unit: fc.constantFrom(...UNITS),
    account: fc.constantFrom('DU1', 'DU2'),
    conId,
    symbol: fc.constantFrom('IBM', 'SPY'),
    at: fc.integer({ min: OPENED, max: OPENED + 5 }),
    price: decimalText,
    pct: fc.option(decimalText),
    severity: fc.constantFrom(...SEVERITIES),
    openedAt: fc.integer({ min: OPENED, max: OPENED + 2 }),
    state: fc.constantFrom(...ALERT_STATES),
    raisedAt: instant,
    message: text,
  })
  .chain((drawn) => fc.constantFrom<Partial<StoredAlert>>({}, { ordinal: 2 }, { stateBefore: 'MISSED' }).map((more) => ({ ...drawn, ...more })))

function someTrade(part: Partial<StoredTrade> = {}): StoredTrade {
  const [drawn] = fc.sample(trade, { numRuns: 1, seed: 7 })
  return { ...(drawn as StoredTrade), unit: 'ORDER', tradeId: 'ORDER:DU1:8314:0001.01', openedAt: OPENED, closedAt: null, status: 'OPEN', seq: 1, ...part }
}

function point(part: Partial<TrajectoryPoint & { seq: number }> = {}): TrajectoryPoint & { seq: number } {
  return { tradeId: 'ORDER:DU1:8314:0001.01', at: OPENED, last: 183.11, mfe: 183.11, mae: 183.11, seq: 1, ...part }
}

function execution(executionId: string): Fact {
  return { kind: 'execution', executionId, account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '183.11', at: OPENED }
}

// --- facts and marks ---

test('law: a fact comes back as it was told, with what the broker said', async () => {
  await using db = await openTestDatabase()
  let arrival = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fact, fc.option(fc.jsonValue(), { nil: undefined })), { maxLength: 20 }), async (told) => {
      await db.pool.query('truncate facts')
      const facts: StoredFact[] = told.map(([drawn, raw]) =>
        raw === undefined ? { arrival: ++arrival, fact: drawn } : { arrival: ++arrival, fact: drawn, raw },
      )
      await commitBatch(db, batch({ facts }))
      const seen = new Set<string>()
      const once = facts.filter(({ fact: { kind, ...rest } }) => {
        if (kind !== 'execution' || !('executionId' in rest)) return true
        return !seen.has(rest.executionId) && seen.add(rest.executionId)
      })
      // JSON itself knows no negative zero.
      expect(await factsOf(db)).toEqual(JSON.parse(JSON.stringify(once)))
    }),
    { numRuns: 30 },
  )
})

test('recording an execution twice is recording it once, in one batch or in two; commissions may repeat', async () => {
  await using db = await openTestDatabase()
  const commission: Fact = { kind: 'commission', executionId: 'x.01', amount: '1', currency: 'USD' }
  const twice = [
    { arrival: 1, fact: execution('x.01') },
    { arrival: 2, fact: execution('x.01') },
    { arrival: 3, fact: commission },
  ]
  await commitBatch(db, batch({ facts: twice }))
  await commitBatch(
    db,
    batch({
      facts: [
        { arrival: 4, fact: execution('x.01') },
        { arrival: 5, fact: commission },
      ],
    }),
  )
  expect((await factsOf(db)).map(({ arrival }) => arrival)).toEqual([1, 3, 5])
  expect(await executionById(db, 'x.01')).toEqual(execution('x.01'))
  expect(await executionById(db, 'y.01')).toBeNull()
})

test('an arrival given twice is two writers at work: the batch is refused as a whole', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, batch({ facts: [{ arrival: 1, fact: execution('x.01') }] }))
  const torn = batch({ facts: [{ arrival: 1, fact: execution('y.01') }], outbox: [{ key: 'k', kind: 'x', payload: {} }] })
  await expect(commitBatch(db, torn)).rejects.toThrow(/facts_pkey/)
  expect(await takeOutbox(db, 10)).toEqual([])
})

test('facts are found by contract, account and time, a commission with its execution', async () => {
  await using db = await openTestDatabase()
  const told: Fact[] = [
    { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' },
    { kind: 'instrument', conId: 8314, symbol: 'IBM2', secType: 'STK', currency: 'USD' },
    execution('x.01'),
    { kind: 'commission', executionId: 'x.01', amount: '1', currency: 'USD' },
    { ...execution('y.01'), account: 'DU2', conId: 9, at: OPENED + DAY_MS } as Fact,
    { kind: 'commission', executionId: 'y.01', amount: '2', currency: 'USD' },
    { kind: 'gap', from: OPENED, to: OPENED + 1 },
  ]
  await commitBatch(db, batch({ facts: told.map((drawn, i) => ({ arrival: i + 1, fact: drawn })) }))
  const arrivals = async (filter: Parameters<typeof factsOf>[1]) => (await factsOf(db, filter)).map(({ arrival }) => arrival)
  expect(await arrivals({ conIds: [8314] })).toEqual([1, 2, 3, 4, 7])
  expect(await arrivals({ account: 'DU2' })).toEqual([1, 2, 5, 6, 7])
  expect(await arrivals({ conIds: [9], account: 'DU1' })).toEqual([7])
  expect(await arrivals({ from: OPENED + 1 })).toEqual([1, 2, 4, 5, 6])
  expect(await arrivals({ until: OPENED + 1, after: 2 })).toEqual([3, 4, 6, 7])
  expect((await instruments(db)).map(({ symbol }) => symbol)).toEqual(['IBM2'])
})

test('law: marks come back exactly, by instant and arrival, from whatever days they have', async () => {
  await using db = await openTestDatabase()
  const drawnMark = fc
    .tuple(fc.record({ price, at: nearInstant }), fc.record({ bid: price, ask: price, source: fc.constantFrom(...MARK_SOURCES), seenAt: instant }, optional))
    .map(([known, maybe]) => ({ kind: 'mark' as const, conId: 8314, ...known, ...maybe }))
  await fc.assert(
    fc.asyncProperty(fc.array(drawnMark, { maxLength: 50 }), async (drawn) => {
      await db.pool.query('truncate marks')
      const marks: StoredMark[] = drawn.map((mark, i) => ({ ...mark, arrival: i + 1 }))
      await commitBatch(db, batch({ marks }), { asynchronous: true })
      const sorted = marks.toSorted((a, b) => a.at - b.at || a.arrival - b.arrival)
      const read = (await Array.fromAsync(marksOf(db, 8314, 0, OPENED + 5 * DAY_MS))).flat()
      expect(read).toEqual(sorted)
      expect(await lastMark(db, 8314)).toEqual(sorted.at(-1) ?? null)
    }),
    { numRuns: 30 },
  )
})

test('a mark at the end of the asked time is not in it, and another contract never is', async () => {
  await using db = await openTestDatabase()
  const mark = (arrival: number, at: number, conId = 8314): StoredMark => ({ kind: 'mark', conId, price: 1, at, arrival })
  await commitBatch(db, batch({ marks: [mark(1, OPENED), mark(2, OPENED + 1), mark(3, OPENED + 2), mark(4, OPENED, 9)] }))
  const read = (await Array.fromAsync(marksOf(db, 8314, OPENED, OPENED + 2))).flat()
  expect(read.map(({ arrival }) => arrival)).toEqual([1, 2])
  expect(await lastMark(db, 7)).toBeNull()
})

test('a tape of 2013 lands in the days of 2013; a day that was dropped is made again', async () => {
  await using db = await openTestDatabase()
  const mark = (arrival: number): StoredMark => ({ kind: 'mark', conId: 8314, price: 183.11, at: OPENED, arrival })
  await commitBatch(db, batch({ marks: [mark(1)], trajectory: [point(), point({ tradeId: 'ROUND_TRIP:DU1:8314:0001.01' })] }))
  const { rows } = await db.pool.query("select inhrelid::regclass::text as name from pg_inherits where inhrelid::regclass::text not like '%key' order by 1")
  expect(rows.map(({ name }) => name)).toEqual(['marks_20131007', 'orders_rt_ts_20131007', 'round_trips_rt_ts_20131007'])
  await db.pool.query('drop table marks_20131007')
  await commitBatch(db, batch({ marks: [mark(2)] }))
  expect(await lastMark(db, 8314)).toEqual(mark(2))
})

test('two processes that meet a new day at once both get their rows in', async () => {
  await using db = await openTestDatabase()
  await using other = await openDatabase({ url: db.url, home: '/nowhere', log: () => {} })
  const days = Array.from({ length: 20 }, (_, i) => OPENED + i * DAY_MS)
  const marks = (from: number) => days.map((at, i): StoredMark => ({ kind: 'mark', conId: 1, price: 1, at, arrival: from + i }))
  await Promise.all([commitBatch(db, batch({ marks: marks(1) })), commitBatch(other, batch({ marks: marks(101) }))])
  expect((await Array.fromAsync(marksOf(db, 1, OPENED, OPENED + 30 * DAY_MS))).flat()).toHaveLength(40)
})

test('facts from another process are told, come after the writer’s, and are new only once', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, batch({ facts: [{ arrival: 1, fact: execution('x.01') }] }))
  const changes: Change[] = []
  const heard = Promise.withResolvers<void>()
  await using _listening = await listen(db, (change) => {
    changes.push(change)
    heard.resolve()
  })
  const rate: Fact = { kind: 'fxRate', base: 'EUR', quote: 'USD', rate: '1.1', at: OPENED }
  const appended = await appendFacts(db, [execution('x.01'), rate, execution('y.01'), rate])
  expect(appended.map(({ fact }) => fact)).toEqual([rate, execution('y.01')])
  expect(await appendFacts(db, [rate, { ...execution('y.01'), price: '1' } as Fact])).toEqual([])
  await heard.promise
  expect(changes).toEqual([{ kind: 'facts', upTo: appended[1]?.arrival }])
  expect(await factsOf(db, { after: 1 })).toEqual(appended)
  expect(await lastNumbers(db)).toMatchObject({ arrival: 1, seq: 0 })
})

// --- trades ---

test('law: a trade comes back as it was written', async () => {
  await using db = await openTestDatabase()
  await fc.assert(
    fc.asyncProperty(trades, async (written) => {
      await db.pool.query('truncate orders_rt, round_trips_rt')
      await commitBatch(db, batch({ trades: written }))
      const read = await tradesByIds(
        db,
        written.map(({ tradeId }) => tradeId),
      )
      expect(read.toSorted(byId)).toEqual(written.toSorted(byId))
    }),
    { numRuns: 40 },
  )
})

function byId(a: { tradeId: string }, b: { tradeId: string }): number {
  return a.tradeId < b.tradeId ? -1 : 1
}

test('the user’s own columns come first and in their order, and every column says what it is', async () => {
  await using db = await openTestDatabase()
  const columns = async (table: string) =>
    (
      await db.pool.query(
        'select column_name as name, col_description(to_regclass(table_name::text)::oid, ordinal_position::int) as said from information_schema.columns where table_name = $1 order by ordinal_position',
        [table],
      )
    ).rows
  const own = ['trade_id', 'symbol', 'side', 'qty', 'entry_px', 'mfe_px', 'mae_px', 'last_px', 'opened_at', 'updated_at']
  expect((await columns('orders_rt')).map(({ name }) => name).slice(0, own.length)).toEqual(own)
  expect((await columns('orders_rt_ts')).map(({ name }) => name).slice(0, 5)).toEqual(['trade_id', 'ts', 'last_px', 'mfe_px', 'mae_px'])
  for (const table of ['orders_rt', 'round_trips_rt', 'orders_rt_ts', 'marks']) {
    expect(
      (await columns(table)).filter(({ said }) => said === null),
      table,
    ).toEqual([])
  }
})

test('with any SQL client: a short future shows its side, quantity and exact prices', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, batch({ trades: [someTrade({ side: 'SHORT', quantity: '2', entryPrice: '5000.25' })] }))
  const { rows } = await db.pool.query('select trade_id, side, qty, entry_px, opened_at from orders_rt')
  expect(rows).toEqual([{ trade_id: 'ORDER:DU1:8314:0001.01', side: 'SELL', qty: '2', entry_px: '5000.25', opened_at: new Date(OPENED) }])
})

test('a later state of a trade takes the place of the earlier; a trade that is no more is gone with its trajectory; seq never goes down', async () => {
  await using db = await openTestDatabase()
  const { tradeId } = someTrade()
  await commitBatch(db, batch({ trades: [someTrade()], trajectory: [point()] }))
  await commitBatch(db, batch({ trades: [someTrade({ seq: 2 }), someTrade({ seq: 3, status: 'CLOSED', closedAt: OPENED + 5 })] }))
  expect(await tradeById(db, tradeId)).toMatchObject({ seq: 3, status: 'CLOSED' })
  expect(await tradesSince(db, 2, {}, 10)).toHaveLength(1)
  expect(await tradesSince(db, 3, {}, 10)).toEqual([])
  await commitBatch(db, batch({ removedTrades: [{ tradeId, seq: 4 }] }))
  expect(await tradeById(db, tradeId)).toBeNull()
  expect((await db.pool.query('select * from orders_rt_ts')).rows).toEqual([])
  expect(await lastNumbers(db)).toMatchObject({ arrival: 0, seq: 4 })
})

test('open trades are those of both units', async () => {
  await using db = await openTestDatabase()
  const roundTrip = someTrade({ unit: 'ROUND_TRIP', tradeId: 'ROUND_TRIP:DU1:8314:0001.01' })
  await commitBatch(db, batch({ trades: [someTrade(), roundTrip, someTrade({ tradeId: 'ORDER:DU1:8314:0002.01', status: 'CLOSED', closedAt: OPENED })] }))
  expect((await openTrades(db)).map(({ tradeId }) => tradeId)).toEqual(['ORDER:DU1:8314:0001.01', 'ROUND_TRIP:DU1:8314:0001.01'])
})

test('law: pages laid end to end are the whole list, forwards and backwards, in every order', async () => {
  await using db = await openTestDatabase()
  const order = fc.record({ field: fc.constantFrom(...TRADE_ORDER_FIELDS), direction: fc.constantFrom('ASC' as const, 'DESC' as const) })
  await fc.assert(
    fc.asyncProperty(trades, order, fc.integer({ min: 1, max: 7 }), fc.constantFrom(...UNITS), async (written, by, size, unit) => {
      await db.pool.query('truncate orders_rt, round_trips_rt')
      await commitBatch(db, batch({ trades: written }))
      const whole = (await tradesOf(db, { unit }, by)).map(({ tradeId }) => tradeId)
      expect(whole.toSorted()).toEqual(
        written
          .filter((one) => one.unit === unit)
          .map(({ tradeId }) => tradeId)
          .toSorted(),
      )
      const ask = (page: Page) => tradesPage(db, { unit }, by, page)
      expect((await forwards(ask, size)).map(({ tradeId }) => tradeId)).toEqual(whole)
      expect((await backwards(ask, size)).map(({ tradeId }) => tradeId)).toEqual(whole)
    }),
    { numRuns: 40 },
  )
})

async function forwards<T>(ask: (page: Page) => Promise<Connection<T>>, size: number): Promise<T[]> {
  const all: T[] = []
  for (let after: string | null = null; ; ) {
    const { edges, pageInfo }: Connection<T> = await ask({ first: size, after })
    expect(pageInfo.hasPreviousPage).toBe(after !== null)
    all.push(...edges.map(({ node }) => node))
    if (!pageInfo.hasNextPage) return all
    after = pageInfo.endCursor
  }
}

async function backwards<T>(ask: (page: Page) => Promise<Connection<T>>, size: number): Promise<T[]> {
  const all: T[] = []
  for (let before: string | null = null; ; ) {
    const { edges, pageInfo }: Connection<T> = await ask({ last: size, before })
    all.unshift(...edges.map(({ node }) => node))
    if (!pageInfo.hasPreviousPage) return all
    before = pageInfo.startCursor
  }
}

test('law: a filter finds what its words say and nothing else', async () => {
  await using db = await openTestDatabase()
  const filter: fc.Arbitrary<TradeFilter> = fc.record(
    {
      unit: fc.constantFrom(...UNITS),
      accounts: fc.subarray(['DU1', 'DU2', 'U3']),
      symbols: fc.subarray(['IBM', 'SPY', 'ES']),
      sides: fc.subarray(['LONG' as const, 'SHORT' as const]),
      status: fc.constantFrom('OPEN' as const, 'CLOSED' as const),
      mode: fc.constantFrom(...MODES),
      held: fc.boolean(),
      openedFrom: fc.integer({ min: OPENED, max: OPENED + 20 }),
      closedUntil: fc.integer({ min: OPENED, max: OPENED + 20 }),
    },
    optional,
  )
  await fc.assert(
    fc.asyncProperty(trades, filter, async (written, asked) => {
      await db.pool.query('truncate orders_rt, round_trips_rt')
      await commitBatch(db, batch({ trades: written }))
      const { unit = 'ORDER', accounts, symbols, sides, status, mode, held, openedFrom, closedUntil } = asked
      const wanted = written.filter(
        (one) =>
          one.unit === unit &&
          (accounts?.includes(one.account) ?? true) &&
          (symbols?.includes(one.symbol) ?? true) &&
          (sides?.includes(one.side) ?? true) &&
          (status === undefined || one.status === status) &&
          (mode === undefined || one.mode === mode) &&
          (held === undefined || one.held === held) &&
          (openedFrom === undefined || one.openedAt >= openedFrom) &&
          (closedUntil === undefined || (one.closedAt !== null && one.closedAt < closedUntil)),
      )
      expect(await tradesOf(db, asked)).toEqual(wanted.toSorted((a, b) => a.openedAt - b.openedAt || byId(a, b)))
    }),
    { numRuns: 40 },
  )
})

test('a cursor of another order, or of values that cannot be, reads as none in every order', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, batch({ trades: [someTrade({ seq: 1 })] }))
  for (const field of ['OPENED_AT', 'CLOSED_AT', 'MFE_PCT', 'MAE_PCT', 'NET_PNL', 'GIVEBACK'] as const) {
    for (const values of [
      ['x', 'y'],
      [1e20, 'y'],
      ['x', null],
      [0.5, 7],
      [false, 'y'],
    ]) {
      const after = Buffer.from(JSON.stringify(values)).toString('base64url')
      expect((await tradesPage(db, {}, { field, direction: 'ASC' }, { after })).edges, `${field} ${JSON.stringify(values)}`).toHaveLength(1)
    }
  }
})

test('a cursor nobody gave reads as none; more than 200 are never handed out at once', async () => {
  await using db = await openTestDatabase()
  const many = Array.from({ length: 205 }, (_, i) => someTrade({ tradeId: `ORDER:DU1:1:${i}` }))
  await commitBatch(db, batch({ trades: many }))
  expect((await tradesPage(db, {}, null, { first: 1_000, after: 'nonsense' })).edges).toHaveLength(200)
  expect((await tradesPage(db, {}, null, {})).edges).toHaveLength(50)
  expect((await tradesPage(db, {}, null, { first: 0 })).edges).toHaveLength(0)
})

test('a trajectory keeps one row a millisecond, the last; what is told anew from an instant replaces what was there', async () => {
  await using db = await openTestDatabase()
  const { tradeId } = someTrade()
  await commitBatch(db, batch({ trades: [someTrade()], trajectory: [point(), point({ last: 183.5, mfe: 183.5 }), point({ at: OPENED + DAY_MS, seq: 2 })] }))
  await commitBatch(db, batch({ trajectory: [point({ at: OPENED + DAY_MS, last: 190, mfe: 190, seq: 3 })] }))
  const { seq: _, ...first } = point({ last: 183.5, mfe: 183.5 })
  const { seq: __, ...second } = point({ at: OPENED + DAY_MS, last: 190, mfe: 190 })
  expect(await trajectoryOf(db, tradeId)).toEqual([first, second])
  expect(await trajectorySince(db, tradeId, 1)).toEqual([{ ...second, seq: 3 }])
  await commitBatch(db, batch({ trajectoryReplacedFrom: [{ tradeId, from: OPENED + 1 }], trajectory: [point({ at: OPENED + 7, seq: 4 })] }))
  expect((await trajectoryOf(db, tradeId)).map(({ at }) => at)).toEqual([OPENED, OPENED + 7])
  expect(await trajectoriesOf(db, [tradeId, 'ORDER:none'])).toEqual(
    new Map([
      [tradeId, await trajectoryOf(db, tradeId)],
      ['ORDER:none', []],
    ]),
  )
})

test('the trajectory of a round trip stands in a table of its own: orders_rt_ts has orders only', async () => {
  await using db = await openTestDatabase()
  const tradeId = 'ROUND_TRIP:DU1:8314:0001.01'
  await commitBatch(db, batch({ trades: [someTrade({ unit: 'ROUND_TRIP', tradeId })], trajectory: [point({ tradeId })] }))
  expect(await trajectoryOf(db, tradeId)).toHaveLength(1)
  expect((await db.pool.query('select * from orders_rt_ts')).rows).toEqual([])
})

// --- alerts and decisions ---

test('law: alerts come back as written, page by page, withdrawn ones only when asked for', async () => {
  await using db = await openTestDatabase()
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(alert, { selector: ({ id }) => id, maxLength: 25 }), fc.integer({ min: 1, max: 7 }), async (written, size) => {
      await db.pool.query('truncate alerts')
      await commitBatch(db, batch({ alerts: written }))
      const all = await alertsOf(db, { states: ALERT_STATES })
      expect(all).toEqual(written.toSorted((a, b) => a.at - b.at || a.openedAt - b.openedAt || (a.tradeId === b.tradeId ? 0 : byId(a, b))))
      const shown = all.filter(({ state }) => state !== 'WITHDRAWN')
      expect(await alertsOf(db, {})).toEqual(shown)
      const ask = (page: Page) => alertsPage(db, {}, page)
      expect(await forwards(ask, size)).toEqual(shown)
      expect(await backwards(ask, size)).toEqual(shown)
      expect(await forwards((page) => alertsPage(db, {}, page, 'DESC'), size)).toEqual(shown.toReversed())
      expect((await alertsSince(db, 500, {}, 100)).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        shown.filter(({ seq }) => seq > 500).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      )
      const ofTrades = await alertsOfTrades(db, ['ORDER:DU1:1:a', 'ORDER:none'])
      expect(ofTrades.get('ORDER:DU1:1:a')).toEqual(shown.filter(({ tradeId }) => tradeId === 'ORDER:DU1:1:a'))
      expect(ofTrades.get('ORDER:none')).toEqual([])
    }),
    { numRuns: 30 },
  )
})

test('an alert that is withdrawn keeps its place', async () => {
  await using db = await openTestDatabase()
  const drawn = fc
    .sample(alert, { numRuns: 3, seed: 1 })
    .map((one, i): StoredAlert => ({ ...one, at: OPENED, openedAt: OPENED, tradeId: 't', state: 'RAISED', id: `${9 - i}` }))
  await commitBatch(db, batch({ alerts: drawn }))
  await commitBatch(db, batch({ alerts: [{ ...(drawn[0] as StoredAlert), state: 'WITHDRAWN', seq: 2_000 }] }))
  const states = (await alertsOf(db, { states: ALERT_STATES })).map(({ id, state }) => `${id} ${state}`)
  expect(states).toEqual(['9 WITHDRAWN', '8 RAISED', '7 RAISED'])
})

test('what a trader says of a trade is shown in both units, and outlives the rows it hangs on', async () => {
  await using db = await openTestDatabase()
  const order = someTrade()
  const roundTrip = someTrade({ unit: 'ROUND_TRIP', tradeId: `ROUND_TRIP:${anchorOf(order.tradeId)}` })
  await commitBatch(db, batch({ trades: [order, roundTrip] }))
  await annotate(db, order.tradeId, { strategy: 'breakout', tags: ['a', 'b,"c'], initialStop: '182.50', held: true }, OPENED)
  await annotate(db, roundTrip.tradeId, { note: 'patience', strategy: null }, OPENED + 1)
  await commitBatch(db, batch({ removedTrades: [{ tradeId: order.tradeId, seq: 1_000 }] }))
  await commitBatch(db, batch({ trades: [order] }))
  const words = { strategy: null, tags: ['a', 'b,"c'], note: 'patience', initialStop: '182.5' }
  expect(await tradesByIds(db, [order.tradeId, roundTrip.tradeId])).toEqual([
    { ...order, ...words },
    { ...roundTrip, ...words },
  ])
  expect(await tradesOf(db, { tags: ['x', 'a'] })).toHaveLength(1)
  expect(await tradesOf(db, { tags: [] })).toEqual([])
  expect(await tradesOf(db, { strategies: ['breakout'] })).toEqual([])
  expect(await wordsForFold(db, 'ALL')).toEqual([{ anchor: anchorOf(order.tradeId), held: true, said: { initialStop: '182.5' } }])
  expect((await db.pool.query('select kind, subject from decisions order by id')).rows).toHaveLength(2)
})

test('rules are seeded once, every version is kept, the order stays', async () => {
  await using db = await openTestDatabase()
  const hardStop = { id: 'hard-stop', body: { id: 'hard-stop', kind: 'MAE_STOP', pct: '3' }, enabled: true }
  const trail = { id: 'trail', body: { id: 'trail', kind: 'TRAILING_STOP', pct: '2' }, enabled: false }
  await Promise.all([seedRules(db, [hardStop, trail]), seedRules(db, [hardStop, trail])])
  const changed = { ...hardStop, body: { ...hardStop.body, pct: '4' } }
  expect(await saveRule(db, changed, OPENED)).toMatchObject({ version: 2, ...changed })
  expect(await saveRule(db, changed, OPENED)).toMatchObject({ version: 2 })
  await seedRules(db, [hardStop, trail])
  expect(await switchRule(db, 'trail', true, OPENED)).toMatchObject({ version: 2, enabled: true })
  expect(await switchRule(db, 'none', true, OPENED)).toBeNull()
  expect((await rulesOf(db)).map(({ id, version, enabled }) => ({ id, version, enabled }))).toEqual([
    { id: 'hard-stop', version: 2, enabled: true },
    { id: 'trail', version: 2, enabled: true },
  ])
  expect((await db.pool.query('select count(*)::int as n from rules')).rows).toEqual([{ n: 4 }])
})

// --- reviews, outbox, the rest of a batch ---

test('a review of a day is one row per account, the latest; all accounts together are a row too', async () => {
  await using db = await openTestDatabase()
  const review = { day: '2013-10-07', account: null, body: { trades: 1 }, card: '# Monday', path: null }
  const first = await saveReview(db, review)
  await saveReview(db, { ...review, account: 'DU1' })
  await saveReview(db, { ...review, day: '2013-10-08' })
  expect(await saveReview(db, { ...review, body: { trades: 2 } })).toMatchObject({ id: first.id, body: { trades: 2 } })
  expect(await reviewOf(db, '2013-10-07', null)).toMatchObject({ body: { trades: 2 }, card: '# Monday' })
  expect(await reviewOf(db, '2013-10-09', null)).toBeNull()
  const days = (await forwards((page) => reviewsPage(db, page), 1)).map(({ day, account }) => `${day} ${account}`)
  expect(days).toEqual(['2013-10-08 null', '2013-10-07 DU1', '2013-10-07 null'])
})

test('an effect named twice is one effect; it is taken by one, until it is done or given back', async () => {
  await using db = await openTestDatabase()
  const effect = { key: 'review:2013-10-07', kind: 'review', payload: { day: '2013-10-07' } }
  await commitBatch(db, batch({ outbox: [effect, effect] }))
  await commitBatch(db, batch({ outbox: [effect, { key: 'b', kind: 'x', payload: null }] }))
  const taken = await Promise.all([takeOutbox(db, 1), takeOutbox(db, 1), takeOutbox(db, 1)])
  expect(
    taken
      .flat()
      .map(({ key }) => key)
      .toSorted(),
  ).toEqual(['b', 'review:2013-10-07'])
  await returnOutbox(db, ['b'])
  await doneOutbox(db, ['review:2013-10-07'])
  expect(await takeOutbox(db, 10)).toEqual([{ key: 'b', kind: 'x', payload: null, takes: 2 }])
  await commitBatch(db, batch({ outbox: [effect] }))
  expect(await takeOutbox(db, 10)).toEqual([])
})

test('what was changed and what was refused is kept', async () => {
  await using db = await openTestDatabase()
  await commitBatch(
    db,
    batch({
      audit: [{ at: OPENED, what: 'correction', subject: 'x.01', before: { price: '1' }, after: null }],
      refused: [
        { conId: 8314, at: OPENED, price: -1, reason: 'not above 0' },
        { conId: 8314, at: OPENED, price: null, reason: 'not a number' },
      ],
    }),
  )
  expect((await db.pool.query('select what, before, after from audit')).rows).toEqual([{ what: 'correction', before: { price: '1' }, after: null }])
  expect((await db.pool.query('select price, reason from refused_marks order by id')).rows).toEqual([
    { price: '-1', reason: 'not above 0' },
    { price: null, reason: 'not a number' },
  ])
})

test('a full batch of 5,000 marks and 5,000 points is written and read back', async () => {
  await using db = await openTestDatabase()
  const tradeIds = Array.from({ length: 10 }, (_, i) => `ORDER:DU1:1:${i}`)
  const marks = Array.from(
    { length: 5_000 },
    (_, i): StoredMark => ({ kind: 'mark', conId: 1, price: 100 + i / 100, at: OPENED + i, arrival: i + 1, source: 'LAST' }),
  )
  const trajectory = marks.map((mark, i) => point({ tradeId: tradeIds[i % 10] as string, at: mark.at, last: mark.price, mfe: mark.price, mae: 99, seq: i + 1 }))
  await commitBatch(db, batch({ marks, trajectory, trades: tradeIds.map((tradeId) => someTrade({ tradeId })) }))
  expect((await Array.fromAsync(marksOf(db, 1, OPENED, OPENED + DAY_MS))).flat()).toEqual(marks)
  const read = await trajectoriesOf(db, tradeIds)
  expect([...read.values()].flat()).toHaveLength(5_000)
  expect(await lastNumbers(db)).toMatchObject({ arrival: 5_000, seq: 5_000 })
})

// --- several at once ---

test('of two writers the second gets null, and the lock when the first lets go', async () => {
  await using db = await openTestDatabase()
  const first = await takeWriterLock(db)
  expect(first).not.toBeNull()
  expect(await takeWriterLock(db)).toBeNull()
  const waiting = takeWriterLock(db, { wait: true })
  await first?.release()
  const second = await waiting
  expect(second).not.toBeNull()
  expect(await takeWriterLock(db)).toBeNull()
  await second?.release()
})

test('a writer whose connection is cut is told that the lock is lost', async () => {
  await using db = await openTestDatabase()
  await using lock = await takeWriterLock(db)
  await db.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'excursion writer' and datname = current_database()")
  expect(await lock?.lost).toBeInstanceOf(Error)
  await using next = await takeWriterLock(db, { wait: true })
  expect(next).not.toBeNull()
})

test('every commit is told with its seq; a cut listener comes back and says that it may have missed something', async () => {
  await using db = await openTestDatabase()
  const changes: Change[] = []
  let next = Promise.withResolvers<Change>()
  await using _listening = await listen(db, (change) => {
    changes.push(change)
    next.resolve(change)
  })
  await commitBatch(db, batch({ trades: [someTrade({ seq: 7 })] }))
  expect(await next.promise).toEqual({ kind: 'batch', upTo: 7 })
  next = Promise.withResolvers()
  await db.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'excursion listener' and datname = current_database()")
  expect(await next.promise).toEqual({ kind: 'reconnected', upTo: 0 })
  next = Promise.withResolvers()
  await commitBatch(db, batch({ trades: [someTrade({ seq: 8 })] }))
  expect(await next.promise).toEqual({ kind: 'batch', upTo: 8 })
})

test('two programs that open an empty database at once find it migrated once', async () => {
  const server = inject('databaseServer')
  const name = `${inject('databaseTemplate')}_empty`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const open = () => openDatabase({ url: url.href, home: '/nowhere', log: () => {} })
  const opened: Database[] = await Promise.all([open(), open(), open()])
  const journal = JSON.parse(await readFile(new URL('../drizzle/migrations/meta/_journal.json', import.meta.url), 'utf8'))
  const { rows } = await (opened[0] as Database).pool.query('select count(*)::int as n from drizzle.__drizzle_migrations')
  expect(rows).toEqual([{ n: journal.entries.length }])
  for (const db of opened) await db.close()
  await administer(server, `drop database ${name} with (force)`)
})

test('a wrong address is one line that says what was expected, without the password', async () => {
  const wrong = openDatabase({ url: 'postgresql://me:secret@127.0.0.1:1/none', home: '/nowhere', log: () => {} })
  await expect(wrong).rejects.toMatchObject({
    code: 'EXC_DATABASE_UNREACHABLE',
    message: expect.stringMatching(/^expected a PostgreSQL at postgresql:\/\/me@127\.0\.0\.1:1\/none, found none/),
  })
  await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining('secret') })
})

test('a PostgreSQL older than 15 is one line that says which was found', async () => {
  await using db = await openTestDatabase()
  // A server that says so of itself: its own word for settings is put before the catalogue's.
  await db.pool.query(
    `create function public.current_setting(name text) returns text language sql as $$ select case name when 'server_version_num' then '140012' else '14.12' end $$`,
  )
  await db.pool.query(`alter database ${new URL(db.url).pathname.slice(1)} set search_path to public, pg_catalog`)
  await expect(openDatabase({ url: db.url, home: '/nowhere', log: () => {} })).rejects.toMatchObject({
    code: 'EXC_DATABASE_TOO_OLD',
    message: expect.stringMatching(/^expected PostgreSQL 15 or newer at .*, found PostgreSQL 14\.12; upgrade it/),
  })
})

test('a database in which we may not make tables says so', async () => {
  await using db = await openTestDatabase()
  const role = `${inject('databaseTemplate')}_reader`
  await administer(inject('databaseServer'), `create role ${role} login password 'x'`)
  try {
    const name = new URL(db.url).pathname.slice(1)
    await db.pool.query(`revoke create on database ${name} from public; drop schema drizzle cascade`)
    const url = new URL(db.url)
    url.username = role
    url.password = 'x'
    await expect(openDatabase({ url: url.href, home: '/nowhere', log: () => {} })).rejects.toMatchObject({
      code: 'EXC_DATABASE_UNREACHABLE',
      message: expect.stringContaining('permission denied'),
    })
  } finally {
    await administer(inject('databaseServer'), `drop role ${role}`)
  }
})

test('the pool reads as everybody expects: our own reading of numbers and instants stays ours', async () => {
  await using db = await openTestDatabase()
  const { rows } = await db.pool.query("select 1::bigint as big, '2013-10-07T13:30:01Z'::timestamptz as at, current_setting('timezone') as zone")
  expect(rows).toEqual([{ big: '1', at: new Date(OPENED), zone: 'UTC' }])
  expect(pg.types.getTypeParser(20)('1')).toBe('1')
})
