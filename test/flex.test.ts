// Flex statements: real ones with a real correction (where the shared data is there), and the shapes seen in other people's files.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newsOf, parseFlex, parseFlexTime, type FlexStatement } from '#broker/flex.ts'
import { decimal, plain } from '#core/decimal.ts'
import { familyOf, Ledger } from '#core/execution.ts'
import type { Execution, Fact } from '#core/facts.ts'
import { printInstant } from '#core/time.ts'
import { statementOf, tradeRow } from './flex-server.ts'

const FILES = join(import.meta.dirname, '../../shared/data/broker/flex')
const real = existsSync(FILES) ? describe : describe.skip

function parsed(xml: string): FlexStatement {
  const statement = parseFlex(xml)
  if ('refused' in statement) throw new Error(statement.refused)
  return statement
}

const read = (name: string) => parsed(readFileSync(join(FILES, name), 'utf8'))
const of = <K extends Fact['kind']>(facts: readonly Fact[], kind: K) => facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind)

real('a real year', () => {
  it('imports executions only, once each, in New York time, with what they cost', () => {
    const { facts, leftOut, accounts } = read('activity.xml')
    expect(accounts).toEqual(['DU1234567'])
    expect(leftOut.size).toBe(0)
    const executions = of(facts, 'execution')
    expect(new Set(executions.map(({ executionId }) => executionId)).size).toBe(executions.length)
    const sold = executions.find(({ executionId }) => executionId === '00025b44.6a6836df.01.01')
    expect(sold).toMatchObject({ account: 'DU1234567', conId: 286030327, side: 'SELL', quantity: '100', price: '11.72', permId: '729674861' })
    expect(printInstant(sold?.at ?? 0)).toBe('2026-07-27T16:35:44.000Z')
    expect(of(facts, 'commission').find(({ executionId }) => executionId === sold?.executionId)?.amount).toBe('1.0439432')
  })

  it('a real correction: one contract of the two, and what all its rows cost together', () => {
    const { facts } = read('activity.xml')
    const ledger = new Ledger()
    let arrival = 0
    for (const fact of facts) {
      if (fact.kind === 'execution') ledger.tell(fact, { at: fact.at, arrival: ++arrival })
      if (fact.kind === 'commission') ledger.tellCommission(fact)
    }
    const family = familyOf('0001938c.6a59af42.01.01')
    expect(plain(ledger.fillOf(family)?.quantity ?? decimal(0))).toBe('1')
    const cost = ledger.commissionOf(family, 'USD')
    expect(plain(cost === null ? decimal(0) : cost.n.div(cost.d))).toBe('1.0333')
    expect(of(facts, 'cancel')).toEqual([])
  })

  it('what expired or was exercised goes without an execution, what an exercise delivers comes', () => {
    const { facts } = read('activity.xml')
    expect(of(facts, 'settlement').map(({ conId, quantity, reason }) => [conId, quantity, reason])).toEqual(
      expect.arrayContaining([
        [894354032, '-2', 'EXPIRY'],
        [832607262, '-2', 'EXPIRY'],
        [889375205, '-4', 'EXERCISE'],
        [898660652, '-4', 'EXPIRY'],
      ]),
    )
    expect(of(facts, 'adopt')).toMatchObject([{ conId: 286030327, quantity: '400', price: '11.5', reason: 'EXERCISE' }])
  })

  it('confirmations of the day say the same under other names', () => {
    const { facts, leftOut } = read('today.xml')
    expect(leftOut.size).toBe(0)
    expect(of(facts, 'execution')).toHaveLength(7)
    expect(of(facts, 'execution')[0]).toMatchObject({ quantity: '1', price: '1.06', permId: '754464364' })
    expect(of(facts, 'instrument')[0]).toMatchObject({ symbol: 'NVDA', secType: 'OPT', multiplier: '100', strike: '232.5', right: 'C', expiry: '20260928' })
  })
})

