// Which price is a mark (domain.md, 'Which price is a mark'). Pure: it judges one contract's prices in their order.
import { decimal } from './decimal.ts'
import type { Instant } from './time.ts'

/** A price as a venue told it, before it is judged. `price` null and both sides of the quote known: the mid. `price` NaN: one was told that is no number. */
export interface Quote {
  readonly at: Instant
  readonly price: number | null
  readonly bid: number | null
  readonly ask: number | null
  readonly suspicious: boolean
  /** Sale-condition bits of a consolidated tape. */
  readonly conditions: number
  readonly unreported: boolean
  readonly pastLimit: boolean
  readonly halted: boolean
  /** The price is said to be the mid of bid and ask. */
  readonly isMid: boolean
}

export const MARK_FILTERS = ['default', 'none'] as const
export type MarkFilterMode = (typeof MARK_FILTERS)[number]

export const REFUSALS = [
  'not a number',
  'suspicious',
  'not above zero',
  'nobody could trade at it',
  'unreported',
  'past limit',
  'halted',
  'crossed',
  'wide spread',
  'stale',
  'jump',
] as const
export type Refusal = (typeof REFUSALS)[number]

const AVERAGE_PRICE = 0x100000
const CONTINGENT = 0x200
const SPREAD_SHARE_MAX = 0.25
const JUMP_SHARE = 0.05
const CONFIRM_SHARE = 0.01
const JUMP_WINDOW_MS = 60_000
const LATE_MS_MAX = 2_000
/** Nearer than this, doubles cannot tell a share that is met exactly from one that is passed: it is decided with decimals. */
const ROUNDING = 1e-12

export interface AcceptedMark {
  readonly price: number
  readonly at: Instant
}
export interface Judgement {
  /** The marks that count now, oldest first: none, the one offered, or the one held before and the one offered. */
  readonly accepted: readonly AcceptedMark[]
  readonly refused: readonly { readonly price: number | null; readonly at: Instant; readonly reason: Refusal }[]
}
const NOTHING: Judgement = { accepted: [], refused: [] }

/** The judge of one contract's prices. It remembers the last accepted mark and a jump that waits for its confirmation. */
export class MarkFilter {
  readonly #mode: MarkFilterMode
  readonly #secType: string
  #last: AcceptedMark | null = null
  #held: AcceptedMark | null = null

  constructor(mode: MarkFilterMode, secType: string) {
    this.#mode = mode
    this.#secType = secType
  }

  /** A jump that waits for the next mark; null where none does. */
  get held(): AcceptedMark | null {
    return this.#held
  }

  /** Too far from the last accepted mark to be believed alone: of a price that is told without its moment, nothing more is known. */
  isJump({ price, at }: AcceptedMark): boolean {
    const last = this.#last
    return this.#mode !== 'none' && last !== null && at - last.at <= JUMP_WINDOW_MS && isFartherThan(JUMP_SHARE, last.price, last.price, price)
  }

  offer(quote: Quote): Judgement {
    const price = priceOf(quote)
    const refusal = this.#refusal(quote, price)
    if (refusal !== null || price === null) return { accepted: [], refused: [{ price, at: quote.at, reason: refusal ?? 'not a number' }] }
    const mark = { price, at: quote.at }
    if (this.#mode === 'none') return { accepted: [mark], refused: [] }
    return this.#judgeJump(mark)
  }

  #refusal(quote: Quote, price: number | null): Refusal | null {
    if (price === null || !Number.isFinite(price)) return 'not a number'
    if (quote.suspicious) return 'suspicious'
    if (price <= 0 && this.#secType !== 'BAG') return 'not above zero'
    if (this.#mode === 'none') return null
    if ((quote.conditions & (AVERAGE_PRICE | CONTINGENT)) !== 0) return 'nobody could trade at it'
    if (quote.unreported) return 'unreported'
    if (quote.pastLimit) return 'past limit'
    if (quote.halted) return 'halted'
    if (quote.bid !== null && quote.ask !== null) {
      if (quote.bid > quote.ask) return 'crossed'
      if ((quote.isMid || quote.price === null) && isFartherThan(SPREAD_SHARE_MAX, midOf(quote.bid, quote.ask), quote.bid, quote.ask)) return 'wide spread'
    }
    if (this.#last !== null && quote.at < this.#last.at - LATE_MS_MAX) return 'stale'
    return null
  }

  #judgeJump(mark: AcceptedMark): Judgement {
    const held = this.#held
    if (held !== null) {
      this.#held = null
      if (!isFartherThan(CONFIRM_SHARE, held.price, held.price, mark.price)) {
        this.#last = mark
        return { accepted: [held, mark], refused: [] }
      }
      const { accepted } = this.#judgeJump(mark)
      return { accepted, refused: [{ ...held, reason: 'jump' }] }
    }
    if (this.isJump(mark)) {
      this.#held = mark
      return NOTHING
    }
    this.#last = mark
    return { accepted: [mark], refused: [] }
  }
}

/** Whether two prices are farther apart than this share of a third. Met exactly is not farther. */
function isFartherThan(share: number, whole: number, one: number, other: number): boolean {
  const distance = Math.abs(one - other)
  const limit = share * Math.abs(whole)
  if (Math.abs(distance - limit) > ROUNDING * Math.max(Math.abs(one), Math.abs(other))) return distance > limit
  return decimal(one)
    .minus(decimal(other))
    .abs()
    .gt(decimal(whole).abs().times(decimal(share)))
}

/** The price a quote stands for: its own, else the exact mid of both sides; null where neither is known. */
function priceOf(quote: Quote): number | null {
  if (quote.price !== null) return quote.price
  if (quote.bid === null || quote.ask === null) return null
  return midOf(quote.bid, quote.ask)
}

/** The mid of two decimals of at most 15 digits as the double nearest to its exact decimal: half of 1.38626 + 1.38627 is 1.386265. */
export function midOf(bid: number, ask: number): number {
  const decimals = Math.max(decimalsOf(bid), decimalsOf(ask)) + 1
  return Number(((bid + ask) / 2).toFixed(Math.min(decimals, 100)))
}

function decimalsOf(value: number): number {
  const text = String(value)
  const exponent = text.indexOf('e-')
  const point = text.indexOf('.')
  const shown = point < 0 ? 0 : (exponent < 0 ? text.length : exponent) - point - 1
  return exponent < 0 ? shown : shown + Number(text.slice(exponent + 2))
}
