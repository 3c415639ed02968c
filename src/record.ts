// The recorder: the one path every fact takes. What is told is dated, numbered, folded by the books, committed in one transaction a batch, and
// only then published. It is the one writer; it never talks to a broker and never answers a query.
import { createHash } from 'node:crypto'
import type { Quote as BrokerQuote } from '#broker/port.ts'
import { compareAlerts, multiplierOf, type RaisedAlert } from '#core/book.ts'
import { type DecimalText, decimal, plain, quotient } from '#core/decimal.ts'
import { effectsOf } from '#core/delivery.ts'
import { asExecution, comparePlaces, familyOf, type Place } from '#core/execution.ts'
import {
  type Adoption,
  type Bar,
  type Cancel,
  type Commission,
  type DayRange,
  endOf,
  type Execution,
  type Fact,
  type FxRate,
  type Gap,
  type Hold,
  type Instrument,
  type Link,
  type Settlement,
  type Split,
} from '#core/facts.ts'
import { freshState } from '#core/judge.ts'
import type { MarkFilterMode } from '#core/mark.ts'
import { readOrderRef } from '#core/order-ref.ts'
import { rewriteOf } from '#core/rewrite.ts'
import { closesPassed, marketDay, sessionClose } from '#core/session.ts'
import type { AlertState, StoredAlert, StoredFact, StoredMark, StoredTrade } from '#core/stored.ts'
import { EARLIEST, type Instant } from '#core/time.ts'
import { type Mode, type Trade, type TrajectoryPoint, UNITS } from '#core/trade.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import { APPENDED_FROM, type Batch, commitBatch, EMPTY_BATCH, lastNumbers } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { anchorOf, decisionsSince, heldAnchors } from '#store/decisions.ts'
import { factsOf } from '#store/facts.ts'
import { tradesByIds, tradesOf } from '#store/trades.ts'
import { BEGINNING, Books, type Contract, NOW } from './books.ts'
import type { Bus, BusEvent } from './bus.ts'
import type { Clock } from './clock.ts'
import { Inbox } from './inbox.ts'

export interface Recorder {
  /** In the order the wire told them; an execution's `at` is the broker's whole second. */
  tell(fact: Fact, raw?: unknown): void
  quote(quote: BrokerQuote): void
  /** The market's time is now `at`: deadlines up to it fire. */
  clock(at: Instant): void
  gap(conIds: readonly number[], from: Instant, to: Instant, reason: string): void
  /** Contracts whose prices are wanted: with an open trade, or one closed so lately that what came after it is still to be judged. */
  held(): readonly Instrument[]
  /** Contracts with an open trade. */
  open(): readonly Instrument[]
  onHeldChanged(listener: () => void): void
  /** The last price of a contract; before the first one the fill that opened. */
  lastHeardAt(conId: number): Instant | null
  marketTime(): Instant | null
  /** What the broker holds, told while catching up: a position without any execution of ours is adopted, held for the long term. */
  position(position: Position): void
  /** Another process appended facts (an import): they are folded, and alert nobody. */
  appended(): void
  /** Somebody decided something: rules are read again, annotated trades are told again. */
  decided(): void
  /** Resolves when everything told so far is committed. */
  settled(): Promise<void>
  /** Folds every contract again from its first fact; resolves with what had to be rewritten. */
  rebuild(): Promise<Rebuilt>
  close(): Promise<void>
}

export interface Position {
  readonly account: string
  readonly instrument: Instrument
  /** Signed. */
  readonly quantity: DecimalText
  /** Per unit, multiplier included, as the broker counts it. */
  readonly averageCost: DecimalText
}

export interface Rebuilt {
  readonly facts: number
  readonly trades: number
  /** Trades that were not as the facts make them, by id. */
  readonly differed: readonly string[]
}

