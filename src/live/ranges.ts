// The session's high and low of every contract, as the broker tells them beside its prices. It samples its prices, and what it sends while nobody listens is
// gone; its high and low leave nothing out. What its prices did not tell is told to the recorder, and only that. Told by live.ts in the order of the wire.
//
// A high comes without its moment, perhaps before the very price that made it: it waits for the next price of its contract, and is dated before the one
// after that; where none comes, at the second answer about the time. Nor is it known whether it was reached before a fill or after it, as long as it may
// still come late: so much later than the first price after the fill it is told how the range stands, and what moves from there on has moved since.
import type { BrokerEvent, Quote } from '#broker/port.ts'
import { type DecimalText, decimal, plain } from '#core/decimal.ts'
import type { Execution } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Recorder } from '#record/recorder.ts'

export type RangesRecorder = Pick<Recorder, 'open' | 'tell'>
type RangeEvent = Extract<BrokerEvent, { kind: 'range' }>

/** One edge of a contract's range. */
interface Edge {
  readonly outwards: 1 | -1
  /** As the broker told it last; null: never. */
  price: number | null
  /** Nothing kept a move from us since then: so it stands. */
  heard: boolean
  /** Further out than before, and its own price may be on the way. */
  fresh: boolean
  /** Further out than before, and to be told; null: nothing is. */
  due: number | null
  /** When what is fresh, and what is due, was reached at the earliest. */
  freshSince: Instant
  dueSince: Instant
  /** The furthest price of the session, as far as prices told it. */
  reached: number
}

interface Range {
  readonly conId: number
  readonly high: Edge
  readonly low: Edge
  /** The last price: nothing that is told of the range is dated before it. */
  lastAt: Instant
  lastPrice: number
  /** Answers about the time since an edge moved. */
  answers: number
  /** How the range stands has to be told; until then nothing else is. Null: it is known. */
  unsettled: Unsettled | null
}

interface Unsettled {
  /** A price of then or later says that the line brings what came after the fill. */
  readonly since: Instant
  /** So long after that price nothing of before the fill is still to come; null: there was none yet. */
  from: Instant | null
  /** When it is given up: a fill that opened nothing by then opened nothing. */
  readonly until: Instant
}

type Edges = { -readonly [Name in 'high' | 'low']?: DecimalText }

const NEVER = Number.NEGATIVE_INFINITY
const EDGES = ['high', 'low'] as const
/** A fill's time is the second that it was in. */
const SECOND_MS = 1_000
/** A high comes so much later than the prices around it at most. */
const LATE_MS = 2_000
const JUMP_SHARE = 0.05
/** While the recorder has not taken the fill, it is looked again so often, and not for ever. */
const AGAIN_MS = 1_000
const GIVEN_UP_MS = 60_000

export class Ranges {
  readonly #recorder: RangesRecorder
  readonly #ranges = new Map<number, Range>()
  /** The market's time, as far as anybody told it: that of an undated price. */
  #now: Instant = NEVER
  /** Executions so far: one that is told again is no news. */
  readonly #filled = new Set<string>()

  constructor(recorder: RangesRecorder) {
    this.#recorder = recorder
  }

  /** Delayed ones are of another time: they say nothing of how it stands. */
  range({ conId, high, low, delayed }: RangeEvent): void {
    if (delayed === true) return this.unheard(conId)
    const range = this.#rangeOf(conId)
    this.#move(range, range.high, high)
    this.#move(range, range.low, low)
  }

