// GraphQL over WebSocket: graphql-transport-ws on the same path as HTTP. Lets in whom the door lets in, never buffers for
// a slow reader (an operation's next result waits until the last one has left), and closes what it opened.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '#src/clock.ts'
import type { Metrics } from '#src/metrics.ts'
import type { Caller } from './caller.ts'
import { openChannels, type Wire } from './channel.ts'
import { type Documents, nameOfOperation, operationOf } from './document.ts'
import type { Door } from './door.ts'
import { type ApiCode, apiError, formatError } from './errors.ts'
import { NO_SCHEMA } from './http.ts'
import { LIMITS } from './limits.ts'
import type { Meter } from './meter.ts'

export interface SocketOptions<C extends object> {
  readonly path: string
  readonly schema: GraphQLSchema
  readonly documents: Documents
  readonly door: Door
  mayReadSchema(caller: Caller): boolean
  /** The context of one operation. */
  context(caller: Caller): C
  readonly meter: Meter
  readonly metrics: Metrics
  readonly clock: Clock
  /** How long a client may be silent before its init message, and between our ping and its pong. */
  readonly initWaitMs: number
  readonly keepAliveMs: number
}

export interface Socket {
  readonly connections: number
}

interface Extra {
  /** Null until a token was said inside the connection. */
  caller: Caller | null
  readonly wire: Wire
}

/** What an operation is run with, whose it is, and when it was asked for. */
interface OwnedArgs extends ExecutionArgs {
  readonly joining: { readonly extra: Extra; readonly id: string; readonly source: string }
  readonly startedAt: number
}

/** How long a client may take to say goodbye when the server closes. */
const GOODBYE_MS = 500
const CLOSE_GOING_AWAY = 1001
/** The protocol's own code for a fault, 4500, makes clients give up for good; most faults pass, as a database that starts again does. */
const CLOSE_TRY_AGAIN_LATER = 1013

