// A stop and its moves as people read them: in the day's numbers, on the trade's note and in its picture; and 'unknown' where none is known.
import { describe, expect, test } from 'vitest'
import type { Plan } from '#core/facts.ts'
import { planOf } from '#core/plan.ts'
import { reviewDay, type ReviewedTrade } from '#core/review.ts'
import type { StoredTrade } from '#core/stored.ts'
import { trajectory } from '#charts/trajectory.ts'
import { PLAIN } from '#notes/place.ts'
import { saidOf } from '#notes/said.ts'
import { readTemplates, type Templates } from '#notes/templates.ts'
import { tradeNote } from '#notes/trade-note.ts'
import { at, DAY, givenBack, ibm } from '#test/example-day.ts'

const english = await readTemplates('en')
const chinese = await readTemplates('zh')

/** Bought 100 at 180, sold at 181.80, with these stops on the way. */
function withStops(...stops: readonly (readonly [clock: string, price: string])[]): StoredTrade {
  const told: StoredTrade = { ...givenBack.trade, initialStop: null }
  const executionId = told.fills[0]?.executionId ?? ''
  const { unit: _, ...plan } = planOf(
    told,
    { initialStop: null },
    stops.map(([clock, stop]): Plan => ({ kind: 'plan', executionId, stop, at: at(clock) })),
  )
  return { ...told, plan }
}

function reviewed(trade: StoredTrade): ReviewedTrade {
  const trades = reviewDay({ day: DAY, trades: [trade], alerts: [], instruments: [ibm], trajectories: new Map() }).accounts[0]?.trades
  return trades?.[0] as ReviewedTrade
}

function noteOf(trade: StoredTrade, templates: Templates): string {
  const { blocks } = tradeNote({ trade: reviewed(trade), row: trade, opened: DAY, last: DAY, said: saidOf(trade), seen: null, templates }, PLAIN)
  return blocks.find(({ name }) => name === 'numbers')?.text ?? ''
}

const moved = withStops(['09:50:00', '178'], ['14:03:00', '177.2'], ['15:00:00', '180'])

test('the day tells the R of the first stop, and every move', () => {
  expect(reviewed(moved)).toMatchObject({
    initialStop: '178',
    risk: '200',
    r: '0.9',
    stopMoves: [
      { to: '177.2', r: '-0.4' },
      { to: '180', r: '1.4' },
    ],
  })
})

test('without a stop R is null', () => {
  expect(reviewed(withStops())).toMatchObject({ initialStop: null, risk: null, r: null, stopMoves: [] })
})

test("while the trader's newest word waits to be folded, R is unknown rather than the old one", () => {
  expect(reviewed({ ...moved, initialStop: '179' })).toMatchObject({ r: null, stopMoves: [] })
})

describe('the note of a trade', () => {
  test('in English', () => {
    const text = noteOf(moved, english)
    expect(text).toContain('+0.90\u00a0R')
    expect(text).toContain('| Initial stop | 178.00 | 1\u00a0R = 200.00\u00a0USD |')
    expect(text).toContain('- Stop widened 14:03:00, 178.00 → 177.20, −0.40\u00a0R\n- Stop tightened 15:00:00, 177.20 → 180.00, +1.40\u00a0R')
    expect(noteOf(withStops(), english)).toContain('R\u00a0unknown')
  })
  test('in Chinese', () => {
    expect(noteOf(moved, chinese)).toContain('- 14:03:00 止损放宽：178.00 → 177.20，−0.40\u00a0R')
  })
})

test('in the picture the stop is a line to each move, and another from there on', () => {
  const { entryPrice, openedAt, closedAt } = moved
  const picture = (stopMoves: readonly { at: number; to: number }[]) =>
    trajectory({
      ...{ title: 'IBM', side: 'LONG', currency: 'USD', timeZone: 'US/Eastern', entry: Number(entryPrice), stop: 178, stopMoves, openedAt, closedAt },
      ...{ points: givenBack.points, gaps: [], fills: [], alerts: [], mfeLabel: '', maeLabel: '' },
    })
  const still = picture([]).match(/stroke-dasharray="1 3"/g)?.length ?? 0
  const twice = picture(reviewed(moved).stopMoves.map(({ at: when, to }) => ({ at: when, to: Number(to) }))).match(/stroke-dasharray="1 3"/g)?.length
  expect(still).toBeGreaterThan(0)
  expect(twice).toBe(still + 2)
})
