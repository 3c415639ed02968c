// An order that works at the broker, and which of them is the stop, which the target of a trade. Pure: it never sends or changes an order.
//
// The stop is the first protective one: a child of the entry order; else one of the same OCA group; else an opposite stop that covers the trade and came
// within five minutes of the entry. Once a stop is known, another that takes its place is a move of it; where a trailing stop goes by itself is none.
import { type DecimalText, decimal } from './decimal.ts'
import type { Execution, ExecutionSide, Link, Plan } from './facts.ts'
import type { Instant } from './time.ts'
import type { TradeSide } from './trade.ts'

/** What is known of an order of any kind: whose it is, by which numbers, and whether it works. */
export interface OrderState {
  readonly account: string
  readonly permId: string | null
  readonly orderId: string
  readonly clientId: string
  /** False once it was filled, cancelled or refused. */
  readonly works: boolean
}

export interface WorkingOrder extends OrderState {
  readonly conId: number
  readonly side: ExecutionSide
  readonly quantity: DecimalText
  /** STOP: acts at `price` against the position. LIMIT: at `price` or better. */
  readonly type: 'STOP' | 'LIMIT' | 'OTHER'
  /** As quoted; null: none that can be told. */
  readonly price: DecimalText | null
  /** A stop that follows the market by itself: how far behind, as it was told; null: it stands still. */
  readonly trail: string | null
  /** The order id, of the same client, of the order it waits for. */
  readonly parentId: string | null
  readonly ocaGroup: string | null
}

/** An order as it was heard of: when first, in market time. The price of one that trails is where it stood when somebody set it, as far as that was heard. */
export interface HeardOrder extends WorkingOrder {
  readonly since: Instant
  /** Somebody set how far it trails anew since. */
  readonly reset: boolean
}

/** Orders that work no longer, and may still say which trade another belongs to. */
const DONE_MAX = 200

/** Of the orders that work no longer the first are forgotten: those of the trades that are open came later. Answers which. */
export function forgetDone<Order>(orders: Map<string, Order>, works: (order: Order) => boolean): readonly string[] {
  if (orders.size <= DONE_MAX) return []
  const done = [...orders].flatMap(([key, order]) => (works(order) ? [] : [key]))
  const forgotten = done.slice(0, Math.max(0, done.length - DONE_MAX))
  for (const key of forgotten) orders.delete(key)
  return forgotten
}

/** An order as it is told now, after what was heard of it before. */
export function heardAgain(order: WorkingOrder, before: HeardOrder | undefined, now: Instant): HeardOrder {
  if (before === undefined) return { ...order, since: now, reset: false }
  if (order.trail === null || before.price === null) return { ...order, since: before.since, reset: before.reset }
  return order.trail === before.trail
    ? { ...order, price: before.price, since: before.since, reset: before.reset }
    : { ...order, since: before.since, reset: true }
}

/** An open trade of an entry order, as far as its stop is looked for. */
export interface OpenedTrade {
  readonly account: string
  readonly conId: number
  readonly side: TradeSide
  readonly openedAt: Instant
  readonly openQuantity: DecimalText
  /** The execution that opened it. */
  readonly opening: Pick<Execution, 'executionId' | 'permId' | 'orderId' | 'clientId'>
  /** Another account was filled under the same execution id. */
  readonly sharesId?: boolean
  /** Where its stop and target stand as far as is known. */
  readonly stop: DecimalText | null
  readonly target: DecimalText | null
}

const NEAR_MS = 5 * 60_000

/** What the broker's orders say of the trade that is not known yet; null: nothing. `orders`: every one heard of, those that no longer work too. */
export function planSeen(trade: OpenedTrade, orders: readonly HeardOrder[], now: Instant): Plan | null {
  const exits = exitsOf(trade, orders)
  const stop = exits.find((exit) => exit.order.type === 'STOP' && exit.order.price !== null && isItsStop(exit, trade, orders))
  const target = exits.find(({ order: { type, price }, tie }) => type === 'LIMIT' && price !== null && (tie === 'CHILD' || tie === 'OCA'))
  const newStop = isNews(stop?.order.price, trade.stop) && stop !== undefined && wasSet(stop, trade, orders)
  const newTarget = isNews(target?.order.price, trade.target)
  if (!newStop && !newTarget) return null
  // What stood there before the fill, or came along with the entry order, belongs to the entry; unless it was first heard of long after.
  const ofEntry = [newStop ? trade.stop === null && cameWith(stop, trade, now) : true, newTarget ? trade.target === null && cameWith(target, trade, now) : true]
  return {
    kind: 'plan',
    executionId: trade.opening.executionId,
    ...(trade.sharesId === true ? { account: trade.account } : {}),
    ...(newStop ? { stop: stop?.order.price as DecimalText } : {}),
    ...(newTarget ? { target: target?.order.price as DecimalText } : {}),
    at: ofEntry.every(Boolean) ? trade.openedAt : Math.max(now, trade.openedAt),
  }
}

