// What the page of a day says of an account beside its trades: how the rules did, each strategy, the days before, how well everything was seen. Pure.
import type { BlockObjectRequest } from '@notionhq/client'
import type { DecimalText } from '#core/decimal.ts'
import type { AccountReview, Lapse, Trailing } from '#core/review.ts'
import type { Day } from '#core/time.ts'
import { differenceView } from './difference-view.ts'
import { clockTime, signedMoney, signedPercent, wholePercent } from './format.ts'
import { heading, line, table } from './notion-blocks.ts'
import { aliasOf, type PageStyle } from './notion-style.ts'
import { NOTION_WORDS } from './notion-words.ts'
import { ruleName } from './pictures.ts'

/** Beyond this many they are counted, not listed. */
const LISTED = 6

/** How each rule did, and where nobody spoke, spoke too late or was not heard. */
export function ruleBlocks({ rules, lapses }: AccountReview, day: Day, style: PageStyle): BlockObjectRequest[] {
  if (rules.length === 0) return []
  const words = NOTION_WORDS[style.language].rules
  const rows = rules.map(({ ruleId, fired, verdicts, hitRate, missed, late, ignored }) => [
    ruleId,
    ...[fired, verdicts.TRUE_POSITIVE, verdicts.FALSE_POSITIVE].map(String),
    String(verdicts.NEUTRAL + verdicts.AMBIGUOUS + verdicts.CENSORED + verdicts.PENDING),
    wholePercent(hitRate) ?? style.words.unknown,
    ...[missed, late, ignored].map(String),
  ])
  return [
    heading(3, words.title),
    ...table([...words.head], rows),
    ...(['missed', 'late', 'ignored'] as const).flatMap((kind) =>
      lapses[kind].length === 0 ? [] : [line(`${words[kind](lapses[kind].length)}: ${lapsesText(lapses[kind], day, style)}`)],
    ),
  ]
}

function lapsesText(lapses: readonly Lapse[], day: Day, style: PageStyle): string {
  const words = NOTION_WORDS[style.language]
  const known = (amount: DecimalText | null) => signedMoney(amount) ?? style.words.unknown
  const listed = lapses.slice(0, LISTED).map((lapse) => {
    const name = `${clockTime(lapse.at, lapse.timeZone, day)} ${ruleName(lapse)}, ${lapse.label}`
    const course = `${known(lapse.resultThen)} → ${known(lapse.resultEnd)} ${lapse.currency}`
    return style.privacy === 'percent' ? name : `${name} ${course}`
  })
  return [...listed, ...(lapses.length > listed.length ? [words.more(lapses.length - listed.length)] : [])].join(' · ')
}

/** How the day's numbers compare with those of the days before. */
export function trailingText(trailing: Trailing, style: PageStyle): string {
  const words = NOTION_WORDS[style.language]
  const known = (text: string | null) => text ?? style.words.unknown
  return [
    words.daysBefore(trailing.days, trailing.closed),
    ...(style.privacy === 'percent'
      ? []
      : [
          `${signedMoney(trailing.grossADay)} ${trailing.currency} ${words.grossADay}`,
          `${words.expectancy} ${known(signedMoney(trailing.expectancy))} ${trailing.currency}`,
        ]),
    `${words.winRate} ${known(wholePercent(trailing.winRate))}`,
    `MFE ${known(signedPercent(trailing.meanMfePct))}`,
    `MAE ${known(signedPercent(trailing.meanMaePct))}`,
    ...(trailing.capture === null ? [] : [`${words.kept} ${wholePercent(trailing.capture)}`]),
  ].join(' · ')
}

export function strategyBlocks(account: AccountReview, style: PageStyle): BlockObjectRequest[] {
  if (account.strategies.every((one) => one.strategy === null)) return []
  const words = NOTION_WORDS[style.language]
  const open = style.privacy === 'full'
  const rows = account.strategies.map((one) => [
    one.strategy ?? style.words.noStrategy,
    words.wins(one.wins, one.closed),
    ...(open ? [`${signedMoney(one.net ?? one.gross)} ${one.currency} ${style.words.bases[one.net === null ? 'gross' : 'net']}`] : []),
    signedPercent(one.meanMfePct) ?? style.words.unknown,
    signedPercent(one.meanMaePct) ?? style.words.unknown,
  ])
  return [heading(3, words.strategies), ...table([words.strategy, '', ...(open ? [words.result] : []), 'MFE', 'MAE'], rows)]
}

/** Where the broker's figures were not ours. With PRIVACY=percent the figures themselves stay here. */
export function differenceBlocks({ account, trades, quality }: AccountReview, day: Day, style: PageStyle): BlockObjectRequest[] {
  const { differences } = quality
  if (differences.length === 0) return []
  const words = NOTION_WORDS[style.language].differences
  const zone = trades[0]?.timeZone ?? 'UTC'
  const open = style.privacy === 'full'
  const rows = differences.map((difference) => {
    const { measure, ours, theirs, causes } = differenceView(difference, style.words)
    const figures = open ? [ours ?? style.words.unknown, theirs ?? style.words.unknown] : []
    const until = difference.until === null ? words.open : `${words.mended} ${clockTime(difference.until, zone, day)}`
    return [difference.symbol ?? aliasOf(account, style), measure, ...figures, causes, `${clockTime(difference.since, zone, day)}, ${until}`]
  })
  return [heading(3, words.title), ...table([...words.what, ...(open ? words.figures : []), ...words.why], rows)]
}

export function qualityText({ quality }: AccountReview, day: Day, style: PageStyle): string {
  const words = NOTION_WORDS[style.language]
  const gaps = quality.gaps
    .slice(0, LISTED)
    .map((gap) => `${gap.symbol} ${words.gap} ${clockTime(gap.from, gap.timeZone, day)}–${clockTime(gap.to, gap.timeZone, day)}`)
  return [
    words.covered(quality.fullyCovered, quality.trades),
    ...(quality.lowestCoverage === null
      ? []
      : [words.least(quality.lowestCoverage.symbol, wholePercent(quality.lowestCoverage.coverage) ?? style.words.unknown)]),
    ...(quality.coverageUnknown === 0 ? [] : [words.coverageUnknown(quality.coverageUnknown)]),
    ...gaps,
    ...(quality.gaps.length > gaps.length ? [words.more(quality.gaps.length - gaps.length)] : []),
    ...(quality.unmarked.length === 0 ? [] : [`${[...new Set(quality.unmarked)].join(', ')}: ${words.onlyFills}`]),
    ...(quality.sampled === 0 ? [] : [words.sampled(quality.sampled)]),
    ...(quality.commissionsUnknown === 0 ? [] : [words.commissionsUnknown(quality.commissionsUnknown)]),
    ...(quality.reckonedOtherwise === 0 ? [] : [words.differences.reckonedOtherwise(quality.reckonedOtherwise)]),
  ].join(' · ')
}
