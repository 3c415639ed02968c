// Gaps are repaired: a day with an interruption, over real sockets and a real database, is afterwards what it would have been without one, to the second.
// What cannot be fetched stays a gap, and nothing that is fetched is told as if it had just happened.
import { describe, expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import { HISTORY_RULES } from '#broker/history-pace.ts'
import type { Bar, Gap, Repair } from '#core/facts.ts'
import { askable, narrowed, placeBars, placeTicks, repairable } from '#core/repair.ts'
import { parseLine, printFact } from '#core/tape.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { Trade } from '#core/trade.ts'
import { type Fault, parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import { type BrokerState, openBus } from '#src/bus.ts'
import { clock, clockThatReads } from '#src/clock.ts'
import { openLive } from '#live/live.ts'
import { openRecorder } from '#record/record.ts'
import { openRepair } from '#live/repair.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { seedRules } from '#store/decisions.ts'
import { factsOf } from '#store/facts.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { idealOf, MADE_ACCOUNTS, MADE_FROM, MADE_RULES, MADE_UNTIL, type MadeDay, madeDay, played } from './made-day.ts'
import { eventually } from './process.ts'

const SECOND = 1_000
const at = (second: number, ms = 0) => MADE_FROM + second * SECOND + ms

describe('what a fetched price may say', () => {
  const hole = { from: at(10, 300), to: at(14, 200) }
  const tick = (second: number, price: number) => ({ price, at: at(second) })

  test('in the second it begins, what was heard is left out; in the second it ends, what was heard again', () => {
    const ticks = [tick(9, 1), tick(10, 2), tick(10, 3), tick(10, 2), tick(10, 4), tick(12, 5), tick(14, 6), tick(14, 7), tick(14, 8), tick(15, 9)]
    const { marks, known } = placeTicks(hole, ticks, { before: [2, 2], after: 7 }, [])
    expect(marks).toEqual([
      { price: 4, at: at(10, 999) },
      { price: 5, at: at(12, 999) },
      { price: 6, at: hole.to - 1 },
      { price: 7, at: hole.to },
    ])
    expect(known).toEqual([hole])
  })

  test('what was heard and is not among them says nothing: all of that second counts', () => {
    const { marks } = placeTicks(hole, [tick(10, 2), tick(14, 6)], { before: [8], after: 9 }, [])
    expect(marks.map(({ price }) => price)).toEqual([2, 6])
  })

  test('in the second of a fill nobody knows what came before it: it stays a hole', () => {
    const { marks, known } = placeTicks(hole, [tick(11, 1), tick(12, 2), tick(13, 3)], { before: [], after: null }, [at(12, 700)])
    expect(marks.map(({ price }) => price)).toEqual([1, 3])
    expect(known).toEqual([
      { from: hole.from, to: at(12) },
      { from: at(13), to: hole.to },
    ])
    expect(repairable({ from: at(12), to: at(13) }, [at(12, 5)])).toEqual([])
  })

  test('a bar in which there was a fill is left out, with its time', () => {
    const bar = (second: number): Bar => ({ kind: 'bar', conId: 1, from: at(second), to: at(second + 5) - 1, high: '2', low: '1' })
    const { bars, known } = placeBars({ from: at(0), to: at(20) }, [bar(-5), bar(0), bar(5), bar(15)], [at(6)])
    expect(bars.map(({ from }) => from)).toEqual([at(0), at(15)])
    expect(known).toEqual([
      { from: at(0), to: at(5) },
      { from: at(10), to: at(20) },
    ])
  })

  test('gaps that overlap or touch are asked for as one, but for the seconds of fills at their ends', () => {
    const spans = [at(20), at(0), at(5), at(40)].map((from, i) => ({ from, to: [at(30), at(10), at(20), at(41)][i] as number }))
    expect(askable(spans, [at(0, 300), at(12), at(40)])).toEqual([{ from: at(1), to: at(30) }])
  })

  test('is a line of a tape like any other', () => {
    const repair: Repair = { kind: 'repair', conId: 1, from: at(2), to: at(4, 250), source: 'BARS' }
    expect(parseLine(printFact(repair))).toEqual(repair)
    expect(parseLine(printFact(repair).replace('BARS', 'GUESS'))).toMatchObject({ refused: expect.stringContaining('TICKS, BARS') })
  })

  test('what is left of gaps, whatever was told first', () => {
    const gap = (from: number, to: number): Gap => ({ kind: 'gap', conId: 1, from: at(from), to: at(to), reason: 'r' })
    const repair = (from: number, to: number): Repair => ({ kind: 'repair', conId: 1, from: at(from), to: at(to), source: 'TICKS' })
    const left = narrowed([gap(0, 10), gap(20, 30)], [repair(2, 4), repair(8, 25), repair(40, 50)])
    expect(left.map(({ from, to, reason }) => [(from - MADE_FROM) / SECOND, (to - MADE_FROM) / SECOND, reason])).toEqual([
      [0, 2, 'r'],
      [4, 8, 'r'],
      [25, 30, 'r'],
    ])
  })
})

/** Rules that one price meets, whatever came before it. */
const STOPS: ReadonlySet<string> = new Set(MADE_RULES.flatMap(({ id, kind }) => (kind === 'MAE_STOP' ? [id] : [])))

describe('a day with an interruption', () => {
  const interruptions: readonly (readonly [string, string])[] = [
    ['a cut in the middle of a frame', '{"at":"2026-11-20T14:40:00Z","fault":"cut"}'],
    ['a socket that is open and dead', '{"at":"2026-11-20T14:40:00Z","fault":"half-open"}'],
    ['1100, silence, data lost', '{"at":"2026-11-20T14:40:00Z","fault":"outage","forMs":300000,"code":1101}'],
    ['1100, silence, data maintained', '{"at":"2026-11-20T14:50:00Z","fault":"outage","forMs":120000,"code":1102,"unsaid":true}'],
    ['an hour of an outage, but for its ends', '{"at":"2026-11-20T14:34:00Z","fault":"outage","forMs":2700000,"code":1101}'],
  ]

  test.each(interruptions)('%s: trades, excursions and alerts are those of a day without it', { timeout: 90_000 }, async (_, script) => {
    const day = madeDay(3)
    await using run = await record(day, faultsOf(script))
    expect(run.repairs.length, run.said()).toBeGreaterThan(0)
    expect(run.violations).toEqual([])
    // First what was missed is fetched, then the session is ready.
    expect(run.states.filter(({ state, misses }) => state === 'READY' && misses)).toEqual([])
    const spans = run.repairs.map(({ conId, from, to }) => `${conId} ${from} ${to}`)
    expect(new Set(spans).size, 'nothing is fetched twice').toBe(spans.length)
    const bars = run.repairs.some(({ source }) => source === 'BARS')
    const ideal = idealOf(day)
    // Prices of a bar have no order: the instant of an extreme is its end, and so is that of an alert.
    const of: (trade: Trade) => { readonly tradeId: string } = bars ? priceOf : inSeconds
    expect(run.trades.map(of).sort(byId)).toEqual(ideal.trades.map(of).sort(byId))
    const stops = (alerts: readonly { readonly ruleId: string; readonly tradeId: string }[]) =>
      alerts.flatMap(({ ruleId, tradeId }) => (STOPS.has(ruleId) ? [`${ruleId} ${tradeId}`] : [])).sort()
    const standing = run.alerts.filter(({ state }) => state !== 'WITHDRAWN')
    expect(stops(standing)).toEqual(stops(ideal.alerts))
    if (bars) return
    expect(standing.map(alertOf).sort()).toEqual(ideal.alerts.map(alertOf).sort())
    // What a fetched price passed (they are dated by the end of their second; deadlines and fills are whole ones) is missed, never told as fresh.
    const isFetched = (instant: number) => instant % SECOND >= 998
    const told = [...run.firstTold.values()].filter((alert) => isFetched(alert.at))
    expect(told.filter(({ state }) => state !== 'MISSED').map(alertOf)).toEqual([])
    if (script.includes('300000')) expect(told.length).toBeGreaterThan(0)
  })

  test('the machine sleeps, and its socket does not know: the session ends, the hole is declared and repaired', { timeout: 90_000 }, async () => {
    const day = madeDay(3)
    await using run = await record(day, [], { sleepsAt: at(900) })
    expect(run.said()).toMatch(/this machine slept for 300 s/)
    expect(run.repairs.length, run.said()).toBeGreaterThan(0)
    // However long it took to come back.
    const of: (trade: Trade) => { readonly tradeId: string } = run.repairs.some(({ source }) => source === 'BARS') ? priceOf : inSeconds
    expect(run.trades.map(of).sort(byId)).toEqual(idealOf(day).trades.map(of).sort(byId))
  })

  test('what nobody has stays a gap, and is said', { timeout: 90_000 }, async () => {
    const day = madeDay(3)
    await using run = await record(day, faultsOf('{"at":"2026-11-20T14:40:00Z","fault":"outage","forMs":300000,"code":1101}'), { forgets: true })
    expect(run.repairs).toEqual([])
    expect(run.said()).toMatch(/a gap of \d+ s stays: 162 .*no data/)
    const wounded = run.trades.filter((trade) => trade.openedAt < at(890) && (trade.closedAt ?? 0) > at(610))
    expect(wounded.length).toBeGreaterThan(0)
    for (const trade of wounded) expect(trade.provenance.gaps.length, trade.tradeId).toBeGreaterThan(0)
  })
})

// -------------------------------------------------------------- a day recorded

function faultsOf(script: string): readonly Fault[] {
  const faults = parseFaults(script, MADE_FROM, MADE_UNTIL)
  if ('refused' in faults) throw new Error(faults.refused)
  return faults
}

interface Run extends AsyncDisposable {
  readonly db: Database
  readonly trades: readonly StoredTrade[]
  readonly alerts: readonly StoredAlert[]
  readonly gaps: readonly Gap[]
  readonly repairs: readonly Repair[]
  readonly violations: readonly string[]
  /** Each alert as it was told first. */
  readonly firstTold: ReadonlyMap<string, StoredAlert>
  said(): string
  /** Every state of the session, and whether prices that were missed could still be fetched then. */
  readonly states: readonly { readonly state: BrokerState; readonly misses: boolean }[]
}

async function record(
  day: MadeDay,
  faults: readonly Fault[],
  { sleepsAt, ...more }: { readonly forgets?: boolean; readonly sleepsAt?: number } = {},
): Promise<Run> {
  const db = await openTestDatabase()
  try {
    await seedRules(
      db,
      MADE_RULES.map((body) => ({ id: body.id, body, enabled: true })),
    )
    const lines: string[] = []
    const log = (line: string) => void lines.push(line)
    const historyPace = { windowMs: 1_000, sameMs: 25, burstMs: 4 }
    const gateway = await openGateway({
      ...{
        port: 0,
        facts: played(day.facts),
        accounts: MADE_ACCOUNTS,
        speed: 2_400,
        conflateMs: 0,
        lockstep: true,
        faults,
        ...more,
        hostNow: clock.monotonic,
        historyPace,
      },
    })
    const bus = openBus()
    const firstTold = new Map<string, StoredAlert>()
    bus.subscribe((event) => {
      if (event.kind === 'alert' && !firstTold.has(event.alert.id)) firstTold.set(event.alert.id, event.alert)
    })
    const recorder = await openRecorder({ db, bus, clock, filter: 'default', delivers: true, log, onFailure: (error) => log(String(error)) })
    const broker = openTws({
      ...{ host: '127.0.0.1', port: gateway.port, clientId: 0, clock },
      ...{ handshakeMs: 1_000, answerMs: 300, clockMs: 500, retryMs: 100, refusedMs: 200, resumeMs: 500, historyMs: 2_000 },
      historyRules: { ...HISTORY_RULES, windowMs: 2_000, sameMs: 400, burstMs: 200 },
    })
    const repair = openRepair({ broker, recorder, clock, log, everyMs: 20, ripeMs: 0, retryMs: 100 })
    // After a sleep the wall clock has gone on, and the other one has not.
    const wall = () => clock.now() + (sleepsAt !== undefined && gateway.seconds() * SECOND >= sleepsAt ? 300_000 : 0)
    const states: Run['states'][number][] = []
    const live = openLive({
      ...{
        broker,
        recorder,
        clock: clockThatReads(wall, clock.monotonic),
        log,
        host: '127.0.0.1',
        port: gateway.port,
        missed: () => repair.missed(),
        onStatus: ({ state }) => states.push({ state, misses: repair.missed() > 0 }),
        heartbeatMs: 200,
        backoffFirstMs: 50,
        backoffMaxMs: 200,
      },
    })
    try {
      await gateway.ended
      // What only asking brings is asked for, and what may be fetched is fetched.
      await eventually(async () => live.status.state === 'READY')
      await eventually(() => live.catchUp())
      await recorder.settled()
      let looks = 0
      await eventually(async () => {
        if (looks++ > 100) throw new Error('holes stay')
        await repair.look()
        await recorder.settled()
        return recorder.holes().length === 0 || lines.some((line) => line.includes(' stays: '))
      })
    } catch (error) {
      console.log(lines.slice(-30).join('\n'), recorder.holes().slice(0, 5))
      throw error
    } finally {
      await live.close()
      await repair[Symbol.asyncDispose]()
      await recorder.close()
      await gateway.close()
    }
    const facts = (await factsOf(db)).map(({ fact }) => fact)
    const trades = [...(await tradesOf(db, { unit: 'ORDER' })), ...(await tradesOf(db, { unit: 'ROUND_TRIP' }))]
    const alerts = await alertsOfTrades(
      db,
      trades.map(({ tradeId }) => tradeId),
    )
    return {
      ...{ db, trades, firstTold, violations: gateway.historyViolations(), said: () => lines.join('\n'), states },
      alerts: [...alerts.values()].flat(),
      gaps: facts.filter((fact): fact is Gap => fact.kind === 'gap'),
      repairs: facts.filter((fact): fact is Repair => fact.kind === 'repair'),
      [Symbol.asyncDispose]: () => db.close(),
    }
  } catch (error) {
    await db.close()
    throw error
  }
}

// -------------------------------------------------------------- what must be equal

const secondOf = (instant: number | null) => (instant === null ? null : Math.floor(instant / SECOND))

/** A trade, with instants of prices by the second: that is what the past is dated by. */
function inSeconds({ tradeId, side, status, quantity, entryPrice, exitPrice, openedAt, closedAt, grossPnl, commission, netPnl, drawdownPct, mfe, mae }: Trade) {
  const view = ({ price, at: priceAt, pct, pctAt, pnl, pnlAt }: Trade['mfe']) => ({
    price,
    at: secondOf(priceAt),
    pct,
    pctAt: secondOf(pctAt),
    pnl,
    pnlAt: secondOf(pnlAt),
  })
  return {
    tradeId,
    side,
    status,
    quantity,
    entryPrice,
    exitPrice,
    openedAt,
    closedAt,
    grossPnl,
    commission,
    netPnl,
    drawdownPct,
    mfe: view(mfe),
    mae: view(mae),
  }
}

function priceOf({ tradeId, status, netPnl, mfe, mae }: Trade) {
  return { tradeId, status, netPnl, mfe: mfe.price, mae: mae.price }
}

function alertOf({ tradeId, ruleId, tier, at: alertAt, price }: { tradeId: string; ruleId: string; tier: number; at: number; price: string }): string {
  return `${tradeId} ${ruleId} ${tier} ${secondOf(alertAt)} ${price}`
}

function byId(a: { tradeId: string }, b: { tradeId: string }): number {
  return a.tradeId < b.tradeId ? -1 : 1
}
