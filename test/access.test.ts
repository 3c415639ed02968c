// Who may see what. A token bound to one account tries every field of the schema, by every edge that leads to it, and every subscription,
// mutation and export, to see the other account. The documents are made from the schema itself, so a field that is added is tried too.
import { getNamedType, type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isAbstractType, isNonNullType, isObjectType } from 'graphql'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { resolvers } from '#graphql/resolvers.ts'
import { buildSchema } from '#graphql/schema.ts'
import { refuseHostWithoutTokens } from '#src/app.ts'
import { clock } from '#src/clock.ts'
import { effectsOf } from '#core/delivery.ts'
import { reviewDay } from '#core/review.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { annotate, saveRule } from '#store/decisions.ts'
import { claim, createDeliveries, deliveriesPage, markDead } from '#store/deliveries.ts'
import { acknowledge, comment } from '#store/remarks.ts'
import { writeSystemChanges } from '#store/system-alerts.ts'
import { saveReview } from '#store/reviews.ts'
import { createToken, revokeToken } from '#store/tokens.ts'
import { rowsOf } from '#store/sql.ts'
import { openTestDatabase } from './database.ts'
import { ibm, sketch } from './example-day.ts'
import { aPoint, anAlert, aTrade, tradeIdOf } from './rows.ts'
import { openTestServer, READY, type TestServer, until } from './server.ts'

const MINE = 'DU1'
const OTHER = 'UX9SECRET'
const otherTrade = { ...aTrade(1, 2, { account: OTHER, tradeId: tradeIdOf(1, 'ORDER', OTHER) }) }
const otherAlert = anAlert(1, 0, 4, { account: OTHER, tradeId: otherTrade.tradeId, message: `${OTHER} is down`, id: 'other-alert' })
const otherPoint = { ...aPoint(1, 1, 6), tradeId: otherTrade.tradeId }

let server: TestServer
const tokens: Record<'bound' | 'reader' | 'all' | 'rules', string> = { bound: '', reader: '', all: '', rules: '' }
beforeAll(async () => {
  const brokers = () => [{ ...READY, accounts: [MINE, OTHER], reason: `serves ${MINE} and ${OTHER}` }]
  server = await openTestServer({
    brokers,
    rate: { perSecond: 10_000, burst: 10_000 },
    // Long enough for a busy machine: a client that answers late is cut off.
    keepAliveMs: 1_000,
    draw: async ({ accounts }, rows) =>
      accounts.map(({ account }) => ({ name: account, title: [...rows.trades.keys()].join(' '), svg: JSON.stringify(rows.rules) })),
  })
  await server.store({
    trades: [aTrade(0, 1), otherTrade, aTrade(2, 7, { account: OTHER, unit: 'ROUND_TRIP', tradeId: tradeIdOf(2, 'ROUND_TRIP', OTHER) })],
    alerts: [anAlert(0, 0, 3), otherAlert],
    trajectory: [aPoint(0, 1, 5), otherPoint],
  })
  await annotate(server.db, otherTrade.tradeId, { strategy: OTHER, tags: [OTHER], note: OTHER, mistakes: [OTHER] }, clock.now())
  // Whatever was stored under an account's name: the model holds both accounts.
  const body = reviewedDay()
  for (const account of [MINE, OTHER, null])
    await saveReview(server.db, { day: '2026-11-20', account, body, card: `# the card of ${account ?? OTHER}`, path: null })
  const rule = { kind: 'MAE_STOP', pct: '3' }
  for (const id of [otherAlert.ruleId, 'for-other'])
    await saveRule(server.db, { id, body: { id, ...rule, scope: { accounts: [OTHER] } }, enabled: true }, clock.now())
  await comment(server.db, otherAlert.id, `${OTHER} again`, clock.now())
  await acknowledge(server.db, otherAlert.id, clock.now())
  await writeSystemChanges(server.db, {
    began: [{ kind: 'BROKER_DISAGREES', subject: '', since: 0, details: [`${OTHER} IBM: ours 100, theirs 50`] }],
    over: [],
  })
  await tellOf(server.db)
  await saveRule(server.db, { id: 'for-all', body: { id: 'for-all', ...rule }, enabled: true }, clock.now())
  const make = async (name: string, scopes: ('read' | 'annotate' | 'rules' | 'admin')[], accounts: string[] | null) =>
    (await createToken(server.db, { name, scopes, accounts }, clock.now())).secret
  tokens.bound = await make('bound', ['read', 'annotate', 'rules'], [MINE])
  tokens.reader = await make('reader', ['read'], null)
  tokens.all = await make('all', ['admin'], null)
  tokens.rules = await make('rules', ['rules'], null)
})
afterAll(() => server?.[Symbol.asyncDispose]())

