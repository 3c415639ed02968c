// What the gateway tells of the brokerage: executions, orders, positions, as TWS words them. It sends nothing and plays nothing.
import { parseDecimal, plain, ZERO } from '#core/decimal.ts'
import type { Commission, Execution } from '#core/facts.ts'
import type { Brokerage } from './brokerage.ts'
import { moneyText } from './ledger.ts'
import type { Fill, Position } from './ledger.ts'
import * as messages from './messages.ts'
import { openOrder, orderStatus } from './order.ts'
import type { Order } from './order.ts'
import type { ToldOrder } from './protection.ts'
import type { Tokens } from './wire.ts'
import { instrumentOf, worthOf } from './worth.ts'

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

/** The order around a fill, in the order TWS was recorded to tell it: what comes before the execution, what after. Around that of a leg comes none. */
export function orderMessages(brokerage: Brokerage, fill: Fill): { before: Tokens[]; after: Tokens[] } {
  const e = fill.execution
  if (brokerage.combos.isLeg(e)) return { before: [], after: [] }
  const legs = brokerage.combos.legsOf(e)
  const contract = messages.contractOf(instrumentOf(brokerage, e.conId))
  const quantity = plain(fill.orderQuantity)
  const order: Order = { ...orderIdsOf(e), account: e.account, action: e.side, quantity, orderRef: e.orderRef ?? '', type: 'MKT', parentId: '0' }
  const unfilled = { filled: '0', remaining: quantity, averagePrice: '0', lastPrice: '0' }
  const filled = { filled: quantity, remaining: '0', averagePrice: plain(fill.orderAveragePrice), lastPrice: e.price }
  return {
    before: fill.firstOfOrder ? [openOrder(order, contract, 'PreSubmitted', legs), orderStatus(order, 'PreSubmitted', unfilled)] : [],
    after: [openOrder(order, contract, 'Filled', legs), orderStatus(order, 'Filled', filled)],
  }
}

function orderIdsOf(e: Execution): { orderId: string; permId: string; clientId: string } {
  return { orderId: e.orderId ?? '0', permId: e.permId ?? '0', clientId: e.clientId ?? '0' }
}

/** An order that rests, none of it filled; as large as its first fill to be. */
export function restingMessages(brokerage: Brokerage, e: Execution): Tokens[] {
  const order: Order = { ...orderIdsOf(e), account: e.account, action: e.side, quantity: e.quantity, orderRef: e.orderRef ?? '', type: 'MKT', parentId: '0' }
  const unfilled = { filled: '0', remaining: e.quantity, averagePrice: '0', lastPrice: '0' }
  const contract = messages.contractOf(instrumentOf(brokerage, e.conId))
  return [openOrder(order, contract, 'Submitted', brokerage.combos.legsOf(e)), orderStatus(order, 'Submitted', unfilled)]
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
