// The pictures of a day's card and of its trades: which there are, what they are called, what stands in them. Pure: the same review, the same bytes.
import { createHash } from 'node:crypto'
import { dayResult } from '#charts/day.ts'
import { distribution, medianOf } from '#charts/distribution.ts'
import { COLOURS, type ColourCustom } from '#charts/palette.ts'
import { scatter } from '#charts/scatter.ts'
import { sparkline } from '#charts/sparkline.ts'
import { trajectory } from '#charts/trajectory.ts'
import { type DecimalText, plain, decimal } from '#core/decimal.ts'
import type { Instrument } from '#core/facts.ts'
import { together, walk } from '#core/path.ts'
import type { AccountReview, CurrencyResult, Review, ReviewedTrade } from '#core/review.ts'
import { seenOf } from '#core/reviewed-trade.ts'
import type { StandingRule } from '#core/rule-review.ts'
import { concerns, valueIn } from '#core/rules.ts'
import { addDays, endOfDay, marketDay, sessionsOf } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Day, Instant } from '#core/time.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import type { Known } from '#core/verdict.ts'
import { clockTime, quantity, signedMoney, signedPercent } from './format.ts'
import type { Templates } from './templates.ts'

/** What pictures are made of, beside the review itself. */
export interface PictureInput {
  readonly day: Day
  /** Rows, by trade id. */
  readonly trades: ReadonlyMap<string, StoredTrade>
  readonly trajectories: ReadonlyMap<string, readonly TrajectoryPoint[]>
  readonly shadows: ReadonlyMap<string, Known['shadow']>
  readonly instruments: ReadonlyMap<number, Instrument>
  readonly rules: readonly StandingRule[]
  /** Closed before the day, for the distributions. */
  readonly history: readonly StoredTrade[]
  readonly templates: Templates
  readonly colours: ColourCustom
}

export interface Picture {
  /** Relative to the notes folder, with forward slashes. */
  readonly path: string
  readonly content: string
}

/** A picture with the words that stand for it. */
export type Titled = Picture & { readonly alt: string }

const FOLDER = '_charts'
/** The distributions are of the last so many trades that closed, the day's own last. */
const TRADES_COUNTED = 100
/** Fewer make no distribution. */
const TRADES_NEEDED = 5

export function sparklinePath(trade: Pick<ReviewedTrade, 'symbol' | 'tradeId'>, day: Day): string {
  return `${FOLDER}/${tradeName(trade, day)}.svg`
}

export function trajectoryPath(trade: Pick<ReviewedTrade, 'symbol' | 'tradeId'>, day: Day): string {
  return `${FOLDER}/${tradeName(trade, day)}-path.svg`
}

/** Unique in a whole vault and safe on every file system: the day, the symbol's plain letters, a hash of the trade's id. */
export function tradeName(trade: Pick<ReviewedTrade, 'symbol' | 'tradeId'>, day: Day): string {
  const symbol = trade.symbol.replace(/[^A-Za-z0-9]+/g, '').slice(0, 20)
  const id = createHash('sha256').update(trade.tradeId).digest('hex').slice(0, 10)
  return [day, symbol, id].filter((part) => part !== '').join('-')
}

function accountPicture(kind: string, { account, mode }: AccountReview, day: Day, currency = ''): string {
  const id = createHash('sha256').update(`${mode} ${account}`).digest('hex').slice(0, 6)
  return `${FOLDER}/${[day, kind, currency, id].filter((part) => part !== '').join('-')}.svg`
}

export function headline(trade: ReviewedTrade, { words }: Templates): string {
  return `${trade.label} ${words.sides[trade.side]} ${quantity(trade.quantity)}: ${signedPercent(trade.pct) ?? words.unknown}`
}

/** 'scale-out 2' for the second tier of a rule. */
export function ruleName(alert: { readonly ruleId: string; readonly tier: number }): string {
  return alert.tier === 0 ? alert.ruleId : `${alert.ruleId} ${alert.tier + 1}`
}

