// Words belong to the trade that contains the execution they were said of: compared with the naive reading of the same, from wherever it is folded.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { positionsOf, worded, wordsOnTrades } from '#core/containment.ts'
import { BEGINNING, familyOf, Ledger } from '#core/execution.ts'
import type { Execution, Fact, Instrument } from '#core/facts.ts'
import type { EntryWords } from '#core/words.ts'
import { type Fill, fillsOf } from './naive/fills.ts'
import { read } from './naive/tape.ts'
import type { NaiveTrade, Part } from './naive/trade.ts'
import { familiesOf, lastWord, tradesAsHeld, type Word } from './naive/words.ts'

const numRuns = Number(process.env['EXCURSION_RUNS'] ?? 1000)
const START = Date.UTC(2026, 10, 20, 15)
const IBM: Instrument = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }

describe('an order of two fills', () => {
  const first = fillOf(1)
  const second = fillOf(2)

  test('held by a word on its second fill, before the first was known: one trade, held', () => {
    expect(told([second, first], [{ family: name(2), name: 'held', value: true }])).toEqual([{ opening: name(1), held: true, said: {}, own: [name(2)] }])
  })

  test('of two words on one trade the later stands, wherever it was said', () => {
    const stops = (...values: readonly (readonly [number, string])[]) => values.map(([n, value]) => ({ family: name(n), name: 'initialStop', value }))
    const stop = (words: readonly Word[]) => told([first, second], words)[0]?.said
    expect(stop(stops([1, '98'], [2, '97']))).toEqual({ initialStop: '97' })
    expect(stop(stops([2, '97'], [1, '98']))).toEqual({ initialStop: '98' })
  })

  test('no longer held by a later word under another name', () => {
    const words = [2, 1].map((n) => ({ family: name(n), name: 'held', value: n === 2 }))
    expect(told([first, second], words)).toMatchObject([{ held: false }])
    expect(told([first, second, bust(1)], words)).toMatchObject([{ opening: name(2), held: false, own: [name(1), name(2)] }])
  })

  test('what was said of a fill that was taken back is of the next trade its order opens, and of no other order', () => {
    const words = [{ family: name(1), name: 'initialStop', value: '98' }]
    expect(told([first, bust(1), second], words)).toMatchObject([{ opening: name(2), said: { initialStop: '98' }, own: [name(1)] }])
    expect(told([first, bust(1), fillOf(2, { permId: '9' })], words)).toMatchObject([{ opening: name(2), said: {}, own: [] }])
  })

  test('closed in between they are two trades, each with its own', () => {
    const between = fillOf(5, { at: first.at + 500, side: 'SELL', permId: '8' })
    const words = [{ family: name(2), name: 'held', value: true }]
    expect(told([first, between, second], words)).toMatchObject([
      { opening: name(1), held: false, own: [] },
      { opening: name(2), held: true, own: [name(2)] },
    ])
  })
})

/** Few orders, two of either side, so that most have several fills and positions come back to nothing often. */
const fill = fc.record({
  ...{ order: fc.integer({ min: 1, max: 4 }), quantity: fc.constantFrom('50', '100') },
  account: fc.oneof({ weight: 5, arbitrary: fc.constant('DU1') }, { weight: 1, arbitrary: fc.constant('DU2') }),
  isBusted: fc.option(fc.constant(true), { nil: false, freq: 4 }),
})
const words = fc.array(
  fc.oneof(
    fc.record({ n: fc.nat({ max: 19 }), name: fc.constant('held'), value: fc.boolean() }),
    fc.record({ n: fc.nat({ max: 19 }), name: fc.constant('initialStop'), value: fc.constantFrom('97', '98', null) }),
    fc.record({ n: fc.nat({ max: 19 }), name: fc.constant('initialTarget'), value: fc.constantFrom('110', null) }),
  ),
  { maxLength: 12, size: 'max' },
)
const history = fc.record({ fills: fc.array(fill, { minLength: 1, maxLength: 20, size: 'max' }), words })

test('law: brute force says the same words of the same trades', () => {
  fc.assert(
    fc.property(history, (drawn) => {
      const { facts, said } = happened(drawn)
      expect(told(facts, said)).toEqual(naively(facts, said))
    }),
    { numRuns },
  )
})

