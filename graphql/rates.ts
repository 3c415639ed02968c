// How often one token may ask: a bucket of operations that fills again by the second. Knows nothing of requests.
import type { Clock } from '#src/clock.ts'

export interface RateLimit {
  readonly perSecond: number
  /** How many may come at once after a pause. */
  readonly burst: number
}

export interface Rates {
  readonly limit: RateLimit
  /** Takes one; false where none is left. */
  take(key: string): boolean
}

export const RATE: RateLimit = { perSecond: 50, burst: 200 }

export function openRates(clock: Clock, limit: RateLimit = RATE): Rates {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    limit,
    take(key) {
      const now = clock.monotonic()
      const bucket = buckets.get(key) ?? { left: limit.burst, at: now }
      const left = Math.min(limit.burst, bucket.left + ((now - bucket.at) / 1000) * limit.perSecond)
      buckets.set(key, { left: left < 1 ? left : left - 1, at: now })
      return left >= 1
    },
  }
}
