// GraphQL over HTTP: one route that keeps to the specification (media types, status codes, GET for queries only) and hands the operation to
// Mercurius, which caches, compiles and runs it. Mercurius' own route is not used: it coerces parameters and answers errors its own way.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ExecutionResult, GraphQLError, type OperationTypeNode } from 'graphql'
import { type Documents, nameOfOperation, operationOf } from './document.ts'
import type { Answers, Reached } from './answers.ts'
import type { Clock } from '#src/clock.ts'
import type { Metrics } from '#src/metrics.ts'
import type { Door } from './door.ts'
import { type ApiCode, apiError, formatError } from './errors.ts'
import { LIMITS } from './limits.ts'
import { refusesBlindGet } from './origin.ts'

export interface HttpOptions {
  readonly path: string
  readonly documents: Documents
  readonly door: Door
  readonly metrics: Metrics
  readonly clock: Clock
  /** Whether this caller may read the whole schema. */
  mayReadSchema(request: FastifyRequest): boolean
  readonly answers: Answers
  /** What one operation may reach for. */
  reach(): Reached
  /** Runs an operation whose document is known to be valid. */
  run(
    source: string,
    variables: Record<string, unknown>,
    operationName: string | undefined,
    request: FastifyRequest,
    reached: Reached,
  ): Promise<ExecutionResult>
}

interface Parameters {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Record<string, unknown>
}

const RESPONSE_JSON = 'application/graphql-response+json'

export function serveHttp(app: FastifyInstance, { path, documents, door, metrics, clock, mayReadSchema, answers, reach, run }: HttpOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    bodyLimit: LIMITS.bodyBytes,
    handler: async (request, reply) => {
      const blind = request.method === 'GET' ? refusesBlindGet(request.headers) : null
      if (blind !== null) return refuse(request, reply, 400, 'BAD_REQUEST', blind)
      const parameters = readParameters(request)
      if ('refused' in parameters) return refuse(request, reply, 400, 'BAD_REQUEST', parameters.refused)
      const { query, operationName, variables } = parameters
      const document = documents.parsed(query)
      if (document instanceof GraphQLError) return answerFaults(request, reply, [document], 'GRAPHQL_PARSE_FAILED')
      const faults = documents.faults(document)
      if (faults.length > 0) return answerFaults(request, reply, faults, 'GRAPHQL_VALIDATION_FAILED')
      const operation = operationOf(document, operationName)
      if (operation === null) return answerFaults(request, reply, [unknownOperation(operationName)], 'BAD_USER_INPUT')
      const allowed = allows(request.method, operation)
      if (allowed !== null) return refuse(request, reply.header('allow', 'POST'), 405, 'METHOD_NOT_ALLOWED', allowed)
      if (documents.readsSchema(document) && !mayReadSchema(request)) return refuse(request, reply, 403, 'FORBIDDEN', NO_SCHEMA)
      const late = door.count(request.caller)
      if (late !== null) return refuse(request, reply.header('retry-after', '1'), late.status, late.code, late.message)
      const started = clock.monotonic()
      const told = (outcome: 'ok' | 'error') => metrics.operation(operation, nameOfOperation(document, operationName), outcome, clock.monotonic() - started)
      // Who may see the same and asks the same.
      const { accounts, scopes } = request.caller
      const question = JSON.stringify([accounts, scopes, operationName, variables, query])
      const known = operation === 'query' ? answers.find(question) : null
      if (known !== null) {
        told('ok')
        return send(request, reply, 200, known)
      }
      const tooMuch = documents.tooMuch(document, operationName, variables)
      if (tooMuch !== null) return answerFaults(request, reply, [tooMuch], 'QUERY_TOO_COMPLEX')
      // The compiled form is kept under the text alone, so the text must name the operation where a document holds several.
      const source = operationName === undefined ? query : `${query}\n#${operationName}`
      const reached = reach()
      const result = await run(source, variables, operationName, request, reached)
      told(result.errors === undefined ? 'ok' : 'error')
      if (result.data === undefined) return answerFaults(request, reply, result.errors ?? [], 'BAD_USER_INPUT')
      if (result.errors !== undefined) return answer(request, reply, 200, { errors: format(request, result.errors, 'INTERNAL'), data: result.data })
      const text = JSON.stringify({ data: result.data })
      if (operation === 'query') answers.keep(question, reached, text)
      return send(request, reply, 200, text)
    },
    errorHandler: (error: FastifyError, request, reply) => {
      const status = error.statusCode ?? 500
      if (status < 500) return refuse(request, reply, status, CODES[status] ?? 'BAD_REQUEST', unreadable(error, request))
      return answer(request, reply, 500, { errors: format(request, [new GraphQLError('internal error', { originalError: error })], 'INTERNAL') })
    },
  })
}

