// Stops as they become known: whatever came late, R is what it would be had everything been known from the start.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { comparePlaces, familyOf, type Fill, Ledger, type Place, sinceFlat } from '#core/execution.ts'
import type { Execution, Fact, Plan } from '#core/facts.ts'
import { planOf, saidOfEntry } from '#core/plan.ts'
import type { Trade } from '#core/trade.ts'

const STOCK = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD' } as const
const START = Date.UTC(2013, 9, 7, 13, 30)
const at = (second: number) => START + second * 1000

const execution = (second: number, more: Partial<Execution> = {}): Execution => ({
  ...{ kind: 'execution', executionId: `a.b.${second}.01`, account: 'DU1', conId: 1, side: 'BUY', quantity: '100', price: '100', at: at(second) },
  ...more,
})
const stop = (opened: number, second: number, price: string, more: Partial<Plan> = {}): Plan => ({
  ...{ kind: 'plan', executionId: `a.b.${opened}.01`, stop: price, at: at(second) },
  ...more,
})

/** Hears facts in the order in which they become known, as the recorder does: onwards where it can, else from the last moment everybody was flat. */
class Desk {
  readonly ledger = new Ledger()
  readonly #stored = new Map<string, Trade>()
  #book = this.#newBook()
  #arrival = 0

