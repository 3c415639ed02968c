// A gateway of few words for the tests of the adapter: real TCP, real frames (reference, appendices A and B), and it says only what the test tells it to say.
// It is not the simulator: it knows no market, no orders and no time of its own.
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export type Field = string | number

export interface Request {
  readonly id: number
  readonly fields: readonly string[]
}

export interface ScriptOptions {
  readonly connectionTime?: string
  readonly accounts?: string
  /** The fields of a request, answered by frames; undefined: silence. Requests without an entry get the usual answer. */
  readonly answer?: (request: Request, session: ScriptedSession) => boolean
  /** Says nothing at all after accepting. */
  readonly mute?: boolean
  /** Instead of the greeting after startApi. */
  readonly greet?: (session: ScriptedSession) => void
  /** Cuts what is said into small pieces, whatever the frames. */
  readonly split?: boolean
}

export class ScriptedSession {
  readonly requests: Request[] = []
  /** The requests that came in each piece that the socket brought. */
  readonly pieces: number[][] = []
  readonly socket: Socket
  readonly #split: boolean
  #buffer = Buffer.alloc(0)
  #unsent = Buffer.alloc(0)
  #writing = false
  #greeted = false
  #waiting: { readonly wanted: (request: Request) => boolean; readonly resolve: (request: Request) => void }[] = []

  constructor(socket: Socket, options: ScriptOptions) {
    this.socket = socket
    this.#split = options.split ?? false
    socket.on('error', () => {})
    socket.on('data', (data) => {
      this.#buffer = Buffer.concat([this.#buffer, data])
      this.pieces.push([])
      if (options.mute === true) return
      this.#read(options)
    })
  }

  /** One frame: the fields, each ended by NUL, behind their length. */
  say(...fields: Field[]): void {
    const body = Buffer.from(`${fields.join('\0')}\0`)
    const head = Buffer.alloc(4)
    head.writeUInt32BE(body.length)
    const frame = Buffer.concat([head, body])
    if (!this.#split) {
      this.socket.write(frame)
      return
    }
    // Pieces of seven bytes, each in a turn of its own: frames are cut anywhere, and the end of one comes with the head of the next.
    this.#unsent = Buffer.concat([this.#unsent, frame])
    this.#writePieces()
  }

