// `rules`: what warns, listed, changed, switched on and off. A running service takes a change in at once.
import { parseRule, STARTER_RULES } from '#core/rules.ts'
import { openDeliverRoom } from '#jobs/deliver.ts'
import { rehearse } from '#jobs/rehearse.ts'
import { clock } from '#src/clock.ts'
import { type Config, nearest } from '#src/config.ts'
import { ExcursionError, UsageError } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { deleteRule, rulesOf, saveRule, seedRules, switchRule } from '#store/decisions.ts'
import { verb } from './arguments.ts'
import { findTrade } from './find-trade.ts'
import { readRules } from './replay.ts'
import { print, say, table } from './terminal.ts'
import { withDatabase } from './with-database.ts'

const ANY = Number.POSITIVE_INFINITY
/** What may stand behind `rules`, and how many words behind that. */
const ACTIONS = [
  { name: 'list', usage: 'list', least: 0, most: 0 },
  { name: 'set', usage: 'set ID NAME=VALUE…', least: 2, most: ANY },
  { name: 'enable', usage: 'enable ID', least: 1, most: 1 },
  { name: 'disable', usage: 'disable ID', least: 1, most: 1 },
  { name: 'delete', usage: 'delete ID', least: 1, most: 1 },
  { name: 'apply', usage: 'apply FILE', least: 1, most: 1 },
  { name: 'test', usage: 'test ID TRADE [--send]', least: 2, most: 2 },
] as const

export const rules = verb({
  usage: 'rules [list | set ID NAME=VALUE… | enable ID | disable ID | delete ID | apply FILE | test ID TRADE [--send]] [--json]',
  summary: 'the rules that warn: lists and changes them',
  flags: { json: { help: 'one JSON object a line' }, send: { help: 'with test: sends it through the rule’s channels, marked as a test' } },
  words: [0, Number.POSITIVE_INFINITY],
  run: ({ flags, rest: [what = 'list', ...rest] }) => {
    const known = ACTIONS.find(({ name }) => name === what)
    if (known === undefined) {
      const names = ACTIONS.map(({ name }) => name)
      throw new UsageError(`rules: expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, found '${what}'; did you mean ${nearest(what, names)}?`)
    }
    if (rest.length < known.least || rest.length > known.most)
      throw new UsageError(`rules: expected 'rules ${known.usage}', found '${['rules', what, ...rest].join(' ')}'`)
    return withDatabase(async (db, config) => {
      await seedRules(
        db,
        STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: body['enabled'] !== false })),
      )
      switch (known.name) {
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
        case 'delete':
          if ((await deleteRule(db, rest[0] ?? '', clock.now())) === null) throw unknownRule(rest[0])
          break
        case 'test':
          await test(db, config, rest, flags.send)
          return
      }
      await list(db, flags.json)
    })
  },
})

async function test(db: Database, config: Config, [id, said]: readonly string[], send: boolean): Promise<void> {
  const stored = (await rulesOf(db)).find((rule) => rule.id === id)
  const rule = parseRule(stored?.body)
  if (stored === undefined || 'refused' in rule) throw unknownRule(id)
  const trade = await findTrade(db, said)
  const room = await openDeliverRoom({ db, config, clock, log: say })
  const { concerns, title, lines, channels, sent } = await rehearse(room, { ...rule, version: stored.version }, trade, 0, send)
  for (const line of [title, ...lines]) print(line)
  if (!concerns) print(`${rule.id} does not look at this trade: its scope or its unit says so`)
  print(channels.length === 0 ? 'no channel that is configured is told' : `told: ${channels.join(', ')}`)
  for (const { channel, accepted, said: answer } of sent) print(`${channel}: ${accepted ? 'accepted' : 'did not arrive'}, ${answer}`)
}

async function set(db: Database, [id, ...pairs]: readonly string[]): Promise<void> {
  const current = (await rulesOf(db)).find((rule) => rule.id === id)
  // With its kind a new one can be written.
  if (id === undefined || (current === undefined && !pairs.some((pair) => pair.startsWith('kind=')))) throw unknownRule(id)
  const body: Record<string, unknown> = { id, ...(current?.body as Record<string, unknown> | undefined) }
  for (const pair of pairs) {
    const [name = '', ...value] = pair.split('=')
    if (value.length === 0) throw new UsageError(`rules set: expected NAME=VALUE, found '${pair}'`)
    // `pct= amount=500`: what is set to nothing is no longer said.
    if (value.join('=') === '') delete body[name]
    else body[name] = jsonOrText(value.join('='))
  }
  const rule = parseRule(body)
  if ('refused' in rule) throw new UsageError(`rules set: ${rule.refused}`)
  await saveRule(db, { id, body, enabled: current?.enabled ?? rule.enabled }, clock.now())
}

async function list(db: Database, json: boolean): Promise<void> {
  const all = await rulesOf(db)
  if (json) {
    for (const { id, version, enabled, body } of all) print(JSON.stringify({ ...(body as object), id, version, enabled }))
    return
  }
  const rows = all.map(({ id, version, enabled, body }) => {
    const { id: _id, kind, severity, enabled: _enabled, ...rest } = body as Record<string, unknown>
    const { scope, ...how } = rest
    const details = Object.entries(how).map(([name, value]) => `${name} ${plainly(value)}`)
    return [
      enabled ? 'on' : 'off',
      id,
      String(kind),
      String(severity ?? ''),
      `v${version}`,
      `${details.join(', ')}${scope === undefined ? '' : `; ${plainly(scope)}`}`,
    ]
  })
  print(table(['', 'rule', 'kind', 'severity', '', ''], rows))
}

/** What JSON says, with as few signs as a person needs: 'pct 5 take 1/3, pct 8 take 1/3', 'secTypes OPT FOP'. */
function plainly(value: unknown): string {
  if (Array.isArray(value)) return value.map(plainly).join(value.some((one) => typeof one === 'object') ? ', ' : ' ')
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, inner]) => `${name} ${plainly(inner)}`)
    .join(' ')
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

function unknownRule(id: string | undefined): ExcursionError {
  return new ExcursionError('EXC_USAGE', `rules: expected the id of a rule, found '${id ?? ''}', which is none (excursion rules list)`)
}
