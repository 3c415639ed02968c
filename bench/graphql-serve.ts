// One server of bench/graphql.ts in a process of its own, on a database that is there: `node bench/graphql-serve.ts KIND DATABASE_URL` tells its port by IPC.
// Every kind has the processor to itself in the same way; what it is asked by IPC is how much memory it holds and to tell events.
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openTradesOf } from '#graphql/open-trades.ts'
import { buildApp } from '#src/app.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openDatabase } from '#store/db.ts'
import { aTrade } from '#test/rows.ts'

export const KINDS = ['ours', 'json_agg', 'ready'] as const
export type Kind = (typeof KINDS)[number]

/** What the parent asks of a server. */
export type Asked =
  | { readonly kind: 'memory' }
  /** Changes of `count` trades, beginning with the n-th. */
  | { readonly kind: 'tell'; readonly from: number; readonly count: number; readonly seq: number }

/** The same answer as the GraphQL query's, by one statement that makes its JSON in the database; prepared once for each connection, as ours is. */
const JSON_AGG = {
  name: 'bench',
  text: `select json_build_object('data', json_build_object('trades', json_build_object('nodes', coalesce(json_agg(t), '[]'::json))))::text as body from (
  select trade_id as id, case side when 'BUY' then 'LONG' else 'SHORT' end as side, status, qty::text as quantity, entry_px::text as "entryPrice", last_px::text as "lastPrice",
    opened_at as "openedAt", gross_pnl::text as "grossPnl", net_pnl::text as "netPnl", json_build_object('price', mfe_px::text, 'pct', mfe_pct::text) as mfe,
    json_build_object('price', mae_px::text, 'pct', mae_pct::text) as mae,
    (select json_agg(p order by p.at) from (select ts as at, last_px::text as last, mfe_px::text as mfe, mae_px::text as mae from orders_rt_ts
      where trade_id = o.trade_id and ts >= o.opened_at order by ts desc limit 20) p) as "latestPoints"
  from orders_rt o order by opened_at desc, trade_id desc limit 50) t`,
}

const [kind, url, ready = ''] = process.argv.slice(2) as [Kind, string, string?]
const db = await openDatabase({ url, home: '', log: () => {} })
const say = (port: number) => process.send?.({ port })

if (kind === 'ours') {
  const bus = openBus()
  const open = openTradesOf({ db, bus })
  await open.begin()
  const app = await buildApp({ db, bus, clock, open, brokers: () => [] })
  await app.listen({ host: '127.0.0.1', port: 0 })
  process.on('message', (asked: Asked) => {
    if (asked.kind === 'memory') {
      globalThis.gc?.()
      const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
      return process.send?.({ resident: rss, values: heapUsed + arrayBuffers, overflows: app.meter.overflows, subscriptions: app.meter.subscriptions })
    }
    const trades = Array.from({ length: asked.count }, (_, n) => aTrade(asked.from + n, asked.seq + n, { lastPrice: `184.${asked.seq % 100}` }))
    bus.publish(trades.map((trade) => ({ kind: 'trade', seq: trade.seq, trade })))
    // The next batch is not told in the same turn: a writer waits for its disk in between.
    setImmediate(() => process.send?.({ told: asked.count }))
  })
  say((app.server.address() as AddressInfo).port)
} else {
  const answer: () => string | Promise<string> =
    kind === 'ready' ? () => ready : async () => (await db.pool.query<{ body: string }>(JSON_AGG)).rows[0]?.body ?? ''
  const listener: RequestListener = (asked, told) => {
    asked.resume()
    asked.on('end', async () => {
      told.setHeader('content-type', 'application/json')
      told.end(await answer())
    })
  }
  const server = createServer(listener)
  server.listen(0, '127.0.0.1', () => say((server.address() as AddressInfo).port))
}
