// Reconciliation as it runs: the recording service with its jobs and database against the simulated gateway over TCP, which hides fills, tells old results, or
// counts commissions in. The tape is played step by step, so that nothing here depends on haste.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import { AccountView } from '#core/account.ts'
import type { AnyFact, Execution, Instrument } from '#core/facts.ts'
import type { StoredDifference } from '#core/difference.ts'
import { type GatewayOptions, openGateway } from '#sim/gateway.ts'
import { parseFaults, seededFaults } from '#sim/faults.ts'
import { addReconcile, openJobs } from '#jobs/queues.ts'
import { disagreements, type ReconcilingWriter, reconcileNow } from '#jobs/reconcile.ts'
import { openRecorder } from '#record/record.ts'
import { DRIVERS } from '#notify/channels.ts'
import { openBus } from '#src/bus.ts'
import { clock, clockThatReads } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openDesk, type Role } from '#src/desk.ts'
import { differencesOf, unpairedBetween } from '#store/differences.ts'
import { systemAlerts } from '#store/system-alerts.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { eventually, excursion, freePort, makeHome } from './process.ts'
import { openReceiver } from './receiver.ts'

const T0 = Date.parse('2013-10-07T14:00:00Z')
/** What the gateway says, by the number of its message. */
const EXECUTIONS_END = '55'
const OPEN_ORDERS_END = '53'
const RESULT_OF_HOLDING = '95'
const PRICES_FOLLOW = '58'
const TIMEOUT = { timeout: 60_000 }
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' }
/** In cents, 5000 bushels. */
const CORN: Instrument = {
  ...{ kind: 'instrument', conId: 5, symbol: 'ZC', secType: 'FUT', currency: 'USD', exchange: 'CBOT', multiplier: '5000', priceMagnifier: '100' },
  minTick: '0.25',
}
const SAP: Instrument = { kind: 'instrument', conId: 14204, symbol: 'SAP', secType: 'STK', currency: 'EUR', minTick: '0.01', exchange: 'SMART' }

test('a fill that this client cannot see: named with cause and remedy, asked for again, and closed only once it is here', TIMEOUT, async () => {
  await using scene = await open({ faults: [{ at: at(20), fault: 'hidden-fill', forMs: 60_000 }] })
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'), mark(10, 181))
  await scene.quantity('100')
  scene.play(fill('a.b.02.01', 21, 'BUY', '200', '182'), mark(22, 183))
  const missing = await scene.difference(({ measure }) => measure === 'QUANTITY')
  expect(missing).toMatchObject({
    account: 'DU1',
    conId: 8314,
    symbol: 'IBM',
    ours: '100',
    theirs: '300',
    causes: ['MISSING_FILL'],
    severity: 'warn',
    until: null,
  })
  expect(missing.remedy).toContain('TWS_CLIENT_ID=0')
  expect(await disagreements(scene.db)).toEqual(['IBM DU1: 100 / 300'])
  // The same at the command line, asked by a client of its own; and what is kept, without asking.
  await using printed = excursion(['reconcile'], scene.env)
  expect(await printed.ended).toMatchObject({ code: 1 })
  expect(printed.stdout()).toContain("IBM in DU1: quantity: ours 100, the broker's 300; missing fill")
  expect(printed.stdout()).toContain('→ client 9 cannot see orders placed by hand')
  await using stored = excursion(['reconcile', '--stored', '--json'], scene.env)
  expect(await stored.ended).toMatchObject({ code: 1 })
  expect(
    stored
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toContainEqual(expect.objectContaining({ measure: 'QUANTITY', id: missing.id, theirs: '300' }))
  // And by GraphQL.
  const query = `{ differences(filter: { open: true, accounts: ["DU1"] }) { id measure causes severity ours theirs message remedy since until } }`
  const answer = await fetch(scene.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) })
  const { data } = (await answer.json()) as { data: { differences: { id: string }[] } }
  expect(data.differences.find(({ id }) => id === missing.id)).toMatchObject({
    measure: 'QUANTITY',
    causes: ['MISSING_FILL'],
    severity: 'warn',
    ours: '100',
    theirs: '300',
    until: null,
  })
  // It was asked for at once, in vain: the difference stays, and it is said.
  await scene.said("the day's executions are asked for again")
  await scene.said('BROKER DIFFERS: IBM in DU1: quantity: ours 100')
  await closesOnceTold(scene, missing)
  const trades = await tradesOf(scene.db, { unit: 'ORDER', status: 'OPEN' })
  expect(trades.map(({ openQuantity }) => openQuantity).sort()).toEqual(['100', '200'])
  expect(await disagreements(scene.db)).toEqual([])
  expect((await differencesOf(scene.db)).filter(({ measure }) => measure === 'QUANTITY')).toHaveLength(1)
})

