// How fast the contract is read and followed, against what is possible on the same machine in the same run: a plain node:http server that passes
// PostgreSQL's own JSON through, and Mercurius' own WebSocket layer. `node bench/graphql.ts [--seconds N]`; prints ratios beside their targets.
import { fork } from 'node:child_process'
import { Agent, createServer, request } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fastify } from 'fastify'
import { type MercuriusContext, mercurius } from 'mercurius'
import { buildApp } from '#src/app.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { discardEmbedded, startEmbedded } from '#store/embedded.ts'
import { aPoint, aTrade } from '#test/rows.ts'

const TRADES = 1_000
const POINTS = 200
const CONNECTIONS = 16
const CLIENTS = 100
const EVENTS = 2_000
const DAY_MS = 86_400_000

const QUERY = `query Bench { trades(orderBy: { field: OPENED_AT, direction: DESC }, first: 50) {
  nodes { id side status quantity entryPrice lastPrice openedAt grossPnl netPnl mfe { price pct } mae { price pct } latestPoints(count: 20) { at last mfe mae } } } }`
const LIVE = `query Live { trades(filter: { status: OPEN }, orderBy: { field: OPENED_AT, direction: DESC }, first: 50) {
  nodes { id side status quantity entryPrice lastPrice openedAt grossPnl netPnl mfe { price pct } mae { price pct } } } }`
const FOLLOW = 'subscription { tradeChanged { seq resync trade { id status lastPrice grossPnl note mfe { pct } mae { pct } } } }'

/** The same answer by one statement that makes its JSON in the database. */
const JSON_AGG = `select json_build_object('data', json_build_object('trades', json_build_object('nodes', coalesce(json_agg(t), '[]'::json))))::text as body from (
  select trade_id as id, case side when 'BUY' then 'LONG' else 'SHORT' end as side, status, qty::text as quantity, entry_px::text as "entryPrice", last_px::text as "lastPrice",
    opened_at as "openedAt", gross_pnl::text as "grossPnl", net_pnl::text as "netPnl", json_build_object('price', mfe_px::text, 'pct', mfe_pct::text) as mfe,
    json_build_object('price', mae_px::text, 'pct', mae_pct::text) as mae,
    (select json_agg(p order by p.at) from (select ts as at, last_px::text as last, mfe_px::text as mfe, mae_px::text as mae from orders_rt_ts
      where trade_id = o.trade_id and ts >= o.opened_at order by ts desc limit 20) p) as "latestPoints"
  from orders_rt o order by opened_at desc, trade_id desc limit 50) t`

interface Served {
  readonly url: string
  close(): Promise<void>
}

async function ours(db: Database): Promise<Served> {
  const app = await buildApp({ db, bus: openBus(), clock, brokers: () => [] })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`, close: () => app.close() }
}

async function plain(answer: () => string | Promise<string>): Promise<Served> {
  const server = createServer((asked, told) => {
    asked.resume()
    asked.on('end', async () => {
      told.setHeader('content-type', 'application/json')
      told.end(await answer())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Requests a second over 16 connections that ask again as soon as they are answered. */
async function rate(url: string, body: string, seconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const once = () =>
    new Promise<number>((resolve, reject) => {
      const asked = request(
        url,
        { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } },
        (told) => {
          let bytes = 0
          told.on('data', (chunk: Buffer) => (bytes += chunk.length))
          told.on('end', () => (told.statusCode === 200 && bytes > 100 ? resolve(bytes) : reject(new Error(`status ${told.statusCode}, ${bytes} bytes`))))
        },
      )
      asked.on('error', reject)
      asked.end(body)
    })
  const run = async (milliseconds: number) => {
    const start = performance.now()
    let count = 0
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        while (performance.now() - start < milliseconds) {
          await once()
          count++
        }
      }),
    )
    return count / ((performance.now() - start) / 1000)
  }
  await run(1_000)
  const found = await run(seconds * 1_000)
  agent.destroy()
  return found
}

/** The server's CPU milliseconds for telling everybody everything; the clients live in a process of their own. */
interface FanOut {
  readonly deliveriesPerCpuSecond: number
  readonly p99: number
}

/** A server, the way to make it tell one event, and clients that count. */
async function fanOut(open: () => Promise<Served & { tell(n: number): void; following(): number }>): Promise<FanOut> {
  const served = await open()
  const crowd = fork(new URL('graphql-crowd.ts', import.meta.url), [served.url.replace('http', 'ws'), String(CLIENTS), String(EVENTS), FOLLOW])
  const said = (wanted: string) =>
    new Promise<Record<string, number>>((resolve) => {
      const hear = (message: { kind: string } & Record<string, number>) => {
        if (message.kind !== wanted) return
        crowd.off('message', hear as never)
        resolve(message)
      }
      crowd.on('message', hear as never)
    })
  await said('ready')
  while (served.following() < CLIENTS) await sleep(10)
  const done = said('done')
  const before = process.cpuUsage()
  for (let n = 0; n < EVENTS; n++) {
    served.tell(n)
    // The writer tells batch by batch, not all of a day in one turn.
    if (n % 20 === 19) await new Promise((resolve) => setImmediate(resolve))
  }
  await done
  const { user, system } = process.cpuUsage(before)
  const late = said('late')
  for (let n = 0; n < 150; n++) {
    served.tell(EVENTS + n)
    await sleep(20)
  }
  crowd.send('late')
  const { p99 = Number.NaN } = await late
  crowd.kill()
  await served.close()
  return { deliveriesPerCpuSecond: (CLIENTS * EVENTS) / ((user + system) / 1e6), p99 }
}

async function ourSocket(db: Database) {
  const bus = openBus()
  const app = await buildApp({ db, bus, clock, brokers: () => [] })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`,
    close: () => app.close(),
    following: () => app.meter.subscriptions,
    tell: (n: number) => bus.publish([{ kind: 'trade', seq: n + 1, trade: aTrade(n, n + 1, { note: stamp() }) }]),
  }
}

