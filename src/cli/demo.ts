// `demo`: the whole product on the built-in gateway and a seeded market day. Its own folder and database; delivers nothing; touches nothing of yours.
import { rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openTws } from '#broker/tws.ts'
import type { AnyFact } from '#core/facts.ts'
import { STARTER_RULES } from '#core/rules.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { makeReview } from '#jobs/review.ts'
import { readTemplates } from '#notes/templates.ts'
import { DEMO_ACCOUNT, DEMO_DAY, demoTape } from '#sim/demo.ts'
import { type Gateway, openGateway } from '#sim/gateway.ts'
import { clock } from '#src/clock.ts'
import { type Config, loadEnv, readConfig } from '#src/config.ts'
import { openDesk, ROLES, type Desk } from '#src/desk.ts'
import { alertsOf } from '#store/alerts.ts'
import { discardEmbedded } from '#store/embedded.ts'
import { tradesOf } from '#store/trades.ts'
import { numberFlag, verb, wholeFlag } from './arguments.ts'
import { demoScreen } from './screen.ts'
import { stopSignal } from './start.ts'
import { print } from './terminal.ts'
import { alertTable, tradeTable } from './trade-table.ts'

/** A market day of six and a half hours in about a minute. */
const SPEED = 400
/** What a demo takes from the environment; everything that names a database, a vault or a channel is not among it. */
const TAKEN = [
  'EXCURSION_HOME',
  'EXCURSION_HOST',
  'EXCURSION_PORT',
  'EXCURSION_LANG',
  'EXCURSION_TZ',
  'EXCURSION_COLOURS',
  'HOME',
  'LANG',
  'LC_ALL',
  'LC_MESSAGES',
] as const
const QUERY = '{ trades(first: 3) { edges { node { id side netPnl mfe { pct at } mae { pct } } } } }'

export const demo = verb({
  usage: 'demo [--once] [--speed N] [--seed N]',
  summary: 'the whole product on a built-in gateway and a seeded market day; nothing to set up',
  flags: {
    once: { help: 'ends by itself and prints what it made and where' },
    speed: { value: 'N', help: `times market time (${SPEED} by default: a day in about a minute); 0: as fast as it goes` },
    seed: { value: 'N', help: 'another day of prices (1 by default)' },
  },
  async run({ flags }) {
    const config = await demoConfig()
    const speed = numberFlag('speed', flags.speed, SPEED)
    const facts = demoTape(wholeFlag('seed', flags.seed, 1, [0, 4_294_967_295]))
    const stop = stopSignal()
    await using gateway = await openGateway({
      port: 0,
      facts: oneByOne(facts),
      instruments: facts.filter((fact) => fact.kind === 'instrument'),
      accounts: [DEMO_ACCOUNT],
      speed,
      lockstep: true,
      hostNow: clock.monotonic,
    })
    print(`excursion demo: the market day ${DEMO_DAY}, ${speed === 0 ? 'as fast as it goes' : `${speed} times as fast`}, in ${config.home}`)
    await using service = await openDesk({
      config: { ...config, tws: { ...config.tws, host: gateway.host, port: gateway.port } },
      roles: new Set(ROLES),
      clock,
      demo: true,
      rules: STARTER_RULES.map((rule) => ({ ...rule, enabled: true })),
      reviewDelayMs: 0,
      openBroker: (instruments) => openTws({ instruments, host: gateway.host, port: gateway.port, clientId: 0, clock }),
      log: () => {},
    })
    print(`GraphQL: ${service.url}`)
    print(`try: curl -s ${service.url} -H 'content-type: application/json' -d '${JSON.stringify({ query: QUERY })}'\n`)
    const stopped = await follow(service, gateway, stop, config.timeZone)
    if (stopped) return
    print(await summary(service, config))
    if (flags.once) return
    print('\nThe day is over; GraphQL keeps answering. Ctrl-C ends.')
    await stop
  },
})

/** A folder of its own, empty at the start; the usual port where it is free. */
async function demoConfig(): Promise<Config> {
  const env = loadEnv()
  const config = readConfig(Object.fromEntries(TAKEN.map((name) => [name, env[name]])))
  const home = join(config.home, 'demo')
  await discardEmbedded(home)
  await rm(home, { recursive: true, force: true })
  const port = (await isFree(config.host, config.port)) ? config.port : 0
  return { ...config, home, port, notesDir: join(home, 'notes') }
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    return true
  } catch {
    return false
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}

async function* oneByOne(facts: readonly AnyFact[]): AsyncGenerator<AnyFact> {
  yield* facts
}

/** Shows what happens until the tape is over and everything of it is committed. True where the user ended it. */
async function follow(service: Desk, gateway: Gateway, stop: Promise<unknown>, timeZone: string): Promise<boolean> {
  const screen = demoScreen(() => service.marketTime(), timeZone)
  const leave = service.bus.subscribe((event) => {
    if (event.kind === 'trade' && event.trade.unit === 'ORDER') screen.trade(event.trade)
    else if (event.kind === 'alert') screen.alert(event.alert)
  })
  try {
    const stopped = await Promise.race([stop.then(() => true), gateway.ended.then(() => false)])
    if (stopped) return true
    while ((service.marketTime() ?? 0) < gateway.seconds() * 1000) {
      if (await Promise.race([stop.then(() => true), sleep(50).then(() => false)])) return true
    }
    await service.settled()
    return false
  } finally {
    leave()
    screen.close()
  }
}

async function summary({ db, url }: Desk, config: Config): Promise<string> {
  const trades: StoredTrade[] = await tradesOf(db, { unit: 'ORDER' })
  const alerts: StoredAlert[] = await alertsOf(db, { unit: 'ORDER' })
  const made = await makeReview({ db, templates: await readTemplates(config.language), notesDir: config.notesDir, colours: config.colours }, DEMO_DAY)
  return [
    tradeTable(trades, config.timeZone),
    '',
    alertTable(alerts, config.timeZone),
    '',
    `${trades.length} trades, ${alerts.length} alerts`,
    `card      ${made.path}`,
    `pictures  ${made.pictures.length} beside it, in ${join(config.notesDir, '_charts')}`,
    `GraphQL   ${url}`,
    `database  ${db.url.replace(/:[^:@/]*@/, ':…@')}`,
  ].join('\n')
}
