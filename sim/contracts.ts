// The contracts the gateway knows, found by conId or by description. It never makes one up.
import type { Instrument } from '#core/facts.ts'

/** What a client says of the contract it means; an empty text says nothing. */
export interface ContractQuery {
  readonly conId: number
  readonly symbol: string
  readonly secType: string
  readonly expiry: string
  readonly strike: string
  readonly right: string
  readonly currency: string
  readonly localSymbol: string
}

export interface Contracts {
  add(instrument: Instrument): void
  get(conId: number): Instrument | undefined
  find(query: ContractQuery): Instrument[]
}

export function openContracts(instruments: Iterable<Instrument>): Contracts {
  const byConId = new Map<number, Instrument>()
  for (const instrument of instruments) byConId.set(instrument.conId, instrument)
  return {
    add: (instrument) => void byConId.set(instrument.conId, instrument),
    get: (conId) => byConId.get(conId),
    find(query) {
      if (query.conId > 0) return [byConId.get(query.conId)].filter((found) => found !== undefined)
      if (query.symbol === '' && query.localSymbol === '') return []
      return [...byConId.values()].filter((instrument) => matches(instrument, query))
    },
  }
}

function matches(instrument: Instrument, query: ContractQuery): boolean {
  const same = (asked: string, known: string | undefined) => asked === '' || asked.toUpperCase() === (known ?? '').toUpperCase()
  return (
    same(query.symbol, instrument.symbol) &&
    same(query.secType, instrument.secType) &&
    same(query.currency, instrument.currency) &&
    same(query.localSymbol, instrument.localSymbol) &&
    (instrument.expiry ?? '').startsWith(query.expiry) &&
    (Number(query.strike) === 0 || Number(query.strike) === Number(instrument.strike ?? 0)) &&
    (query.right === '' || query.right === '?' || query.right.charAt(0).toUpperCase() === (instrument.right ?? '').charAt(0).toUpperCase())
  )
}
