// The last of a recovery: how long a session that is back waits for the prices that were missed. Looks and waits; it is repair.ts that fetches them.
import type { Clock } from '#src/clock.ts'

export interface Backfill {
  readonly clock: Clock
  /** Resolves when the holes that are known so far can be asked for. */
  readonly told: Promise<void>
  /** Somebody's prices are not heard yet: they may turn out to have been missed. */
  awaitsPrices(): boolean
  /** How many contracts have prices that were missed and can still be fetched. */
  missed(): number
  /** The session is still there, and nothing else began. */
  goesOn(): boolean
  /** There is something to wait for. */
  onWait(): void
  wait(ms: number): Promise<unknown>
}

const LOOK_MS = 100
/** Longer than this nobody is kept waiting: by what is still fetched, and by what is still not heard. */
const BACKFILL_MS_MAX = 30_000
const DEAF_MS_MAX = 5_000

/** Resolves once nothing is missing any more, or it took too long, or it is of no interest. */
export async function backfilled({ clock, told, awaitsPrices, missed, goesOn, onWait, wait }: Backfill): Promise<void> {
  await told
  const begun = clock.monotonic()
  const isWithin = (ms: number) => clock.monotonic() - begun < ms
  while (goesOn() && ((isWithin(DEAF_MS_MAX) && awaitsPrices()) || (isWithin(BACKFILL_MS_MAX) && missed() > 0))) {
    onWait()
    await wait(LOOK_MS)
  }
}

/** What a session says that is ready now. */
export function caughtUpWords(missed: number): string {
  if (missed === 0) return 'caught up'
  return `caught up; prices that ${missed === 1 ? 'a contract' : `${missed} contracts`} missed are still being fetched`
}
