// Rules: what a trader wants to be told of while a trade runs (INTERFACES, 'Rules'). Pure: what a rule is, how it is read, whom it concerns.
// When its condition holds: condition.ts. Who looks, and when: lookout.ts.
import { type Decimal, decimal, parseDecimal } from './decimal.ts'
import { MARKET_SESSIONS, type MarketSession } from './session.ts'
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
  readonly sessions?: readonly MarketSession[]
  readonly held?: boolean
}

/** Percent of the entry of the moment · gross running result in the instrument's currency · the same in multiples of the trade's 1 R. */
export const MEASURES = ['pct', 'amount', 'r'] as const
export type Measure = (typeof MEASURES)[number]

export interface Threshold {
  readonly measure: Measure
  readonly value: Decimal
  /** The value as a double, for levels and for comparisons that are clear without the exact one. */
  readonly near: number
}

export interface Tier {
  readonly threshold: Threshold
  /** What the text suggests taking, a share of the quantity entered: '1/3'. */
  readonly take: string | null
}

/** A rule, parsed. */
export interface Rule {
  readonly id: string
  readonly kind: RuleKind
  readonly unit: Unit
  readonly enabled: boolean
  readonly severity: Severity
  readonly scope: Scope
  /** The channels that are told; null: every one. */
  readonly channels: readonly string[] | null
  /** It is looked at in these sessions only; null: always. */
  readonly sessions: ReadonlySet<MarketSession | null> | null
  /** Looks in a row on which the condition must hold. */
  readonly confirm: number
  /** How often it may fire per trade and tier. */
  readonly times: number
  /** Milliseconds of market time that must pass before it may fire again. */
  readonly cooldownMs: number
  /** MAE_STOP: how far the trade may go against the trader. TRAILING_STOP: the fall, in percent of the best price, else of the running result from its best. */
  readonly threshold: Threshold | null
  /** MFE_TARGET. */
  readonly tiers: readonly Tier[]
  /** TRAILING_STOP, GIVEBACK: the favourable excursion from which on it is looked at. GIVEBACK measures what was given back as it is armed. */
  readonly arm: Threshold | null
  /** GIVEBACK: share of the best given back. */
  readonly fraction: Decimal
  readonly fractionNear: number
  /** TIME_STOP, NO_PROGRESS: milliseconds after the opening. */
  readonly afterMs: number
  readonly clock: 'wall' | 'session'
  /** TIME_STOP: the favourable excursion is below this; NO_PROGRESS: the trade stands below it. */
  readonly below: Threshold | null
  /** The rule as it was written, for storing and showing. */
  readonly definition: Readonly<Record<string, unknown>>
}

type Definition = Readonly<Record<string, unknown>>

