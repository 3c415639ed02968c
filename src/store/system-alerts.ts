// What was wrong with the recorder itself, as rows: told once when it begins and once when it is over, because the order to tell it commits with the row.
import { and, isNotNull, isNull } from 'drizzle-orm'
import type { Connection, Page } from '#core/query.ts'
import type { SystemAlert, SystemAlertKind, SystemChanges } from '#core/system-alert.ts'
import { systemAlerts as table } from '#drizzle/schema.ts'
import type { Database } from './db.ts'
import { connectionOf, pageQuery } from './page.ts'
import { inTransaction, rowsOf, type Sql, writeInstant, writeJson } from './sql.ts'

const COLUMNS = 'id, kind, subject, since, until, details, paper'

/** What still holds. */
export async function activeSystemAlerts(db: Database): Promise<SystemAlert[]> {
  return rowsOf<SystemAlert & { kind: SystemAlertKind }>(db.pool, `select ${COLUMNS} from system_alerts where until is null order by id`)
}

/** Newest first; `active`: only what still holds, or only what is over. */
export async function systemAlertsPage(db: Database, active: boolean | null, page: Page): Promise<Connection<SystemAlert>> {
  const { where, orderBy, limit } = pageQuery(page, [{ column: table.id, direction: 'DESC' }])
  const rows = await db.orm
    .select()
    .from(table)
    .where(and(active === null ? undefined : active ? isNull(table.until) : isNotNull(table.until), where))
    .orderBy(...orderBy)
    .limit(limit)
  return connectionOf(
    page,
    rows,
    (row) => row,
    ({ id }) => [id],
  )
}

/** The latest, newest first. */
export async function systemAlerts(db: Database, limit = 100): Promise<SystemAlert[]> {
  return (await systemAlertsPage(db, null, { first: limit })).edges.map(({ node }) => node)
}

export async function systemAlertsByIds(db: Database, ids: readonly number[]): Promise<Map<number, SystemAlert>> {
  if (ids.length === 0) return new Map()
  const rows = await rowsOf<SystemAlert & { kind: SystemAlertKind }>(db.pool, `select ${COLUMNS} from system_alerts where id = any($1::bigint[])`, [ids])
  return new Map(rows.map((row) => [row.id, row]))
}

/** Writes what began and what is over, each with its order to tell it. Two processes that see the same trouble write it once. */
export async function writeSystemChanges(db: Database, { began, over }: SystemChanges): Promise<void> {
  if (began.length === 0 && over.length === 0) return
  await inTransaction(db.pool, async (client) => {
    for (const { kind, subject, since, details, paper = false } of began) {
      const [row] = await rowsOf<{ id: number }>(
        client,
        `insert into system_alerts (kind, subject, since, details, paper) values ($1, $2, $3, $4, $5)
         on conflict (kind, subject) where until is null do nothing returning id`,
        [kind, subject, writeInstant(since), writeJson(details), paper],
      )
      if (row !== undefined) await order(client, row.id, 'raised')
    }
    for (const alert of over) await end(client, alert)
  })
}

async function end(sql: Sql, { id, until, details }: SystemChanges['over'][number]): Promise<void> {
  const rows = await rowsOf(sql, 'update system_alerts set until = greatest(since, $2), details = $3 where id = $1 and until is null returning id', [
    id,
    writeInstant(until),
    writeJson(details),
  ])
  if (rows.length > 0) await order(sql, id, 'over')
}

async function order(sql: Sql, systemAlertId: number, turn: 'raised' | 'over'): Promise<void> {
  await sql.query(`insert into outbox (key, kind, payload) values ($1, 'system', $2) on conflict (key) do nothing`, [
    `system:${systemAlertId}:${turn}`,
    writeJson({ systemAlertId, turn }),
  ])
}
