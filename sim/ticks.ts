// One mark as the ticks of one market data line. Holds what the line was told last, because TWS sends a price only when it changed.
// Every tick of a mark goes out together and in tape order. Sizes: see SIZE.
import { decimal, plain } from '#core/decimal.ts'
import type { Instrument, Mark } from '#core/facts.ts'
import { TICK, tickByTickLast, tickPrice, tickSize, tickString } from './messages.ts'
import type { Tokens } from './wire.ts'

/** The tape knows no sizes. A real quote or trade is never of size 0 (TWS: 'no quote'), so the gateway says the least there can be. */
const SIZE = '1'
/** Sold off an exchange's tape of trades; every other type is told by its quotes. */
const TRADED = new Set(['STK', 'FUT', 'IND', 'WAR', 'CRYPTO', 'FUND', 'CMDTY', 'EVENT'])

/** A client's wish for the prices of one contract. */
export interface Line {
  readonly requestId: number
  readonly conId: number
  readonly kind: 'MARKET' | 'TICK_BY_TICK'
  readonly genericTicks: ReadonlySet<number>
  bid: string
  ask: string
  last: string
  lastSecond: number
}

export function openLine(requestId: number, conId: number, kind: Line['kind'], genericTicks: ReadonlySet<number> = new Set()): Line {
  return { requestId, conId, kind, genericTicks, bid: '', ask: '', last: '', lastSecond: 0 }
}

export function ticksOf(mark: Mark, instrument: Instrument, line: Line): Tokens[] {
  const price = priceText(mark.price)
  if (line.kind === 'TICK_BY_TICK') return [tickByTickLast(line.requestId, 1, Math.floor(mark.at / 1000), price, SIZE, instrument.exchange ?? '')]
  const traded = TRADED.has(instrument.secType)
  const frames: Tokens[] = []
  if (traded) frames.push(...tradeTicks(mark, price, line))
  const bid = mark.bid ?? (traded ? undefined : mark.price)
  const ask = mark.ask ?? (traded ? undefined : mark.price)
  // Quotes carry no time, so one that repeats is still told where quotes are all there is: it says the price still stands.
  if (bid !== undefined && (!traded || priceText(bid) !== line.bid)) {
    line.bid = priceText(bid)
    frames.push(tickPrice(line.requestId, TICK.bid, line.bid, SIZE), tickSize(line.requestId, TICK.bidSize, SIZE))
  }
  if (ask !== undefined && (!traded || priceText(ask) !== line.ask)) {
    line.ask = priceText(ask)
    frames.push(tickPrice(line.requestId, TICK.ask, line.ask, SIZE), tickSize(line.requestId, TICK.askSize, SIZE))
  }
  return frames
}

/** The dated trade first: who has it needs no undated price. */
function tradeTicks(mark: Mark, price: string, line: Line): Tokens[] {
  const { requestId } = line
  const frames: Tokens[] = []
  const dated = `${price};${SIZE};${mark.at};;;true` // price;size;ms;volume;vwap;single — the tape knows neither volume nor vwap
  if (line.genericTicks.has(375)) frames.push(tickString(requestId, TICK.rtTradeVolume, dated))
  if (line.genericTicks.has(233)) frames.push(tickString(requestId, TICK.rtVolume, dated))
  if (price !== line.last) {
    line.last = price
    frames.push(tickPrice(requestId, TICK.last, price, SIZE), tickSize(requestId, TICK.lastSize, SIZE))
  }
  const second = Math.floor(mark.at / 1000)
  if (second !== line.lastSecond) {
    line.lastSecond = second
    frames.push(tickString(requestId, TICK.lastTimestamp, String(second)))
  }
  return frames
}

/** A double of at most 15 digits in plain notation. */
export function priceText(price: number): string {
  const text = String(price)
  return text.includes('e') ? plain(decimal(text)) : text
}
