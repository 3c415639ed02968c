// Configuration as a value: the environment is read once, checked as a whole, frozen and passed on.
// The only file that may name process.env. Never prints a secret, not even a wrong one.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { ConfigInvalid } from './errors.ts'
import { baseUrl, metaOf, neededOf, oneOf, type Service, secret, truth, url, type Variables, wholeNumber, wishedOf, word } from './variables.ts'

export interface Config {
  /** The data folder, absolute. */
  readonly home: string
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Pages of these origins may ask and read, besides our own. */
  readonly corsOrigins: readonly string[]
  /** Who may read GraphQL's whole schema: whoever shows a token, or every program of this machine. */
  readonly introspection: 'tokens' | 'open'
  readonly language: 'en' | 'zh'
  /** IANA zone of messages and of tables in the terminal; market days and cards never depend on it. */
  readonly timeZone: string
  /** Which colour is good in a picture: blue, or red as in China. */
  readonly colours: 'western' | 'chinese'
  readonly markFilter: 'default' | 'none'
  readonly keepMarksDays: number
  /** null: the PostgreSQL that comes along. */
  readonly databaseUrl: string | null
  /** null: jobs live in PostgreSQL. */
  readonly redisUrl: string | null
  readonly broker: 'tws' | 'client-portal'
  readonly tws: {
    readonly host: string
    readonly port: number
    readonly clientId: number
    readonly readOnly: boolean
    readonly marketDataType: 1 | 2 | 3 | 4
    /** How many contracts are heard trade by trade. */
    readonly lines: number
    readonly tickByTick: number
  }
  readonly clientPortalUrl: string
  /** Where cards are written, absolute. */
  readonly notesDir: string
  /** How their pictures are: SVG, or PNG for those who show no SVG. */
  readonly notesPictures: 'svg' | 'png'
  readonly notion: { readonly token: string | null; readonly parent: string | null; readonly baseUrl: string }
  /** What each channel was given, by its kind and by the names of its variables (notify/channels); null: it is not configured. */
  readonly channels: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  /** When less than critical alerts wait, on the clock of `timeZone`; null: never. */
  readonly quietHours: { readonly from: string; readonly until: string } | null
  readonly heartbeatUrl: string | null
  readonly flex: { readonly token: string | null; readonly queryIds: readonly string[]; readonly baseUrl: string }
  /** Account id → the name that stands for it wherever it leaves the machine. */
  readonly accountAliases: Readonly<Record<string, string>>
  readonly privacy: 'full' | 'percent'
  /** What is odd but not wrong; said once, at the start. */
  readonly warnings: readonly Warning[]
}

export interface Warning {
  /** A variable, or what people call the service that is only half set up. */
  readonly what: string
  readonly found: string
  readonly remedy: string
}

type Environment = Readonly<Record<string, string | undefined>>

const LANGUAGES = ['en', 'zh'] as const

const folder = z
  .string()
  .transform((text) => resolve(text.replace(/^~(?=\/|$)/, homedir())))
  .meta({ allowed: 'a folder' })
const zone = z.string().refine(isTimeZone).meta({ allowed: "an IANA time zone like 'America/New_York'" })
const quietHours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/)
  .transform((text) => ({ from: text.slice(0, 5), until: text.slice(6) }))
  .meta({ allowed: "two times of day like '22:00-07:00'" })
const origins = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim().toLowerCase()))
  .refine((list) => list.every((one) => URL.canParse(one) && new URL(one).origin === one))
  .meta({ allowed: "origins like 'https://dash.example,http://localhost:5173'" })
const aliases = z
  .string()
  .regex(/^\s*[^\s:,]+\s*:\s*[^:,]+(,\s*[^\s:,]+\s*:\s*[^:,]+)*,?\s*$/)
  .transform(
    (text) =>
      Object.fromEntries(
        text
          .split(',')
          .filter((pair) => pair.trim() !== '')
          .map((pair) => pair.split(':').map((part) => part.trim())),
      ) as Record<string, string>,
  )
  .meta({ allowed: "pairs like 'U123:main,U456:retirement'" })

