// The answers to what a client asks of the past: ticks and bars of what the tape has played.
import type { Instant } from '#core/time.ts'
import { instrumentOf } from './worth.ts'
import type { Brokerage } from './brokerage.ts'
import type { Fields } from './fields.ts'
import * as messages from './messages.ts'
import type { Client } from './client.ts'
import { isTraded, priceText } from './ticks.ts'

const NO_DATA = 'Historical Market Data Service error message:HMDS query returned no data'
const VIOLATION = 'Historical Market Data Service error message:Historical data request pacing violation'
const TICKS_MAX = 1_000
const UNITS: Readonly<Record<string, number>> = { S: 1_000, D: 86_400_000, W: 604_800_000 }
const BARS: Readonly<Record<string, number>> = {
  ...{ '1 secs': 1_000, '5 secs': 5_000, '10 secs': 10_000, '15 secs': 15_000, '30 secs': 30_000 },
  ...{ '1 min': 60_000, '2 mins': 120_000, '3 mins': 180_000, '5 mins': 300_000, '15 mins': 900_000, '30 mins': 1_800_000, '1 hour': 3_600_000 },
}
/** The longest time one request may ask for, by the size of its bars. */
const SPAN_MAX: Readonly<Record<string, number>> = {
  '1 secs': 1_800_000,
  '5 secs': 3_600_000,
  '10 secs': 14_400_000,
  '15 secs': 14_400_000,
  '30 secs': 28_800_000,
}

export function reqHistoricalTicks(client: Client, brokerage: Brokerage, fields: Fields, parseTime: (text: string) => Instant | null): void {
  const requestId = fields.whole()
  const { conId } = fields.contract()
  const [start, end, count, what] = [fields.skip(1).text(), fields.text(), fields.whole(), fields.text()]
  if (!admits(client, brokerage, requestId, conId, what, [start, end, count].join())) return
  const from = parseTime(start)
  const until = end === '' ? Number.POSITIVE_INFINITY : parseTime(end)
  const { secType } = instrumentOf(brokerage, conId)
  if (!brokerage.history.has(conId) || from === null || until === null || count < 1 || count > TICKS_MAX || (what === 'TRADES') !== isTraded(secType))
    return client.send(messages.error(requestId, 162, NO_DATA))
  const marks = brokerage.history.ticks(conId, from, count).filter(({ at }) => at < until)
  const ticks = marks.map((mark) => {
    const second = Math.floor(mark.at / 1000)
    if (what === 'TRADES') return messages.historicalTrade(second, priceText(mark.price))
    if (what === 'BID_ASK') return messages.historicalQuote(second, priceText(mark.bid ?? mark.price), priceText(mark.ask ?? mark.price))
    return messages.historicalMid(second, priceText(mark.price))
  })
  client.send(messages.historicalTicks(requestId, what, ticks))
}

export function reqHistoricalData(client: Client, brokerage: Brokerage, fields: Fields, parseTime: (text: string) => Instant | null): void {
  const requestId = fields.whole()
  const { conId } = fields.contract()
  const [end, size, duration] = [fields.skip(1).text(), fields.text(), fields.text()]
  const what = fields.skip(1).text()
  if (!admits(client, brokerage, requestId, conId, what, [end, size, duration].join())) return
  const until = end === '' ? brokerage.seconds() * 1000 : parseTime(end)
  const barMs = BARS[size]
  const [count = '', unit = ''] = duration.split(' ')
  const spanMs = Number(count) * (UNITS[unit] ?? Number.NaN)
  const { secType } = instrumentOf(brokerage, conId)
  if (until === null || barMs === undefined || !(spanMs > 0) || spanMs > (SPAN_MAX[size] ?? Number.POSITIVE_INFINITY))
    return client.send(messages.error(requestId, 321, `Error validating request.-'bO' : cause - Invalid duration or bar size: ${duration}, ${size}`))
  const bars = (what === 'TRADES') === isTraded(secType) ? brokerage.history.bars(conId, until - spanMs, until, barMs) : []
  if (bars.length === 0) return client.send(messages.error(requestId, 162, NO_DATA))
  const told = bars.map(({ from, open, high, low, close, count: trades }) => [
    ...[String(from / 1000), priceText(open), priceText(high), priceText(low), priceText(close)],
    ...(what === 'TRADES' ? [String(trades), priceText(close), String(trades)] : ['-1', '-1', '-1']),
  ])
  client.send(messages.historicalData(requestId, told))
}

function admits(client: Client, brokerage: Brokerage, requestId: number, conId: number, what: string, rest: string): boolean {
  if (brokerage.contracts.get(conId) === undefined) {
    client.send(messages.error(requestId, 200, 'No security definition has been found for the request'))
    return false
  }
  const contract = `${conId} ${what}`
  const admitted = brokerage.guard.admits(`${contract} ${rest}`, contract, what === 'BID_ASK' ? 2 : 1, brokerage.hostNow())
  if (!admitted) client.send(messages.error(requestId, 162, VIOLATION))
  return admitted
}
