// Planted: A chart is drawn from values.
// Expected: noRestrictedImports
import '#store/trades.ts'
