// The demo's day: for any seed it is whole, in order, on the tick grid, and makes every kind of starter rule fire.
import { describe, expect, it } from 'vitest'
import type { AnyFact, Mark } from '#core/facts.ts'
import { Replay } from '#core/replay.ts'
import { parseRule, STARTER_RULES } from '#core/rules.ts'
import type { Rule } from '#core/rules.ts'
import { parseInstant, wallClock } from '#core/time.ts'
import { DEMO_ACCOUNT, demoTape } from '#sim/demo.ts'

const SEEDS = [1, 2, 3, 7, 42, 2_026, 99_999]
const playedAt = (fact: AnyFact) => fact.seenAt ?? ('from' in fact ? fact.from : fact.at) ?? 0

function replay(tape: readonly AnyFact[]) {
  const rules = STARTER_RULES.map((rule) => parseRule({ ...rule, enabled: true })) as Rule[]
  const folded = new Replay(
    tape.filter((fact) => fact.kind !== 'mark'),
    { filter: 'default', rules },
  )
  for (const mark of tape.filter((fact): fact is Mark => fact.kind === 'mark')) {
    folded.quote(mark.conId, {
      price: mark.price,
      bid: null,
      ask: null,
      at: mark.at,
      suspicious: false,
      conditions: 0,
      pastLimit: false,
      unreported: false,
      halted: false,
      isMid: false,
    })
  }
  return folded.finish()
}

describe('the demo tape', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(demoTape(5)).toEqual(demoTape(5))
    expect(demoTape(5)).not.toEqual(demoTape(6))
  })

  it.each(SEEDS)('seed %i: a whole market day, in playing order, on the tick grid, fills at whole seconds at the price of the moment', (seed) => {
    const tape = demoTape(seed)
    const marks = tape.filter((fact) => fact.kind === 'mark')
    expect(marks.length).toBeGreaterThan(60_000)
    expect(marks.length).toBeLessThan(120_000)
    const times = tape.map(playedAt)
    expect(times.every((at, i) => i === 0 || at >= (times[i - 1] ?? 0))).toBe(true)
    expect(wallClock(marks[0]?.at ?? 0, 'America/New_York')).toMatchObject({ day: '2026-11-20', clock: expect.stringMatching(/^09:24/) })
    expect(Math.max(...times)).toBeLessThanOrEqual(parseInstant('2026-11-20T21:00:00Z') ?? 0)
    const ticks = new Map(tape.filter((fact) => fact.kind === 'instrument').map((fact) => [fact.conId, Number(fact.minTick)]))
    expect(marks.every((mark) => Number.isInteger(Number((mark.price / (ticks.get(mark.conId) ?? 1)).toFixed(6))))).toBe(true)
    const executions = tape.filter((fact) => fact.kind === 'execution')
    expect(executions.every((fact) => fact.at % 1000 === 0 && fact.account === DEMO_ACCOUNT)).toBe(true)
    for (const fact of executions) {
      const around = marks.findLast((mark) => mark.conId === fact.conId && mark.at <= fact.at)
      expect(Math.abs(Number(fact.price) / (around?.price ?? 0) - 1)).toBeLessThan(0.001)
    }
    expect(tape.filter((fact) => fact.kind === 'commission' && fact.seenAt !== undefined)).toHaveLength(1)
    expect(executions.filter((fact) => fact.executionId.endsWith('.02'))).toHaveLength(1)
  })

  it.each(SEEDS)('seed %i: about a dozen trades, all closed in the end, and every kind of starter rule fires', (seed) => {
    const { trades, alerts } = replay(demoTape(seed))
    const orders = trades.filter((trade) => trade.unit === 'ORDER')
    expect(orders).toHaveLength(14)
    expect(trades.every((trade) => trade.status === 'CLOSED')).toBe(true)
    expect(new Set(alerts.map((alert) => `${alert.ruleId} ${alert.tier}`))).toEqual(
      new Set(['hard-stop 0', 'scale-out 0', 'scale-out 1', 'trail 0', 'giveback 0', 'time-stop 0', 'no-momentum 0', 'no-progress 0']),
    )
    const sides = new Set(orders.map((trade) => `${trade.symbol} ${trade.side}`))
    for (const wanted of ['NVDA LONG', 'TSLA SHORT', 'SPY SHORT', 'ES SHORT', 'ES LONG', 'IBM SHORT']) expect(sides).toContain(wanted)
  })
})
