// The Flex Web Service: asks for a statement of a query, waits until it is made, fetches it. Two steps: SendRequest → reference, GetStatement → XML.
// Never follows a redirect, never says an address: the token stands in it. Parses no statement (flex.ts does), stores nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import { XMLParser } from 'fast-xml-parser'
import type { Clock } from '#src/clock.ts'
import { FlexFailed } from '#src/errors.ts'

export interface FlexWebOptions {
  /** The address both steps are below, without a slash at its end. */
  readonly baseUrl: string
  readonly token: string
  readonly clock: Clock
  readonly patience?: Partial<FlexPatience>
}

export interface FlexPatience {
  /** One request, its answer read to the end. */
  readonly timeoutMs: number
  /** Pauses between asking and asking again, the last one for ever. */
  readonly pausesMs: readonly number[]
  /** From the first step on. */
  readonly giveUpMs: number
  /** Between two requests, and of how many within which time. */
  readonly intervalMs: number
  readonly perWindowMax: number
  readonly windowMs: number
}

/** The service allows one request a second and ten a minute for a token; a statement takes seconds to minutes. */
const PATIENCE: FlexPatience = {
  timeoutMs: 60_000,
  pausesMs: [2_000, 4_000, 8_000, 16_000, 20_000],
  giveUpMs: 5 * 60_000,
  intervalMs: 1_000,
  perWindowMax: 10,
  windowMs: 60_000,
}

export interface FlexWeb {
  /** The statement's XML. Throws FlexFailed, which says whether trying later can help. */
  statement(queryId: string): Promise<string>
  /** Only the first step: whether token and query are taken. */
  check(queryId: string): Promise<void>
}

export function openFlexWeb(options: FlexWebOptions): FlexWeb {
  const patience = { ...PATIENCE, ...options.patience }
  const service = new Service(options, patience)
  const request = async (queryId: string) => {
    const answer = await service.ask(`${options.baseUrl}/SendRequest`, queryId)
    if (answer.kind === 'reference') return answer
    throw answer.kind === 'refused' ? answer.error : new FlexFailed('expected a reference code, found a statement; the next turn asks again', true)
  }
  /** Asks again and again, a pause before each time after the first, while the service says that this may help. */
  const patiently = async <T>(ask: () => Promise<T>, givesUpAt: number): Promise<T> => {
    for (let turn = 0; ; turn++) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof FlexFailed && error.again) || options.clock.monotonic() >= givesUpAt) throw error
      }
      await sleep(patience.pausesMs[Math.min(turn, patience.pausesMs.length - 1)])
    }
  }
  return {
    async statement(queryId) {
      const givesUpAt = options.clock.monotonic() + patience.giveUpMs
      const { reference, url } = await patiently(() => request(queryId), givesUpAt)
      const address = isTrusted(url, options.baseUrl) ? url : `${options.baseUrl}/GetStatement`
      return patiently(async () => {
        const answer = await service.ask(address, reference)
        if (answer.kind === 'statement') return answer.xml
        throw answer.kind === 'refused' ? answer.error : new FlexFailed('expected a statement, found another reference code', true)
      }, givesUpAt)
    },
    async check(queryId) {
      await request(queryId)
    },
  }
}

type Answer =
  | { readonly kind: 'reference'; readonly reference: string; readonly url: string }
  | { readonly kind: 'statement'; readonly xml: string }
  | { readonly kind: 'refused'; readonly error: FlexFailed }

class Service {
  readonly #options: FlexWebOptions
  readonly #patience: FlexPatience
  readonly #askedAt: number[] = []

  constructor(options: FlexWebOptions, patience: FlexPatience) {
    this.#options = options
    this.#patience = patience
  }

  async ask(address: string, q: string): Promise<Answer> {
    await this.#turn()
    const { token } = this.#options
    const url = new URL(address)
    for (const [name, value] of Object.entries({ t: token, q, v: '3' })) url.searchParams.set(name, value)
    let response: Response
    let text: string
    try {
      // The service refuses whoever does not say a name.
      response = await fetch(url, {
        headers: { 'user-agent': 'excursion' },
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#patience.timeoutMs),
      })
      text = await response.text()
    } catch (error) {
      return refused(`no answer (${troubleOf(error)})`, true)
    }
    if (!response.ok) return refused(`an answer of ${response.status}`, response.status >= 500 || response.status === 429)
    return readAnswer(text, token)
  }

