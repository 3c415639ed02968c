// The laws of domain.md ('Running result'), each over random order flow. fast-check prints the seed and the smallest flow that breaks one.
// EXCURSION_RUNS asks for more flows than the usual ones.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { type Decimal, decimal, plain, ZERO } from '#core/decimal.ts'
import { orderOf, worded } from '#core/containment.ts'
import { comparePlaces, familyOf, Ledger, type Place } from '#core/execution.ts'
import type { Execution, Fact, Instrument } from '#core/facts.ts'
import type { Quote } from '#core/mark.ts'
import { printAlert, printTrade, Replay } from '#core/replay.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import { parseLine } from '#core/tape.ts'
import { type Instant, printInstant } from '#core/time.ts'
import type { Trade, Unit } from '#core/trade.ts'
import { replayInputs } from './arbitrary.ts'

const numRuns = Number(process.env['EXCURSION_RUNS'] ?? 150)

// ---------------------------------------------------------------- flows

const INSTRUMENT: Instrument = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'FUT', currency: 'USD', multiplier: '5' }
const START = Date.UTC(2013, 9, 7, 13, 30)

/** One thing that happens, a second after the one before. Prices are in cents above 90. */
type Happening =
  | { readonly kind: 'mark'; readonly cents: number }
  | { readonly kind: 'fill'; readonly cents: number; readonly quantity: string; readonly isBuy: boolean; readonly order: number; readonly account: number }
type Flow = readonly Happening[]

const cents = fc.oneof(fc.integer({ min: 900, max: 1100 }), fc.integer({ min: 0, max: 2000 }))
const quantity = fc.constantFrom('1', '2', '3', '100', '0.5', '0.3333')
const marks = fc.record({ kind: fc.constant('mark' as const), cents })
const fills = fc.record({
  kind: fc.constant('fill' as const),
  ...{ cents, quantity, isBuy: fc.boolean(), order: fc.integer({ min: 1, max: 4 }), account: fc.constantFrom(1, 1, 1, 2) },
})
const flows: fc.Arbitrary<Flow> = fc.array(fc.oneof({ weight: 2, arbitrary: marks }, fills), { minLength: 1, maxLength: 40, size: 'max' })

const at = (index: number): Instant => START + index * 1000
const priceOf = (level: number) => plain(decimal(level).div(100).plus(90))

function executionOf(fill: Happening & { kind: 'fill' }, index: number): Execution {
  return {
    kind: 'execution',
    ...{ executionId: `f.f.${index}.01`, account: `DU${fill.account}`, conId: INSTRUMENT.conId, side: fill.isBuy ? 'BUY' : 'SELL' },
    ...{ quantity: fill.quantity, price: priceOf(fill.cents), at: at(index), permId: String(fill.order) },
  }
}

interface Price {
  readonly price: number
  readonly at: Instant
}

function quoteOf({ price, at: when }: Price): Quote {
  return { at: when, price, bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false }
}

const factsOf = (flow: Flow): Fact[] => flow.flatMap((happening, index) => (happening.kind === 'fill' ? [executionOf(happening, index)] : []))
const pricesOf = (flow: Flow): Price[] =>
  flow.flatMap((happening, index) => (happening.kind === 'mark' ? [{ price: Number(priceOf(happening.cents)), at: at(index) }] : []))

/** A tape runs to its last fact: every tape here runs equally far. */
const CLOCK = { kind: 'fxRate', base: 'EUR', quote: 'USD', rate: '1', at: at(99) } as const satisfies Fact

function replay(facts: readonly Fact[], prices: readonly Price[]): readonly Trade[] {
  const replaying = new Replay([INSTRUMENT, CLOCK, ...facts], { filter: 'none', rules: [] })
  for (const price of prices) replaying.quote(INSTRUMENT.conId, quoteOf(price))
  return replaying.finish().trades
}

const fold = (flow: Flow) => replay(factsOf(flow), pricesOf(flow))

