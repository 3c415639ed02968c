// Ticks for benches and laws: real SPY prices where they lie beside the project (../shared/data), else a seeded random walk; and seeded trades upon them.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { ContractBook } from '#core/book.ts'
import { type Fill, Ledger } from '#core/execution.ts'
import type { ExecutionSide, Instrument } from '#core/facts.ts'
import type { Rule } from '#core/rules.ts'
import type { Instant } from '#core/time.ts'

export const SPY: Instrument = { kind: 'instrument', conId: 756733, symbol: 'SPY', secType: 'STK', currency: 'USD', multiplier: '1', minTick: '0.01' }

const DAYS = ['SPY_20131007_trades.csv.gz', 'SPY_20131008_trades.csv.gz'].map((file) => new URL(`../../shared/data/ticks/${file}`, import.meta.url))
const DAY_MS = 86_400_000

/** Prices in the order of their time. */
export interface Prices {
  readonly source: string
  readonly prices: Float64Array
  readonly ats: Float64Array
}

/** The real days, one after another and again with their time shifted, until there are `count` prices. */
export function pricesOf(count: number): Prices {
  if (!DAYS.every((day) => existsSync(day))) return randomWalk(count, 1)
  const prices = new Float64Array(count)
  const ats = new Float64Array(count)
  const read = DAYS.map(readDay)
  let filled = 0
  for (let round = 0; filled < count; round++) {
    for (const day of read) {
      const taken = Math.min(count - filled, day.prices.length)
      prices.set(day.prices.subarray(0, taken), filled)
      ats.set(
        day.ats.subarray(0, taken).map((at) => at + round * DAYS.length * DAY_MS),
        filled,
      )
      filled += taken
    }
  }
  return { source: 'real SPY prices', prices, ats }
}

/** The second of the real days: 450,000 prices. */
export function dayOf(): Prices {
  const day = DAYS[1] as URL
  return existsSync(day) ? { source: 'real SPY prices', ...readDay(day) } : randomWalk(450_000, 1)
}

function readDay(day: URL): { prices: Float64Array; ats: Float64Array } {
  return parseTicks(gunzipSync(readFileSync(day)))
}

/** The real days as they lie there; none where they are absent. */
export function packedDays(): Buffer[] {
  return DAYS.filter((day) => existsSync(day)).map((day) => readFileSync(day))
}

const [COMMA, POINT, NEWLINE, ZERO_DIGIT] = [0x2c, 0x2e, 0x0a, 0x30]

/** Rows of `ts_ms,price,…,suspicious` by hand, byte by byte; what the exchange marked as suspicious is left out. */
export function parseTicks(text: Buffer): { prices: Float64Array; ats: Float64Array } {
  const rows = text.length >> 4
  const prices = new Float64Array(rows)
  const ats = new Float64Array(rows)
  let row = 0
  let i = text.indexOf(NEWLINE) + 1
  while (i < text.length) {
    let at = 0
    for (let byte = text[i++] as number; byte !== COMMA; byte = text[i++] as number) at = at * 10 + (byte - ZERO_DIGIT)
    let digits = 0
    let scale = 0
    for (let byte = text[i++] as number; byte !== COMMA; byte = text[i++] as number) {
      if (byte === POINT) scale = 1
      else {
        digits = digits * 10 + (byte - ZERO_DIGIT)
        scale *= 10
      }
    }
    const end = text.indexOf(NEWLINE, i)
    i = end < 0 ? text.length : end
    if (text[i - 1] === ZERO_DIGIT) {
      ats[row] = at
      prices[row++] = scale === 0 ? digits : digits / scale
    }
    i++
  }
  return { prices: prices.slice(0, row), ats: ats.slice(0, row) }
}

/** Steps of a tick up, down or none, 20 in a second. */
export function randomWalk(count: number, seed: number): Prices {
  const random = randomOf(seed)
  let cents = 16_700
  const prices = Float64Array.from({ length: count }, () => {
    cents += Math.floor(random() * 3) - 1
    return cents / 100
  })
  const ats = Float64Array.from({ length: count }, (_, i) => 1_381_152_600_000 + i * 50)
  return { source: `random-walk prices (seed ${seed})`, prices, ats }
}

/** A fill, and how many prices came before it. */
export interface Placed {
  readonly index: number
  readonly fill: Fill
}

/** `count` trades of one entry and one exit; at most `open` at once, each of those in an account of its own that rests a tenth of its time. */
export function tradesOn({ prices, ats }: Prices, count: number, open: number, seed: number): Placed[] {
  const random = randomOf(seed)
  const placed: Placed[] = []
  for (let slot = 0; slot < open; slot++) {
    const trades = Math.floor((count * (slot + 1)) / open) - Math.floor((count * slot) / open)
    const cuts = Float64Array.from({ length: trades + 1 }, () => Math.floor(random() * (prices.length - 1))).sort()
    for (let i = 0; i < trades; i++) {
      const [from, until] = [cuts[i] as number, cuts[i + 1] as number]
      const sides = random() < 0.5 ? (['BUY', 'SELL'] as const) : (['SELL', 'BUY'] as const)
      for (const [step, index] of [from + Math.ceil((until - from) / 10), until].entries()) {
        const fill = fillAt(`${slot}.${i}.${step}`, `DU${slot}`, sides[step] as ExecutionSide, 100, prices[index] as number, ats[index] as number)
        placed.push({ index, fill })
      }
    }
  }
  return placed.sort((a, b) => a.index - b.index)
}

/** A fill as the ledger makes it of an execution. */
export function fillAt(executionId: string, account: string, side: ExecutionSide, quantity: number, price: number, at: Instant): Fill {
  const ledger = new Ledger()
  ledger.tell({ kind: 'execution', executionId, account, conId: SPY.conId, side, quantity: String(quantity), price: String(price), at }, { at, arrival: 0 })
  return ledger.fillOf(executionId) as Fill
}

/** The product's own fold of fills and prices. */
export function fold({ prices, ats }: Prices, placed: readonly Placed[], rules: readonly Rule[]): ContractBook {
  const book = new ContractBook(SPY, { rules, trace: false, commissionOf: () => null })
  let next = 0
  for (const { index, fill } of placed) {
    book.marks(prices, ats, next, index)
    book.enter(fill)
    next = index
  }
  book.marks(prices, ats, next, prices.length)
  return book
}

/** mulberry32 */
export function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
