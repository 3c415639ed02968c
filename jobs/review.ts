// The day's card: read from the store, reviewed by the core, put into words and pictures, stored, written to the notes folder.
// Safe to run twice: from the same rows come the same bytes, and equal bytes are not written again.
import { join } from 'node:path'
import type { ColourCustom } from '#charts/palette.ts'
import { pngBeside } from '#charts/png.ts'
import { monthOf, type Period, reviewPeriod, weekOf } from '#core/period.ts'
import { type Review, type ReviewInput, reviewDay } from '#core/review.ts'
import { reviewTrade } from '#core/reviewed-trade.ts'
import { reviewSubject } from '#core/subject.ts'
import { addDays, marketDay } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Day } from '#core/time.ts'
import type { Mode } from '#core/trade.ts'
import { type CardInput, cardText, dayNotes, emptyDays, makeCard } from '#notes/card.ts'
import type { Note } from '#notes/note.ts'
import { emptyPeriods, periodNotes } from '#notes/period-note.ts'
import { type Picture, tradeName } from '#notes/pictures.ts'
import { dayPath, type PictureKind, picturePath, type Place, PLAIN, placeOf, type Subject, tradePath } from '#notes/place.ts'
import { saidOf } from '#notes/said.ts'
import { emptySubjects, subjectNotes } from '#notes/subject-note.ts'
import { ownTemplates, readBase, type Templates } from '#notes/templates.ts'
import { removedNote, tradeNote } from '#notes/trade-note.ts'
import { createOnce, keepNotes, keepThere, type NoteFile, openShelf, type Shelf, type Written, writeNotes } from '#notes/vault.ts'
import type { Database } from '#store/db.ts'
import { instruments } from '#store/facts.ts'
import { dropReviewsBut, reviewOf, saveReview } from '#store/reviews.ts'
import { tradesOf } from '#store/trades.ts'
import { readDay } from './day.ts'
import { goneOf, leftOf, subjectsOf } from './left.ts'
import { readBack } from './read-back.ts'

export interface ReviewRoom {
  readonly db: Database
  readonly templates: Templates
  /** Where cards are written; null: only stored. */
  readonly notesDir: string | null
  /** Western where none are given. */
  readonly colours?: ColourCustom
  /** How pictures are written into the notes folder; SVG where nothing is said. */
  readonly pictures?: PictureKind
  /** Told of a note that could not be read or written. */
  log?(line: string): void
}

export interface MadeReview {
  readonly day: Day
  readonly review: Review
  readonly markdown: string
  readonly pictures: readonly NoteFile[]
  /** The card's file, absolute; null where no folder is configured or the name was refused. */
  readonly path: string | null
  readonly files: readonly Written[]
  /** Earlier days whose verdicts settled with this one: a trade of theirs closed today. Their cards want to be made again. */
  readonly settled: readonly Day[]
  /** Symbols and strategies whose notes tell something else now, and kinds of account that may have left them. */
  readonly subjects: readonly Subject[]
  readonly left: readonly Mode[]
}

/** What many days have in common: where notes lie and how they are worded. */
export interface Desk {
  readonly shelf: Shelf
  readonly place: Place
  readonly templates: Templates
}

export async function openDesk({ notesDir, templates, pictures }: ReviewRoom): Promise<Desk | null> {
  return notesDir === null ? null : { shelf: openShelf(notesDir), place: await placeOf(notesDir, pictures), templates: await ownTemplates(notesDir, templates) }
}

