// Planted: The metrics know nobody who counts.
// Expected: noRestrictedImports
import '#core/time.ts'
