// Who is told what, and when: alerts become messages here. Pure: it is given what waits for one channel and answers what to send now, what an earlier
// message has told already, and when to look again. Never sends, never words a text.
import type { AlertState, StoredAlert } from './stored.ts'
import { SYSTEM_ALERTS, type SystemAlert } from './system-alert.ts'
import { type Instant, instantOf, wallClock } from './time.ts'
import { SEVERITIES, type Severity, type TradeSide } from './trade.ts'

/** WAITING → SENDING → SENT, or back to WAITING to be tried again, or DEAD. SHARED: a message sent a moment before had told it. */
export const DELIVERY_STATES = ['WAITING', 'SENDING', 'SENT', 'SHARED', 'DEAD'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** retry: it did not arrive, it may the next time. permanent: it never will. ambiguous: nobody knows whether it arrived. */
export const DELIVERY_FAILURES = ['retry', 'permanent', 'ambiguous'] as const
export type DeliveryFailure = (typeof DELIVERY_FAILURES)[number]

/** What the writer commits with an alert, in one transaction: the order to tell it. The key makes it once for ever. */
export interface AlertEffect {
  readonly key: `alert:${string}`
  readonly kind: 'alert'
  readonly payload: { readonly alertId: string }
}

/** States that are told at all. One that was withdrawn before it went out is not sent; what history says was missed is only listed. */
const TOLD: readonly AlertState[] = ['RAISED', 'LATE', 'ALREADY_BEYOND']

/**
 * The orders that belong into the transaction that commits these alerts. An alert that is stored again has its order already: the key is the same.
 * `passed`: missed because nobody heard the prices, which were fetched since; what was passed in the dark is listed, once.
 */
export function effectsOf(alerts: readonly StoredAlert[], passed: ReadonlySet<string> = new Set()): AlertEffect[] {
  return alerts
    .filter(({ id, state }) => TOLD.includes(state) || (state === 'MISSED' && passed.has(id)))
    .map(({ id }) => ({ key: `alert:${id}`, kind: 'alert', payload: { alertId: id } }))
}

/** What of a channel decides who is told what through it. */
export interface Manners {
  readonly kind: string
  /** Less severe alerts never go this way. */
  readonly least: Severity
  /** Less severe ones are gathered into a digest. */
  readonly prompt: Severity
  /** A person sleeps beside it: quiet hours hold for all but the critical. */
  readonly quiet: boolean
}

/** Whether an alert goes to a channel at all; `channels` are those its rule names, absent: every one. */
export function goesTo(manners: Manners, alert: Pick<StoredAlert, 'severity' | 'state'>, channels: readonly string[] | undefined): boolean {
  if (channels !== undefined && !channels.includes(manners.kind)) return false
  return rank(alert.severity) >= rank(manners.least) && (alert.state !== 'ALREADY_BEYOND' || manners.least !== 'critical')
}

/** The channels a rule names; undefined: every one. */
export function channelsOf(ruleBody: unknown): readonly string[] | undefined {
  const named = (ruleBody as { channels?: unknown } | null)?.channels
  return Array.isArray(named) ? named.filter((name): name is string => typeof name === 'string') : undefined
}

/** One delivery that waits for a channel. */
export interface Waiting {
  readonly id: number
  readonly createdAt: Instant
  readonly dueAt: Instant
  readonly attempts: number
  /** Given by the first attempt and kept over all of them. */
  readonly messageId: string | null
  readonly about: AboutAlert | AboutSystem
}

export interface AboutAlert {
  readonly kind: 'alert'
  readonly alert: StoredAlert
  /** null: the trade is no longer known. */
  readonly side: TradeSide | null
  /** null: nobody said so. */
  readonly snooze: Snooze | null
}

/** A trade the trader wants to hear nothing of for a while. */
export interface Snooze {
  readonly until: Instant
  /** This rule had spoken of the trade before: the trader knew what would be silent. */
  readonly knew: boolean
}

export interface AboutSystem {
  readonly kind: 'system'
  readonly system: SystemAlert
  readonly turn: 'raised' | 'over'
}

/** An alert that went out through the channel a moment ago. */
export interface Told {
  readonly messageId: string
  readonly alert: StoredAlert
  readonly side: TradeSide | null
}

export interface QuietHours {
  /** '22:00' */
  readonly from: string
  readonly until: string
  readonly timeZone: string
}

export interface PlanInput {
  readonly manners: Manners
  /** In the order of their ids. */
  readonly waiting: readonly Waiting[]
  readonly told: readonly Told[]
  readonly now: Instant
  readonly quietHours: QuietHours | null
  readonly holds?: Partial<Holds>
}

/** How long what is not urgent waits for company. */
export interface Holds {
  /** LATE and ALREADY_BEYOND come in bursts, after a sleep or a gap. */
  readonly lateMs: number
  /** What was passed in the dark: the message that we see again lists it, where there is one. */
  readonly passedMs: number
  /** What is less than prompt. */
  readonly calmMs: number
}

export interface Planned {
  readonly kind: 'alert' | 'digest' | 'system'
  readonly messageId: string | null
  readonly deliveries: readonly Waiting[]
}

export interface Plan {
  /** To be sent now, in this order. */
  readonly messages: readonly Planned[]
  /** Told already by a message of a moment ago. */
  readonly shared: readonly { readonly id: number; readonly messageId: string }[]
  /** When to look again; null: nothing waits. */
  readonly nextAt: Instant | null
}

/** A week of real prices says: two messages an hour of what can wait are what a trader leaves switched on (bench/pushes.ts). */
export const HOLDS: Holds = { lateMs: 30_000, passedMs: SYSTEM_ALERTS.BLIND.overAfterMs + 30_000, calmMs: 30 * 60_000 }
/** Scale-ins this close together are one decision of the trader, and their alerts one message. */
const SCALE_IN_MS = 60_000
/** More messages than this at once are one digest. */
const AT_ONCE_MAX = 3

export function plan(input: PlanInput): Plan {
  const { waiting, told, now, manners } = input
  const holds = { ...HOLDS, ...input.holds }
  const attempted = waiting.filter(({ messageId }) => messageId !== null)
  const retries = groupBy(attempted, ({ messageId }) => messageId as string)
  const quietUntil = manners.quiet && input.quietHours !== null ? quietEnd(now, input.quietHours) : null
  const blocked = new Set<string>()
  const messages: Planned[] = []
  const later: Instant[] = []
  for (const [messageId, deliveries] of retries) {
    // A message goes as a whole: when the first of it may.
    const keptUntil = Math.min(...deliveries.map((one) => keptBackUntil(one, quietUntil) ?? 0))
    const dueAt = Math.max(keptUntil, ...deliveries.map((one) => one.dueAt))
    if (dueAt <= now) messages.push({ kind: kindOf(deliveries), messageId, deliveries })
    else later.push(dueAt)
    // One that is being tried again goes before whatever else its trades have to say; one that is kept back holds nothing up.
    if (keptUntil <= now) for (const tradeId of deliveries.flatMap(tradesOf)) blocked.add(tradeId)
  }

  const shared: { id: number; messageId: string }[] = []
  const prompt: Waiting[] = []
  const calm: { delivery: Waiting; dueAt: Instant }[] = []
  for (const delivery of waiting) {
    if (delivery.messageId !== null) continue
    if (delivery.dueAt > now) {
      later.push(delivery.dueAt)
      continue
    }
    const { about } = delivery
    if (about.kind === 'system') {
      const keptUntil = keptBackUntil(delivery, quietUntil)
      if (keptUntil !== null) later.push(keptUntil)
      else messages.push({ kind: 'system', messageId: null, deliveries: [delivery] })
      continue
    }
    if (blocked.has(about.alert.tradeId)) continue
    const before = told.find((one) => isSameOfScaleIn(one, about))
    if (before !== undefined) {
      shared.push({ id: delivery.id, messageId: before.messageId })
      continue
    }
    const dueAt = heldUntil(delivery, about.alert, manners, holds, quietUntil)
    if (dueAt === null) prompt.push(delivery)
    else calm.push({ delivery, dueAt })
  }

  const groups = grouped(prompt)
  const calmDue = calm.some(({ dueAt }) => dueAt <= now)
  const asDigest = groups.length > AT_ONCE_MAX
  // A digest that goes out anyway takes along what waits for one, but for what a person does not want to hear yet.
  const along = calmDue || asDigest ? calm.filter(({ delivery, dueAt }) => dueAt <= now || isGathered(delivery, quietUntil, now)) : []
  for (const { delivery, dueAt } of calm) if (!along.some((one) => one.delivery === delivery)) later.push(dueAt)
  if (asDigest)
    messages.push({ kind: 'digest', messageId: null, deliveries: [...prompt, ...along.map(({ delivery }) => delivery)].sort((a, b) => a.id - b.id) })
  else {
    for (const deliveries of groups) messages.push({ kind: 'alert', messageId: null, deliveries })
    if (along.length > 0) messages.push({ kind: 'digest', messageId: null, deliveries: along.map(({ delivery }) => delivery) })
  }
  return { messages, shared, nextAt: later.length === 0 ? null : Math.min(...later) }
}

/** When quiet hours that hold now end; null: they do not hold. */
export function quietEnd(now: Instant, { from, until, timeZone }: QuietHours): Instant | null {
  const { day, clock } = wallClock(now, timeZone)
  const time = clock.slice(0, 5)
  const overnight = from > until
  const holds = overnight ? time >= from || time < until : time >= from && time < until
  if (!holds) return null
  const end = instantOf(day, until, timeZone)
  return end > now ? end : instantOf(wallClock(now + DAY_MS, timeZone).day, until, timeZone)
}

const DAY_MS = 86_400_000

/** null: at once. */
function heldUntil(delivery: Waiting, alert: StoredAlert, manners: Manners, holds: Holds, quietUntil: Instant | null): Instant | null {
  const until: Instant[] = []
  if (alert.state !== 'RAISED') until.push(delivery.createdAt + (alert.state === 'MISSED' ? holds.passedMs : holds.lateMs))
  else if (rank(alert.severity) < rank(manners.prompt)) until.push(delivery.createdAt + holds.calmMs)
  const keptUntil = keptBackUntil(delivery, quietUntil)
  if (keptUntil !== null) until.push(keptUntil)
  return until.length === 0 ? null : Math.max(...until)
}

/** Until when a person does not want to hear of it, tried before or not: quiet hours, a snooze; null: they do not keep it back. */
function keptBackUntil({ about, createdAt }: Waiting, quietUntil: Instant | null): Instant | null {
  if (about.kind === 'system') return SYSTEM_ALERTS[about.system.kind].severity === 'critical' ? null : quietUntil
  const { alert, snooze } = about
  const until: Instant[] = []
  if (quietUntil !== null && alert.severity !== 'critical') until.push(quietUntil)
  if (isSilenced(alert, snooze) && snooze.until > createdAt) until.push(snooze.until)
  return until.length === 0 ? null : Math.max(...until)
}

/** Everything but what is critical and news: whoever silenced a trailing stop wants to hear of the hard one, but not of the same one again. */
function isSilenced({ severity }: StoredAlert, snooze: Snooze | null): snooze is Snooze {
  return snooze !== null && (severity !== 'critical' || snooze.knew)
}

/** Held only for company: neither quiet hours nor a snooze keep it back. */
function isGathered({ about }: Waiting, quietUntil: Instant | null, now: Instant): boolean {
  if (about.kind !== 'alert') return false
  const { alert, snooze } = about
  return !(isSilenced(alert, snooze) && snooze.until > now) && (quietUntil === null || alert.severity === 'critical')
}

/** Alerts that are one message: of one position and one mark, or the same alert on scale-ins of a minute. */
function grouped(deliveries: readonly Waiting[]): Waiting[][] {
  const groups: Waiting[][] = []
  for (const delivery of deliveries) {
    const about = delivery.about as AboutAlert
    const group = groups.find((members) => members.some((member) => isOneMessage(member.about as AboutAlert, about)))
    if (group === undefined) groups.push([delivery])
    else group.push(delivery)
  }
  return groups
}

interface Spoken {
  readonly alert: StoredAlert
  readonly side: TradeSide | null
}

/** Of one trade at one mark, or the same alert on scale-ins. */
function isOneMessage(one: Spoken, other: Spoken): boolean {
  const atOneMark = one.alert.tradeId === other.alert.tradeId && one.alert.at === other.alert.at
  return atOneMark || isSameOfScaleIn(one, other)
}

function isSameOfScaleIn({ alert: a, side }: Spoken, { alert: b, side: otherSide }: Spoken): boolean {
  if (a.account !== b.account || a.conId !== b.conId || a.unit !== b.unit || side !== otherSide || a.tradeId === b.tradeId) return false
  if (a.ruleId !== b.ruleId || a.tier !== b.tier || a.state !== 'RAISED' || b.state !== 'RAISED') return false
  return Math.abs(a.openedAt - b.openedAt) <= SCALE_IN_MS && Math.abs(a.at - b.at) <= SCALE_IN_MS
}

function kindOf(deliveries: readonly Waiting[]): Planned['kind'] {
  if (deliveries.some(({ about }) => about.kind === 'system')) return 'system'
  const isOne =
    grouped(deliveries.filter(({ about }) => about.kind === 'alert')).length === 1 &&
    deliveries.every(({ about }) => about.kind === 'alert' && about.alert.state === 'RAISED')
  return isOne ? 'alert' : 'digest'
}

function tradesOf({ about }: Waiting): string[] {
  return about.kind === 'alert' ? [about.alert.tradeId] : []
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity)
}

function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return groups
}
