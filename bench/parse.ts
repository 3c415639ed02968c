// Reading a tape, apart from folding it: gunzip, and rows of text by hand.
import { gunzipSync, gzipSync } from 'node:zlib'
import { leastMs, report } from './report.ts'
import { packedDays, parseTicks, randomWalk } from '#test/ticks.ts'

const packed = packedDays()
const source = packed.length > 0 ? 'real SPY ticks' : 'random walk'
if (packed.length === 0) packed.push(gzipSync(textOf()))
let rows = 0
const [ms = 0] = leastMs(6, () => {
  rows = 0
  for (const day of packed) rows += parseTicks(gunzipSync(day)).prices.length
})
const perWeek = (ms / rows) * 1_890_000
report('node bench/parse.ts', [
  {
    claim: `gunzip and parse (${source}, ${rows.toLocaleString('en')} rows)`,
    target: 'told apart',
    measured: `${ms.toFixed(0)} ms, ${perWeek.toFixed(0)} ms for 1.89 M`,
    reached: true,
  },
])

function textOf(): string {
  const { prices, ats } = randomWalk(700_000, 1)
  return `ts_ms,price,size,exchange,sale_condition_hex,suspicious\n${Array.from(prices, (price, i) => `${ats[i]},${price},100,P,0,0`).join('\n')}\n`
}
