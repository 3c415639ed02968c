// The naive containment: what was said of an execution is said of the trade that contains it.
import type { Fill } from './fills.ts'
import { sign } from './fraction.ts'
import { comparePlaces, type Split } from './tape.ts'
import { closingPlace, type NaiveTrade, type Part, tradesOf } from './trade.ts'

/** Something said of an execution; in the order of saying. */
export interface Word {
  readonly family: string
  readonly name: string
  readonly value: unknown
}

/**
 * Held as was said last of what each contains. That bears on what is closed first, and so on what each contains: every fill begins as was said of itself, then
 * the earliest trade that is told otherwise by what it contains is settled so, and everything is folded anew.
 */
export function tradesAsHeld(fills: readonly Fill[], splits: readonly Split[], words: readonly Word[]): NaiveTrade[] {
  const settled = new Map<string, boolean>()
  for (;;) {
    const asHeld = fills.map((fill) => ({
      ...fill,
      held: settled.get(fill.family) ?? (fill.nature === 'ADOPTION' || lastWord('held', [fill.family], words) === true),
    }))
    const trades = tradesOf(
      asHeld.filter(({ quantity }) => sign(quantity) !== 0),
      splits,
    )
    const isHeld = (trade: NaiveTrade) => lastWord('held', familiesOf(trade, trades, fills, splits), words) === true
    const wrong = trades.find((trade) => {
      const { nature, family } = opening(trade)
      return trade.unit === 'ORDER' && nature !== 'ADOPTION' && !settled.has(family) && isHeld(trade) !== trade.held
    })
    if (wrong === undefined) return trades
    settled.set(opening(wrong).family, isHeld(wrong))
  }
}

/** What was said last; undefined where nothing was. */
export function lastWord(name: string, families: readonly string[], words: readonly Word[]): unknown {
  return words.findLast((word) => word.name === name && families.includes(word.family))?.value
}

/** What an ORDER trade was entered by; and what entered nothing, where its order had this trade open then, or opened this one next. */
export function familiesOf(trade: NaiveTrade, trades: readonly NaiveTrade[], fills: readonly Fill[], splits: readonly Split[]): readonly string[] {
  const orders = trades.filter(({ unit }) => unit === 'ORDER')
  const entered = (one: NaiveTrade) => one.parts.flatMap(({ enters, fill }) => (enters ? [fill.family] : []))
  const enteredAny = orders.flatMap(entered)
  const lost = fills.filter((fill) => {
    const isOfOrder = (one: NaiveTrade) => one.account === fill.account && one.conId === fill.conId && one.sign === fill.sign && one.orderKey === fill.orderKey
    const isOver = (one: NaiveTrade) => comparePlaces(closingPlace(one, splits) ?? fill.place, fill.place) < 0
    return !enteredAny.includes(fill.family) && orders.find((one) => isOfOrder(one) && !isOver(one)) === trade
  })
  return [...entered(trade), ...lost.map(({ family }) => family)]
}

function opening(trade: NaiveTrade): Fill {
  return (trade.parts[0] as Part).fill
}
