// GraphQL over HTTP, as the specification wants it: media types, status codes, parameters that are never coerced, GET for queries only.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '#src/app.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { openTestServer, READY, type TestServer } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const NEWER = 'application/graphql-response+json'
const HELLO = { query: '{ __typename }' }
const get = (parameters: Record<string, string>, accept = '*/*') => fetch(`${server.url}?${new URLSearchParams(parameters)}`, { headers: { accept } })
const typeOf = (answer: Response) => answer.headers.get('content-type')

test.each([
  ['nothing', {}, 'application/json; charset=utf-8'],
  ['*/*', { accept: '*/*' }, 'application/json; charset=utf-8'],
  ['JSON', { accept: 'application/json' }, 'application/json; charset=utf-8'],
  ['the newer type', { accept: NEWER }, `${NEWER}; charset=utf-8`],
  ['both', { accept: `${NEWER}, application/json;q=0.9` }, `${NEWER}; charset=utf-8`],
  ['both, JSON rather', { accept: `${NEWER};q=0.5, application/json` }, 'application/json; charset=utf-8'],
])('a caller who accepts %s is answered in its type', async (_, headers, type) => {
  const answer = await server.post(HELLO, headers as Record<string, string>)
  expect([answer.status, typeOf(answer), await answer.json()]).toEqual([200, type, { data: { __typename: 'Query' } }])
})

test.each<[string, unknown]>([
  ['no query', { notquery: '{ __typename }' }],
  ...[{ obj: 'ect' }, 0, false, ['array'], null, ''].map((query) => [`query ${JSON.stringify(query)}`, { query }] as [string, unknown]),
  ...[{ obj: 'ect' }, 0, false, ['array']].map(
    (operationName) => [`operationName ${JSON.stringify(operationName)}`, { ...HELLO, operationName }] as [string, unknown],
  ),
  ...['text', 0, false, ['array']].map((variables) => [`variables ${JSON.stringify(variables)}`, { ...HELLO, variables }] as [string, unknown]),
  ...['text', 0, false, ['array']].map((extensions) => [`extensions ${JSON.stringify(extensions)}`, { ...HELLO, extensions }] as [string, unknown]),
  ['a list of queries', [HELLO]],
  ['no JSON', '{ "not a JSON'],
  ['an empty body', ''],
])('%s is refused with 400 in either media type, without data', async (_, body) => {
  for (const accept of ['application/json', NEWER]) {
    const answer = await server.post(body, { accept })
    expect([answer.status, typeOf(answer)]).toEqual([400, `${accept}; charset=utf-8`])
    const told = (await answer.json()) as { errors: { extensions: { code: string } }[] }
    expect(Object.keys(told)).toEqual(['errors'])
    expect(told.errors[0]?.extensions.code).toBe('BAD_REQUEST')
  }
})

test.each(['variables', 'operationName', 'extensions'])('%s may be null', async (name) => {
  const answer = await server.post({ ...HELLO, [name]: null })
  expect([answer.status, await answer.json()]).toEqual([200, { data: { __typename: 'Query' } }])
})

