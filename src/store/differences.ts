// Where we and the broker differ, as rows: one while it lasts, however often it is seen; and what it is reckoned from. Judges nothing (core/reconcile.ts does).
import type { DifferenceChanges, StoredDifference } from '#core/difference.ts'
import type { OurOrder, Unpaired } from '#core/reconcile.ts'
import type { Stood } from '#core/holding.ts'
import type { Instant } from '#core/time.ts'
import type { Database } from './db.ts'
import { inTransaction, rowsOf, writeInstant } from './sql.ts'

export interface DifferenceFilter {
  readonly accounts?: readonly string[]
  /** true: those that still hold; false: those that are over. */
  readonly open?: boolean
  /** Those that held at some time in between: `from` inclusive, `until` exclusive. */
  readonly from?: Instant
  readonly until?: Instant
  /** Absent: all of them. One that is left out would never be seen to be over. */
  readonly limit?: number
}

const COLUMNS =
  'id, account, con_id as "conId", symbol, measure, subject, source, ours, theirs, currency, causes, stale_seconds as "staleSeconds", severity, remedy, since, seen_at as "seenAt", until'

/** The latest first. */
export async function differencesOf(db: Database, { accounts, open, from, until, limit }: DifferenceFilter = {}): Promise<StoredDifference[]> {
  return rowsOf<StoredDifference>(
    db.pool,
    `select ${COLUMNS} from differences
     where ($1::text[] is null or account = any($1)) and ($2::boolean is null or (until is null) = $2)
       and ($3::timestamptz is null or until is null or until >= $3) and ($4::timestamptz is null or since < $4)
     order by since desc, number desc limit $5`,
    [accounts ?? null, open ?? null, writeInstant(from), writeInstant(until), limit ?? null],
  )
}

/** Writes what began, what lasts and what is over. Two processes that see the same difference write it once. */
export async function writeDifferences(db: Database, { began, still, over }: DifferenceChanges): Promise<void> {
  if (began.length + still.length + over.length === 0) return
  await inTransaction(db.pool, async (client) => {
    for (const one of began) {
      await client.query(
        `insert into differences (id, account, con_id, symbol, measure, subject, source, ours, theirs, currency, causes, stale_seconds, severity, remedy, since, seen_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict do nothing`,
        [
          ...[one.id, one.account, one.conId, one.symbol, one.measure, one.subject, one.source, one.ours, one.theirs, one.currency, one.causes],
          ...[one.staleSeconds, one.severity, one.remedy, writeInstant(one.since), writeInstant(one.seenAt)],
        ],
      )
    }
    for (const one of still) {
      await client.query(
        `update differences set source = $2, ours = $3, theirs = $4, causes = $5, stale_seconds = $6, severity = $7, remedy = $8, seen_at = $9
         where id = $1 and until is null`,
        [one.id, one.source, one.ours, one.theirs, one.causes, one.staleSeconds, one.severity, one.remedy, writeInstant(one.seenAt)],
      )
    }
    for (const one of over)
      await client.query('update differences set until = $2, seen_at = $2 where id = $1 and until is null', [one.id, writeInstant(one.until)])
  })
}

/** The correction family of an execution id, as core/execution.ts reads it, and its number in it. */
const familyOf = (id: string) => `regexp_replace(${id}, '^([^.]*[.][^.]*[.][^.]*)[.][0-9]+$', '\\1')`
const suffixOf = (id: string) => `coalesce(substring(${id} from '^[^.]*[.][^.]*[.][^.]*[.]([0-9]+)$')::numeric, 0)`

/**
 * How far our executions fill the orders that were filled at or after `from`, with what was filled of them before, in all accounts that share one; of a combo
 * the leg of which the most was filled. A corrected execution counts for the most it was ever told to be: what the broker says of its order may be older than
 * the correction, and what was told is not missing.
 */
export async function ourOrdersSince(db: Database, from: Instant): Promise<ReadonlyMap<string, OurOrder>> {
  const rows = await rowsOf<OurOrder & { permId: string }>(
    db.pool,
    `with recent as (
       select distinct con_id, body->>'permId' as perm_id from facts where kind = 'execution' and at >= $1 and coalesce(body->>'permId', '0') <> '0'
     ), fills as (
       select distinct on (account, family) account, con_id, perm_id, quantity
       from (select f.account, con_id, perm_id, (f.body->>'quantity')::numeric as quantity, ${familyOf('f.execution_id')} as family
             from facts f join recent using (con_id) where f.kind = 'execution' and f.body->>'permId' = perm_id) as numbered
       order by account, family, quantity desc
     )
     select distinct on (perm_id) perm_id as "permId", min(account) as account, con_id as "conId", coalesce(max(i.body->>'symbol'), '') as symbol, sum(quantity) as filled
     from fills left join lateral (select body from facts f where f.kind = 'instrument' and f.con_id = fills.con_id order by arrival desc limit 1) as i on true
     group by perm_id, con_id order by perm_id, filled desc, con_id`,
    [writeInstant(from)],
  )
  return new Map(rows.map(({ permId, ...order }) => [permId, order]))
}

