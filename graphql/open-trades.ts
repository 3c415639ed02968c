// The open trades as the writer told them last, kept in memory: who asks for them is answered without the database, with the rows, the order and the
// cursors it would answer. Only in the process that writes; where anything is in doubt it answers nothing, and the store is asked.
import { decimal } from '#core/decimal.ts'
import { givebackOf } from '#core/giveback.ts'
import type { Connection, Page, TradeFilter, TradeOrder, TradeOrderField } from '#core/query.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Unit } from '#core/trade.ts'
import type { Database } from '#store/db.ts'
import { connectionOf, type KeyValue, pageOfRows, readCursor } from '#store/page.ts'
import { openTrades as storedOpenTrades } from '#store/trades.ts'
import type { Bus, BusEvent } from '#src/bus.ts'
import { matchesTrade } from './matches.ts'

export interface OpenTrades {
  /** Another number whenever an answer may be another one; null: in doubt, ask the store. */
  readonly version: number | null
  /** As the store would answer; null: ask the store. */
  page(filter: TradeFilter, order: TradeOrder, page: Page): Connection<StoredTrade> | null
  /** undefined: not one of them, ask the store. */
  trade(tradeId: string): StoredTrade | undefined
  /** Somebody decided something: nothing is answered until the writer has taken the decision of this number in. */
  doubt(decision: number): void
  /** Reads what is open and listens from now on: for a writer that has just started. */
  begin(): Promise<void>
  /** The writer stopped: what it commits last may never be told. */
  end(): void
}

export function openTradesOf({ db, bus }: { db: Database; bus: Bus }): OpenTrades {
  let trades = new Map<string, StoredTrade>()
  /** Rows in an order, for as long as none of them changes. */
  let sorted = new Map<string, readonly StoredTrade[]>()
  let version = 0
  let known = false
  let decided = 0
  let doubted = 0
  let stop: (() => void) | null = null

  const hear = (event: BusEvent): void => {
    if (event.kind === 'decided') decided = Math.max(decided, event.upTo)
    else if (event.kind === 'trade' && event.trade.status === 'OPEN') trades.set(event.trade.tradeId, event.trade)
    else if (event.kind === 'trade') trades.delete(event.trade.tradeId)
    else if (event.kind === 'rewritten') trades.delete(event.tradeId)
    else return
    version++
    if (sorted.size > 0) sorted = new Map()
  }
  const isSure = () => known && decided >= doubted
  const inOrder = (unit: Unit, order: TradeOrder): readonly StoredTrade[] => {
    const key = `${unit} ${order.field} ${order.direction}`
    let rows = sorted.get(key)
    if (rows === undefined) {
      rows = [...trades.values()]
        .filter((trade) => trade.unit === unit)
        .map((trade) => ({ trade, keys: keysOf(trade, order.field) }))
        .sort((a, b) => compareKeys(a.keys, b.keys, order))
        .map(({ trade }) => trade)
      sorted.set(key, rows)
    }
    return rows
  }

  return {
    get version() {
      return isSure() ? version : null
    },
    page(filter, order, page) {
      if (filter.status !== 'OPEN' || !isSure() || !fits(page.after, order.field) || !fits(page.before, order.field)) return null
      const { unit = 'ORDER', status: _, ...conditions } = filter
      const all = inOrder(unit, order)
      const rows = Object.keys(conditions).length === 0 ? all : all.filter((trade) => matchesTrade(filter, trade))
      const compare = (trade: StoredTrade, cursor: readonly KeyValue[]) => compareKeys(keysOf(trade, order.field), cursor, order)
      return connectionOf(
        page,
        pageOfRows(page, CURSOR_KEYS, rows, compare),
        (trade) => trade,
        (trade) => keysOf(trade, order.field),
      )
    },
    trade: (tradeId) => (isSure() ? trades.get(tradeId) : undefined),
    doubt(decision) {
      doubted = Math.max(doubted, decision)
    },
    async begin() {
      this.end()
      // What is told while the store is read comes after it, in its order.
      const missed: BusEvent[] = []
      let listener: (event: BusEvent) => void = (event) => missed.push(event)
      const leave = bus.subscribe((event) => listener(event))
      stop = leave
      const stored = await storedOpenTrades(db)
      if (stop !== leave) return
      trades = new Map(stored.map((trade) => [trade.tradeId, trade]))
      sorted = new Map()
      for (const event of missed) hear(event)
      listener = hear
      known = true
      version++
    },
    end() {
      stop?.()
      stop = null
      known = false
    },
  }
}

const CURSOR_KEYS = 2
const PLAIN = /^-?\d+(?:\.\d+)?$/

/** Whether a cursor is one of a list in this order; another is left to the store, which reads it as none. */
function fits(cursor: string | null | undefined, field: TradeOrderField): boolean {
  if (cursor === null || cursor === undefined) return true
  const [value, tradeId] = readCursor(cursor, CURSOR_KEYS) ?? []
  if (typeof tradeId !== 'string') return false
  if (value === null) return field !== 'OPENED_AT' && field !== 'GIVEBACK'
  return field === 'OPENED_AT' || field === 'CLOSED_AT' ? Number.isSafeInteger(value) : typeof value === 'string' && PLAIN.test(value)
}

function keysOf(trade: StoredTrade, field: TradeOrderField): readonly KeyValue[] {
  return [fieldOf(trade, field), trade.tradeId]
}

function fieldOf(trade: StoredTrade, field: TradeOrderField): KeyValue {
  switch (field) {
    case 'OPENED_AT':
      return trade.openedAt
    case 'CLOSED_AT':
      return trade.closedAt
    case 'MFE_PCT':
      return trade.mfe.pct
    case 'MAE_PCT':
      return trade.mae.pct
    case 'NET_PNL':
      return trade.netPnl
    case 'GIVEBACK':
      return givebackOf(trade)
  }
}

/** Unknown values last in either direction, equal ones by id. */
function compareKeys([a = null, idA]: readonly KeyValue[], [b = null, idB]: readonly KeyValue[], { direction }: TradeOrder): number {
  if (a !== b && (a === null || b === null)) return a === null ? 1 : -1
  const order = compareValues(a, b) || compareTexts(String(idA), String(idB))
  return direction === 'ASC' ? order : -order
}

/** Decimals are rounded to doubles first: where these differ, they differ the same way. */
function compareValues(a: KeyValue, b: KeyValue): number {
  if (a === b) return 0
  const difference = Number(a) - Number(b)
  return difference !== 0 || typeof a !== 'string' || typeof b !== 'string' ? difference : decimal(a).cmp(decimal(b))
}

const SURROGATE = /[\ud800-\udfff]/

/** As bytes of UTF-8, which is how the ids of the tables are compared. */
function compareTexts(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}
