// The tapes of `import tape`: their prices, judged as if they were heard, and their facts. Both once, however often they are told.
import { openTape, type Tape } from '#broker/tape.ts'
import type { Fact, Gap, Mark, Repair } from '#core/facts.ts'
import { MarkFilter, type MarkFilterMode } from '#core/mark.ts'
import { type Span, without } from '#core/repair.ts'
import { clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { appendFacts, factsOf } from '#store/facts.ts'
import { appendMarks, nextImportedMark } from '#store/marks.ts'
import { print, progressLine } from './terminal.ts'

const MARKS_AT_ONCE = 10_000

/** Prices first: the facts have the service fold the contracts. */
export async function takeTape(db: Database, files: readonly string[], mode: MarkFilterMode): Promise<void> {
  const tape = await openTape(files, [])
  const known = (await factsOf(db)).map(({ fact }) => fact)
  const prices = await takePrices(db, tape, [...known, ...tape.facts], mode)
  const gaps = [...tape.facts, ...known].filter((fact): fact is Gap => fact.kind === 'gap')
  const covered = [...prices.covered].flatMap(([conId, span]) => repairsOf(conId, span, tape.facts, gaps))
  const fresh = await appendFacts(db, [...tape.facts, ...covered])
  print(`${tape.facts.length} facts read, ${fresh.filter(({ fact }) => fact.kind !== 'repair' || tape.facts.includes(fact)).length} new`)
  if (tape.prices > 0) print(`${tape.prices} prices read, ${prices.fresh} new`)
}

/** From the first fill of a contract on: before it nobody held anything. */
async function takePrices(db: Database, tape: Tape, facts: readonly Fact[], mode: MarkFilterMode) {
  const secTypes = new Map(facts.flatMap((fact) => (fact.kind === 'instrument' ? [[fact.conId, fact.secType]] : [])))
  const firstFill = new Map<number, number>()
  for (const fact of facts) if (fact.kind === 'execution') firstFill.set(fact.conId, Math.min(firstFill.get(fact.conId) ?? fact.at, fact.at))
  const filters = new Map<number, MarkFilter>()
  const waiting = new Map<number, Omit<Mark, 'kind' | 'conId'>[]>()
  const covered = new Map<number, Span>()
  const progress = progressLine(clock)
  let next = await nextImportedMark(db)
  let fresh = 0
  let read = 0
  const write = async (conId: number) => {
    const marks = waiting.get(conId) ?? []
    waiting.set(conId, [])
    const added = await appendMarks(db, conId, marks, next)
    next += marks.length
    fresh += added
    const [first] = marks
    const last = marks.at(-1)
    if (added > 0 && first !== undefined && last !== undefined) covered.set(conId, { from: covered.get(conId)?.from ?? first.at, to: last.at })
  }
  for await (const quotes of tape.quotes()) {
    for (const { conId, quote } of quotes) {
      if (quote.at < (firstFill.get(conId) ?? Number.POSITIVE_INFINITY)) continue
      const filter = filters.get(conId) ?? new MarkFilter(mode, secTypes.get(conId) ?? '')
      filters.set(conId, filter)
      const marks = waiting.get(conId) ?? []
      waiting.set(conId, marks)
      for (const { price, at } of filter.offer(quote).accepted) marks.push({ price, at, source: quote.isMid || quote.price === null ? 'MID' : 'LAST' })
      if (marks.length >= MARKS_AT_ONCE) await write(conId)
    }
    read += quotes.length
    progress.show(`${read.toLocaleString('en')} of ${tape.prices.toLocaleString('en')} prices`)
  }
  for (const conId of waiting.keys()) await write(conId)
  progress.clear()
  return { fresh, covered }
}

/** The time of a tape's prices is known, but for the gaps it declares itself. */
function repairsOf(conId: number, span: Span, told: readonly Fact[], gaps: readonly Gap[]): readonly Repair[] {
  if (span.to <= span.from) return []
  const own = gaps.filter((gap) => told.includes(gap) && (gap.conId === undefined || gap.conId === conId))
  return without([span], own).map(({ from, to }) => ({ kind: 'repair', conId, from, to, source: 'TICKS' }))
}
