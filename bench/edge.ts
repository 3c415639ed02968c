// Where the process meets the outside: prices off the socket, rows into PostgreSQL, and how long a price takes from one to a subscriber. Each against
// a baseline in the same run, where one can say it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EventName, IBApi } from '@stoqey/ib'
import { from as copyFrom } from 'pg-copy-streams'
import { openTws } from '#broker/tws.ts'
import { ContractBook } from '#core/book.ts'
import { Ledger } from '#core/execution.ts'
import type { Execution, Instrument } from '#core/facts.ts'
import { MarkFilter } from '#core/mark.ts'
import { parseRule, type Rule, STARTER_RULES } from '#core/rules.ts'
import type { StoredMark } from '#core/stored.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import { type Batch, commitBatch, EMPTY_BATCH, writeMark, writePoint } from '#store/batch.ts'
import { copyRows } from '#store/copy-rows.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { discardEmbedded } from '#store/embedded.ts'
import { pricesOf, randomOf } from '#test/ticks.ts'
import { report, type Row } from './report.ts'

const WIRE_TICKS = 200_000
const STORED_TICKS = 400_000
const FLUSH = 5_000
const FLUSHES = 20
const PACE_PER_SECOND = 5_000
const PACE_SECONDS = 8
const AT = Date.UTC(2026, 10, 20, 15)

const STOCK: Instrument = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' }
const bought = (price: string, at: number): Execution => ({
  ...{ kind: 'execution', executionId: 'a.1.1.01', account: 'DU1', conId: 1, side: 'BUY', quantity: '100', price, at },
})

// ---------------------------------------------------------------- off the socket

async function offTheSocket(): Promise<Row> {
  const gateway = spawn(process.execPath, [join(import.meta.dirname, 'edge-gateway.ts'), String(WIRE_TICKS)], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(createInterface(gateway.stdout), 'line')) as [string]
    const port = Number(line)
    const rates = { ours: 0, bare: 0 }
    // Told alternately, so that a noisy moment hits both.
    for (let round = 0; round < 3; round++) {
      rates.bare = Math.max(rates.bare, await bareClient(port))
      rates.ours = Math.max(rates.ours, await ourClient(port))
    }
    return {
      claim: `price messages from a gateway through the client into a book with the starter rules (${WIRE_TICKS} trades)`,
      target: "≥ 0.5 × the bare client's rate",
      measured: `${perSecond(rates.ours)}, ${(rates.ours / rates.bare).toFixed(2)} × (bare ${perSecond(rates.bare)})`,
      reached: rates.ours >= 0.5 * rates.bare,
    }
  } finally {
    gateway.kill('SIGTERM')
  }
}

/** Trades a second: the library alone, counting. */
async function bareClient(port: number): Promise<number> {
  const client = new IBApi({ host: '127.0.0.1', port, clientId: 1, maxReqPerSec: 10_000 })
  const done = Promise.withResolvers<number>()
  let heard = 0
  let began = 0
  client.on(EventName.tickString, () => {
    if (heard++ === 0) began = performance.now()
    if (heard === WIRE_TICKS) done.resolve(performance.now() - began)
  })
  client.once(EventName.nextValidId, () => client.reqMktData(1, { conId: 1, exchange: 'SMART' }, '233', false, false))
  client.connect()
  const ms = await done.promise
  const gone = new Promise((resolve) => client.once(EventName.disconnected, resolve))
  client.disconnect()
  await gone
  return (WIRE_TICKS / ms) * 1000
}

