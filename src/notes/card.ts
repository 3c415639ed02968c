// The day's card: a review and a language make Markdown and its pictures. Pure: the same review gives the same bytes, whoever asks and when.
// Only words and layout; every number was decided in core/review.ts and is merely rounded for the eye here.
import type { AccountReview, CurrencyResult, Lapse, Review, ReviewedAlert, ReviewedTrade, RuleReview, StrategyResult, Trailing } from '#core/review.ts'
import { SECTIONS } from '#core/reviewed-trade.ts'
import { monthOf, weekOf } from '#core/period.ts'
import { total } from '#core/tally.ts'
import type { Day } from '#core/time.ts'
import type { Mode } from '#core/trade.ts'
import { differenceView } from './difference-view.ts'
import { clockTime, duration, inR, literal, money, price, quantity, rounded, signedMoney, signedPercent, unbroken, wholePercent } from './format.ts'
import type { Note, Property } from './note.ts'
import {
  type AccountPictures,
  type Drawn,
  drawnOf,
  headline,
  type Picture,
  type PictureInput,
  reviewPictures,
  ruleName,
  sparklinePath,
  type Titled,
  tradeName,
  trajectoryPath,
} from './pictures.ts'
import { dayPath, embed, linkable, linkTo, periodPath, picturePath, type Place, PLAIN, type Subject, subjectPath, tradePath, wayTo } from './place.ts'
import { blocksOf, type Templates, wholeText } from './templates.ts'

export interface CardInput extends PictureInput {
  readonly review: Review
  /** By trade id, the day its note is named after; trades without one are not linked. */
  readonly notedOn?: ReadonlyMap<string, Day>
}

export interface Card {
  /** Of all accounts together, for whoever shows it without files. */
  readonly markdown: string
  readonly pictures: readonly Picture[]
  /** Those of whole accounts among them, for the notes that show them. */
  readonly drawn: Drawn
}

/** Gaps, and lapses of one kind, beyond this many are counted, not listed. */
const LISTED = 6

export function makeCard(input: CardInput): Card {
  const drawn = drawnOf(input.review, input)
  const pictures = [...reviewPictures(input.review, input, drawn)].map(({ path, content }) => ({ path, content }))
  return { markdown: cardText(input, drawn), pictures, drawn }
}

/** The words alone. */
export function cardText(input: CardInput, drawn: Drawn = drawnOf(input.review, input)): string {
  return wholeText(render(input, { place: PLAIN, path: `${input.review.day}.md`, notes: false }, drawn))
}

/** The card as notes: real and paper accounts apart. A quiet day makes the one note that says so. */
export function dayNotes(input: CardInput, drawn: Drawn, place: Place): readonly Note[] {
  const { review } = input
  const modes = [...new Set(review.accounts.map((account) => account.mode))]
  return notesOf(input, modes.length === 0 ? ['LIVE'] : modes, drawn, place)
}

/** For kinds of account that have nothing on the day any more. */
export function emptyDays(input: CardInput, modes: readonly Mode[], place: Place): readonly Note[] {
  const empty = modes.filter((mode) => input.review.accounts.every((account) => account.mode !== mode))
  return notesOf(input, empty, new Map(), place)
}

function notesOf(input: CardInput, modes: readonly Mode[], drawn: Drawn, place: Place): readonly Note[] {
  const { review } = input
  return modes.map((mode) => {
    const accounts = review.accounts.filter((account) => account.mode === mode)
    const path = dayPath(review.day, mode, place)
    const text = render({ ...input, review: { ...review, accounts, quiet: accounts.length === 0 } }, { place, path, notes: true }, drawn)
    return {
      path,
      id: `day:${review.day}:${mode}`,
      properties: dayProperties(review.day, mode, accounts, place),
      blocks: blocksOf(text),
      hidden: place.vault ? 'percent' : 'comment',
    }
  })
}

function dayProperties(day: Day, mode: Mode, accounts: readonly AccountReview[], place: Place): Record<string, Property> {
  const daily = place.dailyNote(day)
  const results = accounts.flatMap((account) => account.results)
  const currencies = [...new Set(results.map((result) => result.currency))]
  const sums = currencies.map((currency) => {
    const of = results.filter((result) => result.currency === currency)
    return [`review_gross_${currency.toLowerCase()}`, rounded(total(of.map((result) => result.gross)))] as const
  })
  return {
    excursion_kind: 'day',
    review_day: day,
    review_mode: mode,
    review_closed: results.reduce((sum, result) => sum + result.closed, 0),
    review_wins: results.reduce((sum, result) => sum + result.wins, 0),
    ...Object.fromEntries(sums),
    ...(daily === null ? {} : { review_daily_note: `[[${daily}]]` }),
  }
}

