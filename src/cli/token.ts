// `token`: who may read or write from elsewhere. A token is shown once, when it is made.
import { SCOPES, type Scope } from '#core/scope.ts'
import { printInstant } from '#core/time.ts'
import { clock } from '#src/clock.ts'
import { nearest } from '#src/config.ts'
import { ExcursionError, UsageError } from '#src/errors.ts'
import { type Database, openDatabase } from '#store/db.ts'
import { createToken, revokeToken, type StoredToken, tokensOf } from '#store/tokens.ts'
import { verb } from './arguments.ts'
import { configured } from './configured.ts'
import { logTo } from './log.ts'
import { print, say, table } from './terminal.ts'

const ACTIONS = ['create', 'list', 'revoke'] as const
const USAGE = 'token create --name NAME [--scopes read,annotate] [--accounts U1,U2] | token list | token revoke ID…'

export const token = verb({
  usage: USAGE,
  summary: 'makes, lists and revokes the tokens by which others may read or write',
  flags: {
    name: { value: 'NAME', help: 'whom or what it is for' },
    scopes: { value: 'SCOPES', help: `some of ${SCOPES.join(',')}; read by default` },
    accounts: { value: 'ACCOUNTS', help: 'the accounts it is bound to; every account by default' },
    json: { help: 'one JSON object a line' },
  },
  words: [1, Number.POSITIVE_INFINITY],
  async run({ flags, rest: [action = '', ...ids] }) {
    const known = ACTIONS.find((one) => one === action)
    if (known === undefined)
      throw new UsageError(`token: expected ${ACTIONS.join(', ')}, found '${action}'; did you mean ${nearest(action, ACTIONS)}? (${USAGE})`)
    if (known === 'create' && !flags.name) throw new UsageError(`token create: expected --name NAME, found none (${USAGE})`)
    if (known === 'revoke' && ids.length === 0) throw new UsageError(`token revoke: expected the ID of a token, found none; token list shows them (${USAGE})`)
    if (known !== 'revoke' && ids.length > 0) throw new UsageError(`token ${known}: expected only flags, found '${ids[0]}' besides (${USAGE})`)
    const scopes = readScopes(flags.scopes)
    const accounts = flags.accounts === undefined ? null : listOf(flags.accounts)
    const config = configured()
    await using db = await openDatabase({ url: config.databaseUrl, home: config.home, log: logTo(clock) })
    if (known === 'create') await create(db, { name: flags.name ?? '', scopes, accounts }, flags.json)
    else if (known === 'list') show(await tokensOf(db), flags.json)
    else await revoke(db, ids, flags.json)
  },
})

async function create(db: Database, wanted: { name: string; scopes: readonly Scope[]; accounts: readonly string[] | null }, json: boolean): Promise<void> {
  const { token: made, secret } = await createToken(db, wanted, clock.now())
  if (json) return print(JSON.stringify({ ...told(made), token: secret }))
  print(secret)
  say(`token ${made.id} for ${made.name}: ${made.scopes.join(', ')}; ${accountsOf(made)}. It is not shown again: send it as 'Authorization: Bearer …'`)
}

async function revoke(db: Database, ids: readonly string[], json: boolean): Promise<void> {
  for (const id of ids) {
    const revoked = await revokeToken(db, id, clock.now())
    if (revoked === null) throw new ExcursionError('EXC_USAGE', `expected the ID of a token, found '${id}', which is none; token list shows them`)
    if (json) print(JSON.stringify(told(revoked)))
    else say(`token ${id} for ${revoked.name} is revoked`)
  }
}

function show(tokens: readonly StoredToken[], json: boolean): void {
  if (json) for (const one of tokens) print(JSON.stringify(told(one)))
  else if (tokens.length === 0) print('no tokens')
  else
    print(
      table(
        ['ID', 'NAME', 'SCOPES', 'ACCOUNTS', 'CREATED', 'REVOKED'],
        tokens.map((one) => [
          one.id,
          one.name,
          one.scopes.join(','),
          one.accounts?.join(',') ?? 'all',
          printInstant(one.createdAt),
          one.revokedAt === null ? '' : printInstant(one.revokedAt),
        ]),
      ),
    )
}

function told({ createdAt, revokedAt, ...one }: StoredToken) {
  return { ...one, createdAt: printInstant(createdAt), revokedAt: revokedAt === null ? null : printInstant(revokedAt) }
}

function accountsOf({ accounts }: StoredToken): string {
  return accounts === null ? 'every account' : `only ${accounts.join(', ')}`
}

function readScopes(text: string | undefined): readonly Scope[] {
  if (text === undefined) return ['read']
  return listOf(text).map((name) => {
    const scope = SCOPES.find((known) => known === name)
    if (scope === undefined) throw new UsageError(`--scopes: expected some of ${SCOPES.join(', ')}, found '${name}'; did you mean ${nearest(name, SCOPES)}?`)
    return scope
  })
}

function listOf(text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) throw new UsageError(`expected names with commas between them, found '${text}'`)
  return names
}
