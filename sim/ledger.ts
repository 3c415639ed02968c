// What the gateway's accounts have done so far: fills, commissions, orders, positions at average cost. In memory, told in the tape's order.
// It never looks ahead, and it sends nothing.
import { decimal, ONE, parseDecimal, plain, quotient, ZERO } from '#core/decimal.ts'
import type { Decimal } from '#core/decimal.ts'
import type { Commission, Execution, Instrument } from '#core/facts.ts'

/** An execution as it was when it was played: its order's state after it, and what it realised (null: it opened). */
export interface Fill {
  readonly execution: Execution
  readonly orderQuantity: Decimal
  readonly orderAveragePrice: Decimal
  readonly firstOfOrder: boolean
  /** A later id of a family that is already known. */
  readonly corrects: boolean
  readonly realized: Decimal | null
}

export interface Position {
  readonly account: string
  readonly conId: number
  /** Signed: a short is negative. */
  readonly quantity: Decimal
  /** Price paid per unit, without commissions. */
  readonly averagePrice: Decimal
  readonly realized: Decimal
}

/** One account in one contract: the families in the order of their first fill, each as its highest id tells it. */
interface Holding {
  readonly families: Map<string, Execution>
  position: Position
}

export interface Ledger {
  play(execution: Execution, instrument: Instrument | undefined): Fill
  charge(commission: Commission): Fill | undefined
  fills(): Iterable<Fill>
  commissionOf(executionId: string): Commission | undefined
  position(account: string, conId: number): Position
  positions(): Iterable<Position>
  /** The contracts somebody holds. */
  held(): ReadonlySet<number>
  nextOrderId(): number
}

export function openLedger(): Ledger {
  const fills = new Map<string, Fill>()
  const commissions = new Map<string, Commission>()
  const holdings = new Map<string, Holding>()
  const orders = new Map<string, Map<string, Execution>>()
  const holders = new Map<number, Set<string>>()
  const held = new Set<number>()
  let orderIdMax = 0

  const holdingOf = (account: string, conId: number): Holding => {
    const key = `${account}:${conId}`
    let holding = holdings.get(key)
    if (holding === undefined) {
      holding = { families: new Map(), position: flat(account, conId) }
      holdings.set(key, holding)
    }
    return holding
  }

  function noteHolder({ account, conId, quantity }: Position): void {
    const accounts = holders.get(conId) ?? new Set()
    holders.set(conId, accounts)
    if (quantity.eq(ZERO)) accounts.delete(account)
    else accounts.add(account)
    if (accounts.size === 0) held.delete(conId)
    else held.add(conId)
  }

  return {
    play(execution, instrument) {
      const known = fills.get(execution.executionId)
      if (known !== undefined) return known
      const multiplier = multiplierOf(instrument)
      const holding = holdingOf(execution.account, execution.conId)
      const family = familyOf(execution.executionId)
      const earlier = holding.families.get(family)
      const corrects = earlier !== undefined
      let realized: Decimal | null = null
      if (!corrects || suffixOf(execution.executionId) > suffixOf(earlier.executionId)) holding.families.set(family, execution)
      if (corrects) {
        const { account, conId } = execution
        holding.position = [...holding.families.values()].reduce((position, e) => trade(position, e, multiplier).position, flat(account, conId))
      } else {
        ;({ position: holding.position, realized } = trade(holding.position, execution, multiplier))
      }
      noteHolder(holding.position)

      const order = orders.get(orderKeyOf(execution)) ?? new Map<string, Execution>()
      orders.set(orderKeyOf(execution), order)
      const firstOfOrder = order.size === 0
      order.set(family, holding.families.get(family) ?? execution)
      orderIdMax = Math.max(orderIdMax, Number(execution.orderId ?? 0) || 0)

      const fill = { execution, firstOfOrder, corrects, realized, ...totalOf(order.values()) }
      fills.set(execution.executionId, fill)
      return fill
    },
    charge(commission) {
      commissions.set(commission.executionId, commission)
      return fills.get(commission.executionId)
    },
    fills: () => fills.values(),
    commissionOf: (executionId) => (fills.has(executionId) ? commissions.get(executionId) : undefined),
    position: (account, conId) => holdings.get(`${account}:${conId}`)?.position ?? flat(account, conId),
    *positions() {
      for (const { position } of holdings.values()) yield position
    },
    held: () => held,
    nextOrderId: () => orderIdMax + 1,
  }
}

