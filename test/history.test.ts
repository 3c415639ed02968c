// What is asked of the past: how often one may ask (a law, against the gateway's own guard), and the answers over a real socket.
import { EventEmitter } from 'node:events'
import { EventName, type IBApi } from '@stoqey/ib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HISTORY_RULES, HistoryPace, type HistoryRules } from '#broker/history-pace.ts'
import type { Broker } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { Contracts } from '#broker/tws-contracts.ts'
import { Histories } from '#broker/tws-history.ts'
import type { Wire } from '#broker/tws-wire.ts'
import type { AnyFact, Instrument, Mark } from '#core/facts.ts'
import { parseInstant } from '#core/time.ts'
import type { Fault } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import { HISTORY_PACE, HistoryGuard } from '#sim/history.ts'
import { clock } from '#src/clock.ts'

const T0 = parseInstant('2013-10-07T13:30:00Z') ?? 0
const instrument = (conId: number, more: Partial<Instrument> = {}): Instrument => ({
  ...{ kind: 'instrument', conId, symbol: `S${conId}`, secType: 'STK', currency: 'USD', exchange: 'SMART' },
  ...more,
})
const ibm = instrument(8314)
const eur = instrument(12, { secType: 'CASH', exchange: 'IDEALPRO' })
const mark = (ms: number, price: number, more: Partial<Mark> = {}): Mark => ({ kind: 'mark', conId: 8314, price, at: T0 + ms, ...more })

/** IB's rules, all waits a five-hundredth: what takes ten minutes takes a second. */
const QUICK = { windowMs: 1_200, sameMs: 30, burstMs: 4 }
const QUICK_RULES: HistoryRules = { ...HISTORY_RULES, windowMs: 2_500, sameMs: 400, burstMs: 200 }

describe('how often', () => {
  test('law: whoever asks when the pace says so is never refused', () => {
    const asking = fc.record({ conId: fc.integer({ min: 1, max: 4 }), part: fc.integer({ min: 1, max: 12 }), quotes: fc.boolean(), pauseMs: fc.nat(4_000) })
    fc.assert(
      fc.property(fc.array(asking, { maxLength: 200 }), (askings) => {
        const pace = new HistoryPace()
        const guard = new HistoryGuard(HISTORY_PACE)
        let now = 0
        for (const { conId, part, quotes, pauseMs } of askings) {
          const contract = `${conId} ${quotes ? 'BID_ASK' : 'TRADES'}`
          const request = { contract, request: `${contract} ${part}`, weight: quotes ? 2 : 1 }
          now = pace.nextAt(request, now + pauseMs)
          pace.note(request, now)
          guard.admits(request.request, contract, request.weight, now)
        }
        expect(guard.violations).toEqual([])
      }),
    )
  })

  test('law: the pace waits no longer than it must', () => {
    const pace = new HistoryPace()
    const request = (part: number) => ({ contract: `c${part}`, request: `r${part}`, weight: 1 })
    for (let part = 0; part < HISTORY_RULES.windowMax; part++) {
      expect(pace.nextAt(request(part), part)).toBe(part)
      pace.note(request(part), part)
    }
    expect(pace.nextAt(request(99), 100)).toBe(HISTORY_RULES.windowMs)
    expect(pace.lasts(HISTORY_RULES.windowMax + 1, 100)).toBe(2 * HISTORY_RULES.windowMs)
    pace.rest(100)
    expect(pace.nextAt(request(99), 200)).toBe(100 + HISTORY_RULES.windowMs)
  })
})

