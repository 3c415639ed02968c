// Planted: The store does not know who told the facts.
// Expected: noRestrictedImports x2
import '#broker/port.ts'
import '@stoqey/ib'
