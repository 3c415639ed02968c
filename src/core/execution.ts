// The ledger: executions by family, corrections and busts, what each cost, and what moved without an execution. Pure: it answers what the history now is.
import { addFraction, type Decimal, type DecimalText, decimal, type Fraction, ONE, plain, ZERO } from './decimal.ts'
import type { Adoption, Commission, Execution, Fact, FxRate, Link, Plan, SameOrder, Settlement, Split } from './facts.ts'
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

/** The broker tells whole seconds: within that second an execution comes after the last price heard before it. */
export function withinSecond(second: Instant, heardAt: Instant | null): Instant {
  return heardAt !== null && heardAt > second && heardAt < second + 1000 ? heardAt : second
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
  /** What the trader says of the trade it opens. */
  readonly said: SaidOfTrade
  /** Plans of the trade it opens that were made before it, by time. */
  readonly plans: readonly Plan[]
}

/** From here on there are `ratio` units for each one before. */
export interface SplitEntry extends Place {
  readonly kind: 'split'
  readonly conId: number
  readonly ratio: Decimal
}

/** From here on the trade that the family opened has its stop or target there. */
export interface PlanEntry extends Place {
  readonly kind: 'plan'
  readonly family: string
  readonly plan: Plan
}

/** What changes positions, or what was meant with them, in the order of history. */
export type Entry = Fill | SplitEntry | PlanEntry

/** The trader's own word on where a trade was to be left. Absent: nothing was said; null: nowhere. */
export interface SaidOfTrade {
  readonly initialStop?: DecimalText | null
  readonly initialTarget?: DecimalText | null
}

