// A line of a tape, read and written (INTERFACES, 'Tape'). Pure: text in, fact out; files are read by broker/tape.ts.
import { decimal, parseDecimal, plain } from './decimal.ts'
import { ADOPTION_REASONS, type AnyFact, type Execution, type Fact, type Instrument, REPAIR_SOURCES, SETTLEMENT_REASONS } from './facts.ts'
import type { Quote } from './mark.ts'
import { type Instant, parseInstant, printInstant } from './time.ts'

/** A line that cannot be read: what was expected and what stood there. */
export interface Refused {
  readonly refused: string
}
/** A price of a tape before anybody judged whether it is a mark. */
export interface QuoteLine {
  readonly kind: 'quote'
  readonly conId: number
  readonly quote: Quote
}

type Line = Readonly<Record<string, unknown>>

/** The fact or price of one NDJSON line. */
export function parseLine(text: string): Fact | QuoteLine | Refused {
  let line: Line
  try {
    line = JSON.parse(text)
  } catch {
    return { refused: `expected a JSON object, found ${JSON.stringify(text.slice(0, 60))}` }
  }
  if (typeof line !== 'object' || line === null) return { refused: `expected a JSON object, found ${text.slice(0, 60)}` }
  try {
    return parseKind(line)
  } catch (error) {
    if (error instanceof Unreadable) return { refused: error.message }
    throw error
  }
}

class Unreadable extends Error {}

function parseKind(line: Line): Fact | QuoteLine {
  switch (line['kind']) {
    case 'instrument':
      return parseInstrument(line)
    case 'execution':
      return parseExecution(line)
    case 'commission':
      return {
        kind: 'commission',
        executionId: text(line, 'executionId'),
        ...optionalTexts(line, ['account']),
        amount: number(line, 'amount'),
        currency: String(line['currency'] ?? ''),
        ...optionalInstants(line),
      }
    case 'mark':
      return { kind: 'quote', conId: conId(line), quote: parseQuote(line) }
    case 'gap':
      return {
        kind: 'gap',
        ...(line['conId'] === undefined ? {} : { conId: conId(line) }),
        from: instant(line, 'from'),
        to: instant(line, 'to'),
        ...optionalTexts(line, ['reason']),
        ...optionalSeenAt(line),
      }
    case 'repair':
      return {
        kind: 'repair',
        conId: conId(line),
        from: instant(line, 'from'),
        to: instant(line, 'to'),
        source: choice(line, 'source', REPAIR_SOURCES),
        ...optionalSeenAt(line),
      }
    case 'fxRate':
      return {
        kind: 'fxRate',
        base: text(line, 'base'),
        quote: text(line, 'quote'),
        rate: aboveZero(line, 'rate'),
        at: instant(line, 'at'),
        ...optionalSeenAt(line),
      }
    case 'adopt':
      return {
        kind: 'adopt',
        ...movement(line),
        ...(line['reason'] === undefined ? {} : { reason: choice(line, 'reason', ADOPTION_REASONS) }),
        at: instant(line, 'at'),
        ...optionalSeenAt(line),
      }
    case 'settlement':
      return { kind: 'settlement', ...movement(line), reason: choice(line, 'reason', SETTLEMENT_REASONS), at: instant(line, 'at'), ...optionalSeenAt(line) }
    case 'split':
      return { kind: 'split', conId: conId(line), ratio: aboveZero(line, 'ratio'), at: instant(line, 'at'), ...optionalSeenAt(line) }
    case 'cancel':
    case 'hold':
      return { kind: line['kind'], executionId: text(line, 'executionId'), ...optionalTexts(line, ['account']), ...optionalInstants(line) }
    case 'link':
      return {
        kind: 'link',
        account: text(line, 'account'),
        exitPermId: text(line, 'exitPermId'),
        entryPermId: text(line, 'entryPermId'),
        ...optionalInstants(line),
      }
    case 'sameOrder':
      return {
        kind: 'sameOrder',
        account: text(line, 'account'),
        permId: text(line, 'permId'),
        ...optionalTexts(line, ['asPermId', 'asOrderId', 'asClientId']),
        ...optionalInstants(line),
      }
    case 'plan':
      return {
        kind: 'plan',
        executionId: text(line, 'executionId'),
        ...optionalTexts(line, ['account']),
        ...optionalNumbers(line, ['stop', 'target']),
        at: instant(line, 'at'),
        ...optionalSeenAt(line),
      }
    case 'bar':
      return {
        kind: 'bar',
        conId: conId(line),
        from: instant(line, 'from'),
        to: instant(line, 'to'),
        high: exactPrice(line, 'high'),
        low: exactPrice(line, 'low'),
        ...(line['open'] === undefined ? {} : { open: exactPrice(line, 'open') }),
        ...(line['close'] === undefined ? {} : { close: exactPrice(line, 'close') }),
        ...optionalSeenAt(line),
      }
    case 'dayRange':
      return {
        kind: 'dayRange',
        conId: conId(line),
        ...optionalNumbers(line, ['high', 'low']),
        ...(line['stands'] === true ? { stands: true } : {}),
        ...(line['since'] === undefined ? {} : { since: instant(line, 'since') }),
        at: instant(line, 'at'),
        ...optionalSeenAt(line),
      }
    default:
      throw new Unreadable(`expected a kind (${KINDS.join(', ')}), found ${JSON.stringify(line['kind'] ?? null)}`)
  }
}

