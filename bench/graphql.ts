// How fast the contract is read and followed, against what is possible on the same machine in the same run: a plain node:http server that passes
// PostgreSQL's own JSON through, one that sends a text that is ready, PostGraphile 5, and Mercurius' own WebSocket layer.
// `node bench/graphql.ts [--seconds N] [--without-postgraphile]`; prints ratios beside their targets.
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { discardEmbedded, startEmbedded } from '#store/embedded.ts'
import { aPoint, aTrade } from '#test/rows.ts'
import { follows, stalls } from './graphql-follow.ts'
import { CONNECTIONS, rate, serve, type Served } from './graphql-load.ts'
import type { Asked, Kind } from './graphql-serve.ts'
import { usedMs, usedSince } from './processor.ts'
import { say } from './report.ts'

const TRADES = 1_000
const POINTS = 200
const OPEN = 50
const DAY_MS = 86_400_000

const QUERY = `query Bench { trades(orderBy: { field: OPENED_AT, direction: DESC }, first: 50) {
  nodes { id side status quantity entryPrice lastPrice openedAt grossPnl netPnl mfe { price pct } mae { price pct } latestPoints(count: 20) { at last mfe mae } } } }`
const LIVE = `query Live { trades(filter: { status: OPEN }, orderBy: { field: OPENED_AT, direction: DESC }, first: 50) {
  nodes { id side status quantity entryPrice lastPrice openedAt grossPnl netPnl mfe { price pct } mae { price pct } } } }`
/** The same rows as QUERY asks for, in the words PostGraphile makes of the tables. */
const THEIRS = `query Bench { allOrdersRts(orderBy: OPENED_AT_DESC, first: 50) {
  nodes { tradeId side status qty entryPx lastPx openedAt grossPnl netPnl mfePx mfePct maePx maePct
    points: ordersRtTsByTradeId(first: 20, orderBy: PRIMARY_KEY_DESC) { nodes { ts lastPx mfePx maePx } } } } }`

/** Rounds in which the servers are asked in turn: what disturbs the machine disturbs each, and the best round of each counts. */
const ROUNDS = 4

interface Contestant {
  readonly served: Served
  readonly query: string
  /** What happens every 50 ms while it is asked. */
  meanwhile?(served: Served): void
}

interface Reached {
  /** Requests a second of the best round. */
  readonly perSecond: number
  /** Processor time of server and PostgreSQL together for one request, milliseconds, of the best round; null where the system does not tell. */
  readonly processorMs: number | null
}

async function inTurn(db: Database, contestants: readonly Contestant[], seconds: number): Promise<Reached[]> {
  const best: Reached[] = contestants.map(() => ({ perSecond: 0, processorMs: null }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [n, { served, query, meanwhile }] of contestants.entries()) {
      const timer = meanwhile === undefined ? null : setInterval(() => meanwhile(served), 50)
      const body = JSON.stringify({ query })
      // Every connection is made before anything is counted.
      await rate(served.url, body, 0)
      const before = usedMs([served.process.pid ?? 0, ...(await backends(db))])
      const { perSecond, requests } = await rate(served.url, body, seconds / ROUNDS)
      const processorMs = before.size === 0 ? null : usedSince(before) / requests
      if (timer !== null) clearInterval(timer)
      const last = best[n] as Reached
      best[n] = {
        perSecond: Math.max(last.perSecond, perSecond),
        processorMs: last.processorMs === null ? processorMs : Math.min(last.processorMs, processorMs ?? Number.POSITIVE_INFINITY),
      }
    }
  }
  for (const { served } of contestants) await served.close()
  return best
}

async function backends(db: Database): Promise<number[]> {
  const { rows } = await db.pool.query<{ pid: number }>("select pid from pg_stat_activity where backend_type = 'client backend'")
  return rows.map(({ pid }) => pid)
}

/** Requests a second, and beside them what each cost. */
function sayReached(what: string, { perSecond, processorMs }: Reached, plain?: Reached, target = ''): void {
  const cost = processorMs === null ? '' : `${processorMs.toFixed(2)} ms of processor each`
  if (plain === undefined) return say(what, perSecond.toFixed(0), cost)
  const costs = processorMs === null || plain.processorMs === null ? '' : ` (by processor time ${(plain.processorMs / processorMs).toFixed(2)}: ${cost})`
  say(what, perSecond.toFixed(0), `ratio ${(perSecond / plain.perSecond).toFixed(2)}${costs}${target}`)
}

