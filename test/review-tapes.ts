// Days to be reviewed, as tapes: real prices of October 2013 under orders made up here (every turn a trade can take), and the day that comes along.
// `tellTape` lets the one writer hear a tape as it happened, minute by minute.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { AnyFact, Execution, Fact, Instrument, Mark } from '#core/facts.ts'
import { parseLine } from '#core/tape.ts'
import type { Day, Instant } from '#core/time.ts'
import { openRecorder } from '#record/record.ts'
import { SMALL_TAPE } from '#sim/tapes/make.ts'
import type { Bus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { seedRules } from '#store/decisions.ts'

/** A tape in the order in which it was heard. */
export interface Tape {
  readonly facts: readonly AnyFact[]
  /** Its market days, oldest first. */
  readonly days: readonly Day[]
}

/** Thresholds that quiet days do pass: each kind of rule speaks. */
export const TAPE_RULES: readonly Readonly<Record<string, unknown>>[] = [
  { id: 'hard-stop', kind: 'MAE_STOP', pct: '0.35', severity: 'critical' },
  {
    ...{ id: 'scale-out', kind: 'MFE_TARGET', severity: 'warn' },
    tiers: [
      { pct: '0.4', take: '1/3' },
      { pct: '0.9', take: '1/3' },
    ],
  },
  { id: 'trail', kind: 'TRAILING_STOP', pct: '0.25', armPct: '0.2', severity: 'warn' },
  { id: 'giveback', kind: 'GIVEBACK', fraction: '0.5', armPct: '0.3', severity: 'warn' },
  { id: 'time-stop', kind: 'TIME_STOP', after: 'PT2H', mfeBelowPct: '0.5', severity: 'info' },
  { id: 'one-r', kind: 'MAE_STOP', r: '1', severity: 'critical' },
]

const TICKS = new URL('../../shared/data/ticks/', import.meta.url)
const FILES = {
  IBM: ['IBM_20131007', 'IBM_20131008', 'IBM_20131009'],
  SPY: ['SPY_20131007', 'SPY_20131008'],
  GC: ['GCZ3_20131007'],
} as const
/** Prints nobody could have traded at (average price, contingent). */
const NO_PRICE = 0x10_0200

export const realTicksAreHere = Object.values(FILES)
  .flat()
  .every((file) => existsSync(new URL(`${file}_trades.csv.gz`, TICKS)))

const hours = (from: string, until: string) => ['07', '08', '09'].map((day) => `201310${day}:${from}-201310${day}:${until}`).join(';')
const stock = (conId: number, symbol: string): Instrument => ({
  ...{ kind: 'instrument', conId, symbol, secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART', timeZone: 'US/Eastern' },
  ...{ tradingHours: hours('0400', '2000'), liquidHours: hours('0930', '1600') },
})
const INSTRUMENTS = {
  IBM: stock(8314, 'IBM'),
  SPY: stock(756733, 'SPY'),
  GC: {
    ...{ kind: 'instrument', conId: 99, symbol: 'GC', localSymbol: 'GCZ3', secType: 'FUT', currency: 'USD', multiplier: '100', minTick: '0.1' },
    ...{ exchange: 'NYMEX', expiry: '20131227', timeZone: 'US/Eastern', liquidHours: hours('0820', '1330') },
    tradingHours: ['06', '07', '08'].map((day, n) => `201310${day}:1800-201310${['07', '08', '09'][n]}:1715`).join(';'),
  },
  /** Traded, and never a price of it heard. */
  KO: stock(8894, 'KO'),
} as const satisfies Record<string, Instrument>
type Symbol = keyof typeof INSTRUMENTS

/** account, symbol, signed quantity, when (October 2013, UTC); and what is said of the order, what it cost and when that was told. */
interface Order {
  readonly of: readonly [account: string, symbol: Symbol, quantity: number, at: string]
  readonly ref?: string
  readonly permId?: number
  readonly price?: string
  /** null: never told. */
  readonly cost?: string | null
  readonly costAt?: string
}

const [MAIN, OTHER, PAPER] = ['U1111111', 'U2222222', 'DU3333333'] as const

const ORDERS: readonly Order[] = [
  // The day before: what the day is compared with.
  { of: [MAIN, 'IBM', 100, '07 13:35:00'], ref: 'breakout stop=181.70' },
  { of: [MAIN, 'IBM', -100, '07 14:32:10'] },
  { of: [MAIN, 'SPY', 200, '07 13:40:00'], ref: 'breakout stop=167.10' },
  { of: [MAIN, 'SPY', -200, '07 15:41:00'] },
  { of: [MAIN, 'GC', 2, '07 13:45:00'], ref: 'gold stop=1318.5', cost: '4.94' },
  { of: [MAIN, 'GC', -1, '07 15:05:00'], cost: '2.47' },
  { of: [MAIN, 'GC', -1, '07 16:20:00'], cost: '2.47' },
  { of: [MAIN, 'IBM', -50, '07 15:45:00'], ref: 'fade' },
  { of: [MAIN, 'IBM', 50, '07 17:00:00'] },
  { of: [MAIN, 'SPY', -120, '07 18:10:00'], ref: 'fade stop=168.60' },
  { of: [MAIN, 'SPY', 120, '07 19:45:00'] },
  { of: [MAIN, 'IBM', 10, '07 19:30:00'], ref: 'long-term' },
  // Scaled in and out of a short that won.
  { of: [MAIN, 'IBM', -200, '08 13:32:00'], ref: 'fade #open stop=182.30', permId: 501 },
  { of: [MAIN, 'IBM', -100, '08 14:45:20'], permId: 501, cost: '0.505' },
  { of: [MAIN, 'IBM', 150, '08 15:40:00'] },
  { of: [MAIN, 'IBM', 140, '08 18:31:30'], cost: '0.75' },
  // A winner that was given back by half, in the midst of it nobody listened.
  { of: [MAIN, 'SPY', -200, '08 13:50:30'], ref: 'fade *late| stop=168.00', permId: 502 },
  { of: [MAIN, 'SPY', 200, '08 19:20:00'] },
  // Stopped out.
  { of: [OTHER, 'IBM', 100, '08 13:44:00'], ref: 'breakout stop=180.65' },
  { of: [OTHER, 'IBM', -100, '08 13:59:30'] },
  // A reversal: one order closes what is open and opens the other way.
  { of: [OTHER, 'SPY', 100, '08 15:05:00'], ref: 'turn' },
  { of: [OTHER, 'SPY', -200, '08 15:20:00'], ref: 'turn' },
  { of: [OTHER, 'SPY', 100, '08 16:50:00'] },
  // A stop that was noise: the price went on to where it was meant to.
  { of: [OTHER, 'SPY', -80, '08 16:04:00'], ref: 'fade stop=166.26', permId: 503 },
  { of: [OTHER, 'SPY', 80, '08 16:12:00'] },
  // A winner that became a loser, whose commission comes an hour late.
  { of: [MAIN, 'IBM', 300, '08 18:57:00'], ref: 'dip stop=179.00', permId: 504, cost: '1.50', costAt: '08 20:05:00' },
  { of: [MAIN, 'IBM', -300, '08 19:58:40'], cost: '1.5034' },
  // What one of them cost is never told.
  { of: [PAPER, 'SPY', 60, '08 14:10:00'], ref: 'paper trial' },
  { of: [PAPER, 'SPY', -60, '08 14:40:00'], cost: null },
  { of: [PAPER, 'IBM', 40, '08 15:00:00'] },
  { of: [PAPER, 'IBM', -40, '08 15:55:00'] },
  // Nothing but fills.
  { of: [OTHER, 'KO', 500, '08 14:00:00'], price: '37.42' },
  { of: [OTHER, 'KO', -500, '08 17:30:00'], price: '37.4' },
  // Open at the day's end, closed on the next; and one that stays open.
  { of: [MAIN, 'IBM', 80, '08 19:50:00'], ref: 'overnight stop=177.90', permId: 505 },
  { of: [MAIN, 'IBM', -80, '09 18:30:00'] },
  { of: [OTHER, 'SPY', 30, '08 17:05:00'], ref: 'overnight' },
]

/** What came otherwise, later: one fill at another price, one that never was. */
const CORRECTED: readonly { readonly order: number; readonly at: string; readonly price?: string; readonly quantity?: string }[] = [
  { order: ORDERS.findIndex(({ permId }) => permId === 503), at: '08 16:30:00', price: '166.14' },
]

const GAPS: readonly (readonly [Symbol, string, string])[] = [['SPY', '08 18:31:00', '08 18:43:30']]

/** The real days; only where their prices lie beside the project. */
export function realTape(): Tape {
  const instruments = Object.values(INSTRUMENTS)
  const prices = new Map((Object.keys(FILES) as (keyof typeof FILES)[]).map((symbol) => [symbol, FILES[symbol].flatMap(readTicks)] as const))
  const gaps = GAPS.map(([symbol, from, to]) => ({ kind: 'gap' as const, conId: INSTRUMENTS[symbol].conId, from: october(from), to: october(to) }))
  const heard: { readonly at: Instant; readonly fact: AnyFact }[] = instruments.map((fact) => ({ at: 0, fact }))
  for (const [symbol, ticks] of prices) {
    const { conId } = INSTRUMENTS[symbol]
    const first = Math.min(...ORDERS.filter(({ of }) => of[1] === symbol).map(({ of }) => october(of[3])))
    const missed = gaps.filter((gap) => gap.conId === conId)
    for (const [at, price] of ticks)
      if (at >= first - 60_000 && !missed.some((gap) => at > gap.from && at < gap.to)) heard.push({ at, fact: { kind: 'mark', conId, price, at } })
  }
  for (const [n, { of, ref, permId = 600 + n, price, cost = '1', costAt }] of ORDERS.entries()) {
    const [account, symbol, quantity, clock] = of
    const at = october(clock)
    const ticks = prices.get(symbol as 'IBM') ?? []
    const last = price ?? String(ticks[ticks.findLastIndex((tick) => tick[0] < at + 1_000)]?.[1])
    const execution: Execution = {
      ...{ kind: 'execution', executionId: `0000e0d5.${(0x525000 + n).toString(16)}.01.01`, account, conId: INSTRUMENTS[symbol].conId },
      ...{
        side: quantity > 0 ? 'BUY' : 'SELL',
        quantity: String(Math.abs(quantity)),
        price: last,
        at,
        permId: String(permId),
        clientId: '0',
        exchange: 'SMART',
      },
      ...(ref === undefined ? {} : { orderRef: ref }),
    }
    heard.push({ at: at + 999, fact: execution })
    if (cost !== null)
      heard.push({
        at: costAt === undefined ? at + 999.5 : october(costAt),
        fact: { kind: 'commission', executionId: execution.executionId, amount: cost, currency: 'USD' },
      })
    for (const correction of CORRECTED.filter(({ order }) => order === n)) {
      const executionId = execution.executionId.replace(/01$/, '02')
      const { quantity: size = execution.quantity, price: now = execution.price } = correction
      heard.push({ at: october(correction.at), fact: { ...execution, executionId, quantity: size, price: now } })
    }
  }
  const held = heard.find(({ fact }) => fact.kind === 'execution' && fact.orderRef === 'long-term')
  if (held?.fact.kind === 'execution') heard.push({ at: held.at + 0.6, fact: { kind: 'hold', executionId: held.fact.executionId, at: held.fact.at } })
  for (const gap of gaps) heard.push({ at: gap.to, fact: gap })
  return { facts: inOrder(heard), days: ['2013-10-07', '2013-10-08', '2013-10-09'] }
}

/** The day that comes along. */
export function shippedTape(): Tape {
  const lines = gunzipSync(readFileSync(SMALL_TAPE)).toString().trimEnd().split('\n').map(parseLine)
  const heard = lines.flatMap((line): { at: Instant; fact: AnyFact }[] => {
    if ('refused' in line) throw new Error(line.refused)
    if (line.kind !== 'quote') return [{ at: line.seenAt ?? ('to' in line ? line.to : line.at) ?? 0, fact: line }]
    const { price, at } = line.quote
    return price === null ? [] : [{ at, fact: { kind: 'mark', conId: line.conId, price, at } }]
  })
  return { facts: inOrder(heard), days: ['2025-06-18'] }
}

function inOrder(heard: { readonly at: Instant; readonly fact: AnyFact }[]): readonly AnyFact[] {
  return heard.sort((a, b) => a.at - b.at).map(({ fact }) => fact)
}

/** '08 13:32:00' of October 2013, UTC. */
export function october(clock: string): Instant {
  return Date.parse(`2013-10-${clock.replace(' ', 'T')}Z`)
}

function readTicks(file: string): (readonly [Instant, number])[] {
  const [, ...rows] = gunzipSync(readFileSync(new URL(`${file}_trades.csv.gz`, TICKS)))
    .toString()
    .trimEnd()
    .split('\n')
  return rows.flatMap((row) => {
    const [at, price, , , conditions = '0', suspicious] = row.split(',')
    return suspicious === '1' || (Number.parseInt(conditions || '0', 16) & NO_PRICE) !== 0 ? [] : [[Number(at), Number(price)] as const]
  })
}

/** How long a stretch of the tape is told before what was told is waited for: alerts are told in time. */
const STRETCH_MS = 120_000

/** The writer hears a tape; resolves with the last instant of it when everything is committed. */
export async function tellTape(db: Database, bus: Bus, { facts }: Tape): Promise<Instant> {
  let now = 0
  const failed: unknown[] = []
  await seedRules(
    db,
    TAPE_RULES.map((body) => ({ id: String(body['id']), body, enabled: true })),
  )
  const clock = clockThatReads(() => now)
  const recorder = await openRecorder({ db, bus, clock, filter: 'default', log: () => {}, onFailure: (error) => failed.push(error) })
  let stretch = 0
  for (const fact of facts) {
    const at = timeOf(fact)
    if (at > stretch + STRETCH_MS) {
      await recorder.settled()
      stretch = at
    }
    now = Math.max(now, at)
    if (fact.kind === 'mark') recorder.quote({ conId: fact.conId, price: (fact as Mark).price, at: fact.at, source: 'LAST' })
    else recorder.tell(fact as Fact)
  }
  await recorder.settled()
  recorder.clock(now)
  await recorder.settled()
  await recorder.close()
  if (failed.length > 0) throw failed[0]
  return now
}

function timeOf(fact: AnyFact): Instant {
  return ('to' in fact ? fact.to : 'at' in fact ? fact.at : undefined) ?? 0
}
