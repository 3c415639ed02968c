// The Fastify plugin: `graphql(app, { db, bus, brokers })` serves the contract at /graphql over HTTP and WebSocket. Opens no port.
import type { FastifyInstance } from 'fastify'
import { GraphQLError } from 'graphql'
import { mercurius } from 'mercurius'
import { type Metrics, openMetrics } from '#src/metrics.ts'
import { openAnswers, watched } from './answers.ts'
import type { Caller } from './caller.ts'
import type { Context } from './context.ts'
import { openDocuments } from './document.ts'
import { openDoor } from './door.ts'
import { serveHttp } from './http.ts'
import { openLoaders } from './loaders.ts'
import { LIMITS } from './limits.ts'
import { type Meter, openMeter } from './meter.ts'
import { serveAltair } from './altair.ts'
import { serveExports } from './export.ts'
import { guard } from './guard.ts'
import { isOwnPage } from './origin.ts'
import type { RateLimit } from './rates.ts'
import { resolvers } from './resolvers.ts'
import { buildSchema } from './schema.ts'
import { serveSocket } from './socket.ts'
import type { Parts } from './parts.ts'

export interface GraphqlOptions extends Parts {
  /** How long a WebSocket client may wait with its init message. */
  readonly initWaitMs?: number
  /** How often a WebSocket client is asked whether it is still there; one that does not answer is cut off. */
  readonly keepAliveMs?: number
  /** Pages of these origins may ask and read, besides our own. */
  readonly origins?: readonly string[]
  /** How often one token may ask. */
  readonly rate?: RateLimit
  /** Who may read the whole schema: whoever shows a token and our own page, or everybody who may ask. */
  readonly introspection?: 'tokens' | 'open'
  /** Counts operations; a registry of its own where none is given. */
  readonly metrics?: Metrics
}

export interface GraphqlPlugin {
  readonly meter: Meter
  readonly connections: number
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What the contract counts of itself. */
    readonly meter: Meter
  }
}

const PATH = '/graphql'

export async function graphql(
  app: FastifyInstance,
  {
    db,
    bus,
    brokers,
    clock,
    open,
    channels,
    rehearse,
    draw,
    initWaitMs = 3_000,
    keepAliveMs = 12_000,
    origins = [],
    rate,
    introspection = 'tokens',
    metrics = openMetrics(),
  }: GraphqlOptions,
): Promise<GraphqlPlugin> {
  const schema = buildSchema(resolvers)
  const documents = openDocuments(schema)
  const meter = openMeter()
  const door = openDoor({ db, clock, origins, ...(rate === undefined ? {} : { rate }) })
  guard(app, door, origins)
  const mayReadSchema = ({ tokenId }: Caller) => introspection === 'open' || tokenId !== null
  const parts: Parts = {
    db,
    bus,
    brokers,
    clock,
    ...(open === undefined ? {} : { open }),
    ...(channels === undefined ? {} : { channels }),
    ...(rehearse === undefined ? {} : { rehearse }),
    ...(draw === undefined ? {} : { draw }),
  }
  const context = (caller: Caller, cache: boolean, reach: Parts = parts): Context => ({
    ...reach,
    meter,
    caller,
    loaders: openLoaders(reach, caller, { cache }),
  })

  await app.register(mercurius, {
    schema,
    jit: 1,
    subscription: false,
    routes: false,
    // Compiled forms are large; the operations of a few tools fit.
    cache: 100,
    graphql: { parseOptions: { maxTokens: LIMITS.tokens + 100 } },
    errorFormatter: ({ data, errors }) => ({ statusCode: 200, response: { data, errors } as never }),
  })
  serveHttp(app, {
    path: PATH,
    documents,
    door,
    metrics,
    clock,
    mayReadSchema: ({ caller, headers }) => mayReadSchema(caller) || isOwnPage(headers),
    answers: openAnswers(open),
    reach: () => watched(parts),
    run: async (source, variables, operationName, { caller }, { parts: reach }) => {
      try {
        return await app.graphql(source, { ...context(caller, true, reach) }, variables, operationName)
      } catch (error) {
        // Mercurius throws what is wrong with the variables, as a list, on one error.
        const { errors } = error as { errors?: unknown }
        if (Array.isArray(errors) && errors.every((one) => one instanceof GraphQLError)) return { errors }
        throw error
      }
    },
  })
  serveExports(app, db, door)
  await serveAltair(app, PATH)
  const socket = serveSocket(app, {
    path: PATH,
    schema,
    documents,
    meter,
    metrics,
    clock,
    initWaitMs,
    keepAliveMs,
    door,
    mayReadSchema,
    context: (caller) => context(caller, false),
  })
  app.decorate('meter', meter)
  return {
    meter,
    get connections() {
      return socket.connections
    },
  }
}