test('law: folded from wherever, what opens a trade is held and left as in the whole', () => {
  fc.assert(
    fc.property(history, fc.nat({ max: 20 }), (drawn, from) => {
      const { facts, said } = happened(drawn)
      const ledger = ledgerOf(facts, said)
      const whole = worded(ledger, IBM, BEGINNING)
      const part = worded(ledger, IBM, { at: START + from * 1000, arrival: 0 })
      const openings = new Set(positionsOf(whole.entries, IBM).map(({ families }) => families[0]))
      const ofPart = (entries: typeof whole.entries) =>
        entries.slice(-part.entries.length || entries.length).flatMap((entry) => (entry.kind === 'fill' && openings.has(entry.family) ? [entry] : []))
      if (part.entries.length > 0) expect(ofPart(part.entries)).toEqual(ofPart(whole.entries))
    }),
    { numRuns },
  )
})

interface Telling {
  readonly opening: string
  readonly held: boolean
  readonly said: unknown
  readonly own: readonly string[]
}

function told(facts: readonly Fact[], said: readonly Word[]): readonly Telling[] {
  const ledger = ledgerOf(facts, said)
  const folded = worded(ledger, IBM, BEGINNING)
  const trades = positionsOf(folded.entries, IBM)
  const on = new Map(wordsOnTrades(trades, ledger.spokenOf(IBM.conId), folded).map((words) => [words.tradeId, words.own]))
  const openings = new Map(folded.entries.flatMap((entry) => (entry.kind === 'fill' ? [[entry.family, entry] as const] : [])))
  return trades
    .filter(({ unit }) => unit === 'ORDER')
    .map(({ tradeId, families, held }) => ({
      ...{ opening: families[0] as string, held, said: openings.get(families[0] as string)?.said },
      own: (on.get(tradeId) ?? []).map((anchor) => anchor.split(':')[2] as string).sort(),
    }))
}

function naively(facts: readonly Fact[], said: readonly Word[]): readonly Telling[] {
  const tape = read({
    tapes: [[JSON.stringify(IBM), ...facts.map((fact) => JSON.stringify({ ...fact, ...('at' in fact ? { at: new Date(fact.at ?? 0).toISOString() } : {}) }))]],
    marks: [],
  })
  const fills = fillsOf(tape)
  const trades = tradesAsHeld(fills, tape.splits, said)
  const opening = (trade: NaiveTrade): Fill => (trade.parts[0] as Part).fill
  return trades
    .filter(({ unit }) => unit === 'ORDER')
    .map((trade) => {
      const contained = familiesOf(trade, trades, fills, tape.splits)
      const known = (['initialStop', 'initialTarget'] as const).map((word) => [word, lastWord(word, contained, said)] as const)
      return {
        ...{ opening: opening(trade).family, held: trade.held, said: Object.fromEntries(known.filter(([, value]) => value !== undefined)) },
        own: contained.filter((family) => said.some((word) => word.family === family)).sort(),
      }
    })
}

function ledgerOf(facts: readonly Fact[], said: readonly Word[]): Ledger {
  const ledger = new Ledger()
  for (const [arrival, fact] of facts.entries()) ledger.take(fact, { at: 'at' in fact ? (fact.at ?? 0) : 0, arrival })
  const all = new Map<string, EntryWords>()
  for (const [order, { family, name: word, value }] of said.entries()) all.set(family, { ...all.get(family), [word]: { value, order: order + 1 } })
  for (const [family, entry] of all) ledger.say(family, entry)
  return ledger
}

function happened({ fills, words: drawn }: typeof history extends fc.Arbitrary<infer T> ? T : never) {
  const facts = fills.flatMap(({ order, quantity, account, isBusted }, n): Fact[] => [
    fillOf(n, { side: order % 2 === 0 ? 'BUY' : 'SELL', permId: String(order), quantity, account }),
    ...(isBusted ? [bust(n)] : []),
  ])
  return { facts, said: drawn.filter(({ n }) => n < fills.length).map(({ n, ...word }) => ({ family: name(n), ...word })) }
}

function name(n: number): string {
  return familyOf(fillOf(n).executionId)
}

function fillOf(n: number, more: Partial<Execution> = {}): Execution {
  return {
    ...{ kind: 'execution', executionId: `a.b.${n}.01`, account: 'DU1', conId: IBM.conId, side: 'BUY', quantity: '100', price: '100' },
    ...{ at: START + n * 1000, permId: '7', ...more },
  }
}

function bust(n: number): Fact {
  return { kind: 'cancel', executionId: fillOf(n).executionId }
}
