// What users of other tools complain about (reference/ibkr.md, section 6), a test a row: the adapter against a gateway that does it to them.
import { describe, expect, it } from 'vitest'
import type { Broker, BrokerEvent } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { REQUESTS, type TwsOptions } from '#broker/tws-wire.ts'
import { classify } from '#broker/tws-codes.ts'
import { parseTime } from '#broker/tws-parse.ts'
import { AccountView } from '#core/account.ts'
import { decimal, plain } from '#core/decimal.ts'
import { familyOf, Ledger } from '#core/execution.ts'
import type { AnyFact, Execution, Instrument } from '#core/facts.ts'
import { SYSTEM_ALERTS } from '#core/system-alert.ts'
import { parseInstant, printInstant } from '#core/time.ts'
import { parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import { readConfig } from '#src/config.ts'
import { openDesk } from '#src/desk.ts'
import { BrokerSilent } from '#src/errors.ts'
import { clock, clockThatReads } from '#src/clock.ts'
import { systemAlerts } from '#store/system-alerts.ts'
import { openTestDatabase } from './database.ts'
import { eventually, excursion, makeHome } from './process.ts'
import { execDetails, ScriptedGateway, type ScriptOptions } from './tws-gateway.ts'

const UNSET = '1.7976931348623157E308'
const T0 = parseInstant('2013-10-07T13:30:00Z') ?? 0
const ibm: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' }
const fill = (id: string, seconds: number, side: 'BUY' | 'SELL' = 'BUY'): Execution => ({
  ...{ kind: 'execution', executionId: id, account: 'DU1', conId: 8314, side, quantity: '100', price: '180', at: T0 + seconds * 1_000, permId: '71' },
})
const cost = (executionId: string): AnyFact => ({ kind: 'commission', executionId, amount: '1', currency: 'USD' })
const marks = (from: number, to: number): AnyFact[] =>
  Array.from({ length: (to - from) * 4 }, (_, i) => ({ kind: 'mark', conId: 8314, price: 180 + (i % 9) / 100, at: T0 + from * 1_000 + i * 250 + 100 }))

describe('what users complain about', () => {
  it('fills dropped during 1100: they are asked for when it is over, and a late commission finds its fill', async () => {
    const tape = [ibm, fill('a.b.01.01', 1), cost('a.b.01.01'), ...marks(2, 20), fill('a.b.02.01', 30, 'SELL'), cost('a.b.02.01'), ...marks(60, 90)]
    await using ear = await hear(tape, '{"at":"2013-10-07T13:30:20Z","fault":"outage","forMs":30000,"code":1102,"unsaid":true}')
    await eventually(async () => ear.executions().includes('a.b.02.01') && ear.commissions().includes('a.b.02.01'))
    expect(ear.meanings()).toEqual(expect.arrayContaining(['FEED_LOST', 'FEED_RESTORED']))
  })

  it('a nightly restart that nobody notices: a session that ends is told, a dead socket is found by asking the time', async () => {
    await using ear = await hear([ibm, fill('a.b.01.01', 1), ...marks(2, 60)], '{"at":"2013-10-07T13:30:10Z","fault":"half-open"}')
    await ear.ended
    await expect(ear.broker.askClock()).rejects.toThrow(BrokerSilent)
    await using second = await hear([ibm, fill('a.b.01.01', 1), ...marks(2, 60)], '{"at":"2013-10-07T13:30:10Z","fault":"restart"}')
    await eventually(async () => second.events.some((event) => event.kind === 'lost'))
  })

  it('a nightly restart that nobody notices: whoever does not come back for three minutes is told of as critical, with the reason', {
    timeout: 60_000,
  }, async () => {
    await using db = await openTestDatabase()
    await using home = await makeHome()
    const gateway = await ScriptedGateway.open()
    const config = readConfig({ DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_LANG: 'en', TWS_PORT: String(gateway.port) })
    let passed = 0
    const later = clockThatReads(() => clock.now() + passed, clock.monotonic)
    await using desk = await openDesk({
      ...{ config, roles: new Set(['live'] as const), clock: later, log: () => {} },
      openBroker: (instruments) => openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock: later, instruments }),
    })
    await eventually(async () => desk.brokers()[0]?.state === 'READY', 10)
    expect(await systemAlerts(db)).toEqual([])
    // TWS goes down for the night, and nobody logs it in again.
    await gateway[Symbol.asyncDispose]()
    await eventually(async () => desk.brokers()[0]?.state === 'GAP', 10)
    expect(await systemAlerts(db)).toEqual([])
    passed = 200_000
    await eventually(async () => (await systemAlerts(db)).length > 0, 20)
    const [alert] = await systemAlerts(db)
    expect(alert).toMatchObject({ kind: 'LOGIN_NEEDED', until: null, details: [expect.stringContaining(`127.0.0.1:${config.tws.port}`)] })
    expect(SYSTEM_ALERTS[alert?.kind ?? 'BROKER_DISAGREES'].severity).toBe('critical')
  })

  it('reqExecutions that never ends: what came is taken after a wait, and it is said', async () => {
    await using ear = await hear([ibm, fill('a.b.01.01', 1), ...marks(2, 6)], '{"at":"2013-10-07T13:30:01Z","fault":"no-end","count":9}')
    await ear.ended
    await ear.broker.catchUp()
    expect(ear.executions()).toContain('a.b.01.01')
    expect(ear.said()).toContain("no end of the day's executions")
  })

  it('duplicate callbacks: one fill counts once, and an order status counts never', async () => {
    await using ear = await hear([ibm, fill('a.b.01.01', 1), ...marks(2, 6)], '{"at":"2013-10-07T13:29:00Z","fault":"duplicate"}')
    await ear.ended
    await eventually(async () => ear.executions().length >= 2)
    expect(ear.ledger().fillOf('a.b.01')?.execution.quantity).toBe('100')
  })

  it('corrections that double-count: the last of a family stands for it', async () => {
    await using ear = await hear([ibm, fill('a.b.01.01', 1), cost('a.b.01.01'), ...marks(2, 6)], '{"at":"2013-10-07T13:29:00Z","fault":"mistold"}')
    await eventually(async () => ear.executions().includes('a.b.01.02'))
    expect(ear.executions()).toEqual(['a.b.01.01', 'a.b.01.02'])
    expect(ear.ledger().fillOf(familyOf('a.b.01.02'))?.execution.quantity).toBe('100')
  })

  it.each([
    ['CZR: two became one, and a part of the commission came back', 'BOT', ['2', '0.73', '1.3666'], ['1', '0.73', '-0.3333'], '1.0333'],
    ['USD.TWD: both quantity and price were others', 'SLD', ['1143.28313142', '30.3074532', '0'], ['1145.929445', '30.2374637', '0'], '0'],
    ['a stock booked again: the commission was paid once', 'BOT', ['5000', '0.32', '6'], ['5000', '0.32', '0'], '6'],
    ['7CD: the same, forty shares', 'BOT', ['40', '7', '1.25'], ['40', '7', '0'], '1.25'],
  ] as const)('corrections that double-count, as brokers really sent them: %s', async (_, side, was, is, paid) => {
    for (const order of [
      [was, is],
      // The higher number may come first.
      [is, was],
    ]) {
      await using scene = await scripted()
      await scene.broker.connect(scene.tell)
      const session = await scene.gateway.session()
      for (const told of order) {
        const [shares, price, commission] = told
        const execId = `0000e183.6a58737f.01.0${told === was ? 1 : 2}`
        session.say(...execDetails(-1, { execId, side, shares, price, permId: 71 }))
        session.say(59, 1, execId, commission, 'USD', UNSET, UNSET, '')
      }
      await eventually(async () => scene.executions().length === 2 && scene.commissions().length === 2, 5)
      const family = '0000e183.6a58737f.01'
      expect(scene.ledger().fillOf(family)?.execution).toMatchObject({ quantity: is[0], price: is[1] })
      const { n, d } = scene.ledger().commissionOf(family, 'USD') ?? { n: decimal(-1), d: decimal(1) }
      expect(plain(n.div(d))).toBe(paid)
    }
  })

  it('corrections: the fifth part of an id is another leg of a combo, and corrects nothing', async () => {
    await using scene = await scripted()
    await scene.broker.connect(scene.tell)
    const session = await scene.gateway.session()
    for (const execId of ['a.b.01.01.01', 'a.b.01.01.02']) session.say(...execDetails(-1, { execId, shares: '1' }))
    await eventually(async () => scene.executions().length === 2, 5)
    for (const execId of scene.executions()) expect(scene.ledger().fillOf(familyOf(execId))?.execution.quantity).toBe('1')
  })

  it('a commission without a known execution: it is told, waits, and is paired when the execution comes', async () => {
    await using ear = await hear([ibm, fill('a.b.01.01', 1), cost('a.b.01.01'), ...marks(2, 6)], '{"at":"2013-10-07T13:29:00Z","fault":"commission-first"}')
    await eventually(async () => ear.executions().length === 1)
    const kinds = ear.events.flatMap((event) => (event.kind === 'fact' && event.fact.kind !== 'instrument' ? [event.fact.kind] : []))
    expect(kinds.slice(0, 2)).toEqual(['commission', 'execution'])
    expect(ear.ledger().commissionOf('a.b.01', 'USD')).not.toBeNull()
  })

  it("manual and other clients' fills: client id 0 is the one that sees them, and it is the default", async () => {
    await using scene = await scripted()
    await scene.broker.connect(scene.tell)
    const session = await scene.gateway.session()
    expect((await session.request(71)).fields[2]).toBe('0')
    // No filter at all: neither by client nor by account.
    expect((await session.request(REQUESTS.reqExecutions)).fields.slice(4).filter((text) => text !== '')).toEqual([])
    session.say(...execDetails(-1, { execId: 'by.hand.01.01', orderId: 0, clientId: 0, permId: 9 }))
    session.say(...execDetails(-1, { execId: 'by.other.01.01', orderId: 2147483647, clientId: 12, permId: 10 }))
    await eventually(async () => scene.executions().length === 2, 5)
  })

  it("manual and other clients' fills: who comes with another client id is told at once what it cannot see, and what to do", { timeout: 60_000 }, async () => {
    await using home = await makeHome()
    await using db = await openTestDatabase()
    const gateway = await ScriptedGateway.open()
    const clientFinding = async (clientId: string, port = gateway.port) => {
      await using running = excursion(['doctor', '--json'], {
        ...{ DATABASE_URL: db.url, EXCURSION_HOME: home.path, NOTES_DIR: home.path, EXCURSION_LANG: 'en' },
        ...{ TWS_PORT: String(port), TWS_CLIENT_ID: clientId },
      })
      await running.ended
      const findings = running
        .stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { what: string; found: string; remedy?: string })
      return findings.find(({ what }) => what === 'client id')
    }
    expect(await clientFinding('7')).toMatchObject({
      found: '7: sees its own orders only, unless it is the Master API client',
      remedy: 'TWS_CLIENT_ID=0, or set it as Master API client ID in TWS',
    })
    expect((await clientFinding('0'))?.found).toContain('sees orders placed by hand; those of other API clients only as Master API client')
    expect(gateway.sessions.flatMap(({ requests }) => requests.filter(({ id }) => id === 71).map(({ fields }) => fields[2]))).toEqual(
      expect.arrayContaining(['7', '0']),
    )
    await gateway[Symbol.asyncDispose]()
    // Only the Master API client is told of another's fill: where one came today it is known.
    await using telling = await ScriptedGateway.open({
      answer: ({ id, fields }, session) => {
        if (id !== REQUESTS.reqExecutions) return false
        for (const clientId of [7, 12]) session.say(...execDetails(Number(fields[2]), { execId: `by.${clientId}.01.01`, clientId }))
        session.say(55, 1, fields[2] ?? '')
        return true
      },
    })
    expect((await clientFinding('7', telling.port))?.found).toBe('7: the Master API client, for it is told fills of API client 12')
  })

  it('combos: legs count whichever comes first, and nobody asks for the details of a combo', async () => {
    await using scene = await scripted({}, { comboMs: 60_000 })
    await scene.broker.connect(scene.tell)
    const session = await scene.gateway.session()
    session.say(...execDetails(-1, { conId: 999, symbol: 'SPY', secType: 'BAG', execId: 'bag.1', permId: 500, price: '-1.25' }))
    session.say(...execDetails(-1, { conId: 1, secType: 'OPT', execId: 'leg.1', permId: 500 }))
    await eventually(async () => scene.executions().length === 1, 5)
    expect(scene.executions()).toEqual(['leg.1'])
    expect(session.requests.some((request) => request.id === REQUESTS.reqContractDetails && request.fields[3] === '999')).toBe(false)
  })

  it('advisory codes that kill subscriptions: 10167, 10090, 10091, 399, 492 and every 2100 keep them', () => {
    for (const code of [10167, 10090, 10091, 399, 492, 2104, 2106, 2107, 2108, 2119, 2158, 2999])
      expect(classify(code, 'a remark', 5).action, String(code)).toBe('KEEP')
    expect(classify(12345, 'Warning: something', 5).action).toBe('KEEP')
  })

  it('1101 and nobody resubscribes: every price is asked for again', async () => {
    const tape = [ibm, fill('a.b.01.01', 1), ...marks(2, 60)]
    await using ear = await hear(tape, '{"at":"2013-10-07T13:30:10Z","fault":"outage","forMs":5000,"code":1101}')
    await eventually(async () => ear.quotes().some((at) => at > T0 + 50_000))
    expect(ear.meanings()).toContain('FEED_RESTORED')
  })

  it('stale or NaN PnL: a figure that is none is unknown, never a number, and every one bears when it was said', async () => {
    await using scene = await scripted()
    await scene.broker.connect(scene.tell)
    scene.broker.value?.([{ account: 'DU1', conId: 8314 }])
    const session = await scene.gateway.session()
    const single = (await session.request(REQUESTS.reqPnLSingle)).fields[1] ?? ''
    const whole = (await session.request(REQUESTS.reqPnL, ({ fields }) => fields[2] === 'DU1')).fields[1] ?? ''
    const said = () => scene.events.flatMap((event) => (event.kind === 'account' ? [event.said] : []))
    const view = new AccountView()
    const hearAll = (at: number) => {
      for (const one of said()) view.hear(one, at)
    }
    session.say(95, single, 100, -12.5, 40.25, 0, 18_000)
    session.say(94, whole, -12.5, 40.25, 3)
    await eventually(async () => said().some(({ kind }) => kind === 'result'), 5)
    hearAll(T0)
    expect(view.snapshot().holdings).toMatchObject([{ source: 'PNL', daily: '-12.5', unrealized: '40.25', value: '18000', at: T0 }])
    // An hour of silence makes no figure younger.
    expect(view.snapshot().results).toMatchObject([{ account: 'DU1', daily: '-12.5', at: T0 }])
    for (const none of [UNSET, 'NaN', '', 'Infinity', `-${UNSET}`]) {
      const before = said().length
      session.say(95, single, none, none, none, none, none)
      session.say(94, whole, none, none, none)
      await eventually(async () => said().length === before + 2, 5)
      hearAll(T0 + 3_600_000)
      expect(view.snapshot().holdings, none).toMatchObject([{ quantity: null, daily: null, unrealized: null, realized: null, value: null }])
      expect(view.snapshot().results, none).toMatchObject([{ daily: null, unrealized: null, realized: null, at: T0 + 3_600_000 }])
    }
  })

  it('stale or NaN prices: what is no price is never told as one', async () => {
    const tape = [ibm, fill('a.b.01.01', 1), ...marks(2, 20)]
    await using ear = await hear(tape, '{"at":"2013-10-07T13:30:05Z","fault":"sentinel","count":5}')
    await ear.ended
    await eventually(async () => ear.quotes().length > 40)
    const prices = ear.events.flatMap((event) => (event.kind === 'quote' ? [event.quote.price ?? event.quote.bid ?? 0] : []))
    for (const price of prices) expect(price > 179 && price < 182, String(price)).toBe(true)
  })

  it('time-zone formats: every way TWS prints a time is the same instant', () => {
    const wanted = '2026-04-13T19:27:04.000Z'
    for (const [text, zone] of [
      ['20260413  15:27:04', 'America/New_York'],
      ['20260413 15:27:04 US/Eastern', 'Europe/Berlin'],
      ['20260413 15:27:04 America/New_York', 'UTC'],
      ['20260413 21:27:04 MET', 'UTC'],
      ['20260413-19:27:04', 'Europe/Berlin'],
    ] as const)
      expect(printInstant(parseTime(text, zone) ?? 0), text).toBe(wanted)
  })

  it('orders reported cancelled but filled: the execution wins over the status', async () => {
    await using scene = await scripted()
    await scene.broker.connect(scene.tell)
    const session = await scene.gateway.session()
    session.say(3, 5, 'Cancelled', 0, 100, 0, 71, 0, 0, 7, '', 0)
    session.say(...execDetails(-1))
    await eventually(async () => scene.executions().length === 1, 5)
  })

  it('CPAPI trades endpoint that does not refresh: nothing is read from it; who asks for the Client Portal is told so, and not given TWS instead', () => {
    expect(() => readConfig({ BROKER: 'client-portal' })).toThrow(
      "BROKER: expected tws, found 'client-portal', which is not built yet; leave it empty to listen to TWS or IB Gateway",
    )
  })

  it('pacing: a refused request is made again; what TWS has not answered yet is cancelled a second later at the soonest', async () => {
    const tape = [ibm, fill('a.b.01.01', 1), ...marks(2, 60)]
    await using ear = await hear(tape, '{"at":"2013-10-07T13:29:00Z","fault":"pacing","count":3}')
    await eventually(async () => ear.quotes().some((at) => at > T0 + 50_000))
    expect(ear.said()).toContain('Max rate of messages')
    await using scene = await scripted()
    await scene.broker.connect(scene.tell)
    scene.broker.watch([ibm])
    const session = await scene.gateway.session()
    const asked = await session.request(REQUESTS.reqMktData)
    const askedAt = clock.monotonic()
    scene.broker.watch([])
    const cancelled = await session.request(REQUESTS.cancelMktData)
    expect(cancelled.fields[2]).toBe(asked.fields[2])
    expect(clock.monotonic() - askedAt).toBeGreaterThan(900)
  })
})

