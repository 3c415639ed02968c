// Following events: laws of the mailbox and of the seam between what is stored and what happens.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { follow, type Told } from '#graphql/follow.ts'
import { CLOSED, OVERFLOW, openMailbox } from '#graphql/mailbox.ts'
import { openMeter } from '#graphql/meter.ts'
import { type BusEvent, openBus } from '#src/bus.ts'

/** The events of these laws: broker statuses are not rows, so a trajectory point stands for any row; `at` is its key. */
interface Row {
  readonly seq: number
  readonly key: number
}

const told = ({ seq, key }: Row): BusEvent => ({ kind: 'trajectory', seq, point: { tradeId: 'T', at: key, last: 1, mfe: 1, mae: 1 } })
const heard = (event: BusEvent): Told<Row> | null => (event.kind === 'trajectory' ? { seq: event.seq, value: { seq: event.seq, key: event.point.at } } : null)
type Command = { do: 'commit'; keys: number[] } | { do: 'publish' } | { do: 'read'; count: number } | { do: 'cut' }

const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('commit' as const), keys: fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }) }),
    fc.record({ do: fc.constant('publish' as const) }),
    fc.record({ do: fc.constant('read' as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ do: fc.constant('cut' as const) }),
  ),
  { maxLength: 60 },
)

/** Plays commits, publications (after their commits), slow reads and cuts with a resume; returns what the subscriber got. */
async function play(script: readonly Command[], conflate: boolean, limit: number) {
  const bus = openBus()
  const committed: Row[] = []
  let published = 0
  let seq = 0
  const got: Told<Row>[] = []
  const stored = async (since: number): Promise<Told<Row>[]> => {
    await Promise.resolve()
    const rows = conflate ? [...new Map(committed.map((row) => [row.key, row])).values()].sort((a, b) => a.seq - b.seq) : committed
    return rows
      .filter((row) => row.seq > since)
      .slice(0, 3)
      .map((row) => ({ seq: row.seq, value: row }))
  }
  const open = (sinceSeq: number) =>
    follow<Row>({ bus, meter: openMeter(), sinceSeq, hear: heard, stored, limit, ...(conflate ? { keyOf: (row: Row) => row.key } : {}) })
  const publish = () => {
    bus.publish(committed.slice(published).map(told))
    published = committed.length
  }
  let stream = open(0)
  let waiting: Promise<IteratorResult<Told<Row>, void>> | null = null
  const since = () => got.reduce((highest, one) => Math.max(highest, one.seq), 0)
  /** Reads one, or finds nothing there; a read that waits goes on waiting. */
  const read = async (): Promise<boolean> => {
    waiting ??= stream.next()
    const found = await Promise.race([waiting, ticks(20)])
    if (found === null) return false
    waiting = null
    if (found.done === true) return false
    got.push(found.value)
    return true
  }
  for (const command of script) {
    if (command.do === 'commit') for (const key of command.keys) committed.push({ seq: ++seq, key })
    if (command.do === 'publish') publish()
    if (command.do === 'read') for (let i = 0; i < command.count; i++) if (!(await read())) break
    if (command.do === 'cut') {
      // What was on its way when the line was cut is lost with it.
      await stream.return()
      waiting = null
      stream = open(since())
    }
  }
  publish()
  while (await read()) {}
  await stream.return()
  return { got, committed, listeners: bus.listeners }
}

/** Lets everything that can happen now happen. */
async function ticks(count: number): Promise<null> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
  return null
}

const state = (rows: readonly Row[]) => new Map(rows.map((row) => [row.key, row.seq]))
const rowsOf = (got: readonly Told<Row>[]) => got.flatMap(({ value }) => (value === null ? [] : [value]))

test('law: whatever is cut, slow or late, the latest of each key arrives, with rising seq', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.integer({ min: 1, max: 8 }), async (script, limit) => {
      const { got, committed, listeners } = await play(script, true, limit)
      expect(state(rowsOf(got))).toEqual(state(committed))
      const seqs = rowsOf(got).map((row) => row.seq)
      expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
      expect(listeners).toBe(0)
    }),
    { numRuns: 150 },
  )
})

test('law: without keys every row arrives exactly once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(commands, fc.integer({ min: 1, max: 8 }), async (script, limit) => {
      const { got, committed } = await play(script, false, limit)
      expect(rowsOf(got)).toEqual(committed)
    }),
    { numRuns: 150 },
  )
})

test('a subscriber without sinceSeq hears only what happens, and after an overflow nothing of it is lost', async () => {
  const bus = openBus()
  const rows: Row[] = Array.from({ length: 10 }, (_, i) => ({ seq: i + 1, key: i }))
  const stored = async (seq: number) => rows.filter((row) => row.seq > seq).map((row) => ({ seq: row.seq, value: row }))
  await using stream = follow<Row>({ bus, meter: openMeter(), sinceSeq: null, hear: heard, stored, limit: 3 })
  bus.publish(rows.slice(4).map(told))
  const got: Told<Row>[] = []
  for await (const one of stream) {
    got.push(one)
    if (got.length === 7) break
  }
  expect(got).toEqual([{ seq: 4, value: null }, ...rows.slice(4).map((row) => ({ seq: row.seq, value: row }))])
  expect(bus.listeners).toBe(0)
})

test('who leaves while waiting is let go at once, and who never read leaves nothing behind', async () => {
  const bus = openBus()
  const meter = openMeter()
  const options = { bus, meter, sinceSeq: null, hear: heard, stored: async () => [] }
  const waits = follow<Row>(options)
  const next = waits.next()
  const never = follow<Row>(options)
  expect([bus.listeners, meter.subscriptions]).toEqual([2, 2])
  await waits.return()
  await never.return()
  expect(await next).toEqual({ done: true, value: undefined })
  expect([bus.listeners, meter.subscriptions]).toEqual([0, 0])
})

test('a store that fails ends the subscription and lets its listener go', async () => {
  const bus = openBus()
  const stream = follow<Row>({
    bus,
    meter: openMeter(),
    sinceSeq: 0,
    hear: heard,
    stored: async () => {
      throw new Error('away')
    },
  })
  await expect(stream.next()).rejects.toThrow('away')
  expect(bus.listeners).toBe(0)
})

test('law: a mailbox never holds more than its limit, and says once that something was let go', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 60 }), fc.integer({ min: 1, max: 10 }), async (keys, limit) => {
      const mailbox = openMailbox<{ key: number }>({ limit, keyOf: ({ key }) => key })
      for (const key of keys) {
        mailbox.put({ key })
        expect(mailbox.size).toBeLessThanOrEqual(limit)
      }
      if (new Set(keys).size > limit) expect(await mailbox.take()).toBe(OVERFLOW)
      expect(mailbox.size).toBe(new Set(keys).size > limit ? 0 : new Set(keys).size)
      mailbox.close()
      expect(await mailbox.take()).toBe(CLOSED)
    }),
  )
})
