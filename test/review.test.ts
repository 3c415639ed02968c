// The review of a day: what the model says, and what it refuses to say.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimal, plain } from '#core/decimal.ts'
import { type ReviewInput, reviewDay } from '#core/review.ts'
import { addDays } from '#core/session.ts'
import { alerts, at, DAY, everyTrade, future, givenBack, ibm, nvda, shortWon, sketch, stillOpen, turned, unmarked, withStop } from '#test/example-day.ts'

const input: ReviewInput = {
  day: DAY,
  trades: everyTrade.map((one) => one.trade),
  alerts,
  instruments: [ibm, nvda, future],
  trajectories: new Map(everyTrade.map((one) => [one.trade.tradeId, one.points])),
}
const review = reviewDay(input)
const du1 = review.accounts[0]
const of = (tradeId: string) => review.accounts.flatMap((account) => account.trades).find((trade) => trade.tradeId === tradeId)

describe('a day with a bit of everything', () => {
  test('accounts stand apart', () => {
    expect(review.accounts.map(({ account, mode, trades }) => [account, mode, trades.length])).toEqual([
      ['DU1', 'PAPER', 4],
      ['DU2', 'PAPER', 1],
    ])
  })

  test('one unknown commission makes the net of the day unknown, and winners are then told by the gross result', () => {
    expect(du1?.results).toEqual([
      expect.objectContaining({
        currency: 'USD',
        closed: 3,
        gross: '-170',
        net: null,
        commission: null,
        commissionsUnknown: 1,
        basis: 'gross',
        wins: 2,
        losses: 1,
        winRate: '66.666666666667',
        open: 1,
        openGross: '44',
      }),
    ])
  })

  test('given back: the best moment less the end, in currency and of the best', () => {
    expect(of(givenBack.trade.tradeId)).toMatchObject({
      pct: '1',
      gaveBack: '1278',
      gaveBackPct: '87.654320987654',
      mfe: { pct: '8.1' },
      section: 'CLOSED',
      r: '0.9',
    })
    expect(du1?.gaveBack[0]?.tradeId).toBe(turned.trade.tradeId)
  })

  test('a winner that became a loser is named', () => {
    expect(du1?.turned.map((trade) => trade.label)).toEqual(['ESZ6'])
  })

  test('an open trade has given back nothing yet', () => {
    expect(of(stillOpen.trade.tradeId)).toMatchObject({ section: 'OPENED', gaveBack: null, gaveBackPct: null, exitPrice: null })
  })

  test('a withdrawn alert did not fire; the others stand in the order of time', () => {
    expect(du1?.alerts.map((alert) => alert.ruleId)).toEqual(['trail', 'scale-out', 'scale-out', 'giveback'])
  })

  test('what was not seen is said', () => {
    expect(du1?.quality).toMatchObject({ trades: 4, fullyCovered: 3, commissionsUnknown: 1, sampled: 1, lowestCoverage: { symbol: 'ESZ6', coverage: '80' } })
    expect(du1?.quality.gaps).toHaveLength(1)
    expect(review.accounts[1]?.quality.unmarked).toEqual(['IBM'])
  })

  test('a trade that was never in profit had nothing to give back', () => {
    expect(of(unmarked.trade.tradeId)).toMatchObject({ gaveBack: null, gaveBackPct: null, capture: null })
    const loser = sketch({
      instrument: ibm,
      fills: [
        ['09:40:00', 50, '402.56'],
        ['10:50:00', -50, '386.81'],
      ],
      marks: [['09:41:00', '402.60']],
    })
    const review = reviewDay({ ...input, trades: [loser.trade] }).accounts[0]
    expect(review).toMatchObject({ gaveBack: [], turned: [], trades: [{ gaveBack: null, gaveBackPct: null }] })
  })

  test('but one that was up by what it risked had, however small that was', () => {
    const tight = { ...withStop(givenBack.trade, '179.5'), mfe: { ...givenBack.trade.mfe, pct: '0.3', pnl: '54' }, grossPnl: '-20' }
    expect(reviewDay({ ...input, trades: [tight] }).accounts[0]).toMatchObject({ gaveBack: [{ gaveBack: '74' }], turned: [{ tradeId: tight.tradeId }] })
  })

  test('what it kept of the range it saw: entry and exit efficiency, whose sum less one is the total', () => {
    const trade = { ...givenBack.trade, mfe: { ...givenBack.trade.mfe, pnl: '70' }, mae: { ...givenBack.trade.mae, pnl: '-35' }, grossPnl: '50' }
    const { efficiency, capture } = reviewDay({ ...input, trades: [trade] }).accounts[0]?.trades[0] ?? {}
    expect(efficiency).toEqual({ entry: '66.666666666667', exit: '80.952380952381', total: '47.619047619048' })
    expect(capture).toBe('71.428571428571')
  })

  test('how long it stood at its best round level', () => {
    const held = sketch({
      instrument: ibm,
      fills: [
        ['10:00:00', 10, '100'],
        ['11:00:00', -10, '101'],
      ],
      marks: [
        ['10:10:00', '108'],
        ['10:12:00', '108.9'],
        ['10:14:12', '107.99'],
        ['10:20:00', '108.2'],
        ['10:21:00', '104'],
      ],
    })
    const trajectories = new Map([[held.trade.tradeId, held.points]])
    const dwell = (trade = held.trade) => reviewDay({ ...input, trades: [trade], trajectories }).accounts[0]?.trades[0]?.dwell
    expect(dwell()).toEqual({ pct: '8', ms: (4 * 60 + 12 + 60) * 1000 })
    // What was not seen is not counted.
    const gaps = [{ from: at('10:13:00'), to: at('10:14:00') }]
    expect(dwell({ ...held.trade, provenance: { ...held.trade.provenance, gaps } })).toEqual({ pct: '8', ms: (3 * 60 + 12 + 60) * 1000 })
  })

  test('strategies have lines of their own', () => {
    expect(du1?.strategies.map(({ strategy, closed }) => [strategy, closed])).toEqual([
      ['breakout', 1],
      ['fade|*the* gap', 1],
      [null, 1],
    ])
  })

  test('only one account when asked', () => {
    expect(reviewDay({ ...input, account: 'DU2' }).accounts.map((account) => account.account)).toEqual(['DU2'])
  })
})

