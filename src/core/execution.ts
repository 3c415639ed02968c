// The ledger: executions by family, corrections and busts, what each cost, and what moved without an execution. Pure: it answers what the history now is.
import { addFraction, type Decimal, decimal, type Fraction, ONE, plain, ZERO } from './decimal.ts'
import type { Adoption, Commission, Execution, Fact, FxRate, Link, Settlement, Split } from './facts.ts'
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

/** EXECUTION: traded. ADOPTION: came without a trade of ours, held for the long term. SETTLEMENT: went without one, closes and never opens. */
export type Nature = 'EXECUTION' | 'ADOPTION' | 'SETTLEMENT'

/** An execution as history now knows it: the place of the family's first report, everything else of its latest correction. */
export interface Fill extends Place {
  readonly kind: 'fill'
  readonly nature: Nature
  readonly family: string
  readonly execution: Execution
  readonly quantity: Decimal
  readonly price: Decimal
  /** What it opens is held for the long term. */
  readonly held: boolean
  /** The entry order whose trade it closes first. */
  readonly closesFirst: string | null
}

/** From here on there are `ratio` units for each one before. */
export interface SplitEntry extends Place {
  readonly kind: 'split'
  readonly conId: number
  readonly ratio: Decimal
}

/** What changes positions, in the order of history. */
export type Entry = Fill | SplitEntry

interface Member extends Place {
  readonly execution: Execution
  readonly suffix: bigint
}

interface Family {
  readonly nature: Nature
  readonly members: Member[]
}

export type Told = 'new' | 'corrected' | 'repeated'

export class Ledger {
  readonly #families = new Map<string, Family>()
  readonly #contracts = new Map<number, string[]>()
  readonly #known = new Set<string>()
  readonly #cancelled = new Set<string>()
  readonly #held = new Set<string>()
  /** Per account and exit order, the entry order it belongs to. */
  readonly #links = new Map<string, string>()
  readonly #splits: SplitEntry[] = []
  /** Per family, per exact execution id. */
  readonly #commissions = new Map<string, Map<string, Commission>>()
  readonly #rates: FxRate[] = []

