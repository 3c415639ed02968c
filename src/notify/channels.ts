// Every channel there is, built from the configuration. The next one is a file like slack.ts and a line here.
import type { Clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import type { Channel, Driver } from './channel.ts'
import { slack } from './slack.ts'
import { sms } from './sms.ts'
import { webhook } from './webhook.ts'

export const DRIVERS: readonly Driver[] = [slack, sms, webhook]

/** Those that are configured. */
export function openChannels(config: Config, clock: Clock): Channel[] {
  return DRIVERS.map((driver) => driver.open(config, clock)).filter((channel) => channel !== null)
}