/** Asked for in vain while the broker keeps it to itself, the difference stays; it is closed once the broker tells the fill to who asks, a minute later. */
async function closesOnceTold(scene: Awaited<ReturnType<typeof open>>, missing: StoredDifference): Promise<void> {
  const asked = scene.told(EXECUTIONS_END)
  scene.play(mark(60, 184))
  await scene.doubt()
  await eventually(async () => scene.told(EXECUTIONS_END) > asked)
  expect((await differencesOf(scene.db, { open: true })).map(({ id }) => id)).toContain(missing.id)
  // From now on the broker tells it to who asks.
  scene.play(mark(90, 185), mark(91, 186))
  await scene.doubt()
  const closed = await eventually(async () => (await differencesOf(scene.db, { open: false })).find(({ id }) => id === missing.id))
  expect(closed.until).toBeGreaterThan(missing.since)
}

test.each([
  ['an order of its own, though this client may only read', { clientId: '9', readOnly: true }],
  ["another client's, among the open orders that it may ask for", { clientId: '3', readOnly: false }],
])(
  'a fill that the API never reports: named by how far its order is filled, asked for, closed once it is here; %s',
  TIMEOUT,
  async (_, { clientId, readOnly }) => {
    await using scene = await open({ faults: [{ at: at(20), fault: 'lost-fill', forMs: 60_000 }] }, { readOnly })
    if (!readOnly) await scene.tells(OPEN_ORDERS_END)
    const ofOrder = (execution: Execution): Execution => ({ ...execution, permId: '71', orderId: '5', clientId })
    scene.play(ofOrder(fill('a.b.01.01', 1, 'BUY', '100', '180')), cost('a.b.01.01'), mark(10, 181))
    await scene.quantity('100')
    scene.play(ofOrder(fill('a.b.02.01', 21, 'BUY', '200', '182')), mark(22, 183))
    const missing = await scene.difference(({ measure }) => measure === 'FILLED')
    expect(missing).toMatchObject({
      ...{ account: 'DU1', conId: 8314, symbol: 'IBM', subject: '71', source: 'ORDER', ours: '100', theirs: '300' },
      ...{ causes: ['MISSING_FILL'], severity: 'warn', until: null },
    })
    await scene.said("BROKER DIFFERS: IBM in DU1: filled quantity of 71: ours 100, the broker's 300")
    // Asked for at once, in vain; the difference stays until the fill is here.
    await scene.said("the day's executions are asked for again")
    await closesOnceTold(scene, missing)
    expect((await tradesOf(scene.db, { unit: 'ORDER', status: 'OPEN' })).map(({ openQuantity }) => openQuantity)).toEqual(['300'])
    expect(await disagreements(scene.db)).toEqual([])
  },
)

test('only the commission: the running result differs by it and by nothing else', TIMEOUT, async () => {
  await using scene = await open({ netCosts: true })
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01', '7.5'))
  await scene.followed()
  scene.play(mark(10, 181), mark(12, 181.5))
  await scene.doubt()
  const found = await scene.difference(({ conId, measure }) => conId === 8314 && measure === 'UNREALIZED')
  expect(found).toMatchObject({ conId: 8314, ours: '150', theirs: '142.5', causes: ['COMMISSION'], severity: 'info' })
  expect((await differencesOf(scene.db, { open: true })).filter(({ severity }) => severity !== 'info')).toEqual([])
})

