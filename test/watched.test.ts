// A day as its watchers see it: a plain graphql-ws client that is cut off again and again and comes back with sinceSeq, and then anybody with an SQL client.
import { createClient } from 'graphql-ws'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { chanceOf } from '#sim/chance.ts'
import { openDatabase } from '#store/db.ts'
import { eventually, makeHome } from './process.ts'
import { type Service, settled, SMALL, startGateway, startService, WALK } from './story.ts'

/** Cuts at other moments by another number. */
const SEED = Number(process.env['WATCHED_SEED'] ?? 1)

const closing = new AsyncDisposableStack()
let service: Service
let watcher: Watcher
let sql: pg.Client

beforeAll(async () => {
  const home = closing.use(await makeHome())
  const gateway = closing.use(await startGateway(SMALL, WALK))
  service = closing.use(await startService(home.path, gateway.port))
  watcher = closing.use(watch(service))
  await settled(gateway, service, SMALL)
  const db = closing.use(await openDatabase({ url: null, home: home.path, log: () => {} }))
  sql = new pg.Client({ connectionString: db.url })
  await sql.connect()
  closing.defer(() => sql.end())
}, 120_000)
afterAll(() => closing.disposeAsync())

// The client

const TRADE = 'id seq status quantity openQuantity lastPrice grossPnl commission netPnl mfe { price at pct pnl } mae { price at pct pnl }'
const ALERT = 'id seq ruleId tier tradeId at price pct state'
const EVERY_STATE = '[RAISED, LATE, ALREADY_BEYOND, WITHDRAWN, MISSED]'
const FEEDS = {
  order: `subscription ($sinceSeq: BigInt) { told: tradeChanged(sinceSeq: $sinceSeq, filter: { unit: ORDER }) { seq resync row: trade { ${TRADE} } } }`,
  roundTrip: `subscription ($sinceSeq: BigInt) { told: tradeChanged(sinceSeq: $sinceSeq, filter: { unit: ROUND_TRIP }) { seq resync row: trade { ${TRADE} } } }`,
  alert: `subscription ($sinceSeq: BigInt) { told: alertRaised(sinceSeq: $sinceSeq, filter: { states: ${EVERY_STATE} }) { seq resync row: alert { ${ALERT} } } }`,
} as const
type Feed = keyof typeof FEEDS
const NAMES = Object.keys(FEEDS) as Feed[]

interface Row {
  readonly id: string
  readonly seq: string | number
}
interface Told {
  readonly seq: string | number
  readonly resync: boolean
  readonly row: Row | null
}

interface Watcher extends AsyncDisposable {
  /** The numbers told, in order, and the latest of each trade and alert. */
  readonly seqs: Readonly<Record<Feed, readonly number[]>>
  readonly rows: Readonly<Record<Feed, ReadonlyMap<string, Row>>>
  readonly cuts: number
}

/** Follows all three; every so many events the socket is torn, and another opened with what was seen last. */
function watch({ url }: Service): Watcher {
  const chance = chanceOf(SEED)
  const seqs: Record<Feed, number[]> = { order: [], roundTrip: [], alert: [] }
  const rows: Record<Feed, Map<string, Row>> = { order: new Map(), roundTrip: new Map(), alert: new Map() }
  let cuts = 0
  let over = false
  let current = open()

  function open() {
    let left = chance.whole(1, 80)
    const torn = Promise.withResolvers<void>()
    let socket: WebSocket | null = null
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: {
        opened(opened) {
          socket = opened as WebSocket
        },
        closed: () => torn.resolve(),
      },
    })
    for (const name of NAMES) {
      client.subscribe<{ told: Told }>(
        { query: FEEDS[name], variables: { sinceSeq: String(seqs[name].at(-1) ?? 0) } },
        {
          next({ data }) {
            if (left <= 0 || data?.told === undefined || data.told === null) return
            const { seq, row } = data.told
            if (row === null) return
            seqs[name].push(Number(seq))
            rows[name].set(row.id, row)
            left--
            if (left === 0) socket?.terminate()
          },
          error: () => {},
          complete: () => {},
        },
      )
    }
    void torn.promise.then(() => {
      if (over) return
      cuts++
      current = open()
    })
    return client
  }

  return {
    seqs,
    rows,
    get cuts() {
      return cuts
    },
    async [Symbol.asyncDispose]() {
      over = true
      await current.dispose()
    },
  }
}

