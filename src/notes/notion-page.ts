// A review as pages in Notion: the properties and the blocks of a day and of each of its trades, within Notion's limits. Pure.
// Nothing leaves that PRIVACY or an alias keeps here: not in a title, a table, a key or a picture. Never asks Notion anything (notion.ts does).
import { createHash } from 'node:crypto'
import type { BlockObjectRequest } from '@notionhq/client'
import { type DecimalText, decimal, plain } from '#core/decimal.ts'
import type { AccountReview, CurrencyResult, Review, ReviewedAlert, ReviewedTrade } from '#core/review.ts'
import { type Liquidated, SECTIONS } from '#core/reviewed-trade.ts'
import { addDays } from '#core/session.ts'
import { share } from '#core/tally.ts'
import { type Day, type Instant, printInstant, wallClock } from '#core/time.ts'
import type { Mode } from '#core/trade.ts'
import { clockTime, inR, money, price, quantity, rounded, signedMoney, signedPercent, wholePercent } from './format.ts'
import { callout, facts, heading, line, type Rows, table } from './notion-blocks.ts'
import { differenceBlocks, qualityText, ruleBlocks, strategyBlocks, trailingText } from './notion-account.ts'
import { aliasOf, type PageStyle } from './notion-style.ts'
import { NOTION_WORDS } from './notion-words.ts'
import { ruleName } from './pictures.ts'
import type { Said } from './said.ts'

export type Role = 'days' | 'trades'

export type PropertyValue =
  | { readonly type: 'title' | 'rich_text'; readonly text: string }
  | { readonly type: 'number'; readonly number: number | null }
  | { readonly type: 'select'; readonly name: string | null }
  | { readonly type: 'multi_select'; readonly names: readonly string[] }
  | { readonly type: 'date'; readonly start: string | null }
  | { readonly type: 'relation'; readonly pages: readonly string[] }

/** Our properties by name; names and keys never change with the language. The first rich text holds the key. */
export const SCHEMAS = {
  days: {
    Name: 'title',
    'Day Key': 'rich_text',
    Day: 'date',
    Modes: 'multi_select',
    Accounts: 'multi_select',
    Currency: 'select',
    Net: 'number',
    Gross: 'number',
    Commission: 'number',
    Closed: 'number',
    Wins: 'number',
    Losses: 'number',
    'Win Rate %': 'number',
    'Mean R': 'number',
    'Gave Back': 'number',
    Open: 'number',
    Alerts: 'number',
  },
  trades: {
    Name: 'title',
    'Trade Key': 'rich_text',
    Day: 'date',
    'Day Page': 'relation',
    Symbol: 'select',
    Side: 'select',
    Mode: 'select',
    Status: 'select',
    Account: 'select',
    Strategy: 'select',
    Tags: 'multi_select',
    Mistakes: 'multi_select',
    Rating: 'number',
    'Result %': 'number',
    R: 'number',
    'MFE %': 'number',
    'MAE %': 'number',
    'Gave Back %': 'number',
    Net: 'number',
    Gross: 'number',
    Commission: 'number',
    'Gave Back': 'number',
    Currency: 'select',
    Quantity: 'number',
    Entry: 'number',
    Exit: 'number',
    Stop: 'number',
    Opened: 'date',
    Closed: 'date',
    'Coverage %': 'number',
    Alerts: 'number',
  },
} as const satisfies Record<Role, Record<string, PropertyValue['type']>>

export const KEY_PROPERTY = { days: 'Day Key', trades: 'Trade Key' } as const satisfies Record<Role, string>

export interface Picture {
  /** Without an ending. */
  readonly name: string
  readonly caption: string
  readonly svg: string
}

/** A block as Notion takes it, or a picture that has to be uploaded first. */
export type DraftBlock = BlockObjectRequest | Picture

