// Trades, their trajectories and their changes: each resolver is one line into the store or the core.
import { sparkline } from '#charts/sparkline.ts'
import { givebackOf } from '#core/giveback.ts'
import { histogram } from '#core/histogram.ts'
import { inR, riskOf } from '#core/plan.ts'
import { sessionAt } from '#core/session.ts'
import { ALERT_STATES, type StoredTrade } from '#core/stored.ts'
import { thin } from '#core/thin.ts'
import type { TrajectoryPoint } from '#core/trade.ts'
import { alertsOf } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { firstPointOf, lastRemoved, lastRemovedLike, spreadOf, tradesPage, tradesSince, trajectorySince } from '#store/trades.ts'
import { countOf, pageOf, tradeFilter, tradeOrder } from './arguments.ts'
import { seesTrade, within } from './caller.ts'
import { follow, type Told } from './follow.ts'
import type { Resolvers } from './generated.ts'
import { matchesTrade, mayMatch } from './matches.ts'
import { partsSelected } from './selection.ts'

/** Rows of one look into the store while a subscription catches up. */
const PAGE = 500
const POINTS_MAX = 10_000
const LATEST_MAX = 1_000
/** Trades of one distribution. */
const LAST = 500
const LAST_MAX = 5_000

export const trades: Resolvers = {
  Query: {
    node: async (_, { id }, { db, loaders, caller }) =>
      (await loaders.trade.load(id)) ?? (await alertsOf(db, within(caller, { ids: [id], states: ALERT_STATES })))[0],
    trade: (_, { id }, { loaders }) => loaders.trade.load(id),
    trades: (_, { filter, orderBy, ...given }, { db, open, caller }, info) => {
      const [wanted, order, page] = [within(caller, tradeFilter(filter)), tradeOrder(orderBy), pageOf(given)]
      return open?.page(wanted, order, page) ?? tradesPage(db, wanted, order, page, partsSelected(info))
    },
    distribution: async (_, { filter, last }, { db, caller }) => {
      const spread = await spreadOf(db, within(caller, tradeFilter(filter)), countOf('last', last ?? LAST, 1, LAST_MAX))
      return {
        trades: spread.length,
        mfePct: histogram(spread.map(({ mfePct }) => doubleOf(mfePct))),
        drawdownPct: histogram(spread.map(({ drawdownPct }) => doubleOf(drawdownPct))),
      }
    },
  },
  Node: { __resolveType: (found) => ('ruleId' in found ? 'Alert' : 'Trade') },
  TradeConnection: { nodes: ({ edges }) => edges.map((edge) => edge.node) },
  Trade: {
    id: ({ tradeId }) => tradeId,
    instrument: async (trade, _, { loaders }) => (await loaders.instrument.load(trade.conId)) ?? trade,
    giveback: givebackOf,
    mistakes: ({ mistakes }) => mistakes ?? [],
    initialStop: (trade) => riskOf(trade)?.stop ?? trade.initialStop,
    risk: (trade) => riskOf(trade)?.amount ?? null,
    r: (trade) => inR(riskOf(trade), trade.grossPnl),
    stop: ({ plan, initialStop }) => plan?.stop ?? initialStop,
    target: ({ plan, initialTarget }) => plan?.target ?? initialTarget ?? null,
    stopMoves: (trade) => (riskOf(trade) === null ? [] : (trade.plan?.moves ?? [])),
    mfe: (trade) => ({ ...trade.mfe, trade }),
    mae: (trade) => ({ ...trade.mae, trade }),
    trajectory: async (trade, { points }, { loaders }) => ({
      trade,
      all: await loaders.trajectory.load(trade.tradeId),
      limit: points == null ? null : countOf('points', points, 2, POINTS_MAX),
    }),
    latestPoints: ({ tradeId, openedAt }, { count }, { loaders }) =>
      loaders.latestPoints.load({ tradeId, openedAt, count: countOf('count', count, 1, LATEST_MAX) }),
    alerts: ({ tradeId }, _, { loaders }) => loaders.alertsOfTrade.load(tradeId),
    sparkline: async (trade, _, { loaders }) => sparklineOf(trade, await loaders.trajectory.load(trade.tradeId)),
  },
  Excursion: {
    r: ({ pnl, trade }) => inR(riskOf(trade), pnl),
    session: async ({ at, trade: { conId } }, _, { loaders }) => {
      const hours = await loaders.instrument.load(conId)
      return hours === null ? null : sessionAt(at, hours).session
    },
  },
  Fill: { liquidation: ({ liquidation = false }) => liquidation },
  Provenance: {
    partialSince: ({ partialSince = null }) => partialSince,
    leftOut: ({ leftOut = 0 }) => leftOut,
    thinned: ({ thinned = false }) => thinned,
  },
  Instrument: { multiplier: ({ multiplier }) => (multiplier === undefined || multiplier === '' || multiplier === '0' ? '1' : multiplier) },
  Trajectory: {
    points: ({ all, limit }) => (limit === null ? all : thin(all, limit)),
    total: ({ all }) => all.length,
    alerts: ({ trade: { tradeId } }, _, { loaders }) => loaders.alertsOfTrade.load(tradeId),
  },
  Subscription: {
    tradeChanged: {
      subscribe: (_, { filter, sinceSeq }, { db, bus, meter, caller }) => {
        const wanted = within(caller, tradeFilter(filter))
        // Who comes with nothing has nothing to forget.
        let forgotten = sinceSeq === 0 ? null : 0
        return follow<StoredTrade>({
          bus,
          meter,
          sinceSeq: sinceSeq ?? null,
          hear: (event) => {
            if (event.kind === 'rewritten') return mayMatch(wanted, event.tradeId) ? { seq: event.seq, value: null } : null
            return event.kind === 'trade' && matchesTrade(wanted, event.trade) ? { seq: event.seq, value: event.trade } : null
          },
          keyOf: (trade) => trade.tradeId,
          stored: async (seq) => {
            const changed = (await tradesSince(db, seq, wanted, PAGE)).map((trade) => ({ seq: trade.seq, value: trade }))
            const removed = await lastRemoved(db, wanted)
            forgotten ??= removed
            return removed > Math.max(seq, forgotten) ? withRemoval(changed, removed) : changed
          },
        })
      },
      resolve: ({ seq, value }: Told<StoredTrade>) => ({ seq, resync: value === null, trade: value }),
    },
    trajectoryAdvanced: {
      subscribe: (_, { tradeId, sinceSeq }, { db, bus, meter, caller }) => {
        const visible = seesTrade(caller, tradeId)
        return follow<TrajectoryPoint>({
          bus,
          meter,
          sinceSeq: sinceSeq ?? null,
          hear: (event) => {
            if (!visible) return null
            if (event.kind === 'rewritten') return event.tradeId === tradeId ? { seq: event.seq, value: null } : null
            return event.kind === 'trajectory' && event.point.tradeId === tradeId ? { seq: event.seq, value: event.point } : null
          },
          stored: async (seq) => (visible ? pointsSince(db, tradeId, seq) : []),
        })
      },
      resolve: ({ seq, value }: Told<TrajectoryPoint>) => ({ seq, resync: value === null, point: value }),
    },
  },
}

