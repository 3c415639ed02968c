// The service's own words on stderr, one line each, with the time of day.
import type { Clock } from '#src/clock.ts'
import { printInstant } from '#core/time.ts'
import { say } from './terminal.ts'

export function logTo(clock: Clock): (line: string) => void {
  return (line) => say(`${printInstant(clock.now()).slice(11, 19)} ${line}`)
}
