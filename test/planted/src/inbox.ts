// Planted: What waits is known to nobody but who takes it; the broker is not asked.
// Expected: noRestrictedImports
import '#store/marks.ts'
import '#broker/tws.ts'