/** Where a text will stand. */
export interface Standing {
  readonly place: Place
  readonly path: string
  /** There are notes to link to. */
  readonly notes: boolean
}

/** How times are printed: on the exchange's clock, with the zone's name where the day had several. */
interface Clockwork {
  readonly day: string
  readonly zones: number
}

function render(input: CardInput, standing: Standing, drawn: Drawn): string {
  const { review, templates } = input
  const weekday = templates.words.weekdays[new Date(`${review.day}T00:00:00Z`).getUTCDay()] ?? ''
  const zones = new Set(review.accounts.flatMap((account) => account.trades.map((trade) => trade.timeZone)))
  const head = { day: review.day, weekday, vault: standing.place.vault, links: standing.notes ? linksOf(review, standing) : null }
  if (review.quiet) return templates.quietDay(head)
  const view = (account: AccountReview) => accountView(account, { day: review.day, zones: zones.size }, input, standing, drawn.get(account))
  return templates.day({ ...head, several: review.accounts.length > 1, zone: zones.size === 1 ? [...zones][0] : null, accounts: review.accounts.map(view) })
}

function linksOf({ day, accounts }: Review, { place, path }: Standing): string {
  const mode = accounts[0]?.mode ?? 'LIVE'
  const daily = place.dailyNote(day)
  const periods = [weekOf(day), monthOf(day)].map(({ name }) => linkTo(place, path, periodPath(name, mode, place), name))
  return [...periods, ...(daily === null ? [] : [`[[${daily}|${day}]]`])].join(' · ')
}

function accountView(account: AccountReview, clockwork: Clockwork, input: CardInput, standing: Standing, drawn: AccountPictures | undefined): object {
  const { templates } = input
  const { words } = templates
  const view = (trade: ReviewedTrade) => tradeView(trade, clockwork, input, standing)
  const worst = account.gaveBack[0]
  const labels = new Map(account.trades.map((trade) => [trade.tradeId, trade]))
  const lapses = (list: readonly Lapse[]) => ({
    listed: list.slice(0, LISTED).map((lapse) => lapseView(lapse, clockwork)),
    more: Math.max(0, list.length - LISTED),
    count: list.length,
  })
  const shown = (picture: Titled) => embed(standing.place, standing.path, picture.path, literal(picture.alt))
  return {
    account: literal(account.account),
    mode: account.mode,
    modeNote: words.modes[account.mode] || null,
    results: account.results.map((result) => resultView(result, words.bases)),
    days: (drawn?.days ?? []).map(shown),
    last: (drawn?.last ?? []).map(shown),
    trailing: account.trailing.map(trailingView),
    sections: SECTIONS.map((section) => ({
      name: section.toLowerCase(),
      title: words.sections[section],
      trades: account.trades.filter((trade) => trade.section === section).map(view),
    })).filter((section) => section.trades.length > 0),
    gaveBack: account.gaveBack.map(view),
    picture: worst === undefined ? null : embed(standing.place, standing.path, trajectoryPath(worst, clockwork.day), literal(headline(worst, templates))),
    turned: account.turned.map(view),
    noise: account.noise.map(({ trade, price: reached, at }) => ({
      ...view(trade),
      reached: price(reached),
      reachedAt: timePrinter(trade.timeZone, clockwork)(at),
    })),
    furthest: account.topMfe.length + account.topMae.length > 0,
    topMfe: account.topMfe.map(view),
    topMae: account.topMae.map(view),
    alerts: account.alerts.map((alert) => alertView(alert, labels.get(alert.tradeId), clockwork, templates)),
    rules: account.rules.map(ruleView),
    missed: lapses(account.lapses.missed),
    late: lapses(account.lapses.late),
    ignored: lapses(account.lapses.ignored),
    strategies: account.strategies.some((strategy) => strategy.strategy !== null)
      ? account.strategies.map((one) => strategyView(one, account.mode, templates, standing))
      : [],
    quality: qualityView(account, clockwork, templates),
  }
}

