// The open orders of one TWS session, as far as they are visible: those TWS tells by itself, and the list asked for where that is allowed. It only
// listens to them: which of them is a trade's stop is decided elsewhere (core/working-order.ts).
import { EventName, type IBApi } from '@stoqey/ib'
import { type DecimalText, decimal, plain } from '#core/decimal.ts'
import { forgetDone, type WorkingOrder } from '#core/working-order.ts'
import { parseContract, type TwsContract } from './tws-parse.ts'
import { SMART, type Wire } from './tws-wire.ts'

/** As much of the client's own order as is read here. */
export interface TwsOrder {
  readonly account?: string
  readonly action?: string
  readonly orderType?: string
  readonly totalQuantity?: number
  readonly lmtPrice?: number
  readonly auxPrice?: number
  readonly trailStopPrice?: number
  readonly trailingPercent?: number
  readonly permId?: number
  readonly clientId?: number
  readonly parentId?: number
  readonly ocaGroup?: string
}

/** Of so many turns one asks for a list that was refused. */
const RESTING = 60

export class Orders {
  readonly #wire: Wire
  /** Those told in this session, and those heard of since the last list ended. */
  readonly #told = new Set<string>()
  #listed = new Set<string>()
  #asked = false
  /** TWS refused the list, and how many times it is not asked for now. */
  #refused = false
  #resting = 0

  constructor(wire: Wire) {
    this.#wire = wire
    const { orders } = wire.memory
    for (const [key, { order }] of orders) if (!order.works) orders.delete(key)
  }

  listen(client: IBApi, safely: <A extends unknown[]>(hear: (...args: A) => void) => (...args: A) => void): void {
    client.on(
      EventName.openOrder,
      safely((orderId: number, contract: TwsContract, order: TwsOrder, state: { readonly status?: string }) => this.#hear(orderId, contract, order, state)),
    )
    client.on(
      EventName.openOrderEnd,
      safely(() => this.#endList()),
    )
  }

  /** The list is asked for again and again: TWS tells nobody of a change to an order that another client placed. Never where requests about orders are refused. */
  begin(): void {
    const { readOnly, ordersMs } = this.#wire.settings
    if (readOnly) return
    this.#wire.later(ordersMs, () => this.begin())
    if (this.#resting > 0) {
      this.#resting--
      return
    }
    this.#wire.ask(() => {
      this.#asked = true
      this.#wire.orderRequests.reqAllOpenOrders()
    }, 'patient')
  }

  get refused(): boolean {
    return this.#refused
  }

  /** TWS itself is read-only, whatever we may: it is asked rarely, in case somebody unticks that. Answers whether that is news. */
  refuse(): boolean {
    const isNews = !this.#refused
    this.#refused = true
    this.#asked = false
    this.#resting = RESTING
    return isNews
  }

  #hear(orderId: number, contract: TwsContract, told: TwsOrder, state: { readonly status?: string }): void {
    const order = parseOrder(orderId, contract, told, state.status ?? '')
    const instrument = parseContract(contract)
    if (order === null || 'refused' in instrument) return
    const { venues, orders } = this.#wire.memory
    // Whatever it is filled as, its prices are asked for where it was sent.
    if (contract.exchange !== undefined && contract.exchange !== '' && contract.exchange !== SMART) venues.set(order.conId, contract.exchange)
    const key = order.permId ?? `${order.clientId} ${order.orderId}`
    this.#listed.add(key)
    if (this.#told.has(key) && JSON.stringify(orders.get(key)?.order) === JSON.stringify(order)) return
    this.#told.add(key)
    orders.set(key, { order, instrument })
    for (const forgotten of forgetDone(orders, (known) => known.order.works)) this.#told.delete(forgotten)
    this.#wire.tell({ kind: 'order', order, instrument })
  }

  /** What is in no list any more was filled or cancelled. A list that nobody asked for may be of this client's own orders alone. */
  #endList(): void {
    if (!this.#asked) return
    this.#asked = false
    this.#refused = false
    const { orders } = this.#wire.memory
    for (const [key, { order, instrument }] of orders) {
      if (!order.works || this.#listed.has(key)) continue
      const over = { ...order, works: false }
      orders.set(key, { order: over, instrument })
      this.#wire.tell({ kind: 'order', order: over, instrument })
    }
    this.#listed = new Set()
  }
}

/** Those that may still act; PendingCancel may, until it is confirmed. */
const WORKING = new Set(['ApiPending', 'PendingSubmit', 'PendingCancel', 'PreSubmitted', 'Submitted'])
const STOPS: Readonly<Record<string, 'auxPrice' | 'trailStopPrice'>> = {
  STP: 'auxPrice',
  'STP LMT': 'auxPrice',
  'STP PRT': 'auxPrice',
  TRAIL: 'trailStopPrice',
  'TRAIL LIMIT': 'trailStopPrice',
}

/** null: nothing that could protect one contract (a combo, an order without side or size). */
export function parseOrder(orderId: number, contract: TwsContract, order: TwsOrder, status: string): WorkingOrder | null {
  const conId = Number(contract.conId)
  const side = order.action === 'BUY' ? 'BUY' : order.action === 'SELL' || order.action === 'SSHORT' ? 'SELL' : null
  const quantity = amountOf(order.totalQuantity)
  if (!(conId > 0) || contract.secType === 'BAG' || side === null || quantity === null || order.account === undefined) return null
  const stop = STOPS[order.orderType ?? '']
  const type = stop !== undefined ? 'STOP' : order.orderType === 'LMT' ? 'LIMIT' : 'OTHER'
  const idOf = (id: number | undefined) => (id !== undefined && id > 0 ? String(id) : null)
  return {
    ...{ account: order.account, conId, side, quantity, type },
    price: stop !== undefined ? amountOf(order[stop]) : type === 'LIMIT' ? amountOf(order.lmtPrice) : null,
    trail: stop === 'trailStopPrice' ? `${amountOf(order.auxPrice) ?? ''}|${amountOf(order.trailingPercent) ?? ''}` : null,
    permId: idOf(order.permId),
    orderId: String(orderId),
    clientId: String(order.clientId ?? 0),
    parentId: idOf(order.parentId),
    ocaGroup: order.ocaGroup === undefined || order.ocaGroup === '' ? null : order.ocaGroup,
    works: WORKING.has(status),
  }
}

/** 1.797e308, 0 and nothing are no price and no quantity. */
function amountOf(value: number | undefined): DecimalText | null {
  return value === undefined || !Number.isFinite(value) || value <= 0 || value > 1e300 ? null : plain(decimal(value))
}
