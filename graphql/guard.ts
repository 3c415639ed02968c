// Stands before every route: lets in whom the door lets in, tells the others why not, and says to browsers which pages may read the answer.
// Behind them it keeps what goes wrong to itself: whatever the address, a fault of ours is told by its id alone.
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { GraphQLError } from 'graphql'
import { type Caller, NOBODY } from './caller.ts'
import type { Door, Refusal } from './door.ts'
import { formatError } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. */
    caller: Caller
  }
}

/** Say nothing of any account: whoever watches the process may ask. */
const OPEN: ReadonlySet<string> = new Set(['/health/live', '/health/ready'])
const PREFLIGHT_SECONDS = '600'

export function guard(app: FastifyInstance, door: Door, origins: readonly string[]): void {
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    const invited = origin !== undefined && origins.includes(origin.toLowerCase())
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'x-request-id': request.id })
    reply.header('cross-origin-resource-policy', invited ? 'cross-origin' : 'same-origin')
    if (invited) reply.headers({ 'access-control-allow-origin': origin, vary: 'origin', 'access-control-expose-headers': 'x-request-id, retry-after' })
    if (invited && request.method === 'OPTIONS') return preflight(reply)
    if (OPEN.has(request.url)) {
      request.caller = NOBODY
      return undefined
    }
    const caller = await door.let(request.raw)
    if ('status' in caller) return refuse(reply, caller)
    request.caller = caller
    return undefined
  })
  app.setNotFoundHandler(({ method, url }, reply) => {
    const found = `${method} ${url.split('?', 1)[0]}`
    return refuse(reply, { status: 404, code: 'NOT_FOUND', message: `expected an address of this server, such as /graphql, found '${found}'` })
  })
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode: status = 500, message } = error
    if (status < 500) return refuse(reply, { status, code: 'BAD_REQUEST', message })
    const fault = new GraphQLError('internal error', { originalError: error })
    return reply.code(500).send({ errors: [formatError(fault, 'INTERNAL', request.id, (err) => request.log.error({ err }, 'a fault'))] })
  })
}

function preflight(reply: FastifyReply) {
  return reply
    .headers({
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, accept',
      'access-control-max-age': PREFLIGHT_SECONDS,
    })
    .code(204)
    .send()
}

export function refuse(reply: FastifyReply, { status, code, message }: Refusal) {
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  if (status === 429) reply.header('retry-after', '1')
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] })
}
