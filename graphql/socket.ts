// GraphQL over WebSocket: graphql-transport-ws on the same path as HTTP. Takes the upgrade only from where it may come, never buffers for
// a slow reader (an operation's next result waits until the last one has left), and closes what it opened.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { type ExecutionArgs, GraphQLError, type GraphQLSchema } from 'graphql'
import { CloseCode, handleProtocols, makeServer } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Documents, operationOf } from './document.ts'
import { type ApiCode, apiError, formatError } from './errors.ts'
import { LIMITS } from './limits.ts'

export interface SocketOptions<C extends object> {
  readonly path: string
  readonly schema: GraphQLSchema
  readonly documents: Documents
  /** Why this upgrade is refused, or null. */
  refuses(request: IncomingMessage): string | null
  /** The context of one operation. */
  context(operationId: string): C
  /** How long a client may be silent before its init message, and between our ping and its pong. */
  readonly initWaitMs: number
  readonly keepAliveMs: number
}

export interface Socket {
  readonly connections: number
}

/** How long a client may take to say goodbye when the server closes. */
const GOODBYE_MS = 500
const CLOSE_GOING_AWAY = 1001

export function serveSocket<C extends object>(app: FastifyInstance, options: SocketOptions<C>): Socket {
  const { path, schema, documents, refuses, context } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LIMITS.messageBytes, handleProtocols })
  let operations = 0

  const prepare = (
    source: string,
    operationName: string | null | undefined,
    variables: Record<string, unknown> | null | undefined,
  ): ExecutionArgs | GraphQLError[] => {
    const document = documents.parsed(source)
    if (document instanceof GraphQLError) return [coded(document, 'GRAPHQL_PARSE_FAILED')]
    const faults = documents.faults(document)
    if (faults.length > 0) return faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED'))
    if (operationOf(document, operationName) === null) return [apiError('BAD_USER_INPUT', 'expected operationName to pick one of the operations, found none')]
    const contextValue = context(`ws-${++operations}`)
    return { schema, document, operationName, variableValues: variables, contextValue, rootValue: {} }
  }
  const format = (errors: readonly GraphQLError[], code: ApiCode) =>
    errors.map((error) => formatError(error, code, `ws-${operations}`, (err) => app.log.error({ err }, 'graphql fault')))

  const server = makeServer({
    schema,
    connectionInitWaitTimeout: options.initWaitMs,
    onSubscribe: (connection, _id, { query, operationName, variables }) => {
      if (Object.keys(connection.subscriptions).length > LIMITS.subscriptionsPerConnection) {
        return [apiError('RATE_LIMITED', `expected at most ${LIMITS.subscriptionsPerConnection} operations at a time on one connection, found more`)]
      }
      return prepare(query, operationName, variables)
    },
    onError: (_connection, _id, _payload, errors) => format(errors, 'BAD_USER_INPUT'),
    onNext: (_connection, _id, _payload, _args, { errors, ...result }) => {
      if (errors === undefined) return undefined
      return { ...result, errors: format(errors, result.data === undefined ? 'BAD_USER_INPUT' : 'INTERNAL') }
    },
  })

  // The library's own binding to `ws` prints what clients do wrong on the console; this one closes with the code of the protocol and says it to the log.
  const speak = (socket: WebSocket) => {
    let answered = true
    const heartbeat = setInterval(() => {
      if (!answered) return socket.terminate()
      answered = false
      socket.ping()
    }, options.keepAliveMs)
    const failed = (err: Error) => {
      app.log.debug({ err }, 'websocket error')
      const unexpected = err.message.startsWith('Unexpected message')
      socket.close(unexpected ? CloseCode.BadRequest : CloseCode.InternalServerError, unexpected ? 'Invalid message received' : 'Internal server error')
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
      undefined,
    )
    socket.on('pong', () => {
      answered = true
    })
    // A broken frame: `ws` closes the connection by itself, with the right code.
    socket.on('error', (err) => app.log.debug({ err }, 'websocket error'))
    socket.once('close', (code, reason) => {
      clearInterval(heartbeat)
      closed(code, String(reason)).catch((err: Error) => app.log.error({ err }, 'a subscription did not end'))
    })
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?', 1)[0] !== path) return reject(socket, '404 Not Found', 'there is no WebSocket here')
    const refused = refuses(request)
    if (refused !== null) return reject(socket, '403 Forbidden', refused)
    if (sockets.clients.size >= LIMITS.connections) return reject(socket, '503 Service Unavailable', 'too many connections')
    sockets.handleUpgrade(request, socket, head, speak)
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

function coded(error: GraphQLError, code: ApiCode): GraphQLError {
  if (error.extensions['code'] === undefined) error.extensions['code'] = code
  return error
}

function reject(socket: Duplex, status: string, why: string): void {
  // Whoever is refused may be gone already; nobody else listens to this socket's errors.
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(why)}\r\n\r\n${why}`)
}
