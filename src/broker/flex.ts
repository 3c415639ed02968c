// Flex statements as facts: Activity (AF) and Trade Confirmation (TCF) queries, executions only. Pure: text in, facts out, the same for the same text.
// It fetches nothing (flex-web.ts does), stores nothing, and counts no row twice: order and summary rows of the same fills are passed over.
import { XMLParser } from 'fast-xml-parser'
import { type DecimalText, decimal, parseDecimal, plain, ZERO } from '#core/decimal.ts'
import { familyOf } from '#core/execution.ts'
import type { Adoption, Cancel, Commission, Execution, ExecutionSide, Fact, Instrument, SameOrder, Settlement } from '#core/facts.ts'
import { sameOrderOf } from '#core/same-order.ts'
import { type Instant, instantOf } from '#core/time.ts'
import { nameIn } from '#core/words.ts'

export interface FlexStatement {
  /** In the order of history: instruments first, then by instant. */
  readonly facts: readonly Fact[]
  readonly accounts: readonly string[]
  /** Why rows were passed over, and how many. Summary rows are not counted. */
  readonly leftOut: ReadonlyMap<string, number>
  /** Trades that were taken back and are not in this file: told on an earlier day, if ever. */
  readonly takenBack: readonly TakenBack[]
}

/** A trade as its cancellation describes it. */
export interface TakenBack {
  readonly account: string
  readonly conId: number
  readonly side: ExecutionSide
  readonly quantity: DecimalText
  readonly price: DecimalText
  readonly at: Instant
}

/** A row of the statement: attributes as text, because ids are longer than numbers are exact. */
type Row = Readonly<Record<string, string>>

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseAttributeValue: false,
  // 'R&#252;ckkauf': without it letters written by their numbers stay numbers.
  htmlEntities: true,
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
  const leftOut = new Map<string, number>()
  const leave = (reason: string) => {
    leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
    return []
  }
  const wanted = rows.filter((row) => row['levelOfDetail'] === undefined || row['levelOfDetail'] === '' || row['levelOfDetail'] === 'EXECUTION')
  const bookings = bookingsOf(wanted)
  const takenBack: TakenBack[] = []
  const facts = wanted.flatMap((row): readonly Fact[] => {
    const read = factsOf(row, bookings)
    if ('refused' in read) return leave(read.refused)
    if (!('takenBack' in read)) return read
    takenBack.push(read.takenBack)
    return []
  })
  const instruments = new Map(facts.flatMap((fact) => (fact.kind === 'instrument' ? [[fact.conId, fact] as const] : [])))
  const others = facts.filter((fact) => fact.kind !== 'instrument')
  return {
    facts: [...instruments.values(), ...others.sort((a, b) => instant(a) - instant(b))],
    accounts: [...new Set(statements.map((statement) => String(statement['accountId'] ?? '')))].filter((account) => account !== ''),
    leftOut,
    takenBack,
  }
}

/** The rows of each trade, its cancellations among them, in the order in which they were booked. */
type Bookings = ReadonlyMap<string, readonly Row[]>

function bookingsOf(rows: readonly Row[]): Bookings {
  const byTransaction = new Map(rows.filter((row) => !isCancel(row)).map((row) => [row['transactionID'], row]))
  const tradeOf = (row: Row): string | undefined => {
    if (!isCancel(row)) return row['tradeID']
    if (isSaid(row['origTradeID'])) return row['origTradeID']
    return isSaid(row['origTransactionID']) ? byTransaction.get(row['origTransactionID'])?.['tradeID'] : row['tradeID']
  }
  const bookings = new Map<string, readonly Row[]>()
  for (const [trade, ofTrade] of Map.groupBy(rows, (row) => (isSaid(tradeOf(row)) ? nameIn(tradeOf(row) ?? '', row['accountId']) : null))) {
    if (trade === null) continue
    // A query may leave the transactions' numbers out: then the file's order is all there is.
    const isNumbered = ofTrade.every((row) => /^\d+$/.test(row['transactionID'] ?? ''))
    const number = (row: Row) => BigInt(row['transactionID'] ?? 0)
    bookings.set(trade, isNumbered ? ofTrade.toSorted((a, b) => (number(a) < number(b) ? -1 : 1)) : ofTrade)
  }
  return bookings
}

