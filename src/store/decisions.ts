// The decisions: rules and their versions, and what the trader said of a trade. Append-only; the rows beside the log are folds of it.
// Anybody may decide, not only the writer: the writer is told and looks.
import { type DecimalText, decimal, plain } from '#core/decimal.ts'
import type { Day, Instant } from '#core/time.ts'
import type { EntryWords } from '#core/words.ts'
import { UNITS } from '#core/trade.ts'
import { notifyChanged } from './changes.ts'
import type { Database } from './db.ts'
import { orderCardsOf } from './outbox.ts'
import { inTransaction, rowsOf, type Sql, writeInstant, writeJson } from './sql.ts'

/** A rule as stored: `body` is the rule's own text (INTERFACES, 'Rules'), read by whoever knows rules. */
export interface StoredRule {
  readonly id: string
  readonly version: number
  /** Rules are looked at, and alerts printed, in this order. */
  readonly place: number
  readonly body: unknown
  readonly enabled: boolean
  readonly createdAt: Instant
}

export interface NewRule {
  readonly id: string
  readonly body: unknown
  readonly enabled: boolean
}

/** What a trader says of a trade. Absent: as it was; null: no longer. */
export interface Annotation {
  readonly strategy?: string | null
  readonly tags?: readonly string[]
  readonly note?: string | null
  readonly initialStop?: DecimalText | null
  readonly initialTarget?: DecimalText | null
  /** 1 to 5. */
  readonly rating?: number | null
  readonly mistakes?: readonly string[]
  readonly held?: boolean
}

/** Columns of `annotations` by the names of what is said; that it is held is the trade's own. */
const SAYINGS = {
  strategy: 'strategy',
  tags: 'tags',
  note: 'note',
  initialStop: 'initial_stop',
  initialTarget: 'initial_target',
  rating: 'rating',
  mistakes: 'mistakes',
  held: null,
} as const satisfies Record<keyof Annotation, string | null>

const DAY_MS = 86_400_000
const RULE_COLUMNS = 'id, version, place, body, enabled, created_at as "createdAt"'

/** The version in force of every rule, in the order in which they are looked at. */
export async function rulesOf(db: Database): Promise<StoredRule[]> {
  return rowsOf<StoredRule>(
    db.pool,
    `select * from (select distinct on (id) ${RULE_COLUMNS} from rules order by id, version desc) as current where not body ? 'deleted' order by place, id`,
  )
}

/** The rules a new database begins with. A rule whose id is known, in whatever version, is left as it is. */
export async function seedRules(db: Database, rules: readonly NewRule[]): Promise<void> {
  await inTransaction(db.pool, async (client) => {
    await client.query('lock table rules in share row exclusive mode')
    for (const rule of rules) {
      const known = await rowsOf(client, 'select 1 from rules where id = $1 limit 1', [rule.id])
      if (known.length === 0) await insertRule(client, rule)
    }
  })
}

/** A new rule, or the next version of a known one. Nothing changed: nothing is written. */
export async function saveRule(db: Database, rule: NewRule, at: Instant, who: string | null = null): Promise<StoredRule> {
  return inTransaction(db.pool, async (client) => {
    await client.query('lock table rules in share row exclusive mode')
    const same = await rowsOf<StoredRule & { same: boolean }>(
      client,
      `select ${RULE_COLUMNS}, (body = $2::jsonb and enabled = $3) as same from rules where id = $1 order by version desc limit 1`,
      [rule.id, writeJson(rule.body), rule.enabled],
    )
    const [current] = same
    if (current?.same) {
      const { same: _, ...unchanged } = current
      return unchanged
    }
    const saved = await insertRule(client, rule)
    await decide(client, { at, kind: 'rule', subject: rule.id, body: { version: saved.version, enabled: rule.enabled, rule: rule.body } })
    await writeAudit(client, { at, who, what: 'rule', subject: rule.id, before: current && { ...current, same: undefined }, after: saved })
    return saved
  })
}

/** Switches a rule on or off, as its next version; null where no rule has this id. */
export async function switchRule(db: Database, id: string, enabled: boolean, at: Instant, who: string | null = null): Promise<StoredRule | null> {
  const current = (await rulesOf(db)).find((rule) => rule.id === id)
  return current === undefined ? null : saveRule(db, { id, body: current.body, enabled }, at, who)
}

