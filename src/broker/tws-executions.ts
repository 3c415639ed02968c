// The executions of one TWS session: those of the day, asked for, and those that happen; their commissions; and which of a combo and its legs counts.
import type { Fact, Instrument } from '#core/facts.ts'
import { Answer } from './tws-answer.ts'
import type { Contracts } from './tws-contracts.ts'
import { parseCommission, parseContract, parseExecution, type TwsCommissionReport, type TwsContract, type TwsExecution } from './tws-parse.ts'
import { NO_REQUEST, type Wire } from './tws-wire.ts'

export class Executions {
  readonly #wire: Wire
  readonly #contracts: Contracts
  #asked: { readonly requestId: number; readonly answer: Answer } | null = null
  /** Orders of which a leg was filled; and fills of combos that wait for one. */
  readonly #legOrders = new Set<string>()
  readonly #combos = new Map<string, { readonly permId: string | undefined; readonly told: { readonly fact: Fact; readonly raw: readonly string[] }[] }>()
  readonly #combosLeftOut = new Set<string>()

  constructor(wire: Wire, contracts: Contracts) {
    this.#wire = wire
    this.#contracts = contracts
  }

  /** Asks for those of the day. */
  async catchUp(): Promise<void> {
    if (this.#asked === null) {
      const requestId = this.#wire.nextRequestId()
      this.#asked = { requestId, answer: new Answer(this.#wire.settings.answerMs) }
      this.#wire.ask(() => this.#wire.requests.reqExecutions(requestId, {}))
    }
    const asked = this.#asked
    const outcome = await asked.answer.outcome
    if (this.#asked !== asked) return
    this.#asked = null
    // Some gateways leave the end marker out (reference 2.1): what came is taken, and it is said.
    if (outcome === 'silent')
      this.#wire.notice(`no end of the day's executions after ${this.#wire.settings.answerMs} ms of silence; went on with those that came`, 'TROUBLE')
  }

  /** TWS ended the request: true if it was ours. */
  endRequest(requestId: number, refused: boolean): boolean {
    if (this.#asked?.requestId !== requestId) return false
    if (refused) {
      this.#asked.answer.settle('answered')
      return true
    }
    // Not now: without the executions of the day nothing is caught up, so they are asked for again. A refusal is no silence.
    this.#asked.answer.stir()
    const { retryMs, answerMs } = this.#wire.settings
    this.#wire.later(Math.min(retryMs, answerMs / 2), () => {
      if (this.#asked?.requestId === requestId) this.#wire.ask(() => this.#wire.requests.reqExecutions(requestId, {}))
    })
    return true
  }

  /** A request was left out, and nobody says which: perhaps this one, without which fills may be missing. What comes twice counts once. */
  perhapsLost(): void {
    if (this.#asked !== null) this.endRequest(this.#asked.requestId, false)
  }

  /** The session is over. */
  end(): void {
    this.#asked?.answer.settle('ended')
  }

  hearExecution(requestId: number, contract: TwsContract, execution: TwsExecution): void {
    this.#asked?.answer.stir()
    const raw = this.#wire.message
    const instrument = parseContract(contract)
    const fact = parseExecution(contract, execution, this.#wire.zone)
    if ('refused' in instrument) return this.#wire.notice(`refused: ${instrument.refused} (${raw.join('|')})`, 'TROUBLE')
    if ('refused' in fact) return this.#wire.notice(`refused: ${fact.refused} (${raw.join('|')})`, 'TROUBLE')
    if (contract.secType === 'BAG') return this.#holdCombo(instrument, fact, raw)
    if (fact.permId !== undefined) this.#hearLeg(fact.permId)
    if (contract.exchange !== undefined && contract.exchange !== '') this.#wire.memory.venues.set(fact.conId, contract.exchange)
    this.#contracts.learn(instrument)
    this.#wire.tell({ kind: 'fact', fact, raw, ...(requestId === NO_REQUEST ? {} : { history: true }) })
    this.#contracts.askDetails(fact.conId)
  }

  hearEnd(requestId: number): void {
    if (this.#asked?.requestId === requestId) this.#asked.answer.settle('answered')
  }

  hearCommission(report: TwsCommissionReport): void {
    this.#asked?.answer.stir()
    const fact = parseCommission(report)
    if (fact === null || this.#combosLeftOut.has(fact.executionId)) return
    const combo = this.#combos.get(fact.executionId)
    if (combo === undefined) this.#wire.tell({ kind: 'fact', fact, raw: this.#wire.message })
    else combo.told.push({ fact, raw: this.#wire.message })
  }

  /** The fill of a combo comes beside the fills of its legs, under the same order: one of the two counts. The legs, where they come. */
  #holdCombo(instrument: Instrument, fact: Fact & { readonly executionId: string; readonly permId?: string }, raw: readonly string[]): void {
    if (fact.permId !== undefined && this.#legOrders.has(fact.permId)) return this.#leaveOut(fact.executionId)
    // In another account of the same order.
    const held = this.#combos.get(fact.executionId)
    if (held !== undefined) return void held.told.push({ fact, raw })
    this.#combos.set(fact.executionId, { permId: fact.permId, told: [{ fact, raw }] })
    this.#wire.later(this.#wire.settings.comboMs, () => {
      const held = this.#combos.get(fact.executionId)
      if (held === undefined) return
      this.#combos.delete(fact.executionId)
      this.#wire.notice(`combo fill ${fact.executionId}: no fill of a leg came with it, so the combo itself is counted`, 'ADVICE')
      this.#contracts.learn(instrument)
      for (const told of held.told) this.#wire.tell({ kind: 'fact', ...told })
    })
  }

  #hearLeg(permId: string): void {
    this.#legOrders.add(permId)
    for (const [executionId, held] of this.#combos) {
      if (held.permId !== permId) continue
      this.#combos.delete(executionId)
      this.#leaveOut(executionId)
    }
  }

  #leaveOut(executionId: string): void {
    this.#combosLeftOut.add(executionId)
    this.#wire.notice(`combo fill ${executionId}: its legs are counted, not the combo`, 'ADVICE')
  }
}
