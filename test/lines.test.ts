// More contracts than market data lines, over real sockets: the first have a line, the others are looked at in turn, and none is without prices.
import { expect, test } from 'vitest'
import type { BrokerEvent } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import type { TwsOptions } from '#broker/tws-wire.ts'
import type { AnyFact, Instrument, Mark } from '#core/facts.ts'
import { parseInstant } from '#core/time.ts'
import { parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import type { Tokens } from '#sim/wire.ts'
import { clock } from '#src/clock.ts'
import { eventually } from './process.ts'

const T0 = parseInstant('2013-10-07T13:30:00Z') ?? 0
const CONTRACTS = Array.from({ length: 120 }, (_, i): Instrument => {
  return { kind: 'instrument', conId: 1_000 + i, symbol: `S${i}`, secType: i % 10 === 9 ? 'OPT' : 'STK', currency: 'USD', exchange: 'SMART' }
})
const SECONDS = 600
const marks = (second: number): readonly Mark[] =>
  CONTRACTS.map(({ conId }) => ({ kind: 'mark', conId, price: 10 + (second % 7), bid: 9 + (second % 7), ask: 11 + (second % 7), at: T0 + second * 1_000 + 1 }))

test.each([
  ['120 contracts, 100 lines', { linesMax: 100 }],
  ['the lines are fewer than we were told: other programs hold some', { linesMax: 115 }],
] as const)('%s', { timeout: 60_000 }, async (_, options) => {
  await using scene = await open(options)
  scene.broker.watch(CONTRACTS)
  await eventually(async () => CONTRACTS.every(({ conId }) => scene.heard(conId) > 3))
  // The first, which are the most wanted, have a line each; what comes by turns is told as sampled and counts as away.
  await eventually(async () => scene.away().size === 25)
  const away = scene.away()
  expect([...away].toSorted((a, b) => a - b)).toEqual(CONTRACTS.slice(95).map(({ conId }) => conId))
  for (const { conId } of CONTRACTS) expect(scene.sampled(conId), String(conId)).toBe(away.has(conId))
  expect(scene.standing()).toBeLessThanOrEqual(100)
  const refusals = scene.events.filter((event) => event.kind === 'notice' && event.code === 101).length
  expect(refusals > 0).toBe(options.linesMax > 100)
})

test('a contract that becomes more wanted takes the line of one that is less; what was away and has a line is heard again', { timeout: 60_000 }, async () => {
  await using scene = await open({ linesMax: 100 })
  scene.broker.watch(CONTRACTS)
  await eventually(async () => CONTRACTS.every(({ conId }) => scene.heard(conId) > 0))
  const last = CONTRACTS.at(-3) as Instrument
  expect(scene.away().has(last.conId)).toBe(true)
  scene.broker.watch([last, ...CONTRACTS.filter((one) => one !== last)])
  await eventually(async () => !scene.away().has(last.conId))
  expect(scene.away().has(CONTRACTS[94]?.conId ?? 0)).toBe(true)
  scene.broker.watch(CONTRACTS.slice(20))
  await eventually(async () => CONTRACTS.slice(20).every(({ conId }) => !scene.away().has(conId)))
})

async function open(options: Partial<TwsOptions>) {
  async function* facts(): AsyncGenerator<AnyFact> {
    for (let second = 0; second < SECONDS; second++) yield* marks(second)
  }
  const faults = parseFaults('{"at":"2013-10-07T13:30:00Z","fault":"line-limit","forMs":86400000,"lines":100}', T0, T0 + 1_000)
  if ('refused' in faults) throw new Error(faults.refused)
  const held = new Set<string>()
  let most = 0
  const gateway = await openGateway({
    ...{ port: 0, accounts: ['DU1'], instruments: CONTRACTS, facts: facts(), speed: 20, conflateMs: 0, hostNow: clock.monotonic, faults },
    onFrame: (frame: Tokens) => {
      // A subscription begins with its kind of data; a snapshot ends at once.
      if (frame[0] === '58') held.add(frame[2] ?? '')
      if (frame[0] === '57') held.delete(frame[2] ?? '')
      most = Math.max(most, held.size)
      return [frame]
    },
  })
  const events: BrokerEvent[] = []
  const broker = openTws({ host: '127.0.0.1', port: gateway.port, clientId: 0, clock, requestsPerSecondMax: 400, snapshotPauseMs: 20, ...options })
  await broker.connect((event) => events.push(event))
  const quotes = (conId: number) => events.flatMap((event) => (event.kind === 'quote' && event.quote.conId === conId ? [event.quote] : []))
  return {
    broker,
    events,
    heard: (conId: number) => quotes(conId).length,
    sampled: (conId: number) => quotes(conId).at(-1)?.sampled === true,
    standing: () => (options.linesMax === 100 ? most : held.size),
    away: () => {
      const away = new Set<number>()
      for (const event of events) if (event.kind === 'prices') away[event.heard ? 'delete' : 'add'](event.conId)
      return away
    },
    async [Symbol.asyncDispose]() {
      await broker.close()
      await gateway.close()
    },
  }
}
