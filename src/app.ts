// The Fastify server, built but not listening: the GraphQL contract, health and metrics. main.ts opens the port, if `refuseOpenHost` lets it.
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify'
import type { Parts } from '#graphql/context.ts'
import { isLoopback } from '#graphql/origin.ts'
import { type GraphqlOptions, type GraphqlPlugin, graphql } from '#graphql/plugin.ts'
import type { Database } from '#store/db.ts'
import { rowsOf } from '#store/sql.ts'
import { hasTokens } from '#store/tokens.ts'
import { HostRefused } from './errors.ts'

export interface AppOptions extends GraphqlOptions {
  /** Absent: nothing is logged. */
  readonly logger?: FastifyBaseLogger
}

/** Without authentication only this machine may read the account. Throws HostRefused for any other address. */
export function refuseOpenHost(host: string): void {
  if (!isLoopback(host)) throw new HostRefused(host)
}

/** Another address than loopback is served once there is a token to ask for. Throws HostRefused while there is none. */
export async function refuseHostWithoutTokens(host: string, db: Database): Promise<void> {
  if (!(await hasTokens(db))) refuseOpenHost(host)
}

export async function buildApp({ logger, ...parts }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    ajv: { customOptions: { coerceTypes: false } },
    // A port is not closed while a client keeps its connection for later.
    forceCloseConnections: 'idle',
    genReqId: () => crypto.randomUUID(),
  })
  const contract = await graphql(app, parts)
  serveHealth(app, parts)
  serveMetrics(app, parts, contract)
  return app
}

/** live: the process answers. ready: the database answers too; the broker is told of, but a broker away is no reason to send readers away. */
function serveHealth(app: FastifyInstance, { db, brokers }: Parts): void {
  app.get('/health/live', async () => ({ status: 'live' }))
  app.get('/health/ready', async (request, reply) => {
    const sessions = brokers().map(({ name, state, reason }) => ({ name, state, reason }))
    try {
      await rowsOf(db.pool, 'select 1')
      return { status: 'ready', database: 'answers', brokers: sessions }
    } catch (err) {
      request.log.error({ err }, 'the database does not answer')
      return reply.code(503).send({ status: 'not ready', database: 'does not answer', brokers: sessions })
    }
  })
}

/** Prometheus' text format, by hand until there is more to tell. */
function serveMetrics(app: FastifyInstance, { bus, brokers, clock }: Parts, contract: GraphqlPlugin): void {
  const started = clock.monotonic()
  app.get('/metrics', async (_, reply) => {
    const { rss, heapUsed } = process.memoryUsage()
    const gauges: readonly (readonly [name: string, kind: 'gauge' | 'counter', help: string, value: number])[] = [
      ['excursion_uptime_seconds', 'gauge', 'Seconds since the server was built.', Math.round((clock.monotonic() - started) / 1000)],
      ['excursion_memory_rss_bytes', 'gauge', 'Memory of the process.', rss],
      ['excursion_memory_heap_bytes', 'gauge', 'Memory in use by values.', heapUsed],
      ['excursion_bus_listeners', 'gauge', 'Who hears what is committed.', bus.listeners],
      ['excursion_websocket_connections', 'gauge', 'Open WebSocket connections.', contract.connections],
      ['excursion_subscriptions', 'gauge', 'Running subscriptions.', contract.meter.subscriptions],
      ['excursion_subscription_overflows_total', 'counter', 'Subscribers told to read again because they were too slow.', contract.meter.overflows],
      ['excursion_graphql_operations_total', 'counter', 'Operations run over HTTP.', contract.meter.operations],
    ]
    const lines = gauges.flatMap(([name, kind, help, value]) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, `${name} ${value}`])
    lines.push('# HELP excursion_broker_ready 1 while prices and executions come in.', '# TYPE excursion_broker_ready gauge')
    for (const { name, state } of brokers()) lines.push(`excursion_broker_ready{broker="${name}"} ${state === 'READY' ? 1 : 0}`)
    return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(`${lines.join('\n')}\n`)
  })
}
