// A row of the table of claims: what was promised, what was measured in this run, reached or not. It never judges one machine by another's numbers
// where a ratio within the run can say it.
export interface Row {
  readonly claim: string
  readonly target: string
  readonly measured: string
  readonly reached: boolean
}

/** One line of a Markdown table. */
export function printRow(row: Row, command: string): string {
  return `| ${row.claim} | ${row.target} | ${row.measured} | ${row.reached ? 'yes' : '**no**'} | \`${command}\` |`
}

export const HEADER = '| what | target | measured | reached | command |\n|---|---|---|---|---|'

/** The least milliseconds of some runs: what the code needs when nothing disturbs it. Told alternately, so that a noisy moment hits each alike. */
export function leastMs(rounds: number, ...works: readonly (() => unknown)[]): number[] {
  const least = works.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < rounds; round++) {
    for (const [i, work] of works.entries()) {
      const start = performance.now()
      work()
      least[i] = Math.min(least[i] as number, performance.now() - start)
    }
  }
  return least
}

/** The rows of one bench, as a table: what `node bench/fold.ts` prints. */
export function report(command: string, rows: readonly Row[]): void {
  console.log(HEADER)
  for (const row of rows) console.log(printRow(row, command))
}

/** One line of a bench that is no table: what, how much, and beside what. */
export function say(what: string, value: string, target = ''): void {
  console.log(`${what.padEnd(66)} ${value.padStart(12)}  ${target}`)
}
