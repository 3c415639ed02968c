// `import flex FILE…`, `import flex --fetch`, `import tape FILE…`: history into the database, as often as one likes: what is there already is left out.
// Never warns of what is long past.
import { readFile } from 'node:fs/promises'
import { fetchStatements, flexRoomOf, sayStatement, takeStatement } from '#jobs/flex.ts'
import { clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { TapeInvalid, UsageError } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { verb } from './arguments.ts'
import { fold } from './fold.ts'
import { takeTape } from './import-tape.ts'
import { print, say } from './terminal.ts'
import { withDatabase } from './with-database.ts'

const USAGE = 'import tape FILE… | import flex FILE… | import flex --fetch'

export const importHistory = verb({
  usage: USAGE,
  summary: 'history from tapes, or from Flex statements (Activity and Trade Confirmation XML); again and again, never alerting',
  flags: { fetch: { help: 'the statement is fetched now, as the nightly job does' } },
  words: [1, Number.POSITIVE_INFINITY],
  async run({ flags, rest }) {
    const [source, ...files] = rest
    if (source !== 'tape' && source !== 'flex') throw new UsageError(`import: expected 'tape' or 'flex', found '${source}' (${USAGE})`)
    if (flags['fetch'] && source !== 'flex') throw new UsageError("import: expected --fetch behind 'flex', found it behind 'tape'")
    if (files.length === 0 && !flags['fetch']) throw new UsageError(`import ${source}: expected at least one FILE, found none`)
    await withDatabase(async (db, config) => {
      if (source === 'tape') await takeTape(db, files, config.markFilter)
      for (const file of source === 'flex' ? files : []) print(`${file}: ${sayStatement(await takeStatement(db, await readText(file), file))}`)
      if (flags['fetch']) await fetch(db, config)
      await fold(db, config)
    })
  },
})

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new TapeInvalid(`expected a Flex statement at ${file}, found none that can be read (${cause.code}); check the path`)
  })
}

async function fetch(db: Database, config: Config): Promise<void> {
  const room = flexRoomOf(config, { db, clock, log: say })
  if (room === null) throw new UsageError('import flex --fetch: expected FLEX_TOKEN and FLEX_QUERY_ID to be set, found nothing')
  say('the statement is asked for; making it takes from seconds to minutes')
  for (const taken of await fetchStatements(room)) print(sayStatement(taken))
}
