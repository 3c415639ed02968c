// What to ask of the past for trades whose prices nobody heard: minute bars of their days, second bars of the minutes in which they were filled. Pure; what is
// known already is not asked for again, so that who was stopped goes on where he was.
import { repairable, type Span, without } from './repair.ts'
import type { Instant } from './time.ts'

/** A contract, the time of its trades in which no price was heard, and its fills. */
export interface Unheard {
  readonly conId: number
  readonly spans: readonly Span[]
  readonly fills: readonly Instant[]
  /** What was fetched before. */
  readonly known: readonly Span[]
}

/** One request for bars, and the time it is to make known. */
export interface Asking {
  readonly conId: number
  readonly until: Instant
  readonly spanMs: number
  readonly barMs: number
  readonly spans: readonly Span[]
  /** The lives that are asked about, fills included. */
  readonly lives: readonly Span[]
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const SECOND_MS = 1_000
/** Of the seconds IB keeps half a year: of what is older, a minute with a fill is told whole, and the trade says that it was left out. */
export const FINE_AGE_MS = 170 * DAY_MS
/** The longest time one answer of second bars covers. */
const FINE_SPAN_MS = 30 * MINUTE_MS

/** Days with a fill first, of day trades they are all; the latest first: last month is looked at before last year. */
export function askingsOf(contracts: readonly Unheard[], now: Instant): readonly Asking[] {
  const askings = contracts.flatMap((contract) => {
    const isFilled = ({ until, spanMs }: Asking) => contract.fills.some((at) => at >= until - spanMs && at < until)
    return [...days(contract, now), ...fine(contract, now)].map((asking) => ({ asking, isFilled: isFilled(asking) }))
  })
  return askings
    .sort((a, b) => Number(b.isFilled) - Number(a.isFilled) || b.asking.until - a.asking.until || b.asking.barMs - a.asking.barMs)
    .map(({ asking }) => asking)
}

/** Minute bars, a day each. Of a minute with a fill they say nothing certain. */
function days({ conId, spans, fills, known }: Unheard, now: Instant): readonly Asking[] {
  const wanted = spans.filter(({ to }) => to <= now)
  const filled = fills.map((at) => ({ from: floor(at, MINUTE_MS), to: floor(at, MINUTE_MS) + MINUTE_MS }))
  const left = without(without(wanted, known), filled)
  return [...Map.groupBy(left.flatMap(byDay), ({ from }) => floor(from, DAY_MS))].map(([day, parts]) => ({
    ...{ conId, until: day + DAY_MS, spanMs: DAY_MS, barMs: MINUTE_MS, spans: parts, lives: spans },
  }))
}

function byDay({ from, to }: Span): readonly Span[] {
  const parts: Span[] = []
  for (let begin = from; begin < to; begin = floor(begin, DAY_MS) + DAY_MS) parts.push({ from: begin, to: Math.min(to, floor(begin, DAY_MS) + DAY_MS) })
  return parts
}

/** Second bars of the minutes with a fill; those close to each other in one answer. */
function fine({ conId, spans, fills, known }: Unheard, now: Instant): readonly Asking[] {
  const minutes = [...new Set(fills.map((at) => floor(at, MINUTE_MS)))].filter((at) => at > now - FINE_AGE_MS && at + MINUTE_MS <= now).sort((a, b) => a - b)
  const askings: Asking[] = []
  for (const minute of minutes) {
    const inMinute = spans.flatMap(({ from, to }) => {
      const part = { from: Math.max(from, minute), to: Math.min(to, minute + MINUTE_MS) }
      return part.to > part.from ? [part] : []
    })
    const left = without(inMinute, known).flatMap((span) => repairable(span, fills))
    if (left.length === 0) continue
    const last = askings.at(-1)
    const begin = last === undefined ? minute : last.until - last.spanMs
    if (last === undefined || minute + MINUTE_MS - begin > FINE_SPAN_MS) {
      askings.push({ conId, until: minute + MINUTE_MS, spanMs: MINUTE_MS, barMs: SECOND_MS, spans: left, lives: spans })
    } else {
      askings[askings.length - 1] = { ...last, until: minute + MINUTE_MS, spanMs: minute + MINUTE_MS - begin, spans: [...last.spans, ...left] }
    }
  }
  return askings
}

function floor(at: Instant, stepMs: number): Instant {
  return Math.floor(at / stepMs) * stepMs
}
