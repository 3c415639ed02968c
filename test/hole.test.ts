// Holes in an open trade's life: what nobody heard is said, even where nothing was heard since.
import { expect, test } from 'vitest'
import { ContractBook } from '#core/book.ts'
import { Ledger } from '#core/execution.ts'

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
