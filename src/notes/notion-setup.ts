// Makes the places pages go to: two databases below the user's page (or the user's own), each with our properties, and proof that we may write there.
// Run again it finds what is there and adds only what is missing; it never removes or renames anything.
import { type DatabaseObjectResponse, type DataSourceObjectResponse, isFullDatabase, isFullDataSource } from '@notionhq/client'
import { NotionRefused } from '#src/errors.ts'
import { type Notion, sayTrouble, troubleOf } from './notion-client.ts'
import { KEY_PROPERTY, type PropertyValue, type Role, SCHEMAS } from './notion-page.ts'

/** Where pages of a role go: kept by the store, ids and all. */
export interface SetSource {
  readonly role: Role
  readonly dataSourceId: string
  readonly databaseId: string
  /** Our name of a property → its id. */
  readonly properties: Readonly<Record<string, string>>
}

export interface SetUpOptions {
  readonly notion: Notion
  /** A page below which databases are made, or a database the trades go to: an id or an address. */
  readonly parent: string
  /** Databases of the user's own, 'DATABASE' or 'DATABASE#data source'. */
  readonly own: { readonly [R in Role]?: string }
  /** What an earlier set-up found. */
  readonly stored: readonly SetSource[]
  /** Told what is done, a line each. */
  tell(line: string): void
}

const TITLES = { days: 'Excursion Days', trades: 'Excursion Trades' } as const satisfies Record<Role, string>
const CHECK_KEY = 'excursion:check'

export async function setUpNotion(options: SetUpOptions): Promise<readonly SetSource[]> {
  const { notion, tell } = options
  const bot = await asking('who the token writes as', notion.users.me({}))
  tell(`Notion answers as '${bot.name ?? bot.id}'`)
  const parent = await parentOf(options)
  const days = await sourceOf('days', parent, options)
  const trades = await sourceOf('trades', parent, options)
  if (days.id === trades.id) throw new NotionRefused('expected one data source for days and another for trades, found the same for both; name two')
  const sources = [await withProperties('days', days, days.id, options), await withProperties('trades', trades, days.id, options)]
  for (const source of sources) await checkWriting(notion, source)
  tell('pages can be made, read, changed and thrown away there')
  return sources
}

