// Alerts and the rules that raise them: each resolver is one line into the store.
import { plain } from '#core/decimal.ts'
import type { StoredAlert } from '#core/stored.ts'
import { alertsPage, alertsSince } from '#store/alerts.ts'
import { alertFilter, pageOf } from './arguments.ts'
import { within } from './caller.ts'
import { follow, type Told } from './follow.ts'
import type { Resolvers } from './generated.ts'
import { readRules } from './loaders.ts'
import { matchesAlert } from './matches.ts'

/** Rows of one look into the store while a subscription catches up. */
const PAGE = 500

export const alerts: Resolvers = {
  Query: {
    alerts: (_, { filter, ...page }, { db, caller }) => alertsPage(db, within(caller, alertFilter(filter)), pageOf(page), 'DESC'),
    alertRules: (_, __, { db, caller }) => readRules(db, caller),
  },
  AlertConnection: { nodes: ({ edges }) => edges.map((edge) => edge.node) },
  Alert: {
    rule: ({ ruleId }, _, { loaders }) => loaders.rule.load(ruleId),
    trade: ({ tradeId }, _, { loaders }) => loaders.trade.load(tradeId),
  },
  AlertRule: {
    pct: ({ kind, pct }) => (kind === 'MAE_STOP' || kind === 'TRAILING_STOP' ? plain(pct) : null),
    armPct: ({ kind, armPct }) => (kind === 'TRAILING_STOP' || kind === 'GIVEBACK' ? plain(armPct) : null),
    fraction: ({ kind, fraction }) => (kind === 'GIVEBACK' ? plain(fraction) : null),
    after: ({ definition }) => (typeof definition['after'] === 'string' ? definition['after'] : null),
    mfeBelowPct: ({ kind, belowPct }) => (kind === 'TIME_STOP' ? plain(belowPct) : null),
    resultBelowPct: ({ kind, belowPct }) => (kind === 'NO_PROGRESS' ? plain(belowPct) : null),
    tiers: ({ tiers }) => tiers.map(({ pct, take }) => ({ pct: plain(pct), take })),
    definition: ({ definition }) => JSON.stringify(definition),
  },
  Subscription: {
    alertRaised: {
      subscribe: (_, { filter, sinceSeq }, { db, bus, meter, caller }) => {
        const wanted = within(caller, alertFilter(filter))
        return follow<StoredAlert>({
          bus,
          meter,
          sinceSeq: sinceSeq ?? null,
          hear: (event) => (event.kind === 'alert' && matchesAlert(wanted, event.alert) ? { seq: event.seq, value: event.alert } : null),
          stored: async (seq) => (await alertsSince(db, seq, wanted, PAGE)).map((alert) => ({ seq: alert.seq, value: alert })),
        })
      },
      resolve: ({ seq, value }: Told<StoredAlert>) => ({ seq, resync: value === null, alert: value }),
    },
  },
}
