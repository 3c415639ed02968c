// What becomes of alerts when history changes, in the recorder and its tables: what was told stays told, what never was is not told later,
// and each firing of a repeating rule stands for itself.
import { describe, expect, test } from 'vitest'
import type { Execution, Instrument } from '#core/facts.ts'
import { ALERT_STATES } from '#core/stored.ts'
import { type Bus, type BusEvent, openBus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import type { Recorder } from '#record/recorder.ts'
import { alertsOf, alertsSince } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { annotate, deleteRule, saveRule } from '#store/decisions.ts'
import { acknowledge, comment, snooze } from '#store/remarks.ts'
import { rowsOf } from '#store/sql.ts'
import { tradesByIds, tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'

const OPENED = Date.UTC(2026, 10, 20, 15)
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const bought = (version: number, price: string): Execution => ({
  ...{ kind: 'execution', executionId: `0000e0d5.0001.01.0${version}`, account: 'DU1', conId: IBM.conId, side: 'BUY', quantity: '100', price },
  at: OPENED,
})

interface Room extends AsyncDisposable {
  readonly db: Database
  readonly bus: Bus
  readonly recorder: Recorder
  /** The service ends, something is done meanwhile, and it starts again. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>
  /** Something is said while it runs. */
  decide(said: Promise<unknown>): Promise<void>
}

async function openRoom(rule: { readonly id: string }): Promise<Room> {
  const db = await openTestDatabase()
  await saveRule(db, { id: rule.id, body: rule, enabled: true }, OPENED)
  const bus = openBus()
  const start = () => {
    const clock = clockThatReads(
      () => OPENED,
      () => performance.now(),
    )
    const failed = Promise.withResolvers<never>()
    failed.promise.catch(() => {})
    return openRecorder({ db, bus, clock, filter: 'none', delivers: true, log: () => {}, onFailure: failed.reject })
  }
  let recorder = await start()
  recorder.tell(IBM)
  return {
    ...{ db, bus },
    get recorder() {
      return recorder
    },
    async restart(meanwhile = async () => {}) {
      await recorder.close()
      await meanwhile()
      recorder = await start()
      await recorder.settled()
    },
    async decide(said) {
      await said
      recorder.decided()
      await recorder.settled()
    },
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

test('passed while nobody listened, and found in what was fetched since: missed, and ordered to be listed, once', async () => {
  await using room = await openRoom(stop)
  await fill(room, 1, '100')
  await see(room, [98, 1])
  room.recorder.gap([IBM.conId], OPENED + 1_000, OPENED + 20_000, 'asleep')
  await see(room, [98, 20], [99, 60])
  const [hole] = room.recorder.holes()
  if (hole === undefined) throw new Error('expected a hole')
  const quotes = [96.9, 98.5].map((price, n) => ({ conId: IBM.conId, price, at: OPENED + (5 + n) * 1000, source: 'LAST' as const }))
  await room.recorder.fetched({ ...hole, quotes, bars: [], source: 'TICKS' })
  await room.recorder.settled()
  const passed = [['MISSED', 1, 5.999]]
  expect([await alerts(room), await orders(room)]).toEqual([passed, 1])
  await room.recorder.rebuild()
  await room.restart()
  expect([await alerts(room), await orders(room)]).toEqual([passed, 1])
})

test('passed in a bar of a long time in which nobody listened: missed, dated by its end, and ordered to be listed, once', async () => {
  await using room = await openRoom(stop)
  await fill(room, 1, '100')
  await see(room, [98, 1])
  room.recorder.gap([IBM.conId], OPENED + 1_000, OPENED + 20_000, 'asleep')
  await see(room, [98, 20], [99, 60])
  const [hole] = room.recorder.holes()
  if (hole === undefined) throw new Error('expected a hole')
  const bars = ['97.5', '96.9', '98'].map((low, n) => {
    const from = OPENED + (2 + 5 * n) * 1000
    return { kind: 'bar' as const, conId: IBM.conId, from, to: from + 4_999, high: '98.5', low }
  })
  await room.recorder.fetched({ ...hole, quotes: [], bars, source: 'BARS' })
  await room.recorder.settled()
  const passed = [['MISSED', 1, 11.999]]
  expect([await alerts(room), await orders(room)]).toEqual([passed, 1])
  await room.recorder.rebuild()
  await room.restart()
  expect([await alerts(room), await orders(room)]).toEqual([passed, 1])
})

test('what only the clock fires, and came due while nobody was there: told once, as late, however often it starts again', async () => {
  await using room = await openRoom({ id: 'time', kind: 'TIME_STOP', after: 'PT30M', mfeBelowPct: '0.5' } as { id: string })
  await fill(room, 1, '100')
  await see(room, [100.1, 1])
  await room.restart()
  expect(await alerts(room)).toEqual([])
  room.recorder.clock(OPENED + 4 * 3_600_000)
  await room.recorder.settled()
  const late = [['LATE', 1, 1800]]
  expect([await alerts(room), await orders(room)]).toEqual([late, 1])
  await room.restart()
  room.recorder.clock(OPENED + 5 * 3_600_000)
  await see(room, [100.2, 5 * 3600])
  expect([await alerts(room), await orders(room)]).toEqual([late, 1])
})

test('what only the clock fires, of a trade of which nobody heard before its time had passed: told once, as late', async () => {
  await using room = await openRoom({ id: 'time', kind: 'TIME_STOP', after: 'PT30M', mfeBelowPct: '0.5' } as { id: string })
  room.recorder.clock(OPENED + 4 * 3_600_000)
  await fill(room, 1, '100')
  room.recorder.clock(OPENED + 4 * 3_600_000 + 1_000)
  await room.recorder.settled()
  expect([await alerts(room), await orders(room)]).toEqual([[['LATE', 1, 1800]], 1])
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

describe('a trade whose opening is another one now takes its alerts along: told once', () => {
  const part = (n: number, seconds: number, more: Partial<Execution> = {}): Execution => ({
    ...{ ...bought(1, '100'), executionId: `0000e0d5.000${n}.01.01`, at: OPENED + seconds * 1000, permId: '7' },
    ...more,
  })
  const told = async ({ db }: Room) =>
    (await alertsOf(db, { states: ALERT_STATES })).map(({ tradeId, state, ruleVersion }) => `${tradeId.slice(-7)} ${state} by ${ruleVersion}`)
  const tell = async ({ recorder }: Room, ...facts: readonly Execution[]) => {
    for (const fact of facts) recorder.tell(fact)
    await recorder.settled()
  }

  test('an earlier fill comes late, and what lay between them later still', async () => {
    await using room = await openRoom({ ...stop, unit: 'ROUND_TRIP' } as typeof stop)
    await tell(room, part(2, 20))
    await see(room, [96.9, 30])
    const [first] = await alertsOf(room.db, {})
    await tell(room, part(1, 0))
    expect([await told(room), await orders(room)]).toEqual([['0001.01 RAISED by 1'], 1])
    // It is the alert it was: what was said of it, and what is on its way, stays with it.
    expect((await alertsOf(room.db, {})).map(({ id }) => id)).toEqual([first?.id])
    await tell(room, part(3, 10, { side: 'SELL', permId: '8' }))
    expect([await told(room), await orders(room)]).toEqual([['0002.01 RAISED by 1'], 1])
    await room.recorder.rebuild()
    await room.restart()
    await see(room, [96, 40])
    expect([await told(room), await orders(room)]).toEqual([['0002.01 RAISED by 1'], 1])
  })

  test('the opening fill is taken back, and stands again', async () => {
    await using room = await openRoom(stop)
    await tell(room, part(1, 0), part(2, 1))
    await see(room, [96.9, 2])
    await tell(room, part(1, 0, { executionId: '0000e0d5.0001.01.02', quantity: '0' }))
    expect([await told(room), await orders(room)]).toEqual([['0002.01 RAISED by 1'], 1])
    await tell(room, part(1, 0, { executionId: '0000e0d5.0001.01.03' }))
    expect([await told(room), await orders(room)]).toEqual([['0001.01 RAISED by 1'], 1])
  })

  test('told by an older version of its rule', async () => {
    await using room = await openRoom(stop)
    await tell(room, part(2, 1))
    await see(room, [96.9, 2])
    await room.decide(saveRule(room.db, { id: stop.id, body: { ...stop, pct: '2.5' }, enabled: true }, OPENED))
    await tell(room, part(1, 0))
    expect([await told(room), await orders(room)]).toEqual([['0001.01 RAISED by 1'], 1])
    await tell(room, part(1, 0, { executionId: '0000e0d5.0001.01.02', price: '100.01' }))
    expect([await told(room), await orders(room)]).toEqual([['0001.01 RAISED by 1'], 1])
  })

  test('another trade beside it inherits nothing', async () => {
    await using room = await openRoom(stop)
    await tell(room, part(1, 0))
    await see(room, [96.9, 2])
    await tell(room, part(1, 0, { executionId: '0000e0d5.0001.01.02', quantity: '0' }), part(2, 3, { price: '99', permId: '9' }))
    await see(room, [96, 4])
    expect([await told(room), await orders(room)]).toEqual([['0001.01 WITHDRAWN by 1', '0002.01 RAISED by 1'], 2])
  })
})

describe('another version of a rule', () => {
  const edited = (db: Database) => saveRule(db, { id: stop.id, body: { ...stop, pct: '2.5' }, enabled: true }, OPENED)
  const versions = async ({ db }: Room) => (await alertsOf(db, { states: ALERT_STATES })).map(({ state, ruleVersion }) => `${state} by ${ruleVersion}`)

  test('written while nobody was there: what was told stays as it was told, and is not told again', async () => {
    await using room = await openRoom(stop)
    await fill(room, 1, '100')
    await see(room, [98, 1], [97.2, 2], [96.9, 3])
    await room.restart(() => edited(room.db))
    expect([await alerts(room), await versions(room), await orders(room)]).toEqual([[['RAISED', 1, 3]], ['RAISED by 1'], 1])
    await room.restart()
    expect([await versions(room), await orders(room)]).toEqual([['RAISED by 1'], 1])
  })

  test('written while nobody was there: a level that lies behind is listed as such, once', async () => {
    await using room = await openRoom(stop)
    await fill(room, 1, '100')
    await see(room, [97.2, 2], [98, 3])
    await room.restart(() => edited(room.db))
    expect([await alerts(room), await orders(room)]).toEqual([[['ALREADY_BEYOND', 1, 2]], 1])
    await room.restart()
    await see(room, [97, 4])
    expect([await alerts(room), await orders(room)]).toEqual([[['ALREADY_BEYOND', 1, 2]], 1])
  })

  test('a rule that was not touched speaks of what came due meanwhile, whatever became of the others', async () => {
    await using room = await openRoom(stop)
    await saveRule(room.db, { id: 'time', body: { id: 'time', kind: 'TIME_STOP', after: 'PT10S', mfeBelowPct: '5' }, enabled: true }, OPENED)
    await room.decide(Promise.resolve())
    await fill(room, 1, '100')
    await see(room, [97.2, 2])
    await room.restart(() => edited(room.db))
    room.recorder.clock(OPENED + 60_000)
    await room.recorder.settled()
    expect(await alerts(room)).toEqual([
      ['ALREADY_BEYOND', 1, 2],
      ['RAISED', 1, 10],
    ])
  })

  const slow = { ...stop, confirm: 2 }
  const edits = (db: Database, body: object) => saveRule(db, { id: stop.id, body: { ...slow, ...body }, enabled: true }, OPENED)

  test('switched on where its level lies behind and is not confirmed yet: it is listed once it is, and does not fire', async () => {
    await using room = await openRoom(slow)
    await room.decide(edits(room.db, { pct: '50' }))
    await fill(room, 1, '100')
    await see(room, [98, 1], [96.9, 2])
    await room.decide(edits(room.db, {}))
    expect(await alerts(room)).toEqual([])
    await see(room, [96.8, 3])
    expect([await alerts(room), await orders(room)]).toEqual([[['ALREADY_BEYOND', 1, 3]], 1])
  })

  test('switched on where its level lies behind, was passed back and is passed again: it fires', async () => {
    await using room = await openRoom(slow)
    await room.decide(edits(room.db, { pct: '50' }))
    await fill(room, 1, '100')
    await see(room, [96.9, 2])
    await room.decide(edits(room.db, {}))
    await see(room, [98, 3], [96.9, 4], [96.8, 5])
    expect(await alerts(room)).toEqual([['RAISED', 1, 5]])
  })

  test('what history as it comes in folds again meanwhile still lies behind', async () => {
    await using room = await openRoom(slow)
    await room.decide(edits(room.db, { pct: '50' }))
    await fill(room, 1, '100')
    await see(room, [96.9, 2])
    await room.decide(edits(room.db, {}))
    await fill(room, 2, '100.01')
    await see(room, [96.8, 3])
    expect(await alerts(room)).toEqual([['ALREADY_BEYOND', 1, 3]])
  })

  test('in force when history changes afterwards: what the older one told is neither told again nor withdrawn', async () => {
    await using room = await openRoom(stop)
    await fill(room, 1, '100')
    await see(room, [98, 1], [96.9, 3], [98, 4])
    await room.decide(edited(room.db))
    await fill(room, 2, '100.01')
    expect([await alerts(room), await versions(room), await orders(room)]).toEqual([[['RAISED', 1, 3]], ['RAISED by 1'], 1])
    await fill(room, 3, '96')
    expect(await versions(room)).toEqual(['RAISED by 1'])
  })

  test('none any more: what it told stays', async () => {
    await using room = await openRoom(stop)
    await fill(room, 1, '100')
    await see(room, [96.9, 3])
    await room.decide(deleteRule(room.db, stop.id, OPENED))
    await room.restart()
    expect(await alerts(room)).toEqual([['RAISED', 1, 3]])
  })
})

describe('what the trader says is heard by whoever follows', () => {
  test('an alert that is acknowledged or commented is told again, under a new number, and pushed to nobody', async () => {
    await using room = await openRoom(stop)
    await fill(room, 1, '100')
    await see(room, [96.9, 3])
    const [alert] = await alertsOf(room.db, {})
    const told: BusEvent[] = []
    room.bus.subscribe((event) => told.push(event))
    await room.decide(acknowledge(room.db, alert?.id ?? '', OPENED))
    await room.decide(comment(room.db, alert?.id ?? '', 'sold half', OPENED))
    const heard = told.flatMap((event) => (event.kind === 'alert' ? [event] : []))
    expect(heard.map((event) => ({ ...event.alert, seq: 0 }))).toEqual([alert, alert].map((one) => ({ ...one, seq: 0 })))
    const numbers = heard.map(({ seq }) => seq)
    expect(Math.min(...numbers)).toBeGreaterThan(alert?.seq ?? 0)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
    // Who was cut off resumes by it.
    expect((await alertsSince(room.db, alert?.seq ?? 0, {}, 10)).map(({ id, seq }) => [id, seq])).toEqual([[alert?.id, numbers.at(-1)]])
    expect(await orders(room)).toBe(1)
  })

  test('said while nobody was there, it is heard after the start, once', async () => {
    await using room = await openRoom(stop)
    await fill(room, 1, '100')
    await see(room, [96.9, 3])
    const [alert] = await alertsOf(room.db, {})
    const seq = async () => (await alertsOf(room.db, {}))[0]?.seq ?? 0
    await room.restart(() => acknowledge(room.db, alert?.id ?? '', OPENED))
    const after = await seq()
    expect(after).toBeGreaterThan(alert?.seq ?? 0)
    await room.restart()
    expect(await seq()).toBe(after)
  })

  test('a trade that is left alone is told again as well', async () => {
    await using room = await openRoom(stop)
    await fill(room, 1, '100')
    const told: string[] = []
    room.bus.subscribe((event) => event.kind === 'trade' && told.push(event.trade.tradeId))
    await room.decide(snooze(room.db, 'ORDER:DU1:8314:0000e0d5.0001.01', OPENED + 60_000, OPENED))
    expect(told).toContain('ORDER:DU1:8314:0000e0d5.0001.01')
  })
})

test('no longer held: what its rules would have said meanwhile lies behind, and is listed as such', async () => {
  await using room = await openRoom(stop)
  const id = 'ORDER:DU1:8314:0000e0d5.0001.01'
  await fill(room, 1, '100')
  await room.decide(annotate(room.db, id, { held: true }, OPENED))
  await see(room, [96.9, 1], [98, 2])
  expect(await alerts(room)).toEqual([])
  await room.decide(annotate(room.db, id, { held: false }, OPENED))
  expect([await alerts(room), await orders(room)]).toEqual([[['ALREADY_BEYOND', 1, 1]], 1])
})

test('no longer held: what had begun and is confirmed afterwards lies behind, too; of another trade that was under way before it fires', async () => {
  await using room = await openRoom({ ...stop, confirm: 2 } as { id: string })
  await fill(room, 1, '100')
  room.recorder.tell({ ...bought(1, '100'), executionId: '0000e0d5.0002.01.01', permId: '9' })
  await room.recorder.settled()
  await room.decide(annotate(room.db, 'ORDER:DU1:8314:0000e0d5.0001.01', { held: true }, OPENED))
  await see(room, [96.9, 1])
  await room.decide(annotate(room.db, 'ORDER:DU1:8314:0000e0d5.0001.01', { held: false }, OPENED))
  await see(room, [96.8, 2])
  const told = (await alertsOf(room.db, {})).map(({ tradeId, state }) => `${tradeId.split('.').slice(-2).join('.')} ${state}`)
  expect(told.toSorted()).toEqual(['0001.01 ALREADY_BEYOND', '0002.01 RAISED'])
})

test('no longer held once it is over: its alerts are kept, and told to nobody', async () => {
  await using room = await openRoom(stop)
  const id = 'ORDER:DU1:8314:0000e0d5.0001.01'
  await fill(room, 1, '100')
  await room.decide(annotate(room.db, id, { held: true }, OPENED))
  await see(room, [96.9, 1], [98, 2])
  room.recorder.tell({ ...bought(1, '98'), executionId: '0000e0d5.0002.01.01', side: 'SELL', at: OPENED + 5_000 })
  await room.decide(annotate(room.db, id, { held: false }, OPENED))
  expect([await alerts(room), await orders(room)]).toEqual([[['MISSED', 1, 1]], 0])
})

test('held, or no longer, while nobody was there: folded so at the next start, also where the trade is over', async () => {
  await using room = await openRoom(stop)
  const id = 'ORDER:DU1:8314:0000e0d5.0001.01'
  await fill(room, 1, '100')
  room.recorder.tell({ ...bought(1, '101'), executionId: '0000e0d5.0002.01.01', side: 'SELL', at: OPENED + 5_000 })
  await room.recorder.settled()
  const held = async () => [(await tradesByIds(room.db, [id]))[0]?.held, (await tradesOf(room.db, { unit: 'ROUND_TRIP' })).length]
  expect(await held()).toEqual([false, 1])
  await room.restart(() => annotate(room.db, id, { held: true }, OPENED))
  expect(await held()).toEqual([true, 0])
  await room.restart(() => annotate(room.db, id, { held: false }, OPENED))
  expect(await held()).toEqual([false, 1])
})
