// The model of a review, account by account: what was stored is handed on as it is. Nothing is counted here.
import { ReviewOutdated } from '#src/errors.ts'
import type { Resolvers } from './generated.ts'
import type { AccountReviewParent, ReviewParent } from './parents.ts'

export const accountReviews: Resolvers = {
  Review: {
    accounts: (review) => wholeOf(review).accounts,
  },
  ReviewedTrade: { trade: ({ tradeId }, _, { loaders }) => loaders.trade.load(tradeId) },
  VerdictCounts: {
    truePositive: (counts) => counts.TRUE_POSITIVE,
    falsePositive: (counts) => counts.FALSE_POSITIVE,
    neutral: (counts) => counts.NEUTRAL,
    ambiguous: (counts) => counts.AMBIGUOUS,
    censored: (counts) => counts.CENSORED,
    pending: (counts) => counts.PENDING,
  },
  Dwell: { duration: ({ ms }) => `PT${ms / 1000}S` },
}

const PARTS = [
  ...(['results', 'trades', 'topMfe', 'topMae', 'gaveBack', 'turned', 'noise', 'alerts', 'rules', 'strategies', 'trailing'] as const),
  ...(['lapses', 'quality'] as const),
] satisfies readonly (keyof AccountReviewParent)[]

/** The review, where its model tells all that this version does. Throws ReviewOutdated for one made by an earlier. */
export function wholeOf(review: ReviewParent): ReviewParent {
  const accounts: readonly Partial<AccountReviewParent>[] = review.accounts
  if (accounts.some((account) => PARTS.some((part) => account[part] === undefined))) throw new ReviewOutdated(review.day)
  return review
}
