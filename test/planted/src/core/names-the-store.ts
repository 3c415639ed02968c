// Planted: The core knows no room but itself, in whatever way it is named.
// Expected: noRestrictedImports x4
import '#store/db.ts'
import type { Pool } from 'pg'
export const store = await import('#store/facts.ts')
export type { Fact } from '#store/facts.ts'
export type Lent = Pool
