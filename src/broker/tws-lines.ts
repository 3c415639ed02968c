// The market data lines of one TWS session: a subscription for each contract whose prices are wanted, and what its ticks say, told as quotes.
// It never judges a price (record.ts does).
import type { Instrument } from '#core/facts.ts'
import type { Quote } from './port.ts'
import { whyNoPrices } from './tws-codes.ts'
import type { Contracts } from './tws-contracts.ts'
import type { Turn } from './tws-pace.ts'
import { genericTicksOf, isHalted, isMarkedByTrades, isPastLimit, parsePrint, parseRange, parseSide, TICK } from './tws-parse.ts'
import { SNAPSHOT_LINES, Snapshots } from './tws-snapshots.ts'
import { Streams } from './tws-streams.ts'
import { SMART, type Wire } from './tws-wire.ts'

/** One price subscription. */
interface Line {
  readonly conId: number
  readonly secType: string
  readonly name: string
  requestId: number
  turn: Turn | null
  /** When it was sent, by a clock that only goes forward. */
  sentAt: number
  /** Something came. */
  spoken: boolean
  /** TWS has sent us on to another contract. */
  rerouted: boolean
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
const NO_MORE_LINES = 101
const COUNTED_MS = 1_000
/** TWS knows nothing yet of a line that is cancelled right after it was asked for: it says so (300), and keeps the line. */
const DWELL_MS = 1_000
/** How many lines are remembered after they were let go. */
const PARTED_MAX = 256

export class Lines {
  readonly #wire: Wire
  readonly #contracts: Contracts
  #following = false
  readonly #lines = new Map<number, Line>()
  readonly #linesByRequest = new Map<number, Line>()
  /** Requests of lines that were let go, oldest first. */
  readonly #parted: number[] = []
  /** Contracts whose live prices stay away. */
  readonly #unheard = new Set<number>()
  /** Contracts that are not asked for until their time has come. */
  readonly #resting = new Set<number>()
  readonly #snapshots: Snapshots
  readonly #streams: Streams
  #saidBeyondBudget = false
  /** How many lines there are, as far as known: other programs may hold some. */
  #budget: number
  #isShort = false
  /** Refusals come one after the other: until they are through nothing is asked for or let go. */
  #counting = 0
  #isRotating = false
  /** What was said of each farm whose prices do not come. Which contract is whose, nobody tells. */
  readonly #brokenFarms = new Map<string, string>()
  /** Those of which nothing was heard since a farm broke. */
  readonly #silent = new Set<number>()
  /** Let go, and not cancelled yet. */
  #lingering = 0
  /** When a line was given back last. */
  #cancelledAt = Number.NEGATIVE_INFINITY
  /** How many ticks were heard. */
  #ticks = 0

  constructor(wire: Wire, contracts: Contracts) {
    this.#wire = wire
    this.#contracts = contracts
    this.#snapshots = new Snapshots(wire, contracts)
    this.#streams = new Streams(wire, contracts)
    this.#budget = wire.settings.linesMax
  }

  /** Prices are asked for once executions and positions have been. */
  begin(): void {
    this.#following = true
    this.follow()
  }

  /** The session is over. */
  end(): void {
    this.#following = false
    this.#snapshots.end()
    this.#streams.forget()
  }

  /** What a line is called, of the request that asked for it. */
  nameOf(requestId: number): string | undefined {
    return this.#linesByRequest.get(requestId)?.name
  }

  /** TWS sends late prices on this line instead. */
  delayed(requestId: number, reason: string): void {
    const line = this.#linesByRequest.get(requestId)
    if (line !== undefined) this.#pricesStayAway(line.conId, reason)
  }

  /** A farm's prices stay away: of every contract, until one comes or the farm is back. Silence is no sign that nothing is traded. */
  farmBroken(farm: string, reason: string): void {
    this.#brokenFarms.set(farm, reason)
    for (const { conId } of this.#lines.values()) if (!this.#unheard.has(conId)) this.#fallSilent(conId, reason)
  }

  #fallSilent(conId: number, reason: string): void {
    this.#silent.add(conId)
    this.#pricesStayAway(conId, reason)
  }

