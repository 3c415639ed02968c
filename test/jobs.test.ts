// Jobs on a real PostgreSQL and a real folder: added once, done once, and done again without changing a byte.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ingest } from '#jobs/ingest.ts'
import { openSweep } from '#jobs/outbox.ts'
import { addReview, openJobs } from '#jobs/queues.ts'
import { makeReview } from '#jobs/review.ts'
import { daysDue, scheduleDue, scheduleIngest } from '#jobs/schedule.ts'
import { openWorkers } from '#jobs/worker.ts'
import { readTemplates } from '#notes/templates.ts'
import { commitBatch, EMPTY_BATCH } from '#store/batch.ts'
import { annotate } from '#store/decisions.ts'
import type { Database } from '#store/db.ts'
import { reviewOf } from '#store/reviews.ts'
import { openTestDatabase } from '#test/database.ts'
import { alerts, at, DAY, everyTrade, future, givenBack, ibm, nvda, stillOpen } from '#test/example-day.ts'

const templates = await readTemplates('en')
const quiet = () => {}
/** The example day is one on paper. */
const CARD = `paper/${DAY} paper.md`

async function notes(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'excursion-notes-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The example day as the writer would have committed it, with the trader's own words. */
async function recordDay(db: Database): Promise<void> {
  await commitBatch(db, {
    ...EMPTY_BATCH,
    facts: [ibm, nvda, future].map((fact, index) => ({ arrival: index + 1, fact: { ...fact, at: at('09:00:00') } })),
    trades: everyTrade.map((one) => one.trade),
    trajectory: everyTrade.flatMap((one) => one.points.filter((point, index) => point.at !== one.points[index + 1]?.at).map((point) => ({ ...point, seq: 1 }))),
    alerts,
    outbox: [{ key: `review:${DAY}`, kind: 'review', payload: { day: DAY } }],
  })
  for (const { trade } of everyTrade) {
    const { strategy, initialStop } = trade
    if (strategy !== null) await annotate(db, trade.tradeId, { strategy, initialStop }, at('16:00:00'))
  }
}

async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true })).sort()
  const files = await Promise.all(
    names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [name, await readFile(join(folder, name), 'utf8')] : null)),
  )
  return Object.fromEntries(files.filter((file) => file !== null))
}

describe('the card of a day', () => {
  test('made from the store, written, stored; made again it changes no byte and writes no file', async () => {
    await using db = await openTestDatabase()
    await using folder = await notes()
    await recordDay(db)
    const room = { db, templates, notesDir: folder.path }
    const made = await makeReview(room, DAY)
    expect(made.files.every((file) => file.outcome === 'written')).toBe(true)
    expect(made.path).toBe(join(folder.path, CARD))
    expect(made.markdown).toContain('**−170.00\u00a0USD gross** from 3 closed trades')
    const first = await contents(folder.path)
    expect(first[CARD]).toContain('**−170.00\u00a0USD gross** from 3 closed trades')
    // Every link of every note leads to a file that is there.
    for (const [name, text] of Object.entries(first)) {
      for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g))
        expect([name, target, Object.keys(first)]).toEqual([name, target, expect.arrayContaining([join(name, '..', decodeURIComponent(target))])])
    }

    const again = await makeReview(room, DAY)
    expect(again.files.every((file) => file.outcome === 'unchanged')).toBe(true)
    expect(await contents(folder.path)).toEqual(first)
    expect(await reviewOf(db, DAY, null)).toMatchObject({ card: made.markdown, path: made.path, body: { day: DAY, quiet: false } })
    expect(await reviewOf(db, DAY, 'DU2')).toMatchObject({ account: 'DU2', body: { accounts: [{ account: 'DU2' }] } })
  })

  test('a day without trades is a quiet one', async () => {
    await using db = await openTestDatabase()
    expect(await makeReview({ db, templates, notesDir: null }, '2026-11-18')).toMatchObject({
      path: null,
      files: [],
      markdown: expect.stringContaining('A quiet day'),
    })
  })

  test('the day a trade closes settles the verdicts of the days it was open: their cards are made again', async () => {
    await using db = await openTestDatabase()
    await recordDay(db)
    const monday = '2026-11-23'
    const closed = {
      ...stillOpen.trade,
      status: 'CLOSED' as const,
      openQuantity: '0',
      exitPrice: '198',
      closedAt: at('10:00:00', monday),
      updatedAt: at('10:00:00', monday),
      seq: 3,
    }
    const alert = {
      ...(alerts[0] as (typeof alerts)[number]),
      id: 'open',
      tradeId: stillOpen.trade.tradeId,
      conId: nvda.conId,
      symbol: 'NVDA',
      at: at('14:00:00'),
    }
    await commitBatch(db, { ...EMPTY_BATCH, trades: [closed], alerts: [alert] })
    const room = { db, templates, notesDir: null }
    expect((await makeReview(room, DAY)).settled).toEqual([])
    expect((await makeReview(room, monday)).settled).toEqual([DAY])
  })

  test('two at once make one card', async () => {
    await using db = await openTestDatabase()
    await using folder = await notes()
    await recordDay(db)
    const room = { db, templates, notesDir: folder.path }
    const [a, b] = await Promise.all([makeReview(room, DAY), makeReview(room, DAY)])
    expect(a.markdown).toBe(b.markdown)
    const once = await contents(folder.path)
    expect(once[CARD]?.match(/excursion:begin head/g)).toHaveLength(1)
    await makeReview(room, DAY)
    expect(await contents(folder.path)).toEqual(once)
  })
})