export interface PageDraft {
  readonly role: Role
  readonly key: string
  /** What our box says of itself. */
  readonly managed: string
  readonly properties: Readonly<Record<string, PropertyValue>>
  readonly blocks: readonly DraftBlock[]
  /** Up to when the world was known to it. */
  readonly knownUntil: Instant
}

/** The picture of a trade; null: none. */
export type PictureOf = (trade: ReviewedTrade) => Picture | null

const GAPS_LISTED = 6

export function dayKey(day: Day): string {
  return `day:${day}`
}

export const TRADE_KEY = 'trade:'

/** A hash: a trade's id holds the account's number, and an alias given later must not make another page. */
export function tradeKey(tradeId: string): string {
  return `${TRADE_KEY}${createHash('sha256').update(tradeId).digest('hex').slice(0, 20)}`
}

export function dayPage(review: Review, style: PageStyle, pictureOf: PictureOf): PageDraft {
  const words = NOTION_WORDS[style.language]
  const modes = [...new Set(review.accounts.map((account) => account.mode))]
  const only = modes.length === 1 ? modes[0] : undefined
  const weekday = style.words.weekdays[new Date(`${review.day}T00:00:00Z`).getUTCDay()] ?? ''
  const blocks = review.quiet
    ? [callout(words.quiet, 'gray_background', '☕')]
    : review.accounts.flatMap((account) => accountBlocks(account, review, style, pictureOf))
  return {
    role: 'days',
    key: dayKey(review.day),
    managed: words.managed,
    properties: {
      Name: { type: 'title', text: `${modeMark(only)}${review.day} ${weekday}`.trim() },
      'Day Key': { type: 'rich_text', text: dayKey(review.day) },
      Day: { type: 'date', start: review.day },
      Modes: { type: 'multi_select', names: modes },
      Accounts: { type: 'multi_select', names: [...new Set(review.accounts.map((account) => option(aliasOf(account.account, style))))] },
      ...dayNumbers(review, style),
    },
    blocks,
    // No zone's day ends later. Always the same: a page whose trades were all taken back is no older for it.
    knownUntil: Date.parse(addDays(review.day, 2)),
  }
}

/** Sums over accounts, only where they are of one kind: a paper number never meets a live one, nor a dollar a euro. */
function dayNumbers(review: Review, { privacy }: PageStyle): Record<string, PropertyValue> {
  const results = review.accounts.flatMap((account) => account.results)
  const one = new Set(review.accounts.map((account) => account.mode)).size === 1 && new Set(results.map((result) => result.currency)).size === 1
  const sum = (pick: (result: CurrencyResult) => DecimalText | null): DecimalText | null => {
    const picked = results.map(pick)
    if (!one || results.length === 0 || picked.includes(null)) return null
    return plain(picked.reduce((total, value) => total.plus(value ?? 0), decimal(0)))
  }
  const count = (pick: (result: CurrencyResult) => number) => results.reduce((total, result) => total + pick(result), 0)
  const single = results.length === 1 ? results[0] : undefined
  return {
    Closed: { type: 'number', number: count((result) => result.closed) },
    Wins: { type: 'number', number: count((result) => result.wins) },
    Losses: { type: 'number', number: count((result) => result.losses) },
    'Win Rate %': numberOf(single?.winRate ?? null),
    'Mean R': numberOf(single?.meanR ?? null),
    Open: { type: 'number', number: count((result) => result.open) },
    Alerts: { type: 'number', number: review.accounts.reduce((total, account) => total + account.alerts.length, 0) },
    ...amounts(privacy, {
      Currency: { type: 'select', name: one ? (results[0]?.currency ?? null) : null },
      Net: numberOf(sum((result) => result.net)),
      Gross: numberOf(sum((result) => result.gross)),
      Commission: numberOf(sum((result) => result.commission)),
      'Gave Back': numberOf(sum((result) => result.gaveBack)),
    }),
  }
}

