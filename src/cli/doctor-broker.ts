// What `doctor` finds out about TWS: whether it is there and for whom, what this client may see, and for every contract that is held whether its prices come,
// come late or not at all, with the subscription that would mend it. It asks as a client of its own, listens for a few seconds, and changes nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrokerEvent } from '#broker/port.ts'
import { openTws } from '#broker/tws.ts'
import type { Instrument } from '#core/facts.ts'
import { sessionAt } from '#core/session.ts'
import { type Instant, printInstant } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import type { Config } from '#src/config.ts'
import { ClientIdInUse, ExcursionError } from '#src/errors.ts'
import type { Finding } from './finding.ts'

/** Another client's id, so that a service that runs keeps its own. */
const DOCTOR_CLIENT_ID = 9_713
const CLOCK_OFF_MS_MAX = 5_000
/** A contract that trades is heard of within this time, and a list of orders told or refused, unless TWS asks its user first. */
const PRICES_MS = 6_000
const LOOK_MS = 50

/** `known`: what the recorder knows of contracts; `isRecording`: a service holds the configured client id. */
export async function brokerFindings({ tws }: Config, known: readonly Instrument[], isRecording: boolean): Promise<readonly Finding[]> {
  const open = (clientId: number) =>
    openTws({
      ...{ host: tws.host, port: tws.port, clientId, clock, instruments: known, readOnly: tws.readOnly, marketDataType: tws.marketDataType },
      ...{ answerMs: 2_000, handshakeMs: 5_000 },
    })
  const own: Seen = isRecording ? NOTHING_SEEN : await seenAs(open(tws.clientId))
  const broker = open(DOCTOR_CLIENT_ID)
  const events: BrokerEvent[] = []
  try {
    await broker.connect((event) => void events.push(event))
    const held = new Map(
      events.flatMap((event) => (event.kind === 'position' && event.quantity !== '0' ? [[event.instrument.conId, event.instrument] as const] : [])),
    )
    const contracts = [...held.values()]
      .filter(({ secType }) => secType !== 'BAG')
      .map((instrument) => ({ ...instrument, ...known.find(({ conId }) => conId === instrument.conId) }))
    broker.watch(contracts)
    const answered = ({ conId }: Instrument) =>
      events.some((event) => (event.kind === 'quote' && event.quote.conId === conId) || (event.kind === 'prices' && event.conId === conId && !event.heard))
    const deadline = clock.monotonic() + PRICES_MS
    const isAsking = () => !tws.readOnly && !events.some(({ kind }) => kind === 'orders')
    while ((isAsking() || !contracts.every(answered)) && clock.monotonic() < deadline) await sleep(LOOK_MS)
    return [...sessionFindings({ tws }, events, held.size, own), ...contracts.map((contract) => pricesOf(contract, events))]
  } catch (error) {
    const advice = (await broker.advice?.()) ?? ''
    return [{ what: 'broker', state: 'fault', found: messageOf(error), remedy: advice }]
  } finally {
    await broker.close()
  }
}

/** What a session under the configured client id showed. */
interface Seen {
  /** Why the id cannot be had; null: it can, or nothing is there to have it from. */
  readonly taken: string | null
  /** API clients whose fills of today it is told. */
  readonly clients: ReadonlySet<number>
}

const NOTHING_SEEN: Seen = { taken: null, clients: new Set() }

async function seenAs(broker: ReturnType<typeof openTws>): Promise<Seen> {
  const clients = new Set<number>()
  try {
    await broker.connect((event) => {
      const clientId = event.kind === 'fact' && event.fact.kind === 'execution' ? Number(event.fact.clientId ?? 0) : 0
      if (clientId > 0) clients.add(clientId)
    })
    return { taken: null, clients }
  } catch (error) {
    return { taken: error instanceof ClientIdInUse ? messageOf(error) : null, clients }
  } finally {
    await broker.close()
  }
}

function sessionFindings({ tws }: Pick<Config, 'tws'>, events: readonly BrokerEvent[], held: number, own: Seen): readonly Finding[] {
  const greeted = events.find((event) => event.kind === 'accounts')
  const accounts = greeted?.kind === 'accounts' ? greeted.accounts : []
  const zone = greeted?.kind === 'accounts' ? greeted.zone : undefined
  const told = events.findLast((event) => event.kind === 'clock')
  const off = told?.kind === 'clock' ? clock.now() - told.at : 0
  const kind = accounts.every((account) => account.startsWith('D')) ? 'paper' : 'live'
  return [
    { what: 'broker', state: 'ok', found: `TWS at ${tws.host}:${tws.port}: the API is on; ${kind}, accounts ${accounts.join(', ')}, ${held} positions` },
    accessOf(tws.readOnly, events),
    clientFinding(tws.clientId, own),
    { what: 'lines', state: 'ok', found: `up to ${tws.lines} contracts are heard at once (TWS_LINES); those beyond take turns` },
    {
      what: 'trade by trade',
      state: 'ok',
      found:
        tws.tickByTick === 0 ? 'off (TWS_TICK_BY_TICK=0)' : `up to ${tws.tickByTick} contracts (TWS_TICK_BY_TICK); where TWS refuses, the sampled prices go on`,
    },
    { what: 'time zone', state: 'ok', found: zone === undefined ? 'TWS names none' : `a time that names no zone is read in ${zone}` },
    Math.abs(off) > CLOCK_OFF_MS_MAX && told?.kind === 'clock'
      ? {
          what: 'clock',
          state: 'fault',
          found: `the broker says ${printInstant(told.at)}, this machine is ${(off / 1000).toFixed(0)} s off`,
          remedy: "set this machine's clock by the network (or it plays a tape)",
        }
      : { what: 'clock', state: 'ok', found: "within 5 s of the broker's" },
  ]
}

