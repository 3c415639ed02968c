// The TWS (or IB Gateway) adapter: one session after the other over the socket API, told as facts, quotes and notices.
// It only listens: no request that needs write access can be made from here (the client is held by a type that has none).
// It never reconnects by itself (live.ts does) and never judges a price (record.ts does). Every connection gets a client of its own: @stoqey/ib
// keeps requests made while it is down and sends them later, and loses those that wait when it goes down (reference 1.6, t07 and t08).
import { EventName, IBApi } from '@stoqey/ib'
import type { Fact, Instrument } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Clock } from '#src/clock.ts'
import { BrokerSilent, BrokerUnreachable, ClientIdInUse, type ExcursionError } from '#src/errors.ts'
import type { Broker, BrokerEvent, NoticeMeaning, Quote } from './port.ts'
import { adviceOnTws } from './tws-advice.ts'
import { Answer } from './tws-answer.ts'
import { Pace, type Turn } from './tws-pace.ts'
import {
  classify,
  genericTicksOf,
  isHalted,
  isMarkedByTrades,
  isPastLimit,
  mergeInstruments,
  numberText,
  parseCommission,
  parseContract,
  parseContractDetails,
  parseExecution,
  parsePrint,
  parseSide,
  TICK,
  type TwsCommissionReport,
  type TwsContract,
  type TwsContractDetails,
  type TwsExecution,
  zoneOf,
  zoneOfConnectionTime,
} from './tws-parse.ts'

/** Every request this adapter can make, with its number on the wire (71, startApi, is made by the client itself). None needs write access. */
export const REQUESTS = {
  reqMktData: 1,
  cancelMktData: 2,
  reqExecutions: 7,
  reqContractDetails: 9,
  reqCurrentTime: 49,
  reqMarketDataType: 59,
  reqPositions: 61,
} as const
export const START_API = 71

export interface TwsOptions {
  readonly host: string
  readonly port: number
  readonly clientId: number
  readonly clock: Clock
  /** 1 live, 2 frozen, 3 delayed, 4 delayed and frozen. */
  readonly marketDataType?: 1 | 2 | 3 | 4
  /** The zone of a time that names none, where the connection time names none either: that of this machine if absent. */
  readonly timeZone?: string
  /** What earlier sessions learned: a fill's thin contract does not take it away again. */
  readonly instruments?: readonly Instrument[]
  /** IB allows half the market data lines a second, 50 by default. */
  readonly requestsPerSecondMax?: number
  readonly linesMax?: number
  readonly handshakeMs?: number
  /** How long executions and positions may be silent before we go on without their end marker. */
  readonly answerMs?: number
  readonly clockMs?: number
  /** How long the fill of a combo waits for the fills of its legs. */
  readonly comboMs?: number
  /** When a price request that failed for now is made again, and one that was refused. */
  readonly retryMs?: number
  readonly refusedMs?: number
  /** How long prices may stay away after 'restored, data maintained' (1102) before they are asked for anew. */
  readonly resumeMs?: number
}

type Settings = Required<TwsOptions>

export function openTws(options: TwsOptions): Broker {
  return new Tws(options)
}

/** How many lines are remembered after they were let go. */
const PARTED_MAX = 256

class Tws implements Broker {
  readonly #memory: Memory
  readonly #settings: Settings
  #session: Session | null = null

