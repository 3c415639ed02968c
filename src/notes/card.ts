// The day's card: a review and a language make Markdown and its pictures. Pure: the same review gives the same bytes, whoever asks and when.
// Only words and layout; every number was decided in core/review.ts and is merely rounded for the eye here.
import { createHash } from 'node:crypto'
import { sparkline } from '#charts/sparkline.ts'
import { type TrajectoryPicture, trajectory } from '#charts/trajectory.ts'
import type { AccountReview, CurrencyResult, Review, ReviewedAlert, ReviewedTrade, StrategyResult } from '#core/review.ts'
import { SECTIONS } from '#core/reviewed-trade.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { clockTime, inR, literal, money, price, quantity, signedMoney, signedPercent, wholePercent } from './format.ts'
import type { Templates } from './templates.ts'

export interface CardInput {
  readonly review: Review
  /** By trade id. */
  readonly trajectories: ReadonlyMap<string, readonly TrajectoryPoint[]>
  /** The fills to be drawn, by trade id. */
  readonly fills: ReadonlyMap<string, StoredTrade['fills']>
  readonly templates: Templates
}

export interface NoteFile {
  /** Relative to the notes folder, with forward slashes. */
  readonly path: string
  readonly content: string
}

export interface Card {
  readonly markdown: string
  readonly note: NoteFile
  readonly pictures: readonly NoteFile[]
}

/** Folder of the pictures, beside the note. */
const CHARTS = '_charts'
/** Gaps beyond this many are counted, not listed. */
const GAPS_LISTED = 6

export function makeCard(input: CardInput): Card {
  const { review, templates } = input
  const weekday = templates.words.weekdays[new Date(`${review.day}T00:00:00Z`).getUTCDay()] ?? ''
  const head = { day: review.day, weekday }
  const markdown = review.quiet ? templates.quietDay(head) : templates.day({ ...head, ...dayView(review, templates) })
  const pictures = review.accounts.flatMap((account) => account.trades.flatMap((trade) => picturesOf(trade, input)))
  return { markdown, note: { path: `${review.day}.md`, content: markdown }, pictures }
}

/** How times are printed: on the exchange's clock, with the zone's name where the day had several. */
interface Clockwork {
  readonly day: string
  readonly zones: number
}

function dayView(review: Review, templates: Templates): object {
  const zones = new Set(review.accounts.flatMap((account) => account.trades.map((trade) => trade.timeZone)))
  const clockwork = { day: review.day, zones: zones.size }
  return {
    several: review.accounts.length > 1,
    zone: zones.size === 1 ? [...zones][0] : null,
    accounts: review.accounts.map((account) => accountView(account, clockwork, templates)),
  }
}

function accountView(account: AccountReview, clockwork: Clockwork, templates: Templates): object {
  const { words } = templates
  const view = (trade: ReviewedTrade) => tradeView(trade, clockwork, templates)
  const worst = account.gaveBack[0]
  const labels = new Map(account.trades.map((trade) => [trade.tradeId, trade]))
  return {
    account: literal(account.account),
    mode: account.mode,
    modeNote: words.modes[account.mode] || null,
    results: account.results.map((result) => resultView(result, words.bases)),
    sections: SECTIONS.map((section) => ({
      title: words.sections[section],
      trades: account.trades.filter((trade) => trade.section === section).map(view),
    })).filter((section) => section.trades.length > 0),
    gaveBack: account.gaveBack.map(view),
    picture: worst === undefined ? null : { alt: literal(headline(worst, templates)), path: picturePath(worst, clockwork.day) },
    turned: account.turned.map(view),
    furthest: account.topMfe.length + account.topMae.length > 0,
    topMfe: account.topMfe.map(view),
    topMae: account.topMae.map(view),
    alerts: account.alerts.map((alert) => alertView(alert, labels.get(alert.tradeId), clockwork, templates)),
    strategies: account.strategies.some((strategy) => strategy.strategy !== null)
      ? account.strategies.map((strategy) => strategyView(strategy, templates))
      : [],
    quality: qualityView(account, clockwork),
  }
}

