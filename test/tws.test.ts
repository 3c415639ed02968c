// The TWS adapter against a gateway that says what the test tells it to, over real TCP. What it proves of the wire is in reference/ibkr.md, appendices A and B.
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Broker, BrokerEvent, Quote } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { REQUESTS, START_API, type TwsOptions } from '#broker/tws-wire.ts'
import type { Instrument } from '#core/facts.ts'
import { clock } from '#src/clock.ts'
import { contractDetails, execDetails, ScriptedGateway, type ScriptOptions } from './tws-gateway.ts'

const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const ES: Instrument = { kind: 'instrument', conId: 495512563, symbol: 'ES', secType: 'FUT', currency: 'USD' }
const SPY_CALL: Instrument = { kind: 'instrument', conId: 700, symbol: 'SPY', secType: 'OPT', currency: 'USD' }
const MAX = '1.7976931348623157E308'

describe('opening a session', () => {
  test('handshake, clock, executions in wire order, positions, and only then prices', async () => {
    await using scene = await open({
      answer: (request, session) => {
        if (request.id === 7) {
          const id = request.fields[2] ?? ''
          session.say(...execDetails(Number(id)))
          session.say(59, 1, '0000e0d5.69dd7411.01.01', '1.0', 'USD', MAX, MAX, '')
          session.say(...execDetails(Number(id), { execId: '0000e0d5.69dd7412.01.01', side: 'SLD', price: '184.5', time: '20131007 10:00:00 US/Eastern' }))
          session.say(55, 1, id)
          return true
        }
        if (request.id === 61) {
          session.say(61, 3, 'DU1', 8314, 'IBM', 'STK', '', '0', '', '', '', 'USD', 'IBM', 'IBM', '100', '183.12')
          session.say(62, 1)
          return true
        }
        return false
      },
    })
    scene.broker.watch([IBM])
    await scene.connect()
    const session = await scene.gateway.session()
    await session.request(REQUESTS.reqMktData)
    // The time is told once more with the line.
    const told = new Set(scene.told('connected', 'accounts', 'clock', 'fact', 'position').map(short))
    expect([...told]).toEqual([
      'connected',
      'accounts DU1,DU2',
      'clock 1790000000000',
      'instrument 8314',
      'execution 0000e0d5.69dd7411.01.01 BUY 100 @ 183.11',
      'commission 0000e0d5.69dd7411.01.01 1 USD',
      'execution 0000e0d5.69dd7412.01.01 SELL 100 @ 184.5',
      'position DU1 8314 100 @ 183.12',
    ])
    const order = session.requests.map((request) => request.id).filter((id) => id !== REQUESTS.reqContractDetails)
    expect(order).toEqual([START_API, REQUESTS.reqCurrentTime, REQUESTS.reqExecutions, REQUESTS.reqPositions, REQUESTS.reqMktData, REQUESTS.reqCurrentTime])
    scene.expectNothingUndecoded()
  })

  test('a line and the time at which it stands are asked for in one piece, the time last', async () => {
    await using scene = await open()
    await scene.connect()
    const session = await scene.gateway.session()
    scene.broker.watch([IBM])
    await session.request(REQUESTS.reqMktData)
    const piece = session.pieces.find((ids) => ids.includes(REQUESTS.reqMktData))
    expect(piece?.slice(0, 2)).toEqual([REQUESTS.reqMktData, REQUESTS.reqCurrentTime])
  })

  test('frames cut into small pieces are read all the same', async () => {
    await using scene = await open({ split: true })
    await scene.connect()
    expect(scene.told('accounts').map(short)).toEqual(['accounts DU1,DU2'])
    scene.expectNothingUndecoded()
  })

  test('the raw message is kept beside the fact', async () => {
    await using scene = await open()
    await scene.connect()
    const session = await scene.gateway.session()
    session.say(...execDetails(-1))
    const event = await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'execution')
    expect(event).toHaveProperty('raw', execDetails(-1).map(String))
  })

  test('a time without a zone is in the zone of the connection time', async () => {
    await using scene = await open({ connectionTime: '20261001 09:30:00 Tokyo Standard Time' })
    await scene.connect()
    const session = await scene.gateway.session()
    session.say(...execDetails(-1, { time: '20131007  09:30:01' }))
    const event = await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'execution')
    expect(event).toHaveProperty('fact.at', Date.parse('2013-10-07T00:30:01Z'))
  })

  test('nothing listening: says what was expected where', async () => {
    const port = await freePort()
    const broker = openTws({ host: '127.0.0.1', port, clientId: 0, clock })
    await expect(broker.connect(() => {})).rejects.toMatchObject({
      code: 'EXC_BROKER_UNREACHABLE',
      message: expect.stringContaining(`expected a gateway at 127.0.0.1:${port}, found nothing`),
    })
    await broker.close()
  })

  test('a program that accepts and says nothing is not waited for without end', async () => {
    await using scene = await open({ mute: true }, { handshakeMs: 50 })
    await expect(scene.connect()).rejects.toMatchObject({ code: 'EXC_BROKER_UNREACHABLE', message: expect.stringContaining('says nothing') })
  })

  test('a gateway that closes at once: is the API enabled, the address trusted?', async () => {
    await using scene = await open({ mute: true })
    const connecting = scene.connect()
    const session = await scene.gateway.session()
    session.socket.destroy()
    await expect(connecting).rejects.toMatchObject({ code: 'EXC_BROKER_UNREACHABLE', message: expect.stringContaining('API') })
  })

  test('client id in use: 326, then closed', async () => {
    await using scene = await open({
      greet: (session) => {
        session.say(4, 2, -1, 326, 'Unable to connect as the client id is already in use. Retry with a unique client id.', '')
        session.socket.end()
      },
    })
    await expect(scene.connect()).rejects.toMatchObject({ code: 'EXC_CLIENT_ID_IN_USE' })
  })

  test('a gateway of a version the client cannot speak', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.write(Buffer.concat([Buffer.from([0, 0, 0, 25]), Buffer.from('99\x0020261001 09:30:00 UTC\x00')])))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const broker = openTws({ host: '127.0.0.1', port, clientId: 0, clock })
    await expect(broker.connect(() => {})).rejects.toMatchObject({ code: 'EXC_BROKER_UNREACHABLE', message: expect.stringContaining('version') })
    await broker.close()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })

  test('an end marker that never comes is said, and the session goes on', async () => {
    await using scene = await open({ answer: (request) => request.id === 7 || request.id === 61 }, { answerMs: 40 })
    await scene.connect()
    const said = scene.told('notice').map((event) => (event.kind === 'notice' ? event.message : ''))
    expect(said.some((message) => message.includes("no end of the day's executions"))).toBe(true)
    expect(said.some((message) => message.includes('no end of the positions'))).toBe(true)
  })

  test('only requests that need no write access are ever made', async () => {
    await using scene = await open({}, { marketDataType: 3 })
    await scene.connect()
    scene.broker.watch([IBM, ES, SPY_CALL])
    const session = await scene.gateway.session()
    await session.request(REQUESTS.reqMktData)
    await scene.broker.catchUp()
    scene.broker.watch([])
    await session.request(REQUESTS.cancelMktData)
    await scene.broker.askClock()
    const allowed: number[] = [START_API, ...Object.values(REQUESTS)]
    expect(session.requests.filter((request) => !allowed.includes(request.id))).toEqual([])
    // Placing, changing, cancelling and binding orders, and every list of open orders: what makes a read-only TWS ask its user.
    const writing = [3, 4, 5, 15, 16, 21, 58, 99]
    expect(allowed.filter((id) => writing.includes(id))).toEqual([])
  })
})

