// A position that is not the broker's: after a minute it is a trouble of the recorder's own, told as such, and over once the two agree.
import { expect, test } from 'vitest'
import { followDifferences, keyOf, type Reconciled } from '#core/difference.ts'
import { disagreements } from '#jobs/reconcile.ts'
import { openVigil, type WatchedWriter } from '#jobs/vigil.ts'
import { clockThatReads } from '#src/clock.ts'
import { differencesOf, writeDifferences } from '#store/differences.ts'
import { systemAlerts } from '#store/system-alerts.ts'
import { openTestDatabase } from './database.ts'

const T0 = Date.parse('2026-11-20T15:00:00Z')

test('BROKER DISAGREES is told after a minute, with both numbers, and over when they agree', async () => {
  await using db = await openTestDatabase()
  let now = T0
  const clock = clockThatReads(() => now)
  const status = {
    ...{ name: 'tws' as const, state: 'READY' as const, reason: '', since: T0, host: '', port: 0 },
    accounts: [],
    marketTime: T0,
    readOnly: true,
  }
  const writer: WatchedWriter = { held: () => [], marketTime: () => T0, status: () => status, disagreements: () => disagreements(db) }
  await using vigil = openVigil({ db, clock, writer, channels: [], everyMs: 3_600_000, onChange: () => {}, log: () => {} })
  const keep = async (found: Reconciled) =>
    writeDifferences(
      db,
      followDifferences(await differencesOf(db, { open: true }), found, now, () => 'look'),
    )
  const where = { account: 'DU1', conId: 8314, symbol: 'IBM', subject: '', source: 'POSITION' as const, currency: null, staleSeconds: null }
  const quantity = { ...where, measure: 'QUANTITY' as const, ours: '100', theirs: '300', causes: ['MISSING_FILL' as const], severity: 'warn' as const }
  const otherwise = { ...where, measure: 'UNREALIZED' as const, ours: '150', theirs: '149', causes: ['COMMISSION' as const], severity: 'info' as const }

  await keep({ differences: [otherwise], agreed: new Set() })
  await vigil.look()
  now += 61_000
  await vigil.look()
  expect(await systemAlerts(db)).toEqual([]) // the same fills, reckoned another way

  await keep({ differences: [otherwise, quantity], agreed: new Set() })
  await vigil.look()
  expect(await systemAlerts(db)).toEqual([])
  now += 61_000
  await vigil.look()
  expect(await systemAlerts(db)).toMatchObject([{ kind: 'BROKER_DISAGREES', details: ['IBM DU1: 100 / 300'], until: null }])

  // Not seen to differ, and not seen to agree: it goes on.
  await keep({ differences: [], agreed: new Set() })
  await vigil.look()
  expect(await systemAlerts(db)).toMatchObject([{ until: null }])
  await keep({ differences: [], agreed: new Set(['DU1:8314:QUANTITY']) })
  await vigil.look()
  const [told] = await systemAlerts(db)
  expect(told?.until).not.toBeNull()
})

test('however many differ, each is seen to last and to be over: none is told to begin a second time', async () => {
  await using db = await openTestDatabase()
  const found = Array.from({ length: 600 }, (_, i) => ({
    ...{ account: 'DU1', conId: i + 1, symbol: `S${i}`, measure: 'QUANTITY' as const, subject: '', source: 'POSITION' as const, currency: null },
    ...{ ours: '100', theirs: '300', causes: ['MISSING_FILL' as const], severity: 'warn' as const, staleSeconds: null },
  }))
  const keep = async (reconciled: Reconciled, now: number) => {
    const changes = followDifferences(await differencesOf(db, { open: true }), reconciled, now, () => 'look')
    await writeDifferences(db, changes)
    return changes
  }
  await keep({ differences: found, agreed: new Set() }, T0)
  const { began, still } = await keep({ differences: found, agreed: new Set() }, T0 + 1_000)
  expect([began.length, still.length]).toEqual([0, 600])
  await keep({ differences: [], agreed: new Set(found.map(keyOf)) }, T0 + 2_000)
  expect(await differencesOf(db, { open: true })).toEqual([])
})
