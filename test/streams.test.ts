// Trade by trade beside the sampled line: what both tell is told once and dated by the line, what the line left out is told between. As a law, and over real
// sockets: against the gateway with its limits and refusals, and against one that says only what the test tells it to.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BrokerEvent, Quote } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { Merge, parseStreamed } from '#broker/tws-merge.ts'
import { REQUESTS, type TwsOptions } from '#broker/tws-wire.ts'
import type { AnyFact, Execution, Instrument } from '#core/facts.ts'
import { openRecorder } from '#record/record.ts'
import { parseFaults } from '#sim/faults.ts'
import { type GatewayOptions, openGateway } from '#sim/gateway.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openTestDatabase } from './database.ts'
import { eventually } from './process.ts'
import { contractDetails, execDetails, ScriptedGateway } from './tws-gateway.ts'

const AT = Date.UTC(2026, 10, 20, 15)
const stock = (conId: number): Instrument => ({ kind: 'instrument', conId, symbol: `S${conId}`, secType: 'STK', currency: 'USD', exchange: 'SMART' })
const [ONE, TWO, THREE] = [stock(1), stock(2), stock(3)]

describe('two tellings made one', () => {
  const prints = fc.record({
    gaps: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 20, maxLength: 200 }),
    streamLate: fc.integer({ min: 0, max: 300 }),
    lineLate: fc.integer({ min: 0, max: 300 }),
  })

  test('a law: every trade once, in its second, at the instant of the line where the line told it, whoever comes first', () => {
    fc.assert(
      fc.property(prints, ({ gaps, streamLate, lineLate }) => {
        let at = AT
        // Each at a price of its own, so that each can be told from every other.
        const trades = gaps.map((ms, i) => {
          at += ms
          return { at, price: 100 + i / 100 }
        })
        const sampled = [...Map.groupBy(trades, (one) => Math.floor(one.at / 250)).values()].map((bundle) => bundle.at(-1) as { at: number; price: number })
        const merge = new Merge()
        const told: { at: number; price: number }[] = []
        const wire = [
          ...trades.map((one) => ({ at: one.at + streamLate, tell: () => merge.stream(streamed(one), 0) })),
          ...sampled.map((one) => ({
            at: (Math.floor(one.at / 250) + 1) * 250 + lineLate,
            tell: () => {
              const { skipped, isNews } = merge.line(one.price, one.at)
              told.push(...skipped, ...(isNews ? [one] : []))
            },
          })),
        ]
        for (const { tell } of wire.toSorted((a, b) => a.at - b.at)) tell()
        told.push(...merge.overdue(0))
        expect(told.map(({ price }) => price).toSorted((a, b) => a - b)).toEqual(trades.map(({ price }) => price))
        const trueAt = new Map(trades.map((one) => [one.price, one.at]))
        const fromLine = new Set(sampled.map(({ price }) => price))
        for (const { at: toldAt, price } of told) {
          const is = trueAt.get(price) ?? 0
          if (fromLine.has(price)) expect(toldAt).toBe(is)
          // Where the stream is late, its second may be over by what the line has told since.
          else if (streamLate === 0) expect(Math.floor(toldAt / 1_000)).toBe(Math.floor(is / 1_000))
        }
        // What the stream told in time is in the order in which it was traded.
        if (streamLate === 0) expect(told.map(({ price }) => price)).toEqual(trades.map(({ price }) => price))
      }),
      { numRuns: 300, endOnFailure: true },
    )
  })

  test('where the line is silent the stream is told after a while, and not again by the line', () => {
    const merge = new Merge()
    merge.stream(streamed({ at: AT + 300, price: 100 }), 0)
    merge.stream(streamed({ at: AT + 900, price: 101 }), 600)
    // The line has told nothing yet: its second was perhaps not listened to from the beginning.
    expect(merge.overdue(500)).toMatchObject([{ price: 100, at: AT + 999 }])
    expect(merge.line(100, AT + 300)).toEqual({ skipped: [], isNews: false })
    expect(merge.line(102, AT + 1_100)).toMatchObject({ skipped: [{ price: 101, at: AT + 999 }], isNews: true })
  })

  test('nobody listens any more: what waits is dated where nothing is said of what came after it, and not at all where the line never came', () => {
    const merge = new Merge()
    merge.stream(streamed({ at: AT + 300, price: 100 }), 0)
    expect(merge.interrupted()).toEqual([])
    merge.line(101, AT + 1_200)
    merge.stream(streamed({ at: AT + 1_700, price: 102 }), 0)
    merge.stream(streamed({ at: AT + 2_300, price: 103 }), 0)
    expect(merge.interrupted().map(({ at, price }) => [price, at - AT])).toEqual([
      [102, 1_200],
      [103, 2_000],
    ])
    expect(merge.waits).toBe(false)
  })

  test('an undated price of the line is told once as well', () => {
    const merge = new Merge()
    merge.stream(streamed({ at: AT, price: 100 }), 0)
    merge.stream(streamed({ at: AT, price: 101 }), 0)
    expect(merge.line(101, null)).toMatchObject({ skipped: [{ price: 100 }, { price: 101 }], isNews: false })
    expect(merge.line(102, null)).toEqual({ skipped: [], isNews: true })
  })

  test('a trade that is none: halted, or without a time', () => {
    expect(parseStreamed('1790000000', 0, { pastLimit: true })).toBeNull()
    expect(parseStreamed('', 10)).toBeNull()
    expect(parseStreamed('1790000000', 1.7976931348623157e308)).toBeNull()
    expect(parseStreamed('1790000000', 10.5, { unreported: true })).toEqual({ price: 10.5, second: 1_790_000_000_000, pastLimit: false, unreported: true })
  })
})

