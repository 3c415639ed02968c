// Planted: What the one writer offers names no adapter.
// Expected: noRestrictedImports
import '#store/marks.ts'
import '#broker/tws.ts'
