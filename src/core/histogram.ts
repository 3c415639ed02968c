// How values are spread: bars of equal width with round edges. Pure.
export interface Bar {
  readonly from: number
  /** Not in it, except in the last one. */
  readonly to: number
  readonly count: number
}

export interface Histogram {
  readonly bars: readonly Bar[]
  readonly known: number
  readonly unknown: number
  readonly median: number | null
}

/** About as many bars as one looks at without counting. */
const BARS = 20
const STEPS = [1, 2, 2.5, 5, 10] as const

export function histogram(values: readonly (number | null)[]): Histogram {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b)
  const unknown = values.length - known.length
  const [least] = known
  const most = known.at(-1)
  if (least === undefined || most === undefined) return { bars: [], known: 0, unknown, median: null }
  const width = roundWidth((most - least) / BARS)
  const first = Math.floor(least / width)
  const count = Math.max(1, Math.ceil(most / width) - first)
  const counts = new Array<number>(count).fill(0)
  for (const value of known) {
    const bar = Math.min(Math.floor(value / width) - first, count - 1)
    counts[bar] = (counts[bar] ?? 0) + 1
  }
  const edge = (n: number) => Number(((first + n) * width).toPrecision(12))
  return { bars: counts.map((count, n) => ({ from: edge(n), to: edge(n + 1), count })), known: known.length, unknown, median: medianOf(known) }
}

/** The next width that reads well: 0.1, 0.2, 0.25, 0.5, 1 … One value alone still has a bar. */
function roundWidth(least: number): number {
  if (least <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(least))
  return (STEPS.find((step) => step * power >= least) ?? 10) * power
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
