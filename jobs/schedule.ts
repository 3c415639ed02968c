// When jobs are due. Days end by the market's time, told by whoever knows it (so a tape of 2013 works); only polling runs on the host's.
// `daysDue` is pure; the others add jobs. The close of a day as it happens comes through the outbox (outbox.ts).
import type { Instrument } from '#core/facts.ts'
import { addDays, marketDay, sessionClose } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Day, Instant } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { instruments as instrumentsOf, lastStatementAt } from '#store/facts.ts'
import { reviewsPage } from '#store/reviews.ts'
import { tradesOf } from '#store/trades.ts'
import { isStatementDue } from './flex.ts'
import { addFlex, addReview, type Jobs } from './queues.ts'

/** How long after the close the card is made: late prints and commissions come in this time. */
export const REVIEW_DELAY_MS = 15 * 60_000
/** How often the broker is asked for executions nobody told us of, and compared with. */
const INGEST_EVERY_MS = 5 * 60_000
const DELIVER_EVERY_MS = 30_000
const THIN_EVERY_MS = 6 * 3_600_000
/** Activity of a day is final the next morning. */
const FLEX_AT = '30 6 * * *'
const FLEX_ZONE = 'America/New_York'
const DAY_MS = 86_400_000

/** The days a card is due for: from the last card's on (it may have been made early), each whose session is over and in which a trade was open and heard of. */
export function daysDue(trades: readonly StoredTrade[], instruments: readonly Instrument[], lastCard: Day | null, now: Instant): readonly Day[] {
  const known = new Map(instruments.map((instrument) => [instrument.conId, instrument]))
  const due = new Set<Day>()
  for (const trade of trades) {
    // A long-term position alone makes no day worth a card.
    if (trade.held) continue
    const hours = known.get(trade.conId) ?? {}
    const opened = marketDay(trade.openedAt, hours)
    const closed = trade.closedAt === null ? null : marketDay(trade.closedAt, hours)
    // Days on which nothing was heard of a trade are left out: a tape of 2013 that ends with an open trade is not carried into today.
    const until = closed ?? marketDay(trade.updatedAt, hours)
    for (let day = lastCard !== null && lastCard > opened ? lastCard : opened; day <= until; day = addDays(day, 1)) {
      const close = sessionClose(day, hours)
      // A trade of a day on which its exchange is closed still wants a card: that day ends with the day.
      const over = close ?? Date.parse(`${addDays(day, 1)}T00:00:00Z`)
      if (over <= now && (close !== null || day === opened || day === closed)) due.add(day)
    }
  }
  return [...due].sort()
}

/** Adds the card of every day since the last one. At start, and after a long sleep. Returns the days. */
export async function scheduleDue(jobs: Jobs, db: Database, now: Instant): Promise<readonly Day[]> {
  const lastCard = (await reviewsPage(db, { first: 1 })).edges[0]?.node.day ?? null
  const since = lastCard === null ? undefined : Date.parse(lastCard) - 2 * DAY_MS
  const [closed, open, known] = await Promise.all([
    tradesOf(db, { unit: 'ORDER', status: 'CLOSED', ...(since === undefined ? {} : { closedFrom: since }) }),
    tradesOf(db, { unit: 'ORDER', status: 'OPEN' }),
    instrumentsOf(db),
  ])
  const days = daysDue([...closed, ...open], known, lastCard, now)
  for (const day of days) await addReview(jobs, day)
  return days
}

/** The executions of the day are asked for again and again; adding the schedule twice is adding it once. */
export async function scheduleIngest(jobs: Jobs, everyMs: number = INGEST_EVERY_MS): Promise<void> {
  await jobs.ingest.upsertJobScheduler(
    'ingest-executions',
    { every: everyMs },
    { name: 'ingest executions', data: { reason: 'schedule' }, opts: { attempts: 1 } },
  )
}

/** Between two reasons to doubt it is looked at all the same. */
export async function scheduleReconcile(jobs: Jobs, everyMs: number = INGEST_EVERY_MS): Promise<void> {
  await jobs.reconcile.upsertJobScheduler('reconcile', { every: everyMs }, { name: 'reconcile', data: { reason: 'schedule' }, opts: { attempts: 1 } })
}

/** Marks grow old by days; looking more often finds nothing to do. */
export async function scheduleThin(jobs: Jobs): Promise<void> {
  await jobs.thin.upsertJobScheduler('thin', { every: THIN_EVERY_MS }, { name: 'thin', data: { reason: 'schedule' }, opts: { attempts: 1 } })
}

/** The statement is made in the night; a night this machine slept through is made up for at once. */
export async function scheduleFlex(jobs: Jobs, db: Database, now: Instant): Promise<void> {
  await jobs.flex.upsertJobScheduler('flex-statement', { pattern: FLEX_AT, tz: FLEX_ZONE }, { name: 'flex statement', data: { reason: 'schedule' } })
  if (isStatementDue(await lastStatementAt(db), now)) await addFlex(jobs)
}

/** Each channel looks now and then at what waits, whatever became of the jobs that were to wake it. */
export async function scheduleDeliveries(jobs: Jobs, everyMs: number = DELIVER_EVERY_MS): Promise<void> {
  for (const [kind, queue] of jobs.deliver)
    await queue.upsertJobScheduler(`deliver-${kind}`, { every: everyMs }, { name: `deliver ${kind}`, data: { channel: kind }, opts: { attempts: 1 } })
}
