// How each kind of fact is taken in: onwards where history only grows, else its contract is folded again from where it changed. It decides; the recorder
// that hands it facts, one after the other, keeps and writes them.
import { asExecution, BEGINNING, comparePlaces, type Fill, type Place, withinSecond } from '#core/execution.ts'
import { endOf } from '#core/facts.ts'
import type { Bar, Change, Commission, DayRange, Execution, Fact, FxRate, Gap, Instrument, Plan } from '#core/facts.ts'
import type { StoredFact } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { Batch } from '#store/batch.ts'
import type { Books, Contract } from './books.ts'
import type { Reason } from './correction.ts'

/** What the recorder lends it. */
export interface IntakeRoom {
  readonly books: Books
  /** Takes a fact into memory and into the batch. */
  keep(fact: Fact, raw: unknown): StoredFact
  /** History changes at the place `take` answers. */
  foldAgain(contract: Contract, reason: Reason, take: () => Place): Promise<unknown>
  /** The market has come to `now`; everything up to and including `until` has been told. */
  passTime(until: Instant, now: Instant): void
  /** The batch waits for nothing. */
  closeNow(): void
  /** A price that did not count, and why. */
  refused(price: Batch['refused'][number]): void
  /** What is held may be something else now. */
  tellHeld(): void
}

export class Intake {
  readonly #room: IntakeRoom

  constructor(room: IntakeRoom) {
    this.#room = room
  }

  take(fact: Fact, raw: unknown): Promise<void> | void {
    switch (fact.kind) {
      case 'instrument':
        return this.#takeInstrument(fact, raw)
      case 'execution':
        return this.#takeExecution(fact, raw)
      case 'commission':
        return this.#takeCommission(fact, raw)
      case 'gap':
        return this.#takeGap(fact, raw)
      case 'repair':
        this.#room.keep(fact, raw)
        return
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
      case 'sameOrder':
        return this.#takeChange(fact, raw)
      case 'plan':
        return this.#takePlan(fact, raw)
    }
  }

