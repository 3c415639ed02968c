// A trade and the columns its parts stand in: what is asked of the tables, and rows as trades. Says nothing of which trades, and in what order.
import { createHash } from 'node:crypto'
import { eq, getTableColumns } from 'drizzle-orm'
import type { TradeOrderField } from '#core/query.ts'
import type { StoredTrade, Words } from '#core/stored.ts'
import type { Unit } from '#core/trade.ts'
import { annotations, orders, roundTrips } from '#drizzle/schema.ts'
import type { Database } from './db.ts'
import { listsOf } from './sql.ts'

// Both tables have the same columns; the type of the one stands for both.
export type TradeTable = typeof orders

export function tableOf(unit: Unit = 'ORDER'): TradeTable {
  return unit === 'ORDER' ? orders : (roundTrips as unknown as TradeTable)
}

export function unitOf(tradeId: string): Unit {
  return tradeId.startsWith('ROUND_TRIP:') ? 'ROUND_TRIP' : 'ORDER'
}

type TradeRow = typeof orders.$inferSelect
type WordRow = typeof annotations.$inferSelect

/** A row as it came; of the columns that were not asked for there is nothing. */
export interface Row {
  readonly trade: TradeRow
  /** Null: nobody said anything of it. */
  readonly words: (Pick<WordRow, 'said'> & Partial<WordRow>) | null
}

/** What can be read of a trade on its own. */
export type TradePart = keyof StoredTrade

/** Where each part stands; what somebody may have said of it stands in the words' column beside it. */
const COLUMNS: { readonly [Part in TradePart]-?: { readonly trade: readonly (keyof TradeRow)[]; readonly words?: keyof WordRow } } = {
  unit: { trade: ['tradeId'] },
  tradeId: { trade: ['tradeId'] },
  account: { trade: ['account'] },
  conId: { trade: ['conId'] },
  symbol: { trade: ['symbol'] },
  secType: { trade: ['secType'] },
  currency: { trade: ['currency'] },
  multiplier: { trade: ['multiplier'] },
  side: { trade: ['side'] },
  status: { trade: ['status'] },
  quantity: { trade: ['qty'] },
  openQuantity: { trade: ['openQty'] },
  entryPrice: { trade: ['entryPx'] },
  exitPrice: { trade: ['exitPx'] },
  lastPrice: { trade: ['lastPx'] },
  openedAt: { trade: ['openedAt'] },
  closedAt: { trade: ['closedAt'] },
  updatedAt: { trade: ['updatedAt'] },
  grossPnl: { trade: ['grossPnl'] },
  commission: { trade: ['commission'] },
  netPnl: { trade: ['netPnl'] },
  mfe: { trade: ['mfePx', 'mfeAt', 'mfePct', 'mfePctAt', 'mfePnl', 'mfePnlAt'] },
  mae: { trade: ['maePx', 'maeAt', 'maePct', 'maePctAt', 'maePnl', 'maePnlAt'] },
  drawdownPct: { trade: ['drawdownPct'] },
  orderRef: { trade: ['orderRef'] },
  plan: { trade: ['plan'] },
  held: { trade: ['held'] },
  fills: { trade: ['fills'] },
  provenance: { trade: ['source', 'coverage', 'gaps', 'partialSince', 'leftOut', 'thinned'] },
  seq: { trade: ['seq'] },
  mode: { trade: ['mode'] },
  strategy: { trade: ['refStrategy'], words: 'strategy' },
  tags: { trade: ['refTags'], words: 'tags' },
  note: { trade: [], words: 'note' },
  initialStop: { trade: ['refStop'], words: 'initialStop' },
  initialTarget: { trade: ['refTarget'], words: 'initialTarget' },
  rating: { trade: [], words: 'rating' },
  mistakes: { trade: [], words: 'mistakes' },
}
const PARTS = Object.keys(COLUMNS) as readonly TradePart[]

export function isTradePart(name: string): name is TradePart {
  return Object.hasOwn(COLUMNS, name)
}

export const SORTED_BY = {
  OPENED_AT: 'openedAt',
  CLOSED_AT: 'closedAt',
  MFE_PCT: 'mfePct',
  MAE_PCT: 'maePct',
  NET_PNL: 'netPnl',
  GIVEBACK: 'giveback',
} as const satisfies Record<TradeOrderField, keyof TradeRow>

