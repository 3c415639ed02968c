// Trades, points and alerts to store in tests: plausible, complete, and different only in what a test says.
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { TrajectoryPoint, Unit } from '#core/trade.ts'

const OPENED = Date.UTC(2026, 10, 20, 14, 30)
const MINUTE = 60_000

/** The n-th trade of a day, opened n minutes after the open. */
export function aTrade(n: number, seq: number, more: Partial<StoredTrade> = {}): StoredTrade {
  const { unit = 'ORDER', account = 'DU1' } = more
  const openedAt = OPENED + n * MINUTE
  const reached = { at: openedAt, pctAt: openedAt, pnlAt: openedAt }
  return {
    unit,
    tradeId: tradeIdOf(n, unit, account),
    account,
    conId: 8314,
    symbol: 'IBM',
    secType: 'STK',
    currency: 'USD',
    multiplier: '1',
    side: 'LONG',
    status: 'OPEN',
    quantity: '100',
    openQuantity: '100',
    entryPrice: '183.11',
    exitPrice: null,
    lastPrice: '183.11',
    openedAt,
    closedAt: null,
    updatedAt: openedAt,
    grossPnl: '0',
    commission: '1',
    netPnl: '-1',
    mfe: { price: '183.11', pct: '0', pnl: '0', ...reached },
    mae: { price: '183.11', pct: '0', pnl: '0', ...reached },
    drawdownPct: '0',
    plan: null,
    orderRef: null,
    held: false,
    fills: [{ executionId: `e${n}.01`, side: 'BUY', role: 'ENTRY', quantity: '100', price: '183.11', at: openedAt, commission: '1' }],
    provenance: { source: 'TICK', coverage: '1', gaps: [] },
    seq,
    mode: 'DEMO',
    strategy: null,
    tags: [],
    note: null,
    initialStop: null,
    ...more,
  }
}

export function tradeIdOf(n: number, unit: Unit = 'ORDER', account = 'DU1'): string {
  return `${unit}:${account}:8314:e${n}`
}

/** The k-th second of the n-th trade; an uneven walk that only widens. */
export function aPoint(n: number, k: number, seq: number): TrajectoryPoint & { seq: number } {
  const last = 183.11 + ((k * 7919) % 101) / 100 - 0.5
  return { tradeId: tradeIdOf(n), at: OPENED + n * MINUTE + k * 1000, last: Math.round(last * 100) / 100, mfe: 183.11 + k / 100, mae: 183.11 - k / 200, seq }
}

export function anAlert(n: number, tier: number, seq: number, more: Partial<StoredAlert> = {}): StoredAlert {
  const openedAt = OPENED + n * MINUTE
  return {
    id: `alert-${n}-${tier}`,
    ruleId: 'scale-out',
    tier,
    tradeId: tradeIdOf(n),
    unit: 'ORDER',
    account: 'DU1',
    conId: 8314,
    symbol: 'IBM',
    at: openedAt + (tier + 1) * 1000,
    price: '192.27',
    pct: '5.002457538091',
    severity: 'warn',
    openedAt,
    seq,
    state: 'RAISED',
    ruleVersion: 1,
    raisedAt: openedAt + (tier + 1) * 1000 + 12,
    message: 'IBM is up 5 %',
    ...more,
  }
}
