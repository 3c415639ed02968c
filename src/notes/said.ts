// What a trader says of a trade in its note: strategy, tags, stop, mistake, rating. Read from the note's properties, written into them, and told from
// what stood there before by its hash. Pure; which of two edits is the newer is decided where the clock of the files is known.
import { type DecimalText, parseDecimal, plain } from '#core/decimal.ts'
import type { StoredTrade } from '#core/stored.ts'
import { hashOf, type Property } from './note.ts'

export interface Said {
  readonly strategy: string | null
  readonly tags: readonly string[]
  readonly stop: DecimalText | null
  readonly mistakes: readonly string[]
  /** 1 to 5. */
  readonly rating: number | null
}

/** The property that remembers what was last written, so that a reader's edit can be told from ours. */
const HASH = 'excursion_said'
/** Older stores hold a mistake and a rating as tags of these families, as Obsidian nests them. */
const MISTAKE = 'mistake/'
const RATING = 'rating/'
const TAGS_MAX = 50
const LENGTH_MAX = 100

/** Of an annotation as the store keeps it. */
export function saidOf({
  strategy,
  tags,
  initialStop,
  rating,
  mistakes,
}: Pick<StoredTrade, 'strategy' | 'tags' | 'initialStop' | 'rating' | 'mistakes'>): Said {
  const family = (prefix: string) => tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length))
  const rated = family(RATING)[0] ?? ''
  return {
    strategy,
    tags: tags.filter((tag) => !tag.startsWith(MISTAKE) && !tag.startsWith(RATING)),
    stop: initialStop,
    mistakes: mistakes === undefined || mistakes.length === 0 ? family(MISTAKE) : mistakes,
    rating: rating ?? (/^[1-5]$/.test(rated) ? Number(rated) : null),
  }
}

export function annotationOf({ strategy, tags, stop, mistakes, rating }: Said): Annotated {
  return { strategy, tags, initialStop: stop, mistakes, rating }
}

/** What is written down of it, each by the store's own name. */
export interface Annotated {
  readonly strategy: string | null
  readonly tags: readonly string[]
  readonly initialStop: DecimalText | null
  readonly mistakes: readonly string[]
  readonly rating: number | null
}

export function saidProperties(said: Said, link: (text: string) => string): Record<string, Property> {
  const { strategy, tags, stop, mistakes, rating } = said
  return {
    strategy: strategy === null ? null : link(strategy),
    tags: [...tags],
    stop: stop === null ? null : Number(stop),
    // One is written as a text, as most have one; several as a list.
    mistake: mistakes.length > 1 ? [...mistakes] : (mistakes[0] ?? null),
    rating,
    [HASH]: hashOfSaid(said),
  }
}

export const SAID_NAMES: readonly string[] = ['strategy', 'tags', 'stop', 'mistake', 'rating', HASH]

/** Whether a note's properties hold an edit that is neither what is about to be written nor what was `seen` when that was decided. */
export function isUnread(now: Readonly<Record<string, unknown>>, wanted: Said, seen: string | null): boolean {
  const read = readSaid(now)
  if (read.kind !== 'edited') return read.kind === 'refused'
  const hash = hashOfSaid(read.said)
  return hash !== hashOfSaid(wanted) && hash !== seen
}

export type Read =
  | { readonly kind: 'unchanged' }
  /** `base`: what was written before the reader's edit. */
  | { readonly kind: 'edited'; readonly said: Said; readonly base: string }
  | { readonly kind: 'refused'; readonly reason: string }

/** What the properties of a note say now. */
export function readSaid(properties: Readonly<Record<string, unknown>>): Read {
  const base = String(properties[HASH] ?? '')
  const said = parseSaid(properties)
  if (typeof said === 'string') return { kind: 'refused', reason: said }
  return hashOfSaid(said) === base ? { kind: 'unchanged' } : { kind: 'edited', said, base }
}

export function hashOfSaid({ strategy, tags, stop, mistakes, rating }: Said): string {
  return hashOf(JSON.stringify([strategy, [...tags].sort(), stop, mistakes.length > 1 ? [...mistakes].sort() : (mistakes[0] ?? null), rating]))
}

function parseSaid(properties: Readonly<Record<string, unknown>>): Said | string {
  const strategy = textOf(strategyOf(properties['strategy']))
  const found = properties['mistake']
  const mistakes = (Array.isArray(found) ? found : [found]).map(textOf)
  const given = properties['tags']
  const tags = (Array.isArray(given) ? given : typeof given === 'string' ? given.split(/[,\s]+/) : given === null || given === undefined ? [] : [given]).map(
    (tag) => String(tag).replace(/^#/, '').trim(),
  )
  const stop = properties['stop'] ?? ''
  const rating = properties['rating'] ?? ''
  for (const [name, text] of [['strategy', strategy], ...mistakes.map((mistake) => ['mistake', mistake] as const)] as const)
    if (text === undefined || (text !== null && text.length > LENGTH_MAX)) return `expected ${name} as a text of at most ${LENGTH_MAX} characters`
  if (tags.length > TAGS_MAX || tags.some((tag) => tag.length > 50)) return `expected at most ${TAGS_MAX} tags of at most 50 characters`
  const parsed = stop === '' ? null : parseDecimal(String(stop))
  if (stop !== '' && parsed === null) return `expected stop as a price, found '${String(stop).slice(0, 40)}'`
  if (rating !== '' && !/^[1-5]$/.test(String(rating))) return `expected rating as a whole number from 1 to 5, found '${String(rating).slice(0, 40)}'`
  return {
    strategy: strategy ?? null,
    tags: [...new Set(tags.filter((tag) => tag !== ''))],
    stop: parsed === null ? null : plain(parsed),
    mistakes: [...new Set(mistakes.flatMap((mistake) => mistake ?? []))],
    rating: rating === '' ? null : Number(rating),
  }
}

/** A link to our own note of a strategy names the strategy: '[[breakout strategy]]' is 'breakout'. */
function strategyOf(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^\[\[([^\]|]*?) strategy(?: paper)?\]\]$/, '[[$1]]') : value
}

/** A text without the brackets of a link; null where there is none; undefined where it is something else. */
function textOf(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return value.length === 0 ? null : value.length === 1 ? textOf(value[0]) : undefined
  if (typeof value === 'object') return undefined
  const text = String(value)
    .replace(/^\[\[(?:[^\]|]*\|)?([^\]]*)\]\]$/, '$1')
    .trim()
  return text === '' ? null : text
}
