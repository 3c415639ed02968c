// Orders that rest before they are filled: the tape knows fills alone, so an order is placed so long before the first of its own. It reads ahead on the tape
// and invents neither price nor size.
import type { AnyFact, Execution } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Combos } from './combos.ts'
import { orderKeyOf } from './ledger.ts'

/** An entry or exit order of the tape, at the time at which it was placed; `execution`: its first fill to be. */
export interface Placed {
  readonly kind: 'placed'
  readonly execution: Execution
  readonly at: Instant
  readonly seenAt?: Instant
}

/** The tape, with every order so long before its first fill, but never before the tape begins. A combination is one order, whatever it fills. */
export async function* withOrders(facts: AsyncIterable<AnyFact>, restMs: number, combos: Combos): AsyncGenerator<AnyFact | Placed> {
  const ahead: AnyFact[] = []
  let placed: readonly Placed[] = []
  const known = new Set<string>()
  let readUntil = Number.NEGATIVE_INFINITY
  let begin: Instant | null = null
  const tell = function* (until: Instant): Generator<AnyFact | Placed> {
    for (let fact = ahead[0]; fact !== undefined; fact = ahead[0]) {
      const at = playedAt(fact)
      // Not at that instant itself: more of what is filled together may stand there.
      if (at !== null && at >= until) return
      for (; at !== null && placed[0] !== undefined && placed[0].at <= at; placed = placed.slice(1)) yield placed[0]
      yield ahead.shift() as AnyFact
    }
  }
  for await (const fact of facts) {
    ahead.push(fact)
    if (fact.kind === 'instrument') combos.learn(fact)
    const at = playedAt(fact)
    if (at === null) continue
    begin ??= at
    readUntil = Math.max(readUntil, at)
    if (fact.kind === 'execution') {
      combos.take(fact)
      placed = placed.filter(({ execution }) => !combos.isLeg(execution))
      if (!combos.isLeg(fact) && !known.has(orderKeyOf(fact))) {
        known.add(orderKeyOf(fact))
        placed = [...placed, { kind: 'placed' as const, execution: fact, at: Math.max(begin, at - restMs) }].sort((a, b) => a.at - b.at)
      }
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
