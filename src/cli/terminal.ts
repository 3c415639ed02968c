// What a person sees in a terminal: tables, and progress while something long runs. Never writes to stdout what is not the verb's answer.
import type { Clock } from '#src/clock.ts'

const stdout = process.stdout
const stderr = process.stderr

export function print(text: string): void {
  stdout.write(`${text}\n`)
}

/** A remark beside the answer. */
export function say(text: string): void {
  stderr.write(`${text}\n`)
}

/** Columns as wide as their widest cell; those named in `right` are flush right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

const PROGRESS_MS = 100

/** A line that is written over while work goes on; nothing where stderr is no terminal. */
export function progressLine(clock: Clock): { show(text: string): void; clear(): void } {
  if (stderr.isTTY !== true) return { show: () => {}, clear: () => {} }
  let shownAt = Number.NEGATIVE_INFINITY
  let shown = false
  return {
    show(text) {
      const now = clock.monotonic()
      if (now - shownAt < PROGRESS_MS) return
      shownAt = now
      shown = true
      stderr.write(`\r\u001b[2K${text.slice(0, (stderr.columns ?? 80) - 1)}`)
    },
    clear() {
      if (shown) stderr.write('\r\u001b[2K')
    },
  }
}
