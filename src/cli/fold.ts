// What a verb appended is folded: by the service that runs, or else here.
import { openBus } from '#src/bus.ts'
import { clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { openRecorder } from '#record/record.ts'
import type { Database } from '#store/db.ts'
import { takeWriterLock } from '#store/lock.ts'
import { say } from './terminal.ts'

/** A service that runs folds what was appended; where none does, it is folded here, the way a start does it. */
export async function fold(db: Database, config: Config): Promise<void> {
  await using lock = await takeWriterLock(db)
  if (lock === null) {
    say('a service is running: it folds what was appended')
    return
  }
  let failure: unknown = null
  const recorder = await openRecorder({
    ...{ db, bus: openBus(), clock, filter: config.markFilter, log: say },
    onFailure: (error) => {
      failure = error
    },
  })
  await recorder.close()
  if (failure !== null) throw failure
}
