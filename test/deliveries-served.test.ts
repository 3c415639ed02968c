// Deliveries, system alerts and remarks among a hundred thousand others: every page and every look-up is served by an index, asked of PostgreSQL's own plan;
// and fifty alerts with all that hangs on them take as many statements as five.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { deliveriesOfAlerts, deliveriesPage, type DeliveryFilter, sendAgain, waitingFor } from '#store/deliveries.ts'
import { remarksOf, snoozesOf } from '#store/remarks.ts'
import { systemAlertsPage } from '#store/system-alerts.ts'
import { plansOf } from './plans.ts'
import { anAlert, tradeIdOf } from './rows.ts'
import { openTestServer, type TestServer } from './server.ts'

let server: TestServer
let db: Database
beforeAll(async () => {
  server = await openTestServer()
  db = server.db
  await server.store({ alerts: Array.from({ length: 60 }, (_, n) => anAlert(n, 0, n + 1)) })
  await db.pool.query(
    `insert into deliveries (subject, channel, alert_id, state, message_id, due_at, created_at)
     select 'alert:alert-' || n || '-0', channel, 'alert-' || n || '-0', case when n % 1000 = 7 then 'DEAD' else 'SENT' end, channel || n, now(), now()
     from generate_series(0, 29999) as n, unnest(array['slack', 'sms', 'webhook']) as channel`,
  )
  await db.pool.query(
    `insert into decisions (at, kind, subject, body)
     select now(), (array['comment', 'acknowledge', 'snooze'])[1 + n % 3], 'alert-' || (n / 3) || '-0', jsonb_build_object('text', n) from generate_series(0, 29999) as n`,
  )
  await db.pool.query(`insert into system_alerts (kind, subject, since, until, details) select 'BLIND', '', now(), now(), '[]' from generate_series(1, 20000)`)
  await db.pool.query('analyze')
}, 60_000)
afterAll(() => server?.[Symbol.asyncDispose]())

/** The plans of what `work` asks that read a large table from one end to the other, or sort it. */
async function readsWhole(work: () => Promise<unknown>): Promise<string[]> {
  const plans = await plansOf(db, work)
  expect(plans.length).toBeGreaterThan(0)
  return plans.filter((lines) => lines.some((line) => /Seq Scan on (?:deliveries|decisions|system_alerts)/.test(line))).flat()
}

const filters: readonly [string, DeliveryFilter][] = [
  ['everything', {}],
  ['dead letters', { states: ['DEAD'] }],
  ['a channel', { channels: ['sms'] }],
  ['dead letters of a channel', { states: ['DEAD'], channels: ['slack'] }],
  ['some alerts', { alertIds: ['alert-1-0', 'alert-2-0'] }],
  ['one account', { accounts: ['DU1'] }],
  ['dead letters of one account', { states: ['DEAD'], accounts: ['DU1'] }],
]

test.each(filters)('deliveries, %s: a page is read from an index', async (_, filter) => {
  const first = await deliveriesPage(db, filter, { first: 5 })
  expect(first.edges.length).toBeGreaterThan(0)
  expect(await readsWhole(() => deliveriesPage(db, filter, { first: 5 }))).toEqual([])
  expect(await readsWhole(() => deliveriesPage(db, filter, { first: 5, after: first.pageInfo.endCursor }))).toEqual([])
})

test('pages put together are the whole list, newest first', async () => {
  const seen: number[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { edges, pageInfo } = await deliveriesPage(db, { states: ['DEAD'] }, { first: 20, after })
    seen.push(...edges.map(({ node }) => node.id))
    after = pageInfo.endCursor
    more = pageInfo.hasNextPage
  }
  expect(seen).toHaveLength(90)
  expect(seen).toEqual(seen.toSorted((a, b) => b - a))
})

test('what hangs on alerts and trades, system alerts and sending again are found by indexes, too', async () => {
  const ids = Array.from({ length: 50 }, (_, n) => `alert-${n}-0`)
  const trades = Array.from({ length: 50 }, (_, n) => tradeIdOf(n))
  expect(await readsWhole(() => deliveriesOfAlerts(db, ids))).toEqual([])
  expect(await readsWhole(() => deliveriesOfAlerts(db, ids, ['DU1']))).toEqual([])
  expect(await readsWhole(() => remarksOf(db, ids))).toEqual([])
  expect(await readsWhole(() => snoozesOf(db, trades))).toEqual([])
  expect(await readsWhole(() => systemAlertsPage(db, null, { first: 5 }))).toEqual([])
  expect((await alertsOfTrades(db, trades)).size).toBe(50)
  const dead = (await deliveriesPage(db, { states: ['DEAD'] }, { first: 1 })).edges[0]?.node
  expect(await sendAgain(db, dead?.id ?? 0, 0)).toMatchObject({ state: 'WAITING' })
})

test('what waits for a channel is read from an index, the most urgent first', async () => {
  await db.pool.query(
    `insert into deliveries (subject, channel, alert_id, urgency, due_at, created_at)
     select 'alert:waits-' || n, 'pigeon', 'alert-' || n % 60 || '-0', n % 3, now(), now() from generate_series(0, 29999) as n`,
  )
  await db.pool.query('analyze deliveries')
  const plans = (await plansOf(db, () => waitingFor(db, 'pigeon'))).map((lines) => lines.join('\n')).filter((plan) => plan.includes('deliveries'))
  expect(plans[0]).toMatch(/deliveries_waiting/)
  expect(plans[0]).not.toMatch(/Seq Scan on deliveries/)
  const seen = await waitingFor(db, 'pigeon')
  expect([seen.length, ...new Set(seen.map(({ id }) => id % 3))]).toEqual([1_000, (seen[0]?.id ?? 0) % 3])
})

test('fifty alerts with deliveries, remarks and rules take as many statements as five', async () => {
  const counted = async (first: number) => {
    const { pool } = db
    const query = pool.query.bind(pool)
    let count = 0
    pool.query = ((...given: Parameters<typeof query>) => {
      count++
      return query(...given)
    }) as typeof pool.query
    try {
      const asked = `{ alerts(first: ${first}) { nodes { id acknowledgedAt comments { text } deliveries { id state channel alert { id } systemAlert { id } } trade { id distances { ruleId percent } } } } }`
      const { alerts } = (await server.ask(asked)) as { alerts: { nodes: unknown[] } }
      expect(alerts.nodes).toHaveLength(first)
    } finally {
      pool.query = query
    }
    return count
  }
  expect(await counted(50)).toBe(await counted(5))
})
