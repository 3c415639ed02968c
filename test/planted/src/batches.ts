// Planted: A batch is told to nobody but the store and the bus.
// Expected: noRestrictedImports
import '#store/marks.ts'
import '#broker/tws.ts'
