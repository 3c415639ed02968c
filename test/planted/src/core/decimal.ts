// Planted: decimal.ts may name the decimal library, and nothing else.
// Expected: noRestrictedImports
import 'big.js'
import '#store/db.ts'