/** A day of both accounts, with the other's name wherever a word may stand. */
function reviewedDay() {
  const fills = [
    ['09:45:00', 100, '180'],
    ['15:20:00', -100, '179'],
  ] as const
  const day = (account: string, { tradeId }: { readonly tradeId: string }, more: object = {}) =>
    sketch({ instrument: ibm, fills, marks: [['10:00:00', '185']], more: { account, tradeId, ...more } })
  const mine = day(MINE, aTrade(0, 1))
  const other = day(OTHER, otherTrade, { symbol: OTHER, strategy: OTHER, tags: [OTHER], note: OTHER })
  const alertOf = ({ trade }: typeof other) => {
    const { account, tradeId, openedAt } = trade
    return anAlert(9, 0, 9, { account, tradeId, at: openedAt + 1000, ruleId: account, message: account, symbol: account, price: '184' })
  }
  return reviewDay({
    day: '2026-11-20',
    trades: [mine.trade, other.trade],
    alerts: [alertOf(mine), alertOf(other)],
    instruments: [ibm],
    trajectories: new Map([mine, other].map(({ trade, points }) => [trade.tradeId, points])),
  })
}

/** Deliveries of either account alone, of both in one digest, and of the recorder's own trouble: all given up, with words that name the other account. */
async function tellOf(db: TestServer['db']): Promise<void> {
  const hook = { kind: 'webhook', least: 'info', prompt: 'info', quiet: false } as const
  const mixed = anAlert(3, 0, 8, { id: 'mixed-mine' })
  await commitBatch(db, { ...EMPTY_BATCH, alerts: [mixed], outbox: effectsOf([anAlert(0, 0, 3), otherAlert, mixed]) })
  await createDeliveries(db, [hook, { ...hook, kind: 'slack' }], clock.now())
  const all = (await deliveriesPage(db, {}, {})).edges.map(({ node }) => node)
  const refused = { trouble: `answered 410: ${OTHER} is gone`, failure: 'permanent' } as const
  for (const one of all) {
    const messageId = one.channel === 'slack' && one.alertId !== 'alert-0-0' ? 'a-digest-of-both' : `msg_${one.id}`
    const isMine = one.alertId === 'alert-0-0' || (one.alertId === 'mixed-mine' && one.channel === 'webhook')
    await claim(db.pool, [one.id], messageId, clock.now())
    await markDead(db.pool, [one.id], isMine ? { ...refused, trouble: 'answered 410' } : refused)
  }
}

const schema: GraphQLSchema = buildSchema(resolvers)

/** The first is gone into; what is found below it is asked of the others too. */
const REVIEWS = [`(day: "2026-11-20", account: "${MINE}")`, `(day: "2026-11-20", account: "${OTHER}")`, '(day: "2026-11-20")'] as const

/** What is asked for where a field needs arguments: always the other account's. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  'Query.node': [`(id: "${otherTrade.tradeId}")`, '(id: "other-alert")'],
  'Query.trade': [`(id: "${otherTrade.tradeId}")`, `(id: "${tradeIdOf(2, 'ROUND_TRIP', OTHER)}")`, `(id: "${tradeIdOf(0)}")`],
  'Query.trades': [
    '',
    `(filter: { accounts: ["${OTHER}"] })`,
    `(filter: { ids: ["${otherTrade.tradeId}"] })`,
    '(filter: { unit: ROUND_TRIP })',
    `(filter: { tags: ["${OTHER}"] })`,
  ],
  'Query.distribution': [`(filter: { accounts: ["${OTHER}"] })`],
  'Query.alerts': ['', `(filter: { accounts: ["${OTHER}"] })`, `(filter: { tradeIds: ["${otherTrade.tradeId}"] })`, '(filter: { ids: ["other-alert"] })'],
  'Query.deliveries': ['', '(filter: { alertIds: ["other-alert", "mixed-mine"] })', '(filter: { states: [DEAD], channels: ["slack"] })'],
  'Query.review': REVIEWS,
  'Subscription.tradeChanged': ['(sinceSeq: 0)', `(sinceSeq: 0, filter: { accounts: ["${OTHER}"] })`, '(sinceSeq: 0, filter: { unit: ROUND_TRIP })'],
  'Subscription.trajectoryAdvanced': [`(tradeId: "${otherTrade.tradeId}", sinceSeq: 0)`],
  'Subscription.alertRaised': ['(sinceSeq: 0)', `(sinceSeq: 0, filter: { tradeIds: ["${otherTrade.tradeId}"] })`],
}

interface Path {
  readonly type: GraphQLObjectType
  /** The document around what is asked of the type. */
  wrap(inner: string): string
}

