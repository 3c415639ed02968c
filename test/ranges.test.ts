// The session's high and low as repair: what the sampled prices and the holes left out comes back, and nothing else. Story by story; as a law over days of
// chance; and over real sockets, from the gateway's tick 6 to the trade in the database.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HISTORY_RULES } from '#broker/history-pace.ts'
import type { Broker, Quote } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { parseRange } from '#broker/tws-parse.ts'
import type { AnyFact, DayRange, Execution, Fact, Instrument } from '#core/facts.ts'
import type { Quote as TapeQuote } from '#core/mark.ts'
import { printTrade, Replay } from '#core/replay.ts'
import type { Trade } from '#core/trade.ts'
import { openLive } from '#live/live.ts'
import { Ranges } from '#live/ranges.ts'
import { openRecorder } from '#record/record.ts'
import { parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import type { FrameHook } from '#sim/session.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { factsOf } from '#store/facts.ts'
import { marksOf } from '#store/marks.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { eventually } from './process.ts'

const AT = Date.UTC(2026, 10, 20, 15)
const s = (seconds: number) => AT + Math.round(seconds * 1_000)
const STOCK: Instrument = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD', exchange: 'SMART' }
const priced = (second: number, price: number): Quote => ({ conId: 1, price, at: s(second), source: 'LAST' })
const fill = (executionId: string, side: 'BUY' | 'SELL', second: number, price: number): Execution => ({
  ...{ kind: 'execution', executionId, account: 'DU1', conId: 1, side, quantity: '1', price: String(price), at: s(second), permId: executionId },
})

describe('what is told of the range', () => {
  /** Contract 1, bought at 0 s; its range stands at 104 to 96 since then. */
  function listening() {
    const told: Fact[] = []
    let isOpen = true
    const ranges = new Ranges({ open: () => (isOpen ? [STOCK] : []), tell: (fact) => void told.push(fact) })
    ranges.fill(fill('a', 'BUY', 0, 100))
    ranges.range({ kind: 'range', conId: 1, high: 104, low: 96 })
    for (const second of [0.5, 1.5, 2.5, 3.5, 4.5]) ranges.quote(priced(second, 100))
    const seconds = (instant: number) => (instant - AT) / 1_000
    const said = () =>
      told.splice(0).map((fact) => {
        const { at, since, ...rest } = fact as DayRange
        return { ...rest, ...(since === undefined ? {} : { since: seconds(since) }), at: seconds(at) }
      })
    const closes = () => {
      isOpen = false
    }
    return { ranges, said, closes }
  }
  const high = (price: number) => ({ kind: 'range', conId: 1, high: price }) as const

  test('the first that is heard, and a while after a fill how it stands', () => {
    expect(listening().said()).toEqual([
      { kind: 'dayRange', conId: 1, high: '104', low: '96', since: -3, at: 4.499 },
      { kind: 'dayRange', conId: 1, high: '104', low: '96', stands: true, at: 4.499 },
    ])
  })

  test('a high that no price told, dated before the price after the next', () => {
    const { ranges, said } = listening()
    said()
    ranges.range(high(104.5))
    ranges.quote(priced(5, 101))
    expect(said()).toEqual([])
    ranges.quote(priced(5.25, 101))
    expect(said()).toEqual([{ kind: 'dayRange', conId: 1, high: '104.5', since: 1.5, at: 5.249 }])
  })

  test.each([
    ['before its own price', ['high', 'price']],
    ['after it', ['price', 'high']],
  ])('a high whose price was told is no news, though it comes %s', (_, order) => {
    const { ranges, said } = listening()
    said()
    for (const what of order) what === 'high' ? ranges.range(high(104.5)) : ranges.quote(priced(5, 104.5))
    ranges.clock(s(5))
    for (const second of [6, 7, 8]) ranges.quote(priced(second, 101))
    ranges.clock(s(9))
    ranges.clock(s(11))
    expect(said()).toEqual([])
  })

  test('a price that does not count told nothing', () => {
    const { ranges, said } = listening()
    said()
    ranges.range(high(104.5))
    ranges.quote({ ...priced(5, 104.5), unreported: true })
    ranges.quote(priced(6, 101))
    expect(said()).toMatchObject([{ high: '104.5' }])
  })

  test('where no price comes, the second answer about the time tells it', () => {
    const { ranges, said } = listening()
    said()
    ranges.range({ kind: 'range', conId: 1, low: 95.5 })
    ranges.clock(s(6))
    expect(said()).toEqual([])
    ranges.clock(s(8))
    expect(said()).toEqual([{ kind: 'dayRange', conId: 1, low: '95.5', since: 1.5, at: 8 }])
  })

  test('what was surely reached before a fill is told before it; what may have come after it is not', () => {
    for (const [soldAt, dated] of [
      [6, [5.999]],
      [5, []],
    ] as const) {
      const { ranges, said } = listening()
      said()
      ranges.range(high(104.5))
      ranges.quote(priced(5.1, 101))
      ranges.fill(fill('b', 'SELL', soldAt, 101))
      expect(said().map(({ at }) => at)).toEqual(dated)
    }
  })

  test('a narrower one is a new session: it stands, and what comes next is measured from there', () => {
    const { ranges, said } = listening()
    said()
    ranges.range({ kind: 'range', conId: 1, high: 101, low: 99 })
    ranges.quote(priced(6, 100))
    ranges.range(high(103))
    ranges.quote(priced(7, 100))
    ranges.quote(priced(8, 100))
    expect(said()).toMatchObject([
      { high: '101', low: '99', stands: true, at: 5.999 },
      { high: '103', at: 7.999 },
    ])
  })

  test('delayed ones are never told, and nothing is told of what is not open', () => {
    const { ranges, said, closes } = listening()
    said()
    ranges.range({ ...high(104.5), delayed: true })
    for (const second of [5, 6, 7]) ranges.quote(priced(second, 100))
    closes()
    ranges.range(high(104.8))
    for (const second of [8, 9, 10]) ranges.quote(priced(second, 100))
    expect(said()).toEqual([])
  })

  test('what may have moved while its line told nothing is not said to stand, until it is told again', () => {
    for (const silence of ['a line without live prices', 'a session that is lost', 'delayed ones']) {
      const { ranges, said } = listening()
      said()
      if (silence === 'delayed ones') ranges.range({ ...high(104.5), delayed: true })
      else if (silence === 'a session that is lost') ranges.interrupted()
      else ranges.unheard(1)
      ranges.fill(fill('b', 'BUY', 10, 100))
      for (let second = 11; second < 100; second++) ranges.quote(priced(second, 100))
      expect(said(), silence).toEqual([])
      ranges.range({ kind: 'range', conId: 1, high: 104.5, low: 96 })
      for (const second of [100, 101, 102]) ranges.quote(priced(second, 100))
      // From when it was told last, so for nobody who filled since.
      expect(said(), silence).toMatchObject([
        { high: '104.5', at: 100.999 },
        { high: '104.5', low: '96', stands: true, at: 100.999 },
      ])
    }
  })

  test('of ticks: high, low, their delayed twins; none of a value that is none', () => {
    expect([6, 7, 72, 73, 4].map((tick) => parseRange(tick, 12.5))).toEqual([
      { high: 12.5 },
      { low: 12.5 },
      { high: 12.5, delayed: true },
      { low: 12.5, delayed: true },
      null,
    ])
    for (const none of [undefined, 0, -1, Number.NaN, 1.7976931348623157e308]) expect(parseRange(6, none)).toBeNull()
  })
})

// -------------------------------------------------------------- the law

/** A market of one contract: a print each so many milliseconds, of which the line tells the last of each quarter of a second and the day's range with it. */
const days = fc.record({
  steps: fc.array(fc.record({ ms: fc.integer({ min: 20, max: 700 }), move: fc.integer({ min: -30, max: 30 }) }), { minLength: 100, maxLength: 400 }),
  fills: fc.uniqueArray(fc.record({ second: fc.integer({ min: 3, max: 60 }), isBuy: fc.boolean() }), {
    selector: ({ second }) => second,
    minLength: 1,
    maxLength: 5,
  }),
  /** So many of the line's prices in a row do not come, from this one on. */
  hole: fc.record({ from: fc.nat({ max: 150 }), length: fc.nat({ max: 40 }) }),
  /** After it the line tells the day's range anew; or it does not, and what moved meanwhile stays unsaid until it moves again. */
  isToldAnew: fc.boolean(),
  isHighFirst: fc.boolean(),
  /** How much later than its price the range comes. */
  lateMs: fc.constantFrom(0, 40, 900),
})

test('a law: with the range a trade is never wider than what was traded in its life, and never narrower than its prices', () => {
  let [wider, repaired] = [0, 0]
  fc.assert(
    fc.property(days, ({ steps, fills, hole, isToldAnew, isHighFirst, lateMs }) => {
      let [at, price] = [AT, 10_000]
      const prints = steps.map(({ ms, move }) => {
        at += ms
        price += move
        return { at, price: price / 100 }
      })
      const executions = fills
        .toSorted((a, b) => a.second - b.second)
        // A fill is at the price of the moment, somewhere within its second.
        .map(({ second, isBuy }, i) => fill(`e${i}`, isBuy ? 'BUY' : 'SELL', second, prints.findLast((one) => one.at <= s(second))?.price ?? 100))
      const { ranges, told } = heard(prints, executions, { hole, isToldAnew, isHighFirst, lateMs })
      const truth = folded(executions, [], prints)
      const sampled = folded(executions, [], told)
      const found = folded(executions, ranges, told)
      for (const [i, trade] of found.entries()) {
        const [least, most] = [sampled[i], truth[i]] as [Trade, Trade]
        expect(Number(trade.mfe.pct)).toBeGreaterThanOrEqual(Number(least.mfe.pct))
        expect(Number(trade.mae.pct)).toBeLessThanOrEqual(Number(least.mae.pct))
        expect(Number(trade.mfe.pct), 'mfe').toBeLessThanOrEqual(Number(most.mfe.pct))
        expect(Number(trade.mae.pct), 'mae').toBeGreaterThanOrEqual(Number(most.mae.pct))
        const isWider = trade.mfe.price !== least.mfe.price || trade.mae.price !== least.mae.price
        if (isWider) wider++
        if (isWider && trade.status === 'OPEN') repaired++
        // A round trip has several entries, and an extreme three views: prices may have widened another one since.
        if (isWider && trade.unit === 'ORDER') expect(trade.provenance.source).toBe('DAY_RANGE')
      }
      // Where every print is told, the range has nothing to say, and is nobody's source.
      const whole = heard(prints, executions, { hole: { from: 0, length: 0 }, isToldAnew, isHighFirst, lateMs, intervalMs: 1 })
      const moves = whole.ranges.filter((range) => range.stands !== true)
      expect(moves).toEqual([])
      for (const trade of folded(executions, whole.ranges, whole.told)) expect(trade.provenance.source).not.toBe('DAY_RANGE')
    }),
    { numRuns: 300, endOnFailure: true },
  )
  // It is about something.
  expect(wider).toBeGreaterThan(50)
  expect(repaired).toBeGreaterThan(20)
})

type Print = { readonly at: number; readonly price: number }
interface Heard {
  readonly hole: { readonly from: number; readonly length: number }
  readonly isToldAnew: boolean
  readonly isHighFirst: boolean
  readonly lateMs: number
  readonly intervalMs?: number
}

/** What the line brings, through the room: its prices, and what is told of the range. */
function heard(
  prints: readonly Print[],
  executions: readonly Execution[],
  { hole, isToldAnew, isHighFirst, lateMs, intervalMs = 250 }: Heard,
): { ranges: DayRange[]; told: Print[] } {
  const bundles = [...Map.groupBy(prints, ({ at }) => Math.floor(at / intervalMs)).values()]
  const wire: { readonly at: number; tell(): void }[] = []
  const ranges: DayRange[] = []
  const told: Print[] = []
  const room = new Ranges({ open: () => [STOCK], tell: (fact) => void ranges.push(fact as DayRange) })
  let [high, low] = [0, Number.POSITIVE_INFINITY]
  bundles.forEach((bundle, i) => {
    const last = bundle.at(-1) as Print
    const sentAt = (Math.floor(last.at / intervalMs) + 1) * intervalMs
    const before = isToldAnew && i === hole.from + hole.length ? { high: 0, low: 0 } : { high, low }
    high = Math.max(high, ...bundle.map(({ price }) => price))
    low = Math.min(low, ...bundle.map(({ price }) => price))
    const edges = { ...(high === before.high ? {} : { high }), ...(low === before.low ? {} : { low }) }
    if (i >= hole.from && i < hole.from + hole.length) {
      if (i === hole.from) wire.push({ at: sentAt, tell: () => room.unheard(1) })
      return
    }
    const tellPrice = () => {
      room.quote({ conId: 1, price: last.price, at: last.at, source: 'LAST' })
      told.push(last)
    }
    const tellRange = () => room.range({ kind: 'range', conId: 1, ...edges })
    if (isHighFirst && lateMs === 0) wire.push({ at: sentAt, tell: tellRange }, { at: sentAt, tell: tellPrice })
    else wire.push({ at: sentAt, tell: tellPrice }, { at: sentAt + lateMs, tell: tellRange })
  })
  // A fill is told late in its second or soon after.
  for (const execution of executions) wire.push({ at: execution.at + 999, tell: () => room.fill(execution) })
  for (let second = 2; s(second) < (prints.at(-1)?.at ?? 0) + 6_000; second += 2) wire.push({ at: s(second), tell: () => room.clock(s(second)) })
  for (const { tell } of wire.toSorted((a, b) => a.at - b.at)) tell()
  return { ranges, told }
}

function folded(executions: readonly Execution[], ranges: readonly DayRange[], prints: readonly Print[]): readonly Trade[] {
  const replay = new Replay([STOCK, ...executions, ...ranges], { filter: 'none', rules: [] })
  for (const print of prints) replay.quote(1, quoteOf(print))
  return replay.finish().trades
}

function quoteOf({ at, price }: Print): TapeQuote {
  return { at, price, bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false }
}

// -------------------------------------------------------------- over real sockets

describe('from the gateway’s ticks to the trade', () => {
  const mark = (second: number, price: number): AnyFact => ({ kind: 'mark', conId: 1, price, at: s(second) })
  const quiet = (from: number, until: number): AnyFact[] => Array.from({ length: (until - from) * 2 }, (_, i) => mark(from + i / 2 + 0.1, 100 + (i % 2) / 100))
  const DAY: readonly AnyFact[] = [
    ...[STOCK, mark(0, 100), fill('z', 'BUY', 1, 100), ...quiet(2, 8), mark(9, 103), mark(9.3, 100)],
    // Sold, and bought again: 103 is a high from before the second trade.
    ...[fill('y', 'SELL', 12, 100), ...quiet(13, 16), fill('a', 'BUY', 20, 100), ...quiet(21, 30)],
    // Within one interval of the line a price nobody is told: below anything of that day, and one that is a high of the trade, but not of the day.
    ...[mark(31.01, 100), mark(31.02, 97), mark(31.03, 102), mark(31.04, 100), ...quiet(32, 40)],
    // While nobody listens: above anything of that day.
    ...[...quiet(41, 46), mark(50, 104), ...quiet(54, 70), fill('b', 'SELL', 71, 101), ...quiet(72, 76)],
  ]

  test.each([
    ['the connection to the market is lost, data maintained', '{"at":"2026-11-20T15:00:48Z","fault":"outage","forMs":5000,"code":1102}'],
    ['the connection to the market is lost, data lost', '{"at":"2026-11-20T15:00:48Z","fault":"outage","forMs":5000,"code":1101}'],
  ])('%s: what was missed comes back with its source, what is of before the entry does not', { timeout: 60_000 }, async (_, script) => {
    await using run = await played(DAY, script)
    const [before, trade] = run.trades
    expect(before).toMatchObject({ mfe: { price: '103' }, provenance: { source: 'SAMPLED' } })
    expect(trade).toMatchObject({ mfe: { price: '104' }, mae: { price: '97' }, provenance: { source: 'DAY_RANGE' } })
    expect(trade?.provenance).not.toHaveProperty('leftOut')
    // Live is replay, with what a tape of it says.
    expect(run.replayed.map(told)).toEqual(run.trades.map(told))
  })

  test('late prices come with a late range: neither is taken', { timeout: 60_000 }, async () => {
    await using run = await played(DAY, '{"at":"2026-11-20T15:00:30Z","fault":"delayed-data","forMs":30000}')
    const [, trade] = run.trades
    expect(run.delayed).toBeGreaterThan(0)
    expect(trade).toMatchObject({ mfe: { price: '101' }, mae: { price: '100' } })
    expect(trade?.provenance.source).toBe('SAMPLED')
    expect(run.replayed.map(told)).toEqual(run.trades.map(told))
  })

  test('a range that no price bears out is refused, and kept with the reason', { timeout: 60_000 }, async () => {
    await using run = await played(DAY, '', (frame) => (frame[0] === '1' && frame[3] === '7' && frame[4] === '97' ? [frame.with(4, '60')] : [frame]))
    expect(run.trades[1]?.mae.price).toBe('100')
    expect(await run.refused()).toEqual([{ price: '60', reason: 'jump' }])
  })
})

function told(trade: Trade): unknown {
  return { ...printTrade(trade, String), drawdown: trade.drawdownPct, leftOut: trade.provenance.leftOut }
}

/** The tape played by the gateway as TWS samples it, to the real client, the recorder and the database. */
async function played(facts: readonly AnyFact[], script: string, onFrame: FrameHook = (frame) => [frame]) {
  const db = await openTestDatabase()
  const faults = parseFaults(script, AT, s(80))
  if ('refused' in faults) throw new Error(faults.refused)
  let delayed = 0
  const gateway = await openGateway({
    ...{ port: 0, facts: tape(facts), accounts: ['DU1'], speed: 15, conflateMs: 250, lockstep: true, forgets: true, faults, hostNow: clock.monotonic },
    onFrame,
  })
  const recorder = await openRecorder({
    ...{ db, bus: openBus(), clock, filter: 'default', log: () => {} },
    onFailure: (error) => {
      throw error
    },
  })
  const broker = openTws({
    ...{ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, handshakeMs: 1_000, answerMs: 300, clockMs: 2_000, retryMs: 100, refusedMs: 200 },
    ...{ resumeMs: 20_000, historyRules: HISTORY_RULES },
  })
  const counted: Broker = {
    connect: (tell) =>
      broker.connect((event) => {
        if (event.kind === 'range' && event.delayed === true) delayed++
        tell(event)
      }),
    watch: (instruments) => broker.watch(instruments),
    catchUp: () => broker.catchUp(),
    askClock: () => broker.askClock(),
    close: () => broker.close(),
  }
  const live = openLive({
    ...{ broker: counted, recorder, clock, host: '127.0.0.1', port: gateway.port, log: () => {}, onStatus: () => {} },
    ...{ heartbeatMs: 100, backoffFirstMs: 20, backoffMaxMs: 100 },
  })
  try {
    await gateway.ended
    await eventually(async () => (recorder.marketTime() ?? 0) >= s(75))
    await recorder.settled()
  } finally {
    await live.close()
    await recorder.close()
    await gateway.close()
  }
  const stored = (await factsOf(db)).map(({ fact }) => fact)
  const replay = new Replay(stored, { filter: 'none', rules: [] })
  for await (const marks of marksOf(db, 1, AT, s(1_000))) for (const one of marks) replay.quote(1, quoteOf(one))
  return {
    delayed,
    trades: await tradesOf(db, { unit: 'ORDER' }),
    replayed: replay.finish().trades.filter(({ unit }) => unit === 'ORDER'),
    refused: async () => (await db.pool.query('select price::text, reason from refused_marks')).rows as unknown,
    [Symbol.asyncDispose]: () => db.close(),
  }
}

async function* tape(facts: readonly AnyFact[]): AsyncGenerator<AnyFact> {
  yield* facts
}
