// The facts as they arrived: read to fold the book, appended by whoever is not the writer. Never changed, never deleted.
import type { Execution, Fact, Instrument, SessionChange } from '#core/facts.ts'
import type { StoredFact } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import { APPENDED_FROM, factColumns } from './batch.ts'
import { notifyChanged } from './changes.ts'
import { type Database, LOCK_SPACE } from './db.ts'
import { inTransaction, rowsOf, writeInstant } from './sql.ts'

/** `from` is inclusive, `until` exclusive; facts without an instant of their own (most instruments, commissions) are not left out by them. */
export interface FactFilter {
  /** Facts of these contracts, of all contracts (gaps without one, rates), and the commissions of their executions. */
  readonly conIds?: readonly number[]
  /** Executions of this account and their commissions; facts that belong to no account are not left out. */
  readonly account?: string
  readonly from?: Instant
  readonly until?: Instant
  /** Only facts that arrived after this one. */
  readonly after?: number
}

const APPEND_LOCK = 4

/** By arrival: whatever is folded, and so no changes of the session. */
export async function factsOf(db: Database, filter: FactFilter = {}): Promise<StoredFact[]> {
  const conditions: string[] = ["kind <> 'session'"]
  const values: unknown[] = []
  const add = (value: unknown) => `$${values.push(value)}`
  // A commission knows neither contract nor account: it goes where its execution goes.
  const ofExecution = (condition: string) =>
    `(kind = 'commission' and exists (select 1 from facts x where x.kind = 'execution' and x.execution_id = facts.execution_id and coalesce(facts.account, x.account) = x.account and ${condition}))`
  if (filter.conIds !== undefined) {
    const ids = add(filter.conIds)
    conditions.push(`(con_id = any(${ids}::bigint[]) or (con_id is null and kind <> 'commission') or ${ofExecution(`x.con_id = any(${ids}::bigint[])`)})`)
  }
  if (filter.account !== undefined) {
    const account = add(filter.account)
    conditions.push(`(account = ${account} or (account is null and kind <> 'commission') or ${ofExecution(`x.account = ${account}`)})`)
  }
  if (filter.from !== undefined) conditions.push(`(at is null or at >= ${add(writeInstant(filter.from))})`)
  if (filter.until !== undefined) conditions.push(`(at is null or at < ${add(writeInstant(filter.until))})`)
  if (filter.after !== undefined) conditions.push(`arrival > ${add(filter.after)}`)
  return readFacts(db, `select arrival, body, raw::text as raw from facts where ${conditions.join(' and ')} order by arrival`, values)
}

async function readFacts(db: Database, text: string, values: readonly unknown[]): Promise<StoredFact[]> {
  const rows = await rowsOf<{ arrival: number; body: Fact; raw: string | null }>(db.pool, text, values)
  return rows.map(({ arrival, body, raw }) => (raw === null ? { arrival, fact: body } : { arrival, fact: body, raw: JSON.parse(raw) as unknown }))
}

/** The last so many changes of the broker's session, the latest first. */
export async function sessionChanges(db: Database, count: number): Promise<SessionChange[]> {
  const rows = await rowsOf<{ body: SessionChange }>(db.pool, "select body from facts where kind = 'session' order by arrival desc limit $1", [count])
  return rows.map(({ body }) => body)
}

export async function executionById(db: Database, executionId: string): Promise<Execution | null> {
  const rows = await rowsOf<{ body: Execution }>(db.pool, "select body from facts where kind = 'execution' and execution_id = $1", [executionId])
  return rows[0]?.body ?? null
}

/** What is known of every contract, or of these: the instrument that arrived last. */
export async function instruments(db: Database, conIds?: readonly number[]): Promise<Instrument[]> {
  const rows = await rowsOf<{ body: Instrument }>(
    db.pool,
    `select distinct on (con_id) body from facts where kind = 'instrument' ${conIds === undefined ? '' : 'and con_id = any($1::bigint[])'}
     order by con_id, arrival desc`,
    conIds === undefined ? [] : [conIds],
  )
  return rows.map(({ body }) => body)
}

/**
 * Facts from a process that is not the writer (import, reconcile). They are numbered in a range of their own, so that they never take a number the writer
 * is about to give. A fact that is there already, word for word, is left out. The writer is told and folds them. Returns those that were new.
 */
export async function appendFacts(db: Database, facts: readonly Fact[]): Promise<StoredFact[]> {
  if (facts.length === 0) return []
  return inTransaction(db.pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, APPEND_LOCK])
    const rows = await rowsOf<{ arrival: number; body: Fact }>(
      client,
      `insert into facts (arrival, kind, at, con_id, account, execution_id, seen_at, body)
       select greatest((select max(arrival) from facts) + 1, $8) - 1 + row_number() over (order by place), kind, at, con_id, account, execution_id, seen_at, body
       from (
         select distinct on (body) given.*
         from unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::jsonb[])
           with ordinality as given (kind, at, con_id, account, execution_id, seen_at, body, place)
         order by body, place
       ) as fresh
       where not exists (select 1 from facts where facts.body = fresh.body)
       order by place
       on conflict (execution_id, account) where kind = 'execution' do nothing
       returning arrival, body`,
      [...factColumns(facts.map((fact) => ({ fact }))), APPENDED_FROM],
    )
    const last = rows.at(-1)
    if (last !== undefined) await notifyChanged(client, { kind: 'facts', upTo: last.arrival })
    return rows.map(({ arrival, body }) => ({ arrival, fact: body }))
  })
}

/** Every fact of other processes up to this one is folded: the next start need not. */
export async function rememberFolded(db: Database, arrival: number): Promise<void> {
  await remember(db, 'folded', arrival)
}

/** When the last statement of the broker was taken in. */
export async function rememberStatement(db: Database, at: Instant): Promise<void> {
  await remember(db, 'statement', at)
}

/** null: never. */
export async function lastStatementAt(db: Database): Promise<Instant | null> {
  const rows = await rowsOf<{ value: number }>(db.pool, "select value from meta where key = 'statement'")
  return rows[0]?.value ?? null
}

async function remember(db: Database, key: string, value: number): Promise<void> {
  await db.pool.query('insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = greatest(meta.value, excluded.value)', [
    key,
    value,
  ])
}
