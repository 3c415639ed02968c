// Overload: more prices wait than can be taken. They are thinned, and say so; facts are never dropped, nor do they wait behind prices for longer.
import type { Quote } from '#broker/port.ts'

/** A price among whatever else waits. */
interface ToldQuote {
  readonly kind: 'quote'
  readonly quote: Quote
}

/**
 * The queue with the prices between two other things thinned to the first, highest, lowest and last of each contract, in the order in which they came:
 * those that may not count apart from those that do, lest one of them stands in for a true extreme.
 * What was thinned is marked `sampled`. Everything that is no price stays, where it was.
 */
export function conflate<Told extends { readonly kind: string }>(queue: readonly (Told | ToldQuote)[]): (Told | ToldQuote)[] {
  const kept: (Told | ToldQuote)[] = []
  let run: ToldQuote[] = []
  for (const told of queue) {
    if (isQuote(told)) run.push(told)
    else {
      kept.push(...thinned(run), told)
      run = []
    }
  }
  return [...kept, ...thinned(run)]
}

function thinned(run: readonly ToldQuote[]): readonly ToldQuote[] {
  const keep = new Set<ToldQuote>()
  for (const quotes of Map.groupBy(run, ({ quote }) => kindOf(quote)).values()) {
    const [first, last] = [quotes[0], quotes.at(-1)]
    let high: ToldQuote | undefined
    let low: ToldQuote | undefined
    let [highest, lowest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const told of quotes) {
      const level = levelOf(told.quote)
      if (level === null) continue
      if (level > highest) [high, highest] = [told, level]
      if (level < lowest) [low, lowest] = [told, level]
    }
    for (const told of [first, high, low, last]) if (told !== undefined) keep.add(told)
  }
  return run.filter((told) => keep.has(told)).map((told) => ({ ...told, quote: { ...told.quote, sampled: true } }))
}

function kindOf(quote: Quote): string {
  const { conId, delayed = false, pastLimit = false, unreported = false, halted = false } = quote
  return [conId, delayed, pastLimit, unreported, halted, isOdd(quote)].join()
}

/** A mid is refused from about this spread on. */
const SPREAD_SHARE = 0.25

/** Most likely refused: no price above zero, or both sides too far apart or crossed. It is judged later, and exactly. */
function isOdd(quote: Quote): boolean {
  const { price, bid, ask } = quote
  const level = levelOf(quote)
  if (level === null || level <= 0) return true
  return bid !== undefined && ask !== undefined && (bid > ask || (price === null && ask - bid > SPREAD_SHARE * level))
}

/** A trade's price, or the middle of both sides. */
function levelOf({ price, bid, ask }: Quote): number | null {
  return price ?? (bid === undefined || ask === undefined ? null : (bid + ask) / 2)
}

function isQuote(told: { readonly kind: string }): told is ToldQuote {
  return told.kind === 'quote'
}
