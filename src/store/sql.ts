// How raw SQL is spoken here: one way to read rows, one way to write instants and JSON. Knows no table.
import pg from 'pg'
import type { Instant } from '#core/time.ts'

/** A pool, or a client inside a transaction. */
export type Sql = pg.Pool | pg.ClientBase

const INT8 = 20
const NUMERIC = 1700
const TIMESTAMPTZ = 1184

// Given to each query of ours and never set on the pool, which BullMQ shares and reads with the usual parsers.
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return Number
    if (oid === NUMERIC) return stripZeros
    if (oid === TIMESTAMPTZ) return readInstant
    return pg.types.getTypeParser(oid, format as 'text')
  }) as pg.CustomTypesConfig['getTypeParser'],
}

/**
 * bigint comes as number, numeric as text in plain notation, timestamptz as epoch milliseconds. With a name the server plans the statement once for each
 * connection.
 */
export async function rowsOf<Row extends pg.QueryResultRow>(sql: Sql, text: string, values: readonly unknown[] = [], name?: string): Promise<Row[]> {
  const answer = await sql.query<Row>({ text, values: [...values], types, ...(name === undefined ? {} : { name }) })
  return answer.rows
}

/** The same rows as lists of values, for those who know the columns. */
export async function listsOf(sql: Sql, text: string, values: readonly unknown[], name?: string): Promise<unknown[][]> {
  const answer = await sql.query<unknown[]>({ text, values: [...values], types, rowMode: 'array', ...(name === undefined ? {} : { name }) })
  return answer.rows
}

/**
 * A pool of connections. One that dies while somebody holds it, between two statements, tells so by an event, and an event that nobody hears ends the
 * process: here it is heard, and the next statement fails, which is what is acted on.
 */
export function heard(config: pg.PoolConfig & { onConnect(client: pg.ClientBase): Promise<void> }): pg.Pool {
  return new pg.Pool(config).on('connect', (client) => client.on('error', ignore))
}

/** The whole of `work` in one transaction on one connection, begun by `begin`; a failure rolls back and is thrown on. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, begin = 'begin'): Promise<T> {
  return undoing(pool, async (client) => {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  })
}

/** `work`, which begins and commits by itself, on one connection; a failure rolls back and is thrown on. */
export async function undoing<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    return await work(client)
  } catch (error) {
    await client.query('rollback').catch((trouble: Error) => {
      broken = trouble
    })
    throw error
  } finally {
    client.release(broken)
  }
}

function ignore(): void {}

/** '1.50' reads '1.5', '100' stays: numeric keeps the zeros it was given. */
export function stripZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** '2013-10-07 13:30:01.5+00', as every connection of ours prints it (UTC, ISO). They come in thousands, most of one day: it is read once. */
export function readInstant(text: string): Instant {
  const day = text.slice(0, 10)
  if (text[10] !== ' ' || text[13] !== ':' || !text.endsWith('+00')) return Date.parse(`${day}T${text.slice(11).replace(/\+00$/, 'Z')}`)
  if (day !== read.day) read = { day, at: Date.parse(`${day}T00:00:00Z`) }
  const seconds = (numberAt(text, 11) * 60 + numberAt(text, 14)) * 60 + numberAt(text, 17)
  const fraction =
    text.length > SECONDS_END + 3
      ? Number(
          text
            .slice(SECONDS_END + 1, -3)
            .padEnd(3, '0')
            .slice(0, 3),
        )
      : 0
  return read.at + seconds * 1000 + fraction
}

const SECONDS_END = 'YYYY-MM-DD hh:mm:ss'.length
const ZERO = 48
let read = { day: '', at: Number.NaN }

/** Two digits. */
function numberAt(text: string, place: number): number {
  return (text.charCodeAt(place) - ZERO) * 10 + text.charCodeAt(place + 1) - ZERO
}

export function writeInstant(at: Instant): string
export function writeInstant(at: Instant | null | undefined): string | null
export function writeInstant(at: Instant | null | undefined): string | null {
  if (at === null || at === undefined) return null
  // Rows of a batch share their second: its text is made once.
  const second = Math.floor(at / 1000)
  if (second !== written.second) written = { second, text: new Date(second * 1000).toISOString().slice(0, -4) }
  return `${written.text}${String(at - second * 1000).padStart(3, '0')}Z`
}

let written = { second: Number.NaN, text: '' }

/** JSON that jsonb accepts: it has no NUL and no half of a surrogate pair, which brokers have been seen to send. */
export function writeJson(value: unknown): string {
  const text = JSON.stringify(value)
  return text.includes('\\u0000') || text.includes('\\ud') ? JSON.stringify(wellFormed(value)) : text
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd')
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wellFormed(item)]))
  return value
}
