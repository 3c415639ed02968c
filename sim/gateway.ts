// START HERE in sim/: a TWS gateway on a port of this machine that plays a tape to any TWS client.
// It listens, hands each connection a session, and shows the sessions what the market plays. It takes no orders and invents nothing.
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { decimal } from '#core/decimal.ts'
import type { AnyFact, Instrument } from '#core/facts.ts'
import type { Brokerage } from './brokerage.ts'
import { Combos } from './combos.ts'
import { openContracts } from './contracts.ts'
import { DayRanges } from './day-range.ts'
import { openFaults, type Scene } from './bad-day.ts'
import { farmOf } from './farms.ts'
import type { Fault } from './faults.ts'
import { HISTORY_PACE, History, HistoryGuard, type HistoryPace } from './history.ts'
import { openLedger } from './ledger.ts'
import { Market, timeOf } from './market.ts'
import type { MarketState, Stage } from './market.ts'
import { Protection } from './protection.ts'
import { Resting, withOrders } from './resting.ts'
import { Session } from './session.ts'
import type { Door, FrameHook } from './session.ts'
import type { Tokens } from './wire.ts'
import { instrumentOf } from './worth.ts'

export interface GatewayOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  /** In the order they are to be played; a fact without an instant is played where it stands. */
  readonly facts: AsyncIterable<AnyFact>
  /** Contracts known from the start; those of the tape are learnt as it plays. */
  readonly instruments?: Iterable<Instrument>
  readonly accounts: Iterable<string>
  /** Times market time; 0 (the default) is as fast as the clients read. */
  readonly speed?: number
  /** Interval of the tape's time in which a contract's prices become its last one; 250 by default, 0 keeps all. */
  readonly conflateMs?: number
  /** The tape stands still while no client is ready, or while a contract that somebody holds is watched by no client. */
  readonly lockstep?: boolean
  /** The zone execution times are told in; US/Eastern by default. */
  readonly timeZone?: string
  /** The client that sees everybody's orders; 0 by default. */
  readonly masterClientId?: number
  /** 'Read-Only API' is ticked: it tells of orders only what it tells by itself, and refuses whatever asks of them. Not by default. */
  readonly readOnly?: boolean
  /** Average costs and results have commissions in them, as TWS tells them; without by default, so that they can be compared with the tape by eye. */
  readonly netCosts?: boolean
  /** The account's own currency; with it results are told in it, at the rates of the tape. */
  readonly baseCurrency?: string
  /** Orders rest for so long, in the tape's time, before their first fill: it is read so far ahead. 0 by default. */
  readonly ordersRestMs?: number
  /** Sends bytes cut and joined at random places, the same for the same seed. */
  readonly segmentSeed?: number
  readonly onFrame?: FrameHook
  /** Sees every request of a client whose handshake is over. */
  readonly onRequest?: (frame: Tokens) => void
  /** What goes wrong, and when; nothing by default. */
  readonly faults?: readonly Fault[]
  readonly onState?: (state: MarketState, reason: string) => void
  readonly log?: (line: string) => void
  /** How long its rules about asking for the past look back; IB's own by default. */
  readonly historyPace?: HistoryPace
  /** How many contracts a client may hear trade by trade; 5 by default, as with the usual 100 lines. */
  readonly streamsMax?: number
  /** How long a client waits between two such requests for one contract; 15 s by default. */
  readonly streamPaceMs?: number
  /** It has nothing of the past, as where nobody pays for it. */
  readonly forgets?: boolean
  /** Milliseconds of the host that only go forward: `clock.monotonic`. */
  readonly hostNow: () => number
}

export interface Gateway extends AsyncDisposable {
  readonly host: string
  readonly port: number
  /** The tape's time in whole seconds, as `reqCurrentTime` answers it. */
  seconds(): number
  state(): MarketState
  /** Ids of the clients that are connected. */
  clients(): number[]
  /** Requests for the past that came too soon, in words. */
  historyViolations(): readonly string[]
  /** Resolves when the tape is over (the gateway goes on serving) or the gateway was closed; rejects where the tape cannot be read. */
  readonly ended: Promise<void>
  /** Drops every connection, as when a network fails; the gateway goes on listening. */
  dropClients(): void
  close(): Promise<void>
}

