// A tape played to the service through the gateway, and what the two ways of reading it say: the service over GraphQL, and `replay`.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Fact } from '#core/facts.ts'
import { STARTER_RULES } from '#core/rules.ts'
import { parseLine } from '#core/tape.ts'
import { type BrokerState, isOpen } from '#src/bus.ts'
import { SMALL_TAPE } from '#sim/tapes/make.ts'
import { type Environment, answerOf, eventually, excursion, freePort, type Running } from './process.ts'

/** A tape on disk, with files of prices beside it. */
export interface TapeFiles {
  readonly tape: string
  /** CONID=FILE */
  readonly marks?: readonly string[]
  /** Its last price. */
  readonly lastAt: number
}

const lines = gunzipSync(readFileSync(SMALL_TAPE)).toString().trimEnd().split('\n').map(parseLine)
const instants = lines.flatMap((line) => ('kind' in line && line.kind === 'quote' ? [line.quote.at] : []))

/** The tape that comes along. */
export const SMALL = { tape: SMALL_TAPE, firstAt: Math.min(...instants), lastAt: Math.max(...instants) } satisfies TapeFiles & { firstAt: number }
export const SMALL_FACTS: readonly Fact[] = lines.filter((line) => 'kind' in line && line.kind !== 'quote')

export type Line = Readonly<Record<string, string | number | null>>
/** Keyed by trade, and by rule, tier and trade. */
export interface Told {
  readonly trades: ReadonlyMap<string, Line>
  readonly alerts: ReadonlyMap<string, Line>
}

// The two processes

/** As fast as the service reads. */
const RUN: readonly string[] = ['--lockstep', '--speed', '0', '--conflate-ms', '0']
/** The same, and what was missed cannot be fetched. */
export const FORGETFUL: readonly string[] = [...RUN, '--forgets']
/** The day that comes along in a few seconds: time to do something in the middle of it. */
export const WALK: readonly string[] = ['--lockstep', '--speed', '4000', '--conflate-ms', '0']

export interface Gateway extends Running {
  readonly port: number
}

export async function startGateway({ tape, marks = [] }: TapeFiles, flags = RUN): Promise<Gateway> {
  const port = await freePort()
  const running = excursion(['simulate', '--port', String(port), '--tape', tape, ...marks.flatMap((file) => ['--marks', file]), ...flags])
  await running.says(/gateway listens/)
  return { ...running, port }
}

export interface Service extends Running {
  /** Where GraphQL is served. */
  readonly url: string
  ask<T>(query: string, variables?: object): Promise<T>
}

/** The environment of a service in this home that listens to a gateway at this port. */
export function serviceEnv(home: string, gatewayPort: number): Environment {
  return { EXCURSION_HOME: home, EXCURSION_PORT: '0', EXCURSION_LANG: 'en', EXCURSION_MARK_FILTER: 'none', TWS_PORT: String(gatewayPort) }
}

export async function startService(home: string, gatewayPort: number): Promise<Service> {
  const running = excursion(['start'], serviceEnv(home, gatewayPort))
  const [, url = ''] = await running.says(/GraphQL at (\S+),/)
  return { ...running, url, ask: (query, variables) => ask(url, query, variables) }
}

async function ask<T>(url: string, query: string, variables: object = {}): Promise<T> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) })
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown }
  if (errors !== undefined || data === undefined) throw new Error(`expected an answer, found ${JSON.stringify(errors)}`)
  return data
}

/** How many looks in a row must see the same before the service counts as settled: more than the second in which last prices are written. */
const SAME_LOOKS = 16
const STATE = `{ brokers { state marketTime } trades(orderBy: { field: OPENED_AT }, first: 200) { nodes { seq commission } } alerts(first: 200) { nodes { seq } } }`

/** The tape is over, the service has come to its last second, and what is asked stays the same: everything of it is in the store. */
export async function settled(gateway: Gateway, service: Service, { lastAt }: TapeFiles): Promise<void> {
  await gateway.says(/the tape is over/)
  let last = ''
  let same = 0
  await eventually(async () => {
    const state = await service.ask<{ brokers: readonly { state: BrokerState; marketTime: string | null }[] }>(STATE)
    if (!state.brokers.some((broker) => isOpen(broker.state))) return false
    if (!state.brokers.some(({ marketTime }) => marketTime !== null && Date.parse(marketTime) >= Math.floor(lastAt / 1000) * 1000)) return false
    const now = JSON.stringify(state)
    same = now === last ? same + 1 : 0
    last = now
    return same >= SAME_LOOKS
  }, 100)
}

// The two readings

const TRADE = `id unit account instrument { conId symbol } side status quantity entryPrice exitPrice openedAt closedAt grossPnl commission netPnl
  mfe { price at pct pctAt pnl pnlAt } mae { price at pct pctAt pnl pnlAt } provenance { gaps { from to } }`
const TRADES = `query ($unit: TradeUnit!, $after: String) { trades(filter: { unit: $unit }, first: 20, after: $after) { nodes { ${TRADE} } pageInfo { hasNextPage endCursor } } }`
const ALERTS = `query ($after: String) { alerts(filter: { states: [RAISED, LATE, MISSED] }, first: 20, after: $after) {
  nodes { ruleId tier tradeId unit account conId at price pct } pageInfo { hasNextPage endCursor } } }`

