// Planted: What was said is read from the store; the broker is not asked.
// Expected: noRestrictedImports
import '#store/marks.ts'
import '#broker/tws.ts'
