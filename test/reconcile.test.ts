// Ours against the broker's: the invariants of reconciliation as laws over random fills, and each cause as a story. The broker here reckons by itself, in
// doubles, at average cost or first in first out, with commissions or without: none of the product's sums are used for its side.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccountSaid, type AccountSnapshot, AccountView, type HoldingSaid } from '#core/account.ts'
import { decimal } from '#core/decimal.ts'
import type { Execution, Fact, Instrument } from '#core/facts.ts'
import { type Holding, holdingsOf, type Stood } from '#core/holding.ts'
import { type Difference, followDifferences, keyOf, type Reconciled, type StoredDifference, wantsCatchUp } from '#core/difference.ts'
import { reconcile, type ReconcileInput } from '#core/reconcile.ts'
import { remedyOf, sayDifference } from '#core/remedy.ts'
import { at, averageOf, causesOf, isNear, lineOf, type Money, WAYS } from '#core/ways.ts'
import { Replay } from '#core/replay.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const NOW = T0 + 3_600_000
const SENTINEL = '179769313486231570000000000000000000000000'.padEnd(309, '0')

describe('laws', () => {
  test('law: a broker that reckons as we do differs in nothing', () => {
    fc.assert(
      fc.property(days, (day) => {
        const { differences } = look(day, { average: false, net: false })
        expect(differences).toEqual([])
      }),
    )
  })

  test('law: quantity: a difference exactly where the two are not equal, and nothing else is said of that holding', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -300, max: 300 }), (day, hidden) => {
        const { differences, agreed } = look(day, { average: false, net: false, hidden })
        const quantity = differences.filter(({ measure }) => measure === 'QUANTITY')
        expect(quantity.length).toBe(hidden === 0 ? 0 : 1)
        expect(agreed.has('DU1:1:QUANTITY')).toBe(hidden === 0)
        if (hidden !== 0) expect(differences).toEqual([expect.objectContaining({ causes: ['MISSING_FILL'], severity: 'warn' })])
      }),
    )
  })

  test('law: average price: no difference within 0.01 %, always one beyond it', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -40, max: 40 }), (day, tenThousandths) => {
        const broker = brokerOf(day, { average: false, net: false })
        fc.pre(broker.quantity !== 0)
        const off = 1 + tenThousandths / 100_000
        const { differences } = compare(day, [holding('POSITION', { quantity: text(broker.quantity), averageCost: text(broker.averageCost * off) })])
        const found = differences.some(({ measure }) => measure === 'AVERAGE_PRICE')
        if (Math.abs(tenThousandths) < 10) expect(found).toBe(false)
        if (Math.abs(tenThousandths) > 11) expect(found).toBe(true)
      }),
    )
  })

  test('law: result preserved: however the broker reckons the same fills, each difference is named, and realised and running result together are ours', () => {
    fc.assert(
      fc.property(days, fc.boolean(), fc.boolean(), (day, average, net) => {
        const { differences } = look(day, { average, net })
        const allowed = new Set([...(average ? ['AVERAGE_COST'] : []), ...(net ? ['COMMISSION'] : [])])
        const [ours] = holdingsFor(day)
        // Where two ways of reckoning come to the same figure nobody can tell them apart.
        const named = differences.filter((one) => ours === undefined || !comesTo(ours, one))
        for (const { causes } of named) for (const cause of causes) expect(allowed).toContain(cause)
        const price = day.prices.at(-1)?.price ?? 0
        const whole = (basis: 'FIFO' | 'AVERAGE') => {
          const reckoned = ours?.reckoned[basis]?.gross
          const units = Number(ours?.quantity ?? 0) * 1
          return Number(reckoned?.realizedEver ?? 0) + (units === 0 ? 0 : units * (price - Number(reckoned?.average ?? 0)))
        }
        expect(whole('AVERAGE')).toBeCloseTo(whole('FIFO'), 5)
      }),
    )
  })

  test('law: an old price is told as such: stale, and by how many seconds', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 30 }), (day, back) => {
        const prices = Array.from({ length: 40 }, (_, i) => ({ at: NOW - (40 - i) * 15_000, price: 100 + i }))
        const broker = brokerOf({ ...day, prices: prices.slice(0, prices.length - back) }, { average: false, net: false })
        fc.pre(broker.quantity !== 0)
        const { differences } = compare({ ...day, prices }, [holding('PNL', { quantity: text(broker.quantity), value: text(broker.value) })])
        const seconds = back * 15
        expect(differences).toEqual([expect.objectContaining({ measure: 'VALUE', causes: ['STALE'], staleSeconds: seconds, severity: 'info' })])
        // An account's figure that is the sum of such is as old as the oldest of them.
        const unrealized = text(broker.unrealized)
        const summed = compare({ ...day, prices }, [
          holding('PNL', { quantity: text(broker.quantity), unrealized }),
          { kind: 'result', account: 'DU1', daily: null, unrealized, realized: null },
        ]).differences
        const stale = summed.filter(({ causes }) => causes.includes('STALE'))
        expect(stale.map(({ source, staleSeconds }) => [source, staleSeconds])).toEqual(stale.map(({ source }) => [source, seconds]))
        // Where another way of reckoning comes to the same figure nobody can tell the two apart.
        const isOther = summed.some(({ source, causes }) => source === 'PNL' && !causes.includes('STALE'))
        if (!isOther) expect(stale.map(({ source }) => source)).toContain('RESULT')
      }),
    )
  })

  test('law: what nobody knows is no difference, and ends none', () => {
    fc.assert(
      fc.property(days, fc.constantFrom(null, '', 'NaN', SENTINEL, '1.7976931348623157E308', `-${SENTINEL}`), (day, nothing) => {
        const unknown = { averageCost: nothing, value: nothing, unrealized: nothing, realized: nothing, daily: nothing }
        const found = compare(day, [
          holding('PNL', { quantity: nothing, ...unknown }),
          holding('PORTFOLIO', { quantity: nothing, ...unknown }),
          { kind: 'result', account: 'DU1', daily: nothing, unrealized: nothing, realized: nothing },
        ])
        expect(found.differences).toEqual([])
        const open = stored({ measure: 'VALUE' })
        expect(followDifferences([open], found, NOW, () => '').over).toEqual([])
      }),
    )
  })

  test('law: the same facts give the same ids, in whatever order they are told', () => {
    fc.assert(
      fc.property(days, fc.boolean(), fc.boolean(), (day, average, net) => {
        const said = toldBy(day, { average, net })
        const [one, other] = [compare(day, said), compare({ ...day }, [...said].reverse())]
        expect(other).toEqual(one)
        const ids = (found: Reconciled) => followDifferences([], found, NOW, () => '').began.map(({ id }) => id)
        expect(ids(other)).toEqual(ids(one))
        expect(new Set(ids(one)).size).toBe(one.differences.length)
      }),
    )
  })

  test('law: a difference stays the same one while it lasts, and ends exactly when both sides agree', () => {
    const turn = fc.constantFrom('differs', 'agrees', 'unknown')
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 30 }), (turns) => {
        let open: readonly StoredDifference[] = []
        let expected: number | null = null
        for (const [index, what] of turns.entries()) {
          const difference = stored({})
          const found = {
            differences: what === 'differs' ? [{ ...difference, theirs: String(index) }] : [],
            agreed: new Set(what === 'agrees' ? [keyOf(difference)] : []),
          }
          const { began, still, over } = followDifferences(open, found, index, () => '')
          if (what === 'differs') expected ??= index
          if (what === 'agrees') {
            expect(over.map(({ until }) => until)).toEqual(expected === null ? [] : [index])
            expected = null
          }
          open = [...open.filter(({ id }) => ![...still, ...over].some((one) => one.id === id)), ...still, ...began]
          expect(open.map(({ since }) => since)).toEqual(expected === null ? [] : [expected])
        }
      }),
    )
  })
})