  #move(range: Range, edge: Edge, price: number | undefined): void {
    if (price === undefined) return
    edge.heard = true
    if (price === edge.price) return
    const isFurther = edge.price === null || edge.outwards * (price - edge.price) > 0
    edge.price = price
    edge.fresh = isFurther
    // A fill that is not told yet may be as old; and nobody knows where in its second it was.
    edge.freshSince = Math.max(this.#now, range.lastAt) - LATE_MS - SECOND_MS
    if (isFurther) range.answers = 0
    else {
      // A new session, or one that was taken back: what comes next is measured from here.
      edge.due = null
      edge.reached = edge.outwards * NEVER
      range.unsettled ??= { since: range.lastAt, from: range.lastAt, until: Math.max(this.#now, range.lastAt) + GIVEN_UP_MS }
    }
  }

  /** A price, before the recorder is told of it. */
  quote({ conId, price, at, delayed, pastLimit, unreported, halted }: Quote): void {
    if (delayed === true) return
    const range = this.#rangeOf(conId)
    if (at !== null && at > this.#now) this.#now = at
    const heardAt = at ?? this.#now
    if (heardAt > range.lastAt) {
      this.#tellDue(range, heardAt - 1)
      range.lastAt = heardAt
    }
    const { unsettled } = range
    if (unsettled !== null && heardAt >= unsettled.since) unsettled.from ??= heardAt + LATE_MS
    ripen(range.high)
    ripen(range.low)
    if (price === null || pastLimit === true || unreported === true || halted === true) return
    const isJump = Math.abs(price - range.lastPrice) > JUMP_SHARE * Math.abs(range.lastPrice)
    range.lastPrice = price
    // Perhaps nobody traded there; where somebody did, the next price is there as well.
    if (isJump) return
    if (price > range.high.reached) range.high.reached = price
    if (price < range.low.reached) range.low.reached = price
  }

  /** A fill, before the recorder is told of it: what was surely reached before its second is told before it. */
  fill({ account, conId, executionId, at }: Execution): void {
    const name = `${account} ${executionId}`
    if (this.#filled.has(name)) return
    this.#filled.add(name)
    const range = this.#rangeOf(conId)
    if (at > range.lastAt) this.#tellDue(range, at - 1)
    this.#now = Math.max(this.#now, at)
    const since = Math.max(range.unsettled?.since ?? NEVER, at + SECOND_MS)
    range.unsettled = { since, from: null, until: since + GIVEN_UP_MS }
  }

  /** What was on its way may come at any time, or never: only what is heard from now on says how things stand. */
  interrupted(): void {
    for (const { conId, unsettled } of this.#ranges.values()) {
      if (unsettled !== null) unsettled.from = null
      this.unheard(conId)
    }
  }

  /** The line of a contract tells nothing for a while: how its range stands is known when it is told again. */
  unheard(conId: number): void {
    const range = this.#rangeOf(conId)
    for (const name of EDGES) range[name].heard = false
  }

  /** The broker told the time, before the recorder is told of it. */
  clock(at: Instant): void {
    this.#now = Math.max(this.#now, at)
    for (const range of this.#ranges.values()) {
      if (++range.answers > 1) for (const name of EDGES) ripen(range[name])
      if (at > range.lastAt) this.#tellDue(range, at)
    }
  }

  #tellDue(range: Range, at: Instant): void {
    const { unsettled } = range
    if (unsettled !== null && (unsettled.from === null || unsettled.from > at)) return
    if (range.high.due !== null || range.low.due !== null) this.#tellMoves(range, at)
    if (unsettled !== null && !range.high.fresh && !range.low.fresh) this.#tellStanding(range, unsettled, at)
  }

  /** What was traded without anybody telling its price. */
  #tellMoves(range: Range, at: Instant): void {
    const missed: Edges = {}
    let since = Number.POSITIVE_INFINITY
    for (const name of EDGES) {
      const { outwards, due, dueSince, reached } = range[name]
      range[name].due = null
      if (due === null || outwards * (due - reached) <= 0) continue
      missed[name] = plain(decimal(due))
      since = Math.min(since, dueSince)
    }
    if (Object.keys(missed).length > 0 && this.#isOpen(range))
      this.#recorder.tell({ kind: 'dayRange', conId: range.conId, ...missed, ...(since === NEVER ? {} : { since }), at })
  }

  #tellStanding(range: Range, unsettled: Unsettled, at: Instant): void {
    const known: Edges = {}
    for (const name of EDGES) {
      const { price, heard } = range[name]
      if (heard && price !== null) known[name] = plain(decimal(price))
    }
    const isTold = Object.keys(known).length > 0 && this.#isOpen(range)
    if (isTold) this.#recorder.tell({ kind: 'dayRange', conId: range.conId, ...known, stands: true, at })
    const isHeard = range.high.heard || range.low.heard
    range.unsettled = isTold || (isHeard && at >= unsettled.until) ? null : { ...unsettled, from: at + AGAIN_MS }
  }

  #isOpen({ conId }: Range): boolean {
    return this.#recorder.open().some((instrument) => instrument.conId === conId)
  }

  #rangeOf(conId: number): Range {
    let range = this.#ranges.get(conId)
    if (range === undefined) {
      const edge = (outwards: 1 | -1): Edge => ({
        outwards,
        price: null,
        heard: false,
        fresh: false,
        due: null,
        freshSince: NEVER,
        dueSince: NEVER,
        reached: outwards * NEVER,
      })
      range = { conId, high: edge(1), low: edge(-1), lastAt: NEVER, lastPrice: Number.NaN, answers: 0, unsettled: null }
      this.#ranges.set(conId, range)
    }
    return range
  }
}

/** Its own price was told by now, or will not be. */
function ripen(edge: Edge): void {
  if (edge.fresh) {
    edge.due = edge.price
    edge.dueSince = edge.freshSince
  }
  edge.fresh = false
}
