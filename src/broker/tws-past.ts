// The past as TWS tells it, in our words: ticks dated by the second, bars dated by their begin. Pure; the live messages are read in tws-parse.ts.
import type { Bar } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Quote } from './port.ts'
import { numberText } from './tws-parse.ts'

export interface TwsPastTrade {
  /** Seconds since 1970. */
  readonly time?: number
  readonly price?: number
  readonly tickAttribLast?: { readonly pastLimit?: boolean; readonly unreported?: boolean }
}

export interface TwsPastQuote {
  readonly time?: number
  readonly priceBid?: number
  readonly priceAsk?: number
  readonly tickAttribBidAsk?: { readonly bidPastLow?: boolean; readonly askPastHigh?: boolean }
}

export interface TwsPastBar {
  /** Seconds since 1970, as text. */
  readonly time: string
  readonly high: number
  readonly low: number
  /** 0: nothing was traded, the price only stood. Missing or -1: a bar of quotes. */
  readonly volume?: number
}

export function parsePastTrade(conId: number, tick: TwsPastTrade): Quote | null {
  const at = instantOf(tick.time)
  if (at === null || !isPrice(tick.price)) return null
  const { pastLimit = false, unreported = false } = tick.tickAttribLast ?? {}
  return { conId, price: tick.price, at, source: 'LAST', ...(pastLimit ? { pastLimit } : {}), ...(unreported ? { unreported } : {}) }
}

export function parsePastQuote(conId: number, tick: TwsPastQuote): Quote | null {
  const at = instantOf(tick.time)
  if (at === null || !isPrice(tick.priceBid) || !isPrice(tick.priceAsk)) return null
  return { conId, price: null, bid: tick.priceBid, ask: tick.priceAsk, at, source: 'MID' }
}

/** Null where nothing was traded in it. */
export function parsePastBar(conId: number, { time, high, low, volume }: TwsPastBar, barMs: number): Bar | null {
  const from = instantOf(Number(time))
  if (from === null || !isPrice(high) || !isPrice(low) || volume === 0) return null
  return { kind: 'bar', conId, from, to: from + barMs - 1, high: numberText(high), low: numberText(low) }
}

/** Seconds since 1970; null: none. */
export function instantOf(seconds: number | undefined): Instant | null {
  return seconds !== undefined && Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1000 : null
}

function isPrice(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && value > 0 && value < 1e300
}
