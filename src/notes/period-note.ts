// The card of a week or a month: its days in a table, and the lists a day has, over all of them. Pure.
import type { AccountPeriod, PeriodReview } from '#core/period.ts'
import type { ReviewedTrade } from '#core/review.ts'
import type { Mode } from '#core/trade.ts'
import { numbersOf, resultView, strategyView, timePrinter } from './card.ts'
import { literal } from './format.ts'
import type { Note } from './note.ts'
import { tradeName } from './pictures.ts'
import { dayPath, linkTo, periodPath, type Place, tradePath } from './place.ts'
import { blocksOf, type Templates } from './templates.ts'

export function periodNotes(review: PeriodReview, templates: Templates, place: Place): readonly Note[] {
  return emptyPeriods(review, [...new Set(review.accounts.map((account) => account.mode))], templates, place)
}

/** For kinds of account given, also where nothing of theirs closed in the period. */
export function emptyPeriods({ period, accounts }: PeriodReview, modes: readonly Mode[], templates: Templates, place: Place): readonly Note[] {
  return modes.map((mode) => {
    const path = periodPath(period.name, mode, place)
    const ofMode = accounts.filter((account) => account.mode === mode)
    const view = {
      vault: place.vault,
      name: period.name,
      from: period.from,
      until: period.until,
      week: period.kind === 'week',
      several: ofMode.length > 1,
      none: ofMode.length === 0,
      accounts: ofMode.map((account) => accountView(account, path, mode, templates, place)),
    }
    const closed = ofMode.reduce((sum, account) => sum + account.trades.length, 0)
    return {
      path,
      id: `${period.kind}:${period.name}:${mode}`,
      properties: { excursion_kind: period.kind, review_from: period.from, review_until: period.until, review_mode: mode, review_closed: closed },
      blocks: blocksOf(templates.period(view)),
      hidden: place.vault ? 'percent' : 'comment',
    }
  })
}

function accountView(account: AccountPeriod, path: string, mode: Mode, templates: Templates, place: Place): object {
  const { words } = templates
  const view = (trade: ReviewedTrade) => {
    const label = literal(trade.label)
    return {
      ...numbersOf(trade, timePrinter(trade.timeZone, { day: trade.openedOn, zones: 1 }), templates),
      label,
      day: trade.openedOn,
      note: linkTo(place, path, tradePath(tradeName(trade, trade.openedOn), mode), label),
    }
  }
  return {
    account: literal(account.account),
    mode: account.mode,
    modeNote: words.modes[account.mode] || null,
    results: account.results.map((result) => resultView(result, words.bases)),
    days: account.days.flatMap(({ day, results }) =>
      results.map((result) => ({ day: linkTo(place, path, dayPath(day, mode, place), day, true), ...resultView(result, words.bases) })),
    ),
    gaveBack: account.gaveBack.map(view),
    turned: account.turned.slice(0, 10).map(view),
    topMfe: account.topMfe.map(view),
    topMae: account.topMae.map(view),
    strategies: account.strategies.some((strategy) => strategy.strategy !== null)
      ? account.strategies.map((one) => strategyView(one, mode, templates, { place, path, notes: true }))
      : [],
  }
}
