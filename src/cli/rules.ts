// `rules`: what warns, listed, changed, switched on and off. A running service takes a change in at once.
import { parseRule, STARTER_RULES } from '#core/rules.ts'
import { clock } from '#src/clock.ts'
import { UsageError } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { rulesOf, saveRule, seedRules, switchRule } from '#store/decisions.ts'
import { verb } from './arguments.ts'
import { readRules } from './replay.ts'
import { print, table } from './terminal.ts'
import { withDatabase } from './with-database.ts'

export const rules = verb({
  usage: 'rules [list | set ID NAME=VALUE… | enable ID | disable ID | apply FILE] [--json]',
  summary: 'the rules that warn: lists and changes them',
  flags: { json: { help: 'one JSON object a line' } },
  run: ({ flags, rest: [what = 'list', ...rest] }) =>
    withDatabase(async (db) => {
      await seedRules(
        db,
        STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: body['enabled'] !== false })),
      )
      switch (what) {
        case 'list':
          break
        case 'set':
          await set(db, rest)
          break
        case 'enable':
        case 'disable':
          if ((await switchRule(db, rest[0] ?? '', what === 'enable', clock.now())) === null) throw unknownRule(rest[0])
          break
        case 'apply':
          for (const rule of await readRules(rest[0] ?? '')) await saveRule(db, { id: rule.id, body: rule.definition, enabled: rule.enabled }, clock.now())
          break
        default:
          throw new UsageError(`rules: expected list, set, enable, disable or apply, found '${what}'`)
      }
      await list(db, flags.json)
    }),
})

async function set(db: Database, [id, ...pairs]: readonly string[]): Promise<void> {
  const current = (await rulesOf(db)).find((rule) => rule.id === id)
  if (id === undefined || current === undefined) throw unknownRule(id)
  const body: Record<string, unknown> = { ...(current.body as Record<string, unknown>) }
  for (const pair of pairs) {
    const [name = '', ...value] = pair.split('=')
    if (value.length === 0) throw new UsageError(`rules set: expected NAME=VALUE, found '${pair}'`)
    body[name] = jsonOrText(value.join('='))
  }
  const rule = parseRule(body)
  if ('refused' in rule) throw new UsageError(`rules set: ${rule.refused}`)
  await saveRule(db, { id, body, enabled: current.enabled }, clock.now())
}

async function list(db: Database, json: boolean): Promise<void> {
  const all = await rulesOf(db)
  if (json) {
    for (const { id, version, enabled, body } of all) print(JSON.stringify({ ...(body as object), id, version, enabled }))
    return
  }
  const rows = all.map(({ id, version, enabled, body }) => {
    const { id: _id, kind, severity, enabled: _enabled, ...rest } = body as Record<string, unknown>
    const details = Object.entries(rest).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    return [enabled ? 'on' : 'off', id, String(kind), String(severity ?? ''), `v${version}`, details.join(', ')]
  })
  print(table(['', 'rule', 'kind', 'severity', '', ''], rows))
}

/** `pct=2.5` stays text; `tiers=[…]`, `confirm=2` and `enabled=false` are what they look like. */
function jsonOrText(value: string): unknown {
  if (!/^[[{]|^(?:true|false|\d+)$/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function unknownRule(id: string | undefined): UsageError {
  return new UsageError(`rules: expected the id of a rule, found '${id ?? ''}' (excursion rules list)`)
}
