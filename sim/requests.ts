// What a client may ask, and the answer to each: one small function a request, in a table by message number.
// Nothing here changes what others see; a request only changes what its own client is told from now on.
import { ZERO } from '#core/decimal.ts'
import type { Execution } from '#core/facts.ts'
import { instantOf } from '#core/time.ts'
import type { Instant } from '#core/time.ts'
import { commissionMessage, executionMessage, portfolioMessage, positionMessage, protectionMessages, restingMessages } from './telling.ts'
import type { Brokerage } from './brokerage.ts'
import type { Client } from './client.ts'
import type { ContractQuery } from './contracts.ts'
import { Fields } from './fields.ts'
import { reqHistoricalData, reqHistoricalTicks } from './history-requests.ts'
import * as messages from './messages.ts'
import { openLine, rangeTicks, standingTicks } from './ticks.ts'
import type { Tokens } from './wire.ts'
import { instrumentOf, rateMessages, realizedOf, resultMessage, worthOf } from './worth.ts'

type Answer = (client: Client, brokerage: Brokerage, fields: Fields) => void

/** Answers one request; an unknown one is logged and left unanswered, as TWS does. */
export function answer(client: Client, brokerage: Brokerage, tokens: Tokens): void {
  const fields = new Fields(tokens)
  const id = fields.whole()
  const known = ANSWERS[id]
  if (brokerage.readOnly && NEEDS_WRITE_ACCESS.has(id)) client.send(messages.error(NAMED_BY_ORDER.has(id) ? fields.whole() : messages.LIVE, 321, READ_ONLY))
  else if (known === undefined) client.log(`client ${client.clientId} asked for message ${id}, which this gateway does not know`)
  else known(client, brokerage, fields)
}

const ANSWERS: Readonly<Record<number, Answer>> = {
  1: reqMktData,
  2: cancelLine,
  3: placeOrder,
  5: reqOpenOrders,
  6: reqAccountUpdates,
  7: reqExecutions,
  8: (client, brokerage) => client.send(messages.nextValidId(brokerage.ledger.nextOrderId())),
  9: reqContractDetails,
  14: ignore, // setServerLogLevel
  15: reqOpenOrders,
  16: reqOpenOrders,
  17: (client, brokerage) => client.send(messages.managedAccounts([...brokerage.accounts])),
  20: (client, brokerage, fields) => reqHistoricalData(client, brokerage, fields, (text) => parseFilterTime(text, brokerage.timeZone)),
  25: ignore, // cancelHistoricalData
  49: (client, brokerage) => client.send(messages.currentTime(brokerage.seconds())),
  59: ignore, // reqMarketDataType: where there is live data, TWS sends live data
  61: reqPositions,
  62: reqAccountSummary,
  63: ignore, // cancelAccountSummary: nothing follows the first answer
  64: cancelPositions,
  92: reqPnL,
  93: (client, _, fields) => void client.pnls.delete(fields.whole()),
  94: reqPnLSingle,
  95: (client, _, fields) => void client.pnlSingles.delete(fields.whole()),
  96: (client, brokerage, fields) => reqHistoricalTicks(client, brokerage, fields, (text) => parseFilterTime(text, brokerage.timeZone)),
  97: reqTickByTickData,
  98: (client, brokerage, fields) => cancelLine(client, brokerage, new Fields(['', String(fields.whole())])),
  99: (client) => client.send(messages.completedOrdersEnd()),
  104: (client, _, fields) => client.send(messages.userInfo(fields.whole())),
}

/** What a read-only TWS refuses, having asked its user for write access: placing and cancelling orders, and as much as asking which there are. */
const NEEDS_WRITE_ACCESS: ReadonlySet<number> = new Set([3, 4, 5, 8, 15, 16, 58, 99])
const NAMED_BY_ORDER: ReadonlySet<number> = new Set([3, 4])
const READ_ONLY = "Error validating request.-'bV' : cause - The API interface is currently in Read-Only mode."

function ignore(): void {}

// Executions

const SIDES: Readonly<Record<string, Execution['side']>> = { BUY: 'BUY', BOT: 'BUY', SELL: 'SELL', SLD: 'SELL', SSHORT: 'SELL' }

