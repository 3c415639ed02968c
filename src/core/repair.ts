// How a hole in what was heard is narrowed by prices that were fetched afterwards: which of them are told, dated how, and what of the hole is left. Pure.
// Fetched prices are dated by the second. In the second of a fill nobody knows which came before it: that second stays a hole.
import type { Bar, Gap, Repair } from './facts.ts'
import type { Instant } from './time.ts'

export interface Span {
  readonly from: Instant
  readonly to: Instant
}

/** A price and when it was there. */
export interface Price {
  readonly price: number
  readonly at: Instant
}

const SECOND_MS = 1_000

/** What is left of the gaps of one contract once the repairs took their time out of them. */
export function narrowed(gaps: readonly Gap[], repairs: readonly Repair[]): readonly Gap[] {
  if (repairs.length === 0) return gaps
  return gaps.flatMap((gap) => without([gap], repairs).map(({ from, to }) => ({ ...gap, from, to })))
}

/** The parts of a hole that can be repaired at all: not the seconds in which the contract was filled. */
export function repairable(hole: Span, fills: readonly Instant[]): readonly Span[] {
  const seconds = fills.map((at) => ({ from: secondOf(at), to: secondOf(at) + SECOND_MS }))
  return without([hole], seconds)
}

/** What of the gaps is worth asking for: those that overlap or touch are one, and what nobody could use at its ends is left out. */
export function askable(gaps: readonly Span[], fills: readonly Instant[]): readonly Span[] {
  const spans: Span[] = []
  for (const { from, to } of [...gaps].sort((a, b) => a.from - b.from)) {
    const last = spans.at(-1)
    if (last === undefined || from > last.to) spans.push({ from, to })
    else spans[spans.length - 1] = { from: last.from, to: Math.max(last.to, to) }
  }
  return spans.flatMap((span) => {
    const parts = repairable(span, fills)
    const [first] = parts
    const last = parts.at(-1)
    return first === undefined || last === undefined ? [] : [{ from: first.from, to: last.to }]
  })
}

/** The spans with others taken out. */
export function without(spans: readonly Span[], taken: readonly Span[]): readonly Span[] {
  return taken.reduce<readonly Span[]>(
    (left, { from, to }) =>
      left.flatMap((span) => {
        if (to <= span.from || from >= span.to) return [span]
        return [
          { from: span.from, to: from },
          { from: to, to: span.to },
        ].filter((part) => part.to > part.from)
      }),
    spans.map(({ from, to }) => ({ from, to })),
  )
}

/**
 * The fetched prices of a hole as marks, dated by the end of their second: that they were there by then is sure. In the second in which it begins, those up to the last price heard in that second are left out; in the second in
 * which it ends, those after the first one heard again.
 */
export function placeTicks(
  hole: Span,
  ticks: readonly Price[],
  heard: { readonly before: readonly number[]; readonly after: number | null },
  fills: readonly Instant[],
): { readonly marks: readonly Price[]; readonly known: readonly Span[] } {
  const known = repairable(hole, fills)
  const first = ticks.findIndex(({ at }) => at >= secondOf(hole.from))
  const begun = first < 0 ? [] : ticks.slice(first)
  const behind = ticks.length === 0 ? [] : begun.slice(lengthOfHeard(begun, secondOf(hole.from), heard.before))
  const ends = behind.findIndex(({ price, at }) => at > hole.to || (secondOf(at) === secondOf(hole.to) && price === heard.after))
  const inside = ends < 0 ? behind : behind.slice(0, (behind[ends] as Price).at > hole.to ? ends : ends + 1)
  const last = inside.length - 1
  const isHeard = ends >= 0 && inside.length > ends
  const marks = inside.map(({ price, at }, i) => ({ price, at: Math.min(at + SECOND_MS - 1, isHeard && i === last ? hole.to : hole.to - 1) }))
  return { marks: marks.filter((_, i) => !fills.some((fill) => secondOf(fill) === secondOf((inside[i] as Price).at))), known }
}

/** How many of the first second's prices had been heard: up to the one where all that was heard has passed by, in order. None where they do not agree. */
function lengthOfHeard(ticks: readonly Price[], second: Instant, heard: readonly number[]): number {
  let next = 0
  for (const [place, { price, at }] of ticks.entries()) {
    if (next === heard.length || at !== second) break
    if (price === heard[next]) next++
    if (next === heard.length) return place + 1
  }
  return 0
}

/** The bars of a hole that can be told, and what they make known: one in which the contract was filled says nothing certain. */
export function placeBars(hole: Span, bars: readonly Bar[], fills: readonly Instant[]): { readonly bars: readonly Bar[]; readonly known: readonly Span[] } {
  const touching = bars.filter(({ from, to }) => from < hole.to && to > hole.from)
  const isFilled = ({ from, to }: Bar) => fills.some((at) => at >= from && at <= to)
  const unusable = touching.filter(isFilled).map(({ from, to }) => ({ from, to: to + 1 }))
  return { bars: touching.filter((bar) => !isFilled(bar)), known: without(repairable(hole, fills), unusable) }
}

function secondOf(at: Instant): Instant {
  return Math.floor(at / SECOND_MS) * SECOND_MS
}
