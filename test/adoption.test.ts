// A position found at start whose fills nobody told: adopted once, held for the long term, known since then and not before; no trade is made up around it.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import type { AnyFact, Instrument } from '#core/facts.ts'
import { parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openDesk } from '#src/desk.ts'
import { openRecorder } from '#record/record.ts'
import type { Recorder } from '#record/recorder.ts'
import type { Database } from '#store/db.ts'
import { alertsOf } from '#store/alerts.ts'
import { saveRule } from '#store/decisions.ts'
import { factsOf } from '#store/facts.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { eventually, makeHome } from './process.ts'
import { ScriptedGateway } from './tws-gateway.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const ES: Instrument = { kind: 'instrument', conId: 77, symbol: 'ES', secType: 'FUT', currency: 'USD', multiplier: '50' }

test('a position without executions: one trade, held, partial since now, at the basis the broker tells a unit; no round trip', async () => {
  await using scene = await open()
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '100', averageCost: '183.1234567890123' })
  scene.recorder.position({ account: 'DU1', instrument: ES, quantity: '-2', averageCost: '250000' })
  await scene.recorder.settled()
  const trades = await tradesOf(scene.db, { unit: 'ORDER' })
  expect(trades).toHaveLength(2)
  expect(trades.find(({ conId }) => conId === 8314)).toMatchObject({
    ...{ account: 'DU1', side: 'LONG', status: 'OPEN', quantity: '100', openQuantity: '100', entryPrice: '183.123456789', held: true },
    provenance: { partialSince: T0 },
  })
  // The multiplier is taken out of what the broker tells: 250,000 for a contract of 50 is 5,000 points.
  expect(trades.find(({ conId }) => conId === 77)).toMatchObject({ side: 'SHORT', openQuantity: '2', entryPrice: '5000', held: true })
  expect(await tradesOf(scene.db, { unit: 'ROUND_TRIP' })).toEqual([])
  expect(scene.lines.filter((line) => line.includes('without executions is adopted'))).toHaveLength(2)
})

test('a level that lay behind when it was adopted does not fire: it is listed; what is passed later fires', async () => {
  await using scene = await open()
  const rule = (id: string, pct: string) => ({ id, body: { id, kind: 'MAE_STOP', pct, scope: { held: true } }, enabled: true })
  for (const one of [rule('near', '3'), rule('far', '25')]) await saveRule(scene.db, one, T0)
  await scene.restart()
  const alerts = async () => (await alertsOf(scene.db, {})).map(({ ruleId, state, price }) => `${ruleId} ${state} at ${price}`)
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '100', averageCost: '100' })
  scene.recorder.quote({ conId: 8314, price: 80, at: T0 + 1_000, source: 'LAST' })
  await scene.recorder.settled()
  expect(await alerts()).toEqual(['near ALREADY_BEYOND at 80'])
  await scene.restart()
  scene.recorder.quote({ conId: 8314, price: 74, at: T0 + 2_000, source: 'LAST' })
  await scene.recorder.settled()
  await scene.recorder.rebuild()
  expect((await alerts()).toSorted()).toEqual(['far RAISED at 74', 'near ALREADY_BEYOND at 80'])
})

test('a level that lay behind when it was adopted does not fire either where marks in a row must confirm it: it is listed once they have', async () => {
  await using scene = await open()
  const rule = (id: string, confirm: number, pct: string) => ({ id, body: { id, kind: 'MAE_STOP', pct, confirm, scope: { held: true } }, enabled: true })
  for (const one of [rule('two', 2, '3'), rule('three', 3, '3'), rule('far', 2, '25')]) await saveRule(scene.db, one, T0)
  await scene.restart()
  const alerts = async () => (await alertsOf(scene.db, {})).map(({ ruleId, state, price }) => `${ruleId} ${state} at ${price}`).toSorted()
  const see = async (...prices: readonly number[]) => {
    for (const price of prices) {
      last += 1_000
      scene.recorder.quote({ conId: 8314, price, at: last, source: 'LAST' })
    }
    await scene.recorder.settled()
  }
  let last = T0
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '100', averageCost: '100' })
  await see(80)
  expect(await alerts()).toEqual([])
  // Also where it starts again in between.
  await scene.restart()
  await see(81)
  expect(await alerts()).toEqual(['two ALREADY_BEYOND at 81'])
  await see(82)
  expect(await alerts()).toEqual(['three ALREADY_BEYOND at 82', 'two ALREADY_BEYOND at 81'])
  // What is passed later fires.
  await see(74, 73)
  await scene.recorder.rebuild()
  expect(await alerts()).toEqual(['far RAISED at 73', 'three ALREADY_BEYOND at 82', 'two ALREADY_BEYOND at 81'])
})

