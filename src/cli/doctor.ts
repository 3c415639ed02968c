// `doctor`: what is configured, what answers, and for each fault what to do about it. Looks and says; it changes nothing and delivers nothing.
import { constants } from 'node:fs'
import { access, mkdir, statfs } from 'node:fs/promises'
import type { BrokerEvent } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { printInstant } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import { type Config, loadEnv, readConfig } from '#src/config.ts'
import { ExcursionError } from '#src/errors.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { takeWriterLock } from '#store/lock.ts'
import { verb } from './arguments.ts'
import { print, say } from './terminal.ts'

interface Finding {
  readonly what: string
  readonly state: 'ok' | 'off' | 'fault'
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
}

const DISK_FREE_MIN = 2e9
const OUTBOX_MAX = 1_000
/** Another client's id, so that a service that runs keeps its own. */
const DOCTOR_CLIENT_ID = 9_713
const CLOCK_OFF_MS_MAX = 5_000

export const doctor = verb({
  usage: 'doctor [--json]',
  summary: 'checks configuration, database, disk, broker, notes and channels; says what to do about each fault',
  flags: { json: { help: 'one JSON object a line' } },
  async run({ flags }) {
    const config = readConfig(loadEnv())
    const findings = [
      ...configurationOf(config),
      ...(await databaseOf(config)),
      await diskOf(config),
      ...(await brokerOf(config)),
      await notesOf(config),
      ...channelsOf(config),
    ]
    for (const finding of findings) {
      if (flags.json) print(JSON.stringify(finding))
      else
        print(
          `${finding.state.padEnd(5)} ${finding.what.padEnd(14)} ${finding.found}${finding.remedy === undefined ? '' : `\n${' '.repeat(21)}→ ${finding.remedy}`}`,
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
    ...warnings.map(
      (warning): Finding => ({ what: 'configuration', state: 'fault', found: warning, remedy: 'correct the name in .env (.env.example lists them all)' }),
    ),
  ]
}

async function databaseOf({ databaseUrl, home }: Config): Promise<readonly Finding[]> {
  try {
    await using db = await openDatabase({ url: databaseUrl, home, log: () => {} })
    return await lookInto(db)
  } catch (error) {
    return [{ what: 'database', state: 'fault', found: messageOf(error), remedy: 'start it, or leave DATABASE_URL empty to use the one that comes along' }]
  }
}

async function lookInto(db: Database): Promise<readonly Finding[]> {
  const { rows } = await db.pool.query<{ version: string; bytes: string; facts: string; marks: string; waiting: string; first: string | null }>(`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes, (select count(*) from facts) as facts,
      (select coalesce(sum(greatest(reltuples, 0)), 0)::bigint from pg_class where relname like 'marks%' and relkind = 'r') as marks,
      (select count(*) from outbox) as waiting, (select min(at)::date::text from facts) as first`)
  const [seen] = rows
  await using lock = await takeWriterLock(db)
  const size = `${(Number(seen?.bytes) / 1e6).toFixed(0)} MB, ${seen?.facts} facts and about ${seen?.marks} prices since ${seen?.first ?? 'never'}`
  const waiting = Number(seen?.waiting)
  return [
    { what: 'database', state: 'ok', found: `PostgreSQL ${seen?.version}${db.embedded ? ' that comes along' : ''}: ${size}` },
    {
      what: 'recording',
      state: lock === null ? 'ok' : 'off',
      found: lock === null ? 'a service is recording' : 'no service is recording',
      ...(lock === null ? {} : { remedy: 'excursion start' }),
    },
    waiting > OUTBOX_MAX
      ? { what: 'queue', state: 'fault', found: `${waiting} deliveries wait`, remedy: 'run a service with the role worker: excursion start --roles worker' }
      : { what: 'queue', state: 'ok', found: `${waiting} deliveries wait` },
  ]
}

async function diskOf({ home }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(home).catch(() => statfs('.'))
  const free = bavail * bsize
  const found = `${(free / 1e9).toFixed(1)} GB free`
  return free < DISK_FREE_MIN ? { what: 'disk', state: 'fault', found, remedy: 'make room, or lower KEEP_MARKS_DAYS' } : { what: 'disk', state: 'ok', found }
}

async function brokerOf({ tws }: Config): Promise<readonly Finding[]> {
  const broker = openTws({ host: tws.host, port: tws.port, clientId: DOCTOR_CLIENT_ID, clock, answerMs: 2_000, handshakeMs: 5_000 })
  const events: BrokerEvent[] = []
  try {
    await broker.connect((event) => void events.push(event))
  } catch (error) {
    const advice = (await broker.advice?.()) ?? ''
    return [{ what: 'broker', state: 'fault', found: messageOf(error), remedy: advice.split('\n').join(`\n${' '.repeat(23)}`) }]
  } finally {
    await broker.close()
  }
  const accounts = events.flatMap((event) => (event.kind === 'accounts' ? event.accounts : []))
  const told = events.findLast((event) => event.kind === 'clock')
  const held = events.filter((event) => event.kind === 'position' && event.quantity !== '0').length
  const off = told?.kind === 'clock' ? clock.now() - told.at : 0
  const kind = accounts.every((account) => account.startsWith('D')) ? 'paper' : 'live'
  return [
    { what: 'broker', state: 'ok', found: `TWS at ${tws.host}:${tws.port}: ${kind}, accounts ${accounts.join(', ')}, ${held} positions` },
    { what: 'access', state: 'ok', found: tws.readOnly ? 'read only: no request that needs write access is ever sent' : 'TWS_READ_ONLY is false' },
    tws.clientId === 0
      ? { what: 'client id', state: 'ok', found: '0: sees orders placed by hand' }
      : {
          what: 'client id',
          state: 'ok',
          found: `${tws.clientId}: sees its own orders only, unless it is the Master API client`,
          remedy: 'TWS_CLIENT_ID=0, or set it as Master API client ID in TWS',
        },
    Math.abs(off) > CLOCK_OFF_MS_MAX && told?.kind === 'clock'
      ? {
          what: 'clock',
          state: 'fault',
          found: `the broker says ${printInstant(told.at)}, this machine is ${(off / 1000).toFixed(0)} s off`,
          remedy: "set this machine's clock by the network (or it plays a tape)",
        }
      : { what: 'clock', state: 'ok', found: "within 5 s of the broker's" },
  ]
}

async function notesOf({ notesDir }: Config): Promise<Finding> {
  try {
    await mkdir(notesDir, { recursive: true })
    await access(notesDir, constants.W_OK)
    return { what: 'notes', state: 'ok', found: notesDir }
  } catch (error) {
    return { what: 'notes', state: 'fault', found: messageOf(error), remedy: 'set NOTES_DIR to a folder this user may write to' }
  }
}

function channelsOf(config: Config): readonly Finding[] {
  const channel = (what: string, isSet: boolean, remedy: string): Finding =>
    isSet ? { what, state: 'ok', found: 'configured' } : { what, state: 'off', found: 'not configured', remedy }
  return [
    channel('Notion', config.notion.token !== null && config.notion.parent !== null, 'NOTION_TOKEN and NOTION_PARENT, if wanted'),
    channel('Slack', config.slackWebhookUrl !== null, 'SLACK_WEBHOOK_URL, if wanted'),
    channel('SMS', config.sms.accountSid !== null, 'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM and SMS_TO, if wanted'),
    channel('webhook', config.webhook.url !== null, 'WEBHOOK_URL, if wanted'),
    channel('Flex', config.flex.token !== null, 'FLEX_TOKEN and FLEX_QUERY_ID, for history older than a day and busts'),
  ]
}

function messageOf(error: unknown): string {
  return error instanceof ExcursionError || error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
