// One batch: everything the writer has to say of a moment, in one transaction. Acknowledged means committed.
// Never decides anything: it writes what the book, the rules and the mark filter made of the facts. Only the holder of the writer lock calls it.
import { getTableColumns } from 'drizzle-orm'
import { readOrderRef } from '#core/order-ref.ts'
import type { WordsOn } from '#core/containment.ts'
import type { StoredAlert, StoredFact, StoredMark, StoredSession, StoredTrade } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { alerts, orders } from '#drizzle/schema.ts'
import { changed } from './changes.ts'
import { copyRows, type RowWriter } from './copy-rows.ts'
import type { Database } from './db.ts'
import { ensureDays, forgetDays } from './partitions.ts'
import { inOneGo, type OneGo } from './one-go.ts'
import { rowsOf, writeInstant, writeJson } from './sql.ts'
import { removedKey } from './trades.ts'
import { writeWords } from './words.ts'

export interface Batch {
  readonly facts: readonly (StoredFact | StoredSession)[]
  readonly marks: readonly StoredMark[]
  /** Written over what is there; both units. */
  readonly trades: readonly StoredTrade[]
  /** Trades that no longer exist, with their trajectories; both units. Their numbers are kept, for those who come back. */
  readonly removedTrades: readonly { readonly tradeId: string; readonly seq: number }[]
  /** The words on trades that contain other executions than before. */
  readonly words: readonly WordsOn[]
  readonly trajectory: readonly (TrajectoryPoint & { readonly seq: number })[]
  /** Points at or after `from` are deleted before the new ones are written. */
  readonly trajectoryReplacedFrom: readonly { readonly tradeId: string; readonly from: Instant }[]
  /** Written over what is there, by id. */
  readonly alerts: readonly StoredAlert[]
  /** A key names an effect: inserting it twice is inserting it once. */
  readonly outbox: readonly { readonly key: string; readonly kind: string; readonly payload: unknown }[]
  readonly audit: readonly { readonly at: Instant; readonly what: string; readonly subject: string; readonly before: unknown; readonly after: unknown }[]
  readonly refused: readonly { readonly conId: number; readonly at: Instant; readonly price: number | null; readonly reason: string }[]
}

/** Nothing to say; spread it and add. */
export const EMPTY_BATCH: Batch = {
  facts: [],
  marks: [],
  trades: [],
  removedTrades: [],
  words: [],
  trajectory: [],
  trajectoryReplacedFrom: [],
  alerts: [],
  outbox: [],
  audit: [],
  refused: [],
}

/** Arrivals from here on were given by processes that are not the writer (facts.ts), so that the two never give the same one. */
export const APPENDED_FROM = 2 ** 50

const CHECK_VIOLATION = '23514'

/** `asynchronous`: may be lost by a crash in the next moments (marks alone may), never torn. */
export async function commitBatch(db: Database, batch: Batch, options: { asynchronous?: boolean } = {}): Promise<void> {
  try {
    await writeBatch(db, batch, options.asynchronous ?? false)
  } catch (error) {
    // 'no partition of relation "marks" found for row': somebody dropped a day we remembered.
    if ((error as { code?: string }).code !== CHECK_VIOLATION) throw error
    forgetDays(db)
    await writeBatch(db, batch, options.asynchronous ?? false)
  }
}

/** The highest numbers ever given by the writer, whatever became of what they were given to; and the last fact of another process that was folded. */
export async function lastNumbers(db: Database): Promise<{ arrival: number; seq: number; folded: number }> {
  const rows = await rowsOf<{ key: string; value: number }>(db.pool, 'select key, value from meta')
  const last = (key: string) => rows.find((row) => row.key === key)?.value ?? 0
  return { arrival: last('arrival'), seq: last('seq'), folded: last('folded') }
}

