// First-passage questions against brute force over every price, and marks told in one go against marks told one by one.
// fast-check prints the seed and the smallest history of a difference. EXCURSION_RUNS asks for more than the usual number.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { type Decimal, decimal } from '#core/decimal.ts'
import { type Fill, Ledger } from '#core/execution.ts'
import type { Instrument } from '#core/facts.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import type { Passage, View } from '#core/staircase.ts'

const RUNS = Number(process.env['EXCURSION_RUNS'] ?? 400)

const CONTRACT: Instrument = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'BAG', currency: 'USD', multiplier: '100' }
const GRIDS = [
  { base: 50, tick: 0.25, decimals: 2 },
  { base: 1313.7, tick: 0.1, decimals: 1 },
  { base: 0, tick: 0.05, decimals: 2 },
  { base: -3, tick: 0.03, decimals: 2 },
] as const

type Event = { readonly at: number; readonly price: number } & (
  | { readonly kind: 'mark' }
  | { readonly kind: 'fill'; readonly side: 'BUY' | 'SELL'; readonly size: number }
)

/** One account's history of a contract: prices that walk and jump, fills that scale in and out and never cross zero, many facts at one instant. */
const histories = (length: number) =>
  fc
    .record({
      grid: fc.constantFrom(...GRIDS),
      first: fc.constantFrom('BUY' as const, 'SELL' as const),
      moves: fc.array(
        fc.record({
          step: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -2, max: 2 }) }, fc.integer({ min: -12, max: 12 })),
          wait: fc.constantFrom(0, 0, 1, 250, 1000),
          fill: fc.oneof({ weight: 11, arbitrary: fc.constant(null) }, fc.record({ enlarge: fc.boolean(), size: fc.integer({ min: 1, max: 3 }) })),
        }),
        { minLength: 5, maxLength: length },
      ),
    })
    .map(({ grid, first, moves }): Event[] => {
      const events: Event[] = []
      let [ticks, at, held] = [0, 1_000_000, 0]
      for (const { step, wait, fill } of [{ step: 0, wait: 0, fill: { enlarge: true, size: 1 } }, ...moves]) {
        ticks += step
        const last = events.at(-1)
        // In history an instant's fills come before its marks.
        at += fill !== null && wait === 0 && last?.kind === 'mark' ? 1 : wait
        const price = Number((grid.base + ticks * grid.tick).toFixed(grid.decimals))
        if (fill === null) events.push({ kind: 'mark', at, price })
        else {
          const size = fill.enlarge || held === 0 ? fill.size : Math.min(fill.size, held)
          const enlarge = fill.enlarge || held === 0
          held += enlarge ? size : -size
          events.push({ kind: 'fill', at, price, size, side: enlarge ? first : first === 'BUY' ? 'SELL' : 'BUY' })
        }
      }
      return events
    })

function fillOf({ side, size, price, at }: Event & { kind: 'fill' }, index: number): Fill {
  const ledger = new Ledger()
  const executionId = `f${index}`
  ledger.tell(
    { kind: 'execution', executionId, account: 'DU1', conId: 1, side, quantity: String(size), price: String(price), at, permId: '1' },
    { at, arrival: index },
  )
  return ledger.fillOf(executionId) as Fill
}

function foldOneByOne(events: readonly Event[], rules: readonly Rule[] = [], trace = false): ContractBook {
  const book = new ContractBook(CONTRACT, { rules, trace, commissionOf: () => null })
  for (const [index, event] of events.entries()) {
    if (event.kind === 'mark') book.mark(event.price, event.at)
    else book.enter(fillOf(event, index))
  }
  return book
}

/** A fact a trade saw, with its percentage and result as exact fractions; null where the entry is 0. */
interface Sight {
  readonly at: number
  readonly price: number
  readonly percent: { n: Decimal; d: Decimal } | null
  readonly result: { n: Decimal; d: Decimal }
}

