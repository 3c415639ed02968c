// What a person reads in a terminal: what all rows share is said once, and a day of one account fits 80 columns.
import { expect, test } from 'vitest'
import type { Alert, Trade } from '#core/trade.ts'
import { drawer } from '#src/cli/terminal.ts'
import { alertTable, tradeTable } from '#src/cli/trade-table.ts'
import { givenBack, shortWon } from './example-day.ts'

const trades: readonly Trade[] = [givenBack.trade, shortWon.trade]

test('one account, one day, one currency: said above, and no line is wider than 80 columns', () => {
  const lines = tradeTable(trades.map((trade) => ({ ...trade, account: 'DU1', currency: 'USD' }))).split('\n')
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d UTC · account DU1 · in USD$/)
  expect(lines[1]).toMatch(/^opened\s+symbol\s+side\s+qty\s+entry\s+exit\s+MFE %\s+MAE %\s+net/)
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test('what differs is a column of its own: day, account, currency', () => {
  const [first, second] = trades as [Trade, Trade]
  const text = tradeTable([first, { ...second, account: 'DU2', currency: 'EUR', openedAt: first.openedAt + 86_400_000 }])
  expect(text.split('\n')[0]).toBe('times in UTC')
  expect(text.split('\n')[1]).toMatch(/^day\s+opened\s+account\s+symbol.*\bin$/)
})

test('a result whose commission is unknown says that it is gross; an unknown percentage is unknown', () => {
  const [trade] = trades as [Trade]
  const text = tradeTable([{ ...trade, netPnl: null, commission: null, mfe: { ...trade.mfe, pct: null } }])
  expect(text).toContain('unknown')
  expect(text).toMatch(/\*.*\n\* gross: a commission is unknown$/)
})

test('R stands there where somebody said a stop', () => {
  const [trade] = trades as [Trade]
  const risk = { amount: '50', stop: '1', entryPrice: '2', quantity: '50', frozenAt: trade.openedAt }
  const text = tradeTable([{ ...trade, netPnl: '-75', plan: { risk, stop: '1', target: null, moves: [] } }])
  expect(text).toMatch(/-75\.00\s+-1\.50$/)
  expect(tradeTable([{ ...trade, plan: null }])).not.toMatch(/\bR\b/)
})

test('times are on the clock that is asked for, and the table says which', () => {
  const [trade] = trades as [Trade]
  const [above, , row] = tradeTable([{ ...trade, openedAt: Date.parse('2026-11-21T01:02:03Z') }], 'America/New_York').split('\n')
  expect(above).toMatch(/^2026-11-20 America\/New_York/)
  expect(row).toMatch(/^20:02:03 /)
})

test('a star beside some results leaves the digits of all below each other', () => {
  const [trade] = trades as [Trade]
  const [, , first, second] = tradeTable([
    { ...trade, netPnl: null, currency: 'USD' },
    { ...trade, netPnl: '1', currency: 'EUR' },
  ]).split('\n')
  expect(first?.indexOf('*')).toBe((second?.lastIndexOf('1.00') ?? 0) + 4)
})

test('drawn over in a terminal: nothing wraps, nothing scrolls away, and the next drawing goes back over all of it', () => {
  const said: string[] = []
  const draw = drawer({ isTTY: true, columns: 10, rows: 4, write: (text) => said.push(text) })
  draw('1\n2234567890\n3\n4\n5')
  draw('1')
  expect(said).toEqual(['\u001b[J1\n22345678…\n… 3 more\n', '\u001b[3A\u001b[J1\n'])
})

test('elsewhere than in a terminal what is the same as before is said once', () => {
  const said: string[] = []
  const draw = drawer({ write: (text) => said.push(text) })
  for (const text of ['a', 'a', 'b', 'a']) draw(text)
  expect(said).toEqual(['a\n', 'b\n', 'a\n'])
})

test('nothing to show says so', () => {
  expect(tradeTable([])).toBe('no trades')
  expect(alertTable([])).toBe('no alerts')
})

test('alerts: the same, tiers counted from one', () => {
  const { tradeId, unit, account, conId, symbol, openedAt } = givenBack.trade
  const alert: Alert = { ruleId: 'scale-out', tier: 1, tradeId, unit, account, conId, symbol, at: openedAt, openedAt, price: '108', pct: '8', severity: 'warn' }
  const text = alertTable([alert])
  expect(text.split('\n')[0]).toContain(`account ${account}`)
  expect(text).toMatch(/warn\s+\S+\s+scale-out 2\s+108\s+8\.00$/)
})