const STREAMS_MAX = 5
const STREAM_PACE_MS = 15_000

export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = '127.0.0.1', port, hostNow, log = () => {}, onState, speed = 0, conflateMs = 250, lockstep = false, ordersRestMs = 0 } = options
  const combos = new Combos()
  const instruments = [...(options.instruments ?? [])]
  for (const instrument of instruments) combos.learn(instrument)
  const market = await Market.open({
    ...{ facts: ordersRestMs > 0 ? withOrders(options.facts, ordersRestMs, combos) : options.facts, speed, conflateMs, hostNow },
    say(state, reason) {
      log(`tape ${state.toLowerCase()}: ${reason}`)
      onState?.(state, reason)
    },
  })
  const ledger = openLedger()
  const timeZone = options.timeZone ?? 'US/Eastern'
  const brokerage: Brokerage = {
    accounts: new Set(options.accounts),
    contracts: openContracts([...market.ahead.filter((fact) => fact.kind === 'instrument'), ...instruments]),
    combos,
    ledger,
    protection: new Protection((account, conId) => ledger.position(account, conId).quantity),
    resting: new Resting(),
    lastMarks: new Map(),
    streamsMax: options.streamsMax ?? STREAMS_MAX,
    streamPaceMs: options.streamPaceMs ?? STREAM_PACE_MS,
    streamsAskedAt: new Map(),
    ranges: new DayRanges(timeZone),
    history: new History(),
    guard: new HistoryGuard(options.historyPace ?? HISTORY_PACE),
    timeZone,
    masterClientId: options.masterClientId ?? 0,
    readOnly: options.readOnly ?? false,
    netCosts: options.netCosts ?? false,
    baseCurrency: options.baseCurrency ?? null,
    rates: new Map(),
    hides: (executionId) => script?.hides(executionId) ?? false,
    seconds: () => market.seconds(),
    hostNow,
  }
  const sockets = new Set<Socket>()
  const sessions = new Set<Session>()
  const changes = new EventEmitter()
  const watched = (conId: number) => [...sessions].some((session) => session.watches(conId))

  const scene: Scene = {
    connections: () => [...sessions].filter((session) => session.started),
    play: (fact, silently) => show(fact, brokerage, silently ? new Set() : sessions),
    farmOf: (conId) => farmOf(instrumentOf(brokerage, conId)),
    log,
  }
  const script = options.faults === undefined ? null : openFaults(options.faults)
  const door: Door = {
    ...{ brokerage, log, onFrame: options.onFrame ?? null, onRequest: options.onRequest ?? null, segmentSeed: options.segmentSeed ?? null },
    faults: script === null ? null : { script, scene },
    claim(clientId, session) {
      if ([...sessions].some((other) => other.started && other.clientId === clientId)) return false
      sessions.add(session)
      return true
    },
    changed: () => void changes.emit('changed'),
  }
  const stage: Stage = {
    show(told) {
      const at = timeOf(told) ?? market.seconds() * 1000
      script?.reach(at, scene)
      if (told.kind === 'placed') {
        brokerage.resting.place(told)
        for (const session of sessions) session.tellOrder(told.execution)
        return
      }
      for (const fact of script?.take(told, at) ?? [told]) show(fact, brokerage, sessions)
    },
    remember(fact) {
      if (fact.kind === 'placed') return
      brokerage.ranges.take(fact)
      if (options.forgets !== true) brokerage.history.take(fact)
      if (fact.kind !== 'mark') return
      // What is due by then comes first, as before any other fact.
      script?.reach(timeOf(fact) ?? fact.at, scene)
      for (const session of sessions) session.tellPrint(fact)
    },
    obstacle() {
      if (market.state !== 'WAITING' && !lockstep) return null
      if (![...sessions].some((session) => session.ready)) return 'no client is ready'
      return lockstep && script?.deniesPrices() !== true ? unwatched(brokerage, watched) : null
    },
    changed: (signal) => once(changes, 'changed', { signal }),
    drained(signal) {
      const waits = [...sessions].map((session) => session.drained(signal)).filter((wait) => wait !== null)
      return waits.length === 0 ? null : Promise.all(waits)
    },
  }

  const server = createServer((socket) => {
    if (script?.admits() === false) {
      socket.on('error', () => {})
      socket.resetAndDestroy()
      return
    }
    sockets.add(socket)
    const session = new Session(socket, door)
    socket.on('close', () => {
      sockets.delete(socket)
      if (sessions.delete(session)) log(`client ${session.clientId} left`)
      door.changed()
    })
  })
  server.listen(port, host)
  await once(server, 'listening')
  // What is held back when the tape is over is let go then.
  const ended = market.play(stage).then(() => script?.reach(Number.POSITIVE_INFINITY, scene))
  ended.catch((error) => log(`the tape cannot be played: ${error instanceof Error ? error.message : error}`))

  const close = async () => {
    market.close()
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    await ended.catch(() => {})
  }
  return {
    host,
    port: (server.address() as AddressInfo).port,
    seconds: () => market.seconds(),
    state: () => market.state,
    clients: () => [...sessions].filter((session) => session.started).map((session) => session.clientId),
    historyViolations: () => brokerage.guard.violations,
    ended,
    dropClients: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Learns a fact and tells it to the clients whose handshake is over. */
function show(
  fact: AnyFact,
  { accounts, baseCurrency, combos, contracts, ledger, lastMarks, protection, rates, resting }: Brokerage,
  sessions: ReadonlySet<Session>,
): void {
  switch (fact.kind) {
    case 'instrument':
      contracts.add(fact)
      combos.learn(fact)
      return
    case 'execution': {
      accounts.add(fact.account)
      combos.take(fact)
      const fill = ledger.play(fact, contracts.get(fact.conId))
      resting.filled(fact)
      const commission = ledger.commissionOf(fact.executionId) // it may stand before its execution on the tape
      const [before, after] = [protection.before(fill), protection.after(ledger.position(fact.account, fact.conId))]
      for (const session of sessions) {
        session.tellProtection(before)
        session.tellFill(fill)
        if (commission !== undefined) session.tellCommission(fill, commission)
        session.tellProtection(after)
      }
      return
    }
    case 'commission': {
      const fill = ledger.charge(fact)
      if (fill === undefined) return
      for (const session of sessions) session.tellCommission(fill, fact)
      return
    }
    case 'plan': {
      const orders = protection.plan(fact)
      for (const session of sessions) session.tellProtection(orders)
      return
    }
    case 'mark':
      lastMarks.set(fact.conId, fact)
      for (const session of sessions) session.tellMark(fact)
      return
    case 'dayRange':
      for (const session of sessions) session.tellRange(fact.conId)
      return
    case 'fxRate':
      if (fact.quote !== baseCurrency) return
      // A currency that is new to the account is told at once; how its rate moves only to who asks again.
      if (!rates.has(fact.base)) for (const session of sessions) session.tellRate(fact.base, fact.rate)
      rates.set(fact.base, decimal(fact.rate))
      return
    default:
      return // known to whoever reads the tape; TWS has no message for it
  }
}

/**
 * A lockstep tape waits for a watcher of whatever is held. Nobody can watch a contract without a definition,
 * and nobody holds a combo: TWS keeps the positions in its legs.
 */
function unwatched({ ledger, contracts }: Brokerage, watched: (conId: number) => boolean): string | null {
  for (const conId of ledger.held()) {
    const instrument = contracts.get(conId)
    if (instrument !== undefined && instrument.secType !== 'BAG' && !watched(conId)) return `contract ${conId} is held and nobody watches it`
  }
  return null
}