test('prices in cents: every amount of the broker is ours divided by the magnifier of its contract details, and that is the cause', TIMEOUT, async () => {
  await using scene = await open({})
  scene.play(fill('a.d.01.01', 1, 'BUY', '2', '450.25', 5), cost('a.d.01.01'))
  await scene.followed()
  scene.play(mark(10, 460.25, 5), mark(12, 460.5, 5))
  await scene.doubt()
  const found = await scene.difference(({ conId, measure }) => conId === 5 && measure === 'VALUE')
  expect(found).toMatchObject({ ours: '4605000', theirs: '46050', causes: ['MINOR_UNITS'], severity: 'warn' })
  expect(found.remedy).toContain('prices of ZC come in minor units, 1/100 USD')
  const all = await differencesOf(scene.db, { open: true })
  expect(all.filter(({ causes }) => !causes.includes('MINOR_UNITS'))).toEqual([])
})

test('results that stand still: stale, and by how many seconds', TIMEOUT, async () => {
  await using scene = await open({ faults: [{ at: at(30), fault: 'stale-results', forMs: 600_000 }] })
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'))
  await scene.followed()
  scene.play(mark(10, 181))
  scene.play(mark(29, 182), mark(40, 185), mark(50, 190), mark(95, 191), mark(96, 192))
  await scene.doubt()
  const found = await scene.difference(({ measure, ours, causes }) => measure === 'VALUE' && ours === '19200' && causes.includes('STALE'))
  // 182 stood until 40 s; at 96 s that is 56 s ago, as far as the clock tells whole seconds.
  expect(found).toMatchObject({ ours: '19200', theirs: '18200', causes: ['STALE'] })
  expect(found.staleSeconds).toBeGreaterThanOrEqual(55)
  expect(found.staleSeconds).toBeLessThanOrEqual(57)
})

test.each([1, 2, 3])(
  'results that stand still by chance (seed %i): stale by as many seconds as they stood, and current again afterwards',
  TIMEOUT,
  async (seed) => {
    const [fault] = seededFaults(seed, T0, T0 + 3_600_000, 1, ['stale-results'])
    if (fault?.at === undefined) throw new Error('expected a fault with its time')
    const [from, until] = [(fault.at - T0) / 1000, (fault.at - T0 + fault.forMs) / 1000]
    await using scene = await open({ faults: [{ ...fault, at: new Date(fault.at).toISOString() }] })
    scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'))
    await scene.followed()
    // Rises by 0.1 a second: a value says of which second it is.
    const priced = (second: number) => mark(second, Number((180 + Math.round(second - from) / 10 + 40).toFixed(2)))
    const [last, now] = [Math.floor(from) - 1, Math.floor(until) - 2]
    const climb = Array.from({ length: now - last + 1 }, (_, n) => priced(last + n))
    scene.play(...climb, priced(now + 1))
    await scene.doubt()
    // The price before the fault stood until the one after it; the clock tells whole seconds.
    const stood = now - last
    const isOld = ({ staleSeconds }: StoredDifference) => staleSeconds !== null && Math.abs(staleSeconds - stood) <= 2
    const found = await scene.difference((one) => one.measure === 'VALUE' && isOld(one))
    expect(found).toMatchObject({ causes: ['STALE'], severity: 'info' })
    const over = Math.ceil(until) + 5
    scene.play(priced(over), priced(over + 1))
    await scene.doubt()
    await eventually(async () => (await differencesOf(scene.db, { open: false })).some(({ id }) => id === found.id))
  },
)

