// A trajectory thinned for a chart. Pure: chooses among the points it is given, never makes one up or moves one.
import type { TrajectoryPoint } from './trade.ts'

type Shape = Pick<TrajectoryPoint, 'last' | 'mfe' | 'mae'>

/**
 * At most `limit` of the points, in their order. First, last, the highest and lowest price and the points that first reached the final
 * excursions are always kept, even where `limit` is smaller than their number. Half of the rest goes to the largest steps of an
 * excursion, the other half to the extremes of equal stretches, so that a chart shows the same outline.
 */
export function thin<P extends Shape>(points: readonly P[], limit: number): readonly P[] {
  if (points.length <= limit) return points
  const kept = landmarks(points)
  const free = Math.max(0, limit - kept.size)
  for (const index of largestSteps(points, kept, Math.floor(free / 2))) kept.add(index)
  for (const index of outline(points, kept, limit - kept.size)) kept.add(index)
  return [...kept].sort((a, b) => a - b).map((index) => points[index] as P)
}

/** The places no chart may lose. */
function landmarks(points: readonly Shape[]): Set<number> {
  const end = points.length - 1
  const final = points[end] as Shape
  let [highest, lowest, mfe, mae] = [0, 0, -1, -1]
  for (const [index, point] of points.entries()) {
    if (point.last > (points[highest] as Shape).last) highest = index
    if (point.last < (points[lowest] as Shape).last) lowest = index
    if (mfe < 0 && point.mfe === final.mfe) mfe = index
    if (mae < 0 && point.mae === final.mae) mae = index
  }
  return new Set([0, highest, lowest, mfe, mae, end])
}

/** Where an excursion widened most, the largest step first; of equal ones the earlier. */
function largestSteps(points: readonly Shape[], kept: ReadonlySet<number>, count: number): number[] {
  const steps: { index: number; size: number }[] = []
  for (let index = 1; index < points.length; index++) {
    const [before, now] = [points[index - 1] as Shape, points[index] as Shape]
    const size = Math.max(Math.abs(now.mfe - before.mfe), Math.abs(now.mae - before.mae))
    if (size > 0 && !kept.has(index)) steps.push({ index, size })
  }
  steps.sort((a, b) => b.size - a.size || a.index - b.index)
  return steps.slice(0, count).map((step) => step.index)
}

/** The highest and lowest price of equal stretches, at most `count` places in all. */
function outline(points: readonly Shape[], kept: ReadonlySet<number>, count: number): number[] {
  const stretches = Math.floor(count / 2)
  const found: number[] = []
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches)
    const until = Math.floor(((stretch + 1) * points.length) / stretches)
    let [high, low] = [-1, -1]
    for (let index = from; index < until; index++) {
      if (kept.has(index)) continue
      const { last } = points[index] as Shape
      if (high < 0 || last > (points[high] as Shape).last) high = index
      if (low < 0 || last < (points[low] as Shape).last) low = index
    }
    if (high >= 0) found.push(high)
    if (low >= 0 && low !== high) found.push(low)
  }
  return found
}
