// The command line as a person meets it: what it refuses and in which words, and that its help fits a terminal. No verb does its work here.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dayFlag, helpOf, readArguments, type Verb, wholeFlag } from '#src/cli/arguments.ts'
import { excursion } from './process.ts'

const VERB: Verb = {
  usage: 'move THING PRICE [--day D] [--from FILE…] [--fast]',
  summary: '',
  flags: { day: { value: 'D', help: '' }, from: { value: 'FILE…', many: true, help: '' }, fast: { help: '' } },
  words: [2, 2],
  run: async () => {},
}
const BARE: Verb = { usage: 'rest', summary: '', flags: {}, run: async () => {} }

describe('what is given is read or refused', () => {
  test('words and flags in any order; a price below zero is a word and no flag', () => {
    expect(readArguments('move', VERB, ['a', '--fast', '-1.5', '--day', '2026-11-20'])).toEqual({
      flags: { day: '2026-11-20', from: [], fast: true },
      rest: ['a', '-1.5'],
    })
    expect(readArguments('move', VERB, ['a', 'b', '--from', 'x', 'y', '--from=z'])).toMatchObject({ flags: { from: ['x', 'y', 'z'] }, rest: ['a', 'b'] })
  })

  test.each([
    [['a', 'b', '--dya', 'x'], 'move: expected a flag it knows, found --dya; did you mean --day?'],
    [['a', 'b', '--hepl'], 'did you mean --help?'],
    [['a', 'b', '--fast=3'], "move: expected --fast alone, found the value '3' behind it"],
    [['a', 'b', '--day'], 'move: expected D behind --day, found nothing'],
    [[], "move: expected 'move THING PRICE"],
    [['a'], "found only 'a' behind it"],
    [['a', 'b', 'c'], "found 'c' besides"],
  ])('%j', (given, words) => {
    expect(() => readArguments('move', VERB, given)).toThrow(words)
  })

  test('a verb without flags knows --help at least, and takes no word', () => {
    expect(() => readArguments('rest', BARE, ['--foo'])).toThrow('rest: expected a flag it knows, found --foo; did you mean --help? (rest)')
    expect(() => readArguments('rest', BARE, ['foo'])).toThrow("rest: expected only flags, found 'foo' besides (rest)")
  })

  test('a day is one of the calendar, a whole number has no fraction', () => {
    expect(dayFlag('day', '2024-02-29')).toBe('2024-02-29')
    for (const text of ['2026-02-30', '2026-13-01', 'today', '2026-2-3', ''])
      expect(() => dayFlag('day', text)).toThrow('--day: expected a day like 2026-11-20')
    expect(wholeFlag('port', undefined, 7, [0, 9])).toBe(7)
    for (const text of ['1.5', '-1', '10', '', 'x', '1e0'])
      expect(() => wholeFlag('port', text, 7, [0, 9])).toThrow('--port: expected a whole number from 0 to 9')
  })
})

test('every verb is in the README, and its help fits 80 columns', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const verbs = await everyVerb()
  expect(verbs.length).toBeGreaterThan(20)
  for (const { usage, ...rest } of verbs) {
    const [name = ''] = usage.split(' ')
    expect(readme, name).toMatch(new RegExp(`^\\|.*\`${name}[ \`]`, 'm'))
    expect(
      helpOf(name, { usage, ...rest })
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([])
  }
})

test('the program says its verbs and its version, and exits 2 where it is used wrongly, 1 where something fails', async () => {
  const run = async (args: readonly string[], env = {}) => {
    await using running = excursion(args, { EXCURSION_HOME: '/nowhere', ...env })
    const { code } = await running.ended
    return { code, stdout: running.stdout(), stderr: running.stderr() }
  }
  const [overview, version, unknownVerb, unknownFlag, wrongValue, wrongBroker] = await Promise.all([
    run([]),
    run(['--version']),
    run(['watxh']),
    run(['hold', '--x']),
    run(['trades'], { TWS_PORT: 'x' }),
    run(['start'], { BROKER: 'client-portal' }),
  ])
  expect(overview.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect(overview.stdout).toMatch(/^ {2}test-alert {2}sends/m)
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  expect(unknownVerb).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean watch?') })
  expect(unknownFlag).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean --help?') })
  expect(wrongValue).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^TWS_PORT: .*\(EXC_CONFIG_INVALID\)\n$/) })
  expect(wrongBroker).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^BROKER: expected tws.*\n$/) })
})

async function everyVerb(): Promise<readonly Verb[]> {
  const folder = join(import.meta.dirname, '../src/cli')
  const rooms = await Promise.all((await readdir(folder)).map((file) => import(join(folder, file)) as Promise<Record<string, unknown>>))
  return rooms.flatMap((room) => Object.values(room)).filter((one): one is Verb => typeof one === 'object' && one !== null && 'usage' in one && 'run' in one)
}
