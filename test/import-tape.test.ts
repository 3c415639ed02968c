// A tape imported: its facts and its prices, so that its trades read as `replay` has them; a second time nothing is new. Over the very verbs.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { answerOf, excursion, makeHome } from './process.ts'
import { differences, recorded, replayed, serviceEnv, SMALL, startService } from './story.ts'

test('an imported tape reads as replay has it, prices and all; a second time nothing is new', { timeout: 120_000 }, async () => {
  await using home = await makeHome()
  const env = serviceEnv(home.path, 1)
  const first = await answerOf(['import', 'tape', SMALL.tape], env)
  expect(first).toMatch(/(\d+) facts read, \1 new/)
  expect(first).toMatch(/(\d+) prices read, [1-9]\d* new/)
  expect(await answerOf(['import', 'tape', SMALL.tape], env)).toMatch(/facts read, 0 new\n\d+ prices read, 0 new/)
  await using service = await startService(home.path, 1)
  const [live, replay] = await Promise.all([recorded(service), replayed(SMALL, home.parent)])
  // Nobody is warned of what is long past: of trades that are still open it is listed as missed.
  const told = await service.ask('{ alerts(filter: { states: [RAISED, LATE] }, first: 100) { nodes { id } } }')
  expect(told).toEqual({ alerts: { nodes: [] } })
  expect(differences({ ...live, alerts: replay.alerts }, replay)).toEqual([])
})

test('what is exported reads back as the same trades, packed where its name says so; a place that cannot be written to is one line', {
  timeout: 120_000,
}, async () => {
  await using home = await makeHome()
  const env = serviceEnv(home.path, 1)
  await answerOf(['import', 'tape', SMALL.tape], env)
  const tape = join(home.parent, 'back.ndjson.gz')
  expect(await answerOf(['export', 'tape', '--out', tape], env)).toBe('')
  expect(gunzipSync(await readFile(tape)).toString()).toBe(await answerOf(['export', 'tape'], env))
  const [back, replay] = await Promise.all([replayed({ tape }, home.parent), replayed(SMALL, home.parent)])
  expect(back.trades.size).toBeGreaterThan(0)
  expect(differences(back, replay)).toEqual([])

  await using refused = excursion(['export', 'tape', '--out', join(home.path, 'missing', 'x.ndjson')], env)
  expect(await refused.ended).toEqual({ code: 1, signal: null })
  expect(refused.stderr()).toMatch(/^expected to write the tape to .*x\.ndjson, found that it cannot be \(ENOENT.*\(EXC_TAPE_INVALID\)$/m)
})

test('a file that is none is said plainly', async () => {
  await using home = await makeHome()
  const running = excursion(['import', 'tape', '/nowhere.ndjson'], serviceEnv(home.path, 1))
  expect((await running.ended).code).toBe(1)
})