/** The sparkline and the trajectory of one trade, as the day knew it. */
function tradePictures(trade: ReviewedTrade, input: PictureInput): Titled[] {
  const { day, templates } = input
  const { words } = templates
  const row = input.trades.get(trade.tradeId)
  const points = (input.trajectories.get(trade.tradeId) ?? []).filter((point) => point.at < trade.knownUntil)
  const entry = Number(trade.entryPrice)
  const colours = COLOURS[input.colours]
  const time = (at: Instant | null) => clockTime(at, trade.timeZone, day)
  const extreme = (reached: ReviewedTrade['mfe']) => (reached.pct === null ? words.unknown : `${signedPercent(reached.pct)} ${words.at} ${time(reached.pctAt)}`)
  const sessions = sessionsAround(trade, input)
  const gaps = unseenIn(trade, row)
  const alt = headline(trade, templates)
  return [
    { path: sparklinePath(trade, day), alt, content: sparkline(points, { entry, side: trade.side, title: alt, gaps, colours }) },
    {
      path: trajectoryPath(trade, day),
      alt,
      content: trajectory({
        title: `${trade.label} ${words.sides[trade.side]} ${quantity(trade.quantity)}`,
        subtitle: `${day}, ${words.result} ${signedMoney(trade.gross) ?? words.unknown} ${trade.currency} (${signedPercent(trade.pct) ?? words.unknown})`,
        side: trade.side,
        currency: trade.currency,
        timeZone: trade.timeZone,
        entry,
        stop: trade.initialStop === null ? null : Number(trade.initialStop),
        stopMoves: trade.stopMoves.map(({ at, to }) => ({ at, to: Number(to) })),
        targets: row === undefined ? [] : targetsOf(row, input.rules),
        shadow: input.shadows.get(trade.tradeId) ?? [],
        ...(sessions === null ? {} : { sessions }),
        openedAt: trade.openedAt,
        closedAt: trade.closedAt,
        points,
        gaps,
        fills: (row?.fills ?? []).filter((fill) => fill.at < trade.knownUntil).map((fill) => ({ ...fill, price: Number(fill.price) })),
        alerts: trade.alerts.map((alert) => ({ at: alert.at, price: Number(alert.price), label: `${ruleName(alert)} ${time(alert.at)}` })),
        mfeLabel: extreme(trade.mfe),
        maeLabel: extreme(trade.mae),
        words: words.chart,
        colours,
      }),
    },
  ]
}

/** When nobody heard its prices, in all its life: a picture reaches back beyond the day. Of a trade of which only fills were seen, all the time between them. */
export function unseenIn(
  { source, gaps, openedAt, closedAt, knownUntil }: ReviewedTrade,
  row: Pick<StoredTrade, 'provenance'> | undefined,
): ReviewedTrade['gaps'] {
  if (source === 'ENTRY') return [{ from: openedAt, to: closedAt ?? knownUntil }]
  return (row?.provenance.gaps ?? gaps).filter((gap) => gap.from < knownUntil)
}

/** The prices at which a rule would have something taken. */
function targetsOf(trade: StoredTrade, rules: readonly StandingRule[]): { readonly price: number; readonly label: string }[] {
  const entry = Number(trade.entryPrice)
  const sign = trade.side === 'LONG' ? 1 : -1
  return rules
    .filter(({ rule }) => rule.kind === 'MFE_TARGET' && concerns(rule, trade))
    .flatMap(({ rule }) => rule.tiers.flatMap(({ threshold }) => valueIn('pct', threshold) ?? []))
    .map((pct) => ({ price: entry + (sign * Number(pct) * Math.abs(entry)) / 100, label: `${plain(pct)} %` }))
}

/** The regular sessions of the days a picture covers; null where they are not known. */
function sessionsAround(trade: ReviewedTrade, { instruments }: PictureInput): readonly { readonly from: Instant; readonly to: Instant }[] | null {
  const hours = instruments.get(trade.conId)
  if (hours === undefined) return null
  const last = marketDay(trade.closedAt ?? trade.knownUntil - 1, hours)
  const sessions: { readonly from: Instant; readonly to: Instant }[] = []
  for (let day = marketDay(trade.openedAt, hours); day <= last; day = addDays(day, 1)) {
    const known = sessionsOf(day, hours)
    if (known === null) return null
    sessions.push(...known)
  }
  return sessions
}

export interface AccountPictures {
  /** One a currency: the day's running result. */
  readonly days: readonly Titled[]
  /** Over the last trades; none where they are too few. */
  readonly last: readonly Titled[]
}

/** Of whole accounts, for the notes that show them. */
export type Drawn = ReadonlyMap<AccountReview, AccountPictures>

export function drawnOf({ accounts }: Review, input: PictureInput): Drawn {
  return new Map(accounts.map((account) => [account, accountPictures(account, input)]))
}

/** Every picture the card of a review refers to, account by account; each is drawn when it is asked for, so that others may have their turn between two. */
export function* reviewPictures({ accounts }: Review, input: PictureInput, drawn?: Drawn): Generator<Titled, void> {
  for (const account of accounts) {
    for (const trade of account.trades) yield* tradePictures(trade, input)
    const { days, last } = drawn?.get(account) ?? accountPictures(account, input)
    yield* days
    yield* last
  }
}

function accountPictures(account: AccountReview, input: PictureInput): AccountPictures {
  return { days: account.results.flatMap((result) => dayPicture(account, result, input)), last: lastPictures(account, input) }
}

