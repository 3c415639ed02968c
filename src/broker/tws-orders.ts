// The open orders of one TWS session, as far as they are visible: those TWS tells by itself, and the list asked for where that is allowed. It only
// listens to them: which of them is a trade's stop is decided elsewhere (core/working-order.ts).
import { EventName, type IBApi } from '@stoqey/ib'
import { type DecimalText, decimal, plain } from '#core/decimal.ts'
import type { Instrument } from '#core/facts.ts'
import { forgetDone, type OrderState, type WorkingOrder } from '#core/working-order.ts'
import type { Contracts } from './tws-contracts.ts'
import { parseContract, type TwsContract } from './tws-parse.ts'
import { type OrderEvent, SMART, type Wire } from './tws-wire.ts'

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
  readonly #contracts: Contracts
  /** The contracts of each combination's legs. */
  readonly #legs = new Map<string, readonly number[]>()
  /** Those told in this session, and those heard of since the last list ended. */
  readonly #told = new Set<string>()
  #listed = new Set<string>()
  #asked = false
  /** TWS refused the list, and how many times it is not asked for now. */
  #refused = false
  #resting = 0
  /** What was told of that; null: nothing yet. */
  #visible: boolean | null = null

  constructor(wire: Wire, contracts: Contracts) {
    this.#wire = wire
    this.#contracts = contracts
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
    this.#tellVisible(false)
    return isNews
  }

  #tellVisible(visible: boolean): void {
    if (this.#visible === visible) return
    this.#visible = visible
    this.#wire.tell({ kind: 'orders', visible })
  }

  #hear(orderId: number, contract: TwsContract, told: TwsOrder, state: { readonly status?: string }): void {
    const status = state.status ?? ''
    const event = contract.secType === 'BAG' ? this.#readCombo(orderId, contract, told, status) : this.#readOrder(orderId, contract, told, status)
    if (event === null) return
    const { orders } = this.#wire.memory
    const key = keyOf(event.order)
    this.#listed.add(key)
    if (this.#told.has(key) && JSON.stringify(orders.get(key)) === JSON.stringify(event)) return
    this.#told.add(key)
    orders.set(key, event)
    for (const forgotten of forgetDone(orders, (known) => known.order.works)) {
      this.#told.delete(forgotten)
      this.#legs.delete(forgotten)
    }
    this.#wire.tell(event)
  }

  #readOrder(orderId: number, contract: TwsContract, told: TwsOrder, status: string): OrderEvent | null {
    const order = parseOrder(orderId, contract, told, status)
    const instrument = parseContract(contract)
    if (order === null || 'refused' in instrument) return null
    this.#noteVenue(order.conId, contract.exchange)
    return { kind: 'order', order, instrument }
  }

  /** A leg is told by its number alone: what it is has to be asked for, unless it is known. */
  #readCombo(orderId: number, contract: TwsContract, told: TwsOrder, status: string): OrderEvent | null {
    const order = parseState(orderId, told, status)
    const conIds = [...new Set((contract.comboLegs ?? []).map(({ conId }) => Number(conId)))].filter((conId) => conId > 0)
    if (order === null || conIds.length === 0) return null
    for (const { conId, exchange } of contract.comboLegs ?? []) this.#noteVenue(Number(conId), exchange)
    this.#legs.set(keyOf(order), conIds)
    if (order.works) for (const conId of conIds) if (!this.#wire.memory.instruments.has(conId)) this.#contracts.askDetails(conId)
    return { kind: 'combo', order, legs: this.#known(conIds) }
  }

  /** More may be known of the legs of combinations that work. */
  legsKnown(): void {
    const { orders } = this.#wire.memory
    for (const [key, conIds] of this.#legs) {
      const event = orders.get(key)
      const legs = this.#known(conIds)
      if (event?.kind !== 'combo' || !event.order.works || legs.length === event.legs.length) continue
      const more = { ...event, legs }
      orders.set(key, more)
      this.#wire.tell(more)
    }
  }

  #known(conIds: readonly number[]): readonly Instrument[] {
    return conIds.flatMap((conId) => this.#wire.memory.instruments.get(conId) ?? [])
  }

  /** Whatever it is filled as, its prices are asked for where it was sent. */
  #noteVenue(conId: number, exchange: string | undefined): void {
    if (exchange !== undefined && exchange !== '' && exchange !== SMART) this.#wire.memory.venues.set(conId, exchange)
  }

  /** What is in no list any more was filled or cancelled. A list that nobody asked for may be of this client's own orders alone. */
  #endList(): void {
    if (!this.#asked) return
    this.#asked = false
    this.#refused = false
    this.#tellVisible(true)
    const { orders } = this.#wire.memory
    for (const [key, event] of orders) {
      if (!event.order.works || this.#listed.has(key)) continue
      const over = overOf(event)
      orders.set(key, over)
      this.#wire.tell(over)
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
  const state = parseState(orderId, order, status)
  if (!(conId > 0) || contract.secType === 'BAG' || side === null || quantity === null || state === null) return null
  const stop = STOPS[order.orderType ?? '']
  const type = stop !== undefined ? 'STOP' : order.orderType === 'LMT' ? 'LIMIT' : 'OTHER'
  return {
    ...{ ...state, conId, side, quantity, type },
    price: stop !== undefined ? amountOf(order[stop]) : type === 'LIMIT' ? amountOf(order.lmtPrice) : null,
    trail: stop === 'trailStopPrice' ? `${amountOf(order.auxPrice) ?? ''}|${amountOf(order.trailingPercent) ?? ''}` : null,
    parentId: idOf(order.parentId),
    ocaGroup: order.ocaGroup === undefined || order.ocaGroup === '' ? null : order.ocaGroup,
  }
}

/** null: nobody knows whose it is. */
function parseState(orderId: number, { account, permId, clientId }: TwsOrder, status: string): OrderState | null {
  if (account === undefined) return null
  return { account, permId: idOf(permId), orderId: String(orderId), clientId: String(clientId ?? 0), works: WORKING.has(status) }
}

function keyOf({ permId, clientId, orderId }: OrderState): string {
  return permId ?? `${clientId} ${orderId}`
}

function overOf(event: OrderEvent): OrderEvent {
  return event.kind === 'order' ? { ...event, order: { ...event.order, works: false } } : { ...event, order: { ...event.order, works: false } }
}

function idOf(id: number | undefined): string | null {
  return id !== undefined && id > 0 ? String(id) : null
}

/** 1.797e308, 0 and nothing are no price and no quantity. */
function amountOf(value: number | undefined): DecimalText | null {
  return value === undefined || !Number.isFinite(value) || value <= 0 || value > 1e300 ? null : plain(decimal(value))
}
