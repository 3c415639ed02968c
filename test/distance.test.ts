// How far a trade is from what a rule would say: the price it names is the one at which the very same book fires, and not before.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { decimal } from '#core/decimal.ts'
import { type Distance, distancesOf } from '#core/distance.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import type { TradingHours } from '#core/session.ts'
import { readUntil } from '#src/cli/snooze.ts'
import { at, ibm } from './example-day.ts'
import { aTrade } from './rows.ts'
import { fillAt, SPY } from './ticks.ts'

const RULES = [
  { id: 'stop', kind: 'MAE_STOP', pct: '3' },
  { id: 'money-stop', kind: 'MAE_STOP', amount: '250' },
  { id: 'target', kind: 'MFE_TARGET', tiers: [{ pct: '2' }, { pct: '4' }] },
  { id: 'trail', kind: 'TRAILING_STOP', pct: '2', armPct: '1' },
  { id: 'giveback', kind: 'GIVEBACK', fraction: '0.5', armPct: '1.5' },
].map((rule) => parseRule(rule) as Rule)

const price = fc.integer({ min: 9_000, max: 11_000 }).map((cents) => cents / 100)

test('law: at the price a distance names the book fires (or arms), a hair before it does not', () => {
  fc.assert(
    fc.property(fc.constantFrom('BUY', 'SELL'), fc.array(price, { maxLength: 8 }), fc.nat({ max: 10 }), (side, path, pick) => {
      const told = (more: readonly number[]) => {
        const book = new ContractBook(SPY, { rules: RULES, trace: false, commissionOf: () => null })
        book.enter(fillAt('f1', 'DU1', side as 'BUY', 100, 100, 1_000))
        for (const [n, one] of [...path, ...more].entries()) book.mark(one, 2_000 + n)
        const fired = new Set(book.takeChanges().alerts.map(({ ruleId, tier }) => `${ruleId}|${tier}`))
        const trade = book.trades.map((one) => book.tell(one)).find(({ unit }) => unit === 'ORDER')
        if (trade === undefined) throw new Error('expected the trade')
        return { fired, distances: distancesOf({ ...trade, strategy: null }, RULES, fired) }
      }
      const { distances } = told([])
      const one: Distance | undefined = distances[pick % Math.max(1, distances.length)]
      if (one === undefined || one.price === null || Number(one.price) <= 0) return
      const key = `${one.ruleId}|${one.tier}`
      const sign = Number(one.price) >= (path.at(-1) ?? 100) ? 1 : -1
      const [before, beyond] = [Number(one.price) - sign * 0.001, Number(one.price) + sign * 0.001]
      const isArmed = (after: ReturnType<typeof told>) => after.distances.find(({ ruleId }) => ruleId === one.ruleId)?.armed ?? true
      if (one.armed) expect([told([before]).fired.has(key), told([beyond]).fired.has(key)]).toEqual([false, true])
      else expect([isArmed(told([before])), isArmed(told([beyond]))]).toEqual([false, true])
    }),
    { numRuns: 300 },
  )
})

describe('what only the clock fires', () => {
  const rule = (more: object) => parseRule({ id: 'time', kind: 'TIME_STOP', after: 'PT2H', mfeBelowPct: '0.5', ...more }) as Rule
  const trade = (more: object = {}) => ({ ...aTrade(0, 1), openedAt: at('15:00:00'), updatedAt: at('15:00:00'), ...more })

  test.each([
    ['the wall clock', {}, ibm, at('17:00:00')],
    ['the session clock: Friday 15:00 and two hours are Monday 10:30', { clock: 'session' }, ibm, at('10:30:00', '2026-11-23')],
    ['hours that are unknown', { clock: 'session' }, {}, at('17:00:00')],
  ] as const)('%s', (_, more, hours, expected) => {
    expect(distancesOf(trade(), [rule(more)], new Set(), hours as TradingHours)).toMatchObject([{ price: null, pct: null, armed: true, at: expected }])
  })

  test('it is left out once it can say nothing any more: its time has passed, or the best is beyond it', () => {
    expect(distancesOf(trade({ updatedAt: at('17:00:01') }), [rule({})], new Set())).toEqual([])
    const { mfe } = aTrade(0, 1)
    expect(distancesOf(trade({ mfe: { ...mfe, pct: '0.5' } }), [rule({})], new Set())).toEqual([])
    const progress = parseRule({ id: 'progress', kind: 'NO_PROGRESS', after: 'PT2H', resultBelowPct: '0.5' }) as Rule
    expect(distancesOf(trade({ mfe: { ...mfe, pct: '0.5' } }), [progress], new Set())).toHaveLength(1)
  })
})

test('in R: measured by what was risked, left out without a stop', () => {
  const rules = [parseRule({ id: 'r', kind: 'MAE_STOP', r: '1' }) as Rule]
  const risk = { amount: '311', stop: '180', entryPrice: '183.11', quantity: '100', frozenAt: 0 }
  const plan = { risk, stop: '180', target: null, moves: [] }
  expect(distancesOf(aTrade(0, 1, { plan }), rules, new Set())).toMatchObject([
    { price: '180', pct: decimal('3.11').times(100).div('183.11').round(2).toString() },
  ])
  expect(distancesOf(aTrade(0, 1), rules, new Set())).toEqual([])
})

describe('snooze TRADE', () => {
  const now = at('10:00:00')
  test.each([
    ['30m', now + 1_800_000],
    ['1h30m', now + 5_400_000],
    ['PT2H', now + 7_200_000],
    ['15:30', at('15:30:00')],
    ['9:30', at('09:30:00', '2026-11-21')],
    ['2026-11-20T20:00:00Z', Date.UTC(2026, 10, 20, 20)],
    ['off', null],
  ])('%s', (text, until) => {
    expect(readUntil(text, now, 'America/New_York')).toBe(until)
  })

  test.each(['', 'soon', '0m', '24:00', '12:60', '2020-01-01'])("'%s' is refused", (text) => {
    expect(() => readUntil(text, now, 'America/New_York')).toThrow('expected 30m, 2h, 15:30, an instant to come, or off')
  })
})
