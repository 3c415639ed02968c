// Planted: What was heard is declared; the broker's client is not asked.
// Expected: noRestrictedImports
import '#broker/tws.ts'