  /** Records an execution; a repeated id is ignored. */
  tell(execution: Execution, place: Place, nature: Nature = 'EXECUTION'): Told {
    if (this.#known.has(execution.executionId)) return 'repeated'
    this.#known.add(execution.executionId)
    const family = familyOf(execution.executionId)
    const member = { execution, suffix: suffixOf(execution.executionId), at: place.at, arrival: place.arrival }
    const known = this.#families.get(family)
    if (known === undefined) {
      this.#families.set(family, { nature, members: [member] })
      const families = this.#contracts.get(execution.conId)
      if (families === undefined) this.#contracts.set(execution.conId, [family])
      else families.push(family)
      return 'new'
    }
    known.members.push(member)
    known.members.sort((a, b) => (a.suffix < b.suffix ? -1 : a.suffix > b.suffix ? 1 : comparePlaces(a, b)))
    return 'corrected'
  }

  /** Takes in whatever else bears on positions and costs; false for what is none of the ledger's business. */
  take(fact: Fact, place: Place): boolean {
    switch (fact.kind) {
      case 'execution':
        this.tell(fact, place)
        return true
      case 'adopt':
      case 'settlement':
        this.tell(asExecution(fact), place, fact.kind === 'adopt' ? 'ADOPTION' : 'SETTLEMENT')
        return true
      case 'split':
        this.#tellSplit(fact, place)
        return true
      case 'cancel':
        this.#cancelled.add(fact.executionId)
        return true
      case 'hold':
        this.#held.add(familyOf(fact.executionId))
        return true
      case 'link':
        this.#links.set(linkKey(fact.account, fact.exitPermId), fact.entryPermId)
        return true
      case 'commission':
        this.tellCommission(fact)
        return true
      case 'fxRate':
        this.tellRate(fact)
        return true
      default:
        return false
    }
  }

  has(executionId: string): boolean {
    return this.#known.has(executionId)
  }

  /** Marks the trade an execution opens as held, or no longer. */
  hold(family: string, held: boolean): void {
    if (held) this.#held.add(family)
    else this.#held.delete(family)
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
    return this.#families.get(familyOf(executionId))?.members[0]?.execution.conId ?? null
  }

  /** Whether an account ever traded, received or delivered a contract. */
  knows(account: string, conId: number): boolean {
    return (this.#contracts.get(conId) ?? []).some((family) => this.#families.get(family)?.members[0]?.execution.account === account)
  }

  /** Whether an order traded a contract. */
  trades(conId: number, account: string, permId: string): boolean {
    return (this.#contracts.get(conId) ?? []).some((family) => {
      const execution = this.#families.get(family)?.members.at(-1)?.execution
      return execution?.account === account && execution.permId === permId
    })
  }

  tellRate(rate: FxRate): void {
    this.#rates.push(rate)
    this.#rates.sort((a, b) => a.at - b.at)
  }

  #tellSplit({ conId, ratio, at }: Split, { arrival }: Place): void {
    // A statement told twice is one split.
    if (this.#splits.some((split) => split.conId === conId && split.at === at)) return
    this.#splits.push({ kind: 'split', conId, ratio: decimal(ratio), at, arrival })
  }

  /** The family's fill, or null where it was never told. A bust has quantity 0. */
  fillOf(family: string): Fill | null {
    const known = this.#families.get(family)
    const first = known?.members[0]
    const execution = known?.members.at(-1)?.execution
    if (known === undefined || first === undefined || execution === undefined) return null
    const quantity = this.#cancelled.has(execution.executionId) ? ZERO : decimal(execution.quantity)
    return {
      kind: 'fill',
      nature: known.nature,
      family,
      at: first.at,
      arrival: first.arrival,
      execution,
      quantity,
      price: decimal(execution.price),
      held: known.nature === 'ADOPTION' || this.#held.has(family),
      closesFirst: execution.permId === undefined ? null : (this.#links.get(linkKey(execution.account, execution.permId)) ?? null),
    }
  }

  /** Everything that stands (busts left out), in the order of history; of one contract where asked. */
  history(conId?: number): Entry[] {
    const entries: Entry[] = this.#splits.filter((split) => conId === undefined || split.conId === conId)
    for (const family of conId === undefined ? this.#families.keys() : (this.#contracts.get(conId) ?? [])) {
      const fill = this.fillOf(family)
      if (fill?.quantity.gt(ZERO)) entries.push(fill)
    }
    return entries.sort(comparePlaces)
  }

  /** Contracts that were ever traded. */
  get conIds(): IterableIterator<number> {
    return this.#contracts.keys()
  }

  /** What a family cost in `currency`: the sum of the commissions that came; null while none has, or where one is in a currency without a rate. */
  commissionOf(family: string, currency: string): Fraction | null {
    const known = this.#families.get(family)
    const commissions = this.#commissions.get(family)
    // What was not traded cost no commission, unless somebody says so.
    if (commissions === undefined) return known === undefined || known.nature === 'EXECUTION' ? null : { n: ZERO, d: ONE }
    let sum: Fraction | null = null
    const at = known?.members[0]?.at ?? 0
    for (const commission of commissions.values()) {
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

/** What moved without an execution, in an execution's shape; its id is what it stands for, so that telling it twice is telling it once. */
export function asExecution(fact: Adoption | Settlement): Execution {
  const { account, conId, price, at } = fact
  const quantity = decimal(fact.quantity)
  const name = fact.kind === 'adopt' ? 'adopt' : fact.reason.toLowerCase()
  // Two lots that came at one instant are two; without points, so that no id of ours looks like a member of a family.
  const executionId = [name, account, conId, at, plain(quantity), plain(decimal(price))].join('~').replaceAll('.', '_')
  return {
    kind: 'execution',
    executionId,
    account,
    conId,
    side: quantity.lt(ZERO) ? 'SELL' : 'BUY',
    quantity: plain(quantity.abs()),
    price,
    at,
  }
}

function linkKey(account: string, permId: Link['exitPermId']): string {
  return `${account} ${permId}`
}

/** The entries from the last moment before `place` at which every account was flat: what a fold has to begin with to be right from `place` on. */
export function sinceFlat(entries: readonly Entry[], place: Place): readonly Entry[] {
  const positions = new Map<string, Decimal>()
  let start = 0
  let exposed = 0
  for (const [index, entry] of entries.entries()) {
    if (exposed === 0) start = index
    if (!before(entry, place)) return entries.slice(start)
    if (entry.kind === 'split') {
      for (const [account, quantity] of positions) positions.set(account, quantity.times(entry.ratio))
      continue
    }
    const { account } = entry.execution
    const was = positions.get(account) ?? ZERO
    const is = positionAfter(was, entry)
    positions.set(account, is)
    exposed += (is.eq(ZERO) ? 0 : 1) - (was.eq(ZERO) ? 0 : 1)
  }
  return exposed === 0 ? [] : entries.slice(start)
}

/** What went without an execution takes at most what there is. */
function positionAfter(was: Decimal, { nature, execution, quantity }: Fill): Decimal {
  const is = execution.side === 'BUY' ? was.plus(quantity) : was.minus(quantity)
  if (nature !== 'SETTLEMENT') return is
  if (was.times(execution.side === 'BUY' ? 1 : -1).gte(ZERO)) return was
  return is.times(was).lt(ZERO) ? ZERO : is
}
