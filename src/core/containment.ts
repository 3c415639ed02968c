// Whose words are whose: what was said of an execution is said of the trade that contains it, whatever that trade was called then. Pure.
//
// An ORDER trade contains what it was entered by; and what was taken back, or only closes since a fill came late, where its order would have entered the
// trade with it. Of two words on one trade the later stands. Only orders of more than one fill need any of this: positions are then folded without prices.
import { ContractBook, orderKeyOf } from './book.ts'
import { before, comparePlaces, type Entry, familyOf, type Fill, type Ledger, type Place, sinceFlat } from './execution.ts'
import type { Instrument } from './facts.ts'
import type { RunningTrade } from './running.ts'
import { latestOf, saidOfTrade } from './words.ts'

/** The executions of a trade of which something was said, each as the tail of the id of the trade it would open. */
export interface WordsOn {
  readonly tradeId: string
  /** Of its order; of a round trip: of the order that opened it. */
  readonly own: readonly string[]
  /** Of a round trip: of the orders that joined it. */
  readonly others: readonly string[]
}

export interface Worded {
  /** From the last moment before the place at which every account was flat; what opens a trade is held, and left, as was said last of the trade. */
  readonly entries: readonly Entry[]
  /** What ORDER trades contain beyond what entered them, by the family that opened each. */
  readonly besides: ReadonlyMap<string, readonly Fill[]>
}

export function worded(ledger: Ledger, instrument: Instrument, place: Place): Worded {
  const history = ledger.history(instrument.conId)
  const entries = sinceFlat(history, place)
  const { since, words } = sinceTheyBegan(history, entries, ledger.spokenOf(instrument.conId))
  if (words.length === 0) return { entries, besides: new Map() }
  const { trades, heldBy, besides } = settled(since, words, instrument)
  const told = new Map(trades.map((trade) => [trade.families[0] as string, latestOf(wordsOf(trade, words, besides))]))
  const asTold = (fill: Fill): Fill => ({ ...fill, held: heldBy.get(fill.family) ?? fill.held, said: saidOfTrade(told.get(fill.family) ?? {}) })
  const orders = new Set(words.map(orderOf))
  return { entries: entries.map((entry) => (entry.kind === 'fill' && orders.has(orderOf(entry)) ? asTold(entry) : entry)), besides }
}

/** The words on each trade of which there are any. `trades`: all those of a fold of worded entries. */
export function wordsOnTrades(trades: readonly RunningTrade[], spoken: readonly Fill[], { besides }: Pick<Worded, 'besides'>): readonly WordsOn[] {
  if (spoken.length === 0) return []
  const anchors = new Map(spoken.map((fill) => [fill.family, anchorOf(fill)]))
  const orders = trades.filter(({ unit }) => unit === 'ORDER')
  const ofOrder = (order: RunningTrade) =>
    [...order.entered, ...(besides.get(order.families[0] as string) ?? []).map(({ family }) => family)].flatMap((family) => anchors.get(family) ?? [])
  const byEntry = new Map(orders.flatMap((order) => order.entered.map((family) => [family, order] as const)))
  return trades.flatMap((trade) => {
    const { tradeId, unit, families, entered } = trade
    const opened = unit === 'ORDER' ? trade : byEntry.get(families[0] as string)
    const joined = unit === 'ORDER' ? [] : [...new Set(entered.map((family) => byEntry.get(family)))].filter((order) => order !== undefined && order !== opened)
    const own = opened === undefined ? [] : ofOrder(opened)
    const others = joined.flatMap((order) => (order === undefined ? [] : ofOrder(order)))
    return own.length + others.length === 0 ? [] : [{ tradeId, own, others }]
  })
}

/** The trades of worded entries, by positions alone. */
export function positionsOf(entries: readonly Entry[], instrument: Instrument): readonly RunningTrade[] {
  const book = new ContractBook(instrument, { rules: [], trace: false, commissionOf: () => null })
  for (const entry of entries) book.enter(entry)
  return book.trades
}

/** An order's fills open, enlarge and close the same trades. */
export function orderOf({ execution, family }: Pick<Fill, 'execution' | 'family'>): string {
  return `${execution.account} ${execution.side} ${orderKeyOf(execution, family)}`
}

