// What a verb was given on the command line: flags by name, the rest in order. Unknown flags are refused with the nearest known one.
import { parseArgs } from 'node:util'
import type { Day } from '#core/time.ts'
import { nearest } from '#src/config.ts'
import { UsageError } from '#src/errors.ts'

/** What a narrow terminal shows. */
const COLUMNS = 80

export interface Flag {
  /** What stands behind it in the help: 'FILE…', 'N'; absent: the flag says yes. */
  readonly value?: string
  /** May be given several times, or with several values behind it. */
  readonly many?: boolean
  readonly help: string
}
export type Flags = Readonly<Record<string, Flag>>

export interface Verb<F extends Flags = Flags> {
  readonly usage: string
  readonly summary: string
  readonly flags: F
  /** What the help says below the flags: under a name, lines of two columns. */
  readonly more?: readonly { readonly name: string; readonly lines: readonly (readonly [string, string])[] }[]
  /** How many words stand beside the flags, at least and at most; absent: none. */
  readonly words?: readonly [least: number, most: number]
  run(given: Given<F>): Promise<void>
}

export interface Given<F extends Flags = Flags> {
  readonly flags: {
    readonly [Name in keyof F]: F[Name] extends { many: true } ? readonly string[] : F[Name] extends { value: string } ? string | undefined : boolean
  }
  readonly rest: readonly string[]
}

/** Keeps the flags' own types, so that a verb reads them without a cast. */
export function verb<const F extends Flags>(definition: Verb<F>): Verb {
  return definition as unknown as Verb
}

export function readArguments(name: string, { flags, usage, words: [least, most] = [0, 0] }: Verb, given: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.entries(flags).map(([flag, { value, many }]) => [
      flag,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: many === true },
    ]),
  )
  const { tokens } = parseArgs({ args: given.map(withoutSign), options, strict: false, allowPositionals: true, tokens: true })
  const read: Record<string, string | boolean | string[] | undefined> = {}
  for (const [flag, { value, many }] of Object.entries(flags)) read[flag] = many ? [] : value === undefined ? false : undefined
  const rest: string[] = []
  let last: string[] | null = null
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // `--tape a b` is `--tape a --tape b`
      if (last === null) rest.push(withSign(token.value))
      else last.push(withSign(token.value))
      continue
    }
    last = null
    if (token.kind !== 'option') continue
    const flag = flags[token.name]
    if (flag === undefined)
      throw new UsageError(
        `${name}: expected a flag it knows, found ${token.rawName}; did you mean --${nearest(token.name, [...Object.keys(flags), 'help'])}? (${usage})`,
      )
    if (flag.value === undefined) {
      if (token.value !== undefined) throw new UsageError(`${name}: expected --${token.name} alone, found the value '${token.value}' behind it`)
      read[token.name] = true
      continue
    }
    if (token.value === undefined) throw new UsageError(`${name}: expected ${flag.value} behind --${token.name}, found nothing`)
    if (flag.many) {
      last = read[token.name] as string[]
      last.push(withSign(token.value))
    } else read[token.name] = withSign(token.value)
  }
  if (rest.length < least) throw new UsageError(`${name}: expected '${usage}', found ${rest.length === 0 ? 'nothing' : `only '${rest.join(' ')}'`} behind it`)
  if (rest.length > most) throw new UsageError(`${name}: expected ${most === 0 ? 'only flags' : `'${usage}'`}, found '${rest[most]}' besides (${usage})`)
  return { flags: read as Given['flags'], rest }
}

/** A price may be below zero, and is then no flag: `stop TRADE -1.5`. */
const withoutSign = (word: string) => (/^-\.?\d/.test(word) ? `\0${word}` : word)
const withSign = (word: string) => word.replace('\0', '')

export function helpOf(name: string, { usage, summary, flags, more = [] }: Verb): string {
  const lines = Object.entries(flags).map(([flag, { value, help }]) => [`--${flag}${value === undefined ? '' : ` ${value}`}`, help] as const)
  return [
    ...wrapped(`excursion ${name}: `, summary, 2),
    '',
    ...wrapped('  ', usage, 4),
    '',
    ...columnsOf([...lines, ['--help', 'this text']]),
    ...more.flatMap((part) => ['', part.name, ...columnsOf(part.lines)]),
  ].join('\n')
}

function columnsOf(lines: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...lines.map(([begin]) => begin.length))
  return lines.flatMap(([begin, text]) => wrapped(`  ${begin.padEnd(width)}  `, text, width + 4))
}

/** Lines that fit a terminal; those after the first begin `indent` further in. */
export function wrapped(begin: string, text: string, indent: number, columns = COLUMNS): readonly string[] {
  const lines = [begin]
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string
    const isFirst = line.trim() === '' || line === begin
    if (!isFirst && line.length + 1 + word.length > columns) lines.push(' '.repeat(indent) + word)
    else lines[lines.length - 1] = isFirst ? line + word : `${line} ${word}`
  }
  return lines
}

/** A number of at least `least`. */
export function numberFlag(name: string, text: string | undefined, fallback: number, least = 0): number {
  if (text === undefined) return fallback
  const value = Number(text)
  if (!Number.isFinite(value) || value < least || text.trim() === '') throw new UsageError(`--${name}: expected a number from ${least}, found '${text}'`)
  return value
}

/** A number of at least `least` and at most `most`, without a fraction. */
export function wholeFlag(name: string, text: string | undefined, fallback: number, [least, most]: readonly [number, number]): number {
  if (text === undefined) return fallback
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw new UsageError(`--${name}: expected a whole number from ${least} to ${most}, found '${text}'`)
  return value
}

/** A day of the calendar. */
export function dayFlag(name: string, text: string | undefined): Day | null {
  if (text === undefined) return null
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) throw new UsageError(`--${name}: expected a day like 2026-11-20, found '${text}'`)
  return text
}

export function choiceFlag<const T extends string>(name: string, text: string | undefined, choices: readonly T[], fallback: T): T {
  if (text === undefined) return fallback
  const found = choices.find((choice) => choice === text)
  if (found === undefined)
    throw new UsageError(
      `--${name}: expected ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, found '${text}'; did you mean ${nearest(text, choices)}?`,
    )
  return found
}
