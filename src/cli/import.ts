// `import flex FILE…`, `import tape FILE…`: history into the database, as often as one likes: what is there already is left out. Never warns of what is long past.
import { readFile } from 'node:fs/promises'
import { joinOrders, parseFlex } from '#broker/flex.ts'
import { openTape } from '#broker/tape.ts'
import type { Execution, Fact } from '#core/facts.ts'
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { TapeInvalid, UsageError } from '#src/errors.ts'
import { openRecorder } from '#src/record.ts'
import type { Database } from '#store/db.ts'
import { appendFacts, factsOf } from '#store/facts.ts'
import { takeWriterLock } from '#store/lock.ts'
import { verb } from './arguments.ts'
import { print, say } from './terminal.ts'
import { withDatabase } from './with-database.ts'

export const importHistory = verb({
  usage: 'import tape FILE… | import flex FILE…',
  summary: 'history from tapes, or from Flex statements (Activity and Trade Confirmation XML); again and again, never alerting',
  flags: {},
  async run({ rest }) {
    const [source, ...files] = rest
    if (source !== 'tape' && source !== 'flex') throw new UsageError(`import: expected 'tape' or 'flex', found '${source ?? 'nothing'}' (import flex FILE…)`)
    if (files.length === 0) throw new UsageError(`import ${source}: expected at least one FILE, found none`)
    await withDatabase(async (db, config) => {
      const read = source === 'flex' ? await readFlex(db, files) : await readTape(files)
      const fresh = await appendFacts(db, read)
      print(`${read.length} facts read, ${fresh.length} new`)
      if (fresh.length > 0) await fold(db, config)
    })
  },
})

async function readFlex(db: Database, files: readonly string[]): Promise<readonly Fact[]> {
  const facts: Fact[] = []
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new TapeInvalid(`expected a Flex statement at ${file}, found none that can be read (${cause.code}); check the path`)
    })
    const statement = parseFlex(text)
    if ('refused' in statement) throw new TapeInvalid(`${file}: ${statement.refused}`)
    const count = (kind: Fact['kind']) => statement.facts.filter((fact) => fact.kind === kind).length
    print(
      `${file}: ${statement.accounts.join(', ')}: ${count('execution')} executions, ${count('commission')} commissions, ${count('settlement')} settlements, ${count('adopt')} deliveries, ${count('cancel')} cancellations`,
    )
    for (const [reason, rows] of statement.leftOut) print(`  not imported: ${rows} ${rows === 1 ? 'row' : 'rows'}: ${reason}`)
    facts.push(...statement.facts)
  }
  return newsOf(
    facts,
    (await factsOf(db)).map(({ fact }) => fact),
  )
}

/** What a statement adds: contract details of the broker's socket are better than a statement's, and a fill is told once. */
export function newsOf(statement: readonly Fact[], known: readonly Fact[]): readonly Fact[] {
  const executions = known.filter((fact): fact is Execution => fact.kind === 'execution')
  const knownIds = new Set(executions.map(({ executionId }) => executionId))
  const contracts = new Set(known.flatMap((fact) => (fact.kind === 'instrument' ? [fact.conId] : [])))
  return joinOrders(statement, executions).filter((fact) => {
    if (fact.kind === 'instrument') return !contracts.has(fact.conId)
    return fact.kind !== 'execution' || !knownIds.has(fact.executionId)
  })
}

async function readTape(files: readonly string[]): Promise<readonly Fact[]> {
  const tape = await openTape(files, [])
  if (tape.prices > 0) say(`${tape.prices} prices of the tape are not imported yet: its trades are measured from their fills`)
  return tape.facts
}

/** A service that runs folds what was appended; where none does, it is folded here. */
async function fold(db: Database, config: Config): Promise<void> {
  await using lock = await takeWriterLock(db)
  if (lock === null) {
    say('a service is running: it folds what was imported')
    return
  }
  let failure: unknown = null
  const recorder = await openRecorder({
    ...{ db, bus: openBus(), clock, filter: config.markFilter, log: say },
    onFailure: (error) => {
      failure = error
    },
  })
  const { trades } = await recorder.rebuild()
  await recorder.close()
  if (failure !== null) throw failure
  print(`${trades} trades`)
}
