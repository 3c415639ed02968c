// The fields of one request, read from the left. A field that is not there reads as empty: older clients send fewer.
import type { ContractQuery } from './contracts.ts'
import type { Tokens } from './wire.ts'

export class Fields {
  readonly #tokens: Tokens
  #place = 0

  constructor(tokens: Tokens) {
    this.#tokens = tokens
  }

  text(): string {
    return this.#tokens[this.#place++] ?? ''
  }

  /** A whole number; empty or unreadable is 0. */
  whole(): number {
    const value = Number(this.text())
    return Number.isSafeInteger(value) ? value : 0
  }

  flag(): boolean {
    return this.text() === '1'
  }

  skip(count: number): this {
    this.#place += count
    return this
  }

  /** conId, symbol, secType, expiry, strike, right, multiplier, exchange, primaryExch, currency, localSymbol, tradingClass. */
  contract(): ContractQuery {
    const conId = this.whole()
    const [symbol, secType, expiry, strike, right] = [this.text(), this.text(), this.text(), this.text(), this.text()]
    const currency = this.skip(3).text()
    const localSymbol = this.text()
    this.skip(1)
    return { conId, symbol, secType, expiry, strike, right, currency, localSymbol }
  }
}
