// Planted: The bus knows nobody who listens.
// Expected: noRestrictedImports
import '#graphql/subscriptions.ts'