/** The trades after each happening of a flow. */
function* steps(flow: Flow): Generator<readonly Trade[]> {
  const ledger = new Ledger()
  const book = newBook(ledger)
  for (const [index, happening] of flow.entries()) {
    if (happening.kind === 'mark') book.mark(Number(priceOf(happening.cents)), at(index))
    else {
      const execution = executionOf(happening, index)
      ledger.tell(execution, { at: execution.at, arrival: index })
      enter(book, ledger, familyOf(execution.executionId))
    }
    yield book.trades.map((trade) => book.tell(trade))
  }
}

function newBook(ledger: Ledger): ContractBook {
  return new ContractBook(INSTRUMENT, { rules: [], trace: false, commissionOf: (family, currency) => ledger.commissionOf(family, currency) })
}

function enter(book: ContractBook, ledger: Ledger, family: string): void {
  const fill = ledger.fillOf(family)
  if (fill?.quantity.gt(ZERO)) book.enter(fill)
}

const law = <T>(flow: fc.Arbitrary<T>, holds: (flow: T) => void) => fc.assert(fc.property(flow, holds), { numRuns })
const sum = (numbers: readonly string[]) => plain(numbers.reduce<Decimal>((total, number) => total.plus(number), ZERO))
const times = (number: string, factor: string | number) => plain(decimal(number).times(factor))
/** Favourable is up for a long, down for a short. */
const up = ({ side }: Trade, price: string) => decimal(price).times(side === 'LONG' ? 1 : -1)

// ---------------------------------------------------------------- laws

const options = { timeout: 600_000 }

describe('law: the running result', options, () => {
  test('is continuous across a fill made at the mark', () => {
    law(fc.tuple(flows, marks, fills), ([flow, mark, fill]) => {
      const [before = [], after = []] = [...steps([...flow, mark, { ...fill, cents: mark.cents }])].slice(-2)
      const results = new Map(after.map((trade) => [trade.tradeId, trade.grossPnl]))
      for (const trade of before) expect(results.get(trade.tradeId)).toBe(trade.grossPnl)
    })
  })

  test('does not depend on which lot a fill closes: orders add up to round trips', () => {
    law(fc.tuple(flows, marks), ([flow, mark]) => {
      const trades = fold([...flow, mark])
      for (const account of ['DU1', 'DU2']) {
        const [orders, trips] = (['ORDER', 'ROUND_TRIP'] satisfies Unit[]).map((unit) =>
          sum(trades.filter((trade) => trade.unit === unit && trade.account === account).map(({ grossPnl }) => grossPnl)),
        )
        expect(orders).toBe(trips)
      }
    })
  })

  test('at flat equals what was realised, to the cent', () => {
    law(flows, (flow) => {
      for (const trade of fold(flow).filter(({ status }) => status === 'CLOSED')) {
        const cash = trade.fills.map(({ side, quantity: units, price }) => times(times(units, price), side === 'BUY' ? -1 : 1))
        expect(trade.grossPnl).toBe(times(sum(cash), 5))
      }
    })
  })

  test('scaling every quantity scales it and its extremes; prices and percentages stay', () => {
    law(fc.tuple(flows, fc.constantFrom('2', '0.1', '7')), ([flow, factor]) => {
      const scaled = flow.map((happening) => (happening.kind === 'mark' ? happening : { ...happening, quantity: times(happening.quantity, factor) }))
      const larger = fold(scaled)
      for (const [index, { mfe, mae, grossPnl }] of fold(flow).entries()) {
        expect(larger[index]).toMatchObject({
          grossPnl: times(grossPnl, factor),
          mfe: { ...mfe, pnl: times(mfe.pnl, factor) },
          mae: { ...mae, pnl: times(mae.pnl, factor) },
        })
      }
    })
  })

  test('mirrored prices with mirrored sides give the same', () => {
    law(flows, (flow) => {
      // P → 2 · 100 − P
      const mirrored = flow.map((happening) => {
        const mirror = { cents: 2000 - happening.cents }
        return happening.kind === 'mark' ? { ...happening, ...mirror } : { ...happening, ...mirror, isBuy: !happening.isBuy }
      })
      const results = (trades: readonly Trade[]) =>
        trades.map(({ tradeId, grossPnl, mfe, mae }) => [tradeId, grossPnl, mfe.pnl, mfe.pnlAt, mfe.at, mae.pnl, mae.pnlAt, mae.at])
      expect(results(fold(mirrored))).toEqual(results(fold(flow)))
    })
  })
})

