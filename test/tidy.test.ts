// What the linter cannot see: lists that must agree with the code, and what every file owes its reader. Reads the tree as text; never runs it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { DRIVERS } from '#notify/channels.ts'
import { readConfig, VARIABLE_NAMES } from '#src/config.ts'
import { ERROR_CODES } from '#src/errors.ts'
import { metaOf } from '#src/variables.ts'

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = ['src', 'graphql', 'drizzle', 'jobs', 'sim', 'bench', 'test']
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path.replaceAll('\\', '/')}`))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('test/planted/'))
const listed = Object.keys(parseEnv(read('.env.example')))
const product = sources.filter((path) => !path.startsWith('test/'))

/** A page or two more than a room's largest noun needs; who reaches it holds two nouns. */
const LINES_MAX = 500

test('codes are promises: the README lists exactly those of errors.ts, with the same words', () => {
  const table = /<!-- codes -->([\s\S]*?)<!-- \/codes -->/.exec(read('README.md'))?.[1] ?? ''
  const listed = [...table.matchAll(/^\| `(EXC_\w+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning])
  expect(listed).toEqual(Object.entries(ERROR_CODES))
})

test('every code is thrown by one class', () => {
  const used = [...read('src/errors.ts').matchAll(/super\(\s*'(EXC_\w+)'/g)].map(([, code]) => code)
  expect(used.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted())
})

test('.env.example lists exactly the variables the configuration knows', () => {
  // A channel explains its variables in its own file; of one that was put in as that file alone, `test-alert --help` lists them.
  const channels = DRIVERS.map(({ variables }) => Object.keys(variables)).filter((names) => names.some((name) => listed.includes(name)))
  expect(listed.toSorted()).toEqual([...VARIABLE_NAMES, ...channels.flat()].toSorted())
  expect(listed).toEqual(expect.arrayContaining(['SLACK_WEBHOOK_URL', 'SMS_TO', 'WEBHOOK_URL']))
})

test('a channel says a word on each of its variables, the same that .env.example says', () => {
  const example = read('.env.example')
  const said = DRIVERS.flatMap(({ variables }) => Object.entries(variables).map(([name, schema]) => [name, metaOf(schema)['description']] as const))
  expect(said.filter(([, about]) => typeof about !== 'string' || about.length < 20)).toEqual([])
  expect(said.filter(([name, about]) => listed.includes(name) && !new RegExp(`^# ${RegExp.escape(String(about))}\n${name}=`, 'm').test(example))).toEqual([])
})

test('.env.example, copied as it is, changes nothing: the values it shows are the defaults', () => {
  expect(readConfig(parseEnv(read('.env.example')), DRIVERS)).toEqual(readConfig({}, DRIVERS))
})

test('.env.example says a word on each variable', () => {
  const lines = read('.env.example').split('\n')
  expect(lines.filter((line, number) => /^\w+=/.test(line) && !/^# .{20}/.test(lines[number - 1] ?? ''))).toEqual([])
})

test('every source file says first what it is for', () => {
  expect(sources.filter((path) => !/^(?:#!.*\n)?(?:\/\/ |\/\*)/.test(read(path)))).toEqual([])
})

test(`no file of the product is longer than ${LINES_MAX} lines`, () => {
  expect(product.filter((path) => !path.includes('generated') && read(path).split('\n').length > LINES_MAX)).toEqual([])
})

test('a file is one noun of the trade, not a drawer', () => {
  expect(product.filter((path) => /(?:^|[/.-])(?:utils?|helpers?|common|misc|types|constants|service|manager)\.ts$/.test(path))).toEqual([])
})

test('a ground file takes only types from the core', () => {
  const ground = ['errors', 'clock', 'config', 'variables', 'bus'].map((name) => `src/${name}.ts`)
  expect(ground.filter((path) => /^import (?!type )[^\n]*'#core\//m.test(read(path)))).toEqual([])
})

test('a border is crossed by an import one can see at the top, not by one inside a type', () => {
  expect(product.filter((path) => /(?:typeof |: |<)import\('[#.]/.test(read(path)))).toEqual([])
})

test('nothing is left for later in the code, and nothing is switched off without a reason', () => {
  expect(product.filter((path) => /\b(?:TODO|FIXME|XXX|HACK)\b|@ts-(?:ignore|nocheck)|eslint-/.test(read(path)))).toEqual([])
})

test('only the configuration names the environment', () => {
  expect(product.filter((path) => path !== 'src/config.ts' && /\bprocess\.env\b|\bloadEnvFile\b/.test(read(path)))).toEqual([])
})

test('every verb reads the variables of the channels with all the others; a demonstration tells nobody and reads none', () => {
  const reads = product.filter((path) => path.startsWith('src/') && /\breadConfig\(/.test(read(path)))
  expect(reads.toSorted()).toEqual(['src/cli/configured.ts', 'src/cli/demo.ts', 'src/config.ts'])
})

test('the lock calls nothing extraneous: npm 10 would take a package of another system for an error', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { os?: string[]; optional?: true }> }
  expect(Object.keys(packages).filter((name) => 'extraneous' in (packages[name] ?? {}))).toEqual([])
  expect(Object.keys(packages).filter((name) => packages[name]?.os !== undefined && packages[name].optional !== true)).toEqual([])
})
