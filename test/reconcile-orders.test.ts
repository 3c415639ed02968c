// The verb `reconcile` and the open orders, over a real socket: an order that rests partly filled says how many of its fills are here. Asked for where that
// is allowed, and only there.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contractOf, openOrderEnd, position, positionEnd } from '#sim/messages.ts'
import { type Order, openOrder, orderStatus } from '#sim/order.ts'
import { openTestDatabase } from './database.ts'
import { answerOf, excursion, makeHome } from './process.ts'
import { ScriptedGateway } from './tws-gateway.ts'

const IBM = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', exchange: 'SMART' } as const
const BOUGHT = {
  ...{ kind: 'execution', executionId: '0000e0d5.69dd7411.01.01', account: 'DU1', conId: 8314, side: 'BUY', quantity: '100', price: '180' },
  ...{ at: '2026-09-21T14:00:00Z', permId: '71', orderId: '5', clientId: '3' },
} as const
const ORDER: Order = {
  ...{ orderId: '5', clientId: '3', permId: '71', account: 'DU1', action: 'BUY', quantity: '500', orderRef: '', type: 'LMT', price: '180', parentId: '0' },
}
const REQ_POSITIONS = 61
const REQ_ALL_OPEN_ORDERS = 16

test.each([
  ['where orders may be asked for', 'false', '300', true],
  ['where ours are as many, nothing is said', 'false', '100', true],
  ['with TWS_READ_ONLY nobody asks', 'true', '300', false],
])('an order of 500 that rests, 100 of which are here: %s', { timeout: 60_000 }, async (_, readOnly, filled, asked) => {
  await using db = await openTestDatabase()
  await using home = await makeHome()
  const contract = contractOf(IBM)
  await using gateway = await ScriptedGateway.open({
    accounts: 'DU1',
    answer(request, session) {
      if (request.id === REQ_POSITIONS) {
        session.say(...position('DU1', contract, '100', '180'))
        session.say(...positionEnd())
        return true
      }
      if (request.id !== REQ_ALL_OPEN_ORDERS) return false
      session.say(...openOrder(ORDER, contract, 'Submitted'))
      session.say(...orderStatus(ORDER, 'Submitted', { filled, remaining: '200', averagePrice: '180', lastPrice: '180' }))
      session.say(...openOrderEnd())
      return true
    },
  })
  const env = {
    ...{ DATABASE_URL: db.url, EXCURSION_HOME: home.path, EXCURSION_LANG: 'en' },
    ...{ TWS_PORT: String(gateway.port), TWS_CLIENT_ID: '9', TWS_READ_ONLY: readOnly },
  }
  const tape = join(home.parent, 'tape.ndjson')
  await writeFile(tape, [IBM, BOUGHT].map((line) => JSON.stringify(line)).join('\n'))
  await answerOf(['import', 'tape', tape], env)
  await using printed = excursion(['reconcile', '--json'], env)
  await printed.ended
  const differences = printed
    .stdout()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { measure: string })
  const expected = { subject: '71', source: 'ORDER', ours: '100', theirs: '300', causes: ['MISSING_FILL'], severity: 'warn' }
  expect(differences.filter(({ measure }) => measure === 'FILLED')).toEqual(asked && filled === '300' ? [expect.objectContaining(expected)] : [])
  // Now and then again, where that takes long.
  expect((await gateway.session()).requests.some(({ id }) => id === REQ_ALL_OPEN_ORDERS)).toBe(asked)
})
