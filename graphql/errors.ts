// What a caller is told when something goes wrong: a stable code, a message, and for faults of ours only an id to look for in the log.
// Never a stack trace, never the words of an error nobody wrote for a caller.
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { ExcursionError } from '#src/errors.ts'

/** Every code in `extensions.code`. Codes are promises: listed in the docs, never reused. Besides these the EXC_… codes of operational troubles. */
export const API_CODES = {
  BAD_REQUEST: 'the HTTP request is no GraphQL request',
  METHOD_NOT_ALLOWED: 'GET serves queries only; subscriptions are served over the WebSocket',
  UNSUPPORTED_MEDIA_TYPE: 'the body is not application/json',
  PAYLOAD_TOO_LARGE: 'the body is larger than allowed',
  GRAPHQL_PARSE_FAILED: 'the document is not GraphQL, or longer than allowed',
  GRAPHQL_VALIDATION_FAILED: 'the document does not fit the schema',
  QUERY_TOO_COMPLEX: 'the document asks for too much at once: too deep, too many aliases or directives, or too many things to look up',
  BAD_USER_INPUT: 'a variable or an argument has a value that is not allowed',
  NOT_FOUND: 'what is asked for, or to be changed, does not exist',
  RATE_LIMITED: 'too many at once: operations of one token, connections, or subscriptions of one connection',
  UNAUTHENTICATED: 'a token is needed from here, and none that is valid was shown',
  FORBIDDEN: 'the caller may not do this',
  INTERNAL: 'a fault of ours; the log says more under extensions.requestId',
} as const
export type ApiCode = keyof typeof API_CODES

export function apiError(code: ApiCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } })
}

/** Something a caller can mend, for a payload's userErrors; `path` leads to it inside the input. */
export function userError(code: 'BAD_USER_INPUT' | 'NOT_FOUND' | 'FORBIDDEN', message: string, ...path: string[]) {
  return { code, message, path: ['input', ...path] }
}

/** The error as it is sent. `tell` hears of every fault of ours, whole. */
export function formatError(error: GraphQLError, fallback: ApiCode, requestId: string, tell: (error: unknown) => void): GraphQLFormattedError {
  const { path, locations } = error.toJSON()
  const place = { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) }
  const told = wordsOf(error, fallback)
  if (told !== null) return { message: told.message, ...place, extensions: { code: told.code } }
  tell(error.originalError ?? error)
  return { message: 'internal error', ...place, extensions: { code: 'INTERNAL', requestId } }
}

/** What may be said of an error, or null where it was not written for a caller. */
function wordsOf(error: GraphQLError, fallback: ApiCode): { code: string; message: string } | null {
  const { originalError, message } = error
  // The compiled form of an operation makes errors of its own, without extensions.
  const given: unknown = (error.extensions as GraphQLError['extensions'] | undefined)?.['code']
  if (originalError instanceof ExcursionError) return { code: originalError.code, message: originalError.message }
  if (originalError instanceof GraphQLError) return wordsOf(originalError, fallback)
  if (originalError !== undefined && originalError !== null && given === undefined) {
    return isUnstorable(originalError)
      ? { code: 'BAD_USER_INPUT', message: 'expected values the database can hold, found a NUL character or a cursor of another list' }
      : null
  }
  const code = typeof given === 'string' && given in API_CODES ? given : fallback
  // The library's suggestions spell out the schema to whoever guesses at it.
  return code === 'INTERNAL' ? null : { code, message: message.replace(/ ?Did you mean .*\?$/s, '') }
}

/** PostgreSQL's class 22, 'data exception': the caller's value is none of the column's. It stands on the error or on its cause. */
function isUnstorable(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  return [code, cause?.code].some((one) => typeof one === 'string' && /^22\w{3}$/.test(one))
}
