// The demo's day: Friday 2026-11-20 in New York, six instruments, about a dozen trades, made up from a seed. Pure: the same seed, the same day.
// The prices are a random walk along a steered course, wide enough of every threshold that each kind of starter rule fires whatever the seed.
import { plain, decimal } from '#core/decimal.ts'
import { type AnyFact, type Commission, type Execution, type ExecutionSide, type Instrument, type Mark, type Plan, TELLING_ORDER } from '#core/facts.ts'
import { instantOf } from '#core/time.ts'
import type { Instant } from '#core/time.ts'
import { chanceOf } from './chance.ts'
import type { Chance } from './chance.ts'

export const DEMO_ACCOUNT = 'DU7654321'
export const DEMO_DAY = '2026-11-20'
const TIME_ZONE = 'America/New_York'
const PREMARKET = '09:24'
const CLOSE = '16:00'

/** An instrument and its course: from `price`, so many per cent away at each time of the day. */
interface Course {
  readonly instrument: Instrument
  readonly price: number
  readonly tick: number
  /** Deviation of the walk around the course, in per cent. */
  readonly unrest: number
  readonly points: readonly (readonly [clock: string, pct: number])[]
}

const stock = (conId: number, symbol: string): Instrument => ({
  ...{ kind: 'instrument', conId, symbol, localSymbol: symbol, secType: 'STK', currency: 'USD', multiplier: '1', minTick: '0.01', exchange: 'SMART' },
  ...{ timeZone: TIME_ZONE, tradingHours: '20261120:0400-20261120:2000;20261121:CLOSED', liquidHours: '20261120:0930-20261120:1600;20261121:CLOSED' },
})

const NVDA = stock(4815747, 'NVDA')
const AAPL = stock(265598, 'AAPL')
const TSLA = stock(76792991, 'TSLA')
const IBM = stock(8314, 'IBM')
const SPY = stock(756733, 'SPY')
const ES: Instrument = {
  ...{
    kind: 'instrument',
    conId: 649180695,
    symbol: 'ES',
    localSymbol: 'ESZ6',
    secType: 'FUT',
    currency: 'USD',
    multiplier: '50',
    minTick: '0.25',
    exchange: 'CME',
  },
  ...{ expiry: '20261218', timeZone: TIME_ZONE, tradingHours: '20261119:1800-20261120:1700;20261121:CLOSED' },
  ...{ liquidHours: '20261120:0930-20261120:1600;20261121:CLOSED' },
}

const INDEX_COURSE = [
  ...([
    ['10:20', 0],
    ['12:05', -1.5],
    ['13:30', -1.6],
    ['14:20', -0.9],
    ['15:45', -0.1],
  ] as const),
] as const

const COURSES: readonly Course[] = [
  // Runs: both targets are reached, then enough is handed back for the trailing stop.
  {
    instrument: NVDA,
    price: 182.4,
    tick: 0.01,
    unrest: 0.06,
    points: [
      ['09:35', 0],
      ['09:50', 0.8],
      ['11:30', 6],
      ['13:30', 10],
      ['15:20', 7.2],
    ],
  },
  // A winner given back; later a quiet climb.
  {
    instrument: AAPL,
    price: 268.1,
    tick: 0.01,
    unrest: 0.06,
    points: [
      ['09:45', 0],
      ['11:15', 3.3],
      ['13:00', 0.3],
      ['14:05', 0.3],
      ['15:20', 1.4],
    ],
  },
  // Falls through the stop, recovers, turns.
  {
    ...{ instrument: TSLA, price: 402.5, tick: 0.01, unrest: 0.07 },
    points: [
      ['10:05', 0],
      ['10:48', -4],
      ['10:52', -4],
      ['11:15', -3.2],
      ['12:10', -1.5],
      ['13:20', -3.4],
      ['15:00', -3.1],
      ['15:45', -3.9],
    ],
  },
  // Goes nowhere: the time stops.
  {
    instrument: IBM,
    price: 304.2,
    tick: 0.01,
    unrest: 0.04,
    points: [
      ['10:00', 0],
      ['10:15', -0.15],
      ['12:30', -0.2],
      ['14:00', 0],
      ['15:10', -1.1],
    ],
  },
  { instrument: SPY, price: 668.3, tick: 0.01, unrest: 0.03, points: INDEX_COURSE },
  { instrument: ES, price: 6_704.5, tick: 0.25, unrest: 0.03, points: INDEX_COURSE },
]

