// The recording part of the service as a process of its own, so that a test can kill it, stop it and let it go on: `node test/desk-process.ts DATABASE_URL PORT`.
// The same parts as `start`, with patience cut short so that a day fits into seconds. It says every change of state on stderr.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openTws } from '#broker/tws.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { openDesk, type Desk } from '#src/desk.ts'
import { WriterBusy } from '#src/errors.ts'
import { MADE_RULES } from './made-day.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const [databaseUrl = '', port = ''] = process.argv.slice(2)
const config = readConfig({ DATABASE_URL: databaseUrl, TWS_PORT: port, EXCURSION_HOME: '/nowhere', EXCURSION_LANG: 'en' })
const log = (line: string) => {
  process.stderr.write(`${line}\n`)
  if (line.includes('→ ready')) sayFootprint()
}
const ended = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))

await using desk = await open()
log('recording')
await ended
await desk.settled()
sayFootprint()

/** What is held after garbage was collected. */
function sayFootprint(): void {
  collect()
  process.stderr.write(`heap ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB, ${process.getActiveResourcesInfo().length} handles\n`)
}

async function open(): Promise<Desk> {
  for (;;) {
    try {
      return await openDesk({
        ...{ config, roles: new Set(['live'] as const), clock, rules: MADE_RULES, log },
        openBroker: (instruments) =>
          openTws({
            ...{ host: '127.0.0.1', port: config.tws.port, clientId: config.tws.clientId, clock, instruments },
            ...{ handshakeMs: 1_000, answerMs: 300, clockMs: 500, retryMs: 100, refusedMs: 200, resumeMs: 500 },
          }),
      })
    } catch (error) {
      // Who was killed is still the writer until the server has noticed.
      if (!(error instanceof WriterBusy)) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
