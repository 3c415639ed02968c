// Watches the recorder itself: is it blind, logged out, at odds with the broker, unable to tell? Looks every few seconds, has the core judge it, and writes
// what began and what is over; told by the same channels as every alert. Never looks at prices.
import { blindFor, type HeldContract, isRemoved, NOTHING_WATCHED, removal, type Trouble, watch, withRemovals } from '#core/system-alert.ts'
import type { Instant } from '#core/time.ts'
import { isPaper } from '#core/trade.ts'
import type { BrokerStatus } from '#src/bus.ts'
import type { Clock } from '#src/clock.ts'
import type { Database } from '#store/db.ts'
import { failingChannels } from '#store/deliveries.ts'
import { activeSystemAlerts, writeSystemChanges } from '#store/system-alerts.ts'

export interface VigilOptions {
  readonly db: Database
  readonly clock: Clock
  /** What the writer of this process holds; null: it is in another process, which then watches prices and login itself. */
  readonly writer: WatchedWriter | null
  /** What is configured: nothing is expected of any other. null: another process delivers, which then watches that itself. */
  readonly channels: readonly string[] | null
  readonly everyMs?: number
  /** Told after something was written, so that it goes out at once. */
  onChange(): void
  log(line: string): void
}

export interface WatchedWriter {
  held(): readonly HeldContract[]
  /** The market's time as last told. */
  marketTime(): Instant | null
  status(): BrokerStatus
  /** Where ours and the broker's positions differ, a line each. */
  disagreements?(): Promise<readonly string[]>
}

export interface Vigil extends AsyncDisposable {
  /** Looks once, now. */
  look(): Promise<void>
}

const EVERY_MS = 5_000
/** A channel that failed this often in a row is failing. */
const FAILURES_MAX = 3
/** A host that extrapolates the market's time further than this has no idea of it. */
const EXTRAPOLATED_MS_MAX = 3_600_000

export function openVigil(options: VigilOptions): Vigil {
  const { db, clock, writer, channels, log } = options
  let watched = NOTHING_WATCHED
  let closed = false
  let looking: Promise<void> = Promise.resolve()
  /** Of the session as last told: one that is gone names none. */
  let accounts: readonly string[] = []
  let lastTime: { readonly market: Instant; readonly at: number } | null = null

  /** The market's time goes on while nobody tells it: that is what being blind is. */
  const marketNow = (): Instant | null => {
    const market = writer?.marketTime() ?? null
    if (market === null) return null
    if (lastTime === null || market !== lastTime.market) lastTime = { market, at: clock.monotonic() }
    // An instant has whole milliseconds, a duration of the host fractions of them.
    return market + Math.floor(Math.min(clock.monotonic() - lastTime.at, EXTRAPOLATED_MS_MAX))
  }

  const seen = async (): Promise<Trouble[]> => {
    const troubles: Trouble[] = (await failingChannels(db, channels ?? [], FAILURES_MAX)).map(({ channel, since, trouble }) => ({
      kind: 'DELIVERY_FAILING',
      subject: channel,
      since,
      details: trouble === null ? [channel] : [`${channel} ${trouble}`],
    }))
    if (writer === null) return troubles
    const status = writer.status()
    if (status.accounts.length > 0) accounts = status.accounts
    const paper = accounts.length > 0 && accounts.every(isPaper)
    const now = marketNow()
    const blind = now === null ? null : blindFor(writer.held(), now)
    // Market instants stay in the core: people read when it began by their own clock.
    if (blind !== null && now !== null) troubles.push({ ...blind, paper, since: clock.now() - (now - (blind.since ?? now)) })
    const { state, reason, since } = status
    if (state === 'CONNECTING' || state === 'HANDSHAKING' || state === 'GAP')
      troubles.push({ kind: 'LOGIN_NEEDED', subject: '', paper, since, details: [reason] })
    const disagreements = (await writer.disagreements?.()) ?? []
    if (disagreements.length > 0) troubles.push({ kind: 'BROKER_DISAGREES', subject: '', paper, details: disagreements })
    return troubles
  }

  const look = async () => {
    const [found, active] = await Promise.all([seen(), activeSystemAlerts(db)])
    // Who has no writer cannot say that its troubles are over, nor who delivers nothing that a channel's are.
    const mine = active.filter(({ kind }) => (kind === 'DELIVERY_FAILING' ? channels : writer) !== null)
    const next = watch(watched, mine, found, clock.now())
    const { began, over } = withRemovals(next.changes, channels ?? [])
    await writeSystemChanges(db, { began, over })
    watched = next.watched
    for (const { kind, details } of began) log(`${kind}: ${details.join(', ')}`)
    for (const alert of over) log(`${alert.kind}: over${isRemoved(alert) ? `: ${removal(alert)}` : ''}`)
    if (began.length + over.length > 0) options.onChange()
  }
  const turn = () => {
    looking = looking.then(look).catch((error: unknown) => log(`vigil: ${error instanceof Error ? error.message : String(error)}; the next look tries again`))
    return looking
  }
  const timer = setInterval(() => {
    if (!closed) void turn()
  }, options.everyMs ?? EVERY_MS)
  return {
    look: turn,
    async [Symbol.asyncDispose]() {
      closed = true
      clearInterval(timer)
      await looking
    },
  }
}
