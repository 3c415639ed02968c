// Facts over a real PostgreSQL: what was told comes back, once, in order, whoever wrote it.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fact } from '#core/facts.ts'
import type { StoredFact } from '#core/stored.ts'
import { commitBatch, lastNumbers } from '#store/batch.ts'
import { type Change, listen } from '#store/changes.ts'
import { appendFacts, executionById, factsOf, instruments } from '#store/facts.ts'
import { takeOutbox } from '#store/outbox.ts'
import { openTestDatabase } from '#test/database.ts'
import { batch, DAY_MS, execution, fact, OPENED } from './stored.ts'

test('law: a fact comes back as it was told, with what the broker said', async () => {
  await using db = await openTestDatabase()
  let arrival = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fact, fc.option(fc.jsonValue(), { nil: undefined })), { maxLength: 20 }), async (told) => {
      await db.pool.query('truncate facts')
      const facts: StoredFact[] = told.map(([drawn, raw]) =>
        raw === undefined ? { arrival: ++arrival, fact: drawn } : { arrival: ++arrival, fact: drawn, raw },
      )
      await commitBatch(db, batch({ facts }))
      const seen = new Set<string>()
      const once = facts.filter(({ fact: { kind, ...rest } }) => {
        if (kind !== 'execution' || !('executionId' in rest)) return true
        return !seen.has(rest.executionId) && seen.add(rest.executionId)
      })
      // JSON itself knows no negative zero.
      expect(await factsOf(db)).toEqual(JSON.parse(JSON.stringify(once)))
    }),
    { numRuns: 30 },
  )
})

test('recording an execution twice is recording it once, in one batch or in two; commissions may repeat', async () => {
  await using db = await openTestDatabase()
  const commission: Fact = { kind: 'commission', executionId: 'x.01', amount: '1', currency: 'USD' }
  const twice = [
    { arrival: 1, fact: execution('x.01') },
    { arrival: 2, fact: execution('x.01') },
    { arrival: 3, fact: commission },
  ]
  await commitBatch(db, batch({ facts: twice }))
  await commitBatch(
    db,
    batch({
      facts: [
        { arrival: 4, fact: execution('x.01') },
        { arrival: 5, fact: commission },
      ],
    }),
  )
  expect((await factsOf(db)).map(({ arrival }) => arrival)).toEqual([1, 3, 5])
  expect(await executionById(db, 'x.01')).toEqual(execution('x.01'))
  expect(await executionById(db, 'y.01')).toBeNull()
})

test('an arrival given twice is two writers at work: the batch is refused as a whole', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, batch({ facts: [{ arrival: 1, fact: execution('x.01') }] }))
  const torn = batch({ facts: [{ arrival: 1, fact: execution('y.01') }], outbox: [{ key: 'k', kind: 'x', payload: {} }] })
  await expect(commitBatch(db, torn)).rejects.toThrow(/facts_pkey/)
  expect(await takeOutbox(db, 10)).toEqual([])
})

test('facts are found by contract, account and time, a commission with its execution', async () => {
  await using db = await openTestDatabase()
  const told: Fact[] = [
    { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' },
    { kind: 'instrument', conId: 8314, symbol: 'IBM2', secType: 'STK', currency: 'USD' },
    execution('x.01'),
    { kind: 'commission', executionId: 'x.01', amount: '1', currency: 'USD' },
    { ...execution('y.01'), account: 'DU2', conId: 9, at: OPENED + DAY_MS } as Fact,
    { kind: 'commission', executionId: 'y.01', amount: '2', currency: 'USD' },
    { kind: 'gap', from: OPENED, to: OPENED + 1 },
  ]
  await commitBatch(db, batch({ facts: told.map((drawn, i) => ({ arrival: i + 1, fact: drawn })) }))
  const arrivals = async (filter: Parameters<typeof factsOf>[1]) => (await factsOf(db, filter)).map(({ arrival }) => arrival)
  expect(await arrivals({ conIds: [8314] })).toEqual([1, 2, 3, 4, 7])
  expect(await arrivals({ account: 'DU2' })).toEqual([1, 2, 5, 6, 7])
  expect(await arrivals({ conIds: [9], account: 'DU1' })).toEqual([7])
  expect(await arrivals({ from: OPENED + 1 })).toEqual([1, 2, 4, 5, 6])
  expect(await arrivals({ until: OPENED + 1, after: 2 })).toEqual([3, 4, 6, 7])
  const dax: Fact = { kind: 'instrument', conId: 9, symbol: 'DAX', secType: 'FUT', currency: 'EUR' }
  await commitBatch(db, batch({ facts: [{ arrival: 8, fact: dax }] }))
  const symbols = async (conIds?: readonly number[]) => (await instruments(db, conIds)).map(({ symbol }) => symbol)
  expect([await symbols(), await symbols([9]), await symbols([8314, 1]), await symbols([])]).toEqual([['DAX', 'IBM2'], ['DAX'], ['IBM2'], []])
})

test('facts from another process are told, come after the writer’s, and are new only once', async () => {
  await using db = await openTestDatabase()
  await commitBatch(db, batch({ facts: [{ arrival: 1, fact: execution('x.01') }] }))
  const changes: Change[] = []
  const heard = Promise.withResolvers<void>()
  await using _listening = await listen(db, (change) => {
    changes.push(change)
    heard.resolve()
  })
  const rate: Fact = { kind: 'fxRate', base: 'EUR', quote: 'USD', rate: '1.1', at: OPENED }
  const appended = await appendFacts(db, [execution('x.01'), rate, execution('y.01'), rate])
  expect(appended.map(({ fact }) => fact)).toEqual([rate, execution('y.01')])
  expect(await appendFacts(db, [rate, { ...execution('y.01'), price: '1' } as Fact])).toEqual([])
  await heard.promise
  expect(changes).toEqual([{ kind: 'facts', upTo: appended[1]?.arrival }])
  expect(await factsOf(db, { after: 1 })).toEqual(appended)
  expect(await lastNumbers(db)).toMatchObject({ arrival: 1, seq: 0 })
})
