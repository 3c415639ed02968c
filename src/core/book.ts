// The trade book of one contract. Pure: it is told fills, marks and the time in the order of history and answers what changed.
//
// A mark costs two comparisons unless it moves somebody: a record (excursion.ts) or a level a rule waits for (watch.ts).
import type { Hole } from './coverage.ts'
import { type Decimal, decimal, type Fraction, ZERO } from './decimal.ts'
import { Records, type Step } from './excursion.ts'
import type { Entry, Fill, PlanEntry, SplitEntry } from './execution.ts'
import { type Bar, type DayRange, endOf, type Execution, type Instrument } from './facts.ts'
import { Lookout } from './lookout.ts'
import type { RaisedAlert, RaisedBefore } from './raised.ts'
import type { Rule } from './rules.ts'
import { type Reached, RunningTrade } from './running.ts'
import { Staircase } from './staircase.ts'
import type { Instant } from './time.ts'
import type { Trade, TrajectoryPoint } from './trade.ts'

export interface BookOptions {
  readonly rules: readonly Rule[]
  /** What its marks are: every trade, or a stream that leaves some out. */
  readonly marks?: 'TICK' | 'SAMPLED'
  /** Whether trajectory points are wanted. */
  readonly trace: boolean
  /** Of the marks before this instant only those are left on which some trade stood (thinning.ts). */
  readonly thinnedUntil?: Instant | null
  /** What a family cost, in a currency; null while unknown. */
  commissionOf(family: string, currency: string): Fraction | null
}

/** What changed since it was last asked. */
export interface Changes {
  /** Trades with a new fill, extreme or commission. */
  readonly trades: readonly RunningTrade[]
  readonly alerts: readonly RaisedAlert[]
  readonly points: readonly TrajectoryPoint[]
}

interface Position {
  /** Open ORDER trades, oldest first; all of one side. */
  readonly orders: RunningTrade[]
  /** Held for the long term, oldest first: matched last. */
  readonly held: RunningTrade[]
  roundTrip: RunningTrade | null
}

interface ToldLevel {
  readonly price: number
  readonly at: Instant
}

export class ContractBook {
  instrument: Instrument
  readonly trades: RunningTrade[] = []
  readonly #options: BookOptions
  #multiplier: Decimal
  readonly #positions = new Map<string, Position>()
  readonly #byFamily = new Map<string, RunningTrade[]>()
  readonly #holes: Hole[] = []
  readonly #highs = new Records(1)
  readonly #lows = new Records(-1)
  readonly #open = new Set<RunningTrade>()
  readonly #lookout: Lookout
  /** The instant the book has come to. */
  #now: Instant = Number.NEGATIVE_INFINITY
  /** The session's high and low as they were told last. */
  readonly #range: { high?: ToldLevel; low?: ToldLevel } = {}
  /** The bars that end where the last one did. */
  #bars: Bar[] = []
  #settledAt: Instant = Number.NEGATIVE_INFINITY
  #lastClosedAt: Instant | null = null
  #lastMark = Number.NaN
  #marks = 0
  #filledSinceMark = true
  readonly #touched = new Set<RunningTrade>()
  readonly #due = new Set<RunningTrade>()
  #dueAt: Instant = Number.NEGATIVE_INFINITY
  #dueSecond = Number.NEGATIVE_INFINITY
  #points: TrajectoryPoint[] = []

  constructor(instrument: Instrument, options: BookOptions) {
    this.instrument = instrument
    this.#options = options
    this.#multiplier = multiplierOf(instrument)
    this.#lookout = new Lookout(instrument, options.rules)
  }

  get now(): Instant {
    return this.#now
  }

  get openTrades(): ReadonlySet<RunningTrade> {
    return this.#open
  }

  /** When a trade was closed last. */
  get lastClosedAt(): Instant | null {
    return this.#lastClosedAt
  }

  get nextDeadline(): Instant {
    return this.#lookout.next
  }

  /** The last fill or fired deadline: a mark dated before it comes too late to be simply told. */
  get settledAt(): Instant {
    return this.#settledAt
  }

  /** Alerts were raised that nobody took yet. */
  get hasAlerts(): boolean {
    return this.#lookout.hasAlerts
  }

