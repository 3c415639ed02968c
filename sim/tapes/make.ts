// Makes the tape that comes along: a made-up day of two shares and a future, with orders of two accounts over it. The same bytes of text every time;
// test/tape.test.ts compares. `node sim/tapes/make.ts` writes it again. Never used while the product runs.
import { writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { AnyFact, Instrument, Mark } from '#core/facts.ts'
import { printFact } from '#core/tape.ts'
import type { Instant } from '#core/time.ts'
import { type Chance, chanceOf } from '#sim/chance.ts'
import { type Course, ordersOver, type Price } from './orders.ts'

export const SMALL_TAPE = `${import.meta.dirname}/small-day.ndjson.gz`
export const SMALL_ACCOUNTS: readonly string[] = ['DU11', 'U22']

const SEED = 20_250_618
/** 09:30 in New York. */
const OPEN = Date.UTC(2025, 5, 18, 13, 30)
const MINUTE_MS = 60_000
const ORDERS = 9

/** A contract's day: how many prices, and how far it stands from its first price, in percent, at some minutes of the day. */
interface Day {
  readonly instrument: Instrument
  readonly first: number
  readonly prices: number
  readonly waypoints: readonly (readonly [minute: number, pct: number])[]
}

const HOURS = { timeZone: 'US/Eastern', liquidHours: '20250618:0930-20250618:1600', tradingHours: '20250618:0400-20250618:2000' }
const DAYS: readonly Day[] = [
  {
    instrument: { kind: 'instrument', conId: 910_001, symbol: 'LUMO', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART', ...HOURS },
    first: 84.2,
    prices: 7_000,
    waypoints: [
      [0, 0],
      [40, 6],
      [75, 10],
      [110, 3],
      [180, 2.8],
      [250, -4],
      [300, -4.2],
      [390, 5],
      [450, 4],
    ],
  },
  {
    instrument: {
      kind: 'instrument',
      conId: 910_002,
      symbol: 'TARN',
      secType: 'STK',
      currency: 'USD',
      multiplier: '1',
      minTick: '0.01',
      exchange: 'SMART',
      ...HOURS,
    },
    first: 31.07,
    prices: 5_500,
    waypoints: [
      [0, 0],
      [30, -1],
      [200, -1.3],
      [260, -6],
      [320, 2.5],
      [380, 0],
      [450, 0.2],
    ],
  },
  {
    instrument: {
      ...{
        kind: 'instrument',
        conId: 910_003,
        symbol: 'GRV',
        secType: 'FUT',
        currency: 'USD',
        multiplier: '50',
        minTick: '0.25',
        exchange: 'CME',
        expiry: '20250919',
      },
      ...{ localSymbol: 'GRVU5', timeZone: 'US/Central', liquidHours: '20250618:0830-20250618:1500', tradingHours: '20250617:1700-20250618:1600' },
    },
    first: 5_412.25,
    prices: 7_500,
    waypoints: [
      [0, 0],
      [90, 2.4],
      [150, 0.6],
      [280, 0.5],
      [330, 8],
      [360, 11.5],
      [420, 2],
      [450, 1.8],
    ],
  },
]

/** The whole tape, a line a fact. */
export function smallTape(): string {
  const chance = chanceOf(SEED)
  const courses = DAYS.map((day): Course => ({ instrument: day.instrument, prices: pricesOf(day, chance) }))
  const facts: AnyFact[] = ordersOver(courses, { seed: SEED, accounts: SMALL_ACCOUNTS, orders: ORDERS })
  const marks = courses.flatMap(({ instrument, prices }) =>
    prices.map(({ at, price }): Mark => ({ kind: 'mark', conId: instrument.conId, price: Number(price), at })),
  )
  return `${[...facts, ...marks.sort((a, b) => a.at - b.at)].map(printFact).join('\n')}\n`
}

/** Prices at uneven times: some share a millisecond, some stand on a whole second. Into the evening, thinner. */
function pricesOf({ instrument, first, prices, waypoints }: Day, chance: Chance): Price[] {
  const tick = Number(instrument.minTick)
  const last = OPEN + (waypoints.at(-1)?.[0] ?? 0) * MINUTE_MS
  const times = Array.from({ length: prices }, () => {
    const at = OPEN + Math.floor(chance.next() * (last - OPEN))
    const dice = chance.next()
    return dice < 0.15 ? Math.floor(at / 1000) * 1000 : dice < 0.2 ? Math.floor(at / 250) * 250 : at
  }).sort((a, b) => a - b)
  let stray = 0
  return times.map((at) => {
    stray = 0.97 * stray + 0.02 * chance.bell()
    const price = first * (1 + (pctAt(waypoints, at) + stray) / 100)
    return { at, price: (Math.round(price / tick) * tick).toFixed(2) }
  })
}

function pctAt(waypoints: Day['waypoints'], at: Instant): number {
  const minute = (at - OPEN) / MINUTE_MS
  const next = waypoints.findIndex(([reached]) => reached > minute)
  const [toMinute, to] = waypoints[next] ?? [0, 0]
  const [fromMinute, from] = waypoints[next - 1] ?? [0, 0]
  return from + ((to - from) * (minute - fromMinute)) / (toMinute - fromMinute)
}

if (import.meta.main) await writeFile(SMALL_TAPE, gzipSync(smallTape(), { level: 9 }))
