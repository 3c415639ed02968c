// `rules`: what warns, listed, changed, switched on and off. A running service takes a change in at once.
import { parseRule, type Rule, STARTER_RULES, troubleOfRuleId } from '#core/rules.ts'
import { openDeliverRoom } from '#jobs/deliver.ts'
import { rehearse } from '#jobs/rehearse.ts'
import { CHANNELS } from '#notify/channels.ts'
import { clock } from '#src/clock.ts'
import { type Config, nearest } from '#src/config.ts'
import { ChannelFailed, ExcursionError, TapeInvalid, UsageError } from '#src/errors.ts'
import type { Database } from '#store/db.ts'
import { deleteRule, rulesOf, saveRule, seedRules, type StoredRule, switchRule } from '#store/decisions.ts'
import { verb, wrapped } from './arguments.ts'
import { findTrade } from './find-trade.ts'
import { readRules } from './replay.ts'
import { sayWhenTaken } from './taken.ts'
import { columns, print, say, table } from './terminal.ts'
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
  async run({ flags, rest: [what = 'list', ...rest] }) {
    const known = ACTIONS.find(({ name }) => name === what)
    if (known === undefined) {
      const names = ACTIONS.map(({ name }) => name)
      throw new UsageError(`rules: expected ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, found '${what}'; did you mean ${nearest(what, names)}?`)
    }
    if (rest.length < known.least || rest.length > known.most)
      throw new UsageError(`rules: expected 'rules ${known.usage}', found '${['rules', what, ...rest].join(' ')}'`)
    if (flags.send && known.name !== 'test') throw new UsageError(`rules: expected --send with 'rules test ID TRADE' only, found it with 'rules ${what}'`)
    // A file that cannot be read changes nothing.
    const file = known.name === 'apply' ? await readFileOfRules(rest[0] ?? '') : []
    return withDatabase(async (db, config) => {
      await seedRules(
        db,
        STARTER_RULES.map((body) => ({ id: String(body['id']), body, enabled: body['enabled'] !== false })),
      )
      const id = rest[0] ?? ''
      switch (known.name) {
        case 'list':
          return list(await rulesOf(db), flags.json)
        case 'test':
          return test(db, config, rest, flags)
        case 'delete': {
          const gone = await deleteRule(db, id, clock.now())
          if (gone === null) throw unknownRule(id)
          print(flags.json ? JSON.stringify({ id, deleted: true }) : `${id} is deleted; the alerts it raised stay`)
          break
        }
        case 'set':
          list([await set(db, rest)], flags.json)
          break
        case 'enable':
        case 'disable': {
          const rule = await switchRule(db, id, what === 'enable', clock.now())
          if (rule === null) throw unknownRule(id)
          list([rule], flags.json)
          break
        }
        case 'apply':
          await apply(db, file, flags.json)
          break
      }
      await sayWhenTaken(db)
    })
  },
})

/** The rules of a file, each once. */
async function readFileOfRules(file: string): Promise<readonly Rule[]> {
  const rules = await readRules(file)
  if (rules.length === 0) throw new TapeInvalid(`expected rules in ${file}, a JSON object a line, found none`)
  const ids = rules.map(({ id }) => id)
  for (const id of ids) {
    const strange = troubleOfRuleId(id)
    if (strange !== null) throw new TapeInvalid(`${file}: ${strange}; found '${id}'`)
  }
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new TapeInvalid(`${file}: expected every rule once, found ${twice} again; leave one of them`)
  return rules
}

async function apply(db: Database, rules: readonly Rule[], json: boolean): Promise<void> {
  const before = new Map((await rulesOf(db)).map(({ id, version }) => [id, version]))
  const saved: StoredRule[] = []
  for (const { id, definition, enabled } of rules) saved.push(await saveRule(db, { id, body: definition, enabled }, clock.now()))
  list(saved, json)
  const changed = saved.filter(({ id, version }) => before.get(id) !== version).length
  say(`${rules.length} rules, ${changed} new or changed`)
}