function anchorOf({ execution: { account, conId, executionId } }: Fill): string {
  return `${account}:${conId}:${familyOf(executionId)}`
}

/**
 * Where an order of more than one fill has a part in these entries and something was said of it: the entries from the last flat moment before the first of
 * those fills, and what was said of any order in them. No words: none of this is needed.
 */
function sinceTheyBegan(
  history: readonly Entry[],
  since: readonly Entry[],
  spoken: readonly Fill[],
): { readonly since: readonly Entry[]; readonly words: readonly Fill[] } {
  if (spoken.length === 0) return { since, words: [] }
  const present = new Set(fillsOf(since).map(orderOf))
  const words = spoken.filter((fill) => present.has(orderOf(fill)))
  const wanted = new Set(words.map(orderOf))
  const ofOrders = Map.groupBy(
    [...fillsOf(history), ...words].filter((fill) => wanted.has(orderOf(fill))),
    orderOf,
  )
  const manifold = [...ofOrders.values()].filter((fills) => new Set(fills.map(({ family }) => family)).size > 1).flat()
  const [first] = manifold.toSorted(comparePlaces)
  if (first === undefined) return { since, words: [] }
  const began = sinceFlat(history, first)
  // Further back there may be others.
  return began.length > since.length ? sinceTheyBegan(history, began, spoken) : { since, words }
}

/**
 * Held trades are closed last, so which trade contains a fill depends on which are held, and whether a trade is held on the fills it contains. Each trade is
 * settled once, the earliest first, beginning with every fill held as was said of itself.
 */
function settled(entries: readonly Entry[], words: readonly Fill[], instrument: Instrument) {
  const heldBy = new Map<string, boolean>()
  for (;;) {
    const asHeld = (entry: Entry) => (entry.kind === 'fill' && heldBy.has(entry.family) ? { ...entry, held: heldBy.get(entry.family) === true } : entry)
    const trades = positionsOf(entries.map(asHeld), instrument).filter(({ unit }) => unit === 'ORDER')
    const besides = besidesOf(trades, words, entries)
    const isHeld = (trade: RunningTrade) => latestOf(wordsOf(trade, words, besides)).held?.value
    const wrong = trades.find((trade) => !trade.adopted && !heldBy.has(trade.families[0] as string) && (isHeld(trade) ?? false) !== trade.held)
    if (wrong === undefined) return { trades, heldBy, besides }
    heldBy.set(wrong.families[0] as string, isHeld(wrong) ?? false)
  }
}

function wordsOf(trade: RunningTrade, words: readonly Fill[], besides: Worded['besides']) {
  const contained = new Set([...trade.entered, ...(besides.get(trade.families[0] as string) ?? []).map(({ family }) => family)])
  return words.flatMap((fill) => (fill.words !== null && contained.has(fill.family) ? [fill.words] : []))
}

/** What was said of a fill that enters nothing is of its order's trade that was open then, else of the next one its order opened. */
function besidesOf(trades: readonly RunningTrade[], words: readonly Fill[], entries: readonly Entry[]): ReadonlyMap<string, readonly Fill[]> {
  const entered = new Set(trades.flatMap((trade) => trade.entered))
  const lost = words.filter(({ family }) => !entered.has(family))
  if (lost.length === 0) return new Map()
  const fills = new Map(fillsOf(entries).map((fill) => [fill.family, fill]))
  const placeOf = (family: string | undefined) => fills.get(family ?? '') as Fill
  const besides = new Map<string, Fill[]>()
  for (const fill of lost) {
    const ofOrder = trades.filter(({ families }) => orderOf(placeOf(families[0])) === orderOf(fill))
    const owner = ofOrder.find(({ families, isOpen }) => isOpen || before(fill, placeOf(families.at(-1))))?.families[0]
    if (owner !== undefined) besides.set(owner, [...(besides.get(owner) ?? []), fill])
  }
  return besides
}

function fillsOf(entries: readonly Entry[]): readonly Fill[] {
  return entries.filter((entry): entry is Fill => entry.kind === 'fill')
}
