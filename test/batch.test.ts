// The rest of a batch over a real PostgreSQL: what was changed, what was refused, and as much as one may hold.
import { expect, test } from 'vitest'
import type { StoredMark } from '#core/stored.ts'
import { commitBatch, lastNumbers } from '#store/batch.ts'
import { marksOf } from '#store/marks.ts'
import { trajectoriesOf } from '#store/trades.ts'
import { openTestDatabase } from '#test/database.ts'
import { batch, DAY_MS, OPENED, point, someTrade } from './stored.ts'

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
