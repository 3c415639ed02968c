// `watch`: a live table of the open trades: result, MFE, MAE and how far each is from what the rules would tell.
import { setTimeout as sleep } from 'node:timers/promises'
import { distancesOf } from '#core/distance.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Database } from '#store/db.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import { rulesOf } from '#store/decisions.ts'
import { tradesOf } from '#store/trades.ts'
import { verb } from './arguments.ts'
import { stopSignal } from './start.ts'
import { print, table } from './terminal.ts'
import { money, percent, price } from './trade-table.ts'
import { withDatabase } from './with-database.ts'

const EVERY_MS = 1_000
const RULES_SHOWN = 2

export const watch = verb({
  usage: 'watch [--once]',
  summary: 'a live table of open trades: result, MFE, MAE, distance to each rule',
  flags: { once: { help: 'prints the table once and ends' } },
  run: ({ flags }) =>
    withDatabase(async (db) => {
      const stop = stopSignal().then(() => true)
      const overwrite = process.stdout.isTTY === true && !flags.once
      for (let drawn = 0, ended = false; !ended; ) {
        const text = await openTable(db)
        if (overwrite && drawn > 0) process.stdout.write(`\u001b[${drawn}A\u001b[J`)
        print(text)
        drawn = text.split('\n').length
        ended = flags.once || (await Promise.race([stop, sleep(EVERY_MS).then(() => false)]))
      }
    }),
})

async function openTable(db: Database): Promise<string> {
  const trades = await tradesOf(db, { unit: 'ORDER', status: 'OPEN' })
  if (trades.length === 0) return 'no open trades'
  const alerts = await alertsOfTrades(
    db,
    trades.map(({ tradeId }) => tradeId),
  )
  const rules = (await rulesOf(db)).flatMap(({ body, enabled }): Rule[] => {
    const rule = parseRule(body)
    return 'refused' in rule ? [] : [{ ...rule, enabled }]
  })
  const rows = trades.map((trade) => {
    const fired = new Set((alerts.get(trade.tradeId) ?? []).map((alert) => `${alert.ruleId}|${alert.tier}`))
    return [
      trade.symbol,
      trade.side,
      trade.openQuantity,
      price(trade.entryPrice),
      price(trade.lastPrice),
      money(trade.grossPnl),
      percent(trade.mfe.pct),
      percent(trade.mae.pct),
      nearest(trade, rules, fired),
    ]
  })
  return table(['symbol', 'side', 'open', 'entry', 'last', 'result', 'MFE %', 'MAE %', 'next rules'], rows, [2, 3, 4, 5, 6, 7])
}

/** '0.4 % to trail, 1.2 % to hard-stop' */
function nearest(trade: StoredTrade, rules: readonly Rule[], fired: ReadonlySet<string>): string {
  return distancesOf(trade, rules, fired)
    .filter(({ pct }) => pct !== null)
    .slice(0, RULES_SHOWN)
    .map(({ ruleId, tier, pct, armed }) => `${pct} % to ${armed ? '' : 'arm '}${ruleId}${tier === 0 ? '' : ` ${tier + 1}`}`)
    .join(', ')
}
