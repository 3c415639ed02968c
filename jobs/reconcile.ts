// The job `reconcile`: ours against what the broker says, every few minutes in session and whenever there is a reason to doubt. What differs is named, kept
// and said; a fill we miss is asked for; only what was found to agree is closed. Safe to run twice: the same difference is kept once.
import { setTimeout as sleep } from 'node:timers/promises'
import type { AccountSnapshot } from '#core/account.ts'
import { holdingsOf } from '#core/holding.ts'
import { followDifferences, type Reconciled, type StoredDifference, wantsCatchUp } from '#core/difference.ts'
import { reconcile, type ReconcileInput } from '#core/reconcile.ts'
import { causeWords, remedyOf, sayDifference } from '#core/remedy.ts'
import { sessionAt } from '#core/session.ts'
import type { Instant } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { differencesOf, ourOrdersSince, pairedOf, pricesStood, unpairedBetween, writeDifferences } from '#store/differences.ts'
import { instruments as instrumentsOf } from '#store/facts.ts'
import { tradesOf } from '#store/trades.ts'

/** A process that has the broker, as the job uses it. */
export interface ReconcilingWriter {
  /** What the broker says of its accounts; null while there is no session with it. */
  account(): AccountSnapshot | null
  marketTime(): Instant | null
  /** Resolves when everything told so far is committed. */
  settled(): Promise<void>
  /** Asks for the day's executions again. */
  catchUpNow(): Promise<void>
  /** The holdings whose worth the broker is to tell. */
  value(holdings: readonly { readonly account: string; readonly conId: number }[]): void
}

export interface ReconcileRoom {
  readonly db: Database
  readonly writer: ReconcilingWriter
  /** Who asks: it decides what can be seen. */
  readonly clientId: number
  log(line: string): void
}

export interface Looked {
  readonly began: number
  readonly over: number
  /** Differences that still hold. */
  readonly open: readonly StoredDifference[]
  /** The broker was asked for a fill that we miss. */
  readonly caughtUp: boolean
}

const NOTHING_SEEN: Looked = { began: 0, over: 0, open: [], caughtUp: false }
const DAY_MS = 86_400_000
/** What was realised is looked back at for a week, what a position cost for a month: further back its cost is not reckoned anew. */
const REALIZED_MS = 7 * DAY_MS
const COST_MS = 30 * DAY_MS
/** How far back prices are looked for that the broker may still stand on. */
const PRICES_MS = 15 * 60_000
/** A commission that has not come after so long is said to be pending. */
export const COMMISSION_MS = 10 * 60_000
const SETTLED_MS_MAX = 2_000
/** So long after a position moved its fill is told at the latest, by the host's time. */
const ON_ITS_WAY_MS = 1_000

/** `reason` is 'schedule' where nothing happened: then only while a contract that we hold is in its session. Resolves with what was found; null: not now. */
export async function reconcileNow(room: ReconcileRoom, reason: string): Promise<Looked | null> {
  const first = await look(room, reason === 'schedule')
  if (first === null) return null
  if (!wantsCatchUp(first.found)) return first.looked
  room.log(`reconcile: a fill of the broker's is not here; the day's executions are asked for again`)
  await room.writer.catchUpNow()
  const second = await look(room, false)
  if (second === null) return { ...first.looked, caughtUp: true }
  return { ...second.looked, began: first.looked.began + second.looked.began, over: first.looked.over + second.looked.over, caughtUp: true }
}

async function look(room: ReconcileRoom, onlyInSession: boolean): Promise<{ found: Reconciled; looked: Looked } | null> {
  const { db, clientId, log } = room
  const first = await compared(room)
  if (first === null) return null
  if (onlyInSession && !(await isInSession(db, first.input, first.now))) return { found: { differences: [], agreed: new Set() }, looked: NOTHING_SEEN }
  // What seems to be missing may be on its way: a position moves before its fill is told.
  if (wantsCatchUp(first.found)) await sleep(ON_ITS_WAY_MS)
  const last = wantsCatchUp(first.found) ? await compared(room) : first
  if (last === null) return null
  const { found, now } = last
  const changes = followDifferences(await differencesOf(db, { open: true }), found, now, (difference) => remedyOf(difference, clientId))
  await writeDifferences(db, changes)
  for (const one of changes.began) if (one.severity !== 'info') log(`BROKER DIFFERS: ${sayDifference(one)}; → ${one.remedy}`)
  for (const one of changes.began)
    if (one.measure === 'COMMISSION' && one.severity === 'info') log(`${sayDifference(one)} (after ${COMMISSION_MS / 60_000} min)`)
  for (const one of changes.over)
    if (one.severity !== 'info') log(`the broker agrees again: ${one.symbol ?? one.account} ${one.measure.toLowerCase()} (it was ${causeWords(one)})`)
  const open = await differencesOf(db, { open: true })
  return { found, looked: { began: changes.began.length, over: changes.over.length, open, caughtUp: false } }
}

