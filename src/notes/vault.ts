// Any folder of notes: writes files whole or not at all, leaves what is already right untouched, and refuses names that could lead elsewhere.
// A note is merged into the text its reader has made of it (note.ts), wherever they moved it.
// Never reads a clock, never deletes, never follows a link out of the folder.
import { constants } from 'node:fs'
import { type FileHandle, link, mkdir, open, readdir, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ID, mergeNote, type Note, propertiesOf } from './note.ts'

export interface NoteFile {
  /** Relative to the notes folder, with forward slashes. */
  readonly path: string
  readonly content: string | Uint8Array
}

export type Written = { readonly path: string } & (
  | { readonly outcome: 'written' | 'unchanged' /** Blocks that are their reader's now. */; readonly kept?: readonly string[] }
  | { readonly outcome: 'refused'; readonly reason: string }
)

/** The notes of a folder, by their ids: where their reader moved them to. Looked for once, and only when a note is not where it was made. */
export interface Shelf {
  readonly root: string
  moved: Map<string, string> | null
}

export function openShelf(folder: string): Shelf {
  return { root: resolve(folder), moved: null }
}

/** How often a note is merged again because its reader wrote it meanwhile. */
const TRIES = 8

/** Writes notes into their texts, in the order given. */
export async function keepNotes(shelf: Shelf, notes: readonly Note[]): Promise<Written[]> {
  const written: Written[] = []
  for (const note of notes) written.push(await keepNote(shelf, note))
  return written
}

/** Only into texts that are there: nothing is made for its own sake. */
export async function keepThere(shelf: Shelf, notes: readonly Note[]): Promise<Written[]> {
  const there: Note[] = []
  for (const note of notes) if ((await readNote(shelf, note)) !== null) there.push(note)
  return keepNotes(shelf, there)
}

async function keepNote(shelf: Shelf, note: Note): Promise<Written> {
  const refused = await refusedPath(shelf.root, note.path)
  if (refused !== null) return { path: note.path, outcome: 'refused', reason: refused }
  for (let tries = 0; ; tries++) {
    const path = await pathOf(shelf, note)
    const target = join(shelf.root, path)
    const before = await bytesOf(target)
    if (before === 'a link') return { path, outcome: 'refused', reason: A_LINK }
    const text = before === null ? null : readable(before)
    if (before !== null && text === null) return { path, outcome: 'refused', reason: 'expected text in UTF-8, found other bytes' }
    const merged = mergeNote(text, note)
    if ('refused' in merged) return { path, outcome: 'refused', reason: merged.refused }
    if (merged.text === text) return { path, outcome: 'unchanged', kept: merged.kept }
    await mkdir(dirname(target), { recursive: true })
    if (await exchange(target, before, Buffer.from(merged.text, 'utf8'))) {
      shelf.moved?.set(note.id, path)
      return { path, outcome: 'written', kept: merged.kept }
    }
    if (tries === TRIES) return { path, outcome: 'refused', reason: 'somebody else keeps writing it; it is tried again with the next card' }
  }
}

/** The text of a note and when it was last written; null where there is none. */
export async function readNote(
  shelf: Shelf,
  note: Pick<Note, 'id' | 'path'>,
): Promise<{ readonly path: string; readonly text: string; readonly at: number } | null> {
  if (hostileName(note.path) !== null) return null
  const path = await pathOf(shelf, note)
  const bytes = await bytesOf(join(shelf.root, path))
  const text = bytes === null || bytes === 'a link' ? null : readable(bytes)
  return text === null ? null : { path, text, at: (await stat(join(shelf.root, path))).mtimeMs }
}

/** Where a note is: where it was made, else where one with its id lies. */
async function pathOf(shelf: Shelf, note: Pick<Note, 'id' | 'path'>): Promise<string> {
  const here = await bytesOf(join(shelf.root, note.path))
  if (here === 'a link') return note.path
  if (here !== null && idOf(here) === note.id) return note.path
  shelf.moved ??= await idsBelow(shelf.root)
  return shelf.moved.get(note.id) ?? note.path
}

async function idsBelow(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of names) {
    if (!entry.isFile() || !entry.name.endsWith('.md')) continue
    const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')
    if (path.split('/').some((part) => part.startsWith('.') || part.startsWith('_'))) continue
    const id = idOf(await readFile(join(root, path)).catch(() => Buffer.alloc(0)))
    if (id !== null && !found.has(id)) found.set(id, path)
  }
  return found
}

/** Only a text that names the property at all is parsed. */
function idOf(bytes: Buffer): string | null {
  if (!bytes.includes(`${ID}:`)) return null
  const id = propertiesOf(readable(bytes) ?? '')?.[ID]
  return typeof id === 'string' ? id : null
}

