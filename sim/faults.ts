// The gateway's bad days, as a script: what can go wrong, when and for how long; written by somebody, or by chance from a seed.
// It does nothing: bad-day.ts does.
import { type Instant, parseInstant } from '#core/time.ts'
import { chanceOf } from './chance.ts'
import { FARMS, USUAL_FARM } from './farms.ts'

/** Every fault, with what it does and the fields it reads. */
export const FAULTS = {
  cut: 'every connection ends in the middle of a frame',
  drop: 'every connection is reset',
  'half-open': 'connections stay open, and nothing is said or heard on them any more',
  split: 'from now on bytes go out cut and joined at random (`seed`)',
  outage: '1100, silence for `forMs`, then `code` (1101 data lost, 1102 data maintained); fills come `lateMs` later, or with `unsaid` are only found by asking',
  restart: 'the nightly restart: 1100, every connection ended, the next `count` attempts turned away',
  'no-end': 'the next `count` end markers of executions are left out',
  duplicate: 'the next `count` executions are told twice',
  reorder: 'the next `count` executions are told after the one that follows them',
  'filled-first': "the next `count` executions come after their order's 'Filled'",
  'commission-first': 'the next `count` executions come after their commission',
  mistold: 'the next `count` executions are told wrong, and corrected a second later',
  'commission-late': 'commissions are held back for `forMs`',
  'commission-never': 'the next `count` commissions are never told',
  'client-id-in-use': 'the next `count` clients are refused with 326',
  'competing-session': '10197: no market data for `forMs`',
  pacing: 'the next `count` requests are refused with 100',
  'too-fast': 'the next `count` requests are left out, and 100 is said of none of them',
  'farm-down': '2103: for `forMs` the market data farm `farm` is broken and nothing of its contracts is heard, then 2104',
  'line-limit': 'for `forMs` a client has at most `lines` market data lines; more is refused with 101',
  'no-streams': '10189: for `forMs` nothing is told tick by tick to who asks',
  'delayed-data': '10167: for `forMs` prices come as delayed ones',
  'hidden-fill': 'for `forMs` fills are those of a client this one cannot see: positions move, and no execution is told, not to who asks either',
  'lost-fill': 'the next `count` executions are told to nobody, only how far their order is filled; who asks is told of them `forMs` later',
  'stale-results': 'for `forMs` the results of accounts and holdings are told as they were before',
  'no-results': 'the next `count` results come with values that are none: unset, NaN, empty',
  sentinel: 'the next `count` prints come with values that are none: unset, NaN, empty, -1',
  'bad-tick': 'the next `count` prints that follow another one within a minute are preceded by one at `factor` times the price',
  'clock-jump': "for `forMs` the answer to 'what time is it' is `byMs` off",
} as const

export type FaultKind = keyof typeof FAULTS

export interface Fault {
  readonly fault: FaultKind
  /** When it begins: an instant of the tape, or the number of a frame that goes out. */
  readonly at?: Instant
  readonly frame?: number
  readonly forMs: number
  readonly lateMs: number
  readonly byMs: number
  readonly count: number
  readonly code: number
  readonly lines: number
  readonly factor: number
  readonly seed: number
  readonly farm: string
  readonly unsaid: boolean
}

/** What a fault is where its line says nothing else. */
export const DEFAULTS: Omit<Fault, 'fault'> = {
  forMs: 60_000,
  lateMs: 2_000,
  byMs: -3_600_000,
  count: 1,
  code: 1102,
  lines: 0,
  factor: 1.5,
  seed: 1,
  farm: USUAL_FARM,
  unsaid: false,
}

/** Reads a script, a fault a line: `{"at":"2013-10-07T14:00:00Z","fault":"outage","forMs":60000,"code":1101}`, or `{"seed":7,"count":12}` for so many by chance. */
export function parseFaults(text: string, from: Instant, until: Instant): readonly Fault[] | { readonly refused: string } {
  const faults: Fault[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const parsed = parseLine(line, from, until)
    if ('refused' in parsed) return { refused: `line ${index + 1}: ${parsed.refused}` }
    faults.push(...parsed)
  }
  return faults
}

function parseLine(line: string, from: Instant, until: Instant): readonly Fault[] | { readonly refused: string } {
  let said: Record<string, unknown>
  try {
    said = JSON.parse(line) as Record<string, unknown>
  } catch {
    return { refused: `expected JSON, found '${line.slice(0, 60)}'` }
  }
  if (said['fault'] === undefined && typeof said['seed'] === 'number') return seededFaults(said['seed'], from, until, Number(said['count'] ?? 8))
  const kind = said['fault']
  if (typeof kind !== 'string' || !Object.hasOwn(FAULTS, kind))
    return { refused: `expected a fault (${Object.keys(FAULTS).join(', ')}), found '${String(kind)}'` }
  const at = said['at'] === undefined ? null : parseInstant(String(said['at']))
  const frame = typeof said['frame'] === 'number' ? said['frame'] : null
  if (at === null && frame === null) return { refused: "expected when it begins: 'at', an instant of the tape, or 'frame', the number of a frame" }
  const given: Record<string, unknown> = {}
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    const value = said[name] ?? usual
    if (typeof value !== typeof usual) return { refused: `expected ${name} to be a ${typeof usual}, found '${String(value)}'` }
    given[name] = value
  }
  return [{ ...(given as Omit<Fault, 'fault'>), fault: kind as FaultKind, ...(at === null ? {} : { at }), ...(frame === null ? {} : { frame }) }]
}

/** What chance may do to a day and leave no trace in its results: 'never' is left out, and a clock only falls behind. */
const BY_CHANCE: readonly FaultKind[] = [
  ...(['cut', 'drop', 'half-open', 'split', 'outage', 'restart', 'no-end', 'duplicate', 'reorder', 'filled-first', 'commission-first', 'mistold'] as const),
  ...(['commission-late', 'client-id-in-use', 'competing-session', 'pacing', 'line-limit', 'delayed-data', 'sentinel', 'bad-tick', 'clock-jump'] as const),
  ...(['stale-results', 'no-results', 'too-fast', 'farm-down'] as const),
]
/** Chance leaves the first and the last part of a tape alone: so much of it, in hundredths. */
const CALM_START = 5
const CALM_END = 25

export function seededFaults(seed: number, from: Instant, until: Instant, count: number, kinds: readonly FaultKind[] = BY_CHANCE): readonly Fault[] {
  const chance = chanceOf(seed)
  const span = until - from
  const first = from + (span * CALM_START) / 100
  const last = until - (span * CALM_END) / 100
  const faults = Array.from({ length: count }, (): Fault => {
    const fault = kinds[chance.whole(0, kinds.length - 1)] as FaultKind
    const forMs = Math.round((span * chance.whole(1, 4)) / 100)
    const fills = { code: chance.next() < 0.5 ? 1101 : 1102, unsaid: chance.next() < 0.4, lateMs: chance.whole(0, 5) * 1000 }
    return {
      ...DEFAULTS,
      ...fills,
      fault,
      forMs,
      at: Math.round(first + chance.next() * (last - first)),
      count: chance.whole(1, 3),
      seed: chance.whole(1, 1_000_000),
      farm: FARMS[chance.whole(0, 1)] ?? USUAL_FARM,
    }
  })
  return faults.sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
}
