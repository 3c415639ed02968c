// The trade a person means: by its id, the end of its id, or the symbol of the one that is open.
import type { StoredTrade } from '#core/stored.ts'
import { ExcursionError } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { openTrades, tradesByIds, tradesOf } from '#store/trades.ts'

/** So many are named where several are meant. */
const NAMED_MAX = 3

export async function findTrade(db: Database, said = ''): Promise<StoredTrade> {
  const [exact] = await tradesByIds(db, [said])
  if (exact !== undefined) return exact
  const open = (await openTrades(db)).filter((trade) => trade.unit === 'ORDER' && trade.symbol.toUpperCase() === said.toUpperCase())
  const found = open.length > 0 ? open : said === '' ? [] : (await tradesOf(db, { unit: 'ORDER' })).filter((trade) => trade.tradeId.endsWith(said))
  const [only] = found
  if (only === undefined)
    throw new ExcursionError(
      'EXC_USAGE',
      `expected a trade, found none with the id '${said}' nor an open one of that symbol (excursion trades --json shows the ids)`,
    )
  if (found.length > 1) {
    const named = found.slice(0, NAMED_MAX).map(({ tradeId }) => tradeId)
    const more = found.length > NAMED_MAX ? ` and ${found.length - NAMED_MAX} more` : ''
    throw new ExcursionError('EXC_USAGE', `expected one trade for '${said}', found ${found.length}: ${named.join(', ')}${more}; say which by its id`)
  }
  return only
}
