// Tells what waits for one channel, one message after the other: planned by the core, worded now, sent, and its outcome written down. The rows are the truth;
// a sender that dies leaves its row in SENDING, and the next one knows that nobody knows. Safe to run any number of times: what is sent is not sent again.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { HOLDS, type AboutAlert, type AboutSystem, type DeliveryFailure, type Holds, type Planned, plan, type Waiting } from '#core/delivery.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import type { StoredAlert } from '#core/stored.ts'
import { takingOf } from '#core/take.ts'
import type { Instant } from '#core/time.ts'
import { alertMessage, digestMessage, type MessageRoom, type PassedLevel, resultNow, systemMessage, type Told, type Wording } from '#notes/message.ts'
import { readTemplates, type Templates } from '#notes/templates.ts'
import type { Channel, Message } from '#notify/channel.ts'
import { openChannels } from '#notify/channels.ts'
import { TIMEOUT_MS, Unanswered } from '#notify/post.ts'
import type { Clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { alertsOf } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { rulesOf } from '#store/decisions.ts'
import {
  asSender,
  claim,
  deliveriesOfAlerts,
  holdChannel,
  lastAttemptAt,
  markDead,
  markSent,
  markShared,
  recoverInterrupted,
  toldSince,
  waitAgain,
  waitingFor,
} from '#store/deliveries.ts'
import { instruments } from '#store/facts.ts'
import { trajectoriesOf, tradesByIds } from '#store/trades.ts'

export interface DeliverRoom {
  readonly db: Database
  readonly channels: readonly Channel[]
  readonly templates: Templates
  readonly config: Pick<Config, 'accountAliases' | 'privacy' | 'timeZone' | 'quietHours'>
  readonly clock: Clock
  readonly patience?: Partial<Patience>
  /** Told after every attempt, for whoever counts; how long the oldest of it had waited, null for what is gathered on purpose. */
  onOutcome?(channel: string, outcome: Outcome, waitedMs: number | null): void
  /** Told whenever a job looks at what waits for a channel. */
  onLook?(channel: string, waiting: readonly Waiting[]): void
  log(line: string): void
}

/** The channels of a configuration, and the words in its language; a user's own templates lie in EXCURSION_HOME/templates. */
export async function openDeliverRoom(options: {
  readonly db: Database
  readonly config: Config
  readonly clock: Clock
  log(line: string): void
}): Promise<DeliverRoom> {
  const { db, config, clock, log } = options
  const templates = await readTemplates(config.language, join(config.home, 'templates'))
  return { db, config, clock, log, templates, channels: openChannels(config, clock) }
}

export type Outcome = 'sent' | 'dead' | DeliveryFailure

export interface Patience extends Holds {
  readonly timeoutMs: number
  readonly firstRetryMs: number
  readonly retryMsMax: number
  /** Then it is a dead letter: this often tried, or for this long. What was kept back on purpose, or while this machine slept, is not old by that. */
  readonly attemptsMax: number
  readonly ageMsMax: number
}

const PATIENCE: Patience = {
  ...HOLDS,
  timeoutMs: TIMEOUT_MS,
  firstRetryMs: 2_000,
  retryMsMax: 10 * 60_000,
  attemptsMax: 24,
  ageMsMax: 6 * 3_600_000,
}
/** A receiver that asks for more is asked again all the same. */
const RETRY_AFTER_MS_MAX = 3_600_000
const SHARED_MS = 60_000
/** Blindness ends with the last look that saw nothing; the first price comes before the next one. */
const SEEN_MS = 10_000

/** What one process remembers of a destination: until when it wants to hear nothing, whatever comes in meanwhile. */
export interface Destination {
  heldUntil: Instant
}

/** Sends what is due; resolves with the instant at which something else will be, null where nothing waits. */
export async function deliverDue(room: DeliverRoom, channel: Channel, destination: Destination): Promise<Instant | null> {
  const patience = { ...PATIENCE, ...room.patience }
  const { db, clock, config, log } = room
  const { kind, limits } = channel
  const quietHours = config.quietHours === null ? null : { ...config.quietHours, timeZone: config.timeZone }
  return asSender(db, kind, async (client) => {
    const interrupted = await recoverInterrupted(client, kind, limits.idempotent)
    if (interrupted > 0)
      log(`${kind}: ${interrupted} may have been sent when the sender was interrupted; sent again${limits.idempotent ? ' under the same id' : ''}`)
    for (;;) {
      const now = clock.now()
      if (destination.heldUntil > now) return destination.heldUntil
      const waiting = await waitingFor(db, kind)
      room.onLook?.(kind, waiting)
      const about = waiting.flatMap(({ about }) => (about.kind === 'alert' ? [about.alert] : []))
      const told = await toldSince(db, kind, now - SHARED_MS, about)
      const { messages, shared, nextAt } = plan({ manners: limits, waiting, told, now, quietHours, holds: patience })
      for (const { id, messageId } of shared) await markShared(client, id, messageId)
      const [next] = messages
      if (next === undefined) return nextAt
      await keepInterval(client, channel, clock)
      const held = await sendOne(room, patience, channel, client, next, waiting)
      if (held !== null) destination.heldUntil = held
    }
  })
}

async function keepInterval(client: pg.PoolClient, { kind, limits }: Channel, clock: Clock): Promise<void> {
  if (limits.intervalMs === 0) return
  const last = await lastAttemptAt(client, kind)
  const wait = last === null ? 0 : Math.min(limits.intervalMs, last + limits.intervalMs - clock.now())
  if (wait > 0) await sleep(wait)
}

/** Answers until when the destination is to be left alone; null: it may be spoken to. */
async function sendOne(
  room: DeliverRoom,
  patience: Patience,
  channel: Channel,
  client: pg.PoolClient,
  planned: Planned,
  waiting: readonly Waiting[],
): Promise<Instant | null> {
  const { clock, log } = room
  const { kind, limits } = channel
  const ids = planned.deliveries.map(({ id }) => id)
  const id = planned.messageId ?? `msg_${randomUUID()}`
  const waitedMs = () => (planned.kind === 'digest' ? null : clock.now() - Math.min(...planned.deliveries.map(({ createdAt }) => createdAt)))
  const { wording, levels } = await word(room, kind, planned)
  const message: Message = { id, kind: planned.kind, at: clock.now(), ...wording }
  const rendered = channel.render(message)
  const begunAt = clock.now()
  const triedMs = begunAt - (await claim(client, ids, id, begunAt))
  try {
    await channel.send(rendered, AbortSignal.timeout(patience.timeoutMs))
  } catch (error) {
    return fail(error)
  }
  await markSent(client, ids, clock.now())
  room.onOutcome?.(kind, 'sent', waitedMs())
  // The levels passed while blind are in this message: they need no digest of their own.
  const listed = new Set(levels.map((alert) => alert.id))
  for (const other of waiting)
    if (other.about.kind === 'alert' && other.messageId === null && listed.has(other.about.alert.id)) await markShared(client, other.id, id)
  return null

  async function fail(error: unknown): Promise<Instant | null> {
    const failure = channel.classify(error)
    const trouble = error instanceof Error ? error.message : String(error)
    const now = clock.now()
    const attempts = Math.max(...planned.deliveries.map((one) => one.attempts)) + 1
    if (failure === 'permanent' || attempts >= patience.attemptsMax || triedMs >= patience.ageMsMax) {
      await markDead(client, ids, { trouble, failure })
      room.onOutcome?.(kind, 'dead', waitedMs())
      log(`${kind}: given up after ${attempts} attempts: ${trouble}`)
      return null
    }
    const asked = channel.retryAfter(error, now)
    const backoff = Math.min(patience.retryMsMax, patience.firstRetryMs * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2)
    const dueAt = now + Math.round(Math.max(backoff, Math.min(asked ?? 0, RETRY_AFTER_MS_MAX)))
    await waitAgain(client, ids, { dueAt, trouble, failure, possibleDuplicate: failure === 'ambiguous' && !limits.idempotent })
    // Nobody there, or nobody who wants to hear of us now: that is the destination's trouble, not the message's.
    const isOfDestination = asked !== null || error instanceof Unanswered
    room.onOutcome?.(kind, failure, waitedMs())
    if (isOfDestination) await holdChannel(client, kind, dueAt)
    log(`${kind}: ${trouble}; tried again in ${Math.round((dueAt - now) / 1000)} s`)
    return isOfDestination ? dueAt : null
  }
}

// --- words ---

export function messageRoomOf({ templates, config }: DeliverRoom): MessageRoom {
  return { templates, accountAliases: config.accountAliases, privacy: config.privacy, timeZone: config.timeZone }
}

async function word(room: DeliverRoom, channel: string, planned: Planned): Promise<{ wording: Wording; levels: readonly StoredAlert[] }> {
  const messages = messageRoomOf(room)
  const [first] = planned.deliveries
  try {
    if (first?.about.kind === 'system') return await wordSystem(room, messages, channel, first.about)
    const told = await toldOf(
      room,
      planned.deliveries.flatMap(({ about }) => (about.kind === 'alert' ? [about] : [])),
      planned.kind === 'alert',
    )
    return { wording: planned.kind === 'alert' ? alertMessage(told, messages) : digestMessage(told, messages), levels: [] }
  } catch (error) {
    // A template of the user's own that breaks must not keep an alert from its reader.
    room.log(`the words of a message: ${error instanceof Error ? error.message : String(error)}; it goes out without them`)
    return { wording: plainWording(planned), levels: [] }
  }
}

export async function toldOf({ db }: Pick<DeliverRoom, 'db'>, about: readonly AboutAlert[], withPath: boolean): Promise<Told[]> {
  const tradeIds = [...new Set(about.map(({ alert }) => alert.tradeId))]
  const [trades, known, rules, trajectories] = await Promise.all([
    tradesByIds(db, tradeIds),
    instruments(db, [...new Set(about.map(({ alert }) => alert.conId))]),
    rulesOf(db),
    withPath ? trajectoriesOf(db, tradeIds.slice(0, 1)) : new Map<string, never[]>(),
  ])
  return about.map(({ alert }) => {
    const body = rules.find(({ id }) => id === alert.ruleId)?.body
    const rule = body as { kind?: string; tiers?: { take?: string }[] } | undefined
    const tier = readable(body)?.tiers[alert.tier] ?? null
    const trade = trades.find(({ tradeId }) => tradeId === alert.tradeId) ?? null
    return {
      alert,
      trade,
      instrument: known.find(({ conId }) => conId === alert.conId) ?? {},
      ruleKind: rule?.kind ?? null,
      take: rule?.tiers?.[alert.tier]?.take ?? null,
      taking: tier === null || trade === null ? null : takingOf(trade, tier, trade.updatedAt),
      points: trajectories.get(alert.tradeId) ?? [],
    }
  })
}

function readable(body: unknown): Rule | null {
  const rule = parseRule(body)
  return 'refused' in rule ? null : rule
}

/** When we see again: what of the rules' levels was passed meanwhile, as far as it is known since and was not listed before. */
async function wordSystem(
  { db }: DeliverRoom,
  messages: MessageRoom,
  channel: string,
  { system, turn }: AboutSystem,
): Promise<{ wording: Wording; levels: readonly StoredAlert[] }> {
  if (turn === 'raised' || system.kind !== 'BLIND' || system.until === null) return { wording: systemMessage(system, turn, [], messages), levels: [] }
  const found = await alertsOf(db, { symbols: system.details, from: system.since, until: system.until + SEEN_MS, states: ['LATE', 'MISSED'] })
  const said = await deliveriesOfAlerts(
    db,
    found.map(({ id }) => id),
  )
  const passed = found.filter(({ id }) => !said.get(id)?.some((one) => one.channel === channel && (one.state === 'SENT' || one.state === 'SHARED')))
  const trades = await tradesByIds(db, [...new Set(passed.map(({ tradeId }) => tradeId))])
  const levels = passed.map((alert): PassedLevel => {
    const trade = trades.find(({ tradeId }) => tradeId === alert.tradeId)
    return { label: alert.symbol, pct: alert.pct, at: alert.at, now: trade === undefined ? null : resultNow(trade) }
  })
  return { wording: systemMessage(system, turn, levels, messages), levels: passed }
}

function plainWording({ deliveries }: Planned): Wording {
  const lines = deliveries.map(({ about }) =>
    about.kind === 'alert' ? `${about.alert.symbol} ${about.alert.ruleId}` : `${about.system.paper ? 'PAPER ' : ''}${about.system.kind} ${about.turn}`,
  )
  return { severity: 'critical', title: lines[0] ?? '', lines: lines.slice(1), path: [], data: {} }
}
