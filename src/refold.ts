// A contract folded again from what the store holds: how the book starts, and how it takes in history that changed. Reads only; record.ts writes.
import { ContractBook } from '#core/book.ts'
import type { Fraction } from '#core/decimal.ts'
import { comparePlaces, type Fill } from '#core/execution.ts'
import type { Gap, Instrument } from '#core/facts.ts'
import type { Rule } from '#core/rules.ts'
import type { StoredMark } from '#core/stored.ts'
import { type Instant, LATEST } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { marksOf } from '#store/marks.ts'

export interface Refold {
  readonly instrument: Instrument
  /** From a moment at which every account was flat. */
  readonly fills: readonly Fill[]
  readonly gaps: readonly Gap[]
  /** A mark that is not stored yet. */
  readonly extra: StoredMark | null
  readonly rules: readonly Rule[]
  /** Market time: deadlines up to it fire. */
  readonly until: Instant
  commissionOf(family: string, currency: string): Fraction | null
}

/** The book of a contract as its stored facts and marks make it, its changes still to be taken. */
export async function refold(db: Database, { instrument, fills, gaps, extra, rules, until, commissionOf }: Refold): Promise<ContractBook> {
  const book = new ContractBook(instrument, { rules, trace: true, commissionOf })
  const first = fills[0]
  if (first === undefined) return book
  let next = 0
  const fillUntil = (at: Instant, arrival: number) => {
    for (let fill = fills[next]; fill !== undefined && comparePlaces(fill, { at, arrival }) < 0; fill = fills[++next]) book.fill(fill)
  }
  let waiting = extra !== null && extra.at >= first.at ? extra : null
  const tell = (mark: StoredMark) => {
    fillUntil(mark.at, mark.arrival)
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
  fillUntil(Number.POSITIVE_INFINITY, 0)
  for (const gap of gaps) if (gap.to >= first.at) book.hole(gap.from, gap.to)
  if (until > book.now) book.passTime(until)
  return book
}
