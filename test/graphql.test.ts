// Queries and mutations over HTTP on real tables: the numbers as they are stored, pages without holes, one statement a level.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { TradeFilter } from '#core/query.ts'
import { STARTER_RULES } from '#core/rules.ts'
import type { StoredTrade } from '#core/stored.ts'
import { printInstant } from '#core/time.ts'
import { matchesAlert, matchesTrade } from '#graphql/matches.ts'
import { alertsOf } from '#store/alerts.ts'
import { seedRules } from '#store/decisions.ts'
import { saveReview } from '#store/reviews.ts'
import { tradesOf } from '#store/trades.ts'
import { refuseOpenHost } from '#src/app.ts'
import { aPoint, aTrade, anAlert, tradeIdOf } from './rows.ts'
import { openTestServer, type TestServer } from './server.ts'

const COUNT = 60
const CLOSED_AT = Date.UTC(2026, 10, 20, 20)
const TRADES: readonly StoredTrade[] = Array.from({ length: COUNT }, (_, n) =>
  aTrade(n, n + 1, {
    ...(n % 2 === 0 ? {} : { side: 'SHORT' }),
    ...(n % 3 === 0 ? { status: 'CLOSED', closedAt: CLOSED_AT + n, exitPrice: '184.5', openQuantity: '0' } : {}),
    ...(n % 4 === 0 ? { account: 'DU2', mode: 'PAPER' } : {}),
    ...(n % 5 === 0 ? { symbol: 'SPY', conId: 756733 } : {}),
    ...(n % 7 === 0 ? { commission: null, netPnl: null } : { netPnl: String(((n * 37) % 50) - 25) }),
    ...(n % 11 === 0 ? { held: true } : {}),
  }),
)
const ROUND_TRIPS = TRADES.slice(0, 5).map((trade, n) => ({
  ...trade,
  unit: 'ROUND_TRIP' as const,
  tradeId: tradeIdOf(n, 'ROUND_TRIP', trade.account),
  seq: 100 + n,
}))
const ALERTS = Array.from({ length: 30 }, (_, n) =>
  anAlert(n % 10, Math.floor(n / 10), 200 + n, {
    tradeId: TRADES[n % 10]?.tradeId ?? '',
    account: TRADES[n % 10]?.account ?? '',
    ...(n % 6 === 0 ? { state: 'WITHDRAWN' } : {}),
    ...(n % 4 === 0 ? { severity: 'critical', ruleId: 'hard-stop' } : {}),
  }),
)
/** The second trade: of account DU1, with a trajectory of 2,000 points. */
const TRADE = TRADES[1] as StoredTrade
const POINTS = Array.from({ length: 2000 }, (_, k) => aPoint(1, k, 1000 + k))

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
  await server.store({ trades: [...TRADES, ...ROUND_TRIPS], alerts: ALERTS, trajectory: POINTS })
  await seedRules(
    server.db,
    STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: body['enabled'] !== false })),
  )
})
afterAll(() => server[Symbol.asyncDispose]())

