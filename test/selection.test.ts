// What a page reads of its trades is what was asked for, and no less: every field alone, and any of them together, says what the whole trade says.
import fc from 'fast-check'
import { getNamedType, isLeafType, isObjectType } from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { STARTER_RULES } from '#core/rules.ts'
import type { StoredTrade } from '#core/stored.ts'
import { resolvers } from '#graphql/resolvers.ts'
import { buildSchema } from '#graphql/schema.ts'
import { annotate, seedRules } from '#store/decisions.ts'
import { tradesPage } from '#store/trades.ts'
import { aPoint, aTrade, anAlert } from './rows.ts'
import { openTestServer, type TestServer } from './server.ts'

const AT = Date.UTC(2026, 10, 20, 14, 31)
const reached = (price: string, pct: string, pnl: string) => ({ price, pct, pnl, at: AT + 1, pctAt: AT + 2, pnlAt: AT + 3 })
const risk = { amount: '50', stop: '182.61', entryPrice: '183.11', quantity: '100', frozenAt: AT }
/** Nothing of it is null, empty or what another part is. */
const FULL: Partial<StoredTrade> = {
  ...{ commission: '1.5', grossPnl: '12', netPnl: '10.5', lastPrice: '183.23', openQuantity: '60', drawdownPct: '0.7', orderRef: 'breakout', held: true },
  ...{ mfe: reached('184', '0.5', '89'), mae: reached('182.7', '-0.2', '-41'), side: 'SHORT', mode: 'PAPER', updatedAt: AT + 9 },
  plan: { risk, stop: '182.9', target: '190', moves: [{ way: 'TIGHTENED', from: '182.61', to: '182.9', r: '0.58', at: AT + 5 }] },
  provenance: { source: 'BAR', coverage: '0.9', gaps: [{ from: AT + 1, to: AT + 2 }], partialSince: AT, leftOut: 2, thinned: true },
}
const TRADES = [
  aTrade(1, 1, FULL),
  aTrade(2, 2),
  aTrade(3, 3, { ...FULL, status: 'CLOSED', closedAt: AT + 60_000, exitPrice: '184.2', openQuantity: '0', plan: null }),
]

/** Every field of a trade, with everything that hangs on it but other trades. */
const FIELDS = selectionsOf('Trade', 3)

function selectionsOf(type: string, depth: number): string[] {
  const object = buildSchema(resolvers).getType(type)
  if (!isObjectType(object) || depth === 0) return []
  return Object.values(object.getFields()).flatMap(({ name, type: of }) => {
    const named = getNamedType(of)
    if (isLeafType(named)) return [name]
    const below = named.name === 'Trade' ? [] : selectionsOf(named.name, depth - 1)
    return below.length === 0 ? [] : [`${name} { ${below.join(' ')} }`]
  })
}

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
  await server.store({ trades: TRADES, alerts: [anAlert(1, 0, 10), anAlert(2, 0, 11)], trajectory: Array.from({ length: 30 }, (_, k) => aPoint(1, k, 20 + k)) })
  await seedRules(
    server.db,
    STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: true })),
  )
  const words = { strategy: 'gap', tags: ['a', 'b'], note: 'patience', rating: 4, mistakes: ['late'], initialTarget: '191' }
  await annotate(server.db, TRADES[0]?.tradeId ?? '', words, AT)
})
afterAll(() => server[Symbol.asyncDispose]())

/** What a page says of these fields of every trade, and what each trade says of all of its fields. */
async function compared(fields: readonly string[], around: (inside: string) => string = (inside) => inside): Promise<void> {
  const { trades } = (await server.ask(`{ trades(first: 10) { nodes { ${around(fields.join(' '))} } } }`)) as { trades: { nodes: unknown[] } }
  const whole = await Promise.all(TRADES.map(({ tradeId }) => server.ask(`query ($id: ID!) { trade(id: $id) { ${fields.join(' ')} } }`, { id: tradeId })))
  expect(trades.nodes).toEqual(whole.map(({ trade }) => trade))
}

test.each(FIELDS)('alone on a page: %s', (field) => compared([field]))

test('law: any fields together say on a page what they say of the whole trade, also through fragments and edges', () =>
  fc.assert(
    fc.asyncProperty(fc.subarray(FIELDS, { minLength: 1 }), fc.constantFrom('plain', 'inline', 'edge'), async (fields, how) => {
      if (how === 'plain') return compared(fields)
      if (how === 'inline') return compared(fields, (inside) => `... on Node { ... on Trade { ${inside} } }`)
      const { trades } = (await server.ask(
        `query Q { trades(first: 10) { ...Edges } } fragment Edges on TradeConnection { edges { cursor node { ...Asked } } } fragment Asked on Trade { ${fields.join(' ')} }`,
      )) as { trades: { edges: { node: unknown }[] } }
      const { trades: plain } = (await server.ask(`{ trades(first: 10) { nodes { ${fields.join(' ')} } } }`)) as { trades: { nodes: unknown[] } }
      expect(trades.edges.map(({ node }) => node)).toEqual(plain.nodes)
    }),
    { numRuns: 30 },
  ))

test('two selections of one page are read together', async () => {
  const { trades } = (await server.ask('{ trades(first: 1) { nodes { id } } trades(first: 1) { nodes { mfe { r } note } } }')) as {
    trades: { nodes: unknown[] }
  }
  expect(trades.nodes).toEqual([{ id: TRADES[0]?.tradeId, mfe: { r: '1.78' }, note: 'patience' }])
})

test('a part that was not asked for is no null: to ask for it is a fault of ours, and says so', async () => {
  const { edges } = await tradesPage(server.db, {}, null, { first: 1 }, new Set(['tradeId', 'rating'] as const))
  expect({ ...edges[0]?.node }).toEqual({ tradeId: TRADES[0]?.tradeId, rating: 4 })
  expect(() => edges[0]?.node.note).toThrow('expected note to be read with the trade, found it was not asked for')
})
