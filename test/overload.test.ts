// Overload: prices that wait are thinned, facts never; nothing changes its order, and what was thinned says so.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { Quote } from '#broker/port.ts'
import type { Execution } from '#core/facts.ts'
import type { StoredMark } from '#core/stored.ts'
import { openBus } from '#src/bus.ts'
import { clock, clockThatReads } from '#src/clock.ts'
import { Inbox } from '#record/inbox.ts'
import { conflate } from '#record/overload.ts'
import { openRecorder } from '#record/record.ts'
import { factsOf } from '#store/facts.ts'
import { marksOf } from '#store/marks.ts'
import { tradesOf } from '#store/trades.ts'
import { openTestDatabase } from './database.ts'

interface Price {
  readonly kind: 'quote'
  readonly quote: Quote
}
interface Other {
  readonly kind: 'fact'
  readonly number: number
}

const price = (number: number, conId: number, price: number): Price => ({ kind: 'quote', quote: { conId, price, at: number, source: 'LAST' } })
const sides = (number: number, conId: number, mid: number): Price => ({
  kind: 'quote',
  quote: { conId, price: null, bid: mid - 0.1, ask: mid + 0.1, at: number, source: 'MID' },
})
const other = (number: number): Other => ({ kind: 'fact', number })

test('first, high, low and last of each contract stay, in their order; what lies between two facts is thinned by itself', () => {
  const prices = (from: number, conId: number, ...said: number[]) => said.map((value, i) => price(from + i, conId, value))
  const thinned = conflate<Other>([...prices(0, 1, 5, 6, 9, 7, 2, 4, 5), ...prices(10, 2, 3), other(20), ...prices(30, 1, 5, 5, 5), other(40)])
  expect(thinned.map((told) => (told.kind === 'quote' ? `${told.quote.conId}: ${told.quote.price} ${told.quote.sampled}` : told.number))).toEqual([
    ...['1: 5 true', '1: 9 true', '1: 2 true', '1: 5 true', '2: 3 true', 20],
    ...['1: 5 true', '1: 5 true', 40],
  ])
})

test('where only both sides are told, their middle is the price', () => {
  const thinned = conflate<Other>([5, 9, 7, 2, 4].map((mid, i) => sides(i, 1, mid)))
  expect(thinned.map((told) => told.kind === 'quote' && told.quote.at)).toEqual([0, 1, 3, 4])
})

test('a price at which nobody could trade does not take the place of a true extreme', () => {
  const { quote } = price(2, 1, 50)
  const thinned = conflate<Other>([price(0, 1, 5), price(1, 1, 9), { kind: 'quote', quote: { ...quote, pastLimit: true } }, price(3, 1, 4), price(4, 1, 5)])
  expect(thinned.map((told) => told.kind === 'quote' && told.quote.price)).toEqual([5, 9, 50, 4, 5])
})

test('nor does one that is none, or the middle of a quote that is crossed or wide', () => {
  const quoted = (at: number, bid: number, ask: number): Price => ({ kind: 'quote', quote: { conId: 1, price: null, bid, ask, at, source: 'MID' } })
  const zero = conflate<Other>([price(0, 1, 5), price(1, 1, 4), price(2, 1, 0), price(3, 1, 6), price(4, 1, 5)])
  expect(zero.map((told) => told.kind === 'quote' && told.quote.price)).toEqual([5, 4, 0, 6, 5])
  const odd = conflate<Other>([quoted(0, 9.9, 10), quoted(1, 9.8, 9.9), quoted(2, 1, 9), quoted(3, 20, 12), quoted(4, 10, 10.1), quoted(5, 9.9, 10)])
  expect(odd.map((told) => told.kind === 'quote' && told.quote.at)).toEqual([0, 1, 2, 3, 4, 5])
})

test('law: facts stay, all of them, in order; between two the first, high, low and last price of each contract; nothing else, and it says SAMPLED', () => {
  const told = fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 9 })) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(told, (drawn) => {
      const queue = drawn.map((one, number) => (one === null ? other(number) : one[0] ? sides(number, one[1], one[2]) : price(number, one[1], one[2])))
      const kept = conflate<Other>(queue)
      const facts = (of: typeof kept) => of.filter((one) => one.kind === 'fact')
      expect(facts(kept)).toEqual(facts(queue))
      const places = kept.map((one) => (one.kind === 'fact' ? one.number : (one.quote.at as number)))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      expect(new Set(places).size).toBe(places.length)
      for (const one of kept) {
        if (one.kind !== 'quote') continue
        const { sampled, ...quote } = one.quote
        expect(sampled).toBe(true)
        expect(quote).toEqual((queue[quote.at as number] as Price).quote)
      }
      const [before, after] = [runsOf(queue), runsOf(kept)]
      expect([...after.keys()]).toEqual([...before.keys()])
      for (const [name, run] of before) {
        const left = after.get(name) as Quote[]
        expect(left.length).toBeLessThanOrEqual(4)
        expect([left[0]?.at, left.at(-1)?.at]).toEqual([run[0]?.at, run.at(-1)?.at])
        expect(extremesOf(left)).toEqual(extremesOf(run))
      }
      expect(conflate<Other>(kept)).toEqual(kept)
    }),
    { numRuns: 500 },
  )
})

