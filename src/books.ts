// The books of every contract, and what they stand on: instruments, executions and what they cost, gaps, rules. In memory; reads the store only
// to fold a contract again, and never writes.
import type { Quote as BrokerQuote } from '#broker/port.ts'
import { ContractBook } from '#core/book.ts'
import { Ledger, type Place, sinceFlat } from '#core/execution.ts'
import { type Bar, type DayRange, endOf, type Gap, type Instrument } from '#core/facts.ts'
import { type Judgement, MarkFilter, type MarkFilterMode } from '#core/mark.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import type { StoredFact, StoredMark } from '#core/stored.ts'
import { EARLIEST, type Instant, LATEST } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { rulesOf } from '#store/decisions.ts'
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
  /** Last prices of its open trades have not been written since. */
  stale: boolean
}

/** After everything, and before. */
export const NOW: Place = { at: Number.POSITIVE_INFINITY, arrival: 0 }
export const BEGINNING: Place = { at: Number.NEGATIVE_INFINITY, arrival: 0 }

export class Books {
  readonly ledger = new Ledger()
  readonly instruments = new Map<number, Instrument>()
  readonly #db: Database
  readonly #mode: MarkFilterMode
  readonly #contracts = new Map<number, Contract>()
  readonly #gaps: Gap[] = []
  readonly #ranges: (Bar | DayRange)[] = []
  #rules: readonly { readonly rule: Rule; readonly version: number }[] = []
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
      const book = new ContractBook(instrument, { rules: this.#rules.map(({ rule }) => rule), marks: 'SAMPLED', trace: true, commissionOf: this.#commissionOf })
      contract = { conId, instrument, book, filter: new MarkFilter(this.#mode, instrument.secType), heardAt: null, stale: false }
      for (const range of this.#rangesOf(conId)) book.range(range)
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
      case 'bar':
      case 'dayRange':
        this.#ranges.push(fact)
        break
      default:
        this.ledger.take(fact, { at: endOf(fact) ?? Number.NEGATIVE_INFINITY, arrival })
    }
  }

  /** Every contract with something open now, by its fills. */
  openConIds(): number[] {
    return [...this.ledger.conIds].filter((conId) => sinceFlat(this.ledger.history(conId), NOW).length > 0)
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

  versionOf(ruleId: string): number {
    return this.#rules.find(({ rule }) => rule.id === ruleId)?.version ?? 1
  }

  /** Whether a price counts, and which held one with it. */
  judge(contract: Contract, quote: BrokerQuote, at: Instant): Judgement {
    return contract.filter.offer({
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

  /**
   * The contract folded again from the last moment before `place` at which every account was flat, up to the time its book had come to (or `until`).
   * Answers from when on.
   */
  async foldAgain(contract: Contract, place: Place, until: Instant, extra: StoredMark | null): Promise<Instant> {
    const { conId, instrument } = contract
    const entries = sinceFlat(this.ledger.history(conId), place)
    contract.book = await refold(this.#db, {
      instrument,
      entries,
      ranges: this.#rangesOf(conId),
      gaps: this.#gaps.filter((gap) => gap.conId === undefined || gap.conId === conId),
      extra,
      rules: this.#rules.map(({ rule }) => rule),
      until: Math.max(contract.book.now, until),
      commissionOf: this.#commissionOf,
    })
    const stored = await lastMark(this.#db, conId)
    // A fill may have been learnt by asking: only prices say that we listened. Without any, nothing is known since the first fill.
    contract.heardAt = latest(contract.heardAt, stored?.at ?? null, extra?.at ?? null, contract.heardAt === null ? (entries[0]?.at ?? null) : null)
    this.findDeadline()
    // A fill that no longer stands may have opened a trade before the first one that does.
    return Math.min(Math.max(place.at, EARLIEST), LATEST, entries[0]?.at ?? LATEST)
  }

  #rangesOf(conId: number): readonly (Bar | DayRange)[] {
    return this.#ranges.filter((range) => range.conId === conId).sort((a, b) => (endOf(a) ?? 0) - (endOf(b) ?? 0))
  }

  readonly #commissionOf = (family: string, currency: string) => this.ledger.commissionOf(family, currency)
}

function latest(...instants: readonly (Instant | null)[]): Instant | null {
  return instants.reduce((last, at) => (at !== null && (last === null || at > last) ? at : last), null)
}
