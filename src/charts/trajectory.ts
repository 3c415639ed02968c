// The bigger picture of one trade: where it was entered, where it went, how far it had been each way, what filled, which rules spoke.
// Drawn for a phone's width; readable on white and on black; every axis says its unit. Deterministic, and never reads a clock.
import type { Instant } from '#core/time.ts'
import { chartModel, niceTicks, type PathPoint, type Stretch, timeTicks } from './chart.ts'
import { BLUE, GREY, ORANGE, VIOLET } from './palette.ts'
import { firstAt } from './sparkline.ts'
import { diamond, element, line, picture, polyline, px, staircase, text, textWidth, triangle } from './svg.ts'

export interface TrajectoryPicture {
  readonly title: string
  /** A line below the title. */
  readonly subtitle?: string
  readonly side: 'LONG' | 'SHORT'
  readonly currency: string
  readonly timeZone: string
  readonly entry: number
  /** null: none was set. */
  readonly stop: number | null
  readonly openedAt: Instant
  readonly closedAt: Instant | null
  readonly points: readonly PathPoint[]
  readonly gaps: readonly Stretch[]
  readonly fills: readonly { readonly at: Instant; readonly price: number; readonly side: 'BUY' | 'SELL'; readonly role: 'ENTRY' | 'EXIT' }[]
  /** `label` is what the legend says beside the alert's number. */
  readonly alerts: readonly { readonly at: Instant; readonly price: number; readonly label: string }[]
  /** What the legend says of the two extremes: '+5.21 % at 10:42'. */
  readonly mfeLabel: string
  readonly maeLabel: string
  readonly words?: TrajectoryWords
}

export interface TrajectoryWords {
  readonly price: string
  readonly ofEntry: string
  readonly time: string
  readonly last: string
  readonly entry: string
  readonly stop: string
  readonly buy: string
  readonly sell: string
  readonly noData: string
  readonly nothingSeen: string
}

const ENGLISH: TrajectoryWords = {
  price: 'price',
  ofEntry: '% of entry',
  time: 'time',
  last: 'last',
  entry: 'entry',
  stop: 'stop',
  buy: 'bought',
  sell: 'sold',
  noData: 'no prices',
  nothingSeen: 'No price of this trade was recorded.',
}

const WIDTH = 480
const PLOT_HEIGHT = 200
const LEFT = 66
const RIGHT = 52
const FONT = 13
/** Alerts beyond this many are drawn, but only counted in the legend. */
const ALERTS_NAMED = 8

