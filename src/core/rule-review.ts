// What each rule was worth on the trades of a review: how often it spoke, how often it was right, and what it missed, said late, or was ignored in.
// Pure; a hit rate counts only what is settled, and says how much is not.
import { type DecimalText, decimal, plain } from './decimal.ts'
import type { ReviewedAlert, ReviewedTrade } from './reviewed-trade.ts'
import type { Rule } from './rules.ts'
import type { StoredTrade } from './stored.ts'
import { share } from './tally.ts'
import type { Instant } from './time.ts'
import type { TrajectoryPoint } from './trade.ts'
import { episodes, resultThen, VERDICTS, type Verdict } from './verdict.ts'

export interface RuleReview {
  readonly ruleId: string
  readonly fired: number
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** TRUE_POSITIVE in percent of TRUE_POSITIVE and FALSE_POSITIVE; null where none is settled either way. */
  readonly hitRate: DecimalText | null
  readonly missed: number
  readonly late: number
  readonly ignored: number
}

/** An alert that was missed, late or ignored: what the trade was worth then and at the end, and how much better the end was. */
export interface Lapse {
  readonly ruleId: string
  readonly tier: number
  readonly tradeId: string
  readonly label: string
  readonly currency: string
  readonly at: Instant
  readonly timeZone: string
  readonly resultThen: DecimalText | null
  readonly resultEnd: DecimalText | null
  readonly difference: DecimalText | null
}

export interface Lapses {
  readonly missed: readonly Lapse[]
  readonly late: readonly Lapse[]
  readonly ignored: readonly Lapse[]
}

/** A rule, and since when it stood as it is; null: longer than anything told. */
export interface StandingRule {
  readonly rule: Rule
  readonly since: Instant | null
}

/** One of the reviewed trades with its row and its path. */
export interface Watched {
  readonly reviewed: ReviewedTrade
  readonly trade: StoredTrade
  readonly points: readonly TrajectoryPoint[]
  /** Every rule that ever spoke of it, on whatever day. */
  readonly said: ReadonlySet<string>
  isOfDay(at: Instant): boolean
}

export function lapsesOf(watched: readonly Watched[], rules: readonly StandingRule[]): Lapses {
  const alerts = watched.flatMap(({ reviewed }) => reviewed.alerts.map((alert) => ({ alert, lapse: lapseOf(alert, reviewed) })))
  const unsaid = watched.flatMap((one) => unsaidIn(one, rules))
  const lists = {
    missed: [...alerts.filter(({ alert }) => alert.state === 'MISSED').map(({ lapse }) => lapse), ...unsaid],
    late: alerts.filter(({ alert }) => alert.state === 'LATE').map(({ lapse }) => lapse),
    ignored: alerts.filter(({ alert }) => alert.state === 'RAISED' && alert.ignored === true).map(({ lapse }) => lapse),
  }
  const byTime = (list: readonly Lapse[]) =>
    [...list].sort((a, b) => a.at - b.at || (a.tradeId < b.tradeId ? -1 : a.tradeId > b.tradeId ? 1 : a.ruleId < b.ruleId ? -1 : 1))
  return { missed: byTime(lists.missed), late: byTime(lists.late), ignored: byTime(lists.ignored) }
}

export function rulesReview(trades: readonly ReviewedTrade[], lapses: Lapses): readonly RuleReview[] {
  const alerts = trades.flatMap((trade) => trade.alerts)
  const count = (list: readonly Lapse[], ruleId: string) => list.filter((lapse) => lapse.ruleId === ruleId).length
  const names = [...new Set([...alerts.map((alert) => alert.ruleId), ...lapses.missed.map((lapse) => lapse.ruleId)])].sort()
  return names.map((ruleId) => {
    const fired = alerts.filter((alert) => alert.ruleId === ruleId && alert.state !== 'MISSED')
    const of = (verdict: Verdict) => fired.filter((alert) => alert.verdict === verdict).length
    return {
      ruleId,
      fired: fired.length,
      verdicts: Object.fromEntries(VERDICTS.map((verdict) => [verdict, of(verdict)])) as Record<Verdict, number>,
      hitRate: share(decimal(of('TRUE_POSITIVE')), decimal(of('TRUE_POSITIVE') + of('FALSE_POSITIVE'))),
      missed: count(lapses.missed, ruleId),
      late: count(lapses.late, ruleId),
      ignored: count(lapses.ignored, ruleId),
    }
  })
}

function lapseOf(alert: ReviewedAlert, trade: ReviewedTrade): Lapse {
  const { ruleId, tier, tradeId, at, timeZone, resultThen, resultEnd, difference } = alert
  return { ruleId, tier, tradeId, label: trade.label, currency: trade.currency, at, timeZone, resultThen, resultEnd, difference }
}

/** Episodes of this day of which no alert of their rule was ever raised. Rules that came or changed after the trade was opened are not blamed. */
function unsaidIn({ reviewed, trade, points, said, isOfDay }: Watched, rules: readonly StandingRule[]): Lapse[] {
  if (reviewed.section === 'HELD') return []
  const standing = rules.filter(({ since }) => since === null || since <= trade.openedAt).map(({ rule }) => rule)
  return [...episodes(standing, trade, points, trade.provenance.gaps)].flatMap(([ruleId, { at, price }]) => {
    if (said.has(ruleId) || !isOfDay(at)) return []
    const then = resultThen(trade, at, String(price))
    const end = reviewed.gross
    return {
      ruleId,
      tier: 0,
      tradeId: reviewed.tradeId,
      label: reviewed.label,
      currency: reviewed.currency,
      at,
      timeZone: reviewed.timeZone,
      resultThen: then,
      resultEnd: end,
      difference: end === null ? null : plain(decimal(end).minus(then)),
    }
  })
}
