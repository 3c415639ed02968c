// The naive engine against numbers worked out by hand: what it says must be beyond doubt before anything is compared with it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvMarks, replayInputs } from './arbitrary.ts'
import { type NaiveInput, naiveReplay } from './naive.ts'
import { parse, plain, rounded } from './naive/fraction.ts'

const IBM = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', multiplier: '1' }
const START = Date.UTC(2013, 9, 7, 13, 30)
/** Seconds after 13:30. */
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()

const fill = (executionId: string, side: 'BUY' | 'SELL', quantity: string, price: string, seconds: number, more: object = {}) => ({
  ...{ kind: 'execution', executionId, account: 'DU1', conId: 8314, side, quantity, price, at: at(seconds) },
  ...more,
})
const mark = (price: string, seconds: number, more: object = {}) => ({ kind: 'mark', conId: 8314, price, at: at(seconds), ...more })
const commission = (executionId: string, amount: string, more: object = {}) => ({ kind: 'commission', executionId, amount, currency: 'USD', ...more })
const gap = (from: number, to: number) => ({ kind: 'gap', conId: 8314, from: at(from), to: at(to) })
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row))

function replay(rows: readonly object[], options: Partial<NaiveInput> = {}, rules: readonly object[] = []) {
  return naiveReplay({ tapes: [lines([IBM, ...rows])], marks: [], filter: 'default', unit: 'order', ...options, rules: lines(rules) })
}
const trades = (rows: readonly object[], options: Partial<NaiveInput> = {}) => replay(rows, options).trades
const alerts = (rows: readonly object[], ...rules: object[]) =>
  replay(rows, { unit: 'both' }, rules).alerts.map(({ ruleId, tier, at: when, price, pct }) => [
    ruleId,
    tier,
    (Date.parse(String(when)) - START) / 1000,
    price,
    pct,
  ])

describe('numbers', () => {
  test.each([
    ['1', '3', '0.333333333333'],
    ['2', '3', '0.666666666667'],
    ['-1', '8000000000000', '0'],
    ['-3', '8000000000000', '0'],
    ['5', '2000000000000', '0.000000000002'],
    ['7', '2000000000000', '0.000000000004'],
    ['-7', '2000000000000', '-0.000000000004'],
    ['100', '1', '100'],
  ])('%s / %s is rounded half-even to 12 decimals: %s', (n, d, text) => {
    expect(rounded({ n: BigInt(n), d: BigInt(d) })).toBe(text)
  })

  test('a decimal text is read exactly and printed plainly', () => {
    const printed = ['183.90', '-0.50', '1e-7', '.5', '+3', '100', '-0', '0.1234567890123456789'].map((text) =>
      plain(parse(text) as NonNullable<ReturnType<typeof parse>>),
    )
    expect(printed).toEqual(['183.9', '-0.5', '0.0000001', '0.5', '3', '100', '0', '0.1234567890123456789'])
    expect(['', 'NaN', 'abc', '1,000', undefined, '.'].map(parse)).toEqual([null, null, null, null, null, null])
  })
})

