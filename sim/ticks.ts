// One mark as the ticks of one market data line. Holds what the line was told last, because TWS sends a price only when it changed.
// Every tick of a mark goes out together and in tape order. Sizes: see SIZE.
import { decimal, plain } from '#core/decimal.ts'
import type { Instrument, Mark } from '#core/facts.ts'
import type { DayRange } from './day-range.ts'
import { TICK, tickByTickLast, tickPrice, tickSize, tickString } from './messages.ts'
import type { Tokens } from './wire.ts'

/** The tape knows no sizes. A real quote or trade is never of size 0 (TWS: 'no quote'), so the gateway says the least there can be. */
const SIZE = '1'
/** What a quote says where nobody bids or asks. */
const NO_QUOTE = { price: '-1', size: '0' }
/** Marked by trades; every other type is told by its quotes. */
const TRADED = new Set(['STK', 'FUT', 'IND', 'WAR', 'CRYPTO'])

export function isTraded(secType: string): boolean {
  return TRADED.has(secType)
}

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
  high: string
  low: string
}

export function openLine(requestId: number, conId: number, kind: Line['kind'], genericTicks: ReadonlySet<number> = new Set()): Line {
  return { requestId, conId, kind, genericTicks, bid: '', ask: '', last: '', lastSecond: 0, high: '', low: '' }
}

export function ticksOf(mark: Mark, instrument: Instrument, line: Line): Tokens[] {
  const price = priceText(mark.price)
  if (line.kind === 'TICK_BY_TICK') return [tickByTickLast(line.requestId, 1, Math.floor(mark.at / 1000), price, SIZE, instrument.exchange ?? '')]
  if (!TRADED.has(instrument.secType)) return quoteTicks(priceText(mark.bid ?? mark.price), priceText(mark.ask ?? mark.price), line)
  // An index is never traded itself: it has a last price, but no trades with a time.
  const dated = instrument.secType === 'IND' ? [] : datedTicks(mark, price, line)
  return [...dated, ...lastTicks(mark, price, line), ...sideTicks(mark, line)]
}

/** What TWS tells at once of a new line: what stands now, undated. No trade is told again. */
export function standingTicks(mark: Mark | undefined, instrument: Instrument, line: Line): Tokens[] {
  const traded = TRADED.has(instrument.secType)
  if (line.kind === 'TICK_BY_TICK' || (mark === undefined && traded)) return []
  if (mark === undefined) return [...sideOf(line, TICK.bid, NO_QUOTE.price, NO_QUOTE.size), ...sideOf(line, TICK.ask, NO_QUOTE.price, NO_QUOTE.size)]
  if (traded) return [...lastTicks(mark, priceText(mark.price), line), ...sideTicks(mark, line)]
  return quoteTicks(priceText(mark.bid ?? mark.price), priceText(mark.ask ?? mark.price), line)
}

/**
 * Both sides of a quote. Where both are new, the old bid is withdrawn first, so that no client can pair a side with the other's past.
 * A quote that repeats is told again: quotes carry no time, and it says that the price still stands.
 */
function quoteTicks(bid: string, ask: string, line: Line): Tokens[] {
  const frames: Tokens[] = []
  const bidMoved = bid !== line.bid
  const askMoved = ask !== line.ask
  if (bidMoved && askMoved && line.bid !== '') frames.push(...sideOf(line, TICK.bid, NO_QUOTE.price, NO_QUOTE.size))
  if (askMoved || !bidMoved) frames.push(...sideOf(line, TICK.ask, ask, SIZE))
  if (bidMoved) frames.push(...sideOf(line, TICK.bid, bid, SIZE))
  line.bid = bid
  line.ask = ask
  return frames
}

/** The quote beside a trade, as far as it moved. */
function sideTicks(mark: Mark, line: Line): Tokens[] {
  const frames: Tokens[] = []
  const bid = mark.bid === undefined ? line.bid : priceText(mark.bid)
  const ask = mark.ask === undefined ? line.ask : priceText(mark.ask)
  if (bid !== line.bid) frames.push(...sideOf(line, TICK.bid, bid, SIZE))
  if (ask !== line.ask) frames.push(...sideOf(line, TICK.ask, ask, SIZE))
  line.bid = bid
  line.ask = ask
  return frames
}

/** Every price is followed by its size. */
function sideOf({ requestId }: Line, tick: typeof TICK.bid | typeof TICK.ask, price: string, size: string): Tokens[] {
  return [tickPrice(requestId, tick, price, size), tickSize(requestId, tick === TICK.bid ? TICK.bidSize : TICK.askSize, size)]
}

/** The trade with the exchange's own time comes first: who has it needs no undated price. */
function datedTicks(mark: Mark, price: string, { requestId, genericTicks }: Line): Tokens[] {
  const text = `${price};${SIZE};${mark.at};;;true` // price;size;ms;volume;vwap;single — the tape knows neither volume nor vwap
  const ticks = [genericTicks.has(375) ? TICK.rtTradeVolume : null, genericTicks.has(233) ? TICK.rtVolume : null]
  return ticks.filter((tick) => tick !== null).map((tick) => tickString(requestId, tick, text))
}

function lastTicks(mark: Mark, price: string, line: Line): Tokens[] {
  const frames: Tokens[] = []
  const second = Math.floor(mark.at / 1000)
  if (price !== line.last) frames.push(tickPrice(line.requestId, TICK.last, price, SIZE), tickSize(line.requestId, TICK.lastSize, SIZE))
  if (second !== line.lastSecond) frames.push(tickString(line.requestId, TICK.lastTimestamp, String(second)))
  line.last = price
  line.lastSecond = second
  return frames
}

/** The high and low of the day, as far as they moved since the line was told last. They have no size. What is quoted and not traded has none here. */
export function rangeTicks(range: DayRange | undefined, instrument: Instrument, line: Line): Tokens[] {
  if (range === undefined || line.kind === 'TICK_BY_TICK' || !TRADED.has(instrument.secType)) return []
  const frames: Tokens[] = []
  const [high, low] = [range.high, range.low].map((price) => (price === null ? '' : priceText(price))) as [string, string]
  if (high !== '' && high !== line.high) frames.push(tickPrice(line.requestId, TICK.high, high, '0'))
  if (low !== '' && low !== line.low) frames.push(tickPrice(line.requestId, TICK.low, low, '0'))
  line.high = high
  line.low = low
  return frames
}

/** A double of at most 15 digits in plain notation. */
export function priceText(price: number): string {
  const text = String(price)
  return text.includes('e') ? plain(decimal(text)) : text
}
