// A contract folded again from what the store holds: how the book starts, and how it takes in history that changed. Reads only; record.ts writes.
import { ContractBook } from '#core/book.ts'
import type { Fraction } from '#core/decimal.ts'
import { comparePlaces, type Entry } from '#core/execution.ts'
import { type Bar, type DayRange, endOf, type Gap, type Instrument } from '#core/facts.ts'
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
  /** A mark that is not stored yet. */
  readonly extra: StoredMark | null
  readonly rules: readonly Rule[]
  /** Market time: deadlines up to it fire. */
  readonly until: Instant
  commissionOf(family: string, currency: string): Fraction | null
}

/** The book of a contract as its stored facts and marks make it, its changes still to be taken. */
export async function refold(db: Database, { instrument, entries, ranges, gaps, extra, rules, until, commissionOf }: Refold): Promise<ContractBook> {
  const book = new ContractBook(instrument, { rules, marks: 'SAMPLED', trace: true, commissionOf })
  const first = entries[0]
  if (first === undefined) return book
  let next = 0
  let nextRange = 0
  const tellUntil = (at: Instant, arrival: number) => {
    for (;;) {
      const entry = entries[next]
      const range = ranges[nextRange]
      const rangeAt = range === undefined ? Number.POSITIVE_INFINITY : (endOf(range) ?? 0)
      if (entry !== undefined && entry.at <= rangeAt && comparePlaces(entry, { at, arrival }) < 0) {
        book.enter(entry)
        next++
      } else if (range !== undefined && rangeAt < at) {
        book.range(range)
        nextRange++
      } else return
    }
  }
  let waiting = extra !== null && extra.at >= first.at ? extra : null
  const tell = (mark: StoredMark) => {
    tellUntil(mark.at, mark.arrival)
    book.mark(mark.price, mark.at)
  }
  for await (const marks of marksOf(db, instrument.conId, first.at, LATEST)) {
    for (const mark of marks) {
      if (waiting !== null && comparePlaces(waiting, mark) < 0) {
        tell(waiting)
        waiting = null
      }
      tell(mark)
    }
  }
  if (waiting !== null) tell(waiting)
  tellUntil(Number.POSITIVE_INFINITY, 0)
  for (const gap of gaps) if (gap.to >= first.at) book.hole(gap.from, gap.to)
  if (until > book.now) book.passTime(until)
  return book
}
