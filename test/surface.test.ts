// What-if grids read off staircases against a scan of every price, cell by cell, over real prices where they lie beside the project.
import { expect, test } from 'vitest'
import { decimal } from '#core/decimal.ts'
import type { Staircase } from '#core/staircase.ts'
import { stopSurface, type Surface, trailSurface } from '#core/surface.ts'
import { fillAt, fold, type Placed, pricesOf, randomOf, tradesOn } from './ticks.ts'

const tape = pricesOf(60_000)
const placed = tradesOn(tape, 120, 15, 3)
const book = fold(tape, placed, [])
const orders = book.trades.filter((trade) => trade.unit === 'ORDER')
const staircases: Staircase[] = orders.map((trade) => book.staircase(trade))
const LEVELS = Array.from({ length: 50 }, (_, i) => (i + 1) / 100)

interface Trip {
  readonly side: number
  readonly prices: readonly number[]
}

/** Every trade's prices: its opening fill, the marks, its closing fill. */
function trips(): Trip[] {
  const open = new Map<string, Placed>()
  const found: { opened: number; trip: Trip }[] = []
  for (const place of placed) {
    const { account, side, price } = place.fill.execution
    const entry = open.get(account)
    if (entry === undefined) open.set(account, place)
    else {
      const prices = [Number(entry.fill.execution.price), ...tape.prices.subarray(entry.index, place.index), Number(price)]
      found.push({ opened: placed.indexOf(entry), trip: { side: side === 'SELL' ? 1 : -1, prices } })
      open.delete(account)
    }
  }
  return found.sort((a, b) => a.opened - b.opened).map(({ trip }) => trip)
}

/** A cell by scanning; prices are whole cents, so that a level that is met exactly is met. */
function scan(trips: readonly Trip[], target: number, stop: number, isTrailing: boolean) {
  const cell = { sum: 0, targets: 0, stops: 0, censored: 0 }
  const cents = (price: number) => Math.round(price * 10_000)
  for (const { side, prices } of trips) {
    const entry = prices[0] as number
    let best = entry
    let end = prices.at(-1) as number
    let outcome: 'targets' | 'stops' | 'censored' = 'censored'
    for (const price of prices) {
      if (side * (price - best) > 0) best = price
      const won = side * (cents(price) - cents(entry)) * 10_000 >= cents(entry) * Math.round(target * 100)
      const from = isTrailing ? best : entry
      const lost = side * (cents(from) - cents(price)) * 10_000 >= cents(from) * Math.round(stop * 100)
      if (!won && !lost) continue
      outcome = won ? 'targets' : 'stops'
      end = price
      break
    }
    cell[outcome]++
    cell.sum += ((side * (end - entry)) / Math.abs(entry)) * 100
  }
  return cell
}

function cellOf(surface: Surface, row: number, column: number) {
  const cell = row * LEVELS.length + column
  return { sum: surface.sums[cell], targets: surface.targets[cell], stops: surface.stops[cell], censored: surface.censored[cell] }
}

test.each([
  ['stop × target', stopSurface, false],
  ['trailing × target', trailSurface, true],
] as const)(`law: %s: a cell is what a scan of every price makes it (${tape.source})`, (_, surfaceOf, isTrailing) => {
  const levels = LEVELS.map((level) => decimal(level))
  const surface = surfaceOf(staircases, levels, levels)
  expect(surface.trades).toBe(120)
  const scanned = trips()
  const random = randomOf(11)
  for (let sample = 0; sample < 60; sample++) {
    const [row, column] = [Math.floor(random() * 50), Math.floor(random() * 50)]
    expect(cellOf(surface, row, column)).toEqual(scan(scanned, LEVELS[row] as number, LEVELS[column] as number, isTrailing))
  }
})

test('a trade that scaled in is left out of the grid, and counted', () => {
  const fills = [fillAt('a', 'DU1', 'BUY', 100, 167, 1), fillAt('b', 'DU1', 'BUY', 100, 167.1, 2), fillAt('c', 'DU1', 'SELL', 200, 167.2, 3)]
  const scaled = fold(
    { ...tape, prices: tape.prices.slice(0, 10), ats: tape.ats.slice(0, 10) },
    fills.map((fill) => ({ index: 0, fill })),
    [],
  )
  const surface = stopSurface(
    scaled.trades.map((trade) => scaled.staircase(trade)),
    [decimal('0.1')],
    [decimal(1)],
  )
  // Both orders held one size to their end; the round trip of the two did not.
  expect(surface).toMatchObject({ trades: 2, unanswered: 1, targets: new Int32Array([1]), stops: new Int32Array([0]), censored: new Int32Array([1]) })
})
