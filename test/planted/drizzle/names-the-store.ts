// Planted: The tables do not know who reads them.
// Expected: noRestrictedImports
import '#store/db.ts'
