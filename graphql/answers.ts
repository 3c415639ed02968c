// Answers that came from memory alone, kept as the text that was sent for as long as no open trade changes: many who look at the same are answered once.
// Knows nothing of what was asked; whoever runs an operation says whether it reached for anything else.
import type { Parts } from './parts.ts'

export interface Answers {
  /** The text sent for this, where it would be the same now. */
  find(question: string): string | null
  /** Where the operation came from memory alone: kept until the open trades are of another version. */
  keep(question: string, reached: Reached, text: string): void
}

/** What an operation may reach for, and what it did reach for. */
export interface Reached {
  readonly parts: Parts
  /** The version of the open trades it saw from beginning to end; null where it reached for anything else, or they changed. */
  readonly version: number | null
}

const ANSWERS_MAX = 100
const LENGTH_MAX = 256 * 1024

export function openAnswers(open: Parts['open']): Answers {
  let version: number | null = null
  const known = new Map<string, string>()
  return {
    find(question) {
      if (open === undefined || version === null || open.version !== version) return null
      return known.get(question) ?? null
    },
    keep(question, reached, text) {
      if (reached.version === null || text.length > LENGTH_MAX) return
      if (version !== reached.version || known.size >= ANSWERS_MAX) known.clear()
      version = reached.version
      known.set(question, text)
    },
  }
}

/** The same parts for one operation, watched: the database, the sessions and the clock answer otherwise from moment to moment. */
export function watched(given: Parts): Reached {
  const { open, db, clock } = given
  const version = open?.version ?? null
  let elsewhere = false
  const reach = <T>(value: T): T => {
    elsewhere = true
    return value
  }
  const properties = <T extends object>(target: T, names: readonly (keyof T & string)[]): T =>
    Object.create(target, Object.fromEntries(names.map((name) => [name, { get: () => reach(target[name]) }]))) as T
  return {
    parts: {
      ...given,
      db: properties(db, ['pool', 'orm']),
      clock: properties(clock, ['now', 'monotonic', 'today']),
      brokers: () => reach(given.brokers()),
    },
    get version() {
      return elsewhere || version === null || open?.version !== version ? null : version
    },
  }
}
