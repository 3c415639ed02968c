// The alerts as rows: history. Never deletes one; a withdrawn alert stays and says so.
import { and, asc, eq, gt, gte, inArray, lt, ne, type SQL } from 'drizzle-orm'
import type { AlertFilter, Connection, Direction, Page } from '#core/query.ts'
import type { StoredAlert } from '#core/stored.ts'
import { alerts } from '#drizzle/schema.ts'
import type { Database } from './db.ts'
import { connectionOf, pageQuery, type SortKey } from './page.ts'
import { rowsOf } from './sql.ts'

type Row = typeof alerts.$inferSelect

/** All that match, in the order in which `replay` prints: by time, then the trade's opening, the trade, and the order of raising. */
export async function alertsOf(db: Database, filter: AlertFilter): Promise<StoredAlert[]> {
  const { orderBy } = pageQuery({}, sortKeys('ASC'))
  const rows = await db.orm
    .select()
    .from(alerts)
    .where(conditions(filter))
    .orderBy(...orderBy)
  return rows.map(alertOf)
}

export async function alertsPage(db: Database, filter: AlertFilter, page: Page, direction: Direction = 'ASC'): Promise<Connection<StoredAlert>> {
  const { where, orderBy, limit } = pageQuery(page, sortKeys(direction))
  const rows = await db.orm
    .select()
    .from(alerts)
    .where(and(conditions(filter), where))
    .orderBy(...orderBy)
    .limit(limit)
  return connectionOf(page, rows, alertOf, (row) => [row.at, row.openedAt, row.tradeId, row.number])
}

/** Alerts raised or changed after `seq`, by seq, every one of them. */
export async function alertsSince(db: Database, seq: number, filter: AlertFilter, limit: number): Promise<StoredAlert[]> {
  const rows = await db.orm
    .select()
    .from(alerts)
    .where(and(conditions(filter), gt(alerts.seq, seq)))
    .orderBy(asc(alerts.seq), asc(alerts.number))
    .limit(limit)
  return rows.map(alertOf)
}

/** The alerts of many trades at once, withdrawn ones left out; a trade without alerts has an empty list. */
export async function alertsOfTrades(db: Database, tradeIds: readonly string[]): Promise<Map<string, StoredAlert[]>> {
  const found = new Map<string, StoredAlert[]>(tradeIds.map((id) => [id, []]))
  if (tradeIds.length > 0) for (const alert of await alertsOf(db, { tradeIds })) found.get(alert.tradeId)?.push(alert)
  return found
}

/** Alerts whose id was made of another name than their trade has now. */
export async function renamedAlerts(db: Database): Promise<{ readonly id: string; readonly tradeId: string }[]> {
  return rowsOf(
    db.pool,
    `select id, trade_id as "tradeId" from alerts
     where id <> left(encode(sha256(convert_to(concat_ws('|', rule_id, tier, trade_id, nullif(ordinal, 1)), 'UTF8')), 'hex'), 24)`,
  )
}

function sortKeys(direction: Direction): SortKey[] {
  return [
    { column: alerts.at, direction },
    { column: alerts.openedAt, direction },
    { column: alerts.tradeId, direction },
    { column: alerts.number, direction },
  ]
}

function conditions(filter: AlertFilter): SQL | undefined {
  const { ids, tradeIds, ruleIds, accounts, symbols, severities, states, unit, from, until } = filter
  return and(
    ids && inArray(alerts.id, [...ids]),
    tradeIds && inArray(alerts.tradeId, [...tradeIds]),
    ruleIds && inArray(alerts.ruleId, [...ruleIds]),
    accounts && inArray(alerts.account, [...accounts]),
    symbols && inArray(alerts.symbol, [...symbols]),
    severities && inArray(alerts.severity, [...severities]),
    states ? inArray(alerts.state, [...states]) : ne(alerts.state, 'WITHDRAWN'),
    unit && eq(alerts.unit, unit),
    from === undefined ? undefined : gte(alerts.at, from),
    until === undefined ? undefined : lt(alerts.at, until),
  )
}

export function alertOf({ number: _, ordinal, stateBefore, ...alert }: Row): StoredAlert {
  return { ...alert, ...(ordinal === 1 ? {} : { ordinal }), ...(stateBefore === null ? {} : { stateBefore }) }
}