function streamed({ at, price }: { readonly at: number; readonly price: number }) {
  return { price, second: Math.floor(at / 1_000) * 1_000, pastLimit: false, unreported: false }
}

// -------------------------------------------------------------- against the gateway

/** A trade each 70 ms at a price of its own, in every contract. */
const SECONDS = 24
const PRINTS = Math.floor((SECONDS * 1_000) / 70)
const price = (i: number) => Math.round(10_000 + i) / 100
async function* day(): AsyncGenerator<AnyFact> {
  for (let i = 0; i < PRINTS; i++) for (const { conId } of [ONE, TWO, THREE]) yield { kind: 'mark', conId, price: price(i), at: AT + i * 70 + conId }
}

describe('against the gateway', () => {
  test('of a contract with a stream every trade is told once; of one without, what its line tells', { timeout: 60_000 }, async () => {
    await using scene = await open({ streamsMax: 1 })
    scene.broker.watch([ONE, TWO])
    await scene.ended()
    const told = scene.quotes(1).filter(({ at }) => (at ?? 0) >= AT + 4_000)
    const expected = Array.from({ length: PRINTS }, (_, i) => i).filter((i) => i * 70 + 1 >= 4_000)
    expect(told.map((quote) => quote.price)).toEqual(expected.map(price))
    const exact = told.filter((quote) => quote.at === AT + Math.round((quote.price ?? 0) * 100 - 10_000) * 70 + 1)
    const ofOther = scene.quotes(2).filter(({ at }) => (at ?? 0) >= AT + 4_000)
    // Every trade that the line tells is dated as the line dates it.
    expect(exact.length).toBeGreaterThanOrEqual(ofOther.length - 2)
    expect(ofOther.length).toBeLessThan(told.length / 2)
    expect(told.every(({ at }, i) => i === 0 || (at ?? 0) >= (told[i - 1]?.at ?? 0))).toBe(true)
  })

  test('where the line leaves nothing out, a stream changes nothing', { timeout: 60_000 }, async () => {
    const heard: (readonly Quote[])[] = []
    for (const streamsMax of [0, 2]) {
      await using scene = await open({ streamsMax }, { conflateMs: 0 })
      scene.broker.watch([ONE, TWO])
      await scene.ended()
      heard.push([...scene.quotes(1), ...scene.quotes(2)].filter(({ at }) => (at ?? 0) >= AT + 4_000))
    }
    expect(heard[1]).toEqual(heard[0])
    expect(heard[0]?.length).toBeGreaterThan(PRINTS)
  })

  test('more are asked for than TWS allows: those that stand stay, the other goes on by its line, and that is said once', { timeout: 60_000 }, async () => {
    await using scene = await open({ streamsMax: 3 }, { streamsMax: 2 })
    scene.broker.watch([ONE, TWO, THREE])
    await scene.ended()
    expect(scene.said(/not heard trade by trade/)).toEqual([expect.stringMatching(/^S3 STK, conId 3: .*10190 .*its sampled prices go on$/)])
    const counts = [1, 2, 3].map((conId) => scene.quotes(conId).length)
    expect(counts[0]).toBeGreaterThan(PRINTS / 2)
    expect(counts[1]).toBeGreaterThan(PRINTS / 2)
    expect(counts[2]).toBeGreaterThan(10)
    expect(counts[2]).toBeLessThan(PRINTS / 2)
  })

  test('refused for good: the sampled prices go on, and no hole is made of it', { timeout: 60_000 }, async () => {
    await using scene = await open({ streamsMax: 2 }, { fault: '{"at":"2026-11-20T15:00:00Z","fault":"no-streams","forMs":3600000}' })
    await eventually(async () => scene.gateway.seconds() * 1_000 > AT + 2_000)
    scene.broker.watch([ONE, TWO])
    await scene.ended()
    expect(scene.said(/10189/)).toEqual([expect.stringContaining('S1 STK'), expect.stringContaining('S2 STK')])
    expect(scene.events.filter(({ kind }) => kind === 'prices')).toEqual([])
    for (const conId of [1, 2]) {
      expect(scene.quotes(conId).length).toBeGreaterThan(10)
      expect(scene.quotes(conId).length).toBeLessThan(PRINTS / 2)
    }
  })

  test('another becomes more important: its stream takes the place, and what each contract tells is told once', { timeout: 60_000 }, async () => {
    await using scene = await open({ streamsMax: 1, streamPaceMs: 50 }, { streamsMax: 1, streamPaceMs: 40 })
    scene.broker.watch([ONE, TWO])
    await eventually(async () => scene.quotes(1).length > 60)
    scene.broker.watch([TWO, ONE])
    const turnedAt = scene.quotes(2).at(-1)?.at ?? 0
    await scene.ended()
    for (const conId of [1, 2]) {
      const prices = scene.quotes(conId).map((quote) => quote.price)
      expect(new Set(prices).size, 'none twice').toBe(prices.length)
    }
    const told = (conId: number) => scene.quotes(conId).filter(({ at }) => (at ?? 0) > turnedAt + 3_000).length
    expect(told(2)).toBeGreaterThan(2 * told(1))
    expect(scene.said(/not heard trade by trade/)).toEqual([])
  })

  test('after a reconnect the streams are there again', { timeout: 60_000 }, async () => {
    await using scene = await open({ streamsMax: 1, streamPaceMs: 50 }, { streamPaceMs: 40 })
    scene.broker.watch([ONE, TWO])
    await eventually(async () => scene.quotes(1).length > 60)
    scene.gateway.dropClients()
    await eventually(async () => scene.events.some(({ kind }) => kind === 'lost'))
    await scene.connect()
    const again = scene.quotes(1).length
    await scene.ended()
    const rest = scene.quotes(1).slice(again)
    const [first, last] = [rest.at(20), rest.at(-1)]
    const traded = ((last?.at ?? 0) - (first?.at ?? 0)) / 70
    expect(rest.length - 21).toBeGreaterThan(traded * 0.9)
  })
})

