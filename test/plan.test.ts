// R: what a trade was meant to risk, and how its stop was moved.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal } from '#core/decimal.ts'
import type { Plan } from '#core/facts.ts'
import { inR, type PlannedTrade, planOf, type SaidOfEntry } from '#core/plan.ts'
import type { Fill } from '#core/trade.ts'

const START = Date.UTC(2013, 9, 7, 13, 30)
const NOTHING: SaidOfEntry = { initialStop: null }

/** Each fill a second after the one before it. */
function trade(side: PlannedTrade['side'], ...fills: readonly (readonly [role: Fill['role'], quantity: string, price: string])[]): PlannedTrade {
  return {
    side,
    multiplier: '1',
    openedAt: START,
    closedAt: null,
    fills: fills.map(([role, quantity, price], second) => ({
      ...{ executionId: `a.b.${second}.01`, side: (role === 'ENTRY') === (side === 'LONG') ? 'BUY' : 'SELL', role, quantity, price },
      ...{ at: START + second * 1000, commission: null },
    })),
  }
}

const plan = (second: number, stop: string, executionId = 'a.b.0.01'): Plan => ({ kind: 'plan', executionId, stop, at: START + second * 1000 })

test('without a stop there is no R, and nothing is said in R', () => {
  const plan = planOf(trade('LONG', ['ENTRY', '100', '100']), NOTHING, [])
  expect([plan.risk, plan.stop, plan.moves, inR(plan.risk, '50')]).toEqual([null, null, [], null])
})

test('a stop said of the entry: 1 R is what the order would have lost', () => {
  const plan = planOf(trade('LONG', ['ENTRY', '100', '183.11']), { initialStop: '181.11' }, [])
  expect(plan.risk).toEqual({ amount: '200', stop: '181.11', entryPrice: '183.11', quantity: '100', frozenAt: START })
  expect([inR(plan.risk, '79'), inR(plan.risk, '-200'), inR(plan.risk, '0')]).toEqual(['0.395', '-1', '0'])
})

test('an order filled in parts is one decision: R is that of the whole entry', () => {
  const { risk } = planOf(trade('LONG', ['ENTRY', '100', '100'], ['ENTRY', '300', '102'], ['EXIT', '200', '103']), { initialStop: '99.5' }, [])
  expect(risk).toMatchObject({ entryPrice: '101.5', quantity: '400', amount: '800' })
})

test('a round trip risks what its first order did, whatever came on top', () => {
  const order = trade('LONG', ['ENTRY', '100', '100'])
  const trip = trade('LONG', ['ENTRY', '100', '100'], ['ENTRY', '300', '104'])
  expect(planOf(trip, { initialStop: '98' }, [], order).risk).toMatchObject({ quantity: '100', amount: '200' })
})

test('a stop that came after the entry: entry and open quantity of that moment, later fills change nothing', () => {
  const scaled = trade('LONG', ['ENTRY', '100', '100'], ['ENTRY', '100', '102'], ['EXIT', '50', '103'], ['ENTRY', '1000', '110'])
  expect(planOf(scaled, NOTHING, [plan(2.5, '97')]).risk).toEqual({
    ...{ amount: '600', stop: '97', entryPrice: '101', quantity: '150', frozenAt: START + 2500 },
  })
})

test('later moves are told, and R stays', () => {
  const { risk, moves, stop } = planOf(trade('LONG', ['ENTRY', '100', '101.75']), NOTHING, [
    plan(30, '101.75'),
    plan(10, '96.5'),
    plan(0, '98'),
    plan(20, '96.5'),
  ])
  expect(risk).toMatchObject({ amount: '375', stop: '98' })
  expect(moves).toEqual([
    { way: 'WIDENED', from: '98', to: '96.5', r: '-0.4', at: START + 10_000 },
    { way: 'TIGHTENED', from: '96.5', to: '101.75', r: '1.4', at: START + 30_000 },
  ])
  expect(stop).toBe('101.75')
})

test('short: a higher stop is a wider one', () => {
  const { risk, moves } = planOf(trade('SHORT', ['ENTRY', '10', '50']), { initialStop: '52' }, [plan(5, '53')])
  expect(risk).toMatchObject({ amount: '20' })
  expect(moves).toMatchObject([{ way: 'WIDENED', r: '-0.5' }])
})

