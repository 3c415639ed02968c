// What public GraphQL scanners try on a server, tried on ours as it stands by default, on this machine and without a token: nothing is found.
// The checks are those of graphql-cop and of others of its kind, in our own words and harder where theirs look at one case only.
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createToken } from '#store/tokens.ts'
import { openTestServer, type TestServer } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

interface Answer {
  readonly status: number
  readonly text: string
  readonly json: { data?: unknown; errors?: { message: string; extensions: Record<string, unknown> }[]; extensions?: unknown }
}

/** As a script sends it: no Origin, none of a browser's own headers, 'Accept: *\/*'. */
function send(method: string, path: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, server.url), { method, headers: { accept: '*/*', 'user-agent': 'scanner/1.0', ...headers } }, (told) => {
      let text = ''
      told.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      told.on('end', () => resolve({ status: told.statusCode ?? 0, text, json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {} }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
const post = (body: unknown, headers: Record<string, string> = {}) =>
  send('POST', '/graphql', { 'content-type': 'application/json', ...headers }, JSON.stringify(body))
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) => send('GET', `/graphql?${new URLSearchParams(parameters)}`, headers)

test('it is a GraphQL server', async () => {
  expect((await post({ query: 'query scan { __typename }', operationName: 'scan' })).json).toEqual({ data: { __typename: 'Query' } })
})

test('alias overload: a hundred and one aliases are refused, on one field or many, in fragments or not', async () => {
  const aliases = Array.from({ length: 101 }, (_, n) => `alias${n}: __typename`).join(' ')
  for (const query of [`query scan { ${aliases} }`, `query scan { ...f } fragment f on Query { ${aliases} }`, `query scan { trades { ${aliases} } }`])
    expect((await post({ query })).json.data).toBeUndefined()
})

test('one field five hundred times is refused', async () => {
  expect((await post({ query: `query scan { ${'__typename '.repeat(500)} }` })).json.data).toBeUndefined()
})

test('batches: a list of operations is no operation', async () => {
  const answer = await post(Array.from({ length: 10 }, () => ({ query: 'query scan { __typename }' })))
  expect([answer.status, Array.isArray(answer.json), answer.json.data]).toEqual([400, false, undefined])
})

test('directive overload: repeated directives are refused, and not with an error for each', async () => {
  for (const count of [10, 50, 500]) {
    for (const directive of ['@aa', '@skip(if: false)', '@include(if: true)']) {
      const { json } = await post({ query: `query scan { __typename ${directive.repeat(count)} }` })
      expect(json.data).toBeUndefined()
      expect(json.errors?.length).toBeLessThan(10)
    }
  }
})

test('introspection: the schema is not told without a token, nor walked in circles; a token may read it', async () => {
  const circle = `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} } '.repeat(5)} } } }`
  for (const query of [
    'query scan { __schema { types { name fields { name } } } }',
    '{ ...f } fragment f on Query { __schema { queryType { name } } }',
    circle,
  ]) {
    expect((await post({ query })).json.data).toBeUndefined()
    expect((await get({ query }, { accept: 'application/json' })).json.data).toBeUndefined()
  }
  const { secret } = await createToken(server.db, { name: 'codegen', scopes: ['read'], accounts: null }, 0)
  const headers = { authorization: `Bearer ${secret}` }
  expect((await post({ query: '{ __schema { queryType { name } } }' }, headers)).json).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } })
  expect((await post({ query: circle }, headers)).json.data).toBeUndefined()
  // Our own page for people shows what can be asked.
  const { origin } = new URL(server.url)
  expect((await post({ query: '{ __schema { queryType { name } } }' }, { origin })).status).toBe(200)
})

test('introspection over the WebSocket follows the same rule, and may be opened', async () => {
  const query = '{ __schema { queryType { name } } }'
  const { value } = await server
    .client()
    .iterate({ query })
    .next()
    .catch((error: unknown) => ({ value: error }))
  expect(JSON.stringify(value)).toContain('FORBIDDEN')
  await using open = await openTestServer({ introspection: 'open' })
  expect(await open.ask(query)).toEqual({ __schema: { queryType: { name: 'Query' } } })
})

test('field suggestions: a name that is nearly right learns nothing', async () => {
  for (const query of [
    'query scan { __schema { directive } }',
    '{ trade(id: "x") { symbo statu } }',
    '{ tradess { nodes { id } } }',
    'query ($f: TradeFiltr) { trades(filter: $f) { nodes { id } } }',
  ])
    expect((await post({ query })).text).not.toMatch(/did you mean/i)
})

test('forged requests: what a link, a picture or a form in somebody’s page can send runs nothing', async () => {
  for (const query of ['query scan { __typename }', 'mutation scan { __typename }']) {
    for (const accept of ['*/*', 'text/html,application/xhtml+xml,*/*;q=0.8', 'image/avif,image/webp,*/*;q=0.8'])
      expect((await get({ query }, { accept })).json.data).toBeUndefined()
    for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])
      expect((await send('POST', '/graphql', { 'content-type': type }, `query=${encodeURIComponent(query)}`)).json.data).toBeUndefined()
    expect((await send('POST', '/graphql', { 'content-type': 'text/plain' }, JSON.stringify({ query }))).json.data).toBeUndefined()
  }
  expect((await get({ query: 'mutation scan { __typename }' }, { accept: 'application/json' })).status).toBe(405)
  // Whoever says what it wants to read is a program, and is answered.
  for (const accept of ['application/json', 'application/graphql-response+json', 'text/html, application/json;q=0.5'])
    expect((await get({ query: '{ __typename }' }, { accept })).json).toEqual({ data: { __typename: 'Query' } })
  const told = await get({ query: '{ __typename }' })
  expect([told.status, told.json.errors?.[0]?.message]).toEqual([400, expect.stringContaining("'Accept: application/json'")])
})

test('tracing and exceptions: no answer tells how long or where', async () => {
  for (const query of ['query scan { __typename }', 'qwerty scan { abc }', '{ trade(id: 5.5) { id } }', '{']) {
    const { text } = await post({ query, extensions: { tracing: true } }, { 'x-apollo-tracing': '1' })
    expect(text).not.toMatch(/tracing|exception|stacktrace|node_modules|\.ts:\d|\.js:\d/i)
  }
})

test('pages: none of the usual places shows a console for GraphQL, and ours is none a scanner knows', async () => {
  for (const path of [
    '/',
    '/graphiql',
    '/playground',
    '/console',
    '/graphql',
    '/graphql/console',
    '/voyager',
    '/graphql/schema.json',
    '/schema.graphql',
    '/api/graphql',
  ]) {
    const { text } = await send('GET', path, { accept: 'text/html' })
    expect(text.replaceAll(path, '')).not.toMatch(/graphiql|graphql.playground|apollo|voyager/i)
  }
})

test('methods: PUT, PATCH, DELETE and TRACE run nothing', async () => {
  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE']) expect((await send(method, '/graphql?query={__typename}')).status).toBeGreaterThanOrEqual(400)
})
