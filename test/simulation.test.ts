// Seeded days with everything that goes wrong: faults of the gateway, the recording process killed and stopped. Afterwards the day reads as if nothing had
// happened: the same executions, quantities and results; the same excursions and alerts, except where a gap is declared, and there never more than was real.
// One seed: SEED=7 vitest run test/simulation.test.ts; many: SEEDS=200 (npm run simulation). What fails prints its seed.
import { describe, expect, test } from 'vitest'
import { chanceOf } from '#sim/chance.ts'
import { seededFaults } from '#sim/faults.ts'
import { MADE_FROM, MADE_UNTIL, madeDay } from './made-day.ts'
import { type Blow, type Run, expectEqual, expectFlat, expectReconciled, lostOf, runDay } from './simulated.ts'

/** Those of every run. */
const USUAL_SEEDS = Array.from({ length: 20 }, (_, i) => i + 1)
const SEEDS =
  process.env['SEED'] !== undefined
    ? [Number(process.env['SEED'])]
    : process.env['SEEDS'] !== undefined
      ? Array.from({ length: Number(process.env['SEEDS']) }, (_, i) => i + 1)
      : USUAL_SEEDS
/** However slow the machine: nothing here depends on haste, and what stands still for good is said sooner. */
const TIMEOUT = { timeout: 600_000 }
const FAULTS_A_DAY = 6

test('a day without faults: every fill, price and alert as an ideal listener would have them, and no gap', TIMEOUT, async () => {
  const day = madeDay(1)
  await using run = await runDay(day, [], [])
  expect(run.gaps.filter(({ conId, from }) => day.executions.some((fill) => fill.conId === conId && fill.at > from))).toEqual([])
  expectEqual(run, day)
  expectReconciled(run)
})

// A day mostly waits: several at once share the machine and its PostgreSQL.
describe.concurrent('seeded days', () => {
  for (const seed of SEEDS) {
    test(`seed ${seed}: after faults, kills and pauses the day reads as if there had been none`, TIMEOUT, async () => {
      const day = madeDay(seed)
      const faults = seededFaults(seed, MADE_FROM, MADE_UNTIL, FAULTS_A_DAY)
      const blows = blowsOf(seed)
      await using run = await runDay(day, faults, blows)
      console.log(
        `seed ${seed}: ${faults.map(({ fault }) => fault).join(', ')}; ${blows.map(({ kind }) => kind).join(', ')}; ${run.gaps.length} gaps, ${differencesIn(run)}; heap ${run.first.heap} → ${run.last.heap} MB, handles ${run.first.handles} → ${run.last.handles}`,
      )
      expect(await lostOf(run, day), 'prices that are neither stored nor in a declared hole').toEqual([])
      expectEqual(run, day)
      expectReconciled(run)
      expectFlat(run)
    })
  }
})

function differencesIn({ differences }: Run): string {
  return `${differences.length} differences, ${differences.filter(({ causes }) => causes.includes('STALE')).length} of them stale`
}

function blowsOf(seed: number): readonly Blow[] {
  const chance = chanceOf(seed * 7919)
  const kinds = ['SIGKILL', 'pause'] as const
  const blows = Array.from(
    { length: chance.whole(1, 3) },
    (): Blow => ({ kind: kinds[chance.whole(0, 1)] ?? 'pause', at: MADE_FROM + chance.whole(300, 2_600) * 1_000 }),
  )
  return blows.sort((a, b) => a.at - b.at)
}
