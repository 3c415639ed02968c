// What `doctor` says of the queues: what waits, runs, was left or given up in each, and what to do about it. That deliveries wait is judged by the outbox.
import { QUEUES } from '#jobs/queues.ts'
import { type QueueStanding, standingOf } from '#jobs/standing.ts'
import { clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import type { Database } from '#store/db.ts'
import type { Finding } from './finding.ts'

const what = 'jobs'

export async function jobsFindings(db: Database, config: Config): Promise<readonly Finding[]> {
  const { queues, isWorked } = await standingOf(db, clock.now())
  return [whereFinding(db, config, queues.length > 0), ...queues.flatMap((queue) => queueFinding(queue, isWorked, config) ?? [])]
}

function whereFinding({ embedded }: Database, { redisUrl }: Config, isOpened: boolean): Finding {
  const where = embedded ? 'the PostgreSQL that comes along, where they wait while no service runs' : 'the PostgreSQL of DATABASE_URL'
  const found = `BullMQ keeps them in ${where}${isOpened ? '' : '; no service has opened a queue yet'}`
  if (redisUrl === null) return { what, state: 'ok', found }
  return { what, state: 'ok', found: `${found}; REDIS_URL is not used`, remedy: 'leave REDIS_URL empty: no Redis is needed' }
}

/** null: nothing is in it, and nobody wants anything to be. */
function queueFinding(standing: QueueStanding, isWorked: boolean, config: Config): Finding | null {
  const { queue, waiting, active, delayed, stalled, left, again, trouble, failed, reason, lastFailed } = standing
  const retried = again === 0 ? '' : `, ${again} tried again (${firstLine(trouble)})`
  const givenUp = failed === 0 ? '' : ` (${lastFailed ? '' : 'since then one was done; '}last: ${firstLine(reason)})`
  const found = `${queue}: ${waiting} waiting, ${active} running, ${delayed} await their time${retried}, ${stalled} stalled, ${failed} failed in the last day${givenUp}`
  if (!isWanted(queue, config)) return waiting + active + delayed + stalled === 0 ? null : { what, state: 'off', found: `${found}; not configured any more` }
  // The trouble of a job says more than that it waits.
  if (again > 0 || (failed > 0 && lastFailed)) return { what, state: 'fault', found, remedy: remedyOf(queue) }
  if (stalled + left === 0) return { what, state: 'ok', found }
  const why = left > 0 ? `; ${left} could have begun a minute ago and more, and nobody took ${left === 1 ? 'it' : 'one'}` : ''
  if (!isWorked) return { what, state: 'off', found: `${found}${why}`, remedy: 'excursion start: a service takes them up' }
  const role = LIVE_QUEUES.has(queue) ? 'live' : 'worker'
  const stalledFirst = stalled > 0 ? 'what stalled is taken up again within a minute; if not, ' : ''
  return {
    what,
    state: 'fault',
    found: `${found}${why}`,
    remedy: `${stalledFirst}see that a service with the role ${role} runs and is not stuck, or start it anew`,
  }
}

function firstLine(text: string | null): string {
  return text?.split('\n')[0] ?? ''
}

/** Done by the process that has the broker. */
const LIVE_QUEUES: ReadonlySet<string> = new Set(['ingest', 'reconcile'])
const DELIVER = 'deliver-'

/** Nobody takes what is left in a queue whose destination or source was configured once. */
function isWanted(queue: string, { flex, notion, channels }: Config): boolean {
  if (queue === 'flex') return flex.token !== null && flex.queryIds.length > 0
  if (queue === 'notion') return notion.token !== null && notion.parent !== null
  if (queue.startsWith(DELIVER)) return channels[queue.slice(DELIVER.length)] != null
  return queue in QUEUES
}

function remedyOf(queue: string): string {
  switch (queue) {
    case 'ingest':
    case 'reconcile':
      return 'look at the session with the broker; it is done again every few minutes'
    case 'flex':
      return 'look at the line Flex; it is fetched again in the next night, or by hand: excursion import flex'
    case 'review':
      return "see that NOTES_DIR is a folder this user may write to; the last day's card is made again within the hour, another by hand: excursion review --day D"
    case 'notion':
      return 'see that the token is good and the page is shared with it; then excursion notion push --day D'
    case 'thin':
      return "look at the database and at the service's log; it is done again in a few hours"
    default:
      return "look at the service's log; the channel's worker looks again every half minute"
  }
}
