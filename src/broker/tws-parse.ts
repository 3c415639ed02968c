// What TWS says, in our words: every oddity of its messages is met once, here. Pure: values in, facts out; never a socket, a request or a clock.
// The oddities are those of TWS and of the @stoqey/ib decoder (a missing number reads 0, a sentinel 1.797e308, a text 2147483647).
import { type DecimalText, decimal, plain } from '#core/decimal.ts'
import type { Commission, Execution, ExecutionSide, Instrument } from '#core/facts.ts'
import { type Instant, instantOf } from '#core/time.ts'

/** The parts of the client's messages that are read. Everything may be missing. */
export interface TwsContract {
  readonly conId?: number
  readonly symbol?: string
  readonly secType?: string
  readonly lastTradeDateOrContractMonth?: string
  readonly strike?: number
  readonly right?: string
  readonly multiplier?: number | string
  readonly exchange?: string
  readonly primaryExch?: string
  readonly currency?: string
  readonly localSymbol?: string
  /** Of a combination, where its order is told; its fills have none. */
  readonly comboLegs?: readonly TwsComboLeg[]
}

interface TwsComboLeg {
  readonly conId?: number
  readonly exchange?: string
}

export interface TwsContractDetails {
  readonly contract: TwsContract
  readonly minTick?: number
  readonly priceMagnifier?: number
  readonly underSymbol?: string
  readonly timeZoneId?: string
  readonly tradingHours?: string
  readonly liquidHours?: string
}

export interface TwsExecution {
  readonly orderId?: number
  readonly clientId?: number
  readonly execId?: string
  readonly time?: string
  readonly acctNumber?: string
  readonly exchange?: string
  readonly side?: string
  readonly shares?: number
  readonly price?: number
  readonly permId?: number
  readonly liquidation?: number
  readonly orderRef?: string
}

export interface TwsCommissionReport {
  readonly execId?: string
  readonly commission?: number
  readonly currency?: string
}

export interface Refused {
  readonly refused: string
}

// ---------------------------------------------------------------- contracts

/** The contract of an execution or a position. Its exchange is where that fill happened, not where the instrument trades: it is left out. */
export function parseContract(contract: TwsContract): Instrument | Refused {
  if (!isCount(contract.conId)) return { refused: `a contract without an id: ${contract.symbol ?? '?'} ${contract.secType ?? '?'}` }
  return {
    kind: 'instrument',
    conId: contract.conId,
    symbol: contract.symbol ?? '',
    secType: contract.secType ?? '',
    currency: contract.currency ?? '',
    ...present('multiplier', multiplierText(contract.multiplier)),
    ...present('localSymbol', text(contract.localSymbol)),
    // Futures may carry the hour as well: '20261218 08:30 US/Central'.
    ...present('expiry', text(contract.lastTradeDateOrContractMonth)?.split(' ', 1)[0]),
    ...present('strike', isPositive(contract.strike) ? numberText(contract.strike) : undefined),
    ...present('right', rightOf(contract.right)),
  }
}

/** The answer to a request for contract details: all there is to know of an instrument. Here the exchange is its own. */
export function parseContractDetails(details: TwsContractDetails): Instrument | Refused {
  const instrument = parseContract(details.contract)
  if ('refused' in instrument) return instrument
  return {
    ...instrument,
    ...present('minTick', isPositive(details.minTick) ? numberText(details.minTick) : undefined),
    ...present('exchange', text(details.contract.exchange)),
    ...present('underlying', text(details.underSymbol)),
    ...present('timeZone', zoneOf(details.timeZoneId ?? '') ?? undefined),
    ...present('tradingHours', text(details.tradingHours)),
    ...present('liquidHours', text(details.liquidHours)),
    ...present('priceMagnifier', isCount(details.priceMagnifier) && details.priceMagnifier > 1 ? String(details.priceMagnifier) : undefined),
  }
}

/** What is known of an instrument once `fresh` was told too: a thin one (from a fill) never takes away what a fuller one said. */
export function mergeInstruments(known: Instrument | undefined, fresh: Instrument): Instrument {
  return known === undefined ? fresh : { ...known, ...fresh }
}

/** Stocks come with '' or 0, which means 1 and reads as absent. */
function multiplierText(multiplier: number | string | undefined): DecimalText | undefined {
  const value = Number(multiplier)
  return isPositive(value) ? numberText(value) : undefined
}

function rightOf(right: string | undefined): string | undefined {
  const letter = text(right)?.[0]?.toUpperCase()
  return letter === 'C' || letter === 'P' ? letter : undefined
}

// ---------------------------------------------------------------- executions

