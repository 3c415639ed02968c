// What a number of reviewed trades made together: results by currency and by strategy, the furthest ones, and how well they were seen.
// Pure; for a day, a week or a month alike. Currencies are never added together.
import { type DecimalText, decimal, HUNDRED, plain, ZERO } from './decimal.ts'
import type { StoredDifference } from './difference.ts'
import type { ReviewedTrade } from './reviewed-trade.ts'
import { mean, meanOfKnown, share, sum, total } from './tally.ts'
import type { Instant } from './time.ts'

/** What the trades closed that day made, in one currency. */
export interface CurrencyResult {
  readonly currency: string
  readonly closed: number
  readonly gross: DecimalText
  /** null while the commission of one of them is unknown. */
  readonly net: DecimalText | null
  readonly commission: DecimalText | null
  readonly commissionsUnknown: number
  /** What a trade is called a winner by: its net result where that of every trade is known, else the gross one. */
  readonly basis: 'net' | 'gross'
  readonly wins: number
  readonly losses: number
  /** Percent of the closed trades; null where none closed. */
  readonly winRate: DecimalText | null
  /** Mean result of a closed trade. */
  readonly expectancy: DecimalText | null
  readonly averageWin: DecimalText | null
  readonly averageLoss: DecimalText | null
  /** Mean result in R, of the trades that had a stop. */
  readonly meanR: DecimalText | null
  readonly withStop: number
  /** Of the trades that were in profit once. */
  readonly gaveBack: DecimalText
  /** Sum of the results in percent of the sum of the best results (a ratio of sums, not a mean of ratios). */
  readonly capture: DecimalText | null
  /** Means over the closed trades, percent. */
  readonly entryEfficiency: DecimalText | null
  readonly exitEfficiency: DecimalText | null
  /** Running gross result, at the end of the day, of the trades then open (held ones left out); null where one of them cannot be told. */
  readonly openGross: DecimalText | null
  readonly open: number
}

export interface StrategyResult {
  /** null: trades without a strategy. */
  readonly strategy: string | null
  readonly currency: string
  readonly closed: number
  readonly wins: number
  readonly gross: DecimalText
  readonly net: DecimalText | null
  readonly meanMfePct: DecimalText | null
  readonly meanMaePct: DecimalText | null
  readonly meanR: DecimalText | null
}

export interface Quality {
  readonly trades: number
  readonly fullyCovered: number
  readonly coverageUnknown: number
  readonly lowestCoverage: { readonly symbol: string; readonly coverage: DecimalText } | null
  readonly gaps: readonly { readonly symbol: string; readonly from: Instant; readonly to: Instant; readonly timeZone: string }[]
  readonly commissionsUnknown: number
  /** Trades of which only fills were seen, never a price. */
  readonly unmarked: readonly string[]
  /** Trades measured from something coarser than every tick. */
  readonly sampled: number
  /** Where the broker's figures were not ours that day, and something had to be mended. */
  readonly differences: readonly StoredDifference[]
  /** How many of them were the same fills reckoned another way; those that were only made with another price, or an older one, come and go all day. */
  readonly reckonedOtherwise: number
}

/** How many names a 'top' list holds. */
const TOP = 3

export function resultIn(currency: string, traded: readonly ReviewedTrade[]): CurrencyResult {
  const closed = traded.filter((trade) => trade.section === 'CLOSED' && trade.currency === currency)
  const open = traded.filter((trade) => trade.section !== 'CLOSED' && trade.currency === currency)
  const known = closed.every((trade) => trade.net !== null)
  const results = closed.map((trade) => decimal((known ? trade.net : trade.gross) ?? 0))
  const wins = results.filter((result) => result.gt(ZERO))
  const losses = results.filter((result) => result.lt(ZERO))
  const inUnitsOfRisk = closed.flatMap((trade) => (trade.r === null ? [] : [decimal(trade.r)]))
  return {
    currency,
    closed: closed.length,
    gross: total(closed.map((trade) => trade.gross)) ?? '0',
    net: total(closed.map((trade) => trade.net)),
    commission: total(closed.map((trade) => trade.commission)),
    commissionsUnknown: closed.filter((trade) => trade.commission === null).length,
    basis: known ? 'net' : 'gross',
    wins: wins.length,
    losses: losses.length,
    winRate: share(decimal(wins.length), decimal(closed.length)),
    expectancy: mean(results),
    averageWin: mean(wins),
    averageLoss: mean(losses),
    meanR: mean(inUnitsOfRisk),
    withStop: inUnitsOfRisk.length,
    gaveBack: plain(sum(closed.map((trade) => decimal(trade.gaveBack ?? 0)))),
    capture: captureOf(closed),
    entryEfficiency: meanOfKnown(closed.map((trade) => trade.efficiency?.entry ?? null)),
    exitEfficiency: meanOfKnown(closed.map((trade) => trade.efficiency?.exit ?? null)),
    openGross: total(open.map((trade) => trade.gross)),
    open: open.length,
  }
}

