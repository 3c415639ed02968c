// Subscriptions over a real socket with the graphql-ws client: rows written by the writer's path are told with rising seq; who is cut off
// comes back with sinceSeq and misses nothing; who does not read is told to read again; who breaks the protocol is told which rule.
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { type Client, createClient } from 'graphql-ws'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import WebSocket from 'ws'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { buildApp } from '#src/app.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { openTestDatabase } from './database.ts'
import { aPoint, aTrade, anAlert, tradeIdOf } from './rows.ts'
import { openTestServer, READY, type TestServer, until } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer({ initWaitMs: 150 })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  await until(() => server.subscriptions === 0)
  await server.db.pool.query('truncate orders_rt, round_trips_rt, orders_rt_ts, round_trips_rt_ts, alerts')
})

const TRADES =
  'subscription ($sinceSeq: BigInt, $filter: TradeFilter) { tradeChanged(sinceSeq: $sinceSeq, filter: $filter) { seq resync trade { id lastPrice seq } } }'
const ALERTS = 'subscription ($sinceSeq: BigInt, $filter: AlertFilter) { alertRaised(sinceSeq: $sinceSeq, filter: $filter) { seq resync alert { id state } } }'
const POINTS =
  'subscription ($tradeId: ID!, $sinceSeq: BigInt) { trajectoryAdvanced(tradeId: $tradeId, sinceSeq: $sinceSeq) { seq resync point { at last mfe mae } } }'

interface TradeTold {
  readonly seq: number
  readonly resync: boolean
  readonly trade: { readonly id: string; readonly lastPrice: string } | null
}
interface AlertTold {
  readonly seq: number
  readonly resync: boolean
  readonly alert: { readonly id: string; readonly state: string } | null
}

/** Follows one subscription; resolves once it is running. */
async function follow<T>(client: Client, query: string, variables: Record<string, unknown> = {}) {
  const got: T[] = []
  const errors: unknown[] = []
  const before = server.subscriptions
  const stop = client.subscribe<Record<string, T>>(
    { query, variables },
    {
      next: ({ data, errors: faults }) => {
        if (faults) errors.push(...faults)
        for (const event of Object.values(data ?? {})) got.push(event)
      },
      error: (error) => errors.push(error),
      complete: () => {},
    },
  )
  await until(() => server.subscriptions > before || errors.length > 0)
  return { got, errors, stop }
}

const seqs = (got: readonly { seq: number }[]) => got.map((event) => event.seq)

test('what the writer commits and tells is seen at once, with rising seq', async () => {
  const client = server.client()
  const trades = await follow<TradeTold>(client, TRADES)
  const alerts = await follow<AlertTold>(client, ALERTS)
  await server.write({ trades: [aTrade(1, 1), aTrade(2, 2)] })
  await server.write({ trades: [aTrade(1, 3, { lastPrice: '184' })], alerts: [anAlert(1, 0, 4)] })
  await until(() => trades.got.length === 3 && alerts.got.length === 1)
  expect(trades.got).toEqual([
    { seq: 1, resync: false, trade: { id: tradeIdOf(1), lastPrice: '183.11', seq: 1 } },
    { seq: 2, resync: false, trade: { id: tradeIdOf(2), lastPrice: '183.11', seq: 2 } },
    { seq: 3, resync: false, trade: { id: tradeIdOf(1), lastPrice: '184', seq: 3 } },
  ])
  expect(alerts.got).toEqual([{ seq: 4, resync: false, alert: { id: 'alert-1-0', state: 'RAISED' } }])
  await client.dispose()
})

