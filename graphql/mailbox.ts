// A subscriber's mailbox: what happened and was not yet fetched. Bounded, whatever the subscriber does: where it would overflow it is
// emptied and says so once. Knows nothing of GraphQL, the store or the bus.

export const OVERFLOW = Symbol('overflow')
export const CLOSED = Symbol('closed')

export interface Mailbox<E> {
  /** After `close`, and after an overflow nobody has fetched yet, what is put in is let go. */
  put(event: E): void
  /** The oldest event, as soon as there is one. OVERFLOW: events were let go since the last fetch. CLOSED: there will be none. One fetcher at a time. */
  take(): Promise<E | typeof OVERFLOW | typeof CLOSED>
  /** The same without waiting; null: there is nothing yet. */
  poll(): E | typeof OVERFLOW | typeof CLOSED | null
  close(): void
  /** How many events wait. */
  readonly size: number
}

/** With `keyOf` the mailbox conflates: a newer event of a key takes the place of the older one, at the end of the line. */
export function openMailbox<E>({ limit, keyOf, onOverflow }: { limit: number; keyOf?: (event: E) => unknown; onOverflow?: () => void }): Mailbox<E> {
  const waiting = new Map<unknown, E>()
  let overflowed = false
  let closed = false
  let wake: (() => void) | null = null

  const next = (): E | typeof OVERFLOW | typeof CLOSED | null => {
    if (closed) return CLOSED
    if (overflowed) {
      overflowed = false
      return OVERFLOW
    }
    for (const [key, event] of waiting) {
      waiting.delete(key)
      return event
    }
    return null
  }

  return {
    put(event) {
      if (closed || overflowed) return
      const key = keyOf === undefined ? event : keyOf(event)
      waiting.delete(key)
      if (waiting.size >= limit) {
        waiting.clear()
        overflowed = true
        onOverflow?.()
      } else {
        waiting.set(key, event)
      }
      wake?.()
    },
    async take() {
      for (;;) {
        const found = next()
        if (found !== null) return found
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = null
      }
    },
    poll: next,
    close() {
      closed = true
      waiting.clear()
      wake?.()
    },
    get size() {
      return waiting.size
    },
  }
}
