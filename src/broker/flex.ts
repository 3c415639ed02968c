// Flex statements as facts: Activity (AF) and Trade Confirmation (TCF) queries, executions only. Pure: text in, facts out, the same for the same text.
// It fetches nothing (flex-web.ts does), stores nothing, and counts no row twice: order and summary rows of the same fills are passed over.
import { XMLParser } from 'fast-xml-parser'
import { decimal, parseDecimal, plain, ZERO } from '#core/decimal.ts'
import { sameOrderOf } from '#core/execution.ts'
import type { Adoption, Cancel, Commission, Execution, Fact, Instrument, SameOrder, Settlement } from '#core/facts.ts'
import { type Instant, instantOf } from '#core/time.ts'

export interface FlexStatement {
  /** In the order of history: instruments first, then by instant. */
  readonly facts: readonly Fact[]
  readonly accounts: readonly string[]
  /** Why rows were passed over, and how many. Summary rows are not counted. */
  readonly leftOut: ReadonlyMap<string, number>
}

/** A row of the statement: attributes as text, because ids are longer than numbers are exact. */
type Row = Readonly<Record<string, string>>

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && LISTS.has(name),
})
const LISTS: ReadonlySet<string> = new Set(['FlexStatement', 'Trade', 'TradeConfirm', 'OptionEAE'])

export function parseFlex(xml: string): FlexStatement | { readonly refused: string } {
  const statements = statementsOf(xml)
  if ('refused' in statements) return statements
  const rows = statements.flatMap((statement) => [
    ...listOf(statement, 'Trades', 'Trade').map(activityRow),
    ...listOf(statement, 'TradeConfirms', 'TradeConfirm').map(confirmationRow),
  ])
  const marks = new Map(statements.flatMap((statement) => listOf(statement, 'OptionEAE', 'OptionEAE')).map((row) => [row['tradeID'] ?? '', row]))
  const leftOut = new Map<string, number>()
  const leave = (reason: string) => {
    leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
    return []
  }
  const wanted = rows.filter((row) => row['levelOfDetail'] === undefined || row['levelOfDetail'] === '' || row['levelOfDetail'] === 'EXECUTION')
  const originals = new Map(wanted.filter((row) => !isCancel(row)).map((row) => [row['tradeID'] ?? '', row]))
  const facts = wanted.flatMap((row): readonly Fact[] => {
    const read = factsOf(row, { originals, marks, all: wanted })
    return 'refused' in read ? leave(read.refused) : read
  })
  const instruments = new Map(facts.flatMap((fact) => (fact.kind === 'instrument' ? [[fact.conId, fact] as const] : [])))
  const others = facts.filter((fact) => fact.kind !== 'instrument')
  return {
    facts: [...instruments.values(), ...others.sort((a, b) => instant(a) - instant(b))],
    accounts: [...new Set(statements.map((statement) => String(statement['accountId'] ?? '')))].filter((account) => account !== ''),
    leftOut,
  }
}

interface Context {
  /** The row a cancellation speaks of, by trade id. */
  readonly originals: ReadonlyMap<string, Row>
  /** Exercises, assignments and expiries, by trade id. */
  readonly marks: ReadonlyMap<string, Row>
  readonly all: readonly Row[]
}

function factsOf(row: Row, context: Context): readonly Fact[] | { readonly refused: string } {
  const instrument = instrumentOf(row)
  if ('refused' in instrument) return instrument
  const quantity = parseDecimal(row['quantity'])
  const price = parseDecimal(row['tradePrice'])
  const at = parseFlexTime(row['dateTime'] ?? '')
  const account = row['accountId'] ?? ''
  if (quantity === null || price === null || at === null || account === '') return { refused: 'no quantity, price, time or account' }
  if (isCancel(row)) return cancelOf(row, context)
  if (row['transactionType'] === 'BookTrade')
    return [instrument, ...bookedOf(row, { account, at, conId: instrument.conId, quantity: plain(quantity), price: plain(price) })]
  const executionId = executionIdOf(row)
  if (executionId === null) return { refused: 'neither an execution id nor a trade id' }
  if (quantity.eq(ZERO)) return { refused: 'a quantity of 0' }
  const orderId = row['ibOrderID'] ?? ''
  const execution: Execution = {
    kind: 'execution',
    executionId,
    account,
    conId: instrument.conId,
    side: quantity.gt(ZERO) ? 'BUY' : 'SELL',
    quantity: plain(quantity.abs()),
    price: plain(price),
    at,
    ...(/^[1-9]\d*$/.test(orderId) ? { permId: orderId } : {}),
    ...(isSaid(row['orderReference']) ? { orderRef: row['orderReference'] } : {}),
    ...(isSaid(row['exchange']) ? { exchange: row['exchange'] } : {}),
  }
  return [instrument, execution, ...commissionsOf(row, executionId)]
}

