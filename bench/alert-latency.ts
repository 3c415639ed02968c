// From the price that fires a rule to the job that tells it: a real recorder, PostgreSQL and the queue, put together as the service does it, in this one
// process, at 5,000 prices a second with 100 open trades and 20 rules on each. The channel is ours: nothing leaves the machine.
//
//   node bench/alert-latency.ts [--seconds 30] [--rate 5000]
//
// A price counts from the moment it was due, so what held the whole process up is part of the number.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Instrument } from '#core/facts.ts'
import type { DeliverRoom } from '#jobs/deliver.ts'
import { openSweep } from '#jobs/outbox.ts'
import { openJobs } from '#jobs/queues.ts'
import { openWorkers } from '#jobs/worker.ts'
import { readTemplates } from '#notes/templates.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openRecorder } from '#record/record.ts'
import { openDatabase } from '#store/db.ts'
import { saveRule } from '#store/decisions.ts'
import { discardEmbedded } from '#store/embedded.ts'
import { randomOf } from '#test/ticks.ts'
import { report } from './report.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' }, rate: { type: 'string', default: '5000' } } })
const [seconds, rate] = [Number(values.seconds), Number(values.rate)]
const CONTRACTS = 20
const TRADES_EACH = 5
const WARM_MS = 3_000
const TARGET_MS = 50
const PROBE_MS = 100
const START = 10_000
/** Cents; with these steps a trade meets a level every few seconds. */
const STEP = 7

/** Twenty on every trade, of the kinds a price fires, at levels a walk meets one after another. */
const RULES = [
  ...[1, 2, 3, 4, 5, 6, 7].map((n) => ({ id: `stop-${n}`, kind: 'MAE_STOP', pct: String(n * 1.5), severity: 'warn' })),
  ...[1, 2, 3, 4, 5, 6].map((n) => ({ id: `target-${n}`, kind: 'MFE_TARGET', tiers: [{ pct: String(n * 1.7) }], severity: 'warn' })),
  ...[1, 2, 3, 4].map((n) => ({ id: `trail-${n}`, kind: 'TRAILING_STOP', pct: String(n * 2), armPct: String(n), severity: 'warn' })),
  ...[1, 2, 3].map((n) => ({ id: `giveback-${n}`, kind: 'GIVEBACK', fraction: '0.5', armPct: String(n * 2), severity: 'warn' })),
]

interface Seen {
  readonly committedAt: number
  readonly dueAt: number
  pickedUpAt: number | null
}

