// What was heard and what was missed, told in the order of the wire: holes one by one, then a law over whole days of chance against a market that
// knows everything.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Execution } from '#core/facts.ts'
import { Hearing, type HearingRecorder } from '#live/hearing.ts'

const AT = Date.UTC(2026, 10, 20, 15)
const s = (seconds: number) => AT + Math.round(seconds * 1000)
const bought = (executionId: string, at: number, conId = 1): Execution => ({
  ...{ kind: 'execution', executionId, account: 'DU1', conId, side: 'BUY', quantity: '1', price: '10', at },
})
const priced = (at: number, conId = 1) => ({ conId, price: 10, at, source: 'LAST' as const })

/** A recorder that holds what the test says, and writes down what it is told. */
class Book implements HearingRecorder {
  readonly gaps: { readonly conId: number; readonly from: number; readonly to: number; readonly reason: string }[] = []
  wanted: readonly number[] = []
  heard: number | null = null
  now: number | null = null
  held = () => this.wanted.map((conId) => ({ kind: 'instrument', conId, symbol: 'AAA', secType: 'STK', currency: 'USD' }) as const)
  readonly taken = new Set<string>()
  knows = ({ executionId }: Execution) => this.taken.has(executionId)
  lastHeardAt = () => this.heard
  lastFilledAt = () => null
  marketTime = () => this.now
  gap(conIds: readonly number[], from: number, to: number, reason: string): void {
    for (const conId of conIds) this.gaps.push({ conId, from, to, reason })
  }
  get holes(): readonly (readonly [number, number])[] {
    return this.gaps.map(({ from, to }) => [(from - AT) / 1000, (to - AT) / 1000])
  }
}

/** Contract 1, bought at 0 s and listened to since; its last price came at 10 s. */
function listening(): { readonly book: Book; readonly hearing: Hearing } {
  const book = new Book()
  const hearing = new Hearing(book, () => {})
  hearing.sessionBegins()
  hearing.fill(bought('a', s(0)), false)
  book.taken.add('a')
  book.wanted = [1]
  book.now = s(0)
  hearing.wantedChanged([])
  hearing.asked(1, s(0))
  hearing.quote(priced(s(10)))
  return { book, hearing }
}

test('asked for within the second of its first fill, it was heard from the beginning', () => {
  expect(listening().book.gaps).toEqual([])
})

test('a session is lost: from the last price, or the last answer about the time, to the first price, at the latest to the end of the second it was asked for in', () => {
  for (const [answers, first, hole] of [
    [[], 40.5, [10, 40.5]],
    [[12], 40.5, [12, 40.5]],
    [[], 60, [10, 40.999]],
  ] as const) {
    const { book, hearing } = listening()
    for (const answer of answers) hearing.clock(s(answer))
    hearing.sessionLost()
    hearing.sessionBegins()
    hearing.asked(1, s(40))
    hearing.quote(priced(s(first)))
    expect(book.holes).toEqual([hole])
  }
})

test('a hole begins where the wire fell silent, though the recorder is far behind', () => {
  const { book, hearing } = listening()
  book.now = s(3)
  book.heard = s(3)
  hearing.sessionLost()
  hearing.sessionBegins()
  hearing.asked(1, s(40))
  hearing.clock(s(41))
  expect(book.holes).toEqual([[10, 40.999]])
})

test('prices refused, and coming again, before the session had caught up: that is a hole of its own', () => {
  const { book, hearing } = listening()
  hearing.sessionLost()
  hearing.sessionBegins()
  hearing.asked(1, s(20))
  hearing.quote(priced(s(20.2)))
  hearing.prices(1, false, null, 'competing session')
  hearing.asked(1, s(50))
  hearing.prices(1, true, s(50.3), 'again')
  hearing.quote(priced(s(50.3)))
  expect(book.holes).toEqual([
    [10, 20.2],
    [20.2, 50.3],
  ])
})

