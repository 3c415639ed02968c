// What was decided, over a real PostgreSQL: the trader's words of a trade, the rules and their versions.
import { expect, test } from 'vitest'
import { commitBatch } from '#store/batch.ts'
import { anchorOf, annotate, rulesOf, saveRule, seedRules, switchRule, wordsForFold } from '#store/decisions.ts'
import { tradesByIds, tradesOf } from '#store/trades.ts'
import { openTestDatabase } from '#test/database.ts'
import { batch, OPENED, someTrade } from './stored.ts'

test('what a trader says of a trade is shown in both units, and outlives the rows it hangs on', async () => {
  await using db = await openTestDatabase()
  const order = someTrade()
  const roundTrip = someTrade({ unit: 'ROUND_TRIP', tradeId: `ROUND_TRIP:${anchorOf(order.tradeId)}` })
  await commitBatch(db, batch({ trades: [order, roundTrip] }))
  await annotate(db, order.tradeId, { strategy: 'breakout', tags: ['a', 'b,"c'], initialStop: '182.50', held: true }, OPENED)
  await annotate(db, roundTrip.tradeId, { note: 'patience', strategy: null }, OPENED + 1)
  await commitBatch(db, batch({ removedTrades: [{ tradeId: order.tradeId, seq: 1_000 }] }))
  await commitBatch(db, batch({ trades: [order] }))
  const shown = { strategy: null, tags: ['a', 'b,"c'], note: 'patience', initialStop: '182.5' }
  expect(await tradesByIds(db, [order.tradeId, roundTrip.tradeId])).toEqual([
    { ...order, ...shown },
    { ...roundTrip, ...shown },
  ])
  expect(await tradesOf(db, { tags: ['x', 'a'] })).toHaveLength(1)
  expect(await tradesOf(db, { tags: [] })).toEqual([])
  expect(await tradesOf(db, { strategies: ['breakout'] })).toEqual([])
  const words = { held: { value: true, order: 1 }, initialStop: { value: '182.5', order: 1 } }
  expect(await wordsForFold(db, 'ALL')).toEqual([{ anchor: anchorOf(order.tradeId), words }])
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
