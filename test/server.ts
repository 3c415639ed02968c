// A listening server on a database of its own, and the writer's part of the story: rows are committed, then told.
import type { AddressInfo } from 'node:net'
import { type Client, createClient } from 'graphql-ws'
import WebSocket from 'ws'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { openTradesOf } from '#graphql/open-trades.ts'
import { CHANNELS } from '#notify/channels.ts'
import { type AppOptions, buildApp } from '#src/app.ts'
import { type BrokerStatus, type Bus, type BusEvent, openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { openTestDatabase } from './database.ts'

export interface Rows {
  readonly trades?: readonly StoredTrade[]
  readonly trajectory?: readonly (TrajectoryPoint & { seq: number })[]
  readonly alerts?: readonly StoredAlert[]
}

export interface TestServer extends AsyncDisposable {
  readonly db: Database
  readonly bus: Bus
  readonly url: string
  readonly socketUrl: string
  /** Subscriptions that are running. */
  readonly subscriptions: number
  /** What the writer does: commit, then tell. */
  write(rows: Rows): Promise<void>
  store(rows: Rows): Promise<void>
  tell(rows: Rows): void
  /** Asks over HTTP; throws where there are errors. */
  ask(query: string, variables?: object): Promise<Record<string, unknown>>
  post(body: unknown, headers?: Record<string, string>): Promise<Response>
  client(): Client
}

export const READY: BrokerStatus = {
  name: 'tws',
  state: 'READY',
  reason: 'caught up',
  since: Date.UTC(2026, 10, 20),
  host: '127.0.0.1',
  port: 4002,
  accounts: ['DU1'],
  marketTime: null,
  readOnly: true,
}

/** `remembers`: the open trades are kept in memory, as where the writer is. */
export async function openTestServer(options: Partial<AppOptions> = {}, { remembers = false } = {}): Promise<TestServer> {
  const db = await openTestDatabase()
  const bus = openBus()
  const open = remembers ? openTradesOf({ db, bus }) : null
  await open?.begin()
  const app = await buildApp({ db, bus, clock, brokers: () => [READY], channels: CHANNELS, ...(open === null ? {} : { open }), ...options })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/graphql`
  const clients: Client[] = []
  const store = (rows: Rows) => commitBatch(db, { ...EMPTY_BATCH, ...rows })
  const tell = (rows: Rows) => bus.publish(eventsOf(rows))
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) })
  return {
    db,
    bus,
    url,
    socketUrl: url.replace('http', 'ws'),
    get subscriptions() {
      return app.meter.subscriptions
    },
    store,
    tell,
    post,
    async write(rows) {
      await store(rows)
      tell(rows)
    },
    async ask(query, variables) {
      const answer = (await (await post({ query, variables })).json()) as { data?: Record<string, unknown>; errors?: unknown }
      if (answer.errors !== undefined || answer.data === undefined) throw new Error(JSON.stringify(answer.errors))
      return answer.data
    },
    client() {
      const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0, lazy: true })
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.dispose()
      await app.close()
      await db.close()
    },
  }
}

function eventsOf({ trades = [], trajectory = [], alerts = [] }: Rows): BusEvent[] {
  return [
    ...trades.map((trade): BusEvent => ({ kind: 'trade', seq: trade.seq, trade })),
    ...trajectory.map((point): BusEvent => ({ kind: 'trajectory', seq: point.seq, point })),
    ...alerts.map((alert): BusEvent => ({ kind: 'alert', seq: alert.seq, alert })),
  ]
}

/** Lets the processes and sockets of this machine get on until `true`; fails the test by its own timeout if never. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
