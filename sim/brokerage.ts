// What every client of the gateway sees the same: accounts, contracts, the ledger, last prices, the clock; and their messages.
// It sends nothing and plays nothing.
import { type Decimal, parseDecimal, plain, ZERO } from '#core/decimal.ts'
import type { Commission, Execution, Mark } from '#core/facts.ts'
import type { Contracts } from './contracts.ts'
import type { DayRanges } from './day-range.ts'
import type { History, HistoryGuard } from './history.ts'
import { moneyText } from './ledger.ts'
import type { Fill, Ledger, Position } from './ledger.ts'
import * as messages from './messages.ts'
import { openOrder, orderStatus } from './order.ts'
import type { Protection, ToldOrder } from './protection.ts'
import type { Resting } from './resting.ts'
import type { Order } from './order.ts'
import type { Tokens } from './wire.ts'
import { instrumentOf, worthOf } from './worth.ts'

export interface Brokerage {
  readonly accounts: Set<string>
  readonly contracts: Contracts
  readonly ledger: Ledger
  readonly protection: Protection
  readonly resting: Resting
  readonly lastMarks: Map<number, Mark>
  readonly ranges: DayRanges
  readonly history: History
  readonly guard: HistoryGuard
  /** Average costs and results have commissions in them, as TWS tells them. */
  readonly netCosts: boolean
  /** The account's own currency; null: it tells no rates. */
  readonly baseCurrency: string | null
  /** One unit of a currency in the base currency. */
  readonly rates: Map<string, Decimal>
  /** True: this fill is another client's, and nobody here is told of it. */
  readonly hides: (executionId: string) => boolean
  /** The zone that times of executions are told in. */
  readonly timeZone: string
  /** This client sees everybody's orders. */
  readonly masterClientId: number
  /** The tape's time in whole seconds. */
  readonly seconds: () => number
  /** Milliseconds of the host that only go forward. */
  readonly hostNow: () => number
}

export function executionMessage(brokerage: Brokerage, requestId: number, fill: Fill): Tokens {
  const e = fill.execution
  const instrument = instrumentOf(brokerage, e.conId)
  const exchange = e.exchange ?? instrument.exchange ?? ''
  return messages.execDetails(requestId, messages.contractOf(instrument, exchange), {
    executionId: e.executionId,
    account: e.account,
    exchange,
    side: e.side === 'BUY' ? 'BOT' : 'SLD',
    quantity: e.quantity,
    price: e.price,
    time: messages.wireTime(e.at, brokerage.timeZone),
    ...orderIdsOf(e),
    liquidation: e.liquidation ?? false,
    cumulativeQuantity: plain(fill.orderQuantity),
    averagePrice: plain(fill.orderAveragePrice),
    orderRef: e.orderRef ?? '',
    lastLiquidity: 0,
  })
}

export function commissionMessage(fill: Fill, { amount, currency, executionId }: Commission): Tokens {
  const realized = fill.realized === null ? null : moneyText(fill.realized.minus(parseDecimal(amount) ?? ZERO))
  return messages.commissionReport(executionId, amount, currency, realized)
}

/** The order around a fill, in the order TWS was recorded to tell it: what comes before the execution, what after. */
export function orderMessages(brokerage: Brokerage, fill: Fill): { before: Tokens[]; after: Tokens[] } {
  const e = fill.execution
  const contract = messages.contractOf(instrumentOf(brokerage, e.conId))
  const quantity = plain(fill.orderQuantity)
  const order: Order = { ...orderIdsOf(e), account: e.account, action: e.side, quantity, orderRef: e.orderRef ?? '', type: 'MKT', parentId: '0' }
  const unfilled = { filled: '0', remaining: quantity, averagePrice: '0', lastPrice: '0' }
  const filled = { filled: quantity, remaining: '0', averagePrice: plain(fill.orderAveragePrice), lastPrice: e.price }
  return {
    before: fill.firstOfOrder ? [openOrder(order, contract, 'PreSubmitted'), orderStatus(order, 'PreSubmitted', unfilled)] : [],
    after: [openOrder(order, contract, 'Filled'), orderStatus(order, 'Filled', filled)],
  }
}

function orderIdsOf(e: Execution): { orderId: string; permId: string; clientId: string } {
  return { orderId: e.orderId ?? '0', permId: e.permId ?? '0', clientId: e.clientId ?? '0' }
}

/** An order that rests, none of it filled; as large as its first fill to be. */
export function restingMessages(brokerage: Brokerage, e: Execution): Tokens[] {
  const order: Order = { ...orderIdsOf(e), account: e.account, action: e.side, quantity: e.quantity, orderRef: e.orderRef ?? '', type: 'MKT', parentId: '0' }
  const unfilled = { filled: '0', remaining: e.quantity, averagePrice: '0', lastPrice: '0' }
  return [openOrder(order, messages.contractOf(instrumentOf(brokerage, e.conId)), 'Submitted'), orderStatus(order, 'Submitted', unfilled)]
}

/** A stop or target order, none of it filled. */
export function protectionMessages(brokerage: Brokerage, { conId, order, status }: ToldOrder): Tokens[] {
  const unfilled = { filled: '0', remaining: order.quantity, averagePrice: '0', lastPrice: '0' }
  return [openOrder(order, messages.contractOf(instrumentOf(brokerage, conId)), status), orderStatus(order, status, unfilled)]
}

/** The contract of a position comes without an exchange, as TWS sends it. */
export function positionMessage(brokerage: Brokerage, p: Position): Tokens {
  return messages.position(p.account, messages.contractOf(instrumentOf(brokerage, p.conId), ''), plain(p.quantity), worthOf(brokerage, p).averageCost)
}

export function portfolioMessage(brokerage: Brokerage, p: Position): Tokens {
  return messages.updatePortfolio(p.account, messages.contractOf(instrumentOf(brokerage, p.conId), ''), worthOf(brokerage, p))
}
