// Every number of a review, and what it has to be: for each note, block by block and line by line, the numbers that must stand in it and no other ones.
// Words are nobody's business here, so one expectation holds for every language; names that hold digits are taken out first.
import type { Day, Instant } from '#core/time.ts'
import type { StoredAlert } from '#core/stored.ts'
import { ignored, lastDay, meanKnown, noise, openedOn, Q, resultThen, type Sums, sums, tell, type Told, verdict, type World } from './reckoned.ts'

/** The numbers of a line, as they are printed but for commas, true minuses and spaces before a unit; '?' stands for 'unknown'. */
export type Numbers = readonly string[]
/** By block; lines without a number are left out. */
export type Expected = ReadonlyMap<string, readonly Numbers[]>

type Maybe = string | null | readonly (string | null)[]

/** Absent ones are left out. */
function line(...parts: readonly Maybe[]): Numbers {
  return parts.flat().filter((part): part is string => part !== null)
}

// How numbers look

const signed = (text: string) => (/^-|^[0.]+$/.test(text) ? text : `+${text}`)
const money = (q: Q | null) => q?.fixed(2) ?? '?'
const gain = (q: Q | null) => (q === null ? '?' : signed(q.fixed(2)))
const pct = (q: Q | null) => (q === null ? '?' : `${signed(q.fixed(2))}%`)
const whole = (q: Q | null) => (q === null ? '?' : `${q.fixed(0)}%`)
const inR = (q: Q | null) => (q === null ? '?' : `${signed(q.fixed(2))}R`)
const count = (n: number) => String(n)
const some = (n: number) => (n === 0 ? null : String(n))
const present = <T>(value: T | null, print: (value: T) => string) => (value === null ? null : print(value))

/** At least two decimals, and as many more as it has, six digits in all. */
function price(q: Q | null): string {
  if (q === null) return '?'
  // What is stored of an average ends at the twelfth decimal.
  const [before = '', decimals = ''] = q.abs().fixed(12).replace(/0+$/, '').split('.')
  return q.fixed(Math.max(2, Math.min(6 - (before === '0' ? 0 : before.length), decimals.length)))
}

function plainly(q: Q): string {
  return q.fixed(12).replace(/\.?0+$/, '')
}

function duration(ms: number): string[] {
  const seconds = Math.round(ms / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const first = parts.findIndex((part) => part > 0)
  // Less than one second.
  if (first < 0) return ['1']
  return parts
    .slice(first, first + 2)
    .filter((part) => part > 0)
    .map(String)
}

const clocks = new Map<string, Intl.DateTimeFormat>()
function stamp(at: Instant, zone: string): string {
  const clock =
    clocks.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', {
      ...{ timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    })
  clocks.set(zone, clock)
  return clock.format(at)
}

function time(at: Instant | null, zone: string, day: Day): string {
  if (at === null) return '?'
  const [on = '', clocked = ''] = stamp(at, zone).split(' ')
  return on === day ? clocked : `${on.slice(5)} ${clocked}`
}

const when = (told: Told, day: Day) => (at: Instant | null) => (at === null ? null : time(at, told.zone, day))
const tier = (alert: { readonly tier: number }) => (alert.tier === 0 ? null : count(alert.tier + 1))
const lost = (told: Told) => told.gaveBackPct !== null && told.gaveBackPct.cmp(Q.of(100)) > 0
const backPct = (told: Told) => (told.gaveBackPct === null || lost(told) ? null : whole(told.gaveBackPct))
const headline = (told: Told) => [plainly(told.quantity), pct(told.pct)]
const partly = (told: Told) => (told.open.sign !== 0 && told.open.cmp(told.quantity) !== 0 ? plainly(told.open) : null)
const dwell = ({ dwell: of }: Told) => (of === null ? null : [`+${of.level}%`, ...duration(of.ms)])

// Lists

const earlier = (a: Told, b: Told) => a.row.openedAt - b.row.openedAt || (a.row.tradeId < b.row.tradeId ? -1 : 1)
function top(trades: readonly Told[], of: (told: Told) => Q | null, many = 3): readonly Told[] {
  return [...trades]
    .sort(earlier)
    .filter((told) => (of(told)?.sign ?? 0) > 0)
    .sort((a, b) => (of(b) as Q).cmp(of(a) as Q))
    .slice(0, many)
}
const minus = (q: Q | null) => q?.times(Q.of(-1)) ?? null
const gaveBackMuch = (told: Told) => told.gaveBackPct !== null && told.gaveBackPct.cmp(Q.of(10)) >= 0
const turnedOf = (trades: readonly Told[]) => [...trades].sort(earlier).filter((told) => told.gaveBack !== null && (told.gross?.sign ?? 0) < 0)

