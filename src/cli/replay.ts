// `replay`: tapes folded in memory, without a database; prints the trades, and with --rules the alerts.
import { readFile } from 'node:fs/promises'
import { type MarksFile, openTape } from '#broker/tape.ts'
import { MARK_FILTERS } from '#core/mark.ts'
import { printAlert, printTrade, Replay, type Replayed } from '#core/replay.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import { printInstant } from '#core/time.ts'
import { CHANNELS } from '#notify/channels.ts'
import { clock } from '#src/clock.ts'
import { TapeInvalid, UsageError } from '#src/errors.ts'
import { choiceFlag, verb } from './arguments.ts'
import { print, progressLine, say } from './terminal.ts'
import { alertTable, tradeTable } from './trade-table.ts'

export const replay = verb({
  usage: 'replay --tape FILE… [--marks CONID=FILE]… [--unit order|round-trip|both] [--filter default|none] [--rules FILE] [--json]',
  summary: 'folds tapes in memory, no database, and prints the trades',
  flags: {
    tape: { value: 'FILE…', many: true, help: 'NDJSON of facts and marks, .gz allowed' },
    marks: { value: 'CONID=FILE', many: true, help: 'CSV of prices of one contract: ts_ms and price, or bid and ask' },
    unit: { value: 'UNIT', help: 'order (default), round-trip or both' },
    filter: { value: 'FILTER', help: 'default: only prices one could have traded at; none: all that are prices' },
    rules: { value: 'FILE', help: 'NDJSON of rules: prints the alerts after the trades' },
    json: { help: 'one JSON object a line' },
  },
  async run({ flags }) {
    if (flags.tape.length === 0) throw new UsageError('replay: expected at least one --tape FILE, found none (excursion replay --help)')
    const unit = choiceFlag('unit', flags.unit, ['order', 'round-trip', 'both'], 'order')
    const filter = choiceFlag('filter', flags.filter, MARK_FILTERS, 'default')
    const rules = flags.rules === undefined ? [] : await readRules(flags.rules)
    const begun = clock.monotonic()
    const progress = progressLine(clock)
    const tape = await openTape(flags.tape, flags.marks.map(marksFile), (done, total) => progress.show(`reading ${percent(done, total)}`))
    const fold = new Replay(tape.facts, { filter, rules })
    if (fold.missingInstruments.length > 0) {
      throw new TapeInvalid(
        `expected an instrument line for every contract with executions, found none for conId ${fold.missingInstruments.join(', ')}; add it to a tape`,
      )
    }
    let folded = 0
    for await (const quotes of tape.quotes()) {
      for (const { conId, quote } of quotes) fold.quote(conId, quote)
      folded += quotes.length
      progress.show(`folding ${percent(folded, tape.prices)}`)
    }
    const replayed = only(unit, fold.finish())
    progress.clear()
    const seconds = Math.max((clock.monotonic() - begun) / 1000, 1e-3)
    const facts = tape.facts.length + tape.prices
    if (flags.json) printJson(replayed, flags.rules !== undefined)
    else {
      print(tradeTable(replayed.trades))
      if (flags.rules !== undefined) print(`\n${alertTable(replayed.alerts)}`)
    }
    say(`${facts.toLocaleString('en')} facts in ${seconds.toFixed(2)} s: ${Math.round(facts / seconds).toLocaleString('en')} facts/s`)
  },
})

/** `8314=ibm.csv.gz` */
export function marksFile(text: string): MarksFile {
  const [conId = '', ...file] = text.split('=')
  if (!/^\d+$/.test(conId) || file.length === 0) throw new UsageError(`--marks: expected CONID=FILE, found '${text}'`)
  return { conId: Number(conId), file: file.join('=') }
}

/** Rules from a file of NDJSON. */
export async function readRules(file: string): Promise<Rule[]> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (cause) {
    throw new TapeInvalid(`expected rules at ${file}, found no file that can be read (${(cause as NodeJS.ErrnoException).code}); check the path`)
  }
  const rules: Rule[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      throw new TapeInvalid(`${file}:${index + 1}: expected a rule as a JSON object, found ${line.slice(0, 60)}`)
    }
    const rule = parseRule(value, CHANNELS)
    if ('refused' in rule) throw new TapeInvalid(`${file}:${index + 1}: ${rule.refused}`)
    rules.push(rule)
  }
  return rules
}

function only(unit: 'order' | 'round-trip' | 'both', { trades, alerts }: Replayed): Replayed {
  if (unit === 'both') return { trades, alerts }
  const wanted = unit === 'order' ? 'ORDER' : 'ROUND_TRIP'
  return { trades: trades.filter((trade) => trade.unit === wanted), alerts: alerts.filter((alert) => alert.unit === wanted) }
}

function printJson({ trades, alerts }: Replayed, withAlerts: boolean): void {
  for (const trade of trades) print(JSON.stringify(printTrade(trade, printInstant)))
  if (withAlerts) for (const alert of alerts) print(JSON.stringify(printAlert(alert, printInstant)))
}

function percent(done: number, total: number): string {
  return total === 0 ? '' : `${Math.min(100, Math.floor((100 * done) / total))} %`
}