  /** The next (or an earlier, not yet taken) request with this number. */
  request(id: number, having: (request: Request) => boolean = () => true): Promise<Request> {
    const wanted = (request: Request) => request.id === id && having(request)
    const there = this.requests.find(wanted)
    if (there !== undefined) return Promise.resolve(there)
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }))
  }

  #writePieces(): void {
    if (this.#writing || this.#unsent.length === 0) return
    this.#writing = true
    this.socket.write(this.#unsent.subarray(0, 7), () => {
      this.#writing = false
      this.#writePieces()
    })
    this.#unsent = this.#unsent.subarray(7)
  }

  #read(options: ScriptOptions): void {
    if (!this.#greeted) {
      if (this.#buffer.length < 8) return
      const length = this.#buffer.readUInt32BE(4)
      if (this.#buffer.length < 8 + length) return
      this.#buffer = this.#buffer.subarray(8 + length)
      this.#greeted = true
      this.say(193, options.connectionTime ?? '20261001 09:30:00 US/Eastern')
    }
    while (this.#buffer.length >= 4) {
      const length = this.#buffer.readUInt32BE(0)
      if (this.#buffer.length < 4 + length) return
      const fields = this.#buffer
        .subarray(4, 4 + length)
        .toString()
        .split('\0')
        .slice(0, -1)
      this.#buffer = this.#buffer.subarray(4 + length)
      this.#take({ id: Number(fields[0]), fields }, options)
    }
  }

  #take(request: Request, options: ScriptOptions): void {
    this.requests.push(request)
    this.pieces.at(-1)?.push(request.id)
    for (const waiting of this.#waiting.filter((one) => one.wanted(request))) waiting.resolve(request)
    this.#waiting = this.#waiting.filter((one) => !one.wanted(request))
    if (options.answer?.(request, this) === true) return
    switch (request.id) {
      case 71:
        if (options.greet !== undefined) {
          options.greet(this)
          return
        }
        this.say(15, 1, options.accounts ?? 'DU1,DU2,')
        this.say(9, 1, 1)
        this.say(4, 2, -1, 2104, 'Market data farm connection is OK:usfarm', '')
        return
      case 49:
        this.say(49, 1, 1_790_000_000)
        return
      case 7:
        this.say(55, 1, request.fields[2] ?? '')
        return
      case 61:
        this.say(62, 1)
        return
    }
  }
}

export class ScriptedGateway implements AsyncDisposable {
  readonly sessions: ScriptedSession[] = []
  readonly #server: Server
  #waiting: { readonly count: number; readonly resolve: (session: ScriptedSession) => void }[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(options: ScriptOptions = {}, port = 0): Promise<ScriptedGateway> {
    const server = createServer((socket) => gateway.#accept(new ScriptedSession(socket, options)))
    const gateway = new ScriptedGateway(server)
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return gateway
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The n-th session, as soon as somebody opened it; 0 is the first. */
  session(index = 0): Promise<ScriptedSession> {
    const there = this.sessions[index]
    if (there !== undefined) return Promise.resolve(there)
    return new Promise((resolve) => this.#waiting.push({ count: index, resolve }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.sessions) session.socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #accept(session: ScriptedSession): void {
    this.sessions.push(session)
    for (const waiting of this.#waiting) if (waiting.count === this.sessions.length - 1) waiting.resolve(session)
  }
}

/** execDetails of a stock, with what the test cares about. */
export function execDetails(requestId: number, with_: Partial<Record<ExecField, Field>> = {}): Field[] {
  const f = { ...EXECUTION, ...with_ }
  return [
    11,
    requestId,
    f.orderId,
    f.conId,
    f.symbol,
    f.secType,
    f.expiry,
    f.strike,
    f.right,
    f.multiplier,
    f.exchange,
    'USD',
    f.symbol,
    f.symbol,
    f.execId,
    f.time,
    f.account,
    f.exchange,
    f.side,
    f.shares,
    f.price,
    f.permId,
    f.clientId,
    f.liquidation,
    f.shares,
    f.price,
    f.orderRef,
    '',
    '',
    '',
    2,
    0,
  ]
}

const EXECUTION = {
  orderId: 5,
  conId: 8314,
  symbol: 'IBM',
  secType: 'STK',
  expiry: '',
  strike: '0.0',
  right: '',
  multiplier: '',
  exchange: 'ISLAND',
  execId: '0000e0d5.69dd7411.01.01',
  time: '20131007 09:30:01 US/Eastern',
  account: 'DU1',
  side: 'BOT',
  shares: '100',
  price: '183.11',
  permId: 71,
  clientId: 7,
  liquidation: 0,
  orderRef: 'breakout',
}
type ExecField = keyof typeof EXECUTION

/** contractDetails with what the test cares about. */
export function contractDetails(
  requestId: Field,
  with_: { conId?: Field; symbol?: string; secType?: string; exchange?: string; multiplier?: Field } = {},
): Field[] {
  const { conId = 8314, symbol = 'IBM', secType = 'STK', exchange = 'SMART', multiplier = '' } = with_
  const hours = '20131007:0930-20131007:1600;20131008:CLOSED'
  return [
    10,
    requestId,
    symbol,
    secType,
    '',
    '',
    0,
    '',
    exchange,
    'USD',
    symbol,
    'NMS',
    symbol,
    conId,
    '0.01',
    multiplier,
    'LMT',
    'SMART,NYSE',
    1,
    0,
    'A COMPANY',
    'NYSE',
    '',
    '',
    '',
    '',
    'US/Eastern',
    hours,
    hours,
    '',
    '',
    0,
    1,
    '',
    '',
    '26',
    '',
    'COMMON',
    1,
    1,
    100,
    0,
  ]
}
