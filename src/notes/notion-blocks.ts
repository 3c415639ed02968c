// The few blocks our pages are built of, each within Notion's limits: 2,000 letters a text, 100 texts a block, 100 rows a table. Pure.
import type { BlockObjectRequest } from '@notionhq/client'

export type Rows = readonly (readonly string[])[]
type Colour = 'default' | 'gray_background' | 'orange_background' | 'yellow_background'
type RichText = { text: { content: string } }[]

const TEXT_MAX = 2000
const TEXTS_MAX = 100
const ROWS_MAX = 100

export function callout(text: string, color: Colour, emoji: string): BlockObjectRequest {
  return { type: 'callout', callout: { rich_text: richText(text), color, icon: { type: 'emoji', emoji } } } as BlockObjectRequest
}

export function heading(level: 2 | 3, text: string): BlockObjectRequest {
  return level === 2 ? { type: 'heading_2', heading_2: { rich_text: richText(text) } } : { type: 'heading_3', heading_3: { rich_text: richText(text) } }
}

export function line(text: string): BlockObjectRequest {
  return { type: 'paragraph', paragraph: { rich_text: richText(text) } }
}

export function picture(uploadId: string, caption: string): BlockObjectRequest {
  return { type: 'image', image: { type: 'file_upload', file_upload: { id: uploadId }, caption: richText(caption) } } as BlockObjectRequest
}

/** A table with a head, cut into several where it has more rows than one may. */
export function table(head: readonly string[], rows: Rows): BlockObjectRequest[] {
  const cut = Array.from({ length: Math.ceil(rows.length / (ROWS_MAX - 1)) }, (_, part) => rows.slice(part * (ROWS_MAX - 1), (part + 1) * (ROWS_MAX - 1)))
  return cut.map((some) => tableOf([head, ...some], head.length, true))
}

/** What it is, and how it is: a table with names down its left side. */
export function facts(rows: Rows): BlockObjectRequest[] {
  return [tableOf(rows.slice(0, ROWS_MAX), 2, false)]
}

function tableOf(rows: Rows, width: number, headed: boolean): BlockObjectRequest {
  const children = rows.map((cells) => ({
    type: 'table_row' as const,
    table_row: { cells: Array.from({ length: width }, (_, column) => richText(cells[column] ?? '')) },
  }))
  return { type: 'table', table: { table_width: width, has_column_header: headed, has_row_header: !headed, children } }
}

/** A text in pieces Notion takes, none of which ends in half a character. */
export function richText(text: string): RichText {
  const pieces: RichText = []
  let rest = text.toWellFormed().replaceAll('\0', '')
  while (rest !== '' && pieces.length < TEXTS_MAX) {
    let end = Math.min(TEXT_MAX, rest.length)
    const last = rest.charCodeAt(end - 1)
    if (end < rest.length && last >= 0xd800 && last <= 0xdbff) end--
    pieces.push({ text: { content: rest.slice(0, end) } })
    rest = rest.slice(end)
  }
  return pieces
}
