// The traps of trade building and the chains of corrections that brokers really sent, one short case each: a tape, and the trades it makes.
// Every line stands a second after the one before it, unless it says another instant.
import { describe, expect, test } from 'vitest'
import type { Fact } from '#core/facts.ts'
import type { Quote } from '#core/mark.ts'
import { Replay } from '#core/replay.ts'
import { parseLine } from '#core/tape.ts'
import type { Trade, Unit } from '#core/trade.ts'

type Line = Readonly<Record<string, unknown>>

const START = Date.UTC(2013, 9, 7, 13, 30)
/** Seconds after 13:30:00. */
const at = (second: number) => new Date(START + second * 1000).toISOString()

const STOCK = 1
const OPTION = 2
const COMBO = 3
const CURRENCY = 4
const FUTURE = 5
const INSTRUMENTS: readonly Line[] = [
  { kind: 'instrument', conId: STOCK, symbol: 'IBM', secType: 'STK', currency: 'USD' },
  { kind: 'instrument', conId: OPTION, symbol: 'IBM', secType: 'OPT', currency: 'USD', multiplier: '100', right: 'C', strike: '50' },
  { kind: 'instrument', conId: COMBO, symbol: 'IBM', secType: 'BAG', currency: 'USD', multiplier: '100' },
  { kind: 'instrument', conId: CURRENCY, symbol: 'USD.TWD', secType: 'CASH', currency: 'TWD' },
  { kind: 'instrument', conId: FUTURE, symbol: 'ES', secType: 'FUT', currency: 'USD', multiplier: '50' },
]

const buy = (quantity: number, price: number | string, more: Line = {}): Line => ({ kind: 'execution', side: 'BUY', quantity, price, ...more })
const sell = (quantity: number, price: number | string, more: Line = {}): Line => ({ kind: 'execution', side: 'SELL', quantity, price, ...more })
const mark = (price: number, more: Line = {}): Line => ({ kind: 'mark', price, ...more })
const cost = (executionId: string, amount: number, currency = 'USD'): Line => ({ kind: 'commission', executionId, amount, currency })
const adopt = (quantity: number, price: number, reason = 'POSITION', more: Line = {}): Line => ({ kind: 'adopt', quantity, price, reason, ...more })
const settle = (quantity: number, price: number, reason: string, more: Line = {}): Line => ({ kind: 'settlement', quantity, price, reason, ...more })
const split = (ratio: number): Line => ({ kind: 'split', ratio })
const cancel = (executionId: string): Line => ({ kind: 'cancel', executionId })
const bar = (from: number, to: number, high: number, low: number): Line => ({ kind: 'bar', from: at(from), to: at(to), high, low })
const range = (high: number, low: number): Line => ({ kind: 'dayRange', high, low })
const order = (permId: number): Line => ({ permId: String(permId) })
const of = (conId: number): Line => ({ conId })

/** Given these lines, when they are replayed: the trades. */
function when(given: readonly Line[]): readonly Trade[] {
  const facts: Fact[] = []
  const quotes: { conId: number; quote: Quote }[] = []
  const lines = given.map((line, second) => ({ account: 'DU1', conId: STOCK, at: at(second), executionId: `fill ${second}`, ...line }))
  for (const line of [...INSTRUMENTS, ...lines]) {
    const told = parseLine(JSON.stringify(line))
    if ('refused' in told) throw new Error(told.refused)
    if (told.kind === 'quote') quotes.push(told)
    else facts.push(told)
  }
  const replay = new Replay(facts, { filter: 'none', rules: [] })
  for (const { conId, quote } of quotes.sort((a, b) => a.quote.at - b.quote.at)) replay.quote(conId, quote)
  return replay.finish().trades
}

function only(given: readonly Line[], unit: Unit = 'ORDER'): Trade {
  const [trade, ...others] = when(given).filter((one) => one.unit === unit)
  if (trade === undefined || others.length > 0) throw new Error(`expected one ${unit} trade, found ${others.length + (trade === undefined ? 0 : 1)}`)
  return trade
}

