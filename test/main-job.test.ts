// The main job, through every part of the product as it is shipped: a gateway plays a tape, `start` listens to it, and what GraphQL then returns is
// what `replay` says of the same tape, field by field.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { printFact } from '#core/tape.ts'
import { type Course, ordersOver } from '#sim/tapes/orders.ts'
import { answerOf, type Home, makeHome } from './process.ts'
import { differences, recorded, replayed, serviceEnv, settled, SMALL, startGateway, startService, type TapeFiles } from './story.ts'

const TICKS = join(import.meta.dirname, '../../shared/data/ticks')
const REAL = [
  { conId: 8314, symbol: 'IBM', file: join(TICKS, 'IBM_20131007_trades.csv.gz') },
  { conId: 756733, symbol: 'SPY', file: join(TICKS, 'SPY_20131007_trades.csv.gz') },
] as const
/** How many days of orders are made up over the real prices; a longer proof asks for more. */
const SEEDS = Number(process.env['MAIN_JOB_SEEDS'] ?? 1)
const FIRST_SEED = Number(process.env['MAIN_JOB_FIRST_SEED'] ?? 1)

/** Plays a tape to a service and compares; then compares the service's own export. */
async function expectLiveIsReplay(files: TapeFiles, home: Home): Promise<void> {
  const expected = await replayed(files, home.parent)
  await using gateway = await startGateway(files)
  await using service = await startService(home.path, gateway.port)
  await settled(gateway, service, files)
  const live = await recorded(service)
  expect(differences(live, expected)).toEqual([])
  expect(live.gaps).toEqual(new Set())

  const exported = join(home.parent, 'exported.ndjson')
  await answerOf(['export', 'tape', '--out', exported], serviceEnv(home.path, gateway.port))
  expect(differences(await replayed({ tape: exported }, home.parent), expected)).toEqual([])
}

test('the tape that comes along: live is replay, and so is the export', { timeout: 120_000 }, async () => {
  await using home = await makeHome()
  await expectLiveIsReplay(SMALL, home)
})

describe.skipIf(REAL.some(({ file }) => !existsSync(file)))('real prices of IBM and SPY, 7 October 2013', () => {
  test.each(Array.from({ length: SEEDS }, (_, i) => FIRST_SEED + i))(
    'orders made up by seed %i: live is replay, and so is the export',
    { timeout: 240_000 },
    async (seed) => {
      await using home = await makeHome()
      const tape = join(home.parent, 'orders.ndjson')
      const courses = await Promise.all(REAL.map(readCourse))
      const facts = ordersOver(courses, { seed, accounts: ['DU1', 'DU2', 'U3'], orders: 10 })
      await writeFile(tape, `${facts.map(printFact).join('\n')}\n`)
      const lastAt = Math.max(...courses.map(({ prices }) => prices.at(-1)?.at ?? 0))
      await expectLiveIsReplay({ tape, lastAt, marks: REAL.map(({ conId, file }) => `${conId}=${file}`) }, home)
    },
  )
})

async function readCourse({ conId, symbol, file }: (typeof REAL)[number]): Promise<Course> {
  const [header = '', ...rows] = gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n')
  const [at, price, suspicious] = ['ts_ms', 'price', 'suspicious'].map((name) => header.split(',').indexOf(name)) as [number, number, number]
  const prices = rows.map((row) => row.split(',')).filter((cells) => cells[suspicious] === '0' && Number(cells[price]) > 0)
  return {
    instrument: { kind: 'instrument', conId, symbol, secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART' },
    prices: prices.map((cells) => ({ at: Number(cells[at]), price: cells[price] as string })),
  }
}
