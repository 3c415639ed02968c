// What was heard of every contract's prices, and what may have been missed: time in which nobody listened is declared as a gap, never bridged.
// Told by live.ts what comes over the wire, in its order; it never talks to the broker and judges neither price nor fill.
//
// A hole is told before the first price that comes after it, and before a fill inside it: whoever is killed in between starts again from the last price
// that was stored, and misses no hole.
import type { Quote } from '#broker/port.ts'
import { familyOf } from '#core/execution.ts'
import type { Execution } from '#core/facts.ts'
import type { Instant } from '#core/time.ts'
import type { Recorder } from '#record/recorder.ts'

export type HearingRecorder = Pick<Recorder, 'gap' | 'held' | 'knows' | 'lastFilledAt' | 'lastHeardAt' | 'marketTime'>

interface Stretch {
  readonly from: Instant
  readonly to: Instant
}

interface Hole {
  from: Instant
  readonly reason: string
  /** Where it ends at the latest: when prices were asked for; null while they are not. */
  to: Instant | null
  /** The fill that began it as it happened: prices that are asked for within the clock's step are not late. null: anything else did. */
  fresh: Instant | null
}

/** What is known of the prices of one contract. Deaf: there is a hole. Idle: neither a hole nor `listensSince`. */
interface Ear {
  readonly conId: number
  hole: Hole | null
  listensSince: Instant | null
  /** Its prices were asked for before anything of it was filled: a fill within the clock's step before that is not late. */
  early: boolean
  /** The last price; at first what is stored. */
  heardAt: Instant
  /** The broker's last answer about the time while it listened: every price before it had come. */
  completeUntil: Instant
  /** Nobody wants it any more: what is still on its way counts, silence proves nothing. */
  parted: boolean
  /** The subscription stands, though no price comes: it will by itself. */
  subscribed: boolean
  /** Why the broker said that its prices stay away; null: it did not. */
  refused: string | null
  /** Its fills since it was wanted, or those that the recorder has not taken yet. */
  fills: Execution[]
  /** The last of them. */
  filledAt: Instant
  /** When this process listened to it before, oldest first. */
  readonly heard: Stretch[]
}

const NEVER = Number.NEGATIVE_INFINITY
/** The broker's clock tells whole seconds. */
const CLOCK_STEP_MS = 1_000
/** A late fill is older than so many interruptions at most, or more is declared than was missed. */
const STRETCHES_MAX = 200
/** From here on fills that were told are looked through for those that were taken. */
const TOLD_MAX = 100
const NO_SESSION = 'no session with the broker'
const NO_FEED = 'connection between the broker and its servers lost'
const NOT_SOONER = 'its prices could not come sooner'
const ANEW = 'its prices were asked for anew'
const LATE_FILL = 'a fill that was not heard as it happened'

export class Hearing {
  readonly #recorder: HearingRecorder
  readonly #log: (line: string) => void
  readonly #ears = new Map<number, Ear>()
  /** Of these something is open, as far as the recorder has come: what is missed of them is told. */
  #held: ReadonlySet<number> = new Set()
  /** These, and those that somebody waits for. */
  #wanted: ReadonlySet<number> = new Set()
  #hasSession = false
  #feedLost = false
  #answeredAt: Instant | null = null
  /** Fills told and not taken yet, by family and account: one that is told again, or corrected, is no news. Those the recorder knows leave in turn. */
  readonly #told = new Map<string, Execution>()

  constructor(recorder: HearingRecorder, log: (line: string) => void) {
    this.#recorder = recorder
    this.#log = log
  }

  /** Something that is wanted is not heard. */
  get isDeaf(): boolean {
    return [...this.#wanted].some((conId) => (this.#ears.get(conId)?.hole ?? null) !== null)
  }

  /** Some of it will be: the broker did not refuse its prices. */
  get awaitsPrices(): boolean {
    return [...this.#held].some((conId) => {
      const ear = this.#ears.get(conId)
      return ear !== undefined && ear.hole !== null && ear.refused === null
    })
  }

  // -------------------------------------------------------------- the session, and the broker's own connection

