// A difference between ours and the broker's: what is kept of it from when it is first seen until both are found to agree. Pure.
import type { HoldingSource } from './account.ts'
import type { DecimalText } from './decimal.ts'
import { type Instant, printInstant } from './time.ts'
import type { Severity } from './trade.ts'

export const MEASURES = ['QUANTITY', 'AVERAGE_PRICE', 'VALUE', 'UNREALIZED', 'REALIZED', 'DAILY', 'FILLED', 'COMMISSION'] as const
/** QUANTITY: units held. AVERAGE_PRICE: points of price. VALUE, UNREALIZED, REALIZED, DAILY: money. FILLED: units of an order. COMMISSION: one that was not told. */
export type Measure = (typeof MEASURES)[number]

export const CAUSES = [
  'COMMISSION',
  'AVERAGE_COST',
  'FX',
  'MISSING_FILL',
  'STALE',
  'RESET_SCHEDULE',
  'OTHER_PRICE',
  'MINOR_UNITS',
  'NOT_TOLD',
  'UNKNOWN',
] as const
/**
 * COMMISSION: the broker counts it in. AVERAGE_COST: it averages where we match first in first out. FX: it tells the account's currency. MISSING_FILL: it
 * had a fill that we were not told of. STALE: its figure is of some seconds ago. RESET_SCHEDULE: its day began at another time. OTHER_PRICE: it values at
 * another price than the last trade. MINOR_UNITS: prices come in a fraction of the currency, and ours takes them for whole units. NOT_TOLD: it has not told it yet.
 */
export type Cause = (typeof CAUSES)[number]

export type DifferenceSource = HoldingSource | 'RESULT' | 'ORDER' | 'EXECUTION'

/** One figure on which we and the broker differ. */
export interface Difference {
  readonly account: string
  /** null: of the whole account. */
  readonly conId: number | null
  readonly symbol: string | null
  readonly measure: Measure
  /** What is told apart within a measure: an order's id, an execution's; '' where there is one alone. */
  readonly subject: string
  readonly source: DifferenceSource
  readonly ours: DecimalText | null
  readonly theirs: DecimalText | null
  /** Of ours, where it is money. */
  readonly currency: string | null
  /** The fewest changes to our reckoning that make it theirs. */
  readonly causes: readonly Cause[]
  /** How old the broker's figure is, where it is stale. */
  readonly staleSeconds: number | null
  readonly severity: Severity
  /** Of MINOR_UNITS, how many make one of the currency. Not kept: the remedy says it. */
  readonly magnifier?: DecimalText
}

/** One as it is kept, from when until when. */
export interface StoredDifference extends Difference {
  readonly id: string
  readonly since: Instant
  /** When it was last seen, by the market's clock. */
  readonly seenAt: Instant
  /** When both sides were found to agree; null: it still holds. */
  readonly until: Instant | null
  readonly remedy: string
}

export interface Reconciled {
  readonly differences: readonly Difference[]
  /** What was compared and agreed: keys of `keyOf`. Only these may end a difference. */
  readonly agreed: ReadonlySet<string>
}

/** 'agree': both sides are known and the same. 'unknown': one of them is not known. */
export type Compared = Difference | 'agree' | 'unknown'

export type Keyed = Pick<Difference, 'account' | 'conId' | 'measure' | 'subject'>

/** What a difference stands for: whoever tells the figure, it is one. */
export function keyOf({ account, conId, measure, subject }: Keyed): string {
  return `${account}:${conId ?? '*'}:${measure}${subject === '' ? '' : `:${subject}`}`
}

export interface DifferenceChanges {
  readonly began: readonly StoredDifference[]
  /** Still there, perhaps by another amount or for another cause. */
  readonly still: readonly StoredDifference[]
  readonly over: readonly StoredDifference[]
}

/** What a look changes in what is kept: `open` are those not over yet. One that could not be compared is left as it is. */
export function followDifferences(
  open: readonly StoredDifference[],
  { differences, agreed }: Reconciled,
  now: Instant,
  remedy: (difference: Difference) => string,
): DifferenceChanges {
  const before = new Map(open.map((one) => [keyOf(one), one]))
  const changes = { began: [] as StoredDifference[], still: [] as StoredDifference[], over: [] as StoredDifference[] }
  const seen = new Set<string>()
  for (const difference of differences) {
    const key = keyOf(difference)
    seen.add(key)
    const known = before.get(key)
    const kept = { seenAt: now, until: null, remedy: remedy(difference) }
    if (known === undefined) changes.began.push({ ...difference, ...kept, id: `${key}:${printInstant(now)}`, since: now })
    else changes.still.push({ ...difference, ...kept, id: known.id, since: known.since })
  }
  for (const [key, one] of before) {
    if (seen.has(key)) continue
    if (agreed.has(key)) changes.over.push({ ...one, seenAt: now, until: Math.max(one.since, now) })
  }
  return changes
}

/** A fill of the broker's is not here: it is worth asking for the day's executions again. */
export function wantsCatchUp({ differences }: Reconciled): boolean {
  return differences.some(({ causes }) => causes.includes('MISSING_FILL'))
}
