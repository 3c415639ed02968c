// Trajectories over a real PostgreSQL: a row a millisecond, each unit in a table of its own.
import { expect, test } from 'vitest'
import { commitBatch } from '#store/batch.ts'
import { trajectoriesOf, trajectoryOf, trajectorySince } from '#store/trades.ts'
import { openTestDatabase } from '#test/database.ts'
import { batch, DAY_MS, OPENED, point, someTrade } from './stored.ts'

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
