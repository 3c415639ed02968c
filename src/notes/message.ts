// What a message says: alerts, or trouble of the recorder itself, put into words when it is sent, so that a trade closed meanwhile reads so.
// Pure. Nothing leaves here that PRIVACY keeps, and every account goes by its alias. Layout is the channel's (notify/).
import { type Decimal, type DecimalText, decimal } from '#core/decimal.ts'
import type { Instrument } from '#core/facts.ts'
import { zoneOf } from '#core/session.ts'
import type { StoredAlert, StoredTrade } from '#core/stored.ts'
import { isRemoved, SYSTEM_ALERTS, type SystemAlert } from '#core/system-alert.ts'
import type { Taking } from '#core/take.ts'
import { type Instant, wallClock } from '#core/time.ts'
import { SEVERITIES, type Severity, type TrajectoryPoint } from '#core/trade.ts'
import { alertText } from './alert.ts'
import { briefPercent, price, quantity, signedMoney } from './format.ts'
import type { Templates } from './templates.ts'

/** The words and numbers of one message; a channel makes of it what its receiver can show. */
export interface Wording {
  readonly severity: Severity
  readonly title: string
  readonly lines: readonly string[]
  readonly path: readonly number[]
  readonly data: Readonly<Record<string, unknown>>
}

export interface MessageRoom {
  readonly templates: Templates
  readonly accountAliases: Readonly<Record<string, string>>
  readonly privacy: 'full' | 'percent'
  /** The reader's own clock, for what belongs to no exchange. */
  readonly timeZone: string
}

/** An alert with what is known of its trade now, not when it fired. */
export interface Told {
  readonly alert: StoredAlert
  /** null: a correction took the trade away. */
  readonly trade: StoredTrade | null
  readonly instrument: Pick<Instrument, 'timeZone' | 'localSymbol'>
  readonly ruleKind: string | null
  /** '1/3': what a tier suggests taking. */
  readonly take: string | null
  /** What of it is left to take now; null where nothing is known of it. */
  readonly taking: Taking | null
  readonly points: readonly TrajectoryPoint[]
}

/** Alerts of one moment: 'PAPER NVDA −4.0 %: hard stop, trailing, giveback'. */
export function alertMessage(told: readonly Told[], room: MessageRoom): Wording {
  const { templates } = room
  const [first] = told as readonly [Told, ...Told[]]
  const { alert, trade, instrument } = first
  const zone = zoneOf(instrument)
  const now = trade === null ? null : resultNow(trade)
  const fired = briefPercent(percentFired(told))
  const ended = trade?.status === 'CLOSED' && now !== null
  const isStop = ended && now.lt(0) && told.some(({ ruleKind }) => ruleKind !== null && STOPS.includes(ruleKind))
  const words = ended ? templates.words.ends[isStop ? 'stopped' : 'closed'] : null
  const shownNow = now === null ? null : briefPercent(now)
  const text = templates.alertMessage({
    mode: modeOf(first),
    label: labelOf(first),
    side: trade === null ? null : templates.words.sides[trade.side],
    ended: words,
    pct: ended ? shownNow : fired,
    rules: [...new Set(told.map((one) => ruleName(one, templates, room.privacy)))].join(templates.words.listComma),
    count: new Set(told.map((one) => one.alert.tradeId)).size,
    price: room.privacy === 'percent' ? null : price(alert.price),
    result: room.privacy === 'percent' || trade === null ? null : signedMoney(trade.grossPnl),
    currency: trade?.currency ?? null,
    time: wallClock(alert.at, zone).clock,
    zone,
    account: accountOf(alert.account, room),
    fired: ended ? fired : null,
    now: ended || shownNow === fired ? null : shownNow,
  })
  return { ...outward(text, room), severity: gravest(told), path: pathOf(first), data: alertData(told, room) }
}

