// Deliveries as rows: what is to be told through which channel, and what became of it. Created once for ever from the orders committed with the alerts;
// their state is the truth about sending, the queue only wakes whoever looks. Never sends, never decides when.
import type pg from 'pg'
import { type AlertEffect, channelsOf, type DeliveryState, goesTo, type Manners, type Told, type Waiting } from '#core/delivery.ts'
import { ALERT_STATES, type StoredAlert } from '#core/stored.ts'
import type { SystemAlert } from '#core/system-alert.ts'
import { SYSTEM_ALERTS } from '#core/system-alert.ts'
import type { Instant } from '#core/time.ts'
import type { TradeSide } from '#core/trade.ts'
import { alertsOf } from './alerts.ts'
import { type Database, LOCK_SPACE } from './db.ts'
import { inTransaction, rowsOf, type Sql, writeInstant } from './sql.ts'
import { systemAlertsByIds } from './system-alerts.ts'

/** One row, for whoever asks what became of an alert. */
export interface Delivery {
  readonly id: number
  readonly channel: string
  readonly alertId: string | null
  readonly systemAlertId: number | null
  readonly state: DeliveryState
  readonly messageId: string | null
  readonly attempts: number
  /** Attempts repeated without knowing whether the one before had arrived. */
  readonly possibleDuplicates: number
  readonly createdAt: Instant
  readonly dueAt: Instant
  readonly attemptedAt: Instant | null
  readonly sentAt: Instant | null
  /** What the last attempt met; never an address or a secret. */
  readonly trouble: string | null
}

const COLUMNS = `id, channel, alert_id as "alertId", system_alert_id as "systemAlertId", state, message_id as "messageId", attempts,
  possible_duplicates as "possibleDuplicates", created_at as "createdAt", due_at as "dueAt", attempted_at as "attemptedAt", sent_at as "sentAt", trouble`

/** Kinds of effects that become deliveries; a sweep leaves them to `createDeliveries`. */
export const DELIVERED_EFFECTS: readonly string[] = ['alert', 'system'] satisfies (AlertEffect['kind'] | 'system')[]
const AT_ONCE = 1_000

interface Order {
  readonly id: number
  readonly key: string
  readonly kind: string
  readonly alertId: string | null
  readonly systemAlertId: number | null
  readonly severity: StoredAlert['severity'] | null
  readonly state: StoredAlert['state'] | null
  readonly systemKind: SystemAlert['kind'] | null
  readonly systemSubject: string | null
  readonly ruleBody: unknown
}

/**
 * Makes a row for each channel of every order that waits, and crosses the orders off: one transaction, so a crash leaves either both or neither.
 * Returns the kinds of the channels that have something new.
 */
export async function createDeliveries(db: Database, channels: readonly Manners[], now: Instant): Promise<ReadonlySet<string>> {
  const woken = new Set<string>()
  for (;;) {
    const taken = await inTransaction(db.pool, async (client) => {
      const orders = await takeOrders(client)
      const rows = orders.flatMap((order) => channels.filter((channel) => isFor(order, channel)).map(({ kind }) => ({ order, kind })))
      if (rows.length > 0)
        await client.query(
          `insert into deliveries (subject, channel, alert_id, system_alert_id, due_at, created_at)
           select *, $5::timestamptz, $5::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) on conflict (subject, channel) do nothing`,
          [
            rows.map(({ order }) => order.key),
            rows.map(({ kind }) => kind),
            rows.map(({ order }) => order.alertId),
            rows.map(({ order }) => order.systemAlertId),
            writeInstant(now),
          ],
        )
      await client.query('update outbox set done_at = now(), takes = takes + 1 where id = any($1::bigint[])', [orders.map(({ id }) => id)])
      for (const { kind } of rows) woken.add(kind)
      return orders.length
    })
    if (taken < AT_ONCE) return woken
  }
}

