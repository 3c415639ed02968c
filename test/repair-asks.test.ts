// What the repair of gaps asks the broker for, and how often: what nobody can tell is asked for once, what was told in part for the rest of it.
import { expect, test } from 'vitest'
import type { HistoryAnswer, HistoryRequest } from '#broker/port.ts'
import type { Instrument } from '#core/facts.ts'
import { askable, placeBars, repairable, type Span, without } from '#core/repair.ts'
import { openRepair } from '#live/repair.ts'
import { clock } from '#src/clock.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const instrument: Instrument = { kind: 'instrument', conId: 1, symbol: 'ABC', secType: 'CFD', currency: 'USD' }
const bar = (from: number) => ({ kind: 'bar' as const, conId: 1, from, to: from + 4_999, high: '2', low: '1' })

/** A recorder with one gap, which is narrowed as it is by what was fetched; and a broker that answers so. */
async function asked(hole: Span, fills: readonly number[], answer: (request: HistoryRequest) => HistoryAnswer, looks = 4): Promise<readonly string[]> {
  let left: readonly Span[] = [hole]
  const requests: string[] = []
  await using room = openRepair({
    broker: {
      history: async (request) => {
        requests.push(request.kind)
        return answer(request)
      },
    },
    recorder: {
      marketTime: () => T0 + 3_600_000,
      holes: () => askable(left, fills).map((span) => ({ instrument, ...span })),
      fetched: async (fetched) => {
        const known = fetched.source === 'BARS' ? placeBars(fetched, fetched.bars, fills).known : repairable(fetched, fills)
        left = without(left, known)
      },
    },
    clock,
    everyMs: 3_600_000,
    log: () => {},
  })
  for (let look = 0; look < looks; look++) await room.look()
  return requests
}

test('bars that contain a fill where there are no ticks: it stays a gap, and is not asked for again and again', async () => {
  const barsOnly = (request: HistoryRequest): HistoryAnswer =>
    request.kind === 'ticks' ? { kind: 'none', reason: 'no permissions' } : { kind: 'bars', bars: [bar(T0), bar(T0 + 5_000)] }
  // The first bar is of use, the second one is not: what is left is asked for once more, by itself.
  expect(await asked({ from: T0, to: T0 + 10_000 }, [T0 + 7_500], barsOnly)).toEqual(['ticks', 'bars', 'ticks', 'bars'])
})

test('what was fetched whole is asked for once', async () => {
  const ticks = (): HistoryAnswer => ({ kind: 'ticks', quotes: [], until: Number.POSITIVE_INFINITY })
  expect(await asked({ from: T0, to: T0 + 10_000 }, [], ticks)).toEqual(['ticks'])
})