/** Every round trip as the list of all facts it saw. */
function sightsOf(events: readonly Event[]): { side: number; open: boolean; sights: Sight[] }[] {
  const trips: { side: number; open: boolean; sights: Sight[] }[] = []
  let [entered, cost, left, proceeds] = [decimal(0), decimal(0), decimal(0), decimal(0)]
  for (const event of events) {
    const price = decimal(event.price)
    let trip = trips.at(-1)
    if (event.kind === 'fill') {
      if (trip === undefined || !trip.open) {
        trip = { side: event.side === 'BUY' ? 1 : -1, open: true, sights: [] }
        trips.push(trip)
        ;[entered, cost, left, proceeds] = [decimal(0), decimal(0), decimal(0), decimal(0)]
      }
      if ((event.side === 'BUY') === (trip.side === 1)) {
        entered = entered.plus(event.size)
        cost = cost.plus(price.times(event.size))
      } else {
        left = left.plus(event.size)
        proceeds = proceeds.plus(price.times(event.size))
      }
      if (left.eq(entered)) trip.open = false
    } else if (trip === undefined || !trip.open) continue
    const result = price.times(entered.minus(left)).plus(proceeds).minus(cost).times(trip.side).times(100)
    const percent = cost.eq(0) ? null : { n: price.times(entered).minus(cost).times(trip.side).times(100), d: cost.abs() }
    trip.sights.push({ at: event.at, price: event.price, percent, result: { n: result, d: decimal(1) } })
  }
  return trips
}

type Fraction = { n: Decimal; d: Decimal }
const compare = (a: Fraction, b: Fraction) => a.n.times(b.d).cmp(b.n.times(a.d))
const whole = (n: Decimal): Fraction => ({ n, d: decimal(1) })
const told = (passage: Passage | null) => (passage === null ? null : { at: passage.at, price: passage.price })
const seen = (sight: Sight | undefined) => (sight === undefined ? null : { at: sight.at, price: sight.price })

const VIEWS: readonly View[] = ['percent', 'result']

/** Levels that were met exactly, and some that were not. */
function levelsOf(sights: readonly Sight[], view: View, picks: readonly number[]): Decimal[] {
  const met = sights.flatMap((sight) => {
    const value = sight[view]
    return value === null ? [] : [value.n.div(value.d)]
  })
  return picks.flatMap((pick) => {
    const level = met[pick % met.length] ?? decimal(0)
    return [level, level.plus('0.01'), level.neg()]
  })
}

const picks = fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 })

test('law: the first time at or beyond a level is the same from the staircases as from every price', { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(histories(60), picks, (events, chosen) => {
      const book = foldOneByOne(events)
      const trades = book.trades.filter((trade) => trade.unit === 'ROUND_TRIP')
      for (const [i, { sights }] of sightsOf(events).entries()) {
        const staircase = book.staircase(trades[i] as (typeof trades)[number])
        for (const view of VIEWS) {
          for (const level of levelsOf(sights, view, chosen)) {
            const reached = (way: 1 | -1) => sights.find((sight) => sight[view] !== null && way * compare(sight[view], whole(level)) >= 0)
            expect(told(staircase.firstAtOrAbove(view, level))).toEqual(seen(reached(1)))
            expect(told(staircase.firstAtOrBelow(view, level))).toEqual(seen(reached(-1)))
          }
        }
      }
    }),
    { numRuns: RUNS },
  )
})

