// The words of a card: Handlebars templates and single words, one folder a language. A folder of the user's own comes first.
// Reads files and compiles them; decides nothing about what a card says.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'
import type { TrajectoryWords } from '#charts/trajectory.ts'
import type { Section } from '#core/review.ts'
import type { AlertState } from '#core/stored.ts'
import type { Mode, TradeSide } from '#core/trade.ts'

export interface Words {
  readonly unknown: string
  readonly weekdays: readonly string[]
  readonly sides: Readonly<Record<TradeSide, string>>
  readonly modes: Readonly<Record<Mode, string>>
  readonly sections: Readonly<Record<Section, string>>
  readonly states: Readonly<Record<AlertState, string>>
  readonly bases: Readonly<Record<'net' | 'gross', string>>
  readonly noStrategy: string
  readonly at: string
  readonly result: string
  readonly chart: TrajectoryWords
}

export interface Templates {
  readonly words: Words
  day(view: object): string
  quietDay(view: object): string
  alert(view: object): string
}

const SHIPPED = fileURLToPath(new URL('../../templates/', import.meta.url))

/** The templates of a language; each file is looked for in `own` first (the user's folder, laid out like templates/). */
export async function readTemplates(language: 'en' | 'zh', own?: string): Promise<Templates> {
  const read = async (name: string): Promise<string> => {
    const mine = own === undefined ? null : await readOrNull(join(own, language, name))
    return mine ?? readFile(join(SHIPPED, language, name), 'utf8')
  }
  const words = JSON.parse(await read('words.json')) as Words
  const handlebars = Handlebars.create()
  // Whatever is not known must be said: a null in a template reads 'unknown'.
  handlebars.registerHelper('known', (value: unknown) => value ?? words.unknown)
  const compile = (source: string) => handlebars.compile<object>(source.replaceAll('\r\n', '\n'), { noEscape: true, strict: true })
  const [day, quietDay, alert] = await Promise.all([read('day.md.hbs'), read('quiet-day.md.hbs'), read('alert.txt.hbs')])
  return { words, day: compile(day), quietDay: compile(quietDay), alert: compile(alert) }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