/** No message says who the Master API client is. That it is this one is sure where it is told a fill of another; that it is not, only once one is missing. */
function clientFinding(clientId: number, { taken, clients }: Seen): Finding {
  const what = 'client id'
  if (taken !== null) return { what, state: 'fault', found: taken, remedy: 'end the other program, or choose another TWS_CLIENT_ID' }
  const others = [...clients].filter((other) => other !== clientId)
  if (others.length > 0) return { what, state: 'ok', found: `${clientId}: the Master API client, for it is told fills of API client ${others.join(', ')}` }
  if (clientId === 0) return { what, state: 'ok', found: '0: sees orders placed by hand; those of other API clients only as Master API client' }
  return {
    what,
    state: 'ok',
    found: `${clientId}: sees its own orders only, unless it is the Master API client`,
    remedy: 'TWS_CLIENT_ID=0, or set it as Master API client ID in TWS',
  }
}

/** What this client sends is known; what TWS allows it says only to who asks of orders, having asked its user for write access where it is read-only. */
function accessOf(readOnly: boolean, events: readonly BrokerEvent[]): Finding {
  const what = 'access'
  if (readOnly) {
    const why = 'only such a request would show it, and a TWS that is read-only then asks its user for write access'
    return { what, state: 'ok', found: `read-only: not asked, TWS_READ_ONLY=true sends nothing about orders; ${why}` }
  }
  const told = events.findLast((event) => event.kind === 'orders')
  if (told?.kind === 'orders' && told.visible) return { what, state: 'ok', found: "read-only: no ('Read-Only API' is not ticked); open orders are told" }
  return told?.kind === 'orders'
    ? {
        what,
        state: 'fault',
        found: "read-only: yes; TWS_READ_ONLY is false, and TWS does not tell open orders, and so no stops ('Read-Only API' is ticked)",
        remedy: "untick 'Read-Only API' in TWS (File > Global Configuration > API > Settings), or set TWS_READ_ONLY=true",
      }
    : {
        what,
        state: 'fault',
        found: `read-only: not known; TWS_READ_ONLY is false, and TWS did not answer within ${PRICES_MS / 1000} s which orders are open`,
        remedy: 'look at TWS: does a window ask whether this client may have write access?',
      }
}

function pricesOf(contract: Instrument, events: readonly BrokerEvent[]): Finding {
  const { conId, symbol } = contract
  const what = 'prices'
  const name = `${symbol} ${contract.secType}`
  const quotes = events.flatMap((event) => (event.kind === 'quote' && event.quote.conId === conId ? [event.quote] : []))
  const refused = events.findLast((event) => event.kind === 'prices' && event.conId === conId && !event.heard)
  const reason = refused?.kind === 'prices' ? refused.reason : null
  if (quotes.some(({ delayed }) => delayed !== true) && reason === null) return { what, state: 'ok', found: `${name}: live` }
  if (quotes.some(({ delayed }) => delayed === true) || /delayed/i.test(reason ?? ''))
    return {
      what,
      state: 'fault',
      found: `${name}: delayed, and never mixed with live prices${reason === null ? '' : ` (${reason})`}`,
      remedy: subscriptionFor(contract),
    }
  if (reason !== null) return { what, state: 'fault', found: `${name}: no data (${reason})`, remedy: remedyFor(reason, contract) }
  const now = events.findLast((event) => event.kind === 'clock')
  if (now?.kind === 'clock' && !isTraded(contract, now.at)) return { what, state: 'ok', found: `${name}: none now, its exchange is closed` }
  return {
    what,
    state: 'fault',
    found: `${name}: subscribed, and no price within ${PRICES_MS / 1000} s`,
    remedy: 'look at the contract in TWS: does it trade now?',
  }
}

function isTraded(contract: Instrument, at: Instant): boolean {
  const { session } = sessionAt(at, contract)
  return session === null || session === 'REGULAR'
}

function remedyFor(reason: string, contract: Instrument): string {
  if (reason.startsWith('10197')) return 'another login of the same user has the prices: close it, or give the paper account a user of its own'
  if (reason.startsWith('101 '))
    return 'more contracts are held than there are market data lines: IB sells more (Quote Booster), or close other windows and clients'
  if (reason.startsWith('200 ')) return 'the contract is not known under this id any more: expired, delisted or renamed'
  return subscriptionFor(contract)
}

const WHERE = 'Client Portal > Settings > Market Data Subscriptions'

/** The subscription a contract's live prices come with, as IB calls it. */
function subscriptionFor({ secType, currency, exchange = '' }: Instrument): string {
  const name = subscriptionName(secType, currency, exchange)
  return `${WHERE}: ${name ?? `the real-time data of ${exchange === '' || exchange === 'SMART' ? 'its exchange' : exchange}`}; until then TWS_MARKET_DATA_TYPE=3 shows delayed prices`
}

const FUTURES: Readonly<Record<string, string>> = {
  CME: 'CME Real-Time',
  CBOT: 'CBOT Real-Time',
  COMEX: 'COMEX Real-Time',
  NYMEX: 'NYMEX Real-Time',
  EUREX: 'Eurex Core',
}

function subscriptionName(secType: string, currency: string, exchange: string): string | null {
  if (secType === 'FUT' || secType === 'FOP') return FUTURES[exchange] ?? null
  if (currency !== 'USD') return null
  if (secType === 'OPT') return 'OPRA (US Options Exchanges)'
  if (secType !== 'STK') return null
  return 'NYSE (Network A/CTA), NYSE American, BATS, ARCA, IEX and regional exchanges (Network B), NASDAQ (Network C/UTP): the one its listing belongs to'
}

function messageOf(error: unknown): string {
  return error instanceof ExcursionError || error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
