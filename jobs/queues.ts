// Every job there is, and the queues that hold them: BullMQ on the PostgreSQL we already have, in a schema of its own.
// Adds jobs, never does them (worker.ts); knows nothing of when (schedule.ts).
import { createPostgresBackend, type PostgresConnectionOptions, type PostgresQueueBackend, Queue, runMigrations } from 'bullmq'
import pg from 'pg'
import type { Day, Instant } from '#core/time.ts'

/** Each queue with what its jobs do. A job names its effect, and doing it twice is doing it once. */
export const QUEUES = {
  ingest: 'asks the broker again for the executions of the day; what is known already is ignored',
  review: 'makes the card of a market day, stores it and writes it to the notes folder',
  notion: 'writes a market day and its trades as pages in Notion; what did not change is not sent',
  deliver: 'tells what waits for one channel; each channel has a queue of its own, so that a dead one delays no other',
} as const

export type QueueName = keyof typeof QUEUES

export interface IngestJob {
  readonly reason: 'schedule' | 'start' | 'asked'
}

export interface ReviewJob {
  readonly day: Day
}

export interface NotionJob {
  readonly day: Day
}

type QueueOf<Data> = Queue<Data, unknown, string, Data, unknown, string, PostgresQueueBackend, PostgresConnectionOptions>

export interface DeliverJob {
  readonly channel: string
}

export interface Jobs extends AsyncDisposable {
  readonly ingest: QueueOf<IngestJob>
  readonly review: QueueOf<ReviewJob>
  readonly notion: QueueOf<NotionJob>
  /** One for each channel, by its kind. */
  readonly deliver: ReadonlyMap<string, QueueOf<DeliverJob>>
  /** What workers share with the queues. */
  readonly pool: pg.Pool
  close(): Promise<void>
}

/** The name BullMQ expects behind a pool that was given to it. */
export const JOBS_SCHEMA = 'bullmq'
/** Each worker keeps one connection to listen on; the rest are for the work of a moment. */
const CONNECTIONS_MAX = 12
const ATTEMPTS = 6
const FIRST_RETRY_MS = 5000
/** Nearly a day, the pauses doubling: an evening on which Notion is away loses nothing. */
const NOTION_ATTEMPTS = 14

/** Opens the queues of a database and brings their tables up to date (under BullMQ's own advisory lock). */
export async function openJobs(options: { readonly url: string; readonly channels?: readonly string[]; log(line: string): void }): Promise<Jobs> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: CONNECTIONS_MAX,
    keepAlive: true,
    application_name: 'excursion jobs',
    // BullMQ names its tables without a schema; this pool is its own, so the path can be too.
    onConnect: async (client: pg.ClientBase) => {
      await client.query(`set search_path to ${JOBS_SCHEMA}`)
    },
  } as pg.PoolConfig)
  // Every queue and worker listens on the pool for lost connections.
  pool.setMaxListeners(50)
  pool.on('error', (error) => options.log(`jobs: a connection to the database was lost (${error.message}); the next statement opens another`))
  try {
    await migrate(pool)
  } catch (error) {
    await pool.end()
    throw error
  }
  const ingest = openQueue<IngestJob>('ingest', pool, options.log)
  const review = openQueue<ReviewJob>('review', pool, options.log)
  const notion = openQueue<NotionJob>('notion', pool, options.log)
  const deliver = new Map((options.channels ?? []).map((kind) => [kind, openQueue<DeliverJob>(deliverQueue(kind), pool, options.log)]))
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= Promise.all([...[...deliver.values()].map((queue) => queue.close()), ingest.close(), review.close(), notion.close()]).then(() => pool.end())
    return closing
  }
  return { deliver, ingest, review, notion, pool, close, [Symbol.asyncDispose]: close }
}

/** The card of a day. Added twice it is one job; once done it may be added again, and then writes what changed. */
export async function addReview(jobs: Jobs, day: Day, options: { readonly delayMs?: number } = {}): Promise<void> {
  await jobs.review.add(`review ${day}`, { day }, { jobId: reviewJobId(day), delay: options.delayMs ?? 0 })
}

/** The pages of a day, after its card. */
export async function addNotion(jobs: Jobs, day: Day): Promise<void> {
  await jobs.notion.add(`notion ${day}`, { day }, { jobId: `review:${day}:notion`, attempts: NOTION_ATTEMPTS })
}

/** Has a channel's worker look at what waits. Each asking is a job of its own: one that is under way may have looked already. */
export async function wakeChannel(jobs: Jobs, kind: string): Promise<void> {
  await jobs.deliver.get(kind)?.add(`deliver ${kind}`, { channel: kind }, { attempts: 1 })
}

/** Has it look at an instant to come; asked twice for the same one it is asked once. */
export async function wakeChannelAt(jobs: Jobs, kind: string, at: Instant, now: Instant): Promise<void> {
  await jobs.deliver.get(kind)?.add(`deliver ${kind}`, { channel: kind }, { attempts: 1, jobId: `deliver:${kind}:${at}`, delay: Math.max(0, at - now) })
}

export function deliverQueue(kind: string): `deliver-${string}` {
  return `deliver-${kind}`
}

/** One effect of a day's review; further destinations get jobs of their own. (BullMQ wants two colons or none.) */
export function reviewJobId(day: Day): string {
  return `review:${day}:card`
}

function openQueue<Data>(name: QueueName | `deliver-${string}`, pool: pg.Pool, log: (line: string) => void): QueueOf<Data> {
  const queue: QueueOf<Data> = new Queue(
    name,
    {
      connection: pool,
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: FIRST_RETRY_MS, jitter: 0.5 },
        // A job that stayed, done or failed, would keep the next one of its name from being added.
        removeOnComplete: true,
        removeOnFail: true,
      },
    },
    createPostgresBackend,
  )
  queue.on('error', (error) => log(`jobs: queue ${name}: ${error.message}`))
  return queue
}

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await runMigrations(client, JOBS_SCHEMA)
  } finally {
    client.release()
  }
}