async function queried(): Promise<Record<Feed, Row[]>> {
  type Answer = { order: { nodes: Row[] }; roundTrip: { nodes: Row[] }; alert: { nodes: Row[] } }
  const { order, roundTrip, alert } = await service.ask<Answer>(`{
    order: trades(first: 200, filter: { unit: ORDER }) { nodes { ${TRADE} } }
    roundTrip: trades(first: 200, filter: { unit: ROUND_TRIP }) { nodes { ${TRADE} } }
    alert: alerts(first: 200, filter: { states: ${EVERY_STATE} }) { nodes { ${ALERT} } }
  }`)
  return { order: order.nodes, roundTrip: roundTrip.nodes, alert: alert.nodes }
}

const high = (numbers: readonly (string | number)[]) => Math.max(0, ...numbers.map(Number))

test('cut off many times and back with sinceSeq, a client ends with the same state of every trade, and with every alert', async () => {
  const stored = await queried()
  await eventually(async () => NAMES.every((name) => high(watcher.seqs[name]) >= high(stored[name].map(({ seq }) => seq))))
  expect(watcher.cuts).toBeGreaterThan(3)
  for (const name of NAMES) {
    expect(stored[name].length).toBeGreaterThan(10)
    expect(stored[name].map(({ id }) => watcher.rows[name].get(id))).toEqual(stored[name])
  }
  expect(new Set(watcher.rows.alert.keys())).toEqual(new Set(stored.alert.map(({ id }) => id)))
})

test('over all its sockets the numbers only rise', () => {
  for (const name of NAMES) expect(watcher.seqs[name].every((seq, i, all) => i === 0 || seq > (all[i - 1] as number))).toBe(true)
})

// The tables

const USERS_COLUMNS = ['trade_id', 'symbol', 'side', 'qty', 'entry_px', 'mfe_px', 'mae_px', 'last_px', 'opened_at', 'updated_at']

test('orders_rt begins with the columns of the sketch, in its order; the side is the side of the order', async () => {
  const { fields, rows } = await sql.query<{ side: string; trade_id: string; long: boolean; widened: boolean }>(
    `select *, opened_at <= updated_at and case side when 'BUY' then mfe_px >= mae_px else mfe_px <= mae_px end as widened from orders_rt`,
  )
  expect(fields.slice(0, USERS_COLUMNS.length).map(({ name }) => name)).toEqual(USERS_COLUMNS)
  expect(new Set(rows.map(({ side }) => side))).toEqual(new Set(['BUY', 'SELL']))
  expect(rows.every(({ widened }) => widened)).toBe(true)
  const { order } = await queried()
  expect(new Set(rows.map(({ trade_id: id }) => id))).toEqual(new Set(order.map(({ id }) => id)))
})

test.each([
  ['orders_rt', 'orders_rt_ts'],
  ['round_trips_rt', 'round_trips_rt_ts'],
])('%s: in the trajectory excursions only widen, and its last row stands where the trade does', async (trades, points) => {
  const { fields } = await sql.query(`select * from ${points} limit 1`)
  expect(fields.slice(0, 5).map(({ name }) => name)).toEqual(['trade_id', 'ts', 'last_px', 'mfe_px', 'mae_px'])
  const narrowed = await sql.query(`
    with step as (
      select trade_id, case side when 'BUY' then 1 else -1 end as sign, p.mfe_px, p.mae_px, p.last_px,
        lag(p.mfe_px) over life as mfe_was, lag(p.mae_px) over life as mae_was
      from ${points} p join ${trades} using (trade_id) window life as (partition by trade_id order by ts)
    )
    select * from step where sign * (mfe_px - mfe_was) < 0 or sign * (mae_px - mae_was) > 0 or sign * (last_px - mfe_px) > 0 or sign * (last_px - mae_px) < 0`)
  expect(narrowed.rows).toEqual([])
  const apart = await sql.query(`
    select t.trade_id, t.mfe_px, p.mfe_px as mfe_seen, t.mae_px, p.mae_px as mae_seen from ${trades} t
    left join lateral (select * from ${points} p where p.trade_id = t.trade_id order by ts desc limit 1) p on true
    where (p.mfe_px, p.mae_px) is distinct from (t.mfe_px, t.mae_px)`)
  expect(apart.rows).toEqual([])
  const strangers = await sql.query(`select distinct trade_id from ${points} where trade_id not in (select trade_id from ${trades})`)
  expect(strangers.rows).toEqual([])
})