/** Money per point of price and unit. Here prices of a contract with a magnifier come in minor units; elsewhere nobody knows. */
export function multiplierOf(instrument: Instrument | undefined): Decimal {
  const multiplier = positive(instrument?.multiplier)
  return quotient(multiplier, positive(instrument?.priceMagnifier))
}

function positive(text: string | undefined): Decimal {
  const value = parseDecimal(text)
  return value === null || value.lte(ZERO) ? ONE : value
}

function flat(account: string, conId: number): Position {
  return { account, conId, quantity: ZERO, averagePrice: ZERO, realized: ZERO }
}

/** The position after an execution; what crosses zero closes first and opens the rest at its own price. */
function trade(position: Position, execution: Execution, multiplier: Decimal): { position: Position; realized: Decimal | null } {
  const price = decimal(execution.price)
  const traded = decimal(execution.quantity).times(execution.side === 'BUY' ? 1 : -1)
  const before = position.quantity
  const after = before.plus(traded)
  if (traded.eq(ZERO)) return { position, realized: null }
  if (before.eq(ZERO) || before.gt(ZERO) === traded.gt(ZERO)) {
    const averagePrice = quotient(before.times(position.averagePrice).plus(traded.times(price)), after)
    return { position: { ...position, quantity: after, averagePrice }, realized: null }
  }
  const closed = traded.abs().lt(before.abs()) ? traded.abs() : before.abs()
  const realized = closed
    .times(price.minus(position.averagePrice))
    .times(before.gt(ZERO) ? 1 : -1)
    .times(multiplier)
  const crossed = !after.eq(ZERO) && after.gt(ZERO) !== before.gt(ZERO)
  const averagePrice = after.eq(ZERO) ? ZERO : crossed ? price : position.averagePrice
  return { position: { ...position, quantity: after, averagePrice, realized: position.realized.plus(realized) }, realized }
}

function totalOf(executions: Iterable<Execution>): { orderQuantity: Decimal; orderAveragePrice: Decimal } {
  let orderQuantity = ZERO
  let paid = ZERO
  for (const { quantity, price } of executions) {
    orderQuantity = orderQuantity.plus(quantity)
    paid = paid.plus(decimal(quantity).times(price))
  }
  return { orderQuantity, orderAveragePrice: orderQuantity.eq(ZERO) ? ZERO : quotient(paid, orderQuantity) }
}

const FAMILY_ID = /^([^.]*\.[^.]*\.[^.]*)\.(\d+)$/

/** Ids of four segments with a numeric last one form a family by their first three; any other id stands alone. */
function familyOf(executionId: string): string {
  return FAMILY_ID.exec(executionId)?.[1] ?? executionId
}

function suffixOf(executionId: string): number {
  return Number(FAMILY_ID.exec(executionId)?.[2] ?? 0)
}

/** What makes executions fills of one order, or of one leg of it. */
export function orderKeyOf(execution: Execution): string {
  return `${execution.conId}:${orderNumberOf(execution)}`
}

/** The same for all legs of an order. */
export function orderNumberOf({ account, permId, clientId, orderId, executionId }: Execution): string {
  const number = Number(permId ?? 0) > 0 ? permId : Number(orderId ?? 0) > 0 ? `${clientId ?? 0}/${orderId}` : familyOf(executionId)
  return `${account}:${number}`
}

/** Money as TWS would print it: at most 12 decimals. */
export function moneyText(value: Decimal): string {
  return plain(quotient(value, ONE))
}
