// What a person writes down: annotations and rules. Each is checked, then one line into the store; what can be mended is a userError, never a throw.
import { parseRule, troubleOfRuleId } from '#core/rules.ts'
import { troubleOfWords } from '#core/tags.ts'
import type { Database } from '#store/db.ts'
import { type Annotation, annotate, deleteRule, rulesOf, saveRule, switchRule, writeAudit } from '#store/decisions.ts'
import { withoutNulls } from './arguments.ts'
import { type Caller, demand, mayWriteRule } from './caller.ts'
import { userError } from './errors.ts'
import type { AnnotateTradeInput, Resolvers, SaveRuleInput } from './generated.ts'
import { ruleOf } from './loaders.ts'

const TEXTS = { strategy: 100, note: 10_000 } as const
const RATING_MAX = 5

export const decisions: Resolvers = {
  Mutation: {
    annotateTrade: async (_, { input }, { db, open, clock, loaders, caller }) => {
      demand(caller, 'annotate')
      const trade = await loaders.trade.load(input.tradeId)
      if (trade === null) return { userErrors: [userError('NOT_FOUND', `expected a trade of id '${input.tradeId}', found none`, 'tradeId')] }
      const userErrors = troublesOf(input)
      if (userErrors.length > 0) return { userErrors }
      const decision = await annotate(db, input.tradeId, annotationOf(input), clock.now(), caller.name)
      open?.doubt(decision)
      return { trade: await loaders.trade.clear(input.tradeId).load(input.tradeId), userErrors }
    },
    saveRule: async (_, { input }, { db, clock, caller, channels }) => {
      demand(caller, 'rules')
      const body = bodyOf(input)
      const strange = troubleOfRuleId(input.id)
      if (strange !== null) return { userErrors: [userError('BAD_USER_INPUT', strange, 'id')] }
      const rule = parseRule(body, channels)
      if ('refused' in rule) return { userErrors: [userError('BAD_USER_INPUT', rule.refused)] }
      if (!mayWriteRule(caller, rule) || !(await mayReplace(db, caller, input.id)))
        return { userErrors: [userError('FORBIDDEN', 'expected a rule whose scope names accounts of this token only, found another', 'scope')] }
      return { rule: ruleOf(await saveRule(db, { id: input.id, body: rule.definition, enabled: rule.enabled }, clock.now(), caller.name)), userErrors: [] }
    },
    setRuleEnabled: async (_, { input: { id, enabled } }, { db, clock, caller }) => {
      demand(caller, 'rules')
      if (!(await mayReplace(db, caller, id)))
        return { userErrors: [userError('FORBIDDEN', 'expected a rule whose scope names accounts of this token only, found another', 'id')] }
      const saved = await switchRule(db, id, enabled, clock.now(), caller.name)
      if (saved === null) return { userErrors: [userError('NOT_FOUND', `expected a rule of id '${id}', found none`, 'id')] }
      return { rule: ruleOf(saved), userErrors: [] }
    },
    deleteRule: async (_, { input: { id } }, { db, clock, caller }) => {
      demand(caller, 'rules')
      if (!(await mayReplace(db, caller, id)))
        return { userErrors: [userError('FORBIDDEN', 'expected a rule whose scope names accounts of this token only, found another', 'id')] }
      const gone = await deleteRule(db, id, clock.now(), caller.name)
      return gone === null ? { userErrors: [userError('NOT_FOUND', `expected a rule of id '${id}', found none`, 'id')] } : { id, userErrors: [] }
    },
    testRule: async (_, { input: { id, tradeId, tier, send } }, { db, clock, caller, loaders, rehearse }) => {
      demand(caller, 'rules')
      const [rule, trade] = await Promise.all([loaders.rule.load(id), loaders.trade.load(tradeId)])
      if (rule === null) return { userErrors: [userError('NOT_FOUND', `expected a rule of id '${id}', found none`, 'id')] }
      if (trade === null) return { userErrors: [userError('NOT_FOUND', `expected a trade of id '${tradeId}', found none`, 'tradeId')] }
      const tiers = Math.max(1, rule.tiers.length)
      if ((tier ?? 0) < 0 || (tier ?? 0) >= tiers)
        return { userErrors: [userError('BAD_USER_INPUT', `expected a tier from 0 to ${tiers - 1}, found ${tier}`, 'tier')] }
      if (rehearse === undefined || (send === true && !rehearse.sends))
        return { userErrors: [userError('FORBIDDEN', 'expected a service that may tell somebody, found a demonstration', 'send')] }
      const rehearsal = await rehearse.try(rule, trade, tier ?? 0, send === true)
      if (send === true)
        await writeAudit(db.pool, {
          at: clock.now(),
          who: caller.name,
          what: 'rule tested',
          subject: id,
          before: null,
          after: { tradeId, sent: rehearsal.sent },
        })
      return { rehearsal, userErrors: [] }
    },
  },
}

/** A rule that is there is only replaced by whoever might have written it. */
async function mayReplace(db: Database, caller: Caller, id: string): Promise<boolean> {
  if (caller.accounts === null) return true
  const current = (await rulesOf(db)).find((rule) => rule.id === id)
  const rule = current === undefined ? null : ruleOf(current)
  return current === undefined || (rule !== null && mayWriteRule(caller, rule))
}

/** The rule as a rules file would say it. */
function bodyOf({ scope, tiers, ...fields }: SaveRuleInput): Record<string, unknown> {
  return {
    ...withoutNulls(fields),
    ...(tiers ? { tiers: tiers.map(withoutNulls) } : {}),
    ...(scope ? { scope: withoutNulls(scope) } : {}),
  }
}

/** Absent stays absent, null takes away. */
function annotationOf({ strategy, tags, note, initialStop, initialTarget, rating, mistakes, held }: AnnotateTradeInput): Annotation {
  return {
    ...(strategy === undefined ? {} : { strategy }),
    ...(tags === undefined ? {} : { tags: tags ?? [] }),
    ...(note === undefined ? {} : { note }),
    ...(initialStop === undefined ? {} : { initialStop }),
    ...(initialTarget === undefined ? {} : { initialTarget }),
    ...(rating === undefined ? {} : { rating }),
    ...(mistakes === undefined ? {} : { mistakes: mistakes ?? [] }),
    ...(held === undefined || held === null ? {} : { held }),
  }
}

function troublesOf({ tags, mistakes, rating, ...texts }: AnnotateTradeInput) {
  const found = Object.entries(TEXTS).flatMap(([name, max]) => {
    const length = texts[name as keyof typeof TEXTS]?.length ?? 0
    return length > max ? [userError('BAD_USER_INPUT', `expected at most ${max} characters, found ${length}`, name)] : []
  })
  for (const [name, words] of Object.entries({ tags, mistakes })) {
    const trouble = words ? troubleOfWords(name, words) : null
    if (trouble !== null) found.push(userError('BAD_USER_INPUT', trouble, name))
  }
  if (typeof rating === 'number' && (rating < 1 || rating > RATING_MAX))
    found.push(userError('BAD_USER_INPUT', `expected a rating from 1 to ${RATING_MAX}, found ${rating}`, 'rating'))
  return found
}
