// Marks over a real PostgreSQL: exactly as they were, by instant and arrival, in the days they belong to.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MARK_SOURCES } from '#core/facts.ts'
import type { StoredMark } from '#core/stored.ts'
import { commitBatch } from '#store/batch.ts'
import { openDatabase } from '#store/db.ts'
import { lastMark, marksOf } from '#store/marks.ts'
import { openTestDatabase } from '#test/database.ts'
import { batch, DAY_MS, instant, nearInstant, OPENED, optional, point, price } from './stored.ts'

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
