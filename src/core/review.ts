// The review of one market day, as a model: what the day made, what it gave back, which rules fired, how much of it was seen.
// Pure: trades, alerts and trajectories in, one value out; words, pictures and files are other rooms' work.
// Never a guess: what is not known is null, and percentages of nothing are null too.
import { type Decimal, type DecimalText, decimal, HUNDRED, plain, quotient, ZERO } from './decimal.ts'
import type { Instrument } from './facts.ts'
import { endOfDay, marketDay, zoneOf } from './session.ts'
import type { AlertState, StoredAlert, StoredTrade } from './stored.ts'
import type { Day, Instant } from './time.ts'
import { MODES, type Mode, type Severity, type TradeSide, type TrajectoryPoint } from './trade.ts'

export const SECTIONS = ['CLOSED', 'OPENED', 'CARRIED', 'HELD'] as const
/** CLOSED that day · OPENED that day and still open at its end · CARRIED over from an earlier day · HELD for the long term. */
export type Section = (typeof SECTIONS)[number]

export interface ReviewInput {
  readonly day: Day
  /** Trades of the ORDER unit that were opened, closed or open on that day; others are left out. */
  readonly trades: readonly StoredTrade[]
  /** Alerts of these trades, of any day; only the day's are listed. */
  readonly alerts: readonly StoredAlert[]
  readonly instruments: readonly Instrument[]
  /** By trade id; needed for trades that outlived the day, to tell how they stood at its end. */
  readonly trajectories: ReadonlyMap<string, readonly TrajectoryPoint[]>
  /** Only this account; absent: all of them, each in a section of its own. */
  readonly account?: string | null
}

export interface Review {
  readonly day: Day
  readonly account: string | null
  /** No trade was opened, closed or open. */
  readonly quiet: boolean
  /** One for each account in each mode: a paper number never meets a live one. */
  readonly accounts: readonly AccountReview[]
}

export interface AccountReview {
  readonly account: string
  readonly mode: Mode
  readonly results: readonly CurrencyResult[]
  readonly trades: readonly ReviewedTrade[]
  readonly topMfe: readonly ReviewedTrade[]
  readonly topMae: readonly ReviewedTrade[]
  /** Closed trades that left something of their best result, the largest share of it first, per currency. */
  readonly gaveBack: readonly ReviewedTrade[]
  readonly turned: readonly ReviewedTrade[]
  readonly alerts: readonly ReviewedAlert[]
  readonly strategies: readonly StrategyResult[]
  readonly quality: Quality
}

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
  readonly gaveBack: DecimalText
  /** Running gross result, at the end of the day, of the trades then open (held ones left out); null where one of them cannot be told. */
  readonly openGross: DecimalText | null
  readonly open: number
}

export interface ReviewedTrade {
  readonly tradeId: string
  readonly section: Section
  readonly account: string
  readonly conId: number
  readonly symbol: string
  /** What the exchange calls the contract where that says more than the symbol. */
  readonly label: string
  readonly secType: string
  readonly currency: string
  readonly side: TradeSide
  readonly quantity: DecimalText
  readonly openQuantity: DecimalText
  readonly entryPrice: DecimalText
  readonly exitPrice: DecimalText | null
  readonly lastPrice: DecimalText | null
  readonly openedAt: Instant
  readonly closedAt: Instant | null
  readonly timeZone: string
  /** The end of the day under review: what is told here happened before. */
  readonly knownUntil: Instant
  readonly gross: DecimalText | null
  readonly net: DecimalText | null
  readonly commission: DecimalText | null
  /** Gross result in percent of what was entered. */
  readonly pct: DecimalText | null
  readonly r: DecimalText | null
  readonly mfe: Reached
  readonly mae: Reached
  /** Of a closed trade: best gross result less the final one. */
  readonly gaveBack: DecimalText | null
  /** Its share of the best result, percent; null where the trade was never above zero. */
  readonly gaveBackPct: DecimalText | null
  readonly strategy: string | null
  readonly tags: readonly string[]
  readonly note: string | null
  readonly initialStop: DecimalText | null
  readonly alerts: readonly ReviewedAlert[]
  readonly source: StoredTrade['provenance']['source']
  /** Percent of the trade's life. */
  readonly coverage: DecimalText | null
  readonly gaps: StoredTrade['provenance']['gaps']
}