/** 'LONG 100 @ 10 → 11 = 100, net 98'; a trade still open says how much of it is. */
function say({ side, held, quantity, openQuantity, entryPrice, exitPrice, grossPnl, netPnl }: Trade): string {
  const size = `${side}${held ? ' held' : ''} ${quantity} @ ${entryPrice}`
  const end = exitPrice === null ? `, ${openQuantity} open` : ` → ${exitPrice}`
  return `${size}${end} = ${grossPnl}${netPnl === null ? '' : `, net ${netPnl}`}`
}

interface Story {
  readonly story: string
  readonly given: readonly Line[]
  readonly orders: readonly string[]
  /** As the orders, where it does not say. */
  readonly trips?: readonly string[]
}

function tellAll(stories: readonly Story[]): void {
  test.each(stories)('$story', ({ given, orders, trips = orders }) => {
    const trades = when(given)
    expect({ orders: trades.filter(({ unit }) => unit === 'ORDER').map(say), trips: trades.filter(({ unit }) => unit === 'ROUND_TRIP').map(say) }).toEqual({
      orders,
      trips,
    })
  })
}

describe('orders and round trips', () => {
  tellAll([
    {
      story: 'a reversal is split at zero, its commission pro rata; the new trade starts fresh',
      given: [buy(100, 10), sell(150, 11), cost('fill 0', 1), cost('fill 1', 1.5)],
      orders: ['LONG 100 @ 10 → 11 = 100, net 98', 'SHORT 50 @ 11, 50 open = 0, net -0.5'],
    },
    {
      story: 'closed and opened again on one day: two trades',
      given: [buy(100, 10, order(1)), sell(100, 11, order(2)), buy(100, 12, order(3)), sell(100, 11, order(4))],
      orders: ['LONG 100 @ 10 → 11 = 100', 'LONG 100 @ 12 → 11 = -100'],
    },
    {
      story: 'two accounts know nothing of each other',
      given: [buy(100, 10), sell(100, 11, { account: 'DU2' })],
      orders: ['LONG 100 @ 10, 100 open = 0', 'SHORT 100 @ 11, 100 open = 0'],
    },
    {
      story: 'two orders filled by turns: the older one closes first, with all its fills so far',
      given: [buy(100, 10, order(1)), buy(100, 12, order(2)), buy(100, 11, order(1)), sell(150, 13, order(3))],
      orders: ['LONG 200 @ 10.5, 50 open = 500', 'LONG 100 @ 12, 100 open = 0'],
      trips: ['LONG 300 @ 11, 150 open = 600'],
    },
    {
      story: 'one fill closes several orders, the last of them in part',
      given: [buy(10, 10, order(1)), buy(10, 11, order(2)), buy(10, 12, order(3)), sell(25, 13, order(4))],
      orders: ['LONG 10 @ 10 → 13 = 30', 'LONG 10 @ 11 → 13 = 20', 'LONG 10 @ 12, 5 open = 10'],
      trips: ['LONG 30 @ 11, 5 open = 60'],
    },
    {
      story: 'an order that fills on after its trade went flat begins another',
      given: [buy(100, 10, order(1)), sell(100, 11, order(2)), buy(50, 12, order(1))],
      orders: ['LONG 100 @ 10 → 11 = 100', 'LONG 50 @ 12, 50 open = 0'],
    },
    {
      story: 'scaled in and out',
      given: [buy(100, 10, order(1)), buy(100, 12, order(1)), sell(50, 13, order(2)), sell(150, 9, order(2))],
      orders: ['LONG 200 @ 11 → 10 = -200'],
    },
    {
      story: 'fractions of a share',
      given: [buy(0.25, 100, order(1)), buy(0.75, 104, order(1)), sell(1, 105, order(2))],
      orders: ['LONG 1 @ 103 → 105 = 2'],
    },
    {
      story: 'an option counts a hundred times its price',
      given: [buy(2, 1.5, of(OPTION)), sell(2, 2.25, of(OPTION))],
      orders: ['LONG 2 @ 1.5 → 2.25 = 150'],
    },
    {
      story: 'a future, short',
      given: [sell(1, 1700.25, of(FUTURE)), buy(1, 1699, of(FUTURE))],
      orders: ['SHORT 1 @ 1700.25 → 1699 = 62.5'],
    },
    {
      story: 'a combo bought for a credit',
      given: [buy(1, -3.2, of(COMBO)), sell(1, -3, of(COMBO))],
      orders: ['LONG 1 @ -3.2 → -3 = 20'],
    },
    {
      story: 'a combo for nothing',
      given: [buy(1, 0, of(COMBO)), sell(1, 0.5, of(COMBO))],
      orders: ['LONG 1 @ 0 → 0.5 = 50'],
    },
    {
      story: 'currencies, to the last digit',
      given: [sell(1145.929445, '30.2374637', of(CURRENCY)), buy(1145.929445, '30.2274637', of(CURRENCY))],
      orders: ['SHORT 1145.929445 @ 30.2374637 → 30.2274637 = 11.45929445'],
    },
    {
      story: 'out of order: the line that comes last on the tape came first',
      given: [sell(100, 11, { at: at(5) }), buy(100, 10, { at: at(1) })],
      orders: ['LONG 100 @ 10 → 11 = 100'],
    },
    {
      story: 'told twice is told once',
      given: [buy(100, 10, { executionId: 'x' }), buy(100, 10, { executionId: 'x' }), sell(100, 11)],
      orders: ['LONG 100 @ 10 → 11 = 100'],
    },
  ])
})