/** Told of an execution by its account, or of its id alone where no other account with that id waits as well. */
const isOf = (c: string, e: string) => `(${c}.account = ${e}.account or ${c}.account is null and not exists (
  select from facts o where o.kind = 'execution' and o.execution_id = ${e}.execution_id and o.account <> ${e}.account
    and not exists (select from facts n where n.kind = 'commission' and n.execution_id = o.execution_id and n.account = o.account)))`

/** Its commission was told, or it needs none; of a corrected family the commission may stand with any of them. */
const isPaired = (e: string) => `(
  exists (select from facts c where c.kind in ('commission', 'cancel') and c.execution_id = ${e}.execution_id and ${isOf('c', e)})
  or (${suffixOf(`${e}.execution_id`)} > 1 and exists (
    select from facts c where c.kind = 'commission' and ${familyOf('c.execution_id')} = ${familyOf(`${e}.execution_id`)} and ${isOf('c', e)})))`

/** Executions between `from` and `until` that have no commission, and commissions, however old, whose execution nobody told. */
export async function unpairedBetween(db: Database, from: Instant, until: Instant): Promise<Unpaired[]> {
  const rows = await rowsOf<{
    executionId: string
    account: string | null
    conId: number | null
    symbol: string | null
    amount: string | null
    currency: string | null
  }>(
    db.pool,
    `select e.execution_id as "executionId", e.account, e.con_id as "conId", i.body->>'symbol' as symbol, null as amount, null as currency
     from facts e left join lateral (select body from facts f where f.kind = 'instrument' and f.con_id = e.con_id order by arrival desc limit 1) as i on true
     where e.kind = 'execution' and e.at >= $1 and e.at < $2 and (e.body->>'quantity')::numeric > 0
       and not ${isPaired('e')}
     union all
     select c.execution_id, null, null, null, c.body->>'amount', c.body->>'currency'
     from facts c
     where c.kind = 'commission' and not exists (select 1 from facts e where e.kind = 'execution' and e.execution_id = c.execution_id)
     order by 1 limit 100`,
    [writeInstant(from), writeInstant(until)],
  )
  return rows.map(({ executionId, account, conId, symbol, amount, currency }) => ({
    executionId,
    execution: account === null || conId === null ? null : { account, conId, symbol: symbol ?? '' },
    amount,
    currency,
  }))
}

/** Of these executions, those that are here and wait for no commission any more. */
export async function pairedOf(db: Database, executionIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (executionIds.length === 0) return new Set()
  const rows = await rowsOf<{ id: string }>(
    db.pool,
    `select e.execution_id as id from facts e where e.kind = 'execution' and e.execution_id = any($1) group by 1 having bool_and(${isPaired('e')})`,
    [executionIds],
  )
  return new Set(rows.map(({ id }) => id))
}

/** When prices changed in the last minutes, oldest first; of a contract whose price did not change, the last price alone. */
export async function pricesStood(db: Database, conIds: readonly number[], from: Instant, until: Instant): Promise<ReadonlyMap<number, readonly Stood[]>> {
  const rows = await rowsOf<{ con_id: number; at: Instant; price: string }>(
    db.pool,
    `select wanted.con_id, found.at, found.price from unnest($1::bigint[]) as wanted (con_id),
     lateral (
       select at, price, arrival from marks where marks.con_id = wanted.con_id and at >= $2 and at <= $3
       union all
       (select at, price, arrival from marks where marks.con_id = wanted.con_id and at < $2 order by at desc, arrival desc limit 1)
       order by at desc, arrival desc limit 5000) as found
     order by wanted.con_id, found.at, found.arrival`,
    [conIds, writeInstant(from), writeInstant(until)],
  )
  const stood = new Map<number, Stood[]>()
  for (const { con_id, at, price } of rows) {
    const of = stood.get(con_id) ?? []
    stood.set(con_id, of)
    of.push({ at, price: Number(price) })
  }
  return stood
}
