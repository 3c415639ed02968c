// Deliveries as rows: what is to be told through which channel, and what became of it. Created once for ever from the orders committed with the alerts;
// their state is the truth about sending, the queue only wakes whoever looks. Never sends, never decides when.
import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, notInArray, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import type pg from 'pg'
import type { ExecutionSide } from '#core/facts.ts'
import { type AlertEffect, channelsOf, type DeliveryFailure, type DeliveryState, goesTo, type Manners, type Told, type Waiting } from '#core/delivery.ts'
import type { Connection, Page } from '#core/query.ts'
import type { StoredAlert } from '#core/stored.ts'
import type { SystemAlert } from '#core/system-alert.ts'
import { SYSTEM_ALERTS } from '#core/system-alert.ts'
import type { Instant } from '#core/time.ts'
import { SEVERITIES, type TradeSide } from '#core/trade.ts'
import { alerts, deliveries, orders as orderTrades, roundTrips, systemAlerts } from '#drizzle/schema.ts'
import { alertOf, alertsOfTrades } from './alerts.ts'
import { type Database, LOCK_SPACE } from './db.ts'
import { writeAudit } from './decisions.ts'
import { connectionOf, pageQuery } from './page.ts'
import { inOneGo } from './one-go.ts'
import { type SnoozedTrade, snoozesOf, wake } from './remarks.ts'
import { inTransaction, rowsOf, type Sql, writeInstant } from './sql.ts'

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
  readonly firstAttemptedAt: Instant | null
  readonly sentAt: Instant | null
  /** What the last attempt met; never an address or a secret. */
  readonly trouble: string | null
  /** What kind of trouble that was; null: none. */
  readonly failure: DeliveryFailure | null
}

const COLUMNS = `id, channel, alert_id as "alertId", system_alert_id as "systemAlertId", state, message_id as "messageId", attempts,
  possible_duplicates as "possibleDuplicates", created_at as "createdAt", due_at as "dueAt", attempted_at as "attemptedAt",
  first_attempted_at as "firstAttemptedAt", sent_at as "sentAt", trouble, failure`

/** Kinds of effects that become deliveries; a sweep leaves them to `createDeliveries`. */
export const DELIVERED_EFFECTS: readonly string[] = ['alert', 'system', 'wake'] satisfies (AlertEffect['kind'] | 'system' | 'wake')[]
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
  /** Which channel is to look at what waits; null in an order to wake: every one. */
  readonly channel: string | null
}

/**
 * Makes a row for each channel of every order that waits, and crosses the orders off: one transaction, so a crash leaves either both or neither. Two who do
 * it at once make the same rows, and each row stays one. Returns the kinds of the channels that have something new.
 */
export async function createDeliveries(db: Database, channels: readonly Manners[], now: Instant): Promise<ReadonlySet<string>> {
  const woken = new Set<string>()
  for (;;) {
    const orders = await ordersWaiting(db)
    const rows = orders.flatMap((order) => channels.filter((channel) => isFor(order, channel)).map(({ kind }) => ({ order, kind })))
    if (orders.length > 0) await crossOff(db, orders, rows, now)
    for (const { kind } of rows) woken.add(kind)
    for (const { kind, channel } of orders) if (kind === 'wake') for (const one of channels) if (channel === null || channel === one.kind) woken.add(one.kind)
    if (orders.length < AT_ONCE) return woken
  }
}

async function ordersWaiting(db: Database): Promise<Order[]> {
  return rowsOf<Order>(
    db.pool,
    `select outbox.id, outbox.key, outbox.kind, alert.id as "alertId", system.id as "systemAlertId", alert.severity, alert.state,
       system.kind as "systemKind", system.subject as "systemSubject", rule.body as "ruleBody", outbox.payload ->> 'channel' as channel
     from outbox
     left join alerts as alert on outbox.kind = 'alert' and alert.id = outbox.payload ->> 'alertId'
     left join system_alerts as system on outbox.kind = 'system' and system.id = (outbox.payload ->> 'systemAlertId')::bigint
     left join rules as rule on rule.id = alert.rule_id and rule.version = alert.rule_version
     where outbox.done_at is null and outbox.kind = any($2::text[]) order by outbox.id limit $1`,
    [AT_ONCE, DELIVERED_EFFECTS],
    'orders waiting',
  )
}

