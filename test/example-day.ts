// A market day to review: a few trades with everything a card has to show. Made by hand (a naive fold of fills and prices), from no seed.
import { decimal, plain } from '#core/decimal.ts'
import type { Instrument } from '#core/facts.ts'
import { planOf } from '#core/plan.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { instantOf } from '#core/time.ts'
import type { Excursion, Fill, TrajectoryPoint } from '#core/trade.ts'

export const DAY = '2026-11-20'
export const ZONE = 'America/New_York'
export const at = (clock: string, day = DAY) => instantOf(day, clock, ZONE)

export const ibm: Instrument = {
  kind: 'instrument',
  conId: 8314,
  symbol: 'IBM',
  secType: 'STK',
  currency: 'USD',
  timeZone: 'US/Eastern',
  liquidHours: '20261119:0930-20261119:1600;20261120:0930-20261120:1600;20261121:CLOSED',
}
export const nvda: Instrument = { ...ibm, conId: 4815747, symbol: 'NVDA' }
export const future: Instrument = {
  kind: 'instrument',
  conId: 495512557,
  symbol: 'ES',
  localSymbol: 'ESZ6',
  secType: 'FUT',
  currency: 'USD',
  multiplier: '50',
  timeZone: 'US/Eastern',
  tradingHours: '20261119:1800-20261120:1700;20261121:CLOSED;20261122:CLOSED',
  liquidHours: '20261120:0930-20261120:1600',
}

interface Sketch {
  readonly instrument: Instrument
  /** [clock, signed quantity, price, commission (null: unknown)] */
  readonly fills: readonly (readonly [string, number, string, (string | null)?])[]
  /** [clock, price] */
  readonly marks: readonly (readonly [string, string])[]
  readonly day?: string
  readonly more?: Partial<StoredTrade>
}

/** A trade and its trajectory, folded the naive way. */
export function sketch({ instrument, fills, marks, day = DAY, more = {} }: Sketch): { trade: StoredTrade; points: TrajectoryPoint[] } {
  const side = (fills[0]?.[1] ?? 0) > 0 ? 1 : -1
  const multiplier = decimal(instrument.multiplier ?? '1')
  const events = [
    ...fills.map(([clock, quantity, price]) => ({ at: at(clock, day), quantity, price, order: 0 })),
    ...marks.map(([clock, price]) => ({ at: at(clock, day), quantity: 0, price, order: 1 })),
  ].sort((a, b) => a.at - b.at || a.order - b.order)
  const first = events[0] as (typeof events)[number]
  const tradeId = `ORDER:${more.account ?? 'DU1'}:${instrument.conId}:${first.at}`
  let [cash, open, entered, cost, last] = [decimal(0), 0, 0, decimal(0), first.price]
  const start: Excursion = { price: first.price, at: first.at, pct: '0', pctAt: first.at, pnl: '0', pnlAt: first.at }
  let [mfe, mae] = [start, start]
  const points: TrajectoryPoint[] = []
  for (const event of events) {
    if (event.quantity !== 0) {
      cash = cash.minus(decimal(event.price).times(event.quantity).times(multiplier))
      open += event.quantity
      if (Math.sign(event.quantity) === side) {
        entered += Math.abs(event.quantity)
        cost = cost.plus(decimal(event.price).times(Math.abs(event.quantity)))
      }
    }
    last = event.price
    const entry = cost.div(entered)
    const pct = plain(decimal(last).minus(entry).times(side).times(100).div(entry.abs()))
    const pnl = plain(cash.plus(decimal(last).times(open).times(multiplier)))
    const better = (a: string, b: string) => decimal(a).gt(b)
    if (better(String(side * Number(last)), String(side * Number(mfe.price)))) mfe = { ...mfe, price: last, at: event.at }
    if (better(String(side * Number(mae.price)), String(side * Number(last)))) mae = { ...mae, price: last, at: event.at }
    if (better(pct, mfe.pct ?? '0')) mfe = { ...mfe, pct, pctAt: event.at }
    if (better(mae.pct ?? '0', pct)) mae = { ...mae, pct, pctAt: event.at }
    if (better(pnl, mfe.pnl)) mfe = { ...mfe, pnl, pnlAt: event.at }
    if (better(mae.pnl, pnl)) mae = { ...mae, pnl, pnlAt: event.at }
    points.push({ tradeId, at: event.at, last: Number(last), mfe: Number(mfe.price), mae: Number(mae.price) })
  }
  const exits = fills.filter(([, quantity]) => Math.sign(quantity) !== side)
  const exited = exits.reduce((sum, [, quantity]) => sum + Math.abs(quantity), 0)
  const closed = open === 0
  const unknown = fills.some(([, , , commission]) => commission === null)
  const commission = unknown ? null : plain(fills.reduce((sum, [, , , one]) => sum.plus(one ?? '1'), decimal(0)))
  const gross = plain(cash.plus(decimal(last).times(open).times(multiplier)))
  const end = (events.at(-1) as (typeof events)[number]).at
  const trade: StoredTrade = {
    unit: 'ORDER',
    tradeId,
    account: 'DU1',
    conId: instrument.conId,
    symbol: instrument.symbol,
    secType: instrument.secType,
    currency: instrument.currency,
    multiplier: plain(multiplier),
    side: side > 0 ? 'LONG' : 'SHORT',
    status: closed ? 'CLOSED' : 'OPEN',
    quantity: String(entered),
    openQuantity: String(Math.abs(open)),
    entryPrice: plain(cost.div(entered)),
    exitPrice: closed ? plain(exits.reduce((sum, [, quantity, price]) => sum.plus(decimal(price).times(Math.abs(quantity))), decimal(0)).div(exited)) : null,
    lastPrice: last,
    openedAt: first.at,
    closedAt: closed ? end : null,
    updatedAt: end,
    grossPnl: gross,
    commission,
    netPnl: commission === null ? null : plain(decimal(gross).minus(commission)),
    mfe,
    mae,
    drawdownPct: null,
    plan: null,
    orderRef: null,
    held: false,
    fills: fills.map(
      ([clock, quantity, price, one], index): Fill => ({
        executionId: `${tradeId}.${index}`,
        side: quantity > 0 ? 'BUY' : 'SELL',
        role: Math.sign(quantity) === side ? 'ENTRY' : 'EXIT',
        quantity: String(Math.abs(quantity)),
        price,
        at: at(clock, day),
        commission: one === undefined ? '1' : one,
      }),
    ),
    provenance: { source: marks.length === 0 ? 'ENTRY' : 'TICK', coverage: '1', gaps: [] },
    seq: 1,
    mode: 'PAPER',
    strategy: null,
    tags: [],
    note: null,
    initialStop: null,
    ...more,
  }
  return { trade: more.initialStop == null ? trade : withStop(trade, more.initialStop), points }
}