describe('law: excursions', options, () => {
  test('MAE ≤ 0 ≤ MFE, and the result between them, at all times and in every view', () => {
    law(flows, (flow) => {
      for (const trades of steps(flow)) {
        for (const trade of trades) {
          const { mfe, mae, grossPnl, lastPrice } = trade
          expect(Math.max(Number(mae.pnl), Number(mae.pct))).toBeLessThanOrEqual(0)
          expect(Math.min(Number(mfe.pnl), Number(mfe.pct))).toBeGreaterThanOrEqual(0)
          expect(decimal(grossPnl).gte(mae.pnl) && decimal(grossPnl).lte(mfe.pnl)).toBe(true)
          expect(up(trade, lastPrice).gte(up(trade, mae.price)) && up(trade, lastPrice).lte(up(trade, mfe.price))).toBe(true)
        }
      }
    })
  })

  const isWithin = (inner: Trade, outer: Trade) => {
    expect(decimal(outer.mfe.pnl).gte(inner.mfe.pnl) && decimal(outer.mae.pnl).lte(inner.mae.pnl)).toBe(true)
    expect(decimal(outer.mfe.pct ?? 0).gte(inner.mfe.pct ?? 0) && decimal(outer.mae.pct ?? 0).lte(inner.mae.pct ?? 0)).toBe(true)
    expect(up(outer, outer.mfe.price).gte(up(inner, inner.mfe.price)) && up(outer, outer.mae.price).lte(up(inner, inner.mae.price))).toBe(true)
  }

  test('never narrow while the trade is open', () => {
    law(flows, (flow) => {
      let before: readonly Trade[] = []
      for (const trades of steps(flow)) {
        for (const [index, trade] of before.entries()) isWithin(trade, trades[index] as Trade)
        before = trades
      }
    })
  })

  test('more marks can only widen them', () => {
    law(fc.tuple(flows, fc.array(fc.record({ cents, second: fc.nat({ max: 40 }) }), { maxLength: 10 })), ([flow, more]) => {
      const added = more.map(({ cents: level, second }) => ({ price: Number(priceOf(level)), at: at(second) + 500 }))
      const prices = [...pricesOf(flow), ...added].sort((a, b) => a.at - b.at)
      const seenMore = replay(factsOf(flow), prices)
      for (const [index, trade] of fold(flow).entries()) isWithin(trade, seenMore[index] as Trade)
    })
  })

  test('a split keeps results and percentages', () => {
    law(fc.tuple(flows, fc.nat({ max: 40 }), fc.constantFrom('2', '4', '0.1', '0.5')), ([flow, second, ratio]) => {
      const split: Fact = { kind: 'split', conId: INSTRUMENT.conId, ratio, at: at(second) - 500 }
      const inNewUnits = factsOf(flow).map((fact) =>
        fact.kind === 'execution' && fact.at > split.at
          ? { ...fact, quantity: times(fact.quantity, ratio), price: plain(decimal(fact.price).div(ratio)) }
          : fact,
      )
      const prices = pricesOf(flow).map(({ price, at: when }) => ({ price: when > split.at ? Number(plain(decimal(price).div(ratio))) : price, at: when }))
      const kept = (trades: readonly Trade[]) =>
        trades.map(({ tradeId, status, grossPnl, mfe, mae, drawdownPct }) => ({
          ...{ tradeId, status, grossPnl, drawdownPct },
          ...{ mfe: { ...mfe, price: null }, mae: { ...mae, price: null } },
        }))
      expect(kept(replay([split, ...inNewUnits], prices))).toEqual(kept(fold(flow)))
    })
  })
})