/** The columns of a statement, in their order. Without words nobody's words are joined. */
export interface Columns {
  readonly trade: readonly (keyof TradeRow)[]
  readonly words: readonly (keyof WordRow)[]
}

/** Of these parts (null: of all of them), and what the rows are told apart and sorted by. */
export function columnsOf(parts: ReadonlySet<TradePart> | null, sortedBy: keyof TradeRow = 'openedAt'): Columns {
  const wanted = PARTS.filter((part) => parts?.has(part) !== false).map((part) => COLUMNS[part])
  const words = wanted.flatMap((part) => part.words ?? [])
  return {
    trade: [...new Set(['tradeId' as const, sortedBy, ...wanted.flatMap(({ trade }) => trade)])],
    words: words.length === 0 ? [] : ['tradeId', 'said', ...words],
  }
}

export function select(db: Database, table: TradeTable, { trade, words }: Columns) {
  const of = <Key extends string, Column>(all: Record<Key, Column>, keys: readonly Key[]) => Object.fromEntries(keys.map((key) => [key, all[key]]))
  const query = db.orm
    .select({ trade: of(getTableColumns(table), trade), words: of(getTableColumns(annotations), words) })
    .from(table)
    .$dynamic()
  return words.length === 0 ? query : query.leftJoin(annotations, eq(annotations.tradeId, table.tradeId))
}

export interface Statement {
  readonly text: string
  readonly params: readonly unknown[]
  readonly name: string | undefined
  readonly columns: Columns
}

/** Statements with few values come in few shapes: the server keeps their plans. */
const KEPT_VALUES_MAX = 3
/** Of so many shapes: each costs every connection some memory, on both ends. */
const KEPT_MAX = 100
const kept = new Map<string, string>()

export function statementOf(query: { toSQL(): { sql: string; params: unknown[] } }, columns: Columns): Statement {
  const { sql: text, params } = query.toSQL()
  return { text, params, name: params.length <= KEPT_VALUES_MAX ? nameOf(text) : undefined, columns }
}

function nameOf(text: string): string | undefined {
  const name = kept.get(text) ?? (kept.size < KEPT_MAX ? `trades ${createHash('sha1').update(text).digest('hex')}` : undefined)
  if (name !== undefined) kept.set(text, name)
  return name
}

/** Column by column: Drizzle's own way asks every value of every row for its decoder, which costs more than the query. */
export async function rowsOfStatement(db: Database, { text, params, name, columns }: Statement): Promise<Row[]> {
  const lists = await listsOf(db.pool, text, params, name)
  const words = columns.trade.length
  return lists.map((list) => ({
    trade: shaped<TradeRow>(columns.trade, list, 0),
    words: columns.words.length === 0 || list[words] === null ? null : shaped<WordRow>(columns.words, list, words),
  }))
}

function shaped<Of>(keys: readonly string[], list: readonly unknown[], from: number): Of {
  const row: Record<string, unknown> = {}
  for (let n = 0; n < keys.length; n++) row[keys[n] as string] = list[from + n]
  return row as Of
}

/** Stands behind a trade of which only parts were read: what was not asked for is not unknown, and no null. */
const UNREAD = Object.defineProperties(
  {},
  Object.fromEntries(
    PARTS.map((part) => [
      part,
      {
        get() {
          throw new Error(`expected ${part} to be read with the trade, found it was not asked for`)
        },
      },
    ]),
  ),
)

/** A row of which these parts were asked for, as a trade that has nothing else. */
export function partsOfRow(parts: ReadonlySet<TradePart>): (row: Row) => StoredTrade {
  return (row) => {
    const whole = tradeOf(row)
    const trade: Partial<Record<TradePart, unknown>> = {}
    for (const part of parts) trade[part] = whole[part]
    return { __proto__: UNREAD, ...trade } as unknown as StoredTrade
  }
}

export function tradeOf({ trade: row, words }: Row): StoredTrade {
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
    ...(words?.mistakes?.length ? { mistakes: words.mistakes } : {}),
  }
}
