// `doctor`: what is configured, what answers, and for each fault what to do about it. Looks and says; it changes nothing and delivers nothing.
import { constants } from 'node:fs'
import { access, mkdir, statfs } from 'node:fs/promises'
import { openFlexWeb } from '#broker/flex-web.ts'
import type { Instrument } from '#core/facts.ts'
import { sayDifference } from '#core/remedy.ts'
import { printInstant } from '#core/time.ts'
import { placeOf } from '#notes/place.ts'
import type { Driver } from '#notify/channel.ts'
import { doubtOf, DRIVERS } from '#notify/channels.ts'
import { clock } from '#src/clock.ts'
import { type Config, listed } from '#src/config.ts'
import { ExcursionError } from '#src/errors.ts'
import { neededOf } from '#src/variables.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { differencesOf } from '#store/differences.ts'
import { instruments, sessionChanges } from '#store/facts.ts'
import { hasWriter } from '#store/lock.ts'
import { verb } from './arguments.ts'
import { configured } from './configured.ts'
import { brokerFindings } from './doctor-broker.ts'
import { jobsFindings } from './doctor-jobs.ts'
import type { Finding } from './finding.ts'
import { print, say } from './terminal.ts'

/** One thing looked at. */
const DISK_FREE_MIN = 2e9
const OUTBOX_MAX = 1_000
const GROWTH_DAYS = 7
const SESSION_CHANGES = 5
const FLEX_MS_MAX = 15_000
/** What has a line of its own; what is only half set up is said there. */
const SERVICES = ['Notion', 'Flex', ...DRIVERS.map(({ name }) => name)]

export const doctor = verb({
  usage: 'doctor [--json]',
  summary: 'checks configuration, database, disk, broker, notes and channels; says what to do about each fault',
  flags: { json: { help: 'one JSON object a line' } },
  async run({ flags }) {
    const config = configured()
    const store = await databaseOf(config)
    const findings = [
      ...configurationOf(config),
      ...store.findings,
      await diskOf(config, store.bytesADay),
      ...(await brokerFindings(config, store.instruments, store.isRecording)),
      await notesOf(config),
      ...channelsOf(config),
      ...(await flexOf(config)),
    ]
    for (const finding of findings) {
      if (flags.json) print(JSON.stringify(finding))
      else
        print(
          `${finding.state.padEnd(5)} ${finding.what.padEnd(14)} ${finding.found}${finding.remedy === undefined ? '' : `\n${' '.repeat(21)}→ ${finding.remedy.replaceAll('\n', `\n${' '.repeat(23)}`)}`}`,
        )
    }
    const faults = findings.filter(({ state }) => state === 'fault')
    if (faults.length === 0) return
    say(`${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}: ${faults.map(({ what }) => what).join(', ')}`)
    process.exitCode = 1
  },
})

function configurationOf({ warnings, home }: Config): readonly Finding[] {
  return [
    { what: 'configuration', state: 'ok', found: `data folder ${home}` },
    ...warnings
      .filter(({ what }) => !SERVICES.includes(what))
      .map(({ what, found, remedy }): Finding => ({ what: 'configuration', state: 'fault', found: `${what}: ${found}`, remedy })),
  ]
}

interface Store {
  readonly findings: readonly Finding[]
  readonly instruments: readonly Instrument[]
  readonly isRecording: boolean
  /** How much it grows on a day with trades; null: not known yet. */
  readonly bytesADay: number | null
}

async function databaseOf(config: Config): Promise<Store> {
  const { databaseUrl, home } = config
  try {
    await using db = await openDatabase({ url: databaseUrl, home, log: () => {} })
    return await lookInto(db, config)
  } catch (error) {
    const remedy = 'start it, or leave DATABASE_URL empty to use the one that comes along'
    return { findings: [{ what: 'database', state: 'fault', found: messageOf(error), remedy }], instruments: [], isRecording: false, bytesADay: null }
  }
}

