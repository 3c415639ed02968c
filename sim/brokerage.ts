// What every client of the gateway sees the same: accounts, contracts, the ledger, last prices, the clock. How it is told, telling.ts says.
import type { Decimal } from '#core/decimal.ts'
import type { Mark } from '#core/facts.ts'
import type { Combos } from './combos.ts'
import type { Contracts } from './contracts.ts'
import type { History, HistoryGuard } from './history.ts'
import type { Resting } from './resting.ts'
import type { DayRanges } from './day-range.ts'
import type { Ledger } from './ledger.ts'
import type { Protection } from './protection.ts'

export interface Brokerage {
  readonly accounts: Set<string>
  readonly contracts: Contracts
  readonly ledger: Ledger
  readonly protection: Protection
  readonly resting: Resting
  readonly combos: Combos
  readonly lastMarks: Map<number, Mark>
  readonly ranges: DayRanges
  /** How many contracts a client may hear trade by trade, and how soon one may be asked for again, by the host. */
  readonly streamsMax: number
  readonly streamPaceMs: number
  /** When each client asked for each contract's last. */
  readonly streamsAskedAt: Map<string, number>
  readonly history: History
  readonly guard: HistoryGuard
  /** Average costs and results have commissions in them, as TWS tells them. */
  readonly netCosts: boolean
  /** The account's own currency; null: it tells no rates. */
  readonly baseCurrency: string | null
  /** One unit of a currency in the base currency. */
  readonly rates: Map<string, Decimal>
  /** True: this fill is another client's, and nobody here is told of it. */
  readonly hides: (executionId: string) => boolean
  /** The zone that times of executions are told in. */
  readonly timeZone: string
  /** 'Read-Only API' is ticked: whatever is about orders is refused. */
  readonly readOnly: boolean
  /** This client sees everybody's orders. */
  readonly masterClientId: number
  /** The tape's time in whole seconds. */
  readonly seconds: () => number
  /** Milliseconds of the host that only go forward. */
  readonly hostNow: () => number
}
