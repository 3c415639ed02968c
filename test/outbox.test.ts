// The outbox over a real PostgreSQL: an effect is one effect.
import { expect, test } from 'vitest'
import { commitBatch } from '#store/batch.ts'
import { doneOutbox, returnOutbox, takeOutbox } from '#store/outbox.ts'
import { openTestDatabase } from '#test/database.ts'
import { batch } from './stored.ts'

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