describe('the answers', () => {
  test('ticks come dated by the second, in order; a second is told to its end, and the next request goes on behind it', async () => {
    const marks = Array.from({ length: 2_500 }, (_, i) => mark(i * 7, 100 + (i % 50) / 100))
    await using scene = await open([ibm, ...marks])
    const first = await scene.ask({ kind: 'ticks', instrument: ibm, from: T0 })
    if (first.kind !== 'ticks') throw new Error(`expected ticks, found ${JSON.stringify(first)}`)
    expect(first.quotes.length).toBeGreaterThanOrEqual(1_000)
    const all = [...first.quotes]
    for (let until = first.until; until !== Number.POSITIVE_INFINITY; ) {
      const next = await scene.ask({ kind: 'ticks', instrument: ibm, from: until })
      if (next.kind !== 'ticks') throw new Error('expected ticks')
      all.push(...next.quotes)
      until = next.until
    }
    expect(all.map(({ at, price }) => [at, price])).toEqual(marks.map(({ at, price }) => [Math.floor(at / 1000) * 1000, price]))
    expect(scene.gateway.historyViolations()).toEqual([])
  })

  test('quotes come as both sides; bars as from, to, high and low, those without a price left out; what is not there is none', async () => {
    const quoted = [0, 400, 61_000].map((ms) => mark(ms, 1.05, { conId: 12, bid: 1.04, ask: 1.06, source: 'MID' }))
    await using scene = await open([ibm, eur, mark(0, 10), mark(2_500, 12), mark(59_000, 9), mark(130_000, 11), ...quoted])
    const ticks = await scene.ask({ kind: 'ticks', instrument: eur, from: T0 })
    expect(ticks).toMatchObject({
      kind: 'ticks',
      until: Number.POSITIVE_INFINITY,
      quotes: [{ price: null, bid: 1.04, ask: 1.06, at: T0, source: 'MID' }, {}, {}],
    })
    const bars = await scene.ask({ kind: 'bars', instrument: ibm, until: T0 + 180_000, spanMs: 180_000, barMs: 60_000 })
    expect(bars).toEqual({
      kind: 'bars',
      bars: [
        { kind: 'bar', conId: 8314, from: T0, to: T0 + 59_999, high: '12', low: '9' },
        { kind: 'bar', conId: 8314, from: T0 + 120_000, to: T0 + 179_999, high: '11', low: '11' },
      ],
    })
    const none = await scene.ask({ kind: 'bars', instrument: ibm, until: T0 - 3_600_000, spanMs: 1_800_000, barMs: 1_000 })
    expect(none).toMatchObject({ kind: 'none', reason: expect.stringContaining('no data') })
    expect(await scene.ask({ kind: 'ticks', instrument: instrument(1, { secType: 'BAG' }), from: T0 })).toMatchObject({ kind: 'none' })
  })

  test('thirty contracts at once, the same request again, more than the window holds: nothing is refused', { timeout: 30_000 }, async () => {
    const contracts = Array.from({ length: 30 }, (_, i) => instrument(100 + i))
    await using scene = await open([...contracts, ...contracts.map(({ conId }) => mark(0, 10, { conId }))], { historyRules: QUICK_RULES })
    const ask = (contract: Instrument) => scene.ask({ kind: 'ticks', instrument: contract, from: T0 })
    const answers = await Promise.all([...contracts, ...contracts, ...contracts].map(ask))
    expect(answers.map(({ kind }) => kind)).toEqual(answers.map(() => 'ticks'))
    expect(scene.gateway.historyViolations()).toEqual([])
  })

  test('a session that ends answers what waits; one that asks too much is told so, and rests', async () => {
    await using scene = await open([ibm, mark(0, 10)], { historyRules: { ...QUICK_RULES, sameMs: 0 } })
    const ask = () => scene.ask({ kind: 'ticks', instrument: ibm, from: T0 })
    const [first, second] = await Promise.all([ask(), ask()])
    expect([first.kind, second.kind]).toEqual(['ticks', 'later'])
    expect(scene.gateway.historyViolations()).toHaveLength(1)
    const waiting = ask()
    await scene.broker.close()
    expect(await waiting).toMatchObject({ kind: 'later', reason: 'the session is over' })
    expect(await ask()).toMatchObject({ kind: 'later', reason: 'no session open' })
  })
})

describe('a request', () => {
  const asking = { kind: 'ticks', instrument: ibm, from: T0 } as const
  const soon = <T>(promise: Promise<T>) => Promise.race([promise, new Promise<'nobody answered'>((resolve) => setImmediate(resolve, 'nobody answered'))])

  test('that waits for its turn on the wire is answered when the session ends', async () => {
    const { histories } = onWire(() => {})
    const answer = histories.ask(asking)
    histories.end()
    expect(await soon(answer)).toEqual({ kind: 'later', reason: 'the session is over' })
  })

  test.each([
    ['none of which is a price', [Array(1_000).fill(0)]],
    ['told in two messages', [Array(600).fill(100), Array(400).fill(100)]],
  ])('answered by as many ticks as an answer holds, %s: there may be more', async (_, messages) => {
    const { histories, client } = onWire((send) => send())
    const answer = histories.ask(asking)
    for (const [n, prices] of messages.entries()) {
      const ticks = prices.map((price: number) => ({ time: T0 / 1_000 + n, price }))
      client.emit(EventName.historicalTicksLast, 1, ticks, n === messages.length - 1)
    }
    expect(await soon(answer)).toMatchObject({ kind: 'ticks', until: T0 + messages.length * 1_000 })
    histories.end()
  })
})

/** The room of a session's history alone, on a wire on which `send` decides when its requests go out. */
function onWire(send: (request: () => void) => void) {
  const client = new EventEmitter()
  const wire = {
    settings: { historyRules: HISTORY_RULES, historyMs: 60_000, clock },
    memory: { historyPace: new HistoryPace(), instruments: new Map(), venues: new Map() },
    requests: { reqHistoricalTicks: () => {} },
    nextRequestId: () => 1,
    ask: send,
    later: () => {},
  } as unknown as Wire
  const histories = new Histories(wire, new Contracts(wire, () => {}))
  histories.listen(client as unknown as IBApi, (hear) => hear)
  return { histories, client }
}

async function open(facts: readonly AnyFact[], options: { historyRules?: HistoryRules; faults?: readonly Fault[] } = {}) {
  async function* told() {
    yield* facts
  }
  const gateway = await openGateway({ port: 0, accounts: ['DU1'], facts: told(), conflateMs: 0, hostNow: clock.monotonic, historyPace: QUICK })
  const broker: Broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, historyRules: options.historyRules ?? QUICK_RULES })
  await broker.connect(() => {})
  await gateway.ended
  return {
    gateway,
    broker,
    ask: (request: Parameters<NonNullable<Broker['history']>>[0]) => (broker.history as NonNullable<Broker['history']>).call(broker, request),
    async [Symbol.asyncDispose]() {
      await broker.close()
      await gateway.close()
    },
  }
}
