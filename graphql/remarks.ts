// What a trader says of an alert from wherever it was read: seen, a comment, not now. Each is checked, then one line into the store.
import { alertsOf } from '#store/alerts.ts'
import { acknowledge, comment, snooze } from '#store/remarks.ts'
import { ALERT_STATES, type StoredAlert } from '#core/stored.ts'
import { demand, within } from './caller.ts'
import type { Context } from './context.ts'
import { userError } from './errors.ts'
import type { Resolvers } from './generated.ts'

const COMMENT_MAX = 2_000
const SNOOZE_MS_MAX = 366 * 86_400_000

export const remarks: Resolvers = {
  Mutation: {
    acknowledgeAlert: async (_, { input: { alertId } }, context) => {
      demand(context.caller, 'annotate')
      const alert = await alertOf(context, alertId)
      if (alert === null) return { userErrors: [noAlert(alertId)] }
      await acknowledge(context.db, alertId, context.clock.now(), context.caller.name)
      context.loaders.remarks.clear(alertId)
      return { alert, userErrors: [] }
    },
    commentAlert: async (_, { input: { alertId, text } }, context) => {
      demand(context.caller, 'annotate')
      const alert = await alertOf(context, alertId)
      if (alert === null) return { userErrors: [noAlert(alertId)] }
      if (text.trim() === '' || text.length > COMMENT_MAX)
        return {
          userErrors: [userError('BAD_USER_INPUT', `expected 1 to ${COMMENT_MAX} characters, found ${text.trim() === '' ? 'none' : text.length}`, 'text')],
        }
      await comment(context.db, alertId, text, context.clock.now(), context.caller.name)
      context.loaders.remarks.clear(alertId)
      return { alert, userErrors: [] }
    },
    snoozeTrade: async (_, { input: { tradeId, alertId, until = null } }, context) => {
      demand(context.caller, 'annotate')
      const { db, clock, caller, loaders } = context
      const given = [tradeId, alertId].filter((id) => id !== null && id !== undefined)
      if (given.length !== 1)
        return { userErrors: [userError('BAD_USER_INPUT', `expected tradeId or alertId, found ${given.length === 0 ? 'neither' : 'both'}`)] }
      const id = tradeId ?? (await alertOf(context, alertId ?? ''))?.tradeId
      const trade = id === undefined ? null : await loaders.trade.load(id)
      if (trade === null)
        return { userErrors: [userError('NOT_FOUND', `expected ${tradeId ? 'a trade' : 'an alert of a trade'}, found none`, tradeId ? 'tradeId' : 'alertId')] }
      const now = clock.now()
      if (until !== null && (until <= now || until > now + SNOOZE_MS_MAX))
        return { userErrors: [userError('BAD_USER_INPUT', 'expected an instant to come, at most a year ahead, or null to end it', 'until')] }
      await snooze(db, trade.tradeId, until, now, caller.name)
      loaders.snooze.clear(trade.tradeId)
      return { trade, userErrors: [] }
    },
  },
  Alert: {
    acknowledgedAt: async ({ id }, _, { loaders }) => (await loaders.remarks.load(id)).acknowledgedAt,
    comments: async ({ id }, _, { loaders }) => (await loaders.remarks.load(id)).comments,
  },
  Trade: {
    snoozedUntil: async ({ tradeId }, _, { loaders, clock }) => {
      const said = await loaders.snooze.load(tradeId)
      return said !== null && said.until > clock.now() ? said.until : null
    },
  },
}

/** Null where the caller may not see it. */
async function alertOf({ db, caller }: Context, id: string): Promise<StoredAlert | null> {
  return (await alertsOf(db, within(caller, { ids: [id], states: ALERT_STATES })))[0] ?? null
}

function noAlert(id: string) {
  return userError('NOT_FOUND', `expected an alert of id '${id}', found none`, 'alertId')
}
