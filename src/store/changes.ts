// What is told between processes: 'there is something new, up to this number'. The news itself is read from the tables.
// Never carries data: a message may be lost with its connection, the rows are not.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Database } from './db.ts'
import type { Sql } from './sql.ts'

/** batch: the writer committed, `upTo` is a seq. facts: somebody else appended, `upTo` is an arrival. decisions: `upTo` is a decision's id. reconnected: anything may have been missed. */
export interface Change {
  readonly kind: 'batch' | 'facts' | 'decisions' | 'reconnected'
  readonly upTo: number
}

const CHANNEL = 'excursion'
const RETRY_MS = [100, 500, 1_000, 5_000] as const

/** Told when, and only if, the transaction commits. */
export async function notifyChanged(sql: Sql, change: Change): Promise<void> {
  await sql.query(...changed(change))
}

/** The statement that tells it. */
export function changed(change: Change): [text: string, values: unknown[]] {
  return ['select pg_notify($1, $2)', [CHANNEL, JSON.stringify(change)]]
}

/** Tells every change from now on; a lost connection is opened again, and then 'reconnected' says to look for oneself. */
export async function listen(db: Database, listener: (change: Change) => void): Promise<AsyncDisposable & { close(): Promise<void> }> {
  let closed = false
  let client = await open()
  let opening: Promise<void> | null = null

  async function open(): Promise<pg.Client> {
    const fresh = new pg.Client({ connectionString: db.url, keepAlive: true, application_name: 'excursion listener' })
    fresh.on('notification', ({ payload }) => {
      if (!closed && payload !== undefined) listener(JSON.parse(payload) as Change)
    })
    fresh.on('error', () => {})
    fresh.on('end', () => {
      if (!closed && fresh === client) opening = reopen()
    })
    await fresh.connect()
    await fresh.query(`listen ${CHANNEL}`)
    return fresh
  }

  async function reopen(): Promise<void> {
    for (let tries = 0; !closed; tries++) {
      await sleep(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)])
      try {
        const fresh = await open()
        if (closed) return await fresh.end()
        client = fresh
        return listener({ kind: 'reconnected', upTo: 0 })
      } catch {
        // The server is still away; the pool and the writer lock say so, this only waits.
      }
    }
  }

  const close = async () => {
    closed = true
    await opening
    await client.end().catch(() => {})
  }
  return { close, [Symbol.asyncDispose]: close }
}
