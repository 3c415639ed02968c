// The processor time of processes, where the system tells it (Linux): what a busy machine cannot blur as it blurs requests a second.
import { readFileSync } from 'node:fs'

const TICK_MS = 10

/** Milliseconds each of these processes has used so far; a process that is not there, or a system that does not tell, is left out. */
export function usedMs(pids: readonly number[]): Map<number, number> {
  const used = new Map<number, number>()
  for (const pid of pids) {
    try {
      // The name stands in brackets and may hold spaces; user and system time are the 12th and 13th word after it.
      const words = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      used.set(pid, (Number(words[11]) + Number(words[12])) * TICK_MS)
    } catch {
      // Gone, or no such system.
    }
  }
  return used
}

/** What those that were there all the time have used since. */
export function usedSince(before: ReadonlyMap<number, number>): number {
  const now = usedMs([...before.keys()])
  return [...now].reduce((sum, [pid, ms]) => sum + ms - (before.get(pid) ?? ms), 0)
}
