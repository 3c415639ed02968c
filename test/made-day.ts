// An hour made up from a seed, in which nothing is ambiguous: fills on whole seconds as TWS tells them, prices never on one, one fill a second and contract,
// everything closed at the end. So whoever misses nothing finds the very same trades, however late and in whatever order it was told.
import { plain, decimal } from '#core/decimal.ts'
import type { AnyFact, Execution, Fact, Instrument, Mark } from '#core/facts.ts'
import type { Quote } from '#core/mark.ts'
import { Replay, type Replayed } from '#core/replay.ts'
import { parseRule, type Rule } from '#core/rules.ts'
import { type Instant, parseInstant } from '#core/time.ts'
import { type Chance, chanceOf } from '#sim/chance.ts'

export const MADE_FROM = parseInstant('2026-11-20T14:30:00Z') ?? 0
const LENGTH_MS = 3_600_000
const DAY_MS = 86_400_000
export const MADE_UNTIL = MADE_FROM + LENGTH_MS
export const MADE_ACCOUNTS = ['DU1', 'DU2'] as const

/** Thresholds that an hour of small moves does pass. */
export const MADE_RULES = [
  { id: 'stop', kind: 'MAE_STOP', pct: '0.3', severity: 'critical' },
  {
    id: 'scale-out',
    kind: 'MFE_TARGET',
    tiers: [
      { pct: '0.2', take: '1/3' },
      { pct: '0.5', take: '1/3' },
    ],
    severity: 'warn',
  },
  { id: 'trail', kind: 'TRAILING_STOP', pct: '0.2', armPct: '0.1', severity: 'warn' },
  { id: 'slow', kind: 'TIME_STOP', after: 'PT5M', mfeBelowPct: '0.3', severity: 'info' },
] as const

export interface MadeDay {
  readonly seed: number
  /** In the order in which they are played. */
  readonly facts: readonly AnyFact[]
  /** The highest version of each execution, by family. */
  readonly executions: readonly Execution[]
}

/** Five of them in a row, the last one that of `madeDay`. */
export function madeWeek(seed: number): MadeDay {
  const days = [4, 3, 2, 1, 0].map((before) => madeDay(seed * 5 + before, MADE_FROM - before * DAY_MS))
  return { seed, facts: days.flatMap(({ facts }) => facts), executions: days.flatMap(({ executions }) => executions) }
}

export function madeDay(seed: number, from = MADE_FROM): MadeDay {
  const chance = chanceOf(seed)
  const instruments = [stock(101, 'AAA'), stock(102, 'BBB'), future(103, 'FFF')]
  const played: { readonly at: number; readonly fact: AnyFact }[] = []
  const executions: Execution[] = []
  let order = 0
  for (const [index, instrument] of instruments.entries()) {
    const marks = walk(instrument, chance, from)
    const fills = MADE_ACCOUNTS.flatMap((account, place) => fillsOf(instrument, account, marks, chance, from, { index, place, next: () => ++order }))
    executions.push(...fills)
    // In the second of a fill there is no price: a fill that is told late in its second would count from the last price before it (INTERFACES, 'Order').
    const taken = new Set(fills.map((fill) => fill.at))
    for (const mark of marks) if (!taken.has(Math.floor(mark.at / 1_000) * 1_000)) played.push({ at: mark.at, fact: mark })
    for (const fill of fills) {
      played.push({ at: fill.at, fact: fill })
      played.push({
        at: fill.at + 0.5,
        fact: { kind: 'commission', executionId: fill.executionId, amount: plain(decimal(fill.quantity).times('0.01')), currency: 'USD' },
      })
    }
  }
  played.sort((a, b) => a.at - b.at)
  return { seed, facts: [...instruments, ...played.map(({ fact }) => fact)], executions }
}

export async function* played(facts: readonly AnyFact[]): AsyncGenerator<AnyFact> {
  yield* facts
}

