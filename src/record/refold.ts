// A contract folded again from what the store holds: how the book starts, and how it takes in history that changed. Reads only; record.ts writes.
import { ContractBook } from '#core/book.ts'
import type { Fraction } from '#core/decimal.ts'
import { comparePlaces, type Entry } from '#core/execution.ts'
import { type Bar, type DayRange, endOf, type Gap, type Instrument } from '#core/facts.ts'
import type { RaisedBefore } from '#core/raised.ts'
import type { Rule } from '#core/rules.ts'
import type { StoredMark } from '#core/stored.ts'
import { type Instant, LATEST } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { marksOf } from '#store/marks.ts'

export interface Refold {
  readonly instrument: Instrument
  /** From a moment at which every account was flat. */
  readonly entries: readonly Entry[]
  /** Bars and moves of the session's range, by their end. */
  readonly ranges: readonly (Bar | DayRange)[]
  readonly gaps: readonly Gap[]
  /** Marks that are not stored yet, in order. */
  readonly extra: readonly StoredMark[]
  readonly rules: readonly Rule[]
  /** Market time: deadlines up to it fire. */
  readonly until: Instant
  /** History ends here: what is told of this instant and after is left out. Absent: all there is. */
  readonly before?: Instant
  readonly thinnedUntil: Instant | null
  /** Of trades that were open before `thinnedUntil`. */
  readonly raisedBefore?: RaisedBefore
  commissionOf(family: string, currency: string): Fraction | null
}

/** The book of a contract as its stored facts and marks make it, its changes still to be taken. */
export async function refold(
  db: Database,
  { instrument, entries, ranges, gaps, extra, rules, until, before = LATEST, thinnedUntil, raisedBefore, commissionOf }: Refold,
): Promise<ContractBook> {
  const book = new ContractBook(instrument, { rules, marks: 'SAMPLED', trace: true, thinnedUntil, commissionOf })
  const first = entries[0]
  if (first === undefined) return book
  let next = 0
  let nextRange = 0
  // Once, before the first thing told that was not thinned.
  let thinned = raisedBefore !== undefined && thinnedUntil !== null
  const reach = (at: Instant) => {
    if (!thinned || at < (thinnedUntil ?? LATEST)) return
    thinned = false
    if (raisedBefore !== undefined) book.raisedBefore(raisedBefore)
  }
  const tellUntil = (at: Instant, arrival: number) => {
    for (;;) {
      const entry = entries[next]
      const range = ranges[nextRange]
      const rangeAt = range === undefined ? Number.POSITIVE_INFINITY : (endOf(range) ?? 0)
      if (entry !== undefined && entry.at <= rangeAt && comparePlaces(entry, { at, arrival }) < 0) {
        reach(entry.at)
        book.enter(entry)
        next++
      } else if (range !== undefined && rangeAt < at) {
        book.range(range)
        nextRange++
      } else return
    }
  }
  const waiting = extra.filter(({ at }) => at >= first.at)
  let nextWaiting = 0
  const tell = (mark: StoredMark) => {
    tellUntil(mark.at, mark.arrival)
    reach(mark.at)
    book.mark(mark.price, mark.at)
  }
  for await (const marks of marksOf(db, instrument.conId, first.at, before)) {
    for (const mark of marks) {
      for (let next = waiting[nextWaiting]; next !== undefined && comparePlaces(next, mark) < 0; next = waiting[++nextWaiting]) tell(next)
      tell(mark)
    }
  }
  for (const mark of waiting.slice(nextWaiting)) tell(mark)
  tellUntil(before, 0)
  reach(LATEST)
  for (const gap of gaps) if (gap.to >= first.at) book.hole(gap.from, gap.to)
  if (until > book.now) book.passTime(until)
  return book
}
