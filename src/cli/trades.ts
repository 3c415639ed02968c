// `trades`: the trades of the database as a table.
import { UNITS } from '#core/trade.ts'
import { marketDay } from '#core/session.ts'
import { printTrade } from '#core/replay.ts'
import { printInstant } from '#core/time.ts'
import { instruments } from '#store/facts.ts'
import { tradesOf } from '#store/trades.ts'
import { choiceFlag, dayFlag, verb } from './arguments.ts'
import { print } from './terminal.ts'
import { tradeTable } from './trade-table.ts'
import { withDatabase } from './with-database.ts'

export const trades = verb({
  usage: 'trades [--day D] [--unit order|round-trip|both] [--json]',
  summary: 'a table of the recorded trades',
  flags: {
    day: { value: 'D', help: 'only those open during this market day (2026-11-20)' },
    unit: { value: 'UNIT', help: 'order (default), round-trip or both' },
    json: { help: 'one JSON object a line' },
  },
  async run({ flags }) {
    const day = dayFlag('day', flags.day)
    const unit = choiceFlag('unit', flags.unit, ['order', 'round-trip', 'both'], 'order')
    await withDatabase(async (db, { timeZone }) => {
      const wanted = UNITS.filter((u) => unit === 'both' || u === (unit === 'order' ? 'ORDER' : 'ROUND_TRIP'))
      const all = (await Promise.all(wanted.map((u) => tradesOf(db, { unit: u })))).flat()
      const known = new Map((await instruments(db)).map((instrument) => [instrument.conId, instrument]))
      const shown = all.filter((trade) => {
        if (day === null) return true
        const hours = known.get(trade.conId) ?? {}
        return marketDay(trade.openedAt, hours) <= day && (trade.closedAt === null || marketDay(trade.closedAt, hours) >= day)
      })
      if (flags.json) for (const trade of shown) print(JSON.stringify(printTrade(trade, printInstant)))
      else print(tradeTable(shown, timeZone))
    })
  },
})