export interface RecorderOptions {
  readonly db: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly filter: MarkFilterMode
  /** Every account of a demonstration is DEMO. */
  readonly demo?: boolean
  /** Alerts are told to somebody; not in a demonstration, an import or a rebuild. */
  readonly delivers?: boolean
  log(line: string): void
  /** The database refused a batch: nothing is folded any more, the process has to start again from what is stored. */
  onFailure(error: unknown): void
}

type Told =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly raw: unknown }
  | { readonly kind: 'quote'; readonly quote: BrokerQuote }
  | { readonly kind: 'clock'; readonly at: Instant }
  | { readonly kind: 'position'; readonly position: Position }
  | { readonly kind: 'decisions' }
  | { readonly kind: 'appended' }
  | { readonly kind: 'rebuild'; done(rebuilt: Rebuilt): void }

/** Why a contract is folded again; it stands in the audit of every trade that changes by it. */
type Reason =
  | 'start'
  | 'rebuild'
  | 'rules changed'
  | 'instrument changed'
  | 'execution came late'
  | 'commission came late'
  | 'price came late'
  | 'bars came late'
  | 'imported'
  | `corrected by ${string}`
  | Adoption['kind']
  | Settlement['kind']
  | Split['kind']
  | Cancel['kind']
  | Hold['kind']
  | Link['kind']

