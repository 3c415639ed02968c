// Thinning the past: what stays folds to the same trades, first passages and verdicts' prices; in the store the day is exchanged whole and a rebuild finds every
// row as it was. fast-check prints the seed and the smallest history of a difference. EXCURSION_RUNS asks for more runs.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { decimal } from '#core/decimal.ts'
import { type Entry, Ledger } from '#core/execution.ts'
import type { Fact, Instrument } from '#core/facts.ts'
import { firstOf, type View } from '#core/staircase.ts'
import { marksThatStay, type PastMark } from '#core/thinning.ts'
import { printInstant } from '#core/time.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import type { Recorder } from '#record/recorder.ts'
import { thinPast } from '#record/thinning.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { saveRule } from '#store/decisions.ts'
import { rowsOf } from '#store/sql.ts'
import { trajectoriesOf, tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'

const RUNS = Number(process.env['EXCURSION_RUNS'] ?? 300)
const TIMEOUT = { timeout: 10_000 + 50 * RUNS }
const CONTRACT: Instrument = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD' }
const LONG_AGO = Date.parse('2026-03-02T14:30:00Z')
const DAY_MS = 86_400_000

type Event = { readonly at: number; readonly price: number } & (
  | { readonly kind: 'mark' }
  | { readonly kind: 'fill'; readonly side: 'BUY' | 'SELL'; readonly size: number; readonly order: number }
)

/** Prices that walk, and fills of a few orders in both directions, so that trades overlap, reverse and close. */
const histories = fc
  .array(
    fc.record({
      step: fc.integer({ min: -3, max: 3 }),
      wait: fc.constantFrom(0, 1, 250, 1000),
      fill: fc.oneof(
        { weight: 9, arbitrary: fc.constant(null) },
        fc.record({ side: fc.constantFrom('BUY' as const, 'SELL' as const), size: fc.integer({ min: 1, max: 3 }), order: fc.integer({ min: 1, max: 4 }) }),
      ),
    }),
    { minLength: 5, maxLength: 120 },
  )
  .map((moves): Event[] => {
    let [price, at] = [100, LONG_AGO]
    return moves.map(({ step, wait, fill }) => {
      price = Math.max(20, price + step / 4)
      at += wait
      return fill === null ? { kind: 'mark', at, price } : { kind: 'fill', at, price, ...fill }
    })
  })

interface Told {
  readonly marks: readonly PastMark[]
  readonly entries: readonly Entry[]
}

/** At one instant fills come before marks, as history has it. */
function toldOf(events: readonly Event[]): Told {
  const ledger = new Ledger()
  const marks: PastMark[] = []
  let arrival = 0
  for (const event of events) if (event.kind === 'fill') tellFill(ledger, event, ++arrival)
  for (const { kind, at, price } of events) if (kind === 'mark') marks.push({ at, price, arrival: ++arrival })
  return { marks: marks.sort((a, b) => a.at - b.at || a.arrival - b.arrival), entries: ledger.history(1) }
}

function tellFill(ledger: Ledger, { at, price, side, size, order }: Event & { kind: 'fill' }, arrival: number): void {
  const execution = { kind: 'execution' as const, executionId: `f${arrival}`, account: 'DU1', conId: 1, side, quantity: String(size), price: String(price), at }
  ledger.take({ ...execution, permId: String(order) }, { at, arrival })
}

function bookOf({ marks, entries }: Told): ContractBook {
  const book = new ContractBook(CONTRACT, { rules: [], trace: false, commissionOf: () => null })
  let next = 0
  for (const mark of marks) {
    for (let entry = entries[next]; entry !== undefined && entry.at <= mark.at; entry = entries[++next]) book.enter(entry)
    book.mark(mark.price, mark.at)
  }
  for (const entry of entries.slice(next)) book.enter(entry)
  return book
}

function stayOf(told: Told): readonly PastMark[] {
  const book = bookOf(told)
  const exits = book.trades.flatMap(({ closedAt }) => (closedAt === null ? [] : [{ closedAt, until: closedAt + 60_000 }]))
  return marksThatStay(
    told.marks,
    book.trades.map((trade) => book.staircase(trade)),
    told.entries,
    exits,
  )
}

test('law: what stays folds to the same trades and answers every first passage as before', TIMEOUT, () => {
  let [before, after] = [0, 0]
  const level = fc.integer({ min: 1, max: 12 }).map((quarter) => decimal(quarter).div(4))
  fc.assert(
    fc.property(histories, level, level, (events, target, stop) => {
      const told = toldOf(events)
      const stay = stayOf(told)
      before += told.marks.length
      after += stay.length
      const [all, left] = [bookOf(told), bookOf({ ...told, marks: stay })]
      expect(left.trades.map((trade) => left.tell(trade))).toEqual(all.trades.map((trade) => all.tell(trade)))
      for (const [index, trade] of all.trades.entries()) {
        const other = left.trades[index]
        if (other === undefined) throw new Error('expected the same trades')
        const [known, kept] = [all.staircase(trade), left.staircase(other)]
        for (const view of ['percent', 'result'] as const satisfies readonly View[]) {
          const race = (of: typeof known) => firstOf(of.firstAtOrAbove(view, target), of.firstAtOrBelow(view, stop.neg()))
          const fallen = (of: typeof known) => of.firstDrawdown(view, stop, { trail: target })
          expect([race(kept).outcome, race(kept).passage?.at]).toEqual([race(known).outcome, race(known).passage?.at])
          expect(fallen(kept)?.at).toBe(fallen(known)?.at)
        }
      }
      // Thinned again, nothing more goes.
      expect(stayOf({ ...told, marks: stay })).toEqual(stay)
    }),
    { numRuns: RUNS },
  )
  expect(after).toBeLessThan(before)
})

test('law: after an exit the first price at or beyond any level stays', TIMEOUT, () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 80, max: 480 }), (events, quarters) => {
      const told = toldOf(events)
      const stay = stayOf(told)
      const level = quarters / 4
      for (const { closedAt } of bookOf(told).trades) {
        if (closedAt === null) continue
        const first = (marks: readonly PastMark[], beyond: (price: number) => boolean) =>
          marks.find(({ at, price }) => at >= closedAt && at <= closedAt + 60_000 && beyond(price))?.at
        for (const beyond of [(price: number) => price >= level, (price: number) => price <= level]) expect(first(stay, beyond)).toBe(first(told.marks, beyond))
      }
    }),
    { numRuns: RUNS },
  )
})