describe('shapes of other files', () => {
  it.each([
    ['L', true],
    ['C;L;P', true],
    ['P, L', true],
    ['', undefined],
    ['LD;LT;LI;ML', undefined],
    ['C;P', undefined],
  ])("what the broker ordered itself says 'L' among its codes: '%s'", (notes, liquidation) => {
    const { facts } = parsed(statementOf(tradeRow({ notes }), tradeRow({})))
    expect(of(facts, 'execution').map((execution) => execution.liquidation)).toEqual([liquidation, undefined])
  })

  it('a cancellation without a new booking is a bust', () => {
    const { facts } = parsed(
      statementOf(
        tradeRow({}),
        tradeRow({ quantity: '-40', tradeID: '', origTradeID: '5', ibExecID: '', transactionType: 'TradeCancel', buySell: 'BUY (Ca.)' }),
      ),
    )
    expect(of(facts, 'cancel')).toMatchObject([{ executionId: '0000a.0000b.01.01' }])
  })

  it('booked again under the next id: nothing is cancelled, the higher id stands', () => {
    const cancelled = tradeRow({ quantity: '-40', tradeID: '', origTradeID: '5', ibExecID: '', transactionType: 'TradeCancel' })
    const { facts } = parsed(statementOf(tradeRow({}), cancelled, tradeRow({ ibExecID: '0000a.0000b.01.02', ibCommission: '0' })))
    expect(of(facts, 'cancel')).toEqual([])
    expect(of(facts, 'execution').map(({ executionId }) => executionId)).toEqual(['0000a.0000b.01.01', '0000a.0000b.01.02'])
  })

  const takenBack = { tradeID: '', origTradeID: '5', ibExecID: '', transactionType: 'TradeCancel', quantity: '-40', ibCommission: '0' }
  const stands = (facts: readonly Fact[], executionId: string) => {
    const ledger = new Ledger()
    let arrival = 0
    for (const fact of facts) if (fact.kind !== 'instrument') ledger.take(fact, { at: 'at' in fact && fact.at !== undefined ? fact.at : 0, arrival: ++arrival })
    return plain(ledger.fillOf(familyOf(executionId))?.quantity ?? decimal(0))
  }

  it.each([
    ['by their transactions', { transactionID: '10651118319' }, { transactionID: '10651118321' }],
    ['by their order in the file', {}, {}],
  ])('corrected the next day, in a statement of that day alone: the correction stands (%s)', (_, cancelled, again) => {
    const yesterday = parsed(statementOf(tradeRow({}))).facts
    const rebooked = tradeRow({ ...again, ibExecID: '0000a.0000b.01.02', quantity: '30', ibCommission: '0' })
    const { facts } = parsed(statementOf(tradeRow({ ...takenBack, ...cancelled }), rebooked))
    expect(of(facts, 'cancel')).toEqual([])
    expect(stands([...yesterday, ...facts], '0000a.0000b.01.01')).toBe('30')
  })

  it('corrected and then taken back altogether: nothing stands, in whatever order the rows come', () => {
    const rows = [
      tradeRow({ transactionID: '1' }),
      tradeRow({ ibExecID: '0000a.0000b.01.02', quantity: '30', transactionID: '3' }),
      tradeRow({ ...takenBack, transactionID: '2' }),
      tradeRow({ ...takenBack, quantity: '-30', transactionID: '4' }),
    ]
    const { facts } = parsed(statementOf(...rows))
    expect(of(facts, 'cancel')).toMatchObject([{ executionId: '0000a.0000b.01.02' }])
    expect(stands(facts, '0000a.0000b.01.01')).toBe('0')
  })

  it('corrected without any execution id: the first booking is taken back, the second one stands beside it', () => {
    const first = tradeRow({ ibExecID: '', transactionID: '1' })
    const second = tradeRow({ ibExecID: '', transactionID: '3', quantity: '30' })
    const cancelled = tradeRow({ ...takenBack, transactionID: '2' })
    const yesterday = parsed(statementOf(first)).facts
    for (const rows of [
      [first, cancelled, second],
      [cancelled, second],
    ]) {
      const { facts } = parsed(statementOf(...rows))
      expect(stands([...yesterday, ...facts], 'trade-5')).toBe('0')
      expect(stands([...yesterday, ...facts], 'trade-5-2')).toBe('30')
    }
  })

  it('a bust told alone takes back the one execution it can mean; where several fit, none, and it is said', () => {
    const yesterday = parsed(statementOf(tradeRow({}), tradeRow({ ibExecID: '0000a.0000c.01.01', tradeID: '6', tradePrice: '11' }))).facts
    const statement = parsed(statementOf(tradeRow({ ...takenBack, origTradeID: '5' })))
    expect(of(newsOf(statement, yesterday).facts, 'cancel')).toMatchObject([{ executionId: '0000a.0000b.01.01' }])
    const twin = parsed(statementOf(tradeRow({ ibExecID: '0000a.0000d.01.01', tradeID: '7' }))).facts
    const doubtful = newsOf(statement, [...yesterday, ...twin])
    expect(of(doubtful.facts, 'cancel')).toEqual([])
    expect([...doubtful.leftOut]).toEqual([['a cancellation of a trade that is not in this file', 1]])
  })

  it('a cancellation that names no trade takes back none that has no number', () => {
    const statement = parsed(statementOf(tradeRow({ tradeID: '' }), tradeRow({ ...takenBack, origTradeID: '', tradePrice: '12' })))
    const { facts, leftOut } = newsOf(statement, [])
    expect(of(facts, 'cancel')).toEqual([])
    expect([...leftOut]).toEqual([['a cancellation of a trade that is not in this file', 1]])
  })

  it('a number that is none costs its row, not the statement', () => {
    const { facts, leftOut } = parsed(statementOf(tradeRow({}), tradeRow({ ibExecID: '0000a.0000c.01.01', tradeID: '6', multiplier: '1,000' })))
    expect(of(facts, 'execution')).toHaveLength(1)
    expect([...leftOut]).toEqual([["a multiplier of '1,000'", 1]])
  })

  it.each([
    ['currency', 'Currency'],
    ['symbol', 'Symbol'],
  ])('a query without the %s column: no contract of an empty name or money, and a line says what to tick', (field, label) => {
    const { [field]: _, ...row } = tradeRow({ ibCommissionCurrency: '' })
    const expected = [`expected a ${field}, found none; tick ${label} in the query's section, then import the statement again`, 2]
    const { facts, leftOut } = parsed(statementOf(row, tradeRow({ [field]: '', tradeID: '6' })))
    expect(facts).toEqual([])
    expect([...leftOut]).toEqual([expected])
  })

  it('letters written by their numbers read as letters', () => {
    const { facts } = parsed(statementOf(tradeRow({ orderReference: 'R&#252;ckkauf &amp; &#x4E2D;' })))
    expect(of(facts, 'execution')[0]?.orderRef).toBe('Rückkauf & 中')
  })

  it('order and summary rows are passed over; a row without an execution id is known by its trade id', () => {
    const { facts } = parsed(
      statementOf(tradeRow({ levelOfDetail: 'ORDER' }), tradeRow({ levelOfDetail: 'SYMBOL_SUMMARY' }), tradeRow({ ibExecID: 'N/A', tradeID: '6' })),
    )
    expect(of(facts, 'execution').map(({ executionId }) => executionId)).toEqual(['trade-6'])
  })

  it('one row or none reads like many; what cannot be read is named, not invented', () => {
    expect(of(parsed(statementOf(tradeRow({}))).facts, 'execution')).toHaveLength(1)
    expect(parsed(statementOf()).facts).toEqual([])
    expect([...parsed(statementOf(tradeRow({ dateTime: '' }))).leftOut]).toEqual([['no quantity, price, time or account', 1]])
    expect(parseFlex('<html/>')).toEqual({ refused: 'expected FlexQueryResponse, found html' })
  })

  it('orders that both sources know are joined by an execution seen in both; what is known is not told again', () => {
    const { facts } = parsed(statementOf(tradeRow({}), tradeRow({ ibExecID: '0000a.0000c.01.01', tradeID: '6' })))
    const live = { ...(of(facts, 'execution')[0] as Execution), permId: '123', clientId: '7', orderId: '5' }
    const news = (known: readonly Fact[]) => newsOf(parsed(statementOf(tradeRow({}), tradeRow({ ibExecID: '0000a.0000c.01.01', tradeID: '6' }))), known).facts
    expect(news([...of(facts, 'instrument'), live, ...of(facts, 'commission').slice(0, 1)])).toEqual([
      { kind: 'sameOrder', account: 'U1', permId: '900', asPermId: '123' },
      ...facts
        .filter((fact) => 'executionId' in fact && fact.executionId === '0000a.0000c.01.01')
        .map((fact) =>
          fact.kind === 'commission' ? { kind: 'commission', executionId: fact.executionId, amount: fact.amount, currency: fact.currency } : fact,
        ),
    ])
    const { permId: _, ...bare } = live
    expect(news([bare])[0]).toEqual({ kind: 'sameOrder', account: 'U1', permId: '900', asOrderId: '5', asClientId: '7' })
    expect(news(facts)).toEqual([])
  })

  it('a time names its zone, or is New York’s', () => {
    expect(printInstant(parseFlexTime('2026-04-02;11:08:05 EDT') ?? 0)).toBe('2026-04-02T15:08:05.000Z')
    expect(printInstant(parseFlexTime('20260115;120000') ?? 0)).toBe('2026-01-15T17:00:00.000Z')
    expect(parseFlexTime('20260115')).toBeNull()
    // The hour that comes twice.
    expect(printInstant(parseFlexTime('2026-11-01;01:30:00 EDT') ?? 0)).toBe('2026-11-01T05:30:00.000Z')
    expect(printInstant(parseFlexTime('2026-11-01;01:30:00 EST') ?? 0)).toBe('2026-11-01T06:30:00.000Z')
  })
})
