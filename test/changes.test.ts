// What is told between processes: that something changed, never what.
import { expect, test } from 'vitest'
import { commitBatch } from '#store/batch.ts'
import { type Change, listen } from '#store/changes.ts'
import { openTestDatabase } from '#test/database.ts'
import { batch, someTrade } from './stored.ts'

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
