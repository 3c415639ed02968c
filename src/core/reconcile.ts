// Ours against the broker's: every figure it tells of a holding, an order or an account is reckoned from our trades, and where the two differ the
// difference is named with its likely cause. Pure; it mends nothing and changes nothing of ours. What holds of it (test/reconcile.test.ts):
//  1. Quantity: none of kind QUANTITY exactly where ours equals the broker's.
//  2. Average price: none of kind AVERAGE_PRICE where ours is within 0.01 % of the broker's.
//  3. Result preserved: a cause is a way to reckon the very same fills; reckoned that way, ours is the broker's. Realised and running result together
//     are the same at average cost and first in first out.
//  4. Ids are made of what they stand for: the same facts give the same ids, in whatever order they are told.
//  5. What nobody knows (absent, not a number, 1.797e308) is no difference; and a difference ends only when both sides were known and agreed.
import { type AccountSnapshot, type Dated, type HoldingSaid, known } from './account.ts'
import { compareResult, RESULTS } from './account-result.ts'
import { type Decimal, type DecimalText, decimal, ONE, plain, quotient, ZERO } from './decimal.ts'
import { type Compared, type Difference, type Keyed, keyOf, type Measure, type Reconciled } from './difference.ts'
import { type Holding, nothingHeld } from './holding.ts'
import { comparedInUnits } from './minor-units.ts'
import type { Instant } from './time.ts'
import { averageOf, baseOf, causesOf, MONEY, nearest, rateFor, WAYS } from './ways.ts'
import { compareMoney, figureOf } from './worth.ts'

export interface ReconcileInput {
  readonly holdings: readonly Holding[]
  readonly broker: AccountSnapshot
  /** Units filled of each order, by permanent id, as far as our executions tell. */
  readonly orders: ReadonlyMap<string, OurOrder>
  /** Executions without a commission, and commissions without an execution, that ought to have come by now. */
  readonly unpaired: readonly Unpaired[]
  /** What differed when it was last looked at: it is compared again, though nobody may hold it any more. */
  readonly open?: readonly Difference[]
  /** Those of earlier looks that have found each other since. */
  readonly paired?: readonly Keyed[]
  /** The market's time. */
  readonly now: Instant
}

export interface OurOrder {
  readonly account: string
  readonly conId: number
  readonly symbol: string
  readonly filled: DecimalText
}

export interface Unpaired {
  readonly executionId: string
  /** null: a commission came, but its execution never did; nobody knows whose it is. */
  readonly execution: { readonly account: string; readonly conId: number; readonly symbol: string } | null
  readonly amount: DecimalText | null
  readonly currency: string | null
}

/** 'average price within 0.01 %'. */
const AVERAGE_TOLERANCE = decimal('0.0001')
export function reconcile(input: ReconcileInput): Reconciled {
  const found: Difference[] = []
  const agreed = new Set<string>()
  const take: Take = (key, compared) => {
    if (compared === 'agree') agreed.add(keyOf(key))
    else if (compared !== 'unknown') found.push(compared)
  }
  for (const pair of pairsOf(input)) compareHolding(pair, input, take)
  for (const said of input.broker.results) {
    // What a missing fill does to a holding it does to its account.
    if (found.some(({ account, measure }) => account === said.account && measure === 'QUANTITY')) continue
    const own = input.holdings.filter(({ account }) => account === said.account)
    const ofIt = found.filter(({ account }) => account === said.account)
    for (const measure of RESULTS) {
      const key = { account: said.account, conId: null, measure, subject: '' }
      take(key, compareResult({ said, measure, holdings: own, found: ofIt, broker: input.broker, now: input.now }))
    }
  }
  // A session tells of the orders of its own time: what an earlier one told of an order still stands.
  const filled = new Map((input.open ?? []).flatMap(({ measure, subject, theirs }) => (measure === 'FILLED' ? [[subject, theirs] as const] : [])))
  for (const said of input.broker.filled) if (known(said.filled) !== null) filled.set(said.permId, known(said.filled))
  for (const [permId, theirs] of filled) compareOrder(permId, theirs, input, take)
  for (const one of input.unpaired) found.push(unpaired(one))
  for (const one of input.paired ?? []) agreed.add(keyOf(one))
  return { differences: found.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)), agreed }
}

type Take = (key: Keyed, compared: Compared) => void

// -------------------------------------------------------------- holdings

/** A contract in an account, as we hold it and as each source tells it, the freshest first. */
interface Pair {
  readonly ours: Holding
  readonly told: readonly Dated<HoldingSaid>[]
}

/** Orders and executions have no holding to compare. */
const ELSEWHERE: ReadonlySet<Measure> = new Set(['FILLED', 'COMMISSION'])

interface Named {
  readonly account: string
  readonly conId: number
  readonly symbol?: string | null
  readonly currency?: string | null
}