async function writeBatch(db: Database, batch: Batch, asynchronous: boolean): Promise<void> {
  const points = {
    orders_rt_ts: lastOfEach(batch.trajectory.filter((point) => point.tradeId.startsWith('ORDER:'))),
    round_trips_rt_ts: lastOfEach(batch.trajectory.filter((point) => !point.tradeId.startsWith('ORDER:'))),
  }
  await ensureDays(db, 'marks', instantsOf(batch.marks))
  for (const table of POINT_TABLES) await ensureDays(db, table, instantsOf(points[table]))
  await inOneGo(db.pool, asynchronous ? 'begin; set local synchronous_commit to off' : 'begin', async (go) => {
    writeFacts(go, batch.facts)
    await writeMarks(go, batch.marks)
    removeTrades(go, batch.removedTrades)
    writeTrades(go, batch.trades)
    removePoints(go, batch.trajectoryReplacedFrom)
    for (const table of POINT_TABLES) await writePoints(go, table, points[table])
    writeAlerts(go, batch.alerts)
    writeOutbox(go, batch.outbox)
    writeAudit(go, batch.audit)
    writeRefused(go, batch.refused)
    writeWords(go, batch.words)
    writeNumbers(go, batch)
  })
}

const POINT_TABLES = ['orders_rt_ts', 'round_trips_rt_ts'] as const

function* instantsOf(dated: readonly { readonly at: Instant }[]): Iterable<Instant> {
  for (const { at } of dated) yield at
}

/** One row per trade and millisecond: the state after its last fact. */
function lastOfEach<P extends TrajectoryPoint>(points: readonly P[]): P[] {
  const places = new Map<string, number>()
  const kept: P[] = []
  for (const point of points) {
    const place = places.get(point.tradeId)
    const before = place === undefined ? undefined : kept[place]
    if (place !== undefined && before?.at === point.at) {
      kept[place] = point
      continue
    }
    // Folded in the order of time; what is not is sorted out the long way.
    if (before !== undefined && point.at < before.at) return [...new Map(points.map((one) => [`${one.at} ${one.tradeId}`, one])).values()]
    places.set(point.tradeId, kept.push(point) - 1)
  }
  return kept
}

// --- the logs ---

/** Recording an execution id twice is recording it once; any other collision is an error (two writers). */
function writeFacts(go: OneGo, facts: Batch['facts']): void {
  if (facts.length === 0) return
  go.say(
    `insert into facts (arrival, kind, at, con_id, account, execution_id, seen_at, body, raw)
     select * from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::jsonb[], $9::jsonb[])
     on conflict (execution_id, account) where kind = 'execution' do nothing`,
    [facts.map(({ arrival }) => arrival), ...factColumns(facts), facts.map(({ raw }) => (raw === undefined ? null : writeJson(raw)))],
  )
}

/** kind, at, con_id, account, execution_id, seen_at, body: a list for each. */
export function factColumns(facts: readonly Pick<StoredFact | StoredSession, 'fact' | 'seenAt'>[]): unknown[][] {
  return [
    facts.map(({ fact }) => fact.kind),
    facts.map(({ fact }) => writeInstant('from' in fact ? fact.from : fact.at)),
    facts.map(({ fact }) => ('conId' in fact ? (fact.conId ?? null) : null)),
    facts.map(({ fact }) => ('account' in fact && fact.account !== undefined ? clean(fact.account) : null)),
    facts.map(({ fact }) => ('executionId' in fact ? clean(fact.executionId) : null)),
    facts.map(({ fact, seenAt }) => writeInstant(fact.seenAt ?? seenAt)),
    facts.map(({ fact }) => writeJson(fact)),
  ]
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd')
}

/** From so many rows on they are copied; fewer are not worth a way there and back of their own. */
const COPIED_MIN = 200

