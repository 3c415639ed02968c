// How far each trade went against its owner, and what came of it: one mark a trade, a circle for a winner, a cross for a loser,
// a diamond for what came out even. Where the losers begin on the way left is where a stop would have cost little. Deterministic.
import { type Axis, framed } from './axes.ts'
import { niceTicks } from './chart.ts'
import { COLOURS, type Colours, GREY } from './palette.ts'
import { diamond, element, line, px } from './svg.ts'

export interface ScatterPicture {
  readonly title: string
  readonly subtitle: string
  /** 'MAE, % of entry' and 'result, % of entry'. */
  readonly horizontal: string
  readonly vertical: string
  readonly winner: string
  readonly loser: string
  readonly even: string
  readonly points: readonly { readonly mae: number; readonly result: number }[]
  readonly colours?: Colours
}

export function scatter(picture: ScatterPicture): string {
  const { favourable, adverse } = picture.colours ?? COLOURS.western
  const points = picture.points.filter(({ mae, result }) => Number.isFinite(mae) && Number.isFinite(result))
  const horizontal = axis(
    points.map((point) => point.mae),
    picture.horizontal,
  )
  const vertical = axis(
    points.map((point) => point.result),
    picture.vertical,
  )
  return framed(
    { title: picture.title, subtitle: picture.subtitle, description: `${picture.subtitle}. ${picture.horizontal}; ${picture.vertical}.`, horizontal, vertical },
    (plot) => [
      line(plot.left, plot.y(0), plot.right, plot.y(0), { stroke: GREY }),
      line(plot.x(0), plot.top, plot.x(0), plot.bottom, { stroke: GREY, 'stroke-opacity': 0.5 }),
      ...points.map(({ mae, result }) => sign(result)(plot.x(mae), plot.y(result))),
    ],
    [
      { label: picture.winner, sign: (x, y) => circle(x + 7, y) },
      { label: picture.loser, sign: (x, y) => cross(x + 7, y) },
      ...(points.some(({ result }) => result === 0) ? [{ label: picture.even, sign: (x: number, y: number) => even(x + 7, y) }] : []),
    ],
  )

  function sign(result: number): (x: number, y: number) => string {
    if (result === 0) return even
    return result > 0 ? circle : cross
  }

  function circle(x: number, y: number): string {
    return element('circle', { cx: x, cy: y, r: 3.5, fill: favourable, 'fill-opacity': 0.3, stroke: favourable })
  }

  function even(x: number, y: number): string {
    return diamond(x, y, 4, { fill: 'none', stroke: GREY, 'stroke-width': 1.5 })
  }

  function cross(x: number, y: number): string {
    return element('path', {
      d: `M${px(x - 3)} ${px(y - 3)}L${px(x + 3)} ${px(y + 3)}M${px(x - 3)} ${px(y + 3)}L${px(x + 3)} ${px(y - 3)}`,
      stroke: adverse,
      'stroke-width': 1.75,
    })
  }
}

/** An axis around the values and 0, with a little room. */
function axis(values: readonly number[], label: string): Axis {
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const room = Math.max((high - low) * 0.06, 1e-3)
  return { low: low - room, high: high + room, ticks: niceTicks(low - room, high + room, 5), label }
}