describe('commissions', () => {
  tellAll([
    {
      story: 'a rebate is a gain',
      given: [buy(100, 10), sell(100, 11), cost('fill 0', -0.25), cost('fill 1', 1)],
      orders: ['LONG 100 @ 10 → 11 = 100, net 99.25'],
    },
    {
      story: 'one that has not come leaves the net result unknown',
      given: [buy(100, 10), sell(100, 11), cost('fill 0', 1)],
      orders: ['LONG 100 @ 10 → 11 = 100'],
    },
    {
      story: 'in another currency without a rate: unknown',
      given: [buy(100, 10), sell(100, 11), cost('fill 0', 1, 'EUR'), cost('fill 1', 1)],
      orders: ['LONG 100 @ 10 → 11 = 100'],
    },
    {
      story: 'in another currency, by the last rate before the fill',
      given: [
        { kind: 'fxRate', base: 'EUR', quote: 'USD', rate: '1.25' },
        { kind: 'fxRate', base: 'EUR', quote: 'USD', rate: '1.5', at: at(9) },
        ...[buy(100, 10), sell(100, 11), cost('fill 2', 2, 'EUR'), cost('fill 3', 1)],
      ],
      orders: ['LONG 100 @ 10 → 11 = 100, net 96.5'],
    },
    {
      story: 'by the rate the other way round',
      given: [{ kind: 'fxRate', base: 'USD', quote: 'EUR', rate: '0.8' }, buy(100, 10), sell(100, 11), cost('fill 1', 2, 'EUR'), cost('fill 2', 1)],
      orders: ['LONG 100 @ 10 → 11 = 100, net 96.5'],
    },
  ])
})

