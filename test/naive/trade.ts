// The naive fold: fills to trades, marks to the moments of a trade, and a trade as it is printed.
import type { Fill } from './fills.ts'
import type { AcceptedMark } from './filter.ts'
import { absolute, add, compare, div, least, mul, parse, plain, type Q, rounded, sign, sub, twelveDigits, whole, ZERO } from './fraction.ts'
import { comparePlaces, type Json, MARK, type Place, type Range, type Split, type Told, type Unit } from './tape.ts'

/** A fill, or the part of one that belongs to this trade. */
export interface Part {
  readonly fill: Fill
  readonly quantity: Q
  readonly enters: boolean
}
export interface NaiveTrade {
  readonly unit: Unit
  readonly tradeId: string
  readonly account: string
  readonly conId: number
  readonly sign: 1 | -1
  readonly orderKey: string
  readonly held: boolean
  readonly parts: Part[]
}

/** How many units at `place` one unit of `then` has become. */
export function grown(conId: number, then: Place, place: Place, splits: readonly Split[]): Q {
  const between = splits.filter((split) => split.conId === conId && comparePlaces(split.place, then) > 0 && comparePlaces(split.place, place) <= 0)
  return between.reduce((ratio, split) => mul(ratio, split.ratio), whole(1n))
}

function unitsAt(part: Part, place: Place, splits: readonly Split[]): Q {
  return mul(part.quantity, grown(part.fill.conId, part.fill.place, place, splits))
}

function openQuantity(trade: NaiveTrade, place: Place, splits: readonly Split[]): Q {
  return trade.parts.reduce((sum, part) => (part.enters ? add(sum, unitsAt(part, place, splits)) : sub(sum, unitsAt(part, place, splits))), ZERO)
}

/** Where a trade ended; null while it is open. */
export function closingPlace(trade: NaiveTrade, splits: readonly Split[]): Place | null {
  const { place } = (trade.parts.at(-1) as Part).fill
  return sign(openQuantity(trade, place, splits)) === 0 ? place : null
}

/** Both units: what a fill does to held trades, its round trip never sees. */
export function tradesOf(fills: readonly Fill[], splits: readonly Split[]): NaiveTrade[] {
  const trades: NaiveTrade[] = [] // by first fill
  for (const fill of fills) {
    const isOpen = (trade: NaiveTrade) => trade.account === fill.account && trade.conId === fill.conId && sign(openQuantity(trade, fill.place, splits)) > 0
    const open = (unit: Unit, held: boolean) => trades.filter((trade) => trade.unit === unit && trade.held === held && isOpen(trade))
    /** Answers what is left. */
    const close = (queue: readonly NaiveTrade[], wanted: Q): Q => {
      let left = wanted
      for (const trade of queue) {
        const quantity = least(left, openQuantity(trade, fill.place, splits))
        if (trade.sign === fill.sign || sign(quantity) === 0) continue
        trade.parts.push({ fill, quantity, enters: false })
        left = sub(left, quantity)
      }
      return left
    }
    const enter = (unit: Unit, trade: NaiveTrade | undefined, quantity: Q) => {
      const part = { fill, quantity, enters: true }
      if (trade !== undefined) trade.parts.push(part)
      else {
        const { account, conId, orderKey, family, sign: side } = fill
        const held = unit === 'ORDER' && fill.held
        trades.push({ unit, tradeId: `${unit}:${account}:${conId}:${family}`, account, conId, sign: side, orderKey, held, parts: [part] })
      }
    }
    const queue = [...open('ORDER', false), ...open('ORDER', true)]
    const left = close([...queue.filter((trade) => trade.orderKey === fill.closesFirst), ...queue], fill.quantity)
    const sameOrder = [...open('ORDER', true), ...open('ORDER', false)].find((trade) => trade.orderKey === fill.orderKey)
    if (sign(left) > 0 && fill.nature !== 'SETTLEMENT') enter('ORDER', sameOrder, left)
    const concernsHeld = trades.filter((trade) => trade.held).flatMap((trade) => trade.parts.filter((part) => part.fill === fill))
    const ofHeld = concernsHeld.reduce((sum, part) => add(sum, part.quantity), fill.nature === 'SETTLEMENT' ? left : ZERO)
    const rest = close(open('ROUND_TRIP', false), sub(fill.quantity, ofHeld))
    if (sign(rest) > 0) enter('ROUND_TRIP', open('ROUND_TRIP', false)[0], rest)
  }
  return trades
}

