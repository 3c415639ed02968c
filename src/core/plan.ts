// What a trade was meant to risk: its R, frozen when its first stop is known, and how the stop was moved since. Pure; it never changes a stop.
//
// R = |entry − initial stop| · quantity · multiplier (domain.md). A stop said of the entry itself, by the order's reference, by the trader or by a plan
// dated before the first fill, is that of the whole entry order, however many fills it took: an order is one decision. A stop that came later freezes R
// with the entry and the open quantity of that moment. Neither a later stop nor a later fill changes it.
import { type Decimal, type DecimalText, decimal, type Fraction, plain, quotient, ZERO } from './decimal.ts'
import { familyOf } from './execution.ts'
import type { Plan } from './facts.ts'
import type { Instant } from './time.ts'
import type { Fill, Trade } from './trade.ts'

/** What is needed of a trade. */
export type PlannedTrade = Pick<Trade, 'side' | 'multiplier' | 'openedAt' | 'closedAt' | 'fills'>

export interface Risk {
  /** 1 R, in the instrument's currency. */
  readonly amount: DecimalText
  readonly stop: DecimalText
  readonly entryPrice: DecimalText
  readonly quantity: DecimalText
  readonly frozenAt: Instant
}

/** 'stop widened, 98.0 → 96.5, −0.4 R'. */
export interface StopMove {
  readonly way: 'WIDENED' | 'TIGHTENED'
  readonly from: DecimalText
  readonly to: DecimalText
  /** Below 0 where there is more to lose than before; null where R is 0. */
  readonly r: DecimalText | null
  readonly at: Instant
}

export interface TradePlan {
  /** Null without a stop. */
  readonly risk: Risk | null
  /** Where stop and target stand now. */
  readonly stop: DecimalText | null
  readonly target: DecimalText | null
  readonly moves: readonly StopMove[]
  /** So much money in R, at most 12 decimals; null where R is unknown or 0. */
  inR(pnl: DecimalText): DecimalText | null
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
export function planOf(trade: PlannedTrade, said: SaidOfEntry, plans: readonly Plan[], opening: PlannedTrade = trade): TradePlan {
  const own = plansOf(trade, plans)
  const stops = own.flatMap(({ stop, at }) => (stop === undefined ? [] : [{ price: plain(decimal(stop)), at }]))
  const early = said.initialStop ?? stops.findLast(({ at }) => at <= trade.openedAt)?.price
  const later = stops.filter(({ at }) => at > trade.openedAt)
  const first = early === undefined ? later.shift() : { price: plain(decimal(early)), at: trade.openedAt }
  const target = own.findLast((plan) => plan.target !== undefined)?.target ?? said.initialTarget ?? null
  const size = first === undefined ? null : early === undefined ? sizeAt(trade, first.at) : entryOf(opening)
  if (first === undefined || size === null) return { risk: null, stop: first?.price ?? null, target, moves: [], inR: () => null }
  const amount = amountOf(size, decimal(first.price), decimal(trade.multiplier))
  const inR = (pnl: Decimal) => (amount.n.eq(ZERO) ? null : plain(quotient(pnl.times(amount.d), amount.n)))
  const worth = size.open.times(trade.multiplier).times(trade.side === 'LONG' ? 1 : -1)
  const moves: StopMove[] = []
  let from = first.price
  for (const { price: to, at } of later) {
    if (to === from) continue
    const change = decimal(to).minus(from).times(worth)
    moves.push({ way: change.lt(ZERO) ? 'WIDENED' : 'TIGHTENED', from, to, r: inR(change), at })
    from = to
  }
  return {
    risk: {
      amount: plain(quotient(amount.n, amount.d)),
      stop: first.price,
      entryPrice: plain(quotient(size.cost, size.entered)),
      quantity: plain(size.open),
      frozenAt: first.at,
    },
    stop: from,
    target,
    moves,
    inR: (pnl) => inR(decimal(pnl)),
  }
}

/** The plans of the execution that opened the trade, told while it was not over, by time. */
function plansOf({ fills: [first], closedAt }: PlannedTrade, plans: readonly Plan[]): readonly Plan[] {
  const family = familyOf(first?.executionId ?? '')
  return plans.filter((plan) => familyOf(plan.executionId) === family && (closedAt === null || plan.at < closedAt)).sort((a, b) => a.at - b.at)
}

interface Size {
  readonly entered: Decimal
  readonly cost: Decimal
  readonly open: Decimal
}

/** All that was entered before anything was taken out again. */
function entryOf({ fills }: PlannedTrade): Size | null {
  const end = fills.findIndex(({ role }) => role === 'EXIT')
  return sizeOf(end < 0 ? fills : fills.slice(0, end))
}

function sizeAt({ fills }: PlannedTrade, at: Instant): Size | null {
  return sizeOf(fills.filter((fill) => fill.at <= at))
}

function sizeOf(fills: readonly Fill[]): Size | null {
  let [entered, cost, open] = [ZERO, ZERO, ZERO]
  for (const { role, quantity, price } of fills) {
    open = role === 'ENTRY' ? open.plus(quantity) : open.minus(quantity)
    if (role === 'EXIT') continue
    entered = entered.plus(quantity)
    cost = cost.plus(decimal(quantity).times(price))
  }
  return open.gt(ZERO) ? { entered, cost, open } : null
}

/** |cost / entered − stop| · open · multiplier, exactly. */
function amountOf({ entered, cost, open }: Size, stop: Decimal, multiplier: Decimal): Fraction {
  return { n: cost.minus(stop.times(entered)).abs().times(open).times(multiplier), d: entered }
}