/** A batch is closed at this many marks, or this long after its first fact. */
const BATCH_MARKS_MAX = 5_000
const BATCH_MS_MAX = 50
/** A broker's average cost is a quotient; a price holds this many digits of it. */
const BASIS_DIGITS = 12
/** Far more than is ever told between two commits that wait for the disk. */
const SEQ_JUMP = 1_000_000
/** Whether a market day has ended is looked at this often, in market time. */
const DAY_END_MS = 60_000
const SHADOW_MS_MIN = 2 * 3_600_000
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
  readonly #books: Books
  readonly #inbox: Inbox<Told>
  #arrival = 0
  #seq = 0
  #marketTime: Instant | null = null
  #daysEndedUntil: Instant | null = null
  /** The last decision taken in, and the trades (by anchor) that somebody said something of. */
  #decision = 0
  readonly #annotated = new Set<string>()
  #heldAnchors: ReadonlySet<string> = new Set()
  /** The last fact another process appended. */
  #appended = APPENDED_FROM - 1
  readonly #heldListeners: (() => void)[] = []
  #held = ''

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
    this.#books = new Books(options.db, options.filter)
    this.#inbox = new Inbox<Told>({
      clock: options.clock,
      take: (told) => this.#take(told),
      isFull: () => this.#marks.length >= BATCH_MARKS_MAX || this.#closesAt === Number.NEGATIVE_INFINITY,
      dueAt: () => Math.min(this.#closesAt, this.#isStale() ? this.#lastPricesAt + LAST_PRICE_MS : Number.POSITIVE_INFINITY),
      commit: () => this.#commit(),
      shorten: conflate,
      onFailure: options.onFailure,
    })
  }

  /** Reads the facts, folds what is open, goes on: the only way up. */
  async start(): Promise<void> {
    const { arrival, seq } = await lastNumbers(this.#db)
    this.#arrival = arrival
    // What was told but not yet on the disk when the power went must not be told again under the same number.
    this.#seq = seq + SEQ_JUMP
    const decisions = await decisionsSince(this.#db, 0)
    this.#decision = decisions.at(-1)?.id ?? 0
    for (const { kind, subject } of decisions) if (kind === 'annotate') this.#annotated.add(subject)
    await this.#readHeld()
    await this.#books.readRules(this.#options.log)
    for (const stored of await factsOf(this.#db)) {
      this.#books.remember(stored)
      this.#appended = Math.max(this.#appended, stored.arrival)
      if (stored.fact.kind === 'execution') this.#marketTime = Math.max(this.#marketTime ?? stored.fact.at, stored.fact.at)
    }
    for (const conId of this.#books.openConIds()) await this.#foldAgain(this.#books.contractOf(conId), 'start', () => NOW)
  }

  tell(fact: Fact, raw?: unknown): void {
    this.#inbox.push({ kind: 'fact', fact, raw })
  }

  quote(quote: BrokerQuote): void {
    this.#inbox.push({ kind: 'quote', quote })
  }

  clock(at: Instant): void {
    this.#inbox.push({ kind: 'clock', at })
  }

  gap(conIds: readonly number[], from: Instant, to: Instant, reason: string): void {
    for (const conId of conIds) if (to > from) this.tell({ kind: 'gap', conId, from, to, reason })
  }

  position(position: Position): void {
    this.#inbox.push({ kind: 'position', position })
  }

  appended(): void {
    this.#inbox.push({ kind: 'appended' })
  }

  decided(): void {
    this.#inbox.push({ kind: 'decisions' })
  }

  rebuild(): Promise<Rebuilt> {
    return new Promise((done) => this.#inbox.push({ kind: 'rebuild', done }))
  }

  held(): readonly Instrument[] {
    return [...this.#books.contracts].filter((contract) => this.#isWanted(contract)).map(({ instrument }) => instrument)
  }

  open(): readonly Instrument[] {
    return [...this.#books.contracts].filter(({ book }) => book.openTrades.size > 0).map(({ instrument }) => instrument)
  }

  /** Marks after the exit, until the session's close and at least two hours: the shadow (domain.md, 'Marks'). */
  #isWanted({ book, instrument }: Contract): boolean {
    if (book.openTrades.size > 0) return true
    const { lastClosedAt } = book
    if (lastClosedAt === null || this.#marketTime === null) return false
    const close = sessionClose(marketDay(lastClosedAt, instrument), instrument) ?? lastClosedAt
    return this.#marketTime < Math.max(close, lastClosedAt + SHADOW_MS_MIN)
  }

  onHeldChanged(listener: () => void): void {
    this.#heldListeners.push(listener)
  }

  lastHeardAt(conId: number): Instant | null {
    return this.#books.get(conId)?.heardAt ?? null
  }

  marketTime(): Instant | null {
    return this.#marketTime
  }

  settled(): Promise<void> {
    return this.#inbox.settled()
  }

  close(): Promise<void> {
    return this.#inbox.close()
  }

  #take(told: Told): Promise<void> | void {
    switch (told.kind) {
      case 'fact':
        return this.#takeFact(told.fact, told.raw)
      case 'quote':
        return this.#takeQuote(told.quote)
      case 'clock':
        return this.#passTime(told.at, told.at)
      case 'position':
        return this.#takePosition(told.position)
      case 'decisions':
        return this.#takeDecisions()
      case 'appended':
        return this.#takeAppended()
      case 'rebuild':
        return this.#rebuild().then(told.done)
    }
  }

  #takeFact(fact: Fact, raw: unknown): Promise<void> | void {
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
      case 'bar':
      case 'dayRange':
        return this.#takeRange(fact, raw)
      case 'adopt':
      case 'settlement':
      case 'split':
      case 'cancel':
      case 'hold':
      case 'link':
        return this.#takeChange(fact, raw)
      case 'plan':
        this.#keep(fact, raw)
        return
    }
  }

  async #takeInstrument(fact: Instrument, raw: unknown): Promise<void> {
    const known = this.#books.instruments.get(fact.conId)
    const instrument = known === undefined ? fact : { ...known, ...fact }
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(instrument)) return
    const contract = this.#books.get(fact.conId)
    if (contract === undefined) {
      this.#keep(instrument, raw)
      return
    }
    contract.instrument = instrument
    if (contract.book.describe(instrument)) {
      await this.#foldAgain(contract, 'instrument changed', () => {
        this.#keep(instrument, raw)
        return BEGINNING
      })
    } else this.#keep(instrument, raw)
    this.#books.findDeadline()
  }

  async #takeExecution(told: Execution, raw: unknown): Promise<void> {
    const { ledger } = this.#books
    if (ledger.has(told.executionId)) return
    const contract = this.#books.contractOf(told.conId)
    const at = instantOfExecution(told.at, contract.heardAt)
    const execution = at === told.at ? told : { ...told, at }
    const family = familyOf(execution.executionId)
    const known = ledger.fillOf(family)
    if (known === null && at >= contract.book.now) {
      this.#passTime(at - 1, at)
      this.#keep(execution, raw)
      const fill = ledger.fillOf(family)
      if (fill?.quantity.gt(0)) contract.book.enter(fill)
      contract.stale = true
      contract.heardAt ??= at
      this.#books.findDeadline()
    } else {
      await this.#foldAgain(contract, known === null ? 'execution came late' : `corrected by ${execution.executionId}`, () => {
        const { arrival } = this.#keep(execution, raw)
        return known !== null && comparePlaces(known, { at, arrival }) < 0 ? known : { at, arrival }
      })
    }
    this.#closeBatch()
    this.#tellHeld()
  }

  async #takeCommission(commission: Commission, raw: unknown): Promise<void> {
    const { ledger } = this.#books
    if (!ledger.isNews(commission)) return
    const conId = ledger.conIdOf(commission.executionId)
    const family = familyOf(commission.executionId)
    const fill = ledger.fillOf(family)
    const contract = conId === null ? null : this.#books.contractOf(conId)
    if (contract !== null && fill?.quantity.gt(0) && !contract.book.holds(family)) {
      await this.#foldAgain(contract, 'commission came late', () => {
        this.#keep(commission, raw)
        return fill
      })
      return
    }
    this.#keep(commission, raw)
    this.#closeBatch()
    contract?.book.costChanged(family)
  }

  #takeGap(gap: Gap, raw: unknown): void {
    this.#keep(gap, raw)
    for (const { book, conId } of this.#books.contracts) if (gap.conId === undefined || gap.conId === conId) book.hole(gap.from, gap.to)
  }

  #takeRate(rate: FxRate, raw: unknown): void {
    this.#keep(rate, raw)
    for (const { book } of this.#books.contracts) for (const trade of book.trades) for (const family of trade.families) book.costChanged(family)
  }

  /** A bar or a move of the session's range. One that speaks of a time the book has passed folds the contract again. */
  async #takeRange(range: Bar | DayRange, raw: unknown): Promise<void> {
    const contract = this.#books.get(range.conId)
    const at = endOf(range) ?? 0
    if (contract === undefined || at >= contract.book.now) {
      this.#keep(range, raw)
      contract?.book.range(range)
    } else {
      await this.#foldAgain(contract, 'bars came late', () => {
        this.#keep(range, raw)
        return { at: range.kind === 'bar' ? range.from : at, arrival: 0 }
      })
    }
  }

  /** What moves positions without an execution, or says how executions are to be read: told once, and the contracts it touches are folded again. */
  async #takeChange(fact: Adoption | Settlement | Split | Cancel | Hold | Link, raw: unknown): Promise<void> {
    const { ledger } = this.#books
    if ((fact.kind === 'adopt' || fact.kind === 'settlement') && ledger.has(asExecution(fact).executionId)) return
    const conIds = this.#touchedBy(fact)
    const place = 'conId' in fact ? { at: fact.at, arrival: 0 } : BEGINNING
    let stored = false
    for (const conId of conIds) {
      await this.#foldAgain(this.#books.contractOf(conId), fact.kind, () => {
        if (!stored) this.#keep(fact, raw)
        stored = true
        return place
      })
    }
    if (!stored) this.#keep(fact, raw)
    this.#closeBatch()
    this.#tellHeld()
  }

  /** The contracts whose trades a fact bears on. */
  #touchedBy(fact: Adoption | Settlement | Split | Cancel | Hold | Link): readonly number[] {
    const { ledger } = this.#books
    if ('conId' in fact) return [fact.conId]
    if (fact.kind === 'link') return [...ledger.conIds].filter((conId) => ledger.trades(conId, fact.account, fact.exitPermId))
    const conId = ledger.conIdOf(fact.executionId)
    return conId === null ? [] : [conId]
  }

  async #takePosition({ account, instrument, quantity, averageCost }: Position): Promise<void> {
    const { conId } = instrument
    if (decimal(quantity).eq(0) || this.#books.ledger.knows(account, conId)) return
    await this.#takeInstrument(instrument, undefined)
    const price = quotient(decimal(averageCost), multiplierOf(this.#books.instruments.get(conId) ?? instrument))
    const at = this.#marketTime ?? this.#options.clock.now()
    this.#options.log(`${instrument.symbol} in ${account}: a position of ${quantity} without executions is adopted, held since now at ${plain(price)}`)
    await this.#takeChange(
      { kind: 'adopt', account, conId, quantity, price: plain(decimal(Number(plain(price)).toPrecision(BASIS_DIGITS))), reason: 'POSITION', at },
      undefined,
    )
  }

  #takeQuote(quote: BrokerQuote): Promise<void> | void {
    const contract = this.#books.get(quote.conId)
    if (contract === undefined || quote.delayed === true) return
    const at = quote.at ?? this.#marketTime
    if (at === null) return
    const { accepted, refused } = this.#books.judge(contract, quote, at)
    for (const { price, at: refusedAt, reason } of refused) {
      this.#open()
      this.#refused.push({ conId: quote.conId, at: refusedAt, price, reason })
    }
    const [first, second] = accepted
    if (first === undefined) return
    const done = this.#takeMark(contract, first.price, first.at, quote)
    if (second === undefined) return done
    return Promise.resolve(done).then(() => this.#takeMark(contract, second.price, second.at, quote))
  }

  #takeMark(contract: Contract, price: number, saidAt: Instant, quote: BrokerQuote): Promise<void> | void {
    // A print that the exchange dates a little before the last one is dated when it was heard.
    const at = Math.max(saidAt, contract.heardAt ?? saidAt)
    contract.heardAt = at
    this.#passTime(at - 1, at)
    const { book } = contract
    if (book.isRepeat(price)) return
    const mark: StoredMark = {
      kind: 'mark',
      conId: quote.conId,
      price,
      at,
      ...(quote.bid === undefined ? {} : { bid: quote.bid }),
      ...(quote.ask === undefined ? {} : { ask: quote.ask }),
      source: quote.sampled === true ? 'SAMPLED' : quote.source,
      arrival: ++this.#arrival,
    }
    if (at < book.settledAt) {
      const take = () => {
        this.#marks.push(mark)
        return mark
      }
      return this.#foldAgain(contract, 'price came late', take, mark).then(() => {})
    }
    this.#open()
    this.#marks.push(mark)
    book.mark(price, at)
    if (book.hasAlerts) this.#closeBatch()
    if (book.openTrades.size > 0) contract.stale = true
  }

  /** The market has come to `now`; everything up to and including `until` has been told. */
  #passTime(until: Instant, now: Instant): void {
    if (this.#marketTime === null || now > this.#marketTime) this.#marketTime = now
    if (this.#books.passTime(until)) this.#closeBatch()
    this.#endDays(this.#marketTime)
  }

  /** A day whose last session closed wants its card; the order goes out with the batch. */
  #endDays(now: Instant): void {
    if (this.#daysEndedUntil !== null && now < this.#daysEndedUntil + DAY_END_MS) return
    const instruments = [...this.#books.contracts].map(({ instrument }) => instrument)
    for (const day of closesPassed(this.#daysEndedUntil, now, instruments)) {
      this.#open()
      this.#outbox.push({ key: `review:${day}`, kind: 'review', payload: { day } })
    }
    this.#daysEndedUntil = now
    this.#tellHeld()
  }

  /** Whatever was decided since: rules make open trades be looked at again, annotations make their trades be told again. */
  async #takeDecisions(): Promise<void> {
    const decisions = await decisionsSince(this.#db, this.#decision)
    this.#decision = decisions.at(-1)?.id ?? this.#decision
    if (decisions.some(({ kind }) => kind === 'rule')) {
      await this.#books.readRules(this.#options.log)
      for (const contract of this.#books.contracts) if (contract.book.openTrades.size > 0) await this.#foldAgain(contract, 'rules changed', () => NOW)
    }
    for (const conId of await this.#readHeld()) await this.#foldAgain(this.#books.contractOf(conId), 'hold', () => BEGINNING)
    const anchors = new Set(decisions.flatMap(({ kind, subject }) => (kind === 'annotate' ? [subject] : [])))
    for (const anchor of anchors) this.#annotated.add(anchor)
    const trades = await tradesByIds(
      this.#db,
      [...anchors].flatMap((anchor) => UNITS.map((unit) => `${unit}:${anchor}`)),
    )
    if (trades.length === 0) return
    await this.#commit()
    await this.#write({ ...EMPTY_BATCH, trades: trades.map((trade) => ({ ...trade, seq: ++this.#seq })) })
  }

  async #takeAppended(): Promise<void> {
    const conIds = new Set<number>()
    for (const stored of await factsOf(this.#db, { after: this.#appended })) {
      this.#appended = stored.arrival
      this.#books.remember(stored)
      const { fact } = stored
      const conId = 'conId' in fact ? fact.conId : 'executionId' in fact ? this.#books.ledger.conIdOf(fact.executionId) : null
      if (conId != null && this.#books.instruments.has(conId)) conIds.add(conId)
    }
    for (const conId of conIds) await this.#foldAgain(this.#books.contractOf(conId), 'imported', () => BEGINNING)
  }

  /** Which trades are held by the trader's word; answers the contracts for which that changed. */
  async #readHeld(): Promise<readonly number[]> {
    const held = new Set(await heldAnchors(this.#db))
    const changed = [...held.symmetricDifference(this.#heldAnchors)].map(partsOfAnchor)
    this.#heldAnchors = held
    for (const { anchor, family } of changed) this.#books.ledger.hold(family, held.has(anchor))
    return [...new Set(changed.map(({ conId }) => conId))]
  }

  async #rebuild(): Promise<Rebuilt> {
    const differed: string[] = []
    let trades = 0
    for (const conId of this.#books.ledger.conIds) {
      const contract = this.#books.contractOf(conId)
      differed.push(...(await this.#foldAgain(contract, 'rebuild', () => BEGINNING)))
      trades += contract.book.trades.length
    }
    return { facts: this.#arrival, trades, differed }
  }

  /** Takes a fact into memory and into the batch. */
  #keep(fact: Fact, raw: unknown): StoredFact {
    this.#open()
    const stored = { arrival: ++this.#arrival, fact, ...(raw === undefined ? {} : { raw }) }
    this.#facts.push(stored)
    this.#books.remember(stored)
    return stored
  }

  /** Something is in the batch: it closes a little later. */
  #open(): void {
    if (this.#closesAt === Number.POSITIVE_INFINITY) this.#closesAt = this.#options.clock.monotonic() + BATCH_MS_MAX
  }

  /** An execution, a correction or an alert waits for nothing. */
  #closeBatch(): void {
    this.#closesAt = Number.NEGATIVE_INFINITY
  }

  #isStale(): boolean {
    for (const contract of this.#books.contracts) if (contract.stale) return true
    return false
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
    const now = this.#options.clock.monotonic()
    const withLastPrices = this.#facts.length > 0 || now >= this.#lastPricesAt + LAST_PRICE_MS
    if (withLastPrices) this.#lastPricesAt = now
    const trades: StoredTrade[] = []
    const trajectory: (TrajectoryPoint & { seq: number })[] = []
    const alerts: StoredAlert[] = []
    for (const contract of this.#books.contracts) {
      const changes = contract.book.takeChanges()
      const touched = new Set(changes.trades)
      if (contract.stale && withLastPrices) {
        for (const trade of contract.book.openTrades) touched.add(trade)
        contract.stale = false
      }
      for (const trade of touched) trades.push(this.#storedTrade(contract.book.tell(trade)))
      for (const point of changes.points) trajectory.push({ ...point, seq: ++this.#seq })
      for (const alert of [...changes.alerts].sort(compareAlerts)) alerts.push(this.#storedAlert(alert, freshState(alert, this.#marketTime ?? alert.at)))
    }
    await this.#write({ ...this.#gathered(), trades, trajectory, alerts })
  }

  /** What was gathered, as the beginning of a batch; gathering begins anew. */
  #gathered(): Batch {
    const batch = { ...EMPTY_BATCH, facts: this.#facts, marks: this.#marks, refused: this.#refused, outbox: this.#outbox }
    this.#facts = []
    this.#marks = []
    this.#refused = []
    this.#outbox = []
    this.#closesAt = Number.POSITIVE_INFINITY
    return batch
  }

  async #write(written: Batch, rewritten: readonly string[] = []): Promise<void> {
    // The order to tell an alert commits with it.
    const batch = this.#options.delivers === true ? { ...written, outbox: [...written.outbox, ...effectsOf(written.alerts)] } : written
    if (Object.values(batch).every((rows: readonly unknown[]) => rows.length === 0)) return
    const mayBeLost = batch.facts.length + batch.alerts.length + batch.outbox.length + batch.removedTrades.length === 0
    await commitBatch(this.#db, batch, { asynchronous: mayBeLost })
    const trades = await this.#annotatedTrades(batch.trades)
    const events: BusEvent[] = [
      ...rewritten.map((tradeId) => ({ kind: 'rewritten' as const, seq: ++this.#seq, tradeId })),
      ...trades.map((trade) => ({ kind: 'trade' as const, seq: trade.seq, trade })),
      ...batch.trajectory.map(({ seq, ...point }) => ({ kind: 'trajectory' as const, seq, point })),
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
   * History changes at the place `take` answers: the contract is folded again, and what was taken and what differs by it are one transaction; what was
   * gathered before goes first. Answers the trades that differed.
   */
  async #foldAgain(contract: Contract, reason: Reason, take: () => Place, extra: StoredMark | null = null): Promise<readonly string[]> {
    await this.#commit()
    const marketTime = this.#marketTime ?? Number.NEGATIVE_INFINITY
    const from = await this.#books.foldAgain(contract, take(), reason === 'start' ? marketTime : Number.NEGATIVE_INFINITY, extra)
    const changes = contract.book.takeChanges()
    const stored = (await Promise.all(UNITS.map((unit) => tradesOf(this.#db, { unit, conIds: [contract.conId], openedFrom: from })))).flat()
    const trades = contract.book.trades.map((trade) => contract.book.tell(trade))
    const known = [...(await alertsOfTrades(this.#db, [...new Set([...stored, ...trades].map(({ tradeId }) => tradeId))])).values()].flat()
    // Alerts of an older version of a rule were right by it; a new version raises nothing that lies behind it.
    const newRules = reason === 'rules changed'
    const judgedBefore = newRules ? known : known.filter((alert) => alert.ruleVersion === this.#books.versionOf(alert.ruleId))
    const rewrite = rewriteOf({ trades: stored, alerts: judgedBefore }, { trades, alerts: changes.alerts }, marketTime)
    // What an import brings to light was never told and is not told now.
    const judged =
      reason === 'imported' ? rewrite.judged.filter(({ before }) => before !== null) : rewrite.judged.filter(({ before }) => !newRules || before === null)
    const withdrawn = newRules ? [] : rewrite.withdrawn
    const at = this.#options.clock.now()
    const rewritten = rewrite.audit.map(({ tradeId }) => tradeId)
    // A rebuild makes every trajectory again; a correction only those of the trades that changed by it.
    const redrawn = new Set(reason === 'rebuild' ? trades.map(({ tradeId }) => tradeId) : rewritten)
    await this.#write(
      {
        ...this.#gathered(),
        trades: rewrite.changed.map((trade) => this.#storedTrade(trade)),
        removedTrades: rewrite.removed,
        trajectory: changes.points.filter(({ tradeId }) => redrawn.has(tradeId)).map((point) => ({ ...point, seq: ++this.#seq })),
        trajectoryReplacedFrom: [...redrawn].map((tradeId) => ({ tradeId, from: EARLIEST })),
        alerts: [
          ...judged.map(({ alert, state, before }) => ({
            ...this.#storedAlert(alert, newRules ? 'ALREADY_BEYOND' : state),
            ...(before === null ? {} : { raisedAt: before.raisedAt }),
          })),
          ...withdrawn.map((alert) => ({ ...alert, state: 'WITHDRAWN' as const, seq: ++this.#seq })),
        ],
        audit: reason === 'start' ? [] : rewrite.audit.map(({ tradeId, before, after }) => ({ at, what: reason, subject: tradeId, before, after })),
      },
      reason === 'start' ? [] : rewritten,
    )
    return rewritten
  }

  #storedTrade(trade: Trade): StoredTrade {
    const mode: Mode = this.#options.demo ? 'DEMO' : modeOf(trade.account)
    const { strategy, tags, initialStop } = readOrderRef(trade.orderRef)
    return { ...trade, seq: ++this.#seq, mode, strategy, tags, note: null, initialStop }
  }

  #storedAlert({ ruleIndex: _, ...alert }: RaisedAlert, state: AlertState): StoredAlert {
    return {
      ...alert,
      id: createHash('sha256').update(`${alert.ruleId}|${alert.tier}|${alert.tradeId}`).digest('hex').slice(0, 24),
      seq: ++this.#seq,
      state,
      ruleVersion: this.#books.versionOf(alert.ruleId),
      raisedAt: this.#options.clock.now(),
      message: messageOf(alert),
    }
  }
}

/** The broker tells whole seconds: within that second an execution comes after the last price heard before it. */
function instantOfExecution(second: Instant, heardAt: Instant | null): Instant {
  return heardAt !== null && heardAt > second && heardAt < second + 1000 ? heardAt : second
}

/** 'account:conId:family'; a family may hold colons, the others do not. */
function partsOfAnchor(anchor: string): { readonly anchor: string; readonly conId: number; readonly family: string } {
  const [, conId = '', ...family] = anchor.split(':')
  return { anchor, conId: Number(conId), family: family.join(':') }
}

/** Paper accounts of this broker begin with D. */
function modeOf(account: string): Mode {
  return account.startsWith('D') ? 'PAPER' : 'LIVE'
}

/** Under overload prices are thinned to the first, highest, lowest and last of each contract between two facts; facts are never dropped nor delayed. */
function conflate(queue: readonly Told[]): Told[] {
  const kept: Told[] = []
  let run: (Told & { kind: 'quote' })[] = []
  const endRun = () => {
    const keep = new Set<Told>()
    for (const quotes of Map.groupBy(run, ({ quote }) => quote.conId).values()) {
      const priced = quotes.filter(({ quote }) => quote.price !== null)
      const price = ({ quote }: Told & { kind: 'quote' }) => quote.price as number
      for (const quote of [
        quotes[0],
        quotes.at(-1),
        ...(priced.length === 0 ? [] : [priced.reduce((a, b) => (price(b) > price(a) ? b : a)), priced.reduce((a, b) => (price(b) < price(a) ? b : a))]),
      ]) {
        if (quote !== undefined) keep.add(quote)
      }
    }
    for (const told of run) if (keep.has(told)) kept.push({ ...told, quote: { ...told.quote, sampled: true } })
    run = []
  }
  for (const told of queue) {
    if (told.kind === 'quote') run.push(told)
    else {
      endRun()
      kept.push(told)
    }
  }
  endRun()
  return kept
}

function messageOf(alert: Omit<RaisedAlert, 'ruleIndex'>): string {
  const pct = alert.pct === null ? '' : ` (${plain(decimal(alert.pct).round(2))} %)`
  return `${alert.symbol} ${alert.ruleId}${alert.tier === 0 ? '' : ` ${alert.tier + 1}`} at ${alert.price}${pct}`
}