const KINDS = [
  'instrument',
  'execution',
  'commission',
  'mark',
  'gap',
  'repair',
  'fxRate',
  'adopt',
  'settlement',
  'split',
  'cancel',
  'hold',
  'link',
  'sameOrder',
  'plan',
  'bar',
  'dayRange',
]

/** What an adoption and a settlement share: how much of what moved, at what price. */
function movement(line: Line): { account: string; conId: number; quantity: string; price: string } {
  return { account: text(line, 'account'), conId: conId(line), quantity: number(line, 'quantity'), price: exactPrice(line) }
}

function exactPrice(line: Line, name = 'price'): string {
  const price = number(line, name)
  if (!isExact(price)) throw new Unreadable(`expected ${name} with at most 15 significant digits, found ${price}`)
  return price
}

function aboveZero(line: Line, name: string): string {
  const value = number(line, name)
  if (value === '0' || value.startsWith('-')) throw new Unreadable(`expected ${name} above 0, found ${value}`)
  return value
}

function choice<const T extends string>(line: Line, name: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === line[name])
  if (found === undefined) throw new Unreadable(`expected ${name} as ${choices.join(', ')}, found ${JSON.stringify(line[name] ?? null)}`)
  return found
}

function parseInstrument(line: Line): Instrument {
  return {
    kind: 'instrument',
    conId: conId(line),
    symbol: text(line, 'symbol'),
    secType: text(line, 'secType'),
    currency: text(line, 'currency'),
    ...optionalNumbers(line, ['multiplier', 'minTick', 'strike', 'priceMagnifier']),
    ...optionalTexts(line, ['exchange', 'localSymbol', 'underlying', 'expiry', 'right', 'timeZone', 'liquidHours', 'tradingHours']),
    ...optionalInstants(line),
  }
}

function parseExecution(line: Line): Execution {
  const side = line['side']
  if (side !== 'BUY' && side !== 'SELL') throw new Unreadable(`expected side BUY or SELL, found ${JSON.stringify(side ?? null)}`)
  const quantity = number(line, 'quantity')
  if (quantity.startsWith('-')) throw new Unreadable(`expected a quantity of at least 0, found ${quantity}`)
  const price = exactPrice(line)
  return {
    kind: 'execution',
    executionId: text(line, 'executionId'),
    account: text(line, 'account'),
    conId: conId(line),
    side,
    quantity,
    price,
    at: instant(line, 'at'),
    ...optionalTexts(line, ['permId', 'orderId', 'clientId', 'orderRef', 'exchange']),
    ...(line['liquidation'] === true ? { liquidation: true } : {}),
    ...optionalSeenAt(line),
  }
}

function parseQuote(line: Line): Quote {
  return {
    at: instant(line, 'at'),
    price: line['price'] === undefined || line['price'] === null ? null : (price(line['price']) ?? Number.NaN),
    bid: price(line['bid']),
    ask: price(line['ask']),
    suspicious: isSet(line['suspicious']),
    conditions: hexadecimal(line['sale_condition_hex']),
    unreported: isSet(line['unreported']),
    pastLimit: isSet(line['pastLimit']),
    halted: isSet(line['halted']),
    isMid: line['source'] === 'MID',
  }
}