describe('executions', () => {
  test('live ones carry no request id; contract details follow once, after the fill, and never take its place', async () => {
    await using scene = await open({
      answer: (request, session) => {
        if (request.id !== REQUESTS.reqContractDetails) return false
        session.say(...contractDetails(request.fields[2] ?? ''))
        session.say(52, 1, request.fields[2] ?? '')
        return true
      },
    })
    await scene.connect()
    const session = await scene.gateway.session()
    session.say(...execDetails(-1))
    session.say(...execDetails(-1, { execId: '0000e0d5.69dd7411.02.01' }))
    await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'instrument' && one.fact.minTick !== undefined)
    expect(scene.told('fact').map(short)).toEqual([
      'instrument 8314',
      'execution 0000e0d5.69dd7411.01.01 BUY 100 @ 183.11',
      'execution 0000e0d5.69dd7411.02.01 BUY 100 @ 183.11',
      'instrument 8314',
    ])
    const [thin, , , full] = scene.told('fact')
    // The exchange of the fill's contract is where it was filled: not the instrument's.
    expect(thin).not.toHaveProperty('fact.exchange')
    expect(full).toMatchObject({
      fact: { exchange: 'SMART', minTick: '0.01', timeZone: 'US/Eastern', liquidHours: '20131007:0930-20131007:1600;20131008:CLOSED' },
    })
    session.say(...execDetails(-1, { execId: '0000e0d5.69dd7413.01.01' }))
    await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'execution' && one.fact.executionId === '0000e0d5.69dd7413.01.01')
    expect(scene.told('fact').filter((event) => event.kind === 'fact' && event.fact.kind === 'instrument')).toHaveLength(2)
    expect(session.requests.filter((request) => request.id === REQUESTS.reqContractDetails)).toHaveLength(1)
    scene.expectNothingUndecoded()
  })

  test('a commission before its execution is told before it; one that is unset is not told', async () => {
    await using scene = await open()
    await scene.connect()
    const session = await scene.gateway.session()
    session.say(59, 1, 'x.1', MAX, 'USD', MAX, MAX, '')
    session.say(59, 1, 'x.1', '1.25', 'USD', MAX, MAX, '')
    session.say(...execDetails(-1, { execId: 'x.1' }))
    await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'execution')
    expect(scene.told('fact').map(short)).toEqual(['commission x.1 1.25 USD', 'instrument 8314', 'execution x.1 BUY 100 @ 183.11'])
  })

  test('a combo: its legs are counted, not the combo, whichever comes first', async () => {
    await using scene = await open({}, { comboMs: 60_000 })
    await scene.connect()
    const session = await scene.gateway.session()
    const combo = { conId: 999, symbol: 'SPY', secType: 'BAG', execId: 'bag.1', permId: 500, price: '-1.25' }
    session.say(...execDetails(-1, combo))
    session.say(59, 1, 'bag.1', '2.0', 'USD', MAX, MAX, '')
    session.say(...execDetails(-1, { conId: 1, secType: 'OPT', execId: 'leg.1', permId: 500 }))
    session.say(...execDetails(-1, { conId: 2, secType: 'OPT', execId: 'leg.2', permId: 500 }))
    session.say(...execDetails(-1, { ...combo, execId: 'bag.2' }))
    await scene.next((one) => one.kind === 'notice' && one.message.includes('bag.2'))
    expect(scene.executions()).toEqual(['leg.1', 'leg.2'])
    expect(
      scene
        .told('fact')
        .map(short)
        .filter((line) => line.includes('commission')),
    ).toEqual([])
    expect(session.requests.filter((r) => r.id === REQUESTS.reqContractDetails && r.fields[3] === '999')).toEqual([])
  })

  test('a combo whose legs never come is counted itself, with its commission', async () => {
    await using scene = await open({}, { comboMs: 20 })
    await scene.connect()
    const session = await scene.gateway.session()
    session.say(...execDetails(-1, { conId: 999, symbol: 'SPY', secType: 'BAG', execId: 'bag.1', permId: 500, price: '-1.25' }))
    session.say(59, 1, 'bag.1', '2.0', 'USD', MAX, MAX, '')
    await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'commission')
    expect(scene.told('fact').map(short)).toEqual(['instrument 999', 'execution bag.1 BUY 100 @ -1.25', 'commission bag.1 2 USD'])
  })

  test('one that cannot be read is said with its raw message, and the next is taken', async () => {
    await using scene = await open()
    await scene.connect()
    const session = await scene.gateway.session()
    session.say(...execDetails(-1, { execId: 'bad', time: 'yesterday' }))
    session.say(...execDetails(-1, { execId: 'good' }))
    await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'execution')
    expect(scene.executions()).toEqual(['good'])
    expect(scene.told('notice').some((one) => one.kind === 'notice' && one.message.includes("'yesterday'"))).toBe(true)
  })

  test('a listener that throws does not stop the ones after it', async () => {
    await using gateway = await ScriptedGateway.open()
    const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock })
    const heard: string[] = []
    let resolve = () => {}
    const both = new Promise<void>((done) => {
      resolve = done
    })
    await broker.connect((event) => {
      if (event.kind !== 'fact' || event.fact.kind !== 'execution') return
      heard.push(event.fact.executionId)
      if (heard.length === 2) resolve()
      throw new Error('a listener at fault')
    })
    const session = await gateway.session()
    session.say(...execDetails(-1, { execId: 'a' }))
    session.say(...execDetails(-1, { execId: 'b' }))
    await both
    expect(heard).toEqual(['a', 'b'])
    await broker.close()
  })
})