function accountBlocks(account: AccountReview, review: Review, style: PageStyle, pictureOf: PictureOf): DraftBlock[] {
  const words = NOTION_WORDS[style.language]
  const worst = account.gaveBack[0]
  const picture = worst === undefined ? null : pictureOf(worst)
  const trades = SECTIONS.flatMap((section) => {
    const those = account.trades.filter((trade) => trade.section === section)
    return those.length === 0
      ? []
      : [
          heading(3, style.words.sections[section]),
          ...table(
            tradeHead(style),
            those.map((trade) => tradeRow(trade, style)),
          ),
        ]
  })
  return [
    ...modeBlock(account.mode, style),
    ...(review.accounts.length > 1 ? [heading(2, `${words.account} ${aliasOf(account.account, style)}`)] : []),
    ...account.results.map((result) => callout(resultText(result, style), 'default', '📒')),
    ...account.trailing.map((trailing) => line(trailingText(trailing, style))),
    ...trades,
    ...(worst === undefined ? [] : [heading(3, words.gaveBack), line(gaveBackText(worst, style))]),
    ...(picture === null ? [] : [picture]),
    ...(account.turned.length === 0
      ? []
      : [callout(`${words.turned}: ${account.turned.map((trade) => tradeName(trade, style)).join(', ')}`, 'orange_background', '↩️')]),
    ...alertBlocks(account.alerts, review.day, account.trades, style),
    ...ruleBlocks(account, review.day, style),
    ...strategyBlocks(account, style),
    ...differenceBlocks(account, review.day, style),
    callout(qualityText(account, review.day, style), 'gray_background', '🔎'),
  ]
}

function resultText(result: CurrencyResult, style: PageStyle): string {
  const words = NOTION_WORDS[style.language]
  const counted = [
    ...(result.closed === 0 ? [] : [`${words.wins(result.wins, result.closed)} (${wholePercent(result.winRate) ?? style.words.unknown})`]),
    ...(result.meanR === null ? [] : [`${words.meanR} ${inR(result.meanR)}`]),
    ...(result.open === 0 ? [] : [words.stillOpen(result.open)]),
  ]
  if (style.privacy === 'percent') return `${result.currency}: ${counted.join(' · ')}`
  const known = (text: string | null) => text ?? style.words.unknown
  const told = result.basis === 'net' ? result.net : result.gross
  return [
    `${known(signedMoney(told))} ${result.currency} ${style.words.bases[result.basis]}`,
    ...counted,
    `${words.gross} ${known(signedMoney(result.gross))}`,
    `${words.commission} ${known(money(result.commission))}`,
    ...(result.commissionsUnknown === 0 ? [] : [words.commissionsUnknown(result.commissionsUnknown)]),
    ...(result.expectancy === null ? [] : [`${words.expectancy} ${signedMoney(result.expectancy)}`]),
    ...(result.closed === 0 ? [] : [`${words.gaveBack} ${known(money(result.gaveBack))}`]),
  ].join(' · ')
}

function tradeHead(style: PageStyle): string[] {
  const words = NOTION_WORDS[style.language]
  return [words.trade, ...(style.privacy === 'percent' ? [] : [words.result]), '%', 'R', 'MFE', 'MAE', words.gaveBack]
}

function tradeRow(trade: ReviewedTrade, style: PageStyle): string[] {
  const known = (text: string | null) => text ?? style.words.unknown
  return [
    tradeName(trade, style),
    ...(style.privacy === 'percent' ? [] : [`${known(signedMoney(trade.gross))} ${trade.currency}`]),
    known(signedPercent(trade.pct)),
    trade.initialStop === null ? '' : known(inR(trade.r)),
    known(signedPercent(trade.mfe.pct)),
    known(signedPercent(trade.mae.pct)),
    trade.closedAt === null ? '' : (wholePercent(trade.gaveBackPct) ?? ''),
  ]
}

