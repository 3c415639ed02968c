// What was decided and the writer has to know: which rules changed, what the trader said of which trade or alert, which are held, and where they were meant
// to be left. Reads the decisions; only remembers how far it has come.
import type { Fill } from '#core/execution.ts'
import type { EntryWords } from '#core/words.ts'
import type { Database } from '#store/db.ts'
import { type Decision, decidedUntil, decisionsSince, partsOfAnchor, rememberDecided, wordsForFold } from '#store/decisions.ts'
import type { Books } from './books.ts'

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
  readonly #books: Books
  readonly #said = new Map<string, EntryWords>()
  /** The last decision taken in. */
  #upTo = 0

  constructor(db: Database, books: Books) {
    this.#db = db
    this.#books = books
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
    const annotated = subjectsOf(decisions, 'annotate', 'snooze')
    await this.#take(annotated)
    const saidHeld = decisions.flatMap(({ saysHeld, subject }) => (saysHeld ? [partsOfAnchor(subject).conId] : []))
    return { ...this.#heard(decisions, saidHeld, annotated), known: [...anchors, ...annotated] }
  }

  /** Whatever was decided since it was heard last. */
  async hear(): Promise<Heard> {
    const decisions = await decisionsSince(this.#db, this.#upTo)
    const { held, planned } = await this.#take(subjectsOf(decisions, 'annotate', 'snooze'))
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

  /** Takes what stands of these executions into the ledger; answers what is another word than before. */
  async #take(wanted: readonly string[] | 'ALL') {
    const held: number[] = []
    const planned: string[] = []
    const anchors: string[] = []
    for (const { anchor, words } of await wordsForFold(this.#db, wanted)) {
      anchors.push(anchor)
      const { account, conId, family } = partsOfAnchor(anchor)
      const was = this.#said.get(anchor) ?? {}
      this.#said.set(anchor, words)
      this.#books.ledger.say(family, words, account)
      // Said again it is another word only where something else was said of the same trade in between.
      const isAlone = () => this.#books.wordsAround({ account, conId, family }).every(({ own }) => own.length === 1)
      const isNews = (...names: readonly (keyof EntryWords)[]) =>
        names.some((name) => was[name]?.order !== words[name]?.order && (was[name]?.value !== words[name]?.value || !isAlone()))
      if (isNews('held')) held.push(conId)
      if (isNews('initialStop', 'initialTarget')) planned.push(anchor)
    }
    this.#books.wordsChanged()
    return { held, planned, anchors }
  }

  /** The executions of these of which a stop or target was ever said, as far as they are known. */
  planned(anchors: readonly string[]): readonly Fill[] {
    const { ledger } = this.#books
    return anchors.flatMap((anchor) => {
      const { account, family } = partsOfAnchor(anchor)
      const { initialStop, initialTarget } = this.#said.get(anchor) ?? {}
      return (initialStop ?? initialTarget) === undefined ? [] : (ledger.fillOf(ledger.nameOf(family, account)) ?? [])
    })
  }
}

function subjectsOf(decisions: readonly Decision[], ...kinds: readonly string[]): readonly string[] {
  return [...new Set(decisions.flatMap(({ kind, subject }) => (kinds.includes(kind) ? [subject] : [])))]
}
