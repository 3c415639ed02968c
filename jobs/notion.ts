// A day and its trades to Notion, page after page, each on its own: one that Notion refuses does not hold up the others.
// Safe to run twice: what did not change is not sent. Says by what it throws how to go on: wait, try again, or leave it to a person.
import { reviewDay } from '#core/review.ts'
import { reviewTrade } from '#core/reviewed-trade.ts'
import type { Day } from '#core/time.ts'
import { type Desk, NotYetKnown, type PageOutcome, writePage } from '#notes/notion.ts'
import { type Notion, openNotion, sayTrouble, troubleOf } from '#notes/notion-client.ts'
import { dayKey, dayPage, type PageDraft, removedPage, TRADE_KEY, tradeKey, tradePage } from '#notes/notion-page.ts'
import type { PageStyle } from '#notes/notion-style.ts'
import { tradePicture } from '#notes/notion-picture.ts'
import { readSource, type SetSource } from '#notes/notion-setup.ts'
import { saidOf } from '#notes/said.ts'
import type { Clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { NotionRefused } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { notionPageOf, notionPagesOf, notionSourcesOf, saveNotionPage, type StoredPage, withNotionLock } from '#store/notion-pages.ts'
import { reviewOf } from '#store/reviews.ts'
import { tradeIdsOf } from '#store/trades.ts'
import { readDay } from './day.ts'
import { readPages } from './notion-read-back.ts'

export interface NotionRoom {
  readonly db: Database
  readonly notion: Notion
  readonly style: PageStyle
  readonly clock: Clock
  readonly settleMs?: number
  readonly pictures?: Desk['pictures']
  log(line: string): void
}

/** The room as the configuration wants it; null: nothing goes to Notion. */
export function notionRoomOf(
  { notion: { token, parent, baseUrl }, language, privacy, colours, accountAliases }: Config,
  { db, words, clock, log }: Pick<NotionRoom, 'db' | 'clock' | 'log'> & Pick<PageStyle, 'words'>,
): NotionRoom | null {
  if (token === null || parent === null) return null
  return { db, notion: openNotion({ token, baseUrl, clock }), style: { language, words, privacy, colours, aliases: accountAliases }, clock, log }
}

export interface SentDay {
  readonly day: Day
  readonly pages: Readonly<Record<PageOutcome, number>>
}

/** What an error of `sendDay` calls for. */
export type HowToGoOn = { readonly kind: 'wait'; readonly ms: number } | { readonly kind: 'again' } | { readonly kind: 'never' }

/** Sends a day; where its review was made anew meanwhile, once more. One process at a time writes to Notion. */
export async function sendDay(room: NotionRoom, day: Day): Promise<SentDay> {
  return withNotionLock(room.db, async () => {
    for (;;) {
      const reviewedAt = (await reviewOf(room.db, day, null))?.updatedAt
      const sent = await sendOnce(room, day)
      if ((await reviewOf(room.db, day, null))?.updatedAt === reviewedAt) return sent
    }
  })
}

async function sendOnce(room: NotionRoom, day: Day): Promise<SentDay> {
  const { db, notion, style, log } = room
  const stored = await notionSourcesOf(db)
  const [days, trades] = [await sourceOf('days', stored, room), await sourceOf('trades', stored, room)]
  const desk: Desk = {
    notion,
    clock: room.clock,
    botId: (await notion.users.me({})).id,
    memory: { find: (dataSourceId, key) => notionPageOf(db, dataSourceId, key), keep: (page) => saveNotionPage(db, page) },
    log,
    ...(room.settleMs === undefined ? {} : { settleMs: room.settleMs }),
    ...(room.pictures === undefined ? {} : { pictures: room.pictures }),
  }
  const before = await readDay(db, day)
  // What a person wrote there is read before anything is written.
  const input = (await readPages(room, trades, before.trades)) > 0 ? await readDay(db, day) : before
  const review = reviewDay(input)
  const rows = new Map(input.trades.map((trade) => [trade.tradeId, trade]))
  const hours = new Map(input.instruments.map((instrument) => [instrument.conId, instrument]))
  const pictureOf = (trade: Parameters<typeof tradePicture>[0]) =>
    tradePicture(trade, input.trajectories.get(trade.tradeId) ?? [], rows.get(trade.tradeId), style)
  const pages: Record<PageOutcome, number> = { created: 0, updated: 0, unchanged: 0, older: 0, gone: 0, boxless: 0 }
  const refused: string[] = []

  const write = async (source: SetSource, draft: PageDraft): Promise<string | null> => {
    try {
      const { outcome, pageId } = await writePage(desk, source, draft)
      pages[outcome]++
      return pageId
    } catch (error) {
      if (troubleOf(error)?.kind !== 'refused') throw error
      refused.push(`${draft.key}: ${sayTrouble(error)}`)
      return null
    }
  }

  const dayPageId = await write(days, dayPage(review, style, pictureOf))
  for (const { trades: traded, mode } of review.accounts) {
    for (const trade of traded) {
      const openedOn = await notionPageOf(db, days.dataSourceId, dayKey(trade.openedOn))
      const dayPages = new Set([openedOn?.gone === 'page' ? null : (openedOn?.pageId ?? null), dayPageId].filter((id) => id !== null))
      const row = rows.get(trade.tradeId)
      if (row === undefined) continue
      // The page outlives the day: it tells the alerts and gaps of the whole trade.
      const lived = reviewTrade(row, {
        day,
        instrument: hours.get(row.conId),
        points: input.trajectories.get(row.tradeId) ?? [],
        alerts: input.alerts,
        shadow: input.shadows?.get(row.tradeId) ?? [],
        asOf: input.asOf ?? null,
        life: true,
      })
      await write(trades, tradePage({ trade: lived ?? trade, said: saidOf(row), mode, day, dayPages: [...dayPages] }, style, pictureOf))
    }
  }
  for (const { key, knownUntil } of await orphansOf(db, trades)) await write(trades, removedPage(key, knownUntil ?? 0, style))
  if (refused.length > 0) throw new NotionRefused(`notion ${day}: expected every page to be taken, found ${refused.length} refused: ${refused.join('; ')}`)
  return { day, pages }
}

/** Pages of trades there are no more: a correction took them away. */
async function orphansOf(db: Database, { dataSourceId }: SetSource): Promise<readonly StoredPage[]> {
  const keys = new Set((await tradeIdsOf(db)).map(tradeKey))
  return (await notionPagesOf(db, dataSourceId, TRADE_KEY)).filter((page) => !keys.has(page.key) && page.pageId !== null && page.gone !== 'page')
}

async function sourceOf(role: SetSource['role'], stored: readonly SetSource[], { notion, log }: NotionRoom): Promise<SetSource> {
  const source = stored.find((one) => one.role === role)
  if (source === undefined) throw new NotionRefused(`expected to know where in Notion the ${role} go, found nothing; run excursion notion setup`)
  return readSource(notion, source, log)
}

export function howToGoOn(error: unknown): HowToGoOn {
  if (error instanceof NotYetKnown) return { kind: 'wait', ms: error.waitMs }
  if (error instanceof NotionRefused) return { kind: 'never' }
  const trouble = troubleOf(error)
  if (trouble?.kind === 'slow down') return { kind: 'wait', ms: trouble.waitMs }
  return trouble?.kind === 'refused' || trouble?.kind === 'missing' ? { kind: 'never' } : { kind: 'again' }
}
