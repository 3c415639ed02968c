// Following a kind of event: first what the store holds since a seq, then what happens, with no hole and no double between the two.
// The bus is heard before the store is read, and whatever it tells that was read already is let go. Works because the writer gives
// seq in the order of its commits and tells the bus after them. Memory is bounded by the mailbox, whatever the subscriber does.
import type { Bus, BusEvent } from '#src/bus.ts'
import { CLOSED, OVERFLOW, openMailbox } from './mailbox.ts'
import type { Meter } from './meter.ts'

/** Something told, or (with `value` null) the word that something may have been missed; its seq is then the last one told before. */
export interface Told<T> {
  readonly seq: number
  readonly value: T | null
}

export interface Following<T> {
  readonly bus: Bus
  readonly meter: Meter
  readonly sinceSeq: number | null
  /** What a bus event means here; null: nothing; value null: history was rewritten. */
  readonly hear: (event: BusEvent) => Told<T> | null
  /** The newer of two with the same key takes the place of the older. Absent: none is left out. */
  readonly keyOf?: (value: T) => unknown
  /** What is stored with a greater seq, at most a page of it, by seq; value null: something of it ceased to exist. */
  readonly stored: (seq: number) => Promise<readonly Told<T>[]>
  readonly limit?: number
  /** False where the numbers are this subscriber's own. */
  readonly shared?: boolean
}

/** A stream of what is told, with the plan it follows. */
export interface Followed<T> extends AsyncGenerator<Told<T>, void, void> {
  readonly plan: Following<T>
}

export function isFollowed(stream: object): stream is Followed<unknown> {
  return 'plan' in stream
}

/** How many events wait for a subscriber before it has to read them again from the store. */
const MAILBOX_LIMIT = 1000

export function follow<T>(following: Following<T>): Followed<T> {
  const { bus, meter, sinceSeq, hear, keyOf, stored, limit = MAILBOX_LIMIT } = following
  let started = false
  /** The highest seq handed out; for those who came without one, the one before the first that was heard. */
  let seen = sinceSeq
  const mailbox = openMailbox<Told<T>>({
    limit,
    onOverflow: () => {
      meter.overflows++
    },
    ...(keyOf === undefined ? {} : { keyOf: (told: Told<T>) => (told.value === null ? null : keyOf(told.value)) }),
  })
  const leave = bus.subscribe((event) => {
    const told = hear(event)
    if (told === null) return
    if (told.value !== null) seen ??= told.seq - 1
    mailbox.put(told)
  })
  meter.subscriptions++
  let left = false
  const release = () => {
    if (left) return
    left = true
    meter.subscriptions--
    leave()
    mailbox.close()
  }

  async function* read(): AsyncGenerator<Told<T>> {
    for (;;) {
      const page = seen === null ? [] : await stored(seen)
      if (page.length === 0 || left) return
      for (const told of page) {
        seen = told.seq
        yield told
      }
    }
  }

  async function* events(): AsyncGenerator<Told<T>, void, void> {
    if (sinceSeq !== null) yield* read()
    for (;;) {
      const told = await mailbox.take()
      if (told === CLOSED) return
      if (told === OVERFLOW || told.value === null) {
        // Never a number that was not handed out with its row: whoever is cut off now resumes from this one.
        yield { seq: seen ?? 0, value: null }
        if (told === OVERFLOW) yield* read()
      } else if (seen === null || told.seq > seen) {
        seen = told.seq
        yield told
      }
    }
  }

  const generator = events()
  // A generator that waits does not hear `return`: the mailbox is closed first, which ends the wait.
  return {
    plan: following,
    async next() {
      started = true
      try {
        const result = await generator.next()
        if (result.done === true) release()
        return result
      } catch (error) {
        release()
        throw error
      }
    },
    async return() {
      release()
      if (!started) return { done: true, value: undefined }
      return generator.return()
    },
    async throw(error) {
      release()
      return generator.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return()
    },
  }
}
