// Planted: A relative import stays in its folder.
// Expected: noRestrictedImports
import './../errors.ts'
