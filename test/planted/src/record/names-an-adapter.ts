// Planted: The writer knows what a broker offers, never a venue.
// Expected: noRestrictedImports x2
import '#broker/tws.ts'
import '@stoqey/ib'
