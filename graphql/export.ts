// Trades and trajectories as files: CSV for a spreadsheet, NDJSON for a program. Streams: a page is read when the last one has left.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PAGE_SIZE_MAX, type TradeFilter } from '#core/query.ts'
import { givebackOf } from '#core/giveback.ts'
import { printTrade } from '#core/replay.ts'
import type { StoredTrade } from '#core/stored.ts'
import { parseInstant, printInstant } from '#core/time.ts'
import { MODES, UNITS } from '#core/trade.ts'
import type { Database } from '#store/db.ts'
import { tradesPage, trajectoryInPages } from '#store/trades.ts'
import { type Caller, seesTrade, within } from './caller.ts'
import type { Door, Refusal } from './door.ts'
import { refuse } from './guard.ts'

type Row = Readonly<Record<string, string | number | boolean | null | readonly string[]>>
type Format = 'csv' | 'ndjson'

const TYPES: Readonly<Record<Format, string>> = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' }

export function serveExports(app: FastifyInstance, db: Database, door: Door): void {
  app.get('/export/:file', async (request, reply) => {
    const file = /^trades\.(csv|ndjson)$/.exec((request.params as { file: string }).file)
    if (file === null) return refuse(reply, notFound("expected '/export/trades.csv' or '/export/trades.ndjson', found another name"))
    const filter = readFilter(request.query as Record<string, unknown>)
    if ('refused' in filter) return refuse(reply, { status: 400, code: 'BAD_USER_INPUT', message: filter.refused })
    return send(request, reply, door, file[1] as Format, 'trades', tradeRows(db, request.caller, filter))
  })
  app.get('/export/trajectory/:file', async (request, reply) => {
    const [, tradeId, format] = /^(.+)\.(csv|ndjson)$/.exec((request.params as { file: string }).file) ?? []
    if (tradeId === undefined || !seesTrade(request.caller, tradeId))
      return refuse(reply, notFound("expected '/export/trajectory/' with a trade's id and .csv or .ndjson, found no such trade"))
    return send(request, reply, door, format as Format, 'trajectory', pointRows(db, tradeId))
  })
}

async function* tradeRows(db: Database, caller: Caller, filter: TradeFilter): AsyncGenerator<Row> {
  for (let after: string | null = null, more = true; more; ) {
    const { edges, pageInfo } = await tradesPage(db, within(caller, filter), null, { first: PAGE_SIZE_MAX, after })
    for (const { node } of edges) yield tradeRow(node)
    after = pageInfo.endCursor
    more = pageInfo.hasNextPage
  }
}

function tradeRow(trade: StoredTrade): Row {
  const { mode, currency, strategy, tags, mistakes = [], rating = null, note, initialStop, initialTarget = null } = trade
  return { ...printTrade(trade, printInstant), giveback: givebackOf(trade), mode, currency, strategy, tags, mistakes, rating, note, initialStop, initialTarget }
}

async function* pointRows(db: Database, tradeId: string): AsyncGenerator<Row> {
  for await (const page of trajectoryInPages(db, tradeId)) {
    for (const { at, last, mfe, mae } of page) yield { tradeId, at: printInstant(at), last, mfe, mae }
  }
}

async function send(request: FastifyRequest, reply: FastifyReply, door: Door, format: Format, name: string, rows: AsyncGenerator<Row>) {
  const late = door.count(request.caller)
  if (late !== null) return refuse(reply, late)
  // The first row is read before the answer begins, so that a database that is away is still a 500.
  const first = await rows.next()
  return reply
    .type(TYPES[format])
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
    .send(Readable.from(format === 'csv' ? csv(first, rows) : ndjson(first, rows)))
}

type First = IteratorResult<Row, unknown>

async function* ndjson(first: First, rows: AsyncGenerator<Row>): AsyncGenerator<string> {
  for (let next = first; next.done !== true; next = await rows.next()) yield `${JSON.stringify(next.value)}\n`
}

async function* csv(first: First, rows: AsyncGenerator<Row>): AsyncGenerator<string> {
  if (first.done !== true) yield `${Object.keys(first.value).join(',')}\r\n`
  for (let next = first; next.done !== true; next = await rows.next()) yield `${Object.values(next.value).map(cell).join(',')}\r\n`
}

/** A spreadsheet runs a text that begins like a formula: it is given a mark that makes it text. Numbers keep their sign. */
function cell(value: Row[string]): string {
  if (value === null) return ''
  const text = typeof value === 'object' ? value.join(' ') : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const LISTS = ['accounts', 'symbols', 'strategies', 'tags'] as const
const INSTANTS = ['openedFrom', 'openedUntil', 'closedFrom', 'closedUntil'] as const
const CHOICES = { unit: UNITS, mode: MODES, status: ['OPEN', 'CLOSED'] } as const

/** `?unit=ROUND_TRIP&accounts=U1,U2&openedFrom=2026-11-01`: the filter's own names. */
function readFilter(query: Readonly<Record<string, unknown>>): TradeFilter | { refused: string } {
  const filter: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'string') return { refused: `expected ${name} once, found it several times` }
    const choices = CHOICES[name as keyof typeof CHOICES] as readonly string[] | undefined
    if (choices !== undefined) {
      if (!choices.includes(value)) return { refused: `expected ${name} to be ${choices.join(' or ')}, found another text` }
      filter[name] = value
    } else if (LISTS.some((one) => one === name)) filter[name] = value.split(',')
    else if (INSTANTS.some((one) => one === name)) {
      const at = parseInstant(value)
      if (at === null) return { refused: `expected ${name} to be an ISO 8601 instant, found another text` }
      filter[name] = at
    } else return { refused: `expected ${[...Object.keys(CHOICES), ...LISTS, ...INSTANTS].join(', ')}, found another parameter` }
  }
  return filter
}

function notFound(message: string): Refusal {
  return { status: 404, code: 'NOT_FOUND', message }
}
