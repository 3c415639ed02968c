// The writer lock: one at a time, and whoever loses it is told.
import { expect, test } from 'vitest'
import { takeWriterLock } from '#store/lock.ts'
import { openTestDatabase } from '#test/database.ts'

test('of two writers the second gets null, and the lock when the first lets go', async () => {
  await using db = await openTestDatabase()
  const first = await takeWriterLock(db)
  expect(first).not.toBeNull()
  expect(await takeWriterLock(db)).toBeNull()
  const waiting = takeWriterLock(db, { wait: true })
  await first?.release()
  const second = await waiting
  expect(second).not.toBeNull()
  expect(await takeWriterLock(db)).toBeNull()
  await second?.release()
})

test('a writer whose connection is cut is told that the lock is lost', async () => {
  await using db = await openTestDatabase()
  await using lock = await takeWriterLock(db)
  await db.pool.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'excursion writer' and datname = current_database()")
  expect(await lock?.lost).toBeInstanceOf(Error)
  await using next = await takeWriterLock(db, { wait: true })
  expect(next).not.toBeNull()
})
