// What a trader wrote into the notes of trades becomes what the store knows of them: the newest edit wins, and the log of decisions says where it came from.
// Never writes a note; a property that cannot be read is said and left.
import type { StoredTrade } from '#core/stored.ts'
import { propertiesOf } from '#notes/note.ts'
import { annotationOf, hashOfSaid, readSaid, saidOf } from '#notes/said.ts'
import { readNote, type Shelf } from '#notes/vault.ts'
import type { Database } from '#store/db.ts'
import { annotate, annotatedAt } from '#store/decisions.ts'

export interface NoteOfTrade {
  readonly trade: StoredTrade
  readonly id: string
  readonly path: string
}

/** Returns, by trade, the hash of each edit that was looked at, whether it stood or not. */
export async function readBack(db: Database, shelf: Shelf, notes: readonly NoteOfTrade[], log: (line: string) => void): Promise<ReadonlyMap<string, string>> {
  const seen = new Map<string, string>()
  for (const { trade, id, path } of notes) {
    const note = await readNote(shelf, { id, path })
    const properties = note === null ? null : propertiesOf(note.text)
    if (note === null || properties === null || properties['excursion_id'] !== id) continue
    const read = readSaid(properties)
    if (read.kind === 'refused') log(`${note.path}: ${read.reason}; the trade keeps what it was said before`)
    if (read.kind !== 'edited') continue
    const stored = saidOf(trade)
    seen.set(id, hashOfSaid(read.said))
    if (hashOfSaid(stored) === hashOfSaid(read.said)) continue
    // Both sides changed since the note was written: the later edit stands.
    if (hashOfSaid(stored) !== read.base && ((await annotatedAt(db, id)) ?? 0) > note.at) continue
    await annotate(db, id, annotationOf(read.said), Math.floor(note.at))
  }
  return seen
}