export function serveSocket<C extends object>(app: FastifyInstance, options: SocketOptions<C>): Socket {
  const { path, schema, documents, door, context, clock, metrics } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.messageBytes, handleProtocols })
  /** Whose token is still to come. */
  const strangers = new Set<Extra>()

  const prepare = (
    caller: Caller,
    source: string,
    operationName: string | null | undefined,
    variables: Record<string, unknown> | null | undefined,
  ): ExecutionArgs | GraphQLError[] => {
    const document = documents.parsed(source)
    if (document instanceof GraphQLError) return [coded(document, 'GRAPHQL_PARSE_FAILED')]
    const faults = documents.faults(document)
    if (faults.length > 0) return faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED'))
    if (operationOf(document, operationName) === null) return [apiError('BAD_USER_INPUT', 'expected operationName to pick one of the operations, found none')]
    if (documents.readsSchema(document) && !options.mayReadSchema(caller)) return [apiError('FORBIDDEN', NO_SCHEMA)]
    const late = door.count(caller)
    if (late !== null) return [apiError(late.code, late.message)]
    const tooMuch = documents.tooMuch(document, operationName, variables ?? {})
    if (tooMuch !== null) return [tooMuch]
    return { schema, document, operationName, variableValues: variables ?? {}, contextValue: context(caller), rootValue: {} }
  }
  const format = (errors: readonly GraphQLError[], code: ApiCode) =>
    errors.map((error) => {
      const reqId = crypto.randomUUID()
      return formatError(error, code, reqId, (err) => app.log.child({ reqId }).error({ err }, 'graphql fault'))
    })
  const count = ({ document, operationName }: ExecutionArgs, outcome: 'ok' | 'error', milliseconds: number | null) =>
    metrics.operation(operationOf(document, operationName) ?? 'query', nameOfOperation(document, operationName), outcome, milliseconds)

  const print = ({ errors, ...result }: ExecutionResult) => JSON.stringify(errors === undefined ? result : { ...result, errors: format(errors, 'INTERNAL') })
  const channels = openChannels(options.meter, print)

  const server = makeServer<{ authorization?: unknown }, Extra>({
    schema,
    connectionInitWaitTimeout: options.initWaitMs,
    // A browser cannot put its token into the upgrade: it says it here. False closes with 4403.
    onConnect: async ({ connectionParams, extra }) => {
      const authorization = connectionParams?.authorization
      if (typeof authorization === 'string') {
        const caller = await door.bearer(authorization)
        if ('status' in caller) return false
        extra.caller = caller
        strangers.delete(extra)
      }
      return extra.caller !== null
    },
    subscribe: async (args) => {
      const { extra, id, source } = (args as OwnedArgs).joining
      const joined = await channels.join({ args, audience: JSON.stringify(extra.caller?.accounts ?? null), source, id, wire: extra.wire })
      if (Symbol.asyncIterator in joined) count(args, 'ok', null)
      return joined
    },
    onSubscribe: (connection, id, { query, operationName, variables }) => {
      if (Object.keys(connection.subscriptions).length > LIMITS.subscriptionsPerConnection) {
        return [apiError('RATE_LIMITED', `expected at most ${LIMITS.subscriptionsPerConnection} operations at a time on one connection, found more`)]
      }
      const { caller } = connection.extra
      if (caller === null) return [apiError('UNAUTHENTICATED', 'expected a token, found none')]
      const args = prepare(caller, query, operationName, variables)
      return Array.isArray(args) ? args : { ...args, joining: { extra: connection.extra, id, source: query }, startedAt: clock.monotonic() }
    },
    onError: (_connection, _id, _payload, errors) => format(errors, 'BAD_USER_INPUT'),
    // What a subscription tells goes to the wire by itself: here comes what is answered once.
    onNext: (_connection, _id, _payload, args, { errors, ...result }) => {
      count(args, errors === undefined ? 'ok' : 'error', clock.monotonic() - (args as OwnedArgs).startedAt)
      if (errors === undefined) return undefined
      return { ...result, errors: format(errors, result.data === undefined ? 'BAD_USER_INPUT' : 'INTERNAL') }
    },
  })

  // The library's own binding to `ws` prints what clients do wrong on the console; this one closes with the code of the protocol and says it to the log.
  const speak = (socket: WebSocket, line: Duplex, caller: Caller | null) => {
    const extra: Extra = { caller, wire: wireOf(socket, line) }
    if (caller === null) strangers.add(extra)
    let answered = true
    const heartbeat = setInterval(() => {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
      void stillWelcome(extra, socket)
    }, options.keepAliveMs)
    const failed = (err: Error) => {
      if (err.message.startsWith('Unexpected message')) return socket.close(CloseCode.BadRequest, 'Invalid message received')
      app.log.error({ err }, 'a WebSocket message could not be answered')
      return socket.close(CLOSE_TRY_AGAIN_LATER, 'Try again later')
    }
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) return resolve()
            socket.send(data, (err) => (err ? reject(err) : resolve()))
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (hear) => {
          socket.on('message', (data) => void hear(String(data)).catch(failed))
        },
      },
      extra,
    )
    socket.on('pong', () => {
      answered = true
    })
    // A broken frame: `ws` closes the connection by itself, with the right code.
    socket.on('error', (err) => app.log.debug({ err }, 'websocket error'))
    socket.once('close', (code, reason) => {
      clearInterval(heartbeat)
      strangers.delete(extra)
      closed(code, String(reason)).catch((err: Error) => app.log.error({ err }, 'a subscription did not end'))
    })
  }

  /** Whoever lost its token loses its connection. */
  const stillWelcome = async ({ caller }: Extra, socket: WebSocket) => {
    try {
      if (caller !== null && !(await door.stillValid(caller))) socket.close(CloseCode.Forbidden, 'Forbidden')
    } catch (err) {
      app.log.debug({ err }, 'a token could not be looked up')
    }
  }

  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    if (request.url?.split('?', 1)[0] !== path) return reject(socket, '404 Not Found', `expected the WebSocket at ${path}, found another address`)
    const refused = door.mayKnock(request)
    if (refused !== null) return reject(socket, '403 Forbidden', refused.message)
    if (sockets.clients.size >= LIMITS.connections) return reject(socket, '503 Service Unavailable', tooMany(LIMITS.connections, 'connections'))
    const caller = await door.let(request)
    const waits = 'status' in caller
    if (waits && request.headers.authorization !== undefined) return reject(socket, '401 Unauthorized', caller.message)
    if (waits && strangers.size >= LIMITS.strangers) return reject(socket, '503 Service Unavailable', tooMany(LIMITS.strangers, 'connections without a token'))
    sockets.handleUpgrade(request, socket, head, (opened) => speak(opened, socket, waits ? null : caller))
  }
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const gone = () => socket.destroy()
    socket.once('error', gone)
    upgrade(request, socket, head)
      .catch((err: Error) => {
        app.log.error({ err }, 'an upgrade failed')
        reject(socket, '500 Internal Server Error', 'internal error')
      })
      .finally(() => socket.off('error', gone))
  }
  app.server.on('upgrade', onUpgrade)
  app.addHook('preClose', async () => {
    app.server.off('upgrade', onUpgrade)
    for (const client of sockets.clients) client.close(CLOSE_GOING_AWAY, 'Going away')
    const impatient = setTimeout(() => {
      for (const client of sockets.clients) client.terminate()
    }, GOODBYE_MS)
    await new Promise((resolve) => sockets.close(resolve))
    clearTimeout(impatient)
  })
  return {
    get connections() {
      return sockets.clients.size
    },
  }
}

/** Texts of one turn leave together; what cannot leave is counted, not waited for. */
function wireOf(socket: WebSocket, line: Duplex): Wire {
  let corked = false
  const listeners = new Set<() => void>()
  line.on('drain', () => {
    for (const listener of [...listeners]) listener()
  })
  return {
    get backlog() {
      return socket.bufferedAmount
    },
    send(text) {
      if (socket.readyState !== socket.OPEN) return
      if (!corked) {
        corked = true
        line.cork()
        process.nextTick(() => {
          corked = false
          line.uncork()
        })
      }
      socket.send(text)
    },
    onDrain(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function coded(error: GraphQLError, code: ApiCode): GraphQLError {
  if (error.extensions['code'] === undefined) error.extensions['code'] = code
  return error
}

function tooMany(most: number, what: string): string {
  return `expected at most ${most} ${what}, found more; try again later`
}

function reject(socket: Duplex, status: string, why: string): void {
  // Whoever is refused may be gone already; nobody else listens to this socket's errors.
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(why)}\r\n\r\n${why}`)
}