/** The page with the word that a trade is gone in its place; a full one that ends before it comes without. */
function withRemoval(page: readonly Told<StoredTrade>[], removed: number): readonly Told<StoredTrade>[] {
  if (page.length === PAGE && (page.at(-1)?.seq ?? 0) < removed) return page
  return [...page, { seq: removed, value: null }].sort((a, b) => a.seq - b.seq)
}

/** The points written since; before them the word that others are gone, where all that were there by then were taken away. */
async function pointsSince(db: Database, tradeId: string, seq: number): Promise<readonly Told<TrajectoryPoint>[]> {
  const points = (await trajectorySince(db, tradeId, seq)).map((point) => ({ seq: point.seq, value: point }))
  // Who comes with nothing has nothing to forget.
  if (seq === 0) return points
  const first = await firstPointOf(db, tradeId)
  if (first === null) {
    const removed = await lastRemovedLike(db, tradeId)
    return removed > seq ? [{ seq: removed, value: null }] : []
  }
  const [next] = points
  return first > seq && next !== undefined ? [{ seq: next.seq - 1, value: null }, ...points] : points
}

function doubleOf(text: string | null): number | null {
  return text === null ? null : Number(text)
}

function sparklineOf(trade: StoredTrade, points: readonly TrajectoryPoint[]): string {
  const { symbol, side, entryPrice, provenance } = trade
  return sparkline(points, { entry: Number(entryPrice), side, gaps: provenance.gaps, title: `${symbol} ${side.toLowerCase()}` })
}
