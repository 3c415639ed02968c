// The process that delivers is killed, again and again, between the commit and the request and between the request and its acknowledgement. Every alert arrives;
// where the receiver knows ids it arrives once, elsewhere a second time only where nobody could know, and that is counted.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { effectsOf } from '#core/delivery.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { deliveriesOfAlerts } from '#store/deliveries.ts'
import { openTestDatabase } from './database.ts'
import { type Behaviour, openReceiver, type Received } from './receiver.ts'
import { aTrade, anAlert } from './rows.ts'

const ROOT = join(import.meta.dirname, '..')
const ROUNDS = 20

function start(database: string, env: Record<string, string>): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, ['test/delivering.ts'], {
    cwd: ROOT,
    env: { PATH, HOME, DELIVERING_DATABASE: database, DELIVERING_ENV: JSON.stringify(env) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** A process that cannot even start is a failure at once, not a wait. */
async function ready(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`expected the process to deliver, found it ended with ${code}`)))
  await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ended])
  ended.catch(() => {})
}

test(`killed ${ROUNDS} times: at least once everywhere, exactly once where ids are known`, { timeout: 240_000 }, async () => {
  await using db = await openTestDatabase()
  let victim: ChildProcess | null = null
  let killed = Promise.withResolvers<void>()
  /** Whose next request is the one in whose midst the sender dies. */
  let armed: 'hook' | 'slack' | null = null
  const kill = () => {
    victim?.kill('SIGKILL')
    killed.resolve()
  }
  // It takes the request, the sender dies, and whatever the answer is nobody hears it.
  const deadly =
    (name: 'hook' | 'slack'): Behaviour =>
    (_, answer) => {
      if (armed !== name) return void answer.end('ok')
      armed = null
      kill()
      answer.destroy()
    }
  await using hook = await openReceiver(deadly('hook'))
  await using slack = await openReceiver(deadly('slack'))
  const env = { WEBHOOK_URL: hook.url, SLACK_WEBHOOK_URL: slack.url }
  const ids: string[] = []
  const sent = async () => [...(await deliveriesOfAlerts(db, ids)).values()].flat().filter(({ state }) => state === 'SENT').length
  const allSent = () => expect.poll(sent, { timeout: 30_000, interval: 50 }).toBe(2 * ids.length)
  for (let round = 0; round < ROUNDS; round++) {
    killed = Promise.withResolvers()
    // Even rounds: the alert is committed and the sender dies somewhere before or in sending; odd ones: right after the request was taken.
    const onRequest = round % 2 === 1
    victim = start(db.url, env)
    await ready(victim)
    // What the one before left behind is told by this one, before it meets its own end.
    await allSent()
    armed = onRequest ? (round % 4 === 1 ? 'hook' : 'slack') : null
    const alert = anAlert(round, 0, round + 1, { id: `a${round}`, conId: round, severity: 'critical', symbol: `S${round}` })
    ids.push(alert.id)
    await commitBatch(db, { ...EMPTY_BATCH, alerts: [alert], trades: [aTrade(round, round + 1, { conId: round })], outbox: effectsOf([alert]) })
    if (!onRequest) setTimeout(kill, (round * 7) % 40)
    await killed.promise
    await once(victim, 'exit')
  }
  armed = null
  victim = start(db.url, env)
  try {
    await allSent()
  } finally {
    victim.kill('SIGKILL')
    await once(victim, 'exit')
  }
  const rows = [...(await deliveriesOfAlerts(db, ids)).values()].flat()
  // A receiver that keeps ids: each message once, and every alert in exactly one of them.
  const byId = new Map<string, Received>(hook.requests.map((request) => [request.headers['webhook-id'] ?? '', request]))
  const told = [...byId.values()].flatMap(({ body }) => (JSON.parse(body) as { data: { alerts: { id: string }[] } }).data.alerts.map(({ id }) => id))
  expect(told.toSorted()).toEqual(ids.toSorted())
  expect(rows.filter(({ channel, possibleDuplicates }) => channel === 'webhook' && possibleDuplicates > 0)).toEqual([])
  // One that does not: every alert at least once, and never more often than could not be avoided.
  for (const [round, id] of ids.entries()) {
    const arrived = slack.requests.filter(({ body }) => new RegExp(`\\bS${round}\\b`).test(body)).length
    const row = rows.find(({ alertId, channel }) => alertId === id && channel === 'slack')
    expect(arrived, id).toBeGreaterThanOrEqual(1)
    expect(arrived, id).toBeLessThanOrEqual(1 + (row?.possibleDuplicates ?? 0))
  }
  const possible = rows.reduce((sum, { possibleDuplicates }) => sum + possibleDuplicates, 0)
  const again = slack.requests.length - new Set(slack.requests.map(({ body }) => body)).size
  process.stdout.write(
    `killed ${ROUNDS} times: ${hook.requests.length} requests for ${byId.size} messages by webhook; Slack: ${possible} possible duplicates counted, ${again} seen\n`,
  )
})