describe('corrections that brokers really sent (reference/ibkr.md, 3.2)', () => {
  const nothing: readonly string[] = []
  tellAll([
    {
      story: 'CZR, 2026: two became one, and the second line brought back a part of the commission',
      given: [
        buy(2, 0.73, { conId: OPTION, executionId: 'c.z.r.01' }),
        ...[cost('c.z.r.01', 1.3666), cancel('c.z.r.01')],
        buy(1, 0.73, { conId: OPTION, executionId: 'c.z.r.02', at: at(0) }),
        cost('c.z.r.02', -0.3333),
      ],
      orders: ['LONG 1 @ 0.73, 1 open = 0, net -1.0333'],
    },
    {
      story: 'CZR as the API shows it, with the fill beside it: no cancel, only the higher number',
      given: [
        buy(1, 0.73, { conId: OPTION, executionId: 'c.z.r.02', ...order(1) }),
        buy(2, 0.73, { conId: OPTION, executionId: 'c.z.r.01', at: at(0), ...order(1) }),
        buy(1, 0.73, { conId: OPTION, executionId: 'c.z.s.01', ...order(1) }),
        ...[cost('c.z.r.01', 1.3666), cost('c.z.r.02', -0.3333), cost('c.z.s.01', 0.3333)],
      ],
      orders: ['LONG 2 @ 0.73, 2 open = 0, net -1.3666'],
    },
    {
      story: 'USD.TWD, 2025: a day later both quantity and price were others',
      given: [
        sell(1143.28313142, '30.3074532', { conId: CURRENCY, executionId: 'p.p.28.01' }),
        cancel('p.p.28.01'),
        sell(1145.929445, '30.2374637', { conId: CURRENCY, executionId: 'p.p.28.02', at: at(86_400) }),
        ...[cost('p.p.28.01', 0, 'TWD'), cost('p.p.28.02', 0, 'TWD')],
      ],
      orders: ['SHORT 1145.929445 @ 30.2374637, 1145.929445 open = 0, net 0'],
    },
    {
      story: 'a stock cancelled and booked again: the commission was paid once',
      given: [
        buy(5000, 0.32, { executionId: 'p.p.5915.01' }),
        ...[cost('p.p.5915.01', 6), cancel('p.p.5915.01')],
        buy(5000, 0.32, { executionId: 'p.p.5915.02', at: at(0) }),
        cost('p.p.5915.02', 0),
      ],
      orders: ['LONG 5000 @ 0.32, 5000 open = 0, net -6'],
    },
    {
      story: '7CD: the same, forty shares',
      given: [
        buy(40, 7, { executionId: 'd.r.7.01' }),
        ...[cost('d.r.7.01', 1.25), cancel('d.r.7.01')],
        buy(40, 7, { executionId: 'd.r.7.02', at: at(0) }),
        cost('d.r.7.02', 0),
      ],
      orders: ['LONG 40 @ 7, 40 open = 0, net -1.25'],
    },
    {
      story: 'SSRAP, 2015: cancelled the next day and never booked again; nothing was traded',
      given: [sell(100, 16.2, { executionId: 's.s.r.01' }), cost('s.s.r.01', 0.28696525), { ...cancel('s.s.r.01'), at: at(86_400) }],
      orders: nothing,
    },
    {
      story: 'a bust of quantity 0: what it had closed is open again',
      given: [buy(100, 10), sell(100, 11, { executionId: 'b.u.s.01' }), sell(0, 11, { executionId: 'b.u.s.02' })],
      orders: ['LONG 100 @ 10, 100 open = 0'],
    },
    {
      story: 'a cancel may come before what it cancels',
      given: [cancel('x.y.z.01'), buy(100, 10), sell(100, 11, { executionId: 'x.y.z.01' })],
      orders: ['LONG 100 @ 10, 100 open = 0'],
    },
    {
      story: 'an id of five segments is nobody’s correction',
      given: [buy(1, 10, { executionId: 'a.b.c.01.01', ...order(1) }), buy(1, 12, { executionId: 'a.b.c.01.02', ...order(1) })],
      orders: ['LONG 2 @ 11, 2 open = 2'],
    },
    {
      story: 'corrected to the other side: it opens what it had closed',
      given: [buy(100, 10, order(1)), sell(100, 11, { executionId: 'o.s.1.01' }), buy(100, 12, { executionId: 'o.s.1.02', ...order(1) })],
      orders: ['LONG 200 @ 11, 200 open = 200'],
    },
  ])
})