describe('law: history', options, () => {
  test('facts of different instruments commute', () => {
    law(fc.tuple(flows, flows, fc.infiniteStream(fc.boolean())), ([flow, other, isFirst]) => {
      const others = factsOf(other).map((fact): Fact => (fact.kind === 'execution' ? { ...fact, conId: 2, executionId: `g.${fact.executionId}` } : fact))
      const second: Instrument = { ...INSTRUMENT, conId: 2, symbol: 'BBB' }
      const [mine, theirs] = [factsOf(flow), [...others]]
      const mixed: Fact[] = []
      while (mine.length + theirs.length > 0) mixed.push(...(isFirst.next().value ? mine : theirs).splice(0, 1))
      const replaying = new Replay([INSTRUMENT, second, CLOCK, ...mixed], { filter: 'none', rules: [] })
      for (const price of pricesOf(flow)) replaying.quote(1, quoteOf(price))
      for (const price of pricesOf(other)) replaying.quote(2, quoteOf(price))
      const { trades } = replaying.finish()
      expect(trades.filter(({ conId }) => conId === 1)).toEqual(fold(flow))
      const alone = new Replay([second, CLOCK, ...others], { filter: 'none', rules: [] })
      for (const price of pricesOf(other)) alone.quote(2, quoteOf(price))
      expect(trades.filter(({ conId }) => conId === 2)).toEqual(alone.finish().trades)
    })
  })

  test('every fact told twice is told once', () => {
    fc.assert(
      fc.property(replayInputs(), ({ tapes, rules }) => {
        const lines = tapes.flat()
        expect(told([...lines, ...lines.filter((line) => !line.startsWith('{"kind":"mark"'))], rules)).toEqual(told(lines, rules))
      }),
      { numRuns },
    )
  })

  test('corrected, it is that which was right from the start', () => {
    const wrongs = fc.option(fc.record({ cents, quantity, isBuy: fc.boolean() }), { nil: null })
    law(fc.tuple(flows, fc.array(wrongs, { minLength: 40, maxLength: 40 })), ([flow, wrong]) => {
      const first = factsOf(flow.map((happening, index) => (happening.kind === 'fill' ? { ...happening, ...(wrong[index] ?? {}) } : happening)))
      const corrections = factsOf(flow).map((fact): Fact => (fact.kind === 'execution' ? { ...fact, executionId: fact.executionId.replace(/1$/, '2') } : fact))
      expect(withoutSuffix(replay([...first, ...corrections], pricesOf(flow)))).toEqual(withoutSuffix(fold(flow)))
    })
  })
})

/** What a tape without `--marks` files makes, printed. */
function told(lines: readonly string[], rules: readonly string[]) {
  const facts: Fact[] = []
  const quotes: { conId: number; quote: Quote }[] = []
  for (const line of lines) {
    const parsed = parseLine(line)
    if ('refused' in parsed) throw new Error(parsed.refused)
    if (parsed.kind === 'quote') quotes.push(parsed)
    else facts.push(parsed)
  }
  const replaying = new Replay(facts, { filter: 'default', rules: rules.map((rule) => parseRule(JSON.parse(rule)) as Rule) })
  for (const { conId, quote } of quotes.sort((a, b) => a.quote.at - b.quote.at)) replaying.quote(conId, quote)
  const { trades, alerts } = replaying.finish()
  return {
    trades: trades.map((trade) => ({ ...printTrade(trade, printInstant), provenance: trade.provenance })),
    alerts: alerts.map((alert) => printAlert(alert, printInstant)),
  }
}

function withoutSuffix(trades: readonly Trade[]): readonly Trade[] {
  return trades.map((trade) => ({ ...trade, fills: trade.fills.map((fill) => ({ ...fill, executionId: familyOf(fill.executionId) })) }))
}

// ---------------------------------------------------------------- history as it becomes known

/** A fact and how many happenings later it becomes known. */
interface News {
  readonly fact: Fact
  readonly delay: number
}

