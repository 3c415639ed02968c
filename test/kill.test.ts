// `kill -9` in the middle of the tape, and start again: nothing lost, nothing twice, and where prices were missed the trade says so.
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { chanceOf } from '#sim/chance.ts'
import { type BrokerState, isOpen } from '#src/bus.ts'
import { openDatabase } from '#store/db.ts'
import { eventually, type Home, makeHome } from './process.ts'
import {
  type Gateway,
  type Line,
  type Recorded,
  recorded,
  replayed,
  type Service,
  settled,
  SMALL,
  SMALL_FACTS,
  FORGETFUL,
  startGateway,
  startService,
  type Told,
  WALK,
} from './story.ts'

/** Other moments by another number. */
const SEED = Number(process.env['KILL_SEED'] ?? 1)
const TIMEOUT = { timeout: 600_000 }

test('killed while prices pour in as fast as they can be read; who takes over the PostgreSQL stops it at the end', TIMEOUT, async () => {
  await using home = await makeHome()
  await using gateway = await startGateway(SMALL, FORGETFUL)
  await using played = await playThrough(home, gateway, 1, SEED, (service) => service.kill('SIGKILL'))
  await expectNothingLost(home, played.service)
  const { port } = await postmasterOf(home)
  expect(await listens(port)).toBe(true)
  expect(await played.service.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await listens(port)).toBe(false)
})

// At a walk the tape does not wait for anybody, so every delay of this machine is a hole of minutes.
test(
  'killed three times in a day at a walk, the second time with the PostgreSQL that came along: what was not heard is declared, no more',
  TIMEOUT,
  async () => {
    await using home = await makeHome()
    await using gateway = await startGateway(SMALL, [...WALK, '--forgets'])
    await using played = await playThrough(home, gateway, 3, SEED + 1, async (service, time) => {
      if (time === 1) process.kill((await postmasterOf(home)).pid, 'SIGKILL')
      await service.kill('SIGKILL')
    })
    const { gaps, trades } = await expectNothingLost(home, played.service)
    expect(gaps.size).toBeLessThan(trades.size)
    expect(played.seqs).toEqual(played.seqs.toSorted((a, b) => a - b))
  },
)

// The run

interface PlayedThrough extends AsyncDisposable {
  readonly service: Service
  /** The highest number a reader had seen before and after each kill. */
  readonly seqs: readonly number[]
}

/** Starts the service and ends it the hard way, somewhere in what is left of the day, several times; the last one hears the end. */
async function playThrough(
  home: Home,
  gateway: Gateway,
  kills: number,
  seed: number,
  kill: (service: Service, time: number) => Promise<unknown>,
): Promise<PlayedThrough> {
  const chance = chanceOf(seed)
  const seqs: number[] = []
  for (let time = 0; time < kills; time++) {
    const service = await startService(home.path, gateway.port)
    seqs.push(await highestSeq(service))
    await eventually(async () => isOpen((await stateOf(service)).state), 5)
    const from = (await stateOf(service)).marketTime
    const until = from + (0.1 + 0.3 * chance.next()) * (SMALL.lastAt - from)
    // A tape that waits for nobody may be over before a slow machine was ready; the broker's clock tells whole seconds.
    const last = Math.floor(SMALL.lastAt / 1000) * 1000
    await eventually(async () => (await stateOf(service)).marketTime >= Math.min(until, last), 5)
    seqs.push(await highestSeq(service))
    await kill(service, time)
  }
  const service = await startService(home.path, gateway.port)
  seqs.push(await highestSeq(service))
  await settled(gateway, service, SMALL)
  return { service, seqs, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() }
}

async function stateOf(service: Service): Promise<{ state: BrokerState; marketTime: number }> {
  const { brokers } = await service.ask<{ brokers: readonly { state: BrokerState; marketTime: string | null }[] }>('{ brokers { state marketTime } }')
  return { state: brokers[0]?.state ?? 'CONNECTING', marketTime: Date.parse(brokers[0]?.marketTime ?? '') || 0 }
}

