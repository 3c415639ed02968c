// Does the jobs: one worker a queue, each with its errors said aloud. A worker that dies in a job leaves it to the next one.
// Decides nothing about when (schedule.ts) or what (one file a job).
import { createPostgresBackend, type Job, type PostgresConnectionOptions, type PostgresQueueBackend, Worker } from 'bullmq'
import type pg from 'pg'
import { type CatchUp, ingest } from './ingest.ts'
import type { IngestJob, Jobs, QueueName, ReviewJob } from './queues.ts'
import { makeReview, type MadeReview, type ReviewRoom } from './review.ts'

export interface WorkersOptions {
  readonly jobs: Jobs
  readonly room: ReviewRoom
  /** null: this process has no broker, and leaves catching up to the one that has. */
  readonly catchUp: CatchUp | null
  /** Told after each card, before its job counts as done. */
  onReview?(made: MadeReview): void
  log(line: string): void
}

export interface Workers extends AsyncDisposable {
  /** Lets the job at hand finish, takes no more. */
  close(): Promise<void>
}

export async function openWorkers(options: WorkersOptions): Promise<Workers> {
  const { jobs, room, catchUp, log } = options
  const review = openWorker<ReviewJob>('review', jobs.pool, log, async (job) => {
    const made = await makeReview(room, job.data.day)
    const written = made.files.filter((file) => file.outcome === 'written').length
    log(`review ${made.day}: ${made.path ?? 'stored'}${made.files.length === 0 ? '' : ` (${written} of ${made.files.length} files changed)`}`)
    for (const file of made.files)
      if (file.outcome === 'refused') log(`review ${made.day}: expected a file name for '${file.path}', refused because ${file.reason}`)
    options.onReview?.(made)
  })
  const workers = [review]
  if (catchUp !== null) workers.push(openWorker<IngestJob>('ingest', jobs.pool, log, () => ingest(catchUp, log)))
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.close()))
  }
  try {
    await Promise.all(workers.map((worker) => worker.waitUntilReady()))
  } catch (error) {
    await close()
    throw error
  }
  return { close, [Symbol.asyncDispose]: close }
}

function openWorker<Data>(
  name: QueueName,
  pool: pg.Pool,
  log: (line: string) => void,
  work: (job: Pick<Job<Data>, 'data'>) => Promise<unknown>,
): { waitUntilReady(): Promise<unknown>; close(): Promise<void> } {
  const worker = new Worker<Data, unknown, string, PostgresQueueBackend, object, PostgresConnectionOptions>(
    name,
    work,
    { connection: pool, concurrency: 1 },
    createPostgresBackend,
  )
  worker.on('error', (error) => log(`jobs: worker ${name}: ${error.message}`))
  worker.on('failed', (job, error) => log(`jobs: ${job?.id ?? name} failed (attempt ${job?.attemptsMade ?? '?'}): ${error.message}`))
  return worker
}