async function test(
  db: Database,
  config: Config,
  [id, said]: readonly string[],
  { send, json }: { readonly send: boolean; readonly json: boolean },
): Promise<void> {
  const stored = (await rulesOf(db)).find((rule) => rule.id === id)
  const rule = parseRule(stored?.body)
  if (stored === undefined || 'refused' in rule) throw unknownRule(id)
  const trade = await findTrade(db, said)
  const room = await openDeliverRoom({ db, config, clock, log: say })
  const rehearsed = await rehearse(room, { ...rule, version: stored.version }, trade, 0, send)
  const { concerns, title, lines, channels, sent } = rehearsed
  if (json) print(JSON.stringify(rehearsed))
  else {
    for (const line of [title, ...lines]) print(line)
    if (!concerns) print(`${rule.id} does not look at this trade: its scope or its unit says so`)
    if (channels.length > 0) print(`${send ? 'told' : 'would be told'}: ${channels.join(', ')}`)
    else if (!send) print('no channel that is configured would be told')
    for (const { channel, accepted, said: answer } of sent) print(`${channel}: ${accepted ? 'accepted' : 'did not arrive'}, ${answer}`)
  }
  if (!send) return
  if (channels.length === 0)
    throw new ChannelFailed('a channel', `none that is configured and hears of ${rule.id}`, 'set the variables of one (excursion doctor names them)')
  const failed = sent.filter(({ accepted }) => !accepted).map(({ channel }) => channel)
  if (failed.length > 0) throw new ChannelFailed(failed.join(', '), 'that it did not arrive', `excursion test-alert ${failed[0]} tells more`)
}

async function set(db: Database, [id, ...pairs]: readonly string[]): Promise<StoredRule> {
  const current = (await rulesOf(db)).find((rule) => rule.id === id)
  // With its kind a new one can be written.
  if (id === undefined || (current === undefined && !pairs.some((pair) => pair.startsWith('kind=')))) throw unknownRule(id, '; a new one says its kind=… too')
  const body: Record<string, unknown> = { id, ...(current?.body as Record<string, unknown> | undefined) }
  for (const pair of pairs) {
    const [name = '', ...value] = pair.split('=')
    if (value.length === 0) throw new UsageError(`rules set: expected NAME=VALUE, found '${pair}'`)
    // `pct= amount=500`: what is set to nothing is no longer said.
    if (value.join('=') === '') delete body[name]
    else body[name] = jsonOrText(value.join('='))
  }
  const strange = troubleOfRuleId(id)
  if (strange !== null && current === undefined) throw new UsageError(`rules set: ${strange}; found '${id}'`)
  const rule = parseRule(body, CHANNELS)
  if ('refused' in rule) throw new UsageError(`rules set: ${rule.refused}`)
  // `enabled=false` is `disable`.
  const isSaid = pairs.some((pair) => pair.startsWith('enabled='))
  return saveRule(db, { id, body: rule.definition, enabled: isSaid ? rule.enabled : (current?.enabled ?? rule.enabled) }, clock.now())
}

function list(rules: readonly StoredRule[], json: boolean): void {
  if (json) {
    for (const { id, version, enabled, body } of rules) print(JSON.stringify({ ...(body as object), id, version, enabled }))
    return
  }
  const rows = rules.map(({ id, version, enabled, body }) => {
    const { id: _id, kind, severity: _severity, enabled: _enabled, scope, ...how } = body as Record<string, unknown>
    const rule = parseRule(body)
    const details = Object.entries(how).map(([name, value]) => `${name} ${plainly(value)}`)
    return {
      head: [enabled ? 'on' : 'off', id, String(kind), 'refused' in rule ? '' : rule.severity, `v${version}`, ''],
      details: `${details.join(', ')}${scope === undefined ? '' : `; ${plainly(scope)}`}`,
    }
  })
  const names = ['', 'rule', 'kind', 'severity', '', '']
  const [head = '', ...lines] = table(
    names,
    rows.map(({ head: cells }) => cells),
  ).split('\n')
  const indent = Math.max(0, ...lines.map((line) => line.length)) + 2
  print([head, ...lines.flatMap((line, index) => wrapped(line.padEnd(indent), rows[index]?.details ?? '', indent, columns()))].join('\n'))
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

function unknownRule(id: string | undefined, more = ''): ExcursionError {
  return new ExcursionError('EXC_USAGE', `rules: expected the id of a rule, found '${id ?? ''}', which is none (excursion rules list)${more}`)
}
