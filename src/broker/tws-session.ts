// One session with TWS (or IB Gateway), from connecting to its end: the handshake, the clock, the pace of requests, and which room hears what.
// Every connection gets a client of its own: @stoqey/ib keeps requests made while it is down and sends them later, and loses those that wait when it goes
// down (reference 1.6, t07 and t08).
import type { Socket } from 'node:net'
import { EventName, IBApi } from '@stoqey/ib'
import type { Instant } from '#core/time.ts'
import { BrokerSilent, BrokerUnreachable, ClientIdInUse, type ExcursionError } from '#src/errors.ts'
import type { BrokerEvent, HistoryAnswer, HistoryRequest, NoticeMeaning } from './port.ts'
import { Accounts } from './tws-account.ts'
import { Answer } from './tws-answer.ts'
import { BrokerClock } from './tws-clock.ts'
import { Contracts } from './tws-contracts.ts'
import { Executions } from './tws-executions.ts'
import { Histories } from './tws-history.ts'
import { Lines } from './tws-lines.ts'
import { Orders } from './tws-orders.ts'
import { Pace, type Turn } from './tws-pace.ts'
import { ACCOUNT_DATA, brokenPart, classify, isReadOnly, newPort, PACE } from './tws-codes.ts'
import { type TwsCommissionReport, type TwsContract, type TwsContractDetails, type TwsExecution, zoneOf, zoneOfConnectionTime } from './tws-parse.ts'
import { Positions } from './tws-positions.ts'
import { socketOf } from './tws-socket.ts'
import { type Memory, NO_REQUEST, type ORDER_REQUESTS, type REQUESTS, type Settings, type Wire } from './tws-wire.ts'

/** The client's own limiter is not used: it forgets nothing when it should and leaves timers behind. One that never fills. */
const CLIENT_LIMITER_PER_SECOND = 10_000
/** How long a timer of that limiter lives on after the last request. */
const CLIENT_TIMER_MS = 110
const CLOSE_MS = 1_000

export class Session implements Wire {
  readonly settings: Settings
  readonly memory: Memory
  readonly tell: (event: BrokerEvent) => void
  readonly requests: Pick<IBApi, keyof typeof REQUESTS>
  readonly orderRequests: Pick<IBApi, keyof typeof ORDER_REQUESTS>
  message: readonly string[] = []
  zone: string
  readonly #port: number
  readonly #client: IBApi
  #socket: Socket | null = null
  readonly #pace: Pace
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #handshake: Answer
  readonly #ended: Promise<void>
  #sayEnded: () => void = () => {}
  #state: 'opening' | 'open' | 'ended' = 'opening'
  #trouble: ExcursionError | null = null
  #greeted = false
  #versionSeen = false
  #lastRequestId = 0
  #lastRequestAt = 0
  /** Who asked for the time, in the order in which it is answered. */
  readonly #times: (Pick<Answer, 'settle' | 'stir'> & { readonly tell?: (at: Instant) => void })[] = []
  readonly #clock: BrokerClock
  readonly #contracts: Contracts
  readonly #executions: Executions
  readonly #positions: Positions
  readonly #lines: Lines
  readonly #accounts: Accounts
  readonly #histories: Histories
  readonly #orders: Orders