test('an option counts its multiplier', () => {
  expect(planOf({ ...trade('LONG', ['ENTRY', '2', '1.5']), multiplier: '100' }, { initialStop: '1' }, []).risk).toMatchObject({ amount: '100' })
})

test('a stop at the entry risks nothing: nothing is said in R', () => {
  const planned = planOf(trade('LONG', ['ENTRY', '100', '100']), { initialStop: '100.00' }, [plan(5, '99')])
  expect([planned.risk?.amount, planned.unit, inR(planned.risk, '50'), planned.moves]).toEqual([
    '0',
    null,
    null,
    [{ way: 'WIDENED', from: '100', to: '99', r: null, at: START + 5000 }],
  ])
})

test('of several stops before the entry the last is the initial one; what the trader says of the entry stands above them', () => {
  const bought = trade('LONG', ['ENTRY', '100', '100'])
  expect(planOf(bought, NOTHING, [plan(-10, '95'), plan(-5, '98')])).toMatchObject({ risk: { amount: '200' }, moves: [] })
  expect(planOf(bought, { initialStop: '99' }, [plan(-5, '98')])).toMatchObject({ risk: { amount: '100' }, moves: [] })
})

test('plans of other trades, and those told after the close, are not its own', () => {
  const bought = trade('LONG', ['ENTRY', '100', '100'])
  expect(planOf(bought, NOTHING, [plan(0, '98', 'x.y.z.01')]).risk).toBeNull()
  expect(planOf({ ...bought, closedAt: START + 9000 }, NOTHING, [plan(9, '98')]).risk).toBeNull()
})

test('a corrected opening execution keeps its plan', () => {
  const bought = trade('LONG', ['ENTRY', '100', '100'])
  expect(planOf(bought, NOTHING, [plan(0, '98', 'a.b.0.02')]).risk).toMatchObject({ amount: '200' })
})

test('a target stands where it was set last', () => {
  const bought = trade('LONG', ['ENTRY', '100', '100'])
  const target = (second: number, at: string): Plan => ({ kind: 'plan', executionId: 'a.b.0.01', target: at, at: START + second * 1000 })
  expect(planOf(bought, { initialStop: null, initialTarget: '110' }, []).target).toBe('110')
  expect(planOf(bought, { initialStop: null, initialTarget: '110' }, [target(5, '112'), target(2, '111')]).target).toBe('112')
})

test('a split changes neither R nor where the stop is: two for one halves its price', () => {
  const bought = trade('LONG', ['ENTRY', '100', '100'])
  const split = { ...bought, fills: [...bought.fills, { role: 'SPLIT' as const, ratio: decimal(2), at: START + 10_000 }] }
  const planned = planOf(split, NOTHING, [plan(5, '98'), plan(20, '49'), plan(30, '48')])
  expect(planned).toMatchObject({ risk: { amount: '200', stop: '98' }, stop: '48' })
  expect(planned.moves).toEqual([{ way: 'WIDENED', from: '49', to: '48', r: '-1', at: START + 30_000 }])
  expect(planOf(split, NOTHING, [plan(20, '49')]).risk).toMatchObject({ amount: '200', quantity: '200', entryPrice: '50' })
})

test('law: R is frozen: no later stop and no later fill changes it, and the moves add up to the way from the first stop to the last', () => {
  const prices = fc.integer({ min: 90, max: 99 }).map(String)
  fc.assert(
    fc.property(
      prices,
      fc.array(prices, { maxLength: 6 }),
      fc.array(fc.tuple(fc.constantFrom('1', '7', '0.5'), prices), { maxLength: 4 }),
      (first, later, fills) => {
        const bought = trade('LONG', ['ENTRY', '10', '100'], ['EXIT', '1', '101'], ...fills.map(([quantity, price]) => ['ENTRY', quantity, price] as const))
        const { risk, moves, stop } = planOf(
          bought,
          { initialStop: first },
          later.map((price, i) => plan(i + 1, price)),
        )
        expect(risk).toEqual(planOf(trade('LONG', ['ENTRY', '10', '100']), { initialStop: first }, []).risk)
        expect(moves.reduce((sum, { r }) => sum + Number(r), 0)).toBeCloseTo((Number(stop) - Number(first)) / (100 - Number(first)), 9)
      },
    ),
  )
})