/** A broker that holds 100 of IBM, and says nothing else of it. */
function holding100(): AccountView {
  const broker = new AccountView()
  broker.serves(['DU1'])
  const figures = { averageCost: null, value: null, unrealized: null, realized: null, daily: null }
  broker.hear({ kind: 'holding', source: 'POSITION', account: 'DU1', conId: 8314, symbol: 'IBM', currency: 'USD', quantity: '100', ...figures }, T0)
  return broker
}

test('a position that is told a moment before its fill differs in nothing', TIMEOUT, async () => {
  await using db = await openTestDatabase()
  await using left = new AsyncDisposableStack()
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'default', log: () => {}, onFailure: (error) => expect.unreachable(String(error)) })
  left.defer(() => recorder.close())
  const broker = holding100()
  let looks = 0
  const writer: ReconcilingWriter = {
    account: () => broker.snapshot(),
    marketTime: () => T0,
    settled: async () => {
      // Its fill comes after the first look.
      if (++looks === 2) for (const fact of [IBM, fill('a.b.01.01', 1, 'BUY', '100', '180')]) recorder.tell(fact)
      await recorder.settled()
    },
    catchUpNow: async () => expect.unreachable(),
    value: () => {},
  }
  expect(await reconcileNow({ db, writer, clientId: 0, log: () => {} }, 'asked')).toMatchObject({ began: 0, over: 0, open: [] })
  expect(looks).toBe(2)
})

test('while prices pour in without a pause, ours is compared as far as it has come', TIMEOUT, async () => {
  await using db = await openTestDatabase()
  const broker = holding100()
  let asked = 0
  const writer: ReconcilingWriter = {
    account: () => broker.snapshot(),
    marketTime: () => T0,
    settled: () => new Promise(() => {}),
    catchUpNow: async () => void asked++,
    value: () => {},
  }
  const looked = await reconcileNow({ db, writer, clientId: 0, log: () => {} }, 'asked')
  expect(looked).toMatchObject({ began: 1, caughtUp: true, open: [{ measure: 'QUANTITY', ours: '0', theirs: '100' }] })
  expect(asked).toBe(1)
})

test('results without values are no difference', TIMEOUT, async () => {
  await using scene = await open({ faults: [{ at: at(0), fault: 'no-results', count: 100_000 }] })
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'))
  await scene.followed()
  scene.play(mark(10, 181))
  scene.play(mark(20, 182), mark(21, 183))
  await scene.doubt()
  expect((await differencesOf(scene.db)).filter(({ measure }) => measure !== 'COMMISSION')).toEqual([])
})

test("another currency: the account's result is in its own, at a rate that moved since it was told", TIMEOUT, async () => {
  await using scene = await open({ baseCurrency: 'USD' })
  scene.play({ kind: 'fxRate', base: 'EUR', quote: 'USD', rate: '1.25', at: T0 })
  scene.play(fill('a.c.01.01', 1, 'BUY', '100', '50', 14204), cost('a.c.01.01'))
  await scene.followed()
  scene.play(mark(10, 60, 14204))
  await scene.doubt()
  scene.play({ kind: 'fxRate', base: 'EUR', quote: 'USD', rate: '1.5', at: T0 + 20_000 }, mark(40, 61, 14204), mark(60, 61.5, 14204))
  await scene.doubt()
  const found = await scene.difference(({ conId, measure, theirs }) => conId === null && measure === 'UNREALIZED' && theirs === '1725')
  expect(found).toMatchObject({ ours: '1437.5', theirs: '1725', causes: ['FX'], currency: 'USD', severity: 'info' })
})

test('open orders are not asked for while TWS_READ_ONLY is true', TIMEOUT, async () => {
  await using scene = await open({})
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'))
  await scene.followed()
  scene.play(mark(10, 181))
  expect(scene.told(OPEN_ORDERS_END)).toBe(0)
})

test('with TWS_READ_ONLY=false they are', TIMEOUT, async () => {
  await using scene = await open({}, { readOnly: false })
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'))
  await scene.tells(OPEN_ORDERS_END)
})