async function takeOrders(client: pg.PoolClient): Promise<Order[]> {
  return rowsOf<Order>(
    client,
    `select outbox.id, outbox.key, outbox.kind, alert.id as "alertId", system.id as "systemAlertId", alert.severity, alert.state,
       system.kind as "systemKind", system.subject as "systemSubject", rule.body as "ruleBody"
     from outbox
     left join alerts as alert on outbox.kind = 'alert' and alert.id = outbox.payload ->> 'alertId'
     left join system_alerts as system on outbox.kind = 'system' and system.id = (outbox.payload ->> 'systemAlertId')::bigint
     left join rules as rule on rule.id = alert.rule_id and rule.version = alert.rule_version
     where outbox.done_at is null and outbox.kind = any($2::text[]) order by outbox.id limit $1 for update of outbox skip locked`,
    [AT_ONCE, DELIVERED_EFFECTS],
  )
}

function isFor(order: Order, channel: Manners): boolean {
  if (order.systemKind !== null) {
    // A channel cannot tell that it does not work.
    if (order.systemKind === 'DELIVERY_FAILING' && order.systemSubject === channel.kind && order.key.endsWith(':raised')) return false
    return goesTo(channel, { severity: SYSTEM_ALERTS[order.systemKind].severity, state: 'RAISED' }, undefined)
  }
  return order.severity !== null && order.state !== null && goesTo(channel, { severity: order.severity, state: order.state }, channelsOf(order.ruleBody))
}

/**
 * Does `work` as the only sender of a channel in all processes: a lock that goes with its connection, on which the work should also write, so that
 * whoever lost the lock can no longer claim anything. Waits for another sender to finish.
 */
export async function asSender<T>(db: Database, channel: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.pool.connect()
  const ignore = () => {}
  client.on('error', ignore)
  let broken = true
  try {
    await client.query('select pg_advisory_lock($1, hashtext($2))', [LOCK_SPACE + 1, channel])
    const result = await work(client)
    await client.query('select pg_advisory_unlock($1, hashtext($2))', [LOCK_SPACE + 1, channel])
    broken = false
    return result
  } finally {
    client.off('error', ignore)
    client.release(broken)
  }
}

/** Rows a sender that died left in the middle of sending: nobody knows whether they arrived. They wait again; returns how many. */
export async function recoverInterrupted(sql: Sql, channel: string, idempotent: boolean): Promise<number> {
  const rows = await rowsOf(
    sql,
    `update deliveries set state = 'WAITING', possible_duplicates = possible_duplicates + $2, trouble = 'interrupted while sending; it may have arrived'
     where channel = $1 and state = 'SENDING' returning id`,
    [channel, idempotent ? 0 : 1],
  )
  return rows.length
}

/** What waits for a channel, oldest first. What was withdrawn or judged missed since is not among it; it comes back if it stands again. */
export async function waitingFor(db: Database, sql: Sql, channel: string, limit = 1_000): Promise<Waiting[]> {
  const rows = await rowsOf<Delivery>(sql, `select ${COLUMNS} from deliveries where channel = $1 and state = 'WAITING' order by id limit $2`, [channel, limit])
  const [alerts, system] = await Promise.all([alertsById(db, rows), systemAlertsByIds(db, numbersOf(rows))])
  const [sides, snoozes] = await Promise.all([sidesOf(db, [...alerts.values()]), snoozesOf(db, [...alerts.values()])])
  const subjects = await rowsOf<{ id: number; subject: string }>(
    sql,
    'select id, subject from deliveries where id = any($1::bigint[]) and system_alert_id is not null',
    [rows.map(({ id }) => id)],
  )
  const turns = new Map(subjects.map(({ id, subject }) => [id, subject.endsWith(':over') ? ('over' as const) : ('raised' as const)]))
  return rows.flatMap((row): Waiting[] => {
    const { id, createdAt, dueAt, attempts, messageId } = row
    const waiting = { id, createdAt, dueAt, attempts, messageId }
    if (row.systemAlertId !== null) {
      const alert = system.get(row.systemAlertId)
      return alert === undefined ? [] : [{ ...waiting, about: { kind: 'system', system: alert, turn: turns.get(id) ?? 'raised' } }]
    }
    const alert = alerts.get(row.alertId ?? '')
    if (alert === undefined || alert.state === 'WITHDRAWN' || alert.state === 'MISSED') return []
    return [{ ...waiting, about: { kind: 'alert', alert, side: sides.get(alert.tradeId) ?? null, snoozedUntil: snoozes.get(anchorOf(alert.tradeId)) ?? null } }]
  })
}

