// The product's engine against the naive one, on random tapes: the same trades and alerts to the last digit.
// fast-check prints the seed and the smallest tape of a difference. EXCURSION_RUNS asks for more tapes than the usual few hundred.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Fact } from '#core/facts.ts'
import type { Quote } from '#core/mark.ts'
import { printAlert, printTrade, Replay } from '#core/replay.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import { parseLine, parseQuoteHeader } from '#core/tape.ts'
import { printInstant } from '#core/time.ts'
import { replayInputs } from './arbitrary.ts'
import { type NaiveInput, naiveReplay } from './naive.ts'

const RUNS = Number(process.env['EXCURSION_RUNS'] ?? 300)

/** The product's own path from lines of text to printed objects, both units. */
function productReplay(input: NaiveInput) {
  const facts: Fact[] = []
  const quotes: { conId: number; quote: Quote }[] = []
  for (const line of input.tapes.flat()) {
    const told = parseLine(line)
    if ('refused' in told) throw new Error(`${told.refused}: ${line}`)
    if (told.kind === 'quote') quotes.push(told)
    else facts.push(told)
  }
  for (const { conId, csv } of input.marks) {
    const parseRow = parseQuoteHeader(csv[0] ?? '')
    if ('refused' in parseRow) throw new Error(parseRow.refused)
    for (const row of csv.slice(1)) {
      const quote = parseRow(row)
      if (quote !== null) quotes.push({ conId, quote })
    }
  }
  const replay = new Replay(facts, { filter: input.filter, rules: input.rules.map(ruleOf) })
  for (const { conId, quote } of quotes.sort((a, b) => a.quote.at - b.quote.at)) replay.quote(conId, quote)
  const { trades, alerts } = replay.finish()
  const liquidations = new Set(
    trades.flatMap(({ tradeId, fills }) => fills.flatMap(({ executionId, liquidation }) => (liquidation ? [`${tradeId} ${executionId}`] : []))),
  )
  return { liquidations, trades: trades.map((trade) => printTrade(trade, printInstant)), alerts: alerts.map((alert) => printAlert(alert, printInstant)) }
}

function ruleOf(line: string): Rule {
  const rule = parseRule(JSON.parse(line))
  if ('refused' in rule) throw new Error(`${rule.refused}: ${line}`)
  return rule
}

test.each([
  ['a few fills and marks', {}, RUNS],
  ['long tapes', { executions: 40, marks: 150, rules: 8 }, Math.ceil(RUNS / 10)],
  ['nothing but fills', { marks: 0 }, Math.ceil(RUNS / 3)],
  ['one fill and many marks', { executions: 2, marks: 80, rules: 6 }, Math.ceil(RUNS / 3)],
])('law: brute force says the same trades and alerts: %s', { timeout: 600_000 }, (_, sizes, numRuns) => {
  fc.assert(
    fc.property(replayInputs(sizes), (input) => {
      const naive = naiveReplay({ ...input, unit: 'both' })
      const product = productReplay(input)
      expect(product.trades).toEqual(naive.trades)
      expect(product.alerts).toEqual(naive.alerts)
      expect(product.liquidations).toEqual(naive.liquidations)
      expect(product.trades.map((trade) => Object.keys(trade))).toEqual(naive.trades.map((trade) => Object.keys(trade)))
    }),
    { numRuns },
  )
})

test('giveback after an entry that was 0 at first (seed −1930454601): armed at 214 %, back at 100 % it fires', () => {
  const fill = (executionId: string, price: string, second: string) =>
    `{"kind":"execution","executionId":"${executionId}","account":"DU1","conId":6,"side":"BUY","quantity":"1","price":"${price}","at":"2013-10-07T13:30:${second}Z","permId":"1"}`
  const mark = (price: string, second: string) => `{"kind":"mark","conId":6,"price":"${price}","at":"2013-10-07T13:30:${second}Z"}`
  const input: NaiveInput = {
    tapes: [
      [
        '{"kind":"instrument","conId":6,"symbol":"OPT","secType":"OPT","currency":"USD","multiplier":"0.5"}',
        ...[fill('a', '0', '00'), mark('0.115', '00'), fill('b', '0.07', '01'), mark('0.11', '21'), mark('0.07', '59')],
      ],
    ],
    marks: [],
    filter: 'none',
    unit: 'both',
    rules: ['{"id":"giveback","kind":"GIVEBACK","fraction":"0.5","armPct":"0"}'],
  }
  const { alerts } = productReplay(input)
  expect(alerts).toEqual(naiveReplay(input).alerts)
  expect(alerts).toMatchObject([{ ruleId: 'giveback', price: '0.07', pct: '100' }])
})

test('what a bar reached its rules say at the next mark, wherever that is (seed −1900968878)', () => {
  const input: NaiveInput = {
    tapes: [
      [
        '{"kind":"instrument","conId":1,"symbol":"AAA","secType":"STK","currency":"USD"}',
        '{"kind":"execution","executionId":"a","account":"DU1","conId":1,"side":"BUY","quantity":"1","price":"100","at":"2013-10-07T13:30:00Z"}',
        '{"kind":"bar","conId":1,"from":"2013-10-07T13:30:05Z","to":"2013-10-07T13:30:10Z","high":"106","low":"99"}',
        '{"kind":"mark","conId":1,"price":"101","at":"2013-10-07T13:30:11Z"}',
      ],
    ],
    marks: [],
    filter: 'none',
    unit: 'order',
    rules: ['{"id":"target","kind":"MFE_TARGET","tiers":[{"pct":"5","take":"1/3"}]}', '{"id":"giveback","kind":"GIVEBACK","fraction":"0.5","armPct":"2"}'],
  }
  const { alerts } = productReplay(input)
  expect(alerts).toEqual(naiveReplay(input).alerts)
  expect(alerts).toMatchObject([
    { ruleId: 'target', price: '101', pct: '6' },
    { ruleId: 'giveback', price: '101', pct: '1' },
  ])
})
