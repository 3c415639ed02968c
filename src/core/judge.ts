// Alerts judged again after history changed: which still stand, which should never have been raised, which were missed. Pure; nothing is sent twice.
import { alertKey, type RaisedAlert } from './raised.ts'
import type { AlertState, StoredAlert } from './stored.ts'
import type { Instant } from './time.ts'

/** An alert whose fact is older than this at commit is LATE (INTERFACES, 'Live only'). */
export const LATE_MS = 5 * 60_000

export interface Judged {
  /** New to the store, or to be written over it: what history as now known says. */
  readonly alert: RaisedAlert
  readonly state: AlertState
  readonly before: StoredAlert | null
}

/** RAISED, or LATE where the market has gone on for more than five minutes since its fact. */
export function freshState(alert: RaisedAlert, marketTime: Instant): AlertState {
  return marketTime - alert.at > LATE_MS ? 'LATE' : 'RAISED'
}

/**
 * What became of the stored alerts of some trades once history is as `standing` says; only differences are told. An alert that stands no more under its
 * trade's name is that of the trade it became (`isNow`), where the same rule says the same of that one.
 */
export function rejudge(
  stored: readonly StoredAlert[],
  standing: readonly RaisedAlert[],
  marketTime: Instant,
  isNow: (was: StoredAlert, alert: RaisedAlert) => boolean = () => false,
): { readonly changed: readonly Judged[]; readonly withdrawn: readonly StoredAlert[] } {
  // One that stands goes before one that was withdrawn under a name which this has now.
  const byStanding = stored.toSorted((a, b) => Number(b.state === 'WITHDRAWN') - Number(a.state === 'WITHDRAWN'))
  const before = new Map(byStanding.map((alert) => [alertKey(alert), alert]))
  const orphans = new Map(before)
  for (const alert of standing) orphans.delete(alertKey(alert))
  const inherited = (alert: RaisedAlert): StoredAlert | null => {
    const found = [...orphans].find(([, was]) => was.ruleId === alert.ruleId && was.tier === alert.tier && was.ordinal === alert.ordinal && isNow(was, alert))
    if (found === undefined) return null
    orphans.delete(found[0])
    return found[1]
  }
  const changed: Judged[] = []
  for (const alert of standing) {
    const was = before.get(alertKey(alert)) ?? inherited(alert)
    const state = was === null || was.state === 'WITHDRAWN' ? missedOrFresh(alert, was, marketTime) : was.state
    if (was === null || was.state !== state || was.tradeId !== alert.tradeId || was.at !== alert.at || was.price !== alert.price || was.pct !== alert.pct)
      changed.push({ alert, state, before: was })
  }
  return { changed, withdrawn: [...orphans.values()].filter((alert) => alert.state !== 'WITHDRAWN') }
}

/** States of what nobody was ever told of. */
const UNTOLD: readonly AlertState[] = ['MISSED', 'SATISFIED']

/**
 * History that came late raises an alert only while it is fresh; else it was MISSED. One that was withdrawn and stands again is what it was before: it was
 * told once already. If it never was, it is judged as a new one.
 */
function missedOrFresh(alert: RaisedAlert, was: StoredAlert | null, marketTime: Instant): AlertState {
  const before = was === null ? null : (was.stateBefore ?? 'RAISED')
  if (before !== null && !UNTOLD.includes(before)) return before
  return freshState(alert, marketTime) === 'LATE' ? 'MISSED' : 'RAISED'
}
