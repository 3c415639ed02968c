// Bars hide the order of their prices. What a trade reached first is told from them only as far as it is sure: every answer is held against the same
// history with all of its prices. fast-check prints the seed and the smallest history of a difference. EXCURSION_RUNS asks for more runs.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { type Decimal, decimal } from '#core/decimal.ts'
import { type Fill, Ledger } from '#core/execution.ts'
import type { Bar, Instrument } from '#core/facts.ts'
import type { Passage, Staircase, View } from '#core/staircase.ts'
import type { Trade } from '#core/trade.ts'

const RUNS = Number(process.env['EXCURSION_RUNS'] ?? 600)
const TIMEOUT = { timeout: 5_000 + 20 * RUNS }
const CONTRACT: Instrument = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD' }
const VIEWS: readonly View[] = ['percent', 'result']

interface Tick {
  readonly at: number
  readonly price: number
}
interface Entry extends Tick {
  readonly side: 'BUY' | 'SELL'
  readonly size: number
}
/** A part of a trade's life: a fill, then prices, some of them hidden in bars. */
interface Leg {
  readonly fill: Entry
  readonly parts: readonly { readonly ticks: readonly Tick[]; readonly hidden: boolean; readonly ends: boolean }[]
}

/** A price equal to the last one that was seen is a repeat, whatever a bar says of the time between (domain.md): such histories are left out. */
function hasRepeatAcrossBar(legs: readonly Leg[]): boolean {
  return legs.some(({ parts }) => {
    let [last, acrossBar] = [Number.NaN, false]
    return parts.some(({ hidden, ticks }) => {
      if (hidden) {
        acrossBar = true
        return false
      }
      const isRepeat = acrossBar && ticks[0]?.price === last
      last = ticks.at(-1)?.price ?? last
      acrossBar = false
      return isRepeat
    })
  })
}

const histories = fc
  .record({
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    legs: fc.array(
      fc.record({
        size: fc.integer({ min: 1, max: 3 }),
        enlarge: fc.boolean(),
        parts: fc.array(
          fc.record({ steps: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 8 }), hidden: fc.boolean(), ends: fc.boolean() }),
          {
            minLength: 1,
            maxLength: 5,
          },
        ),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ side, legs }): Leg[] => {
    let [price, at, open] = [100, 1_000_000, 0]
    return legs.map(({ size, enlarge, parts }) => {
      at += 1000
      const enlarges = enlarge || open < 2
      const filled = enlarges ? size : 1
      open += enlarges ? filled : -filled
      const fill = { at, price, side: enlarges ? side : side === 'BUY' ? ('SELL' as const) : ('BUY' as const), size: filled }
      return {
        fill,
        parts: parts.map(({ steps, hidden, ends }) => ({
          hidden,
          ends,
          ticks: steps.map((step) => {
            price = Math.max(60, price + step / 2)
            at += 1000
            return { at, price }
          }),
        })),
      }
    })
  })
  .filter((legs) => !hasRepeatAcrossBar(legs))

function bookOf(legs: readonly Leg[], withBars: boolean): ContractBook {
  const book = new ContractBook(CONTRACT, { rules: [], trace: false, commissionOf: () => null })
  for (const [index, { fill, parts }] of legs.entries()) {
    book.enter(fillOf(fill, index))
    for (const { ticks, hidden, ends } of parts) {
      if (withBars && hidden) book.range(barOf(ticks, ends))
      else for (const { price, at } of ticks) book.mark(price, at)
    }
  }
  return book
}

function barOf(ticks: readonly Tick[], ends: boolean): Bar {
  const prices = ticks.map(({ price }) => price)
  const [first, last] = [ticks[0] as Tick, ticks.at(-1) as Tick]
  return {
    kind: 'bar',
    conId: 1,
    from: first.at - 1,
    to: last.at,
    high: String(Math.max(...prices)),
    low: String(Math.min(...prices)),
    ...(ends ? { open: String(first.price), close: String(last.price) } : {}),
  }
}

function fillOf({ side, size, price, at }: Entry, index: number): Fill {
  const ledger = new Ledger()
  const executionId = `f${index}`
  const place = { at, arrival: index }
  ledger.take({ kind: 'execution', executionId, account: 'DU1', conId: 1, side, quantity: String(size), price: String(price), at, permId: '1' }, place)
  return ledger.fillOf(executionId) as Fill
}

function both(legs: readonly Leg[]): Record<'known' | 'seen', { staircase: Staircase; trade: Trade }> {
  const [known, seen] = [false, true].map((withBars) => {
    const book = bookOf(legs, withBars)
    const [trade] = book.trades
    if (trade === undefined) throw new Error('expected a trade')
    return { staircase: book.staircase(trade), trade: book.tell(trade) }
  }) as [{ staircase: Staircase; trade: Trade }, { staircase: Staircase; trade: Trade }]
  return { known, seen }
}

