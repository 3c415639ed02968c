// Rules: what a trader wants to be told of while a trade runs (INTERFACES, 'Rules'). Pure: what a rule is, and when its condition holds.
import { type Decimal, decimal, parseDecimal, plain } from './decimal.ts'
import { CLEAR, compareRatios, isTrailed, percentAt, percentNear, percentOf, type Ratio, type Sight, type Stretch } from './excursion.ts'
import { parseDuration } from './time.ts'
import { SEVERITIES, type Severity, UNITS, type Unit } from './trade.ts'

export const RULE_KINDS = ['MAE_STOP', 'MFE_TARGET', 'TRAILING_STOP', 'GIVEBACK', 'TIME_STOP', 'NO_PROGRESS'] as const
export type RuleKind = (typeof RULE_KINDS)[number]

export interface Scope {
  readonly accounts?: readonly string[]
  readonly symbols?: readonly string[]
  readonly strategies?: readonly string[]
  readonly sides?: readonly string[]
  readonly secTypes?: readonly string[]
  readonly sessions?: readonly string[]
  readonly held?: boolean
}

export interface Tier {
  readonly pct: Decimal
  /** What the text suggests taking, a share of the quantity entered: '1/3'. */
  readonly take: string | null
}

/** A rule, parsed. Percentages are of the volume-weighted entry. */
export interface Rule {
  readonly id: string
  readonly kind: RuleKind
  readonly unit: Unit
  readonly enabled: boolean
  readonly severity: Severity
  readonly scope: Scope
  /** Looks in a row on which the condition must hold. */
  readonly confirm: number
  /** MAE_STOP, TRAILING_STOP. */
  readonly pct: Decimal
  /** MFE_TARGET. */
  readonly tiers: readonly Tier[]
  readonly armPct: Decimal
  /** GIVEBACK: share of the best percentage given back. */
  readonly fraction: Decimal
  /** TIME_STOP, NO_PROGRESS: milliseconds after the opening. */
  readonly afterMs: number
  readonly clock: 'wall' | 'session'
  /** TIME_STOP: mfePct below this; NO_PROGRESS: the percentage now below this. */
  readonly belowPct: Decimal
  /** The same numbers as doubles, for levels and for comparisons that are clear without the exact ones. */
  readonly near: { readonly pct: number; readonly tiers: readonly number[]; readonly armPct: number; readonly fraction: number }
  /** The rule as it was written, for storing and showing. */
  readonly definition: Readonly<Record<string, unknown>>
}

/** The rules a trader starts with. */
export const STARTER_RULES: readonly Readonly<Record<string, unknown>>[] = [
  { id: 'hard-stop', kind: 'MAE_STOP', pct: '3', severity: 'critical' },
  {
    id: 'scale-out',
    kind: 'MFE_TARGET',
    tiers: [
      { pct: '5', take: '1/3' },
      { pct: '8', take: '1/3' },
    ],
    severity: 'warn',
  },
  { id: 'trail', kind: 'TRAILING_STOP', pct: '2', armPct: '1', severity: 'warn' },
  { id: 'giveback', kind: 'GIVEBACK', fraction: '0.5', armPct: '2', severity: 'warn' },
  { id: 'time-stop', kind: 'TIME_STOP', after: 'PT2H', mfeBelowPct: '0.5', clock: 'session', severity: 'info' },
  { id: 'no-momentum', kind: 'TIME_STOP', after: 'PT30M', mfeBelowPct: '0.5', clock: 'session', severity: 'info' },
  { id: 'no-progress', kind: 'NO_PROGRESS', after: 'PT30M', resultBelowPct: '0.2', enabled: false },
]

const DEFAULT_SEVERITY: Readonly<Record<RuleKind, Severity>> = {
  MAE_STOP: 'critical',
  MFE_TARGET: 'warn',
  TRAILING_STOP: 'warn',
  GIVEBACK: 'warn',
  TIME_STOP: 'info',
  NO_PROGRESS: 'info',
}

