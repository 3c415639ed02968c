// The books of every contract, and what they stand on: instruments, executions and what they cost, gaps, rules. In memory; reads the store only
// to fold a contract again, and never writes.
import type { Quote as BrokerQuote } from '#broker/port.ts'
import { ContractBook } from '#core/book.ts'
import { orderOf, positionsOf, type Worded, worded, wordsOnTrades, type WordsOn } from '#core/containment.ts'
import { plain } from '#core/decimal.ts'
import { type Entry, familyOf, type Fill, Ledger, type Place, sinceFlat } from '#core/execution.ts'
import { type Bar, type DayRange, endOf, type Execution, type Gap, type Instrument, type Repair } from '#core/facts.ts'
import { type Judgement, MarkFilter, type MarkFilterMode } from '#core/mark.ts'
import { alertKey, type RaisedBefore } from '#core/raised.ts'
import { askable, narrowed, type Span } from '#core/repair.ts'
import { parseRule, type Rule, type Tier } from '#core/rules.ts'
import type { RunningTrade } from '#core/running.ts'
import { closesPassed, marketDay, shadowEnd } from '#core/session.ts'
import type { StoredFact, StoredMark } from '#core/stored.ts'
import { type Day, EARLIEST, type Instant, LATEST } from '#core/time.ts'
import { UNITS } from '#core/trade.ts'
import type { OpenedTrade } from '#core/working-order.ts'
import { alertsOf } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { rulesOf, thinnedUntil } from '#store/decisions.ts'
import { lastMark } from '#store/marks.ts'
import { refold } from './refold.ts'

/** What is kept of one contract. */
export interface Contract {
  readonly conId: number
  instrument: Instrument
  book: ContractBook
  readonly filter: MarkFilter
  /** The last price heard, repeats included; before the first one the fill that opened. */
  heardAt: Instant | null
  /** Its first fill, as the broker dated it: prices dated before it are of a time in which nothing was held, however late they are told. */
  since: Instant
  /** Where its bars and moves of the session's range have come to: what is told after them is dated after them, as a replay reads it. */
  rangedAt: Instant
  /** Last prices of its open trades have not been written since. */
  stale: boolean
  /** What its trades contain beyond what entered them, as it was folded last. */
  besides: Worded['besides']
  /** A hole was declared since its last mark: the next one is stored even where it repeats, for prices fetched later may stand between them. */
  afterHole: boolean
}

const FRESH = {
  heardAt: null,
  since: Number.NEGATIVE_INFINITY,
  rangedAt: Number.NEGATIVE_INFINITY,
  stale: false,
  besides: new Map(),
  afterHole: false,
} as const

/** After everything. */
export const NOW: Place = { at: Number.POSITIVE_INFINITY, arrival: 0 }

export class Books {
  readonly ledger = new Ledger()
  readonly instruments = new Map<number, Instrument>()
  readonly #db: Database
  readonly #mode: MarkFilterMode
  readonly #contracts = new Map<number, Contract>()
  readonly #gaps: Gap[] = []
  readonly #repairs: Repair[] = []
  readonly #ranges: (Bar | DayRange)[] = []
  /** The last prices of contracts that nothing was ever held of: an order works in them, and its fill comes after these. */
  readonly heardBefore = new Map<number, Instant>()
  /** The orders of a contract of which something was said, and when the last fill of those was; found anew after each fold of it, and after each word. */
  readonly #spoken = new Map<number, { readonly orders: ReadonlySet<string>; readonly until: Instant }>()
  #rules: readonly { readonly rule: Rule; readonly version: number }[] = []
  /** Of the marks before this instant only those are left on which some trade stood; null: none were thinned. */
  thinnedUntil: Instant | null = null
  /** The next deadline of any book. */
  deadline: Instant = Number.POSITIVE_INFINITY

  constructor(db: Database, mode: MarkFilterMode) {
    this.#db = db
    this.#mode = mode
  }

  get contracts(): IterableIterator<Contract> {
    return this.#contracts.values()
  }

  get(conId: number): Contract | undefined {
    return this.#contracts.get(conId)
  }