test('in the store: days long gone are thinned once, trades say so, alerts stay, and a rebuild finds every row as it was', { timeout: 60_000 }, async () => {
  await using db = await openTestDatabase()
  await saveRule(db, { id: 'stop', body: { id: 'stop', kind: 'MAE_STOP', pct: '0.5', confirm: 2 }, enabled: true }, LONG_AGO)
  await play(db)
  const before = await stateOf(db)
  expect(before.alerts.length).toBeGreaterThan(0)
  expect(await thinPast(db, 90, clock.now())).toEqual({ days: 0, marksBefore: 0, marksAfter: 0 })
  const thinned = await thinPast(db, 1, clock.now())
  expect(thinned.days).toBe(1)
  expect(thinned.marksAfter).toBeLessThan(thinned.marksBefore / 2)
  expect((await thinPast(db, 1, clock.now())).days).toBe(0)
  const after = await stateOf(db)
  const said = (trades: typeof before.trades) => trades.map(({ provenance: { thinned: _, ...provenance }, ...trade }) => ({ ...trade, provenance }))
  expect(said(after.trades)).toEqual(said(before.trades))
  expect(after.trades.map(({ provenance }) => provenance.thinned ?? false)).toEqual(before.trades.map(({ openedAt }) => openedAt < LONG_AGO + 0.5 * DAY_MS))
  expect(after.alerts).toEqual(before.alerts)
  expect(after.points).toEqual(before.points)
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  expect((await recorder.rebuild()).differed).toEqual([])
  await recorder.close()
  const rebuilt = await stateOf(db)
  expect(rebuilt.alerts.map(({ id, state }) => [id, state])).toEqual(before.alerts.map(({ id, state }) => [id, state]))
  expect(rebuilt.points).toEqual(before.points)
})

