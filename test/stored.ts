// What may be stored, drawn or made by hand, for the tests of the store; and lists read to their end.
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Fact, SEC_TYPES, SIDES } from '#core/facts.ts'
import { readOrderRef } from '#core/order-ref.ts'
import type { Connection, Page } from '#core/query.ts'
import { ALERT_STATES, type StoredAlert, type StoredTrade } from '#core/stored.ts'
import { MODES, PROVENANCE_SOURCES, SEVERITIES, type TrajectoryPoint, UNITS } from '#core/trade.ts'
import { type Batch, EMPTY_BATCH } from '#store/batch.ts'

export const OPENED = Date.parse('2013-10-07T13:30:01.000Z')
export const DAY_MS = 86_400_000

export function batch(part: Partial<Batch>): Batch {
  return { ...EMPTY_BATCH, ...part }
}

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).map((drawn) => drawn.toWellFormed().replaceAll('\0', '?'))
export const instant = fc.integer({ min: Date.parse('1999-12-31T00:00:00Z'), max: Date.parse('2030-01-02T00:00:00Z') })
// Few days, so that not every run makes hundreds of partitions.
export const nearInstant = fc.integer({ min: OPENED, max: OPENED + 2 * DAY_MS })
const decimalText = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.nat(12)).map(([digits, decimals]) => plainText(digits, decimals))
export const price = fc.oneof(
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((drawn) => Number(drawn.toPrecision(15)) + 0),
  fc.constantFrom(0, 1e-7, 0.1, 183.11, 123456789.123456, 1e21),
)
const conId = fc.integer({ min: 1, max: 2 ** 40 })

function plainText(digits: bigint, decimals: number): string {
  const body = (digits < 0n ? -digits : digits).toString().padStart(decimals + 1, '0')
  const whole = body.slice(0, body.length - decimals)
  const fraction = body.slice(body.length - decimals).replace(/0+$/, '')
  const value = fraction === '' ? whole : `${whole}.${fraction}`
  return digits < 0n && value !== '0' ? `-${value}` : value
}

export const optional = { requiredKeys: [] as never[] }
export const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc
    .tuple(
      fc.record({
        kind: fc.constant('instrument' as const),
        conId,
        symbol: text,
        secType: fc.constantFrom(...SEC_TYPES),
        currency: fc.constantFrom('USD', 'EUR'),
      }),
      fc.record(
        { multiplier: decimalText, minTick: decimalText, exchange: text, localSymbol: text, strike: decimalText, at: instant, seenAt: instant },
        optional,
      ),
    )
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc
    .tuple(
      fc.record({
        kind: fc.constant('execution' as const),
        executionId: text,
        account: text,
        conId,
        side: fc.constantFrom(...SIDES),
        quantity: decimalText,
        price: decimalText,
        at: instant,
      }),
      fc.record({ permId: text, orderId: text, clientId: text, orderRef: text, liquidation: fc.boolean(), seenAt: instant }, optional),
    )
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc
    .tuple(
      fc.record({ kind: fc.constant('commission' as const), executionId: text, amount: decimalText, currency: fc.constantFrom('USD', 'EUR') }),
      fc.record({ at: instant, seenAt: instant }, optional),
    )
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc
    .tuple(fc.record({ kind: fc.constant('gap' as const), from: instant, to: instant }), fc.record({ conId, reason: text, seenAt: instant }, optional))
    .map(([known, maybe]) => ({ ...known, ...maybe })),
  fc.record({ kind: fc.constant('fxRate' as const), base: fc.constant('EUR'), quote: fc.constant('USD'), rate: decimalText, at: instant }),
)

const excursion = fc.record({
  price: decimalText,
  at: instant,
  pct: fc.option(decimalText),
  pctAt: fc.option(instant),
  pnl: decimalText,
  pnlAt: instant,
})