export function strategiesOf(closed: readonly ReviewedTrade[], currencies: readonly string[]): StrategyResult[] {
  const names = [...new Set(closed.map((trade) => trade.strategy))].sort((a, b) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1))
  return names.flatMap((strategy) =>
    currencies.flatMap((currency) => {
      const trades = closed.filter((trade) => trade.strategy === strategy && trade.currency === currency)
      if (trades.length === 0) return []
      const known = trades.every((trade) => trade.net !== null)
      return {
        strategy,
        currency,
        closed: trades.length,
        wins: trades.filter((trade) => decimal((known ? trade.net : trade.gross) ?? 0).gt(ZERO)).length,
        gross: total(trades.map((trade) => trade.gross)) ?? '0',
        net: total(trades.map((trade) => trade.net)),
        meanMfePct: meanOfKnown(trades.map((trade) => trade.mfe.pct)),
        meanMaePct: meanOfKnown(trades.map((trade) => trade.mae.pct)),
        meanR: meanOfKnown(trades.map((trade) => trade.r)),
      }
    }),
  )
}

function captureOf(closed: readonly ReviewedTrade[]): DecimalText | null {
  const best = sum(closed.map((trade) => decimal(trade.mfe.pnl ?? 0)))
  return best.gt(ZERO) ? share(sum(closed.map((trade) => decimal(trade.gross ?? 0))), best) : null
}

export function qualityOf(trades: readonly ReviewedTrade[], differences: readonly StoredDifference[] = []): Quality {
  const covered = trades.flatMap((trade) => (trade.coverage === null ? [] : [{ symbol: trade.label, coverage: trade.coverage }]))
  const lowest = covered.reduce<(typeof covered)[number] | null>((low, one) => (low === null || decimal(one.coverage).lt(low.coverage) ? one : low), null)
  const gaps = new Map<string, Quality['gaps'][number]>()
  for (const { label, timeZone, gaps: seen } of trades) {
    for (const { from, to } of seen) gaps.set(`${label} ${from} ${to}`, { symbol: label, from, to, timeZone })
  }
  return {
    trades: trades.length,
    fullyCovered: covered.filter((one) => decimal(one.coverage).gte(HUNDRED)).length,
    coverageUnknown: trades.length - covered.length,
    lowestCoverage: lowest !== null && decimal(lowest.coverage).lt(HUNDRED) ? lowest : null,
    gaps: [...gaps.values()].sort((a, b) => a.from - b.from || (a.symbol < b.symbol ? -1 : 1)),
    commissionsUnknown: trades.filter((trade) => trade.commission === null).length,
    unmarked: trades.filter((trade) => trade.source === 'ENTRY').map((trade) => trade.label),
    sampled: trades.filter((trade) => trade.source !== 'TICK' && trade.source !== 'ENTRY').length,
    differences: differences.filter(({ severity }) => severity !== 'info').sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1)),
    reckonedOtherwise: new Set(differences.filter(isReckonedOtherwise).map(({ account, conId, measure }) => `${account} ${conId} ${measure}`)).size,
  }
}

function isReckonedOtherwise({ severity, measure, causes }: StoredDifference): boolean {
  return severity === 'info' && measure !== 'COMMISSION' && causes.some((cause) => cause !== 'STALE' && cause !== 'OTHER_PRICE')
}

/** The few trades of which `measure` is largest and above zero; the earlier one first where two are equal. */
export function largest(trades: readonly ReviewedTrade[], measure: (trade: ReviewedTrade) => DecimalText | null): ReviewedTrade[] {
  return trades
    .map((trade) => ({ trade, size: measure(trade) }))
    .filter((one): one is { trade: ReviewedTrade; size: string } => one.size !== null && decimal(one.size).gt(ZERO))
    .sort((a, b) => decimal(b.size).cmp(a.size))
    .slice(0, TOP)
    .map((one) => one.trade)
}
