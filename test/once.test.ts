// Exactly once as an effect, from the fill to the receiver: a real recorder, real tables, real queues and a server that counts. Whatever history does
// afterwards (corrections, a rebuild, a restart, a second process, an import), nobody is told twice; a demonstration and an import tell nobody at all.
import { expect, test } from 'vitest'
import type { Execution, Instrument } from '#core/facts.ts'
import { openBus } from '#src/bus.ts'
import { clockThatReads } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import type { Recorder, RecorderOptions } from '#record/recorder.ts'
import { alertsOf } from '#store/alerts.ts'
import { ALERT_STATES } from '#core/stored.ts'
import type { Database } from '#store/db.ts'
import { saveRule } from '#store/decisions.ts'
import { appendFacts } from '#store/facts.ts'
import { deliveriesPage } from '#store/deliveries.ts'
import { rowsOf } from '#store/sql.ts'
import { openTestDatabase } from './database.ts'
import { openDelivering } from './delivering.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const hookEnv = (receiver: Receiver) => ({ WEBHOOK_URL: `${receiver.url}/hook`, WEBHOOK_SECRET: SECRET })
const OPENED = Date.UTC(2026, 10, 20, 15)
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const fill = (executionId: string, side: 'BUY' | 'SELL', quantity: number, price: string, seconds: number): Execution => ({
  kind: 'execution',
  executionId,
  account: 'DU1',
  conId: IBM.conId,
  side,
  quantity: String(quantity),
  price,
  at: OPENED + seconds * 1000,
})

const RULES = [
  { id: 'hard-stop', kind: 'MAE_STOP', pct: '3' },
  { id: 'scale-out', kind: 'MFE_TARGET', tiers: [{ pct: '5', take: '1/3' }] },
]

async function openWriter(db: Database, more: Partial<RecorderOptions> = {}): Promise<Recorder> {
  const onFailure = (error: unknown) => {
    throw error
  }
  return openRecorder({
    db,
    bus: openBus(),
    clock: clockThatReads(
      () => OPENED,
      () => performance.now(),
    ),
    filter: 'none',
    delivers: true,
    log: () => {},
    onFailure,
    ...more,
  })
}

async function openRuled(): Promise<Database> {
  const db = await openTestDatabase()
  for (const body of RULES) await saveRule(db, { id: body.id, body, enabled: true }, OPENED)
  return db
}

/** Buys at 100 and sees it fall to 96.9: the hard stop. */
async function loseMoney(recorder: Recorder): Promise<void> {
  recorder.tell(IBM)
  recorder.tell(fill('0000e0d5.0001.01.01', 'BUY', 300, '100', 0))
  recorder.quote({ conId: IBM.conId, price: 98, at: OPENED + 1_000, source: 'LAST' })
  recorder.quote({ conId: IBM.conId, price: 96.9, at: OPENED + 2_000, source: 'LAST' })
  await recorder.settled()
}

const statesOf = async (db: Database) => (await alertsOf(db, { states: ALERT_STATES })).map(({ ruleId, state }) => `${ruleId} ${state}`)
const orders = async (db: Database) => (await rowsOf(db.pool, "select key from outbox where kind = 'alert'")).length
const undelivered = async (db: Database) => (await deliveriesPage(db, { states: ['WAITING', 'SENDING'] }, {})).edges.length

/** Everything that was ordered has gone out, or never will. */
async function quiet(db: Database, delivering: readonly { sweep(): Promise<number> }[]): Promise<void> {
  for (const one of delivering) await one.sweep()
  await expect.poll(() => undelivered(db), { timeout: 15_000 }).toBe(0)
}

