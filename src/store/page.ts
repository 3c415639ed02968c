// Relay pages: a cursor is the sort key of its row, so a page goes on where the last one ended whatever was written in between.
// Never counts all rows: whether there is more is known by asking for one row more than wanted.
import { and, asc, desc, eq, gt, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { AnyColumn } from 'drizzle-orm'
import { parseDecimal } from '#core/decimal.ts'
import { type Connection, type Direction, type Page, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from '#core/query.ts'

/** A column to sort by. Unknown (null) values come last in either direction. */
export interface SortKey {
  readonly column: AnyColumn
  readonly direction: Direction
  /** True where the column may be null. */
  readonly nullable?: boolean
}

export type KeyValue = string | number | null

/** What a page asks of the database: conditions, an order and a limit. */
export interface PageQuery {
  readonly where: SQL | undefined
  readonly orderBy: SQL[]
  readonly limit: number
}

/** The last of `keys` must be unique. A cursor that is none of ours reads as no cursor. */
export function pageQuery(page: Page, keys: readonly SortKey[]): PageQuery {
  const after = cursorOf(page.after, keys)
  const before = cursorOf(page.before, keys)
  const backward = isBackward(page)
  // Said of all columns or of none, as the indexes are written: only then is the order read from one of them, in either direction.
  const nulls = keys.some(({ nullable }) => nullable) ? sql.raw(backward ? ' nulls first' : ' nulls last') : sql.raw('')
  return {
    where: and(after === null ? undefined : beyond(keys, after, true), before === null ? undefined : beyond(keys, before, false)),
    orderBy: keys.map(({ column, direction }) => {
      const ascending = (direction === 'ASC') !== backward
      return sql`${ascending ? asc(column) : desc(column)}${nulls}`
    }),
    limit: sizeOf(page) + 1,
  }
}

/** What such a query finds among rows that are in memory, in the order of its (so many) keys; `compare` places a row before (below 0) or after a cursor. */
export function pageOfRows<Row>(page: Page, keys: number, rows: readonly Row[], compare: (row: Row, cursor: readonly KeyValue[]) => number): Row[] {
  const after = readCursor(page.after, keys)
  const before = readCursor(page.before, keys)
  const from = after === null ? 0 : firstBeyond(rows, (row) => compare(row, after) > 0)
  const until = before === null ? rows.length : firstBeyond(rows, (row) => compare(row, before) >= 0)
  const limit = sizeOf(page) + 1
  return isBackward(page) ? rows.slice(Math.max(from, until - limit), until).reverse() : rows.slice(from, Math.min(until, from + limit))
}

function firstBeyond<Row>(rows: readonly Row[], isBeyond: (row: Row) => boolean): number {
  const found = rows.findIndex(isBeyond)
  return found === -1 ? rows.length : found
}

/** The rows of such a query as a Relay connection. */
export function connectionOf<Row, Node>(
  page: Page,
  rows: readonly Row[],
  nodeOf: (row: Row) => Node,
  keysOf: (row: Row) => readonly KeyValue[],
): Connection<Node> {
  const backward = isBackward(page)
  const size = sizeOf(page)
  const more = rows.length > size
  const shown = rows.slice(0, size)
  if (backward) shown.reverse()
  const edges = shown.map((row) => ({ cursor: writeCursor(keysOf(row)), node: nodeOf(row) }))
  return {
    edges,
    pageInfo: {
      // In the direction not asked for, a cursor is itself the sign that there is something on its other side.
      hasNextPage: backward ? isGiven(page.before) : more,
      hasPreviousPage: backward ? more : isGiven(page.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

/** One of a list in another order is none of this one's. */
function cursorOf(cursor: string | null | undefined, keys: readonly SortKey[]): KeyValue[] | null {
  const values = readCursor(cursor, keys.length)
  return values?.every((value, n) => canBe(value, keys[n] as SortKey)) === true ? values : null
}

function canBe(value: KeyValue, { column, nullable = false }: SortKey): boolean {
  if (value === null) return nullable
  switch (column.getSQLType()) {
    case 'text':
      return typeof value === 'string'
    case 'numeric':
      return typeof value === 'string' && parseDecimal(value) !== null
    default:
      return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= INSTANT_MAX
  }
}

/** The last millisecond there is a date for. */
const INSTANT_MAX = 8.64e15

function isBackward(page: Page): boolean {
  return isGiven(page.last) && !isGiven(page.first)
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined
}

function sizeOf(page: Page): number {
  const wanted = page.first ?? page.last ?? PAGE_SIZE_DEFAULT
  return Math.max(0, Math.min(wanted, PAGE_SIZE_MAX))
}

/** Rows after (or before) the place that `values` names, key by key: a later first key, or the same and a later second … */
function beyond(keys: readonly SortKey[], values: readonly KeyValue[], forward: boolean): SQL | undefined {
  const [first] = keys
  if (first !== undefined && keys.length > 1 && keys.every(({ nullable, direction }) => !nullable && direction === first.direction)) {
    // One comparison of rows, which an index jumps to.
    const columns = sql.join(
      keys.map(({ column }) => sql`${column}`),
      sql`, `,
    )
    const place = sql.join(
      keys.map(({ column }, n) => sql`${sql.param(values[n], column)}`),
      sql`, `,
    )
    return sql`(${columns}) ${sql.raw((first.direction === 'ASC') === forward ? '>' : '<')} (${place})`
  }
  const [key, ...restKeys] = keys
  const [value, ...restValues] = values
  if (key === undefined || value === undefined) return sql`false`
  const { column, direction, nullable = false } = key
  const same = restKeys.length === 0 ? undefined : beyond(restKeys, restValues, forward)
  if (value === null) {
    const sameNull = same === undefined ? undefined : and(isNull(column), same)
    return forward ? (sameNull ?? sql`false`) : or(isNotNull(column), sameNull)
  }
  const further = (direction === 'ASC') === forward ? gt(column, value) : lt(column, value)
  const equal = same === undefined ? undefined : and(eq(column, value), same)
  return or(further, equal, nullable && forward ? isNull(column) : undefined)
}

function writeCursor(values: readonly KeyValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** The key values a cursor stands for; null where it is none of `length` keys. */
export function readCursor(cursor: string | null | undefined, length: number): KeyValue[] | null {
  if (!isGiven(cursor)) return null
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    const known = Array.isArray(values) && values.length === length && values.every((value) => value === null || ['string', 'number'].includes(typeof value))
    return known ? (values as KeyValue[]) : null
  } catch {
    return null
  }
}