/** Many alerts: a heading and a list. */
export function digestMessage(told: readonly Told[], room: MessageRoom): Wording {
  const { templates } = room
  const modes = new Set(told.map(modeOf))
  const text = templates.alertDigest({
    mode: modes.size === 1 ? [...modes][0] : null,
    count: told.length,
    symbols: [...new Set(told.map(labelOf))].join(templates.words.listComma),
    alerts: told.map((one) => {
      const named = { ...one.alert, ruleId: ruleName(one, templates, room.privacy), tier: 0 }
      const { trade } = one
      if (trade === null) return room.privacy === 'full' ? named.message : `${named.symbol} ${named.ruleId} ${briefPercent(named.pct) ?? ''}`.trim()
      // What is told long after says where it stands by now.
      const now = named.state === 'RAISED' ? null : briefPercent(resultNow(trade))
      return alertText({ alert: named, trade, instrument: one.instrument, templates, now, showPrice: room.privacy === 'full' })
    }),
  })
  return { ...outward(text, room), severity: gravest(told), path: [], data: alertData(told, room) }
}

/** A level that prices told later show to have been passed while nobody heard them. */
export interface PassedLevel {
  readonly label: string
  readonly pct: DecimalText | null
  readonly at: Instant
  readonly now: Decimal | null
}

/** Trouble that begins, or is over: 'blind 14:02–14:31: NVDA passed −3.0 % at 14:11, now −1.2 %'. */
export function systemMessage(system: SystemAlert, turn: 'raised' | 'over', levels: readonly PassedLevel[], room: MessageRoom): Wording {
  const { templates, timeZone } = room
  const clock = (at: Instant) => wallClock(at, timeZone).clock.slice(0, 5)
  const removed = turn === 'over' && isRemoved(system)
  const details = removed ? system.details.slice(0, -1) : detailsOf(system, room)
  const text = templates.alertSystem({
    mode: system.paper ? 'PAPER' : null,
    words: removed ? templates.words.channelRemoved : templates.words.systemAlerts[system.kind][turn],
    since: clock(system.since),
    until: turn === 'over' && system.until !== null ? clock(system.until) : null,
    details: details.join(templates.words.listComma) || null,
    levels: levels.map((level) => ({
      label: level.label,
      pct: briefPercent(level.pct),
      time: clock(level.at),
      now: level.now === null ? null : briefPercent(level.now),
    })),
  })
  const { title, lines } = outward(text, room)
  const { severity } = SYSTEM_ALERTS[system.kind]
  const data = {
    system: {
      id: system.id,
      kind: system.kind,
      subject: system.subject,
      turn,
      mode: system.paper ? 'PAPER' : null,
      since: instant(system.since),
      until: system.until === null ? null : instant(system.until),
    },
  }
  return { severity: turn === 'over' ? 'info' : severity, title, lines, path: [], data }
}

/** What is at odds, but not how large it is where amounts stay here ('IBM DU1: 100 / 300'). */
function detailsOf({ kind, details }: SystemAlert, { privacy }: MessageRoom): readonly string[] {
  return kind === 'BROKER_DISAGREES' && privacy === 'percent' ? details.map((line) => line.replace(/:[^:]*$/, '')) : details
}

/** The result of a trade in percent of its entry, at its last price or its exit; null where the entry is 0. */
export function resultNow(trade: StoredTrade): Decimal | null {
  return percentAt(trade, trade.exitPrice !== null && trade.status === 'CLOSED' ? trade.exitPrice : trade.lastPrice)
}

const STOPS = ['MAE_STOP', 'TRAILING_STOP', 'GIVEBACK']
/** Their `pct` is the best percentage so far, not the one of the moment. */
const OF_THE_BEST = ['MFE_TARGET', 'TIME_STOP']
const PATH_MAX = 24

function percentFired(told: readonly Told[]): Decimal | null {
  const ofTheMoment = told.find(({ ruleKind }) => ruleKind === null || !OF_THE_BEST.includes(ruleKind)) ?? null
  if (ofTheMoment !== null) return ofTheMoment.alert.pct === null ? null : decimal(ofTheMoment.alert.pct)
  const [first] = told
  return first === undefined || first.trade === null ? null : percentAt(first.trade, first.alert.price)
}

