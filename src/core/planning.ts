// What a running trade was meant to risk: what was said of its entry, its stops so far and what it did so far, kept until somebody asks. Pure.
import type { Decimal, Fraction } from './decimal.ts'
import type { Fill as FamilyFill } from './execution.ts'
import type { Plan } from './facts.ts'
import { type Planned, type PlannedStep, planOf, type SaidOfEntry, saidOfEntry } from './plan.ts'
import type { Instant } from './time.ts'
import type { TradePlan, TradeSide } from './trade.ts'

export class Planning {
  readonly #side: TradeSide
  readonly #multiplier: Decimal
  readonly #openedAt: Instant
  #closedAt: Instant | null = null
  readonly #said: SaidOfEntry
  readonly #plans: Plan[]
  /** The trade's fills and splits. */
  readonly #steps: PlannedStep[] = []
  /** That of the ORDER trade which opened with the same execution. */
  readonly #opening: Planning
  #planned: Planned | null = null

  constructor(fill: FamilyFill, multiplier: Decimal, opening: Planning | undefined) {
    const { execution, said, plans, at } = fill
    this.#side = execution.side === 'BUY' ? 'LONG' : 'SHORT'
    this.#multiplier = multiplier
    this.#openedAt = at
    this.#said = saidOfEntry(said, execution.orderRef ?? null)
    this.#plans = [...plans]
    this.#opening = opening ?? this
  }

  filled({ execution, price, at }: FamilyFill, role: 'ENTRY' | 'EXIT', quantity: Decimal): void {
    this.#steps.push({ executionId: execution.executionId, role, quantity, price, at })
    this.#planned = null
  }

  split(ratio: Decimal, at: Instant): void {
    this.#steps.push({ role: 'SPLIT', ratio, at })
    this.#planned = null
  }

  closed(at: Instant): void {
    this.#closedAt = at
    this.#planned = null
  }

  /** Its stop or target stands there from now on. */
  moved(plan: Plan): void {
    this.#plans.push(plan)
    this.#planned = null
  }

  /** 1 R as far as history has come, in the instrument's currency; null where it is unknown or 0. */
  get risk(): Fraction | null {
    return this.#plan().unit
  }

  /** null where neither a stop nor a target is known. */
  tell(): TradePlan | null {
    const { unit: _, ...plan } = this.#plan()
    return plan.stop === null && plan.target === null ? null : plan
  }

  #plan(): Planned {
    this.#planned ??= planOf(this.#trade(), this.#said, this.#plans, this.#opening.#trade())
    return this.#planned
  }

  #trade() {
    return { side: this.#side, multiplier: this.#multiplier, openedAt: this.#openedAt, closedAt: this.#closedAt, fills: this.#steps }
  }
}