test('a filter lets through what it names and nothing else; ORDER unless told otherwise', async () => {
  const client = server.client()
  const orders = await follow<TradeTold>(client, TRADES)
  const trips = await follow<TradeTold>(client, TRADES, { filter: { unit: 'ROUND_TRIP' } })
  const other = await follow<TradeTold>(client, TRADES, { filter: { accounts: ['DU2'] }, sinceSeq: 0 })
  const withdrawn = await follow<AlertTold>(client, ALERTS, { filter: { states: ['WITHDRAWN'] } })
  const every = await follow<AlertTold>(client, ALERTS, {})
  await server.write({
    trades: [aTrade(1, 1), aTrade(1, 2, { unit: 'ROUND_TRIP' }), aTrade(3, 3, { account: 'DU2' })],
    alerts: [anAlert(1, 0, 4, { state: 'WITHDRAWN' }), anAlert(1, 1, 5)],
  })
  await until(() => orders.got.length === 2 && trips.got.length === 1 && other.got.length === 1 && withdrawn.got.length === 1 && every.got.length === 2)
  expect([orders, trips, other, withdrawn, every].map(({ got }) => seqs(got))).toEqual([[1, 3], [2], [3], [4], [4, 5]])
  await client.dispose()
})

test('with sinceSeq comes first what is stored, then what happens', async () => {
  await server.store({
    trades: [aTrade(1, 5), aTrade(2, 9), aTrade(3, 7)],
    trajectory: [1, 2, 3].map((k) => aPoint(1, k, 10 + k)),
    alerts: [anAlert(1, 0, 20), anAlert(1, 1, 21)],
  })
  const client = server.client()
  const trades = await follow<TradeTold>(client, TRADES, { sinceSeq: 5 })
  const alerts = await follow<AlertTold>(client, ALERTS, { sinceSeq: '0' })
  const points = await follow<{ seq: number; point: { last: string } }>(client, POINTS, { tradeId: tradeIdOf(1), sinceSeq: 11 })
  await server.write({ trades: [aTrade(1, 30)], trajectory: [aPoint(1, 4, 31), aPoint(2, 1, 32)], alerts: [anAlert(2, 0, 33)] })
  await until(() => trades.got.length === 3 && alerts.got.length === 3 && points.got.length === 3)
  expect([seqs(trades.got), seqs(alerts.got), seqs(points.got)]).toEqual([
    [7, 9, 30],
    [20, 21, 33],
    [12, 13, 31],
  ])
  expect(points.got[0]?.point.last).toBe(String(aPoint(1, 2, 12).last))
  await client.dispose()
})

test('law: cut off anywhere and back with sinceSeq, a client ends with the same state and every alert, with rising seq', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('write' as const), trades: fc.array(fc.nat(6), { minLength: 1, maxLength: 5 }), alert: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('store first' as const), trade: fc.nat(6) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (script) => {
      await server.db.pool.query('truncate orders_rt, alerts')
      let seq = 0
      const latest = new Map<string, number>()
      const raised: string[] = []
      const trades: TradeTold[] = []
      const alerts: AlertTold[] = []
      const high = (got: readonly { seq: number }[]) => got.reduce((highest, event) => Math.max(highest, event.seq), 0)
      let client = server.client()
      let following = await Promise.all([follow<TradeTold>(client, TRADES, { sinceSeq: 0 }), follow<AlertTold>(client, ALERTS, { sinceSeq: 0 })])
      const collect = () => {
        trades.push(...following[0].got)
        alerts.push(...following[1].got)
        expect([following[0].errors, following[1].errors]).toEqual([[], []])
      }
      const change = (n: number): StoredTrade => {
        latest.set(tradeIdOf(n), ++seq)
        return aTrade(n, seq, { lastPrice: String(seq) })
      }
      for (const one of script) {
        if (one.do === 'write') {
          const rows = { trades: [...new Set(one.trades)].map(change), alerts: [] as StoredAlert[] }
          if (one.alert) {
            rows.alerts.push(anAlert(raised.length, 0, ++seq))
            raised.push(`alert-${raised.length}-0`)
          }
          await server.write(rows)
        } else if (one.do === 'store first') {
          // Committed, and told only after the subscriber may have read it.
          const rows = { trades: [change(one.trade)] }
          await server.store(rows)
          setImmediate(() => server.tell(rows))
        } else {
          await client.dispose()
          await until(() => server.subscriptions === 0)
          collect()
          client = server.client()
          following = await Promise.all([
            follow<TradeTold>(client, TRADES, { sinceSeq: high(trades) }),
            follow<AlertTold>(client, ALERTS, { sinceSeq: high(alerts) }),
          ])
        }
      }
      const last = Math.max(0, ...latest.values())
      await until(() => Math.max(high(trades), high(following[0].got)) >= last && alerts.length + following[1].got.length >= raised.length)
      await client.dispose()
      await until(() => server.subscriptions === 0)
      collect()
      expect(new Map(trades.map(({ seq, trade }) => [trade?.id, seq]))).toEqual(latest)
      expect(alerts.map(({ alert }) => alert?.id)).toEqual(raised)
      for (const got of [trades, alerts]) expect(seqs(got)).toEqual([...new Set(seqs(got))].sort((a, b) => a - b))
    }),
    { numRuns: 12 },
  )
}, 120_000)

