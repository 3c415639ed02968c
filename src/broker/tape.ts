// Tapes read from files: NDJSON and CSV, plain or gzipped, larger than memory. Facts are gathered, prices are streamed.
// Never judges a price and never folds: that is the core's work.
import { createReadStream, type ReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import type { Fact } from '#core/facts.ts'
import type { Quote } from '#core/mark.ts'
import { parseLine, parseQuoteHeader } from '#core/tape.ts'
import { TapeInvalid } from '#src/errors.ts'

/** `--marks CONID=FILE` */
export interface MarksFile {
  readonly conId: number
  readonly file: string
}

export interface ConQuote {
  readonly conId: number
  readonly quote: Quote
}

/** A tape opened: every fact but the prices, in reading order, and the prices as often as wanted, by (instant, file, line). */
export interface Tape {
  readonly facts: readonly Fact[]
  readonly prices: number
  readonly firstAt: number
  readonly lastAt: number
  quotes(): AsyncGenerator<readonly ConQuote[]>
}

/** One file's prices. What is not in order of time is kept in memory and sorted; the rest is read again when asked for. */
interface Source {
  read(): AsyncGenerator<readonly ConQuote[]>
}

export type Progress = (bytesRead: number, bytesTotal: number) => void

export async function openTape(tapes: readonly string[], marks: readonly MarksFile[], progress: Progress = () => {}): Promise<Tape> {
  const sizes = await Promise.all([...tapes, ...marks.map((m) => m.file)].map(sizeOf))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const counted = { prices: 0, firstAt: Number.POSITIVE_INFINITY, lastAt: Number.NEGATIVE_INFINITY }
  const facts: Fact[] = []
  const sources: Source[] = []
  let done = 0
  for (const [index, file] of tapes.entries()) {
    sources.push(
      await survey(
        readTape(
          file,
          (fact) => facts.push(fact),
          (bytes) => progress(done + bytes, total),
        ),
        () => readTape(file),
        counted,
      ),
    )
    done += sizes[index] as number
  }
  for (const [index, { conId, file }] of marks.entries()) {
    sources.push(
      await survey(
        readMarks(conId, file, (bytes) => progress(done + bytes, total)),
        () => readMarks(conId, file),
        counted,
      ),
    )
    done += sizes[tapes.length + index] as number
  }
  return { facts, ...counted, quotes: () => merge(sources.map((source) => source.read())) }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (cause) {
    throw new TapeInvalid(`expected a tape at ${file}, found none that can be read (${(cause as NodeJS.ErrnoException).code}); check the path`)
  }
}

/** Reads a file once to see whether its prices stand in order of time. */
async function survey(
  first: AsyncGenerator<readonly ConQuote[]>,
  again: () => AsyncGenerator<readonly ConQuote[]>,
  counted: { prices: number; firstAt: number; lastAt: number },
): Promise<Source> {
  let reached = Number.NEGATIVE_INFINITY
  let inOrder = true
  for await (const batch of first) {
    counted.prices += batch.length
    for (const { quote } of batch) {
      if (quote.at < reached) inOrder = false
      else reached = quote.at
      if (quote.at < counted.firstAt) counted.firstAt = quote.at
    }
  }
  if (reached > counted.lastAt) counted.lastAt = reached
  if (inOrder) return { read: again }
  const all: ConQuote[] = []
  for await (const batch of again()) all.push(...batch)
  all.sort((a, b) => a.quote.at - b.quote.at)
  return {
    async *read() {
      yield all
    },
  }
}

async function* readTape(file: string, tell: (fact: Fact) => void = () => {}, progress?: (bytes: number) => void): AsyncGenerator<readonly ConQuote[]> {
  let number = 0
  for await (const lines of linesOf(file, progress)) {
    const quotes: ConQuote[] = []
    for (const line of lines) {
      number++
      if (line === '' || line.trim() === '') continue
      const parsed = parseLine(line)
      if ('refused' in parsed) throw new TapeInvalid(`${file}:${number}: ${parsed.refused}`)
      if (parsed.kind === 'quote') quotes.push(parsed)
      else tell(parsed)
    }
    if (quotes.length > 0) yield quotes
  }
}

async function* readMarks(conId: number, file: string, progress?: (bytes: number) => void): AsyncGenerator<readonly ConQuote[]> {
  let read: ((row: string) => Quote | null) | null = null
  let number = 0
  for await (const lines of linesOf(file, progress)) {
    const quotes: ConQuote[] = []
    for (const line of lines) {
      number++
      if (line === '' || line.trim() === '') continue
      if (read === null) {
        const header = parseQuoteHeader(line)
        if ('refused' in header) throw new TapeInvalid(`${file}:${number}: ${header.refused}`)
        read = header
        continue
      }
      const quote = read(line)
      if (quote === null) throw new TapeInvalid(`${file}:${number}: expected ts_ms as milliseconds since 1970, found '${line.slice(0, 60)}'`)
      quotes.push({ conId, quote })
    }
    if (quotes.length > 0) yield quotes
  }
}

/** A file's lines, a chunk at a time. */
async function* linesOf(file: string, progress?: (bytes: number) => void): AsyncGenerator<string[]> {
  const raw = createReadStream(file, { highWaterMark: 1 << 18 })
  const text = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of file.endsWith('.gz') ? gunzipped(raw) : raw) {
      progress?.(raw.bytesRead)
      const lines = (rest + text.decode(chunk as Buffer, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      yield lines
    }
  } catch (cause) {
    if (cause instanceof TapeInvalid) throw cause
    throw new TapeInvalid(`expected a readable tape at ${file}, found: ${(cause as Error).message}`)
  } finally {
    raw.destroy()
  }
  if (rest !== '') yield [rest]
}

function gunzipped(raw: ReadStream): AsyncIterable<Buffer> {
  const gunzip = createGunzip()
  raw.on('error', (error) => gunzip.destroy(error))
  return raw.pipe(gunzip)
}

/** Streams in order of time become one; at one instant the earlier source comes first. */
async function* merge(streams: AsyncGenerator<readonly ConQuote[]>[]): AsyncGenerator<readonly ConQuote[]> {
  const heads: { stream: AsyncGenerator<readonly ConQuote[]>; batch: readonly ConQuote[]; next: number }[] = []
  for (const stream of streams) {
    const head = { stream, batch: [] as readonly ConQuote[], next: 0 }
    if (await refill(head)) heads.push(head)
  }
  while (heads.length > 1) {
    const out: ConQuote[] = []
    for (;;) {
      let least = heads[0] as (typeof heads)[number]
      for (const head of heads) if ((head.batch[head.next] as ConQuote).quote.at < (least.batch[least.next] as ConQuote).quote.at) least = head
      out.push(least.batch[least.next++] as ConQuote)
      if (least.next < least.batch.length) continue
      if (!(await refill(least))) heads.splice(heads.indexOf(least), 1)
      break
    }
    yield out
  }
  const last = heads[0]
  if (last === undefined) return
  yield last.batch.slice(last.next)
  yield* last.stream
}

async function refill(head: { stream: AsyncGenerator<readonly ConQuote[]>; batch: readonly ConQuote[]; next: number }): Promise<boolean> {
  const { value, done } = await head.stream.next()
  if (done === true) return false
  head.batch = value
  head.next = 0
  return true
}
