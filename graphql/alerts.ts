// Alerts and the rules that raise them: each resolver is one line into the store.
import { plain } from '#core/decimal.ts'
import { type Measure, type Threshold, valueIn } from '#core/rules.ts'
import { distancesOf } from '#core/distance.ts'
import { ALERT_STATES, type StoredAlert } from '#core/stored.ts'
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
    ordinal: ({ ordinal = 1 }) => ordinal,
    rule: ({ ruleId }, _, { loaders }) => loaders.rule.load(ruleId),
    trade: ({ tradeId }, _, { loaders }) => loaders.trade.load(tradeId),
  },
  AlertRule: {
    pct: ({ threshold }) => plainIn('pct', threshold),
    amount: ({ threshold }) => plainIn('amount', threshold),
    r: ({ threshold }) => plainIn('r', threshold),
    armPct: ({ arm }) => plainIn('pct', arm),
    armAmount: ({ arm }) => plainIn('amount', arm),
    armR: ({ arm }) => plainIn('r', arm),
    fraction: ({ kind, fraction }) => (kind === 'GIVEBACK' ? plain(fraction) : null),
    after: ({ definition }) => (typeof definition['after'] === 'string' ? definition['after'] : null),
    mfeBelowPct: ({ kind, below }) => (kind === 'TIME_STOP' ? plainIn('pct', below) : null),
    mfeBelowAmount: ({ kind, below }) => (kind === 'TIME_STOP' ? plainIn('amount', below) : null),
    mfeBelowR: ({ kind, below }) => (kind === 'TIME_STOP' ? plainIn('r', below) : null),
    resultBelowPct: ({ kind, below }) => (kind === 'NO_PROGRESS' ? plainIn('pct', below) : null),
    resultBelowAmount: ({ kind, below }) => (kind === 'NO_PROGRESS' ? plainIn('amount', below) : null),
    resultBelowR: ({ kind, below }) => (kind === 'NO_PROGRESS' ? plainIn('r', below) : null),
    repeat: ({ times }) => (Number.isFinite(times) ? times : 0),
    cooldown: ({ definition }) => (typeof definition['cooldown'] === 'string' ? definition['cooldown'] : null),
    sessions: ({ scope }) => scope.sessions ?? null,
    tiers: ({ tiers }) =>
      tiers.flatMap(({ threshold, take }) => {
        const pct = plainIn('pct', threshold)
        return pct === null ? [] : [{ pct, take }]
      }),
    targets: ({ tiers }) =>
      tiers.map(({ threshold, take }, tier) => ({
        ...{ tier, take, pct: plainIn('pct', threshold), amount: plainIn('amount', threshold), r: plainIn('r', threshold) },
      })),
    definition: ({ definition }) => JSON.stringify(definition),
  },
  Trade: {
    distances: async (trade, _, { loaders }) => {
      if (trade.status === 'CLOSED') return []
      const [rules, said, hours] = await Promise.all([
        loaders.rules.load('all'),
        loaders.alertsOfTrade.load(trade.tradeId),
        loaders.instrument.load(trade.conId),
      ])
      return distancesOf(trade, rules, new Set(said.map(({ ruleId, tier }) => `${ruleId}|${tier}`)), hours ?? {})
    },
  },
  RuleDistance: {
    rule: ({ ruleId }, _, { loaders }) => loaders.rule.load(ruleId),
    percent: ({ pct }) => pct,
  },
  Subscription: {
    alertRaised: {
      subscribe: (_, { filter, sinceSeq }, { db, bus, meter, caller }) => {
        // Whoever heard of an alert hears that it was withdrawn.
        const wanted = { states: ALERT_STATES, ...within(caller, alertFilter(filter)) }
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

function plainIn(measure: Measure, threshold: Threshold | null): string | null {
  const value = valueIn(measure, threshold)
  return value === null ? null : plain(value)
}