// Every variable there is; .env.example says a word on each (test/tidy.test.ts compares the two lists).
const VARIABLES = z.object({
  EXCURSION_HOME: folder.optional(),
  EXCURSION_HOST: word('a host name or address').optional(),
  EXCURSION_PORT: wholeNumber(0, 65_535).optional(),
  EXCURSION_CORS_ORIGINS: origins.optional(),
  EXCURSION_INTROSPECTION: oneOf(['tokens', 'open']).default('tokens'),
  EXCURSION_LANG: oneOf(LANGUAGES).optional(),
  EXCURSION_TZ: zone.optional(),
  EXCURSION_COLOURS: oneOf(['western', 'chinese']).optional(),
  EXCURSION_MARK_FILTER: oneOf(['default', 'none']).optional(),
  KEEP_MARKS_DAYS: wholeNumber(1, 36_500).optional(),
  DATABASE_URL: secret(url('postgres', 'postgresql')).optional(),
  REDIS_URL: secret(url('redis', 'rediss')).optional(),
  BROKER: oneOf(['tws', 'client-portal']).optional(),
  TWS_HOST: word('a host name or address').optional(),
  TWS_PORT: wholeNumber(1, 65_535).optional(),
  TWS_CLIENT_ID: wholeNumber(0, 2_147_483_647).optional(),
  TWS_READ_ONLY: truth.optional(),
  TWS_MARKET_DATA_TYPE: z
    .enum(['1', '2', '3', '4'])
    .transform((text) => Number(text) as 1 | 2 | 3 | 4)
    .meta({ allowed: '1 (live), 2 (frozen), 3 (delayed) or 4 (delayed frozen)' })
    .optional(),
  TWS_LINES: wholeNumber(1, 10_000).optional(),
  TWS_TICK_BY_TICK: wholeNumber(0, 100).optional(),
  CLIENT_PORTAL_URL: baseUrl.optional(),
  NOTES_DIR: folder.optional(),
  NOTES_PICTURES: oneOf(['svg', 'png']).optional(),
  NOTION_TOKEN: secret(word('a token of a Notion integration')).optional(),
  NOTION_PARENT: word('the id or address of a Notion page').optional(),
  NOTION_BASE_URL: baseUrl.optional(),
  QUIET_HOURS: quietHours.optional(),
  HEARTBEAT_URL: secret(url('https', 'http')).optional(),
  FLEX_TOKEN: secret(word('a Flex Web Service token')).optional(),
  FLEX_QUERY_ID: z
    .string()
    .regex(/^\d+(\s*,\s*\d+)*$/)
    .transform((text) => text.split(',').map((one) => one.trim()))
    .meta({ allowed: "the number of a Flex query, or several ('123456,123457')" })
    .optional(),
  FLEX_BASE_URL: baseUrl.optional(),
  ACCOUNT_ALIASES: aliases.optional(),
  PRIVACY: oneOf(['full', 'percent']).optional(),
})

/** What does nothing one without the other. */
const TOGETHER = [
  { name: 'Notion', needed: ['NOTION_TOKEN', 'NOTION_PARENT'] },
  { name: 'Flex', needed: ['FLEX_TOKEN', 'FLEX_QUERY_ID'] },
] as const

export const VARIABLE_NAMES: readonly string[] = Object.keys(VARIABLES.shape)

/**
 * The environment as a value, with the variables of the channels there are. Throws ConfigInvalid with one line for each variable that is wrong. An empty
 * value is an absent one.
 */
export function readConfig(env: Environment, services: readonly Service[] = []): Config {
  const foreign: Variables = Object.assign({}, ...services.map(({ variables }) => variables))
  const names = [...VARIABLE_NAMES, ...Object.keys(foreign).filter((name) => !VARIABLE_NAMES.includes(name))]
  const given = Object.fromEntries(names.flatMap((name) => (env[name]?.trim() ? [[name, env[name].trim()]] : [])))
  // What a channel needs may be missing all the same: then it is not there.
  const needed = neededOf(foreign)
  const optional = Object.fromEntries(Object.entries(foreign).map(([name, schema]) => [name, needed.includes(name) ? schema.optional() : schema]))
  const known = z.object({ ...optional, ...VARIABLES.shape })
  const read = known.safeParse(given)
  if (!read.success)
    throw new ConfigInvalid(
      [...new Set(read.error.issues.map((issue) => String(issue.path[0])))].map((name) =>
        wrongLine(name, given[name] ?? '', metaOf(known.shape[name as keyof typeof known.shape])),
      ),
    )
  const is = read.data
  // Never the other broker in silence.
  if (is.BROKER === 'client-portal')
    throw new ConfigInvalid(["BROKER: expected tws, found 'client-portal', which is not built yet; leave it empty to listen to TWS or IB Gateway"])
  const home = is.EXCURSION_HOME ?? join(homedir(), '.excursion')
  return deepFreeze({
    home,
    host: is.EXCURSION_HOST ?? '127.0.0.1',
    port: is.EXCURSION_PORT ?? 4000,
    corsOrigins: is.EXCURSION_CORS_ORIGINS ?? [],
    introspection: is.EXCURSION_INTROSPECTION,
    language: is.EXCURSION_LANG ?? systemLanguage(env),
    timeZone: is.EXCURSION_TZ ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    colours: is.EXCURSION_COLOURS ?? 'western',
    markFilter: is.EXCURSION_MARK_FILTER ?? 'default',
    keepMarksDays: is.KEEP_MARKS_DAYS ?? 90,
    databaseUrl: is.DATABASE_URL ?? null,
    redisUrl: is.REDIS_URL ?? null,
    broker: is.BROKER ?? 'tws',
    tws: {
      host: is.TWS_HOST ?? '127.0.0.1',
      port: is.TWS_PORT ?? 4002,
      clientId: is.TWS_CLIENT_ID ?? 0,
      readOnly: is.TWS_READ_ONLY ?? true,
      marketDataType: is.TWS_MARKET_DATA_TYPE ?? 1,
      lines: is.TWS_LINES ?? 100,
      tickByTick: is.TWS_TICK_BY_TICK ?? 5,
    },
    clientPortalUrl: is.CLIENT_PORTAL_URL ?? 'https://localhost:5000/v1/api',
    notesDir: is.NOTES_DIR ?? join(home, 'notes'),
    notesPictures: is.NOTES_PICTURES ?? 'svg',
    notion: { token: is.NOTION_TOKEN ?? null, parent: is.NOTION_PARENT ?? null, baseUrl: is.NOTION_BASE_URL ?? 'https://api.notion.com' },
    channels: Object.fromEntries(services.map((service) => [service.kind, valuesOf(service, given, is)])),
    quietHours: is.QUIET_HOURS ?? null,
    heartbeatUrl: is.HEARTBEAT_URL ?? null,
    flex: {
      token: is.FLEX_TOKEN ?? null,
      queryIds: is.FLEX_QUERY_ID ?? [],
      baseUrl: is.FLEX_BASE_URL ?? 'https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService',
    },
    accountAliases: is.ACCOUNT_ALIASES ?? {},
    privacy: is.PRIVACY ?? 'full',
    warnings: [...unknownNames(env, names), ...halves(services, given)],
  })
}

