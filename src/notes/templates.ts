// The words of a card: Handlebars templates and single words, one folder a language. A folder of the user's own comes first.
// Reads files and compiles them; decides nothing about what a card says.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'
import type { TrajectoryWords } from '#charts/trajectory.ts'
import type { Section } from '#core/review.ts'
import type { AlertState } from '#core/stored.ts'
import type { SystemAlertKind } from '#core/system-alert.ts'
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
  /** Rules by their ids; one without words goes by its id. */
  readonly rules: Readonly<Record<string, string>>
  readonly take: string
  readonly ends: Readonly<Record<'stopped' | 'closed', string>>
  readonly systemAlerts: Readonly<Record<SystemAlertKind, Readonly<Record<'raised' | 'over', string>>>>
  readonly test: string
  readonly listComma: string
  readonly chart: TrajectoryWords
}

export interface Templates {
  readonly words: Words
  day(view: object): string
  quietDay(view: object): string
  /** One alert, one line. */
  alert(view: object): string
  /** The first line is the message's title, in these three. */
  alertMessage(view: object): string
  alertDigest(view: object): string
  alertSystem(view: object): string
}

const SHIPPED = fileURLToPath(new URL('../../templates/', import.meta.url))

const FILES = ['day.md.hbs', 'quiet-day.md.hbs', 'alert.txt.hbs', 'alert-message.txt.hbs', 'alert-digest.txt.hbs', 'alert-system.txt.hbs'] as const

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
  const [day, quietDay, alert, alertMessage, alertDigest, alertSystem] = await Promise.all(FILES.map(async (name) => compile(await read(name))))
  return { words, day, quietDay, alert, alertMessage, alertDigest, alertSystem } as Templates
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
