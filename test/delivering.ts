// One process that delivers: the outbox handed over, a worker a channel, the channels of an environment. Run by itself it is the process a test kills.
import { openSweep } from '#jobs/outbox.ts'
import { openJobs } from '#jobs/queues.ts'
import { openWorkers } from '#jobs/worker.ts'
import { type DeliverRoom, openDeliverRoom, type Patience } from '#jobs/deliver.ts'
import { DRIVERS } from '#notify/channels.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { type Database, openDatabase } from '#store/db.ts'

export interface Delivering extends AsyncDisposable {
  sweep(): Promise<number>
}

/** Impatient enough for a test; only what is not asked about is shortened. */
const PATIENCE: Partial<Patience> = { lateMs: 100, passedMs: 100, calmMs: 100, timeoutMs: 1_000, firstRetryMs: 20 }

export async function openDelivering(
  db: Database,
  env: Readonly<Record<string, string>>,
  patience: Partial<Patience> = {},
  log: (line: string) => void = () => {},
  onOutcome: NonNullable<DeliverRoom['onOutcome']> = () => {},
): Promise<Delivering> {
  const stack = new AsyncDisposableStack()
  const config = readConfig({ EXCURSION_LANG: 'en', ALLOW_PRIVATE_WEBHOOKS: 'true', ...env }, DRIVERS)
  const room: DeliverRoom = { ...(await openDeliverRoom({ db, config, clock, log })), patience: { ...PATIENCE, ...patience }, onOutcome }
  const { channels, templates } = room
  const jobs = stack.use(await openJobs({ url: db.url, channels: channels.map(({ kind }) => kind), log }))
  stack.use(await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, delivery: room, log } as Parameters<typeof openWorkers>[0]))
  const sweep = stack.use(openSweep({ db, jobs, delivery: room, everyMs: 20, log } as Parameters<typeof openSweep>[0]))
  return { sweep: () => sweep.sweep(), [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

if (import.meta.main) {
  const env = process.env as Record<string, string>
  const db = await openDatabase({ url: env['DELIVERING_DATABASE'] ?? '', home: '/nowhere', log: () => {} })
  await openDelivering(db, JSON.parse(env['DELIVERING_ENV'] ?? '{}'), {}, (line) => process.stderr.write(`${line}\n`))
  process.stdout.write('delivering\n')
}