function dayPicture(account: AccountReview, { currency }: CurrencyResult, input: PictureInput): Titled[] {
  const { day, templates } = input
  const words = templates.words.pictures
  const trades = account.trades.filter((trade) => trade.section !== 'HELD' && trade.currency === currency)
  const zone = trades[0]?.timeZone
  const from = Math.min(...trades.map((trade) => Math.max(trade.openedAt, startOf(trade, input))))
  const until = Math.max(...trades.map((trade) => trade.knownUntil))
  const path = together(
    trades.flatMap((trade) => {
      const row = input.trades.get(trade.tradeId)
      const points = input.trajectories.get(trade.tradeId) ?? []
      return row === undefined ? [] : [{ steps: walk(row, points), openedAt: trade.openedAt }]
    }),
    from,
    until,
  )
  // A line needs two points and a day of one trade is that trade's own picture.
  if (path.length < 2 || trades.length < 2 || zone === undefined) return []
  const best = path.reduce((most, point) => (point.result > most.result ? point : most))
  const worst = path.reduce((least, point) => (point.result < least.result ? point : least))
  const said = (point: { readonly at: Instant; readonly result: number }) =>
    `${signedMoney(text(point.result))} ${templates.words.at} ${clockTime(point.at, zone, day)?.slice(0, -3)}`
  const title = fill(words.dayTitle, day)
  return [
    {
      path: accountPicture('day', account, day, currency),
      alt: title,
      content: dayResult({
        title,
        subtitle: `${fill(words.trades, String(trades.length))}, ${signedMoney(text(path.at(-1)?.result ?? 0))} ${currency}`,
        vertical: fill(words.running, currency),
        horizontal: fill(words.time, zone),
        best: fill(words.best, said(best)),
        worst: fill(words.worst, said(worst)),
        timeZone: zone,
        path,
        gaps: trades.flatMap((trade) => unseenIn(trade, input.trades.get(trade.tradeId))),
        colours: COLOURS[input.colours],
      }),
    },
  ]
}

/** The first moment of the day under review for a trade: what it made before is not the day's. */
function startOf(trade: ReviewedTrade, { day, instruments }: PictureInput): Instant {
  return trade.openedOn === day ? trade.openedAt : endOfDay(addDays(day, -1), instruments.get(trade.conId) ?? {})
}

function lastPictures(account: AccountReview, input: PictureInput): Titled[] {
  const { day, templates, history } = input
  const words = templates.words.pictures
  const colours = COLOURS[input.colours]
  const today = account.trades.flatMap((trade) => (trade.section === 'CLOSED' ? (input.trades.get(trade.tradeId) ?? []) : []))
  const before = history.filter((trade) => trade.account === account.account && trade.mode === account.mode && !trade.held && trade.closedAt !== null)
  const last = [...before, ...today].sort((a, b) => (a.closedAt ?? 0) - (b.closedAt ?? 0) || (a.tradeId < b.tradeId ? -1 : 1)).slice(-TRADES_COUNTED)
  const numbers = (of: (trade: StoredTrade) => DecimalText | null) => last.flatMap((trade) => (of(trade) === null ? [] : [Number(of(trade))]))
  const spread = (kind: string, side: 'favourable' | 'adverse', title: string, measure: string, values: readonly number[]) => {
    if (values.length < TRADES_NEEDED) return []
    const median = medianOf(values.toSorted((a, b) => a - b)).toFixed(2)
    const subtitle = fill(words.trades, String(values.length))
    return [
      {
        path: accountPicture(kind, account, day),
        alt: title,
        content: distribution({ title, subtitle, measure, count: words.count, median: fill(words.median, median), values, kind: side, colours }),
      },
    ]
  }
  const dots = last.flatMap((trade) => {
    const entered = decimal(trade.entryPrice).abs().times(trade.quantity).times(trade.multiplier)
    const { pct } = seenOf(trade).mae
    return pct === null || entered.eq(0) ? [] : [{ mae: Number(pct), result: (Number(trade.grossPnl) * 100) / Number(entered) }]
  })
  return [
    ...spread(
      'mfe',
      'favourable',
      words.mfeTitle,
      words.mfe,
      numbers((trade) => seenOf(trade).mfe.pct),
    ),
    ...spread(
      'drawdown',
      'adverse',
      words.drawdownTitle,
      words.drawdown,
      numbers((trade) => seenOf(trade).drawdownPct),
    ),
    ...(dots.length < TRADES_NEEDED
      ? []
      : [
          {
            path: accountPicture('mae', account, day),
            alt: words.scatterTitle,
            content: scatter({
              title: words.scatterTitle,
              subtitle: fill(words.trades, String(dots.length)),
              horizontal: words.mae,
              vertical: words.result,
              winner: words.winner,
              loser: words.loser,
              even: words.even,
              points: dots,
              colours,
            }),
          },
        ]),
  ]
}

function text(amount: number): DecimalText {
  return amount.toFixed(2)
}

function fill(words: string, value: string): string {
  return words.replace('{n}', value)
}
