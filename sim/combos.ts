// Combination orders of the tape: the fill of a combination and those of its legs stand there under one order number. It only remembers what was read or
// played, and makes no leg up: a combination whose legs are not on the tape has none.
import { decimal, plain, quotient } from '#core/decimal.ts'
import type { Execution, Instrument } from '#core/facts.ts'
import { orderNumberOf } from './ledger.ts'
import type { ComboLeg } from './order.ts'

/** The first fill of the combination, and of each of its legs. */
interface Combo {
  whole: Execution | null
  readonly legs: Map<number, Execution>
}

export class Combos {
  readonly #contracts = new Map<number, Instrument>()
  readonly #orders = new Map<string, Combo>()

  learn(instrument: Instrument): void {
    this.#contracts.set(instrument.conId, instrument)
  }

  /** A fill, read ahead or played; twice is once. */
  take(execution: Execution): void {
    const combo = this.#orderOf(execution) ?? { whole: null, legs: new Map() }
    this.#orders.set(orderNumberOf(execution), combo)
    if (this.#contracts.get(execution.conId)?.secType === 'BAG') combo.whole ??= execution
    else if (!combo.legs.has(execution.conId)) combo.legs.set(execution.conId, execution)
  }

  /** It fills a leg: its order is the combination's, and none of its own. */
  isLeg(execution: Execution): boolean {
    const whole = this.#orderOf(execution)?.whole ?? null
    return whole !== null && whole.conId !== execution.conId
  }

  /** The legs of the combination that it fills, as far as they are known; none where it fills no combination. */
  legsOf(execution: Execution): readonly ComboLeg[] {
    const { whole = null, legs = [] } = this.#orderOf(execution) ?? {}
    if (whole === null || whole.conId !== execution.conId) return []
    return [...legs].map(([conId, leg]) => {
      const ratio = quotient(decimal(leg.quantity), decimal(whole.quantity))
      // What a leg does is told as it is where the combination is bought.
      const action = whole.side === 'BUY' ? leg.side : leg.side === 'BUY' ? 'SELL' : 'BUY'
      return { conId, action, ratio: ratio.eq(ratio.round(0)) ? plain(ratio) : '1', exchange: this.#contracts.get(conId)?.exchange ?? leg.exchange ?? '' }
    })
  }

  #orderOf(execution: Execution): Combo | undefined {
    return this.#orders.get(orderNumberOf(execution))
  }
}
