// The tokens by which others than this machine may read or write. A token is shown once, when it is made; kept is only its hash.
import { createHash, randomBytes } from 'node:crypto'
import type { Scope } from '#core/scope.ts'
import type { Instant } from '#core/time.ts'
import type { Database } from './db.ts'
import { inTransaction, rowsOf, writeInstant, writeJson } from './sql.ts'

export interface StoredToken {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** null: every account. */
  readonly accounts: readonly string[] | null
  readonly createdAt: Instant
  readonly revokedAt: Instant | null
}

const COLUMNS = 'id, name, scopes, accounts, created_at as "createdAt", revoked_at as "revokedAt"'
const PREFIX = 'exc_'

/** A new token; `secret` is what its bearer shows, and cannot be had again. */
export async function createToken(
  db: Database,
  { name, scopes, accounts }: Pick<StoredToken, 'name' | 'scopes' | 'accounts'>,
  at: Instant,
): Promise<{ token: StoredToken; secret: string }> {
  const secret = PREFIX + randomBytes(32).toString('base64url')
  const token = await inTransaction(db.pool, async (client) => {
    const rows = await rowsOf<StoredToken>(
      client,
      `insert into tokens (id, name, hash, scopes, accounts, created_at) values ($1, $2, $3, $4, $5, $6) returning ${COLUMNS}`,
      [randomBytes(4).toString('hex'), name, hashOf(secret), scopes, accounts, writeInstant(at)],
    )
    const made = rows[0] as StoredToken
    await client.query("insert into audit (at, what, subject, after) values ($1, 'token created', $2, $3)", [writeInstant(at), made.id, writeJson(made)])
    return made
  })
  return { token, secret }
}

/** All that were ever made, oldest first. */
export async function tokensOf(db: Database): Promise<StoredToken[]> {
  return rowsOf<StoredToken>(db.pool, `select ${COLUMNS} from tokens order by created_at, id`)
}

/** The token as it is now, or null where there is none of this id. Revoking twice is revoking once. */
export async function revokeToken(db: Database, id: string, at: Instant): Promise<StoredToken | null> {
  return inTransaction(db.pool, async (client) => {
    const [changed] = await rowsOf<StoredToken>(client, `update tokens set revoked_at = $2 where id = $1 and revoked_at is null returning ${COLUMNS}`, [
      id,
      writeInstant(at),
    ])
    if (changed !== undefined)
      await client.query("insert into audit (at, what, subject, after) values ($1, 'token revoked', $2, $3)", [writeInstant(at), id, writeJson(changed)])
    const [token = null] = changed === undefined ? await rowsOf<StoredToken>(client, `select ${COLUMNS} from tokens where id = $1`, [id]) : [changed]
    return token
  })
}

/** The valid token of this secret, or null. Found by its hash, so that nothing is learnt from how long it takes. */
export async function tokenOf(db: Database, secret: string): Promise<StoredToken | null> {
  if (!secret.startsWith(PREFIX)) return null
  const rows = await rowsOf<StoredToken>(db.pool, `select ${COLUMNS} from tokens where hash = $1 and revoked_at is null`, [hashOf(secret)])
  return rows[0] ?? null
}

export async function hasTokens(db: Database): Promise<boolean> {
  return (await rowsOf(db.pool, 'select 1 from tokens where revoked_at is null limit 1')).length > 0
}

/** A secret has 256 random bits: no salt and no slow hash would make it harder to guess. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
