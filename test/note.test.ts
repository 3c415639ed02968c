// Notes that two hands write: ours and their reader's. The laws say that no word of the reader is ever lost, and that writing twice is writing once.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeNote, type Note, propertiesOf } from '#notes/note.ts'

const note: Note = {
  path: 'day.md',
  id: 'day:2026-11-20:LIVE',
  properties: { review_day: '2026-11-20', review_closed: 3, trade_symbol: '[[IBM]]', tags: ['a', 'b'], stop: null },
  blocks: [
    { name: 'summary', text: '# 2026-11-20\n\nfirst' },
    { name: 'closed', text: '### Closed\n\n| a |\n|---|\n| 1 |' },
    { name: 'rules', text: '### Rules\n\nNone.' },
  ],
  hidden: 'percent',
}
const later: Note = {
  ...note,
  properties: { ...note.properties, review_closed: 4 },
  blocks: note.blocks.map((block) => ({ ...block, text: `${block.text}\n\nnew` })),
}

function text(before: string | null, wanted: Note = note): string {
  const merged = mergeNote(before, wanted)
  if ('refused' in merged) throw new Error(merged.refused)
  return merged.text
}

const fresh = text(null)

test('a new note: flat properties first, links quoted, then the blocks between their lines', () => {
  expect(fresh.split('\n\n')[0]).toBe(`---
excursion_id: day:2026-11-20:LIVE
review_day: 2026-11-20
review_closed: 3
trade_symbol: "[[IBM]]"
tags:
  - a
  - b
stop:
excursion_blocks:
  - summary
  - closed
  - rules
---`)
  expect(fresh).toMatch(/^%% excursion:begin summary sha256=[0-9a-f]{16} %%\n# 2026-11-20\n\nfirst\n%% excursion:end summary %%$/m)
})

test('what changed is written, what is between stays', () => {
  const mine = fresh
    .replace('%% excursion:end summary %%', '%% excursion:end summary %%\n\nI was tired.')
    .replace('---\n\n', 'mood: low # honest\n---\n\nMy own words.\n\n')
  const merged = text(mine, later)
  expect(merged).toContain('review_closed: 4')
  for (const word of ['I was tired.', 'mood: low # honest', 'My own words.', '### Rules\n\nNone.\n\nnew']) expect(merged).toContain(word)
})

test('a block that was edited is its reader’s from then on', () => {
  const mine = fresh.replace('None.', 'None, and that is good.')
  expect(mergeNote(mine, later)).toMatchObject({ kept: ['rules'], text: expect.stringContaining('None, and that is good.') })
  expect(text(mine, later)).not.toContain('None.\n\nnew')
})

test('a block that was deleted is not written again', () => {
  const mine = fresh.replace(/%% excursion:begin closed[\s\S]*end closed %%\n/, '')
  const merged = text(mine, later)
  expect(merged).not.toContain('### Closed')
  expect(merged).toContain('new')
})

test('a block that no longer applies goes, and may come back', () => {
  const without = text(fresh, { ...note, blocks: note.blocks.filter((block) => block.name !== 'closed') })
  expect(without).not.toContain('### Closed')
  expect(text(without, note)).toBe(fresh.replace('  - closed\n  - rules\n', '  - rules\n  - closed\n'))
})

test('a moved block is still ours', () => {
  const [front = '', rest = ''] = fresh.split('---\n\n')
  const blocks = rest.trim().split(/(?<=end \w+ %%)\n\n/)
  const moved = `${front}---\n\n${[blocks[2], 'mine', blocks[0], blocks[1]].join('\n\n')}\n`
  expect(text(moved, later).indexOf('### Rules\n\nNone.\n\nnew')).toBeLessThan(text(moved, later).indexOf('mine'))
})

describe('left alone', () => {
  test.each([
    ['a note without properties', '# my own note\n'],
    ['another note', '---\nexcursion_id: other\n---\n'],
    ['properties that cannot be read', `---\nexcursion_id: ${note.id}\na: [b\n---\n`],
    ['a property said twice', `---\nexcursion_id: ${note.id}\nmood: low\nmood: high\n---\n`],
    ['a list where the properties should be', '---\n- a\n---\n'],
  ])('%s', (_name, before) => {
    expect(mergeNote(before, note)).toHaveProperty('refused')
  })
})

test('Windows line ends stay, and are no edit', () => {
  const windows = fresh.replaceAll('\n', '\r\n')
  expect(mergeNote(windows, note)).toEqual({ text: windows, kept: [] })
  expect(text(windows, later).replaceAll('\r\n', '')).not.toContain('\n')
})

test('the properties of a reader are no text of ours to print: every byte of them stays', () => {
  const mine =
    "zip: 01234\ntweet: 1234567890123456789\nphone: +4930\nlist:\n- a # one\n-   b\nflow: [a,b]\nmood:   'low'  # honest\nempty:\n\n# and these are mine too\nlast: |\n  a\n    b\n"
  for (const eol of ['\n', '\r\n']) {
    const now = fresh.replace('review_closed: 3\n', `review_closed: 3 # so few\n${mine}`).replace('stop:\n', 'stop: # why none\n').replaceAll('\n', eol)
    const merged = text(now, { ...later, properties: { ...later.properties, tags: ['c'], stop: 1.5, more: 'x' } })
    expect(merged).toContain(`review_closed: 4 # so few\n${mine}trade_symbol`.replaceAll('\n', eol))
    expect(merged).toContain('stop: 1.5 # why none')
    expect(propertiesOf(merged)).toMatchObject({ review_closed: 4, tags: ['c'], stop: 1.5, more: 'x', tweet: expect.any(Number) })
    expect(merged.replaceAll(eol, '')).not.toMatch(/[\r\n]/)
  }
})

test('a text of both kinds of line ends keeps each where it is', () => {
  const mine = fresh.replace('%% excursion:end summary %%\n', '%% excursion:end summary %%\npasted\r\nfrom elsewhere\r\nand mine\n')
  expect(text(mine, later)).toContain('\npasted\r\nfrom elsewhere\r\nand mine\n')
  expect(text(mine, later).match(/\r\n/g)).toHaveLength(2)
})

/** Edits of a reader: somewhere in the body a word is put in, a line goes, a line is doubled; or a property of their own is added. */
const edit = fc.record({ kind: fc.constantFrom('word', 'line', 'delete', 'double', 'property' as const), where: fc.nat(), id: fc.nat({ max: 1e9 }) })

function edited(text: string, { kind, where, id }: { kind: string; where: number; id: number }): { text: string; word: string | null } {
  const front = text.indexOf('---\n\n') + 5
  const word = `w${id}x`
  if (kind === 'property') {
    const property = `mine_${word}: "${word}" # ${word}\n`
    // A property said twice can no longer be read: such a note is left alone (above).
    return text.includes(property) ? { text, word: null } : { text: text.replace('---\n\n', `${property}---\n\n`), word }
  }
  const [head, lines] = [text.slice(0, front), text.slice(front).split('\n')]
  const index = where % lines.length
  const line = lines[index] ?? ''
  if (kind === 'word') lines[index] = `${line.slice(0, where % (line.length + 1))}${word}${line.slice(where % (line.length + 1))}`
  else if (kind === 'line') lines.splice(index, 0, word)
  else if (kind === 'delete') lines.splice(index, 1)
  else lines.splice(index, 0, line)
  return { text: head + lines.join('\n'), word: kind === 'word' || kind === 'line' ? word : null }
}

test('law: whatever a reader does to a note between our writings, no word of theirs is lost, and writing again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(edit, fc.boolean()), { maxLength: 12 }), (edits) => {
      let now = fresh
      const words = new Set<string>()
      for (const [one, newer] of edits) {
        const after = edited(now, one)
        // A reader may delete a line with an earlier word of theirs, or break it in two.
        for (const word of words) if (!after.text.includes(word)) words.delete(word)
        if (after.word !== null) words.add(after.word)
        now = text(after.text, newer ? later : note)
        for (const word of words) expect(now).toContain(word)
        expect(text(now, newer ? later : note)).toBe(now)
      }
      expect(propertiesOf(now)).toMatchObject({ excursion_id: note.id })
    }),
    { numRuns: 500 },
  )
})

test('behind a table our line stands apart, or Obsidian would show it as a row; a table that was written without is ours all the same', () => {
  const table = (row: string): Note => ({ ...note, blocks: [{ name: 'closed', text: `| a |\n|---|\n| ${row} |` }] })
  const made = text(null, table('1'))
  expect(made).toContain('| 1 |\n\n%% excursion:end closed %%')
  const older = made.replace('| 1 |\n\n%%', '| 1 |\n%%')
  expect(text(older, table('1'))).toBe(older)
  for (const before of [made, older]) expect(text(before, table('2'))).toContain('| 2 |\n\n%% excursion:end closed %%')
  const hidden = text(null, { ...table('1'), hidden: 'comment' })
  expect(hidden).toContain('| 1 |\n<!-- excursion:end closed -->')
})
