// What /metrics shows after a day that a whole desk has recorded from a gateway: the very counts that the store shows.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import { openGateway } from '#sim/gateway.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openDesk } from '#src/desk.ts'
import { rowsOf } from '#store/sql.ts'
import { openTestDatabase } from './database.ts'
import { MADE_ACCOUNTS, MADE_RULES, madeDay, played } from './made-day.ts'
import { eventually } from './process.ts'

/** Samples by their name and labels, as Prometheus reads them. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

test('after a played day the metrics are the counts of the store', { timeout: 120_000 }, async () => {
  const db = await openTestDatabase()
  await using gateway = await openGateway({
    ...{ port: 0, facts: played(madeDay(3).facts), accounts: MADE_ACCOUNTS, speed: 3_600, conflateMs: 0, lockstep: true, hostNow: clock.monotonic },
  })
  const config = readConfig({ DATABASE_URL: db.url, TWS_PORT: String(gateway.port), EXCURSION_HOME: '/nowhere', EXCURSION_LANG: 'en', EXCURSION_PORT: '0' })
  const desk = await openDesk({
    ...{ config, roles: new Set(['live', 'api', 'worker'] as const), clock, rules: MADE_RULES, demo: true, log: () => {} },
    openBroker: (instruments) => openTws({ host: '127.0.0.1', port: config.tws.port, clientId: config.tws.clientId, clock, instruments }),
  })
  try {
    await gateway.ended
    const scrape = async () => samplesOf(await (await fetch(new URL('/metrics', desk.url ?? ''))).text())
    const facts = () => rowsOf<{ kind: string; count: number }>(db.pool, 'select kind, count(*) as count from facts group by kind order by kind')
    const [marks, refused] = ['select count(*) as count from marks', 'select count(*) as count from refused_marks']
    const countOf = async (statement = '') => (await rowsOf<{ count: number }>(db.pool, statement))[0]?.count ?? 0
    // Settled: everything told is committed, and a look at the store twice sees the same.
    await eventually(async () => {
      await desk.settled()
      const before = await countOf(marks)
      await desk.settled()
      return before > 0 && before === (await countOf(marks)) && (await scrape()).get('excursion_inbox_waiting') === 0 ? true : null
    })
    const samples = await scrape()
    for (const { kind, count } of await facts()) expect([kind, samples.get(`excursion_facts_total{kind="${kind}"}`)]).toEqual([kind, count])
    expect(samples.get('excursion_ticks_total{judged="taken"}')).toBe(await countOf(marks))
    expect(samples.get('excursion_ticks_total{judged="refused"}') ?? 0).toBe(await countOf(refused))
    expect(samples.get('excursion_lag_seconds_count')).toBeGreaterThan(0)
    expect(samples.get('excursion_ticks_conflated_total')).toBe(0)
    expect(samples.get('excursion_queue_jobs{queue="ingest",state="failed"}')).toBe(0)
    await fetch(desk.url ?? '', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"query Look { brokers { state } }"}' })
    expect((await scrape()).get('excursion_graphql_operations_total{kind="query",operation="Look",outcome="ok"}')).toBe(1)
  } finally {
    await desk.close()
    await db.close()
  }
})
