// Any folder of notes: writes files whole or not at all, leaves what is already right untouched, and refuses names that could lead elsewhere.
// Never reads a clock, never deletes, never follows a link out of the folder.
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, realpath, rename, unlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { NoteFile } from './card.ts'

export type Written = { readonly path: string } & ({ readonly outcome: 'written' | 'unchanged' } | { readonly outcome: 'refused'; readonly reason: string })

/** Writes files below a folder, in the order given. What the file system itself refuses (full, read-only) is thrown: the caller tries again later. */
export async function writeNotes(folder: string, files: readonly NoteFile[]): Promise<Written[]> {
  const root = resolve(folder)
  const written: Written[] = []
  for (const file of files) written.push(await writeNote(root, file))
  return written
}

async function writeNote(root: string, { path, content }: NoteFile): Promise<Written> {
  const hostile = hostileName(path)
  if (hostile !== null) return { path, outcome: 'refused', reason: hostile }
  const target = join(root, path)
  await mkdir(root, { recursive: true })
  const stray = await leavesFolder(root, dirname(target))
  if (stray !== null) return { path, outcome: 'refused', reason: stray }
  await mkdir(dirname(target), { recursive: true })
  const bytes = Buffer.from(content, 'utf8')
  const before = await bytesOf(target)
  if (before === 'a link') return { path, outcome: 'refused', reason: 'it is a symbolic link: expected an ordinary file' }
  if (before?.equals(bytes)) return { path, outcome: 'unchanged' }
  await replaceFile(target, bytes)
  return { path, outcome: 'written' }
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
  // The dot keeps Obsidian from showing it; process and counter keep two writers apart.
  const sibling = join(dirname(target), `.excursion-${process.pid}-${counter++}.tmp`)
  try {
    const file = await open(sibling, 'w', 0o644)
    await fill(file, bytes)
    await rename(sibling, target)
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
