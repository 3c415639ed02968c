// What the trades of a symbol or of a strategy made, all of them, whenever they were: sums by account and currency, and the trades, the latest first. Pure.
import type { Instrument } from './facts.ts'
import { type CurrencyResult, resultIn } from './result.ts'
import { type ReviewedTrade, reviewTrade } from './reviewed-trade.ts'
import { marketDay } from './session.ts'
import type { StoredTrade } from './stored.ts'
import type { Day } from './time.ts'
import { MODES, type Mode } from './trade.ts'

export interface AccountSubject {
  readonly account: string
  readonly mode: Mode
  readonly results: readonly CurrencyResult[]
  /** The latest first, each as it stands on the last day it was heard of. */
  readonly trades: readonly { readonly openedOn: Day; readonly trade: ReviewedTrade }[]
}

/** Of trades of one subject; held positions do not count. */
export function reviewSubject(trades: readonly StoredTrade[], instruments: readonly Instrument[]): readonly AccountSubject[] {
  const known = new Map(instruments.map((instrument) => [instrument.conId, instrument]))
  const seen = trades.flatMap((row) => {
    if (row.unit !== 'ORDER' || row.held) return []
    const instrument = known.get(row.conId)
    const day = marketDay(row.closedAt ?? row.updatedAt, instrument ?? {})
    const trade = reviewTrade(row, { day, instrument, points: [], alerts: [], shadow: [], asOf: null })
    return trade === null ? [] : [{ mode: row.mode, openedOn: marketDay(row.openedAt, instrument ?? {}), trade }]
  })
  return MODES.flatMap((mode) => {
    const ofMode = seen.filter((one) => one.mode === mode)
    return [...new Set(ofMode.map(({ trade }) => trade.account))].sort().map((account) => {
      const its = ofMode.filter(({ trade }) => trade.account === account)
      const currencies = [...new Set(its.map(({ trade }) => trade.currency))].sort()
      return {
        account,
        mode,
        results: currencies.map((currency) =>
          resultIn(
            currency,
            its.map(({ trade }) => trade),
          ),
        ),
        trades: its
          .map(({ openedOn, trade }) => ({ openedOn, trade }))
          .sort((a, b) => b.trade.openedAt - a.trade.openedAt || (a.trade.tradeId < b.trade.tradeId ? -1 : 1)),
      }
    })
  })
}
