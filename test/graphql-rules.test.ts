// Rules over GraphQL: every field of a rules file can be written and comes back; the firings of a repeating rule are told apart; an extreme says its session.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { anAlert, aTrade } from './rows.ts'
import { openTestServer, type TestServer } from './server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

const FIELDS = `id kind pct amount r armPct armAmount armR fraction mfeBelowPct mfeBelowAmount mfeBelowR resultBelowPct resultBelowAmount resultBelowR
  repeat cooldown channels sessions confirm tiers { pct take } targets { tier pct amount r take } definition`

interface Saved {
  readonly rule: Record<string, unknown> | null
  readonly userErrors: readonly { readonly message: string }[]
}

async function save(input: object): Promise<Saved> {
  const query = `mutation ($input: SaveRuleInput!) { saveRule(input: $input) { rule { ${FIELDS} } userErrors { message } } }`
  return ((await server.ask(query, { input })) as unknown as { saveRule: Saved }).saveRule
}

test.each([
  [
    { id: 'a', kind: 'MAE_STOP', r: '1', repeat: 3, cooldown: 'PT15M', channels: ['slack'], scope: { sessions: ['REGULAR', 'PRE'] } },
    { pct: null, amount: null, r: '1', repeat: 3, cooldown: 'PT15M', channels: ['slack'], sessions: ['REGULAR', 'PRE'] },
  ],
  [
    { id: 'b', kind: 'TRAILING_STOP', amount: '250.5', armR: '0.5', repeat: 0 },
    { pct: null, amount: '250.5', armPct: null, armR: '0.5', repeat: 0, cooldown: null, channels: null, sessions: null },
  ],
  [
    { id: 'c', kind: 'MFE_TARGET', tiers: [{ pct: '5', take: '1/3' }, { amount: '100' }, { r: '2', take: '1/2' }] },
    {
      tiers: [{ pct: '5', take: '1/3' }],
      targets: [
        { tier: 0, pct: '5', amount: null, r: null, take: '1/3' },
        { tier: 1, pct: null, amount: '100', r: null, take: null },
        { tier: 2, pct: null, amount: null, r: '2', take: '1/2' },
      ],
      repeat: 1,
    },
  ],
  [
    { id: 'd', kind: 'GIVEBACK', fraction: '0.5', armAmount: '300' },
    { fraction: '0.5', armAmount: '300', armPct: null },
  ],
  [
    { id: 'e', kind: 'TIME_STOP', after: 'PT2H', mfeBelowR: '0.25' },
    { mfeBelowPct: null, mfeBelowR: '0.25', resultBelowR: null },
  ],
  [
    { id: 'f', kind: 'NO_PROGRESS', after: 'PT2H', resultBelowAmount: '10' },
    { resultBelowAmount: '10', mfeBelowAmount: null },
  ],
])('%o', async (input, told) => {
  const { rule, userErrors } = await save(input)
  expect(userErrors).toEqual([])
  expect(rule).toMatchObject(told)
  expect(JSON.parse(rule?.['definition'] as string)).toEqual({ ...input, ...('repeat' in input && input.repeat === 0 ? { repeat: true } : {}) })
})

test('what cannot be read is refused in the words of a rules file', async () => {
  const { rule, userErrors } = await save({ id: 'g', kind: 'MAE_STOP', pct: '3', amount: '100', channels: ['pigeon'] })
  expect(rule).toBe(null)
  expect(userErrors.map(({ message }) => message)).toEqual([
    'rule g: expected one of pct, amount, r, found pct and amount; expected in channels slack, sms, webhook; found "pigeon"',
  ])
})

test('the firings of a repeating rule are told apart, and an extreme says in which session it was reached, where the hours are known', async () => {
  const opened = Date.parse('2026-11-20T14:31:00Z')
  const extremes = { mfe: { price: '193', at: opened }, mae: { price: '181', at: Date.parse('2026-11-20T22:00:00Z') } }
  const known = aTrade(1, 1)
  const trade = { ...known, mfe: { ...known.mfe, ...extremes.mfe }, mae: { ...known.mae, ...extremes.mae } }
  await server.store({ trades: [trade], alerts: [anAlert(1, 0, 2), anAlert(1, 0, 3, { id: 'again', ordinal: 2 })] })
  const query = `{ trade(id: "${trade.tradeId}") { mfe { session } mae { session } alerts { ordinal } } }`
  expect(await server.ask(query)).toEqual({ trade: { mfe: { session: null }, mae: { session: null }, alerts: [{ ordinal: 1 }, { ordinal: 2 }] } })
  const hours = { timeZone: 'US/Eastern', tradingHours: '20261120:0400-20261120:2000', liquidHours: '20261120:0930-20261120:1600' }
  const instrument = { kind: 'instrument' as const, conId: trade.conId, symbol: 'IBM', secType: 'STK', currency: 'USD', ...hours }
  await commitBatch(server.db, { ...EMPTY_BATCH, facts: [{ arrival: 1, fact: instrument }] })
  expect(await server.ask(query)).toMatchObject({ trade: { mfe: { session: 'REGULAR' }, mae: { session: 'POST' } } })
})