/** What went out through a channel since. */
export async function toldSince(db: Database, sql: Sql, channel: string, since: Instant): Promise<Told[]> {
  const rows = await rowsOf<Delivery>(
    sql,
    `select ${COLUMNS} from deliveries where channel = $1 and state = 'SENT' and attempted_at >= $2 and alert_id is not null`,
    [channel, writeInstant(since)],
  )
  const alerts = await alertsById(db, rows)
  const sides = await sidesOf(db, [...alerts.values()])
  return rows.flatMap(({ alertId, messageId }): Told[] => {
    const alert = alerts.get(alertId ?? '')
    return alert === undefined || messageId === null ? [] : [{ messageId, alert, side: sides.get(alert.tradeId) ?? null }]
  })
}

/** When something was last sent there, or tried to be. */
export async function lastAttemptAt(sql: Sql, channel: string): Promise<Instant | null> {
  const [row] = await rowsOf<{ at: Instant | null }>(sql, 'select max(attempted_at) as at from deliveries where channel = $1', [channel])
  return row?.at ?? null
}

export async function claim(sql: Sql, ids: readonly number[], messageId: string, now: Instant): Promise<void> {
  await sql.query(`update deliveries set state = 'SENDING', message_id = $2, attempts = attempts + 1, attempted_at = $3 where id = any($1::bigint[])`, [
    ids,
    messageId,
    writeInstant(now),
  ])
}

export async function markSent(sql: Sql, ids: readonly number[], now: Instant): Promise<void> {
  await sql.query(`update deliveries set state = 'SENT', sent_at = $2, trouble = null where id = any($1::bigint[])`, [ids, writeInstant(now)])
}

export async function markShared(sql: Sql, id: number, messageId: string): Promise<void> {
  await sql.query(`update deliveries set state = 'SHARED', message_id = $2 where id = $1 and state = 'WAITING'`, [id, messageId])
}

/** It waits for another attempt; `possibleDuplicate` where this one may have arrived and the receiver cannot tell. */
export async function waitAgain(sql: Sql, ids: readonly number[], retry: { dueAt: Instant; trouble: string; possibleDuplicate: boolean }): Promise<void> {
  await sql.query(
    `update deliveries set state = 'WAITING', due_at = $2, trouble = $3, possible_duplicates = possible_duplicates + $4 where id = any($1::bigint[])`,
    [ids, writeInstant(retry.dueAt), retry.trouble, retry.possibleDuplicate ? 1 : 0],
  )
}

/** The destination wants to hear nothing until then. */
export async function holdChannel(sql: Sql, channel: string, until: Instant): Promise<void> {
  await sql.query(`update deliveries set due_at = greatest(due_at, $2) where channel = $1 and state = 'WAITING'`, [channel, writeInstant(until)])
}

export async function markDead(sql: Sql, ids: readonly number[], trouble: string): Promise<void> {
  await sql.query(`update deliveries set state = 'DEAD', trouble = $2 where id = any($1::bigint[])`, [ids, trouble])
}

// --- for whoever looks ---

/** What could not be told and is no longer tried, newest first. */
export async function deadLetters(db: Database, limit = 200): Promise<Delivery[]> {
  return rowsOf<Delivery>(db.pool, `select ${COLUMNS} from deliveries where state = 'DEAD' order by id desc limit $1`, [limit])
}