interface Around extends Partial<GatewayOptions> {
  readonly fault?: string
}

async function open(options: Partial<TwsOptions>, { fault = '', ...around }: Around = {}) {
  const faults = parseFaults(fault, AT, AT + 1_000)
  if ('refused' in faults) throw new Error(faults.refused)
  const gateway = await openGateway({
    ...{ port: 0, accounts: ['DU1'], instruments: [ONE, TWO, THREE], facts: day(), speed: 6, conflateMs: 250, hostNow: clock.monotonic, faults },
    ...around,
  })
  const events: BrokerEvent[] = []
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, ...options })
  const connect = () => broker.connect((event) => void events.push(event))
  await connect()
  return {
    ...{ broker, gateway, events, connect },
    quotes: (conId: number) => events.flatMap((event) => (event.kind === 'quote' && event.quote.conId === conId ? [event.quote] : [])),
    said: (pattern: RegExp) => events.flatMap((event) => (event.kind === 'notice' && event.code === 0 && pattern.test(event.message) ? [event.message] : [])),
    /** The tape is over, and everything of it was heard. */
    async ended() {
      await gateway.ended
      await broker.askClock()
      await new Promise((resolve) => setTimeout(resolve, 1_200))
    },
    async [Symbol.asyncDispose]() {
      await broker.close()
      await gateway.close()
    },
  }
}

// -------------------------------------------------------------- request by request

test('the requests: Last, at the contract’s venue, one contract at once; a cancel before another; asked again only after a while', async () => {
  await using gateway = await ScriptedGateway.open()
  await using stack = new AsyncDisposableStack()
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, streamsMax: 1, streamPaceMs: 300 })
  stack.defer(() => broker.close())
  await broker.connect(() => {})
  const session = await gateway.session()
  const OPTION: Instrument = { ...stock(9), secType: 'OPT' }
  broker.watch([OPTION, ONE, TWO])
  const first = await session.request(REQUESTS.reqTickByTickData)
  expect([first.fields[2], first.fields[9]]).toEqual(['1', 'SMART'])
  expect(first.fields.slice(-3)).toEqual(['Last', '0', '0'])
  broker.watch([TWO, ONE])
  expect((await session.request(REQUESTS.cancelTickByTickData)).fields[1]).toBe(first.fields[1])
  await session.request(REQUESTS.reqTickByTickData, ({ fields }) => fields[2] === '2')
  broker.watch([ONE, TWO])
  await session.request(REQUESTS.reqTickByTickData, ({ fields }) => fields[2] === '1' && fields[1] !== first.fields[1])
  expect(session.requests.filter(({ id, fields }) => id === REQUESTS.reqTickByTickData && fields[2] === '1')).toHaveLength(2)
  session.say(...contractDetails(1, { conId: 1 }))
})