function resultView(result: CurrencyResult, bases: Templates['words']['bases']): object {
  return {
    currency: result.currency,
    basis: bases[result.basis],
    headline: signedMoney(result.basis === 'net' ? result.net : result.gross),
    closed: result.closed,
    one: result.closed === 1,
    gross: signedMoney(result.gross),
    net: signedMoney(result.net),
    commission: money(result.commission),
    commissionsUnknown: result.commissionsUnknown,
    wins: result.wins,
    losses: result.losses,
    winRate: wholePercent(result.winRate),
    expectancy: signedMoney(result.expectancy),
    averageWin: signedMoney(result.averageWin),
    averageLoss: signedMoney(result.averageLoss),
    meanR: inR(result.meanR),
    withStop: result.withStop,
    gaveBack: money(result.gaveBack),
    open: result.open,
    openGross: signedMoney(result.openGross),
  }
}

function tradeView(trade: ReviewedTrade, clockwork: Clockwork, templates: Templates): object {
  const time = timePrinter(trade.timeZone, clockwork)
  return {
    label: literal(trade.label),
    side: templates.words.sides[trade.side],
    quantity: quantity(trade.quantity),
    partly: trade.openQuantity !== '0' && trade.openQuantity !== trade.quantity ? quantity(trade.openQuantity) : null,
    currency: trade.currency,
    opened: time(trade.openedAt),
    closedAt: time(trade.closedAt),
    entry: price(trade.entryPrice),
    exit: price(trade.exitPrice ?? trade.lastPrice),
    result: signedMoney(trade.gross),
    pct: signedPercent(trade.pct),
    r: inR(trade.r),
    mfe: signedPercent(trade.mfe.pct),
    mfeAt: time(trade.mfe.pctAt),
    mae: signedPercent(trade.mae.pct),
    maeAt: time(trade.mae.pctAt),
    gaveBack: money(trade.gaveBack),
    gaveBackPct: wholePercent(trade.gaveBackPct),
    alt: literal(headline(trade, templates)),
    sparkline: sparklinePath(trade, clockwork.day),
    picture: picturePath(trade, clockwork.day),
  }
}

function alertView(alert: ReviewedAlert, trade: ReviewedTrade | undefined, clockwork: Clockwork, templates: Templates): object {
  return {
    time: timePrinter(alert.timeZone, clockwork)(alert.at),
    rule: literal(ruleName(alert)),
    state: templates.words.states[alert.state] || null,
    label: literal(trade?.label ?? alert.symbol),
    side: trade === undefined ? '' : templates.words.sides[trade.side],
    price: price(alert.price),
    pct: signedPercent(alert.pct),
  }
}

function strategyView(strategy: StrategyResult, templates: Templates): object {
  return {
    name: strategy.strategy === null ? templates.words.noStrategy : literal(strategy.strategy),
    closed: strategy.closed,
    wins: strategy.wins,
    currency: strategy.currency,
    basis: templates.words.bases[strategy.net === null ? 'gross' : 'net'],
    result: signedMoney(strategy.net ?? strategy.gross),
    mfe: signedPercent(strategy.meanMfePct),
    mae: signedPercent(strategy.meanMaePct),
  }
}

function qualityView(account: AccountReview, clockwork: Clockwork): object {
  const { quality } = account
  return {
    trades: quality.trades,
    fullyCovered: quality.fullyCovered,
    coverageUnknown: quality.coverageUnknown,
    allCovered: quality.fullyCovered === quality.trades && quality.gaps.length === 0,
    lowest:
      quality.lowestCoverage === null
        ? null
        : { label: literal(quality.lowestCoverage.symbol), coverage: signedPercent(quality.lowestCoverage.coverage)?.replace('+', '') },
    gaps: quality.gaps.slice(0, GAPS_LISTED).map((gap) => {
      const time = timePrinter(gap.timeZone, clockwork)
      return { label: literal(gap.symbol), from: time(gap.from), to: time(gap.to) }
    }),
    moreGaps: Math.max(0, quality.gaps.length - GAPS_LISTED),
    unmarked: quality.unmarked.length === 0 ? null : [...new Set(quality.unmarked)].map(literal).join(', '),
    sampled: quality.sampled,
    commissionsUnknown: quality.commissionsUnknown,
  }
}

