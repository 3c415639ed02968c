// Reviews over HTTP on a real database: the model as it was stored, field by field; the pictures of the card, byte for byte; and a card made again because
// somebody asked, by way of the outbox and the queue.
import { getNamedType, isObjectType } from 'graphql'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { STARTER_RULES } from '#core/rules.ts'
import { parseDuration, parseInstant } from '#core/time.ts'
import { resolvers } from '#graphql/resolvers.ts'
import { buildSchema } from '#graphql/schema.ts'
import { openSweep } from '#jobs/outbox.ts'
import { openJobs } from '#jobs/queues.ts'
import { type MadeReview, makeReview } from '#jobs/review.ts'
import { openWorkers } from '#jobs/worker.ts'
import { reviewPictures } from '#notes/pictures.ts'
import { readTemplates } from '#notes/templates.ts'
import { clock } from '#src/clock.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { seedRules } from '#store/decisions.ts'
import { saveReview } from '#store/reviews.ts'
import { rowsOf } from '#store/sql.ts'
import { createToken } from '#store/tokens.ts'
import { alerts, at, DAY, everyTrade, future, ibm, nvda, sketch, turned } from './example-day.ts'
import { openTestServer, type TestServer } from './server.ts'

const templates = await readTemplates('en')
const YESTERDAY = '2026-11-19'
/** Its stop was hit, and then the price came back by more than was at stake. */
const shakenOut = sketch({
  instrument: ibm,
  fills: [
    ['10:00:10', 10, '185', '1'],
    ['10:20:10', -10, '183', '1'],
  ],
  marks: [['10:10:00', '184']],
  more: { initialStop: '183' },
})
const before = ['10:00:00', '11:00:00', '12:00:00'].map((clock, index) =>
  sketch({
    instrument: nvda,
    day: YESTERDAY,
    fills: [
      [clock, 10, '190', '1'],
      [clock.replace(':00:', ':30:'), -10, String(190.5 - index), '1'],
    ],
    marks: [[clock.replace(':00:', ':10:'), '191.4']],
  }),
)
const recorded = [...everyTrade, shakenOut, ...before]
const shadow = [
  ...Array.from({ length: 30 }, (_, k) => ({ conId: future.conId, price: 6698 + k, at: (turned.trade.closedAt ?? 0) + k * 60_000 + 1 })),
  ...Array.from({ length: 30 }, (_, k) => ({ conId: ibm.conId, price: 183 + k / 4, at: (shakenOut.trade.closedAt ?? 0) + k * 60_000 + 1 })),
]

let server: TestServer
let made: MadeReview
let earlier: MadeReview
const tokens: Record<'bound' | 'other' | 'reader', string> = { bound: '', other: '', reader: '' }
beforeAll(async () => {
  server = await openTestServer({
    draw: async (review, rows) => {
      const pictures = reviewPictures(review, { ...rows, day: review.day, templates, colours: 'western' })
      return [...pictures].map(({ path, alt, content }) => ({ name: path, title: alt, svg: content }))
    },
  })
  await commitBatch(server.db, {
    ...EMPTY_BATCH,
    facts: [ibm, nvda, future].map((fact, index) => ({ arrival: index + 1, fact: { ...fact, at: at('09:00:00') } })),
    marks: shadow.map((mark, index) => ({ kind: 'mark', arrival: 100 + index, ...mark })),
    trades: recorded.map((one) => one.trade),
    trajectory: recorded.flatMap((one) => one.points.filter((point, index) => point.at !== one.points[index + 1]?.at).map((point) => ({ ...point, seq: 1 }))),
    alerts,
  })
  await seedRules(
    server.db,
    STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: true })),
  )
  const room = { db: server.db, templates, notesDir: null }
  earlier = await makeReview(room, YESTERDAY)
  made = await makeReview(room, DAY)
  const make = async (name: string, scopes: ('read' | 'annotate')[], accounts: string[] | null) =>
    (await createToken(server.db, { name, scopes, accounts }, clock.now())).secret
  tokens.bound = await make('bound', ['read', 'annotate'], ['DU2'])
  tokens.other = await make('other', ['read', 'annotate'], ['DU9'])
  tokens.reader = await make('reader', ['read'], null)
})
afterAll(() => server?.[Symbol.asyncDispose]())

const schema = buildSchema(resolvers)

