// A Notion of our own for tests: keeps pages, blocks, databases and uploads, asks each request whether the official OpenAPI allows it, and breaks
// when told to. What a user does in the app is done by `user`. Knows nothing of our product.
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Ajv2020 from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** The official document; absent outside of the project's own data. */
export const SPEC = new URL('../../shared/data/specs/notion-openapi.json', import.meta.url)
export const specIsHere = existsSync(SPEC)

/** A status is answered instead of doing it; silence and cuts come before the effect or after it. */
export type Fault = 409 | 429 | 500 | 503 | 'silence before' | 'silence after' | 'cut before' | 'cut after' | 'fails after' | null

interface Block {
  id: string
  type: string
  body: Record<string, unknown>
  parent: string
  children: string[]
  by: string
  editedBy: string
  inTrash: boolean
}
interface Page {
  id: string
  source: string | null
  properties: Record<string, unknown>
  createdAt: number
  /** When a person last wrote into its properties. */
  editedAt?: number
  inTrash: boolean
  children: string[]
}
interface Property {
  id: string
  name: string
  type: string
}
interface Source {
  id: string
  database: string
  name: string
  properties: Property[]
}
interface Database {
  id: string
  parent: string
  title: string
  sources: string[]
}

export interface NotionServer extends AsyncDisposable {
  readonly url: string
  /** A page shared with the integration. */
  readonly root: string
  readonly pages: ReadonlyMap<string, Page>
  readonly blocks: ReadonlyMap<string, Block>
  readonly sources: ReadonlyMap<string, Source>
  readonly databases: ReadonlyMap<string, Database>
  readonly uploads: ReadonlyMap<string, { name: string; bytes: Buffer | null }>
  /** 'PATCH /v1/pages/…' of every request that came. */
  readonly requests: string[]
  /** Why requests were refused that should not have been sent. */
  readonly refused: string[]
  /** What happens to the requests to come, in their order. */
  faults: Fault[]
  /** What a 429 asks to wait. */
  retryAfterS: number
  /** A page is found by a query so long after it was made. */
  lagMs: number
  readonly user: {
    trash(pageId: string): void
    restore(pageId: string): void
    rename(sourceId: string, from: string, to: string): void
    removeProperty(sourceId: string, name: string): void
    write(parent: string, text: string): string
    edit(blockId: string, text: string): void
    deleteBlock(blockId: string): void
    duplicate(pageId: string): string
    setNumber(pageId: string, property: string, value: number): void
    /** Writes into a property, at an instant: { select: { name: 'fade' } }. */
    setProperty(pageId: string, property: string, value: object, at: number): void
    makeDatabase(title: string, sources: readonly string[]): string
  }
  /** The words of a page, its live blocks depth first. */
  textOf(pageId: string): string[]
  /** Live pages by the value of a rich text or title property. */
  pagesWith(property: string, text: string): Page[]
}

const BOT = '00000000-0000-4000-8000-0000000000b0'
const PERSON = '00000000-0000-4000-8000-0000000000a0'
const TOKEN = 'ntn_test'
const ROWS_MAX = 1000
/** How a property without a value is told; null where it is not named. */
const EMPTY: Readonly<Record<string, unknown>> = { multi_select: [], rich_text: [], title: [], relation: [] }
const BYTES_MAX = 500_000

