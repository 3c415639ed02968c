// The decisions: rules and their versions, and what the trader said of a trade. Append-only; the rows beside the log are folds of it.
// Anybody may decide, not only the writer: the writer is told and looks.
import type { DecimalText } from '#core/decimal.ts'
import type { Instant } from '#core/time.ts'
import { notifyChanged } from './changes.ts'
import type { Database } from './db.ts'
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

/** Columns of `annotations` by the names of what is said. */
const SAYINGS = {
  strategy: 'strategy',
  tags: 'tags',
  note: 'note',
  initialStop: 'initial_stop',
  initialTarget: 'initial_target',
  rating: 'rating',
  mistakes: 'mistakes',
  held: 'held',
} as const satisfies Record<keyof Annotation, string>

const RULE_COLUMNS = 'id, version, place, body, enabled, created_at as "createdAt"'

/** The version in force of every rule, in the order in which they are looked at. */
export async function rulesOf(db: Database): Promise<StoredRule[]> {
  return rowsOf<StoredRule>(
    db.pool,
    `select * from (select distinct on (id) ${RULE_COLUMNS} from rules order by id, version desc) as current order by place, id`,
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

/** Says something of a trade. It is anchored to the opening execution, so both units and every rebuild show it. */
export async function annotate(db: Database, tradeId: string, annotation: Annotation, at: Instant, who: string | null = null): Promise<void> {
  const anchor = anchorOf(tradeId)
  const said = (Object.keys(SAYINGS) as (keyof Annotation)[]).filter((name) => annotation[name] !== undefined)
  await inTransaction(db.pool, async (client) => {
    await client.query('insert into annotations (anchor, updated_at) values ($1, $2) on conflict (anchor) do nothing', [anchor, writeInstant(at)])
    const [before] = await rowsOf(client, `select ${WORDS} from annotations where anchor = $1 for update`, [anchor])
    const sets = said.map((name, n) => `${SAYINGS[name]} = $${n + 4}`)
    await client.query(
      `update annotations set ${[...sets, 'updated_at = $2', 'said = array(select distinct unnest(said || $3::text[]) order by 1)'].join(', ')} where anchor = $1`,
      [anchor, writeInstant(at), said, ...said.map((name) => annotation[name])],
    )
    await decide(client, { at, kind: 'annotate', subject: anchor, body: annotation })
    await writeAudit(client, { at, who, what: 'annotate', subject: anchor, before, after: annotation })
  })
}

const WORDS = Object.values(SAYINGS).join(', ')

/** Who decided what, and how it was before: history, like the writer's own. */
async function writeAudit(sql: Sql, entry: { at: Instant; who: string | null; what: string; subject: string; before: unknown; after: unknown }): Promise<void> {
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
  const rows = await rowsOf<{ at: Instant }>(db.pool, 'select updated_at as at from annotations where anchor = $1', [anchorOf(tradeId)])
  return rows[0]?.at ?? null
}

/** The anchors (account:conId:family) of the trades that are held for the long term. */
export async function heldAnchors(db: Database): Promise<string[]> {
  const rows = await rowsOf<{ anchor: string }>(db.pool, 'select anchor from annotations where held order by anchor')
  return rows.map(({ anchor }) => anchor)
}

/** The tail of a trade's id after its unit: account:conId:family of the opening execution. */
export function anchorOf(tradeId: string): string {
  return tradeId.slice(tradeId.indexOf(':') + 1)
}

async function decide(sql: Sql, decision: { at: Instant; kind: string; subject: string; body: unknown }): Promise<void> {
  const rows = await rowsOf<{ id: number }>(sql, 'insert into decisions (at, kind, subject, body) values ($1, $2, $3, $4) returning id', [
    writeInstant(decision.at),
    decision.kind,
    decision.subject,
    writeJson(decision.body),
  ])
  await notifyChanged(sql, { kind: 'decisions', upTo: rows[0]?.id ?? 0 })
}

export interface Decision {
  readonly id: number
  readonly kind: string
  /** What it is about: a rule's id, a trade's anchor. */
  readonly subject: string
}

/** Decisions after the one numbered `id`, in their order. */
export async function decisionsSince(db: Database, id: number): Promise<Decision[]> {
  return rowsOf<Decision>(db.pool, 'select id, kind, subject from decisions where id > $1 order by id', [id])
}
