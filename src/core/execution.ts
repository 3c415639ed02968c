// The ledger: executions by family, corrections and busts, what each cost, and what moved without an execution. Pure: it answers what the history now is.
import { addFraction, type Decimal, type DecimalText, decimal, type Fraction, ONE, plain, ZERO } from './decimal.ts'
import type { Adoption, Commission, Execution, Fact, FxRate, Link, Plan, SameOrder, Settlement, Split } from './facts.ts'
import { sameOrderOf } from './same-order.ts'
import type { Instant } from './time.ts'
import { type EntryWords, nameIn, type SaidOfTrade, saidOfTrade, Sayings } from './words.ts'

/** Where a fact stands in history: its instant, then its arrival. */
export interface Place {
  readonly at: Instant
  readonly arrival: number
}

/** Before everything. */
export const BEGINNING: Place = { at: Number.NEGATIVE_INFINITY, arrival: 0 }

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
  /** Its name in the ledger: the correction family, of one account. */
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
  /** What was said of this very execution; null: nothing at all. What its trade is held and left by is the last word on any it contains (containment.ts). */
  readonly words: EntryWords | null
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
  /** Per correction family the accounts that were filled under it: one, but for an advisor's order over several. */
  readonly #accounts = new Map<string, string[]>()
  readonly #contracts = new Map<number, string[]>()
  readonly #known = new Set<string>()
  readonly #cancelled = new Set<string>()
  /** Adoptions that say what a position was, whatever had made it. */
  readonly #found = new Set<string>()
  /** Per account and exit order, the entry order it belongs to. */
  readonly #links = new Map<string, string>()
  /** Per account and number of an order, how the socket knows it. */
  readonly #sameOrders = new Map<string, SameOrder>()
  readonly #splits: SplitEntry[] = []
  /** Per family that opened a trade, by place. */
  readonly #plans = new Map<string, PlanEntry[]>()
  readonly #words = new Sayings()
  /** Per family, per exact execution id. */
  readonly #commissions = new Map<string, Map<string, Commission>>()
  /** Every commission that was ever told. */
  readonly #costsTold = new Set<string>()
  readonly #rates: FxRate[] = []

  /** Records an execution; an id that is repeated in its account is ignored. */
  tell(execution: Execution, place: Place, nature: Nature = 'EXECUTION'): Told {
    if (this.has(execution)) return 'repeated'
    this.#known.add(nameIn(execution.executionId, execution.account))
    const accounts = this.#accounts.get(familyOf(execution.executionId))
    if (accounts === undefined) this.#accounts.set(familyOf(execution.executionId), [execution.account])
    else if (!accounts.includes(execution.account)) accounts.push(execution.account)
    const family = this.nameOf(execution.executionId, execution.account)
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
        this.#cancelled.add(nameIn(fact.executionId, fact.account))
        return true
      case 'hold':
        this.#words.hold({ family: familyOf(fact.executionId), account: fact.account })
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

  has({ executionId, account }: Pick<Execution, 'executionId' | 'account'>): boolean {
    return this.#known.has(nameIn(executionId, account))
  }

  /** The ledger's name for the family of an execution. Where accounts share one, the first to be told has the family's own; it is also who is meant where no account is said. */
  nameOf(executionId: string, account?: string): string {
    const family = familyOf(executionId)
    const first = this.#accounts.get(family)?.[0] ?? account
    return account === first ? family : nameIn(family, account)
  }

  /** The names of an execution's family in every account. */
  namesOf(executionId: string): readonly string[] {
    return (this.#accounts.get(familyOf(executionId)) ?? []).map((account) => this.nameOf(executionId, account))
  }

  /** Under what was said of an execution: with its account, and without where it is the one that is meant then. */
  #saidUnder(id: string, account: string): readonly string[] {
    return this.nameOf(id, account) === familyOf(id) ? [nameIn(id, account), id] : [nameIn(id, account)]
  }

  /** What the trader said of the trade an execution opened. */
  say(family: string, words: EntryWords, account?: string): void {
    this.#words.say({ family, account }, words)
  }

  /** What was said of this very execution; null: nothing. */
  wordsOf({ executionId, account }: Execution): EntryWords | null {
    return this.#words.isEmpty ? null : this.#words.of(this.#saidUnder(familyOf(executionId), account))
  }

  /** The fills of a contract of which anything was said, those that were taken back among them. */
  spokenOf(conId: number): readonly Fill[] {
    const names = new Set(this.#words.subjects().map(({ family, account }) => this.nameOf(family, account)))
    return [...names].flatMap((name) => (this.#families.get(name)?.members[0]?.execution.conId === conId ? (this.fillOf(name) ?? []) : []))
  }

  #tellPlan(plan: Plan, { at, arrival }: Place): void {
    const family = nameIn(familyOf(plan.executionId), plan.account)
    const plans = [...(this.#plans.get(family) ?? []), { kind: 'plan' as const, family, plan, at, arrival }]
    this.#plans.set(family, plans.sort(comparePlaces))
  }

  #plansOf({ executionId, account }: Pick<Execution, 'executionId' | 'account'>): readonly PlanEntry[] {
    if (this.#plans.size === 0) return []
    const family = this.nameOf(executionId, account)
    const told = this.#saidUnder(familyOf(executionId), account).flatMap((name) => this.#plans.get(name) ?? [])
    return told.map((entry) => ({ ...entry, family })).sort(comparePlaces)
  }

  /** Whether a plan was told already. One that says again what stood before is kept: another may yet become known in between. */
  hasPlan({ executionId, account, stop, target, at }: Plan): boolean {
    const isSame = (a: DecimalText | undefined, b: DecimalText | undefined) => a === b || (a !== undefined && b !== undefined && decimal(a).eq(b))
    const meant = account ?? this.#accounts.get(familyOf(executionId))?.[0]
    const told = meant === undefined ? (this.#plans.get(familyOf(executionId)) ?? []) : this.#plansOf({ executionId, account: meant })
    return told.some(({ plan }) => plan.at === at && isSame(plan.stop, stop) && isSame(plan.target, target))
  }

  isLinked({ account, exitPermId, entryPermId }: Link): boolean {
    return this.#links.get(linkKey(account, exitPermId)) === entryPermId
  }

  /** The last commission of an execution id wins. */
  tellCommission(commission: Commission): void {
    const family = nameIn(familyOf(commission.executionId), commission.account)
    this.#costsTold.add(costKey(commission))
    const known = this.#commissions.get(family)
    if (known === undefined) this.#commissions.set(family, new Map([[commission.executionId, commission]]))
    else known.set(commission.executionId, commission)
  }

  /** Whether a commission was never told of its execution. One that was may have been corrected by a statement since; a session goes on telling the first. */
  isNews(commission: Commission): boolean {
    return !this.#costsTold.has(costKey(commission))
  }

  /** Whether an account ever traded, received or delivered a contract. */
  knows(account: string, conId: number): boolean {
    return (this.#contracts.get(conId) ?? []).some((family) => this.#families.get(family)?.members[0]?.execution.account === account)
  }

  /** The contracts whose trades a fact bears on. */
  touchedBy(fact: Fact): readonly number[] {
    if (fact.kind === 'link') return this.#contractsOf(fact.account, fact.exitPermId)
    if (fact.kind === 'sameOrder') return this.#contractsOf(fact.account, fact.permId)
    if ('conId' in fact) return fact.conId === undefined ? [] : [fact.conId]
    const fills = 'executionId' in fact ? this.namesOf(fact.executionId).flatMap((name) => this.#families.get(name)?.members[0] ?? []) : []
    return [...new Set(fills.map(({ execution }) => execution.conId))]
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
    const known = this.#families
      .get(this.nameOf(told.executionId, told.account))
      ?.members.find(({ execution }) => execution.executionId === told.executionId)?.execution
    return known === undefined || sameOrderOf(this.asOrdered(known), told) === null ? null : sameOrderOf(known, told)
  }

  /** Under the socket's number of its order, where that is known to be another. */
  asOrdered(execution: Execution): Execution {
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
    const execution = this.asOrdered(latest)
    const { executionId, account } = execution
    const isCancelled = this.#saidUnder(executionId, account).some((name) => this.#cancelled.has(name))
    const words = this.wordsOf(execution)
    return {
      kind: 'fill',
      nature: known.nature,
      family,
      at: first.at,
      arrival: first.arrival,
      execution,
      quantity: isCancelled ? ZERO : decimal(execution.quantity),
      price: decimal(execution.price),
      held: known.nature === 'ADOPTION' || words?.held?.value === true,
      closesFirst: execution.permId === undefined ? null : (this.#links.get(linkKey(execution.account, execution.permId)) ?? null),
      said: words === null ? NOTHING_SAID : saidOfTrade(words),
      words,
      plans: this.#plansOf(execution)
        .filter(({ at }) => at <= first.at)
        .map(({ plan }) => plan),
    }
  }

  /** The family's fill, and where the stop and target of the trade it opened stood later; nothing of a bust. */
  entriesOf(family: string): readonly Entry[] {
    const fill = this.fillOf(family)
    if (!fill?.quantity.gt(ZERO)) return []
    return [fill, ...this.#plansOf(fill.execution).filter(({ at }) => at > fill.at)]
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
    const commissions = this.#commissionsOf(family)
    if (commissions === 'WHOSE') return null
    // What was not traded cost no commission, unless somebody says so.
    if (commissions.length === 0) return known === undefined || known.nature === 'EXECUTION' ? null : { n: ZERO, d: ONE }
    let sum: Fraction | null = null
    const at = known?.members[0]?.at ?? 0
    for (const commission of commissions) {
      const rate = commission.currency === currency ? { n: ONE, d: ONE } : this.#rate(commission.currency, currency, at)
      if (rate === null) return null
      const cost = { n: decimal(commission.amount).times(rate.n), d: rate.d }
      sum = sum === null ? cost : addFraction(sum, cost)
    }
    return sum
  }

  /**
   * The commissions of a family. The broker's session says no account with them: one is of the only account with that execution, or of the only one of which no
   * other was told. 'WHOSE': of one of several.
   */
  #commissionsOf(family: string): readonly Commission[] | 'WHOSE' {
    const execution = this.#families.get(family)?.members[0]?.execution
    if (execution === undefined) return [...(this.#commissions.get(family)?.values() ?? [])]
    const { account } = execution
    const shared = familyOf(execution.executionId)
    const own = this.#commissions.get(nameIn(shared, account))
    const found = [...(own?.values() ?? [])]
    for (const [executionId, commission] of this.#commissions.get(shared) ?? []) {
      if (own?.has(executionId)) continue
      const waiting = this.#waitingFor(executionId)
      if (!waiting.includes(account)) continue
      if (waiting.length > 1) return 'WHOSE'
      found.push(commission)
    }
    return found
  }

  /** The accounts that an account's name would have to tell apart: filled under this id, and told no commission by name. */
  #waitingFor(executionId: string): readonly string[] {
    const family = familyOf(executionId)
    const accounts = this.#accounts.get(family) ?? []
    if (accounts.length === 1) return accounts
    const filled = accounts.filter((account) => this.has({ executionId, account }))
    return (filled.length === 0 ? accounts : filled).filter((account) => !this.#commissions.get(nameIn(family, account))?.has(executionId))
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

function costKey({ executionId, account, amount, currency }: Commission): string {
  return `${nameIn(executionId, account)} ${plain(decimal(amount))} ${currency}`
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
