// Alerts judged again after history changed: what was told is never told twice, what never was is not taken for told, and repeated ones are told apart.
import { describe, expect, test } from 'vitest'
import { LATE_MS, rejudge } from '#core/judge.ts'
import { alertKey, type RaisedAlert } from '#core/raised.ts'
import type { AlertState, StoredAlert } from '#core/stored.ts'

const NOW = Date.UTC(2026, 10, 20, 15)

function raised(minutesAgo: number, more: Partial<RaisedAlert> = {}): RaisedAlert {
  return {
    ...{ ruleId: 'trail', ruleIndex: 0, tier: 0, tradeId: 'ORDER:DU1:8314:a', unit: 'ORDER', account: 'DU1', conId: 8314, symbol: 'IBM' },
    ...{ at: NOW - minutesAgo * 60_000, price: '182.9', pct: '-0.1', severity: 'warn', openedAt: NOW - 3_600_000 },
    ...more,
  }
}

function stored({ ruleIndex: _, ...alert }: RaisedAlert, state: AlertState, stateBefore?: AlertState): StoredAlert {
  const kept = { id: alertKey(alert), seq: 1, state, ruleVersion: 1, raisedAt: alert.at, message: '' }
  return { ...alert, ...kept, ...(stateBefore === undefined ? {} : { stateBefore }) }
}

const statesOf = (was: readonly StoredAlert[], standing: readonly RaisedAlert[]) => rejudge(was, standing, NOW).changed.map(({ state }) => state)

describe('an alert that was withdrawn and stands again', () => {
  test.each<[AlertState, number, AlertState]>([
    ['RAISED', 30, 'RAISED'],
    ['LATE', 30, 'LATE'],
    ['ALREADY_BEYOND', 1, 'ALREADY_BEYOND'],
    ['MISSED', 30, 'MISSED'],
    // Nobody was told of it, and it is news now.
    ['MISSED', 1, 'RAISED'],
  ])('was %s, and its fact is %i minutes old: %s', (before, minutesAgo, after) => {
    const alert = raised(minutesAgo)
    expect(statesOf([stored(alert, 'WITHDRAWN', before)], [alert])).toEqual([after])
  })

  test('before it was written down what it had been, it was told', () => {
    expect(statesOf([stored(raised(30), 'WITHDRAWN')], [raised(30)])).toEqual(['RAISED'])
  })

  test('a missed one, withdrawn, standing again, and so on, never becomes one that was told', () => {
    const alert = raised(LATE_MS / 60_000 + 1)
    let row = stored(alert, 'MISSED')
    for (let i = 0; i < 3; i++) {
      const { withdrawn } = rejudge([row], [], NOW)
      expect(withdrawn).toEqual([row])
      row = { ...row, state: 'WITHDRAWN', stateBefore: row.state }
      const { changed } = rejudge([row], [alert], NOW)
      expect(changed.map(({ state }) => state)).toEqual(['MISSED'])
      row = stored(alert, 'MISSED')
    }
  })
})

describe('a rule that repeats itself', () => {
  const times = [raised(50), raised(40, { ordinal: 2 }), raised(30, { ordinal: 3 })]

  test('each firing is an alert of its own; the first has the name it always had', () => {
    expect(times.map(alertKey)).toEqual(['trail|0|ORDER:DU1:8314:a', 'trail|0|ORDER:DU1:8314:a|2', 'trail|0|ORDER:DU1:8314:a|3'])
    expect(
      rejudge(
        times.map((alert) => stored(alert, 'RAISED')),
        times,
        NOW,
      ),
    ).toEqual({ changed: [], withdrawn: [] })
  })

  test('one less: the last is withdrawn, none is told again', () => {
    const was = times.map((alert) => stored(alert, 'RAISED'))
    const { changed, withdrawn } = rejudge(was, [raised(50), raised(30, { ordinal: 2 })], NOW)
    expect(changed.map(({ alert, state }) => [alert.ordinal, alert.at, state])).toEqual([[2, NOW - 30 * 60_000, 'RAISED']])
    expect(withdrawn.map(({ ordinal }) => ordinal)).toEqual([3])
  })

  test('one more, long ago: it was missed', () => {
    const was = times.slice(0, 2).map((alert) => stored(alert, 'RAISED'))
    expect(rejudge(was, times, NOW).changed.map(({ alert, state }) => [alert.ordinal, state])).toEqual([[3, 'MISSED']])
  })
})