/** Reads the rows of a CSV of prices: its header, then a function that reads one row (null: no instant to date it by). */
export function parseQuoteHeader(header: string): ((row: string) => Quote | null) | Refused {
  const names = header.trim().split(',')
  const at = names.indexOf('ts_ms')
  const last = names.indexOf('price')
  const bid = names.indexOf('bid')
  const ask = names.indexOf('ask')
  const suspicious = names.indexOf('suspicious')
  const conditions = names.indexOf('sale_condition_hex')
  if (at < 0 || (last < 0 && (bid < 0 || ask < 0))) {
    return { refused: `expected a header with ts_ms and price, or ts_ms, bid and ask; found '${header.trim().slice(0, 80)}'` }
  }
  return (row) => {
    const cells = row.split(',')
    const ms = Number(cells[at]?.trim() || Number.NaN)
    if (!Number.isFinite(ms)) return null
    return {
      at: Math.floor(ms),
      price: last < 0 ? null : (price(cells[last]) ?? Number.NaN),
      bid: bid < 0 ? null : price(cells[bid]),
      ask: ask < 0 ? null : price(cells[ask]),
      suspicious: suspicious >= 0 && isSet(cells[suspicious]?.trim()),
      conditions: conditions < 0 ? 0 : hexadecimal(cells[conditions]?.trim()),
      unreported: false,
      pastLimit: false,
      halted: false,
      isMid: last < 0,
    }
  }
}

/** One NDJSON line, as `export tape` writes it and `parseLine` reads it back. */
export function printFact(fact: AnyFact): string {
  const { kind, ...rest } = fact as AnyFact & Record<string, unknown>
  const line: Record<string, unknown> = { kind }
  for (const [name, value] of Object.entries(rest)) {
    if (value === undefined) continue
    line[name] = INSTANTS.has(name) ? printInstant(value as Instant) : typeof value === 'number' && name !== 'conId' ? plain(decimal(value)) : value
  }
  return JSON.stringify(line)
}

const INSTANTS = new Set(['at', 'seenAt', 'from', 'to', 'since'])

/** A double holds every decimal of at most 15 significant digits exactly (its shortest text is that decimal). */
function isExact(decimalText: string): boolean {
  return (
    decimalText
      .replace(/^-?0*\.?0*/, '')
      .replace('.', '')
      .replace(/0+$/, '').length <= 15
  )
}

function price(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string') return null
  const found = parseDecimal(value)
  if (found === null) return null
  return value.length <= 15 || isExact(plain(found)) ? Number(value) : null
}

function text(line: Line, name: string): string {
  const value = line[name]
  if (typeof value !== 'string' || value === '')
    throw new Unreadable(`expected ${name} in a line of kind ${String(line['kind'])}, found ${JSON.stringify(value ?? null)}`)
  return value
}

function number(line: Line, name: string): string {
  const value = line[name]
  const found = typeof value === 'string' || typeof value === 'number' ? parseDecimal(value) : null
  if (found === null) throw new Unreadable(`expected a number as ${name} in a line of kind ${String(line['kind'])}, found ${JSON.stringify(value ?? null)}`)
  return plain(found)
}

function conId(line: Line): number {
  const value = Number(line['conId'])
  if (!Number.isSafeInteger(value) || value <= 0) throw new Unreadable(`expected a conId above 0, found ${JSON.stringify(line['conId'] ?? null)}`)
  return value
}

function instant(line: Line, name: string): Instant {
  const value = line[name]
  const found = typeof value === 'string' ? parseInstant(value) : null
  if (found === null) throw new Unreadable(`expected an instant as ${name} (2013-10-07T13:30:01Z), found ${JSON.stringify(value ?? null)}`)
  return found
}

function optionalSeenAt(line: Line): { seenAt?: Instant } {
  return line['seenAt'] === undefined ? {} : { seenAt: instant(line, 'seenAt') }
}

function optionalInstants(line: Line): { at?: Instant; seenAt?: Instant } {
  return { ...(line['at'] === undefined ? {} : { at: instant(line, 'at') }), ...optionalSeenAt(line) }
}

function optionalTexts<const Name extends string>(line: Line, names: readonly Name[]): { [N in Name]?: string } {
  const found: { [N in Name]?: string } = {}
  for (const name of names) {
    const value = line[name]
    if (value !== undefined && value !== null && value !== '') found[name] = String(value)
  }
  return found
}

function optionalNumbers<const Name extends string>(line: Line, names: readonly Name[]): { [N in Name]?: string } {
  const found: { [N in Name]?: string } = {}
  for (const name of names) {
    if (line[name] === undefined || line[name] === null || line[name] === '') continue
    found[name] = number(line, name)
  }
  return found
}

function isSet(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true'
}

function hexadecimal(value: unknown): number {
  return value === undefined || value === null || value === '' ? 0 : Number.parseInt(String(value), 16) || 0
}