function percentAt({ side, entryPrice }: StoredTrade, at: DecimalText): Decimal | null {
  const entry = decimal(entryPrice)
  if (entry.eq(0)) return null
  const gain = side === 'LONG' ? decimal(at).minus(entry) : entry.minus(at)
  return gain.times(100).div(entry.abs())
}

/** The price's path in percent of the entry, a point for each part of the trade's life. */
function pathOf({ trade, points }: Told): number[] {
  const entry = Number(trade?.entryPrice ?? 0)
  if (trade === null || entry === 0 || points.length < 2) return []
  const sign = trade.side === 'LONG' ? 1 : -1
  const step = Math.max(1, points.length / PATH_MAX)
  const shown: number[] = []
  for (let at = step; Math.ceil(at) <= points.length; at += step) shown.push(points[Math.ceil(at) - 1]?.last ?? entry)
  return shown.map((last) => Math.round(((sign * (last - entry)) / Math.abs(entry)) * 10_000) / 100)
}

function alertData(told: readonly Told[], room: MessageRoom): Record<string, unknown> {
  const isFull = room.privacy === 'full'
  return {
    alerts: told.map(({ alert, trade, ruleKind, take, taking }) => ({
      id: alert.id,
      ruleId: alert.ruleId,
      ruleVersion: alert.ruleVersion,
      kind: ruleKind,
      tier: alert.tier,
      take,
      severity: alert.severity,
      state: alert.state,
      at: instant(alert.at),
      pct: alert.pct,
      symbol: alert.symbol,
      account: accountOf(alert.account, room),
      tradeId: alert.tradeId.replace(`:${alert.account}:`, `:${accountOf(alert.account, room)}:`),
      unit: alert.unit,
      mode: trade?.mode ?? null,
      side: trade?.side ?? null,
      status: trade?.status ?? null,
      resultPct: trade === null ? null : (resultNow(trade)?.round(4).toFixed() ?? null),
      ...(isFull
        ? { price: alert.price, grossPnl: trade?.grossPnl ?? null, currency: trade?.currency ?? null, takeQuantity: taking?.quantity?.toFixed() ?? null }
        : {}),
    })),
  }
}

/** 'hard stop', 'target 2 (take 1/3: 33)': by the rule's own name where it has words, else its id. How many that are leaves only where amounts may. */
function ruleName({ alert, take, taking }: Told, { words }: Templates, privacy: MessageRoom['privacy']): string {
  const name = words.rules[alert.ruleId] ?? alert.ruleId.replaceAll('-', ' ')
  const tier = take !== null || alert.tier > 0 ? ` ${alert.tier + 1}` : ''
  const count = privacy === 'percent' || taking === null || taking.quantity === null ? '' : `: ${quantity(taking.quantity.toFixed())}`
  return `${name}${tier}${take === null || taking?.satisfied === true ? '' : ` (${words.take} ${take}${count})`}`
}

function labelOf({ alert, trade, instrument }: Told): string {
  return trade === null || trade.secType === 'STK' ? alert.symbol : (instrument.localSymbol ?? alert.symbol)
}

/** Said before everything else: no real money. */
function modeOf({ trade }: Told): string | null {
  return trade === null || trade.mode === 'LIVE' ? null : trade.mode
}

function accountOf(account: string, { accountAliases }: MessageRoom): string {
  return Object.hasOwn(accountAliases, account) ? (accountAliases[account] as string) : account
}

function gravest(told: readonly Told[]): Severity {
  return SEVERITIES[Math.max(...told.map(({ alert }) => SEVERITIES.indexOf(alert.severity)))] ?? 'info'
}

/** First line and rest, without any account number that has an alias: brokers put them into their own words too. */
function outward(text: string, room: MessageRoom): { title: string; lines: string[] } {
  // A number within a longer one is another account.
  const accounts = Object.keys(room.accountAliases).map((account) => `(?<![A-Za-z0-9])${RegExp.escape(account)}(?![A-Za-z0-9])`)
  const said = accounts.length === 0 ? text : text.replace(new RegExp(accounts.join('|'), 'g'), (account) => accountOf(account, room))
  const [title = '', ...lines] = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return { title, lines }
}

function instant(at: Instant): string {
  return new Date(at).toISOString()
}
