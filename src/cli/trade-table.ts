// Trades and alerts as a table of text: what `replay`, `trades` and `demo` show. What is the same in every row is said once, above, so that a day of one
// account fits a terminal of 80 columns.
import { decimal, plain } from '#core/decimal.ts'
import { liquidatedOf } from '#core/reviewed-trade.ts'
import { type Instant, wallClock } from '#core/time.ts'
import type { Alert, Trade } from '#core/trade.ts'
import { table } from './terminal.ts'

interface Column<Row> {
  readonly name: string
  readonly right?: true
  /** Said once above the table where all rows agree. */
  readonly shared?: true
  text(row: Row): string
}

/** Times on the clock of `timeZone`. */
export function tradeTable(trades: readonly Trade[], timeZone = 'UTC'): string {
  if (trades.length === 0) return 'no trades'
  const mark = trades.some(({ netPnl }) => netPnl === null) ? ' ' : ''
  const forced = trades.some(({ fills }) => liquidatedOf(fills) !== null) ? '!' : ''
  const hasRisk = trades.some(({ plan }) => plan?.risk != null)
  const columns: Column<Trade>[] = [
    ...instants<Trade>('opened', (trade) => trade.openedAt, timeZone),
    { name: 'account', shared: true, text: ({ account }) => account },
    { name: 'symbol', text: ({ symbol }) => symbol },
    { name: 'side', text: ({ side }) => side },
    { name: 'qty', right: true, text: ({ quantity }) => quantity },
    { name: 'entry', right: true, text: ({ entryPrice }) => price(entryPrice) },
    { name: 'exit', right: true, text: (trade) => exitOf(trade) + (liquidatedOf(trade.fills) === null ? forced && ' ' : '!') },
    { name: 'MFE %', right: true, text: ({ mfe }) => percent(mfe.pct) },
    { name: 'MAE %', right: true, text: ({ mae }) => percent(mae.pct) },
    { name: 'net', right: true, text: ({ netPnl, grossPnl }) => money(netPnl ?? grossPnl) + (netPnl === null ? '*' : mark) },
    ...(hasRisk ? [{ name: 'R', right: true as const, text: resultInR }] : []),
    { name: 'in', shared: true, text: ({ currency }) => currency },
  ]
  const text = tableOf(columns, trades, timeZone)
  return [text, ...(mark === '' ? [] : ['* gross: a commission is unknown']), ...(forced === '' ? [] : ['! liquidated by the broker'])].join('\n')
}

function exitOf({ exitPrice }: Trade): string {
  return exitPrice === null ? 'open' : price(exitPrice)
}

export function alertTable(alerts: readonly Alert[], timeZone = 'UTC'): string {
  if (alerts.length === 0) return 'no alerts'
  return tableOf(
    [
      ...instants<Alert>('at', (alert) => alert.at, timeZone),
      { name: 'severity', text: ({ severity }) => severity },
      { name: 'symbol', text: ({ symbol }) => symbol },
      { name: 'rule', text: ({ tier, ruleId }) => (tier === 0 ? ruleId : `${ruleId} ${tier + 1}`) },
      { name: 'price', right: true, text: (alert) => price(alert.price) },
      { name: '%', right: true, text: ({ pct }) => percent(pct) },
      { name: 'account', shared: true, text: ({ account }) => account },
    ],
    alerts,
    timeZone,
  )
}

/** An instant as day and time. */
function instants<Row>(name: string, at: (row: Row) => Instant, timeZone: string): Column<Row>[] {
  return [
    { name: 'day', shared: true, text: (row) => wallClock(at(row), timeZone).day },
    { name, text: (row) => wallClock(at(row), timeZone).clock },
  ]
}

function tableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[], timeZone: string): string {
  const texts = columns.map(({ text }) => rows.map(text))
  const isSaidAbove = columns.map(({ shared }, index) => shared === true && new Set(texts[index]).size === 1)
  const above = columns.flatMap(({ name }, index) =>
    isSaidAbove[index] ? [name === 'day' ? `${texts[index]?.[0]} ${timeZone}` : `${name} ${texts[index]?.[0]}`] : [],
  )
  const shown = columns.flatMap((column, index) => (isSaidAbove[index] ? [] : [{ ...column, texts: texts[index] ?? [] }]))
  const zone = isSaidAbove[0] ? [] : [`times in ${timeZone}`]
  const body = table(
    shown.map(({ name }) => name),
    rows.map((_, row) => shown.map((column) => column.texts[row] ?? '')),
    shown.flatMap(({ right }, index) => (right ? [index] : [])),
  )
  return [[...above, ...zone].join(' · '), body].filter((line) => line !== '').join('\n')
}

/** The result in multiples of what was risked; nothing where that is unknown. */
function resultInR({ netPnl, grossPnl, plan }: Trade): string {
  const amount = decimal(plan?.risk?.amount ?? 0)
  return amount.eq(0)
    ? ''
    : decimal(netPnl ?? grossPnl)
        .div(amount)
        .toFixed(2)
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
