// `stop`, `tag`, `hold`: what a trader says of a trade every day, without writing GraphQL.
import { decimal, parseDecimal, plain } from '#core/decimal.ts'
import { planOf } from '#core/plan.ts'
import type { StoredTrade } from '#core/stored.ts'
import { troubleOfWords } from '#core/tags.ts'
import { clock } from '#src/clock.ts'
import { UsageError } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { type Annotation, annotate } from '#store/decisions.ts'
import { verb } from './arguments.ts'
import { findTrade } from './find-trade.ts'
import { sayWhenTaken } from './taken.ts'
import { print, say } from './terminal.ts'
import { withDatabase } from './with-database.ts'

export const stop = verb({
  usage: 'stop TRADE PRICE · stop TRADE off',
  summary: 'says where the stop of a trade was meant to stand: its R is measured from there. Said again it replaces what was said; off takes it back',
  flags: {},
  words: [2, 2],
  run: ({ rest: [said, price] }) => {
    if (price === 'off') return note(said, () => [{ initialStop: null }, 'no stop'])
    const found = parseDecimal(price)
    if (found === null) throw new UsageError(`stop: expected a price, or off, behind the trade; found '${price}'`)
    return note(said, (trade) => {
      if ((trade.side === 'LONG') === found.gt(trade.entryPrice)) say(beyondEntry(trade, plain(found)))
      return [{ initialStop: plain(found) }, `stop ${plain(found)}${oneR(trade, plain(found))}`]
    })
  },
})

export const tag = verb({
  usage: 'tag TRADE TAG… [--remove]',
  summary: 'adds tags to a trade, or takes them away',
  flags: { remove: { help: 'takes these tags away' } },
  words: [2, Number.POSITIVE_INFINITY],
  run: ({ flags, rest: [said, ...tags] }) =>
    note(said, (trade) => {
      const all = flags.remove ? trade.tags.filter((one) => !tags.includes(one)) : [...new Set([...trade.tags, ...tags])]
      const strange = flags.remove ? tags.find((one) => !trade.tags.includes(one)) : undefined
      if (strange !== undefined) throw new UsageError(`tag: expected tags of this trade (${trade.tags.join(', ') || 'it has none'}), found '${strange}'`)
      const trouble = flags.remove ? null : troubleOfWords('tags', all)
      if (trouble !== null) throw new UsageError(`tag: ${trouble}, found ${tags.map((one) => `'${one}'`).join(', ')}`)
      return [{ tags: all }, all.length === 0 ? 'no tags' : `tags ${all.join(', ')}`]
    }),
})

export const hold = verb({
  usage: 'hold TRADE · hold TRADE off',
  summary: 'marks a trade as held for the long term: outside rules and round trips, closed last; off: it is a trade like any other again',
  flags: {},
  words: [1, 2],
  run: ({ rest: [said, off] }) => {
    if (off !== undefined && off !== 'off') throw new UsageError(`hold: expected nothing or off behind the trade, found '${off}'`)
    return note(said, () => (off === 'off' ? [{ held: false }, 'no longer held for the long term'] : [{ held: true }, 'held for the long term']))
  },
})

/** What its entry order risks by that stop; of a round trip that is known only once it is folded. */
function oneR(trade: StoredTrade, initialStop: string): string {
  const risk = trade.unit === 'ORDER' ? planOf(trade, { initialStop }, []).risk : null
  return risk === null ? '' : `, 1 R = ${risk.amount} ${trade.currency}`
}

function beyondEntry({ side, entryPrice }: StoredTrade, stop: string): string {
  const [where, meant] = side === 'LONG' ? ['above', 'below'] : ['below', 'above']
  return `${stop} is ${where} the entry at ${plain(decimal(entryPrice).round(4))} of a ${side.toLowerCase()}; the stop that makes its R stood ${meant} it when the trade began`
}

async function note(said: string | undefined, wordsOn: (trade: StoredTrade) => readonly [Annotation, string]): Promise<void> {
  await withDatabase(async (db: Database) => {
    const trade = await findTrade(db, said)
    const [annotation, text] = wordsOn(trade)
    await annotate(db, trade.tradeId, annotation, clock.now())
    print(`${trade.tradeId}: ${text}`)
    await sayWhenTaken(db)
  })
}
