// Trades and alerts as a table of text: what `replay`, `trades`, `watch` and `demo` show.
import { decimal, plain } from '#core/decimal.ts'
import { printInstant } from '#core/time.ts'
import type { Alert, Trade } from '#core/trade.ts'
import { table } from './terminal.ts'

export function tradeTable(trades: readonly Trade[]): string {
  if (trades.length === 0) return 'no trades'
  const rows = trades.map((trade) => [
    printInstant(trade.openedAt).slice(0, 19),
    trade.account,
    trade.symbol,
    trade.side,
    trade.quantity,
    price(trade.entryPrice),
    trade.exitPrice === null ? 'open' : price(trade.exitPrice),
    percent(trade.mfe.pct),
    percent(trade.mae.pct),
    money(trade.netPnl ?? trade.grossPnl) + (trade.netPnl === null ? '*' : ''),
    trade.currency,
  ])
  const text = table(['opened (UTC)', 'account', 'symbol', 'side', 'quantity', 'entry', 'exit', 'MFE %', 'MAE %', 'result', ''], rows, [4, 5, 6, 7, 8, 9])
  return trades.some((trade) => trade.netPnl === null) ? `${text}\n* gross: a commission is unknown` : text
}

export function alertTable(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return 'no alerts'
  const rows = alerts.map((alert) => [
    printInstant(alert.at).slice(0, 19),
    alert.severity,
    alert.symbol,
    alert.tier === 0 ? alert.ruleId : `${alert.ruleId} ${alert.tier + 1}`,
    price(alert.price),
    percent(alert.pct),
    alert.account,
  ])
  return table(['at (UTC)', 'severity', 'symbol', 'rule', 'price', '%', 'account'], rows, [4, 5])
}

/** At most four decimals. */
export function price(text: string): string {
  return plain(decimal(text).round(4))
}

export function percent(text: string | null): string {
  return text === null ? 'unknown' : decimal(text).toFixed(2)
}

export function money(text: string): string {
  return decimal(text)
    .toFixed(2)
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}
