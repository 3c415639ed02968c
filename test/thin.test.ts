// Laws of thinning a trajectory.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { thin } from '#core/thin.ts'

/** Walks of a price, with the running excursions of a long entered at its first price. */
const walks = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 400 }).map((steps) => {
  let [last, mfe, mae] = [1000, 1000, 1000]
  return steps.map((step, at) => {
    last += at === 0 ? 0 : step
    mfe = Math.max(mfe, last)
    mae = Math.min(mae, last)
    return { at, last, mfe, mae }
  })
})
const limits = fc.integer({ min: 0, max: 120 })

test('law: a thinned trajectory has at most as many points as asked for, and its landmarks where fewer were', () => {
  fc.assert(
    fc.property(walks, limits, (points, limit) => {
      expect(thin(points, limit).length).toBeLessThanOrEqual(Math.max(limit, 6))
    }),
  )
})

test('law: every point was one of the trajectory, in the same order', () => {
  fc.assert(
    fc.property(walks, limits, (points, limit) => {
      const places = thin(points, limit).map((point) => points.indexOf(point))
      expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
      expect(places).not.toContain(-1)
    }),
  )
})

test('law: first, last, highest, lowest, and where the final excursions were first reached are always kept', () => {
  fc.assert(
    fc.property(walks, limits, (points, limit) => {
      const kept = thin(points, limit)
      const final = points.at(-1)
      const lasts = kept.map((point) => point.last)
      expect(kept[0]).toBe(points[0])
      expect(kept.at(-1)).toBe(final)
      expect(Math.max(...lasts)).toBe(Math.max(...points.map((point) => point.last)))
      expect(Math.min(...lasts)).toBe(Math.min(...points.map((point) => point.last)))
      expect(kept).toContain(points.find((point) => point.mfe === final?.mfe))
      expect(kept).toContain(points.find((point) => point.mae === final?.mae))
    }),
  )
})

test('law: thinning to more than there are changes nothing, thinning twice is thinning once', () => {
  fc.assert(
    fc.property(walks, limits, (points, limit) => {
      expect(thin(points, points.length)).toEqual(points)
      expect(thin(thin(points, limit), Math.max(limit, 6))).toEqual(thin(points, limit))
    }),
  )
})

test('nothing thins to nothing', () => {
  expect(thin([], 0)).toEqual([])
})
