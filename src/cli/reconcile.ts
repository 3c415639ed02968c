// `reconcile`: ours against the broker's, looked at now and printed: every holding beside what the broker says of it, then what differs, why, and what to do.
// It asks with a client of its own beside a service that runs, and writes nothing: what is kept is the service's (`--stored` shows it).
import { setTimeout as sleep } from 'node:timers/promises'
import { reconcileInput } from '#jobs/reconcile.ts'
import type { Broker } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import { type AccountSnapshot, AccountView, known } from '#core/account.ts'
import { type Decimal, decimal, plain, quotient } from '#core/decimal.ts'
import type { Difference, StoredDifference } from '#core/difference.ts'
import type { Holding } from '#core/holding.ts'
import { reconcile as compare } from '#core/reconcile.ts'
import { remedyOf, sayDifference } from '#core/remedy.ts'
import { type Instant, printInstant } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { ExcursionError } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { differencesOf } from '#store/differences.ts'
import { instruments } from '#store/facts.ts'
import { verb } from './arguments.ts'
import { print, say, table } from './terminal.ts'
import { withDatabase } from './with-database.ts'

/** Another client's id, so that a service that runs keeps its own. */
const RECONCILE_CLIENT_ID = 9_714
/** Results come about once a second; who has none for a holding by then has none. */
const RESULTS_MS = 3_000
const LOOK_MS = 50

export const reconcile = verb({
  usage: 'reconcile [--stored] [--json]',
  summary: "ours against the broker's: positions, values and results, with the likely cause of every difference",
  flags: {
    stored: { help: 'what the service found and has not seen mended; the broker is not asked' },
    json: { help: 'one JSON object a line: the differences' },
  },
  run: ({ flags }) =>
    withDatabase(async (db, config) => {
      if (flags.stored) {
        const open = await differencesOf(db, { open: true })
        return tell(open, flags.json === true, open.length === 0 ? 'nothing is known to differ' : `${open.length} differ:`)
      }
      let looked: Looked
      try {
        looked = await look(db, config)
      } catch (error) {
        if (!(error instanceof ExcursionError)) throw error
        say(error.message)
        const open = await differencesOf(db, { open: true })
        tell(open, flags.json === true, open.length === 0 ? 'no difference was known before' : 'what was known to differ before:')
        process.exitCode = 1
        return
      }
      const { holdings, broker, now, differences } = looked
      if (!flags.json) {
        print(holdings.length === 0 && broker.holdings.length === 0 ? 'nobody holds anything' : table(HEAD, rowsOf(holdings, broker), [2, 3, 4, 5, 6, 7, 8, 9]))
        print('')
      }
      const kept = differences.map((one) => ({ ...one, since: now, until: null, remedy: remedyOf(one, config.tws.clientId) }))
      tell(
        kept,
        flags.json === true,
        kept.length === 0 ? `ours and the broker's agree, at ${printInstant(now)}` : `${kept.length} differ, at ${printInstant(now)}:`,
      )
    }),
})

type Told = Difference & Pick<StoredDifference, 'since' | 'until' | 'remedy'>

/** Exit 1 where something has to be mended; a difference that is only another way to count is none. */
function tell(differences: readonly Told[], json: boolean, headline: string): void {
  if (!json) print(headline)
  for (const one of differences) {
    if (json) print(JSON.stringify({ ...one, since: printInstant(one.since) }))
    else print(`  ${one.severity.padEnd(8)} ${sayDifference(one)}\n           → ${one.remedy}`)
  }
  if (differences.some(({ severity }) => severity !== 'info')) process.exitCode = 1
}

interface Looked {
  readonly holdings: readonly Holding[]
  readonly broker: AccountSnapshot
  readonly now: Instant
  readonly differences: readonly Difference[]
}

