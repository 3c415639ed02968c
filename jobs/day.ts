// All that a day's review is made of, as it stands in the store: trades and their paths, what came after them, what came before the day, the rules.
import { HISTORY_DAYS, type ReviewInput } from '#core/review.ts'
import type { StandingRule } from '#core/rule-review.ts'
import { parseRule } from '#core/rules.ts'
import { marketDay, shadowEnd } from '#core/session.ts'
import type { StoredTrade } from '#core/stored.ts'
import type { Day, Instant } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import { alertsOfTrades } from '#store/alerts.ts'
import type { Database } from '#store/db.ts'
import { rulesOf } from '#store/decisions.ts'
import { differencesOf } from '#store/differences.ts'
import { instruments as instrumentsOf } from '#store/facts.ts'
import { marksOf } from '#store/marks.ts'
import { tradesOf, trajectoriesOf } from '#store/trades.ts'

const DAY_MS = 86_400_000

export async function readDay(db: Database, day: Day): Promise<ReviewInput> {
  const start = Date.parse(`${day}T00:00:00Z`)
  const [trades, instruments, history, rules] = await Promise.all([
    tradesAround(db, start),
    instrumentsOf(db),
    tradesOf(db, { unit: 'ORDER', status: 'CLOSED', closedFrom: start - HISTORY_DAYS * DAY_MS, closedUntil: start + 2 * DAY_MS }),
    standingRules(db, day),
  ])
  const hours = new Map(instruments.map((instrument) => [instrument.conId, instrument]))
  const closedOn = (trade: StoredTrade) => (trade.closedAt === null ? null : marketDay(trade.closedAt, hours.get(trade.conId) ?? {}))
  const seen = trades.filter((trade) => marketDay(trade.openedAt, hours.get(trade.conId) ?? {}) <= day && (closedOn(trade) ?? day) >= day)
  const ids = seen.map((trade) => trade.tradeId)
  const [alerts, trajectories, shadows, differences] = await Promise.all([
    alertsOfTrades(db, ids),
    trajectoriesOf(db, ids),
    shadowsOf(db, seen, hours),
    differencesOf(db, { from: start - DAY_MS, until: start + 3 * DAY_MS }),
  ])
  const dayOf = (at: Instant, conId: number | null) => marketDay(at, (conId === null ? undefined : hours.get(conId)) ?? {})
  return {
    day,
    trades: seen,
    alerts: [...alerts.values()].flat(),
    instruments,
    trajectories,
    shadows,
    history: history.filter((trade) => (closedOn(trade) ?? day) < day),
    rules,
    differences: differences.filter(({ conId, since, until }) => dayOf(since, conId) <= day && (until === null || dayOf(until, conId) >= day)),
    asOf: asOf(seen),
  }
}

/** Every trade a day could have seen, and some of its neighbours': which ones it did is told by each contract's own hours. */
async function tradesAround(db: Database, start: Instant): Promise<StoredTrade[]> {
  const until = start + 3 * DAY_MS
  const [closed, open] = await Promise.all([
    tradesOf(db, { unit: 'ORDER', status: 'CLOSED', openedUntil: until, closedFrom: start - 2 * DAY_MS }),
    tradesOf(db, { unit: 'ORDER', status: 'OPEN', openedUntil: until }),
  ])
  return [...closed, ...open]
}

/** The host's time, which is the market's while it is live; none for a tape from days the host has not seen. */
function asOf(trades: readonly StoredTrade[]): Instant | null {
  const now = clock.now()
  return trades.some((trade) => trade.updatedAt > now + DAY_MS) ? null : now
}

/** What the contract did after each exit, where its prices were kept. */
async function shadowsOf(db: Database, trades: readonly StoredTrade[], hours: ReadonlyMap<number, Parameters<typeof shadowEnd>[1]>) {
  const shadows = new Map<string, { at: Instant; price: number }[]>()
  for (const { tradeId, conId, closedAt } of trades) {
    if (closedAt === null) continue
    const marks: { at: Instant; price: number }[] = []
    for await (const chunk of marksOf(db, conId, closedAt + 1, shadowEnd(closedAt, hours.get(conId) ?? {}) + 1))
      for (const { at, price } of chunk) marks.push({ at, price })
    if (marks.length > 0) shadows.set(tradeId, marks)
  }
  return shadows
}

/** The rules switched on. One of a tape's day is older than the tape for all we know: only a rule made while trading is newer than a trade. */
async function standingRules(db: Database, day: Day): Promise<readonly StandingRule[]> {
  const live = clock.now() - Date.parse(day) < 3 * DAY_MS
  return (await rulesOf(db)).flatMap(({ body, enabled, createdAt }) => {
    const rule = parseRule(body)
    return 'refused' in rule || !enabled ? [] : [{ rule: { ...rule, enabled }, since: live ? createdAt : null }]
  })
}

/** The market days, of those between two, on which a trade was opened, closed or heard of. */
export async function daysTraded(db: Database, from: Day, until: Day): Promise<readonly Day[]> {
  const hours = new Map((await instrumentsOf(db)).map((instrument) => [instrument.conId, instrument]))
  const days = new Set<Day>()
  const start = Date.parse(from)
  const end = Date.parse(until) + DAY_MS
  const [opened, closed, open] = await Promise.all([
    tradesOf(db, { unit: 'ORDER', openedFrom: start, openedUntil: end }),
    tradesOf(db, { unit: 'ORDER', closedFrom: start, closedUntil: end }),
    tradesOf(db, { unit: 'ORDER', status: 'OPEN', openedUntil: end }),
  ])
  for (const trade of [...opened, ...closed, ...open]) {
    const on = (at: Instant) => marketDay(at, hours.get(trade.conId) ?? {})
    for (const at of [trade.openedAt, trade.closedAt ?? trade.updatedAt]) days.add(on(at))
  }
  return [...days].filter((day) => day >= from && day <= until).sort()
}
