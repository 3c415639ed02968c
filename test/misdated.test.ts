// Prices dated far ahead of the broker's clock, and that clock itself jumping ahead, over a real socket into a real recorder: neither moves the market's
// time, and nobody is blind afterwards.
import { expect, test } from 'vitest'
import { openTws } from '#broker/tws.ts'
import { REQUESTS } from '#broker/tws-wire.ts'
import { openLive } from '#live/live.ts'
import { openRecorder } from '#record/record.ts'
import { openBus } from '#src/bus.ts'
import { clock as host, clockThatReads } from '#src/clock.ts'
import { rowsOf } from '#store/sql.ts'
import { openTestDatabase } from './database.ts'
import { eventually } from './process.ts'
import { execDetails, ScriptedGateway, type ScriptedSession } from './tws-gateway.ts'

const NOW = Date.UTC(2013, 9, 7, 13, 30, 5)
const HOUR_MS = 3_600_000

/** A broker and this machine agree on the time; the test lets it pass, and may let the broker's jump. */
async function open(streamsMax = 0) {
  const stack = new AsyncDisposableStack()
  const db = stack.use(await openTestDatabase())
  const began = host.monotonic()
  const time = { passedMs: 0, jumpMs: 0 }
  const passed = () => host.monotonic() - began + time.passedMs
  const clock = clockThatReads(() => NOW + Math.floor(passed()), passed)
  const failed: unknown[] = []
  const onFailure = (error: unknown) => void failed.push(error)
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'default', log: () => {}, onFailure })
  stack.defer(() => recorder.close())
  const gateway = stack.use(
    await ScriptedGateway.open({
      answer: ({ id }, session) => {
        if (id === REQUESTS.reqCurrentTime) session.say(49, 1, Math.floor((clock.now() + time.jumpMs) / 1000))
        return id === REQUESTS.reqCurrentTime
      },
    }),
  )
  const said: string[] = []
  let misdated = 0
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, streamsMax })
  const live = openLive({
    ...{ broker, recorder, clock, host: '127.0.0.1', port: gateway.port, heartbeatMs: 5, onStatus: () => {}, log: (line) => said.push(line) },
    onMisdated: () => misdated++,
  })
  stack.defer(() => live.close())
  const session = await gateway.session()
  await eventually(async () => live.status.state === 'READY')
  session.say(...execDetails(-1))
  const line = Number((await session.request(REQUESTS.reqMktData)).fields[2])
  // Both clocks have agreed for a while.
  const pass = async (ms: number) => {
    time.passedMs += ms
    const asked = session.requests.filter(({ id }) => id === REQUESTS.reqCurrentTime).length
    await eventually(async () => session.requests.filter(({ id }) => id === REQUESTS.reqCurrentTime).length > asked + 2)
  }
  for (let i = 0; i < 4; i++) await pass(4_000)
  return {
    ...{ session, line, clock, recorder, time, failed, said, pass },
    misdated: () => misdated,
    print: (price: number, at: number) => sayPrint(session, line, price, at),
    async marks() {
      await recorder.settled()
      return rowsOf<{ price: number; at: number }>(db.pool, 'select price::float8 as price, at from marks order by arrival')
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function sayPrint(session: ScriptedSession, line: number, price: number, at: number): void {
  session.say(46, 6, line, 77, `${price};100;${at};1;1;true`)
}

test.each([
  ['two minutes', 120_000],
  ['a day', 24 * HOUR_MS],
  ['a wrong unit', 1_000 * NOW],
])('dated ahead by %s: taken as it comes, said once and counted; the next price is heard, and the market’s time stays', async (_, byMs) => {
  await using scene = await open()
  scene.print(183.2, scene.clock.now())
  for (const price of [183.3, 183.4]) scene.print(price, scene.clock.now() + byMs)
  await eventually(async () => scene.misdated() === 2)
  scene.print(183.5, scene.clock.now())
  await eventually(async () => (await scene.marks()).length === 4)
  const marks = await scene.marks()
  expect(marks.map(({ price }) => price)).toEqual([183.2, 183.3, 183.4, 183.5])
  for (const { at } of marks) expect(at).toBeLessThanOrEqual(scene.clock.now())
  expect(scene.recorder.marketTime()).toBeLessThanOrEqual(scene.clock.now())
  expect(scene.said.filter((line) => line.includes('ahead'))).toEqual([
    expect.stringMatching(/^broker says: IBM STK, conId 8314: its prices are dated \d+ s ahead of the broker's clock; taken without that date$/),
  ])
  expect(scene.failed).toEqual([])
})

test('trade by trade: a print of the stream with such a date is counted, and its line goes on', async () => {
  await using scene = await open(1)
  const stream = Number((await scene.session.request(REQUESTS.reqTickByTickData)).fields[1])
  scene.session.say(99, stream, 1, Math.floor((scene.clock.now() + HOUR_MS) / 1000), '183.3', '100', 0, 'ISLAND', '')
  await eventually(async () => scene.misdated() === 1)
  scene.print(183.5, scene.clock.now())
  await eventually(async () => (await scene.marks()).length === 1)
  expect((await scene.marks())[0]?.at).toBeLessThanOrEqual(scene.clock.now())
})

test('the broker’s clock jumps ahead by an hour: not followed, said once; one that falls behind makes no price wrong', async () => {
  await using scene = await open()
  scene.time.jumpMs = HOUR_MS
  await scene.pass(2_000)
  expect(scene.recorder.marketTime()).toBeLessThanOrEqual(scene.clock.now())
  scene.print(183.2, scene.clock.now())
  scene.time.jumpMs = -HOUR_MS
  await scene.pass(2_000)
  scene.print(183.3, scene.clock.now())
  await eventually(async () => (await scene.marks()).length === 2)
  expect(scene.misdated()).toBe(0)
  // Time passes by steps of two seconds, one of which may lie between its answer and ours.
  expect(scene.said.filter((line) => line.includes('ahead'))).toEqual([expect.stringMatching(/its clock jumped ahead by (3598|3600|3602) s/)])
})