function gaveBackText(trade: ReviewedTrade, style: PageStyle): string {
  const known = (text: string | null) => text ?? style.words.unknown
  const amount = style.privacy === 'percent' || trade.gaveBack === null ? '' : `${money(trade.gaveBack)} ${trade.currency}, `
  const best = `MFE ${known(signedPercent(trade.mfe.pct))} ${style.words.at} ${known(timeOf(trade.mfe.pctAt, trade))}`
  return `${tradeName(trade, style)}: ${amount}${known(wholePercent(trade.gaveBackPct))} (${best} → ${known(signedPercent(trade.pct))})`
}

function alertBlocks(alerts: readonly ReviewedAlert[], day: Day, trades: readonly ReviewedTrade[], style: PageStyle): BlockObjectRequest[] {
  if (alerts.length === 0) return []
  const words = NOTION_WORDS[style.language]
  const open = style.privacy === 'full'
  const labels = new Map(trades.map((trade) => [trade.tradeId, trade.label]))
  const rows: Rows = alerts.map((alert) => [
    clockTime(alert.at, alert.timeZone, day) ?? '',
    labels.get(alert.tradeId) ?? alert.symbol,
    [ruleName(alert), style.words.states[alert.state]].filter((word) => word !== '').join(' · '),
    ...(open ? [price(alert.price) ?? ''] : []),
    signedPercent(alert.pct) ?? style.words.unknown,
  ])
  return [heading(3, words.alerts), ...table([words.time, words.trade, words.rule, ...(open ? [words.price] : []), '%'], rows)]
}

/** A trade with all that its page says of it. */
export interface TradeDraft {
  readonly trade: ReviewedTrade
  readonly said: Said
  readonly mode: Mode
  readonly day: Day
  /** Ids of the pages of the days it belongs to. */
  readonly dayPages: readonly string[]
}

export function tradePage({ trade, said, mode, day, dayPages }: TradeDraft, style: PageStyle, pictureOf: PictureOf): PageDraft {
  const words = NOTION_WORDS[style.language]
  const picture = pictureOf(trade)
  const headline = `${tradeName(trade, style)}: ${resultOf(trade, style)}`
  return {
    role: 'trades',
    key: tradeKey(trade.tradeId),
    managed: words.managed,
    properties: tradeProperties({ trade, said, mode, day, dayPages }, style),
    blocks: [
      ...modeBlock(mode, style),
      callout(headline, 'default', '📈'),
      ...(picture === null ? [] : [picture]),
      ...facts(tradeFacts(trade, style)),
      ...alertBlocks(trade.alerts, day, [trade], style),
      ...(trade.gaps.length === 0 ? [] : [callout(gapText(trade, style), 'gray_background', '🔎')]),
      // The trader's own words may name amounts.
      ...(trade.note === null || trade.note === '' || style.privacy === 'percent' ? [] : [line(trade.note)]),
    ],
    knownUntil: trade.knownUntil,
  }
}

/** What a person writes on a trade's page as well as we do: the newest edit stands. */
export function saidProperties({ strategy, tags, stop, mistakes, rating }: Said, { privacy }: PageStyle): Record<SaidName, PropertyValue> {
  const names = (list: readonly string[]) => [...new Set(list.map(option))].slice(0, 100)
  return {
    Strategy: { type: 'select', name: strategy === null ? null : option(strategy) },
    Tags: { type: 'multi_select', names: names(tags) },
    Mistakes: { type: 'multi_select', names: names(mistakes) },
    Rating: { type: 'number', number: rating },
    // An amount: with PRIVACY=percent it does not leave the house.
    Stop: { type: 'number', number: stop === null || privacy === 'percent' ? null : Number(stop) },
  }
}

export const SAID_ON_PAGE = ['Strategy', 'Tags', 'Mistakes', 'Rating', 'Stop'] as const
export type SaidName = (typeof SAID_ON_PAGE)[number]

