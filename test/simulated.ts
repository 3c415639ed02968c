// A day, or a week of them, played by the simulated gateway to the recording process with everything that goes wrong; and what must hold afterwards: the
// same executions, quantities and results as without faults, the same excursions and alerts but inside declared holes, no price lost outside them.
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { decimal } from '#core/decimal.ts'
import { familyOf } from '#core/execution.ts'
import type { Execution, Gap } from '#core/facts.ts'
import type { StoredDifference } from '#core/difference.ts'
import type { StoredAlert, StoredMark, StoredTrade } from '#core/stored.ts'
import { printInstant } from '#core/time.ts'
import type { Trade } from '#core/trade.ts'
import type { Fault } from '#sim/faults.ts'
import { type Gateway, openGateway } from '#sim/gateway.ts'
import { clock } from '#src/clock.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import { differencesOf } from '#store/differences.ts'
import type { Database } from '#store/db.ts'
import { factsOf } from '#store/facts.ts'
import { marksOf } from '#store/marks.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'
import { idealOf, MADE_ACCOUNTS, MADE_FROM, MADE_UNTIL, type MadeDay, played } from './made-day.ts'
import { eventually, program, type Running } from './process.ts'

/** Times market time: an hour passes in about three seconds, faults not counted. */
const SPEED = 1_200
/** Every order rests for so long before it is filled: its prices can be asked for by then. */
const ORDERS_REST_MS = 60_000
const WEEK_MS = 7 * 86_400_000
/** Far longer than the longest wait between two attempts to connect. */
const STALLED_MS = 150_000
/** After garbage was collected. An hour needs a fraction of it, whatever happened in it. */
const HEAP_MB_MAX = 150
/** Two pools of connections (the store's and the queue's) at their limits, a session, and their timers. */
const HANDLES_MAX = 100

export interface Blow {
  readonly kind: 'SIGKILL' | 'pause'
  readonly at: number
}

export interface Run extends AsyncDisposable {
  readonly db: Database
  readonly gaps: readonly Gap[]
  readonly trades: readonly StoredTrade[]
  readonly alerts: readonly StoredAlert[]
  readonly executions: readonly Execution[]
  /** Where ours and the broker's differed, when it was looked at. */
  readonly differences: readonly StoredDifference[]
  /** Executions that were committed when the process was killed. */
  readonly before: readonly string[]
  /** Memory and handles of the last process, at the first time it had caught up and at its end. */
  readonly first: Footprint
  readonly last: Footprint
  /** The same each time it had caught up. */
  readonly footprints: readonly Footprint[]
}

export async function runDay(day: MadeDay, faults: readonly Fault[], blows: readonly Blow[], speed = SPEED): Promise<Run> {
  const db = await openTestDatabase()
  await using gateway = await openGateway({
    ...{
      port: 0,
      facts: played(day.facts),
      accounts: MADE_ACCOUNTS,
      speed,
      conflateMs: 0,
      lockstep: true,
      ordersRestMs: ORDERS_REST_MS,
      faults,
      streamPaceMs: 90,
      hostNow: clock.monotonic,
    },
  })
  const start = () => {
    const recording = program('test/desk-process.ts', [db.url, String(gateway.port)])
    void recording.ended.then(({ signal }) => {
      if (signal === null) died.reject(new Error(`the recording process ended by itself:\n${recording.stderr().slice(-2_000)}`))
    })
    return recording
  }
  const died = Promise.withResolvers<never>()
  died.promise.catch(() => {})
  const before: string[] = []
  let desk = start()
  const said = () => desk.stderr().split('\n').slice(-40).join('\n')
  try {
    for (const blow of blows) {
      await Promise.race([reached(gateway, blow.at), died.promise, stalled(gateway, said)])
      if (blow.kind === 'SIGKILL') {
        await desk.kill('SIGKILL')
        before.push(...(await factsOf(db)).flatMap(({ fact }) => (fact.kind === 'execution' ? [fact.executionId] : [])))
        desk = start()
      } else {
        process.kill(desk.pid, 'SIGSTOP')
        await sleep(700)
        process.kill(desk.pid, 'SIGCONT')
      }
    }
    await Promise.race([gateway.ended, died.promise, stalled(gateway, said)])
    // The nightly restart: what only asking brings is asked for.
    const opened = countOpened(desk)
    gateway.dropClients()
    const deadline = clock.monotonic() + STALLED_MS
    const missing = await Promise.race([
      died.promise,
      eventually(async () => {
        const trouble = countOpened(desk) > opened ? await missingOf(db, day) : 'the session did not come back'
        return trouble === null || clock.monotonic() > deadline ? { trouble } : null
      }),
    ])
    expect(missing.trouble, `seed ${day.seed}:\n${said()}`).toBeNull()
    await desk.kill('SIGTERM')
  } catch (error) {
    await desk.kill('SIGKILL')
    await db.close()
    throw error
  }
  const facts = (await factsOf(db)).map(({ fact }) => fact)
  const trades = [...(await tradesOf(db, { unit: 'ORDER' })), ...(await tradesOf(db, { unit: 'ROUND_TRIP' }))]
  return {
    db,
    trades,
    before,
    gaps: facts.filter((fact): fact is Gap => fact.kind === 'gap'),
    executions: facts.filter((fact): fact is Execution => fact.kind === 'execution'),
    alerts: [
      ...(
        await alertsOfTrades(
          db,
          trades.map(({ tradeId }) => tradeId),
        )
      ).values(),
    ].flat(),
    differences: await differencesOf(db),
    ...footprintsOf(desk),
    [Symbol.asyncDispose]: () => db.close(),
  }
}

