// All resolvers, topic by topic, as the SDL is.
import { accountReviews } from './account-reviews.ts'
import { alerts } from './alerts.ts'
import { brokers } from './brokers.ts'
import { decisions } from './decisions.ts'
import { deliveries } from './deliveries.ts'
import { differences } from './differences.ts'
import type { Resolvers } from './generated.ts'
import { remarks } from './remarks.ts'
import { reviews } from './reviews.ts'
import { scalars } from './scalars.ts'
import { trades } from './trades.ts'

const TOPICS: readonly Resolvers[] = [trades, alerts, reviews, accountReviews, brokers, decisions, remarks, deliveries, differences]

/** A type may be spoken of in several topics (Query, Subscription): its fields are put together. */
export const resolvers: Resolvers = TOPICS.reduce<Record<string, object>>(
  (all, topic) => {
    for (const [type, fields] of Object.entries(topic)) all[type] = { ...all[type], ...fields }
    return all
  },
  { ...scalars },
)
