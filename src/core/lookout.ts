// Who looks out for which price and which instant, on behalf of the rules of a contract's open trades. Pure: the book tells it every fill, the marks that
// reach a level, and the time; it answers with alerts.
//
// A rule is looked at after every own fill and mark. Between two looks that could say something else nothing is done: its condition waits for a price level
// (watch.ts), its deadline, its cooldown and its sessions wait for an instant.
import { decimal } from './decimal.ts'
import { alertPct, ceasingLevels, holds, holdsAtDeadline, levels, NEVER, type Pending, type Situation } from './condition.ts'
import type { Instrument } from './facts.ts'
import { readOrderRef } from './order-ref.ts'
import { alertKey, type RaisedAlert, type RaisedBefore } from './raised.ts'
import { concerns, isTimed, type Rule } from './rules.ts'
import type { RunningTrade } from './running.ts'
import { afterSessionTime, sessionAt, type SessionSpan } from './session.ts'
import type { Instant } from './time.ts'
import { Watch } from './watch.ts'

interface Waiting {
  readonly trade: RunningTrade
  readonly version: number
}

/** A rule's deadline; without one, an instant from which on the trade's rules are to look at every mark again. */
interface Due {
  readonly trade: RunningTrade
  readonly pending: Pending | null
}

/** Ends before any instant. */
const UNTOLD: SessionSpan = { session: null, from: Number.NEGATIVE_INFINITY, until: Number.NEGATIVE_INFINITY }

export class Lookout {
  /** Levels at or above which, and (negated) at or below which, somebody's rules want to look. */
  readonly above = new Watch<Waiting>()
  readonly below = new Watch<Waiting>()
  /** Trades whose rules look at the next mark, wherever it is. */
  readonly attentive = new Set<RunningTrade>()
  /** Trades that were adopted, and of which no price was heard since. */
  readonly #unheard = new Set<RunningTrade>()
  readonly #rules: readonly Rule[]
  #instrument: Instrument
  #due = new Watch<Due>()
  #session = UNTOLD
  #alerts: RaisedAlert[] = []

  constructor(instrument: Instrument, rules: readonly Rule[]) {
    this.#instrument = instrument
    this.#rules = rules
  }

  /** The next instant at which something is to be done, a mark or none. */
  get next(): Instant {
    return this.#due.next
  }

  get hasAlerts(): boolean {
    return this.#alerts.length > 0
  }

  /** What was raised since the last call. */
  take(): readonly RaisedAlert[] {
    const alerts = this.#alerts
    this.#alerts = []
    return alerts
  }