async function reached(gateway: Gateway, at: number): Promise<void> {
  await eventually(async () => gateway.seconds() * 1_000 >= at || gateway.state() === 'ENDED', 5)
}

/** Rejects when the tape stands still for good: somebody waits for something that never comes. */
async function stalled(gateway: Gateway, said: () => string): Promise<never> {
  for (let [at, since] = [gateway.seconds(), clock.monotonic()]; gateway.state() !== 'ENDED'; await sleep(100)) {
    if (gateway.seconds() !== at) [at, since] = [gateway.seconds(), clock.monotonic()]
    else if (clock.monotonic() - since > STALLED_MS) throw new Error(`the tape stands at ${printInstant(at * 1_000)} (${gateway.state()}):\n${said()}`)
  }
  return new Promise(() => {})
}

function countOpened(desk: Running): number {
  return desk.stderr().split(/catching up → (?:backfilling|ready|degraded)/).length
}

/** What is not yet as the day had it; null: everything is. */
async function missingOf(db: Database, day: MadeDay): Promise<string | null> {
  const facts = (await factsOf(db)).map(({ fact }) => fact)
  const known = new Map<string, Execution>()
  const paid = new Set<string>()
  for (const fact of facts) {
    if (fact.kind === 'commission') paid.add(familyOf(fact.executionId))
    if (fact.kind !== 'execution') continue
    const family = familyOf(fact.executionId)
    if (fact.executionId > (known.get(family)?.executionId ?? '')) known.set(family, fact)
  }
  for (const wanted of day.executions) {
    const family = familyOf(wanted.executionId)
    const found = known.get(family)
    if (found === undefined) return `execution ${wanted.executionId} of ${printInstant(wanted.at)} is missing`
    if (found.quantity !== wanted.quantity) return `execution ${wanted.executionId} is not corrected`
    if (!paid.has(family)) return `the commission of ${wanted.executionId} is missing`
  }
  const [unseen] = (await differencesOf(db, { open: true })).filter(isMissingFill)
  return unseen === undefined ? null : `nobody has seen yet that ${unseen.id} is repaired`
}

function isMissingFill({ until, causes }: StoredDifference): boolean {
  return until === null && causes.includes('MISSING_FILL')
}

// -------------------------------------------------------------- memory and handles

export interface Footprint {
  readonly heap: number
  readonly handles: number
}

function footprintsOf(desk: Running): Pick<Run, 'first' | 'last' | 'footprints'> {
  const said = [...desk.stderr().matchAll(/heap (\d+) MB, (\d+) handles/g)].map(([, heap, handles]) => ({ heap: Number(heap), handles: Number(handles) }))
  const [first, last] = [said[0], said.at(-1)]
  if (first === undefined || last === undefined) throw new Error(`expected the process to say what it holds:\n${desk.stderr().slice(-2_000)}`)
  return { first, last, footprints: said }
}

export function expectFlat({ last }: Run): void {
  expect(last.heap, 'MB of heap at the end').toBeLessThan(HEAP_MB_MAX)
  expect(last.handles, 'handles at the end').toBeLessThan(HANDLES_MAX)
}

// -------------------------------------------------------------- what was compared

/** Far more than anybody made in a day, and far less than what brokers write for 'no value'. */
const MONEY_MAX = 1e9

/** What had no value was compared with nothing, what was old is said to be, and what we missed is here by now. */
export function expectReconciled({ differences }: Run): void {
  for (const one of differences) {
    for (const figure of [one.ours, one.theirs]) expect(Math.abs(Number(figure ?? 0)), JSON.stringify(one)).toBeLessThan(MONEY_MAX)
    if (one.causes.includes('STALE')) expect(one.staleSeconds, JSON.stringify(one)).toBeGreaterThanOrEqual(0)
  }
  expect(differences.filter(isMissingFill), 'fills that are still missing').toEqual([])
}

// -------------------------------------------------------------- what must be equal

