// Where notes lie and how they point at each other: in an Obsidian vault by name, in any other folder by path. Pure, but for the look whether a
// folder is a vault and what the vault says of its daily notes. Names are the same in every language.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Day } from '#core/time.ts'
import type { Mode } from '#core/trade.ts'

export interface Place {
  /** A vault: wikilinks, embeds, callouts. Else plain Markdown. */
  readonly vault: boolean
  /** How pictures lie there. */
  readonly pictures: PictureKind
  /** The vault's own daily note of a day, as a link names it; null where there are none. */
  dailyNote(day: Day): string | null
}

export type PictureKind = 'svg' | 'png'

export const PLAIN: Place = { vault: false, pictures: 'svg', dailyNote: () => null }

/** Paper trades live in a folder of their own, so that no list or sum of a vault takes them for real ones. */
const FOLDERS: Readonly<Record<Mode, string>> = { LIVE: '', DEMO: '', PAPER: 'paper/' }
const ENDINGS: Readonly<Record<Mode, string>> = { LIVE: '', DEMO: '', PAPER: ' paper' }

/** A vault links by name alone, so a name must be no daily or weekly note's. */
export function dayPath(day: Day, mode: Mode, { vault }: Place): string {
  return `${FOLDERS[mode]}${day}${vault ? ' review' : ''}${ENDINGS[mode]}.md`
}

export function periodPath(name: string, mode: Mode, { vault }: Place): string {
  return `${FOLDERS[mode]}${name.includes('W') ? 'weeks' : 'months'}/${name}${vault ? ' review' : ''}${ENDINGS[mode]}.md`
}

export function tradePath(name: string, mode: Mode): string {
  return `${FOLDERS[mode]}trades/${name}.md`
}

/** What trades have in common: a contract's symbol, or what the trader calls a strategy. */
export interface Subject {
  readonly kind: 'symbol' | 'strategy'
  readonly name: string
}

/** A user may have a note of the symbol's own name: ours is called otherwise in a vault, where names alone are links. */
export function subjectPath({ kind, name }: Subject, mode: Mode, { vault }: Place): string {
  const ending = vault ? (kind === 'symbol' ? ' trades' : ' strategy') : ''
  return `${FOLDERS[mode]}${kind === 'symbol' ? 'symbols' : 'strategies'}/${fileName(name)}${ending}${ENDINGS[mode]}.md`
}

/** A name every file system takes; one that had to be changed carries a hash, so that no two become one. */
function fileName(name: string): string {
  const allowed = [...name.replace(/[\p{Cc}\\/:*?"<>|#^[\]%]+/gu, '-').replace(/^[. _]+|[. ]+$/g, '')].slice(0, 60).join('')
  if (allowed === name && !/^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(name)) return name
  return `${allowed}-${createHash('sha256').update(name).digest('hex').slice(0, 6)}`
}

/** Where a picture lies: the same name for either kind. */
export function picturePath({ pictures }: Place, path: string): string {
  return path.replace(/\.svg$/, `.${pictures}`)
}

/** The way from a note to a file, both relative to the notes folder. */
export function wayTo(from: string, to: string): string {
  return relative(dirname(from), to)
    .split(sep)
    .map((part) => encodeURIComponent(part))
    .join('/')
}

/** A link from a note to another one. `cell`: inside a table, where a bar would end the cell. */
export function linkTo(place: Place, from: string, to: string, text: string, cell = false): string {
  if (!place.vault) return `[${text}](${wayTo(from, to)})`
  const name = to.replace(/^.*\//, '').replace(/\.md$/, '')
  return name === text ? `[[${name}]]` : `[[${name}${cell ? '\\|' : '|'}${text}]]`
}

/** A name a wikilink can hold. */
export function linkable(name: string): boolean {
  return name.trim() !== '' && !/[[\]|#^\\/:%\n]/.test(name)
}

export function embed(place: Place, from: string, to: string, alt: string, width = 640): string {
  const path = picturePath(place, to)
  return place.vault ? `![[${path.replace(/^.*\//, '')}|${width}]]` : `![${alt}](${wayTo(from, path)})`
}

/** Looks whether a folder lies in a vault, and how that names its daily notes. */
export async function placeOf(folder: string, pictures: PictureKind = 'svg'): Promise<Place> {
  const vault = await vaultAround(resolve(folder))
  if (vault === null) return { ...PLAIN, pictures }
  const daily = await dailyNotes(vault)
  return { vault: true, pictures, dailyNote: (day) => `${daily.folder}${momentDay(day, daily.format)}` }
}

async function vaultAround(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(join(at, '.obsidian')).catch(() => null)
    if (found?.isDirectory()) return at
    if (dirname(at) === at) return null
  }
}

async function dailyNotes(vault: string): Promise<{ readonly folder: string; readonly format: string }> {
  const text = await readFile(join(vault, '.obsidian', 'daily-notes.json'), 'utf8').catch(() => '{}')
  let said: { folder?: unknown; format?: unknown } = {}
  try {
    said = JSON.parse(text) as typeof said
  } catch {
    // What cannot be read says nothing; Obsidian takes its defaults then, and so do we.
  }
  const folder = typeof said.folder === 'string' ? said.folder.replace(/^\/+|\/+$/g, '') : ''
  return { folder: folder === '' ? '' : `${folder}/`, format: typeof said.format === 'string' && said.format !== '' ? said.format : 'YYYY-MM-DD' }
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** A day in a moment.js format, as Obsidian's daily notes are named: 'YYYY/MM/YYYY-MM-DD', '[Week] WW', 'ddd Do'. */
export function momentDay(day: Day, format: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  const [year, month, of, weekday] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCDay()]
  const two = (n: number) => String(n).padStart(2, '0')
  const week = isoWeek(date)
  const suffix = of % 100 >= 11 && of % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][of % 10] ?? 'th')
  const tokens: Readonly<Record<string, string>> = {
    YYYY: String(year),
    YY: two(year % 100),
    Q: String(Math.floor(month / 3) + 1),
    MMMM: MONTHS[month] ?? '',
    MMM: (MONTHS[month] ?? '').slice(0, 3),
    MM: two(month + 1),
    M: String(month + 1),
    DDDD: String(dayOfYear(date)).padStart(3, '0'),
    DD: two(of),
    Do: `${of}${suffix}`,
    D: String(of),
    dddd: WEEKDAYS[weekday] ?? '',
    ddd: (WEEKDAYS[weekday] ?? '').slice(0, 3),
    dd: (WEEKDAYS[weekday] ?? '').slice(0, 2),
    d: String(weekday),
    E: String(weekday === 0 ? 7 : weekday),
    GGGG: String(week.year),
    gggg: String(week.year),
    WW: two(week.number),
    W: String(week.number),
    ww: two(week.number),
    w: String(week.number),
  }
  return format.replace(
    /\[([^\]]*)\]|YYYY|YY|Q|MMMM|MMM|MM|M|DDDD|DD|Do|D|dddd|ddd|dd|d|E|GGGG|gggg|WW|W|ww|w/g,
    (token, literal?: string) => literal ?? tokens[token] ?? token,
  )
}

function dayOfYear(date: Date): number {
  return Math.round((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 0)) / 86_400_000)
}

function isoWeek(date: Date): { readonly year: number; readonly number: number } {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * 86_400_000)
  return { year: thursday.getUTCFullYear(), number: 1 + Math.floor((dayOfYear(thursday) - 1) / 7) }
}
