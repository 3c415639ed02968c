// The notes folder: whole files or none, no needless writes, no way out. On a real file system.
import fc from 'fast-check'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hostileName, writeNotes } from '#notes/vault.ts'

async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'excursion-vault-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

test('a card and its pictures are written, folders made on the way', async () => {
  await using home = await folder()
  const notes = join(home.path, 'a', 'notes')
  const files = [
    { path: '_charts/x.svg', content: '<svg/>\n' },
    { path: '2026-11-20.md', content: '# 星期五\n' },
  ]
  expect((await writeNotes(notes, files)).map((one) => one.outcome)).toEqual(['written', 'written'])
  expect(await readFile(join(notes, '2026-11-20.md'), 'utf8')).toBe('# 星期五\n')
  expect(await readdir(notes)).toEqual(['2026-11-20.md', '_charts'])
})

test('equal bytes are left alone: the file keeps its time and its place on the disk', async () => {
  await using home = await folder()
  const file = { path: 'day.md', content: 'same' }
  await writeNotes(home.path, [file])
  const before = await stat(join(home.path, 'day.md'), { bigint: true })
  expect(await writeNotes(home.path, [file])).toEqual([{ path: 'day.md', outcome: 'unchanged' }])
  const after = await stat(join(home.path, 'day.md'), { bigint: true })
  expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs])
})

test('two writers at once: a reader only ever sees one note or the other, and nothing is left behind', async () => {
  await using home = await folder()
  const long = (letter: string) => letter.repeat(200_000)
  await writeNotes(home.path, [{ path: 'day.md', content: long('a') }])
  let torn = 0
  const read = async () => {
    for (let i = 0; i < 40; i++) {
      const text = await readFile(join(home.path, 'day.md'), 'utf8')
      if (text !== long('a') && text !== long('b')) torn++
    }
  }
  const write = async (letter: string) => {
    for (let i = 0; i < 10; i++) await writeNotes(home.path, [{ path: 'day.md', content: long(i % 2 === 0 ? letter : 'b') }])
  }
  await Promise.all([write('a'), write('b'), read()])
  expect(torn).toBe(0)
  expect(await readdir(home.path)).toEqual(['day.md'])
})

describe('refused', () => {
  test.each([
    '../day.md',
    'a/../../day.md',
    '/etc/day.md',
    'C:\\day.md',
    'C:day.md',
    'a\\b.md',
    'day:stream.md',
    'CON',
    'nul.md',
    'com1.svg',
    'day.md ',
    'day.',
    '.obsidian/app.json',
    'a//b.md',
    '',
    'a\u0000.md',
    'a\n.md',
    'x'.repeat(300),
    '\ud800.md',
    'what?.md',
  ])('%j', async (path) => {
    await using home = await folder()
    const [result] = await writeNotes(join(home.path, 'notes'), [{ path, content: 'x' }])
    expect(result?.outcome).toBe('refused')
    expect(await readdir(home.path)).toEqual([])
  })

  test('a linked folder that leads out', async () => {
    await using home = await folder()
    const notes = join(home.path, 'notes')
    await mkdir(notes)
    await mkdir(join(home.path, 'elsewhere'))
    await symlink(join(home.path, 'elsewhere'), join(notes, '_charts'))
    expect(await writeNotes(notes, [{ path: '_charts/x.svg', content: 'x' }])).toMatchObject([{ outcome: 'refused' }])
    expect(await readdir(join(home.path, 'elsewhere'))).toEqual([])
  })

  test('a note that is a link: neither followed nor replaced', async () => {
    await using home = await folder()
    await writeFile(join(home.path, 'precious'), 'mine')
    await mkdir(join(home.path, 'notes'))
    await symlink(join(home.path, 'precious'), join(home.path, 'notes', 'day.md'))
    expect(await writeNotes(join(home.path, 'notes'), [{ path: 'day.md', content: 'x' }])).toMatchObject([{ outcome: 'refused' }])
    expect(await readFile(join(home.path, 'precious'), 'utf8')).toBe('mine')
    expect((await lstat(join(home.path, 'notes', 'day.md'))).isSymbolicLink()).toBe(true)
  })
})

test('law: a name that is let through stays inside the folder', () => {
  const names = fc
    .array(fc.oneof(fc.constantFrom('..', '.', '/', '\\', ':', 'CON', ' ', 'a', '_charts', '.md'), fc.string({ unit: 'binary', maxLength: 4 })), {
      maxLength: 6,
    })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(names, (name) => {
      if (hostileName(name) !== null) return
      expect(join('/notes', name).startsWith('/notes/')).toBe(true)
      for (const evil of ['../', '\\', ':', '\0']) expect(name).not.toContain(evil)
    }),
    { numRuns: 2000 },
  )
})
