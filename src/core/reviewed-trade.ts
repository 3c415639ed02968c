// A trade as the review of a day tells it: how it stood at the end of that day, what of its best moment it kept, and what became of its alerts.
// Pure. Never tells what the day could not know, except the verdicts on its alerts, which settle later.
import { type DecimalText, decimal, HUNDRED, plain, quotient, ZERO } from './decimal.ts'
import type { Instrument } from './facts.ts'
import { dwellMs, walk } from './path.ts'
import { inR, riskOf } from './plan.ts'
import { endOfDay, marketDay, type TradingHours, zoneOf } from './session.ts'
import type { AlertState, StoredAlert, StoredTrade } from './stored.ts'
import { share, sum } from './tally.ts'
import type { Day, Instant } from './time.ts'
import type { Fill, Risk, Severity, StopMove, TradeSide, TrajectoryPoint } from './trade.ts'
import { judge, type Known, resultThen, type Verdict, wasIgnored } from './verdict.ts'

export const SECTIONS = ['CLOSED', 'OPENED', 'CARRIED', 'HELD'] as const
/** CLOSED that day · OPENED that day and still open at its end · CARRIED over from an earlier day · HELD for the long term. */
export type Section = (typeof SECTIONS)[number]

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
  /** Its market day: the trade's note is named after it. */
  readonly openedOn: Day
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
  /** Of a closed trade that really was in profit once (`wasInProfit`): best gross result less the final one. */
  readonly gaveBack: DecimalText | null
  /** Its share of the best result, percent. Above 100 the trade ended as a loser. */
  readonly gaveBackPct: DecimalText | null
  /** Of a closed trade: result in percent of the best result; null where that was never above zero, negative for losers. */
  readonly capture: DecimalText | null
  readonly efficiency: Efficiency | null
  /** How long it stood at or above the highest round level it reached; null where none was reached or no path is known. */
  readonly dwell: Dwell | null
  /** The largest fall from the best price while open, percent of the entry of that moment; as known for the whole trade. */
  readonly drawdownPct: DecimalText | null
  readonly strategy: string | null
  readonly tags: readonly string[]
  readonly note: string | null
  /** The first stop the day knew of; 1 R, in the instrument's currency; and how the stop was moved. */
  readonly initialStop: DecimalText | null
  readonly risk: DecimalText | null
  readonly stopMoves: readonly StopMove[]
  /** What of it the broker closed by force; null: nothing. */
  readonly liquidated: Liquidated | null
  readonly alerts: readonly ReviewedAlert[]
  readonly source: StoredTrade['provenance']['source']
  /** Percent of the trade's life. */
  readonly coverage: DecimalText | null
  readonly gaps: StoredTrade['provenance']['gaps']
}

export interface Liquidated {
  readonly quantity: DecimalText
  /** Volume-weighted. */
  readonly price: DecimalText
  /** The first of these fills. */
  readonly at: Instant
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
  /** What the price did afterwards; PENDING until that is settled. */
  readonly verdict: Verdict
  /** Gross running result when it fired, the final one (or that of the day's end), and how much better the end was. */
  readonly resultThen: DecimalText | null
  readonly resultEnd: DecimalText | null
  readonly difference: DecimalText | null
  /** No fill reduced the trade within ten minutes; null while those have not passed. */
  readonly ignored: boolean | null
}

/** How well a trade used its range: of the run-up, of the way back, of both (their sum less one). Percent. */
export interface Efficiency {
  readonly entry: DecimalText
  readonly exit: DecimalText
  readonly total: DecimalText
}

/** 'It was at +8 % or better for 4 min 12 s': a round level reached, and the time spent at or above it with prices seen. */
export interface Dwell {
  readonly pct: DecimalText
  readonly ms: number
}

/** A trade was in profit from this percentage on, or from 1 R: below both it only paid the spread, and had nothing to give back. */
const PROFIT_FROM = decimal('0.5')

/** What of the store a trade is reviewed with. */
export interface Beside {
  readonly day: Day
  readonly instrument: Instrument | undefined
  readonly points: readonly TrajectoryPoint[]
  readonly alerts: readonly StoredAlert[]
  readonly shadow: Known['shadow']
  readonly asOf: Instant | null
  /** Alerts and gaps of all its life up to the day's end; absent: only the day's own. */
  readonly life?: true
}

/** The day has something to tell of it: opened by then, and not closed, or last heard of, before. */
export function livedOn({ openedAt, closedAt, updatedAt }: Pick<StoredTrade, 'openedAt' | 'closedAt' | 'updatedAt'>, day: Day, hours: TradingHours): boolean {
  return marketDay(openedAt, hours) <= day && marketDay(closedAt ?? updatedAt, hours) >= day
}

