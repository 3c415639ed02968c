// The stop and target orders that the tape's plans stand for: children of the entry order they belong to, open until the position is closed.
// TWS knows orders, not plans; a tape knows plans, not orders.
import { decimal, plain } from '#core/decimal.ts'
import type { Decimal, DecimalText } from '#core/decimal.ts'
import type { Execution, Plan } from '#core/facts.ts'
import type { Fill, Position } from './ledger.ts'
import type { Order, OrderStatusName } from './order.ts'

/** An order as it is to be told now. */
export interface ToldOrder {
  readonly conId: number
  readonly order: Order
  readonly status: OrderStatusName
}

/** Numbers of these orders: far from those of any tape. */
const FIRST_ID = 900_000_001

export class Protection {
  /** By the execution that opened, then by what it is. */
  readonly #open = new Map<string, Map<Order['type'], ToldOrder>>()
  readonly #entries = new Map<string, Execution>()
  /** Plans that stand on the tape before their execution. */
  readonly #ahead = new Map<string, Plan[]>()
  readonly #held: (account: string, conId: number) => Decimal
  #nextId = FIRST_ID

  /** `held`: what is held by then, which a new order is to protect. */
  constructor(held: (account: string, conId: number) => Decimal) {
    this.#held = held
  }

  /** Every one that is open. */
  open(): readonly ToldOrder[] {
    return [...this.#open.values()].flatMap((orders) => [...orders.values()])
  }

  /** A plan of the tape: its orders are placed, or moved. */
  plan(plan: Plan): readonly ToldOrder[] {
    const entry = this.#entries.get(plan.executionId)
    if (entry === undefined) {
      this.#ahead.set(plan.executionId, [...(this.#ahead.get(plan.executionId) ?? []), plan])
      return []
    }
    const told: ToldOrder[] = []
    const quantity = plain(this.#held(entry.account, entry.conId).abs())
    if (quantity === '0') return []
    if (plan.stop !== undefined) told.push(this.#place(entry, quantity, 'STP', plan.stop))
    if (plan.target !== undefined) told.push(this.#place(entry, quantity, 'LMT', plan.target))
    return told
  }

  /** An execution of the tape, before it is told: its bracket is there already. */
  before({ execution, corrects }: Fill): readonly ToldOrder[] {
    if (!corrects) this.#entries.set(execution.executionId, execution)
    const ahead = this.#ahead.get(execution.executionId) ?? []
    this.#ahead.delete(execution.executionId)
    return ahead.flatMap((plan) => this.plan(plan))
  }

  /** A position after an execution: once it is flat, or turned, what protected it is cancelled. */
  after({ account, conId, quantity }: Position): readonly ToldOrder[] {
    const against = quantity.gt(0) ? 'SELL' : quantity.lt(0) ? 'BUY' : null
    const over = this.open().filter(({ order, conId: of }) => order.account === account && of === conId && order.action !== against)
    for (const [executionId, orders] of this.#open) if ([...orders.values()].some((told) => over.includes(told))) this.#open.delete(executionId)
    return over.map((told) => ({ ...told, status: 'Cancelled' }))
  }

  #place({ executionId, account, conId, side, orderId, clientId }: Execution, quantity: DecimalText, type: 'STP' | 'LMT', price: DecimalText): ToldOrder {
    const orders = this.#open.get(executionId) ?? new Map<Order['type'], ToldOrder>()
    this.#open.set(executionId, orders)
    const known = orders.get(type)?.order
    const id = known?.orderId ?? String(this.#nextId++)
    const order: Order = {
      ...{ orderId: id, permId: known?.permId ?? id, clientId: clientId ?? '0', account, orderRef: '', quantity: known?.quantity ?? quantity },
      ...{ action: side === 'BUY' ? 'SELL' : 'BUY', type, price: plain(decimal(price)), parentId: orderId ?? '0' },
    }
    const told: ToldOrder = { conId, order, status: 'PreSubmitted' }
    orders.set(type, told)
    return told
  }
}
