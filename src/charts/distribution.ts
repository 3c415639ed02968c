// How often a percentage occurred over the last trades: bars of equal width, the median marked. A value beyond the last bar counts in it, and
// the axis says so. Deterministic; nothing is smoothed and no curve is fitted through what was few.
import { type Axis, bar, framed } from './axes.ts'
import { niceTicks } from './chart.ts'
import { COLOURS, type Colours, GREY } from './palette.ts'
import { element, line } from './svg.ts'

export interface DistributionPicture {
  readonly title: string
  /** What a bar counts: 'MFE, % of entry'. */
  readonly measure: string
  /** 'trades' */
  readonly count: string
  /** '{n} trades, median {median}' already put into words. */
  readonly subtitle: string
  readonly median: string
  readonly values: readonly number[]
  /** Which of the two colours the bars have. */
  readonly kind: 'favourable' | 'adverse'
  readonly colours?: Colours
}

const BARS = 20
/** Bars end here, so that one extreme does not squeeze the rest into a single bar. */
const UPPER_SHARE = 0.98

export function distribution(picture: DistributionPicture): string {
  const sorted = picture.values.filter(Number.isFinite).toSorted((a, b) => a - b)
  const { low, width, counts } = countInto(sorted)
  const high = low + width * counts.length
  const most = Math.max(1, ...counts)
  const colour = (picture.colours ?? COLOURS.western)[picture.kind]
  const isCut = (sorted.at(-1) ?? low) > high
  const horizontal: Axis = { low, high, ticks: isCut ? openEnded(low, high, width) : niceTicks(low, high, 6), label: picture.measure }
  const vertical: Axis = {
    low: 0,
    high: most,
    ticks: niceTicks(0, most, Math.min(4, most)).filter((tick) => Number.isInteger(tick.value)),
    label: picture.count,
  }
  const median = sorted.length === 0 ? null : medianOf(sorted)
  const bars = counts.map((count, index) => ({ count, from: low + index * width }))
  return framed(
    { title: picture.title, subtitle: picture.subtitle, description: `${picture.subtitle}. ${picture.measure}.`, horizontal, vertical },
    (plot) => [
      ...bars
        .filter(({ count }) => count > 0)
        .map(({ count, from }) => element('path', { d: bar(plot, from, from + width, count), fill: colour, 'fill-opacity': 0.35, stroke: colour })),
      line(plot.left, plot.bottom, plot.right, plot.bottom, { stroke: GREY }),
      median === null ? '' : line(plot.x(median), plot.top, plot.x(median), plot.bottom, { stroke: GREY, 'stroke-dasharray': '5 4', 'stroke-width': 1.5 }),
    ],
    median === null ? [] : [{ label: picture.median, sign: (x, y) => line(x, y, x + 14, y, { stroke: GREY, 'stroke-dasharray': '5 4', 'stroke-width': 1.5 }) }],
  )
}

/** The last bar says that it holds whatever is beyond; no other tick stands so near that it would hide that. */
function openEnded(low: number, high: number, width: number): Axis['ticks'] {
  const last = high - width
  const decimals = [0, 1, 2, 3, 4, 5, 6, 7].find((count) => Math.abs((width * 10 ** count) % 1) < 1e-6) ?? 8
  const ticks = niceTicks(low, high, 6).filter(({ value }) => value < last - (high - low) / 7)
  return [...ticks, { value: last, label: `≥ ${last.toFixed(decimals).replace('-', '−')}` }]
}

/** Bars of a round width from 0 (or below) to where nearly all values lie; the last one holds what is beyond. */
function countInto(sorted: readonly number[]): { readonly low: number; readonly width: number; readonly counts: readonly number[] } {
  const reach = sorted[Math.max(0, Math.ceil(sorted.length * UPPER_SHARE) - 1)] ?? 1
  const least = Math.min(0, sorted[0] ?? 0)
  const raw = Math.max(reach - least, 1e-6) / BARS
  const power = 10 ** Math.floor(Math.log10(raw))
  const width = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= raw * (1 - 1e-9)) ?? raw
  const low = Math.floor(least / width) * width
  const bars = Math.max(1, Math.floor((reach - low) / width) + 1)
  const counts = Array.from({ length: bars }, () => 0)
  for (const value of sorted) {
    const index = Math.min(bars - 1, Math.floor((value - low) / width + 1e-9))
    counts[index] = (counts[index] ?? 0) + 1
  }
  return { low, width, counts }
}

export function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
