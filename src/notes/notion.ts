// One page in Notion, made once and kept right after: found by the id we stored, else by its key, else made. What did not change is not sent.
// Ours are a box on the page and the properties we made. Whatever else stands there is the user's and is never touched; what the user
// throws away (the page, or our box on it) stays thrown away. Safe to run again after any request that was never answered.
import { createHash } from 'node:crypto'
import type { BlockObjectRequest, BlockObjectResponse, PageObjectResponse } from '@notionhq/client'
import type { Instant } from '#core/time.ts'
import type { Clock } from '#src/clock.ts'
import { picture, richText } from './notion-blocks.ts'
import { type Notion, troubleOf } from './notion-client.ts'
import { KEY_PROPERTY, type PageDraft, type Picture, type PropertyValue, type Role } from './notion-page.ts'
import { type PictureFormat, PNG } from './notion-picture.ts'

/** A data source as it is now: our properties that are still there and still of our type, by our names. */
export interface Source {
  readonly role: Role
  readonly dataSourceId: string
  readonly properties: Readonly<Record<string, string>>
}

/** What is remembered of a page. */
export interface KnownPage {
  readonly dataSourceId: string
  readonly key: string
  readonly pageId: string | null
  readonly containerId: string | null
  readonly blockIds: readonly string[]
  readonly sent: Readonly<Record<string, string>>
  readonly contentHash: string | null
  readonly blocksHash: string | null
  readonly knownUntil: Instant | null
  readonly attemptedAt: Instant | null
  readonly gone: 'page' | 'blocks' | null
}

export interface PageMemory {
  find(dataSourceId: string, key: string): Promise<KnownPage | null>
  keep(page: KnownPage): Promise<void>
}

export interface Desk {
  readonly notion: Notion
  readonly memory: PageMemory
  readonly clock: Clock
  /** The user that our token writes as. */
  readonly botId: string
  /** How long a page may take until a query finds it. */
  readonly settleMs?: number
  /** PNG unless told otherwise. */
  readonly pictures?: PictureFormat
  log(line: string): void
}

/** older: the page already tells of a later time. gone: the user threw it away. boxless: its properties were updated, our box was thrown away. */
export type PageOutcome = 'created' | 'updated' | 'unchanged' | 'older' | 'gone' | 'boxless'

/** A create was never answered, and a page that fresh may not be found yet: look again later. */
export class NotYetKnown extends Error {
  readonly waitMs: number

  constructor(key: string, waitMs: number) {
    super(`${key}: expected to know whether the page was made, found no answer yet; it is looked for again in ${Math.ceil(waitMs / 1000)} s`)
    this.waitMs = waitMs
  }
}

const SETTLE_MS = 30_000
/** By this our box is known where its id was lost: the same in every language. */
const SIGN = 'excursion · '
const CHILDREN_MAX = 100
/** Rows inside tables count too: Notion takes 1,000 blocks and 500 KB a request. */
const BLOCKS_MAX = 900
const BYTES_MAX = 400_000

export async function writePage(desk: Desk, source: Source, draft: PageDraft): Promise<{ readonly outcome: PageOutcome; readonly pageId: string | null }> {
  const { memory } = desk
  const known = (await memory.find(source.dataSourceId, draft.key)) ?? blank(source, draft.key)
  const contentHash = hashOf([draft.properties, draft.blocks, draft.managed, source.properties])
  if (known.contentHash === contentHash) return { outcome: 'unchanged', pageId: known.pageId }
  if (known.knownUntil !== null && known.knownUntil > draft.knownUntil) return { outcome: 'older', pageId: known.pageId }
  const found = await findPage(desk, source, known)
  if (found === 'gone') {
    await memory.keep({ ...known, gone: 'page' })
    desk.log(`notion: ${draft.key}: its page was thrown away; it stays so (restore it in Notion's trash to have it written again)`)
    return { outcome: 'gone', pageId: null }
  }
  const created = found === null
  const page = created ? await createPage(desk, source, draft, known) : await updateProperties(desk, source, draft, { ...known, ...found })
  const boxed = await writeBlocks(desk, draft, page)
  await memory.keep({ ...boxed, contentHash, knownUntil: draft.knownUntil })
  return { outcome: created ? 'created' : boxed.gone === 'blocks' ? 'boxless' : 'updated', pageId: boxed.pageId }
}

function blank(source: Source, key: string): KnownPage {
  return {
    dataSourceId: source.dataSourceId,
    key,
    pageId: null,
    containerId: null,
    blockIds: [],
    sent: {},
    contentHash: null,
    blocksHash: null,
    knownUntil: null,
    attemptedAt: null,
    gone: null,
  }
}

