// `stop`, `tag`, `hold`: what a trader says of a trade every day, without writing GraphQL.
import { parseDecimal, plain } from '#core/decimal.ts'
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
  run: ({ rest: [said, price] }) =>
    note(said, () => {
      const found = parseDecimal(price)
      if (found === null) throw new UsageError(`stop: expected a price behind the trade, found '${price ?? ''}'`)
      return [{ initialStop: plain(found) }, `stop ${plain(found)}`]
    }),
})

export const tag = verb({
  usage: 'tag TRADE TAG…',
  summary: 'adds tags to a trade',
  flags: {},
  run: ({ rest: [said, ...tags] }) =>
    note(said, (trade) => {
      if (tags.length === 0) throw new UsageError('tag: expected at least one tag behind the trade, found none')
      const all = [...new Set([...trade.tags, ...tags])]
      return [{ tags: all }, `tags ${all.join(', ')}`]
    }),
})

export const hold = verb({
  usage: 'hold TRADE',
  summary: 'marks a trade as held for the long term: outside rules and round trips, closed last',
  flags: {},
  run: ({ rest: [said] }) => note(said, () => [{ held: true }, 'held for the long term']),
})

async function note(said: string | undefined, say: (trade: StoredTrade) => readonly [Annotation, string]): Promise<void> {
  await withDatabase(async (db) => {
    const trade = await findTrade(db, said)
    const [annotation, text] = say(trade)
    await annotate(db, trade.tradeId, annotation, clock.now())
    print(`${trade.tradeId}: ${text}`)
  })
}
