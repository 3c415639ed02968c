// Alerts judged by what came after them: right, wrong, neither, not seen, not over; and the warnings nobody gave.
import { describe, expect, test } from 'vitest'
import { reviewDay } from '#core/review.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import type { StoredAlert } from '#core/stored.ts'
import { judge, type Known } from '#core/verdict.ts'
import { alerts, at, DAY, ibm, sketch, withStop } from '#test/example-day.ts'

const trade = sketch({
  instrument: ibm,
  fills: [
    ['10:00:00', 100, '100'],
    ['11:00:00', -100, '100.2'],
  ],
  marks: [
    ['10:10:00', '103'],
    ['10:20:00', '102'],
    ['10:30:00', '101.9'],
    ['10:40:00', '100.9'],
    ['10:50:00', '100.5'],
  ],
})

const known: Known = { points: trade.points, shadow: [], hours: ibm, asOf: null }
const alert = (clock: string, price: string): StoredAlert => ({
  ...(alerts[0] as StoredAlert),
  tradeId: trade.trade.tradeId,
  at: at(clock),
  price,
  ruleId: 'trail',
})
const rule = (body: object): Rule => parseRule(body) as Rule
const seen = (...prices: [string, number][]) => prices.map(([clock, price]) => ({ at: at(clock), price }))

describe('verdicts', () => {
  test('it lost another 1 % before it recovered 1 %', () => {
    expect(judge(alert('10:20:00', '102'), trade.trade, known)).toBe('TRUE_POSITIVE')
  })
  test('half of the risk, where a stop was set: it came back first', () => {
    const tight = withStop(trade.trade, '98')
    expect(judge(alert('10:05:00', '100'), tight, known)).toBe('FALSE_POSITIVE')
  })
  test('neither while the trade lasted, and nobody looked on: CENSORED; still to come: PENDING', () => {
    const late = alert('10:50:00', '100.5')
    expect(judge(late, trade.trade, known)).toBe('CENSORED')
    expect(judge(late, trade.trade, { ...known, asOf: at('11:30:00') })).toBe('PENDING')
    expect(judge(late, trade.trade, { ...known, asOf: at('16:30:00') })).toBe('CENSORED')
  })
  test('prices after the exit settle it', () => {
    const late = alert('10:50:00', '100.5')
    expect(judge(late, trade.trade, { ...known, shadow: seen(['11:05:00', 100.3], ['11:20:00', 99.4]) })).toBe('TRUE_POSITIVE')
    expect(judge(late, trade.trade, { ...known, shadow: seen(['11:05:00', 101.6]) })).toBe('FALSE_POSITIVE')
    expect(judge(late, trade.trade, { ...known, shadow: seen(['11:30:00', 100.6], ['16:00:00', 100.4]) })).toBe('NEUTRAL')
  })
  test('an open trade is not over', () => {
    expect(judge(alert('10:50:00', '100.5'), { ...trade.trade, closedAt: null }, known)).toBe('PENDING')
  })
})

describe('the lists', () => {
  const trail = rule({ id: 'trail', kind: 'TRAILING_STOP', pct: '2', armPct: '1' })
  const input = {
    day: DAY,
    trades: [trade.trade],
    instruments: [ibm],
    trajectories: new Map([[trade.trade.tradeId, trade.points]]),
    rules: [{ rule: trail, since: null }],
  }
  const reviewOf = (given: readonly StoredAlert[], rules = input.rules) => reviewDay({ ...input, alerts: given, rules }).accounts[0]

  test('a fall nobody warned of is MISSED, with what it was worth then and at the end', () => {
    expect(reviewOf([])?.lapses.missed).toMatchObject([{ ruleId: 'trail', at: at('10:40:00'), resultThen: '90', resultEnd: '20', difference: '-70' }])
  })
  test('a rule that came after the trade is not blamed', () => {
    expect(reviewOf([], [{ rule: trail, since: at('10:30:00') } as never])?.lapses.missed).toEqual([])
  })
  test('a warning that was given is not missed; nothing sold within ten minutes: IGNORED', () => {
    const lapses = reviewOf([alert('10:40:00', '100.9')])?.lapses
    expect(lapses?.missed).toEqual([])
    expect(lapses?.ignored).toMatchObject([{ ruleId: 'trail', resultThen: '90', difference: '-70' }])
    expect(reviewOf([alert('10:55:00', '100.4')])?.lapses.ignored).toEqual([])
  })
  test('a rule counts what is settled, and says how much is not', () => {
    const given = [alert('10:20:00', '102'), { ...alert('10:50:00', '100.5'), tier: 1 }]
    expect(reviewOf(given)?.rules).toMatchObject([{ ruleId: 'trail', fired: 2, hitRate: '100', verdicts: { TRUE_POSITIVE: 1, CENSORED: 1 } }])
  })
  test('a late alert stands in the list of late ones', () => {
    expect(reviewOf([{ ...alert('10:40:00', '100.9'), state: 'LATE' }])?.lapses.late).toHaveLength(1)
  })
})

test('a stop is noise where the contract, after it, went as far the other way as was at stake', () => {
  const stopped = sketch({
    instrument: ibm,
    fills: [
      ['10:00:00', 100, '100'],
      ['10:30:00', -100, '99'],
    ],
    marks: [['10:10:00', '100.1']],
    more: { initialStop: '99' },
  })
  const noise = (shadow: Known['shadow']) =>
    reviewDay({
      day: DAY,
      trades: [stopped.trade],
      alerts: [],
      instruments: [ibm],
      trajectories: new Map(),
      shadows: new Map([[stopped.trade.tradeId, shadow]]),
    }).accounts[0]?.noise
  expect(noise([])).toEqual([])
  expect(noise(seen(['10:40:00', 100.5], ['10:50:00', 101.2]))).toMatchObject([{ price: '101.2', at: at('10:50:00') }])
})
