// Planted: What is thinned comes from the port, never from an adapter.
// Expected: noRestrictedImports
import '#store/marks.ts'
import '#broker/tws.ts'
