// The recorder: the one path every fact takes. What is told is dated, numbered, folded by the books, committed in one transaction a batch, and
// only then published. It is the one writer; it never talks to a broker and never answers a query.
import type { Quote as BrokerQuote } from '#broker/port.ts'
import { adopted } from '#core/adoption.ts'
import { decimal } from '#core/decimal.ts'
import { BEGINNING, comparePlaces, type Fill, type Place } from '#core/execution.ts'
import type { Execution, Fact, Instrument, SessionChange } from '#core/facts.ts'
import { ALERT_STATES, type StoredFact, type StoredMark } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import { alertsOf, renamedAlerts } from '#store/alerts.ts'
import { APPENDED_FROM, lastNumbers } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { namesAt, partsOfAnchor } from '#store/decisions.ts'
import { factsOf, rememberFolded } from '#store/facts.ts'
import { tradesByIds } from '#store/trades.ts'
import { Batches } from './batches.ts'
import { Books, type Contract, NOW } from './books.ts'
import { Inbox } from './inbox.ts'
import { Intake } from './intake.ts'
import { correct, type Correction, type Reason } from './correction.ts'
import { conflate } from './overload.ts'
import { placeFetched } from './fetched.ts'
import type { Fetched, Hole, Position, Rebuilt, Recorder, RecorderOptions } from './recorder.ts'
import { type Heard, Words } from './words.ts'

type Told =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly raw: unknown }
  | { readonly kind: 'quote'; readonly quote: BrokerQuote }
  | { readonly kind: 'session'; readonly change: SessionChange }
  | { readonly kind: 'clock'; readonly at: Instant }
  | { readonly kind: 'position'; readonly position: Position }
  | { readonly kind: 'fetched'; readonly fetched: Fetched; done(): void }
  | { readonly kind: 'decisions' }
  | { readonly kind: 'appended' }
  | { readonly kind: 'consult'; say(): readonly Fact[] }
  | { readonly kind: 'rebuild'; done(rebuilt: Rebuilt): void }

/** Far more than is ever told between two commits that wait for the disk. */
const SEQ_JUMP = 1_000_000
/** Older holes are a matter of `backfill`. */
const REPAIR_MS_MAX = 7 * 86_400_000
const NOTHING_DECIDED: ReadonlySet<string> = new Set()
/** Whether a market day has ended is looked at this often, in market time. */
const DAY_END_MS = 60_000

export async function openRecorder(options: RecorderOptions): Promise<Recorder> {
  const recorder = new Writer(options)
  await recorder.start()
  return recorder
}

