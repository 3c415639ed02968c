// One client's connection: its handshake, its requests, and what it is told. It never decides when a fact is played.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { ZERO } from '#core/decimal.ts'
import type { Commission, Execution, Mark } from '#core/facts.ts'
import { commissionMessage, executionMessage, orderMessages, portfolioMessage, positionMessage, protectionMessages, restingMessages } from './telling.ts'
import type { Brokerage } from './brokerage.ts'
import type { Connection, Faults, Scene } from './bad-day.ts'
import type { Fill } from './ledger.ts'
import * as messages from './messages.ts'
import type { ToldOrder } from './protection.ts'
import { USUAL_FARM, sayFarm } from './farms.ts'
import { answer } from './requests.ts'
import type { Client } from './client.ts'
import { segmentedOutlet } from './segments.ts'
import type { Outlet } from './segments.ts'
import { rangeTicks, ticksOf } from './ticks.ts'
import type { Line } from './ticks.ts'
import { commonVersion, encodeFrame, FrameReader } from './wire.ts'
import type { Tokens } from './wire.ts'
import { instrumentOf, resultMessage, worthOf } from './worth.ts'

/** The newest layout these messages have, and the newest the client library reads. */
const SERVER_VERSION = 193
const START_API = '71'
const CLIENT_ID_IN_USE = 326

/** Said after the handshake, as recorded, when market data was: history and security definitions are there. */
const FARMS: readonly (readonly [number, string])[] = [
  [2106, 'HMDS data farm connection is OK:ushmds'],
  [2158, 'Sec-def data farm connection is OK:secdefil'],
]

/** Sees every frame on its way out and says what really goes: the frame, nothing, two of it, another. The seam for faults. */
export type FrameHook = (frame: Tokens, clientId: number | null) => readonly Tokens[]

/** What a session tells the gateway, and asks of it. */
export interface Door {
  readonly brokerage: Brokerage
  readonly onFrame: FrameHook | null
  readonly onRequest: ((frame: Tokens) => void) | null
  /** What goes wrong; null: nothing. */
  readonly faults: { readonly script: Faults; readonly scene: Scene } | null
  /** A seed: bytes go out cut and joined at random. Null: frame by frame. */
  readonly segmentSeed: number | null
  /** False where another session has the id. */
  claim(clientId: number, session: Session): boolean
  /** A client became ready, or left, or wants other prices. */
  changed(): void
  log(line: string): void
}

export class Session implements Client, Connection {
  readonly lines = new Map<number, Line>()
  readonly pnlSingles = new Map<number, { account: string; conId: number }>()
  readonly pnls = new Map<number, string>()
  wantsPositions = false
  wantsOrders = false
  followsAccount: string | null = null
  readonly #socket: Socket
  readonly #door: Door
  readonly #reader = new FrameReader({ greets: true })
  #outlet: Outlet
  #greeted = false
  #clientId: number | null = null
  #ready = false
  /** Open and dead: says and hears nothing any more. */
  #frozen = false
  #corked = false
  /** The tape's second in which each result was last told: TWS tells one about once a second. */
  readonly #toldAt = new Map<number, number>()
  readonly #linesByContract = new Map<number, Line[]>()

  constructor(socket: Socket, door: Door) {
    this.#socket = socket
    this.#door = door
    this.#outlet = door.segmentSeed === null ? socket : segmentedOutlet(socket, door.segmentSeed)
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#hear(chunk))
    socket.on('error', (error) => door.log(`client ${this.#clientId ?? '?'}: ${error.message}`))
  }

  get clientId(): number {
    return this.#clientId ?? -1
  }

  /** Its handshake is over. */
  get started(): boolean {
    return this.#clientId !== null
  }

  /** It has asked for data. */
  get ready(): boolean {
    return this.#ready
  }

  watches(conId: number): boolean {
    return this.#linesByContract.has(conId)
  }

  // What it hears