test('law: the race of a target and a stop is won by the same in the staircases as over every price', { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(histories(60), picks, picks, (events, targets, stops) => {
      const book = foldOneByOne(events)
      const trades = book.trades.filter((trade) => trade.unit === 'ROUND_TRIP')
      for (const [i, { sights }] of sightsOf(events).entries()) {
        const staircase = book.staircase(trades[i] as (typeof trades)[number])
        for (const view of VIEWS) {
          for (const target of levelsOf(sights, view, targets).filter((level) => level.gt(0))) {
            for (const stop of levelsOf(sights, view, stops).filter((level) => level.lt(0))) {
              const first = sights.find((sight) => {
                const value = sight[view]
                return value !== null && (compare(value, whole(target)) >= 0 || compare(value, whole(stop)) <= 0)
              })
              const value = first?.[view]
              const outcome = value == null ? 'CENSORED' : compare(value, whole(target)) >= 0 ? 'TARGET' : 'STOP'
              const race = staircase.race(view, target, stop)
              expect({ outcome: race.outcome, passage: told(race.passage) }).toEqual({ outcome, passage: seen(first) })
            }
          }
        }
      }
    }),
    { numRuns: RUNS },
  )
})

test('law: the first drawdown of a size, a share or a percentage of the best price is the same from the staircases as from every price', {
  timeout: 600_000,
}, () => {
  const drawdowns = fc.record({
    arm: fc.constantFrom('0', '0.5', '1', '2', '25', '100'),
    size: fc.constantFrom('0', '0.5', '1', '2', '5', '25', '75'),
    kind: fc.constantFrom('trail', 'fraction', 'ofBestPrice'),
  })
  fc.assert(
    fc.property(histories(60), fc.array(drawdowns, { minLength: 4, maxLength: 8 }), (events, asked) => {
      const book = foldOneByOne(events)
      const trades = book.trades.filter((trade) => trade.unit === 'ROUND_TRIP')
      for (const [i, { side, sights }] of sightsOf(events).entries()) {
        const staircase = book.staircase(trades[i] as (typeof trades)[number])
        for (const view of VIEWS) {
          for (const { arm, size, kind } of asked) {
            const share = decimal(kind === 'fraction' ? Number(size) / 100 : size)
            let best: Fraction = whole(decimal(0))
            let bestPrice = decimal(sights[0]?.price ?? 0)
            let armed = false
            const first = sights.find((sight) => {
              const value = sight[view]
              const price = decimal(sight.price)
              if (value !== null && compare(value, best) > 0) best = value
              if (price.minus(bestPrice).times(side).gt(0)) bestPrice = price
              armed ||= value !== null && compare(best, whole(decimal(arm))) >= 0
              if (!armed) return false
              if (kind === 'ofBestPrice') return !bestPrice.eq(0) && bestPrice.minus(price).times(side).times(100).gte(share.times(bestPrice.abs()))
              if (value === null) return false
              const fall = { n: best.n.times(value.d).minus(value.n.times(best.d)), d: best.d.times(value.d) }
              return compare(fall, kind === 'trail' ? whole(share) : { n: best.n.times(share), d: best.d }) >= 0
            })
            const drawdown = kind === 'trail' ? { trail: share } : kind === 'fraction' ? { fraction: share } : { ofBestPrice: share }
            expect(told(staircase.firstDrawdown(view, decimal(arm), drawdown)), JSON.stringify({ view, arm, size, kind })).toEqual(seen(first))
          }
        }
      }
    }),
    { numRuns: RUNS },
  )
})

test('law: the time at or above a level is what the prices held', { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(histories(60), picks, fc.array(fc.tuple(fc.nat(20_000), fc.nat(3_000)), { maxLength: 3 }), (events, chosen, blind) => {
      const book = foldOneByOne(events)
      const trades = book.trades.filter((trade) => trade.unit === 'ROUND_TRIP')
      const marks = events.filter((event) => event.kind === 'mark')
      const holes = blind.map(([from, length]) => ({ from: 1_000_000 + from, to: 1_000_000 + from + length }))
      const isBlind = (at: number) => holes.some(({ from, to }) => at >= from && at < to)
      for (const [i, { sights, open }] of sightsOf(events).entries()) {
        const staircase = book.staircase(trades[i] as (typeof trades)[number])
        for (const view of VIEWS) {
          for (const level of levelsOf(sights, view, chosen).slice(0, 3)) {
            let held = 0
            for (const [k, sight] of sights.entries()) {
              const until = sights[k + 1]?.at ?? (open ? book.now : sight.at)
              if (sight[view] === null || compare(sight[view], whole(level)) < 0) continue
              for (let at = sight.at; at < until; at++) if (!isBlind(at)) held++
            }
            const prices = marks.map(({ price }) => price)
            const ats = marks.map(({ at }) => at)
            expect(staircase.dwell(view, level, prices, ats, holes)).toBe(held)
          }
        }
      }
    }),
    { numRuns: Math.ceil(RUNS / 8) },
  )
})