test('what lay behind when it was adopted, and came back before it was confirmed, fires when it is passed again', async () => {
  await using scene = await open()
  await saveRule(scene.db, { id: 'two', body: { id: 'two', kind: 'MAE_STOP', pct: '3', confirm: 2, scope: { held: true } }, enabled: true }, T0)
  await scene.restart()
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '100', averageCost: '100' })
  for (const [n, price] of [96, 98, 95, 94].entries()) scene.recorder.quote({ conId: 8314, price, at: T0 + 1_000 * (n + 1), source: 'LAST' })
  await scene.recorder.settled()
  expect((await alertsOf(scene.db, {})).map(({ state, price }) => `${state} at ${price}`)).toEqual(['RAISED at 94'])
})

test('the first price heard of it may be that of a fill of ours: what that is beyond lay behind, what a mark passes afterwards fires', async () => {
  await using scene = await open()
  const rule = (id: string, pct: string) => ({ id, body: { id, kind: 'MAE_STOP', pct, scope: { held: true } }, enabled: true })
  for (const one of [rule('near', '3'), rule('far', '25')]) await saveRule(scene.db, one, T0)
  await scene.restart()
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '100', averageCost: '100' })
  scene.recorder.tell({ kind: 'execution', executionId: 'e.1.1.01', account: 'DU1', conId: 8314, side: 'SELL', quantity: '40', price: '80', at: T0 + 1_000 })
  scene.recorder.quote({ conId: 8314, price: 74, at: T0 + 3_000, source: 'LAST' })
  await scene.recorder.settled()
  expect((await alertsOf(scene.db, {})).map(({ ruleId, state, price }) => `${ruleId} ${state} at ${price}`).toSorted()).toEqual([
    'far RAISED at 74',
    'near ALREADY_BEYOND at 80',
  ])
})

test('told again, by this session or the next, it is adopted once; one whose fills are known is not adopted', async () => {
  await using scene = await open()
  const position = { account: 'DU1', instrument: IBM, quantity: '100', averageCost: '183' }
  scene.recorder.position(position)
  scene.recorder.position(position)
  await scene.recorder.settled()
  await scene.restart()
  scene.recorder.position(position)
  // The broker's average moved, or its quantity did while nobody listened: that is a difference, and no second adoption.
  scene.recorder.position({ ...position, quantity: '150', averageCost: '184' })
  scene.recorder.tell(ES)
  scene.recorder.tell({ kind: 'execution', executionId: 'e.1.1.01', account: 'DU1', conId: 77, side: 'BUY', quantity: '1', price: '5000', at: T0 })
  scene.recorder.position({ account: 'DU1', instrument: ES, quantity: '1', averageCost: '250000' })
  await scene.recorder.settled()
  const trades = await tradesOf(scene.db, { unit: 'ORDER' })
  expect(trades.map(({ conId, openQuantity, held }) => [conId, openQuantity, held])).toEqual([
    [77, '1', false],
    [8314, '100', true],
  ])
  const adoptions = (await factsOf(scene.db)).filter(({ fact }) => fact.kind === 'adopt')
  expect(adoptions).toHaveLength(1)
})

