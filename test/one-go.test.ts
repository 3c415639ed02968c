// One transaction in one go: all of it or nothing, the reason it failed by, and a connection that can do anything else afterwards.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '#store/db.ts'
import { inOneGo, type OneGo } from '#store/one-go.ts'
import { openTestDatabase } from './database.ts'

let db: Database
beforeAll(async () => {
  db = await openTestDatabase()
  await db.pool.query('create table numbers (n int primary key)')
})
beforeEach(async () => void (await db.pool.query('truncate numbers')))
afterAll(() => db.close())

const stored = async () => (await db.pool.query<{ n: number }>('select n from numbers order by n')).rows.map(({ n }) => n)
const add = (go: OneGo, n: number) => go.say('insert into numbers values ($1)', [n], 'add')

test('statements are done in the order in which they were said, copied rows between them', async () => {
  await inOneGo(db.pool, 'begin', async (go) => {
    add(go, 1)
    go.say('update numbers set n = n + 10')
    await go.copy('copy numbers from stdin', ['2\n', '3\n'])
    go.say('update numbers set n = n + 100')
    add(go, 4)
  })
  expect(await stored()).toEqual([4, 102, 103, 111])
})

test.each([
  [
    'the first statement',
    1,
    async (go: OneGo) => {
      for (const n of [1, 1, 2, 3]) add(go, n)
    },
  ],
  [
    'the last one, after a copy',
    1,
    async (go: OneGo) => {
      await go.copy('copy numbers from stdin', ['1\n'])
      add(go, 2)
      add(go, 1)
    },
  ],
  [
    'a copied row',
    1,
    async (go: OneGo) => {
      add(go, 1)
      await go.copy('copy numbers from stdin', ['2\n', '1\n'])
      add(go, 3)
    },
  ],
])('what fails undoes all of it, and is the reason that is told: %s', async (_, twice, work) => {
  await expect(inOneGo(db.pool, 'begin', work)).rejects.toMatchObject({ code: '23505', detail: `Key (n)=(${twice}) already exists.` })
  expect(await stored()).toEqual([])
  // The connection is as good as new.
  await inOneGo(db.pool, 'begin', async (go) => add(go, 5))
  expect(await stored()).toEqual([5])
})

test('a savepoint undoes a copy alone', async () => {
  await inOneGo(db.pool, 'begin', async (go) => {
    add(go, 1)
    go.say('savepoint before')
    await expect(go.copy('copy numbers from stdin', ['1\n'])).rejects.toMatchObject({ code: '23505' })
    go.say('rollback to savepoint before')
    add(go, 2)
  })
  expect(await stored()).toEqual([1, 2])
})

test('a connection that is cut fails it, and the next one goes on', async () => {
  await expect(
    inOneGo(db.pool, 'begin', async (go) => {
      add(go, 1)
      go.say('select pg_terminate_backend(pg_backend_pid())')
      add(go, 2)
    }),
    // What the server says as it goes may be lost with the connection: it had not read all that was sent.
  ).rejects.toThrow(/terminat|ECONNRESET|EPIPE/)
  expect(await stored()).toEqual([])
  await inOneGo(db.pool, 'begin', async (go) => add(go, 3))
  expect(await stored()).toEqual([3])
})