/** The same schema, cut to what is followed, over Mercurius' own WebSocket layer and its own publish and subscribe. */
async function mercuriusSocket() {
  const app = fastify()
  let following = 0
  await app.register(mercurius, {
    schema: `type Excursion { pct: String } type Trade { id: ID! status: String! lastPrice: String grossPnl: String note: String mfe: Excursion! mae: Excursion! }
      type Told { seq: Int! resync: Boolean! trade: Trade } type Query { a: Int } type Subscription { tradeChanged: Told! }`,
    resolvers: {
      Subscription: {
        tradeChanged: {
          subscribe: async (_: unknown, __: unknown, { pubsub }: MercuriusContext) => {
            following++
            return pubsub.subscribe('trade') as never
          },
        },
      },
      Trade: { id: ({ tradeId }: { tradeId: string }) => tradeId },
    },
    subscription: true,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`,
    close: () => app.close(),
    following: () => following,
    tell: (n: number) =>
      void app.graphql.pubsub.publish({ topic: 'trade', payload: { tradeChanged: { seq: n + 1, resync: false, trade: aTrade(n, n + 1, { note: stamp() }) } } }),
  }
}

/** When it was told, by the clock both processes share. */
function stamp(): string {
  return String(performance.timeOrigin + performance.now())
}

async function fill(db: Database): Promise<void> {
  const trades = Array.from({ length: TRADES }, (_, n) =>
    aTrade(n, n + 1, n < TRADES - 50 ? { status: 'CLOSED', openQuantity: '0', exitPrice: '184', closedAt: aTrade(n, 0).openedAt + DAY_MS / 24 } : {}),
  )
  for (let from = 0; from < TRADES; from += 100) {
    const some = trades.slice(from, from + 100)
    const trajectory = some.flatMap((_, i) => Array.from({ length: POINTS }, (__, k) => aPoint(from + i, k, TRADES + (from + i) * POINTS + k)))
    await commitBatch(db, { ...EMPTY_BATCH, trades: some, trajectory })
  }
  await db.pool.query('analyze')
}

function say(what: string, value: string, target = ''): void {
  console.log(`${what.padEnd(66)} ${value.padStart(12)}  ${target}`)
}

const seconds = Number(process.argv[process.argv.indexOf('--seconds') + 1]) || 5
const home = await mkdtemp(join(tmpdir(), 'excursion-bench-'))
const server = await startEmbedded(home, () => {})
const db = await openDatabase({ url: server.url, home, log: () => {} })
try {
  await fill(db)
  console.log(`${TRADES} trades, ${TRADES * POINTS} points, ${CONNECTIONS} connections, ${seconds} s each\n`)
  const us = await ours(db)
  const passing = await plain(async () => (await db.pool.query<{ body: string }>(JSON_AGG)).rows[0]?.body ?? '')
  const body = JSON.stringify({ query: QUERY })
  const possible = await rate(passing.url, body, seconds)
  const reached = await rate(us.url, body, seconds)
  say('plain node:http with json_agg, requests/s', possible.toFixed(0))
  say('GraphQL, requests/s', reached.toFixed(0), `ratio ${(reached / possible).toFixed(2)}, target 0.60`)
  const asked = JSON.stringify({ query: LIVE })
  const ready = await (await fetch(us.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: asked })).text()
  const sending = await plain(() => ready)
  const ceiling = await rate(sending.url, asked, seconds)
  const live = await rate(us.url, asked, seconds)
  say('plain node:http with ready JSON, requests/s', ceiling.toFixed(0))
  say('GraphQL, open trades, requests/s', live.toFixed(0), `ratio ${(live / ceiling).toFixed(2)}, target 0.45`)
  for (const one of [us, passing, sending]) await one.close()
  const theirs = await fanOut(mercuriusSocket)
  const mine = await fanOut(() => ourSocket(db))
  console.log(`\n${CLIENTS} clients, ${EVENTS} events`)
  say("Mercurius' own WebSocket layer, deliveries per CPU second", theirs.deliveriesPerCpuSecond.toFixed(0), `p99 ${theirs.p99.toFixed(1)} ms`)
  say(
    'ours, deliveries per CPU second',
    mine.deliveriesPerCpuSecond.toFixed(0),
    `ratio ${(mine.deliveriesPerCpuSecond / theirs.deliveriesPerCpuSecond).toFixed(2)}, target 2`,
  )
  say('ours, p99 at 50 events/s', `${mine.p99.toFixed(1)} ms`, 'target 10 ms')
} finally {
  await db.close()
  await server.stop()
  await discardEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
