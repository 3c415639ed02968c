// The picture of a trade for a page in Notion. With PRIVACY=percent its axis counts from 100 at the entry, and no amount stands on it. Pure.
import { createHash } from 'node:crypto'
import { COLOURS } from '#charts/palette.ts'
import { pngBeside } from '#charts/png.ts'
import { type TrajectoryPicture, trajectory } from '#charts/trajectory.ts'
import type { ReviewedTrade } from '#core/review.ts'
import type { StoredTrade } from '#core/stored.ts'
import { type Instant, wallClock } from '#core/time.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { signedMoney, signedPercent } from './format.ts'
import { NOTION_WORDS } from './notion-words.ts'
import { type Picture, tradeName } from './notion-page.ts'
import { ruleName, unseenIn } from './pictures.ts'
import type { PageStyle } from './notion-style.ts'

/** How pictures are sent. */
export interface PictureFormat {
  readonly ending: string
  readonly type: string
  bytes(svg: string): Promise<Uint8Array<ArrayBuffer>>
}

/** Every app of Notion's shows it. */
export const PNG: PictureFormat = { ending: 'png', type: 'image/png', bytes: async (svg) => new Uint8Array(await pngBeside(svg)) }

/** null: without an entry price above zero nothing can be told in percent of it. */
export function tradePicture(
  trade: ReviewedTrade,
  points: readonly TrajectoryPoint[],
  row: Pick<StoredTrade, 'fills' | 'provenance'> | undefined,
  style: PageStyle,
): Picture | null {
  const entry = Number(trade.entryPrice)
  const percent = style.privacy === 'percent'
  if (percent && entry <= 0) return null
  const scaled = (value: number) => (percent ? (value / entry) * 100 : value)
  const { words } = style
  const time = (at: Instant | null) => (at === null ? '' : wallClock(at, trade.timeZone).clock)
  const extreme = (reached: ReviewedTrade['mfe']) => (reached.pct === null ? words.unknown : `${signedPercent(reached.pct)} ${words.at} ${time(reached.pctAt)}`)
  const share = signedPercent(trade.pct) ?? words.unknown
  const shown: TrajectoryPicture = {
    title: tradeName(trade, style),
    subtitle: percent ? `${words.result} ${share}` : `${words.result} ${signedMoney(trade.gross) ?? words.unknown} ${trade.currency} (${share})`,
    side: trade.side,
    currency: percent ? NOTION_WORDS[style.language].entryIs100 : trade.currency,
    timeZone: trade.timeZone,
    entry: scaled(entry),
    stop: trade.initialStop === null ? null : scaled(Number(trade.initialStop)),
    stopMoves: trade.stopMoves.map(({ at, to }) => ({ at, to: scaled(Number(to)) })),
    openedAt: trade.openedAt,
    closedAt: trade.closedAt,
    // What happened after the day is not the day's to tell.
    points: points
      .filter((point) => point.at < trade.knownUntil)
      .map(({ at, last, mfe, mae }) => ({ at, last: scaled(last), mfe: scaled(mfe), mae: scaled(mae) })),
    gaps: unseenIn(trade, row),
    fills: (row?.fills ?? [])
      .filter((fill) => fill.at < trade.knownUntil)
      .map((fill) => ({ at: fill.at, price: scaled(Number(fill.price)), side: fill.side, role: fill.role })),
    alerts: trade.alerts.map((alert) => ({
      at: alert.at,
      price: scaled(Number(alert.price)),
      label: `${ruleName(alert)} ${time(alert.at)}`,
    })),
    mfeLabel: extreme(trade.mfe),
    maeLabel: extreme(trade.mae),
    words: words.chart,
    ...(style.colours === undefined ? {} : { colours: COLOURS[style.colours] }),
  }
  const id = createHash('sha256').update(trade.tradeId).digest('hex').slice(0, 10)
  return { name: `${trade.symbol.replace(/[^A-Za-z0-9]+/g, '').slice(0, 20)}-${id}`, caption: `${tradeName(trade, style)} ${share}`, svg: trajectory(shown) }
}