  /** null: all of them. */
  farmMended(farm: string | null): void {
    if (this.#brokenFarms.size === 0) return
    if (farm === null) this.#brokenFarms.clear()
    else this.#brokenFarms.delete(farm)
    if (this.#brokenFarms.size > 0) return
    // They go on by themselves, from the time on that TWS tells, or from their first price where that is sooner.
    for (const line of this.#lines.values()) if (this.#silent.delete(line.conId)) this.#wire.ask(() => this.#tellWhenAsked(line, true))
  }

  /** Makes the subscriptions those that are wanted. */
  follow(): void {
    if (!this.#following || this.#counting > 0) return
    const combos = this.#wire.memory.wanted.filter((instrument) => instrument.secType === 'BAG')
    // The legs of a combo are not in its fill: it can only be valued by the prices of its legs.
    const watchable = this.#wire.memory.wanted.filter((instrument) => instrument.conId > 0 && !combos.includes(instrument))
    const isBeyond = watchable.length > this.#budget
    const rotates = isBeyond && this.#budget >= 2 * SNAPSHOT_LINES
    this.#isRotating = rotates
    // The first are the most wanted.
    const linesMax = rotates ? this.#budget - SNAPSHOT_LINES : this.#budget
    const wanted = watchable.slice(0, linesMax)
    const beyond = watchable.slice(wanted.length)
    if (isBeyond && !this.#saidBeyondBudget) {
      const names = beyond.map((instrument) => instrument.symbol).join(', ')
      this.#wire.notice(`${watchable.length} contracts want prices, ${this.#budget} lines are there; looked at now and then: ${names}`, 'TROUBLE')
    }
    this.#saidBeyondBudget = isBeyond
    for (const { conId } of beyond) this.#pricesStayAway(conId, 'there are not enough market data lines')
    const wantedIds = new Set(wanted.map((instrument) => instrument.conId))
    for (const line of [...this.#lines.values()]) if (!wantedIds.has(line.conId)) this.#letGo(line)
    for (const instrument of wanted) {
      // Followed again once there is room.
      if (this.#lines.size + this.#lingering >= linesMax) break
      if (!this.#lines.has(instrument.conId) && !this.#resting.has(instrument.conId)) this.#subscribe(instrument)
    }
    this.#snapshots.rotate(rotates && this.#lingering === 0 ? beyond : [])
    this.#followStreams()
  }

  /** A stream comes beside a line whose live prices come. */
  #followStreams(): void {
    this.#streams.follow(this.#wire.memory.wanted.filter(({ conId }) => this.#lines.has(conId) && !this.#unheard.has(conId)))
  }

  /** TWS has no more lines than these: the others are looked at in turn, until it is tried again. */
  #shrink(lines: number): void {
    const { refusedMs, retryMs } = this.#wire.settings
    this.#budget = lines
    // Refusals come one after the other: a while after the last one it is known how many lines there are.
    const counting = ++this.#counting
    this.#wire.later(COUNTED_MS, () => {
      if (this.#counting !== counting) return
      this.#counting = 0
      this.follow()
    })
    if (this.#isShort) return
    this.#isShort = true
    this.#wire.later(lines >= 2 * SNAPSHOT_LINES ? refusedMs : retryMs, () => {
      this.#isShort = false
      this.#budget = this.#wire.settings.linesMax
      this.follow()
    })
  }

  #subscribe(instrument: Instrument, venue = this.#contracts.venueToAsk(instrument)): void {
    if (venue === undefined) {
      this.#contracts.askDetails(instrument.conId) // followed again once they are there
      return
    }
    const requestId = this.#wire.nextRequestId()
    const line: Line = {
      conId: instrument.conId,
      secType: instrument.secType,
      name: `${instrument.symbol} ${instrument.secType}, conId ${instrument.conId}`,
      requestId,
      turn: null,
      sentAt: Number.NEGATIVE_INFINITY,
      spoken: false,
      rerouted: false,
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
    this.#ask(line, { conId: instrument.conId, exchange: venue })
    this.#contracts.askDetails(instrument.conId)
  }

  #ask(line: Line, contract: { readonly conId: number; readonly exchange: string }): void {
    const { requestId } = line
    const send = () => {
      line.sentAt = this.#wire.settings.clock.monotonic()
      this.#wire.requests.reqMktData(requestId, contract, genericTicksOf(line.secType), false, false)
      // After it: the time that TWS tells must be one at which the line stood, however far apart it reads the two.
      this.#tellWhenAsked(line)
    }
    line.turn = this.#wire.ask(() => this.#wire.together(send))
  }

  /** The prices of a CFD are those of what it stands for: they are asked for there. */
  reroute(requestId: number, conId: number, exchange: string): void {
    const line = this.#linesByRequest.get(requestId)
    if (line === undefined || line.rerouted || this.#lines.get(line.conId) !== line) return
    this.#linesByRequest.delete(requestId)
    line.rerouted = true
    line.requestId = this.#wire.nextRequestId()
    this.#linesByRequest.set(line.requestId, line)
    this.#wire.notice(`${line.name}: its prices are those of contract ${conId} at ${exchange}`, 'ADVICE')
    this.#ask(line, { conId, exchange })
  }

  /** A request was left out, and nobody says which: those that brought nothing yet are made again. */
  perhapsLost(reason: string): void {
    const silent = [...this.#lines.values()].filter(({ spoken, sentAt }) => !spoken && sentAt > Number.NEGATIVE_INFINITY)
    for (const { conId } of silent) this.#pricesStayAway(conId, reason)
    this.#wire.later(this.#wire.settings.retryMs, () => {
      for (const line of silent) if (!line.spoken && this.#lines.get(line.conId) === line) this.#letGo(line)
      this.follow()
    })
  }

  #tellWhenAsked(line: Line, isMended = false): void {
    this.#wire.askTimeNow((at) => {
      // One that was let go in the meantime brings nothing.
      if (this.#lines.get(line.conId) !== line) return
      this.#wire.tell({ kind: 'asked', conId: line.conId, at })
      const [reason] = this.#brokenFarms.values()
      if (reason !== undefined || isMended) this.#unheard.delete(line.conId)
      if (reason !== undefined) this.#fallSilent(line.conId, reason)
      else if (isMended) this.#followStreams()
    })
  }

  /** What is on its way when a line is let go still counts: the contract may be wanted again by then. */
  #letGo(line: Line): void {
    this.#lines.delete(line.conId)
    this.#silent.delete(line.conId)
    this.#parted.push(line.requestId)
    if (this.#parted.length > PARTED_MAX) this.#linesByRequest.delete(this.#parted.shift() as number)
    // One that has not gone out yet is simply not sent: TWS answers a cancel it did not expect with 300.
    if (line.turn?.cancel() === true) return
    const cancel = () =>
      this.#wire.ask(() => {
        this.#cancelledAt = this.#wire.settings.clock.monotonic()
        this.#wire.requests.cancelMktData(line.requestId)
      })
    const waitMs = line.sentAt + DWELL_MS - this.#wire.settings.clock.monotonic()
    if (line.spoken || waitMs <= 0) {
      cancel()
      return
    }
    this.#lingering++
    this.#wire.later(waitMs, () => {
      this.#lingering--
      cancel()
      this.follow()
    })
  }

  #forget(line: Line): void {
    this.#lines.delete(line.conId)
    this.#silent.delete(line.conId)
    this.#linesByRequest.delete(line.requestId)
  }

  /** After 1101 TWS has forgotten them all. */
  resubscribeAll(): void {
    this.#streams.forget()
    for (const line of [...this.#lines.values()]) {
      line.turn?.cancel()
      this.#forget(line)
      // Until it is asked for again nothing comes, whatever the broker's clock says.
      this.#pricesStayAway(line.conId, 'its subscription was lost with the connection')
    }
    this.#resting.clear()
    this.follow()
  }

  /** After 1102 the prices go on by themselves, or so TWS says. */
  expectPrices(): void {
    if (this.#lines.size === 0) return
    const heard = this.#ticks
    this.#wire.later(this.#wire.settings.resumeMs, () => {
      if (this.#ticks !== heard) return
      this.#wire.notice(`no price within ${this.#wire.settings.resumeMs} ms of 'data maintained'; asking for them anew`, 'TROUBLE')
      for (const line of [...this.#lines.values()]) this.#letGo(line)
      this.follow()
    })
  }

  hearTickString(requestId: number, tick: number, value: string): void {
    this.#ticks++
    this.#snapshots.hearTickString(requestId, tick, value)
    if (tick !== TICK.RT_TRADE_VOLUME && tick !== TICK.RT_VOLUME) return
    const line = this.#linesByRequest.get(requestId)
    if (line === undefined || !isMarkedByTrades(line.secType)) return
    const print = parsePrint(value)
    if (print === null) return
    const quote: Quote = { conId: line.conId, price: print.price, at: print.at, source: 'LAST' }
    this.#offer(line, tick === TICK.RT_TRADE_VOLUME ? 0 : 1, line.halted ? { ...quote, halted: true } : quote)
  }

  hearTickPrice(requestId: number, tick: number, price: number | undefined): void {
    this.#ticks++
    this.#snapshots.hearTickPrice(requestId, tick, price, this.#wire.message[5])
    const line = this.#linesByRequest.get(requestId)
    if (line === undefined) return
    line.spoken = true
    // The decoder keeps neither the size nor the mask of a price: they are read from the message itself.
    const [, , , , , size, mask] = this.#wire.message
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
    // The range is one of trades: what is marked by its quotes may never have been offered there.
    const range = isMarkedByTrades(line.secType) ? parseRange(tick, price) : null
    if (range !== null) this.#wire.tell({ kind: 'range', conId: line.conId, ...range })
  }

  hearSnapshotEnd(requestId: number): void {
    this.#snapshots.hearEnd(requestId)
  }

  /** The broker is cut off from the market, or was. */
  interrupted(): void {
    this.#streams.interrupted()
  }

  beforeFill(conId: number | undefined): void {
    if (conId !== undefined) this.#streams.beforeFill(conId)
  }

  hearStream(requestId: number, time: string, price: number | undefined, mask: { readonly pastLimit?: boolean; readonly unreported?: boolean }): void {
    this.#ticks++
    this.#streams.hear(requestId, time, price, mask)
  }

  hearTickGeneric(requestId: number, tick: number, value: number | undefined): void {
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
      if (source > 0) this.#wire.notice(`${line.name}: no RT Trade Volume comes; ${TRADE_SOURCES[source].name} stands in`, 'ADVICE')
      for (const print of prints) this.#tellQuote(print.quote)
      return
    }
    this.#tellQuote(quote)
  }

  #tellQuote(told: Quote): void {
    const quote = this.#dated(told)
    if (quote.delayed === true) this.#pricesStayAway(quote.conId, 'its prices come delayed')
    else if (this.#lines.has(quote.conId) && this.#unheard.delete(quote.conId)) {
      this.#silent.delete(quote.conId)
      this.#wire.tell({ kind: 'prices', conId: quote.conId, heard: true, at: quote.at, reason: 'live prices come again' })
      this.#followStreams()
    }
    if (quote.delayed !== true && !this.#streams.hearLine(quote)) return
    this.#wire.tell({ kind: 'quote', quote })
  }

  #dated(quote: Quote): Quote {
    if (quote.at === null) return quote
    const name = this.#lines.get(quote.conId)?.name ?? `contract ${quote.conId}`
    const at = this.#wire.dateOf(quote.conId, name, quote.at)
    return at === quote.at ? quote : { ...quote, at }
  }

  #pricesStayAway(conId: number, reason: string): void {
    if (this.#unheard.has(conId)) return
    this.#unheard.add(conId)
    this.#wire.tell({ kind: 'prices', conId, heard: false, at: null, reason })
    this.#followStreams()
  }

  /** TWS ended the request: it is made again later. */
  endRequest(requestId: number, refused: boolean, code: number, message: string): void {
    if (this.#streams.endRequest(requestId, refused, code, message)) return
    const snapshotAt = this.#snapshots.endRequest(requestId)
    if (snapshotAt !== null) {
      // No line was left for it, though none has made room since: those that stand are all there are.
      if (code === NO_MORE_LINES && this.#counting === 0 && snapshotAt > this.#cancelledAt) this.#shrink(this.#lines.size)
      return
    }
    const line = this.#linesByRequest.get(requestId)
    if (line === undefined) return
    this.#forget(line)
    // Told again at every refusal: who listens may have begun anew since the last one.
    this.#unheard.delete(line.conId)
    this.#pricesStayAway(line.conId, whyNoPrices(code, message))
    const venue = this.#contracts.venueOf(line.conId)
    if (code === 200 && !line.direct && venue !== undefined && venue !== SMART) {
      const instrument = this.#wire.memory.wanted.find((wanted) => wanted.conId === line.conId)
      if (instrument !== undefined) return this.#subscribe(instrument, venue)
    }
    if (code === NO_MORE_LINES) return this.#shrink(this.#lines.size + (this.#isRotating ? SNAPSHOT_LINES : 0))
    this.#resting.add(line.conId)
    this.#wire.later(refused ? this.#wire.settings.refusedMs : this.#wire.settings.retryMs, () => {
      this.#resting.delete(line.conId)
      this.follow()
    })
  }
}
