// A trade while the book folds it: its fills, its size, its extremes. Pure; only the book changes it.
import { addFraction, type Decimal, decimal, type Fraction, ONE, plain, quotient, ZERO } from './decimal.ts'
import { compareRatios, type Extreme, firstExtreme, type Member, percentAt, type Ratio, type Records, resultAt, type Step, type Stretch, standing, widen } from './excursion.ts'
import type { Fill as FamilyFill } from './execution.ts'
import type { Instrument } from './facts.ts'
import type { Pending, Situation } from './rules.ts'
import type { Instant } from './time.ts'
import type { Excursion, Fill, Trade, TradeSide, TrajectoryPoint, Unit } from './trade.ts'

/** Time without marks of the trade's contract. */
export interface Hole {
  readonly from: Instant
  readonly to: Instant
}

/** The part of a family's fill that belongs to one trade. */
interface Part {
  readonly fill: FamilyFill
  readonly role: 'ENTRY' | 'EXIT'
  readonly quantity: Decimal
}

/** A closed stretch: where its staircases began, and until when they are its own. */
export interface PastStretch extends Stretch {
  readonly high: Step
  readonly low: Step
  readonly from: Instant
  readonly until: Instant
}

export interface Prices {
  readonly highs: Records
  readonly lows: Records
}

export class RunningTrade {
  readonly unit: Unit
  readonly tradeId: string
  readonly account: string
  readonly orderKey: string
  readonly orderRef: string | null
  readonly side: 1 | -1
  readonly openedAt: Instant
  readonly held = false
  /** How many marks the contract had counted when the trade opened. */
  readonly marksBefore: number
  readonly pending: Pending[] = []
  readonly past: PastStretch[] = []
  /** Changes whenever the levels its rules wait for change; what waits under an older number is stale. */
  version = 0
  /** Some rule must see every mark (it counts confirmations). */
  attentive = false
  closedAt: Instant | null = null
  updatedAt: Instant
  /** The second of the last trajectory point. */
  pointSecond = Number.NEGATIVE_INFINITY
  stretch: Stretch
  /** The last own fill's price, and the contract's count of marks then. */
  ownPrice: number
  ownMarks: number

  readonly #parts: Part[] = []
  #exitQuantity = ZERO
  #exitValue = ZERO
  #mfe: Extreme
  #mae: Extreme
  #drawdown: Ratio | null = null
  #high: Member | null = null
  #low: Member | null = null
  #stretchFrom: Instant

  constructor(unit: Unit, fill: FamilyFill, orderKey: string, multiplier: Decimal, marks: number) {
    const { execution } = fill
    this.unit = unit
    this.tradeId = `${unit}:${execution.account}:${execution.conId}:${fill.family}`
    this.account = execution.account
    this.orderKey = orderKey
    this.orderRef = execution.orderRef ?? null
    this.side = execution.side === 'BUY' ? 1 : -1
    this.openedAt = fill.at
    this.updatedAt = fill.at
    this.#stretchFrom = fill.at
    this.marksBefore = marks
    this.ownPrice = Number(execution.price)
    this.ownMarks = marks
    this.stretch = { side: this.side, multiplier, entryQuantity: ZERO, entryCost: ZERO, openQuantity: ZERO, cash: ZERO }
    this.#mfe = firstExtreme(this.ownPrice, fill.at)
    this.#mae = firstExtreme(this.ownPrice, fill.at)
  }

  get isOpen(): boolean {
    return this.closedAt === null
  }

  get openQuantity(): Decimal {
    return this.stretch.openQuantity
  }

  get families(): string[] {
    return this.#parts.map((part) => part.fill.family)
  }

