// What `doctor` says of the queues, as a process of its own beside real ones: what waits and was left, what stalled, what fails and what was given up.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPostgresBackend, Worker } from 'bullmq'
import { expect, test } from 'vitest'
import { type Jobs, openJobs } from '#jobs/queues.ts'
import { scheduleIngest } from '#jobs/schedule.ts'
import { openWorkers } from '#jobs/worker.ts'
import { readTemplates } from '#notes/templates.ts'
import { clock } from '#src/clock.ts'
import { openTestDatabase } from './database.ts'
import { eventually, excursion, freePort, makeHome } from './process.ts'

const TIMEOUT = { timeout: 60_000 }
const DAY = '2026-11-20'
const quiet = () => {}

interface Finding {
  readonly what: string
  readonly state: 'ok' | 'off' | 'fault'
  readonly found: string
  readonly remedy?: string
}

test('where no service has opened a queue nothing is opened; a Redis that is named is said to be of no use', TIMEOUT, async () => {
  await using scene = await open()
  expect(await scene.jobs({ REDIS_URL: 'redis://127.0.0.1:1' })).toEqual([
    {
      what: 'jobs',
      state: 'ok',
      found: 'BullMQ keeps them in the PostgreSQL of DATABASE_URL; no service has opened a queue yet; REDIS_URL is not used',
      remedy: 'leave REDIS_URL empty: no Redis is needed',
    },
  ])
  const { rows } = await scene.db.pool.query("select to_regclass('bullmq.job') as job")
  expect(rows).toEqual([{ job: null }])
})

test('queues that are well say how much is in them', TIMEOUT, async () => {
  await using scene = await open()
  await using jobs = await openJobs({ url: scene.db.url, log: quiet })
  await using _workers = await workersOf(scene, jobs)
  await scheduleIngest(jobs)
  await eventually(async () => (await jobs.ingest.getJobCounts('delayed'))['delayed'] === 1)
  const findings = await scene.jobs()
  expect(findings[0]).toEqual({ what: 'jobs', state: 'ok', found: 'BullMQ keeps them in the PostgreSQL of DATABASE_URL' })
  expect(findings).toContainEqual({ what: 'jobs', state: 'ok', found: 'ingest: 0 waiting, 0 running, 1 await their time, 0 stalled, 0 failed in the last day' })
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([])
})

test('a job that nobody takes is a fault while a service runs, and waits for one where none does', TIMEOUT, async () => {
  await using scene = await open()
  const jobs = await openJobs({ url: scene.db.url, log: quiet })
  await jobs.review.add(`review ${DAY}`, { day: DAY }, { timestamp: clock.now() - 120_000 })
  const left =
    'review: 1 waiting, 0 running, 0 await their time, 0 stalled, 0 failed in the last day; 1 could have begun a minute ago and more, and nobody took it'
  expect(await scene.jobs()).toContainEqual({ what: 'jobs', state: 'fault', found: left, remedy: expect.stringContaining('role worker') })
  await jobs.close()
  expect(await scene.jobs()).toContainEqual({ what: 'jobs', state: 'off', found: left, remedy: 'excursion start: a service takes them up' })
})

test('a job whose process is gone has stalled', TIMEOUT, async () => {
  await using scene = await open()
  await using jobs = await openJobs({ url: scene.db.url, log: quiet })
  await jobs.review.add(`review ${DAY}`, { day: DAY })
  const dead = new Worker('review', null, { connection: jobs.pool, autorun: false, lockDuration: 1 } as never, createPostgresBackend as never)
  expect(await dead.getNextJob('nobody')).toBeDefined()
  await dead.close(true)
  expect(await scene.jobs()).toContainEqual({
    ...{ what: 'jobs', state: 'fault', found: 'review: 0 waiting, 0 running, 0 await their time, 1 stalled, 0 failed in the last day' },
    remedy: expect.stringMatching(/^what stalled is taken up again within a minute/),
  })
})

test('a job that fails is said with its trouble while it is tried again, when it was given up, and as past once another was done', TIMEOUT, async () => {
  await using scene = await open()
  const blocked = join(scene.folder, 'notes')
  await writeFile(blocked, 'a file where the folder should be')
  await using jobs = await openJobs({ url: scene.db.url, log: quiet })
  await using _workers = await workersOf(scene, jobs, blocked)
  const remedy = expect.stringContaining('NOTES_DIR')

  await jobs.review.add(`review ${DAY}`, { day: DAY }, { jobId: 'first', attempts: 2, backoff: { type: 'fixed', delay: 3_600_000 } })
  await eventually(async () => (await jobs.review.getJobCounts('delayed'))['delayed'] === 1)
  const again = expect.stringMatching(/^review: 0 waiting, 0 running, 1 await their time, 1 tried again \(EEXIST.*\), 0 stalled, 0 failed in the last day$/)
  expect(await scene.jobs()).toContainEqual({ what: 'jobs', state: 'fault', found: again, remedy })

  await (await jobs.review.getJob('first'))?.promote()
  await eventually(async () => (await jobs.review.getJob('first')) === undefined)
  const given = expect.stringMatching(/^review: 0 waiting, 0 running, 0 await their time, 0 stalled, 1 failed in the last day \(last: EEXIST.*\)$/)
  expect(await scene.jobs()).toContainEqual({ what: 'jobs', state: 'fault', found: given, remedy })

  await rm(blocked)
  await jobs.review.add(`review ${DAY}`, { day: DAY }, { jobId: 'second' })
  await eventually(async () => (await jobs.review.getJob('second')) === undefined)
  const past = expect.stringMatching(/1 failed in the last day \(since then one was done; last: EEXIST.*\)$/)
  expect(await scene.jobs()).toContainEqual({ what: 'jobs', state: 'ok', found: past })
})

test('what is left in the queue of something that is not configured any more troubles nobody', TIMEOUT, async () => {
  await using scene = await open()
  await using jobs = await openJobs({ url: scene.db.url, log: quiet })
  await jobs.notion.add(`notion ${DAY}`, { day: DAY }, { timestamp: clock.now() - 120_000 })
  const found = expect.stringMatching(/^notion: 1 waiting.*; not configured any more$/)
  expect(await scene.jobs()).toContainEqual({ what: 'jobs', state: 'off', found })
})

async function workersOf({ db }: Scene, jobs: Jobs, notesDir: string | null = null) {
  return openWorkers({ jobs, room: { db, templates: await readTemplates('en'), notesDir }, catchUp: async () => {}, log: quiet })
}

type Scene = Awaited<ReturnType<typeof open>>

async function open() {
  await using closing = new AsyncDisposableStack()
  const db = closing.use(await openTestDatabase())
  const home = closing.use(await makeHome())
  const folder = await mkdtemp(join(tmpdir(), 'excursion-jobs-'))
  closing.defer(() => rm(folder, { recursive: true, force: true }))
  const port = String(await freePort())
  const stack = closing.move()
  return {
    db,
    folder,
    async jobs(env: Readonly<Record<string, string>> = {}): Promise<readonly Finding[]> {
      await using running = excursion(['doctor', '--json'], {
        ...{ DATABASE_URL: db.url, EXCURSION_HOME: home.path, NOTES_DIR: home.path, EXCURSION_LANG: 'en', TWS_PORT: port, ...env },
      })
      await running.ended
      const findings = running
        .stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Finding)
      return findings.filter(({ what }) => what === 'jobs')
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
