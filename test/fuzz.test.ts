// Hostile callers: documents made at random from the schema, documents made to hurt, bodies and frames that are none. Whatever comes, the server
// answers in its own words, never with a stack trace, and still answers afterwards. `FUZZ=10000 vitest run test/fuzz.test.ts` sends that many.
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import {
  getNamedType,
  type GraphQLInputType,
  type GraphQLOutputType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { resolvers } from '#graphql/resolvers.ts'
import { buildSchema } from '#graphql/schema.ts'
import { aPoint, anAlert, aTrade, tradeIdOf } from './rows.ts'
import { openTestServer, type TestServer } from './server.ts'

const COUNT = Number(process.env['FUZZ'] ?? 300)
const LEAK = /node_modules|\bat [\w.<>]+ \(|\.ts:\d|\.js:\d|ECONN|select .* from |insert into |pg_|TypeError|RangeError/

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
  await server.store({ trades: [aTrade(0, 1), aTrade(1, 2)], alerts: [anAlert(0, 0, 3)], trajectory: [aPoint(0, 1, 4), aPoint(0, 2, 5)] })
})
afterAll(() => server?.[Symbol.asyncDispose]())

const schema = buildSchema(resolvers)
const nasty = fc.oneof(
  fc.string({ maxLength: 30, unit: 'binary' }),
  fc.constantFrom('', '\0', '\ud800', '__proto__', 'constructor', tradeIdOf(0), "'; drop table facts; --", 'W10', 'WzFd', '9'.repeat(400), '-', 'NaN', '1e999'),
)
const literal = fc.oneof(
  nasty.map((text) => JSON.stringify(text)),
  fc.constantFrom('null', 'true', '[]', '{}', '-1', '0', '99999999999999999999', '1e400', '[[[[]]]]', 'ORDER', '{a: {b: 1}}', '2026-11-20'),
)