export function trajectory(trade: TrajectoryPicture): string {
  const words = trade.words ?? ENGLISH
  const model = chartModel({
    points: trade.points,
    gaps: trade.gaps,
    from: trade.openedAt,
    ...(trade.closedAt === null ? {} : { to: trade.closedAt }),
    prices: [trade.entry, ...(trade.stop === null ? [] : [trade.stop]), ...trade.fills.map((fill) => fill.price)],
    maxPoints: 1200,
  })
  if (model === null || trade.points.length === 0) {
    return picture({ width: WIDTH, height: 84, title: trade.title, description: words.nothingSeen }, [
      text(trade.title, { x: 12, y: 24, 'font-size': FONT + 2, 'font-weight': 600, fill: GREY }),
      text(words.nothingSeen, { x: 12, y: 54, 'font-size': FONT, fill: GREY }),
    ])
  }
  const right = WIDTH - RIGHT
  const x = (at: Instant) => LEFT + ((Math.min(Math.max(at, model.from), model.to) - model.from) / (model.to - model.from)) * (right - LEFT)

  const heads = trade.subtitle === undefined ? [trade.title] : [trade.title, trade.subtitle]
  const flags = flagRows(trade.alerts.map((alert) => x(alert.at)))
  const top = 16 + heads.length * 20 + 18 + (flags.length === 0 ? 0 : (Math.max(...flags) + 1) * 17)
  const bottom = top + PLOT_HEIGHT
  const y = (price: number) => top + ((model.high - price) / (model.high - model.low)) * PLOT_HEIGHT

  const sign = trade.side === 'LONG' ? 1 : -1
  const percentOf = (price: number) => (sign * (price - trade.entry) * 100) / Math.abs(trade.entry)
  const percents =
    trade.entry === 0 ? [] : niceTicks(Math.min(percentOf(model.low), percentOf(model.high)), Math.max(percentOf(model.low), percentOf(model.high)), 5)
  const priceAt = (percent: number) => trade.entry + (sign * percent * Math.abs(trade.entry)) / 100

  const best = firstAt(trade.points, (point) => point.mfe)
  const worst = firstAt(trade.points, (point) => point.mae)
  const legend = legendRows(trade, words, bottom + 52)
  const description = `${trade.subtitle ?? trade.title}. MFE ${trade.mfeLabel}; MAE ${trade.maeLabel}. ${trade.alerts.length} alerts, ${model.gaps.length} gaps.`

  return picture({ width: WIDTH, height: legend.bottom + 10, title: trade.title, description }, [
    ...heads.map((head, row) =>
      text(head, { x: 12, y: 22 + row * 19, 'font-size': row === 0 ? FONT + 2 : FONT, ...(row === 0 ? { 'font-weight': 600 } : {}), fill: GREY }),
    ),
    text(`${words.price} (${trade.currency})`, { x: 12, y: top - 8, 'font-size': FONT - 1, fill: GREY }),
    percents.length === 0 ? '' : text(words.ofEntry, { x: WIDTH - 8, y: top - 8, 'font-size': FONT - 1, 'text-anchor': 'end', fill: GREY }),
    ...niceTicks(model.low, model.high, 5).flatMap((tick) => [
      line(LEFT, y(tick.value), right, y(tick.value), { stroke: GREY, 'stroke-opacity': 0.2 }),
      text(tick.label, { x: LEFT - 6, y: y(tick.value) + 4.5, 'font-size': FONT, 'text-anchor': 'end', fill: GREY }),
    ]),
    ...percents.map((tick) =>
      text(`${tick.value > 0 ? '+' : ''}${tick.label}`, { x: right + 11, y: y(priceAt(tick.value)) + 4.5, 'font-size': FONT, fill: GREY }),
    ),
    ...roomy(timeTicks(model.from, model.to, 5, trade.timeZone), x).flatMap((tick) => [
      line(x(tick.value), bottom, x(tick.value), bottom + 4, { stroke: GREY }),
      text(tick.label, { x: x(tick.value), y: bottom + 18, 'font-size': FONT, 'text-anchor': 'middle', fill: GREY }),
    ]),
    text(`${words.time} (${trade.timeZone})`, { x: (LEFT + right) / 2, y: bottom + 35, 'font-size': FONT - 1, 'text-anchor': 'middle', fill: GREY }),
    ...model.gaps.map((gap) => noPrices(x(gap.from), x(gap.to))),
    ...model.stretches.flatMap((stretch) => [band(stretch, (point) => point.mfe, BLUE), band(stretch, (point) => point.mae, ORANGE)]),
    ...model.stretches.map((stretch) =>
      element('path', {
        d: polyline(stretch.map((point) => ({ x: x(point.at), y: y(point.last) }))),
        fill: 'none',
        stroke: GREY,
        'stroke-width': 1.4,
        'stroke-linejoin': 'round',
      }),
    ),
    line(LEFT, y(trade.entry), right, y(trade.entry), { stroke: GREY, 'stroke-dasharray': '5 4' }),
    trade.stop === null ? '' : line(LEFT, y(trade.stop), right, y(trade.stop), { stroke: ORANGE, 'stroke-dasharray': '1 3', 'stroke-width': 1.5 }),
    ...trade.alerts.map((alert, index) => flag(x(alert.at), y(alert.price), top - 24 - (flags[index] ?? 0) * 17, String(index + 1))),
    ...trade.fills.map((fill) =>
      triangle(x(fill.at), y(fill.price), 5, fill.side === 'BUY' ? 'up' : 'down', {
        fill: fill.role === 'ENTRY' ? VIOLET : 'none',
        stroke: VIOLET,
        'stroke-width': 1.5,
      }),
    ),
    best === null ? '' : element('circle', { cx: x(best.at), cy: y(best.mfe), r: 4.5, fill: 'none', stroke: BLUE, 'stroke-width': 2 }),
    worst === null ? '' : element('rect', { x: x(worst.at) - 4, y: y(worst.mae) - 4, width: 8, height: 8, fill: 'none', stroke: ORANGE, 'stroke-width': 2 }),
    ...legend.markup,
  ])

  function band(stretch: readonly PathPoint[], level: (point: PathPoint) => number, colour: string): string {
    const first = stretch[0]
    if (first === undefined || stretch.length < 2) return ''
    const steps = staircase(stretch.map((point) => ({ x: x(point.at), y: y(level(point)) })))
    return (
      element('path', { d: `${steps}V${px(y(trade.entry))}H${px(x(first.at))}Z`, fill: colour, 'fill-opacity': 0.1 }) +
      element('path', { d: steps, fill: 'none', stroke: colour, 'stroke-width': 2, ...(colour === ORANGE ? { 'stroke-dasharray': '6 2' } : {}) })
    )
  }

  function noPrices(from: number, to: number): string {
    const shade = element('rect', { x: from, y: top, width: Math.max(1, to - from), height: PLOT_HEIGHT, fill: GREY, 'fill-opacity': 0.16 })
    const fits = to - from > textWidth(words.noData, FONT - 1) + 6
    return shade + (fits ? text(words.noData, { x: (from + to) / 2, y: bottom - 8, 'font-size': FONT - 1, 'text-anchor': 'middle', fill: GREY }) : '')
  }

  function flag(at: number, price: number, row: number, number: string): string {
    return (
      line(at, row + 7, at, price, { stroke: GREY, 'stroke-opacity': 0.55, 'stroke-width': 0.75 }) +
      diamond(at, row, 8.5, { fill: 'none', stroke: GREY, 'stroke-width': 1.25 }) +
      text(number, { x: at, y: row + 3.5, 'font-size': 10, 'font-weight': 600, 'text-anchor': 'middle', fill: GREY })
    )
  }
}

