// Does the jobs: one worker a queue, each with its errors said aloud. A worker that dies in a job leaves it to the next one.
// Decides nothing about when (schedule.ts) or what (one file a job).
import { createPostgresBackend, type Job, type PostgresConnectionOptions, type PostgresQueueBackend, UnrecoverableError, Worker } from 'bullmq'
import type pg from 'pg'
import type { Channel } from '#notify/channel.ts'
import { FlexFailed } from '#src/errors.ts'
import { type CatchUp, ingest } from './ingest.ts'
import { deliverDue, type DeliverRoom, type Destination } from './deliver.ts'
import { fetchStatements, type FlexRoom, sayStatement } from './flex.ts'
import { howToGoOn, type NotionRoom, sendDay } from './notion.ts'
import {
  addNotion,
  addReview,
  type DeliverJob,
  deliverQueue,
  type FlexJob,
  type IngestJob,
  type Jobs,
  type NotionJob,
  type QueueName,
  type ReconcileJob,
  type ReviewJob,
  type ThinJob,
  wakeChannel,
  wakeChannelAt,
} from './queues.ts'
import { type ReconcileRoom, reconcileNow } from './reconcile.ts'
import { makeReview, type MadeReview, type ReviewRoom } from './review.ts'
import { thinOld, type ThinRoom } from './thin.ts'

export interface WorkersOptions {
  readonly jobs: Jobs
  /** null: the cards are made by another process. */
  readonly room: ReviewRoom | null
  /** null: this process has no broker, and leaves catching up to the one that has. */
  readonly catchUp: CatchUp | null
  /** null or absent: this process has no broker to compare with. */
  readonly reconcile?: ReconcileRoom | null
  /** null or absent: every mark is kept. */
  readonly thin?: ThinRoom | null
  /** null or absent: no statement is fetched. */
  readonly flex?: FlexRoom | null
  /** null or absent: nothing goes to Notion. */
  readonly notion?: NotionRoom | null
  /** null or absent: nobody is told anything by this process. */
  readonly delivery?: DeliverRoom | null
  /** Told after each card, before its job counts as done. */
  onReview?(made: MadeReview): void
  log(line: string): void
}

export interface Workers extends AsyncDisposable {
  /** Lets the job at hand finish, takes no more. */
  close(): Promise<void>
}

export async function openWorkers(options: WorkersOptions): Promise<Workers> {
  const { jobs, room, catchUp, reconcile = null, thin = null, flex = null, notion = null, delivery = null, log } = options
  const workers: Opened[] = []
  if (room !== null) workers.push(openReviewWorker(options, room))
  if (catchUp !== null) workers.push(openWorker<IngestJob>('ingest', jobs.pool, log, () => ingest(catchUp, log)))
  if (reconcile !== null) workers.push(openWorker<ReconcileJob>('reconcile', jobs.pool, log, (job) => reconcileNow(reconcile, job.data.reason)))
  if (thin !== null) workers.push(openWorker<ThinJob>('thin', jobs.pool, log, () => thinOld(thin)))
  if (flex !== null) workers.push(openFlexWorker(jobs.pool, flex, log))
  if (notion !== null) workers.push(openNotionWorker(jobs.pool, notion, log))
  for (const channel of delivery?.channels ?? []) workers.push(openDeliverWorker(jobs, delivery as DeliverRoom, channel, log))
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.close()))
  }
  try {
    await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  } catch (error) {
    await close()
    throw error
  }
  // What a process that ended had not told yet.
  for (const { kind } of delivery?.channels ?? []) await wakeChannel(jobs, kind)
  return { close, [Symbol.asyncDispose]: close }
}

