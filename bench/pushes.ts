// How often a trader would be disturbed: the starter rules over real SPY and IBM prices with 300 random entries, folded by the product's own replay; what
// goes out, through which channel and when, decided by the product's own delivery. Twice: over every trade of the days of which there are any, and over a
// week and a day of minute bars, each told as its bar, its first and its last price. Needs the real prices; says so where they are absent.
//
//   node bench/pushes.ts [--seed 1]
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { openTape } from '#broker/tape.ts'
import { goesTo, type Manners, plan, type Told, type Waiting } from '#core/delivery.ts'
import type { Bar, Execution, Instrument } from '#core/facts.ts'
import type { RaisedAlert } from '#core/raised.ts'
import type { Quote } from '#core/mark.ts'
import { Replay } from '#core/replay.ts'
import { parseRule, type Rule, STARTER_RULES, type Tier } from '#core/rules.ts'
import { marketDay } from '#core/session.ts'
import type { StoredAlert } from '#core/stored.ts'
import { takingOf } from '#core/take.ts'
import { type Instant, instantOf, wallClock } from '#core/time.ts'
import type { Trade } from '#core/trade.ts'
import { DRIVERS, openChannels } from '#notify/channels.ts'
import { clock } from '#src/clock.ts'
import { readConfig } from '#src/config.ts'
import { randomOf } from '#test/ticks.ts'
import { report, type Row } from './report.ts'

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } })
const ENTRIES = 300
const ZONE = 'America/New_York'
const MEAN_HOLD_MS = 90 * 60_000
const OVERNIGHT = 0.2
const MINUTE_MS = 60_000
/** Ours: who hears of more than every third trade, or has more than one SMS in ten trades, switches the messages off. */
const PUSHES_MAX = 0.34
const SMS_MAX = 0.1

const SYMBOLS = ['SPY', 'IBM'] as const
type BySymbol<T> = Readonly<Record<(typeof SYMBOLS)[number], T>>
const CON_IDS: BySymbol<number> = { SPY: 756733, IBM: 8314 }
const TICK_DAYS: BySymbol<readonly string[]> = { SPY: ['2013-10-07', '2013-10-08'], IBM: ['2013-10-07', '2013-10-08', '2013-10-09'] }
const WEEK = ['2013-10-04', '2013-10-07', '2013-10-08', '2013-10-09', '2013-10-10', '2013-10-11']

/** Real prices, and how they are told. */
interface Played {
  readonly name: string
  readonly days: BySymbol<readonly string[]>
  readonly bars: readonly Bar[]
  /** Entries and exits are where a price is known: to the millisecond, or at the first price of a minute. */
  readonly everyMs: number
  quotes(): AsyncIterable<readonly { readonly conId: number; readonly quote: Quote }[]>
}

const QUOTE = { bid: null, ask: null, suspicious: false, conditions: 0, unreported: false, pastLimit: false, halted: false, isMid: false } as const
const fileOf = (path: string) => fileURLToPath(new URL(`../../shared/data/${path}`, import.meta.url))
const tickFiles = SYMBOLS.flatMap((symbol) =>
  TICK_DAYS[symbol].map((day) => ({ conId: CON_IDS[symbol], day, file: fileOf(`ticks/${symbol}_${day.replaceAll('-', '')}_trades.csv.gz`) })),
)
const barFile = (symbol: string) => fileOf(`bars/${symbol}_1m.csv.gz`)

async function ticks(): Promise<Played> {
  const tape = await openTape([], tickFiles)
  return {
    name: `each of ${tape.prices.toLocaleString('en')} real trades, SPY 7–8 and IBM 7–9 October 2013`,
    ...{ days: TICK_DAYS, bars: [], everyMs: 1, quotes: () => tape.quotes() },
  }
}

