// How far our executions fill the broker's orders, as the store reckons it: an order of many days, of many accounts, of many legs is filled by all of its fills.
import { expect, test } from 'vitest'
import type { Execution } from '#core/facts.ts'
import { ourOrdersSince, pairedOf, unpairedBetween } from '#store/differences.ts'
import { appendFacts } from '#store/facts.ts'
import { openTestDatabase } from './database.ts'

const TODAY = Date.parse('2026-11-20T15:00:00Z')
const DAY_MS = 86_400_000
const fill = (id: string, permId: string, quantity: string, more: Partial<Execution> = {}): Execution => ({
  ...{ kind: 'execution', executionId: id, account: 'DU1', conId: 1, side: 'BUY', quantity, price: '10', at: TODAY, permId },
  ...more,
})
const filledOf = async (facts: readonly Execution[]) => {
  await using db = await openTestDatabase()
  await appendFacts(db, [{ kind: 'instrument', conId: 1, symbol: 'ABC', secType: 'STK', currency: 'USD' }, ...facts])
  return Object.fromEntries([...(await ourOrdersSince(db, TODAY - DAY_MS))].map(([permId, { filled }]) => [permId, filled]))
}

test('filled over days: what was filled before counts, as it does for the broker', async () => {
  expect(await filledOf([fill('a.b.1.01', '7', '60', { at: TODAY - 3 * DAY_MS }), fill('a.b.2.01', '7', '40')])).toEqual({ '7': '100' })
  expect(await filledOf([fill('a.b.1.01', '7', '60', { at: TODAY - 3 * DAY_MS })])).toEqual({})
})

test('shared by accounts: their parts together', async () => {
  expect(await filledOf([fill('a.b.1.01', '8', '60'), fill('a.b.2.01', '8', '40', { account: 'DU2' })])).toEqual({ '8': '100' })
})

test('of a combo: the leg of which the most was filled', async () => {
  expect(await filledOf([fill('a.b.1.01', '9', '10', { conId: 2 }), fill('a.b.2.01', '9', '20'), fill('a.b.3.01', '9', '10', { conId: 3 })])).toEqual({
    '9': '20',
  })
})

test('corrected: the most it was told to be, for the order may have been told before the correction', async () => {
  expect(await filledOf([fill('a.b.1.01', '7', '2'), fill('a.b.1.02', '7', '1'), fill('a.b.2.01', '7', '5')])).toEqual({ '7': '7' })
  expect(await filledOf([fill('a.b.1.01', '7', '2'), fill('a.b.1.02', '7', '0')])).toEqual({ '7': '2' })
})

test('a commission of the first execution that comes after both are pending leaves none of its family pending', async () => {
  await using db = await openTestDatabase()
  await appendFacts(db, [fill('a.b.1.01', '7', '10'), fill('a.b.1.02', '7', '9')])
  const pending = async () => (await unpairedBetween(db, TODAY - DAY_MS, TODAY + 1)).map(({ executionId }) => executionId)
  expect(await pending()).toEqual(['a.b.1.01', 'a.b.1.02'])
  await appendFacts(db, [{ kind: 'commission', executionId: 'a.b.1.01', amount: '1', currency: 'USD' }])
  expect(await pending()).toEqual([])
  expect(await pairedOf(db, ['a.b.1.01', 'a.b.1.02'])).toEqual(new Set(['a.b.1.01', 'a.b.1.02']))
})