  async #takeInstrument(fact: Instrument, raw: unknown): Promise<void> {
    const known = this.#room.books.instruments.get(fact.conId)
    const instrument = known === undefined ? fact : { ...known, ...fact }
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(instrument)) return
    const contract = this.#room.books.get(fact.conId)
    if (contract === undefined) {
      this.#room.keep(instrument, raw)
      return
    }
    contract.instrument = instrument
    if (contract.book.describe(instrument)) {
      await this.#room.foldAgain(contract, 'instrument changed', () => {
        this.#room.keep(instrument, raw)
        return BEGINNING
      })
    } else this.#room.keep(instrument, raw)
    this.#room.books.findDeadline()
  }

  async #takeExecution(told: Execution, raw: unknown): Promise<void> {
    const { ledger } = this.#room.books
    if (ledger.has(told)) {
      // A statement may have told it first, under a number of its own for the order.
      const same = ledger.sameOrder(told)
      return same === null ? undefined : this.#takeChange(same, undefined)
    }
    const contract = this.#room.books.contractOf(told.conId)
    const at = withinSecond(told.at, contract.heardAt ?? this.#room.books.heardBefore.get(told.conId) ?? null)
    const execution = at === told.at ? told : { ...told, at }
    const known = ledger.fillOf(ledger.nameOf(execution.executionId, execution.account))
    // At one instant a fill comes before a range, however they were told.
    const isNext = known === null && at >= contract.book.now && at > contract.rangedAt
    if (isNext) this.#room.passTime(at - 1, at)
    if (isNext && !this.#room.books.bringsWords(execution)) {
      this.#room.keep(execution, raw)
      for (const entry of ledger.entriesOf(ledger.nameOf(execution.executionId, execution.account))) contract.book.enter(entry)
      contract.stale = true
      if (contract.heardAt === null) {
        contract.heardAt = at
        contract.since = at
      }
      this.#room.books.findDeadline()
    } else {
      await this.#room.foldAgain(contract, known === null ? 'execution came late' : `corrected by ${execution.executionId}`, () => {
        const { arrival } = this.#room.keep(execution, raw)
        return known !== null && comparePlaces(known, { at, arrival }) < 0 ? known : { at, arrival }
      })
    }
    if (known === null) await this.#tellSharers(execution)
    this.#room.closeNow()
    this.#room.tellHeld()
  }

  /** A commission may say whose it is by its execution id alone: once another account has that id too, those before it are told anew. */
  async #tellSharers({ executionId, account }: Execution): Promise<void> {
    const { ledger } = this.#room.books
    for (const name of ledger.namesOf(executionId)) {
      const fill = ledger.fillOf(name)
      if (fill === null || fill.execution.account === account || fill.quantity.lte(0)) continue
      const contract = this.#room.books.contractOf(fill.execution.conId)
      if (contract.book.holds(name)) contract.book.costChanged(name)
      else await this.#room.foldAgain(contract, 'commission came late', () => fill)
    }
  }

  async #takeCommission(commission: Commission, raw: unknown): Promise<void> {
    const { ledger } = this.#room.books
    if (!ledger.isNews(commission)) return
    const fills = ledger.namesOf(commission.executionId).flatMap((name) => ledger.fillOf(name) ?? [])
    const bookOf = ({ execution }: Fill) => this.#room.books.contractOf(execution.conId)
    let stored = false
    for (const fill of fills) {
      if (!fill.quantity.gt(0) || bookOf(fill).book.holds(fill.family)) continue
      await this.#room.foldAgain(bookOf(fill), 'commission came late', () => {
        if (!stored) this.#room.keep(commission, raw)
        stored = true
        return fill
      })
    }
    if (!stored) {
      this.#room.keep(commission, raw)
      this.#room.closeNow()
    }
    for (const fill of fills) bookOf(fill).book.costChanged(fill.family)
  }

  /** A hole shows in every trade that lived in it: also in those that were closed before it was declared, by an earlier process perhaps. */
  #takeGap(gap: Gap, raw: unknown): Promise<void> | void {
    const behind = [...this.#room.books.ledger.conIds].filter((conId) => (gap.conId ?? conId) === conId && this.#room.books.isBehind(conId, gap))
    if (behind.length > 0) return this.#foldGap(gap, raw, behind)
    this.#room.keep(gap, raw)
    this.#showGap(gap)
  }

  async #foldGap(gap: Gap, raw: unknown, conIds: readonly number[]): Promise<void> {
    let stored = false
    for (const conId of conIds) {
      await this.#room.foldAgain(this.#room.books.contractOf(conId), 'gap came late', () => {
        if (!stored) this.#room.keep(gap, raw)
        stored = true
        return { at: gap.from, arrival: 0 }
      })
    }
    this.#showGap(gap)
  }

  #showGap(gap: Gap): void {
    for (const contract of this.#room.books.contracts) {
      if (gap.conId !== undefined && gap.conId !== contract.conId) continue
      contract.book.hole(gap.from, gap.to)
      contract.afterHole = true
    }
  }

  #takeRate(rate: FxRate, raw: unknown): void {
    this.#room.keep(rate, raw)
    for (const { book } of this.#room.books.contracts) for (const trade of book.trades) for (const family of trade.families) book.costChanged(family)
  }

  /** A bar or a move of the session's range. One that speaks of a time the book has passed folds the contract again. */
  async #takeRange(told: Bar | DayRange, raw: unknown): Promise<void> {
    const contract = this.#room.books.get(told.conId)
    const range = told.kind === 'dayRange' && contract !== undefined ? this.#credible(told, contract) : told
    if (range === null) return
    const at = endOf(range) ?? 0
    if (contract !== undefined) contract.rangedAt = Math.max(contract.rangedAt, at)
    if (contract === undefined || at >= contract.book.now) {
      this.#room.keep(range, raw)
      contract?.book.range(range)
    } else {
      await this.#room.foldAgain(contract, 'bars came late', () => {
        this.#room.keep(range, raw)
        return { at: range.kind === 'bar' ? range.from : at, arrival: 0 }
      })
    }
  }

  /** What is left of a move after an edge was refused that no price around it bears out; null: nothing. */
  #credible(range: DayRange, contract: Contract): DayRange | null {
    if (range.stands === true) return range
    const { high, low, ...rest } = range
    const isCredible = (price: string | undefined): price is string => {
      if (price === undefined) return false
      const mark = { price: Number(price), at: range.at }
      const isJump = contract.filter.isJump(mark)
      if (isJump) this.#room.refused({ conId: range.conId, ...mark, reason: 'jump' })
      return !isJump
    }
    const edges = { ...(isCredible(high) ? { high } : {}), ...(isCredible(low) ? { low } : {}) }
    return Object.keys(edges).length === 0 ? null : { ...rest, ...edges }
  }

  /** Told once, and the contracts it touches are folded again. */
  async #takeChange(fact: Change, raw: unknown): Promise<void> {
    const { ledger } = this.#room.books
    if ((fact.kind === 'adopt' || fact.kind === 'settlement') && ledger.has(asExecution(fact))) return
    if (fact.kind === 'link' && ledger.isLinked(fact)) return
    const conIds = ledger.touchedBy(fact)
    const place = 'conId' in fact ? { at: fact.at, arrival: 0 } : BEGINNING
    let stored = false
    for (const conId of conIds) {
      await this.#room.foldAgain(this.#room.books.contractOf(conId), fact.kind, () => {
        if (!stored) this.#room.keep(fact, raw)
        stored = true
        return place
      })
    }
    if (!stored) this.#room.keep(fact, raw)
    this.#room.closeNow()
    this.#room.tellHeld()
  }

  /** Where a trade's stop or target stands from now on; one that stood there before its first fill, or came late, folds the contract again. */
  async #takePlan(plan: Plan, raw: unknown): Promise<void> {
    const { ledger } = this.#room.books
    if (ledger.hasPlan(plan)) return
    const family = ledger.nameOf(plan.executionId, plan.account)
    const fill = ledger.fillOf(family)
    const contract = fill === null ? null : this.#room.books.contractOf(fill.execution.conId)
    this.#room.closeNow()
    if (fill === null || contract === null) this.#room.keep(plan, raw)
    else if (plan.at > fill.at && plan.at >= contract.book.now && contract.book.holds(family)) {
      this.#room.passTime(plan.at - 1, plan.at)
      contract.book.enter({ kind: 'plan', family, plan, at: plan.at, arrival: this.#room.keep(plan, raw).arrival })
    } else {
      await this.#room.foldAgain(contract, 'plan', () => {
        this.#room.keep(plan, raw)
        return fill
      })
    }
  }
}