/** @param zone where the time names no zone: that of the connection time. */
export function parseExecution(contract: TwsContract, execution: TwsExecution, zone: string): Execution | Refused {
  const executionId = text(execution.execId)
  if (executionId === undefined) return { refused: 'an execution without an id' }
  if (!isCount(contract.conId)) return { refused: `execution ${executionId} without a contract id` }
  const account = text(execution.acctNumber)
  if (account === undefined) return { refused: `execution ${executionId} without an account` }
  const side = sideOf(execution.side)
  if (side === null) return { refused: `execution ${executionId} with side '${execution.side ?? ''}'` }
  // Zero shares is a bust. The price may be 0 or negative (combos), but it must be a number.
  if (!isNumber(execution.shares) || execution.shares < 0) return { refused: `execution ${executionId} with quantity ${execution.shares}` }
  if (!isNumber(execution.price)) return { refused: `execution ${executionId} with price ${execution.price}` }
  const at = parseTime(execution.time ?? '', zone)
  if (at === null) return { refused: `execution ${executionId} with time '${execution.time ?? ''}'` }
  return {
    kind: 'execution',
    executionId,
    account,
    conId: contract.conId,
    side,
    quantity: numberText(execution.shares),
    price: numberText(execution.price),
    at,
    ...present('permId', idText(execution.permId)),
    ...present('orderId', idText(execution.orderId)),
    ...present('clientId', isNumber(execution.clientId) ? String(execution.clientId) : undefined),
    ...present('orderRef', text(execution.orderRef)),
    ...present('exchange', text(execution.exchange)),
    ...(execution.liquidation !== undefined && execution.liquidation > 0 ? { liquidation: true } : {}),
  }
}

/** Null where TWS has no commission to tell yet (1.797e308 in the message, undefined after decoding). realizedPNL is never read. */
export function parseCommission(report: TwsCommissionReport): Commission | null {
  const executionId = text(report.execId)
  if (executionId === undefined || !isNumber(report.commission)) return null
  return { kind: 'commission', executionId, amount: numberText(report.commission), currency: report.currency ?? '' }
}

function sideOf(side: string | undefined): ExecutionSide | null {
  switch (side?.toUpperCase()) {
    case 'BOT':
    case 'BUY':
    case 'B':
      return 'BUY'
    case 'SLD':
    case 'SELL':
    case 'S':
      return 'SELL'
    default:
      return null
  }
}

/** 'No order of the API' is 0 for orders from outside, 2147483647 for orders by hand. */
const NO_ID = 2147483647

function idText(id: number | undefined): string | undefined {
  return isCount(id) && id !== NO_ID ? String(id) : undefined
}

// ---------------------------------------------------------------- prices

/** Ids of the ticks that are read. 66 and on are the delayed twins. */
export const TICK = {
  BID: 1,
  ASK: 2,
  LAST: 4,
  HIGH: 6,
  LOW: 7,
  LAST_TIMESTAMP: 45,
  RT_VOLUME: 48,
  HALTED: 49,
  DELAYED_BID: 66,
  DELAYED_ASK: 67,
  DELAYED_LAST: 68,
  DELAYED_HIGH: 72,
  DELAYED_LOW: 73,
  RT_TRADE_VOLUME: 77,
} as const

/** Contracts whose mark is the last trade; those of every other type are marked at the mid of bid and ask. */
const MARKED_BY_TRADES = new Set(['STK', 'FUT', 'IND', 'WAR', 'CRYPTO'])

export function isMarkedByTrades(secType: string): boolean {
  return MARKED_BY_TRADES.has(secType)
}

/** 375: RT Trade Volume (tick 77), 233: RTVolume (tick 48). Options and the like need neither. */
export function genericTicksOf(secType: string): string {
  return isMarkedByTrades(secType) ? '233,375' : ''
}

export interface Print {
  readonly price: number
  readonly at: Instant | null
}

/** 'price;size;ms;volume;vwap;single', of ticks 48 and 77. Null where it carries no trade: TWS sends an empty price when only the volume moved. */
export function parsePrint(value: string): Print | null {
  // By its separators, in place: they come in hundreds of thousands, and most of the text is of no interest.
  const priceEnd = endOfField(value, 0)
  const sizeEnd = endOfField(value, priceEnd + 1)
  const price = Number(value.slice(0, priceEnd))
  if (!isNumber(price)) return null
  if (price <= 0 && (value.slice(0, priceEnd).trim() === '' || Number(value.slice(priceEnd + 1, sizeEnd)) === 0)) return null
  const at = Number(value.slice(sizeEnd + 1, endOfField(value, sizeEnd + 1)))
  return { price, at: Number.isSafeInteger(at) && at > 0 ? at : null }
}