describe('a trade', () => {
  test('bought and sold: the example of INTERFACES.md, key by key', () => {
    const told = trades([
      fill('0000e0d5.69dd7411.01.01', 'BUY', '100', '183.11', 1, { permId: '71' }),
      commission('0000e0d5.69dd7411.01.01', '1.00'),
      mark('182.9', 5),
      mark('184.02', 7.5),
      fill('0000e0d5.69dd7412.01.01', 'SELL', '100', '183.90', 9, { permId: '72' }),
      commission('0000e0d5.69dd7412.01.01', '1.00'),
    ])
    expect(JSON.stringify(told)).toBe(
      JSON.stringify([
        {
          unit: 'ORDER',
          tradeId: 'ORDER:DU1:8314:0000e0d5.69dd7411.01',
          account: 'DU1',
          conId: 8314,
          symbol: 'IBM',
          side: 'LONG',
          status: 'CLOSED',
          quantity: '100',
          entryPrice: '183.11',
          exitPrice: '183.9',
          openedAt: '2013-10-07T13:30:01.000Z',
          closedAt: '2013-10-07T13:30:09.000Z',
          grossPnl: '79',
          commission: '2',
          netPnl: '77',
          mfePx: '184.02',
          mfeAt: '2013-10-07T13:30:07.500Z',
          maePx: '182.9',
          maeAt: '2013-10-07T13:30:05.000Z',
          mfePct: '0.496969035006',
          mfePctAt: '2013-10-07T13:30:07.500Z',
          maePct: '-0.114685161925',
          maePctAt: '2013-10-07T13:30:05.000Z',
          mfePnl: '91',
          mfePnlAt: '2013-10-07T13:30:07.500Z',
          maePnl: '-21',
          maePnlAt: '2013-10-07T13:30:05.000Z',
        },
      ]),
    )
  })

  test('scaled in: a percentage reached before the second lot keeps the entry of its moment', () => {
    const [trade] = trades([
      fill('a', 'BUY', '100', '100', 0, { permId: '1' }),
      mark('104.5', 1),
      fill('b', 'BUY', '300', '97.5', 2, { permId: '1' }),
      mark('98', 3),
      fill('c', 'SELL', '200', '99', 4, { permId: '2' }),
    ])
    expect(trade).toMatchObject({
      quantity: '400',
      entryPrice: '98.125',
      exitPrice: null,
      mfePct: '4.5',
      mfePctAt: at(1),
      maePct: '-0.636942675159',
      maePctAt: at(2),
    })
    // 100·4.5 = 450 at the mark; then 450 − 700 = −250 at the second lot; at 98: −200 + 150 = −50; at 99: 400·99 − 39,250 = 350, which is less than 450.
    expect(trade).toMatchObject({ mfePnl: '450', maePnl: '-250', maePnlAt: at(2), grossPnl: '350', maePx: '97.5', mfePx: '104.5' })
  })

  test('short: the best price is the lowest, and a trade that never left 0 is dated at its opening', () => {
    const [trade] = trades([fill('a', 'SELL', '10', '50', 0), mark('49', 1), mark('48', 2), mark('48', 3)])
    expect(trade).toMatchObject({
      side: 'SHORT',
      mfePx: '48',
      mfeAt: at(2),
      maePx: '50',
      maeAt: at(0),
      mfePct: '4',
      maePct: '0',
      maePctAt: at(0),
      grossPnl: '20',
      maePnl: '0',
      maePnlAt: at(0),
    })
  })

  test('a mark at the opening millisecond counts, one at the closing millisecond does not', () => {
    const [trade] = trades([mark('101', 0), fill('a', 'BUY', '1', '100', 0), fill('b', 'SELL', '1', '100', 1), mark('99', 1)])
    expect(trade).toMatchObject({ mfePx: '101', mfeAt: at(0), maePx: '100' })
  })

  test('reversal: split at zero, the commission pro rata, rounded once', () => {
    const told = trades(
      [
        fill('a', 'BUY', '1', '100', 0),
        commission('a', '0.5'),
        fill('b', 'SELL', '3', '101', 1),
        commission('b', '1'),
        fill('c', 'BUY', '2', '100', 2),
        commission('c', '0'),
      ],
      { unit: 'both' },
    )
    expect(told.map(({ tradeId, side, quantity, grossPnl, commission: paid, netPnl }) => [tradeId, side, quantity, grossPnl, paid, netPnl])).toEqual([
      ['ORDER:DU1:8314:a', 'LONG', '1', '1', '0.833333333333', '0.166666666667'],
      ['ROUND_TRIP:DU1:8314:a', 'LONG', '1', '1', '0.833333333333', '0.166666666667'],
      ['ORDER:DU1:8314:b', 'SHORT', '2', '2', '0.666666666667', '1.333333333333'],
      ['ROUND_TRIP:DU1:8314:b', 'SHORT', '2', '2', '0.666666666667', '1.333333333333'],
    ])
  })

  test('first in, first out, by trade: the oldest closes first with all its fills; a closed order that fills again opens a new trade', () => {
    const told = trades([
      fill('a', 'BUY', '1', '10', 0, { permId: '1' }),
      fill('b', 'BUY', '1', '11', 1, { orderId: '5', clientId: '7' }),
      fill('c', 'BUY', '1', '12', 2, { permId: '1' }),
      fill('d', 'SELL', '2', '13', 3, { permId: '9' }),
      fill('e', 'BUY', '1', '14', 4, { permId: '1' }),
      fill('f', 'BUY', '1', '15', 5, { permId: '0', orderId: '5', clientId: '7' }),
    ])
    expect(told.map(({ tradeId, status, quantity, entryPrice }) => [tradeId, status, quantity, entryPrice])).toEqual([
      ['ORDER:DU1:8314:a', 'CLOSED', '2', '11'],
      ['ORDER:DU1:8314:b', 'OPEN', '2', '13'],
      ['ORDER:DU1:8314:e', 'OPEN', '1', '14'],
    ])
  })

  test('an entry of 0 has no percentage', () => {
    const [trade] = trades([{ ...IBM, secType: 'BAG' }, fill('a', 'BUY', '1', '0', 0), mark('-0.5', 1), mark('0.5', 2)], { filter: 'none' })
    expect(trade).toMatchObject({ entryPrice: '0', mfePct: null, mfePctAt: null, maePct: null, mfePx: '0.5', maePx: '-0.5', mfePnl: '0.5', maePnl: '-0.5' })
  })
})

