// What could not be delivered and is then kept back on purpose: the hours of the night, or of a snooze, are not hours in which it was tried. On a clock that
// the test moves, against a real receiver and real rows.
import { expect, test } from 'vitest'
import { effectsOf } from '#core/delivery.ts'
import { type DeliverRoom, deliverDue, openDeliverRoom } from '#jobs/deliver.ts'
import { DRIVERS } from '#notify/channels.ts'
import type { Channel } from '#notify/channel.ts'
import { clockThatReads } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { claim, createDeliveries, deliveriesOfAlerts } from '#store/deliveries.ts'
import { snooze } from '#store/remarks.ts'
import { openTestDatabase } from './database.ts'
import { answers, ok, openReceiver } from './receiver.ts'
import { aTrade, anAlert, tradeIdOf } from './rows.ts'

const HOUR = 3_600_000
const at = (time: string, day = 20) => Date.parse(`2026-11-${day}T${time}Z`)

/** A warning, told to Slack as it is raised, on the clock of UTC. */
async function open(env: Readonly<Record<string, string>> = {}) {
  await using closing = new AsyncDisposableStack()
  const db = closing.use(await openTestDatabase())
  const slack = closing.use(await openReceiver(answers(500)))
  const scene = { now: at('21:59:00') }
  const config = readConfig({ SLACK_WEBHOOK_URL: slack.url, EXCURSION_LANG: 'en', EXCURSION_TZ: 'UTC', EXCURSION_HOME: '/nowhere', ...env }, DRIVERS)
  const said: string[] = []
  const room: DeliverRoom = await openDeliverRoom({ db, config, clock: clockThatReads(() => scene.now), log: (line) => said.push(line) })
  const [channel] = room.channels as [Channel]
  const alert = anAlert(1, 0, 2, { at: scene.now, severity: 'warn' })
  await commitBatch(db, { ...EMPTY_BATCH, trades: [aTrade(1, 1)], alerts: [alert], outbox: effectsOf([alert]) })
  await createDeliveries(db, [channel.limits], scene.now)
  const stack = closing.move()
  return {
    db,
    slack,
    said,
    /** What is due by then is sent; how the delivery stands, how often it was tried, and when it is looked at again. */
    async look(now: number) {
      scene.now = now
      const nextAt = await deliverDue(room, channel, { heldUntil: 0 })
      const [row] = (await deliveriesOfAlerts(db, [alert.id])).get(alert.id) ?? []
      return [row?.state, row?.attempts, nextAt]
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

test('what failed before quiet hours is tried on after them, night after night, and goes out', async () => {
  await using scene = await open({ QUIET_HOURS: '22:00-07:00' })
  expect(await scene.look(at('21:59:00'))).toEqual(['WAITING', 1, expect.any(Number)])
  expect(await scene.look(at('22:30:00'))).toEqual(['WAITING', 1, at('07:00:00', 21)])
  expect(await scene.look(at('07:00:00', 21))).toEqual(['WAITING', 2, expect.any(Number)])
  expect(await scene.look(at('07:10:00', 21))).toEqual(['WAITING', 3, expect.any(Number)])
  expect(await scene.look(at('21:59:59', 21))).toEqual(['WAITING', 4, expect.any(Number)])
  expect(await scene.look(at('07:00:00', 22))).toEqual(['WAITING', 5, expect.any(Number)])
  scene.slack.behave(ok)
  expect(await scene.look(at('07:10:00', 22))).toEqual(['SENT', 6, null])
})

test('what failed before its trade was snoozed is tried on afterwards, also where the snooze was ended early', async () => {
  await using scene = await open()
  const start = at('21:59:00')
  expect(await scene.look(start)).toEqual(['WAITING', 1, expect.any(Number)])
  await snooze(scene.db, tradeIdOf(1), start + 20 * HOUR, start + 1_000)
  expect(await scene.look(start + HOUR)).toEqual(['WAITING', 1, start + 20 * HOUR])
  await snooze(scene.db, tradeIdOf(1), null, start + 9 * HOUR)
  expect(await scene.look(start + 9 * HOUR)).toEqual(['WAITING', 2, expect.any(Number)])
})

test('the time in which it was tried still ends: a receiver that asks for an hour each time has six of them', async () => {
  await using scene = await open()
  scene.slack.behave(answers(429, { 'retry-after': '3600' }))
  const start = at('21:59:00')
  for (let hour = 0; hour < 6; hour++) expect(await scene.look(start + hour * HOUR)).toEqual(['WAITING', hour + 1, start + (hour + 1) * HOUR])
  expect(await scene.look(start + 6 * HOUR)).toEqual(['DEAD', 7, null])
  expect(scene.said.at(-1)).toBe('slack: given up after 7 attempts: answered 429')
})

test('a sender that dies again and again gives it no more time than passed', async () => {
  await using scene = await open()
  const { id } = (await deliveriesOfAlerts(scene.db, ['alert-1-0'])).get('alert-1-0')?.[0] ?? { id: 0 }
  const start = at('21:59:00')
  const since: number[] = []
  for (let hour = 0; hour < 4; hour++) since.push(await claim(scene.db.pool, [id], 'msg_1', start + hour * HOUR))
  expect(since).toEqual([0, 1, 2, 3].map((hour) => start + hour * HOUR))
})