  /** Waits until the pace allows one more. */
  async #turn(): Promise<void> {
    const { clock } = this.#options
    const wait = waitMs(this.#askedAt, clock.monotonic(), this.#patience)
    if (wait > 0) await sleep(wait)
    this.#askedAt.push(clock.monotonic())
    if (this.#askedAt.length > this.#patience.perWindowMax) this.#askedAt.shift()
  }
}

/** How long the next request has to wait, after those that went out at these instants. */
export function waitMs(askedAt: readonly number[], now: number, pace: Pick<FlexPatience, 'intervalMs' | 'perWindowMax' | 'windowMs'>): number {
  const last = askedAt.at(-1)
  const oldest = askedAt.at(-pace.perWindowMax)
  return Math.max(0, last === undefined ? 0 : last + pace.intervalMs - now, oldest === undefined ? 0 : oldest + pace.windowMs - now)
}

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false })

function readAnswer(text: string, token: string): Answer {
  // A statement may be large: it is recognised by its first element and parsed where it is read.
  if (/^\s*(<\?xml[^>]*>\s*)?<FlexQueryResponse[\s>]/.test(text)) return { kind: 'statement', xml: text }
  let read: Record<string, unknown> | undefined
  try {
    read = (parser.parse(text, true) as { FlexStatementResponse?: Record<string, unknown> }).FlexStatementResponse
  } catch {
    read = undefined
  }
  if (read === undefined) return refused('neither a statement nor an answer of the service', true)
  const of = (name: string) => (read[name] === undefined ? '' : String(read[name]).trim())
  const reference = of('ReferenceCode')
  if (of('ErrorCode') === '' && reference !== '') return { kind: 'reference', reference, url: of('Url') }
  const code = Number(of('ErrorCode'))
  const said = of('ErrorMessage').replaceAll(token, '…').slice(0, 200)
  const known = CODES[code]
  const remedy = known === undefined || known === 'again' ? '' : `; ${REMEDIES[known]}`
  return refused(`${code || 'no code'}${said === '' ? '' : ` (${said})`}`, known === undefined || known === 'again', remedy)
}

function refused(found: string, again: boolean, remedy = ''): Answer {
  return {
    kind: 'refused',
    error: new FlexFailed(`expected a statement of the Flex Web Service, found ${found}${remedy || (again ? '; the next turn asks again' : '')}`, again),
  }
}

/** What the service's codes call for. A code that is not here is tried again: it gives up by itself. */
const CODES: Readonly<Record<number, 'again' | keyof typeof REMEDIES>> = {
  1001: 'again',
  1003: 'query',
  1004: 'again',
  1005: 'again',
  1006: 'again',
  1007: 'again',
  1008: 'again',
  1009: 'again',
  1010: 'query',
  1011: 'token',
  1012: 'token',
  1013: 'token',
  1014: 'query',
  1015: 'token',
  1016: 'query',
  1017: 'reference',
  1018: 'again',
  1019: 'again',
  1020: 'token',
  1021: 'again',
}

const REMEDIES = {
  token: 'make a new token in Client Portal (Performance & Reports, Flex Queries, Flex Web Service) and set FLEX_TOKEN',
  query: 'set FLEX_QUERY_ID to the number of an Activity or Trade Confirmation Flex query of this account',
  reference: 'the statement is asked for anew the next time',
} as const

/** The service names where to fetch; only it itself is told the token. */
function isTrusted(url: string, baseUrl: string): boolean {
  if (!URL.canParse(url)) return false
  const [named, base] = [new URL(url), new URL(baseUrl)]
  return named.origin === base.origin || (base.hostname.endsWith(BROKER) && named.protocol === 'https:' && named.hostname.endsWith(BROKER))
}

const BROKER = '.interactivebrokers.com'

/** By code only: a message may name the address. */
function troubleOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it took too long'
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined
  return typeof cause?.code === 'string' ? cause.code : 'the connection failed'
}
