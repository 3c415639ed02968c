// The only reader of the host's clock. Everything else is given a Clock, so that every branch can be tested on any day.
// Never used by the core, whose time is the market's and comes with the facts.
import type { Day, Instant } from '#core/time.ts'

export interface Clock {
  /** The host's wall clock. May jump: never subtract two of these to measure how long something took. */
  now(): Instant
  /** Milliseconds, with fractions, since some start; only ever forwards. For durations and timeouts. */
  monotonic(): number
  /** The calendar day it is now in a time zone: '2026-11-20'. */
  today(timeZone: string): Day
}

/** The host's own clock. */
export const clock: Clock = clockThatReads(
  () => Date.now(),
  () => performance.now(),
)

/** A clock that reads its time from `now` (and durations from `monotonic`, else also from `now`): a test's, or a tape's. */
export function clockThatReads(now: () => Instant, monotonic: () => number = now): Clock {
  // The Swedish calendar writes days as we do: year, month, day, with dashes.
  return { now, monotonic, today: (timeZone) => new Date(now()).toLocaleDateString('sv-SE', { timeZone }) }
}
