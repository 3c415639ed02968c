// Stops through the recorder and the store: told live, told late, said by the trader, with and without somebody there to fold it.
import { expect, test } from 'vitest'
import type { Execution, Fact, Plan } from '#core/facts.ts'
import { openBus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import type { Recorder } from '#record/recorder.ts'
import type { Database } from '#store/db.ts'
import { annotate } from '#store/decisions.ts'
import { appendFacts } from '#store/facts.ts'
import { tradeById, tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'

const START = Date.UTC(2013, 9, 7, 13, 30)
const at = (second: number) => START + second * 1000
const clock = clockThatReads(
  () => at(3600),
  () => 0,
)
const IBM: Fact = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const TRADE = 'ORDER:DU1:8314:a.b.0'

const execution = (second: number, side: 'BUY' | 'SELL', price: string): Execution => ({
  ...{ kind: 'execution', executionId: `a.b.${second}.01`, account: 'DU1', conId: 8314, side, quantity: '100', price, at: at(second) },
  ...{ orderRef: second === 0 ? 'breakout target=110' : 'out' },
})
const stop = (second: number, price: string): Plan => ({ kind: 'plan', executionId: 'a.b.0.01', stop: price, at: at(second) })

async function record(db: Database): Promise<Recorder> {
  return openRecorder({
    ...{ db, bus: openBus(), clock, filter: 'none', log: () => {} },
    onFailure: (error) => {
      throw error
    },
  })
}

async function told(db: Database, ...facts: readonly Fact[]): Promise<void> {
  const recorder = await record(db)
  for (const fact of [IBM, ...facts]) recorder.tell(fact)
  await recorder.settled()
  await recorder.close()
}

/** Both units, as they are stored, without the numbers of their writing. */
async function stored(db: Database): Promise<readonly unknown[]> {
  const units = await Promise.all((['ORDER', 'ROUND_TRIP'] as const).map((unit) => tradesOf(db, { unit })))
  return units.flat().map(({ seq: _, ...trade }) => trade)
}

const SOLD = execution(60, 'SELL', '104')

test('a stop that comes late makes the rows that were right from the start; a restart and a rebuild leave them so', async () => {
  await using right = await openTestDatabase()
  await told(right, execution(0, 'BUY', '100'), stop(5, '98'), stop(20, '96.5'), SOLD)
  await using late = await openTestDatabase()
  await told(late, execution(0, 'BUY', '100'), stop(20, '96.5'), SOLD, stop(5, '98'))
  expect(await stored(late)).toEqual(await stored(right))
  expect((await tradeById(late, TRADE))?.plan).toEqual({
    risk: { amount: '200', stop: '98', entryPrice: '100', quantity: '100', frozenAt: at(5) },
    stop: '96.5',
    target: '110',
    moves: [{ way: 'WIDENED', from: '98', to: '96.5', r: '-0.75', at: at(20) }],
  })
  const recorder = await record(late)
  expect(await recorder.rebuild()).toMatchObject({ differed: [] })
  await recorder.close()
})

test("the trader's stop reaches the book: told again with R, kept by a rebuild, and taken back", async () => {
  await using db = await openTestDatabase()
  await told(db, execution(0, 'BUY', '100'), stop(20, '96.5'))
  const recorder = await record(db)
  const say = async (initialStop: string | null) => {
    await annotate(db, TRADE, { initialStop }, at(100))
    recorder.decided()
    await recorder.settled()
    return (await tradeById(db, TRADE))?.plan
  }
  const said = { risk: { amount: '100', stop: '99', frozenAt: at(0) }, stop: '96.5', moves: [{ from: '99', to: '96.5', r: '-2.5' }] }
  expect(await say('99')).toMatchObject(said)
  expect(await recorder.rebuild()).toMatchObject({ differed: [] })
  expect((await tradeById(db, TRADE))?.plan).toMatchObject(said)
  expect(await say(null)).toMatchObject({ risk: { amount: '350', stop: '96.5', frozenAt: at(20) }, moves: [] })
  await recorder.close()
})

test('what was said while nobody was there to fold it is folded at the start, of closed trades too', async () => {
  await using db = await openTestDatabase()
  await told(db, execution(0, 'BUY', '100'), SOLD)
  await annotate(db, TRADE, { initialStop: '98' }, at(100))
  expect((await tradeById(db, TRADE))?.plan?.risk).toBeNull()
  await (await record(db)).close()
  expect((await tradeById(db, TRADE))?.plan?.risk).toMatchObject({ amount: '200', stop: '98' })
})

test('plans that another process appends (an import) are folded', async () => {
  await using db = await openTestDatabase()
  const recorder = await record(db)
  await appendFacts(db, [IBM, execution(0, 'BUY', '100'), stop(-5, '98'), SOLD])
  recorder.appended()
  await recorder.settled()
  expect((await tradeById(db, TRADE))?.plan?.risk).toMatchObject({ amount: '200', frozenAt: at(0) })
  await recorder.close()
})

test('a plan told twice is one fact', async () => {
  await using db = await openTestDatabase()
  await told(db, execution(0, 'BUY', '100'), stop(5, '98'), stop(5, '98.0'))
  const { rows } = await db.pool.query("select count(*)::int as plans from facts where kind = 'plan'")
  expect(rows).toEqual([{ plans: 1 }])
})