/** Which row above the plot each alert's number stands in, so that none covers another. */
function flagRows(positions: readonly number[]): readonly number[] {
  const ends: number[] = []
  return positions.map((position) => {
    const free = ends.findIndex((end) => end < position)
    const row = free === -1 ? ends.length : free
    ends[row] = position + 18
    return row
  })
}

/** Of the ticks those whose labels do not touch the one before. */
function roomy(
  ticks: readonly { readonly value: number; readonly label: string }[],
  x: (at: number) => number,
): readonly { readonly value: number; readonly label: string }[] {
  let end = Number.NEGATIVE_INFINITY
  return ticks.filter((tick) => {
    const half = textWidth(tick.label, FONT) / 2
    if (x(tick.value) - half < end + 6) return false
    end = x(tick.value) + half
    return true
  })
}

/** What the shapes mean, flowing from left to right in as many rows as needed. */
function legendRows(trade: TrajectoryPicture, words: TrajectoryWords, top: number): { readonly markup: readonly string[]; readonly bottom: number } {
  const named = trade.alerts.slice(0, ALERTS_NAMED)
  const sides = new Set(trade.fills.map((fill) => fill.side))
  const items: { readonly label: string; readonly sign: (x: number, y: number) => string }[] = [
    {
      label: `MFE ${trade.mfeLabel}`,
      sign: (x, y) =>
        line(x, y, x + 14, y, { stroke: BLUE, 'stroke-width': 2 }) +
        element('circle', { cx: x + 7, cy: y, r: 4.5, fill: 'none', stroke: BLUE, 'stroke-width': 2 }),
    },
    {
      label: `MAE ${trade.maeLabel}`,
      sign: (x, y) =>
        line(x, y, x + 14, y, { stroke: ORANGE, 'stroke-width': 2, 'stroke-dasharray': '6 2' }) +
        element('rect', { x: x + 3, y: y - 4, width: 8, height: 8, fill: 'none', stroke: ORANGE, 'stroke-width': 2 }),
    },
    { label: words.last, sign: (x, y) => line(x, y, x + 14, y, { stroke: GREY, 'stroke-width': 1.4 }) },
    { label: words.entry, sign: (x, y) => line(x, y, x + 14, y, { stroke: GREY, 'stroke-dasharray': '5 4' }) },
    ...(trade.stop === null
      ? []
      : [{ label: words.stop, sign: (x: number, y: number) => line(x, y, x + 14, y, { stroke: ORANGE, 'stroke-dasharray': '1 3', 'stroke-width': 1.5 }) }]),
    ...(sides.has('BUY')
      ? [
          {
            label: words.buy,
            sign: (x: number, y: number) => triangle(x + 7, y, 5, 'up', { fill: trade.side === 'LONG' ? VIOLET : 'none', stroke: VIOLET, 'stroke-width': 1.5 }),
          },
        ]
      : []),
    ...(sides.has('SELL')
      ? [
          {
            label: words.sell,
            sign: (x: number, y: number) =>
              triangle(x + 7, y, 5, 'down', { fill: trade.side === 'SHORT' ? VIOLET : 'none', stroke: VIOLET, 'stroke-width': 1.5 }),
          },
        ]
      : []),
    ...named.map((alert, index) => ({
      label: alert.label,
      sign: (x: number, y: number) =>
        diamond(x + 7, y, 8.5, { fill: 'none', stroke: GREY, 'stroke-width': 1.25 }) +
        text(String(index + 1), { x: x + 7, y: y + 3.5, 'font-size': 10, 'font-weight': 600, 'text-anchor': 'middle', fill: GREY }),
    })),
    ...(trade.alerts.length > named.length ? [{ label: `+ ${trade.alerts.length - named.length}`, sign: () => '' }] : []),
  ]
  const markup: string[] = []
  let x = 12
  let y = top + 8
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