test('fills of before that become known later explain the position: what they explain is theirs, and never counted twice', async () => {
  await using scene = await open()
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '100', averageCost: '183' })
  await scene.recorder.settled()
  const fill = { kind: 'execution' as const, account: 'DU1', conId: 8314, side: 'BUY' as const, price: '180' }
  scene.recorder.tell({ ...fill, executionId: 'e.1.1.01', quantity: '30', at: T0 - 86_400_000, permId: '1' })
  await scene.recorder.settled()
  const told = async () => (await tradesOf(scene.db, { unit: 'ORDER' })).map(({ held, openQuantity, entryPrice }) => [held, openQuantity, entryPrice]).sort()
  expect(await told()).toEqual([
    [false, '30', '180'],
    [true, '70', '183'],
  ])
  scene.recorder.tell({ ...fill, executionId: 'e.2.1.01', quantity: '70', at: T0 - 3_600_000, permId: '2' })
  await scene.recorder.settled()
  expect(await told()).toEqual([
    [false, '30', '180'],
    [false, '70', '180'],
  ])
  await scene.restart()
  expect((await scene.recorder.rebuild()).differed).toEqual([])
})

test('nothing held is nothing adopted; another account is another position', async () => {
  await using scene = await open()
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '0', averageCost: '0' })
  await scene.recorder.settled()
  expect(await tradesOf(scene.db, { unit: 'ORDER' })).toEqual([])
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '5', averageCost: '180' })
  scene.recorder.position({ account: 'DU2', instrument: IBM, quantity: '7', averageCost: '181' })
  await scene.recorder.settled()
  expect((await tradesOf(scene.db, { unit: 'ORDER' })).map(({ account, openQuantity }) => [account, openQuantity]).sort()).toEqual([
    ['DU1', '5'],
    ['DU2', '7'],
  ])
})

test('a position whose average cost the broker does not know is not adopted at an invented one: said once, adopted as soon as it is told', async () => {
  await using scene = await open()
  const position = { account: 'DU1', instrument: IBM, quantity: '100', averageCost: null }
  scene.recorder.position(position)
  scene.recorder.position(position)
  await scene.recorder.settled()
  expect(await tradesOf(scene.db, { unit: 'ORDER' })).toEqual([])
  expect((await factsOf(scene.db)).map(({ fact }) => fact.kind)).not.toContain('adopt')
  expect(scene.lines.filter((line) => line.includes('no average cost'))).toHaveLength(1)
  scene.recorder.position({ ...position, averageCost: '180' })
  await scene.recorder.settled()
  expect((await tradesOf(scene.db, { unit: 'ORDER' })).map(({ entryPrice }) => entryPrice)).toEqual(['180'])
})

test('a day trade beside an adopted position is a trade of its own', async () => {
  await using scene = await open()
  scene.recorder.position({ account: 'DU1', instrument: IBM, quantity: '100', averageCost: '150' })
  const fill = { kind: 'execution' as const, account: 'DU1', conId: 8314, quantity: '10' }
  scene.recorder.tell({ ...fill, executionId: 'e.1.1.01', side: 'BUY', price: '183', at: T0 + 1000, permId: '1' })
  scene.recorder.tell({ ...fill, executionId: 'e.2.1.01', side: 'SELL', price: '184', at: T0 + 2000, permId: '2' })
  await scene.recorder.settled()
  const trades = await tradesOf(scene.db, { unit: 'ORDER' })
  expect(trades.map(({ held, status, openQuantity, grossPnl }) => [held, status, openQuantity, grossPnl])).toEqual([
    [true, 'OPEN', '100', expect.any(String)],
    [false, 'CLOSED', '0', '10'],
  ])
})

