// Planted: What holds the session knows nothing of who reads the trades.
// Expected: noRestrictedImports
import '#graphql/context.ts'
