// A correction: history changed, so a contract is folded again, compared with what is stored, and what differs is written with the reason.
import type { Place } from '#core/execution.ts'
import type { Change } from '#core/facts.ts'
import type { Judged } from '#core/judge.ts'
import { alertKey } from '#core/raised.ts'
import { rewriteOf } from '#core/rewrite.ts'
import { marketDay, type TradingHours } from '#core/session.ts'
import { ALERT_STATES, type StoredAlert, type StoredMark } from '#core/stored.ts'
import type { Day, Instant } from '#core/time.ts'
import { type Trade, UNITS } from '#core/trade.ts'
import { alertsOf } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { reviewedDays } from '#store/reviews.ts'
import { tradesOf } from '#store/trades.ts'
import type { Batches } from './batches.ts'
import type { Books, Contract } from './books.ts'

/** Why a contract is folded again; it stands in the audit of every trade that changes by it. */
export type Reason =
  | 'start'
  | 'rebuild'
  | 'rules changed'
  | 'instrument changed'
  | 'execution came late'
  | 'commission came late'
  | 'price came late'
  | 'bars came late'
  | 'imported'
  | 'gap came late'
  | 'gap repaired'
  | 'stop said'
  | 'plan'
  | `corrected by ${string}`
  | Change['kind']

export interface Correction {
  readonly reason: Reason
  /** The first place of history that changed. */
  readonly place: Place
  readonly marketTime: Instant | null
  /** Marks that wait in the batch and are not in the store yet. */
  readonly extra: readonly StoredMark[]
  /** Alerts up to here were missed, however lately: their prices were fetched afterwards. */
  readonly missedUntil?: Instant
  /** Rules of which another version is in force since this contract was folded last. */
  readonly decided: ReadonlySet<string>
}

interface Room {
  readonly db: Database
  readonly books: Books
  readonly batches: Batches
}

/** Folds the contract again; what is gathered and what differs are one transaction. Answers the trades that differed. */
export async function correct(
  { db, books, batches }: Room,
  contract: Contract,
  { reason, place, marketTime, extra, missedUntil, decided }: Correction,
): Promise<readonly string[]> {
  const now = marketTime ?? Number.NEGATIVE_INFINITY
  const was = contract.book
  const from = await books.foldAgain(contract, place, reason === 'start' ? now : Number.NEGATIVE_INFINITY, extra)
  const changes = contract.book.takeChanges()
  const stored = (await Promise.all(UNITS.map((unit) => tradesOf(db, { unit, conIds: [contract.conId], openedFrom: from })))).flat()
  const trades = contract.book.trades.map((trade) => contract.book.tell(trade))
  // What was decided since raises nothing that lies behind it.
  const isDecided = ({ ruleId }: { readonly ruleId: string }) => reason === 'stop said' || decided.has(ruleId)
  const liesBehind = reason === 'stop said' || reason === 'hold' || reason === 'imported'
  contract.book.lieBehind(was, ({ id }, wasUnderWay) => decided.has(id) || (liesBehind && !wasUnderWay))
  const tradeIds = [...new Set([...stored, ...trades].map(({ tradeId }) => tradeId))]
  // Withdrawn ones too: what stands again is what it was.
  const known = await alertsOf(db, { tradeIds, states: ALERT_STATES })
  // Alerts of an older version of a rule, or by the R that stood then, were right by it: they stay, and stand for those that would be raised now.
  const wasRight = (alert: StoredAlert) => isDecided(alert) || alert.ruleVersion !== books.versionOf(alert.ruleId)
  // Marks that are gone cannot say again what was raised by them.
  const canTell = ({ at }: { readonly at: Instant }) => at >= (books.thinnedUntil ?? Number.NEGATIVE_INFINITY)
  const rewrite = rewriteOf({ trades: stored, alerts: known.filter(canTell) }, { trades, alerts: changes.alerts.filter(canTell) }, now)
  const isPassed = ({ alert, before }: Judged) => before === null && missedUntil !== undefined && alert.at <= missedUntil
  const staying = (before: StoredAlert | null) => before !== null && before.state !== 'WITHDRAWN' && wasRight(before)
  const openIds = new Set(trades.filter(({ status }) => status === 'OPEN').map(({ tradeId }) => tradeId))
  const judged = rewrite.judged
    .filter(({ before }) => !staying(before))
    .map((one) => {
      if (isDecided(one.alert)) return { ...one, state: 'ALREADY_BEYOND' as const }
      if (one.before !== null) return one
      // What an import brings to light was never told and is not told now, nor after another start.
      if (reason === 'imported' || one.alert.beyond) return { ...one, state: 'ALREADY_BEYOND' as const }
      // What lay behind when its rules came to look does not fire; of a trade that is over nobody wants a list.
      if (reason === 'hold') return { ...one, state: openIds.has(one.alert.tradeId) ? ('ALREADY_BEYOND' as const) : ('MISSED' as const) }
      return isPassed(one) ? { ...one, state: 'MISSED' as const } : one
    })
  const differed = rewrite.audit.map(({ tradeId }) => tradeId)
  // Cards that were made already tell the numbers as they were: they want to be made again.
  if (reason !== 'start' && reason !== 'rules changed')
    batches.reviewAgain(await reviewedDays(db, daysOf([...stored, ...trades], new Set(differed), contract.instrument)))
  await batches.rewrite({
    reason,
    // As it was told, of the trade that has another name now.
    renamed: rewrite.judged.flatMap(({ alert: { tradeId }, before }) =>
      before !== null && before.tradeId !== tradeId && staying(before) ? [{ ...before, tradeId }] : [],
    ),
    rewrite: { ...rewrite, judged, withdrawn: rewrite.withdrawn.filter((alert) => !wasRight(alert)) },
    passed: new Set(judged.filter((one) => one.state === 'MISSED' && isPassed(one)).map(({ alert }) => alertKey(alert))),
    words: books.wordsOn(contract),
    points: changes.points,
    // A rebuild makes every trajectory again that its marks can still make; a correction only those of the trades that changed by it.
    redrawn: new Set(reason === 'rebuild' ? trades.flatMap(({ tradeId, provenance }) => (provenance.thinned ? [] : [tradeId])) : differed),
    quietly: reason === 'start',
    untold: reason === 'imported',
  })
  return differed
}

/** The market days on which the trades that differ were seen, as they were and as they are. */
function daysOf(trades: readonly Trade[], differed: ReadonlySet<string>, hours: TradingHours): { readonly from: Day; readonly until: Day } | null {
  const seen = trades.filter(({ tradeId, held }) => differed.has(tradeId) && !held)
  if (seen.length === 0) return null
  const last = (trade: Trade) => trade.closedAt ?? trade.updatedAt
  return {
    from: marketDay(Math.min(...seen.map(({ openedAt }) => openedAt)), hours),
    until: marketDay(Math.max(...seen.map(last)), hours),
  }
}
