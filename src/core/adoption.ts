// A position found without any execution of ours: what is adopted of it. Pure.
import { multiplierOf } from './book.ts'
import { decimal, type DecimalText, plain, quotient } from './decimal.ts'
import type { Adoption, Instrument } from './facts.ts'
import type { Instant } from './time.ts'

/** A broker's average cost is a quotient; a price holds this many digits of it. */
const BASIS_DIGITS = 12

/** Held since now, at the broker's basis: per unit in points of price, the multiplier taken out. */
export function adopted(
  position: { readonly account: string; readonly quantity: DecimalText; readonly averageCost: DecimalText },
  instrument: Instrument,
  at: Instant,
): Adoption {
  const { account, quantity, averageCost } = position
  const basis = quotient(decimal(averageCost), multiplierOf(instrument))
  const price = plain(decimal(Number(plain(basis)).toPrecision(BASIS_DIGITS)))
  return { kind: 'adopt', account, conId: instrument.conId, quantity, price, reason: 'POSITION', at }
}