  #newBook(): ContractBook {
    return new ContractBook(STOCK, { rules: [], trace: false, commissionOf: () => null })
  }

  hear(fact: Execution | Plan): void {
    const place = { at: fact.at, arrival: ++this.#arrival }
    const family = familyOf(fact.executionId)
    const known = this.ledger.fillOf(family)
    if (fact.kind === 'plan' && this.ledger.hasPlan(fact)) return
    this.ledger.take(fact, place)
    const fill = this.ledger.fillOf(family)
    if (fill === null) return
    if (fact.kind === 'plan') {
      if (fact.at > fill.at && fact.at >= this.#book.now && this.#book.holds(family)) this.#book.enter({ kind: 'plan', family, plan: fact, ...place })
      else this.#foldAgain(fill)
    } else if (known === null && fact.at >= this.#book.now) for (const entry of this.ledger.entriesOf(family)) this.#book.enter(entry)
    else this.#foldAgain(known !== null && comparePlaces(known, place) < 0 ? known : place)
  }

  say(opened: number, initialStop: string): void {
    const family = familyOf(`a.b.${opened}.01`)
    this.ledger.say(family, { initialStop: { value: initialStop, order: 1 } })
    const fill = this.ledger.fillOf(family)
    if (fill !== null) this.#foldAgain(fill)
  }

  #foldAgain(place: Place): void {
    this.#store()
    const entries = sinceFlat(this.ledger.history(1), place)
    const from = Math.min(place.at, entries[0]?.at ?? place.at)
    for (const [tradeId, { openedAt }] of this.#stored) if (openedAt >= from) this.#stored.delete(tradeId)
    this.#book = this.#newBook()
    for (const entry of entries) this.#book.enter(entry)
  }

  #store(): void {
    for (const trade of this.#book.trades) this.#stored.set(trade.tradeId, this.#book.tell(trade))
  }

  trades(): readonly Trade[] {
    this.#store()
    return [...this.#stored.values()].sort((a, b) => a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1))
  }
}

function heard(...facts: readonly (Execution | Plan)[]): readonly Trade[] {
  const desk = new Desk()
  for (const fact of facts) desk.hear(fact)
  return desk.trades()
}

const only = (trades: readonly Trade[], unit: Trade['unit'] = 'ORDER') => trades.find((trade) => trade.unit === unit)?.plan

describe('what the book knows of R', () => {
  test('nothing said: no plan', () => {
    expect(only(heard(execution(0)))).toBeNull()
  })

  test("the stop in the order's reference", () => {
    expect(only(heard(execution(0, { orderRef: 'breakout stop=98 target=110' })))).toMatchObject({
      risk: { amount: '200', stop: '98' },
      stop: '98',
      target: '110',
    })
  })

  test('a plan that stood there before the fill, told before or after it, is that of the whole order', () => {
    const part = execution(3, { permId: '7', price: '101' })
    const first = execution(2, { permId: '7' })
    const before = heard(stop(2, 1, '98'), first, part)
    expect(only(before)).toMatchObject({ risk: { amount: '500', quantity: '200', entryPrice: '100.5' } })
    expect(heard(first, part, stop(2, 1, '98'))).toEqual(before)
  })

  test('a stop that came after the entry freezes R with what was open then; a round trip has it too', () => {
    const trades = heard(execution(0), stop(0, 2, '97'), execution(3, { price: '90' }), stop(0, 5, '95'))
    for (const unit of ['ORDER', 'ROUND_TRIP'] as const) {
      expect(only(trades, unit)).toMatchObject({ risk: { amount: '300', quantity: '100' }, stop: '95', moves: [{ way: 'WIDENED', from: '97', to: '95' }] })
    }
  })

  test("the trader's word wins, whenever it is said", () => {
    const desk = new Desk()
    for (const fact of [execution(0, { orderRef: 'stop=98' }), stop(0, 2, '97')]) desk.hear(fact)
    desk.say(0, '99')
    expect(only(desk.trades())).toMatchObject({ risk: { amount: '100', stop: '99' }, moves: [{ way: 'WIDENED', from: '99', to: '97', r: '-2' }] })
  })

  test("what the order's reference says stands above a plan before the fill; the same said again after it is a move", () => {
    const bought = execution(0, { orderRef: 'stop=98' })
    expect(only(heard(stop(0, -1, '97'), bought, stop(0, 5, '97')))).toMatchObject({ risk: { stop: '98' }, stop: '97', moves: [{ from: '98', to: '97' }] })
  })

  test('a running trade offers its R exactly, as far as history has come', () => {
    const ledger = new Ledger()
    const book = new ContractBook(STOCK, { rules: [], trace: false, commissionOf: () => null })
    ledger.take(execution(0, { quantity: '3', price: '10' }), { at: at(0), arrival: 1 })
    book.enter(ledger.fillOf('a.b.0') as Fill)
    const [order] = book.trades
    expect(order?.risk).toBeNull()
    book.enter({ kind: 'plan', family: 'a.b.0', plan: stop(0, 1, '9.5'), at: at(1), arrival: 2 })
    expect(order?.risk?.n.div(order.risk.d).toString()).toBe('1.5')
  })

  test('a plan is no fill: the same price is still a repeat', () => {
    const ledger = new Ledger()
    const book = new ContractBook(STOCK, { rules: [], trace: false, commissionOf: () => null })
    ledger.take(execution(0), { at: at(0), arrival: 1 })
    book.enter(ledger.fillOf('a.b.0') as Fill)
    book.mark(101, at(1))
    book.enter({ kind: 'plan', family: 'a.b.0', plan: stop(0, 2, '98'), at: at(2), arrival: 2 })
    expect(book.isRepeat(101)).toBe(true)
  })
})

type ValueOf<A> = A extends fc.Arbitrary<infer T> ? T : never

describe('law', () => {
  const level = fc.integer({ min: 80, max: 120 }).map(String)
  const second = fc.integer({ min: 0, max: 12 })
  const fills = fc.record({
    kind: fc.constant('fill' as const),
    second,
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    quantity: fc.constantFrom('100', '50', '150'),
    price: level,
    permId: fc.constantFrom('1', '2', '3'),
    orderRef: fc.constantFrom('', '', 'stop=95', 'stop=105 target=90'),
  })
  const plans = fc.record({ kind: fc.constant('plan' as const), second, opened: second, price: level, target: fc.boolean() })
  const days = fc.uniqueArray(fc.record({ what: fc.oneof(fills, fills, plans), delay: fc.integer({ min: 0, max: 14 }) }), {
    minLength: 2,
    maxLength: 14,
    selector: ({ what }) => (what.kind === 'fill' ? `fill ${what.second}` : `plan ${what.second} ${what.opened}`),
  })
  const factOf = (what: ValueOf<typeof fills> | ValueOf<typeof plans>): Execution | Plan => {
    if (what.kind === 'plan') {
      const { second: now, opened, price, target } = what
      return target ? { kind: 'plan', executionId: `a.b.${opened}.01`, target: price, at: at(now) } : stop(opened, now, price)
    }
    const { kind: _, second: now, orderRef, ...more } = what
    return execution(now, { ...more, ...(orderRef === '' ? {} : { orderRef }) })
  }
  const order = (fact: Fact) => ('at' in fact ? (fact.at ?? 0) : 0)

  test('plans and fills that become known late make the trades that were right from the start', () => {
    fc.assert(
      fc.property(days, (day) => {
        const facts = day.map(({ what, delay }) => ({ fact: factOf(what), known: order(factOf(what)) + delay * 1000 }))
        const late = heard(...facts.toSorted((a, b) => a.known - b.known).map(({ fact }) => fact))
        const known = heard(...facts.map(({ fact }) => fact).toSorted((a, b) => order(a) - order(b) || (a.kind === 'plan' ? 1 : -1)))
        expect(late.map(({ tradeId, plan }) => ({ tradeId, plan }))).toEqual(known.map(({ tradeId, plan }) => ({ tradeId, plan })))
      }),
      { numRuns: 400 },
    )
  })

  test('the plan a trade tells is planOf its own fills', () => {
    fc.assert(
      fc.property(days, (day) => {
        const facts = day.map(({ what }) => factOf(what)).toSorted((a, b) => order(a) - order(b))
        const plansTold = facts.filter((fact) => fact.kind === 'plan')
        for (const trade of heard(...facts)) {
          if (trade.unit !== 'ORDER') continue
          const { unit: _, ...plan } = planOf(trade, saidOfEntry({}, trade.orderRef), plansTold)
          expect(trade.plan).toEqual(plan.stop === null && plan.target === null ? null : plan)
        }
      }),
      { numRuns: 400 },
    )
  })
})