export function resultView(result: CurrencyResult, bases: Templates['words']['bases']): object {
  return unbroken({
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
    even: result.closed - result.wins - result.losses,
    winRate: wholePercent(result.winRate),
    expectancy: signedMoney(result.expectancy),
    averageWin: signedMoney(result.averageWin),
    averageLoss: signedMoney(result.averageLoss),
    meanR: inR(result.meanR),
    withStop: result.withStop,
    gaveBack: money(result.gaveBack),
    capture: wholePercent(result.capture),
    entryEfficiency: wholePercent(result.entryEfficiency),
    exitEfficiency: wholePercent(result.exitEfficiency),
    open: result.open,
    openGross: signedMoney(result.openGross),
  })
}

function trailingView(trailing: Trailing): object {
  return unbroken({
    currency: trailing.currency,
    days: trailing.days,
    oneDay: trailing.days === 1,
    closed: trailing.closed,
    one: trailing.closed === 1,
    grossADay: signedMoney(trailing.grossADay),
    expectancy: signedMoney(trailing.expectancy),
    winRate: wholePercent(trailing.winRate),
    capture: wholePercent(trailing.capture),
    mfe: signedPercent(trailing.meanMfePct),
    mae: signedPercent(trailing.meanMaePct),
  })
}

function tradeView(trade: ReviewedTrade, clockwork: Clockwork, { templates, notedOn }: CardInput, { place, path, notes }: Standing): object {
  const time = timePrinter(trade.timeZone, clockwork)
  const mode = path.startsWith('paper/') ? 'PAPER' : 'LIVE'
  const named = notedOn?.get(trade.tradeId)
  const label = literal(trade.label)
  const note = notes && named !== undefined ? linkTo(place, path, tradePath(tradeName(trade, named), mode), label, true) : label
  const alt = literal(headline(trade, templates))
  const spark = picturePath(place, sparklinePath(trade, clockwork.day))
  return {
    label,
    note,
    ...numbersOf(trade, time, templates),
    alt,
    sparkline: place.vault
      ? `![[${spark.replace(/^.*\//, '')}\\|160]]`
      : `[![${alt}](${wayTo(path, spark)})](${wayTo(path, picturePath(place, trajectoryPath(trade, clockwork.day)))})`,
  }
}

/** A trade's numbers for the eye; the same in a card and in its own note. */
export function numbersOf(trade: ReviewedTrade, time: (at: number | null) => string | null, { words }: Templates): Record<string, unknown> {
  const lost = trade.gaveBackPct !== null && Number(trade.gaveBackPct) > 100
  return unbroken({
    side: words.sides[trade.side],
    quantity: quantity(trade.quantity),
    partly: trade.openQuantity !== '0' && trade.openQuantity !== trade.quantity ? quantity(trade.openQuantity) : null,
    currency: trade.currency,
    opened: time(trade.openedAt),
    closedAt: time(trade.closedAt),
    entry: price(trade.entryPrice),
    exit: price(trade.exitPrice ?? trade.lastPrice),
    result: signedMoney(trade.gross),
    net: signedMoney(trade.net),
    commission: money(trade.commission),
    pct: signedPercent(trade.pct),
    r: inR(trade.r),
    mfe: signedPercent(trade.mfe.pct),
    mfeAt: time(trade.mfe.pctAt),
    mfePnl: signedMoney(trade.mfe.pnl),
    mae: signedPercent(trade.mae.pct),
    maeAt: time(trade.mae.pctAt),
    maePnl: signedMoney(trade.mae.pnl),
    drawdown: trade.drawdownPct === null ? null : (signedPercent(trade.drawdownPct)?.replace(/^[+−]/, '') ?? null),
    gaveBack: money(trade.gaveBack),
    gaveBackPct: lost ? null : wholePercent(trade.gaveBackPct),
    becameLoser: lost,
    capture: trade.capture !== null && Number(trade.capture) > 0 ? wholePercent(trade.capture) : null,
    entryEfficiency: wholePercent(trade.efficiency?.entry ?? null),
    exitEfficiency: wholePercent(trade.efficiency?.exit ?? null),
    dwell: trade.dwell === null ? null : duration(trade.dwell.ms, words.duration),
    dwellAt: trade.dwell === null ? null : `+${trade.dwell.pct} %`,
    stop: price(trade.initialStop),
    risk: money(trade.risk),
    stopMoves: trade.stopMoves.map(({ way, from, to, r, at }) =>
      unbroken({ widened: way === 'WIDENED', from: price(from), to: price(to), r: inR(r), at: time(at) }),
    ),
    liquidated:
      trade.liquidated === null
        ? null
        : unbroken({ quantity: quantity(trade.liquidated.quantity), price: price(trade.liquidated.price), at: time(trade.liquidated.at) }),
  })
}

