// A replay: tapes folded in memory, contract by contract, with the very book that runs live. Pure.
//
//   replayTapes({ facts, quotes, filter, rules }) -> { trades, alerts, facts, marks }
// `facts` in reading order (tapes in argument order, lines in theirs); `quotes` per contract by (instant, tape, line).
import { ContractBook } from './book.ts'
import type { Fraction } from './decimal.ts'
import { worded } from './containment.ts'
import { BEGINNING, type Entry, Ledger } from './execution.ts'
import { type Bar, type DayRange, endOf, type Fact, type Gap, type Instrument, type Repair } from './facts.ts'
import { compareAlerts, compareText, type RaisedAlert } from './raised.ts'
import { MarkFilter, type MarkFilterMode, type Quote } from './mark.ts'
import { narrowed } from './repair.ts'
import type { Rule } from './rules.ts'
import type { Instant } from './time.ts'
import type { Trade } from './trade.ts'

export interface ReplayOptions {
  readonly filter: MarkFilterMode
  readonly rules: readonly Rule[]
}

export interface Replayed {
  /** By `openedAt`, then `tradeId`; both units. */
  readonly trades: readonly Trade[]
  readonly alerts: readonly RaisedAlert[]
}

/** What one contract was told, on its way into its book. */
class ContractReplay {
  readonly book: ContractBook
  readonly #filter: MarkFilter
  readonly #entries: readonly Entry[]
  readonly #ranges: readonly (Bar | DayRange)[]
  #nextEntry = 0
  #nextRange = 0

  constructor(
    instrument: Instrument,
    told: { readonly entries: readonly Entry[]; readonly ranges: readonly (Bar | DayRange)[]; readonly gaps: readonly Gap[] },
    options: ReplayOptions,
    commissionOf: (family: string, currency: string) => Fraction | null,
  ) {
    this.book = new ContractBook(instrument, { rules: options.rules, marks: 'TICK', trace: false, commissionOf })
    this.#filter = new MarkFilter(options.filter, instrument.secType)
    this.#entries = told.entries
    this.#ranges = told.ranges
    for (const gap of told.gaps) this.book.hole(gap.from, gap.to)
  }

  quote(quote: Quote): void {
    for (const mark of this.#filter.offer(quote).accepted) {
      this.#tellUntil(mark.at)
      this.book.mark(mark.price, mark.at)
    }
  }

  finish(clock: Instant): void {
    this.#tellUntil(Number.POSITIVE_INFINITY)
    this.book.passTime(clock)
  }

  /** At one instant executions come before marks; a bar that ends at the instant of a mark comes after it. */
  #tellUntil(at: Instant): void {
    for (;;) {
      const entry = this.#entries[this.#nextEntry]
      const range = this.#ranges[this.#nextRange]
      const rangeAt = range === undefined ? Number.POSITIVE_INFINITY : (endOf(range) ?? 0)
      if (entry !== undefined && entry.at <= at && entry.at <= rangeAt) {
        this.book.enter(entry)
        this.#nextEntry++
      } else if (range !== undefined && rangeAt < at) {
        this.book.range(range)
        this.#nextRange++
      } else return
    }
  }
}

export class Replay {
  readonly #contracts = new Map<number, ContractReplay>()
  /** The last instant of any fact or price: the tape's clock runs to it. */
  #clock: Instant = Number.NEGATIVE_INFINITY
  readonly #missing: number[] = []

