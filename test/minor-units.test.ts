// Prices in minor units: a broker that divides by the magnifier is told from one that does not by its own figures, and from nothing else.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccountSaid, AccountView, type HoldingSaid } from '#core/account.ts'
import type { Difference } from '#core/difference.ts'
import type { Execution, Fact, Instrument } from '#core/facts.ts'
import { holdingsOf } from '#core/holding.ts'
import { reconcile } from '#core/reconcile.ts'
import { remedyOf, sayDifference } from '#core/remedy.ts'
import { Replay } from '#core/replay.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const NOW = T0 + 3_600_000
const CORN: Instrument = { kind: 'instrument', conId: 1, symbol: 'ZC', secType: 'FUT', currency: 'USD', multiplier: '5000', priceMagnifier: '100' }

interface Bought {
  readonly quantity: number
  readonly price: number
  readonly fee: number
}

function compare(instrument: Instrument, bought: readonly Bought[], price: number, said: readonly AccountSaid[]): readonly Difference[] {
  const facts: Fact[] = bought.flatMap(({ quantity, price: paid, fee }, index): Fact[] => {
    const executionId = `e.${index}.0.01`
    const execution: Execution = {
      ...{ kind: 'execution', executionId, account: 'DU1', conId: 1, side: 'BUY', quantity: String(quantity), price: String(paid), at: T0 + index * 1000 },
      ...{ permId: String(index + 1) },
    }
    return [execution, { kind: 'commission', executionId, amount: String(fee), currency: instrument.currency }]
  })
  const replay = new Replay([instrument, ...facts], { filter: 'none', rules: [] })
  const nothingElse = { bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false }
  replay.quote(1, { at: NOW - 60_000, price, ...nothingElse })
  const view = new AccountView()
  view.serves(['DU1'])
  for (const one of said) view.hear(one, NOW)
  const prices = new Map([[1, [{ at: NOW - 60_000, price }]]])
  const holdings = holdingsOf({ trades: replay.finish().trades, instruments: new Map([[1, instrument]]), prices, now: NOW })
  return reconcile({ holdings, broker: view.snapshot(), orders: new Map(), unpaired: [], now: NOW }).differences
}

function holding(source: HoldingSaid['source'], said: Partial<HoldingSaid>): HoldingSaid {
  const nothing = { quantity: null, averageCost: null, value: null, unrealized: null, realized: null, daily: null }
  return { kind: 'holding', source, account: 'DU1', conId: 1, symbol: 'ZC', currency: 'USD', ...nothing, ...said }
}

const two: readonly Bought[] = [{ quantity: 2, price: 450.25, fee: 4 }]
const causes = (differences: readonly Difference[]) => differences.map(({ measure, causes: why }) => `${measure} ${why.join(' ')}`)