test('a commission that never comes is pending after a while, and paired when it does', TIMEOUT, async () => {
  await using scene = await open({ faults: [{ at: at(0), fault: 'commission-late', forMs: 1_200_000 }] })
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'), mark(10, 181))
  await scene.quantity('100')
  expect(await unpairedBetween(scene.db, T0, T0 + 10_000)).toMatchObject([{ executionId: 'a.b.01.01' }])
  scene.play(mark(700, 182), mark(701, 183))
  await scene.doubt()
  const pending = await scene.difference(({ measure }) => measure === 'COMMISSION')
  expect(pending).toMatchObject({ subject: 'a.b.01.01', causes: ['NOT_TOLD'], ours: null, theirs: null })
  await scene.said('commission of a.b.01.01: pending')
  scene.play(mark(1_300, 184), mark(1_301, 185))
  await eventually(async () => (await unpairedBetween(scene.db, T0, T0 + 10_000)).length === 0)
  await scene.doubt()
  await eventually(async () => (await differencesOf(scene.db, { open: false })).some(({ id }) => id === pending.id))
  expect(await systemAlerts(scene.db)).toEqual([])
})

test('who records and who delivers in processes of their own: the first compares and is heard to live, the second tells what differs', TIMEOUT, async () => {
  await using hook = await openReceiver()
  const more = { WEBHOOK_URL: `${hook.url}/told`, ALLOW_PRIVATE_WEBHOOKS: 'true', HEARTBEAT_URL: `${hook.url}/alive` }
  await using scene = await open({ faults: [{ at: at(20), fault: 'hidden-fill', forMs: 60_000 }] }, { apart: true, more })
  scene.play(fill('a.b.01.01', 1, 'BUY', '100', '180'), cost('a.b.01.01'), mark(10, 181))
  await scene.quantity('100')
  scene.play(fill('a.b.02.01', 21, 'BUY', '200', '182'), mark(22, 183))
  await scene.difference(({ measure }) => measure === 'QUANTITY')
  await eventually(async () => {
    scene.pass(20_000)
    return (await systemAlerts(scene.db)).some(({ kind }) => kind === 'BROKER_DISAGREES')
  }, 500)
  await eventually(async () => hook.requests.some(({ path, body }) => path === '/told' && body.includes('IBM')))
  // By the one that records: the other would cover for it.
  expect(hook.requests.some(({ path }) => path === '/alive')).toBe(true)
  await scene.said('HEARTBEAT_URL is not pinged from here')
})

// ---------------------------------------------------------------- the scene

function at(seconds: number): string {
  return new Date(T0 + seconds * 1000).toISOString()
}

function fill(executionId: string, seconds: number, side: 'BUY' | 'SELL', quantity: string, price: string, conId = 8314): Execution {
  return {
    kind: 'execution',
    executionId,
    account: 'DU1',
    conId,
    side,
    quantity,
    price,
    at: T0 + seconds * 1000,
    permId: executionId.slice(4, 6).concat(String(conId)),
  }
}

function cost(executionId: string, amount = '0'): AnyFact {
  return { kind: 'commission', executionId, amount, currency: 'USD' }
}

function mark(seconds: number, price: number, conId = 8314): AnyFact {
  return { kind: 'mark', conId, price, at: T0 + seconds * 1000 }
}

interface Scenery extends Pick<GatewayOptions, 'netCosts' | 'baseCurrency'> {
  readonly faults?: readonly object[]
}