test('over a restart of the server: a client that comes back with sinceSeq ends with the same state and every alert', async () => {
  await using database = await openTestDatabase()
  const serve = async (port: number) => {
    const bus = openBus()
    const app = await buildApp({ db: database, bus, clock, brokers: () => [READY] })
    await app.listen({ host: '127.0.0.1', port })
    return { app, bus, port: (app.server.address() as AddressInfo).port }
  }
  let served = await serve(0)
  const seen = { trades: new Map<string, string>(), alerts: [] as string[], tradeSeq: 0, alertSeq: 0 }
  const client = createClient({
    url: `ws://127.0.0.1:${served.port}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 1_000,
    retryWait: () => sleep(20),
    shouldRetry: () => true,
  })
  // As the example does: the client subscribes again by itself, and each time asks for what came after the last it saw.
  const followAgain = async (query: string, last: () => number, take: (told: TradeTold & AlertTold) => void) => {
    const variables = {
      get sinceSeq() {
        return last()
      },
    }
    for await (const { data } of client.iterate<Record<string, TradeTold & AlertTold>>({ query, variables }))
      for (const told of Object.values(data ?? {})) take(told)
  }
  const following = [
    followAgain(
      TRADES,
      () => seen.tradeSeq,
      ({ seq, trade }) => {
        seen.tradeSeq = Math.max(seen.tradeSeq, seq)
        if (trade !== null) seen.trades.set(trade.id, trade.lastPrice)
      },
    ),
    followAgain(
      ALERTS,
      () => seen.alertSeq,
      ({ seq, alert }) => {
        seen.alertSeq = Math.max(seen.alertSeq, seq)
        if (alert !== null) seen.alerts.push(alert.id)
      },
    ),
  ]
  const raised: string[] = []
  const latest = new Map<string, string>()
  for (let seq = 1, n = 0; n < 30; n++) {
    const trade = aTrade(n % 5, seq++, { lastPrice: String(n) })
    const alert = anAlert(n, 0, seq++)
    latest.set(trade.tradeId, trade.lastPrice)
    raised.push(alert.id)
    await commitBatch(database, { ...EMPTY_BATCH, trades: [trade], alerts: [alert] })
    // Down for every fifth batch: committed, told to nobody.
    if (n % 5 !== 4)
      served.bus.publish([
        { kind: 'trade', seq: trade.seq, trade },
        { kind: 'alert', seq: alert.seq, alert },
      ])
    else {
      await served.app.close()
      served = await serve(served.port)
    }
  }
  await until(() => seen.alerts.length >= raised.length && [...latest].every(([id, price]) => seen.trades.get(id) === price))
  await client.dispose()
  await served.app.close()
  await Promise.allSettled(following)
  expect(seen.trades).toEqual(latest)
  expect(seen.alerts).toEqual(raised)
}, 60_000)

test('a client that does not read is told once to read again, gets every alert all the same, and costs no more than a mailbox', async () => {
  const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws')
  const got: AlertTold[] = []
  let completed = false
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as { type: string; payload?: { data: { alertRaised: AlertTold } } }
    if (message.type === 'connection_ack') {
      socket.send(
        JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ALERTS.replace('id state', 'id state message'), variables: { sinceSeq: 0 } } }),
      )
    }
    if (message.type === 'next' && message.payload) got.push(message.payload.data.alertRaised)
    if (message.type === 'complete') completed = true
  })
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ type: 'connection_init' }))
  await until(() => server.subscriptions === 1)
  socket.pause()
  // More than the kernel's buffers and the mailbox together can hold.
  const message = 'x'.repeat(10_000)
  const count = 4_000
  for (let batch = 0; batch < count; batch += 500) {
    await server.write({ alerts: Array.from({ length: 500 }, (_, i) => anAlert(batch + i, 0, batch + i + 1, { message })) })
  }
  socket.resume()
  await until(() => got.at(-1)?.seq === count || completed)
  const resyncs = got.filter((event) => event.resync)
  expect(resyncs.length).toBeGreaterThan(0)
  expect(resyncs.every((event) => event.alert === null)).toBe(true)
  expect(seqs(got.filter((event) => !event.resync))).toEqual(Array.from({ length: count }, (_, i) => i + 1))
  socket.close()
}, 120_000)

test('a correction that takes something away tells its followers to read again', async () => {
  const client = server.client()
  const trades = await follow<TradeTold>(client, TRADES)
  const points = await follow<{ seq: number; resync: boolean; point: unknown }>(client, POINTS, { tradeId: tradeIdOf(1) })
  const others = await follow<{ seq: number }>(client, POINTS, { tradeId: tradeIdOf(2) })
  await server.write({ trades: [aTrade(1, 1)] })
  await until(() => trades.got.length === 1)
  // The word comes before the rows of its batch, with a higher number: neither may hide the other.
  server.bus.publish([
    { kind: 'rewritten', seq: 50, tradeId: tradeIdOf(1) },
    { kind: 'trade', seq: 2, trade: aTrade(2, 2) },
  ])
  await until(() => trades.got.length === 3 && points.got.length === 1)
  expect(trades.got.map(({ seq, resync, trade }) => [seq, resync, trade?.id])).toEqual([
    [1, false, tradeIdOf(1)],
    [1, true, undefined],
    [2, false, tradeIdOf(2)],
  ])
  expect(points.got).toEqual([{ seq: 0, resync: true, point: null }])
  expect(others.got).toEqual([])
  await client.dispose()
})

test('a correction of another account, or of the other kind of trade, sends nobody to read again', async () => {
  const client = server.client()
  const mine = await follow<TradeTold>(client, TRADES, { filter: { accounts: ['DU1'] } })
  const trips = await follow<TradeTold>(client, TRADES, { filter: { unit: 'ROUND_TRIP' } })
  server.bus.publish([
    { kind: 'rewritten', seq: 1, tradeId: tradeIdOf(1, 'ORDER', 'DU2') },
    { kind: 'rewritten', seq: 2, tradeId: tradeIdOf(1) },
  ])
  server.tell({ trades: [aTrade(2, 3), aTrade(2, 4, { unit: 'ROUND_TRIP' })] })
  await until(() => mine.got.at(-1)?.seq === 3 && trips.got.at(-1)?.seq === 4)
  expect([mine, trips].map(({ got }) => got.map(({ seq, resync }) => [seq, resync]))).toEqual([
    [
      [0, true],
      [3, false],
    ],
    [[4, false]],
  ])
  await client.dispose()
})

test("an event's trade is told with its alerts as they are then, not as they were when the subscription began", async () => {
  const client = server.client()
  const query = 'subscription { tradeChanged { seq trade { alerts { id } instrument { symbol } trajectory { total } } } }'
  const { got } = await follow<{ trade: { alerts: { id: string }[]; trajectory: { total: number } } }>(client, query)
  await server.write({ trades: [aTrade(1, 1)] })
  await until(() => got.length === 1)
  await server.write({ alerts: [anAlert(1, 0, 2)], trajectory: [aPoint(1, 1, 3)], trades: [aTrade(1, 4)] })
  await until(() => got.length === 2)
  expect(got.map(({ trade }) => [trade.alerts.length, trade.trajectory.total])).toEqual([
    [0, 0],
    [1, 1],
  ])
  await client.dispose()
})

test('who follows the brokers hears first how each one is, then every change', async () => {
  const client = server.client()
  const { got } = await follow<{ state: string; reason: string }>(client, 'subscription { brokerChanged { state reason } }')
  await until(() => got.length === 1)
  server.bus.publish([{ kind: 'broker', status: { ...READY, state: 'GAP', reason: 'the socket closed' } }])
  await until(() => got.length === 2)
  expect(got).toEqual([
    { state: 'READY', reason: 'caught up' },
    { state: 'GAP', reason: 'the socket closed' },
  ])
  await client.dispose()
})

test('queries and faults over the socket: a document is validated, faults have codes, a query is answered and completed', async () => {
  const client = server.client()
  const ask = (query: string) =>
    new Promise<unknown>((resolve) => {
      let result: unknown
      client.subscribe({ query }, { next: (value) => (result = value), error: (errors) => resolve(errors), complete: () => resolve(result) })
    })
  expect(await ask('{ __typename }')).toEqual({ data: { __typename: 'Query' } })
  expect(await ask('subscription { tradeChanged }')).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
  expect(await ask('subscription { tradeChanged { seq } brokerChanged { name } }')).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }])
  expect(await ask('{')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }])
  expect(await ask('{ trades(first: 1000) { nodes { id } } }')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  await client.dispose()
})

// --- the protocol, spoken by hand ---

/** Says these lines, the ones after the init when it was acknowledged, and resolves with the close code and what was said back. */
async function talk(lines: readonly string[], protocol: string | null = 'graphql-transport-ws', headers = {}) {
  const socket = protocol === null ? new WebSocket(server.socketUrl, { headers }) : new WebSocket(server.socketUrl, protocol, { headers })
  const said: { type: string }[] = []
  socket.on('message', (data) => said.push(JSON.parse(String(data)) as { type: string }))
  const closed = new Promise<number>((resolve, reject) => {
    socket.once('close', (code) => resolve(code))
    socket.once('error', reject)
  })
  const [first, ...rest] = lines
  socket.once('open', () => first !== undefined && socket.send(first))
  socket.once('message', () => {
    for (const line of rest) socket.send(line)
  })
  return { code: await closed, said: said.map(({ type }) => type) }
}

const INIT = '{"type":"connection_init"}'
const subscribe = (id: string) => JSON.stringify({ id, type: 'subscribe', payload: { query: 'subscription { brokerChanged { state } }' } })

test.each([
  ['no init in time', 4408, []],
  ['init twice', 4429, [INIT, INIT]],
  ['a subscription before the init', 4401, [subscribe('1')]],
  ['the same id twice', 4409, [INIT, subscribe('1'), subscribe('1')]],
  ['a message that is no JSON', 4400, ['hello']],
  ['a message of no known type', 4400, ['{"type":"surprise"}']],
  ['a message only a server says', 4400, [INIT, '{"type":"connection_ack"}']],
  ['a subscription without an id', 4400, [INIT, '{"type":"subscribe","payload":{"query":"{ __typename }"}}']],
])('%s closes with %i', async (_, code, lines) => {
  expect((await talk(lines)).code).toBe(code)
  await until(() => server.subscriptions === 0)
})

test('another protocol, or none, closes with 4406', async () => {
  expect((await talk([], 'graphql-ws').catch((error: Error) => error.message)) as unknown).toMatch(/subprotocol|4406/i)
  expect((await talk([], null)).code).toBe(4406)
})

test('a message larger than allowed closes with 1009', async () => {
  expect((await talk([INIT, JSON.stringify({ id: '1', type: 'subscribe', payload: { query: `# ${'x'.repeat(70_000)}` } })])).code).toBe(1009)
})

test('an upgrade of another path, or of none at all, is refused and harms nobody', async () => {
  const { port } = new URL(server.url)
  const upgrade = (target: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
        )
      })
      let said = ''
      socket.on('data', (data) => (said += String(data)))
      socket.on('end', () => resolve(said.split('\r\n', 1)[0] ?? ''))
      socket.on('error', reject)
    })
  for (const target of ['/elsewhere', '//', '/graphql/', '/%zz']) expect(await upgrade(target)).toBe('HTTP/1.1 404 Not Found')
  // Frames that are none, and a line that is cut in the middle of one.
  for (const bytes of [Buffer.alloc(64, 0xff), Buffer.from([0x81, 0xfe])]) {
    const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws')
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    await new Promise((resolve) => socket.once('open', resolve))
    const raw = (socket as unknown as { _socket: Socket })._socket
    raw.write(bytes, () => raw.destroy())
    await closed
  }
  expect(await server.ask('{ __typename }')).toEqual({ __typename: 'Query' })
})