function openReviewWorker({ jobs, notion = null, log, onReview }: WorkersOptions, room: ReviewRoom): Opened {
  return openWorker<ReviewJob>('review', jobs.pool, log, async (job) => {
    let made: MadeReview
    try {
      made = await makeReview({ log, ...room }, job.data.day)
    } catch (error) {
      // A folder that is full or away is its own trouble; the other destinations read the store.
      if (notion !== null) await addNotion(jobs, job.data.day)
      throw error
    }
    const written = made.files.filter((file) => file.outcome === 'written').length
    log(`review ${made.day}: ${made.path ?? 'stored'}${made.files.length === 0 ? '' : ` (${written} of ${made.files.length} files changed)`}`)
    for (const file of made.files) if (file.outcome === 'refused') log(`review ${made.day}: '${file.path}' was not written: ${file.reason}`)
    // Always further back, so this ends.
    for (const earlier of made.settled) await addReview(jobs, earlier)
    if (notion !== null) await addNotion(jobs, made.day)
    onReview?.(made)
  })
}

function openDeliverWorker(jobs: Jobs, room: DeliverRoom, channel: Channel, log: (line: string) => void) {
  const destination: Destination = { heldUntil: 0 }
  return openWorker<DeliverJob>(deliverQueue(channel.kind), jobs.pool, log, async () => {
    const nextAt = await deliverDue(room, channel, destination)
    if (nextAt !== null) await wakeChannelAt(jobs, channel.kind, nextAt, room.clock.now())
  })
}

function openFlexWorker(pool: pg.Pool, room: FlexRoom, log: (line: string) => void) {
  return openWorker<FlexJob>('flex', pool, log, async () => {
    try {
      for (const taken of await fetchStatements(room)) log(`flex: ${sayStatement(taken)}`)
    } catch (error) {
      // A token that is over stays over: somebody has to make another.
      if (error instanceof FlexFailed && !error.again) throw new UnrecoverableError(error.message)
      throw error
    }
  })
}

/** At Notion's own pace; where it asks to wait, the whole queue waits, and no attempt is counted. */
function openNotionWorker(pool: pg.Pool, room: NotionRoom, log: (line: string) => void) {
  const worker = openWorker<NotionJob>(
    'notion',
    pool,
    log,
    async ({ data: { day } }) => {
      try {
        const { pages } = await sendDay(room, day)
        const told = Object.entries(pages).flatMap(([outcome, count]) => (count === 0 ? [] : [`${count} ${outcome}`]))
        log(`notion ${day}: ${told.join(', ')}`)
      } catch (error) {
        const next = howToGoOn(error)
        if (next.kind === 'never') throw new UnrecoverableError(error instanceof Error ? error.message : String(error))
        if (next.kind === 'again') throw error
        log(`notion ${day}: ${error instanceof Error ? error.message : String(error)}; going on in ${Math.ceil(next.ms / 1000)} s`)
        await worker.rateLimit(next.ms)
        // biome-ignore lint/style/useThrowNewError: a function of theirs that makes the error, no class
        throw Worker.RateLimitError()
      }
    },
    { limiter: { max: 3, duration: 1000 } },
  )
  return worker
}

interface Opened {
  waitUntilReady(): Promise<unknown>
  rateLimit(ms: number): Promise<void>
  close(): Promise<void>
}

function openWorker<Data>(
  name: QueueName | `deliver-${string}`,
  pool: pg.Pool,
  log: (line: string) => void,
  work: (job: Pick<Job<Data>, 'data'>) => Promise<unknown>,
  more: { readonly limiter?: { readonly max: number; readonly duration: number } } = {},
): Opened {
  const worker = new Worker<Data, unknown, string, PostgresQueueBackend, object, PostgresConnectionOptions>(
    name,
    work,
    { connection: pool, concurrency: 1, ...more },
    createPostgresBackend,
  )
  worker.on('error', (error) => log(`jobs: worker ${name}: ${error.message}`))
  worker.on('failed', (job, error) => log(`jobs: ${job?.id ?? name} failed (attempt ${job?.attemptsMade ?? '?'}): ${error.message}`))
  return worker
}