async function lookInto(db: Database, config: Config): Promise<Store> {
  const { rows } = await db.pool.query<{ version: string; bytes: string; facts: string; marks: string; waiting: string; dead: string; first: string | null }>(`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes, (select count(*) from facts where kind <> 'session') as facts,
      (select coalesce(sum(greatest(reltuples, 0)), 0)::bigint from pg_class where relname like 'marks%' and relkind = 'r') as marks,
      (select count(*) from outbox where done_at is null) as waiting, (select count(*) from deliveries where state = 'DEAD') as dead,
      (select min(at)::date::text from facts where kind <> 'session') as first`)
  const [seen] = rows
  const isRecording = await hasWriter(db)
  const size = `${(Number(seen?.bytes) / 1e6).toFixed(0)} MB, ${seen?.first == null ? 'nothing recorded yet' : `${seen.facts} facts and about ${seen.marks} prices since ${seen.first}`}`
  const waiting = Number(seen?.waiting)
  const dead = Number(seen?.dead)
  const bytesADay = await growthOf(db)
  const growth = bytesADay === null ? '' : `; it grows by ${(bytesADay / 1e6).toFixed(1)} MB a day, prices are kept for ${config.keepMarksDays}`
  const findings: Finding[] = [
    { what: 'database', state: 'ok', found: `PostgreSQL ${seen?.version}${db.embedded ? ' that comes along' : ''}: ${size}${growth}` },
    {
      what: 'recording',
      state: isRecording ? 'ok' : 'off',
      found: isRecording ? 'a service is recording' : 'no service is recording',
      ...(isRecording ? {} : { remedy: 'excursion start' }),
    },
    waiting > OUTBOX_MAX
      ? { what: 'queue', state: 'fault', found: `${waiting} deliveries wait`, remedy: 'run a service with the role worker: excursion start --roles worker' }
      : { what: 'queue', state: 'ok', found: `${waiting} deliveries wait` },
    ...(dead === 0
      ? []
      : [
          {
            what: 'queue',
            state: 'fault',
            found: `${dead} deliveries were given up`,
            remedy: 'mend the channel, then send them again (mutation sendAgain)',
          } as const,
        ]),
    ...(await jobsFindings(db, config)),
    ...(await sessionFound(db)),
    ...(await differencesFound(db)),
  ]
  return { findings, instruments: await instruments(db), isRecording, bytesADay }
}