/** The state of a trade after one of its own fills or a mark, all recomputed from the first fill. */
export interface Moment {
  readonly place: Place
  readonly at: number
  readonly price: Q
  readonly closes: boolean
  /** Units changed here, or a range was told: no rule looks. */
  readonly isSilent: boolean
  /** The worst price of a bar: rules look that an adverse price meets, on what was reached before it. */
  readonly isFall: boolean
  /** Volume-weighted price of the entering fills so far. */
  readonly entry: Q
  readonly result: Q
  /** s·(P−E)/|E|·100; null where E is 0. */
  readonly now: Q | null
  // the extremes so far
  readonly best: Reached
  readonly worst: Reached
  readonly mfePct: Reached
  readonly maePct: Reached
  readonly mfePnl: Reached
  readonly maePnl: Reached
}
interface Reached {
  readonly value: Q
  readonly at: number
}

export function momentsOf(trade: NaiveTrade, marks: Map<number, AcceptedMark[]>, told: Told): Moment[] {
  const first = (trade.parts[0] as Part).fill
  const last = closingPlace(trade, told.splits)
  const multiplier = multiplierOf(told.instruments.get(trade.conId))
  const isInside = ({ place }: { place: Place }) => comparePlaces(place, first.place) > 0 && (last === null || comparePlaces(place, last) < 0)
  const seen = (marks.get(trade.conId) ?? []).filter(isInside).map(({ place, price }) => ({ place, price, ratio: null, isRange: false, isFall: false }))
  const own = trade.parts.map(({ fill: { place, price } }) => ({ place, price, ratio: null, isRange: false, isFall: false }))
  const splits = told.splits
    .filter((split) => split.conId === trade.conId && isInside(split))
    .map(({ place, ratio }) => ({ place, price: ZERO, ratio, isRange: false, isFall: false }))
  // One that speaks of a time in which the trade filled or was split is left out.
  const stoodStill = (range: Range) => [...own, ...splits].every(({ place }) => comparePlaces(place, range.place) > 0 || place.at < range.from)
  const ranges = told.ranges
    .filter((range) => range.conId === trade.conId && isInside(range) && stoodStill(range))
    .flatMap(({ place, prices, isBar }) => {
      const seen = prices.map((price) => ({ place, price, ratio: null, isRange: true, isFall: false }))
      const worst = seen[trade.sign === 1 ? 1 : 0]
      return isBar && worst !== undefined ? [{ ...worst, isFall: true }, ...seen] : seen
    })
  const events = [...own, ...seen, ...splits, ...ranges].sort((a, b) => comparePlaces(a.place, b.place))
  const moments: Moment[] = []
  for (const { place, price, ratio, isRange, isFall } of events) {
    if (ratio !== null) {
      const was = moments.at(-1) as Moment
      const rescaled = ({ value, at }: Reached) => ({ value: twelveDigits(div(value, ratio)), at })
      const shrunk = { price: twelveDigits(div(was.price, ratio)), best: rescaled(was.best), worst: rescaled(was.worst) }
      moments.push({ ...was, ...shrunk, place, at: place.at, entry: div(was.entry, ratio), isSilent: true, isFall: false })
      continue
    }
    const soFar = trade.parts.filter((part) => comparePlaces(part.fill.place, place) <= 0)
    const entry = averagePrice(
      soFar.filter((part) => part.enters),
      place,
      told.splits,
    ) as Q
    const s = whole(BigInt(trade.sign))
    const position = soFar.reduce((sum, part) => add(sum, mul(whole(BigInt(part.fill.sign)), unitsAt(part, place, told.splits))), ZERO)
    const paid = soFar.reduce((sum, part) => add(sum, mul(mul(whole(BigInt(part.fill.sign)), part.quantity), part.fill.price)), ZERO)
    const result = mul(sub(mul(position, price), paid), multiplier)
    const now = sign(entry) === 0 ? null : mul(div(mul(s, sub(price, entry)), absolute(entry)), whole(100n))
    const zero = { value: ZERO, at: first.place.at }
    const lastSeen = moments.findLast((moment) => !moment.isFall) ?? { price, result, now }
    const before = moments.at(-1) ?? {
      best: { value: price, at: place.at },
      worst: { value: price, at: place.at },
      mfePct: zero,
      maePct: zero,
      mfePnl: zero,
      maePnl: zero,
    }
    if (isFall) {
      moments.push({ ...(moments.at(-1) as Moment), place, at: place.at, price, result, now, closes: false, isSilent: true, isFall })
      continue
    }
    const higher = (reached: Reached, value: Q | null, direction: 1 | -1): Reached =>
      value !== null && compare(value, reached.value) * direction > 0 ? { value, at: place.at } : reached
    const favourable = trade.sign
    const adverse = trade.sign === 1 ? -1 : 1
    moments.push({
      place,
      at: place.at,
      price: isRange ? lastSeen.price : price,
      closes: place === last,
      isSilent: isRange,
      isFall,
      entry,
      result: isRange ? lastSeen.result : result,
      now: isRange ? lastSeen.now : now,
      best: higher(before.best, price, favourable),
      worst: higher(before.worst, price, adverse),
      mfePct: higher(before.mfePct, now, 1),
      maePct: higher(before.maePct, now, -1),
      mfePnl: higher(before.mfePnl, result, 1),
      maePnl: higher(before.maePnl, result, -1),
    })
  }
  return moments
}