  #hear(chunk: Buffer): void {
    if (this.#frozen) return
    try {
      for (const frame of this.#reader.read(chunk)) this.#take(frame)
    } catch (error) {
      this.log(error instanceof Error ? error.message : String(error))
      this.#socket.destroy()
    }
  }

  #take(frame: Tokens): void {
    if (!this.#greeted) this.#greet(frame)
    else if (this.#clientId !== null) this.#answer(frame)
    else if (frame[0] === START_API) this.#start(Number(frame[2] ?? 0))
    // Anything else before startApi is ignored, as TWS does.
  }

  #answer(frame: Tokens): void {
    this.#door.onRequest?.(frame)
    const refusal = this.#door.faults?.script.refuse(frame, this) ?? null
    if (refusal === null) answer(this, this.#door.brokerage, frame)
    else this.send(...refusal)
  }

  #greet(frame: Tokens): void {
    const version = commonVersion(frame[0] ?? '', SERVER_VERSION)
    if (version === null) throw new Error(`expected a client that speaks version 100 to ${SERVER_VERSION}, found '${frame[0] ?? ''}'`)
    if (version < SERVER_VERSION) this.log(`expected a client that speaks version ${SERVER_VERSION}, found ${version}; it may not read every message`)
    this.#greeted = true
    const { seconds, timeZone } = this.#door.brokerage
    this.send(messages.welcome(SERVER_VERSION, messages.wireTime(seconds() * 1000, timeZone)))
  }

  #start(clientId: number): void {
    if (this.#door.faults?.script.grantsId() === false || !this.#door.claim(clientId, this)) {
      this.send(messages.notice(CLIENT_ID_IN_USE, 'Unable to connect as the client id is already in use. Retry with a unique client id.'))
      this.#outlet.end()
      return
    }
    this.#clientId = clientId
    const { accounts, ledger } = this.#door.brokerage
    const broken = this.#door.faults?.script.brokenFarm() ?? null
    const farms = [...new Set([USUAL_FARM, broken ?? USUAL_FARM])].map((farm) => sayFarm(farm, farm === broken))
    const said = [...farms, ...FARMS].map(([code, text]) => messages.notice(code, text))
    this.send(messages.managedAccounts([...accounts]), messages.nextValidId(ledger.nextOrderId()), ...said)
  }

  // What it is told