describe('prices', () => {
  test('a stock: RT Trade Volume with its exchange time, once each; the last price and RTVolume say the same print again', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const request = await session.request(REQUESTS.reqMktData)
    expect(request.fields[3]).toBe('8314')
    expect(request.fields[10]).toBe('SMART')
    expect(request.fields).toContain('233,375')
    const id = Number(request.fields[2])
    for (const [price, ms] of [
      ['183.15', 1_381_152_601_500],
      ['183.16', 1_381_152_601_700],
      ['183.14', 1_381_152_602_000],
      ['183.20', 1_381_152_603_000],
    ] as const) {
      session.say(1, 6, id, 4, price, 100, 1)
      session.say(46, 6, id, 48, `${price};100;${ms};4200;183.12;true`)
      session.say(46, 6, id, 77, `${price};100;${ms};4200;183.12;true`)
    }
    session.say(46, 6, id, 77, ';0;1381152603500;4200;183.12;true')
    await scene.broker.askClock()
    expect(scene.quotes()).toEqual([
      { conId: 8314, price: 183.15, at: 1_381_152_601_500, source: 'LAST' },
      { conId: 8314, price: 183.16, at: 1_381_152_601_700, source: 'LAST' },
      { conId: 8314, price: 183.14, at: 1_381_152_602_000, source: 'LAST' },
      { conId: 8314, price: 183.2, at: 1_381_152_603_000, source: 'LAST' },
    ])
    scene.expectNothingUndecoded()
  })

  test('where RT Trade Volume never comes, RTVolume stands in, and it is said once', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const id = Number((await session.request(REQUESTS.reqMktData)).fields[2])
    for (let i = 1; i <= 5; i++) session.say(46, 6, id, 48, `${183 + i};100;${1_381_152_600_000 + i};1;1;true`)
    await scene.broker.askClock()
    expect(scene.quotes().map((quote) => quote.price)).toEqual([184, 185, 186, 187, 188])
    expect(scene.told('notice').filter((one) => one.kind === 'notice' && one.message.includes('RTVolume'))).toHaveLength(1)
  })

  test('an option: both sides of the quote, never the first snapshot, none while one side is missing', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([SPY_CALL])
    const session = await scene.gateway.session()
    const id = Number((await session.request(REQUESTS.reqMktData)).fields[2])
    session.say(1, 6, id, 1, '1.10', 10, 1)
    session.say(1, 6, id, 2, '1.20', 10, 1) // the snapshot is complete: undated, perhaps of yesterday
    session.say(1, 6, id, 4, '1.15', 10, 1) // a last price is no mark of an option
    session.say(1, 6, id, 1, '1.12', 10, 1)
    session.say(1, 6, id, 2, '-1', 0, 1) // no quote
    session.say(1, 6, id, 1, '1.14', 10, 1)
    session.say(1, 6, id, 2, '1.24', 10, 2) // beyond the price limit
    await scene.broker.askClock()
    expect(scene.quotes()).toEqual([
      { conId: 700, price: null, bid: 1.12, ask: 1.2, at: null, source: 'MID' },
      { conId: 700, price: null, bid: 1.14, ask: 1.24, at: null, source: 'MID', pastLimit: true },
    ])
  })

  test('the high and low of the session are told as they come, delayed ones flagged; none of an option, none of a value that is none', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([IBM, SPY_CALL])
    const session = await scene.gateway.session()
    const ids = new Map<string, number>()
    for (const conId of ['8314', '700']) ids.set(conId, Number((await session.request(REQUESTS.reqMktData, ({ fields }) => fields[3] === conId)).fields[2]))
    const [stock, option] = [ids.get('8314') ?? 0, ids.get('700') ?? 0]
    for (const [id, tick, price] of [
      ...[[stock, 6, '184.2'] as const, [stock, 7, '182.9'] as const, [option, 6, '3.4'] as const],
      ...[[stock, 6, '1.7976931348623157E308'] as const, [stock, 7, '-1'] as const, [stock, 7, '0.0'] as const],
      ...[[stock, 72, '184.5'] as const, [stock, 73, '182.5'] as const],
    ])
      session.say(1, 6, id, tick, price, 0, 0)
    await scene.broker.askClock()
    expect(scene.told('range')).toEqual([
      { kind: 'range', conId: 8314, high: 184.2 },
      { kind: 'range', conId: 8314, low: 182.9 },
      { kind: 'range', conId: 8314, high: 184.5, delayed: true },
      { kind: 'range', conId: 8314, low: 182.5, delayed: true },
    ])
    scene.expectNothingUndecoded()
  })

  test('delayed prices are flagged, and 10167 does not end the subscription', async () => {
    await using scene = await open({}, { marketDataType: 3 })
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    expect((await session.request(REQUESTS.reqMarketDataType)).fields).toEqual(['59', '1', '3'])
    const id = Number((await session.request(REQUESTS.reqMktData)).fields[2])
    session.say(4, 2, id, 10167, 'Requested market data is not subscribed. Displaying delayed market data.', '')
    session.say(1, 6, id, 68, '183.00', 1, 1)
    session.say(1, 6, id, 68, '183.01', 1, 1)
    await scene.broker.askClock()
    expect(scene.quotes()).toEqual([{ conId: 8314, price: 183.01, at: null, source: 'LAST', delayed: true }])
  })

  test('10091, part of it is not subscribed: the line stays, and counts as heard once a live price came', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const asked = await session.request(REQUESTS.reqMktData)
    const id = Number(asked.fields[2])
    session.say(4, 2, id, 10091, 'Part of requested market data requires additional subscription for API. Delayed market data is available.', '')
    await scene.next((one) => one.kind === 'prices' && !one.heard)
    session.say(46, 6, id, 77, '183.1;100;1790000000500;100;183.1;true')
    const again = await scene.next((one) => one.kind === 'prices' && one.heard)
    expect(again).toMatchObject({ conId: 8314, at: 1_790_000_000_500 })
    expect(session.requests.filter((request) => request.id === REQUESTS.reqMktData || request.id === REQUESTS.cancelMktData)).toHaveLength(1)
  })

  test('a halt is told with the prices that come during it', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const id = Number((await session.request(REQUESTS.reqMktData)).fields[2])
    session.say(45, 6, id, 49, 1)
    session.say(46, 6, id, 77, '183.15;1;1381152601500;1;1;true')
    session.say(45, 6, id, 49, 0)
    session.say(46, 6, id, 77, '183.16;1;1381152601600;1;1;true')
    await scene.broker.askClock()
    expect(scene.quotes().map((quote) => quote.halted ?? false)).toEqual([true, false])
  })

  test('a future is asked for where it trades: where it was filled, else where its details say', async () => {
    await using scene = await open({
      answer: (request, session) => {
        if (request.id !== REQUESTS.reqContractDetails) return false
        const conId = Number(request.fields[3])
        session.say(...contractDetails(request.fields[2] ?? '', { conId, symbol: 'ES', secType: 'FUT', exchange: 'CME', multiplier: 50 }))
        session.say(52, 1, request.fields[2] ?? '')
        return true
      },
    })
    await scene.connect()
    scene.broker.watch([ES])
    const session = await scene.gateway.session()
    const request = await session.request(REQUESTS.reqMktData)
    expect([request.fields[3], request.fields[10]]).toEqual(['495512563', 'CME'])
    session.say(...execDetails(-1, { conId: 77, symbol: 'CL', secType: 'FUT', exchange: 'NYMEX', multiplier: 1000 }))
    await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'execution')
    scene.broker.watch([ES, { ...ES, conId: 77, symbol: 'CL' }])
    const second = await session.request(REQUESTS.reqMktData, (one) => one.fields[3] === '77')
    expect(second.fields[10]).toBe('NYMEX')
  })

  test('one subscription a contract; what is no longer wanted is let go', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([IBM])
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const asked = await session.request(REQUESTS.reqMktData)
    scene.broker.watch([])
    const cancelled = await session.request(REQUESTS.cancelMktData)
    expect(cancelled.fields[2]).toBe(asked.fields[2])
    expect(session.requests.filter((request) => request.id === REQUESTS.reqMktData)).toHaveLength(1)
  })

  test('asked for in the middle of an execution, they are asked for at once', async () => {
    await using gateway = await ScriptedGateway.open()
    const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock })
    await broker.connect((event) => {
      if (event.kind === 'fact' && event.fact.kind === 'execution') broker.watch([IBM])
    })
    const session = await gateway.session()
    session.say(...execDetails(-1))
    await session.request(REQUESTS.reqContractDetails)
    const ids = session.requests.map((request) => request.id)
    expect(ids.indexOf(REQUESTS.reqMktData)).toBeLessThan(ids.indexOf(REQUESTS.reqContractDetails))
    expect(ids).toContain(REQUESTS.reqMktData)
    await broker.close()
  })

  test('a refused request rests and is made again; SMART refused is tried at the contract’s own exchange', async () => {
    await using scene = await open({}, { retryMs: 20 })
    await scene.connect()
    const session = await scene.gateway.session()
    session.say(...execDetails(-1, { exchange: 'VENTURE' }))
    await scene.next((one) => one.kind === 'fact' && one.fact.kind === 'execution')
    scene.broker.watch([IBM])
    const first = await session.request(REQUESTS.reqMktData)
    session.say(4, 2, Number(first.fields[2]), 200, 'No security definition has been found for the request', '')
    const second = await session.request(REQUESTS.reqMktData, (one) => one.fields[2] !== first.fields[2])
    expect(second.fields[10]).toBe('VENTURE')
    session.say(4, 2, Number(second.fields[2]), 10197, 'No market data during competing live session', '')
    const third = await session.request(REQUESTS.reqMktData, (one) => Number(one.fields[2]) > Number(second.fields[2]))
    expect(third.fields[3]).toBe('8314')
  })

  test('beyond the line budget nothing is asked, and it is said whose prices are missing', async () => {
    await using scene = await open({}, { linesMax: 1 })
    await scene.connect()
    scene.broker.watch([IBM, SPY_CALL])
    const session = await scene.gateway.session()
    await session.request(REQUESTS.reqMktData)
    await scene.broker.askClock()
    expect(session.requests.filter((request) => request.id === REQUESTS.reqMktData)).toHaveLength(1)
    expect(scene.told('notice').some((one) => one.kind === 'notice' && one.message.includes('SPY'))).toBe(true)
  })
})

