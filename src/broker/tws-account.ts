// What TWS says of accounts in one session: what each holding is worth, the result of each account, rates, how far orders are filled. It is advice, told as
// it comes: numbers are read from the message itself, because the decoder makes 0 of an empty field, and 1.797e308 means 'no value' (reference 3.6).
import { EventName, type IBApi } from '@stoqey/ib'
import { type AccountSaid, type HoldingSource, known } from '#core/account.ts'
import type { Holdings } from './port.ts'
import { ACCOUNT_DATA } from './tws-codes.ts'
import type { Wire } from './tws-wire.ts'

/** Account updates come of one account at a time: with several, each gets its turn, as long as it may keep the others waiting. */
const TURN_MS = 5_000

export class Accounts {
  readonly #wire: Wire
  #accounts: readonly string[] = []
  #open = false
  /** 'account conId' → its request, and back. */
  readonly #singles = new Map<string, number>()
  readonly #holdings = new Map<number, { readonly account: string; readonly conId: number }>()
  /** Requests of account results. */
  readonly #results = new Map<number, string>()
  #followed: string | null = null
  #waiting: string[] = []
  /** Another program follows an account instead of us. */
  #isTakenOver = false

  constructor(wire: Wire) {
    this.#wire = wire
  }

  listen(client: IBApi, safely: <A extends unknown[]>(hear: (...args: A) => void) => (...args: A) => void): void {
    client.on(
      EventName.pnlSingle,
      safely((requestId: number) => this.#hearSingle(requestId)),
    )
    client.on(
      EventName.pnl,
      safely((requestId: number) => this.#hearResult(requestId)),
    )
    client.on(
      EventName.updatePortfolio,
      safely(() => this.#hearPortfolio()),
    )
    client.on(
      EventName.updateAccountValue,
      safely(() => this.#hearAccountValue()),
    )
    client.on(
      EventName.accountDownloadEnd,
      safely((account: string) => this.#endTurn(account)),
    )
    client.on(
      EventName.orderStatus,
      safely(() => this.#hearOrderStatus()),
    )
  }

  serves(accounts: readonly string[]): void {
    this.#accounts = accounts
  }

  /** Executions and positions have been asked for: now the rest may be. */
  begin(): void {
    this.#open = true
    this.follow()
  }

  /** Asks of what is wanted now; what is no longer wanted is let go. */
  follow(): void {
    const { requests, memory, settings } = this.#wire
    const wanted = memory.valued
    if (!this.#open || wanted === null) return
    const keys = new Set(wanted.map(keyOf))
    for (const [key, requestId] of [...this.#singles]) {
      if (keys.has(key)) continue
      this.#singles.delete(key)
      this.#holdings.delete(requestId)
      this.#wire.ask(() => requests.cancelPnLSingle(requestId), 'patient')
    }
    for (const holding of wanted) {
      if (this.#singles.has(keyOf(holding)) || !this.#accounts.includes(holding.account)) continue
      const requestId = this.#wire.nextRequestId()
      this.#singles.set(keyOf(holding), requestId)
      this.#holdings.set(requestId, holding)
      this.#wire.ask(() => requests.reqPnLSingle(requestId, holding.account, null, holding.conId), 'patient')
    }
    if (this.#results.size === 0) {
      for (const account of this.#accounts) {
        const requestId = this.#wire.nextRequestId()
        this.#results.set(requestId, account)
        this.#wire.ask(() => requests.reqPnL(requestId, account, null), 'patient')
      }
    }
    if (this.#waiting.length === 0 && (this.#followed === null || this.#accounts.length > 1)) {
      this.#waiting = [...this.#accounts]
      this.#followNext()
    }
    if (!settings.readOnly && !this.#wire.ordersRefused) this.#wire.ask(() => this.#wire.orderRequests.reqAllOpenOrders(), 'patient')
  }

  #followNext(): void {
    const next = this.#waiting.shift()
    if (next === undefined || next === this.#followed) return
    this.#followed = next
    this.#wire.ask(() => this.#wire.requests.reqAccountUpdates(true, next), 'patient')
    // Its end marker may never come.
    if (this.#waiting.length > 0) this.#wire.later(TURN_MS, () => this.#endTurn(next))
  }

  #endTurn(account: string): void {
    if (account === this.#followed && this.#waiting.length > 0) this.#followNext()
  }

  /** Another program took the account updates: they are asked for again with the next look, and not at once, or both would take them in turns. */
  takenOver(): void {
    this.#isTakenOver = true
    this.#followed = null
    this.#waiting = []
  }

  /** True where a request is one of ours: its end costs nothing but the figure. */
  endRequest(requestId: number): boolean {
    return this.#holdings.has(requestId) || this.#results.has(requestId)
  }

  // -------------------------------------------------------------- what it tells

  #hearSingle(requestId: number): void {
    const holding = this.#holdings.get(requestId)
    const [, , quantity, daily, unrealized, realized, value] = this.#wire.message
    if (holding !== undefined) this.#tellHolding('PNL', { ...holding, quantity, daily, unrealized, realized, value })
  }

  #hearResult(requestId: number): void {
    const account = this.#results.get(requestId)
    const [, , daily, unrealized, realized] = this.#wire.message
    if (account !== undefined) this.#tell({ kind: 'result', account, daily: known(daily), unrealized: known(unrealized), realized: known(realized) })
  }

  #hearPortfolio(): void {
    const [, , conId, symbol, , , , , , , currency, , , quantity, , value, averageCost, unrealized, realized, account] = this.#wire.message
    const id = Number(conId)
    if (account === undefined || !(id > 0)) return
    this.#hearAgain()
    this.#tellHolding('PORTFOLIO', { account, conId: id, symbol, currency, quantity, averageCost, value, unrealized, realized })
  }

  #hearAccountValue(): void {
    const [, , key, value, currency = '', account = ''] = this.#wire.message
    this.#hearAgain()
    if (key !== 'ExchangeRate' || currency === '' || currency === 'BASE') return
    this.#tell({ kind: 'rate', account, currency, rate: known(value) })
  }

  #hearAgain(): void {
    if (!this.#isTakenOver) return
    this.#isTakenOver = false
    this.#wire.notice('account updates come again', 'MENDED', ACCOUNT_DATA)
  }

  #hearOrderStatus(): void {
    const [, , , filled, , , permId = ''] = this.#wire.message
    if (Number(permId) > 0) this.#tell({ kind: 'filled', permId, filled: known(filled) })
  }

  #tellHolding(source: HoldingSource, said: Figures): void {
    const { account, conId, symbol, currency, quantity, averageCost, value, unrealized, realized, daily } = said
    this.#tell({
      ...{ kind: 'holding', source, account, conId },
      ...(symbol === undefined ? {} : { symbol }),
      ...(currency === undefined ? {} : { currency }),
      ...{ quantity: known(quantity), averageCost: known(averageCost), value: known(value), unrealized: known(unrealized) },
      ...{ realized: known(realized), daily: known(daily) },
    })
  }

  #tell(said: AccountSaid): void {
    this.#wire.tell({ kind: 'account', said })
  }
}

interface Figures {
  readonly account: string
  readonly conId: number
  readonly symbol?: string | undefined
  readonly currency?: string | undefined
  readonly quantity: string | undefined
  readonly averageCost?: string | undefined
  readonly value: string | undefined
  readonly unrealized: string | undefined
  readonly realized: string | undefined
  readonly daily?: string | undefined
}

function keyOf({ account, conId }: Holdings[number]): string {
  return `${account} ${conId}`
}