  /** History so far was thinned: its prices cannot say what was raised by them. */
  raisedBefore(said: RaisedBefore): void {
    for (const trade of this.#open) this.#lookout.raisedBefore(trade, said)
  }

  /** What was folded again lies behind for those who came to look at it only now. */
  lieBehind(was: ContractBook, isNew: (rule: Rule, wasUnderWay: boolean) => boolean): void {
    const before = new Map([...was.#open].map((trade) => [trade.tradeId, trade]))
    for (const trade of this.#open) this.#lookout.lieBehind(trade, before.get(trade.tradeId), isNew)
  }

  holds(family: string): boolean {
    return this.#byFamily.has(family)
  }

  /** A contract's later description. True where money is now counted differently, so that history must be folded again. */
  describe(instrument: Instrument): boolean {
    const before = this.instrument
    this.instrument = instrument
    this.#multiplier = multiplierOf(instrument)
    this.#lookout.describe(instrument, this.#open)
    return (
      !multiplierOf(before).eq(this.#multiplier) ||
      before.symbol !== instrument.symbol ||
      before.secType !== instrument.secType ||
      before.currency !== instrument.currency
    )
  }

  /** The next entry of history; its place is not before anything told already. */
  enter(entry: Entry): void {
    this.#goTo(entry.at)
    this.#settledAt = this.#now
    if (entry.kind === 'plan') {
      this.#plan(entry)
      return
    }
    this.#filledSinceMark = true
    if (entry.kind === 'split') this.#split(entry)
    else {
      const position = this.#positionOf(entry.execution.account)
      const held = this.#fillOrders(position, entry)
      this.#fillRoundTrip(position, entry, entry.quantity.minus(held))
    }
    if (this.#open.size === 0) this.#rest()
  }

  /**
   * A bar, or a move of the session's high or low: it widens the trades that stood unchanged all the time it speaks of. Rules look at the worst price of a
   * bar, dated by its end; at nothing else, for nobody knows when in that time a price was there.
   */
  range(range: Bar | DayRange): void {
    const at = endOf(range) ?? this.#now
    this.#goTo(at)
    if (range.kind === 'bar') this.#takeBar(range)
    else for (const edge of ['high', 'low'] as const) this.#rangeMoved(edge, range[edge], at, range)
  }

  /** A bar told twice is one. */
  #takeBar(bar: Bar): void {
    if (bar.to !== this.#bars[0]?.to) this.#bars = []
    if (this.#bars.some(({ from, high, low }) => from === bar.from && high === bar.high && low === bar.low)) return
    this.#bars.push(bar)
    const { from, to, high, low, open, close } = bar
    const ends = { ...(open === undefined ? {} : { open: Number(open) }), ...(close === undefined ? {} : { close: Number(close) }) }
    this.#reach({ from, to, high: Number(high), low: Number(low), ...ends, source: 'BAR' })
  }

  /** Only an edge further out than it was told before says that somebody traded there since; one that is said to stand says nothing of when. */
  #rangeMoved(edge: 'high' | 'low', price: string | undefined, at: Instant, { stands = false, since }: DayRange): void {
    if (price === undefined) return
    const was = this.#range[edge]
    const is = { price: Number(price), at }
    const outwards = edge === 'high' ? 1 : -1
    const isFurther = was !== undefined && outwards * (is.price - was.price) > 0
    // Told twice at one instant, the further one stands.
    if (was?.at === at && !isFurther) return
    this.#range[edge] = is
    if (isFurther && !stands) this.#reach({ from: Math.min(was.at, since ?? was.at), to: at, [edge]: is.price, source: 'DAY_RANGE' })
  }

  /** A trade that filled in that time, perhaps within its first second, had another size or entry for a part of it: it is left out. */
  #reach(reached: Reached): void {
    for (const trade of this.#open) {
      if (trade.updatedAt >= reached.from) trade.leaveOut()
      else {
        const worst = trade.side === 1 ? reached.low : reached.high
        if (reached.source === 'BAR' && worst !== undefined) this.#lookout.lookBack(trade, worst, reached.to)
        // What it armed, or reached, its rules say at the next mark, wherever that is.
        if (trade.reach(reached, { highs: this.#highs, lows: this.#lows }, this.#marks)) this.#lookout.attend(trade)
      }
      this.#touched.add(trade)
      if (this.#options.trace) this.#due.add(trade)
    }
  }

  /** A stop or target stands there from here on. It is no fill and no mark: rules look at the next of them. */
  #plan({ family, plan }: PlanEntry): void {
    for (const trade of this.#byFamily.get(family) ?? []) {
      if (!trade.isOpen || trade.families[0] !== family) continue
      trade.planning.moved(plan)
      this.#touched.add(trade)
      this.#lookout.attend(trade)
    }
  }

  #split({ ratio, at }: SplitEntry): void {
    for (const trade of this.#open) {
      trade.split(ratio, at, { highs: this.#highs, lows: this.#lows }, this.#marks, trade.lastPrice(this.#lastMark, this.#marks))
      this.#touched.add(trade)
      this.#lookout.wait(trade, trade.situation(trade.ownPrice), this.#now)
    }
    this.#lastMark = Number.NaN
  }

  /** A mark equal to the last one, with no execution of the contract in between, is a repeat: it is not a new mark. */
  isRepeat(price: number): boolean {
    return price === this.#lastMark && !this.#filledSinceMark
  }

  /** The next accepted mark of history. */
  mark(price: number, at: Instant): void {
    if (at !== this.#now) this.#goTo(at)
    if (price === this.#lastMark && !this.#filledSinceMark) return
    this.#lastMark = price
    this.#filledSinceMark = false
    if (this.#open.size === 0) return
    this.#marks++
    if (price > this.#highs.guard) this.#moved(this.#highs.advance(price, at, this.#marks), this.#lows)
    if (price < this.#lows.guard) this.#moved(this.#lows.advance(price, at, this.#marks), this.#highs)
    if (this.#options.trace && at >= this.#dueSecond) this.#secondPassed(at)
    const { above, below, attentive } = this.#lookout
    if (price >= above.next || -price >= below.next || attentive.size > 0) this.#lookout.reached(price, this.#now, this.#open.size)
  }

  /** The next marks of history, as `mark` for each. What moves nobody is passed over with the guards in registers. */
  marks(prices: Float64Array, ats: Float64Array, from: number, until: number): void {
    for (let i = from; i < until; i++) {
      this.mark(prices[i] as number, ats[i] as number)
      if (i + 1 < until) i += this.#passOver(prices, ats, i + 1, until)
    }
  }

  /** How many of the marks only the count and the last price have to know of. */
  #passOver(prices: Float64Array, ats: Float64Array, from: number, until: number): number {
    if (this.#filledSinceMark || this.#lookout.attentive.size > 0 || this.#due.size > 0) return 0
    const watched = this.#open.size > 0
    const high = this.#highs.guard
    const low = this.#lows.guard
    const above = this.#lookout.above.next
    const under = -this.#lookout.below.next
    const deadline = this.#lookout.next
    const dueSecond = this.#options.trace && watched ? this.#dueSecond : Number.POSITIVE_INFINITY
    let last = this.#lastMark
    let marks = 0
    let now = this.#now
    let i = from
    for (; i < until; i++) {
      const price = prices[i] as number
      const at = ats[i] as number
      if (price > high || price < low || price >= above || price <= under || at > deadline || at >= dueSecond) break
      if (price !== last) marks++
      last = price
      if (at > now) now = at
    }
    if (watched) this.#marks += marks
    this.#dueAt = now
    this.#lastMark = last
    this.#now = now
    return i - from
  }

  /** Nothing is known of the contract's price in between. */
  hole(from: Instant, to: Instant): void {
    if (this.#holes.some((hole) => hole.from === from && hole.to === to)) return
    this.#holes.push({ from, to })
    // One that closed in it, or after it began, has the hole too.
    for (const trade of this.trades) if (trade.closedAt === null || trade.closedAt > from) this.#touched.add(trade)
  }

  /** The time is now `at` and every fact up to and including it has been told: deadlines up to and including it fire. */
  passTime(at: Instant): void {
    while (this.#lookout.next <= at) this.#fireNext()
    if (at > this.#now) this.#now = at
  }

  /** A commission came, late or not: whoever holds a part of the family is told again. */
  costChanged(family: string): void {
    for (const trade of this.#byFamily.get(family) ?? []) this.#touched.add(trade)
  }

  /** What changed since the last call. Points of the millisecond that still runs are told as they stand and again when they change. */
  takeChanges(): Changes {
    this.#settlePoints()
    const changes = { trades: [...this.#touched], alerts: this.#lookout.take(), points: this.#points }
    this.#touched.clear()
    this.#points = []
    return changes
  }

  /** What the trade's prices reached first, as far as history has come. */
  staircase(trade: RunningTrade): Staircase {
    return new Staircase(trade, this.#now, this.#marks)
  }

  tell(trade: RunningTrade): Trade {
    const { currency } = this.instrument
    const told = trade.tell(
      this.instrument,
      trade.lastPrice(this.#lastMark, this.#marks),
      trade.lastResult(this.#lastMark, this.#marks),
      (trade.isOpen ? this.#marks : trade.ownMarks) > trade.marksBefore ? (this.#options.marks ?? 'TICK') : null,
      this.#now,
      this.#holes,
      (family) => this.#options.commissionOf(family, currency),
    )
    const isThinned = trade.openedAt < (this.#options.thinnedUntil ?? Number.NEGATIVE_INFINITY)
    return isThinned ? { ...told, provenance: { ...told.provenance, thinned: true } } : told
  }

  #goTo(at: Instant): void {
    if (at > this.#lookout.next) while (this.#lookout.next < at) this.#fireNext()
    if (this.#options.trace && at !== this.#dueAt) {
      this.#settlePoints()
      this.#due.clear()
      this.#dueAt = at
    }
    if (at > this.#now) this.#now = at
  }

  #positionOf(account: string): Position {
    let position = this.#positions.get(account)
    if (position === undefined) {
      position = { orders: [], held: [], roundTrip: null }
      this.#positions.set(account, position)
    }
    return position
  }

  /**
   * An opposite fill first closes: the trade of the entry order it belongs to, then the oldest, held ones last. What is left enlarges its order's open
   * trade or opens one. Answers how much of it concerned held trades.
   */
  #fillOrders(position: Position, fill: Fill): Decimal {
    const side = fill.execution.side === 'BUY' ? 1 : -1
    let left = fill.quantity
    let held = ZERO
    for (let next = nextToClose(position, fill, side); next !== null && left.gt(ZERO); next = nextToClose(position, fill, side)) {
      const part = left.lt(next.openQuantity) ? left : next.openQuantity
      this.#take(next, fill, 'EXIT', part)
      left = left.minus(part)
      if (next.held) held = held.plus(part)
      const queue = next.held ? position.held : position.orders
      if (!next.isOpen) queue.splice(queue.indexOf(next), 1)
    }
    if (left.lte(ZERO)) return held
    // What went without an execution opens nothing: it closed what there was.
    if (fill.nature === 'SETTLEMENT') return held.plus(left)
    const orderKey = orderKeyOf(fill.execution, fill.family)
    let trade = [...position.held, ...position.orders].find((open) => open.orderKey === orderKey)
    if (trade === undefined) {
      trade = this.#openTrade('ORDER', fill, orderKey)
      const queue = trade.held ? position.held : position.orders
      queue.push(trade)
    }
    this.#take(trade, fill, 'ENTRY', left)
    return trade.held ? held.plus(left) : held
  }

  /** Flat to flat, held positions aside; a fill that crosses zero is split there. */
  #fillRoundTrip(position: Position, fill: Fill, quantity: Decimal): void {
    if (quantity.lte(ZERO)) return
    const side = fill.execution.side === 'BUY' ? 1 : -1
    let left = quantity
    const open = position.roundTrip
    if (open !== null && open.side !== side) {
      const rest = left.minus(open.openQuantity)
      this.#take(open, fill, 'EXIT', rest.s < 0 ? left : open.openQuantity)
      if (!open.isOpen) position.roundTrip = null
      if (rest.lte(ZERO)) return
      left = rest
    }
    position.roundTrip ??= this.#openTrade('ROUND_TRIP', fill, '')
    this.#take(position.roundTrip, fill, 'ENTRY', left)
  }

  #openTrade(unit: 'ORDER' | 'ROUND_TRIP', fill: Fill, orderKey: string): RunningTrade {
    const order = this.#byFamily.get(fill.family)?.find(({ unit, families }) => unit === 'ORDER' && families[0] === fill.family)
    const trade = new RunningTrade(unit, fill, orderKey, this.#multiplier, this.#marks, order)
    this.trades.push(trade)
    this.#open.add(trade)
    this.#lookout.open(trade)
    return trade
  }

  #take(trade: RunningTrade, fill: Fill, role: 'ENTRY' | 'EXIT', quantity: Decimal): void {
    trade.take(fill, role, quantity, { highs: this.#highs, lows: this.#lows }, this.#marks)
    this.#touched.add(trade)
    if (this.#options.trace) this.#due.add(trade)
    const holders = this.#byFamily.get(fill.family)
    if (holders === undefined) this.#byFamily.set(fill.family, [trade])
    else if (!holders.includes(trade)) holders.push(trade)
    if (trade.isOpen) this.#lookout.look(trade, trade.ownPrice, this.#now)
    else {
      this.#open.delete(trade)
      this.#lastClosedAt = fill.at
      this.#lookout.close(trade)
    }
  }

  /** Nobody is in the market: no staircase has to be kept. */
  #rest(): void {
    this.#highs.clear()
    this.#lows.clear()
    this.#lookout.rest()
  }

  /** A new record: the drawdowns from it begin, and whoever stands on it has moved. */
  #moved(record: Step, opposite: Records): void {
    if (record.wantsBack) record.back = opposite.begin(record.price, record.at, record.mark)
    if (!this.#options.trace) return
    for (let member = record.members; member !== null; member = member.after) {
      const trade = member.owner as RunningTrade
      this.#touched.add(trade)
      this.#due.add(trade)
    }
  }

  #fireNext(): void {
    const at = this.#lookout.next
    const settles = this.#lookout.fireNext((trade) => trade.lastPrice(this.#lastMark, this.#marks))
    if (settles) this.#settledAt = Math.max(this.#settledAt, at)
  }

  /** At the first mark of a second every open trade gets its point of that second. */
  #secondPassed(at: Instant): void {
    const second = Math.floor(at / 1000)
    this.#dueSecond = (second + 1) * 1000
    for (const trade of this.#open) if (trade.pointSecond < second) this.#due.add(trade)
  }

  #settlePoints(): void {
    if (this.#due.size === 0) return
    const second = Math.floor(this.#dueAt / 1000)
    for (const trade of this.#due) {
      trade.pointSecond = second
      this.#points.push(trade.point(this.#dueAt, trade.lastPrice(this.#lastMark, this.#marks)))
    }
  }
}

/** Its own entry's trade, else the oldest of the other side, held ones last. */
function nextToClose({ orders, held }: Position, { closesFirst }: Fill, side: 1 | -1): RunningTrade | null {
  const opposite = (trade: RunningTrade | undefined) => trade !== undefined && trade.side !== side
  const linked = closesFirst === null ? undefined : [...orders, ...held].find((trade) => trade.orderKey === `perm ${closesFirst}`)
  const [next = null] = [linked, orders[0], held[0]].filter((trade) => opposite(trade))
  return next ?? null
}

/** permId if above 0, else (clientId, orderId) if orderId is above 0, else the execution's family. */
export function orderKeyOf(execution: Execution, family: string): string {
  const permId = aboveZero(execution.permId)
  if (permId !== null) return `perm ${permId}`
  const orderId = aboveZero(execution.orderId)
  if (orderId !== null) return `order ${execution.clientId ?? '0'} ${orderId}`
  return `family ${family}`
}

/** '71' of '71' and '071'; null of '0', '' and nothing. */
function aboveZero(id: string | undefined): string | null {
  return id !== undefined && Number(id) > 0 ? id.replace(/^0+/, '') : null
}

/** Absent, empty or 0 is 1. */
export function multiplierOf(instrument: Instrument): Decimal {
  const multiplier = decimal(instrument.multiplier ?? 1)
  return multiplier.eq(ZERO) ? decimal(1) : multiplier
}
