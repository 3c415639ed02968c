// Planted: The writer knows nothing of who reads the trades.
// Expected: noRestrictedImports
import '#graphql/context.ts'
