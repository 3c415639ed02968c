// What a trader edits and tries out without waiting for the market: rules taken away, rules tried on a trade, alerts acknowledged, commented and snoozed,
// dead letters sent again; over GraphQL, down to the receiver.
import { expect, test } from 'vitest'
import { effectsOf } from '#core/delivery.ts'
import { STARTER_RULES } from '#core/rules.ts'
import { openDeliverRoom } from '#jobs/deliver.ts'
import { rehearse } from '#jobs/rehearse.ts'
import { DRIVERS } from '#notify/channels.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { rulesOf, saveRule, seedRules } from '#store/decisions.ts'
import { deliveriesOfAlerts } from '#store/deliveries.ts'
import { rowsOf } from '#store/sql.ts'
import { openDelivering } from './delivering.ts'
import { answers, ok, openReceiver, type Receiver } from './receiver.ts'
import { aTrade, anAlert, tradeIdOf } from './rows.ts'
import { openTestServer, type TestServer } from './server.ts'

const hookEnv = (receiver: Receiver) => ({ WEBHOOK_URL: `${receiver.url}/hook`, WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' })

async function mutate(server: TestServer, name: string, fields: string, input: object): Promise<Record<string, unknown>> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  const answer = await server.ask(`mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code path } } }`, { input })
  return answer[name] as Record<string, unknown>
}

async function openServer(receiver: Receiver): Promise<TestServer> {
  const holder: { server?: TestServer } = {}
  const env = { EXCURSION_LANG: 'en', ALLOW_PRIVATE_WEBHOOKS: 'true', PRIVACY: 'percent', ACCOUNT_ALIASES: 'DU1:main', ...hookEnv(receiver) }
  const server = await openTestServer({
    rehearse: {
      sends: true,
      async try(rule, trade, tier, send) {
        const room = await openDeliverRoom({ db: (holder.server as TestServer).db, config: readConfig(env, DRIVERS), clock, log: () => {} })
        return rehearse(room, rule, trade, tier, send)
      },
    },
  })
  holder.server = server
  return server
}

test('a rule is tried on a trade: its words, its channels, and a message that says it is a test and nothing that is to stay here', async () => {
  await using hook = await openReceiver()
  await using server = await openServer(hook)
  await server.store({ trades: [aTrade(0, 1, { lastPrice: '177.62', grossPnl: '-549', mode: 'PAPER' })] })
  await saveRule(server.db, { id: 'hard-stop', body: { id: 'hard-stop', kind: 'MAE_STOP', pct: '3', scope: { sides: ['SHORT'] } }, enabled: false }, 0)
  const fields = 'rehearsal { concerns title lines channels sent { channel accepted said } }'
  const input = { id: 'hard-stop', tradeId: tradeIdOf(0) }
  const said = { concerns: false, title: 'TEST: PAPER IBM −3.0 %: hard stop', channels: ['webhook'] }
  expect(await mutate(server, 'testRule', fields, input)).toMatchObject({ rehearsal: { ...said, sent: [] }, userErrors: [] })
  expect(hook.requests).toHaveLength(0)
  expect(await mutate(server, 'testRule', fields, { ...input, send: true })).toMatchObject({
    rehearsal: { ...said, sent: [{ channel: 'webhook', accepted: true, said: 'answered 200: ok' }] },
  })
  expect(JSON.parse(hook.requests[0]?.body ?? '')).toMatchObject({ data: { title: said.title, test: true } })
  expect(hook.requests[0]?.body).not.toMatch(/DU1|177\.62|549/)
  // How many a share is would tell the size of the position: where only percentages may leave, it stays here.
  const body = { id: 'scale-out', kind: 'MFE_TARGET', tiers: [{ pct: '5', take: '1/3' }] }
  await saveRule(server.db, { id: body.id, body, enabled: true }, 0)
  const target = await mutate(server, 'testRule', fields, { ...input, id: body.id, send: true })
  expect(target).toMatchObject({ rehearsal: { concerns: true, title: expect.stringMatching(/: target 1 \(take 1\/3\)$/) } })
  expect(hook.requests.at(-1)?.body).not.toContain('takeQuantity')
  hook.behave(answers(500))
  expect(await mutate(server, 'testRule', fields, { ...input, send: true })).toMatchObject({ rehearsal: { sent: [{ accepted: false, said: 'answered 500' }] } })
  // Nothing of it is stored but that it was done.
  expect(await rowsOf(server.db.pool, 'select 1 from alerts union all select 1 from deliveries union all select 1 from outbox')).toEqual([])
  expect(await rowsOf(server.db.pool, "select who from audit where what = 'rule tested'")).toEqual([
    { who: 'loopback' },
    { who: 'loopback' },
    { who: 'loopback' },
  ])
  expect(await mutate(server, 'testRule', 'rehearsal { title }', { ...input, tier: 1 })).toMatchObject({ userErrors: [{ path: ['input', 'tier'] }] })
  expect(await mutate(server, 'testRule', 'rehearsal { title }', { ...input, id: 'no' })).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] })
})