  /** Takes a part of a fill as its own: the stretch before it ends, another begins at its price. */
  take(fill: FamilyFill, role: 'ENTRY' | 'EXIT', quantity: Decimal, prices: Prices, marks: number): void {
    this.#endStretch(fill.at, prices)
    this.#parts.push({ fill, role, quantity })
    const value = quantity.times(fill.price)
    const money = value.times(this.stretch.multiplier)
    const { entryQuantity, entryCost, openQuantity, cash } = this.stretch
    if (role === 'ENTRY') {
      this.stretch = {
        ...this.stretch,
        entryQuantity: entryQuantity.plus(quantity),
        entryCost: entryCost.plus(value),
        openQuantity: openQuantity.plus(quantity),
        cash: this.side === 1 ? cash.minus(money) : cash.plus(money),
      }
    } else {
      this.#exitQuantity = this.#exitQuantity.plus(quantity)
      this.#exitValue = this.#exitValue.plus(value)
      this.stretch = { ...this.stretch, openQuantity: openQuantity.minus(quantity), cash: this.side === 1 ? cash.plus(money) : cash.minus(money) }
    }
    this.ownPrice = Number(fill.execution.price)
    this.ownMarks = marks
    this.updatedAt = fill.at
    this.#mfe = widen(this.#mfe, 1, this.stretch, this.ownPrice, fill.price, fill.at)
    this.#mae = widen(this.#mae, -1, this.stretch, this.ownPrice, fill.price, fill.at)
    this.#drawdown = deeper(this.#drawdown, this.stretch, this.#mfe.price, this.ownPrice)
    if (this.stretch.openQuantity.eq(ZERO)) {
      this.closedAt = fill.at
      return
    }
    this.#stretchFrom = fill.at
    this.#high = prices.highs.join(this, this.ownPrice, fill.at, this.side === 1)
    this.#low = prices.lows.join(this, this.ownPrice, fill.at, this.side === -1)
    const favourable = this.side === 1 ? this.#high : this.#low
    favourable.start.back = (this.side === 1 ? prices.lows : prices.highs).begin(this.ownPrice, fill.at)
  }