/** The id in an address, or the id itself, with dashes; null where there is none. */
export function notionId(text: string): string | null {
  const path = text.split(/[?#]/)[0] ?? ''
  const found = path
    .replaceAll('-', '')
    .match(/[0-9a-f]{32}(?![0-9a-f])/gi)
    ?.at(-1)
    ?.toLowerCase()
  return found === undefined ? null : found.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

interface Parent {
  readonly pageId: string
  /** The address named a database: the trades go there. */
  readonly trades: DatabaseObjectResponse | null
}

async function parentOf({ notion, parent }: SetUpOptions): Promise<Parent> {
  const id = notionId(parent)
  if (id === null) throw new NotionRefused(`expected NOTION_PARENT to be the id or address of a page, found '${parent}'; copy the page's link`)
  const page = await unlessAbsent(notion.pages.retrieve({ page_id: id }))
  if (page !== null && 'in_trash' in page) {
    if (page.in_trash) throw new NotionRefused('expected the page of NOTION_PARENT, found it in the trash; restore it or name another')
    return { pageId: id, trades: null }
  }
  const database = await unlessAbsent(notion.databases.retrieve({ database_id: id }))
  if (database === null || !isFullDatabase(database))
    throw new NotionRefused(
      `expected a page or database ${id} shared with the integration, found none; open it in Notion, ••• → Connections, and add the integration`,
    )
  if (database.parent.type !== 'page_id')
    throw new NotionRefused('expected the database of NOTION_PARENT to stand on a page shared with the integration, found it elsewhere; name a page instead')
  return { pageId: database.parent.page_id, trades: database }
}

async function sourceOf(role: Role, parent: Parent, { notion, own, stored, tell }: SetUpOptions): Promise<DataSourceObjectResponse> {
  const named = own[role]
  if (named !== undefined) {
    const [address = '', ...name] = named.split('#')
    const id = notionId(address)
    const database = id === null ? null : await unlessAbsent(notion.databases.retrieve({ database_id: id }))
    if (database === null || !isFullDatabase(database))
      throw new NotionRefused(`--${role}: expected a database shared with the integration, found none at '${address}'`)
    return only(notion, database, name.join('#') || null, role)
  }
  if (role === 'trades' && parent.trades !== null) return only(notion, parent.trades, null, role)
  const before = stored.find((source) => source.role === role)
  const there = before === undefined ? null : await unlessAbsent(notion.dataSources.retrieve({ data_source_id: before.dataSourceId }))
  if (there !== null && isFullDataSource(there) && !there.in_trash) {
    tell(`${role}: '${titleOf(there)}' is there`)
    return there
  }
  const found = await databaseBelow(notion, parent.pageId, TITLES[role])
  if (found !== null) {
    tell(`${role}: '${TITLES[role]}' is there`)
    return only(notion, found, null, role)
  }
  const made = await makeDatabase(notion, parent.pageId, role)
  tell(`${role}: made the database '${TITLES[role]}'`)
  return only(notion, made, null, role)
}

/** A database holds one data source or several; of several one has to be named. */
async function only(notion: Notion, database: DatabaseObjectResponse, name: string | null, role: Role): Promise<DataSourceObjectResponse> {
  const choices = database.data_sources.filter((source) => name === null || source.name === name)
  const names = database.data_sources.map((source) => `'${source.name}'`).join(', ')
  const source = choices[0]
  if (source === undefined) throw new NotionRefused(`${role}: expected a data source '${name ?? ''}' in the database, found ${names || 'none'}`)
  if (choices.length > 1)
    throw new NotionRefused(`${role}: expected a database with one data source, found ${choices.length} (${names}); name one: --${role} DATABASE#NAME`)
  const full = await asking(`the data source '${source.name}'`, notion.dataSources.retrieve({ data_source_id: source.id }))
  if (!isFullDataSource(full))
    throw new NotionRefused(`expected to read the data source '${source.name}', found that the integration may not; give it 'read content'`)
  return full
}

async function databaseBelow(notion: Notion, pageId: string, title: string): Promise<DatabaseObjectResponse | null> {
  let cursor: string | null = null
  do {
    const answer: Awaited<ReturnType<Notion['blocks']['children']['list']>> = await asking(
      'what stands on the page',
      notion.blocks.children.list({ block_id: pageId, page_size: 100, ...(cursor === null ? {} : { start_cursor: cursor }) }),
    )
    for (const block of answer.results) {
      if (!('type' in block) || block.type !== 'child_database' || block.child_database.title !== title) continue
      const database = await unlessAbsent(notion.databases.retrieve({ database_id: block.id }))
      if (database !== null && isFullDatabase(database) && !database.in_trash) return database
    }
    cursor = answer.has_more ? answer.next_cursor : null
  } while (cursor !== null)
  return null
}

async function makeDatabase(notion: Notion, pageId: string, role: Role): Promise<DatabaseObjectResponse> {
  try {
    const made = await notion.databases.create({
      parent: { type: 'page_id', page_id: pageId },
      title: [{ text: { content: TITLES[role] } }],
      // The rest is added like to any other; a database is only made once there is nothing more to go wrong.
      initial_data_source: { properties: { Name: { title: {} }, [KEY_PROPERTY[role]]: { rich_text: {} } } },
    })
    if (isFullDatabase(made)) return made
  } catch (error) {
    if (troubleOf(error)?.kind !== 'unanswered') throw refused(`to make the database '${TITLES[role]}' (the integration needs 'insert content')`, error)
    const made = await databaseBelow(notion, pageId, TITLES[role])
    if (made !== null) return made
    throw refused(`to make the database '${TITLES[role]}'`, error)
  }
  throw new NotionRefused("expected to read the database that was just made, found that the integration may not; give it 'read content'")
}

/** Our properties in a data source: by the ids of an earlier set-up, then by name; those that are missing are added. */
async function withProperties(role: Role, source: DataSourceObjectResponse, daysId: string, { notion, stored, tell }: SetUpOptions): Promise<SetSource> {
  const before = stored.find((one) => one.role === role && one.dataSourceId === source.id)?.properties ?? {}
  const here = placed(role, source, before)
  const wrong = here.filter(({ found, type }) => found !== undefined && found.type !== type)
  if (wrong.length > 0) {
    const list = wrong.map(({ name, type, found }) => `'${found?.name ?? name}' to be ${type} and not ${found?.type}`).join(', ')
    throw new NotionRefused(`${role}: expected the property ${list}; rename it or change its type, then set up again`)
  }
  const missing = here.filter(({ found }) => found === undefined)
  if (missing.length === 0) return setSource(role, source, before)
  const added = Object.fromEntries(missing.map(({ name, type }) => [name, configOf(type, daysId)]))
  const updated = await asking(
    `to add properties to '${titleOf(source)}' (the integration needs 'update content')`,
    notion.dataSources.update({ data_source_id: source.id, properties: added as NonNullable<Parameters<Notion['dataSources']['update']>[0]['properties']> }),
  )
  tell(`${role}: added ${missing.map(({ name }) => name).join(', ')}`)
  return setSource(role, updated as DataSourceObjectResponse, before)
}

function placed(role: Role, source: DataSourceObjectResponse, before: SetSource['properties']) {
  const there = Object.values(source.properties)
  return Object.entries<PropertyValue['type']>(SCHEMAS[role]).map(([name, type]) => ({
    name,
    type,
    // A table has one title, whatever the user calls it.
    found:
      there.find((property) => (type === 'title' ? property.type === 'title' : property.id === before[name])) ??
      there.find((property) => property.name === name),
  }))
}

function setSource(role: Role, source: DataSourceObjectResponse, before: SetSource['properties']): SetSource {
  const properties = Object.fromEntries(placed(role, source, before).flatMap(({ name, found }) => (found === undefined ? [] : [[name, found.id]])))
  const databaseId = source.parent.type === 'database_id' ? source.parent.database_id : ''
  return { role, dataSourceId: source.id, databaseId, properties }
}

function configOf(type: PropertyValue['type'], daysId: string): object {
  if (type === 'number') return { number: { format: 'number' } }
  if (type === 'relation') return { relation: { data_source_id: daysId, type: 'dual_property', dual_property: { synced_property_name: 'Trades' } } }
  return { [type]: {} }
}

/** The one proof there is: a page made, read and thrown away. */
async function checkWriting(notion: Notion, { role, dataSourceId, properties }: SetSource): Promise<void> {
  const key = properties[KEY_PROPERTY[role]] as string
  const left = await asking(
    `to ask for pages of the ${role} (the integration needs 'read content')`,
    notion.dataSources.query({ data_source_id: dataSourceId, filter: { property: key, rich_text: { equals: CHECK_KEY } } }),
  )
  // Of a set-up that broke in between.
  for (const { id } of left.results) await asking(`to throw a page of the ${role} away`, notion.pages.update({ page_id: id, in_trash: true }))
  const page = await asking(
    `to make a page among the ${role} (the integration needs 'insert content')`,
    notion.pages.create({
      parent: { type: 'data_source_id', data_source_id: dataSourceId },
      properties: {
        [properties['Name'] as string]: { title: [{ text: { content: 'excursion: check' } }] },
        [key]: { rich_text: [{ text: { content: CHECK_KEY } }] },
      },
    }),
  )
  await asking(`to read a page among the ${role} (the integration needs 'read content')`, notion.pages.retrieve({ page_id: page.id }))
  await asking(`to throw a page of the ${role} away (the integration needs 'update content')`, notion.pages.update({ page_id: page.id, in_trash: true }))
}

/** The places of an earlier set-up as they are now: properties that were deleted, or are of another type now, are left out and said. */
export async function readSource(notion: Notion, stored: SetSource, log: (line: string) => void): Promise<SetSource> {
  const source = await notion.dataSources.retrieve({ data_source_id: stored.dataSourceId })
  if (!isFullDataSource(source) || source.in_trash)
    throw new NotionRefused(`expected the data source of the ${stored.role}, found it in the trash; restore it or run excursion notion setup`)
  const byId = new Map(Object.values(source.properties).map((property) => [property.id, property]))
  const kept = Object.entries(stored.properties).filter(([name, id]) => byId.get(id)?.type === SCHEMAS[stored.role][name as never])
  const properties = Object.fromEntries(kept)
  const lost = Object.keys(stored.properties).filter((name) => properties[name] === undefined)
  if (lost.includes(KEY_PROPERTY[stored.role]) || lost.includes('Name'))
    throw new NotionRefused(
      `expected the property '${KEY_PROPERTY[stored.role]}' of the ${stored.role}, found it deleted or changed; run excursion notion setup`,
    )
  if (lost.length > 0)
    log(`notion: ${stored.role}: ${lost.join(', ')} deleted or of another type in Notion; left out (excursion notion setup adds what is missing)`)
  return { ...stored, properties }
}

function titleOf(source: DataSourceObjectResponse): string {
  return source.title.map((text) => text.plain_text).join('')
}

async function asking<T>(what: string, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    throw refused(what, error)
  }
}

function refused(what: string, error: unknown): unknown {
  return troubleOf(error) === null ? error : new NotionRefused(`expected ${what}, found '${sayTrouble(error)}'`, error)
}

/** What is there and shared with us, or null. */
async function unlessAbsent<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request
  } catch (error) {
    const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : null
    if (status === 404 || status === 400) return null
    throw refused('an answer from Notion', error)
  }
}