test('a session that brought prices and was lost before it was ready: what comes after it is a hole of its own', () => {
  const { book, hearing } = listening()
  for (const at of [20, 40]) {
    hearing.sessionLost()
    hearing.sessionBegins()
    hearing.asked(1, s(at))
    hearing.quote(priced(s(at + 0.1)))
  }
  expect(book.holes).toEqual([
    [10, 20.1],
    [20.1, 40.1],
  ])
})

test('a subscription that is refused later never was one: answers about the time in between prove nothing', () => {
  const { book, hearing } = listening()
  hearing.clock(s(30))
  hearing.prices(1, false, null, 'not subscribed')
  hearing.asked(1, s(60))
  hearing.clock(s(61))
  hearing.prices(1, false, null, 'not subscribed')
  hearing.asked(1, s(90))
  hearing.clock(s(91))
  expect(book.holes).toEqual([
    [10, 60.999],
    [60.999, 90.999],
  ])
})

test('a fill inside a hole is told with what was missed before it, and before it', () => {
  const { book, hearing } = listening()
  hearing.sessionLost()
  hearing.sessionBegins()
  hearing.fill(bought('b', s(25)), true)
  expect(book.holes).toEqual([[10, 25]])
  hearing.asked(1, s(40))
  hearing.clock(s(41))
  expect(book.holes[1]).toEqual([25, 40.999])
})

test('the feed is lost: one price does not say that the others come, only the broker does', () => {
  const { book, hearing } = listening()
  hearing.clock(s(30))
  hearing.feedLost()
  hearing.quote(priced(s(35)))
  hearing.clock(s(50))
  expect(book.holes).toEqual([[10, 35]])
  hearing.feedRestored()
  hearing.clock(s(60))
  expect(book.holes[1]).toEqual([35, 60.999])
})

test('let go and wanted again: what was on its way counts, from then on it is a hole until it is asked for', () => {
  const { book, hearing } = listening()
  book.wanted = []
  book.now = s(10)
  hearing.wantedChanged([])
  hearing.quote(priced(s(11)))
  hearing.fill(bought('b', s(12)), false)
  hearing.quote(priced(s(12.5)))
  book.wanted = [1]
  book.now = s(12)
  hearing.wantedChanged([])
  hearing.asked(1, s(20))
  hearing.quote(priced(s(22)))
  expect(book.holes).toEqual([[12.5, 20.999]])
})

test('let go because the recorder is behind, though the next fill had come: what was missed until the one after it is told with that', () => {
  const { book, hearing } = listening()
  hearing.fill(bought('b', s(11)), false)
  hearing.fill(bought('c', s(12)), false)
  book.taken.add('b')
  book.wanted = []
  hearing.wantedChanged([])
  hearing.fill(bought('d', s(20)), false)
  expect(book.holes).toEqual([[10, 20]])
})

test('let go and asked for again: a first price of the new line does not say that all before it came', () => {
  const { book, hearing } = listening()
  book.wanted = []
  hearing.wantedChanged([])
  hearing.fill(bought('b', s(12)), false)
  hearing.wantedChanged([1])
  hearing.quote(priced(s(15)))
  hearing.asked(1, s(14))
  hearing.clock(s(16))
  expect(book.holes).toEqual([[12, 15]])
})

test('a clock that fell behind does not make a hole look empty', () => {
  const { book, hearing } = listening()
  hearing.sessionLost()
  hearing.sessionBegins()
  hearing.asked(1, s(-3_600))
  hearing.clock(s(-3_599))
  expect(book.holes).toEqual([])
  hearing.quote(priced(s(44)))
  expect(book.holes).toEqual([[10, 44]])
})