  #endStretch(at: Instant, prices: Prices): void {
    if (this.#high === null || this.#low === null) return
    const past = { ...this.stretch, high: this.#high.start, low: this.#low.start, from: this.#stretchFrom, until: at }
    this.#mfe = this.mfe()
    this.#mae = this.mae()
    this.#drawdown = this.#deepest()
    this.past.push(past)
    prices.highs.leave(this.#high)
    prices.lows.leave(this.#low)
    this.#high = null
    this.#low = null
  }

  /** The favourable extreme with everything seen so far. */
  mfe(): Extreme {
    return this.#withStanding(this.#mfe, 1)
  }

  mae(): Extreme {
    return this.#withStanding(this.#mae, -1)
  }

  #withStanding(extreme: Extreme, way: 1 | -1): Extreme {
    const member = this.side === way ? this.#high : this.#low
    if (member === null) return extreme
    const record = standing(member.start)
    if (record === member.start) return extreme
    return widen(extreme, way, this.stretch, record.price, decimal(record.price), record.at)
  }

  /** The best price since entry. */
  best(): number {
    const member = this.side === 1 ? this.#high : this.#low
    if (member === null) return this.#mfe.price
    const record = standing(member.start).price
    return this.side * (record - this.#mfe.price) > 0 ? record : this.#mfe.price
  }

  worst(): number {
    const member = this.side === 1 ? this.#low : this.#high
    if (member === null) return this.#mae.price
    const record = standing(member.start).price
    return this.side * (record - this.#mae.price) < 0 ? record : this.#mae.price
  }

  #deepest(): Ratio | null {
    const member = this.side === 1 ? this.#high : this.#low
    let deepest = this.#drawdown
    if (member === null) return deepest
    let best = this.#mfe.price
    for (let record: Step | null = member.start; record !== null; record = record.next) {
      if (this.side * (record.price - best) > 0) best = record.price
      const end = record.next?.at ?? Number.POSITIVE_INFINITY
      let lowest: Step | null = record.back
      while (lowest?.next != null && lowest.next.at < end) lowest = lowest.next
      if (lowest !== null) deepest = deeper(deepest, this.stretch, best, lowest.price)
    }
    return deepest
  }

  /** The last price the trade saw: the contract's last mark where it came after the trade's last fill. */
  lastPrice(mark: number, marks: number): number {
    return this.isOpen && marks > this.ownMarks ? mark : this.ownPrice
  }

  situation(price: number): Situation {
    return { stretch: this.stretch, price, exact: decimal(price), best: this.best(), mfe: this.mfe().percent }
  }

  point(at: Instant, last: number): TrajectoryPoint {
    return { tradeId: this.tradeId, at, last, mfe: this.best(), mae: this.worst() }
  }

  /** The trade as told to the rooms outside. `commissionOf` answers what a family cost, in the instrument's currency. */
  tell(instrument: Instrument, last: number, sawMark: boolean, now: Instant, holes: readonly Hole[], commissionOf: (family: string) => Fraction | null): Trade {
    const { entryQuantity, entryCost, openQuantity, multiplier } = this.stretch
    const noEntry = entryCost.eq(ZERO)
    const gross = resultAt(this.stretch, decimal(last))
    const fills = this.#parts.map((part) => tellFill(part, commissionOf(part.fill.family)))
    const commission = this.#commission(commissionOf)
    const drawdown = noEntry ? null : this.#deepest()
    const until = this.closedAt ?? Math.max(now, this.updatedAt)
    const gaps = holes.flatMap(({ from, to }) => (from < until && to > this.openedAt ? [{ from: Math.max(from, this.openedAt), to: Math.min(to, until) }] : []))
    return {
      unit: this.unit,
      tradeId: this.tradeId,
      account: this.account,
      conId: instrument.conId,
      symbol: instrument.symbol,
      secType: instrument.secType,
      currency: instrument.currency,
      multiplier: plain(multiplier),
      side: this.side === 1 ? 'LONG' : ('SHORT' satisfies TradeSide),
      status: this.isOpen ? 'OPEN' : 'CLOSED',
      quantity: plain(entryQuantity),
      openQuantity: plain(openQuantity),
      entryPrice: plain(quotient(entryCost, entryQuantity)),
      exitPrice: this.isOpen ? null : plain(quotient(this.#exitValue, this.#exitQuantity)),
      lastPrice: plain(decimal(last)),
      openedAt: this.openedAt,
      closedAt: this.closedAt,
      updatedAt: this.updatedAt,
      grossPnl: plain(gross),
      commission: commission === null ? null : plain(quotient(commission.n, commission.d)),
      netPnl: commission === null ? null : plain(quotient(gross.times(commission.d).minus(commission.n), commission.d)),
      mfe: tellExtreme(this.mfe(), noEntry),
      mae: tellExtreme(this.mae(), noEntry),
      drawdownPct: drawdown === null ? null : plain(quotient(drawdown.n, drawdown.d)),
      orderRef: this.orderRef,
      held: this.held,
      fills,
      provenance: { source: sawMark ? 'TICK' : 'ENTRY', coverage: coverageOf(this.openedAt, until, gaps), gaps },
    }
  }

  #commission(commissionOf: (family: string) => Fraction | null): Fraction | null {
    let sum: Fraction = { n: ZERO, d: ONE }
    for (const part of this.#parts) {
      const share = shareOf(part, commissionOf(part.fill.family))
      if (share === null) return null
      sum = addFraction(sum, share)
    }
    return sum
  }
}

/** A part of an execution takes its share of the commission pro rata. */
function shareOf(part: Part, commission: Fraction | null): Fraction | null {
  if (commission === null || part.quantity.eq(part.fill.quantity)) return commission
  return { n: commission.n.times(part.quantity), d: commission.d.times(part.fill.quantity) }
}

function tellFill(part: Part, commission: Fraction | null): Fill {
  const share = shareOf(part, commission)
  return {
    executionId: part.fill.execution.executionId,
    side: part.fill.execution.side,
    role: part.role,
    quantity: plain(part.quantity),
    price: plain(part.fill.price),
    at: part.fill.at,
    commission: share === null ? null : plain(quotient(share.n, share.d)),
  }
}

function tellExtreme(extreme: Extreme, noEntry: boolean): Excursion {
  return {
    price: plain(decimal(extreme.price)),
    at: extreme.at,
    pct: noEntry ? null : plain(quotient(extreme.percent.n, extreme.percent.d)),
    pctAt: noEntry ? null : extreme.percentAt,
    pnl: plain(extreme.result),
    pnlAt: extreme.resultAt,
  }
}

/** The drawdown from `best` to `price` in percent of the stretch's entry, where it is the deepest so far. */
function deeper(deepest: Ratio | null, stretch: Stretch, best: number, price: number): Ratio | null {
  const from = percentAt(stretch, decimal(best))
  const to = percentAt(stretch, decimal(price))
  if (from === null || to === null) return deepest
  const fall = { n: from.n.minus(to.n), d: from.d }
  return deepest === null || compareRatios(fall, deepest) > 0 ? fall : deepest
}

function coverageOf(from: Instant, until: Instant, gaps: readonly Hole[]): string | null {
  if (until <= from) return null
  let blind = 0
  let reached = from
  for (const gap of [...gaps].sort((a, b) => a.from - b.from)) {
    const start = Math.max(gap.from, reached)
    if (gap.to > start) {
      blind += gap.to - start
      reached = gap.to
    }
  }
  return plain(quotient(decimal(until - from - blind), decimal(until - from)))
}