test('a correction that takes an alert away and one that brings it back, a rebuild, a restart and a second process: one message', async () => {
  await using db = await openRuled()
  await using hook = await openReceiver()
  await using first = await openDelivering(db, hookEnv(hook))
  await using second = await openDelivering(db, hookEnv(hook))
  let recorder = await openWriter(db)
  await loseMoney(recorder)
  await quiet(db, [first, second])
  expect(await statesOf(db)).toEqual(['hard-stop RAISED'])
  expect(hook.requests).toHaveLength(1)

  // Bought at 97, says the broker now: then it never was at −3 %.
  recorder.tell(fill('0000e0d5.0001.01.02', 'BUY', 300, '97', 0))
  await recorder.settled()
  expect(await statesOf(db)).toEqual(['hard-stop WITHDRAWN'])
  recorder.tell(fill('0000e0d5.0001.01.03', 'BUY', 300, '100', 0))
  await recorder.settled()
  expect(await statesOf(db)).toEqual(['hard-stop RAISED'])
  await recorder.rebuild()
  await recorder.close()
  recorder = await openWriter(db)
  await recorder.rebuild()
  recorder.quote({ conId: IBM.conId, price: 96.5, at: OPENED + 3_000, source: 'LAST' })
  await recorder.settled()
  await recorder.close()
  await quiet(db, [first, second])
  expect([await statesOf(db), await orders(db), hook.requests.length]).toEqual([['hard-stop RAISED'], 1, 1])
})

test('what an import brings to light, and what a rebuild finds, is told to nobody', async () => {
  await using db = await openRuled()
  await using hook = await openReceiver()
  await using delivering = await openDelivering(db, hookEnv(hook))
  const recorder = await openWriter(db)
  await appendFacts(db, [
    IBM,
    fill('0000e0d5.0001.01.01', 'BUY', 300, '100', 0),
    fill('0000e0d5.0002.01.01', 'BUY', 100, '90', 5),
    fill('0000e0d5.0003.01.01', 'SELL', 100, '90', 9),
  ])
  recorder.appended()
  await recorder.settled()
  await recorder.close()
  // Nor when the service starts again, while the market's time still stands beside it.
  await (await openWriter(db)).close()
  // As the verb opens it.
  const rebuilding = await openWriter(db, { delivers: false })
  expect(await rebuilding.rebuild()).toMatchObject({ trades: expect.any(Number) })
  await rebuilding.close()
  expect((await statesOf(db)).length).toBeGreaterThan(0)
  await quiet(db, [delivering])
  expect([await orders(db), hook.requests.length]).toEqual([0, 0])
})

test('a demonstration stores its alerts and tells nobody', async () => {
  await using db = await openRuled()
  await using hook = await openReceiver()
  await using delivering = await openDelivering(db, hookEnv(hook))
  const recorder = await openWriter(db, { demo: true, delivers: false })
  await loseMoney(recorder)
  await recorder.close()
  await quiet(db, [delivering])
  expect([await statesOf(db), await orders(db), hook.requests.length]).toEqual([['hard-stop RAISED'], 0, 0])
})

test('a tier whose share was sold at it is stored as satisfied and told to nobody; one of which something is left says how much', async () => {
  await using db = await openRuled()
  await using hook = await openReceiver()
  await using delivering = await openDelivering(db, hookEnv(hook))
  const recorder = await openWriter(db)
  recorder.tell(IBM)
  // The sale itself is the first at +5 %.
  recorder.tell(fill('0000e0d5.0001.01.01', 'BUY', 300, '100', 0))
  recorder.tell(fill('0000e0d5.0002.01.01', 'SELL', 100, '105', 5))
  await recorder.settled()
  expect(await statesOf(db)).toEqual(['scale-out SATISFIED'])
  await quiet(db, [delivering])
  expect([await orders(db), hook.requests.length]).toEqual([0, 0])
  // Sold one less, says the broker now: it stays what it was, once stored.
  recorder.tell(fill('0000e0d5.0002.01.02', 'SELL', 99, '105', 5))
  await recorder.settled()
  expect(await statesOf(db)).toEqual(['scale-out SATISFIED'])

  recorder.tell({ ...fill('0000e0d5.0009.01.01', 'BUY', 100, '100', 10), account: 'DU2' })
  recorder.quote({ conId: IBM.conId, price: 105, at: OPENED + 11_000, source: 'LAST' })
  await recorder.settled()
  await recorder.close()
  await quiet(db, [delivering])
  expect(hook.requests).toHaveLength(1)
  const { data } = JSON.parse(hook.requests[0]?.body ?? '') as { data: { title: string; alerts: object[] } }
  expect(data.title).toBe('PAPER IBM +5.0 %: target 1 (take 1/3: 33)')
  expect(data.alerts).toMatchObject([{ take: '1/3', takeQuantity: '33' }])
})
