// The Fastify server, built but not listening: the GraphQL contract, health and metrics. main.ts opens the port, if `refuseOpenHost` lets it.
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify'
import { statusFor } from '#graphql/caller.ts'
import { isLoopback } from '#graphql/origin.ts'
import type { Parts } from '#graphql/parts.ts'
import { type GraphqlOptions, type GraphqlPlugin, graphql } from '#graphql/plugin.ts'
import type { Database } from '#store/db.ts'
import { rowsOf } from '#store/sql.ts'
import { hasTokens } from '#store/tokens.ts'
import { HostRefused } from './errors.ts'
import { type Metrics, openMetrics } from './metrics.ts'

export interface AppOptions extends GraphqlOptions {
  /** Absent: nothing is logged. */
  readonly log?: (line: string) => void
}

/** Without authentication only this machine may read the account. Throws HostRefused for any other address. */
export function refuseOpenHost(host: string): void {
  if (!isLoopback(host)) throw new HostRefused(host)
}

/** Another address than loopback is served once there is a token to ask for. Throws HostRefused while there is none. */
export async function refuseHostWithoutTokens(host: string, db: Database): Promise<void> {
  if (!(await hasTokens(db))) refuseOpenHost(host)
}

export async function buildApp({ log, ...parts }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    ...(log === undefined ? {} : { loggerInstance: lineLogger(log) }),
    ajv: { customOptions: { coerceTypes: false } },
    // A port is not closed while a client keeps its connection for later.
    forceCloseConnections: 'idle',
    genReqId: () => crypto.randomUUID(),
  })
  const metrics = parts.metrics ?? openMetrics()
  const contract = await graphql(app, { ...parts, metrics })
  serveHealth(app, parts)
  serveMetrics(app, parts, contract, metrics)
  return app
}

/** live: the process answers. ready: the database answers too; the broker is told of, but a broker away is no reason to send readers away. */
function serveHealth(app: FastifyInstance, { db, brokers }: Parts): void {
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (request, reply) => {
    const sessions = brokers()
      .map((status) => statusFor(request.caller, status))
      .map(({ name, state, reason }) => ({ name, state, reason }))
    try {
      await rowsOf(db.pool, 'select 1')
      return { status: 'ready', database: 'answers', brokers: sessions }
    } catch (err) {
      request.log.error({ err }, 'the database does not answer')
      return reply.code(503).send({ status: 'not ready', database: 'does not answer', brokers: sessions })
    }
  })
}

/** Prometheus' text format: what was counted as it happened, and what is looked up when somebody asks. */
function serveMetrics(app: FastifyInstance, { bus, brokers, clock, db }: Parts, contract: GraphqlPlugin, metrics: Metrics): void {
  const started = clock.monotonic()
  const { meter } = contract
  const one = (read: () => number) => () => [{ value: read() }]
  metrics.watch(
    'excursion_uptime_seconds',
    'Seconds since the server was built.',
    one(() => Math.round((clock.monotonic() - started) / 1000)),
  )
  metrics.watch(
    'excursion_memory_rss_bytes',
    'Memory of the process.',
    one(() => process.memoryUsage.rss()),
  )
  metrics.watch(
    'excursion_memory_heap_bytes',
    'Memory in use by values.',
    one(() => process.memoryUsage().heapUsed),
  )
  metrics.watch(
    'excursion_bus_listeners',
    'Who hears what is committed.',
    one(() => bus.listeners),
  )
  metrics.watch(
    'excursion_websocket_connections',
    'Open WebSocket connections.',
    one(() => contract.connections),
  )
  metrics.watch(
    'excursion_subscriptions',
    'Running subscriptions.',
    one(() => meter.subscriptions),
  )
  metrics.watch(
    'excursion_subscription_events_total',
    'Events handed to subscribers.',
    one(() => meter.deliveries),
  )
  metrics.watch(
    'excursion_subscription_overflows_total',
    'Buffers dropped: subscribers told to read again because they were too slow.',
    one(() => meter.overflows),
  )
  metrics.watch('excursion_broker_ready', '1 while prices and executions come in.', () =>
    brokers().map(({ name, state }) => ({ labels: { broker: name }, value: state === 'READY' || state === 'BACKFILLING' ? 1 : 0 })),
  )
  metrics.watch('excursion_broker_state', '1 for the state that the session with the broker is in.', () =>
    brokers().map(({ name, state }) => ({ labels: { broker: name, state }, value: 1 })),
  )
  metrics.watch('excursion_market_lag_seconds', "The host's clock minus the market's, where it is known.", () =>
    brokers().flatMap(({ name, marketTime }) =>
      marketTime === null ? [] : [{ labels: { broker: name }, value: Math.round((clock.now() - marketTime) / 1000) }],
    ),
  )
  metrics.watch('excursion_stored_total', 'The last number given: arrival counts facts and marks, seq counts changes told.', async () =>
    (await rowsOf<{ key: string; value: number }>(db.pool, "select key, value from meta where key in ('arrival', 'seq')")).map(({ key, value }) => ({
      labels: { number: key },
      value,
    })),
  )
  metrics.watch('excursion_outbox_waiting', 'Effects that were committed and not handed over yet.', async () =>
    rowsOf<{ value: number }>(db.pool, 'select count(*) as value from outbox where done_at is null'),
  )
  metrics.watch('excursion_deliveries', 'Messages to channels by what became of them.', async () =>
    (
      await rowsOf<{ channel: string; state: string; value: number }>(
        db.pool,
        'select channel, state, count(*) as value from deliveries group by channel, state',
      )
    ).map(({ channel, state, value }) => ({ labels: { channel, state }, value })),
  )
  metrics.watch('excursion_delivery_overdue_seconds', 'How long the oldest message of a channel is due and not accepted.', async () =>
    (
      await rowsOf<{ channel: string; value: number }>(
        db.pool,
        `select channel, greatest(0, extract(epoch from now() - min(due_at)))::float8 as value from deliveries where state in ('WAITING', 'SENDING') group by channel`,
      )
    ).map(({ channel, value }) => ({ labels: { channel }, value })),
  )
  app.get('/metrics', async (_, reply) => reply.header('content-type', metrics.contentType).send(await metrics.text()))
}

/** Faults as lines of the service's own log, each with its request's id. */
function lineLogger(log: (line: string) => void, id = ''): FastifyBaseLogger {
  const say = (given: unknown, message?: string) => {
    const { err } = (typeof given === 'object' ? given : {}) as { err?: Error }
    log(`${id}${message ?? (typeof given === 'string' ? given : '')}${err === undefined ? '' : `: ${err.stack ?? err.message}`}`)
  }
  const silent = () => {}
  return {
    level: 'warn',
    fatal: say,
    error: say,
    warn: say,
    info: silent,
    debug: silent,
    trace: silent,
    silent,
    child: ({ reqId }: { reqId?: string }) => lineLogger(log, reqId === undefined ? id : `request ${reqId}: `),
  } as unknown as FastifyBaseLogger
}
