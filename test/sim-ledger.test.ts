// The gateway's own books: positions at average cost, orders, corrections.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plain } from '#core/decimal.ts'
import type { Execution } from '#core/facts.ts'
import { openLedger } from '#sim/ledger.ts'

const fillOf = (executionId: string, side: Execution['side'], quantity: string, price: string, more: Partial<Execution> = {}): Execution => ({
  ...{ kind: 'execution', executionId, account: 'DU1', conId: 1, side, quantity, price, at: 0, permId: '7' },
  ...more,
})

describe('the gateway’s ledger', () => {
  it('crossing zero closes at average cost and opens the rest at the fill’s own price', () => {
    const ledger = openLedger()
    ledger.play(fillOf('a.a.1.01', 'BUY', '100', '10'), undefined)
    ledger.play(fillOf('a.a.2.01', 'BUY', '100', '12'), undefined)
    const fill = ledger.play(fillOf('a.a.3.01', 'SELL', '250', '13'), undefined)
    const { quantity, averagePrice, realized } = ledger.position('DU1', 1)
    expect([quantity, averagePrice, realized, fill.realized].map((n) => n && plain(n))).toEqual(['-50', '13', '400', '400'])
    expect([...ledger.held()]).toEqual([1])
  })

  it('a correction takes the place of what it corrects, whichever comes first; a bust leaves nothing', () => {
    const ledger = openLedger()
    ledger.play(fillOf('a.a.1.02', 'BUY', '40', '11'), undefined)
    ledger.play(fillOf('a.a.1.01', 'BUY', '50', '10'), undefined)
    expect(plain(ledger.position('DU1', 1).quantity)).toBe('40')
    ledger.play(fillOf('a.a.1.03', 'BUY', '0', '11'), undefined)
    expect([...ledger.held()]).toEqual([])
  })

  it('law: a position is the sum of each family’s highest id, and a contract is held exactly while some account’s is not zero', () => {
    const one = fc.record({
      family: fc.integer({ min: 1, max: 6 }),
      suffix: fc.integer({ min: 1, max: 3 }),
      buys: fc.boolean(),
      quantity: fc.integer({ min: 0, max: 5 }),
    })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), (played) => {
        const ledger = openLedger()
        const highest = new Map<string, { suffix: number; signed: number }>()
        const seen = new Set<string>()
        for (const { family, suffix, buys, quantity } of played) {
          const executionId = `a.b.${family}.0${suffix}`
          const account = `DU${family % 2}`
          ledger.play(fillOf(executionId, buys ? 'BUY' : 'SELL', String(quantity), '10', { account }), undefined)
          const known = highest.get(`${account}:${family}`)
          if (!seen.has(executionId) && (known === undefined || suffix > known.suffix))
            highest.set(`${account}:${family}`, { suffix, signed: buys ? quantity : -quantity })
          seen.add(executionId)
        }
        const sumOf = (account: string) => [...highest].reduce((sum, [key, { signed }]) => (key.startsWith(account) ? sum + signed : sum), 0)
        expect(['DU0', 'DU1'].map((account) => Number(plain(ledger.position(account, 1).quantity)))).toEqual([sumOf('DU0'), sumOf('DU1')])
        expect(ledger.held().has(1)).toBe(sumOf('DU0') !== 0 || sumOf('DU1') !== 0)
      }),
    )
  })
})
