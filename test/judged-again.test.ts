// What becomes of alerts when history changes, in the recorder and its tables: what was told stays told, what never was is not told later,
// and each firing of a repeating rule stands for itself.
import { expect, test } from 'vitest'
import type { Execution, Instrument } from '#core/facts.ts'
import { ALERT_STATES } from '#core/stored.ts'
import { openBus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import type { Recorder } from '#record/recorder.ts'
import { alertsOf } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { saveRule } from '#store/decisions.ts'
import { rowsOf } from '#store/sql.ts'
import { openTestDatabase } from './database.ts'

const OPENED = Date.UTC(2026, 10, 20, 15)
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const bought = (version: number, price: string): Execution => ({
  ...{ kind: 'execution', executionId: `0000e0d5.0001.01.0${version}`, account: 'DU1', conId: IBM.conId, side: 'BUY', quantity: '100', price },
  at: OPENED,
})

interface Room extends AsyncDisposable {
  readonly db: Database
  readonly recorder: Recorder
}

async function openRoom(rule: { readonly id: string }): Promise<Room> {
  const db = await openTestDatabase()
  await saveRule(db, { id: rule.id, body: rule, enabled: true }, OPENED)
  const clock = clockThatReads(
    () => OPENED,
    () => performance.now(),
  )
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', delivers: true, log: () => {}, onFailure: failed.reject })
  recorder.tell(IBM)
  return {
    db,
    recorder,
    [Symbol.asyncDispose]: async () => {
      await recorder.close()
      await db[Symbol.asyncDispose]()
    },
  }
}

async function see({ recorder }: Room, ...prices: readonly (readonly [price: number, seconds: number])[]): Promise<void> {
  for (const [price, seconds] of prices) recorder.quote({ conId: IBM.conId, price, at: OPENED + seconds * 1000, source: 'LAST' })
  await recorder.settled()
}

async function fill({ recorder }: Room, version: number, price: string): Promise<void> {
  recorder.tell(bought(version, price))
  await recorder.settled()
}

const alerts = async ({ db }: Room) =>
  (await alertsOf(db, { states: ALERT_STATES })).map(({ state, stateBefore, ordinal = 1, at }) => [
    stateBefore === undefined ? state : `${state} ${stateBefore}`,
    ordinal,
    (at - OPENED) / 1000,
  ])
const orders = async ({ db }: Room) => (await rowsOf(db.pool, "select key from outbox where kind = 'alert'")).length

const stop = { id: 'hard-stop', kind: 'MAE_STOP', pct: '3' }

test('told, withdrawn by one correction and standing again by another, long after: it was told once, and is not among the missed', async () => {
  await using room = await openRoom(stop)
  await fill(room, 1, '100')
  await see(room, [98, 1], [96.9, 2], [98, 900])
  expect(await alerts(room)).toEqual([['RAISED', 1, 2]])
  await fill(room, 2, '97')
  expect(await alerts(room)).toEqual([['WITHDRAWN RAISED', 1, 2]])
  await fill(room, 3, '100')
  expect(await alerts(room)).toEqual([['RAISED', 1, 2]])
  expect(await orders(room)).toBe(1)
})

test('missed, withdrawn and standing again: nobody was ever told, and nobody is now', async () => {
  await using room = await openRoom(stop)
  await fill(room, 1, '97')
  await see(room, [98, 1], [96.9, 2], [98, 900])
  await fill(room, 2, '100')
  expect(await alerts(room)).toEqual([['MISSED', 1, 2]])
  await fill(room, 3, '97')
  expect(await alerts(room)).toEqual([['WITHDRAWN MISSED', 1, 2]])
  await fill(room, 4, '100')
  expect(await alerts(room)).toEqual([['MISSED', 1, 2]])
  await room.recorder.rebuild()
  expect(await alerts(room)).toEqual([['MISSED', 1, 2]])
  expect(await orders(room)).toBe(0)
})

test('a rule that repeats itself: an alert a firing, the same after a rebuild; a correction that leaves one out withdraws the last and tells none again', async () => {
  await using room = await openRoom({ ...stop, repeat: true } as typeof stop)
  await fill(room, 1, '100')
  await see(room, [96.9, 1], [98, 2], [96.5, 3], [98, 4], [96.9, 5])
  const three = [
    ['RAISED', 1, 1],
    ['RAISED', 2, 3],
    ['RAISED', 3, 5],
  ]
  expect([await alerts(room), await orders(room)]).toEqual([three, 3])
  await room.recorder.rebuild()
  expect([await alerts(room), await orders(room)]).toEqual([three, 3])
  // At 99.8 only 96.5 is three percent below.
  await fill(room, 2, '99.8')
  expect(await alerts(room)).toEqual([
    ['RAISED', 1, 3],
    ['WITHDRAWN RAISED', 2, 3],
    ['WITHDRAWN RAISED', 3, 5],
  ])
  await fill(room, 3, '100')
  expect([await alerts(room), await orders(room)]).toEqual([three, 3])
})
