// The naive rules: every rule looked at after every moment of a trade.
import { absolute, add, compare, div, mul, must, plain, type Q, rounded, sign, sub, whole, ZERO } from './fraction.ts'
import { sessionOf, stretchesOf } from './session.ts'
import { comparePlaces, type Json, type Place, type Told } from './tape.ts'
import { grown, type Moment, multiplierOf, type NaiveTrade, type Part, printInstant } from './trade.ts'

interface NaiveAlert {
  readonly at: number
  readonly openedAt: number
  readonly line: number
  readonly print: Json
}

export function alertsOf(rule: Json, line: number, trade: NaiveTrade, moments: readonly Moment[], told: Told, all: readonly NaiveTrade[]): NaiveAlert[] {
  if (rule.enabled === false || (rule.unit ?? 'ORDER') !== trade.unit || !isInScope(rule, trade, told)) return []
  const openedAt = (moments[0] as Moment).at
  const sessions = (rule.scope as { sessions?: unknown[] } | undefined)?.sessions
  const looks = (at: number) => sessions === undefined || sessions.includes(sessionOf(at, told.instruments.get(trade.conId)))
  const alert = (tier: number, at: number, moment: Moment): NaiveAlert => {
    const pct = moment.now === null ? null : rule.kind === 'MFE_TARGET' || rule.kind === 'TIME_STOP' ? moment.mfePct.value : moment.now
    return {
      at,
      openedAt,
      line,
      print: {
        ruleId: rule.id,
        tier,
        tradeId: trade.tradeId,
        unit: trade.unit,
        account: trade.account,
        conId: trade.conId,
        at: printInstant(at),
        price: plain(moment.price),
        pct: pct === null ? null : rounded(pct),
      },
    }
  }
  if (rule.kind === 'TIME_STOP' || rule.kind === 'NO_PROGRESS') {
    const deadline = deadlineOf(rule, openedAt, told.instruments.get(trade.conId), told.end)
    const moment = moments.filter(({ at }) => at <= deadline).at(-1) as Moment
    if (deadline > told.end || moment.closes || !looks(deadline)) return []
    const end = { at: deadline, kind: Number.POSITIVE_INFINITY, file: 0, line: 0 }
    const names =
      rule.kind === 'TIME_STOP' ? (['mfeBelowPct', 'mfeBelowAmount', 'mfeBelowR'] as const) : (['resultBelowPct', 'resultBelowAmount', 'resultBelowR'] as const)
    const limit = limitOf(rule, names, riskAt(trade, end, told, all), moment)
    if (limit === null) return []
    const value = rule.kind === 'TIME_STOP' ? limit.best : limit.now
    return compare(value, limit.value) < 0 ? [alert(0, deadline, moment)] : []
  }
  const tiers = rule.kind === 'MFE_TARGET' && Array.isArray(rule.tiers) ? (rule.tiers as Json[]) : [rule]
  const times = rule.repeat === true ? Number.POSITIVE_INFINITY : Number(rule.repeat || 1)
  const cooldown = duration(String(rule.cooldown ?? 'PT0S'))
  return tiers.flatMap((tier, i) => {
    let isArmed = false
    let looksInARow = 0
    let hasCeased = true
    const fired: NaiveAlert[] = []
    for (const moment of moments) {
      if (moment.closes || fired.length >= times) break
      if ((moment.isFall ? !isMetByFall(rule) : moment.isSilent) || !looks(moment.at)) continue
      const risk = riskAt(trade, moment.place, told, all)
      const arm = limitOf(rule, ['armPct', 'armAmount', 'armR'], risk, moment, isInMoney(tier) ? 'armAmount' : 'armPct')
      if (arm !== null && compare(arm.best, arm.value) >= 0) isArmed = true
      if (!holds(rule, tier, isArmed, trade, moment, risk)) {
        looksInARow = 0
        hasCeased = true
        continue
      }
      looksInARow++
      const isCool = fired.every(({ at }) => moment.at >= at + cooldown)
      if (!hasCeased || !isCool || looksInARow < Number(rule.confirm ?? 1)) continue
      fired.push(alert(i, moment.at, moment))
      hasCeased = false
    }
    return fired
  })
}

