// The day's card: words and pictures of a review, byte for byte.
import { describe, expect, test } from 'vitest'
import type { Instrument } from '#core/facts.ts'
import { type Review, reviewDay } from '#core/review.ts'
import type { StoredTrade } from '#core/stored.ts'
import { alertText } from '#notes/alert.ts'
import { type Card, makeCard } from '#notes/card.ts'
import { tradeName } from '#notes/pictures.ts'
import { literal, money, price, signedMoney, signedPercent } from '#notes/format.ts'
import { readTemplates } from '#notes/templates.ts'
import { alerts, at, DAY, everyTrade, future, givenBack, ibm, nvda, sketch, stillOpen } from '#test/example-day.ts'

const english = await readTemplates('en')
const chinese = await readTemplates('zh')

function review(day = DAY, trades: readonly StoredTrade[] = everyTrade.map((one) => one.trade)): Review {
  return reviewDay({ day, trades, alerts, instruments: [ibm, nvda, future], trajectories: new Map(everyTrade.map((one) => [one.trade.tradeId, one.points])) })
}

function card(reviewed = review(), templates = english): Card {
  return makeCard({
    review: reviewed,
    templates,
    trajectories: new Map(everyTrade.map((one) => [one.trade.tradeId, one.points])),
    day: reviewed.day,
    trades: new Map(everyTrade.map((one) => [one.trade.tradeId, one.trade])),
    shadows: new Map(),
    instruments: new Map([ibm, nvda, future].map((instrument) => [instrument.conId, instrument])),
    rules: [],
    history: [],
    colours: 'western',
  })
}

test('the card of a day, in English', async () => {
  await expect(card().markdown).toMatchFileSnapshot('__snapshots__/card-en.md')
})

test('the card of a day, in Chinese', async () => {
  await expect(card(review(), chinese).markdown).toMatchFileSnapshot('__snapshots__/card-zh.md')
})

test('a quiet day says so', () => {
  expect(card(review('2026-11-18')).markdown).toBe('# 2026-11-18, Wednesday\n\nA quiet day: no trade was opened, closed or open.\n')
})

test('every picture a card links to is made, and none besides', () => {
  const { markdown, pictures } = card()
  const linked = new Set([...markdown.matchAll(/\]\((_charts\/[^)]+)\)/g)].map((match) => match[1]))
  expect([...linked].sort()).toEqual(pictures.map((picture) => picture.path).sort())
  expect(new Set(pictures.map((picture) => picture.path)).size).toBe(pictures.length)
})

test('law: a card never says NaN, undefined, null or an object, whatever is unknown', () => {
  const unknown = everyTrade.map(({ trade }) => ({
    ...trade,
    commission: null,
    netPnl: null,
    mfe: { ...trade.mfe, pct: null, pctAt: null },
    mae: { ...trade.mae, pct: null, pctAt: null },
    provenance: { ...trade.provenance, coverage: null },
  }))
  for (const templates of [english, chinese]) {
    for (const made of [card(review(), templates), card(review(DAY, unknown), templates), card(review('2026-11-23', [stillOpen.trade]), templates)]) {
      expect([made.markdown, ...made.pictures.map((picture) => picture.content)].join('\n')).not.toMatch(/NaN|undefined|null|\[object|Infinity/)
    }
  }
})

test('the same review makes the same bytes', () => {
  expect(card()).toEqual(card())
})

test("a trader's own words cannot break the table", () => {
  expect(literal('fade|*the*\n# gap <b>')).toBe('fade\\|\\*the\\* \\# gap \\<b\\>')
  expect(card().markdown).toContain('fade\\|\\*the\\* gap')
})

test("a trader's own words hide nothing and are shown as they are: no comment, no highlight, no entity", () => {
  expect(literal('%% excursion:end note %% 5 % == x == A&B &lt;')).toBe('\\%\\% excursion:end note \\%\\% 5 % \\=\\= x \\=\\= A&B \\&lt;')
})

test('a trade carried over: what was not heard on an earlier day is drawn as not heard, and only the change since midnight is this day’s', () => {
  // In the night before, the clocks went forward: the day has 23 hours.
  const [before, day] = ['2026-03-07', '2026-03-08']
  const fx: Instrument = { kind: 'instrument', conId: 12087792, symbol: 'EUR', secType: 'CASH', currency: 'USD', timeZone: 'US/Eastern' }
  const carried = sketch({ instrument: fx, fills: [['12:00:00', 100, '100']], marks: [['23:30:00', '110']], day: before })
  const flat = sketch({ instrument: fx, fills: [['11:00:00', 100, '111']], marks: [['12:00:00', '111']], day })
  const hole = { from: at('12:30:00', before), to: at('23:00:00', before) }
  const trade = { ...carried.trade, updatedAt: at('12:00:00', day), provenance: { ...carried.trade.provenance, gaps: [hole] } }
  const points = [...carried.points, { tradeId: trade.tradeId, at: at('10:00:00', day), last: 111, mfe: 111, mae: 100 }]
  const trades = [trade, flat.trade]
  const trajectories = new Map([
    [trade.tradeId, points],
    [flat.trade.tradeId, flat.points],
  ])
  const reviewed = reviewDay({ day, trades, alerts: [], instruments: [fx], trajectories })
  const { pictures } = makeCard({
    ...{ review: reviewed, templates: english, trajectories, day, shadows: new Map(), rules: [], history: [], colours: 'western' },
    trades: new Map(trades.map((one) => [one.tradeId, one])),
    instruments: new Map([[fx.conId, fx]]),
  })
  const named = (part: string) => pictures.find(({ path }) => path.includes(part))?.content
  expect(named(`${tradeName(trade, day)}-path`)).toContain('>no prices<')
  expect(named(`${day}-day-USD`)).toContain('best +100.00 at 10:00')
})

test('an alert is one line of plain text', () => {
  expect(alertText({ alert: alerts[1] as (typeof alerts)[number], trade: givenBack.trade, instrument: ibm, templates: english })).toBe(
    '[PAPER] IBM long: scale-out 2 at 194.58 (+8.10 %), 11:47:05 US/Eastern',
  )
})

describe('numbers for people', () => {
  test.each([
    ['1234567.5', '1,234,567.50', '+1,234,567.50'],
    ['-412.5', '−412.50', '−412.50'],
    ['0', '0.00', '0.00'],
    ['-0.001', '0.00', '0.00'],
    ['0.005', '0.00', '0.00'],
    ['0.015', '0.02', '+0.02'],
  ])('%s is %s, signed %s', (exact, plain, signed) => {
    expect([money(exact), signedMoney(exact)]).toEqual([plain, signed])
  })

  test('percentages and prices', () => {
    expect([signedPercent('8.1'), signedPercent('-0.636942675159'), signedPercent(null)]).toEqual(['+8.10 %', '−0.64 %', null])
    expect(['183.1', '1.08345', '6705', '-3.5', '667.249167', '0.00012345'].map(price)).toEqual([
      '183.10',
      '1.08345',
      '6,705.00',
      '−3.50',
      '667.249',
      '0.000123',
    ])
  })
})
