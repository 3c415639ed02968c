// The borders of DESIGN.md, tried: the real linter with the real rules over one planted violation for each of them, at the path it pretends to have.
// Never looks at biome.json itself: what counts is what the linter says.
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const planted = join(import.meta.dirname, 'planted')
const plantedFiles = readdirSync(planted, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replaceAll('\\', '/'))
  .sort()

/** Everyone who has a border of its own. A room that is added here without a planted violation fails below. */
const BORDERED = [
  'src/core/',
  'src/errors.ts',
  'src/clock.ts',
  'src/config.ts',
  'src/variables.ts',
  'src/bus.ts',
  'src/metrics.ts',
  'src/broker/',
  'src/store/',
  'src/charts/',
  'src/notes/',
  'src/notify/',
  'src/live/',
  'src/record/',
  'src/app.ts',
  'src/main.ts',
  'src/desk.ts',
  'src/cli/',
  'graphql/',
  'drizzle/',
  'jobs/',
  'sim/',
  'bench/',
  'test/',
]

let folder = ''
let found: Diagnostic[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'excursion-borders-'))
  for (const part of ['biome.json', 'package.json', '.gitignore', 'lint']) cpSync(join(root, part), join(folder, part), { recursive: true })
  cpSync(planted, folder, { recursive: true })
  found = (await lint(folder)).diagnostics
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(plantedFiles)('a violation planted in %s is found, and nothing else in that file', (path) => {
  const said = found
    .filter((diagnostic) => diagnostic.location.path.replaceAll('\\', '/').endsWith(path))
    .map((diagnostic) => diagnostic.category.split('/').at(-1))
  expect(said).toEqual(expectedOf(path))
})

test('every border has a planted violation', () => {
  expect(BORDERED.filter((border) => !plantedFiles.some((path) => path.startsWith(border)))).toEqual([])
})

test('every folder of the program has a border', () => {
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
  expect(rooms.map((entry) => (entry.isDirectory() ? `src/${entry.name}/` : `src/${entry.name}`)).filter((room) => !BORDERED.includes(room))).toEqual([])
})

test('the tree itself keeps every rule', async () => {
  const { diagnostics } = await lint(root)
  expect(
    diagnostics.filter(({ severity }) => severity !== 'information').map(({ location, category, message }) => `${location.path} ${category}: ${message}`),
  ).toEqual([])
}, 120_000)

interface Diagnostic {
  readonly category: string
  readonly severity: string
  readonly message: string
  readonly location: { readonly path: string }
}

function lint(where: string): Promise<{ diagnostics: Diagnostic[] }> {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '--colors=off', '.']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: where, maxBuffer: 64_000_000 }, (error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout))
      } catch (cause) {
        reject(new Error(`expected a report of the linter, found: ${stdout}${stderr}${error?.message ?? ''}`, { cause }))
      }
    })
  })
}

/** '// Expected: noRestrictedImports x2' → the rule's name, twice. */
function expectedOf(path: string): string[] {
  const [, rule = '', times = '1'] = /^\/\/ Expected: (\w+)(?: x(\d+))?$/m.exec(readFileSync(join(planted, path), 'utf8')) ?? []
  return Array.from({ length: Number(times) }, () => rule)
}
