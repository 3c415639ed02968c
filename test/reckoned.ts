// Trades reckoned by hand for one purpose: to know every number a review may say. Exact fractions, brute force over fills, points and prices; shares no
// arithmetic, rounding or wording with the product, and takes from it only what the trades, alerts and prices themselves are.
import type { TradingHours } from '#core/session.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import type { Day, Instant } from '#core/time.ts'
import type { TrajectoryPoint } from '#core/trade.ts'

// Exact numbers

export class Q {
  readonly n: bigint
  readonly d: bigint
  constructor(n: bigint, d: bigint) {
    this.n = d < 0n ? -n : n
    this.d = d < 0n ? -d : d
  }
  static of(value: string | number): Q {
    const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? []
    if (whole === '') throw new Error(`expected a decimal, found '${value}'`)
    return new Q(BigInt(`${sign}${whole}${fraction}`), 10n ** BigInt(fraction.length))
  }
  plus(o: Q): Q {
    return new Q(this.n * o.d + o.n * this.d, this.d * o.d)
  }
  minus(o: Q): Q {
    return this.plus(new Q(-o.n, o.d))
  }
  times(o: Q): Q {
    return new Q(this.n * o.n, this.d * o.d)
  }
  over(o: Q): Q | null {
    return o.n === 0n ? null : new Q(this.n * o.d, this.d * o.n)
  }
  abs(): Q {
    return this.n < 0n ? new Q(-this.n, this.d) : this
  }
  cmp(o: Q): number {
    const difference = this.n * o.d - o.n * this.d
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }
  get sign(): number {
    return this.n < 0n ? -1 : this.n > 0n ? 1 : 0
  }
  /** Half-even. */
  fixed(places: number): string {
    const scaled = this.abs().n * 10n ** BigInt(places)
    const [low, rest] = [scaled / this.d, (scaled % this.d) * 2n]
    const rounded = rest > this.d || (rest === this.d && low % 2n === 1n) ? low + 1n : low
    const digits = String(rounded).padStart(places + 1, '0')
    const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
    return this.n < 0n && rounded !== 0n ? `-${text}` : text
  }
}

export const ZERO = Q.of(0)
const HUNDRED = Q.of(100)
export const sum = (all: readonly Q[]) => all.reduce((a, b) => a.plus(b), ZERO)
export const mean = (all: readonly Q[]) => sum(all).over(Q.of(all.length))
export const share = (n: Q, d: Q) => n.times(HUNDRED).over(d)
const known = <T>(all: readonly (T | null)[]): T[] => all.filter((one): one is T => one !== null)
export const orNull = (text: string | null) => (text === null ? null : Q.of(text))

// A trade as a day tells it

/** All there is to reckon with. */
export interface World {
  readonly trades: readonly StoredTrade[]
  readonly alerts: readonly StoredAlert[]
  readonly points: ReadonlyMap<string, readonly TrajectoryPoint[]>
  /** Of each contract, by time. */
  readonly prices: ReadonlyMap<number, readonly { readonly at: Instant; readonly price: number }[]>
  readonly hours: ReadonlyMap<number, TradingHours & { readonly localSymbol?: string }>
  readonly days: readonly Day[]
  /** The market day of an instant of a contract: known by whoever made the tape. */
  dayOf(at: Instant, conId: number): Day
  /** The first instant after a market day of a contract. */
  endOf(day: Day, conId: number): Instant
  closeOf(day: Day, conId: number): Instant
}

export interface Extreme {
  readonly pct: Q | null
  readonly pctAt: Instant | null
  readonly pnl: Q | null
}

export interface Told {
  readonly row: StoredTrade
  readonly label: string
  readonly zone: string
  readonly openedOn: Day
  readonly section: 'CLOSED' | 'OPENED' | 'CARRIED' | 'HELD'
  readonly end: Instant
  readonly quantity: Q
  readonly open: Q
  readonly entry: Q | null
  readonly exit: Q | null
  readonly closedAt: Instant | null
  readonly gross: Q | null
  readonly commission: Q | null
  readonly net: Q | null
  readonly pct: Q | null
  readonly risk: Q | null
  readonly r: Q | null
  readonly mfe: Extreme
  readonly mae: Extreme
  readonly gaveBack: Q | null
  readonly gaveBackPct: Q | null
  readonly capture: Q | null
  readonly efficiency: { readonly entry: Q; readonly exit: Q } | null
  readonly dwell: { readonly level: string; readonly ms: number } | null
  readonly drawdown: Q | null
}

