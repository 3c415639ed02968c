// Where we and the broker differ: one line into the store. A token bound to accounts sees theirs alone.
import { PAGE_SIZE_DEFAULT } from '#core/query.ts'
import { sayDifference } from '#core/remedy.ts'
import { type DifferenceFilter, differencesOf } from '#store/differences.ts'
import { pageOf, withoutNulls } from './arguments.ts'
import { within } from './caller.ts'
import type { Resolvers } from './generated.ts'

export const differences: Resolvers = {
  Query: {
    differences: (_, { filter, ...page }, { db, caller }) =>
      differencesOf(db, { ...within<DifferenceFilter>(caller, withoutNulls(filter ?? {})), limit: pageOf(page).first ?? PAGE_SIZE_DEFAULT }),
  },
  Difference: { message: (difference) => sayDifference(difference) },
}
