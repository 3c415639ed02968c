// Planted: A relative import stays in its folder, in the benches too.
// Expected: noRestrictedImports
import '../src/errors.ts'
