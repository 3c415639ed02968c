// The trades as rows: open ones for the start, pages for those who read, changes for those who come back. Both units, never in one answer
// except where ids name them. Never folds anything: the batch writes what the book said.
import { createHash } from 'node:crypto'
import { type AnyColumn, and, asc, desc, eq, getTableColumns, gt, gte, inArray, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { DecimalText } from '#core/decimal.ts'
import { type Connection, DEFAULT_TRADE_ORDER, type Page, type TradeFilter, type TradeOrder, type TradeOrderField } from '#core/query.ts'
import type { StoredTrade, Words } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { TrajectoryPoint, Unit } from '#core/trade.ts'
import { annotations, orders, roundTrips } from '#drizzle/schema.ts'
import type { Database } from './db.ts'
import { connectionOf, type KeyValue, pageQuery, type SortKey } from './page.ts'
import { listsOf, rowsOf, writeInstant } from './sql.ts'

/** Trades still open, of both units, in the order of their opening. */
export async function openTrades(db: Database): Promise<StoredTrade[]> {
  const units = await Promise.all([tradesOf(db, { unit: 'ORDER', status: 'OPEN' }), tradesOf(db, { unit: 'ROUND_TRIP', status: 'OPEN' })])
  return units.flat()
}

/** All that match, in the order in which `replay` prints unless told otherwise. */
export async function tradesOf(db: Database, filter: TradeFilter, order: TradeOrder = DEFAULT_TRADE_ORDER): Promise<StoredTrade[]> {
  const table = tableOf(filter.unit)
  const { orderBy } = pageQuery({}, sortKeys(table, order))
  const query = select(db, table)
    .where(conditions(table, filter))
    .orderBy(...orderBy)
  return (await read(db, query)).map(tradeOf)
}

export async function tradesPage(db: Database, filter: TradeFilter, order: TradeOrder | null | undefined, page: Page): Promise<Connection<StoredTrade>> {
  const by = order ?? DEFAULT_TRADE_ORDER
  const question = JSON.stringify([filter, by, page])
  const statement = known.get(question) ?? statementOf(pageOf(db, filter, by, page))
  if (question.length <= QUESTION_MAX) {
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(question, statement)
  }
  return connectionOf(page, await rowsOfStatement(db, statement), tradeOf, (row) => [keyOf(row, by.field), row.trade.tradeId])
}

/** Statements of pages that were asked for: tools ask the same few again and again, and writing one anew costs as much as reading its rows. */
const known = new Map<string, Statement>()
const KNOWN_MAX = 200
const QUESTION_MAX = 2_000

function pageOf(db: Database, filter: TradeFilter, order: TradeOrder, page: Page) {
  const table = tableOf(filter.unit)
  const { where, orderBy, limit } = pageQuery(page, sortKeys(table, order))
  return select(db, table)
    .where(and(conditions(table, filter), where))
    .orderBy(...orderBy)
    .limit(limit)
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
  const query = select(db, table)
    .where(and(conditions(table, filter), gt(table.seq, seq)))
    .orderBy(asc(table.seq), asc(table.tradeId))
    .limit(limit)
  return (await read(db, query)).map(tradeOf)
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

/** Points written after `seq`, by instant. */
export async function trajectorySince(db: Database, tradeId: string, seq: number): Promise<(TrajectoryPoint & { seq: number })[]> {
  return pointsOf(db, unitOf(tradeId), [tradeId], seq)
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
  const found = new Map<string, LatestPoint[]>()
  for (const unit of ['ORDER', 'ROUND_TRIP'] as const) {
    const some = wanted.filter(({ tradeId }) => unitOf(tradeId) === unit)
    if (some.length === 0) continue
    const table = unit === 'ORDER' ? 'orders_rt_ts' : 'round_trips_rt_ts'
    const rows = (await listsOf(
      db.pool,
      `select wanted.trade_id, wanted.count, points.* from unnest($1::text[], $2::timestamptz[], $3::int[]) as wanted (trade_id, opened_at, count),
       lateral (select string_agg(date_part('epoch', ts) * 1000 || ',' || last_px || ',' || mfe_px || ',' || mae_px, ',' order by ts) as points from
         (select ts, last_px, mfe_px, mae_px from ${table} where ${table}.trade_id = wanted.trade_id and ts >= wanted.opened_at order by ts desc limit wanted.count) as latest) as points
       where points.points is not null`,
      [some.map(({ tradeId }) => tradeId), some.map(({ openedAt }) => writeInstant(openedAt)), some.map(({ count }) => count)],
      `latest points ${table}`,
    )) as [tradeId: string, count: number, points: string][]
    for (const [tradeId, count, points] of rows) found.set(`${count} ${tradeId}`, readPoints(tradeId, points))
  }
  return wanted.map(({ tradeId, count }) => found.get(`${count} ${tradeId}`) ?? [])
}

/** Four texts a point, with commas: half of what JSON of the same costs the server to write. An epoch is a double, so a millisecond may come a hair too early. */
function readPoints(tradeId: string, text: string): LatestPoint[] {
  const texts = text.split(',')
  const points: LatestPoint[] = []
  for (let n = 0; n < texts.length; n += 4) {
    const [at, last, mfe, mae] = [texts[n], texts[n + 1], texts[n + 2], texts[n + 3]] as [string, string, string, string]
    points.push({ tradeId, at: Math.round(Number(at)), last, mfe, mae })
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

function unitOf(tradeId: string): Unit {
  return tradeId.startsWith('ROUND_TRIP:') ? 'ROUND_TRIP' : 'ORDER'
}

// Both tables have the same columns; the type of the one stands for both.
type TradeTable = typeof orders

function tableOf(unit: Unit = 'ORDER'): TradeTable {
  return unit === 'ORDER' ? orders : (roundTrips as unknown as TradeTable)
}

function select(db: Database, table: TradeTable) {
  return db.orm
    .select({ trade: getTableColumns(table), words: getTableColumns(annotations) })
    .from(table)
    .leftJoin(annotations, eq(annotations.anchor, table.anchor))
    .$dynamic()
}

type Row = Awaited<ReturnType<typeof select>>[number]

const TRADE_KEYS = Object.keys(getTableColumns(orders))
const WORD_KEYS = Object.keys(getTableColumns(annotations))
/** Statements with few values come in few shapes: the server keeps their plans. */
const KEPT_VALUES_MAX = 3

/** The rows of such a query. Column by column: Drizzle's own way asks every value of every row for its decoder, which costs more than the query. */
async function read(db: Database, query: Query): Promise<Row[]> {
  return rowsOfStatement(db, statementOf(query))
}

interface Query {
  toSQL(): { sql: string; params: unknown[] }
}

interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
  readonly name: string | undefined
}

function statementOf(query: Query): Statement {
  const { sql: text, params } = query.toSQL()
  return { text, params, name: params.length <= KEPT_VALUES_MAX ? `trades ${createHash('sha1').update(text).digest('hex')}` : undefined }
}

async function rowsOfStatement(db: Database, { text, params, name }: Statement): Promise<Row[]> {
  const lists = await listsOf(db.pool, text, params, name)
  const anchor = TRADE_KEYS.length + WORD_KEYS.indexOf('anchor')
  return lists.map(
    (list) => ({ trade: shaped(TRADE_KEYS, list, 0), words: list[anchor] === null ? null : shaped(WORD_KEYS, list, TRADE_KEYS.length) }) as unknown as Row,
  )
}

function shaped(keys: readonly string[], list: readonly unknown[], from: number): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (let n = 0; n < keys.length; n++) row[keys[n] as string] = list[from + n]
  return row
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
    mistakes && inArray(table.anchor, sql`(select anchor from annotations where mistakes && ${list(mistakes)})`),
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
    sql`(select ${table.tradeId} from annotations join ${table} on ${table.anchor} = ${annotations.anchor} where ${byPerson} ${says}
      union all select ${table.tradeId} from ${table} where ${byOrder} ${says} and ${silent}
        and not exists (select 1 from annotations where ${annotations.anchor} = ${table.anchor} and ${what} = any(${annotations.said})))`,
  )
}

function sortKeys(table: TradeTable, order: TradeOrder): SortKey[] {
  const { direction } = order
  const columns = {
    OPENED_AT: table.openedAt,
    CLOSED_AT: table.closedAt,
    MFE_PCT: table.mfePct,
    MAE_PCT: table.maePct,
    NET_PNL: table.netPnl,
    GIVEBACK: table.giveback,
  }
  return [
    { column: columns[order.field], direction, nullable: order.field !== 'OPENED_AT' && order.field !== 'GIVEBACK' },
    { column: table.tradeId, direction },
  ]
}

function keyOf({ trade }: Row, field: TradeOrderField): KeyValue {
  return {
    OPENED_AT: trade.openedAt,
    CLOSED_AT: trade.closedAt,
    MFE_PCT: trade.mfePct,
    MAE_PCT: trade.maePct,
    NET_PNL: trade.netPnl,
    GIVEBACK: trade.giveback,
  }[field]
}

function tradeOf({ trade: row, words }: Row): StoredTrade {
  return {
    unit: unitOf(row.tradeId),
    tradeId: row.tradeId,
    account: row.account,
    conId: row.conId,
    symbol: row.symbol,
    secType: row.secType,
    currency: row.currency,
    multiplier: row.multiplier,
    side: row.side === 'BUY' ? 'LONG' : 'SHORT',
    status: row.status,
    quantity: row.qty,
    openQuantity: row.openQty,
    entryPrice: row.entryPx,
    exitPrice: row.exitPx,
    lastPrice: row.lastPx,
    openedAt: row.openedAt,
    closedAt: row.closedAt,
    updatedAt: row.updatedAt,
    grossPnl: row.grossPnl,
    commission: row.commission,
    netPnl: row.netPnl,
    mfe: { price: row.mfePx, at: row.mfeAt, pct: row.mfePct, pctAt: row.mfePctAt, pnl: row.mfePnl, pnlAt: row.mfePnlAt },
    mae: { price: row.maePx, at: row.maeAt, pct: row.maePct, pctAt: row.maePctAt, pnl: row.maePnl, pnlAt: row.maePnlAt },
    drawdownPct: row.drawdownPct,
    orderRef: row.orderRef,
    plan: row.plan,
    held: row.held,
    fills: row.fills,
    provenance: {
      source: row.source,
      coverage: row.coverage,
      gaps: row.gaps,
      ...(row.partialSince === null ? {} : { partialSince: row.partialSince }),
      ...(row.leftOut === 0 ? {} : { leftOut: row.leftOut }),
      ...(row.thinned ? { thinned: true as const } : {}),
    },
    seq: row.seq,
    mode: row.mode,
    ...wordsOf(row, words),
  }
}

/** What is said of the trade: by a person, and where no person spoke by the order's reference. What nobody said is left out where it may be. */
function wordsOf(row: Row['trade'], words: Row['words']): Words {
  const said = (what: string) => words?.said.includes(what) === true
  const initialTarget = said('initialTarget') ? words?.initialTarget : row.refTarget
  return {
    strategy: said('strategy') ? (words?.strategy ?? null) : row.refStrategy,
    tags: said('tags') ? (words?.tags ?? []) : row.refTags,
    note: words?.note ?? null,
    initialStop: said('initialStop') ? (words?.initialStop ?? null) : row.refStop,
    ...(initialTarget ? { initialTarget } : {}),
    ...(words?.rating ? { rating: words.rating } : {}),
    ...(words?.mistakes.length ? { mistakes: words.mistakes } : {}),
  }
}
