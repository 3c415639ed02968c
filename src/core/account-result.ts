// The result of a whole account, to us and to the broker: the sum of its holdings' in the account's currency. Pure. Prices and rates move while it is told,
// so it is held against what could have been within the time it may be old; where the broker's own figures of the holdings add up to it, it says nothing new.
import { type AccountSnapshot, known, type ResultSaid, type Dated } from './account.ts'
import { type Decimal, decimal, plain, ZERO } from './decimal.ts'
import { type Cause, type Compared, type Difference, CAUSES } from './difference.ts'
import type { Holding } from './holding.ts'
import type { Instant } from './time.ts'
import { at, CENTS, causesOf, baseOf, isNear, lineOf, rateFor, type Way, WAYS } from './ways.ts'
import { figureOf, rangeOf } from './worth.ts'

export const RESULTS = ['UNREALIZED', 'REALIZED', 'DAILY'] as const

export interface ResultPair {
  readonly said: Dated<ResultSaid>
  readonly measure: (typeof RESULTS)[number]
  /** Those of the account. */
  readonly holdings: readonly Holding[]
  /** Where its holdings differ. */
  readonly found: readonly Difference[]
  readonly broker: AccountSnapshot
  readonly now: Instant
}

/** An account's result is told about once a second; longer than these it is stale by so much at most. */
const AGES_MS = [10_000, 60_000, 300_000, 900_000] as const
/** Of everything that is held: a broker marks beside the last trade. */
const OTHER_PRICE_MAX = 0.005

const PLAIN_WAYS = WAYS.filter(({ converted }) => !converted)

export function compareResult(pair: ResultPair): Compared {
  const { said, measure, holdings, broker } = pair
  const { account } = said
  const text = known({ UNREALIZED: said.unrealized, REALIZED: said.realized, DAILY: said.daily }[measure])
  const base = baseOf(broker, account)
  const foreign =
    new Set(holdings.map(({ currency }) => currency)).size > 1 ||
    holdings.some(({ currency }) => rateFor(broker, account, currency) !== null || (base !== null && currency !== base))
  const usual = holdings.length === 0 ? null : boundsOf(pair, PLAIN_WAYS[0] as Way, 0, foreign)
  // Where nothing of ours is known, only nothing can agree with it.
  if (text !== null && holdings.length === 0 && isNear(decimal(text), ZERO)) return 'agree'
  if (text === null || usual === null) return 'unknown'
  const theirs = decimal(text)
  const explained = explain(pair, theirs, foreign)
  if (explained.causes.length === 0) return 'agree'
  return {
    ...{ account, conId: null, symbol: null, measure, subject: '', source: 'RESULT', ours: plain(usual.low), theirs: plain(theirs) },
    currency: base ?? (foreign ? null : (holdings[0]?.currency ?? null)),
    causes: explained.causes,
    staleSeconds: explained.ageMs === null ? null : Math.round(explained.ageMs / 1000),
    severity: explained.causes.includes('UNKNOWN') ? 'warn' : 'info',
  }
}

interface Explained {
  readonly causes: readonly Cause[]
  readonly ageMs: number | null
}

function explain(pair: ResultPair, theirs: Decimal, foreign: boolean): Explained {
  const { measure, found } = pair
  const summed = summedByBroker(pair, foreign)
  if (summed !== null && isNear(summed, theirs)) {
    const same = found.filter((one) => one.measure === measure || (measure !== 'REALIZED' && one.measure === 'VALUE'))
    const ages = same.flatMap(({ staleSeconds }) => (staleSeconds === null ? [] : [staleSeconds * 1000]))
    return { causes: CAUSES.filter((cause) => same.some(({ causes }) => causes.includes(cause))), ageMs: ages.length === 0 ? null : Math.max(...ages) }
  }
  for (const [index, ageMs] of AGES_MS.entries()) {
    for (const way of PLAIN_WAYS) {
      const bounds = boundsOf(pair, way, ageMs, foreign)
      if (bounds === null || theirs.lt(bounds.low.minus(CENTS)) || theirs.gt(bounds.high.plus(CENTS))) continue
      return index === 0 ? { causes: causesOf(way), ageMs: null } : { causes: [...causesOf(way), 'STALE'], ageMs }
    }
  }
  const unconverted = foreign ? PLAIN_WAYS.find((way) => isWithin(boundsOf(pair, way, AGES_MS[0], false), theirs)) : undefined
  if (unconverted !== undefined) return { causes: [...causesOf(unconverted), 'FX'], ageMs: null }
  // Rates move by the second, and nobody tells with which one it was converted.
  if (foreign) return { causes: ['FX'], ageMs: null }
  const worth = pair.holdings.reduce(
    (sum, { quantity, price, multiplier }) =>
      sum.plus(
        quantity
          .times(price ?? 0)
          .times(multiplier)
          .abs(),
      ),
    ZERO,
  )
  const bounds = boundsOf(pair, PLAIN_WAYS[0] as Way, AGES_MS[0], foreign)
  const off = bounds === null ? null : theirs.minus(bounds.low).abs()
  return { causes: [measure !== 'REALIZED' && off?.lte(worth.times(OTHER_PRICE_MAX)) === true ? 'OTHER_PRICE' : 'UNKNOWN'], ageMs: null }
}

interface Bounds {
  readonly low: Decimal
  readonly high: Decimal
}

/** The least and the most the holdings can have come to with the prices of so much time; null: one of them is not known. */
function boundsOf({ measure, holdings, broker, said, now }: ResultPair, way: Way, ageMs: number, converted: boolean): Bounds | null {
  let [low, high] = [ZERO, ZERO]
  for (const holding of holdings) {
    const rate = converted ? broker.rates.get(said.account)?.get(holding.currency) : '1'
    const line = lineOf(holding, measure, way, null)
    if (rate === undefined || line === null) return null
    if (line.perPoint.eq(ZERO)) {
      low = low.plus(line.fixed.times(rate))
      high = high.plus(line.fixed.times(rate))
      continue
    }
    if (holding.price === null) return null
    const last = Number(holding.price)
    const range = ageMs === 0 ? { low: last, high: last } : rangeOf(holding.prices, holding.price, now - ageMs)
    const [a, b] = [at(line, decimal(range.low)).times(rate), at(line, decimal(range.high)).times(rate)]
    low = low.plus(a.lt(b) ? a : b)
    high = high.plus(a.lt(b) ? b : a)
  }
  return { low, high }
}

function isWithin(bounds: Bounds | null, theirs: Decimal): boolean {
  return bounds !== null && theirs.gte(bounds.low.minus(CENTS)) && theirs.lte(bounds.high.plus(CENTS))
}

/** What the broker itself says of every holding, added up; null where it does not say it of one. */
function summedByBroker({ measure, holdings, broker, said }: ResultPair, foreign: boolean): Decimal | null {
  let sum = ZERO
  for (const holding of holdings) {
    const rate = foreign ? broker.rates.get(said.account)?.get(holding.currency) : '1'
    const told = broker.holdings.find(({ source, account, conId }) => source === 'PNL' && account === holding.account && conId === holding.conId)
    const figure = known(told === undefined ? null : figureOf(told, measure))
    const ours = holding.quantity.eq(ZERO) ? (lineOf(holding, measure, PLAIN_WAYS[0] as Way, null)?.fixed ?? null) : null
    const money = figure === null ? ours : decimal(figure)
    if (money === null || rate === undefined) return null
    sum = sum.plus(money.times(rate))
  }
  return sum
}
