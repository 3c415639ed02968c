// What we remember of Notion: where pages go, which page stands for which key, and what of ours is on it. Keeping one twice is keeping it once.
// Never asks Notion anything; who forgets all this finds the pages again by their keys.
import { and, eq, like, sql } from 'drizzle-orm'
import { notionPages, notionSources } from '#drizzle/schema.ts'
import { type Database, LOCK_SPACE } from './db.ts'

export type StoredSource = Omit<typeof notionSources.$inferSelect, 'updatedAt'>
export type StoredPage = Omit<typeof notionPages.$inferSelect, 'updatedAt'>

export async function notionSourcesOf(db: Database): Promise<StoredSource[]> {
  return db.orm.select().from(notionSources)
}

export async function saveNotionSource(db: Database, source: StoredSource): Promise<void> {
  await db.orm
    .insert(notionSources)
    .values(source)
    .onConflictDoUpdate({ target: notionSources.role, set: { ...source, updatedAt: sql`now()` } })
}

export async function notionPageOf(db: Database, dataSourceId: string, key: string): Promise<StoredPage | null> {
  const rows = await db.orm
    .select()
    .from(notionPages)
    .where(and(eq(notionPages.dataSourceId, dataSourceId), eq(notionPages.key, key)))
  return rows[0] ?? null
}

/** The pages of a data source whose keys begin so. */
export async function notionPagesOf(db: Database, dataSourceId: string, prefix: string): Promise<StoredPage[]> {
  return db.orm
    .select()
    .from(notionPages)
    .where(and(eq(notionPages.dataSourceId, dataSourceId), like(notionPages.key, `${prefix}%`)))
}

export async function saveNotionPage(db: Database, page: StoredPage): Promise<void> {
  await db.orm
    .insert(notionPages)
    .values(page)
    .onConflictDoUpdate({ target: [notionPages.dataSourceId, notionPages.key], set: { ...page, updatedAt: sql`now()` } })
}

const NOTION_LOCK = 3

/** Work that no two processes may do at once: Notion has no way to make a page only where there is none. */
export async function withNotionLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  const client = await db.pool.connect()
  try {
    await client.query('select pg_advisory_lock($1, $2)', [LOCK_SPACE, NOTION_LOCK])
    return await work()
  } finally {
    const freed = await client.query('select pg_advisory_unlock($1, $2)', [LOCK_SPACE, NOTION_LOCK]).then(
      () => true,
      () => false,
    )
    // A connection that would not let go is closed, and the lock with it.
    client.release(!freed)
  }
}
