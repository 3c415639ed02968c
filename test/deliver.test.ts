// From the commit of an alert to the receiver and back: real tables, real queues, real servers. What is told, how often, in which words, and what becomes of
// it when a receiver misbehaves.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { effectsOf } from '#core/delivery.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { alertsOf } from '#store/alerts.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { saveRule } from '#store/decisions.ts'
import { claim, createDeliveries, deadLetters, type Delivery, deliveriesOfAlerts, failingChannels, markDead, sendAgain, waitingFor } from '#store/deliveries.ts'
import { systemAlerts, writeSystemChanges } from '#store/system-alerts.ts'
import { openVigil } from '#jobs/vigil.ts'
import { openHeartbeat } from '#jobs/heartbeat.ts'
import type { BrokerStatus } from '#src/bus.ts'
import { clock, clockThatReads } from '#src/clock.ts'
import { openMetrics } from '#src/metrics.ts'
import { openTestDatabase } from './database.ts'
import { openDelivering } from './delivering.ts'
import { answers, hang, ok, openReceiver, type Received, type Receiver } from './receiver.ts'
import { aTrade, anAlert } from './rows.ts'
import { READY } from './server.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const slackEnv = (receiver: Receiver) => ({ SLACK_WEBHOOK_URL: `${receiver.url}/slack` })
const hookEnv = (receiver: Receiver) => ({ WEBHOOK_URL: `${receiver.url}/hook`, WEBHOOK_SECRET: SECRET })
const smsEnv = (receiver: Receiver) => ({
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+14155550100',
  SMS_TO: '+14155550123',
  TWILIO_BASE_URL: receiver.url,
})

/** What the writer does: alerts, what they are of and the order to tell them, in one transaction. */
async function raise(db: Database, alerts: readonly StoredAlert[], trades: readonly StoredTrade[] = []): Promise<void> {
  await commitBatch(db, { ...EMPTY_BATCH, alerts, trades, outbox: effectsOf(alerts) })
}

const titleOf = (request: Received | undefined) => (JSON.parse(request?.body ?? '{}') as { data: { title: string } }).data.title
const textOf = (request: Received | undefined) => (JSON.parse(request?.body ?? '{}') as { text: string }).text

async function settled(
  db: Database,
  ids: readonly string[],
  holds: (rows: readonly Delivery[]) => boolean = (rows) => rows.every(isOver),
): Promise<Delivery[]> {
  let rows: Delivery[] = []
  await expect
    .poll(
      async () => {
        rows = [...(await deliveriesOfAlerts(db, ids)).values()].flat()
        return rows.length > 0 && holds(rows)
      },
      { timeout: 20_000, interval: 20 },
    )
    .toBe(true)
  return rows
}

const isOver = ({ state }: Delivery) => state === 'SENT' || state === 'DEAD' || state === 'SHARED'

const stop = (n: number, more: Partial<StoredAlert> = {}) =>
  anAlert(n, 0, n, { id: `stop-${n}`, ruleId: 'hard-stop', severity: 'critical', price: '177.62', pct: '-3.0', symbol: 'NVDA', conId: 100 + n, ...more })
const trade = (n: number, more: Partial<StoredTrade> = {}) =>
  aTrade(n, n, { symbol: 'NVDA', mode: 'PAPER', lastPrice: '177.62', grossPnl: '-549', conId: 100 + n, ...more })

