// What the broker closed by force is said wherever the trade's end is told: in the database and GraphQL, in a terminal, on the card, the note and in Notion.
import { describe, expect, test } from 'vitest'
import type { Execution, Fact } from '#core/facts.ts'
import { reviewDay } from '#core/review.ts'
import type { StoredTrade } from '#core/stored.ts'
import { cardText } from '#notes/card.ts'
import { tradePage } from '#notes/notion-page.ts'
import { PLAIN } from '#notes/place.ts'
import { saidOf } from '#notes/said.ts'
import { readTemplates } from '#notes/templates.ts'
import { tradeNote } from '#notes/trade-note.ts'
import { openRecorder } from '#record/record.ts'
import { openBus } from '#src/bus.ts'
import { tradeTable } from '#src/cli/trade-table.ts'
import { clockThatReads } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { tradesOf } from '#store/trades.ts'
import { at, DAY, ibm, sketch } from './example-day.ts'
import { openTestServer } from './server.ts'

const START = Date.UTC(2013, 9, 7, 13, 30)
const IBM: Fact = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD' }
const fill = (second: number, side: 'BUY' | 'SELL', quantity: string, more: Partial<Execution> = {}): Execution => ({
  ...{ kind: 'execution', executionId: `a.b.${second}.01`, account: 'DU1', conId: 8314, side, quantity, price: '100', at: START + second * 1000 },
  ...more,
})

async function record(db: Database) {
  const clock = clockThatReads(
    () => START + 3_600_000,
    () => 0,
  )
  return openRecorder({
    ...{ db, bus: openBus(), clock, filter: 'none', log: () => {} },
    onFailure: (error) => {
      throw error
    },
  })
}

test('a fill the broker ordered is marked from the fact to GraphQL, others are as they were; a rebuild tells the same', async () => {
  await using server = await openTestServer()
  const recorder = await record(server.db)
  for (const fact of [IBM, fill(0, 'BUY', '100'), fill(60, 'SELL', '40', { liquidation: true }), fill(61, 'SELL', '10')]) recorder.tell(fact)
  await recorder.settled()
  const told = await tradesOf(server.db, { unit: 'ORDER' })
  expect(told[0]?.fills.map((one) => ('liquidation' in one ? one.liquidation : 'not said'))).toEqual(['not said', true, 'not said'])
  expect(await server.ask('{ trades { nodes { fills { role quantity liquidation } } } }')).toEqual({
    trades: {
      nodes: [
        {
          fills: [
            { role: 'ENTRY', quantity: '100', liquidation: false },
            { role: 'EXIT', quantity: '40', liquidation: true },
            { role: 'EXIT', quantity: '10', liquidation: false },
          ],
        },
      ],
    },
  })
  expect(await recorder.rebuild()).toMatchObject({ differed: [] })
  expect(await tradesOf(server.db, { unit: 'ORDER' })).toEqual(told)
  await recorder.close()
})

const made = sketch({
  instrument: ibm,
  fills: [
    ['09:45:00', 100, '180'],
    ['11:00:00', -20, '181'],
    ['14:03:00', -50, '172'],
    ['14:03:01', -30, '170'],
  ],
  marks: [['10:00:00', '182']],
}).trade
const forced: StoredTrade = { ...made, fills: made.fills.map((one) => (one.at < at('14:00:00') ? one : { ...one, liquidation: true })) }
/** Sold by the broker beyond flat: the short that this opened was not liquidated. */
const beyond: StoredTrade = { ...made, fills: made.fills.map((one) => (one.role === 'ENTRY' ? { ...one, liquidation: true } : one)) }

const reviewOf = (trade: StoredTrade) => reviewDay({ day: DAY, trades: [trade], alerts: [], instruments: [ibm], trajectories: new Map() })
const reviewed = (trade: StoredTrade) => reviewOf(trade).accounts[0]?.trades[0] as NonNullable<ReturnType<typeof reviewOf>['accounts'][0]>['trades'][0]

test('the day tells how much of a trade the broker closed, since when and at which price on average', () => {
  expect(reviewed(forced).liquidated).toEqual({ quantity: '80', price: '171.25', at: at('14:03:00') })
  expect(reviewed(made).liquidated).toBeNull()
  expect(reviewed(beyond).liquidated).toBeNull()
})

describe.each([
  [
    'en',
    '- Liquidated by the broker 14:03:00: 80 at 171.25',
    '**liquidated by the broker: 80**',
    ['Liquidated by the broker', '80 at 171.25 USD, 2026-11-20 14:03:00'],
  ],
  ['zh', '- 14:03:00 被经纪商强制平仓：80 @ 171.25', '**被经纪商强制平仓：80**', ['被经纪商强制平仓', '80 于 171.25 USD, 2026-11-20 14:03:00']],
] as const)('in %s', async (language, line, row, inNotion) => {
  const templates = await readTemplates(language)
  const noteOf = (trade: StoredTrade) =>
    tradeNote({ trade: reviewed(trade), row: trade, opened: DAY, last: DAY, said: saidOf(trade), seen: null, templates }, PLAIN)
      .blocks.map(({ text }) => text)
      .join('\n')
      .replaceAll('\u00a0', ' ')
  const cardOf = (trade: StoredTrade) =>
    cardText({
      ...{ review: reviewOf(trade), templates, day: DAY, trades: new Map([[trade.tradeId, trade]]), trajectories: new Map(), shadows: new Map() },
      ...{ instruments: new Map([[ibm.conId, ibm]]), rules: [], history: [], colours: 'western' },
    })
  const pageOf = (trade: StoredTrade, privacy: 'full' | 'percent') =>
    JSON.stringify(
      tradePage(
        { trade: reviewed(trade), said: saidOf(trade), mode: 'PAPER', day: DAY, dayPages: [] },
        { language, words: templates.words, privacy, aliases: {} },
        () => null,
      ),
    )

  test('the note says it, and nothing of a trade that was closed by its owner', () => {
    expect(noteOf(forced)).toContain(line)
    expect(noteOf(made)).not.toMatch(/iquidated|强制/)
  })

  test('so does the row of the card', () => {
    expect(cardOf(forced)).toContain(row)
    expect(cardOf(made)).not.toMatch(/iquidated|强制/)
  })

  test('so does the page in Notion; where only percentages may leave, how much of it', () => {
    for (const text of inNotion) expect(pageOf(forced, 'full')).toContain(text)
    expect(pageOf(forced, 'percent')).toContain('80 %, 2026-11-20 14:03:00')
    expect(pageOf(forced, 'percent')).not.toContain('171.25')
    expect(pageOf(made, 'full')).not.toContain(inNotion[0])
  })
})

test('in a table the exit is marked, and below is said what the mark means', () => {
  const [, , first, second, ...below] = tradeTable([forced, { ...made, openedAt: made.openedAt + 60_000 }]).split('\n')
  expect(first).toMatch(/\b173\.2! /)
  expect(second).toMatch(/\b173\.2 {2}/)
  expect(below).toEqual(['! liquidated by the broker'])
  expect(tradeTable([made])).not.toContain('!')
})
