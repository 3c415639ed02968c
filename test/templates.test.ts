// Words of the user's own: a folder laid out like templates/ that says only some of them.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTemplates } from '#notes/templates.ts'
import { makeHome } from './process.ts'

test('words of their own stand before ours, group by group; what they do not say, or say in another shape, is ours', async () => {
  await using home = await makeHome()
  await mkdir(join(home.path, 'en'), { recursive: true })
  const own = { unknown: 'n/a', pictures: { winner: 'up' }, rules: { mine: 'my own rule' }, weekdays: 'none', duration: null }
  await writeFile(join(home.path, 'en', 'words.json'), JSON.stringify(own))
  const [{ words: ours }, { words }] = await Promise.all([readTemplates('en'), readTemplates('en', home.path)])
  expect(words).toEqual({
    ...ours,
    unknown: 'n/a',
    pictures: { ...ours.pictures, winner: 'up' },
    rules: { ...ours.rules, mine: 'my own rule' },
  })
})
