// Every message the gateway sends, as the tokens of server version 193. Pure: logical values in, texts out.
// The layouts were checked against the client's decoder; a field nobody knows is empty, or Double.MAX where TWS says 'unset'.
import type { DecimalText } from '#core/decimal.ts'
import type { Instrument } from '#core/facts.ts'
import { wallClock } from '#core/time.ts'
import type { Instant } from '#core/time.ts'
import type { Tokens } from './wire.ts'

/** How TWS writes 'no value' in a field of type double. */
export const UNSET = '1.7976931348623157E308'
/** The request id of what nobody asked for. */
export const LIVE = -1

/** A contract as messages carry it: the instrument, at the exchange the message is about. */
export interface Contract {
  readonly conId: number
  readonly symbol: string
  readonly secType: string
  readonly currency: string
  readonly expiry: string
  readonly strike: DecimalText
  readonly right: string
  readonly multiplier: string
  readonly exchange: string
  readonly localSymbol: string
  readonly tradingClass: string
}

export function contractOf(instrument: Instrument, exchange: string = instrument.exchange ?? ''): Contract {
  const { conId, symbol, secType, currency, multiplier = '' } = instrument
  return {
    conId,
    symbol,
    secType,
    currency,
    expiry: instrument.expiry ?? '',
    strike: instrument.strike ?? '0.0',
    right: instrument.right ?? '',
    multiplier: secType === 'STK' && multiplier === '1' ? '' : multiplier,
    exchange,
    localSymbol: instrument.localSymbol ?? '',
    tradingClass: '',
  }
}

function contractTokens(c: Contract): Tokens {
  return [String(c.conId), c.symbol, c.secType, c.expiry, c.strike, c.right, c.multiplier, c.exchange, c.currency, c.localSymbol, c.tradingClass]
}

/** '20131007 09:30:01 US/Eastern': whole seconds, rounded down, in the zone the operator chose. */
export function wireTime(at: Instant, timeZone: string): string {
  const { day, clock } = wallClock(Math.floor(at / 1000) * 1000, timeZone)
  return `${day.replaceAll('-', '')} ${clock} ${timeZone}`
}

// The session

export const welcome = (version: number, time: string): Tokens => [String(version), time]
export const managedAccounts = (accounts: readonly string[]): Tokens => ['15', '1', accounts.join(',')]
export const nextValidId = (orderId: number): Tokens => ['9', '1', String(orderId)]
export const currentTime = (seconds: number): Tokens => ['49', '1', String(seconds)]
export const notice = (code: number, message: string): Tokens => error(LIVE, code, message)
export const error = (requestId: number, code: number, message: string): Tokens => ['4', '2', String(requestId), String(code), message, '']
export const userInfo = (requestId: number): Tokens => ['107', String(requestId), '']

// Executions

export interface ExecDetails {
  readonly executionId: string
  readonly account: string
  readonly exchange: string
  readonly side: 'BOT' | 'SLD'
  readonly quantity: DecimalText
  readonly price: DecimalText
  /** As `wireTime` prints it. */
  readonly time: string
  readonly orderId: string
  readonly permId: string
  readonly clientId: string
  readonly liquidation: boolean
  readonly cumulativeQuantity: DecimalText
  readonly averagePrice: DecimalText
  readonly orderRef: string
  /** 1 added, 2 removed liquidity, 0 not known. */
  readonly lastLiquidity: number
}

export function execDetails(requestId: number, contract: Contract, e: ExecDetails): Tokens {
  return [
    ...['11', String(requestId), e.orderId, ...contractTokens(contract), e.executionId, e.time, e.account, e.exchange, e.side, e.quantity, e.price],
    ...[e.permId, e.clientId, e.liquidation ? '1' : '0', e.cumulativeQuantity, e.averagePrice, e.orderRef],
    ...['', '', '', String(e.lastLiquidity), '0'], // evRule, evMultiplier, modelCode, lastLiquidity, pendingPriceRevision
  ]
}

export const execDetailsEnd = (requestId: number): Tokens => ['55', '1', String(requestId)]

/** `realizedPnl` is null for a fill that opens. */
export function commissionReport(executionId: string, amount: DecimalText, currency: string, realizedPnl: DecimalText | null): Tokens {
  return ['59', '1', executionId, amount, currency, realizedPnl ?? UNSET, UNSET, '']
}

// Contracts

