// Which of the broker's orders is a trade's stop.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forgetDone, type HeardOrder, heardAgain, linksSeen, type OpenedTrade, planSeen } from '#core/working-order.ts'

const OPENED = Date.UTC(2013, 9, 7, 13, 30)
const minutes = (n: number) => OPENED + n * 60_000

const bought: OpenedTrade = {
  ...{ account: 'DU1', conId: 1, side: 'LONG', openedAt: OPENED, openQuantity: '100', stop: null, target: null },
  opening: { executionId: 'a.b.0.01', permId: '71', orderId: '5', clientId: '7' },
}
const order = (more: Partial<HeardOrder> = {}): HeardOrder => ({
  ...{ account: 'DU1', conId: 1, side: 'SELL', quantity: '100', type: 'STOP', price: '98', permId: '72', orderId: '6', clientId: '7' },
  ...{ parentId: null, ocaGroup: null, works: true, since: minutes(1), trail: null, reset: false },
  ...more,
})
const child = (more: Partial<HeardOrder> = {}) => order({ parentId: '5', since: minutes(-1), ...more })
const entry = order({ side: 'BUY', type: 'LIMIT', price: '100', permId: '71', orderId: '5', ocaGroup: 'g', works: false, since: minutes(-1) })
const limit = (more: Partial<HeardOrder> = {}) => child({ type: 'LIMIT', price: '110', permId: '73', orderId: '7', ...more })

interface Case {
  readonly what: string
  readonly orders: readonly HeardOrder[]
  readonly trade?: Partial<OpenedTrade>
  readonly now?: number
  readonly seen: { readonly stop?: string; readonly target?: string; readonly at: number } | null
}

const CASES: readonly Case[] = [
  { what: 'no order: nothing', orders: [], seen: null },
  { what: 'a child that was there before the fill belongs to the entry', orders: [child()], seen: { stop: '98', at: OPENED } },
  {
    what: 'a child first heard of a moment after the fill came with it all the same',
    orders: [child({ since: minutes(1) })],
    seen: { stop: '98', at: OPENED },
  },
  {
    what: 'one first heard of long after (at a start) is known from then on only',
    ...{ orders: [child({ since: minutes(90) })], now: minutes(90), seen: { stop: '98', at: minutes(90) } },
  },
  { what: 'a bracket: stop and target', orders: [child(), limit()], seen: { stop: '98', target: '110', at: OPENED } },
  {
    what: 'the same OCA group as the entry',
    orders: [entry, order({ ocaGroup: 'g', quantity: '40', since: minutes(9) })],
    now: minutes(9),
    seen: { stop: '98', at: minutes(9) },
  },
  {
    what: 'the same OCA group as a child of the entry',
    orders: [limit({ ocaGroup: 'h' }), order({ ocaGroup: 'h' })],
    now: minutes(1),
    seen: { stop: '98', target: '110', at: minutes(1) },
  },
  {
    what: 'a group of that name of another client is another group',
    orders: [entry, order({ ocaGroup: 'g', clientId: '8', since: minutes(9) })],
    now: minutes(9),
    seen: null,
  },
  { what: 'an opposite stop within five minutes', orders: [order({ since: minutes(5) })], now: minutes(5), seen: { stop: '98', at: minutes(5) } },
  { what: 'one that came later protects something else', orders: [order({ since: minutes(5) + 1 })], now: minutes(6), seen: null },
  { what: 'one that does not cover the trade', orders: [order({ quantity: '99' })], seen: null },
  { what: 'one of another account', orders: [order({ account: 'DU2' })], seen: null },
  { what: 'one of another contract', orders: [order({ conId: 2 })], seen: null },
  { what: 'one on the same side adds to the trade', orders: [order({ side: 'BUY' })], seen: null },
  { what: 'one that no longer works', orders: [child({ works: false })], seen: null },
  { what: 'a limit is no stop, and without a tie no target', orders: [order({ type: 'LIMIT' })], seen: null },
  { what: 'a market order on its way out', orders: [child({ type: 'OTHER', price: null })], seen: null },
  {
    what: 'the child goes before what came near, whichever was first',
    orders: [order({ price: '95', since: minutes(-2) }), child()],
    seen: { stop: '98', at: OPENED },
  },
  {
    what: 'of two near ones the first',
    orders: [order({ price: '95', permId: '80', since: minutes(2) }), order()],
    now: minutes(2),
    seen: { stop: '98', at: minutes(2) },
  },
  { what: 'the child of another entry is not its own', orders: [order({ parentId: '9' })], seen: null },
  { what: 'a child of another client’s order with this number', orders: [child({ clientId: '8' })], seen: null },
  { what: 'the stop that is known is no news, however it is written', orders: [child({ price: '98.0' })], trade: { stop: '98' }, seen: null },
  {
    what: 'a moved stop, when it was seen',
    orders: [child({ price: '96.5' })],
    trade: { stop: '98' },
    now: minutes(33),
    seen: { stop: '96.5', at: minutes(33) },
  },
  {
    what: 'a stop put in place of a cancelled one is a move',
    orders: [child({ works: false }), order({ price: '97', since: minutes(40) })],
    trade: { stop: '98' },
    now: minutes(40),
    seen: { stop: '97', at: minutes(40) },
  },
  {
    what: "another position's stop that stood there before, though it would cover the trade",
    orders: [child({ works: false }), order({ price: '90', since: minutes(-60) })],
    trade: { stop: '98' },
    now: minutes(40),
    seen: null,
  },
  {
    what: 'a stop that came while its own still works, which nobody told of again',
    orders: [order({ price: '90', since: minutes(40) })],
    trade: { stop: '98' },
    now: minutes(40),
    seen: null,
  },
  {
    what: 'where a trailing stop had gone by the start is no move',
    orders: [child({ price: '101', trail: '2|', since: minutes(90) })],
    trade: { stop: '98' },
    now: minutes(90),
    seen: null,
  },
  {
    what: 'a trailing stop in place of a fixed one that was cancelled is a move',
    orders: [order({ works: false }), order({ price: '97', permId: '80', trail: '3|', since: minutes(40) })],
    trade: { stop: '98' },
    now: minutes(40),
    seen: { stop: '97', at: minutes(40) },
  },
  { what: 'a target found while the stop is known', orders: [child(), limit()], trade: { stop: '98' }, seen: { target: '110', at: OPENED } },
  { what: 'a short is protected by a buy', orders: [child({ side: 'BUY', price: '102' })], trade: { side: 'SHORT' }, seen: { stop: '102', at: OPENED } },
]

