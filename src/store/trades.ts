// The trades as rows: open ones for the start, pages for those who read, changes for those who come back. Both units, never in one answer
// except where ids name them. Never folds anything: the batch writes what the book said.
import { type AnyColumn, and, asc, desc, eq, gt, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { DecimalText } from '#core/decimal.ts'
import { type Connection, DEFAULT_TRADE_ORDER, type Page, type TradeFilter, type TradeOrder } from '#core/query.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { TrajectoryPoint, Unit } from '#core/trade.ts'
import { annotations } from '#drizzle/schema.ts'
import type { Database } from './db.ts'
import { connectionOf, pageQuery, type SortKey } from './page.ts'
import { listsOf, rowsOf, writeInstant } from './sql.ts'
import {
  columnsOf,
  partsOfRow,
  rowsOfStatement,
  SORTED_BY,
  select,
  type Statement,
  statementOf,
  tableOf,
  tradeOf,
  type TradePart,
  type TradeTable,
  unitOf,
} from './trade-rows.ts'

/** Trades still open, of both units, in the order of their opening. */
export async function openTrades(db: Database): Promise<StoredTrade[]> {
  const units = await Promise.all([tradesOf(db, { unit: 'ORDER', status: 'OPEN' }), tradesOf(db, { unit: 'ROUND_TRIP', status: 'OPEN' })])
  return units.flat()
}

/** All that match, in the order in which `replay` prints unless told otherwise. */
export async function tradesOf(db: Database, filter: TradeFilter, order: TradeOrder = DEFAULT_TRADE_ORDER): Promise<StoredTrade[]> {
  const table = tableOf(filter.unit)
  const { orderBy } = pageQuery({}, sortKeys(table, order))
  const columns = columnsOf(null)
  const query = select(db, table, columns)
    .where(conditions(table, filter))
    .orderBy(...orderBy)
  return (await rowsOfStatement(db, statementOf(query, columns))).map(tradeOf)
}

/** `parts`: only these are read; asking such a trade for another one throws. Absent: all of it. */
export async function tradesPage(
  db: Database,
  filter: TradeFilter,
  order: TradeOrder | null | undefined,
  page: Page,
  parts: ReadonlySet<TradePart> | null = null,
): Promise<Connection<StoredTrade>> {
  const by = order ?? DEFAULT_TRADE_ORDER
  const question = JSON.stringify([filter, by, page, parts === null ? null : [...parts]])
  const statement = known.get(question) ?? pageStatement(db, filter, by, page, parts)
  if (question.length <= QUESTION_MAX) {
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(question, statement)
  }
  const nodeOf = parts === null ? tradeOf : partsOfRow(parts)
  return connectionOf(page, await rowsOfStatement(db, statement), nodeOf, ({ trade }) => [trade[SORTED_BY[by.field]], trade.tradeId])
}

/** Statements of pages that were asked for: tools ask the same few again and again, and writing one anew costs as much as reading its rows. */
const known = new Map<string, Statement>()
const KNOWN_MAX = 200
const QUESTION_MAX = 2_000

function pageStatement(db: Database, filter: TradeFilter, order: TradeOrder, page: Page, parts: ReadonlySet<TradePart> | null): Statement {
  const table = tableOf(filter.unit)
  const { where, orderBy, limit } = pageQuery(page, sortKeys(table, order))
  const columns = columnsOf(parts, SORTED_BY[order.field])
  const query = select(db, table, columns)
    .where(and(conditions(table, filter), where))
    .orderBy(...orderBy)
    .limit(limit)
  return statementOf(query, columns)
}

/** The ids of all of one unit. */
export async function tradeIdsOf(db: Database, unit: Unit = 'ORDER'): Promise<string[]> {
  const table = tableOf(unit)
  return (await db.orm.select({ tradeId: table.tradeId }).from(table)).map(({ tradeId }) => tradeId)
}

export async function tradeById(db: Database, tradeId: string): Promise<StoredTrade | null> {
  return (await tradesByIds(db, [tradeId]))[0] ?? null
}

/** Those that exist, of either unit, in no particular order. */
export async function tradesByIds(db: Database, tradeIds: readonly string[]): Promise<StoredTrade[]> {
  const units: Unit[] = ['ORDER', 'ROUND_TRIP']
  const found = units.map((unit) => {
    const ids = tradeIds.filter((id) => unitOf(id) === unit)
    return ids.length === 0 ? [] : tradesOf(db, { unit, ids })
  })
  return (await Promise.all(found)).flat()
}

/** What a histogram is made of: the latest trades' excursions, newest first. */
export async function spreadOf(db: Database, filter: TradeFilter, last: number): Promise<{ mfePct: string | null; drawdownPct: string | null }[]> {
  const table = tableOf(filter.unit)
  return db.orm
    .select({ mfePct: table.mfePct, drawdownPct: table.drawdownPct })
    .from(table)
    .where(conditions(table, filter))
    .orderBy(desc(table.openedAt), desc(table.tradeId))
    .limit(last)
}

/** Trades that changed after `seq`, by seq: the latest state of each. */
export async function tradesSince(db: Database, seq: number, filter: TradeFilter, limit: number): Promise<StoredTrade[]> {
  const table = tableOf(filter.unit)
  const columns = columnsOf(null)
  const query = select(db, table, columns)
    .where(and(conditions(table, filter), gt(table.seq, seq)))
    .orderBy(asc(table.seq), asc(table.tradeId))
    .limit(limit)
  return (await rowsOfStatement(db, statementOf(query, columns))).map(tradeOf)
}

/** Where the number is kept under which a trade of this unit and account last ceased to exist. */
export function removedKey(tradeId: string): string {
  return `removed ${tradeId.split(':', 2).join(':')}`
}

/** The number under which a trade of the filter's unit and accounts last ceased to exist; 0: none ever did. */
export async function lastRemoved(db: Database, { unit = 'ORDER', accounts }: TradeFilter): Promise<number> {
  const rows = await rowsOf<{ key: string; value: number }>(db.pool, 'select key, value from meta where starts_with(key, $1)', [removedKey(`${unit}:`)])
  const wanted = accounts?.map((account) => removedKey(`${unit}:${account}`))
  return Math.max(0, ...rows.filter(({ key }) => wanted?.includes(key) !== false).map(({ value }) => value))
}

/** The same for trades of this one's unit and account, itself among them. */
export async function lastRemovedLike(db: Database, tradeId: string): Promise<number> {
  const rows = await rowsOf<{ value: number }>(db.pool, 'select value from meta where key = $1', [removedKey(tradeId)])
  return rows[0]?.value ?? 0
}

export async function trajectoryOf(db: Database, tradeId: string): Promise<TrajectoryPoint[]> {
  return (await trajectoriesOf(db, [tradeId])).get(tradeId) ?? []
}

/** The trajectories of many trades at once, by instant; a trade without points has an empty one. */
export async function trajectoriesOf(db: Database, tradeIds: readonly string[]): Promise<Map<string, TrajectoryPoint[]>> {
  const found = new Map<string, TrajectoryPoint[]>(tradeIds.map((id) => [id, []]))
  for (const unit of ['ORDER', 'ROUND_TRIP'] as const) {
    const ids = [...found.keys()].filter((id) => unitOf(id) === unit)
    for (const { seq: _, ...point } of await pointsOf(db, unit, ids, 0)) found.get(point.tradeId)?.push(point)
  }
  return found
}

/** The closed trades opened before an instant of which nothing was thinned yet. */
export async function tradesToThin(db: Database, openedBefore: Instant): Promise<readonly string[]> {
  const found = ['orders_rt', 'round_trips_rt'].map((table) =>
    rowsOf<{ id: string }>(db.pool, `select trade_id as id from ${table} where opened_at < $1 and closed_at is not null and not thinned`, [
      writeInstant(openedBefore),
    ]),
  )
  return (await Promise.all(found)).flat().map(({ id }) => id)
}

/** Of a trade's trajectory only the points of these instants stay. */
export async function keepPoints(db: Database, tradeId: string, ats: readonly Instant[]): Promise<void> {
  const table = unitOf(tradeId) === 'ORDER' ? 'orders_rt_ts' : 'round_trips_rt_ts'
  await db.pool.query(`delete from ${table} where trade_id = $1 and ts <> all($2::timestamptz[])`, [tradeId, ats.map(writeInstant)])
}

/** Points written after `seq`, by seq. */
export async function trajectorySince(db: Database, tradeId: string, seq: number): Promise<(TrajectoryPoint & { seq: number })[]> {
  return (await pointsOf(db, unitOf(tradeId), [tradeId], seq)).sort((a, b) => a.seq - b.seq)
}

/** The number of a trade's earliest point; null: it has none. A correction draws a trajectory again as a whole, with numbers of its own. */
export async function firstPointOf(db: Database, tradeId: string): Promise<number | null> {
  const table = unitOf(tradeId) === 'ORDER' ? 'orders_rt' : 'round_trips_rt'
  const rows = await rowsOf<{ seq: number }>(
    db.pool,
    `select first.seq from ${table} as trade, lateral (
       select seq from ${table}_ts as point where point.trade_id = trade.trade_id and ts >= trade.opened_at order by ts limit 1) as first
     where trade.trade_id = $1`,
    [tradeId],
  )
  return rows[0]?.seq ?? null
}

/** A point for whoever only passes it on: prices as the text that is stored. */
export interface LatestPoint {
  readonly tradeId: string
  readonly at: Instant
  readonly last: DecimalText
  readonly mfe: DecimalText
  readonly mae: DecimalText
}

/** The last `count` points of a trade. */
export interface Latest {
  readonly tradeId: string
  readonly openedAt: Instant
  readonly count: number
}

/** The latest points of many trades at once, by instant, in the order asked for: one statement, whatever is asked, and one row a trade. */
export async function latestPointsOf(db: Database, wanted: readonly Latest[]): Promise<LatestPoint[][]> {
  const found: LatestPoint[][] = wanted.map(() => [])
  for (const unit of ['ORDER', 'ROUND_TRIP'] as const) {
    const some = wanted.flatMap((latest, place) => (unitOf(latest.tradeId) === unit ? { ...latest, place } : []))
    if (some.length === 0) continue
    const table = unit === 'ORDER' ? 'orders_rt_ts' : 'round_trips_rt_ts'
    // A text for each column: half of what JSON of the same costs the server to write. The last point comes first, as the index is read.
    const rows = (await listsOf(
      db.pool,
      `select wanted.place, points.* from unnest($1::text[], $2::timestamptz[], $3::int[], $4::int[]) as wanted (trade_id, opened_at, count, place),
       lateral (select string_agg(date_part('epoch', ts)::text, ','), string_agg(last_px::text, ','), string_agg(mfe_px::text, ','), string_agg(mae_px::text, ',') from
         (select ts, last_px, mfe_px, mae_px from ${table} where ${table}.trade_id = wanted.trade_id and ts >= wanted.opened_at order by ts desc limit wanted.count) as latest) as points`,
      [some.map(({ tradeId }) => tradeId), some.map(({ openedAt }) => writeInstant(openedAt)), some.map(({ count }) => count), some.map(({ place }) => place)],
      `latest points ${table}`,
    )) as [place: number, ...columns: (string | null)[]][]
    for (const [place, ...columns] of rows) found[place] = readPoints((wanted[place] as Latest).tradeId, columns)
  }
  return found
}

/** Instants are seconds with a fraction; times a thousand a millisecond may come a hair too early. */
function readPoints(tradeId: string, columns: readonly (string | null)[]): LatestPoint[] {
  const [ats = [], lasts = [], mfes = [], maes = []] = columns.map((texts) => texts?.split(','))
  const points: LatestPoint[] = []
  for (let n = ats.length - 1; n >= 0; n--) {
    points.push({ tradeId, at: Math.round(Number(ats[n]) * 1000), last: lasts[n] as string, mfe: mfes[n] as string, mae: maes[n] as string })
  }
  return points
}

/** The points of one trade by instant, a page at a time. */
export async function* trajectoryInPages(db: Database, tradeId: string): AsyncGenerator<TrajectoryPoint[]> {
  const table = unitOf(tradeId) === 'ORDER' ? 'orders_rt_ts' : 'round_trips_rt_ts'
  for (let after = '-infinity'; ; ) {
    const rows = await rowsOf<{ ts: Instant; last_px: string; mfe_px: string; mae_px: string }>(
      db.pool,
      `select ts, last_px, mfe_px, mae_px from ${table} where trade_id = $1 and ts > $2 order by ts limit ${POINTS_PAGE}`,
      [tradeId, after],
    )
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows.map((row) => ({ tradeId, at: row.ts, last: Number(row.last_px), mfe: Number(row.mfe_px), mae: Number(row.mae_px) }))
    after = writeInstant(last.ts)
  }
}

const POINTS_PAGE = 5_000

async function pointsOf(db: Database, unit: Unit, ids: readonly string[], sinceSeq: number): Promise<(TrajectoryPoint & { seq: number })[]> {
  if (ids.length === 0) return []
  const table = unit === 'ORDER' ? 'orders_rt' : 'round_trips_rt'
  // The trades' lives name the days to look into; those of other days are not opened.
  const lives = await rowsOf<{ first: Instant | null; last: Instant | null }>(
    db.pool,
    `select min(opened_at) as first, max(coalesce(closed_at, 'infinity')) as last from ${table} where trade_id = any($1::text[])`,
    [ids],
  )
  const { first, last } = lives[0] ?? { first: null, last: null }
  if (first === null) return []
  const until = last === null || !Number.isFinite(last) ? 'infinity' : writeInstant(last)
  const rows = await rowsOf<{ trade_id: string; ts: Instant; last_px: string; mfe_px: string; mae_px: string; seq: number }>(
    db.pool,
    `select trade_id, ts, last_px, mfe_px, mae_px, seq from ${table}_ts
     where trade_id = any($1::text[]) and ts >= $2 and ts <= $3 and seq > $4 order by trade_id, ts`,
    [ids, writeInstant(first), until, sinceSeq],
  )
  return rows.map((row) => ({ tradeId: row.trade_id, at: row.ts, last: Number(row.last_px), mfe: Number(row.mfe_px), mae: Number(row.mae_px), seq: row.seq }))
}

function conditions(table: TradeTable, filter: TradeFilter): SQL | undefined {
  const { ids, accounts, symbols, conIds, sides, status, mode, held, strategies, tags, mistakes, openedFrom, openedUntil, closedFrom, closedUntil } = filter
  return and(
    ids && inArray(table.tradeId, [...ids]),
    accounts && inArray(table.account, [...accounts]),
    symbols && inArray(table.symbol, [...symbols]),
    conIds && inArray(table.conId, [...conIds]),
    sides &&
      inArray(
        table.side,
        sides.map((side) => (side === 'LONG' ? 'BUY' : 'SELL')),
      ),
    status && eq(table.status, status),
    mode && eq(table.mode, mode),
    held === undefined ? undefined : eq(table.held, held),
    strategies && spokenOf(table, 'strategy', sql`= any(${list(strategies)})`, table.refStrategy, annotations.strategy),
    tags && spokenOf(table, 'tags', sql`&& ${list(tags)}`, table.refTags, annotations.tags),
    mistakes && inArray(table.tradeId, sql`(select trade_id from annotations where mistakes && ${list(mistakes)})`),
    openedFrom === undefined ? undefined : gte(table.openedAt, openedFrom),
    openedUntil === undefined ? undefined : lt(table.openedAt, openedUntil),
    closedFrom === undefined ? undefined : gte(table.closedAt, closedFrom),
    closedUntil === undefined ? undefined : lt(table.closedAt, closedUntil),
    between(table.netPnl, filter.netPnlMin, filter.netPnlMax),
    between(table.mfePct, filter.mfePctMin, filter.mfePctMax),
    between(table.maePct, filter.maePctMin, filter.maePctMax),
    between(table.giveback, filter.givebackMin, filter.givebackMax),
  )
}

function between(column: AnyColumn, min: string | undefined, max: string | undefined): SQL | undefined {
  return and(min === undefined ? undefined : gte(column, min), max === undefined ? undefined : lte(column, max))
}

function list(values: readonly string[]): SQL {
  return sql`${sql.param([...values])}::text[]`
}

/** Trades of which a person, or where no person spoke the order's reference, says so: each half by its own index. */
function spokenOf(table: TradeTable, what: 'strategy' | 'tags', says: SQL, byOrder: AnyColumn, byPerson: AnyColumn): SQL {
  const silent = what === 'tags' ? sql`${byOrder} <> '{}'` : sql`${byOrder} is not null`
  return inArray(
    table.tradeId,
    sql`(select ${annotations.tradeId} from annotations where ${byPerson} ${says}
      union all select ${table.tradeId} from ${table} where ${byOrder} ${says} and ${silent}
        and not exists (select 1 from annotations where ${annotations.tradeId} = ${table.tradeId} and ${what} = any(${annotations.said})))`,
  )
}

function sortKeys(table: TradeTable, order: TradeOrder): SortKey[] {
  const { direction } = order
  return [
    { column: table[SORTED_BY[order.field]], direction, nullable: order.field !== 'OPENED_AT' && order.field !== 'GIVEBACK' },
    { column: table.tradeId, direction },
  ]
}