/** The card of a day, with the week's and the month's; `desk` where several days are made in a row, whose periods are then made once at the end. */
export async function makeReview(room: ReviewRoom, day: Day, desk?: Desk | null): Promise<MadeReview> {
  const { db } = room
  const own = desk === undefined ? await openDesk(room) : desk
  const templates = own?.templates ?? room.templates
  const seen = own === null ? new Map<string, string>() : await readNotesOf(room, own, day, desk !== undefined)
  const input = await readDay(db, day)
  const review = reviewDay(input)
  // Without notes none has to be made again.
  const left = own === null ? [] : leftOf(await reviewOf(db, day, null), review)
  const subjects = subjectsOf([...review.accounts.flatMap((account) => account.trades), ...left])
  const made = cardOf(room, input, review, templates)
  const card = makeCard(made)
  const planned = dayPath(day, review.accounts[0]?.mode ?? 'LIVE', own?.place ?? PLAIN)
  const path = room.notesDir === null ? null : join(room.notesDir, planned)
  // Stored before it is written: a full disk or a folder that is away costs the note, not the review.
  await saveReview(db, { day, account: null, body: left.length === 0 ? review : { ...review, left }, card: card.markdown, path })
  // Whoever asks for one account gets a review of that account alone.
  const accounts = new Set(review.accounts.map((one) => one.account))
  for (const account of accounts) {
    const alone = { ...review, account, accounts: review.accounts.filter((one) => one.account === account) }
    const text = accounts.size === 1 ? card.markdown : cardText({ ...made, review: alone }, card.drawn)
    await saveReview(db, { day, account, body: alone, card: text, path: null })
  }
  await dropReviewsBut(db, day, [...accounts])
  if (own === null)
    return { day, review, markdown: card.markdown, pictures: card.pictures, path: null, files: [], settled: settledBy(input), subjects, left: [] }
  // Pictures first: a note never links to one that is not there yet.
  const pictures = await writeNotes(own.shelf.root, await drawnFor(own.place, card.pictures))
  const modes = [...new Set(left.map(({ mode }) => mode))]
  const told = await keepNotes(own.shelf, [...tradeNotes(made, input, own.place, seen), ...dayNotes(made, card.drawn, own.place)])
  const removed = (await goneOf(db, left)).map((trade) => removedNote(trade, openedOn(trade, made), own.templates, own.place))
  const notes = [...(await keepThere(own.shelf, [...removed, ...emptyDays(made, modes, own.place)])), ...told]
  const periods =
    desk === undefined ? [...(await writePeriods(room, own, [weekOf(day), monthOf(day)], modes)), ...(await writeSubjects(room, own, subjects, modes))] : []
  const files = [...pictures, ...notes, ...periods]
  if (own.place.vault) files.push(await createOnce(own.shelf, { path: 'Trades.base', content: await readBase() }))
  if (left.length > 0) await saveReview(db, { day, account: null, body: review, card: card.markdown, path })
  const written = notes.at(-1)
  return {
    day,
    review,
    markdown: card.markdown,
    pictures: card.pictures,
    path: written?.outcome === 'refused' ? null : join(own.shelf.root, written?.path ?? planned),
    files,
    settled: settledBy(input),
    subjects,
    left: modes,
  }
}

function settledBy({ day, trades, alerts, instruments }: ReviewInput): readonly Day[] {
  const hours = new Map(instruments.map((instrument) => [instrument.conId, instrument]))
  const dayOf = (at: number, conId: number) => marketDay(at, hours.get(conId) ?? {})
  const closed = new Set(trades.filter((trade) => trade.closedAt !== null && dayOf(trade.closedAt, trade.conId) === day).map((trade) => trade.tradeId))
  const days = alerts.filter((alert) => closed.has(alert.tradeId)).map((alert) => dayOf(alert.at, alert.conId))
  return [...new Set(days)].filter((other) => other < day).sort()
}

function cardOf({ colours = 'western' }: ReviewRoom, input: ReviewInput, review: Review, templates: Templates): CardInput {
  const instruments = new Map(input.instruments.map((instrument) => [instrument.conId, instrument]))
  return {
    review,
    day: input.day,
    trades: new Map(input.trades.map((trade) => [trade.tradeId, trade])),
    trajectories: input.trajectories,
    shadows: input.shadows ?? new Map(),
    instruments,
    rules: input.rules ?? [],
    history: input.history ?? [],
    templates,
    colours,
    notedOn: new Map(input.trades.map((trade) => [trade.tradeId, openedOn(trade, { instruments })])),
  }
}

function openedOn({ openedAt, conId }: Pick<StoredTrade, 'openedAt' | 'conId'>, { instruments }: Pick<CardInput, 'instruments'>): Day {
  return marketDay(openedAt, instruments.get(conId) ?? {})
}

/** A note for each trade of the day, as it stands at the end of what is known of it: making an old day again does not turn it back. */
function tradeNotes(
  { review, instruments, trajectories, shadows, templates, trades }: CardInput,
  input: ReviewInput,
  place: Place,
  seen: ReadonlyMap<string, string>,
): Note[] {
  const ids = review.accounts.flatMap((account) => account.trades.map((trade) => trade.tradeId))
  return ids.flatMap((id) => {
    const row = trades.get(id)
    if (row === undefined) return []
    const instrument = instruments.get(row.conId)
    const [opened, last] = [marketDay(row.openedAt, instrument ?? {}), marketDay(row.closedAt ?? row.updatedAt, instrument ?? {})]
    const trade = reviewTrade(row, {
      day: last,
      instrument,
      points: trajectories.get(id) ?? [],
      alerts: input.alerts.filter((alert) => alert.tradeId === id),
      shadow: shadows.get(id) ?? [],
      asOf: input.asOf ?? null,
      life: true,
    })
    // The picture of its last day is made with that day's card; until then the one of this day stands in.
    return trade === null
      ? []
      : [tradeNote({ trade, row, opened, last: last <= review.day ? last : review.day, said: saidOf(row), seen: seen.get(id) ?? null, templates }, place)]
  })
}

