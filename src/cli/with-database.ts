// The database a verb works on: the one of the configuration, attached to where a service runs it, closed when the verb is done.
import { clock } from '#src/clock.ts'
import { type Config, loadEnv, readConfig } from '#src/config.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { logTo } from './log.ts'

export async function withDatabase<T>(work: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(loadEnv())
  await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
  return await work(db, config)
}
