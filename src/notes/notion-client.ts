// The way to Notion: its own client at one version of the API, at the pace it allows, and its troubles told apart by what to do about them.
// Never tries again by itself: a job does, which first looks what the unanswered request has done.
import { setTimeout as sleep } from 'node:timers/promises'
import { APIErrorCode, Client, isFullPage, isNotionClientError, LogLevel, type PageObjectResponse, RequestTimeoutError } from '@notionhq/client'
import type { Clock } from '#src/clock.ts'

export interface NotionOptions {
  readonly token: string
  readonly baseUrl: string
  readonly clock: Clock
  readonly timeoutMs?: number
  /** Requests a second, on average; Notion allows three. */
  readonly perSecond?: number
}

export type Notion = Client

const VERSION = '2026-03-11'
const PER_SECOND = 3
const TIMEOUT_MS = 60_000

/** A request the client would have sent without a part of it: a word of ours that Notion does not know. */
class UnknownParameter extends Error {}

export function openNotion({ token, baseUrl, clock, timeoutMs = TIMEOUT_MS, perSecond = PER_SECOND }: NotionOptions): Notion {
  const turn = pace(clock, 1000 / perSecond)
  return new Client({
    auth: token,
    baseUrl,
    notionVersion: VERSION,
    timeoutMs,
    retry: false,
    logLevel: LogLevel.WARN,
    logger: (_level, message, about) => {
      // The client would drop what it does not know and go on without it.
      if (message.includes('unknown parameters')) throw new UnknownParameter(`${message}: ${JSON.stringify(about)}`)
    },
    fetch: async (url, init) => {
      await turn()
      return fetch(url, init as RequestInit)
    },
  })
}

/** Lets one pass each `everyMs`, in the order of their coming. */
function pace(clock: Clock, everyMs: number): () => Promise<void> {
  let free = Number.NEGATIVE_INFINITY
  return async () => {
    const now = clock.monotonic()
    free = Math.max(now, free + everyMs)
    if (free > now) await sleep(free - now)
  }
}

export type NotionTrouble =
  /** Wait at least so long; nothing was done. */
  | { readonly kind: 'slow down'; readonly waitMs: number }
  /** Try again; nothing was done. */
  | { readonly kind: 'again' }
  /** Try again, but look first: it may have been done. */
  | { readonly kind: 'unanswered' }
  /** It is not there, or not shared with us. */
  | { readonly kind: 'missing' }
  /** Trying again changes nothing. */
  | { readonly kind: 'refused' }

const WAIT_MS = 1000

/** What an error of the client calls for. What is not Notion's (a bug, a database that is away) is null. */
export function troubleOf(error: unknown): NotionTrouble | null {
  if (error instanceof UnknownParameter) return null
  // A socket that broke: fetch says 'fetch failed', with the reason as its cause.
  if (error instanceof TypeError && error.cause !== undefined) return { kind: 'unanswered' }
  if (error instanceof Error && (error.name === 'AbortError' || error.message === 'terminated')) return { kind: 'unanswered' }
  if (!isNotionClientError(error)) return null
  if (RequestTimeoutError.isRequestTimeoutError(error)) return { kind: 'unanswered' }
  const status = 'status' in error ? error.status : 0
  if (status === 429 || status === 529 || error.code === APIErrorCode.RateLimited || error.code === APIErrorCode.ServiceOverload) {
    return { kind: 'slow down', waitMs: retryAfterMs('headers' in error ? error.headers : undefined) }
  }
  if (status === 409) return { kind: 'again' }
  if (status >= 500) return { kind: 'unanswered' }
  if (status === 404) return { kind: 'missing' }
  return { kind: 'refused' }
}

/** `Retry-After` is in whole seconds. */
function retryAfterMs(headers: unknown): number {
  const told = headers instanceof Headers ? Number(headers.get('retry-after')) : Number.NaN
  return Number.isFinite(told) && told > 0 ? told * 1000 : WAIT_MS
}

/** One line for a person. */
export function sayTrouble(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error)
}

/** A page as it is now; null where it is gone, in the trash or not ours to read. */
export async function livePage(notion: Notion, pageId: string): Promise<PageObjectResponse | null> {
  try {
    const page = await notion.pages.retrieve({ page_id: pageId })
    return isFullPage(page) && !page.in_trash ? page : null
  } catch (error) {
    if (troubleOf(error)?.kind === 'missing') return null
    throw error
  }
}