/** Every field below a type, but for what is read from elsewhere: the trade as it is now. */
function everyField(name: string): string {
  const type = schema.getType(name)
  if (!isObjectType(type)) throw new Error(`no type ${name}`)
  const fields = Object.values(type.getFields()).filter(
    (field) => getNamedType(field.type).name !== 'Trade' && !`${name}.${field.name}`.startsWith('Difference.'),
  )
  return fields
    .map((field) => (isObjectType(getNamedType(field.type)) ? `${field.name} { ${everyField(getNamedType(field.type).name)} }` : field.name))
    .join(' ')
}

/** What is told, beside what was stored under the same name; the instants of the one are text. */
function differing(told: unknown, stored: unknown, path: string): string[] {
  if (Array.isArray(told) && Array.isArray(stored))
    return told.length === stored.length ? told.flatMap((one, index) => differing(one, stored[index], `${path}.${index}`)) : [`${path}: ${told.length}`]
  if (typeof told === 'object' && told !== null && typeof stored === 'object' && stored !== null)
    return Object.entries(told).flatMap(([key, one]) => {
      if (key === 'duration') return differing(parseDuration(String(one)), (stored as { ms: number }).ms, `${path}.ms`)
      const name = path.endsWith('.verdicts') ? key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase() : key
      return differing(one, (stored as Record<string, unknown>)[name], `${path}.${key}`)
    })
  const same = typeof told === 'string' && typeof stored === 'number' ? parseInstant(told) === stored : told === stored
  return same ? [] : [`${path}: ${String(told)} is told, ${String(stored)} is stored`]
}

const ACCOUNTS = `accounts { ${everyField('AccountReview').replaceAll('differences {  }', 'differences { id }')} }`
const MODEL = `query ($day: Date!, $account: String) { review(day: $day, account: $account) { ${ACCOUNTS} } }`
type Served = {
  review: { markdown: string; accounts: Record<string, unknown>[]; pictures: { name: string; title: string; svg: string }[]; updatedAt: string } | null
}
const asked = async (token: string, query: string, variables: object = {}) =>
  (await (await server.post({ query, variables }, { authorization: `Bearer ${token}` })).json()) as {
    data: Served & { makeReview: { day: string | null; userErrors: { code: string; path: string[]; message: string }[] } }
    errors?: { message: string; extensions: { code: string } }[]
  }

test('the model is told as it was stored: every field of every type, each with something in it somewhere', async () => {
  const { review } = (await server.ask(MODEL, { day: DAY })) as unknown as Served
  const told = review?.accounts ?? []
  expect(told).toHaveLength(2)
  expect(differing(told, JSON.parse(JSON.stringify(made.review.accounts)), 'accounts')).toEqual([])
  const [first] = told as { [part: string]: unknown[] }[]
  for (const part of ['results', 'trades', 'topMfe', 'topMae', 'gaveBack', 'turned', 'noise', 'alerts', 'rules', 'strategies', 'trailing'])
    expect([part, first?.[part]?.length]).not.toEqual([part, 0])
  expect(told[0]).toMatchObject({
    account: 'DU1',
    mode: 'PAPER',
    results: [{ currency: 'USD', basis: 'gross', closed: 4, winRate: '50' }],
    lapses: { ignored: expect.any(Array) },
  })
})

test('a trade of the model leads to the trade as it is now, and to none where it is no more', async () => {
  const body = JSON.parse(JSON.stringify(made.review).replaceAll(turned.trade.tradeId, 'ORDER:DU1:gone'))
  await saveReview(server.db, { day: '2026-11-12', account: null, body, card: '#', path: null })
  const { review } = (await server.ask('{ review(day: "2026-11-12") { accounts { trades { tradeId trade { id } } } } }')) as unknown as Served
  const trades = (review?.accounts ?? []).flatMap(({ trades }) => trades as { tradeId: string; trade: { id: string } | null }[])
  expect(trades).toHaveLength(made.review.accounts.flatMap(({ trades }) => trades).length)
  for (const { tradeId, trade } of trades) expect(trade?.id ?? null).toBe(tradeId === 'ORDER:DU1:gone' ? null : tradeId)
})

const PICTURES = 'query ($day: Date!, $account: String) { review(day: $day, account: $account) { markdown pictures { name title svg } } }'

test('the pictures are those of the card, byte for byte, with prices after the exit, targets and what closed before; no card refers to another', async () => {
  for (const one of [made, earlier]) {
    const { review } = (await server.ask(PICTURES, { day: one.day })) as unknown as Served
    expect(review?.pictures.map(({ name, svg }) => ({ path: name, content: svg }))).toEqual(one.pictures)
    const named = new Set(review?.pictures.map(({ name }) => name))
    const linked = [...(review?.markdown ?? '').matchAll(/\]\((_charts\/[^)]+)\)/g)].map((match) => match[1])
    expect(linked.filter((name) => !named.has(name ?? ''))).toEqual([])
    for (const { title } of review?.pictures ?? []) expect(title).not.toBe('')
  }
  const names = made.pictures.map(({ path }) => path).join(' ')
  for (const kind of ['day-USD', 'mfe', 'mae']) expect(names).toContain(`${DAY}-${kind}`)
})

