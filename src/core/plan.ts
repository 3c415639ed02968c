// What a trade was meant to risk: its R, frozen when its first stop is known, and how the stop was moved since. Pure; it never changes a stop.
//
// R = |entry − initial stop| · quantity · multiplier (domain.md). A stop said of the entry itself, by the order's reference, by the trader or by a plan
// dated before the first fill, is that of the whole entry order, however many fills it took: an order is one decision. A stop that came later freezes R
// with the entry and the open quantity of that moment. Neither a later stop nor a later fill changes it.
import { type Decimal, type DecimalText, decimal, type Fraction, ONE, plain, quotient, ZERO } from './decimal.ts'
import { familyOf } from './execution.ts'
import type { Plan } from './facts.ts'
import { readOrderRef } from './order-ref.ts'
import type { Instant } from './time.ts'
import type { Fill, Risk, StopMove, Trade, TradePlan } from './trade.ts'
import type { SaidOfTrade } from './words.ts'

/** A fill, or a split: from then on there are `ratio` units for each one before. */
export type PlannedStep =
  | {
      readonly role: Fill['role']
      readonly executionId: string
      readonly quantity: Decimal | DecimalText
      readonly price: Decimal | DecimalText
      readonly at: Instant
    }
  | { readonly role: 'SPLIT'; readonly ratio: Decimal; readonly at: Instant }

/** What is needed of a trade; `fills` by time. */
export interface PlannedTrade extends Pick<Trade, 'side' | 'openedAt' | 'closedAt'> {
  readonly multiplier: Decimal | DecimalText
  readonly fills: readonly PlannedStep[]
}

export interface Planned extends TradePlan {
  /** 1 R exactly; null where it is unknown or 0. */
  readonly unit: Fraction | null
}

/** What was said of the entry itself: by the trader, else by the order's reference. */
export interface SaidOfEntry {
  readonly initialStop: DecimalText | null
  readonly initialTarget?: DecimalText | null
}

/**
 * The plan of a trade. `plans`: facts of any trade, in any order; those of the execution that opened this one count.
 * `opening`: the ORDER trade that opened with the same execution, so that a round trip risks what its first order did; it may be the trade itself.
 */
export function planOf(trade: PlannedTrade, said: SaidOfEntry, plans: readonly Plan[], opening: PlannedTrade = trade): Planned {
  const own = plansOf(trade, plans)
  const stops = own.flatMap(({ stop, at }) => (stop === undefined ? [] : [{ price: decimal(stop), at }]))
  const early = said.initialStop ?? stops.findLast(({ at }) => at <= trade.openedAt)?.price
  const later = stops.filter(({ at }) => at > trade.openedAt)
  const first = early === undefined ? later.shift() : { price: decimal(early), at: trade.openedAt }
  const target = targetOf(trade, said, own)
  const size = first === undefined ? null : early === undefined ? sizeAt(trade, first.at) : entryOf(opening)
  if (first === undefined || size === null) return { risk: null, stop: first === undefined ? null : plain(first.price), target, moves: [], unit: null }
  const amount = amountOf(size, first.price, decimal(trade.multiplier))
  const unit = amount.n.eq(ZERO) ? null : amount
  const worth = size.open.times(trade.multiplier).times(trade.side === 'LONG' ? 1 : -1)
  const moves: StopMove[] = []
  let last = first
  for (const { price: to, at } of later) {
    const from = quotient(last.price, ratioOf(trade, last.at, at))
    last = { price: to, at }
    if (to.eq(from)) continue
    const change = to
      .minus(from)
      .times(worth)
      .times(ratioOf(trade, first.at, at))
    const r = unit === null ? null : plain(quotient(change.times(unit.d), unit.n))
    moves.push({ way: change.lt(ZERO) ? 'WIDENED' : 'TIGHTENED', from: plain(from), to: plain(to), r, at })
  }
  const risk = {
    amount: plain(quotient(amount.n, amount.d)),
    stop: plain(first.price),
    entryPrice: plain(quotient(size.cost, size.entered)),
    quantity: plain(size.open),
    frozenAt: first.at,
  }
  return { risk, stop: plain(quotient(last.price, ratioOf(trade, last.at, Number.POSITIVE_INFINITY))), target, moves, unit }
}

