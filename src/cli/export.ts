// `export tape`: the facts and marks of the database as NDJSON. What `replay` reads back, and the backup.
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { positionsOf, worded, wordsOnTrades } from '#core/containment.ts'
import { BEGINNING, familyOf, type Fill, Ledger } from '#core/execution.ts'
import { type AnyFact, endOf, type Fact, type Instrument } from '#core/facts.ts'
import { saidOfEntry } from '#core/plan.ts'
import { printFact } from '#core/tape.ts'
import { type Instant, LATEST, parseInstant } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import { TapeInvalid, UsageError } from '#src/errors.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { partsOfAnchor, wordsForFold } from '#store/decisions.ts'
import { factsOf } from '#store/facts.ts'
import { marksOf } from '#store/marks.ts'
import { verb } from './arguments.ts'
import { configured } from './configured.ts'
import { logTo } from './log.ts'
import { progressLine, say } from './terminal.ts'

export const exportTape = verb({
  usage: 'export tape [--from D] [--until D] [--account A] [--out FILE]',
  summary: 'the facts and marks as a tape: what replay reads back, and the backup',
  flags: {
    from: { value: 'D', help: 'a day or an instant (UTC): nothing before it' },
    until: { value: 'D', help: 'a day or an instant (UTC): nothing at or after it' },
    account: { value: 'A', help: 'executions of this account only' },
    out: { value: 'FILE', help: 'where it is written (packed where it ends in .gz); stdout by default' },
  },
  words: [1, 1],
  async run({ flags, rest }) {
    if (rest[0] !== 'tape') throw new UsageError(`export: expected 'export tape', found 'export ${rest[0]}'`)
    const from = instantFlag('from', flags.from)
    const until = instantFlag('until', flags.until)
    const config = configured()
    await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
    const wanted = {
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      ...(flags.account === undefined ? {} : { account: flags.account }),
    }
    const progress = progressLine(clock)
    let lines = 0
    const text = async function* () {
      for await (const facts of tapeOf(db, wanted)) {
        lines += facts.length
        progress.show(`${lines.toLocaleString('en')} lines`)
        yield facts.map((fact) => `${printFact(fact)}\n`).join('')
      }
    }
    await write(Readable.from(text()), flags.out)
    progress.clear()
    say(`${lines.toLocaleString('en')} lines${flags.out === undefined ? '' : ` in ${flags.out}`}`)
  },
})

interface Wanted {
  readonly from?: Instant
  readonly until?: Instant
  readonly account?: string
}

/** The facts, what the trader said of trades, then the prices of each contract from its first fill on. */
async function* tapeOf(db: Database, wanted: Wanted): AsyncGenerator<readonly AnyFact[]> {
  const facts = (await factsOf(db, wanted)).map(({ fact }) => fact)
  yield facts
  yield await wordsOf(db, facts)
  const firstFill = new Map<number, Instant>()
  for (const fact of facts) if (fact.kind === 'execution') firstFill.set(fact.conId, Math.min(firstFill.get(fact.conId) ?? fact.at, fact.at))
  for (const [conId, first] of firstFill) {
    for await (const marks of marksOf(db, conId, wanted.from ?? first, wanted.until ?? LATEST)) yield marks.map(({ arrival: _, ...mark }) => mark)
  }
}

/** What is held for the long term, and the trader's own stops and targets, as plans of the entry itself: each of the fill that opens the trade now. */
async function wordsOf(db: Database, facts: readonly Fact[]): Promise<readonly Fact[]> {
  const ledger = new Ledger()
  const instruments = new Map<number, Instrument>()
  for (const [arrival, fact] of facts.entries())
    if (fact.kind === 'instrument') instruments.set(fact.conId, fact)
    else ledger.take(fact, { at: endOf(fact) ?? Number.NEGATIVE_INFINITY, arrival })
  const toldHeld = new Set(facts.flatMap((fact) => (fact.kind === 'hold' ? ledger.namesOf(fact.executionId) : [])))
  let untold = 0
  const told: Fact[] = []
  for (const { anchor, words } of await wordsForFold(db, 'ALL')) {
    const { account, family } = partsOfAnchor(anchor)
    ledger.say(family, words, account)
    if (words.held?.value === true && ledger.fillOf(ledger.nameOf(family, account)) === null) told.push({ kind: 'hold', executionId: family })
  }
  const openings = [...instruments.values()].flatMap((instrument) => openingsSpokenOf(ledger, instrument))
  for (const { family, held, nature, said, execution, at } of openings) {
    const executionId = familyOf(execution.executionId)
    const subject = { executionId, ...(ledger.namesOf(executionId).length > 1 ? { account: execution.account } : {}) }
    if (held && nature !== 'ADOPTION' && !toldHeld.has(family)) told.push({ kind: 'hold', ...subject })
    // The order's reference goes before any plan: a word that contradicts it, or takes a stop back, no plan can say.
    const byOrder = saidOfEntry({}, execution.orderRef ?? null)
    const isNews = (name: 'initialStop' | 'initialTarget') => said[name] !== undefined && said[name] !== (byOrder[name] ?? null)
    const canTell = (name: 'initialStop' | 'initialTarget') => isNews(name) && said[name] !== null && byOrder[name] == null
    const names = (['initialStop', 'initialTarget'] as const).filter(isNews)
    untold += names.filter((name) => !canTell(name)).length
    const plan = {
      ...(canTell('initialStop') ? { stop: said.initialStop as string } : {}),
      ...(canTell('initialTarget') ? { target: said.initialTarget as string } : {}),
    }
    if ('stop' in plan || 'target' in plan) told.push({ kind: 'plan', ...subject, ...plan, at })
  }
  if (untold > 0) say(`${untold} stops or targets said against the order's reference are not on the tape: it tells what the reference says`)
  return told
}

/** The fills that opened the ORDER trades of which a word bears on the fold, held and left as was said last of each. */
function openingsSpokenOf(ledger: Ledger, instrument: Instrument): readonly Fill[] {
  const spoken = ledger.spokenOf(instrument.conId)
  if (spoken.length === 0) return []
  const told = worded(ledger, instrument, BEGINNING)
  const trades = positionsOf(told.entries, instrument)
  const wanted = new Set(wordsOnTrades(trades, spoken, told).map(({ tradeId }) => tradeId))
  const opened = new Set(trades.flatMap(({ unit, tradeId, families }) => (unit === 'ORDER' && wanted.has(tradeId) ? [families[0]] : [])))
  return told.entries.filter((entry): entry is Fill => entry.kind === 'fill' && opened.has(entry.family))
}

/** To stdout, or into a file; one that is called .gz is packed, as `replay` expects of it. */
async function write(text: Readable, file: string | undefined): Promise<void> {
  try {
    if (file === undefined) await pipeline(text, process.stdout, { end: false })
    else if (file.endsWith('.gz')) await pipeline(text, createGzip(), createWriteStream(file))
    else await pipeline(text, createWriteStream(file))
  } catch (error) {
    if (!isSystemError(error)) throw error
    // Who reads only the beginning has what he wanted.
    if (file === undefined && error.code === 'EPIPE') return
    throw new TapeInvalid(`expected to write the tape to ${file ?? 'stdout'}, found that it cannot be (${error.message})`)
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

export function instantFlag(name: string, text: string | undefined): Instant | undefined {
  if (text === undefined) return undefined
  const found = parseInstant(text)
  if (found === null) throw new UsageError(`--${name}: expected a day (2026-11-20) or an instant (2026-11-20T14:30:00Z), found '${text}'`)
  return found
}