test('a fill that comes late: what of the time since was listened to is no hole', () => {
  const { book, hearing } = listening()
  hearing.sessionLost()
  hearing.sessionBegins()
  hearing.asked(1, s(40))
  hearing.clock(s(41))
  hearing.fill(bought('late', s(-30)), false)
  hearing.fill(bought('later', s(5)), false)
  expect(book.holes).toEqual([
    [10, 40.999],
    [-30, 0],
    [10, 40.999],
    [10, 40.999],
  ])
})

/** Contract 1, of which nothing is held: an order works since -20 s, when its prices were asked for; the last one came at -5 s. */
function awaiting(): { readonly book: Book; readonly hearing: Hearing } {
  const book = new Book()
  const hearing = new Hearing(book, () => {})
  hearing.sessionBegins()
  book.now = s(-20)
  hearing.wantedChanged([1])
  hearing.asked(1, s(-20))
  hearing.quote(priced(s(-5)))
  return { book, hearing }
}

test('an order worked before its fill: it was heard from its very first instant', () => {
  const { book, hearing } = awaiting()
  hearing.fill(bought('a', s(0)), false)
  hearing.quote(priced(s(0.01)))
  book.wanted = [1]
  hearing.wantedChanged([1])
  hearing.clock(s(3))
  expect(book.holes).toEqual([])
  // From now on what is missed is told, though the order is gone.
  hearing.wantedChanged([])
  hearing.sessionLost()
  hearing.sessionBegins()
  hearing.asked(1, s(40))
  hearing.clock(s(41))
  expect(book.holes).toEqual([[3, 40.999]])
})

test('an order that is filled in the second in which its prices are asked for, or in the one before, was heard from the beginning', () => {
  for (const [asked, holes] of [
    [0, []],
    [1, []],
    [2, [[0, 2.999]]],
  ] as const) {
    const book = new Book()
    const hearing = new Hearing(book, () => {})
    hearing.sessionBegins()
    hearing.wantedChanged([1])
    hearing.asked(1, s(asked))
    hearing.fill(bought('a', s(0)), false)
    expect(book.holes).toEqual(holes)
  }
})

test('where only an order works nothing can be missed; a fill that turns out to lie in such a hole has its part of it told', () => {
  for (const at of [-10, 25]) {
    const { book, hearing } = awaiting()
    hearing.sessionLost()
    hearing.sessionBegins()
    hearing.asked(1, s(40))
    hearing.clock(s(41))
    expect(book.holes).toEqual([])
    hearing.fill(bought('a', s(at)), true)
    expect(book.holes).toEqual([[Math.max(at, -5), 40.999]])
  }
})

test('the same, told before its prices were asked for again', () => {
  const { book, hearing } = awaiting()
  hearing.sessionLost()
  hearing.sessionBegins()
  hearing.fill(bought('a', s(25)), true)
  hearing.asked(1, s(40))
  hearing.clock(s(41))
  expect(book.holes).toEqual([[25, 40.999]])
})

test('1100 and 1102 while an order works: its line goes on by itself, and its fill is heard', () => {
  const { book, hearing } = awaiting()
  hearing.feedLost()
  hearing.feedRestored()
  hearing.clock(s(-1))
  hearing.fill(bought('a', s(1)), false)
  hearing.quote(priced(s(1.5)))
  expect(book.holes).toEqual([])
})

// ---------------------------------------------------------------- the law

/** The same days every time; others by SEED, more by RUNS. */
const CHANCE = { seed: Number(process.env['SEED'] ?? 1), numRuns: Number(process.env['RUNS'] ?? 1_000) }
const CONTRACTS = [1, 2] as const

interface Price {
  readonly conId: number
  readonly at: number
}

type Entry =
  | { readonly kind: 'fill'; readonly fill: Execution }
  | { readonly kind: 'price'; readonly price: Price }
  | { readonly kind: 'gap'; readonly conId: number; readonly from: number; readonly to: number }
  | { readonly kind: 'clock'; readonly at: number }
  /** Everything told before an order was gone is taken. */
  | { readonly kind: 'gone'; readonly conId: number }