describe('corrections and commissions', () => {
  const first = fill('x.y.01.01', 'BUY', '2', '0.73', 0, { permId: '1' })
  const correction = fill('x.y.01.02', 'BUY', '1', '0.73', 60, { permId: '1' })

  test('a correction keeps the place of the first and takes everything else of the last; its commission adds up (CZR, 2026)', () => {
    const [trade] = trades([first, commission('x.y.01.01', '1.3666'), correction, commission('x.y.01.02', '-0.3333'), mark('0.75', 1)])
    expect(trade).toMatchObject({ tradeId: 'ORDER:DU1:8314:x.y.01', openedAt: at(0), quantity: '1', commission: '1.0333', grossPnl: '0.02', mfeAt: at(1) })
  })

  test('the correction may come first on the tape', () => {
    expect(trades([correction, first])).toEqual(trades([first, correction]))
  })

  test('quantity and price both change (USD.TWD, 2025)', () => {
    const [trade] = trades([fill('F.0.01.01', 'SELL', '1143.28313142', '30.3074532', 0), fill('F.0.01.02', 'SELL', '1145.929445', '30.2374637', 86_400)])
    expect(trade).toMatchObject({ side: 'SHORT', quantity: '1145.929445', entryPrice: '30.2374637', maePx: '30.2374637', grossPnl: '0', openedAt: at(0) })
  })

  test('a bust is no trade, and what it closed is open again', () => {
    const told = trades([
      first,
      fill('s.t.01.01', 'SELL', '2', '1', 5),
      fill('s.t.01.02', 'SELL', '0', '1', 6),
      commission('s.t.01.01', '5'),
      commission('x.y.01.01', '1'),
    ])
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject({ status: 'OPEN', quantity: '2', commission: '1' })
    expect(trades([fill('x.y.01.01', 'BUY', '0', '1', 0)])).toEqual([])
  })

  test('five segments, or a last one that is no number, are families of their own', () => {
    const ids = ['a.b.01.02.01', 'a.b.01.02.02', 'c.d.01.x1', 'c.d.01.x2']
    expect(trades(ids.map((id, i) => fill(id, 'BUY', '1', '10', i))).map((trade) => trade.tradeId)).toEqual(ids.map((id) => `ORDER:DU1:8314:${id}`))
  })

  test('a repeated id is ignored; the last commission of an exact id wins; a rebate is negative', () => {
    const [trade] = trades([first, first, commission('x.y.01.01', '1'), commission('x.y.01.01', '-0.25')])
    expect(trade).toMatchObject({ quantity: '2', commission: '-0.25', netPnl: '0.25' })
  })

  test('one unknown commission makes the trade unknown; another currency needs a rate known by then', () => {
    const rate = (seconds: number, base: string, quote: string) => ({ kind: 'fxRate', base, quote, rate: '1.25', at: at(seconds) })
    const inEuro = [first, commission('x.y.01.01', '1', { currency: 'EUR' })]
    expect(trades([first])[0]).toMatchObject({ commission: null, netPnl: null })
    expect(trades(inEuro)[0]).toMatchObject({ commission: null })
    expect(trades([...inEuro, rate(1, 'EUR', 'USD')])[0]).toMatchObject({ commission: null })
    expect(trades([...inEuro, rate(0, 'EUR', 'USD')])[0]).toMatchObject({ commission: '1.25', netPnl: '-1.25' })
    expect(trades([...inEuro, rate(-9, 'EUR', 'USD'), rate(-5, 'USD', 'EUR')])[0]).toMatchObject({ commission: '0.8' })
  })
})

