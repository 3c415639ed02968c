// The chart model: what of a trade's trajectory is drawn, and between which axes. Pure, and the same for every picture of a trade
// (sparkline, trajectory, the page): the writers only turn it into marks. Plain numbers: these are pixels, not money.
import { thin } from '#core/thin.ts'
import { type Instant, wallClock } from '#core/time.ts'

export interface PathPoint {
  readonly at: Instant
  readonly last: number
  readonly mfe: number
  readonly mae: number
}

export interface Stretch {
  readonly from: Instant
  readonly to: Instant
}

export interface ChartInput {
  readonly points: readonly PathPoint[]
  readonly gaps?: readonly Stretch[]
  /** Prices that must lie on the chart: entry, stop, fills. */
  readonly prices?: readonly number[]
  /** The chart reaches at least from here to here. */
  readonly from?: Instant
  readonly to?: Instant
  /** About how many points may be drawn; extremes are always kept. */
  readonly maxPoints: number
}

export interface ChartModel {
  readonly from: Instant
  readonly to: Instant
  readonly low: number
  readonly high: number
  /** The path, broken where nothing is known. */
  readonly stretches: readonly (readonly PathPoint[])[]
  readonly gaps: readonly Stretch[]
}

export interface Tick {
  readonly value: number
  readonly label: string
}

export function chartModel(input: ChartInput): ChartModel | null {
  const { points } = input
  const from = Math.min(input.from ?? Number.POSITIVE_INFINITY, points[0]?.at ?? Number.POSITIVE_INFINITY)
  const to = Math.max(input.to ?? Number.NEGATIVE_INFINITY, points.at(-1)?.at ?? Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(from) || !Number.isFinite(to)) return null
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  const widen = (price: number) => {
    if (!Number.isFinite(price)) return
    if (price < low) low = price
    if (price > high) high = price
  }
  for (const { last, mfe, mae } of points) {
    widen(last)
    widen(mfe)
    widen(mae)
  }
  for (const price of input.prices ?? []) widen(price)
  if (low > high) return null
  // A price that never moved still gets a band around it.
  const pad = high > low ? (high - low) * 0.06 : Math.max(Math.abs(high) * 0.005, 0.01)
  const gaps = (input.gaps ?? []).map((gap) => ({ from: Math.max(gap.from, from), to: Math.min(gap.to, to) })).filter((gap) => gap.to > gap.from)
  const stretches = broken(points, gaps)
  const share = Math.max(8, Math.floor(input.maxPoints / stretches.length))
  return { from, to: to > from ? to : from + 1000, low: low - pad, high: high + pad, gaps, stretches: stretches.map((stretch) => thin(stretch, share)) }
}

/** The points in stretches: between two of them lies a gap. */
function broken(points: readonly PathPoint[], gaps: readonly Stretch[]): readonly (readonly PathPoint[])[] {
  const stretches: PathPoint[][] = []
  for (const [index, point] of points.entries()) {
    const before = points[index - 1]
    if (before === undefined || gaps.some((gap) => gap.from < point.at && gap.to > before.at)) stretches.push([point])
    else stretches.at(-1)?.push(point)
  }
  return stretches
}

/** Round values between two bounds, about `count`, printed with just the decimals that tell them apart. */
export function niceTicks(low: number, high: number, count: number): readonly Tick[] {
  const raw = (high - low) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw * 0.8) ?? 10 * power
  const decimals = Math.min(8, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))
  const ticks: Tick[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push({ value: i * step, label: grouped((i * step).toFixed(decimals)) })
  return ticks
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TIME_STEPS = [1, 2, 5, 10, 15, 30]
  .map((n) => n * SECOND)
  .concat(
    [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
    [1, 2, 3, 6, 12].map((n) => n * HOUR),
    [1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * DAY),
  )

/** Round times on an exchange's clock, at most `count`; with dates once a day has passed between them. */
export function timeTicks(from: Instant, to: Instant, count: number, timeZone: string): readonly Tick[] {
  const step = TIME_STEPS.find((size) => (to - from) / size <= count) ?? DAY * 1000
  const offset = offsetAt(from, timeZone)
  const ticks: Tick[] = []
  for (let local = Math.ceil((from + offset) / step) * step; local - offset <= to + HOUR; local += step) {
    // The clocks may have been changed since the beginning.
    const value = local - offsetAt(local - offset, timeZone)
    if (value < from || value > to || value === ticks.at(-1)?.value) continue
    const { day, clock } = wallClock(value, timeZone)
    ticks.push({ value, label: step >= DAY ? day.slice(5) : step >= MINUTE ? clock.slice(0, 5) : clock })
  }
  return ticks
}

/** How far a zone's clocks are ahead of UTC at an instant. */
function offsetAt(at: Instant, timeZone: string): number {
  const shown = wallClock(at, timeZone)
  return Date.parse(`${shown.day}T${shown.clock}Z`) - Math.floor(at / SECOND) * SECOND
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.replace(/^-(?=0(?:\.0+)?$)/, '').split('.')
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',').replace('-', '−')
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`
}