export function contractDetails(requestId: number, instrument: Instrument): Tokens {
  const c = contractOf(instrument)
  return [
    ...['10', String(requestId), c.symbol, c.secType, c.expiry, '', c.strike, c.right, c.exchange, c.currency, c.localSymbol, '', '', String(c.conId)],
    ...[instrument.minTick ?? '', c.multiplier, '', c.exchange, instrument.priceMagnifier ?? '1', '', '', ''], // … orderTypes, validExchanges, …, underConId, longName, primaryExch
    ...['', '', '', '', instrument.timeZone ?? '', instrument.tradingHours ?? '', instrument.liquidHours ?? ''], // contractMonth, industry, category, subcategory, …
    ...['', '', '0', '', instrument.underlying ?? '', '', '', '', '', '', '', ''], // evRule, evMultiplier, no secIds, aggGroup, underSymbol … suggestedSizeIncrement
    ...(c.secType === 'FUND' ? Array<string>(17).fill('') : []),
    '0', // no ineligibility reasons
  ]
}

export const contractDetailsEnd = (requestId: number): Tokens => ['52', '1', String(requestId)]

// Market data

export const TICK = {
  bidSize: 0,
  bid: 1,
  ask: 2,
  askSize: 3,
  last: 4,
  lastSize: 5,
  high: 6,
  low: 7,
  lastTimestamp: 45,
  rtVolume: 48,
  rtTradeVolume: 77,
} as const

export const marketDataType = (requestId: number, type: number): Tokens => ['58', '1', String(requestId), String(type)]
export const tickReqParams = (requestId: number, minTick: DecimalText): Tokens => ['81', String(requestId), minTick, '', '0']
export const tickPrice = (requestId: number, tick: number, price: string, size: string): Tokens => ['1', '6', String(requestId), String(tick), price, size, '0']
export const tickSize = (requestId: number, tick: number, size: string): Tokens => ['2', '6', String(requestId), String(tick), size]
export const tickString = (requestId: number, tick: number, text: string): Tokens => ['46', '6', String(requestId), String(tick), text]
export const tickSnapshotEnd = (requestId: number): Tokens => ['57', '1', String(requestId)]
export const tickByTickLast = (requestId: number, type: number, seconds: number, price: string, size: string, exchange: string): Tokens => {
  return ['99', String(requestId), String(type), String(seconds), price, size, '0', exchange, '']
}

// The past

/** A tick of the past: a whole second, a mask of attributes, prices and sizes. Nobody knows the sizes: see ticks.ts. */
export const historicalTrade = (second: number, price: string): Tokens => [String(second), '0', price, '1', '', '']
export const historicalQuote = (second: number, bid: string, ask: string): Tokens => [String(second), '0', bid, ask, '1', '1']
export const historicalMid = (second: number, price: string): Tokens => [String(second), '0', price, '0']
export function historicalTicks(requestId: number, what: string, ticks: readonly Tokens[]): Tokens {
  const id = what === 'TRADES' ? '98' : what === 'BID_ASK' ? '97' : '96'
  return [id, String(requestId), String(ticks.length), ...ticks.flat(), '1']
}
/** Each bar: its second, open, high, low, close, volume, average, count. */
export const historicalData = (requestId: number, bars: readonly Tokens[]): Tokens => ['17', String(requestId), '', '', String(bars.length), ...bars.flat()]

// Positions and accounts

export const position = (account: string, contract: Contract, quantity: DecimalText, averageCost: DecimalText): Tokens => {
  return ['61', '3', account, ...contractTokens(contract), quantity, averageCost]
}
export const positionEnd = (): Tokens => ['62', '1']
export const accountSummary = (requestId: number, account: string, tag: string, value: string, currency: string): Tokens => {
  return ['63', '1', String(requestId), account, tag, value, currency]
}
export const accountSummaryEnd = (requestId: number): Tokens => ['64', '1', String(requestId)]
export const updateAccountValue = (account: string, key: string, value: string, currency: string): Tokens => ['6', '2', key, value, currency, account]
export const accountDownloadEnd = (account: string): Tokens => ['54', '1', account]
export const pnl = (requestId: number, unrealized: DecimalText, realized: DecimalText): Tokens => ['94', String(requestId), UNSET, unrealized, realized]

/** What a holding is worth; null where no price was ever seen. */
export interface Worth {
  readonly quantity: DecimalText
  readonly price: DecimalText | null
  readonly value: DecimalText | null
  readonly averageCost: DecimalText
  readonly unrealized: DecimalText | null
  readonly realized: DecimalText
}

export function pnlSingle(requestId: number, worth: Worth): Tokens {
  return ['95', String(requestId), worth.quantity, UNSET, worth.unrealized ?? UNSET, worth.realized, worth.value ?? UNSET]
}

export function updatePortfolio(account: string, c: Contract, w: Worth): Tokens {
  return [
    ...['7', '8', String(c.conId), c.symbol, c.secType, c.expiry, c.strike, c.right, c.multiplier, c.exchange, c.currency, c.localSymbol, c.tradingClass],
    ...[w.quantity, w.price ?? UNSET, w.value ?? UNSET, w.averageCost, w.unrealized ?? UNSET, w.realized, account],
  ]
}

export const openOrderEnd = (): Tokens => ['53', '1']
export const completedOrdersEnd = (): Tokens => ['102']
