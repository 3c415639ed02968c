// What-if grids over stored staircases: 50 targets × 50 stops, and 50 targets × 50 trailing stops, for 2,000 trades.
import { decimal } from '#core/decimal.ts'
import { stopSurface, trailSurface } from '#core/surface.ts'
import { leastMs, report } from './report.ts'
import { fold, pricesOf, tradesOn } from '#test/ticks.ts'

const tape = pricesOf(1_830_000)
const book = fold(tape, tradesOn(tape, 2_000, 51, 7), [])
const orders = book.trades.filter((trade) => trade.unit === 'ORDER')
let staircases = orders.map((trade) => book.staircase(trade))
const levels = Array.from({ length: 50 }, (_, i) => decimal((i + 1) * 2).div(100))
const [storing = 0] = leastMs(3, () => {
  staircases = orders.map((trade) => book.staircase(trade))
})
const [stops = 0, trails = 0] = leastMs(
  20,
  () => stopSurface(staircases, levels, levels),
  () => trailSurface(staircases, levels, levels),
)
const surface = stopSurface(staircases, levels, levels)
const mid = 12 * 50 + 12
const of = `50 × 50 over ${surface.trades} trades (${tape.source})`
const command = 'node bench/surface.ts'
report(command, [
  {
    claim: `stop × target, ${of}; at 0.26 %: ${surface.targets[mid]} targets, ${surface.stops[mid]} stops, ${surface.censored[mid]} censored`,
    target: '≤ 15 ms',
    measured: `${stops.toFixed(1)} ms`,
    reached: stops <= 15,
  },
  {
    claim: `trailing × target, ${of}`,
    target: '≤ 60 ms',
    measured: `${trails.toFixed(1)} ms (making the staircases compact: ${storing.toFixed(0)} ms, once)`,
    reached: trails <= 60,
  },
])