/** One document for each edge of the graph of types, with every plain field of the type it leads to; by the shortest way from the root. */
function documentsOf(root: GraphQLObjectType, keyword: string): { documents: string[]; reached: Set<string> } {
  const documents: string[] = []
  const reached = new Set<string>()
  const expanded = new Set<string>()
  const queue: Path[] = [{ type: root, wrap: (inner) => `${keyword} { ${inner} }` }]
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const { type, wrap } = path
    const fields = Object.values(type.getFields())
    const plain = fields.filter((field) => leads(field).length === 0)
    for (const field of plain) reached.add(`${type.name}.${field.name}`)
    if (plain.length > 0) documents.push(wrap(plain.map(({ name }) => name).join(' ')))
    if (expanded.has(type.name)) continue
    expanded.add(type.name)
    for (const field of fields) {
      for (const target of leads(field)) {
        for (const argument of argumentsOf(type, field)) {
          reached.add(`${type.name}.${field.name}`)
          const inside = isObjectType(getNamedType(field.type)) ? (inner: string) => inner : (inner: string) => `... on ${target.name} { ${inner} }`
          queue.push({ type: target, wrap: (inner) => wrap(`${field.name}${argument} { ${inside(inner)} }`) })
        }
      }
    }
  }
  const [first, ...others] = REVIEWS
  const asOthers = documents.flatMap((document) => (document.includes(`review${first}`) ? others.map((other) => document.replace(first, other)) : []))
  return { documents: [...new Set([...documents, ...asOthers])], reached }
}

function leads(field: GraphQLField<unknown, unknown>): readonly GraphQLObjectType[] {
  const named = getNamedType(field.type)
  if (isObjectType(named)) return [named]
  return isAbstractType(named) ? schema.getPossibleTypes(named) : []
}

function argumentsOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): readonly string[] {
  const wanted = WANTED[`${type.name}.${field.name}`]
  if (wanted !== undefined) return wanted
  const needed = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)
  expect(needed.map((arg) => `${type.name}.${field.name}(${arg.name})`)).toEqual([])
  return ['']
}

const post = (token: string, query: string, variables?: object) => server.post({ query, variables }, { authorization: `Bearer ${token}` })

const queries = documentsOf(schema.getQueryType() as GraphQLObjectType, 'query')
const subscriptions = documentsOf(schema.getSubscriptionType() as GraphQLObjectType, 'subscription')

test('the documents reach every field a query or a subscription can', () => {
  const mutations = new Set([
    'Mutation',
    'UserError',
    // What only testRule answers: of a trade and a rule the caller sees, tried below.
    'RuleRehearsal',
    'TestSent',
    ...Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => getNamedType(field.type).name),
  ])
  const fields = Object.values(schema.getTypeMap())
    .filter((type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__') && !mutations.has(type.name))
    .flatMap((type) => Object.keys(type.getFields()).map((name) => `${type.name}.${name}`))
  expect(fields.filter((field) => !queries.reached.has(field) && !subscriptions.reached.has(field))).toEqual([])
})

test('no query shows the other account, by whatever field; the machine itself sees it', async () => {
  const seen: string[] = []
  let controls = 0
  for (const document of queries.documents) {
    const bound = await (await post(tokens.bound, document)).text()
    expect(JSON.parse(bound), document).toHaveProperty('data')
    if (bound.includes(OTHER)) seen.push(document)
    if ((await (await post(tokens.all, document)).text()).includes(OTHER)) controls++
  }
  expect(seen).toEqual([])
  expect(controls).toBeGreaterThan(15)
})

test('numbers are counted over its own account only', async () => {
  const count = async (token: string) => (await (await post(token, '{ distribution { trades } }')).json()) as { data: { distribution: { trades: number } } }
  expect([(await count(tokens.bound)).data.distribution.trades, (await count(tokens.all)).data.distribution.trades]).toEqual([1, 2])
})

async function everythingTold(token: string, work: () => void): Promise<string> {
  let told = ''
  const client = createClient({ url: server.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: `Bearer ${token}` } })
  const before = server.subscriptions
  for (const query of subscriptions.documents) {
    client.subscribe(
      { query },
      { next: (value) => (told += JSON.stringify(value)), error: (error) => (told += `error ${JSON.stringify(error)}`), complete: () => {} },
    )
  }
  // Everyone listens before anything happens.
  const refused = () => told.split('error ').length - 1
  await until(() => told.includes('tws') && server.subscriptions + refused() >= before + subscriptions.documents.length)
  work()
  const end = aTrade(50, 500)
  server.tell({ trades: [end], alerts: [anAlert(50, 0, 500)] })
  await until(() => told.split(tradeIdOf(50)).length > 2)
  await client.dispose()
  await until(() => server.subscriptions <= before)
  return told
}

