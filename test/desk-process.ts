// The recording part of the service as a process of its own, so that a test can kill it, stop it and let it go on: `node test/desk-process.ts DATABASE_URL PORT`.
// The same parts as `start`, with patience cut short so that a day fits into seconds. It says every change of state on stderr. The job that compares
// ours with the broker's every five minutes runs there, too; a timer does the same work far more often.
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Broker, BrokerEvent } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { AccountView } from '#core/account.ts'
import { reconcileNow } from '#jobs/reconcile.ts'
import { isOpen } from '#src/bus.ts'
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
  if (line.includes('catching up → ')) sayFootprint()
}
const ended = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()))

/** The last client of the broker, and what it said of the accounts since its session began. */
let broker: Broker | null = null
const view = new AccountView()
/** From one comparison to the next. */
const RECONCILE_MS = 400
let isEnding = false
let marketTime: () => number | null = () => null

await using desk = await open()
marketTime = () => desk.marketTime()
log('recording')
const comparing = compare()
await ended
isEnding = true
await comparing
await desk.settled()
sayFootprint()

/** Again and again, and a last time when everything was told. */
async function compare(): Promise<void> {
  const writer = {
    account: () => (isOpen(desk.brokers()[0]?.state ?? 'CONNECTING') ? view.snapshot() : null),
    marketTime: () => marketTime(),
    // While prices pour in that may never be.
    settled: async () => void (await Promise.race([desk.settled(), sleep(RECONCILE_MS)])),
    catchUpNow: async () => broker?.catchUp().catch(() => {}),
    value: (holdings: Parameters<NonNullable<Broker['value']>>[0]) => broker?.value?.(holdings),
  }
  const look = () => reconcileNow({ db: desk.db, writer, clientId: config.tws.clientId, log: () => {} }, 'asked')
  while (!isEnding) {
    await look()
    await Promise.race([sleep(RECONCILE_MS), ended])
  }
  await look()
}

function hear(event: BrokerEvent): void {
  if (event.kind === 'connected') view.begin()
  else if (event.kind === 'accounts') view.serves(event.accounts)
  else if (event.kind === 'account') view.hear(event.said, marketTime())
  else if (event.kind === 'position') {
    const { account, instrument, quantity, averageCost } = event
    const { conId, symbol, currency } = instrument
    const figures = { quantity, averageCost, value: null, unrealized: null, realized: null, daily: null }
    view.hear({ kind: 'holding', source: 'POSITION', account, conId, symbol, currency, ...figures }, marketTime())
  }
}

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
        openBroker: (instruments) => {
          const opened = openTws({
            ...{ host: '127.0.0.1', port: config.tws.port, clientId: config.tws.clientId, clock, instruments },
            ...{ handshakeMs: 1_000, answerMs: 300, clockMs: 500, retryMs: 100, refusedMs: 200, resumeMs: 500 },
            ...{ streamsMax: 2, streamPaceMs: 100 },
          })
          const connect = opened.connect.bind(opened)
          opened.connect = (tell) =>
            connect((event) => {
              hear(event)
              tell(event)
            })
          broker = opened
          return opened
        },
      })
    } catch (error) {
      // Who was killed is still the writer until the server has noticed.
      if (!(error instanceof WriterBusy)) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
