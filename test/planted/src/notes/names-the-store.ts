// Planted: A card is made of a review, not of tables.
// Expected: noRestrictedImports
import '#store/trades.ts'
