// When each fact became known: what was heard live carries the market's time beside it, what changed about a contract is a fact of its own with its date.
import { expect, test } from 'vitest'
import type { Fact, Instrument } from '#core/facts.ts'
import { printInstant } from '#core/time.ts'
import { openRecorder } from '#record/record.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { appendFacts, instruments } from '#store/facts.ts'
import { openTestDatabase } from './database.ts'

const FUTURE: Instrument = {
  ...{ kind: 'instrument', conId: 7, symbol: 'ES', secType: 'FUT', currency: 'USD' },
  ...{ multiplier: '50', minTick: '0.25', liquidHours: '20131007:0930-20131007:1600' },
}
const MONDAY = Date.UTC(2013, 9, 7, 13, 30)
const TUESDAY = Date.UTC(2013, 9, 8, 13, 30)
const fill = (executionId: string, at: number): Fact => ({
  ...{ kind: 'execution', executionId, account: 'DU1', conId: 7, side: 'BUY', quantity: '1', price: '1680', at },
})

const record = (db: Database) =>
  openRecorder({
    ...{ db, bus: openBus(), clock, filter: 'none', log: () => {} },
    onFailure: (error) => {
      throw error
    },
  })

const known = async (db: Database) =>
  (
    await db.pool.query<{ what: string; seen: Date | null }>(
      `select kind || coalesce(' ' || (body ->> 'liquidHours'), '') as what, extract(epoch from seen_at) * 1000 as seen from facts order by arrival`,
    )
  ).rows.map(({ what, seen }) => `${what}: ${seen === null ? 'unknown' : printInstant(Number(seen))}`)

test('what changes about a contract is a fact with the date on which it was heard; what was said before stays', async () => {
  await using db = await openTestDatabase()
  const monday = await record(db)
  monday.clock(MONDAY)
  monday.tell(FUTURE)
  monday.tell(fill('a.1.1.01', MONDAY + 60_000))
  monday.clock(MONDAY + 60_000)
  monday.tell(FUTURE)
  await monday.settled()
  await monday.close()

  const tuesday = await record(db)
  // Before the broker told its time, no time is known: Monday's last fill is not it.
  tuesday.tell({ ...FUTURE, liquidHours: '20131007:CLOSED' })
  tuesday.clock(TUESDAY)
  tuesday.tell({ ...FUTURE, liquidHours: '20131008:0930-20131008:1600', minTick: '0.5' })
  await tuesday.settled()
  await tuesday.close()

  expect(await known(db)).toEqual([
    'instrument 20131007:0930-20131007:1600: 2013-10-07T13:30:00.000Z',
    'execution: 2013-10-07T13:31:00.000Z',
    'instrument 20131007:CLOSED: unknown',
    'instrument 20131008:0930-20131008:1600: 2013-10-08T13:30:00.000Z',
  ])
  expect(await instruments(db)).toEqual([{ ...FUTURE, liquidHours: '20131008:0930-20131008:1600', minTick: '0.5' }])
})

test('what is imported was not heard: its date is its own or unknown', async () => {
  await using db = await openTestDatabase()
  await appendFacts(db, [FUTURE, fill('a.1.1.01', MONDAY), { kind: 'commission', executionId: 'a.1.1.01', amount: '1', currency: 'USD', seenAt: TUESDAY }])
  expect(await known(db)).toEqual(['instrument 20131007:0930-20131007:1600: unknown', 'execution: unknown', 'commission: 2013-10-08T13:30:00.000Z'])
})