function factsOf(row: Row, bookings: Bookings): readonly Fact[] | { readonly takenBack: TakenBack } | { readonly refused: string } {
  const instrument = instrumentOf(row)
  if ('refused' in instrument) return instrument
  const quantity = parseDecimal(row['quantity'])
  const price = parseDecimal(row['tradePrice'])
  const at = parseFlexTime(row['dateTime'] ?? '')
  const account = row['accountId'] ?? ''
  if (quantity === null || price === null || at === null || account === '') return { refused: 'no quantity, price, time or account' }
  if (isCancel(row)) return cancelOf(row, bookings, { account, conId: instrument.conId, quantity: plain(quantity), price: plain(price), at })
  if (row['transactionType'] === 'BookTrade')
    return [instrument, ...bookedOf(row, { account, at, conId: instrument.conId, quantity: plain(quantity), price: plain(price) })]
  const executionId = executionIdOf(row, bookings)
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
    ...(notesOf(row).has(LIQUIDATION) ? { liquidation: true } : {}),
  }
  return [instrument, execution, ...commissionsOf(row, { executionId, account }, instrument.currency)]
}

/** A negative commission of a statement is a cost. Each execution id has its own, a correction only the difference: their sum is what was paid. */
function commissionsOf(row: Row, of: Pick<Execution, 'executionId' | 'account'>, traded: string): readonly Commission[] {
  const amount = parseDecimal(row['ibCommission'])
  if (amount === null) return []
  const currency = isSaid(row['ibCommissionCurrency']) ? row['ibCommissionCurrency'] : traded
  return [{ kind: 'commission', ...of, amount: plain(amount.times(-1)), currency }]
}

/**
 * A cancellation takes back what was booked before it. Where the trade was booked again after it, under the next id of its family, that says it all; else it
 * is a bust: the execution never was. One that is alone in the file speaks of a trade of an earlier day.
 */
function cancelOf(row: Row, bookings: Bookings, booked: Booked): readonly Fact[] | { readonly takenBack: TakenBack } {
  const rows = [...bookings.values()].find((ofTrade) => ofTrade.includes(row)) ?? []
  const place = rows.indexOf(row)
  const before = rows.slice(0, place).findLast((other) => !isCancel(other))
  const after = rows.slice(place + 1).find((other) => !isCancel(other))
  const next = after === undefined ? null : executionIdOf(after, bookings)
  // Without an id of its own what was booked before is known by how often it was booked.
  const executionId = before === undefined ? (isSaid(after?.['ibExecID']) ? null : idOfBooking(after, rows, place)) : executionIdOf(before, bookings)
  if (executionId === null) {
    const { account, conId, quantity, price, at } = booked
    const side = quantity.startsWith('-') ? 'BUY' : 'SELL'
    return next === null ? { takenBack: { account, conId, side, quantity: quantity.replace('-', ''), price, at } } : []
  }
  if (next !== null && familyOf(next) === familyOf(executionId)) return []
  const cancel: Cancel = { kind: 'cancel', executionId, account: booked.account, at: booked.at }
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
  const notes = notesOf(row)
  const isOption = row['assetCategory'] === 'OPT' || row['assetCategory'] === 'FOP'
  const word = notes.has('Ex') ? 'EXERCISE' : notes.has('A') ? 'ASSIGNMENT' : notes.has('Ep') ? 'EXPIRY' : null
  if (isOption || word === 'EXPIRY') return [{ kind: 'settlement', ...booked, reason: word ?? 'EXPIRY' }]
  if (word !== null) return row['openCloseIndicator'] === 'C' ? [{ kind: 'settlement', ...booked, reason: word }] : [{ kind: 'adopt', ...booked, reason: word }]
  return row['openCloseIndicator'] === 'C' ? [{ kind: 'settlement', ...booked, reason: 'TRANSFER_OUT' }] : [{ kind: 'adopt', ...booked, reason: 'TRANSFER' }]
}

/** Orders are known to the socket by a permId, to a statement by a number of its own: executions seen in both say which is which. */
function joinOrders(statement: readonly Fact[], known: readonly Execution[]): readonly SameOrder[] {
  const knownById = new Map(known.map((execution) => [nameIn(execution.executionId, execution.account), execution]))
  const joined = new Map<string, SameOrder>()
  for (const fact of statement) {
    const told = fact.kind === 'execution' ? knownById.get(nameIn(fact.executionId, fact.account)) : undefined
    const same = fact.kind !== 'execution' || told === undefined ? null : sameOrderOf(fact, told)
    if (same !== null) joined.set(`${same.account} ${same.permId}`, same)
  }
  return [...joined.values()]
}

