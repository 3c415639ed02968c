// The service in more than one process: each role does its part, whoever does the others.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import { clock, clockThatReads } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openDesk } from '#src/desk.ts'
import { systemAlerts } from '#store/system-alerts.ts'
import { openTestDatabase } from './database.ts'
import { freePort, makeHome } from './process.ts'

test('a process that only listens says itself that nobody lets it in: the one that delivers cannot know', { timeout: 60_000 }, async () => {
  await using db = await openTestDatabase()
  await using home = await makeHome()
  const config = readConfig({ DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_LANG: 'en', TWS_PORT: String(await freePort()) })
  let passed = 0
  const later = clockThatReads(() => clock.now() + passed, clock.monotonic)
  await using _desk = await openDesk({
    ...{ config, roles: new Set(['live'] as const), clock: later, log: () => {} },
    openBroker: (instruments) => openTws({ host: '127.0.0.1', port: config.tws.port, clientId: 0, clock: later, instruments }),
  })
  passed = 200_000
  await expect.poll(() => systemAlerts(db), { timeout: 20_000 }).toMatchObject([{ kind: 'LOGIN_NEEDED', until: null }])
})

test('a process that only answers says that its subscriptions tell nothing new', { timeout: 60_000 }, async () => {
  await using db = await openTestDatabase()
  await using home = await makeHome()
  const config = readConfig({ DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_LANG: 'en', EXCURSION_PORT: String(await freePort()) })
  const said: string[] = []
  await using desk = await openDesk({
    ...{ config, roles: new Set(['api'] as const), clock, log: (line) => void said.push(line) },
    openBroker: () => {
      throw new Error('it has no broker')
    },
  })
  expect(desk.url).toContain('/graphql')
  expect(said).toContain('this process records nothing (no role live): queries are answered, subscriptions tell nothing new')
})