  constructor(options: TwsOptions) {
    this.#settings = {
      marketDataType: 1,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      instruments: [],
      requestsPerSecondMax: 40,
      linesMax: 100,
      handshakeMs: 10_000,
      answerMs: 5_000,
      clockMs: 5_000,
      comboMs: 1_000,
      retryMs: 30_000,
      refusedMs: 600_000,
      resumeMs: 30_000,
      ...options,
    }
    this.#memory = { instruments: new Map(this.#settings.instruments.map((i) => [i.conId, i])), venues: new Map(), wanted: [] }
  }

  async connect(tell: (event: BrokerEvent) => void): Promise<void> {
    await this.close()
    const session = new Session(this.#settings, this.#memory, tell)
    this.#session = session
    await session.open()
  }

  watch(instruments: readonly Instrument[]): void {
    this.#memory.wanted = [...instruments]
    this.#session?.follow()
  }

  async catchUp(): Promise<void> {
    await this.#here().catchUp()
  }

  async askClock(): Promise<void> {
    await this.#here().askClock()
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.close()
  }

  advice(): Promise<string> {
    return adviceOnTws(this.#settings.host, this.#settings.port)
  }

  #here(): Session {
    if (this.#session === null) throw new BrokerUnreachable(`${this.#settings.host}:${this.#settings.port}`, undefined, 'no session open')
    return this.#session
  }
}

/** What outlives a session. */
interface Memory {
  readonly instruments: Map<number, Instrument>
  /** Where a contract was last seen trading: what a future is asked for by, until its details come. */
  readonly venues: Map<number, string>
  wanted: readonly Instrument[]
}

/** One price subscription. */
interface Line {
  readonly conId: number
  readonly secType: string
  readonly name: string
  requestId: number
  turn: Turn | null
  bid: number | null
  ask: number | null
  bidPastLimit: boolean
  askPastLimit: boolean
  halted: boolean
  /** False until the snapshot that follows a subscription has passed: it is undated and may be of yesterday. */
  past: boolean
  /** The best source of trades that has spoken: an index into TRADE_SOURCES. */
  source: number
  /** Prints of lesser sources, until it is clear that no better one speaks. */
  withheld: { readonly source: number; readonly quote: Quote }[]
  /** Asked at the contract's own exchange after SMART was refused. */
  direct: boolean
}

/** Where trades come from, best first: all three report the same prints. A lesser one is believed after so many prints without a better one. */
const TRADE_SOURCES = [
  { name: 'RT Trade Volume', believedAfter: 1 },
  { name: 'RTVolume, which includes unreportable trades,', believedAfter: 3 },
  { name: 'the undated last price', believedAfter: 10 },
] as const
const NO_SOURCE = TRADE_SOURCES.length

/** The client's own limiter is not used: it forgets nothing when it should and leaves timers behind. One that never fills. */
const CLIENT_LIMITER_PER_SECOND = 10_000
/** How long a timer of that limiter lives on after the last request. */
const CLIENT_TIMER_MS = 110
const CLOSE_MS = 1_000
/** The id the client gives to messages that answer no request. */
const NO_REQUEST = -1

class Session {
  readonly #settings: Settings
  readonly #memory: Memory
  readonly #tell: (event: BrokerEvent) => void
  readonly #client: IBApi
  /** The client as far as it may be used for requests. */
  readonly #requests: Pick<IBApi, keyof typeof REQUESTS>
  readonly #pace: Pace
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #handshake: Answer
  readonly #ended: Promise<void>
  #sayEnded: () => void = () => {}
  #state: 'opening' | 'open' | 'ended' = 'opening'
  #trouble: ExcursionError | null = null
  /** The raw message that is being read. */
  #message: readonly string[] = []
  #zone: string
  #greeted = false
  #versionSeen = false
  #lastRequestId = 0
  #lastRequestAt = 0
  #executions: { readonly requestId: number; readonly answer: Answer } | null = null
  #positions: Answer | null = null
  /** Who asked for the time, in the order in which it is answered. */
  readonly #times: (Pick<Answer, 'settle' | 'stir'> & { readonly tell?: (at: Instant) => void })[] = []
  /** Prices are asked for once executions and positions have been. */
  #following = false
  readonly #lines = new Map<number, Line>()
  readonly #linesByRequest = new Map<number, Line>()
  /** Requests of lines that were let go, oldest first. */
  readonly #parted: number[] = []
  /** Contracts whose live prices stay away. */
  readonly #unheard = new Set<number>()
  /** Contracts that are not asked for until their time has come. */
  readonly #resting = new Set<number>()
  readonly #detailRequests = new Map<number, number>()
  readonly #detailsAsked = new Set<number>()
  #saidBeyondBudget = false
  /** Orders of which a leg was filled; and fills of combos that wait for one. */
  readonly #legOrders = new Set<string>()
  readonly #combos = new Map<string, { readonly permId: string | undefined; readonly told: { readonly fact: Fact; readonly raw: readonly string[] }[] }>()
  readonly #combosLeftOut = new Set<string>()

  constructor(settings: Settings, memory: Memory, tell: (event: BrokerEvent) => void) {
    this.#settings = settings
    this.#memory = memory
    this.#tell = tell
    this.#zone = settings.timeZone
    this.#pace = new Pace(settings.requestsPerSecondMax, settings.clock)
    this.#handshake = new Answer(settings.handshakeMs)
    this.#ended = new Promise((resolve) => {
      this.#sayEnded = resolve
    })
    // Host, port and client id are always said: the client would read IB_HOST, IB_PORT and .env by itself.
    this.#client = new IBApi({ host: settings.host, port: settings.port, clientId: settings.clientId, maxReqPerSec: CLIENT_LIMITER_PER_SECOND })
    this.#requests = this.#client
    this.#listen()
  }

  /** Handshake → clock → executions → positions → prices. */
  async open(): Promise<void> {
    this.#client.connect()
    const greeted = await this.#handshake.outcome
    if (greeted !== 'answered') {
      const found = this.#greeted ? 'a program that accepts the connection and then says nothing (is a question open in its window?)' : 'no answer in time'
      const trouble = this.#trouble ?? new BrokerUnreachable(this.#address(), undefined, found)
      await this.close()
      throw trouble
    }
    this.#state = 'open'
    if (this.#settings.marketDataType !== 1) this.#ask(() => this.#requests.reqMarketDataType(this.#settings.marketDataType))
    const clock = this.askClock()
    clock.catch(() => {}) // looked at below
    await this.catchUp()
    if (!this.#isOver()) {
      const positions = this.#askPositions()
      this.#following = true
      this.follow()
      await positions
      await clock
    }
    if (this.#isOver()) throw this.#trouble ?? new BrokerUnreachable(this.#address(), undefined, 'a session that ended while it caught up')
  }

  async catchUp(): Promise<void> {
    if (this.#isOver()) return
    if (this.#executions === null) {
      const requestId = ++this.#lastRequestId
      this.#executions = { requestId, answer: new Answer(this.#settings.answerMs) }
      this.#ask(() => this.#requests.reqExecutions(requestId, {}))
    }
    const asked = this.#executions
    const outcome = await asked.answer.outcome
    if (this.#executions !== asked) return
    this.#executions = null
    // Some gateways leave the end marker out (reference 2.1): what came is taken, and it is said.
    if (outcome === 'silent')
      this.#notice(`no end of the day's executions after ${this.#settings.answerMs} ms of silence; went on with those that came`, 'TROUBLE')
  }

  async askClock(): Promise<void> {
    if (this.#isOver()) throw new BrokerUnreachable(this.#address(), undefined, 'a session that is over')
    const asked = new Answer(this.#settings.clockMs)
    this.#times.push(asked)
    this.#ask(() => this.#requests.reqCurrentTime())
    const outcome = await asked.outcome
    if (outcome === 'silent') throw new BrokerSilent('what time is it', this.#settings.clockMs)
    if (outcome === 'ended') throw this.#trouble ?? new BrokerUnreachable(this.#address(), undefined, 'a session that ended')
  }

  /** Makes the subscriptions those that are wanted. */
  follow(): void {
    if (!this.#following || this.#isOver()) return
    const combos = this.#memory.wanted.filter((instrument) => instrument.secType === 'BAG')
    // The legs of a combo are not in its fill: it can only be valued by the prices of its legs.
    const watchable = this.#memory.wanted.filter((instrument) => instrument.conId > 0 && !combos.includes(instrument))
    const wanted = watchable.slice(0, this.#settings.linesMax)
    if (wanted.length < watchable.length && !this.#saidBeyondBudget) {
      this.#saidBeyondBudget = true
      const without = watchable.slice(this.#settings.linesMax).map((instrument) => instrument.symbol)
      this.#notice(`${watchable.length} contracts want prices, ${this.#settings.linesMax} lines are there; without prices: ${without.join(', ')}`, 'TROUBLE')
    }
    const wantedIds = new Set(wanted.map((instrument) => instrument.conId))
    for (const line of [...this.#lines.values()]) if (!wantedIds.has(line.conId)) this.#letGo(line)
    for (const instrument of wanted) if (!this.#lines.has(instrument.conId) && !this.#resting.has(instrument.conId)) this.#subscribe(instrument)
  }

  async close(): Promise<void> {
    this.#end(null)
    const patience = setTimeout(() => this.#sayEnded(), CLOSE_MS)
    await this.#ended
    clearTimeout(patience)
    const sinceRequest = this.#settings.clock.monotonic() - this.#lastRequestAt
    if (this.#lastRequestAt > 0 && sinceRequest < CLIENT_TIMER_MS) await new Promise((resolve) => setTimeout(resolve, CLIENT_TIMER_MS - sinceRequest))
  }

  // -------------------------------------------------------------- listening

  #listen(): void {
    const client = this.#client
    client.on(EventName.sent, () => this.#hearOpened())
    client.on(EventName.received, (message: string[]) => this.#hearAnything(message))
    client.on(EventName.disconnected, () => this.#hearDisconnected())
    // Messages with an id come as 'error', those without (-1) as 'info' (reference 1.6).
    client.on(
      EventName.error,
      this.#safely((error: Error, code: number, requestId: number) => this.#hearCode(error.message, code, requestId)),
    )
    client.on(
      EventName.info,
      this.#safely((message: string, code: number) => this.#hearCode(message, code, NO_REQUEST)),
    )
    client.on(
      EventName.server,
      this.#safely((_version: number, time: string) => this.#hearServer(time)),
    )
    client.on(
      EventName.managedAccounts,
      this.#safely((list: string) => this.#hearAccounts(list)),
    )
    client.on(
      EventName.nextValidId,
      this.#safely(() => this.#handshake.settle('answered')),
    )
    client.on(
      EventName.currentTime,
      this.#safely((seconds: number) => this.#hearTime(seconds)),
    )
    client.on(
      EventName.execDetails,
      this.#safely((requestId: number, contract: TwsContract, execution: TwsExecution) => this.#hearExecution(requestId, contract, execution)),
    )
    client.on(
      EventName.execDetailsEnd,
      this.#safely((requestId: number) => this.#hearExecutionsEnd(requestId)),
    )
    client.on(
      EventName.commissionReport,
      this.#safely((report: TwsCommissionReport) => this.#hearCommission(report)),
    )
    client.on(
      EventName.contractDetails,
      this.#safely((requestId: number, details: TwsContractDetails) => this.#hearDetails(requestId, details)),
    )
    client.on(
      EventName.contractDetailsEnd,
      this.#safely((requestId: number) => this.#endDetails(requestId)),
    )
    client.on(
      EventName.position,
      this.#safely((account: string, contract: TwsContract, quantity?: number, cost?: number) => this.#hearPosition(account, contract, quantity, cost)),
    )
    client.on(
      EventName.positionEnd,
      this.#safely(() => this.#positions?.settle('answered')),
    )
    client.on(
      EventName.tickPrice,
      this.#safely((requestId: number, tick: number, price?: number) => this.#hearTickPrice(requestId, tick, price)),
    )
    client.on(
      EventName.tickString,
      this.#safely((requestId: number, tick: number, value: string) => this.#hearTickString(requestId, tick, value)),
    )
    client.on(
      EventName.tickGeneric,
      this.#safely((requestId: number, tick: number, value?: number) => this.#hearTickGeneric(requestId, tick, value)),
    )
  }

  /** An exception in a listener would leave the client's decoder stuck in the middle of what it has read (reference 1.6, t05). */
  #safely<A extends unknown[]>(hear: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (this.#isOver()) return
      try {
        hear(...args)
      } catch (error) {
        this.#notice(`a message could not be taken: ${error instanceof Error ? error.message : String(error)} (${this.#message.join('|')})`, 'TROUBLE')
      }
    }
  }

  /** The client sends its greeting as soon as the connection stands. */
  #hearOpened(): void {
    if (this.#greeted || this.#isOver()) return
    this.#greeted = true
    this.#tell({ kind: 'connected' })
  }

  #hearAnything(message: readonly string[]): void {
    this.#message = message
    for (const asked of this.#times) asked.stir()
  }

  #hearServer(time: string): void {
    this.#versionSeen = true
    this.#handshake.stir()
    this.#zone = zoneOfConnectionTime(time, this.#settings.timeZone) ?? zoneOf(this.#settings.timeZone) ?? 'UTC'
  }

  #hearAccounts(list: string): void {
    const accounts = list
      .split(',')
      .map((account) => account.trim())
      .filter((account) => account !== '')
    this.#tell({ kind: 'accounts', accounts })
  }

  #hearTime(seconds: number): void {
    const asked = this.#times.shift()
    if (Number.isFinite(seconds) && seconds > 0) {
      this.#tell({ kind: 'clock', at: seconds * 1000 })
      asked?.tell?.(seconds * 1000)
    }
    asked?.settle('answered')
  }

  #hearDisconnected(): void {
    if (!this.#isOver()) {
      const found = this.#versionSeen ? 'a session closed from the other side' : 'a socket that closes at once (is the API enabled, and this address trusted?)'
      this.#trouble ??= new BrokerUnreachable(this.#address(), undefined, found)
      this.#end(this.#trouble.message)
    }
    this.#sayEnded()
  }

  #hearCode(message: string, code: number, id: number): void {
    const requestId = id === NO_REQUEST ? null : id
    const { action, meaning } = classify(code, message, requestId)
    const line = requestId === null ? undefined : this.#linesByRequest.get(requestId)
    const named = line === undefined ? message : `${message} [${line.name}]`
    if (this.#state === 'opening' && action === 'RECONNECT') {
      this.#trouble = new BrokerUnreachable(this.#address(), message, foundBy(code, message))
    } else {
      this.#tell({ kind: 'notice', code, message: named, requestId, meaning })
    }
    if (code === DELAYED_INSTEAD && line !== undefined) this.#pricesStayAway(line.conId, `${code} ${message}`)
    switch (action) {
      case 'KEEP':
      case 'BUG':
        return
      case 'CLIENT_ID':
        this.#trouble = new ClientIdInUse(this.#settings.clientId, this.#address())
        return this.#end(this.#trouble.message)
      case 'RECONNECT':
        // While opening, the client closes by itself and says so.
        if (this.#state === 'open') this.#end(`${code} ${message}`)
        return
      case 'RESUBSCRIBE':
        this.#resubscribeAll()
        return this.#catchUpAgain()
      case 'CATCH_UP':
        this.#expectPrices()
        return this.#catchUpAgain()
      case 'STOP':
      case 'RETRY':
      case 'LINE_LIMIT':
        if (requestId !== null) this.#endRequest(requestId, action === 'STOP', code, message)
    }
  }

  /** A request that TWS ended: a price is asked for again later, anything else goes on without. */
  #endRequest(requestId: number, refused: boolean, code: number, message: string): void {
    if (this.#executions?.requestId === requestId) {
      if (refused) return this.#executions.answer.settle('answered')
      // Not now: without the executions of the day nothing is caught up, so they are asked for again. A refusal is no silence.
      this.#executions.answer.stir()
      const { retryMs, answerMs } = this.#settings
      this.#later(Math.min(retryMs, answerMs / 2), () => {
        if (this.#executions?.requestId === requestId) this.#ask(() => this.#requests.reqExecutions(requestId, {}))
      })
      return
    }
    if (this.#detailRequests.has(requestId)) return this.#endDetails(requestId)
    const line = this.#linesByRequest.get(requestId)
    if (line === undefined) return
    this.#forget(line)
    // Told again at every refusal: who listens may have begun anew since the last one.
    this.#unheard.delete(line.conId)
    this.#pricesStayAway(line.conId, `${code} ${message}`)
    const venue = this.#venueOf(line.conId)
    if (code === 200 && !line.direct && venue !== undefined && venue !== SMART) {
      const instrument = this.#memory.wanted.find((wanted) => wanted.conId === line.conId)
      if (instrument !== undefined) return this.#subscribe(instrument, venue)
    }
    this.#resting.add(line.conId)
    this.#later(refused ? this.#settings.refusedMs : this.#settings.retryMs, () => {
      this.#resting.delete(line.conId)
      this.follow()
    })
  }

  // -------------------------------------------------------------- executions

  #hearExecution(requestId: number, contract: TwsContract, execution: TwsExecution): void {
    this.#executions?.answer.stir()
    const raw = this.#message
    const instrument = parseContract(contract)
    const fact = parseExecution(contract, execution, this.#zone)
    if ('refused' in instrument) return this.#notice(`refused: ${instrument.refused} (${raw.join('|')})`, 'TROUBLE')
    if ('refused' in fact) return this.#notice(`refused: ${fact.refused} (${raw.join('|')})`, 'TROUBLE')
    if (contract.secType === 'BAG') return this.#holdCombo(instrument, fact, raw)
    if (fact.permId !== undefined) this.#hearLeg(fact.permId)
    if (contract.exchange !== undefined && contract.exchange !== '') this.#memory.venues.set(fact.conId, contract.exchange)
    this.#learn(instrument)
    this.#tell({ kind: 'fact', fact, raw, ...(requestId === NO_REQUEST ? {} : { history: true }) })
    this.#askDetails(fact.conId)
  }

  #hearExecutionsEnd(requestId: number): void {
    if (this.#executions?.requestId === requestId) this.#executions.answer.settle('answered')
  }

  #hearCommission(report: TwsCommissionReport): void {
    this.#executions?.answer.stir()
    const fact = parseCommission(report)
    if (fact === null || this.#combosLeftOut.has(fact.executionId)) return
    const combo = this.#combos.get(fact.executionId)
    if (combo === undefined) this.#tell({ kind: 'fact', fact, raw: this.#message })
    else combo.told.push({ fact, raw: this.#message })
  }

  /** The fill of a combo comes beside the fills of its legs, under the same order: one of the two counts. The legs, where they come. */
  #holdCombo(instrument: Instrument, fact: Fact & { readonly executionId: string; readonly permId?: string }, raw: readonly string[]): void {
    if (fact.permId !== undefined && this.#legOrders.has(fact.permId)) return this.#leaveOut(fact.executionId)
    this.#combos.set(fact.executionId, { permId: fact.permId, told: [{ fact, raw }] })
    this.#later(this.#settings.comboMs, () => {
      const held = this.#combos.get(fact.executionId)
      if (held === undefined) return
      this.#combos.delete(fact.executionId)
      this.#notice(`combo fill ${fact.executionId}: no fill of a leg came with it, so the combo itself is counted`, 'ADVICE')
      this.#learn(instrument)
      for (const told of held.told) this.#tell({ kind: 'fact', ...told })
    })
  }

  #hearLeg(permId: string): void {
    this.#legOrders.add(permId)
    for (const [executionId, held] of this.#combos) {
      if (held.permId !== permId) continue
      this.#combos.delete(executionId)
      this.#leaveOut(executionId)
    }
  }

  #leaveOut(executionId: string): void {
    this.#combosLeftOut.add(executionId)
    this.#notice(`combo fill ${executionId}: its legs are counted, not the combo`, 'ADVICE')
  }

  #catchUpAgain(): void {
    void this.catchUp()
  }

  // -------------------------------------------------------------- contracts

  /** Tells an instrument that is new, or of which something new is known. */
  #learn(fresh: Instrument): void {
    const known = this.#memory.instruments.get(fresh.conId)
    const merged = mergeInstruments(known, fresh)
    if (known !== undefined && sameFields(known, merged)) return
    this.#memory.instruments.set(fresh.conId, merged)
    this.#tell({ kind: 'fact', fact: merged, raw: this.#message })
  }

  /** Once a session: hours are told for about a week ahead. Never for a combo: the request may block for hours (reference 3.3). */
  #askDetails(conId: number): void {
    if (this.#detailsAsked.has(conId)) return
    this.#detailsAsked.add(conId)
    const requestId = ++this.#lastRequestId
    this.#detailRequests.set(requestId, conId)
    this.#ask(() => this.#requests.reqContractDetails(requestId, { conId }), 'patient')
  }

  #hearDetails(requestId: number, details: TwsContractDetails): void {
    const conId = this.#detailRequests.get(requestId)
    const instrument = parseContractDetails(details)
    if (conId === undefined || 'refused' in instrument || instrument.conId !== conId) return
    // A contract traded in several places has a line for each; SMART, or else the first, speaks for it.
    const known = this.#memory.instruments.get(conId)
    if (known?.exchange === SMART && instrument.exchange !== SMART) return
    this.#learn(instrument)
  }

  #endDetails(requestId: number): void {
    if (this.#detailRequests.delete(requestId)) this.follow()
  }

  #askPositions(): Promise<void> {
    const answer = new Answer(this.#settings.answerMs)
    this.#positions = answer
    this.#ask(() => this.#requests.reqPositions())
    return answer.outcome.then((outcome) => {
      this.#positions = null
      if (outcome === 'silent') this.#notice(`no end of the positions after ${this.#settings.answerMs} ms of silence; went on with those that came`, 'TROUBLE')
    })
  }

  #hearPosition(account: string, contract: TwsContract, quantity: number | undefined, cost: number | undefined): void {
    this.#positions?.stir()
    const instrument = parseContract(contract)
    if ('refused' in instrument || quantity === undefined) {
      return this.#notice(`refused: a position of ${account} that cannot be read (${this.#message.join('|')})`, 'TROUBLE')
    }
    const merged = mergeInstruments(this.#memory.instruments.get(instrument.conId), instrument)
    this.#tell({ kind: 'position', account, instrument: merged, quantity: numberText(quantity), averageCost: numberText(cost ?? 0) })
  }

  // -------------------------------------------------------------- prices

  #subscribe(instrument: Instrument, venue = this.#venueToAsk(instrument)): void {
    if (venue === undefined) {
      this.#askDetails(instrument.conId) // followed again once they are there
      return
    }
    const requestId = ++this.#lastRequestId
    const line: Line = {
      conId: instrument.conId,
      secType: instrument.secType,
      name: `${instrument.symbol} ${instrument.secType}, conId ${instrument.conId}`,
      requestId,
      turn: null,
      bid: null,
      ask: null,
      bidPastLimit: false,
      askPastLimit: false,
      halted: false,
      past: false,
      source: NO_SOURCE,
      withheld: [],
      direct: venue !== SMART,
    }
    this.#lines.set(instrument.conId, line)
    this.#linesByRequest.set(requestId, line)
    line.turn = this.#ask(() => {
      this.#times.push({ settle: () => {}, stir: () => {}, tell: (at) => this.#tell({ kind: 'asked', conId: instrument.conId, at }) })
      this.#requests.reqCurrentTime()
      this.#requests.reqMktData(requestId, { conId: instrument.conId, exchange: venue }, genericTicksOf(instrument.secType), false, false)
    })
    this.#askDetails(instrument.conId)
  }

  /** Where its prices are asked for; undefined where that is not known yet. */
  #venueToAsk(instrument: Instrument): string | undefined {
    if (ROUTED.has(instrument.secType)) return SMART
    if (instrument.secType === 'CASH') return 'IDEALPRO'
    // Once the details have been asked for and did not say, TWS is left to find it.
    return this.#venueOf(instrument.conId) ?? instrument.exchange ?? (this.#hasNoDetails(instrument.conId) ? '' : undefined)
  }

  #venueOf(conId: number): string | undefined {
    return this.#memory.instruments.get(conId)?.exchange ?? this.#memory.venues.get(conId)
  }

  #hasNoDetails(conId: number): boolean {
    return this.#detailsAsked.has(conId) && ![...this.#detailRequests.values()].includes(conId)
  }

  /** What is on its way when a line is let go still counts: the contract may be wanted again by then. */
  #letGo(line: Line): void {
    this.#lines.delete(line.conId)
    this.#parted.push(line.requestId)
    if (this.#parted.length > PARTED_MAX) this.#linesByRequest.delete(this.#parted.shift() as number)
    // One that has not gone out yet is simply not sent: TWS answers a cancel it did not expect with 300.
    if (line.turn?.cancel() !== true) this.#ask(() => this.#requests.cancelMktData(line.requestId))
  }

  #forget(line: Line): void {
    this.#lines.delete(line.conId)
    this.#linesByRequest.delete(line.requestId)
  }

  /** After 1101 TWS has forgotten them all. */
  #resubscribeAll(): void {
    for (const line of [...this.#lines.values()]) {
      line.turn?.cancel()
      this.#forget(line)
    }
    this.#resting.clear()
    this.follow()
  }

  /** After 1102 the prices go on by themselves, or so TWS says. */
  #expectPrices(): void {
    if (this.#lines.size === 0) return
    let came = false
    const listener = () => {
      came = true
    }
    this.#client.on(EventName.tickString, listener)
    this.#client.on(EventName.tickPrice, listener)
    this.#later(this.#settings.resumeMs, () => {
      this.#client.off(EventName.tickString, listener)
      this.#client.off(EventName.tickPrice, listener)
      if (came) return
      this.#notice(`no price within ${this.#settings.resumeMs} ms of 'data maintained'; asking for them anew`, 'TROUBLE')
      for (const line of [...this.#lines.values()]) this.#letGo(line)
      this.follow()
    })
  }

  #hearTickString(requestId: number, tick: number, value: string): void {
    if (tick !== TICK.RT_TRADE_VOLUME && tick !== TICK.RT_VOLUME) return
    const line = this.#linesByRequest.get(requestId)
    if (line === undefined || !isMarkedByTrades(line.secType)) return
    const print = parsePrint(value)
    if (print === null) return
    const quote: Quote = { conId: line.conId, price: print.price, at: print.at, source: 'LAST', ...(line.halted ? { halted: true } : {}) }
    this.#offer(line, tick === TICK.RT_TRADE_VOLUME ? 0 : 1, quote)
  }

  #hearTickPrice(requestId: number, tick: number, price: number | undefined): void {
    const line = this.#linesByRequest.get(requestId)
    if (line === undefined) return
    // The decoder keeps neither the size nor the mask of a price: they are read from the message itself.
    const [, , , , , size, mask] = this.#message
    switch (tick) {
      case TICK.BID:
      case TICK.DELAYED_BID:
        line.bid = parseSide(price, Number(size), line.secType)
        line.bidPastLimit = isPastLimit(mask)
        return this.#quoteBothSides(line, tick === TICK.DELAYED_BID)
      case TICK.ASK:
      case TICK.DELAYED_ASK:
        line.ask = parseSide(price, Number(size), line.secType)
        line.askPastLimit = isPastLimit(mask)
        return this.#quoteBothSides(line, tick === TICK.DELAYED_ASK)
      case TICK.LAST:
        return this.#quoteLast(line, parseSide(price, Number(size), line.secType), isPastLimit(mask), false)
      case TICK.DELAYED_LAST:
        return this.#quoteLast(line, parseSide(price, Number(size), line.secType), isPastLimit(mask), true)
    }
  }

  #hearTickGeneric(requestId: number, tick: number, value: number | undefined): void {
    const line = this.#linesByRequest.get(requestId)
    if (line !== undefined && tick === TICK.HALTED) line.halted = isHalted(value)
  }

  #quoteBothSides(line: Line, delayed: boolean): void {
    if (isMarkedByTrades(line.secType) || line.bid === null || line.ask === null) return
    if (!line.past) {
      line.past = true
      return
    }
    const flags = {
      ...(delayed ? { delayed } : {}),
      ...(line.bidPastLimit || line.askPastLimit ? { pastLimit: true } : {}),
      ...(line.halted ? { halted: true } : {}),
    }
    this.#tellQuote({ conId: line.conId, price: null, bid: line.bid, ask: line.ask, at: null, source: 'MID', ...flags })
  }

  #quoteLast(line: Line, price: number | null, pastLimit: boolean, delayed: boolean): void {
    if (price === null || !isMarkedByTrades(line.secType)) return
    if (!line.past) {
      line.past = true
      return
    }
    const flags = { ...(delayed ? { delayed } : {}), ...(pastLimit ? { pastLimit } : {}), ...(line.halted ? { halted: true } : {}) }
    const quote: Quote = { conId: line.conId, price, at: null, source: 'LAST', ...flags }
    // An index has no volume, and delayed data no RT volume: there the last price is all there is.
    if (delayed || line.secType === 'IND') this.#tellQuote(quote)
    else this.#offer(line, 2, quote)
  }

  /** The same print comes from up to three sources: the best one that speaks is believed, and a lesser one is named once. */
  #offer(line: Line, source: 0 | 1 | 2, quote: Quote): void {
    if (source > line.source) return
    if (source < line.source) {
      line.withheld.push({ source, quote })
      const prints = line.withheld.filter((held) => held.source === source)
      if (prints.length < TRADE_SOURCES[source].believedAfter) return
      line.source = source
      line.withheld = []
      if (source > 0) this.#notice(`${line.name}: no RT Trade Volume comes; ${TRADE_SOURCES[source].name} stands in`, 'ADVICE')
      for (const print of prints) this.#tellQuote(print.quote)
      return
    }
    this.#tellQuote(quote)
  }

  #tellQuote(quote: Quote): void {
    if (quote.delayed === true) this.#pricesStayAway(quote.conId, 'its prices come delayed')
    else if (this.#unheard.delete(quote.conId)) this.#tell({ kind: 'prices', conId: quote.conId, heard: true, at: quote.at, reason: 'live prices come again' })
    this.#tell({ kind: 'quote', quote })
  }

  #pricesStayAway(conId: number, reason: string): void {
    if (this.#unheard.has(conId)) return
    this.#unheard.add(conId)
    this.#tell({ kind: 'prices', conId, heard: false, at: null, reason })
  }

  // -------------------------------------------------------------- the session itself

  /** @param reason why it ended by itself; null where we end it. */
  #end(reason: string | null): void {
    if (this.#isOver()) return
    const wasOpen = this.#state === 'open'
    this.#state = 'ended'
    this.#pace.close()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    for (const answer of [this.#handshake, this.#executions?.answer, this.#positions, ...this.#times]) answer?.settle('ended')
    // Without a socket the client has nothing to close and would not say that it has closed.
    this.#client.disconnect()
    if (wasOpen && reason !== null) this.#tell({ kind: 'lost', reason })
  }

  #isOver(): boolean {
    return this.#state === 'ended'
  }

  #ask(send: () => void, urgency: 'urgent' | 'patient' = 'urgent'): Turn {
    return this.#pace.ask(() => {
      this.#lastRequestAt = this.#settings.clock.monotonic()
      send()
    }, urgency)
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }

  #notice(message: string, meaning: NoticeMeaning): void {
    this.#tell({ kind: 'notice', code: 0, message, requestId: null, meaning })
  }

  #address(): string {
    return `${this.#settings.host}:${this.#settings.port}`
  }
}

/** 'Displaying delayed market data': the subscription goes on, with late prices. */
const DELAYED_INSTEAD = 10167
const SMART = 'SMART'
/** Asked for where IB finds the best price, whatever exchange a fill came from. */
const ROUTED: ReadonlySet<string> = new Set(['STK', 'OPT', 'WAR', 'BOND', 'CFD', 'FUND'])

function foundBy(code: number, message: string): string {
  switch (code) {
    case 502:
      return message.includes('ECONNREFUSED') ? 'nothing listening' : 'no way to connect'
    case 506:
      return 'a version the client cannot speak'
    case 503:
      return 'a TWS too old to be understood'
    default:
      return `code ${code}`
  }
}

function sameFields(a: Instrument, b: Instrument): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Instrument>
  for (const key of keys) if (a[key] !== b[key]) return false
  return true
}