async function writeMarks(go: OneGo, marks: readonly StoredMark[]): Promise<void> {
  if (marks.length >= COPIED_MIN)
    return go.copy('copy marks (con_id, at, arrival, price, bid, ask, source, seen_at) from stdin (format binary)', copyRows(marks, 8, writeMark))
  if (marks.length === 0) return
  go.say(
    `insert into marks (con_id, at, arrival, price, bid, ask, source, seen_at)
     select * from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::numeric[], $5::numeric[], $6::numeric[], $7::text[], $8::timestamptz[])`,
    [
      marks.map(({ conId }) => conId),
      marks.map(({ at }) => writeInstant(at)),
      marks.map(({ arrival }) => arrival),
      marks.map(({ price }) => price),
      marks.map(({ bid }) => bid ?? null),
      marks.map(({ ask }) => ask ?? null),
      marks.map(({ source }) => source ?? null),
      marks.map(({ seenAt }) => writeInstant(seenAt)),
    ],
    'write marks',
  )
}

/** A row of `marks`, as it is copied. */
export function writeMark({ conId, at, arrival, price, bid, ask, source, seenAt }: StoredMark, to: RowWriter): void {
  to.bigint(conId)
  to.instant(at)
  to.bigint(arrival)
  to.numeric(price)
  to.numeric(bid)
  to.numeric(ask)
  to.text(source)
  to.instant(seenAt)
}

// --- what is folded from them ---

/** Column names as SQL and as Drizzle calls them, without those the server fills in. */
function columnsOf(table: typeof orders | typeof alerts, ...filledIn: readonly string[]): { key: string; name: string }[] {
  return Object.entries(getTableColumns(table))
    .map(([key, column]) => ({ key, name: column.name }))
    .filter(({ key }) => !filledIn.includes(key))
}

const TRADE_COLUMNS = columnsOf(orders, 'giveback').map(({ name }) => name)
const ALERT_COLUMNS = columnsOf(alerts, 'number')

/** All rows as one JSON text: the server turns decimals, instants and lists into its own by the table's types. */
function upsert(table: string, columns: readonly string[], key: string): string {
  const names = columns.join(', ')
  const replaced = columns.filter((name) => name !== key).map((name) => `${name} = excluded.${name}`)
  return `insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, $1::json) with ordinality as given order by ordinality
    on conflict (${key}) do update set ${replaced.join(', ')}`
}

const UPSERT_ORDERS = upsert('orders_rt', TRADE_COLUMNS, 'trade_id')
const UPSERT_ROUND_TRIPS = upsert('round_trips_rt', TRADE_COLUMNS, 'trade_id')
const UPSERT_ALERTS = upsert(
  'alerts',
  ALERT_COLUMNS.map(({ name }) => name),
  'id',
)

function writeTrades(go: OneGo, trades: readonly StoredTrade[]): void {
  const last = [...new Map(trades.map((trade) => [trade.tradeId, trade])).values()]
  const ordersOnly = last.filter(({ unit }) => unit === 'ORDER')
  const roundTripsOnly = last.filter(({ unit }) => unit === 'ROUND_TRIP')
  if (ordersOnly.length > 0) go.say(UPSERT_ORDERS, [writeJson(ordersOnly.map(tradeRow))], 'write orders_rt')
  if (roundTripsOnly.length > 0) go.say(UPSERT_ROUND_TRIPS, [writeJson(roundTripsOnly.map(tradeRow))], 'write round_trips_rt')
}

