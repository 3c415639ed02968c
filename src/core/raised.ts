// An alert as the core raises it: its name, and its place among the others. Pure.
import type { Instant } from './time.ts'
import type { Alert } from './trade.ts'

export interface RaisedAlert extends Alert {
  /** The rule's line: the last but one key of the order in which alerts are printed. */
  readonly ruleIndex: number
  /** Its condition held at the first price heard of a trade that was adopted, or before its rule came to look: it is listed, it did not fire. */
  readonly beyond?: true
}

/** What was raised of trades up to an instant, by the name of the first alert of its kind: how often, and when last. */
export type RaisedBefore = ReadonlyMap<string, { readonly times: number; readonly at: Instant }>

/** The name of an alert: the same rule, tier and trade make the same one, and where it repeats itself, the same firing of them. */
export function alertKey({ ruleId, tier, tradeId, ordinal = 1 }: Pick<RaisedAlert, 'ruleId' | 'tier' | 'tradeId' | 'ordinal'>): string {
  return `${ruleId}|${tier}|${tradeId}${ordinal === 1 ? '' : `|${ordinal}`}`
}

/** The order in which alerts are printed: time, opening, trade, the rule's line, tier. */
export function compareAlerts(a: RaisedAlert, b: RaisedAlert): number {
  return a.at - b.at || a.openedAt - b.openedAt || compareText(a.tradeId, b.tradeId) || a.ruleIndex - b.ruleIndex || a.tier - b.tier
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