const NOTHING_SAID: SaidOfTrade = {}

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
  /** Adoptions that say what a position was, whatever had made it. */
  readonly #found = new Set<string>()
  /** Per account and exit order, the entry order it belongs to. */
  readonly #links = new Map<string, string>()
  /** Per account and number of an order, how the socket knows it. */
  readonly #sameOrders = new Map<string, SameOrder>()
  readonly #splits: SplitEntry[] = []
  /** Per family that opened a trade, by place. */
  readonly #plans = new Map<string, PlanEntry[]>()
  readonly #said = new Map<string, SaidOfTrade>()
  /** Per family, per exact execution id. */
  readonly #commissions = new Map<string, Map<string, Commission>>()
  /** Every commission that was ever told. */
  readonly #costsTold = new Set<string>()
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
        if (fact.kind === 'adopt' && fact.reason === 'POSITION') this.#found.add(asExecution(fact).executionId)
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
      case 'sameOrder':
        // Told the other way round already: that says it.
        if (this.#sameOrders.get(linkKey(fact.account, fact.asPermId ?? ''))?.asPermId !== fact.permId)
          this.#sameOrders.set(linkKey(fact.account, fact.permId), fact)
        return true
      case 'plan':
        this.#tellPlan(fact, place)
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

  /** The trader's word on the trade an execution opens. */
  say(family: string, said: SaidOfTrade): void {
    this.#said.set(family, said)
  }

  #tellPlan(plan: Plan, { at, arrival }: Place): void {
    const family = familyOf(plan.executionId)
    const plans = [...(this.#plans.get(family) ?? []), { kind: 'plan' as const, family, plan, at, arrival }]
    this.#plans.set(family, plans.sort(comparePlaces))
  }

  /** Whether a plan was told already. One that says again what stood before is kept: another may yet become known in between. */
  hasPlan({ executionId, stop, target, at }: Plan): boolean {
    const isSame = (a: DecimalText | undefined, b: DecimalText | undefined) => a === b || (a !== undefined && b !== undefined && decimal(a).eq(b))
    return (this.#plans.get(familyOf(executionId)) ?? []).some(({ plan }) => plan.at === at && isSame(plan.stop, stop) && isSame(plan.target, target))
  }

  isLinked({ account, exitPermId, entryPermId }: Link): boolean {
    return this.#links.get(linkKey(account, exitPermId)) === entryPermId
  }

  /** The last commission of an execution id wins. */
  tellCommission(commission: Commission): void {
    const family = familyOf(commission.executionId)
    this.#costsTold.add(costKey(commission))
    const known = this.#commissions.get(family)
    if (known === undefined) this.#commissions.set(family, new Map([[commission.executionId, commission]]))
    else known.set(commission.executionId, commission)
  }

  /** Whether a commission was never told of its execution. One that was may have been corrected by a statement since; a session goes on telling the first. */
  isNews(commission: Commission): boolean {
    return !this.#costsTold.has(costKey(commission))
  }

  /** The contract of an execution, or null where it was never told. */
  conIdOf(executionId: string): number | null {
    return this.#families.get(familyOf(executionId))?.members[0]?.execution.conId ?? null
  }

  /** Whether an account ever traded, received or delivered a contract. */
  knows(account: string, conId: number): boolean {
    return (this.#contracts.get(conId) ?? []).some((family) => this.#families.get(family)?.members[0]?.execution.account === account)
  }

  /** The contracts whose trades a fact bears on. */
  touchedBy(fact: Fact): readonly number[] {
    if (fact.kind === 'link') return this.#contractsOf(fact.account, fact.exitPermId)
    if (fact.kind === 'sameOrder') return this.#contractsOf(fact.account, fact.permId)
    const conId = 'conId' in fact ? fact.conId : 'executionId' in fact ? this.conIdOf(fact.executionId) : null
    return conId == null ? [] : [conId]
  }

  /** The contracts an order traded. */
  #contractsOf(account: string, permId: string): readonly number[] {
    const isOf = (execution: Execution | undefined) => execution?.account === account && execution.permId === permId
    return [...this.#contracts].flatMap(([conId, families]) =>
      families.some((family) => isOf(this.#families.get(family)?.members.at(-1)?.execution) || isOf(this.fillOf(family)?.execution)) ? [conId] : [],
    )
  }

  /** An execution that is known, told again under another number of its order: the two are one. Null where that is no news. */
  sameOrder(told: Execution): SameOrder | null {
    const known = this.#families.get(familyOf(told.executionId))?.members.find(({ execution }) => execution.executionId === told.executionId)?.execution
    return known === undefined || sameOrderOf(this.#asOrdered(known), told) === null ? null : sameOrderOf(known, told)
  }

  /** Under the socket's number of its order, where that is known to be another. */
  #asOrdered(execution: Execution): Execution {
    const same = execution.permId === undefined ? undefined : this.#sameOrders.get(linkKey(execution.account, execution.permId))
    if (same === undefined) return execution
    const { permId: _, ...rest } = execution
    return {
      ...rest,
      ...(same.asPermId === undefined ? {} : { permId: same.asPermId }),
      ...(same.asOrderId === undefined ? {} : { orderId: same.asOrderId }),
      ...(same.asClientId === undefined ? {} : { clientId: same.asClientId }),
    }
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
    const latest = known?.members.at(-1)?.execution
    if (known === undefined || first === undefined || latest === undefined) return null
    const execution = this.#asOrdered(latest)
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
      said: this.#said.get(family) ?? NOTHING_SAID,
      plans: (this.#plans.get(family) ?? []).filter(({ at }) => at <= first.at).map(({ plan }) => plan),
    }
  }

  /** The family's fill, and where the stop and target of the trade it opened stood later; nothing of a bust. */
  entriesOf(family: string): readonly Entry[] {
    const fill = this.fillOf(family)
    if (!fill?.quantity.gt(ZERO)) return []
    const plans = this.#plans.get(family)
    return plans === undefined ? [fill] : [fill, ...plans.filter(({ at }) => at > fill.at)]
  }

  /** Everything that stands (busts left out), in the order of history; of one contract where asked. */
  history(conId?: number): Entry[] {
    const entries: Entry[] = this.#splits.filter((split) => conId === undefined || split.conId === conId)
    for (const family of conId === undefined ? this.#families.keys() : (this.#contracts.get(conId) ?? [])) {
      entries.push(...this.entriesOf(family))
    }
    entries.sort(comparePlaces)
    return this.#found.size === 0 ? entries : withoutExplained(entries, this.#found)
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

/** A position was found: what the executions before it explain, learnt later perhaps, is theirs; only the rest came without any. */
function withoutExplained(entries: readonly Entry[], found: ReadonlySet<string>): Entry[] {
  const positions = new Map<string, Decimal>()
  return entries.flatMap((entry): Entry[] => {
    if (entry.kind === 'plan') return [entry]
    if (entry.kind === 'split') {
      for (const [key, quantity] of positions) if (key.endsWith(` ${entry.conId}`)) positions.set(key, quantity.times(entry.ratio))
      return [entry]
    }
    const key = `${entry.execution.account} ${entry.execution.conId}`
    const was = positions.get(key) ?? ZERO
    if (!found.has(entry.family)) {
      positions.set(key, positionAfter(was, entry))
      return [entry]
    }
    const isSameSide = was.s === (entry.execution.side === 'BUY' ? 1 : -1)
    const left = isSameSide ? entry.quantity.minus(was.abs()) : entry.quantity
    if (left.lte(ZERO)) return []
    const rest = { ...entry, quantity: left }
    positions.set(key, positionAfter(was, rest))
    return [rest]
  })
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

/** One execution told by two sources: its order's number in `one` is what `other` calls so. Null where they call it the same, or say too little. */
export function sameOrderOf(one: Execution, other: Execution): SameOrder | null {
  const { account, permId } = one
  if (!isSet(permId) || account !== other.account || other.permId === permId) return null
  if (isSet(other.permId)) return { kind: 'sameOrder', account, permId, asPermId: other.permId }
  if (!isSet(other.orderId)) return null
  return { kind: 'sameOrder', account, permId, asOrderId: other.orderId, ...(other.clientId === undefined ? {} : { asClientId: other.clientId }) }
}

function isSet(id: string | undefined): id is string {
  return id !== undefined && Number(id) > 0
}

function costKey({ executionId, amount, currency }: Commission): string {
  return `${executionId} ${plain(decimal(amount))} ${currency}`
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
    if (entry.kind === 'plan') continue
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