function endOfField(value: string, from: number): number {
  const end = value.indexOf(';', from)
  return end === -1 ? value.length : end
}

/** One side of a quote, or null for 'no quote': -1 or 0 with size 0. Only a combo may cost nothing or less. */
export function parseSide(price: number | undefined, size: number | undefined, secType: string): number | null {
  if (!isNumber(price)) return null
  if (price > 0) return price
  return secType === 'BAG' && isPositive(size) ? price : null
}

const RANGE_TICKS: ReadonlyMap<number, { readonly edge: 'high' | 'low'; readonly delayed: boolean }> = new Map([
  [TICK.HIGH, { edge: 'high', delayed: false }],
  [TICK.LOW, { edge: 'low', delayed: false }],
  [TICK.DELAYED_HIGH, { edge: 'high', delayed: true }],
  [TICK.DELAYED_LOW, { edge: 'low', delayed: true }],
])

/** The session's high or low of a price tick; null for any other tick, and for the 0, -1 and 'unset' that stand for none, as before the first trade of a day. */
export function parseRange(tick: number, price: number | undefined): { readonly high?: number; readonly low?: number; readonly delayed?: true } | null {
  const told = RANGE_TICKS.get(tick)
  if (told === undefined || !isPositive(price)) return null
  return { [told.edge]: price, ...(told.delayed ? { delayed: true } : {}) }
}

/** The mask of a price tick: bit 1 says that the quote is beyond the day's price limit. */
export function isPastLimit(mask: string | undefined): boolean {
  return (Number(mask) & 2) !== 0
}

/** 0: trading; -1: not known; 1 and 2: halted. */
export function isHalted(value: number | undefined): boolean {
  return value !== undefined && value > 0
}

// ---------------------------------------------------------------- time

/**
 * An execution's time as TWS prints it, in any of its ways (reference 3.4), or null:
 * '20250415  19:38:31' in the login zone, '20260413 15:27:04 US/Eastern', '20260413-13:27:04' in UTC.
 * @param zone where the text names none: an IANA name or a fixed offset '+08:00'.
 */