describe('what goes wrong on command', () => {
  it('too-fast: requests are left out, 100 names none of them, and all that they asked for comes all the same', async () => {
    const tape = [ibm, fill('a.b.01.01', 1), cost('a.b.01.01'), ...marks(2, 60)]
    await using ear = await hear(tape, '{"at":"2013-10-07T13:29:00Z","fault":"too-fast","count":3}')
    await eventually(async () => ear.quotes().some((at) => at > T0 + 50_000))
    expect(ear.executions()).toContain('a.b.01.01')
    expect(ear.events.filter((event) => event.kind === 'notice' && event.code === 100)).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ requestId: null, part: 'pace', meaning: 'DEGRADED' })),
    )
    await eventually(async () => ear.events.some((event) => event.kind === 'notice' && event.meaning === 'MENDED' && event.part === 'pace'))
  })

  it('farm-down: 2103, no price of its contracts and that is said, 2104, and they go on; a fill is told meanwhile', async () => {
    const tape = [ibm, fill('a.b.01.01', 1), ...marks(2, 40), fill('a.b.02.01', 40, 'SELL'), ...marks(41, 90)]
    await using ear = await hear(tape, '{"at":"2013-10-07T13:30:20Z","fault":"farm-down","forMs":30000}')
    await ear.ended
    await eventually(async () => ear.quotes().some((at) => at > T0 + 80_000))
    const inside = (at: number) => at > T0 + 20_500 && at < T0 + 50_000
    expect(ear.quotes().filter(inside)).toEqual([])
    expect(ear.executions()).toEqual(['a.b.01.01', 'a.b.02.01'])
    const order = ear.events.flatMap((event) =>
      event.kind === 'notice' && event.part === 'usfarm' ? [String(event.code)] : event.kind === 'prices' && !event.heard ? [event.reason] : [],
    )
    expect(order).toEqual(['2104', '2103', '2103 Market data farm connection is broken:usfarm', '2104'])
  })

  it('farm-down: another farm than that of the contract silences nothing of it', async () => {
    await using ear = await hear([ibm, fill('a.b.01.01', 1), ...marks(2, 60)], '{"at":"2013-10-07T13:30:20Z","fault":"farm-down","farm":"usfuture"}')
    await ear.ended
    await eventually(async () => ear.quotes().some((at) => at > T0 + 30_000 && at < T0 + 31_000))
    expect(ear.said()).toContain('broken:usfuture')
  })

  it('farm-down: who comes while a farm is broken is told so with the handshake', async () => {
    const tape = [ibm, fill('a.b.01.01', 1), ...marks(2, 90)]
    await using ear = await hear(tape, '{"at":"2013-10-07T13:30:20Z","fault":"farm-down","forMs":600000}\n{"at":"2013-10-07T13:30:30Z","fault":"drop"}')
    await eventually(async () => ear.events.some((event) => event.kind === 'lost'))
    const before = ear.events.length
    await ear.broker.connect(ear.tell)
    expect(ear.events.slice(before).filter((event) => event.kind === 'notice' && event.code === 2103)).toHaveLength(1)
  })
})

