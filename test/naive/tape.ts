// The naive tape: its lines as facts with their places, nothing judged yet.
import { absolute, compare, must, plain, type Q, sign } from './fraction.ts'

/** What is read: tapes, and prices from elsewhere. */
export interface NaiveTapes {
  /** Each tape as its lines, in argument order. */
  readonly tapes: readonly (readonly string[])[]
  /** `--marks CONID=FILE`, in argument order; the first line is the header. */
  readonly marks: readonly { readonly conId: number; readonly csv: readonly string[] }[]
}

export type Json = Record<string, unknown>
export type Unit = 'ORDER' | 'ROUND_TRIP'

/** Where a fact stands: by instant, then kind, then file, then line. */
export interface Place {
  readonly at: number
  readonly kind: number
  readonly file: number
  readonly line: number
}
export const EXECUTION = 1
export const MARK = 3
const RANGE = 4

/** ADOPTION: came without a trade, is held. SETTLEMENT: went without one, closes and never opens. */
export type Nature = 'EXECUTION' | 'ADOPTION' | 'SETTLEMENT'

/** From here on there are `ratio` units for each one before. */
export interface Split {
  readonly place: Place
  readonly conId: number
  readonly ratio: Q
}

/** Prices that were traded at some time between two instants. */
export interface Range {
  readonly place: Place
  readonly conId: number
  readonly from: number
  readonly prices: readonly Q[]
  readonly isBar: boolean
}

export interface Told {
  readonly instruments: Map<number, Json>
  readonly executions: { place: Place; row: Json; nature: Nature }[]
  readonly splits: Split[]
  readonly ranges: Range[]
  /** Where a stop was set, for the trade that an execution's family opened. */
  readonly plans: { readonly place: Place; readonly family: string; readonly stop: Q }[]
  /** Exact execution ids that never were. */
  readonly cancelled: Set<string>
  /** Families whose trade is held for the long term. */
  readonly held: Set<string>
  /** 'account exit' → the entry order whose trade that exit order closes first. */
  readonly links: Map<string, string>
  /** By exact execution id; the last line won. */
  readonly commissions: Map<string, Json>
  readonly rates: { at: number; row: Json }[]
  readonly marks: { place: Place; conId: number; row: Json }[]
  /** The tape's clock runs to here. */
  readonly end: number
}

export function read(input: NaiveTapes): Told {
  const told: Told & { end: number } = {
    ...{ instruments: new Map(), executions: [], splits: [], ranges: [], plans: [], cancelled: new Set(), held: new Set(), links: new Map() },
    ...{ commissions: new Map(), rates: [], marks: [], end: Number.NEGATIVE_INFINITY },
  }
  const seen = new Set<string>()
  const dayRanges: { place: Place; row: Json }[] = []
  input.tapes.forEach((lines, file) => {
    lines.forEach((text, line) => {
      if (text.trim() === '') return
      const row = JSON.parse(text) as Json
      const times = (row.kind === 'gap' || row.kind === 'bar' ? [row.from, row.to] : [row.at]).flatMap((time) =>
        time === undefined ? [] : [instant(String(time))],
      )
      const at = times[0] ?? Number.NEGATIVE_INFINITY
      told.end = Math.max(told.end, ...times)
      if (row.kind === 'instrument') told.instruments.set(Number(row.conId), row)
      if (row.kind === 'commission') told.commissions.set(String(row.executionId), row)
      if (row.kind === 'fxRate') told.rates.push({ at, row })
      if (row.kind === 'mark') told.marks.push({ place: { at, kind: MARK, file, line }, conId: Number(row.conId), row })
      if (row.kind === 'cancel') told.cancelled.add(String(row.executionId))
      if (row.kind === 'hold') told.held.add(familyOf(String(row.executionId)).family)
      if (row.kind === 'link') told.links.set(`${row.account} ${row.exitPermId}`, String(row.entryPermId))
      if (row.kind === 'bar') {
        const [from = at, to = at] = times
        const bar = { place: { at: to, kind: RANGE, file, line }, conId: Number(row.conId), from, prices: [must(row.high), must(row.low)], isBar: true }
        const isSame = (other: Range) =>
          other.conId === bar.conId &&
          other.place.at === to &&
          other.from === from &&
          bar.prices.every((price, i) => compare(price, other.prices[i] as Q) === 0)
        if (!told.ranges.some(isSame)) told.ranges.push(bar)
      }
      if (row.kind === 'dayRange') dayRanges.push({ place: { at, kind: RANGE, file, line }, row })
      const place = { at, kind: EXECUTION, file, line }
      if (row.kind === 'split' && !told.splits.some((split) => split.conId === Number(row.conId) && split.place.at === at)) {
        told.splits.push({ place, conId: Number(row.conId), ratio: must(row.ratio) })
      }
      if (row.kind === 'plan' && row.stop !== undefined) told.plans.push({ place, family: familyOf(String(row.executionId)).family, stop: must(row.stop) })
      const nature = row.kind === 'adopt' ? 'ADOPTION' : row.kind === 'settlement' ? 'SETTLEMENT' : 'EXECUTION'
      const execution = nature === 'EXECUTION' ? row : movedWithoutExecution(row, at)
      if (execution.kind === 'execution' && !seen.has(String(execution.executionId))) {
        seen.add(String(execution.executionId))
        told.executions.push({ place, row: execution, nature })
      }
    })
  })
  told.ranges.push(...movesOf(dayRanges))
  input.marks.forEach(({ conId, csv }, i) => {
    const header = (csv[0] ?? '').split(',').map((name) => name.trim())
    csv.slice(1).forEach((text, line) => {
      if (text.trim() === '') return
      const cells = text.split(',')
      const row: Json = Object.fromEntries(header.map((name, column) => [name, (cells[column] ?? '').trim()]))
      const at = Number(String(row.ts_ms).split('.')[0])
      told.end = Math.max(told.end, at)
      told.marks.push({ place: { at, kind: MARK, file: input.tapes.length + i, line }, conId, row })
    })
  })
  return told
}

