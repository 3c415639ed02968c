// Holes in an open trade's life: what nobody heard is said, even where nothing was heard since.
import { expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { Ledger } from '#core/execution.ts'
import type { Execution } from '#core/facts.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import { openRecorder } from '#record/record.ts'
import type { Database } from '#store/db.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'

const STOCK = { kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD' } as const
const OPENED_AT = Date.UTC(2025, 5, 18, 20, 57, 12)

function bought(): ContractBook {
  const ledger = new Ledger()
  ledger.tell(
    { kind: 'execution', executionId: 'a', account: 'DU1', conId: 1, side: 'BUY', quantity: '1', price: '10', at: OPENED_AT },
    { at: OPENED_AT, arrival: 1 },
  )
  const book = new ContractBook(STOCK, { rules: [], trace: false, commissionOf: () => null })
  for (const entry of ledger.history(1)) book.enter(entry)
  return book
}

test.each([
  ['begins with the entry', OPENED_AT],
  ['began before it', OPENED_AT - 60_000],
])('a hole that %s is told whole, though no price came after it', (_, from) => {
  const book = bought()
  const to = OPENED_AT + 167_999
  book.hole(from, to)
  const [trade] = book.trades.map((running) => book.tell(running))
  expect(trade?.provenance).toMatchObject({ source: 'ENTRY', coverage: '0', gaps: [{ from: OPENED_AT, to }] })
})

const s = (seconds: number) => OPENED_AT + seconds * 1_000
const fill = (executionId: string, side: 'BUY' | 'SELL', at: number): Execution => ({
  ...{ kind: 'execution', executionId, account: 'DU1', conId: 1, side, quantity: '1', price: '10', at },
})
const record = (db: Database) =>
  openRecorder({
    ...{ db, bus: openBus(), clock, filter: 'none', log: () => {} },
    onFailure: (error) => {
      throw error
    },
  })

test.each(['the same process', 'an earlier one'])(
  'a gap that is declared after its trade was closed, by %s, shows in the trade, and in no other',
  async (who) => {
    await using db = await openTestDatabase()
    const first = await record(db)
    first.tell(STOCK)
    for (const told of [fill('a.1.1.01', 'BUY', s(0)), fill('a.1.2.01', 'SELL', s(100)), fill('a.1.3.01', 'BUY', s(200)), fill('a.1.4.01', 'SELL', s(300))])
      first.tell(told)
    first.quote({ conId: 1, price: 11, at: s(310), source: 'LAST' })
    await first.settled()
    if (who === 'an earlier one') await first.close()
    const recorder = who === 'an earlier one' ? await record(db) : first
    recorder.gap([1], s(40), s(150), 'missed')
    await recorder.settled()
    const gaps = async () => (await tradesOf(db, { unit: 'ORDER' })).map(({ provenance }) => [provenance.coverage, provenance.gaps])
    const declared = [
      ['0.4', [{ from: s(40), to: s(100) }]],
      ['1', []],
    ]
    expect(await gaps()).toEqual(declared)
    // Told twice it is no other, and what is folded from the beginning says the same.
    recorder.gap([1], s(40), s(150), 'missed')
    expect((await recorder.rebuild()).differed).toEqual([])
    expect(await gaps()).toEqual(declared)
    await recorder.close()
  },
)