// -------------------------------------------------------------- the scenes

interface Heard {
  readonly events: readonly BrokerEvent[]
  executions(): string[]
  commissions(): string[]
  quotes(): number[]
  meanings(): (string | undefined)[]
  said(): string
  ledger(): Ledger
}

function listener(): Heard & { tell(event: BrokerEvent): void } {
  const events: BrokerEvent[] = []
  const facts = () => events.flatMap((event) => (event.kind === 'fact' ? [event.fact] : []))
  return {
    events,
    tell: (event) => void events.push(event),
    executions: () => facts().flatMap((fact) => (fact.kind === 'execution' ? [fact.executionId] : [])),
    commissions: () => facts().flatMap((fact) => (fact.kind === 'commission' ? [fact.executionId] : [])),
    quotes: () => events.flatMap((event) => (event.kind === 'quote' && event.quote.at !== null ? [event.quote.at] : [])),
    meanings: () => events.flatMap((event) => (event.kind === 'notice' ? [event.meaning] : [])),
    said: () => events.flatMap((event) => (event.kind === 'notice' ? [event.message] : [])).join('\n'),
    ledger: () => {
      const ledger = new Ledger()
      for (const [arrival, fact] of facts().entries()) {
        if (fact.kind === 'execution') ledger.tell(fact, { at: fact.at, arrival })
        else if (fact.kind === 'commission') ledger.tellCommission(fact)
      }
      return ledger
    },
  }
}