export function multiplierOf(instrument: Json | undefined): Q {
  const multiplier = parse(instrument?.multiplier)
  return multiplier === null || sign(multiplier) === 0 ? whole(1n) : multiplier
}

/** In units of `place`. */
function averagePrice(parts: readonly Part[], place: Place, splits: readonly Split[]): Q | null {
  if (parts.length === 0) return null
  const quantity = parts.reduce((sum, part) => add(sum, unitsAt(part, place, splits)), ZERO)
  return div(
    parts.reduce((sum, part) => add(sum, mul(part.quantity, part.fill.price)), ZERO),
    quantity,
  )
}

export function printTrade(trade: NaiveTrade, moments: readonly Moment[], told: Told): Json {
  const last = moments.at(-1) as Moment
  const entering = trade.parts.filter((part) => part.enters)
  const end = closingPlace(trade, told.splits) ?? { at: Number.POSITIVE_INFINITY, kind: MARK, file: 0, line: 0 }
  const hasPct = last.now !== null
  const commission = trade.parts.reduce<Q | null>(
    (sum, { fill, quantity }) => (sum === null || fill.commission === null ? null : add(sum, div(mul(fill.commission, quantity), fill.quantity))),
    ZERO,
  )
  return {
    unit: trade.unit,
    tradeId: trade.tradeId,
    account: trade.account,
    conId: trade.conId,
    symbol: String(told.instruments.get(trade.conId)?.symbol ?? trade.conId),
    side: trade.sign === 1 ? 'LONG' : 'SHORT',
    status: last.closes ? 'CLOSED' : 'OPEN',
    quantity: plain(entering.reduce((sum, part) => add(sum, unitsAt(part, end, told.splits)), ZERO)),
    entryPrice: rounded(last.entry),
    exitPrice: last.closes
      ? rounded(
          averagePrice(
            trade.parts.filter((part) => !part.enters),
            end,
            told.splits,
          ) as Q,
        )
      : null,
    openedAt: printInstant((moments[0] as Moment).at),
    closedAt: last.closes ? printInstant(last.at) : null,
    grossPnl: plain(last.result),
    commission: commission === null ? null : rounded(commission),
    netPnl: commission === null ? null : rounded(sub(last.result, commission)),
    mfePx: plain(last.best.value),
    mfeAt: printInstant(last.best.at),
    maePx: plain(last.worst.value),
    maeAt: printInstant(last.worst.at),
    mfePct: hasPct ? rounded(last.mfePct.value) : null,
    mfePctAt: hasPct ? printInstant(last.mfePct.at) : null,
    maePct: hasPct ? rounded(last.maePct.value) : null,
    maePctAt: hasPct ? printInstant(last.maePct.at) : null,
    mfePnl: plain(last.mfePnl.value),
    mfePnlAt: printInstant(last.mfePnl.at),
    maePnl: plain(last.maePnl.value),
    maePnlAt: printInstant(last.maePnl.at),
  }
}

export function printInstant(at: number): string {
  return new Date(at).toISOString()
}
