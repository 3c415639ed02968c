// The prices as they were accepted: read to fold a trade again. Written by the batch; those of imported tapes are appended here.
import type { Mark } from '#core/facts.ts'
import type { StoredMark } from '#core/stored.ts'
import type { Day, Instant } from '#core/time.ts'
import type { Database } from './db.ts'
import { decide } from './decisions.ts'
import { dayOfPartition, ensureDays, partitionOf } from './partitions.ts'
import { inTransaction, rowsOf, writeInstant } from './sql.ts'

interface MarkRow {
  arrival: number
  at: Instant
  price: string
  bid: string | null
  ask: string | null
  source: StoredMark['source'] | null
  seen_at: Instant | null
}

const CHUNK_ROWS = 10_000
const DAY_MS = 86_400_000

/** The marks of a contract at or after `from` and before `until`, by (at, arrival), in chunks. No cursor is held open between them. */
export async function* marksOf(db: Database, conId: number, from: Instant, until: Instant): AsyncIterable<StoredMark[]> {
  let last: { at: Instant; arrival: number } = { at: from, arrival: -1 }
  for (;;) {
    const rows = await rowsOf<MarkRow>(
      db.pool,
      `select arrival, at, price, bid, ask, source, seen_at from marks
       where con_id = $1 and at >= $2 and at < $3 and (at, arrival) > ($2, $4) order by at, arrival limit ${CHUNK_ROWS}`,
      [conId, writeInstant(last.at), writeInstant(until), last.arrival],
    )
    if (rows.length > 0) yield rows.map((row) => markOf(conId, row))
    const end = rows.at(-1)
    if (end === undefined || rows.length < CHUNK_ROWS) return
    last = { at: end.at, arrival: end.arrival }
  }
}

/** A stretch of a contract's prices, under the name it is asked for by. */
export interface Stretch {
  readonly name: string
  readonly conId: number
  readonly from: Instant
  readonly until: Instant
}

/** The prices of many stretches in one statement, by name and in order; those of which none were kept are left out. */
export async function pricesIn(db: Database, stretches: readonly Stretch[]): Promise<Map<string, { readonly at: Instant; readonly price: number }[]>> {
  if (stretches.length === 0) return new Map()
  const rows = await rowsOf<{ name: string; at: Instant; price: string }>(
    db.pool,
    `select wanted.name, found.at, found.price from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::timestamptz[]) as wanted (name, con_id, since, until)
     cross join lateral (select at, arrival, price from marks where con_id = wanted.con_id and at >= wanted.since and at < wanted.until) as found
     order by wanted.name, found.at, found.arrival`,
    [
      stretches.map(({ name }) => name),
      stretches.map(({ conId }) => conId),
      stretches.map(({ from }) => writeInstant(from)),
      stretches.map(({ until }) => writeInstant(until)),
    ],
  )
  const prices = new Map<string, { at: Instant; price: number }[]>()
  for (const { name, at, price } of rows) {
    const known = prices.get(name)
    if (known === undefined) prices.set(name, [{ at, price: Number(price) }])
    else known.push({ at, price: Number(price) })
  }
  return prices
}

/** The last mark of a contract, up to and including an instant. */
export async function lastMark(db: Database, conId: number, until: Instant | null = null): Promise<StoredMark | null> {
  const rows = await rowsOf<MarkRow>(
    db.pool,
    'select arrival, at, price, bid, ask, source, seen_at from marks where con_id = $1 and ($2::timestamptz is null or at <= $2) order by at desc, arrival desc limit 1',
    [conId, until === null ? null : writeInstant(until)],
  )
  return rows[0] === undefined ? null : markOf(conId, rows[0])
}

/** The instant of the last mark of any contract; null: there is none. */
export async function lastMarkAt(db: Database): Promise<Instant | null> {
  // A day's partition may be there for marks that never came.
  for (const day of (await daysOfMarks(db)).toReversed()) {
    const rows = await rowsOf<{ at: Instant | null }>(db.pool, `select max(at) as at from ${partitionOf('marks', day)}`)
    if (rows[0]?.at != null) return rows[0].at
  }
  return null
}