/** The exit orders that belong to the trade's entry order, by parent or OCA group. */
export function linksSeen(trade: OpenedTrade, orders: readonly HeardOrder[]): readonly Link[] {
  const entryPermId = trade.opening.permId
  if (entryPermId === undefined || Number(entryPermId) <= 0) return []
  return exitsOf(trade, orders).flatMap(({ order: { permId }, tie }) =>
    permId === null || (tie !== 'CHILD' && tie !== 'OCA') ? [] : [{ kind: 'link' as const, account: trade.account, exitPermId: permId, entryPermId }],
  )
}

const TIES = ['CHILD', 'OCA', 'NEAR', 'STANDING'] as const
/** CHILD and OCA of the entry order; a stop NEAR its time; one that is just STANDING there, and covers the trade. */
type Tie = (typeof TIES)[number]

interface Exit {
  readonly order: HeardOrder
  readonly tie: Tie
}

/** The orders that work against the trade, the closest tie first, then the one heard of first. */
function exitsOf(trade: OpenedTrade, orders: readonly HeardOrder[]): readonly Exit[] {
  const mine = orders.filter(({ account, conId }) => account === trade.account && conId === trade.conId)
  const groups = new Set(
    mine.flatMap((order) => (order.ocaGroup !== null && (isEntry(order, trade) || isChild(order, trade)) ? [`${order.clientId} ${order.ocaGroup}`] : [])),
  )
  const against = trade.side === 'LONG' ? 'SELL' : 'BUY'
  return mine
    .flatMap((order): Exit[] => {
      const tie = order.works && order.side === against ? tieOf(order, trade, groups) : null
      return tie === null ? [] : [{ order, tie }]
    })
    .sort((a, b) => TIES.indexOf(a.tie) - TIES.indexOf(b.tie) || a.order.since - b.order.since)
}

function tieOf(order: HeardOrder, trade: OpenedTrade, groups: ReadonlySet<string>): Tie | null {
  if (isChild(order, trade)) return 'CHILD'
  if (order.ocaGroup !== null && groups.has(`${order.clientId} ${order.ocaGroup}`)) return 'OCA'
  // A child of another entry is that one's.
  if (order.parentId !== null || decimal(order.quantity).lt(trade.openQuantity)) return null
  return Math.abs(order.since - trade.openedAt) <= NEAR_MS ? 'NEAR' : 'STANDING'
}

/** One that is just standing there, came after the trade and is there when its stop is gone took that one's place; any other protects something else. */
function isItsStop({ order, tie }: Exit, trade: OpenedTrade, orders: readonly HeardOrder[]): boolean {
  return tie !== 'STANDING' || (order.since > trade.openedAt && trade.stop !== null && replaced(order, trade.stop, orders))
}

/** Somebody put it where it is; where a trailing one had gone when it was heard of first, at a start, nobody did. */
function wasSet({ order }: Exit, { stop }: OpenedTrade, orders: readonly HeardOrder[]): boolean {
  return order.trail === null || stop === null || order.reset || replaced(order, stop, orders)
}

/** The stop that stood there works no longer. */
function replaced({ account, conId, side }: HeardOrder, stop: DecimalText, orders: readonly HeardOrder[]): boolean {
  return orders.some(
    (other) => other.type === 'STOP' && !other.works && other.account === account && other.conId === conId && other.side === side && isSame(other.price, stop),
  )
}

function isSame(price: DecimalText | null, stop: DecimalText): boolean {
  return price !== null && decimal(price).eq(stop)
}

function isEntry({ permId, orderId, clientId }: WorkingOrder, { opening }: OpenedTrade): boolean {
  if (permId !== null && Number(opening.permId ?? 0) > 0) return permId === opening.permId
  return Number(orderId) > 0 && orderId === opening.orderId && clientId === (opening.clientId ?? '0')
}

function isChild({ parentId, clientId }: WorkingOrder, { opening }: OpenedTrade): boolean {
  return parentId !== null && parentId === opening.orderId && clientId === (opening.clientId ?? '0')
}

function isNews(price: DecimalText | null | undefined, known: DecimalText | null): boolean {
  return price != null && (known === null || !decimal(price).eq(known))
}

function cameWith(exit: Exit | undefined, { openedAt }: OpenedTrade, now: Instant): boolean {
  return exit !== undefined && (exit.order.since <= openedAt || (exit.tie === 'CHILD' && now - openedAt <= NEAR_MS))
}