/** The page of a key, with what is known of another page forgotten; null: there is none. */
async function findPage(desk: Desk, source: Source, known: KnownPage): Promise<Partial<KnownPage> | 'gone' | null> {
  if (known.pageId !== null) {
    const stored = await orMissing(desk.notion.pages.retrieve({ page_id: known.pageId }))
    if (stored !== null && 'in_trash' in stored) return stored.in_trash || !isIn(stored, source) ? 'gone' : known.gone === 'page' ? { gone: null } : {}
    if (known.gone === 'page') return 'gone'
  }
  const pages = await pagesOf(desk, source, known.key, false)
  const oldest = pages[0]
  if (oldest !== undefined) {
    if (pages.length > 1) desk.log(`notion: ${known.key}: expected one page, found ${pages.length}; the oldest is kept up to date, the others are left alone`)
    return { ...blank(source, known.key), pageId: oldest.id }
  }
  if ((await pagesOf(desk, source, known.key, true)).length > 0) return 'gone'
  const waitMs = known.attemptedAt === null ? 0 : known.attemptedAt + (desk.settleMs ?? SETTLE_MS) - desk.clock.now()
  if (waitMs > 0) throw new NotYetKnown(known.key, waitMs)
  return null
}

/** Moved to another database it is no row of ours any more. */
function isIn(page: PageObjectResponse, source: Source): boolean {
  return page.parent.type === 'data_source_id' && page.parent.data_source_id === source.dataSourceId
}

/** The oldest first. */
async function pagesOf({ notion }: Desk, { role, dataSourceId, properties }: Source, key: string, inTrash: boolean): Promise<PageObjectResponse[]> {
  const property = properties[KEY_PROPERTY[role]] as string
  const answer = await notion.dataSources.query({
    data_source_id: dataSourceId,
    filter: { property, rich_text: { equals: key } },
    sorts: [{ timestamp: 'created_time', direction: 'ascending' }],
    page_size: 10,
    ...(inTrash ? { in_trash: true } : {}),
  })
  return answer.results.filter((page): page is PageObjectResponse => page.object === 'page' && 'in_trash' in page && page.in_trash === inTrash)
}

async function createPage({ notion, memory, clock }: Desk, source: Source, draft: PageDraft, known: KnownPage): Promise<KnownPage> {
  const { values, sent } = propertiesOf(source, draft, {})
  // Written before it is asked for: whoever comes after a crash knows that there may be a page.
  const attempt = { ...blank(source, draft.key), attemptedAt: clock.now() }
  await memory.keep(attempt)
  try {
    const made = await notion.pages.create({
      parent: { type: 'data_source_id', data_source_id: source.dataSourceId },
      properties: values as NonNullable<Parameters<Notion['pages']['create']>[0]['properties']>,
      children: [box(draft)],
    })
    const page = { ...attempt, pageId: made.id, sent, attemptedAt: null }
    await memory.keep(page)
    return page
  } catch (error) {
    const trouble = troubleOf(error)
    if (trouble !== null && trouble.kind !== 'unanswered') await memory.keep({ ...known, attemptedAt: null })
    throw error
  }
}

/** Only what is not as it was last sent: a property the user wrote into keeps the user's words until our own value changes. */
async function updateProperties({ notion, memory }: Desk, source: Source, draft: PageDraft, page: KnownPage): Promise<KnownPage> {
  const { values, sent } = propertiesOf(source, draft, page.sent)
  if (Object.keys(values).length > 0)
    await notion.pages.update({ page_id: page.pageId as string, properties: values as NonNullable<Parameters<Notion['pages']['update']>[0]['properties']> })
  const updated = { ...page, sent, attemptedAt: null }
  await memory.keep(updated)
  return updated
}

function propertiesOf({ properties }: Source, draft: PageDraft, before: KnownPage['sent']) {
  const values: Record<string, object> = {}
  const sent: Record<string, string> = { ...before }
  for (const [name, value] of Object.entries(draft.properties)) {
    const id = properties[name]
    const hash = hashOf(value)
    if (id === undefined || before[id] === hash) continue
    values[id] = requestOf(value)
    sent[id] = hash
  }
  return { values, sent }
}

function requestOf(value: PropertyValue): object {
  switch (value.type) {
    case 'title':
      return { title: richText(value.text) }
    case 'rich_text':
      return { rich_text: richText(value.text) }
    case 'number':
      return { number: value.number }
    case 'select':
      return { select: value.name === null ? null : { name: value.name } }
    case 'multi_select':
      return { multi_select: value.names.map((name) => ({ name })) }
    case 'date':
      return { date: value.start === null ? null : { start: value.start } }
    case 'relation':
      return { relation: value.pages.map((id) => ({ id })) }
  }
}

