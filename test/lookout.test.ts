// Who looks, and how often: a price that reaches nobody's level is looked at by nobody, however many trades are open and whatever their rules wait for.
import { expect, test, vi } from 'vitest'
import { ContractBook } from '#core/book.ts'
import type { Instrument } from '#core/facts.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import { RunningTrade } from '#core/running.ts'
import { fillAt, SPY } from './ticks.ts'

const HOURS = { timeZone: 'US/Eastern', tradingHours: '20131007:0400-20131007:2000', liquidHours: '20131007:0930-20131007:1600' }
/** Ten in the morning in New York. */
const TEN = Date.UTC(2013, 9, 7, 14)

function bookOf(instrument: Instrument, rules: readonly object[]): ContractBook {
  const parsed = rules.map((rule, i) => parseRule({ id: `rule-${i}`, ...rule }) as Rule)
  return new ContractBook(instrument, { rules: parsed, trace: false, commissionOf: () => null })
}

test('trades that no price moves cost nothing: in whatever measure, fired and waiting to be released, cooling down, or asleep until a session', () => {
  const book = bookOf({ ...SPY, ...HOURS }, [
    { kind: 'MAE_STOP', pct: '30' },
    { kind: 'MFE_TARGET', tiers: [{ pct: '50' }, { amount: '8000' }] },
    { kind: 'TRAILING_STOP', amount: '2000' },
    { kind: 'GIVEBACK', fraction: '0.9', armAmount: '10' },
    // These fire on the way down to 90, then wait: for the price to come back, for an hour to pass, for the evening.
    { kind: 'MAE_STOP', amount: '900', repeat: true },
    { kind: 'TRAILING_STOP', pct: '5', repeat: true, cooldown: 'PT1H' },
    { kind: 'MAE_STOP', pct: '0', scope: { sessions: ['POST'] } },
  ])
  const trades = 200
  for (let i = 0; i < trades; i++) book.enter(fillAt(`e${i}`, `DU${i}`, 'BUY', 100, 100, TEN + i))
  book.mark(90, TEN + 1_000)
  book.mark(96, TEN + 2_000)
  book.mark(90.5, TEN + 3_000)
  const fired = book.takeChanges().alerts.map(({ ruleId }) => ruleId)
  expect([...new Set(fired)].sort()).toEqual(['rule-4', 'rule-5'])
  const looks = vi.spyOn(RunningTrade.prototype, 'situation')
  for (let i = 0; i < 5_000; i++) book.mark(90.5 + (i % 2) * 0.01 + (i % 7) * 0.02, TEN + 4_000 + i)
  const alone = looks.mock.calls.length
  looks.mockRestore()
  // A look or two of each to find out how things stand, however many marks come.
  expect(alone).toBeLessThanOrEqual(3 * trades)
})

test('a cooldown that ends, and a session that begins, are looked at with the next mark, wherever it is', () => {
  const book = bookOf({ ...SPY, ...HOURS }, [
    { kind: 'MAE_STOP', pct: '5', repeat: true, cooldown: 'PT1H' },
    { kind: 'MAE_STOP', pct: '5', scope: { sessions: ['POST'] } },
  ])
  book.enter(fillAt('e', 'DU', 'BUY', 100, 100, TEN))
  const told = () => book.takeChanges().alerts.map(({ ruleId, ordinal, at }) => [ruleId, ordinal ?? 1, (at - TEN) / 60_000])
  for (const [price, minutes] of [
    [94, 1],
    [96, 2],
    [94, 3],
    [94.5, 60.9],
    [94.6, 61],
  ] as const)
    book.mark(price, TEN + minutes * 60_000)
  expect(told()).toEqual([
    ['rule-0', 1, 1],
    ['rule-0', 2, 61],
  ])
  book.mark(94.5, TEN + 359 * 60_000)
  expect(told()).toEqual([])
  book.mark(94.6, TEN + 360 * 60_000)
  expect(told()).toEqual([['rule-1', 1, 360]])
})

test('hours that become known wake a rule that is limited to sessions', () => {
  const book = bookOf(SPY, [{ kind: 'MAE_STOP', pct: '5', scope: { sessions: ['REGULAR'] } }])
  book.enter(fillAt('e', 'DU', 'BUY', 100, 100, TEN))
  book.mark(94, TEN + 1_000)
  expect(book.hasAlerts).toBe(false)
  book.describe({ ...SPY, ...HOURS })
  book.mark(94.5, TEN + 2_000)
  expect(book.takeChanges().alerts).toMatchObject([{ price: '94.5', at: TEN + 2_000 }])
})

test('a deadline is not late, nor is what comes before it settled, because a rule waits for a session', () => {
  const book = bookOf({ ...SPY, ...HOURS }, [
    { kind: 'TIME_STOP', after: 'PT1H', mfeBelowPct: '1' },
    { kind: 'MAE_STOP', pct: '5', scope: { sessions: ['POST'] } },
  ])
  book.enter(fillAt('e', 'DU', 'BUY', 100, 100, TEN))
  book.passTime(TEN + 7 * 3_600_000)
  expect(book.takeChanges().alerts).toMatchObject([{ ruleId: 'rule-0', at: TEN + 3_600_000 }])
  expect(book.settledAt).toBe(TEN + 3_600_000)
})