/** Ours beside the broker's, as both stand now; null: it says nothing. */
async function compared({ db, writer }: ReconcileRoom): Promise<{ found: Reconciled; input: ReconcileInput; now: Instant } | null> {
  await settledSoon(writer)
  const broker = writer.account()
  const now = writer.marketTime()
  if (broker === null || now === null) return null
  const input = await reconcileInput(db, broker, now)
  writer.value(input.holdings.filter(({ quantity }) => !quantity.eq(0)).map(({ account, conId }) => ({ account, conId })))
  return { found: reconcile(input), input, now }
}

/** Where much waits that takes its time: then it is looked at as far as the recorder has come. */
async function settledSoon(writer: ReconcilingWriter): Promise<void> {
  const settled = new AbortController()
  await Promise.race([writer.settled(), sleep(SETTLED_MS_MAX, undefined, { signal: settled.signal }).catch(() => {})])
  settled.abort()
}

/** Ours as it stands in the store, beside what the broker says. */
export async function reconcileInput(db: Database, broker: AccountSnapshot, now: Instant): Promise<ReconcileInput> {
  const open = await tradesOf(db, { unit: 'ORDER', status: 'OPEN' })
  const since = Math.max(now - COST_MS, Math.min(...open.map(({ openedAt }) => openedAt), now - REALIZED_MS))
  const conIds = [...new Set(open.map(({ conId }) => conId))]
  const differing = await differencesOf(db, { open: true })
  const [lately, before, instruments, prices, orders, unpaired] = await Promise.all([
    tradesOf(db, { unit: 'ORDER', status: 'CLOSED', closedFrom: now - REALIZED_MS }),
    tradesOf(db, { unit: 'ORDER', status: 'CLOSED', conIds, closedFrom: since, closedUntil: now - REALIZED_MS }),
    instrumentsOf(db),
    pricesStood(db, conIds, now - PRICES_MS, now),
    ourOrdersSince(db, Math.min(now, ...differing.map(({ since }) => since)) - DAY_MS),
    unpairedBetween(db, now - REALIZED_MS, now - COMMISSION_MS),
  ])
  const pending = differing.filter(({ measure }) => measure === 'COMMISSION')
  const ids = await pairedOf(
    db,
    pending.map(({ subject }) => subject),
  )
  const paired = pending.filter(({ subject }) => ids.has(subject))
  const known = new Map(instruments.map((instrument) => [instrument.conId, instrument]))
  return {
    holdings: holdingsOf({ trades: [...open, ...before, ...lately], instruments: known, prices, now }),
    broker,
    orders,
    unpaired,
    open: differing,
    paired,
    now,
  }
}

/** Some contract that we hold is traded now, or nobody knows its hours. */
async function isInSession(db: Database, { holdings }: ReconcileInput, now: Instant): Promise<boolean> {
  const held = new Set(holdings.filter(({ quantity }) => !quantity.eq(0)).map(({ conId }) => conId))
  const instruments = (await instrumentsOf(db)).filter(({ conId }) => held.has(conId))
  return instruments.some((instrument) => {
    const { session } = sessionAt(now, instrument)
    return session === null || session === 'REGULAR'
  })
}

/** Where our positions and the broker's differ, a line each: what makes people look at once. */
export async function disagreements(db: Database): Promise<readonly string[]> {
  const open = await differencesOf(db, { open: true })
  return open
    .filter(({ measure }) => measure === 'QUANTITY' || measure === 'FILLED')
    .map(({ symbol, account, ours, theirs }) => `${symbol ?? '?'} ${account}: ${ours} / ${theirs}`)
    .sort()
}

/** Reasons to doubt come in bursts (a position moves before its fill is told): one look after they have settled. */
export function openDoubts(options: {
  ask(reason: string): Promise<void>
  log(line: string): void
  readonly delayMs?: number
}): Disposable & { raise(reason: string): void } {
  let timer: NodeJS.Timeout | null = null
  return {
    raise(reason) {
      timer ??= setTimeout(() => {
        timer = null
        options
          .ask(reason)
          .catch((error: unknown) => options.log(`reconcile: ${error instanceof Error ? error.message : String(error)}; the next turn tries again`))
      }, options.delayMs ?? DOUBT_MS)
    },
    [Symbol.dispose]() {
      if (timer !== null) clearTimeout(timer)
    },
  }
}

/** A fill is told within this time of the position it moved. */
const DOUBT_MS = 2_000