test('what was heard trade by trade before a fill is told before it, though its line has not told it yet', async () => {
  await using gateway = await ScriptedGateway.open()
  await using stack = new AsyncDisposableStack()
  const events: BrokerEvent[] = []
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, streamsMax: 1 })
  stack.defer(() => broker.close())
  await broker.connect((event) => void events.push(event))
  broker.watch([{ ...ONE, conId: 8314 }])
  const session = await gateway.session()
  const line = Number((await session.request(REQUESTS.reqMktData)).fields[2])
  const stream = Number((await session.request(REQUESTS.reqTickByTickData)).fields[1])
  const second = 1_381_152_601
  session.say(99, stream, 1, second, '183.2', '100', 0, 'ISLAND', '')
  session.say(...execDetails(-1, { time: '20131007 09:30:01 US/Eastern' }))
  session.say(99, stream, 1, second, '183.3', '100', 2, 'ISLAND', '')
  session.say(46, 6, line, 77, `183.2;1;${second * 1_000 + 400};;;true`)
  session.say(46, 6, line, 77, `183.4;1;${second * 1_000 + 650};;;true`)
  await broker.askClock()
  const told = events.flatMap((event): string[] => {
    if (event.kind === 'quote') return [`${event.quote.price} after ${(event.quote.at ?? 0) - second * 1_000} ms`]
    return event.kind === 'fact' && event.fact.kind === 'execution' ? [event.fact.executionId] : []
  })
  expect(told).toEqual(['183.2 after 999 ms', '0000e0d5.69dd7411.01.01', '183.4 after 650 ms'])
})

test('a stream that is let go has told what it heard: the line does not tell it again', async () => {
  await using gateway = await ScriptedGateway.open()
  await using stack = new AsyncDisposableStack()
  const prices: (number | null)[] = []
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, streamsMax: 1 })
  stack.defer(() => broker.close())
  await broker.connect((event) => {
    if (event.kind === 'quote') prices.push(event.quote.price)
  })
  broker.watch([ONE, TWO])
  const session = await gateway.session()
  const line = Number((await session.request(REQUESTS.reqMktData, ({ fields }) => fields[3] === '1')).fields[2])
  const stream = Number((await session.request(REQUESTS.reqTickByTickData)).fields[1])
  for (const price of [10.1, 10.2]) session.say(99, stream, 1, AT / 1_000, price, '100', 0, 'ISLAND', '')
  await broker.askClock()
  broker.watch([TWO, ONE])
  for (const price of [10.2, 10.3]) session.say(46, 6, line, 77, `${price};1;${AT + 400};;;true`)
  await broker.askClock()
  expect(prices).toEqual([10.1, 10.2, 10.3])
})

test('what matters most: the contracts with the most money in open trades, those held for the long term after them; the order changes with a fill', async () => {
  await using db = await openTestDatabase()
  const recorder = await openRecorder({
    ...{ db, bus: openBus(), clock, filter: 'none', log: () => {} },
    onFailure: (error) => {
      throw error
    },
  })
  const orders: number[][] = []
  recorder.onHeldChanged(() => void orders.push(recorder.held().map(({ conId }) => conId)))
  const fill = (conId: number, quantity: string, at: number, side: 'BUY' | 'SELL' = 'BUY'): Execution => ({
    ...{ kind: 'execution', executionId: `${conId}.${at}`, account: 'DU1', conId, side, quantity, price: '10', at: AT + at * 1_000, permId: `${conId}` },
  })
  for (const instrument of [ONE, TWO, THREE]) recorder.tell(instrument)
  recorder.tell(fill(1, '100', 1))
  recorder.tell(fill(2, '300', 2, 'SELL'))
  recorder.tell({ kind: 'adopt', account: 'DU1', conId: 3, quantity: '9000', price: '10', reason: 'POSITION', at: AT + 3_000 })
  recorder.tell(fill(1, '500', 4))
  await recorder.settled()
  expect(orders.map(String)).toEqual(['1', '2,1', '2,1,3', '1,2,3'])
  await recorder.close()
})
