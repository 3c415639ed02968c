// The words of a card: Handlebars templates and single words, one folder a language. A folder of the user's own comes first.
// Reads files and compiles them; decides nothing about what a card says.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Handlebars from 'handlebars'
import type { TrajectoryWords } from '#charts/trajectory.ts'
import type { Cause, Measure } from '#core/difference.ts'
import type { Section, Verdict } from '#core/review.ts'
import type { AlertState } from '#core/stored.ts'
import type { SystemAlertKind } from '#core/system-alert.ts'
import type { Mode, TradeSide } from '#core/trade.ts'
import { NBSP } from './format.ts'
import type { Block } from './note.ts'

export interface Words {
  readonly unknown: string
  readonly weekdays: readonly string[]
  readonly sides: Readonly<Record<TradeSide, string>>
  readonly modes: Readonly<Record<Mode, string>>
  readonly sections: Readonly<Record<Section, string>>
  readonly states: Readonly<Record<AlertState, string>>
  readonly bases: Readonly<Record<'net' | 'gross', string>>
  readonly verdicts: Readonly<Record<Verdict, string>>
  /** Of a trade that a correction took away. */
  readonly removed: string
  readonly noStrategy: string
  /** '{h} h {m} min' and so on: the parts of a duration. */
  readonly duration: Readonly<Record<'h' | 'min' | 's', string>>
  readonly pictures: PictureWords
  readonly at: string
  readonly result: string
  /** Rules by their ids; one without words goes by its id. */
  readonly rules: Readonly<Record<string, string>>
  readonly take: string
  readonly ends: Readonly<Record<'stopped' | 'closed', string>>
  readonly systemAlerts: Readonly<Record<SystemAlertKind, Readonly<Record<'raised' | 'over', string>>>>
  /** In place of 'messages arrive again': their channel was taken out of the configuration. */
  readonly channelRemoved: string
  /** What is compared with the broker, and why the two may differ. */
  readonly measures: Readonly<Record<Measure, string>>
  readonly causes: Readonly<Record<Cause, string>>
  readonly test: string
  /** Before everything a test says. */
  readonly testOf: string
  readonly listComma: string
  readonly chart: TrajectoryWords
}

/** What pictures of many trades say; '{n}' is replaced by a number or a word. */
export interface PictureWords {
  readonly dayTitle: string
  readonly trades: string
  readonly running: string
  readonly time: string
  readonly best: string
  readonly worst: string
  readonly mfeTitle: string
  readonly drawdownTitle: string
  readonly scatterTitle: string
  readonly mfe: string
  readonly mae: string
  readonly drawdown: string
  readonly result: string
  readonly count: string
  readonly median: string
  readonly winner: string
  readonly loser: string
  readonly even: string
}

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

export interface Templates {
  readonly language: Language
  readonly words: Words
  day(view: object): string
  quietDay(view: object): string
  trade(view: object): string
  period(view: object): string
  /** A symbol or a strategy. */
  subject(view: object): string
  /** One alert, one line. */
  alert(view: object): string
  /** The first line is the message's title, in these three. */
  alertMessage(view: object): string
  alertDigest(view: object): string
  alertSystem(view: object): string
}

const SHIPPED = fileURLToPath(new URL('../../templates/', import.meta.url))

const FILES = [
  'day.md.hbs',
  'quiet-day.md.hbs',
  'trade.md.hbs',
  'period.md.hbs',
  'subject.md.hbs',
  'alert.txt.hbs',
  'alert-message.txt.hbs',
  'alert-digest.txt.hbs',
  'alert-system.txt.hbs',
] as const

/** Where a block of a note begins, for whoever cuts the text into blocks; not a letter anybody writes. */
const MARK = '\u0001'