/** A bar moves the extremes; its first and last price are what the rules look at. */
function minutes(): Played {
  const bars: Bar[] = []
  const quotes: { readonly conId: number; readonly quote: Quote }[] = []
  for (const symbol of SYMBOLS) {
    const conId = CON_IDS[symbol]
    const [, ...lines] = gunzipSync(readFileSync(barFile(symbol)))
      .toString('utf8')
      .trim()
      .split('\n')
    for (const line of lines) {
      const [ts, open = '', high = '', low = '', close = ''] = line.split(',')
      const from = Number(ts)
      if (!WEEK.includes(wallClock(from, ZONE).day)) continue
      bars.push({ kind: 'bar', conId, from, to: from + MINUTE_MS, high, low, open, close })
      for (const [text, at] of [
        [open, from],
        [close, from + MINUTE_MS - 1],
      ] as const)
        quotes.push({ conId, quote: { at, price: Number(text), ...QUOTE } })
    }
  }
  quotes.sort((a, b) => a.quote.at - b.quote.at)
  return {
    name: `${bars.length.toLocaleString('en')} real minute bars of SPY and IBM, 4 and 7–11 October 2013`,
    ...{ days: { SPY: WEEK, IBM: WEEK }, bars, everyMs: MINUTE_MS },
    async *quotes() {
      yield quotes
    },
  }
}

const hours = (days: readonly string[]) => days.map((day) => `${day.replaceAll('-', '')}:0930-${day.replaceAll('-', '')}:1600`).join(';')
const contractsOf = ({ days }: Played): readonly Instrument[] =>
  SYMBOLS.map((symbol) => ({
    ...{ kind: 'instrument', conId: CON_IDS[symbol], symbol, secType: 'STK', currency: 'USD', multiplier: '1', minTick: '0.01', timeZone: ZONE },
    liquidHours: hours(days[symbol]),
  }))

/** The first price of a contract at or after some instants. */
async function pricesAt(played: Played, asked: readonly { readonly conId: number; readonly at: Instant }[]): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  const waiting = new Map(SYMBOLS.map((symbol) => [CON_IDS[symbol], asked.filter(({ conId }) => conId === CON_IDS[symbol]).sort((a, b) => a.at - b.at)]))
  for await (const quotes of played.quotes())
    for (const { conId, quote } of quotes) {
      const list = waiting.get(conId) ?? []
      // Only a price anybody could have traded at.
      if (quote.price === null || quote.suspicious || (quote.conditions & 0x100200) !== 0) continue
      while (list[0] !== undefined && list[0].at <= quote.at) found.set(`${conId} ${list.shift()?.at}`, quote.price)
    }
  return found
}

interface Idea {
  readonly conId: number
  readonly side: 'BUY' | 'SELL'
  readonly from: Instant
  readonly until: Instant
}

/** Longs in one account, shorts in another; most closed within the day, some held over a night where there is a next day. */
function ideas({ days: daysOf, everyMs }: Played, random: () => number): Idea[] {
  const place = (at: number) => Math.ceil(at / everyMs) * everyMs
  return Array.from({ length: ENTRIES }, (_, n): Idea => {
    const symbol = SYMBOLS[n % SYMBOLS.length] as (typeof SYMBOLS)[number]
    const conId = CON_IDS[symbol]
    const days = daysOf[symbol]
    const day = Math.floor(random() * days.length)
    const [open, close] = [instantOf(days[day] as string, '09:31', ZONE), instantOf(days[day] as string, '15:59', ZONE)]
    const from = place(open + random() * (close - open - MINUTE_MS))
    const hold = MINUTE_MS - Math.log(1 - random()) * MEAN_HOLD_MS
    const tomorrow = days[day + 1]
    const isHeld = random() < OVERNIGHT && tomorrow !== undefined
    const until = isHeld ? instantOf(tomorrow, '09:31', ZONE) + random() * (close - open) : Math.min(close, from + hold)
    return { conId, side: random() < 0.5 ? 'BUY' : 'SELL', from, until: place(until) }
  })
}