describe('what moves without an execution', () => {
  const none: readonly string[] = []
  tellAll([
    {
      story: 'an option that expires is worth nothing; nobody charges for it',
      given: [buy(2, 1.5, of(OPTION)), cost('fill 0', 1.3), settle(-2, 0, 'EXPIRY', of(OPTION))],
      orders: ['LONG 2 @ 1.5 → 0 = -300, net -301.3'],
    },
    {
      story: 'exercised at its intrinsic value; the shares it brings are held, and no trade of the day',
      given: [buy(1, 2, of(OPTION)), settle(-1, 6, 'EXERCISE', of(OPTION)), adopt(100, 50, 'EXERCISE')],
      orders: ['LONG 1 @ 2 → 6 = 400', 'LONG held 100 @ 50, 100 open = 0, net 0'],
      trips: ['LONG 1 @ 2 → 6 = 400'],
    },
    {
      story: 'a short call assigned: the shares go short',
      given: [sell(1, 2, of(OPTION)), settle(1, 5, 'ASSIGNMENT', of(OPTION)), adopt(-100, 50, 'ASSIGNMENT')],
      orders: ['SHORT 1 @ 2 → 5 = -300', 'SHORT held 100 @ 50, 100 open = 0, net 0'],
      trips: ['SHORT 1 @ 2 → 5 = -300'],
    },
    {
      story: 'a covered call assigned takes the held shares away',
      given: [adopt(100, 40), sell(1, 2, of(OPTION)), settle(1, 0, 'ASSIGNMENT', of(OPTION)), settle(-100, 50, 'ASSIGNMENT')],
      orders: ['LONG held 100 @ 40 → 50 = 1000, net 1000', 'SHORT 1 @ 2 → 0 = 200'],
      trips: ['SHORT 1 @ 2 → 0 = 200'],
    },
    {
      story: 'a reverse split, and cash for the half share it leaves',
      given: [buy(15, 2), split(0.1), settle(-0.5, 21, 'CASH_IN_LIEU')],
      orders: ['LONG 1.5 @ 20, 1 open = 1.5'],
    },
    {
      story: 'shares that were transferred in are sold: no phantom short',
      given: [adopt(100, 40, 'TRANSFER'), sell(100, 45), cost('fill 1', 1)],
      orders: ['LONG held 100 @ 40 → 45 = 500, net 499'],
      trips: none,
    },
    {
      story: 'two lots transferred in at one instant are two; the older, as told, closes first',
      given: [adopt(100, 40, 'TRANSFER'), adopt(50, 30, 'TRANSFER', { at: at(0) }), sell(120, 45)],
      orders: ['LONG held 100 @ 40 → 45 = 500', 'LONG held 50 @ 30, 30 open = 750'],
      trips: none,
    },
    {
      story: 'an adoption told twice is one',
      given: [adopt(100, 40), adopt(100, 40, 'POSITION', { at: at(0) })],
      orders: ['LONG held 100 @ 40, 100 open = 0, net 0'],
      trips: none,
    },
    { story: 'shares transferred out close what was open', given: [buy(100, 40), settle(-100, 42, 'TRANSFER_OUT')], orders: ['LONG 100 @ 40 → 42 = 200'] },
    {
      story: 'more goes out than was known: nothing opens',
      given: [buy(100, 40), settle(-150, 42, 'TRANSFER_OUT'), buy(10, 43)],
      orders: ['LONG 100 @ 40 → 42 = 200', 'LONG 10 @ 43, 10 open = 0'],
    },
    { story: 'an expiry of what nobody had is nothing', given: [settle(-1, 0, 'EXPIRY', of(OPTION))], orders: none },
    {
      story: 'a split of four for one between the entry and the exit',
      given: [buy(100, 100), split(4), sell(400, 25.5)],
      orders: ['LONG 400 @ 25 → 25.5 = 200'],
    },
    {
      story: 'a split told twice is one; the next is another',
      given: [buy(100, 100), split(2), { ...split(2), at: at(1) }, split(2)],
      orders: ['LONG 400 @ 25, 400 open = 0'],
    },
    { story: 'a split nobody lived through changes nothing', given: [buy(1, 8), sell(1, 9), split(4)], orders: ['LONG 1 @ 8 → 9 = 1'] },
    {
      story: 'half sold before the split, half after: all told in the units of the end',
      given: [buy(100, 100), sell(50, 200), split(2), sell(100, 110)],
      orders: ['LONG 200 @ 50 → 105 = 11000'],
    },
    {
      story: 'a correction of a fill before the split is in the units of that day',
      given: [buy(100, 100, { executionId: 'k.k.k.01' }), split(4), buy(50, 100, { executionId: 'k.k.k.02' }), sell(200, 26)],
      orders: ['LONG 200 @ 25 → 26 = 200'],
    },
  ])
})

