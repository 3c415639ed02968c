// Thinning the past, in the store: of the marks of days long gone only those stay on which a trade stands, and of its trajectory what a chart shows.
// Reads and folds; the day's rows are exchanged in one transaction, so that a reader finds all of them or what stayed.
import { type Day, EARLIEST, type Instant } from '#core/time.ts'
import { shadowEnd } from '#core/session.ts'
import { type Exit, marksThatStay } from '#core/thinning.ts'
import { thin } from '#core/thin.ts'
import { lastNumbers } from '#store/batch.ts'
import { thinnedDays } from '#store/decisions.ts'
import type { Database } from '#store/db.ts'
import { factsOf } from '#store/facts.ts'
import { conIdsOfDay, daysOfMarks, exchangeDay, lastMarkAt, marksOf } from '#store/marks.ts'
import { keepPoints, tradesToThin, trajectoryOf } from '#store/trades.ts'
import { Books } from './books.ts'
import { Words } from './words.ts'

export interface Thinned {
  readonly days: number
  readonly marksBefore: number
  readonly marksAfter: number
}

/** As many points of a trajectory as a wide chart can show. */
const POINTS_KEPT = 2_000
const DAY_MS = 86_400_000

/**
 * Thins what lies more than `keepDays` behind the last mark: the market's time, so that a tape of long ago is not old the day it is played. A mark that is dated
 * after `now` makes nothing old.
 */
export async function thinPast(db: Database, keepDays: number, now: Instant): Promise<Thinned> {
  const last = await lastMarkAt(db)
  const done = await thinnedDays(db)
  const until = last === null ? EARLIEST : Math.floor(Math.min(last, now) / DAY_MS) * DAY_MS - keepDays * DAY_MS
  const due = (await daysOfMarks(db)).filter((day) => Date.parse(day) + DAY_MS <= until && !done.has(day))
  let [before, after] = [0, 0]
  if (due.length > 0) {
    const books = await booksOf(db)
    for (const day of due) {
      const thinned = await thinDay(db, books, day, now)
      before += thinned.before
      after += thinned.after
    }
  }
  return { days: due.length, marksBefore: before, marksAfter: after }
}

async function booksOf(db: Database): Promise<Books> {
  const books = new Books(db, 'none')
  for (const stored of await factsOf(db)) books.remember(stored)
  await new Words(db, books).hear()
  return books
}

async function thinDay(db: Database, books: Books, day: Day, now: Instant): Promise<{ before: number; after: number }> {
  const [from, until] = [Date.parse(day), Date.parse(day) + DAY_MS]
  const stay = new Map<number, readonly number[]>()
  const { arrival: seenUpTo } = await lastNumbers(db)
  let before = 0
  for (const conId of await conIdsOfDay(db, day)) {
    const marks = []
    for await (const chunk of marksOf(db, conId, from, until)) marks.push(...chunk)
    before += marks.length
    const instrument = books.instruments.get(conId)
    if (instrument === undefined) continue
    const book = await books.past(conId, from, until)
    const exits = book.trades.flatMap(({ closedAt }): Exit[] => (closedAt === null ? [] : [{ closedAt, until: shadowEnd(closedAt, instrument) }]))
    const staircases = book.trades.map((trade) => book.staircase(trade))
    const kept = marksThatStay(marks, staircases, books.ledger.history(conId), exits)
    stay.set(
      conId,
      kept.map(({ arrival }) => arrival),
    )
  }
  for (const tradeId of await tradesToThin(db, until)) {
    const points = await trajectoryOf(db, tradeId)
    if (points.length <= POINTS_KEPT) continue
    await keepPoints(
      db,
      tradeId,
      thin(points, POINTS_KEPT).map(({ at }) => at),
    )
  }
  await exchangeDay(db, day, { arrivals: stay, seenUpTo }, now)
  return { before, after: stay.values().reduce((sum, { length }) => sum + length, 0) }
}