/** The R a trade is told with: none while the trader's newest word on its stop waits to be folded. */
export function riskOf({ plan, initialStop }: { readonly plan: TradePlan | null; readonly initialStop: DecimalText | null }): Risk | null {
  const risk = plan?.risk ?? null
  return risk !== null && initialStop !== null && !decimal(initialStop).eq(risk.stop) ? null : risk
}

/** So much money in R, at most 12 decimals; null where R is unknown or 0. */
export function inR(risk: Risk | null, pnl: DecimalText): DecimalText | null {
  const amount = decimal(risk?.amount ?? 0)
  return amount.eq(ZERO) ? null : plain(quotient(decimal(pnl), amount))
}

/** What is said of the entry itself: by the trader, and where the trader did not speak by the order's reference. */
export function saidOfEntry(trader: SaidOfTrade, orderRef: string | null): SaidOfEntry {
  const order = readOrderRef(orderRef)
  return {
    initialStop: trader.initialStop === undefined ? order.initialStop : trader.initialStop,
    initialTarget: trader.initialTarget === undefined ? order.initialTarget : trader.initialTarget,
  }
}

/** Where it stands now: as it was moved last, else as it was said of the entry. */
function targetOf(trade: PlannedTrade, said: SaidOfEntry, own: readonly Plan[]): DecimalText | null {
  const targets = own.flatMap(({ target, at }) => (target === undefined ? [] : [{ price: target, at }]))
  const moved = targets.findLast(({ at }) => at > trade.openedAt)
  const price = moved?.price ?? said.initialTarget ?? targets.at(-1)?.price
  return price === undefined ? null : plain(quotient(decimal(price), ratioOf(trade, moved?.at ?? trade.openedAt, Number.POSITIVE_INFINITY)))
}

/** The plans of the execution that opened the trade, told while it was not over, by time. */
function plansOf({ fills, closedAt }: PlannedTrade, plans: readonly Plan[]): readonly Plan[] {
  const first = fills.find((step) => step.role !== 'SPLIT')
  const family = familyOf(first?.executionId ?? '')
  return plans.filter((plan) => familyOf(plan.executionId) === family && (closedAt === null || plan.at < closedAt)).sort((a, b) => a.at - b.at)
}

interface Size {
  readonly entered: Decimal
  readonly cost: Decimal
  readonly open: Decimal
}

/** All that was entered before anything was taken out again, or a unit became another one. */
function entryOf({ fills }: PlannedTrade): Size | null {
  const end = fills.findIndex(({ role }) => role !== 'ENTRY')
  return sizeOf(end < 0 ? fills : fills.slice(0, end))
}

/** In the units of that moment. */
function sizeAt({ fills }: PlannedTrade, at: Instant): Size | null {
  return sizeOf(fills.filter((fill) => fill.at <= at))
}

function sizeOf(fills: readonly PlannedStep[]): Size | null {
  let [entered, cost, open] = [ZERO, ZERO, ZERO]
  for (const step of fills) {
    if (step.role === 'SPLIT') {
      entered = entered.times(step.ratio)
      open = open.times(step.ratio)
      continue
    }
    open = step.role === 'ENTRY' ? open.plus(step.quantity) : open.minus(step.quantity)
    if (step.role === 'EXIT') continue
    entered = entered.plus(step.quantity)
    cost = cost.plus(decimal(step.quantity).times(step.price))
  }
  return open.gt(ZERO) ? { entered, cost, open } : null
}

/** Units at `until` for one unit at `since`. */
function ratioOf({ fills }: PlannedTrade, since: Instant, until: Instant): Decimal {
  return fills.reduce((ratio, step) => (step.role === 'SPLIT' && step.at > since && step.at <= until ? ratio.times(step.ratio) : ratio), ONE)
}

/** |cost / entered − stop| · open · multiplier, exactly. */
function amountOf({ entered, cost, open }: Size, stop: Decimal, multiplier: Decimal): Fraction {
  return { n: cost.minus(stop.times(entered)).abs().times(open).times(multiplier), d: entered }
}