/** The templates of a language; each file is looked for in `own` first (the user's folder, laid out like templates/). */
export async function readTemplates(language: Language, own?: string): Promise<Templates> {
  const read = async (name: string): Promise<string> => {
    const mine = own === undefined ? null : await readOrNull(join(own, language, name))
    return mine ?? readFile(join(SHIPPED, language, name), 'utf8')
  }
  // Words of the user's own stand before ours; those they do not say are ours.
  const shipped: unknown = JSON.parse(await readFile(join(SHIPPED, language, 'words.json'), 'utf8'))
  const words = laidOver(shipped, JSON.parse(await read('words.json'))) as Words
  const handlebars = Handlebars.create()
  // Whatever is not known must be said: a null in a template reads 'unknown'.
  handlebars.registerHelper('known', (value: unknown) => value ?? words.unknown)
  // An amount and its currency, on one line; 'unknown' is of no currency.
  handlebars.registerHelper('amount', (value: unknown, currency: string) => (value === null ? words.unknown : `${value}${NBSP}${currency}`))
  // What keeps two words on one line.
  handlebars.registerHelper('nbsp', () => NBSP)
  // Where a block of a note begins: what comes next is replaced as one, unless its reader changed it.
  handlebars.registerHelper('block', (name: string, of: unknown) => `${MARK}${typeof of === 'string' ? `${name}:${plainName(of)}` : name}${MARK}`)
  // A part with a title of its own: in a vault a callout that folds, elsewhere a heading.
  handlebars.registerHelper('part', function part(this: unknown, kind: string, title: string, options: Handlebars.HelperOptions) {
    const body = options.fn(this).trim()
    const { vault } = options.data.root as { vault: boolean }
    return vault ? `> [!${kind}]- ${title}\n${body.replace(/^/gm, '> ').replace(/^> $/gm, '>')}` : `### ${title}\n\n${body}`
  })
  const compile = (source: string) => handlebars.compile<object>(source.replaceAll('\r\n', '\n'), { noEscape: true, strict: true })
  const [day, quietDay, trade, period, subject, alert, alertMessage, alertDigest, alertSystem] = await Promise.all(
    FILES.map(async (name) => compile(await read(name))),
  )
  return { language, words, day, quietDay, trade, period, subject, alert, alertMessage, alertDigest, alertSystem } as Templates
}

/** Their words before ours, group by group; what has another shape than ours is not taken. */
function laidOver(ours: unknown, theirs: unknown): unknown {
  if (!isGroup(ours)) return typeof theirs === typeof ours && Array.isArray(theirs) === Array.isArray(ours) ? theirs : ours
  if (!isGroup(theirs)) return ours
  return { ...theirs, ...Object.fromEntries(Object.entries(ours).map(([name, word]) => [name, laidOver(word, theirs[name])])) }
}

function isGroup(words: unknown): words is Record<string, unknown> {
  return typeof words === 'object' && words !== null && !Array.isArray(words)
}

/** The templates a folder of notes brings along, in `_templates`, before ours. */
export async function ownTemplates(notesDir: string, ours: Templates): Promise<Templates> {
  const own = join(notesDir, '_templates')
  const exists = await stat(own).catch(() => null)
  return exists?.isDirectory() ? readTemplates(ours.language, own) : ours
}

/** The base that is put into a vault once. */
export function readBase(): Promise<string> {
  return readFile(join(SHIPPED, 'Trades.base'), 'utf8')
}

/** A text as one block, or as many as it names; what stands before the first name belongs to that one. */
export function blocksOf(text: string): readonly Block[] {
  const [before = '', ...rest] = text.split(new RegExp(`${MARK}([^${MARK}]*)${MARK}\\n?`))
  const blocks: Block[] = []
  for (let index = 0; index < rest.length; index += 2)
    blocks.push({ name: rest[index] ?? '', text: tidy(`${index === 0 ? before : ''}${rest[index + 1] ?? ''}`) })
  return blocks.length === 0 ? [{ name: 'card', text: tidy(before) }] : blocks
}

/** The text without the names of its blocks. */
export function wholeText(text: string): string {
  return `${tidy(text.replaceAll(new RegExp(`${MARK}[^${MARK}]*${MARK}\\n?`, 'g'), ''))}\n`
}

/** Never more than one empty line. */
function tidy(text: string): string {
  return text.replaceAll(/\n{3,}/g, '\n\n').trim()
}

function plainName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, '_')
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
