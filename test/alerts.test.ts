// Alerts over a real PostgreSQL: history that keeps its place.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Page } from '#core/query.ts'
import { ALERT_STATES, type StoredAlert } from '#core/stored.ts'
import { alertsOf, alertsOfTrades, alertsPage, alertsSince } from '#store/alerts.ts'
import { commitBatch } from '#store/batch.ts'
import { openTestDatabase } from '#test/database.ts'
import { alert, backwards, batch, byId, forwards, OPENED } from './stored.ts'

test('law: alerts come back as written, page by page, withdrawn ones only when asked for', async () => {
  await using db = await openTestDatabase()
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(alert, { selector: ({ id }) => id, maxLength: 25 }), fc.integer({ min: 1, max: 7 }), async (written, size) => {
      await db.pool.query('truncate alerts')
      await commitBatch(db, batch({ alerts: written }))
      const all = await alertsOf(db, { states: ALERT_STATES })
      expect(all).toEqual(written.toSorted((a, b) => a.at - b.at || a.openedAt - b.openedAt || (a.tradeId === b.tradeId ? 0 : byId(a, b))))
      const shown = all.filter(({ state }) => state !== 'WITHDRAWN')
      expect(await alertsOf(db, {})).toEqual(shown)
      const ask = (page: Page) => alertsPage(db, {}, page)
      expect(await forwards(ask, size)).toEqual(shown)
      expect(await backwards(ask, size)).toEqual(shown)
      expect(await forwards((page) => alertsPage(db, {}, page, 'DESC'), size)).toEqual(shown.toReversed())
      expect((await alertsSince(db, 500, {}, 100)).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
        shown.filter(({ seq }) => seq > 500).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      )
      const ofTrades = await alertsOfTrades(db, ['ORDER:DU1:1:a', 'ORDER:none'])
      expect(ofTrades.get('ORDER:DU1:1:a')).toEqual(shown.filter(({ tradeId }) => tradeId === 'ORDER:DU1:1:a'))
      expect(ofTrades.get('ORDER:none')).toEqual([])
    }),
    { numRuns: 30 },
  )
})

test('an alert that is withdrawn keeps its place', async () => {
  await using db = await openTestDatabase()
  const drawn = fc
    .sample(alert, { numRuns: 3, seed: 1 })
    .map((one, i): StoredAlert => ({ ...one, at: OPENED, openedAt: OPENED, tradeId: 't', state: 'RAISED', id: `${9 - i}` }))
  await commitBatch(db, batch({ alerts: drawn }))
  await commitBatch(db, batch({ alerts: [{ ...(drawn[0] as StoredAlert), state: 'WITHDRAWN', seq: 2_000 }] }))
  const states = (await alertsOf(db, { states: ALERT_STATES })).map(({ id, state }) => `${id} ${state}`)
  expect(states).toEqual(['9 WITHDRAWN', '8 RAISED', '7 RAISED'])
})
