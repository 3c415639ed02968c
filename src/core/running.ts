// A trade while the book folds it: its fills, its size, its extremes. Pure; only the book changes it.
import type { Pending, Situation } from './condition.ts'
import { addFraction, type Decimal, decimal, type Fraction, ONE, plain, quotient, ZERO } from './decimal.ts'
import {
  deeper,
  type Extreme,
  type Fall,
  fallPercent,
  firstExtreme,
  type Member,
  percentNear,
  percentOf,
  type Records,
  resultAt,
  type Sight,
  type Step,
  type Stretch,
  standing,
  widen,
} from './excursion.ts'
import { coverageOf, type Hole, joined } from './coverage.ts'
import { type Fill as FamilyFill, familyOf } from './execution.ts'
import type { Execution, Instrument } from './facts.ts'
import { Planning } from './planning.ts'
import type { Instant } from './time.ts'
import type { Excursion, Fill, Trade, TradeSide, TrajectoryPoint, Unit } from './trade.ts'

/** The part of a family's fill that belongs to one trade. */
interface Part {
  readonly fill: FamilyFill
  readonly role: 'ENTRY' | 'EXIT'
  readonly quantity: Decimal
}

/** What was traded after an instant and until another, nobody knows in which order: a bar, or a move of the session's high or low. */
export interface Reached {
  readonly from: Instant
  readonly to: Instant
  readonly high?: number
  readonly low?: number
  readonly open?: number
  readonly close?: number
  readonly source: 'BAR' | 'DAY_RANGE'
}

/** A stretch of a trade: where its staircases began, and up to where they are its own. */
export interface Span {
  readonly stretch: Stretch
  readonly high: Step
  readonly low: Step
  /** The best price since entry when it began, on the scale of its own prices. */
  readonly best: number
  /** The contract's count of marks at its end: later steps are not its own. */
  readonly marks: number
  /** What ended it, where that was no fill; the next one goes on with the same size and entry. */
  readonly reached: Reached | null
  readonly from: Instant
  /** The price it began with: an own fill's, or the last one of a bar. Null: none is known of that moment, and its first steps are no prices. */
  readonly first: number | null
}

