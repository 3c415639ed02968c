// Planted: Stops are found among orders that were told; the broker is not asked.
// Expected: noRestrictedImports
import '#core/time.ts'
import '#broker/tws.ts'