describe('each cause by its name', () => {
  const bought = [fill(0, 'BUY', 100, 50, 1), fill(60, 'BUY', 100, 60, 1), fill(120, 'SELL', 100, 70, 1)]
  const day = { fills: bought, prices: [{ at: NOW - 60_000, price: 80 }] }

  test('only the commission', () => {
    const { differences } = compare({ ...day, fills: bought.slice(0, 1) }, [holding('PNL', { quantity: '100', unrealized: '2999' })])
    expect(differences).toMatchObject([{ measure: 'UNREALIZED', ours: '3000', theirs: '2999', causes: ['COMMISSION'], severity: 'info' }])
    expect(sayDifference(differences[0] as Difference)).toBe(
      "IBM in DU1: running result: ours 3000 USD, the broker's 2999; commission: the broker counts it in",
    )
  })

  test('only the average cost', () => {
    const { differences } = compare(day, [holding('PORTFOLIO', { quantity: '100', averageCost: '55', unrealized: '2500', realized: '1500' })])
    expect(differences.map(({ measure, ours, theirs, causes }) => [measure, ours, theirs, ...causes])).toEqual([
      ['AVERAGE_PRICE', '60', '55', 'AVERAGE_COST'],
      ['REALIZED', '2000', '1500', 'AVERAGE_COST'],
      ['UNREALIZED', '2000', '2500', 'AVERAGE_COST'],
    ])
  })

  test('FX: told in the currency of the account', () => {
    const rate: AccountSaid = { kind: 'rate', account: 'DU1', currency: 'USD', rate: '0.92' }
    const { differences } = compare(day, [rate, holding('PNL', { quantity: '100', value: '7360' })])
    expect(differences).toMatchObject([{ measure: 'VALUE', ours: '8000', theirs: '7360', causes: ['FX'] }])
  })

  test('FX: an account of two currencies, added up by the broker at a rate of its own', () => {
    const rates: AccountSaid[] = [
      { kind: 'rate', account: 'DU1', currency: 'USD', rate: '0.92' },
      { kind: 'rate', account: 'DU1', currency: 'EUR', rate: '1' },
    ]
    const result = (unrealized: string): AccountSaid => ({ kind: 'result', account: 'DU1', daily: null, unrealized, realized: null })
    expect(compare(day, [...rates, result('1840')]).differences).toEqual([])
    expect(compare(day, [...rates, result('1838')]).differences).toMatchObject([
      { conId: null, measure: 'UNREALIZED', ours: '1840', currency: 'EUR', causes: ['FX'] },
    ])
    expect(compare(day, [...rates, result('2000')]).differences).toMatchObject([{ causes: ['FX'] }])
  })

  test('the reset schedule: its day has begun anew, ours has not', () => {
    const { differences } = compare(day, [holding('PNL', { quantity: '100', realized: '0' })])
    expect(differences).toMatchObject([{ measure: 'REALIZED', ours: '2000', theirs: '0', causes: ['RESET_SCHEDULE'] }])
  })

  test('the reset schedule: yesterday still counts', () => {
    const yesterday = [fill(-86_400, 'BUY', 10, 50, 0), fill(-86_000, 'SELL', 10, 55, 0)]
    const { differences } = compare({ ...day, fills: [...yesterday, ...bought] }, [holding('PNL', { quantity: '100', realized: '2050' })])
    expect(differences).toMatchObject([{ measure: 'REALIZED', ours: '2000', theirs: '2050', causes: ['RESET_SCHEDULE'] }])
  })

  test('a price beside the last trade', () => {
    const { differences } = compare(day, [holding('PNL', { quantity: '100', value: '8011' })])
    expect(differences).toMatchObject([{ causes: ['OTHER_PRICE'], severity: 'info' }])
  })

  test('a fill that was not told: which client cannot see it, and what to do', () => {
    const found = compare(day, [holding('POSITION', { quantity: '300', averageCost: '58' })])
    expect(found.differences).toMatchObject([{ measure: 'QUANTITY', ours: '100', theirs: '300', causes: ['MISSING_FILL'], severity: 'warn' }])
    expect(wantsCatchUp(found)).toBe(true)
    expect(remedyOf(found.differences[0] as Difference, 9)).toContain('TWS_CLIENT_ID=0')
    expect(remedyOf(found.differences[0] as Difference, 0)).toContain('Master API client ID')
  })

  test('an order that is filled further than we were told', () => {
    const found = compare(day, [{ kind: 'filled', permId: '7', filled: '250' }], { orders: { '7': '200' } })
    expect(found.differences).toMatchObject([{ measure: 'FILLED', subject: '7', ours: '200', theirs: '250', causes: ['MISSING_FILL'] }])
    expect(compare(day, [{ kind: 'filled', permId: '7', filled: '150' }], { orders: { '7': '200' } }).differences).toEqual([])
  })

  test('a position of ours that is not on the complete list is one the broker does not hold', () => {
    expect(compare(day, []).differences).toEqual([])
    expect(compare(day, [{ kind: 'allPositions' }]).differences).toMatchObject([{ measure: 'QUANTITY', ours: '100', theirs: '0' }])
  })

  test('what differed is compared again though nobody holds it any more, in a session that tells nothing of it', () => {
    const hidden = compare({ fills: [], prices: [] }, [holding('POSITION', { quantity: '300', averageCost: '58' })])
    expect(hidden.differences).toMatchObject([{ measure: 'QUANTITY', ours: '0', theirs: '300' }])
    const { began } = followDifferences([], hidden, NOW, () => '')
    const next = (said: readonly AccountSaid[]) => reconcile({ ...inputOf({ fills: [], prices: [] }, said), open: began })
    // Before the list of positions is complete nothing is known; then it is known to be gone.
    expect(followDifferences(began, next([]), NOW + 1, () => '').over).toEqual([])
    expect(followDifferences(began, next([{ kind: 'allPositions' }]), NOW + 1, () => '').over).toHaveLength(1)
  })

  test('an order keeps what an earlier session told of it, until our fills reach it', () => {
    const behind = compare(day, [{ kind: 'filled', permId: '7', filled: '250' }], { orders: { '7': '200' } })
    const { began } = followDifferences([], behind, NOW, () => '')
    const next = (filled: string) => followDifferences(began, reconcile({ ...inputOf(day, [], { '7': filled }), open: began }), NOW + 1, () => '')
    expect(next('200').still).toHaveLength(1)
    expect(next('250').over).toHaveLength(1)
  })

  test('a commission that never came is pending; one without its execution is a missing fill', () => {
    const input = inputOf(day, [])
    const unpaired = [
      { executionId: 'a.b.c.01', execution: { account: 'DU1', conId: 1, symbol: 'IBM' }, amount: null, currency: null },
      { executionId: 'x.y.z.01', execution: null, amount: '1.25', currency: 'USD' },
    ]
    const found = reconcile({ ...input, unpaired })
    expect(found.differences.map(sayDifference)).toEqual([
      'commission of x.y.z.01: 1.25 USD came, but its execution did not',
      'IBM in DU1: commission of a.b.c.01: pending',
    ])
    const { began } = followDifferences([], found, NOW, () => '')
    // Out of sight is not paired.
    expect(followDifferences(began, reconcile(input), NOW + 1, () => '').over).toEqual([])
    expect(followDifferences(began, reconcile({ ...input, paired: began }), NOW + 1, () => '').over).toHaveLength(2)
  })
})

