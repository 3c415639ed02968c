// The prices as they were accepted: read to fold a trade again. Written by the batch, by nobody else.
import type { StoredMark } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { Database } from './db.ts'
import { rowsOf, writeInstant } from './sql.ts'

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

export async function lastMark(db: Database, conId: number): Promise<StoredMark | null> {
  const rows = await rowsOf<MarkRow>(
    db.pool,
    'select arrival, at, price, bid, ask, source, seen_at from marks where con_id = $1 order by at desc, arrival desc limit 1',
    [conId],
  )
  return rows[0] === undefined ? null : markOf(conId, rows[0])
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