test.each([
  ['a document that is none', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
  ['JSON for a document', { query: '{"kind":"Document"}' }, 'GRAPHQL_PARSE_FAILED'],
  ['a document without end', { query: `{ ${'a '.repeat(10_000)} }` }, 'GRAPHQL_PARSE_FAILED'],
  ['a field that does not exist', { query: '{ 8f31403dfe404bccbb0e835f2629c6a7 }' }, 'GRAPHQL_PARSE_FAILED'],
  ['a field of another name', { query: '{ tradez { nodes { id } } }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a document too deep', { query: `{ trade(id: "x") { ${'alerts { trade { '.repeat(7)} id ${'} } '.repeat(7)} } }` }, 'QUERY_TOO_COMPLEX'],
  ['a variable that is null and must not be', { query: 'query Q($id: ID!) { __typename trade(id: $id) { id } }', variables: { id: null } }, 'BAD_USER_INPUT'],
  ['an operation of another name', { query: 'query A { __typename }', operationName: 'B' }, 'BAD_USER_INPUT'],
])('%s is answered 200 in plain JSON and 400 in the newer type, without data', async (_, body, code) => {
  // Three times: the third is answered by the compiled form.
  for (const accept of ['application/json', NEWER, NEWER, NEWER]) {
    const answer = await server.post(body, { accept })
    expect(answer.status).toBe(accept === NEWER ? 400 : 200)
    const told = (await answer.json()) as { errors: { message: string; extensions: { code: string } }[] }
    expect(Object.keys(told)).toEqual(['errors'])
    expect(told.errors[0]?.extensions.code).toBe(code)
    expect(JSON.stringify(told)).not.toMatch(/Did you mean|node_modules|\.ts:/)
  }
})

test('GET serves queries, with variables as JSON, and nothing else', async () => {
  const named = await get({ query: 'query T($name: String!) { __type(name: $name) { name } }', variables: '{"name":"Trade"}' }, NEWER)
  expect([named.status, await named.json()]).toEqual([200, { data: { __type: { name: 'Trade' } } }])
  for (const query of ['mutation { __typename }', 'subscription { brokerChanged { name } }']) {
    const answer = await get({ query })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  }
  expect((await get({ query: '{ __typename }', variables: 'x' })).status).toBe(400)
  expect((await get({ query: '{ __typename }', variables: '5' })).status).toBe(400)
  expect((await get({})).status).toBe(400)
})

test('a subscription over POST is refused and told where to go', async () => {
  const answer = await server.post({ query: 'subscription { brokerChanged { name } }' })
  expect(answer.status).toBe(405)
  expect(JSON.stringify(await answer.json())).toContain('WebSocket')
})

test('a document with several operations runs the one that is named, however often and in whatever order', async () => {
  const query = 'query A { a: __typename } query B { b: __typename } mutation C { c: __typename }'
  const run = async (operationName: string) => ((await (await server.post({ query, operationName })).json()) as { data: object }).data
  for (let i = 0; i < 3; i++) {
    expect(await run('A')).toEqual({ a: 'Query' })
    expect(await run('C')).toEqual({ c: 'Mutation' })
    expect(await run('B')).toEqual({ b: 'Query' })
    expect((await get({ query, operationName: 'C' })).status).toBe(405)
    expect(await (await get({ query, operationName: 'B' })).json()).toEqual({ data: { b: 'Query' } })
  }
})

test('another content type, a body too large and another method are refused in so many words', async () => {
  const send = async (contentType: string, body: string) => (await fetch(server.url, { method: 'POST', headers: { 'content-type': contentType }, body })).status
  expect(await send('text/plain', JSON.stringify(HELLO))).toBe(400)
  expect(await send('application/x-www-form-urlencoded', 'query=%7B__typename%7D')).toBe(415)
  expect(await send('application/graphql', '{ __typename }')).toBe(415)
  expect(await send('application/json', JSON.stringify({ query: `# ${'x'.repeat(300_000)}` }))).toBe(413)
  expect((await fetch(server.url, { method: 'PUT' })).status).toBe(404)
})

test('what cannot be taken is refused with what was expected and what was found', async () => {
  const told = async (contentType: string, body: string) => {
    const answer = await fetch(server.url, { method: 'POST', headers: { 'content-type': contentType }, body })
    return ((await answer.json()) as { errors: { message: string }[] }).errors[0]?.message
  }
  expect(await told('application/json', '{ "not a JSON')).toBe('expected a JSON object such as {"query":"…"}, found a text that is no JSON')
  expect(await told('application/json', '')).toBe('expected a JSON object such as {"query":"…"}, found an empty body')
  expect(await told('application/graphql', '{ __typename }')).toBe("expected content-type 'application/json', found 'application/graphql'")
  expect(await told('application/json', JSON.stringify({ query: `# ${'x'.repeat(300_000)}` }))).toBe('expected a body of at most 262144 bytes, found more')
})

test('an address nothing is served at is told so, with a code', async () => {
  const answer = await fetch(new URL('/nowhere?x=1', server.url))
  expect([answer.status, await answer.json()]).toEqual([
    404,
    { errors: [{ message: "expected an address of this server, such as /graphql, found 'GET /nowhere'", extensions: { code: 'NOT_FOUND' } }] },
  ])
})

test('a page of another origin, or one that points its own name at this machine, learns nothing', async () => {
  const asked = (headers: Record<string, string>) => server.post(HELLO, headers)
  expect((await asked({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await asked({ origin: 'null' })).status).toBe(403)
  expect((await asked({ origin: new URL(server.url).origin })).status).toBe(200)
  expect((await asked({})).headers.get('access-control-allow-origin')).toBeNull()
})

test('a fault of ours is told by an id alone', async () => {
  await server.db.pool.query('alter table orders_rt rename to gone')
  try {
    for (let i = 0; i < 3; i++) {
      const answer = await server.post({ query: '{ trades { nodes { id } } }' })
      const { data, errors } = (await answer.json()) as { data: unknown; errors: { message: string; path: string[]; extensions: Record<string, string> }[] }
      expect([answer.status, data]).toEqual([200, null])
      expect(errors).toHaveLength(1)
      expect(errors[0]).toMatchObject({
        message: 'internal error',
        path: ['trades'],
        extensions: { code: 'INTERNAL', requestId: expect.stringMatching(/^[\da-f-]{36}$/) },
      })
    }
  } finally {
    await server.db.pool.query('alter table gone rename to orders_rt')
  }
})

test('health tells the truth and metrics are numbers', async () => {
  const base = new URL('/', server.url).href
  expect((await fetch(`${base}health/live`)).status).toBe(200)
  const ready = await fetch(`${base}health/ready`)
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'ready', database: 'answers', brokers: [{ name: 'tws', state: 'READY', reason: 'caught up' }] },
  ])
  const metrics = await (await fetch(`${base}metrics`)).text()
  expect(metrics).toContain('excursion_broker_ready{broker="tws"} 1')
  expect(metrics).toContain('excursion_broker_state{broker="tws",state="READY"} 1')
  for (const line of metrics
    .trim()
    .split('\n')
    .filter((text) => text !== ''))
    expect(line).toMatch(/^(# (HELP|TYPE) excursion_\w+ .+|excursion_\w+(\{[^}]*\})? -?\d+(\.\d+)?(e-?\d+)?)$/)
})

test('the log says the whole of a fault under the id the caller was told, which is the id of the request', async () => {
  const lines: string[] = []
  await using logged = await openTestServer({ log: (line) => lines.push(line) })
  await logged.db.pool.query('alter table orders_rt rename to gone')
  const answer = await logged.post({ query: '{ trades { nodes { id } } }' })
  const { errors } = (await answer.json()) as { errors: { extensions: { requestId: string } }[] }
  const id = errors[0]?.extensions.requestId ?? ''
  expect(answer.headers.get('x-request-id')).toBe(id)
  const said = lines.filter((line) => line.startsWith(`request ${id}: `)).join('\n')
  expect(said).toContain('relation "orders_rt" does not exist')
  expect(said).toMatch(/\n\s+at /)
})

test('a fault of ours is told by its id alone at every address, before anybody is let in and after', async () => {
  const lines: string[] = []
  await using faulty = await openTestServer({ log: (line) => lines.push(line) })
  for (const table of ['orders_rt', 'tokens']) await faulty.db.pool.query(`alter table ${table} rename to gone_${table}`)
  const authorization = `Bearer exc_${'x'.repeat(43)}`
  for (const [address, headers, table] of [
    ['/export/trades.csv', {}, 'orders_rt'],
    ['/export/trades.csv', { authorization }, 'tokens'],
    ['/altair', { authorization }, 'tokens'],
    ['/graphql', { authorization }, 'tokens'],
  ] as const) {
    const answer = await fetch(new URL(address, faulty.url), { headers })
    const requestId = answer.headers.get('x-request-id')
    expect([answer.status, await answer.json()]).toEqual([500, { errors: [{ message: 'internal error', extensions: { code: 'INTERNAL', requestId } }] }])
    expect(lines.filter((line) => line.startsWith(`request ${requestId}: `) && line.includes(`relation "${table}" does not exist`))).toHaveLength(1)
  }
})

test('not ready: said with 503 while the database is away; alive all the same', async () => {
  const lines: string[] = []
  const gone = { query: () => Promise.reject(new Error('connect ECONNREFUSED')) }
  const app = await buildApp({ db: { pool: gone } as unknown as Database, bus: openBus(), clock, brokers: () => [READY], log: (line) => lines.push(line) })
  try {
    const ready = await app.inject('/health/ready')
    expect([ready.statusCode, ready.json()]).toMatchObject([503, { status: 'not ready', database: 'does not answer', brokers: [{ state: 'READY' }] }])
    expect((await app.inject('/health/live')).statusCode).toBe(200)
    expect(lines.join()).toContain('the database does not answer')
    // What is not known is left out; what is known is told when it is needed most.
    const metrics = await app.inject('/metrics')
    expect([metrics.statusCode, metrics.body]).toEqual([200, expect.stringContaining('excursion_broker_ready{broker="tws"} 1')])
    expect(metrics.body).not.toContain('excursion_outbox_waiting')
  } finally {
    await app.close()
  }
})