async function look(db: Database, { tws }: Config): Promise<Looked> {
  const view = new AccountView()
  let now: Instant | null = null
  const broker: Broker = openTws({
    ...{ host: tws.host, port: tws.port, clientId: RECONCILE_CLIENT_ID, clock, readOnly: tws.readOnly, instruments: await instruments(db) },
    ...{ answerMs: 2_000, handshakeMs: 5_000 },
  })
  try {
    await broker.connect((event) => {
      if (event.kind === 'clock') now = event.at
      if (event.kind === 'accounts') view.serves(event.accounts)
      if (event.kind === 'account') view.hear(event.said, now)
      if (event.kind === 'position') view.hear(positionSaid(event), now)
    })
    const { holdings } = await reconcileInput(db, view.snapshot(), now ?? clock.now())
    const held = [...holdings.filter(({ quantity }) => !quantity.eq(0)), ...view.snapshot().holdings.filter(({ quantity }) => known(quantity) !== '0')]
    broker.value?.(held.map(({ account, conId }) => ({ account, conId })))
    const deadline = clock.monotonic() + RESULTS_MS
    const isTold = () =>
      held.every(({ account, conId }) => view.snapshot().holdings.some((one) => one.source === 'PNL' && one.account === account && one.conId === conId))
    while (held.length > 0 && !isTold() && clock.monotonic() < deadline) await sleep(LOOK_MS)
    await broker.askClock()
  } finally {
    await broker.close()
  }
  const at = now ?? clock.now()
  const input = await reconcileInput(db, view.snapshot(), at)
  return { holdings: input.holdings, broker: input.broker, now: at, differences: compare(input).differences }
}

type PositionEvent = Extract<Parameters<Parameters<Broker['connect']>[0]>[0], { kind: 'position' }>

function positionSaid({ account, instrument, quantity, averageCost }: PositionEvent) {
  const { conId, symbol, currency } = instrument
  const nothing = { value: null, unrealized: null, realized: null, daily: null }
  return {
    kind: 'holding' as const,
    source: 'POSITION' as const,
    account,
    conId,
    symbol,
    currency,
    quantity,
    averageCost,
    ...nothing,
  }
}

const HEAD = ['account', 'symbol', 'held', "broker's", 'average', "broker's", 'value', "broker's", 'running', "broker's"] as const

function rowsOf(holdings: readonly Holding[], { holdings: told }: AccountSnapshot): readonly (readonly string[])[] {
  const keys = new Set([...holdings.filter(({ quantity }) => !quantity.eq(0)), ...told].map(({ account, conId }) => `${account} ${conId}`))
  return [...keys].sort().map((key) => {
    const ours = holdings.find(({ account, conId }) => `${account} ${conId}` === key)
    const theirs = told.filter(({ account, conId }) => `${account} ${conId}` === key)
    const figure = (name: 'quantity' | 'averageCost' | 'value' | 'unrealized') => known(theirs.findLast((one) => known(one[name]) !== null)?.[name])
    // The broker reckons in doubles: 53104.16666666655.
    const rounded = (name: 'value' | 'unrealized') => {
      const found = figure(name)
      return shown(found === null ? null : decimal(found))
    }
    const average = ours?.reckoned.FIFO?.gross.average ?? null
    const units = ours === undefined ? null : ours.quantity.times(ours.multiplier)
    const value = units === null || ours?.price == null ? null : units.times(ours.price)
    const cost = figure('averageCost')
    return [
      key.split(' ')[0] ?? '',
      ours?.symbol ?? theirs[0]?.symbol ?? '',
      ours === undefined ? '0' : plain(ours.quantity),
      figure('quantity') ?? '–',
      shown(average),
      cost === null ? '–' : ours === undefined ? cost : shown(quotient(decimal(cost), ours.multiplier)),
      shown(value),
      rounded('value'),
      shown(value === null || average === null || units === null ? null : value.minus(units.times(average))),
      rounded('unrealized'),
    ]
  })
}

function shown(value: Decimal | null): string {
  return value === null ? '–' : plain(value.round(4))
}