describe('marks', () => {
  const bought = fill('a', 'BUY', '1', '100', 0)
  /** Highest and lowest price the trade knows. */
  const range = (rows: object[], options: Partial<NaiveInput> = {}) => trades([bought, ...rows], options).map(({ mfePx, maePx }) => `${maePx}..${mfePx}`)[0]

  test('refused in every mode: empty, not a number, suspicious, not above 0', () => {
    for (const filter of ['default', 'none'] as const) {
      expect(range([mark('', 1), mark('NaN', 2), mark('0', 3), mark('-1', 4), mark('90', 5, { suspicious: 1 })], { filter })).toBe('100..100')
    }
  })

  test('refused by default: prints nobody could have traded at, and crossed or wide quotes', () => {
    const rows = [
      mark('101', 1, { sale_condition_hex: '100000' }),
      mark('101', 2, { sale_condition_hex: '20000200' }),
      mark('101', 3, { unreported: true }),
      mark('101', 4, { pastLimit: true }),
      mark('101', 5, { halted: true }),
      { kind: 'mark', conId: 8314, bid: '102', ask: '101.5', at: at(6) },
      { kind: 'mark', conId: 8314, bid: '87', ask: '112.5', at: at(7) },
    ]
    expect(range(rows)).toBe('100..100')
    expect(range(rows, { filter: 'none' })).toBe('99.75..101.75')
    expect(range([mark('101', 1, { sale_condition_hex: '20002020' })])).toBe('100..101')
  })

  test('a jump waits for the next mark: confirmed it counts at its own instant, else it never was', () => {
    const confirmed = trades([bought, mark('100', 1), mark('106', 2), mark('105.5', 3)])[0]
    expect(confirmed).toMatchObject({ mfePx: '106', mfeAt: at(2), grossPnl: '5.5' })
    expect(range([mark('100', 1), mark('106', 2), mark('101', 3)])).toBe('100..101')
    expect(range([mark('100', 1), mark('106', 2)])).toBe('100..100')
    expect(range([mark('100', 1), mark('105', 2)])).toBe('100..105') // exactly 5 % is no jump
    expect(range([mark('70000', 1), mark('73500.000000001', 2)])).toBe('100..70000') // the least more than 5 % is one
    expect(range([mark('100', 1), mark('106', 2), mark('94', 3), mark('94.94', 4)])).toBe('94..100') // the second jump is judged afresh, and 1 % is near enough
    expect(range([mark('100', 1), mark('106', 2), mark('', 3), mark('106', 4)])).toBe('100..106') // what is no price is not the next mark
  })

  test('a jump is one only within 60 s of the last mark, and a repeat refreshes it', () => {
    expect(range([mark('100', 1), mark('106', 61.001)])).toBe('100..106')
    expect(range([mark('100', 1), mark('106', 61)])).toBe('100..100')
    expect(range([mark('100', 1), mark('100', 31), mark('106', 61.001)])).toBe('100..100')
  })

  test('--marks files: trades by price, quotes by mid; at one instant the tape is heard first', () => {
    const file = (columns: string[], rows: object[]) => ({ conId: 8314, csv: csvMarks(columns, rows as Record<string, unknown>[]) })
    const told = trades([bought, mark('101', 1)], {
      marks: [
        file(
          ['ts_ms', 'price', 'suspicious'],
          [
            { ts_ms: START + 1000, price: '101.50' },
            { ts_ms: START + 2000, price: '90', suspicious: '1' },
          ],
        ),
        file(
          ['ts_ms', 'bid', 'ask'],
          [
            { ts_ms: START + 1000, bid: '101.01', ask: '101.02' },
            { ts_ms: START + 1500, bid: '99', ask: '' },
          ],
        ),
      ],
    })
    expect(told[0]).toMatchObject({ mfePx: '101.5', maePx: '100', grossPnl: '1.015' })
  })
})