function reqExecutions(client: Client, brokerage: Brokerage, fields: Fields): void {
  const requestId = fields.skip(1).whole()
  const clientId = fields.whole()
  const [account, time, symbol, secType, exchange] = [fields.text(), fields.text(), fields.text(), fields.text(), fields.text()]
  const side = SIDES[fields.text().toUpperCase()]
  // Seen with TWS: an unknown account is refused, and the request is never completed.
  if (account !== '' && !brokerage.accounts.has(account)) {
    client.send(messages.error(requestId, 321, "Error validating request.-'bZ' : cause - Invalid account code"))
    return
  }
  const from = parseFilterTime(time, brokerage.timeZone)
  for (const fill of brokerage.ledger.fills()) {
    const e = fill.execution
    const instrument = instrumentOf(brokerage, e.conId)
    if (brokerage.hides(e.executionId)) continue
    const wanted =
      (clientId === 0 || clientId === Number(e.clientId ?? 0)) &&
      (account === '' || account === e.account) &&
      (from === null || e.at >= from) &&
      (symbol === '' || symbol.toUpperCase() === instrument.symbol.toUpperCase()) &&
      (secType === '' || secType === instrument.secType) &&
      (exchange === '' || exchange === (e.exchange ?? instrument.exchange)) &&
      (side === undefined || side === e.side)
    if (!wanted) continue
    client.send(executionMessage(brokerage, requestId, fill))
    const commission = brokerage.ledger.commissionOf(e.executionId)
    if (commission !== undefined) client.send(commissionMessage(fill, commission))
  }
  client.send(messages.execDetailsEnd(requestId))
  client.becomeReady()
}

const FILTER_TIME = /^(\d{4})(\d\d)(\d\d)([- ])\s*(\d\d:\d\d(?::\d\d)?)(?:\s+(\S+))?$/

/** 'yyyymmdd-hh:mm:ss' is UTC; after a blank it is the named zone's time, else the operator's. */
function parseFilterTime(text: string, timeZone: string): Instant | null {
  const found = FILTER_TIME.exec(text)
  if (found === null) return null
  const [, year, month, date, between, clock = '', zone = timeZone] = found
  return instantOf(`${year}-${month}-${date}`, clock, between === '-' ? 'UTC' : zone)
}

// Contracts and prices

const NO_DEFINITION = 'No security definition has been found for the request'

function reqContractDetails(client: Client, brokerage: Brokerage, fields: Fields): void {
  const requestId = fields.skip(1).whole()
  const query = fields.contract()
  if (query.secType === 'BAG') {
    client.send(messages.error(requestId, 321, "Error validating request.-'bS' : cause - 'BAG' isn't supported for contract data request."))
    return
  }
  const found = brokerage.contracts.find(query)
  if (found.length === 0) client.send(messages.error(requestId, 200, NO_DEFINITION))
  else client.send(...found.map((instrument) => messages.contractDetails(requestId, instrument)), messages.contractDetailsEnd(requestId))
}

function reqMktData(client: Client, brokerage: Brokerage, fields: Fields): void {
  const requestId = fields.skip(1).whole()
  const query = fields.contract()
  if (query.secType === 'BAG') fields.skip(fields.whole() * 4)
  if (fields.flag()) fields.skip(3) // a delta-neutral contract
  const genericTicks = new Set(fields.text().split(',').filter(Boolean).map(Number))
  const snapshot = fields.flag()
  const conId = lineFor(client, brokerage, requestId, query)
  if (conId === null) return
  const instrument = instrumentOf(brokerage, conId)
  const line = openLine(requestId, conId, 'MARKET', genericTicks)
  client.lines.set(requestId, line)
  client.send(messages.marketDataType(requestId, 1), messages.tickReqParams(requestId, instrument.minTick ?? ''))
  client.send(...standingTicks(brokerage.lastMarks.get(conId), instrument, line), ...rangeTicks(brokerage.ranges.get(conId), instrument, line))
  if (snapshot) {
    client.lines.delete(requestId)
    client.send(messages.tickSnapshotEnd(requestId))
  } else client.linesChanged()
  client.becomeReady()
}

function reqTickByTickData(client: Client, brokerage: Brokerage, fields: Fields): void {
  const requestId = fields.whole()
  const query = fields.contract()
  const type = fields.text()
  const conId = lineFor(client, brokerage, requestId, query)
  if (conId === null) return
  if (type !== 'Last' || !['STK', 'FUT'].includes(instrumentOf(brokerage, conId).secType)) {
    client.send(messages.error(requestId, 10189, `Failed to request tick-by-tick data.this gateway has 'Last' of STK and FUT only, not ${type}`))
    return
  }
  const refusal = streamRefusal(client, brokerage, conId)
  if (refusal !== null) {
    client.send(messages.error(requestId, ...refusal))
    return
  }
  client.lines.set(requestId, openLine(requestId, conId, 'TICK_BY_TICK'))
  client.linesChanged()
  client.becomeReady()
}

