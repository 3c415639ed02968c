// What a trader says of an alert: seen, a comment, 'not now'. Decisions like any other, so they are kept whatever becomes of the rows beside them;
// read for many alerts or trades at once. Never delivers, never judges what a snooze holds back (core/delivery.ts does).
import type { Instant } from '#core/time.ts'
import type { Database } from './db.ts'
import { anchorOf, decide, namesAt, wordsRows, writeAudit } from './decisions.ts'
import { inTransaction, rowsOf, type Sql, writeInstant, writeJson } from './sql.ts'

export interface Comment {
  readonly at: Instant
  readonly text: string
}

export interface Remarks {
  /** When it was first acknowledged; null: not yet. */
  readonly acknowledgedAt: Instant | null
  /** Oldest first. */
  readonly comments: readonly Comment[]
}

/** Its trader has seen it. Said twice it is said once: answers false. */
export async function acknowledge(db: Database, alertId: string, at: Instant, who: string | null = null): Promise<boolean> {
  return inTransaction(db.pool, async (client) => {
    // One of two who press at once goes first.
    await client.query('select 1 from alerts where id = $1 for update', [alertId])
    const [before] = await rowsOf(client, `select 1 from decisions where subject = $1 and kind = 'acknowledge' limit 1`, [alertId])
    if (before !== undefined) return false
    await decide(client, { at, kind: 'acknowledge', subject: alertId, body: {} })
    await writeAudit(client, { at, who, what: 'acknowledge', subject: alertId, before: null, after: {} })
    return true
  })
}

export async function comment(db: Database, alertId: string, text: string, at: Instant, who: string | null = null): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    await decide(client, { at, kind: 'comment', subject: alertId, body: { text } })
    await writeAudit(client, { at, who, what: 'comment', subject: alertId, before: null, after: { text } })
  })
}

/** Nothing of this trade is to be pushed until then; null: it may speak again. Its alerts are stored all the while. */
export async function snooze(db: Database, tradeId: string, until: Instant | null, at: Instant, who: string | null = null): Promise<void> {
  const anchor = anchorOf(tradeId)
  await inTransaction(db.pool, async (client) => {
    const said = { until: until === null ? null : writeInstant(until) }
    const [before] = await rowsOf<{ body: unknown }>(client, `select body from decisions where subject = $1 and kind = 'snooze' order by id desc limit 1`, [
      anchor,
    ])
    await wordsRows(client, anchor)
    await client.query('update annotations set snoozed_at = $2, snoozed_until = $3 where trade_id = any($1::text[])', [
      namesAt(anchor),
      writeInstant(at),
      said.until,
    ])
    const decision = await decide(client, { at, kind: 'snooze', subject: anchor, body: said })
    await writeAudit(client, { at, who, what: 'snooze', subject: anchor, before: before?.body, after: said })
    await wake(client, `snooze:${decision}`, null)
  })
}

/** An order to look at what waits for a channel, or for all of them: something that was held may go. */
export async function wake(sql: Sql, key: string, channel: string | null): Promise<void> {
  await sql.query(`insert into outbox (key, kind, payload) values ($1, 'wake', $2) on conflict (key) do nothing`, [`wake:${key}`, writeJson({ channel })])
}

/** What was said of each alert. */
export async function remarksOf(db: Database, alertIds: readonly string[]): Promise<Map<string, Remarks>> {
  const found = new Map<string, { acknowledgedAt: Instant | null; comments: Comment[] }>(alertIds.map((id) => [id, { acknowledgedAt: null, comments: [] }]))
  if (alertIds.length === 0) return found
  const rows = await rowsOf<{ subject: string; kind: string; at: Instant; text: string | null }>(
    db.pool,
    `select subject, kind, at, body ->> 'text' as text from decisions where subject = any($1::text[]) and kind in ('acknowledge', 'comment') order by id`,
    [alertIds],
  )
  for (const { subject, kind, at, text } of rows) {
    const remarks = found.get(subject)
    if (remarks === undefined) continue
    if (kind === 'acknowledge') remarks.acknowledgedAt ??= at
    else if (text !== null) remarks.comments.push({ at, text })
  }
  return found
}

export interface SnoozedTrade {
  readonly until: Instant
  /** When it was said. */
  readonly at: Instant
}

/** The last word on each trade, where it was to be left alone until some time; that may have passed. */
export async function snoozesOf(db: Database, tradeIds: readonly string[]): Promise<Map<string, SnoozedTrade>> {
  if (tradeIds.length === 0) return new Map()
  const rows = await rowsOf<SnoozedTrade & { tradeId: string }>(
    db.pool,
    `select trade_id as "tradeId", snoozed_at as at, snoozed_until as until from annotations
     where trade_id = any($1::text[]) and snoozed_until is not null`,
    [[...new Set(tradeIds)]],
  )
  return new Map(rows.map(({ tradeId, at, until }) => [tradeId, { at, until }]))
}
