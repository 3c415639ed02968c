// An advisor's order over several accounts: the broker may tell the fill of each under one execution id. Each account has its own, in whatever way it came.
import { expect, test } from 'vitest'
import type { Execution, Fact, Instrument } from '#core/facts.ts'
import { newsOf, parseFlex } from '#broker/flex.ts'
import { Ledger } from '#core/execution.ts'
import { Replay } from '#core/replay.ts'
import type { Trade } from '#core/trade.ts'
import { openRecorder } from '#record/record.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { pairedOf, unpairedBetween } from '#store/differences.ts'
import { appendFacts, factsOf } from '#store/facts.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { statementOf, tradeRow } from './flex-server.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')
const ABC: Instrument = { kind: 'instrument', conId: 1, symbol: 'ABC', secType: 'STK', currency: 'USD' }
const ID = '0000a.0000b.01.01'
const fill = (account: string, quantity: string, more: Partial<Execution> = {}): Execution => ({
  ...{ kind: 'execution', executionId: ID, account, conId: 1, side: 'BUY', quantity, price: '100', at: T0, permId: '7' },
  ...more,
})
const cost = (amount: string, account?: string): Fact => ({
  ...{ kind: 'commission', executionId: ID, amount, currency: 'USD' },
  ...(account === undefined ? {} : { account }),
})
const one = fill('DU1', '100')
const two = fill('DU2', '300')
const said = (trades: readonly Trade[]) =>
  Object.fromEntries(trades.filter(({ unit }) => unit === 'ORDER').map(({ tradeId, quantity, commission }) => [tradeId, `${quantity} ${commission}`]))
const name = (account: string) => `ORDER:${account}:1:0000a.0000b.01`

function replayed(...facts: readonly Fact[]) {
  return said(new Replay([ABC, ...facts], { filter: 'none', rules: [] }).finish().trades)
}

async function recorded(db: Database, ...facts: readonly Fact[]) {
  const recorder = await openRecorder({ db, bus: openBus(), clock, filter: 'none', log: () => {}, onFailure: (error) => expect.fail(String(error)) })
  for (const fact of [ABC, ...facts]) recorder.tell(fact)
  await recorder.settled()
  await recorder.close()
  return said(await tradesOf(db, { unit: 'ORDER' }))
}

test('both fills stand, each told once: by the session, by its catch-up, after a restart', async () => {
  await using db = await openTestDatabase()
  const both = { [name('DU1')]: '100 null', [name('DU2')]: '300 null' }
  expect(await recorded(db, one, two, two, one)).toEqual(both)
  expect(await recorded(db, two, one)).toEqual(both)
  expect((await factsOf(db)).filter(({ fact }) => fact.kind === 'execution')).toHaveLength(2)
  expect(replayed(two, one, one)).toEqual(both)
})

test('a correction and a bust are of the account they name', async () => {
  const corrected = fill('DU2', '200', { executionId: '0000a.0000b.01.02' })
  await using db = await openTestDatabase()
  const facts = [one, two, corrected, { kind: 'cancel', executionId: ID, account: 'DU1' } as const]
  expect(await recorded(db, ...facts)).toEqual({ [name('DU2')]: '200 null' })
  expect(replayed(...facts)).toEqual({ [name('DU2')]: '200 null' })
})

test('a commission that names no account is of the only one it can be of, else of nobody', async () => {
  expect(replayed(one, cost('1'))).toEqual({ [name('DU1')]: '100 1' })
  expect(replayed(one, cost('1'), two)).toEqual({ [name('DU1')]: '100 null', [name('DU2')]: '300 null' })
  expect(replayed(one, cost('1'), two, cost('3', 'DU2'))).toEqual({ [name('DU1')]: '100 1', [name('DU2')]: '300 3' })
  await using db = await openTestDatabase()
  expect(await recorded(db, one, cost('1'))).toEqual({ [name('DU1')]: '100 1' })
  expect(await recorded(db, two)).toEqual({ [name('DU1')]: '100 null', [name('DU2')]: '300 null' })
  const pending = async () => (await unpairedBetween(db, T0, T0 + 1)).map(({ execution }) => execution?.account)
  expect(await pending()).toEqual(['DU1', 'DU2'])
  expect(await pairedOf(db, [ID])).toEqual(new Set())
  expect(await recorded(db, cost('3', 'DU2'))).toEqual({ [name('DU1')]: '100 1', [name('DU2')]: '300 3' })
  expect(await pending()).toEqual([])
  expect(await pairedOf(db, [ID])).toEqual(new Set([ID]))
})

test('what is said of one trade is not said of the other', () => {
  const ledger = new Ledger()
  ledger.tell(one, { at: T0, arrival: 1 })
  ledger.tell(two, { at: T0, arrival: 2 })
  ledger.take({ kind: 'hold', executionId: ID, account: 'DU2' }, { at: T0, arrival: 3 })
  ledger.take({ kind: 'plan', executionId: ID, account: 'DU2', stop: '95', at: T0 }, { at: T0, arrival: 4 })
  ledger.say('0000a.0000b.01', { initialStop: { value: '90', order: 1 } }, 'DU1')
  const [first, second] = ledger.namesOf(ID).map((family) => ledger.fillOf(family))
  expect(first).toMatchObject({ execution: { account: 'DU1' }, held: false, plans: [], said: { initialStop: '90' } })
  expect(second).toMatchObject({ execution: { account: 'DU2' }, held: true, plans: [{ stop: '95' }], said: {} })
})

test('a statement of several accounts: each row is of its own, and told again it adds nothing', async () => {
  const row = (accountId: string, quantity: string, commission: string, more = {}) =>
    tradeRow({ accountId, ibExecID: ID, tradeID: '5', quantity, ibCommission: commission, ...more })
  const statement = parseFlex(statementOf(row('DU1', '100', '-1'), row('DU2', '300', '-3')))
  if ('refused' in statement) throw new Error(statement.refused)
  await using db = await openTestDatabase()
  const known = async () => (await factsOf(db)).map(({ fact }) => fact)
  await appendFacts(db, newsOf(statement, await known()).facts)
  const facts = await known()
  expect(facts.filter(({ kind }) => kind === 'execution')).toHaveLength(2)
  const ledger = new Ledger()
  for (const [arrival, fact] of facts.entries()) ledger.take(fact, { at: T0, arrival })
  expect(ledger.namesOf(ID).map((family) => String(ledger.commissionOf(family, 'USD')?.n))).toEqual(['1', '3'])
  expect(newsOf(statement, facts).facts).toEqual([])
})

test('trade ids without execution ids are told apart by account, and so are their cancellations', () => {
  const row = (accountId: string, more = {}) => tradeRow({ accountId, ibExecID: '', tradeID: '5', ...more })
  const cancelled = { tradeID: '', origTradeID: '5', transactionType: 'TradeCancel', buySell: 'BUY (Ca.)', quantity: '-1' }
  const statement = parseFlex(statementOf(row('DU1'), row('DU2'), row('DU2', cancelled)))
  if ('refused' in statement) throw new Error(statement.refused)
  const { facts } = newsOf(statement, [])
  expect(facts.filter(({ kind }) => kind === 'execution')).toMatchObject([
    { account: 'DU1', executionId: 'trade-5' },
    { account: 'DU2', executionId: 'trade-5' },
  ])
  expect(facts.filter(({ kind }) => kind === 'cancel')).toMatchObject([{ account: 'DU2', executionId: 'trade-5' }])
})
