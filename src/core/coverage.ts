// How much of a trade's life was heard: its holes joined, and the share of its sessions outside them. Pure.
import { decimal, plain, quotient } from './decimal.ts'
import { type TradingHours, tradedMs } from './session.ts'
import type { Instant } from './time.ts'

/** Time without marks of the trade's contract. */
export interface Hole {
  readonly from: Instant
  readonly to: Instant
}

/** Holes that touch are one. */
export function joined(holes: readonly Hole[]): readonly Hole[] {
  const joined: Hole[] = []
  for (const hole of [...holes].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last === undefined || hole.from > last.to) joined.push(hole)
    else if (hole.to > last.to) joined[joined.length - 1] = { from: last.from, to: hole.to }
  }
  return joined
}

/** The share of the time in which the contract traded; of the wall clock's where its hours are unknown, or where all of the trade's life lies outside them. */
export function coverageOf(from: Instant, until: Instant, gaps: readonly Hole[], hours: TradingHours): string | null {
  if (until <= from) return null
  if (gaps.length === 0) return '1'
  const inSessions = tradedMs(from, until, hours) ?? 0
  const lived = inSessions > 0 ? inSessions : until - from
  const passed = (start: Instant, end: Instant) => (inSessions > 0 ? (tradedMs(start, end, hours) ?? 0) : end - start)
  let blind = 0
  let reached = from
  for (const gap of [...gaps].sort((a, b) => a.from - b.from)) {
    const start = Math.max(gap.from, reached)
    if (gap.to > start) {
      blind += passed(start, gap.to)
      reached = gap.to
    }
  }
  return plain(quotient(decimal(lived - blind), decimal(lived)))
}
