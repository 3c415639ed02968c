// What is wrong with the recorder itself: blind, logged out, at odds with the broker, unable to tell. Pure: from what holds and what is seen now it
// answers what began and what is over; one message each. Never looks at anything by itself.
import { sessionsOf, type TradingHours, marketDay } from './session.ts'
import type { Instant } from './time.ts'
import type { Severity } from './trade.ts'

export const SYSTEM_ALERTS = {
  BLIND: { severity: 'critical', afterMs: 0, overAfterMs: 120_000 },
  LOGIN_NEEDED: { severity: 'critical', afterMs: 180_000, overAfterMs: 0 },
  BROKER_DISAGREES: { severity: 'warn', afterMs: 60_000, overAfterMs: 0 },
  DELIVERY_FAILING: { severity: 'critical', afterMs: 60_000, overAfterMs: 0 },
} as const satisfies Record<string, Tolerance>
export type SystemAlertKind = keyof typeof SYSTEM_ALERTS

/** Trouble is told when it lasted `afterMs`, its end when nothing was seen of it for `overAfterMs`: a feed that flickers is one trouble. */
interface Tolerance {
  readonly severity: Severity
  readonly afterMs: number
  readonly overAfterMs: number
}

/** A trouble that was told. */
export interface SystemAlert {
  readonly id: number
  readonly kind: SystemAlertKind
  /** Which broker or channel; '' where there is only one. */
  readonly subject: string
  readonly since: Instant
  /** null: it still holds. */
  readonly until: Instant | null
  /** Symbols, the broker's words. */
  readonly details: readonly string[]
  /** Of paper accounts alone: no real money. */
  readonly paper: boolean
}

/** Trouble as seen at one moment. */
export interface Trouble {
  readonly kind: SystemAlertKind
  readonly subject: string
  /** From when on, where it is known; else it begins now. */
  readonly since?: Instant
  readonly details: readonly string[]
  /** Absent: real money may be concerned. */
  readonly paper?: boolean
}

/** What the watch keeps from look to look. */
export interface Watched {
  /** Seen, not yet told: from when on. */
  readonly suspected: ReadonlyMap<string, Instant>
  /** Told: when it was last seen. */
  readonly lastSeen: ReadonlyMap<string, Instant>
}

export const NOTHING_WATCHED: Watched = { suspected: new Map(), lastSeen: new Map() }

export interface SystemChanges {
  readonly began: readonly (Trouble & { readonly since: Instant })[]
  readonly over: readonly (SystemAlert & { readonly until: Instant })[]
}

/** One look: `active` are the troubles told and not yet over, `seen` those there are now. */
export function watch(
  watched: Watched,
  active: readonly SystemAlert[],
  seen: readonly Trouble[],
  now: Instant,
): { readonly watched: Watched; readonly changes: SystemChanges } {
  const suspected = new Map<string, Instant>()
  const lastSeen = new Map<string, Instant>()
  const began: (Trouble & { since: Instant })[] = []
  const over: (SystemAlert & { until: Instant })[] = []
  const told = new Map(active.map((alert) => [keyOf(alert), alert]))
  for (const trouble of seen) {
    const key = keyOf(trouble)
    if (told.has(key)) {
      lastSeen.set(key, now)
      continue
    }
    const since = watched.suspected.get(key) ?? trouble.since ?? now
    if (now - since < SYSTEM_ALERTS[trouble.kind].afterMs) suspected.set(key, since)
    else {
      began.push({ ...trouble, since })
      lastSeen.set(key, now)
    }
  }
  for (const [key, alert] of told) {
    if (lastSeen.has(key)) continue
    const seenAt = watched.lastSeen.get(key)
    // After a restart nobody knows when it was last seen: it is given its whole time again.
    const goneSince = seenAt ?? now
    if (now - goneSince < SYSTEM_ALERTS[alert.kind].overAfterMs) lastSeen.set(key, goneSince)
    else over.push({ ...alert, until: goneSince })
  }
  return { watched: { suspected, lastSeen }, changes: { began, over } }
}

/** What ended a channel's trouble, where it did not mend: it was taken out of the configuration. */
export function removal({ subject }: Pick<SystemAlert, 'subject'>): string {
  return `${subject} is not configured any more`
}

export function isRemoved(alert: SystemAlert): boolean {
  return alert.kind === 'DELIVERY_FAILING' && alert.details.at(-1) === removal(alert)
}

/** The same changes, where the end of a channel's trouble says last that the channel was taken out of the configuration. */
export function withRemovals(changes: SystemChanges, channels: readonly string[]): SystemChanges {
  const over = changes.over.map((alert) =>
    alert.kind === 'DELIVERY_FAILING' && !channels.includes(alert.subject) ? { ...alert, details: [...alert.details, removal(alert)] } : alert,
  )
  return { ...changes, over }
}

/** A contract with an open trade, and when it was last heard of. */
export interface HeldContract {
  readonly symbol: string
  readonly hours: TradingHours
  readonly lastHeardAt: Instant | null
  /** Why nothing is heard of it, where the broker said so. */
  readonly reason?: string | null
}

/** A contract nobody hears of for this long, in its session, is one we are blind for. */
export const BLIND_MS = 60_000

/** Held contracts of which nothing was heard for a minute of their session, then what the broker said of them. */
export function blindFor(held: readonly HeldContract[], now: Instant): Trouble | null {
  const blind = held.filter(({ lastHeardAt, hours }) => lastHeardAt !== null && silentInSession(lastHeardAt, now, hours) >= BLIND_MS)
  if (blind.length === 0) return null
  const since = Math.min(...blind.map(({ lastHeardAt }) => lastHeardAt as Instant))
  const symbols = [...new Set(blind.map(({ symbol }) => symbol))].sort()
  const reasons = new Set(blind.flatMap(({ reason }) => reason ?? []))
  return { kind: 'BLIND', subject: '', since, details: [...symbols, ...reasons] }
}

/** How much of the session that is on now passed in silence; 0 outside of sessions. */
function silentInSession(from: Instant, now: Instant, hours: TradingHours): number {
  const session = sessionsOf(marketDay(now, hours), hours)?.find((one) => one.from <= now && now < one.to)
  return session === undefined ? 0 : now - Math.max(from, session.from)
}

function keyOf({ kind, subject }: { readonly kind: SystemAlertKind; readonly subject: string }): string {
  return `${kind}|${subject}`
}
