// Planted: What was fetched is given; the broker's client is not asked.
// Expected: noRestrictedImports
import '#broker/tws.ts'
