// What a holding and an account are worth as TWS would say it: at average cost, with commissions in it where asked for, in the account's base currency where
// the tape tells rates. It sends nothing and invents nothing: what the tape does not tell is unset.
import { type Decimal, decimal, parseDecimal, plain, quotient, ZERO } from '#core/decimal.ts'
import type { Instrument } from '#core/facts.ts'
import type { Brokerage } from './brokerage.ts'
import { moneyText, multiplierOf, type Position } from './ledger.ts'
import * as messages from './messages.ts'
import type { Worth } from './messages.ts'
import type { Tokens } from './wire.ts'

export function worthOf(brokerage: Brokerage, p: Position): Worth {
  const { quantity } = p
  const multiplier = multiplierOf(brokerage.contracts.get(p.conId))
  const mark = brokerage.lastMarks.get(p.conId)
  const price = mark === undefined ? null : decimal(mark.price)
  const { averagePrice, realized } = brokerage.netCosts ? netOf(brokerage, p, multiplier) : p
  return {
    quantity: plain(quantity),
    price: price === null ? null : plain(price),
    value: price === null ? null : moneyText(quantity.times(price).times(multiplier)),
    averageCost: moneyText(averagePrice.times(multiplier)),
    unrealized: price === null ? null : moneyText(quantity.times(price.minus(averagePrice)).times(multiplier)),
    realized: moneyText(realized),
  }
}

/** With what every fill cost in it, as TWS counts: dearer to get in, less from getting out. A commission that was not told yet is not in it. */
function netOf({ ledger }: Brokerage, { account, conId }: Position, multiplier: Decimal): Pick<Position, 'averagePrice' | 'realized'> {
  let held = ZERO
  let averagePrice = ZERO
  let realized = ZERO
  for (const { execution } of ledger.fills()) {
    if (execution.account !== account || execution.conId !== conId) continue
    const traded = decimal(execution.quantity).times(execution.side === 'BUY' ? 1 : -1)
    const fee = parseDecimal(ledger.commissionOf(execution.executionId)?.amount) ?? ZERO
    const after = held.plus(traded)
    if (traded.eq(ZERO)) continue
    if (held.eq(ZERO) || held.gt(ZERO) === traded.gt(ZERO)) {
      const paid = traded.times(execution.price).plus(quotient(fee, multiplier))
      averagePrice = quotient(held.times(averagePrice).plus(paid), after)
    } else {
      const closed = (traded.abs().lt(held.abs()) ? traded.abs() : held.abs()).times(held.gt(ZERO) ? 1 : -1)
      realized = realized.plus(decimal(execution.price).minus(averagePrice).times(closed).times(multiplier)).minus(fee)
      if (!after.eq(ZERO) && after.gt(ZERO) !== held.gt(ZERO)) averagePrice = decimal(execution.price)
    }
    held = after
  }
  return { averagePrice: held.eq(ZERO) ? ZERO : averagePrice, realized }
}

/** What an account has realised in each currency. */
export function realizedOf(brokerage: Brokerage, account: string): Map<string, string> {
  const sums = new Map<string, Decimal>()
  for (const p of brokerage.ledger.positions()) {
    if (p.account !== account) continue
    const { currency } = instrumentOf(brokerage, p.conId)
    sums.set(currency, (sums.get(currency) ?? ZERO).plus(p.realized))
  }
  return new Map([...sums].map(([currency, sum]) => [currency, moneyText(sum)]))
}

/** The result of an account in its base currency; unset where a price or a rate is missing. What the day made hangs on closes that no tape tells. */
export function resultMessage(brokerage: Brokerage, requestId: number, account: string): Tokens {
  const own = [...brokerage.ledger.positions()].filter((p) => p.account === account)
  const currencies = new Set(own.map((p) => instrumentOf(brokerage, p.conId).currency))
  const total = (of: (worth: Worth) => string | null): string => {
    let sum = ZERO
    for (const p of own) {
      const { currency } = instrumentOf(brokerage, p.conId)
      const rate = currencies.size === 1 && brokerage.baseCurrency === null ? decimal(1) : rateOf(brokerage, currency)
      const money = of(worthOf(brokerage, p))
      if (money === null || rate === null) return messages.UNSET
      sum = sum.plus(decimal(money).times(rate))
    }
    return moneyText(sum)
  }
  return messages.pnl(
    requestId,
    total(({ unrealized, quantity }) => (quantity === '0' ? '0' : unrealized)),
    total(({ realized }) => realized),
  )
}

/** The rates of an account that has a base currency, as account values. */
export function rateMessages(brokerage: Brokerage, account: string): Tokens[] {
  if (brokerage.baseCurrency === null) return []
  return [brokerage.baseCurrency, ...brokerage.rates.keys()].map((currency) =>
    messages.updateAccountValue(account, 'ExchangeRate', plain(rateOf(brokerage, currency) ?? ZERO), currency),
  )
}

function rateOf({ baseCurrency, rates }: Brokerage, currency: string): Decimal | null {
  return currency === baseCurrency ? decimal(1) : (rates.get(currency) ?? null)
}

export function instrumentOf({ contracts }: Pick<Brokerage, 'contracts'>, conId: number): Instrument {
  return contracts.get(conId) ?? { kind: 'instrument', conId, symbol: '', secType: '', currency: '' }
}