/** Prices of what was open that are neither stored nor inside a declared hole: nobody would know that they are missing. */
export async function lostOf({ db, gaps }: Run, day: MadeDay): Promise<string[]> {
  const ideal = idealOf(day)
  const lost: string[] = []
  for (const conId of new Set(day.executions.map((fill) => fill.conId))) {
    const stored: StoredMark[] = []
    for await (const marks of marksOf(db, conId, MADE_FROM - WEEK_MS, MADE_UNTIL + WEEK_MS)) stored.push(...marks)
    const storedAt = new Map(stored.map(({ at, price }) => [at, price]))
    const trades = ideal.trades.filter((trade) => trade.conId === conId)
    let before = Number.NaN
    for (const mark of day.facts) {
      if (mark.kind !== 'mark' || mark.conId !== conId) continue
      const last = storedAt.get(mark.at)
      // A price equal to the last one is a repeat, which is not stored.
      const isStored = last === Number(mark.price) || before === Number(mark.price)
      if (last !== undefined) before = last
      const isOpen = trades.some(({ openedAt, closedAt }) => mark.at > openedAt && mark.at < (closedAt ?? MADE_UNTIL))
      const isDeclared = gaps.some((gap) => gap.conId === conId && mark.at > gap.from && mark.at < gap.to)
      if (!isStored && isOpen && !isDeclared) lost.push(`contract ${conId} at ${printInstant(mark.at)}, ${mark.price}`)
    }
  }
  return lost
}

export function expectEqual(run: Run, day: MadeDay): void {
  const ideal = idealOf(day)
  const ids = run.executions.map(({ executionId }) => executionId)
  expect(new Set(ids).size, 'no execution twice').toBe(ids.length)
  for (const id of run.before) expect(ids, 'what was committed stays').toContain(id)
  expect(run.trades.map(resultOf).sort(byId)).toEqual(ideal.trades.map(resultOf).sort(byId))

  const stored = new Map(run.trades.map((trade) => [trade.tradeId, trade]))
  const heard = new Map(
    idealOf(day, ({ conId, at }) => run.gaps.some((gap) => gap.conId === conId && at > gap.from && at < gap.to)).trades.map((trade) => [trade.tradeId, trade]),
  )
  const whole = new Set<string>()
  for (const trade of ideal.trades) {
    const found = stored.get(trade.tradeId)
    const least = heard.get(trade.tradeId)
    if (found === undefined || least === undefined) throw new Error(`expected ${trade.tradeId} to be stored`)
    const holes = run.gaps.filter((gap) => gap.conId === trade.conId && gap.to > trade.openedAt && gap.from < (trade.closedAt ?? MADE_UNTIL))
    if (holes.length === 0) {
      whole.add(trade.tradeId)
      expect(excursionsOf(found), trade.tradeId).toEqual(excursionsOf(trade))
    } else {
      expectBetween(found.mfe.pct, least.mfe.pct, trade.mfe.pct, `mfe of ${trade.tradeId}, ${holes.map(spanOf).join(', ')}`)
      expectBetween(found.mae.pct, trade.mae.pct, least.mae.pct, `mae of ${trade.tradeId}, ${holes.map(spanOf).join(', ')}`)
    }
  }
  const ofWhole = <T extends { tradeId: string }>(alerts: readonly T[]) => alerts.filter(({ tradeId }) => whole.has(tradeId))
  expect(
    ofWhole(run.alerts.filter(({ state }) => state !== 'WITHDRAWN'))
      .map(alertOf)
      .sort(),
  ).toEqual(ofWhole(ideal.alerts).map(alertOf).sort())
}

function resultOf({ tradeId, side, status, quantity, entryPrice, exitPrice, openedAt, closedAt, grossPnl, commission, netPnl }: Trade) {
  return { tradeId, side, status, quantity, entryPrice, exitPrice, openedAt, closedAt, grossPnl, commission, netPnl }
}

function excursionsOf({ mfe, mae }: Trade) {
  return { mfe, mae }
}

function alertOf({ tradeId, ruleId, tier, at, price }: { tradeId: string; ruleId: string; tier: number; at: number; price: string }): string {
  return `${tradeId} ${ruleId} ${tier} ${printInstant(at)} ${price}`
}

function byId(a: { tradeId: string }, b: { tradeId: string }): number {
  return a.tradeId < b.tradeId ? -1 : 1
}

function spanOf({ from, to, reason }: Gap): string {
  return `${printInstant(from)}–${printInstant(to)} (${reason})`
}

function expectBetween(found: string | null, least: string | null, most: string | null, name: string): void {
  const low = decimal(least ?? '0')
  const high = decimal(most ?? '0')
  const is = decimal(found ?? '0')
  expect(is.gte(low) && is.lte(high), `${name}: expected ${found} from ${least} to ${most}`).toBe(true)
}