describe('when another program or a right is in the way', () => {
  test('every message counts for the pace: IB drops a client that sends more than 50 a second', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch(Array.from({ length: 60 }, (_, index) => ({ ...IBM, conId: 100 + index })))
    const session = await scene.gateway.session()
    await new Promise((resolve) => setTimeout(resolve, 900))
    expect(session.requests.length).toBeGreaterThan(30)
    expect(session.requests.length).toBeLessThan(50)
  })

  test('100 that names no request: said, fewer are made for a while, and a line that brought nothing is asked for again', async () => {
    await using scene = await open({}, { retryMs: 30 })
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const first = await session.request(REQUESTS.reqMktData)
    session.say(4, 2, -1, 100, 'Max rate of messages per second has been exceeded:max=50 rec=51 (1)', '')
    expect(await scene.next((one) => one.kind === 'notice' && one.code === 100)).toMatchObject({ meaning: 'DEGRADED', part: 'pace' })
    expect(scene.told('prices')).toMatchObject([{ conId: 8314, heard: false }])
    await scene.next((one) => one.kind === 'notice' && one.meaning === 'MENDED' && one.part === 'pace')
    await session.request(REQUESTS.reqMktData, (one) => one.fields[2] !== first.fields[2])
    expect(scene.told('notice').some((one) => one.kind === 'notice' && one.message.startsWith('no more than 20 requests a second'))).toBe(true)
  })

  test('a farm that is back: its first price says that prices come again, however late TWS answers what time it is', async () => {
    let isLate = false
    await using scene = await open({ answer: ({ id }) => isLate && id === REQUESTS.reqCurrentTime })
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const requestId = Number((await session.request(REQUESTS.reqMktData)).fields[2])
    await scene.next((one) => one.kind === 'asked')
    const print = (price: string, ms: number) => session.say(46, 6, requestId, 77, `${price};100;${ms};100;${price};true`)
    print('183.11', 1_790_000_000_500)
    session.say(4, 2, -1, 2103, 'Market data farm connection is broken:usfarm', '')
    await scene.next((one) => one.kind === 'prices' && !one.heard)
    isLate = true
    session.say(4, 2, -1, 2104, 'Market data farm connection is OK:usfarm', '')
    print('183.12', 1_790_000_060_500)
    print('183.13', 1_790_000_061_500)
    await scene.next((one) => one.kind === 'quote' && one.quote.price === 183.13)
    expect(scene.told('prices')).toMatchObject([{ heard: false }, { heard: true, at: 1_790_000_060_500 }])
  })

  test("100 that names no request: the day's executions and contract details that were asked for and did not come are asked for again", async () => {
    const leftOut = [7, 9]
    await using scene = await open(
      {
        answer: ({ id }, session) => {
          const at = leftOut.indexOf(id)
          if (at < 0) return false
          leftOut.splice(at, 1)
          session.say(4, 2, -1, 100, 'Max rate of messages per second has been exceeded:max=50 rec=51 (1)', '')
          return true
        },
      },
      { retryMs: 30, answerMs: 30_000 },
    )
    await scene.connect() // not before the executions have come
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const first = await session.request(REQUESTS.reqContractDetails)
    const again = await session.request(REQUESTS.reqContractDetails, (one) => one !== first)
    expect(again.fields).toEqual(first.fields)
    expect(session.requests.filter(({ id }) => id === 7)).toHaveLength(2)
  })

  test('a CFD whose prices are those of what it stands for is asked for there', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([{ ...IBM, conId: 999, secType: 'CFD' }])
    const session = await scene.gateway.session()
    const asked = await session.request(REQUESTS.reqMktData)
    session.say(91, Number(asked.fields[2]), 8314, 'SMART')
    const there = await session.request(REQUESTS.reqMktData, (one) => one.fields[3] === '8314')
    expect(there.fields[10]).toBe('SMART')
    const id = Number(there.fields[2])
    for (const bid of [183.1, 183.2]) {
      session.say(1, 6, id, 1, bid, 5, 1)
      session.say(1, 6, id, 2, 183.3, 5, 1)
    }
    await scene.next((one) => one.kind === 'quote' && one.quote.conId === 999 && one.quote.bid === 183.2)
    scene.broker.watch([])
    expect((await session.request(REQUESTS.cancelMktData)).fields[2]).toBe(there.fields[2])
    scene.expectNothingUndecoded()
  })

  test('1300: the next session is opened at the port that TWS names, and where nothing listens there, at the one that is configured', async () => {
    await using scene = await open()
    const moved = await ScriptedGateway.open()
    const { port } = moved
    await scene.connect()
    const said = `TWS socket port has been reset and this connection is being dropped. Please reconnect on the new port - ${port}`
    const session = await scene.gateway.session()
    session.say(4, 2, -1, 1300, said, '')
    await scene.next((one) => one.kind === 'lost')
    await scene.connect()
    expect(moved.sessions).toHaveLength(1)
    await scene.broker.close()
    await moved[Symbol.asyncDispose]()
    await expect(scene.connect()).rejects.toThrow(String(port))
    await scene.connect()
    expect(scene.gateway.sessions).toHaveLength(2)
  })

  test('10187: ticks of the past that TWS will not tell are told as none at once, so that bars are asked for', async () => {
    await using scene = await open({
      answer(request, session) {
        if (request.id !== REQUESTS.reqHistoricalTicks) return false
        session.say(4, 2, Number(request.fields[1]), 10187, 'Failed to request historical ticks:No permissions', '')
        return true
      },
    })
    await scene.connect()
    const answer = await scene.broker.history?.({ kind: 'ticks', instrument: IBM, from: 1_790_000_000_000 })
    expect(answer).toMatchObject({ kind: 'none', reason: '10187 Failed to request historical ticks:No permissions' })
  })

  test('2100: account updates that another program took degrade the service, are asked for again with the next look, and mend it when they come', async () => {
    await using scene = await open({ accounts: 'DU1,' })
    await scene.connect()
    scene.broker.value?.([])
    const session = await scene.gateway.session()
    await session.request(REQUESTS.reqAccountUpdates)
    session.say(4, 2, -1, 2100, 'New account data requested from TWS.  API client has been unsubscribed from account data.', '')
    expect(await scene.next((one) => one.kind === 'notice' && one.code === 2100)).toMatchObject({ meaning: 'DEGRADED', part: 'account data' })
    scene.broker.value?.([])
    await scene.broker.askClock()
    expect(session.requests.filter((request) => request.id === REQUESTS.reqAccountUpdates)).toHaveLength(2)
    session.say(6, 2, 'NetLiquidation', '1000', 'USD', 'DU1')
    await scene.next((one) => one.kind === 'notice' && one.meaning === 'MENDED' && one.part === 'account data')
  })
})