async function crossOff(
  db: Database,
  orders: readonly Order[],
  rows: readonly { readonly order: Order; readonly kind: string }[],
  now: Instant,
): Promise<void> {
  // Lost in a power cut, the orders still wait.
  await inOneGo(db.pool, 'begin; set local synchronous_commit to off', async (go) => {
    go.say(
      `with done as (update outbox set done_at = now(), takes = takes + 1 where id = any($6::bigint[]) and done_at is null)
       insert into deliveries (subject, channel, alert_id, system_alert_id, urgency, due_at, created_at)
       select *, $5::timestamptz, $5::timestamptz from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $7::smallint[]) on conflict (subject, channel) do nothing`,
      [
        rows.map(({ order }) => order.key),
        rows.map(({ kind }) => kind),
        rows.map(({ order }) => order.alertId),
        rows.map(({ order }) => order.systemAlertId),
        writeInstant(now),
        orders.map(({ id }) => id),
        rows.map(({ order }) => urgencyOf(order)),
      ],
      'cross off orders',
    )
  })
}

function urgencyOf({ severity }: Order): number {
  return severity === null ? SEVERITIES.length : SEVERITIES.indexOf(severity)
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
  let broken = true
  try {
    await client.query('select pg_advisory_lock($1, hashtext($2))', [LOCK_SPACE + 1, channel])
    const result = await work(client)
    await client.query('select pg_advisory_unlock($1, hashtext($2))', [LOCK_SPACE + 1, channel])
    broken = false
    return result
  } finally {
    client.release(broken)
  }
}

/** Rows a sender that died left in the middle of sending: nobody knows whether they arrived. They wait again; returns how many. */
export async function recoverInterrupted(sql: Sql, channel: string, idempotent: boolean): Promise<number> {
  const rows = await rowsOf(
    sql,
    `update deliveries set state = 'WAITING', possible_duplicates = possible_duplicates + $2, trouble = 'interrupted while sending; it may have arrived', failure = 'ambiguous'
     where channel = $1 and state = 'SENDING' returning id`,
    [channel, idempotent ? 0 : 1],
  )
  return rows.length
}

const UNTOLD: readonly StoredAlert['state'][] = ['WITHDRAWN', 'SATISFIED']

/**
 * What waits for a channel, oldest first; where there is too much of it the most urgent, so that however much is held back hides nothing critical, and
 * every message that was tried before, whole. What was withdrawn since is not among it; it comes back if it stands again.
 */
export async function waitingFor(db: Database, channel: string, limit = 1_000): Promise<Waiting[]> {
  const urgent = await waitingRows(db, channel).orderBy(desc(deliveries.urgency), asc(deliveries.id)).limit(limit)
  const tried = urgent.length < limit ? [] : await waitingRows(db, channel, isNotNull(deliveries.messageId))
  const rows = [...new Map([...urgent, ...tried].map((row) => [row.delivery.id, row])).values()].sort((a, b) => a.delivery.id - b.delivery.id)
  const snoozes = await snoozesOf(db, [...new Set(rows.flatMap(({ alert }) => (alert === null ? [] : [alert.tradeId])))])
  const known = await knownWhenSnoozed(db, snoozes)
  return rows.flatMap(({ delivery, alert, system, ...sides }): Waiting[] => {
    const { id, createdAt, dueAt, attempts, messageId } = delivery
    const waiting = { id, createdAt, dueAt, attempts, messageId }
    if (system !== null) return [{ ...waiting, about: { kind: 'system', system, turn: delivery.subject.endsWith(':over') ? 'over' : 'raised' } }]
    if (alert === null) return []
    const until = snoozes.get(alert.tradeId)?.until ?? null
    const snooze = until === null ? null : { until, knew: known.has(wordOf(alert)) }
    return [{ ...waiting, about: { kind: 'alert', alert: alertOf(alert), side: sideOf(sides), snooze } }]
  })
}

function waitingRows(db: Database, channel: string, also?: SQL) {
  return db.orm
    .select({ delivery: deliveries, alert: alerts, system: systemAlerts, ...SIDES })
    .from(deliveries)
    .leftJoin(alerts, eq(alerts.id, deliveries.alertId))
    .leftJoin(systemAlerts, eq(systemAlerts.id, deliveries.systemAlertId))
    .leftJoin(orderTrades, eq(orderTrades.tradeId, alerts.tradeId))
    .leftJoin(roundTrips, eq(roundTrips.tradeId, alerts.tradeId))
    .where(
      and(eq(deliveries.channel, channel), sql`${deliveries.state} = 'WAITING'`, or(isNull(deliveries.alertId), notInArray(alerts.state, [...UNTOLD])), also),
    )
}

/** What went out through a channel since, as far as it may have told what these would: the same alerts of other trades. */
export async function toldSince(db: Database, channel: string, since: Instant, about: readonly StoredAlert[]): Promise<Told[]> {
  if (about.length === 0) return []
  const rows = await db.orm
    .select({ messageId: deliveries.messageId, alert: alerts, ...SIDES })
    .from(deliveries)
    .innerJoin(alerts, eq(alerts.id, deliveries.alertId))
    .leftJoin(orderTrades, eq(orderTrades.tradeId, alerts.tradeId))
    .leftJoin(roundTrips, eq(roundTrips.tradeId, alerts.tradeId))
    .where(
      and(
        ...[eq(deliveries.channel, channel), eq(deliveries.state, 'SENT'), gte(deliveries.attemptedAt, since)],
        inArray(alerts.ruleId, [...new Set(about.map(({ ruleId }) => ruleId))]),
        inArray(alerts.conId, [...new Set(about.map(({ conId }) => conId))]),
      ),
    )
  return rows.flatMap(({ messageId, alert, ...sides }): Told[] => (messageId === null ? [] : [{ messageId, alert: alertOf(alert), side: sideOf(sides) }]))
}