function tradeRow(trade: StoredTrade): Record<string, unknown> {
  const { mfe, mae, provenance } = trade
  const said = readOrderRef(trade.orderRef)
  return {
    trade_id: trade.tradeId,
    symbol: trade.symbol,
    side: trade.side === 'LONG' ? 'BUY' : 'SELL',
    qty: trade.quantity,
    entry_px: trade.entryPrice,
    mfe_px: mfe.price,
    mae_px: mae.price,
    last_px: trade.lastPrice,
    opened_at: writeInstant(trade.openedAt),
    updated_at: writeInstant(trade.updatedAt),
    open_qty: trade.openQuantity,
    mfe_pct: mfe.pct,
    mae_pct: mae.pct,
    status: trade.status,
    account: trade.account,
    mode: trade.mode,
    con_id: trade.conId,
    sec_type: trade.secType,
    currency: trade.currency,
    multiplier: trade.multiplier,
    exit_px: trade.exitPrice,
    closed_at: writeInstant(trade.closedAt),
    gross_pnl: trade.grossPnl,
    commission: trade.commission,
    net_pnl: trade.netPnl,
    mfe_at: writeInstant(mfe.at),
    mfe_pct_at: writeInstant(mfe.pctAt),
    mfe_pnl: mfe.pnl,
    mfe_pnl_at: writeInstant(mfe.pnlAt),
    mae_at: writeInstant(mae.at),
    mae_pct_at: writeInstant(mae.pctAt),
    mae_pnl: mae.pnl,
    mae_pnl_at: writeInstant(mae.pnlAt),
    drawdown_pct: trade.drawdownPct,
    order_ref: trade.orderRef,
    plan: trade.plan,
    held: trade.held,
    fills: trade.fills,
    source: provenance.source,
    coverage: provenance.coverage,
    gaps: provenance.gaps,
    partial_since: writeInstant(provenance.partialSince),
    left_out: provenance.leftOut ?? 0,
    thinned: provenance.thinned ?? false,
    seq: trade.seq,
    ref_strategy: said.strategy,
    ref_tags: said.tags,
    ref_stop: said.initialStop,
    ref_target: said.initialTarget,
  }
}

function removeTrades(go: OneGo, removed: Batch['removedTrades']): void {
  if (removed.length === 0) return
  const tradeIds = removed.map(({ tradeId }) => tradeId)
  const last = new Map<string, number>()
  for (const { tradeId, seq } of removed) last.set(removedKey(tradeId), Math.max(seq, last.get(removedKey(tradeId)) ?? 0))
  go.say(
    `insert into meta (key, value) select * from unnest($1::text[], $2::bigint[])
     on conflict (key) do update set value = greatest(meta.value, excluded.value)`,
    [[...last.keys()], [...last.values()]],
  )
  for (const table of ['orders_rt', 'round_trips_rt', ...POINT_TABLES]) go.say(`delete from ${table} where trade_id = any($1::text[])`, [tradeIds])
}

function removePoints(go: OneGo, replaced: Batch['trajectoryReplacedFrom']): void {
  if (replaced.length === 0) return
  const values = [
    replaced.map(({ tradeId }) => tradeId),
    replaced.map(({ from }) => writeInstant(from)),
    // Lets the server leave the days before aside.
    writeInstant(Math.min(...replaced.map(({ from }) => from))),
  ]
  for (const table of POINT_TABLES) {
    go.say(
      `delete from ${table} as point using unnest($1::text[], $2::timestamptz[]) as replaced (trade_id, since)
       where point.trade_id = replaced.trade_id and point.ts >= replaced.since and point.ts >= $3`,
      values,
    )
  }
}

const UNIQUE_VIOLATION = '23505'

/** Written over what is there. Only a trade's first point of a batch can have been written before, when its millisecond still ran; should another, all are merged. */
async function writePoints(go: OneGo, table: (typeof POINT_TABLES)[number], points: Batch['trajectory']): Promise<void> {
  if (points.length < COPIED_MIN) return mergePoints(go, table, points)
  const seen = new Set<string>()
  const first: Batch['trajectory'][number][] = []
  const others: Batch['trajectory'][number][] = []
  for (const point of points) {
    if (seen.has(point.tradeId)) others.push(point)
    else first.push(point)
    seen.add(point.tradeId)
  }
  mergePoints(go, table, first)
  go.say('savepoint points')
  try {
    await go.copy(`copy ${table} (trade_id, ts, last_px, mfe_px, mae_px, seq) from stdin (format binary)`, copyRows(others, 6, writePoint))
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error
    go.say('rollback to savepoint points')
    mergePoints(go, table, others)
  }
}

/** A row of a trajectory, as it is copied. */
export function writePoint({ tradeId, at, last, mfe, mae, seq }: Batch['trajectory'][number], to: RowWriter): void {
  to.text(tradeId)
  to.instant(at)
  to.numeric(last)
  to.numeric(mfe)
  to.numeric(mae)
  to.bigint(seq)
}

