// The day's reviews as they were made. Saving one twice is saving it once; the numbers in it are the review's, not the store's.
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Connection, Page } from '#core/query.ts'
import type { Day, Instant } from '#core/time.ts'
import { reviews } from '#drizzle/schema.ts'
import type { Database } from './db.ts'
import { connectionOf, pageQuery, type SortKey } from './page.ts'
import { rowsOf, writeJson } from './sql.ts'

export interface StoredReview {
  readonly id: number
  readonly day: Day
  /** null: all accounts together. */
  readonly account: string | null
  readonly body: unknown
  /** The card as Markdown, and where it was written. */
  readonly card: string | null
  readonly path: string | null
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export type NewReview = Pick<StoredReview, 'day' | 'account' | 'body' | 'card' | 'path'>

/** One row a day and account: a later review of the same day takes the place of the earlier. */
export async function saveReview(db: Database, review: NewReview): Promise<StoredReview> {
  const rows = await rowsOf<StoredReview>(
    db.pool,
    `insert into reviews (day, account, body, card, path) values ($1, $2, $3, $4, $5)
     on conflict (day, account) do update set body = excluded.body, card = excluded.card, path = excluded.path, updated_at = now()
     returning id, day, account, body, card, path, created_at as "createdAt", updated_at as "updatedAt"`,
    [review.day, review.account, writeJson(review.body), review.card, review.path],
  )
  return rows[0] as StoredReview
}

export async function reviewOf(db: Database, day: Day, account: string | null): Promise<StoredReview | null> {
  const rows = await db.orm
    .select()
    .from(reviews)
    .where(and(eq(reviews.day, day), account === null ? isNull(reviews.account) : eq(reviews.account, account)))
  return rows[0] ?? null
}

const SORT: readonly SortKey[] = [
  { column: reviews.day, direction: 'DESC' },
  { column: reviews.id, direction: 'DESC' },
]

/** The latest day first; with `accounts` only those of one of them, not those over all. */
export async function reviewsPage(db: Database, page: Page, accounts: readonly string[] | null = null): Promise<Connection<StoredReview>> {
  const { where, orderBy, limit } = pageQuery(page, SORT)
  const rows = await db.orm
    .select()
    .from(reviews)
    .where(and(where, accounts === null ? undefined : inArray(reviews.account, [...accounts])))
    .orderBy(...orderBy)
    .limit(limit)
  return connectionOf(
    page,
    rows,
    (row): StoredReview => row,
    (row) => [row.day, row.id],
  )
}
