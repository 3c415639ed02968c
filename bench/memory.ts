// What a day in the books weighs, and how small staircases are beside the prices they answer for. Wants `--expose-gc`.
import { report } from './report.ts'
import { dayOf, fold, tradesOn } from '#test/ticks.ts'

const TRADES = 500
/** Shorter trades are small anyway; their share says nothing. */
const TICKS_MIN = 1_000

const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined)
const used = () => {
  for (let i = 0; i < 4; i++) collect()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  return { kept: heapUsed + arrayBuffers, rss }
}

const tape = dayOf()
const placed = tradesOn(tape, TRADES, 51, 7)
const before = used()
const book = fold(tape, placed, [])
const peak = process.memoryUsage().rss
const kept = used().kept - before.kept
const staircases = book.trades.map((trade) => book.staircase(trade))
const compact = used().kept - before.kept - kept

const lives = new Map<string, number>()
for (const { index, fill } of placed) lives.set(fill.family, index)
const shares: number[] = []
for (const [i, trade] of book.trades.entries()) {
  const [opening, closing] = trade.families.map((family) => lives.get(family) as number)
  const ticks = (closing as number) - (opening as number)
  if (ticks >= TICKS_MIN) shares.push((100 * (staircases[i]?.size ?? 0)) / ticks)
}
shares.sort((a, b) => a - b)
const share = shares[Math.floor(0.95 * (shares.length - 1))] as number
const mb = (bytes: number) => bytes / 1e6
const of = `${tape.prices.length.toLocaleString('en')} ${tape.source}, ${TRADES} trades`
report('node --expose-gc bench/memory.ts', [
  {
    claim: `memory of a day above the baseline (${of}, both units)`,
    target: '≤ 100 MB',
    measured: `${mb(kept).toFixed(1)} MB kept, ${mb(peak - before.rss).toFixed(0)} MB more resident; all staircases compact: ${mb(compact).toFixed(1)} MB more`,
    reached: mb(Math.max(kept + compact, peak - before.rss)) <= 100,
  },
  {
    claim: `steps of a staircase for each tick of its trade, 95th percentile of ${shares.length} trades of ${TICKS_MIN.toLocaleString('en')} ticks and more`,
    target: '≤ 5 %',
    measured: `${share.toFixed(1)} %`,
    reached: share <= 5,
  },
])
