// Follows every change of a trade, all day, over cuts and restarts: `node examples/follow.ts [http://127.0.0.1:4000/graphql] [--count N]`.
// A token, where one is needed, comes from EXCURSION_TOKEN.
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const [address = 'http://127.0.0.1:4000/graphql', , count = 'Infinity'] = process.argv.slice(2)
const token = process.env['EXCURSION_TOKEN']

interface Change {
  readonly seq: number
  readonly resync: boolean
  readonly trade: { readonly id: string; readonly status: string; readonly grossPnl: string | null; readonly mfe: { readonly pct: string | null } } | null
}

const client = createClient({
  url: address.replace(/^http/, 'ws'),
  webSocketImpl: WebSocket,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  ...(token === undefined ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
})

// What was seen last. 0: everything that is stored. After a cut the client subscribes again by itself and reads this anew: it goes on from here.
let seen = 0
const variables = {
  get since() {
    return seen
  },
}
let left = Number(count)
while (left > 0) {
  const query = `subscription Follow($since: BigInt) {
    tradeChanged(sinceSeq: $since) { seq resync trade { id status grossPnl mfe { pct } } }
  }`
  for await (const { data, errors } of client.iterate<{ tradeChanged: Change }>({ query, variables })) {
    if (errors) throw new Error(JSON.stringify(errors))
    const change = data?.tradeChanged
    if (!change) continue
    seen = Math.max(seen, Number(change.seq))
    if (change.trade) console.log(`${change.seq} ${change.trade.id} ${change.trade.status} ${change.trade.grossPnl} MFE ${change.trade.mfe.pct} %`)
    if (--left <= 0) break
  }
}
await client.dispose()