async function reads(db: Database, databaseUrl: string, seconds: number, withPostgraphile: boolean): Promise<void> {
  const own = (kind: Kind, ...more: string[]) => serve(new URL('graphql-serve.ts', import.meta.url), [kind, databaseUrl, ...more], '/graphql')
  const theirs = withPostgraphile ? [{ served: await postgraphile(databaseUrl), query: THEIRS }] : []
  const [plain = NOTHING, ours = NOTHING, other = NOTHING] = await inTurn(
    db,
    [{ served: await own('json_agg'), query: QUERY }, { served: await own('ours'), query: QUERY }, ...theirs],
    seconds,
  )
  sayReached('plain node:http with json_agg, requests/s', plain)
  if (withPostgraphile) sayReached('PostGraphile 5, requests/s', other, plain)
  sayReached('GraphQL, requests/s', ours, plain, ', target 0.60')
  if (withPostgraphile) sayReached('the same against PostGraphile', ours, other, ', target 2')

  const asking = await own('ours')
  const ready = await (
    await fetch(asking.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: LIVE }) })
  ).text()
  let seq = 0
  const change = ({ process }: Served) => {
    seq += 10
    process.send({ kind: 'tell', from: TRADES - OPEN, count: 10, seq } satisfies Asked)
  }
  const [ceiling = NOTHING, live = NOTHING, changing = NOTHING] = await inTurn(
    db,
    [
      { served: await own('ready', ready), query: LIVE },
      { served: asking, query: LIVE },
      { served: await own('ours'), query: LIVE, meanwhile: change },
    ],
    seconds,
  )
  console.log(`\n${OPEN} open trades, ${(ready.length / 1024).toFixed(0)} kB`)
  sayReached('plain node:http with ready JSON, requests/s', ceiling)
  sayReached('GraphQL, open trades from memory, requests/s', live, ceiling, ', target 0.45')
  sayReached('the same while 10 of them change every 50 ms', changing, ceiling)
}

const NOTHING: Reached = { perSecond: 0, processorMs: null }

/** Its packages are large: they are installed once, in the folder of temporary files. */
async function postgraphile(databaseUrl: string): Promise<Served> {
  const folder = join(tmpdir(), 'excursion-bench-postgraphile')
  await mkdir(folder, { recursive: true })
  for (const file of ['package.json', 'package-lock.json', 'server.mjs']) await copyFile(join(import.meta.dirname, 'postgraphile', file), join(folder, file))
  await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: folder })
  return serve(join(folder, 'server.mjs'), [databaseUrl], '/graphql')
}

async function fill(db: Database): Promise<void> {
  const trades = Array.from({ length: TRADES }, (_, n) =>
    aTrade(n, n + 1, n < TRADES - OPEN ? { status: 'CLOSED', openQuantity: '0', exitPrice: '184', closedAt: aTrade(n, 0).openedAt + DAY_MS / 24 } : {}),
  )
  for (let from = 0; from < TRADES; from += 100) {
    const some = trades.slice(from, from + 100)
    const trajectory = some.flatMap((_, i) => Array.from({ length: POINTS }, (__, k) => aPoint(from + i, k, TRADES + (from + i) * POINTS + k)))
    await commitBatch(db, { ...EMPTY_BATCH, trades: some, trajectory })
  }
  await db.pool.query('analyze')
}

const seconds = Number(process.argv[process.argv.indexOf('--seconds') + 1]) || 5
const home = await mkdtemp(join(tmpdir(), 'excursion-bench-'))
const server = await startEmbedded(home, () => {})
const db = await openDatabase({ url: server.url, home, log: () => {} })
try {
  await fill(db)
  console.log(`${TRADES} trades, ${TRADES * POINTS} points, ${CONNECTIONS} connections, ${seconds} s each, every server in a process of its own\n`)
  await reads(db, server.url, seconds, !process.argv.includes('--without-postgraphile'))
  await follows(db)
  await stalls(server.url)
} finally {
  await db.close()
  await server.stop()
  await discardEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
