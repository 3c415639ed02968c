// The first price that counts is one of after the first fill, however late an earlier one is told.
import { expect, test } from 'vitest'
import type { Instrument } from '#core/facts.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }

test('a price of before the first fill that is told after it does not count; the next one does', async () => {
  await using db = await openTestDatabase()
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  recorder.tell(IBM)
  recorder.tell({ kind: 'execution', executionId: 'e.1.1.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '10', price: '100', at: T0 })
  recorder.quote({ conId: 8314, price: 110, at: T0 - 1, source: 'LAST' })
  recorder.quote({ conId: 8314, price: 101, at: T0 + 500, source: 'LAST' })
  await recorder.settled()
  await recorder.close()
  const [trade] = await tradesOf(db, { unit: 'ORDER' })
  expect(trade?.mfe).toMatchObject({ price: '101', at: T0 + 500 })
})

test('prices of before the first fill, of an order that worked: they do not count, and the fill comes after the last of them within its second', async () => {
  await using db = await openTestDatabase()
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  recorder.tell(IBM)
  recorder.quote({ conId: 8314, price: 120, at: T0 - 300, source: 'LAST' })
  recorder.quote({ conId: 8314, price: 110, at: T0 + 300, source: 'LAST' })
  recorder.tell({ kind: 'execution', executionId: 'e.1.1.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '10', price: '100', at: T0 })
  recorder.quote({ conId: 8314, price: 101, at: T0 + 500, source: 'LAST' })
  await recorder.settled()
  await recorder.close()
  const [trade] = await tradesOf(db, { unit: 'ORDER' })
  expect(trade).toMatchObject({ openedAt: T0 + 300, mfe: { price: '101', at: T0 + 500 } })
})
