// Every filter and every order of trades is served by an index: asked of PostgreSQL's own plan over a table too large to read whole.
// And what the SQL picks is what `matchesTrade` picks of the same rows: a subscription and a page never disagree.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givebackOf } from '#core/giveback.ts'
import { DIRECTIONS, TRADE_ORDER_FIELDS, type TradeFilter, type TradeOrder } from '#core/query.ts'
import type { StoredTrade } from '#core/stored.ts'
import { matchesTrade } from '#graphql/matches.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { annotate } from '#store/decisions.ts'
import { tradesOf, tradesPage } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { plansOf } from './plans.ts'
import { aTrade } from './rows.ts'

let db: Database
let all: StoredTrade[]
beforeAll(async () => {
  db = await openTestDatabase()
  await commitBatch(db, { ...EMPTY_BATCH, trades: Array.from({ length: 3000 }, (_, n) => someTrade(n)) })
  for (let n = 0; n < 20; n++) {
    const { tradeId } = someTrade(n * 100)
    await annotate(db, tradeId, { strategy: n % 2 === 0 ? 'fade' : null, tags: [`t${n}`], mistakes: [`m${n}`], rating: (n % 5) + 1 }, 1)
  }
  await db.pool.query('analyze')
  all = await tradesOf(db, {})
})
afterAll(() => db.close())

/** Different from its neighbours in everything one may ask for. */
function someTrade(n: number): StoredTrade {
  const { mfe, mae, ...trade } = aTrade(n, n + 1)
  const closed = n % 50 !== 0
  return {
    ...trade,
    conId: 8000 + (n % 300),
    account: `DU${n % 300}`,
    tradeId: `ORDER:DU${n % 300}:${8000 + (n % 300)}:e${n}`,
    symbol: `S${n % 300}`,
    side: n % 100 === 0 ? 'SHORT' : 'LONG',
    mode: n % 100 === 1 ? 'LIVE' : 'DEMO',
    held: n % 200 === 3,
    status: closed ? 'CLOSED' : 'OPEN',
    closedAt: closed ? trade.openedAt + 30_000 + n : null,
    grossPnl: String(n - 1500),
    netPnl: n % 97 === 0 ? null : String(n - 1501),
    mfe: { ...mfe, pct: String(n / 1000), pnl: String(3000 + ((n * 7) % 3000)) },
    mae: { ...mae, pct: n % 89 === 0 ? null : String(-n / 500) },
    orderRef: n % 150 === 7 ? `breakout #gap${n % 4}` : null,
  }
}

const narrow: readonly [string, TradeFilter][] = [
  ['ids', { ids: ['ORDER:DU7:8007:e7', 'ORDER:DU8:8008:e8'] }],
  ['accounts', { accounts: ['DU1'] }],
  ['symbols', { symbols: ['S2', 'S4'] }],
  ['conIds', { conIds: [8003] }],
  ['sides', { sides: ['SHORT'] }],
  ['status', { status: 'OPEN' }],
  ['mode', { mode: 'LIVE' }],
  ['held', { held: true }],
  ['strategy by hand', { strategies: ['fade'] }],
  ['strategy by orderRef', { strategies: ['breakout'] }],
  ['tags by hand', { tags: ['t3', 't4'] }],
  ['tags by orderRef', { tags: ['gap3'] }],
  ['mistakes', { mistakes: ['m3'] }],
  ['opened', { openedFrom: aTrade(100, 1).openedAt, openedUntil: aTrade(120, 1).openedAt }],
  ['closed', { closedFrom: aTrade(100, 1).openedAt, closedUntil: aTrade(120, 1).openedAt }],
  ['result', { netPnlMin: '1400', netPnlMax: '1420.5' }],
  ['MFE %', { mfePctMin: '2.95' }],
  ['MAE %', { maePctMax: '-5.9' }],
  ['giveback', { givebackMin: '7000' }],
]

test.each(narrow)('filter %s: found by an index, and the same as in memory', async (_, filter) => {
  expect(await readsWhole(() => tradesPage(db, filter, null, { first: 5 }))).toEqual([])
  const found = (await tradesOf(db, filter)).map(({ tradeId }) => tradeId)
  expect(found.length).toBeGreaterThan(0)
  expect(found).toEqual(all.filter((trade) => matchesTrade(filter, trade)).map(({ tradeId }) => tradeId))
})

const orders: TradeOrder[] = TRADE_ORDER_FIELDS.flatMap((field) => DIRECTIONS.map((direction) => ({ field, direction })))

test.each(orders)('order $field $direction: read from an index, forward and backward, never sorted', async (order) => {
  for (const page of [{ first: 5 }, { last: 5 }]) expect(await readsWhole(() => tradesPage(db, {}, order, page), ['Seq Scan', 'Sort'])).toEqual([])
})

test.each(orders)('order $field $direction: pages put together are the whole list in order, unknown values last', async (order) => {
  const seen: string[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { edges, pageInfo } = await tradesPage(db, {}, order, { first: 200, after })
    seen.push(...edges.map(({ node }) => node.tradeId))
    after = pageInfo.endCursor
    more = pageInfo.hasNextPage
  }
  const sign = order.direction === 'ASC' ? 1 : -1
  const sortedBy = (trade: StoredTrade) =>
    ({
      OPENED_AT: trade.openedAt,
      CLOSED_AT: trade.closedAt,
      MFE_PCT: trade.mfe.pct,
      MAE_PCT: trade.mae.pct,
      NET_PNL: trade.netPnl,
      GIVEBACK: givebackOf(trade),
    })[order.field]
  const expected = all.toSorted((a, b) => {
    const [x, y] = [sortedBy(a), sortedBy(b)]
    if (x === null || y === null) return x === y ? sign * (a.tradeId < b.tradeId ? -1 : 1) : x === null ? 1 : -1
    return sign * (Number(x) - Number(y) || (a.tradeId < b.tradeId ? -1 : 1))
  })
  expect(seen).toEqual(expected.map(({ tradeId }) => tradeId))
})

/** The plan's steps of a forbidden kind over the trades, of every statement `work` sends. */
async function readsWhole(work: () => Promise<unknown>, forbidden: readonly string[] = ['Seq Scan']): Promise<string[]> {
  const found: string[] = []
  for (const lines of await plansOf(db, work)) {
    found.push(...lines.filter((line) => forbidden.some((kind) => line.includes(kind)) && !line.includes('on annotations')))
    if (found.length > 0) found.push(...lines)
  }
  return found
}
