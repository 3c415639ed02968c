// What resolvers read of many objects at once: one statement for all trades (or alerts) of an answer, never one for each.
// Made anew for each operation. A subscription, which lives on, remembers nothing: every event is answered from what is stored then.
import DataLoader from 'dataloader'
import type { Instrument } from '#core/facts.ts'
import { parseRule } from '#core/rules.ts'
import { ALERT_STATES, type StoredAlert, type StoredTrade } from '#core/stored.ts'
import type { SystemAlert } from '#core/system-alert.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { alertsOf, alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { rulesOf, type StoredRule } from '#store/decisions.ts'
import { deliveriesOfAlerts, type Delivery } from '#store/deliveries.ts'
import { instruments } from '#store/facts.ts'
import { type Remarks, remarksOf, type SnoozedTrade, snoozesOf } from '#store/remarks.ts'
import { systemAlertsByIds } from '#store/system-alerts.ts'
import { type Latest, type LatestPoint, latestPointsOf, tradesByIds, trajectoriesOf } from '#store/trades.ts'
import { type Caller, seesRule, seesTrade, within } from './caller.ts'
import type { ReviewParent, RuleParent } from './parents.ts'
import type { Parts, ReviewPicture } from './parts.ts'
import { drawReviews } from './review-pictures.ts'

export interface Loaders {
  readonly trade: DataLoader<string, StoredTrade | null>
  readonly alertsOfTrade: DataLoader<string, readonly StoredAlert[]>
  readonly trajectory: DataLoader<string, readonly TrajectoryPoint[]>
  readonly latestPoints: DataLoader<Latest, readonly LatestPoint[], string>
  readonly instrument: DataLoader<number, Instrument | null>
  readonly rule: DataLoader<string, RuleParent | null>
  /** Every rule, by the one key there is. */
  readonly rules: DataLoader<'all', readonly RuleParent[]>
  readonly alert: DataLoader<string, StoredAlert | null>
  readonly remarks: DataLoader<string, Remarks>
  readonly snooze: DataLoader<string, SnoozedTrade | null>
  readonly deliveriesOfAlert: DataLoader<string, readonly Delivery[]>
  readonly systemAlert: DataLoader<number, SystemAlert | null>
  readonly pictures: DataLoader<ReviewParent, readonly ReviewPicture[], string>
}

/** What `caller` may not see is not there. */
export function openLoaders({ db, open, draw }: Pick<Parts, 'db' | 'open' | 'draw'>, caller: Caller, { cache = true }: { cache?: boolean } = {}): Loaders {
  const loaders: Loaders = {
    trade: new DataLoader(
      async (ids: readonly string[]) => {
        const known = new Map(visible(caller, ids).map((id) => [id, open?.trade(id)]))
        const asked = [...known].filter(([, trade]) => trade === undefined).map(([id]) => id)
        const stored = asked.length === 0 ? [] : await tradesByIds(db, asked)
        return inOrder(
          ids,
          [...known.values(), ...stored].filter((trade) => trade !== undefined),
          (trade) => trade.tradeId,
        )
      },
      { cache },
    ),
    alertsOfTrade: new DataLoader(
      async (ids) => {
        const found = await alertsOfTrades(db, visible(caller, ids))
        return ids.map((id) => found.get(id) ?? [])
      },
      { cache },
    ),
    trajectory: new DataLoader(
      async (ids) => {
        const found = await trajectoriesOf(db, visible(caller, ids))
        return ids.map((id) => found.get(id) ?? [])
      },
      { cache },
    ),
    latestPoints: new DataLoader(async (wanted: readonly Latest[]) => latestPointsOf(db, wanted), {
      cache,
      cacheKeyFn: ({ tradeId, count }) => `${count} ${tradeId}`,
    }),
    instrument: new DataLoader(async (conIds) => inOrder(conIds, await instruments(db, conIds), (instrument) => instrument.conId), { cache }),
    rule: new DataLoader(async (ids) => inOrder(ids, await readRules(db, caller), (rule) => rule.id), { cache }),
    rules: new DataLoader(
      async (keys) => {
        const all = await readRules(db, caller)
        return keys.map(() => all)
      },
      { cache },
    ),
    alert: new DataLoader(
      async (ids: readonly string[]) => inOrder(ids, await alertsOf(db, within(caller, { ids, states: ALERT_STATES })), (alert) => alert.id),
      { cache },
    ),
    remarks: new DataLoader(
      async (ids) => {
        const found = await remarksOf(db, ids)
        return ids.map((id) => found.get(id) ?? { acknowledgedAt: null, comments: [] })
      },
      { cache },
    ),
    snooze: new DataLoader(
      async (ids) => {
        const found = await snoozesOf(db, visible(caller, ids))
        return ids.map((id) => found.get(id) ?? null)
      },
      { cache },
    ),
    deliveriesOfAlert: new DataLoader(
      async (ids) => {
        const found = await deliveriesOfAlerts(db, ids, caller.accounts ?? undefined)
        return ids.map((id) => found.get(id) ?? [])
      },
      { cache },
    ),
    systemAlert: new DataLoader(
      async (ids) => {
        const found = await systemAlertsByIds(db, ids)
        return ids.map((id) => found.get(id) ?? null)
      },
      { cache },
    ),
    pictures: new DataLoader(
      async (reviews: readonly ReviewParent[]) => (draw === undefined ? reviews.map(() => []) : drawReviews(reviews, { db, draw, caller, loaders })),
      { cache, cacheKeyFn: ({ day, account }) => `${day} ${account ?? ''}` },
    ),
  }
  return loaders
}

/** Every rule as it is now, in the order in which they are looked at. */
export async function readRules(db: Database, caller: Caller): Promise<RuleParent[]> {
  return (await rulesOf(db)).map(ruleOf).filter((rule) => rule !== null && seesRule(caller, rule)) as RuleParent[]
}

/** Null where a later version wrote what this one cannot read. */
export function ruleOf({ body, version, enabled }: StoredRule): RuleParent | null {
  const rule = parseRule(body)
  return 'refused' in rule ? null : { ...rule, enabled, version }
}

function visible(caller: Caller, tradeIds: readonly string[]): readonly string[] {
  return tradeIds.filter((id) => seesTrade(caller, id))
}

function inOrder<K, T>(keys: readonly K[], rows: readonly T[], keyOf: (row: T) => K): (T | null)[] {
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  return keys.map((key) => found.get(key) ?? null)
}