/** The page of a trade that a correction took away: it stays, with whatever a person wrote there, and counts in no sum. */
export function removedPage(key: string, knownUntil: Instant, style: PageStyle): PageDraft {
  const words = NOTION_WORDS[style.language]
  const numbers = Object.entries<PropertyValue['type']>(SCHEMAS.trades).filter(([name, type]) => type === 'number' && name !== 'Rating' && name !== 'Stop')
  return {
    role: 'trades',
    key,
    managed: words.managed,
    properties: {
      Status: { type: 'select', name: 'REMOVED' },
      ...Object.fromEntries(numbers.map(([name]) => [name, { type: 'number', number: null } as const])),
    },
    blocks: [callout(style.words.removed, 'orange_background', '🚫')],
    knownUntil,
  }
}

function tradeProperties({ trade, said, mode, day, dayPages }: TradeDraft, style: PageStyle): Record<string, PropertyValue> {
  const exact = (value: DecimalText | null): PropertyValue => ({ type: 'number', number: value === null ? null : Number(value) })
  return {
    Name: { type: 'title', text: `${modeMark(mode)}${trade.label} ${style.words.sides[trade.side]} ${signedPercent(trade.pct) ?? style.words.unknown}` },
    'Trade Key': { type: 'rich_text', text: tradeKey(trade.tradeId) },
    Day: { type: 'date', start: day },
    'Day Page': { type: 'relation', pages: dayPages },
    Symbol: { type: 'select', name: option(trade.symbol) },
    Side: { type: 'select', name: trade.side },
    Mode: { type: 'select', name: mode },
    Status: { type: 'select', name: trade.closedAt === null ? 'OPEN' : 'CLOSED' },
    Account: { type: 'select', name: option(aliasOf(trade.account, style)) },
    ...saidProperties(said, style),
    'Result %': numberOf(trade.pct),
    R: numberOf(trade.r),
    'MFE %': numberOf(trade.mfe.pct),
    'MAE %': numberOf(trade.mae.pct),
    'Gave Back %': numberOf(trade.gaveBackPct),
    Opened: { type: 'date', start: printInstant(trade.openedAt) },
    Closed: { type: 'date', start: trade.closedAt === null ? null : printInstant(trade.closedAt) },
    'Coverage %': numberOf(trade.coverage),
    Alerts: { type: 'number', number: trade.alerts.length },
    ...amounts(style.privacy, {
      Net: numberOf(trade.net),
      Gross: numberOf(trade.gross),
      Commission: numberOf(trade.commission),
      'Gave Back': numberOf(trade.gaveBack),
      Currency: { type: 'select', name: trade.currency },
      Quantity: exact(trade.quantity),
      Entry: exact(trade.entryPrice),
      Exit: exact(trade.exitPrice),
    }),
  }
}

/** With PRIVACY=percent they are emptied: what an earlier setting sent does not stay. */
function amounts(privacy: PageStyle['privacy'], values: Record<string, PropertyValue>): Record<string, PropertyValue> {
  if (privacy === 'full') return values
  return Object.fromEntries(
    Object.entries(values).map(([name, { type }]) => [name, type === 'select' ? { type, name: null } : { type: 'number', number: null }]),
  )
}

