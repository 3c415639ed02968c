// Prices for imported trades: fetched over a real socket, stored as they come, folded like any others. Stopped in the middle it goes on where it was.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { HISTORY_RULES } from '#broker/history-pace.ts'
import type { Broker, HistoryRequest } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { askingsOf, type Unheard } from '#core/backfill.ts'
import type { AnyFact, Fact } from '#core/facts.ts'
import { Replay } from '#core/replay.ts'
import { printFact } from '#core/tape.ts'
import { openGateway } from '#sim/gateway.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import { backfill, type Progress } from '#jobs/backfill.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { appendFacts, factsOf } from '#store/facts.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { idealOf, MADE_ACCOUNTS, MADE_FROM, MADE_UNTIL, madeDay, played } from './made-day.ts'
import { answerOf, eventually, excursion, makeHome } from './process.ts'
import { serviceEnv } from './story.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const at = (minute: number, second = 0) => MADE_FROM + minute * MINUTE + second * 1_000

describe('what is asked for', () => {
  const trade = (more: Partial<Unheard> = {}): Unheard => ({
    ...{ conId: 1, spans: [{ from: at(3, 17), to: at(9, 5) }], fills: [at(3, 17), at(9, 5)], known: [] },
    ...more,
  })

  test('the minutes of its day, and the seconds of the minutes in which it was filled', () => {
    const askings = askingsOf([trade()], MADE_UNTIL)
    expect(askings.map(({ until, spanMs, barMs }) => [until, spanMs, barMs])).toEqual([
      [Math.ceil(MADE_FROM / DAY) * DAY, DAY, MINUTE],
      [at(10), 7 * MINUTE, 1_000],
    ])
    const [minutes, seconds] = askings
    expect(minutes?.spans).toEqual([{ from: at(4), to: at(9) }])
    expect(seconds?.spans).toEqual([
      { from: at(3, 18), to: at(4) },
      { from: at(9), to: at(9, 5) },
    ])
  })

  test('what is known is not asked for; of what is older than half a year there are no seconds; what has not happened yet waits', () => {
    const known = [
      { from: at(3, 18), to: at(4) },
      { from: at(4), to: at(9) },
    ]
    expect(askingsOf([trade({ known })], MADE_UNTIL).map(({ barMs, spans }) => [barMs, spans])).toEqual([[1_000, [{ from: at(9), to: at(9, 5) }]]])
    expect(askingsOf([trade()], MADE_UNTIL + 200 * DAY).map(({ barMs }) => barMs)).toEqual([MINUTE])
    expect(askingsOf([trade()], at(5))).toHaveLength(1)
  })

  test('a trade of several days: a request a day, the latest first', () => {
    const spans = [{ from: MADE_FROM, to: MADE_FROM + 2 * DAY }]
    const askings = askingsOf([trade({ spans, fills: [] })], MADE_FROM + 3 * DAY)
    expect(askings.map(({ until }) => until)).toEqual([3, 2, 1].map((days) => Math.floor(MADE_FROM / DAY) * DAY + days * DAY))
  })
})

test('an imported day: stopped in the middle and started again, no request is made twice, and the excursions are those of whoever listened', {
  timeout: 120_000,
}, async () => {
  const day = madeDay(5)
  await using db = await openTestDatabase()
  await appendFacts(
    db,
    day.facts.filter((fact): fact is Fact => fact.kind !== 'mark'),
  )
  await folded(db)
  await using gateway = await openGateway({
    ...{ port: 0, facts: played(day.facts), accounts: MADE_ACCOUNTS, conflateMs: 0, hostNow: clock.monotonic },
    historyPace: { windowMs: 1_000, sameMs: 25, burstMs: 4 },
  })
  const stopAfter = 2
  const first = await run(db, gateway, stopAfter)
  expect(first.result.stopped).toBe('stopped')
  expect(first.result.done).toBe(stopAfter)
  const second = await run(db, gateway)
  expect(second.result).toMatchObject({ stopped: null, missing: new Map() })
  const requests = [...first.requests, ...second.requests].map((request) => JSON.stringify(request))
  expect(new Set(requests).size).toBe(requests.length)
  expect(gateway.historyViolations()).toEqual([])
  // It says how far it is, and what is left.
  expect(first.progress.map(({ done }) => done)).toEqual([0, 1, 2])
  expect(second.progress.at(0)?.requests).toBe((first.progress.at(0)?.requests ?? 0) - stopAfter)
  const third = await run(db, gateway)
  expect(third.requests).toEqual([])

  await folded(db)
  const trades = await tradesOf(db, { unit: 'ORDER' })
  const ideal = new Map(idealOf(day).trades.map((trade) => [trade.tradeId, trade]))
  expect(trades.length).toBeGreaterThan(10)
  for (const trade of trades) {
    const wanted = ideal.get(trade.tradeId)
    expect([trade.mfe.price, trade.mae.price], trade.tradeId).toEqual([wanted?.mfe.price, wanted?.mae.price])
  }
  expect(trades.filter(({ provenance }) => provenance.source === 'BAR').length).toBeGreaterThan(trades.length / 2)
  // Nobody is warned of what is long past.
  expect(
    [
      ...(
        await alertsOfTrades(
          db,
          trades.map(({ tradeId }) => tradeId),
        )
      ).values(),
    ].flat(),
  ).toEqual([])
  // The facts as a tape say the same.
  const replay = new Replay(
    (await factsOf(db)).map(({ fact }) => fact),
    { filter: 'default', rules: [] },
  )
  const told = new Map(replay.finish().trades.map((trade) => [trade.tradeId, trade]))
  for (const trade of trades) {
    const { mfe, mae, provenance } = told.get(trade.tradeId) ?? {}
    expect({ mfe: trade.mfe, mae: trade.mae, provenance: trade.provenance }, trade.tradeId).toEqual({ mfe, mae, provenance })
  }
})

