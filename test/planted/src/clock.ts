// Planted: A ground file stands on Node and the types of core.
// Expected: noRestrictedImports
import 'pg'
export const now = Date.now()
