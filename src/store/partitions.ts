// The days of the partitioned tables: a partition for every UTC day that rows have, made when the first of them comes.
// Never inside the transaction that writes the rows: a new partition is there for everybody before anybody needs it, so nobody waits for anybody.
import type { Day, Instant } from '#core/time.ts'
import { type Database, LOCK_SPACE } from './db.ts'
import { inTransaction } from './sql.ts'

export const PARTITIONED = ['marks', 'orders_rt_ts', 'round_trips_rt_ts'] as const
export type Partitioned = (typeof PARTITIONED)[number]

const PARTITION_LOCK = 3
const DAY_MS = 86_400_000

/** Partitions known to exist, per open database. */
const known = new WeakMap<Database, Set<string>>()

export async function ensureDays(db: Database, table: Partitioned, instants: Iterable<Instant>): Promise<void> {
  const partitions = knownOf(db)
  const missing = new Set<number>()
  let last = Number.NaN
  for (const at of instants) {
    const day = Math.floor(at / DAY_MS)
    if (day === last) continue
    last = day
    if (!partitions.has(nameOf(table, day))) missing.add(day)
  }
  if (missing.size === 0) return
  await inTransaction(db.pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, PARTITION_LOCK])
    for (const day of missing) {
      const name = nameOf(table, day)
      const { rows } = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name])
      if (rows[0]?.there === true) continue
      // Attached rather than created in place: attaching lets readers and writers of the other days go on.
      await client.query(`create table ${name} (like ${table} including defaults including constraints)`)
      await client.query(`alter table ${table} attach partition ${name} for values from ('${midnight(day)}') to ('${midnight(day + 1)}')`)
    }
  })
  for (const day of missing) partitions.add(nameOf(table, day))
}

/** To be called when the server says that a day's partition is not there: somebody dropped it. */
export function forgetDays(db: Database): void {
  known.delete(db)
}

function knownOf(db: Database): Set<string> {
  let partitions = known.get(db)
  if (partitions === undefined) {
    partitions = new Set()
    known.set(db, partitions)
  }
  return partitions
}

function nameOf(table: Partitioned, day: number): string {
  return partitionOf(table, new Date(day * DAY_MS).toISOString().slice(0, 10))
}

/** marks_20131007 */
export function partitionOf(table: Partitioned, day: Day): string {
  return `${table}_${day.replaceAll('-', '')}`
}

/** The day of 'marks_20131007'. */
export function dayOfPartition(name: string): Day {
  return name.replace(/^.*_(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
}

function midnight(day: number): string {
  return new Date(day * DAY_MS).toISOString()
}