/** An excursion as the day knew it; what was reached after the day's end is not known to it. */
export interface Reached {
  readonly price: DecimalText | null
  readonly at: Instant | null
  readonly pct: DecimalText | null
  readonly pctAt: Instant | null
  readonly pnl: DecimalText | null
  readonly pnlAt: Instant | null
}

export interface ReviewedAlert {
  readonly ruleId: string
  readonly tier: number
  readonly tradeId: string
  readonly symbol: string
  readonly at: Instant
  readonly timeZone: string
  readonly price: DecimalText
  readonly pct: DecimalText | null
  readonly severity: Severity
  readonly state: AlertState
  readonly message: string
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
}

/** How many names a 'top' list holds. */
const TOP = 3
/** A loser counts as a former winner from this percentage on: below it, it only paid the spread. */
const WINNER_FROM = decimal('0.5')

export function reviewDay(input: ReviewInput): Review {
  const account = input.account ?? null
  const instruments = new Map(input.instruments.map((instrument) => [instrument.conId, instrument]))
  const alerts = alertsOfDay(input, instruments)
  const trades = input.trades
    .filter((trade) => trade.unit === 'ORDER' && (account === null || trade.account === account))
    .map((trade) => ({ mode: trade.mode, reviewed: reviewTrade(trade, input, instruments.get(trade.conId), alerts) }))
    .filter((one): one is { mode: Mode; reviewed: ReviewedTrade } => one.reviewed !== null)
  const accounts = MODES.flatMap((mode) => {
    const ofMode = trades.filter((trade) => trade.mode === mode).map((trade) => trade.reviewed)
    return [...new Set(ofMode.map((trade) => trade.account))].sort().map((name) =>
      reviewAccount(
        name,
        mode,
        ofMode.filter((trade) => trade.account === name),
      ),
    )
  })
  return { day: input.day, account, quiet: accounts.length === 0, accounts }
}

function alertsOfDay(input: ReviewInput, instruments: ReadonlyMap<number, Instrument>): ReviewedAlert[] {
  return input.alerts
    .filter((alert) => alert.unit === 'ORDER' && alert.state !== 'WITHDRAWN' && marketDay(alert.at, instruments.get(alert.conId) ?? {}) === input.day)
    .sort(
      (a, b) => a.at - b.at || (a.tradeId < b.tradeId ? -1 : a.tradeId > b.tradeId ? 1 : a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : a.tier - b.tier),
    )
    .map(({ ruleId, tier, tradeId, symbol, at, conId, price, pct, severity, state, message }) => ({
      ruleId,
      tier,
      tradeId,
      symbol,
      at,
      timeZone: zoneOf(instruments.get(conId) ?? {}),
      price,
      pct,
      severity,
      state,
      message,
    }))
}

/** The trade as the day knew it, or null where the day did not see it. */
function reviewTrade(trade: StoredTrade, input: ReviewInput, instrument: Instrument | undefined, alerts: readonly ReviewedAlert[]): ReviewedTrade | null {
  const hours = instrument ?? {}
  const openedDay = marketDay(trade.openedAt, hours)
  const closedDay = trade.closedAt === null ? null : marketDay(trade.closedAt, hours)
  if (openedDay > input.day || (closedDay !== null && closedDay < input.day)) return null
  const closedToday = closedDay === input.day
  const section: Section = trade.held ? 'HELD' : closedToday ? 'CLOSED' : openedDay === input.day ? 'OPENED' : 'CARRIED'
  const state = closedToday ? finalState(trade) : stateAt(trade, endOfDay(input.day, hours), input.trajectories.get(trade.tradeId) ?? [])
  const gaveBack = closedToday ? decimal(trade.mfe.pnl).minus(trade.grossPnl) : null
  return {
    tradeId: trade.tradeId,
    section,
    account: trade.account,
    conId: trade.conId,
    symbol: trade.symbol,
    label: trade.secType === 'STK' ? trade.symbol : (instrument?.localSymbol ?? trade.symbol),
    secType: trade.secType,
    currency: trade.currency,
    side: trade.side,
    openedAt: trade.openedAt,
    timeZone: zoneOf(hours),
    knownUntil: endOfDay(input.day, hours),
    strategy: trade.strategy,
    tags: trade.tags,
    note: trade.note,
    initialStop: trade.initialStop,
    ...state,
    r: inR(trade, state),
    gaveBack: gaveBack === null ? null : plain(gaveBack),
    gaveBackPct: gaveBack === null ? null : share(gaveBack, decimal(trade.mfe.pnl)),
    alerts: alerts.filter((alert) => alert.tradeId === trade.tradeId),
    source: trade.provenance.source,
    coverage: trade.provenance.coverage === null ? null : plain(decimal(trade.provenance.coverage).times(HUNDRED)),
    gaps: trade.provenance.gaps.filter((gap) => gap.from < endOfDay(input.day, hours) && marketDay(gap.to, hours) >= input.day),
  }
}

