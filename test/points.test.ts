// Points of trajectories, many at once: they are copied, and where some were written before, the later word stands.
import { expect, test } from 'vitest'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { openTestDatabase } from './database.ts'

const AT = Date.UTC(2026, 10, 20, 15)
const TRADES = ['ORDER:DU1:1:a', 'ORDER:DU\\1\t2:1:b\n', 'ROUND_TRIP:DU1:1:a'] as const
const COUNT = 600

test.each([
  ['nothing was written before', COUNT, COUNT],
  ["a trade's last point is told again, its millisecond still ran", COUNT - 1, COUNT * 2 - 1],
  ['the second half is told again', COUNT / 2, COUNT * 1.5],
])('%s', async (_, from, until) => {
  await using db = await openTestDatabase()
  const points = (first: number, past: number, last: number) =>
    TRADES.flatMap((tradeId, n) =>
      Array.from({ length: past - first }, (_, i) => ({ tradeId, at: AT + first + i, last, mfe: 11.25 + n, mae: 9.75, seq: (first + i) * 10 + n })),
    )
  await commitBatch(db, { ...EMPTY_BATCH, trajectory: points(0, COUNT, 10) })
  await commitBatch(db, { ...EMPTY_BATCH, trajectory: points(from, until, 10.5) })
  for (const [n, tradeId] of TRADES.entries()) {
    const table = tradeId.startsWith('ORDER:') ? 'orders_rt_ts' : 'round_trips_rt_ts'
    const { rows: stored } = await db.pool.query(
      `select extract(epoch from ts) * 1000 as at, last_px as last, mfe_px as mfe, mae_px as mae from ${table} where trade_id = $1 order by ts`,
      [tradeId],
    )
    const expected = Array.from({ length: Math.max(COUNT, until) }, (_, i) => ({ at: AT + i, last: i < from ? 10 : 10.5, mfe: 11.25 + n, mae: 9.75 }))
    expect(stored.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)])))).toEqual(expected)
  }
})
