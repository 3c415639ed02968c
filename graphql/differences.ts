// Where we and the broker differ: one line into the store. A token bound to accounts sees theirs alone.
import { sayDifference } from '#core/remedy.ts'
import { differencesOf } from '#store/differences.ts'
import type { Resolvers } from './generated.ts'

const FIRST = 50
const FIRST_MAX = 200

export const differences: Resolvers = {
  Query: {
    differences: (_, { filter, first }, { db, caller }) => {
      const wanted = filter?.accounts ?? null
      const accounts = caller.accounts === null ? wanted : caller.accounts.filter((account) => wanted === null || wanted.includes(account))
      const limit = Math.max(0, Math.min(first ?? FIRST, FIRST_MAX))
      return differencesOf(db, { ...(accounts === null ? {} : { accounts }), ...(filter?.open == null ? {} : { open: filter.open }), limit })
    },
  },
  Difference: { message: (difference) => sayDifference(difference) },
}
