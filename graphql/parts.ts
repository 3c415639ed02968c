// The parts the server was built with: the store, the bus, and what another room lends it. Knows no caller.
import type { Instrument } from '#core/facts.ts'
import type { Review } from '#core/review.ts'
import type { StandingRule } from '#core/rule-review.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import type { Database } from '#store/db.ts'
import type { BrokerStatus, Bus } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'
import type { OpenTrades } from './open-trades.ts'
import type { RuleParent } from './parents.ts'

export interface Parts {
  readonly db: Database
  readonly bus: Bus
  /** The sessions with brokers, as they are now. */
  brokers(): readonly BrokerStatus[]
  /** Dates what a caller decides. */
  readonly clock: Clock
  /** The open trades in memory; absent where another process writes. */
  readonly open?: OpenTrades
  /** The channels a rule may name; absent: any, where nobody is told. */
  readonly channels?: readonly string[]
  /** Tries a rule out on a trade; absent where nothing can be worded. */
  readonly rehearse?: Rehearse
  /** Draws reviews; absent where nothing can be drawn. */
  readonly draw?: Draw
}

/** Every picture the card of a review refers to. */
export type Draw = (review: Review, rows: DrawnFrom) => Promise<readonly ReviewPicture[]>

/** What pictures are drawn from beside the review itself; by trade id or by contract. */
export interface DrawnFrom {
  readonly trades: ReadonlyMap<string, StoredTrade>
  readonly trajectories: ReadonlyMap<string, readonly TrajectoryPoint[]>
  /** Prices after the exit. */
  readonly shadows: ReadonlyMap<string, readonly { readonly at: Instant; readonly price: number }[]>
  readonly instruments: ReadonlyMap<number, Instrument>
  readonly rules: readonly StandingRule[]
  /** Closed before the day. */
  readonly history: readonly StoredTrade[]
}

export interface ReviewPicture {
  readonly name: string
  readonly title: string
  readonly svg: string
}

/** Says what a rule would say of a trade, and sends it where `send` asks for it. `sends`: this process may tell somebody. */
export interface Rehearse {
  readonly sends: boolean
  try(rule: RuleParent, trade: StoredTrade, tier: number, send: boolean): Promise<Rehearsal>
}

export interface Rehearsal {
  readonly concerns: boolean
  readonly title: string
  readonly lines: readonly string[]
  readonly channels: readonly string[]
  readonly sent: readonly { readonly channel: string; readonly accepted: boolean; readonly said: string }[]
}
