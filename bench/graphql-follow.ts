// How events are told: deliveries for each second of the server's processor beside Mercurius' own WebSocket layer, how late one is, and what a client that
// stops reading costs. Part of bench/graphql.ts.
import { fork } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fastify } from 'fastify'
import { type MercuriusContext, mercurius } from 'mercurius'
import WebSocket from 'ws'
import { buildApp } from '#src/app.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { aTrade } from '#test/rows.ts'
import { serve } from './graphql-load.ts'
import type { Asked } from './graphql-serve.ts'
import { say } from './report.ts'

const CLIENTS = 100
const EVENTS = 2_000
const STALLED = 20
/** Changes told while nobody reads: far more than the sockets of the machine and a mailbox hold. */
const UNREAD = 100_000
const UNREAD_TRADES = 5_000
const BATCH = 500
const FOLLOW = 'subscription { tradeChanged { seq resync trade { id status lastPrice grossPnl note mfe { pct } mae { pct } } } }'

export async function follows(db: Database): Promise<void> {
  const theirs = await fanOut(mercuriusSocket)
  const mine = await fanOut(() => ourSocket(db))
  console.log(`\n${CLIENTS} clients, ${EVENTS} events`)
  say("Mercurius' own WebSocket layer, deliveries per CPU second", theirs.deliveriesPerCpuSecond.toFixed(0), `p99 ${theirs.p99.toFixed(1)} ms`)
  const ratio = mine.deliveriesPerCpuSecond / theirs.deliveriesPerCpuSecond
  say('ours, deliveries per CPU second', mine.deliveriesPerCpuSecond.toFixed(0), `ratio ${ratio.toFixed(2)}, target 2`)
  say('ours, p99 at 50 events/s', `${mine.p99.toFixed(1)} ms`, 'target 10 ms')
}

/** Real sockets that stop reading while everything changes: what the server holds for each of them. */
export async function stalls(databaseUrl: string): Promise<void> {
  const served = await serve(new URL('graphql-serve.ts', import.meta.url), ['ours', databaseUrl], '/graphql')
  const memory = () => served.ask<{ resident: number; values: number; overflows: number; subscriptions: number }>({ kind: 'memory' } satisfies Asked)
  let seq = 1
  const tellAll = async () => {
    for (let told = 0; told < UNREAD; told += BATCH, seq += BATCH) {
      await served.ask({ kind: 'tell', from: told % UNREAD_TRADES, count: BATCH, seq } satisfies Asked)
    }
    return memory()
  }
  const clients: WebSocket[] = []
  try {
    // The same with one who reads along: what telling leaves behind is not theirs who do not read.
    clients.push(await subscribed(served.url.replace('http', 'ws')))
    await tellAll()
    const before = await tellAll()
    for (let n = 0; n < STALLED; n++) clients.push(await subscribed(served.url.replace('http', 'ws')))
    while ((await memory()).subscriptions <= STALLED) await sleep(10)
    for (const client of clients.slice(1)) client.pause()
    const after = await tellAll()
    console.log(`\n${STALLED} clients that stopped reading, ${UNREAD} changes told to each`)
    const each = (name: 'resident' | 'values') => `${((after[name] - before[name]) / STALLED / 1e6).toFixed(2)} MB`
    say('server memory for each of them, in values', each('values'), `target 2 MB (${each('resident')} more resident)`)
    say('of them to be told to read again', `${after.overflows - before.overflows}`)
  } finally {
    for (const client of clients) client.terminate()
    await served.close()
  }
}

async function subscribed(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, 'graphql-transport-ws')
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => socket.send('{"type":"connection_init"}'))
    socket.on('message', (data) => {
      if (!String(data).includes('connection_ack')) return
      socket.send(JSON.stringify({ id: 'stalled', type: 'subscribe', payload: { query: FOLLOW } }))
      resolve()
    })
  })
  return socket
}

interface Follower {
  readonly url: string
  close(): Promise<void>
  tell(n: number): void
  following(): number
}

/** The server's CPU milliseconds for telling everybody everything; the clients live in a process of their own. */
interface FanOut {
  readonly deliveriesPerCpuSecond: number
  readonly p99: number
}

/** A server, the way to make it tell one event, and clients that count. */
async function fanOut(open: () => Promise<Follower>): Promise<FanOut> {
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

async function ourSocket(db: Database): Promise<Follower> {
  const bus = openBus()
  const app = await buildApp({ db, bus, clock, brokers: () => [] })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/graphql`,
    close: () => app.close().then(() => {}),
    following: () => app.meter.subscriptions,
    tell: (n: number) => bus.publish([{ kind: 'trade', seq: n + 1, trade: aTrade(n, n + 1, { note: stamp() }) }]),
  }
}

/** The same schema, cut to what is followed, over Mercurius' own WebSocket layer and its own publish and subscribe. */
async function mercuriusSocket(): Promise<Follower> {
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
    close: () => app.close().then(() => {}),
    following: () => following,
    tell: (n: number) =>
      void app.graphql.pubsub.publish({ topic: 'trade', payload: { tradeChanged: { seq: n + 1, resync: false, trade: aTrade(n, n + 1, { note: stamp() }) } } }),
  }
}

/** When it was told, by the clock both processes share. */
function stamp(): string {
  return String(performance.timeOrigin + performance.now())
}