describe('days and trades', () => {
  test('a quiet day is quiet', () => {
    expect(reviewDay({ ...input, day: '2026-11-18' })).toMatchObject({ quiet: true, accounts: [] })
  })

  test('the day after: carried over, and closed trades are gone', () => {
    const next = reviewDay({ ...input, day: '2026-11-23' })
    expect(next.accounts.flatMap((account) => account.trades).map((trade) => [trade.symbol, trade.section])).toEqual([['NVDA', 'CARRIED']])
  })

  test('a held position stands outside the result', () => {
    const held = { ...stillOpen.trade, held: true }
    const only = reviewDay({ ...input, trades: [held] }).accounts[0]
    expect(only?.trades[0]?.section).toBe('HELD')
    expect(only?.results).toEqual([])
  })

  test('a day is told as it was, though the trade went on: what came later is unknown to it, what it reached itself is not', () => {
    const closedNextDay = {
      ...stillOpen.trade,
      status: 'CLOSED' as const,
      openQuantity: '0',
      exitPrice: '210',
      lastPrice: '210',
      closedAt: at('10:00:00', '2026-11-23'),
      updatedAt: at('10:00:00', '2026-11-23'),
      grossPnl: '556',
      mfe: {
        price: '210',
        at: at('10:00:00', '2026-11-23'),
        pct: '7.08',
        pctAt: at('10:00:00', '2026-11-23'),
        pnl: '556',
        pnlAt: at('10:00:00', '2026-11-23'),
      },
      fills: [
        ...stillOpen.trade.fills,
        { executionId: 'x', side: 'SELL' as const, role: 'EXIT' as const, quantity: '40', price: '210', at: at('10:00:00', '2026-11-23'), commission: '1' },
      ],
    }
    const trade = reviewDay({ ...input, trades: [closedNextDay] }).accounts[0]?.trades[0]
    expect(trade).toMatchObject({
      section: 'OPENED',
      openQuantity: '40',
      gross: '44',
      net: '43',
      lastPrice: '197.2',
      exitPrice: null,
      closedAt: null,
      mfe: { pct: stillOpen.trade.mfe.pct, price: '198.6', pctAt: stillOpen.trade.mfe.pctAt, pnl: stillOpen.trade.mfe.pnl },
      mae: { pct: stillOpen.trade.mae.pct },
    })
  })

  test('currencies are never added together', () => {
    const sterling = sketch({
      instrument: { ...ibm, conId: 1, currency: 'GBP', symbol: 'VOD' },
      fills: [
        ['09:40:00', 1, '70'],
        ['09:50:00', -1, '71'],
      ],
      marks: [],
    })
    expect(reviewDay({ ...input, trades: [...input.trades, sterling.trade] }).accounts[0]?.results.map((result) => result.currency)).toEqual(['GBP', 'USD'])
  })

  test('modes never mix: the same account live and on paper is two', () => {
    const live = { ...shortWon.trade, mode: 'LIVE' as const, tradeId: 'other' }
    expect(reviewDay({ ...input, trades: [live, givenBack.trade] }).accounts.map((account) => account.mode)).toEqual(['LIVE', 'PAPER'])
  })

  test('round trips are left to their own unit', () => {
    expect(reviewDay({ ...input, trades: [{ ...givenBack.trade, unit: 'ROUND_TRIP' }] }).quiet).toBe(true)
  })
})

test('law: the order in which trades are given changes nothing', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...input.trades], { minLength: input.trades.length }),
      fc.shuffledSubarray([...alerts], { minLength: alerts.length }),
      (trades, shuffled) => {
        expect(reviewDay({ ...input, trades, alerts: shuffled })).toEqual(review)
      },
    ),
  )
})

test('law: the gross result of a day is the sum over its closed trades, exactly', () => {
  const trades = fc.array(fc.tuple(fc.integer({ min: -10_000, max: 10_000 }), fc.constantFrom('USD', 'EUR')), { maxLength: 12 })
  fc.assert(
    fc.property(trades, (results) => {
      const made = results.map(([cents, currency], index) => ({ ...givenBack.trade, tradeId: `t${index}`, currency, grossPnl: plain(decimal(cents).div(100)) }))
      for (const { currency, gross } of reviewDay({ ...input, alerts: [], trades: made }).accounts[0]?.results ?? []) {
        const cents = results.filter((one) => one[1] === currency).reduce((sum, one) => sum + one[0], 0)
        expect(decimal(gross).times(100).toNumber()).toBe(cents)
      }
    }),
  )
})

test('law: nothing in a model is NaN, undefined or infinite', () => {
  const text = JSON.stringify([review, reviewDay({ ...input, day: addDays(DAY, 3) })], (_key, value) => (value === undefined ? 'undefined' : value))
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
})