describe('an alert', () => {
  test('committed with its fact it reaches every channel once, committed again or not', async () => {
    await using db = await openTestDatabase()
    await using slack = await openReceiver()
    await using hook = await openReceiver()
    await using sms = await openReceiver(answers(201, {}, '{"sid":"SM1","status":"queued"}'))
    await using _delivering = await openDelivering(db, { ...slackEnv(slack), ...hookEnv(hook), ...smsEnv(sms) })
    await raise(db, [stop(1)], [trade(1)])
    await raise(db, [stop(1, { seq: 5 })])
    expect((await settled(db, ['stop-1'])).map(({ channel, state, attempts }) => [channel, state, attempts])).toEqual([
      ['slack', 'SENT', 1],
      ['sms', 'SENT', 1],
      ['webhook', 'SENT', 1],
    ])
    await raise(db, [stop(1, { seq: 6, price: '177.6' }), stop(2)])
    await settled(db, ['stop-2'])
    expect([slack, sms, hook].map(({ requests }) => requests.length)).toEqual([2, 2, 2])
    expect(textOf(slack.requests[0])).toContain('PAPER NVDA −3.0 %: hard stop')
    expect(textOf(slack.requests[0])).toContain('long, at 177.62, 09:31:01 America/New_York, DU1')
    expect(new Webhook(SECRET).verify(hook.requests[0]?.body ?? '', hook.requests[0]?.headers ?? {})).toMatchObject({
      data: { severity: 'critical', alerts: [{ ruleId: 'hard-stop', account: 'DU1', price: '177.62', mode: 'PAPER' }] },
    })
  })

  test('many rules at one mark are one message; info and warnings do not go by SMS, nor where the rule names other channels', async () => {
    await using db = await openTestDatabase()
    await using slack = await openReceiver()
    await using sms = await openReceiver()
    await saveRule(db, { id: 'quiet-one', body: { id: 'quiet-one', channels: ['webhook'] }, enabled: true }, 0)
    await using _delivering = await openDelivering(db, { ...slackEnv(slack), ...smsEnv(sms) })
    const at = stop(1).at
    await raise(
      db,
      [
        stop(1),
        anAlert(1, 0, 2, { id: 'trail', ruleId: 'trail', at, conId: 101, symbol: 'NVDA', pct: '-3.0' }),
        anAlert(1, 0, 3, { id: 'give', ruleId: 'giveback', at, conId: 101, symbol: 'NVDA', pct: '-3.0' }),
        anAlert(2, 0, 4, { id: 'quiet', ruleId: 'quiet-one', severity: 'critical' }),
      ],
      [trade(1)],
    )
    await settled(db, ['stop-1', 'trail', 'give'])
    expect(slack.requests).toHaveLength(1)
    expect(textOf(slack.requests[0])).toContain('PAPER NVDA −3.0 %: hard stop, trailing, giveback')
    await expect.poll(() => sms.requests.length).toBe(1)
    expect(new URLSearchParams(sms.requests[0]?.body).get('Body')).toContain('PAPER NVDA -3.0 %: hard stop')
    expect((await deliveriesOfAlerts(db, ['quiet'])).get('quiet')).toEqual([])
  })

  test('two hundred at once are one digest with a list', async () => {
    await using db = await openTestDatabase()
    await using slack = await openReceiver()
    const many = Array.from({ length: 200 }, (_, n) => stop(n, { symbol: `S${n}` }))
    await raise(
      db,
      many,
      many.map((_, n) => trade(n)),
    )
    await using _delivering = await openDelivering(db, slackEnv(slack))
    await settled(
      db,
      many.map(({ id }) => id),
    )
    expect(slack.requests).toHaveLength(1)
    expect(textOf(slack.requests[0])).toContain('PAPER 200 alerts: S0, S1')
  })

  test('late ones go out in a digest only; withdrawn before it was sent it is not sent, and is if it stands again', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver()
    await raise(
      db,
      [stop(1, { state: 'LATE' }), stop(2, { state: 'ALREADY_BEYOND' }), stop(3, { state: 'MISSED' }), stop(4)],
      [trade(1), trade(2), trade(3), trade(4)],
    )
    await commitBatch(db, { ...EMPTY_BATCH, alerts: [stop(4, { state: 'WITHDRAWN' })] })
    await using _delivering = await openDelivering(db, hookEnv(hook))
    await settled(db, ['stop-1', 'stop-2', 'stop-3'])
    expect(hook.requests.map((request) => JSON.parse(request.body).type)).toEqual(['digest.raised'])
    expect(titleOf(hook.requests[0])).toBe('PAPER 2 alerts: NVDA')
    expect(hook.requests[0]?.body).toContain('[late]')
    expect(hook.requests[0]?.body).toContain('[already beyond]')
    expect(await alertsOf(db, { ids: ['stop-3'] })).toMatchObject([{ state: 'MISSED' }])
    await raise(db, [stop(4)])
    await raise(db, [stop(5)])
    await settled(db, ['stop-4', 'stop-5'], (rows) => rows.length === 2 && rows.every(isOver))
    expect(hook.requests).toHaveLength(3)
  })

  test('its text is made when it is sent: a trade closed meanwhile reads so, in either language', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver(answers(503))
    await raise(db, [stop(1)], [trade(1)])
    const delivering = await openDelivering(db, hookEnv(hook), { firstRetryMs: 200 })
    await expect.poll(() => hook.requests.length).toBeGreaterThan(0)
    await commitBatch(db, {
      ...EMPTY_BATCH,
      trades: [trade(1, { status: 'CLOSED', closedAt: trade(1).openedAt + 9_000, exitPrice: '177.43', openQuantity: '0', seq: 9 })],
    })
    hook.behave(ok)
    await settled(db, ['stop-1'])
    expect(titleOf(hook.requests[0])).toBe('PAPER NVDA −3.0 %: hard stop')
    expect(titleOf(hook.requests.at(-1))).toBe('PAPER NVDA closed −3.1 %: hard stop')
    expect(new Set(hook.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    await delivering[Symbol.asyncDispose]()
    await saveRule(db, { id: 'hard-stop', body: { id: 'hard-stop', kind: 'MAE_STOP' }, enabled: true }, 0)
    await using zh = await openReceiver()
    await using _other = await openDelivering(db, { ...slackEnv(zh), EXCURSION_LANG: 'zh' })
    await raise(db, [stop(1, { id: 'stop-zh', tier: 1 })])
    await expect.poll(() => zh.requests.length, { timeout: 10_000 }).toBe(1)
    expect(textOf(zh.requests[0])).toContain('PAPER NVDA 已止损 −3.1 %：硬止损 2')
  })

  test('accounts go by their aliases and no amount leaves where only percentages may', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver()
    await using slack = await openReceiver()
    const env = { ...hookEnv(hook), ...slackEnv(slack), ACCOUNT_ALIASES: 'DU1:main,DU12:other', PRIVACY: 'percent' }
    await using _delivering = await openDelivering(db, env)
    // Of the third the trade is no longer known.
    await raise(db, [stop(1), stop(2, { state: 'LATE' }), stop(3, { state: 'LATE' })], [trade(1), trade(2)])
    const details = ['NVDA DU1: 4711 / 4712', 'IBM DU12: 4711 / 4712']
    await writeSystemChanges(db, { began: [{ kind: 'BROKER_DISAGREES', subject: '', since: 0, details }], over: [] })
    await settled(db, ['stop-1', 'stop-2', 'stop-3'])
    await expect.poll(() => hook.requests.length).toBe(3)
    const told = [...hook.requests, ...slack.requests].map(({ body }) => body).join('\n')
    expect(told).toContain('NVDA main, IBM other')
    expect(told).toContain('NVDA hard stop −3.0 %')
    expect(told).not.toMatch(/DU1|main2|177\.62|549|183\.11|471/)
  })
})

