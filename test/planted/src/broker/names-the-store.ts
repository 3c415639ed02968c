// Planted: The broker edge tells; it does not store.
// Expected: noRestrictedImports x2
import '#store/db.ts'
import 'pg'