/** The trade as the day knew it, or null where the day did not see it. */
export function reviewTrade(trade: StoredTrade, beside: Beside): ReviewedTrade | null {
  const { day, instrument, points } = beside
  const hours = instrument ?? {}
  const openedDay = marketDay(trade.openedAt, hours)
  const closedDay = trade.closedAt === null ? null : marketDay(trade.closedAt, hours)
  if (openedDay > day || (closedDay !== null && closedDay < day)) return null
  const closedToday = closedDay === day
  const end = endOfDay(day, hours)
  const section: Section = trade.held ? 'HELD' : closedToday ? 'CLOSED' : openedDay === day ? 'OPENED' : 'CARRIED'
  const state = closedToday ? finalState(trade) : stateAt(trade, end, points)
  const risk = riskBefore(trade, end)
  const gaveBack = closedToday && wasInProfit(trade) ? decimal(trade.mfe.pnl).minus(trade.grossPnl) : null
  const seen = seenOf(trade)
  const isOfDay = (at: Instant) => (beside.life ? at < end : marketDay(at, hours) === day)
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
    openedOn: openedDay,
    timeZone: zoneOf(hours),
    knownUntil: end,
    strategy: trade.strategy,
    tags: trade.tags,
    note: trade.note,
    initialStop: risk?.stop ?? null,
    risk: risk?.amount ?? null,
    stopMoves: risk === null ? [] : (trade.plan?.moves ?? []).filter(({ at }) => at < end),
    liquidated: liquidatedOf(trade.fills.filter(({ at }) => at < end)),
    ...state,
    r: state.gross === null ? null : inR(risk, state.gross),
    gaveBack: gaveBack === null ? null : plain(gaveBack),
    gaveBackPct: gaveBack === null ? null : share(gaveBack, decimal(trade.mfe.pnl)),
    capture: closedToday && decimal(trade.mfe.pnl).gt(ZERO) ? share(decimal(trade.grossPnl), decimal(trade.mfe.pnl)) : null,
    efficiency: closedToday ? efficiencyOf(trade, seen) : null,
    dwell: dwellOf(trade, state, points, closedToday ? (trade.closedAt ?? end) : end),
    drawdownPct: closedToday ? seen.drawdownPct : null,
    alerts: beside.alerts
      .filter((alert) => alert.tradeId === trade.tradeId && alert.unit === 'ORDER' && alert.state !== 'WITHDRAWN' && isOfDay(alert.at))
      .sort((a, b) => a.at - b.at || (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : a.tier - b.tier))
      .map((alert) => reviewAlert(alert, trade, state, beside)),
    source: trade.provenance.source,
    coverage: trade.provenance.coverage === null ? null : plain(decimal(trade.provenance.coverage).times(HUNDRED)),
    gaps: trade.provenance.gaps.filter((gap) => gap.from < end && (beside.life || marketDay(gap.to, hours) >= day)),
  }
}

/** What the broker's own orders closed of a trade. One that went through zero may have opened the next: that one was not liquidated. */
export function liquidatedOf(fills: readonly Fill[]): Liquidated | null {
  const forced = fills.filter(({ role, liquidation }) => role === 'EXIT' && liquidation === true)
  const [first] = forced
  if (first === undefined) return null
  const quantity = sum(forced.map((fill) => decimal(fill.quantity)))
  const value = sum(forced.map((fill) => decimal(fill.price).times(fill.quantity)))
  return { quantity: plain(quantity), price: plain(quotient(value, quantity)), at: first.at }
}

/** Whether a closed trade ever had something to give back: at least half a percent of its entry, or 1 R. */
export function wasInProfit(trade: Pick<StoredTrade, 'mfe' | 'initialStop' | 'plan'>): boolean {
  const best = decimal(trade.mfe.pnl)
  if (!best.gt(ZERO)) return false
  if (trade.mfe.pct === null || decimal(trade.mfe.pct).gte(PROFIT_FROM)) return true
  const risk = riskOf(trade)
  return risk !== null && decimal(risk.amount).gt(ZERO) && best.gte(risk.amount)
}

/**
 * How far a trade went, as far as somebody looked: where it lived and no price of it was heard, that its fills never left the entry behind says nothing
 * of what was between them.
 */
export function seenOf({ mfe, mae, drawdownPct, provenance, openedAt, closedAt }: Looked): Seen {
  if (provenance.source !== 'ENTRY' || openedAt === closedAt) return { mfe, mae, drawdownPct }
  return { mfe: farther(mfe), mae: farther(mae), drawdownPct: null }
}

type Looked = Pick<StoredTrade, 'mfe' | 'mae' | 'drawdownPct' | 'provenance' | 'openedAt' | 'closedAt'>
type Seen = Pick<ReviewedTrade, 'mfe' | 'mae' | 'drawdownPct'>

function farther({ price, at, pct, pctAt, pnl, pnlAt }: Reached): Reached {
  const moved = (value: DecimalText | null) => value !== null && !decimal(value).eq(ZERO)
  return {
    price: moved(pct) ? price : null,
    at: moved(pct) ? at : null,
    pct: moved(pct) ? pct : null,
    pctAt: moved(pct) ? pctAt : null,
    pnl: moved(pnl) ? pnl : null,
    pnlAt: moved(pnl) ? pnlAt : null,
  }
}