/** A split price is a quotient; a double holds this many digits of it surely. */
const SPLIT_DIGITS = 12

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
  /** For the long term: outside rules and round trips, closed last. */
  readonly held: boolean
  /** It came without executions of ours: partial since it opened. */
  readonly adopted: boolean
  /** How many marks the contract had counted when the trade opened. */
  readonly marksBefore: number
  readonly pending: Pending[] = []
  readonly past: Span[] = []
  /** What it was meant to risk. */
  readonly planning: Planning
  /** Changes whenever the levels its rules wait for change; what waits under an older number is stale. */
  version = 0
  /** The next instant at which its rules want to look again, whatever the price. */
  wakesAt: Instant = Number.POSITIVE_INFINITY
  closedAt: Instant | null = null
  updatedAt: Instant
  /** The second of the last trajectory point. */
  pointSecond = Number.NEGATIVE_INFINITY
  stretch: Stretch
  /** The last own fill's price, and the contract's count of marks then. */
  ownPrice: number
  ownMarks: number
  /** What that price was worth, where a split made it: its quotient may have no end, the result has one. */
  #ownResult: Decimal | null = null

  readonly #parts: Part[] = []
  #mfe: Extreme
  #mae: Extreme
  /** The standing records both know of. */
  #favourable: Step | null = null
  #adverse: Step | null = null
  #high: Member | null = null
  #low: Member | null = null
  #deepest: Fall | null = null
  /** What an extreme was last widened by, where it was no mark. */
  #mfeSource: 'BAR' | 'DAY_RANGE' | null = null
  #maeSource: 'BAR' | 'DAY_RANGE' | null = null
  #leftOut = 0
  /** How far the falls are followed: the record, the lowest step since it, the best price until then. */
  #record: Step | null = null
  #lowest: Step | null = null
  /** How its stretch began. */
  #from: Instant = 0
  #first: number | null = null
  #best: number
  #bestBefore: number

  constructor(unit: Unit, fill: FamilyFill, orderKey: string, multiplier: Decimal, marks: number, opening?: RunningTrade) {
    const { execution } = fill
    this.unit = unit
    this.tradeId = `${unit}:${execution.account}:${execution.conId}:${familyOf(execution.executionId)}`
    this.account = execution.account
    this.orderKey = orderKey
    this.orderRef = execution.orderRef ?? null
    this.planning = new Planning(fill, multiplier, opening?.planning)
    this.held = fill.held
    this.adopted = fill.nature === 'ADOPTION'
    this.side = execution.side === 'BUY' ? 1 : -1
    this.openedAt = fill.at
    this.updatedAt = fill.at
    this.marksBefore = marks
    this.ownPrice = Number(execution.price)
    this.ownMarks = marks
    this.stretch = { side: this.side, multiplier, entryQuantity: ZERO, entryCost: ZERO, entry: 0, openQuantity: ZERO, exitValue: ZERO }
    this.#best = this.ownPrice
    this.#bestBefore = this.ownPrice
    this.#mfe = firstExtreme({ stretch: this.stretch, price: this.ownPrice, at: fill.at })
    this.#mae = this.#mfe
  }

  get isOpen(): boolean {
    return this.closedAt === null
  }

  get openQuantity(): Decimal {
    return this.stretch.openQuantity
  }

  /** The execution that opened it, as it is known now. */
  get opening(): Execution | undefined {
    return this.#parts[0]?.fill.execution
  }

  get families(): string[] {
    return this.#parts.map((part) => part.fill.family)
  }

  /** The families it was entered by. */
  get entered(): string[] {
    return this.#parts.flatMap(({ fill, role }) => (role === 'ENTRY' ? [fill.family] : []))
  }

  /** 1 R as far as history has come, in the instrument's currency; null where it is unknown or 0. */
  get risk(): Fraction | null {
    return this.planning.risk
  }

  /** Takes a part of a fill as its own: the stretch before it ends, another begins at its price. */
  take(fill: FamilyFill, role: 'ENTRY' | 'EXIT', quantity: Decimal, prices: Prices, marks: number): void {
    this.#endStretch(prices, marks)
    this.#parts.push({ fill, role, quantity })
    this.planning.filled(fill, role, quantity)
    const before = this.stretch
    const value = quantity.times(fill.price)
    const price = Number(fill.execution.price)
    if (role === 'ENTRY') {
      const entryQuantity = before.entryQuantity.plus(quantity)
      const entryCost = before.entryCost.plus(value)
      const entry = this.#parts.length === 1 ? price : Number(entryCost) / Number(entryQuantity)
      this.stretch = { ...before, entryQuantity, entryCost, entry, openQuantity: before.openQuantity.plus(quantity) }
    } else {
      this.stretch = { ...before, openQuantity: before.openQuantity.minus(quantity), exitValue: before.exitValue.plus(value) }
    }
    this.ownPrice = price
    this.ownMarks = marks
    this.#ownResult = null
    this.updatedAt = fill.at
    // An exit changes neither the entry nor, at its own price, the result.
    this.#see({ stretch: role === 'ENTRY' ? this.stretch : before, price, at: fill.at })
    if (this.stretch.openQuantity.eq(ZERO)) {
      this.closedAt = fill.at
      this.planning.closed(fill.at)
    } else this.#beginStretch(fill.at, prices, marks)
  }

  /** From now on there are `ratio` units for each one before: quantities grow, prices shrink, results and percentages stay. */
  split(ratio: Decimal, at: Instant, prices: Prices, marks: number, last: number): void {
    this.#endStretch(prices, marks)
    this.planning.split(ratio, at)
    this.#ownResult = last === this.ownPrice && this.#ownResult !== null ? this.#ownResult : resultAt(this.stretch, decimal(last))
    const { entryQuantity, openQuantity, entry } = this.stretch
    const scale = (price: number) => Number((price / Number(ratio)).toPrecision(SPLIT_DIGITS))
    this.stretch = { ...this.stretch, entryQuantity: entryQuantity.times(ratio), openQuantity: openQuantity.times(ratio), entry: entry / Number(ratio) }
    this.#mfe = { ...this.#mfe, price: scale(this.#mfe.price) }
    this.#mae = { ...this.#mae, price: scale(this.#mae.price) }
    this.ownPrice = scale(last)
    this.ownMarks = marks
    this.updatedAt = at
    this.#beginStretch(at, prices, marks)
  }

  /**
   * Prices were traded while it was open, nobody knows when: its extremes are at least that far. Where that says more than its own staircases, they end
   * there and others begin, with the last price of the bar where that is known. True where an extreme moved.
   */
  reach(reached: Reached, prices: Prices, marks: number): boolean {
    const { to: at, high, low, close, source } = reached
    const [mfe, mae] = [this.mfe(), this.mae()]
    for (const price of [high, low]) {
      if (price === undefined) continue
      this.#mfe = widen(this.#mfe, 1, { stretch: this.stretch, price, at })
      this.#mae = widen(this.#mae, -1, { stretch: this.stretch, price, at })
    }
    if (this.#mfe !== mfe) this.#mfeSource = source
    if (this.#mae !== mae) this.#maeSource = source
    const worst = this.side === 1 ? low : high
    // It came after the best price before it; whether after its own best, nobody knows.
    if (worst !== undefined) this.#deepest = deeper(this.#deepest, { stretch: this.stretch, best: mfe.price, price: worst })
    const moved = this.#mfe !== mfe || this.#mae !== mae
    if (moved || this.#fallsTo(worst)) {
      this.#endStretch(prices, marks, reached)
      this.#beginStretch(at, prices, marks, close ?? null)
    }
    return moved
  }

  /** Further down than anything since the standing favourable record. */
  #fallsTo(price: number | undefined): boolean {
    const member = this.side === 1 ? this.#high : this.#low
    if (price === undefined || member === null) return false
    const { back } = standing(member.start)
    return back === null || this.side * (price - standing(back).price) < 0
  }

  /** A bar or range that contains its entry cannot be used whole: it is left out, and that is said. */
  leaveOut(): void {
    this.#leftOut++
  }

  /** The trade's own fill: its price counts. */
  #see(sight: Sight): void {
    if (this.#parts.length === 1) {
      this.#mfe = firstExtreme(sight)
      this.#mae = this.#mfe
      return
    }
    this.#mfe = widen(this.#mfe, 1, sight)
    this.#mae = widen(this.#mae, -1, sight)
    this.#deepest = deeper(this.#deepest, { stretch: sight.stretch, best: this.#mfe.price, price: sight.price })
  }

  /** `first` null: the next price, whatever it is, is the first of every staircase. */
  #beginStretch(at: Instant, { highs, lows }: Prices, marks: number, first: number | null = this.ownPrice): void {
    const [high, low] = [first ?? Number.NEGATIVE_INFINITY, first ?? Number.POSITIVE_INFINITY]
    this.#from = at
    this.#first = first
    this.#high = highs.join(this, high, at, marks, this.side === 1)
    this.#low = lows.join(this, low, at, marks, this.side === -1)
    this.#favourable = this.side === 1 ? this.#high.start : this.#low.start
    this.#adverse = this.side === 1 ? this.#low.start : this.#high.start
    this.#record = this.#favourable
    this.#record.back = this.side === 1 ? lows.begin(low, at, marks) : highs.begin(high, at, marks)
    this.#lowest = null
    this.#best = this.#mfe.price
    this.#bestBefore = this.#best
  }

  #endStretch({ highs, lows }: Prices, marks: number, reached: Reached | null = null): void {
    if (this.#high === null || this.#low === null) return
    this.mfe()
    this.mae()
    this.#followFalls()
    this.past.push(this.#span(this.#high, this.#low, marks, reached))
    highs.leave(this.#high)
    lows.leave(this.#low)
    this.#high = null
    this.#low = null
    this.#record = null
  }

  /** Its stretches in order, the one that runs included; `marks` is the contract's count of marks now. */
  spans(marks: number): readonly Span[] {
    if (this.#high === null || this.#low === null) return this.past
    return [...this.past, this.#span(this.#high, this.#low, marks, null)]
  }

  #span(high: Member, low: Member, marks: number, reached: Reached | null): Span {
    const { stretch } = this
    return { stretch, high: high.start, low: low.start, best: this.#bestBefore, marks, reached, from: this.#from, first: this.#first }
  }

  /** The favourable extreme with everything seen so far. */
  mfe(): Extreme {
    const member = this.side === 1 ? this.#high : this.#low
    if (member !== null) {
      const record = standing(member.start)
      if (record !== this.#favourable) {
        const before = this.#mfe
        this.#mfe = widen(before, 1, { stretch: this.stretch, price: record.price, at: record.at })
        if (this.#mfe !== before) this.#mfeSource = null
      }
      this.#favourable = record
    }
    return this.#mfe
  }

  mae(): Extreme {
    const member = this.side === 1 ? this.#low : this.#high
    if (member !== null) {
      const record = standing(member.start)
      if (record !== this.#adverse) {
        const before = this.#mae
        this.#mae = widen(before, -1, { stretch: this.stretch, price: record.price, at: record.at })
        if (this.#mae !== before) this.#maeSource = null
      }
      this.#adverse = record
    }
    return this.#mae
  }

  /** The best price since entry. */
  best(): number {
    return this.mfe().price
  }

  worst(): number {
    return this.mae().price
  }

  /** Follows the records as far as they have come, and from each the fall to the lowest price before the next. */
  #followFalls(): void {
    for (let record = this.#record; record !== null; record = record.next) {
      if (this.side * (record.price - this.#best) > 0) this.#best = record.price
      let lowest: Step | null = record === this.#record && this.#lowest !== null ? this.#lowest : record.back
      const end = record.next?.mark ?? Number.POSITIVE_INFINITY
      while (lowest?.next != null && lowest.next.mark < end) lowest = lowest.next
      if (lowest !== null && Number.isFinite(lowest.price))
        this.#deepest = deeper(this.#deepest, { stretch: this.stretch, best: this.#best, price: lowest.price })
      this.#record = record
      this.#lowest = lowest
    }
  }

  /** The last price the trade saw: the contract's last mark where it came after the trade's last fill. */
  lastPrice(mark: number, marks: number): number {
    return this.isOpen && marks > this.ownMarks ? mark : this.ownPrice
  }

  /** The running result at the last price. */
  lastResult(mark: number, marks: number): Decimal {
    if (this.isOpen && marks > this.ownMarks) return resultAt(this.stretch, decimal(mark))
    return this.#ownResult ?? resultAt(this.stretch, decimal(this.ownPrice))
  }

  situation(price: number): Situation {
    const { price: best, percent: mfe, result: peak } = this.mfe()
    const mfeNear = mfe.stretch.entry === 0 ? 0 : percentNear(mfe.stretch, mfe.price)
    return { stretch: this.stretch, price, best, mfe, mfeNear, peak, risk: this.risk }
  }

  point(at: Instant, last: number): TrajectoryPoint {
    return { tradeId: this.tradeId, at, last, mfe: this.best(), mae: this.worst() }
  }

  /** The trade as told to the rooms outside. `commissionOf` answers what a family cost, in the instrument's currency. */
  tell(
    instrument: Instrument,
    last: number,
    gross: Decimal,
    marks: 'TICK' | 'SAMPLED' | null,
    now: Instant,
    holes: readonly Hole[],
    commissionOf: (family: string) => Fraction | null,
  ): Trade {
    const { entryQuantity, entryCost, openQuantity, exitValue, multiplier } = this.stretch
    const noEntry = entryCost.eq(ZERO)
    const fills = this.#parts.map((part) => tellFill(part, commissionOf(part.fill.family)))
    const commission = this.#commission(commissionOf)
    this.#followFalls()
    const drawdown = noEntry ? null : this.#deepest === null ? null : fallPercent(this.#deepest)
    // A hole's end is known of, even where no price came since: an open trade has lived until then.
    const until = this.closedAt ?? holes.reduce((last, { to }) => Math.max(last, to), Math.max(now, this.updatedAt))
    const gaps = joined(
      holes.flatMap(({ from, to }) => (from < until && to > this.openedAt ? [{ from: Math.max(from, this.openedAt), to: Math.min(to, until) }] : [])),
    )
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
      exitPrice: this.isOpen ? null : plain(quotient(exitValue, entryQuantity)),
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
      plan: this.planning.tell(),
      held: this.held,
      fills,
      provenance: {
        source: this.#mfeSource ?? this.#maeSource ?? marks ?? 'ENTRY',
        coverage: coverageOf(this.openedAt, until, gaps, instrument),
        gaps,
        ...(this.adopted ? { partialSince: this.openedAt } : {}),
        ...(this.#leftOut > 0 ? { leftOut: this.#leftOut } : {}),
      },
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
    ...(part.fill.execution.liquidation === true ? { liquidation: true } : {}),
  }
}

function tellExtreme(extreme: Extreme, noEntry: boolean): Excursion {
  const percent = percentOf(extreme.percent)
  return {
    price: plain(decimal(extreme.price)),
    at: extreme.at,
    pct: noEntry ? null : plain(quotient(percent.n, percent.d)),
    pctAt: noEntry ? null : extreme.percent.at,
    pnl: plain(resultAt(extreme.result.stretch, decimal(extreme.result.price))),
    pnlAt: extreme.result.at,
  }
}
