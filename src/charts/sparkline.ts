// A trade in the size of a word: the last price between its two staircases. ▲ is the best it was, ▼ the worst;
// the dashed line is the entry. No axes: the numbers stand beside it. Deterministic.
import type { Instant } from '#core/time.ts'
import { chartModel, type PathPoint, type Stretch } from './chart.ts'
import { COLOURS, type Colours, GREY } from './palette.ts'
import { element, line, picture, polyline, px, staircase, triangle } from './svg.ts'

export interface SparklineOptions {
  readonly width?: number
  readonly height?: number
  readonly entry?: number
  readonly side?: 'LONG' | 'SHORT'
  readonly title?: string
  readonly gaps?: readonly Stretch[]
  /** Western where none are given. */
  readonly colours?: Colours
}

export function sparkline(points: readonly { at: Instant; last: number; mfe: number; mae: number }[], options: SparklineOptions = {}): string {
  const width = options.width ?? 160
  const height = options.height ?? 40
  const side = options.side ?? 'LONG'
  const title = options.title ?? 'Trajectory of a trade'
  const { favourable, adverse } = options.colours ?? COLOURS.western
  const model = chartModel({
    points,
    maxPoints: width,
    ...(options.entry === undefined ? {} : { prices: [options.entry] }),
    ...(options.gaps === undefined ? {} : { gaps: options.gaps }),
  })
  if (model === null)
    return picture({ width, height, title, description: 'No price of this trade was recorded.' }, [
      line(4, height / 2, width - 4, height / 2, { stroke: GREY, 'stroke-dasharray': '2 3' }),
    ])
  const left = 5
  const right = width - 6
  const x = (at: Instant) => left + ((at - model.from) / (model.to - model.from)) * (right - left)
  const y = (price: number) => 6 + ((model.high - price) / (model.high - model.low)) * (height - 12)
  const entry = options.entry ?? points[0]?.last ?? model.low
  const best = firstAt(points, (point) => point.mfe)
  const worst = firstAt(points, (point) => point.mae)
  const end = points.at(-1)
  return picture({ width, height, title, description: 'Last price in grey between the best since entry (▲ first reached) and the worst (▼); entry dashed.' }, [
    ...model.stretches.flatMap((stretch) => [
      band(stretch, (point) => point.mfe, favourable),
      band(stretch, (point) => point.mae, adverse),
      element('path', {
        d: polyline(stretch.map((point) => ({ x: x(point.at), y: y(point.last) }))),
        fill: 'none',
        stroke: GREY,
        'stroke-width': 1.25,
        'stroke-linejoin': 'round',
      }),
    ]),
    line(left, y(entry), right, y(entry), { stroke: GREY, 'stroke-width': 0.75, 'stroke-dasharray': '2 3' }),
    best === null ? '' : triangle(x(best.at), y(best.mfe) + (side === 'LONG' ? -1 : 1), 3.5, 'up', { fill: favourable }),
    worst === null ? '' : triangle(x(worst.at), y(worst.mae) + (side === 'LONG' ? 1 : -1), 3.5, 'down', { fill: adverse }),
    end === undefined ? '' : element('circle', { cx: x(end.at), cy: y(end.last), r: 2.25, fill: GREY }),
  ])

  /** From the entry to a staircase, faintly filled, its edge drawn. */
  function band(stretch: readonly PathPoint[], level: (point: PathPoint) => number, colour: string): string {
    const steps = staircase(stretch.map((point) => ({ x: x(point.at), y: y(level(point)) })))
    const first = stretch[0]
    const last = stretch.at(-1)
    if (first === undefined || last === undefined || stretch.length < 2) return ''
    const filled = element('path', { d: `${steps}V${px(y(entry))}H${px(x(first.at))}Z`, fill: colour, 'fill-opacity': 0.14 })
    return filled + element('path', { d: steps, fill: 'none', stroke: colour, 'stroke-width': 1 })
  }
}

/** The point at which a staircase first stood at its end. */
export function firstAt<P extends { readonly at: Instant }>(points: readonly P[], level: (point: P) => number): P | null {
  const end = points.at(-1)
  return end === undefined ? null : (points.find((point) => level(point) === level(end)) ?? end)
}
