// The contracts of one TWS session: what they are is told once it is known, and asked for once a session. Knows nothing of prices and fills.
import type { Instrument } from '#core/facts.ts'
import { mergeInstruments, parseContractDetails, type TwsContractDetails } from './tws-parse.ts'
import { SMART, type Wire } from './tws-wire.ts'

/** Asked for where IB finds the best price, whatever exchange a fill came from. */
const ROUTED: ReadonlySet<string> = new Set(['STK', 'OPT', 'WAR', 'BOND', 'CFD', 'FUND'])

export class Contracts {
  readonly #wire: Wire
  /** Details came, or will not. */
  readonly #onKnown: () => void
  readonly #detailRequests = new Map<number, number>()
  readonly #detailsAsked = new Set<number>()

  constructor(wire: Wire, onKnown: () => void) {
    this.#wire = wire
    this.#onKnown = onKnown
  }

  /** Tells an instrument that is new, or of which something new is known. */
  learn(fresh: Instrument): void {
    const known = this.#wire.memory.instruments.get(fresh.conId)
    const merged = mergeInstruments(known, fresh)
    if (known !== undefined && sameFields(known, merged)) return
    this.#wire.memory.instruments.set(fresh.conId, merged)
    this.#wire.tell({ kind: 'fact', fact: merged, raw: this.#wire.message })
  }

  /** Once a session: hours are told for about a week ahead. Never for a combo: the request may block for hours (reference 3.3). */
  askDetails(conId: number): void {
    if (this.#detailsAsked.has(conId)) return
    this.#detailsAsked.add(conId)
    const requestId = this.#wire.nextRequestId()
    this.#detailRequests.set(requestId, conId)
    this.#wire.ask(() => this.#wire.requests.reqContractDetails(requestId, { conId }), 'patient')
  }

  hearDetails(requestId: number, details: TwsContractDetails): void {
    const conId = this.#detailRequests.get(requestId)
    const instrument = parseContractDetails(details)
    if (conId === undefined || 'refused' in instrument || instrument.conId !== conId) return
    // A contract traded in several places has a line for each; SMART, or else the first, speaks for it.
    const known = this.#wire.memory.instruments.get(conId)
    if (known?.exchange === SMART && instrument.exchange !== SMART) return
    this.learn(instrument)
  }

  /** True of a request for details that has not been answered. */
  asked(requestId: number): boolean {
    return this.#detailRequests.has(requestId)
  }

  endDetails(requestId: number): void {
    if (this.#detailRequests.delete(requestId)) this.#onKnown()
  }

  /** A request was left out, and nobody says which: those that are still unanswered a while later are made again. */
  perhapsLost(): void {
    const asked = [...this.#detailRequests]
    this.#wire.later(this.#wire.settings.retryMs, () => {
      for (const [requestId, conId] of asked)
        if (this.#detailRequests.has(requestId)) this.#wire.ask(() => this.#wire.requests.reqContractDetails(requestId, { conId }), 'patient')
    })
  }

  /** Where a contract trades, or was last seen trading. */
  venueOf(conId: number): string | undefined {
    return this.#wire.memory.instruments.get(conId)?.exchange ?? this.#wire.memory.venues.get(conId)
  }

  /** Where its prices are asked for; undefined where that is not known yet. */
  venueToAsk(instrument: Instrument): string | undefined {
    if (ROUTED.has(instrument.secType)) return SMART
    if (instrument.secType === 'CASH') return 'IDEALPRO'
    // Once the details have been asked for and did not say, TWS is left to find it.
    return this.venueOf(instrument.conId) ?? instrument.exchange ?? (this.#hasNoDetails(instrument.conId) ? '' : undefined)
  }

  /** They were asked for, and TWS has said all it will. */
  #hasNoDetails(conId: number): boolean {
    return this.#detailsAsked.has(conId) && ![...this.#detailRequests.values()].includes(conId)
  }
}

function sameFields(a: Instrument, b: Instrument): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Instrument>
  for (const key of keys) if (a[key] !== b[key]) return false
  return true
}