/** A negative commission of a statement is a cost. Each execution id has its own, a correction only the difference: their sum is what was paid. */
function commissionsOf(row: Row, executionId: string): readonly Commission[] {
  const amount = parseDecimal(row['ibCommission'])
  if (amount === null) return []
  const currency = isSaid(row['ibCommissionCurrency']) ? row['ibCommissionCurrency'] : row['currency']
  return [{ kind: 'commission', executionId, amount: plain(amount.times(-1)), currency: currency ?? '' }]
}

/**
 * A cancellation names the trade it takes back. Where the trade was booked again under the next id of its family, that says it all; else it is a bust:
 * the execution never was.
 */
function cancelOf(row: Row, { originals, all }: Context): readonly Fact[] | { readonly refused: string } {
  const originalId = isSaid(row['origTradeID']) ? row['origTradeID'] : row['tradeID']
  const original =
    originals.get(originalId ?? '') ??
    all.find((other) => !isCancel(other) && isSaid(row['origTransactionID']) && other['transactionID'] === row['origTransactionID'])
  if (original === undefined) return { refused: 'a cancellation of a trade that is not in this file' }
  const rows = all.filter((other) => !isCancel(other) && other['tradeID'] === original['tradeID'])
  if (rows.length > 1) return []
  const executionId = executionIdOf(original)
  if (executionId === null) return { refused: 'a cancellation of a trade without an id' }
  const at = parseFlexTime(row['dateTime'] ?? '')
  const cancel: Cancel = { kind: 'cancel', executionId, ...(at === null ? {} : { at }) }
  return [cancel]
}

interface Booked {
  readonly account: string
  readonly conId: number
  /** Signed. */
  readonly quantity: string
  readonly price: string
  readonly at: Instant
}

/** What was booked without an execution: an option that expired, was exercised or assigned goes; what it delivers comes. */
function bookedOf(row: Row, booked: Booked): readonly (Adoption | Settlement)[] {
  const notes = new Set((row['notes'] ?? '').split(/[;,]/).map((note) => note.trim()))
  const isOption = row['assetCategory'] === 'OPT' || row['assetCategory'] === 'FOP'
  const word = notes.has('Ex') ? 'EXERCISE' : notes.has('A') ? 'ASSIGNMENT' : notes.has('Ep') ? 'EXPIRY' : null
  if (isOption || word === 'EXPIRY') return [{ kind: 'settlement', ...booked, reason: word ?? 'EXPIRY' }]
  if (word !== null) return row['openCloseIndicator'] === 'C' ? [{ kind: 'settlement', ...booked, reason: word }] : [{ kind: 'adopt', ...booked, reason: word }]
  return row['openCloseIndicator'] === 'C' ? [{ kind: 'settlement', ...booked, reason: 'TRANSFER_OUT' }] : [{ kind: 'adopt', ...booked, reason: 'TRANSFER' }]
}

/** Orders are known to the socket by a permId, to a statement by a number of its own: executions seen in both say which is which. */
function joinOrders(statement: readonly Fact[], known: readonly Execution[]): readonly SameOrder[] {
  const knownById = new Map(known.map((execution) => [execution.executionId, execution]))
  const joined = new Map<string, SameOrder>()
  for (const fact of statement) {
    const told = fact.kind === 'execution' ? knownById.get(fact.executionId) : undefined
    const same = fact.kind !== 'execution' || told === undefined ? null : sameOrderOf(fact, told)
    if (same !== null) joined.set(`${same.account} ${same.permId}`, same)
  }
  return [...joined.values()]
}

/** What a statement adds: contract details of the broker's socket are better than a statement's, a fill is told once, and so is what it cost. */
export function newsOf(statement: readonly Fact[], known: readonly Fact[]): readonly Fact[] {
  const executions = known.filter((fact): fact is Execution => fact.kind === 'execution')
  const knownIds = new Set(executions.map(({ executionId }) => executionId))
  const contracts = new Set(known.flatMap((fact) => (fact.kind === 'instrument' ? [fact.conId] : [])))
  const costs = new Map(known.flatMap((fact) => (fact.kind === 'commission' ? [[fact.executionId, fact] as const] : [])))
  const fresh = statement.filter((fact) => {
    if (fact.kind === 'instrument') return !contracts.has(fact.conId)
    if (fact.kind === 'commission') return !isSameCost(costs.get(fact.executionId), fact)
    return fact.kind !== 'execution' || !knownIds.has(fact.executionId)
  })
  return [...joinOrders(statement, executions), ...fresh]
}

function isSameCost(known: Commission | undefined, told: Commission): boolean {
  return known !== undefined && known.currency === told.currency && decimal(known.amount).eq(decimal(told.amount))
}

// ---------------------------------------------------------------- reading

type Node = Readonly<Record<string, unknown>>

