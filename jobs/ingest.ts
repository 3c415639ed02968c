// The catch-up job: the broker is asked for the day's executions once more. What it tells goes the one path every fact takes, where an
// execution known already is recognised by its id; so this may run as often as it likes.

/** Asks the broker again; resolves when it has told everything. */
export type CatchUp = () => Promise<void>

/** Never fails a schedule: a broker that is away is no reason to retry now, the next turn comes by itself. */
export async function ingest(catchUp: CatchUp, log: (line: string) => void): Promise<{ readonly caughtUp: boolean }> {
  try {
    await catchUp()
    return { caughtUp: true }
  } catch (error) {
    log(`catch-up: ${error instanceof Error ? error.message : String(error)}; the next turn tries again`)
    return { caughtUp: false }
  }
}
