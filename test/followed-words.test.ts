// What a trader said of a trade goes along when a late fill, or one that is taken back, gives the trade another opening and so another name.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Execution, Instrument } from '#core/facts.ts'
import { ALERT_STATES } from '#core/stored.ts'
import { openBus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import { alertsOf } from '#store/alerts.ts'
import { type Annotation, annotate, saveRule } from '#store/decisions.ts'
import { snooze, snoozesOf } from '#store/remarks.ts'
import { rowsOf } from '#store/sql.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { fillsOf } from './naive/fills.ts'
import { read } from './naive/tape.ts'
import { familiesOf, lastWord, tradesAsHeld } from './naive/words.ts'

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
    async restart() {
      await recorder.close()
      recorder = await start()
      await recorder.settled()
    },
    async again() {
      await this.restart()
      await recorder.rebuild()
    },
    async told() {
      const trades = await tradesOf(db, { unit: 'ORDER' })
      return trades.map(({ tradeId, held, note, initialStop }) => [tradeId, held, note, initialStop])
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

test('held, renamed, named as before again and no longer held: no fill stays held by what was said under the other name', async () => {
  await using room = await openRoom()
  await room.tell(part(1), part(2))
  await annotate(room.db, name(1), { held: true }, OPENED)
  await room.tell(part(1, 2, '0'))
  expect(await room.standing()).toMatchObject([[name(2), null, [], null, true, null]])
  await annotate(room.db, name(2), { held: true, note: 'x' }, OPENED)
  await room.tell(part(1, 3))
  await annotate(room.db, name(1), { held: false }, OPENED)
  await room.tell()
  const one = [[name(1), 'x', [], null, false, null]]
  expect(await room.standing()).toEqual(one)
  await room.again()
  expect(await room.standing()).toEqual(one)
})

test('an earlier fill of its order comes late to a held trade: it is one trade, held', async () => {
  await using room = await openRoom()
  await room.tell(part(2))
  await annotate(room.db, name(2), { held: true, note: 'base' }, OPENED)
  await room.tell()
  await room.tell(part(1))
  const one = [[name(1), 'base', [], null, true, null]]
  expect(await room.standing()).toEqual(one)
  await room.again()
  expect(await room.standing()).toEqual(one)
})

test('two trades of an order become one as the sale between them is taken back: the later words stand', async () => {
  await using room = await openRoom()
  const sale = { ...part(2), side: 'SELL' as const, permId: '8' }
  await room.tell(part(1), sale, part(3))
  await annotate(room.db, name(1), { note: 'first', tags: ['a'] }, OPENED)
  await annotate(room.db, name(3), { note: 'second', initialStop: '98' }, OPENED)
  await snooze(room.db, name(3), UNTIL, OPENED)
  await room.tell({ ...sale, executionId: part(2, 2).executionId, quantity: '0' })
  const one = [[name(1), 'second', ['a'], '98', false, UNTIL]]
  expect(await room.standing()).toEqual(one)
  await room.again()
  expect(await room.standing()).toEqual(one)
})

test('what was said of the only fill, taken back before the next one came, is of what that one opens', async () => {
  await using room = await openRoom()
  await room.tell(part(1))
  await annotate(room.db, name(1), { note: 'base', held: true }, OPENED)
  await room.tell(part(1, 2, '0'))
  expect(await room.standing()).toEqual([])
  await room.again()
  await room.tell(part(2))
  const one = [[name(2), 'base', [], null, true, null]]
  expect(await room.standing()).toEqual(one)
  await room.again()
  expect(await room.standing()).toEqual(one)
})

test('a round trip that begins with another order now: what was said of it stays with it, but for the stop, which is its first order’s', async () => {
  await using room = await openRoom()
  await room.tell(part(2))
  await annotate(room.db, name(2), { note: 'base', tags: ['a'], initialStop: '98' }, OPENED)
  await room.tell({ ...part(1), permId: '6' })
  const said = async () => (await tradesOf(room.db, { unit: 'ROUND_TRIP' })).map(({ tradeId, note, tags, initialStop }) => [tradeId, note, tags, initialStop])
  const trip = name(1).replace('ORDER', 'ROUND_TRIP')
  expect(await said()).toEqual([[trip, 'base', ['a'], null]])
  await annotate(room.db, trip, { note: 'both' }, OPENED)
  await annotate(room.db, name(2), { note: 'second', tags: ['b'] }, OPENED)
  await room.tell()
  expect(await said()).toEqual([[trip, 'both', ['b'], null]])
  await room.again()
  expect(await said()).toEqual([[trip, 'both', ['b'], null]])
})

test('an alert went along with its trade, and the name it had is another trade’s: that one’s alert is one of its own, and sent', async () => {
  await using room = await openRoom()
  await saveRule(room.db, { id: 'r', body: { id: 'r', kind: 'MAE_STOP', pct: '1' }, enabled: true }, OPENED)
  await room.tell(part(2))
  await room.see(98)
  await room.tell(part(1))
  const raised = async () => (await alertsOf(room.db, { states: ALERT_STATES })).map(({ tradeId, state }) => [tradeId, state]).sort()
  expect(await raised()).toEqual([[name(1), 'RAISED']])
  await room.restart()
  // Its second fill was of another order.
  await room.tell({ ...part(2, 2), permId: '9' })
  expect(await raised()).toEqual([
    [name(1), 'RAISED'],
    [name(2), 'RAISED'],
  ])
  const ids = (await alertsOf(room.db, {})).map(({ id }) => id)
  expect(new Set(ids).size).toBe(2)
  expect(await rowsOf(room.db.pool, `select 1 as one from outbox where kind = 'alert'`)).toHaveLength(2)
})

test('a fill that was taken back is said of no trade that was over by then, though its time was never reached again', async () => {
  await using room = await openRoom()
  await room.tell(part(5))
  await annotate(room.db, name(5), { note: 'mine' }, OPENED)
  await room.tell()
  await room.tell(part(5, 2, '0'), part(2))
  const notes = async () => (await room.told()).map(([tradeId, , note]) => [tradeId, note])
  expect(await notes()).toEqual([[name(2), 'mine']])
  await room.tell({ ...part(3), side: 'SELL', permId: '8' })
  expect(await notes()).toEqual([[name(2), null]])
  await room.again()
  expect(await notes()).toEqual([[name(2), null]])
})

const RUNS = Number(process.env['EXCURSION_RUNS'] ?? 300) / 50
const PARTS = 6

test('law: words said at any moment, of fills in any order: those of the trade that contains them, after a rebuild and told in another order too', {
  timeout: 600_000,
}, async () => {
  const happenings = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('fill' as const), n: fc.integer({ min: 1, max: PARTS }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('bust' as const), n: fc.integer({ min: 1, max: PARTS }) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('say' as const),
          of: fc.nat({ max: 5 }),
          what: fc.oneof(
            fc.record({ note: fc.constantFrom('a', 'b', null) }),
            fc.record({ held: fc.boolean() }),
            fc.record({ initialStop: fc.constantFrom('97', '98') }),
          ),
        }),
      },
    ),
    { minLength: 6, maxLength: 20, size: 'max' },
  )
  const orders = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: PARTS, maxLength: PARTS })
  await fc.assert(
    fc.asyncProperty(happenings, orders, fc.array(fc.nat({ max: 1000 }), { minLength: 40, maxLength: 40 }), async (drawn, orderOf, shuffle) => {
      const factOf = (n: number, version = 1): Execution => {
        const order = orderOf[n - 1] ?? 1
        return { ...part(n, version, version === 1 ? '100' : '0'), side: order % 2 === 0 ? 'SELL' : 'BUY', permId: String(order) }
      }
      await using room = await openRoom()
      const facts: Execution[] = []
      const words: { tradeId: string; what: Annotation }[] = []
      for (const happening of drawn) {
        if (happening.kind === 'say') {
          const standing = await room.standing()
          const tradeId = standing[happening.of % Math.max(standing.length, 1)]?.[0] as string | undefined
          if (tradeId === undefined) continue
          words.push({ tradeId, what: happening.what })
          await annotate(room.db, tradeId, happening.what, OPENED)
          await room.tell()
        } else {
          facts.push(factOf(happening.n, happening.kind === 'fill' ? 1 : 2))
          await room.tell(...facts.slice(-1))
        }
      }
      const expected = naively(facts, words)
      expect(await room.told()).toEqual(expected)
      await room.again()
      expect(await room.told()).toEqual(expected)
      // The words in their order, the facts in any, the ones among the others.
      await using other = await openRoom()
      const shuffled = facts.map((fact, n) => ({ fact, key: shuffle[n] ?? 0 })).sort((a, b) => a.key - b.key)
      const said = [...words]
      for (const [n, { fact }] of shuffled.entries()) {
        await other.tell(fact)
        for (const { tradeId, what } of said.splice(0, (shuffle[39 - n] ?? 0) % 3)) await annotate(other.db, tradeId, what, OPENED)
      }
      for (const { tradeId, what } of said) await annotate(other.db, tradeId, what, OPENED)
      await other.tell()
      expect(await other.told()).toEqual(expected)
    }),
    { numRuns: RUNS },
  )
})

/** Of every ORDER trade its name, whether it is held, its note and stop, as they are without any of the product's own reading. */
function naively(facts: readonly Execution[], words: readonly { readonly tradeId: string; readonly what: Annotation }[]): unknown {
  const lines = [IBM, ...facts].map((fact) => JSON.stringify({ ...fact, ...('executionId' in fact ? { at: new Date(fact.at).toISOString() } : {}) }))
  const tape = read({ tapes: [lines], marks: [] })
  const fills = fillsOf(tape)
  const said = words.flatMap(({ tradeId, what }) => Object.entries(what).map(([name, value]) => ({ family: tradeId.split(':')[3] as string, name, value })))
  const trades = tradesAsHeld(fills, tape.splits, said)
  return trades
    .filter(({ unit }) => unit === 'ORDER')
    .map((trade) => {
      const contained = familiesOf(trade, trades, fills, tape.splits)
      return [trade.tradeId, trade.held, lastWord('note', contained, said) ?? null, lastWord('initialStop', contained, said) ?? null]
    })
}
