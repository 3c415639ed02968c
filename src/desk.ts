// The desk: the parts put together, started in the order of the story and closed in reverse. A part that dies says so, and is started again.
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from '#broker/port.ts'
import type { Instrument } from '#core/facts.ts'
import { parseRule, STARTER_RULES } from '#core/rules.ts'
import type { HeldContract } from '#core/system-alert.ts'
import { openDeliverRoom } from '#jobs/deliver.ts'
import { openHeartbeat } from '#jobs/heartbeat.ts'
import { notionRoomOf } from '#jobs/notion.ts'
import { openSweep } from '#jobs/outbox.ts'
import { type Jobs, openJobs } from '#jobs/queues.ts'
import type { MadeReview } from '#jobs/review.ts'
import { scheduleDeliveries, scheduleDue, scheduleIngest } from '#jobs/schedule.ts'
import { openVigil, type WatchedWriter } from '#jobs/vigil.ts'
import { openWorkers, type Workers } from '#jobs/worker.ts'
import { readTemplates } from '#notes/templates.ts'
import { type Change, listen } from '#store/changes.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { seedRules } from '#store/decisions.ts'
import { instruments } from '#store/facts.ts'
import { takeWriterLock } from '#store/lock.ts'
import { buildApp, refuseHostWithoutTokens } from './app.ts'
import { type Bus, type BrokerStatus, openBus } from './bus.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { PortTaken, WriterBusy } from './errors.ts'
import { type Live, openLive } from './live.ts'
import { openRecorder, type Recorder } from './record.ts'

export const ROLES = ['api', 'live', 'worker'] as const
export type Role = (typeof ROLES)[number]

export interface DeskOptions {
  readonly config: Config
  readonly roles: ReadonlySet<Role>
  readonly clock: Clock
  readonly demo?: boolean
  /** What a new database begins with; the starter rules by default. */
  readonly rules?: typeof STARTER_RULES
  /** A client of the broker, for as long as the service lives. */
  openBroker(instruments: readonly Instrument[]): Broker
  log(line: string): void
  onReview?(made: MadeReview): void
  /** From a day's close to its card, by the host's time. */
  readonly reviewDelayMs?: number
}

export interface Desk extends AsyncDisposable {
  readonly db: Database
  readonly bus: Bus
  /** Where GraphQL is served; null without the role `api`. */
  readonly url: string | null
  brokers(): readonly BrokerStatus[]
  /** Resolves when everything told so far is committed. */
  settled(): Promise<void>
  marketTime(): number | null
  close(): Promise<void>
}

const CARDS_DUE_MS = 3_600_000
const RETRY_MS = [500, 1_000, 2_000, 5_000] as const

export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { config, roles, clock, log } = options
  const closing = new AsyncDisposableStack()
  try {
    const db = closing.use(await openDatabase({ url: config.databaseUrl, home: config.home, log }))
    await refuseHostWithoutTokens(config.host, db)
    await seedRules(db, (options.rules ?? STARTER_RULES).map(starterRule))
    const bus = openBus()
    let writer: Writer | null = null
    const brokers = () => (writer === null ? [] : [writer.status()])
    const url = roles.has('api') ? await serve(closing, options, db, bus, brokers) : null
    if (roles.has('live')) writer = closing.use(await Writer.open({ ...options, db, bus }))
    if (roles.has('worker')) await work(closing, options, db, bus, writer)
    return {
      db,
      bus,
      url,
      brokers,
      settled: async () => writer?.settled(),
      marketTime: () => writer?.marketTime() ?? null,
      close: () => closing.disposeAsync(),
      [Symbol.asyncDispose]: () => closing.disposeAsync(),
    }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }

  async function serve(stack: AsyncDisposableStack, { config }: DeskOptions, db: Database, bus: Bus, brokers: () => readonly BrokerStatus[]): Promise<string> {
    const app = await buildApp({ db, bus, brokers, clock, log, origins: config.corsOrigins })
    stack.defer(() => app.close())
    try {
      await app.listen({ host: config.host, port: config.port })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PortTaken(config.host, config.port)
      throw error
    }
    const { port } = app.server.address() as AddressInfo
    return `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}/graphql`
  }
}

function starterRule(body: Readonly<Record<string, unknown>>) {
  const rule = parseRule(body)
  if ('refused' in rule) throw new Error(rule.refused)
  return { id: rule.id, body, enabled: rule.enabled }
}

/** Jobs: the queue's workers, what is due since the last card, and the outbox handed over as it fills; a demonstration tells nobody. */
async function work(stack: AsyncDisposableStack, options: DeskOptions, db: Database, bus: Bus, writer: Writer | null): Promise<void> {
  const { config, clock, log, onReview, reviewDelayMs } = options
  const delivery = options.demo === true ? null : await openDeliverRoom({ db, config, clock, log })
  const jobs: Jobs = stack.use(await openJobs({ url: db.url, channels: delivery?.channels.map(({ kind }) => kind) ?? [], log }))
  const templates = await readTemplates(config.language)
  const workers: Workers = await openWorkers({
    jobs,
    room: { db, templates, notesDir: config.notesDir, colours: config.colours, log },
    catchUp: writer === null ? null : () => writer.catchUp(),
    notion: options.demo === true ? null : notionRoomOf(config, { db, words: templates.words, clock, log }),
    delivery,
    log,
    ...(onReview === undefined ? {} : { onReview }),
  })
  stack.use(workers)
  await scheduleIngest(jobs)
  // Every day since the last card wants one; asked again now and then, because late commissions and prints change the last day's numbers.
  const cardsDue = () =>
    scheduleDue(jobs, db, writer?.marketTime() ?? clock.now()).catch((error: unknown) =>
      log(`cards that are due: ${messageOf(error)}; the next turn tries again`),
    )
  await cardsDue()
  const hourly = setInterval(() => void cardsDue(), CARDS_DUE_MS)
  stack.defer(() => clearInterval(hourly))
  const sweep = stack.use(openSweep({ db, jobs, log, ...(delivery === null ? {} : { delivery }), ...(reviewDelayMs === undefined ? {} : { reviewDelayMs }) }))
  if (delivery === null) return
  await scheduleDeliveries(jobs)
  const sweepNow = () => void sweep.sweep().catch(() => {})
  // An alert goes out as soon as it is committed, not at the next turn of the sweep.
  stack.defer(bus.subscribe((event) => event.kind === 'alert' && sweepNow()))
  stack.use(openVigil({ db, clock, log, onChange: sweepNow, writer }))
  if (config.heartbeatUrl !== null) stack.use(openHeartbeat({ url: config.heartbeatUrl, isWell: () => db.pool.query('select 1'), log }))
}