/** A market that knows everything, a gateway, the wire in both directions, and a recorder that is behind and may be killed. */
class Days {
  now = AT
  readonly prices: Price[] = []
  readonly fills: Execution[] = []
  // The gateway
  isFeedUp = true
  isFrozen = false
  hasSession = false
  readonly lines = new Set<number>()
  readonly refused = new Set<number>()
  toGateway: (() => void)[] = []
  toClient: (() => void)[] = []
  /** How long anything lay on the wire at most. */
  lateMs = 0
  // The client: what is subscribed as far as it knows, and what waits until it is asked for again
  hearing: Hearing
  readonly asked = new Map<number, symbol>()
  readonly answered = new Set<number>()
  readonly resting = new Set<number>()
  // The recorder
  waiting: Entry[] = []
  readonly taken: Entry[] = []
  wanted: readonly number[] = []
  /** Contracts in which an order works, and as far as the client knows. */
  readonly orders = new Set<number>()
  awaited: readonly number[] = []
  /** Fills of orders that worked while the line stood, and was known to, and the broker was not cut off: they have their prices from their very first instant. */
  readonly stood = new Set<string>()

  constructor() {
    this.hearing = this.begin()
  }

  begin(): Hearing {
    const taken = this.taken
    this.wanted = this.held()
    return new Hearing(
      {
        held: () => this.held().map((conId) => ({ kind: 'instrument', conId, symbol: 'AAA', secType: 'STK', currency: 'USD' })),
        knows: ({ executionId }) => taken.some((entry) => entry.kind === 'fill' && entry.fill.executionId === executionId),
        lastHeardAt: (conId) => this.lastHeardAt(conId),
        lastFilledAt: (conId) => this.takenFills().findLast((fill) => fill.conId === conId)?.at ?? null,
        marketTime: () => taken.reduce<number | null>((last, entry) => Math.max(last ?? 0, timeOf(entry)), null),
        gap: (conIds, from, to) => {
          for (const conId of conIds) this.waiting.push({ kind: 'gap', conId, from, to })
        },
      },
      () => {},
    )
  }

  /** Open as far as the recorder has come. */
  held(): number[] {
    return CONTRACTS.filter((conId) => positionOf(this.takenFills(), conId) !== 0)
  }

  takenFills(): Execution[] {
    return this.taken.flatMap((entry) => (entry.kind === 'fill' ? [entry.fill] : [])).sort((a, b) => a.at - b.at)
  }

  /** As the books do: the last stored price, before the first one the fill that opened. */
  lastHeardAt(conId: number): number | null {
    let opened: number | null = null
    let position = 0
    for (const fill of this.takenFills().filter((one) => one.conId === conId)) {
      if (position === 0) opened = fill.at
      position += signOf(fill)
    }
    const prices = this.taken.flatMap((entry) => (entry.kind === 'price' && entry.price.conId === conId ? [entry.price.at] : []))
    const known = [...prices, ...(position === 0 || opened === null ? [] : [opened])]
    return known.length === 0 ? null : Math.max(...known)
  }