/** Where the session's high or low went further out than it was told before: traded since it was told last. */
function movesOf(dayRanges: readonly { place: Place; row: Json }[]): Range[] {
  const moves: Range[] = []
  const last = new Map<string, { at: number; price: Q }>()
  for (const { place, row } of [...dayRanges].sort((a, b) => comparePlaces(a.place, b.place))) {
    for (const [edge, outwards] of [
      ['high', 1],
      ['low', -1],
    ] as const) {
      if (row[edge] === undefined) continue
      const price = must(row[edge])
      const since = row.since === undefined ? Number.POSITIVE_INFINITY : instant(String(row.since))
      const was = last.get(`${edge} ${row.conId}`)
      const isFurther = was !== undefined && compare(price, was.price) * outwards > 0
      if (was?.at === place.at && !isFurther) continue
      last.set(`${edge} ${row.conId}`, { at: place.at, price })
      if (isFurther && row.stands !== true) moves.push({ place, conId: Number(row.conId), from: Math.min(was.at, since), prices: [price], isBar: false })
    }
  }
  return moves
}

/** An adoption or a settlement as if it were an execution; its name is made of all it says. */
function movedWithoutExecution(row: Json, at: number): Json {
  const quantity = must(row.quantity)
  const name = row.kind === 'adopt' ? 'adopt' : String(row.reason).toLowerCase()
  return {
    kind: 'execution',
    executionId: [name, row.account, row.conId, at, plain(quantity), plain(must(row.price))].join('~').replaceAll('.', '_'),
    account: row.account,
    conId: row.conId,
    side: sign(quantity) < 0 ? 'SELL' : 'BUY',
    quantity: plain(absolute(quantity)),
    price: row.price,
  }
}

/** Milliseconds since 1970; digits beyond the third are dropped. */
function instant(text: string): number {
  const [, whole, fraction = '', zone] = /^(.*T\d\d:\d\d:\d\d)(?:\.(\d+))?(.*)$/.exec(text) as unknown as [string, string, string | undefined, string]
  return Date.parse(`${whole}.${fraction.slice(0, 3).padEnd(3, '0')}${zone || 'Z'}`)
}

export function comparePlaces(a: Place, b: Place): number {
  return a.at - b.at || a.kind - b.kind || a.file - b.file || a.line - b.line
}

export function compareText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

export function familyOf(executionId: string): { family: string; suffix: number } {
  const segments = executionId.split('.')
  if (segments.length !== 4 || !/^\d+$/.test(segments[3] ?? '')) return { family: executionId, suffix: 0 }
  return { family: segments.slice(0, 3).join('.'), suffix: Number(segments[3]) }
}
