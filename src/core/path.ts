// A trade's way through its prices: its percentage and its running result at each point of a trajectory, and how long it stayed at a level.
// Pure, in plain numbers: for lists, verdicts and pictures, never for what is stored as money.
import type { Instant } from './time.ts'
import type { Fill, Trade, TrajectoryPoint } from './trade.ts'

export interface PathStep {
  readonly at: Instant
  readonly price: number
  /** Percent of the volume-weighted entry of that moment. */
  readonly pct: number
  /** Gross running result, in the trade's currency. */
  readonly result: number
}

export interface Hole {
  readonly from: Instant
  readonly to: Instant
}

/** What the fills before an instant made of a trade: cash spent, quantity open, average entry. */
interface Standing {
  readonly cash: number
  readonly open: number
  readonly entry: number
}

type Walked = Pick<Trade, 'side' | 'multiplier' | 'fills'>

/** Each point with what the trade was worth at it. Fills at the very instant of a point count for it. */
export function walk(trade: Walked, points: readonly Pick<TrajectoryPoint, 'at' | 'last'>[]): readonly PathStep[] {
  const sign = trade.side === 'LONG' ? 1 : -1
  const multiplier = Number(trade.multiplier)
  const fills = [...trade.fills].sort((a, b) => a.at - b.at)
  let next = 0
  let standing: Standing = { cash: 0, open: 0, entry: 0 }
  let [entered, cost] = [0, 0]
  return points.map(({ at, last }) => {
    for (let fill = fills[next]; fill !== undefined && fill.at <= at; fill = fills[++next]) {
      if (fill.role === 'ENTRY') {
        entered += Number(fill.quantity)
        cost += Number(fill.quantity) * Number(fill.price)
      }
      standing = after(standing, fill, entered === 0 ? 0 : cost / entered)
    }
    const { cash, open, entry } = standing
    const pct = entry === 0 ? Number.NaN : (sign * (last - entry) * 100) / Math.abs(entry)
    return { at, price: last, pct, result: (cash + open * last) * multiplier }
  })
}

/** The running result at a price, right after the fills up to an instant. */
export function resultAt(trade: Walked, at: Instant, price: number): number {
  return walk(trade, [{ at, last: price }])[0]?.result ?? 0
}

function after(standing: Standing, fill: Fill, entry: number): Standing {
  const signed = (fill.side === 'BUY' ? 1 : -1) * Number(fill.quantity)
  return { cash: standing.cash - signed * Number(fill.price), open: standing.open + signed, entry }
}

/** The milliseconds between points at which the percentage stood at or above `level`; a price holds until the next one, never through a hole. */
export function dwellMs(steps: readonly PathStep[], level: number, holes: readonly Hole[], until: Instant): number {
  let ms = 0
  for (const [index, step] of steps.entries()) {
    // The double of a percentage that is exactly the level may lie a hair below it.
    if (!(step.pct >= level - 1e-9)) continue
    const end = Math.min(steps[index + 1]?.at ?? until, until)
    if (end > step.at) ms += uncovered(step.at, end, holes)
  }
  return ms
}

/** The length of a stretch outside the holes. */
function uncovered(from: Instant, to: Instant, holes: readonly Hole[]): number {
  return Math.max(0, to - from - holes.reduce((hidden, hole) => hidden + Math.max(0, Math.min(to, hole.to) - Math.max(from, hole.from)), 0))
}

/** The running result of several trades together, each from its own opening on. A trade that was open before `from` counts by what it changed since. */
export function together(
  trades: readonly { readonly steps: readonly PathStep[]; readonly openedAt: Instant }[],
  from: Instant,
  until: Instant,
): readonly { readonly at: Instant; readonly result: number }[] {
  const changes: { at: Instant; by: number }[] = []
  for (const { steps, openedAt } of trades) {
    const before = openedAt >= from ? 0 : (steps.findLast((step) => step.at < from)?.result ?? steps[0]?.result ?? 0)
    let last = before
    for (const { at, result } of steps) {
      if (at < from || at >= until) continue
      changes.push({ at, by: result - last })
      last = result
    }
  }
  changes.sort((a, b) => a.at - b.at)
  let result = 0
  const path: { at: Instant; result: number }[] = []
  for (const { at, by } of changes) {
    result += by
    const end = path.at(-1)
    if (end?.at === at) end.result = result
    else path.push({ at, result })
  }
  return path
}