describe('queues', () => {
  test('from the outbox to the file: the close that was committed becomes a card', async () => {
    await using db = await openTestDatabase()
    await using folder = await notes()
    await recordDay(db)
    await using jobs = await openJobs({ url: db.url, log: quiet })
    const done = Promise.withResolvers<string>()
    await using _workers = await openWorkers({
      jobs,
      room: { db, templates, notesDir: folder.path },
      catchUp: null,
      onReview: (made) => done.resolve(made.day),
      log: quiet,
    })
    await using sweep = openSweep({ db, jobs, reviewDelayMs: 0, log: quiet })
    await sweep.sweep()
    expect(await done.promise).toBe(DAY)
    expect(Object.keys(await contents(folder.path))).toContain(CARD)
    expect(await sweep.sweep()).toBe(0)
  })

  test('added twice it is one job; done, it may be added again', async () => {
    await using db = await openTestDatabase()
    await using jobs = await openJobs({ url: db.url, log: quiet })
    await addReview(jobs, DAY, { delayMs: 3_600_000 })
    await addReview(jobs, DAY, { delayMs: 3_600_000 })
    expect((await jobs.review.getDelayed()).map((job) => job.id)).toEqual([`review:${DAY}:card`])
    await (await jobs.review.getJob(`review:${DAY}:card`))?.remove()
    let made = 0
    let next = Promise.withResolvers<void>()
    const onReview = () => {
      made++
      next.resolve()
    }
    await using _workers = await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, onReview, log: quiet })
    await addReview(jobs, DAY)
    await next.promise
    while ((await jobs.review.getJob(`review:${DAY}:card`)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
    next = Promise.withResolvers()
    await addReview(jobs, DAY)
    await next.promise
    expect(made).toBe(2)
  })

  test('ordered while it is being made, it is made once more: what came in meanwhile may have been read or not', async () => {
    await using db = await openTestDatabase()
    await using jobs = await openJobs({ url: db.url, log: quiet })
    let made = 0
    const twice = Promise.withResolvers<void>()
    const onReview = () => (++made === 2 ? twice.resolve() : undefined)
    const client = await db.pool.connect()
    // Whoever makes the card has read, and waits with writing.
    await client.query('begin')
    await client.query('lock table reviews in share mode')
    await using _workers = await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, onReview, log: quiet })
    await addReview(jobs, DAY)
    const stateOf = async () => (await jobs.review.getJob(`review:${DAY}:card`))?.getState()
    await expect.poll(stateOf, { timeout: 10_000 }).toBe('active')
    await addReview(jobs, DAY)
    await addReview(jobs, DAY)
    await client.query('commit')
    client.release()
    await twice.promise
    await expect.poll(() => jobs.review.getJobCounts('active', 'waiting', 'delayed')).toEqual({ active: 0, waiting: 0, delayed: 0 })
    expect(made).toBe(2)
  })

  test('a folder that cannot be written is said, and tried again until it can', async () => {
    await using db = await openTestDatabase()
    await using folder = await notes()
    await recordDay(db)
    const blocked = join(folder.path, 'notes')
    await writeFile(blocked, 'a file where the folder should be')
    await using jobs = await openJobs({ url: db.url, log: quiet })
    const failed = Promise.withResolvers<string>()
    const done = Promise.withResolvers<void>()
    const log = (line: string) => (line.includes('failed') ? failed.resolve(line) : undefined)
    await using _workers = await openWorkers({ jobs, room: { db, templates, notesDir: blocked }, catchUp: null, onReview: () => done.resolve(), log })
    await jobs.review.add('review', { day: DAY }, { jobId: `review:${DAY}:card`, attempts: 3, backoff: { type: 'fixed', delay: 500 } })
    expect(await failed.promise).toContain('EEXIST')
    await rm(blocked)
    await done.promise
    expect(Object.keys(await contents(blocked))).toContain(CARD)
  })

  test('the catch-up runs on its schedule, set twice or not, and outlives a broker that is away', async () => {
    await using db = await openTestDatabase()
    await using jobs = await openJobs({ url: db.url, log: quiet })
    let asked = 0
    const third = Promise.withResolvers<void>()
    const catchUp = async () => {
      asked++
      if (asked === 1) throw new Error('expected a gateway at 127.0.0.1:4002, found none')
      if (asked === 3) third.resolve()
    }
    await using _workers = await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp, log: quiet })
    await scheduleIngest(jobs, 50)
    await scheduleIngest(jobs, 50)
    expect(await jobs.ingest.getJobSchedulersCount()).toBe(1)
    await third.promise
  })

  test('a connection that is cut while somebody holds it, between two statements: the next one fails, and the process goes on', async () => {
    await using db = await openTestDatabase()
    await using jobs = await openJobs({ url: db.url, log: quiet })
    for (const pool of [db.pool, jobs.pool]) {
      const client = await pool.connect()
      const gone = new Promise((resolve) => client.once('end', resolve))
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      await db.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await gone
      await expect(client.query('select 1')).rejects.toThrow()
      client.release(true)
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    }
  })

  test('connections that are cut are opened again', async () => {
    await using db = await openTestDatabase()
    await using jobs = await openJobs({ url: db.url, log: quiet })
    const done = Promise.withResolvers<void>()
    await using _workers = await openWorkers({ jobs, room: { db, templates, notesDir: null }, catchUp: null, onReview: () => done.resolve(), log: quiet })
    await db.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'excursion'",
    )
    await expect.poll(() => addReview(jobs, DAY).then(() => 'added', String), { timeout: 10_000 }).toBe('added')
    await done.promise
  })
})