export function labelOf(world: World, row: StoredTrade): string {
  return row.secType === 'STK' ? row.symbol : (world.hours.get(row.conId)?.localSymbol ?? row.symbol)
}

export function openedOn(world: World, row: StoredTrade): Day {
  return world.dayOf(row.openedAt, row.conId)
}

export function lastDay(world: World, row: StoredTrade): Day {
  return world.dayOf(row.closedAt ?? row.updatedAt, row.conId)
}

/** The trade at the end of a day; null where the day had nothing of it. */
export function tell(world: World, row: StoredTrade, day: Day, dwells = true): Told | null {
  const [first, last] = [openedOn(world, row), row.closedAt === null ? null : lastDay(world, row)]
  if (first > day || (last !== null && last < day)) return null
  const end = world.endOf(day, row.conId)
  const closed = last === day
  const sign = row.side === 'LONG' ? 1 : -1
  const multiplier = Q.of(row.multiplier)
  const fills = row.fills.filter((fill) => fill.at < end)
  const entries = fills.filter((fill) => fill.role === 'ENTRY')
  const exits = fills.filter((fill) => fill.role === 'EXIT')
  const size = (some: typeof fills) => sum(some.map((fill) => Q.of(fill.quantity)))
  const cost = (some: typeof fills) => sum(some.map((fill) => Q.of(fill.quantity).times(Q.of(fill.price))))
  const [quantity, out] = [size(entries), size(exits)]
  const open = quantity.minus(out)
  const points = (world.points.get(row.tradeId) ?? []).filter((point) => point.at < end)
  const lastPrice = closed ? null : points.length === 0 ? null : Q.of((points.at(-1) as TrajectoryPoint).last)
  const worth = open.sign === 0 ? ZERO : lastPrice === null ? null : lastPrice.times(open)
  const gross = worth === null ? null : cost(exits).minus(cost(entries)).plus(worth).times(multiplier).times(Q.of(sign))
  const commission = fills.some((fill) => fill.commission === null) ? null : sum(fills.map((fill) => Q.of(fill.commission as string)))
  const risk = row.plan?.risk != null && row.plan.risk.frozenAt < end ? row.plan.risk : null
  const amount = orNull(risk?.amount ?? null)
  const [mfe, mae] = [extremeOf(row, 'mfe', end, points), extremeOf(row, 'mae', end, points)]
  const inProfit =
    closed &&
    mfe.pnl !== null &&
    mfe.pnl.sign > 0 &&
    (mfe.pct === null || mfe.pct.cmp(Q.of('0.5')) >= 0 || (amount !== null && amount.sign > 0 && mfe.pnl.cmp(amount) >= 0))
  const gaveBack = inProfit && gross !== null ? (mfe.pnl as Q).minus(gross) : null
  const range = closed && mfe.pnl !== null && mae.pnl !== null ? mfe.pnl.minus(mae.pnl) : null
  return {
    ...{ row, label: labelOf(world, row), zone: world.hours.get(row.conId)?.timeZone ?? '', openedOn: first, end },
    section: row.held ? 'HELD' : closed ? 'CLOSED' : first === day ? 'OPENED' : 'CARRIED',
    ...{ quantity, open, closedAt: closed ? row.closedAt : null, gross, commission },
    entry: cost(entries).over(quantity),
    exit: closed ? cost(exits).over(out) : lastPrice,
    net: gross === null || commission === null ? null : gross.minus(commission),
    pct: gross === null ? null : share(gross, cost(entries).abs().times(multiplier)),
    risk: amount,
    r: gross === null || amount === null ? null : gross.over(amount),
    ...{ mfe, mae, gaveBack },
    gaveBackPct: gaveBack === null ? null : share(gaveBack, mfe.pnl as Q),
    capture: closed && gross !== null && mfe.pnl !== null && mfe.pnl.sign > 0 ? share(gross, mfe.pnl) : null,
    efficiency:
      range === null || range.sign === 0 ? null : { entry: share(mfe.pnl as Q, range) as Q, exit: share((gross as Q).minus(mae.pnl as Q), range) as Q },
    dwell: dwells ? dwellOf(world, row, mfe.pct, closed ? (row.closedAt as Instant) : end) : null,
    drawdown: closed && !blind(row) ? orNull(row.drawdownPct) : null,
  }
}

/**
 * What the day knew of an extreme: all of it, or what its own points say where one price was paid, or nothing. Where only fills were seen, and some time
 * between them, 'never' is not known.
 */
