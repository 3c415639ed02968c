// How much of the best running result was given back. Pure; the tables hold the same difference, computed by the server, to filter and order by.
import { type DecimalText, decimal, plain } from './decimal.ts'
import type { Trade } from './trade.ts'

/** In the instrument's currency, never negative. */
export function givebackOf({ mfe, grossPnl }: Pick<Trade, 'mfe' | 'grossPnl'>): DecimalText {
  return plain(decimal(mfe.pnl).minus(grossPnl))
}