/** The trade as it is folded where the trader says so of its stop. */
export function withStop(trade: StoredTrade, initialStop: string): StoredTrade {
  const { unit: _, ...plan } = planOf(trade, { initialStop }, [])
  return { ...trade, initialStop, plan }
}

/** Was at +8.1 % before noon, ended +1.0 %. */
export const givenBack = sketch({
  instrument: ibm,
  fills: [
    ['09:45:00', 100, '180'],
    ['15:20:00', -100, '181.80'],
  ],
  marks: wave('09:46:00', '15:19:00', [180, 179.2, 184, 188.3, 194.58, 191, 187.5, 189.2, 184, 182.4, 183, 181.5]),
  more: { strategy: 'breakout', initialStop: '178' },
})
export const shortWon = sketch({
  instrument: nvda,
  fills: [
    ['10:00:00', -50, '200.40'],
    ['10:30:00', -50, '201.60'],
    ['11:15:00', 100, '197.25', null],
  ],
  marks: wave('10:01:00', '11:14:00', [200.4, 202.8, 201, 199.6, 196.9, 197.8]),
  more: { strategy: 'fade|*the* gap' },
})
export const turned = sketch({
  instrument: future,
  fills: [
    ['09:35:00', 2, '6705.25', '4.5'],
    ['10:20:00', -2, '6698', '4.5'],
  ],
  marks: wave('09:36:00', '10:19:00', [6705.25, 6712, 6741.5, 6730, 6719.75, 6701]).filter(([clock]) => clock < '10:05:00' || clock > '10:12:00'),
  more: { provenance: { source: 'SAMPLED', coverage: '0.8', gaps: [{ from: at('10:05:00'), to: at('10:12:00') }] } },
})
export const stillOpen = sketch({
  instrument: nvda,
  fills: [['13:00:00', 40, '196.10']],
  marks: wave('13:01:00', '15:59:00', [196.1, 195.2, 197.9, 198.6, 197.2]),
  more: {},
})
export const unmarked = sketch({
  instrument: ibm,
  fills: [
    ['12:00:00', 10, '183.1'],
    ['12:00:05', -10, '183.1'],
  ],
  marks: [],
  more: { account: 'DU2' },
})

export const everyTrade = [givenBack, shortWon, turned, stillOpen, unmarked]

export const alerts: StoredAlert[] = [
  alert(givenBack.trade, 'scale-out', 0, '10:57:00', '189', '5', 'warn'),
  alert(givenBack.trade, 'scale-out', 1, '11:47:05', '194.58', '8.1', 'warn'),
  alert(givenBack.trade, 'giveback', 0, '13:02:09.500', '187.2', '4', 'warn'),
  alert(turned.trade, 'trail', 0, '09:59:30', '6719.75', '0.216249953394', 'warn'),
  { ...alert(turned.trade, 'hard-stop', 0, '10:01:00', '6600', '-1.57', 'critical'), state: 'WITHDRAWN' },
]

function alert(trade: StoredTrade, ruleId: string, tier: number, clock: string, price: string, pct: string, severity: StoredAlert['severity']): StoredAlert {
  const { tradeId, unit, account, conId, symbol, openedAt } = trade
  const instant = at(clock.slice(0, 8))
  return {
    ruleId,
    tier,
    tradeId,
    unit,
    account,
    conId,
    symbol,
    at: instant,
    price,
    pct,
    severity,
    openedAt,
    id: `${ruleId}:${tier}:${tradeId}`,
    seq: 1,
    state: 'RAISED',
    ruleVersion: 1,
    raisedAt: instant,
    message: '',
  }
}

/** Prices through the corners, a few between each two, at even times. */
function wave(from: string, until: string, corners: readonly number[]): (readonly [string, string])[] {
  const between = 9
  const prices = corners.flatMap((corner, index) => {
    const next = corners[index + 1]
    if (next === undefined) return [corner]
    return Array.from(
      { length: between },
      (_, i) => corner + ((next - corner) * i) / between + (i === 0 ? 0 : ((i * 37) % 7) - 3) * Math.abs(next - corner) * 0.012,
    )
  })
  const [start, end] = [at(from), at(until)]
  return prices.map((price, index) => {
    const instant = start + Math.round(((end - start) * index) / (prices.length - 1) / 1000) * 1000
    return [new Date(instant - at('00:00:00')).toISOString().slice(11, 19), price.toFixed(2)] as const
  })
}
