// Planted: The past is thinned in the store; the broker is not asked.
// Expected: noRestrictedImports
import '#store/marks.ts'
import '#broker/tws.ts'