interface GraphqlExcursion {
  readonly price: string
  readonly at: string
  readonly pct: string | null
  readonly pctAt: string | null
  readonly pnl: string
  readonly pnlAt: string
}
interface GraphqlTrade extends Readonly<Record<'id' | 'unit' | 'account' | 'side' | 'status' | 'quantity' | 'entryPrice' | 'openedAt', string>> {
  readonly instrument: { readonly conId: number; readonly symbol: string }
  readonly exitPrice: string | null
  readonly closedAt: string | null
  readonly grossPnl: string | null
  readonly commission: string | null
  readonly netPnl: string | null
  readonly mfe: GraphqlExcursion
  readonly mae: GraphqlExcursion
  readonly provenance: { readonly gaps: readonly { readonly from: string; readonly to: string }[] }
}
interface Connection<T> {
  readonly nodes: readonly T[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

export interface Recorded extends Told {
  /** The trades part of whose life nobody heard. */
  readonly gaps: ReadonlySet<string>
}

/** What the service has recorded, page by page, in replay's words. */
export async function recorded(service: Service): Promise<Recorded> {
  const trades: GraphqlTrade[] = []
  for (const unit of ['ORDER', 'ROUND_TRIP']) {
    trades.push(...(await pages(async (after) => (await service.ask<{ trades: Connection<GraphqlTrade> }>(TRADES, { unit, after })).trades)))
  }
  const alerts = await pages(async (after) => (await service.ask<{ alerts: Connection<Line> }>(ALERTS, { after })).alerts)
  return {
    trades: keyed(trades.map(lineOf), tradeKey),
    alerts: keyed(alerts, alertKey),
    gaps: new Set(trades.filter(({ provenance }) => provenance.gaps.length > 0).map(({ id }) => id)),
  }
}

async function pages<T>(page: (after: string | null) => Promise<Connection<T>>): Promise<T[]> {
  const all: T[] = []
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo } = await page(after)
    all.push(...nodes)
    if (!pageInfo.hasNextPage) return all
    after = pageInfo.endCursor
  }
}

function lineOf({ id, unit, account, instrument, mfe, mae, provenance: _, ...rest }: GraphqlTrade): Line {
  const view = (name: string, { price, at, pct, pctAt, pnl, pnlAt }: GraphqlExcursion) => ({
    ...{ [`${name}Px`]: price, [`${name}At`]: at, [`${name}Pct`]: pct, [`${name}PctAt`]: pctAt, [`${name}Pnl`]: pnl, [`${name}PnlAt`]: pnlAt },
  })
  return { unit, tradeId: id, account, conId: instrument.conId, symbol: instrument.symbol, ...rest, ...view('mfe', mfe), ...view('mae', mae) }
}

/** What `replay` says of the same tape, with the starter rules, nothing filtered. */
export async function replayed({ tape, marks = [] }: Omit<TapeFiles, 'lastAt'>, folder: string): Promise<Told> {
  const rules = join(folder, 'starter-rules.ndjson')
  await writeFile(rules, `${STARTER_RULES.map((rule) => JSON.stringify(rule)).join('\n')}\n`)
  const flags = ['--filter', 'none', '--unit', 'both', '--rules', rules, '--json']
  const printed = await answerOf(['replay', '--tape', tape, ...marks.flatMap((file) => ['--marks', file]), ...flags])
  const lines = printed.split('\n').filter((line) => line !== '')
  const told = lines.map((line) => JSON.parse(line) as Line)
  return {
    trades: keyed(
      told.filter((line) => line['ruleId'] === undefined),
      tradeKey,
    ),
    alerts: keyed(
      told.filter((line) => line['ruleId'] !== undefined),
      alertKey,
    ),
  }
}

const tradeKey = (line: Line) => String(line['tradeId'])
const alertKey = (line: Line) => `${line['ruleId']} ${line['tier']} ${line['tradeId']}`

function keyed(lines: readonly Line[], key: (line: Line) => string): Map<string, Line> {
  const map = new Map(lines.map((line) => [key(line), line]))
  if (map.size !== lines.length) throw new Error(`expected every trade and alert once, found ${lines.length} lines of ${map.size}`)
  return new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Where two readings differ, a line each: nothing, if all is well. */
export function differences(live: Told, replay: Told): string[] {
  return (['trades', 'alerts'] as const).flatMap((part) => {
    const keys = new Set([...live[part].keys(), ...replay[part].keys()])
    return [...keys].flatMap((key) => differencesOf(key, live[part].get(key), replay[part].get(key)))
  })
}

function differencesOf(key: string, live: Line | undefined, replay: Line | undefined): string[] {
  if (live === undefined || replay === undefined) return [`${key}: only in ${live === undefined ? 'replay' : 'live'}`]
  const names = [...new Set([...Object.keys(live), ...Object.keys(replay)])]
  return names.filter((name) => live[name] !== replay[name]).map((name) => `${key}: ${name} is ${live[name]} live, ${replay[name]} in replay`)
}