test.each(CASES)('$what', ({ orders, trade, now = OPENED, seen }) => {
  expect(planSeen({ ...bought, ...trade }, orders, now)).toEqual(seen === null ? null : { kind: 'plan', executionId: 'a.b.0.01', ...seen })
})

test('children and the OCA group are exits of that entry; what is only near is not', () => {
  expect(linksSeen(bought, [child(), limit(), order({ permId: '90' })])).toEqual([
    { kind: 'link', account: 'DU1', exitPermId: '72', entryPermId: '71' },
    { kind: 'link', account: 'DU1', exitPermId: '73', entryPermId: '71' },
  ])
  expect(linksSeen({ ...bought, opening: { executionId: 'a.b.0.01', orderId: '5', clientId: '7' } }, [child()])).toEqual([])
})

test('a trailing stop that follows the market is not moved; one that is set anew is, from there on', () => {
  const told = (price: string, trail: string) => ({ ...child({ price, trail }) })
  let heard = heardAgain(told('98', '2|'), undefined, OPENED)
  expect(planSeen(bought, [heard], OPENED)).toMatchObject({ stop: '98' })
  const known = { ...bought, stop: '98' }
  for (const [minute, price] of ['98.5', '99', '101'].entries()) {
    heard = heardAgain(told(price, '2|'), heard, minutes(minute))
    expect(planSeen(known, [heard], minutes(minute))).toBeNull()
  }
  heard = heardAgain(told('102', '1|'), heard, minutes(9))
  expect(planSeen(known, [heard], minutes(9))).toMatchObject({ stop: '102', at: minutes(9) })
  heard = heardAgain(told('102.5', '1|'), heard, minutes(10))
  expect(planSeen({ ...bought, stop: '102' }, [heard], minutes(10))).toBeNull()
})

test('law: of the orders a session hears of, those that work are kept, and the last two hundred of the others', () => {
  const heard = fc.array(fc.boolean(), { minLength: 150, maxLength: 500 })
  fc.assert(
    fc.property(heard, (works) => {
      const orders = new Map<string, { readonly works: boolean }>()
      for (const [index, one] of works.entries()) {
        orders.set(String(index), { works: one })
        forgetDone(orders, (order) => order.works)
      }
      const all = works.map((one, index) => ({ key: String(index), works: one }))
      const done = all.filter((one) => !one.works).slice(-200)
      expect([...orders.keys()]).toEqual(all.filter((one) => one.works || done.includes(one)).map(({ key }) => key))
    }),
  )
})
