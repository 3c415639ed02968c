// `backfill --from D --until D`: the prices of imported trades, fetched from the broker at its pace. Stopped and started again it goes on where it was.
import { openTws } from '#broker/tws.ts'
import { backfill, type Progress } from '#jobs/backfill.ts'
import { clock } from '#src/clock.ts'
import { instruments } from '#store/facts.ts'
import { verb, wholeFlag } from './arguments.ts'
import { instantFlag } from './export.ts'
import { fold } from './fold.ts'
import { stopSignal } from './start.ts'
import { print, progressLine, say } from './terminal.ts'
import { withDatabase } from './with-database.ts'

const CLIENT_ID_MAX = 2_147_483_647
/** Where no terminal shows how far it is, every so many requests say it. */
const SAID_EVERY = 20

export const backfillTrades = verb({
  usage: 'backfill [--from D] [--until D] [--client-id N]',
  summary: 'prices for trades nobody listened to (imported ones): minute bars, seconds around fills; can be stopped and started again',
  flags: {
    from: { value: 'D', help: 'a day or an instant (UTC): trades opened at or after it' },
    until: { value: 'D', help: 'a day or an instant (UTC): trades opened before it' },
    'client-id': { value: 'N', help: 'the API client id; by default one more than TWS_CLIENT_ID, so that a service may run beside it' },
  },
  async run({ flags }) {
    const opened = { from: instantFlag('from', flags.from), until: instantFlag('until', flags.until) }
    const wanted = flags['client-id'] === undefined ? null : wholeFlag('client-id', flags['client-id'], 0, [0, CLIENT_ID_MAX])
    await withDatabase(async (db, config) => {
      const { host, port } = config.tws
      const clientId = wanted ?? config.tws.clientId + 1
      const broker = openTws({ host, port, clientId, clock, instruments: await instruments(db) })
      const stop = new AbortController()
      void stopSignal().then(async () => {
        stop.abort()
        await broker.close()
      })
      const line = progressLine(clock)
      let told = false
      const onProgress = (progress: Progress) => {
        const { done, requests, bars } = progress
        if (!told || (process.stderr.isTTY !== true && done > 0 && done % SAID_EVERY === 0)) say(wordsOf(progress))
        told = true
        line.show(`${done} of ${requests} requests, ${bars} bars; ${leftOf(progress)}`)
      }
      try {
        await broker.connect(() => {})
        const { done, requests, bars, trades, missing, stopped } = await backfill(
          { db, broker, now: clock.now(), onProgress, signal: stop.signal },
          filled(opened),
        )
        line.clear()
        print(`${trades} trades: ${done} of ${requests} requests, ${bars} bars`)
        for (const [reason, count] of missing) print(`  nothing for ${count} of them: ${reason}`)
        if (stopped !== null) print(`  stopped (${stopped}); started again it goes on from here`)
        if (bars > 0) await fold(db, config)
      } finally {
        await broker.close()
      }
    })
  },
})

function filled<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function wordsOf(progress: Progress): string {
  const { done, requests, bars } = progress
  if (requests === 0) return 'every price that can be asked for is there'
  return `${done === 0 ? `${requests} requests to make` : `${done} of ${requests} requests, ${bars} bars`}; ${leftOf(progress)}`
}

function leftOf({ leftMs }: Progress): string {
  const minutes = Math.ceil(leftMs / 60_000)
  return minutes <= 1 ? 'about a minute' : `about ${minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`} at the pace the broker allows`
}
