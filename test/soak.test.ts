// A week at speed: five days, every night the gateway restarts, by day its own connection breaks, with data lost and with data maintained. One recording
// process lives through all of it, and ends clean. `npm run soak`
import { expect, test } from 'vitest'
import { type Fault, parseFaults } from '#sim/faults.ts'
import { printInstant } from '#core/time.ts'
import { MADE_FROM, MADE_UNTIL, madeWeek } from './made-day.ts'
import { expectEqual, expectFlat, lostOf, runDay } from './simulated.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A night passes in half a minute. */
const SPEED = 2_400
/** What a process may grow by in a week, in MB of what is left after collecting garbage: its closed trades are kept. */
const GROWTH_MB_MAX = 40
const SEED = Number(process.env['SEED'] ?? 1)

test.skipIf(process.env['SOAK'] === undefined)('a week with nightly restarts reads as if there had been none', { timeout: 1_800_000 }, async () => {
  const week = madeWeek(SEED)
  await using run = await runDay(week, faultsOfWeek(), [], SPEED)
  console.log(run.footprints.map(({ heap, handles }, n) => `ready ${n + 1}: heap ${heap} MB, ${handles} handles`).join('\n'))
  console.log(`${week.executions.length} executions, ${run.trades.length} trades, ${run.alerts.length} alerts, ${run.gaps.length} gaps`)
  expect(await lostOf(run, week), 'prices that are neither stored nor in a declared hole').toEqual([])
  expectEqual(run, week)
  expectFlat(run)
  expect(run.last.heap - run.first.heap, 'MB of growth').toBeLessThan(GROWTH_MB_MAX)
})

/** By day 1100, then 1101 or 1102, and a socket that closes; at 23:45 in New York the gateway restarts, and is not back at once. */
function faultsOfWeek(): readonly Fault[] {
  const lines = [4, 3, 2, 1, 0].flatMap((before, n) => {
    const open = MADE_FROM - before * DAY_MS
    const night = open + 14.25 * 60 * MINUTE_MS
    return [
      { at: open + 12 * MINUTE_MS, fault: 'outage', forMs: 90_000, code: n % 2 === 0 ? 1101 : 1102 },
      { at: open + 35 * MINUTE_MS, fault: n % 2 === 0 ? 'drop' : 'cut' },
      ...(before === 0 ? [] : [{ at: night, fault: 'restart', count: 3 }]),
    ]
  })
  const faults = parseFaults(lines.map((line) => JSON.stringify({ ...line, at: printInstant(line.at) })).join('\n'), MADE_FROM, MADE_UNTIL)
  if ('refused' in faults) throw new Error(faults.refused)
  return faults
}