describe('rules', () => {
  const bought = fill('a', 'BUY', '1', '100', 0)

  test('each kind fires at equality, once', () => {
    const rows = [
      bought,
      mark('98', 1),
      mark('97', 2),
      mark('96', 3),
      mark('100.5', 4),
      mark('105', 5),
      mark('108', 6),
      mark('105.84', 7),
      mark('104', 8),
      mark('103', 9),
    ]
    expect(
      alerts(
        rows,
        { id: 'stop', kind: 'MAE_STOP', pct: '3' },
        { id: 'target', kind: 'MFE_TARGET', tiers: [{ pct: '5' }, { pct: '8' }, { pct: '9' }] },
        { id: 'trail', kind: 'TRAILING_STOP', pct: '2', armPct: '8' },
        { id: 'giveback', kind: 'GIVEBACK', fraction: '0.5', armPct: '2' },
      ),
    ).toEqual([
      ['stop', 0, 2, '97', '-3'],
      ['target', 0, 5, '105', '5'],
      ['target', 1, 6, '108', '8'],
      ['trail', 0, 7, '105.84', '5.84'],
      ['giveback', 0, 8, '104', '4'],
    ])
  })

  test('confirm counts looks in a row; a repeat is no look, unless an execution lies between', () => {
    const rule = { id: 'stop', kind: 'MAE_STOP', pct: '3', confirm: 2 }
    expect(alerts([bought, mark('97', 1), mark('98', 2), mark('96.5', 3), mark('96.5', 4)], rule)).toEqual([])
    expect(alerts([bought, mark('97', 1), mark('96.5', 2)], rule)).toEqual([['stop', 0, 2, '96.5', '-3.5']])
    const others = fill('b', 'BUY', '1', '97', 2, { account: 'DU2' })
    expect(alerts([bought, mark('97', 1), others, mark('97', 3)], rule)).toEqual([['stop', 0, 3, '97', '-3']])
  })

  test('the fact that closes a trade fires nothing', () => {
    expect(alerts([bought, fill('b', 'SELL', '1', '90', 1)], { id: 'stop', kind: 'MAE_STOP', pct: '3' })).toEqual([])
  })

  test('a deadline fires without a mark, after the facts of its instant, if the tape runs that far', () => {
    const slow = { id: 'slow', kind: 'TIME_STOP', after: 'PT30M', mfeBelowPct: '0.5' }
    const idle = { id: 'idle', kind: 'NO_PROGRESS', after: 'PT30M', resultBelowPct: '0.2' }
    expect(alerts([bought, mark('100.4', 1), mark('99', 2), gap(3, 1800)], slow, idle)).toEqual([
      ['slow', 0, 1800, '99', '0.4'],
      ['idle', 0, 1800, '99', '-1'],
    ])
    expect(alerts([bought, gap(3, 1799)], slow, idle)).toEqual([])
    expect(alerts([bought, mark('', 1800)], slow)).toHaveLength(1) // a refused mark moves the clock
    expect(alerts([bought, mark('100.5', 1800)], slow, idle)).toEqual([])
    expect(alerts([bought, fill('b', 'SELL', '1', '100', 1800)], slow, idle)).toEqual([])
    expect(alerts([bought, fill('b', 'SELL', '1', '100', 1801)], slow)).toEqual([['slow', 0, 1800, '100', '0']])
  })

  test('unit, scope and enabled choose the trades', () => {
    const stop = { kind: 'MAE_STOP', pct: '1' }
    const told = replay([bought, mark('98', 1)], { unit: 'both' }, [
      { id: 'order', ...stop },
      { id: 'trip', ...stop, unit: 'ROUND_TRIP' },
      { id: 'off', ...stop, enabled: false },
      { id: 'shorts', ...stop, scope: { sides: ['SHORT'] } },
      { id: 'ibm', ...stop, scope: { symbols: ['IBM'], accounts: ['DU1'], secTypes: ['STK'], sides: ['LONG'] } },
    ])
    expect(told.alerts.map(({ ruleId, tradeId }) => [ruleId, tradeId])).toEqual([
      ['order', 'ORDER:DU1:8314:a'],
      ['ibm', 'ORDER:DU1:8314:a'],
      ['trip', 'ROUND_TRIP:DU1:8314:a'],
    ])
    expect(JSON.stringify(told.alerts[0])).toBe(
      '{"ruleId":"order","tier":0,"tradeId":"ORDER:DU1:8314:a","unit":"ORDER","account":"DU1","conId":8314,"at":"2013-10-07T13:30:01.000Z","price":"98","pct":"-2"}',
    )
  })
})

