// Every job there is, and the queues that hold them: BullMQ on the PostgreSQL we already have, in a schema of its own.
// Adds jobs, never does them (worker.ts); knows nothing of when (schedule.ts).
import { createPostgresBackend, type PostgresConnectionOptions, type PostgresQueueBackend, Queue, runMigrations } from 'bullmq'
import type pg from 'pg'
import type { Day, Instant } from '#core/time.ts'
import { heard } from '#store/sql.ts'

/** Each queue with what its jobs do. A job names its effect, and doing it twice is doing it once. */
export const QUEUES = {
  ingest: 'asks the broker again for the executions of the day; what is known already is ignored',
  reconcile: 'compares ours with what the broker says of its accounts, and keeps what differs',
  flex: "fetches the broker's statement of the night and takes in what it adds",
  thin: 'leaves of the marks of days long gone only those on which a trade stands',
  review: 'makes the card of a market day, stores it and writes it to the notes folder',
  notion: 'writes a market day and its trades as pages in Notion; what did not change is not sent',
  deliver: 'tells what waits for one channel; each channel has a queue of its own, so that a dead one delays no other',
} as const

export type QueueName = keyof typeof QUEUES

export interface IngestJob {
  readonly reason: 'schedule' | 'start' | 'asked'
}

export interface ReconcileJob {
  /** What gave reason to doubt; 'schedule' where nothing did. */
  readonly reason: string
}

export interface FlexJob {
  readonly reason: 'schedule' | 'start'
}

export interface ThinJob {
  readonly reason: 'schedule'
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
  readonly reconcile: QueueOf<ReconcileJob>
  readonly flex: QueueOf<FlexJob>
  readonly thin: QueueOf<ThinJob>
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
/** What its connections call themselves. */
export const JOBS_POOL = 'excursion jobs'
/** Each worker keeps one connection to listen on, so there is one more for each channel; the rest are for the work of a moment. */
const CONNECTIONS = 9
const ATTEMPTS = 6
const FIRST_RETRY_MS = 5000
/** Nearly a day, the pauses doubling: an evening on which Notion is away loses nothing. */
const NOTION_ATTEMPTS = 14

/** Opens the queues of a database and brings their tables up to date (under BullMQ's own advisory lock). */
export async function openJobs(options: { readonly url: string; readonly channels?: readonly string[]; log(line: string): void }): Promise<Jobs> {
  const pool = heard({
    connectionString: options.url,
    max: CONNECTIONS + (options.channels?.length ?? 0),
    keepAlive: true,
    application_name: JOBS_POOL,
    // BullMQ names its tables without a schema; this pool is its own, so the path can be too.
    onConnect: async (client: pg.ClientBase) => {
      await client.query(`set search_path to ${JOBS_SCHEMA}`)
      // A job is only a hand-over of what stands in our own tables, whose next commit brings it to the disk, too: nobody waits for the disk twice.
      await client.query('set synchronous_commit to off')
    },
  })
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
  const reconcile = openQueue<ReconcileJob>('reconcile', pool, options.log)
  const flex = openQueue<FlexJob>('flex', pool, options.log)
  const thin = openQueue<ThinJob>('thin', pool, options.log)
  const review = openQueue<ReviewJob>('review', pool, options.log)
  const notion = openQueue<NotionJob>('notion', pool, options.log)
  const deliver = new Map((options.channels ?? []).map((kind) => [kind, openQueue<DeliverJob>(deliverQueue(kind), pool, options.log)]))
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= Promise.all([
      ...[...deliver.values()].map((queue) => queue.close()),
      ingest.close(),
      reconcile.close(),
      flex.close(),
      thin.close(),
      review.close(),
      notion.close(),
    ]).then(() => pool.end())
    return closing
  }
  return { deliver, ingest, reconcile, flex, thin, review, notion, pool, close, [Symbol.asyncDispose]: close }
}

/** How many jobs of each queue wait, run, wait for their time or failed. */
export async function jobCounts(
  jobs: Jobs,
): Promise<readonly { readonly labels: { readonly queue: string; readonly state: string }; readonly value: number }[]> {
  const queues: readonly Pick<QueueOf<never>, 'name' | 'getJobCounts'>[] = [
    jobs.ingest,
    jobs.reconcile,
    jobs.flex,
    jobs.thin,
    jobs.review,
    jobs.notion,
    ...jobs.deliver.values(),
  ]
  const counted = await Promise.all(
    queues.map(async (queue) => ({ queue: queue.name, counts: await queue.getJobCounts('waiting', 'active', 'delayed', 'failed') })),
  )
  return counted.flatMap(({ queue, counts }) => Object.entries(counts).map(([state, value]) => ({ labels: { queue, state }, value })))
}

/** A look at what the broker says. Each asking is a job of its own: one that is under way may have looked already. */
export async function addReconcile(jobs: Jobs, reason: string): Promise<void> {
  await jobs.reconcile.add('reconcile', { reason }, { attempts: 1 })
}

/** The statement of the night, now: asked for twice it is fetched once. */
export async function addFlex(jobs: Jobs): Promise<void> {
  await jobs.flex.add('flex statement', { reason: 'start' }, { jobId: 'flex:statement:due' })
}

/** The card of a day. Added twice it is one job; once begun it may be added again, and then writes what changed. */
export async function addReview(jobs: Jobs, day: Day, options: { readonly delayMs?: number } = {}): Promise<void> {
  await jobs.review.add(`review ${day}`, { day }, { ...(await notBegun(jobs.review, reviewJobId(day))), delay: options.delayMs ?? 0 })
}

/** The card of a day because somebody asked: now, whatever else waits for its time. Asked again while it waits it is one job; while it is being made, one more after it. */
export async function askReview(jobs: Jobs, day: Day): Promise<void> {
  await jobs.review.add(`review ${day}`, { day }, { deduplication: { id: `review:${day}:asked`, keepLastIfActive: true } })
}

/** The pages of a day, after its card. */
export async function addNotion(jobs: Jobs, day: Day): Promise<void> {
  await jobs.notion.add(`notion ${day}`, { day }, { ...(await notBegun(jobs.notion, `review:${day}:notion`)), attempts: NOTION_ATTEMPTS })
}

/**
 * The id for a job that reads what there is when it begins: one that waits under it does for all. One that has begun may have read already, so that the next
 * waits under another id. One that begins just now, after this look, reads what it was ordered for.
 */
async function notBegun(queue: { getJob(id: string): Promise<{ getState(): Promise<string> } | undefined> }, id: string): Promise<{ jobId?: string }> {
  for (const jobId of [id, `${id}-again`]) {
    const job = await queue.getJob(jobId)
    if (job === undefined || (await job.getState()) !== 'active') return { jobId }
  }
  return {}
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