function extremeOf(row: StoredTrade, which: 'mfe' | 'mae', end: Instant, points: readonly TrajectoryPoint[]): Extreme {
  const { pct, pctAt, pnl, pnlAt } = row[which]
  const unseen = (value: Q | null) => (blind(row) && value?.sign === 0 ? null : value)
  const better = which === 'mfe' ? 1 : -1
  const sign = row.side === 'LONG' ? 1 : -1
  const fills = row.fills.filter((fill) => fill.at < end)
  const paid = [...new Set(fills.filter((fill) => fill.role === 'ENTRY').map((fill) => Q.of(fill.price).fixed(12)))]
  const moves = (price: Q) => price.minus(Q.of(paid[0] as string)).times(Q.of(sign))
  let reached: { price: Q; at: Instant } = { price: Q.of(paid[0] as string), at: row.openedAt }
  for (const { at, last } of points) if (moves(Q.of(last)).minus(moves(reached.price)).times(Q.of(better)).sign > 0) reached = { price: Q.of(last), at }
  const onePrice = paid.length === 1
  const oneSize = onePrice && fills.length === 1
  const known = pctAt !== null && pctAt < end
  const own = onePrice && points.length > 0
  const ownPct = own ? share(moves(reached.price), Q.of(paid[0] as string).abs()) : null
  const ownPnl =
    own && oneSize
      ? moves(reached.price)
          .times(Q.of((fills[0] as (typeof fills)[number]).quantity))
          .times(Q.of(row.multiplier))
      : null
  const pctThen = unseen(known ? orNull(pct) : ownPct)
  return { pct: pctThen, pctAt: pctThen === null ? null : known ? pctAt : reached.at, pnl: unseen(pnlAt < end ? Q.of(pnl) : ownPnl) }
}

/** It lived, and no price of it was seen. */
function blind({ provenance, openedAt, closedAt }: StoredTrade): boolean {
  return provenance.source === 'ENTRY' && openedAt !== closedAt
}

/** The highest whole percentage reached, else half a percent, and the time with prices at or above it. */
function dwellOf(world: World, row: StoredTrade, best: Q | null, until: Instant): Told['dwell'] {
  const points = (world.points.get(row.tradeId) ?? []).filter((point) => point.at <= until)
  if (best === null || points.length === 0 || best.cmp(Q.of('0.5')) < 0) return null
  const level = best.cmp(Q.of(1)) >= 0 ? Q.of(String(best.n / best.d)) : Q.of('0.5')
  const sign = row.side === 'LONG' ? 1 : -1
  let ms = 0
  const needed = Number(level.fixed(1))
  for (const [index, point] of points.entries()) {
    const entries = row.fills.filter((fill) => fill.role === 'ENTRY' && fill.at <= point.at)
    const entry =
      entries.reduce((paid, fill) => paid + Number(fill.price) * Number(fill.quantity), 0) / entries.reduce((n, fill) => n + Number(fill.quantity), 0)
    // A level met exactly may be a hair off in doubles; no price lies that near.
    if (((point.last - entry) * sign * 100) / Math.abs(entry) < needed - 1e-9) continue
    const next = Math.min(points[index + 1]?.at ?? until, until)
    let seen = Math.max(0, next - point.at)
    for (const gap of row.provenance.gaps) seen -= Math.max(0, Math.min(next, gap.to) - Math.max(point.at, gap.from))
    ms += Math.max(0, seen)
  }
  return { level: level.fixed(level.cmp(Q.of(1)) < 0 ? 1 : 0), ms }
}

// Alerts

/** right, wrong, or not settled. */
export function verdict(world: World, row: StoredTrade, alert: StoredAlert): 'right' | 'wrong' | 'open' {
  const entries = row.fills.filter((fill) => fill.role === 'ENTRY' && fill.at <= alert.at)
  const entry =
    sum(entries.map((fill) => Q.of(fill.price).times(Q.of(fill.quantity))))
      .over(sum(entries.map((fill) => Q.of(fill.quantity))))
      ?.abs() ?? ZERO
  const risk = row.plan?.risk ?? null
  const half = risk === null ? ZERO : (Q.of(risk.entryPrice).minus(Q.of(risk.stop)).abs().over(Q.of(2)) as Q)
  const move = half.sign > 0 ? half : entry.times(Q.of('0.01'))
  const close = row.closedAt === null ? null : world.dayOf(row.closedAt, row.conId)
  const until = row.closedAt === null || close === null ? 0 : Math.max(world.closeOf(close, row.conId), row.closedAt + 2 * 3_600_000)
  const after = [
    ...(world.points.get(row.tradeId) ?? []).filter((point) => point.at > alert.at).map(({ last }) => last),
    ...(world.prices.get(row.conId) ?? []).filter(({ at }) => at > (row.closedAt ?? Number.POSITIVE_INFINITY) && at <= until).map(({ price }) => price),
  ]
  // As above: prices are ticks apart, not a billionth.
  const far = Number(move.fixed(12)) - 1e-9
  for (const price of after) {
    const gone = (price - Number(alert.price)) * (row.side === 'LONG' ? 1 : -1)
    if (gone <= -far) return 'right'
    if (gone >= far) return 'wrong'
  }
  return 'open'
}

