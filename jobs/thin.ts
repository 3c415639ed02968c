// The marks of days long gone, thinned to those on which a trade stands, and effects done long ago, forgotten where none can come again; safe to run twice:
// a day is thinned once.
import type { Clock } from '#src/clock.ts'
import { thinPast } from '#record/thinning.ts'
import type { Database } from '#store/db.ts'
import { pruneOutbox } from '#store/outbox.ts'

export interface ThinRoom {
  readonly db: Database
  /** Every mark is kept for so many days. */
  readonly keepDays: number
  readonly clock: Clock
  log(line: string): void
}

/** What became of an effect may be looked up for so long. */
const EFFECTS_KEPT_MS = 30 * 86_400_000

export async function thinOld({ db, keepDays, clock, log }: ThinRoom): Promise<void> {
  await pruneOutbox(db, clock.now() - EFFECTS_KEPT_MS)
  const { days, marksBefore, marksAfter } = await thinPast(db, keepDays, clock.now())
  if (days === 0) return
  const grouped = (count: number) => count.toLocaleString('en')
  log(
    `marks older than ${keepDays} days: of ${grouped(marksBefore)} on ${days} ${days === 1 ? 'day' : 'days'} the ${grouped(marksAfter)} stay on which trades stand`,
  )
}