/** A value for this input: mostly one that fits, so that it gets as far as the resolvers. */
function inputOf(type: GraphQLInputType, depth: number): fc.Arbitrary<string> {
  if (isNonNullType(type)) return inputOf(type.ofType, depth)
  if (isListType(type)) return fc.array(inputOf(type.ofType, depth - 1), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`)
  const fitting: fc.Arbitrary<string> = isEnumType(type)
    ? fc.constantFrom(...type.getValues().map(({ name }) => name))
    : isInputObjectType(type)
      ? depth <= 0
        ? fc.constant('{}')
        : fc
            .subarray(Object.values(type.getFields()), { maxLength: Math.min(4, Object.keys(type.getFields()).length) })
            .chain((fields) =>
              fc
                .tuple(...fields.map((field) => inputOf(field.type, depth - 1).map((value) => `${field.name}: ${value}`)))
                .map((pairs) => `{${pairs.join(', ')}}`),
            )
      : fc.oneof(
          nasty.map((text) => JSON.stringify(text)),
          fc.integer({ min: -5, max: 300 }).map(String),
          fc.constantFrom('"2026-11-20"', '"2026-11-20T14:30:00Z"', '"PT2H"', '"183.11"', `"${tradeIdOf(0)}"`, 'true'),
        )
  return fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: literal })
}

function selectionOf(type: GraphQLOutputType, depth: number): fc.Arbitrary<string> {
  const named = getNamedType(type)
  if (isInterfaceType(named)) return fc.constant('{ __typename id ... on Trade { side } }')
  if (!isObjectType(named)) return fc.constant('')
  const fields = Object.values(named.getFields()).filter((field) => depth > 1 || !isObjectType(getNamedType(field.type)))
  if (fields.length === 0) return fc.constant('{ __typename }')
  return fc.subarray(fields, { minLength: 1, maxLength: Math.min(5, fields.length) }).chain((chosen) =>
    fc
      .tuple(
        ...chosen.map((field) =>
          fc
            .tuple(
              fc.subarray([...field.args]).chain((args) => fc.tuple(...args.map((arg) => inputOf(arg.type, 2).map((value) => `${arg.name}: ${value}`)))),
              selectionOf(field.type, depth - 1),
              fc.constantFrom('', '', '', 'a: ', '__proto__: ', 'toString: '),
              fc.constantFrom('', '', '', ' @skip(if: false)', ' @include(if: $x)'),
            )
            .map(([args, inner, alias, directive]) => `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${directive} ${inner}`),
        ),
      )
      .map((parts) => `{ ${parts.join(' ')} }`),
  )
}

const roots = [
  { keyword: 'query', type: schema.getQueryType() },
  { keyword: 'mutation', type: schema.getMutationType() },
  { keyword: 'subscription', type: schema.getSubscriptionType() },
]
const fromSchema = fc
  .constantFrom(...roots)
  .chain(({ keyword, type }) =>
    type ? fc.integer({ min: 1, max: 6 }).chain((depth) => selectionOf(type, depth).map((set) => `${keyword} ${set}`)) : fc.constant(''),
  )

const hostile = fc.oneof(
  fc.integer({ min: 1, max: 3000 }).map((n) => `{ ${'a { '.repeat(n)} b ${'} '.repeat(n)} }`),
  fc
    .integer({ min: 1, max: 60 })
    .map(
      (n) =>
        `{ ...F0 } ${Array.from({ length: n }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(' ')} fragment F${n} on Query { __typename }`,
    ),
  fc.constant('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
  fc
    .integer({ min: 1, max: 500 })
    .map((n) => `{ ${Array.from({ length: n }, (_, i) => `a${i}: trades(first: 200) { nodes { trajectory { points { at } } } }`).join(' ')} }`),
  fc.integer({ min: 1, max: 300 }).map((n) => `{ __typename ${'@skip(if: false) '.repeat(n)} }`),
  fc.integer({ min: 1, max: 12 }).map((n) => `{ trades(first: 200) { nodes { ${'alerts { trade { '.repeat(n)} id ${'} } '.repeat(n)} } } }`),
  fc.integer({ min: 1, max: 20 }).map((n) => `{ __schema { types { ${'fields { type { '.repeat(n)} name ${'} } '.repeat(n)} } } }`),
  fc.integer({ min: 1, max: 4000 }).map((n) => `{ trades(filter: { ids: [${'"x",'.repeat(n)}] }) { nodes { id } } }`),
  fc.constantFrom('{', '"""', '#', '{"query":1}', '\u202e{a}', 'query ($a: [[[[Int]]]]) { __typename }', `{ trade(id: "${'x'.repeat(100_000)}") { id } }`),
  fc.string({ maxLength: 200, unit: 'binary' }),
)

const variables = fc.oneof(
  fc.constant(undefined),
  fc.dictionary(fc.constantFrom('x', 'id', '__proto__', 'filter'), fc.oneof(nasty, fc.integer(), fc.boolean(), fc.constant(null), fc.array(nasty)), {
    maxKeys: 3,
  }),
  fc.integer({ min: 1, max: 2_000 }).map((n) => ({ x: Array.from({ length: n }, () => 'y'.repeat(100)) })),
  fc.integer({ min: 1, max: 200 }).map((n) => JSON.parse(`${'[{"a":'.repeat(n)}1${'}]'.repeat(n)}`) as unknown),
)

/** Answers with a body that says what is wrong, in words of ours. */
async function sane(answer: Response): Promise<void> {
  const text = await answer.text()
  expect(answer.status).toBeLessThan(500)
  const told = JSON.parse(text) as { data?: unknown; errors?: { message: string; extensions: { code: string } }[] }
  expect('data' in told || Array.isArray(told.errors)).toBe(true)
  for (const { message, extensions } of told.errors ?? []) {
    // What the caller wrote may come back to it; what we run on may not.
    expect(message.slice(0, 200)).not.toMatch(LEAK)
    expect(extensions.code).not.toBe('INTERNAL')
  }
}

test(`${COUNT} random and hostile documents over HTTP: each is answered, none with a fault of ours, and the memory stays`, { timeout: 600_000 }, async () => {
  // What is held once the garbage is collected: the process itself keeps pages it once had, and fast-check lives in it too.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const memory = () => {
    collect()
    return Math.round(process.memoryUsage().heapUsed / 1e6)
  }
  const before = memory()
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: fromSchema }, { weight: 1, arbitrary: hostile }), variables, async (query, given) => {
      await sane(await server.post({ query, variables: given }))
    }),
    { numRuns: COUNT },
  )
  const after = memory()
  console.log(`${COUNT} documents: ${before} MB held before, ${after} MB after; ${Math.round(process.memoryUsage.rss() / 1e6)} MB resident`)
  expect(after).toBeLessThan(before + 150)
  expect(await server.ask('{ trades { nodes { id } } }')).toBeDefined()
})

test.each([
  ['fields', (n: number) => `{ ${'a { '.repeat(n)} b ${'} '.repeat(n)} }`],
  ['lists', (n: number) => `{ trades(filter: ${'['.repeat(n)}${']'.repeat(n)}) { nodes { id } } }`],
  ['inputs', (n: number) => `{ trades(filter: ${'{a: '.repeat(n)}1${'}'.repeat(n)}) { nodes { id } } }`],
  ['types of variables', (n: number) => `query ($a: ${'['.repeat(n)}Int${']'.repeat(n)}) { __typename }`],
])('%s inside one another are refused at any depth before they use up the stack', async (_, nested) => {
  for (const depth of [101, 1900, 3000, 20_000]) {
    const answer = await server.post({ query: nested(depth) })
    const { errors } = (await answer.json()) as { errors: { message: string; extensions: { code: string } }[] }
    expect(errors[0]).toMatchObject({ message: 'expected at most 100 brackets inside one another, found more', extensions: { code: 'QUERY_TOO_COMPLEX' } })
  }
})

test('bodies that are none are refused, one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.json().map((text) => Buffer.from(text)),
      ),
      async (body) => {
        await sane(await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
      },
    ),
    { numRuns: Math.min(COUNT, 2_000) },
  )
})

test('frames that are broken, cut off or no messages close their own connection and nobody else’s', { timeout: 120_000 }, async () => {
  const { port } = new URL(server.url)
  const handshake = `GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`
  const raw = fc.uint8Array({ maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(raw, fc.integer({ min: 0, max: handshake.length }), fc.boolean(), async (bytes, cut, whole) => {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(whole ? handshake : handshake.slice(0, cut))
          socket.write(bytes, () => setImmediate(() => socket.destroy()))
        })
        socket.on('error', () => resolve())
        socket.on('close', () => resolve())
        socket.resume()
      })
    }),
    { numRuns: Math.min(COUNT, 500) },
  )
  const message = fc.oneof(
    nasty,
    fc.json(),
    fc
      .tuple(fc.constantFrom('subscribe', 'connection_init', 'complete', 'next', 'ping', 'x'), nasty, fc.oneof(fromSchema, hostile))
      .map(([type, id, query]) => JSON.stringify({ type, id, payload: { query } })),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), async (messages) => {
      const told = await new Promise<string>((resolve) => {
        let heard = ''
        const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws')
        socket.on('open', () => {
          socket.send('{"type":"connection_init"}')
          for (const one of messages) socket.send(one)
          socket.send('{"type":"no such message"}')
        })
        socket.on('message', (data) => (heard += String(data)))
        socket.on('error', () => {})
        socket.on('close', (code, reason) => resolve(`${heard}${code} ${String(reason)}`))
      })
      expect(told.replaceAll(/"message":"[^"]{0,20}[^"]*"/g, (text) => text.slice(0, 200))).not.toMatch(/node_modules|\bat [\w.<>]+ \(|\.ts:\d/)
    }),
    { numRuns: Math.min(COUNT, 500) },
  )
  expect(await server.ask('{ trades { nodes { id } } }')).toBeDefined()
})
