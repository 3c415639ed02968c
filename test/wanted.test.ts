// Whose prices are wanted: told as the broker tells of orders, without it; then over real sockets, from the order that works to the marks of its first fill.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import type { AnyFact, Execution, Fact, Instrument } from '#core/facts.ts'
import type { WorkingOrder } from '#core/working-order.ts'
import { openLive } from '#live/live.ts'
import { Wanted, type WantingRecorder } from '#live/wanted.ts'
import { openRecorder } from '#record/record.ts'
import { openGateway } from '#sim/gateway.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { factsOf } from '#store/facts.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { eventually } from './process.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const stock = (conId: number): Instrument => ({ kind: 'instrument', conId, symbol: `S${conId}`, secType: 'STK', currency: 'USD', minTick: '0.01' })
const order = (conId: number, works: boolean, permId = `7${conId}`): WorkingOrder => ({
  ...{ account: 'DU1', conId, side: 'BUY', quantity: '100', type: 'LIMIT', price: '10', trail: null, permId, orderId: '5', clientId: '0' },
  ...{ parentId: null, ocaGroup: null, works },
})

/** A recorder that is as far as the test says. */
class Book implements WantingRecorder {
  opened: readonly number[] = []
  shadows: readonly number[] = []
  now: number | null = T0
  readonly #turns: (() => readonly Fact[])[] = []
  open = () => this.opened.map(stock)
  held = () => [...this.opened, ...this.shadows].map(stock)
  marketTime = () => this.now
  consult(say: () => readonly Fact[]): void {
    this.#turns.push(say)
  }
  /** Everything told so far is taken. */
  catchUp(): void {
    for (const turn of this.#turns.splice(0)) turn()
  }
}

const idsOf = (wanted: Wanted) => wanted.all().map(({ conId }) => conId)

test('the open trades come first, then what an order works in, then what was closed lately; each once', () => {
  const book = new Book()
  const wanted = new Wanted(book)
  book.opened = [3]
  book.shadows = [1]
  for (const conId of [2, 3, 4]) wanted.hear(order(conId, true), [stock(conId)])
  expect(idsOf(wanted)).toEqual([3, 2, 4, 1])
  book.opened = [3, 4]
  expect(idsOf(wanted)).toEqual([3, 4, 2, 1])
})

test('an order that is gone is wanted until all that was told before is taken, and a minute longer, behind the others', () => {
  const book = new Book()
  const wanted = new Wanted(book)
  book.shadows = [1]
  wanted.hear(order(2, true), [stock(2)])
  wanted.hear(order(2, false), [stock(2)])
  // The market has gone on for long, but the recorder has not come to the fill yet that may have been told before.
  book.now = T0 + 600_000
  expect(idsOf(wanted)).toEqual([2, 1])
  book.catchUp()
  expect(idsOf(wanted)).toEqual([1, 2])
  book.now = T0 + 660_000
  expect(idsOf(wanted)).toEqual([1, 2])
  book.now = T0 + 660_001
  expect(idsOf(wanted)).toEqual([1])
})

test('of two orders in a contract one is gone: it is wanted for the other', () => {
  const book = new Book()
  const wanted = new Wanted(book)
  wanted.hear(order(2, true, '71'), [stock(2)])
  wanted.hear(order(2, true, '72'), [stock(2)])
  wanted.hear(order(2, false, '71'), [stock(2)])
  book.catchUp()
  book.now = T0 + 600_000
  expect(idsOf(wanted)).toEqual([2])
})

test('of a combination every leg is wanted; a leg that is known later, too', () => {
  const book = new Book()
  const wanted = new Wanted(book)
  book.shadows = [1]
  wanted.hear(order(9, true), [stock(2)])
  expect(idsOf(wanted)).toEqual([2, 1])
  wanted.hear(order(9, true), [stock(2), stock(3)])
  expect(idsOf(wanted)).toEqual([2, 3, 1])
  wanted.hear(order(9, false), [stock(2), stock(3)])
  book.catchUp()
  expect(idsOf(wanted)).toEqual([1, 2, 3])
  book.now = T0 + 60_001
  expect(idsOf(wanted)).toEqual([1])
})

test('an order that was gone when it was first heard of is not waited for; one that nobody speaks of for a day is no longer', () => {
  const book = new Book()
  const wanted = new Wanted(book)
  book.now = null
  wanted.hear(order(1, false), [stock(1)])
  wanted.hear(order(2, true), [stock(2)])
  expect(idsOf(wanted)).toEqual([2])
  book.now = T0
  expect(idsOf(wanted)).toEqual([2])
  book.now = T0 + 86_400_001
  expect(idsOf(wanted)).toEqual([])
})

// ---------------------------------------------------------------- over real sockets

const IBM: Instrument = { ...stock(8314), symbol: 'IBM', exchange: 'SMART' }
const fill = (executionId: string, seconds: number, side: 'BUY' | 'SELL', price: string, permId: string): Execution => ({
  ...{ kind: 'execution', executionId, account: 'DU1', conId: 8314, side, quantity: '100', price, at: T0 + seconds * 1000, permId, clientId: '0' },
})
/** Ten a second around 100, the first ones the furthest from it: whoever misses one of them shows. */
const prices = (from: number, until: number): AnyFact[] =>
  Array.from({ length: (until - from) * 10 }, (_, i) => ({
    kind: 'mark',
    conId: 8314,
    price: 100 + ((i % 2 === 0 ? 1 : -1) * (600 - i)) / 100,
    at: T0 + from * 1000 + i * 100 + 50,
  }))
const REQ_MKT_DATA = '1'
const ABOUT_ORDERS = ['3', '5', '15', '16', '99']

test('an order rests, its prices are asked for, and its first fill has its marks from its very first instant', { timeout: 60_000 }, async () => {
  const facts: AnyFact[] = [
    IBM,
    ...prices(0, 60),
    fill('a.b.01.01', 60, 'BUY', '100', '71'),
    ...prices(60, 120),
    fill('a.b.02.01', 120, 'SELL', '101', '72'),
    ...prices(120, 121),
  ]
  const asked: string[] = []
  const told: string[] = []
  await using db = await openTestDatabase()
  await using gateway = await openGateway({
    ...{ port: 0, accounts: ['DU1'], conflateMs: 0, speed: 30, hostNow: clock.monotonic, ordersRestMs: 50_000 },
    facts: (async function* () {
      yield* facts
    })(),
    onRequest(request) {
      asked.push(request[0] ?? '')
      if (request[0] === REQ_MKT_DATA) told.push('prices asked for')
    },
    onFrame: (frame) => {
      if (frame[0] === '5' || frame[0] === '11') told.push(frame[0] === '5' ? 'order' : 'fill')
      return [frame]
    },
  })
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  const live = openLive({
    ...{ broker: openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock }), recorder, clock, host: '127.0.0.1', port: gateway.port },
    ...{ log: () => {}, onStatus: () => {} },
  })
  await gateway.ended
  await eventually(async () => (await tradesOf(db, { unit: 'ORDER', status: 'CLOSED' })).length === 1)
  await live.close()
  await recorder.close()
  expect(told.slice(0, 2)).toEqual(['order', 'prices asked for'])
  expect(told.indexOf('prices asked for')).toBeLessThan(told.indexOf('fill'))
  expect(told.filter((one) => one === 'prices asked for')).toHaveLength(1)
  // Though it may only read: what it needs to know of orders was told without asking.
  expect(asked.filter((id) => ABOUT_ORDERS.includes(id))).toEqual([])
  const [trade] = await tradesOf(db, { unit: 'ORDER' })
  expect((await factsOf(db)).filter(({ fact }) => fact.kind === 'gap' && fact.from < (trade?.closedAt ?? 0))).toEqual([])
  expect(trade).toMatchObject({ mfe: { price: '106', at: T0 + 60_050 }, mae: { price: '94.01', at: T0 + 60_150 } })
})