/** Takes a rule away: a version that says so, so that its alerts keep what raised them and no new database brings it back. Null where no rule has this id. */
export async function deleteRule(db: Database, id: string, at: Instant, who: string | null = null): Promise<StoredRule | null> {
  return inTransaction(db.pool, async (client) => {
    await client.query('lock table rules in share row exclusive mode')
    const [current] = await rowsOf<StoredRule>(client, `select ${RULE_COLUMNS} from rules where id = $1 order by version desc limit 1`, [id])
    if (current === undefined || (typeof current.body === 'object' && current.body !== null && 'deleted' in current.body)) return null
    const { version } = await insertRule(client, { id, body: { id, deleted: true }, enabled: false })
    await decide(client, { at, kind: 'rule', subject: id, body: { version, deleted: true } })
    await writeAudit(client, { at, who, what: 'rule deleted', subject: id, before: current, after: null })
    return current
  })
}

async function insertRule(sql: Sql, rule: NewRule): Promise<StoredRule> {
  const rows = await rowsOf<StoredRule>(
    sql,
    `insert into rules (id, version, place, body, enabled)
     select $1, coalesce(max(version) filter (where id = $1), 0) + 1, coalesce(min(place) filter (where id = $1), max(place) + 1, 0), $2, $3 from rules
     returning ${RULE_COLUMNS}`,
    [rule.id, writeJson(rule.body), rule.enabled],
  )
  return rows[0] as StoredRule
}

/**
 * Says something of a trade. It is anchored to the execution by which the trade is named now, and follows the trade that contains that (core/containment.ts);
 * shown at once by both units of that name, by others once the writer heard it. Answers the decision's number.
 */
export async function annotate(db: Database, tradeId: string, annotation: Annotation, at: Instant, who: string | null = null): Promise<number> {
  const anchor = anchorOf(tradeId)
  const said = (Object.keys(SAYINGS) as (keyof Annotation)[]).filter((name) => annotation[name] !== undefined)
  return inTransaction(db.pool, async (client) => {
    await wordsRows(client, anchor)
    const [before] = await rowsOf(client, `select ${WORDS}, (select held from orders_rt where trade_id = $2) as held from annotations where trade_id = $1`, [
      tradeId,
      `ORDER:${anchor}`,
    ])
    const shown = said.flatMap((name) => SAYINGS[name] ?? [])
    const values = said.flatMap((name) => (SAYINGS[name] === null ? [] : [annotation[name]]))
    const sets = shown.map((column, n) => `${column} = $${n + 4}`)
    await client.query(
      `update annotations set ${[...sets, 'updated_at = $2', 'said = array(select distinct unnest(said || $3::text[]) order by 1)'].join(', ')}
       where trade_id = any($1::text[])`,
      [namesAt(anchor), writeInstant(at), said, ...values],
    )
    const decision = await decide(client, { at, kind: 'annotate', subject: anchor, body: annotation })
    await writeAudit(client, { at, who, what: 'annotate', subject: anchor, before, after: annotation })
    await orderCardsOf(client, anchor, decision)
    return decision
  })
}

/** Rows for words on both trades that an execution may open, locked in one order by all who write them. */
export async function wordsRows(sql: Sql, anchor: string): Promise<void> {
  await sql.query('insert into annotations (trade_id) select unnest($1::text[]) on conflict (trade_id) do nothing', [namesAt(anchor)])
  await sql.query('select 1 from annotations where trade_id = any($1::text[]) order by trade_id for update', [namesAt(anchor)])
}

/** The ids of the trades that an execution opens, if it does. */
export function namesAt(anchor: string): readonly string[] {
  return UNITS.map((unit) => `${unit}:${anchor}`)
}

const WORDS = Object.values(SAYINGS)
  .filter((column) => column !== null)
  .join(', ')

/** Who decided what, and how it was before: history, like the writer's own. */
export async function writeAudit(
  sql: Sql,
  entry: { at: Instant; who: string | null; what: string; subject: string; before: unknown; after: unknown },
): Promise<void> {
  await sql.query('insert into audit (at, what, subject, before, after, who) values ($1, $2, $3, $4, $5, $6)', [
    writeInstant(entry.at),
    entry.what,
    entry.subject,
    writeJson(entry.before ?? null),
    writeJson(entry.after ?? null),
    entry.who,
  ])
}

/** When something was last said of a trade; null: never. */
export async function annotatedAt(db: Database, tradeId: string): Promise<Instant | null> {
  const rows = await rowsOf<{ at: Instant | null }>(db.pool, 'select updated_at as at from annotations where trade_id = $1', [tradeId])
  return rows[0]?.at ?? null
}

