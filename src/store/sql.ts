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

/** bigint comes as number, numeric as text in plain notation, timestamptz as epoch milliseconds. */
export async function rowsOf<Row extends pg.QueryResultRow>(sql: Sql, text: string, values: readonly unknown[] = []): Promise<Row[]> {
  const answer = await sql.query<Row>({ text, values: [...values], types })
  return answer.rows
}

/** The same rows as lists of values, for those who know the columns; with a name the server plans the statement once for each connection. */
export async function listsOf(sql: Sql, text: string, values: readonly unknown[], name?: string): Promise<unknown[][]> {
  const answer = await sql.query<unknown[]>({ text, values: [...values], types, rowMode: 'array', ...(name === undefined ? {} : { name }) })
  return answer.rows
}

/** The whole of `work` in one transaction on one connection; a failure rolls back and is thrown on. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  // A connection that dies between two of our statements tells so by an event; the next statement then fails, which is what we act on.
  client.on('error', ignore)
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((trouble: Error) => {
      broken = trouble
    })
    throw error
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}

function ignore(): void {}

/** '1.50' reads '1.5', '100' stays: numeric keeps the zeros it was given. */
export function stripZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** '2013-10-07 13:30:01.5+00', as every connection of ours prints it (UTC, ISO). */
export function readInstant(text: string): Instant {
  return Date.parse(`${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, 'Z')}`)
}

export function writeInstant(at: Instant): string
export function writeInstant(at: Instant | null | undefined): string | null
export function writeInstant(at: Instant | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString()
}

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
