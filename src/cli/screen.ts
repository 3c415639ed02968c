// What a running session looks like: a table that is drawn over in a terminal, plain lines elsewhere.
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { type Instant, printInstant } from '#core/time.ts'
import { print, table } from './terminal.ts'
import { money, percent, price } from './trade-table.ts'

export interface Screen {
  trade(trade: StoredTrade): void
  alert(alert: StoredAlert): void
  close(): void
}

const DRAW_MS = 200
const ALERTS_SHOWN = 6

export function demoScreen(marketTime: () => Instant | null): Screen {
  return process.stdout.isTTY === true ? liveTable(marketTime) : plainLines()
}

function plainLines(): Screen {
  const known = new Map<string, string>()
  return {
    trade(trade) {
      const state = `${trade.status} ${trade.openQuantity}`
      const before = known.get(trade.tradeId)
      known.set(trade.tradeId, state)
      if (before === state) return
      const said = before === undefined ? 'opened' : trade.status === 'CLOSED' ? 'closed' : 'resized'
      print(`${timeOf(trade.updatedAt)}  ${said.padEnd(8)} ${describe(trade)}`)
    },
    alert: (alert) => print(`${timeOf(alert.at)}  ${alert.severity.padEnd(8)} ${alert.message}`),
    close: () => print(''),
  }
}

/** The table keeps its place: each drawing goes back over the one before. */
function liveTable(marketTime: () => Instant | null): Screen {
  const trades = new Map<string, StoredTrade>()
  const alerts: StoredAlert[] = []
  let drawn = 0
  const draw = () => {
    const open = [...trades.values()].filter((trade) => trade.status === 'OPEN')
    const now = marketTime()
    const rows = open.map((trade) => [
      trade.symbol,
      trade.side,
      trade.openQuantity,
      price(trade.entryPrice),
      price(trade.lastPrice),
      money(trade.grossPnl),
      percent(trade.mfe.pct),
      percent(trade.mae.pct),
    ])
    const lines = [
      `market time ${now === null ? '…' : `${printInstant(now).slice(0, 19)}Z`}   ${open.length} open, ${trades.size - open.length} closed`,
      '',
      ...table(['symbol', 'side', 'open', 'entry', 'last', 'result', 'MFE %', 'MAE %'], rows, [2, 3, 4, 5, 6, 7]).split('\n'),
      '',
      ...alerts.slice(-ALERTS_SHOWN).map((alert) => `${timeOf(alert.at)}  ${alert.severity.padEnd(8)} ${alert.message}`),
    ]
    const width = process.stdout.columns ?? 80
    process.stdout.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}\u001b[J${lines.map((line) => line.slice(0, width - 1)).join('\n')}\n`)
    drawn = lines.length
  }
  const timer = setInterval(draw, DRAW_MS)
  return {
    trade: (trade) => void trades.set(trade.tradeId, trade),
    alert: (alert) => void alerts.push(alert),
    close() {
      clearInterval(timer)
      draw()
      print('')
    },
  }
}

function describe(trade: StoredTrade): string {
  const size = trade.status === 'CLOSED' ? trade.quantity : trade.openQuantity
  const result =
    trade.status === 'CLOSED'
      ? `, result ${money(trade.netPnl ?? trade.grossPnl)} ${trade.currency}, MFE ${percent(trade.mfe.pct)} %, MAE ${percent(trade.mae.pct)} %`
      : ''
  return `${trade.symbol} ${trade.side.toLowerCase()} ${size} at ${price(trade.entryPrice)}${result}`
}

function timeOf(at: Instant): string {
  return printInstant(at).slice(11, 19)
}
