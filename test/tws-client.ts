// A TWS client for tests: the real library, with every event kept in the order it came. Any error 505 fails the test that closes it.
import { EventName, IBApi } from '@stoqey/ib'
import assert from 'node:assert/strict'

// biome-ignore lint/suspicious/noExplicitAny: the library's events carry anything
type Heard = { readonly event: string; readonly args: readonly any[] }

export interface TwsClient extends AsyncDisposable {
  readonly api: IBApi
  readonly heard: readonly Heard[]
  /** The arguments of every event of that name so far. */
  all(event: string): Heard['args'][]
  /** Resolves with the first event of that name, past or future, that passes. */
  next(event: string, passes?: (...args: Heard['args']) => boolean): Promise<Heard['args']>
  close(): Promise<void>
}

const DECODE_ERROR = 505

/** Connects; resolves once ids are told, unless `waits` is false. */
export async function connectTws(port: number, clientId: number, options: { waits?: boolean } = {}): Promise<TwsClient> {
  const api = new IBApi({ host: '127.0.0.1', port, clientId, maxReqPerSec: 10_000 })
  const heard: Heard[] = []
  const listeners = new Set<(heard: Heard) => void>()
  for (const event of Object.values(EventName)) {
    if (['all', 'result', 'received', 'sent'].includes(event)) continue
    api.on(event as EventName.all, (...args: unknown[]) => {
      const one = { event, args }
      heard.push(one)
      for (const listener of listeners) listener(one)
    })
  }
  const client: TwsClient = {
    api,
    heard,
    all: (event) => heard.filter((one) => one.event === event).map((one) => one.args),
    next(event, passes = () => true) {
      return new Promise((resolve) => {
        const look = (one: Heard) => {
          if (one.event !== event || !passes(...one.args)) return false
          listeners.delete(look)
          resolve(one.args)
          return true
        }
        if (!heard.some(look)) listeners.add(look)
      })
    },
    async close() {
      const connected = api.isConnected
      if (connected) {
        const gone = client.next('disconnected')
        api.disconnect()
        await gone
      }
      const unread = client.all('error').filter(([, code]) => code === DECODE_ERROR)
      assert.deepEqual(
        unread.map(([error]) => String(error)),
        [],
        'the client could not decode a message',
      )
    },
    [Symbol.asyncDispose]: () => client.close(),
  }
  api.connect()
  if (options.waits !== false) await client.next('nextValidId')
  return client
}