/** How many statements were sent to the database meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(server.db.pool, 'query')
  try {
    await work()
    return spy.mock.calls.length
  } finally {
    spy.mockRestore()
  }
}

test('a trade is told with the numbers of the store, as text, and its instants in UTC with three decimals', async () => {
  const { trade } = (await server.ask(
    `query ($id: ID!) { trade(id: $id) { id unit account mode side status quantity openQuantity entryPrice exitPrice lastPrice openedAt closedAt updatedAt currency
       grossPnl netPnl commission strategy tags note initialStop orderRef held drawdownPct seq
       instrument { conId symbol secType currency multiplier exchange timeZone }
       mfe { price at pct pctAt pnl pnlAt r } mae { pct r }
       provenance { source coverage gaps { from to } }
       fills { executionId side role quantity price at commission } } }`,
    { id: TRADE.tradeId },
  )) as { trade: unknown }
  const at = printInstant(TRADE.openedAt)
  expect(trade).toEqual({
    id: 'ORDER:DU1:8314:e1',
    unit: 'ORDER',
    account: 'DU1',
    mode: 'DEMO',
    side: 'SHORT',
    status: 'OPEN',
    quantity: '100',
    openQuantity: '100',
    entryPrice: '183.11',
    exitPrice: null,
    lastPrice: '183.11',
    openedAt: at,
    closedAt: null,
    updatedAt: at,
    currency: 'USD',
    grossPnl: '0',
    netPnl: '12',
    commission: '1',
    strategy: null,
    tags: [],
    note: null,
    initialStop: null,
    orderRef: null,
    held: false,
    drawdownPct: '0',
    seq: 2,
    instrument: { conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', multiplier: '1', exchange: null, timeZone: null },
    mfe: { price: '183.11', at, pct: '0', pctAt: at, pnl: '0', pnlAt: at, r: null },
    mae: { pct: '0', r: null },
    provenance: { source: 'TICK', coverage: '1', gaps: [] },
    fills: [{ executionId: 'e1.01', side: 'BUY', role: 'ENTRY', quantity: '100', price: '183.11', at, commission: '1' }],
  })
})

test('what has an id is found by it, of either unit; what has none is null', async () => {
  const ids = [tradeIdOf(1), tradeIdOf(1, 'ROUND_TRIP'), 'ORDER:nobody', 'nonsense']
  const found = await Promise.all(ids.map((id) => server.ask('query ($id: ID!) { trade(id: $id) { id } node(id: $id) { __typename id } }', { id })))
  expect(found).toEqual([
    ...ids.slice(0, 2).map((id) => ({ trade: { id }, node: { __typename: 'Trade', id } })),
    { trade: null, node: null },
    { trade: null, node: null },
  ])
  expect(await server.ask('{ node(id: "alert-0-0") { __typename id ... on Alert { state } } }')).toEqual({
    node: { __typename: 'Alert', id: 'alert-0-0', state: 'WITHDRAWN' },
  })
})

test.each([
  [{ field: 'OPENED_AT', direction: 'ASC' }, 'first', 7],
  [{ field: 'CLOSED_AT', direction: 'DESC' }, 'first', 9],
  [{ field: 'NET_PNL', direction: 'ASC' }, 'last', 11],
  [{ field: 'NET_PNL', direction: 'DESC' }, 'first', 1],
] as const)('law: pages ordered by %o, taken by %s %i, are the whole list, each trade once', async (orderBy, way, size) => {
  const [after, flag, edge] = way === 'first' ? ['after', 'hasNextPage', 'endCursor'] : ['before', 'hasPreviousPage', 'startCursor']
  const query = `query ($orderBy: TradeOrder, $size: Int, $cursor: String) { trades(orderBy: $orderBy, ${way}: $size, ${after}: $cursor) { nodes { id } edges { node { id } } pageInfo { ${flag} ${edge} } } }`
  const whole = (await tradesOf(server.db, {}, orderBy)).map((trade) => trade.tradeId)
  const got: string[] = []
  for (let cursor: string | null = null; ; ) {
    const { trades } = (await server.ask(query, { orderBy, size, cursor })) as {
      trades: { nodes: { id: string }[]; edges: { node: { id: string } }[]; pageInfo: Record<string, unknown> }
    }
    const ids = trades.nodes.map((node) => node.id)
    expect(trades.edges.map((one) => one.node.id)).toEqual(ids)
    way === 'first' ? got.push(...ids) : got.unshift(...ids)
    if (trades.pageInfo[flag] !== true) break
    cursor = trades.pageInfo[edge] as string
  }
  expect(got).toEqual(whole)
  expect(new Set(got).size).toBe(COUNT)
})

const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values]), { nil: undefined })
const one = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
const instants = fc.option(
  fc.nat(COUNT).map((n) => aTrade(n, 0).openedAt),
  { nil: undefined },
)

test('law: a filter says the same of a trade that is told and of one that is stored', async () => {
  const filters = fc.record(
    {
      unit: one(['ORDER', 'ROUND_TRIP'] as const),
      ids: some(TRADES.slice(0, 12).map((trade) => trade.tradeId)),
      accounts: some(['DU1', 'DU2', 'DU3']),
      symbols: some(['IBM', 'SPY']),
      conIds: some([8314, 756733]),
      sides: some(['LONG', 'SHORT'] as const),
      status: one(['OPEN', 'CLOSED'] as const),
      mode: one(['DEMO', 'PAPER'] as const),
      held: one([true, false]),
      openedFrom: instants,
      openedUntil: instants,
      closedFrom: one([CLOSED_AT + 20]),
      closedUntil: one([CLOSED_AT + 40]),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(filters, async (given) => {
      const filter = JSON.parse(JSON.stringify(given)) as TradeFilter
      const stored = (await tradesOf(server.db, filter)).map((trade) => trade.tradeId)
      const told = [...TRADES, ...ROUND_TRIPS].filter((trade) => matchesTrade(filter, trade)).map((trade) => trade.tradeId)
      expect(told.sort()).toEqual(stored.sort())
    }),
    { numRuns: 100 },
  )
})

test('law: a filter says the same of an alert that is told and of one that is stored', async () => {
  const filters = fc.record(
    {
      tradeIds: some(TRADES.slice(0, 10).map((trade) => trade.tradeId)),
      ruleIds: some(['hard-stop', 'scale-out']),
      accounts: some(['DU1', 'DU2']),
      severities: some(['info', 'warn', 'critical'] as const),
      states: some(['RAISED', 'WITHDRAWN'] as const),
      unit: one(['ORDER', 'ROUND_TRIP'] as const),
      from: instants,
      until: instants,
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(filters, async (given) => {
      const filter = JSON.parse(JSON.stringify(given)) as typeof given
      const plain = filter as Parameters<typeof matchesAlert>[0]
      const stored = (await alertsOf(server.db, plain)).map((alert) => alert.id)
      expect(
        ALERTS.filter((alert) => matchesAlert(plain, alert))
          .map((alert) => alert.id)
          .sort(),
      ).toEqual(stored.sort())
    }),
    { numRuns: 60 },
  )
})

test('fifty trades with all that hangs on them take as many statements as five', async () => {
  const query = `query ($n: Int) { trades(first: $n) { nodes { id instrument { symbol } alerts { id rule { kind } trade { id } } trajectory(points: 20) { points { last } alerts { at } } sparkline fills { price } } } }`
  const statements = []
  for (const n of [5, 50, 5, 50]) statements.push(await statementsOf(() => server.ask(query, { n })))
  expect(new Set(statements).size).toBe(1)
  expect(statements[0]).toBeGreaterThan(4)
  // Page, instruments, alerts, trajectories (the lives and the points, of one unit), rules, the alerts' trades.
  expect(statements[0]).toBeLessThanOrEqual(8)
})

test('a trajectory is thinned as asked for, its extremes kept, its alerts marked; without a wish it is whole', async () => {
  const ask = async (points: number | null) => {
    const { trade } = (await server.ask(
      'query ($id: ID!, $points: Int) { trade(id: $id) { trajectory(points: $points) { total points { at last mfe mae } alerts { ruleId tier at severity } } } }',
      { id: TRADE.tradeId, points },
    )) as { trade: { trajectory: { total: number; points: { at: string; last: string; mfe: string; mae: string }[]; alerts: { tier: number }[] } } }
    return trade.trajectory
  }
  const whole = await ask(null)
  const thinned = await ask(50)
  expect([whole.total, whole.points.length, thinned.total]).toEqual([2000, 2000, 2000])
  expect(thinned.points.length).toBeLessThanOrEqual(50)
  expect(thinned.points[0]).toEqual(whole.points[0])
  expect(thinned.points.at(-1)).toEqual(whole.points.at(-1))
  const lasts = (list: readonly { last: string }[]) => list.map((point) => Number(point.last))
  expect(Math.max(...lasts(thinned.points))).toBe(Math.max(...lasts(whole.points)))
  expect(Math.min(...lasts(thinned.points))).toBe(Math.min(...lasts(whole.points)))
  expect(whole.points[7]).toEqual({
    at: printInstant(POINTS[7]?.at ?? 0),
    last: String(POINTS[7]?.last),
    mfe: String(POINTS[7]?.mfe),
    mae: String(POINTS[7]?.mae),
  })
  expect(whole.alerts.map((alert) => alert.tier)).toEqual([0, 1, 2])
  await expect(ask(1)).rejects.toThrow('expected points from 2 to 10000, found 1')
})

test('alerts come newest first, withdrawn ones only where asked for, each with its rule and its trade', async () => {
  const { alerts } = (await server.ask('{ alerts(first: 200) { nodes { id at state rule { id version } trade { id } tradeId } } }')) as {
    alerts: { nodes: { id: string; at: string; state: string; rule: { id: string; version: number }; trade: { id: string }; tradeId: string }[] }
  }
  expect(alerts.nodes.length).toBe(25)
  expect(alerts.nodes.map((alert) => alert.at)).toEqual(alerts.nodes.map((alert) => alert.at).sort((a, b) => (a < b ? 1 : -1)))
  expect(alerts.nodes.every((alert) => alert.trade.id === alert.tradeId && alert.rule.version === 1)).toBe(true)
  const { alerts: withdrawn } = (await server.ask('{ alerts(filter: { states: [WITHDRAWN] }) { nodes { id } } }')) as { alerts: { nodes: unknown[] } }
  expect(withdrawn.nodes.length).toBe(5)
})

test('the rules are told with their numbers and as they are written', async () => {
  const { alertRules } = (await server.ask(
    '{ alertRules { id version kind unit enabled severity pct armPct fraction after mfeBelowPct resultBelowPct clock confirm tiers { pct take } definition } }',
  )) as { alertRules: Record<string, unknown>[] }
  expect(alertRules.map((rule) => rule['id'])).toEqual(STARTER_RULES.map((rule) => rule['id']))
  expect(alertRules.map((rule) => JSON.parse(rule['definition'] as string))).toEqual(STARTER_RULES)
  expect(alertRules[1]).toMatchObject({
    kind: 'MFE_TARGET',
    pct: null,
    tiers: [
      { pct: '5', take: '1/3' },
      { pct: '8', take: '1/3' },
    ],
    enabled: true,
    clock: 'wall',
  })
  expect(alertRules[4]).toMatchObject({ kind: 'TIME_STOP', after: 'PT2H', mfeBelowPct: '0.5', resultBelowPct: null, clock: 'session', severity: 'info' })
  expect(alertRules[6]).toMatchObject({ enabled: false, resultBelowPct: '0.2' })
})

test('a day without a card is null, a day with one is told with its totals, trades and alerts', async () => {
  const result = { currency: 'USD', closed: 2, gross: '10.5', net: null, commission: null, wins: 1 }
  const body = {
    accounts: [{ account: 'DU1', mode: 'DEMO', results: [result], trades: [{ tradeId: tradeIdOf(1) }, { tradeId: tradeIdOf(2) }, { tradeId: 'ORDER:gone' }] }],
  }
  await saveReview(server.db, { day: '2026-11-20', account: null, body, card: '# 2026-11-20', path: null })
  const query =
    'query ($day: Date!) { review(day: $day) { day account markdown totals { account mode currency gross net commission trades winners } trades { id } alerts { tier } } }'
  expect(await server.ask(query, { day: '2026-11-19' })).toEqual({ review: null })
  expect(await server.ask(query, { day: '2026-11-20' })).toEqual({
    review: {
      day: '2026-11-20',
      account: null,
      markdown: '# 2026-11-20',
      totals: [{ account: 'DU1', mode: 'DEMO', currency: 'USD', gross: '10.5', net: null, commission: null, trades: 2, winners: 1 }],
      trades: [{ id: tradeIdOf(1) }, { id: tradeIdOf(2) }],
      alerts: expect.any(Array),
    },
  })
  expect(await server.ask('{ reviews(first: 1) { nodes { day } pageInfo { hasNextPage } } brokers { name state accounts } }')).toEqual({
    reviews: { nodes: [{ day: '2026-11-20' }], pageInfo: { hasNextPage: false } },
    brokers: [{ name: 'tws', state: 'READY', accounts: ['DU1'] }],
  })
})

test('an annotation is written to both kinds of trade; what is absent stays, null takes away; a trade that is not there is a userError', async () => {
  const mutation = `mutation ($input: AnnotateTradeInput!) { annotateTrade(input: $input) { trade { strategy tags note initialStop mfe { r } } userErrors { code path message } } }`
  const annotate = async (input: object) => ((await server.ask(mutation, { input })) as { annotateTrade: unknown }).annotateTrade
  const tradeId = tradeIdOf(2)
  expect(await annotate({ tradeId, strategy: 'breakout', tags: ['early', 'size'], initialStop: '181.11' })).toEqual({
    trade: { strategy: 'breakout', tags: ['early', 'size'], note: null, initialStop: '181.11', mfe: { r: null } },
    userErrors: [],
  })
  expect(await annotate({ tradeId, strategy: null, note: 'waited' })).toMatchObject({ trade: { strategy: null, tags: ['early', 'size'], note: 'waited' } })
  expect(await server.ask('query ($id: ID!) { trade(id: $id) { note tags } }', { id: tradeIdOf(2, 'ROUND_TRIP') })).toEqual({
    trade: { note: 'waited', tags: ['early', 'size'] },
  })
  expect(await annotate({ tradeId: 'ORDER:nobody', note: 'x' })).toEqual({
    trade: null,
    userErrors: [{ code: 'NOT_FOUND', path: ['input', 'tradeId'], message: "expected a trade of id 'ORDER:nobody', found none" }],
  })
  expect(await annotate({ tradeId, strategy: 'x'.repeat(101) })).toMatchObject({
    trade: null,
    userErrors: [{ code: 'BAD_USER_INPUT', path: ['input', 'strategy'] }],
  })
})

test('a rule is written as its next version, switched on and off, and refused in so many words', async () => {
  const save = async (input: object) =>
    (
      (await server.ask(
        `mutation ($input: SaveRuleInput!) { saveRule(input: $input) { rule { id version pct enabled definition } userErrors { code message } } }`,
        { input },
      )) as {
        saveRule: { rule: { version: number; definition: string } | null; userErrors: { message: string }[] }
      }
    ).saveRule
  const first = await save({ id: 'my-stop', kind: 'MAE_STOP', pct: '2.5', scope: { symbols: ['IBM'] } })
  expect(first).toMatchObject({ rule: { id: 'my-stop', version: 1, pct: '2.5', enabled: true }, userErrors: [] })
  expect(JSON.parse(first.rule?.definition ?? '')).toEqual({ id: 'my-stop', kind: 'MAE_STOP', pct: '2.5', scope: { symbols: ['IBM'] } })
  expect(await save({ id: 'my-stop', kind: 'MAE_STOP', pct: '2' })).toMatchObject({ rule: { version: 2, pct: '2' } })
  const refused = await save({ id: 'my-stop', kind: 'GIVEBACK' })
  expect([refused.rule, refused.userErrors[0]?.message]).toEqual([null, 'rule my-stop: expected fraction as a number, found null'])
  expect((await save({ id: '../etc', kind: 'MAE_STOP', pct: '1' })).userErrors[0]?.message).toContain('expected a name of letters')
  const enable = 'mutation ($input: SetRuleEnabledInput!) { setRuleEnabled(input: $input) { rule { version enabled } userErrors { code } } }'
  expect(await server.ask(enable, { input: { id: 'my-stop', enabled: false } })).toEqual({
    setRuleEnabled: { rule: { version: 3, enabled: false }, userErrors: [] },
  })
  expect(await server.ask(enable, { input: { id: 'nobody', enabled: false } })).toEqual({ setRuleEnabled: { rule: null, userErrors: [{ code: 'NOT_FOUND' }] } })
})

test.each([
  ['{ trades(first: 201) { nodes { id } } }', 'expected first from 0 to 200, found 201'],
  ['{ trades(first: -1) { nodes { id } } }', 'expected first from 0 to 200, found -1'],
  ['{ differences(first: 201) { id } }', 'expected first from 0 to 200, found 201'],
  ['{ differences(first: -1) { id } }', 'expected first from 0 to 200, found -1'],
  ['{ trades(first: 1, last: 1) { nodes { id } } }', 'expected first or last, found both'],
  ['{ trades(after: "nonsense") { nodes { id } } }', 'expected after to be a cursor of this list'],
  ['{ review(day: "2026-02-30") { day } }', 'expected a day'],
  ['{ trade(id: "ORDER:\\u0000") { id } }', 'expected values the database can hold'],
  ['{ alerts(filter: { symbols: ["\\u0000"] }) { nodes { id } } }', 'expected values the database can hold'],
])('%s is refused in words a person can use', async (query, message) => {
  await expect(server.ask(query)).rejects.toThrow(message)
})

test('without authentication the account is only served on this machine', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1', '[::1]']) expect(() => refuseOpenHost(host)).not.toThrow()
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.com', '127.0.0.1.evil.example', ''])
    expect(() => refuseOpenHost(host)).toThrow('expected EXCURSION_HOST to be a loopback address')
})

test('the latest points of many trades are one statement, in order of time, and no more than asked for', async () => {
  await server.store({ trades: [aTrade(700, 9700), aTrade(701, 9701)], trajectory: Array.from({ length: 9 }, (_, k) => aPoint(700, k, 9710 + k)) })
  const answer = (await server.ask(
    'query ($ids: [ID!]) { trades(filter: { ids: $ids }) { nodes { latestPoints(count: 3) { at last mfe mae } trajectory { points { at last mfe mae } } } } }',
    {
      ids: [tradeIdOf(700), tradeIdOf(701)],
    },
  )) as { trades: { nodes: { latestPoints: unknown[]; trajectory: { points: unknown[] } }[] } }
  const [first, second] = answer.trades.nodes
  expect(first?.latestPoints).toEqual(first?.trajectory.points.slice(-3))
  expect(first?.latestPoints).toHaveLength(3)
  expect(second?.latestPoints).toEqual([])
})
