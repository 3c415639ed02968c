// `rebuild`: the derived tables made again from the facts. The same rows come back; what did not is named.
import { clock } from '#src/clock.ts'
import { openBus } from '#src/bus.ts'
import { WriterBusy } from '#src/errors.ts'
import { openRecorder } from '#record/record.ts'
import { takeWriterLock } from '#store/lock.ts'
import { verb } from './arguments.ts'
import { print, say } from './terminal.ts'
import { withDatabase } from './with-database.ts'

export const rebuild = verb({
  usage: 'rebuild',
  summary: 'makes trades, excursions and trajectories again from the facts; no service may run meanwhile',
  flags: {},
  run: () =>
    withDatabase(async (db, config) => {
      await using lock = await takeWriterLock(db)
      if (lock === null) throw new WriterBusy(db.embedded ? config.home : 'the database')
      const begun = clock.monotonic()
      let failure: unknown = null
      const recorder = await openRecorder({
        db,
        bus: openBus(),
        clock,
        filter: config.markFilter,
        log: say,
        onFailure: (error) => {
          failure = error
        },
      })
      const { facts, trades, differed } = await recorder.rebuild()
      await recorder.close()
      if (failure !== null) throw failure
      const seconds = Math.max((clock.monotonic() - begun) / 1000, 1e-3)
      print(
        `${trades} trades from ${facts.toLocaleString('en')} facts and marks; ${differed.length === 0 ? 'every row as it was' : `${differed.length} differed and were rewritten`}`,
      )
      for (const tradeId of differed) print(`  ${tradeId}`)
      say(`${seconds.toFixed(2)} s: ${Math.round(facts / seconds).toLocaleString('en')} facts/s`)
    }),
})
