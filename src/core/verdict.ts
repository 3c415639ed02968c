// What became of an alert: a forecast, judged by what the price did afterwards (domain.md, 'Judging alerts'). And the episodes a rule should have
// spoken of. Pure; told prices after the exit where some are kept ('shadow'), and saying CENSORED or PENDING where they are not.
import { decimal, plain } from './decimal.ts'
import { type Hole, type PathStep, resultAt, walk } from './path.ts'
import { riskOf } from './plan.ts'
import { concerns, type Rule, type Threshold, valueIn } from './rules.ts'
import { shadowEnd, type TradingHours } from './session.ts'
import type { StoredAlert, StoredTrade } from './stored.ts'
import type { Instant } from './time.ts'
import type { TrajectoryPoint } from './trade.ts'

export const VERDICTS = ['TRUE_POSITIVE', 'FALSE_POSITIVE', 'NEUTRAL', 'AMBIGUOUS', 'CENSORED', 'PENDING'] as const
/** It lost a further d first · it recovered r first · neither by the horizon · both unseen · not observed that long · not over yet. */
export type Verdict = (typeof VERDICTS)[number]

/** A warning after which nothing was sold for so long was ignored. */
export const IGNORED_AFTER_MS = 10 * 60_000
/** Half of the risk taken, or this percentage of the entry where no stop was set. */
const MOVE_PCT = 1
/** A shadow that ends this much before its horizon still reaches it: a quiet market prints seldom. */
const SLACK_MS = 60_000

/** What is known of a trade beside its row. */
export interface Known {
  readonly points: readonly TrajectoryPoint[]
  /** Prices of the contract after the exit, by time. */
  readonly shadow: readonly { readonly at: Instant; readonly price: number }[]
  readonly hours: TradingHours
  /** Market time now; null: all that will ever be told has been told. */
  readonly asOf: Instant | null
}

export function judge(alert: Pick<StoredAlert, 'at' | 'price'>, trade: StoredTrade, known: Known): Verdict {
  const sign = trade.side === 'LONG' ? 1 : -1
  const entry = entryAt(trade, alert.at)
  if (entry === 0) return 'CENSORED'
  const move = moveOf(trade, entry)
  const from = Number(alert.price)
  const gone = (price: number) => (sign * (price - from)) / Math.abs(entry) / 0.01
  const after = [...known.points.filter((point) => point.at > alert.at).map(({ at, last }) => ({ at, price: last })), ...known.shadow]
  for (const { price } of after) {
    if (gone(price) <= -move + 1e-9) return 'TRUE_POSITIVE'
    if (gone(price) >= move - 1e-9) return 'FALSE_POSITIVE'
  }
  if (trade.closedAt === null) return 'PENDING'
  const horizon = shadowEnd(trade.closedAt, known.hours)
  const seenUntil = known.shadow.at(-1)?.at ?? trade.closedAt
  if (seenUntil >= horizon - SLACK_MS) return 'NEUTRAL'
  return known.asOf !== null && known.asOf < horizon ? 'PENDING' : 'CENSORED'
}

/** Half of the risk at entry in percent of the entry, or the usual percentage. */
function moveOf(trade: StoredTrade, entry: number): number {
  const planned = riskOf(trade)
  if (planned === null) return MOVE_PCT
  const risk = Math.abs(Number(planned.entryPrice) - Number(planned.stop)) / Math.abs(entry) / 0.01
  return risk > 0 ? risk / 2 : MOVE_PCT
}

function entryAt(trade: StoredTrade, at: Instant): number {
  const entries = trade.fills.filter((fill) => fill.role === 'ENTRY' && fill.at <= at)
  const quantity = entries.reduce((sum, fill) => sum + Number(fill.quantity), 0)
  return quantity === 0 ? Number(trade.entryPrice) : entries.reduce((sum, fill) => sum + Number(fill.quantity) * Number(fill.price), 0) / quantity
}

/** No fill reduced the trade soon after; null while that cannot be told yet. */
export function wasIgnored(at: Instant, trade: StoredTrade, asOf: Instant | null): boolean | null {
  const until = at + IGNORED_AFTER_MS
  if (trade.fills.some((fill) => fill.role === 'EXIT' && fill.at >= at && fill.at <= until)) return false
  return trade.closedAt === null && asOf !== null && asOf < until ? null : true
}

/** The gross running result at a price of the trade, to eight decimals: more than any currency has. */
export function resultThen(trade: StoredTrade, at: Instant, price: string): string {
  return plain(decimal(resultAt(trade, at, Number(price)).toFixed(8)))
}

/** A stretch in which a rule's condition first held. */
export interface Episode {
  readonly at: Instant
  readonly price: number
  readonly pct: number
}

/** When each of these rules should have warned of a loss; rules that warn of none, only when confirmed, only in some sessions, or not by percent, are left out. */
export function episodes(rules: readonly Rule[], trade: StoredTrade, points: readonly TrajectoryPoint[], holes: readonly Hole[]): ReadonlyMap<string, Episode> {
  const found = new Map<string, Episode>()
  const watching = rules.filter((rule) => isSimple(rule) && ['MAE_STOP', 'TRAILING_STOP', 'GIVEBACK'].includes(rule.kind) && concerns(rule, trade))
  if (watching.length === 0) return found
  const sign = trade.side === 'LONG' ? 1 : -1
  let [best, mfe] = [Number.NEGATIVE_INFINITY, 0]
  for (const step of walk(trade, points)) {
    best = Math.max(best, sign * step.price)
    if (step.pct > mfe) mfe = step.pct
    if (holes.some((hole) => step.at > hole.from && step.at < hole.to)) continue
    for (const rule of watching)
      if (!found.has(rule.id) && completes(rule, step, mfe, best, sign)) found.set(rule.id, { at: step.at, price: step.price, pct: step.pct })
  }
  return found
}

function isSimple({ confirm, sessions, threshold, arm }: Rule): boolean {
  return confirm === 1 && sessions === null && [threshold, arm].every((one) => one === null || one.measure === 'pct')
}

/** A hair beyond the level, so that a rounded double never accuses a rule that compares exactly. */
const HAIR = 1e-7

function completes(rule: Rule, step: PathStep, mfe: number, best: number, sign: 1 | -1): boolean {
  if (Number.isNaN(step.pct)) return false
  switch (rule.kind) {
    case 'MAE_STOP':
      return step.pct < -percent(rule.threshold) - HAIR
    case 'TRAILING_STOP':
      return mfe > percent(rule.arm) + HAIR && best !== 0 && ((best - sign * step.price) * 100) / Math.abs(best) > percent(rule.threshold) + HAIR
    case 'GIVEBACK':
      return mfe > percent(rule.arm) + HAIR && mfe - step.pct > Number(rule.fraction) * mfe + HAIR
    case 'MFE_TARGET':
    case 'TIME_STOP':
    case 'NO_PROGRESS':
      return false
  }
}

function percent(threshold: Threshold | null): number {
  return Number(valueIn('pct', threshold) ?? Number.NaN)
}
