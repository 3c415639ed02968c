// Two tellings of one contract's trades made one: the line samples them and dates each to the millisecond, the stream leaves none out and knows whole
// seconds. The line says when, the stream says what came in between; no trade is told twice. Pure: it knows no socket and no clock.
import type { Instant } from '#core/time.ts'

/** A trade as the stream tells it. */
export interface Streamed {
  readonly price: number
  /** The exchange's second, in milliseconds. */
  readonly second: Instant
  readonly pastLimit: boolean
  readonly unreported: boolean
}

export interface Dated extends Streamed {
  readonly at: Instant
}

/** A trade as its message has it: a text of whole seconds. Null where it is none: price and size 0 say that the contract is halted. */
export function parseStreamed(
  time: string,
  price: number | undefined,
  mask: { readonly pastLimit?: boolean; readonly unreported?: boolean } = {},
): Streamed | null {
  const seconds = Number(time)
  if (price === undefined || !(price > 0 && price < 1e300) || !Number.isSafeInteger(seconds) || seconds <= 0) return null
  return { price, second: seconds * 1_000, pastLimit: mask.pastLimit === true, unreported: mask.unreported === true }
}

interface Waiting extends Streamed {
  /** When it was heard, by a clock that only goes forward. */
  readonly heardMs: number
}

/** What one of them told and the other has not yet. */
interface Lone {
  readonly price: number
  readonly second: Instant
}

/** Twins come within a second of each other; of the few that never do so many are remembered. */
const LONE_MAX = 64

export class Merge {
  /** Told by the stream, in its order, and by nobody else so far. */
  readonly #ahead: Waiting[] = []
  readonly #fromLine: Lone[] = []
  /** Told on without the line's word: its own would be the second. */
  readonly #toldOn: Lone[] = []
  #lastAt: Instant = Number.NEGATIVE_INFINITY

  /** Whether something waits for the line. */
  get waits(): boolean {
    return this.#ahead.length > 0
  }

  /** A trade of the stream: it waits until the line says when, unless the line told it already. */
  stream(print: Streamed, heardMs: number): void {
    if (!take(this.#fromLine, print)) this.#ahead.push({ ...print, heardMs })
  }

  /** A trade of the line: what the stream told before it is dated before it. `isNews` false: it was told on already. */
  line(price: number, at: Instant | null): { readonly skipped: readonly Dated[]; readonly isNews: boolean } {
    if (at === null) return { isNews: !this.#ahead.some((one) => one.price === price), skipped: this.overdue(Number.POSITIVE_INFINITY) }
    const print = { price, second: at - (at % 1_000) }
    if (take(this.#toldOn, print)) return { skipped: [], isNews: false }
    // The line tells the last trade of its interval: the last that it can be.
    const twin = this.#ahead.findLastIndex((one) => isTwin(one, print))
    const later = this.#ahead.findIndex(({ second }) => second >= print.second)
    const before = twin >= 0 ? twin : later >= 0 ? later : this.#ahead.length
    const skipped = this.#ahead.splice(0, before).map((one) => this.#dated(one, at))
    if (twin >= 0) this.#ahead.shift()
    else add(this.#fromLine, print)
    this.#lastAt = Math.max(this.#lastAt, at)
    return { skipped, isNews: true }
  }

  /** What has waited since before then: the line is silent. */
  overdue(heardBeforeMs: number): readonly Dated[] {
    const first = this.#ahead.findIndex(({ heardMs }) => heardMs > heardBeforeMs)
    const told = this.#ahead.splice(0, first < 0 ? this.#ahead.length : first)
    for (const { price, second } of told) add(this.#toldOn, { price, second })
    return told.map((one) => this.#dated(one, null))
  }

  /** Nobody listens from here on. What the line never came to is not dated: any instant would say that more was heard than was. */
  interrupted(): readonly Dated[] {
    const told = this.#lastAt === Number.NEGATIVE_INFINITY ? [] : this.overdue(Number.POSITIVE_INFINITY)
    this.#ahead.length = 0
    this.#lastAt = Number.NEGATIVE_INFINITY
    return told
  }

  /**
   * Before a print of the line: the latest it can be, within its second. Else the earliest, which never says that anything was heard after it; unless the line
   * has told nothing yet: then the latest, which does not say so of anything before it.
   */
  #dated({ heardMs: _, ...print }: Waiting, until: Instant | null): Dated {
    const end = print.second + 999
    const isFirst = this.#lastAt === Number.NEGATIVE_INFINITY
    const at = Math.max(until === null ? (isFirst ? end : print.second) : Math.min(end, until), this.#lastAt)
    this.#lastAt = at
    return { ...print, at }
  }
}

function isTwin(one: Lone, other: Lone): boolean {
  return one.price === other.price && one.second === other.second
}

/** Takes a twin out; false where there is none. */
function take(lone: Lone[], print: Lone): boolean {
  const at = lone.findIndex((one) => isTwin(one, print))
  if (at >= 0) lone.splice(at, 1)
  return at >= 0
}

function add(lone: Lone[], print: Lone): void {
  lone.push(print)
  if (lone.length > LONE_MAX) lone.shift()
}