type State = Pick<
  ReviewedTrade,
  'quantity' | 'openQuantity' | 'entryPrice' | 'exitPrice' | 'lastPrice' | 'closedAt' | 'gross' | 'net' | 'commission' | 'pct' | 'mfe' | 'mae'
>

function finalState(trade: StoredTrade): State {
  const { quantity, openQuantity, entryPrice, exitPrice, lastPrice, closedAt, commission, mfe, mae } = trade
  const entered = decimal(entryPrice).abs().times(quantity).times(trade.multiplier)
  return {
    quantity,
    openQuantity,
    entryPrice,
    exitPrice,
    lastPrice,
    closedAt,
    gross: trade.grossPnl,
    net: trade.netPnl,
    commission,
    pct: share(decimal(trade.grossPnl), entered),
    mfe,
    mae,
  }
}

/** How a trade stood at the end of a day it outlived: its fills and prices before `end`, nothing later. */
function stateAt(trade: StoredTrade, end: Instant, points: readonly TrajectoryPoint[]): State {
  const fills = trade.fills.filter((fill) => fill.at < end)
  const last = points.findLast((point) => point.at < end)
  // Nothing happened to the trade after the day: its own numbers are those of the day.
  if (trade.closedAt === null && trade.updatedAt < end) return finalState(trade)
  const multiplier = decimal(trade.multiplier)
  const entries = fills.filter((fill) => fill.role === 'ENTRY')
  const quantity = sum(entries.map((fill) => decimal(fill.quantity)))
  const open = quantity.minus(sum(fills.filter((fill) => fill.role === 'EXIT').map((fill) => decimal(fill.quantity))))
  const cost = sum(entries.map((fill) => decimal(fill.price).times(fill.quantity)))
  const price = last === undefined ? null : decimal(last.last)
  const cash = sum(
    fills.map((fill) =>
      decimal(fill.price)
        .times(fill.quantity)
        .times(fill.side === 'BUY' ? -1 : 1),
    ),
  )
  const gross = price === null ? null : cash.plus(price.times(open).times(trade.side === 'LONG' ? 1 : -1)).times(multiplier)
  const commission = fills.some((fill) => fill.commission === null) ? null : sum(fills.map((fill) => decimal(fill.commission ?? 0)))
  return {
    quantity: plain(quantity),
    openQuantity: plain(open),
    entryPrice: quantity.eq(ZERO) ? trade.entryPrice : plain(quotient(cost, quantity)),
    exitPrice: null,
    lastPrice: price === null ? null : plain(price),
    closedAt: null,
    gross: gross === null ? null : plain(gross),
    net: gross === null || commission === null ? null : plain(gross.minus(commission)),
    commission: commission === null ? null : plain(commission),
    pct: gross === null ? null : share(gross, cost.abs().times(multiplier)),
    mfe: reachedBefore(trade.mfe, end),
    mae: reachedBefore(trade.mae, end),
  }
}

/** An extreme first reached before `end` was the extreme at `end`; of one reached later the day's own is not known. */
function reachedBefore(excursion: Reached, end: Instant): Reached {
  const before = (at: Instant | null) => at !== null && at < end
  return {
    price: before(excursion.at) ? excursion.price : null,
    at: before(excursion.at) ? excursion.at : null,
    pct: before(excursion.pctAt) ? excursion.pct : null,
    pctAt: before(excursion.pctAt) ? excursion.pctAt : null,
    pnl: before(excursion.pnlAt) ? excursion.pnl : null,
    pnlAt: before(excursion.pnlAt) ? excursion.pnlAt : null,
  }
}

