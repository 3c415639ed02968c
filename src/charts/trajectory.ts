// The bigger picture of one trade: where it was entered, where it went, how far it had been each way, what filled, which rules spoke.
// Drawn for a phone's width; readable on white and on black; every axis says its unit. Deterministic, and never reads a clock.
import { thin } from '#core/thin.ts'
import type { Instant } from '#core/time.ts'
import { keys } from './axes.ts'
import { chartModel, niceTicks, type PathPoint, type Stretch, timeTicks } from './chart.ts'
import { COLOURS, type Colours, GREY, VIOLET } from './palette.ts'
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
  /** Where it was moved to, by time. */
  readonly stopMoves?: readonly { readonly at: Instant; readonly to: number }[]
  /** Prices a rule would take something at, drawn where they lie within what the trade saw. */
  readonly targets?: readonly { readonly price: number; readonly label: string }[]
  /** Prices after the exit, drawn paler; never part of MFE and MAE. */
  readonly shadow?: readonly { readonly at: Instant; readonly price: number }[]
  /** The regular sessions; what lies outside is shaded. Absent: unknown. */
  readonly sessions?: readonly Stretch[]
  /** Western where none are given. */
  readonly colours?: Colours
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
  readonly target: string
  readonly noData: string
  readonly afterHours: string
  readonly afterExit: string
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
  target: 'target',
  noData: 'no prices',
  afterHours: 'after hours',
  afterExit: 'after the exit',
  nothingSeen: 'No price of this trade was recorded.',
}

const WIDTH = 480
const PLOT_HEIGHT = 200
const LEFT = 66
const RIGHT = 52
const FONT = 13
/** Half the width of an alert's flag. */
const FLAG = 8.5
const STOP_LINE = { 'stroke-dasharray': '1 3', 'stroke-width': 1.5 } as const
const TARGET_LINE = { 'stroke-dasharray': '8 3 2 3', 'stroke-width': 1 } as const
/** Alerts beyond this many are drawn, but only counted in the legend. */
const ALERTS_NAMED = 8

