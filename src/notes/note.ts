// A note we keep up to date inside a text that belongs to its reader. Pure: the text as it is and the note as it should be in, the new text out.
// We own the properties we name and the blocks between our two lines, as long as a block still is what we wrote (its hash says so). A block that was
// edited or deleted stays edited or deleted; all other bytes of the text are handed through as they are.
import { createHash } from 'node:crypto'
import { Document, isMap, type ParsedNode, parseDocument, type YAMLMap } from 'yaml'

export type Property = string | number | boolean | null | readonly string[]

export interface Block {
  readonly name: string
  readonly text: string
}

export interface Note {
  /** Relative to the notes folder, with forward slashes: where it is made. Its reader may move it; it is found by its id. */
  readonly path: string
  readonly id: string
  readonly properties: Readonly<Record<string, Property>>
  /** Properties both hands write: left as they are where `theirs` says that the reader wrote them and nobody has read that yet. */
  readonly shared?: { readonly names: readonly string[]; theirs(now: Readonly<Record<string, unknown>>): boolean }
  readonly blocks: readonly Block[]
  /** How our two lines are hidden: '%%' as Obsidian does, or as an HTML comment. */
  readonly hidden: 'percent' | 'comment'
}

export type Merged = { readonly text: string; readonly kept: readonly string[] } | { readonly refused: string }

/** The property that says whose note it is, and the one that remembers which blocks were ever written. */
export const ID = 'excursion_id'
const BLOCKS = 'excursion_blocks'

const BEGIN = /^(?:%%|<!--) excursion:begin (\S+) sha256=([0-9a-f]{16}) (?:%%|-->)$/
const END = /^(?:%%|<!--) excursion:end (\S+) (?:%%|-->)$/

/** The note written into its text; null: there is none yet. `kept` names the blocks that are their reader's now. */
export function mergeNote(before: string | null, note: Note): Merged {
  const wanted = note.blocks.filter((block) => block.text.trim() !== '')
  if (before === null) {
    const body = wanted.map((block) => written(block, note.hidden)).join('\n\n')
    const front = frontOf(
      '',
      null,
      ownOf(
        note,
        wanted.map((block) => block.name),
      ),
    )
    return { text: `---\n${front}---\n\n${body}\n`, kept: [] }
  }
  const eol = /^[^\n]*\r\n/.test(before) ? '\r\n' : '\n'
  const split = splitFront(before)
  if (split === null) return { refused: `expected a note whose properties begin with ${ID}, found one without: it is somebody else's` }
  const document = parseDocument(split.front)
  const map = document.contents
  if (document.errors.length > 0 || (map !== null && (!isMap(map) || map.flow === true)))
    return {
      refused: `expected properties that can be read, found '${document.errors[0]?.message.split('\n')[0] ?? 'no names, one a line'}'; mend them and the note is written again`,
    }
  const id = document.get(ID)
  if (id !== note.id) return { refused: `expected ${ID} ${note.id}, found ${id === undefined ? 'none' : String(id)}: it is another note` }
  const now = (document.toJS() ?? {}) as Record<string, unknown>
  const known = namesIn(now)
  const { body, kept, gone } = mergeBlocks(split.body, wanted, known, note.hidden, eol)
  // A block we took away ourselves may come back; one that its reader took away may not.
  const names = [...new Set([...known.filter((name) => !gone.includes(name)), ...wanted.map((block) => block.name)])]
  const own = Object.entries(ownOf(withoutTheirs(note, now), names)).filter(([key, value]) => !(key in now) || !isSame(now[key], value))
  const front = frontOf(split.front, map, Object.fromEntries(own), eol)
  return { text: `${split.open}${front}${split.close}${body}`, kept }
}

function withoutTheirs(note: Note, now: Readonly<Record<string, unknown>>): Note {
  const { shared, properties } = note
  if (shared?.theirs(now) !== true) return note
  return { ...note, properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !shared.names.includes(name))) }
}

