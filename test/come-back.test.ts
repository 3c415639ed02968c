// A client that was away while history changed: it comes back with sinceSeq and hears of what a correction took away, as if it had been there.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { aTrade, anAlert, tradeIdOf } from './rows.ts'
import { openTestServer, type TestServer, until } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const TRADES =
  'subscription ($sinceSeq: BigInt, $filter: TradeFilter) { told: tradeChanged(sinceSeq: $sinceSeq, filter: $filter) { seq resync row: trade { id } } }'
const ALERTS = 'subscription ($sinceSeq: BigInt) { told: alertRaised(sinceSeq: $sinceSeq) { seq resync row: alert { id state } } }'

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