export function trajectory(trade: TrajectoryPicture): string {
  const words = trade.words ?? ENGLISH
  const colours = trade.colours ?? COLOURS.western
  const shadow = trade.shadow ?? []
  const model = chartModel({
    points: trade.points,
    gaps: trade.gaps,
    from: trade.openedAt,
    ...(trade.closedAt === null ? {} : { to: Math.max(trade.closedAt, shadow.at(-1)?.at ?? trade.closedAt) }),
    prices: [trade.entry, ...stopsOf(trade).map(({ price }) => price), ...trade.fills.map((fill) => fill.price), ...shadow.map((mark) => mark.price)],
    maxPoints: 800,
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
  const places = trade.alerts.map((alert) => x(alert.at))
  const flags = flagRows(places)
  const top = 16 + heads.length * 20 + 18 + (flags.length === 0 ? 0 : (Math.max(...flags) + 1) * 17)
  const bottom = top + PLOT_HEIGHT
  const y = (price: number) => top + ((model.high - price) / (model.high - model.low)) * PLOT_HEIGHT

  // A label at the very top would touch what the axis is called.
  const clear = (height: number) => height > top + 6

  const sign = trade.side === 'LONG' ? 1 : -1
  const percentOf = (price: number) => (sign * (price - trade.entry) * 100) / Math.abs(trade.entry)
  const percents =
    trade.entry === 0 ? [] : niceTicks(Math.min(percentOf(model.low), percentOf(model.high)), Math.max(percentOf(model.low), percentOf(model.high)), 5)
  const priceAt = (percent: number) => trade.entry + (sign * percent * Math.abs(trade.entry)) / 100

  const best = firstAt(trade.points, (point) => point.mfe)
  const worst = firstAt(trade.points, (point) => point.mae)
  const targets = (trade.targets ?? []).filter((target) => target.price >= model.low && target.price <= model.high)
  const closed = outside(trade.sessions, model)
  const later = thinShadow(shadow)
  const legend = legendRows({ ...trade, targets }, words, colours, bottom + 52, closed.length > 0)
  const description = `${trade.subtitle ?? trade.title}. MFE ${trade.mfeLabel}; MAE ${trade.maeLabel}. ${trade.alerts.length} alerts, ${model.gaps.length} gaps.`

  return picture({ width: WIDTH, height: legend.bottom + 10, title: trade.title, description }, [
    ...heads.map((head, row) =>
      text(head, { x: 12, y: 22 + row * 19, 'font-size': row === 0 ? FONT + 2 : FONT, ...(row === 0 ? { 'font-weight': 600 } : {}), fill: GREY }),
    ),
    text(`${words.price} (${trade.currency})`, { x: 12, y: top - 8, 'font-size': FONT - 1, fill: GREY }),
    percents.length === 0 ? '' : text(words.ofEntry, { x: WIDTH - 8, y: top - 8, 'font-size': FONT - 1, 'text-anchor': 'end', fill: GREY }),
    ...niceTicks(model.low, model.high, 5).flatMap((tick) => [
      line(LEFT, y(tick.value), right, y(tick.value), { stroke: GREY, 'stroke-opacity': 0.2 }),
      clear(y(tick.value)) ? text(tick.label, { x: LEFT - 6, y: y(tick.value) + 4.5, 'font-size': FONT, 'text-anchor': 'end', fill: GREY }) : '',
    ]),
    ...percents
      .filter((tick) => clear(y(priceAt(tick.value))))
      .map((tick) => text(`${tick.value > 0 ? '+' : ''}${tick.label}`, { x: right + 11, y: y(priceAt(tick.value)) + 4.5, 'font-size': FONT, fill: GREY })),
    ...roomy(timeTicks(model.from, model.to, 5, trade.timeZone), x).flatMap((tick) => [
      line(x(tick.value), bottom, x(tick.value), bottom + 4, { stroke: GREY }),
      text(tick.label, { x: x(tick.value), y: bottom + 18, 'font-size': FONT, 'text-anchor': 'middle', fill: GREY }),
    ]),
    text(`${words.time} (${trade.timeZone})`, { x: (LEFT + right) / 2, y: bottom + 35, 'font-size': FONT - 1, 'text-anchor': 'middle', fill: GREY }),
    ...closed.map(({ from, to }) =>
      element('rect', { x: x(from), y: top, width: Math.max(0.5, x(to) - x(from)), height: PLOT_HEIGHT, fill: VIOLET, 'fill-opacity': 0.08 }),
    ),
    ...model.gaps.map((gap) => noPrices(x(gap.from), x(gap.to))),
    ...model.stretches.flatMap((stretch) => [band(stretch, (point) => point.mfe, colours.favourable), band(stretch, (point) => point.mae, colours.adverse)]),
    ...model.stretches.map((stretch) =>
      element('path', {
        d: polyline(stretch.map((point) => ({ x: x(point.at), y: y(point.last) }))),
        fill: 'none',
        stroke: GREY,
        'stroke-width': 1.4,
        'stroke-linejoin': 'round',
      }),
    ),
    later.length < 2
      ? ''
      : element('path', {
          d: polyline(later.map((mark) => ({ x: x(mark.at), y: y(mark.price) }))),
          fill: 'none',
          stroke: GREY,
          'stroke-width': 1.2,
          'stroke-opacity': 0.45,
        }),
    line(LEFT, y(trade.entry), right, y(trade.entry), { stroke: GREY, 'stroke-dasharray': '5 4' }),
    ...targets.map((target) => line(LEFT, y(target.price), right, y(target.price), { stroke: colours.favourable, ...TARGET_LINE })),
    ...stopsOf(trade).map(({ price, since }, n, stops) => {
      const until = stops[n + 1]?.since ?? null
      return line(since === null ? LEFT : x(since), y(price), until === null ? right : x(until), y(price), { stroke: colours.adverse, ...STOP_LINE })
    }),
    ...trade.alerts.map((alert, index) => flag(index, y(alert.price))),
    ...trade.fills.map((fill) =>
      triangle(x(fill.at), y(fill.price), 5, fill.side === 'BUY' ? 'up' : 'down', {
        fill: fill.role === 'ENTRY' ? VIOLET : 'none',
        stroke: VIOLET,
        'stroke-width': 1.5,
      }),
    ),
    best === null ? '' : element('circle', { cx: x(best.at), cy: y(best.mfe), r: 4.5, fill: 'none', stroke: colours.favourable, 'stroke-width': 2 }),
    worst === null
      ? ''
      : element('rect', { x: x(worst.at) - 4, y: y(worst.mae) - 4, width: 8, height: 8, fill: 'none', stroke: colours.adverse, 'stroke-width': 2 }),
    ...legend.markup,
  ])

  function band(stretch: readonly PathPoint[], level: (point: PathPoint) => number, colour: string): string {
    const first = stretch[0]
    if (first === undefined || stretch.length < 2) return ''
    const steps = staircase(stretch.map((point) => ({ x: x(point.at), y: y(level(point)) })))
    return (
      element('path', { d: `${steps}V${px(y(trade.entry))}H${px(x(first.at))}Z`, fill: colour, 'fill-opacity': 0.1 }) +
      element('path', { d: steps, fill: 'none', stroke: colour, 'stroke-width': 2, ...(colour === colours.adverse ? { 'stroke-dasharray': '6 2' } : {}) })
    )
  }

  function noPrices(from: number, to: number): string {
    const shade = element('rect', { x: from, y: top, width: Math.max(1, to - from), height: PLOT_HEIGHT, fill: GREY, 'fill-opacity': 0.16 })
    const fits = to - from > textWidth(words.noData, FONT - 1) + 6
    return shade + (fits ? text(words.noData, { x: (from + to) / 2, y: bottom - 8, 'font-size': FONT - 1, 'text-anchor': 'middle', fill: GREY }) : '')
  }

  function flag(index: number, price: number): string {
    const [at = 0, row = 0] = [places[index], flags[index]]
    const rowAt = (n: number) => top - 24 - n * 17
    // The pole begins below whatever flags stand under it: through a number it would strike it out.
    const lowest = Math.min(row, ...flags.filter((_, other) => Math.abs((places[other] ?? at) - at) < FLAG))
    return (
      line(at, rowAt(lowest) + 7, at, price, { stroke: GREY, 'stroke-opacity': 0.55, 'stroke-width': 0.75 }) +
      diamond(at, rowAt(row), FLAG, { fill: 'none', stroke: GREY, 'stroke-width': 1.25 }) +
      text(String(index + 1), { x: at, y: rowAt(row) + 3.5, 'font-size': 10, 'font-weight': 600, 'text-anchor': 'middle', fill: GREY })
    )
  }
}

/** What of a picture's time lies outside the regular sessions; nothing where they are not known. */
function outside(sessions: readonly Stretch[] | undefined, { from, to }: Stretch): readonly Stretch[] {
  if (sessions === undefined) return []
  const closed: Stretch[] = []
  let open = from
  for (const session of [...sessions].sort((a, b) => a.from - b.from)) {
    if (session.from > open) closed.push({ from: open, to: Math.min(session.from, to) })
    open = Math.max(open, session.to)
  }
  if (open < to) closed.push({ from: open, to })
  return closed.filter((stretch) => stretch.to > stretch.from)
}

/** Prices after the exit as a thin line, its extremes kept. */
function thinShadow(shadow: NonNullable<TrajectoryPicture['shadow']>): NonNullable<TrajectoryPicture['shadow']> {
  return thin(
    shadow.map((mark) => ({ ...mark, last: mark.price, mfe: 0, mae: 0 })),
    300,
  )
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
function legendRows(
  trade: TrajectoryPicture,
  words: TrajectoryWords,
  { favourable, adverse }: Colours,
  top: number,
  afterHours: boolean,
): { readonly markup: readonly string[]; readonly bottom: number } {
  const named = trade.alerts.slice(0, ALERTS_NAMED)
  const sides = new Set(trade.fills.map((fill) => fill.side))
  const items: { readonly label: string; readonly sign: (x: number, y: number) => string }[] = [
    {
      label: `MFE ${trade.mfeLabel}`,
      sign: (x, y) =>
        line(x, y, x + 14, y, { stroke: favourable, 'stroke-width': 2 }) +
        element('circle', { cx: x + 7, cy: y, r: 4.5, fill: 'none', stroke: favourable, 'stroke-width': 2 }),
    },
    {
      label: `MAE ${trade.maeLabel}`,
      sign: (x, y) =>
        line(x, y, x + 14, y, { stroke: adverse, 'stroke-width': 2, 'stroke-dasharray': '6 2' }) +
        element('rect', { x: x + 3, y: y - 4, width: 8, height: 8, fill: 'none', stroke: adverse, 'stroke-width': 2 }),
    },
    { label: words.last, sign: (x, y) => line(x, y, x + 14, y, { stroke: GREY, 'stroke-width': 1.4 }) },
    { label: words.entry, sign: (x, y) => line(x, y, x + 14, y, { stroke: GREY, 'stroke-dasharray': '5 4' }) },
    ...(trade.stop === null ? [] : [{ label: words.stop, sign: (x: number, y: number) => line(x, y, x + 14, y, { stroke: adverse, ...STOP_LINE }) }]),
    ...((trade.targets ?? []).length === 0
      ? []
      : [{ label: words.target, sign: (x: number, y: number) => line(x, y, x + 14, y, { stroke: favourable, ...TARGET_LINE }) }]),
    ...((trade.shadow ?? []).length < 2
      ? []
      : [{ label: words.afterExit, sign: (x: number, y: number) => line(x, y, x + 14, y, { stroke: GREY, 'stroke-width': 1.2, 'stroke-opacity': 0.45 }) }]),
    ...(afterHours
      ? [
          {
            label: words.afterHours,
            sign: (x: number, y: number) => element('rect', { x, y: y - 5, width: 14, height: 10, fill: VIOLET, 'fill-opacity': 0.2 }),
          },
        ]
      : []),
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
        diamond(x + 7, y, FLAG, { fill: 'none', stroke: GREY, 'stroke-width': 1.25 }) +
        text(String(index + 1), { x: x + 7, y: y + 3.5, 'font-size': 10, 'font-weight': 600, 'text-anchor': 'middle', fill: GREY }),
    })),
    ...(trade.alerts.length > named.length ? [{ label: `+ ${trade.alerts.length - named.length}`, sign: () => '' }] : []),
  ]
  return keys(items, top + 8)
}

/** Where the stop stood, and since when; the first one from the beginning. */
function stopsOf({ stop, stopMoves = [] }: TrajectoryPicture): readonly { readonly price: number; readonly since: Instant | null }[] {
  return stop === null ? [] : [{ price: stop, since: null }, ...stopMoves.map(({ at, to }) => ({ price: to, since: at }))]
}
