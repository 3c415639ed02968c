// What was told to whom, and the recorder's own troubles: each resolver is one line into the store. A token bound to accounts sees only what speaks of
// those alone: no digest with others in it, and no word that may name them.
import { SYSTEM_ALERTS, type SystemAlert } from '#core/system-alert.ts'
import { deliveriesPage, type DeliveryFilter, sendAgain } from '#store/deliveries.ts'
import { systemAlertsPage } from '#store/system-alerts.ts'
import { pageOf, withoutNulls } from './arguments.ts'
import { type Caller, demand, within } from './caller.ts'
import { userError } from './errors.ts'
import type { Resolvers } from './generated.ts'

export const deliveries: Resolvers = {
  Query: {
    deliveries: (_, { filter, ...page }, { db, caller }) => deliveriesPage(db, within<DeliveryFilter>(caller, withoutNulls(filter ?? {})), pageOf(page)),
    systemAlerts: (_, { active = null, ...page }, { db }) => systemAlertsPage(db, active, pageOf(page)),
  },
  Mutation: {
    sendAgain: async (_, { input: { id } }, { db, clock, caller }) => {
      demand(caller, 'rules')
      const known = /^\d{1,15}$/.test(id)
        ? (await deliveriesPage(db, within<DeliveryFilter>(caller, { ids: [Number(id)] }), { first: 1 })).edges[0]?.node
        : undefined
      if (known === undefined) return { userErrors: [userError('NOT_FOUND', `expected a delivery of id '${id}', found none`, 'id')] }
      const delivery = await sendAgain(db, known.id, clock.now(), caller.name)
      if (delivery === null)
        return { userErrors: [userError('BAD_USER_INPUT', `expected a delivery that was given up (DEAD), found one that is ${known.state}`, 'id')] }
      return { delivery, userErrors: [] }
    },
  },
  DeliveryConnection: { nodes: ({ edges }) => edges.map((edge) => edge.node) },
  Delivery: {
    id: ({ id }) => String(id),
    alert: ({ alertId }, _, { loaders }) => (alertId === null ? null : loaders.alert.load(alertId)),
    systemAlert: ({ systemAlertId }, _, { loaders }) => (systemAlertId === null ? null : loaders.systemAlert.load(systemAlertId)),
  },
  SystemAlertConnection: { nodes: ({ edges }) => edges.map((edge) => edge.node) },
  SystemAlert: {
    id: ({ id }) => String(id),
    severity: ({ kind }) => SYSTEM_ALERTS[kind].severity,
    details: (alert, _, { caller }) => detailsFor(caller, alert),
  },
  Alert: { deliveries: ({ id }, _, { loaders }) => loaders.deliveriesOfAlert.load(id) },
}

function detailsFor({ accounts }: Caller, { details }: SystemAlert): readonly string[] {
  return accounts === null ? details : []
}
