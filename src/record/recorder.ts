// What the one writer offers to the rooms around it. `record.ts` keeps it.
import type { Quote as BrokerQuote } from '#broker/port.ts'
import type { DecimalText } from '#core/decimal.ts'
import type { Bar, Execution, Fact, Instrument, Repair, SessionChange } from '#core/facts.ts'
import type { MarkFilterMode } from '#core/mark.ts'
import type { Instant } from '#core/time.ts'
import type { OpenedTrade } from '#core/working-order.ts'
import type { Database } from '#store/db.ts'
import type { Bus } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'

export interface Recorder {
  /** In the order the wire told them; an execution's `at` is the broker's whole second. */
  tell(fact: Fact, raw?: unknown): void
  quote(quote: BrokerQuote): void
  /** Stored with the next batch; nothing is folded by it. */
  session(change: SessionChange): void
  /** The market's time is now `at`: deadlines up to it fire. */
  clock(at: Instant): void
  gap(conIds: readonly number[], from: Instant, to: Instant, reason: string): void
  /** The parts of gaps that might still be fetched, the most wanted first. */
  holes(): readonly Hole[]
  /** Prices of such a part: told to the books as if they had been heard, but for their alerts, which were missed. Resolves when they are. */
  fetched(fetched: Fetched): Promise<void>
  /** Contracts whose prices are wanted: with an open trade, or one closed so lately that what came after it is still to be judged. */
  held(): readonly Instrument[]
  /** Contracts with an open trade. */
  open(): readonly Instrument[]
  /** Asks, once everything told so far is taken, what is to be told then; it is taken before anything that waits. */
  consult(say: () => readonly Fact[]): void
  /** The open trades of entry orders in a contract, whose stops are looked for. */
  opened(conId: number): readonly OpenedTrade[]
  onHeldChanged(listener: () => void): void
  /** Whether an execution was taken already, or another version of it. */
  knows(execution: Execution): boolean
  /** The last price of a contract; before the first one the fill that opened. */
  lastHeardAt(conId: number): Instant | null
  /** The last fill of a contract. */
  lastFilledAt(conId: number): Instant | null
  marketTime(): Instant | null
  /** What the broker holds, told while catching up: a position without any execution of ours is adopted, held for the long term. */
  position(position: Position): void
  /** Another process appended facts (an import): they are folded, and alert nobody. */
  appended(): void
  /** Somebody decided something: rules are read again, annotated trades are told again. */
  decided(): void
  /** How much was told and not taken yet. */
  readonly waiting: number
  /** Resolves when everything told so far is committed. */
  settled(): Promise<void>
  /** Folds every contract again from its first fact; resolves with what had to be rewritten. */
  rebuild(): Promise<Rebuilt>
  close(): Promise<void>
}

export interface Hole {
  readonly instrument: Instrument
  readonly from: Instant
  readonly to: Instant
}

/** All prices of a hole: ticks, dated by the second, or bars. */
export interface Fetched extends Hole {
  readonly quotes: readonly BrokerQuote[]
  readonly bars: readonly Bar[]
  readonly source: Repair['source']
}

/** Hears what the recorder did, for whoever counts it; decides nothing. */
export interface Observer {
  committed(batch: Committed): void
  /** So many prices were left out because more came than could be taken. */
  conflated(prices: number): void
  /** A price was told with a date that cannot be. */
  misdated?(): void
}

/** A batch that stands. */
export interface Committed {
  readonly facts: readonly (Fact | SessionChange)['kind'][]
  readonly marks: number
  readonly refusedMarks: number
  /** Since its first row was told; null where nothing was taken for it. */
  readonly waitedMs: number | null
}

export interface Position {
  readonly account: string
  readonly instrument: Instrument
  /** Signed. */
  readonly quantity: DecimalText
  /** Per unit, multiplier included, as the broker counts it; null: not known. */
  readonly averageCost: DecimalText | null
}

export interface Rebuilt {
  readonly facts: number
  readonly trades: number
  /** Trades that were not as the facts make them, by id. */
  readonly differed: readonly string[]
}

export interface RecorderOptions {
  readonly db: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly filter: MarkFilterMode
  /** Every account of a demonstration is DEMO. */
  readonly demo?: boolean
  /** Alerts are told to somebody; not in a demonstration, an import or a rebuild. */
  readonly delivers?: boolean
  readonly observer?: Observer
  /** How much may wait to be taken before prices are thinned. */
  readonly waitingMax?: number
  log(line: string): void
  /** The database refused a batch: nothing is folded any more, the process has to start again from what is stored. */
  onFailure(error: unknown): void
}
