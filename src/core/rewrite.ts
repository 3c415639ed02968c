// What has to be rewritten when a contract was folded again: the trades and alerts that differ from what is stored. Pure.
import { familyOf } from './execution.ts'
import type { RaisedAlert } from './raised.ts'
import { type Judged, rejudge } from './judge.ts'
import type { StoredAlert, StoredTrade } from './stored.ts'
import type { Instant } from './time.ts'
import type { Trade } from './trade.ts'

export interface Folded {
  readonly trades: readonly Trade[]
  readonly alerts: readonly RaisedAlert[]
}

export interface Rewrite {
  readonly changed: readonly Trade[]
  readonly removed: readonly string[]
  readonly judged: readonly Judged[]
  readonly withdrawn: readonly StoredAlert[]
  /** What was said of each trade that changed or went, and what is said now. */
  readonly audit: readonly { readonly tradeId: string; readonly before: unknown; readonly after: unknown }[]
}

/** `stored` trades and alerts are those of the contract since the moment the fold began with. */
export function rewriteOf(
  stored: { readonly trades: readonly StoredTrade[]; readonly alerts: readonly StoredAlert[] },
  folded: Folded,
  marketTime: Instant,
): Rewrite {
  const was = new Map(stored.trades.map((trade) => [trade.tradeId, trade]))
  const is = new Map(folded.trades.map((trade) => [trade.tradeId, trade]))
  const changed = folded.trades.filter((trade) => !isSame(was.get(trade.tradeId), trade))
  const removed = [...was.keys()].filter((tradeId) => !is.has(tradeId))
  const rewritten = new Set([...changed.map((trade) => trade.tradeId), ...removed])
  const { changed: judged, withdrawn } = rejudge(stored.alerts, folded.alerts, marketTime, ({ tradeId }, alert) =>
    isNow(was.get(tradeId), is.get(alert.tradeId)),
  )
  return {
    changed,
    removed,
    judged,
    withdrawn,
    audit: [...rewritten].map((tradeId) => ({ tradeId, before: summary(was.get(tradeId)), after: summary(is.get(tradeId)) })),
  }
}

/** A fill that came late, or one that was taken back, gives a trade another opening, and so another name: it is told by the fill that opened either. */
function isNow(was: Trade | undefined, is: Trade | undefined): boolean {
  if (was === undefined || is === undefined || was.unit !== is.unit || was.account !== is.account || was.side !== is.side) return false
  return entersBy(is, openingOf(was)) || entersBy(was, openingOf(is))
}

function openingOf({ fills }: Trade): string | null {
  const opening = fills.find(({ role }) => role === 'ENTRY')
  return opening === undefined ? null : familyOf(opening.executionId)
}

function entersBy({ fills }: Trade, family: string | null): boolean {
  return fills.some(({ role, executionId }) => role === 'ENTRY' && familyOf(executionId) === family)
}

function isSame(stored: StoredTrade | undefined, trade: Trade): boolean {
  if (stored === undefined) return false
  return (Object.keys(trade) as (keyof Trade)[]).every((name) => isEqual(stored[name], trade[name]))
}

/** Equal whatever the order of the fields: a store may give them back in another one. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => isEqual((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]))
}

function summary(trade: Trade | undefined): unknown {
  if (trade === undefined) return null
  const { quantity, entryPrice, exitPrice, grossPnl, commission, status, mfe, mae } = trade
  return { quantity, entryPrice, exitPrice, grossPnl, commission, status, mfePx: mfe.price, maePx: mae.price }
}