test('a rule that wants two looks: what it raised before is raised no more after thinning and a start; what it never raised still is', {
  timeout: 60_000,
}, async () => {
  await using db = await openTestDatabase()
  await saveRule(db, { id: 'stop', body: { id: 'stop', kind: 'MAE_STOP', pct: '0.5', confirm: 2 }, enabled: true }, LONG_AGO)
  const open = () => openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  const told = (recorder: Recorder, conId: number, day: number, ...prices: readonly number[]) => {
    for (const [i, price] of prices.entries()) recorder.quote({ conId, price, at: LONG_AGO + day * DAY_MS + 2_000 + i * 1000, source: 'LAST' })
  }
  const raised = async () =>
    (
      await rowsOf<{ conId: number; day: number }>(
        db.pool,
        `select con_id as "conId", (at::date - date '2026-03-02') as day from alerts where unit = 'ORDER' order by con_id`,
      )
    ).map(({ conId, day }) => [conId, day])
  {
    const recorder = await open()
    for (const conId of [1, 2]) {
      recorder.tell({ ...CONTRACT, conId })
      const fill = { executionId: `x.${conId}.1.01`, account: 'DU1', conId, side: 'BUY' as const, quantity: '1', price: '100', at: LONG_AGO }
      recorder.tell({ kind: 'execution', ...fill })
    }
    // The first is beyond its stop twice in a row, the second time no record; the other one never is, though both of its records are.
    told(recorder, 1, 0, 99.9, 99.3, 99.4, 99.9, 100.5, 99.9)
    told(recorder, 2, 0, 99.9, 99.4, 99.8, 99.3, 99.8, 100.5, 99.9)
    for (const conId of [1, 2]) for (const day of [1, 2]) told(recorder, conId, day, 99.9, 100)
    await recorder.settled()
    await recorder.close()
  }
  expect(await raised()).toEqual([[1, 0]])
  const { marksBefore, marksAfter } = await thinPast(db, 1, clock.now())
  expect(marksAfter).toBeLessThan(marksBefore)
  for (const day of [3, 4]) {
    const recorder = await open()
    for (const conId of [1, 2]) told(recorder, conId, day, 99.9, 99.2, 99.3, 100)
    await recorder.settled()
    await recorder.close()
    expect(await raised()).toEqual([
      [1, 0],
      [2, 3],
    ])
  }
})

/** A trade a day on three days, and one over all of them, each with prices that swing. */
async function play(db: Database): Promise<void> {
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  const tell = (fact: Fact) => recorder.tell(fact)
  tell(CONTRACT)
  const fill = (day: number, second: number, side: 'BUY' | 'SELL', size: number, price: number, permId: string) =>
    tell({
      kind: 'execution',
      executionId: `x.${day}.${second}.01`,
      account: 'DU1',
      conId: 1,
      side,
      quantity: String(size),
      price: String(price),
      at: LONG_AGO + day * DAY_MS + second * 1000,
      permId,
    })
  for (let day = 0; day < 3; day++) {
    if (day === 0) fill(day, 1, 'BUY', 5, 100, '9')
    for (let second = 2; second < 600; second++) {
      if (second === 50) fill(day, second, 'SELL', 7, 100, `${day}1`)
      if (second === 500) fill(day, second, 'BUY', 7, 100, `${day}2`)
      const price = Number((100 + day / 4 + 2 * Math.sin(second / 30) + Math.sin(second * 7) / 4).toFixed(2))
      recorder.quote({ conId: 1, price, at: LONG_AGO + day * DAY_MS + second * 1000 + 300, source: 'LAST' })
    }
  }
  await recorder.settled()
  await recorder.close()
}

async function stateOf(db: Database) {
  const trades = (await Promise.all((['ORDER', 'ROUND_TRIP'] as const).map((unit) => tradesOf(db, { unit })))).flat()
  const ids = trades.map(({ tradeId }) => tradeId)
  const alerts = [...(await alertsOfTrades(db, ids)).values()].flat().map(({ seq: _, ...alert }) => alert)
  const points = [...(await trajectoriesOf(db, ids))].map(([id, list]) => [id, list.map(({ at, last, mfe, mae }) => [printInstant(at), last, mfe, mae])])
  const marks = await rowsOf<{ n: number }>(db.pool, 'select count(*)::int as n from marks')
  return { trades: trades.map(({ seq: _, ...trade }) => trade), alerts, points, marks: marks[0]?.n }
}
