// The note of a symbol or of a strategy: what its trades made together, and the way to each of the latest. Pure.
import type { AccountSubject } from '#core/subject.ts'
import type { Mode } from '#core/trade.ts'
import { numbersOf, resultView, subjectLink, timePrinter } from './card.ts'
import { literal } from './format.ts'
import type { Note } from './note.ts'
import { tradeName } from './pictures.ts'
import { dayPath, linkTo, type Place, type Subject, subjectPath, tradePath } from './place.ts'
import { blocksOf, type Templates } from './templates.ts'

/** More are counted, not listed. */
const LISTED = 100

/** One for each kind of account: real and paper ones are never summed. */
export function subjectNotes(subject: Subject, accounts: readonly AccountSubject[], templates: Templates, place: Place): readonly Note[] {
  return notesOf(subject, accounts, [...new Set(accounts.map(({ mode }) => mode))], templates, place)
}

/** For kinds of account that have no trade of it any more. */
export function emptySubjects(subject: Subject, modes: readonly Mode[], templates: Templates, place: Place): readonly Note[] {
  return notesOf(subject, [], modes, templates, place)
}

function notesOf(subject: Subject, accounts: readonly AccountSubject[], modes: readonly Mode[], templates: Templates, place: Place): readonly Note[] {
  return modes.map((mode) => {
    const ofMode = accounts.filter((account) => account.mode === mode)
    const path = subjectPath(subject, mode, place)
    const days = ofMode.flatMap(({ trades }) => trades.map(({ openedOn }) => openedOn)).sort()
    const view = {
      vault: place.vault,
      title: literal(subject.name),
      symbol: subject.kind === 'symbol',
      none: ofMode.length === 0,
      from: days[0] ?? null,
      until: days.at(-1) === days[0] ? null : days.at(-1),
      modeNote: templates.words.modes[mode] || null,
      several: ofMode.length > 1,
      accounts: ofMode.map((account) => accountView(account, subject, path, mode, templates, place)),
    }
    const sum = (pick: (account: AccountSubject) => number) => ofMode.reduce((total, account) => total + pick(account), 0)
    return {
      path,
      id: `${subject.kind}:${subject.name}:${mode}`,
      properties: {
        excursion_kind: subject.kind,
        review_mode: mode,
        review_closed: sum(({ results }) => results.reduce((closed, result) => closed + result.closed, 0)),
        review_wins: sum(({ results }) => results.reduce((wins, result) => wins + result.wins, 0)),
      },
      blocks: blocksOf(templates.subject(view)),
      hidden: place.vault ? 'percent' : 'comment',
    }
  })
}

function accountView(account: AccountSubject, { kind }: Subject, path: string, mode: Mode, templates: Templates, place: Place): object {
  return {
    account: literal(account.account),
    mode: account.mode,
    results: account.results.map((result) => resultView(result, templates.words.bases)),
    trades: account.trades.slice(0, LISTED).map(({ openedOn, trade }) => ({
      ...numbersOf(trade, timePrinter(trade.timeZone, { day: openedOn, zones: 1 }), templates),
      day: linkTo(place, path, dayPath(openedOn, mode, place), openedOn, true),
      note: linkTo(place, path, tradePath(tradeName(trade, openedOn), mode), literal(trade.label), true),
      other:
        kind === 'strategy'
          ? subjectLink({ kind: 'symbol', name: trade.symbol }, mode, place, path, true)
          : trade.strategy === null
            ? templates.words.noStrategy
            : subjectLink({ kind: 'strategy', name: trade.strategy }, mode, place, path, true),
      open: trade.closedAt === null,
    })),
    more: Math.max(0, account.trades.length - LISTED),
  }
}
