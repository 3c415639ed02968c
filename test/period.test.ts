// Weeks and months: which days belong to them, and that they are the sum of their days.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal } from '#core/decimal.ts'
import { monthOf, reviewPeriod, weekOf } from '#core/period.ts'
import { addDays } from '#core/session.ts'
import { compareTrailing } from '#core/trailing.ts'
import { periodNotes } from '#notes/period-note.ts'
import { tradeName } from '#notes/pictures.ts'
import { PLAIN, tradePath } from '#notes/place.ts'
import { readTemplates } from '#notes/templates.ts'
import { DAY, everyTrade, future, ibm, nvda, sketch } from '#test/example-day.ts'

test.each([
  ['2026-11-20', '2026-W47', '2026-11-16', '2026-11-22'],
  ['2026-01-01', '2026-W01', '2025-12-29', '2026-01-04'],
  ['2027-01-03', '2026-W53', '2026-12-28', '2027-01-03'],
  ['2024-12-30', '2025-W01', '2024-12-30', '2025-01-05'],
])('%s lies in %s', (day, name, from, until) => {
  expect(weekOf(day)).toEqual({ kind: 'week', name, from, until })
})

test('law: every day lies in its own week and month, and neighbours share them or follow', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30_000 }), (days) => {
      const day = addDays('1990-01-01', days)
      for (const period of [weekOf(day), monthOf(day)]) {
        expect(period.from <= day && day <= period.until).toBe(true)
        expect([weekOf, monthOf][period.kind === 'week' ? 0 : 1]?.(addDays(period.until, 1)).from).toBe(addDays(period.until, 1))
      }
    }),
  )
})

const trades = everyTrade.map((one) => one.trade)

test('a week rolls up what closed in it, a line a day', () => {
  const [du1] = reviewPeriod(weekOf(DAY), trades, [ibm, nvda, future]).accounts
  expect(du1?.days).toMatchObject([{ day: DAY, results: [{ closed: 3, gross: '-170' }] }])
  expect(du1?.results).toMatchObject([{ closed: 3, gross: '-170', net: null }])
  expect(reviewPeriod(weekOf('2026-11-09'), trades, [ibm, nvda, future]).accounts).toEqual([])
})

test('a future opened in the evening is linked by the name its note has: that of the next day', async () => {
  const evening = sketch({
    instrument: future,
    fills: [
      ['19:00:00', 1, '6700'],
      ['20:00:00', -1, '6710'],
    ],
    marks: [['19:30:00', '6705']],
    day: '2026-11-19',
  })
  const review = reviewPeriod(weekOf(DAY), [evening.trade], [future])
  const text = periodNotes(review, await readTemplates('en'), PLAIN)
    .flatMap(({ blocks }) => blocks.map((block) => block.text))
    .join('\n')
  expect(text).toContain(tradePath(tradeName(evening.trade, DAY), 'LIVE'))
})

test('the days before: at most twenty, each day counted once, today not among them', () => {
  const history = Array.from({ length: 30 }, (_, index) => {
    const trade = trades[0] as (typeof trades)[number]
    return { ...trade, tradeId: `h${index}`, closedAt: (trade.closedAt ?? 0) - index * 86_400_000, grossPnl: index % 2 === 0 ? '10' : '-4' }
  })
  const trailing = compareTrailing('USD', DAY, history, new Map([[ibm.conId, ibm]]))
  expect(trailing).toMatchObject({ days: 20, closed: 20, winRate: '50' })
  expect(decimal(trailing?.grossADay ?? 0).toNumber()).toBe(3)
  expect(compareTrailing('USD', DAY, [], new Map())).toBeNull()
})