async function ourClient(port: number): Promise<number> {
  const rules = STARTER_RULES.map((body) => parseRule(body) as Rule)
  const book = new ContractBook(STOCK, { rules, trace: true, commissionOf: () => null })
  const ledger = new Ledger()
  const first = 1_790_000_000_000
  ledger.tell(bought('100', first - 1_000), { at: first - 1_000, arrival: 1 })
  for (const entry of ledger.history(1)) book.enter(entry)
  const filter = new MarkFilter('default', 'STK')
  const done = Promise.withResolvers<number>()
  let heard = 0
  let began = 0
  const broker = openTws({ host: '127.0.0.1', port, clientId: 1, clock, instruments: [STOCK] })
  broker.watch([STOCK])
  await broker.connect((event) => {
    if (event.kind !== 'quote') return
    const { price, at } = event.quote
    if (heard++ === 0) began = performance.now()
    const flags = { bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false }
    for (const mark of filter.offer({ at: at ?? 0, price, ...flags }).accepted) book.mark(mark.price, mark.at)
    // What changed is taken as often as a batch takes it.
    if (heard % FLUSH === 0) book.takeChanges()
    if (heard === WIRE_TICKS) done.resolve(performance.now() - began)
  })
  const ms = await done.promise
  await broker.close()
  return (WIRE_TICKS / ms) * 1000
}

// ---------------------------------------------------------------- into PostgreSQL

async function intoPostgres(db: Database): Promise<Row> {
  const { prices } = pricesOf(STORED_TICKS)
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: fail })
  recorder.tell(STOCK)
  recorder.tell(bought(String(prices[0]), AT))
  await recorder.settled()
  const began = performance.now()
  let distinct = 0
  let last = Number.NaN
  for (let tick = 0; tick < STORED_TICKS; tick++) {
    const price = prices[tick] as number
    if (price !== last) distinct++
    last = price
    recorder.quote({ conId: 1, price, at: AT + 1_000 + tick, source: 'LAST' })
    // As they come off a socket: some at a time.
    if (tick % 1_000 === 999) await new Promise((resolve) => setImmediate(resolve))
  }
  await recorder.settled()
  const rate = (STORED_TICKS / (performance.now() - began)) * 1000
  await recorder.close()
  const { rows } = await db.pool.query<{ rows: number }>('select count(*)::int as rows from marks')
  const stored = rows[0]?.rows ?? 0
  return {
    claim: `prices through the recorder into PostgreSQL (${STORED_TICKS}, ${distinct} of them not equal to the last)`,
    target: '≥ 100,000 a second, none lost',
    measured: `${perSecond(rate)}, ${distinct - stored} lost`,
    reached: rate >= 100_000 && stored === distinct,
  }
}

function fail(error: unknown): never {
  throw error
}

// ---------------------------------------------------------------- rows against one COPY

async function rowsAgainstCopy(db: Database): Promise<Row[]> {
  const random = randomOf(7)
  const price = () => Math.round(18_000 + random() * 1_000) / 100
  const rows = FLUSH * FLUSHES
  const marks = Array.from({ length: rows }, (_, n): StoredMark => ({ kind: 'mark', conId: 2, price: price(), at: AT + n, arrival: n + 1, source: 'LAST' }))
  const points = Array.from({ length: rows }, (_, n) => ({
    ...{ tradeId: `ORDER:DU1:2:t${n % 50}`, at: AT + n, last: price(), mfe: price(), mae: price(), seq: n + 1 },
  }))
  // The very bytes ours are, all made before: COPY's binary form, which PostgreSQL takes a third faster than text.
  const markBytes = Buffer.concat([...copyRows(marks, 8, writeMark)])
  const pointBytes = Buffer.concat([...copyRows(points, 6, writePoint)])
  const flushes = async (batchOf: (from: number) => Partial<Batch>) => {
    for (let from = 0; from < rows; from += FLUSH) await commitBatch(db, { ...EMPTY_BATCH, ...batchOf(from) }, { asynchronous: true })
  }
  const kinds = [
    {
      name: 'marks',
      copy: () => copy(db, 'marks (con_id, at, arrival, price, bid, ask, source, seen_at)', markBytes),
      ours: () => flushes((from) => ({ marks: marks.slice(from, from + FLUSH) })),
      tables: 'marks',
    },
    {
      name: 'points of trajectories',
      copy: () => copy(db, 'orders_rt_ts (trade_id, ts, last_px, mfe_px, mae_px, seq)', pointBytes),
      ours: () => flushes((from) => ({ trajectory: points.slice(from, from + FLUSH) })),
      tables: 'orders_rt_ts',
    },
  ]
  const answer: Row[] = []
  for (const { name, copy, ours, tables } of kinds) {
    const least = { copy: Number.POSITIVE_INFINITY, ours: Number.POSITIVE_INFINITY }
    await ours() // the day's partition is made
    for (let round = 0; round < 4; round++) {
      for (const [which, work] of [
        ['copy', copy],
        ['ours', ours],
      ] as const) {
        await db.pool.query(`truncate ${tables}`)
        const began = performance.now()
        await work()
        least[which] = Math.min(least[which], performance.now() - began)
      }
    }
    const rate = (rows / least.ours) * 1000
    answer.push({
      claim: `${name} in flushes of ${FLUSH} rows (${rows})`,
      target: '≥ 0.7 × one COPY of the same bytes into the same table',
      measured: `${perSecond(rate)}, ${(least.copy / least.ours).toFixed(2)} × (COPY ${perSecond((rows / least.copy) * 1000)})`,
      reached: least.copy / least.ours >= 0.7,
    })
  }
  return answer
}

