// `simulate`: only the gateway, playing tapes for any TWS client.
import { readFile } from 'node:fs/promises'
import { openTape, type Tape } from '#broker/tape.ts'
import { type AnyFact, endOf, type Fact, type Mark, TELLING_ORDER } from '#core/facts.ts'
import { midOf, type Quote } from '#core/mark.ts'
import { type Fault, FAULTS, parseFaults } from '#sim/faults.ts'
import { openGateway } from '#sim/gateway.ts'
import { clock } from '#src/clock.ts'
import { TapeInvalid, UsageError } from '#src/errors.ts'
import { numberFlag, verb, wholeFlag } from './arguments.ts'
import { logTo } from './log.ts'
import { marksFile } from './replay.ts'
import { stopSignal } from './start.ts'
import { progressLine } from './terminal.ts'

export const simulate = verb({
  usage: 'simulate --port P --tape FILE… [--marks CONID=FILE]… [--speed N] [--conflate-ms N] [--lockstep] [--forgets] [--read-only] [--faults FILE]',
  summary: 'only the simulated TWS gateway, for any TWS client',
  flags: {
    port: { value: 'P', help: 'where it listens, on 127.0.0.1' },
    tape: { value: 'FILE…', many: true, help: 'NDJSON of facts and marks, .gz allowed' },
    marks: { value: 'CONID=FILE', many: true, help: 'CSV of prices of one contract: ts_ms and price, or bid and ask' },
    speed: { value: 'N', help: 'times market time (1 by default); 0: as fast as the client reads' },
    'conflate-ms': { value: 'N', help: 'one price a contract in so many milliseconds of the tape (250 by default); 0: every price' },
    lockstep: { help: 'the tape stands still while no client is ready or a held contract is not subscribed' },
    forgets: { help: 'it answers nothing about the past: what was missed stays a gap' },
    'read-only': { help: "as a TWS with 'Read-Only API' ticked: whatever asks of orders is refused with 321" },
    faults: {
      value: 'FILE',
      help: `what goes wrong: a JSON object a line, {"at":…,"fault":…} or {"seed":N,"count":N}; faults: ${Object.keys(FAULTS).join(', ')}`,
    },
  },
  async run({ flags }) {
    if (flags.port === undefined) throw new UsageError('simulate: expected --port P, found none')
    if (flags.tape.length === 0) throw new UsageError('simulate: expected at least one --tape FILE, found none')
    const port = wholeFlag('port', flags.port, 0, [0, 65_535])
    const speed = numberFlag('speed', flags.speed, 1)
    const conflateMs = numberFlag('conflate-ms', flags['conflate-ms'], 250)
    const log = logTo(clock)
    const progress = progressLine(clock)
    const tape = await openTape(flags.tape, flags.marks.map(marksFile), (done, total) =>
      progress.show(`reading ${total === 0 ? 100 : Math.floor((100 * done) / total)} %`),
    )
    progress.clear()
    const faults = flags.faults === undefined ? [] : await readFaults(flags.faults, tape)
    const stop = stopSignal()
    await using gateway = await openGateway({
      port,
      facts: playOrder(tape),
      instruments: tape.facts.filter((fact) => fact.kind === 'instrument'),
      accounts: accountsOf(tape.facts),
      speed,
      conflateMs,
      lockstep: flags.lockstep,
      forgets: flags.forgets,
      readOnly: flags['read-only'],
      faults,
      hostNow: clock.monotonic,
      log,
    })
    log(`a TWS gateway listens at ${gateway.host}:${gateway.port}: ${tape.facts.length} facts, ${tape.prices} prices; Ctrl-C ends`)
    const broken = gateway.ended.then(
      () => new Promise<never>(() => {}),
      (error: unknown) => Promise.reject(error),
    )
    log(`stopping (${await Promise.race([stop, broken])})`)
  },
})

export function accountsOf(facts: readonly Fact[]): string[] {
  return [...new Set(facts.flatMap((fact) => (fact.kind === 'execution' ? [fact.account] : [])))].sort()
}

async function readFaults(file: string, tape: Tape): Promise<readonly Fault[]> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TapeInvalid(`expected a script of faults at ${file}, found none that can be read (${cause.code}); check the path`)
  })
  const instants = tape.facts.flatMap((fact) => (fact.kind === 'execution' ? [fact.at] : []))
  const parsed = parseFaults(text, Math.min(tape.firstAt, ...instants), Math.max(tape.lastAt, ...instants))
  if ('refused' in parsed) throw new TapeInvalid(`${file}: ${parsed.refused}`)
  return parsed
}

/** The order in which a broker would have told the tape: by when each fact became known, and at one instant instrument, execution, commission, mark. */
export async function* playOrder(tape: Tape): AsyncGenerator<AnyFact> {
  const secTypes = new Map(tape.facts.flatMap((fact) => (fact.kind === 'instrument' ? [[fact.conId, fact.secType]] : [])))
  const dated = dateFacts(tape.facts)
  let next = 0
  for await (const quotes of tape.quotes()) {
    for (const { conId, quote } of quotes) {
      const mark = markOf(conId, quote, secTypes.get(conId) ?? '')
      if (mark === null) continue
      for (; next < dated.length && (dated[next] as Dated).at <= mark.at; next++) yield (dated[next] as Dated).fact
      yield mark
    }
  }
  for (; next < dated.length; next++) yield (dated[next] as Dated).fact
}

interface Dated {
  readonly at: number
  readonly fact: Fact
}

/** A fact without an instant of its own comes when its execution does; an instrument before everything. */
function dateFacts(facts: readonly Fact[]): Dated[] {
  const executions = new Map(facts.flatMap((fact) => (fact.kind === 'execution' ? [[fact.executionId, fact.seenAt ?? fact.at]] : [])))
  const at = (fact: Fact): number => {
    if (fact.seenAt !== undefined) return fact.seenAt
    if (fact.kind === 'commission') return Math.max(fact.at ?? Number.NEGATIVE_INFINITY, executions.get(fact.executionId) ?? Number.NEGATIVE_INFINITY)
    return endOf(fact) ?? Number.NEGATIVE_INFINITY
  }
  return facts.map((fact) => ({ at: at(fact), fact })).sort((a, b) => a.at - b.at || TELLING_ORDER[a.fact.kind] - TELLING_ORDER[b.fact.kind])
}

/** A price as a venue would send it; null where none would: no number, withdrawn as suspicious, or no price anyone can pay. */
function markOf(conId: number, quote: Quote, secType: string): Mark | null {
  const mid = quote.bid === null || quote.ask === null ? null : midOf(quote.bid, quote.ask)
  const price = quote.price ?? mid
  if (price === null || !Number.isFinite(price) || quote.suspicious || (price <= 0 && secType !== 'BAG')) return null
  return {
    kind: 'mark',
    conId,
    price,
    at: quote.at,
    ...(quote.bid === null ? {} : { bid: quote.bid }),
    ...(quote.ask === null ? {} : { ask: quote.ask }),
    source: quote.price === null || quote.isMid ? 'MID' : 'LAST',
  }
}
