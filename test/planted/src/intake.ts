// Planted: A fact is taken as it was told; the broker is not asked.
// Expected: noRestrictedImports
import '#core/time.ts'
import '#broker/tws.ts'
