// The day's reviews as they were made. Saving one twice is saving it once; the numbers in it are the review's, not the store's. Orders one to be made, never makes it.
import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Connection, Page } from '#core/query.ts'
import { type Day, type Instant, printInstant } from '#core/time.ts'
import { reviews } from '#drizzle/schema.ts'
import type { Database } from './db.ts'
import { writeAudit } from './decisions.ts'
import { putOutbox } from './outbox.ts'
import { connectionOf, pageQuery, type SortKey } from './page.ts'
import { inTransaction, rowsOf, writeJson } from './sql.ts'

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

/** A day made again without a trade of an account has nothing to say of it any more. */
export async function dropReviewsBut(db: Database, day: Day, accounts: readonly string[]): Promise<void> {
  await db.pool.query('delete from reviews where day = $1 and account is not null and account <> all($2::text[])', [day, accounts])
}

export async function reviewOf(db: Database, day: Day, account: string | null): Promise<StoredReview | null> {
  const rows = await db.orm
    .select()
    .from(reviews)
    .where(and(eq(reviews.day, day), account === null ? isNull(reviews.account) : eq(reviews.account, account)))
  return rows[0] ?? null
}

/** Whether a review of a day was made; with `accounts`: of one of them alone. */
export async function hasReview(db: Database, day: Day, accounts: readonly string[] | null): Promise<boolean> {
  const rows = await rowsOf(db.pool, 'select 1 from reviews where day = $1 and ($2::text[] is null or account = any($2)) limit 1', [day, accounts])
  return rows.length > 0
}

/** Somebody wants the day's card made again, now; and who it was. */
export async function orderReview(db: Database, day: Day, at: Instant, who: string | null = null): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    await putOutbox(client, { key: `review:${day}:asked:${printInstant(at)}`, kind: 'review', payload: { day, asked: true } })
    await writeAudit(client, { at, who, what: 'review', subject: day, before: null, after: { asked: true } })
  })
}

/** The days, from one to another, that have a review. */
export async function reviewedDays(db: Database, days: { readonly from: Day; readonly until: Day } | null): Promise<readonly Day[]> {
  if (days === null) return []
  const rows = await rowsOf<{ day: Day }>(db.pool, 'select distinct day::text as day from reviews where day between $1 and $2 order by day', [
    days.from,
    days.until,
  ])
  return rows.map(({ day }) => day)
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
