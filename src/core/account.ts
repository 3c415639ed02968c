// What a broker says of an account besides fills and prices: holdings, what they are worth, results, rates, how far orders are filled. Pure: it keeps the
// last word of each source with the market's time at which it was said. A number nobody knows is null; what was never said is absent.
import { type DecimalText, decimal, parseDecimal, plain } from './decimal.ts'
import type { Instant } from './time.ts'

/** POSITION: the list of positions and its changes. PORTFOLIO: the account's own page, every few minutes. PNL: a holding's result, every second or so. */
export const HOLDING_SOURCES = ['POSITION', 'PORTFOLIO', 'PNL'] as const
export type HoldingSource = (typeof HOLDING_SOURCES)[number]

/** A holding as one source tells it. Money in the contract's currency, or in the account's: nobody says which. */
export interface HoldingSaid {
  readonly kind: 'holding'
  readonly source: HoldingSource
  readonly account: string
  readonly conId: number
  readonly symbol?: string
  readonly currency?: string
  /** Signed. */
  readonly quantity: DecimalText | null
  /** A unit's, multiplier included, as the broker counts it. */
  readonly averageCost: DecimalText | null
  readonly value: DecimalText | null
  readonly unrealized: DecimalText | null
  readonly realized: DecimalText | null
  readonly daily: DecimalText | null
}

/** The result of a whole account, in its base currency. */
export interface ResultSaid {
  readonly kind: 'result'
  readonly account: string
  readonly daily: DecimalText | null
  readonly unrealized: DecimalText | null
  readonly realized: DecimalText | null
}

/** One unit of `currency` is worth `rate` of the account's base currency. */
export interface RateSaid {
  readonly kind: 'rate'
  readonly account: string
  readonly currency: string
  readonly rate: DecimalText | null
}

/** How much of an order is filled, whoever placed it. */
export interface FilledSaid {
  readonly kind: 'filled'
  readonly permId: string
  readonly filled: DecimalText | null
}

/** Every position there is has been told. */
interface AllPositionsSaid {
  readonly kind: 'allPositions'
}

export type AccountSaid = HoldingSaid | ResultSaid | RateSaid | FilledSaid | AllPositionsSaid

/** Something said, and the market's time when it was; null: nobody knew the time. */
export type Dated<T> = T & { readonly at: Instant | null }

/** Everything said since the session began. */
export class AccountView {
  readonly #holdings = new Map<string, Dated<HoldingSaid>>()
  readonly #results = new Map<string, Dated<ResultSaid>>()
  readonly #rates = new Map<string, Map<string, DecimalText>>()
  readonly #filled = new Map<string, Dated<FilledSaid>>()
  #accounts: readonly string[] = []
  #positionsAt: Instant | null = null
  #positionsComplete = false

  /** A new session: what was said in the last one may no longer hold. */
  begin(): void {
    this.#holdings.clear()
    this.#results.clear()
    this.#rates.clear()
    this.#filled.clear()
    this.#positionsComplete = false
  }

  serves(accounts: readonly string[]): void {
    this.#accounts = accounts
  }

  /** Answers whether an order is filled further than was said before. */
  hear(said: AccountSaid, at: Instant | null): boolean {
    const before = said.kind === 'filled' ? (known(this.#filled.get(said.permId)?.filled) ?? '0') : null
    this.#keep(said, at)
    return said.kind === 'filled' && decimal(known(said.filled) ?? 0).gt(before ?? 0)
  }

  #keep(said: AccountSaid, at: Instant | null): void {
    switch (said.kind) {
      case 'holding':
        this.#holdings.set(`${said.account} ${said.conId} ${said.source}`, { ...said, at })
        return
      case 'result':
        this.#results.set(said.account, { ...said, at })
        return
      case 'rate': {
        const rates = this.#rates.get(said.account) ?? new Map<string, DecimalText>()
        this.#rates.set(said.account, rates)
        const rate = known(said.rate)
        if (rate !== null) rates.set(said.currency, rate)
        return
      }
      case 'filled':
        this.#filled.set(said.permId, { ...said, at })
        return
      case 'allPositions':
        this.#positionsComplete = true
        this.#positionsAt = at
    }
  }

  /** As it stands now. */
  snapshot(): AccountSnapshot {
    return {
      accounts: this.#accounts,
      holdings: [...this.#holdings.values()],
      results: [...this.#results.values()],
      rates: this.#rates,
      filled: [...this.#filled.values()],
      positionsComplete: this.#positionsComplete,
      positionsAt: this.#positionsAt,
    }
  }
}

export interface AccountSnapshot {
  readonly accounts: readonly string[]
  readonly holdings: readonly Dated<HoldingSaid>[]
  readonly results: readonly Dated<ResultSaid>[]
  /** By account, then currency: its worth in the account's base currency. */
  readonly rates: ReadonlyMap<string, ReadonlyMap<string, DecimalText>>
  readonly filled: readonly Dated<FilledSaid>[]
  /** Every position has been told: a contract that was not is not held. */
  readonly positionsComplete: boolean
  readonly positionsAt: Instant | null
}

/** Brokers write 'no value' as the largest double there is; no amount of money comes near. */
const NO_VALUE_FROM = 1e300

/** A number as text, or null where it is none: empty, not a number, or the broker's way to say that it does not know. */
export function known(text: DecimalText | number | null | undefined): DecimalText | null {
  const value = parseDecimal(text)
  return value === null || value.abs().gte(NO_VALUE_FROM) ? null : plain(value)
}