const FIELDS = new Set(
  'id kind unit enabled severity scope confirm cooldown repeat amount r channels pct tiers armPct fraction after clock mfeBelowPct resultBelowPct'.split(' '),
)
const NOT_YET = ['amount', 'r', 'cooldown', 'repeat']

/** The rule a value of INTERFACES' shape stands for, or why it is none. */
export function parseRule(value: unknown): Rule | { readonly refused: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { refused: `expected a rule as a JSON object, found ${JSON.stringify(value)}` }
  const line = value as Record<string, unknown>
  const id = typeof line['id'] === 'string' && line['id'] !== '' ? line['id'] : null
  const kind = RULE_KINDS.find((k) => k === line['kind'])
  if (id === null) return { refused: `expected a rule with an id, found ${JSON.stringify(line['id'] ?? null)}` }
  if (kind === undefined) return { refused: `rule ${id}: expected kind ${RULE_KINDS.join(', ')}; found ${JSON.stringify(line['kind'] ?? null)}` }
  const trouble: string[] = []
  for (const name of Object.keys(line)) if (!FIELDS.has(name)) trouble.push(`unknown field ${name}`)
  for (const name of NOT_YET) if (line[name] !== undefined && line[name] !== false) trouble.push(`${name} is not supported yet`)
  const amount = (name: string, fallback: string | null): Decimal => {
    const found = line[name] === undefined ? fallback : parseDecimal(line[name] as string)
    if (found === null) trouble.push(`expected ${name} as a number, found ${JSON.stringify(line[name] ?? null)}`)
    return decimal(found ?? 0)
  }
  const choice = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    if (line[name] === undefined) return fallback
    const found = allowed.find((a) => a === line[name])
    if (found === undefined) trouble.push(`expected ${name} as ${allowed.join(' or ')}, found ${JSON.stringify(line[name])}`)
    return found ?? fallback
  }
  const confirm = line['confirm'] === undefined ? 1 : Number(line['confirm'])
  if (!Number.isInteger(confirm) || confirm < 1) trouble.push(`expected confirm as a whole number from 1, found ${JSON.stringify(line['confirm'])}`)
  const timed = kind === 'TIME_STOP' || kind === 'NO_PROGRESS'
  const afterMs = timed ? parseDuration(String(line['after'] ?? '')) : 0
  if (afterMs === null) trouble.push(`expected after as a duration such as PT30M, found ${JSON.stringify(line['after'] ?? null)}`)
  const tiers = kind === 'MFE_TARGET' ? parseTiers(line, trouble) : []
  const rule: Omit<Rule, 'near'> = {
    id,
    kind,
    unit: choice('unit', UNITS, 'ORDER'),
    enabled: line['enabled'] !== false,
    severity: choice('severity', SEVERITIES, DEFAULT_SEVERITY[kind]),
    scope: (line['scope'] ?? {}) as Scope,
    confirm,
    pct: kind === 'MAE_STOP' || kind === 'TRAILING_STOP' ? amount('pct', null) : decimal(0),
    tiers,
    armPct: kind === 'TRAILING_STOP' || kind === 'GIVEBACK' ? amount('armPct', '0') : decimal(0),
    fraction: kind === 'GIVEBACK' ? amount('fraction', null) : decimal(0),
    afterMs: afterMs ?? 0,
    clock: choice('clock', ['wall', 'session'], 'wall'),
    belowPct: kind === 'TIME_STOP' ? amount('mfeBelowPct', null) : kind === 'NO_PROGRESS' ? amount('resultBelowPct', null) : decimal(0),
    definition: line,
  }
  if (trouble.length > 0) return { refused: `rule ${id}: ${trouble.join('; ')}` }
  const near = { pct: Number(rule.pct), tiers: tiers.map((tier) => Number(tier.pct)), armPct: Number(rule.armPct), fraction: Number(rule.fraction) }
  return { ...rule, near }
}