const home = await mkdtemp(join(tmpdir(), 'excursion-bench-'))
const silent = () => {}
try {
  await using stack = new AsyncDisposableStack()
  const db = stack.use(await openDatabase({ url: null, home, log: silent }))
  for (const body of RULES) await saveRule(db, { id: body.id, body, enabled: true }, clock.now())
  const bus = openBus()
  const seen = new Map<string, Seen>()
  /** When the price of a contract at a market time was due. */
  const due = new Map<string, number>()

  const channel: DeliverRoom['channels'][number] = {
    kind: 'webhook',
    limits: { kind: 'webhook', textMax: 10_000, intervalMs: 0, idempotent: true, least: 'info', prompt: 'info', quiet: false },
    render: (message) => message,
    send: async () => ({ status: 200, said: '' }),
    classify: () => 'retry',
    retryAfter: () => null,
  }
  const templates = await readTemplates('en')
  const onLook: DeliverRoom['onLook'] = (_, waiting) => {
    const pickedUpAt = clock.monotonic()
    for (const { about } of waiting) {
      const alert = about.kind === 'alert' ? seen.get(about.alert.id) : undefined
      if (alert !== undefined) alert.pickedUpAt ??= pickedUpAt
    }
  }
  const room: DeliverRoom = { db, channels: [channel], templates, config: readConfig({}), clock, log: silent, onLook }
  const jobs = stack.use(await openJobs({ url: db.url, channels: ['webhook'], log: console.error }))
  stack.use(await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, delivery: room, log: console.error }))
  const sweep = stack.use(openSweep({ db, jobs, delivery: room, log: console.error }))
  bus.subscribe((event) => {
    if (event.kind !== 'alert') return
    const { alert } = event
    const dueAt = due.get(`${alert.conId}|${alert.at}`)
    if (dueAt !== undefined && !seen.has(alert.id)) seen.set(alert.id, { committedAt: clock.monotonic(), dueAt, pickedUpAt: null })
    void sweep.sweep().catch(silent)
  })
  const recorder = await openRecorder({
    ...{ db, bus, clock, filter: 'default', delivers: true, log: console.error },
    onFailure: (error) => {
      throw error
    },
  })
  stack.defer(() => recorder.close())

  const market = clock.now()
  const random = randomOf(1)
  const cents = new Array<number>(CONTRACTS).fill(START)
  for (let conId = 1; conId <= CONTRACTS; conId++) {
    const instrument: Instrument = { kind: 'instrument', conId, symbol: `S${conId}`, secType: 'STK', currency: 'USD', minTick: '0.01' }
    recorder.tell(instrument)
    for (let n = 0; n < TRADES_EACH; n++) {
      const executionId = `0000e0d5.${conId}.${n}.01`
      const side = n % 2 === 0 ? 'BUY' : 'SELL'
      recorder.tell({ kind: 'execution', executionId, account: `DU${n}`, conId, side, quantity: '100', price: '100', at: market - 1_000 })
    }
  }
  await recorder.settled()

  // What this machine's disk takes for the least there is to commit, now and then: no alert can be faster.
  await db.pool.query('create table probe as select 0 as n')
  const least: number[] = []
  const probe = setInterval(() => {
    const asked = clock.monotonic()
    db.pool.query('update probe set n = n + 1').then(() => least.push(clock.monotonic() - asked), silent)
  }, PROBE_MS)
  stack.defer(() => clearInterval(probe))
  const started = clock.monotonic()
  const until = WARM_MS + seconds * 1000
  let told = 0
  for (let passed = 0; passed < until; passed = clock.monotonic() - started) {
    for (const count = Math.floor((passed * rate) / 1000); told < count; told++) {
      const conId = 1 + (told % CONTRACTS)
      const after = (told * 1000) / rate
      const at = market + Math.floor(after)
      cents[conId - 1] = Math.max(5_000, (cents[conId - 1] as number) + Math.round((random() - 0.5) * 2 * STEP))
      due.set(`${conId}|${at}`, started + after)
      recorder.quote({ conId, price: (cents[conId - 1] as number) / 100, at, source: 'LAST' })
    }
    await sleep(1)
  }
  await recorder.settled()
  for (let waited = 0; waited < 100 && [...seen.values()].some(({ pickedUpAt }) => pickedUpAt === null); waited++) await sleep(50)

  const counted = [...seen.values()].filter(({ dueAt }) => dueAt - started >= WARM_MS)
  const lost = counted.filter(({ pickedUpAt }) => pickedUpAt === null).length
  const committed = counted.map(({ committedAt, dueAt }) => committedAt - dueAt).sort((a, b) => a - b)
  const pickedUp = counted.flatMap(({ pickedUpAt, dueAt }) => (pickedUpAt === null ? [] : [pickedUpAt - dueAt])).sort((a, b) => a - b)
  clearInterval(probe)
  least.sort((a, b) => a - b)
  const at = (sorted: readonly number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  const ms = (value: number) => `${value.toFixed(1)} ms`
  report('node bench/alert-latency.ts', [
    {
      claim: `a price → its alert committed → its job picked up, p99 (${rate.toLocaleString('en')} prices/s, ${CONTRACTS * TRADES_EACH} open trades, ${RULES.length} rules each, ${counted.length} alerts in ${seconds} s${lost === 0 ? '' : `, ${lost} never picked up`})`,
      target: `≤ ${TARGET_MS} ms`,
      measured: `${ms(at(pickedUp, 0.99))} (p50 ${ms(at(pickedUp, 0.5))}; committed p50 ${ms(at(committed, 0.5))}, p99 ${ms(at(committed, 0.99))}; one row committed meanwhile p50 ${ms(at(least, 0.5))}, p99 ${ms(at(least, 0.99))})`,
      reached: lost === 0 && at(pickedUp, 0.99) <= TARGET_MS,
    },
  ])
} finally {
  await discardEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
