// Open orders as TWS tells them: what is read of one, and who hears of which, over a real socket.
import { describe, expect, test } from 'vitest'
import type { BrokerEvent } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { parseOrder, type TwsOrder } from '#broker/tws-orders.ts'
import type { AnyFact, Instrument } from '#core/facts.ts'
import type { WorkingOrder } from '#core/working-order.ts'
import { ORDER_REQUESTS, REQUESTS } from '#broker/tws-wire.ts'
import { openGateway } from '#sim/gateway.ts'
import { contractOf } from '#sim/messages.ts'
import { type ComboLeg, openOrder, type OrderStatusName } from '#sim/order.ts'
import { clock } from '#src/clock.ts'
import { eventually } from './process.ts'
import { contractDetails, ScriptedGateway } from './tws-gateway.ts'

const UNSET = 1.7976931348623157e308
const told: TwsOrder = {
  ...{ account: 'DU1', action: 'SELL', orderType: 'STP', totalQuantity: 100, lmtPrice: 0, auxPrice: 98.5, trailStopPrice: UNSET },
  ...{ permId: 72, clientId: 7, parentId: 5, ocaGroup: '' },
}

describe('what is read of an order', () => {
  const read = (more: TwsOrder = {}, status = 'PreSubmitted') => parseOrder(6, { conId: 1, secType: 'STK' } as never, { ...told, ...more }, status)
  test('a stop, child of another order', () => {
    expect(read()).toEqual({
      ...{ account: 'DU1', conId: 1, side: 'SELL', quantity: '100', type: 'STOP', price: '98.5', trail: null },
      ...{ permId: '72', orderId: '6', clientId: '7', parentId: '5', ocaGroup: null, works: true },
    })
  })
  test.each<[string, TwsOrder, Partial<WorkingOrder>]>([
    ['a stop limit acts at its stop', { orderType: 'STP LMT', lmtPrice: 98 }, { type: 'STOP', price: '98.5' }],
    ['a trailing stop where it stands now', { orderType: 'TRAIL', auxPrice: 2, trailStopPrice: 97.25 }, { type: 'STOP', price: '97.25', trail: '2|' }],
    ['a trailing stop of which that is not told', { orderType: 'TRAIL', auxPrice: 2 }, { type: 'STOP', price: null }],
    ['a limit', { orderType: 'LMT', lmtPrice: 110 }, { type: 'LIMIT', price: '110' }],
    ['any other', { orderType: 'MKT' }, { type: 'OTHER', price: null }],
    ['no parent', { parentId: 0 }, { parentId: null }],
    ['an OCA group', { ocaGroup: 'g' }, { ocaGroup: 'g' }],
    ['no permanent number yet', { permId: 0 }, { permId: null }],
  ])('%s', (_, more, expected) => {
    expect(read(more)).toMatchObject(expected)
  })
  test.each(['Filled', 'Cancelled', 'ApiCancelled', 'Inactive'])('%s: it works no longer', (status) => {
    expect(read({}, status)).toMatchObject({ works: false })
  })
  test('a combo, or an order without side or size, protects nothing that is known', () => {
    expect(parseOrder(6, { conId: 1, secType: 'BAG' } as never, told, 'Submitted')).toBeNull()
    expect(read({ action: 'SLONG' })).toBeNull()
    expect(read({ totalQuantity: UNSET })).toBeNull()
  })
})