const SIDES = { orderSide: orderTrades.side, tripSide: roundTrips.side }

function sideOf({ orderSide, tripSide }: { readonly orderSide: ExecutionSide | null; readonly tripSide: ExecutionSide | null }): TradeSide | null {
  const side = orderSide ?? tripSide
  return side === null ? null : side === 'BUY' ? 'LONG' : 'SHORT'
}

/** When something was last sent there, or tried to be. */
export async function lastAttemptAt(sql: Sql, channel: string): Promise<Instant | null> {
  const [row] = await rowsOf<{ at: Instant | null }>(sql, 'select max(attempted_at) as at from deliveries where channel = $1', [channel])
  return row?.at ?? null
}

/**
 * It is being sent. Returns since when it has been tried: its first attempt, moved on by however long it lay there although it was due, be it kept back by
 * quiet hours or a snooze, or because nobody was there to send it. That is nobody's refusal, and takes nothing from the time in which it is tried.
 */
export async function claim(sql: Sql, ids: readonly number[], messageId: string, now: Instant): Promise<Instant> {
  const rows = await rowsOf<{ since: Instant }>(
    sql,
    `update deliveries set state = 'SENDING', message_id = $2, attempts = attempts + 1, attempted_at = $3,
       first_attempted_at = coalesce(first_attempted_at + greatest('0 s', $3::timestamptz - greatest(due_at, attempted_at)), $3)
     where id = any($1::bigint[]) returning first_attempted_at as since`,
    [ids, messageId, writeInstant(now)],
  )
  return Math.min(now, ...rows.map(({ since }) => since))
}

export async function markSent(sql: Sql, ids: readonly number[], now: Instant): Promise<void> {
  await sql.query(`update deliveries set state = 'SENT', sent_at = $2, trouble = null, failure = null where id = any($1::bigint[])`, [ids, writeInstant(now)])
}

export async function markShared(sql: Sql, id: number, messageId: string): Promise<void> {
  await sql.query(`update deliveries set state = 'SHARED', message_id = $2 where id = $1 and state = 'WAITING'`, [id, messageId])
}

/** It waits for another attempt; `possibleDuplicate` where this one may have arrived and the receiver cannot tell. */
export async function waitAgain(sql: Sql, ids: readonly number[], retry: Trouble & { dueAt: Instant; possibleDuplicate: boolean }): Promise<void> {
  await sql.query(
    `update deliveries set state = 'WAITING', due_at = $2, trouble = $3, failure = $4, possible_duplicates = possible_duplicates + $5 where id = any($1::bigint[])`,
    [ids, writeInstant(retry.dueAt), retry.trouble, retry.failure, retry.possibleDuplicate ? 1 : 0],
  )
}

/** The destination wants to hear nothing until then. */
export async function holdChannel(sql: Sql, channel: string, until: Instant): Promise<void> {
  await sql.query(`update deliveries set due_at = greatest(due_at, $2) where channel = $1 and state = 'WAITING'`, [channel, writeInstant(until)])
}

export async function markDead(sql: Sql, ids: readonly number[], { trouble, failure }: Trouble): Promise<void> {
  await sql.query(`update deliveries set state = 'DEAD', trouble = $2, failure = $3 where id = any($1::bigint[])`, [ids, trouble, failure])
}

interface Trouble {
  readonly trouble: string
  readonly failure: DeliveryFailure
}

// --- for whoever looks ---

/** Every condition given must hold; an empty list matches nothing. */
export interface DeliveryFilter {
  readonly ids?: readonly number[]
  readonly states?: readonly DeliveryState[]
  readonly channels?: readonly string[]
  readonly alertIds?: readonly string[]
  /** Only what was, or is to be, said of these accounts alone: not a digest that speaks of others too, not the recorder's own troubles. */
  readonly accounts?: readonly string[]
}

/** Newest first. */
export async function deliveriesPage(db: Database, filter: DeliveryFilter, page: Page): Promise<Connection<Delivery>> {
  const { where, orderBy, limit } = pageQuery(page, [{ column: deliveries.id, direction: 'DESC' }])
  const rows = await db.orm
    .select()
    .from(deliveries)
    .where(and(conditions(filter), where))
    .orderBy(...orderBy)
    .limit(limit)
  return connectionOf(page, rows, deliveryOf, ({ id }) => [id])
}