function mergePoints(go: OneGo, table: (typeof POINT_TABLES)[number], points: Batch['trajectory']): void {
  if (points.length === 0) return
  go.say(
    `insert into ${table} (trade_id, ts, last_px, mfe_px, mae_px, seq)
     select * from unnest($1::text[], $2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[], $6::bigint[])
     on conflict (trade_id, ts) do update set last_px = excluded.last_px, mfe_px = excluded.mfe_px, mae_px = excluded.mae_px, seq = excluded.seq`,
    [
      points.map(({ tradeId }) => tradeId),
      points.map(({ at }) => writeInstant(at)),
      points.map(({ last }) => last),
      points.map(({ mfe }) => mfe),
      points.map(({ mae }) => mae),
      points.map(({ seq }) => seq),
    ],
    `write ${table}`,
  )
}

// --- history ---

function writeAlerts(go: OneGo, raised: readonly StoredAlert[]): void {
  if (raised.length === 0) return
  const last = [...new Map(raised.map((alert) => [alert.id, alert])).values()]
  const rows = last.map((alert) => {
    const dated: Record<string, unknown> = {
      ...alert,
      ordinal: alert.ordinal ?? 1,
      at: writeInstant(alert.at),
      openedAt: writeInstant(alert.openedAt),
      raisedAt: writeInstant(alert.raisedAt),
    }
    return Object.fromEntries(ALERT_COLUMNS.map(({ key, name }) => [name, dated[key]]))
  })
  go.say(UPSERT_ALERTS, [writeJson(rows)], 'write alerts')
}

function writeOutbox(go: OneGo, effects: Batch['outbox']): void {
  if (effects.length === 0) return
  go.say(`insert into outbox (key, kind, payload) select * from unnest($1::text[], $2::text[], $3::jsonb[]) on conflict (key) do nothing`, [
    effects.map(({ key }) => key),
    effects.map(({ kind }) => kind),
    effects.map(({ payload }) => writeJson(payload ?? null)),
  ])
}

function writeAudit(go: OneGo, changes: Batch['audit']): void {
  if (changes.length === 0) return
  go.say(
    `insert into audit (at, what, subject, before, after)
     select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::jsonb[], $5::jsonb[])`,
    [
      changes.map(({ at }) => writeInstant(at)),
      changes.map(({ what }) => what),
      changes.map(({ subject }) => subject),
      changes.map(({ before }) => writeJson(before ?? null)),
      changes.map(({ after }) => writeJson(after ?? null)),
    ],
  )
}

function writeRefused(go: OneGo, refused: Batch['refused']): void {
  if (refused.length === 0) return
  go.say(`insert into refused_marks (con_id, at, price, reason) select * from unnest($1::bigint[], $2::timestamptz[], $3::numeric[], $4::text[])`, [
    refused.map(({ conId }) => conId),
    refused.map(({ at }) => writeInstant(at)),
    refused.map(({ price }) => (price !== null && Number.isFinite(price) ? price : null)),
    refused.map(({ reason }) => reason),
  ])
}

/** Remembers the highest numbers of the batch, so that they never go down, not even when what carried them is deleted. */
function highestSeq(batch: Batch): number {
  let seq = 0
  for (const list of [batch.trades, batch.removedTrades, batch.trajectory, batch.alerts]) for (const numbered of list) seq = Math.max(seq, numbered.seq)
  return seq
}

/** And tells those who listen, where there is something new to read. */
function writeNumbers(go: OneGo, batch: Batch): void {
  const seq = highestSeq(batch)
  let arrival = 0
  for (const list of [batch.facts, batch.marks])
    for (const numbered of list) if (numbered.arrival < APPENDED_FROM) arrival = Math.max(arrival, numbered.arrival)
  if (arrival > 0 || seq > 0)
    go.say(
      `insert into meta (key, value) values ('arrival', $1), ('seq', $2) on conflict (key) do update set value = greatest(meta.value, excluded.value)`,
      [arrival, seq],
      'write numbers',
    )
  if (seq > 0) go.say(...changed({ kind: 'batch', upTo: seq }))
}
