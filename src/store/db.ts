// The database: where it is, that it is there, that its tables are ours. A PostgreSQL of the user's own, or the one that comes along.
// Never knows what the tables mean; that is said by the files named after them.
import { join } from 'node:path'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type pg from 'pg'
import * as schema from '#drizzle/schema.ts'
import { DatabaseTooOld, DatabaseUnreachable } from '#src/errors.ts'
import { startEmbedded, type Embedded } from './embedded.ts'
import { heard, rowsOf } from './sql.ts'

export interface Database extends AsyncDisposable {
  readonly pool: pg.Pool
  readonly orm: NodePgDatabase<typeof schema>
  readonly url: string
  /** True: the PostgreSQL that comes along. */
  readonly embedded: boolean
  /** True: this process started that PostgreSQL (or took it over from one that died) and stops it on close. */
  readonly startedHere: boolean
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** null: the PostgreSQL that comes along, started or attached to. */
  readonly url: string | null
  /** The data folder (EXCURSION_HOME); only looked at without a url. */
  readonly home: string
  log(line: string): void
}

const MIGRATIONS = join(import.meta.dirname, '../../drizzle/migrations')
const VERSION_MIN = 150_000
/** Advisory locks are named by two numbers; the first says they are ours. */
export const LOCK_SPACE = 0x65786375
const MIGRATION_LOCK = 1
const CONNECT_MS_MAX = 10_000

/** Opens the database and brings its tables up to date; two processes opening at once migrate one after the other. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const embedded = options.url === null ? await startEmbedded(options.home, options.log) : null
  try {
    return await openPool(embedded?.url ?? (options.url as string), embedded, options.log)
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

async function openPool(url: string, embedded: Embedded | null, log: (line: string) => void): Promise<Database> {
  const pool = heard({
    connectionString: url,
    max: 16,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    application_name: 'excursion',
    // Instants are read as text: every connection prints them in UTC and ISO, whatever the server's defaults.
    onConnect: async (client: pg.ClientBase) => {
      await client.query("set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set extra_float_digits to 1")
    },
  })
  let closing: Promise<void> | null = null
  // On the way out the server may go before the last socket does: that is no loss.
  pool.on('error', (error) => closing === null && log(`a connection to the database was lost (${error.message}); the next statement opens another`))
  try {
    await checkServer(pool, url)
    await migrateUnderLock(pool, url)
  } catch (error) {
    await pool.end()
    throw error
  }
  const close = () => {
    closing ??= pool.end().then(() => embedded?.stop())
    return closing
  }
  return {
    pool,
    orm: drizzle(pool, { schema }),
    url,
    embedded: embedded !== null,
    startedHere: embedded?.startedHere ?? false,
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function checkServer(pool: pg.Pool, url: string): Promise<void> {
  let server: { number: string; text: string } | undefined
  try {
    const rows = await rowsOf<{ number: string; text: string }>(
      pool,
      "select current_setting('server_version_num') as number, current_setting('server_version') as text",
    )
    server = rows[0]
  } catch (error) {
    throw new DatabaseUnreachable(addressOf(url), error)
  }
  if (server === undefined || Number(server.number) < VERSION_MIN) throw new DatabaseTooOld(addressOf(url), `PostgreSQL ${server?.text ?? 'unknown'}`)
}

async function migrateUnderLock(pool: pg.Pool, url: string): Promise<void> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('select pg_advisory_lock($1, $2)', [LOCK_SPACE, MIGRATION_LOCK])
    await client.query('set client_min_messages to warning')
    await migrate(drizzle(client), { migrationsFolder: MIGRATIONS })
  } catch (error) {
    broken = error as Error
    // Drizzle wraps what the server said ('permission denied for schema public') around the statement; the reason is the cause.
    throw new DatabaseUnreachable(addressOf(url), broken.cause ?? broken)
  } finally {
    // A broken connection is closed, and its lock goes with it.
    if (broken === undefined) await client.query('reset client_min_messages; select pg_advisory_unlock_all()')
    client.release(broken)
  }
}

/** Nobody listens, the line was cut, the server shuts down, restarts, or has that database no longer. */
const GONE: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '57P01', '57P02', '57P03', '3D000'])

/** What there is to say where the server went away amid the work; null: it is another trouble. */
export function goneAway({ url }: Pick<Database, 'url'>, error: unknown): DatabaseUnreachable | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (GONE.has((cause as NodeJS.ErrnoException).code ?? '') || cause.message.startsWith('Connection terminated'))
      return new DatabaseUnreachable(addressOf(url), cause)
  return null
}

/** 'postgres://user@host:5432/name', without the password. */
function addressOf(url: string): string {
  try {
    const { protocol, username, host, pathname } = new URL(url)
    return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`
  } catch {
    return 'DATABASE_URL'
  }
}