const delays = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 12 }))
const signed = fc.tuple(fc.constantFrom('', '-'), quantity).map((parts) => parts.join(''))
const movement = { quantity: signed, price: cents.map(priceOf), account: fc.constantFrom('DU1', 'DU1', 'DU2'), delay: delays }
/** What a second brings: a price, or facts. */
const seconds = fc.oneof(
  { weight: 6, arbitrary: marks },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('execution' as const),
      ...{ fill: fills, delay: delays, correction: fc.option(fc.record({ fill: fills, delay: delays }), { nil: null, freq: 3 }) },
      ...{ isBusted: fc.option(delays, { nil: null, freq: 9 }), isHeld: fc.option(delays, { nil: null, freq: 9 }) },
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('adopt' as const), ...movement }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settlement' as const), ...movement }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('split' as const), ratio: fc.constantFrom('2', '0.5'), delay: delays }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('link' as const), exit: fc.integer({ min: 1, max: 4 }), entry: fc.integer({ min: 1, max: 4 }), delay: delays }),
  },
)
type Second = typeof seconds extends fc.Arbitrary<infer T> ? T : never

function newsOf(second: Second, index: number): readonly News[] {
  const { conId } = INSTRUMENT
  switch (second.kind) {
    case 'mark':
      return []
    case 'execution': {
      const execution = executionOf(second.fill, index)
      const { executionId } = execution
      const news: News[] = [{ fact: execution, delay: second.delay }]
      if (second.correction !== null) {
        const { fill, delay } = second.correction
        news.push({ fact: { ...executionOf(fill, index), account: execution.account, executionId: executionId.replace(/1$/, '2') }, delay })
      }
      if (second.isBusted !== null) news.push({ fact: { kind: 'cancel', executionId }, delay: second.isBusted })
      if (second.isHeld !== null) news.push({ fact: { kind: 'hold', executionId }, delay: second.isHeld })
      return news
    }
    case 'adopt':
      return [{ fact: { kind: 'adopt', conId, account: second.account, quantity: second.quantity, price: second.price, at: at(index) }, delay: second.delay }]
    case 'settlement': {
      const { account, quantity: units, price, delay } = second
      return [{ fact: { kind: 'settlement', conId, account, quantity: units, price, reason: 'TRANSFER_OUT', at: at(index) }, delay }]
    }
    case 'split':
      return [{ fact: { kind: 'split', conId, ratio: second.ratio, at: at(index) }, delay: second.delay }]
    case 'link':
      return [{ fact: { kind: 'link', account: 'DU1', exitPermId: String(second.exit), entryPermId: String(second.entry) }, delay: second.delay }]
  }
}

/** A ledger, a book of what is open, and the trades as a store would hold them: what the recorder does, without one. */
class Desk {
  readonly #ledger = new Ledger()
  readonly #prices: Price[] = []
  readonly #stored = new Map<string, Trade>()
  #book = newBook(this.#ledger)
  #arrival = 0

  price(price: Price): void {
    this.#prices.push(price)
    this.#book.mark(price.price, price.at)
  }

  hear(fact: Fact): void {
    const place = {
      at: fact.kind === 'link' || fact.kind === 'hold' || fact.kind === 'cancel' ? START : ((fact as Execution).at ?? START),
      arrival: ++this.#arrival,
    }
    const isNew = fact.kind === 'execution' && this.#ledger.fillOf(familyOf(fact.executionId)) === null
    this.#ledger.take(fact, place)
    if (isNew && place.at >= this.#book.now && !this.#isSpokenOf(familyOf(fact.executionId))) enter(this.#book, this.#ledger, familyOf(fact.executionId))
    else this.foldAgain(fact.kind === 'execution' || 'conId' in fact ? { at: place.at, arrival: 0 } : { at: START, arrival: 0 })
  }

  /** Words on its order, of a fill that was taken back perhaps, may be on what it opens. */
  #isSpokenOf(family: string): boolean {
    const fill = this.#ledger.fillOf(family)
    return fill !== null && this.#ledger.spokenOf(INSTRUMENT.conId).some((one) => orderOf(one) === orderOf(fill))
  }

