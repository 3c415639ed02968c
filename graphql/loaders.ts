// What resolvers read of many objects at once: one statement for all trades (or alerts) of an answer, never one for each.
// Made anew for each operation. A subscription, which lives on, remembers nothing: every event is answered from what is stored then.
import DataLoader from 'dataloader'
import type { Instrument } from '#core/facts.ts'
import { parseRule } from '#core/rules.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { rulesOf, type StoredRule } from '#store/decisions.ts'
import { instruments } from '#store/facts.ts'
import { type Latest, latestPointsOf, tradesByIds, trajectoriesOf } from '#store/trades.ts'
import { type Caller, seesRule, seesTrade } from './caller.ts'
import type { RuleParent } from './parents.ts'

export interface Loaders {
  readonly trade: DataLoader<string, StoredTrade | null>
  readonly alertsOfTrade: DataLoader<string, readonly StoredAlert[]>
  readonly trajectory: DataLoader<string, readonly TrajectoryPoint[]>
  readonly latestPoints: DataLoader<Latest, readonly TrajectoryPoint[], string>
  readonly instrument: DataLoader<number, Instrument | null>
  readonly rule: DataLoader<string, RuleParent | null>
}

/** What `caller` may not see is not there. */
export function openLoaders(db: Database, caller: Caller, { cache = true }: { cache?: boolean } = {}): Loaders {
  return {
    trade: new DataLoader(async (ids: readonly string[]) => inOrder(ids, await tradesByIds(db, visible(caller, ids)), (trade) => trade.tradeId), { cache }),
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
    instrument: new DataLoader(async (conIds) => inOrder(conIds, await instruments(db), (instrument) => instrument.conId), { cache }),
    rule: new DataLoader(async (ids) => inOrder(ids, await readRules(db, caller), (rule) => rule.id), { cache }),
  }
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