test('no subscription tells of the other account: not what is stored, not what happens, not what is rewritten', async () => {
  const happen = () => {
    server.tell({ trades: [{ ...otherTrade, seq: 100 }], alerts: [{ ...otherAlert, seq: 101 }], trajectory: [{ ...otherPoint, seq: 102 }] })
    server.bus.publish([
      { kind: 'rewritten', seq: 103, tradeId: otherTrade.tradeId },
      { kind: 'broker', status: { ...READY, accounts: [MINE, OTHER], reason: `lost ${OTHER}` } },
    ])
  }
  expect(subscriptions.documents.length).toBeLessThanOrEqual(50)
  const bound = await everythingTold(tokens.bound, happen)
  expect(bound).toContain(tradeIdOf(0))
  expect(bound).not.toContain(OTHER)
  expect(bound).not.toContain('"resync":true')
  expect(await everythingTold(tokens.all, happen)).toContain(OTHER)
})

test('a digest that speaks of others too is not there; what speaks of its own account alone is', async () => {
  const document = '{ deliveries { nodes { id channel state failure trouble messageId attempts alert { id } systemAlert { kind } } } }'
  const seen = async (token: string) =>
    ((await (await post(token, document)).json()) as { data: { deliveries: { nodes: { channel: string; alert: { id: string } | null }[] } } }).data.deliveries
      .nodes
  expect((await seen(tokens.bound)).map(({ channel, alert }) => `${channel} ${alert?.id}`)).toEqual([
    'webhook mixed-mine',
    'slack alert-0-0',
    'webhook alert-0-0',
  ])
  expect(await seen(tokens.all)).toHaveLength(8)
  const troubles = async (token: string) =>
    ((await (await post(token, '{ systemAlerts { nodes { kind details } } }')).json()) as { data: { systemAlerts: { nodes: object[] } } }).data.systemAlerts
      .nodes
  expect(await troubles(tokens.bound)).toEqual([{ kind: 'BROKER_DISAGREES', details: [] }])
  expect(await troubles(tokens.all)).toMatchObject([{ details: [expect.stringContaining(OTHER)] }])
})

const ANNOTATE = 'mutation ($input: AnnotateTradeInput!) { annotateTrade(input: $input) { trade { note account } userErrors { code } } }'
const SAVE = 'mutation ($input: SaveRuleInput!) { saveRule(input: $input) { rule { id } userErrors { code } } }'
const ENABLE = 'mutation ($input: SetRuleEnabledInput!) { setRuleEnabled(input: $input) { rule { id } userErrors { code } } }'

const ACKNOWLEDGE = 'mutation ($input: AcknowledgeAlertInput!) { acknowledgeAlert(input: $input) { alert { id acknowledgedAt } userErrors { code } } }'
const COMMENT = 'mutation ($input: CommentAlertInput!) { commentAlert(input: $input) { alert { id comments { text } } userErrors { code } } }'
const SNOOZE = 'mutation ($input: SnoozeTradeInput!) { snoozeTrade(input: $input) { trade { id snoozedUntil } userErrors { code } } }'
const AGAIN = 'mutation ($input: SendAgainInput!) { sendAgain(input: $input) { delivery { id state } userErrors { code } } }'

const DELETE = 'mutation ($input: DeleteRuleInput!) { deleteRule(input: $input) { id userErrors { code } } }'
const MAKE = 'mutation ($input: MakeReviewInput!) { makeReview(input: $input) { day userErrors { code } } }'
const TRY = 'mutation ($input: TestRuleInput!) { testRule(input: $input) { rehearsal { title } userErrors { code } } }'