describe('held beside the day', () => {
  tellAll([
    {
      story: 'a day trade beside an adopted position: each its own',
      given: [adopt(100, 40), buy(50, 41, order(1)), sell(50, 42, order(2))],
      orders: ['LONG held 100 @ 40, 100 open = 0, net 0', 'LONG 50 @ 41 → 42 = 50'],
      trips: ['LONG 50 @ 41 → 42 = 50'],
    },
    {
      story: 'sold more than the day bought: the rest comes from the held one, and the round trip ends flat',
      given: [adopt(100, 40), buy(50, 41, order(1)), sell(70, 42, order(2)), cost('fill 1', 1), cost('fill 2', 0.7)],
      orders: ['LONG held 100 @ 40, 80 open = 200, net 199.8', 'LONG 50 @ 41 → 42 = 50, net 48.5'],
      trips: ['LONG 50 @ 41 → 42 = 50, net 48.5'],
    },
    {
      story: 'held by a line: it is closed last, though it is the oldest',
      given: [buy(100, 10, { executionId: 'long' }), buy(10, 11), sell(10, 12), { kind: 'hold', executionId: 'long' }],
      orders: ['LONG held 100 @ 10, 100 open = 0', 'LONG 10 @ 11 → 12 = 10'],
      trips: ['LONG 10 @ 11 → 12 = 10'],
    },
    {
      story: 'a second fill of a held order is held with it',
      given: [buy(100, 10, { executionId: 'long', ...order(1) }), buy(100, 12, order(1)), { kind: 'hold', executionId: 'long' }],
      orders: ['LONG held 200 @ 11, 200 open = 200'],
      trips: [],
    },
    {
      story: 'an exit that belongs to an entry closes that one first',
      given: [...[buy(100, 10, order(1)), buy(100, 12, order(2)), sell(100, 13, order(3))], { kind: 'link', exitPermId: '3', entryPermId: '2' }],
      orders: ['LONG 100 @ 10, 100 open = 0', 'LONG 100 @ 12 → 13 = 100'],
      trips: ['LONG 200 @ 11, 100 open = 400'],
    },
    {
      story: 'a linked exit that is larger than its entry goes on with the oldest',
      given: [{ kind: 'link', exitPermId: '3', entryPermId: '2' }, ...[buy(100, 10, order(1)), buy(100, 12, order(2)), sell(150, 13, order(3))]],
      orders: ['LONG 100 @ 10, 50 open = 300', 'LONG 100 @ 12 → 13 = 100'],
      trips: ['LONG 200 @ 11, 50 open = 400'],
    },
    {
      story: 'linked to an entry that is closed already: the oldest, as ever',
      given: [{ kind: 'link', exitPermId: '3', entryPermId: '9' }, ...[buy(100, 10, order(1)), buy(100, 12, order(2)), sell(100, 13, order(3))]],
      orders: ['LONG 100 @ 10 → 13 = 300', 'LONG 100 @ 12, 100 open = 0'],
      trips: ['LONG 200 @ 11, 100 open = 400'],
    },
    {
      story: 'a link may reach a held entry: the round trip does not see it',
      given: [
        { kind: 'hold', executionId: 'long' },
        { kind: 'link', exitPermId: '3', entryPermId: '1' },
        ...[buy(100, 10, { executionId: 'long', ...order(1) }), buy(100, 12, order(2)), sell(100, 13, order(3))],
      ],
      orders: ['LONG held 100 @ 10 → 13 = 300', 'LONG 100 @ 12, 100 open = 0'],
      trips: ['LONG 100 @ 12, 100 open = 0'],
    },
  ])

  test('an adopted trade says since when it is known', () => {
    expect(only([mark(39), adopt(100, 40)]).provenance).toMatchObject({ partialSince: START + 1000 })
  })
})