async function run(db: Database, gateway: { readonly port: number }, stopAfter = Number.POSITIVE_INFINITY) {
  const broker = openTws({
    ...{ host: '127.0.0.1', port: gateway.port, clientId: 0, clock },
    historyRules: { ...HISTORY_RULES, windowMs: 2_000, sameMs: 400, burstMs: 200 },
  })
  const requests: HistoryRequest[] = []
  const progress: Progress[] = []
  const stop = new AbortController()
  const counting: Pick<Broker, 'history' | 'historyLasts'> = {
    historyLasts: (count) => broker.historyLasts?.(count) ?? 0,
    history: async (request) => {
      requests.push(request)
      return (await broker.history?.(request)) ?? { kind: 'none', reason: 'nothing' }
    },
  }
  try {
    await broker.connect(() => {})
    const onProgress = (told: Progress) => {
      progress.push(told)
      if (told.done >= stopAfter) stop.abort()
    }
    const result = await backfill({ db, broker: counting, now: MADE_UNTIL + DAY, onProgress, signal: stop.signal }, {})
    return { result, requests, progress }
  } finally {
    await broker.close()
  }
}

/** As a start does it. */
async function folded(db: Database): Promise<void> {
  const recorder = await openRecorder({
    ...{ db, bus: openBus(), clock, filter: 'default', log: () => {} },
    onFailure: (error) => {
      throw error
    },
  })
  await recorder.close()
}

test('the verb: killed in the middle and run again it goes on; it says an estimate first and what it did last', { timeout: 120_000 }, async () => {
  await using home = await makeHome()
  const facts = weeks()
  const tape = join(home.parent, 'facts.ndjson')
  await writeFile(
    tape,
    facts
      .filter(({ kind }) => kind !== 'mark')
      .map(printFact)
      .join('\n'),
  )
  const answered: string[] = []
  await using gateway = await openGateway({
    ...{
      port: 0,
      facts: played(facts),
      accounts: MADE_ACCOUNTS,
      conflateMs: 0,
      hostNow: clock.monotonic,
      historyPace: { windowMs: 1_000, sameMs: 1, burstMs: 1 },
    },
    onFrame: (frame) => {
      if (frame[0] === '17' || (frame[0] === '4' && frame[3] === '162')) answered.push(frame[1] ?? '')
      return [frame]
    },
  })
  // Somebody has to listen for the tape to be played.
  await using listener = openListener(gateway.port)
  await listener.connect(() => {})
  await gateway.ended
  const env = serviceEnv(home.path, gateway.port)
  await answerOf(['import', 'tape', tape], env)
  const first = excursion(['backfill', '--client-id', '7'], env)
  await first.says(/(\d+) requests to make; about/)
  await eventually(async () => answered.length >= 2, 5)
  await first.kill('SIGKILL')
  const again = await answerOf(['backfill', '--client-id', '8'], env)
  const [, done = '', requests = ''] = /(\d+) of (\d+) requests/.exec(again) ?? []
  expect(Number(done)).toBeGreaterThan(0)
  expect(done).toBe(requests)
  // What was stored before is not asked for again: at most the one that was under way.
  expect(answered.length).toBeLessThanOrEqual(Number(/(\d+) requests to make/.exec(first.stderr())?.[1]) + 1)
  expect(await answerOf(['backfill', '--client-id', '9'], env)).toMatch(/ 0 of 0 requests, 0 bars/)
  // Folded too: what bars told stands in the trades.
  const ideal = new Map(
    idealOf({ ...madeDay(104), facts: facts.filter((fact) => !('at' in fact) || (fact.at ?? 0) < MADE_FROM - 103 * 7 * DAY) }).trades.map((trade) => [
      trade.tradeId,
      trade,
    ]),
  )
  const trades = (await answerOf(['trades', '--json'], env))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { tradeId: string; mfePx: string; maePx: string })
  expect(trades.filter(({ tradeId, mfePx }) => ideal.get(tradeId)?.mfe.price === mfePx).length).toBeGreaterThan(0)
})

function openListener(port: number): Broker & AsyncDisposable {
  const broker = openTws({ host: '127.0.0.1', port, clientId: 3, clock })
  return Object.assign(broker, { [Symbol.asyncDispose]: () => broker.close() })
}

/** Three made days, two years before: older than any machine's clock that runs this. */
function weeks(): readonly AnyFact[] {
  return [104, 103, 102].flatMap((back) => {
    const shift = -back * 7 * DAY
    return madeDay(back).facts.map((fact): AnyFact => {
      if (fact.kind === 'instrument') {
        const { liquidHours: _, tradingHours: __, ...rest } = fact
        return rest
      }
      const moved = 'at' in fact && fact.at !== undefined ? { ...fact, at: fact.at + shift } : fact
      return 'executionId' in moved ? ({ ...moved, executionId: `${back}${moved.executionId}` } as AnyFact) : moved
    })
  })
}
