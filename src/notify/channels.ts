// Every channel there is: whatever lies in channels/, found there when the program starts; nobody lists them. And those that are configured, opened.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { ConfigInvalid } from '#src/errors.ts'
import type { Channel, Doubt, Driver } from './channel.ts'

/** In the order of their files' names. */
export const DRIVERS: readonly Driver[] = await readDrivers(join(import.meta.dirname, 'channels'))

/** What a rule may name. */
export const CHANNELS: readonly string[] = DRIVERS.map(({ kind }) => kind)

/** Those that are configured. */
export function openChannels(config: Pick<Config, 'channels'>, clock: Clock): Channel[] {
  return DRIVERS.map((driver) => openChannel(driver, config, clock)).filter((channel) => channel !== null)
}

/** null: not configured. */
export function openChannel(driver: Driver, { channels }: Pick<Config, 'channels'>, clock: Clock): Channel | null {
  const { kind, limits } = driver
  const values = channels[kind] ?? null
  if (values === null) return null
  return {
    kind,
    limits: { kind, ...limits },
    render: (message) => driver.render(message),
    send: (rendered, signal) => driver.send(rendered, values, { clock, signal }),
    classify: (error) => driver.classify(error),
    retryAfter: (error, now) => driver.retryAfter(error, now),
  }
}

/** What is odd about a channel that is configured; null: nothing. */
export function doubtOf(driver: Driver, { channels }: Pick<Config, 'channels'>): Doubt | null {
  const values = channels[driver.kind] ?? null
  return values === null ? null : (driver.doubt?.(values) ?? null)
}

async function readDrivers(folder: string): Promise<readonly Driver[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).toSorted()
  const drivers: Driver[] = []
  for (const name of names) {
    const { driver } = (await import(pathToFileURL(join(folder, name)).href)) as { driver?: Driver }
    const trouble = troubleOf(driver, drivers)
    if (trouble !== null || driver === undefined)
      throw new ConfigInvalid([`src/notify/channels/${name}: ${trouble}; mend the file (channel.ts says what it holds) or take it away`])
    drivers.push(driver)
  }
  return drivers
}

/** Rules and rows name a channel by its kind. */
function troubleOf(driver: Driver | undefined, others: readonly Driver[]): string | null {
  if (driver === undefined) return "expected a channel as the export 'driver', found none"
  if (!/^[a-z][a-z0-9-]*$/.test(driver.kind)) return `expected a kind of small letters, digits and dashes, found '${driver.kind}'`
  return others.some(({ kind }) => kind === driver.kind) ? `expected a kind of its own, found '${driver.kind}', which another file has` : null
}