function summary({ closed, open, ...of }: Sums, { efficiency = true, always = false } = {}): Numbers[] {
  const even = closed.length - of.wins.length - of.losses.length
  const mean = (all: readonly Q[]) => present(meanKnown(all), gain)
  const headed = always || closed.length > 0
  return [
    ...(headed ? [line(gain(of.told), count(closed.length))] : []),
    ...(closed.length === 0
      ? []
      : [
          line(gain(of.gross), money(of.commission), gain(of.net), some(of.unknown)),
          line(
            ...[count(of.wins.length), count(of.losses.length), some(even), whole(share(of.wins.length, closed.length)), gain(meanKnown(of.results))],
            ...[mean(of.wins), mean(of.losses), ...(of.rs.length === 0 ? [] : [inR(meanKnown(of.rs)), count(of.rs.length)])],
          ),
          line(
            money(of.gaveBack),
            present(of.capture, whole),
            ...(efficiency && of.exitEfficiency !== null ? [whole(of.entryEfficiency), whole(of.exitEfficiency)] : []),
          ),
        ]),
    ...(open.length === 0 ? [] : [line(count(open.length), gain(of.openGross))]),
  ]
}
const share = (n: number, d: number) => Q.of(n).times(Q.of(100)).over(Q.of(d))

function strategies(trades: readonly Told[]): Numbers[] {
  const closed = trades.filter((told) => told.section === 'CLOSED')
  const names = [...new Set(closed.map(({ row }) => row.strategy))]
  if (names.every((name) => name === null)) return []
  const named = names.filter((name) => name !== null).sort()
  return [...named, ...(names.includes(null) ? [null] : [])].map((name) => {
    const its = closed.filter(({ row }) => row.strategy === name)
    const of = sums(its)
    return line(
      ...[count(its.length), count(of.wins.length), gain(of.told), present(meanKnown(of.rs), inR)],
      ...[pct(meanKnown(its.map((told) => told.mfe.pct))), pct(meanKnown(its.map((told) => told.mae.pct)))],
    )
  })
}

// The notes

export function accountsOf(world: World, mode: string): readonly string[] {
  return [...new Set(world.trades.filter((row) => row.mode === mode).map(({ account }) => account))].sort()
}

/** Trades an account has to do with on a day, in the order of a card. */
export function ofDay(world: World, day: Day, mode: string, account: string): readonly Told[] {
  return world.trades
    .filter((row) => row.mode === mode && row.account === account)
    .flatMap((row) => tell(world, row, day) ?? [])
    .sort(earlier)
}

export function alertsOn(world: World, told: Told, day: Day | null): readonly StoredAlert[] {
  return world.alerts
    .filter((alert) => alert.tradeId === told.row.tradeId && alert.state !== 'WITHDRAWN' && (day === null || world.dayOf(alert.at, told.row.conId) === day))
    .sort((a, b) => a.at - b.at || (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : a.tier - b.tier))
}

