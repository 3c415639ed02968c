// What every resolver can reach: the parts the server was built with, who asks, and the loaders of one operation.
import type { Database } from '#store/db.ts'
import type { BrokerStatus, Bus } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'
import type { Caller } from './caller.ts'
import type { Loaders } from './loaders.ts'
import type { Meter } from './meter.ts'

export interface Parts {
  readonly db: Database
  readonly bus: Bus
  /** The sessions with brokers, as they are now. */
  brokers(): readonly BrokerStatus[]
  /** Dates what a caller decides. */
  readonly clock: Clock
}

export interface Context extends Parts {
  readonly loaders: Loaders
  readonly meter: Meter
  readonly caller: Caller
}