/** The mean of the last days that have prices. */
async function growthOf(db: Database): Promise<number | null> {
  const { rows } = await db.pool.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(oid)) as bytes from pg_class where relkind = 'r' and relname ~ '^(marks|orders_rt_ts|round_trips_rt_ts)_[0-9]{8}$'
     group by right(relname, 8) order by right(relname, 8) desc limit ${GROWTH_DAYS}`,
  )
  return rows.length === 0 ? null : rows.reduce((sum, { bytes }) => sum + Number(bytes), 0) / rows.length
}

/** How the session with the broker came to be what it was last; the latest below. */
async function sessionFound(db: Database): Promise<readonly Finding[]> {
  const changes = (await sessionChanges(db, SESSION_CHANGES)).toReversed()
  const said = (state: string) => state.toLowerCase().replace('_', ' ')
  return changes.map(({ at, state, reason }) => ({ what: 'session', state: 'ok', found: `${said(state)} since ${printInstant(at)}: ${reason}` }))
}

/** What the service found and has not seen mended. */
async function differencesFound(db: Database): Promise<readonly Finding[]> {
  const open = await differencesOf(db, { open: true })
  const wrong = open.filter(({ severity }) => severity !== 'info')
  const pending = open.filter(({ measure, severity }) => measure === 'COMMISSION' && severity === 'info')
  return [
    ...wrong.map((one): Finding => ({ what: 'reconcile', state: 'fault', found: sayDifference(one), remedy: one.remedy })),
    ...(wrong.length > 0 ? [] : [{ what: 'reconcile', state: 'ok', found: "nothing is known to differ from the broker's" } as const]),
    ...(pending.length === 0
      ? []
      : [
          {
            what: 'commissions',
            state: 'fault',
            found: `${pending.length} not told yet: ${pending.map(({ subject }) => subject).join(', ')}`,
            remedy: pending[0]?.remedy ?? '',
          } as const,
        ]),
  ]
}

async function diskOf({ home }: Config, bytesADay: number | null): Promise<Finding> {
  const { bavail, bsize } = await statfs(home).catch(() => statfs('.'))
  const free = bavail * bsize
  const lasts = bytesADay === null || bytesADay === 0 ? '' : `, enough for ${Math.floor(free / bytesADay).toLocaleString('en')} days like the last ones`
  const found = `${(free / 1e9).toFixed(1)} GB free${lasts}`
  return free < DISK_FREE_MIN ? { what: 'disk', state: 'fault', found, remedy: 'make room, or lower KEEP_MARKS_DAYS' } : { what: 'disk', state: 'ok', found }
}

async function notesOf({ notesDir }: Config): Promise<Finding> {
  try {
    await mkdir(notesDir, { recursive: true })
    await access(notesDir, constants.W_OK)
    const { vault } = await placeOf(notesDir)
    return { what: 'notes', state: 'ok', found: `${notesDir}: ${vault ? 'an Obsidian vault' : 'a folder'}` }
  } catch (error) {
    return { what: 'notes', state: 'fault', found: messageOf(error), remedy: 'set NOTES_DIR to a folder this user may write to' }
  }
}

function channelsOf(config: Config): readonly Finding[] {
  const hasNotion = config.notion.token !== null && config.notion.parent !== null
  return [service('Notion', hasNotion, ['NOTION_TOKEN', 'NOTION_PARENT'], config), ...DRIVERS.map((driver) => channelOf(driver, config))]
}

function channelOf(driver: Driver, config: Config): Finding {
  const finding = service(driver.name, config.channels[driver.kind] != null, neededOf(driver.variables), config)
  const doubt = doubtOf(driver, config)
  return doubt === null ? finding : { ...finding, found: `${finding.found}, but ${doubt.found}`, remedy: doubt.remedy }
}

function service(what: string, isSet: boolean, variables: readonly string[], { warnings }: Config, wanted = 'if wanted'): Finding {
  if (isSet) return { what, state: 'ok', found: 'configured' }
  const half = warnings.find((warning) => warning.what === what)
  if (half !== undefined) return { what, state: 'fault', found: half.found, remedy: half.remedy }
  return { what, state: 'off', found: 'not configured', remedy: `${listed(variables)}, ${wanted}` }
}

/** Asks for a statement and leaves it there: the only way to know that the token is taken. The token is never shown. */
async function flexOf(config: Config): Promise<readonly Finding[]> {
  const { token, queryIds, baseUrl } = config.flex
  if (token === null || queryIds.length === 0)
    return [service('Flex', false, ['FLEX_TOKEN', 'FLEX_QUERY_ID'], config, 'for history older than a day and busts')]
  const web = openFlexWeb({ baseUrl, token, clock, patience: { timeoutMs: FLEX_MS_MAX } })
  const findings: Finding[] = []
  for (const queryId of queryIds) {
    const found = await web.check(queryId).then(
      () => null,
      (error: unknown) => error,
    )
    const [message = '', remedy] = messageOf(found).split('; ')
    findings.push(
      found === null
        ? { what: 'Flex', state: 'ok', found: `token and query ${queryId} are taken` }
        : { what: 'Flex', state: 'fault', found: `query ${queryId}: ${message}`, ...(remedy === undefined ? {} : { remedy }) },
    )
  }
  return findings
}

function messageOf(error: unknown): string {
  return error instanceof ExcursionError || error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