test('no mutation touches the other account: its trades are not there, its rules and those of all are not to be changed', async () => {
  const ask = async (query: string, input: object) => ((await (await post(tokens.bound, query, { input })).json()) as { data: Record<string, unknown> }).data
  expect(await ask(ANNOTATE, { tradeId: otherTrade.tradeId, note: 'mine now' })).toEqual({
    annotateTrade: { trade: null, userErrors: [{ code: 'NOT_FOUND' }] },
  })
  expect(await ask(ANNOTATE, { tradeId: tradeIdOf(0), note: 'mine' })).toMatchObject({ annotateTrade: { trade: { note: 'mine' }, userErrors: [] } })
  const until = new Date(clock.now() + 60_000).toISOString()
  for (const [query, name, input] of [
    [ACKNOWLEDGE, 'acknowledgeAlert', { alertId: otherAlert.id }],
    [COMMENT, 'commentAlert', { alertId: otherAlert.id, text: 'mine now' }],
    [SNOOZE, 'snoozeTrade', { tradeId: otherTrade.tradeId, until }],
    [SNOOZE, 'snoozeTrade', { alertId: otherAlert.id, until }],
  ] as const)
    expect(await ask(query, input)).toMatchObject({ [name]: { userErrors: [{ code: 'NOT_FOUND' }] } })
  for (const { id, alertId, messageId } of (await deliveriesPage(server.db, {}, {})).edges.map(({ node }) => node)) {
    const mine = alertId === 'alert-0-0' || (alertId === 'mixed-mine' && messageId !== 'a-digest-of-both')
    if (!mine) expect(await ask(AGAIN, { id: String(id) })).toEqual({ sendAgain: { delivery: null, userErrors: [{ code: 'NOT_FOUND' }] } })
  }
  for (const id of ['for-other', 'for-all']) {
    expect(await ask(DELETE, { id })).toEqual({ deleteRule: { id: null, userErrors: [{ code: 'FORBIDDEN' }] } })
    expect(await ask(TRY, { id, tradeId: otherTrade.tradeId })).toEqual({ testRule: { rehearsal: null, userErrors: [{ code: 'NOT_FOUND' }] } })
    expect(await ask(ENABLE, { id, enabled: false })).toEqual({ setRuleEnabled: { rule: null, userErrors: [{ code: 'FORBIDDEN' }] } })
    const input = { id, kind: 'MAE_STOP', pct: '1', scope: { accounts: [MINE] } }
    expect(await ask(SAVE, input)).toEqual({ saveRule: { rule: null, userErrors: [{ code: 'FORBIDDEN' }] } })
  }
  for (const scope of [undefined, { accounts: [OTHER] }, { accounts: [MINE, OTHER] }]) {
    expect(await ask(SAVE, { id: 'new', kind: 'MAE_STOP', pct: '1', scope })).toEqual({ saveRule: { rule: null, userErrors: [{ code: 'FORBIDDEN' }] } })
  }
  expect(await ask(SAVE, { id: 'new', kind: 'MAE_STOP', pct: '1', scope: { accounts: [MINE] } })).toEqual({ saveRule: { rule: { id: 'new' }, userErrors: [] } })
})

test('every mutation is in the audit log, with whose token it was and how it was before', async () => {
  const log = await rowsOf<{ what: string; subject: string; who: string | null }>(
    server.db.pool,
    "select what, subject, who from audit where who like '%bound' order by id",
  )
  expect(log.map(({ what, subject }) => [what, subject])).toEqual([
    ['annotate', tradeIdOf(0).replace('ORDER:', '')],
    ['rule', 'new'],
  ])
})

test('a scope that is missing is said so, and nothing is written', async () => {
  for (const [token, query, input] of [
    [tokens.reader, ANNOTATE, { tradeId: tradeIdOf(0), note: 'x' }],
    [tokens.reader, SAVE, { id: 'x', kind: 'MAE_STOP', pct: '1' }],
    [tokens.reader, ENABLE, { id: 'for-all', enabled: false }],
    [tokens.rules, ANNOTATE, { tradeId: tradeIdOf(0), note: 'x' }],
    [tokens.reader, ACKNOWLEDGE, { alertId: 'alert-0-0' }],
    [tokens.rules, COMMENT, { alertId: 'alert-0-0', text: 'x' }],
    [tokens.reader, SNOOZE, { tradeId: tradeIdOf(0) }],
    [tokens.reader, AGAIN, { id: '1' }],
    [tokens.rules, MAKE, { day: '2026-11-20' }],
    [tokens.reader, DELETE, { id: 'for-all' }],
    [tokens.reader, TRY, { id: 'for-all', tradeId: tradeIdOf(0) }],
  ] as const) {
    const { errors } = (await (await post(token, query, { input })).json()) as { errors: { extensions: { code: string } }[] }
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
  }
})