const START = Date.UTC(2013, 9, 7, 13, 30)
const fill = (second: number, side: 'BUY' | 'SELL', orderId: string): AnyFact => ({
  ...{ kind: 'execution', executionId: `a.b.${second}.01`, account: 'DU1', conId: 1, side, quantity: '100', price: '100', at: START + second * 1000 },
  ...{ permId: `7${orderId}`, orderId, clientId: '3' },
})
const stop = (second: number, price: string): AnyFact => ({ kind: 'plan', executionId: 'a.b.1.01', stop: price, at: START + second * 1000 })
const DAY: readonly AnyFact[] = [
  { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD', exchange: 'SMART' },
  ...[fill(1, 'BUY', '5'), stop(2, '98'), stop(3, '97')],
]

/** What a client of this number hears of orders while the day is played, and once it asks. */
async function heard(clientId: number, readOnly: boolean, facts: readonly AnyFact[], enough: (orders: readonly WorkingOrder[]) => boolean) {
  await using gateway = await openGateway({
    ...{ port: 0, accounts: ['DU1'], hostNow: clock.monotonic },
    facts: (async function* () {
      yield* facts
    })(),
  })
  const orders: WorkingOrder[] = []
  const settings = { ordersMs: 50, answerMs: 500, clockMs: 2_000 }
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId, clock, readOnly, ...settings })
  try {
    await broker.connect((event: BrokerEvent) => {
      if (event.kind === 'order') orders.push(event.order)
    })
    await gateway.ended
    await eventually(async () => enough(orders))
    return orders.filter(({ type }) => type === 'STOP').map(({ price, parentId, works }) => ({ price, parentId, works }))
  } finally {
    await broker.close()
  }
}

describe('who hears of which', () => {
  test('client 0 hears every stop and every move without asking, though it may only read; and that it was cancelled', async () => {
    const all = await heard(0, true, [...DAY, fill(4, 'SELL', '6')], (orders) => orders.some(({ type, works }) => type === 'STOP' && !works))
    expect(all).toEqual([
      { price: '98', parentId: '5', works: true },
      { price: '97', parentId: '5', works: true },
      { price: '97', parentId: '5', works: false },
    ])
  })
  test('another client that may only read hears nothing of them, and asks for nothing', async () => {
    expect(await heard(9, true, DAY, () => true)).toEqual([])
  })
  test('one that may ask does: it hears how the stop stands, and no order twice', async () => {
    const asked = await heard(9, false, DAY, (orders) => orders.some(({ price }) => price === '97'))
    expect(asked.at(-1)).toEqual({ price: '97', parentId: '5', works: true })
    expect(new Set(asked.map(({ price }) => price)).size).toBe(asked.length)
  })
})

test('TWS itself is read-only: that is said once, the list is asked for rarely, and nothing else suffers', async () => {
  const refusal = "Error validating request.-'bV' : cause - API interface is currently in Read-Only mode."
  let isReadOnly = true
  await using gateway = await ScriptedGateway.open({
    answer: ({ id }, session) => {
      if (id !== ORDER_REQUESTS.reqAllOpenOrders) return false
      if (isReadOnly) session.say(4, 2, -1, 321, refusal, '')
      else session.say(53, 1)
      return true
    },
  })
  const events: BrokerEvent[] = []
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, readOnly: false, ordersMs: 20 })
  try {
    await broker.connect((event) => void events.push(event))
    const session = await gateway.session()
    const asked = () => session.requests.filter(({ id }) => id === ORDER_REQUESTS.reqAllOpenOrders).length
    const said = (text: string) => events.filter((event) => event.kind === 'notice' && event.message.includes(text)).length
    await eventually(async () => said('Read-Only mode') === 1, 5)
    const first = asked()
    // Whoever wants to know what is held would ask for the list, too.
    for (let look = 0; look < 5; look++) broker.value?.([{ account: 'DU1', conId: 1 }])
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(asked()).toBe(first)
    await eventually(async () => asked() > first, 10)
    await broker.askClock()
    await broker.catchUp()
    expect([said('Read-Only mode'), said("untick 'Read-Only API'")]).toEqual([1, 1])
    expect(events.some(({ kind }) => kind === 'lost')).toBe(false)
    // Somebody unticks it: it is asked for as often as before.
    isReadOnly = false
    const before = asked()
    await eventually(async () => asked() > before + 5, 10)
  } finally {
    await broker.close()
  }
})

