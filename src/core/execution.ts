// The ledger of executions: families, corrections, busts and what each cost. Pure: it answers what the history now is.
import { addFraction, type Decimal, decimal, type Fraction, ONE, ZERO } from './decimal.ts'
import type { Commission, Execution, FxRate } from './facts.ts'
import type { Instant } from './time.ts'

/** Where a fact stands in history: its instant, then its arrival. */
export interface Place {
  readonly at: Instant
  readonly arrival: number
}

export function before(a: Place, b: Place): boolean {
  return a.at !== b.at ? a.at < b.at : a.arrival < b.arrival
}

export function comparePlaces(a: Place, b: Place): number {
  return a.at - b.at || a.arrival - b.arrival
}

const FAMILY = /^([^.]*\.[^.]*\.[^.]*)\.(\d+)$/

/** The correction family of an execution id: four segments with a numeric last one share their first three; any other id stands alone. */
export function familyOf(executionId: string): string {
  return FAMILY.exec(executionId)?.[1] ?? executionId
}

function suffixOf(executionId: string): bigint {
  return BigInt(FAMILY.exec(executionId)?.[2] ?? 0)
}

/** An execution as history now knows it: the place of the family's first report, everything else of its latest correction. */
export interface Fill extends Place {
  readonly family: string
  readonly execution: Execution
  readonly quantity: Decimal
  readonly price: Decimal
}

interface Member extends Place {
  readonly execution: Execution
  readonly suffix: bigint
}

export type Told = 'new' | 'corrected' | 'repeated'

export class Ledger {
  readonly #families = new Map<string, Member[]>()
  readonly #contracts = new Map<number, string[]>()
  readonly #known = new Set<string>()
  /** Per family, per exact execution id. */
  readonly #commissions = new Map<string, Map<string, Commission>>()
  readonly #rates: FxRate[] = []

  /** Records an execution; a repeated id is ignored. */
  tell(execution: Execution, place: Place): Told {
    if (this.#known.has(execution.executionId)) return 'repeated'
    this.#known.add(execution.executionId)
    const family = familyOf(execution.executionId)
    const member = { execution, suffix: suffixOf(execution.executionId), at: place.at, arrival: place.arrival }
    const members = this.#families.get(family)
    if (members === undefined) {
      this.#families.set(family, [member])
      const families = this.#contracts.get(execution.conId)
      if (families === undefined) this.#contracts.set(execution.conId, [family])
      else families.push(family)
      return 'new'
    }
    members.push(member)
    members.sort((a, b) => (a.suffix < b.suffix ? -1 : a.suffix > b.suffix ? 1 : comparePlaces(a, b)))
    return 'corrected'
  }

  has(executionId: string): boolean {
    return this.#known.has(executionId)
  }

  /** The last commission of an execution id wins. */
  tellCommission(commission: Commission): void {
    const family = familyOf(commission.executionId)
    const known = this.#commissions.get(family)
    if (known === undefined) this.#commissions.set(family, new Map([[commission.executionId, commission]]))
    else known.set(commission.executionId, commission)
  }

  /** Whether a commission says something else than what is known of its execution. */
  isNews({ executionId, amount, currency }: Commission): boolean {
    const known = this.#commissions.get(familyOf(executionId))?.get(executionId)
    return known === undefined || known.currency !== currency || !decimal(known.amount).eq(amount)
  }

  /** The contract of an execution, or null where it was never told. */
  conIdOf(executionId: string): number | null {
    return this.#families.get(familyOf(executionId))?.[0]?.execution.conId ?? null
  }

  tellRate(rate: FxRate): void {
    this.#rates.push(rate)
    this.#rates.sort((a, b) => a.at - b.at)
  }

  /** The family's fill, or null where it was never told. A bust has quantity 0. */
  fillOf(family: string): Fill | null {
    const members = this.#families.get(family)
    const first = members?.[0]
    const latest = members?.at(-1)?.execution
    if (first === undefined || latest === undefined) return null
    return { family, at: first.at, arrival: first.arrival, execution: latest, quantity: decimal(latest.quantity), price: decimal(latest.price) }
  }

  /** Every fill that stands (busts left out), in the order of history; of one contract where asked. */
  fills(conId?: number): Fill[] {
    const fills: Fill[] = []
    for (const family of conId === undefined ? this.#families.keys() : (this.#contracts.get(conId) ?? [])) {
      const fill = this.fillOf(family)
      if (fill?.quantity.gt(ZERO)) fills.push(fill)
    }
    return fills.sort(comparePlaces)
  }

  /** Contracts that were ever traded. */
  get conIds(): IterableIterator<number> {
    return this.#contracts.keys()
  }

  /** What a family cost in `currency`: the sum of the commissions that came; null while none has, or where one is in a currency without a rate. */
  commissionOf(family: string, currency: string): Fraction | null {
    let sum: Fraction | null = null
    const at = this.#families.get(family)?.[0]?.at ?? 0
    for (const commission of this.#commissions.get(family)?.values() ?? []) {
      const rate = commission.currency === currency ? { n: ONE, d: ONE } : this.#rate(commission.currency, currency, at)
      if (rate === null) return null
      const cost = { n: decimal(commission.amount).times(rate.n), d: rate.d }
      sum = sum === null ? cost : addFraction(sum, cost)
    }
    return sum
  }

  /** Units of `to` for one unit of `from` by the last rate known at that instant. */
  #rate(from: string, to: string, at: Instant): Fraction | null {
    const known = this.#rates.findLast((r) => r.at <= at && ((r.base === from && r.quote === to) || (r.base === to && r.quote === from)))
    if (known === undefined) return null
    return known.base === from ? { n: decimal(known.rate), d: ONE } : { n: ONE, d: decimal(known.rate) }
  }
}

/** The fills from the last moment before `place` at which every account was flat: what a fold has to begin with to be right from `place` on. */
export function sinceFlat(fills: readonly Fill[], place: Place): readonly Fill[] {
  const positions = new Map<string, Decimal>()
  let start = 0
  let exposed = 0
  for (const [index, fill] of fills.entries()) {
    if (exposed === 0) start = index
    if (!before(fill, place)) return fills.slice(start)
    const { account, side } = fill.execution
    const was = positions.get(account) ?? ZERO
    const is = side === 'BUY' ? was.plus(fill.quantity) : was.minus(fill.quantity)
    positions.set(account, is)
    exposed += (is.eq(ZERO) ? 0 : 1) - (was.eq(ZERO) ? 0 : 1)
  }
  return exposed === 0 ? [] : fills.slice(start)
}
