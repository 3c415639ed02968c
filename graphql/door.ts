// The door: finds out who a request comes from, or why it may not come in. This machine needs no token; everybody else shows one.
import type { IncomingMessage } from 'node:http'
import type { Clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { tokenOf } from '#store/tokens.ts'
import { type Caller, LOOPBACK } from './caller.ts'
import type { ApiCode } from './errors.ts'
import { isLoopback, refusesHost, refusesOrigin } from './origin.ts'
import { openRates, type RateLimit } from './rates.ts'

export interface Refusal {
  readonly status: number
  readonly code: ApiCode
  readonly message: string
}

export interface Door {
  /** Of a request, or of an upgrade. A refusal names no secret. */
  let(request: IncomingMessage): Promise<Caller | Refusal>
  /** Of a page or a program that says its token inside the connection. */
  bearer(authorization: string): Promise<Caller | Refusal>
  /** Whether an upgrade without a token may wait for the one inside. */
  mayKnock(request: IncomingMessage): Refusal | null
  /** Counts one operation against the token's rate; null: it may run. */
  count(caller: Caller): Refusal | null
  /** False once the token was revoked. */
  stillValid(caller: Caller): Promise<boolean>
}

export interface DoorOptions {
  readonly db: Database
  readonly clock: Clock
  /** Pages of these origins may ask, too: 'https://dash.example'. */
  readonly origins?: readonly string[]
  readonly rate?: RateLimit
}

/** How long a token that was found is believed without looking again. */
const BELIEVED_MS = 1_000
const BELIEVED_MAX = 1_000

export function openDoor({ db, clock, origins = [], rate }: DoorOptions): Door {
  const believed = new Map<string, { caller: Caller; until: number }>()
  const rates = openRates(clock, rate)

  const bearer = async (authorization: string): Promise<Caller | Refusal> => {
    const [, secret] = /^Bearer ([\w-]{10,200})$/i.exec(authorization.trim()) ?? []
    if (secret === undefined) return unauthenticated("expected 'Authorization: Bearer …' with a token, found another text")
    const known = believed.get(secret)
    if (known !== undefined && known.until > clock.monotonic()) return known.caller
    believed.delete(secret)
    const token = await tokenOf(db, secret)
    if (token === null) return unauthenticated('expected a token of this server, found one that is unknown or revoked; `excursion token create` makes one')
    const caller: Caller = { name: `${token.id} ${token.name}`, tokenId: token.id, scopes: token.scopes, accounts: token.accounts }
    if (believed.size >= BELIEVED_MAX) believed.clear()
    believed.set(secret, { caller, until: clock.monotonic() + BELIEVED_MS })
    return caller
  }

  return {
    bearer,
    async let(request) {
      const { authorization } = request.headers
      const foreign = refusesOrigin(request.headers, origins)
      if (foreign !== null) return forbidden(foreign)
      if (authorization !== undefined) return bearer(authorization)
      if (!comesFromHere(request)) return unauthenticated("expected 'Authorization: Bearer …' with a token, found none; `excursion token create` makes one")
      const rebound = refusesHost(request.headers)
      return rebound === null ? LOOPBACK : forbidden(rebound)
    },
    mayKnock(request) {
      const foreign = refusesOrigin(request.headers, origins)
      if (foreign !== null) return forbidden(foreign)
      // On this machine a page whose own name points here is the danger; elsewhere a token must follow, which such a page does not have.
      const rebound = comesFromHere(request) ? refusesHost(request.headers) : null
      return rebound === null ? null : forbidden(rebound)
    },
    count(caller) {
      if (caller.tokenId === null || rates.take(caller.tokenId)) return null
      return {
        status: 429,
        code: 'RATE_LIMITED',
        message: `expected at most ${rates.limit.perSecond} operations a second with one token, found more; wait a second`,
      }
    },
    async stillValid({ tokenId }) {
      if (tokenId === null) return true
      return (await db.pool.query('select 1 from tokens where id = $1 and revoked_at is null', [tokenId])).rowCount === 1
    },
  }
}

/** A proxy on this machine speaks for others, and says so. */
function comesFromHere({ socket, headers }: IncomingMessage): boolean {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  return isLoopback(address) && headers['x-forwarded-for'] === undefined && headers['forwarded'] === undefined && headers['x-real-ip'] === undefined
}

function unauthenticated(message: string): Refusal {
  return { status: 401, code: 'UNAUTHENTICATED', message }
}

function forbidden(message: string): Refusal {
  return { status: 403, code: 'FORBIDDEN', message }
}