/**
 * What a statement adds: contract details of the broker's socket are better than a statement's, a fill is told once, and so is what it cost. A trade that was
 * taken back and is not in the statement is looked for among what is known.
 */
export function newsOf(
  { facts: statement, takenBack, leftOut }: Pick<FlexStatement, 'facts' | 'takenBack' | 'leftOut'>,
  known: readonly Fact[],
): { readonly facts: readonly Fact[]; readonly leftOut: ReadonlyMap<string, number> } {
  const executions = known.filter((fact): fact is Execution => fact.kind === 'execution')
  const knownIds = new Set(executions.map(({ executionId, account }) => nameIn(executionId, account)))
  const named = namedBy(accountsById([...executions, ...statement]))
  const contracts = new Set(known.flatMap((fact) => (fact.kind === 'instrument' ? [fact.conId] : [])))
  const costs = new Map(known.map(named).flatMap((fact) => (fact.kind === 'commission' ? [[nameIn(fact.executionId, fact.account), fact] as const] : [])))
  const fresh = statement.map(named).filter((fact) => {
    if (fact.kind === 'instrument') return !contracts.has(fact.conId)
    if (fact.kind === 'commission') return !isSameCost(costs.get(nameIn(fact.executionId, fact.account)), fact)
    return fact.kind !== 'execution' || !knownIds.has(nameIn(fact.executionId, fact.account))
  })
  const busts = takenBack.flatMap((one) => bustOf(one, executions).map(named))
  const isKnown = (bust: Cancel) => known.some((fact) => fact.kind === 'cancel' && fact.executionId === bust.executionId && fact.account === bust.account)
  const unfound = takenBack.length - busts.length
  return {
    facts: [...joinOrders(statement, executions), ...fresh, ...busts.filter((bust) => !isKnown(bust))],
    leftOut: unfound === 0 ? leftOut : new Map([...leftOut, [NOT_IN_FILE, unfound]]),
  }
}

function accountsById(facts: readonly Fact[]): ReadonlyMap<string, ReadonlySet<string>> {
  const accounts = new Map<string, Set<string>>()
  for (const fact of facts) {
    if (fact.kind !== 'execution') continue
    const family = familyOf(fact.executionId)
    accounts.set(family, (accounts.get(family) ?? new Set()).add(fact.account))
  }
  return accounts
}

/** What a fill cost, and that it never was, are told as the socket tells them, by the execution id alone; by their account where several have that id. */
function namedBy(accounts: ReadonlyMap<string, ReadonlySet<string>>): <F extends Fact>(fact: F) => F {
  return (fact) => {
    if ((fact.kind !== 'commission' && fact.kind !== 'cancel') || (accounts.get(familyOf(fact.executionId))?.size ?? 0) > 1) return fact
    const { account: _, ...rest } = fact
    return rest as typeof fact
  }
}

const NOT_IN_FILE = 'a cancellation of a trade that is not in this file'
/** A bust is told a day or two later. */
const BUST_MS_MAX = 7 * 86_400_000