export function parseTime(time: string, zone: string): Instant | null {
  const found = /^(\d{4})(\d\d)(\d\d)(-|\s+)(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:\s+(\S.*))?$/.exec(time.trim())
  if (found === null) return null
  const [, year, month, date, separator = '', hour, minute, second, named] = found
  const day = `${year}-${month}-${date}`
  const clock = `${hour}:${minute}:${second}`
  const utc = Date.parse(`${day}T${clock}Z`)
  if (Number.isNaN(utc) || new Date(utc).getUTCDate() !== Number(date)) return null
  if (named === undefined && separator.startsWith('-')) return utc
  const place = named === undefined ? zone : zoneOf(named, zone)
  if (place === null) return null
  const offset = /^([+-])(\d\d):(\d\d)$/.exec(place)
  if (offset === null) return instantOf(day, clock, place)
  return utc - (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000
}

/** The zone a connection time ends with ('20261001 09:30:00 US/Eastern'), or null. */
export function zoneOfConnectionTime(time: string, assumed?: string): string | null {
  const named = /^\d{8}[-\s]+\d\d:\d\d:\d\d\s+(\S.*)$/.exec(time.trim())?.[1]
  return named === undefined ? null : zoneOf(named, assumed)
}

/**
 * The IANA zone (or fixed offset) that a name of TWS stands for, or null: IANA names, names of Windows, abbreviations.
 * @param assumed decides between the two meanings of CST and IST.
 */
export function zoneOf(name: string, assumed = ''): string | null {
  const trimmed = name.trim()
  if (trimmed === '') return null
  const known = ZONES[trimmed.toLowerCase()]
  if (known !== undefined) return assumed.startsWith('Asia/') && trimmed.toUpperCase() === 'CST' ? 'Asia/Shanghai' : known
  const offset = /^(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(trimmed)
  if (offset !== null) return `${offset[1]}${(offset[2] ?? '').padStart(2, '0')}:${offset[3] ?? '00'}`
  try {
    new Intl.DateTimeFormat('en', { timeZone: trimmed })
    return trimmed
  } catch {
    return null
  }
}

/** Names that are not IANA's, or that IANA reads as a fixed offset although TWS means the place with its summer time ('EST' in July). */
const ZONES: Readonly<Record<string, string>> = {
  est: 'America/New_York',
  edt: '-04:00',
  cst: 'America/Chicago',
  cdt: '-05:00',
  mst: 'America/Denver',
  mdt: '-06:00',
  pst: 'America/Los_Angeles',
  pdt: '-07:00',
  bst: '+01:00',
  cest: '+02:00',
  eest: '+03:00',
  jst: 'Asia/Tokyo',
  hkt: 'Asia/Hong_Kong',
  sgt: 'Asia/Singapore',
  kst: 'Asia/Seoul',
  ist: 'Asia/Kolkata',
  aest: 'Australia/Sydney',
  aedt: '+11:00',
  nzst: 'Pacific/Auckland',
  nzdt: '+13:00',
  msk: 'Europe/Moscow',
  z: 'UTC',
  universal: 'UTC',
  'coordinated universal time': 'UTC',
  utc: 'UTC',
  'greenwich mean time': 'Europe/London',
  'gmt standard time': 'Europe/London',
  'gmt daylight time': 'Europe/London',
  'british summer time': 'Europe/London',
  'greenwich standard time': 'Atlantic/Reykjavik',
  'w. europe standard time': 'Europe/Berlin',
  'romance standard time': 'Europe/Paris',
  'central europe standard time': 'Europe/Budapest',
  'central european standard time': 'Europe/Warsaw',
  'central european summer time': 'Europe/Warsaw',
  'central european time': 'Europe/Berlin',
  'e. europe standard time': 'Europe/Chisinau',
  'eastern european standard time': 'Europe/Athens',
  'eastern european summer time': 'Europe/Athens',
  'gtb standard time': 'Europe/Bucharest',
  'fle standard time': 'Europe/Helsinki',
  'turkey standard time': 'Europe/Istanbul',
  'israel standard time': 'Asia/Jerusalem',
  'russian standard time': 'Europe/Moscow',
  'moscow standard time': 'Europe/Moscow',
  'south africa standard time': 'Africa/Johannesburg',
  'arabian standard time': 'Asia/Dubai',
  'gulf standard time': 'Asia/Dubai',
  'arab standard time': 'Asia/Riyadh',
  'india standard time': 'Asia/Kolkata',
  'se asia standard time': 'Asia/Bangkok',
  'indochina time': 'Asia/Bangkok',
  'china standard time': 'Asia/Shanghai',
  中国标准时间: 'Asia/Shanghai',
  'taipei standard time': 'Asia/Taipei',
  'hong kong standard time': 'Asia/Hong_Kong',
  'hong kong time': 'Asia/Hong_Kong',
  'singapore standard time': 'Asia/Singapore',
  'w. australia standard time': 'Australia/Perth',
  'tokyo standard time': 'Asia/Tokyo',
  'japan standard time': 'Asia/Tokyo',
  'korea standard time': 'Asia/Seoul',
  'korean standard time': 'Asia/Seoul',
  'aus eastern standard time': 'Australia/Sydney',
  'australian eastern standard time': 'Australia/Sydney',
  'australian eastern daylight time': 'Australia/Sydney',
  'e. australia standard time': 'Australia/Brisbane',
  'new zealand standard time': 'Pacific/Auckland',
  'eastern standard time': 'America/New_York',
  'eastern daylight time': 'America/New_York',
  'us eastern standard time': 'America/Indiana/Indianapolis',
  'central standard time': 'America/Chicago',
  'central daylight time': 'America/Chicago',
  'mountain standard time': 'America/Denver',
  'mountain daylight time': 'America/Denver',
  'us mountain standard time': 'America/Phoenix',
  'pacific standard time': 'America/Los_Angeles',
  'pacific daylight time': 'America/Los_Angeles',
  'alaskan standard time': 'America/Anchorage',
  'hawaiian standard time': 'Pacific/Honolulu',
  'atlantic standard time': 'America/Halifax',
  'central standard time (mexico)': 'America/Mexico_City',
  'e. south america standard time': 'America/Sao_Paulo',
  'brasilia standard time': 'America/Sao_Paulo',
  'argentina standard time': 'America/Argentina/Buenos_Aires',
  'sa pacific standard time': 'America/Bogota',
}

// ---------------------------------------------------------------- small parts

/** A number of the wire as plain decimal text. The shortest text of the double is what stood in the message: prices and sizes have fewer than 16 digits. */
export function numberText(value: number): DecimalText {
  return plain(decimal(value))
}

function text(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed === undefined || trimmed === '' || trimmed === '?' ? undefined : trimmed
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V }
}

/** A number that is one: neither missing nor NaN nor the sentinel for 'unset'. */
function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value) && Math.abs(value) < 1e300
}

function isPositive(value: number | undefined): value is number {
  return isNumber(value) && value > 0
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && Number.isSafeInteger(value) && value > 0
}
