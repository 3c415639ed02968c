// The recorder: the one path every fact takes. What is told is dated, numbered, folded by the books, committed in one transaction a batch, and
// only then published. It is the one writer; it never talks to a broker and never answers a query.
import { createHash } from 'node:crypto'
import type { Quote as BrokerQuote } from '#broker/port.ts'
import { compareAlerts, ContractBook, type RaisedAlert } from '#core/book.ts'
import { decimal, plain } from '#core/decimal.ts'
import { comparePlaces, familyOf, Ledger, type Place, sinceFlat } from '#core/execution.ts'
import type { Commission, Execution, Fact, FxRate, Gap, Instrument } from '#core/facts.ts'
import { freshState, type Judged, rejudge } from '#core/judge.ts'
import { MarkFilter, type MarkFilterMode } from '#core/mark.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import { closesPassed } from '#core/session.ts'
import type { AlertState, StoredAlert, StoredFact, StoredMark, StoredTrade } from '#core/stored.ts'
import { EARLIEST, type Instant, LATEST } from '#core/time.ts'
import { type Mode, type Trade, type TrajectoryPoint, UNITS } from '#core/trade.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import { type Batch, commitBatch, EMPTY_BATCH, lastNumbers } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { anchorOf, decisionsSince, rulesOf } from '#store/decisions.ts'
import { factsOf } from '#store/facts.ts'
import { lastMark } from '#store/marks.ts'
import { tradesByIds, tradesOf } from '#store/trades.ts'
import type { Bus, BusEvent } from './bus.ts'
import type { Clock } from './clock.ts'
import { refold } from './refold.ts'

export interface Recorder {
  /** In the order the wire told them; an execution's `at` is the broker's whole second. */
  tell(fact: Fact, raw?: unknown): void
  quote(quote: BrokerQuote): void
  /** The market's time is now `at`: deadlines up to it fire. */
  clock(at: Instant): void
  gap(conIds: readonly number[], from: Instant, to: Instant, reason: string): void
  /** Contracts with an open trade: their prices are wanted. */
  held(): readonly Instrument[]
  onHeldChanged(listener: () => void): void
  /** The last price or fill of a contract. */
  lastHeardAt(conId: number): Instant | null
  marketTime(): Instant | null
  /** Somebody decided something: rules are read again, annotated trades are told again. */
  decided(): void
  /** Resolves when everything told so far is committed. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface RecorderOptions {
  readonly db: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly filter: MarkFilterMode
  /** Every account of a demonstration is DEMO. */
  readonly demo?: boolean
  log(line: string): void
  /** The database refused a batch: nothing is folded any more, the process has to start again from what is stored. */
  onFailure(error: unknown): void
}

type Told =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly raw: unknown }
  | { readonly kind: 'quote'; readonly quote: BrokerQuote }
  | { readonly kind: 'clock'; readonly at: Instant }
  | { readonly kind: 'decisions' }

/** What the recorder keeps of one contract. */
interface Contract {
  instrument: Instrument
  book: ContractBook
  filter: MarkFilter
  /** The last price heard, repeats included. */
  heardAt: Instant | null
  /** Last prices of its open trades have not been written since. */
  stale: boolean
  readonly gaps: Gap[]
}

interface VersionedRule {
  readonly rule: Rule
  readonly version: number
}

const NOW: Place = { at: Number.POSITIVE_INFINITY, arrival: 0 }
const BEGINNING: Place = { at: Number.NEGATIVE_INFINITY, arrival: 0 }

/** A batch is closed at this many marks, or this long after its first fact. */
const BATCH_MARKS_MAX = 5_000
const BATCH_MS_MAX = 50
/** Whether a market day has ended is looked at this often, in market time. */
const DAY_END_MS = 60_000
/** Last prices are written at most this often. */
const LAST_PRICE_MS = 1_000

