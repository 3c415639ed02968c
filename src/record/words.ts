// What was decided and the writer has to know: which rules changed, what the trader said of which trade or alert, which are held, and where they were meant
// to be left. Reads the decisions; only remembers how far it has come.
import type { Fill, Ledger, SaidOfTrade } from '#core/execution.ts'
import type { Database } from '#store/db.ts'
import { type Decision, decidedUntil, decisionsSince, partsOfAnchor, rememberDecided, wordsForFold } from '#store/decisions.ts'

export interface Heard {
  /** Rules that are new, gone, or another version. */
  readonly rules: ReadonlySet<string>
  /** Trades (by anchor) of which something was said. */
  readonly annotated: readonly string[]
  /** Alerts (by id) that were acknowledged or commented. */
  readonly remarked: readonly string[]
  /** Contracts of which a trade is held now, or no longer. */
  readonly held: readonly number[]
  /** Trades (by anchor) whose stop or target is another one by the trader's word. */
  readonly planned: readonly string[]
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

  /**
   * At a start: everything that stands, and what of it was said while nobody was there to fold it. `known`: the trades (by anchor) of which anything was
   * ever said.
   */
  async begin(): Promise<Heard & { readonly known: readonly string[] }> {
    this.#upTo = await decidedUntil(this.#db)
    const { anchors } = await this.#take('ALL')
    // Read after what stands, so that nothing stands of which no decision is known; and what they said since the first look is looked at again.
    const decisions = await decisionsSince(this.#db, this.#upTo)
    const annotated = subjectsOf(decisions, 'annotate')
    await this.#take(annotated)
    const saidHeld = decisions.flatMap(({ saysHeld, subject }) => (saysHeld ? [partsOfAnchor(subject).conId] : []))
    return { ...this.#heard(decisions, saidHeld, annotated), known: [...anchors, ...annotated] }
  }

  /** Whatever was decided since it was heard last. */
  async hear(): Promise<Heard> {
    const decisions = await decisionsSince(this.#db, this.#upTo)
    const { held, planned } = await this.#take(subjectsOf(decisions, 'annotate'))
    return this.#heard(decisions, held, planned)
  }

  /** Everything heard so far is folded. */
  async folded(): Promise<void> {
    await rememberDecided(this.#db, this.#upTo)
  }

  #heard(decisions: readonly Decision[], held: readonly number[], planned: readonly string[]): Heard {
    this.#upTo = decisions.at(-1)?.id ?? this.#upTo
    return {
      rules: new Set(subjectsOf(decisions, 'rule')),
      annotated: subjectsOf(decisions, 'annotate', 'snooze'),
      remarked: subjectsOf(decisions, 'acknowledge', 'comment'),
      held: [...new Set(held)],
      planned,
      thinned: decisions.some(({ kind }) => kind === 'thin'),
    }
  }

  /** Takes what stands of these trades into the ledger; answers what is another word than before. */
  async #take(wanted: readonly string[] | 'ALL') {
    const held: number[] = []
    const planned: string[] = []
    const anchors: string[] = []
    for (const { anchor, held: isHeld, said } of await wordsForFold(this.#db, wanted)) {
      anchors.push(anchor)
      const { account, conId, family } = partsOfAnchor(anchor)
      if (this.#held.has(anchor) !== isHeld) {
        if (isHeld) this.#held.add(anchor)
        else this.#held.delete(anchor)
        this.#ledger.hold(family, isHeld, account)
        held.push(conId)
      }
      if (JSON.stringify(this.#said.get(anchor) ?? {}) === JSON.stringify(said)) continue
      this.#said.set(anchor, said)
      this.#ledger.say(family, said, account)
      planned.push(anchor)
    }
    return { held, planned, anchors }
  }

  /** The fills that opened these trades, as far as they are known and said of. */
  openingFills(anchors: readonly string[]): readonly Fill[] {
    return anchors.flatMap((anchor) => {
      const { account, family } = partsOfAnchor(anchor)
      const fill = this.#said.has(anchor) ? this.#ledger.fillOf(this.#ledger.nameOf(family, account)) : null
      return fill?.quantity.gt(0) ? [fill] : []
    })
  }
}

function subjectsOf(decisions: readonly Decision[], ...kinds: readonly string[]): readonly string[] {
  return [...new Set(decisions.flatMap(({ kind, subject }) => (kinds.includes(kind) ? [subject] : [])))]
}