describe('rules in currency and in R', () => {
  // 100 shares at 100 with a stop at 98: 1 R is 200.
  const bought = fill('a', 'BUY', '100', '100', 0, { orderRef: 'gap stop=98' })

  test('an amount is of the gross running result, what was taken already included', () => {
    const rows = [bought, mark('101', 1), fill('b', 'SELL', '50', '102', 2, { permId: '9' }), mark('99', 3), mark('96.99', 4)]
    // 100 at the mark; 200 at the exit; 100 − 50 = 50 at 99; 100 − 150.5 = −50.5 at 96.99.
    expect(
      alerts(
        rows,
        { id: 'target', kind: 'MFE_TARGET', tiers: [{ amount: '100' }, { amount: '200' }, { amount: '200.01' }] },
        { id: 'trail', kind: 'TRAILING_STOP', amount: '150', armAmount: '200' },
        { id: 'giveback', kind: 'GIVEBACK', fraction: '0.75', armAmount: '150' },
        { id: 'stop', kind: 'MAE_STOP', amount: '50.5' },
        { id: 'deeper', kind: 'MAE_STOP', amount: '50.51' },
      ),
    ).toEqual([
      ['target', 0, 1, '101', '1'],
      ['target', 1, 2, '102', '2'],
      ['trail', 0, 3, '99', '-1'],
      ['giveback', 0, 3, '99', '-1'],
      ['stop', 0, 4, '96.99', '-3.01'],
    ])
  })

  test('R is what the entry risked, and a rule in R says nothing of a trade without a stop', () => {
    const rules = [
      { id: 'stop', kind: 'MAE_STOP', r: '1' },
      { id: 'target', kind: 'MFE_TARGET', tiers: [{ r: '0.5' }, { r: '1' }] },
      { id: 'slow', kind: 'TIME_STOP', after: 'PT10S', mfeBelowR: '1' },
    ]
    const rows = [mark('101', 1), mark('101.99', 2), mark('98.01', 3), mark('98', 4), gap(5, 10)]
    expect(alerts([bought, ...rows], ...rules)).toEqual([
      ['target', 0, 1, '101', '1'],
      ['stop', 0, 4, '98', '-2'],
      ['slow', 0, 10, '98', '1.99'],
    ])
    expect(alerts([{ ...bought, orderRef: 'gap' }, ...rows], ...rules)).toEqual([])
  })

  test('a stop set later is the risk from then on: what was reached before is said at the next mark', () => {
    const plan = { kind: 'plan', executionId: 'a', stop: '98', at: at(2) }
    const rows = [fill('a', 'BUY', '100', '100', 0), mark('104', 1), plan, mark('103', 3)]
    expect(alerts(rows, { id: 'target', kind: 'MFE_TARGET', tiers: [{ r: '2' }] })).toEqual([['target', 0, 3, '103', '4']])
  })
})

describe('a rule that repeats itself', () => {
  const bought = fill('a', 'BUY', '1', '100', 0)
  const seconds = (...rule: object[]) =>
    alerts([bought, mark('96', 1), mark('95', 2), mark('98', 3), mark('96', 4), mark('98', 5), mark('96', 9), mark('95', 11)], ...rule).map((alert) => alert[2])
  const stop = { id: 'stop', kind: 'MAE_STOP', pct: '3' }

  test('fires again where its condition ceased to hold on a look in between', () => {
    expect(seconds(stop)).toEqual([1])
    expect(seconds({ ...stop, repeat: true })).toEqual([1, 4, 9])
    expect(seconds({ ...stop, repeat: 2 })).toEqual([1, 4])
    expect(seconds({ ...stop, repeat: true, confirm: 2 })).toEqual([2, 11])
  })

  test('and the cooldown has passed; where it holds then, at the first look after it', () => {
    expect(seconds({ ...stop, repeat: true, cooldown: 'PT3S' })).toEqual([1, 4, 9])
    expect(seconds({ ...stop, repeat: true, cooldown: 'PT4S' })).toEqual([1, 9])
    expect(seconds({ ...stop, repeat: true, cooldown: 'PT10S' })).toEqual([1, 11])
  })

  test('what has been reached stays reached: a target does not repeat itself', () => {
    expect(alerts([bought, mark('105', 1), mark('100', 2), mark('106', 3)], { id: 'target', kind: 'MFE_TARGET', pct: '5', repeat: true })).toHaveLength(1)
  })
})