/** One adverse price is enough, and a better one before it is only worse. */
function isMetByFall({ kind, confirm, fraction }: Json): boolean {
  if (Number(confirm ?? 1) !== 1) return false
  return kind === 'MAE_STOP' || kind === 'TRAILING_STOP' || (kind === 'GIVEBACK' && Number(fraction) <= 1)
}

/** A threshold beside what it is compared with. */
interface Limit {
  readonly value: Q
  readonly now: Q
  readonly best: Q
}

/** In percent, in money, or in R, by the name it is given under; null where that is not known. Without any name: 0 under `fallback`. */
function limitOf(row: Json, names: readonly [string, string, string], risk: Q | null, moment: Moment, fallback?: string): Limit | null {
  const name = names.find((one) => row[one] !== undefined) ?? fallback
  const value = must(row[name as string] ?? '0')
  if (name === names[0]) return moment.now === null ? null : { value, now: moment.now, best: moment.mfePct.value }
  const inMoney = { now: moment.result, best: moment.mfePnl.value }
  if (name === names[1]) return { value, ...inMoney }
  return risk === null ? null : { value: mul(value, risk), ...inMoney }
}

function isInMoney(row: Json): boolean {
  return row.amount !== undefined || row.r !== undefined
}

function holds(rule: Json, tier: Json, isArmed: boolean, trade: NaiveTrade, moment: Moment, risk: Q | null): boolean {
  const own = ['pct', 'amount', 'r'] as const
  switch (rule.kind) {
    case 'MAE_STOP': {
      const limit = limitOf(rule, own, risk, moment)
      return limit !== null && compare(limit.now, sub(ZERO, limit.value)) <= 0
    }
    case 'MFE_TARGET': {
      const limit = limitOf(tier, own, risk, moment)
      return limit !== null && compare(limit.best, limit.value) >= 0
    }
    case 'TRAILING_STOP': {
      if (!isArmed) return false
      if (isInMoney(rule)) {
        const limit = limitOf(rule, own, risk, moment)
        return limit !== null && compare(sub(limit.best, limit.now), limit.value) >= 0
      }
      const { best, price } = moment
      if (sign(best.value) === 0) return false
      const fallen = mul(whole(BigInt(trade.sign) * 100n), sub(best.value, price))
      return compare(fallen, mul(must(rule.pct), absolute(best.value))) >= 0
    }
    case 'GIVEBACK': {
      // Measured as it is armed.
      const limit = limitOf(rule, ['armPct', 'armAmount', 'armR'], risk ?? ZERO, moment, 'armPct')
      return isArmed && limit !== null && compare(sub(limit.best, limit.now), mul(must(rule.fraction), limit.best)) >= 0
    }
    default:
      throw new Error(`unknown rule kind ${String(rule.kind)}`)
  }
}