function statementsOf(xml: string): readonly Node[] | { readonly refused: string } {
  let read: Node
  try {
    read = parser.parse(xml, true) as Node
  } catch (error) {
    return { refused: `expected a Flex statement, found no XML (${error instanceof Error ? error.message : String(error)})` }
  }
  const response = read['FlexQueryResponse'] as Node | undefined
  if (response === undefined)
    return {
      refused: `expected FlexQueryResponse, found ${
        Object.keys(read)
          .filter((name) => !name.startsWith('?'))
          .join(', ') || 'nothing'
      }`,
    }
  const statements = (response['FlexStatements'] as Node | undefined)?.['FlexStatement']
  return Array.isArray(statements) ? (statements as Node[]) : []
}

/** A section may be missing, empty text, one element or many. */
function listOf(statement: Node, section: string, name: string): readonly Row[] {
  const found = statement[section]
  const rows = Array.isArray(found) ? found.flatMap((one) => (one as Node)[name] ?? []) : ((found as Node | undefined)?.[name] ?? [])
  return (Array.isArray(rows) ? rows : [rows]) as Row[]
}

function activityRow(row: Row): Row {
  return row
}

/** A confirmation names the same things otherwise. */
function confirmationRow(row: Row): Row {
  return {
    ...row,
    tradePrice: row['price'] ?? row['tradePrice'] ?? '',
    ibCommission: row['commission'] ?? row['ibCommission'] ?? '',
    ibCommissionCurrency: row['commissionCurrency'] ?? row['ibCommissionCurrency'] ?? '',
    ibExecID: row['execID'] ?? row['ibExecID'] ?? '',
    ibOrderID: row['orderID'] ?? row['ibOrderID'] ?? '',
    notes: row['code'] ?? row['notes'] ?? '',
  }
}

function isCancel(row: Row): boolean {
  return /Cancel$/.test(row['transactionType'] ?? '') || /\(Ca\.?\)/.test(row['buySell'] ?? '')
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== 'N/A' && text !== '--'
}

function executionIdOf(row: Row): string | null {
  if (isSaid(row['ibExecID'])) return row['ibExecID']
  return isSaid(row['tradeID']) ? `trade-${row['tradeID']}` : null
}

const DERIVED: ReadonlySet<string> = new Set(['OPT', 'FOP', 'FUT', 'WAR'])

function instrumentOf(row: Row): Instrument | { readonly refused: string } {
  const conId = Number(row['conid'])
  const secType = row['assetCategory'] ?? ''
  if (!Number.isSafeInteger(conId) || conId <= 0) return { refused: 'no contract id' }
  if (secType === '') return { refused: 'no asset category' }
  const localSymbol = row['symbol'] ?? ''
  const isDerived = DERIVED.has(secType)
  const right = row['putCall']
  return {
    kind: 'instrument',
    conId,
    // As the socket names it: an option by its underlying, its own name beside it.
    symbol: isDerived && isSaid(row['underlyingSymbol']) ? row['underlyingSymbol'] : localSymbol,
    secType,
    currency: row['currency'] ?? '',
    ...(isSaid(row['multiplier']) ? { multiplier: plain(decimal(row['multiplier'])) } : {}),
    ...(isDerived && isSaid(localSymbol) ? { localSymbol } : {}),
    ...(isSaid(row['expiry']) ? { expiry: row['expiry'].replaceAll('-', '') } : {}),
    ...(isSaid(row['strike']) ? { strike: plain(decimal(row['strike'])) } : {}),
    ...(isSaid(right) ? { right } : {}),
  }
}

const FLEX_TIME = /^(\d{4})-?(\d\d)-?(\d\d)[;, T]+(\d\d):?(\d\d):?(\d\d)(?:\s+([A-Z]{2,5}))?$/
const ZONES: Readonly<Record<string, string>> = {
  EST: 'America/New_York',
  EDT: 'America/New_York',
  UTC: 'UTC',
  GMT: 'UTC',
  CET: 'Europe/Berlin',
  CEST: 'Europe/Berlin',
  BST: 'Europe/London',
  JST: 'Asia/Tokyo',
  HKT: 'Asia/Hong_Kong',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
}

/** '20260717;120440' is New York's time; '2026-04-02;11:08:05 EDT' names its zone. */
export function parseFlexTime(text: string): Instant | null {
  const [, year, month, day, hours, minutes, seconds, zone] = FLEX_TIME.exec(text.trim()) ?? []
  if (year === undefined) return null
  const timeZone = zone === undefined ? 'America/New_York' : ZONES[zone]
  return timeZone === undefined ? null : instantOf(`${year}-${month}-${day}`, `${hours}:${minutes}:${seconds}`, timeZone)
}

function instant(fact: Fact): Instant {
  return fact.kind === 'gap' || fact.kind === 'bar' ? fact.from : 'at' in fact && fact.at !== undefined ? fact.at : 0
}