  /** A later description of the contract: where its hours became known, what waits for an instant is dated again. */
  describe(instrument: Instrument, openTrades: Iterable<RunningTrade>): void {
    const before = this.#instrument
    this.#instrument = instrument
    if (before.liquidHours === instrument.liquidHours && before.tradingHours === instrument.tradingHours && before.timeZone === instrument.timeZone) return
    this.#session = UNTOLD
    const dated = new Watch<Due>()
    for (let due = this.#due.take(); due !== undefined; due = this.#due.take()) {
      const { trade, pending } = due
      if (trade.isOpen && pending !== null) dated.add(this.#deadlineOf(trade, pending.rule), due)
    }
    this.#due = dated
    for (const trade of openTrades) {
      trade.wakesAt = Number.POSITIVE_INFINITY
      this.attend(trade)
    }
  }

  /** A trade opened: the rules that concern it begin. */
  open(trade: RunningTrade): void {
    for (const pending of this.#pendingOf(trade)) {
      trade.pending.push(pending)
      if (isTimed(pending.rule)) this.#due.add(this.#deadlineOf(trade, pending.rule), { trade, pending })
    }
    if (trade.adopted && trade.pending.length > 0) this.#unheard.add(trade)
  }

  /**
   * Marks up to here were thinned, and cannot say what was raised by them: what its rules raised is what was said of it. Those that wait for an instant
   * are none of these.
   */
  raisedBefore(trade: RunningTrade, said: RaisedBefore): void {
    const known = new Map(trade.pending.map((pending) => [`${pending.ruleIndex} ${pending.tier}`, pending]))
    const timed = trade.pending.filter(({ rule }) => isTimed(rule))
    const others = this.#pendingOf(trade).flatMap((fresh): Pending[] => {
      const { rule, ruleIndex, tier } = fresh
      const before = said.get(alertKey({ ruleId: rule.id, tier, tradeId: trade.tradeId })) ?? null
      const fired = before?.times ?? 0
      if (isTimed(rule) || fired >= rule.times) return []
      const folded = known.get(`${ruleIndex} ${tier}`)
      if (folded?.fired === fired) return [folded]
      const coolsAt = before === null ? Number.NEGATIVE_INFINITY : before.at + rule.cooldownMs
      return [{ ...fresh, armed: folded?.armed ?? true, fired, released: fired === 0, coolsAt }]
    })
    trade.pending.splice(0, trade.pending.length, ...timed, ...others)
    this.attend(trade)
  }

  /**
   * History was folded again, and rules came to look at what lies behind: a condition that began to hold there, and is not confirmed yet, is listed once it
   * is. What was under way before (`was`) goes on as it was.
   */
  lieBehind(trade: RunningTrade, was: RunningTrade | undefined, isNew: (rule: Rule, wasUnderWay: boolean) => boolean): void {
    for (const pending of trade.pending) {
      if (pending.streak === 0) continue
      const before = was?.pending.find(({ rule, tier }) => rule.id === pending.rule.id && tier === pending.tier)
      const wasUnderWay = before !== undefined && before.streak > 0
      pending.beyond ||= (wasUnderWay && before.beyond) || isNew(pending.rule, wasUnderWay)
    }
  }

  /** Whatever the rules that concern a trade can tell of it. */
  #pendingOf(trade: RunningTrade): readonly Pending[] {
    const { symbol, secType } = this.#instrument
    const { unit, account, held } = trade
    const subject = { unit, account, symbol, secType, side: trade.side === 1 ? 'LONG' : 'SHORT', strategy: readOrderRef(trade.orderRef).strategy, held }
    return this.#rules.flatMap((rule, ruleIndex): Pending[] => {
      if (!concerns(rule, subject)) return []
      const tiers = rule.kind === 'MFE_TARGET' ? rule.tiers.length : 1
      return Array.from({ length: tiers }, (_, tier) => ({
        ...{ rule, ruleIndex, tier, armed: false, streak: 0, beyond: false, fired: 0, released: true, coolsAt: Number.NEGATIVE_INFINITY },
      }))
    })
  }

  /** Its rules look at the next mark, wherever that is. */
  attend(trade: RunningTrade): void {
    if (trade.pending.length > 0) this.attentive.add(trade)
  }

  /** A trade closed: nobody looks at it any more. */
  close(trade: RunningTrade): void {
    this.attentive.delete(trade)
    this.#unheard.delete(trade)
    trade.version++
  }

  /** Nobody is in the market. */
  rest(): void {
    this.above.sweep(() => false)
    this.below.sweep(() => false)
  }

  /** A mark reached somebody's level, or somebody is attentive. */
  reached(price: number, at: Instant, openTrades: number): void {
    const woken = new Set<RunningTrade>(this.attentive)
    while (price >= this.above.next) wake(this.above, woken)
    while (-price >= this.below.next) wake(this.below, woken)
    for (const trade of woken) this.look(trade, price, at)
    const bound = 4 * openTrades + 64
    if (this.above.size > bound) this.above.sweep(isCurrent)
    if (this.below.size > bound) this.below.sweep(isCurrent)
  }

  /** The rules of a trade look at a price: its own fill's or a mark. */
  look(trade: RunningTrade, price: number, at: Instant): void {
    if (trade.pending.length === 0) return
    const now = trade.situation(price)
    // The first look at an adopted one is at its adoption, which says nothing of the market.
    const beyond = trade.version === 0 ? this.#unheard.has(trade) : this.#unheard.delete(trade)
    const attentive = this.#judge(trade, now, at, beyond, isMetByPrice)
    if (attentive || this.#unheard.has(trade)) this.attentive.add(trade)
    else this.attentive.delete(trade)
    this.wait(trade, now, at)
  }

  /**
   * The worst price of a bar. It came after the best price before the bar, so what it met was met, whatever the order of the prices in it; what needs
   * more than one price (a target after it, a confirmation) waits for the next mark.
   */
  lookBack(trade: RunningTrade, worst: number, at: Instant): void {
    if (trade.pending.length === 0) return
    this.#judge(trade, trade.situation(worst), at, this.#unheard.has(trade), isMetByFall)
    this.attend(trade)
  }

  /** True where a rule waits for the next mark to be confirmed. */
  #judge(trade: RunningTrade, now: Situation, at: Instant, beyond: boolean, looks: (rule: Rule) => boolean): boolean {
    let attentive = false
    for (let i = 0; i < trade.pending.length; ) {
      const pending = trade.pending[i] as Pending
      if (!looks(pending.rule) || this.#sleeps(pending.rule, at)) {
        i++
        continue
      }
      if (holds(pending, now)) {
        if (pending.released) pending.streak++
        if (pending.streak === 1) pending.beyond = beyond
        if (pending.streak >= pending.rule.confirm && at >= pending.coolsAt && this.#fire(trade, pending, now, at)) {
          trade.pending.splice(i, 1)
          continue
        }
      } else {
        pending.streak = 0
        pending.beyond = false
        pending.released = true
      }
      attentive ||= pending.streak > 0 && pending.streak < pending.rule.confirm
      i++
    }
    return attentive
  }

  /** Waits for the nearest levels, and the nearest instant, at which a rule of the trade could say something else. */
  wait(trade: RunningTrade, now: Situation, at: Instant): void {
    let favourable = Number.POSITIVE_INFINITY
    let adverse = Number.NEGATIVE_INFINITY
    let wakesAt = Number.POSITIVE_INFINITY
    for (const pending of trade.pending) {
      const { rule } = pending
      let level = NEVER
      if (!isTimed(rule) && this.#sleeps(rule, at)) wakesAt = Math.min(wakesAt, this.#session.until)
      else if (pending.released && pending.streak < rule.confirm) level = levels(pending, now)
      else {
        level = ceasingLevels(pending, now)
        // Its condition holds: it fires at the first look after its cooldown.
        if (pending.released) wakesAt = Math.min(wakesAt, pending.coolsAt)
      }
      if (level.favourable < favourable) favourable = level.favourable
      if (level.adverse > adverse) adverse = level.adverse
    }
    const waiting = { trade, version: ++trade.version }
    const above = trade.side === 1 ? favourable : -adverse
    const below = trade.side === 1 ? -adverse : favourable
    if (above !== Number.POSITIVE_INFINITY) this.above.add(above, waiting)
    if (below !== Number.POSITIVE_INFINITY) this.below.add(below, waiting)
    if (wakesAt < trade.wakesAt) {
      trade.wakesAt = wakesAt
      // What is due at an instant is done after the facts of that instant; this is to be done before them.
      this.#due.add(wakesAt - 1, { trade, pending: null })
    }
  }

  /** Does what is due next. True where a deadline was: what happened before it is settled. */
  fireNext(lastPriceOf: (trade: RunningTrade) => number): boolean {
    const at = this.#due.next
    const due = this.#due.take()
    if (due === undefined || !due.trade.isOpen) return false
    const { trade, pending } = due
    if (pending === null) {
      trade.wakesAt = Number.POSITIVE_INFINITY
      this.attend(trade)
      return false
    }
    trade.pending.splice(trade.pending.indexOf(pending), 1)
    if (this.#sleeps(pending.rule, at)) return true
    const now = trade.situation(lastPriceOf(trade))
    if (holdsAtDeadline(pending.rule, now)) this.#fire(trade, pending, now, at)
    return true
  }

  /** Outside its sessions a rule does not look; where the contract's hours are unknown, one that is limited to sessions never does. */
  #sleeps({ sessions }: Rule, at: Instant): boolean {
    if (sessions === null) return false
    if (at < this.#session.from || at >= this.#session.until) this.#session = sessionAt(at, this.#instrument)
    return !sessions.has(this.#session.session)
  }

  #deadlineOf(trade: RunningTrade, rule: Rule): Instant {
    return rule.clock === 'session' ? afterSessionTime(trade.openedAt, rule.afterMs, this.#instrument) : trade.openedAt + rule.afterMs
  }

  /** True where that was the last time. */
  #fire(trade: RunningTrade, pending: Pending, now: Situation, at: Instant): boolean {
    const { rule, ruleIndex, tier, beyond } = pending
    pending.fired++
    pending.released = false
    pending.beyond = false
    pending.streak = 0
    pending.coolsAt = at + rule.cooldownMs
    this.#alerts.push({
      ruleId: rule.id,
      tier,
      ...(pending.fired === 1 ? {} : { ordinal: pending.fired }),
      tradeId: trade.tradeId,
      unit: trade.unit,
      account: trade.account,
      conId: this.#instrument.conId,
      symbol: this.#instrument.symbol,
      at,
      price: decimal(now.price).toFixed(),
      pct: alertPct(rule, now),
      severity: rule.severity,
      openedAt: trade.openedAt,
      ruleIndex,
      ...(beyond ? { beyond } : {}),
    })
    return pending.fired >= rule.times
  }
}

function isMetByPrice(rule: Rule): boolean {
  return !isTimed(rule)
}

/** One adverse price meets it, and a better one before that meets it all the more. */
function isMetByFall({ kind, confirm, fractionNear }: Rule): boolean {
  return confirm === 1 && (kind === 'MAE_STOP' || kind === 'TRAILING_STOP' || (kind === 'GIVEBACK' && fractionNear <= 1))
}

function wake(watch: Watch<Waiting>, woken: Set<RunningTrade>): void {
  const waiting = watch.take()
  if (waiting !== undefined && isCurrent(waiting)) woken.add(waiting.trade)
}

function isCurrent(waiting: Waiting): boolean {
  return waiting.trade.isOpen && waiting.version === waiting.trade.version
}
