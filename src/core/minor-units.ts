// Prices in minor units: contract details say `priceMagnifier` of contracts whose prices may come in hundredths of their currency, and never say which do.
// Pure. Nothing is guessed from it: only a figure of the broker's that is ours divided by exactly that number says so, and then it is named.
import { type Decimal, ONE, parseDecimal, plain, quotient, ZERO } from './decimal.ts'
import type { Compared } from './difference.ts'
import type { Instrument } from './facts.ts'
import type { Holding } from './holding.ts'

/** How many of the minor units may make one of the currency; null: contract details say of none. */
export function magnifierOf(instrument: Instrument | undefined): Decimal | null {
  const magnifier = parseDecimal(instrument?.priceMagnifier)
  return magnifier === null || magnifier.lte(ZERO) || magnifier.eq(ONE) ? null : magnifier
}

/** Compares a figure as it is reckoned; where nothing explains it with fewer changes, once more as if prices came in minor units. */
export function comparedInUnits(ours: Holding, compare: (holding: Holding) => Compared): Compared {
  const first = compare(ours)
  if (ours.minor === null || first === 'agree' || first === 'unknown') return first
  const second = compare(ours.minor)
  if (second === 'unknown') return first
  const rest = second === 'agree' ? [] : second.causes
  if (rest.includes('UNKNOWN') || (!first.causes.includes('UNKNOWN') && first.causes.length <= rest.length + 1)) return first
  const staleSeconds = second === 'agree' ? null : second.staleSeconds
  const magnifier = plain(quotient(ours.multiplier, ours.minor.multiplier))
  return { ...first, causes: ['MINOR_UNITS', ...rest], staleSeconds, severity: 'warn', magnifier }
}
