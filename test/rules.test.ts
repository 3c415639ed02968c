// A rule as it is written, and what is said of one that cannot be read; the starters; and the hours a session is read from.
import { describe, expect, test } from 'vitest'
import { parseRule, type Rule, STARTER_RULES } from '#core/rules.ts'
import { sessionAt } from '#core/session.ts'
import { CHANNELS } from '#notify/channels.ts'

const stop = { id: 'stop', kind: 'MAE_STOP', pct: '3' }

function refused(rule: unknown): string | null {
  const parsed = parseRule(rule, CHANNELS)
  return 'refused' in parsed ? parsed.refused : null
}

describe('a rule that cannot be read is one line that says what was expected', () => {
  test.each<[object, string]>([
    [{ ...stop, scope: 'STK' }, 'rule stop: expected scope as an object such as {"secTypes":["STK"]}, found "STK"'],
    [{ ...stop, scope: { symbol: ['IBM'] } }, 'rule stop: expected scope of accounts, symbols, strategies, sides, secTypes, sessions, held; found symbol'],
    [{ ...stop, scope: { symbols: 'IBM' } }, 'rule stop: expected scope.symbols as a list such as ["DU1"], found "IBM"'],
    [{ ...stop, scope: { accounts: [7] } }, 'rule stop: expected in scope.accounts names; found 7'],
    [{ ...stop, scope: { sides: ['BUY'] } }, 'rule stop: expected in scope.sides LONG, SHORT; found "BUY"'],
    [
      { ...stop, scope: { secTypes: ['STOCK'] } },
      'rule stop: expected in scope.secTypes STK, OPT, FUT, FOP, CASH, BAG, BOND, CFD, CRYPTO, WAR, IOPT, FUND, CMDTY, IND; found "STOCK"',
    ],
    [{ ...stop, scope: { sessions: ['RTH'] } }, 'rule stop: expected in scope.sessions REGULAR, PRE, POST, OVERNIGHT; found "RTH"'],
    [{ ...stop, scope: { held: 'yes' } }, 'rule stop: expected scope.held as true or false, found "yes"'],
    [{ ...stop, scope: { constructor: [] } }, 'rule stop: expected scope of accounts, symbols, strategies, sides, secTypes, sessions, held; found constructor'],
    [{ ...stop, channels: 'slack' }, 'rule stop: expected channels as a list such as ["slack"], found "slack"'],
    [{ ...stop, channels: ['slack', 'pigeon'] }, 'rule stop: expected in channels slack, sms, webhook; found "pigeon"'],
    [{ ...stop, amount: '500' }, 'rule stop: expected one of pct, amount, r, found pct and amount'],
    [{ id: 'stop', kind: 'MAE_STOP' }, 'rule stop: expected pct, amount or r, found none'],
    [{ id: 'stop', kind: 'MAE_STOP', r: 'one' }, 'rule stop: expected r as a number, found "one"'],
    [{ id: 'back', kind: 'GIVEBACK', fraction: '0.5', amount: '100' }, 'rule back: GIVEBACK has no amount'],
    [{ id: 'to', kind: 'MFE_TARGET', tiers: [{ pct: '5' }, { take: '1/3' }] }, 'rule to: tiers[1]: expected pct, amount or r, found none'],
    [{ id: 'to', kind: 'MFE_TARGET', tiers: ['5'] }, 'rule to: tiers[0]: expected pct, amount or r, found none'],
    [{ id: 'to', kind: 'MFE_TARGET' }, 'rule to: expected tiers such as [{"pct":"5","take":"1/3"}], found none'],
    [{ ...stop, repeat: -1 }, 'rule stop: expected repeat as a whole number, 0 or true for without end, or false; found -1'],
    [{ ...stop, repeat: 'often' }, 'rule stop: expected repeat as a whole number, 0 or true for without end, or false; found "often"'],
    [{ ...stop, pct: '-3' }, 'rule stop: expected pct as 0 or more, found "-3"'],
    [{ id: 'to', kind: 'MFE_TARGET', tiers: [{ r: '1' }, { r: '-1' }] }, 'rule to: tiers[1]: expected r as 0 or more, found "-1"'],
    [
      { id: 'back', kind: 'GIVEBACK', fraction: '-0.5', armPct: '-1' },
      'rule back: expected fraction as 0 or more, found "-0.5"; expected armPct as 0 or more, found "-1"',
    ],
    [{ id: 'late', kind: 'TIME_STOP', after: 'PT1H', mfeBelowPct: '-1' }, 'rule late: expected mfeBelowPct as 0 or more, found "-1"'],
    [{ ...stop, cooldown: '5m' }, 'rule stop: expected cooldown as a duration such as PT15M, found "5m"'],
    [{ ...stop, confirm: 1.5 }, 'rule stop: expected confirm as a whole number from 1; found 1.5'],
    [{ ...stop, pct: '3', period: 3 }, 'rule stop: unknown field period'],
  ])('%o', (rule, line) => {
    expect(refused(rule)).toBe(line)
  })
})

test('what a rule may say of itself is read', () => {
  const scope = { accounts: ['DU1'], symbols: ['IBM'], strategies: ['gap up'], sides: ['LONG'], secTypes: ['STK'], sessions: ['REGULAR'], held: false }
  const rule = parseRule({ ...stop, scope, channels: ['slack'], repeat: true, cooldown: 'PT15M', confirm: 2 })
  expect(rule).toMatchObject({ scope, channels: ['slack'], times: Number.POSITIVE_INFINITY, cooldownMs: 900_000, confirm: 2, threshold: { measure: 'pct' } })
})