export async function openRecorder(options: RecorderOptions): Promise<Recorder> {
  const recorder = new Writer(options)
  await recorder.start()
  return recorder
}

class Writer implements Recorder {
  readonly #options: RecorderOptions
  readonly #db: Database
  readonly #ledger = new Ledger()
  readonly #instruments = new Map<number, Instrument>()
  readonly #contracts = new Map<number, Contract>()
  /** Gaps of every contract, told without a conId. */
  readonly #gaps: Gap[] = []
  #rules: readonly VersionedRule[] = []
  #arrival = 0
  #seq = 0
  #marketTime: Instant | null = null
  #deadline: Instant = Number.POSITIVE_INFINITY
  #daysEndedUntil: Instant | null = null
  /** The last decision taken in, and the trades (by anchor) that somebody said something of. */
  #decision = 0
  readonly #annotated = new Set<string>()
  readonly #heldListeners: (() => void)[] = []
  #held = ''

  #queue: Told[] = []
  #working: Promise<void> | null = null
  #closed = false
  #failed = false
  #timer: NodeJS.Timeout | null = null

  // The batch that is being gathered.
  #facts: StoredFact[] = []
  #marks: StoredMark[] = []
  #refused: { conId: number; at: Instant; price: number | null; reason: string }[] = []
  #outbox: { key: string; kind: string; payload: unknown }[] = []
  #closesAt = Number.POSITIVE_INFINITY
  #lastPricesAt = Number.NEGATIVE_INFINITY

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#db = options.db
  }

  /** Reads the facts, folds what is open, goes on: the only way up. */
  async start(): Promise<void> {
    const { arrival, seq } = await lastNumbers(this.#db)
    this.#arrival = arrival
    this.#seq = seq
    const decisions = await decisionsSince(this.#db, 0)
    this.#decision = decisions.at(-1)?.id ?? 0
    for (const { kind, subject } of decisions) if (kind === 'annotate') this.#annotated.add(subject)
    await this.#readRules()
    for (const stored of await factsOf(this.#db)) this.#remember(stored)
    for (const conId of this.#ledger.conIds) {
      const fills = this.#ledger.fills(conId)
      const last = fills.at(-1)
      if (last === undefined) continue
      this.#marketTime = Math.max(this.#marketTime ?? last.at, last.at)
      if (sinceFlat(fills, { at: Number.POSITIVE_INFINITY, arrival: 0 }).length === 0) continue
      await this.#foldAgain(this.#contractOf(conId), 'start', () => NOW)
    }
  }

  tell(fact: Fact, raw?: unknown): void {
    this.#push({ kind: 'fact', fact, raw })
  }

  quote(quote: BrokerQuote): void {
    this.#push({ kind: 'quote', quote })
  }

  clock(at: Instant): void {
    this.#push({ kind: 'clock', at })
  }

  gap(conIds: readonly number[], from: Instant, to: Instant, reason: string): void {
    for (const conId of conIds) if (to > from) this.tell({ kind: 'gap', conId, from, to, reason })
  }

  decided(): void {
    this.#push({ kind: 'decisions' })
  }

  held(): readonly Instrument[] {
    return [...this.#contracts.values()].filter(({ book }) => book.openTrades.size > 0).map(({ instrument }) => instrument)
  }

  onHeldChanged(listener: () => void): void {
    this.#heldListeners.push(listener)
  }

  lastHeardAt(conId: number): Instant | null {
    return this.#contracts.get(conId)?.heardAt ?? null
  }

  marketTime(): Instant | null {
    return this.#marketTime
  }

  async settled(): Promise<void> {
    while (this.#working !== null || this.#queue.length > 0 || this.#hasBatch()) {
      this.#closesAt = Number.NEGATIVE_INFINITY
      this.#lastPricesAt = Number.NEGATIVE_INFINITY
      await this.#work()
      if (this.#failed) return
    }
  }

  async close(): Promise<void> {
    await this.settled()
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #push(told: Told): void {
    if (this.#closed || this.#failed) return
    this.#queue.push(told)
    if (this.#working === null) void this.#work()
  }

  /** One worker at a time takes what was told, in order. A failed commit ends it: what is in memory may no longer be what is stored. */
  #work(): Promise<void> {
    this.#working ??= this.#drain()
      .catch((error: unknown) => {
        this.#failed = true
        this.#queue = []
        this.#options.onFailure(error)
      })
      .finally(() => {
        this.#working = null
        this.#setTimer()
      })
    return this.#working
  }

  async #drain(): Promise<void> {
    // What is told in one go is taken in one go.
    await Promise.resolve()
    do {
      let taken = 0
      for (const queue = this.#queue; taken < queue.length; ) {
        await this.#take(queue[taken++] as Told)
        if (this.#marks.length >= BATCH_MARKS_MAX || this.#closesAt === Number.NEGATIVE_INFINITY) break
      }
      this.#queue = taken === this.#queue.length ? [] : this.#queue.slice(taken)
      if (this.#marks.length >= BATCH_MARKS_MAX || this.#options.clock.monotonic() >= this.#closesAt || this.#lastPricesDue()) await this.#commit()
    } while (this.#queue.length > 0)
  }

  #setTimer(): void {
    if (this.#closed || this.#failed || this.#timer !== null || !this.#hasBatch()) return
    const now = this.#options.clock.monotonic()
    const due = this.#isStale() ? Math.min(this.#closesAt, Math.max(now, this.#lastPricesAt + LAST_PRICE_MS)) : this.#closesAt
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        void this.#work()
      },
      Math.max(1, Math.min(due - now, LAST_PRICE_MS)),
    )
  }

  #hasBatch(): boolean {
    return this.#facts.length > 0 || this.#marks.length > 0 || this.#refused.length > 0 || this.#outbox.length > 0 || this.#isStale()
  }

  #isStale(): boolean {
    for (const contract of this.#contracts.values()) if (contract.stale) return true
    return false
  }

  #lastPricesDue(): boolean {
    return this.#isStale() && this.#options.clock.monotonic() >= this.#lastPricesAt + LAST_PRICE_MS
  }

  async #take(told: Told): Promise<void> {
    switch (told.kind) {
      case 'fact':
        return this.#takeFact(told.fact, told.raw)
      case 'quote':
        return this.#takeQuote(told.quote)
      case 'clock':
        return this.#passTime(told.at, told.at)
      case 'decisions':
        return this.#takeDecisions()
    }
  }

  async #takeFact(fact: Fact, raw: unknown): Promise<void> {
    switch (fact.kind) {
      case 'instrument':
        return this.#takeInstrument(fact, raw)
      case 'execution':
        return this.#takeExecution(fact, raw)
      case 'commission':
        return this.#takeCommission(fact, raw)
      case 'gap':
        return this.#takeGap(fact, raw)
      case 'fxRate':
        return this.#takeRate(fact, raw)
    }
  }

  async #takeInstrument(fact: Instrument, raw: unknown): Promise<void> {
    const known = this.#instruments.get(fact.conId)
    const instrument = known === undefined ? fact : { ...known, ...fact }
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(instrument)) return
    const contract = this.#contracts.get(fact.conId)
    if (contract === undefined) {
      this.#keep(instrument, raw)
      return
    }
    contract.instrument = instrument
    if (contract.book.describe(instrument))
      await this.#foldAgain(contract, 'instrument changed', () => {
        this.#keep(instrument, raw)
        return BEGINNING
      })
    else this.#keep(instrument, raw)
    this.#setDeadline()
  }

  async #takeExecution(told: Execution, raw: unknown): Promise<void> {
    if (this.#ledger.has(told.executionId)) return
    const { conId } = told
    if (!this.#instruments.has(conId)) throw new Error(`expected the instrument of ${conId} before its execution ${told.executionId}`)
    const contract = this.#contractOf(conId)
    const at = instantOfExecution(told.at, contract.heardAt)
    const execution = at === told.at ? told : { ...told, at }
    const family = familyOf(execution.executionId)
    const known = this.#ledger.fillOf(family)
    if (known === null && at >= contract.book.now) {
      await this.#passTime(at - 1, at)
      this.#keep(execution, raw)
      this.#closesAt = Number.NEGATIVE_INFINITY
      const fill = this.#ledger.fillOf(family)
      if (fill?.quantity.gt(0)) contract.book.fill(fill)
      contract.stale = true
      contract.heardAt = Math.max(contract.heardAt ?? at, at)
      this.#setDeadline()
    } else {
      await this.#foldAgain(contract, known === null ? 'execution came late' : `corrected by ${execution.executionId}`, () => {
        const { arrival } = this.#keep(execution, raw)
        return known !== null && comparePlaces(known, { at, arrival }) < 0 ? known : { at, arrival }
      })
    }
    this.#tellHeld()
  }

  async #takeCommission(commission: Commission, raw: unknown): Promise<void> {
    if (!this.#ledger.isNews(commission)) return
    const conId = this.#ledger.conIdOf(commission.executionId)
    const family = familyOf(commission.executionId)
    const fill = this.#ledger.fillOf(family)
    const contract = conId === null ? null : this.#contractOf(conId)
    if (contract !== null && fill?.quantity.gt(0) && !contract.book.holds(family)) {
      await this.#foldAgain(contract, 'commission came late', () => {
        this.#keep(commission, raw)
        return fill
      })
      return
    }
    this.#keep(commission, raw)
    this.#closesAt = Number.NEGATIVE_INFINITY
    contract?.book.costChanged(family)
  }

  async #takeGap(gap: Gap, raw: unknown): Promise<void> {
    this.#keep(gap, raw)
    for (const contract of this.#contracts.values())
      if (gap.conId === undefined || gap.conId === contract.instrument.conId) contract.book.hole(gap.from, gap.to)
  }

  async #takeRate(rate: FxRate, raw: unknown): Promise<void> {
    this.#keep(rate, raw)
    for (const { book } of this.#contracts.values()) for (const trade of book.trades) for (const family of trade.families) book.costChanged(family)
  }

  async #takeQuote(quote: BrokerQuote): Promise<void> {
    const contract = this.#contracts.get(quote.conId)
    if (contract === undefined || quote.delayed === true) return
    const at = quote.at ?? this.#marketTime
    if (at === null) return
    const { accepted, refused } = contract.filter.offer({
      at,
      price: quote.price,
      bid: quote.bid ?? null,
      ask: quote.ask ?? null,
      suspicious: false,
      conditions: 0,
      unreported: quote.unreported ?? false,
      pastLimit: quote.pastLimit ?? false,
      halted: quote.halted ?? false,
      isMid: quote.source === 'MID',
    })
    for (const { price, at: refusedAt, reason } of refused) {
      this.#open()
      this.#refused.push({ conId: quote.conId, at: refusedAt, price, reason })
    }
    for (const mark of accepted) await this.#takeMark(contract, mark.price, mark.at, quote)
  }

  async #takeMark(contract: Contract, price: number, saidAt: Instant, quote: BrokerQuote): Promise<void> {
    // A print that the exchange dates a little before the last one is dated when it was heard.
    const at = Math.max(saidAt, contract.heardAt ?? saidAt)
    contract.heardAt = at
    if (at > (this.#marketTime ?? Number.NEGATIVE_INFINITY)) this.#marketTime = at
    this.#endDays(this.#marketTime ?? at)
    if (at > this.#deadline) await this.#passTime(at - 1, at)
    if (contract.book.isRepeat(price)) return
    const mark: StoredMark = {
      kind: 'mark',
      conId: quote.conId,
      price,
      at,
      ...(quote.bid === undefined ? {} : { bid: quote.bid }),
      ...(quote.ask === undefined ? {} : { ask: quote.ask }),
      source: quote.source,
      arrival: ++this.#arrival,
    }
    if (at < contract.book.settledAt) {
      return this.#foldAgain(
        contract,
        'price came late',
        () => {
          this.#marks.push(mark)
          return mark
        },
        mark,
      )
    }
    this.#open()
    this.#marks.push(mark)
    contract.book.mark(price, at)
    if (contract.book.hasAlerts) this.#closesAt = Number.NEGATIVE_INFINITY
    if (contract.book.openTrades.size > 0) contract.stale = true
  }

  /** The market has come to `now`; everything up to and including `until` has been told. */
  async #passTime(until: Instant, now: Instant): Promise<void> {
    const previous = this.#marketTime
    if (previous !== null && now < previous && until < this.#deadline) return
    this.#marketTime = Math.max(previous ?? now, now)
    if (until >= this.#deadline) {
      for (const { book } of this.#contracts.values()) book.passTime(until)
      this.#setDeadline()
      this.#closesAt = Number.NEGATIVE_INFINITY
    }
    this.#endDays(this.#marketTime)
  }

  /** A day whose last session closed wants its card; the order goes out with the batch. */
  #endDays(now: Instant): void {
    if (this.#daysEndedUntil !== null && now < this.#daysEndedUntil + DAY_END_MS) return
    const instruments = [...this.#contracts.values()].map(({ instrument }) => instrument)
    for (const day of closesPassed(this.#daysEndedUntil, now, instruments)) {
      this.#open()
      this.#outbox.push({ key: `review:${day}`, kind: 'review', payload: { day } })
    }
    this.#daysEndedUntil = now
  }

  /** Whatever was decided since: rules make open trades be looked at again, annotations make their trades be told again. */
  async #takeDecisions(): Promise<void> {
    const decisions = await decisionsSince(this.#db, this.#decision)
    this.#decision = decisions.at(-1)?.id ?? this.#decision
    if (decisions.some(({ kind }) => kind === 'rule')) {
      await this.#readRules()
      for (const contract of this.#contracts.values()) if (contract.book.openTrades.size > 0) await this.#foldAgain(contract, 'rules changed', () => NOW)
    }
    const anchors = decisions.flatMap(({ kind, subject }) => (kind === 'annotate' ? [subject] : []))
    for (const anchor of anchors) this.#annotated.add(anchor)
    const trades = await tradesByIds(
      this.#db,
      [...new Set(anchors)].flatMap((anchor) => UNITS.map((unit) => `${unit}:${anchor}`)),
    )
    if (trades.length === 0) return
    await this.#commit()
    await this.#write({ ...EMPTY_BATCH, trades: trades.map((trade) => ({ ...trade, seq: ++this.#seq })) }, [])
  }

  async #readRules(): Promise<void> {
    const rules: VersionedRule[] = []
    for (const stored of await rulesOf(this.#db)) {
      const rule = parseRule(stored.body)
      if ('refused' in rule) this.#options.log(`${rule.refused}; it is left out`)
      else rules.push({ rule: { ...rule, enabled: stored.enabled }, version: stored.version })
    }
    this.#rules = rules
  }

  #contractOf(conId: number): Contract {
    let contract = this.#contracts.get(conId)
    if (contract === undefined) {
      const instrument = this.#instruments.get(conId)
      if (instrument === undefined) throw new Error(`expected to know the instrument ${conId}`)
      contract = {
        instrument,
        book: this.#newBook(instrument),
        filter: new MarkFilter(this.#options.filter, instrument.secType),
        heardAt: null,
        stale: false,
        gaps: this.#gaps.filter((gap) => gap.conId === undefined || gap.conId === conId),
      }
      this.#contracts.set(conId, contract)
    }
    return contract
  }

  #newBook(instrument: Instrument): ContractBook {
    return new ContractBook(instrument, { rules: this.#rules.map(({ rule }) => rule), trace: true, commissionOf: this.#commissionOf })
  }

  readonly #commissionOf = (family: string, currency: string) => this.#ledger.commissionOf(family, currency)

  /** Takes a fact into memory and into the batch. */
  #keep(fact: Fact, raw: unknown): StoredFact {
    const stored = this.#number(fact, raw)
    this.#remember(stored)
    return stored
  }

  #number(fact: Fact, raw: unknown): StoredFact {
    this.#open()
    const stored = { arrival: ++this.#arrival, fact, ...(raw === undefined ? {} : { raw }) }
    this.#facts.push(stored)
    return stored
  }

  #remember({ fact, arrival }: StoredFact): void {
    switch (fact.kind) {
      case 'instrument':
        this.#instruments.set(fact.conId, fact)
        break
      case 'execution':
        this.#ledger.tell(fact, { at: fact.at, arrival })
        break
      case 'commission':
        this.#ledger.tellCommission(fact)
        break
      case 'fxRate':
        this.#ledger.tellRate(fact)
        break
      case 'gap':
        this.#gaps.push(fact)
        break
    }
  }

  #open(): void {
    if (this.#closesAt === Number.POSITIVE_INFINITY) this.#closesAt = this.#options.clock.monotonic() + BATCH_MS_MAX
  }

  #setDeadline(): void {
    this.#deadline = Number.POSITIVE_INFINITY
    for (const { book } of this.#contracts.values()) if (book.nextDeadline < this.#deadline) this.#deadline = book.nextDeadline
  }

  #tellHeld(): void {
    const held = this.held()
      .map(({ conId }) => conId)
      .join()
    if (held === this.#held) return
    this.#held = held
    for (const listener of this.#heldListeners) listener()
  }

  /** Commits what was gathered, then tells it. */
  async #commit(): Promise<void> {
    const alerts: StoredAlert[] = []
    const trades: StoredTrade[] = []
    const trajectory: (TrajectoryPoint & { seq: number })[] = []
    const lastPricesDue = this.#lastPricesDue() || this.#facts.length > 0
    for (const contract of this.#contracts.values()) {
      const changes = contract.book.takeChanges()
      const touched = new Set(changes.trades)
      if (contract.stale && lastPricesDue) {
        for (const trade of contract.book.openTrades) touched.add(trade)
        contract.stale = false
      }
      for (const trade of touched) trades.push(this.#storedTrade(contract.book.tell(trade)))
      for (const point of changes.points) trajectory.push({ ...point, seq: ++this.#seq })
      for (const alert of [...changes.alerts].sort(compareAlerts)) alerts.push(this.#storedAlert(alert, freshState(alert, this.#marketTime ?? alert.at)))
    }
    if (lastPricesDue) this.#lastPricesAt = this.#options.clock.monotonic()
    const batch: Batch = { ...EMPTY_BATCH, facts: this.#facts, marks: this.#marks, refused: this.#refused, outbox: this.#outbox, trades, trajectory, alerts }
    this.#begin()
    await this.#write(batch, trajectory)
  }

  #begin(): void {
    this.#facts = []
    this.#marks = []
    this.#refused = []
    this.#outbox = []
    this.#closesAt = Number.POSITIVE_INFINITY
  }

  async #write(batch: Batch, trajectory: readonly (TrajectoryPoint & { seq: number })[], rewritten: readonly string[] = []): Promise<void> {
    const isEmpty = Object.values(batch).every((rows: readonly unknown[]) => rows.length === 0)
    if (isEmpty) return
    const asynchronous = batch.facts.length === 0 && batch.alerts.length === 0 && batch.outbox.length === 0 && batch.removedTrades.length === 0
    await commitBatch(this.#db, batch, { asynchronous })
    const events: BusEvent[] = [
      ...rewritten.map((tradeId) => ({ kind: 'rewritten' as const, seq: ++this.#seq, tradeId })),
      ...(await this.#annotatedTrades(batch.trades)).map((trade) => ({ kind: 'trade' as const, seq: trade.seq, trade })),
      ...trajectory.map(({ seq, ...point }) => ({ kind: 'trajectory' as const, seq, point })),
      ...batch.alerts.map((alert) => ({ kind: 'alert' as const, seq: alert.seq, alert })),
    ]
    this.#options.bus.publish(events)
  }

  /** The trades as they read in the store, with what the trader said of them. */
  async #annotatedTrades(trades: readonly StoredTrade[]): Promise<readonly StoredTrade[]> {
    const noted = trades.filter(({ tradeId }) => this.#annotated.has(anchorOf(tradeId))).map(({ tradeId }) => tradeId)
    if (noted.length === 0) return trades
    const joined = new Map((await tradesByIds(this.#db, noted)).map((trade) => [trade.tradeId, trade]))
    return trades.map((trade) => joined.get(trade.tradeId) ?? trade)
  }

  /**
   * History changes at the place `take` answers: the contract is folded again from the last moment before it at which it was flat. What was taken and
   * what differs by it are one transaction; what was gathered before goes first.
   */
  async #foldAgain(contract: Contract, reason: string, take: () => Place, extra: StoredMark | null = null): Promise<void> {
    await this.#commit()
    const place = take()
    const { instrument } = contract
    const { conId } = instrument
    const fills = sinceFlat(this.#ledger.fills(conId), place)
    const from = fills[0]?.at ?? Math.min(Math.max(place.at, EARLIEST), LATEST)
    const oldBook = contract.book
    const until = Math.max(oldBook.now, reason === 'start' ? (this.#marketTime ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY)
    const gaps = this.#gaps.filter((gap) => gap.conId === undefined || gap.conId === conId)
    const book = await refold(this.#db, { instrument, fills, gaps, extra, rules: this.#rules.map(({ rule }) => rule), until, commissionOf: this.#commissionOf })
    const changes = book.takeChanges()
    contract.book = book
    contract.heardAt = Math.max(
      contract.heardAt ?? Number.NEGATIVE_INFINITY,
      (await lastMark(this.#db, conId))?.at ?? Number.NEGATIVE_INFINITY,
      fills.at(-1)?.at ?? Number.NEGATIVE_INFINITY,
    )
    this.#setDeadline()
    await this.#writeDifference(conId, from, book, changes, reason)
  }

  async #writeDifference(
    conId: number,
    from: Instant,
    book: ContractBook,
    changes: { alerts: readonly RaisedAlert[]; points: readonly TrajectoryPoint[] },
    reason: string,
  ): Promise<void> {
    const was = new Map<string, StoredTrade>()
    for (const unit of ['ORDER', 'ROUND_TRIP'] as const)
      for (const trade of await tradesOf(this.#db, { unit, conIds: [conId], openedFrom: from })) was.set(trade.tradeId, trade)
    const is = new Map(book.trades.map((trade) => [trade.tradeId, book.tell(trade)]))
    const removedTrades = [...was.keys()].filter((tradeId) => !is.has(tradeId))
    const changed = [...is.values()].filter((trade) => !isSameTrade(was.get(trade.tradeId), trade))
    const tradeIds = [...new Set([...was.keys(), ...is.keys()])]
    const stored = [...(await alertsOfTrades(this.#db, tradeIds)).values()].flat()
    const current = reason === 'rules changed' ? stored : stored.filter((alert) => this.#versionOf(alert.ruleId) === alert.ruleVersion)
    const judged = rejudge(current, changes.alerts, this.#marketTime ?? Number.NEGATIVE_INFINITY)
    const alerts = judged.changed.filter(({ before: old }) => reason !== 'rules changed' || old === null).map((one) => this.#judgedAlert(one, reason))
    if (reason !== 'rules changed') for (const alert of judged.withdrawn) alerts.push({ ...alert, state: 'WITHDRAWN', seq: ++this.#seq })
    const rewritten = new Set([...changed.map((trade) => trade.tradeId), ...removedTrades])
    const trajectory = changes.points.filter((point) => rewritten.has(point.tradeId)).map((point) => ({ ...point, seq: ++this.#seq }))
    const at = this.#options.clock.now()
    const isStart = reason === 'start'
    const batch: Batch = {
      ...EMPTY_BATCH,
      facts: this.#facts,
      marks: this.#marks,
      trades: changed.map((trade) => this.#storedTrade(trade)),
      removedTrades,
      trajectory,
      trajectoryReplacedFrom: [...rewritten].map((tradeId) => ({ tradeId, from: EARLIEST })),
      alerts,
      audit: isStart
        ? []
        : [...rewritten].map((tradeId) => ({ at, what: reason, subject: tradeId, before: summary(was.get(tradeId)), after: summary(is.get(tradeId)) })),
    }
    this.#begin()
    await this.#write(batch, trajectory, isStart ? [] : [...rewritten])
  }

  #judgedAlert({ alert, state, before: was }: Judged, reason: string): StoredAlert {
    const stored = this.#storedAlert(alert, reason === 'rules changed' ? 'ALREADY_BEYOND' : state)
    return was === null ? stored : { ...stored, raisedAt: was.raisedAt }
  }

  #storedTrade(trade: Trade): StoredTrade {
    const mode: Mode = this.#options.demo ? 'DEMO' : modeOf(trade.account)
    return { ...trade, seq: ++this.#seq, mode, strategy: trade.orderRef, tags: [], note: null, initialStop: null }
  }

  #storedAlert({ ruleIndex: _, ...alert }: RaisedAlert, state: AlertState): StoredAlert {
    return {
      ...alert,
      id: createHash('sha256').update(`${alert.ruleId}|${alert.tier}|${alert.tradeId}`).digest('hex').slice(0, 24),
      seq: ++this.#seq,
      state,
      ruleVersion: this.#versionOf(alert.ruleId),
      raisedAt: this.#options.clock.now(),
      message: messageOf(alert),
    }
  }

  #versionOf(ruleId: string): number {
    return this.#rules.find(({ rule }) => rule.id === ruleId)?.version ?? 1
  }
}

/** The broker tells whole seconds: within that second an execution comes after the last price heard before it. */
function instantOfExecution(second: Instant, heardAt: Instant | null): Instant {
  return heardAt !== null && heardAt > second && heardAt < second + 1000 ? heardAt : second
}

/** Paper accounts of this broker begin with D. */
export function modeOf(account: string): Mode {
  return account.startsWith('D') ? 'PAPER' : 'LIVE'
}

function isSameTrade(stored: StoredTrade | undefined, trade: Trade): boolean {
  if (stored === undefined) return false
  return (Object.keys(trade) as (keyof Trade)[]).every((name) => JSON.stringify(stored[name]) === JSON.stringify(trade[name]))
}

function summary(trade: Trade | undefined): unknown {
  if (trade === undefined) return null
  const { quantity, entryPrice, exitPrice, grossPnl, commission, status } = trade
  return { quantity, entryPrice, exitPrice, grossPnl, commission, status, mfePx: trade.mfe.price, maePx: trade.mae.price }
}

function messageOf(alert: Omit<RaisedAlert, 'ruleIndex'>): string {
  const pct = alert.pct === null ? '' : ` (${plain(decimal(alert.pct).round(2))} %)`
  return `${alert.symbol} ${alert.ruleId}${alert.tier === 0 ? '' : ` ${alert.tier + 1}`} at ${alert.price}${pct}`
}