describe('when the line breaks', () => {
  test('a socket that closes is told as lost, once', async () => {
    await using scene = await open()
    await scene.connect()
    const session = await scene.gateway.session()
    session.socket.destroy()
    await scene.next((one) => one.kind === 'lost')
    await scene.broker.close()
    expect(scene.told('lost')).toHaveLength(1)
  })

  test('a socket that is open and dead is found by asking the time', async () => {
    let dead = false
    await using scene = await open({ answer: () => dead }, { clockMs: 30 })
    await scene.connect()
    dead = true
    await expect(scene.broker.askClock()).rejects.toMatchObject({ code: 'EXC_BROKER_SILENT' })
  })

  test('1101: every price is asked for anew, and the executions; 1102: only the executions', async () => {
    await using scene = await open()
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const first = await session.request(REQUESTS.reqMktData)
    const asked = () => session.requests.filter((request) => request.id === REQUESTS.reqExecutions).length
    session.say(4, 2, -1, 1100, 'Connectivity between IB and Trader Workstation has been lost.', '')
    session.say(4, 2, -1, 1101, 'Connectivity between IB and Trader Workstation has been restored - data lost.', '')
    const second = await session.request(REQUESTS.reqMktData, (one) => one.fields[2] !== first.fields[2])
    session.say(46, 6, Number(second.fields[2]), 77, '183.15;1;1381152601500;1;1;true')
    await scene.broker.askClock()
    expect(asked()).toBe(2)
    session.say(4, 2, -1, 1102, 'Connectivity between IB and Trader Workstation has been restored - data maintained.', '')
    await scene.next((one) => one.kind === 'notice' && one.code === 1102)
    await scene.broker.catchUp()
    expect(asked()).toBe(3)
    expect(session.requests.filter((request) => request.id === REQUESTS.reqMktData)).toHaveLength(2)
    expect(scene.quotes()).toHaveLength(1)
    const meanings = scene.told('notice').flatMap((one) => (one.kind === 'notice' && one.code >= 1100 && one.code < 1103 ? [one.meaning] : []))
    expect(meanings).toEqual(['FEED_LOST', 'FEED_RESTORED', 'FEED_RESTORED'])
  })

  test('1102 that does not keep its word: prices that stay away are asked for anew', async () => {
    await using scene = await open({}, { resumeMs: 20 })
    await scene.connect()
    scene.broker.watch([IBM])
    const session = await scene.gateway.session()
    const first = await session.request(REQUESTS.reqMktData)
    session.say(4, 2, -1, 1102, 'Connectivity restored - data maintained.', '')
    const second = await session.request(REQUESTS.reqMktData, (one) => one.fields[2] !== first.fields[2])
    expect(second.fields[3]).toBe('8314')
  })

  test('a new session makes the requests of the old one again, and the day is told again', async () => {
    await using scene = await open({
      answer: (request, session) => {
        if (request.id !== 7) return false
        session.say(...execDetails(Number(request.fields[2])))
        session.say(55, 1, request.fields[2] ?? '')
        return true
      },
    })
    await scene.connect()
    scene.broker.watch([IBM])
    const first = await scene.gateway.session(0)
    await first.request(REQUESTS.reqMktData)
    first.socket.destroy()
    await scene.next((one) => one.kind === 'lost')
    await scene.connect()
    const second = await scene.gateway.session(1)
    await second.request(REQUESTS.reqMktData)
    expect(scene.executions()).toEqual(['0000e0d5.69dd7411.01.01', '0000e0d5.69dd7411.01.01'])
    // What is known of the instrument outlives the session: it is not told again.
    expect(scene.told('fact').filter((one) => one.kind === 'fact' && one.fact.kind === 'instrument')).toHaveLength(1)
  })

  test('after close nothing is held open: no socket, no timer', async () => {
    await using gateway = await ScriptedGateway.open()
    const held = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'TCPSocketWrap').length
    const before = held()
    const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, requestsPerSecondMax: 2 })
    const refused = expect(broker.connect(() => {})).rejects.toMatchObject({ code: 'EXC_BROKER_UNREACHABLE' })
    broker.watch([IBM, ES, SPY_CALL])
    const session = await gateway.session()
    await session.request(REQUESTS.reqCurrentTime)
    await broker.close()
    await broker.close()
    await refused
    const gone = new Promise<void>((resolve) => (session.socket.closed ? resolve() : session.socket.once('close', () => resolve())))
    session.socket.destroy()
    await gone
    expect(held()).toBeLessThanOrEqual(before)
  })
})