test('law: marks told in one go are marks told one by one', { timeout: 600_000 }, () => {
  const rules = [
    { id: 'stop', kind: 'MAE_STOP', pct: '1' },
    { id: 'target', kind: 'MFE_TARGET', tiers: [{ pct: '0.5' }, { pct: '2' }] },
    { id: 'trail', kind: 'TRAILING_STOP', pct: '1', armPct: '0', confirm: 2 },
    { id: 'giveback', kind: 'GIVEBACK', fraction: '0.5', armPct: '0.5', unit: 'ROUND_TRIP' },
    { id: 'time', kind: 'TIME_STOP', after: 'PT3S', mfeBelowPct: '0.5' },
    { id: 'progress', kind: 'NO_PROGRESS', after: 'PT1S', resultBelowPct: '0.2' },
    { id: 'again', kind: 'MAE_STOP', amount: '20', repeat: true, cooldown: 'PT0.02S', confirm: 2 },
    { id: 'fallen', kind: 'TRAILING_STOP', amount: '30', armAmount: '10', repeat: true, cooldown: 'PT1S' },
    { id: 'back', kind: 'GIVEBACK', fraction: '0.5', armAmount: '20', repeat: 3 },
  ].map((rule) => parseRule(rule) as Rule)
  fc.assert(
    fc.property(histories(80), fc.boolean(), (events, trace) => {
      const one = foldOneByOne(events, rules, trace)
      const all = new ContractBook(CONTRACT, { rules, trace, commissionOf: () => null })
      const prices = Float64Array.from(events, ({ price }) => price)
      const ats = Float64Array.from(events, ({ at }) => at)
      let from = 0
      for (const [index, event] of events.entries()) {
        if (event.kind === 'mark') continue
        all.marks(prices, ats, from, index)
        all.enter(fillOf(event, index))
        from = index + 1
      }
      all.marks(prices, ats, from, events.length)
      expect(all.trades.map((trade) => all.tell(trade))).toEqual(one.trades.map((trade) => one.tell(trade)))
      const [changed, wanted] = [all.takeChanges(), one.takeChanges()]
      expect(changed.alerts).toEqual(wanted.alerts)
      expect(changed.points).toEqual(wanted.points)
    }),
    { numRuns: RUNS },
  )
})

test('a split changes the scale of prices, not what was reached: +12 % after it is further than +10 % before', () => {
  const book = foldOneByOne([
    { kind: 'fill', at: 1, price: 100, side: 'BUY', size: 100 },
    { kind: 'mark', at: 2, price: 110 },
    { kind: 'mark', at: 3, price: 105 },
  ])
  book.enter({ kind: 'split', conId: 1, ratio: decimal(2), at: 4, arrival: 3 })
  book.mark(56, 5)
  book.mark(50, 6)
  const [order] = book.trades as [(typeof book.trades)[number]]
  expect(book.tell(order)).toMatchObject({ mfe: { price: '56', pct: '12', pctAt: 5 }, mae: { pct: '0', pctAt: 1 }, drawdownPct: '12' })
  const staircase = book.staircase(order)
  expect(told(staircase.firstAtOrAbove('percent', decimal(10)))).toEqual({ at: 2, price: 110 })
  expect(told(staircase.firstAtOrAbove('percent', decimal(12)))).toEqual({ at: 5, price: 56 })
  expect(told(staircase.firstDrawdown('percent', decimal(0), { ofBestPrice: decimal(10) }))).toEqual({ at: 6, price: 50 })
})