function efficiencyOf(trade: StoredTrade, { mfe, mae }: Seen): Efficiency | null {
  if (mfe.pnl === null || mae.pnl === null) return null
  const [up, down, result] = [decimal(trade.mfe.pnl), decimal(trade.mae.pnl), decimal(trade.grossPnl)]
  const range = up.minus(down)
  const [entry, exit, total] = [share(up, range), share(result.minus(down), range), share(result, range)]
  return entry === null || exit === null || total === null ? null : { entry, exit, total }
}

/** The highest whole percentage reached (half a percent where it is below one), and how long it was held. */
function dwellOf(trade: StoredTrade, state: State, points: readonly TrajectoryPoint[], until: Instant): Dwell | null {
  if (state.mfe.pct === null || points.length === 0) return null
  const best = Number(state.mfe.pct)
  const level = best >= 1 ? Math.floor(best) : best >= 0.5 ? 0.5 : null
  if (level === null) return null
  const steps = walk(
    trade,
    points.filter((point) => point.at <= until),
  )
  return { pct: String(level), ms: dwellMs(steps, level, trade.provenance.gaps, until) }
}

function reviewAlert(alert: StoredAlert, trade: StoredTrade, state: State, { instrument, points, shadow, asOf }: Beside): ReviewedAlert {
  const { ruleId, tier, tradeId, symbol, at, price, pct, severity, message } = alert
  const hours = instrument ?? {}
  const then = resultThen(trade, at, price)
  return {
    ruleId,
    tier,
    tradeId,
    symbol,
    at,
    timeZone: zoneOf(hours),
    price,
    pct,
    severity,
    state: alert.state,
    message,
    verdict: judge(alert, trade, { points, shadow, hours, asOf }),
    resultThen: then,
    resultEnd: state.gross,
    difference: state.gross === null ? null : plain(decimal(state.gross).minus(then)),
    ignored: wasIgnored(at, trade, asOf),
  }
}

type State = Pick<
  ReviewedTrade,
  'quantity' | 'openQuantity' | 'entryPrice' | 'exitPrice' | 'lastPrice' | 'closedAt' | 'gross' | 'net' | 'commission' | 'pct' | 'mfe' | 'mae'
>

function finalState(trade: StoredTrade): State {
  const { quantity, openQuantity, entryPrice, exitPrice, lastPrice, closedAt, commission } = trade
  const { mfe, mae } = seenOf(trade)
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
    mfe: reachedBefore(seenOf(trade).mfe, end, reachedOn(trade, 'mfe', fills, points, end)),
    mae: reachedBefore(seenOf(trade).mae, end, reachedOn(trade, 'mae', fills, points, end)),
  }
}

/** An extreme first reached before `end` was the extreme at `end`; of one reached later the day's own is what its path says. */
function reachedBefore(excursion: Reached, end: Instant, own: Reached): Reached {
  const before = (at: Instant | null) => at !== null && at < end
  const [price, pct, pnl] = [before(excursion.at) ? excursion : own, before(excursion.pctAt) ? excursion : own, before(excursion.pnlAt) ? excursion : own]
  return { price: price.price, at: price.at, pct: pct.pct, pctAt: pct.pctAt, pnl: pnl.pnl, pnlAt: pnl.pnlAt }
}

const NOWHERE: Reached = { price: null, at: null, pct: null, pctAt: null, pnl: null, pnlAt: null }

/** An extreme by the path alone. It is one of price: of percentages only where one price was paid for everything, of money only where nothing came or went. */
function reachedOn(trade: StoredTrade, side: 'mfe' | 'mae', fills: readonly Fill[], points: readonly TrajectoryPoint[], end: Instant): Reached {
  const level = points.findLast((point) => point.at < end)?.[side]
  const at = points.find((point) => point[side] === level)?.at ?? null
  if (level === undefined || at === null || trade.provenance.source === 'ENTRY') return NOWHERE
  const price = plain(decimal(level))
  const entries = fills.filter((fill) => fill.role === 'ENTRY')
  const [entry] = entries
  if (entry === undefined || entries.some((fill) => !decimal(fill.price).eq(entry.price))) return { ...NOWHERE, price, at }
  const moved = decimal(level)
    .minus(entry.price)
    .times(trade.side === 'LONG' ? 1 : -1)
  const pct = share(moved, decimal(entry.price).abs())
  const pnl = fills.length === 1 ? plain(moved.times(entry.quantity).times(trade.multiplier)) : null
  return { price, at, pct, pctAt: pct === null ? null : at, pnl, pnlAt: pnl === null ? null : at }
}

/** A risk frozen after the day is not the day's to tell. */
function riskBefore(trade: StoredTrade, end: Instant): Risk | null {
  const risk = riskOf(trade)
  return risk !== null && risk.frozenAt < end ? risk : null
}