  constructor(settings: Settings, memory: Memory, tell: (event: BrokerEvent) => void) {
    this.settings = settings
    this.memory = memory
    this.tell = tell
    this.zone = settings.timeZone
    this.#clock = new BrokerClock(settings.clock, tell)
    this.#port = memory.port ?? settings.port
    this.#pace = new Pace(settings.requestsPerSecondMax, settings.clock)
    this.#handshake = new Answer(settings.handshakeMs)
    this.#ended = new Promise((resolve) => {
      this.#sayEnded = resolve
    })
    // Host, port and client id are always said: the client would read IB_HOST, IB_PORT and .env by itself.
    this.#client = new IBApi({ host: settings.host, port: this.#port, clientId: settings.clientId, maxReqPerSec: CLIENT_LIMITER_PER_SECOND })
    this.requests = this.#client
    this.orderRequests = this.#client
    this.#contracts = new Contracts(this, () => {
      this.#orders.legsKnown()
      this.#lines.follow()
    })
    this.#executions = new Executions(this, this.#contracts)
    this.#positions = new Positions(this)
    this.#lines = new Lines(this, this.#contracts)
    this.#accounts = new Accounts(this)
    this.#histories = new Histories(this, this.#contracts)
    this.#orders = new Orders(this, this.#contracts)
    this.#listen()
  }

  /** Handshake → clock → executions → positions → prices. */
  async open(): Promise<void> {
    this.#socket = socketOf(() => this.#client.connect())
    // A request is a few bytes: the system would keep the second one back until the first was acknowledged.
    this.#socket?.setNoDelay(true)
    const greeted = await this.#handshake.outcome
    if (greeted !== 'answered') {
      const found = this.#greeted ? 'a program that accepts the connection and then says nothing (is a question open in its window?)' : 'no answer in time'
      const trouble = this.#trouble ?? new BrokerUnreachable(this.#address(), undefined, found)
      await this.close()
      throw trouble
    }
    this.#state = 'open'
    if (this.settings.marketDataType !== 1) this.ask(() => this.requests.reqMarketDataType(this.settings.marketDataType))
    const clock = this.askClock()
    clock.catch(() => {}) // looked at below
    await this.catchUp()
    if (!this.#isOver()) {
      const positions = this.#positions.ask()
      this.#lines.begin()
      await positions
      this.#accounts.begin()
      this.#orders.begin()
      await clock
    }
    if (this.#isOver()) throw this.#trouble ?? new BrokerUnreachable(this.#address(), undefined, 'a session that ended while it caught up')
  }

  async catchUp(): Promise<void> {
    if (!this.#isOver()) await this.#executions.catchUp()
  }

  async askClock(): Promise<void> {
    if (this.#isOver()) throw new BrokerUnreachable(this.#address(), undefined, 'a session that is over')
    const asked = new Answer(this.settings.clockMs)
    this.#times.push(asked)
    this.ask(() => this.requests.reqCurrentTime())
    const outcome = await asked.outcome
    if (outcome === 'silent') throw new BrokerSilent('what time is it', this.settings.clockMs)
    if (outcome === 'ended') throw this.#trouble ?? new BrokerUnreachable(this.#address(), undefined, 'a session that ended')
  }

  /** Makes the subscriptions those that are wanted. */
  follow(): void {
    this.#lines.follow()
  }

  history(request: HistoryRequest): Promise<HistoryAnswer> {
    return this.#histories.ask(request)
  }

  /** Asks of the holdings that are wanted. */
  value(): void {
    if (!this.#isOver()) this.#accounts.follow()
  }

  async close(): Promise<void> {
    this.#end(null)
    const patience = setTimeout(() => this.#sayEnded(), CLOSE_MS)
    await this.#ended
    clearTimeout(patience)
    const sinceRequest = this.settings.clock.monotonic() - this.#lastRequestAt
    if (this.#lastRequestAt > 0 && sinceRequest < CLIENT_TIMER_MS) await new Promise((resolve) => setTimeout(resolve, CLIENT_TIMER_MS - sinceRequest))
  }

  // -------------------------------------------------------------- the wire, as its rooms use it

  get ordersRefused(): boolean {
    return this.#orders.refused
  }

  nextRequestId(): number {
    return ++this.#lastRequestId
  }

  ask(send: () => void, urgency: 'urgent' | 'patient' = 'urgent'): Turn {
    return this.#pace.ask(() => {
      this.#lastRequestAt = this.settings.clock.monotonic()
      send()
    }, urgency)
  }

  together(send: () => void): void {
    this.#socket?.cork()
    try {
      send()
    } finally {
      this.#socket?.uncork()
    }
  }

  askTimeNow(tell: (at: Instant) => void): void {
    this.#times.push({ settle: () => {}, stir: () => {}, tell })
    this.#pace.note()
    this.requests.reqCurrentTime()
  }

  dateOf(conId: number, name: string, at: Instant): Instant | null {
    return this.#clock.dateOf(conId, name, at)
  }

  later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }

  notice(message: string, meaning: NoticeMeaning, part?: string): void {
    this.tell({ kind: 'notice', code: 0, message, requestId: null, meaning, ...(part === undefined ? {} : { part }) })
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
      this.#safely((requestId: number, contract: TwsContract, execution: TwsExecution) => {
        this.#lines.beforeFill(contract.conId)
        this.#executions.hearExecution(requestId, contract, execution)
      }),
    )
    client.on(
      EventName.execDetailsEnd,
      this.#safely((requestId: number) => this.#executions.hearEnd(requestId)),
    )
    client.on(
      EventName.commissionReport,
      this.#safely((report: TwsCommissionReport) => this.#executions.hearCommission(report)),
    )
    client.on(
      EventName.contractDetails,
      this.#safely((requestId: number, details: TwsContractDetails) => this.#contracts.hearDetails(requestId, details)),
    )
    client.on(
      EventName.contractDetailsEnd,
      this.#safely((requestId: number) => this.#contracts.endDetails(requestId)),
    )
    client.on(
      EventName.position,
      this.#safely((account: string, contract: TwsContract, quantity?: number, cost?: number) => this.#positions.hear(account, contract, quantity, cost)),
    )
    client.on(
      EventName.positionEnd,
      this.#safely(() => this.#positions.hearEnd()),
    )
    client.on(
      EventName.tickPrice,
      this.#safely((requestId: number, tick: number, price?: number) => this.#lines.hearTickPrice(requestId, tick, price)),
    )
    client.on(
      EventName.tickString,
      this.#safely((requestId: number, tick: number, value: string) => this.#lines.hearTickString(requestId, tick, value)),
    )
    client.on(
      EventName.rerouteMktDataReq,
      this.#safely((requestId: number, conId: number, exchange: string) => this.#lines.reroute(requestId, conId, exchange)),
    )
    client.on(
      EventName.tickSnapshotEnd,
      this.#safely((requestId: number) => this.#lines.hearSnapshotEnd(requestId)),
    )
    client.on(
      EventName.tickGeneric,
      this.#safely((requestId: number, tick: number, value?: number) => this.#lines.hearTickGeneric(requestId, tick, value)),
    )
    client.on(
      EventName.tickByTickAllLast,
      this.#safely((requestId: number, _: number, time: string, price: number | undefined, __: unknown, mask: { pastLimit?: boolean; unreported?: boolean }) =>
        this.#lines.hearStream(requestId, time, price, mask),
      ),
    )
    this.#accounts.listen(client, (hear) => this.#safely(hear))
    this.#orders.listen(client, (hear) => this.#safely(hear))
    this.#histories.listen(client, (hear) => this.#safely(hear))
  }

  /** An exception in a listener would leave the client's decoder stuck in the middle of what it has read (reference 1.6, t05). */
  #safely<A extends unknown[]>(hear: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (this.#isOver()) return
      try {
        hear(...args)
      } catch (error) {
        this.notice(`a message could not be taken: ${error instanceof Error ? error.message : String(error)} (${this.message.join('|')})`, 'TROUBLE')
      }
    }
  }

  /** The client sends its greeting as soon as the connection stands. */
  #hearOpened(): void {
    if (this.#greeted || this.#isOver()) return
    this.#greeted = true
    this.tell({ kind: 'connected' })
  }

  #hearAnything(message: readonly string[]): void {
    this.message = message
    for (const asked of this.#times) asked.stir()
  }

  #hearServer(time: string): void {
    this.#versionSeen = true
    this.#handshake.stir()
    this.zone = zoneOfConnectionTime(time, this.settings.timeZone) ?? zoneOf(this.settings.timeZone) ?? 'UTC'
  }

  #hearAccounts(list: string): void {
    const accounts = list
      .split(',')
      .map((account) => account.trim())
      .filter((account) => account !== '')
    this.#accounts.serves(accounts)
    this.tell({ kind: 'accounts', accounts, zone: this.zone })
  }

  #hearTime(seconds: number): void {
    const asked = this.#times.shift()
    if (Number.isFinite(seconds) && seconds > 0) {
      const at = this.#clock.hear(seconds * 1000)
      this.tell({ kind: 'clock', at })
      asked?.tell?.(at)
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
    if (isReadOnly(code, message, requestId) && !this.settings.readOnly && !this.#hearReadOnly()) return
    if (meaning === 'FEED_LOST' || meaning === 'FEED_RESTORED') this.#lines.interrupted()
    const name = requestId === null ? undefined : this.#lines.nameOf(requestId)
    const named = name === undefined ? message : `${message} [${name}]`
    if (this.#state === 'opening' && action === 'RECONNECT') {
      this.#trouble = new BrokerUnreachable(this.#address(), message, foundBy(code, message))
    } else {
      const part = meaning === 'DEGRADED' || meaning === 'MENDED' ? brokenPart(code, message) : null
      this.tell({ kind: 'notice', code, message: named, requestId, meaning, ...(part === null ? {} : { part }) })
      if (part === ACCOUNT_DATA) this.#accounts.takenOver()
      if (part === PACE) this.#slowDown(requestId)
    }
    this.memory.port = newPort(code, message) ?? this.memory.port
    if (code === FARM_BROKEN) this.#lines.farmBroken(brokenPart(code, message) ?? '', `${code} ${message}`)
    else if (meaning === 'MENDED') this.#lines.farmMended(brokenPart(code, message))
    if (PERHAPS_DELAYED.has(code) && requestId !== null) this.#lines.delayed(requestId, `${code} ${message}`)
    switch (action) {
      case 'KEEP':
      case 'BUG':
        return
      case 'CLIENT_ID':
        this.#trouble = new ClientIdInUse(this.settings.clientId, this.#address())
        return this.#end(this.#trouble.message)
      case 'RECONNECT':
        // While opening, the client closes by itself and says so.
        if (this.#state === 'open') this.#end(`${code} ${message}`)
        return
      case 'RESUBSCRIBE':
        this.#lines.resubscribeAll()
        void this.catchUp()
        return
      case 'CATCH_UP':
        this.#lines.expectPrices()
        void this.catchUp()
        return
      case 'STOP':
      case 'RETRY':
      case 'LINE_LIMIT':
        if (requestId !== null) this.#endRequest(requestId, action === 'STOP', code, message)
    }
  }

  /** Answers whether that is news: it is said once, and costs the list of open orders and nothing else. */
  #hearReadOnly(): boolean {
    const isNews = this.#orders.refuse()
    if (isNews) this.notice("TWS does not tell open orders, and so no stops: untick 'Read-Only API' in TWS, or set TWS_READ_ONLY=true", 'ADVICE')
    return isNews
  }

  /** TWS left out what came too fast, and does not always say which request that was. */
  #slowDown(requestId: number | null): void {
    const { retryMs } = this.settings
    const perSecondMax = this.#pace.slowFor(retryMs)
    this.notice(`no more than ${perSecondMax} requests a second for ${retryMs} ms; does another program ask as this client?`, 'ADVICE')
    this.later(retryMs, () => this.notice('as many requests a second as usual', 'MENDED', PACE))
    if (requestId !== null) return
    this.#executions.perhapsLost()
    this.#contracts.perhapsLost()
    this.#lines.perhapsLost('its request may have been left out')
  }

  /** A request that TWS ended: a price is asked for again later, anything else goes on without. */
  #endRequest(requestId: number, refused: boolean, code: number, message: string): void {
    if (this.#executions.endRequest(requestId, refused) || this.#accounts.endRequest(requestId)) return
    if (this.#histories.endRequest(requestId, refused, code, message)) return
    if (this.#contracts.asked(requestId)) this.#contracts.endDetails(requestId)
    else this.#lines.endRequest(requestId, refused, code, message)
  }

  // -------------------------------------------------------------- its end

  /** @param reason why it ended by itself; null where we end it. */
  #end(reason: string | null): void {
    if (this.#isOver()) return
    const wasOpen = this.#state === 'open'
    this.#state = 'ended'
    this.#pace.close()
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    for (const room of [this.#executions, this.#positions, this.#lines, this.#histories]) room.end()
    for (const answer of [this.#handshake, ...this.#times]) answer.settle('ended')
    // Without a socket the client has nothing to close and would not say that it has closed.
    this.#client.disconnect()
    if (wasOpen && reason !== null) this.tell({ kind: 'lost', reason })
  }

  #isOver(): boolean {
    return this.#state === 'ended'
  }

  #address(): string {
    return `${this.settings.host}:${this.#port}`
  }
}

/** 'Displaying delayed market data', 'part of requested market data requires additional subscription': it goes on, and only a live price says that one comes. */
const PERHAPS_DELAYED: ReadonlySet<number> = new Set([10167, 10091])

/** 'Market data farm connection is broken' */
const FARM_BROKEN = 2103

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