test('over the wire: the service starts beside a position it never saw bought, and starts again', { timeout: 60_000 }, async () => {
  await using closing = new AsyncDisposableStack()
  const db = closing.use(await openTestDatabase())
  const home = closing.use(await makeHome())
  const faults = parseFaults(`{"at":"${new Date(T0 - 1000).toISOString()}","fault":"hidden-fill","forMs":36000000}`, T0 - 1000, T0)
  if ('refused' in faults) throw new Error(faults.refused)
  const bought = Promise.withResolvers<void>()
  const over = Promise.withResolvers<void>()
  async function* facts(): AsyncGenerator<AnyFact> {
    yield IBM
    yield { kind: 'mark', conId: 8314, price: 180, at: T0 }
    yield { kind: 'execution', executionId: 'a.b.01.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '180', at: T0 + 1000 }
    bought.resolve()
    // The tape goes on: at its end every fault is over.
    await over.promise
  }
  const gateway = closing.use(await openGateway({ port: 0, facts: facts(), accounts: ['DU1'], faults, hostNow: clock.monotonic }))
  closing.defer(() => over.resolve())
  // Somebody else's client lets the tape begin; ours comes when the position is there already.
  const first = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 5, clock })
  await first.connect(() => {})
  await bought.promise
  await first.close()
  const config = readConfig({ DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_LANG: 'en', TWS_PORT: String(gateway.port) })
  for (const start of [1, 2]) {
    await using desk = await openDesk({
      ...{ config, roles: new Set(['live'] as const), clock, log: () => {} },
      openBroker: (instruments) => openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, instruments }),
    })
    await eventually(async () => desk.brokers()[0]?.state === 'READY')
    await desk.settled()
    const trades = await tradesOf(db, { unit: 'ORDER' })
    expect(trades, `start ${start}`).toMatchObject([{ conId: 8314, openQuantity: '100', entryPrice: '180', held: true }])
    expect(trades[0]?.provenance.partialSince).toBeGreaterThanOrEqual(T0)
  }
})

test('only what is told while the session opens is adopted: a position that changes in a session that a farm degrades may come before its own fill', async () => {
  await using closing = new AsyncDisposableStack()
  const db = closing.use(await openTestDatabase())
  const home = closing.use(await makeHome())
  const gateway = closing.use(await ScriptedGateway.open({ accounts: 'DU1,' }))
  const config = readConfig({ DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_LANG: 'en', TWS_PORT: String(gateway.port) })
  const desk = closing.use(
    await openDesk({
      ...{ config, roles: new Set(['live'] as const), clock, log: () => {} },
      openBroker: (instruments) => openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, instruments }),
    }),
  )
  await eventually(async () => desk.brokers()[0]?.state === 'READY')
  const session = await gateway.session()
  session.say(4, 2, -1, 2103, 'Market data farm connection is broken:usfarm', '')
  await eventually(async () => desk.brokers()[0]?.state === 'DEGRADED')
  session.say(61, 3, 'DU1', 8314, 'IBM', 'STK', '', '0.0', '', '', 'NYSE', 'USD', 'IBM', 'IBM', '100', '180')
  session.say(4, 2, -1, 2104, 'Market data farm connection is OK:usfarm', '')
  await eventually(async () => desk.brokers()[0]?.state === 'READY')
  await desk.settled()
  expect((await factsOf(db)).filter(({ fact }) => fact.kind === 'adopt')).toEqual([])
})

interface Scene extends AsyncDisposable {
  readonly db: Database
  readonly recorder: Recorder
  readonly lines: readonly string[]
  restart(): Promise<void>
}

async function open(): Promise<Scene> {
  const db = await openTestDatabase()
  const lines: string[] = []
  const start = async () => {
    const opened = await openRecorder({
      ...{ db, bus: openBus(), clock, filter: 'none' as const, log: (line: string) => void lines.push(line) },
      onFailure: (error) => {
        throw error
      },
    })
    opened.clock(T0)
    await opened.settled()
    return opened
  }
  let recorder = await start()
  return {
    db,
    lines,
    get recorder() {
      return recorder
    },
    async restart() {
      await recorder.close()
      recorder = await start()
    },
    async [Symbol.asyncDispose]() {
      await recorder.close()
      await db.close()
    },
  }
}
