// Whether a trade or an alert that was just told is one a subscriber asked for. Pure; the store's SQL says the same of stored ones (a test compares).
import { type DecimalText, decimal } from '#core/decimal.ts'
import { givebackOf } from '#core/giveback.ts'
import type { AlertFilter, TradeFilter } from '#core/query.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'

export function matchesTrade(filter: TradeFilter, trade: StoredTrade): boolean {
  const { held, strategies, tags } = filter
  return (
    (filter.unit ?? 'ORDER') === trade.unit &&
    among(filter.ids, trade.tradeId) &&
    among(filter.accounts, trade.account) &&
    among(filter.symbols, trade.symbol) &&
    among(filter.conIds, trade.conId) &&
    among(filter.sides, trade.side) &&
    is(filter.status, trade.status) &&
    is(filter.mode, trade.mode) &&
    is(held, trade.held) &&
    (strategies === undefined || (trade.strategy !== null && strategies.includes(trade.strategy))) &&
    (tags === undefined || trade.tags.some((tag) => tags.includes(tag))) &&
    within(filter.openedFrom, filter.openedUntil, trade.openedAt) &&
    within(filter.closedFrom, filter.closedUntil, trade.closedAt) &&
    (filter.mistakes === undefined || trade.mistakes?.some((mistake) => filter.mistakes?.includes(mistake)) === true) &&
    between(filter.netPnlMin, filter.netPnlMax, trade.netPnl) &&
    between(filter.mfePctMin, filter.mfePctMax, trade.mfe.pct) &&
    between(filter.maePctMin, filter.maePctMax, trade.mae.pct) &&
    between(filter.givebackMin, filter.givebackMax, givebackOf(trade))
  )
}

/** Whether a trade that is gone may have been one of them: its id names its kind and its account. */
export function mayMatch({ unit = 'ORDER', accounts }: TradeFilter, tradeId: string): boolean {
  const [kind, account = ''] = tradeId.split(':')
  return kind === unit && among(accounts, account)
}

export function matchesAlert(filter: AlertFilter, alert: StoredAlert): boolean {
  return (
    among(filter.ids, alert.id) &&
    among(filter.tradeIds, alert.tradeId) &&
    among(filter.ruleIds, alert.ruleId) &&
    among(filter.accounts, alert.account) &&
    among(filter.symbols, alert.symbol) &&
    among(filter.severities, alert.severity) &&
    (filter.states === undefined ? alert.state !== 'WITHDRAWN' : filter.states.includes(alert.state)) &&
    is(filter.unit, alert.unit) &&
    within(filter.from, filter.until, alert.at)
  )
}

function among<T>(list: readonly T[] | undefined, value: T): boolean {
  return list === undefined || list.includes(value)
}

function is<T>(wanted: T | undefined, value: T): boolean {
  return wanted === undefined || wanted === value
}

function between(min: DecimalText | undefined, max: DecimalText | undefined, value: DecimalText | null): boolean {
  if (min === undefined && max === undefined) return true
  if (value === null) return false
  const known = decimal(value)
  return (min === undefined || known.gte(min)) && (max === undefined || known.lte(max))
}

function within(from: number | undefined, until: number | undefined, at: number | null): boolean {
  if (from === undefined && until === undefined) return true
  return at !== null && (from === undefined || at >= from) && (until === undefined || at < until)
}
