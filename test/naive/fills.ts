// The naive ledger: what families of executions come to, and what they cost.
import { add, div, mul, must, type Q, ZERO } from './fraction.ts'
import { comparePlaces, familyOf, type Json, type Nature, type Place, type Told } from './tape.ts'

/** What one family of execution ids comes to; one that was taken back has no quantity. */
export interface Fill {
  readonly place: Place
  readonly family: string
  /** Its last correction's. */
  readonly executionId: string
  readonly isLiquidation: boolean
  readonly account: string
  readonly conId: number
  readonly sign: 1 | -1
  readonly quantity: Q
  readonly price: Q
  readonly orderKey: string
  readonly nature: Nature
  readonly held: boolean
  readonly orderRef: string
  /** The order key of the trade it closes before any other. */
  readonly closesFirst: string | null
  /** In the instrument's currency; null while unknown. */
  readonly commission: Q | null
}

export function fillsOf(told: Told): Fill[] {
  const families = new Map<string, Told['executions']>()
  for (const execution of told.executions) {
    const { family } = familyOf(String(execution.row.executionId))
    families.set(family, [...(families.get(family) ?? []), execution])
  }
  const fills: Fill[] = []
  for (const [family, members] of families) {
    members.sort((a, b) => familyOf(String(a.row.executionId)).suffix - familyOf(String(b.row.executionId)).suffix)
    const place = (members[0] as Told['executions'][0]).place
    const { row, nature } = members.at(-1) as Told['executions'][0]
    const quantity = told.cancelled.has(String(row.executionId)) ? ZERO : must(row.quantity)
    const entryOrder = told.links.get(`${row.account} ${row.permId}`)
    const commission = commissionOf(family, String(told.instruments.get(Number(row.conId))?.currency), place.at, told)
    const conId = Number(row.conId)
    fills.push({
      place,
      family,
      executionId: String(row.executionId),
      isLiquidation: row.liquidation === true,
      account: String(row.account),
      conId,
      sign: row.side === 'BUY' ? 1 : -1,
      quantity,
      price: must(row.price),
      orderKey: orderKeyOf(row, family),
      orderRef: String(row.orderRef ?? ''),
      nature,
      held: nature === 'ADOPTION' || told.held.has(family),
      closesFirst: entryOrder === undefined ? null : `perm ${Number(entryOrder)}`,
      commission: nature === 'EXECUTION' ? commission : (commission ?? ZERO),
    })
  }
  return fills.sort((a, b) => comparePlaces(a.place, b.place))
}

function orderKeyOf(row: Json, family: string): string {
  if (Number(row.permId ?? 0) > 0) return `perm ${Number(row.permId)}`
  if (Number(row.orderId ?? 0) > 0) return `order ${row.clientId ?? ''} ${Number(row.orderId)}`
  return `family ${family}`
}

/** The sum of the family's commissions that came; null while none has, or where one is in a currency without a rate. */
function commissionOf(family: string, currency: string, at: number, told: Told): Q | null {
  let sum: Q | null = null
  for (const [executionId, row] of told.commissions) {
    if (familyOf(executionId).family !== family) continue
    const amount = inCurrency(must(row.amount), String(row.currency), currency, at, told)
    if (amount === null) return null
    sum = sum === null ? amount : add(sum, amount)
  }
  return sum
}

function inCurrency(amount: Q, from: string, to: string, at: number, told: Told): Q | null {
  if (from === to) return amount
  let latest: { at: number; row: Json } | null = null
  for (const rate of told.rates) {
    const concerns = (rate.row.base === from && rate.row.quote === to) || (rate.row.base === to && rate.row.quote === from)
    if (concerns && rate.at <= at && (latest === null || rate.at >= latest.at)) latest = rate
  }
  if (latest === null) return null
  return latest.row.base === from ? mul(amount, must(latest.row.rate)) : div(amount, must(latest.row.rate))
}