  tell(event: () => void): void {
    if (this.hasSession && !this.isFrozen) this.toClient.push(this.#sent(event))
  }

  request(request: () => void): void {
    if (this.hasSession) this.toGateway.push(this.#sent(request))
  }

  #sent(read: () => void): () => void {
    const sentAt = this.now
    return () => {
      this.lateMs = Math.max(this.lateMs, this.now - sentAt)
      read()
    }
  }

  /** The broker's clock: everything up to this second has been sent. */
  seconds(): number {
    return Math.floor((this.now - 1) / 1000) * 1000
  }

  // What happens

  price(conId: number, passed: number): void {
    this.now += passed
    // Never on a whole second, at which the clock is neither before nor after it.
    if (this.now % 1000 === 0) this.now++
    const price = { conId, at: this.now }
    this.prices.push(price)
    if (this.isFeedUp && this.lines.has(conId)) this.tell(() => this.hearPrice(price))
  }

  hearPrice(price: Price): void {
    this.hearing.quote(priced(price.at, price.conId))
    this.waiting.push({ kind: 'price', price })
  }

  fill(conId: number): void {
    this.now = Math.floor(this.now / 1000) * 1000 + 1000
    const side = positionOf(this.fills, conId) === 0 ? 'BUY' : 'SELL'
    const fill: Execution = { ...bought(`${this.fills.length}`, this.now, conId), side }
    this.fills.push(fill)
    this.now += 1
    if (this.isFeedUp && this.orders.has(conId) && this.lines.has(conId) && this.answered.has(conId)) this.stood.add(fill.executionId)
    if (this.isFeedUp) this.tell(() => this.hearFill(fill, false))
    if (this.orders.delete(conId)) this.tell(() => this.waiting.push({ kind: 'gone', conId }))
  }

  /** An order is placed; or cancelled, where one works. */
  order(conId: number): void {
    if (this.orders.delete(conId)) this.tell(() => this.waiting.push({ kind: 'gone', conId }))
    else {
      this.orders.add(conId)
      this.tell(() => this.watch([...this.awaited.filter((one) => one !== conId), conId]))
    }
  }

  watch(awaited: readonly number[]): void {
    this.awaited = awaited
    this.hearing.wantedChanged([...this.wanted, ...awaited])
    this.follow()
  }

  hearFill(fill: Execution, history: boolean): void {
    this.hearing.fill(fill, history)
    this.waiting.push({ kind: 'fill', fill })
  }

  askTime(): void {
    this.request(() => {
      const at = this.seconds()
      this.tell(() => this.hearClock(at))
    })
  }

  hearClock(at: number): void {
    this.hearing.clock(at)
    this.waiting.push({ kind: 'clock', at })
  }

  subscribe(conId: number): void {
    const line = Symbol(conId)
    this.asked.set(conId, line)
    // Two requests, and the gateway may read them far apart: the time it tells is one at which the line stood.
    this.request(() => {
      if (this.refused.has(conId)) this.tell(() => this.asked.get(conId) === line && this.hearRefusal(conId))
      else this.lines.add(conId)
    })
    this.request(() => {
      const at = this.seconds()
      this.tell(() => {
        this.hearClock(at)
        if (this.asked.get(conId) !== line) return
        this.hearing.asked(conId, at)
        this.answered.add(conId)
      })
    })
  }

  hearRefusal(conId: number): void {
    this.asked.delete(conId)
    this.answered.delete(conId)
    this.resting.add(conId)
    this.hearing.prices(conId, false, null, 'refused')
  }

  /** The client subscribes to what is wanted. */
  follow(): void {
    if (!this.hasSession) return
    const wanted = new Set([...this.wanted, ...this.awaited])
    for (const conId of [...this.asked.keys()]) {
      if (wanted.has(conId)) continue
      this.asked.delete(conId)
      this.answered.delete(conId)
      this.request(() => this.lines.delete(conId))
    }
    for (const conId of wanted) if (!this.asked.has(conId) && !this.resting.has(conId)) this.subscribe(conId)
  }

  retry(): void {
    this.resting.clear()
    this.follow()
  }

  askFills(): void {
    this.request(() => {
      for (const fill of [...this.fills]) this.tell(() => this.hearFill(fill, true))
    })
  }

  connect(): void {
    if (this.hasSession) return
    this.hasSession = true
    this.isFrozen = false
    this.hearing.sessionBegins()
    if (!this.isFeedUp) this.tell(() => this.hearing.feedLost())
    this.askFills()
    this.follow()
  }

  lose(): void {
    if (!this.hasSession) return
    this.hasSession = false
    this.toClient = []
    this.toGateway = []
    this.lines.clear()
    this.asked.clear()
    this.answered.clear()
    this.resting.clear()
    this.hearing.sessionLost()
  }

  kill(): void {
    this.waiting = []
    this.awaited = []
    this.lose()
    this.hearing = this.begin()
  }

  cutFeed(): void {
    if (!this.isFeedUp) return
    this.isFeedUp = false
    this.tell(() => this.hearing.feedLost())
  }

  restoreFeed(forgets: boolean): void {
    if (this.isFeedUp) return
    this.isFeedUp = true
    if (forgets) this.lines.clear()
    this.tell(() => {
      this.hearing.feedRestored()
      if (forgets) {
        for (const conId of this.asked.keys()) this.hearing.prices(conId, false, null, 'forgotten')
        this.asked.clear()
        this.answered.clear()
        this.retry()
      }
      this.askFills()
      this.askTime()
    })
  }

  refuse(conId: number): void {
    if (this.refused.has(conId)) {
      this.refused.delete(conId)
      return
    }
    this.refused.add(conId)
    if (this.lines.delete(conId)) this.tell(() => this.hearRefusal(conId))
  }

  gatewayReads(count: number): void {
    for (const request of this.toGateway.splice(0, count)) request()
  }

  clientReads(count: number): void {
    for (const event of this.toClient.splice(0, count)) event()
  }

  recorderTakes(count: number): void {
    for (const entry of this.waiting.splice(0, count)) {
      if (entry.kind === 'gone') {
        if (!this.orders.has(entry.conId)) this.watch(this.awaited.filter((conId) => conId !== entry.conId))
        continue
      }
      const isKnown = entry.kind === 'fill' && this.taken.some((one) => one.kind === 'fill' && one.fill.executionId === entry.fill.executionId)
      if (!isKnown) this.taken.push(entry)
      const held = this.held()
      if (held.join() === this.wanted.join()) continue
      this.wanted = held
      this.watch(this.awaited)
    }
  }

  /** Everything comes back, and everybody reads. */
  settle(): void {
    this.refused.clear()
    this.restoreFeed(true)
    if (this.isFrozen) this.lose()
    this.connect()
    for (let round = 0; round < 6; round++) {
      this.now += 2_000
      this.askTime()
      this.retry()
      for (let turn = 0; turn < 6; turn++) {
        this.gatewayReads(1000)
        this.clientReads(1000)
        this.recorderTakes(1000)
      }
    }
  }

  gaps(): { readonly conId: number; readonly from: number; readonly to: number }[] {
    return this.taken.filter((entry) => entry.kind === 'gap')
  }

  /** Prices of what was open that are neither stored nor inside a declared hole. */
  lost(): string[] {
    const stored = new Set(this.taken.flatMap((entry) => (entry.kind === 'price' ? [keyOf(entry.price)] : [])))
    return this.prices.flatMap((price) => {
      const { conId, at } = price
      if (stored.has(keyOf(price)) || !isOpenAt(this.fills, conId, at, this.stood)) return []
      const declared = this.gaps().some((gap) => gap.conId === conId && at > gap.from && at <= gap.to)
      return declared ? [] : [`contract ${conId} at ${(at - AT) / 1000} s`]
    })
  }

  /** Stored prices deep inside a declared hole, deeper than an answer came late. */
  overdeclared(): string[] {
    const stored = this.taken.flatMap((entry) => (entry.kind === 'price' ? [entry.price] : []))
    return this.gaps().flatMap(({ conId, from, to }) =>
      stored
        .filter((price) => price.conId === conId && price.at > from && price.at <= to - 10_000 - this.lateMs)
        .map(({ at }) => `contract ${conId} at ${(at - AT) / 1000} s in ${(from - AT) / 1000}–${(to - AT) / 1000} s`),
    )
  }
}

const keyOf = ({ conId, at }: Price) => `${conId} ${at}`
const signOf = ({ side }: Execution) => (side === 'BUY' ? 1 : -1)
const timeOf = (entry: Entry) => (entry.kind === 'fill' ? entry.fill.at : entry.kind === 'price' ? entry.price.at : entry.kind === 'clock' ? entry.at : 0)
const positionOf = (fills: readonly Execution[], conId: number) => fills.reduce((sum, fill) => (fill.conId === conId ? sum + signOf(fill) : sum), 0)

/** Open then; and for longer than the clock's step, within which a first price is not late, unless the line stood before it was opened. */
function isOpenAt(fills: readonly Execution[], conId: number, at: number, stood: ReadonlySet<string>): boolean {
  let opening: Execution | null = null
  for (const fill of fills) {
    if (fill.conId !== conId) continue
    if (fill.at > at) break
    opening = opening === null ? fill : null
  }
  return opening !== null && at > opening.at + (stood.has(opening.executionId) ? 0 : 2_000)
}

const contract = fc.constantFrom(...CONTRACTS)
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(contract, fc.integer({ min: 1, max: 2_500 }))
      .map(([conId, ms]) => [`price ${conId} ${ms}`, (days: Days) => days.price(conId, ms)] as const),
  },
  { weight: 3, arbitrary: contract.map((conId) => [`fill ${conId}`, (days: Days) => days.fill(conId)] as const) },
  { weight: 2, arbitrary: contract.map((conId) => [`order ${conId}`, (days: Days) => days.order(conId)] as const) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => [`client reads ${n}`, (days: Days) => days.clientReads(n)] as const) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => [`gateway reads ${n}`, (days: Days) => days.gatewayReads(n)] as const) },
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => [`recorder takes ${n}`, (days: Days) => days.recorderTakes(n)] as const) },
  { weight: 4, arbitrary: fc.constant(['ask time', (days: Days) => days.askTime()] as const) },
  { weight: 3, arbitrary: fc.constant(['connect', (days: Days) => days.connect()] as const) },
  { weight: 2, arbitrary: fc.constant(['retry', (days: Days) => days.retry()] as const) },
  { weight: 1, arbitrary: fc.constant(['ask fills', (days: Days) => days.askFills()] as const) },
  { weight: 1, arbitrary: fc.constant(['lose', (days: Days) => days.lose()] as const) },
  { weight: 1, arbitrary: fc.constant(['kill', (days: Days) => days.kill()] as const) },
  {
    weight: 1,
    arbitrary: fc.constant([
      'freeze',
      (days: Days) => {
        days.isFrozen = days.hasSession
      },
    ] as const),
  },
  { weight: 1, arbitrary: fc.constant(['feed lost', (days: Days) => days.cutFeed()] as const) },
  { weight: 1, arbitrary: fc.boolean().map((forgets) => [`feed back ${forgets}`, (days: Days) => days.restoreFeed(forgets)] as const) },
  { weight: 1, arbitrary: contract.map((conId) => [`refuse ${conId}`, (days: Days) => days.refuse(conId)] as const) },
)

test('law: every price of what was open is stored or lies in a declared hole, whatever fails and whoever is killed', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 150, size: 'max' }), (steps) => {
      const days = new Days()
      days.connect()
      for (const [, act] of steps) act(days)
      days.settle()
      expect(days.lost(), steps.map(([name]) => name).join(', ')).toEqual([])
    }),
    CHANCE,
  )
})

test('law: while nobody is killed, no price that was stored lies deep inside a hole', () => {
  fc.assert(
    fc.property(
      fc.array(
        step.filter(([name]) => name !== 'kill'),
        { minLength: 5, maxLength: 150, size: 'max' },
      ),
      (steps) => {
        const days = new Days()
        days.connect()
        for (const [, act] of steps) act(days)
        days.settle()
        expect(days.overdeclared(), steps.map(([name]) => name).join(', ')).toEqual([])
      },
    ),
    CHANCE,
  )
})