/** The value of a property as the reader of a note wrote it; undefined where the note has none. */
export function propertiesOf(text: string): Readonly<Record<string, unknown>> | null {
  const split = splitFront(text)
  if (split === null) return null
  const document = parseDocument(split.front)
  if (document.errors.length > 0 || !isMap(document.contents)) return null
  return document.toJS() as Record<string, unknown>
}

/** A text at byte 0 between two lines of dashes, and what follows. */
function splitFront(text: string): { readonly open: string; readonly front: string; readonly close: string; readonly body: string } | null {
  const found = /^(\ufeff?---[ \t]*\r?\n)([\s\S]*?)(?<=\n)(---[ \t]*(?:\r?\n|$))/.exec(text)
  if (found === null) return null
  const [whole, open = '', front = '', close = ''] = found
  return { open, front, close, body: text.slice(whole.length) }
}

function namesIn(properties: Readonly<Record<string, unknown>>): readonly string[] {
  const names = properties[BLOCKS]
  return Array.isArray(names) ? names.map(String) : []
}

function ownOf(note: Note, names: readonly string[]): Readonly<Record<string, Property>> {
  return { [ID]: note.id, ...note.properties, [BLOCKS]: names }
}

function isSame(now: unknown, wanted: Property): boolean {
  return JSON.stringify(now ?? null) === JSON.stringify(wanted)
}

/** The properties with ours put in where they stand, else at the end. All between is its reader's text: printed anew, '01234' would be 1234. */
function frontOf(front: string, map: YAMLMap.Parsed | null, own: Readonly<Record<string, Property>>, eol = '\n'): string {
  const first = map?.items[0]?.key.range[0] ?? 0
  const indent = front.slice(front.lastIndexOf('\n', first - 1) + 1, first)
  let text = front
  let added = ''
  const lines = (key: string, value: Property) => printed(key, value).replaceAll('\n', `${eol}${indent}`)
  const there = (map?.items ?? []).map(({ key, value }) => ({ name: String(key), from: key.range[0], until: endOf(front, value ?? key) }))
  for (const [key, value] of Object.entries(own)) if (!there.some(({ name }) => name === key)) added += `${indent}${lines(key, value)}${eol}`
  // From the last one on: what stands before keeps its place.
  for (const { name, from, until } of there.toReversed()) {
    const value = own[name]
    if (value !== undefined) text = `${text.slice(0, from)}${lines(name, value)}${text.slice(until)}`
  }
  return text + added
}

/** Where a property ends, without the empty lines behind it. */
function endOf(front: string, { range }: ParsedNode): number {
  return front.slice(0, range[1]).trimEnd().length
}

function printed(key: string, value: Property): string {
  return new Document({ [key]: value }).toString({ lineWidth: 0, nullStr: '' }).trimEnd()
}

interface Region {
  readonly name: string
  /** Lines, the first and the last of ours included. */
  readonly from: number
  readonly to: number
  readonly text: string
  readonly intact: boolean
}

interface Line {
  readonly text: string
  readonly end: string
}

