// A day's marks exchanged for those that stay, in a database others use: a backup reads for hours, a partition was made for nothing.
import { expect, test } from 'vitest'
import { thinPast } from '#record/thinning.ts'
import type { StoredMark } from '#core/stored.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { exchangeDay, lastMarkAt } from '#store/marks.ts'
import { ensureDays } from '#store/partitions.ts'
import { inTransaction } from '#store/sql.ts'
import { openTestDatabase } from './database.ts'

const AT = Date.parse('2026-11-20T15:00:00Z')
const DAY_MS = 86_400_000
const mark = (arrival: number, at: number): StoredMark => ({ kind: 'mark', conId: 1, price: 10 + arrival, at, arrival })
const none = { arrivals: new Map(), seenUpTo: 1 }

test('while somebody reads for long, as a backup does, it gives up and prices are still written; later it is done', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, { ...EMPTY_BATCH, marks: [mark(1, AT - DAY_MS), mark(2, AT)] })
  await inTransaction(db.pool, async (reader) => {
    await reader.query('select count(*) from marks')
    await expect(exchangeDay(db, '2026-11-19', none, AT)).rejects.toThrow('lock timeout')
    await commitBatch(db, { ...EMPTY_BATCH, marks: [mark(3, AT + 1)] })
  })
  await exchangeDay(db, '2026-11-19', none, AT)
  const { rows } = await db.pool.query('select arrival::int from marks order by arrival')
  expect(rows).toEqual([{ arrival: 2 }, { arrival: 3 }])
})

test('a day without marks does not hide the last mark', async () => {
  await using db = await openTestDatabase()
  expect(await lastMarkAt(db)).toBeNull()
  await commitBatch(db, { ...EMPTY_BATCH, marks: [mark(1, AT)] })
  // Made for a batch that was never committed.
  await ensureDays(db, 'marks', [AT + DAY_MS])
  expect(await lastMarkAt(db)).toBe(AT)
})

test('one price dated years ahead makes nothing of today old', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, { ...EMPTY_BATCH, marks: [mark(1, AT), mark(2, AT + 800 * DAY_MS)] })
  expect(await thinPast(db, 90, AT)).toMatchObject({ days: 0 })
  const { rows } = await db.pool.query('select count(*)::int as n from marks')
  expect(rows).toEqual([{ n: 2 }])
})
