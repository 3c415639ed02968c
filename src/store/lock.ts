// The writer lock: one process per database folds and writes derived rows. A PostgreSQL advisory lock on a connection of its own, so that
// it goes the moment its holder does. Never protects appended facts or decisions: those may be written by anybody.
import pg from 'pg'
import { type Database, LOCK_SPACE } from './db.ts'

export interface WriterLock extends AsyncDisposable {
  release(): Promise<void>
  /** Resolves, with the reason, when the lock is gone without having been released: its holder must stop writing at once. */
  readonly lost: Promise<Error>
}

const WRITER_LOCK = 2
/** How often the connection is asked whether it still lives: a cut cable says nothing by itself. */
const HEARTBEAT_MS = 5_000

/** The lock, or null where another holds it; with `wait`, resolves when the other lets go. */
export async function takeWriterLock(db: Database, options: { wait?: boolean } = {}): Promise<WriterLock | null> {
  const client = new pg.Client({ connectionString: db.url, keepAlive: true, application_name: 'excursion writer' })
  const lost = Promise.withResolvers<Error>()
  let released = false
  const lose = (reason: Error) => {
    if (!released) lost.resolve(reason)
  }
  client.on('error', lose)
  client.on('end', () => lose(new Error('the connection that held the writer lock was closed')))
  await client.connect()
  try {
    await client.query('set statement_timeout to 0; set lock_timeout to 0; set idle_session_timeout to 0')
    if (!(await takeLock(client, options.wait ?? false))) {
      released = true
      await client.end()
      return null
    }
  } catch (error) {
    released = true
    await client.end().catch(() => {})
    throw error
  }
  const heartbeat = setInterval(() => {
    const late = setTimeout(() => lose(new Error('the connection that holds the writer lock no longer answers')), HEARTBEAT_MS)
    client
      .query('select 1')
      .catch(lose)
      .finally(() => clearTimeout(late))
  }, HEARTBEAT_MS)
  heartbeat.unref()
  const release = async () => {
    if (released) return
    released = true
    clearInterval(heartbeat)
    await client.end().catch(() => {})
  }
  void lost.promise.then(() => clearInterval(heartbeat))
  return { release, lost: lost.promise, [Symbol.asyncDispose]: release }
}

/** Whether somebody holds it now. */
export async function hasWriter(db: Database): Promise<boolean> {
  const { rows } = await db.pool.query<{ held: boolean }>(
    `select exists (select from pg_locks where locktype = 'advisory' and granted and classid = $1::oid and objid = $2::oid
       and database = (select oid from pg_database where datname = current_database())) as held`,
    [LOCK_SPACE, WRITER_LOCK],
  )
  return rows[0]?.held === true
}

async function takeLock(client: pg.Client, wait: boolean): Promise<boolean> {
  if (wait) {
    await client.query('select pg_advisory_lock($1, $2)', [LOCK_SPACE, WRITER_LOCK])
    return true
  }
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [LOCK_SPACE, WRITER_LOCK])
  return rows[0]?.taken === true
}
