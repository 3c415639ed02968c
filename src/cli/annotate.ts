// `stop`, `tag`, `hold`: what a trader says of a trade every day, without writing GraphQL.
import { parseDecimal, plain } from '#core/decimal.ts'
import { planOf } from '#core/plan.ts'
import { clock } from '#src/clock.ts'
import { UsageError } from '#src/errors.ts'
import { type Annotation, annotate } from '#store/decisions.ts'
import type { StoredTrade } from '#core/stored.ts'
import { verb } from './arguments.ts'
import { findTrade } from './find-trade.ts'
import { withDatabase } from './with-database.ts'
import { print } from './terminal.ts'

export const stop = verb({
  usage: 'stop TRADE PRICE',
  summary: 'says where the stop of a trade stands; the first one freezes its R',
  flags: {},
  words: [2, 2],
  run: ({ rest: [said, price] }) => {
    const found = parseDecimal(price)
    if (found === null) throw new UsageError(`stop: expected a price behind the trade, found '${price}'`)
    return note(said, (trade) => [{ initialStop: plain(found) }, `stop ${plain(found)}${oneR(trade, plain(found))}`])
  },
})

export const tag = verb({
  usage: 'tag TRADE TAG…',
  summary: 'adds tags to a trade',
  flags: {},
  words: [2, Number.POSITIVE_INFINITY],
  run: ({ rest: [said, ...tags] }) =>
    note(said, (trade) => {
      const all = [...new Set([...trade.tags, ...tags])]
      return [{ tags: all }, `tags ${all.join(', ')}`]
    }),
})

export const hold = verb({
  usage: 'hold TRADE',
  summary: 'marks a trade as held for the long term: outside rules and round trips, closed last',
  flags: {},
  words: [1, 1],
  run: ({ rest: [said] }) => note(said, () => [{ held: true }, 'held for the long term']),
})

/** What its entry order risks by that stop; of a round trip that is known only once it is folded. */
function oneR(trade: StoredTrade, initialStop: string): string {
  const risk = trade.unit === 'ORDER' ? planOf(trade, { initialStop }, []).risk : null
  return risk === null ? '' : `, 1 R = ${risk.amount} ${trade.currency}`
}

async function note(said: string | undefined, say: (trade: StoredTrade) => readonly [Annotation, string]): Promise<void> {
  await withDatabase(async (db) => {
    const trade = await findTrade(db, said)
    const [annotation, text] = say(trade)
    await annotate(db, trade.tradeId, annotation, clock.now())
    print(`${trade.tradeId}: ${text}`)
  })
}
