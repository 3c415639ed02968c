// What goes wrong behind a WebSocket: told to the caller by an id alone and to the log whole, counted as it ended, and never so that a client gives up for good.
import { expect, test } from 'vitest'
import WebSocket from 'ws'
import { LIMITS } from '#graphql/limits.ts'
import { clock } from '#src/clock.ts'
import { createToken } from '#store/tokens.ts'
import { openTestServer, type TestServer, until } from './server.ts'

const INIT = { type: 'connection_init' }
const ask = (query: string, id = '1') => ({ id, type: 'subscribe', payload: { query } })

interface Said {
  readonly type: string
  readonly payload?: { readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, string> }[] }
}

/** A connection spoken by hand: what was said to it, and the code it was closed with. */
async function open(server: TestServer) {
  const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws')
  const said: Said[] = []
  socket.on('message', (data) => said.push(JSON.parse(String(data)) as Said))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  return { said, closed, close: () => socket.close(), say: (message: object) => socket.send(JSON.stringify(message)) }
}

async function metricsOf(server: TestServer): Promise<string[]> {
  return (await (await fetch(new URL('/metrics', server.url))).text()).split('\n')
}

test('the log says the whole of a fault under the id its caller was told', async () => {
  const lines: string[] = []
  await using server = await openTestServer({ log: (line) => lines.push(line) })
  await server.db.pool.query('alter table orders_rt rename to gone')
  const line = await open(server)
  line.say(INIT)
  await until(() => line.said.length === 1)
  line.say(ask('{ trades { nodes { id } } }'))
  await until(() => line.said.length === 3)
  const [error] = line.said[1]?.payload?.errors ?? []
  expect(error).toMatchObject({ message: 'internal error', extensions: { code: 'INTERNAL', requestId: expect.any(String) } })
  const said = lines.filter((text) => text.startsWith(`request ${error?.extensions['requestId']}: `))
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('relation "orders_rt" does not exist')
  line.close()
})

test('a token that cannot be looked up is no reason to give up: the client is told to come again later, and the log why', async () => {
  const lines: string[] = []
  await using server = await openTestServer({ log: (line) => lines.push(line) })
  await server.db.pool.query('alter table tokens rename to gone')
  const line = await open(server)
  line.say({ ...INIT, payload: { authorization: `Bearer exc_${'x'.repeat(43)}` } })
  expect(await line.closed).toBe(1013)
  expect(lines.join('\n')).toContain('relation "tokens" does not exist')
})

test('operations over the socket are counted as they ended, a query with the time it took; a subscription takes none', async () => {
  await using server = await openTestServer()
  const line = await open(server)
  line.say(INIT)
  await until(() => line.said.length === 1)
  line.say(ask('query Good { brokers { name } }'))
  await until(() => line.said.length === 3)
  line.say(ask('query Bad { trades(first: 1000) { nodes { id } } }'))
  await until(() => line.said.length === 5)
  line.say(ask('subscription Follow { brokerChanged { name } }'))
  await until(() => line.said.length === 6)
  const metrics = await metricsOf(server)
  const counted = metrics.filter((text) => text.startsWith('excursion_graphql_operations_total{'))
  expect(counted.toSorted()).toEqual([
    'excursion_graphql_operations_total{kind="query",operation="Bad",outcome="error"} 1',
    'excursion_graphql_operations_total{kind="query",operation="Good",outcome="ok"} 1',
    'excursion_graphql_operations_total{kind="subscription",operation="Follow",outcome="ok"} 1',
  ])
  const sampleOf = (name: string) => Number(metrics.find((text) => text.startsWith(name))?.split(' ')[1] ?? Number.NaN)
  expect(sampleOf('excursion_graphql_seconds_count{kind="query"}')).toBe(2)
  expect(sampleOf('excursion_graphql_seconds_sum{kind="query"}')).toBeGreaterThan(0)
  expect(sampleOf('excursion_graphql_seconds_count{kind="subscription"}')).toBeNaN()
  line.close()
})

test('who has shown no token yet takes only a share of the places: others still come in', async () => {
  await using server = await openTestServer({ initWaitMs: 60_000 })
  const knock = (headers: Record<string, string>) =>
    new Promise<WebSocket | string>((resolve) => {
      const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws', { headers })
      socket.once('open', () => resolve(socket))
      socket.once('error', ({ message }) => resolve(message))
    })
  const stranger = { 'x-forwarded-for': '203.0.113.9' }
  const waiting = await Promise.all(Array.from({ length: LIMITS.strangers }, () => knock(stranger)))
  expect(waiting.filter((one) => typeof one === 'string')).toEqual([])
  expect(await knock(stranger)).toContain('503')
  const { secret } = await createToken(server.db, { name: 'reader', scopes: ['read'], accounts: null }, clock.now())
  for (const known of [{}, { ...stranger, authorization: `Bearer ${secret}` }]) expect(await knock(known)).toBeInstanceOf(WebSocket)
  // One that says its token makes room for another.
  const [first] = waiting as WebSocket[]
  const answered = new Promise((resolve) => first?.once('message', resolve))
  first?.send(JSON.stringify({ ...INIT, payload: { authorization: `Bearer ${secret}` } }))
  await answered
  expect(await knock(stranger)).toBeInstanceOf(WebSocket)
})