describe('corn: in cents, 5000 bushels', () => {
  test('every figure of the broker is ours divided by exactly the magnifier: named, with what can be done', () => {
    const differences = compare(CORN, two, 460.5, [
      holding('PORTFOLIO', { quantity: '2', averageCost: '22512.5' }),
      holding('PNL', { quantity: '2', value: '46050', unrealized: '1025' }),
    ])
    expect(causes(differences)).toEqual(['AVERAGE_PRICE MINOR_UNITS', 'UNREALIZED MINOR_UNITS', 'VALUE MINOR_UNITS'])
    const value = differences.at(-1) as Difference
    expect(value).toMatchObject({ ours: '4605000', theirs: '46050', severity: 'warn', magnifier: '100' })
    expect(sayDifference(value)).toContain("ours 4605000 USD, the broker's 46050; minor units")
    expect(remedyOf(value, 0)).toBe(
      "prices of ZC come in minor units, 1/100 USD: amounts of money are 100 times too large here, go by the broker's; prices, percentages and R are right",
    )
  })

  test('with what the broker counts in besides', () => {
    expect(causes(compare(CORN, two, 460.5, [holding('PNL', { quantity: '2', unrealized: '1021' })]))).toEqual(['UNREALIZED MINOR_UNITS COMMISSION'])
    expect(causes(compare(CORN, two, 460.5, [holding('PNL', { quantity: '2', value: '46150' })]))).toEqual(['VALUE MINOR_UNITS OTHER_PRICE'])
  })

  test('nothing is guessed: another factor than the magnifier is none', () => {
    for (const value of ['4605', '460500', '45000', '47100'])
      expect(causes(compare(CORN, two, 460.5, [holding('PNL', { quantity: '2', value })]))).toEqual(['VALUE UNKNOWN'])
    const { priceMagnifier: _, ...unsaid } = CORN
    expect(causes(compare(unsaid, two, 460.5, [holding('PNL', { quantity: '2', value: '46050' })]))).toEqual(['VALUE UNKNOWN'])
  })

  test("told in the account's currency: named together at a known rate; at an unknown one nobody can say which of the two it is", () => {
    const rate = (currency: string, one: string): AccountSaid => ({ kind: 'rate', account: 'DU1', currency, rate: one })
    const said = holding('PNL', { quantity: '2', value: '42366' })
    expect(causes(compare(CORN, two, 460.5, [rate('EUR', '1'), rate('USD', '0.92'), said]))).toEqual(['VALUE MINOR_UNITS FX'])
    expect(causes(compare(CORN, two, 460.5, [rate('EUR', '1'), said]))).toEqual(['VALUE UNKNOWN'])
  })

  test("the account's sum has the same cause", () => {
    const differences = compare(CORN, two, 460.5, [
      holding('PNL', { quantity: '2', value: '46050', unrealized: '1025' }),
      { kind: 'result', account: 'DU1', daily: null, unrealized: '1025', realized: null },
    ])
    expect(differences.find(({ conId }) => conId === null)).toMatchObject({ measure: 'UNREALIZED', causes: ['MINOR_UNITS'] })
  })
})

const buys = fc.array(
  fc.record({ quantity: fc.integer({ min: 1, max: 9 }), price: fc.integer({ min: 5_000, max: 15_000 }), fee: fc.integer({ min: 1, max: 9 }) }),
  {
    minLength: 1,
    maxLength: 6,
  },
)

test('law: a broker that divides is always named so and only then; one that does not differs in nothing, whatever contract details say', () => {
  fc.assert(
    fc.property(
      buys,
      fc.constantFrom(10, 100, 1000),
      fc.constantFrom(1, 50, 5000),
      fc.boolean(),
      fc.boolean(),
      (cents, magnifier, multiplier, divides, net) => {
        const bought = cents.map((one) => ({ ...one, price: one.price / 100 }))
        const unit = divides ? magnifier : 1
        const quantity = bought.reduce((sum, one) => sum + one.quantity, 0)
        const cost = bought.reduce((sum, one) => sum + (one.quantity * one.price * multiplier) / unit + (net ? one.fee : 0), 0)
        const paid = bought.reduce((sum, one) => sum + one.quantity * one.price, 0)
        // Where nothing was made nothing can be divided.
        fc.pre(Math.abs(quantity * 99.5 - paid) > 1)
        const value = (quantity * 99.5 * multiplier) / unit
        const instrument: Instrument = { ...CORN, multiplier: String(multiplier), priceMagnifier: String(magnifier) }
        const differences = compare(instrument, bought, 99.5, [
          holding('PNL', { quantity: String(quantity), value: value.toFixed(6), unrealized: (value - cost).toFixed(6) }),
        ])
        const named = differences.filter((one) => one.causes.includes('MINOR_UNITS'))
        expect(named.map(({ measure }) => measure)).toEqual(divides ? differences.map(({ measure }) => measure) : [])
        expect(named.some(({ measure }) => measure === 'VALUE')).toBe(divides)
        for (const { measure, causes: why } of differences)
          expect(why.filter((cause) => cause !== 'MINOR_UNITS')).toEqual(net && measure === 'UNREALIZED' ? ['COMMISSION'] : [])
      },
    ),
  )
})
