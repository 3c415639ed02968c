// The tape that comes along: the bytes of the repository are what its maker makes, and it holds what the proofs need to meet.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parseLine } from '#core/tape.ts'
import { expect, test } from 'vitest'
import type { AnyFact } from '#core/facts.ts'
import { SMALL_ACCOUNTS, SMALL_TAPE, smallTape } from '#sim/tapes/make.ts'
import { makeHome } from './process.ts'
import { replayed } from './story.ts'

const text = gunzipSync(readFileSync(SMALL_TAPE)).toString()
type Raw = AnyFact & { readonly seenAt?: string; readonly at?: string }
const facts = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Raw)

test('sim/tapes/small-day.ndjson.gz is what sim/tapes/make.ts makes', () => {
  expect(text === smallTape()).toBe(true)
})

test('it is a day as brokers tell it: whole seconds, corrections and a bust after the fact, commissions late, missing, abroad and told twice', () => {
  const executions = facts.filter((fact) => fact.kind === 'execution')
  const corrections = executions.filter(({ executionId }) => executionId.endsWith('.02'))
  const commissions = facts.filter((fact) => fact.kind === 'commission')
  const charged = commissions.map(({ executionId }) => executionId)
  const marks = facts.filter((fact) => fact.kind === 'mark')
  const instants = new Set(marks.map(({ conId, at }) => `${conId} ${String(at)}`))
  expect(new Set(executions.map(({ account }) => account))).toEqual(new Set(SMALL_ACCOUNTS))
  expect(new Set(executions.map(({ conId }) => conId)).size).toBe(3)
  expect(facts.some((fact) => fact.kind === 'instrument' && fact.secType === 'FUT' && fact.multiplier === '50')).toBe(true)
  expect(executions.every(({ at }) => String(at).endsWith('.000Z'))).toBe(true)
  expect(executions.some(({ conId, at }) => instants.has(`${conId} ${String(at)}`))).toBe(true)
  expect(corrections.filter(({ quantity, seenAt, at }) => quantity !== '0' && seenAt !== at).length).toBeGreaterThan(3)
  expect(corrections.some(({ quantity }) => quantity === '0')).toBe(true)
  expect(commissions.filter(({ seenAt }) => seenAt !== undefined).length).toBeGreaterThan(5)
  expect(executions.some(({ executionId }) => !charged.includes(executionId))).toBe(true)
  expect(charged.length).toBeGreaterThan(new Set(charged).size)
  expect(commissions.some(({ currency }) => currency === 'EUR')).toBe(true)
  expect(executions.some(({ permId }) => permId === '0')).toBe(true)
  expect(marks).toHaveLength(20_000)
})

test('every starter rule that is switched on fires on its shares, both time rules among them', async () => {
  await using home = await makeHome()
  const { alerts } = await replayed({ tape: SMALL_TAPE }, home.parent)
  expect(new Set([...alerts.values()].map(({ ruleId, tier }) => `${ruleId} ${tier}`))).toEqual(
    new Set(['hard-stop 0', 'scale-out 0', 'trail 0', 'giveback 0', 'time-stop 0', 'no-momentum 0']),
  )
})

test('a rate of nothing is none: dividing by it is left to nobody', () => {
  const rate = (text: string) => parseLine(`{"kind":"fxRate","base":"EUR","quote":"USD","rate":"${text}","at":"2026-11-20T15:00:00Z"}`)
  expect(rate('1.25')).toMatchObject({ rate: '1.25' })
  expect(['0', '-1.25'].map(rate)).toEqual([{ refused: 'expected rate above 0, found 0' }, { refused: 'expected rate above 0, found -1.25' }])
})