describe('words of the user’s own', () => {
  test('a template in EXCURSION_HOME goes before ours; one that breaks keeps no alert from its reader', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver()
    const home = await mkdtemp(join(tmpdir(), 'excursion-words-'))
    await using _gone = { [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) }
    await mkdir(join(home, 'templates/en'), { recursive: true })
    const file = join(home, 'templates/en/alert-message.txt.hbs')
    for (const [round, template, title] of [
      [1, 'MINE {{label}} {{pct}}', 'MINE NVDA −3.0 %'],
      [2, '{{#if label}} {{nothing.such}}', 'NVDA hard-stop'],
    ] as const) {
      await writeFile(file, template)
      await using _delivering = await openDelivering(db, { ...hookEnv(hook), EXCURSION_HOME: home })
      await raise(db, [stop(round)], [trade(round)])
      await settled(db, [`stop-${round}`])
      expect(titleOf(hook.requests.at(-1))).toBe(title)
    }
  })
})

test('two processes that deliver tell every alert once', async () => {
  await using db = await openTestDatabase()
  await using hook = await openReceiver()
  await using _first = await openDelivering(db, hookEnv(hook))
  await using _second = await openDelivering(db, hookEnv(hook))
  const alerts = Array.from({ length: 20 }, (_, n) => stop(n))
  for (const alert of alerts) await raise(db, [alert])
  const ids = alerts.map(({ id }) => id)
  await settled(db, ids, (rows) => rows.length === 20 && rows.every(isOver))
  const told = hook.requests.flatMap(({ body }) => (JSON.parse(body) as { data: { alerts: { id: string }[] } }).data.alerts.map(({ id }) => id))
  expect(told.toSorted()).toEqual(ids.toSorted())
})

