// Another login of the same user takes the prices away (10197): what the recorder says when it is blind for that.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import { blindFor } from '#core/system-alert.ts'
import type { AnyFact } from '#core/facts.ts'
import { parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openDesk } from '#src/desk.ts'
import { systemAlerts } from '#store/system-alerts.ts'
import { openTestDatabase } from './database.ts'
import { makeHome } from './process.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const HOURS = { timeZone: 'US/Eastern', liquidHours: '20261120:0930-20261120:1600' }
const WHY = '10197 No market data during competing live session (competing session: close the other login of this user)'

test('blind because of another login: the alarm says so, and what to do', { timeout: 60_000 }, async () => {
  await using db = await openTestDatabase()
  await using home = await makeHome()
  const faults = parseFaults('{"at":"2026-11-20T15:00:20Z","fault":"competing-session","forMs":3600000}', T0, T0 + 3_600_000)
  if ('refused' in faults) throw new Error(faults.refused)
  async function* facts(): AsyncGenerator<AnyFact> {
    yield { ...{ kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' }, ...HOURS }
    yield { kind: 'execution', executionId: 'a.b.01.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '180', at: T0, permId: '71' }
    for (let i = 1; i < 4_000; i++) yield { kind: 'mark', conId: 8314, price: 180 + (i % 9) / 100, at: T0 + i * 250 }
  }
  const gateway = await openGateway({ ...{ port: 0, accounts: ['DU1'], facts: facts(), conflateMs: 0, speed: 20, hostNow: clock.monotonic }, faults })
  try {
    const config = readConfig({ DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_LANG: 'en', TWS_PORT: String(gateway.port) })
    await using _desk = await openDesk({
      ...{ config, roles: new Set(['live'] as const), clock, log: () => {} },
      openBroker: (instruments) => openTws({ host: '127.0.0.1', port: config.tws.port, clientId: 0, clock, instruments }),
    })
    await expect.poll(() => systemAlerts(db), { timeout: 40_000 }).toMatchObject([{ kind: 'BLIND', details: ['IBM', WHY] }])
  } finally {
    await gateway.close()
  }
})

test('one reason of many contracts is said once, after their names', () => {
  const blind = (symbol: string, reason: string | null) => ({ symbol, hours: HOURS, lastHeardAt: T0, reason })
  expect(blindFor([blind('NVDA', WHY), blind('IBM', WHY), blind('SAP', null)], T0 + 60_000)?.details).toEqual(['IBM', 'NVDA', 'SAP', WHY])
})
