// The day's card: read from the store, reviewed by the core, put into words and pictures, stored, written to the notes folder.
// Safe to run twice: from the same rows come the same bytes, and equal bytes are not written again.
import { join } from 'node:path'
import { type Review, type ReviewInput, reviewDay } from '#core/review.ts'
import type { Day } from '#core/time.ts'
import { makeCard, type NoteFile } from '#notes/card.ts'
import type { Templates } from '#notes/templates.ts'
import { type Written, writeNotes } from '#notes/vault.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { instruments } from '#store/facts.ts'
import { saveReview } from '#store/reviews.ts'
import { tradesOf, trajectoriesOf } from '#store/trades.ts'

export interface ReviewRoom {
  readonly db: Database
  readonly templates: Templates
  /** Where cards are written; null: only stored. */
  readonly notesDir: string | null
}

export interface MadeReview {
  readonly day: Day
  readonly review: Review
  readonly markdown: string
  readonly pictures: readonly NoteFile[]
  /** The card's file, absolute; null where no folder is configured or the name was refused. */
  readonly path: string | null
  readonly files: readonly Written[]
}

const DAY_MS = 86_400_000

export async function makeReview(room: ReviewRoom, day: Day): Promise<MadeReview> {
  const { db, templates, notesDir } = room
  const input = await readDay(db, day)
  const { trajectories } = input
  const fills = new Map(input.trades.map((trade) => [trade.tradeId, trade.fills]))
  const review = reviewDay(input)
  const card = makeCard({ review, trajectories, fills, templates })
  // Pictures first: a note never links to one that is not there yet.
  const files = notesDir === null ? [] : await writeNotes(notesDir, [...card.pictures, card.note])
  const noteRefused = files.some((file) => file.path === card.note.path && file.outcome === 'refused')
  const path = notesDir === null || noteRefused ? null : join(notesDir, card.note.path)
  await saveReview(db, { day, account: null, body: review, card: card.markdown, path })
  // Whoever asks for one account gets a review of that account alone.
  for (const account of new Set(review.accounts.map((one) => one.account))) {
    const alone = reviewDay({ ...input, account })
    await saveReview(db, { day, account, body: alone, card: makeCard({ review: alone, trajectories, fills, templates }).markdown, path: null })
  }
  return { day, review, markdown: card.markdown, pictures: card.pictures, path, files }
}

/** All that a day's review is made of, as it stands in the store. */
export async function readDay(db: Database, day: Day): Promise<ReviewInput> {
  const trades = await tradesAround(db, day)
  const ids = trades.map((trade) => trade.tradeId)
  const [alerts, trajectories, known] = await Promise.all([alertsOfTrades(db, ids), trajectoriesOf(db, ids), instruments(db)])
  return { day, trades, alerts: [...alerts.values()].flat(), instruments: known, trajectories }
}

/** Every trade a day could have seen, and some of its neighbours': which ones it did is told by each contract's own hours. */
async function tradesAround(db: Database, day: Day) {
  const start = Date.parse(`${day}T00:00:00Z`) - 2 * DAY_MS
  const until = Date.parse(`${day}T00:00:00Z`) + 3 * DAY_MS
  const [closed, open] = await Promise.all([
    tradesOf(db, { unit: 'ORDER', status: 'CLOSED', openedUntil: until, closedFrom: start }),
    tradesOf(db, { unit: 'ORDER', status: 'OPEN', openedUntil: until }),
  ])
  return [...closed, ...open]
}
