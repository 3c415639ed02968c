// The states of the broker's session as facts: what a desk keeps of them, who reads them and who does not.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import type { AnyFact, SessionChange } from '#core/facts.ts'
import { States } from '#live/states.ts'
import { parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import type { BrokerState, BrokerStatus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openDesk } from '#src/desk.ts'
import { factsOf, sessionChanges } from '#store/facts.ts'
import { openTestDatabase } from './database.ts'
import { eventually, excursion, makeHome } from './process.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')

function* tape(): Generator<AnyFact> {
  yield { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' }
  yield { kind: 'execution', executionId: 'a.b.01.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '180', at: T0, permId: '71' }
  for (let i = 1; i < 1_600; i++) yield { kind: 'mark', conId: 8314, price: 180 + (i % 9) / 100, at: T0 + i * 250 }
}

test('every change of the session is a fact with its reason: doctor shows the last ones, whoever folds or exports never meets them', {
  timeout: 90_000,
}, async () => {
  await using home = await makeHome()
  const db = await openTestDatabase()
  const faults = parseFaults('{"at":"2026-11-20T15:00:40Z","fault":"restart"}', T0, T0 + 100_000)
  if ('refused' in faults) throw new Error(faults.refused)
  async function* facts() {
    yield* tape()
  }
  const gateway = await openGateway({ ...{ port: 0, accounts: ['DU1'], facts: facts(), conflateMs: 0, speed: 50, hostNow: clock.monotonic }, faults })
  const env = { DATABASE_URL: db.url, TWS_PORT: String(gateway.port), EXCURSION_HOME: home.path, EXCURSION_LANG: 'en', EXCURSION_PORT: '0' }
  const config = readConfig(env)
  const desk = await openDesk({
    ...{ config, roles: new Set(['live'] as const), clock, demo: true, log: () => {} },
    openBroker: (instruments) => openTws({ host: '127.0.0.1', port: config.tws.port, clientId: config.tws.clientId, clock, instruments }),
  })
  const states = async () => (await sessionChanges(db, 50)).toReversed()
  try {
    await eventually(async () => {
      const all = (await states()).map(({ state }) => state)
      return all.includes('GAP') && all.at(-1) === 'READY'
    })
    await desk.close()
    const told = await states()
    const once = ['HANDSHAKING', 'CATCHING_UP', 'BACKFILLING', 'READY']
    const all = told.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1])
    expect([all[0], ...all.slice(-6)]).toEqual(['CONNECTING', 'GAP', ...once, 'CLOSED'])
    for (const { reason, at } of told) expect([reason.length > 3, Math.abs(at - clock.now()) < 90_000]).toEqual([true, true])
    // What was said while nothing else was to be written stands, too, and no reader of facts is told of it.
    const kinds = new Set((await factsOf(db)).map(({ fact }): string => fact.kind))
    expect([kinds.has('session'), kinds.has('execution')]).toEqual([false, true])

    const exported = excursion(['export', 'tape'], { ...env, EXCURSION_PORT: '4466' })
    expect(await exported.ended).toMatchObject({ code: 0 })
    expect(exported.stdout()).toContain('"kind":"execution"')
    expect(exported.stdout()).not.toContain('"kind":"session"')

    const doctor = excursion(['doctor', '--json'], { ...env, EXCURSION_PORT: '4466' })
    await doctor.ended
    const findings = doctor
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { what: string; found: string })
    const session = findings.filter(({ what }) => what === 'session').map(({ found }) => found)
    expect(session).toHaveLength(5)
    expect(session.at(-1)).toMatch(/^closed since 20.*: closed$/)
    expect(session.at(-2)).toMatch(/^ready since 20.*: caught up$/)

    const rebuilt = excursion(['rebuild'], { ...env, EXCURSION_PORT: '4466' })
    expect(await rebuilt.ended).toMatchObject({ code: 0 })
    expect((await states()).length).toBe(told.length)
  } finally {
    await desk.close()
    await gateway.close()
    await db.close()
  }
})

test('a night of attempts is written down once, not once an attempt; what comes after it is a change again', () => {
  const kept: SessionChange[] = []
  const states = new States((change) => kept.push(change), clock)
  const say = (state: BrokerState, reason: string) => states.hear({ name: 'tws', state, reason } as BrokerStatus)
  say('READY', 'caught up')
  for (let attempt = 0; attempt < 5_000; attempt++) {
    say('GAP', 'the socket closed')
    say('HANDSHAKING', 'the broker took the connection')
  }
  say('READY', 'caught up')
  say('GAP', 'the socket closed')
  expect(kept.map(({ state }) => state)).toEqual(['READY', 'GAP', 'HANDSHAKING', 'READY', 'GAP'])
  for (let attempt = 0; attempt < 5_000; attempt++) say('GAP', `nobody answered, attempt ${attempt}`)
  expect(kept.length).toBeLessThan(60)
})