describe('excursions', () => {
  const views = ({ mfe, mae }: Trade) => ({ best: [mfe.price, mfe.pct, mfe.pnl].map(Number), worst: [mae.price, mae.pct, mae.pnl].map(Number) })

  test.each([
    [
      'a price seen before the second lot does not count for it',
      [buy(100, 100, order(1)), mark(104.5), buy(300, 97.5, order(1)), mark(98), sell(400, 99)],
      {
        best: [104.5, 4.5, 450],
        worst: [97.5, -0.636942675159, -250],
      },
    ],
    [
      'a mark at the opening millisecond counts, one at the closing millisecond does not',
      [buy(100, 100), mark(99, { at: at(0) }), mark(110), sell(100, 105), mark(120, { at: at(3) })],
      {
        best: [110, 10, 1000],
        worst: [99, -1, -100],
      },
    ],
    [
      'prices below zero: better is higher, and a percentage is of the size of the entry',
      [buy(1, -3.2, of(COMBO)), mark(-3.52, of(COMBO)), mark(-2.88, of(COMBO)), sell(1, -3, of(COMBO))],
      {
        best: [-2.88, 10, 32],
        worst: [-3.52, -10, -32],
      },
    ],
    [
      'other trades’ fills do not count',
      [buy(100, 100, order(1)), buy(100, 90, { account: 'DU2' }), sell(100, 101)],
      { best: [101, 1, 100], worst: [100, 0, 0] },
    ],
  ] as const)('%s', (_story, given, seen) => {
    const [trade] = when(given).filter(({ unit }) => unit === 'ORDER')
    expect(views(trade as Trade)).toEqual(seen)
  })

  test('a split of four for one: what was reached before it stays reached, in new units', () => {
    expect(views(only([buy(100, 100), mark(110), mark(98), split(4), mark(26), mark(24), sell(400, 25)]))).toEqual({
      best: [27.5, 10, 1000],
      worst: [24, -4, -400],
    })
    expect(views(only([buy(100, 100), mark(104), split(4), mark(26.5), sell(400, 25)]))).toEqual({ best: [26.5, 6, 600], worst: [25, 0, 0] })
  })

  test('a reverse split: a price ten times as high is no gain', () => {
    expect(views(only([buy(100, 2), mark(2.2), mark(1.9), split(0.1), mark(21), mark(20.5)]))).toEqual({ best: [22, 10, 20], worst: [19, -5, -10] })
  })

  test('three for one: the price has no end, the result stays to the cent', () => {
    expect(only([buy(100, 100), mark(100.1), split(3)])).toMatchObject({ quantity: '300', lastPrice: '33.3666666667', grossPnl: '10' })
    expect(only([buy(100, 100), mark(100.1), split(3), split(3)])).toMatchObject({ grossPnl: '10' })
    expect(only([buy(100, 100), mark(100.1), split(3), mark(33.4)])).toMatchObject({ grossPnl: '20' })
  })

  test('a bar that contains the entry is left out, and that is said; the next one counts', () => {
    const trade = only([mark(100), buy(100, 100), bar(0, 5, 107, 93), bar(5, 10, 104, 99)])
    expect(views(trade)).toEqual({ best: [104, 4, 400], worst: [99, -1, -100] })
    expect(trade.provenance).toMatchObject({ source: 'BAR', leftOut: 1 })
    expect(trade.mfe.at).toBe(START + 10_000)
  })

  test('a bar from the very second of the entry is left out: executions know whole seconds', () => {
    expect(only([buy(100, 100), bar(0, 5, 107, 93)]).provenance).toMatchObject({ source: 'ENTRY', leftOut: 1 })
  })

  test('a bar in which the trade grew is left out: nobody knows which size saw its high', () => {
    expect(views(only([buy(100, 100, order(1)), mark(100), buy(300, 100, order(1)), bar(1, 5, 110, 90)]))).toEqual({ best: [100, 0, 0], worst: [100, 0, 0] })
  })

  test('a bar that ends after the exit does not reach the trade', () => {
    expect(views(only([buy(100, 100), mark(101), sell(100, 102), bar(1, 5, 110, 90)]))).toEqual({ best: [102, 2, 200], worst: [100, 0, 0] })
  })

  test('the session’s range widens only who was open since it was told last, and only where it moved', () => {
    const trade = only([range(110, 90), buy(100, 100), range(111, 90), range(112, 90), range(112, 89)])
    expect(views(trade)).toEqual({ best: [112, 12, 1200], worst: [89, -11, -1100] })
    expect(trade.provenance).toMatchObject({ source: 'DAY_RANGE', leftOut: 1 })
  })

  test('a range that is said to stand says nothing of when; what moves from there on has moved since', () => {
    const stands = (high: number, low: number): Line => ({ kind: 'dayRange', high, low, stands: true })
    const trade = only([range(110, 90), buy(100, 100), stands(111, 89), range(111, 88)])
    expect(views(trade)).toEqual({ best: [100, 0, 0], worst: [88, -12, -1200] })
    expect(trade.provenance).not.toHaveProperty('leftOut')
  })

  test('the first range told says nothing of when; a narrower one is a new session', () => {
    expect(views(only([buy(100, 100), range(110, 90), range(105, 95)]))).toEqual({ best: [100, 0, 0], worst: [100, 0, 0] })
  })
})