// ---------------------------------------------------------------- a day of one contract, and a broker

interface Day {
  readonly fills: readonly (Execution & { readonly commission: number })[]
  readonly prices: readonly Stood[]
}

interface Reckons {
  readonly average: boolean
  readonly net: boolean
  /** Units the broker holds and nobody told us of. */
  readonly hidden?: number
}

const IBM: Instrument = { kind: 'instrument', conId: 1, symbol: 'IBM', secType: 'STK', currency: 'USD' }

const days: fc.Arbitrary<Day> = fc
  .array(
    fc.record({
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      quantity: fc.integer({ min: 1, max: 9 }),
      cents: fc.integer({ min: 5000, max: 15_000 }),
      fee: fc.integer({ min: 0, max: 200 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((rows) => ({
    fills: rows.map(({ side, quantity, cents, fee }, index) => fill(index * 60, side, quantity, cents / 100, fee / 100)),
    prices: [{ at: NOW - 60_000, price: 99.5 }],
  }))

function fill(seconds: number, side: 'BUY' | 'SELL', quantity: number, price: number, commission: number): Execution & { readonly commission: number } {
  const id = `e.${seconds}.${side}.01`
  return {
    kind: 'execution',
    executionId: id,
    account: 'DU1',
    conId: 1,
    side,
    quantity: text(quantity),
    price: text(price),
    at: T0 + seconds * 1000,
    permId: String(seconds + 1),
    commission,
  }
}

function holdingsFor({ fills, prices }: Day) {
  const facts: Fact[] = [
    IBM,
    ...fills.flatMap(({ commission, ...execution }): Fact[] => [
      execution,
      { kind: 'commission', executionId: execution.executionId, amount: text(commission), currency: 'USD' },
    ]),
  ]
  const replay = new Replay(facts, { filter: 'none', rules: [] })
  const nothingElse = { bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false }
  for (const { at, price } of prices) replay.quote(1, { at, price, ...nothingElse })
  return holdingsOf({ trades: replay.finish().trades, instruments: new Map([[1, IBM]]), prices: new Map([[1, prices]]), now: NOW })
}

function inputOf(day: Day, said: readonly AccountSaid[], orders: Readonly<Record<string, string>> = {}): ReconcileInput {
  const view = new AccountView()
  view.serves(['DU1'])
  for (const one of said) view.hear(one, NOW)
  const broker: AccountSnapshot = view.snapshot()
  return {
    holdings: holdingsFor(day),
    broker,
    orders: new Map(Object.entries(orders).map(([permId, filled]) => [permId, { account: 'DU1', conId: 1, symbol: 'IBM', filled }])),
    unpaired: [],
    now: NOW,
  }
}

function compare(day: Day, said: readonly AccountSaid[], { orders = {} }: { readonly orders?: Readonly<Record<string, string>> } = {}): Reconciled {
  return reconcile(inputOf(day, said, orders))
}

/** The broker's own sums. */
function brokerOf({ fills, prices }: Day, { average, net }: Reckons) {
  const lots: { units: number; price: number }[] = []
  let realized = 0
  for (const { side, quantity, price, commission } of fills) {
    const sign = side === 'BUY' ? 1 : -1
    let left = Number(quantity)
    const fee = net ? commission / left : 0
    while (left > 0 && lots[0] !== undefined && Math.sign(lots[0].units) !== sign) {
      const lot = lots[0]
      const closed = Math.min(left, Math.abs(lot.units))
      realized += -sign * closed * (Number(price) - lot.price) - closed * fee
      lot.units += sign * closed
      left -= closed
      if (lot.units === 0) lots.shift()
    }
    if (left === 0) continue
    lots.push({ units: sign * left, price: Number(price) + sign * fee })
    if (!average) continue
    const units = lots.reduce((sum, lot) => sum + lot.units, 0)
    const cost = lots.reduce((sum, lot) => sum + lot.units * lot.price, 0)
    lots.splice(0, lots.length, { units, price: cost / units })
  }
  const quantity = lots.reduce((sum, lot) => sum + lot.units, 0)
  const cost = lots.reduce((sum, lot) => sum + lot.units * lot.price, 0)
  const price = prices.at(-1)?.price ?? 0
  return { quantity, averageCost: quantity === 0 ? 0 : cost / quantity, value: quantity * price, unrealized: quantity * price - cost, realized }
}

function toldBy(day: Day, reckons: Reckons): AccountSaid[] {
  const { quantity, averageCost, value, unrealized, realized } = brokerOf(day, reckons)
  const held = text(quantity + (reckons.hidden ?? 0))
  return [
    holding('POSITION', { quantity: held, averageCost: text(averageCost) }),
    holding('PNL', { quantity: held, value: text(value), unrealized: text(unrealized), realized: text(realized), daily: text(unrealized + realized) }),
  ]
}

/** Whether reckoning by the named causes alone gives the broker's figure, within the tolerance of its measure. */
function comesTo(ours: Holding, { measure, causes, theirs }: Difference): boolean {
  return WAYS.filter((way) => causesOf(way).join() === causes.join()).some((way) => {
    if (measure === 'AVERAGE_PRICE') return Math.abs(Number(averageOf(ours, way.basis, way.net)) / Number(theirs) - 1) <= 0.0001
    const line = lineOf(ours, measure as Money, way, null)
    return line !== null && theirs !== null && isNear(at(line, ours.price ?? decimal(0)), decimal(theirs))
  })
}

function look(day: Day, reckons: Reckons): Reconciled {
  return compare(day, toldBy(day, reckons))
}

function holding(source: HoldingSaid['source'], said: Partial<HoldingSaid>): HoldingSaid {
  const nothing = { quantity: null, averageCost: null, value: null, unrealized: null, realized: null, daily: null }
  return { kind: 'holding', source, account: 'DU1', conId: 1, symbol: 'IBM', currency: 'USD', ...nothing, ...said }
}

function stored(said: Partial<StoredDifference>): StoredDifference {
  return {
    ...{ account: 'DU1', conId: 1, symbol: 'IBM', measure: 'QUANTITY', subject: '', source: 'POSITION', ours: '1', theirs: '2', currency: null },
    ...{ causes: ['MISSING_FILL'], staleSeconds: null, severity: 'warn', id: 'x', since: 0, seenAt: 0, until: null, remedy: '' },
    ...said,
  } as StoredDifference
}

function text(value: number): string {
  return String(Math.round(value * 1e9) / 1e9)
}
