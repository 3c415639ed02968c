// What another stop and another target would have made of trades: a grid of races, read off their staircases without a price. Pure.
//
// Only of trades whose size stayed the same from entry to exit: for others the question has no answer and they are counted apart. A wider stop or a
// later exit than the real one is not judged either: a trade that ended before both is CENSORED and counts with the result it had.
import { type Decimal, decimal, ONE } from './decimal.ts'
import { CLEAR, compareRatios, isTrailed, percentAt, percentNear, type Stretch } from './excursion.ts'
import type { Flight, Passage, Staircase, Steps } from './staircase.ts'

/** One cell for every target (row) and stop (column): cell = row × stops + column. */
export interface Surface {
  /** Sum over the trades of the percentage each would have ended with. */
  readonly sums: Float64Array
  readonly targets: Int32Array
  readonly stops: Int32Array
  readonly censored: Int32Array
  /** Trades counted in every cell. */
  readonly trades: number
  /** Trades whose size or entry changed, of which a bar says more than their prices, or whose entry was 0: left out. */
  readonly unanswered: number
}

/** The levels, ascending, that a trade met: how many, the place at which each was met first, and the percentage then. */
interface Met {
  count: number
  readonly orders: Float64Array
  readonly percents: Float64Array
}

/** Exits at a target or at a stop that far, in percent of the entry, from it; both ascending and above 0. */
export function stopSurface(trades: readonly Staircase[], targets: readonly Decimal[], stops: readonly Decimal[]): Surface {
  const levels = levelsOf(stops)
  return surface(trades, targets, stops.length, ({ stretch, adverse }, end, met) => {
    const isMet = (price: number) => met.count < levels.length && hasReached(stretch, -1, price, levels[met.count] as Level)
    meetAll(met, stretch, adverse, 0, adverse.prices.length, isMet)
    meetLast(met, stretch, end, isMet)
  })
}

/** Exits at a target or at a trailing stop, in percent of the best price since entry and armed from the start (TRAILING_STOP); both ascending and above 0. */
export function trailSurface(trades: readonly Staircase[], targets: readonly Decimal[], trails: readonly Decimal[]): Surface {
  const levels = levelsOf(trails)
  return surface(trades, targets, trails.length, ({ stretch, favourable, falls, fallsFrom }, end, met) => {
    let best = end.price
    const isMet = (price: number) => {
      const level = levels[met.count]
      return level !== undefined && isTrailed(stretch.side, best, price, level.exact, level.near)
    }
    for (let i = 0; i < favourable.prices.length; i++) {
      best = favourable.prices[i] as number
      const [from, until] = [fallsFrom[i] as number, fallsFrom[i + 1] as number]
      // The last fall from a record is the deepest: most records have none that reaches the next trail.
      if (until > from && isMet(falls.prices[until - 1] as number)) meetAll(met, stretch, falls, from, until, isMet)
    }
    meetLast(met, stretch, end, isMet)
  })
}

function surface(
  trades: readonly Staircase[],
  targets: readonly Decimal[],
  columns: number,
  meetStops: (flight: Flight, end: Passage, met: Met) => void,
): Surface {
  const rows = targets.length
  const targetLevels = levelsOf(targets)
  const sums = new Float64Array(rows * columns)
  // Counts begin at a column and hold for those after it, until they are summed up.
  const [wonFrom, censoredFrom] = [new Int32Array(rows * (columns + 1)), new Int32Array(rows * (columns + 1))]
  const [won, lost] = [newMet(rows), newMet(columns)]
  let answered = 0
  for (const trade of trades) {
    const [flight] = trade.flights
    if (flight === undefined || trade.flights.length !== 1 || trade.end === null || flight.stretch.entry === 0) continue
    answered++
    const end = percentNear(flight.stretch, trade.end.price)
    won.count = 0
    lost.count = 0
    meetTargets(flight, trade.end, targetLevels, won)
    meetStops(flight, trade.end, lost)
    let column = 0
    for (let row = 0; row < rows; row++) {
      const isMet = row < won.count
      const order = isMet ? (won.orders[row] as number) : Number.POSITIVE_INFINITY
      while (column < lost.count && (lost.orders[column] as number) < order) column++
      const from = row * columns
      for (let i = 0; i < column; i++) sums[from + i] = (sums[from + i] as number) + (lost.percents[i] as number)
      const otherwise = isMet ? (won.percents[row] as number) : end
      for (let i = column; i < columns; i++) sums[from + i] = (sums[from + i] as number) + otherwise
      const counted = isMet ? wonFrom : censoredFrom
      const place = row * (columns + 1) + column
      counted[place] = (counted[place] as number) + 1
    }
  }
  const counts = { targets: summedUp(wonFrom, rows, columns), censored: summedUp(censoredFrom, rows, columns) }
  const stops = counts.targets.map((count, cell) => answered - count - (counts.censored[cell] as number))
  return { sums, ...counts, stops, trades: answered, unanswered: trades.length - answered }
}

function meetTargets({ stretch, favourable }: Flight, end: Passage, levels: readonly Level[], met: Met): void {
  const isMet = (price: number) => met.count < levels.length && hasReached(stretch, 1, price, levels[met.count] as Level)
  meetAll(met, stretch, favourable, 0, favourable.prices.length, isMet)
  meetLast(met, stretch, end, isMet)
}

function meetAll(met: Met, stretch: Stretch, { prices, orders }: Steps, from: number, until: number, isMet: (price: number) => boolean): void {
  for (let i = from; i < until; i++) while (isMet(prices[i] as number)) meet(met, stretch, prices[i] as number, orders[i] as number)
}

/** The closing fill counts, too. */
function meetLast(met: Met, stretch: Stretch, end: Passage, isMet: (price: number) => boolean): void {
  while (isMet(end.price)) meet(met, stretch, end.price, end.order)
}

function meet(met: Met, stretch: Stretch, price: number, order: number): void {
  met.orders[met.count] = order
  met.percents[met.count] = percentNear(stretch, price)
  met.count++
}

interface Level {
  readonly exact: Decimal
  readonly near: number
}

function levelsOf(levels: readonly Decimal[]): Level[] {
  return levels.map((exact) => ({ exact, near: Number(exact) }))
}

function newMet(levels: number): Met {
  return { count: 0, orders: new Float64Array(levels), percents: new Float64Array(levels) }
}

/** Whether a price lies that percentage of the entry from it, in the favourable (+1) or adverse (−1) way: by doubles where clear, else exactly. */
function hasReached(stretch: Stretch, way: 1 | -1, price: number, { exact, near }: Level): boolean {
  const beyond = way * percentNear(stretch, price) - near
  if (Math.abs(beyond) > CLEAR * (200 + 2 * near)) return beyond > 0
  const percent = percentAt(stretch, decimal(price))
  return percent !== null && way * compareRatios(percent, { n: exact.times(way), d: ONE }) >= 0
}

function summedUp(from: Int32Array, rows: number, columns: number): Int32Array {
  const counts = new Int32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let column = 0; column < columns; column++) {
      sum += from[row * (columns + 1) + column] as number
      counts[row * columns + column] = sum
    }
  }
  return counts
}