/** The one execution that a cancellation can mean: of that very second, else of the days before it. None where several may be meant. */
function bustOf({ account, conId, side, quantity, price, at }: TakenBack, executions: readonly Execution[]): readonly Cancel[] {
  const alike = executions.filter(
    (one) =>
      one.account === account &&
      one.conId === conId &&
      one.side === side &&
      decimal(one.quantity).eq(quantity) &&
      decimal(one.price).eq(price) &&
      one.at < at + 1_000 &&
      one.at > at - BUST_MS_MAX,
  )
  const ofSecond = alike.filter((one) => one.at >= at)
  const [meant, ...others] = ofSecond.length > 0 ? ofSecond : alike
  return meant === undefined || others.length > 0 ? [] : [{ kind: 'cancel', executionId: meant.executionId, account, at }]
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

/** 'Ordered by IB (Margin Violation)' in the legend of a statement. 'LD', 'LI' and 'LT' are about taxes. */
const LIQUIDATION = 'L'

/** The codes of a row: 'C;L;P'. */
function notesOf(row: Row): ReadonlySet<string> {
  return new Set((row['notes'] ?? '').split(/[;,]/).map((note) => note.trim()))
}

function isCancel(row: Row): boolean {
  return /Cancel$/.test(row['transactionType'] ?? '') || /\(Ca\.?\)/.test(row['buySell'] ?? '')
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== 'N/A' && text !== '--'
}

function executionIdOf(row: Row, bookings: Bookings): string | null {
  if (isSaid(row['ibExecID'])) return row['ibExecID']
  const rows = bookings.get(nameIn(row['tradeID'] ?? '', row['accountId']))
  return rows === undefined ? null : idOfBooking(row, rows, rows.indexOf(row))
}

/** 'trade-5', booked again after it was cancelled 'trade-5-2': a trade without execution ids is told apart by how often it was taken back before that place. */
function idOfBooking(row: Row | undefined, rows: readonly Row[], place: number): string | null {
  if (row === undefined) return null
  const cancelled = rows.slice(0, place).filter(isCancel).length
  return `trade-${row['tradeID']}${cancelled === 0 ? '' : `-${cancelled + 1}`}`
}

/** A query has the fields that somebody ticked. */
function missing(field: string, label: string): string {
  return `expected a ${field}, found none; tick ${label} in the query's section, then import the statement again`
}

const DERIVED: ReadonlySet<string> = new Set(['OPT', 'FOP', 'FUT', 'WAR'])

function instrumentOf(row: Row): Instrument | { readonly refused: string } {
  const conId = Number(row['conid'])
  const secType = row['assetCategory'] ?? ''
  if (!Number.isSafeInteger(conId) || conId <= 0) return { refused: 'no contract id' }
  if (secType === '') return { refused: 'no asset category' }
  const { symbol: localSymbol, currency } = row
  if (!isSaid(localSymbol)) return { refused: missing('symbol', 'Symbol') }
  if (!isSaid(currency)) return { refused: missing('currency', 'Currency') }
  const isDerived = DERIVED.has(secType)
  for (const name of ['multiplier', 'strike'] as const)
    if (isSaid(row[name]) && parseDecimal(row[name]) === null) return { refused: `a ${name} of '${row[name]}'` }
  const right = row['putCall']
  return {
    kind: 'instrument',
    conId,
    // As the socket names it: an option by its underlying, its own name beside it.
    symbol: isDerived && isSaid(row['underlyingSymbol']) ? row['underlyingSymbol'] : localSymbol,
    secType,
    currency,
    ...(isSaid(row['multiplier']) ? { multiplier: plain(decimal(row['multiplier'])) } : {}),
    ...(isDerived ? { localSymbol } : {}),
    ...(isSaid(row['expiry']) ? { expiry: row['expiry'].replaceAll('-', '') } : {}),
    ...(isSaid(row['strike']) ? { strike: plain(decimal(row['strike'])) } : {}),
    ...(isSaid(right) ? { right } : {}),
  }
}

const FLEX_TIME = /^(\d{4})-?(\d\d)-?(\d\d)[;, T]+(\d\d):?(\d\d):?(\d\d)(?:\s+([A-Z]{2,5}))?$/
/** Hours ahead of UTC: an abbreviation names summer or winter, so that the hour which comes twice in autumn is told apart. */
const ZONES: Readonly<Record<string, number>> = { EST: -5, EDT: -4, CST: -6, CDT: -5, UTC: 0, GMT: 0, BST: 1, CET: 1, CEST: 2, HKT: 8, JST: 9 }
const HOUR_MS = 3_600_000

/** '20260717;120440' is New York's time; '2026-04-02;11:08:05 EDT' names its zone. */
export function parseFlexTime(text: string): Instant | null {
  const [, year, month, day, hours, minutes, seconds, zone] = FLEX_TIME.exec(text.trim()) ?? []
  if (year === undefined) return null
  const [date, clock] = [`${year}-${month}-${day}`, `${hours}:${minutes}:${seconds}`]
  if (zone === undefined) return instantOf(date, clock, 'America/New_York')
  const ahead = ZONES[zone]
  return ahead === undefined ? null : instantOf(date, clock, 'UTC') - ahead * HOUR_MS
}

function instant(fact: Fact): Instant {
  return fact.kind === 'gap' || fact.kind === 'bar' ? fact.from : 'at' in fact && fact.at !== undefined ? fact.at : 0
}