  /** The contract's books, opened where they are not yet; its instrument has been told. */
  contractOf(conId: number): Contract {
    let contract = this.#contracts.get(conId)
    if (contract === undefined) {
      const instrument = this.instruments.get(conId)
      if (instrument === undefined) throw new Error(`expected to know the instrument ${conId}`)
      const book = new ContractBook(instrument, {
        rules: this.#rules.map(({ rule }) => rule),
        marks: 'SAMPLED',
        trace: true,
        thinnedUntil: this.thinnedUntil,
        commissionOf: this.#commissionOf,
      })
      contract = { conId, instrument, book, filter: new MarkFilter(this.#mode, instrument.secType), ...FRESH }
      for (const range of this.#rangesOf(conId)) {
        book.range(range)
        contract.rangedAt = endOf(range) ?? contract.rangedAt
      }
      this.#contracts.set(conId, contract)
    }
    return contract
  }

  /** Takes a fact into memory. */
  remember({ fact, arrival }: StoredFact): void {
    switch (fact.kind) {
      case 'instrument':
        this.instruments.set(fact.conId, fact)
        break
      case 'gap':
        this.#gaps.push(fact)
        break
      case 'repair':
        this.#repairs.push(fact)
        break
      case 'bar':
      case 'dayRange':
        this.#ranges.push(fact)
        break
      default:
        this.ledger.take(fact, { at: endOf(fact) ?? Number.NEGATIVE_INFINITY, arrival })
    }
  }

  /** The contract had trades in a time of which its book knows nothing any more. */
  isBehind(conId: number, { from, to }: { readonly from: Instant; readonly to: Instant }): boolean {
    if (!this.instruments.has(conId)) return false
    const book = this.#contracts.get(conId)?.book
    const entries = sinceFlat(this.ledger.history(conId), { at: from, arrival: 0 })
    return entries.some((entry) => entry.kind === 'fill' && entry.at < to && book?.holds(entry.family) !== true)
  }

  /** Every contract with something open now, by its fills. */
  openConIds(): number[] {
    return [...this.ledger.conIds].filter((conId) => sinceFlat(this.ledger.history(conId), NOW).length > 0)
  }

  /** Contracts with an open trade. */
  open(): readonly Instrument[] {
    return [...this.#contracts.values()].filter(({ book }) => book.openTrades.size > 0).map(({ instrument }) => instrument)
  }

  /** The open trades of entry orders in a contract, as far as their stops are looked for among the broker's orders; what came without a fill has no entry. */
  opened(conId: number): readonly OpenedTrade[] {
    return [...(this.#contracts.get(conId)?.book.openTrades ?? [])].flatMap(({ unit, adopted, opening, account, side, openedAt, openQuantity, planning }) => {
      if (unit !== 'ORDER' || adopted || opening === undefined) return []
      const { stop, target } = planning.tell() ?? { stop: null, target: null }
      const sharesId = this.ledger.namesOf(opening.executionId).length > 1
      const trade = {
        account,
        conId,
        side: side === 1 ? ('LONG' as const) : ('SHORT' as const),
        openedAt,
        openQuantity: plain(openQuantity),
        opening,
        stop,
        target,
      }
      return [sharesId ? { ...trade, sharesId } : trade]
    })
  }

  /** Those with an open trade, and those whose last one was closed so lately that its shadow still lasts. */
  wanted(now: Instant | null): readonly Instrument[] {
    const isWanted = ({ book, instrument }: Contract) =>
      book.openTrades.size > 0 || (book.lastClosedAt !== null && now !== null && now < shadowEnd(book.lastClosedAt, instrument))
    const isOpen = ({ book }: Contract) => Number(book.openTrades.size > 0)
    // The open ones first: where there are not lines for all, those of a shadow wait. Of the open ones those with the most at stake.
    return [...this.#contracts.values()]
      .filter(isWanted)
      .map((contract) => ({ contract, isOpen: isOpen(contract), stake: stakeOf(contract) }))
      .sort((a, b) => b.isOpen - a.isOpen || b.stake - a.stake)
      .map(({ contract }) => contract)
      .map(({ instrument }) => instrument)
  }

  /** Reads the rules again; those that cannot be read are named. */
  async readRules(log: (line: string) => void): Promise<void> {
    const rules = []
    for (const stored of await rulesOf(this.#db)) {
      const rule = parseRule(stored.body)
      if ('refused' in rule) log(`${rule.refused}; it is left out`)
      else rules.push({ rule: { ...rule, enabled: stored.enabled }, version: stored.version })
    }
    this.#rules = rules
  }

  async readThinned(): Promise<void> {
    this.thinnedUntil = await thinnedUntil(this.#db)
  }

  /** The version in force; 0 where the rule is gone. */
  versionOf(ruleId: string): number {
    return this.#rules.find(({ rule }) => rule.id === ruleId)?.version ?? 0
  }

  /** A tier of a rule in force; null where there is none. */
  tierOf(ruleId: string, tier: number): Tier | null {
    return this.#rules.find(({ rule }) => rule.id === ruleId)?.rule.tiers[tier] ?? null
  }

  /** Whether a price counts, and which held one with it. */
  judge(contract: Contract, quote: BrokerQuote, at: Instant, filter: MarkFilter = contract.filter): Judgement {
    return filter.offer({
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
  }

  /** Every fact up to and including `until` has been told: deadlines up to it fire. True where there were any. */
  passTime(until: Instant): boolean {
    if (until < this.deadline) return false
    for (const { book } of this.#contracts.values()) book.passTime(until)
    this.findDeadline()
    return true
  }

  findDeadline(): void {
    this.deadline = Number.POSITIVE_INFINITY
    for (const { book } of this.#contracts.values()) if (book.nextDeadline < this.deadline) this.deadline = book.nextDeadline
  }

  /** What a contract's history was up to an instant, folded beside its books from the last moment before `from` at which every account was flat. */
  past(conId: number, from: Instant, before: Instant): Promise<ContractBook> {
    const instrument = this.instruments.get(conId)
    if (instrument === undefined) throw new Error(`expected to know the instrument ${conId}`)
    const entries = worded(this.ledger, instrument, { at: from, arrival: 0 }).entries.filter(({ at }) => at < before)
    return refold(this.#db, {
      instrument,
      entries,
      ranges: this.#rangesOf(conId).filter((range) => (endOf(range) ?? 0) < before),
      gaps: [],
      extra: [],
      rules: [],
      until: before - 1,
      before,
      thinnedUntil: this.thinnedUntil,
      commissionOf: this.#commissionOf,
    })
  }

  /**
   * The contract folded again from the last moment before `place` at which every account was flat, up to the time its book had come to (or `until`).
   * Answers from when on.
   */
  async foldAgain(contract: Contract, place: Place, until: Instant, extra: readonly StoredMark[]): Promise<Instant> {
    const { conId, instrument } = contract
    const { entries, besides } = worded(this.ledger, instrument, place)
    contract.besides = besides
    this.#spoken.delete(conId)
    contract.book = await refold(this.#db, {
      instrument,
      entries,
      ranges: this.#rangesOf(conId),
      gaps: this.gapsOf(conId),
      extra,
      rules: this.#rules.map(({ rule }) => rule),
      until: Math.max(contract.book.now, until),
      thinnedUntil: this.thinnedUntil,
      ...(await this.#raisedBefore(entries)),
      commissionOf: this.#commissionOf,
    })
    const stored = await lastMark(this.#db, conId)
    // A fill may have been learnt by asking: only prices say that we listened. Without any, nothing is known since the first fill.
    contract.heardAt = latest(contract.heardAt, stored?.at ?? null, extra.at(-1)?.at ?? null, contract.heardAt === null ? (entries[0]?.at ?? null) : null)
    this.findDeadline()
    // A fill that no longer stands may have opened a trade before the first one that does.
    return Math.min(Math.max(place.at, EARLIEST), LATEST, entries[0]?.at ?? LATEST)
  }

  /** The words on the contract's trades, as far back as it was folded. */
  wordsOn({ conId, book, besides }: Contract): readonly WordsOn[] {
    return wordsOnTrades(book.trades, this.ledger.spokenOf(conId), { besides })
  }

  /** The trades that contain an execution, as they would be folded now, with all that was said of each. */
  wordsAround({ account, conId, family }: { readonly account: string; readonly conId: number; readonly family: string }): readonly WordsOn[] {
    const anchor = `${account}:${conId}:${family}`
    const fill = this.ledger.fillOf(this.ledger.nameOf(family, account))
    const instrument = this.instruments.get(conId)
    if (fill === null || instrument === undefined) return []
    const told = worded(this.ledger, instrument, fill)
    const words = wordsOnTrades(positionsOf(told.entries, instrument), this.ledger.spokenOf(conId), told)
    return words.filter(({ own, others }) => [...own, ...others].includes(anchor))
  }

  /**
   * Whether this next fill brings words along, or words on its order, of a fill that was taken back perhaps, are on the trade that it opens; or it comes before
   * such a fill, and may close the trade that contains it.
   */
  bringsWords(execution: Execution): boolean {
    if (this.ledger.wordsOf(execution) !== null) return true
    const { account, conId, executionId } = execution
    let spoken = this.#spoken.get(conId)
    if (spoken === undefined) {
      const fills = this.ledger.spokenOf(conId)
      spoken = { orders: new Set(fills.map(orderOf)), until: Math.max(...fills.map(({ at }) => at)) }
      this.#spoken.set(conId, spoken)
    }
    if (execution.at < spoken.until) return true
    if (spoken.orders.size === 0) return false
    const order = orderOf({ execution: this.ledger.asOrdered(execution), family: this.ledger.nameOf(executionId, account) })
    if (!spoken.orders.has(order)) return false
    const isOf = ({ unit, opening, families }: RunningTrade) =>
      unit === 'ORDER' && opening !== undefined && orderOf({ execution: opening, family: families[0] as string }) === order
    return ![...(this.#contracts.get(conId)?.book.openTrades ?? [])].some(isOf)
  }

  /** Something else is said of executions now. */
  wordsChanged(): void {
    this.#spoken.clear()
  }

  /** What was raised of trades before their marks were thinned, where their history begins before that. */
  async #raisedBefore(entries: readonly Entry[]): Promise<{ readonly raisedBefore?: RaisedBefore }> {
    const until = this.thinnedUntil
    if (until === null) return {}
    const fills = entries.filter((entry): entry is Fill => entry.kind === 'fill' && entry.at < until)
    if (fills.length === 0) return {}
    const tradeIds = fills.flatMap(({ execution: { account, conId, executionId } }) =>
      UNITS.map((unit) => `${unit}:${account}:${conId}:${familyOf(executionId)}`),
    )
    const raised = new Map<string, { times: number; at: Instant }>()
    for (const { ordinal: _, ...alert } of await alertsOf(this.#db, { tradeIds, until })) {
      const { times } = raised.get(alertKey(alert)) ?? { times: 0 }
      raised.set(alertKey(alert), { times: times + 1, at: alert.at })
    }
    return { raisedBefore: raised }
  }

  /** The time of which nothing is known, with what was fetched afterwards taken out. */
  gapsOf(conId: number): readonly Gap[] {
    return narrowed(
      this.#gaps.filter((gap) => gap.conId === undefined || gap.conId === conId),
      this.#repairs.filter((repair) => repair.conId === conId),
    )
  }

  /** The parts of contracts' gaps that end after an instant and can be asked for, those of open trades first, the latest first. */
  holes(from: Instant): readonly (Span & { readonly instrument: Instrument })[] {
    const conIds = new Set(this.#gaps.flatMap(({ conId, to }) => (conId !== undefined && to > from ? [conId] : [])))
    const isOpen = (conId: number) => (this.#contracts.get(conId)?.book.openTrades.size ?? 0) > 0
    return [...conIds]
      .flatMap((conId) => {
        const instrument = this.instruments.get(conId)
        const lasting = this.gapsOf(conId).filter((gap) => gap.conId === conId && gap.to > from)
        return instrument === undefined ? [] : askable(lasting, this.fillsOf(conId)).map((span) => ({ ...span, instrument }))
      })
      .sort((a, b) => Number(isOpen(b.instrument.conId)) - Number(isOpen(a.instrument.conId)) || b.to - a.to)
  }

  /** When a contract was filled. */
  fillsOf(conId: number): readonly Instant[] {
    return this.ledger.history(conId).map(({ at }) => at)
  }

  /** A filter for prices of the past, which knows only the price before them. */
  filterOf(contract: Contract): MarkFilter {
    return new MarkFilter(this.#mode, contract.instrument.secType)
  }

  /** The market days that want their card by now: their last session closed, or a shadow that settles them ended. */
  cardsWanted(since: Instant | null, now: Instant): readonly { readonly key: string; readonly day: Day }[] {
    const contracts = [...this.#contracts.values()]
    const closed = closesPassed(
      since,
      now,
      contracts.map(({ instrument }) => instrument),
    )
    // What was pending at the close is settled by the prices of the shadow.
    const settled = contracts.flatMap(({ book, instrument }) => {
      if (since === null || book.lastClosedAt === null) return []
      const end = shadowEnd(book.lastClosedAt, instrument)
      const day = marketDay(book.lastClosedAt, instrument)
      return end <= now && end > since ? [{ key: `review:${day}:shadow:${end}`, day }] : []
    })
    return [...closed.map((day) => ({ key: `review:${day}`, day })), ...settled]
  }

  #rangesOf(conId: number): readonly (Bar | DayRange)[] {
    return this.#ranges.filter((range) => range.conId === conId).sort((a, b) => (endOf(a) ?? 0) - (endOf(b) ?? 0))
  }

  readonly #commissionOf = (family: string, currency: string) => this.ledger.commissionOf(family, currency)
}

/** What was paid for what is open, in the contract's own currency; what is held for the long term aside. Good enough to rank by. */
function stakeOf({ book }: Contract): number {
  let stake = 0
  for (const { unit, held, stretch } of book.openTrades)
    if (unit === 'ORDER' && !held) stake += Math.abs(Number(stretch.openQuantity) * stretch.entry * Number(stretch.multiplier))
  return stake
}

function latest(...instants: readonly (Instant | null)[]): Instant | null {
  return instants.reduce((last, at) => (at !== null && (last === null || at > last) ? at : last), null)
}