/** The prices of each contract between two facts. */
function runsOf(told: readonly (Price | Other)[]): Map<string, Quote[]> {
  const runs = new Map<string, Quote[]>()
  let facts = 0
  for (const one of told) {
    if (one.kind === 'fact') facts++
    else {
      const name = `${facts} ${one.quote.conId}`
      runs.set(name, [...(runs.get(name) ?? []), one.quote])
    }
  }
  return runs
}

/** The high and the low with the first time of each. */
function extremesOf(run: readonly Quote[]): readonly unknown[] {
  const levels = run.map(({ price, bid = 0, ask = 0 }) => price ?? (bid + ask) / 2)
  return [Math.max(...levels), Math.min(...levels)].map((level) => [level, run[levels.indexOf(level)]?.at])
}

test('law: whatever is pushed while something is taken, facts are taken once, in order; what waits is thinned once there is too much', async () => {
  const script = fc.array(fc.array(fc.option(fc.integer({ min: 1, max: 9 }), { nil: null, freq: 12 }), { maxLength: 40 }), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(script, fc.integer({ min: 1, max: 30 }), async (pushes, waitingMax) => {
      const taken: (Price | Other)[] = []
      let most = 0
      let uncommitted = 0
      let committing = 0
      const inbox: Inbox<Price | Other> = new Inbox<Price | Other>({
        ...{ clock, waitingMax, shorten: conflate },
        take(told) {
          taken.push(told)
          uncommitted++
        },
        isFull: () => uncommitted >= 3,
        dueAt: () => (uncommitted > 0 ? 0 : Number.POSITIVE_INFINITY),
        async commit() {
          expect(++committing, 'one at a time').toBe(1)
          uncommitted = 0
          await new Promise((resolve) => setImmediate(resolve))
          committing--
        },
        onFailure: (error) => {
          throw error
        },
      })
      let number = 0
      const facts: number[] = []
      for (const push of pushes) {
        for (const drawn of push) {
          if (drawn === null) facts.push(number)
          inbox.push(drawn === null ? other(number) : price(number, 1, drawn))
          number++
          most = Math.max(most, inbox.waiting)
        }
        if (push.length % 3 === 0) void inbox.settled()
        await new Promise((resolve) => setImmediate(resolve))
      }
      await inbox.close()
      expect(taken.flatMap((one) => (one.kind === 'fact' ? [one.number] : []))).toEqual(facts)
      const places = taken.map((one) => (one.kind === 'fact' ? one.number : (one.quote.at as number)))
      expect(places).toEqual(places.toSorted((a, b) => a - b))
      // Of one contract at most four prices stay between two facts: the queue is never longer than that, or twice what could not be thinned.
      expect(most).toBeLessThanOrEqual(Math.max(waitingMax, 2 * (5 * facts.length + 4)) + 1)
    }),
    { numRuns: 200 },
  )
})

test('what becomes due sooner than what was waited for is committed then', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let [now, dueAt] = [0, Number.POSITIVE_INFINITY]
    const committedAt: number[] = []
    const inbox = new Inbox<number>({
      clock: { ...clock, monotonic: () => now },
      shorten: (queue) => [...queue],
      // The first may wait for most of a second, as last prices do; the second may not.
      take: (told) => {
        dueAt = told
      },
      isFull: () => false,
      dueAt: () => dueAt,
      commit: async () => {
        committedAt.push(now)
        dueAt = Number.POSITIVE_INFINITY
      },
      onFailure: (error) => {
        throw error
      },
    })
    const pass = async (ms: number) => {
      now += ms
      await vi.advanceTimersByTimeAsync(ms)
    }
    inbox.push(900)
    await pass(1)
    inbox.push(11)
    for (let ms = 0; ms < 50; ms++) await pass(1)
    expect(committedAt).toEqual([11])
    await inbox.close()
  } finally {
    vi.useRealTimers()
  }
})