describe('coverage', () => {
  const hours = (more: Line): Line => ({
    kind: 'instrument',
    conId: STOCK,
    symbol: 'IBM',
    secType: 'STK',
    currency: 'USD',
    timeZone: 'America/New_York',
    ...more,
  })
  const regular = hours({ liquidHours: '20131007:0930-20131007:1600;20131008:0930-20131008:1600' })
  const extended = hours({ liquidHours: '20131007:0930-20131007:1600', tradingHours: '20131007:0400-20131007:2000;20131008:0400-20131008:2000' })
  const gap = (from: string, to: string): Line => ({ kind: 'gap', conId: STOCK, from, to })
  const coverage = (...given: readonly Line[]) => only(given).provenance.coverage

  test.each([
    ['without a gap it is whole', [regular, buy(1, 10), sell(1, 11)], '1'],
    ['hours unknown: the wall clock', [buy(1, 10), gap('2013-10-07T13:30:01Z', '2013-10-07T13:30:02Z'), mark(10), mark(10), sell(1, 11)], '0.75'],
    [
      'overnight nobody trades: an hour of two hours of session was not heard',
      [regular, buy(1, 10, { at: '2013-10-07T19:00:00Z' }), gap('2013-10-07T19:30:00Z', '2013-10-08T14:00:00Z'), sell(1, 11, { at: '2013-10-08T14:30:00Z' })],
      '0.5',
    ],
    [
      'a gap in the night alone is none',
      [regular, buy(1, 10, { at: '2013-10-07T19:00:00Z' }), gap('2013-10-07T22:00:00Z', '2013-10-08T13:00:00Z'), sell(1, 11, { at: '2013-10-08T14:30:00Z' })],
      '1',
    ],
    [
      'extended hours are hours in which the contract trades, where they are told',
      [extended, buy(1, 10, { at: '2013-10-07T19:00:00Z' }), gap('2013-10-07T20:00:00Z', '2013-10-07T21:00:00Z'), sell(1, 11, { at: '2013-10-07T23:00:00Z' })],
      '0.75',
    ],
    [
      'two gaps that overlap are not counted twice',
      [buy(1, 10), gap('2013-10-07T13:30:01Z', '2013-10-07T13:30:03Z'), gap('2013-10-07T13:30:02Z', '2013-10-07T13:30:03Z'), mark(10), sell(1, 11)],
      '0.5',
    ],
    [
      'a life outside all sessions is measured on the wall clock',
      [regular, buy(1, 10, { at: '2013-10-07T21:00:00Z' }), gap('2013-10-07T21:00:00Z', '2013-10-07T21:30:00Z'), sell(1, 11, { at: '2013-10-07T22:00:00Z' })],
      '0.5',
    ],
  ] as const)('%s', (_story, given, share) => {
    expect(coverage(...given)).toBe(share)
  })
})
