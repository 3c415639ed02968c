// The desk: the parts put together, started in the order of the story and closed in reverse. A part that dies says so, and is started again.
import type { AddressInfo } from 'node:net'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { Broker } from '#broker/port.ts'
import { type AccountSnapshot, AccountView } from '#core/account.ts'
import type { Instrument } from '#core/facts.ts'
import { parseRule, STARTER_RULES } from '#core/rules.ts'
import type { HeldContract } from '#core/system-alert.ts'
import { type OpenTrades, openTradesOf } from '#graphql/open-trades.ts'
import { type DeliverRoom, openDeliverRoom } from '#jobs/deliver.ts'
import { flexRoomOf } from '#jobs/flex.ts'
import { disagreements, openDoubts, type ReconcilingWriter } from '#jobs/reconcile.ts'
import { openHeartbeat } from '#jobs/heartbeat.ts'
import { notionRoomOf } from '#jobs/notion.ts'
import { openSweep } from '#jobs/outbox.ts'
import { rehearse } from '#jobs/rehearse.ts'
import { addReconcile, type Jobs, jobCounts, openJobs } from '#jobs/queues.ts'
import type { MadeReview } from '#jobs/review.ts'
import { scheduleDeliveries, scheduleDue, scheduleFlex, scheduleIngest, scheduleReconcile, scheduleThin } from '#jobs/schedule.ts'
import { openVigil, type WatchedWriter } from '#jobs/vigil.ts'
import { openWorkers } from '#jobs/worker.ts'
import { reviewPictures } from '#notes/pictures.ts'
import { ownTemplates, readTemplates } from '#notes/templates.ts'
import { CHANNELS } from '#notify/channels.ts'
import { type Change, listen } from '#store/changes.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { seedRules } from '#store/decisions.ts'
import { instruments } from '#store/facts.ts'
import { takeWriterLock } from '#store/lock.ts'
import { type AppOptions, buildApp, refuseHostWithoutTokens } from './app.ts'
import { type Bus, type BrokerStatus, isOpen, openBus } from './bus.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { PortTaken, WriterBusy } from './errors.ts'
import { type Live, openLive } from '#live/live.ts'
import { type Metrics, openMetrics } from './metrics.ts'
import { openRecorder } from '#record/record.ts'
import { States } from '#live/states.ts'
import { openStops } from '#live/stops.ts'
import type { Observer, Recorder } from '#record/recorder.ts'
import { openRepair } from '#live/repair.ts'

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
  /** From a reason to doubt to the comparison with the broker, by the host's time. */
  readonly reconcileDelayMs?: number
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
    // Who writes knows what is open: readers beside it need no statement for that.
    const open = roles.has('live') ? openTradesOf({ db, bus }) : null
    const metrics = openMetrics()
    metrics.watch('excursion_inbox_waiting', 'Told by the broker and not taken yet.', () => (writer === null ? [] : [{ value: writer.waiting }]))
    const url = roles.has('api') ? await serve(closing, options, { db, bus, brokers, metrics, ...(open === null ? {} : { open }) }) : null
    if (open !== null) writer = closing.use(await Writer.open({ ...options, db, bus, open, observer: observerOf(metrics) }))
    if (url !== null && writer === null) log('this process records nothing (no role live): queries are answered, subscriptions tell nothing new')
    if (writer !== null || roles.has('worker')) await work(closing, options, { db, bus, metrics }, writer)
    watchOver(closing, options, db, writer !== null)
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

  async function serve(stack: AsyncDisposableStack, { config }: DeskOptions, parts: Omit<AppOptions, 'clock'>): Promise<string> {
    const room = await openDeliverRoom({ db: parts.db, config, clock, log })
    const rehearsal: AppOptions['rehearse'] = { sends: options.demo !== true, try: (rule, trade, tier, send) => rehearse(room, rule, trade, tier, send) }
    const templates = await readTemplates(config.language)
    const draw: AppOptions['draw'] = async (review, rows) => {
      const input = { ...rows, day: review.day, templates: await ownTemplates(config.notesDir, templates), colours: config.colours }
      const drawn: { readonly name: string; readonly title: string; readonly svg: string }[] = []
      for (const { path, alt, content } of reviewPictures(review, input)) {
        drawn.push({ name: path, title: alt, svg: content })
        // A price does not wait for a whole day's pictures.
        await turn()
      }
      return drawn
    }
    const app = await buildApp({
      ...parts,
      channels: CHANNELS,
      rehearse: rehearsal,
      draw,
      clock,
      log,
      origins: config.corsOrigins,
      introspection: options.demo === true ? 'open' : config.introspection,
    })
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

/** Jobs: what needs the broker is done by the process that has it, everything else by one with the role `worker`; a demonstration tells nobody. */
async function work(
  stack: AsyncDisposableStack,
  options: DeskOptions,
  { db, bus, metrics }: { db: Database; bus: Bus; metrics: Metrics },
  writer: Writer | null,
): Promise<void> {
  const { config, roles, clock, log } = options
  const delivery =
    options.demo === true || !roles.has('worker') ? null : { ...(await openDeliverRoom({ db, config, clock, log })), onOutcome: metrics.delivery }
  const jobs: Jobs = stack.use(await openJobs({ url: db.url, channels: delivery?.channels.map(({ kind }) => kind) ?? [], log }))
  metrics.watch('excursion_queue_jobs', 'Jobs by queue and by what they wait for.', () => jobCounts(jobs))
  if (writer !== null) await workAtBroker(stack, options, { db, jobs }, writer)
  if (roles.has('worker')) await workFromStore(stack, options, { db, bus, jobs, delivery }, writer)
  // Only this process knows what it hears; what it writes is told by the one that delivers.
  else if (writer !== null && options.demo !== true) stack.use(openVigil({ db, clock, log, onChange: () => {}, writer, channels: null }))
}

/** Asks the broker again and again for what it may not have told, and compares ours with what it says. */
async function workAtBroker(
  stack: AsyncDisposableStack,
  { config, log, reconcileDelayMs }: DeskOptions,
  { db, jobs }: { db: Database; jobs: Jobs },
  writer: Writer,
): Promise<void> {
  const catchUp = () => writer.catchUp()
  stack.use(await openWorkers({ jobs, room: null, catchUp, reconcile: { db, writer, clientId: config.tws.clientId, log }, log }))
  await scheduleIngest(jobs)
  await scheduleReconcile(jobs)
  const doubts = stack.use(
    openDoubts({ ask: (reason) => addReconcile(jobs, reason), log, ...(reconcileDelayMs === undefined ? {} : { delayMs: reconcileDelayMs }) }),
  )
  stack.defer(writer.onDoubt(doubts.raise))
}

/** Makes the cards, fetches statements, tells what is to be told: whatever reads what is stored. */
async function workFromStore(
  stack: AsyncDisposableStack,
  options: DeskOptions,
  { db, bus, jobs, delivery }: { db: Database; bus: Bus; jobs: Jobs; delivery: DeliverRoom | null },
  writer: Writer | null,
): Promise<void> {
  const { config, clock, log, onReview, reviewDelayMs } = options
  const templates = await readTemplates(config.language)
  const flex = options.demo === true ? null : flexRoomOf(config, { db, clock, log })
  stack.use(
    await openWorkers({
      jobs,
      room: { db, templates, notesDir: config.notesDir, colours: config.colours, pictures: config.notesPictures, log },
      catchUp: null,
      thin: options.demo === true ? null : { db, keepDays: config.keepMarksDays, clock, log },
      flex,
      notion: options.demo === true ? null : notionRoomOf(config, { db, words: templates.words, clock, log }),
      delivery,
      log,
      ...(onReview === undefined ? {} : { onReview }),
    }),
  )
  await scheduleThin(jobs)
  if (flex !== null) await scheduleFlex(jobs, db, clock.now())
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
  stack.use(openVigil({ db, clock, log, onChange: sweepNow, writer, channels: delivery.channels.map(({ kind }) => kind) }))
}

/**
 * Whoever listens elsewhere hears of the process that records, and of no other: what nobody recorded cannot be made up, and one that still tells would
 * cover for it at the same address.
 */
function watchOver(stack: AsyncDisposableStack, { config: { heartbeatUrl }, demo, log }: DeskOptions, db: Database, records: boolean): void {
  if (heartbeatUrl === null || demo === true) return
  if (records) stack.use(openHeartbeat({ url: heartbeatUrl, isWell: () => db.pool.query('select 1'), log }))
  else log('HEARTBEAT_URL is not pinged from here: the process that records (role live) does it')
}

/** What the recorder did, counted. */
function observerOf(metrics: Metrics): Observer {
  return {
    committed({ facts, marks, refusedMarks, waitedMs }) {
      for (const kind of facts) metrics.fact(kind)
      metrics.ticks(marks, refusedMarks)
      if (waitedMs !== null) metrics.lag(waitedMs)
    },
    conflated: (prices) => metrics.conflated(prices),
    misdated: () => metrics.misdated(),
  }
}

interface WriterOptions extends DeskOptions {
  readonly db: Database
  readonly bus: Bus
  readonly open: OpenTrades
  readonly observer: Observer
}

/** The one writer: recorder and broker session, opened again from what is stored whenever the database refused a batch. */
class Writer implements AsyncDisposable, WatchedWriter, ReconcilingWriter {
  readonly #options: WriterOptions
  readonly #closing = new AbortController()
  #recorder: Recorder | null = null
  #live: Live | null = null
  #broker: Broker | null = null
  readonly #accounts = new AccountView()
  #valued = ''
  /** The session that is open has not been ready yet. */
  #isOpening = true
  #doubt: (reason: string) => void = () => {}
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
    return recorder.open().map((instrument) => ({
      symbol: instrument.symbol,
      hours: instrument,
      lastHeardAt: recorder.lastHeardAt(instrument.conId),
      reason: this.#live?.whySilent(instrument.conId) ?? null,
    }))
  }

  marketTime(): number | null {
    return this.#recorder?.marketTime() ?? null
  }

  get waiting(): number {
    return this.#recorder?.waiting ?? 0
  }

  async settled(): Promise<void> {
    await this.#recorder?.settled()
  }

  async catchUp(): Promise<void> {
    await this.catchUpNow()
    this.#doubt('caught up')
  }

  async catchUpNow(): Promise<void> {
    await this.#live?.catchUp()
  }

  /** Told whenever ours and the broker's may have parted; at once where a session is open already. */
  onDoubt(raise: (reason: string) => void): () => void {
    this.#doubt = raise
    if (this.account() !== null) raise('connected')
    return () => {
      this.#doubt = () => {}
    }
  }

  account(): AccountSnapshot | null {
    const { state } = this.status()
    return isOpen(state) ? this.#accounts.snapshot() : null
  }

  value(holdings: readonly { readonly account: string; readonly conId: number }[]): void {
    this.#broker?.value?.(holdings)
    const asked = JSON.stringify(holdings)
    if (asked === this.#valued) return
    this.#valued = asked
    // The answers are looked at when they have come.
    if (holdings.length > 0) this.#doubt('asked of other holdings')
  }

  disagreements(): Promise<readonly string[]> {
    return disagreements(this.#options.db)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  async #openOnce(failed: PromiseWithResolvers<unknown>): Promise<AsyncDisposableStack> {
    const { db, bus, clock, config, demo, log, open, observer, openBroker } = this.#options
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
        observer,
        log,
        onFailure: failed.resolve,
      })
      stack.defer(() => recorder.close())
      const onChange = (change: Change) => {
        if (change.kind === 'decisions') open.doubt(change.upTo)
        if (change.kind === 'decisions' || change.kind === 'reconnected') recorder.decided()
        if (change.kind === 'facts' || change.kind === 'reconnected') recorder.appended()
      }
      stack.use(await listen(db, onChange))
      stack.defer(() => open.end())
      await open.begin()
      // Whatever was decided or appended before anybody listened.
      onChange({ kind: 'reconnected', upTo: 0 })
      const broker = openBroker(await instruments(db))
      // Closed after the session, whose end answers what still waits.
      const repair = stack.use(openRepair({ broker, recorder, clock, log }))
      const stops = stack.use(openStops({ recorder, bus, clock }))
      const states = new States((change) => recorder.session(change), clock)
      const live = openLive({
        broker,
        recorder,
        clock,
        log,
        host: config.tws.host,
        port: config.tws.port,
        readOnly: config.tws.readOnly,
        onPosition: (position) => this.#hearPosition(position, recorder),
        onOrder: (order) => stops.hear(order),
        missed: () => repair.missed(),
        onMisdated: () => observer.misdated?.(),
        // Whatever happened to the fill itself: an order is filled further, and both sides are looked at once it had time to come.
        onAccount: (said) => this.#accounts.hear(said, recorder.marketTime()) && this.#doubt('an order was filled'),
        onStatus: (status) => {
          this.#hearStatus(status)
          states.hear(status)
          bus.publish([{ kind: 'broker', status }])
        },
      })
      stack.defer(() => live.close())
      this.#recorder = recorder
      this.#live = live
      this.#broker = broker
      return stack
    } catch (error) {
      await stack.disposeAsync()
      throw error
    }
  }

  #hearPosition(position: Parameters<Recorder['position']>[0], recorder: Recorder): void {
    const { account, instrument, quantity, averageCost } = position
    const { conId, symbol, currency } = instrument
    const figures = { quantity, averageCost, value: null, unrealized: null, realized: null, daily: null }
    this.#accounts.hear({ kind: 'holding', source: 'POSITION', account, conId, symbol, currency, ...figures }, recorder.marketTime())
    // Only what is told while the session opens is adopted: later on a position may come before its own fill.
    if (this.#isOpening) recorder.position(position)
    else this.#doubt('a position changed')
  }

  #hearStatus({ state, accounts }: BrokerStatus): void {
    // A new session tells everything anew.
    if (state === 'HANDSHAKING') this.#accounts.begin()
    if (state !== 'CATCHING_UP') this.#isOpening = state === 'CONNECTING' || state === 'HANDSHAKING'
    this.#accounts.serves(accounts)
    if (isOpen(state)) this.#doubt('connected')
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
        this.#broker = null
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