  constructor(facts: Iterable<Fact>, options: ReplayOptions) {
    const ledger = new Ledger()
    const instruments = new Map<number, Instrument>()
    const ranges: (Bar | DayRange)[] = []
    const gaps: Gap[] = []
    const repairs: Repair[] = []
    let arrival = 0
    for (const fact of facts) {
      this.#clock = Math.max(this.#clock, endOf(fact) ?? this.#clock)
      if (fact.kind === 'instrument') instruments.set(fact.conId, fact)
      else if (fact.kind === 'bar' || fact.kind === 'dayRange') ranges.push(fact)
      else if (fact.kind === 'gap') gaps.push(fact)
      else if (fact.kind === 'repair') repairs.push(fact)
      else ledger.take(fact, { at: endOf(fact) ?? Number.NEGATIVE_INFINITY, arrival: ++arrival })
    }
    ranges.sort((a, b) => (endOf(a) ?? 0) - (endOf(b) ?? 0))
    for (const conId of ledger.conIds) {
      const instrument = instruments.get(conId)
      if (ledger.history(conId).length === 0) continue
      if (instrument === undefined) {
        this.#missing.push(conId)
        continue
      }
      const told = {
        entries: worded(ledger, instrument, BEGINNING).entries,
        ranges: ranges.filter((range) => range.conId === conId),
        gaps: narrowed(
          gaps.filter((gap) => gap.conId === undefined || gap.conId === conId),
          repairs.filter((repair) => repair.conId === conId),
        ),
      }
      this.#contracts.set(conId, new ContractReplay(instrument, told, options, (family, currency) => ledger.commissionOf(family, currency)))
    }
  }

  /** Contracts with executions of which no tape tells the instrument. */
  get missingInstruments(): readonly number[] {
    return this.#missing
  }

  /** The next price of a contract, by (instant, tape, line) among those of its contract. */
  quote(conId: number, quote: Quote): void {
    if (quote.at > this.#clock) this.#clock = quote.at
    this.#contracts.get(conId)?.quote(quote)
  }

  finish(): Replayed {
    const trades: Trade[] = []
    const alerts: RaisedAlert[] = []
    for (const contract of this.#contracts.values()) {
      contract.finish(this.#clock)
      for (const trade of contract.book.trades) trades.push(contract.book.tell(trade))
      alerts.push(...contract.book.takeChanges().alerts)
    }
    trades.sort((a, b) => a.openedAt - b.openedAt || compareText(a.tradeId, b.tradeId))
    return { trades, alerts: alerts.sort(compareAlerts) }
  }
}

/** A trade as `replay --json` prints it (INTERFACES, 'A trade in JSON'). */
export function printTrade(trade: Trade, instant: (at: Instant) => string): Readonly<Record<string, string | number | null>> {
  const orNull = (at: Instant | null) => (at === null ? null : instant(at))
  return {
    unit: trade.unit,
    tradeId: trade.tradeId,
    account: trade.account,
    conId: trade.conId,
    symbol: trade.symbol,
    side: trade.side,
    status: trade.status,
    quantity: trade.quantity,
    entryPrice: trade.entryPrice,
    exitPrice: trade.exitPrice,
    openedAt: instant(trade.openedAt),
    closedAt: orNull(trade.closedAt),
    grossPnl: trade.grossPnl,
    commission: trade.commission,
    netPnl: trade.netPnl,
    mfePx: trade.mfe.price,
    mfeAt: instant(trade.mfe.at),
    maePx: trade.mae.price,
    maeAt: instant(trade.mae.at),
    mfePct: trade.mfe.pct,
    mfePctAt: orNull(trade.mfe.pctAt),
    maePct: trade.mae.pct,
    maePctAt: orNull(trade.mae.pctAt),
    mfePnl: trade.mfe.pnl,
    mfePnlAt: instant(trade.mfe.pnlAt),
    maePnl: trade.mae.pnl,
    maePnlAt: instant(trade.mae.pnlAt),
  }
}

/** An alert as `replay --rules --json` prints it. */
export function printAlert(alert: RaisedAlert, instant: (at: Instant) => string): Readonly<Record<string, string | number | null>> {
  const { ruleId, tier, tradeId, unit, account, conId, at, price, pct } = alert
  return { ruleId, tier, tradeId, unit, account, conId, at: instant(at), price, pct }
}
