// Pictures of trades: their bytes, their shape, and what they must never contain.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chartModel, niceTicks, timeTicks } from '#charts/chart.ts'
import { sparkline } from '#charts/sparkline.ts'
import { type TrajectoryPicture, trajectory } from '#charts/trajectory.ts'
import { at, givenBack, shortWon, turned, ZONE } from '#test/example-day.ts'

const whole: TrajectoryPicture = {
  title: 'ESZ6 long 2',
  subtitle: '2026-11-20, result −725.00 USD',
  side: 'LONG',
  currency: 'USD',
  timeZone: ZONE,
  entry: 6705.25,
  stop: 6690,
  openedAt: turned.trade.openedAt,
  closedAt: turned.trade.closedAt,
  points: turned.points,
  gaps: turned.trade.provenance.gaps,
  fills: turned.trade.fills.map((fill) => ({ ...fill, price: Number(fill.price) })),
  alerts: [
    { at: at('09:59:30'), price: 6719.75, label: 'trail 09:59:30' },
    { at: at('09:59:31'), price: 6719.5, label: 'giveback <&> 09:59:31' },
  ],
  mfeLabel: '+0.54 % at 09:53:12',
  maeLabel: '−0.11 % at 10:20:00',
}

describe('bytes', () => {
  test('a sparkline', async () => {
    await expect(sparkline(givenBack.points, { entry: 180, side: 'LONG', title: 'IBM long 100' })).toMatchFileSnapshot('__snapshots__/sparkline.svg')
  })
  test('a sparkline of a short', async () => {
    await expect(sparkline(shortWon.points, { entry: 201, side: 'SHORT' })).toMatchFileSnapshot('__snapshots__/sparkline-short.svg')
  })
  test('a trajectory with a gap, a stop and two alerts at once', async () => {
    await expect(trajectory(whole)).toMatchFileSnapshot('__snapshots__/trajectory.svg')
  })
  test('no price at all is said, not drawn', async () => {
    expect(sparkline([])).toContain('No price of this trade was recorded.')
    expect(trajectory({ ...whole, points: [] })).toContain('No price of this trade was recorded.')
  })
})

test('what a person or a rule wrote cannot break the picture', () => {
  const picture = trajectory({ ...whole, title: '</title><script>"&\u0007' })
  expect(picture).toContain('&lt;/title&gt;&lt;script&gt;&quot;&amp;</title>')
  expect(picture).toContain('giveback &lt;&amp;&gt; 09:59:31')
})

test('every picture says its axes, its units, and what it shows in words', () => {
  const picture = trajectory(whole)
  for (const words of ['price (USD)', '% of entry', 'time (America/New_York)', '<title>ESZ6 long 2</title>', 'MFE +0.54 % at 09:53:12'])
    expect(picture).toContain(words)
})

test('of alerts at once no line strikes out the number of another', () => {
  const picture = trajectory(whole)
  const poles = [...picture.matchAll(/M([\d.]+) ([\d.]+)L\1 [\d.]+" stroke="#7c7c7c" stroke-opacity="0.55"/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  )
  const numbers = [...picture.matchAll(/<text x="([\d.]+)" y="([\d.]+)" font-size="10"/g)].map(([, x, y]) => [Number(x), Number(y)] as const).slice(0, 2)
  expect([poles.length, numbers.length]).toEqual([2, 2])
  for (const [x, y] of numbers) for (const [pole, from] of poles) if (Math.abs(pole - x) < 8) expect(from).toBeGreaterThan(y)
})

test('a gap breaks the line: nothing is drawn through the hole', () => {
  const model = chartModel({ points: turned.points, gaps: turned.trade.provenance.gaps, maxPoints: 500 })
  expect(model?.stretches).toHaveLength(2)
})

const paths = fc
  .array(fc.record({ step: fc.integer({ min: 0, max: 90_000 }), last: fc.integer({ min: -1e9, max: 1e9 }).map((price) => price / 1e4) }), {
    minLength: 1,
    maxLength: 300,
  })
  .map((steps) => {
    let [instant, mfe, mae] = [at('09:30:00'), Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    return steps.map(({ step, last }) => {
      instant += step
      mfe = Math.max(mfe, last)
      mae = Math.min(mae, last)
      return { at: instant, last, mfe, mae }
    })
  })

test('law: whatever the prices, a picture holds only numbers, and lies within its frame', () => {
  fc.assert(
    fc.property(paths, fc.boolean(), (points, long) => {
      const entry = points[0]?.last ?? 0
      const side = long ? 'LONG' : 'SHORT'
      for (const picture of [
        sparkline(points, { entry, side }),
        trajectory({ ...whole, side, entry, stop: null, points, gaps: [], fills: [], alerts: [], openedAt: points[0]?.at ?? 0, closedAt: null }),
      ]) {
        expect(picture).not.toMatch(/NaN|Infinity|undefined|\de[+-]\d/)
        const [, width = '0', height = '0'] = /viewBox="0 0 (\S+) (\S+)"/.exec(picture) ?? []
        for (const [, x, y] of picture.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)) {
          expect(Number(x) >= 0 && Number(x) <= Number(width) && Number(y) >= 0 && Number(y) <= Number(height)).toBe(true)
        }
      }
    }),
  )
})

test('law: however many points, the extremes are drawn', () => {
  fc.assert(
    fc.property(paths, (points) => {
      const drawn = chartModel({ points, maxPoints: 16 })?.stretches.flat() ?? []
      expect(Math.max(...drawn.map((point) => point.last))).toBe(Math.max(...points.map((point) => point.last)))
      expect(Math.min(...drawn.map((point) => point.last))).toBe(Math.min(...points.map((point) => point.last)))
    }),
  )
})

describe('axes', () => {
  test.each([
    [180, 195, ['180', '185', '190', '195']],
    [0.001, 0.0042, ['0.001', '0.002', '0.003', '0.004']],
    [-1.2, 1.3, ['−1.0', '−0.5', '0.0', '0.5', '1.0']],
    [6690, 6745, ['6,690', '6,700', '6,710', '6,720', '6,730', '6,740']],
  ])('from %d to %d', (low, high, labels) => {
    expect(niceTicks(low, high, 5).map((tick) => tick.label)).toEqual(labels)
  })

  test('times stand on the round minutes of the exchange, whatever the zone', () => {
    expect(timeTicks(at('09:35:10'), at('10:20:00'), 5, ZONE).map((tick) => tick.label)).toEqual(['09:40', '09:50', '10:00', '10:10', '10:20'])
    expect(timeTicks(at('09:35:10'), at('10:20:00'), 5, 'Asia/Kolkata').map((tick) => tick.label)).toEqual(['20:10', '20:20', '20:30', '20:40', '20:50'])
    // Over the night in which the clocks go back, and the one in which they go forward.
    const midnights = (from: string, until: string) => timeTicks(at('12:00:00', from), at('12:00:00', until), 5, ZONE)
    expect(midnights('2026-10-30', '2026-11-03').map(({ label }) => label)).toEqual(['10-31', '11-01', '11-02', '11-03'])
    expect(midnights('2026-03-06', '2026-03-10').map(({ value }) => value)).toEqual(
      ['2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10'].map((day) => at('00:00:00', day)),
    )
    expect(timeTicks(at('09:35:00'), at('09:35:20'), 5, ZONE).map((tick) => tick.label)).toEqual(['09:35:00', '09:35:05', '09:35:10', '09:35:15', '09:35:20'])
  })
})
