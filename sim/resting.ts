// Orders that rest before they are filled: the tape knows fills alone, so an order is placed so long before the first of its own. It reads ahead on the tape
// and invents neither price nor size.
import type { AnyFact, Execution } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import { orderKeyOf } from './ledger.ts'

/** An entry or exit order of the tape, at the time at which it was placed; `execution`: its first fill to be. */
export interface Placed {
  readonly kind: 'placed'
  readonly execution: Execution
  readonly at: Instant
  readonly seenAt?: Instant
}

/** The tape, with every order so long before its first fill, but never before the tape begins. */
export async function* withOrders(facts: AsyncIterable<AnyFact>, restMs: number): AsyncGenerator<AnyFact | Placed> {
  const ahead: AnyFact[] = []
  const placed: Placed[] = []
  const known = new Set<string>()
  let readUntil = Number.NEGATIVE_INFINITY
  let begin: Instant | null = null
  const tell = function* (until: Instant): Generator<AnyFact | Placed> {
    for (let fact = ahead[0]; fact !== undefined && (playedAt(fact) ?? until) <= until; fact = ahead[0]) {
      const at = playedAt(fact)
      while (at !== null && placed[0] !== undefined && placed[0].at <= at) yield placed.shift() as Placed
      yield ahead.shift() as AnyFact
    }
  }
  for await (const fact of facts) {
    ahead.push(fact)
    const at = playedAt(fact)
    if (at === null) continue
    begin ??= at
    readUntil = Math.max(readUntil, at)
    if (fact.kind === 'execution' && !known.has(orderKeyOf(fact))) {
      known.add(orderKeyOf(fact))
      placed.push({ kind: 'placed', execution: fact, at: Math.max(begin, at - restMs) })
      placed.sort((a, b) => a.at - b.at)
    }
    yield* tell(readUntil - restMs)
  }
  yield* tell(Number.POSITIVE_INFINITY)
}

function playedAt(fact: AnyFact): Instant | null {
  return fact.seenAt ?? ('from' in fact ? fact.from : fact.at) ?? null
}

/** Those that rest now. */
export class Resting {
  readonly #orders = new Map<string, Execution>()

  place({ execution }: Placed): void {
    this.#orders.set(orderKeyOf(execution), execution)
  }

  /** It rests no longer: it is filled, as far as the tape knows. */
  filled(execution: Execution): void {
    this.#orders.delete(orderKeyOf(execution))
  }

  open(): readonly Execution[] {
    return [...this.#orders.values()]
  }
}