interface WriterOptions extends DeskOptions {
  readonly db: Database
  readonly bus: Bus
}

/** The one writer: recorder and broker session, opened again from what is stored whenever the database refused a batch. */
class Writer implements AsyncDisposable, WatchedWriter {
  readonly #options: WriterOptions
  readonly #closing = new AbortController()
  #recorder: Recorder | null = null
  #live: Live | null = null
  #running: Promise<void> = Promise.resolve()
  #lastStatus: BrokerStatus

  /** The first time is waited for, and what goes wrong is thrown; later ones are tried again for ever. */
  static async open(options: WriterOptions): Promise<Writer> {
    const writer = new Writer(options)
    const failed = Promise.withResolvers<unknown>()
    const stack = await writer.#openOnce(failed)
    writer.#running = writer.#hold(stack, failed.promise)
    return writer
  }

  private constructor(options: WriterOptions) {
    this.#options = options
    const { tws } = options.config
    this.#lastStatus = {
      name: 'tws',
      state: 'CONNECTING',
      reason: 'starting',
      since: options.clock.now(),
      host: tws.host,
      port: tws.port,
      accounts: [],
      marketTime: null,
      readOnly: tws.readOnly,
    }
  }

  status(): BrokerStatus {
    return this.#live?.status ?? this.#lastStatus
  }

  /** What would be blind without prices: the contracts with an open trade. */
  held(): readonly HeldContract[] {
    const recorder = this.#recorder
    if (recorder === null) return []
    return recorder.open().map((instrument) => ({ symbol: instrument.symbol, hours: instrument, lastHeardAt: recorder.lastHeardAt(instrument.conId) }))
  }

  marketTime(): number | null {
    return this.#recorder?.marketTime() ?? null
  }

  async settled(): Promise<void> {
    await this.#recorder?.settled()
  }

  async catchUp(): Promise<void> {
    await this.#live?.catchUp()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  async #openOnce(failed: PromiseWithResolvers<unknown>): Promise<AsyncDisposableStack> {
    const { db, bus, clock, config, demo, log, openBroker } = this.#options
    const stack = new AsyncDisposableStack()
    try {
      const lock = await takeWriterLock(db)
      if (lock === null) throw new WriterBusy(db.embedded ? config.home : 'the database')
      stack.use(lock)
      void lock.lost.then((reason) => failed.resolve(reason))
      const recorder = await openRecorder({
        db,
        bus,
        clock,
        filter: config.markFilter,
        demo: demo === true,
        delivers: demo !== true,
        log,
        onFailure: failed.resolve,
      })
      stack.defer(() => recorder.close())
      const onChange = (change: Change) => {
        if (change.kind === 'decisions' || change.kind === 'reconnected') recorder.decided()
        if (change.kind === 'facts' || change.kind === 'reconnected') recorder.appended()
      }
      stack.use(await listen(db, onChange))
      const live = openLive({
        broker: openBroker(await instruments(db)),
        recorder,
        clock,
        log,
        host: config.tws.host,
        port: config.tws.port,
        readOnly: config.tws.readOnly,
        // Only what is told while catching up: later on a position may come before its own fill.
        onPosition: (position) => {
          if (this.#live?.status.state !== 'READY') recorder.position(position)
        },
        onStatus: (status) => bus.publish([{ kind: 'broker', status }]),
      })
      stack.defer(() => live.close())
      this.#recorder = recorder
      this.#live = live
      return stack
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  }

  async #hold(first: AsyncDisposableStack, firstFailure: Promise<unknown>): Promise<void> {
    const closed = new Promise<typeof CLOSED>((resolve) => this.#closing.signal.addEventListener('abort', () => resolve(CLOSED), { once: true }))
    let stack: AsyncDisposableStack | null = first
    let failure: Promise<unknown> = firstFailure
    for (let tries = 0; ; ) {
      if (stack !== null) {
        const reason = await Promise.race([closed, failure])
        this.#lastStatus = this.status()
        await stack.disposeAsync().catch((error: unknown) => this.#options.log(`closing the writer: ${messageOf(error)}`))
        this.#live = null
        this.#recorder = null
        if (reason === CLOSED) return
        this.#options.log(`the writer stopped (${messageOf(reason)}); it starts again from what is stored`)
      }
      await Promise.race([closed, sleep(RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)])])
      if (this.#closing.signal.aborted) return
      const failed = Promise.withResolvers<unknown>()
      failure = failed.promise
      try {
        stack = await this.#openOnce(failed)
        tries = 0
      } catch (error) {
        stack = null
        this.#options.log(`the writer cannot start yet (${messageOf(error)}); trying again`)
      }
    }
  }
}

const CLOSED = Symbol('closed')

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
