// Trades over a real PostgreSQL: what is written comes back, in every order, page by page, by every filter.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Page, TRADE_ORDER_FIELDS, type TradeFilter } from '#core/query.ts'
import { MODES, UNITS } from '#core/trade.ts'
import { commitBatch, lastNumbers } from '#store/batch.ts'
import { openTrades, tradeById, tradesByIds, tradesOf, tradesPage, tradesSince } from '#store/trades.ts'
import { openTestDatabase } from '#test/database.ts'
import { backwards, batch, byId, forwards, OPENED, optional, point, someTrade, trades } from './stored.ts'

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
