// The market's days: told from the contract's own hours.
import { addDays, closesPassed, endOfDay, marketDay, sessionClose, tradedMs, zoneOf } from '#core/session.ts'
import { parseInstant, printInstant } from '#core/time.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const stock = { timeZone: 'US/Eastern', liquidHours: '20131007:0930-20131007:1600;20131008:CLOSED;20131009:0930-20131009:1300' }
const future = {
  timeZone: 'US/Central',
  tradingHours:
    '20131006:CLOSED;20131006:1700-20131007:1515;20131007:1530-20131007:1600;20131007:1700-20131008:1515;20131008:1530-20131008:1600;20131012:CLOSED;20131013:CLOSED',
}
const at = (text: string) => parseInstant(text) as number
const print = (instant: number | null) => (instant === null ? null : printInstant(instant))

describe('the close of a day', () => {
  test.each([
    ['a regular day', '2013-10-07', stock, '2013-10-07T20:00:00.000Z'],
    ['a holiday has none', '2013-10-08', stock, null],
    ['a half day closes early', '2013-10-09', stock, '2013-10-09T17:00:00.000Z'],
    ['a day the text does not name closes like its weekday, in winter time too', '2013-12-02', stock, '2013-12-02T21:00:00.000Z'],
    ['a weekend the text does not name is closed', '2013-10-12', stock, null],
    [
      'the older form of the hours',
      '2013-10-07',
      { timeZone: 'EST (Eastern Standard Time)', liquidHours: '20131007:0930-1600;20131008:CLOSED' },
      '2013-10-07T20:00:00.000Z',
    ],
    [
      'several stretches: the last one closes',
      '2013-10-07',
      { timeZone: 'Asia/Hong_Kong', liquidHours: '20131007:0930-1200,1300-1600' },
      '2013-10-07T08:00:00.000Z',
    ],
    ['a future closes on the date its session ends', '2013-10-07', future, '2013-10-07T21:00:00.000Z'],
    ['unknown hours: 16:00 on the exchange clock', '2026-11-20', { timeZone: 'Europe/Berlin' }, '2026-11-20T15:00:00.000Z'],
    ['unknown zone: New York', '2026-11-20', {}, '2026-11-20T21:00:00.000Z'],
    ['text that cannot be read is unknown', '2026-11-20', { timeZone: 'Mars/Olympus', liquidHours: 'whenever' }, '2026-11-20T21:00:00.000Z'],
  ])('%s', (_story, day, instrument, close) => {
    expect(print(sessionClose(day, instrument))).toBe(close)
  })
})

describe('the day of an instant', () => {
  test.each([
    ['a trade before the opening', '2013-10-07T12:00:00Z', stock, '2013-10-07'],
    ['after hours it is still that day, though UTC says the next', '2013-10-08T01:00:00Z', stock, '2013-10-07'],
    ['a future on Sunday evening belongs to Monday', '2013-10-06T23:00:00Z', future, '2013-10-07'],
    ['a future on Monday evening belongs to Tuesday', '2013-10-07T22:30:00Z', future, '2013-10-08'],
    ['weeks later the evening still belongs to the next day', '2013-11-05T23:30:00Z', future, '2013-11-06'],
    ['a future on Friday evening has no next session to belong to', '2013-10-11T22:30:00Z', future, '2013-10-11'],
    ['unknown hours: the date on the exchange clock', '2026-11-20T02:00:00Z', {}, '2026-11-19'],
  ])('%s', (_story, instant, instrument, day) => {
    expect(marketDay(at(instant), instrument)).toBe(day)
  })
})

