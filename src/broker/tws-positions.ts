// The positions of one TWS session, asked for once when it opens.
import type { DecimalText } from '#core/decimal.ts'
import { Answer } from './tws-answer.ts'
import { mergeInstruments, numberText, parseContract, type TwsContract } from './tws-parse.ts'
import type { Wire } from './tws-wire.ts'

export class Positions {
  readonly #wire: Wire
  #asked: Answer | null = null

  constructor(wire: Wire) {
    this.#wire = wire
  }

  ask(): Promise<void> {
    const answer = new Answer(this.#wire.settings.answerMs)
    this.#asked = answer
    this.#wire.ask(() => this.#wire.requests.reqPositions())
    return answer.outcome.then((outcome) => {
      this.#asked = null
      if (outcome === 'silent')
        this.#wire.notice(`no end of the positions after ${this.#wire.settings.answerMs} ms of silence; went on with those that came`, 'TROUBLE')
    })
  }

  hear(account: string, contract: TwsContract, quantity: number | undefined, cost: number | undefined): void {
    this.#asked?.stir()
    const instrument = parseContract(contract)
    if ('refused' in instrument || quantity === undefined) {
      return this.#wire.notice(`refused: a position of ${account} that cannot be read (${this.#wire.message.join('|')})`, 'TROUBLE')
    }
    const merged = mergeInstruments(this.#wire.memory.instruments.get(instrument.conId), instrument)
    this.#wire.tell({ kind: 'position', account, instrument: merged, quantity: numberText(quantity), averageCost: costOf(cost) })
  }

  hearEnd(): void {
    this.#wire.tell({ kind: 'account', said: { kind: 'allPositions' } })
    this.#asked?.settle('answered')
  }

  /** The session is over. */
  end(): void {
    this.#asked?.settle('ended')
  }
}

/** 0, nothing and the largest number there is: TWS has no value. */
function costOf(cost: number | undefined): DecimalText | null {
  return cost === undefined || cost === 0 || !(Math.abs(cost) < 1e300) ? null : numberText(cost)
}
