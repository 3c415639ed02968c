// The frame that pictures of many trades share: a title, a grid, ticks with their units, and where a value lies in it. Knows nothing of trades.
import type { Tick } from './chart.ts'
import { GREY } from './palette.ts'
import { line, picture, px, text, textWidth } from './svg.ts'

export const WIDTH = 480
export const FONT = 13
const LEFT = 66
const RIGHT = 16
const PLOT_HEIGHT = 170

export interface Axis {
  readonly low: number
  readonly high: number
  readonly ticks: readonly Tick[]
  /** What is measured, with its unit. */
  readonly label: string
}

export interface Frame {
  readonly title: string
  readonly subtitle: string
  readonly description: string
  readonly horizontal: Axis
  readonly vertical: Axis
}

export interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  x(value: number): number
  y(value: number): number
}

/** A whole picture; `draw` is told where things lie and answers markup. */
export function framed(
  frame: Frame,
  draw: (plot: Plot) => readonly string[],
  below: readonly { readonly label: string; readonly sign: (x: number, y: number) => string }[] = [],
): string {
  const { horizontal, vertical } = frame
  const top = 72
  const plot = { left: LEFT, right: WIDTH - RIGHT, top, bottom: top + PLOT_HEIGHT }
  const scale = (axis: Axis, value: number) => (Math.min(Math.max(value, axis.low), axis.high) - axis.low) / (axis.high - axis.low)
  const x = (value: number) => plot.left + scale(horizontal, value) * (plot.right - plot.left)
  const y = (value: number) => plot.bottom - scale(vertical, value) * PLOT_HEIGHT
  const legend = keys(below, plot.bottom + 58)
  return picture({ width: WIDTH, height: (below.length === 0 ? plot.bottom + 40 : legend.bottom) + 8, title: frame.title, description: frame.description }, [
    text(frame.title, { x: 12, y: 22, 'font-size': FONT + 2, 'font-weight': 600, fill: GREY }),
    text(frame.subtitle, { x: 12, y: 41, 'font-size': FONT, fill: GREY }),
    text(vertical.label, { x: 12, y: top - 10, 'font-size': FONT - 1, fill: GREY }),
    ...vertical.ticks.flatMap((tick) => [
      line(plot.left, y(tick.value), plot.right, y(tick.value), { stroke: GREY, 'stroke-opacity': 0.2 }),
      text(tick.label, { x: plot.left - 6, y: y(tick.value) + 4.5, 'font-size': FONT, 'text-anchor': 'end', fill: GREY }),
    ]),
    ...spaced(horizontal.ticks, x).flatMap((tick) => [
      line(x(tick.value), plot.bottom, x(tick.value), plot.bottom + 4, { stroke: GREY }),
      text(tick.label, { x: x(tick.value), y: plot.bottom + 18, 'font-size': FONT, 'text-anchor': 'middle', fill: GREY }),
    ]),
    text(horizontal.label, { x: (plot.left + plot.right) / 2, y: plot.bottom + 36, 'font-size': FONT - 1, 'text-anchor': 'middle', fill: GREY }),
    ...draw({ ...plot, x, y }),
    ...legend.markup,
  ])
}

/** Of the ticks those whose labels touch neither the one before nor the edge. */
function spaced(ticks: readonly Tick[], x: (value: number) => number): readonly Tick[] {
  let end = Number.NEGATIVE_INFINITY
  return ticks.filter((tick) => {
    const half = textWidth(tick.label, FONT) / 2
    if (x(tick.value) - half < end + 6 || x(tick.value) + half > WIDTH) return false
    end = x(tick.value) + half
    return true
  })
}

/** What the shapes mean, from left to right in as many rows as needed. */
export function keys(
  items: readonly { readonly label: string; readonly sign: (x: number, y: number) => string }[],
  top: number,
): { readonly markup: readonly string[]; readonly bottom: number } {
  const markup: string[] = []
  let [x, y] = [12, top]
  for (const { label, sign } of items) {
    const width = 22 + textWidth(label, FONT) + 16
    if (x > 12 && x + width > WIDTH) {
      x = 12
      y += 21
    }
    markup.push(sign(x, y) + text(label, { x: x + 22, y: y + 4.5, 'font-size': FONT, fill: GREY }))
    x += width
  }
  return { markup, bottom: y + 8 }
}

export function bar(plot: Plot, from: number, to: number, height: number): string {
  const [left, right] = [plot.x(from) + 0.75, plot.x(to) - 0.75]
  return `M${px(left)} ${px(plot.bottom)}V${px(plot.y(height))}H${px(Math.max(left + 0.5, right))}V${px(plot.bottom)}Z`
}