class Writer implements Recorder {
  readonly #options: RecorderOptions
  readonly #db: Database
  readonly #books: Books
  readonly #batches: Batches
  readonly #inbox: Inbox<Told>
  #arrival = 0
  /** When what is being taken was told, at the earliest; null before anything was. */
  #toldAt: number | null = null
  #marketTime: Instant | null = null
  /** Whether the market's time was heard by this process: what is read from the store is a time long gone. */
  #heardTime = false
  #daysEndedUntil: Instant | null = null
  readonly #words: Words
  readonly #intake: Intake
  /** The last fact another process appended. */
  #appended = APPENDED_FROM - 1
  /** Positions whose basis nobody tells: said once. */
  readonly #baseless = new Set<string>()
  readonly #heldListeners: (() => void)[] = []
  #held = ''

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#db = options.db
    this.#books = new Books(options.db, options.filter)
    this.#words = new Words(options.db, this.#books)
    this.#batches = new Batches({
      ...options,
      books: this.#books,
      demo: options.demo === true,
      delivers: options.delivers === true,
      toldAt: () => this.#toldAt,
    })
    this.#intake = new Intake({
      books: this.#books,
      keep: (fact, raw) => this.#keep(fact, raw),
      foldAgain: (contract, reason, take) => this.#foldAgain(contract, reason, take),
      passTime: (until, now) => this.#passTime(until, now),
      closeNow: () => this.#batches.closeNow(),
      refused: (price) => this.#batches.refused(price),
      tellHeld: () => this.#tellHeld(),
    })
    this.#inbox = new Inbox<Told>({
      clock: options.clock,
      take: (told, since) => {
        this.#toldAt = since
        return this.#take(told)
      },
      isFull: () => this.#batches.isFull,
      dueAt: () => this.#batches.dueAt,
      commit: (all) => this.#commit(all),
      shorten: (queue) => {
        const shorter = conflate(queue)
        options.observer?.conflated(queue.length - shorter.length)
        return shorter
      },
      ...(options.waitingMax === undefined ? {} : { waitingMax: options.waitingMax }),
      onFailure: options.onFailure,
    })
  }

  /** Reads the facts, folds what is open, goes on: the only way up. */
  async start(): Promise<void> {
    const { arrival, seq, folded } = await lastNumbers(this.#db)
    this.#arrival = arrival
    this.#appended = Math.max(this.#appended, folded)
    // What was told but not yet on the disk when the power went must not be told again under the same number.
    this.#batches.numberFrom(seq + SEQ_JUMP)
    for (const alert of await renamedAlerts(this.#db)) this.#batches.renamed(alert)
    const missed = await this.#words.begin()
    for (const anchor of missed.known) this.#batches.annotated(anchor)
    await this.#books.readRules(this.#options.log)
    await this.#books.readThinned()
    const fresh: StoredFact[] = []
    for (const stored of await factsOf(this.#db)) {
      this.#books.remember(stored)
      if (stored.arrival > this.#appended) fresh.push(stored)
      if (stored.fact.kind === 'execution') this.#marketTime = Math.max(this.#marketTime ?? stored.fact.at, stored.fact.at)
    }
    // What an import appended while nobody was there to fold it.
    await this.#foldAppended(fresh)
    for (const conId of this.#books.openConIds()) await this.#foldAgain(this.#books.contractOf(conId), 'start', () => NOW, { decided: missed.rules })
    await this.#foldHeld(missed.held)
    await this.#takeStopsSaid(this.#words.planned(missed.planned))
    await this.#tellAgain(missed)
    await this.#words.folded()
  }

  tell(fact: Fact, raw?: unknown): void {
    this.#inbox.push({ kind: 'fact', fact, raw })
  }

  quote(quote: BrokerQuote): void {
    this.#inbox.push({ kind: 'quote', quote })
  }

  session(change: SessionChange): void {
    this.#inbox.push({ kind: 'session', change })
  }

  clock(at: Instant): void {
    this.#inbox.push({ kind: 'clock', at })
  }

  gap(conIds: readonly number[], from: Instant, to: Instant, reason: string): void {
    for (const conId of conIds) if (to > from) this.tell({ kind: 'gap', conId, from, to, reason })
  }

  holes(): readonly Hole[] {
    return this.#marketTime === null ? [] : this.#books.holes(this.#marketTime - REPAIR_MS_MAX)
  }

  fetched(fetched: Fetched): Promise<void> {
    return new Promise((done) => this.#inbox.push({ kind: 'fetched', fetched, done }))
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
    return this.#books.wanted(this.#marketTime)
  }

  open(): readonly Instrument[] {
    return this.#books.open()
  }

  consult(say: () => readonly Fact[]): void {
    this.#inbox.push({ kind: 'consult', say })
  }

  opened(conId: number): ReturnType<Recorder['opened']> {
    return this.#books.opened(conId)
  }

  onHeldChanged(listener: () => void): void {
    this.#heldListeners.push(listener)
  }

  knows({ executionId, account }: Execution): boolean {
    return this.#books.ledger.fillOf(this.#books.ledger.nameOf(executionId, account)) !== null
  }

  lastHeardAt(conId: number): Instant | null {
    return this.#books.get(conId)?.heardAt ?? null
  }

  lastFilledAt(conId: number): Instant | null {
    return this.#books.ledger.history(conId).findLast(({ kind }) => kind === 'fill')?.at ?? null
  }

  marketTime(): Instant | null {
    return this.#marketTime
  }

  get waiting(): number {
    return this.#inbox.waiting
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
        return this.#intake.take(told.fact, told.raw)
      case 'quote':
        return this.#takeQuote(told.quote)
      case 'session':
        this.#batches.fact(this.#numbered(told.change))
        return
      case 'clock':
        return this.#passTime(told.at, told.at)
      case 'position':
        return this.#takePosition(told.position)
      case 'fetched':
        return this.#takeFetched(told.fetched).then(told.done)
      case 'decisions':
        return this.#takeDecisions()
      case 'appended':
        return this.#takeAppended()
      case 'consult':
        return this.#takeInTurn(told.say())
      case 'rebuild':
        return this.#rebuild().then(told.done)
    }
  }

  async #takeInTurn(facts: readonly Fact[]): Promise<void> {
    for (const fact of facts) await this.#intake.take(fact, undefined)
  }

  /** Prices of a hole were fetched: they, and what is left of it, are one folding. */
  async #takeFetched(fetched: Fetched): Promise<void> {
    await this.#commit()
    const contract = this.#books.contractOf(fetched.instrument.conId)
    const { marks, facts } = await placeFetched(this.#db, this.#books, contract, fetched)
    if (facts.length === 0) return
    const stored = marks.map((mark): StoredMark => ({ ...mark, arrival: ++this.#arrival }))
    const take = () => {
      for (const fact of facts) this.#keep(fact, undefined)
      for (const mark of stored) this.#batches.mark(mark)
      return { at: fetched.from, arrival: 0 }
    }
    await this.#foldAgain(contract, 'gap repaired', take, { extra: stored, missedUntil: fetched.to })
  }

  /** What the trader said of these trades' stops: R is another one from their first fill on. */
  async #takeStopsSaid(fills: readonly Fill[]): Promise<void> {
    for (const [conId, openings] of Map.groupBy(fills, ({ execution }) => execution.conId))
      await this.#foldAgain(this.#books.contractOf(conId), 'stop said', () => openings.toSorted(comparePlaces)[0] ?? NOW)
  }

  async #takePosition(position: Position): Promise<void> {
    const { account, quantity, averageCost, instrument } = position
    if (decimal(quantity).eq(0) || this.#books.ledger.knows(account, instrument.conId)) return
    if (averageCost === null) {
      const key = `${account} ${instrument.conId}`
      if (this.#baseless.has(key)) return
      this.#baseless.add(key)
      this.#options.log(
        `${instrument.symbol} in ${account}: a position of ${quantity} without executions, of which the broker tells no average cost; not adopted until it does`,
      )
      return
    }
    await this.#intake.take(instrument, undefined)
    const adoption = adopted(
      { account, quantity, averageCost },
      this.#books.instruments.get(instrument.conId) ?? instrument,
      this.#marketTime ?? this.#options.clock.now(),
    )
    this.#options.log(`${instrument.symbol} in ${account}: a position of ${quantity} without executions is adopted, held since now at ${adoption.price}`)
    await this.#intake.take(adoption, undefined)
  }

  #takeQuote(quote: BrokerQuote): Promise<void> | void {
    const contract = this.#books.get(quote.conId)
    if (quote.delayed === true) return
    if (contract === undefined) {
      if (quote.at !== null) this.#books.heardBefore.set(quote.conId, quote.at)
      return
    }
    const at = quote.at ?? this.#marketTime
    if (at === null) return
    const { accepted, refused } = this.#books.judge(contract, quote, at)
    for (const { price, at: refusedAt, reason } of refused) {
      this.#batches.refused({ conId: quote.conId, at: refusedAt, price, reason })
    }
    const [first, second] = accepted
    if (first === undefined) return
    const done = this.#takeMark(contract, first.price, first.at, quote)
    if (second === undefined) return done
    return Promise.resolve(done).then(() => this.#takeMark(contract, second.price, second.at, quote))
  }

  #takeMark(contract: Contract, price: number, saidAt: Instant, quote: BrokerQuote): Promise<void> | void {
    if (saidAt < contract.since) return
    // A print that the exchange dates a little before the last one is dated when it was heard; so is one that follows what the range says until then.
    const at = Math.max(saidAt, contract.heardAt ?? saidAt, contract.rangedAt + 1)
    contract.heardAt = at
    this.#passTime(at - 1, at)
    const { book } = contract
    if (book.isRepeat(price) && !contract.afterHole) return
    contract.afterHole = false
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
        this.#batches.mark(mark)
        return mark
      }
      return this.#foldAgain(contract, 'price came late', take, { extra: [mark] }).then(() => {})
    }
    this.#batches.mark(mark)
    book.mark(price, at)
    if (book.hasAlerts) this.#batches.closeNow()
    if (book.openTrades.size > 0) contract.stale = true
  }

  /** The market has come to `now`; everything up to and including `until` has been told. */
  #passTime(until: Instant, now: Instant): void {
    if (this.#marketTime === null || now > this.#marketTime) this.#marketTime = now
    this.#heardTime = true
    if (this.#books.passTime(until)) this.#batches.closeNow()
    this.#endDays(this.#marketTime)
  }

  /** A day whose last session closed wants its card; the order goes out with the batch. */
  #endDays(now: Instant): void {
    if (this.#daysEndedUntil !== null && now < this.#daysEndedUntil + DAY_END_MS) return
    for (const { key, day } of this.#books.cardsWanted(this.#daysEndedUntil, now)) this.#batches.order({ key, kind: 'review', payload: { day } })
    this.#daysEndedUntil = now
    this.#tellHeld()
  }

  /** Whatever was decided since: rules make open trades be looked at again, annotations make their trades be told again. */
  async #takeDecisions(): Promise<void> {
    const heard = await this.#words.hear()
    for (const anchor of heard.annotated) this.#batches.annotated(anchor)
    const { rules, held, planned, thinned } = heard
    if (thinned) await this.#books.readThinned()
    if (rules.size > 0) {
      await this.#books.readRules(this.#options.log)
      for (const contract of this.#books.contracts)
        if (contract.book.openTrades.size > 0) await this.#foldAgain(contract, 'rules changed', () => NOW, { decided: rules })
    }
    await this.#foldHeld(held)
    await this.#takeStopsSaid(this.#words.planned(planned))
    await this.#tellAgain(heard)
    await this.#words.folded()
    this.#options.bus.publish([{ kind: 'decided', upTo: this.#words.upTo }])
  }

  async #foldHeld(conIds: readonly number[]): Promise<void> {
    for (const conId of conIds) if (this.#books.instruments.has(conId)) await this.#foldAgain(this.#books.contractOf(conId), 'hold', () => BEGINNING)
  }

  /** Trades and alerts of which something was said: whoever follows them hears it by a new number. */
  async #tellAgain({ annotated, remarked }: Pick<Heard, 'annotated' | 'remarked'>): Promise<void> {
    if (annotated.length + remarked.length === 0) return
    // What was gathered goes first: they are told again as they are then.
    await this.#commit()
    const words = annotated.flatMap((anchor) => this.#books.wordsAround(partsOfAnchor(anchor)))
    await this.#batches.words(words)
    const tradeIds = new Set([...annotated.flatMap(namesAt), ...words.map(({ tradeId }) => tradeId)])
    const trades = await tradesByIds(this.#db, [...tradeIds])
    await this.#batches.tellAgain(trades, remarked.length === 0 ? [] : await alertsOf(this.#db, { ids: remarked, states: ALERT_STATES }))
  }

  async #takeAppended(): Promise<void> {
    const fresh = await factsOf(this.#db, { after: this.#appended })
    for (const stored of fresh) this.#books.remember(stored)
    await this.#foldAppended(fresh)
    this.#tellHeld()
  }

  /** The contracts that facts of another process bear on; that they are folded is remembered last, so that folding them is never left out. */
  async #foldAppended(fresh: readonly StoredFact[]): Promise<void> {
    const last = fresh.at(-1)
    if (last === undefined) return
    const conIds = new Set(fresh.flatMap(({ fact }) => this.#books.ledger.touchedBy(fact)))
    for (const conId of conIds) if (this.#books.instruments.has(conId)) await this.#foldAgain(this.#books.contractOf(conId), 'imported', () => BEGINNING)
    this.#appended = last.arrival
    await rememberFolded(this.#db, last.arrival)
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
    const stored = { ...this.#numbered(fact), ...(raw === undefined ? {} : { raw }) }
    this.#batches.fact(stored)
    this.#books.remember(stored)
    return stored
  }

  #numbered<F extends Fact | SessionChange>(fact: F) {
    const seenAt = this.#heardTime ? this.#marketTime : null
    return { arrival: ++this.#arrival, fact, ...(seenAt === null ? {} : { seenAt }) }
  }

  #tellHeld(): void {
    // What is open comes first: that it is wanted more is a change, too.
    const held = [...this.open(), ...this.held()].map(({ conId }) => conId).join()
    if (held === this.#held) return
    this.#held = held
    for (const listener of this.#heldListeners) listener()
  }

  #commit(all = false): Promise<void> {
    return this.#batches.commit(this.#marketTime, all)
  }

  /** History changes at the place `take` answers; what was gathered before goes first. Answers the trades that differed. */
  async #foldAgain(
    contract: Contract,
    reason: Reason,
    take: () => Place,
    more: Partial<Pick<Correction, 'extra' | 'missedUntil' | 'decided'>> = {},
  ): Promise<readonly string[]> {
    await this.#commit()
    return correct({ db: this.#db, books: this.#books, batches: this.#batches }, contract, {
      ...{ extra: [], decided: NOTHING_DECIDED, ...more },
      ...{ reason, place: take(), marketTime: this.#marketTime },
    })
  }
}