test('an order for a combination rests: the prices of its legs are asked for before they are filled, and it is counted once', { timeout: 60_000 }, async () => {
  const bag: Instrument = { kind: 'instrument', conId: 28812380, symbol: 'ES', secType: 'BAG', currency: 'USD', exchange: 'CME' }
  const leg = (conId: number): Instrument => ({ ...stock(conId), symbol: `ES${conId}`, secType: 'FUT', multiplier: '50', exchange: 'CME', minTick: '0.01' })
  const filled = (conId: number, n: number, seconds: number, side: 'BUY' | 'SELL', price: string, permId: string): Execution => ({
    ...{ ...fill(`a.b${seconds}.0${n}.01`, seconds, side, price, permId), conId, quantity: conId === 78 ? '2' : '1' },
  })
  const spread = (seconds: number, side: 'BUY' | 'SELL', permId: string) => [
    filled(28812380, 1, seconds, side, '-1', permId),
    filled(77, 2, seconds, side, '100', permId),
    filled(78, 3, seconds, side === 'BUY' ? 'SELL' : 'BUY', '101', permId),
  ]
  const both = (from: number, until: number) => prices(from, until).flatMap((mark) => [77, 78].map((conId) => ({ ...mark, conId }) as AnyFact))
  const facts: AnyFact[] = [
    ...[bag, leg(77), leg(78), ...both(0, 60), ...spread(60, 'BUY', '71')],
    ...[...both(60, 120), ...spread(120, 'SELL', '72'), ...both(120, 121)],
  ]
  const told: string[] = []
  await using db = await openTestDatabase()
  await using gateway = await openGateway({
    ...{ port: 0, accounts: ['DU1'], conflateMs: 0, speed: 30, hostNow: clock.monotonic, ordersRestMs: 50_000 },
    facts: (async function* () {
      yield* facts
    })(),
    onRequest(request) {
      if (request[0] === REQ_MKT_DATA) told.push(`prices of ${request[3]}`)
      if (request[0] === '9') told.push(`details of ${request[3]}`)
    },
    onFrame: (frame) => {
      if (frame[0] === '5') told.push(`order of ${frame[4]} with ${frame[78]} legs`)
      if (frame[0] === '11') told.push('fill')
      return [frame]
    },
  })
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  const live = openLive({
    ...{ broker: openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock }), recorder, clock, host: '127.0.0.1', port: gateway.port },
    ...{ log: () => {}, onStatus: () => {} },
  })
  await gateway.ended
  await eventually(async () => (await tradesOf(db, { unit: 'ORDER', status: 'CLOSED' })).length === 2)
  await live.close()
  await recorder.close()
  expect(told[0]).toBe('order of BAG with 2 legs')
  const before = told.slice(0, told.indexOf('fill'))
  for (const conId of [77, 78]) expect([before, told].map((all) => all.filter((one) => one === `prices of ${conId}`).length)).toEqual([1, 1])
  // The legs were nothing that anybody knew of.
  expect(before.indexOf('details of 77')).toBeLessThan(before.indexOf('prices of 77'))
  expect(told.filter((one) => one.endsWith('of 28812380') || one.startsWith('order of FUT'))).toEqual([])
  const trades = await tradesOf(db, { unit: 'ORDER' })
  expect(trades.map(({ conId, side, quantity }) => [conId, side, quantity]).sort()).toEqual([
    [77, 'LONG', '1'],
    [78, 'SHORT', '2'],
  ])
  expect((await factsOf(db)).filter(({ fact }) => fact.kind === 'gap' && fact.from < T0 + 120_000)).toEqual([])
  for (const trade of trades) expect([trade.mfe.price, trade.mae.price].sort()).toEqual(['106', '94.01'])
})