/** Where a price that was seen in truth may be dated: at its instant, or in its bar. */
function isDatedRight(truth: Passage | null, told: Passage, legs: readonly Leg[]): boolean {
  if (truth === null) return false
  if (told.since !== undefined) return truth.at > told.since && truth.at <= told.at
  if (truth.at === told.at) return true
  // The first price of a bar is dated where the bar begins.
  return legs.some(({ parts }) => parts.some(({ hidden, ticks: [first] }) => hidden && first?.at === truth.at && first.at - 1 === told.at))
}

const level = fc.integer({ min: 1, max: 24 }).map((half) => decimal(half).div(2))

describe('bars', () => {
  test('law: without bars nothing is ambiguous; with them a race is told as it was, or as AMBIGUOUS', TIMEOUT, () => {
    let [races, ambiguous] = [0, 0]
    fc.assert(
      fc.property(histories, level, level, (legs, target, stop) => {
        const { known, seen } = both(legs)
        for (const view of VIEWS) {
          const truth = known.staircase.race(view, target, stop.neg())
          const told = seen.staircase.race(view, target, stop.neg())
          expect(truth.outcome).not.toBe('AMBIGUOUS')
          races++
          if (told.outcome === 'AMBIGUOUS') {
            ambiguous++
            expect(known.staircase.firstAtOrAbove(view, target)).not.toBeNull()
            expect(known.staircase.firstAtOrBelow(view, stop.neg())).not.toBeNull()
            continue
          }
          expect(told.outcome).toBe(truth.outcome)
          if (told.passage !== null) expect(isDatedRight(truth.passage, told.passage, legs)).toBe(true)
        }
      }),
      { numRuns: RUNS },
    )
    expect(ambiguous).toBeGreaterThan(0)
    expect(ambiguous).toBeLessThan(races / 2)
  })

  test('law: a level is met when it was, or in the bar in which it was', TIMEOUT, () => {
    fc.assert(
      fc.property(histories, level, (legs, amount) => {
        const { known, seen } = both(legs)
        for (const view of VIEWS) {
          for (const [truth, told] of [
            [known.staircase.firstAtOrAbove(view, amount), seen.staircase.firstAtOrAbove(view, amount)],
            [known.staircase.firstAtOrBelow(view, amount.neg()), seen.staircase.firstAtOrBelow(view, amount.neg())],
          ] as const) {
            if (told === null) expect(truth).toBeNull()
            else expect(isDatedRight(truth, told, legs)).toBe(true)
          }
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('law: a drawdown that is sure was there; one that is not found was not', TIMEOUT, () => {
    let unsure = 0
    const arms = fc.integer({ min: 0, max: 12 }).map((half) => decimal(half).div(2))
    const drawdowns = fc.oneof(
      level.map((trail) => ({ trail })),
      fc.constantFrom('0.25', '0.5', '1').map((fraction) => ({ fraction: decimal(fraction) })),
      level.map((ofBestPrice) => ({ ofBestPrice })),
    )
    fc.assert(
      fc.property(histories, arms, drawdowns, (legs, arm: Decimal, drawdown) => {
        const { known, seen } = both(legs)
        for (const view of VIEWS) {
          const truth = known.staircase.firstDrawdown(view, arm, drawdown)
          const told = seen.staircase.firstDrawdown(view, arm, drawdown)
          if (told === null) expect(truth).toBeNull()
          else if (told.unsure) {
            unsure++
            if (truth !== null) expect(truth.at).toBeGreaterThan(told.since as number)
          } else expect(isDatedRight(truth, told, legs)).toBe(true)
        }
      }),
      { numRuns: RUNS },
    )
    expect(unsure).toBeGreaterThan(0)
  })

  test('law: a bar tells every extreme, and never a deeper drawdown than there was', TIMEOUT, () => {
    fc.assert(
      fc.property(histories, (legs) => {
        const { known, seen } = both(legs)
        for (const view of ['mfe', 'mae'] as const) {
          for (const number of ['price', 'pct', 'pnl'] as const) expect(seen.trade[view][number]).toBe(known.trade[view][number])
        }
        expect(decimal(seen.trade.drawdownPct ?? 0).lte(known.trade.drawdownPct ?? 0)).toBe(true)
      }),
      { numRuns: RUNS },
    )
  })

  test('stop and target in one bar: AMBIGUOUS; opened beyond one of them: settled', () => {
    const leg = (ends: boolean, ...prices: number[]): Leg[] => [
      {
        fill: { at: 0, price: 100, side: 'BUY', size: 1 },
        parts: [{ hidden: true, ends, ticks: prices.map((price, index) => ({ price, at: 1000 * (index + 1) })) }],
      },
    ]
    const race = (legs: readonly Leg[]) => both(legs).seen.staircase.race('percent', decimal(5), decimal(-5)).outcome
    expect(race(leg(false, 101, 106, 94))).toBe('AMBIGUOUS')
    expect(race(leg(true, 101, 106, 94))).toBe('AMBIGUOUS')
    expect(race(leg(true, 106, 94))).toBe('TARGET')
    expect(race(leg(true, 94, 106))).toBe('STOP')
    expect(race(leg(true, 101, 106, 96))).toBe('TARGET')
  })
})