function mergeBlocks(
  body: string,
  wanted: readonly Block[],
  known: readonly string[],
  hidden: Note['hidden'],
  eol: string,
): { readonly body: string; readonly kept: readonly string[]; readonly gone: readonly string[] } {
  const lines = body.split(/\r?\n/)
  const ends = body.match(/\r?\n/g) ?? []
  const regions = regionsOf(lines)
  const kept: string[] = []
  const gone: string[] = []
  const replaced = new Map<Region, string | null>()
  for (const region of regions.values()) {
    const block = wanted.find((one) => one.name === region.name)
    if (!region.intact) kept.push(region.name)
    else if (block === undefined) {
      replaced.set(region, null)
      gone.push(region.name)
    } else if (block.text.trim() !== region.text || !hiddenAs(lines[region.from] ?? '', hidden)) replaced.set(region, written(block, hidden))
  }
  // New blocks stand behind the nearest of their predecessors that the text still has, else at its end.
  const added = new Map<number, string[]>()
  let place: number | null = null
  for (const block of wanted) {
    const region = regions.get(block.name)
    if (region !== undefined) place = region.to
    else if (known.includes(block.name)) kept.push(block.name)
    else {
      const at: number = place ?? firstLine(regions) ?? lines.length
      added.set(at, [...(added.get(at) ?? []), written(block, hidden)])
    }
  }
  if (replaced.size === 0 && added.size === 0) return { body, kept, gone }
  const out: Line[] = []
  const put = (...texts: readonly string[]) => out.push(...texts.map((text) => ({ text, end: eol })))
  const skipped = new Set<number>()
  for (const [region, text] of replaced) {
    for (let line = region.from; line <= region.to; line++) skipped.add(line)
    // With a block goes the empty line before it, which came with it.
    if (text === null && lines[region.from - 1] === '' && lines[region.to + 1] === '') skipped.add(region.to + 1)
  }
  for (const [index, line] of lines.entries()) {
    for (const [region, text] of replaced) if (region.from === index && text !== null) put(...text.split('\n'))
    if (!skipped.has(index)) out.push({ text: line, end: ends[index] ?? eol })
    for (const text of added.get(index) ?? []) put('', ...text.split('\n'))
  }
  const atEnd = added.get(lines.length)
  if (atEnd !== undefined) {
    // A text that ends with a line end has an empty last line.
    if (out.at(-1)?.text === '') out.pop()
    for (const text of atEnd) put(...(out.length === 0 || out.at(-1)?.text === '' ? [] : ['']), ...text.split('\n'))
    put('')
  }
  return { body: out.map(({ text, end }, index) => (index === out.length - 1 ? text : text + end)).join(''), kept, gone }
}

/** Where blocks go that have no predecessor in a text: before the first one, behind whatever stands there. */
function firstLine(regions: ReadonlyMap<string, Region>): number | null {
  const first = Math.min(...[...regions.values()].map((region) => region.from))
  return Number.isFinite(first) && first > 0 ? first - 1 : null
}

/** The first region of each name. One that has no end, or begins again inside, is no longer ours. */
function regionsOf(lines: readonly string[]): ReadonlyMap<string, Region> {
  const regions = new Map<string, Region>()
  for (let from = 0; from < lines.length; from++) {
    const begin = BEGIN.exec(lines[from] ?? '')
    if (begin === null) continue
    const [, name = '', hash = ''] = begin
    let to = from + 1
    while (to < lines.length && END.exec(lines[to] ?? '')?.[1] !== name && !BEGIN.test(lines[to] ?? '')) to++
    const ended = END.exec(lines[to] ?? '')?.[1] === name
    const inside = lines.slice(from + 1, to)
    // The empty line behind a table is none of its text.
    if (inside.at(-1) === '' && isRow(inside.at(-2))) inside.pop()
    const text = inside.join('\n')
    if (!regions.has(name)) regions.set(name, { name, from, to: ended ? to : from, text, intact: ended && hashOf(text) === hash })
    if (ended) from = to
  }
  return regions
}

function hiddenAs(line: string, hidden: Note['hidden']): boolean {
  return line.startsWith(hidden === 'percent' ? '%%' : '<!--')
}

function written({ name, text }: Block, hidden: Note['hidden']): string {
  const body = text.trim()
  const [open, close] = hidden === 'percent' ? ['%%', '%%'] : ['<!--', '-->']
  // To Obsidian our line is text: right behind a table it would be a row of it.
  const apart = hidden === 'percent' && isRow(body.split('\n').at(-1)) ? '\n' : ''
  return `${open} excursion:begin ${name} sha256=${hashOf(body)} ${close}\n${body}${apart}\n${open} excursion:end ${name} ${close}`
}

function isRow(line: string | undefined): boolean {
  return line?.startsWith('|') === true
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