const STOCK_STARTERS: readonly Definition[] = [
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

/** A premium moves by tens of percent a day. */
const OPTION_STARTERS: readonly Definition[] = [
  { id: 'option-stop', kind: 'MAE_STOP', pct: '50', severity: 'critical' },
  {
    id: 'option-scale-out',
    kind: 'MFE_TARGET',
    tiers: [
      { pct: '50', take: '1/3' },
      { pct: '100', take: '1/3' },
    ],
    severity: 'warn',
  },
  { id: 'option-trail', kind: 'TRAILING_STOP', pct: '25', armPct: '25', severity: 'warn' },
  { id: 'option-giveback', kind: 'GIVEBACK', fraction: '0.5', armPct: '40', severity: 'warn' },
  { id: 'option-time-stop', kind: 'TIME_STOP', after: 'PT2H', mfeBelowPct: '10', clock: 'session', severity: 'info' },
]

/** A percent of the price says nothing where the position is a multiple of the money: measured in what the trader risked. */
const startersInR = (name: string): readonly Definition[] => [
  { id: `${name}-stop`, kind: 'MAE_STOP', r: '1', severity: 'critical' },
  {
    id: `${name}-scale-out`,
    kind: 'MFE_TARGET',
    tiers: [
      { r: '1', take: '1/3' },
      { r: '2', take: '1/3' },
    ],
    severity: 'warn',
  },
  { id: `${name}-trail`, kind: 'TRAILING_STOP', r: '0.75', armR: '1', severity: 'warn' },
  { id: `${name}-giveback`, kind: 'GIVEBACK', fraction: '0.5', armR: '1', severity: 'warn' },
  { id: `${name}-time-stop`, kind: 'TIME_STOP', after: 'PT2H', mfeBelowR: '0.25', clock: 'session', severity: 'info' },
]

/** The rules a trader starts with: those for stocks are on, the others wait to be switched on. */
export const STARTER_RULES: readonly Definition[] = [
  ...STOCK_STARTERS.map((rule) => ({ ...rule, scope: { secTypes: ['STK'] } })),
  ...OPTION_STARTERS.map((rule) => ({ ...rule, scope: { secTypes: ['OPT', 'FOP'] }, enabled: false })),
  ...startersInR('future').map((rule) => ({ ...rule, scope: { secTypes: ['FUT'] }, enabled: false })),
  ...startersInR('fx').map((rule) => ({ ...rule, scope: { secTypes: ['CASH'] }, enabled: false })),
]

const DEFAULT_SEVERITY: Readonly<Record<RuleKind, Severity>> = {
  MAE_STOP: 'critical',
  MFE_TARGET: 'warn',
  TRAILING_STOP: 'warn',
  GIVEBACK: 'warn',
  TIME_STOP: 'info',
  NO_PROGRESS: 'info',
}

/** A threshold's three names, one for each measure. */
type Names = Readonly<Record<Measure, string>>
const OWN: Names = { pct: 'pct', amount: 'amount', r: 'r' }
const ARM: Names = { pct: 'armPct', amount: 'armAmount', r: 'armR' }
const MFE_BELOW: Names = { pct: 'mfeBelowPct', amount: 'mfeBelowAmount', r: 'mfeBelowR' }
const RESULT_BELOW: Names = { pct: 'resultBelowPct', amount: 'resultBelowAmount', r: 'resultBelowR' }
const THRESHOLDS: Readonly<Record<RuleKind, readonly Names[]>> = {
  MAE_STOP: [OWN],
  MFE_TARGET: [OWN],
  TRAILING_STOP: [OWN, ARM],
  GIVEBACK: [ARM],
  TIME_STOP: [MFE_BELOW],
  NO_PROGRESS: [RESULT_BELOW],
}
const IN_MONEY = [OWN, ARM, MFE_BELOW, RESULT_BELOW].flatMap(({ amount, r }) => [amount, r])

const FIELDS = new Set([
  ...'id kind unit enabled severity scope channels confirm cooldown repeat tiers fraction after clock'.split(' '),
  ...[OWN, ARM, MFE_BELOW, RESULT_BELOW].flatMap((names) => Object.values(names)),
])

/** What is expected of the name of a rule that is to be kept; null: it is fine. */
export function troubleOfRuleId(id: string): string | null {
  return /^[\w.-]{1,64}$/.test(id) ? null : 'expected a name of letters, digits, dots, dashes and underscores, at most 64'
}

const SEC_TYPES = 'STK OPT FUT FOP CASH BAG BOND CFD CRYPTO WAR IOPT FUND CMDTY IND'.split(' ')

/**
 * The rule a value of INTERFACES' shape stands for, or why it is none. `channels`: those there are, where one is written; a stored rule still warns when
 * one that it names was taken away.
 */
export function parseRule(value: unknown, channels: readonly string[] | null = null): Rule | { readonly refused: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { refused: `expected a rule as a JSON object, found ${JSON.stringify(value)}` }
  const line = value as Record<string, unknown>
  const id = typeof line['id'] === 'string' && line['id'] !== '' ? line['id'] : null
  const kind = RULE_KINDS.find((k) => k === line['kind'])
  if (id === null) return { refused: `expected a rule with an id, found ${JSON.stringify(line['id'] ?? null)}` }
  if (kind === undefined) return { refused: `rule ${id}: expected kind ${RULE_KINDS.join(', ')}; found ${JSON.stringify(line['kind'] ?? null)}` }
  const trouble: string[] = []
  for (const name of Object.keys(line)) if (!FIELDS.has(name)) trouble.push(`unknown field ${name}`)
  const own = THRESHOLDS[kind].flatMap((names) => Object.values(names))
  for (const name of IN_MONEY) if (line[name] !== undefined && !own.includes(name)) trouble.push(`${kind} has no ${name}`)
  const choice = <T extends string>(name: string, allowed: readonly T[], fallback: T): T => {
    if (line[name] === undefined) return fallback
    const found = allowed.find((a) => a === line[name])
    if (found === undefined) trouble.push(`expected ${name} as ${allowed.join(' or ')}, found ${JSON.stringify(line[name])}`)
    return found ?? fallback
  }
  const duration = (name: string, example: string): number => {
    const found = parseDuration(String(line[name] ?? ''))
    if (found === null) trouble.push(`expected ${name} as a duration such as ${example}, found ${JSON.stringify(line[name] ?? null)}`)
    return found ?? 0
  }
  const scope = parseScope(line['scope'], trouble)
  const threshold = kind === 'MAE_STOP' || kind === 'TRAILING_STOP' ? parseThreshold(line, OWN, null, trouble) : null
  const armMeasure = threshold === null || threshold.measure === 'pct' ? 'pct' : 'amount'
  const fraction = kind === 'GIVEBACK' ? parseDistance(line, 'fraction', trouble) : decimal(0)
  const rule: Rule = {
    id,
    kind,
    unit: choice('unit', UNITS, 'ORDER'),
    enabled: line['enabled'] !== false,
    severity: choice('severity', SEVERITIES, DEFAULT_SEVERITY[kind]),
    scope,
    channels: line['channels'] === undefined ? null : parseList('channels', line['channels'], channels, trouble, 'slack'),
    sessions: scope.sessions === undefined ? null : new Set(scope.sessions),
    confirm: line['confirm'] === undefined ? 1 : parseCount('confirm', line['confirm'], trouble),
    times: parseTimes(line['repeat'], trouble),
    cooldownMs: line['cooldown'] === undefined ? 0 : duration('cooldown', 'PT15M'),
    threshold,
    tiers: kind === 'MFE_TARGET' ? parseTiers(line, trouble) : [],
    arm: kind === 'TRAILING_STOP' || kind === 'GIVEBACK' ? parseThreshold(line, ARM, armMeasure, trouble) : null,
    fraction,
    fractionNear: Number(fraction),
    afterMs: isTimed({ kind }) ? duration('after', 'PT30M') : 0,
    clock: choice('clock', ['wall', 'session'], 'wall'),
    below: isTimed({ kind }) ? parseThreshold(line, kind === 'TIME_STOP' ? MFE_BELOW : RESULT_BELOW, null, trouble) : null,
    definition: line['repeat'] === 0 || line['repeat'] === '0' ? { ...line, repeat: true } : line,
  }
  return trouble.length > 0 ? { refused: `rule ${id}: ${trouble.join('; ')}` } : rule
}

function parseNumber(line: Definition, name: string, trouble: string[]): Decimal {
  const found = parseDecimal(line[name] as string)
  if (found === null) trouble.push(`expected ${name} as a number, found ${JSON.stringify(line[name] ?? null)}`)
  return found ?? decimal(0)
}

/** How far, whichever way: below zero it would hold from the first fill on, or never. */
function parseDistance(line: Definition, name: string, trouble: string[]): Decimal {
  const found = parseNumber(line, name, trouble)
  if (found.lt(0)) trouble.push(`expected ${name} as 0 or more, found ${JSON.stringify(line[name])}`)
  return found
}

/** One of the three names, and only one; none: 0 of `fallback`, refused where there is no fallback. */
function parseThreshold(line: Definition, names: Names, fallback: Measure | null, trouble: string[]): Threshold {
  const given = MEASURES.filter((measure) => line[names[measure]] !== undefined)
  if (given.length > 1) trouble.push(`expected one of ${Object.values(names).join(', ')}, found ${given.map((measure) => names[measure]).join(' and ')}`)
  const measure = given[0] ?? fallback
  if (measure === null) trouble.push(`expected ${names.pct}, ${names.amount} or ${names.r}, found none`)
  // Only where a trade stands can be below zero.
  const parse = names === RESULT_BELOW ? parseNumber : parseDistance
  const value = given.length === 0 || measure === null ? decimal(0) : parse(line, names[measure], trouble)
  return { measure: measure ?? 'pct', value, near: Number(value) }
}

function parseTiers(line: Definition, trouble: string[]): Tier[] {
  const isBare = MEASURES.some((measure) => line[measure] !== undefined)
  const given: unknown[] = Array.isArray(line['tiers']) ? line['tiers'] : isBare ? [{ ...line, take: undefined }] : []
  if (given.length === 0) trouble.push('expected tiers such as [{"pct":"5","take":"1/3"}], found none')
  return given.map((found, index) => {
    const inTier: string[] = []
    const tier = (typeof found === 'object' && found !== null ? found : {}) as Definition
    const threshold = parseThreshold(tier, OWN, null, inTier)
    for (const what of inTier) trouble.push(Array.isArray(line['tiers']) ? `tiers[${index}]: ${what}` : what)
    return { threshold, take: typeof tier['take'] === 'string' ? tier['take'] : null }
  })
}

/** Once, or as said; true, or 0 where only numbers can be said: without end. */
function parseTimes(given: unknown, trouble: string[]): number {
  if (given === undefined || given === false) return 1
  return given === true || given === 0 || given === '0' ? Number.POSITIVE_INFINITY : parseCount('repeat', given, trouble)
}

function parseCount(name: string, given: unknown, trouble: string[]): number {
  const count = typeof given === 'number' || typeof given === 'string' ? Number(given) : Number.NaN
  if (Number.isInteger(count) && count >= 1) return count
  trouble.push(
    `expected ${name} as ${name === 'repeat' ? 'a whole number, 0 or true for without end, or false' : 'a whole number from 1'}; found ${JSON.stringify(given)}`,
  )
  return 1
}

/** A list of texts, of these where only some are known. */
function parseList<T extends string>(name: string, given: unknown, known: readonly T[] | null, trouble: string[], example = 'DU1'): T[] {
  if (!Array.isArray(given)) {
    trouble.push(`expected ${name} as a list such as ["${known?.[0] ?? example}"], found ${JSON.stringify(given)}`)
    return []
  }
  for (const one of given) {
    const isKnown = known === null ? typeof one === 'string' && one !== '' : known.includes(one as T)
    if (!isKnown) trouble.push(`expected in ${name} ${known === null ? 'names' : known.join(', ')}; found ${JSON.stringify(one)}`)
  }
  return given as T[]
}

const SCOPE_LISTS = {
  accounts: null,
  symbols: null,
  strategies: null,
  sides: ['LONG', 'SHORT'],
  secTypes: SEC_TYPES,
  sessions: MARKET_SESSIONS,
} as const satisfies Record<string, readonly string[] | null>

function parseScope(given: unknown, trouble: string[]): Scope {
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    trouble.push(`expected scope as an object such as {"secTypes":["STK"]}, found ${JSON.stringify(given)}`)
    return {}
  }
  for (const [name, value] of Object.entries(given)) {
    if (name === 'held') {
      if (typeof value !== 'boolean') trouble.push(`expected scope.held as true or false, found ${JSON.stringify(value)}`)
    } else if (Object.hasOwn(SCOPE_LISTS, name)) parseList(`scope.${name}`, value, SCOPE_LISTS[name as keyof typeof SCOPE_LISTS], trouble)
    else trouble.push(`expected scope of ${Object.keys(SCOPE_LISTS).join(', ')}, held; found ${name}`)
  }
  return given as Scope
}

/** Whether only the clock makes it look, once. */
export function isTimed({ kind }: Pick<Rule, 'kind'>): boolean {
  return kind === 'TIME_STOP' || kind === 'NO_PROGRESS'
}

/** The value of a threshold in one of the measures; null where it is said in another, or not at all. */
export function valueIn(measure: Measure, threshold: Threshold | null | undefined): Decimal | null {
  return threshold?.measure === measure ? threshold.value : null
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