test('a page of another origin gets no socket', async () => {
  await expect(talk([INIT], 'graphql-transport-ws', { origin: 'https://evil.example' })).rejects.toThrow('403')
})

test('ping is answered by pong, and whoever leaves leaves no listener behind, however they leave', async () => {
  for (const leave of ['close', 'terminate'] as const) {
    const socket = new WebSocket(server.socketUrl, 'graphql-transport-ws')
    const said: string[] = []
    socket.on('message', (data) => said.push((JSON.parse(String(data)) as { type: string }).type))
    await new Promise((resolve) => socket.once('open', resolve))
    for (const line of ['{"type":"ping"}', INIT]) socket.send(line)
    await until(() => said.includes('connection_ack'))
    for (const id of ['1', '2', '3']) socket.send(subscribe(id))
    await until(() => server.subscriptions === 3)
    socket.send('{"id":"2","type":"complete"}')
    await until(() => server.subscriptions === 2)
    expect(said.slice(0, 2)).toEqual(['pong', 'connection_ack'])
    socket[leave]()
    await until(() => server.subscriptions === 0)
  }
})

test('a client that no longer answers is cut off, and its subscriptions with it', async () => {
  await using other = await openTestServer({ keepAliveMs: 50 })
  const socket = new WebSocket(other.socketUrl, 'graphql-transport-ws', { autoPong: false })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(INIT)
  await new Promise((resolve) => socket.once('message', resolve))
  socket.send(subscribe('1'))
  expect(await closed).toBe(1006)
  await until(() => other.bus.listeners === 0)
})