/** What the trader did: one order, filled in one piece or in several, a few seconds apart. */
interface Order {
  readonly clock: string
  readonly instrument: Instrument
  readonly side: ExecutionSide
  readonly fills: readonly number[]
  readonly orderRef?: string
  /** The commission of the last fill comes so many minutes late. */
  readonly commissionLateMinutes?: number
  /** The broker corrects the first fill's price by so many ticks, so many minutes later. */
  readonly correction?: { readonly ticks: number; readonly minutes: number }
  /** A stop placed by hand right after the entry, so many per cent away from it; and where it was moved to, when. Above 0 it locks a profit in. */
  readonly stop?: { readonly pct: number; readonly moves?: readonly (readonly [clock: string, pct: number])[] }
}

/** A stop is placed so long after the last fill. */
const STOP_AFTER_MS = 20_000

const ORDERS: readonly Order[] = [
  { clock: '09:35', instrument: NVDA, side: 'BUY', fills: [40, 35, 25], orderRef: 'breakout', stop: { pct: -1.5, moves: [['11:05', 1.2]] } },
  { clock: '09:45', instrument: AAPL, side: 'BUY', fills: [150], orderRef: 'swing', stop: { pct: -2 } },
  { clock: '09:50', instrument: NVDA, side: 'BUY', fills: [100], orderRef: 'breakout' }, // scaling in
  { clock: '10:00', instrument: IBM, side: 'BUY', fills: [80] },
  { clock: '10:05', instrument: TSLA, side: 'BUY', fills: [50], orderRef: 'dip', stop: { pct: -3, moves: [['10:38', -4.6]] } },
  { clock: '10:20', instrument: SPY, side: 'SELL', fills: [60, 40], orderRef: 'fade', stop: { pct: -0.8, moves: [['11:40', 0.3]] } }, // a short
  { clock: '10:40', instrument: ES, side: 'SELL', fills: [1, 1], orderRef: 'fade' },
  { clock: '10:50', instrument: TSLA, side: 'SELL', fills: [50] }, // stopped out
  { clock: '11:15', instrument: TSLA, side: 'BUY', fills: [30], orderRef: 'dip' },
  { clock: '11:30', instrument: NVDA, side: 'SELL', fills: [60] }, // scaling out
  { clock: '11:50', instrument: ES, side: 'BUY', fills: [2] },
  { clock: '12:05', instrument: SPY, side: 'BUY', fills: [100] },
  { clock: '12:10', instrument: TSLA, side: 'SELL', fills: [70], orderRef: 'turn' }, // through zero: long 30 becomes short 40
  { clock: '12:30', instrument: IBM, side: 'SELL', fills: [80], commissionLateMinutes: 7 },
  { clock: '13:00', instrument: AAPL, side: 'SELL', fills: [150] }, // given back
  { clock: '13:20', instrument: TSLA, side: 'BUY', fills: [40] },
  { clock: '13:31', instrument: NVDA, side: 'SELL', fills: [30, 40] },
  { clock: '14:00', instrument: IBM, side: 'SELL', fills: [40] },
  { clock: '14:05', instrument: AAPL, side: 'BUY', fills: [100], orderRef: 'swing', correction: { ticks: 4, minutes: 2 } },
  { clock: '14:10', instrument: ES, side: 'BUY', fills: [1] },
  { clock: '14:20', instrument: SPY, side: 'BUY', fills: [60] },
  { clock: '15:00', instrument: TSLA, side: 'BUY', fills: [20] },
  { clock: '15:10', instrument: IBM, side: 'BUY', fills: [40] },
  { clock: '15:20', instrument: AAPL, side: 'SELL', fills: [100] },
  { clock: '15:25', instrument: NVDA, side: 'SELL', fills: [70] },
  { clock: '15:30', instrument: ES, side: 'SELL', fills: [1] },
  { clock: '15:44', instrument: SPY, side: 'SELL', fills: [20, 25, 15] },
  { clock: '15:46', instrument: TSLA, side: 'SELL', fills: [20] },
]

/** The whole day in playing order: instruments, then executions, commissions and prices by time. */
export function demoTape(seed: number): AnyFact[] {
  const chance = chanceOf(seed)
  const walks = new Map(COURSES.map((course) => [course.instrument.conId, walk(course, chance)]))
  const fills = ORDERS.flatMap((order, place) => fillsOf(order, place, walks.get(order.instrument.conId) ?? [], chance))
  return [...COURSES.map(({ instrument }) => instrument), ...inPlayingOrder([...fills, ...[...walks.values()].flat()])]
}

// Prices