const trade: fc.Arbitrary<StoredTrade> = fc
  .record({
    unit: fc.constantFrom(...UNITS),
    account: fc.constantFrom('DU1', 'DU2', 'U3'),
    conId: fc.integer({ min: 1, max: 9 }),
    symbol: fc.constantFrom('IBM', 'SPY', 'ES'),
    secType: fc.constantFrom(...SEC_TYPES),
    currency: fc.constantFrom('USD', 'EUR'),
    multiplier: decimalText,
    side: fc.constantFrom('LONG' as const, 'SHORT' as const),
    status: fc.constantFrom('OPEN' as const, 'CLOSED' as const),
    quantity: decimalText,
    openQuantity: decimalText,
    entryPrice: decimalText,
    exitPrice: fc.option(decimalText),
    lastPrice: decimalText,
    openedAt: fc.integer({ min: OPENED, max: OPENED + 20 }),
    closedAt: fc.option(fc.integer({ min: OPENED, max: OPENED + 20 })),
    updatedAt: instant,
    grossPnl: decimalText,
    commission: fc.option(decimalText),
    netPnl: fc.option(decimalText),
    mfe: excursion,
    mae: excursion,
    drawdownPct: fc.option(decimalText),
    orderRef: fc.option(fc.oneof(text, fc.constantFrom('breakout', 'gap #a #b', 'x stop=1.50 target=2'))),
    plan: fc.option(
      fc.record({
        risk: fc.option(fc.record({ amount: decimalText, stop: decimalText, entryPrice: decimalText, quantity: decimalText, frozenAt: instant })),
        stop: fc.option(decimalText),
        target: fc.option(decimalText),
        moves: fc.array(
          fc.record({
            way: fc.constantFrom('WIDENED' as const, 'TIGHTENED' as const),
            from: decimalText,
            to: decimalText,
            r: fc.option(decimalText),
            at: instant,
          }),
          { maxLength: 2 },
        ),
      }),
    ),
    held: fc.boolean(),
    fills: fc.array(
      fc.record({
        executionId: text,
        side: fc.constantFrom(...SIDES),
        role: fc.constantFrom('ENTRY' as const, 'EXIT' as const),
        quantity: decimalText,
        price: decimalText,
        at: instant,
        commission: fc.option(decimalText),
      }),
      { maxLength: 3 },
    ),
    provenance: fc.record({
      source: fc.constantFrom(...PROVENANCE_SOURCES),
      coverage: fc.option(decimalText),
      gaps: fc.array(fc.record({ from: instant, to: instant }), { maxLength: 2 }),
    }),
    seq: fc.integer({ min: 1, max: 2 ** 50 }),
    mode: fc.constantFrom(...MODES),
  })
  .chain((drawn) =>
    fc.stringMatching(/^[0-9a-f]{0,8}$/).map((family) => ({
      ...drawn,
      tradeId: `${drawn.unit}:${drawn.account}:${drawn.conId}:${family}`,
      ...saidOf(drawn.orderRef),
      note: null,
    })),
  )

/** Nobody annotated these: their orders' references speak. */
function saidOf(orderRef: string | null) {
  const { initialTarget, ...said } = readOrderRef(orderRef)
  return initialTarget === null ? said : { ...said, initialTarget }
}

export const trades = fc.uniqueArray(trade, { selector: ({ tradeId }) => tradeId, maxLength: 25 })

export const alert: fc.Arbitrary<StoredAlert> = fc
  .record({
    id: fc.uuid(),
    seq: fc.integer({ min: 1, max: 1_000 }),
    ruleId: fc.constantFrom('hard-stop', 'trail'),
    ruleVersion: fc.integer({ min: 1, max: 9 }),
    tier: fc.nat(3),
    tradeId: fc.constantFrom('ORDER:DU1:1:a', 'ORDER:DU1:1:b', 'ROUND_TRIP:DU1:1:a'),
    unit: fc.constantFrom(...UNITS),
    account: fc.constantFrom('DU1', 'DU2'),
    conId,
    symbol: fc.constantFrom('IBM', 'SPY'),
    at: fc.integer({ min: OPENED, max: OPENED + 5 }),
    price: decimalText,
    pct: fc.option(decimalText),
    severity: fc.constantFrom(...SEVERITIES),
    openedAt: fc.integer({ min: OPENED, max: OPENED + 2 }),
    state: fc.constantFrom(...ALERT_STATES),
    raisedAt: instant,
    message: text,
  })
  .chain((drawn) => fc.constantFrom<Partial<StoredAlert>>({}, { ordinal: 2 }, { stateBefore: 'MISSED' }).map((more) => ({ ...drawn, ...more })))

export function someTrade(part: Partial<StoredTrade> = {}): StoredTrade {
  const [drawn] = fc.sample(trade, { numRuns: 1, seed: 7 })
  return { ...(drawn as StoredTrade), unit: 'ORDER', tradeId: 'ORDER:DU1:8314:0001.01', openedAt: OPENED, closedAt: null, status: 'OPEN', seq: 1, ...part }
}

export function point(part: Partial<TrajectoryPoint & { seq: number }> = {}): TrajectoryPoint & { seq: number } {
  return { tradeId: 'ORDER:DU1:8314:0001.01', at: OPENED, last: 183.11, mfe: 183.11, mae: 183.11, seq: 1, ...part }
}

export function execution(executionId: string): Fact {
  return { kind: 'execution', executionId, account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '183.11', at: OPENED }
}

export function byId(a: { tradeId: string }, b: { tradeId: string }): number {
  return a.tradeId < b.tradeId ? -1 : 1
}

export async function forwards<T>(ask: (page: Page) => Promise<Connection<T>>, size: number): Promise<T[]> {
  const all: T[] = []
  for (let after: string | null = null; ; ) {
    const { edges, pageInfo }: Connection<T> = await ask({ first: size, after })
    expect(pageInfo.hasPreviousPage).toBe(after !== null)
    all.push(...edges.map(({ node }) => node))
    if (!pageInfo.hasNextPage) return all
    after = pageInfo.endCursor
  }
}

export async function backwards<T>(ask: (page: Page) => Promise<Connection<T>>, size: number): Promise<T[]> {
  const all: T[] = []
  for (let before: string | null = null; ; ) {
    const { edges, pageInfo }: Connection<T> = await ask({ last: size, before })
    all.unshift(...edges.map(({ node }) => node))
    if (!pageInfo.hasPreviousPage) return all
    before = pageInfo.startCursor
  }
}
