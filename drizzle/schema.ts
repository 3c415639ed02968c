// The tables, as the store reads and writes them. Partitions, comments and the "C" collation of ids stand in the migrations' SQL.
// Facts, marks and decisions are append-only; trades and trajectories are folded from them; alerts, outbox and audit are history.
import { sql } from 'drizzle-orm'
import { bigint, boolean, customType, index, integer, jsonb, pgTable, primaryKey, smallint, text, unique, uniqueIndex } from 'drizzle-orm/pg-core'
import type { DecimalText } from '#core/decimal.ts'
import type { DeliveryFailure, DeliveryState } from '#core/delivery.ts'
import type { ExecutionSide, Fact, MarkSource, SessionChange } from '#core/facts.ts'
import type { Cause, DifferenceSource, Measure } from '#core/difference.ts'
import type { Scope } from '#core/scope.ts'
import type { AlertState } from '#core/stored.ts'
import type { SystemAlertKind } from '#core/system-alert.ts'
import type { Instant } from '#core/time.ts'
import type { Fill, Mode, Provenance, Severity, TradePlan, TradeStatus, Unit } from '#core/trade.ts'

/** An exact number: plain notation, zeros stripped, whatever the server prints. */
const decimal = customType<{ data: DecimalText; driverData: string }>({
  dataType: () => 'numeric',
  fromDriver: (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text),
})

/** A price that came as a double: its shortest text is stored, so the same double comes back. */
const price = customType<{ data: number; driverData: string }>({
  dataType: () => 'numeric',
  fromDriver: Number,
  toDriver: String,
})

/** An instant to the millisecond. Every connection of ours speaks UTC and ISO (store/db.ts sees to it). */
const instant = customType<{ data: Instant; driverData: string }>({
  dataType: () => 'timestamp (3) with time zone',
  fromDriver: (text) => Date.parse(text.replace(' ', 'T').replace(/\+00$/, 'Z')),
  toDriver: (at) => new Date(at).toISOString(),
})

const number = (name: string) => bigint(name, { mode: 'number' })

// --- the three logs ---

export const facts = pgTable(
  'facts',
  {
    arrival: number('arrival').primaryKey(),
    kind: text('kind').$type<(Fact | SessionChange)['kind']>().notNull(),
    at: instant('at'),
    conId: number('con_id'),
    account: text('account'),
    executionId: text('execution_id'),
    body: jsonb('body').$type<Fact | SessionChange>().notNull(),
    raw: jsonb('raw').$type<unknown>(),
    seenAt: instant('seen_at'),
  },
  (t) => [
    uniqueIndex('facts_execution').on(t.executionId, t.account).where(sql`kind = 'execution'`),
    index('facts_execution_any').on(t.executionId),
    index('facts_at').on(t.at),
    index('facts_contract').on(t.conId, t.kind),
    // The same fact imported twice is found by its body.
    index('facts_body').using('hash', t.body),
  ],
)

export const marks = pgTable(
  'marks',
  {
    conId: number('con_id').notNull(),
    at: instant('at').notNull(),
    arrival: number('arrival').notNull(),
    price: price('price').notNull(),
    bid: price('bid'),
    ask: price('ask'),
    source: text('source').$type<MarkSource>(),
    seenAt: instant('seen_at'),
  },
  (t) => [primaryKey({ name: 'marks_pkey', columns: [t.conId, t.at, t.arrival] })],
)

export const decisions = pgTable(
  'decisions',
  {
    id: number('id').generatedAlwaysAsIdentity().primaryKey(),
    at: instant('at').notNull(),
    kind: text('kind').notNull(),
    subject: text('subject').notNull(),
    body: jsonb('body').$type<unknown>().notNull(),
  },
  (t) => [index('decisions_subject').on(t.subject, t.id)],
)

export const rules = pgTable(
  'rules',
  {
    id: text('id').notNull(),
    version: integer('version').notNull(),
    place: integer('place').notNull(),
    body: jsonb('body').$type<unknown>().notNull(),
    enabled: boolean('enabled').notNull(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ name: 'rules_pkey', columns: [t.id, t.version] })],
)

// --- folded from them ---

