// What a person sees in a terminal: tables, and progress while something long runs. Never writes to stdout what is not the verb's answer.
import type { Clock } from '#src/clock.ts'

const stdout = process.stdout
const stderr = process.stderr

/** Resolves when nobody reads the answer any more: `trades | head -1` has what it wanted. What is said after that is said to nobody. */
const unread = Promise.withResolvers<void>()
export const nobodyReads: Promise<void> = unread.promise
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (stream === stdout) unread.resolve()
  })

/** How wide the terminal is; a pipe takes whole lines. */
export function columns(): number {
  return stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY
}

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

interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/**
 * Text that keeps its place: each drawing goes back over the one before. What does not fit the terminal is left out, since a line that wraps or scrolls
 * away would be out of reach of the next drawing. Elsewhere than in a terminal what is the same as before is not said again.
 */
export function drawer(out: Terminal = stdout): (text: string) => void {
  let before: string | null = null
  let drawn = 0
  return (text) => {
    if (out.isTTY !== true) {
      if (text !== before) out.write(`${text}\n`)
      before = text
      return
    }
    const all = text.split('\n')
    const rows = Math.max(1, (out.rows ?? 24) - 1)
    const kept = all.length > rows ? [...all.slice(0, rows - 1), `… ${all.length - rows + 1} more`] : all
    const width = (out.columns || 80) - 1
    const lines = kept.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line))
    out.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}\u001b[J${lines.join('\n')}\n`)
    drawn = lines.length
  }
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
      stderr.write(`\r\u001b[2K${text.slice(0, (stderr.columns || 80) - 1)}`)
    },
    clear() {
      if (shown) stderr.write('\r\u001b[2K')
    },
  }
}
