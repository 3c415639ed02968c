// A client that was away while history changed: it comes back with sinceSeq and hears of what a correction took away, as if it had been there.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EARLIEST } from '#core/time.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { aPoint, aTrade, anAlert, tradeIdOf } from './rows.ts'
import { openTestServer, type TestServer, until } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const TRADES =
  'subscription ($sinceSeq: BigInt, $filter: TradeFilter) { told: tradeChanged(sinceSeq: $sinceSeq, filter: $filter) { seq resync row: trade { id } } }'
const ALERTS = 'subscription ($sinceSeq: BigInt) { told: alertRaised(sinceSeq: $sinceSeq) { seq resync row: alert { id state } } }'
const POINTS =
  'subscription ($sinceSeq: BigInt, $tradeId: ID!) { told: trajectoryAdvanced(sinceSeq: $sinceSeq, tradeId: $tradeId) { seq resync row: point { id: at } } }'

interface Told {
  readonly seq: number
  readonly resync: boolean
  readonly row: { readonly id: string; readonly state?: string } | null
}

/** What is told first, up to so many. */
async function comeBack(query: string, variables: object, count: number): Promise<[number, boolean, string | undefined][]> {
  const client = server.client()
  const got: Told[] = []
  client.subscribe<{ told: Told }>(
    { query, variables: { ...variables } },
    { next: ({ data }) => data && got.push(data.told), error: () => {}, complete: () => {} },
  )
  await until(() => got.length >= count)
  await client.dispose()
  return got.map(({ seq, resync, row }) => [seq, resync, row?.state ?? row?.id])
}

test('a trade that ceased to exist is told by resync, in its place, to those who may have known it', async () => {
  await commitBatch(server.db, { ...EMPTY_BATCH, trades: [aTrade(1, 1), aTrade(2, 2), aTrade(3, 3), aTrade(4, 4, { account: 'DU2' })] })
  await commitBatch(server.db, { ...EMPTY_BATCH, removedTrades: [{ tradeId: tradeIdOf(2), seq: 6 }], trades: [aTrade(3, 7)] })
  await server.store({ trades: [aTrade(1, 8)] })

  expect(await comeBack(TRADES, { sinceSeq: 2 }, 4)).toEqual([
    [4, false, expect.stringContaining('DU2')],
    [6, true, undefined],
    [7, false, tradeIdOf(3)],
    [8, false, tradeIdOf(1)],
  ])
  // Who has heard something that was told after it was told of it.
  expect(await comeBack(TRADES, { sinceSeq: 7 }, 1)).toEqual([[8, false, tradeIdOf(1)]])
  // Who comes with nothing has nothing to forget; nor is another account's loss, or the other kind's, anybody's business.
  expect(await comeBack(TRADES, { sinceSeq: 0 }, 3)).toEqual([
    [4, false, expect.stringContaining('DU2')],
    [7, false, tradeIdOf(3)],
    [8, false, tradeIdOf(1)],
  ])
  expect(await comeBack(TRADES, { sinceSeq: 2, filter: { accounts: ['DU2'] } }, 1)).toEqual([[4, false, expect.stringContaining('DU2')]])
})

test('a removal is numbered with its batch: numbers never go down over it', async () => {
  await commitBatch(server.db, { ...EMPTY_BATCH, removedTrades: [{ tradeId: tradeIdOf(9), seq: 50 }] })
  const { rows } = await server.db.pool.query<{ value: string }>("select value from meta where key = 'seq'")
  expect(Number(rows[0]?.value)).toBe(50)
})

test('an alert that was withdrawn is told to whoever asks for no states: it was told when it was raised', async () => {
  await server.store({ alerts: [anAlert(1, 0, 60), anAlert(1, 1, 61)] })
  await server.store({ alerts: [anAlert(1, 0, 62, { state: 'WITHDRAWN' })] })
  expect(await comeBack(ALERTS, { sinceSeq: 60 }, 2)).toEqual([
    [61, false, 'RAISED'],
    [62, false, 'WITHDRAWN'],
  ])
})

test('a trajectory that was drawn again, or went with its trade, is told by resync to those who may hold points that are no more', async () => {
  const tradeId = tradeIdOf(20)
  const at = (k: number) => new Date(aPoint(20, k, 0).at).toISOString()
  await server.store({ trades: [aTrade(20, 70)], trajectory: [1, 2, 3].map((k) => aPoint(20, k, 70 + k)) })
  expect(await comeBack(POINTS, { tradeId, sinceSeq: 71 }, 2)).toEqual([
    [72, false, at(2)],
    [73, false, at(3)],
  ])
  await commitBatch(server.db, {
    ...EMPTY_BATCH,
    trades: [aTrade(20, 80)],
    trajectory: [aPoint(20, 1, 81), aPoint(20, 3, 82)],
    trajectoryReplacedFrom: [{ tradeId, from: EARLIEST }],
  })
  const all = [
    [81, false, at(1)],
    [82, false, at(3)],
  ]
  expect(await comeBack(POINTS, { tradeId, sinceSeq: 73 }, 3)).toEqual([[80, true, undefined], ...all])
  // Who comes with nothing has nothing to forget; nor has who heard of it.
  expect(await comeBack(POINTS, { tradeId, sinceSeq: 0 }, 2)).toEqual(all)
  expect(await comeBack(POINTS, { tradeId, sinceSeq: 80 }, 2)).toEqual(all)
  expect(await comeBack(POINTS, { tradeId, sinceSeq: 81 }, 1)).toEqual([[82, false, at(3)]])
  await commitBatch(server.db, { ...EMPTY_BATCH, removedTrades: [{ tradeId, seq: 90 }] })
  expect(await comeBack(POINTS, { tradeId, sinceSeq: 82 }, 1)).toEqual([[90, true, undefined]])
})
