// What we hold of a contract in an account, reckoned from our trades in every way a broker may reckon it: first in first out or at average cost, with
// commissions or without, since the market day began or since before. Pure; position × price is the truth we show, whatever the broker says.
import { type Decimal, decimal, quotient, ZERO } from './decimal.ts'
import type { Instrument } from './facts.ts'
import { magnifierOf } from './minor-units.ts'
import { marketDay } from './session.ts'
import { sum } from './tally.ts'
import type { Instant } from './time.ts'
import type { Fill, Trade } from './trade.ts'

/** One way to count: what a unit that is open cost, in points of price, and what was realised, in money. null: not known. */
export interface Reckoning {
  readonly average: Decimal | null
  readonly realizedToday: Decimal | null
  /** Realised in all that is known, earlier days included. */
  readonly realizedEver: Decimal | null
}

export const BASES = ['FIFO', 'AVERAGE'] as const
export type Basis = (typeof BASES)[number]

/** A price that stood from `at` on. */
export interface Stood {
  readonly at: Instant
  readonly price: number
}

export interface Holding {
  readonly account: string
  readonly conId: number
  readonly symbol: string
  readonly currency: string
  readonly multiplier: Decimal
  /** Signed: a short is negative. */
  readonly quantity: Decimal
  /** By basis, without commissions and with them. null: cannot be reckoned from what is known. */
  readonly reckoned: Readonly<Record<Basis, { readonly gross: Reckoning; readonly net: Reckoning } | null>>
  /** Every fill known of it happened today. */
  readonly startedToday: boolean
  /** The last price seen; null where nothing is open. */
  readonly price: Decimal | null
  /** Prices of the last minutes, oldest first. */
  readonly prices: readonly Stood[]
  /** The same, if its prices come in minor units; null where contract details say nothing of such. */
  readonly minor: Holding | null
}

export interface HoldingsInput {
  /** Of the ORDER unit: all that are open, and those closed since the earliest of them began or the day did. */
  readonly trades: readonly Trade[]
  readonly instruments: ReadonlyMap<number, Instrument>
  readonly prices: ReadonlyMap<number, readonly Stood[]>
  /** The market's time. */
  readonly now: Instant
}

/** One for each account and contract that has a trade, by account, then contract. */
export function holdingsOf({ trades, instruments, prices, now }: HoldingsInput): readonly Holding[] {
  const groups = new Map<string, Trade[]>()
  for (const trade of trades) {
    if (trade.unit !== 'ORDER') continue
    const key = `${trade.account} ${trade.conId}`
    groups.set(key, [...(groups.get(key) ?? []), trade])
  }
  return [...groups.values()]
    .map((group) => {
      const { conId } = group[0] as Trade
      return holdingOf(group, instruments.get(conId), prices.get(conId) ?? [], now)
    })
    .sort((a, b) => (a.account < b.account ? -1 : a.account > b.account ? 1 : a.conId - b.conId))
}

function holdingOf(trades: readonly Trade[], instrument: Instrument | undefined, prices: readonly Stood[], now: Instant): Holding {
  const [first] = trades as readonly [Trade]
  const { account, conId, symbol, currency } = first
  const today = marketDay(now, instrument ?? {})
  const isToday = (at: Instant) => marketDay(at, instrument ?? {}) === today
  const open = trades.filter((trade) => trade.status === 'OPEN')
  const quantity = sum(open.map((trade) => decimal(trade.openQuantity).times(trade.side === 'LONG' ? 1 : -1)))
  // Every open trade sees every price; the one that was last filled also knows that fill.
  const latest = open.reduce<Trade | null>((last, trade) => (last === null || trade.updatedAt > last.updatedAt ? trade : last), null)
  const magnifier = magnifierOf(instrument)
  const reckon = (multiplier: Decimal, minor: Holding | null): Holding => ({
    account,
    conId,
    symbol,
    currency,
    multiplier,
    quantity,
    reckoned: { FIFO: firstInFirstOut(trades, multiplier, isToday), AVERAGE: atAverageCost(trades, multiplier, quantity, isToday) },
    startedToday: trades.every((trade) => trade.fills.every((fill) => isToday(fill.at))),
    price: latest === null ? null : decimal(latest.lastPrice),
    prices,
    minor,
  })
  const multiplier = decimal(first.multiplier)
  return reckon(multiplier, magnifier === null ? null : reckon(quotient(multiplier, magnifier), null))
}

type IsToday = (at: Instant) => boolean
type Both = { readonly gross: Reckoning; readonly net: Reckoning }

