// The configuration every verb works by: the environment and .env, with the variables of every channel there is.
import { DRIVERS } from '#notify/channels.ts'
import { type Config, loadEnv, readConfig } from '#src/config.ts'

export function configured(): Config {
  return readConfig(loadEnv(), DRIVERS)
}