/** The columns of both tables of trades; the first ten are the user's own, in this order. */
const tradeColumns = () => ({
  tradeId: text('trade_id').primaryKey(),
  symbol: text('symbol').notNull(),
  side: text('side').$type<ExecutionSide>().notNull(),
  qty: decimal('qty').notNull(),
  entryPx: decimal('entry_px').notNull(),
  mfePx: decimal('mfe_px').notNull(),
  maePx: decimal('mae_px').notNull(),
  lastPx: decimal('last_px').notNull(),
  openedAt: instant('opened_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
  openQty: decimal('open_qty').notNull(),
  mfePct: decimal('mfe_pct'),
  maePct: decimal('mae_pct'),
  status: text('status').$type<TradeStatus>().notNull(),
  account: text('account').notNull(),
  mode: text('mode').$type<Mode>().notNull(),
  conId: number('con_id').notNull(),
  secType: text('sec_type').notNull(),
  currency: text('currency').notNull(),
  multiplier: decimal('multiplier').notNull(),
  exitPx: decimal('exit_px'),
  closedAt: instant('closed_at'),
  grossPnl: decimal('gross_pnl').notNull(),
  commission: decimal('commission'),
  netPnl: decimal('net_pnl'),
  mfeAt: instant('mfe_at').notNull(),
  mfePctAt: instant('mfe_pct_at'),
  mfePnl: decimal('mfe_pnl').notNull(),
  mfePnlAt: instant('mfe_pnl_at').notNull(),
  maeAt: instant('mae_at').notNull(),
  maePctAt: instant('mae_pct_at'),
  maePnl: decimal('mae_pnl').notNull(),
  maePnlAt: instant('mae_pnl_at').notNull(),
  drawdownPct: decimal('drawdown_pct'),
  orderRef: text('order_ref'),
  /** Where it was meant to be left: its R, stop, target and how the stop was moved. */
  plan: jsonb('plan').$type<TradePlan>(),
  held: boolean('held').notNull(),
  fills: jsonb('fills').$type<readonly Fill[]>().notNull(),
  source: text('source').$type<Provenance['source']>().notNull(),
  coverage: decimal('coverage'),
  gaps: jsonb('gaps').$type<Provenance['gaps']>().notNull(),
  /** The position came without its executions: nothing is known of it before. */
  partialSince: instant('partial_since'),
  /** Bars that contained an own fill and could not be used. */
  leftOut: number('left_out').notNull().default(0),
  /** Of its marks only those it stands on are still kept. */
  thinned: boolean('thinned').notNull().default(false),
  seq: number('seq').notNull(),
  /** What the order's own reference says of the trade (core/order-ref.ts); a person's word goes before it. */
  refStrategy: text('ref_strategy'),
  refTags: text('ref_tags').array().notNull().default(sql`'{}'`),
  refStop: decimal('ref_stop'),
  refTarget: decimal('ref_target'),
  /** How much of the best running result was given back. */
  giveback: decimal('giveback').notNull().generatedAlwaysAs(sql`mfe_pnl - gross_pnl`),
})

export const orders = pgTable('orders_rt', tradeColumns(), (t) => [
  index('orders_rt_opened').on(t.openedAt, t.tradeId),
  index('orders_rt_closed').on(t.closedAt, t.tradeId),
  index('orders_rt_open').on(t.tradeId).where(sql`status = 'OPEN'`),
  index('orders_rt_account').on(t.account, t.openedAt),
  index('orders_rt_symbol').on(t.symbol, t.openedAt),
  index('orders_rt_contract').on(t.conId, t.openedAt),
  index('orders_rt_mfe').on(t.mfePct, t.tradeId),
  index('orders_rt_mae').on(t.maePct, t.tradeId),
  index('orders_rt_net').on(t.netPnl, t.tradeId),
  index('orders_rt_seq').on(t.seq),
  index('orders_rt_giveback').on(t.giveback, t.tradeId),
  // Unknown values come last in either direction, so the way down needs an index of its own.
  index('orders_rt_closed_down').on(t.closedAt.desc().nullsLast(), t.tradeId.desc()),
  index('orders_rt_mfe_down').on(t.mfePct.desc().nullsLast(), t.tradeId.desc()),
  index('orders_rt_mae_down').on(t.maePct.desc().nullsLast(), t.tradeId.desc()),
  index('orders_rt_net_down').on(t.netPnl.desc().nullsLast(), t.tradeId.desc()),
  index('orders_rt_side').on(t.side, t.openedAt),
  index('orders_rt_mode').on(t.mode, t.openedAt),
  index('orders_rt_held').on(t.openedAt).where(sql`held`),
  index('orders_rt_ref_strategy').on(t.refStrategy).where(sql`ref_strategy is not null`),
  index('orders_rt_ref_tags').using('gin', t.refTags).where(sql`ref_tags <> '{}'`),
])

export const roundTrips = pgTable('round_trips_rt', tradeColumns(), (t) => [
  index('round_trips_rt_opened').on(t.openedAt, t.tradeId),
  index('round_trips_rt_closed').on(t.closedAt, t.tradeId),
  index('round_trips_rt_open').on(t.tradeId).where(sql`status = 'OPEN'`),
  index('round_trips_rt_account').on(t.account, t.openedAt),
  index('round_trips_rt_symbol').on(t.symbol, t.openedAt),
  index('round_trips_rt_contract').on(t.conId, t.openedAt),
  index('round_trips_rt_mfe').on(t.mfePct, t.tradeId),
  index('round_trips_rt_mae').on(t.maePct, t.tradeId),
  index('round_trips_rt_net').on(t.netPnl, t.tradeId),
  index('round_trips_rt_seq').on(t.seq),
  index('round_trips_rt_giveback').on(t.giveback, t.tradeId),
  // Unknown values come last in either direction, so the way down needs an index of its own.
  index('round_trips_rt_closed_down').on(t.closedAt.desc().nullsLast(), t.tradeId.desc()),
  index('round_trips_rt_mfe_down').on(t.mfePct.desc().nullsLast(), t.tradeId.desc()),
  index('round_trips_rt_mae_down').on(t.maePct.desc().nullsLast(), t.tradeId.desc()),
  index('round_trips_rt_net_down').on(t.netPnl.desc().nullsLast(), t.tradeId.desc()),
  index('round_trips_rt_side').on(t.side, t.openedAt),
  index('round_trips_rt_mode').on(t.mode, t.openedAt),
  index('round_trips_rt_held').on(t.openedAt).where(sql`held`),
  index('round_trips_rt_ref_strategy').on(t.refStrategy).where(sql`ref_strategy is not null`),
  index('round_trips_rt_ref_tags').using('gin', t.refTags).where(sql`ref_tags <> '{}'`),
])

const pointColumns = () => ({
  tradeId: text('trade_id').notNull(),
  ts: instant('ts').notNull(),
  lastPx: price('last_px').notNull(),
  mfePx: price('mfe_px').notNull(),
  maePx: price('mae_px').notNull(),
  seq: number('seq').notNull(),
})

export const orderPoints = pgTable('orders_rt_ts', pointColumns(), (t) => [primaryKey({ name: 'orders_rt_ts_pkey', columns: [t.tradeId, t.ts] })])

export const roundTripPoints = pgTable('round_trips_rt_ts', pointColumns(), (t) => [primaryKey({ name: 'round_trips_rt_ts_pkey', columns: [t.tradeId, t.ts] })])

/** What the trader said of a trade: for each the last decision on any execution it contains. */
export const annotations = pgTable(
  'annotations',
  {
    tradeId: text('trade_id').primaryKey(),
    strategy: text('strategy'),
    tags: text('tags').array().notNull().default(sql`'{}'`),
    note: text('note'),
    initialStop: decimal('initial_stop'),
    /** When anything was last said of it but to leave it alone. */
    updatedAt: instant('updated_at'),
    rating: integer('rating'),
    mistakes: text('mistakes').array().notNull().default(sql`'{}'`),
    initialTarget: decimal('initial_target'),
    /** What a person has spoken of, if only to take it away: there the order's reference is silent. */
    said: text('said').array().notNull().default(sql`'{}'`),
    /** When it was last said to leave it alone, and until when; null: no longer. */
    snoozedAt: instant('snoozed_at'),
    snoozedUntil: instant('snoozed_until'),
  },
  (t) => [index('annotations_strategy').on(t.strategy), index('annotations_tags').using('gin', t.tags), index('annotations_mistakes').using('gin', t.mistakes)],
)

// --- history ---

export const alerts = pgTable(
  'alerts',
  {
    id: text('id').primaryKey(),
    number: number('number').generatedAlwaysAsIdentity().notNull(),
    seq: number('seq').notNull(),
    ruleId: text('rule_id').notNull(),
    ruleVersion: integer('rule_version').notNull(),
    tier: integer('tier').notNull(),
    /** 1: the first time its rule and tier fired for the trade. */
    ordinal: integer('ordinal').notNull().default(1),
    tradeId: text('trade_id').notNull(),
    unit: text('unit').$type<Unit>().notNull(),
    account: text('account').notNull(),
    conId: number('con_id').notNull(),
    symbol: text('symbol').notNull(),
    at: instant('at').notNull(),
    price: decimal('price').notNull(),
    pct: decimal('pct'),
    severity: text('severity').$type<Severity>().notNull(),
    openedAt: instant('opened_at').notNull(),
    state: text('state').$type<AlertState>().notNull(),
    /** Of a withdrawn one: what it was before. */
    stateBefore: text('state_before').$type<AlertState>(),
    raisedAt: instant('raised_at').notNull(),
    message: text('message').notNull(),
  },
  (t) => [
    index('alerts_at').on(t.at, t.openedAt, t.tradeId, t.number),
    index('alerts_trade').on(t.tradeId),
    index('alerts_rule').on(t.ruleId, t.at),
    index('alerts_account').on(t.account, t.at),
    index('alerts_seq').on(t.seq),
  ],
)

export const reviews = pgTable(
  'reviews',
  {
    id: number('id').generatedAlwaysAsIdentity().primaryKey(),
    day: text('day').notNull(),
    account: text('account'),
    body: jsonb('body').$type<unknown>().notNull(),
    card: text('card'),
    path: text('path'),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (t) => [unique('reviews_day').on(t.day, t.account).nullsNotDistinct()],
)

/** Done rows stay where their key may be put again (store/outbox.ts, `pruneOutbox`): it keeps an effect from being done twice. */
export const outbox = pgTable(
  'outbox',
  {
    id: number('id').generatedAlwaysAsIdentity().primaryKey(),
    key: text('key').notNull().unique('outbox_key'),
    kind: text('kind').notNull(),
    payload: jsonb('payload').$type<unknown>().notNull(),
    createdAt: instant('created_at').notNull().default(sql`now()`),
    takenAt: instant('taken_at'),
    takes: integer('takes').notNull().default(0),
    doneAt: instant('done_at'),
  },
  (t) => [index('outbox_waiting').on(t.id).where(sql`done_at is null`)],
)

/** What is to be told to whom: one row an alert (or a system alert's turn) and channel. Rows that went out together share a message. */
export const deliveries = pgTable(
  'deliveries',
  {
    id: number('id').generatedAlwaysAsIdentity().primaryKey(),
    subject: text('subject').notNull(),
    channel: text('channel').notNull(),
    /** Which waiting ones are read first: the recorder's own troubles (3), then by the alert's severity. */
    urgency: smallint('urgency').notNull().default(0),
    alertId: text('alert_id'),
    systemAlertId: number('system_alert_id'),
    state: text('state').$type<DeliveryState>().notNull().default('WAITING'),
    messageId: text('message_id'),
    attempts: integer('attempts').notNull().default(0),
    possibleDuplicates: integer('possible_duplicates').notNull().default(0),
    dueAt: instant('due_at').notNull(),
    createdAt: instant('created_at').notNull(),
    attemptedAt: instant('attempted_at'),
    firstAttemptedAt: instant('first_attempted_at'),
    sentAt: instant('sent_at'),
    trouble: text('trouble'),
    failure: text('failure').$type<DeliveryFailure>(),
  },
  (t) => [
    unique('deliveries_subject').on(t.subject, t.channel),
    index('deliveries_waiting').on(t.channel, t.urgency.desc().nullsFirst(), t.id).where(sql`state in ('WAITING', 'SENDING')`),
    index('deliveries_alert').on(t.alertId),
    index('deliveries_attempted').on(t.channel, t.attemptedAt),
    index('deliveries_state').on(t.state, t.id),
    index('deliveries_channel').on(t.channel, t.id),
    index('deliveries_message').on(t.messageId),
  ],
)

/** What is wrong with the recorder itself, from when until when: at most one of a kind and subject at a time. */
export const systemAlerts = pgTable(
  'system_alerts',
  {
    id: number('id').generatedAlwaysAsIdentity().primaryKey(),
    kind: text('kind').$type<SystemAlertKind>().notNull(),
    subject: text('subject').notNull(),
    since: instant('since').notNull(),
    until: instant('until'),
    /** Symbols, a channel's name, the broker's words: what the text is made of. */
    details: jsonb('details').$type<readonly string[]>().notNull(),
    paper: boolean('paper').notNull().default(false),
  },
  (t) => [uniqueIndex('system_alerts_active').on(t.kind, t.subject).where(sql`until is null`)],
)

/** Where ours and the broker's figures differ, from when until when by the market's clock: at most one of a kind at a time, ended only by agreement. */
export const differences = pgTable(
  'differences',
  {
    number: number('number').generatedAlwaysAsIdentity().notNull(),
    id: text('id').primaryKey(),
    account: text('account').notNull(),
    conId: number('con_id'),
    symbol: text('symbol'),
    measure: text('measure').$type<Measure>().notNull(),
    subject: text('subject').notNull(),
    source: text('source').$type<DifferenceSource>().notNull(),
    ours: decimal('ours'),
    theirs: decimal('theirs'),
    currency: text('currency'),
    causes: text('causes').array().$type<Cause[]>().notNull(),
    staleSeconds: integer('stale_seconds'),
    severity: text('severity').$type<Severity>().notNull(),
    remedy: text('remedy').notNull(),
    since: instant('since').notNull(),
    seenAt: instant('seen_at').notNull(),
    until: instant('until'),
  },
  (t) => [
    uniqueIndex('differences_open').on(t.account, sql`coalesce(con_id, 0)`, t.measure, t.subject).where(sql`until is null`),
    index('differences_since').on(t.since),
  ],
)

export const audit = pgTable(
  'audit',
  {
    id: number('id').generatedAlwaysAsIdentity().primaryKey(),
    at: instant('at').notNull(),
    what: text('what').notNull(),
    subject: text('subject').notNull(),
    before: jsonb('before').$type<unknown>(),
    after: jsonb('after').$type<unknown>(),
    /** Whose token it was, or 'loopback'; null for what the writer did by itself. */
    who: text('who'),
  },
  (t) => [index('audit_subject').on(t.subject, t.id)],
)

export const refusedMarks = pgTable(
  'refused_marks',
  {
    id: number('id').generatedAlwaysAsIdentity().primaryKey(),
    conId: number('con_id').notNull(),
    at: instant('at').notNull(),
    price: price('price'),
    reason: text('reason').notNull(),
  },
  (t) => [index('refused_marks_contract').on(t.conId, t.at)],
)

/** Who may read or write from elsewhere: never the token itself, only what proves it. */
export const tokens = pgTable('tokens', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  hash: text('hash').notNull().unique('tokens_hash'),
  scopes: text('scopes').array().$type<Scope[]>().notNull(),
  /** null: every account. */
  accounts: text('accounts').array(),
  createdAt: instant('created_at').notNull(),
  revokedAt: instant('revoked_at'),
})

/** Where pages go in Notion, and what our properties are called by there: ids, so that one the user renamed is still found. */
export const notionSources = pgTable('notion_sources', {
  role: text('role').$type<'days' | 'trades'>().primaryKey(),
  dataSourceId: text('data_source_id').notNull(),
  databaseId: text('database_id').notNull(),
  /** Our name of a property → its id. */
  properties: jsonb('properties').$type<Readonly<Record<string, string>>>().notNull(),
  updatedAt: instant('updated_at').notNull().default(sql`now()`),
})

/** The pages we made in Notion: which page stands for which key, and what of ours is on it. */
export const notionPages = pgTable(
  'notion_pages',
  {
    dataSourceId: text('data_source_id').notNull(),
    key: text('key').notNull(),
    pageId: text('page_id'),
    /** The block ours live in; null while it was never seen. */
    containerId: text('container_id'),
    blockIds: jsonb('block_ids').$type<readonly string[]>().notNull(),
    /** Property id → hash of the value last sent. */
    sent: jsonb('sent').$type<Readonly<Record<string, string>>>().notNull(),
    /** Hashes of everything, and of the blocks alone, once they are there. */
    contentHash: text('content_hash'),
    blocksHash: text('blocks_hash'),
    /** Up to when what the page says was known: an older day does not take its place. */
    knownUntil: instant('known_until'),
    /** A create was asked for and never answered. */
    attemptedAt: instant('attempted_at'),
    /** The user threw the page away, or our block on it. */
    gone: text('gone').$type<'page' | 'blocks'>(),
    updatedAt: instant('updated_at').notNull().default(sql`now()`),
  },
  (t) => [primaryKey({ name: 'notion_pages_pkey', columns: [t.dataSourceId, t.key] })],
)

/** Single numbers the store must not forget: the last arrival and the last seq ever given. */
export const meta = pgTable('meta', {
  key: text('key').primaryKey(),
  value: number('value').notNull(),
})
