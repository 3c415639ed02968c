// The trade engine said twice: this is the second saying, brute force in exact fractions, written from INTERFACES.md alone.
// It exists to be compared with the product's own engine (book.property.test.ts). It never imports from src, and it is never made faster.
import { fillsOf } from './naive/fills.ts'
import { acceptedMarks } from './naive/filter.ts'
import { alertsOf } from './naive/rules.ts'
import { compareText, type Json, type NaiveTapes, read, type Unit } from './naive/tape.ts'
import { sign } from './naive/fraction.ts'
import { momentsOf, printTrade } from './naive/trade.ts'
import { tradesAsHeld } from './naive/words.ts'

export interface NaiveInput extends NaiveTapes {
  readonly filter: 'default' | 'none'
  readonly unit: 'order' | 'round-trip' | 'both'
  readonly rules: readonly string[]
}

/**
 * What `replay --json --rules` prints: the trades, then the alerts, each with its keys in the printed order. And what it does not print: by trade and
 * execution, where the broker closed by force.
 */
export function naiveReplay(input: NaiveInput): { trades: Json[]; alerts: Json[]; liquidations: ReadonlySet<string> } {
  const told = read(input)
  const fills = fillsOf(told)
  const standing = fills.filter(({ quantity }) => sign(quantity) !== 0)
  const marks = acceptedMarks(told, standing, input.filter)
  const held = [...told.held].map((family) => ({ family, name: 'held', value: true }))
  const all = tradesAsHeld(fills, told.splits, held)
  const units: Unit[] = input.unit === 'both' ? ['ORDER', 'ROUND_TRIP'] : input.unit === 'order' ? ['ORDER'] : ['ROUND_TRIP']
  const rules = input.rules.flatMap((text, line) => (text.trim() === '' ? [] : [{ line, rule: JSON.parse(text) as Json }]))
  const found = all.filter(({ unit }) => units.includes(unit)).map((trade) => ({ trade, moments: momentsOf(trade, marks, told) }))
  const trades = found.map(({ trade, moments }) => printTrade(trade, moments, told))
  const alerts = found.flatMap(({ trade, moments }) => rules.flatMap(({ rule, line }) => alertsOf(rule, line, trade, moments, told, all)))
  return {
    liquidations: new Set(
      found.flatMap(({ trade }) => trade.parts.flatMap(({ fill }) => (fill.isLiquidation ? [`${trade.tradeId} ${fill.executionId}`] : []))),
    ),
    trades: trades.sort((a, b) => compareText(a.openedAt, b.openedAt) || compareText(a.tradeId, b.tradeId)),
    alerts: alerts
      .sort(
        (a, b) =>
          a.at - b.at ||
          a.openedAt - b.openedAt ||
          compareText(a.print.tradeId, b.print.tradeId) ||
          a.line - b.line ||
          Number(a.print.tier) - Number(b.print.tier),
      )
      .map((alert) => alert.print),
  }
}