function parseTiers(line: Readonly<Record<string, unknown>>, trouble: string[]): Tier[] {
  const given = Array.isArray(line['tiers']) ? line['tiers'] : line['pct'] === undefined ? [] : [{ pct: line['pct'] }]
  if (given.length === 0) trouble.push('expected tiers such as [{"pct":"5","take":"1/3"}], found none')
  return given.map((tier: Record<string, unknown>, index) => {
    const pct = parseDecimal(tier['pct'] as string)
    if (pct === null) trouble.push(`expected tiers[${index}].pct as a number, found ${JSON.stringify(tier['pct'] ?? null)}`)
    return { pct: decimal(pct ?? 0), take: typeof tier['take'] === 'string' ? tier['take'] : null }
  })
}

/** Whether a rule speaks of a trade at all. */
export function concerns(
  rule: Rule,
  trade: {
    readonly unit: Unit
    readonly account: string
    readonly symbol: string
    readonly secType: string
    readonly side: string
    readonly strategy: string | null
    readonly held: boolean
  },
): boolean {
  const { scope } = rule
  const among = (list: readonly string[] | undefined, value: string | null) => list === undefined || (value !== null && list.includes(value))
  return (
    rule.enabled &&
    rule.unit === trade.unit &&
    (scope.held ?? false) === trade.held &&
    among(scope.accounts, trade.account) &&
    among(scope.symbols, trade.symbol) &&
    among(scope.secTypes, trade.secType) &&
    among(scope.sides, trade.side) &&
    among(scope.strategies, trade.strategy)
  )
}

/** One thing that can be told once per trade: a rule, or one of its tiers. */
export interface Pending {
  readonly rule: Rule
  readonly ruleIndex: number
  readonly tier: number
  armed: boolean
  streak: number
}

/** What a condition is judged on: the trade after a fact, at the price it saw last. */
export interface Situation {
  readonly stretch: Stretch
  readonly price: number
  /** The best price since entry, own fills included. */
  readonly best: number
  /** Where the favourable percentage was reached, and that percentage in doubles. */
  readonly mfe: Sight
  readonly mfeNear: number
}

/** Whether the condition of a price rule holds; arms it on the way. Exact: doubles decide only where they are clear. */
export function holds(pending: Pending, now: Situation): boolean {
  const { rule, tier } = pending
  const { near } = rule
  const { stretch, mfeNear } = now
  if (stretch.entry === 0 && (rule.kind !== 'TRAILING_STOP' || !pending.armed)) return false
  const percent = percentNear(stretch, now.price)
  switch (rule.kind) {
    case 'MAE_STOP':
      return isAtLeast(-percent - near.pct, 100 + Math.abs(percent) + Math.abs(near.pct), () => compareRatios(whole(rule.pct.neg()), percentNow(now)))
    case 'MFE_TARGET':
      return hasReached(now, (rule.tiers[tier] as Tier).pct, near.tiers[tier] as number)
    case 'TRAILING_STOP': {
      pending.armed ||= hasReached(now, rule.armPct, near.armPct)
      return pending.armed && isTrailed(stretch.side, now.best, now.price, rule.pct, near.pct)
    }
    case 'GIVEBACK': {
      pending.armed ||= hasReached(now, rule.armPct, near.armPct)
      if (!pending.armed) return false
      const beyond = mfeNear * (1 - near.fraction) - percent
      return isAtLeast(beyond, 100 + Math.abs(percent) + (100 + Math.abs(mfeNear)) * (1 + Math.abs(near.fraction)), () => {
        const mfe = percentOf(now.mfe)
        return compareRatios({ n: mfe.n.times(ONE.minus(rule.fraction)), d: mfe.d }, percentNow(now))
      })
    }
    case 'TIME_STOP':
    case 'NO_PROGRESS':
      return false
  }
}

/** Whether the favourable percentage has reached one. */
function hasReached(now: Situation, pct: Decimal, near: number): boolean {
  return isAtLeast(now.mfeNear - near, 100 + Math.abs(now.mfeNear) + Math.abs(near), () => compareRatios(percentOf(now.mfe), whole(pct)))
}

