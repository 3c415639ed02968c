// What every resolver can reach: the parts the server was built with, who asks, and the loaders of one operation.
import type { Caller } from './caller.ts'
import type { Loaders } from './loaders.ts'
import type { Meter } from './meter.ts'
import type { Parts } from './parts.ts'

export interface Context extends Parts {
  readonly loaders: Loaders
  readonly meter: Meter
  readonly caller: Caller
}
