// How each queue stands, read from the tables in which BullMQ keeps its jobs and the last of what became of them. It opens no queue: that would make those
// tables, or bring them up to date, and who looks changes nothing. A job that was given up leaves no row, but an event that says why.
import type { Instant } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { rowsOf } from '#store/sql.ts'
import { JOBS_POOL, JOBS_SCHEMA } from './queues.ts'

export interface QueueStanding {
  readonly queue: string
  /** Those that may begin now, those that run, and those that await their time. */
  readonly waiting: number
  readonly active: number
  readonly delayed: number
  /** Of those that wait and those whose time has come, how many have for long while nobody took one. */
  readonly left: number
  /** Begun by a process that is gone or stands still. */
  readonly stalled: number
  /** Failed, and about to be tried again; with the last trouble. */
  readonly again: number
  readonly trouble: string | null
  /** Given up in the last day, as far as is remembered; with the last reason. */
  readonly failed: number
  readonly reason: string | null
  /** The last one of which anything became was given up. */
  readonly lastFailed: boolean
}

export interface Standing {
  /** Empty: nobody has ever opened a queue here. */
  readonly queues: readonly QueueStanding[]
  /** Some process that takes jobs is connected. */
  readonly isWorked: boolean
}

/** Who takes jobs is told of one at once, and looks by itself every few seconds. */
const LEFT_MS = 60_000
const DAY_MS = 86_400_000

/** `now` by the host's clock, as BullMQ dates its jobs. */
export async function standingOf(db: Database, now: Instant): Promise<Standing> {
  const [here] = await rowsOf<{ isOpened: boolean; isWorked: boolean }>(
    db.pool,
    `select to_regclass('${JOBS_SCHEMA}.job') is not null as "isOpened",
       exists (select from pg_stat_activity where datname = current_database() and application_name = $1) as "isWorked"`,
    [JOBS_POOL],
  )
  const queues = here?.isOpened === true ? await rowsOf<QueueStanding>(db.pool, STANDING, [now, now - LEFT_MS, now - DAY_MS]) : []
  return { queues, isWorked: here?.isWorked ?? false }
}

/** $1 now, $2 since when one that could begin was left, $3 since when failures count. A queue that rests at its own wish leaves nothing. */
const STANDING = `
  with jobs as (
    select queue, state::text, failed_reason, attempts_made, coalesce(locked_until_ms, 0) >= $1 as held, coalesce(process_at_ms, added_at_ms) as due
      from ${JOBS_SCHEMA}.job
  ), counted as (
    select queue, count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'delayed') as delayed,
      count(*) filter (where state = 'active' and held) as active, count(*) filter (where state = 'active' and not held) as stalled,
      count(*) filter (where state in ('waiting', 'delayed') and due < $2) as overdue,
      count(*) filter (where state in ('waiting', 'delayed') and attempts_made > 0 and failed_reason is not null) as again,
      (array_agg(failed_reason order by due desc) filter (where state in ('waiting', 'delayed') and attempts_made > 0 and failed_reason is not null))[1] as trouble
    from jobs group by queue
  ), ended as (
    select queue, count(*) filter (where event = 'failed' and created_at_ms >= $3) as failed,
      (array_agg(data ->> 'failedReason' order by id desc) filter (where event = 'failed' and created_at_ms >= $3))[1] as reason,
      (array_agg(event order by id desc))[1] = 'failed' as last_failed
    from ${JOBS_SCHEMA}.event where event in ('completed', 'failed') group by queue
  )
  select queue, coalesce(waiting, 0) as waiting, coalesce(active, 0) as active, coalesce(delayed, 0) as delayed, coalesce(stalled, 0) as stalled,
    case when active > 0 or exists (select from ${JOBS_SCHEMA}.rate_limit where rate_limit.queue = opened.queue and expire_at_ms > $1) then 0
      else coalesce(overdue, 0) end as left,
    coalesce(again, 0) as again, trouble, coalesce(failed, 0) as failed, reason, coalesce(last_failed, false) as "lastFailed"
  from (select distinct queue from ${JOBS_SCHEMA}.meta) as opened left join counted using (queue) left join ended using (queue)
  order by queue`