test('nothing is what a distance may be at least; where a trade stands may be below zero', () => {
  expect(refused({ id: 'stop', kind: 'MAE_STOP', pct: '0' })).toBeNull()
  expect(refused({ id: 'back', kind: 'GIVEBACK', fraction: '0.5', armPct: '0' })).toBeNull()
  expect(refused({ id: 'flat', kind: 'NO_PROGRESS', after: 'PT1H', resultBelowPct: '-1' })).toBeNull()
})

test('without end is one thing, however it is said: true in a file, 0 where only numbers can be said', () => {
  const [yes, zero] = [true, 0].map((repeat) => parseRule({ ...stop, repeat }) as Rule)
  expect(zero).toEqual(yes)
  expect(zero).toMatchObject({ times: Number.POSITIVE_INFINITY, definition: { repeat: true } })
})

test('without an arming threshold a trail is armed from the start, in the view it measures', () => {
  const armOf = (rule: object) => (parseRule({ id: 'x', ...rule }) as Rule).arm
  expect(armOf({ kind: 'TRAILING_STOP', pct: '2' })).toMatchObject({ measure: 'pct', near: 0 })
  expect(armOf({ kind: 'TRAILING_STOP', r: '2' })).toMatchObject({ measure: 'amount', near: 0 })
  expect(armOf({ kind: 'GIVEBACK', fraction: '0.5' })).toMatchObject({ measure: 'pct', near: 0 })
})

test('a stored rule still warns when a channel that it names was taken away; the one that is written names those there are', () => {
  const body = { ...stop, channels: ['pigeon', 'slack'] }
  expect(parseRule(body)).toMatchObject({ channels: ['pigeon', 'slack'] })
  expect(parseRule(body, [...CHANNELS, 'pigeon'])).toMatchObject({ channels: ['pigeon', 'slack'] })
  expect(parseRule({ ...stop, channels: [7] })).toEqual({ refused: 'rule stop: expected in channels names; found 7' })
  expect(parseRule({ ...stop, channels: 'slack' })).toEqual({ refused: 'rule stop: expected channels as a list such as ["slack"], found "slack"' })
})

describe('the starters', () => {
  const rules = STARTER_RULES.map((rule) => parseRule(rule) as Rule)

  test('can all be read; percentages of the price are for stocks, the others are off', () => {
    expect(STARTER_RULES.map(refused)).toEqual(STARTER_RULES.map(() => null))
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    const on = rules.filter(({ enabled }) => enabled)
    expect(on.map(({ id }) => id)).toEqual(['hard-stop', 'scale-out', 'trail', 'giveback', 'time-stop', 'no-momentum'])
    expect(on.map(({ scope }) => scope)).toEqual(on.map(() => ({ secTypes: ['STK'] })))
  })

  test('those for futures and currencies are in R, those for options in percent of the premium', () => {
    const measuresFor = (secType: string) =>
      new Set(
        rules
          .filter(({ scope }) => scope.secTypes?.includes(secType))
          .flatMap(({ threshold, arm, below, tiers }) => [threshold, arm, below, ...tiers.map((tier) => tier.threshold)])
          .flatMap((one) => one?.measure ?? []),
      )
    expect([...measuresFor('FUT')]).toEqual(['r'])
    expect([...measuresFor('CASH')]).toEqual(['r'])
    expect([...measuresFor('OPT')]).toEqual(['pct'])
    expect([...measuresFor('FOP')]).toEqual(['pct'])
  })
})

describe('the session of an instant', () => {
  const at = (clock: string) => Date.parse(`2026-11-20T${clock}Z`)
  const stock = { timeZone: 'US/Eastern', tradingHours: '20261120:0400-20261120:2000', liquidHours: '20261120:0930-20261120:1600' }
  const future = {
    timeZone: 'America/Chicago',
    tradingHours: '20261119:1700-20261120:1600;20261122:1700-20261123:1600;20261126:1700-20261127:1200',
    liquidHours: '20261120:0830-20261120:1515;20261123:0830-20261123:1515;20261127:CLOSED',
  }

  test.each([
    ['08:59:59.999', 'OVERNIGHT'],
    ['09:00:00.000', 'PRE'],
    ['14:29:59.999', 'PRE'],
    ['14:30:00.000', 'REGULAR'],
    ['20:59:59.999', 'REGULAR'],
    ['21:00:00.000', 'POST'],
  ])('a stock at %s UTC: %s', (clock, session) => {
    const found = sessionAt(at(clock), stock)
    expect(found.session).toBe(session)
    expect(found.from).toBeLessThanOrEqual(at(clock))
    expect(found.until).toBeGreaterThan(at(clock))
  })

  test('a future: what began the evening before is overnight, what follows the regular session is after it, a holiday has none', () => {
    const sessions = ['2026-11-20T05:00Z', '2026-11-20T15:00Z', '2026-11-20T21:30Z', '2026-11-21T15:00Z', '2026-11-27T15:00Z']
    expect(sessions.map((time) => sessionAt(Date.parse(time), future).session)).toEqual(['OVERNIGHT', 'REGULAR', 'POST', 'OVERNIGHT', 'OVERNIGHT'])
  })

  test('hours nobody told say nothing', () => {
    expect(sessionAt(at('15:00:00'), {}).session).toBe(null)
    const { tradingHours: _, ...liquidOnly } = stock
    expect([sessionAt(at('15:00:00'), liquidOnly).session, sessionAt(at('22:00:00'), liquidOnly).session]).toEqual(['REGULAR', null])
  })

  test('law: a span is one session all through', () => {
    for (const hours of [stock, future]) {
      for (let from = at('00:00'); from < at('00:00') + 8 * 86_400_000; ) {
        const { session, until } = sessionAt(from, hours)
        for (const between of [from, (from + until) / 2, until - 1]) expect(sessionAt(Math.floor(between), hours).session).toBe(session)
        from = until
      }
    }
  })
})
