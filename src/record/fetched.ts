// Prices that were fetched for a hole, made marks and facts: judged like any other, placed beside what was heard at its ends. Reads the store, never writes.
import type { Fact, Mark } from '#core/facts.ts'
import { placeBars, placeTicks, type Price } from '#core/repair.ts'
import type { Instant } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { lastMark, marksOf } from '#store/marks.ts'
import type { Books, Contract } from './books.ts'
import type { Fetched } from './recorder.ts'

const SECOND_MS = 1_000

/** What the fetched prices make known; no facts: nothing. */
export async function placeFetched(
  db: Database,
  books: Books,
  contract: Contract,
  fetched: Fetched,
): Promise<{ readonly marks: readonly Mark[]; readonly facts: readonly Fact[] }> {
  const { conId } = contract
  const { from, to, source } = fetched
  const fills = books.fillsOf(conId)
  const repairs = (known: readonly { readonly from: Instant; readonly to: Instant }[]) =>
    known.map((span) => ({ kind: 'repair' as const, conId, from: span.from, to: span.to, source }))
  if (source === 'BARS') {
    const { bars, known } = placeBars(fetched, fetched.bars, fills)
    return { marks: [], facts: [...bars, ...repairs(known)] }
  }
  const second = Math.floor(from / SECOND_MS) * SECOND_MS
  const before = await pricesOf(db, conId, second, from + 1)
  const [after = null] = await pricesOf(db, conId, to, Math.floor(to / SECOND_MS) * SECOND_MS + SECOND_MS)
  const { marks, known } = placeTicks(fetched, await judged(db, books, contract, fetched), { before, after }, fills)
  return { marks: marks.map(({ price, at }) => ({ kind: 'mark', conId, price, at, source: 'HISTORY' })), facts: repairs(known) }
}

/** Those that count, by the same filter as what is heard. */
async function judged(db: Database, books: Books, contract: Contract, { quotes, from }: Fetched): Promise<readonly Price[]> {
  const filter = books.filterOf(contract)
  const last = await lastMark(db, contract.conId, from)
  if (last !== null) books.judge(contract, { conId: contract.conId, price: last.price, at: last.at, source: 'LAST' }, last.at, filter)
  return quotes.flatMap((quote) => (quote.at === null ? [] : books.judge(contract, quote, quote.at, filter).accepted))
}

async function pricesOf(db: Database, conId: number, from: Instant, until: Instant): Promise<readonly number[]> {
  const prices: number[] = []
  for await (const marks of marksOf(db, conId, from, until)) prices.push(...marks.map(({ price }) => price))
  return prices
}