describe('the time in which a contract trades', () => {
  test.each([
    ['an hour of a session', '2013-10-07T14:00:00Z', '2013-10-07T15:00:00Z', stock, 3_600_000],
    ['a night between two sessions does not count', '2013-10-09T16:30:00Z', '2013-10-10T14:00:00Z', stock, 3_600_000],
    ['a time wholly outside', '2013-10-09T21:00:00Z', '2013-10-09T22:00:00Z', { timeZone: 'US/Eastern', liquidHours: '20131009:0930-20131009:1600' }, 0],
    ['no time', '2013-10-07T14:00:00Z', '2013-10-07T14:00:00Z', stock, 0],
    ['unknown hours', '2013-10-07T14:00:00Z', '2013-10-07T15:00:00Z', {}, null],
  ])('%s', (_story, from, until, instrument, ms) => {
    expect(tradedMs(at(from), at(until), instrument)).toBe(ms)
  })

  test('law: cut anywhere, the parts add up to the whole', () => {
    const [from, until] = [at('2013-10-05T00:00:00Z'), at('2013-10-20T00:00:00Z')]
    fc.assert(
      fc.property(fc.integer({ min: from, max: until }), fc.constantFrom(stock, future), (cut, instrument) => {
        expect((tradedMs(from, cut, instrument) ?? 0) + (tradedMs(cut, until, instrument) ?? 0)).toBe(tradedMs(from, until, instrument))
      }),
    )
  })
})

test('law: the end of a day is the first instant of another one', () => {
  for (const instrument of [stock, future, {}, { timeZone: 'Asia/Tokyo' }]) {
    for (let day = '2013-10-07', i = 0; i < 40; i++, day = addDays(day, 1)) {
      const end = endOfDay(day, instrument)
      expect(marketDay(end - 1, instrument) <= day).toBe(true)
      expect(marketDay(end, instrument) > day).toBe(true)
    }
  }
})

test('every zone name a gateway uses can be read', () => {
  for (const timeZone of ['US/Eastern', 'EST5EDT', 'MET', 'GB-Eire', 'Japan', 'EST (Eastern Standard Time)', 'Hongkong', '']) {
    expect(() => marketDay(0, { timeZone: zoneOf({ timeZone }) })).not.toThrow()
  }
})

describe('closes passed', () => {
  const hongKong = { timeZone: 'Asia/Hong_Kong' }
  test.each([
    ['the step that reaches the close', '2013-10-07T19:59:59.999Z', '2013-10-07T20:00:00Z', [stock], ['2013-10-07']],
    ['the next step', '2013-10-07T20:00:00Z', '2013-10-07T20:00:01Z', [stock], []],
    ['a holiday has no close to pass', '2013-10-08T00:00:00Z', '2013-10-09T00:00:00Z', [stock], []],
    ['a long sleep: every day', '2013-10-07T12:00:00Z', '2013-10-11T20:00:00Z', [stock], ['2013-10-07', '2013-10-09', '2013-10-10', '2013-10-11']],
    ['several exchanges: the last close of the day', '2026-11-19T07:00:00Z', '2026-11-20T09:00:00Z', [{}, hongKong], ['2026-11-19']],
    ['time that stands still, or runs back', '2013-10-07T20:00:00Z', '2013-10-07T19:00:00Z', [stock], []],
    ['nothing traded', '2013-10-07T12:00:00Z', '2013-10-11T20:00:00Z', [], []],
  ])('%s', (_story, previous, now, instruments, days) => {
    expect(closesPassed(at(previous), at(now), instruments)).toEqual(days)
  })

  test('law: however a stretch of time is cut into steps, every close is passed exactly once', () => {
    const [from, until] = [at('2013-10-05T00:00:00Z'), at('2013-10-20T00:00:00Z')]
    const whole = closesPassed(from, until, [stock, future])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: from, max: until }), { maxLength: 30 }), (cuts) => {
        const steps = [from, ...cuts.sort((a, b) => a - b), until]
        expect(steps.slice(1).flatMap((now, index) => closesPassed(steps[index] as number, now, [stock, future]))).toEqual(whole)
      }),
    )
  })

  test('at the start nothing is known to have passed', () => {
    expect(closesPassed(null, at('2013-10-07T20:00:00Z'), [stock])).toEqual([])
  })
})
