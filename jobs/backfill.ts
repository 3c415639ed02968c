// Fetches the prices of trades that nobody listened to, request by request at the broker's pace. Each answer is stored at once with the time it makes known,
// so it can be stopped and started again: nothing that is stored is asked for twice. Folds nothing: the writer does.
import type { Broker, HistoryAnswer } from '#broker/port.ts'
import { type Asking, askingsOf, FINE_AGE_MS, type Unheard } from '#core/backfill.ts'
import { Ledger } from '#core/execution.ts'
import { type Bar, endOf, type Fact, type Instrument, type Repair } from '#core/facts.ts'
import { placeBars, type Span } from '#core/repair.ts'
import { tradedMs } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Instant } from '#core/time.ts'
import type { Database } from '#store/db.ts'
import { appendFacts, factsOf, instruments } from '#store/facts.ts'
import { lastMark } from '#store/marks.ts'
import { tradesOf } from '#store/trades.ts'

export interface BackfillRoom {
  readonly db: Database
  readonly broker: Pick<Broker, 'history' | 'historyLasts'>
  /** The host's time: what is younger than this has happened. */
  readonly now: Instant
  /** Told before the first request and after each. */
  onProgress(progress: Progress): void
  readonly signal?: AbortSignal
}

export interface Progress {
  readonly done: number
  readonly requests: number
  readonly bars: number
  /** How long the rest will take, in milliseconds. */
  readonly leftMs: number
}

export interface Backfilled extends Progress {
  readonly trades: number
  /** Requests the broker had nothing for, by its reason. */
  readonly missing: ReadonlyMap<string, number>
  /** What ended it before the end; null: nothing. */
  readonly stopped: string | null
}

/** An answer that did not come is asked for again so often. */
const TRIES_MAX = 3

export async function backfill(room: BackfillRoom, opened: { readonly from?: Instant; readonly until?: Instant }): Promise<Backfilled> {
  const { db, broker, now, onProgress, signal } = room
  const { askings, trades, contracts, fills } = await plan(db, opened, now)
  const missing = new Map<string, number>()
  let done = 0
  let bars = 0
  let stopped: string | null = null
  const progress = (): Progress => ({ done, requests: askings.length, bars, leftMs: broker.historyLasts?.(askings.length - done) ?? 0 })
  onProgress(progress())
  for (const asking of askings) {
    const instrument = contracts.get(asking.conId)
    if (instrument === undefined) continue
    const answer = signal?.aborted === true ? ABORTED : await ask(broker, asking, instrument, signal)
    if (answer.kind === 'later') {
      stopped = answer.reason
      break
    }
    if (answer.kind === 'bars') {
      const isOld = asking.until <= now - FINE_AGE_MS
      const facts = asking.spans.flatMap((span) => known(asking.conId, span, answer.bars, fills.get(asking.conId) ?? []))
      const ambiguous = isOld ? answer.bars.filter((bar) => isWithin(bar, asking.lives) && !facts.includes(bar)) : []
      bars += facts.filter(({ kind }) => kind === 'bar').length
      await appendFacts(db, unique([...facts, ...ambiguous]))
    } else if (answer.kind === 'none') missing.set(answer.reason, (missing.get(answer.reason) ?? 0) + 1)
    done++
    onProgress(progress())
  }
  return { ...progress(), trades, missing, stopped }
}

const ABORTED: HistoryAnswer = { kind: 'later', reason: 'stopped' }

/** What is asked for, for which trades. */
async function plan(db: Database, { from, until }: { readonly from?: Instant; readonly until?: Instant }, now: Instant) {
  const wanted = { unit: 'ORDER' as const, ...(from === undefined ? {} : { openedFrom: from }), ...(until === undefined ? {} : { openedUntil: until }) }
  const trades = (await tradesOf(db, wanted)).filter(({ held }) => !held)
  const ledger = new Ledger()
  const repairs: Repair[] = []
  for (const { fact, arrival } of await factsOf(db)) {
    if (fact.kind === 'repair') repairs.push(fact)
    else if (!NO_LEDGER.has(fact.kind)) ledger.take(fact, { at: endOf(fact) ?? Number.NEGATIVE_INFINITY, arrival })
  }
  const unheard: Unheard[] = []
  const fills = new Map<number, readonly Instant[]>()
  for (const [conId, ofContract] of Map.groupBy(trades, (trade) => trade.conId)) {
    const ats = ledger.history(conId).map(({ at }) => at)
    fills.set(conId, ats)
    const spans = (await Promise.all(ofContract.map((trade) => unheardOf(db, trade, now)))).flat()
    unheard.push({ conId, spans, fills: ats, known: repairs.filter((repair) => repair.conId === conId) })
  }
  const contracts = new Map((await instruments(db)).map((instrument) => [instrument.conId, instrument]))
  // Nothing is traded while a contract's sessions are closed.
  const isTraded = (conId: number, { from, to }: Span) => tradedMs(from, to, contracts.get(conId) ?? {}) !== 0
  const askings = askingsOf(unheard, now).filter(({ conId, spans }) => spans.some((span) => isTraded(conId, span)))
  return { askings, trades: trades.length, contracts, fills }
}

const NO_LEDGER: ReadonlySet<Fact['kind']> = new Set(['instrument', 'gap', 'bar', 'dayRange'])

/** All of a trade's life where nobody listened; else its gaps. */
async function unheardOf(db: Database, { conId, openedAt, closedAt, provenance }: StoredTrade, now: Instant): Promise<readonly Span[]> {
  const end = closedAt ?? now
  const last = await lastMark(db, conId, end)
  return last !== null && last.at >= openedAt ? provenance.gaps : [{ from: openedAt, to: end }]
}

async function ask(broker: BackfillRoom['broker'], { until, spanMs, barMs }: Asking, instrument: Instrument, signal?: AbortSignal): Promise<HistoryAnswer> {
  let answer: HistoryAnswer = { kind: 'none', reason: 'this broker tells nothing of the past' }
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    answer = (await broker.history?.({ kind: 'bars', instrument, until, spanMs, barMs })) ?? answer
    if (answer.kind !== 'later' || signal?.aborted === true) return answer
  }
  return answer
}

/** The bars within a span, and the time they make known. A day's bars may all be there and none within it: then nothing was traded. */
function known(conId: number, span: Span, bars: readonly Bar[], fills: readonly Instant[]): readonly Fact[] {
  const placed = placeBars(span, bars, fills)
  return [...placed.bars, ...placed.known.map((part): Repair => ({ kind: 'repair', conId, from: part.from, to: part.to, source: 'BARS' }))]
}

function isWithin({ from, to }: Bar, lives: readonly Span[]): boolean {
  return lives.some((life) => from < life.to && to > life.from)
}

function unique(facts: readonly Fact[]): readonly Fact[] {
  return [...new Map(facts.map((fact) => [JSON.stringify(fact), fact])).values()]
}
