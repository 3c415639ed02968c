// How far an open trade is from what each rule would tell: '0.4 % to trail'. Pure, for people: rounded, never used to fire anything.
import { decimal, plain } from './decimal.ts'
import { concerns, type Rule } from './rules.ts'
import type { DecimalText } from './decimal.ts'
import type { Trade } from './trade.ts'

export interface Distance {
  readonly ruleId: string
  readonly tier: number
  /** The price at which it would fire, or be armed; null where only the clock can fire it. */
  readonly price: DecimalText | null
  /** From the last price, in percent of it; negative where the level is already passed. */
  readonly pct: DecimalText | null
  /** False: the level only arms the rule. */
  readonly armed: boolean
  /** The deadline of a rule that the clock fires. */
  readonly at: number | null
}

/** Nearest first. `fired`: `rule|tier` of what was told of this trade already. */
export function distancesOf(trade: Trade & { readonly strategy: string | null }, rules: readonly Rule[], fired: ReadonlySet<string>): Distance[] {
  const side = trade.side === 'LONG' ? 1 : -1
  const entry = Number(trade.entryPrice)
  const percent = Math.abs(entry) / 100
  const best = Number(trade.mfe.price)
  const mfePct = Number(trade.mfe.pct ?? 0)
  const found: Distance[] = []
  const add = (rule: Rule, tier: number, key: number | null, armed: boolean, at: number | null = null) => {
    if (fired.has(`${rule.id}|${tier}`)) return
    const last = Number(trade.lastPrice)
    const price = key === null ? null : side * key
    const away = price === null || last === 0 ? null : (Math.abs(price - last) / Math.abs(last)) * 100
    found.push({ ruleId: rule.id, tier, price: price === null ? null : text(price, 6), pct: away === null ? null : text(away, 2), armed, at })
  }
  for (const rule of rules) {
    if (!concerns(rule, trade)) continue
    const armed = mfePct >= Number(rule.armPct)
    const arming = side * entry + Number(rule.armPct) * percent
    switch (rule.kind) {
      case 'MAE_STOP':
        add(rule, 0, side * entry - Number(rule.pct) * percent, true)
        break
      case 'MFE_TARGET':
        for (const [tier, { pct }] of rule.tiers.entries()) add(rule, tier, side * entry + Number(pct) * percent, true)
        break
      case 'TRAILING_STOP':
        add(rule, 0, armed ? side * best - (Number(rule.pct) / 100) * Math.abs(best) : arming, armed)
        break
      case 'GIVEBACK':
        add(rule, 0, armed ? side * entry + (1 - Number(rule.fraction)) * mfePct * percent : arming, armed)
        break
      case 'TIME_STOP':
      case 'NO_PROGRESS':
        add(rule, 0, null, true, trade.openedAt + rule.afterMs)
        break
    }
  }
  return found.sort((a, b) => Number(a.pct ?? Number.POSITIVE_INFINITY) - Number(b.pct ?? Number.POSITIVE_INFINITY))
}

function text(value: number, decimals: number): DecimalText {
  return plain(decimal(value.toFixed(decimals)))
}
