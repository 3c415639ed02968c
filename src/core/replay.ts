// A replay: tapes folded in memory, contract by contract, with the very book that runs live. Pure.
//
//   replayTapes({ facts, quotes, filter, rules }) -> { trades, alerts, facts, marks }
// `facts` in reading order (tapes in argument order, lines in theirs); `quotes` per contract by (instant, tape, line).
import { ContractBook, compareAlerts, compareText, type RaisedAlert } from './book.ts'
import type { Fraction } from './decimal.ts'
import { type Fill, Ledger } from './execution.ts'
import type { Fact, Instrument } from './facts.ts'
import { MarkFilter, type MarkFilterMode, type Quote } from './mark.ts'
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

/** Fills and prices of one contract on their way into its book. */
class ContractReplay {
  readonly book: ContractBook
  readonly #filter: MarkFilter
  readonly #fills: readonly Fill[]
  #next = 0

  constructor(instrument: Instrument, fills: readonly Fill[], options: ReplayOptions, commissionOf: (family: string, currency: string) => Fraction | null) {
    this.book = new ContractBook(instrument, { rules: options.rules, trace: false, commissionOf })
    this.#filter = new MarkFilter(options.filter, instrument.secType)
    this.#fills = fills
  }

  quote(quote: Quote): void {
    for (const mark of this.#filter.offer(quote).accepted) {
      this.#fillUntil(mark.at)
      this.book.mark(mark.price, mark.at)
    }
  }

  finish(clock: Instant): void {
    this.#fillUntil(Number.POSITIVE_INFINITY)
    this.book.passTime(clock)
  }

  /** At one instant executions come before marks. */
  #fillUntil(at: Instant): void {
    for (let fill = this.#fills[this.#next]; fill !== undefined && fill.at <= at; fill = this.#fills[++this.#next]) this.book.fill(fill)
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
    let arrival = 0
    for (const fact of facts) {
      arrival++
      this.#clock = Math.max(this.#clock, endOf(fact))
      if (fact.kind === 'instrument') instruments.set(fact.conId, fact)
      else if (fact.kind === 'execution') ledger.tell(fact, { at: fact.at, arrival })
      else if (fact.kind === 'commission') ledger.tellCommission(fact)
      else if (fact.kind === 'fxRate') ledger.tellRate(fact)
    }
    const fills = new Map<number, Fill[]>()
    for (const fill of ledger.fills()) {
      const { conId } = fill.execution
      const of = fills.get(conId)
      if (of === undefined) fills.set(conId, [fill])
      else of.push(fill)
    }
    for (const [conId, of] of fills) {
      const instrument = instruments.get(conId)
      if (instrument === undefined) this.#missing.push(conId)
      else this.#contracts.set(conId, new ContractReplay(instrument, of, options, (family, currency) => ledger.commissionOf(family, currency)))
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

function endOf(fact: Fact): Instant {
  if (fact.kind === 'gap') return fact.to
  return fact.at ?? Number.NEGATIVE_INFINITY
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