test('a token that is none is no token, and a proxy’s request without one is not this machine’s', async () => {
  const status = async (headers: Record<string, string>) => (await server.post({ query: '{ __typename }' }, headers)).status
  expect(await status({})).toBe(200)
  expect(await status({ authorization: `Bearer exc_${'x'.repeat(43)}` })).toBe(401)
  expect(await status({ authorization: 'Basic eDp5' })).toBe(401)
  expect(await status({ 'x-forwarded-for': '203.0.113.9' })).toBe(401)
  expect(await status({ 'x-forwarded-for': '203.0.113.9', authorization: `Bearer ${tokens.reader}` })).toBe(200)
})

test('health, which anybody may ask, names no account', async () => {
  const ready = await fetch(new URL('/health/ready', server.url), { headers: { 'x-forwarded-for': '203.0.113.9' } })
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'ready', database: 'answers', brokers: [{ name: 'tws', state: 'READY', reason: 'serves … and …' }] },
  ])
})

test('a token is known by its hash alone', async () => {
  const rows = await rowsOf(server.db.pool, 'select * from tokens')
  for (const secret of Object.values(tokens)) expect(JSON.stringify(rows)).not.toContain(secret)
})

test('a token that is revoked opens nothing any more, and closes what it had open', async () => {
  const { token, secret } = await createToken(server.db, { name: 'short', scopes: ['read'], accounts: null }, clock.now())
  const closed = Promise.withResolvers<{ code: number }>()
  const connected = Promise.withResolvers<void>()
  const client = createClient({
    url: server.socketUrl,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    connectionParams: { authorization: `Bearer ${secret}` },
    on: { connected: () => connected.resolve(), closed: (event) => closed.resolve(event as { code: number }) },
  })
  await connected.promise
  await revokeToken(server.db, token.id, clock.now())
  expect((await closed.promise).code).toBe(4403)
  await client.dispose()
  const later = createClient({ url: server.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: `Bearer ${secret}` } })
  await expect.poll(async () => (await post(secret, '{ __typename }')).status).toBe(401)
  await expect(later.iterate({ query: '{ __typename }' }).next()).rejects.toMatchObject({ code: 4403 })
  await later.dispose()
})

test('a token has a rate of its own; another one and this machine are not slowed by it', async () => {
  await using slow = await openTestServer({ rate: { perSecond: 0.001, burst: 3 } })
  const make = async (name: string) => (await createToken(slow.db, { name, scopes: ['read'], accounts: null }, clock.now())).secret
  const [busy, calm] = [await make('busy'), await make('calm')]
  const status = async (token?: string) =>
    (await slow.post({ query: '{ __typename }' }, token === undefined ? {} : { authorization: `Bearer ${token}` })).status
  expect([await status(busy), await status(busy), await status(busy), await status(busy), await status(calm), await status()]).toEqual([
    200, 200, 200, 429, 200, 200,
  ])
})

test('pages of other origins may ask and read only where they are named', async () => {
  await using open = await openTestServer({ origins: ['https://dash.example'] })
  const ask = (origin: string, method = 'POST') =>
    fetch(open.url, { method, headers: { origin, 'content-type': 'application/json' }, ...(method === 'POST' ? { body: '{"query":"{ __typename }"}' } : {}) })
  const allowed = await ask('https://dash.example')
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://dash.example'])
  expect((await ask('https://evil.example')).status).toBe(403)
  const preflight = await ask('https://dash.example', 'OPTIONS')
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization, content-type, accept'])
  expect((await ask('https://evil.example', 'OPTIONS')).headers.get('access-control-allow-origin')).toBeNull()
})

test('an address others can reach is served only once there is a token to ask for; the refusal says how to make one', async () => {
  await using db = await openTestDatabase()
  await refuseHostWithoutTokens('127.0.0.1', db)
  await expect(refuseHostWithoutTokens('0.0.0.0', db)).rejects.toThrow(/excursion token create/)
  const { token } = await createToken(db, { name: 'first', scopes: ['read'], accounts: null }, clock.now())
  await refuseHostWithoutTokens('0.0.0.0', db)
  await revokeToken(db, token.id, clock.now())
  await expect(refuseHostWithoutTokens('0.0.0.0', db)).rejects.toMatchObject({ code: 'EXC_HOST_REFUSED' })
})