const weekName = (day: Day) => {
  const thursday = new Date(Date.parse(day) + (3 - ((new Date(day).getUTCDay() + 6) % 7)) * 86_400_000)
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 604_800_000)
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, '0')}`
}

/** `pictured`: beside each trade stands the name of its picture. */
export function dayExpected(world: World, day: Day, mode: string, { vault = false } = {}): Expected {
  const blocks = new Map<string, Numbers[]>([['head', [line(day), line(weekName(day), day.slice(0, 7), vault ? day : null)]]])
  for (const account of accountsOf(world, mode)) {
    const trades = ofDay(world, day, mode, account)
    if (trades.length === 0) continue
    const traded = trades.filter(({ section }) => section !== 'HELD')
    const put = (name: string, lines: readonly Numbers[]) => blocks.set(`${name}:${account}`, [...lines])
    put('summary', [...(traded.length === 0 ? [] : summary(sums(traded), { always: true })), ...trailing(world, day, mode, account, traded)])
    for (const section of ['CLOSED', 'OPENED', 'CARRIED', 'HELD'] as const) {
      const its = trades.filter((told) => told.section === section)
      if (its.length > 0)
        put(
          section.toLowerCase(),
          its.map((told) => tradeRow(told, day, vault)),
        )
    }
    const back = top(traded.filter(gaveBackMuch), (told) => told.gaveBack)
    if (back.length > 0)
      put(
        'gave-back',
        back.map((told) => line(pct(told.mfe.pct), when(told, day)(told.mfe.pctAt) ?? '?', dwell(told), pct(told.pct), money(told.gaveBack), backPct(told))),
      )
    const turned = turnedOf(traded)
    if (turned.length > 0)
      put(
        'turned',
        turned.map((told) => line(pct(told.mfe.pct), when(told, day)(told.mfe.pctAt) ?? '?', gain(told.gross))),
      )
    const shaken = trades
      .flatMap((told) => {
        const reached = noise(world, told)
        return reached === null ? [] : [{ told, reached }]
      })
      .sort((a, b) => a.reached.at - b.reached.at)
    if (shaken.length > 0)
      put(
        'noise',
        shaken.map(({ told, reached }) => line(gain(told.gross), price(Q.of(reached.price)), when(told, day)(reached.at))),
      )
    const up = top(traded, (told) => told.mfe.pct).map((told) => [pct(told.mfe.pct), when(told, day)(told.mfe.pctAt)])
    const down = top(traded, (told) => minus(told.mae.pct)).map((told) => [pct(told.mae.pct), when(told, day)(told.mae.pctAt)])
    if (up.length + down.length > 0) put('furthest', [line(...up), line(...down)])
    put('rules', rules(world, day, trades))
    const made = strategies(traded)
    if (made.length > 0) put('strategies', made)
    put('quality', quality(trades, day))
  }
  blocks.set('foot', [line('0.5%', '1R', '1%')])
  return blocks
}

function tradeRow(told: Told, day: Day, vault: boolean): Numbers {
  const at = when(told, day)
  return line(
    ...[vault ? null : headline(told), plainly(told.quantity), partly(told), at(told.row.openedAt), at(told.closedAt), price(told.entry), price(told.exit)],
    ...[gain(told.gross), pct(told.pct), present(told.r, inR), pct(told.mfe.pct), at(told.mfe.pctAt), pct(told.mae.pct), at(told.mae.pctAt)],
    ...(told.gaveBack === null ? [] : [money(told.gaveBack), backPct(told)]),
  )
}

/** The last twenty days with something closed before this one. */
function trailing(world: World, day: Day, mode: string, account: string, traded: readonly Told[]): Numbers[] {
  if (traded.length === 0) return []
  const before = world.trades.flatMap((row) => {
    if (row.mode !== mode || row.account !== account || row.held || row.closedAt === null || lastDay(world, row) >= day) return []
    return tell(world, row, lastDay(world, row), false) ?? []
  })
  const days = [...new Set(before.map(({ row }) => lastDay(world, row)))].sort().slice(-20)
  const those = before.filter(({ row }) => lastDay(world, row) >= (days[0] ?? ''))
  if (those.length === 0) return []
  const of = sums(those)
  return [
    line(
      ...[days.length === 1 ? null : count(days.length), count(those.length), gain(of.gross.over(Q.of(days.length)))],
      ...[gain(of.gross.over(Q.of(those.length))), whole(share(those.filter((told) => (told.gross as Q).sign > 0).length, those.length))],
      ...[pct(meanKnown(those.map((told) => told.mfe.pct))), pct(meanKnown(those.map((told) => told.mae.pct))), present(of.capture, whole)],
    ),
  ]
}

function rules(world: World, day: Day, trades: readonly Told[]): Numbers[] {
  const spoken = trades
    .flatMap((told) => alertsOn(world, told, day).map((alert) => ({ told, alert })))
    .sort((a, b) => a.alert.at - b.alert.at || (a.alert.tradeId < b.alert.tradeId ? -1 : a.alert.tradeId > b.alert.tradeId ? 1 : 0))
  const lapses = {
    missed: spoken.filter(({ alert }) => alert.state === 'MISSED'),
    late: spoken.filter(({ alert }) => alert.state === 'LATE'),
    ignored: spoken.filter(({ told, alert }) => ignored(told.row, alert)),
  }
  const lapseLines = (list: typeof spoken) =>
    list.length === 0
      ? []
      : [
          line(count(list.length)),
          ...list.slice(0, 6).map(({ told, alert }) => {
            const then = resultThen(told.row, alert)
            return line(time(alert.at, told.zone, day), tier(alert), gain(then), gain(told.gross), gain(told.gross?.minus(then) ?? null))
          }),
          ...(list.length > 6 ? [line(count(list.length - 6))] : []),
        ]
  return [
    ...spoken.map(({ told, alert }) =>
      line(time(alert.at, told.zone, day), tier(alert), price(Q.of(alert.price)), alert.pct === null ? '?' : pct(Q.of(alert.pct))),
    ),
    ...[...new Set(spoken.map(({ alert }) => alert.ruleId))].sort().map((id) => {
      const of = (list: typeof spoken) => list.filter(({ alert }) => alert.ruleId === id)
      const fired = of(spoken).filter(({ alert }) => alert.state !== 'MISSED')
      const judged = fired.map(({ told, alert }) => verdict(world, told.row, alert))
      const [right, wrong, unsettled] = (['right', 'wrong', 'open'] as const).map((one) => judged.filter((other) => other === one).length) as [
        number,
        number,
        number,
      ]
      return line(
        ...[fired.length, right, wrong, unsettled].map(count),
        whole(share(right, right + wrong)),
        ...[lapses.missed, lapses.late, lapses.ignored].map((list) => count(of(list).length)),
      )
    }),
    ...lapseLines(lapses.missed),
    ...lapseLines(lapses.late),
    ...lapseLines(lapses.ignored),
  ]
}

function quality(trades: readonly Told[], day: Day): Numbers[] {
  const coverage = (told: Told) => (told.row.provenance.coverage === null ? null : Q.of(told.row.provenance.coverage).times(Q.of(100)))
  const full = trades.filter((told) => coverage(told)?.cmp(Q.of(100)) === 0).length
  const unknown = trades.filter((told) => coverage(told) === null).length
  const lowest = trades.flatMap((told) => coverage(told) ?? []).reduce<Q | null>((low, one) => (low === null || one.cmp(low) < 0 ? one : low), null)
  const gaps = new Map(trades.flatMap((told) => gapsOf(told, day).map((gap) => [`${told.label} ${gap.from}`, { ...gap, told }] as const)))
  const ordered = [...gaps.values()].sort((a, b) => a.from - b.from || (a.told.label < b.told.label ? -1 : 1))
  const unsure = trades.filter((told) => told.commission === null).length
  const sampled = trades.filter(({ row }) => row.provenance.source !== 'TICK' && row.provenance.source !== 'ENTRY').length
  return [
    full === trades.length && gaps.size === 0
      ? []
      : line(count(full), count(trades.length), lowest !== null && lowest.cmp(Q.of(100)) < 0 ? `${lowest.fixed(2)}%` : null, some(unknown)),
    ...ordered.slice(0, 6).map(({ from, to, told }) => line(time(from, told.zone, day), time(to, told.zone, day))),
    ...(ordered.length > 6 ? [line(count(ordered.length - 6))] : []),
    line(some(sampled)),
    line(some(unsure)),
  ].filter((numbers) => numbers.length > 0)
}

function gapsOf(told: Told, day: Day | null): readonly { readonly from: Instant; readonly to: Instant }[] {
  const { gaps } = told.row.provenance
  return day === null ? gaps : gaps.filter((gap) => gap.from < told.end && time(gap.to, told.zone, '').slice(0, 5) >= day.slice(5))
}

export function tradeExpected(world: World, told: Told): Expected {
  const day = told.openedOn
  const at = when(told, day)
  const days = [...new Set([day, lastDay(world, told.row)])]
  const { risk } = told.row.plan ?? {}
  const extreme = ({ pnl, pct: percent, pctAt }: Told['mfe']) => line(gain(pnl), pct(percent), at(pctAt))
  const numbers = [
    line(at(told.row.openedAt), at(told.closedAt), price(told.entry), price(told.exit), partly(told)),
    line(gain(told.gross), pct(told.pct), inR(told.r)),
    line(money(told.commission)),
    line(gain(told.net)),
    extreme(told.mfe),
    extreme(told.mae),
    told.gaveBack === null ? [] : line(money(told.gaveBack), backPct(told)),
    told.capture !== null && told.capture.sign > 0 ? line(whole(told.capture)) : [],
    told.efficiency === null ? [] : line(whole(told.efficiency.entry), whole(told.efficiency.exit)),
    told.drawdown === null ? [] : line(`${told.drawdown.fixed(2)}%`),
    risk == null ? [] : line(price(Q.of(risk.stop)), '1R', money(told.risk)),
    ...(risk == null ? [] : (told.row.plan?.moves ?? [])).map((move) =>
      line(at(move.at), price(Q.of(move.from)), price(Q.of(move.to)), move.r === null ? null : inR(Q.of(move.r))),
    ),
    told.dwell === null ? [] : line(dwell(told)),
  ]
  const alerts = alertsOn(world, told, null).map((alert) =>
    line(time(alert.at, told.zone, day), tier(alert), price(Q.of(alert.price)), alert.pct === null ? '?' : pct(Q.of(alert.pct))),
  )
  const gaps = gapsOf(told, null).map((gap) => line(at(gap.from), at(gap.to)))
  return new Map(
    Object.entries({ head: [headline(told), days], numbers: numbers.filter((one) => one.length > 0), alerts, quality: gaps }).filter(
      ([, lines]) => lines.length > 0,
    ),
  )
}

export function periodExpected(world: World, from: Day, until: Day, name: string, mode: string): Expected {
  const blocks = new Map<string, Numbers[]>([['head', [line(name), line(from, until)]]])
  for (const account of accountsOf(world, mode)) {
    const closed = world.trades.flatMap((row) => {
      if (row.mode !== mode || row.account !== account || row.held || row.closedAt === null) return []
      const day = lastDay(world, row)
      const told = day < from || day > until ? null : tell(world, row, day, false)
      return told === null ? [] : [{ day, told }]
    })
    if (closed.length === 0) continue
    const trades = closed.map(({ told }) => told)
    const put = (block: string, lines: readonly Numbers[]) => lines.length > 0 && blocks.set(`${block}:${account}`, [...lines])
    put('summary', summary(sums(trades), { efficiency: false }))
    put(
      'days',
      [...new Set(closed.map(({ day }) => day))].sort().map((day) => {
        const of = sums(closed.filter((one) => one.day === day).map(({ told }) => told))
        return line(day, count(of.closed.length), count(of.wins.length), gain(of.told), present(of.capture, whole), money(of.gaveBack))
      }),
    )
    put(
      'gave-back',
      top(trades.filter(gaveBackMuch), (told) => told.gaveBack).map((told) =>
        line(told.openedOn, pct(told.mfe.pct), pct(told.pct), money(told.gaveBack), backPct(told)),
      ),
    )
    put(
      'turned',
      turnedOf(trades)
        .slice(0, 10)
        .map((told) => line(told.openedOn, pct(told.mfe.pct), gain(told.gross))),
    )
    const up = top(trades, (told) => told.mfe.pct).map((told) => [told.openedOn, pct(told.mfe.pct)])
    const down = top(trades, (told) => minus(told.mae.pct)).map((told) => [told.openedOn, pct(told.mae.pct)])
    put(
      'furthest',
      [line(...up), line(...down)].filter((one) => one.length > 0),
    )
    put('strategies', strategies(trades))
  }
  return blocks
}

/** The note of a symbol or a strategy. */
export function subjectExpected(world: World, rows: World['trades'], mode: string): Expected {
  const its = rows.filter((row) => row.mode === mode && !row.held)
  const days = its.map((row) => openedOn(world, row)).sort()
  const blocks = new Map<string, Numbers[]>([['head', [[...new Set([days[0] ?? '', days.at(-1) ?? ''])]]]])
  for (const account of accountsOf(world, mode)) {
    const trades = its.filter((row) => row.account === account).flatMap((row) => tell(world, row, lastDay(world, row), false) ?? [])
    if (trades.length === 0) continue
    const latest = [...trades].sort((a, b) => b.row.openedAt - a.row.openedAt || (a.row.tradeId < b.row.tradeId ? -1 : 1))
    blocks.set(`summary:${account}`, summary(sums(trades), { efficiency: false }))
    blocks.set(
      `trades:${account}`,
      latest.map((told) =>
        line(told.openedOn, plainly(told.quantity), gain(told.gross), pct(told.pct), present(told.r, inR), pct(told.mfe.pct), pct(told.mae.pct)),
      ),
    )
  }
  return blocks
}

/** Numbers among the properties of a trade's note; whatever else is a number there is accounted for by nothing. */
export function tradeProperties(world: World, told: Told): Readonly<Record<string, number | null>> {
  const rounded = (q: Q | null, places = 2) => (q === null ? null : Number(q.fixed(places)))
  return {
    stop: told.row.initialStop === null ? null : Number(told.row.initialStop),
    rating: null,
    trade_quantity: Number(plainly(told.quantity)),
    trade_entry: rounded(told.entry, 6),
    trade_exit: told.closedAt === null ? null : rounded(told.exit, 6),
    trade_gross: rounded(told.gross),
    trade_net: rounded(told.net),
    trade_pct: rounded(told.pct),
    trade_r: rounded(told.r),
    trade_mfe_pct: rounded(told.mfe.pct),
    trade_mae_pct: rounded(told.mae.pct),
    trade_gave_back: rounded(told.gaveBack),
    trade_capture_pct: rounded(told.capture),
    trade_alerts: alertsOn(world, told, null).length,
  }
}

/** Those of a note over many trades. */
export function sumProperties(kind: string, trades: readonly Told[]): Readonly<Record<string, number>> {
  const { closed, gross } = sums(trades)
  // What won, each account by its own measure: net where it is known of all its trades.
  const wins = [...new Set(trades.map(({ row }) => row.account))].reduce(
    (n, account) => n + sums(trades.filter(({ row }) => row.account === account)).wins.length,
    0,
  )
  return {
    review_closed: closed.length,
    ...(kind === 'week' || kind === 'month' ? {} : { review_wins: wins }),
    ...(kind === 'day' && trades.length > 0 ? { review_gross_usd: Number(gross.fixed(2)) } : {}),
  }
}

// Pages in Notion

const dated = (told: Told, at: Instant | null) => (at === null ? '?' : stamp(at, told.zone))

/** The lines of the page of a day, all accounts of it one after another. */
export function pageOfDay(world: World, day: Day): readonly Numbers[] {
  return (['LIVE', 'PAPER', 'DEMO'] as const).flatMap((mode) => accountsOf(world, mode).flatMap((account) => pageOfAccount(world, day, mode, account)))
}

function pageOfAccount(world: World, day: Day, mode: string, account: string): readonly Numbers[] {
  const trades = ofDay(world, day, mode, account)
  if (trades.length === 0) return []
  const traded = trades.filter(({ section }) => section !== 'HELD')
  const of = sums(traded)
  const [worst] = top(traded.filter(gaveBackMuch), (told) => told.gaveBack, 1)
  const closedWords = of.closed.length === 0 ? [] : [count(of.wins.length), count(of.closed.length), whole(share(of.wins.length, of.closed.length))]
  const spoken = rules(world, day, trades)
  // The card lists what the page says in a line: each kind of lapse and its first ones, without the difference.
  const alerts = trades.reduce((n, told) => n + alertsOn(world, told, day).length, 0)
  const ruled = new Set(trades.flatMap((told) => alertsOn(world, told, day).map(({ ruleId }) => ruleId))).size
  const lapses: string[][] = []
  for (const numbers of spoken.slice(alerts + ruled)) {
    if (numbers.length === 1 && !isMore(spoken, numbers)) lapses.push([...numbers])
    else (lapses.at(-1) as string[]).push(...(numbers.length === 1 ? numbers : numbers.slice(0, -1)))
  }
  return [
    ...(traded.length === 0
      ? []
      : [
          line(
            ...[
              gain(of.told),
              ...closedWords,
              ...(of.rs.length === 0 ? [] : [inR(meanKnown(of.rs))]),
              some(of.open.length),
              gain(of.gross),
              money(of.commission),
            ],
            ...[some(of.unknown), ...(of.closed.length === 0 ? [] : [gain(meanKnown(of.results)), money(of.gaveBack)])],
          ),
        ]),
    ...trailing(world, day, mode, account, traded),
    ...(['CLOSED', 'OPENED', 'CARRIED', 'HELD'] as const).flatMap((section) =>
      trades
        .filter((told) => told.section === section)
        .map((told) =>
          line(
            ...[plainly(told.quantity), gain(told.gross), pct(told.pct), told.risk === null ? null : inR(told.r), pct(told.mfe.pct), pct(told.mae.pct)],
            told.closedAt === null || told.gaveBackPct === null ? null : whole(told.gaveBackPct),
          ),
        ),
    ),
    worst === undefined
      ? []
      : line(plainly(worst.quantity), money(worst.gaveBack), whole(worst.gaveBackPct), pct(worst.mfe.pct), dated(worst, worst.mfe.pctAt), pct(worst.pct)),
    line(...turnedOf(traded).map((told) => plainly(told.quantity))),
    ...spoken.slice(0, alerts + ruled),
    ...lapses,
    ...pageStrategies(traded),
    pageQuality(trades, day),
  ].filter((numbers) => numbers.length > 0)
}

/** 'And 9 more' ends a list of six; a count begins one. */
function isMore(lines: readonly Numbers[], numbers: Numbers): boolean {
  const at = lines.indexOf(numbers)
  return at >= 7 && lines.slice(at - 6, at).every((one) => one.length > 1) && (lines[at - 7] as Numbers).length === 1
}

function pageStrategies(trades: readonly Told[]): readonly Numbers[] {
  const closed = trades.filter((told) => told.section === 'CLOSED')
  const names = [...new Set(closed.map(({ row }) => row.strategy))]
  const rs = [...names.filter((name) => name !== null).sort(), ...(names.includes(null) ? [null] : [])].map(
    (name) => closed.filter(({ row, r }) => row.strategy === name && r !== null).length > 0,
  )
  // As on the card, without the mean R: the fourth number where there is one.
  return strategies(trades).map((numbers, n) => (rs[n] ? [...numbers.slice(0, 3), ...numbers.slice(4)] : numbers))
}

function pageQuality(trades: readonly Told[], day: Day): Numbers {
  const [first = [], ...more] = quality(trades, day)
  const everywhere = trades.every(({ row }) => row.provenance.coverage !== null && Q.of(row.provenance.coverage).cmp(Q.of(1)) === 0)
  const unseen = everywhere && trades.every((told) => gapsOf(told, day).length === 0)
  const lowest = trades.flatMap(({ row }) => (row.provenance.coverage === null ? [] : [Q.of(row.provenance.coverage)])).sort((a, b) => a.cmp(b))[0]
  const least = lowest === undefined || lowest.cmp(Q.of(1)) >= 0 ? null : whole(lowest.times(Q.of(100)))
  return unseen
    ? line(count(trades.length), count(trades.length), ...first, ...more.flat())
    : line(...first.map((number) => (number.endsWith('%') ? least : number)), ...more.flat())
}

/** The lines of the page of a trade, as the last day it is told on leaves it. */
export function pageOfTrade(world: World, told: Told, day: Day): readonly Numbers[] {
  const risk = told.risk === null ? null : told.row.plan?.risk
  const extreme = ({ pct: percent, pctAt }: Told['mfe']) => (percent === null ? ['?'] : [pct(percent), dated(told, pctAt)])
  const { coverage, source } = told.row.provenance
  const gaps = gapsOf(told, null).slice(0, 6)
  return [
    line(plainly(told.quantity), gain(told.gross), pct(told.pct)),
    line(dated(told, told.row.openedAt)),
    told.closedAt === null ? [] : line(dated(told, told.closedAt)),
    line(price(told.entry)),
    line(price(told.exit)),
    risk == null ? [] : line(...[risk.stop, ...(told.row.plan?.moves ?? []).map(({ to }) => to)].map((stop) => price(Q.of(stop)))),
    line(gain(told.gross), pct(told.pct)),
    line(inR(told.r)),
    line(...extreme(told.mfe)),
    line(...extreme(told.mae)),
    told.gaveBack === null ? [] : line(money(told.gaveBack), whole(told.gaveBackPct)),
    line(money(told.commission)),
    source === 'ENTRY' ? [] : line(coverage === null ? '?' : whole(Q.of(coverage).times(Q.of(100)))),
    ...alertsOn(world, told, null)
      .filter(({ at }) => at < told.end)
      .map((alert) => line(time(alert.at, told.zone, day), tier(alert), price(Q.of(alert.price)), alert.pct === null ? '?' : pct(Q.of(alert.pct)))),
    line(...gaps.flatMap(({ from, to }) => [dated(told, from), dated(told, to)])),
  ].filter((numbers) => numbers.length > 0)
}

/** Numbers among the properties of a page. */
export function pageProperties(world: World, told: Told): Readonly<Record<string, number | null>> {
  const rounded = (q: Q | null) => (q === null ? null : Number(q.fixed(2)))
  const exact = (q: Q | null) => (q === null ? null : Number(q.fixed(12)))
  return {
    ...{ 'Result %': rounded(told.pct), R: rounded(told.r), 'MFE %': rounded(told.mfe.pct), 'MAE %': rounded(told.mae.pct) },
    ...{ 'Gave Back %': rounded(told.gaveBackPct), Net: rounded(told.net), Gross: rounded(told.gross), Commission: rounded(told.commission) },
    ...{
      'Gave Back': rounded(told.gaveBack),
      Quantity: exact(told.quantity),
      Entry: exact(told.entry),
      Exit: told.closedAt === null ? null : exact(told.exit),
    },
    ...{ Stop: told.row.initialStop === null ? null : Number(told.row.initialStop), Rating: null },
    'Coverage %': told.row.provenance.coverage === null ? null : rounded(Q.of(told.row.provenance.coverage).times(Q.of(100))),
    Alerts: alertsOn(world, told, null).filter(({ at }) => at < told.end).length,
  }
}

// Reading

/** The numbers of a line of text. `names`: what holds digits and is a name. */
export function numbersIn(text: string, names: readonly string[], unknown: string): Numbers {
  let rest = text
    // Pictures by their words, links by theirs.
    .replace(/!\[\[[^\]]*\]\]/g, ' ')
    .replace(/!?\[((?:[^\]\\]|\\.)*)\]\([^)]*\)/g, ' $1 ')
    .replace(/!?\[((?:[^\]\\]|\\.)*)\]\([^)]*\)/g, ' $1 ')
    .replace(/\[\[(?:[^\]|\\]*\\?\|)?([^\]]*)\]\]/g, ' $1 ')
    .replace(/\\(?=[\\`*_{}[\]<>|~#!$^])/g, '')
    .replaceAll(unknown, ' ? ')
    .replaceAll('−', '-')
    .replaceAll('\u00a0', ' ')
    .replaceAll('\u2011', '-')
  for (const name of [...names].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(name, ' ')
  const found = rest.matchAll(
    /\?|\d{4}-W\d\d|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d{4}-\d\d(?:-\d\d)?|(?:\d\d-\d\d )?\d\d:\d\d:\d\d|[+-]?\d[\d,]*(?:\.\d+)?(?:\s?%|\s?R\b)?/g,
  )
  return [...found].map(([number]) => (/:/.test(number) ? number : number.replace(/[\s,]/g, '')))
}