/** A price every half second to three seconds: the course, and a walk around it that always comes back. */
function walk({ instrument, price, tick, unrest, points }: Course, chance: Chance): Mark[] {
  const course = points.map(([clock, pct]) => ({ at: instantOf(DEMO_DAY, clock, TIME_ZONE), pct }))
  const end = instantOf(DEMO_DAY, CLOSE, TIME_ZONE)
  const marks: Mark[] = []
  let away = 0
  for (let at = instantOf(DEMO_DAY, PREMARKET, TIME_ZONE) + chance.whole(0, 3_000); at <= end; at += chance.whole(500, 3_000)) {
    away += -0.02 * away + 0.2 * unrest * chance.bell() // comes to rest at a deviation of `unrest`
    const ticks = Math.round((price * (1 + (pctOf(course, at) + away) / 100)) / tick)
    marks.push({ kind: 'mark', conId: instrument.conId, price: Number((ticks * tick).toFixed(2)), at })
  }
  return marks
}

/** Straight lines between the points, level before the first and after the last. */
function pctOf(course: readonly { at: Instant; pct: number }[], at: Instant): number {
  const next = course.findIndex((point) => point.at > at)
  const after = course[next]
  const before = course[next - 1] ?? (next < 0 ? course.at(-1) : after)
  if (before === undefined) return 0
  if (after === undefined || after === before) return before.pct
  return before.pct + ((after.pct - before.pct) * (at - before.at)) / (after.at - before.at)
}

/** The last price at or before an instant. */
function priceAt(marks: readonly Mark[], at: Instant): number {
  const mark = marks.findLast((one) => one.at <= at)
  if (mark === undefined) throw new Error('expected a price before every fill of the demo, found none')
  return mark.price
}

// Fills

function fillsOf(order: Order, place: number, marks: readonly Mark[], chance: Chance): AnyFact[] {
  const { instrument, side, fills, orderRef, correction } = order
  const facts: AnyFact[] = []
  let at = instantOf(DEMO_DAY, order.clock, TIME_ZONE) + chance.whole(0, 20) * 1000
  for (const [piece, quantity] of fills.entries()) {
    const family = `0001${hex(0xf4c0 + piece, 4)}.6a1f${hex(0x1000 + place, 4)}.01`
    const execution: Execution = {
      ...{ kind: 'execution', executionId: `${family}.01`, account: DEMO_ACCOUNT, conId: instrument.conId, side, quantity: String(quantity), at },
      ...{
        price: String(priceAt(marks, at)),
        permId: String(1_904_410_000 + place),
        orderId: '0',
        clientId: '0',
        exchange: instrument.secType === 'FUT' ? 'CME' : 'NASDAQ',
      },
      ...(orderRef === undefined ? {} : { orderRef }),
    }
    const late = piece === fills.length - 1 ? order.commissionLateMinutes : undefined
    facts.push(execution, commissionOf(execution, instrument, late))
    if (correction !== undefined && piece === 0) {
      const price = plain(
        decimal(instrument.minTick ?? '0.01')
          .times(correction.ticks)
          .plus(execution.price),
      )
      facts.push({ ...execution, executionId: `${family}.02`, price, seenAt: at + correction.minutes * 60_000 })
    }
    at += chance.whole(1, 4) * 1000
  }
  return [...facts, ...plansOf(order, facts, at)]
}

/** The stop of an entry, on the grid of its ticks. */
function plansOf({ instrument, side, stop }: Order, facts: readonly AnyFact[], filledAt: Instant): Plan[] {
  const entry = facts.find((fact) => fact.kind === 'execution')
  if (stop === undefined || entry === undefined) return []
  const tick = Number(instrument.minTick ?? '0.01')
  const told = (at: Instant, pct: number): Plan => {
    const away = ((side === 'BUY' ? 1 : -1) * pct) / 100
    return { kind: 'plan', executionId: entry.executionId, stop: plain(decimal((Math.round((Number(entry.price) * (1 + away)) / tick) * tick).toFixed(2))), at }
  }
  return [told(filledAt + STOP_AFTER_MS, stop.pct), ...(stop.moves ?? []).map(([clock, pct]) => told(instantOf(DEMO_DAY, clock, TIME_ZONE), pct))]
}

/** IBKR's fixed tariff, roughly: half a cent a share, at least a dollar; a future 2.25. */
function commissionOf({ executionId, quantity, at }: Execution, instrument: Instrument, lateMinutes?: number): Commission {
  const amount = instrument.secType === 'FUT' ? Number(quantity) * 2.25 : Math.max(1, Number(quantity) * 0.005)
  const late = lateMinutes === undefined ? {} : { seenAt: at + lateMinutes * 60_000 }
  return { kind: 'commission', executionId, amount: plain(decimal(amount.toFixed(2))), currency: instrument.currency, at, ...late }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

function inPlayingOrder(facts: readonly AnyFact[]): AnyFact[] {
  const playedAt = (fact: AnyFact) => fact.seenAt ?? ('from' in fact ? fact.from : fact.at) ?? 0
  return facts.toSorted((a, b) => playedAt(a) - playedAt(b) || TELLING_ORDER[a.kind] - TELLING_ORDER[b.kind])
}