test('whatever was withdrawn before it went out, however much of it, keeps nothing that stands from its reader', async () => {
  await using db = await openTestDatabase()
  const manners = { kind: 'webhook', least: 'info', prompt: 'info', quiet: false } as const
  const withdrawn = Array.from({ length: 1_000 }, (_, n) => stop(n, { tradeId: `ORDER:DU1:8314:w${n}` }))
  await raise(db, withdrawn)
  await createDeliveries(db, [manners], 1)
  await commitBatch(db, { ...EMPTY_BATCH, alerts: withdrawn.map((alert) => ({ ...alert, state: 'WITHDRAWN' })) })
  await raise(db, [stop(2_000)])
  await createDeliveries(db, [manners], 2)
  const waiting = await waitingFor(db, 'webhook')
  expect(waiting.map(({ about }) => about.kind === 'alert' && about.alert.id)).toEqual(['stop-2000'])
})

test('however much is held back, the critical and the recorder’s own troubles are seen, and what was tried before is seen whole; in the order of their ids', async () => {
  await using db = await openTestDatabase()
  const manners = { kind: 'slack', least: 'info', prompt: 'warn', quiet: true } as const
  const held = Array.from({ length: 1_200 }, (_, n) => stop(n, { severity: n % 2 === 0 ? 'info' : 'warn', tradeId: `ORDER:DU1:8314:h${n}` }))
  await raise(db, held)
  await createDeliveries(db, [manners], 1)
  const digest = (await waitingFor(db, 'slack', 1_200)).slice(0, 700).map(({ id }) => id)
  await claim(db.pool, digest, 'msg_digest', 1)
  await db.pool.query(`update deliveries set state = 'WAITING' where state = 'SENDING'`)
  await raise(db, [stop(2_000)])
  await writeSystemChanges(db, { began: [{ kind: 'BLIND', subject: '', since: 1, details: ['NVDA'] }], over: [] })
  await createDeliveries(db, [manners], 2)
  const seen = await waitingFor(db, 'slack', 100)
  expect(seen.filter(({ messageId }) => messageId === 'msg_digest')).toHaveLength(700)
  const fresh = seen.filter(({ messageId }) => messageId === null)
  const said = fresh.map(({ about }) => (about.kind === 'alert' ? about.alert.severity : about.kind))
  expect(said.filter((word) => word !== 'warn')).toEqual(['critical', 'system'])
  expect(seen.map(({ id }) => id)).toEqual(seen.map(({ id }) => id).toSorted((a, b) => a - b))
})

test('a channel that fails says what it met last', async () => {
  await using db = await openTestDatabase()
  await raise(db, [stop(1), stop(2)])
  await createDeliveries(db, [{ kind: 'webhook', least: 'info', prompt: 'info', quiet: false }], 1)
  for (const [n, trouble] of ['found 503', 'found 404'].entries()) {
    await claim(db.pool, [n + 1], `msg_${n}`, 10 + n)
    await markDead(db.pool, [n + 1], { trouble, failure: 'permanent' })
  }
  expect(await failingChannels(db, ['webhook'], 3)).toEqual([{ channel: 'webhook', since: 10, trouble: 'found 404' }])
})