/** A client that watches the one contract, at a gateway that plays the tape and does what the script says. */
async function hear(
  tape: readonly AnyFact[],
  script: string,
): Promise<ReturnType<typeof listener> & AsyncDisposable & { readonly broker: Broker; readonly ended: Promise<void> }> {
  const faults = parseFaults(script, T0, T0 + 90_000)
  if ('refused' in faults) throw new Error(faults.refused)
  async function* facts() {
    yield* tape
  }
  const gateway = await openGateway({ ...{ port: 0, accounts: ['DU1'], facts: facts(), conflateMs: 0, speed: 100, hostNow: clock.monotonic }, faults })
  const broker = openTws({
    ...{ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, answerMs: 200, clockMs: 200, retryMs: 20, resumeMs: 100 },
    instruments: [ibm],
  })
  const ear = listener()
  broker.watch([ibm])
  await broker.connect(ear.tell)
  return {
    ...ear,
    broker,
    ended: gateway.ended,
    async [Symbol.asyncDispose]() {
      await broker.close()
      await gateway.close()
    },
  }
}

async function scripted(script: ScriptOptions = {}, options: Partial<TwsOptions> = {}) {
  const gateway = await ScriptedGateway.open(script)
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, ...options })
  return {
    ...listener(),
    gateway,
    broker,
    async [Symbol.asyncDispose]() {
      await broker.close()
      await gateway[Symbol.asyncDispose]()
    },
  }
}