// ---------------------------------------------------------------- the scene

interface Scene extends AsyncDisposable {
  readonly gateway: ScriptedGateway
  readonly broker: Broker
  connect(): Promise<void>
  told(...kinds: BrokerEvent['kind'][]): BrokerEvent[]
  quotes(): Quote[]
  executions(): string[]
  /** The first event, told already or yet to come, of which this is true. */
  next(wanted: (event: BrokerEvent) => boolean): Promise<BrokerEvent>
  expectNothingUndecoded(): void
}

async function open(script: ScriptOptions = {}, options: Partial<TwsOptions> = {}): Promise<Scene> {
  const gateway = await ScriptedGateway.open(script)
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, ...options })
  const events: BrokerEvent[] = []
  let waiting: { readonly wanted: (event: BrokerEvent) => boolean; readonly resolve: (event: BrokerEvent) => void }[] = []
  const hear = (event: BrokerEvent) => {
    events.push(event)
    for (const one of waiting.filter((w) => w.wanted(event))) one.resolve(event)
    waiting = waiting.filter((w) => !w.wanted(event))
  }
  return {
    gateway,
    broker,
    connect: () => broker.connect(hear),
    told: (...kinds) => events.filter((event) => kinds.includes(event.kind)),
    quotes: () => events.flatMap((event) => (event.kind === 'quote' ? [event.quote] : [])),
    executions: () => events.flatMap((event) => (event.kind === 'fact' && event.fact.kind === 'execution' ? [event.fact.executionId] : [])),
    next(wanted) {
      const there = events.find(wanted)
      return there === undefined ? new Promise((resolve) => waiting.push({ wanted, resolve })) : Promise.resolve(there)
    },
    expectNothingUndecoded() {
      expect(events.filter((event) => event.kind === 'notice' && event.code === 505)).toEqual([])
    },
    async [Symbol.asyncDispose]() {
      await broker.close()
      await gateway[Symbol.asyncDispose]()
    },
  }
}

function short(event: BrokerEvent): string {
  switch (event.kind) {
    case 'fact':
      switch (event.fact.kind) {
        case 'instrument':
          return `instrument ${event.fact.conId}`
        case 'execution':
          return `execution ${event.fact.executionId} ${event.fact.side} ${event.fact.quantity} @ ${event.fact.price}`
        case 'commission':
          return `commission ${event.fact.executionId} ${event.fact.amount} ${event.fact.currency}`
        default:
          return event.fact.kind
      }
    case 'accounts':
      return `accounts ${event.accounts.join(',')}`
    case 'clock':
      return `clock ${event.at}`
    case 'position':
      return `position ${event.account} ${event.instrument.conId} ${event.quantity} @ ${event.averageCost}`
    default:
      return event.kind
  }
}

async function freePort(): Promise<number> {
  const gateway = await ScriptedGateway.open()
  const { port } = gateway
  await gateway[Symbol.asyncDispose]()
  return port
}