test('a server that closes says goodbye to everyone and waits for nobody long', async () => {
  const other = await openTestServer()
  const closes: Promise<number>[] = []
  for (let i = 0; i < 3; i++) {
    const socket = new WebSocket(other.socketUrl, 'graphql-transport-ws')
    closes.push(new Promise((resolve) => socket.once('close', resolve)))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(INIT)
    await new Promise((resolve) => socket.once('message', resolve))
    socket.send(subscribe('1'))
  }
  await until(() => other.bus.listeners === 3)
  await other[Symbol.asyncDispose]()
  expect(await Promise.all(closes)).toEqual([1001, 1001, 1001])
  expect(other.bus.listeners).toBe(0)
})

test('identical subscriptions are run once: many followers cost one look at the store for each event, and each has its own place', async () => {
  const query = 'subscription ($from: BigInt) { tradeChanged(sinceSeq: $from) { seq trade { id alerts { id } } } }'
  await server.write({ trades: [aTrade(1, 1), aTrade(2, 2)] })
  const clients = Array.from({ length: 10 }, () => server.client())
  const followed = await Promise.all(clients.map((client, n) => follow<TradeTold>(client, query, n % 2 === 0 ? {} : { from: 1 })))
  await until(() => server.subscriptions === 10 && followed.every(({ got }, n) => got.length === n % 2))
  // Who has caught up joins the others with the next event.
  server.tell({ trades: [aTrade(3, 3)] })
  await until(() => followed.every(({ got }) => got.at(-1)?.seq === 3))
  const { pool } = server.db
  const ask = pool.query.bind(pool)
  let statements = 0
  pool.query = ((...given: Parameters<typeof ask>) => {
    statements++
    return ask(...given)
  }) as typeof pool.query
  try {
    server.tell({ trades: [aTrade(4, 4)] })
    server.tell({ trades: [aTrade(5, 5)] })
    await until(() => followed.every(({ got }) => got.at(-1)?.seq === 5))
  } finally {
    pool.query = ask
  }
  expect(followed.map(({ got }) => seqs(got))).toEqual(clients.map((_, n) => (n % 2 === 0 ? [3, 4, 5] : [2, 3, 4, 5])))
  expect(statements).toBe(2)
  for (const client of clients) await client.dispose()
})
