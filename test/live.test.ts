// The session that is held open, over real TCP: against a gateway that says what the test tells it to, and against the simulated one.
import { describe, expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import { REQUESTS, type TwsOptions } from '#broker/tws-wire.ts'
import type { AnyFact, Execution, Fact, Instrument } from '#core/facts.ts'
import { parseInstant } from '#core/time.ts'
import { openGateway } from '#sim/gateway.ts'
import type { BrokerStatus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { type Live, type LiveOptions, type LiveRecorder, openLive } from '#live/live.ts'
import { execDetails, ScriptedGateway, type ScriptOptions } from './tws-gateway.ts'

const NOW_S = 1_790_000_000

describe('a session held open', () => {
  test('says every change of state: connecting, handshaking, catching up, ready, closed', async () => {
    await using scene = await open()
    await scene.state('READY')
    await scene.live.close()
    expect(scene.states()).toEqual(['CONNECTING', 'HANDSHAKING', 'CATCHING_UP', 'READY', 'CLOSED'])
    expect(scene.live.status).toMatchObject({ name: 'tws', accounts: ['DU1', 'DU2'], readOnly: true, port: scene.gateway.port })
  })

  test('asks the time for as long as it lives, and tells the recorder', async () => {
    await using scene = await open({}, {}, { heartbeatMs: 5 })
    await scene.state('READY')
    const session = await scene.gateway.session()
    await until(() => session.requests.filter((request) => request.id === REQUESTS.reqCurrentTime).length >= 4)
    expect(scene.notebook.clocks.length).toBeGreaterThanOrEqual(3)
    expect(new Set(scene.notebook.clocks)).toEqual(new Set([NOW_S * 1000]))
  })

  test('nothing listening: one readable block, then only changes of state, and it keeps trying', async () => {
    let tries = 0
    const first = await ScriptedGateway.open()
    const { port } = first
    await first[Symbol.asyncDispose]()
    const lines: string[] = []
    const states: BrokerStatus[] = []
    const broker = openTws({ host: '127.0.0.1', port, clientId: 0, clock })
    const live = openLive({
      ...{ broker, recorder: new Notebook(), clock, host: '127.0.0.1', port },
      log: (line) => lines.push(line),
      onStatus: (status) => states.push(status),
      sleep: async () => {
        tries++
        await new Promise((resolve) => setTimeout(resolve, 1))
      },
    })
    await until(() => tries >= 5)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`expected a gateway at 127.0.0.1:${port}, found nothing`)
    expect(lines[0]).toContain('of the usual ports at 127.0.0.1')
    expect(lines[0]).toContain('Enable ActiveX and Socket Clients')
    expect(lines[0]).toContain('IB Gateway: Configure > Settings > API')
    expect(states.map((status) => status.state)).toEqual(['CONNECTING', 'CONNECTING'])
    // Somebody starts the gateway: no need to start anything else.
    await using gateway = await ScriptedGateway.open({}, port)
    await until(() => live.status.state === 'READY')
    expect(gateway.sessions).toHaveLength(1)
    await live.close()
  })

  test('waits longer from failure to failure, half of it left to chance, never longer than the longest', async () => {
    const first = await ScriptedGateway.open()
    const { port } = first
    await first[Symbol.asyncDispose]()
    for (const [random, expected] of [
      [0, [125, 250, 500, 1000, 1000]],
      [1, [250, 500, 1000, 2000, 2000]],
    ] as const) {
      const waits: number[] = []
      const broker = openTws({ host: '127.0.0.1', port, clientId: 0, clock })
      const live = openLive({
        ...{ broker, recorder: new Notebook(), clock, host: '127.0.0.1', port, random: () => random, backoffFirstMs: 250, backoffMaxMs: 2000 },
        log: () => {},
        onStatus: () => {},
        sleep: async (ms) => {
          waits.push(ms)
          await new Promise((resolve) => setTimeout(resolve, 1))
        },
      })
      await until(() => backoffs(waits).length >= 5)
      expect(backoffs(waits).slice(0, 5)).toEqual(expected)
      await live.close()
    }
  })

  test('what a fill opens is watched, what the last one closes is let go', async () => {
    await using scene = await open()
    await scene.state('READY')
    const session = await scene.gateway.session()
    session.say(...execDetails(-1))
    const asked = await session.request(REQUESTS.reqMktData)
    expect(asked.fields[3]).toBe('8314')
    session.say(...execDetails(-1, { execId: '2.2.2.01', side: 'SLD' }))
    expect((await session.request(REQUESTS.cancelMktData)).fields[2]).toBe(asked.fields[2])
  })
})

describe('gaps', () => {
  test('none before the first connection, none while it lives', async () => {
    await using scene = await open()
    await scene.state('READY')
    const session = await scene.gateway.session()
    session.say(...execDetails(-1))
    await session.request(REQUESTS.reqMktData)
    await scene.live.close()
    expect(scene.notebook.gaps).toEqual([])
  })

  test('a lost session: unknown from the last answer about the time to the first that comes after', async () => {
    let seconds = NOW_S
    const notebook = new Notebook()
    notebook.tell({ ...BOUGHT, at: (NOW_S - 3600) * 1000 })
    await using scene = await open({ answer: answerTime(() => seconds) }, {}, {}, notebook)
    await scene.state('READY')
    // In the beginning there was no session: what was held then is unknown since it was last heard of.
    expect(joined(scene.notebook.gaps)).toEqual([{ conIds: [8314], from: (NOW_S - 3600) * 1000, to: endOf(NOW_S) }])
    seconds = NOW_S + 60
    const first = await scene.gateway.session(0)
    first.socket.destroy()
    await scene.gateway.session(1)
    await until(() => scene.states().at(-1) === 'READY' && scene.states().length > 4)
    // Listened to from the end of the first hole on, at which the broker's clock still stands.
    expect(scene.notebook.gaps.slice(1)).toEqual([{ conIds: [8314], from: endOf(NOW_S), to: endOf(NOW_S + 60) }])
    expect(scene.states()).toEqual(['CONNECTING', 'HANDSHAKING', 'CATCHING_UP', 'READY', 'GAP', 'HANDSHAKING', 'CATCHING_UP', 'READY'])
  })

  test('what was opened while nobody listened is unknown since its first fill', async () => {
    await using scene = await open({
      answer: (request, session) => {
        if (request.id !== REQUESTS.reqExecutions) return false
        session.say(...execDetails(Number(request.fields[2]), { time: '20260921 09:00:00 US/Eastern' }))
        session.say(...execDetails(Number(request.fields[2]), { execId: '1.1.2.01', time: '20260921 09:05:00 US/Eastern' }))
        session.say(55, 1, request.fields[2] ?? '')
        return true
      },
    })
    await scene.state('READY')
    expect(joined(scene.notebook.gaps)).toEqual([{ conIds: [8314], from: parseInstant('2026-09-21T13:00:00Z'), to: endOf(NOW_S) }])
  })

  test('1100: no price and no fill came; 1102: fills are asked for, the hole is declared, ready again', async () => {
    let seconds = NOW_S
    await using scene = await open({ answer: answerTime(() => seconds) })
    await scene.state('READY')
    const session = await scene.gateway.session()
    session.say(...execDetails(-1, { time: '20260921 10:13:20 US/Eastern' }))
    const asked = await session.request(REQUESTS.reqMktData)
    session.say(46, 6, Number(asked.fields[2]), 77, `183.15;1;${NOW_S * 1000 + 500};1;1;true`)
    await until(() => scene.notebook.quotes === 1)
    session.say(4, 2, -1, 1100, 'Connectivity between IB and Trader Workstation has been lost.', '')
    await scene.state('GAP')
    seconds = NOW_S + 300
    session.say(4, 2, -1, 1102, 'Connectivity between IB and Trader Workstation has been restored - data maintained.', '')
    await until(() => scene.notebook.gaps.length === 1)
    await until(() => scene.live.status.state === 'READY')
    expect(joined(scene.notebook.gaps)).toEqual([{ conIds: [8314], from: NOW_S * 1000 + 500, to: endOf(NOW_S + 300) }])
    expect(session.requests.filter((request) => request.id === REQUESTS.reqExecutions)).toHaveLength(2)
  })

  test('a gateway that is itself cut off is not ready, and declares nothing before it is back', async () => {
    let seconds = NOW_S
    const notebook = new Notebook()
    notebook.tell({ ...BOUGHT, at: (NOW_S - 3600) * 1000 })
    const greet: NonNullable<ScriptOptions['greet']> = (session) => {
      session.say(15, 1, 'DU1')
      session.say(9, 1, 1)
      session.say(4, 2, -1, 1100, 'Connectivity between IB and Trader Workstation has been lost.', '')
    }
    await using scene = await open({ greet, answer: answerTime(() => seconds) }, {}, {}, notebook)
    await scene.state('GAP')
    expect(notebook.gaps).toEqual([])
    seconds = NOW_S + 30
    const session = await scene.gateway.session()
    session.say(4, 2, -1, 1101, 'Connectivity between IB and Trader Workstation has been restored - data lost.', '')
    await scene.state('READY')
    expect(joined(notebook.gaps)).toEqual([{ conIds: [8314], from: (NOW_S - 3600) * 1000, to: endOf(NOW_S + 30) }])
  })

  test('a fill that only asking again brings: what it opened is unknown since then', async () => {
    let missed = false
    await using scene = await open({
      answer: (request, session) => {
        if (request.id !== REQUESTS.reqExecutions || !missed) return false
        session.say(...execDetails(Number(request.fields[2]), { time: '20260921 10:00:00 US/Eastern' }))
        session.say(55, 1, request.fields[2] ?? '')
        return true
      },
    })
    await scene.state('READY')
    expect(await scene.live.catchUp()).toBe(true)
    expect(scene.notebook.gaps).toEqual([])
    missed = true
    await scene.live.catchUp()
    const hole = { conIds: [8314], from: parseInstant('2026-09-21T14:00:00Z'), to: endOf(NOW_S) }
    expect(scene.notebook.gaps).toEqual([hole])
    // Asked again, it is no news.
    await scene.live.catchUp()
    expect(scene.notebook.gaps).toEqual([hole])
  })

  test('a socket that is open and dead is given up, and another one opened', async () => {
    let dead = false
    await using scene = await open({ answer: (request) => dead && request.id === REQUESTS.reqCurrentTime }, { clockMs: 20 }, { heartbeatMs: 5 })
    await scene.state('READY')
    dead = true
    await scene.state('GAP')
    expect(scene.live.status.reason).toContain('what time is it')
    dead = false
    await until(() => scene.live.status.state === 'READY')
    expect(scene.gateway.sessions.length).toBeGreaterThanOrEqual(2)
  })

  test('a farm that breaks degrades, and is mended', async () => {
    await using scene = await open()
    await scene.state('READY')
    const session = await scene.gateway.session()
    session.say(4, 2, -1, 2103, 'Market data farm connection is broken:usfarm', '')
    await scene.state('DEGRADED')
    session.say(4, 2, -1, 2104, 'Market data farm connection is OK:usfarm', '')
    await until(() => scene.live.status.state === 'READY')
    expect(scene.states().slice(-3)).toEqual(['READY', 'DEGRADED', 'READY'])
  })

  test('two farms break: another one that is well mends neither, and it is ready when the last is', async () => {
    const codes: number[] = []
    await using scene = await open({}, {}, { onNotice: ({ code }) => void codes.push(code) })
    await scene.state('READY')
    const session = await scene.gateway.session()
    session.say(4, 2, -1, 2103, 'Market data farm connection is broken:usfarm', '')
    session.say(4, 2, -1, 2105, 'HMDS data farm connection is broken:ushmds', '')
    session.say(4, 2, -1, 2104, 'Market data farm connection is OK:eufarm', '')
    session.say(4, 2, -1, 2107, 'HMDS data farm connection is inactive but should be available upon demand.ushmds', '')
    await until(() => codes.includes(2107))
    expect(scene.live.status).toMatchObject({ state: 'DEGRADED', reason: '2103 Market data farm connection is broken:usfarm' })
    session.say(4, 2, -1, 2104, 'Market data farm connection is OK:usfarm', '')
    await until(() => scene.live.status.state === 'READY')
  })

  test('a farm that is broken before the session has caught up is not forgotten when it has', async () => {
    await using scene = await open({
      greet(session) {
        session.say(15, 1, 'DU1,')
        session.say(4, 2, -1, 2103, 'Market data farm connection is broken:usfarm', '')
        session.say(9, 1, 1)
      },
    })
    await scene.state('DEGRADED')
    expect(scene.states()).not.toContain('READY')
    expect(scene.live.status.reason).toContain('usfarm')
  })

  test('while a market data farm is broken silence is no sign that nothing is traded: a hole, until a price comes or the farm is back', async () => {
    let seconds = NOW_S
    const notebook = new Notebook()
    notebook.tell({ ...BOUGHT, at: NOW_S * 1000 })
    await using scene = await open({ answer: answerTime(() => seconds) }, {}, { heartbeatMs: 5 }, notebook)
    await scene.state('READY')
    const session = await scene.gateway.session()
    const reach = async (at: number) => {
      seconds = at
      const before = notebook.clocks.length
      await until(() => notebook.clocks.slice(before).filter((told) => told === at * 1000).length > 3)
    }
    await reach(NOW_S + 10)
    const before = notebook.gaps.length
    session.say(4, 2, -1, 2103, 'Market data farm connection is broken:usfarm', '')
    await scene.state('DEGRADED')
    await reach(NOW_S + 60)
    session.say(4, 2, -1, 2104, 'Market data farm connection is OK:usfarm', '')
    await until(() => scene.live.status.state === 'READY')
    await reach(NOW_S + 70)
    await reach(NOW_S + 80)
    const [hole, ...others] = joined(notebook.gaps.slice(before))
    expect(others).toEqual([])
    expect(hole?.from).toBeLessThanOrEqual((NOW_S + 10) * 1000)
    expect(hole?.to).toBeGreaterThanOrEqual((NOW_S + 60) * 1000)
    expect(hole?.to).toBeLessThanOrEqual(endOf(NOW_S + 70))
  })

  test('a fact the recorder cannot take ends the session, so that the next one tells it again', async () => {
    await using scene = await open()
    await scene.state('READY')
    scene.notebook.refusesOnce = true
    const session = await scene.gateway.session()
    session.say(...execDetails(-1))
    await scene.gateway.session(1)
    await until(() => scene.live.status.state === 'READY')
    expect(scene.states()).toContain('GAP')
  })
})

describe('with the simulated gateway', () => {
  const T0 = parseInstant('2013-10-07T13:30:00Z') ?? 0
  const ibm: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' }
  const es: Instrument = { kind: 'instrument', conId: 77, symbol: 'ES', secType: 'FUT', currency: 'USD', multiplier: '50', exchange: 'CME', expiry: '20131220' }
  const fill = (executionId: string, seconds: number, side: 'BUY' | 'SELL', price: string, conId = 8314, permId = '71'): Execution => ({
    ...{ kind: 'execution', executionId, account: 'DU1', conId, side, quantity: '100', price, at: T0 + seconds * 1000, permId },
  })

  test('in lockstep every fill, commission and price of the tape arrives, each price dated as on the tape', async () => {
    const marks = (conId: number, from: number, count: number): AnyFact[] =>
      Array.from({ length: count }, (_, i) => ({ kind: 'mark', conId, price: 180 + (i % 7) / 100 + i / 1000, at: T0 + from * 1000 + i * 250 }))
    const tape: AnyFact[] = [
      ibm,
      es,
      fill('a.b.01.01', 1, 'BUY', '180'),
      { kind: 'commission', executionId: 'a.b.01.01', amount: '1.00', currency: 'USD' },
      ...marks(8314, 2, 400),
      fill('a.b.02.01', 110, 'SELL', '1700.25', 77, '72'),
      ...marks(77, 111, 400),
      fill('a.b.03.01', 220, 'BUY', '1701.25', 77, '73'),
      fill('a.b.04.01', 230, 'SELL', '181', 8314, '74'),
    ]
    async function* facts() {
      yield* tape
    }
    await using gateway = await openGateway({ port: 0, accounts: ['DU1'], facts: facts(), conflateMs: 0, speed: 0, lockstep: true, hostNow: clock.monotonic })
    const notebook = new Notebook()
    const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock })
    const unread: string[] = []
    const live = openLive({
      ...{ broker, recorder: notebook, clock, host: '127.0.0.1', port: gateway.port },
      log: () => {},
      onStatus: () => {},
      onNotice: (notice) => {
        if (notice.code === 505 || notice.code === 0) unread.push(notice.message)
      },
    })
    await until(() => notebook.executions.length === 4 && notebook.clocks.some((at) => at >= T0 + 230_000))
    await live.close()
    expect(notebook.executions.map((execution) => execution.executionId)).toEqual(['a.b.01.01', 'a.b.02.01', 'a.b.03.01', 'a.b.04.01'])
    expect(notebook.facts.filter((fact) => fact.kind === 'commission')).toMatchObject([{ executionId: 'a.b.01.01', amount: '1', currency: 'USD' }])
    const wanted = tape.flatMap((fact) => (fact.kind === 'mark' ? [`${fact.conId} ${fact.at} ${fact.price}`] : []))
    expect(notebook.prices).toEqual(wanted)
    expect(notebook.gaps).toEqual([])
    expect(unread).toEqual([])
  })

  test('cut off in the middle and back: in lockstep nothing is missed, no fill is lost or doubled', async () => {
    const tape: AnyFact[] = [
      ibm,
      fill('a.b.01.01', 1, 'BUY', '180'),
      ...Array.from({ length: 3000 }, (_, i): AnyFact => ({ kind: 'mark', conId: 8314, price: 180 + (i % 97) / 100, at: T0 + 2000 + i * 100 })),
      fill('a.b.02.01', 400, 'SELL', '181'),
    ]
    async function* facts() {
      yield* tape
    }
    await using gateway = await openGateway({
      port: 0,
      accounts: ['DU1'],
      facts: facts(),
      conflateMs: 0,
      speed: 500,
      lockstep: true,
      hostNow: clock.monotonic,
      segmentSeed: 7,
    })
    const notebook = new Notebook()
    const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock })
    const states: string[] = []
    const live = openLive({
      ...{ broker, recorder: notebook, clock, host: '127.0.0.1', port: gateway.port, backoffFirstMs: 1, backoffMaxMs: 5 },
      log: () => {},
      onStatus: (status) => states.push(status.state),
    })
    await until(() => notebook.prices.length > 1000)
    // The session ends under it, as when the gateway cuts it.
    await broker.close()
    await until(() => notebook.executions.length === 2)
    await live.close()
    expect(states).toContain('GAP')
    expect(notebook.executions.map((execution) => execution.executionId)).toEqual(['a.b.01.01', 'a.b.02.01'])
    expect(new Set(notebook.prices).size).toBe(notebook.prices.length)
    expect(joined(notebook.gaps).length).toBeLessThanOrEqual(1)
  })
})

