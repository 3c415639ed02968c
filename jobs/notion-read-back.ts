// What a person wrote on the pages of trades becomes what the store knows of them: the newest edit wins, and the log of decisions says where it came from.
// Writes nothing to Notion; a property that cannot be read is said and left as it is.
import type { StoredTrade } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import { hashOf, type Source } from '#notes/notion.ts'
import { livePage, type Notion } from '#notes/notion-client.ts'
import { saidProperties, tradeKey } from '#notes/notion-page.ts'
import type { PageStyle } from '#notes/notion-style.ts'
import { editsOn } from '#notes/notion-said.ts'
import { saidOf } from '#notes/said.ts'
import type { Database } from '#store/db.ts'
import { annotate, annotatedAt } from '#store/decisions.ts'
import { notionPageOf, saveNotionPage, type StoredPage } from '#store/notion-pages.ts'

export interface ReadBackRoom {
  readonly db: Database
  readonly notion: Notion
  readonly style: PageStyle
  log(line: string): void
}

/** Returns how many trades are told otherwise now. */
export async function readPages(room: ReadBackRoom, source: Source, trades: readonly StoredTrade[]): Promise<number> {
  let told = 0
  for (const trade of trades) {
    const known = await notionPageOf(room.db, source.dataSourceId, tradeKey(trade.tradeId))
    if (known?.pageId == null || known.gone === 'page') continue
    if (await readPage(room, source, trade, { ...known, pageId: known.pageId })) told++
  }
  return told
}

async function readPage(room: ReadBackRoom, source: Source, trade: StoredTrade, known: StoredPage & { readonly pageId: string }): Promise<boolean> {
  const { db, style, log } = room
  const page = await livePage(room.notion, known.pageId)
  if (page === null) return false
  const stored = saidProperties(saidOf(trade), style)
  const saidAt = await annotatedAt(db, trade.tradeId)
  // Notion tells the minute.
  const editedAt = Date.parse(page.last_edited_time)
  const sent: Record<string, string> = { ...known.sent }
  let annotation = {}
  for (const edit of editsOn(page.properties, source, known.sent)) {
    // With PRIVACY=percent no amount is kept there, in neither direction.
    if (edit.name === 'Stop' && style.privacy === 'percent') continue
    if ('refused' in edit) {
      log(`notion: ${trade.symbol}: ${edit.refused}; the trade keeps what it was said before`)
      continue
    }
    const ours = stored[edit.name]
    const changedHere = hashOf(ours) !== known.sent[edit.id]
    // Both sides changed since it was sent: the later one stands.
    if (changedHere && !isSame(ours, edit.value) && (saidAt ?? 0) > editedAt) continue
    sent[edit.id] = hashOf(edit.value)
    if (!isSame(ours, edit.value)) annotation = { ...annotation, ...edit.annotation }
  }
  if (Object.keys(annotation).length > 0) await annotate(db, trade.tradeId, annotation, latest(editedAt, saidAt), 'Notion')
  // What stands there need not be sent again.
  if (JSON.stringify(sent) !== JSON.stringify(known.sent)) await saveNotionPage(db, { ...known, sent, contentHash: null })
  return Object.keys(annotation).length > 0
}

/** Names in another order are the same names. */
function isSame(a: object, b: object): boolean {
  const sorted = (value: object) => ('names' in value ? { ...value, names: [...(value.names as readonly string[])].sort() } : value)
  return hashOf(sorted(a)) === hashOf(sorted(b))
}

function latest(at: Instant, other: Instant | null): Instant {
  return Math.max(at, other ?? at)
}
