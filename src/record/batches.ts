// Batches: what was taken is gathered here, numbered, committed in one transaction, and only then told to this process. Folds nothing.
import { createHash } from 'node:crypto'
import type { WordsOn } from '#core/containment.ts'
import { alertKey, compareAlerts, type RaisedAlert } from '#core/raised.ts'
import { decimal, plain } from '#core/decimal.ts'
import { effectsOf } from '#core/delivery.ts'
import { freshState } from '#core/judge.ts'
import { readOrderRef } from '#core/order-ref.ts'
import type { Rewrite } from '#core/rewrite.ts'
import type { AlertState, StoredAlert, StoredMark, StoredTrade } from '#core/stored.ts'
import { takingOf } from '#core/take.ts'
import { type Day, EARLIEST, type Instant } from '#core/time.ts'
import { isPaper, type Mode, type Trade, type TrajectoryPoint } from '#core/trade.ts'
import { type Batch, commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import type { Database } from '#store/db.ts'
import { anchorOf } from '#store/decisions.ts'
import { tradesByIds } from '#store/trades.ts'
import type { Books, Contract } from './books.ts'
import type { Bus, BusEvent } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'
import type { Observer } from './recorder.ts'

export interface BatchesOptions {
  readonly db: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly books: Books
  /** Every account of a demonstration is DEMO. */
  readonly demo: boolean
  /** Alerts are told to somebody. */
  readonly delivers: boolean
  readonly observer?: Observer
  /** When what is being taken was told, at the earliest, by `clock.monotonic()`; null: now. */
  toldAt(): number | null
}

/** What a contract that was folded again says otherwise than the store. */
export interface Rewriting {
  /** Why; it stands in the audit of every trade that changed. */
  readonly reason: string
  readonly rewrite: Rewrite
  /** Alerts of which nothing differs but the name of their trade. */
  readonly renamed: readonly StoredAlert[]
  /** The names of those that nobody was told of because their prices were fetched only now: they are listed. */
  readonly passed: ReadonlySet<string>
  /** The words on its trades, as they are now. */
  readonly words: readonly WordsOn[]
  /** The points of its trades, as they are now. */
  readonly points: readonly TrajectoryPoint[]
  /** The trades whose trajectory is made again. */
  readonly redrawn: ReadonlySet<string>
  /** It came to light long after: nobody is told of its alerts. */
  readonly untold: boolean
  /** Nobody has to be told, as at a start. */
  readonly quietly: boolean
}

/** A batch is closed at this many marks, or this long after its first row was told: who follows a trade hears of a price within 25 ms. */
const MARKS_MAX = 5_000
const OPEN_MS_MAX = 10
/** Between two writings of last prices, whatever their contracts. */
const LAST_PRICES_MS_MIN = 50
/** Last prices of a contract are written at most this often. */
const LAST_PRICE_MS = 1_000
/** With one batch those of so many trades, or of this share of all: an alert that comes in while it is written must not wait for hundreds. */
const LAST_PRICES_MAX = 40
const LAST_PRICES_SHARE = 0.1

export class Batches {
  readonly #options: BatchesOptions
  /** The executions that named a trade when somebody said something of it. */
  readonly #annotated = new Set<string>()
  /** The words on trades as they were written last, by trade. */
  readonly #words = new Map<string, WordsOn>()
  /** The trades of alerts whose id was made of another name, by that id. */
  readonly #renamed = new Map<string, string>()
  #seq = 0
  #facts: Batch['facts'][number][] = []
  #marks: StoredMark[] = []
  #refused: Batch['refused'][number][] = []
  #outbox: Batch['outbox'][number][] = []
  #closesAt = Number.POSITIVE_INFINITY
  /** When the first row of the batch was told; null before it. */
  #openedAt: number | null = null
  /** The same of the batch that is being written. */
  #writingSince: number | null = null
  /** When last prices were written, of anything and of each contract. */
  #lastPricesAt = Number.NEGATIVE_INFINITY
  readonly #lastPricesOf = new Map<number, number>()

  constructor(options: BatchesOptions) {
    this.#options = options
  }

  /** Numbers go on after this one. */
  numberFrom(seq: number): void {
    this.#seq = seq
  }

  /** Its id stays, and stands for no other from now on. */
  renamed({ id, tradeId }: Pick<StoredAlert, 'id' | 'tradeId'>): void {
    this.#renamed.set(id, tradeId)
  }

  /** From now on the trade of this anchor is told with what somebody said of it. */
  annotated(anchor: string): void {
    this.#annotated.add(anchor)
  }

  fact(stored: Batch['facts'][number]): void {
    this.#open()
    this.#facts.push(stored)
  }

  mark(mark: StoredMark): void {
    this.#open()
    this.#marks.push(mark)
  }

  refused(refused: Batch['refused'][number]): void {
    this.#open()
    this.#refused.push(refused)
  }

  /** An effect wanted of a job, once the batch stands. */
  order(effect: Batch['outbox'][number]): void {
    this.#open()
    this.#outbox.push(effect)
  }

  /** Cards of these days are to be made once more; each time is an effect of its own. */
  reviewAgain(days: readonly Day[]): void {
    for (const day of days) this.order({ key: `review:${day}:changed:${this.#options.clock.now()}`, kind: 'review', payload: { day } })
  }

  /** Something is in the batch: it closes a little later. What waited for the batch before to be written has waited already. */
  #open(): void {
    if (this.#openedAt !== null && this.#closesAt !== Number.POSITIVE_INFINITY) return
    const since = this.#options.toldAt() ?? this.#options.clock.monotonic()
    this.#openedAt ??= since
    if (this.#closesAt === Number.POSITIVE_INFINITY) this.#closesAt = since + OPEN_MS_MAX
  }

  /** An execution, a correction or an alert waits for nothing. */
  closeNow(): void {
    this.#closesAt = Number.NEGATIVE_INFINITY
  }

  get isFull(): boolean {
    return this.#marks.length >= MARKS_MAX || this.#closesAt === Number.NEGATIVE_INFINITY
  }

  /** When the batch has to be committed at the latest, by the monotonic clock. */
  get dueAt(): number {
    let stale = Number.POSITIVE_INFINITY
    for (const contract of this.#options.books.contracts) if (contract.stale) stale = Math.min(stale, this.#staleAt(contract))
    return Math.min(this.#closesAt, Math.max(stale, this.#lastPricesAt + LAST_PRICES_MS_MIN))
  }

  /** When the last prices of a contract have to be written again. */
  #staleAt({ conId }: Contract): number {
    return (this.#lastPricesOf.get(conId) ?? -LAST_PRICE_MS) + LAST_PRICE_MS
  }

  /** The contracts whose last prices go with the next batch: all of them with a fact, a part of those that are due with prices, none with an alert. */
  #takeStale(now: number, all: boolean): ReadonlySet<Contract> {
    const stale = [...this.#options.books.contracts].filter((contract) => contract.stale)
    const taken = new Set<Contract>()
    if (all || this.#facts.length > 0) for (const contract of stale) taken.add(contract)
    else if (this.#closesAt !== Number.NEGATIVE_INFINITY) {
      let left = Math.max(LAST_PRICES_MAX, LAST_PRICES_SHARE * stale.reduce((sum, { book }) => sum + book.openTrades.size, 0))
      const due = stale.filter((contract) => now >= this.#staleAt(contract)).sort((a, b) => this.#staleAt(a) - this.#staleAt(b))
      for (const contract of due) {
        if (taken.size > 0 && left < contract.book.openTrades.size) break
        left -= contract.book.openTrades.size
        taken.add(contract)
      }
    }
    for (const contract of taken) {
      contract.stale = false
      this.#lastPricesOf.set(contract.conId, now)
    }
    if (taken.size > 0) this.#lastPricesAt = now
    return taken
  }

  /** Commits what was gathered with what it changed in the books, then tells it. `marketTime`: how late an alert is. `all`: with every last price. */
  async commit(marketTime: Instant | null, all = false): Promise<void> {
    const stale = this.#takeStale(this.#options.clock.monotonic(), all)
    const trades: StoredTrade[] = []
    const trajectory: Batch['trajectory'][number][] = []
    const alerts: StoredAlert[] = []
    for (const contract of this.#options.books.contracts) {
      const changes = contract.book.takeChanges()
      const touched = new Set(changes.trades)
      if (stale.has(contract)) for (const trade of contract.book.openTrades) touched.add(trade)
      for (const trade of touched) trades.push(this.#storedTrade(contract.book.tell(trade)))
      for (const point of changes.points) trajectory.push({ ...point, seq: ++this.#seq })
      for (const alert of [...changes.alerts].sort(compareAlerts))
        alerts.push(this.#storedAlert(alert, this.#stateOf(alert, alert.beyond ? 'ALREADY_BEYOND' : freshState(alert, marketTime ?? alert.at))))
    }
    await this.#write({ ...this.#gathered(), trades, trajectory, alerts })
  }

  /** What was said of trades, where it is other words than were written last. */
  async words(words: readonly WordsOn[]): Promise<void> {
    for (const said of words) this.#words.set(said.tradeId, said)
    await this.#write({ ...EMPTY_BATCH, words })
  }

  /** The words on trades that were folded again, where they are other ones; those that differ or went may have none any more, but for what named them. */
  #otherWords(words: readonly WordsOn[], rewritten: readonly string[], all: boolean): readonly WordsOn[] {
    const standing = new Map<string, WordsOn>(words.map((said) => [said.tradeId, said]))
    const named = (tradeId: string) => [anchorOf(tradeId)].filter((anchor) => this.#annotated.has(anchor))
    for (const tradeId of rewritten) if (!standing.has(tradeId)) standing.set(tradeId, { tradeId, own: named(tradeId), others: [] })
    const other = [...standing.values()].filter((said) => all || JSON.stringify(said) !== JSON.stringify(this.#words.get(said.tradeId)))
    for (const said of other) this.#words.set(said.tradeId, said)
    return other
  }

  /** Trades and alerts that are told again to whoever follows them, as they stand; nobody is pushed. */
  async tellAgain(trades: readonly StoredTrade[], alerts: readonly StoredAlert[]): Promise<void> {
    const numbered = <Row extends { readonly seq: number }>(rows: readonly Row[]) => rows.map((row) => ({ ...row, seq: ++this.#seq }))
    await this.#write({ ...EMPTY_BATCH, trades: numbered(trades), alerts: numbered(alerts) }, [], { untold: true })
  }

  /** What was gathered and what differs by it, in one transaction. */
  async rewrite({ reason, rewrite, renamed, passed, words, points, redrawn, quietly, untold }: Rewriting): Promise<void> {
    const at = this.#options.clock.now()
    const rewritten = rewrite.audit.map(({ tradeId }) => tradeId)
    for (const { before, alert } of rewrite.judged) if (before !== null && before.tradeId !== alert.tradeId) this.renamed({ ...before, tradeId: alert.tradeId })
    for (const alert of renamed) this.renamed(alert)
    const batch: Batch = {
      ...this.#gathered(),
      // Told before what stands in its place, so numbered before it.
      removedTrades: rewrite.removed.map((tradeId) => ({ tradeId, seq: ++this.#seq })),
      trades: rewrite.changed.map((trade) => this.#storedTrade(trade)),
      words: this.#otherWords(words, rewritten, reason === 'rebuild'),
      trajectory: points.filter(({ tradeId }) => redrawn.has(tradeId)).map((point) => ({ ...point, seq: ++this.#seq })),
      trajectoryReplacedFrom: [...redrawn].map((tradeId) => ({ tradeId, from: EARLIEST })),
      alerts: [
        ...rewrite.withdrawn.map((alert) => ({ ...alert, state: 'WITHDRAWN' as const, stateBefore: alert.state, seq: ++this.#seq })),
        ...rewrite.judged.map(({ alert, state, before }) => ({
          // One that was told stays what it was, whatever was sold.
          ...this.#storedAlert(alert, before === null || before.state === 'WITHDRAWN' ? this.#stateOf(alert, state) : state),
          ...(before === null ? {} : { id: before.id, raisedAt: before.raisedAt }),
        })),
        ...renamed.map((alert) => ({ ...alert, seq: ++this.#seq })),
      ],
      audit: quietly ? [] : rewrite.audit.map(({ tradeId, before, after }) => ({ at, what: reason, subject: tradeId, before, after })),
    }
    const listed = new Set(batch.alerts.filter((alert) => passed.has(alertKey(alert))).map(({ id }) => id))
    await this.#write(batch, quietly ? [] : rewritten, { untold, passed: listed })
  }

  /** What was gathered, as the beginning of a batch; gathering begins anew. */
  #gathered(): Batch {
    const batch = { ...EMPTY_BATCH, facts: this.#facts, marks: this.#marks, refused: this.#refused, outbox: this.#outbox }
    this.#facts = []
    this.#marks = []
    this.#refused = []
    this.#outbox = []
    this.#closesAt = Number.POSITIVE_INFINITY
    this.#writingSince = this.#openedAt
    this.#openedAt = null
    return batch
  }

  async #write(
    written: Batch,
    rewritten: readonly string[] = [],
    { untold, passed }: { readonly untold: boolean; readonly passed?: ReadonlySet<string> } = { untold: false },
  ): Promise<void> {
    const { db, bus, clock, delivers, observer } = this.#options
    // The order to tell an alert commits with it.
    const batch = delivers && !untold ? { ...written, outbox: [...written.outbox, ...effectsOf(written.alerts, passed)] } : written
    if (Object.values(batch).every((rows: readonly unknown[]) => rows.length === 0)) return
    const mayBeLost = batch.facts.length + batch.alerts.length + batch.outbox.length + batch.removedTrades.length + batch.words.length === 0
    await commitBatch(db, batch, { asynchronous: mayBeLost })
    observer?.committed({
      facts: batch.facts.map(({ fact }) => fact.kind),
      marks: batch.marks.length,
      refusedMarks: batch.refused.length,
      waitedMs: this.#writingSince === null ? null : clock.monotonic() - this.#writingSince,
    })
    this.#writingSince = null
    const trades = await this.#withWords(batch.trades)
    const events: BusEvent[] = [
      ...rewritten.map((tradeId) => ({ kind: 'rewritten' as const, seq: ++this.#seq, tradeId })),
      ...trades.map((trade) => ({ kind: 'trade' as const, seq: trade.seq, trade })),
      ...batch.trajectory.map(({ seq, ...point }) => ({ kind: 'trajectory' as const, seq, point })),
      ...batch.alerts.map((alert) => ({ kind: 'alert' as const, seq: alert.seq, alert })),
    ]
    bus.publish(events)
  }

  /** The trades as they read in the store, with what the trader said of them. */
  async #withWords(trades: readonly StoredTrade[]): Promise<readonly StoredTrade[]> {
    const isNoted = ({ tradeId }: StoredTrade) => this.#annotated.has(anchorOf(tradeId)) || this.#words.has(tradeId)
    const noted = trades.filter(isNoted).map(({ tradeId }) => tradeId)
    if (noted.length === 0) return trades
    const joined = new Map((await tradesByIds(this.#options.db, noted)).map((trade) => [trade.tradeId, trade]))
    return trades.map((trade) => joined.get(trade.tradeId) ?? trade)
  }

  #storedTrade(trade: Trade): StoredTrade {
    const mode: Mode = this.#options.demo ? 'DEMO' : isPaper(trade.account) ? 'PAPER' : 'LIVE'
    const { strategy, tags, initialStop, initialTarget } = readOrderRef(trade.orderRef)
    return { ...trade, seq: ++this.#seq, mode, strategy, tags, note: null, initialStop, ...(initialTarget === null ? {} : { initialTarget }) }
  }

  /** SATISFIED where what a tier suggests had been sold by then; else as it was judged. */
  #stateOf(alert: RaisedAlert, judged: AlertState): AlertState {
    const { books } = this.#options
    const tier = books.tierOf(alert.ruleId, alert.tier)
    const book = books.get(alert.conId)?.book
    const trade = tier === null ? undefined : book?.trades.find(({ tradeId }) => tradeId === alert.tradeId)
    return tier !== null && book !== undefined && trade !== undefined && takingOf(book.tell(trade), tier, alert.at)?.satisfied === true ? 'SATISFIED' : judged
  }

  /** Made of what it stands for; where an alert of that name went along with a trade that has another name now, of its next. */
  #idOf(alert: Omit<RaisedAlert, 'ruleIndex'>): string {
    for (let n = 1; ; n++) {
      const name = n === 1 ? alertKey(alert) : `${alertKey(alert)}~${n}`
      const id = createHash('sha256').update(name).digest('hex').slice(0, 24)
      if ((this.#renamed.get(id) ?? alert.tradeId) === alert.tradeId) return id
    }
  }

  #storedAlert({ ruleIndex: _, beyond: __, ...alert }: RaisedAlert, state: AlertState): StoredAlert {
    return {
      ...alert,
      id: this.#idOf(alert),
      seq: ++this.#seq,
      state,
      ruleVersion: this.#options.books.versionOf(alert.ruleId),
      raisedAt: this.#options.clock.now(),
      message: messageOf(alert),
    }
  }
}

function messageOf(alert: Omit<RaisedAlert, 'ruleIndex'>): string {
  const pct = alert.pct === null ? '' : ` (${plain(decimal(alert.pct).round(2))} %)`
  return `${alert.symbol} ${alert.ruleId}${alert.tier === 0 ? '' : ` ${alert.tier + 1}`} at ${alert.price}${pct}`
}