  send(...frames: readonly Tokens[]): void {
    for (const frame of frames) {
      for (const told of this.#changed(frame)) {
        if (this.#frozen || this.#socket.destroyed || this.#socket.writableEnded) return
        this.#cork()
        this.#outlet.write(encodeFrame(told))
      }
    }
  }

  /** What really goes out. The handshake is left alone: without it there is nobody to do harm to. */
  #changed(frame: Tokens): readonly Tokens[] {
    const { onFrame, faults } = this.#door
    const told = onFrame === null ? [frame] : onFrame(frame, this.#clientId)
    return faults === null || this.#clientId === null ? told : told.flatMap((one) => faults.script.out(one, this, faults.scene))
  }

  /** Everything of one turn goes to the system in one piece. */
  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#corked = false
      this.#socket.uncork()
    })
  }

  /** An order that is placed, by its first fill to be. */
  tellOrder(execution: Execution): void {
    if (this.#seesOrders(Number(execution.clientId ?? 0))) this.send(...restingMessages(this.#door.brokerage, execution))
  }

  /** A fill as it happens: the recorded order of order, execution, order, position. */
  tellProtection(orders: readonly ToldOrder[]): void {
    for (const told of orders) if (this.#seesOrders(Number(told.order.clientId))) this.send(...protectionMessages(this.#door.brokerage, told))
  }

  tellFill(fill: Fill): void {
    const { brokerage } = this.#door
    const { account, conId, clientId } = fill.execution
    const order = this.#seesOrders(Number(clientId ?? 0)) && !fill.corrects ? orderMessages(brokerage, fill) : { before: [], after: [] }
    if (!brokerage.hides(fill.execution.executionId)) this.send(...order.before, executionMessage(brokerage, messages.LIVE, fill), ...order.after)
    const position = brokerage.ledger.position(account, conId)
    if (this.wantsPositions) this.send(positionMessage(brokerage, position))
    if (this.followsAccount === account) this.send(portfolioMessage(brokerage, position))
    for (const [requestId, asked] of this.pnlSingles) {
      if (asked.account === account && asked.conId === conId) this.send(messages.pnlSingle(requestId, worthOf(brokerage, position)))
    }
  }

  tellCommission(fill: Fill, commission: Commission): void {
    if (!this.#door.brokerage.hides(fill.execution.executionId)) this.send(commissionMessage(fill, commission))
  }

  tellRate(currency: string, rate: string): void {
    if (this.followsAccount !== null) this.send(messages.updateAccountValue(this.followsAccount, 'ExchangeRate', rate, currency))
  }

  tellMark(mark: Mark): void {
    this.#tellResults(mark)
    const lines = this.#linesByContract.get(mark.conId)
    if (lines === undefined) return
    const instrument = instrumentOf(this.#door.brokerage, mark.conId)
    for (const line of lines) {
      if (line.kind === 'MARKET') this.send(...ticksOf(mark, instrument, line), ...rangeTicks(this.#door.brokerage.ranges.get(mark.conId), instrument, line))
    }
  }

  /** A trade to who hears it by itself: none is gathered with others. */
  tellPrint(mark: Mark): void {
    for (const line of this.#linesByContract.get(mark.conId) ?? []) {
      if (line.kind === 'TICK_BY_TICK') this.send(...ticksOf(mark, instrumentOf(this.#door.brokerage, mark.conId), line))
    }
  }

  tellRange(conId: number): void {
    const { brokerage } = this.#door
    for (const line of this.#linesByContract.get(conId) ?? []) this.send(...rangeTicks(brokerage.ranges.get(conId), instrumentOf(brokerage, conId), line))
  }

  #tellResults({ conId, at }: Mark): void {
    const { brokerage } = this.#door
    const second = Math.floor(at / 1000)
    const isDue = (requestId: number) => {
      if (this.#toldAt.get(requestId) === second) return false
      this.#toldAt.set(requestId, second)
      return true
    }
    for (const [requestId, asked] of this.pnlSingles) {
      const position = brokerage.ledger.position(asked.account, conId)
      if (asked.conId === conId && !position.quantity.eq(ZERO) && isDue(requestId)) this.send(messages.pnlSingle(requestId, worthOf(brokerage, position)))
    }
    for (const [requestId, account] of this.pnls) if (isDue(requestId)) this.send(resultMessage(brokerage, requestId, account))
  }

  /** Client 0 sees orders placed by hand, the master client everybody's, anybody its own and what it asked for. */
  #seesOrders(orderClientId: number): boolean {
    return this.wantsOrders || this.#clientId === 0 || this.#clientId === orderClientId || this.#clientId === this.#door.brokerage.masterClientId
  }

  // What its requests change

  becomeReady(): void {
    if (this.#ready) return
    this.#ready = true
    this.#door.changed()
  }

  linesChanged(): void {
    this.#linesByContract.clear()
    for (const line of this.lines.values()) this.#linesByContract.set(line.conId, [...(this.#linesByContract.get(line.conId) ?? []), line])
    this.#door.changed()
  }

  log(line: string): void {
    this.#door.log(line)
  }

  // What faults do to it

  cut(frame: Tokens): void {
    if (this.#frozen || this.#socket.destroyed || this.#socket.writableEnded) return
    const bytes = encodeFrame(frame)
    this.#outlet.write(bytes.subarray(0, Math.ceil(bytes.length / 2)))
    this.#outlet.end()
    this.#frozen = true
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  freeze(): void {
    this.#frozen = true
  }

  segment(seed: number): void {
    this.#outlet = segmentedOutlet(this.#socket, seed)
  }

  forgetLines(): void {
    this.lines.clear()
    this.linesChanged()
  }

  /** Null where the client keeps up; else resolves when it has read, or left. */
  drained(signal: AbortSignal): Promise<unknown> | null {
    if (!this.#socket.writableNeedDrain || this.#socket.destroyed) return null
    const either = new AbortController()
    const any = AbortSignal.any([signal, either.signal])
    const left = once(this.#socket, 'close', { signal: any })
    const read = once(this.#socket, 'drain', { signal: any })
    left.catch(() => {})
    read.catch(() => {})
    return Promise.race([left, read]).finally(() => either.abort())
  }
}