/** What an ideal listener would have made of it; `without`: prices that are left out. */
export function idealOf(day: MadeDay, without: (mark: Mark) => boolean = () => false): Replayed {
  const facts = day.facts.filter((fact): fact is Fact => fact.kind !== 'mark')
  const replay = new Replay(facts, { filter: 'default', rules: MADE_RULES.map(ruleOf) })
  for (const fact of day.facts) if (fact.kind === 'mark' && !without(fact)) replay.quote(fact.conId, quoteOf(fact))
  return replay.finish()
}

function ruleOf(body: Readonly<Record<string, unknown>>): Rule {
  const rule = parseRule(body)
  if ('refused' in rule) throw new Error(rule.refused)
  return rule
}

function quoteOf({ at, price }: Mark): Quote {
  return { at, price, bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false }
}

const week = (from: string, until: string) => [16, 17, 18, 19, 20].map((day) => `202611${day}:${from}-202611${day}:${until}`).join(';')
const hours = { timeZone: 'US/Eastern', tradingHours: week('0400', '2000'), liquidHours: week('0930', '1600') }
const stock = (conId: number, symbol: string): Instrument => ({
  ...{ kind: 'instrument', conId, symbol, secType: 'STK', currency: 'USD', minTick: '0.01', exchange: 'SMART', ...hours },
})
const future = (conId: number, symbol: string): Instrument => ({
  ...{ kind: 'instrument', conId, symbol, secType: 'FUT', currency: 'USD', multiplier: '50', minTick: '0.25', exchange: 'CME', expiry: '20261218', ...hours },
})

/** A price every one or two seconds, never on a whole one. */
function walk(instrument: Instrument, chance: Chance, from: Instant): Mark[] {
  const tick = Number(instrument.minTick)
  const marks: Mark[] = []
  let price = instrument.secType === 'FUT' ? 5_000 : 100
  for (let at = from + 200; at < from + LENGTH_MS - 5_000; at += 1_000 * chance.whole(1, 2)) {
    price *= 1 + (chance.bell() * 4) / 10_000
    marks.push({ kind: 'mark', conId: instrument.conId, price: Number((Math.round(price / tick) * tick).toFixed(2)), at: at + chance.whole(0, 500) })
  }
  return marks
}

/** In, sometimes more, sometimes through zero, and out at the end. */
function fillsOf(
  { conId, secType }: Instrument,
  account: string,
  marks: readonly Mark[],
  chance: Chance,
  from: Instant,
  { index, place, next }: { index: number; place: number; next(): number },
): Execution[] {
  const fills: Execution[] = []
  const lot = secType === 'FUT' ? 1 : 100
  let position = 0
  // The two accounts use even and odd seconds: never two fills of a contract in one second.
  let at = from + (20 + chance.whole(0, 60) * 2 + place) * 1_000
  const fill = (signed: number) => {
    const number = next()
    const price = marks.findLast((mark) => mark.at < at)?.price ?? marks[0]?.price ?? 0
    position += signed
    fills.push({
      ...{ kind: 'execution', executionId: `0000e${index}${place}.${seedHex(chance)}.${String(number).padStart(2, '0')}.01`, account, conId },
      ...{
        side: signed > 0 ? 'BUY' : 'SELL',
        quantity: String(Math.abs(signed)),
        price: String(price),
        at,
        // No broker gives one twice, on whatever day.
        permId: String(1000 * (1 + (MADE_FROM - from) / DAY_MS) + number),
        clientId: '0',
        exchange: 'SMART',
      },
    })
  }
  while (at < from + LENGTH_MS - 600_000) {
    if (position === 0) fill((chance.next() < 0.5 ? -1 : 1) * lot * chance.whole(1, 3))
    else {
      const way = chance.next()
      if (way < 0.25) fill(Math.sign(position) * lot)
      else fill(-Math.sign(position) * (way < 0.8 ? Math.abs(position) : Math.abs(position) + lot))
    }
    at += chance.whole(20, 150) * 2_000
  }
  if (position !== 0) fill(-position)
  return fills
}

function seedHex(chance: Chance): string {
  return chance.whole(0x10000000, 0x7fffffff).toString(16)
}