/** How far back a note is looked at again: what is filled in at the weekend, or the week after, is read with the next card. */
const READ_BACK_DAYS = 14

/** Reads what their reader wrote into the notes of trades: of all that closed lately or are open, and where each day gets its turn, of the day's own. */
async function readNotesOf({ db, log = () => {} }: ReviewRoom, { shelf }: Desk, day: Day, inTurn: boolean): Promise<ReadonlyMap<string, string>> {
  const openedUntil = Date.parse(addDays(day, 2))
  const [closed, open, known] = await Promise.all([
    tradesOf(db, { unit: 'ORDER', status: 'CLOSED', openedUntil, closedFrom: Date.parse(addDays(day, inTurn ? -2 : -READ_BACK_DAYS)) }),
    tradesOf(db, { unit: 'ORDER', status: 'OPEN', openedUntil }),
    instruments(db),
  ])
  const hours = new Map(known.map((instrument) => [instrument.conId, instrument]))
  const notes = [...closed, ...open].map((trade) => ({
    trade,
    id: trade.tradeId,
    path: tradePath(tradeName(trade, openedOn(trade, { instruments: hours })), trade.mode),
  }))
  try {
    return await readBack(db, shelf, notes, log)
  } catch (error) {
    // A folder that cannot be read keeps nobody from the review; writing into it says what is wrong and is tried again.
    log(`notes: ${error instanceof Error ? error.message : String(error)}; what was written into them is read the next time`)
    return new Map()
  }
}

/** The notes of symbols and strategies: all their trades, whenever they were. `left`: kinds of account whose trades may have left them. */
export async function writeSubjects(
  { db }: ReviewRoom,
  { shelf, place, templates }: Desk,
  subjects: readonly Subject[],
  left: readonly Mode[] = [],
): Promise<Written[]> {
  const written: Written[] = []
  const known = await instruments(db)
  for (const subject of subjects) {
    const trades = await tradesOf(db, { unit: 'ORDER', ...(subject.kind === 'symbol' ? { symbols: [subject.name] } : { strategies: [subject.name] }) })
    const accounts = reviewSubject(trades, known)
    written.push(...(await keepNotes(shelf, subjectNotes(subject, accounts, templates, place))))
    written.push(...(await keepThere(shelf, emptySubjects(subject, without(accounts, left), templates, place))))
  }
  return written
}

/** Of the kinds of account those that have nothing here any more. */
function without(accounts: readonly { readonly mode: Mode }[], modes: readonly Mode[]): readonly Mode[] {
  return modes.filter((mode) => accounts.every((account) => account.mode !== mode))
}

/** Pictures as the folder wants them. */
async function drawnFor(place: Place, pictures: readonly Picture[]): Promise<readonly NoteFile[]> {
  if (place.pictures === 'svg') return pictures
  const drawn: NoteFile[] = []
  for (const { path, content } of pictures) drawn.push({ path: picturePath(place, path), content: await pngBeside(content) })
  return drawn
}

/** The cards of weeks and months, from the trades that closed in them. */
export async function writePeriods(
  { db }: ReviewRoom,
  { shelf, place, templates }: Desk,
  periods: readonly Period[],
  left: readonly Mode[] = [],
): Promise<Written[]> {
  const written: Written[] = []
  for (const period of periods) {
    const trades: readonly StoredTrade[] = await tradesOf(db, {
      unit: 'ORDER',
      status: 'CLOSED',
      closedFrom: Date.parse(addDays(period.from, -1)),
      closedUntil: Date.parse(addDays(period.until, 2)),
    })
    const reviewed = reviewPeriod(period, trades, await instruments(db))
    written.push(...(await keepNotes(shelf, periodNotes(reviewed, templates, place))))
    written.push(...(await keepThere(shelf, emptyPeriods(reviewed, without(reviewed.accounts, left), templates, place))))
  }
  return written
}