/** Whether a difference is at least 0: by its double where that is clear in view of what it was taken from, else exactly. */
function isAtLeast(near: number, scale: number, exact: () => number): boolean {
  return Math.abs(near) > CLEAR * scale ? near > 0 : exact() >= 0
}

/** The percentage now. The entry is not 0. */
function percentNow(now: Situation): Ratio {
  return percentAt(now.stretch, decimal(now.price)) as Ratio
}

function whole(pct: Decimal): Ratio {
  return { n: pct, d: ONE }
}

/** Whether the condition of a time rule holds at its deadline. */
export function holdsAtDeadline(rule: Rule, now: Situation): boolean {
  const percent = percentAt(now.stretch, decimal(now.price))
  if (percent === null) return false
  return compareRatios(rule.kind === 'TIME_STOP' ? percentOf(now.mfe) : percent, whole(rule.belowPct)) < 0
}

/** The percentage an alert carries: mfePct for MFE_TARGET and TIME_STOP, the percentage now for the others; null where the entry is 0. */
export function alertPct(rule: Rule, now: Situation): string | null {
  const percent = percentAt(now.stretch, decimal(now.price))
  if (percent === null) return null
  const shown = rule.kind === 'MFE_TARGET' || rule.kind === 'TIME_STOP' ? percentOf(now.mfe) : percent
  return plain(shown.n.div(shown.d))
}

/** Side × price at or above, and at or below, which a rule could say something else. */
export interface Levels {
  readonly favourable: number
  readonly adverse: number
}
const NEVER: Levels = { favourable: Number.POSITIVE_INFINITY, adverse: Number.NEGATIVE_INFINITY }

/** Share by which a level is taken nearer than it is: waking in vain is cheap, sleeping through is wrong. */
const MARGIN = 1e-11

/**
 * The levels a pending rule waits for, in doubles. What follows the best price (an armed trail or giveback) leaves half of its distance to the
 * price as play: it need not be woken by every record, only by one that used up the play or by a price within it.
 */
export function levels(pending: Pending, now: Situation): Levels {
  const { rule, tier, armed } = pending
  const { near } = rule
  const { side, entry } = now.stretch
  const percent = Math.abs(entry) / 100
  const key = side * entry
  if (rule.kind === 'TRAILING_STOP' && armed) {
    const reach = 1 + Math.abs(near.pct) / 100
    const best = side * now.best
    const trigger = best - (near.pct / 100) * Math.abs(best)
    const play = Math.max(0, side * now.price - trigger) / (2 * reach)
    return between(trigger + play * reach, best + play, percent)
  }
  if (entry === 0) return NEVER
  switch (rule.kind) {
    case 'MAE_STOP':
      return between(key - near.pct * percent, Number.POSITIVE_INFINITY, percent)
    case 'MFE_TARGET':
      return between(Number.NEGATIVE_INFINITY, key + (near.tiers[tier] as number) * percent, percent)
    case 'TRAILING_STOP':
      return between(Number.NEGATIVE_INFINITY, key + near.armPct * percent, percent)
    case 'GIVEBACK': {
      if (!armed) return between(Number.NEGATIVE_INFINITY, key + near.armPct * percent, percent)
      const kept = 1 - near.fraction
      const trigger = key + now.mfeNear * kept * percent
      const best = key + now.mfeNear * percent
      if (kept <= 0) return between(trigger, Number.POSITIVE_INFINITY, percent)
      const play = Math.max(0, side * now.price - trigger) / 2
      return between(trigger + play, best + play / kept, percent)
    }
    case 'TIME_STOP':
    case 'NO_PROGRESS':
      return NEVER
  }
}

function between(adverse: number, favourable: number, percent: number): Levels {
  return { favourable: favourable - MARGIN * (Math.abs(favourable) + percent), adverse: adverse + MARGIN * (Math.abs(adverse) + percent) }
}

const ONE = decimal(1)