function executionsOf(idea: Idea, n: number, prices: ReadonlyMap<string, number>): Execution[] {
  const { conId, side, from, until } = idea
  const [entry, exit] = [prices.get(`${conId} ${from}`), prices.get(`${conId} ${until}`)]
  if (entry === undefined || exit === undefined) return []
  const execution = (step: number, way: 'BUY' | 'SELL', price: number, at: Instant): Execution => ({
    ...{ kind: 'execution', executionId: `0000e0d5.${n}.${step}.01`, account: side === 'BUY' ? 'DU1' : 'DU2', conId, side: way },
    ...{ quantity: '100', price: String(price), at },
  })
  return [execution(1, side, entry, from), execution(2, side === 'BUY' ? 'SELL' : 'BUY', exit, until)]
}

const rules = STARTER_RULES.map((body) => parseRule(body) as Rule).filter(({ enabled }) => enabled)

interface Replayed {
  readonly trades: readonly Trade[]
  readonly alerts: readonly StoredAlert[]
}

async function replayed(played: Played): Promise<Replayed> {
  const placed = ideas(played, randomOf(Number(values.seed)))
  const prices = await pricesAt(
    played,
    placed.flatMap(({ conId, from, until }) => [from, until].map((at) => ({ conId, at }))),
  )
  const executions = placed.flatMap((idea, n) => executionsOf(idea, n, prices)).sort((a, b) => a.at - b.at)
  const replay = new Replay([...contractsOf(played), ...executions, ...played.bars], { filter: 'default', rules })
  for await (const quotes of played.quotes()) for (const { conId, quote } of quotes) replay.quote(conId, quote)
  const { trades: both, alerts } = replay.finish()
  const trades = both.filter(({ unit }) => unit === 'ORDER')
  return { trades, alerts: alerts.map((alert, n) => storedAs(alert, n, trades)) }
}

/** As the recorder stores it. */
function storedAs({ ruleIndex: _, ...alert }: RaisedAlert, n: number, trades: readonly Trade[]): StoredAlert {
  const trade = trades.find(({ tradeId }) => tradeId === alert.tradeId) as Trade
  const tier: Tier | undefined = rules.find(({ id }) => id === alert.ruleId)?.tiers[alert.tier]
  const satisfied = tier !== undefined && takingOf(trade, tier, alert.at)?.satisfied === true
  return { ...alert, id: `a${n}`, seq: n, state: satisfied ? 'SATISFIED' : 'RAISED', ruleVersion: 1, raisedAt: alert.at, message: '' }
}

interface Pushed {
  readonly at: Instant
  readonly kind: 'alert' | 'digest'
  readonly alerts: readonly StoredAlert[]
}

/** Everything a channel would have sent, by looking whenever an alert comes and whenever it says to look again. */
function pushedThrough(manners: Manners, { trades, alerts }: Replayed): Pushed[] {
  const sides = new Map(trades.map(({ tradeId, side }) => [tradeId, side]))
  const coming = alerts.filter((alert) => alert.state === 'RAISED' && goesTo(manners, alert, undefined))
  const pushed: Pushed[] = []
  const told: (Told & { at: Instant })[] = []
  let waiting: Waiting[] = []
  let nextAt: Instant | null = null
  const look = (now: Instant) => {
    for (;;) {
      const planned = plan({ manners, waiting, told: told.filter(({ at }) => now - at <= 60_000), now, quietHours: null })
      nextAt = planned.nextAt
      const done = new Set([...planned.shared, ...planned.messages.flatMap(({ deliveries }) => deliveries)].map(({ id }) => id))
      for (const { kind, deliveries } of planned.messages) {
        const said = deliveries.flatMap(({ about }) => (about.kind === 'alert' ? [about.alert] : []))
        pushed.push({ at: now, kind: kind === 'digest' ? 'digest' : 'alert', alerts: said })
        for (const alert of said) told.push({ messageId: 'm', alert, side: sides.get(alert.tradeId) ?? null, at: now })
      }
      if (done.size === 0) return
      waiting = waiting.filter(({ id }) => !done.has(id))
    }
  }
  for (const [n, alert] of coming.entries()) {
    while (nextAt !== null && nextAt < alert.at) look(nextAt)
    const about = { kind: 'alert', alert, side: sides.get(alert.tradeId) ?? null, snooze: null } as const
    waiting.push({ id: n, createdAt: alert.at, dueAt: alert.at, attempts: 0, messageId: null, about })
    if (coming[n + 1]?.at !== alert.at) look(alert.at)
  }
  while (nextAt !== null) look(nextAt)
  return pushed
}