test('a rule that was taken away is gone for good, unless somebody writes it anew; its versions go on', async () => {
  await using server = await openTestServer()
  await saveRule(server.db, { id: 'trail', body: { id: 'trail', kind: 'TRAILING_STOP', pct: '2' }, enabled: true }, 0)
  expect(await mutate(server, 'deleteRule', 'id', { id: 'trail' })).toEqual({ id: 'trail', userErrors: [] })
  expect(await server.ask('{ alertRules { id } }')).toEqual({ alertRules: [] })
  await seedRules(
    server.db,
    STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: true })),
  )
  expect((await rulesOf(server.db)).map(({ id }) => id)).not.toContain('trail')
  for (const id of ['trail', 'never'])
    expect(await mutate(server, 'deleteRule', 'id', { id })).toMatchObject({ id: null, userErrors: [{ code: 'NOT_FOUND', path: ['input', 'id'] }] })
  expect(await mutate(server, 'setRuleEnabled', 'rule { id }', { id: 'trail', enabled: true })).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] })
  const again = { id: 'trail', kind: 'TRAILING_STOP', pct: '1' }
  expect(await mutate(server, 'saveRule', 'rule { version pct }', again)).toEqual({ rule: { version: 3, pct: '1' }, userErrors: [] })
})

test('acknowledged, commented: kept once each, in order, and shown with the alert', async () => {
  await using server = await openTestServer()
  await server.store({ trades: [aTrade(0, 1)], alerts: [anAlert(0, 0, 2)] })
  const fields = 'alert { acknowledgedAt comments { text } }'
  const first = (await mutate(server, 'acknowledgeAlert', fields, { alertId: 'alert-0-0' })) as { alert: { acknowledgedAt: string } }
  expect(Date.parse(first.alert.acknowledgedAt)).toBeGreaterThan(0)
  expect(await mutate(server, 'acknowledgeAlert', fields, { alertId: 'alert-0-0' })).toEqual(first)
  await mutate(server, 'commentAlert', fields, { alertId: 'alert-0-0', text: 'too tight' })
  expect(await mutate(server, 'commentAlert', fields, { alertId: 'alert-0-0', text: 'sold' })).toMatchObject({
    alert: { ...first.alert, comments: [{ text: 'too tight' }, { text: 'sold' }] },
  })
  expect(await mutate(server, 'commentAlert', fields, { alertId: 'alert-0-0', text: ' ' })).toMatchObject({
    alert: null,
    userErrors: [{ code: 'BAD_USER_INPUT' }],
  })
  expect(await rowsOf(server.db.pool, "select what from audit where subject = 'alert-0-0' order by id")).toEqual(
    ['acknowledge', 'comment', 'comment'].map((what) => ({ what })),
  )
})