/** The end of the last day whose marks were thinned; null: none were. */
export async function thinnedUntil(db: Database): Promise<Instant | null> {
  const rows = await rowsOf<{ day: string | null }>(db.pool, `select max(subject) as day from decisions where kind = 'thin'`)
  const day = rows[0]?.day ?? null
  return day === null ? null : Date.parse(day) + DAY_MS
}

/** The days (UTC) whose marks were thinned. */
export async function thinnedDays(db: Database): Promise<ReadonlySet<Day>> {
  const rows = await rowsOf<{ day: Day }>(db.pool, `select subject as day from decisions where kind = 'thin'`)
  return new Set(rows.map(({ day }) => day))
}

/** An execution of which a trader said anything, and what of it bears on how its trade is folded. */
export interface WordsForFold {
  readonly anchor: string
  readonly words: EntryWords
}

/** Of these executions, or of all, by anchor: the last word of each kind. */
export async function wordsForFold(db: Database, anchors: readonly string[] | 'ALL'): Promise<WordsForFold[]> {
  const rows = await rowsOf<{ anchor: string; name: keyof EntryWords | null; value: unknown; order: number }>(
    db.pool,
    `select distinct on (subject, name) subject as anchor, name, value, id as order from decisions
     left join lateral (select key as name, value from jsonb_each(body) where kind = 'annotate' and key in ('held', 'initialStop', 'initialTarget')) as word on true
     where kind in ('annotate', 'snooze') ${anchors === 'ALL' ? '' : 'and subject = any($1::text[])'} order by subject, name, id desc`,
    anchors === 'ALL' ? [] : [anchors],
  )
  const found = new Map<string, EntryWords>()
  for (const { anchor, name, value, order } of rows) {
    const said = name === 'held' || value === null ? value : plain(decimal(value as DecimalText))
    found.set(anchor, { ...found.get(anchor), ...(name === null ? {} : { [name]: { value: said, order } }) })
  }
  return [...found].map(([anchor, words]) => ({ anchor, words }))
}

/** The last decision the writer took in. */
export async function decidedUntil(db: Database): Promise<number> {
  const rows = await rowsOf<{ value: number }>(db.pool, "select value from meta where key = 'decided'")
  return rows[0]?.value ?? 0
}

export async function rememberDecided(db: Database, id: number): Promise<void> {
  await db.pool.query("insert into meta (key, value) values ('decided', $1) on conflict (key) do update set value = greatest(meta.value, excluded.value)", [id])
}

/** The tail of a trade's id after its unit: account:conId:family of the opening execution. */
export function anchorOf(tradeId: string): string {
  return tradeId.slice(tradeId.indexOf(':') + 1)
}

/** What an anchor says; a family may hold colons, the others do not. */
export function partsOfAnchor(anchor: string): { readonly anchor: string; readonly account: string; readonly conId: number; readonly family: string } {
  const [account = '', conId = '', ...family] = anchor.split(':')
  return { anchor, account, conId: Number(conId), family: family.join(':') }
}

/** Writes one decision into the log, in its caller's transaction, and tells the writer of it. Answers its number. */
export async function decide(sql: Sql, decision: { at: Instant; kind: string; subject: string; body: unknown }): Promise<number> {
  // Numbers are given in the order of commits: whoever has read up to one of them has missed none before it.
  await sql.query('lock table decisions in share row exclusive mode')
  const rows = await rowsOf<{ id: number }>(sql, 'insert into decisions (at, kind, subject, body) values ($1, $2, $3, $4) returning id', [
    writeInstant(decision.at),
    decision.kind,
    decision.subject,
    writeJson(decision.body),
  ])
  const id = rows[0]?.id ?? 0
  await notifyChanged(sql, { kind: 'decisions', upTo: id })
  return id
}

export interface Decision {
  readonly id: number
  readonly kind: string
  /** What it is about: a rule's id, a trade's anchor, an alert's id, a day. */
  readonly subject: string
  /** That a trade is held for the long term, or no longer. */
  readonly saysHeld: boolean
}

/** Decisions after the one numbered `id`, in their order. */
export async function decisionsSince(db: Database, id: number): Promise<Decision[]> {
  return rowsOf<Decision>(db.pool, `select id, kind, subject, body ? 'held' as "saysHeld" from decisions where id > $1 order by id`, [id])
}
