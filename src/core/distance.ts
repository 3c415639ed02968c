// How far an open trade is from what each rule would tell: '0.4 % to trail'. Pure, for people: rounded, never used to fire anything.
import { type DecimalText, decimal, plain } from './decimal.ts'
import { concerns, type Rule, type Threshold } from './rules.ts'
import { afterSessionTime, type TradingHours } from './session.ts'
import type { Instant } from './time.ts'
import type { Trade } from './trade.ts'

export interface Distance {
  readonly ruleId: string
  readonly tier: number
  /** The price at which it would fire, or be armed; null where only the clock can fire it. */
  readonly price: DecimalText | null
  /** From the last price, in percent of it. */
  readonly pct: DecimalText | null
  /** False: the level only arms the rule. */
  readonly armed: boolean
  /** The deadline of a rule that the clock fires. */
  readonly at: Instant | null
}

/** Nearest first, then what only the clock fires, by its deadline. `fired`: `rule|tier` of what was told of this trade already and is not told again. What is measured in R is left out without a stop. */
export function distancesOf(
  trade: Trade & { readonly strategy: string | null },
  rules: readonly Rule[],
  fired: ReadonlySet<string>,
  hours: TradingHours = {},
): Distance[] {
  const side = trade.side === 'LONG' ? 1 : -1
  const last = Number(trade.lastPrice)
  const best = Number(trade.mfe.price)
  const percent = percentViewOf(trade, side)
  const money = moneyViewOf(trade, side)
  const risk = Number(trade.plan?.risk?.amount ?? Number.NaN)
  const viewOf = ({ measure }: Threshold) => (measure === 'pct' ? percent : money)
  const limitOf = ({ measure, near }: Threshold) => (measure === 'r' ? near * risk : near)
  const found: Distance[] = []
  const add = (rule: Rule, tier: number, key: number | null, armed: boolean, at: Instant | null = null) => {
    // What has been reached stays reached: a target does not repeat itself.
    const once = rule.times === 1 || rule.kind === 'MFE_TARGET'
    if ((once && fired.has(`${rule.id}|${tier}`)) || (key !== null && !Number.isFinite(key))) return
    const price = key === null ? null : side * key
    const away = price === null || last === 0 ? null : (Math.abs(price - last) / Math.abs(last)) * 100
    found.push({ ruleId: rule.id, tier, price: price === null ? null : text(price, 6), pct: away === null ? null : text(away, 2), armed, at })
  }
  for (const rule of rules) {
    if (!concerns(rule, trade)) continue
    const { arm, threshold } = rule
    const armed = arm === null || viewOf(arm).best >= limitOf(arm)
    const arming = arm === null ? Number.NaN : viewOf(arm).keyOf(limitOf(arm))
    switch (rule.kind) {
      case 'MAE_STOP':
        if (threshold !== null) add(rule, 0, viewOf(threshold).keyOf(-limitOf(threshold)), true)
        break
      case 'MFE_TARGET':
        for (const [tier, target] of rule.tiers.entries()) add(rule, tier, viewOf(target.threshold).keyOf(limitOf(target.threshold)), true)
        break
      case 'TRAILING_STOP':
        if (!armed) add(rule, 0, arming, false)
        else if (threshold?.measure === 'pct') add(rule, 0, side * best - (threshold.near / 100) * Math.abs(best), true)
        else if (threshold !== null) add(rule, 0, money.keyOf(money.best - limitOf(threshold)), true)
        break
      case 'GIVEBACK':
        if (arm !== null) add(rule, 0, armed ? viewOf(arm).keyOf((1 - rule.fractionNear) * viewOf(arm).best) : arming, armed)
        break
      case 'TIME_STOP':
      case 'NO_PROGRESS': {
        const { below } = rule
        const at = rule.clock === 'session' ? afterSessionTime(trade.openedAt, rule.afterMs, hours) : trade.openedAt + rule.afterMs
        // It looks once, and what the best has reached it keeps: then there is nothing left to say.
        const isOver = at < trade.updatedAt || (rule.kind === 'TIME_STOP' && below !== null && viewOf(below).best >= limitOf(below))
        if (!isOver) add(rule, 0, null, true, at)
        break
      }
    }
  }
  return found.sort((a, b) => {
    if (a.pct === null || b.pct === null) return a.pct === b.pct ? (a.at ?? 0) - (b.at ?? 0) : a.pct === null ? 1 : -1
    return Number(a.pct) - Number(b.pct)
  })
}

/** The best so far, and the price (times its side) at which a value would be met. */
interface View {
  readonly best: number
  keyOf(value: number): number
}

function percentViewOf({ entryPrice, mfe }: Trade, side: 1 | -1): View {
  const entry = Number(entryPrice)
  return { best: Number(mfe.pct ?? 0), keyOf: (pct) => side * entry + (pct * Math.abs(entry)) / 100 }
}

/** The running result moves with the open quantity, from where it stands at the last price. */
function moneyViewOf({ grossPnl, lastPrice, openQuantity, multiplier, mfe }: Trade, side: 1 | -1): View {
  const slope = Number(openQuantity) * Number(multiplier)
  return { best: Number(mfe.pnl), keyOf: (amount) => side * Number(lastPrice) + (amount - Number(grossPnl)) / slope }
}

function text(value: number, decimals: number): DecimalText {
  return plain(decimal(value.toFixed(decimals)))
}
