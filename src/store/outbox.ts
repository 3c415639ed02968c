// The outbox: effects committed with what caused them, waiting to be handed to the queue. The key names the effect, so handing one over
// twice does no harm; never handing it over cannot happen.
import type { Instant } from '#core/time.ts'
import type { Database } from './db.ts'
import { rowsOf, type Sql, writeInstant, writeJson } from './sql.ts'

export interface Effect {
  readonly key: string
  readonly kind: string
  readonly payload: unknown
  /** How often it was taken, this time included. */
  readonly takes: number
}

/** An effect, in the transaction of what causes it; one whose key is there already is there already. */
export async function putOutbox(sql: Sql, { key, kind, payload }: Pick<Effect, 'key' | 'kind' | 'payload'>): Promise<void> {
  await sql.query('insert into outbox (key, kind, payload) values ($1, $2, $3) on conflict (key) do nothing', [key, kind, writeJson(payload)])
}

/** The cards that tell of a trade are made again, at once: something else is said of it now. In the transaction that says so. */
export async function orderCardsOf(sql: Sql, anchor: string, decision: number): Promise<void> {
  const days = await rowsOf<{ day: string }>(
    sql,
    `select review.day from reviews as review
     join orders_rt as trade on trade.trade_id = 'ORDER:' || $1
       and review.day >= to_char(trade.opened_at - interval '3 days', 'YYYY-MM-DD')
       and review.day <= to_char(coalesce(trade.closed_at, trade.updated_at) + interval '3 days', 'YYYY-MM-DD')
     where review.account is null and review.body @> jsonb_build_object('accounts', jsonb_build_array(jsonb_build_object('trades', jsonb_build_array(
       jsonb_build_object('tradeId', trade.trade_id)))))`,
    [anchor],
  )
  for (const { day } of days) await putOutbox(sql, { key: `review:${day}:said:${decision}`, kind: 'review', payload: { day, asked: true } })
}

/** Whoever takes effects and dies is given this long; then another may take them. */
const LEASE_SECONDS = 60

/** The oldest effects still waiting, for this caller alone until the lease ends; kinds that are handed over elsewhere are left alone. */
export async function takeOutbox(db: Database, limit: number, except: readonly string[] = []): Promise<Effect[]> {
  return rowsOf<Effect & { id: number }>(
    db.pool,
    `with taken as (
       update outbox set taken_at = now(), takes = takes + 1
       where id in (
         select id from outbox where done_at is null and kind <> all($3::text[]) and (taken_at is null or taken_at < now() - make_interval(secs => $2))
         order by id limit $1 for update skip locked
       )
       returning id, key, kind, payload, takes
     )
     select key, kind, payload, takes from taken order by id`,
    [limit, LEASE_SECONDS, except],
  )
}

/** They are with the queue now. */
export async function doneOutbox(db: Database, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await db.pool.query('update outbox set done_at = now() where key = any($1::text[]) and done_at is null', [keys])
}

/** The queue did not take them: they wait again, without the lease. */
export async function returnOutbox(db: Database, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await db.pool.query('update outbox set taken_at = null where key = any($1::text[]) and done_at is null', [keys])
}

/** Named by a moment, by a decision or by a row that is inserted once: no key of these is put again. */
const NAMED_ONCE = `(kind in ('system', 'wake') or (kind = 'review' and key ~ '^review:[^:]+:(changed|asked|said):'))`

/**
 * Effects done before then are forgotten; returns how many. Those whose key may be put again stay for ever, since the key is what keeps them from being done
 * again: an alert that stands again after a correction, when a new channel would be told of what is long gone, and the day that a start sees closed.
 */
export async function pruneOutbox(db: Database, before: Instant): Promise<number> {
  return (await db.pool.query(`delete from outbox where done_at < $1 and ${NAMED_ONCE}`, [writeInstant(before)])).rowCount ?? 0
}