test('a snoozed trade: what it has to say is stored, and goes out as soon as somebody ends the snooze', async () => {
  await using hook = await openReceiver()
  await using server = await openTestServer()
  await using delivering = await openDelivering(server.db, hookEnv(hook))
  await server.store({ trades: [aTrade(0, 1)] })
  const until = new Date(clock.now() + 3_600_000).toISOString()
  const snoozed = await mutate(server, 'snoozeTrade', 'trade { snoozedUntil }', { tradeId: tradeIdOf(0), until })
  expect(snoozed).toEqual({ trade: { snoozedUntil: until }, userErrors: [] })
  const alerts = [anAlert(0, 0, 2, { raisedAt: clock.now() }), anAlert(0, 1, 3, { severity: 'critical', raisedAt: clock.now() })]
  await commitBatch(server.db, { ...EMPTY_BATCH, alerts, outbox: effectsOf(alerts) })
  const state = async (id: string) => (await deliveriesOfAlerts(server.db, [id])).get(id)?.map((one) => one.state)
  // What is critical and news goes out; the rest waits.
  await expect.poll(() => state('alert-0-1'), { timeout: 10_000 }).toEqual(['SENT'])
  await delivering.sweep()
  expect([await state('alert-0-0'), hook.requests.length]).toEqual([['WAITING'], 1])
  expect(await mutate(server, 'snoozeTrade', 'trade { snoozedUntil }', { alertId: 'alert-0-0', until: null })).toEqual({
    trade: { snoozedUntil: null },
    userErrors: [],
  })
  await expect.poll(() => state('alert-0-0'), { timeout: 10_000 }).toEqual(['SENT'])
  expect(hook.requests).toHaveLength(2)
  for (const bad of [{ tradeId: tradeIdOf(0), until: '2020-01-01T00:00:00Z' }, { until }, { tradeId: tradeIdOf(0), alertId: 'alert-0-0', until }])
    expect(await mutate(server, 'snoozeTrade', 'trade { id }', bad)).toMatchObject({ trade: null, userErrors: [{ code: 'BAD_USER_INPUT' }] })
})

test('a dead letter is seen with its trouble, and sent again at once; another one is not', async () => {
  await using hook = await openReceiver(answers(410))
  await using server = await openTestServer()
  await using _delivering = await openDelivering(server.db, hookEnv(hook))
  const alerts = [anAlert(0, 0, 2)]
  await commitBatch(server.db, { ...EMPTY_BATCH, trades: [aTrade(0, 1)], alerts, outbox: effectsOf(alerts) })
  const query = '{ deliveries(filter: { states: [DEAD] }) { nodes { id channel state attempts failure trouble messageId alert { id deliveries { state } } } } }'
  const dead = async () => ((await server.ask(query)) as { deliveries: { nodes: { id: string }[] } }).deliveries.nodes
  await expect
    .poll(dead, { timeout: 10_000 })
    .toMatchObject([
      { channel: 'webhook', attempts: 1, failure: 'permanent', trouble: 'answered 410', alert: { id: 'alert-0-0', deliveries: [{ state: 'DEAD' }] } },
    ])
  hook.behave(ok)
  const [{ id = '' } = {}] = await dead()
  expect(await mutate(server, 'sendAgain', 'delivery { state attempts failure }', { id })).toEqual({
    delivery: { state: 'WAITING', attempts: 0, failure: null },
    userErrors: [],
  })
  await expect
    .poll(() => server.ask('{ deliveries { nodes { state failure trouble } } }'), { timeout: 10_000 })
    .toEqual({
      deliveries: { nodes: [{ state: 'SENT', failure: null, trouble: null }] },
    })
  expect(new Set(hook.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  for (const [bad, code] of [
    [id, 'BAD_USER_INPUT'],
    ['999', 'NOT_FOUND'],
    ['x', 'NOT_FOUND'],
  ] as const)
    expect(await mutate(server, 'sendAgain', 'delivery { id }', { id: bad })).toMatchObject({ delivery: null, userErrors: [{ code }] })
})
