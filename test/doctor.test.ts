// What `doctor` says of TWS and of the store, as a process of its own against the simulated gateway: for every contract that is held whether its prices come,
// and what would mend it; which client sees what; how the database grows; what the service found to differ.
import { describe, expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import type { AnyFact, Instrument } from '#core/facts.ts'
import { parseFaults } from '#sim/faults.ts'
import { type GatewayOptions, openGateway } from '#sim/gateway.ts'
import { clock } from '#src/clock.ts'
import { writeDifferences } from '#store/differences.ts'
import { openTestDatabase } from './database.ts'
import { excursion, makeHome } from './process.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' }
const TIMEOUT = { timeout: 60_000 }

interface Finding {
  readonly what: string
  readonly state: 'ok' | 'off' | 'fault'
  readonly found: string
  readonly remedy?: string
}

describe('the prices of what is held', () => {
  test('live', TIMEOUT, async () => {
    await using scene = await open([])
    const findings = await scene.doctor()
    expect(of(findings, 'prices')).toMatchObject([{ state: 'ok', found: 'IBM STK: live' }])
    expect(of(findings, 'broker')).toMatchObject([{ state: 'ok', found: expect.stringContaining('paper, accounts DU1, 1 positions') }])
    expect(of(findings, 'time zone')).toMatchObject([{ found: 'a time that names no zone is read in US/Eastern' }])
    expect(of(findings, 'client id')).toMatchObject([{ state: 'ok', found: expect.stringContaining('9: sees its own orders only') }])
  })

  test('delayed, with the subscription that would mend it', TIMEOUT, async () => {
    await using scene = await open([{ at: new Date(T0).toISOString(), fault: 'delayed-data', forMs: 3_600_000 }])
    expect(of(await scene.doctor(), 'prices')).toMatchObject([
      { state: 'fault', found: expect.stringContaining('IBM STK: delayed'), remedy: expect.stringContaining('NYSE (Network A/CTA)') },
    ])
  })

  test('none, because another login has them', TIMEOUT, async () => {
    await using scene = await open([{ at: new Date(T0).toISOString(), fault: 'competing-session', forMs: 3_600_000 }])
    expect(of(await scene.doctor(), 'prices')).toMatchObject([
      { state: 'fault', found: expect.stringContaining('no data (10197'), remedy: expect.stringContaining('another login of the same user') },
    ])
  })
})

describe('whether TWS is read-only', () => {
  /** Everything that is about orders: it makes a read-only TWS ask its user for write access. */
  const ABOUT_ORDERS = ['3', '4', '5', '8', '15', '16', '58', '99']

  test('is not asked with TWS_READ_ONLY=true, and it is said why', TIMEOUT, async () => {
    await using scene = await open([], { readOnly: true })
    const [access] = of(await scene.doctor(), 'access')
    expect(access).toMatchObject({ state: 'ok', found: expect.stringMatching(/^read-only: not asked, .* asks its user for write access$/) })
    expect(scene.asked.length).toBeGreaterThan(0)
    expect(scene.asked.filter((id) => ABOUT_ORDERS.includes(id))).toEqual([])
  })

  test('no: the open orders were told', TIMEOUT, async () => {
    await using scene = await open([])
    expect(of(await scene.doctor({ TWS_READ_ONLY: 'false' }), 'access')).toMatchObject([{ state: 'ok', found: expect.stringMatching(/^read-only: no /) }])
  })

  test('yes: they were refused', TIMEOUT, async () => {
    await using scene = await open([], { readOnly: true })
    expect(of(await scene.doctor({ TWS_READ_ONLY: 'false' }), 'access')).toMatchObject([
      { state: 'fault', found: expect.stringMatching(/^read-only: yes;/), remedy: expect.stringContaining("untick 'Read-Only API'") },
    ])
  })

  test('not known: TWS did not answer, as while it asks its user', TIMEOUT, async () => {
    await using scene = await open([], { onFrame: (frame) => (frame[0] === '53' ? [] : [frame]) })
    expect(of(await scene.doctor({ TWS_READ_ONLY: 'false' }), 'access')).toMatchObject([
      { state: 'fault', found: expect.stringMatching(/^read-only: not known;/), remedy: expect.stringContaining('look at TWS') },
    ])
  })
})

test('a client id that another program holds is told before it hurts, and how many lines there are', TIMEOUT, async () => {
  await using scene = await open([])
  const other = openTws({ host: '127.0.0.1', port: scene.port, clientId: 9, clock })
  await other.connect(() => {})
  const found = await scene.doctor()
  expect(of(found, 'client id')).toMatchObject([{ state: 'fault', remedy: expect.stringContaining('TWS_CLIENT_ID') }])
  expect(of(found, 'lines')).toMatchObject([{ state: 'ok', found: expect.stringContaining('up to 40 contracts') }])
  await other.close()
})

