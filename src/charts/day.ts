// The day as one line: what all its trades together were worth at each moment, above and below nothing. Gaps of any of them are shaded: there the
// line is a guess and is not drawn. Deterministic.
import { thin } from '#core/thin.ts'
import type { Instant } from '#core/time.ts'
import { type Axis, framed } from './axes.ts'
import { niceTicks, type Stretch, timeTicks } from './chart.ts'
import { COLOURS, type Colours, GREY } from './palette.ts'
import { element, line, polyline, px, triangle } from './svg.ts'

export interface DayPicture {
  readonly title: string
  readonly subtitle: string
  /** 'running result (USD, gross)' and 'time (America/New_York)'. */
  readonly vertical: string
  readonly horizontal: string
  readonly best: string
  readonly worst: string
  readonly timeZone: string
  readonly path: readonly { readonly at: Instant; readonly result: number }[]
  readonly gaps: readonly Stretch[]
  readonly colours?: Colours
}

const POINTS_DRAWN = 900

export function dayResult(picture: DayPicture): string {
  const { favourable, adverse } = picture.colours ?? COLOURS.western
  const first = picture.path[0]?.at ?? 0
  const last = Math.max(picture.path.at(-1)?.at ?? 0, first + 1000)
  const results = picture.path.map((point) => point.result)
  const [low, high] = results.reduce(([least, most], result) => [Math.min(least, result), Math.max(most, result)], [0, 0])
  const room = Math.max((high - low) * 0.06, 0.01)
  const vertical: Axis = { low: low - room, high: high + room, ticks: niceTicks(low - room, high + room, 5), label: picture.vertical }
  const horizontal: Axis = { low: first, high: last, ticks: timeTicks(first, last, 6, picture.timeZone), label: picture.horizontal }
  const top = picture.path.find((point) => point.result === high)
  const bottom = picture.path.find((point) => point.result === low)
  return framed(
    { title: picture.title, subtitle: picture.subtitle, description: `${picture.subtitle}. ${picture.best}; ${picture.worst}.`, horizontal, vertical },
    (plot) => [
      ...picture.gaps
        .filter((gap) => gap.to > first && gap.from < last)
        .map((gap) =>
          element('rect', {
            x: plot.x(gap.from),
            y: plot.top,
            width: Math.max(0.5, plot.x(gap.to) - plot.x(gap.from)),
            height: plot.bottom - plot.top,
            fill: GREY,
            'fill-opacity': 0.16,
          }),
        ),
      ...broken(picture).flatMap((stretch) => {
        const points = stretch.map((point) => ({ x: plot.x(point.at), y: plot.y(point.result) }))
        const [from, to] = [points[0], points.at(-1)]
        if (from === undefined || to === undefined || points.length < 2) return []
        const zero = px(plot.y(0))
        // The same line cut at nothing twice: what lies above it in the one colour, what lies below in the other.
        const above = points.map(({ x, y }) => ({ x, y: Math.min(y, plot.y(0)) }))
        const below = points.map(({ x, y }) => ({ x, y: Math.max(y, plot.y(0)) }))
        return [
          element('path', { d: `${polyline(above)}V${zero}H${px(from.x)}Z`, fill: favourable, 'fill-opacity': 0.18 }),
          element('path', { d: `${polyline(below)}V${zero}H${px(from.x)}Z`, fill: adverse, 'fill-opacity': 0.18 }),
          element('path', { d: polyline(points), fill: 'none', stroke: GREY, 'stroke-width': 1.6, 'stroke-linejoin': 'round' }),
        ]
      }),
      line(plot.left, plot.y(0), plot.right, plot.y(0), { stroke: GREY, 'stroke-dasharray': '5 4' }),
      top === undefined || high <= 0 ? '' : triangle(plot.x(top.at), plot.y(high), 4.5, 'up', { fill: favourable }),
      bottom === undefined || low >= 0 ? '' : triangle(plot.x(bottom.at), plot.y(low), 4.5, 'down', { fill: adverse }),
    ],
    [
      { label: picture.best, sign: (x, y) => triangle(x + 7, y, 4.5, 'up', { fill: favourable }) },
      { label: picture.worst, sign: (x, y) => triangle(x + 7, y, 4.5, 'down', { fill: adverse }) },
    ],
  )
}

/** The path in stretches, broken where prices of one of its trades are missing; each thinned, its extremes kept. */
function broken({ path, gaps }: DayPicture): readonly (readonly { readonly at: Instant; readonly result: number }[])[] {
  const stretches: { at: Instant; result: number; last: number; mfe: number; mae: number }[][] = []
  for (const [index, { at, result }] of path.entries()) {
    const before = path[index - 1]
    const point = { at, result, last: result, mfe: 0, mae: 0 }
    if (before === undefined || gaps.some((gap) => gap.from < at && gap.to > before.at)) stretches.push([point])
    else stretches.at(-1)?.push(point)
  }
  return stretches.map((stretch) => thin(stretch, Math.max(8, Math.floor(POINTS_DRAWN / stretches.length))))
}
