// One request over the network, and exactly what became of it. Built on node:https rather than fetch, because only there one sees whether the request
// ever left (a name that does not resolve is not a message that may have arrived), and the address that was checked is the one that is used.
// Never follows a redirect, never repeats anything, never says an address or a secret.
import { lookup as lookUp } from 'node:dns'
import { type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import type { Instant } from '#core/time.ts'
import type { DeliveryFailure } from '#core/delivery.ts'

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
  /** What must not be said again, should the receiver repeat it. */
  readonly secrets: readonly string[]
  /** Addresses of this machine and of networks behind a wall are refused. */
  readonly publicOnly: boolean
}

export interface Answer {
  readonly status: number
  readonly body: string
}

/** Nothing that came back is read beyond this. */
const ANSWER_MAX = 64 * 1024
export const TIMEOUT_MS = 10_000

/** The receiver answered, and did not accept. */
export class Refused extends Error {
  readonly status: number
  readonly body: string
  readonly retryAfter: string | null

  constructor(status: number, body: string, retryAfter: string | null) {
    super(`answered ${status}${oneLine(body) === '' ? '' : `: ${oneLine(body)}`}`)
    this.name = 'Refused'
    this.status = status
    this.body = body
    this.retryAfter = retryAfter
  }
}

/** No answer came. `left`: the request was on its way, so it may have arrived. */
export class Unanswered extends Error {
  readonly left: boolean
  readonly code: string

  constructor(left: boolean, code: string, trouble: string) {
    super(left ? `no answer (${trouble}); it may have arrived` : `could not be sent (${trouble})`)
    this.name = 'Unanswered'
    this.left = left
    this.code = code
  }
}

/** An address that is not asked at all. */
export class AddressRefused extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'AddressRefused'
  }
}

/** Resolves with an answer of 200 to 299. */
export async function send(address: string, { method, headers, body, signal, secrets, publicOnly }: Request): Promise<Answer> {
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new AddressRefused(`expected an address that starts with https://, found ${url.protocol}`)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (publicOnly && isIP(host) !== 0 && isPrivate(host)) throw privateAddress()
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest
  const options: RequestOptions = {
    method,
    headers: { 'user-agent': 'excursion', ...(method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}), ...headers },
    signal,
    // A connection of its own: one that was kept and died would leave it open whether the request had left.
    agent: false,
    ...(publicOnly ? { lookup: lookUpPublic } : {}),
  }
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  let left = false
  let answered = false
  const asking = open(url, options, (answer) => {
    answered = true
    readAnswer(answer).then((said) => {
      const text = secrets.filter((secret) => secret !== '').reduce((rest, secret) => rest.replaceAll(secret, '…'), said)
      const status = answer.statusCode ?? 0
      if (status >= 200 && status < 300) resolve({ status, body: text })
      else reject(new Refused(status, text, answer.headers['retry-after'] ?? null))
    }, reject)
  })
  asking.once('socket', (socket) => {
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      left = true
    })
  })
  asking.on('error', (error: NodeJS.ErrnoException) => {
    // Once a status has come, what happens to the rest of the answer changes nothing.
    if (answered) return
    if (error instanceof AddressRefused) reject(error)
    else if (signal.aborted) reject(new Unanswered(left, 'TIMEOUT', 'it took too long'))
    else reject(new Unanswered(left, error.code ?? 'UNKNOWN', error.code ?? 'unknown'))
  })
  asking.end(method === 'POST' ? body : undefined)
  return promise
}

/** What most receivers mean by their answers; a channel may know better. */
export function classify(error: unknown): DeliveryFailure {
  if (error instanceof AddressRefused) return 'permanent'
  if (error instanceof Unanswered) return error.left ? 'ambiguous' : 'retry'
  if (!(error instanceof Refused)) return 'ambiguous'
  const { status } = error
  // A gateway that gave up waiting does not know either.
  if (status === 502 || status === 504) return 'ambiguous'
  return status >= 500 || status === 408 || status === 425 || status === 429 ? 'retry' : 'permanent'
}

/** 'Retry-After: 120', or a date. */
export function retryAfter(error: unknown, now: Instant): number | null {
  if (!(error instanceof Refused) || error.retryAfter === null) return null
  const text = error.retryAfter.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

/** The first words of an answer, on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 200)
}

async function readAnswer(answer: IncomingMessage): Promise<string> {
  let text = ''
  answer.setEncoding('utf8')
  try {
    for await (const part of answer) {
      text += part
      if (text.length > ANSWER_MAX) break
    }
  } catch (error) {
    if (answer.statusCode === undefined) throw error
  }
  answer.destroy()
  return text.slice(0, ANSWER_MAX)
}

// --- addresses ---

const PRIVATE = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv6')

/** Loopback, link-local, private and multicast networks; an IPv4 address inside an IPv6 one is looked at as itself. */
export function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** The resolver of a request: what it checked is what is connected to, so a name cannot answer differently the second time. */
const lookUpPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0)
    if (addresses.some(({ address }) => isPrivate(address))) return callback(privateAddress(), '', 0)
    const first = addresses[0]
    if (options.all === true || first === undefined) return callback(null, addresses)
    return callback(null, first.address, first.family)
  })
}

function privateAddress(): AddressRefused {
  return new AddressRefused('expected a public address, found one of this machine or of a private network; set ALLOW_PRIVATE_WEBHOOKS=true if that is meant')
}
