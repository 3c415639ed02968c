// The note of one trade: its numbers, its picture, its alerts, and the few properties its reader fills in. Pure.
import type { ReviewedTrade } from '#core/review.ts'
import type { StoredTrade } from '#core/stored.ts'
import { type Day, wallClock } from '#core/time.ts'
import { alertView, numbersOf, subjectLink, timePrinter } from './card.ts'
import { literal, rounded } from './format.ts'
import type { Note, Property } from './note.ts'
import { headline, tradeName, trajectoryPath } from './pictures.ts'
import { dayPath, embed, linkable, linkTo, type Place, type Subject, subjectPath, tradePath } from './place.ts'
import { blocksOf, type Templates } from './templates.ts'
import { isUnread, SAID_NAMES, type Said, saidProperties } from './said.ts'

export interface TradeNoteInput {
  /** As it stands at the end of what is known of it. */
  readonly trade: ReviewedTrade
  readonly row: StoredTrade
  /** The days it was opened, and last heard of: its picture is that day's. */
  readonly opened: Day
  readonly last: Day
  readonly said: Said
  /** The hash of the reader's edit that `said` was decided with; null: none was read. */
  readonly seen: string | null
  readonly templates: Templates
}

export function tradeNote({ trade, row, opened, last, said, seen, templates }: TradeNoteInput, place: Place): Note {
  const name = tradeName(trade, opened)
  const path = tradePath(name, row.mode)
  const time = timePrinter(trade.timeZone, { day: opened, zones: 1 })
  const { words } = templates
  const linked = (subject: Subject) => subjectLink(subject, row.mode, place, path)
  const days = [...new Set([opened, last])].map((day) => linkTo(place, path, dayPath(day, row.mode, place), day))
  const view = {
    vault: place.vault,
    title: literal(headline(trade, templates)),
    day: opened,
    links: [
      ...days,
      linked({ kind: 'symbol', name: trade.symbol }),
      ...(trade.strategy === null ? [] : [linked({ kind: 'strategy', name: trade.strategy })]),
    ].join(' · '),
    modeNote: words.modes[row.mode] || null,
    label: literal(trade.label),
    ...numbersOf(trade, time, templates),
    zone: trade.timeZone,
    picture: embed(place, path, trajectoryPath(trade, last), literal(headline(trade, templates))),
    alerts: trade.alerts.map((alert) => alertView(alert, trade, { day: opened, zones: 1 }, templates)),
    gaps: trade.gaps.map((gap) => ({ from: time(gap.from), to: time(gap.to) })),
    unmarked: trade.source === 'ENTRY',
    note: trade.note === null ? null : literal(trade.note),
  }
  return {
    path,
    id: row.tradeId,
    properties: properties(trade, row, opened, said, place),
    shared: { names: SAID_NAMES, theirs: (now) => isUnread(now, said, seen) },
    blocks: blocksOf(templates.trade(view)),
    hidden: place.vault ? 'percent' : 'comment',
  }
}

/** The note of a trade that a correction took away: it says so and counts in no list; whatever its reader wrote there stays. */
export function removedNote(trade: Removed, opened: Day, { words }: Templates, place: Place): Note {
  const path = tradePath(tradeName(trade, opened), trade.mode)
  return {
    path,
    id: trade.tradeId,
    properties: { excursion_kind: 'trade', trade_status: 'REMOVED', ...Object.fromEntries(NUMBERS.map((name) => [name, null])) },
    blocks: [
      { name: 'head', text: `# ${literal(trade.label)} ${words.sides[trade.side]}\n\n${linkTo(place, path, dayPath(opened, trade.mode, place), opened)}` },
      { name: 'numbers', text: `> ${words.removed}` },
    ],
    hidden: place.vault ? 'percent' : 'comment',
  }
}

type Removed = Pick<ReviewedTrade, 'tradeId' | 'symbol' | 'label' | 'side'> & Pick<StoredTrade, 'mode'>

/** Properties a list could sum up. */
const NUMBERS = ['quantity', 'entry', 'exit', 'gross', 'net', 'pct', 'r', 'mfe_pct', 'mae_pct', 'gave_back', 'capture_pct', 'alerts'].map(
  (name) => `trade_${name}`,
)

/** Flat and typed, the reader's own first. Numbers are rounded for lists; the exact ones are in the database. */
function properties(trade: ReviewedTrade, row: StoredTrade, opened: Day, said: Said, place: Place): Record<string, Property> {
  const link = (text: string) => (place.vault && linkable(text) ? `[[${text}]]` : text)
  // A property is plain text: nothing in it is Markdown, but for a link that is all of it.
  const subject = (one: Subject) => (place.vault && linkable(one.name) ? linkTo(place, '', subjectPath(one, row.mode, place), one.name) : one.name)
  const instant = (at: number | null) => {
    if (at === null) return null
    const { day, clock } = wallClock(at, trade.timeZone)
    return `${day}T${clock}`
  }
  return {
    ...saidProperties(said, (name) => subject({ kind: 'strategy', name })),
    excursion_kind: 'trade',
    trade_day: opened,
    trade_review: link(
      dayPath(opened, row.mode, place)
        .replace(/^.*\/|\.md$/g, '')
        .replace(/\.md$/, ''),
    ),
    trade_symbol: subject({ kind: 'symbol', name: trade.symbol }),
    trade_contract: trade.label,
    trade_side: trade.side,
    trade_status: row.status,
    trade_account: trade.account,
    trade_mode: row.mode,
    trade_quantity: Number(trade.quantity),
    trade_entry: rounded(trade.entryPrice, 6),
    trade_exit: rounded(trade.exitPrice, 6),
    trade_currency: trade.currency,
    trade_opened: instant(trade.openedAt),
    trade_closed: instant(trade.closedAt),
    trade_tz: trade.timeZone,
    trade_gross: rounded(trade.gross),
    trade_net: rounded(trade.net),
    trade_pct: rounded(trade.pct),
    trade_r: rounded(trade.r),
    trade_mfe_pct: rounded(trade.mfe.pct),
    trade_mae_pct: rounded(trade.mae.pct),
    trade_gave_back: rounded(trade.gaveBack),
    trade_capture_pct: rounded(trade.capture),
    trade_alerts: trade.alerts.length,
  }
}
