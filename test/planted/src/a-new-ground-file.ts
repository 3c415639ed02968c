// Planted: Everything is denied until biome.json opens a border.
// Expected: noRestrictedImports
import '#core/book.ts'