function pairsOf({ holdings, broker, open = [] }: ReconcileInput): readonly Pair[] {
  const told = new Map<string, Dated<HoldingSaid>[]>()
  for (const said of broker.holdings) {
    const key = `${said.account} ${said.conId}`
    told.set(key, [...(told.get(key) ?? []), said])
  }
  const ours = new Map(holdings.map((holding) => [`${holding.account} ${holding.conId}`, holding]))
  const before = new Map<string, Difference>(
    open.flatMap((one) => (one.conId === null || ELSEWHERE.has(one.measure) ? [] : [[`${one.account} ${one.conId}`, one] as const])),
  )
  return [...new Set([...ours.keys(), ...told.keys(), ...before.keys()])].sort().map((key) => {
    const said = (told.get(key) ?? []).sort((a, b) => (b.at ?? 0) - (a.at ?? 0) || (a.source < b.source ? -1 : 1))
    const { account, conId, symbol, currency } = (ours.get(key) ?? said[0] ?? before.get(key)) as Named
    return { ours: ours.get(key) ?? nothingHeld(account, conId, symbol ?? '', currency ?? '', ONE), told: said }
  })
}

function compareHolding({ ours, told }: Pair, { broker, now }: ReconcileInput, take: Take): void {
  const { account, conId, symbol } = ours
  const key = (measure: Measure) => ({ account, conId, measure, subject: '' })
  const position = told.find((said) => known(said.quantity) !== null)
  // A contract that is not on a complete list of positions is not held.
  const theirs = position !== undefined ? known(position.quantity) : broker.positionsComplete && broker.accounts.includes(account) ? '0' : null
  if (theirs === null) return
  const here = { account, conId, symbol, subject: '', currency: null, staleSeconds: null }
  if (!ours.quantity.eq(theirs)) {
    const source = position?.source ?? 'POSITION'
    take(key('QUANTITY'), { ...here, measure: 'QUANTITY', source, ours: plain(ours.quantity), theirs, causes: ['MISSING_FILL'], severity: 'warn' })
    return // everything else follows from it
  }
  take(key('QUANTITY'), 'agree')
  if (ours.quantity.eq(ZERO)) for (const measure of ['AVERAGE_PRICE', 'VALUE', 'UNREALIZED'] as const) take(key(measure), 'agree')
  else
    take(
      key('AVERAGE_PRICE'),
      comparedInUnits(ours, (holding) => compareAverage(holding, told)),
    )
  for (const measure of MONEY) {
    if (ours.quantity.eq(ZERO) && (measure === 'VALUE' || measure === 'UNREALIZED')) continue
    const said = told.find((one) => known(figureOf(one, measure)) !== null)
    if (said === undefined) {
      // What was realised is told while something is held, or that day: of what is gone nobody tells any more.
      if (ours.quantity.eq(ZERO) && position === undefined) take(key(measure), 'agree')
      continue
    }
    const rate = rateFor(broker, account, ours.currency)
    const base = baseOf(broker, account)
    // Where prices may come in minor units a rate that nobody told is no more likely than those.
    const foreign = base !== null && base !== ours.currency && ours.minor === null
    take(
      key(measure),
      comparedInUnits(ours, (holding) => compareMoney({ ours: holding, measure, said, rate, foreign, now })),
    )
  }
}

function compareAverage(ours: Holding, told: readonly Dated<HoldingSaid>[]): Compared {
  const said = told.find((one) => known(one.averageCost) !== null)
  if (said === undefined) return 'unknown'
  const theirs = quotient(decimal(known(said.averageCost) ?? 0), ours.multiplier)
  const near = (one: Decimal) => one.minus(theirs).abs().lte(one.abs().times(AVERAGE_TOLERANCE))
  const standing = averageOf(ours, 'FIFO', false)
  if (standing === null) return 'unknown'
  if (near(standing)) return 'agree'
  const averages = WAYS.flatMap((way) => {
    const figure = averageOf(ours, way.basis, way.net)
    return figure === null ? [] : [{ way, figure }]
  })
  const way = nearest(averages, theirs, near)
  return {
    ...{ account: ours.account, conId: ours.conId, symbol: ours.symbol, measure: 'AVERAGE_PRICE', subject: '', source: said.source },
    ...{ ours: plain(standing), theirs: plain(theirs), currency: ours.currency, staleSeconds: null },
    causes: way === null ? ['UNKNOWN'] : causesOf(way),
    severity: way === null ? 'warn' : 'info',
  }
}

// -------------------------------------------------------------- orders, executions

/** An order may be filled further than our executions tell; one we know nothing of was filled before us, or by somebody we do not see. */
function compareOrder(permId: string, theirs: DecimalText | null, { orders }: ReconcileInput, take: Take): void {
  const order = orders.get(permId)
  if (theirs === null || order === undefined) return
  const { account, conId, symbol } = order
  const key = { account, conId, measure: 'FILLED' as const, subject: permId }
  // A status may come twice, late or not at all: only one that is ahead of our fills says something.
  if (decimal(theirs).lte(order.filled)) return take(key, 'agree')
  take(key, { ...key, symbol, source: 'ORDER', ours: order.filled, theirs, currency: null, causes: ['MISSING_FILL'], staleSeconds: null, severity: 'warn' })
}

function unpaired({ executionId, execution, amount, currency }: Unpaired): Difference {
  return {
    ...{ account: execution?.account ?? '', conId: execution?.conId ?? null, symbol: execution?.symbol ?? null, measure: 'COMMISSION' },
    ...{ subject: executionId, source: 'EXECUTION', ours: null, theirs: amount, currency, staleSeconds: null },
    causes: [execution === null ? 'MISSING_FILL' : 'NOT_TOLD'],
    severity: execution === null ? 'warn' : 'info',
  }
}