// ---------------------------------------------------------------- the scene

const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const BOUGHT: Execution = { kind: 'execution', executionId: '0.0.1.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '183', at: 0 }

/** What the recorder is to live.ts, in memory: it keeps what it is told, and counts positions. */
class Notebook implements LiveRecorder {
  readonly facts: Fact[] = []
  readonly clocks: number[] = []
  readonly gaps: { conIds: readonly number[]; from: number; to: number }[] = []
  readonly prices: string[] = []
  quotes = 0
  refusesOnce = false
  readonly #heard = new Map<number, number>()
  readonly #positions = new Map<number, number>()
  readonly #instruments = new Map<number, Instrument>([[8314, IBM]])
  readonly #listeners: (() => void)[] = []
  #marketTime: number | null = null

  get executions(): Execution[] {
    return this.facts.flatMap((fact) => (fact.kind === 'execution' ? [fact] : []))
  }

  tell(fact: Fact): void {
    if (this.refusesOnce) {
      this.refusesOnce = false
      throw new Error('the notebook is full')
    }
    if (fact.kind === 'instrument') this.#instruments.set(fact.conId, fact)
    if (fact.kind === 'execution') {
      if (this.executions.some((known) => known.executionId === fact.executionId)) return
      const before = this.#positions.get(fact.conId) ?? 0
      const after = before + (fact.side === 'BUY' ? 1 : -1) * Number(fact.quantity)
      this.#positions.set(fact.conId, after)
      this.#heard.set(fact.conId, fact.at)
      this.#marketTime = Math.max(this.#marketTime ?? fact.at, fact.at)
      this.facts.push(fact)
      if ((before === 0) !== (after === 0)) for (const listener of this.#listeners) listener()
      return
    }
    this.facts.push(fact)
  }

  quote(quote: { conId: number; price: number | null; at: number | null }): void {
    this.quotes++
    this.prices.push(`${quote.conId} ${quote.at} ${quote.price}`)
    if (quote.at !== null) this.#heard.set(quote.conId, quote.at)
  }

  clock(at: number): void {
    this.clocks.push(at)
    this.#marketTime = Math.max(this.#marketTime ?? at, at)
  }

  gap(conIds: readonly number[], from: number, to: number): void {
    this.gaps.push({ conIds, from, to })
  }

  held(): readonly Instrument[] {
    return this.open()
  }

  open(): readonly Instrument[] {
    return [...this.#positions].flatMap(([conId, quantity]) => (quantity === 0 ? [] : [this.#instruments.get(conId) ?? IBM]))
  }

  consult(say: () => readonly Fact[]): void {
    for (const fact of say()) this.tell(fact)
  }

  onHeldChanged(listener: () => void): void {
    this.#listeners.push(listener)
  }

  knows({ executionId }: Execution): boolean {
    return this.executions.some((known) => known.executionId === executionId)
  }

  lastHeardAt(conId: number): number | null {
    return this.#heard.get(conId) ?? null
  }

  lastFilledAt(conId: number): number | null {
    return this.executions.findLast((known) => known.conId === conId)?.at ?? null
  }

  marketTime(): number | null {
    return this.#marketTime
  }

  async settled(): Promise<void> {}
}

interface Scene extends AsyncDisposable {
  readonly gateway: ScriptedGateway
  readonly notebook: Notebook
  readonly live: Live
  states(): string[]
  /** Resolves once this state was reached. */
  state(wanted: string): Promise<void>
}

async function open(script: ScriptOptions = {}, tws: Partial<TwsOptions> = {}, options: Partial<LiveOptions> = {}, notebook = new Notebook()): Promise<Scene> {
  const gateway = await ScriptedGateway.open(script)
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, ...tws })
  const said: string[] = []
  const live = openLive({
    ...{ broker, recorder: notebook, clock, host: '127.0.0.1', port: gateway.port, backoffFirstMs: 1, backoffMaxMs: 10 },
    log: () => {},
    onStatus: (status) => {
      if (said.at(-1) !== status.state) said.push(status.state)
    },
    ...options,
  })
  return {
    gateway,
    notebook,
    live,
    states: () => said,
    state: (wanted) => until(() => said.includes(wanted)),
    async [Symbol.asyncDispose]() {
      await live.close()
      await gateway[Symbol.asyncDispose]()
    },
  }
}

function answerTime(seconds: () => number): NonNullable<ScriptOptions['answer']> {
  return (request, session) => {
    if (request.id !== REQUESTS.reqCurrentTime) return false
    session.say(49, 1, seconds())
    return true
  }
}

/** The waits of the backoff alone: the recorder is waited for in between, for a second at most. */
function backoffs(waits: readonly number[]): number[] {
  return waits.filter((_, index) => index % 2 === 1)
}

/** The broker tells whole seconds: a hole ends with the second that was told. */
function endOf(second: number): number {
  return second * 1000 + 999
}

/** A fill cuts a hole in two: both parts as one again. */
function joined(gaps: Notebook['gaps']): Notebook['gaps'] {
  const joined: Notebook['gaps'][number][] = []
  for (const gap of gaps) {
    const last = joined.at(-1)
    if (last === undefined || last.to !== gap.from || last.conIds.join() !== gap.conIds.join()) joined.push(gap)
    else joined[joined.length - 1] = { ...last, to: gap.to }
  }
  return joined
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1))
}