async function copy(db: Database, into: string, bytes: Buffer): Promise<void> {
  const client = await db.pool.connect()
  try {
    await client.query('begin')
    await client.query('set local synchronous_commit to off')
    await pipeline(Readable.from([bytes]), client.query(copyFrom(`copy ${into} from stdin (format binary)`)))
    await client.query('commit')
  } finally {
    client.release()
  }
}

// ---------------------------------------------------------------- from a tick to who listens

/** Every tick is a new extreme, so that every tick is told; a batch is told when it is committed. */
async function toSubscriber(db: Database): Promise<Row> {
  const bus = openBus()
  const recorder = await openRecorder({ db, bus, clock, filter: 'none', log: () => {}, onFailure: fail })
  recorder.tell({ ...STOCK, conId: 3 })
  recorder.tell({ ...bought('100', AT), conId: 3, executionId: 'c.1.1.01' })
  await recorder.settled()
  const sentAt = new Map<number, number>()
  const late: number[] = []
  bus.subscribe((event) => {
    if (event.kind !== 'trajectory' || !event.point.tradeId.startsWith('ORDER:')) return
    const sent = sentAt.get(event.point.at)
    if (sent !== undefined) late.push(performance.now() - sent)
  })
  const began = performance.now()
  for (let tick = 0; tick < PACE_PER_SECOND * PACE_SECONDS; ) {
    const due = Math.min(PACE_PER_SECOND * PACE_SECONDS, Math.floor(((performance.now() - began) / 1000) * PACE_PER_SECOND))
    for (; tick < due; tick++) {
      const at = AT + 1_000 + tick
      sentAt.set(at, performance.now())
      recorder.quote({ conId: 3, price: 100 + tick / 1_000, at, source: 'LAST' })
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await recorder.settled()
  await recorder.close()
  // The first second warms up.
  const judged = late.slice(PACE_PER_SECOND).sort((a, b) => a - b)
  const quantile = (q: number) => judged[Math.floor(judged.length * q)] ?? Number.NaN
  return {
    claim: `from a price to a subscriber, committed in between, at ${PACE_PER_SECOND} prices a second, each a new extreme (${judged.length})`,
    target: 'p99 ≤ 25 ms',
    measured: `p50 ${quantile(0.5).toFixed(1)} ms, p99 ${quantile(0.99).toFixed(1)} ms`,
    reached: quantile(0.99) <= 25,
  }
}

function perSecond(rate: number): string {
  return `${Math.round(rate / 1000)} k/s`
}

const home = await mkdtemp(join(tmpdir(), 'excursion-edge-'))
try {
  await using db = await openDatabase({ url: null, home, log: () => {} })
  report('node bench/edge.ts', [await offTheSocket(), await intoPostgres(db), ...(await rowsAgainstCopy(db)), await toSubscriber(db)])
} finally {
  await discardEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
