// `watch`: a live table of the open trades: result, MFE, MAE and how far each is from what the rules would tell.
import { setTimeout as sleep } from 'node:timers/promises'
import { decimal } from '#core/decimal.ts'
import { distancesOf } from '#core/distance.ts'
import { inR, riskOf } from '#core/plan.ts'
import { liquidatedOf } from '#core/reviewed-trade.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import type { TradingHours } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import { clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import { rulesOf } from '#store/decisions.ts'
import { instruments } from '#store/facts.ts'
import { snoozesOf } from '#store/remarks.ts'
import { tradesOf } from '#store/trades.ts'
import { verb } from './arguments.ts'
import { sayWhen } from './snooze.ts'
import { stopSignal } from './start.ts'
import { columns, drawer, nobodyReads, print, table } from './terminal.ts'
import { money, percent, price } from './trade-table.ts'
import { withDatabase } from './with-database.ts'

const EVERY_MS = 1_000
const RULES_SHOWN = 2

export const watch = verb({
  usage: 'watch [--once]',
  summary: 'a live table of open trades: result, MFE, MAE, distance to each rule',
  flags: { once: { help: 'prints the table once and ends' } },
  run: ({ flags }) =>
    withDatabase(async (db, { timeZone }) => {
      const stop = Promise.race([stopSignal(), nobodyReads]).then(() => true)
      const show = flags.once ? print : drawer()
      for (let ended = false; !ended; ) {
        show(await openTable(db, timeZone, columns()))
        ended = flags.once || (await Promise.race([stop, sleep(EVERY_MS).then(() => false)]))
      }
    }),
})

async function openTable(db: Database, timeZone: string, width: number): Promise<string> {
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
  const hours = new Map((await instruments(db)).map((instrument) => [instrument.conId, instrument]))
  const snoozed = await snoozesOf(
    db,
    trades.map(({ tradeId }) => tradeId),
  )
  const hasRisk = trades.some((trade) => riskOf(trade) !== null)
  const hasAccounts = new Set(trades.map(({ account }) => account)).size > 1
  const rows = trades.map((trade) => {
    const quietUntil = snoozed.get(trade.tradeId)?.until ?? null
    const now = clock.now()
    const liquidated = liquidatedOf(trade.fills)
    const fired = new Set((alerts.get(trade.tradeId) ?? []).map((alert) => `${alert.ruleId}|${alert.tier}`))
    return [
      ...(hasAccounts ? [trade.account] : []),
      trade.symbol,
      trade.side,
      trade.openQuantity,
      price(trade.entryPrice),
      price(trade.lastPrice),
      money(trade.grossPnl),
      ...(hasRisk ? [resultInR(trade)] : []),
      percent(trade.mfe.pct),
      percent(trade.mae.pct),
      [
        trade.held ? '[held]' : '',
        liquidated === null ? '' : `[${liquidated.quantity} liquidated by the broker]`,
        nearest(trade, rules, fired, hours.get(trade.conId) ?? {}),
        quietUntil !== null && quietUntil > now ? `[snoozed until ${sayWhen(quietUntil, now, timeZone)}]` : '',
      ]
        .filter((text) => text !== '')
        .join(' '),
    ]
  })
  const names = [
    ...(hasAccounts ? ['account'] : []),
    'symbol',
    'side',
    'open',
    'entry',
    'last',
    'result',
    ...(hasRisk ? ['R'] : []),
    'MFE %',
    'MAE %',
    'next rules',
  ]
  const right = names.map((_, index) => index).slice(names.indexOf('open'), -1)
  const wide = table(names, rows, right)
  return wide.split('\n').every((line) => line.length < width) ? wide : inTwoLines(names, rows, right)
}

/** Where a terminal is too narrow the last column stands below its row. */
function inTwoLines(names: readonly string[], rows: readonly (readonly string[])[], right: readonly number[]): string {
  const [head = '', ...lines] = table(
    names.slice(0, -1),
    rows.map((row) => row.slice(0, -1)),
    right,
  ).split('\n')
  const below = (index: number) => rows[index]?.at(-1) ?? ''
  return [head, ...lines.flatMap((line, index) => (below(index) === '' ? [line] : [line, `  ${below(index)}`]))].join('\n')
}

/** The running result in multiples of what was risked; nothing where that is unknown. */
function resultInR(trade: StoredTrade): string {
  const r = inR(riskOf(trade), trade.grossPnl)
  return r === null ? '' : decimal(r).toFixed(2)
}

/** '0.4 % to trail, 1.2 % to hard-stop' */
function nearest(trade: StoredTrade, rules: readonly Rule[], fired: ReadonlySet<string>, hours: TradingHours): string {
  return distancesOf(trade, rules, fired, hours)
    .filter(({ pct }) => pct !== null)
    .slice(0, RULES_SHOWN)
    .map(({ ruleId, tier, pct, armed }) => `${pct} % to ${armed ? '' : 'arm '}${ruleId}${tier === 0 ? '' : ` ${tier + 1}`}`)
    .join(', ')
}