/** What could not be told and is no longer tried, newest first. */
export async function deadLetters(db: Database, limit = 200): Promise<Delivery[]> {
  return (await deliveriesPage(db, { states: ['DEAD'] }, { first: limit })).edges.map(({ node }) => node)
}

/** What became of each alert, by channel. */
export async function deliveriesOfAlerts(db: Database, alertIds: readonly string[], accounts?: readonly string[]): Promise<Map<string, Delivery[]>> {
  const found = new Map<string, Delivery[]>(alertIds.map((id) => [id, []]))
  if (alertIds.length === 0) return found
  const rows = await db.orm
    .select()
    .from(deliveries)
    .where(conditions({ alertIds, ...(accounts === undefined ? {} : { accounts }) }))
    .orderBy(asc(deliveries.channel), asc(deliveries.id))
  for (const row of rows) found.get(row.alertId ?? '')?.push(deliveryOf(row))
  return found
}

function conditions({ ids, states, channels, alertIds, accounts }: DeliveryFilter): SQL | undefined {
  return and(
    ids && inArray(deliveries.id, [...ids]),
    states && inArray(deliveries.state, [...states]),
    channels && inArray(deliveries.channel, [...channels]),
    alertIds && inArray(deliveries.alertId, [...alertIds]),
    accounts && isOnlyOf(accounts),
  )
}

function isOnlyOf(accounts: readonly string[]): SQL {
  const [mine, other] = [alias(alerts, 'mine'), alias(deliveries, 'other')]
  const theirs = alias(alerts, 'theirs')
  const known = sql.param([...accounts])
  return sql`exists (select from ${alerts} as mine where ${mine.id} = ${deliveries.alertId} and ${mine.account} = any(${known}::text[]))
    and not exists (
      select from ${deliveries} as other left join ${alerts} as theirs on ${theirs.id} = ${other.alertId}
      where ${other.messageId} = ${deliveries.messageId} and (${theirs.account} is null or ${theirs.account} <> all(${known}::text[]))
    )`
}

function deliveryOf({ subject: _, ...delivery }: typeof deliveries.$inferSelect): Delivery {
  return delivery
}

/** 'Send again': a dead letter, with whatever was in its message, waits once more under the same id, and its channel looks. Null where it is not dead. */
export async function sendAgain(db: Database, id: number, now: Instant, who: string | null = null): Promise<Delivery | null> {
  return inTransaction(db.pool, async (client) => {
    const rows = await rowsOf<Delivery>(
      client,
      `update deliveries set state = 'WAITING', attempts = 0, due_at = $2, created_at = $2, first_attempted_at = null, trouble = null, failure = null
       where state = 'DEAD' and (id = $1 or (channel, message_id) = (select channel, message_id from deliveries where id = $1)) returning ${COLUMNS}`,
      [id, writeInstant(now)],
    )
    const again = rows.find((row) => row.id === id)
    if (again === undefined) return null
    await writeAudit(client, {
      at: now,
      who,
      what: 'send again',
      subject: `delivery ${id}`,
      before: null,
      after: { channel: again.channel, rows: rows.length },
    })
    await wake(client, `delivery:${id}:${now}`, again.channel)
    return again
  })
}

/** Those of these channels whose messages do not arrive: tried this often in vain, or given up since the last one that did. */
export async function failingChannels(
  db: Database,
  channels: readonly string[],
  attempts: number,
): Promise<{ channel: string; since: Instant; trouble: string | null }[]> {
  return rowsOf(
    db.pool,
    `select channel, min(coalesce(attempted_at, created_at)) as since, (array_agg(trouble order by attempted_at desc nulls last, id desc))[1] as trouble
     from deliveries as failing
     where channel = any($2::text[]) and ((state in ('WAITING', 'SENDING') and attempts >= $1) or state = 'DEAD')
       and not exists (select from deliveries as later where later.channel = failing.channel and later.state = 'SENT' and later.sent_at > failing.attempted_at)
     group by channel order by channel`,
    [attempts, channels],
  )
}

/** What the rules had said of trades before they were snoozed. */
async function knownWhenSnoozed(db: Database, snoozes: ReadonlyMap<string, SnoozedTrade>): Promise<ReadonlySet<string>> {
  if (snoozes.size === 0) return new Set()
  const said = [...(await alertsOfTrades(db, [...snoozes.keys()])).values()].flat()
  return new Set(said.filter(({ tradeId, raisedAt }) => raisedAt <= (snoozes.get(tradeId)?.at ?? 0)).map(wordOf))
}

function wordOf({ ruleId, tier, tradeId }: Pick<StoredAlert, 'ruleId' | 'tier' | 'tradeId'>): string {
  return `${ruleId}|${tier}|${tradeId}`
}