describe('a combination', () => {
  const bag: Instrument = { kind: 'instrument', conId: 28812380, symbol: 'ES', secType: 'BAG', currency: 'USD', exchange: 'CME' }
  const near: Instrument = { kind: 'instrument', conId: 77, symbol: 'ES', secType: 'FUT', currency: 'USD', multiplier: '50', exchange: 'CME' }
  const legs: readonly ComboLeg[] = [
    { conId: 77, ratio: '1', action: 'BUY', exchange: 'CME' },
    { conId: 78, ratio: '2', action: 'SELL', exchange: 'CME' },
    { conId: 79, ratio: '1', action: 'BUY', exchange: 'SMART' },
  ]
  const comboOrder = (status: OrderStatusName, told = legs, permId = '500') =>
    openOrder(
      {
        ...{ orderId: '5', clientId: '0', permId, account: 'DU1', action: 'BUY', quantity: '2', orderRef: '', type: 'LMT', price: '-1.25' },
        parentId: '0',
      },
      contractOf(bag),
      status,
      told,
    )

  async function open(readOnly = true) {
    const gateway = await ScriptedGateway.open({
      answer: ({ id, fields }, session) => {
        if (id === REQUESTS.reqContractDetails) {
          const conId = Number(fields[3])
          if (conId === 78) session.say(...contractDetails(Number(fields[2]), { conId, symbol: 'ESH', secType: 'FUT', exchange: 'CME', multiplier: 50 }))
          if (conId === 79) session.say(4, 2, Number(fields[2]), 200, 'No security definition has been found for the request', '')
          else session.say(52, 1, Number(fields[2]))
          return true
        }
        if (id === ORDER_REQUESTS.reqAllOpenOrders) session.say(53, 1)
        return id === ORDER_REQUESTS.reqAllOpenOrders
      },
    })
    const events: BrokerEvent[] = []
    const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, readOnly, instruments: [near], ordersMs: 50 })
    await broker.connect((event) => void events.push(event))
    return {
      ...{ broker, events, session: await gateway.session() },
      combos: () => events.flatMap((event) => (event.kind === 'combo' ? [{ ...event.order, legs: event.legs.map(({ conId }) => conId) }] : [])),
      async [Symbol.asyncDispose]() {
        await broker.close()
        await gateway[Symbol.asyncDispose]()
      },
    }
  }

  test('is told with its legs, as far as they are known; what the others are is asked for, and never what the combination is', async () => {
    await using scene = await open()
    scene.session.say(...comboOrder('Submitted'))
    const state = { account: 'DU1', permId: '500', orderId: '5', clientId: '0', works: true }
    await eventually(async () => scene.combos().length === 2)
    expect(scene.combos()).toEqual([
      { ...state, legs: [77] },
      { ...state, legs: [77, 78] },
    ])
    const [told] = scene.events.flatMap((event) => (event.kind === 'combo' && event.legs.length === 2 ? [event.legs] : []))
    expect(told).toMatchObject([near, { conId: 78, symbol: 'ESH', secType: 'FUT', multiplier: '50', exchange: 'CME' }])
    scene.broker.watch(told ?? [])
    for (const conId of ['77', '78']) expect((await scene.session.request(REQUESTS.reqMktData, ({ fields }) => fields[3] === conId)).fields[10]).toBe('CME')
    const asked = scene.session.requests.filter(({ id }) => id === REQUESTS.reqContractDetails).map(({ fields }) => fields[3])
    expect(asked.slice(0, 2)).toEqual(['78', '79'])
    expect(asked).not.toContain('28812380')
    // Every token of it was read.
    expect(scene.events.filter((event) => event.kind === 'notice' && event.code === 505)).toEqual([])
  })

  test('is told again only when something changed, and when it works no longer', async () => {
    await using scene = await open()
    const known = legs.slice(0, 1)
    for (const status of ['PreSubmitted', 'Submitted', 'Filled'] as const) scene.session.say(...comboOrder(status, known))
    await eventually(async () => scene.combos().length === 2)
    expect(scene.combos().map(({ works }) => works)).toEqual([true, false])
  })

  test('without legs it is none that anything is known of', async () => {
    await using scene = await open()
    scene.session.say(...comboOrder('Submitted', []))
    scene.session.say(...comboOrder('Submitted', legs.slice(0, 1), '501'))
    await eventually(async () => scene.combos().length > 0)
    expect(scene.combos().map(({ permId }) => permId)).toEqual(['501'])
  })

  test('that is in no list any more works no longer', async () => {
    await using scene = await open(false)
    scene.session.say(...comboOrder('Submitted', legs.slice(0, 1)))
    await eventually(async () => scene.combos().at(-1)?.works === false)
    expect(scene.combos().at(-1)).toMatchObject({ permId: '500', legs: [77] })
  })
})