/** The process' environment, with what `.env` in the current folder adds to it (a variable that is already set wins). */
export function loadEnv(): Environment {
  try {
    process.loadEnvFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new ConfigInvalid([`.env: expected a readable file, found '${(error as Error).message}'; correct it or remove it`], error)
  }
  return process.env
}

/** Whether only this machine can reach a server that listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** "TWS_PORT: expected a whole number from 1 to 65535, found 'abc'; correct it or leave it empty" */
function wrongLine(name: string, value: string, meta: Readonly<Record<string, unknown>>): string {
  const found = meta['secret'] === true || value.includes('@') ? `${value.length} characters that are not one (not shown)` : `'${value}'`
  return `${name}: expected ${meta['allowed']}, found ${found}; correct it or leave it empty`
}

function unknownNames(env: Environment, known: readonly string[]): Warning[] {
  const strange = Object.keys(env).filter((name) => name.startsWith('EXCURSION_') && !known.includes(name))
  return strange.map((name) => ({
    what: name,
    found: 'expected a variable that .env.example lists, found an unknown one that is ignored',
    remedy: `did you mean ${nearest(name, known)}?`,
  }))
}

/** Null where something that it needs is missing. */
function valuesOf({ variables }: Service, given: Environment, is: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null {
  if (neededOf(variables).some((name) => given[name] === undefined)) return null
  return Object.fromEntries(Object.keys(variables).flatMap((name) => (is[name] === undefined ? [] : [[name, is[name]]])))
}

/** What was begun and is not used, because something beside it is missing. */
function halves(services: readonly Service[], given: Environment): Warning[] {
  const channels = services.map(({ name, variables }) => ({ name, needed: neededOf(variables), wished: wishedOf(variables) }))
  return [...TOGETHER.map(({ name, needed }) => ({ name, needed, wished: needed })), ...channels].flatMap(({ name, needed, wished }) => {
    const set = wished.filter((one) => given[one] !== undefined)
    const missing = needed.filter((one) => given[one] === undefined)
    if (set.length === 0 || missing.length === 0) return []
    return [
      {
        what: name,
        found: `expected ${listed(missing)} beside ${listed(set)}, found nothing; ${name} is not used`,
        remedy: `set ${missing.length === 1 ? 'it' : 'them'} too, or leave ${listed(set)} empty`,
      },
    ]
  })
}

/** 'A, B and C' */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(names)
}

/** The known name that is written most like `name`. */
export function nearest(name: string, known: readonly string[] = VARIABLE_NAMES): string {
  return known.reduce((best, other) => (distance(name, other) < distance(name, best) ? other : best))
}

/** How many letters must be added, removed or exchanged to make one name of the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let line = 1; line <= from.length; line++) {
    const next = [line]
    for (let column = 1; column <= to.length; column++) {
      const exchanged = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1)
      next.push(Math.min(exchanged, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

function systemLanguage(env: Environment): (typeof LANGUAGES)[number] {
  return (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part)
  return Object.freeze(value)
}