/** The days (UTC) that have marks, or had some, in order. */
export async function daysOfMarks(db: Database): Promise<readonly Day[]> {
  const rows = await rowsOf<{ name: string }>(
    db.pool,
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'marks'::regclass`,
  )
  return rows.map(({ name }) => dayOfPartition(name)).sort()
}

/** A day is not exchanged where its lock is not to be had within this time. */
const LOCK_MS_MAX = 1_000

/** The contracts with marks on a day. */
export async function conIdsOfDay(db: Database, day: Day): Promise<readonly number[]> {
  const rows = await rowsOf<{ con_id: number }>(db.pool, `select distinct con_id from ${partitionOf('marks', day)}`)
  return rows.map(({ con_id }) => con_id)
}

/**
 * Of a day's marks only those of these arrivals stay, by contract, and whatever came after the one numbered `seenUpTo`; in one transaction with the note that the day was
 * thinned and with the trades that stand on it.
 */
export async function exchangeDay(
  db: Database,
  day: Day,
  stay: { readonly arrivals: ReadonlyMap<number, readonly number[]>; readonly seenUpTo: number },
  at: Instant,
): Promise<void> {
  const partition = partitionOf('marks', day)
  const until = writeInstant(Date.parse(day) + DAY_MS)
  const conIds = [...stay.arrivals].flatMap(([conId, arrivals]) => arrivals.map(() => conId))
  await inTransaction(db.pool, async (client) => {
    // Whoever reads for hours (a backup) is not waited for: behind us no price would be written meanwhile. The next turn tries again.
    await client.query(`set local lock_timeout to ${LOCK_MS_MAX}`)
    await client.query('lock table marks in exclusive mode')
    await client.query(`create table ${partition}_thin (like ${partition} including all)`)
    await client.query(
      `insert into ${partition}_thin select m.* from ${partition} m
       where m.arrival > $3 or (m.con_id, m.arrival) in (select * from unnest($1::bigint[], $2::bigint[]))`,
      [conIds, [...stay.arrivals.values()].flat(), stay.seenUpTo],
    )
    await client.query(`alter table marks detach partition ${partition}`)
    await client.query(`drop table ${partition}`)
    await client.query(`alter table ${partition}_thin rename to ${partition}`)
    await client.query(`alter table marks attach partition ${partition} for values from ('${day}T00:00:00Z') to ('${until}')`)
    for (const table of ['orders_rt', 'round_trips_rt']) await client.query(`update ${table} set thinned = true where opened_at < $1 and not thinned`, [until])
    await decide(client, { at, kind: 'thin', subject: day, body: { stayed: conIds.length } })
  })
}

/** Arrivals of imported marks begin here, above those of any fact: at one instant a fill comes before a price. */
const IMPORTED_FROM = 2 ** 51

/** The number that the next imported mark gets. */
export async function nextImportedMark(db: Database): Promise<number> {
  const rows = await rowsOf<{ next: number | null }>(db.pool, 'select max(arrival) + 1 as next from marks where arrival >= $1', [IMPORTED_FROM])
  return rows[0]?.next ?? IMPORTED_FROM
}

/** Marks from a process that is not the writer, in order, numbered from `first` on. One that is there already is left out. Answers how many were new. */
export async function appendMarks(db: Database, conId: number, marks: readonly Omit<Mark, 'kind' | 'conId'>[], first: number): Promise<number> {
  await ensureDays(
    db,
    'marks',
    marks.map(({ at }) => at),
  )
  const { rowCount } = await db.pool.query(
    `insert into marks (con_id, at, arrival, price, bid, ask, source)
     select $1::bigint, at, $7::bigint + place - 1, price, bid, ask, source
     from unnest($2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[], $6::text[]) with ordinality as given (at, price, bid, ask, source, place)
     where not exists (select 1 from marks where marks.con_id = $1 and marks.at = given.at and marks.price = given.price)`,
    [
      conId,
      marks.map(({ at }) => writeInstant(at)),
      marks.map(({ price }) => price),
      marks.map(({ bid }) => bid ?? null),
      marks.map(({ ask }) => ask ?? null),
      marks.map(({ source }) => source ?? null),
      first,
    ],
  )
  return rowCount ?? 0
}

function markOf(conId: number, row: MarkRow): StoredMark {
  return {
    kind: 'mark',
    conId,
    price: Number(row.price),
    at: row.at,
    ...(row.bid === null ? {} : { bid: Number(row.bid) }),
    ...(row.ask === null ? {} : { ask: Number(row.ask) }),
    ...(row.source === null ? {} : { source: row.source }),
    ...(row.seen_at === null ? {} : { seenAt: row.seen_at }),
    arrival: row.arrival,
  }
}