export const NO_SCHEMA =
  'expected a token to read the whole schema, found none; `excursion token create` makes one, and EXCURSION_INTROSPECTION=open lets every program of this machine read it'

const CODES: Readonly<Record<number, ApiCode>> = { 413: 'PAYLOAD_TOO_LARGE', 415: 'UNSUPPORTED_MEDIA_TYPE' }
const AN_OBJECT = 'expected a JSON object such as {"query":"…"}'

/** Why a body could not be read, in our words where we know the case. */
function unreadable({ code, message }: FastifyError, { headers }: FastifyRequest): string {
  switch (code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return `${AN_OBJECT}, found a text that is no JSON`
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return `${AN_OBJECT}, found an empty body`
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return `expected content-type 'application/json', found '${headers['content-type'] ?? ''}'`
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return `expected a body of at most ${LIMITS.bodyBytes} bytes, found more`
    default:
      return message
  }
}

/** The request's parameters, each of the type the specification gives it; nothing is coerced. */
function readParameters(request: FastifyRequest): Parameters | { refused: string } {
  const given: Record<string, unknown> = { ...((request.method === 'POST' ? request.body : request.query) as Record<string, unknown> | null) }
  if (request.method === 'POST' && !isMap(request.body)) return { refused: `${AN_OBJECT}, found ${nameOf(request.body)}` }
  if (request.method !== 'POST') {
    for (const name of ['variables', 'extensions']) {
      if (given[name] === undefined || given[name] === '') given[name] = undefined
      else if (typeof given[name] !== 'string') return { refused: `expected ${name} once, as JSON, found ${nameOf(given[name])}` }
      else {
        try {
          given[name] = JSON.parse(given[name])
        } catch {
          return { refused: `expected ${name} as JSON, found a text that is none` }
        }
      }
    }
    if (given['operationName'] === '') given['operationName'] = undefined
  }
  const { query, operationName = null, variables = null, extensions = null } = given
  if (typeof query !== 'string' || query === '') return { refused: `expected query to be a GraphQL document, found ${nameOf(query)}` }
  if (operationName !== null && typeof operationName !== 'string') return { refused: `expected operationName to be a text, found ${nameOf(operationName)}` }
  if (variables !== null && !isMap(variables)) return { refused: `expected variables to be an object, found ${nameOf(variables)}` }
  if (extensions !== null && !isMap(extensions)) return { refused: `expected extensions to be an object, found ${nameOf(extensions)}` }
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} }
}

function allows(method: string, operation: OperationTypeNode): string | null {
  if (operation === 'subscription') return 'expected a query or a mutation, found a subscription; subscribe over the WebSocket at the same path'
  return method !== 'POST' && operation !== 'query' ? 'expected a query, found a mutation; send it by POST' : null
}

function unknownOperation(name: string | undefined): GraphQLError {
  return apiError(
    'BAD_USER_INPUT',
    name === undefined
      ? 'expected operationName to pick one of the operations, found none'
      : 'expected operationName to be one of the operations, found another',
  )
}

/** The document cannot be run: 400 where the caller speaks the newer media type, 200 where only plain JSON. */
function answerFaults(request: FastifyRequest, reply: FastifyReply, faults: readonly GraphQLError[], code: ApiCode) {
  return answer(request, reply, mediaType(request) === RESPONSE_JSON ? 400 : 200, { errors: format(request, faults, code) })
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, code: ApiCode, message: string) {
  return answer(request, reply, status, { errors: format(request, [apiError(code, message)], code) })
}

function answer(request: FastifyRequest, reply: FastifyReply, status: number, body: object) {
  return send(request, reply, status, JSON.stringify(body))
}

function send(request: FastifyRequest, reply: FastifyReply, status: number, text: string) {
  return reply
    .code(status)
    .header('content-type', `${mediaType(request)}; charset=utf-8`)
    .header('vary', 'accept, origin')
    .send(text)
}

function format(request: FastifyRequest, errors: readonly GraphQLError[], code: ApiCode) {
  return errors.map((error) => formatError(error, code, request.id, (err) => request.log.error({ err }, 'graphql fault')))
}

/** The newer media type only for those who name it. */
function mediaType(request: FastifyRequest): string {
  const accepts = (request.headers.accept ?? '').split(',').map((part) => part.trim())
  const named = (type: string) => accepts.find((part) => part.split(';', 1)[0]?.trim().toLowerCase() === type)
  const weight = (part: string | undefined) => (part === undefined ? 0 : Number(/;\s*q=([\d.]+)/.exec(part)?.[1] ?? 1))
  const newer = weight(named(RESPONSE_JSON))
  return newer > 0 && newer >= weight(named('application/json')) ? RESPONSE_JSON : 'application/json'
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(value: unknown): string {
  return value === undefined || value === '' ? 'none' : value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
