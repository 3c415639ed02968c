// The gateway on a real socket, heard by the real client library. No message may be unreadable (error 505): every client checks that when it closes.
import { EventName } from '@stoqey/ib'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { AnyFact, Execution, Instrument, Mark } from '#core/facts.ts'
import { parseInstant } from '#core/time.ts'
import { openGateway } from '#sim/gateway.ts'
import type { GatewayOptions } from '#sim/gateway.ts'
import { encodeFrame } from '#sim/wire.ts'
import { clock } from '#src/clock.ts'
import { connectTws } from './tws-client.ts'

const T0 = parseInstant('2013-10-07T13:30:00Z') ?? 0
const ibm: Instrument = {
  ...{ kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', multiplier: '1', minTick: '0.01', exchange: 'SMART' },
  ...{ timeZone: 'US/Eastern', tradingHours: '20131007:0400-20131007:2000', liquidHours: '20131007:0930-20131007:1600' },
}
const es: Instrument = {
  kind: 'instrument',
  conId: 77,
  symbol: 'ES',
  secType: 'FUT',
  currency: 'USD',
  multiplier: '50',
  minTick: '0.25',
  exchange: 'CME',
  expiry: '20131220',
}
const eur: Instrument = { kind: 'instrument', conId: 12, symbol: 'EUR', secType: 'CASH', currency: 'USD', exchange: 'IDEALPRO' }
const option: Instrument = {
  kind: 'instrument',
  conId: 90,
  symbol: 'IBM',
  secType: 'OPT',
  currency: 'USD',
  multiplier: '100',
  expiry: '20131018',
  strike: '185',
  right: 'C',
}
const combo: Instrument = { kind: 'instrument', conId: 28812380, symbol: 'IBM', secType: 'BAG', currency: 'USD' }

const mark = (ms: number, price: number, conId = 8314): Mark => ({ kind: 'mark', conId, price, at: T0 + ms })
const buy = (id: string, ms: number, quantity: string, price: string, more: Partial<Execution> = {}): Execution => ({
  ...{ kind: 'execution', executionId: id, account: 'DU1', conId: 8314, side: 'BUY', quantity, price, at: T0 + ms, permId: '71', orderId: '5', clientId: '7' },
  ...more,
})
const cost = (executionId: string, amount: string): AnyFact => ({ kind: 'commission', executionId, amount, currency: 'USD' })

async function* told(facts: Iterable<AnyFact>): AsyncGenerator<AnyFact> {
  yield* facts
}

const open = (facts: Iterable<AnyFact>, options: Partial<GatewayOptions> = {}) =>
  openGateway({ port: 0, accounts: ['DU1', 'DU2'], facts: told(facts), conflateMs: 0, hostNow: clock.monotonic, ...options })

describe('a session', () => {
  it('opens as TWS does: accounts, next id, three farms', async () => {
    await using gateway = await open([ibm, buy('a.b.01.01', 0, '1', '180')])
    await using client = await connectTws(gateway.port, 3)
    await client.next('info', (_, code) => code === 2158)
    expect(client.heard.map((one) => one.event)).toEqual(['connected', 'server', 'managedAccounts', 'nextValidId', 'info', 'info', 'info'])
    expect(client.all('server')).toEqual([[193, '20131007 09:30:00 US/Eastern']])
    expect(client.all('managedAccounts')).toEqual([['DU1,DU2']])
    expect(client.all('info').map(([, code]) => code)).toEqual([2104, 2106, 2158])
  })

  it('an id that is taken is refused with 326, and the door is closed', async () => {
    for (const segmentSeed of [undefined, 5]) {
      await using gateway = await open([ibm], segmentSeed === undefined ? {} : { segmentSeed })
      await using first = await connectTws(gateway.port, 3)
      await using second = await connectTws(gateway.port, 3, { waits: false })
      await second.next('disconnected')
      expect(second.all('info').map(([, code]) => code)).toEqual([326])
      expect(first.api.isConnected).toBe(true)
      await first.close()
      await using third = await connectTws(gateway.port, 3)
      expect(third.all('nextValidId')).toEqual([[1]])
    }
  })

  it('who is not a TWS client is shown out, and nobody else notices', async () => {
    await using gateway = await open([ibm])
    const stranger = connect(gateway.port, '127.0.0.1')
    stranger.write('GET / HTTP/1.1\r\n\r\n')
    await once(stranger, 'close')
    await using client = await connectTws(gateway.port, 3)
    expect(client.all('nextValidId')).toHaveLength(1)
  })

  it('small questions have small answers', async () => {
    await using gateway = await open([ibm])
    await using client = await connectTws(gateway.port, 3)
    client.api.reqUserInfo(4)
    client.api.reqCompletedOrders(true)
    client.api.reqOpenOrders()
    client.api.reqManagedAccts()
    client.api.reqIds()
    client.api.reqHistoricalData(9, { conId: 8314 }, '', '1 D' as never, '1 min' as never, 'TRADES' as never, 1, 1, false)
    client.api.placeOrder(11, { conId: 8314 }, { action: 'BUY' as never, totalQuantity: 1, orderType: 'MKT' as never })
    await client.next('error', (_, code) => code === 201)
    expect(client.all('error').map(([, code, id]) => [code, id])).toEqual([
      [162, 9],
      [201, 11],
    ])
    expect(client.heard.map((one) => one.event)).toEqual(expect.arrayContaining(['userInfo', 'completedOrdersEnd', 'openOrderEnd']))
  })
})

describe('with Read-Only API ticked', () => {
  it('whatever is about orders is refused, in answer to no request unless an order is named; everything else is answered', async () => {
    await using gateway = await open([ibm], { readOnly: true })
    await using client = await connectTws(gateway.port, 3)
    client.api.reqOpenOrders()
    client.api.reqAllOpenOrders()
    client.api.reqAutoOpenOrders(true)
    client.api.reqCompletedOrders(true)
    client.api.reqIds()
    client.api.placeOrder(11, { conId: 8314 }, { action: 'BUY' as never, totalQuantity: 1, orderType: 'MKT' as never })
    client.api.reqExecutions(4, {})
    client.api.reqPositions()
    await client.next('positionEnd')
    expect(client.all('info').filter(([, code]) => code === 321)).toHaveLength(5)
    expect(client.all('error').map(([, code, id]) => [code, id])).toEqual([[321, 11]])
    expect(client.all('nextValidId')).toHaveLength(1)
    expect(client.all('execDetailsEnd')).toEqual([[4]])
    expect([...client.all('openOrderEnd'), ...client.all('completedOrdersEnd')]).toEqual([])
  })
})

describe('contracts', () => {
  it('are found by id and by description, with everything the tape knows of them; unknown is 200, a combo 321', async () => {
    const fund: Instrument = { kind: 'instrument', conId: 55, symbol: 'VFIAX', secType: 'FUND', currency: 'USD' }
    await using gateway = await open([ibm], { instruments: [es, option, fund] })
    await using client = await connectTws(gateway.port, 3)
    client.api.reqContractDetails(1, { conId: 8314 })
    client.api.reqContractDetails(2, { symbol: 'es', secType: 'FUT' as never, lastTradeDateOrContractMonth: '201312' })
    client.api.reqContractDetails(3, { conId: 999 })
    client.api.reqContractDetails(4, { symbol: 'IBM', secType: 'BAG' as never })
    client.api.reqContractDetails(5, { symbol: 'IBM' })
    client.api.reqContractDetails(6, { conId: 55 })
    await client.next('contractDetailsEnd', (id) => id === 6)
    const [first, second] = client.all('contractDetails').map(([, details]) => details)
    expect(first).toMatchObject({ minTick: 0.01, priceMagnifier: 1, timeZoneId: 'US/Eastern', tradingHours: ibm.tradingHours, liquidHours: ibm.liquidHours })
    expect(first.contract).toMatchObject({ conId: 8314, symbol: 'IBM', secType: 'STK', multiplier: 0, currency: 'USD', exchange: 'SMART' })
    expect(second.contract).toMatchObject({ conId: 77, multiplier: 50, lastTradeDateOrContractMonth: '20131220' })
    expect(client.all('error').map(([, code, id]) => [code, id])).toEqual([
      [200, 3],
      [321, 4],
    ])
    expect(
      client
        .all('contractDetails')
        .filter(([id]) => id === 5)
        .map(([, details]) => details.contract.conId),
    ).toEqual([8314, 90])
  })
})

describe('executions', () => {
  const day = [
    ibm,
    buy('a.b.01.01', 1_000, '100', '183.11', { orderRef: 'breakout', exchange: 'NYSE' }),
    cost('a.b.01.01', '1.00'),
    buy('a.b.02.01', 2_750, '40', '184.00', { side: 'SELL', permId: '72', orderId: '6' }),
    buy('a.c.01.01', 3_000, '5', '183.50', { account: 'DU2', permId: '73', orderId: '', clientId: '' }),
    buy('a.b.02.02', 4_000, '50', '184.00', { side: 'SELL', permId: '72', orderId: '6' }),
    cost('a.b.02.01', '0.40'),
  ]

  it('come live with request id -1 in the recorded order, whole seconds, a correction under its own id, a late commission late', async () => {
    await using gateway = await open(day)
    await using client = await connectTws(gateway.port, 0)
    client.api.reqPositions()
    await gateway.ended
    await client.next('commissionReport', (report) => report.execId === 'a.b.02.01')
    const story = client.heard.slice(client.heard.findIndex((one) => one.event === 'positionEnd') + 1).map(({ event, args }) => {
      if (event === 'openOrder') return `openOrder ${args[3].status}`
      if (event === 'orderStatus') return `orderStatus ${args[1]} ${args[2]}`
      if (event === 'execDetails') return `execDetails ${args[0]} ${args[2].execId} ${args[2].time} ${args[2].side} ${args[2].shares} ${args[2].cumQty}`
      if (event === 'position') return `position ${args[0]} ${args[2]} ${args[3]}`
      return `${event} ${args[0].execId} ${args[0].commission} ${args[0].realizedPNL}`
    })
    expect(story).toEqual([
      'openOrder PreSubmitted',
      'orderStatus PreSubmitted 0',
      'execDetails -1 a.b.01.01 20131007 09:30:01 US/Eastern BOT 100 100',
      'openOrder Filled',
      'orderStatus Filled 100',
      'position DU1 100 183.11',
      'commissionReport a.b.01.01 1 undefined',
      'openOrder PreSubmitted',
      'orderStatus PreSubmitted 0',
      'execDetails -1 a.b.02.01 20131007 09:30:02 US/Eastern SLD 40 40',
      'openOrder Filled',
      'orderStatus Filled 40',
      'position DU1 60 183.11',
      'openOrder PreSubmitted',
      'orderStatus PreSubmitted 0',
      'execDetails -1 a.c.01.01 20131007 09:30:03 US/Eastern BOT 5 5',
      'openOrder Filled',
      'orderStatus Filled 5',
      'position DU2 5 183.5',
      'execDetails -1 a.b.02.02 20131007 09:30:04 US/Eastern SLD 50 50',
      'position DU1 50 183.11',
      'commissionReport a.b.02.01 0.4 35.2',
    ])
    const [, contract, execution] = client.all('execDetails')[0] ?? []
    expect(contract).toMatchObject({ conId: 8314, symbol: 'IBM', exchange: 'NYSE', strike: 0 })
    expect(execution).toMatchObject({ acctNumber: 'DU1', orderRef: 'breakout', permId: 71, clientId: 7, orderId: 5, avgPrice: 183.11, exchange: 'NYSE' })
  })

  it('are asked for by account, time, symbol and side; the reply carries the request, its commissions, and an end', async () => {
    await using gateway = await open(day)
    await using starter = await connectTws(gateway.port, 0)
    starter.api.reqPositions()
    await gateway.ended
    await using client = await connectTws(gateway.port, 9)
    const ask = async (id: number, filter: object) => {
      client.api.reqExecutions(id, filter)
      await client.next('execDetailsEnd', (ended) => ended === id)
      return client
        .all('execDetails')
        .filter(([of]) => of === id)
        .map(([, , execution]) => execution.execId)
    }
    expect(await ask(1, {})).toEqual(['a.b.01.01', 'a.b.02.01', 'a.c.01.01', 'a.b.02.02'])
    expect(client.all('commissionReport').map(([report]) => report.execId)).toEqual(['a.b.01.01', 'a.b.02.01'])
    expect(await ask(2, { acctCode: 'DU2' })).toEqual(['a.c.01.01'])
    expect(await ask(3, { side: 'SELL' })).toEqual(['a.b.02.01', 'a.b.02.02'])
    expect(await ask(4, { time: '20131007-13:30:03' })).toEqual(['a.c.01.01', 'a.b.02.02'])
    expect(await ask(5, { time: '20131007 09:30:04 US/Eastern' })).toEqual(['a.b.02.02'])
    expect(await ask(6, { symbol: 'SPY' })).toEqual([])
    expect(await ask(7, { clientId: '7' })).toEqual(['a.b.01.01', 'a.b.02.01', 'a.b.02.02'])
    client.api.reqExecutions(8, { acctCode: 'U404' })
    await client.next('error', (_, code, id) => code === 321 && id === 8)
    expect(client.all('execDetails').every(([id]) => id !== -1)).toBe(true)
    expect(client.all('openOrder')).toEqual([])
  })

  it('a stranger among the clients is told of fills, but of orders only once it asks', async () => {
    const held = Promise.withResolvers<void>()
    async function* tape() {
      yield* day.slice(0, 3)
      await held.promise
      yield* day.slice(3)
    }
    await using gateway = await openGateway({ port: 0, accounts: ['DU1'], facts: tape(), hostNow: clock.monotonic })
    await using client = await connectTws(gateway.port, 42)
    client.api.reqExecutions(1, {})
    await client.next('commissionReport')
    expect(client.all('openOrder')).toEqual([])
    client.api.reqAllOpenOrders()
    await client.next('openOrderEnd')
    held.resolve()
    await gateway.ended
    await client.next('execDetails', (_, __, execution) => execution.execId === 'a.b.02.02')
    expect(client.all('openOrder')).toHaveLength(4)
  })

  it('who loses the line and comes back is told everything so far once, and the rest live, nothing twice', async () => {
    const held = Promise.withResolvers<void>()
    async function* tape() {
      yield* day.slice(0, 4)
      await held.promise
      yield* day.slice(4)
    }
    await using gateway = await openGateway({ port: 0, accounts: ['DU1'], facts: tape(), hostNow: clock.monotonic })
    await using first = await connectTws(gateway.port, 0)
    first.api.reqExecutions(1, {})
    await first.next('execDetails', (_, __, execution) => execution.execId === 'a.b.02.01')
    gateway.dropClients()
    await first.next('disconnected')
    await using again = await connectTws(gateway.port, 0)
    again.api.reqExecutions(2, {})
    await again.next('execDetailsEnd')
    held.resolve()
    await gateway.ended
    await again.next('commissionReport', (report) => report.execId === 'a.b.02.01')
    expect(again.all('execDetails').map(([id, , execution]) => [id, execution.execId])).toEqual([
      [2, 'a.b.01.01'],
      [2, 'a.b.02.01'],
      [-1, 'a.c.01.01'],
      [-1, 'a.b.02.02'],
    ])
    expect(again.all('commissionReport').map(([report]) => report.execId)).toEqual(['a.b.01.01', 'a.b.02.01'])
    expect(again.all('nextValidId')).toEqual([[7]])
  })

  it('an account follows its portfolio; profit is what average cost says, crossing zero included', async () => {
    const facts = [
      es,
      ...[buy('e.1.01.01', 0, '2', '1700', { conId: 77 }), buy('e.2.01.01', 1_000, '3', '1710', { conId: 77, side: 'SELL', permId: '81' })],
      mark(2_000, 1708, 77),
    ]
    await using gateway = await open(facts)
    await using client = await connectTws(gateway.port, 1)
    client.api.reqAccountUpdates(true, 'DU1')
    client.api.reqPnLSingle(5, 'DU1', null, 77)
    client.api.reqMktData(6, { conId: 77 }, '375', false, false)
    await client.next('tickString')
    expect(client.all('updatePortfolio').map((args) => args.slice(1, -1))).toEqual([
      [2, undefined, undefined, 85_000, undefined, 0],
      [-1, undefined, undefined, 85_500, undefined, 1_000],
    ])
    expect(client.all('pnlSingle').map((args) => args.slice(1))).toEqual([
      [2, undefined, undefined, 0, undefined],
      [-1, undefined, undefined, 1_000, undefined],
      // With the price, about once a second.
      [-1, undefined, 100, 1_000, -85_400],
    ])
    client.api.reqAccountSummary(7, 'All', 'NetLiquidation,RealizedPnL')
    client.api.reqPnL(8, 'DU1', '')
    client.api.reqPositions()
    await client.next('positionEnd')
    expect(client.all('accountSummary')).toEqual([[7, 'DU1', 'RealizedPnL', '1000', 'USD']])
    expect(client.all('pnl')).toEqual([[8, undefined, 100, 1_000]])
    expect(client.all('position').map((args) => args.slice(2))).toEqual([[-1, 85_500]])
  })
})

describe('prices', () => {
  it('a stock tells the exact text and the exchange’s own time of every trade; a quote only when it changes', async () => {
    const facts = [
      ibm,
      mark(0, 183.1),
      { ...mark(500, 183.15), bid: 183.14, ask: 183.16 },
      mark(700, 183.15),
      { ...mark(1_250, 183), bid: 183.14, ask: 183.17 },
    ]
    await using gateway = await open(facts)
    await using client = await connectTws(gateway.port, 1)
    client.api.reqMarketDataType(1)
    client.api.reqMktData(6, { conId: 8314, exchange: 'SMART' }, '375', false, false)
    await client.next('tickPrice', (_, type, price) => type === 2 && price === 183.17)
    expect(client.all('marketDataType')).toEqual([[6, 1]])
    expect(client.all('tickReqParams')).toHaveLength(1)
    expect(
      client
        .all('tickString')
        .filter(([, type]) => type === 77)
        .map(([, , text]) => text),
    ).toEqual([`183.1;1;${T0};;;true`, `183.15;1;${T0 + 500};;;true`, `183.15;1;${T0 + 700};;;true`, `183;1;${T0 + 1_250};;;true`])
    expect(
      client
        .all('tickString')
        .filter(([, type]) => type === 45)
        .map(([, , text]) => Number(text) - T0 / 1000),
    ).toEqual([0, 1])
    const prices = (type: number) =>
      client
        .all('tickPrice')
        .filter((args) => args[1] === type)
        .map((args) => args[2])
    expect([prices(4), prices(1), prices(2)]).toEqual([[183.1, 183.15, 183], [183.14], [183.16, 183.17]])
  })

  it('what is told by quotes has bid and ask, both at the price where the tape knows no better; a combo may be negative', async () => {
    const held = Promise.withResolvers<void>()
    async function* tape(): AsyncGenerator<AnyFact> {
      yield { ...mark(-1_000, 1.3, 12) }
      await held.promise
      yield* [{ ...mark(0, 1.3571, 12), bid: 1.357, ask: 1.3572 }, mark(10, 1e-7, 90), mark(20, -1.25, 28812380), mark(30, 1.3571, 12)]
    }
    await using gateway = await openGateway({
      port: 0,
      accounts: [],
      facts: tape(),
      conflateMs: 0,
      instruments: [eur, option, combo],
      hostNow: clock.monotonic,
    })
    await using client = await connectTws(gateway.port, 1)
    const wanted = [eur, option, combo]
    for (const [place, { conId, symbol, secType }] of wanted.entries())
      client.api.reqMktData(place + 1, { conId, symbol, secType: secType as never }, '', false, false)
    await client.next('tickReqParams', (id) => id === 3)
    held.resolve()
    await client.next('tickPrice', (id, type, price) => id === 1 && type === 1 && price === 1.3571)
    // At once what stands: the last quote, or none (-1). Then each quote whole: a bid that moves with its ask is withdrawn first.
    const told = (of: number) => client.all('tickPrice').flatMap(([id, type, price]) => (id === of ? [`${type === 1 ? 'bid' : 'ask'} ${price}`] : []))
    expect(told(1).slice(-8)).toEqual(['ask 1.3', 'bid 1.3', 'bid -1', 'ask 1.3572', 'bid 1.357', 'bid -1', 'ask 1.3571', 'bid 1.3571'])
    expect(told(2)).toEqual(['bid -1', 'ask -1', 'ask 1e-7', 'bid 1e-7'])
    expect(told(3)).toEqual(['bid -1', 'ask -1', 'ask -1.25', 'bid -1.25'])
  })

  it('a snapshot is the last price and an end; a cancelled line is silent; unknown, doubled and missing lines are refused', async () => {
    await using gateway = await open([ibm, mark(0, 183.1)])
    await using client = await connectTws(gateway.port, 1)
    client.api.reqMktData(1, { conId: 8314 }, '375', false, false)
    await client.next('tickString')
    client.api.reqMktData(1, { conId: 8314 }, '', false, false)
    client.api.reqMktData(2, { conId: 4040 }, '', false, false)
    client.api.cancelMktData(1)
    client.api.cancelMktData(1)
    client.api.reqMktData(3, { symbol: 'IBM', secType: 'STK' as never }, '', true, false)
    client.api.reqTickByTickData(4, { conId: 8314 }, 'BidAsk' as never, 0, false)
    await client.next('error', (_, code) => code === 10189)
    expect(client.all('error').map(([, code, id]) => [code, id])).toEqual([
      [322, 1],
      [200, 2],
      [300, 1],
      [10189, 4],
    ])
    expect(client.all('tickSnapshotEnd')).toEqual([[3]])
    expect(client.all('tickPrice').flatMap(([id, type, price]) => (type === 4 ? [[id, price]] : []))).toEqual([
      [1, 183.1],
      [3, 183.1],
    ])
  })

  it('the high and low of the day stand at once on a new line, then come where they move: of every trade, also those between two prices', async () => {
    const held = Promise.withResolvers<void>()
    const day = 86_400_000
    async function* tape(): AsyncGenerator<AnyFact> {
      yield* [ibm, mark(0, 183), mark(10, 185), mark(20, 182), mark(300, 183)]
      await held.promise
      yield* [
        mark(1_000, 184),
        mark(1_010, 186),
        mark(1_020, 184),
        mark(2_000, 184),
        { kind: 'dayRange', conId: 8314, high: '190', low: '180', at: T0 + 3_000 },
      ]
      yield* [mark(day, 181), mark(day + 1_000, 181.5)]
    }
    await using gateway = await openGateway({ port: 0, accounts: [], facts: tape(), conflateMs: 250, hostNow: clock.monotonic })
    await using client = await connectTws(gateway.port, 1)
    client.api.reqMktData(1, { conId: 8314 }, '', false, false)
    await client.next('tickPrice', (_, type, price) => type === 4 && price === 182)
    client.api.reqMktData(2, { conId: 8314 }, '', false, false)
    await client.next('tickPrice', (id, type) => id === 2 && type === 7)
    held.resolve()
    await gateway.ended
    await client.next('tickPrice', (id, type, price) => id === 2 && type === 4 && price === 181.5)
    const told = client.all('tickPrice').flatMap(([id, type, price]) => (id === 2 && type !== 4 ? [`${type === 6 ? 'high' : 'low'} ${price}`] : []))
    expect(told).toEqual(['high 185', 'low 182', 'high 186', 'high 190', 'low 180', 'high 181', 'low 181', 'high 181.5'])
  })

  it('tick by tick tells every trade, whatever the interval', async () => {
    await using gateway = await open([ibm, mark(0, 183.1), mark(10, 183.2)], { conflateMs: 250 })
    await using client = await connectTws(gateway.port, 1)
    client.api.reqTickByTickData(4, { conId: 8314 }, 'Last' as never, 0, false)
    await client.next('tickByTickAllLast')
    await gateway.ended
    client.api.reqCurrentTime()
    await client.next('currentTime')
    expect(client.all('tickByTickAllLast').map((args) => args.slice(1, 4))).toEqual([183.1, 183.2].map((price) => [1, String(T0 / 1000), price]))
  })

  it('few contracts at once are told tick by tick, and one is asked for once in a while; a cancelled one makes room', async () => {
    let hostMs = 0
    await using gateway = await open([ibm, es], { instruments: [ibm, es], streamsMax: 1, hostNow: () => hostMs })
    await using client = await connectTws(gateway.port, 1)
    const ask = (id: number, conId: number) => client.api.reqTickByTickData(id, { conId }, 'Last' as never, 0, false)
    ask(1, 8314)
    ask(2, 77)
    await client.next('error', (_, code, id) => code === 10190 && id === 2)
    client.api.cancelTickByTickData(1)
    ask(3, 8314)
    await client.next('error', (_, code, id) => code === 420 && id === 3)
    hostMs = 15_000
    ask(4, 8314)
    ask(5, 77)
    await client.next('error', (_, code, id) => code === 10190 && id === 5)
    expect(client.all('error')).toHaveLength(3)
  })

  it('conflation keeps the last price of each interval of the tape’s time, and a fill ends the interval', async () => {
    const facts = [ibm, mark(0, 1), mark(100, 2), mark(249, 3), mark(250, 4), mark(400, 5), buy('a.b.01.01', 450, '1', '5'), mark(460, 6), mark(900, 7)]
    await using gateway = await open(facts, { conflateMs: 250 })
    await using client = await connectTws(gateway.port, 0)
    client.api.reqMktData(1, { conId: 8314 }, '375', false, false)
    await client.next('tickPrice', (_, __, price) => price === 7)
    const story = client.heard.flatMap(({ event, args }) =>
      event === 'tickString' && args[1] === 77 ? [args[2].split(';')[0]] : event === 'execDetails' ? ['fill'] : [],
    )
    expect(story).toEqual(['3', '5', 'fill', '6', '7'])
  })

  it('as fast as the client reads: of 20,000 prices and 20 fills none is lost and none is out of order', async () => {
    const facts: AnyFact[] = [ibm]
    for (let i = 0; i < 20_000; i++) {
      if (i % 1_000 === 500) facts.push(buy(`x.${i}.01.01`, i * 50, '1', '180', { permId: String(i) }))
      facts.push(mark(i * 50, 180 + (i % 977) / 100))
    }
    for (const segmentSeed of [undefined, 11]) {
      await using gateway = await open(facts, { lockstep: true, ...(segmentSeed === undefined ? {} : { segmentSeed }) })
      await using client = await connectTws(gateway.port, 0)
      client.api.reqMktData(1, { conId: 8314 }, '375', false, false)
      await client.next('tickString', (_, type, text) => type === 77 && text.includes(String(T0 + 19_999 * 50)))
      const heard = client.heard.flatMap(({ event, args }) =>
        event === 'tickString' && args[1] === 77 ? [args[2]] : event === 'execDetails' ? [args[2].execId] : [],
      )
      const played = facts.flatMap((fact) =>
        fact.kind === 'mark' ? [`${fact.price};1;${fact.at};;;true`] : fact.kind === 'execution' ? [fact.executionId] : [],
      )
      expect(heard).toEqual(played)
    }
  })
})

describe('the tape', () => {
  it('lockstep: it waits for a client, and for a watcher of whatever is held; nothing is missed', async () => {
    const facts = [
      ibm,
      es,
      mark(0, 180),
      buy('a.1.01.01', 1_000, '1', '181'),
      mark(1_500, 182),
      buy('e.1.01.01', 2_000, '1', '1700', { conId: 77, permId: '2' }),
      mark(2_500, 1701, 77),
    ]
    const states: string[] = []
    await using gateway = await open(facts, { lockstep: true, instruments: [ibm, es], onState: (state, reason) => void states.push(`${state}: ${reason}`) })
    await using client = await connectTws(gateway.port, 0)
    client.api.reqExecutions(1, {})
    await client.next('execDetails')
    client.api.reqCurrentTime()
    await client.next('currentTime')
    expect([gateway.state(), client.all('execDetails').length, client.all('currentTime')[0]?.[0]]).toEqual(['STANDING', 1, T0 / 1000]) // The fill's second may not be over.
    client.api.reqMktData(2, { conId: 8314 }, '375', false, false)
    await client.next('execDetails', (_, contract) => contract.conId === 77)
    gateway.dropClients()
    await client.next('disconnected')
    await using again = await connectTws(gateway.port, 0)
    again.api.reqMktData(1, { conId: 77 }, '375', false, false)
    again.api.reqMktData(2, { conId: 8314 }, '375', false, false)
    await again.next('tickPrice', (id, _, price) => id === 1 && price === 1701)
    expect(again.all('tickPrice').flatMap(([id, type, price]) => (id === 2 && type === 4 ? [price] : []))).toEqual([182])
    expect(again.all('tickString').filter(([id, type]) => id === 2 && type === 77)).toEqual([])
    await gateway.ended
    expect(client.all('tickPrice').flatMap(([, type, price]) => (type === 4 ? [price] : []))).toEqual([180, 182])
    expect(states[0]).toBe('RUNNING: the first client is ready')
    expect(states).toContain('STANDING: contract 8314 is held and nobody watches it')
    expect(states.at(-1)).toBe('ENDED: the tape is over')
  })

  it('lockstep: where a watcher leaves when a position closes, what opens next is heard on the old line or the new one', async () => {
    const facts: AnyFact[] = [ibm]
    for (let i = 0; i < 20; i++) {
      const [at, permId] = [i * 1_000, String(i + 1)]
      facts.push(buy(`o.${i}.01.01`, at, '1', '180', { permId }), mark(at + 10, 180 + i))
      facts.push(buy(`c.${i}.01.01`, at + 20, '1', '180', { permId: `9${permId}`, side: 'SELL' }))
    }
    await using gateway = await open(facts, { lockstep: true })
    await using client = await connectTws(gateway.port, 0)
    let requestId = 0
    client.api.on(EventName.execDetails, (_, __, { side }) => {
      if (side === 'BOT') client.api.reqMktData(++requestId, { conId: 8314 }, '375', false, false)
      else client.api.cancelMktData(requestId)
    })
    client.api.reqExecutions(1_000, {})
    await gateway.ended
    await client.next('execDetails', (_, __, execution) => execution.execId === 'c.19.01.01')
    const heard = client.all('tickString').flatMap(([, type, text]) => (type === 77 ? [Number(text.split(';')[0])] : []))
    expect(heard).toEqual(Array.from({ length: 20 }, (_, i) => 180 + i))
  })

  it('its clock is the first fact before the start, the last complete second on the way, its end afterwards (a gap counts)', async () => {
    const gap: AnyFact = { kind: 'gap', conId: 8314, from: T0 + 3_000, to: T0 + 9_900 }
    const reached = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    async function* tape() {
      yield* [ibm, mark(400, 180), mark(2_000, 181)]
      reached.resolve()
      await held.promise
      yield* [mark(2_000, 182), gap]
    }
    await using gateway = await openGateway({ port: 0, accounts: [], facts: tape(), conflateMs: 0, hostNow: clock.monotonic })
    await using client = await connectTws(gateway.port, 1)
    const times: number[] = []
    client.api.on(EventName.currentTime, (time) => void times.push(time - T0 / 1000))
    const ask = async () => {
      const before = times.length
      client.api.reqCurrentTime()
      while (times.length === before) await new Promise((resolve) => setImmediate(resolve))
    }
    await ask()
    client.api.reqMktData(1, { conId: 8314 }, '375', false, false)
    await reached.promise
    await ask()
    held.resolve()
    await gateway.ended
    await ask()
    expect(times).toEqual([0, 1, 9])
    expect(gateway.state()).toBe('ENDED')
  })

  it('at a pace: waits are measured by the clock it is given, and the time between two facts runs', async () => {
    let hostMs = 0
    await using gateway = await open([ibm, mark(0, 180), mark(60_000, 181)], { speed: 1, hostNow: () => hostMs })
    await using client = await connectTws(gateway.port, 1)
    client.api.reqMktData(1, { conId: 8314 }, '375', false, false)
    await client.next('tickPrice', (_, __, price) => price === 180)
    hostMs = 30_500
    expect(gateway.seconds()).toBe(T0 / 1000 + 30)
    hostMs = 90_000
    expect(gateway.seconds()).toBe(T0 / 1000 + 59)
    expect(client.all('tickPrice').filter(([, type]) => type === 4)).toHaveLength(1)
  })

  it('a client that does not read holds the tape back, and memory with it; when it reads on, the tape goes on', async () => {
    let taken = 0
    const total = 300_000
    async function* tape(): AsyncGenerator<AnyFact> {
      yield ibm
      for (; taken < total; taken++) yield mark(taken * 10, 180 + (taken % 100) / 100)
    }
    await using gateway = await openGateway({ port: 0, accounts: [], facts: tape(), conflateMs: 0, hostNow: clock.monotonic })
    const deaf = connect(gateway.port, '127.0.0.1').pause()
    deaf.write(
      Buffer.concat([
        Buffer.from('API\0'),
        ...[['v100..193'], ['71', '2', '1', ''], ['1', '11', '5', '8314', ...Array(11).fill(''), '0', '375', '0', '0', '']].map(encodeFrame),
      ]),
    )
    for (let before = -1; before !== taken || taken < 100; ) {
      before = taken
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(taken).toBeLessThan(total)
    deaf.resume()
    await gateway.ended
    expect(taken).toBe(total)
    deaf.destroy()
  })

  it('a tape that cannot be read on ends the play with its reason; the gateway goes on serving', async () => {
    async function* tape() {
      yield* [ibm, mark(0, 180)]
      throw new Error('line 3 is no fact')
    }
    await using gateway = await openGateway({ port: 0, accounts: [], facts: tape(), hostNow: clock.monotonic })
    await using client = await connectTws(gateway.port, 1)
    client.api.reqPositions()
    await expect(gateway.ended).rejects.toThrow('line 3 is no fact')
    client.api.reqContractDetails(3, { conId: 8314 })
    await client.next('contractDetailsEnd')
  })

  it('a price learnt late is played late; an unwatched one moves only the clock', async () => {
    const facts = [ibm, es, mark(0, 180), { ...mark(100, 170), seenAt: T0 + 5_000 }, mark(8_000, 1700, 77)]
    await using gateway = await open(facts)
    await using client = await connectTws(gateway.port, 1)
    client.api.reqMktData(1, { conId: 8314 }, '375', false, false)
    await gateway.ended
    await client.next('tickPrice', (_, __, price) => price === 170)
    expect(client.all('tickPrice').flatMap(([, type, price]) => (type === 4 ? [price] : []))).toEqual([180, 170])
    expect(gateway.seconds()).toBe(T0 / 1000 + 8)
  })

  it('every frame can be seen, doubled or lost on its way out: the seam for faults', async () => {
    const once = buy('a.b.01.01', 0, '1', '180')
    await using gateway = await open([ibm, once], { onFrame: (frame) => (frame[0] === '11' ? [frame, frame] : frame[0] === '5' ? [] : [frame]) })
    await using client = await connectTws(gateway.port, 0)
    client.api.reqPositions()
    await client.next('position')
    expect([client.all('execDetails').length, client.all('openOrder').length]).toEqual([2, 0])
  })

  it('cut and joined at random, every story above is read the same', async () => {
    for (const segmentSeed of [1, 2, 3]) {
      await using gateway = await open([ibm, buy('a.b.01.01', 0, '1', '180'), cost('a.b.01.01', '1')], { segmentSeed })
      await using client = await connectTws(gateway.port, 0)
      client.api.reqPositions()
      client.api.reqContractDetails(3, { conId: 8314 })
      await client.next('contractDetailsEnd')
      await client.next('commissionReport')
      expect(client.all('openOrder')).toHaveLength(2)
    }
  })
})
