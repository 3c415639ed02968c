// The outbox over a real PostgreSQL: an effect is one effect.
import { expect, test } from 'vitest'
import { commitBatch } from '#store/batch.ts'
import { thinOld } from '#jobs/thin.ts'
import { clockThatReads } from '#src/clock.ts'
import { createDeliveries, deliveriesPage } from '#store/deliveries.ts'
import { doneOutbox, putOutbox, returnOutbox, takeOutbox } from '#store/outbox.ts'
import { rowsOf } from '#store/sql.ts'
import { openTestDatabase } from '#test/database.ts'
import { anAlert } from './rows.ts'
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

test('what was done long ago is forgotten where it cannot come again; an alert and a day are known for ever, whatever is told again', async () => {
  await using db = await openTestDatabase()
  const alert = anAlert(1, 0, 1, { id: 'stop-1' })
  const standing = [
    { key: 'alert:stop-1', kind: 'alert', payload: { alertId: 'stop-1' } },
    { key: 'review:2013-10-07', kind: 'review', payload: { day: '2013-10-07' } },
    { key: 'review:2013-10-07:shadow:1381176000000', kind: 'review', payload: { day: '2013-10-07' } },
  ]
  const once = ['review:2013-10-07:changed:1', 'review:2013-10-07:asked:2013-10-08T00:00:00.000Z', 'review:2013-10-07:said:7'].map((key) => ({
    ...{ key, kind: 'review', payload: { day: '2013-10-07' } },
  }))
  const spoken = [...once, { key: 'system:1:raised', kind: 'system', payload: {} }, { key: 'wake:delivery:1:1', kind: 'wake', payload: { channel: null } }]
  await commitBatch(db, batch({ alerts: [alert], outbox: [...standing, ...spoken] }))
  const channel = (kind: string) => ({ kind, least: 'info', prompt: 'info', quiet: false }) as const
  await createDeliveries(db, [channel('slack')], Date.now())
  await doneOutbox(
    db,
    (await takeOutbox(db, 10)).map(({ key }) => key),
  )
  await putOutbox(db.pool, { key: 'review:2013-10-08:said:8', kind: 'review', payload: { day: '2013-10-08' } })
  const keys = async () => (await rowsOf<{ key: string }>(db.pool, 'select key from outbox order by id')).map(({ key }) => key)
  const thinAfter = (days: number) => thinOld({ db, keepDays: 90, clock: clockThatReads(() => Date.now() + days * 86_400_000), log: () => {} })
  await thinAfter(29)
  expect(await keys()).toHaveLength(standing.length + spoken.length + 1)
  await thinAfter(31)
  expect(await keys()).toEqual([...standing.map(({ key }) => key), 'review:2013-10-08:said:8'])
  // The alert stands again after a correction, and there is a channel now that was not there then.
  await commitBatch(db, batch({ outbox: standing }))
  await createDeliveries(db, [channel('slack'), channel('sms')], Date.now())
  expect((await deliveriesPage(db, {}, { first: 10 })).edges.map(({ node }) => node.channel)).toEqual(['slack'])
  expect((await takeOutbox(db, 10)).map(({ key }) => key)).toEqual(['review:2013-10-08:said:8'])
})