describe('a rule limited to sessions', () => {
  // The regular session begins at the very second 0 and lasts a minute.
  const told = { ...IBM, timeZone: 'US/Eastern', tradingHours: '20131007:0400-20131007:1000', liquidHours: '20131007:0930-20131007:0931' }
  const bought = fill('a', 'BUY', '1', '100', -30)
  const rows = [told, bought, mark('102', -20), mark('97', -10), mark('96.9', 10), mark('96.5', 60), mark('96', 90)]
  const within = (sessions: string[], rule: object) => alerts(rows, { id: 'x', ...rule, scope: { sessions } }).map((alert) => alert[2])

  test('does not look outside them, so many marks there may be', () => {
    const stop = { kind: 'MAE_STOP', pct: '3' }
    expect(within(['REGULAR'], stop)).toEqual([10])
    expect(within(['PRE'], stop)).toEqual([-10])
    expect(within(['POST'], stop)).toEqual([60])
    expect(within(['OVERNIGHT'], stop)).toEqual([])
    // What it does not look at neither counts nor interrupts.
    expect(within(['PRE', 'POST'], { ...stop, confirm: 2 })).toEqual([60])
    expect(within(['PRE', 'POST'], { ...stop, confirm: 3 })).toEqual([90])
  })

  test('arms at a look inside; the best price outside counts', () => {
    expect(within(['REGULAR'], { kind: 'TRAILING_STOP', pct: '5', armPct: '2' })).toEqual([10])
  })

  test('a deadline outside them says nothing', () => {
    expect(within(['REGULAR'], { kind: 'TIME_STOP', after: 'PT1M', mfeBelowPct: '5' })).toEqual([30])
    expect(within(['REGULAR'], { kind: 'TIME_STOP', after: 'PT95S', mfeBelowPct: '5' })).toEqual([])
  })

  test('on the session clock time passes in the regular session only', () => {
    expect(alerts(rows, { id: 'x', kind: 'TIME_STOP', after: 'PT45S', mfeBelowPct: '5', clock: 'session' }).map((alert) => alert[2])).toEqual([45])
  })

  test('where the hours are not known it never looks', () => {
    const unknown = alerts(rows.slice(1), { id: 'x', kind: 'MAE_STOP', pct: '3', scope: { sessions: ['REGULAR', 'PRE', 'POST', 'OVERNIGHT'] } })
    expect(unknown).toEqual([])
  })
})

test('law: on any tape MAE ≤ result ≤ MFE, and where all is closed the orders of a contract add up to its round trips', () => {
  fc.assert(
    fc.property(replayInputs(), (input) => {
      const { trades: told } = naiveReplay({ ...input, unit: 'both' })
      const sums = new Map<string, number>()
      const open = new Set(told.filter((trade) => trade.status === 'OPEN').map((trade) => `${trade.account} ${trade.conId}`))
      // Held trades stand outside round trips.
      const isHeld = input.tapes.flat().some((line) => /"kind":"(adopt|hold)"/.test(line))
      for (const trade of told) {
        expect(Number(trade.maePnl)).toBeLessThanOrEqual(Math.min(0, Number(trade.grossPnl)))
        expect(Number(trade.mfePnl)).toBeGreaterThanOrEqual(Math.max(0, Number(trade.grossPnl)))
        expect(Number(trade.mfePct ?? 0)).toBeGreaterThanOrEqual(0)
        const contract = `${trade.account} ${trade.conId}`
        sums.set(contract, (sums.get(contract) ?? 0) + Number(trade.grossPnl) * (trade.unit === 'ORDER' ? 1 : -1))
      }
      for (const [contract, difference] of sums) if (!isHeld && !open.has(contract)) expect(Math.abs(difference)).toBeLessThan(1e-6)
    }),
    { numRuns: 200 },
  )
})