/** `apart`: who records and who delivers are processes of their own. */
async function open({ faults = [], ...sim }: Scenery, { readOnly = true, apart = false, more = {} } = {}) {
  await using closing = new AsyncDisposableStack()
  const db = closing.use(await openTestDatabase())
  const home = closing.use(await makeHome())
  const tape = stepwise([{ kind: 'mark', conId: 1, price: 1, at: T0 }, IBM, SAP, CORN])
  const told: string[] = []
  const parsed = parseFaults(faults.map((fault) => JSON.stringify(fault)).join('\n'), T0, T0 + 3_600_000)
  if ('refused' in parsed) throw new Error(parsed.refused)
  const gateway = closing.use(
    await openGateway({
      ...{ port: 0, facts: tape.facts, instruments: [IBM, SAP, CORN], accounts: ['DU1'], conflateMs: 0, speed: 0, faults: parsed, hostNow: clock.monotonic },
      ...sim,
      onFrame: (frame) => {
        told.push(frame[0] ?? '')
        return [frame]
      },
    }),
  )
  const lines: string[] = []
  const env = {
    ...{ DATABASE_URL: db.url, EXCURSION_HOME: home.path, NOTES_DIR: home.path, EXCURSION_LANG: 'en' },
    ...{ EXCURSION_PORT: String(await freePort()), TWS_PORT: String(gateway.port), TWS_CLIENT_ID: '9', TWS_READ_ONLY: String(readOnly) },
    ...more,
  }
  const config = readConfig(env, DRIVERS)
  let passedMs = 0
  const moved = clockThatReads(() => clock.now() + passedMs, clock.monotonic)
  const openPart = async (...roles: Role[]) =>
    closing.use(
      await openDesk({
        ...{ config, roles: new Set(roles), clock: moved, log: (line: string) => void lines.push(line), reconcileDelayMs: 100 },
        openBroker: (instruments) => openTws({ host: '127.0.0.1', port: gateway.port, clientId: 9, clock: moved, instruments, readOnly }),
      }),
    )
  const desk = await (apart ? openPart('live') : openPart('api', 'live', 'worker'))
  if (apart) await openPart('api', 'worker')
  await eventually(async () => desk.brokers()[0]?.state === 'READY')
  const jobs = closing.use(await openJobs({ url: db.url, log: () => {} }))
  let lastAt = T0
  const stack = closing.move()
  const scene = {
    db,
    env,
    url: desk.url ?? '',
    desk,
    /** The host's clock goes on. */
    pass(ms: number) {
      passedMs += ms
    },
    play(...facts: AnyFact[]) {
      for (const fact of facts) if (fact.kind === 'mark' || fact.kind === 'execution') lastAt = fact.at
      tape.play(...facts)
    },
    told: (id: string) => told.filter((one) => one === id).length,
    tells: (id: string) => eventually(async () => told.includes(id)),
    async quantity(quantity: string) {
      await eventually(async () => (await tradesOf(db, { unit: 'ORDER', status: 'OPEN' })).some(({ openQuantity }) => openQuantity === quantity))
    },
    /** What is held is watched, and its results are told. */
    async followed() {
      for (const id of [PRICES_FOLLOW, RESULT_OF_HOLDING]) await eventually(async () => told.includes(id))
    },
    difference: (wanted: (one: StoredDifference) => boolean) => eventually(async () => (await differencesOf(db, { open: true })).find(wanted)),
    said: (part: string) => eventually(async () => lines.some((line) => line.includes(part))),
    /** Once all that was played is here: a look, from asking to its end. */
    async doubt() {
      await eventually(async () => (desk.marketTime() ?? 0) >= lastAt - 1_000)
      await addReconcile(jobs, 'asked')
      await eventually(async () => (await jobs.reconcile.getJobCountByTypes('waiting', 'active', 'delayed', 'prioritized')) <= 1)
    },
    [Symbol.asyncDispose]: async () => {
      tape.end()
      await stack.disposeAsync()
    },
  }
  return scene
}

/** A tape that is told what comes next. */
function stepwise(first: readonly AnyFact[]) {
  const waiting: AnyFact[] = [...first]
  let wake = () => {}
  let ended = false
  return {
    play(...facts: AnyFact[]) {
      waiting.push(...facts)
      wake()
    },
    end() {
      ended = true
      wake()
    },
    facts: (async function* () {
      while (!ended) {
        const next = waiting.shift()
        if (next !== undefined) yield next
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    })(),
  }
}
