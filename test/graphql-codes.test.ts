// Codes are promises: what the API says in extensions.code is listed in the README, word for word, and every code that is sent is one of the list.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { API_CODES } from '#graphql/errors.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = readdirSync(join(root, 'graphql')).filter((name) => name.endsWith('.ts') && name !== 'generated.ts')

const table = /<!-- api-codes -->([\s\S]*?)<!-- \/api-codes -->/.exec(read('README.md'))?.[1] ?? ''

test.skipIf(table === '')('the README lists exactly the codes of the API, with the same words', () => {
  const listed = [...table.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning])
  expect(listed).toEqual(Object.entries(API_CODES))
})

test('every code that is sent is one of the list, and every one of the list is sent', () => {
  const sent = new Set(
    sources.flatMap((name) =>
      [...read(`graphql/${name}`).matchAll(/(?<![\w.])'([A-Z]+(?:_[A-Z]+)+|FORBIDDEN|UNAUTHENTICATED|INTERNAL)'/g)].map(([, code]) => code ?? ''),
    ),
  )
  expect(Object.keys(API_CODES).filter((code) => !sent.has(code))).toEqual([])
})