function firstInFirstOut(trades: readonly Trade[], multiplier: Decimal, isToday: IsToday): Both {
  let openUnits = ZERO
  let cost = ZERO
  let costFees: Decimal | null = ZERO
  const gross = { today: ZERO, ever: ZERO }
  const fees: { today: Decimal | null; ever: Decimal | null } = { today: ZERO, ever: ZERO }
  for (const trade of trades) {
    const sign = trade.side === 'LONG' ? 1 : -1
    const openQuantity = decimal(trade.openQuantity)
    const entryFees = total(trade.fills.filter((fill) => fill.role === 'ENTRY'))
    const feesOf = (units: Decimal) => (entryFees === null ? null : quotient(entryFees.times(units), decimal(trade.quantity)))
    openUnits = openUnits.plus(openQuantity)
    cost = cost.plus(openQuantity.times(trade.entryPrice))
    // What was paid to get in makes a long one dearer, and a short one's proceeds less.
    costFees = plus(costFees, times(feesOf(openQuantity), sign))
    for (const fill of trade.fills) {
      if (fill.role !== 'EXIT') continue
      const made = decimal(fill.price).minus(trade.entryPrice).times(fill.quantity).times(sign).times(multiplier)
      const paid = plus(fill.commission === null ? null : decimal(fill.commission), feesOf(decimal(fill.quantity)))
      gross.ever = gross.ever.plus(made)
      fees.ever = plus(fees.ever, paid)
      if (!isToday(fill.at)) continue
      gross.today = gross.today.plus(made)
      fees.today = plus(fees.today, paid)
    }
  }
  const average = openUnits.eq(ZERO) ? null : quotient(cost, openUnits)
  return {
    gross: { average, realizedToday: gross.today, realizedEver: gross.ever },
    net: {
      average: average === null || costFees === null ? null : average.plus(quotient(costFees, openUnits.times(multiplier))),
      realizedToday: plus(gross.today, times(fees.today, -1)),
      realizedEver: plus(gross.ever, times(fees.ever, -1)),
    },
  }
}

/** Every fill of these trades in order, at average cost. null where they do not add up to what is held: something before them is not known. */
function atAverageCost(trades: readonly Trade[], multiplier: Decimal, held: Decimal, isToday: IsToday): Both | null {
  const fills = trades.flatMap((trade) => trade.fills).sort((a, b) => a.at - b.at)
  let quantity = ZERO
  let average = ZERO
  let averageNet: Decimal | null = ZERO
  const gross = { today: ZERO, ever: ZERO }
  const net: { today: Decimal | null; ever: Decimal | null } = { today: ZERO, ever: ZERO }
  for (const fill of fills) {
    const traded = decimal(fill.quantity).times(fill.side === 'BUY' ? 1 : -1)
    const fee = fill.commission === null ? null : decimal(fill.commission)
    const after = quantity.plus(traded)
    if (quantity.eq(ZERO) || quantity.gt(ZERO) === traded.gt(ZERO)) {
      const paid = traded.times(fill.price)
      average = quotient(quantity.times(average).plus(paid), after)
      averageNet = averageNet === null || fee === null ? null : quotient(quantity.times(averageNet).plus(paid).plus(quotient(fee, multiplier)), after)
    } else {
      const closed = (traded.abs().lt(quantity.abs()) ? traded.abs() : quantity.abs()).times(quantity.gt(ZERO) ? 1 : -1)
      const made = decimal(fill.price).minus(average).times(closed).times(multiplier)
      const kept = averageNet === null || fee === null ? null : decimal(fill.price).minus(averageNet).times(closed).times(multiplier).minus(fee)
      gross.ever = gross.ever.plus(made)
      net.ever = plus(net.ever, kept)
      if (isToday(fill.at)) {
        gross.today = gross.today.plus(made)
        net.today = plus(net.today, kept)
      }
      if (after.eq(ZERO)) averageNet = ZERO
      else if (after.gt(ZERO) !== quantity.gt(ZERO)) {
        average = decimal(fill.price)
        averageNet = average
      }
    }
    quantity = after
  }
  if (!quantity.eq(held)) return null
  const flat = quantity.eq(ZERO)
  return {
    gross: { average: flat ? null : average, realizedToday: gross.today, realizedEver: gross.ever },
    net: { average: flat ? null : averageNet, realizedToday: net.today, realizedEver: net.ever },
  }
}

/** What a contract nobody of ours holds looks like. */
export function nothingHeld(account: string, conId: number, symbol: string, currency: string, multiplier: Decimal): Holding {
  const nothing: Reckoning = { average: null, realizedToday: ZERO, realizedEver: ZERO }
  const both = { gross: nothing, net: nothing }
  return {
    account,
    conId,
    symbol,
    currency,
    multiplier,
    quantity: ZERO,
    reckoned: { FIFO: both, AVERAGE: both },
    startedToday: true,
    price: null,
    prices: [],
    minor: null,
  }
}

function total(fills: readonly Fill[]): Decimal | null {
  return fills.reduce<Decimal | null>((all, { commission }) => plus(all, commission === null ? null : decimal(commission)), ZERO)
}

function plus(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : a.plus(b)
}

function times(a: Decimal | null, factor: number): Decimal | null {
  return a === null ? null : a.times(factor)
}
