// A bad day: a script of faults, done to the tape's facts, to frames on their way out and to requests on their way in.
// It opens no socket and plays nothing by itself: the gateway asks it what really happens. The same script on the same tape does the same things.
import { decimal, plain } from '#core/decimal.ts'
import type { AnyFact, Execution } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import { DEFAULTS, type Fault, type FaultKind, FAULTS } from './faults.ts'
import { sayFarm } from './farms.ts'
import * as messages from './messages.ts'
import type { Tokens } from './wire.ts'

/** One client's connection, as far as faults go. */
export interface Connection {
  /** Its price subscriptions by request id. */
  readonly lines: ReadonlyMap<number, { readonly conId: number }>
  send(...frames: readonly Tokens[]): void
  /** Half of a frame, then the end. */
  cut(frame: Tokens): void
  reset(): void
  freeze(): void
  segment(seed: number): void
  forgetLines(): void
}

/** What the gateway lets faults do. */
export interface Scene {
  connections(): Iterable<Connection>
  /** Plays a fact that was held back; silently: it is known, but told to nobody. */
  play(fact: AnyFact, silently: boolean): void
  /** The market data farm that a contract's prices come from. */
  farmOf(conId: number): string
  log(line: string): void
}

export interface Faults {
  /** The tape has come to `at`: what is due begins, what is over ends, what was held back is let go. */
  reach(at: Instant, scene: Scene): void
  /** What is really played instead of a fact. */
  take(fact: AnyFact, at: Instant): readonly AnyFact[]
  /** What really goes out instead of a frame. */
  out(frame: Tokens, connection: Connection, scene: Scene): readonly Tokens[]
  /** The refusal of a request, or null: it is answered as ever. */
  refuse(frame: Tokens, connection: Connection): readonly Tokens[] | null
  /** True while nobody can get prices: a lockstep tape must not wait for it. */
  deniesPrices(): boolean
  /** True: nobody is told of this fill. */
  hides(executionId: string): boolean
  /** False: a connection is turned away at the door. */
  admits(): boolean
  /** False: the client's id is said to be in use. */
  grantsId(): boolean
  /** The market data farm that is broken now, if one is. */
  brokenFarm(): string | null
}

interface Held {
  readonly fact: AnyFact
  readonly until: Instant
  readonly silently: boolean
}

/** Faults that last: they are looked at until their time is over. */
const LASTING: ReadonlySet<FaultKind> = new Set([
  'outage',
  'commission-late',
  'competing-session',
  'line-limit',
  'no-streams',
  'delayed-data',
  'clock-jump',
  'hidden-fill',
  'stale-results',
  'farm-down',
])
const CORRECTED_AFTER_MS = 1_000
const REORDERED_MS_MAX = 1_000
const KNOWN_MS = 60_000

export function openFaults(script: readonly Fault[]): Faults {
  return new Script(script)
}

class Script implements Faults {
  readonly #dated: Fault[]
  readonly #numbered: Fault[]
  /** How often a fault is still to be done. */
  readonly #left = new Map<FaultKind, number>()
  readonly #lasting = new Map<FaultKind, { readonly fault: Fault; readonly until: Instant }>()
  #held: Held[] = []
  /** Executions that wait for another frame on their way out. */
  readonly #waiting = new Map<Connection, { readonly frame: Tokens; readonly for: string }>()
  readonly #hidden = new Set<string>()
  /** Executions that were lost on their way, and until when who asks is not told of them either. */
  readonly #lost = new Map<string, Instant>()
  /** When each line of a connection last printed a price. */
  readonly #printedAt = new Map<Connection, Map<string, Instant>>()
  /** The results of each connection as they were last told. */
  readonly #results = new Map<Connection, Map<string, Tokens>>()
  #now: Instant = Number.NEGATIVE_INFINITY
  #frames = 0
  #cutting = false
  #factor = DEFAULTS.factor
  #lostMs = DEFAULTS.forMs

