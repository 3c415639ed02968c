// The database a verb works on: the one of the configuration, attached to where a service runs it, closed when the verb is done. That it went away
// meanwhile is said as any other trouble.
import { clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { ExcursionError } from '#src/errors.ts'
import { type Database, goneAway, openDatabase } from '#store/db.ts'
import { logTo } from './log.ts'
import { configured } from './configured.ts'

export async function withDatabase<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = configured()
  await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
  try {
    return await work(db, config)
  } catch (error) {
    throw error instanceof ExcursionError ? error : (goneAway(db, error) ?? error)
  }
}