  sessionBegins(): void {
    this.#feedLost = false
    this.wantedChanged(this.#wanted)
    this.#hasSession = true
  }

  sessionLost(): void {
    this.#hasSession = false
    for (const ear of this.#ears.values()) {
      if (ear.hole !== null) goesOn(ear.hole)
      else if (ear.parted && !this.#isBehind(ear)) this.#endStretch(ear, knownUntil(ear))
      else if (ear.listensSince !== null) this.#deafen(ear, knownUntil(ear), NO_SESSION)
      ear.parted = false
      ear.subscribed = false
      ear.refused = null
    }
  }

  /** The broker is cut off. Prices may have stayed away for a while already: its answers about the time prove nothing. */
  feedLost(): void {
    this.#feedLost = true
    for (const ear of this.#ears.values()) {
      if (ear.hole !== null) {
        ear.subscribed ||= ear.hole.to !== null
        goesOn(ear.hole)
      } else if (ear.listensSince !== null && (!ear.parted || this.#isBehind(ear))) {
        this.#deafen(ear, pricedUntil(ear), NO_FEED)
        ear.subscribed = !ear.parted
      } else this.#endStretch(ear, pricedUntil(ear))
      ear.parted = false
    }
  }

  /** Back again. Where nobody said that it was lost, it was since every contract was last heard. */
  feedRestored(): void {
    if (!this.#feedLost) this.feedLost()
    this.#feedLost = false
  }

  // -------------------------------------------------------------- what is wanted

  /**
   * Something was opened or closed, as far as the recorder has come, or is waited for: what is opened is heard from its first price on. Where only an
   * order works nothing can be missed yet; its holes are kept all the same, for a fill may turn out to lie in one.
   */
  wantedChanged(wanted: Iterable<number>): void {
    const held = new Set(this.#recorder.held().map(({ conId }) => conId))
    const now = this.#recorder.marketTime()
    const before = { held: this.#held, wanted: this.#wanted }
    this.#held = held
    this.#wanted = new Set([...held, ...wanted])
    for (const conId of before.wanted) if (!this.#wanted.has(conId)) this.#letGo(this.#earOf(conId))
    for (const conId of held) if (!before.held.has(conId)) this.#want(conId, now)
    for (const conId of this.#wanted) if (!before.wanted.has(conId)) this.#wantAgain(conId)
  }

  #want(conId: number, now: Instant | null): void {
    const isNew = !this.#ears.has(conId)
    const ear = this.#earOf(conId)
    if (ear.hole !== null || (ear.listensSince !== null && !ear.parted)) return
    // At a start all that is known are the stored prices. Later the recorder may be behind the wire: the fill came when it was told.
    const since = isNew && ear.heardAt !== NEVER ? ear.heardAt : Math.min(now ?? Number.POSITIVE_INFINITY, ...ear.fills.map(({ at }) => at))
    const from = Math.max(knownUntil(ear), since)
    if (from === Number.POSITIVE_INFINITY) return
    if (this.#hasSession) this.#deafen(ear, from, NOT_SOONER, ear.filledAt === NEVER ? from : ear.filledAt)
    else this.#deafen(ear, from, NO_SESSION)
  }

  /** From now on a price may come from the line that is asked for anew, and says no more that all before it came from the old one. */
  #wantAgain(conId: number): void {
    const ear = this.#earOf(conId)
    if (!ear.parted) return
    if (ear.hole === null && this.#isBehind(ear)) this.#deafen(ear, knownUntil(ear), ANEW)
    else if (ear.hole === null) this.#endStretch(ear, knownUntil(ear))
    ear.parted = false
  }

  #letGo(ear: Ear): void {
    // Nothing is open, and nobody asks for its prices any more: what was missed of its trades was told with the fill that closed the last one.
    if (!this.#isBehind(ear)) ear.hole = null
    if (ear.hole !== null) goesOn(ear.hole)
    ear.parted = ear.listensSince !== null
    ear.subscribed = false
    ear.refused = null
  }

  /** The recorder is behind the wire: the next fill may have come already. */
  #isBehind(ear: Ear): boolean {
    ear.fills = ear.fills.filter((fill) => !this.#recorder.knows(fill))
    return ear.fills.length > 0
  }

  // -------------------------------------------------------------- what the broker tells

  /** A price, before the recorder is told of it. */
  quote({ conId, at, delayed }: Quote): void {
    if (delayed !== true) this.#hear(this.#earOf(conId), at)
  }

  #hear(ear: Ear, at: Instant | null): void {
    const { hole } = ear
    if (at === null) {
      this.#hearUndated(ear)
      return
    }
    if (hole !== null) {
      if (at <= hole.from) return
      if (ear.parted && hole.to === null) hole.from = at
      // One price does not say that the others come, too: the broker is cut off, or it comes from a line that was let go.
      else if (this.#feedLost || (hole.to === null && !ear.subscribed)) this.#cut(ear, hole, at)
      else this.#close(ear, Math.min(at, hole.to ?? at))
    }
    ear.heardAt = Math.max(ear.heardAt, at)
  }

  /** It came now, which is not known to the millisecond: the broker's next answer about the time ends the hole. */
  #hearUndated(ear: Ear): void {
    const now = Math.max(this.#answeredAt ?? NEVER, this.#recorder.marketTime() ?? NEVER)
    const { hole } = ear
    if (hole !== null && !this.#feedLost && hole.to !== null) this.#close(ear, hole.to)
    else if (hole !== null) {
      this.#cut(ear, hole, now)
      ear.subscribed = true
    }
    ear.heardAt = Math.max(ear.heardAt, now)
  }

  /** The live prices of a contract stay away while the session goes on, or come again. */
  prices(conId: number, heard: boolean, at: Instant | null, reason: string): void {
    const ear = this.#earOf(conId)
    if (heard) {
      ear.refused = null
      ear.subscribed = true
      this.#hear(ear, at)
      return
    }
    if (ear.refused === null) this.#log(`no live prices of contract ${conId}: ${reason}`)
    ear.refused = reason
    ear.subscribed = false
    // A refused subscription may never have brought a price: what the broker's clock says proves nothing for it.
    if (ear.hole !== null) goesOn(ear.hole)
    else if (ear.listensSince !== null && !ear.parted) this.#deafen(ear, pricedUntil(ear), reason)
  }

  /** What the broker said of a contract whose prices stay away; null: nothing. */
  whySilent(conId: number): string | null {
    return this.#ears.get(conId)?.refused ?? null
  }

  /** Prices were asked for, and at this time of the broker's they were on their way: what comes later is heard. */
  asked(conId: number, at: Instant): void {
    const ear = this.#earOf(conId)
    if (ear.hole === null && ear.listensSince === null && this.#feedLost) this.#deafen(ear, at, NO_FEED)
    else if (ear.hole === null && ear.listensSince === null) {
      ear.listensSince = at + CLOCK_STEP_MS - 1
      ear.early = true
    } else if (ear.hole === null && pricedUntil(ear) < at + CLOCK_STEP_MS - 1) this.#deafen(ear, pricedUntil(ear), ANEW)
    ear.parted = false
    ear.subscribed = true
    const { hole } = ear
    if (hole === null || this.#feedLost) return
    if (hole.fresh !== null && at <= hole.fresh + CLOCK_STEP_MS && at >= hole.from - CLOCK_STEP_MS) this.#close(ear, hole.from)
    // The broker tells whole seconds: what was asked for before the answer is heard from the end of that second on, or from its first price.
    else if (isCredible(hole, at)) hole.to = at + CLOCK_STEP_MS - 1
  }

  /** The broker told the time: while prices come in, everything up to it was heard. */
  clock(at: Instant): void {
    this.#answeredAt = at
    if (this.#feedLost) return
    for (const ear of this.#ears.values()) {
      const { hole } = ear
      if (hole === null) {
        if (ear.listensSince !== null && !ear.parted) ear.completeUntil = Math.max(ear.completeUntil, at)
      } else if (hole.to !== null) this.#close(ear, hole.to)
      else if (ear.subscribed && isCredible(hole, at)) this.#close(ear, at + CLOCK_STEP_MS - 1)
    }
  }

  /**
   * A fill, before the recorder is told of it. What it opens while nobody listens is unknown since then, whether it is told as history or as it happens;
   * what it closes has its hole told with it.
   */
  fill(fill: Execution, history: boolean): void {
    const { executionId, account, conId, at } = fill
    const known = this.#ears.get(conId)?.hole ?? null
    if (known !== null && (known.fresh === null || at > known.fresh + CLOCK_STEP_MS)) this.#cut(this.#earOf(conId), known, at)
    const family = `${account} ${familyOf(executionId)}`
    if (this.#told.has(family)) return
    if (this.#recorder.knows(fill)) return
    this.#told.set(family, fill)
    if (this.#told.size > TOLD_MAX) for (const [known, told] of this.#told) if (this.#recorder.knows(told)) this.#told.delete(known)
    const ear = this.#earOf(conId)
    // Its line was let go because the recorder is behind: something was open all the same.
    if (ear.parted && ear.hole === null && this.#isBehind(ear) && knownUntil(ear) < at) this.#recorder.gap([conId], knownUntil(ear), at, NOT_SOONER)
    // A fill that comes after later ones: their part of the hole is told at once, nobody cuts it any more.
    const last = Math.max(ear.filledAt, at)
    ear.filledAt = last
    ear.fills.push(fill)
    const { hole, listensSince } = ear
    if (hole !== null) {
      if (at < hole.from) this.#declareUnheard(ear, at, hole.from)
    } else if (listensSince !== null && !ear.parted) {
      // A fill's second began up to a second before it.
      const step = ear.early && !history ? 2 * CLOCK_STEP_MS : CLOCK_STEP_MS
      if (at + step <= listensSince) this.#declareUnheard(ear, at, listensSince)
    } else {
      // What it opened may have been closed by one that is known already: of such a trade nobody would tell after a start.
      const known = Math.max(knownUntil(ear), last, (history ? this.#recorder.lastFilledAt(conId) : null) ?? NEVER)
      if (at < known) this.#declareUnheard(ear, at, known)
      this.#deafen(ear, known, this.#hasSession && !history ? NOT_SOONER : LATE_FILL, history ? null : last)
    }
  }

  // -------------------------------------------------------------- holes

  #earOf(conId: number): Ear {
    let ear = this.#ears.get(conId)
    if (ear === undefined) {
      const heardAt = this.#recorder.lastHeardAt(conId) ?? NEVER
      ear = {
        ...{
          conId,
          hole: null,
          listensSince: null,
          early: false,
          heardAt,
          completeUntil: NEVER,
          parted: false,
          subscribed: false,
          refused: null,
          fills: [],
          filledAt: NEVER,
        },
        heard: [],
      }
      this.#ears.set(conId, ear)
    }
    return ear
  }

  #deafen(ear: Ear, from: Instant, reason: string, fresh: Instant | null = null): void {
    this.#endStretch(ear, from)
    ear.hole = { from, to: null, reason, fresh }
  }

  #endStretch(ear: Ear, to: Instant): void {
    if (ear.listensSince !== null) ear.heard.push({ from: ear.listensSince, to })
    if (ear.heard.length > STRETCHES_MAX) ear.heard.shift()
    ear.listensSince = null
    ear.early = false
  }

  /** What is before `at` is told; what is still missing begins there. */
  #cut(ear: Ear, hole: Hole, at: Instant): void {
    if (at <= hole.from) return
    if (this.#held.has(ear.conId) || this.#isBehind(ear)) this.#recorder.gap([ear.conId], hole.from, at, hole.reason)
    hole.from = at
    // What is left of it does not begin with the fill any more.
    hole.fresh = null
  }

  #close(ear: Ear, to: Instant): void {
    const { hole } = ear
    if (hole === null) return
    this.#cut(ear, hole, to)
    ear.listensSince = hole.from
    ear.hole = null
    ear.parted = false
  }

  /** Tells what of a time in the past was not listened to. */
  #declareUnheard(ear: Ear, from: Instant, to: Instant): void {
    let reached = from
    for (const stretch of ear.heard) {
      if (stretch.to <= reached || stretch.from >= to) continue
      if (stretch.from > reached) this.#recorder.gap([ear.conId], reached, stretch.from, LATE_FILL)
      reached = stretch.to
    }
    if (reached < to) this.#recorder.gap([ear.conId], reached, to, LATE_FILL)
  }
}

/** Up to when everything was heard, by prices and by the broker's clock; and by prices alone. */
function knownUntil(ear: Ear): Instant {
  return Math.max(pricedUntil(ear), ear.completeUntil)
}

function pricedUntil({ heardAt, listensSince }: Ear): Instant {
  return Math.max(heardAt, listensSince ?? NEVER)
}

/** It does not end where it seemed to. */
function goesOn(hole: Hole): void {
  hole.to = null
  hole.fresh = null
}

/** A clock that fell behind must not make a hole look empty. */
function isCredible(hole: Hole, at: Instant): boolean {
  return at >= hole.from - CLOCK_STEP_MS
}
