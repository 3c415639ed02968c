// Says every minute that the recorder lives, to somebody elsewhere who notices when it does not. Says nothing while the database is away: a recorder that
// cannot write is as good as dead.
import { send } from '#notify/post.ts'

export interface HeartbeatOptions {
  readonly url: string
  readonly everyMs?: number
  /** Throws where this process could not do its work. */
  isWell(): Promise<unknown>
  log(line: string): void
}

const EVERY_MS = 60_000
const TIMEOUT_MS = 10_000

export function openHeartbeat({ url, everyMs = EVERY_MS, isWell, log }: HeartbeatOptions): AsyncDisposable {
  const closing = new AbortController()
  let silent = false
  let beating: Promise<void> = Promise.resolve()
  const beat = async () => {
    try {
      await isWell()
      await send(url, {
        method: 'GET',
        headers: {},
        body: '',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
        secrets: [url],
        publicOnly: false,
      })
      if (silent) log('heartbeat: heard again')
      silent = false
    } catch (error) {
      // Once: whoever listens elsewhere notices by itself.
      if (!silent && !closing.signal.aborted) log(`heartbeat: ${error instanceof Error ? error.message : String(error)}; it goes on trying`)
      silent = true
    }
  }
  let beats = false
  const next = () => {
    // One after the other: what an earlier one finds would be said after what is so by now.
    if (beats) return
    beats = true
    beating = beat().finally(() => {
      beats = false
    })
  }
  next()
  const timer = setInterval(next, everyMs)
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      closing.abort()
      await beating
    },
  }
}
