// Configuration as a value: the environment is read once, checked as a whole, frozen and passed on.
// The only file that may name process.env. Never prints a secret, not even a wrong one.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { ConfigInvalid } from './errors.ts'

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
  readonly slackWebhookUrl: string | null
  readonly sms: {
    readonly accountSid: string | null
    readonly authToken: string | null
    readonly from: string | null
    readonly to: string | null
    readonly baseUrl: string
  }
  readonly webhook: {
    readonly url: string | null
    readonly secret: string | null
    /** Addresses of this machine and of private networks may be posted to. */
    readonly allowPrivate: boolean
  }
  /** When less than critical alerts wait, on the clock of `timeZone`; null: never. */
  readonly quietHours: { readonly from: string; readonly until: string } | null
  readonly heartbeatUrl: string | null
  readonly flex: { readonly token: string | null; readonly queryIds: readonly string[]; readonly baseUrl: string }
  /** Account id → the name that stands for it wherever it leaves the machine. */
  readonly accountAliases: Readonly<Record<string, string>>
  readonly privacy: 'full' | 'percent'
  /** What is odd but not wrong, a line each; main prints them once. */
  readonly warnings: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

const LANGUAGES = ['en', 'zh'] as const

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .pipe(z.number().min(from).max(to))
    .meta({ allowed: `a whole number from ${from} to ${to}` })
const oneOf = <const T extends readonly [string, ...string[]]>(choices: T) => z.enum(choices).meta({ allowed: choices.join(' or ') })
const word = (allowed: string) => z.string().regex(/^\S+$/).meta({ allowed })
const phone = z
  .string()
  .regex(/^\+[1-9]\d{5,14}$/)
  .meta({ allowed: "a telephone number like '+14155550123'" })
const folder = z
  .string()
  .transform((text) => resolve(text.replace(/^~(?=\/|$)/, homedir())))
  .meta({ allowed: 'a folder' })
const url = (...schemes: string[]) =>
  z
    .string()
    // What cannot be read as an address would be thrown later on, with all that is secret in it.
    .refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`) && text.length > scheme.length + 3) && !/\s/.test(text) && URL.canParse(text))
    .meta({ allowed: `an address that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}` })
/** The address a service's own paths are appended to. */
const baseUrl = url('https', 'http')
  .transform((text) => text.replace(/\/+$/, ''))
  .meta({ allowed: 'an address that starts with https:// or http://' })
/** Its value is never shown. */
const secret = <T extends z.ZodType>(schema: T): T => schema.meta({ ...schema.meta(), secret: true })

const zone = z.string().refine(isTimeZone).meta({ allowed: "an IANA time zone like 'America/New_York'" })
const truth = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .meta({ allowed: 'true or false' })
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
  SLACK_WEBHOOK_URL: secret(url('https', 'http')).optional(),
  TWILIO_ACCOUNT_SID: word('a Twilio account SID').optional(),
  TWILIO_AUTH_TOKEN: secret(word('a Twilio auth token')).optional(),
  TWILIO_FROM: phone.optional(),
  TWILIO_BASE_URL: baseUrl.optional(),
  SMS_TO: phone.optional(),
  WEBHOOK_URL: secret(url('https', 'http')).optional(),
  WEBHOOK_SECRET: secret(word('a secret without spaces')).optional(),
  ALLOW_PRIVATE_WEBHOOKS: truth.optional(),
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

/** A variable, and those without which it does nothing. */
const NEEDS = {
  NOTION_TOKEN: ['NOTION_PARENT'],
  TWILIO_ACCOUNT_SID: ['TWILIO_AUTH_TOKEN', 'TWILIO_FROM', 'SMS_TO'],
  SMS_TO: ['TWILIO_ACCOUNT_SID'],
  WEBHOOK_SECRET: ['WEBHOOK_URL'],
  FLEX_TOKEN: ['FLEX_QUERY_ID'],
} as const

export const VARIABLE_NAMES: readonly string[] = Object.keys(VARIABLES.shape)

/** The environment as a value. Throws ConfigInvalid with one line for each variable that is wrong. An empty value is an absent one. */
export function readConfig(env: Environment): Config {
  const given = Object.fromEntries(VARIABLE_NAMES.flatMap((name) => (env[name]?.trim() ? [[name, env[name].trim()]] : [])))
  const read = VARIABLES.safeParse(given)
  if (!read.success)
    throw new ConfigInvalid([...new Set(read.error.issues.map((issue) => String(issue.path[0])))].map((name) => wrongLine(name, given[name] ?? '')))
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
    slackWebhookUrl: is.SLACK_WEBHOOK_URL ?? null,
    sms: {
      accountSid: is.TWILIO_ACCOUNT_SID ?? null,
      authToken: is.TWILIO_AUTH_TOKEN ?? null,
      from: is.TWILIO_FROM ?? null,
      to: is.SMS_TO ?? null,
      baseUrl: is.TWILIO_BASE_URL ?? 'https://api.twilio.com',
    },
    webhook: { url: is.WEBHOOK_URL ?? null, secret: is.WEBHOOK_SECRET ?? null, allowPrivate: is.ALLOW_PRIVATE_WEBHOOKS ?? false },
    quietHours: is.QUIET_HOURS ?? null,
    heartbeatUrl: is.HEARTBEAT_URL ?? null,
    flex: {
      token: is.FLEX_TOKEN ?? null,
      queryIds: is.FLEX_QUERY_ID ?? [],
      baseUrl: is.FLEX_BASE_URL ?? 'https://ndcdyn.interactivebrokers.com/AccountManagement/FlexWebService',
    },
    accountAliases: is.ACCOUNT_ALIASES ?? {},
    privacy: is.PRIVACY ?? 'full',
    warnings: [...unknownNames(env), ...halfSet(given)],
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
function wrongLine(name: string, value: string): string {
  const meta = VARIABLES.shape[name as keyof typeof VARIABLES.shape].unwrap().meta()
  const found = meta?.secret === true || value.includes('@') ? `${value.length} characters that are not one (not shown)` : `'${value}'`
  return `${name}: expected ${meta?.allowed}, found ${found}; correct it or leave it empty`
}

function unknownNames(env: Environment): string[] {
  const strange = Object.keys(env).filter((name) => name.startsWith('EXCURSION_') && !VARIABLE_NAMES.includes(name))
  return strange.map((name) => `${name}: expected a variable that .env.example lists, found an unknown one that is ignored; did you mean ${nearest(name)}?`)
}

function halfSet(given: Environment): string[] {
  return Object.entries(NEEDS).flatMap(([name, needed]) => {
    const missing = needed.filter((other) => given[other] === undefined)
    if (given[name] === undefined || missing.length === 0) return []
    return [`${name}: expected ${missing.join(', ')} beside it, found nothing; without it that service is not used`]
  })
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