test('pictures of three reviews take as many statements as those of one; a page of them is refused for its cost', async () => {
  const statements = async (first: number) => {
    const spy = vi.spyOn(server.db.pool, 'query')
    try {
      const { reviews } = (await server.ask(`{ reviews(first: ${first}) { nodes { day pictures { name } } } }`)) as {
        reviews: { nodes: { pictures: object[] }[] }
      }
      expect(reviews.nodes).toHaveLength(first)
      for (const { pictures } of reviews.nodes) expect(pictures.length).toBeGreaterThan(1)
      return spy.mock.calls.length
    } finally {
      spy.mockRestore()
    }
  }
  const one = await statements(1)
  expect(await statements(3)).toBe(one)
  // The page, the trades (a table each of the two units at most), their lives and points, rules, history, contracts, prices after the exit.
  expect(one).toBeLessThanOrEqual(9)
  const refused = await (await server.post({ query: '{ reviews(first: 50) { nodes { pictures { svg } } } }' })).json()
  expect(refused).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] })
})

test('a review made by an earlier version says so where more is asked for than it tells; its card is still read', async () => {
  const body = { accounts: [{ account: 'DU1', mode: 'PAPER', results: [], trades: [] }] }
  await saveReview(server.db, { day: '2026-11-11', account: null, body, card: '# old', path: null })
  expect(await server.ask('{ review(day: "2026-11-11") { markdown totals { gross } } }')).toEqual({ review: { markdown: '# old', totals: [] } })
  for (const field of ['accounts { account }', 'pictures { name }']) {
    const answer = await (await server.post({ query: `{ review(day: "2026-11-11") { ${field} } }` })).json()
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'EXC_REVIEW_OUTDATED' }, message: expect.stringContaining('makeReview') }] })
  }
})

test('a token bound to an account gets that account’s card, model and pictures, and nothing of the day over all', async () => {
  expect((await asked(tokens.bound, PICTURES, { day: DAY })).data.review).toBeNull()
  expect((await asked(tokens.bound, PICTURES, { day: DAY, account: 'DU1' })).data.review).toBeNull()
  const { review } = (await asked(tokens.bound, PICTURES, { day: DAY, account: 'DU2' })).data
  expect(review?.markdown).toContain('**IBM** long 10')
  expect(review?.markdown).not.toMatch(/DU1|ESZ6|NVDA|breakout/)
  const own = made.review.accounts.find(({ account }) => account === 'DU2')?.trades ?? []
  expect(review?.pictures.length).toBe(own.length * 2)
  const { accounts } = (await asked(tokens.bound, MODEL, { day: DAY, account: 'DU2' })).data.review ?? { accounts: [] }
  expect(accounts.map(({ account }) => account)).toEqual(['DU2'])
  // Whatever was stored for the account: another's numbers are left out.
  await saveReview(server.db, { day: '2026-11-10', account: 'DU2', body: made.review, card: '# DU2', path: null })
  const leaked = JSON.stringify(
    await asked(tokens.bound, `query ($day: Date!) { review(day: $day, account: "DU2") { totals { account } trades { id } pictures { name } ${ACCOUNTS} } }`, {
      day: '2026-11-10',
    }),
  )
  expect(leaked).toContain('DU2')
  expect(leaked).not.toContain('DU1')
})

const AGAIN = 'mutation ($day: Date!) { makeReview(input: { day: $day }) { day userErrors { code path message } } }'

test('a day without a trade, a day nobody may see and a day that is none: nothing is ordered, and it says why', async () => {
  const ordered = () => rowsOf<{ count: number }>(server.db.pool, 'select count(*) as count from outbox where kind = $1', ['review'])
  const [earlierCount] = await ordered()
  for (const day of ['2026-11-02', '2027-01-04', '0001-01-01', '9999-12-31'])
    expect(await server.ask(AGAIN, { day })).toMatchObject({
      makeReview: { day: null, userErrors: [{ code: 'NOT_FOUND', path: ['input', 'day'], message: expect.stringContaining(day) }] },
    })
  // There is a trade on that day, of other accounts.
  expect((await asked(tokens.other, AGAIN, { day: DAY })).data.makeReview).toMatchObject({ day: null, userErrors: [{ code: 'NOT_FOUND' }] })
  expect((await asked(tokens.reader, AGAIN, { day: DAY })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  expect(await (await server.post({ query: AGAIN, variables: { day: '2026-02-30' } })).json()).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  })
  expect((await ordered())[0]).toEqual(earlierCount)
})