function picturesOf(trade: ReviewedTrade, input: CardInput): NoteFile[] {
  const { review, templates } = input
  const points = pointsOfDay(input.trajectories.get(trade.tradeId) ?? [], trade)
  const title = headline(trade, templates)
  const entry = Number(trade.entryPrice)
  const { words } = templates
  const time = timePrinter(trade.timeZone, { day: review.day, zones: 1 })
  const extreme = (reached: ReviewedTrade['mfe']) => (reached.pct === null ? words.unknown : `${signedPercent(reached.pct)} ${words.at} ${time(reached.pctAt)}`)
  const picture: TrajectoryPicture = {
    title: `${trade.label} ${words.sides[trade.side]} ${quantity(trade.quantity)}`,
    subtitle: `${review.day}, ${words.result} ${signedMoney(trade.gross) ?? words.unknown} ${trade.currency} (${signedPercent(trade.pct) ?? words.unknown})`,
    side: trade.side,
    currency: trade.currency,
    timeZone: trade.timeZone,
    entry,
    stop: trade.initialStop === null ? null : Number(trade.initialStop),
    openedAt: trade.openedAt,
    closedAt: trade.closedAt,
    points,
    gaps: trade.gaps,
    fills: (input.fills.get(trade.tradeId) ?? [])
      .filter((fill) => fill.at < trade.knownUntil)
      .map((fill) => ({ at: fill.at, price: Number(fill.price), side: fill.side, role: fill.role })),
    alerts: trade.alerts.map((alert) => ({ at: alert.at, price: Number(alert.price), label: `${ruleName(alert)} ${time(alert.at)}` })),
    mfeLabel: extreme(trade.mfe),
    maeLabel: extreme(trade.mae),
    words: words.chart,
  }
  return [
    { path: sparklinePath(trade, review.day), content: sparkline(points, { entry, side: trade.side, title, gaps: trade.gaps }) },
    { path: picturePath(trade, review.day), content: trajectory(picture) },
  ]
}

/** The points the day could know: what happened to a trade later is not drawn. */
function pointsOfDay(points: readonly TrajectoryPoint[], trade: ReviewedTrade): readonly TrajectoryPoint[] {
  return points.filter((point) => point.at < trade.knownUntil)
}

function headline(trade: ReviewedTrade, { words }: Templates): string {
  return `${trade.label} ${words.sides[trade.side]} ${quantity(trade.quantity)}: ${signedPercent(trade.pct) ?? words.unknown}`
}

/** 'scale-out 2' for the second tier of a rule. */
function ruleName(alert: Pick<ReviewedAlert, 'ruleId' | 'tier'>): string {
  return alert.tier === 0 ? alert.ruleId : `${alert.ruleId} ${alert.tier + 1}`
}

function timePrinter(timeZone: string, { day, zones }: Clockwork): (at: number | null) => string | null {
  return (at) => {
    const time = clockTime(at, timeZone, day)
    return time === null || zones === 1 ? time : `${time} ${timeZone}`
  }
}

function sparklinePath(trade: ReviewedTrade, day: string): string {
  return `${CHARTS}/${pictureName(trade, day)}.svg`
}

function picturePath(trade: ReviewedTrade, day: string): string {
  return `${CHARTS}/${pictureName(trade, day)}-path.svg`
}

/** Unique in a whole vault and safe on every file system: the day, the symbol's plain letters, a hash of the trade's id. */
function pictureName(trade: ReviewedTrade, day: string): string {
  const symbol = trade.symbol.replace(/[^A-Za-z0-9]+/g, '').slice(0, 20)
  const id = createHash('sha256').update(trade.tradeId).digest('hex').slice(0, 10)
  return [day, symbol, id].filter((part) => part !== '').join('-')
}
