// The fold of the full book against the loop anybody writes first: a map of open trades, each looked at on every price.
import { leastMs, report } from './report.ts'
import { fold, type Placed, type Prices, pricesOf, tradesOn } from '#test/ticks.ts'

const TICKS = 1_830_000
const TRADES = 2_000
const OPEN_AT_MOST = 51
const ROUNDS = 20

interface Simple {
  readonly entry: number
  high: number
  highAt: number
  low: number
  lowAt: number
}

/** Extremes only, of one unit only, in doubles: less than the book does. */
function mapOfObjects({ prices, ats }: Prices, placed: readonly Placed[]): Simple[] {
  const open = new Map<string, Simple>()
  const closed: Simple[] = []
  let next = 0
  for (let i = 0; i < prices.length; i++) {
    for (let place = placed[next]; place !== undefined && place.index === i; place = placed[++next]) {
      const { account } = place.fill.execution
      const trade = open.get(account)
      const price = Number(place.fill.execution.price)
      if (trade === undefined) open.set(account, { entry: price, high: price, highAt: place.fill.at, low: price, lowAt: place.fill.at })
      else {
        closed.push(trade)
        open.delete(account)
      }
    }
    const price = prices[i] as number
    for (const trade of open.values()) {
      if (price > trade.high) {
        trade.high = price
        trade.highAt = ats[i] as number
      } else if (price < trade.low) {
        trade.low = price
        trade.lowAt = ats[i] as number
      }
    }
  }
  return closed
}

const tape = pricesOf(TICKS)
const placed = tradesOn(tape, TRADES, OPEN_AT_MOST, 7)
const [ours = 0, theirs = 0] = leastMs(
  ROUNDS,
  () => fold(tape, placed, []),
  () => mapOfObjects(tape, placed),
)
const speed = (ms: number) => TICKS / ms / 1000
const asked = `${(TICKS / 1e6).toFixed(2)} M ${tape.source}, ${TRADES} trades, at most ${OPEN_AT_MOST} open`
report('node bench/fold.ts', [
  { claim: `full book, both units (${asked})`, target: '≥ 25 M ticks/s', measured: `${speed(ours).toFixed(1)} M ticks/s`, reached: speed(ours) >= 25 },
  {
    claim: 'the same against a map of objects',
    target: '≥ 3 ×',
    measured: `${(theirs / ours).toFixed(1)} × (${speed(theirs).toFixed(1)} M ticks/s)`,
    reached: theirs / ours >= 3,
  },
])
