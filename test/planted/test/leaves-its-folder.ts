// Planted: A relative import stays in its folder, in the tests too.
// Expected: noRestrictedImports
import '../src/errors.ts'
