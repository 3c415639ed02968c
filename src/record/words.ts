// What was decided and the writer has to know: that rules changed, what the trader said of which trade, which are held, and where they were meant to be
// left. Reads the decisions; only remembers how far it has come.
import type { Fill, Ledger, SaidOfTrade } from '#core/execution.ts'
import type { Database } from '#store/db.ts'
import { type Decision, decidedUntil, decisionsSince, partsOfAnchor, rememberDecided, wordsForFold } from '#store/decisions.ts'

export interface Heard {
  /** A rule is new, or another version of it. */
  readonly rules: boolean
  /** Trades (by anchor) of which something was said. */
  readonly annotated: readonly string[]
  /** Contracts of which a trade is held now, or no longer. */
  readonly held: readonly number[]
  /** The opening fills of the trades whose stop or target is another one by the trader's word. */
  readonly planned: readonly Fill[]
  /** Days long gone were thinned. */
  readonly thinned: boolean
}

export class Words {
  readonly #db: Database
  readonly #ledger: Ledger
  readonly #held = new Set<string>()
  readonly #said = new Map<string, SaidOfTrade>()
  /** The last decision taken in. */
  #upTo = 0

  constructor(db: Database, ledger: Ledger) {
    this.#db = db
    this.#ledger = ledger
  }

  get upTo(): number {
    return this.#upTo
  }

  /** Whatever was decided since it was heard last. */
  async hear(): Promise<Heard> {
    const decisions = await decisionsSince(this.#db, this.#upTo)
    const annotated = annotatedBy(decisions)
    const held = new Set<number>()
    const planned: string[] = []
    for (const { anchor, held: isHeld, said } of await wordsForFold(this.#db, annotated)) {
      const { conId, family } = partsOfAnchor(anchor)
      if (this.#held.has(anchor) !== isHeld) {
        if (isHeld) this.#held.add(anchor)
        else this.#held.delete(anchor)
        this.#ledger.hold(family, isHeld)
        held.add(conId)
      }
      if (JSON.stringify(this.#said.get(anchor) ?? {}) === JSON.stringify(said)) continue
      this.#said.set(anchor, said)
      this.#ledger.say(family, said)
      planned.push(anchor)
    }
    this.#upTo = decisions.at(-1)?.id ?? this.#upTo
    return {
      rules: decisions.some(({ kind }) => kind === 'rule'),
      annotated,
      held: [...held],
      planned: this.#openingFills(planned),
      thinned: decisions.some(({ kind }) => kind === 'thin'),
    }
  }

  /** What was said of stops and targets while nobody was there to fold it. */
  async missed(): Promise<readonly Fill[]> {
    return this.#openingFills(annotatedBy(await decisionsSince(this.#db, await decidedUntil(this.#db))))
  }

  /** Everything heard so far is folded. */
  async folded(): Promise<void> {
    await rememberDecided(this.#db, this.#upTo)
  }

  #openingFills(anchors: readonly string[]): readonly Fill[] {
    return anchors.flatMap((anchor) => {
      const fill = this.#said.has(anchor) ? this.#ledger.fillOf(partsOfAnchor(anchor).family) : null
      return fill?.quantity.gt(0) ? [fill] : []
    })
  }
}

function annotatedBy(decisions: readonly Decision[]): readonly string[] {
  return [...new Set(decisions.flatMap(({ kind, subject }) => (kind === 'annotate' ? [subject] : [])))]
}