const env = {
  ...{ SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/x', WEBHOOK_URL: 'https://example.com/hook', WEBHOOK_SECRET: `whsec_${'A'.repeat(32)}` },
  ...{ TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'x', TWILIO_FROM: '+14155550100', SMS_TO: '+14155550123' },
}
const config = readConfig(env, DRIVERS)

async function disturbance(played: Played): Promise<Row[]> {
  const told = await replayed(played)
  const { trades, alerts } = told
  const hoursOf = contractsOf(played)[0] as Instrument
  const days = new Set(trades.map(({ openedAt }) => marketDay(openedAt, hoursOf))).size
  const each = (count: number) => `${(count / trades.length).toFixed(2).padStart(6)} a trade ${(count / days).toFixed(1).padStart(6)} a day`
  console.error(`${trades.length} trades on ${days} days: ${played.name}; seed ${values.seed}; sent: what makes a sound`)
  for (const rule of rules) {
    const fired = alerts.filter(({ ruleId }) => ruleId === rule.id)
    const some = (new Set(fired.map(({ tradeId }) => tradeId)).size / trades.length) * 100
    if (rule.scope.secTypes?.includes('STK') !== false)
      console.error(`  ${rule.id.padEnd(14)}${rule.severity.padEnd(10)}${each(fired.length)}   ${some.toFixed(0)} % of the trades`)
  }
  const pushes = new Map(openChannels(config, clock).map(({ kind, limits }) => [kind, pushedThrough(limits, told)]))
  for (const [kind, list] of pushes) {
    const of = (wanted: 'alert' | 'digest') => list.filter((one) => one.kind === wanted)
    const busiest = Math.max(0, ...[...Map.groupBy(list, ({ at }) => Math.floor(at / 3_600_000)).values()].map(({ length }) => length))
    console.error(`  ${kind.padEnd(14)}${'alerts'.padEnd(10)}${each(of('alert').length)}   digests ${each(of('digest').length)}   busiest hour ${busiest}`)
  }
  const slack = pushes.get('slack') ?? []
  const prompt = slack.filter(({ kind }) => kind === 'alert').length
  const sms = (pushes.get('sms') ?? []).length / trades.length
  const entries = `${trades.length} random entries, ${played.name}`
  return [
    {
      claim: `Slack messages under the starter rules, digests counted (${entries})`,
      target: `≤ ${PUSHES_MAX} a trade`,
      measured: `${(slack.length / trades.length).toFixed(2)} a trade, ${(slack.length / days).toFixed(1)} a day for ${Math.round(trades.length / days)} trades a day; at once, not in a digest: ${(prompt / days).toFixed(1)} a day`,
      reached: slack.length / trades.length <= PUSHES_MAX,
    },
    {
      claim: 'SMS under the starter rules (the same)',
      target: `≤ ${SMS_MAX} a trade`,
      measured: `${sms.toFixed(2)} a trade`,
      reached: sms <= SMS_MAX,
    },
  ]
}

const command = 'node bench/pushes.ts'
const files = [...tickFiles.map(({ file }) => file), ...SYMBOLS.map(barFile)]
if (files.every((file) => existsSync(file))) report(command, [...(await disturbance(await ticks())), ...(await disturbance(minutes()))])
else {
  const claim = 'pushes of the starter rules over real prices'
  report(command, [{ claim, target: `≤ ${PUSHES_MAX} a trade`, measured: 'skipped: the real prices are not here', reached: false }])
}