describe('days that want a card', () => {
  const carried = { ...stillOpen.trade, updatedAt: at('15:00:00', '2026-11-23') }
  const trades = [givenBack.trade, carried]
  const known = [ibm, nvda]

  test.each([
    ['before the close: none', null, at('15:59:59'), []],
    ['after the close', null, at('16:00:00'), [DAY]],
    ['after a weekend: the open trade is carried into Monday', null, at('16:00:00', '2026-11-23'), [DAY, '2026-11-23']],
    ['the day of the last card again, in case it was made early', '2026-11-23', at('16:00:00', '2026-11-23'), ['2026-11-23']],
  ] as const)('%s', (_story, lastCard, now, days) => {
    expect(daysDue(trades, known, lastCard, now)).toEqual(days)
  })

  test('a trade left open years ago, of which nothing was heard since, is not carried through the years', () => {
    expect(daysDue([stillOpen.trade], known, null, at('16:00:00', '2039-11-20'))).toEqual([DAY])
  })

  test('a long-term position alone makes none', () => {
    expect(daysDue([{ ...carried, held: true }], known, null, at('16:00:00', '2026-11-23'))).toEqual([])
  })

  test('at start every missing day is added, and no day twice', async () => {
    await using db = await openTestDatabase()
    await recordDay(db)
    await commitBatch(db, { ...EMPTY_BATCH, trades: [{ ...stillOpen.trade, seq: 2, updatedAt: at('15:00:00', '2026-11-24') }] })
    await using jobs = await openJobs({ url: db.url, log: quiet })
    const now = at('17:00:00', '2026-11-24')
    expect(await scheduleDue(jobs, db, now)).toEqual([DAY, '2026-11-23', '2026-11-24'])
    await scheduleDue(jobs, db, now)
    expect((await jobs.review.getWaiting()).map((job) => job.data.day).sort()).toEqual([DAY, '2026-11-23', '2026-11-24'])
    await makeReview({ db, templates, notesDir: null }, '2026-11-23')
    expect(await scheduleDue(jobs, db, now)).toEqual(['2026-11-23', '2026-11-24'])
  })
})

test('a catch-up that fails is said, never thrown', async () => {
  const said: string[] = []
  expect(
    await ingest(
      () => Promise.reject(new Error('no gateway')),
      (line) => said.push(line),
    ),
  ).toEqual({ caughtUp: false })
  expect(said).toEqual(['catch-up: no gateway; the next turn tries again'])
})