test('through the recorder: executions wait for no more prices than may wait, and the trade says SAMPLED with its extremes whole', async () => {
  const WAITING_MAX = 1_000
  const TICKS = 50_000
  const AT = Date.UTC(2026, 10, 20, 15)
  await using db = await openTestDatabase()
  const bus = openBus()
  const failures: unknown[] = []
  const recorder = await openRecorder({ db, bus, clock, filter: 'none', waitingMax: WAITING_MAX, log: () => {}, onFailure: (error) => failures.push(error) })
  const fill = (executionId: string, side: 'BUY' | 'SELL', at: number): Execution => ({
    ...{ kind: 'execution', executionId, account: 'DU1', conId: 1, side, quantity: '100', price: '100', at },
  })
  recorder.tell({ kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD' })
  recorder.tell(fill('a.1.1.01', 'BUY', AT))
  await recorder.settled()
  // All in one go: nothing can be taken in between, as when the database stalls.
  const priceOf = (tick: number) => (tick === 31_117 ? 109 : tick === 31_118 ? 91 : 100 + ((tick * 7_919) % 100) / 100)
  for (let tick = 0; tick < TICKS; tick++) recorder.quote({ conId: 1, price: priceOf(tick), at: AT + 1_000 + tick, source: 'LAST' })
  recorder.tell(fill('a.1.2.01', 'SELL', AT + 1_000 + TICKS))
  await recorder.settled()
  expect(failures).toEqual([])

  const stored = (await factsOf(db)).filter(({ fact }) => fact.kind === 'execution')
  expect(stored.map(({ fact }) => (fact as Execution).executionId)).toEqual(['a.1.1.01', 'a.1.2.01'])
  const marks: StoredMark[] = []
  for await (const page of marksOf(db, 1, 0, AT + 10 ** 9)) marks.push(...page)
  const beforeExit = marks.filter(({ arrival }) => arrival < (stored[1]?.arrival as number))
  // Arrivals are counted as they are taken: the exit had no more than this before it.
  expect(beforeExit.length).toBeLessThanOrEqual(WAITING_MAX)
  expect(beforeExit.length).toBe(marks.length)
  expect(new Set(marks.slice(0, 4).map(({ source }) => source))).toEqual(new Set(['SAMPLED']))
  const [trade] = await tradesOf(db, { unit: 'ORDER' })
  expect(trade).toMatchObject({ status: 'CLOSED', mfe: { price: '109', pct: '9' }, mae: { price: '91', pct: '-9' }, provenance: { source: 'SAMPLED' } })
  await recorder.close()
})

test('waiting until everything is committed waits for no clock: last prices that could wait go with it', async () => {
  const AT = Date.UTC(2026, 10, 20, 15)
  await using db = await openTestDatabase()
  const recorder = await openRecorder({
    ...{
      db,
      bus: openBus(),
      clock: clockThatReads(
        () => AT,
        () => 0,
      ),
      filter: 'none',
      log: () => {},
    },
    onFailure: (error) => {
      throw error
    },
  })
  recorder.tell({ kind: 'instrument', conId: 1, symbol: 'AAA', secType: 'STK', currency: 'USD' })
  recorder.tell({ kind: 'execution', executionId: 'a.1.1.01', account: 'DU1', conId: 1, side: 'BUY', quantity: '100', price: '100', at: AT })
  for (const [tick, price] of [101, 99, 100.5].entries()) {
    recorder.quote({ conId: 1, price, at: AT + 1_000 + tick, source: 'LAST' })
    await recorder.settled()
    expect((await tradesOf(db, { unit: 'ORDER' }))[0]?.lastPrice).toBe(String(price))
  }
  await recorder.close()
})

test('what was there is settled though more comes without a pause; a failure lets nobody wait', async () => {
  const taken: number[] = []
  let committed = 0
  let broken = false
  const inbox = new Inbox<number>({
    clock,
    shorten: (queue) => [...queue],
    async take(told) {
      taken.push(told)
      // Somebody always has one more to tell before this one is through.
      inbox.push(told + 1)
      await new Promise((resolve) => setImmediate(resolve))
    },
    isFull: () => false,
    dueAt: () => (committed < taken.length ? 0 : Number.POSITIVE_INFINITY),
    async commit() {
      if (broken) throw new Error('no disk')
      committed = taken.length
    },
    onFailure: () => {},
  })
  for (let number = 0; number < 3; number++) inbox.push(10 * number)
  for (let turn = 0; turn < 3; turn++) {
    const there = inbox.waiting + taken.length
    await inbox.settled()
    expect(committed).toBeGreaterThanOrEqual(there)
    expect(inbox.waiting).toBeGreaterThan(0)
  }
  broken = true
  await inbox.settled()
  await inbox.settled()
  await inbox.close()
})

test('whoever was settled tells on at once, and is taken', async () => {
  const taken: number[] = []
  const inbox = new Inbox<number>({
    ...{ clock, shorten: (queue) => [...queue], isFull: () => false, dueAt: () => Number.POSITIVE_INFINITY, commit: async () => {}, onFailure: () => {} },
    take: (told) => void taken.push(told),
  })
  inbox.push(1)
  await inbox.settled()
  inbox.push(2)
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(taken).toEqual([1, 2])
})

test('what was told while a batch was written has waited since then', async () => {
  let now = 0
  const taken: [told: string, since: number][] = []
  const written = Promise.withResolvers<void>()
  const inbox = new Inbox<string>({
    clock: { ...clock, monotonic: () => now },
    shorten: (queue) => [...queue],
    take: (told, since) => void taken.push([told, since]),
    isFull: () => taken.length === 1,
    dueAt: () => Number.POSITIVE_INFINITY,
    commit: () => written.promise,
    onFailure: (error) => {
      throw error
    },
  })
  inbox.push('first')
  await Promise.resolve()
  for (const told of ['second', 'third']) {
    now += 2
    inbox.push(told)
  }
  now = 9
  written.resolve()
  await inbox.settled()
  inbox.push('fourth')
  await inbox.close()
  expect(taken).toEqual([
    ['first', 0],
    ['second', 2],
    ['third', 2],
    ['fourth', 9],
  ])
})