function tradeFacts(trade: ReviewedTrade, style: PageStyle): Rows {
  const words = NOTION_WORDS[style.language]
  const known = (text: string | null) => text ?? style.words.unknown
  const reached = (extreme: ReviewedTrade['mfe']) =>
    extreme.pct === null ? style.words.unknown : `${signedPercent(extreme.pct)} ${style.words.at} ${known(timeOf(extreme.pctAt, trade))}`
  const open = style.privacy === 'full'
  return [
    [words.opened, known(timeOf(trade.openedAt, trade))],
    ...(trade.closedAt === null ? [] : [[words.closed, known(timeOf(trade.closedAt, trade))]]),
    ...(open
      ? [
          [words.entry, `${known(price(trade.entryPrice))} ${trade.currency}`],
          [words.exit, `${known(price(trade.exitPrice ?? trade.lastPrice))} ${trade.currency}`],
          ...(trade.initialStop === null
            ? []
            : [[words.stop, `${[trade.initialStop, ...trade.stopMoves.map(({ to }) => to)].map(price).join(' → ')} ${trade.currency}`]]),
        ]
      : []),
    ...(trade.liquidated === null ? [] : [[words.liquidated, liquidatedText(trade.liquidated, trade, style)]]),
    [words.result, resultOf(trade, style)],
    ['R', trade.initialStop === null ? style.words.unknown : known(inR(trade.r))],
    ['MFE', reached(trade.mfe)],
    ['MAE', reached(trade.mae)],
    ...(trade.gaveBack === null
      ? []
      : [[words.gaveBack, `${open ? `${money(trade.gaveBack)} ${trade.currency}, ` : ''}${known(wholePercent(trade.gaveBackPct))}`]]),
    ...(open ? [[words.commission, trade.commission === null ? style.words.unknown : `${money(trade.commission)} ${trade.currency}`]] : []),
    [words.strategy, trade.strategy ?? style.words.noStrategy],
    [words.coverage, trade.source === 'ENTRY' ? words.onlyFills : known(wholePercent(trade.coverage))],
  ]
}

/** How much of it, where quantities may be told: in percent of the whole elsewhere. */
function liquidatedText({ quantity: closed, price: at, at: when }: Liquidated, trade: ReviewedTrade, style: PageStyle): string {
  const time = timeOf(when, trade) ?? style.words.unknown
  if (style.privacy === 'full') return `${quantity(closed)} ${style.words.at} ${price(at)} ${trade.currency}, ${time}`
  return `${wholePercent(share(decimal(closed), decimal(trade.quantity))) ?? style.words.unknown}, ${time}`
}

function gapText(trade: ReviewedTrade, style: PageStyle): string {
  const words = NOTION_WORDS[style.language]
  const listed = trade.gaps.slice(0, GAPS_LISTED).map((gap) => `${timeOf(gap.from, trade)}–${timeOf(gap.to, trade)}`)
  return `${words.gap}: ${[...listed, ...(trade.gaps.length > GAPS_LISTED ? [words.more(trade.gaps.length - GAPS_LISTED)] : [])].join(', ')}`
}

function resultOf(trade: ReviewedTrade, style: PageStyle): string {
  const share = signedPercent(trade.pct) ?? style.words.unknown
  return style.privacy === 'percent' ? share : `${signedMoney(trade.gross) ?? style.words.unknown} ${trade.currency} (${share})`
}

/** 'IBM long 100'; with PRIVACY=percent without the quantity. */
export function tradeName(trade: ReviewedTrade, style: PageStyle): string {
  const name = `${trade.label} ${style.words.sides[trade.side]}`
  return style.privacy === 'percent' ? name : `${name} ${quantity(trade.quantity)}`
}

function modeBlock(mode: Mode, { language }: PageStyle): BlockObjectRequest[] {
  return mode === 'LIVE' ? [] : [callout(NOTION_WORDS[language].modes[mode], 'yellow_background', '🧪')]
}

/** Said first wherever money is not real. */
function modeMark(mode: Mode | undefined): string {
  return mode === undefined || mode === 'LIVE' ? '' : `${mode} · `
}

/** On the exchange's clock, with the date: a page outlives its day. */
function timeOf(at: Instant | null, { timeZone }: ReviewedTrade): string | null {
  if (at === null) return null
  const { day, clock } = wallClock(at, timeZone)
  return `${day} ${clock}`
}

/** Rounded as on the card; Notion keeps numbers as doubles. */
function numberOf(value: DecimalText | null): PropertyValue {
  return { type: 'number', number: rounded(value) }
}

/** A select's option: no comma, at most 100 letters, never empty. */
function option(name: string): string {
  const allowed = [...name.replaceAll(',', ' ').replace(/\s+/g, ' ').trim()].slice(0, 60).join('')
  return allowed === '' ? '?' : allowed
}