/** New ones are put in before old ones are taken out: whatever breaks in between, the page says something, and the next turn tidies up. */
async function writeBlocks(desk: Desk, draft: PageDraft, page: KnownPage): Promise<KnownPage> {
  const { notion } = desk
  const blocksHash = hashOf([draft.blocks, draft.managed])
  if (page.blocksHash === blocksHash) return page
  const containerId = await boxOf(desk, draft, page)
  if (containerId === null) return { ...page, gone: 'blocks', blocksHash }
  const stale = (await childrenOf(notion, containerId)).filter((block) => isOurs(desk, page, block))
  const blocks: BlockObjectRequest[] = []
  for (const block of draft.blocks) blocks.push('svg' in block ? await upload(desk, block) : block)
  const blockIds: string[] = []
  for (const some of requests(blocks)) {
    const last = blockIds.at(-1)
    const { results } = await notion.blocks.children.append({
      block_id: containerId,
      children: some,
      // Before whatever the user wrote into the box.
      position: last === undefined ? { type: 'start' } : { type: 'after_block', after_block: { id: last } },
    })
    blockIds.push(...results.slice(0, some.length).map((block) => block.id))
  }
  for (const block of stale) await orMissing(notion.blocks.delete({ block_id: block.id }))
  return { ...page, containerId, blockIds, blocksHash, gone: null }
}

function box({ managed }: PageDraft): BlockObjectRequest {
  return { type: 'callout', callout: { rich_text: richText(SIGN + managed), color: 'default', icon: { type: 'emoji', emoji: '📈' } } } as BlockObjectRequest
}

/** Our box on the page; null: the user took it away. */
async function boxOf({ notion, botId }: Desk, draft: PageDraft, page: KnownPage): Promise<string | null> {
  if (page.containerId !== null) {
    const block = await orMissing(notion.blocks.retrieve({ block_id: page.containerId }))
    return block !== null && 'in_trash' in block && !block.in_trash ? block.id : null
  }
  const pageId = page.pageId as string
  const there = (await childrenOf(notion, pageId)).find(
    (block) => block.type === 'callout' && block.created_by.id === botId && block.callout.rich_text[0]?.plain_text.startsWith(SIGN),
  )
  if (there !== undefined) return there.id
  const { results } = await notion.blocks.children.append({ block_id: pageId, children: [box(draft)], position: { type: 'end' } })
  return results[0]?.id ?? null
}

/** Written by us and by nobody since: what the user wrote into, or put something below, is the user's. */
function isOurs({ botId }: Desk, page: KnownPage, block: BlockObjectResponse): boolean {
  const written = block.created_by.id === botId || page.blockIds.includes(block.id)
  return written && block.last_edited_by.id === botId && (block.type === 'table' || !block.has_children)
}

async function childrenOf(notion: Notion, blockId: string): Promise<BlockObjectResponse[]> {
  const children: BlockObjectResponse[] = []
  let cursor: string | null = null
  do {
    const answer: Awaited<ReturnType<Notion['blocks']['children']['list']>> = await notion.blocks.children.list({
      block_id: blockId,
      page_size: CHILDREN_MAX,
      ...(cursor === null ? {} : { start_cursor: cursor }),
    })
    children.push(...answer.results.filter((block): block is BlockObjectResponse => 'type' in block))
    cursor = answer.has_more ? answer.next_cursor : null
  } while (cursor !== null)
  return children
}

async function upload({ notion, pictures = PNG }: Desk, { name, caption, svg }: Picture): Promise<BlockObjectRequest> {
  const filename = `${name}.${pictures.ending}`
  const { id } = await notion.fileUploads.create({ mode: 'single_part', filename, content_type: pictures.type })
  await notion.fileUploads.send({ file_upload_id: id, file: { filename, data: new Blob([await pictures.bytes(svg)], { type: pictures.type }) } })
  return picture(id, caption)
}

/** Blocks in as few requests as Notion takes. */
function* requests(blocks: readonly BlockObjectRequest[]): Generator<BlockObjectRequest[]> {
  let some: BlockObjectRequest[] = []
  let [count, bytes] = [0, 0]
  for (const block of blocks) {
    const inside = 'table' in block ? block.table.children.length : 0
    const size = Buffer.byteLength(JSON.stringify(block))
    if (some.length > 0 && (some.length === CHILDREN_MAX || count + inside + 1 > BLOCKS_MAX || bytes + size > BYTES_MAX)) {
      yield some
      some = []
      count = 0
      bytes = 0
    }
    some.push(block)
    count += inside + 1
    bytes += size
  }
  if (some.length > 0) yield some
}

/** What the request answers, or null where the thing is not there. */
async function orMissing<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request
  } catch (error) {
    if (troubleOf(error)?.kind === 'missing') return null
    throw error
  }
}

/** How what was sent is remembered. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32)
}
