// What a trader said of an entry that bears on how its trade is folded: that it is held for the long term, and where it was to be left. Pure.
import type { DecimalText } from './decimal.ts'

/** A word, and its place among the others: the one said last stands. */
export interface Said<Value> {
  readonly value: Value
  readonly order: number
}

/** What was said of one execution. Absent: nothing was. */
export interface EntryWords {
  readonly held?: Said<boolean>
  readonly initialStop?: Said<DecimalText | null>
  readonly initialTarget?: Said<DecimalText | null>
}

/** The trader's own word on where a trade was to be left. Absent: nothing was said; null: nowhere. */
export interface SaidOfTrade {
  readonly initialStop?: DecimalText | null
  readonly initialTarget?: DecimalText | null
}

/** A tape's `hold` says no moment: whatever a person said comes after it. */
const HELD_BY_TAPE: EntryWords = { held: { value: true, order: 0 } }

/** An execution's family; where no account is said, as its first account has it. */
interface Subject {
  readonly family: string
  readonly account: string | undefined
}

/** What was said of executions: all that stands of it, none of which may bear on the fold. */
export class Sayings {
  readonly #said = new Map<string, Subject & { readonly words: EntryWords }>()
  readonly #held = new Map<string, Subject>()

  get isEmpty(): boolean {
    return this.#said.size + this.#held.size === 0
  }

  say(subject: Subject, words: EntryWords): void {
    this.#said.set(nameIn(subject.family, subject.account), { ...subject, words })
  }

  /** By a tape. */
  hold(subject: Subject): void {
    this.#held.set(nameIn(subject.family, subject.account), subject)
  }

  subjects(): readonly Subject[] {
    return [...this.#said.values(), ...this.#held.values()]
  }

  /** Null: nothing was said under any of these names. */
  of(names: readonly string[]): EntryWords | null {
    const said = names.flatMap((name) => [...(this.#held.has(name) ? [HELD_BY_TAPE] : []), this.#said.get(name)?.words ?? []].flat())
    return said.length === 0 ? null : latestOf(said)
  }
}

/** An execution id, or a family, as one account has it. */
export function nameIn(id: string, account: string | undefined): string {
  return account === undefined ? id : `${id} ${account}`
}

/** Of each word the one that was said last. */
export function latestOf(words: readonly EntryWords[]): EntryWords {
  const latest: Record<string, Said<unknown>> = {}
  for (const some of words) for (const [name, said] of Object.entries(some)) if (said.order >= (latest[name]?.order ?? 0)) latest[name] = said
  return latest as EntryWords
}

export function saidOfTrade({ initialStop, initialTarget }: EntryWords): SaidOfTrade {
  return {
    ...(initialStop === undefined ? {} : { initialStop: initialStop.value }),
    ...(initialTarget === undefined ? {} : { initialTarget: initialTarget.value }),
  }
}
