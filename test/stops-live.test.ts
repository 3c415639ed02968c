// From a stop order at the broker to R on the card: a tape whose plans the gateway serves as orders, the service that listens, GraphQL that tells.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openTape } from '#broker/tape.ts'
import { Replay } from '#core/replay.ts'
import { answerOf, eventually, makeHome } from './process.ts'
import { serviceEnv, settled, startGateway, startService } from './story.ts'

const START = Date.UTC(2013, 9, 7, 13, 30)
const at = (second: number) => new Date(START + second * 1000).toISOString()

const IBM = { kind: 'instrument', conId: 8314, symbol: 'IBM', secType: 'STK', currency: 'USD', exchange: 'SMART' }
const execution = (n: number, second: number, side: string, price: string, more: object = {}) => ({
  ...{ kind: 'execution', executionId: `0000e0d5.69dd7411.0${n}.01`, account: 'DU1', conId: 8314, side, quantity: '100', price, at: at(second) },
  ...{ permId: String(70 + n), orderId: String(4 + n), clientId: '0', ...more },
})
const plan = (n: number, second: number, more: object) => ({ kind: 'plan', executionId: `0000e0d5.69dd7411.0${n}.01`, at: at(second), ...more })
const marks = (from: number, until: number, price: (second: number) => number) =>
  Array.from({ length: until - from }, (_, i) => ({ kind: 'mark', conId: 8314, price: price(from + i).toFixed(2), at: at(from + i) }))

/** Bought with a stop and a target on it, the stop widened after ten minutes and tightened later; then bought and sold again without any. */
const TAPE = [
  IBM,
  execution(1, 10, 'BUY', '100'),
  plan(1, 10, { stop: '98', target: '106' }),
  ...marks(11, 600, (second) => 100 + Math.sin(second / 40)),
  plan(1, 600, { stop: '96.5' }),
  ...marks(601, 900, (second) => 100 + second / 400),
  plan(1, 900, { stop: '101' }),
  ...marks(901, 1000, () => 102.25),
  execution(2, 1000, 'SELL', '103'),
  ...marks(1001, 1100, () => 103.5),
  execution(3, 1100, 'BUY', '103'),
  ...marks(1101, 1200, (second) => 103 + (second % 7) / 10),
  execution(4, 1200, 'SELL', '104'),
  ...marks(1201, 1210, () => 104.1),
]

interface Told {
  readonly trades: { readonly nodes: readonly { readonly id: string }[] }
}

test('a stop, its target and its moves reach GraphQL by the orders of the broker; a trade without one has no R', { timeout: 240_000 }, async () => {
  await using home = await makeHome()
  const tape = join(home.parent, 'tape.ndjson')
  await writeFile(tape, TAPE.map((line) => JSON.stringify(line)).join('\n'))
  const files = { tape, lastAt: START + 1_209_000 }
  await using gateway = await startGateway(files)
  await using service = await startService(home.path, gateway.port)
  await settled(gateway, service, files)
  const { trades } = await service.ask<Told>(
    `{ trades(orderBy: { field: OPENED_AT, direction: ASC }, first: 10) { nodes { id initialStop risk r stop target mfe { r } stopMoves { way from to r } } } }`,
  )
  const said = trades.nodes[1]?.id ?? ''
  expect(trades.nodes.map(({ id: _, ...trade }) => trade)).toEqual([
    {
      ...{ initialStop: '98', risk: '200', r: '1.5', stop: '101', target: '106', mfe: { r: '1.5' } },
      stopMoves: [
        { way: 'WIDENED', from: '98', to: '96.5', r: '-0.75' },
        { way: 'TIGHTENED', from: '96.5', to: '101', r: '2.25' },
      ],
    },
    { initialStop: null, risk: null, r: null, stop: null, target: null, mfe: { r: null }, stopMoves: [] },
  ])
  expect(await service.ask('{ brokers { readOnly } }')).toEqual({ brokers: [{ readOnly: true }] })

  // The trader's own word, at the command line while the service runs: folded, and told with R.
  const env = serviceEnv(home.path, gateway.port)
  expect(await answerOf(['stop', said, '102.5'], env)).toContain(`${said}: stop 102.5, 1 R = 50 USD`)
  await eventually(async () => (await service.ask<{ trade: { r: string | null } }>(`{ trade(id: "${said}") { r } }`)).trade.r === '2')
  expect((await answerOf(['trades'], env)).split('\n').find((line) => line.includes(' R'))).toMatch(/net\s+R/)

  // What is exported makes the same R again: by the broker's orders, and by the trader's word.
  const exported = join(home.parent, 'exported.ndjson')
  await answerOf(['export', 'tape', '--out', exported], env)
  const tapeAgain = await openTape([exported], [], () => {})
  const fold = new Replay(tapeAgain.facts, { filter: 'none', rules: [] })
  for await (const quotes of tapeAgain.quotes()) for (const { conId, quote } of quotes) fold.quote(conId, quote)
  const orders = fold.finish().trades.filter(({ unit }) => unit === 'ORDER')
  expect(orders.map(({ plan }) => [plan?.risk?.stop, plan?.risk?.amount, plan?.moves.length])).toEqual([
    ['98', '200', 2],
    ['102.5', '50', 0],
  ])
})