function readable(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** How many files are brought to the disk at once. */
const AT_ONCE = 8

/** Writes files below a folder. What the file system itself refuses (full, read-only) is thrown: the caller tries again later. */
export async function writeNotes(folder: string, files: readonly NoteFile[]): Promise<Written[]> {
  const root = resolve(folder)
  const written: Written[] = []
  for (let index = 0; index < files.length; index += AT_ONCE)
    written.push(...(await Promise.all(files.slice(index, index + AT_ONCE).map((file) => writeNote(root, file)))))
  return written
}

async function writeNote(root: string, { path, content }: NoteFile): Promise<Written> {
  const refused = await refusedPath(root, path)
  if (refused !== null) return { path, outcome: 'refused', reason: refused }
  const target = join(root, path)
  await mkdir(dirname(target), { recursive: true })
  const bytes = Buffer.from(content)
  const before = await bytesOf(target)
  if (before === 'a link') return { path, outcome: 'refused', reason: A_LINK }
  if (before?.equals(bytes)) return { path, outcome: 'unchanged' }
  await replaceFile(target, bytes)
  return { path, outcome: 'written' }
}

/** Creates a file for its reader to change: one that is there already, whatever it says, is left alone. */
export async function createOnce(shelf: Shelf, { path, content }: NoteFile): Promise<Written> {
  const refused = await refusedPath(shelf.root, path)
  if (refused !== null) return { path, outcome: 'refused', reason: refused }
  const target = join(shelf.root, path)
  await mkdir(dirname(target), { recursive: true })
  const before = await bytesOf(target)
  return { path, outcome: before === null && (await exchange(target, null, Buffer.from(content))) ? 'written' : 'unchanged' }
}

const A_LINK = 'it is a symbolic link: expected an ordinary file'

async function refusedPath(root: string, path: string): Promise<string | null> {
  const hostile = hostileName(path)
  if (hostile !== null) return hostile
  await mkdir(root, { recursive: true })
  return leavesFolder(root, dirname(join(root, path)))
}

const NAME_BYTES_MAX = 200
/** Names Windows keeps for itself, whatever their ending; a vault is often synchronised to one. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i

/** Why a relative path may not be written, or null where it may. */
export function hostileName(path: string): string | null {
  if (path === '') return 'it has no name'
  if (isAbsolute(path) || /^[A-Za-z]:/.test(path)) return 'it is an absolute path: expected one inside the folder'
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..') return `'${name}' is no file name`
    if (/[\p{Cc}\\:*?"<>|\u2028\u2029]/u.test(name)) return 'it holds a character that is not allowed in file names'
    if (!name.isWellFormed()) return 'it holds half a character'
    if (name.startsWith('.')) return 'it starts with a dot'
    if (/[. ]$/.test(name) || name.startsWith(' ')) return 'it starts with a space, or ends with a dot or a space'
    if (RESERVED.test(name)) return `'${name}' is a name Windows keeps for itself`
    if (Buffer.byteLength(name) > NAME_BYTES_MAX) return `it is longer than ${NAME_BYTES_MAX} bytes`
  }
  return null
}

/** Looks at the part of the path that exists: a linked folder may not lead out of the root. */
async function leavesFolder(root: string, folder: string): Promise<string | null> {
  const home = await realpath(root)
  let existing = folder
  for (;;) {
    try {
      const real = await realpath(existing)
      const inside = relative(home, real)
      return inside === '' || (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside))
        ? null
        : 'a folder on its path is a link that leads out of the notes folder'
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      existing = dirname(existing)
    }
  }
}

async function bytesOf(path: string): Promise<Buffer | 'a link' | null> {
  try {
    return await readFile(path, { flag: constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    if (code === 'ELOOP') return 'a link'
    throw error
  }
}

/** A sibling is written, brought to the disk and renamed: whoever reads sees the old file or the new one, never half of one. */
async function replaceFile(target: string, bytes: Buffer): Promise<void> {
  await besides(target, bytes, (sibling) => rename(sibling, target))
}

/**
 * Puts `bytes` in the place of `before`; false where the file is no longer that. Looked at again right before the name changes hands: what its
 * reader saved since the first look is never written over (but for the moment between that look and the rename, which no file system closes).
 */
async function exchange(target: string, before: Buffer | null, bytes: Buffer): Promise<boolean> {
  let done = false
  await besides(target, bytes, async (sibling) => {
    const now = await bytesOf(target)
    if (before === null) {
      // A link refuses a name that is taken, where a rename would take it.
      done = now === null && (await link(sibling, target).then(() => true, taken))
      await unlink(sibling)
    } else if (now !== null && now !== 'a link' && now.equals(before)) {
      await rename(sibling, target)
      done = true
    } else await unlink(sibling)
  })
  return done
}

function taken(error: NodeJS.ErrnoException): boolean {
  if (error.code === 'EEXIST') return false
  throw error
}

async function besides(target: string, bytes: Buffer, put: (sibling: string) => Promise<unknown>): Promise<void> {
  // The dot keeps Obsidian from showing it; process and counter keep two writers apart.
  const sibling = join(dirname(target), `.excursion-${process.pid}-${counter++}.tmp`)
  try {
    const file = await open(sibling, 'w', 0o644)
    await fill(file, bytes)
    await put(sibling)
  } catch (error) {
    await unlink(sibling).catch(() => undefined)
    throw error
  }
  await syncFolder(dirname(target))
}

let counter = 0

async function fill(file: FileHandle, bytes: Buffer): Promise<void> {
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Brings the new name itself to the disk, where the system can. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders.
  const handle = await open(folder, 'r').catch(() => null)
  if (handle === null) return
  try {
    await handle.sync()
  } catch {
    // Some file systems cannot; the rename itself stands.
  } finally {
    await handle.close()
  }
}