test('what differs from the broker and which commissions are pending are faults, with their remedies', TIMEOUT, async () => {
  await using scene = await open([])
  const kept = {
    source: 'POSITION' as const,
    currency: null,
    staleSeconds: null,
    since: T0,
    seenAt: T0,
    until: null,
    account: 'DU1',
    conId: 8314,
    symbol: 'IBM',
  }
  await writeDifferences(scene.db, {
    began: [
      { ...kept, id: 'a', measure: 'QUANTITY', subject: '', ours: '100', theirs: '300', causes: ['MISSING_FILL'], severity: 'warn', remedy: 'do this' },
      { ...kept, id: 'b', measure: 'COMMISSION', subject: 'a.b.01.01', ours: null, theirs: null, causes: ['NOT_TOLD'], severity: 'info', remedy: 'wait' },
    ],
    still: [],
    over: [],
  })
  const findings = await scene.doctor()
  expect(of(findings, 'reconcile')).toMatchObject([{ state: 'fault', found: expect.stringContaining("ours 100, the broker's 300"), remedy: 'do this' }])
  expect(of(findings, 'commissions')).toMatchObject([{ state: 'fault', found: '1 not told yet: a.b.01.01', remedy: 'wait' }])
  expect(of(findings, 'queue')).toMatchObject([{ state: 'ok', found: '0 deliveries wait' }])
})

test('a channel is configured when it can send; a webhook that goes out unsigned is said to', TIMEOUT, async () => {
  await using scene = await open([])
  const findings = await scene.doctor({ TWILIO_AUTH_TOKEN: 'hunter2', WEBHOOK_URL: 'https://x.example/hook' })
  const found = 'expected TWILIO_ACCOUNT_SID, TWILIO_FROM and SMS_TO beside TWILIO_AUTH_TOKEN, found nothing; SMS is not used'
  expect(of(findings, 'SMS')).toEqual([{ what: 'SMS', state: 'fault', found, remedy: 'set them too, or leave TWILIO_AUTH_TOKEN empty' }])
  expect(JSON.stringify(findings)).not.toContain('hunter2')
  expect(of(findings, 'configuration').map(({ state }) => state)).toEqual(['ok'])
  expect(of(findings, 'Slack')).toMatchObject([{ state: 'off', found: 'not configured', remedy: 'SLACK_WEBHOOK_URL, if wanted' }])
  expect(of(findings, 'webhook')).toMatchObject([
    { state: 'ok', found: expect.stringContaining('unsigned'), remedy: expect.stringContaining('WEBHOOK_SECRET') },
  ])
})

function of(findings: readonly Finding[], what: string): readonly Finding[] {
  return findings.filter((one) => one.what === what)
}

/** A position of IBM, and a price every quarter of a second for as long as anybody listens. */
async function open(faults: readonly object[], sim: Pick<GatewayOptions, 'readOnly' | 'onFrame'> = {}) {
  await using closing = new AsyncDisposableStack()
  const db = closing.use(await openTestDatabase())
  const home = closing.use(await makeHome())
  const parsed = parseFaults(faults.map((fault) => JSON.stringify(fault)).join('\n'), T0, T0 + 3_600_000)
  if ('refused' in parsed) throw new Error(parsed.refused)
  async function* facts(): AsyncGenerator<AnyFact> {
    yield IBM
    yield { kind: 'execution', executionId: 'a.b.01.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '180', at: T0, permId: '71' }
    for (let n = 1; n < 400; n++) yield { kind: 'mark', conId: 8314, price: 180 + n / 100, at: T0 + n * 250 }
  }
  const asked: string[] = []
  const gateway = closing.use(
    await openGateway({
      ...{ port: 0, facts: facts(), accounts: ['DU1'], conflateMs: 0, speed: 1, faults: parsed, hostNow: clock.monotonic },
      ...sim,
      onRequest: (frame) => void asked.push(frame[0] ?? ''),
    }),
  )
  const stack = closing.move()
  return {
    db,
    port: gateway.port,
    asked,
    async doctor(env: Readonly<Record<string, string>> = {}): Promise<readonly Finding[]> {
      await using running = excursion(['doctor', '--json'], {
        ...{ DATABASE_URL: db.url, EXCURSION_HOME: home.path, NOTES_DIR: home.path, EXCURSION_LANG: 'en' },
        ...{ TWS_PORT: String(gateway.port), TWS_CLIENT_ID: '9', TWS_LINES: '40', ...env },
      })
      await running.ended
      return running
        .stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Finding)
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
