// TWS's codes: what each asks of us (reference, appendix D). Pure; what a message says besides its code is read where it matters.
import type { NoticeMeaning } from './port.ts'

/**
 * What one of TWS's codes asks of us. STOP: this request is over. RETRY: ask again later. LINE_LIMIT: too many prices at once. RESUBSCRIBE: every price request
 * must be made again. CATCH_UP: fills may have been missed. CLIENT_ID: the id is taken. RECONNECT: the session is over. KEEP: nothing to do.
 */
export const CODE_ACTIONS = ['KEEP', 'STOP', 'RETRY', 'LINE_LIMIT', 'RESUBSCRIBE', 'CATCH_UP', 'CLIENT_ID', 'RECONNECT', 'BUG'] as const
export type CodeAction = (typeof CODE_ACTIONS)[number]

export interface CodeClass {
  readonly action: CodeAction
  readonly meaning: NoticeMeaning
}

const KEEP: CodeClass = { action: 'KEEP', meaning: 'ADVICE' }
const STOP: CodeClass = { action: 'STOP', meaning: 'TROUBLE' }
const RETRY: CodeClass = { action: 'RETRY', meaning: 'TROUBLE' }
const RECONNECT: CodeClass = { action: 'RECONNECT', meaning: 'TROUBLE' }
const DEGRADED: CodeClass = { action: 'KEEP', meaning: 'DEGRADED' }
const MENDED: CodeClass = { action: 'KEEP', meaning: 'MENDED' }

/** Appendix D of the reference, as far as it concerns somebody who only listens. */
export const CODES: Readonly<Record<number, CodeClass>> = {
  100: { action: 'RETRY', meaning: 'DEGRADED' }, // too many messages a second
  101: { action: 'LINE_LIMIT', meaning: 'TROUBLE' },
  102: RETRY, // duplicate ticker id
  103: KEEP, // of orders: the id is an order's, never that of a request
  104: KEEP,
  110: KEEP,
  162: RETRY, // historical data: pacing, or none there
  165: KEEP,
  166: STOP,
  200: STOP, // no such contract, or several
  201: KEEP, // of orders, as 103
  202: KEEP,
  300: KEEP, // cancelled before TWS had made it
  320: STOP,
  321: STOP, // also 'the API is read-only': it ends its own request and nothing else
  322: STOP,
  326: { action: 'CLIENT_ID', meaning: 'TROUBLE' },
  354: STOP, // not subscribed
  366: KEEP,
  399: KEEP,
  420: RETRY,
  434: KEEP, // of orders, as 103
  492: KEEP,
  502: RECONNECT,
  503: RECONNECT,
  504: RECONNECT,
  505: { action: 'BUG', meaning: 'TROUBLE' }, // the client could not decode a message
  506: RECONNECT,
  507: RECONNECT,
  509: RECONNECT,
  1100: { action: 'KEEP', meaning: 'FEED_LOST' },
  1101: { action: 'RESUBSCRIBE', meaning: 'FEED_RESTORED' },
  1102: { action: 'CATCH_UP', meaning: 'FEED_RESTORED' },
  1300: RECONNECT,
  2100: DEGRADED, // another program follows the account, and we no longer
  2101: DEGRADED,
  2103: DEGRADED,
  2104: MENDED,
  2105: DEGRADED,
  2106: MENDED,
  2107: MENDED, // dormant: there on demand
  2108: MENDED,
  2110: { action: 'KEEP', meaning: 'FEED_LOST' },
  2119: KEEP,
  2157: DEGRADED,
  2158: MENDED,
  10089: STOP,
  10090: KEEP, // part of it is not subscribed: the rest comes
  10091: KEEP, // part of it, as 10090
  10147: KEEP, // of orders, as 103
  10148: KEEP,
  10167: KEEP, // delayed prices come instead
  10168: STOP,
  10186: STOP,
  10187: STOP, // no ticks of the past: bars may be there
  10189: STOP,
  10190: STOP,
  10197: RETRY, // a competing session of the same user
  10225: RETRY,
  10349: KEEP, // of orders, as 103
}

/** What to do about a code. One that nobody told us about ends the request it names, unless it calls itself a warning or is one of the 2100s. */
export function classify(code: number, message: string, requestId: number | null): CodeClass {
  const known = CODES[code]
  if (known !== undefined) return known
  if ((code >= 2100 && code < 3000) || requestId === null || /warning/i.test(message)) return KEEP
  return STOP
}

/** 'account data', 'pace', or the farm that a message names last: 'Market data farm connection is broken:usfarm'. null: it names none. */
export function brokenPart(code: number, message: string): string | null {
  if (code === 2100 || code === 2101) return ACCOUNT_DATA
  if (code === 100) return PACE
  return /[:.]\s*([\w-]+)\s*$/.exec(message)?.[1] ?? null
}

/** 'Error validating request: … API interface is currently in Read-Only mode', in answer to a request without a number. */
export function isReadOnly(code: number, message: string, requestId: number | null): boolean {
  return code === 321 && requestId === null && /read-only/i.test(message)
}

/** Why the prices of a contract stay away, with what to do about it where only a person can. */
export function whyNoPrices(code: number, message: string): string {
  return `${code} ${message}${code === 10197 ? ' (competing session: close the other login of this user)' : ''}`
}

export const ACCOUNT_DATA = 'account data'
export const PACE = 'pace'

/** 'TWS socket port has been reset … Please reconnect on the new port - 7497'; null: it names none. */
export function newPort(code: number, message: string): number | null {
  const port = Number(/(\d{2,5})\D*$/.exec(message)?.[1])
  return code === 1300 && port > 0 && port < 65_536 ? port : null
}
