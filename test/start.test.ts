// `start` where something is missing or too much: no TWS, and a second one in the same home.
import { expect, test } from 'vitest'
import { excursion, freePort, makeHome } from './process.ts'
import { serviceEnv, startService } from './story.ts'

test('without a TWS it says what it expected and where the API is switched on, and serves what it has; a second start is refused in one line', {
  timeout: 60_000,
}, async () => {
  await using home = await makeHome()
  const port = await freePort()
  await using first = await startService(home.path, port)
  await first.says(new RegExp(`expected a gateway at 127\\.0\\.0\\.1:${port}, found nothing listening`))
  await first.says(/4001.*4002.*7496.*7497/)
  await first.says(/Enable ActiveX and Socket Clients/)
  await first.says(/trying again until it answers/)

  const health = await fetch(first.url.replace('graphql', 'health/ready'))
  expect([health.status, await health.json()]).toMatchObject([200, { status: 'ready', brokers: [{ name: 'tws', state: 'CONNECTING' }] }])
  expect(await first.ask('{ brokers { state } trades { nodes { id } } }')).toMatchObject({ trades: { nodes: [] } })

  await using second = excursion(['start'], serviceEnv(home.path, port))
  expect(await second.ended).toEqual({ code: 1, signal: null })
  const lines = second.stderr().trimEnd().split('\n')
  expect(lines.filter((line) => !/^\d\d:\d\d:\d\d /.test(line))).toEqual([
    `expected to be the only writer of ${home.path}, found another process holding the lock; stop it first, or give this one its own EXCURSION_HOME (EXC_WRITER_BUSY)`,
  ])
  expect(second.stdout()).toBe('')
  expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null })
})
