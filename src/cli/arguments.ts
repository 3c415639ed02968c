// What a verb was given on the command line: flags by name, the rest in order. Unknown flags are refused with the nearest known one.
import { parseArgs } from 'node:util'
import { nearest } from '#src/config.ts'
import { UsageError } from '#src/errors.ts'

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

export function readArguments(name: string, { flags, usage }: Verb, given: readonly string[]): Given {
  const options = Object.fromEntries(
    Object.entries(flags).map(([flag, { value, many }]) => [
      flag,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: many === true },
    ]),
  )
  const { tokens } = parseArgs({ args: [...given], options, strict: false, allowPositionals: true, tokens: true })
  const read: Record<string, string | boolean | string[] | undefined> = {}
  for (const [flag, { value, many }] of Object.entries(flags)) read[flag] = many ? [] : value === undefined ? false : undefined
  const rest: string[] = []
  let last: string[] | null = null
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // `--tape a b` is `--tape a --tape b`
      if (last === null) rest.push(token.value)
      else last.push(token.value)
      continue
    }
    last = null
    if (token.kind !== 'option') continue
    const flag = flags[token.name]
    if (flag === undefined)
      throw new UsageError(`${name}: expected a flag it knows, found ${token.rawName}; did you mean --${nearest(token.name, Object.keys(flags))}? (${usage})`)
    if (flag.value === undefined) {
      if (token.value !== undefined) throw new UsageError(`${name}: expected --${token.name} alone, found the value '${token.value}' behind it`)
      read[token.name] = true
      continue
    }
    if (token.value === undefined) throw new UsageError(`${name}: expected ${flag.value} behind --${token.name}, found nothing`)
    if (flag.many) {
      last = read[token.name] as string[]
      last.push(token.value)
    } else read[token.name] = token.value
  }
  return { flags: read as Given['flags'], rest }
}

export function helpOf(name: string, { usage, summary, flags }: Verb): string {
  const lines = Object.entries(flags).map(([flag, { value, help }]) => [`--${flag}${value === undefined ? '' : ` ${value}`}`, help] as const)
  const width = Math.max(...lines.map(([flag]) => flag.length), 6)
  return [
    `excursion ${name}: ${summary}`,
    '',
    `  ${usage}`,
    '',
    ...lines.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`),
    `  ${'--help'.padEnd(width)}  this text`,
  ].join('\n')
}

/** A number of at least `least`. */
export function numberFlag(name: string, text: string | undefined, fallback: number, least = 0): number {
  if (text === undefined) return fallback
  const value = Number(text)
  if (!Number.isFinite(value) || value < least || text.trim() === '') throw new UsageError(`--${name}: expected a number from ${least}, found '${text}'`)
  return value
}

export function choiceFlag<const T extends string>(name: string, text: string | undefined, choices: readonly T[], fallback: T): T {
  if (text === undefined) return fallback
  const found = choices.find((choice) => choice === text)
  if (found === undefined) throw new UsageError(`--${name}: expected ${choices.join(' or ')}, found '${text}'; did you mean ${nearest(text, choices)}?`)
  return found
}
