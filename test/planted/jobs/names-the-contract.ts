// Planted: A job never goes through the contract.
// Expected: noRestrictedImports
import '#graphql/schema.ts'
