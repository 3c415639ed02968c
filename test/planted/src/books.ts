// Planted: The books are filled by the recorder; the broker is not asked.
// Expected: noRestrictedImports
import '#store/marks.ts'
import '#broker/tws.ts'
