// What a running session looks like: a table that is drawn over in a terminal, plain lines elsewhere.
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { type Instant, wallClock } from '#core/time.ts'
import { drawer, print, table } from './terminal.ts'
import { money, percent, price } from './trade-table.ts'

export interface Screen {
  trade(trade: StoredTrade): void
  alert(alert: StoredAlert): void
  close(): void
}

const DRAW_MS = 200
const ALERTS_SHOWN = 6

export function demoScreen(marketTime: () => Instant | null, timeZone: string): Screen {
  return process.stdout.isTTY === true ? liveTable(marketTime, timeZone) : plainLines(timeZone)
}

function plainLines(timeZone: string): Screen {
  const known = new Map<string, string>()
  return {
    trade(trade) {
      const state = `${trade.status} ${trade.openQuantity}`
      const before = known.get(trade.tradeId)
      known.set(trade.tradeId, state)
      if (before === state) return
      const said = before === undefined ? 'opened' : trade.status === 'CLOSED' ? 'closed' : 'resized'
      print(`${timeOf(trade.updatedAt, timeZone)}  ${said.padEnd(8)} ${describe(trade)}`)
    },
    alert: (alert) => print(`${timeOf(alert.at, timeZone)}  ${alert.severity.padEnd(8)} ${alert.message}`),
    close: () => print(''),
  }
}

/** The table keeps its place: each drawing goes back over the one before. */
function liveTable(marketTime: () => Instant | null, timeZone: string): Screen {
  const trades = new Map<string, StoredTrade>()
  const alerts: StoredAlert[] = []
  const show = drawer()
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
      `market time ${now === null ? '…' : `${wallClock(now, timeZone).day} ${timeOf(now, timeZone)} ${timeZone}`}   ${open.length} open, ${trades.size - open.length} closed`,
      '',
      ...table(['symbol', 'side', 'open', 'entry', 'last', 'result', 'MFE %', 'MAE %'], rows, [2, 3, 4, 5, 6, 7]).split('\n'),
      '',
      ...alerts.slice(-ALERTS_SHOWN).map((alert) => `${timeOf(alert.at, timeZone)}  ${alert.severity.padEnd(8)} ${alert.message}`),
    ]
    show(lines.join('\n'))
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
      ? `: ${money(trade.netPnl ?? trade.grossPnl)} ${trade.currency}, MFE ${percent(trade.mfe.pct)} %, MAE ${percent(trade.mae.pct)} %`
      : ''
  return `${trade.symbol} ${trade.side.toLowerCase()} ${size} at ${price(trade.entryPrice)}${result}`
}

function timeOf(at: Instant, timeZone: string): string {
  return wallClock(at, timeZone).clock
}
