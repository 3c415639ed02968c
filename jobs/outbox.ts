// The sweep: effects that were committed with their facts are handed to the queue, which does and retries them.
// Handing one over twice is harmless, because a job names its effect; so nothing here needs to be exact, only persistent.
import type { Day } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { createDeliveries, DELIVERED_EFFECTS } from '#store/deliveries.ts'
import { doneOutbox, type Effect, returnOutbox, takeOutbox } from '#store/outbox.ts'
import type { DeliverRoom } from './deliver.ts'
import { addReview, askReview, type Jobs, wakeChannel } from './queues.ts'
import { REVIEW_DELAY_MS } from './schedule.ts'

export interface SweepOptions {
  readonly db: Database
  readonly jobs: Jobs
  /** From the close of a day to its card, by the host's time; a tape that is over waits for nobody: 0. */
  readonly reviewDelayMs?: number
  readonly everyMs?: number
  /** The channels there are; absent: orders to tell somebody wait for a process that knows. */
  readonly delivery?: Pick<DeliverRoom, 'channels' | 'clock'>
  log(line: string): void
}

export interface Sweep extends AsyncDisposable {
  /** Hands over what waits now; resolves with how many. */
  sweep(): Promise<number>
  close(): Promise<void>
}

const EVERY_MS = 1000
const AT_ONCE = 100

export function openSweep(options: SweepOptions): Sweep {
  let closed = false
  let running: Promise<number> = Promise.resolve(0)
  /** Asked for and not begun: whoever asks meanwhile is answered by the same one. */
  let next: Promise<number> | null = null
  let timer: NodeJS.Timeout | undefined
  const sweep = () => {
    next ??= running
      .catch(() => 0)
      .then(() => {
        running = next ?? running
        next = null
        return handOver(options)
      })
    return next
  }
  const turn = async () => {
    try {
      await sweep()
    } catch (error) {
      options.log(`outbox: ${error instanceof Error ? error.message : String(error)}; the next turn tries again`)
    }
    if (!closed) timer = setTimeout(() => void turn(), options.everyMs ?? EVERY_MS)
  }
  void turn()
  const close = async () => {
    closed = true
    clearTimeout(timer)
    await (next ?? running).catch(() => 0)
  }
  return { sweep, close, [Symbol.asyncDispose]: close }
}

async function handOver(options: SweepOptions): Promise<number> {
  const [count] = await Promise.all([handOverJobs(options), handOverAlerts(options)])
  return count
}

async function handOverJobs(options: SweepOptions): Promise<number> {
  const { db, log } = options
  let count = 0
  for (;;) {
    const effects = await takeOutbox(db, AT_ONCE, DELIVERED_EFFECTS)
    const done: string[] = []
    for (const effect of effects) {
      try {
        await enqueue(effect, options)
        done.push(effect.key)
      } catch (error) {
        log(`outbox: ${effect.key} could not be queued: ${error instanceof Error ? error.message : String(error)}; it waits`)
        await returnOutbox(db, [effect.key])
        await doneOutbox(db, done)
        return count + done.length
      }
    }
    await doneOutbox(db, done)
    count += done.length
    if (effects.length < AT_ONCE) return count
  }
}

/** Orders to tell somebody become a row a channel, in one transaction with their end; then the channels are woken. */
async function handOverAlerts({ db, jobs, delivery }: SweepOptions): Promise<void> {
  if (delivery === undefined) return
  const woken = await createDeliveries(
    db,
    delivery.channels.map(({ limits }) => limits),
    delivery.clock.now(),
  )
  await Promise.all([...woken].map((kind) => wakeChannel(jobs, kind)))
}

async function enqueue({ key, kind, payload }: Effect, { jobs, reviewDelayMs = REVIEW_DELAY_MS, log }: SweepOptions): Promise<void> {
  if (kind === 'review') {
    const { day, asked = false } = payload as { readonly day: Day; readonly asked?: boolean }
    // Whoever asks does not wait for what may still come in.
    return asked ? askReview(jobs, day) : addReview(jobs, day, { delayMs: reviewDelayMs })
  }
  log(`outbox: expected a kind of effect this version knows, found '${kind}' (${key}); it is put aside`)
}