/** 1 R as far as was told at a place: |entry − initial stop| · quantity · multiplier; null without a stop, and where it is 0. */
function riskAt(trade: NaiveTrade, place: Place, told: Told, all: readonly NaiveTrade[]): Q | null {
  const { fill: opening } = trade.parts[0] as Part
  const multiplier = multiplierOf(told.instruments.get(trade.conId))
  const isTold = (one: { readonly place: Place }) => comparePlaces(one.place, place) <= 0
  // A plan of the very instant of the opening is one of the entry.
  const own = told.plans
    .filter((plan) => plan.family === opening.family && (isTold(plan) || plan.place.at <= opening.place.at))
    .sort((a, b) => comparePlaces(a.place, b.place))
  const inOrder = /(?:^|\s)stop=(\d+(?:\.\d+)?)(?=\s|$)/i.exec(opening.orderRef)?.[1]
  const early = inOrder === undefined ? own.filter((plan) => plan.place.at <= opening.place.at).at(-1)?.stop : must(inOrder)
  const splits = told.splits.filter((split) => split.conId === trade.conId && isTold(split) && comparePlaces(split.place, opening.place) > 0)
  if (early !== undefined) {
    // The whole entry order, up to its first exit.
    const family = ({ tradeId }: NaiveTrade) => tradeId.slice(tradeId.indexOf(':'))
    const order = all.find((one) => one.unit === 'ORDER' && family(one) === family(trade)) ?? trade
    const parts = order.parts.filter(({ fill }) => isTold(fill))
    const end = [...parts.filter((part) => !part.enters).map(({ fill }) => fill.place), ...splits.map((split) => split.place)]
    const entries = parts.filter((part) => part.enters && end.every((one) => comparePlaces(part.fill.place, one) < 0))
    return riskOf(entries, early, multiplier, () => whole(1n))
  }
  const first = own.find((plan) => plan.place.at > opening.place.at)
  if (first === undefined) return null
  // What is open at that instant, in its units.
  const until = { at: first.place.at, kind: Number.POSITIVE_INFINITY, file: 0, line: 0 }
  const parts = trade.parts.filter(({ fill }) => isTold(fill) && fill.place.at <= first.place.at)
  return riskOf(parts, first.stop, multiplier, (part) => grown(trade.conId, part.fill.place, until, splits))
}

function riskOf(parts: readonly Part[], stop: Q, multiplier: Q, ratioOf: (part: Part) => Q): Q | null {
  const units = (part: Part) => mul(part.quantity, ratioOf(part))
  const sum = (some: readonly Part[], of: (part: Part) => Q) => some.reduce((total, part) => add(total, of(part)), ZERO)
  const entries = parts.filter((part) => part.enters)
  const open = sub(
    sum(entries, units),
    sum(
      parts.filter((part) => !part.enters),
      units,
    ),
  )
  if (sign(open) <= 0) return null
  const entry = div(
    sum(entries, (part) => mul(part.quantity, part.fill.price)),
    sum(entries, units),
  )
  const risk = mul(mul(absolute(sub(entry, stop)), open), multiplier)
  return sign(risk) === 0 ? null : risk
}

/** `openedAt` + after, on the wall clock or while the contract's regular session lasts; without end where the tape ends before. */
function deadlineOf(rule: Json, openedAt: number, instrument: Json | undefined, end: number): number {
  let left = duration(String(rule.after))
  if (rule.clock !== 'session' || stretchesOf(instrument?.liquidHours).length === 0) return openedAt + left
  for (let at = openedAt; at <= end; ) {
    const minute = 60_000 - (at % 60_000)
    if (sessionOf(at, instrument) === 'REGULAR') {
      if (left <= minute) return at + left
      left -= minute
    }
    at += minute
  }
  return Number.POSITIVE_INFINITY
}

function isInScope(rule: Json, trade: NaiveTrade, told: Told): boolean {
  const scope = (rule.scope ?? {}) as Record<string, unknown[] | undefined>
  const instrument = told.instruments.get(trade.conId)
  const allows = (list: unknown[] | undefined, value: unknown) => list === undefined || list.includes(value)
  const words = (trade.parts[0] as Part).fill.orderRef.split(/\s+/).filter((word) => word !== '')
  const strategy = words.filter((word) => !/^#\S{1,50}$|^(stop|target)=\d{1,12}(\.\d{1,12})?$/i.test(word)).join(' ')
  return (
    Boolean(scope.held ?? false) === trade.held &&
    allows(scope.accounts, trade.account) &&
    allows(scope.symbols, instrument?.symbol) &&
    allows(scope.sides, trade.sign === 1 ? 'LONG' : 'SHORT') &&
    allows(scope.secTypes, instrument?.secType) &&
    allows(scope.strategies, strategy === '' ? undefined : strategy)
  )
}

/** Milliseconds of an ISO 8601 duration of days, hours, minutes, seconds. */
function duration(text: string): number {
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text) ?? []
  return (((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1000
}