export function alertView(alert: ReviewedAlert, trade: ReviewedTrade | undefined, clockwork: Clockwork, templates: Templates): object {
  return {
    ...unbroken({ time: timePrinter(alert.timeZone, clockwork)(alert.at), price: price(alert.price), pct: signedPercent(alert.pct) }),
    rule: literal(ruleName(alert)),
    label: literal(trade?.label ?? alert.symbol),
    side: trade === undefined ? '' : templates.words.sides[trade.side],
    verdict: templates.words.verdicts[alert.verdict],
  }
}

function ruleView({ ruleId, fired, verdicts, hitRate, missed, late, ignored }: RuleReview): object {
  const open = verdicts.NEUTRAL + verdicts.AMBIGUOUS + verdicts.CENSORED + verdicts.PENDING
  return {
    rule: literal(ruleId),
    fired,
    right: verdicts.TRUE_POSITIVE,
    wrong: verdicts.FALSE_POSITIVE,
    open,
    ...unbroken({ hitRate: wholePercent(hitRate) }),
    missed,
    late,
    ignored,
  }
}

function lapseView(lapse: Lapse, clockwork: Clockwork): object {
  return {
    ...unbroken({ time: timePrinter(lapse.timeZone, clockwork)(lapse.at) }),
    rule: literal(ruleName(lapse)),
    label: literal(lapse.label),
    before: signedMoney(lapse.resultThen),
    end: signedMoney(lapse.resultEnd),
    difference: signedMoney(lapse.difference),
    currency: lapse.currency,
  }
}

export function strategyView({ strategy: name, ...strategy }: StrategyResult, mode: Mode, { words }: Templates, { place, path, notes }: Standing): object {
  return {
    name: name === null ? words.noStrategy : notes ? subjectLink({ kind: 'strategy', name }, mode, place, path, true) : literal(name),
    closed: strategy.closed,
    wins: strategy.wins,
    currency: strategy.currency,
    basis: words.bases[strategy.net === null ? 'gross' : 'net'],
    result: signedMoney(strategy.net ?? strategy.gross),
    ...unbroken({ mfe: signedPercent(strategy.meanMfePct), mae: signedPercent(strategy.meanMaePct), r: inR(strategy.meanR) }),
  }
}

/** A link to the note of a symbol or a strategy. */
export function subjectLink(subject: Subject, mode: Mode, place: Place, from: string, cell = false): string {
  const text = literal(subject.name)
  return place.vault && !linkable(subject.name) ? text : linkTo(place, from, subjectPath(subject, mode, place), text, cell)
}

function qualityView(account: AccountReview, clockwork: Clockwork, { words }: Templates): object {
  const { quality } = account
  const zone = account.trades[0]?.timeZone ?? 'UTC'
  const time = timePrinter(zone, clockwork)
  return {
    trades: quality.trades,
    fullyCovered: quality.fullyCovered,
    coverageUnknown: quality.coverageUnknown,
    allCovered: quality.fullyCovered === quality.trades && quality.gaps.length === 0,
    lowest:
      quality.lowestCoverage === null
        ? null
        : { label: literal(quality.lowestCoverage.symbol), ...unbroken({ coverage: signedPercent(quality.lowestCoverage.coverage)?.replace('+', '') }) },
    gaps: quality.gaps.slice(0, LISTED).map((gap) => {
      const time = timePrinter(gap.timeZone, clockwork)
      return { label: literal(gap.symbol), ...unbroken({ from: time(gap.from), to: time(gap.to) }) }
    }),
    moreGaps: Math.max(0, quality.gaps.length - LISTED),
    unmarked: quality.unmarked.length === 0 ? null : [...new Set(quality.unmarked)].map(literal).join(', '),
    sampled: quality.sampled,
    commissionsUnknown: quality.commissionsUnknown,
    differences: quality.differences.slice(0, LISTED).map((difference) => ({
      label: literal(difference.symbol ?? account.account),
      ...unbroken({ since: time(difference.since), until: time(difference.until) }),
      ...differenceView(difference, words),
    })),
    moreDifferences: Math.max(0, quality.differences.length - LISTED),
    reckonedOtherwise: quality.reckonedOtherwise,
  }
}

export function timePrinter(timeZone: string, { day, zones }: Clockwork): (at: number | null) => string | null {
  return (at) => {
    const time = clockTime(at, timeZone, day)
    return time === null || zones === 1 ? time : `${time} ${timeZone}`
  }
}