test('asked for, the card is made again: now, though the day’s own waits; once for those who ask together; with who asked in the audit', async () => {
  const { db } = server
  await using jobs = await openJobs({ url: db.url, log: () => {} })
  await commitBatch(db, { ...EMPTY_BATCH, outbox: [{ key: `review:${DAY}`, kind: 'review', payload: { day: DAY } }] })
  await using sweep = openSweep({ db, jobs, everyMs: 3_600_000, log: () => {} })
  await sweep.sweep()
  const updatedAt = async () =>
    ((await server.ask('query ($day: Date!) { review(day: $day) { updatedAt } }', { day: DAY })) as unknown as Served).review?.updatedAt
  const earlier = await updatedAt()
  await Promise.all([server.ask(AGAIN, { day: DAY }), asked(tokens.bound, AGAIN, { day: DAY })])
  expect(await server.ask(AGAIN, { day: DAY })).toEqual({ makeReview: { day: DAY, userErrors: [] } })
  await sweep.sweep()
  expect(await jobs.review.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 1, delayed: 1 })
  const told = Promise.withResolvers<MadeReview>()
  {
    await using _ = await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, onReview: told.resolve, log: () => {} })
    expect((await told.promise).day).toBe(DAY)
  }
  expect(await updatedAt()).not.toBe(earlier)
  expect(await jobs.review.getJobCounts('waiting', 'delayed')).toEqual({ waiting: 0, delayed: 1 })
  const audit = await rowsOf<{ who: string; subject: string }>(db.pool, "select who, subject from audit where what = 'review' order by who")
  expect(audit.map(({ subject }) => subject)).toEqual([DAY, DAY, DAY])
  expect(audit.map(({ who }) => who.replace(/^.*bound$/, 'bound')).sort()).toEqual(['bound', 'loopback', 'loopback'])
})

test('asked for while it is being made, it is made once more after it', async () => {
  const { db } = server
  await using jobs = await openJobs({ url: db.url, log: () => {} })
  await using sweep = openSweep({ db, jobs, everyMs: 3_600_000, log: () => {} })
  const twice = Promise.withResolvers<void>()
  let count = 0
  const onReview = ({ day }: MadeReview) => day === YESTERDAY && ++count === 2 && twice.resolve()
  const active = async () => (await jobs.review.getJobCounts('active'))['active'] ?? 0
  // Nobody writes a review for now: who makes one is still at it.
  const hold = await db.pool.connect()
  try {
    await hold.query('begin')
    await hold.query('lock table reviews in share row exclusive mode')
    await server.ask(AGAIN, { day: YESTERDAY })
    await sweep.sweep()
    await using _ = await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, onReview: (one) => void onReview(one), log: () => {} })
    await expect.poll(active).toBe(1)
    for (let asks = 0; asks < 3; asks++) {
      await server.ask(AGAIN, { day: YESTERDAY })
      await sweep.sweep()
    }
    expect(count).toBe(0)
    await hold.query('commit')
    await twice.promise
    await expect.poll(active).toBe(0)
    expect(count).toBe(2)
  } finally {
    hold.release()
  }
})

test('made again after a correction took an account’s only trade away, the day keeps no review of that account', async () => {
  const { db } = server
  const room = { db, templates, notesDir: null }
  const lost = sketch({
    instrument: nvda,
    day: '2026-11-17',
    fills: [
      ['10:00:00', 1, '190', '1'],
      ['10:01:00', -1, '191', '1'],
    ],
    marks: [],
    more: { account: 'DU7' },
  }).trade
  await commitBatch(db, { ...EMPTY_BATCH, trades: [lost] })
  await makeReview(room, '2026-11-17')
  const query = '{ review(day: "2026-11-17", account: "DU7") { account } }'
  expect(await server.ask(query)).toEqual({ review: { account: 'DU7' } })
  await db.pool.query('delete from orders_rt where trade_id = $1', [lost.tradeId])
  // There is a review of it, so it may be made again though no trade is left.
  expect(await server.ask(AGAIN, { day: '2026-11-17' })).toMatchObject({ makeReview: { userErrors: [] } })
  await makeReview(room, '2026-11-17')
  expect(await server.ask(query)).toEqual({ review: null })
  expect(await server.ask('{ review(day: "2026-11-17") { accounts { account } } }')).toEqual({ review: { accounts: [] } })
})