/** The result in units of the risk taken at entry; null without a stop, or with one at the entry itself. */
function inR(trade: StoredTrade, state: State): DecimalText | null {
  if (trade.initialStop === null || state.gross === null) return null
  const risk = decimal(state.entryPrice).minus(trade.initialStop).abs().times(state.quantity).times(trade.multiplier)
  return risk.eq(ZERO) ? null : plain(quotient(decimal(state.gross), risk))
}

function reviewAccount(account: string, mode: Mode, trades: readonly ReviewedTrade[]): AccountReview {
  const ordered = [...trades].sort((a, b) => a.openedAt - b.openedAt || (a.tradeId < b.tradeId ? -1 : 1))
  const traded = ordered.filter((trade) => trade.section !== 'HELD')
  const closed = traded.filter((trade) => trade.section === 'CLOSED')
  const currencies = [...new Set(traded.map((trade) => trade.currency))].sort()
  return {
    account,
    mode,
    results: currencies.map((currency) => resultIn(currency, traded)),
    trades: SECTIONS.flatMap((section) => ordered.filter((trade) => trade.section === section)),
    topMfe: largest(traded, (trade) => trade.mfe.pct),
    topMae: largest(traded, (trade) => (trade.mae.pct === null ? null : plain(decimal(trade.mae.pct).times(-1)))),
    gaveBack: currencies.flatMap((currency) =>
      largest(
        closed.filter((trade) => trade.currency === currency),
        (trade) => trade.gaveBack,
      ),
    ),
    turned: closed.filter((trade) => decimal(trade.gross ?? 0).lt(ZERO) && wasWinner(trade)),
    alerts: ordered.flatMap((trade) => trade.alerts).sort((a, b) => a.at - b.at),
    strategies: strategiesOf(closed, currencies),
    quality: qualityOf(ordered),
  }
}

function resultIn(currency: string, traded: readonly ReviewedTrade[]): CurrencyResult {
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
    openGross: total(open.map((trade) => trade.gross)),
    open: open.length,
  }
}

function strategiesOf(closed: readonly ReviewedTrade[], currencies: readonly string[]): StrategyResult[] {
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
      }
    }),
  )
}

function qualityOf(trades: readonly ReviewedTrade[]): Quality {
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
  }
}

function wasWinner(trade: ReviewedTrade): boolean {
  if (trade.mfe.pct !== null) return decimal(trade.mfe.pct).gte(WINNER_FROM)
  return trade.mfe.pnl !== null && decimal(trade.mfe.pnl).gt(ZERO)
}

/** The few trades of which `measure` is largest and above zero; the earlier one first where two are equal. */
function largest(trades: readonly ReviewedTrade[], measure: (trade: ReviewedTrade) => DecimalText | null): ReviewedTrade[] {
  return trades
    .map((trade) => ({ trade, size: measure(trade) }))
    .filter((one): one is { trade: ReviewedTrade; size: string } => one.size !== null && decimal(one.size).gt(ZERO))
    .sort((a, b) => decimal(b.size).cmp(a.size))
    .slice(0, TOP)
    .map((one) => one.trade)
}

/** n in percent of d; null where d is nothing. */
function share(n: Decimal, d: Decimal): DecimalText | null {
  return d.eq(ZERO) ? null : plain(quotient(n.times(HUNDRED), d))
}

function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((a, b) => a.plus(b), ZERO)
}

/** The sum of all, or null where one of them is unknown. */
function total(values: readonly (DecimalText | null)[]): DecimalText | null {
  return values.includes(null) ? null : plain(sum(values.map((value) => decimal(value ?? 0))))
}

function mean(values: readonly Decimal[]): DecimalText | null {
  return values.length === 0 ? null : plain(quotient(sum(values), decimal(values.length)))
}

function meanOfKnown(values: readonly (DecimalText | null)[]): DecimalText | null {
  return mean(values.flatMap((value) => (value === null ? [] : [decimal(value)])))
}