/** What became of each alert, by channel. */
export async function deliveriesOfAlerts(db: Database, alertIds: readonly string[]): Promise<Map<string, Delivery[]>> {
  const found = new Map<string, Delivery[]>(alertIds.map((id) => [id, []]))
  const rows = await rowsOf<Delivery>(db.pool, `select ${COLUMNS} from deliveries where alert_id = any($1::text[]) order by channel, id`, [alertIds])
  for (const row of rows) found.get(row.alertId ?? '')?.push(row)
  return found
}

/** 'Send again': a dead letter, with whatever was in its message, waits once more under the same id. Null where it is not dead. */
export async function sendAgain(db: Database, id: number, now: Instant): Promise<Delivery | null> {
  const rows = await rowsOf<Delivery>(
    db.pool,
    `update deliveries set state = 'WAITING', attempts = 0, due_at = $2, created_at = $2, trouble = null
     where state = 'DEAD' and (id = $1 or (channel, message_id) = (select channel, message_id from deliveries where id = $1)) returning ${COLUMNS}`,
    [id, writeInstant(now)],
  )
  return rows.find((row) => row.id === id) ?? null
}

/** Channels whose messages do not arrive: tried this often in vain, or given up since the last one that did. */
export async function failingChannels(db: Database, attempts: number): Promise<{ channel: string; since: Instant; trouble: string | null }[]> {
  return rowsOf(
    db.pool,
    `select channel, min(coalesce(attempted_at, created_at)) as since, max(trouble) as trouble from deliveries as failing
     where ((state in ('WAITING', 'SENDING') and attempts >= $1) or state = 'DEAD')
       and not exists (select from deliveries as later where later.channel = failing.channel and later.state = 'SENT' and later.sent_at > failing.attempted_at)
     group by channel order by channel`,
    [attempts],
  )
}

async function alertsById(db: Database, rows: readonly Delivery[]): Promise<Map<string, StoredAlert>> {
  const ids = rows.flatMap(({ alertId }) => (alertId === null ? [] : [alertId]))
  const alerts = ids.length === 0 ? [] : await alertsOf(db, { ids, states: [...ALERT_STATES] })
  return new Map(alerts.map((alert) => [alert.id, alert]))
}

function numbersOf(rows: readonly Delivery[]): number[] {
  return rows.flatMap(({ systemAlertId }) => (systemAlertId === null ? [] : [systemAlertId]))
}

async function sidesOf(db: Database, alerts: readonly StoredAlert[]): Promise<Map<string, TradeSide>> {
  if (alerts.length === 0) return new Map()
  const rows = await rowsOf<{ tradeId: string; side: 'BUY' | 'SELL' }>(
    db.pool,
    `select trade_id as "tradeId", side from orders_rt where trade_id = any($1::text[])
     union all select trade_id, side from round_trips_rt where trade_id = any($1::text[])`,
    [alerts.map(({ tradeId }) => tradeId)],
  )
  return new Map(rows.map(({ tradeId, side }) => [tradeId, side === 'BUY' ? 'LONG' : 'SHORT']))
}

/** Until when a trade is to be left alone: the trader's last word on it, a decision of kind 'snooze' with `{ until }`. */
async function snoozesOf(db: Database, alerts: readonly StoredAlert[]): Promise<Map<string, Instant>> {
  if (alerts.length === 0) return new Map()
  const rows = await rowsOf<{ subject: string; until: Instant | null }>(
    db.pool,
    `select distinct on (subject) subject, (body ->> 'until')::timestamptz as until from decisions where kind = 'snooze' and subject = any($1::text[]) order by subject, id desc`,
    [alerts.map(({ tradeId }) => anchorOf(tradeId))],
  )
  return new Map(rows.flatMap(({ subject, until }) => (until === null ? [] : [[subject, until]])))
}

function anchorOf(tradeId: string): string {
  return tradeId.slice(tradeId.indexOf(':') + 1)
}