/** The gross running result when an alert fired. */
export function resultThen(row: StoredTrade, alert: Pick<StoredAlert, 'at' | 'price'>): Q {
  const fills = row.fills.filter((fill) => fill.at <= alert.at)
  const signed = (fill: (typeof fills)[number]) => Q.of(fill.quantity).times(Q.of(fill.side === 'BUY' ? 1 : -1))
  const held = sum(fills.map(signed))
  return held
    .times(Q.of(alert.price))
    .minus(sum(fills.map((fill) => signed(fill).times(Q.of(fill.price)))))
    .times(Q.of(row.multiplier))
}

export function ignored(row: StoredTrade, alert: StoredAlert): boolean {
  return alert.state === 'RAISED' && !row.fills.some((fill) => fill.role === 'EXIT' && fill.at >= alert.at && fill.at <= alert.at + 600_000)
}

/** The first price after a stopped-out loser that was as far in profit as was at stake. */
export function noise(world: World, told: Told): { readonly price: number; readonly at: Instant } | null {
  const { row, gross } = told
  const risk = row.plan?.risk ?? null
  if (told.section !== 'CLOSED' || risk === null || gross === null || gross.sign >= 0 || told.gaveBack !== null || row.closedAt === null) return null
  const stake = Q.of(risk.entryPrice).minus(Q.of(risk.stop)).abs()
  const until = Math.max(world.closeOf(world.dayOf(row.closedAt, row.conId), row.conId), row.closedAt + 2 * 3_600_000)
  const sign = row.side === 'LONG' ? 1 : -1
  const far = (price: number) => (price - Number(row.entryPrice)) * sign >= Number(stake.fixed(12)) - 1e-9
  return stake.sign === 0
    ? null
    : ((world.prices.get(row.conId) ?? []).find(({ at, price }) => at > (row.closedAt as Instant) && at <= until && far(price)) ?? null)
}

// Sums

export interface Sums {
  readonly closed: readonly Told[]
  readonly open: readonly Told[]
  readonly gross: Q
  readonly net: Q | null
  readonly commission: Q | null
  readonly unknown: number
  readonly told: Q
  readonly wins: readonly Q[]
  readonly losses: readonly Q[]
  readonly results: readonly Q[]
  readonly rs: readonly Q[]
  readonly gaveBack: Q
  readonly capture: Q | null
  readonly entryEfficiency: Q | null
  readonly exitEfficiency: Q | null
  readonly openGross: Q | null
}

export function sums(trades: readonly Told[]): Sums {
  const closed = trades.filter((trade) => trade.section === 'CLOSED')
  const open = trades.filter((trade) => trade.section === 'OPENED' || trade.section === 'CARRIED')
  const all = (of: (trade: Told) => Q | null, some = closed) => (some.some((trade) => of(trade) === null) ? null : sum(some.map((trade) => of(trade) as Q)))
  const net = all((trade) => trade.net)
  const gross = all((trade) => trade.gross) as Q
  const results = closed.map((trade) => (net === null ? trade.gross : trade.net) as Q)
  const best = sum(known(closed.map((trade) => trade.mfe.pnl)))
  const efficiencies = known(closed.map((trade) => trade.efficiency))
  return {
    ...{ closed, open, gross, net, results },
    commission: all((trade) => trade.commission),
    unknown: closed.filter((trade) => trade.commission === null).length,
    told: net ?? gross,
    wins: results.filter((one) => one.sign > 0),
    losses: results.filter((one) => one.sign < 0),
    rs: known(closed.map((trade) => trade.r)),
    gaveBack: sum(known(closed.map((trade) => trade.gaveBack))),
    capture: best.sign > 0 ? share(gross, best) : null,
    entryEfficiency: mean(efficiencies.map((one) => one.entry)),
    exitEfficiency: mean(efficiencies.map((one) => one.exit)),
    openGross: all((trade) => trade.gross, open),
  }
}

export function meanKnown(all: readonly (Q | null)[]): Q | null {
  return mean(known(all))
}