export async function openNotionServer(now: () => number = Date.now): Promise<NotionServer> {
  let count = 0
  const newId = () => `10000000-0000-4000-8000-${String(++count).padStart(12, '0')}`
  const pages = new Map<string, Page>()
  const blocks = new Map<string, Block>()
  const sources = new Map<string, Source>()
  const databases = new Map<string, Database>()
  const uploads = new Map<string, { name: string; bytes: Buffer | null }>()
  const root = newId()
  pages.set(root, { id: root, source: null, properties: {}, createdAt: now(), inTrash: false, children: [] })

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const self: NotionServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    root,
    pages,
    blocks,
    sources,
    databases,
    uploads,
    requests: [],
    refused: [],
    faults: [],
    retryAfterS: 7,
    lagMs: 0,
    user: {
      trash: (id) => Object.assign(page(id), { inTrash: true }),
      restore: (id) => Object.assign(page(id), { inTrash: false }),
      rename: (source, from, to) => Object.assign(propertyOf(source, from), { name: to }),
      removeProperty: (source, name) => {
        const properties = sources.get(source)?.properties ?? []
        properties.splice(properties.indexOf(propertyOf(source, name)), 1)
      },
      write: (parent, text) => place(parent, [{ type: 'paragraph', paragraph: { rich_text: [{ text: { content: text } }] } }], null, PERSON)[0] as string,
      edit: (id, text) => {
        const block = blocks.get(id) as Block
        block.body = { ...block.body, rich_text: [{ text: { content: text } }] }
        block.editedBy = PERSON
      },
      deleteBlock: (id) => Object.assign(blocks.get(id) as Block, { inTrash: true }),
      duplicate: (id) => {
        const copy = { ...structuredClone(page(id)), id: newId(), createdAt: now() + 1, children: [] }
        pages.set(copy.id, copy)
        return copy.id
      },
      setNumber: (id, name, value) => {
        const it = page(id)
        it.properties[propertyOf(it.source as string, name).id] = { number: value }
      },
      setProperty: (id, name, value, at) => {
        const it = page(id)
        it.properties[propertyOf(it.source as string, name).id] = value
        it.editedAt = at
      },
      makeDatabase: (title, names) => {
        const id = newId()
        databases.set(id, { id, parent: root, title, sources: names.map((name) => newSource(id, name, { Name: { title: {} } })) })
        return id
      },
    },
    textOf: (id) => page(id).children.flatMap(textOfBlock),
    pagesWith: (property, text) =>
      [...pages.values()].filter((one) => {
        const found = one.source === null ? undefined : sources.get(one.source)?.properties.find((each) => each.name === property)
        return !one.inTrash && found !== undefined && textIn(one.properties[found.id]) === text
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return self

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const url = new URL(request.url ?? '/', self.url)
    self.requests.push(`${request.method} ${url.pathname}`)
    const fault = self.faults.shift() ?? null
    if (fault === 'silence before') return
    if (fault === 'cut before') return void request.socket.destroy()
    if (typeof fault === 'number') return reply(response, fault, errorBody(fault, 'as told'), fault === 429 ? { 'retry-after': String(self.retryAfterS) } : {})
    let status = 200
    let body: unknown
    try {
      body = handle(request, url, raw)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      status = error.status
      body = errorBody(status, error.message)
      if (status === 400) self.refused.push(`${request.method} ${url.pathname}: ${error.message}`)
    }
    if (fault === 'silence after') return
    if (fault === 'cut after') return void request.socket.destroy()
    if (fault === 'fails after') return reply(response, 503, errorBody(503, 'done, but you will not know'))
    reply(response, status, body)
  }

  function handle(request: IncomingMessage, url: URL, raw: Buffer): unknown {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) throw new Refusal(401, 'API token is invalid.')
    if (request.headers['notion-version'] !== '2026-03-11') throw new Refusal(400, `version ${String(request.headers['notion-version'])}`)
    const multipart = String(request.headers['content-type']).startsWith('multipart/')
    const body = raw.length === 0 || multipart ? {} : (JSON.parse(raw.toString('utf8')) as Record<string, never>)
    if (raw.length > BYTES_MAX && !multipart) throw new Refusal(400, `body of ${raw.length} bytes`)
    const [, , kind = '', id = '', part = ''] = url.pathname.split('/')
    if (!multipart) {
      const wrong = check(request.method ?? '', url, raw.length === 0 ? undefined : body)
      if (wrong !== null) throw new Refusal(400, wrong)
    }
    const route = `${request.method} ${kind}${id === '' ? '' : '/x'}${part === '' ? '' : `/${part}`}`
    switch (route) {
      case 'GET users/x':
        return { object: 'user', id: BOT, type: 'bot', name: 'Excursion', bot: {}, avatar_url: null }
      case 'GET pages/x':
        return pageAnswer(page(id))
      case 'POST pages':
        return createPage(body)
      case 'PATCH pages/x':
        return updatePage(page(id), body)
      case 'GET databases/x':
        return databaseAnswer(found(databases.get(id)))
      case 'POST databases':
        return createDatabase(body)
      case 'GET data_sources/x':
        return sourceAnswer(found(sources.get(id)))
      case 'PATCH data_sources/x':
        return updateSource(found(sources.get(id)), body)
      case 'POST data_sources/x/query':
        return query(found(sources.get(id)), body)
      case 'GET blocks/x':
        return blockAnswer(found(blocks.get(id)))
      case 'DELETE blocks/x': {
        const block = found(blocks.get(id))
        if (block.inTrash) throw new Refusal(404, 'Could not find block')
        block.inTrash = true
        return blockAnswer(block)
      }
      case 'GET blocks/x/children': {
        const block = blocks.get(id)
        if (block?.inTrash) throw new Refusal(404, 'Could not find block')
        const all = childrenOf(id).filter((child) => !blocks.get(child)?.inTrash)
        const start = Number(url.searchParams.get('start_cursor') ?? 0)
        const size = Math.min(100, Number(url.searchParams.get('page_size') ?? 100))
        const more = start + size < all.length
        const some = all.slice(start, start + size)
        return list(
          some.map((child) => (databases.has(child) ? databaseBlock(child) : blockAnswer(blocks.get(child) as Block))),
          more ? String(start + size) : null,
        )
      }
      case 'PATCH blocks/x/children': {
        if (blocks.get(id)?.inTrash) throw new Refusal(400, "Can't edit block that is archived.")
        const { children, position } = body as unknown as { children: Record<string, unknown>[]; position?: { type: string; after_block?: { id: string } } }
        if (countOf(children) > ROWS_MAX) throw new Refusal(400, `${countOf(children)} blocks in one request`)
        const after = position?.type === 'start' ? 0 : position?.type === 'after_block' ? childrenOf(id).indexOf(position.after_block?.id ?? '') + 1 : null
        return list(place(id, children, after, BOT).map((child) => blockAnswer(blocks.get(child) as Block)))
      }
      case 'POST file_uploads': {
        const upload = newId()
        uploads.set(upload, { name: String((body as { filename?: string }).filename), bytes: null })
        return { object: 'file_upload', id: upload, status: 'pending' }
      }
      case 'POST file_uploads/x/send': {
        found(uploads.get(id)).bytes = raw
        return { object: 'file_upload', id, status: 'uploaded' }
      }
      default:
        throw new Refusal(400, `no such request: ${route}`)
    }
  }

  function createPage(body: Record<string, never>): unknown {
    const source = found(sources.get((body as unknown as { parent: { data_source_id: string } }).parent.data_source_id))
    const made: Page = { id: newId(), source: source.id, properties: {}, createdAt: now(), inTrash: false, children: [] }
    setProperties(made, source, body['properties'] ?? {})
    pages.set(made.id, made)
    place(made.id, body['children'] ?? [], null, BOT)
    return pageAnswer(made)
  }

  function updatePage(it: Page, body: Record<string, never>): unknown {
    if (it.inTrash && body['in_trash'] !== (false as never)) throw new Refusal(400, "Can't edit block that is archived.")
    if (it.source !== null) setProperties(it, found(sources.get(it.source)), body['properties'] ?? {})
    if (body['in_trash'] !== undefined) it.inTrash = body['in_trash']
    return pageAnswer(it)
  }

  function setProperties(it: Page, source: Source, given: Record<string, Record<string, unknown>>): void {
    for (const [key, value] of Object.entries(given)) {
      const property = source.properties.find((one) => one.id === key || one.name === key)
      if (property === undefined) throw new Refusal(400, `${key} is not a property that exists.`)
      const [type = ''] = Object.keys(value).filter((name) => name !== 'type')
      if (type !== property.type) throw new Refusal(400, `${property.name} is expected to be ${property.type}.`)
      const options = type === 'select' ? [value[type]] : type === 'multi_select' ? (value[type] as unknown[]) : []
      for (const option of options as ({ name: string } | null)[])
        if (option !== null && (option.name.includes(',') || option.name.length > 100)) throw new Refusal(400, `'${option.name}' is no option`)
      it.properties[property.id] = value
    }
  }

  function createDatabase(body: Record<string, never>): unknown {
    const {
      parent,
      title,
      initial_data_source: initial,
    } = body as unknown as {
      parent: { page_id: string }
      title: { text: { content: string } }[]
      initial_data_source: { properties: Record<string, object> }
    }
    const id = newId()
    databases.set(id, {
      id,
      parent: page(parent.page_id).id,
      title: title[0]?.text.content ?? '',
      sources: [newSource(id, title[0]?.text.content ?? '', initial.properties)],
    })
    page(parent.page_id).children.push(id)
    return databaseAnswer(found(databases.get(id)))
  }

  function newSource(database: string, name: string, properties: Record<string, object>): string {
    const id = newId()
    sources.set(id, { id, database, name, properties: [] })
    addProperties(found(sources.get(id)), properties)
    return id
  }

  function addProperties(source: Source, properties: Record<string, object>): void {
    for (const [name, config] of Object.entries(properties)) {
      const [type = ''] = Object.keys(config).filter((key) => key !== 'type')
      // Notion's own ids are short, odd and percent-encoded.
      source.properties.push({ id: type === 'title' ? 'title' : `%3A${(++count).toString(36)}`, name, type })
    }
  }

  function updateSource(source: Source, body: Record<string, never>): unknown {
    addProperties(source, body['properties'] ?? {})
    return sourceAnswer(source)
  }

  function query(source: Source, body: Record<string, never>): unknown {
    const { filter, in_trash: inTrash = false } = body as unknown as { filter: { property: string; rich_text: { equals: string } }; in_trash?: boolean }
    const property = source.properties.find((one) => one.id === filter.property || one.name === filter.property)
    if (property === undefined) throw new Refusal(400, `Could not find property with name or id: ${filter.property}`)
    const hits = [...pages.values()].filter(
      (one) =>
        one.source === source.id &&
        one.inTrash === inTrash &&
        now() >= one.createdAt + self.lagMs &&
        textIn(one.properties[property.id]) === filter.rich_text.equals,
    )
    return { ...list(hits.sort((a, b) => a.createdAt - b.createdAt).map(pageAnswer)), type: 'page_or_data_source', page_or_data_source: {} }
  }

  function place(parent: string, children: readonly Record<string, unknown>[], after: number | null, by: string): string[] {
    const ids = children.map((child) => {
      const type = Object.keys(child).find((key) => key !== 'type' && key !== 'object') as string
      const { children: inside = [], ...body } = child[type] as { children?: Record<string, unknown>[] }
      const upload = (body as { file_upload?: { id: string } }).file_upload
      if (upload !== undefined && (uploads.get(upload.id)?.bytes ?? null) === null) throw new Refusal(400, `file upload ${upload.id} is not uploaded`)
      const block: Block = { id: newId(), type, body, parent, children: [], by, editedBy: by, inTrash: false }
      blocks.set(block.id, block)
      place(block.id, inside, null, by)
      return block.id
    })
    const siblings = childrenOf(parent)
    siblings.splice(after ?? siblings.length, 0, ...ids)
    return ids
  }

  function childrenOf(id: string): string[] {
    return blocks.get(id)?.children ?? page(id).children
  }

  function textOfBlock(id: string): string[] {
    const block = blocks.get(id)
    if (block === undefined || block.inTrash) return []
    const cells = block.type === 'table_row' ? (block.body['cells'] as { text: { content: string } }[][]).map(plain).join(' | ') : null
    const image = block.type === 'image' ? `[${uploads.get((block.body['file_upload'] as { id: string }).id)?.name}]` : null
    const own = cells ?? image ?? plain((block.body['rich_text'] ?? []) as { text: { content: string } }[])
    return [...(own === '' ? [] : [own]), ...block.children.flatMap(textOfBlock)]
  }

  function pageAnswer(it: Page): object {
    return {
      object: 'page',
      id: it.id,
      created_time: new Date(it.createdAt).toISOString(),
      in_trash: it.inTrash,
      parent:
        it.source === null
          ? { type: 'workspace', workspace: true }
          : { type: 'data_source_id', data_source_id: it.source, database_id: sources.get(it.source)?.database },
      // To the minute, as Notion tells it.
      last_edited_time: new Date(Math.floor((it.editedAt ?? it.createdAt) / 60_000) * 60_000).toISOString(),
      properties: Object.fromEntries(
        (sources.get(it.source ?? '')?.properties ?? []).map(({ id, name, type }) => [
          name,
          { id, type, ...((it.properties[id] ?? { [type]: EMPTY[type] ?? null }) as object) },
        ]),
      ),
      url: `https://www.notion.so/${it.id}`,
    }
  }

  function blockAnswer(block: Block): object {
    const rich = ((block.body['rich_text'] ?? []) as { text: { content: string } }[]).map((text) => ({ type: 'text', ...text, plain_text: text.text.content }))
    return {
      object: 'block',
      id: block.id,
      type: block.type,
      [block.type]: { ...block.body, ...(block.body['rich_text'] === undefined ? {} : { rich_text: rich }) },
      has_children: block.children.some((child) => !blocks.get(child)?.inTrash),
      in_trash: block.inTrash,
      created_by: { object: 'user', id: block.by },
      last_edited_by: { object: 'user', id: block.editedBy },
    }
  }

  function databaseBlock(id: string): object {
    return {
      object: 'block',
      id,
      type: 'child_database',
      child_database: { title: databases.get(id)?.title },
      has_children: false,
      in_trash: false,
      created_by: { id: BOT },
      last_edited_by: { id: BOT },
    }
  }

  function databaseAnswer(it: Database): object {
    const own = it.sources.map((id) => ({ id, name: sources.get(id)?.name }))
    return {
      object: 'database',
      id: it.id,
      title: richTexts(it.title),
      parent: { type: 'page_id', page_id: it.parent },
      in_trash: false,
      url: `https://www.notion.so/${it.id}`,
      data_sources: own,
    }
  }

  function sourceAnswer(it: Source): object {
    return {
      object: 'data_source',
      id: it.id,
      title: richTexts(it.name),
      parent: { type: 'database_id', database_id: it.database },
      in_trash: false,
      url: `https://www.notion.so/${it.id}`,
      properties: Object.fromEntries(
        it.properties.map((property) => [property.name, { id: property.id, name: property.name, type: property.type, [property.type]: {} }]),
      ),
    }
  }

  function page(id: string): Page {
    return found(pages.get(id))
  }

  function propertyOf(source: string, name: string): Property {
    return found(sources.get(source)?.properties.find((one) => one.name === name))
  }
}