async function highestSeq(service: Service): Promise<number> {
  const { trades } = await service.ask<{ trades: { nodes: readonly { seq: string }[] } }>('{ trades(first: 200) { nodes { seq } } }')
  return Math.max(0, ...trades.nodes.map(({ seq }) => Number(seq)))
}

async function postmasterOf(home: Home): Promise<{ pid: number; port: number }> {
  const { postmaster, port } = JSON.parse(await readFile(join(home.path, 'postgres', 'server.json'), 'utf8')) as { postmaster: { pid: number }; port: number }
  return { pid: postmaster.pid, port }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => socket.end(() => resolve(true)))
    socket.once('error', () => resolve(false))
  })
}

// The proof

async function expectNothingLost(home: Home, service: Service): Promise<Recorded> {
  const [live, replay] = await Promise.all([recorded(service), replayed(SMALL, home.parent)])
  await expectEveryFactOnce(home)
  expect([...live.trades.keys()]).toEqual([...replay.trades.keys()])
  for (const [id, trade] of replay.trades) {
    const was = live.trades.get(id) as Line
    if (!live.gaps.has(id)) expect(was).toEqual(trade)
    expect(realised(was)).toEqual(realised(trade))
    expect(beyond(was, trade), id).toEqual([])
  }
  expect(alertsWithout(live, live.gaps)).toEqual(alertsWithout(replay, live.gaps))
  expect(live.gaps.size).toBeGreaterThan(0)
  return live
}

/** All but the excursions; while a trade is open, also but the running result. */
function realised(trade: Line): Line {
  const missable = trade['status'] === 'OPEN' ? /^m[fa]e|Pnl$/ : /^m[fa]e/
  return Object.fromEntries(Object.entries(trade).filter(([name]) => !missable.test(name)))
}

const alertsWithout = ({ alerts }: Told, gaps: ReadonlySet<string>) => [...alerts.values()].filter(({ tradeId }) => !gaps.has(String(tradeId)))

/** The views in which an excursion reaches further than the whole tape says. */
function beyond(live: Line, replay: Line): string[] {
  const isShort = live['side'] === 'SHORT'
  const views = [
    ...[
      ['mfePx', isShort ? -1 : 1],
      ['maePx', isShort ? 1 : -1],
    ],
    ...[
      ['mfePct', 1],
      ['mfePnl', 1],
      ['maePct', -1],
      ['maePnl', -1],
    ],
  ] as const
  return views
    .filter(([name, sign]) => sign * (Number(live[name]) - Number(replay[name])) > 0)
    .map(([name]) => `${name} ${live[name]}, ${replay[name]} in replay`)
}

/** By SQL, as anybody may look: each execution and each commission of the tape stands in the facts, once. */
async function expectEveryFactOnce(home: Home): Promise<void> {
  await using db = await openDatabase({ url: null, home: home.path, log: () => {} })
  const client = new pg.Client({ connectionString: db.url })
  await client.connect()
  try {
    const executions = await client.query<{ id: string; rows: number }>(
      `select execution_id as id, count(*)::int as rows from facts where kind = 'execution' group by 1`,
    )
    const executed = SMALL_FACTS.filter((fact) => fact.kind === 'execution')
    expect(sorted(executions.rows.map(({ id, rows }) => `${id} ${rows}`))).toEqual(sorted(executed.map(({ executionId }) => `${executionId} 1`)))

    const commissions = await client.query<{ id: string; amount: string; currency: string }>(
      `select execution_id as id, body ->> 'amount' as amount, body ->> 'currency' as currency from facts where kind = 'commission' order by arrival`,
    )
    const charged = SMALL_FACTS.filter((fact) => fact.kind === 'commission')
    const last = new Map(commissions.rows.map(({ id, amount, currency }) => [id, `${amount} ${currency}`]))
    expect(last).toEqual(new Map(charged.map(({ executionId, amount, currency }) => [executionId, `${amount} ${currency}`])))
    const told = commissions.rows.map(({ id, amount, currency }) => `${id} ${amount} ${currency}`)
    expect(told.length).toBe(new Set(told).size)
  } finally {
    await client.end()
  }
}

const sorted = (lines: readonly string[]) => lines.toSorted()
