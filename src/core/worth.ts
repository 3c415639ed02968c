// What a holding is worth, to us and to the broker: its value, its running and its realised result, reckoned in every way until the two are the same. Pure.
// A value differs by the price it was made with; a result is looked at with the broker's own value where that is told, so that it differs by what the
// holding cost and by nothing else: one cause, one difference.
import { type Dated, type HoldingSaid, type HoldingSource, known } from './account.ts'
import { type Decimal, type DecimalText, decimal, plain, quotient, ZERO } from './decimal.ts'
import type { Cause, Compared } from './difference.ts'
import type { Holding, Stood } from './holding.ts'
import type { Instant } from './time.ts'
import { at, CENTS, causesOf, isNear, type Line, lineOf, type Money, nearest, WAYS, type Way } from './ways.ts'

/** How old the figures of a source may be: it tells them so seldom. */
const USUAL_AGE_MS: Readonly<Record<HoldingSource, number>> = { POSITION: 0, PORTFOLIO: 200_000, PNL: 10_000 }
/** Brokers mark between bid and ask, or at a price nobody told us: that is told, and beyond so much it is more than that. */
const OTHER_PRICE_MAX = 0.02
/** The same, where nothing else says that only the price differs. */
const OTHER_PRICE_ALONE_MAX = 0.005

export interface MoneyPair {
  readonly ours: Holding
  readonly measure: Money
  readonly said: Dated<HoldingSaid>
  /** What one unit of its currency is worth in the account's; null: not known, or the same. */
  readonly rate: Decimal | null
  /** Its currency is not the account's. */
  readonly foreign: boolean
  readonly now: Instant
}

export function compareMoney(pair: MoneyPair): Compared {
  const { ours, measure, said, rate } = pair
  const text = known(figureOf(said, measure))
  if (text === null) return 'unknown'
  const theirs = decimal(text)
  const lines = linesOf(ours, measure, rate)
  const usual = lines.find(({ way }) => causesOf(way).length === 0)
  if (usual === undefined) return 'unknown'
  const explained = explain(lines, theirs, pair)
  if (explained !== null && explained.causes.length === 0) return 'agree'
  return {
    ...{ account: ours.account, conId: ours.conId, symbol: ours.symbol, measure, subject: '', source: said.source },
    ...{ ours: plain(at(usual.line, ours.price ?? ZERO)), theirs: plain(theirs), currency: ours.currency },
    // Told in the account's currency, most likely, at a rate that nobody told us.
    causes: explained?.causes ?? (pair.foreign && rate === null ? ['FX'] : ['UNKNOWN']),
    staleSeconds: explained?.staleMs == null ? null : Math.round(explained.staleMs / 1000),
    severity: explained?.far === true || (explained === null && (!pair.foreign || rate !== null)) ? 'warn' : 'info',
  }
}

interface Reckoned {
  readonly way: Way
  readonly line: Line
}

function linesOf(ours: Holding, measure: Money, rate: Decimal | null): readonly Reckoned[] {
  return WAYS.flatMap((way) => {
    const line = lineOf(ours, measure, way, rate)
    return line === null || (!line.perPoint.eq(ZERO) && ours.price === null) ? [] : [{ way, line }]
  })
}

function figuresOf(lines: readonly Reckoned[], figure: (line: Line) => Decimal): readonly { readonly way: Way; readonly figure: Decimal }[] {
  return lines.map(({ way, line }) => ({ way, figure: figure(line) }))
}

interface Explained {
  readonly causes: readonly Cause[]
  readonly staleMs: number | null
  /** A price too far from ours to be taken for a way to mark. */
  readonly far: boolean
}

/** The fewest changes that make ours theirs; no causes: none are needed. null: nothing does. */
function explain(lines: readonly Reckoned[], theirs: Decimal, { ours, measure, said, rate, now }: MoneyPair): Explained | null {
  const value = known(said.value)
  if (measure !== 'VALUE' && value !== null && lines.some(({ line }) => !line.perPoint.eq(ZERO))) {
    const way = nearest(
      figuresOf(lines, (line) => (line.perPoint.eq(ZERO) ? line.fixed : line.fixed.plus(value))),
      theirs,
      isNear,
    )
    return way === null ? null : { causes: causesOf(way), staleMs: null, far: false }
  }
  const price = ours.price ?? ZERO
  const usual = rangeOf(ours.prices, price, now - USUAL_AGE_MS[said.source])
  for (let changes = 0; changes <= 4; changes++) {
    const after = lines.filter(({ way }) => causesOf(way).length === changes)
    const fits =
      nearest(
        figuresOf(after, (line) => at(line, price)),
        theirs,
        isNear,
      ) ?? after.find(({ line }) => !line.perPoint.eq(ZERO) && holds(usual, impliedBy(line, theirs)))?.way
    if (fits !== undefined) return { causes: causesOf(fits), staleMs: null, far: false }
    for (const { way, line } of lines) {
      if (causesOf(way).length !== changes - 1 || line.perPoint.eq(ZERO)) continue
      const age = ageOf(impliedBy(line, theirs), line, ours.prices, now)
      if (age !== null) return { causes: [...causesOf(way), 'STALE'], staleMs: age, far: false }
    }
  }
  const running = known(said.unrealized)
  const sameCost = (factor: Way) =>
    running !== null &&
    measure === 'VALUE' &&
    linesOf(ours, 'UNREALIZED', rate).some(({ way, line }) => way.converted === factor.converted && isNear(line.fixed.plus(theirs), decimal(running)))
  for (const { way, line } of lines) {
    if (line.perPoint.eq(ZERO) || price.eq(ZERO)) continue
    const off = Math.abs(Number(impliedBy(line, theirs)) / Number(price) - 1)
    if (off <= OTHER_PRICE_ALONE_MAX || sameCost(way)) return { causes: [...causesOf(way), 'OTHER_PRICE'], staleMs: null, far: off > OTHER_PRICE_MAX }
  }
  return null
}

/** The price a figure was made with, if it was reckoned so. */
function impliedBy(line: Line, theirs: Decimal): Decimal {
  return quotient(theirs.minus(line.fixed), line.perPoint)
}

export interface Range {
  readonly low: number
  readonly high: number
}

/** The prices that stood since an instant, the last one included. */
export function rangeOf(prices: readonly Stood[], last: Decimal, since: Instant): Range {
  const from = prices.findLastIndex(({ at }) => at <= since)
  const stood = [Number(last), ...prices.slice(Math.max(0, from)).map(({ price }) => price)]
  return { low: Math.min(...stood), high: Math.max(...stood) }
}

function holds({ low, high }: Range, price: Decimal): boolean {
  return price.gte(low) && price.lte(high)
}

/** How long ago the price that a figure was made with ceased to stand, the latest time it did; null: it was not seen. */
function ageOf(implied: Decimal, { perPoint }: Line, prices: readonly Stood[], now: Instant): number | null {
  const wanted = Number(implied)
  const slack = Number(quotient(CENTS, perPoint.abs())) + Math.abs(wanted) * 1e-9
  for (let i = prices.length - 2; i >= 0; i--) {
    const [stood, next] = [prices[i], prices[i + 1]]
    if (stood !== undefined && next !== undefined && Math.abs(stood.price - wanted) <= slack) return Math.max(0, now - next.at)
  }
  return null
}

export function figureOf(said: HoldingSaid, measure: Money): DecimalText | null {
  switch (measure) {
    case 'VALUE':
      return said.value
    case 'UNREALIZED':
      return said.unrealized
    case 'REALIZED':
      return said.realized
    case 'DAILY':
      return said.daily
  }
}