class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Refusal(404, 'Could not find it. Make sure it is shared with your integration.')
  return thing
}

const CODES: Readonly<Record<number, string>> = {
  400: 'validation_error',
  401: 'unauthorized',
  403: 'restricted_resource',
  404: 'object_not_found',
  409: 'conflict_error',
  429: 'rate_limited',
  500: 'internal_server_error',
  503: 'service_unavailable',
}

function errorBody(status: number, message: string): object {
  return { object: 'error', status, code: CODES[status], message, request_id: 'test' }
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

function list(results: readonly object[], next: string | null = null): object {
  return { object: 'list', results, next_cursor: next, has_more: next !== null, type: 'block', block: {} }
}

function countOf(children: readonly Record<string, unknown>[]): number {
  return children.reduce((sum, child) => {
    const body = Object.entries(child).find(([key]) => key !== 'type' && key !== 'object')?.[1] as { children?: Record<string, unknown>[] }
    return sum + 1 + countOf(body.children ?? [])
  }, 0)
}

function textIn(value: unknown): string {
  const { rich_text: rich, title } = (value ?? {}) as { rich_text?: { text: { content: string } }[]; title?: { text: { content: string } }[] }
  return plain(rich ?? title ?? [])
}

function plain(rich: readonly { text: { content: string } }[]): string {
  return rich.map((text) => text.text.content).join('')
}

function richTexts(text: string): object[] {
  return [{ type: 'text', text: { content: text }, plain_text: text }]
}

const SENT = [
  ['POST', '/v1/pages'],
  ['PATCH', '/v1/pages/x'],
  ['POST', '/v1/databases'],
  ['PATCH', '/v1/data_sources/x'],
  ['POST', '/v1/data_sources/x/query'],
  ['PATCH', '/v1/blocks/x/children'],
  ['POST', '/v1/file_uploads'],
] as const

/** Read once, and what our product sends compiled ahead: that takes longer than a test waits for an answer. */
const check: (method: string, url: URL, body: unknown) => string | null = specIsHere ? readChecks() : () => null

/** Says what of a request the official document does not allow, or null. */
function readChecks(): (method: string, url: URL, body: unknown) => string | null {
  const document = JSON.parse(readFileSync(SPEC, 'utf8'))
  // The document says a date where the API takes an instant too.
  delete document.components.schemas.dateRequest.properties.start.format
  const ajv = new Ajv2020.Ajv2020({ strict: false, validateFormats: true, allErrors: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'notion')
  const paths = Object.keys(document.paths).map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`) }))
  const checkRequest = (method: string, url: URL, body: unknown): string | null => {
    const candidates = paths.filter(({ pattern }) => pattern.test(url.pathname)).sort((a, b) => a.path.split('{').length - b.path.split('{').length)
    const path = candidates[0]?.path
    const operation = path === undefined ? undefined : document.paths[path][method.toLowerCase()]
    if (operation === undefined) return `no operation ${method} ${url.pathname}`
    const known = (operation.parameters ?? []).map((parameter: { name?: string }) => parameter.name)
    const strange = [...url.searchParams.keys()].filter((name) => !known.includes(name))
    if (strange.length > 0) return `unknown query parameter ${strange.join(', ')}`
    if (operation.requestBody === undefined || body === undefined) return operation.requestBody?.required && body === undefined ? 'no body' : null
    const pointer = `notion#/paths/${(path as string).replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method.toLowerCase()}/requestBody/content/application~1json/schema`
    const validate = ajv.getSchema(pointer) ?? ajv.compile({ $ref: pointer })
    if (validate(body)) return null
    const deepest = [...(validate.errors ?? [])].sort((a, b) => b.instancePath.length - a.instancePath.length)[0]
    return `${deepest?.instancePath} ${deepest?.message} ${JSON.stringify(deepest?.params)}`
  }
  for (const [method, path] of SENT) checkRequest(method, new URL(path, 'http://localhost'), {})
  return checkRequest
}
