// The messages about orders. The tape knows fills, not orders: an entry order is as large as its fills so far, and of type MKT; a plan of the tape stands for
// a stop or a limit order (protection.ts).
// Pure; the 141 tokens of an open order follow the recorded template, where a client reads every one of them; each leg of a combination adds eight.
import type { DecimalText } from '#core/decimal.ts'
import { UNSET } from './messages.ts'
import type { Contract } from './messages.ts'
import type { Tokens } from './wire.ts'

export const ORDER_STATUSES = ['PreSubmitted', 'Submitted', 'Filled', 'Cancelled'] as const
export type OrderStatusName = (typeof ORDER_STATUSES)[number]

export interface Order {
  readonly orderId: string
  readonly clientId: string
  readonly permId: string
  readonly account: string
  readonly action: 'BUY' | 'SELL'
  readonly quantity: DecimalText
  readonly orderRef: string
  readonly type: 'MKT' | 'STP' | 'LMT'
  /** Where a stop or limit order acts. */
  readonly price?: DecimalText
  /** The order id, of the same client, of the order it waits for; '0': none. */
  readonly parentId: string
}

/** A leg of a combination: as many of it as the combination's size times the ratio. */
export interface ComboLeg {
  readonly conId: number
  readonly ratio: string
  readonly action: 'BUY' | 'SELL'
  readonly exchange: string
}

/** `legs`: of a combination. */
export function openOrder(order: Order, c: Contract, status: OrderStatusName, legs: readonly ComboLeg[] = []): Tokens {
  const none = (count: number) => Array<string>(count).fill('')
  return [
    ...['5', order.orderId, String(c.conId), c.symbol, c.secType, c.expiry, c.strike === '0.0' ? '0' : c.strike, c.right || '?'],
    ...[c.multiplier, c.exchange, c.currency, c.localSymbol, c.tradingClass, order.action, order.quantity, order.type],
    ...[
      order.type === 'LMT' ? (order.price ?? '0.0') : '0.0',
      order.type === 'STP' ? (order.price ?? '0.0') : '0.0',
      'DAY',
      '',
      order.account,
      '',
      '0',
      order.orderRef,
    ], // 16 lmtPrice … 23 orderRef
    ...[order.clientId, order.permId, '0', '0', '0', '', '', ''], // 24 clientId … 31 faGroup
    ...[...none(7), '0'], // 32 faMethod … 39 shortSaleSlot
    ...['', '-1', '0', ...none(5)], // 40 designatedLocation … 47 stockRangeUpper
    ...['2147483647', '0', '0', '0', '', '3', '0', '0'], // 48 displaySize … 55 firmQuoteOnly
    ...['', order.parentId, '0', '', '0', 'None', '', '0'], // 56 nbboPriceCap … 63 deltaNeutralConId
    ...['', '', '', '?', '0', '0', '', '0'], // 64 … 71 continuousUpdate
    ...['0', ...none(5), String(legs.length)], // 72 referencePriceType … 78 comboLegsCount
    ...legs.flatMap(({ conId, ratio, action, exchange }) => [String(conId), ratio, action, exchange, '0', '0', '', '-1']), // … exemptCode
    '0', // 79 orderComboLegsCount
    ...['0', '2147483647', '2147483647', '', '', '0', '', 'IB'], // 80 … 87 clearingIntent
    ...['0', '0', '', '0', '0', status], // 88 notHeld … 93 status
    ...Array<string>(9).fill(UNSET), // 94 … 102 margins and equity, before, change, after
    ...none(5), // 103 commission … 107 warningText
    ...['0', '0', '0', 'None', ...Array<string>(6).fill(UNSET), '0', ''], // 108 randomizeSize … 119 softDollarTier.name
    ...['', '', '0', '1', '0', '0', '0', ''], // 120 … 127 duration
    ...['', '0', '', '100', '0.02', '', '', ''], // 128 … 135 customerAccount
    ...['0', '', '0', '', '2147483647'], // 136 … 140 manualOrderIndicator
  ]
}

export interface OrderProgress {
  readonly filled: DecimalText
  readonly remaining: DecimalText
  readonly averagePrice: DecimalText
  readonly lastPrice: DecimalText
}

export function orderStatus(order: Order, status: OrderStatusName, p: OrderProgress): Tokens {
  return ['3', order.orderId, status, p.filled, p.remaining, p.averagePrice, order.permId, order.parentId, p.lastPrice, order.clientId, '', '0']
}