/** A note as its blocks: the lines of each that hold a number, their numbers in no order. Lines of nothing but a picture are left to whoever looks at pictures. */
export function blocksIn(note: string, names: readonly string[], unknown: string): ReadonlyMap<string, readonly Numbers[]> {
  const blocks = new Map<string, Numbers[]>()
  for (const [, name = '', body = ''] of note.matchAll(/^(?:%%|<!--) excursion:begin (\S+) [^\n]*\n([\s\S]*?)\n(?:%%|<!--) excursion:end/gm)) {
    const lines = body
      .split('\n')
      .filter((one) => !/^(?:> )?!\[/.test(one))
      .map((one) => numbersIn(one, names, name.startsWith('quality') ? '\0' : unknown))
      .filter((numbers) => numbers.length > 0)
    if (lines.length > 0) blocks.set(name, lines)
  }
  return blocks
}

/** Lines side by side: what stands there and what the trades account for. */
export function untraced(found: ReadonlyMap<string, readonly Numbers[]>, expected: Expected, path: string): string[] {
  const sorted = (numbers: Numbers | undefined) => (numbers === undefined ? 'nothing' : [...numbers].sort().join(' '))
  return [...new Set([...found.keys(), ...expected.keys()])].flatMap((block) => {
    const [has, wants] = [found.get(block) ?? [], (expected.get(block) ?? []).filter((one) => one.length > 0)]
    return Array.from({ length: Math.max(has.length, wants.length) }, (_, n) => [sorted(has[n]), sorted(wants[n])] as const).flatMap(([is, want], n) =>
      is === want ? [] : [`${path}, ${block}, line ${n + 1}: says ${is}; the trades say ${want}`],
    )
  })
}
