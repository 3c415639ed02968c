// `start`: the service. Listens to the broker, records, serves GraphQL, does the jobs; ends by Ctrl-C with everything committed.
import { openTws } from '#broker/tws.ts'
import { doubtOf, DRIVERS } from '#notify/channels.ts'
import { clock } from '#src/clock.ts'
import { UsageError } from '#src/errors.ts'
import { openDesk, ROLES, type Role } from '#src/desk.ts'
import { verb } from './arguments.ts'
import { configured } from './configured.ts'
import { logTo } from './log.ts'
import { say } from './terminal.ts'

export const start = verb({
  usage: 'start [--roles api,live,worker]',
  summary: 'the service: listens to the broker, records, warns, serves GraphQL',
  flags: { roles: { value: 'ROLES', help: `some of ${ROLES.join(',')}; all by default` } },
  async run({ flags }) {
    const config = configured()
    for (const { what, found, remedy } of config.warnings) say(`${what}: ${found}; ${remedy}`)
    for (const driver of DRIVERS) {
      const doubt = doubtOf(driver, config)
      if (doubt !== null) say(`${driver.name}: ${doubt.found}; ${doubt.remedy}`)
    }
    const log = logTo(clock)
    const stop = stopSignal()
    await using service = await openDesk({
      config,
      roles: readRoles(flags.roles),
      clock,
      openBroker: (instruments) =>
        openTws({
          instruments,
          host: config.tws.host,
          port: config.tws.port,
          clientId: config.tws.clientId,
          clock,
          marketDataType: config.tws.marketDataType,
          readOnly: config.tws.readOnly,
          linesMax: config.tws.lines,
          streamsMax: config.tws.tickByTick,
        }),
      log,
    })
    if (service.url !== null) log(`GraphQL at ${service.url}, live over WebSocket at the same address`)
    log(`cards are written to ${config.notesDir}; Ctrl-C ends`)
    log(`stopping (${await stop})`)
  },
})

/** Resolves when the process is asked to end. A second time ends it at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal))
  })
}

function readRoles(text: string | undefined): ReadonlySet<Role> {
  if (text === undefined) return new Set(ROLES)
  const roles = text.split(',').map((name) => {
    const role = ROLES.find((known) => known === name.trim())
    if (role === undefined) throw new UsageError(`--roles: expected some of ${ROLES.join(', ')}, found '${name}'`)
    return role
  })
  return new Set(roles)
}