/** TWS streams few contracts at once, and takes one request a contract in a while. */
function streamRefusal(
  client: Client,
  { streamsMax, streamPaceMs, streamsAskedAt, hostNow }: Brokerage,
  conId: number,
): readonly [code: number, text: string] | null {
  if ([...client.lines.values()].filter(({ kind }) => kind === 'TICK_BY_TICK').length >= streamsMax)
    return [10190, 'Max number of tick-by-tick requests has been reached.']
  const key = `${client.clientId} ${conId}`
  if (hostNow() - (streamsAskedAt.get(key) ?? Number.NEGATIVE_INFINITY) < streamPaceMs)
    return [420, 'Invalid Real-time Query: tick-by-tick data of one contract may be asked for once in 15 seconds.']
  streamsAskedAt.set(key, hostNow())
  return null
}

/** The one contract a line is asked for, or null after saying what is wrong. */
function lineFor(client: Client, brokerage: Brokerage, requestId: number, query: ContractQuery): number | null {
  const found = brokerage.contracts.find(query)
  if (client.lines.has(requestId)) client.send(messages.error(requestId, 322, "Error processing request.-'bW' : cause - Duplicate ticker id"))
  else if (found.length === 1) return found[0]?.conId ?? null
  else if (found.length === 0) client.send(messages.error(requestId, 200, NO_DEFINITION))
  else client.send(messages.error(requestId, 200, 'The contract description specified is ambiguous'))
  return null
}

function cancelLine(client: Client, _: Brokerage, fields: Fields): void {
  const requestId = fields.skip(1).whole()
  if (!client.lines.delete(requestId)) client.send(messages.error(requestId, 300, `Can't find EId with tickerId:${requestId}`))
  client.linesChanged()
}

// Positions, accounts, orders

function reqPositions(client: Client, brokerage: Brokerage): void {
  client.wantsPositions = true
  for (const position of brokerage.ledger.positions()) {
    if (!position.quantity.eq(ZERO)) client.send(positionMessage(brokerage, position))
  }
  client.send(messages.positionEnd())
  client.becomeReady()
}

function cancelPositions(client: Client): void {
  client.wantsPositions = false
}

/** Only what the tape knows: what was realised, per currency. Balances would be invented. */
function reqAccountSummary(client: Client, brokerage: Brokerage, fields: Fields): void {
  const requestId = fields.skip(1).whole()
  const tags = fields.skip(1).text().split(',')
  for (const account of tags.includes('RealizedPnL') ? brokerage.accounts : []) {
    for (const [currency, realized] of realizedOf(brokerage, account)) {
      client.send(messages.accountSummary(requestId, account, 'RealizedPnL', realized, currency))
    }
  }
  client.send(messages.accountSummaryEnd(requestId))
}

function reqAccountUpdates(client: Client, brokerage: Brokerage, fields: Fields): void {
  const subscribes = fields.skip(1).flag()
  const asked = fields.text()
  const account = asked === '' ? ([...brokerage.accounts][0] ?? '') : asked
  client.followsAccount = subscribes ? account : null
  if (!subscribes) return
  for (const [currency, realized] of realizedOf(brokerage, account)) client.send(messages.updateAccountValue(account, 'RealizedPnL', realized, currency))
  client.send(...rateMessages(brokerage, account))
  for (const position of brokerage.ledger.positions()) {
    if (position.account === account) client.send(portfolioMessage(brokerage, position))
  }
  client.send(messages.accountDownloadEnd(account))
}

function reqPnL(client: Client, brokerage: Brokerage, fields: Fields): void {
  const requestId = fields.whole()
  const account = fields.text()
  client.pnls.set(requestId, account)
  client.send(resultMessage(brokerage, requestId, account))
}

/** TWS is silent about a contract the account does not hold. */
function reqPnLSingle(client: Client, brokerage: Brokerage, fields: Fields): void {
  const requestId = fields.whole()
  const account = fields.text()
  const conId = fields.skip(1).whole()
  client.pnlSingles.set(requestId, { account, conId })
  const position = brokerage.ledger.position(account, conId)
  if (!position.quantity.eq(ZERO)) client.send(messages.pnlSingle(requestId, worthOf(brokerage, position)))
}

/** Between two facts only what a plan stands for is open, and orders that rest. Who asks is told of orders from now on. */
function reqOpenOrders(client: Client, brokerage: Brokerage): void {
  client.wantsOrders = true
  for (const execution of brokerage.resting.open()) client.send(...restingMessages(brokerage, execution))
  for (const told of brokerage.protection.open()) client.send(...protectionMessages(brokerage, told))
  client.send(messages.openOrderEnd())
}

function placeOrder(client: Client, _: Brokerage, fields: Fields): void {
  client.send(messages.error(fields.whole(), 201, 'Order rejected - reason:this gateway plays a tape and takes no orders'))
}
