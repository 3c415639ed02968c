// What a trader said of a trade goes along when a late fill, or one that is taken back, gives the trade another opening and so another name.
import { expect, test } from 'vitest'
import type { Execution, Instrument } from '#core/facts.ts'
import { ALERT_STATES } from '#core/stored.ts'
import { openBus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import { alertsOf } from '#store/alerts.ts'
import { annotate, saveRule, wordsForFold } from '#store/decisions.ts'
import { snooze, snoozesOf } from '#store/remarks.ts'
import { rowsOf } from '#store/sql.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'

const OPENED = Date.UTC(2026, 10, 20, 15)
const UNTIL = OPENED + 3_600_000
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const name = (n: number) => `ORDER:DU1:8314:0000e0d5.000${n}.01`
const part = (n: number, version = 1, quantity = '100'): Execution => ({
  ...{ kind: 'execution', executionId: `0000e0d5.000${n}.01.0${version}`, account: 'DU1', conId: IBM.conId, side: 'BUY', quantity, price: '100' },
  ...{ at: OPENED + n * 1000, permId: '7' },
})

async function openRoom() {
  const db = await openTestDatabase()
  const start = () =>
    openRecorder({
      ...{ db, bus: openBus(), filter: 'none', delivers: true, log: () => {} },
      clock: clockThatReads(
        () => OPENED,
        () => performance.now(),
      ),
      onFailure: (error) => {
        throw error
      },
    })
  let recorder = await start()
  recorder.tell(IBM)
  return {
    db,
    async tell(...facts: readonly Execution[]) {
      for (const fact of facts) recorder.tell(fact)
      await recorder.settled()
      recorder.decided()
      await recorder.settled()
    },
    async see(price: number) {
      recorder.quote({ conId: IBM.conId, price, at: OPENED + 60_000, source: 'LAST' })
      await recorder.settled()
    },
    async again() {
      await recorder.close()
      recorder = await start()
      await recorder.settled()
      await recorder.rebuild()
    },
    async standing() {
      const trades = await tradesOf(db, { unit: 'ORDER' })
      const snoozed = await snoozesOf(
        db,
        trades.map(({ tradeId }) => tradeId),
      )
      return trades.map(({ tradeId, note, tags, initialStop, held }) => [tradeId, note, tags, initialStop, held, snoozed.get(tradeId)?.until ?? null])
    },
    async [Symbol.asyncDispose]() {
      await recorder.close()
      await db[Symbol.asyncDispose]()
    },
  }
}

test('an earlier fill of its order comes late: note, tags, stop and snooze are those of the trade it is now, after a restart and a rebuild too', async () => {
  await using room = await openRoom()
  await room.tell(part(2))
  await annotate(room.db, name(2), { note: 'base', tags: ['a'], initialStop: '98' }, OPENED)
  await snooze(room.db, name(2), UNTIL, OPENED)
  await room.tell(part(1))
  const now = [[name(1), 'base', ['a'], '98', false, UNTIL]]
  expect(await room.standing()).toEqual(now)
  await room.again()
  expect(await room.standing()).toEqual(now)
})

test('the opening fill is taken back, and stands again: what was said in between too', async () => {
  await using room = await openRoom()
  await room.tell(part(1), part(2))
  await annotate(room.db, name(1), { note: 'base', held: true, initialStop: '98' }, OPENED)
  await snooze(room.db, name(1), UNTIL, OPENED)
  await room.tell(part(1, 2, '0'))
  expect(await room.standing()).toEqual([[name(2), 'base', [], '98', true, UNTIL]])
  await room.again()
  expect(await room.standing()).toEqual([[name(2), 'base', [], '98', true, UNTIL]])
  await annotate(room.db, name(2), { note: 'still', initialStop: '97' }, OPENED)
  await snooze(room.db, name(2), null, OPENED)
  await room.tell(part(1, 3))
  const back = [[name(1), 'still', [], '97', true, null]]
  expect(await room.standing()).toEqual(back)
  await room.again()
  expect(await room.standing()).toEqual(back)
  // The log alone says it as well: the last words of each name are those of its row.
  const logged = await rowsOf(room.db.pool, `select body ->> 'note' as note from decisions where kind = 'annotate' and subject = $1 order by id desc limit 1`, [
    name(1).slice('ORDER:'.length),
  ])
  expect(logged).toEqual([{ note: 'still' }])
  expect((await wordsForFold(room.db, 'ALL')).every(({ held }) => held)).toBe(true)
})

test('a rule that counts in R: what it raised stays raised, for the stop came along in the same moment', async () => {
  await using room = await openRoom()
  await saveRule(room.db, { id: 'r', body: { id: 'r', kind: 'MAE_STOP', r: '1' }, enabled: true }, OPENED)
  await room.tell(part(1), part(2))
  await annotate(room.db, name(1), { initialStop: '98' }, OPENED)
  await room.tell()
  await room.see(97.9)
  const raised = async () => (await alertsOf(room.db, { states: ALERT_STATES })).map(({ tradeId, state }) => [tradeId, state])
  expect(await raised()).toEqual([[name(1), 'RAISED']])
  await room.tell(part(1, 2, '0'))
  expect(await raised()).toEqual([[name(2), 'RAISED']])
  expect(await rowsOf(room.db.pool, `select 1 as one from outbox where kind = 'alert'`)).toHaveLength(1)
})

test('another trade beside it inherits no word', async () => {
  await using room = await openRoom()
  await room.tell(part(1))
  await annotate(room.db, name(1), { note: 'base' }, OPENED)
  await room.tell(part(1, 2, '0'), { ...part(2), permId: '9' })
  expect(await room.standing()).toEqual([[name(2), null, [], null, false, null]])
})