  constructor(script: readonly Fault[]) {
    this.#dated = script.filter(({ at }) => at !== undefined).sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
    this.#numbered = script.filter(({ at }) => at === undefined)
  }

  reach(at: Instant, scene: Scene): void {
    this.#now = Math.max(this.#now, at)
    for (let next = this.#dated[0]; next !== undefined && (next.at ?? 0) <= at; next = this.#dated[0]) {
      this.#dated.shift()
      this.#begin(next, next.at ?? at, scene)
    }
    for (const [kind, { fault, until }] of [...this.#lasting]) {
      if (until > at) continue
      this.#lasting.delete(kind)
      this.#end(fault, scene)
    }
    const due = this.#held.filter(({ until }) => until <= at)
    if (due.length === 0) return
    this.#held = this.#held.filter(({ until }) => until > at)
    for (const { fact, silently } of due) scene.play(fact, silently)
  }

  take(fact: AnyFact, at: Instant): readonly AnyFact[] {
    const outage = this.#lasting.get('outage')
    if (outage !== undefined && fact.kind !== 'instrument') {
      if (fact.kind === 'execution' || fact.kind === 'commission')
        this.#hold(fact, outage.until + (outage.fault.unsaid ? 0 : outage.fault.lateMs), outage.fault.unsaid)
      return [] // prices of an outage are seen by nobody
    }
    if (fact.kind === 'commission') return this.#takeCommission(fact)
    if (fact.kind !== 'execution') return [fact]
    if (this.#lasting.has('hidden-fill')) this.#hidden.add(fact.executionId)
    const followed = this.#held.filter((held) => held.fact.kind === 'execution' && held.until > at && held.until - at <= REORDERED_MS_MAX && !held.silently)
    if (this.#spend('reorder')) {
      this.#hold(fact, at + REORDERED_MS_MAX, false)
      return []
    }
    if (followed.length > 0) this.#held = this.#held.filter((held) => !followed.includes(held))
    const told = this.#isCorrectable(fact) && this.#spend('mistold') ? this.#mistell(fact, at) : fact
    return [told, ...followed.map((held) => held.fact)]
  }

  out(frame: Tokens, connection: Connection, scene: Scene): readonly Tokens[] {
    this.#frames++
    for (const fault of this.#numbered.filter((one) => one.frame === this.#frames)) this.#begin(fault, this.#now, scene)
    if (this.#cutting) {
      this.#cutting = false
      for (const one of scene.connections()) one.cut(frame)
      return []
    }
    const told = frame[0] !== undefined && frame[0] in ABOUT_RESULTS ? this.#tellResult(frame, connection) : this.#change(frame, connection, scene)
    const waiting = this.#waiting.get(connection)
    if (waiting === undefined) return frame[0] === EXECUTION && frame[1] === String(messages.LIVE) ? this.#tellExecution(frame, connection) : told
    // Whatever it waits for comes at once or not at all: anything that is not about the fill lets it go.
    if (frame[0] === waiting.for || !ABOUT_FILLS.has(frame[0] ?? '')) {
      this.#waiting.delete(connection)
      return [...told, waiting.frame]
    }
    return told
  }

  refuse(frame: Tokens, connection: Connection): readonly Tokens[] | null {
    const [id] = frame
    const requestId = Number(id === REQ_MKT_DATA || id === REQ_EXECUTIONS || id === REQ_DETAILS ? frame[2] : frame[1])
    if (id === REQ_MKT_DATA || id === REQ_EXECUTIONS || id === REQ_DETAILS) {
      if (this.#spend('pacing')) return [messages.error(requestId, 100, TOO_FAST)]
      if (this.#spend('too-fast')) return [messages.notice(100, TOO_FAST)]
    }
    if (id === REQ_TICK_BY_TICK && this.#lasting.has('no-streams')) return [messages.error(requestId, 10189, 'Failed to request tick-by-tick data.')]
    if (id !== REQ_MKT_DATA) return null
    if (this.#lasting.has('competing-session')) return [messages.error(requestId, 10197, COMPETING)]
    const limit = this.#lasting.get('line-limit')
    if (limit !== undefined && connection.lines.size >= limit.fault.lines) return [messages.error(requestId, 101, 'Max number of tickers has been reached')]
    return null
  }

  deniesPrices(): boolean {
    return this.#lasting.has('competing-session') || this.#lasting.has('line-limit') || this.#lasting.has('outage') || this.#lasting.has('hidden-fill')
  }

  hides(executionId: string): boolean {
    return (this.#lasting.has('hidden-fill') && this.#hidden.has(executionId)) || (this.#lost.get(executionId) ?? this.#now) > this.#now
  }

  admits(): boolean {
    return !this.#spend('restart')
  }

  grantsId(): boolean {
    return !this.#spend('client-id-in-use')
  }

  brokenFarm(): string | null {
    return this.#lasting.get('farm-down')?.fault.farm ?? null
  }

  // -------------------------------------------------------------- beginning and ending

  #begin(fault: Fault, at: Instant, scene: Scene): void {
    scene.log(`fault: ${fault.fault}: ${FAULTS[fault.fault]}`)
    const before = this.#lasting.get(fault.fault)?.fault
    // One farm at a time: another one that breaks mends the first.
    if (before?.fault === 'farm-down' && before.farm !== fault.farm) this.#end(before, scene)
    if (LASTING.has(fault.fault)) this.#lasting.set(fault.fault, { fault, until: at + fault.forMs })
    else if (fault.count > 0) this.#left.set(fault.fault, fault.count)
    const connections = [...scene.connections()]
    switch (fault.fault) {
      case 'cut':
        this.#cutting = connections.length > 0
        return
      case 'drop':
        for (const connection of connections) connection.reset()
        return
      case 'half-open':
        for (const connection of connections) connection.freeze()
        return
      case 'split':
        for (const connection of connections) connection.segment(fault.seed)
        return
      case 'outage':
        for (const connection of connections) connection.send(LOST)
        return
      case 'restart':
        for (const connection of connections) {
          connection.send(LOST)
          connection.reset()
        }
        return
      case 'competing-session':
        for (const connection of connections) {
          connection.send(...[...connection.lines.keys()].map((requestId) => messages.error(requestId, 10197, COMPETING)))
          connection.forgetLines()
        }
        return
      case 'delayed-data':
        for (const connection of connections)
          connection.send(...[...connection.lines.keys()].flatMap((id) => [messages.marketDataType(id, 3), messages.error(id, 10167, DELAYED)]))
        return
      case 'farm-down':
        for (const connection of connections) connection.send(messages.notice(...sayFarm(fault.farm, true)))
        return
      case 'bad-tick':
        this.#factor = fault.factor
        return
      case 'lost-fill':
        this.#lostMs = fault.forMs
    }
  }

  #end(fault: Fault, scene: Scene): void {
    scene.log(`fault over: ${fault.fault}`)
    for (const connection of scene.connections()) {
      if (fault.fault === 'outage') {
        if (fault.code === 1101) connection.forgetLines()
        connection.send(messages.notice(fault.code, RESTORED[fault.code] ?? 'Connectivity between IB and TWS has been restored.'))
      } else if (fault.fault === 'delayed-data') connection.send(...[...connection.lines.keys()].map((id) => messages.marketDataType(id, 1)))
      else if (fault.fault === 'farm-down') connection.send(messages.notice(...sayFarm(fault.farm, false)))
    }
  }

  /** True, once for each time the fault is still to be done. */
  #spend(kind: FaultKind): boolean {
    const left = this.#left.get(kind) ?? 0
    if (left <= 0) return false
    this.#left.set(kind, left - 1)
    return true
  }

  #hold(fact: AnyFact, until: Instant, silently: boolean): void {
    this.#held.push({ fact, until, silently })
  }

  // -------------------------------------------------------------- facts

  #takeCommission(fact: Extract<AnyFact, { kind: 'commission' }>): readonly AnyFact[] {
    if (this.#spend('commission-never')) return []
    const late = this.#lasting.get('commission-late')
    if (late !== undefined) this.#hold(fact, late.until, false)
    return late === undefined ? [fact] : []
  }

  #isCorrectable({ executionId }: Execution): boolean {
    return /^[^.]*\.[^.]*\.[^.]*\.01$/.test(executionId)
  }

  /** Told wrong now, corrected a second later under the next id of its family. */
  #mistell(fact: Execution, at: Instant): Execution {
    this.#hold({ ...fact, executionId: fact.executionId.replace(/01$/, '02') }, at + CORRECTED_AFTER_MS, false)
    return { ...fact, quantity: plain(decimal(fact.quantity).plus(1)), price: plain(decimal(fact.price).times('1.001').round(4)) }
  }

  // -------------------------------------------------------------- frames

  #tellExecution(frame: Tokens, connection: Connection): readonly Tokens[] {
    const executionId = frame[EXECUTION_ID] ?? ''
    if (this.#lost.has(executionId)) return []
    if (this.#spend('lost-fill')) {
      this.#lost.set(executionId, this.#now + this.#lostMs)
      return []
    }
    if (this.#spend('duplicate')) return [frame, frame]
    const awaited = this.#spend('filled-first') ? ORDER_STATUS : this.#spend('commission-first') ? COMMISSION : null
    if (awaited === null) return [frame]
    this.#waiting.set(connection, { frame, for: awaited })
    return []
  }

  #tellResult(frame: Tokens, connection: Connection): readonly Tokens[] {
    const [from, until] = ABOUT_RESULTS[frame[0] ?? ''] ?? [0, 0]
    if (this.#spend('no-results'))
      return [frame.map((token, index) => (index < from || index >= until ? token : (NO_RESULTS[index % NO_RESULTS.length] ?? '')))]
    const told = this.#results.get(connection) ?? new Map<string, Tokens>()
    this.#results.set(connection, told)
    const key = `${frame[0]} ${frame[1]} ${frame[0] === '7' ? frame[2] : ''}`
    const before = told.get(key)
    if (this.#lasting.has('stale-results') && before !== undefined) return [before]
    told.set(key, frame)
    return [frame]
  }

  #isOfBrokenFarm(frame: Tokens, { lines }: Connection, scene: Scene): boolean {
    const farm = this.brokenFarm()
    const at = REQUEST_AT[frame[0] ?? '']
    if (farm === null || at === undefined) return false
    const line = lines.get(Number(frame[at]))
    return line !== undefined && scene.farmOf(line.conId) === farm
  }

  /** A wrong print beside the right one. One that came first after a silence would be believed: only the last minute tells what is wrong (domain.md, 'jump'). */
  #tellWrong(frame: Tokens, connection: Connection): readonly Tokens[] {
    const printed = this.#printedAt.get(connection) ?? new Map<string, Instant>()
    this.#printedAt.set(connection, printed)
    const requestId = frame[2] ?? ''
    const before = printed.get(requestId)
    printed.set(requestId, this.#now)
    return before !== undefined && this.#now - before < KNOWN_MS && this.#spend('bad-tick') ? wrongPrint(frame, this.#factor) : []
  }

  #change(frame: Tokens, connection: Connection, scene: Scene): readonly Tokens[] {
    const [id, , requestId = '', type] = frame
    if (this.#isOfBrokenFarm(frame, connection, scene)) return []
    switch (id) {
      case EXECUTIONS_END:
        return this.#spend('no-end') ? [] : [frame]
      case CURRENT_TIME: {
        const jump = this.#lasting.get('clock-jump')
        return [jump === undefined ? frame : messages.currentTime(Number(frame[2]) + Math.round(jump.fault.byMs / 1000))]
      }
      case TICK_PRICE:
      case TICK_SIZE:
      case TICK_STRING:
        if (this.#lasting.has('outage')) return []
        if (this.#lasting.has('delayed-data')) return delayed(frame)
        if (id !== TICK_STRING || (type !== '77' && type !== '48')) return [frame]
        return [...(this.#spend('sentinel') ? noValues(requestId, frame) : []), ...this.#tellWrong(frame, connection), frame]
      case TICK_BY_TICK:
        return this.#lasting.has('outage') || this.#lasting.has('delayed-data') ? [] : [frame]
      default:
        return [frame]
    }
  }
}

/** Where the number of the request stands in what is told of prices. */
const REQUEST_AT: Readonly<Record<string, number>> = { '1': 2, '2': 2, '46': 2, '99': 1 }
const TICK_PRICE = '1'
const TICK_SIZE = '2'
const ORDER_STATUS = '3'
const EXECUTION = '11'
const EXECUTION_ID = 14
const TICK_STRING = '46'
const CURRENT_TIME = '49'
const EXECUTIONS_END = '55'
const COMMISSION = '59'
const TICK_BY_TICK = '99'
const REQ_MKT_DATA = '1'
const REQ_EXECUTIONS = '7'
const REQ_TICK_BY_TICK = '97'
const REQ_DETAILS = '9'
/** Order, its status, execution, commission, position, portfolio. */
const ABOUT_FILLS: ReadonlySet<string> = new Set(['3', '5', '7', '59', '61', '94', '95'])

/** The result of an account, of a holding, and a holding on the account's own page: where their figures begin, and the last of them ends. */
const ABOUT_RESULTS: Readonly<Record<string, readonly [from: number, until: number]>> = { '94': [2, 5], '95': [2, 7], '7': [13, 19] }
const NO_RESULTS = [messages.UNSET, 'NaN', '']

const LOST = messages.notice(1100, 'Connectivity between IB and Trader Workstation has been lost.')
const RESTORED: Readonly<Record<number, string>> = {
  1101: 'Connectivity between IB and Trader Workstation has been restored - data lost.',
  1102: 'Connectivity between IB and Trader Workstation has been restored - data maintained.',
}
const TOO_FAST = 'Max rate of messages per second has been exceeded.'
const COMPETING = 'No market data during competing live session'
const DELAYED = 'Requested market data is not subscribed. Displaying delayed market data.'

/** The number of a delayed tick beside that of the live one. */
const DELAYED_TYPE: Readonly<Record<string, string>> = { '1': '66', '2': '67', '4': '68', '6': '72', '7': '73' }

function delayed(frame: Tokens): readonly Tokens[] {
  const type = DELAYED_TYPE[frame[3] ?? '']
  return frame[0] === TICK_PRICE && type !== undefined ? [frame.map((token, index) => (index === 3 ? type : token))] : []
}

/** What TWS was seen to send where it has no value. */
function noValues(requestId: string, [, , , type = '', value = '']: Tokens): readonly Tokens[] {
  const [, ...rest] = value.split(';')
  const print = (price: string): Tokens => [TICK_STRING, '6', requestId, type, [price, ...rest].join(';')]
  const last = (price: string, size: string): Tokens => messages.tickPrice(Number(requestId), 4, price, size)
  const edges = [messages.UNSET, '-1', '0'].flatMap((price) => [6, 7].map((edge) => messages.tickPrice(Number(requestId), edge, price, '0')))
  return [...edges, print('NaN'), print(''), print(messages.UNSET), last(messages.UNSET, '1'), last('NaN', '1'), last('-1', '0'), last('0', '0')]
}

/** A print nobody made, and the day's high or low that it would be. */
function wrongPrint([id = '', version = '', requestId = '', type = '', value = '']: Tokens, factor: number): readonly Tokens[] {
  const [price = '0', ...rest] = value.split(';')
  const wrong = plain(decimal(price).times(factor).round(2))
  return [[id, version, requestId, type, [wrong, ...rest].join(';')], messages.tickPrice(Number(requestId), factor > 1 ? 6 : 7, wrong, '0')]
}