describe('a receiver that', () => {
  test('cannot be reached at the first attempt gets it at the next, however long it was kept back: quiet hours, a sleep', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver((_, answer, count) => void answer.writeHead(count === 1 ? 503 : 200).end())
    await raise(db, [stop(1)])
    await createDeliveries(db, [{ kind: 'webhook', least: 'info', prompt: 'info', quiet: false }], clock.now() - 9 * 3_600_000)
    await using _delivering = await openDelivering(db, hookEnv(hook))
    expect(await settled(db, ['stop-1'])).toMatchObject([{ state: 'SENT', attempts: 2 }])
  })

  test('is not there for so long that nobody wants to hear it any more is not told', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver(answers(503))
    await raise(db, [stop(1)])
    await using _delivering = await openDelivering(db, hookEnv(hook), { ageMsMax: 1 })
    expect(await settled(db, ['stop-1'])).toMatchObject([{ state: 'DEAD', attempts: 2 }])
  })

  test('is dead delays no other', async () => {
    await using db = await openTestDatabase()
    await using slack = await openReceiver(hang)
    await using hook = await openReceiver()
    await using _delivering = await openDelivering(db, { ...slackEnv(slack), ...hookEnv(hook) }, { timeoutMs: 15_000 })
    const alerts = Array.from({ length: 8 }, (_, n) => stop(n))
    for (const alert of alerts) await raise(db, [alert])
    const ids = alerts.map(({ id }) => id)
    const rows = await settled(db, ids, (all) => all.filter(({ channel }) => channel === 'webhook').every(isOver))
    expect(rows.filter(({ channel, state }) => channel === 'slack' && state === 'SENT')).toEqual([])
    slack.behave(ok)
  })

  test('asks to wait is left alone for that long', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver((_, answer, count) => void (count === 1 ? answer.writeHead(429, { 'retry-after': '2' }).end() : answer.end()))
    await using _delivering = await openDelivering(db, hookEnv(hook))
    await raise(db, [stop(1)])
    const [row] = await settled(db, ['stop-1'], (rows) => rows.some(({ trouble }) => trouble !== null))
    expect((row?.dueAt ?? 0) - (row?.attemptedAt ?? 0)).toBeGreaterThanOrEqual(2_000)
    await raise(db, [stop(2)])
    await settled(db, ['stop-1'])
    expect(hook.requests.slice(0, 2).map(({ headers }) => headers['webhook-id'])).toEqual([
      hook.requests[0]?.headers['webhook-id'],
      hook.requests[0]?.headers['webhook-id'],
    ])
  })

  test('takes a message and does not say so gets it again: under the same id where it knows ids, counted as a possible duplicate where not', async () => {
    await using db = await openTestDatabase()
    const once = (_: Received, answer: Parameters<typeof ok>[1], count: number) => void (count === 1 ? undefined : answer.end('ok'))
    await using hook = await openReceiver(once)
    await using slack = await openReceiver(once)
    await using _delivering = await openDelivering(db, { ...hookEnv(hook), ...slackEnv(slack) }, { timeoutMs: 200 })
    await raise(db, [stop(1)])
    const rows = await settled(db, ['stop-1'])
    expect(rows).toMatchObject([
      { channel: 'slack', state: 'SENT', attempts: 2, possibleDuplicates: 1 },
      { channel: 'webhook', state: 'SENT', attempts: 2, possibleDuplicates: 0 },
    ])
    expect(new Set(hook.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  test('refuses makes a dead letter, which can be sent again; the trade order is kept and others go on', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver((received, answer) => void answer.writeHead(received.body.includes('"stop-1"') ? 410 : 200).end('gone'))
    await using _delivering = await openDelivering(db, hookEnv(hook))
    await raise(db, [stop(1)])
    await raise(db, [stop(2)])
    await settled(db, ['stop-1', 'stop-2'])
    const [dead] = await deadLetters(db)
    expect(dead).toMatchObject({ alertId: 'stop-1', state: 'DEAD', attempts: 1, trouble: 'answered 410: gone' })
    hook.behave(ok)
    expect(await sendAgain(db, dead?.id ?? 0, Date.now())).toMatchObject({ state: 'WAITING' })
    expect(await sendAgain(db, 999, Date.now())).toBeNull()
    await raise(db, [stop(3)])
    await settled(db, ['stop-1', 'stop-3'])
    expect(await deadLetters(db)).toEqual([])
    const ids = hook.requests.filter(({ body }) => body.includes('"stop-1"')).map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(1)
  })

  test('fails again and again is given up within its budget', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver(answers(500))
    const outcomes: string[] = []
    const metrics = openMetrics()
    await using _delivering = await openDelivering(
      db,
      hookEnv(hook),
      { attemptsMax: 4, firstRetryMs: 5 },
      () => {},
      (channel, outcome, waitedMs) => {
        outcomes.push(`${channel} ${outcome}`)
        metrics.delivery(channel, outcome, waitedMs)
      },
    )
    await raise(db, [stop(1)])
    expect(await settled(db, ['stop-1'])).toMatchObject([{ state: 'DEAD', attempts: 4, trouble: 'answered 500' }])
    expect(hook.requests).toHaveLength(4)
    expect(outcomes).toEqual(['webhook retry', 'webhook retry', 'webhook retry', 'webhook dead'])
    hook.behave(ok)
    await raise(db, [stop(2)])
    await settled(db, ['stop-2'])
    await expect.poll(() => metrics.text()).toContain('excursion_delivery_attempts_total{channel="webhook",outcome="sent"} 1')
    const counted = await metrics.text()
    expect(counted).toContain('excursion_delivery_attempts_total{channel="webhook",outcome="retry"} 3')
    expect(counted).toContain('excursion_delivery_seconds_count{channel="webhook"} 1')
  })
})

