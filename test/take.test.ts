// What of a tier is left to take, and what is said of it: an alert whose share was taken already is kept as satisfied and tells nobody.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { effectsOf } from '#core/delivery.ts'
import { parseRule, type Rule, type Tier } from '#core/rules.ts'
import { takingOf } from '#core/take.ts'
import type { Fill, Trade } from '#core/trade.ts'
import { aTrade, anAlert } from './rows.ts'

const tierOf = (tier: object): Tier => (parseRule({ id: 'scale-out', kind: 'MFE_TARGET', tiers: [tier] }) as Rule).tiers[0] as Tier
const FIVE = tierOf({ pct: '5', take: '1/3' })

/** '+300@100' enters, '-100@105' exits, a second apart. */
function tradeOf(fills: string, more: Partial<Trade> = {}): Trade {
  const read = fills.split(' ').map((text, n): Fill => {
    const [quantity = '', price = ''] = text.slice(1).split('@')
    const role = text.startsWith('+') ? 'ENTRY' : 'EXIT'
    return { executionId: `e${n}`, side: role === 'ENTRY' ? 'BUY' : 'SELL', role, quantity, price, at: n * 1000, commission: null }
  })
  return { ...aTrade(0, 1), fills: read, ...more }
}
const LATER = 60_000

describe('left of a third at +5 %', () => {
  test.each([
    ['nothing sold: a third', '+300@100', '100', false],
    ['in whole units', '+100@100', '33', false],
    ['a third was sold at the tier itself', '+300@100 -100@105', null, true],
    ['beyond it', '+100@100 -33@109', null, true],
    ['a part of it', '+300@100 -40@106', '60', false],
    ['before it: that is not this tier’s', '+300@100 -100@104.99', '100', false],
    ['so much before it that less than a third is open', '+300@100 -250@104', '50', false],
    ['one lot has no third: said without a number', '+1@100', null, false],
    ['of two one was sold', '+2@100 -1@106', null, true],
    ['scaled in at a higher price: what was entered counts whole, the entry of the moment dates the tier', '+300@100 -100@105 +300@106', '100', false],
  ])('%s', (_, fills, quantity, satisfied) => {
    const taking = takingOf(tradeOf(fills), FIVE, LATER)
    expect([taking?.quantity?.toString() ?? null, taking?.satisfied]).toEqual([quantity, satisfied])
  })

  test('a short buys back below', () => {
    expect(takingOf(tradeOf('+300@100 -100@95', { side: 'SHORT' }), FIVE, LATER)?.satisfied).toBe(true)
    expect(takingOf(tradeOf('+300@100 -100@95.01', { side: 'SHORT' }), FIVE, LATER)?.satisfied).toBe(false)
  })

  test('what is sold after the moment does not count for it', () => {
    expect(takingOf(tradeOf('+300@100 -100@105'), FIVE, 999)).toMatchObject({ satisfied: false })
  })
})

test('a tier in money or in R: the running result at which it was sold', () => {
  const money = tierOf({ amount: '1000', take: '50%' })
  expect(takingOf(tradeOf('+200@100 -100@105'), money, LATER)?.satisfied).toBe(true)
  expect(takingOf(tradeOf('+200@100 -100@104.99'), money, LATER)?.satisfied).toBe(false)
  const inR = tierOf({ r: '2', take: '0.5' })
  const plan = { risk: { amount: '500', stop: '97.5', entryPrice: '100', quantity: '200', frozenAt: 0 }, stop: '97.5', target: null, moves: [] }
  expect(takingOf(tradeOf('+200@100 -100@105', { plan }), inR, LATER)?.satisfied).toBe(true)
  expect(takingOf(tradeOf('+200@100 -100@105'), inR, LATER)?.satisfied).toBe(false)
})

test.each([undefined, 'some', '4/3', '0', '1/0', '1/2/3'])('a take of %s suggests nothing', (take) => {
  expect(takingOf(tradeOf('+300@100'), tierOf({ pct: '5', ...(take === undefined ? {} : { take }) }), LATER)).toBeNull()
})

test('law: what is left and what was sold beyond the tier are never more than the share, and never more than is open', () => {
  const sale = fc.record({ quantity: fc.integer({ min: 1, max: 40 }), price: fc.integer({ min: 95, max: 115 }) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.array(sale, { maxLength: 5 }), (entered, sales) => {
      let open = entered
      const text = [`+${entered}@100`]
      let sold = 0
      for (const { quantity, price } of sales) {
        if (quantity >= open) break
        open -= quantity
        if (price >= 105) sold += quantity
        text.push(`-${quantity}@${price}`)
      }
      const taking = takingOf(tradeOf(text.join(' ')), FIVE, LATER)
      const share = Math.floor(entered / 3)
      const left = Math.min(share - sold, open)
      expect(Number(taking?.quantity ?? 0)).toBe(Math.max(0, left))
      expect(taking?.satisfied).toBe(sold > 0 && left <= 0)
    }),
  )
})

test('a satisfied alert makes no order to tell it', () => {
  expect(effectsOf([anAlert(0, 0, 1, { state: 'SATISFIED' })])).toEqual([])
})
