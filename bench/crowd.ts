// What a price costs while 10 and while 10,000 trades of its contract are open.
import { ContractBook } from '#core/book.ts'
import { leastMs, report } from './report.ts'
import { fillAt, pricesOf, randomOf, SPY } from '#test/ticks.ts'

const TICKS = 1_000_000
/** The crowd gathers during the first prices; the rest is timed. */
const GATHERING = 100_000

const { prices, ats, source } = pricesOf(TICKS + GATHERING)

/** `count` trades of both sides, opened at random moments of the gathering. */
function crowd(count: number): ContractBook {
  const random = randomOf(count)
  const book = new ContractBook(SPY, { rules: [], trace: false, commissionOf: () => null })
  const moments = Float64Array.from({ length: count }, () => Math.floor(random() * GATHERING)).sort()
  let next = 0
  for (const [i, moment] of moments.entries()) {
    book.marks(prices, ats, next, moment)
    book.enter(fillAt(`f${i}`, `DU${i}`, random() < 0.5 ? 'BUY' : 'SELL', 100, prices[moment] as number, ats[moment] as number))
    next = moment
  }
  book.marks(prices, ats, next, GATHERING)
  return book
}

/** Least nanoseconds a tick of some crowds of that size. */
function cost(counts: readonly number[], rounds: number): number[] {
  const least = counts.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < rounds; round++) {
    for (const [i, count] of counts.entries()) {
      const book = crowd(count)
      const [ms = 0] = leastMs(1, () => book.marks(prices, ats, GATHERING, prices.length))
      least[i] = Math.min(least[i] as number, (ms * 1e6) / TICKS)
    }
  }
  return least
}

const [few = 0, many = 0] = cost([10, 10_000], 8)
report('node bench/crowd.ts', [
  {
    claim: `cost of a tick with 10,000 open trades against 10 (${source})`,
    target: '≤ 1.5 ×',
    measured: `${(many / few).toFixed(2)} × (${many.toFixed(1)} ns against ${few.toFixed(1)} ns)`,
    reached: many / few <= 1.5,
  },
])
