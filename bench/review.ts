// What the review costs: a year of 5,000 made-up trades reviewed to Markdown (cards a second, memory), and one picture of 2,000 points (milliseconds).
//
//   node bench/review.ts [--days 250] [--trades 20]
//
// In a database and a folder of its own, both removed at the end. Prints; asserts nothing.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { png } from '#charts/png.ts'
import { sparkline } from '#charts/sparkline.ts'
import { trajectory } from '#charts/trajectory.ts'
import { STARTER_RULES } from '#core/rules.ts'
import { addDays } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import { type Day, instantOf } from '#core/time.ts'
import type { Excursion, Fill, TrajectoryPoint } from '#core/trade.ts'
import { daysTraded } from '#jobs/day.ts'
import { makeReview, openDesk, writePeriods, writeSubjects } from '#jobs/review.ts'
import { monthOf, weekOf } from '#core/period.ts'
import { readTemplates } from '#notes/templates.ts'
import { clock } from '#src/clock.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { openDatabase } from '#store/db.ts'
import { seedRules } from '#store/decisions.ts'
import { discardEmbedded } from '#store/embedded.ts'

const { values } = parseArgs({ options: { days: { type: 'string', default: '250' }, trades: { type: 'string', default: '20' } } })
const [days, trades] = [Number(values.days), Number(values.trades)]
const ZONE = 'America/New_York'
const INSTRUMENT = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', timeZone: ZONE, at: 0 } as const
const POINTS_A_TRADE = 240

/** A small generator of even numbers in 0..1, the same each run. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** One trade of a day that walks at random from its entry, and its path. */
function walked(day: Day, number: number, points: number): { trade: StoredTrade; points: (TrajectoryPoint & { seq: number })[] } {
  const roll = dice(number + 1)
  const openedAt = instantOf(day, '09:35', ZONE) + (number % trades) * 600_000
  const tradeId = `ORDER:DU1:8314:${day}-${number}`
  const entry = 180
  let [last, mfe, mae, mfeAt, maeAt] = [entry, entry, entry, openedAt, openedAt]
  const path: (TrajectoryPoint & { seq: number })[] = [{ tradeId, at: openedAt, last, mfe, mae, seq: 1 }]
  for (let step = 1; step < points; step++) {
    last = Math.round((last + (roll() - 0.49) * 0.4) * 100) / 100
    const at = openedAt + step * 20_000
    if (last > mfe) [mfe, mfeAt] = [last, at]
    if (last < mae) [mae, maeAt] = [last, at]
    path.push({ tradeId, at, last, mfe, mae, seq: 1 })
  }
  const closedAt = path.at(-1)?.at ?? openedAt
  const reached = (price: number, at: number): Excursion => ({
    price: String(price),
    at,
    pct: (((price - entry) * 100) / entry).toFixed(6),
    pctAt: at,
    pnl: ((price - entry) * 100).toFixed(2),
    pnlAt: at,
  })
  const gross = ((last - entry) * 100).toFixed(2)
  const fill = (side: 'BUY' | 'SELL', price: number, at: number): Fill => ({
    executionId: `${tradeId}.${side}`,
    side,
    role: side === 'BUY' ? 'ENTRY' : 'EXIT',
    quantity: '100',
    price: String(price),
    at,
    commission: '1',
  })
  const trade: StoredTrade = {
    unit: 'ORDER',
    tradeId,
    account: 'DU1',
    conId: 8314,
    symbol: 'IBM',
    secType: 'STK',
    currency: 'USD',
    multiplier: '1',
    side: 'LONG',
    status: 'CLOSED',
    quantity: '100',
    openQuantity: '0',
    entryPrice: String(entry),
    exitPrice: String(last),
    lastPrice: String(last),
    openedAt,
    closedAt,
    updatedAt: closedAt,
    grossPnl: gross,
    commission: '2',
    netPnl: (Number(gross) - 2).toFixed(2),
    mfe: reached(mfe, mfeAt),
    mae: reached(mae, maeAt),
    drawdownPct: '1',
    plan: null,
    orderRef: null,
    held: false,
    fills: [fill('BUY', entry, openedAt), fill('SELL', last, closedAt)],
    provenance: { source: 'TICK', coverage: '1', gaps: [] },
    seq: 1,
    mode: 'LIVE',
    strategy: null,
    tags: [],
    note: null,
    initialStop: null,
  }
  return { trade, points: path }
}

function tradingDays(count: number): Day[] {
  const found: Day[] = []
  for (let day = '2025-01-02'; found.length < count; day = addDays(day, 1)) if (![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())) found.push(day)
  return found
}

function timed(label: string, times: number, work: () => unknown): void {
  for (let warm = 0; warm < 20; warm++) work()
  const from = clock.monotonic()
  for (let time = 0; time < times; time++) work()
  console.log(`${label}: ${((clock.monotonic() - from) / times).toFixed(2)} ms`)
}

const long = walked('2026-11-20', 7, 2000)
const picture = {
  title: 'IBM long 100',
  side: 'LONG',
  currency: 'USD',
  timeZone: ZONE,
  entry: 180,
  stop: 178,
  openedAt: long.trade.openedAt,
  closedAt: long.trade.closedAt,
  points: long.points,
  gaps: [],
  fills: [],
  alerts: [],
  mfeLabel: '',
  maeLabel: '',
} as const
timed('trajectory SVG, 2,000 points', 300, () => trajectory(picture))
timed('sparkline SVG, 2,000 points', 300, () => sparkline(long.points))
const svg = trajectory(picture)
timed('the same as PNG, 960 wide', 10, () => png(svg))

const home = await mkdtemp(join(tmpdir(), 'excursion-bench-'))
try {
  await using db = await openDatabase({ url: null, home, log: () => {} })
  await seedRules(
    db,
    STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: true })),
  )
  const calendar = tradingDays(days)
  await commitBatch(db, { ...EMPTY_BATCH, facts: [{ arrival: 1, fact: INSTRUMENT }] })
  for (const [index, day] of calendar.entries()) {
    const made = Array.from({ length: trades }, (_, number) => walked(day, index * trades + number, POINTS_A_TRADE))
    await commitBatch(db, { ...EMPTY_BATCH, trades: made.map((one) => one.trade), trajectory: made.flatMap((one) => one.points) })
  }
  const room = { db, templates: await readTemplates('en'), notesDir: join(home, 'notes') }
  for (const turn of ['written', 'made again, nothing changed']) {
    const desk = await openDesk(room)
    const found = await daysTraded(db, calendar[0] as Day, calendar.at(-1) as Day)
    globalThis.gc?.()
    const from = clock.monotonic()
    let [memory, changed] = [0, 0]
    for (const day of found) {
      const made = await makeReview(room, day, desk)
      changed += made.files.filter((file) => file.outcome === 'written').length
      memory = Math.max(memory, process.memoryUsage.rss())
    }
    if (desk !== null) {
      await writeSubjects(room, desk, [{ kind: 'symbol', name: 'IBM' }])
      await writePeriods(room, desk, [...new Map(found.flatMap((day) => [weekOf(day), monthOf(day)]).map((period) => [period.name, period])).values()])
    }
    const seconds = (clock.monotonic() - from) / 1000
    console.log(
      `${found.length} days, ${found.length * trades} trades, ${turn}: ${(found.length / seconds).toFixed(1)} cards/s, ${seconds.toFixed(1)} s in all, ${changed} files written, at most ${Math.round(memory / 2 ** 20)} MB`,
    )
  }
  console.log(`${(await readdir(room.notesDir, { recursive: true })).length} files in the folder`)
} finally {
  await discardEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