describe('the recorder itself', () => {
  test('blind, then seeing again: one message each, and the levels that were passed meanwhile', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver()
    await using _delivering = await openDelivering(db, { ...hookEnv(hook), EXCURSION_TZ: 'UTC' })
    let now = stop(1).at
    const clock = clockThatReads(() => now)
    let heardAt = now
    const hours = { timeZone: 'UTC', liquidHours: '20261120:0930-20261120:2300' }
    const writer = { held: () => [{ symbol: 'NVDA', hours, lastHeardAt: heardAt }], marketTime: () => now, status: () => READY }
    await using vigil = openVigil({ db, clock, writer, channels: [], everyMs: 3_600_000, onChange: () => {}, log: () => {} })
    const since = now
    for (const passed of [30, 61, 70, 80]) {
      now = since + passed * 1_000
      await vigil.look()
    }
    await expect.poll(() => hook.requests.length).toBe(1)
    expect(titleOf(hook.requests[0])).toBe('PAPER BLIND: trades are open and no price comes, since 14:31: NVDA')
    // What was backfilled: a level passed in the dark.
    await commitBatch(db, { ...EMPTY_BATCH, alerts: [stop(1, { state: 'MISSED', at: since + 30_000 })], trades: [trade(1, { lastPrice: '180.91' })] })
    for (const passed of [90, 150, 220, 300, 400]) {
      now = since + passed * 1_000
      heardAt = now - 1_000
      await vigil.look()
    }
    await expect.poll(() => hook.requests.length).toBe(2)
    expect(titleOf(hook.requests[1])).toBe('PAPER blind 14:31–14:32: NVDA')
    expect(JSON.parse(hook.requests[1]?.body ?? '').data.lines).toEqual(['NVDA passed −3.0 % at 14:31, now −1.2 %'])
    expect(await systemAlerts(db)).toMatchObject([{ kind: 'BLIND', details: ['NVDA'] }])
  })

  test('what was passed in the dark is listed once: by the message that we see again, or where none tells it by a digest that says where it stands now', async () => {
    await using db = await openTestDatabase()
    await using hook = await openReceiver()
    await using _delivering = await openDelivering(db, { ...hookEnv(hook), EXCURSION_TZ: 'UTC' }, { passedMs: 1_500 })
    const passed = async (alert: StoredAlert) =>
      commitBatch(db, { ...EMPTY_BATCH, alerts: [alert], trades: [trade(1, { lastPrice: '180.91' })], outbox: effectsOf([alert], new Set([alert.id])) })
    const { at } = stop(1)
    await passed(stop(1, { state: 'MISSED' }))
    const [began] = [{ kind: 'BLIND' as const, subject: '', since: at - 30_000, details: ['NVDA'] }]
    await writeSystemChanges(db, { began: [began], over: [] })
    const [blind] = await systemAlerts(db)
    if (blind === undefined) throw new Error('expected to be blind')
    await writeSystemChanges(db, { began: [], over: [{ ...blind, until: at - 1_000 }] })
    expect(await settled(db, ['stop-1'])).toMatchObject([{ state: 'SHARED' }])
    // Fetched later still: the same look finds both, and tells what it has not told.
    await passed(stop(1, { id: 'stop-late', ruleId: 'trail', state: 'MISSED', tier: 1 }))
    expect(await settled(db, ['stop-late'])).toMatchObject([{ state: 'SENT' }])
    await writeSystemChanges(db, { began: [began], over: [] })
    const [again] = await systemAlerts(db)
    await writeSystemChanges(db, { began: [], over: [{ ...(again ?? blind), until: at + 1_000 }] })
    await expect.poll(() => hook.requests.length).toBe(5)
    const lines = hook.requests.map(({ body }) => (JSON.parse(body) as { data: { lines: string[] } }).data.lines)
    expect(lines).toEqual([
      [],
      ['NVDA passed −3.0 % at 14:31, now −1.2 %'],
      ['[PAPER] NVDA long: trailing 2 at 177.62 (−3.00 %), 09:31:01 America/New_York, now −1.2 % [missed]'],
      [],
      [],
    ])
  })

  test.each([
    [['DU1', 'DU2'], true],
    [['DU1', 'U2'], false],
    [[], false],
  ])('a session of the accounts %j that is lost: PAPER is said of paper alone: %s', async (accounts, paper) => {
    await using db = await openTestDatabase()
    let status: BrokerStatus = { ...READY, accounts }
    const clock = clockThatReads(() => status.since + 200_000)
    const writer = { held: () => [], marketTime: () => null, status: () => status }
    await using vigil = openVigil({ db, clock, writer, channels: [], everyMs: 3_600_000, onChange: () => {}, log: () => {} })
    await vigil.look()
    status = { ...status, state: 'CONNECTING', accounts: [] }
    await vigil.look()
    expect(await systemAlerts(db)).toMatchObject([{ kind: 'LOGIN_NEEDED', paper }])
  })

  test('nobody tells the time any more: it goes on by the host, whose durations have fractions, and blind is told all the same', async () => {
    await using db = await openTestDatabase()
    const began = stop(1).at
    let passedMs = 0
    const clock = clockThatReads(
      () => began + Math.floor(passedMs),
      () => 1_000.25 + passedMs,
    )
    const hours = { timeZone: 'UTC', liquidHours: '20261120:0930-20261120:2300' }
    const writer = { held: () => [{ symbol: 'NVDA', hours, lastHeardAt: began }], marketTime: () => began, status: () => READY }
    const said: string[] = []
    await using vigil = openVigil({ db, clock, writer, channels: [], everyMs: 3_600_000, onChange: () => {}, log: (line) => said.push(line) })
    for (const ms of [0, 61_000.09, 70_000.37, 80_000.5]) {
      passedMs = ms
      await vigil.look()
    }
    expect(said).toEqual(['BLIND: NVDA'])
    expect(await systemAlerts(db)).toMatchObject([{ kind: 'BLIND', details: ['NVDA'], since: began, until: null }])
  })

  test('a channel that fails is told of by the others, and once again when it works', async () => {
    await using db = await openTestDatabase()
    await using slack = await openReceiver(answers(500))
    await using hook = await openReceiver()
    await using _delivering = await openDelivering(db, { ...hookEnv(hook), ...slackEnv(slack) })
    let passedMs = 0
    await using vigil = openVigil({
      db,
      clock: clockThatReads(() => Date.now() + passedMs),
      writer: null,
      channels: ['slack', 'webhook'],
      everyMs: 20,
      onChange: () => {},
      log: () => {},
    })
    // A hiccup of ten seconds wakes nobody, and its end neither.
    await raise(db, [stop(1)])
    await expect.poll(async () => (await failingChannels(db, ['slack'], 3)).length, { timeout: 15_000 }).toBe(1)
    passedMs = 10_000
    await vigil.look()
    slack.behave(ok)
    await settled(db, ['stop-1'])
    await vigil.look()
    expect(await systemAlerts(db)).toEqual([])
    slack.behave(answers(500))
    await raise(db, [stop(2)])
    await expect.poll(async () => (await failingChannels(db, ['slack'], 3)).length, { timeout: 15_000 }).toBe(1)
    await vigil.look()
    passedMs += 60_000
    await expect.poll(() => hook.requests.length, { timeout: 15_000 }).toBe(3)
    expect(titleOf(hook.requests[2])).toMatch(/^DELIVERY FAILING: messages do not arrive, since \d\d:\d\d: slack answered 500$/)
    slack.behave(ok)
    await expect.poll(() => hook.requests.length, { timeout: 15_000 }).toBe(4)
    expect(titleOf(hook.requests[3])).toContain('messages arrive again')
    await vigil.look()
    expect(hook.requests).toHaveLength(4)
  })

  test('a channel that fails and is taken out of the configuration fails no more: it ends, and says why', async () => {
    await using db = await openTestDatabase()
    await using slack = await openReceiver(answers(500))
    await using hook = await openReceiver()
    const clock = clockThatReads(() => Date.now() + 60_000)
    const said: string[] = []
    const look = async (channels: readonly string[] | null) => {
      await using vigil = openVigil({ db, clock, writer: null, channels, everyMs: 3_600_000, onChange: () => {}, log: (line) => said.push(line) })
      await vigil.look()
      await vigil.look()
    }
    {
      await using _delivering = await openDelivering(db, slackEnv(slack), { attemptsMax: 1 })
      await raise(db, [stop(1)])
      await settled(db, ['stop-1'])
      await look(['slack'])
    }
    expect(said).toEqual(['DELIVERY_FAILING: slack answered 500'])
    // A process that delivers nothing does not know.
    await look(null)
    expect(said).toHaveLength(1)
    await using _delivering = await openDelivering(db, hookEnv(hook))
    await look(['webhook'])
    expect(said.slice(1)).toEqual(['DELIVERY_FAILING: over: slack is not configured any more'])
    expect(await systemAlerts(db)).toMatchObject([{ until: expect.any(Number), details: ['slack answered 500', 'slack is not configured any more'] }])
    await expect
      .poll(() => hook.requests.map(titleOf))
      .toContainEqual(expect.stringMatching(/^their channel is not configured any more; messages did not arrive .*: slack answered 500$/))
  })

  test('the heartbeat goes on while the database answers, and only then', async () => {
    await using receiver = await openReceiver()
    let well = true
    const said: string[] = []
    {
      await using _beat = openHeartbeat({
        url: `${receiver.url}/alive`,
        everyMs: 10,
        isWell: () => (well ? Promise.resolve() : Promise.reject(new Error('no database'))),
        log: (line) => said.push(line),
      })
      await expect.poll(() => receiver.requests.length).toBeGreaterThan(2)
      well = false
      await expect.poll(() => said).toEqual(['heartbeat: no database; it goes on trying'])
      well = true
      await expect.poll(() => said.at(-1)).toBe('heartbeat: heard again')
    }
    expect(receiver.requests[0]).toMatchObject({ method: 'GET', path: '/alive' })
  })
})