  /** From the last moment before the place at which everybody was flat; what was stored since is written anew. */
  foldAgain(place: Place): void {
    this.#store()
    const { entries } = worded(this.#ledger, INSTRUMENT, place)
    // What stood at the place itself may be gone by now: busted, or held.
    const from = Math.min(place.at, entries[0]?.at ?? place.at)
    for (const [tradeId, { openedAt }] of this.#stored) if (openedAt >= from) this.#stored.delete(tradeId)
    this.#book = newBook(this.#ledger)
    const moments = [...entries, ...this.#prices.filter((price) => price.at >= from).map((price) => ({ ...price, arrival: Number.POSITIVE_INFINITY }))]
    for (const moment of moments.sort(comparePlaces)) {
      if ('price' in moment && typeof moment.price === 'number') this.#book.mark(moment.price, moment.at)
      else this.#book.enter(moment as (typeof entries)[0])
    }
  }

  #store(): void {
    for (const trade of this.#book.trades) this.#stored.set(trade.tradeId, this.#book.tell(trade))
  }

  trades(): readonly Trade[] {
    this.#book.passTime(CLOCK.at)
    this.#store()
    return [...this.#stored.values()].sort((a, b) => a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1))
  }
}

describe('law: history as it becomes known', options, () => {
  const tapes = fc.array(seconds, { minLength: 1, maxLength: 30, size: 'max' })

  /** Hears everything in the order in which it becomes known; `restartsAfter` one second the book is thrown away and folded from its facts. */
  function live(
    tape: readonly Second[],
    restartsAfter: number | null,
  ): { readonly trades: readonly Trade[]; readonly facts: readonly Fact[]; readonly prices: readonly Price[] } {
    const desk = new Desk()
    const facts: Fact[] = []
    const prices: Price[] = []
    for (let second = 0; second < tape.length + 13; second++) {
      const now = tape[second]
      if (now?.kind === 'mark') {
        const price = { price: Number(priceOf(now.cents)), at: at(second) }
        prices.push(price)
        desk.price(price)
      }
      for (const [index, told] of tape.slice(0, second + 1).entries()) {
        for (const { fact, delay } of newsOf(told, index)) {
          if (index + delay !== second) continue
          facts.push(fact)
          desk.hear(fact)
        }
      }
      if (second === restartsAfter) desk.foldAgain({ at: Number.POSITIVE_INFINITY, arrival: 0 })
    }
    return { trades: desk.trades(), facts, prices }
  }

  test('late, corrected, busted, held, linked or split afterwards: the trades are those of a replay', () => {
    law(tapes, (tape) => {
      const { trades, facts, prices } = live(tape, null)
      expect(trades).toEqual(replay(facts, prices))
    })
  })

  test('a restart at any moment changes nothing', () => {
    law(fc.tuple(tapes, fc.nat({ max: 30 })), ([tape, second]) => {
      expect(live(tape, second).trades).toEqual(live(tape, null).trades)
    })
  })
})

test('law: held trades never change a round trip', options, () => {
  law(fc.tuple(flows, fc.nat({ max: 40 }), fc.constantFrom('1', '1000')), ([flow, second, quantity]) => {
    // Bought and sold, never short: what is sold short beside a held long one closes that.
    const positions = new Map<number, Decimal>()
    const long = flow.filter((happening) => {
      if (happening.kind === 'mark') return true
      const is = (positions.get(happening.account) ?? ZERO).plus(times(happening.quantity, happening.isBuy ? 1 : -1))
      if (is.lt(ZERO)) return false
      positions.set(happening.account, is)
      return true
    })
    const trips = (trades: readonly Trade[]) => trades.filter(({ unit }) => unit === 'ROUND_TRIP')
    const adoption: Fact = { kind: 'adopt', account: 'DU1', conId: INSTRUMENT.conId, quantity, price: '95', at: at(second) - 500 }
    const held: Fact[] = [
      { ...executionOf({ kind: 'fill', cents: 0, quantity, isBuy: true, order: 9, account: 1 }, 99), at: at(second) - 250 },
      { kind: 'hold', executionId: 'f.f.99.01' },
    ]
    expect(trips(replay([adoption, ...held, ...factsOf(long)], pricesOf(long)))).toEqual(trips(fold(long)))
  })
})
